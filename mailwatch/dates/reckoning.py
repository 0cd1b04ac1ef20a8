"""The arithmetic of dates and delays, whatever the language they are written in.

Where words leave a choice, the last day that they allow is meant, since a promise is kept until then: the
Friday of a week, the last day of a month, « début » the 10th, « mi- » the 15th.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from mailwatch.workdays import Calendar, closure, easter_sunday, next_working, nth_working

_LONGEST = 3660
FEASTS = {
    "noel": (25, 12),
    "christmas": (25, 12),
    "christmas eve": (24, 12),
    "reveillon": (24, 12),
    "new year s eve": (31, 12),
    "saint sylvestre": (31, 12),
    "nouvel an": (1, 1),
    "jour de l an": (1, 1),
    "new year s day": (1, 1),
    "new year": (1, 1),
    "fete du travail": (1, 5),
    "fete nationale": (14, 7),
    "bastille day": (14, 7),
    "assomption": (15, 8),
    "toussaint": (1, 11),
    "all saints": (1, 11),
    "armistice": (11, 11),
}
"""Day and month of the feasts that a date may be named by."""
MOVABLE = {
    "paques": 0,
    "easter": 0,
    "easter monday": 1,
    "ascension": 39,
    "pentecote": 49,
    "pentecost": 49,
    "whit monday": 50,
}
"""The feasts that move, as days after Easter Sunday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A date or a delay found in words: its place in `Words.line`, and the day it means."""

    start: int
    end: int
    on: date | None
    """None when the words give no day: it is past, or runs from an event to come."""
    firm: bool
    """Introduced as a term (« avant », « sous », « d’ici »), not a bare « le 12 »."""
    latest: bool
    """Said to be the last day (« au plus tard »)."""
    delay: bool
    """Counted from the day of writing, not named."""


# --- delays ---------------------------------------------------------------------------------------


def after_days(today: date, count: int, worked: str, calendar: Calendar) -> date | None:
    """The last of `count` days; `worked` says which ones count (« ouvrés », « ouvrables », « francs »), "" for all."""
    if count > _LONGEST:
        return None
    if worked.startswith("franc"):
        return today + timedelta(days=count + 1)
    if worked.startswith("ouvrable"):
        return _after_ouvrables(today, count, calendar)
    if worked:
        return nth_working(calendar, today, count) if count else next_working(calendar, today)
    return today + timedelta(days=count)


def _after_ouvrables(today: date, count: int, calendar: Calendar) -> date:
    """Jours ouvrables: every day but Sundays and public holidays."""
    day = today
    for _ in range(count):
        day += timedelta(days=1)
        while closure(calendar, day) not in (None, "samedi"):
            day += timedelta(days=1)
    return day


def after_months(today: date, count: int) -> date:
    """The same day so many months later, or the last of that month."""
    index = today.year * 12 + today.month - 1 + count
    return clamped(index // 12, index % 12 + 1, today.day)


# --- days -----------------------------------------------------------------------------------------


def clamped(year: int, month: int, day: int) -> date:
    """That day, or the last of its month: « le 31 avril » is the 30th."""
    return date(year, month, 1) + timedelta(days=min(day, last_of(year, month).day) - 1)


def last_of(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def month_after(today: date) -> tuple[int, int]:
    """Year and month of the month that follows."""
    return today.year + today.month // 12, today.month % 12 + 1


def on_or_after(today: date, day: int, month: int, year: int = 0) -> date:
    """The next such day on or after `today`, unless its year is named."""
    on = clamped(year or today.year, month, day)
    return on if year or on >= today else clamped(today.year + 1, month, day)


def weekday_after(today: date, weekday: int) -> date:
    """The next such day of the week after `today`."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def feast(name: str, today: date) -> date:
    """The next such feast on or after `today`."""
    if name in FEASTS:
        return on_or_after(today, *FEASTS[name])
    on = easter_sunday(today.year) + timedelta(days=MOVABLE[name])
    return on if on >= today else easter_sunday(today.year + 1) + timedelta(days=MOVABLE[name])


# --- weeks, months, quarters ----------------------------------------------------------------------


def friday_of(day: date) -> date:
    """The Friday of that week."""
    return day + timedelta(days=4 - day.weekday())


def numbered_week(today: date, number: int) -> date:
    """The Friday of the next week of that number (ISO 8601); a year without it ends with its 52nd."""
    on = _friday_of_week(today.year, number)
    return on if on >= today else _friday_of_week(today.year + 1, number)


def _friday_of_week(year: int, number: int) -> date:
    try:
        return date.fromisocalendar(year, number, 5)
    except ValueError:
        return date.fromisocalendar(year, 52, 5)


def part_of_week(friday: date, part: str, today: date) -> date:
    """« début » its Tuesday, « milieu » its Wednesday, else the Friday; never a day gone by in this week."""
    back = {"debut": 3, "milieu": 2, "mi": 2}.get(part, 0)
    return max(friday - timedelta(days=back), today) if friday >= today else friday


def part_of_month(year: int, month: int, part: str) -> date:
    """« début » the 10th, « mi- » and « première quinzaine » the 15th, else the last day."""
    if part.startswith("debut"):
        return date(year, month, 10)
    if part in ("mi", "milieu", "premiere quinzaine"):
        return date(year, month, 15)
    return last_of(year, month)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    """« le deuxième mardi d’avril »; the last one when `nth` is 0."""
    if nth:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
    last = last_of(year, month)
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def end_of_fraction(today: date, months: int, rank: int = 0, year: int = 0) -> date:
    """The last day of the `rank`-th period of so many months; of the one that runs, without rank."""
    rank = rank or (today.month - 1) // months + 1
    month = min(rank * months, 12)
    on = last_of(year or today.year, month)
    return on if year or on >= today else last_of(today.year + 1, month)


def part_of_year(year: int, part: str) -> date:
    """« début » the end of March, « mi- » the end of June, else its last day."""
    if part.startswith("debut"):
        return date(year, 3, 31)
    return date(year, 6, 30) if part in ("mi", "milieu") else date(year, 12, 31)
