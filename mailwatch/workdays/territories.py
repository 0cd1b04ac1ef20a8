"""The territories, each with its time zone and its holidays: read from the rule file, found by code or name.

What is not found is refused with the nearest name.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, date
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

from mailwatch.errors import FaultyValueError, Remark


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
    advice = Remark("donnez un code de département, « 39 » ou « 971 » par exemple, ou son nom")
    if wanted == "20":
        advice = Remark("la Corse se compte par département, « 2A » ou « 2B »")
    elif near:
        advice = Remark("vouliez-vous dire « {code} » ({name}) ?", code=near.code, name=near.name)
    raise FaultyValueError(
        "territoire « {code} » inconnu ; {advice}", code=_shown(code), advice=advice
    )


def find_custom(territory: Territory, name: str) -> tuple[Holiday, ...]:
    """Find a customary day by name, twice when its date changed; ValueError naming the nearest."""
    found = tuple(day for day in territory.customary if _plain(day.name) == _plain(name))
    if found:
        return found
    known = {_plain(day.name): day.name for day in territory.customary}
    near = known.get(_nearest(_plain(name), known))
    if near:
        advice = _did_you_mean(near)
    else:
        advice = Remark("jours connus : {days}", days=", ".join(known.values()) or Remark("aucun"))
    raise FaultyValueError(
        "jour d’usage « {name} » inconnu pour {territory} ; {advice}",
        name=_shown(name),
        territory=territory.name,
        advice=advice,
    )


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
    advice = _did_you_mean(near) if near else Remark("donnez un nom comme « Europe/Paris »")
    raise FaultyValueError(
        "fuseau horaire « {name} » inconnu ; {advice}", name=_shown(name), advice=advice
    )


def _did_you_mean(near: str) -> Remark:
    return Remark("vouliez-vous dire « {near} » ?", near=near)


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
                raise FaultyValueError("le territoire « {code} » est déclaré deux fois", code=code)
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
        raise FaultyValueError(
            "« extends » : la zone « {zone} » manque ou se reprend elle-même", zone=key
        )
    entry = _table(f"zone.{key}", zones[key])
    rows = entry.get(kind, [])
    if not isinstance(rows, list):
        raise _fault(f"zone.{key}.{kind}", Remark("une liste de jours"))
    own = tuple(_holiday(f"zone.{key}.{kind}", row) for row in rows)
    if "extends" not in entry:
        return own
    return _zone_days(zones, str(entry["extends"]), kind, (*heirs, key)) + own


def _holiday(where: str, row: object) -> Holiday:
    entry = _table(where, row, _DAY_KEYS)
    name = _text(f"{where}.name", entry.get("name"))
    if ("on" in entry) == ("easter" in entry):
        raise FaultyValueError(
            "{where} : « {name} » porte soit « on », soit « easter »", where=where, name=name
        )
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
        raise _fault(where, Remark("un mois et un jour (« 07-14 »)")) from None
    return day.month, day.day


def _number(where: str, value: object, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        wanted = Remark("un nombre entier de {least} à {most}", least=least, most=most)
        raise _fault(where, wanted)
    return value


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _fault(where, Remark("un texte"))
    return value


def _fault(where: str, wanted: Remark) -> ValueError:
    return FaultyValueError("« {where} » doit être {wanted}", where=where, wanted=wanted)


def _table(where: str, value: object, known: set[str] | None = None) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise _fault(where, Remark("une table"))
    for key in value:
        if known and key not in known:
            raise FaultyValueError(
                "« {where} » : clé « {key} » inconnue ({known})",
                where=where,
                key=key,
                known=", ".join(sorted(known)),
            )
    return value
