"""The register: what was seen, what was decided, what persons said, and the journal of it all.

    with opened(folder, key) as register:
        register.listed(place, uidvalidity, uids, uidnext, at)      # first the list, committed
        register.record(place, sightings, at)                       # then what the messages are
        register.looked(place, at)                                  # the folder is listed to its end
        register.decide(desk, at)                                   # the requests that this changes
        register.requests(desk, today)

Every method is one transaction: it happened, journal line included, or it did not. Instants are kept as UTC.
Whatever goes wrong with the file is a `RegisterError` (damaged, another version, no register) or a `BusyError`
(held by another process, disk full).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from mailwatch.model import Audit, Correction, Letter, ManualAnswer, Period, Request
from mailwatch.register.terms import (
    AlertState,
    Cursor,
    Gap,
    Head,
    Isolated,
    Location,
    Outcome,
    Place,
    Quarantined,
    QueuedAlert,
    Sighting,
    Vanished,
)
from mailwatch.ruleset import Desk

__all__ = [
    "AlertState",
    "Cursor",
    "Gap",
    "Head",
    "Isolated",
    "Location",
    "Outcome",
    "Place",
    "Quarantined",
    "QueuedAlert",
    "Register",
    "Sighting",
    "Vanished",
    "backed_up",
    "checked",
    "created",
    "key_of",
    "opened",
    "upgraded",
]

UNWATCHED = timedelta(minutes=15)
"""Two looks at a folder further apart leave a gap in the observation."""


class Register:
    """An open register; made by `opened`, used by one thread."""

    # --- listing ----------------------------------------------------------------------------------

    def cursor(self, place: Place) -> Cursor | None:
        """Say how far `place` is listed; None when it never was."""
        raise NotImplementedError

    def listed(
        self, place: Place, uidvalidity: int, uids: Sequence[int], uidnext: int, at: datetime
    ) -> None:
        """Note that `uids` are all there is below `uidnext`, from where the cursor stood.

        Windows may be listed one after the other. UIDs that are missing in one came and went unseen: a gap,
        except before the first `looked`, where they are mail that was deleted before anybody watched. Another
        `uidvalidity` than the cursor's starts the folder anew; facts found again are recognised by their key.
        """
        raise NotImplementedError

    def awaiting(self, place: Place) -> tuple[int, ...]:
        """Give the UIDs that are listed and have no outcome yet, ascending."""
        raise NotImplementedError

    def record(self, place: Place, found: Sequence[Sighting], at: datetime) -> None:
        """Note what became of listed messages; one that has an outcome already keeps it."""
        raise NotImplementedError

    def looked(self, place: Place, at: datetime, unwatched: timedelta = UNWATCHED) -> None:
        """Note that `place` is listed to its end at `at`: called at the end of every pass, news or not.

        More than `unwatched` since the last time leaves a gap.
        """
        raise NotImplementedError

    # --- deciding ---------------------------------------------------------------------------------

    def decide(self, desk: Desk, at: datetime) -> int:
        """Decide anew what new facts, letters, corrections or another desk may change; say how many components."""
        raise NotImplementedError

    def requests(self, desk: Desk, today: date) -> tuple[Request, ...]:
        """Give every request as decided, in the order of reception, as it stands on `today`."""
        raise NotImplementedError

    def audit(self, desk: Desk, period: Period, today: date) -> Audit:
        """Give what the offline run over the same mail would, for the same pages."""
        raise NotImplementedError

    # --- what persons say -------------------------------------------------------------------------

    def correct(self, correction: Correction) -> None:
        """Add what a person set right; the newest of its kind and target holds."""
        raise NotImplementedError

    def corrections(self) -> tuple[Correction, ...]:
        """Give every correction ever made, the oldest first."""
        raise NotImplementedError

    def add_letters(self, letters: Sequence[Letter], at: datetime) -> int:
        """Add letters; one whose reference and line are known replaces what was said. Say how many were news."""
        raise NotImplementedError

    def letters(self) -> tuple[Letter, ...]:
        """Give the letters as they were last declared; their correspondents are pseudonyms."""
        raise NotImplementedError

    def answer(self, manual: ManualAnswer, at: datetime) -> None:
        """Add an answer outside the mail that a person vouches for."""
        raise NotImplementedError

    def answers(self) -> tuple[ManualAnswer, ...]:
        """Give the answers that persons vouched for, the oldest first."""
        raise NotImplementedError

    # --- alerts -----------------------------------------------------------------------------------

    def queue_alert(
        self,
        alert_id: str,
        message_id: str,
        message: bytes,
        recipients: Sequence[str],
        at: datetime,
    ) -> bool:
        """Put an alert in the outbox; False, and nothing changes, when `alert_id` is known."""
        raise NotImplementedError

    def alerts_in(self, state: AlertState) -> tuple[QueuedAlert, ...]:
        """Give the alerts in `state`, the oldest first."""
        raise NotImplementedError

    def mark_alert(self, alert_id: str, state: AlertState, at: datetime) -> None:
        """Note how far an alert got; LookupError when there is no such alert."""
        raise NotImplementedError

    def last_alert(self, kind: str) -> QueuedAlert | None:
        """Give the last queued alert whose id starts with `kind` and a slash, whatever its state."""
        raise NotImplementedError

    # --- journal and state ------------------------------------------------------------------------

    def journal(self, kind: str, at: datetime, **values: str | int | None) -> None:
        """Add a line to the journal: no personal data in `values`."""
        raise NotImplementedError

    def head(self) -> Head:
        """Give the number of journal lines and the digest of the last one."""
        raise NotImplementedError

    def settings_changed(self, digest: str, at: datetime) -> bool:
        """Note the digest of the settings file in the journal when it is not the last one noted."""
        raise NotImplementedError

    def quarantined(self) -> tuple[Isolated, ...]:
        """Give the messages that could not be read, the oldest first."""
        raise NotImplementedError

    def gaps(self, period: Period) -> tuple[Gap, ...]:
        """Give the gaps in the observation that touch `period`, the oldest first; days are UTC."""
        raise NotImplementedError

    def locate(self, name: str) -> tuple[Location, ...]:
        """Say where the messages of a request (its id) or a message (its `Message-ID` or key) lie."""
        raise NotImplementedError


def created(folder: Path) -> None:
    """Make an empty register and its key in `folder`, which only its owner can read.

    Raises RegisterError when there is a register already.
    """
    raise NotImplementedError


def key_of(folder: Path) -> bytes:
    """Read the key that `created` put beside the register.

    Raises RegisterError when it is missing or damaged, RefusedError when others can read it.
    """
    raise NotImplementedError


@contextmanager
def opened(folder: Path, key: bytes) -> Iterator[Register]:
    """Open the register of `folder` with the key of its pseudonyms."""
    raise NotImplementedError
    yield


def upgraded(folder: Path) -> bool:
    """Bring the register of `folder` to this version's schema; False when it was."""
    raise NotImplementedError


def backed_up(folder: Path, to: Path) -> None:
    """Copy the register, while it may be in use, to a new file; the key is not copied."""
    raise NotImplementedError


def checked(folder: Path, key: bytes, desk: Desk) -> tuple[str, ...]:
    """Give the faults of the register in French; none when file, journal, facts and decisions agree."""
    raise NotImplementedError
