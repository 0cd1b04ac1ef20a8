"""The words of the register, as immutable values: where a message lies, how far we looked, what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from mailwatch.model import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A watched folder, by the names people know."""

    account: str
    folder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a folder is listed (RFC 9051 section 2.3.1.1): every UID below `uidnext` has a state of its own."""

    uidvalidity: int
    uidnext: int
    looked_at: datetime | None
    """When the folder was last listed to its end; None before the first time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A message that could not be read, with the reason in French."""

    reason: str
    server_at: datetime | None = None
    role: Role = Role.INBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """A message that was listed and is no longer there."""


Outcome: TypeAlias = bytes | Quarantined | Vanished
"""What became of a listed message; bytes are a sealed fact, packed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One listed message, with what became of it."""

    uid: int
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a message can be read again (RFC 5092)."""

    account: str
    folder: str
    uidvalidity: int
    uid: int
    key: str
    """The key of its fact; empty for a quarantined message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A time in which a folder was not looked at, or in which messages came and went unseen."""

    account: str
    folder: str
    since: datetime
    until: datetime
    missed: int
    """Messages that came and went; 0 when there was only nobody looking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolated:
    """A quarantined message: where it lies, when it was set apart, and why."""

    location: Location
    reason: str
    role: Role
    server_at: datetime | None
    at: datetime


class AlertState(StrEnum):
    """How far an alert got on its way."""

    QUEUED = "queued"
    SENDING = "sending"
    """Handed to the server, whose answer is not known: it may have left."""
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    """Seen in a mailbox."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedAlert:
    """One alert of the outbox, as it is or will be sent."""

    alert_id: str
    """Its kind, then what makes it one of that kind: `weekly/2026-W11/…`."""
    message_id: str
    message: bytes
    recipients: tuple[str, ...]
    state: AlertState
    at: datetime
    """When it came to this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """What fails since an instant: a folder, a whole account (no `folder`), or the sending of alerts (no `account`)."""

    account: str
    folder: str
    error: str
    """The name of the class of the error."""
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """What proves that a line of the journal is of a message: HMAC-SHA256 of the key under the salt stands in it."""

    line: int
    salt: str
    """In hexadecimal."""
    key: str
    """The key of its fact."""


def location_name(place: Place, uidvalidity: int, uid: int) -> str:
    """How a message of a mailbox is named in `Fact.file` and in lists (RFC 5092 section 3, names left readable)."""
    return f"{place.account}/{place.folder};UIDVALIDITY={uidvalidity}/;UID={uid}"
