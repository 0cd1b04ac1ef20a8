"""A fact as one string of bytes: what a database keeps, and how a year of mail fits in little memory.

Layout, version 1, little-endian: the version, two lengths, three parts. The verdicts, the same for thousands of
messages: two JSON arrays, a line each, the second empty without mentions. What is the message's own: its instant
and a JSON array. The two sketches. JSON can run nothing, and a person can read it. An instant is kept as the wall
time of the territory's zone, which the reader names again: lossless in every year.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Self, TypeAlias

from mailwatch.model import (
    Announced,
    AuthorLevel,
    Confidence,
    Evidence,
    Fact,
    Grade,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Place,
    Reading,
    Report,
    ReportedRecipient,
    Role,
    Span,
)

VERSION = 1
_HEADER = struct.Struct("<B2I")
"""Version, lengths of the first two parts."""
_INSTANT = struct.Struct("<H5BIBi2I")
"""Year to microsecond, fold, offset, lengths of the sketches."""
_IN_THE_ZONE = -(2**31)
"""Stands for an offset: the instant is in the territory's zone. Only an instant that the zone cannot tell,
in the first or the last year of the calendar, keeps an offset of its own, in seconds."""
_WITHOUT_SPAN = 13
"""Values that the first facts had of their own."""
_DAMAGE = (ValueError, struct.error, LookupError, TypeError, OverflowError, RecursionError)

# What the JSON arrays hold; `json` gives lists, which are taken apart at once.
_Own: TypeAlias = tuple[
    str, str, str | None, str, str | None, str, int,
    list[str], list[str], list[str], list[str],
    tuple[str | None, str] | None,
    tuple[str, list[tuple[str, str, str]], str | None] | None,
    tuple[str, str] | None,
]  # fmt: skip
_Verdicts: TypeAlias = tuple[
    Role, Grade, Nature | None, Nature, tuple[Nature, ...], bool, tuple[Evidence, ...], Confidence, str
]  # fmt: skip
_Said: TypeAlias = tuple[str, str, str | None, str | None, str]

_write = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_read = json.JSONDecoder().decode


def pack(fact: Fact) -> bytes:
    """Write `fact` as bytes that `unpack` reads back to an equal fact."""
    verdicts = _written_verdicts(fact)
    own = _written_own(fact)
    header = _HEADER.pack(VERSION, len(verdicts), len(own))
    return b"".join((header, verdicts, own, fact.sketch, fact.quoted_sketch))


def unpack(packed: bytes, zone: tzinfo) -> Fact:
    """Read back the fact that `pack` wrote, its instant in `zone`.

    Raises ValueError for bytes of another version, and for damaged ones.
    """
    try:
        version, verdicts_length, own_length = _HEADER.unpack_from(packed)
        if version != VERSION:
            raise ValueError(f"version {version}, not {VERSION}")
        own_at = _HEADER.size + verdicts_length
        sketches_at = own_at + own_length
        return _fact(
            packed[_HEADER.size : own_at], packed[own_at:sketches_at], packed[sketches_at:], zone
        )
    except _DAMAGE as fault:
        raise ValueError(f"not a fact: {fault}") from None


def key_of(packed: bytes) -> str:
    """Read the key of a packed fact alone.

    Raises ValueError as `unpack` does.
    """
    try:
        _, verdicts_length, own_length = _HEADER.unpack_from(packed)
        own_at = _HEADER.size + verdicts_length
        written: _Own = _read(_decoded(packed[own_at + _INSTANT.size : own_at + own_length]))
        return written[0]
    except _DAMAGE as fault:
        raise ValueError(f"not a fact: {fault}") from None


def _fact(verdicts: bytes, own: bytes, sketches: bytes, zone: tzinfo) -> Fact:
    role, grade, answer, shared, mentions = _read_verdicts(verdicts)
    year, month, day, hour, minute, second, microsecond, fold, offset, sketched, quoted = (
        _INSTANT.unpack_from(own)
    )
    if sketched + quoted != len(sketches):
        raise ValueError("cut short")
    values = _read(_decoded(own[_INSTANT.size :]))
    if len(values) == _WITHOUT_SPAN:
        values += [None]
    written: _Own = values
    (
        key, file, message_id, sender, correspondent, subject, direct,
        recipients, references, identifiers, findings, announced, report, span,
    ) = written  # fmt: skip
    return Fact(
        key=key,
        file=file,
        role=role,
        at=datetime(
            year, month, day, hour, minute, second, microsecond, _zone(offset, zone), fold=fold
        ),
        grade=grade,
        message_id=message_id,
        references=tuple(references),
        sender=sender,
        recipients=tuple(recipients),
        direct=direct,
        subject=subject,
        reading=_reading(shared, sender if correspondent is None else correspondent),
        answer=answer,
        mentions=mentions,
        announced=_announced(announced) if announced else None,
        sketch=sketches[:sketched],
        quoted_sketch=sketches[sketched:],
        identifiers=tuple(identifiers),
        report=_report(report) if report else None,
        findings=tuple(findings),
        span=_span(span) if span else None,
    )


# --- the instant ----------------------------------------------------------------------------------


def _offset(at: datetime) -> int:
    """The offset of an instant that is not in the territory's zone, in seconds."""
    if not isinstance(at.tzinfo, timezone):
        return _IN_THE_ZONE
    return int(at.tzinfo.utcoffset(None).total_seconds())


def _zone(offset: int, zone: tzinfo) -> tzinfo:
    return zone if offset == _IN_THE_ZONE else timezone(timedelta(seconds=offset))


# --- what is the message's own --------------------------------------------------------------------


def _written_own(fact: Fact) -> bytes:
    at = fact.at
    instant = _INSTANT.pack(
        at.year, at.month, at.day, at.hour, at.minute, at.second, at.microsecond, at.fold, _offset(at),
        len(fact.sketch), len(fact.quoted_sketch),
    )  # fmt: skip
    return instant + _encoded(_write(_own(fact)))


def _own(fact: Fact) -> _Own:
    correspondent = fact.reading.correspondent
    return (
        fact.key,
        fact.file,
        fact.message_id,
        fact.sender,
        None if correspondent == fact.sender else correspondent,
        fact.subject,
        fact.direct,
        list(fact.recipients),
        list(fact.references),
        list(fact.identifiers),
        list(fact.findings),
        _written_announcement(fact.announced) if fact.announced else None,
        _written_report(fact.report) if fact.report else None,
        _written_span(fact.span) if fact.span else None,
    )


def _written_announcement(found: Announced) -> tuple[str | None, str]:
    return found.on.isoformat() if found.on else None, found.text


def _announced(written: tuple[str | None, str]) -> Announced:
    on, text = written
    return Announced(on=date.fromisoformat(on) if on else None, text=text)


def _written_report(found: Report) -> tuple[str, list[tuple[str, str, str]], str | None]:
    recipients = [(who.address, who.action, who.status) for who in found.recipients]
    return found.kind, recipients, found.original_message_id


def _report(written: tuple[str, list[tuple[str, str, str]], str | None]) -> Report:
    kind, recipients, original = written
    return Report(
        kind=kind,
        recipients=tuple(
            ReportedRecipient(address=address, action=action, status=status)
            for address, action, status in recipients
        ),
        original_message_id=original,
    )


def _written_span(found: Span) -> tuple[str, str]:
    return found.earliest_on.isoformat(), found.latest_on.isoformat()


def _span(written: tuple[str, str]) -> Span:
    earliest_on, latest_on = map(date.fromisoformat, written)
    return Span(earliest_on=earliest_on, latest_on=latest_on)


def _encoded(text: str) -> bytes:
    """UTF-8 that also holds the lone surrogates of hostile mail."""
    return text.encode("utf-8", "surrogatepass")


def _decoded(written: bytes) -> str:
    return written.decode("utf-8", "surrogatepass")


# --- what thousands of messages share -------------------------------------------------------------


def _written_verdicts(fact: Fact) -> bytes:
    reading = fact.reading
    return _written_lines(
        (
            fact.role, fact.grade, fact.answer, reading.nature, reading.also, reading.answer_due,
            reading.evidence, reading.confidence, reading.reason,
        ),
        fact.mentions,
    )  # fmt: skip


@lru_cache(maxsize=1024)
def _written_lines(verdicts: _Verdicts, mentions: Mentions | None) -> bytes:
    role, grade, answer, nature, also, answer_due, evidence, confidence, reason = verdicts
    rested = [(found.rule, found.text, found.place) for found in evidence]
    written = (role, grade, answer, nature, also, answer_due, rested, confidence, reason)
    return _encoded(f"{_write(written)}\n{_written_mentions(mentions) if mentions else ''}")


def _written_mentions(found: Mentions) -> str:
    three = [_said(mention) for mention in (found.author, found.service, found.institution)]
    return _write((three, found.from_class, found.header_only, found.findings))


def _said(mention: Mention) -> _Said:
    return mention.outcome, mention.text, mention.level, mention.place, mention.decided_by


@lru_cache(maxsize=1024)
def _read_verdicts(
    lines: bytes,
) -> tuple[Role, Grade, Nature | None, Reading, Mentions | None]:
    """The verdicts of a message; its reading without the correspondent, who is the message's own."""
    verdicts, _, mentions = _decoded(lines).partition("\n")
    role, grade, answer, nature, also, answer_due, evidence, confidence, reason = _read(verdicts)
    reading = Reading(
        nature=Nature(nature),
        also=tuple(map(Nature, also)),
        answer_due=answer_due,
        evidence=tuple(
            Evidence(rule=rule, said=text, place=place) for rule, text, place in evidence
        ),
        confidence=Confidence(confidence),
        reason=reason,
    )
    return (
        Role(role),
        Grade(grade),
        Nature(answer) if answer is not None else None,
        reading,
        _mentions(mentions) if mentions else None,
    )


def _reading(shared: Reading, correspondent: str) -> Reading:
    """`replace`, in a third of its time."""
    return Reading(
        nature=shared.nature,
        also=shared.also,
        answer_due=shared.answer_due,
        correspondent=correspondent,
        evidence=shared.evidence,
        confidence=shared.confidence,
        reason=shared.reason,
    )


@lru_cache(maxsize=1024)
def _mentions(written: str) -> Mentions:
    """One object for equal mentions, since the same agents sign thousands of times."""
    (author, service, institution), from_class, header_only, findings = _read(written)
    return Mentions(
        author=_mention(*author),
        service=_mention(*service),
        institution=_mention(*institution),
        from_class=from_class,
        header_only=tuple(header_only),
        findings=tuple(findings),
    )


@lru_cache(maxsize=4096)
def _mention(
    outcome: str, text: str, level: str | None, place: str | None, decided_by: str
) -> Mention:
    return Mention(
        outcome=Outcome(outcome),
        text=text,
        level=AuthorLevel(level) if level is not None else None,
        place=Place(place) if place is not None else None,
        decided_by=decided_by,
    )


# --- many facts -----------------------------------------------------------------------------------


@dataclass(slots=True)
class PackedFacts:
    """Facts in a third of their room, equal verdicts kept once, each unpacked when it is asked for."""

    zone: tzinfo
    # Small strings apart: beyond 512 octets the allocator does not share the room that is given back.
    _own: list[bytes] = field(default_factory=list)
    _sketches: list[bytes] = field(default_factory=list)
    _verdicts: list[bytes] = field(default_factory=list)
    _known: dict[bytes, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Iterable[Fact], zone: tzinfo) -> Self:
        """Pack `facts`, whose instants are in `zone`."""
        packed = cls(zone)
        for fact in facts:
            packed.append(fact)
        return packed

    def append(self, fact: Fact) -> None:
        """Keep one more fact."""
        verdicts = _written_verdicts(fact)
        self._verdicts.append(self._known.setdefault(verdicts, verdicts))
        self._own.append(_written_own(fact))
        self._sketches.append(fact.sketch + fact.quoted_sketch)

    def pop(self, place: int) -> Fact:
        """The fact at `place`, whose room is given back; the others keep their places.

        Raises LookupError when it was taken out already.
        """
        if not self._own[place]:
            raise LookupError(place)
        fact = self[place]
        self._own[place] = self._sketches[place] = b""
        return fact

    def __getitem__(self, place: int) -> Fact:
        return _fact(self._verdicts[place], self._own[place], self._sketches[place], self.zone)

    def __iter__(self) -> Iterator[Fact]:
        return map(self.__getitem__, range(len(self)))

    def __len__(self) -> int:
        """How many were kept, also those that gave back their room."""
        return len(self._own)

    def __contains__(self, fact: object) -> bool:
        return any(kept == fact for kept in self)
