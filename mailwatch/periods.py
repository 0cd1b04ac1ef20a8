"""Periods by their names: `2026`, `2026-S1`, `2026-T1`, `2026-03`, as reports are asked for."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from mailwatch.errors import UsageError
from mailwatch.model import Period

_NAME = re.compile(r"(\d{4})(?:-(?:([TtQq])([1-4])|([Ss])([12])|(0[1-9]|1[0-2])))?")


def named(words: str) -> Period:
    """Give the period that `words` name; UsageError for anything else."""
    found = _NAME.fullmatch(words.strip())
    if found is None or found[1] == "0000":
        raise UsageError(
            "« {value} » n’est pas une période (2026, 2026-S1, 2026-T1 ou 2026-03)", value=words
        )
    year, quarter, half, month = int(found[1]), found[3], found[5], found[6]
    if quarter:
        return _months(year, 3 * int(quarter) - 2, 3)
    if half:
        return _months(year, 6 * int(half) - 5, 6)
    if month:
        return _months(year, int(month), 1)
    return _months(year, 1, 12)


def months_before(day: date, months: int) -> date:
    """Give the day so many months earlier, the last of its month where that is shorter; never before year 1."""
    whole = max(12 * day.year + day.month - 1 - months, 12)
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def quarter_of(day: date) -> Period:
    """Give the quarter of the year that `day` is in."""
    return _months(day.year, day.month - (day.month - 1) % 3, 3)


def _months(year: int, first: int, count: int) -> Period:
    last = first + count - 1
    return Period(from_on=date(year, first, 1), to_on=date(year, last, monthrange(year, last)[1]))
