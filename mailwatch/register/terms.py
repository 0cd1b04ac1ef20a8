"""The words of the register, as immutable values: where a message lies, how far we looked, what was missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from zoneinfo import ZoneInfo

from mailwatch.model import Role

ANY_ZONE = ZoneInfo("UTC")
"""A packed fact keeps wall time; which zone names it while it is only moved or named changes nothing."""


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
    reconciled_at: datetime | None = None
    """When all that is on the server was last compared with what is here."""
    modseq: int = 0
    """The HIGHESTMODSEQ of the last look (RFC 7162); 0 when the server tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A message that could not be read, with the reason in French."""

    reason: str
    server_at: datetime | None = None
    role: Role = Role.INBOX
    parser: int | None = None
    """The version of what could not read it; another one tries once more."""


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
    server_at: datetime | None = None
    """Its INTERNALDATE: with its number, what a folder that was restored is known by."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """How a stretch of a folder's numbers, all below its cursor, differs from what is on the server."""

    there: int
    """Messages of the server."""
    missed: tuple[int, ...] = ()
    """UIDs that were never listed."""
    reread: tuple[int, ...] = ()
    """UIDs that were given up and are there after all."""
    returned: tuple[int, ...] = ()
    """UIDs that were gone and are there again; what they are is known."""
    gone: tuple[int, ...] = ()
    """UIDs that are known and no longer there."""

    @property
    def count(self) -> int:
        """How many messages differ."""
        return len(self.missed) + len(self.reread) + len(self.returned) + len(self.gone)

    @property
    def unread(self) -> int:
        """How many messages are to be read."""
        return len(self.missed) + len(self.reread)

    def __add__(self, more: Differences) -> Differences:
        """Put those of another stretch beside these."""
        return Differences(
            there=self.there + more.there,
            missed=(*self.missed, *more.missed),
            reread=(*self.reread, *more.reread),
            returned=(*self.returned, *more.returned),
            gone=(*self.gone, *more.gone),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One comparison of a folder with its server, as the journal tells it."""

    account: str
    folder: str
    at: datetime
    there: int
    healed: int
    """Messages that the looks had not seen or had given up, and that were read then."""
    gone: int
    """Messages found to be no longer there since the comparison before."""
    restored: bool = False
    """The server had gone back to an earlier state, and the folder was read anew from the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """A message of a folder that is known on both sides: it tells whether the numbers still mean the same."""

    uid: int
    key: str
    message_id: str
    server_at: datetime | None
    """INTERNALDATE when it was read; None when it is not known any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """A message of one folder that may be the one that came to another and left it unseen."""

    gap: int
    """The number of the gap that it would account for."""
    missing_from: Place
    place: Place
    uidvalidity: int
    uid: int
    moved_after: datetime
    """It is the one only if it was put where it is later than this."""


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
class ClockSet:
    """The machine's clock was set while the service looked on."""

    at: datetime
    """By the clock as it was set."""
    seconds: int
    """How far forward; negative for back."""


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
