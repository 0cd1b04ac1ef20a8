"""The words that name what a value may be: channels, natures, outcomes, grades, states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Channel(StrEnum):
    """How a request reached the administration; it decides the number of working days."""

    EMAIL = "email"
    LETTER = "letter"


class Role(StrEnum):
    """What a folder holds: mail that arrived, or mail that was sent."""

    INBOX = "inbox"
    SENT = "sent"


class Direction(StrEnum):
    """Which way a message went, by the role of the folder it was found in."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class Nature(StrEnum):
    """What a message is; the words of the public contract."""

    REQUEST = "request"
    REMINDER = "reminder"
    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    THANKS = "thanks"
    AUTOMATIC_REPLY = "automatic_reply"
    OUT_OF_OFFICE = "out_of_office"
    DELIVERY_REPORT = "delivery_report"
    READ_RECEIPT = "read_receipt"
    CALENDAR_REPLY = "calendar_reply"
    BULK = "bulk"
    SPAM = "spam"
    OUT_OF_SCOPE = "out_of_scope"
    INTERNAL = "internal"
    REPLY = "reply"
    HOLDING_REPLY = "holding_reply"
    INFORMATION_NEEDED = "information_needed"
    REFERRAL = "referral"
    AUTOMATIC_ACKNOWLEDGEMENT = "automatic_acknowledgement"
    INTERNAL_FORWARD = "internal_forward"


class Confidence(StrEnum):
    """How far a verdict may be trusted without a person; `LOW` asks for review."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What became of a mention that was looked for; "could not tell" is a result of its own."""

    PRESENT = "present"
    ABSENT = "absent"
    EXEMPT = "exempt"
    UNVERIFIABLE = "unverifiable"


class AuthorLevel(StrEnum):
    """How the writer is named, from the most to the least."""

    FULL_NAME = "full_name"
    FIRST_NAME = "first_name"
    INITIALS = "initials"
    NUMBER = "number"
    ROLE = "role"


class Place(StrEnum):
    """Where in the writer's own words a mention was found."""

    SIGNATURE = "signature"
    HEADER_BLOCK = "header_block"
    DELEGATED_FORMULA = "delegated_formula"
    BODY = "body"


class Grade(StrEnum):
    """How well an instant is attested, from the MTA's word to a contradiction."""

    A = "A"
    """Handed over by the mail server, or seen live."""
    B = "B"
    """A server's date, consistent with live polling."""
    C = "C"
    """Found afterwards, in a backfill or an export."""
    X = "X"
    """Instants that contradict each other."""


class State(StrEnum):
    """Where a request stands on a given day."""

    ANSWERED_IN_TIME = "answered_in_time"
    ANSWERED_LATE = "answered_late"
    OVERDUE = "overdue"
    PENDING = "pending"
    EXCLUDED = "excluded"


class Convention(StrEnum):
    """What a reception on a closed day means: day 0 as it is, or moved to the next working day."""

    STRICT = "strict"
    ROLLED = "rolled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The days between which something happened, both included."""

    earliest_on: date
    latest_on: date
