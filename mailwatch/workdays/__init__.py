"""Working days and deadlines: which days a territory works, and when an answer is due.

Dates only, never hours: the day of reception is day 0, the deadline is the end of the last working
day (Code de procédure civile 641, 642; Regulation 1182/71, article 3). `rules/calendars.toml` says
which days are closed (`territories` reads it), the settings what a site adds or takes away. A deadline
that would fall past 9999-12-31 falls on that day, so that a hostile date never stops a run.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, timedelta
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

from mailwatch.errors import FaultyValueError, Remark
from mailwatch.model import Convention, DayCount, Deadline
from mailwatch.workdays.territories import (
    Holiday,
    Territory,
    find_custom,
    find_territory,
    read_territories,
    zone,
)

__all__ = [
    "MAX_DAYS",
    "Calendar",
    "Holiday",
    "Territory",
    "closure",
    "delay",
    "due_on",
    "easter_sunday",
    "explain",
    "find_custom",
    "find_territory",
    "local_date",
    "next_working",
    "nth_working",
    "read_territories",
    "zone",
]

MAX_DAYS = 1000
"""The longest delay that can be counted, in working days: four years."""

_WEEKEND = {5: Remark("samedi"), 6: Remark("dimanche")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The days one institution works; ValueError for an unknown custom or a year all closed.

    An opened day works whatever it is, Saturday and public holiday included; a day both opened and
    closed is closed.
    """

    territory: Territory
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    customary: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.customary:
            find_custom(self.territory, name)
        for year in {day.year for day in self.closed}:
            _working_days(self, year)


# --- which days are closed ------------------------------------------------------------------------


def closure(calendar: Calendar, day: date) -> Remark | None:
    """Say why `day` is closed, in French, or None when it is a working day."""
    return _closed_days(calendar, day.year).get(day)


@lru_cache(maxsize=1024)
def _closed_days(calendar: Calendar, year: int) -> Mapping[date, Remark]:
    feasts = _feasts(calendar, year)
    days = _days(date(year, 1, 1), date(year, 12, 31))
    return {day: why for day in days if (why := _why_closed(calendar, feasts, day))}


def _why_closed(calendar: Calendar, feasts: Mapping[date, Remark], day: date) -> Remark | None:
    if day in calendar.opened and day not in calendar.closed:
        return None
    weekend, feast = _WEEKEND.get(day.weekday()), feasts.get(day)
    if weekend and feast:
        return Remark("{weekend} ({feast})", weekend=weekend, feast=feast)
    return weekend or feast or (Remark("fermeture locale") if day in calendar.closed else None)


def _feasts(calendar: Calendar, year: int) -> dict[date, Remark]:
    """Every public holiday and kept custom of `year`; two on one day are named together."""
    territory = calendar.territory
    customs = (find_custom(territory, name) for name in calendar.customary)
    kept = [*territory.holidays, *(day for namesakes in customs for day in namesakes)]
    found: dict[date, list[str]] = {}
    for holiday in kept:
        on = _falls_on(holiday, year)
        if on is not None and holiday.name not in found.setdefault(on, []):
            found[on].append(holiday.name)
    return {on: reduce(_and, map(Remark, names)) for on, names in found.items()}


def _and(feast: Remark, other: Remark) -> Remark:
    return Remark("{feast} et {other}", feast=feast, other=other)


def _falls_on(holiday: Holiday, year: int) -> date | None:
    if not holiday.from_year <= year <= holiday.until_year:
        return None
    if isinstance(holiday.when, int):
        return easter_sunday(year) + timedelta(days=holiday.when)
    return date(year, *holiday.when)


def easter_sunday(year: int) -> date:
    """Compute Easter Sunday (Gregorian; Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    h = (19 * a + b - d - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


# --- counting -------------------------------------------------------------------------------------


@lru_cache(maxsize=1024)
def _working_days(calendar: Calendar, year: int) -> tuple[int, ...]:
    """List the working days of `year` as ordinals; ValueError when there is none."""
    closed = _closed_days(calendar, year)
    year_round = _days(date(year, 1, 1), date(year, 12, 31))
    days = tuple(day.toordinal() for day in year_round if day not in closed)
    if not days:
        raise FaultyValueError(
            "le calendrier n’a aucun jour ouvré en {year} ; retirez des fermetures de cette année",
            year=year,
        )
    return days


def next_working(calendar: Calendar, day: date) -> date:
    """Find the first working day on or after `day`."""
    return day if closure(calendar, day) is None else nth_working(calendar, day, 1)


def nth_working(calendar: Calendar, day: date, n: int) -> date:
    """Find the `n`-th working day after `day`, itself when `n` is 0; ValueError when negative."""
    if n < 0:
        raise FaultyValueError("un nombre de jours ouvrés ne peut pas être négatif")
    if n == 0:
        return day
    days = _working_days(calendar, day.year)
    at = bisect_right(days, day.toordinal()) + n - 1
    for year in range(day.year + 1, MAXYEAR + 1):
        if at < len(days):
            break
        at -= len(days)
        days = _working_days(calendar, year)
    return date.fromordinal(days[at]) if at < len(days) else date.max


def due_on(calendar: Calendar, received_on: date, days: int, convention: Convention) -> date:
    """Say by the end of which day an answer is due; ValueError unless 0 <= `days` <= MAX_DAYS."""
    if not 0 <= days <= MAX_DAYS:
        raise FaultyValueError("un délai se compte de 0 à {most} jours ouvrés", most=MAX_DAYS)
    return nth_working(calendar, _day_zero(calendar, received_on, convention), days)


def delay(calendar: Calendar, received_on: date, replied_on: date, convention: Convention) -> int:
    """Count the working days an answer took: 0 by the day of reception, then the rank of its day.

    An answer on a closed day takes the rank of the next working day. For every n >= 1, `delay <= n`
    exactly when `replied_on <= due_on(..., n, ...)`.
    """
    zero = _day_zero(calendar, received_on, convention)
    if replied_on <= zero:
        return 0
    whole_years = sum(_worked(calendar, year) for year in range(zero.year, replied_on.year))
    before = bisect_right(_working_days(calendar, zero.year), zero.toordinal())
    last = bisect_left(_working_days(calendar, replied_on.year), replied_on.toordinal())
    return whole_years - before + last + 1


@lru_cache(maxsize=16384)
def _worked(calendar: Calendar, year: int) -> int:
    return len(_working_days(calendar, year))


def _day_zero(calendar: Calendar, received_on: date, convention: Convention) -> date:
    if convention is Convention.ROLLED:
        return next_working(calendar, received_on)
    return received_on


# --- explaining -----------------------------------------------------------------------------------


def explain(calendar: Calendar, received_on: date, days: int, convention: Convention) -> Deadline:
    """Count a deadline aloud, day by day from reception to due date; ValueError as `due_on`."""
    due = due_on(calendar, received_on, days, convention)
    zero = _day_zero(calendar, received_on, convention)
    counts: list[DayCount] = []
    rank = 0
    for day in _days(received_on, due):
        closed = closure(calendar, day)
        if day <= zero:
            why = _why_waiting(received_on, zero, day, closed)
        elif closed is None:
            rank += 1
            why = _why_counted(rank, opened=day in calendar.opened)
        else:
            why = closed
        counts.append(DayCount(on=day, counts=day > zero and closed is None, why=why))
    return Deadline(received_on=received_on, due_on=due, days=tuple(counts))


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _why_counted(rank: int, *, opened: bool) -> Remark:
    why = Remark("1er jour ouvré") if rank == 1 else Remark("{rank}e jour ouvré", rank=rank)
    return Remark("{why} (ouverture locale)", why=why) if opened else why


def _why_waiting(received_on: date, zero: date, day: date, closed: Remark | None) -> Remark:
    if day != received_on:
        return closed or Remark("jour de réception après report")
    why = Remark("jour de réception")
    if closed:
        why = Remark("jour de réception ({closed})", closed=closed)
    return why if day == zero else Remark("{why}, reportée au jour ouvré suivant", why=why)


# --- days of instants -----------------------------------------------------------------------------


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Say on which day `instant` falls in `zone`; without an offset it is local already."""
    if instant.tzinfo is None:
        return instant.date()
    try:
        return instant.astimezone(zone).date()
    except OverflowError:  # within a day of year 1 or 9999
        return instant.date()
