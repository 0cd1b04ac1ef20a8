"""A request with its deadline and its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from mailwatch.model.terms import Channel, Confidence, Grade, Nature, Span, State
from mailwatch.model.verdicts import Announced, Mentions


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """One day of a deadline's explanation: does it count, and why."""

    on: date
    counts: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """When an answer is due, and how that was counted."""

    received_on: date
    due_on: date
    days: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A message that belongs to a request, what it does there, and on what evidence."""

    key: str
    file: str
    message_id: str | None
    on: date
    part: str
    """`copy`, `reminder`, `complement`, `thanks`, `answer`, `automatic`, `forward`, `bounce`."""
    evidence: tuple[str, ...]
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a request, by mail or vouched for by a person."""

    on: date
    delay: int
    kind: str
    """An outgoing nature, or the kind a manual answer was given."""
    substantive: bool
    message_id: str | None
    key: str
    mentions: Mentions | None
    announced: Announced | None
    bounced: bool = False
    declared: bool = False
    """Vouched for by a person, not seen in the mail."""
    grade: Grade = Grade.C
    """How well its date is attested; a person's word is one found afterwards."""
    span: Span | None = None
    """The days that its instants allow; None when they agree on one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What a request may have been, where instants disagree on a day: each from the earliest to the latest."""

    received: Span
    due: Span
    answered: Span | None
    """When the first qualifying answer was given; None without one."""
    delay: tuple[int, int] | None
    """Its shortest and its longest delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question by one person: the unit of counting, with all that was decided about it."""

    id: str
    file: str
    message_id: str | None
    channel: Channel
    received_at: datetime | None
    """None for a letter: its stamp is a date."""
    received_on: date
    grade: Grade
    due_on: date
    service: str
    nature: Nature
    state: State = State.PENDING
    answers: tuple[Answer, ...] = ()
    """Every answer in order, bounced ones included."""
    first: Answer | None = None
    """The first qualifying answer, which decides the rate."""
    substantive: Answer | None = None
    links: tuple[Link, ...] = ()
    boxes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    excluded_because: str = ""
    follow_up_on: date | None = None
    """When the substantive answer was promised, or expected by the rule, after a holding reply."""
    confidence: Confidence = Confidence.HIGH
    note: str = ""
    """What a person wrote of the cause of a delay, and of what was done about it."""
    corrected: tuple[str, ...] = ()
    """Kinds of the corrections that hold; a note corrects nothing."""
    bounds: Bounds | None = None
    """None when its instants agree on each day."""
