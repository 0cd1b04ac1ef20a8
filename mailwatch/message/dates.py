"""Dates and `Received` trace fields (RFC 5322 sections 3.3 and 4.3, RFC 5321 section 4.4).

A date is never invented: what cannot be read whole is None. A zone that is not named leaves the instant naive;
`-0000` is UTC, told by a system that keeps its own zone to itself. French day and month names are read: some
senders write the field in their language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from mailwatch.message.encoded import decode_text
from mailwatch.model import Hop
from mailwatch.wording import fold

HOP_LIMIT = 100

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janv janvier", "feb february fev fevr fevrier", "mar march mars", "apr april avr avril",
            "may mai", "jun june juin", "jul july juil juillet", "aug august aou aout",
            "sep sept september septembre", "oct october octobre", "nov november novembre",
            "dec december decembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_HOURS = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6,
    "pst": -8, "pdt": -7, "wet": 0, "west": 1, "bst": 1, "cet": 1, "cest": 2, "met": 1, "mest": 2, "eet": 2,
    "eest": 3,
}  # fmt: skip
_WEEKDAY = r"(?:[^\W\d_]{2,10}\.?\s*,?\s*)?"
_CLOCK = r"(\d{1,2})[:.hH](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?"
_STRICT = re.compile(
    r"(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Za-z]{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2})\s+(.*)", re.DOTALL
)
"""What nearly every program writes, read without trying what the others do."""
_USUAL = re.compile(
    rf"\s*{_WEEKDAY}(\d{{1,2}})(?:er)?[\s-]+([^\W\d_]{{3,10}})\.?[\s,-]+(\d{{2,4}}),?\s+(?:[aà]\s+)?{_CLOCK}\s*(.*)",
    re.DOTALL,
)
_ASCTIME = re.compile(
    rf"\s*{_WEEKDAY}([^\W\d_]{{3,10}})\.?\s+(\d{{1,2}}),?\s+{_CLOCK}\s+([A-Za-z]{{1,5}}\s+)?(\d{{4}})\s*(.*)",
    re.DOTALL,
)
_ISO = re.compile(rf"\s*(\d{{4}})-(\d{{2}})-(\d{{2}})[T\s]\s*{_CLOCK}\s*(.*)", re.DOTALL)
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+-])(\d{2}):?(\d{2})(?!\d)", re.IGNORECASE)
_ZONE_NAME = re.compile(r"\(?([A-Za-z]{1,5})(?![\w/])")
_COMMENT = re.compile(r"\([^()]*\)")
_COMMENT_MARK = re.compile(r"[()]")
_BY = re.compile(r"(?<!\S)by\s+([^\s;]+)", re.IGNORECASE)
_TRAILING_DATE = re.compile(
    r"(?:[A-Za-z]{3},\s+)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}[^;]{0,60}\Z"
)


def parse_date(text: str) -> datetime | None:
    """Read a date and time; naive when it names no zone, None when any part of it cannot be read."""
    return _parse_date(text[:200])


@lru_cache(maxsize=1024)
def _parse_date(text: str) -> datetime | None:
    text = decode_text(text)
    if match := _STRICT.match(text) or _USUAL.match(text):
        day, month, year, *clock, rest = match.groups()
    elif match := _ASCTIME.match(text):
        month, day, hour, minute, second, zone, year, rest = match.groups()
        clock, rest = [hour, minute, second], f"{zone or ''}{rest}"
    elif match := _ISO.match(text):
        year, month, day, *clock, rest = match.groups()
    else:
        return None
    return _instant(_year(year), _month(month), int(day), clock, rest)


def _instant(
    year: int, month: int, day: int, clock: list[str | None], rest: str
) -> datetime | None:
    hour, minute, second = (int(part or 0) for part in clock)
    # A leap second is read as the one before it.
    second -= second == 60
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(rest))
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=256)
def _zone(rest: str) -> timezone | None:
    """The zone that the end of a date names, None for none; raise ValueError for an impossible one."""
    if match := _OFFSET.match(rest):
        sign, hours, minutes = match.groups()
        if int(hours) > 15 or int(minutes) > 59:
            raise ValueError(rest)
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)
    name = _ZONE_NAME.match(rest)
    if name and name[1].lower() in _HOURS:
        return timezone(timedelta(hours=_HOURS[name[1].lower()]))
    if rest[:1] in "+-" and rest[1:2].isdigit():
        raise ValueError(rest)
    return None


def _year(text: str) -> int:
    """RFC 5322 section 4.3: two digits below 50 are this century, three digits add 1900."""
    year = int(text)
    if len(text) == 2:
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if len(text) == 3 else year


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _MONTHS.get(text.lower()) or _MONTHS.get(fold(text), 0)


# --- trace fields ---------------------------------------------------------------------------------


def parse_hops(fields: Iterable[str]) -> tuple[Hop, ...]:
    """Read `Received` fields, topmost first."""
    hops: list[Hop] = []
    for field in fields:
        if len(hops) == HOP_LIMIT:
            break
        hops.append(_hop(field))
    return tuple(hops)


def _hop(field: str) -> Hop:
    text = without_comments(field[:4_000]).replace("\n", " ")
    tokens, mark, when = text.rpartition(";")
    if not mark:
        found = _TRAILING_DATE.search(text[-120:].rstrip())
        tokens, when = text, found.group() if found else ""
    by = _BY.search(tokens)
    return Hop(by=by[1].strip("[]().,") if by else "", at=parse_date(when.strip()))


def without_comments(text: str) -> str:
    """Drop parenthesised comments, nested ones too; an unclosed one hides nothing (RFC 5322 3.2.2)."""
    if "(" not in text:
        return text
    flat = _COMMENT.sub("", text)
    if "(" not in flat and ")" not in flat:
        return flat
    out: list[str] = []
    depth = start = opened = 0
    for mark in _COMMENT_MARK.finditer(text):
        at = mark.start()
        if text[at] == "(":
            if depth == 0:
                out.append(text[start:at])
                opened = at
            depth += 1
        elif depth:
            depth -= 1
            start = at + 1
    out.append(text[opened + 1 :] if depth else text[start:])
    return "".join(out)
