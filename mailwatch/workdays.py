"""Working days and deadlines: which days a territory works, and when an answer is due.

Dates only, never hours: the day of reception is day 0, the deadline is the end of the last working
day (Code de procédure civile 641, 642; Regulation 1182/71, article 3). `rules/calendars.toml` says
which days are closed, the settings what a site adds or takes away. A deadline that would fall past
9999-12-31 falls on that day, so that a hostile date never stops a run.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from mailwatch.model import Convention, DayCount, Deadline

MAX_DAYS = 1000
"""The longest delay that can be counted, in working days: four years."""

_WEEKEND = {5: "samedi", 6: "dimanche"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day that comes back every year, on a month and day or at a distance from Easter Sunday."""

    name: str
    when: tuple[int, int] | int
    """Month and day, or days after Easter Sunday (negative before it)."""
    from_year: int
    until_year: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A département or a collectivity, with its own time zone and its own days."""

    code: str
    name: str
    timezone: str
    # The caches below look a calendar up by hash thousands of times a second: the code alone tells
    # territories apart well enough, equality still compares everything.
    holidays: tuple[Holiday, ...] = field(hash=False)
    customary: tuple[Holiday, ...] = field(hash=False)
    """Days of local usage: each closes only the services that say they keep it."""


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


def closure(calendar: Calendar, day: date) -> str | None:
    """Say why `day` is closed, in French, or None when it is a working day."""
    return _closed_days(calendar, day.year).get(day)


@lru_cache(maxsize=1024)
def _closed_days(calendar: Calendar, year: int) -> Mapping[date, str]:
    feasts = _feasts(calendar, year)
    days = _days(date(year, 1, 1), date(year, 12, 31))
    return {day: why for day in days if (why := _why_closed(calendar, feasts, day))}


def _why_closed(calendar: Calendar, feasts: Mapping[date, str], day: date) -> str:
    if day in calendar.opened and day not in calendar.closed:
        return ""
    weekend, feast = _WEEKEND.get(day.weekday(), ""), feasts.get(day, "")
    if weekend and feast:
        return f"{weekend} ({feast})"
    return weekend or feast or ("fermeture locale" if day in calendar.closed else "")


def _feasts(calendar: Calendar, year: int) -> dict[date, str]:
    """Every public holiday and kept custom of `year`; two on one day are named together."""
    territory = calendar.territory
    customs = (find_custom(territory, name) for name in calendar.customary)
    kept = [*territory.holidays, *(day for namesakes in customs for day in namesakes)]
    feasts: dict[date, str] = {}
    for holiday in kept:
        on = _falls_on(holiday, year)
        if on is not None and holiday.name not in feasts.get(on, "").split(" et "):
            feasts[on] = f"{feasts[on]} et {holiday.name}" if on in feasts else holiday.name
    return feasts


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
        raise ValueError(
            f"le calendrier n’a aucun jour ouvré en {year} ; retirez des fermetures de cette année"
        )
    return days


def next_working(calendar: Calendar, day: date) -> date:
    """Find the first working day on or after `day`."""
    return day if closure(calendar, day) is None else nth_working(calendar, day, 1)


def nth_working(calendar: Calendar, day: date, n: int) -> date:
    """Find the `n`-th working day after `day`, itself when `n` is 0; ValueError when negative."""
    if n < 0:
        raise ValueError("un nombre de jours ouvrés ne peut pas être négatif")
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
        raise ValueError(f"un délai se compte de 0 à {MAX_DAYS} jours ouvrés")
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
            why = f"{rank}{'er' if rank == 1 else 'e'} jour ouvré"
            why += " (ouverture locale)" if day in calendar.opened else ""
        else:
            why = closed
        counts.append(DayCount(on=day, counts=day > zero and closed is None, why=why))
    return Deadline(received_on=received_on, due_on=due, days=tuple(counts))


def _days(first: date, last: date) -> Iterator[date]:
    return map(date.fromordinal, range(first.toordinal(), last.toordinal() + 1))


def _why_waiting(received_on: date, zero: date, day: date, closed: str | None) -> str:
    if day == received_on:
        why = f"jour de réception ({closed})" if closed else "jour de réception"
        return why if day == zero else f"{why}, reportée au jour ouvré suivant"
    return closed or "jour de réception après report"


# --- time zones -----------------------------------------------------------------------------------


def zone(territory: Territory, override: str = "") -> ZoneInfo:
    """Open the territory's time zone, or `override`; ValueError naming the nearest one."""
    name = override or territory.timezone
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    known = {_plain(key.rpartition("/")[2]): key for key in sorted(available_timezones())}
    known |= {_plain(key): key for key in known.values()}
    near = known.get(_nearest(_plain(name), known))
    advice = f"vouliez-vous dire « {near} » ?" if near else "donnez un nom comme « Europe/Paris »"
    raise ValueError(f"fuseau horaire « {_shown(name)} » inconnu ; {advice}")


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    """Say on which day `instant` falls in `zone`; without an offset it is local already."""
    if instant.tzinfo is None:
        return instant.date()
    try:
        return instant.astimezone(zone).date()
    except OverflowError:  # within a day of year 1 or 9999
        return instant.date()


# --- finding by code or name ----------------------------------------------------------------------


def find_territory(territories: Mapping[str, Territory], code: str) -> Territory:
    """Find a territory by code or name, accents and case ignored; ValueError naming the nearest."""
    wanted = code.strip().upper()
    names = {_plain(territory.name): territory for territory in territories.values()}
    found = territories.get(wanted) or territories.get(wanted.lstrip("0").zfill(2))
    found = found or names.get(_plain(code))
    if found:
        return found
    near = names.get(_nearest(_plain(code), names))
    advice = "donnez un code de département, « 39 » ou « 971 » par exemple, ou son nom"
    if wanted == "20":
        advice = "la Corse se compte par département, « 2A » ou « 2B »"
    elif near:
        advice = f"vouliez-vous dire « {near.code} » ({near.name}) ?"
    raise ValueError(f"territoire « {_shown(code)} » inconnu ; {advice}")


def find_custom(territory: Territory, name: str) -> tuple[Holiday, ...]:
    """Find a customary day by name, twice when its date changed; ValueError naming the nearest."""
    found = tuple(day for day in territory.customary if _plain(day.name) == _plain(name))
    if found:
        return found
    known = {_plain(day.name): day.name for day in territory.customary}
    near = known.get(_nearest(_plain(name), known))
    advice = f"jours connus : {', '.join(known.values()) or 'aucun'}"
    if near:
        advice = f"vouliez-vous dire « {near} » ?"
    raise ValueError(f"jour d’usage « {_shown(name)} » inconnu pour {territory.name} ; {advice}")


def _plain(name: str) -> str:
    """Fold a name for comparison: no accent, case, article, hyphen or apostrophe."""
    bare = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in letters).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("la", "le", "les", "l") else words)


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word[:80], list(known), n=1)), "")


def _shown(word: str) -> str:
    return word[:40] + "…" * (word[40:] != "")


# --- reading the rule file ------------------------------------------------------------------------

_ZONE_KEYS = {"name", "timezone", "extends", "holidays", "customary", "territories"}
_DAY_KEYS = {"name", "on", "easter", "from", "until", "source"}


def read_territories(table: Mapping[str, object]) -> Mapping[str, Territory]:
    """Read the parsed `rules/calendars.toml`; ValueError, in French, when it is at fault."""
    zones = _table("zone", table.get("zone"))
    territories: dict[str, Territory] = {}
    for key in zones:
        where = f"zone.{key}"
        entry = _table(where, zones[key], _ZONE_KEYS)
        for code, name in _table(f"{where}.territories", entry.get("territories", {})).items():
            if code in territories:
                raise ValueError(f"le territoire « {code} » est déclaré deux fois")
            territories[code] = Territory(
                code=code,
                name=_text(f"{where}.territories.{code}", name),
                timezone=_text(f"{where}.timezone", entry.get("timezone")),
                holidays=_zone_days(zones, key, "holidays"),
                customary=_zone_days(zones, key, "customary"),
            )
    return territories


def _zone_days(
    zones: Mapping[str, object], key: str, kind: str, heirs: tuple[str, ...] = ()
) -> tuple[Holiday, ...]:
    """List the days of a zone, after those of the zone it extends."""
    if key in heirs or key not in zones:
        raise ValueError(f"« extends » : la zone « {key} » manque ou se reprend elle-même")
    entry = _table(f"zone.{key}", zones[key])
    rows = entry.get(kind, [])
    if not isinstance(rows, list):
        raise _fault(f"zone.{key}.{kind}", "une liste de jours")
    own = tuple(_holiday(f"zone.{key}.{kind}", row) for row in rows)
    if "extends" not in entry:
        return own
    return _zone_days(zones, str(entry["extends"]), kind, (*heirs, key)) + own


def _holiday(where: str, row: object) -> Holiday:
    entry = _table(where, row, _DAY_KEYS)
    name = _text(f"{where}.name", entry.get("name"))
    if ("on" in entry) == ("easter" in entry):
        raise ValueError(f"{where} : « {name} » porte soit « on », soit « easter »")
    first = _number(f"{where}.from", entry.get("from", MINYEAR), MINYEAR, MAXYEAR)
    return Holiday(
        name=name,
        when=_number(f"{where}.easter", entry["easter"], -80, 250)
        if "easter" in entry
        else _month_day(f"{where}.on", entry["on"]),
        from_year=first,
        until_year=_number(f"{where}.until", entry.get("until", MAXYEAR), first, MAXYEAR),
        source=_text(f"{where}.source", entry.get("source")),
    )


def _month_day(where: str, value: object) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2001-{value}")  # no leap year: the day exists every year
    except ValueError:
        raise _fault(where, "un mois et un jour (« 07-14 »)") from None
    return day.month, day.day


def _number(where: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise _fault(where, f"un nombre entier de {least} à {most}")
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _fault(where, "un texte")
    return value


def _fault(where: str, wanted: str) -> ValueError:
    return ValueError(f"« {where} » doit être {wanted}")


def _table(where: str, value: object, known: set[str] | None = None) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _fault(where, "une table")
    for key in value:
        if known and key not in known:
            raise ValueError(f"« {where} » : clé « {key} » inconnue ({', '.join(sorted(known))})")
    return value
