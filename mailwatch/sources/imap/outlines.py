"""What FETCH tells of a message before its octets: size and date, read line by line and strictly.

A line that is not as RFC 3501 writes it costs its own message what it garbles, and no other one anything; a date is
never guessed, as two digits of a year would be.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

ITEMS = "(RFC822.SIZE INTERNALDATE)"
SAVED = "(SAVEDATE)"

_UID = re.compile(rb"[ (]UID ([0-9]{1,10})[ )]")
_SIZE = re.compile(rb"[ (]RFC822\.SIZE ([0-9]{1,18})[ )]", re.IGNORECASE)
_DATE = re.compile(
    rb'[ (]INTERNALDATE "([ 0-3]?[0-9])-([A-Za-z]{3})-([0-9]{4}) '
    rb'([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"',
    re.IGNORECASE,
)
_SAVED = re.compile(_DATE.pattern.replace(b"INTERNALDATE", b"SAVEDATE"), re.IGNORECASE)
_MONTHS = {
    name: number
    for number, name in enumerate(
        b"jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What is known of a message before its octets."""

    size: int
    """RFC822.SIZE, which some servers only estimate."""
    server_at: datetime | None
    """INTERNALDATE, in UTC; None when the server gives none that can be read."""


def outlined(lines: Iterable[object]) -> dict[int, Outline]:
    """Read the lines of a FETCH answer, as imaplib gives them, by UID; a later one of a message completes it."""
    found: dict[int, Outline] = {}
    for line in lines:
        if not isinstance(line, bytes):
            continue
        uid, size = _UID.search(line), _SIZE.search(line)
        # Flags that change come as lines of their own, without a size.
        if uid and size:
            found[int(uid.group(1))] = Outline(
                size=int(size.group(1)), server_at=_instant(_DATE.search(line))
            )
    return found


def saved(lines: Iterable[object]) -> dict[int, datetime]:
    """Read since when each message lies where it is (RFC 8514), in UTC; left out where the server does not know."""
    found: dict[int, datetime] = {}
    for line in lines:
        uid = _UID.search(line) if isinstance(line, bytes) else None
        at = _instant(_SAVED.search(line)) if isinstance(line, bytes) else None
        if uid and at:
            found[int(uid.group(1))] = at
    return found


def _instant(date: re.Match[bytes] | None) -> datetime | None:
    if not date:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = date.groups()
    east = timedelta(hours=int(hours), minutes=int(minutes))
    if east >= timedelta(days=1):
        return None
    try:
        local = datetime(
            *(int(year), _MONTHS[month.lower()], int(day)),
            *(int(hour), int(minute), int(second)),
            tzinfo=UTC,
        )
        return local - east if sign == b"+" else local + east
    except (KeyError, ValueError, OverflowError):
        return None
