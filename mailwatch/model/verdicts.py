"""What is found of one message: evidence, what it is, its mentions, and the fact that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from mailwatch.model.mail import Report
from mailwatch.model.terms import AuthorLevel, Confidence, Grade, Nature, Outcome, Place, Role, Span


class Quotable(Protocol):
    """Words of a message in their place, copied out only when somebody reads them."""

    @property
    def text(self) -> str:
        """The words as they stand in the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a verdict rests on: a rule, and the words or the field that met it."""

    rule: str
    said: Quotable | str
    """The words in their place: most verdicts are counted, and their words never looked at."""
    place: str

    @property
    def text(self) -> str:
        """The words, or the value of the field."""
        return self.said if isinstance(self.said, str) else self.said.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a message is, and why."""

    nature: Nature
    also: tuple[Nature, ...] = ()
    answer_due: bool = False
    correspondent: str = ""
    """The citizen's address: the sender, or the person a form's robot or a colleague wrote for."""
    evidence: tuple[Evidence, ...] = ()
    confidence: Confidence = Confidence.HIGH
    reason: str = ""
    """Why the message is out of scope, in French, else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One of the three mentions of engagement 16.3 in one answer."""

    outcome: Outcome
    text: str = ""
    level: AuthorLevel | None = None
    place: Place | None = None
    decided_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """What an answer says of its author, its service and its institution (16.3)."""

    author: Mention
    service: Mention
    institution: Mention
    from_class: str
    """The class of the From address, apart from the mentions: `functional`, `personal`, `outside`, `none`."""
    header_only: tuple[str, ...] = ()
    """Mentions that only the display name or the subject carries: `author`, `service`, `institution`."""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """The date an answer promises more for; `on` is None when the words give no date."""

    on: date | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What is remembered of one message: its header's links and the verdicts, never its body.

    `sketch` and `quoted_sketch` are sets of word-sequence digests, enough to see that one text quotes
    another (`threads`), too little to read either.
    """

    key: str
    """Hexadecimal digest of the bytes."""
    file: str
    role: Role
    at: datetime
    """Arrival for an incoming message, sending for an outgoing one, in the territory's zone."""
    grade: Grade
    message_id: str | None
    references: tuple[str, ...]
    sender: str
    recipients: tuple[str, ...]
    """To then Cc, without the sender."""
    direct: int
    """How many of `recipients` are in To."""
    subject: str
    """The base subject, folded (RFC 5256 section 2.1, with the French prefixes)."""
    reading: Reading
    answer: Nature | None
    """The outgoing nature of a human message of ours to somebody outside, wherever it was found."""
    mentions: Mentions | None
    announced: Announced | None
    sketch: bytes
    quoted_sketch: bytes
    identifiers: tuple[str, ...]
    """File numbers and the like that the subject or the text names."""
    report: Report | None
    findings: tuple[str, ...]
    span: Span | None = None
    """The days that its instants allow, around that of `at`; None when they agree on it."""
