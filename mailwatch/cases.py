"""A request while its mail is read: the messages it took in, and the answers as they were given.

A case keeps what the request will say and what later messages are compared with, and no message: a year of
them is open at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import TypeVar

from mailwatch.addresses import is_ours
from mailwatch.model import Answer, Confidence, Fact, Grade, Link, Nature, Span
from mailwatch.ruleset import Desk, Policy
from mailwatch.threads import Thread, Tie, adding, day_mark
from mailwatch.workdays import delay

Value = TypeVar("Value", str, date, tuple[str, ...])
ERASED = "erased:"
"""Begins the name of a message whose identifier was erased; what comes by mail has angle brackets."""
_PARTS = {
    Nature.REQUEST: "complement",
    Nature.REMINDER: "reminder",
    Nature.COMPLAINT: "complement",
    Nature.SUGGESTION: "complement",
    Nature.OUT_OF_SCOPE: "complement",
    Nature.THANKS: "thanks",
    Nature.INTERNAL: "forward",
    Nature.INTERNAL_FORWARD: "forward",
    Nature.DELIVERY_REPORT: "bounce",
}


@dataclass(slots=True, kw_only=True, eq=False)
class Case:
    """A request as the messages read so far make it; `standing` turns it into a `Request`."""

    id: str
    file: str
    message_id: str | None
    received_at: datetime
    grade: Grade
    span: Span | None
    """The days of reception that its instants allow, where they disagree."""
    reason: str
    """Why its first message is out of scope, else empty."""
    nature: Nature
    person: str
    thread: Thread
    service: str
    boxes: tuple[str, ...]
    copied: frozenset[str] = frozenset()
    """Whoever else had the question, or was to have its answer: addresses outside."""
    # Tuples, since most cases hold one or two of each and a list costs as much again.
    links: tuple[Link, ...] = ()
    answers: tuple[Answer, ...] = ()
    answered_at: datetime | None = None
    """The instant of the last of them, bounced or not."""
    findings: tuple[str, ...] = ()
    confidence: Confidence = Confidence.HIGH

    def standing(self) -> tuple[str, ...]:
        """The natures of the answers that arrived, in order."""
        return tuple(answer.kind for answer in self.answers if not answer.bounced)

    def asked_back(self) -> bool:
        """Say whether the last answer that arrived asked something of the person."""
        return self.standing()[-1:] == (Nature.INFORMATION_NEEDED,)

    def closed(self, policy: Policy) -> bool:
        """Say whether an answer so far ended the request."""
        return any(kind in policy.substantive for kind in self.standing())

    def named_by(self, fact: Fact) -> bool:
        """Say whether an answer names this very request: a message of it, or the day it came."""
        day = day_mark(self.received_at.month, self.received_at.day)
        return day in fact.identifiers or any(
            name in self.thread.messages for name in fact.references
        )

    def answered_within(self, lapse: timedelta, until: datetime) -> bool:
        """Say whether the last answer was given less than `lapse` before `until`."""
        return self.answered_at is not None and until - self.answered_at <= lapse

    def came_back(self) -> bool:
        """Say whether the last answer did not arrive."""
        return bool(self.answers) and self.answers[-1].bounced

    def note(self, finding: str) -> None:
        """Remember something odd about the request, once; nothing when nothing is."""
        if finding:
            self.findings = adding(self.findings, (finding,))

    def waiting(self, policy: Policy) -> bool:
        """Say whether an answer without other evidence may well be for this request."""
        return self.nature is not Nature.OUT_OF_SCOPE and not self.closed(policy)

    def link(self, fact: Fact, part: str, ties: tuple[Tie, ...], confidence: Confidence) -> None:
        """Note that `fact` belongs here, what it does, and on what evidence."""
        self.links += (link(fact, part, ties, confidence),)

    def answer(self, fact: Fact, desk: Desk, *, bounced: bool) -> None:
        """Take in an answer; one that bounced leaves the request where it stood."""
        received_on = self.received_at.date()
        self.answers += (mail_answer(fact, received_on, desk, bounced=bounced),)
        self.answered_at = fact.at
        if fact.at <= self.received_at:
            self.note("negative_delay")
        if "filed_later" in fact.findings:
            self.note("filed_later")

    def lose_last_answer(self) -> None:
        """Note that the last answer that arrived came back after all."""
        last = next((answer for answer in reversed(self.answers) if not answer.bounced), None)
        self.answers = tuple(
            replace(answer, bounced=True) if answer is last else answer for answer in self.answers
        )


def link(fact: Fact, part: str, ties: tuple[Tie, ...], confidence: Confidence) -> Link:
    """The place of `fact` in a request: what it does there, and on what evidence."""
    return Link(
        key=fact.key,
        file=fact.file,
        message_id=fact.message_id,
        on=day_of(fact),
        part=part,
        evidence=_evidence(ties),
        confidence=confidence,
    )


def part_of(fact: Fact) -> str:
    """What a message does in a request that a person put it in."""
    if fact.answer is not None:
        return "answer"
    return _PARTS.get(fact.reading.nature, "automatic")


def mail_answer(fact: Fact, received_on: date, desk: Desk, *, bounced: bool = False) -> Answer:
    """An answer by e-mail to what was received on that day."""
    kind = fact.answer or Nature.REPLY
    on = day_of(fact)
    return Answer(
        on=on,
        delay=delay(desk.calendar, received_on, on, desk.institution.convention),
        kind=kind,
        substantive=kind in desk.rules.policy.substantive,
        message_id=fact.message_id,
        key=fact.key,
        mentions=fact.mentions,
        announced=fact.announced,
        bounced=bounced,
        grade=fact.grade,
        span=fact.span,
    )


def request_id(opening: Fact, *, repeated: bool = False) -> str:
    """The id of the request that `opening` opens: twelve hexadecimal digits, the same in any copy of the mail.

    A robot may give everything it sends one identifier: when it is `repeated`, the bytes tell. No address is
    in it, since whoever holds the id could try addresses out.
    """
    if opening.message_id is None:
        return opening.key[:12]
    name = opening.message_id.removeprefix(ERASED)
    if name == opening.message_id:
        name = _short_digest(name)
    return _short_digest(f"{name} {opening.key}") if repeated else name


def erased_name(message_id: str) -> str:
    """What a message is called whose identifier is to be forgotten: it opens the request that it opened."""
    return message_id if message_id.startswith(ERASED) else f"{ERASED}{_short_digest(message_id)}"


def _short_digest(name: str) -> str:
    return sha256(name.encode(errors="surrogatepass")).hexdigest()[:12]


def person_of(fact: Fact) -> str:
    """Whose question it is; a message without any address is its own person."""
    return fact.reading.correspondent or fact.sender or f"?{fact.key}"


def boxes_of(fact: Fact, desk: Desk) -> tuple[str, ...]:
    """The addresses of ours that `fact` was sent to."""
    ours: tuple[str, ...] = shared(
        tuple(who for who in fact.recipients if is_ours(who, desk.institution))
    )
    return ours


def copied(fact: Fact, desk: Desk) -> frozenset[str]:
    """The addresses outside that a question of somebody else was sent to, or asks to answer at."""
    person = person_of(fact)
    outside = (who for who in fact.recipients if who != person)
    return frozenset(who for who in outside if not is_ours(who, desk.institution))


def service_of(addresses: Iterable[str], desk: Desk) -> str:
    """The service of the first watched box among `addresses`, else nothing."""
    services = {box.address: box.service for box in desk.institution.boxes}
    return next((services[who] for who in addresses if who in services), "")


def day_of(fact: Fact) -> date:
    """The local day of `fact`."""
    day: date = shared(fact.at.date())
    return day


@lru_cache(maxsize=4096)
def shared(value: Value) -> Value:
    """One object for equal days, boxes and subjects: a year of mail has few."""
    return value


@lru_cache(maxsize=256)
def _evidence(ties: tuple[Tie, ...]) -> tuple[str, ...]:
    """What a link rests on: its ties, else the person alone."""
    return tuple(tie.value for tie in ties) or ("person",)
