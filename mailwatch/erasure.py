"""Facts that name nobody any more, and still amount to the same requests.

What ties facts together is renamed under a key that nobody keeps: equal before is equal after, so that the same
requests, answers and delays are decided, under the same ids. No address, subject or word leads to them any more;
only whoever still has the very mail can tell that it is the one. What other persons share with the one who is
erased keeps its name, where it ties their own messages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TypeVar

from mailwatch.addresses import is_ours
from mailwatch.cases import erased_name
from mailwatch.kinship import bare, names
from mailwatch.model import Fact, Institution, Nature, Report
from mailwatch.threads import EMPTY_SUBJECTS

Tie = TypeVar("Tie", str, bytes)

DIGEST = 4
"""Octets of one digest of a sketch."""
_NAME = 8
"""Octets of a new name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Facts without the persons who were erased from them."""

    facts: tuple[Fact, ...]
    """All that were given, in their order."""
    owned: frozenset[str]
    """The keys of those that are of nobody else: nothing of them may prove anything any more."""
    names: Mapping[str, str]
    """What persons may call the messages and requests of the erased, bare, and what each is called now."""
    persons: Mapping[str, str]
    """What the erased persons are called now."""


def erased(
    facts: Sequence[Fact],
    persons: frozenset[str],
    key: bytes,
    institution: Institution,
    numbers: frozenset[str] = frozenset(),
) -> Erasure:
    """Take `persons` out of `facts`, which hold all that their messages may touch.

    `key`, of 16 to 64 octets, must be drawn for this and thrown away. `numbers` are ours, and stay: those of
    letters.
    """
    own = [fact for fact in facts if _is_of(fact, persons, institution)]
    keys = frozenset(fact.key for fact in own)
    others = [fact for fact in facts if fact.key not in keys]
    fresh = _Fresh(
        key=key,
        persons=persons,
        messages=frozenset(_messages(own)) - {fact.message_id or "" for fact in others},
        seen=frozenset(fact.message_id or "" for fact in own),
        subjects=_only(own, others, _subjects) - EMPTY_SUBJECTS,
        numbers=_only(own, others, _numbers) - numbers,
        words=_only(own, others, _words),
    )
    called = {name: name for fact in own for name in names(fact)}
    called |= {bare(name): bare(fresh.message(name)) for name in sorted(fresh.messages)}
    return Erasure(
        facts=tuple(map(fresh.fact, facts)),
        owned=keys,
        names=called,
        persons={person: fresh.person(person) for person in persons},
    )


def outsiders(fact: Fact, institution: Institution) -> frozenset[str]:
    """The persons outside that a fact names."""
    return frozenset(who for who in _addresses(fact) if who and not is_ours(who, institution))


def _addresses(fact: Fact) -> Iterator[str]:
    # A server that tells what could not be delivered is nobody.
    if fact.reading.nature is not Nature.DELIVERY_REPORT:
        yield fact.sender
    yield fact.reading.correspondent
    yield from fact.recipients
    if fact.report is not None:
        yield from (who.address for who in fact.report.recipients)


def _is_of(fact: Fact, persons: frozenset[str], institution: Institution) -> bool:
    """Say whether a fact is of `persons` and of nobody else outside."""
    named = outsiders(fact, institution)
    return bool(named) and named <= persons


# --- what ties -----------------------------------------------------------------------------------


def _messages(facts: Iterable[Fact]) -> Iterator[str]:
    for fact in facts:
        yield from fact.references
        if fact.message_id is not None:
            yield fact.message_id
        if fact.report is not None and fact.report.original_message_id is not None:
            yield fact.report.original_message_id


def _subjects(fact: Fact) -> Iterator[str]:
    yield fact.subject


def _numbers(fact: Fact) -> Iterator[str]:
    # The mark of a day (`@03-02`) is of everybody.
    yield from (number for number in fact.identifiers if not number.startswith("@"))


def _words(fact: Fact) -> Iterator[bytes]:
    for sketch in (fact.sketch, fact.quoted_sketch):
        yield from (sketch[at : at + DIGEST] for at in range(0, len(sketch), DIGEST))


def _only(
    own: Iterable[Fact], others: Iterable[Fact], ties: Callable[[Fact], Iterator[Tie]]
) -> frozenset[Tie]:
    """What ties `own` and none of the `others`."""
    shared = {tie for fact in others for tie in ties(fact)}
    return frozenset(tie for fact in own for tie in ties(fact)) - shared


# --- new names -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fresh:
    """Gives new names to what is to be forgotten."""

    key: bytes
    persons: frozenset[str]
    messages: frozenset[str]
    seen: frozenset[str]
    """Those of them that are here, and may open a request."""
    subjects: frozenset[str]
    numbers: frozenset[str]
    words: frozenset[bytes]

    def fact(self, fact: Fact) -> Fact:
        reading = fact.reading
        return replace(
            fact,
            sender=self.person(fact.sender),
            recipients=tuple(map(self.person, fact.recipients)),
            reading=replace(reading, correspondent=self.person(reading.correspondent)),
            message_id=self.message(fact.message_id) if fact.message_id is not None else None,
            references=tuple(map(self.message, fact.references)),
            subject=self._new(fact.subject, b"subject", self.subjects),
            identifiers=tuple(
                self._new(number, b"number", self.numbers) for number in fact.identifiers
            ),
            sketch=self._sketch(fact.sketch),
            quoted_sketch=self._sketch(fact.quoted_sketch),
            report=self._report(fact.report) if fact.report is not None else None,
        )

    def person(self, address: str) -> str:
        return self._new(address, b"address", self.persons)

    def message(self, name: str) -> str:
        if name in self.seen and name in self.messages:
            return erased_name(name)
        return self._new(name, b"message", self.messages)

    def _sketch(self, sketch: bytes) -> bytes:
        digests = (sketch[at : at + DIGEST] for at in range(0, len(sketch), DIGEST))
        return b"".join(
            self._digest(digest, b"sketch", DIGEST) if digest in self.words else digest
            for digest in digests
        )

    def _report(self, report: Report) -> Report:
        original = report.original_message_id
        return replace(
            report,
            recipients=tuple(
                replace(who, address=self.person(who.address)) for who in report.recipients
            ),
            original_message_id=self.message(original) if original is not None else None,
        )

    def _new(self, name: str, kind: bytes, forgotten: frozenset[str]) -> str:
        if name not in forgotten:
            return name
        # Hostile headers hold lone surrogates.
        return self._digest(name.encode("utf-8", "surrogatepass"), kind, _NAME).hex()

    def _digest(self, name: bytes, kind: bytes, size: int) -> bytes:
        return blake2b(name, key=self.key, digest_size=size, person=kind).digest()
