"""Figures with the population they rest on, and an audit as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from mailwatch.model.declared import Correction, Institution
from mailwatch.model.mail import Unreadable
from mailwatch.model.requests import Request
from mailwatch.model.terms import Grade, Nature, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A rate with its population: never a percentage alone."""

    numerator: int
    denominator: int
    text: str
    """`92,3 %` or `Sans objet`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """How far a rate may be off: what instants that disagree, and messages that came and went unseen, allow."""

    lowest: Rate
    highest: Rate
    uncertain: int
    """Requests whose verdict depends on which of their instants is right."""
    missed: int
    """Messages that came and went unseen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelIndicators:
    """The figures of one channel over one period (engagements 17 and 18)."""

    answered_in_time: Rate
    substantive_in_time: Rate
    mean_first_delay: float | None
    mean_substantive_delay: float | None
    median_first_delay: float | None
    p90_first_delay: int | None
    pending: int
    holding_without_followup: int
    holding_open: int
    excluded: int
    margin: Margin | None = None
    """Of `answered_in_time`; None when nothing leaves it open."""
    grades: Mapping[Grade, int] = field(default_factory=dict)
    """How the arrivals of its population are attested."""
    answer_grades: Mapping[Grade, int] = field(default_factory=dict)
    """How the first answers are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionCount:
    """How one mention fared over the human answers (engagement 16.3)."""

    present: int
    exempt: int
    absent: int
    unverifiable: int
    text: str
    """The rate `(present + exempt) / (total - unverifiable)`, as `Rate.text`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicators:
    """All the figures of a period."""

    email: ChannelIndicators
    letter: ChannelIndicators
    author: MentionCount
    service: MentionCount
    institution: MentionCount
    grades: Mapping[Grade, int] = field(default_factory=dict)
    """How the arrivals of the population are attested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days over which requests are counted, both included; None is open."""

    from_on: date | None
    to_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unwatched:
    """A time in which a folder was not looked at, or in which messages came and went unseen."""

    account: str
    folder: str
    role: Role
    """What the folder holds: what is missing from it are requests, or answers."""
    since: datetime | None
    """None: before the folder was looked at for the first time."""
    until: datetime
    missed: int
    """Messages that came and went, by the numbers that the server gave out; 0 when there was only nobody looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """An answer of ours that a citizen quotes and that was never seen: a sent folder is not watched."""

    file: str
    on: date
    box: str
    request: str
    """The id of the request it probably answers, else empty."""
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """An incoming message that is no request, read with low confidence: perhaps it is one."""

    key: str
    file: str
    on: date
    nature: Nature
    box: str
    evidence: tuple[str, ...]
    """The rules it rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A line of a register of letters that could not be read, with the reason in French."""

    file: str
    line: int
    reason: str


class LocalChange(StrEnum):
    """What a site's own rule file does to the rules that ship with the program."""

    NEW = "new"
    """A rule of its own."""
    MORE = "more"
    """More phrases of a rule, or more words of a list."""
    OFF = "off"
    """A rule that the site does without."""
    VALUE = "value"
    """Another value of a settled definition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRule:
    """One thing that a site changes in the rules, and on what ground."""

    change: LocalChange
    target: str
    """The id of a rule, the key of a choice, or a list with its pack before it."""
    title: str
    source: str
    """What the change rests on; the reason of a rule that is switched off."""
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """A correction that holds, and what it concerns."""

    correction: Correction
    on: date
    """The day of the message it is about, or of the reception of its request."""
    request: str
    """The id of the request it changes; empty when the message belongs to none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All that an offline run found: what `report` prints and the public JSON holds."""

    institution: Institution
    period: Period
    today: date
    requests: tuple[Request, ...]
    """In the order of reception."""
    indicators: Indicators
    by_month: Mapping[str, Indicators]
    """`2026-01` and so on, of reception."""
    by_service: Mapping[str, Indicators]
    set_aside: Mapping[Nature, int]
    """Incoming messages that are no request at all, counted by nature."""
    doubted: tuple[SetAside, ...] = ()
    """Those of them whose reading is not sure."""
    unseen: tuple[Unseen, ...]
    quarantined: tuple[Unreadable, ...]
    refused: tuple[Refused, ...]
    messages: int
    """Messages read, the quarantined not among them."""
    duplicates: int
    """Further copies of messages already counted."""
    rules: str
    """The digest of the rule files."""
    rulings: tuple[Ruling, ...] = ()
    """What persons set right, by the day of what it concerns."""
    local: tuple[LocalRule, ...] = ()
    """What the site's own files change in the rules."""
    unwatched: tuple[Unwatched, ...] = ()
    """When mailboxes were not watched, the oldest first; files are never watched."""
