"""The register file at a glance, by SQLite alone: what the probe tells of it, in one read-only transaction.

Nothing is asked that a later schema is likely to change; a register whose tables are others is said to be of another
version. A register that is being written is waited for as long as the caller allows, and no longer.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from mailwatch.errors import BusyError, MailwatchError, RefusedError, RegisterError, refusal

_FILE = "register.sqlite"
_APPLICATION = 0x4D575247
"""`MWRG`, as the register has it in its header."""

_AWAITING = (
    "SELECT place, count(*) FROM sighting JOIN place ON place.id = place"
    " AND place.uidvalidity = sighting.uidvalidity WHERE state = 'listed' GROUP BY place"
)
_QUARANTINED = "SELECT place, count(*) FROM sighting WHERE state = 'quarantined' GROUP BY place"
_WAITING = "SELECT count(*) FROM alert WHERE state IN ('queued', 'sending')"
_LINES = "SELECT coalesce(max(seq), 0) FROM journal"
# SQLite takes the index of kinds when it reads in the question what the index leaves out.
_FAILURES = (
    "SELECT kind, at, line FROM journal"
    " WHERE kind IN ('failure', 'recovery') AND kind <> 'fact' ORDER BY seq"
)
_CLOCK = "SELECT at FROM journal WHERE kind = 'clock' AND kind <> 'fact' ORDER BY seq DESC LIMIT 1"
_LAST = "SELECT at FROM journal ORDER BY seq DESC LIMIT 1"
_WEEKLY = "SELECT alert_id FROM alert WHERE alert_id LIKE 'weekly/%' ORDER BY seq DESC LIMIT 1"
_FAILED = "SELECT alert_id FROM alert WHERE state = 'failed'"

_Row = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A watched folder as the register has it."""

    looked_at: datetime | None
    """When it was last listed to its end; None before the first time."""
    awaiting: int
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """What began to fail and has not recovered since."""

    error: str
    """The name of the class of the error."""
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What there is to see from outside."""

    folders: Mapping[tuple[str, str], Folder]
    """By account and folder."""
    failing: Mapping[tuple[str, str], Failing]
    """By account and folder; no folder for a whole account, no account for the sending of alerts."""
    told_at: datetime | None
    """When the journal's last line was written."""
    clock_set_at: datetime | None
    """When the machine's clock was last set."""
    waiting: int
    """Alerts that have not left."""
    refused: int
    """Alerts of the last week that the server refused for good."""
    lines: int
    """Of the journal."""
    octets: int
    """Of the register."""
    free: int
    """Octets left on its disk for this account."""


def glance(state: Path, wait: float) -> Glance:
    """Look at the register of `state`, waiting for whoever writes `wait` seconds at most.

    Raises RegisterError when it is missing, damaged or of another version, RefusedError when this account may not
    read it, BusyError when it stays held.
    """
    path = state / _FILE
    try:
        octets = path.stat().st_size
        free = os.statvfs(state)
        with closing(_opened(path, wait)) as connection:
            return _seen(connection, octets, free.f_bavail * free.f_frsize)
    except FileNotFoundError:
        raise RegisterError("aucun registre dans « {folder} »", folder=state) from None
    except OSError as fault:
        raise RefusedError(
            "le registre « {path} » ne peut pas être lu ({reason})",
            path=path,
            reason=refusal(fault),
        ) from None
    except sqlite3.Error as fault:
        raise _in_words(fault, path) from None
    except (ValueError, TypeError, KeyError):
        raise _damaged(path) from None


def _opened(path: Path, wait: float) -> sqlite3.Connection:
    name = f"file:{quote(str(path.absolute()))}?mode=ro"
    connection = sqlite3.connect(name, uri=True, timeout=wait, isolation_level=None)
    connection.execute("PRAGMA trusted_schema = 0")
    return connection


def _seen(connection: sqlite3.Connection, octets: int, free: int) -> Glance:
    connection.execute("BEGIN")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != _APPLICATION:
        raise sqlite3.DatabaseError
    return Glance(
        folders=_folders(connection),
        failing=_failing(connection),
        told_at=_at(connection, _LAST),
        clock_set_at=_at(connection, _CLOCK),
        waiting=_count(connection, _WAITING),
        refused=_refused(connection),
        lines=_count(connection, _LINES),
        octets=octets,
        free=free,
    )


def _count(connection: sqlite3.Connection, asked: str) -> int:
    return int(connection.execute(asked).fetchone()[0])


def _folders(connection: sqlite3.Connection) -> dict[tuple[str, str], Folder]:
    awaiting = dict(_pairs(connection.execute(_AWAITING)))
    quarantined = dict(_pairs(connection.execute(_QUARANTINED)))
    rows = connection.execute("SELECT id, account, folder, looked_at, complete FROM place")
    return {
        (str(account), str(folder)): Folder(
            looked_at=_instant(looked_at) if complete else None,
            awaiting=awaiting.get(number, 0),
            quarantined=quarantined.get(number, 0),
        )
        for number, account, folder, looked_at, complete in rows
    }


def _pairs(rows: Iterator[_Row]) -> Iterator[tuple[int, int]]:
    for number, count in rows:
        yield int(str(number)), int(str(count))


def _failing(connection: sqlite3.Connection) -> dict[tuple[str, str], Failing]:
    found: dict[tuple[str, str], Failing] = {}
    for kind, at, line in connection.execute(_FAILURES):
        told = json.loads(line)
        name = (str(told.get("account") or ""), str(told.get("folder") or ""))
        found.pop(name, None)
        if kind == "failure":
            found[name] = Failing(error=str(told.get("error") or ""), since=_instant(at))
    return found


def _at(connection: sqlite3.Connection, asked: str) -> datetime | None:
    row = connection.execute(asked).fetchone()
    return _instant(row[0]) if row else None


def _refused(connection: sqlite3.Connection) -> int:
    """Parts of the last weekly alert that were refused: their ids name its week."""
    last = connection.execute(_WEEKLY).fetchone()
    if last is None:
        return 0
    week = str(last[0]).split("/")[1]
    return sum(week in str(name).split("/") for (name,) in connection.execute(_FAILED))


def _instant(value: object) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value)).astimezone(UTC)


# --- what can go wrong ----------------------------------------------------------------------------


def _in_words(fault: sqlite3.Error, path: Path) -> MailwatchError:
    name = getattr(fault, "sqlite_errorname", "")
    match name.split("_")[1:2]:
        case ["BUSY"] | ["LOCKED"]:
            return BusyError("le registre « {path} » est tenu par un autre programme", path=path)
        case ["READONLY"]:
            # A transaction was cut short, and only whoever may write can take it back.
            return BusyError(
                "le registre « {path} » attend que le service reprenne une écriture interrompue",
                path=path,
            )
        case ["CANTOPEN"] | ["PERM"] | ["AUTH"]:
            return RefusedError("le registre « {path} » ne peut pas être lu", path=path)
        case ["ERROR"]:
            return RegisterError(
                "le registre « {path} » est d’une autre version que ce programme", path=path
            )
    return _damaged(path)


def _damaged(path: Path) -> RegisterError:
    return RegisterError("le registre « {path} » est endommagé, ou n’en est pas un", path=path)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Give what is inside `seconds`, whatever it waits for; raises BusyError. In the main thread alone."""

    def late(_number: int, _frame: FrameType | None) -> None:
        raise BusyError("pas de réponse en {seconds} s", seconds=f"{seconds:g}".replace(".", ","))

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
