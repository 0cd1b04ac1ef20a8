"""The journal: what happened, line by line, each line bound to the one before it; no personal data.

A line is the UTF-8 of a JSON object with sorted keys; its `prev` is the SHA-256 of the bytes of the line before
and a line end, so that whoever has the file can follow the chain with `sha256sum` (`mailwatch.journal` writes the
files). What concerns a message, or
what a person said, is named by a commitment: HMAC-SHA256 of it under a salt that stands in its row. With the salt
anybody can check that this is the line; once the salt is erased the line is a random number.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import Connection, Select, func, select, text

from mailwatch.errors import Remark
from mailwatch.journal.heads import Head
from mailwatch.journal.lines import FIRST, Trail, Values, digest, read, written
from mailwatch.register import rows, tables
from mailwatch.register.terms import ClockSet, Failing, Tie

SALT = 16
"""Octets of a salt."""
GONE = b""
"""The salt of what was erased: it can no longer be proved, nor told from its line."""


class Kind(StrEnum):
    """What the register itself writes down."""

    SETTINGS = "settings"
    FACT = "fact"
    QUARANTINE = "quarantine"
    WITHHELD = "withheld"
    LISTED = "listed"
    GAP = "gap"
    MOVED = "moved"
    """What came and went unseen in one folder was found in another."""
    RENUMBERED = "renumbered"
    REWOUND = "rewound"
    RECONCILED = "reconciled"
    RELEASED = "released"
    """A newer version read what was quarantined."""
    DECISION = "decision"
    CORRECTION = "correction"
    LETTER = "letter"
    ANSWER = "answer"
    SAMPLE = "sample"
    REVIEW = "review"
    ALERT = "alert"
    SEAL = "seal"


FAILURE, RECOVERY = "failure", "recovery"
"""What the service writes down when a folder, an account or the sending begins to fail, and when it no longer does."""
CLOCK = "clock"
"""What it writes down when the machine's clock was set."""


def append(connection: Connection, at: datetime, entries: Iterable[tuple[str, Values]]) -> None:
    """Add lines to the journal, in the transaction of what they tell."""
    size, last = _end(connection)
    instant = tables.written(at)
    lines: list[tuple[rows.Value, ...]] = []
    for number, (kind, values) in enumerate(entries, start=size + 1):
        line = written({**values, "at": instant, "kind": kind, "n": number, "prev": last})
        last = digest(line)
        lines.append((number, instant, str(kind), line))
    rows.add(connection, tables.journal, ("seq", "at", "kind", "line"), lines)


def _end(connection: Connection) -> tuple[int, str]:
    """The number of lines, and the digest that the next one is to hold."""
    last = select(func.max(tables.journal.c.seq)).scalar_subquery()
    row = connection.execute(
        select(tables.journal.c.seq, tables.journal.c.line).where(tables.journal.c.seq == last)
    ).first()
    return (row.seq, digest(row.line)) if row else (0, FIRST)


def size(connection: Connection) -> int:
    """Give the number of the last line."""
    return _end(connection)[0]


def head(connection: Connection) -> Head:
    """Give the number of lines and the digest of them all, as `cat` and `sha256sum` find it; empty for none."""
    whole, number = sha256(), 0
    for seq, line in lines_after(connection, 0):
        whole.update(line + b"\n")
        number = seq
    return Head(size=number, digest=whole.hexdigest() if number else "")


def lines_after(connection: Connection, number: int) -> Iterator[tuple[int, bytes]]:
    """Give the lines that come after one, in order, with their numbers."""
    asked = "SELECT seq, line FROM journal WHERE seq > ? ORDER BY seq"
    for row in connection.exec_driver_sql(asked, (number,)):
        yield row[0], row[1]


def followed(connection: Connection, wanted: Iterable[int]) -> Trail:
    """Follow the lines from the first, and keep the digest of those up to each of the sizes `wanted`."""
    trail = Trail(wanted)
    for _, line in lines_after(connection, 0):
        trail.add(line)
    return trail


def last_of(connection: Connection, kind: str) -> Mapping[str, object]:
    """Give what the last line of a kind says; empty when there is none."""
    lines = tables.journal.c
    asked = lines_of(kind).with_only_columns(lines.line).order_by(None).order_by(lines.seq.desc())
    line = connection.scalar(asked.limit(1))
    return read(line) if line else {}


def lines_of(*kinds: str) -> Select[datetime, str, bytes]:
    """Ask for the instant, kind and text of every line of some kinds, in order; facts are not to be asked for."""
    lines = tables.journal.c
    # SQLite takes the index when it reads in the question what the index leaves out.
    indexed = text("kind <> 'fact'")
    asked = select(lines.at, lines.kind, lines.line).where(lines.kind.in_(kinds), indexed)
    return asked.order_by(lines.seq)


def failing(connection: Connection) -> tuple[Failing, ...]:
    """Give what began to fail and has not recovered since, by account and folder."""
    last: dict[tuple[str, str], Failing | None] = {}
    for row in connection.execute(lines_of(FAILURE, RECOVERY)):
        told = read(row.line)
        account, folder = (str(told.get(name) or "") for name in ("account", "folder"))
        error = str(told.get("error") or "")
        failed = Failing(account=account, folder=folder, error=error, since=row.at)
        last[account, folder] = failed if row.kind == FAILURE else None
    return tuple(failed for _, failed in sorted(last.items()) if failed is not None)


def clock_sets(connection: Connection, since: datetime) -> tuple[ClockSet, ...]:
    """Give the times that the machine's clock was set, of those written down from an instant on, in order."""
    found = []
    for row in connection.execute(lines_of(CLOCK)):
        seconds = read(row.line).get("seconds")
        if row.at >= since and isinstance(seconds, int):
            found.append(ClockSet(at=row.at, seconds=seconds))
    return tuple(found)


def times(connection: Connection, kind: Kind, values: Values) -> int:
    """Say how many lines of a kind tell of `values`."""
    told = (read(row.line) for row in connection.execute(lines_of(kind)))
    return sum(all(line.get(name) == value for name, value in values.items()) for line in told)


def broken(connection: Connection) -> Iterator[Remark]:
    """Follow the chain from the first line, and say in French where it does not hold."""
    expected, last = 1, FIRST
    for row in connection.execute(select(tables.journal).order_by(tables.journal.c.seq)):
        told = read(row.line)
        if row.seq != expected or told.get("n") != row.seq:
            yield Remark("journal : la ligne {line} manque", line=expected)
        if told.get("prev") != last:
            yield Remark("journal : la ligne {line} ne suit pas la précédente", line=row.seq)
        if (told.get("kind"), told.get("at")) != (row.kind, tables.written(row.at)):
            yield Remark("journal : la ligne {line} ne dit pas ce que dit sa table", line=row.seq)
        expected, last = row.seq + 1, digest(row.line)


# --- commitments ----------------------------------------------------------------------------------


def salts(count: int) -> list[bytes]:
    """Draw `count` salts."""
    drawn = os.urandom(SALT * count)
    return [drawn[at : at + SALT] for at in range(0, len(drawn), SALT)]


def commitment(salt: bytes, content: str) -> str:
    """Bind a line to `content`, which cannot be told from it."""
    return hmac.digest(salt, content.encode(), "sha256").hex()


def committed(line: bytes) -> str:
    """The commitment that a line holds; empty when it is about nothing that is kept."""
    told = read(line)
    return str(told.get("fact") or told.get("record") or "")


def ties(connection: Connection, keys: Sequence[str]) -> tuple[Tie, ...]:
    """Give what proves which lines are of the messages whose facts have those keys; nothing of what is erased."""
    fact = tables.fact.c
    asked = select(fact.key, fact.salt).where(fact.key.in_(keys), fact.salt != GONE)
    salted = {commitment(row.salt, row.key): row for row in connection.execute(asked)}
    if not salted:
        return ()
    facts = "SELECT seq, line FROM journal WHERE kind = 'fact' ORDER BY seq"
    return tuple(
        Tie(line=row[0], salt=salted[found].salt.hex(), key=salted[found].key)
        for row in connection.exec_driver_sql(facts)
        if (found := committed(row[1])) in salted
    )
