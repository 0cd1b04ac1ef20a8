"""Periods as reports are asked for: `2026`, `2026-S1`, `2026-T1`, `2026-03`, `2026-01-15/2026-02-20`."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

from mailwatch.errors import UsageError
from mailwatch.model import Period

_NAME = re.compile(r"(\d{4})(?:-(?:([TtQq])([1-4])|([Ss])([12])|(0[1-9]|1[0-2])))?")


_FREE = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)", re.ASCII)


def named(words: str) -> Period:
    """Give the period that `words` name; UsageError for anything else, and for one that ends before it begins."""
    if free := _FREE.fullmatch(words.strip()):
        return _between(words, free[1], free[2])
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


def before(period: Period) -> Period | None:
    """Give the period of the same length just before; whole months go back by months. None before year 1."""
    first, last = period.from_on, period.to_on
    if first is None or last is None:
        return None
    months = 12 * (last.year - first.year) + last.month - first.month + 1
    try:
        end = first - timedelta(days=1)
        if _is_whole(first, last):
            return (
                Period(from_on=months_before(first, months), to_on=end) if first.year > 1 else None
            )
        return Period(from_on=first - (last - first) - timedelta(days=1), to_on=end)
    except OverflowError:
        return None


def _is_whole(first: date, last: date) -> bool:
    return first.day == 1 and last.day == monthrange(last.year, last.month)[1]


def _between(words: str, first: str, last: str) -> Period:
    try:
        from_on, to_on = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise UsageError(
            "« {value} » n’est pas une période (2026, 2026-S1, 2026-T1 ou 2026-03)", value=words
        ) from None
    if to_on < from_on:
        raise UsageError(
            "la période « {value} » finit avant de commencer ; échangez ses deux dates", value=words
        )
    return Period(from_on=from_on, to_on=to_on)


def _months(year: int, first: int, count: int) -> Period:
    last = first + count - 1
    return Period(from_on=date(year, first, 1), to_on=date(year, last, monthrange(year, last)[1]))
