"""The journal: what happened, line by line, each line bound to the one before it; no personal data.

A line is the UTF-8 of a JSON object with sorted keys; its `prev` is the SHA-256 of the bytes of the line before
and a line end, so that whoever has the file can follow the chain with `sha256sum`. What concerns a message, or
what a person said, is named by a commitment: HMAC-SHA256 of it under a salt that stands in its row. With the salt
anybody can check that this is the line; once the salt is erased the line is a random number.
"""

from __future__ import annotations

import hmac
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import TypeAlias

from sqlalchemy import Connection, Select, func, select, text

from mailwatch.errors import Remark
from mailwatch.register import rows, tables
from mailwatch.register.terms import Failing, Head

SALT = 16
"""Octets of a salt."""
GONE = b""
"""The salt of what was erased: it can no longer be proved, nor told from its line."""
_FIRST = "0" * 64
"""Stands before the first line."""

_write = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode

Values: TypeAlias = Mapping[str, str | int | None]


class Kind(StrEnum):
    """What the register itself writes down."""

    SETTINGS = "settings"
    FACT = "fact"
    QUARANTINE = "quarantine"
    WITHHELD = "withheld"
    LISTED = "listed"
    GAP = "gap"
    RENUMBERED = "renumbered"
    REWOUND = "rewound"
    DECISION = "decision"
    CORRECTION = "correction"
    LETTER = "letter"
    ANSWER = "answer"
    ALERT = "alert"


FAILURE, RECOVERY = "failure", "recovery"
"""What the service writes down when a folder, an account or the sending begins to fail, and when it no longer does."""


def append(connection: Connection, at: datetime, entries: Iterable[tuple[str, Values]]) -> None:
    """Add lines to the journal, in the transaction of what they tell."""
    last = head(connection)
    digest = last.digest or _FIRST
    instant = tables.written(at)
    lines: list[tuple[rows.Value, ...]] = []
    for number, (kind, values) in enumerate(entries, start=last.size + 1):
        line = _line({**values, "at": instant, "kind": kind, "n": number, "prev": digest})
        digest = line_digest(line)
        lines.append((number, instant, str(kind), line))
    rows.add(connection, tables.journal, ("seq", "at", "kind", "line"), lines)


def _line(values: Values) -> bytes:
    return _write(values).encode()


def line_digest(line: bytes) -> str:
    """The digest that the next line holds."""
    return sha256(line + b"\n").hexdigest()


def head(connection: Connection) -> Head:
    """Give the number of lines, and the digest of the last one; empty when there is none."""
    last = select(func.max(tables.journal.c.seq)).scalar_subquery()
    row = connection.execute(
        select(tables.journal.c.seq, tables.journal.c.line).where(tables.journal.c.seq == last)
    ).first()
    return Head(size=row.seq, digest=line_digest(row.line)) if row else Head(size=0, digest="")


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
        told = _told(row.line)
        account, folder = (str(told.get(name) or "") for name in ("account", "folder"))
        error = str(told.get("error") or "")
        failed = Failing(account=account, folder=folder, error=error, since=row.at)
        last[account, folder] = failed if row.kind == FAILURE else None
    return tuple(failed for _, failed in sorted(last.items()) if failed is not None)


def times(connection: Connection, kind: Kind, values: Values) -> int:
    """Say how many lines of a kind tell of `values`."""
    told = (_told(row.line) for row in connection.execute(lines_of(kind)))
    return sum(all(line.get(name) == value for name, value in values.items()) for line in told)


def broken(connection: Connection) -> Iterator[Remark]:
    """Follow the chain from the first line, and say in French where it does not hold."""
    expected, digest = 1, _FIRST
    for row in connection.execute(select(tables.journal).order_by(tables.journal.c.seq)):
        told = _told(row.line)
        if row.seq != expected or told.get("n") != row.seq:
            yield Remark("journal : la ligne {line} manque", line=expected)
        if told.get("prev") != digest:
            yield Remark("journal : la ligne {line} ne suit pas la précédente", line=row.seq)
        if (told.get("kind"), told.get("at")) != (row.kind, tables.written(row.at)):
            yield Remark("journal : la ligne {line} ne dit pas ce que dit sa table", line=row.seq)
        expected, digest = row.seq + 1, line_digest(row.line)


def _told(line: bytes) -> Mapping[str, object]:
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


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
    told = _told(line)
    return str(told.get("fact") or told.get("record") or "")
