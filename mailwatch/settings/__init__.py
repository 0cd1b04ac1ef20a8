"""The institution's own values, checked key by key, and what they make of the rules.

One TOML file. Its schema stands in `schema` and `service`, its faults in `faults`; they need pydantic, and are
imported when there is a file to read. `packaged` reads the rules and templates that ship with us, `local` the
site's own rules, `secrets` what the file may only name, `starter` writes a first file, `advice` says what a file
leaves to be wished for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from mailwatch import recognition, ruleset, workdays
from mailwatch.errors import SettingsError
from mailwatch.model import Institution
from mailwatch.ruleset import Desk, Ruleset
from mailwatch.settings.local import local_texts
from mailwatch.settings.packaged import rule_texts, template_texts, territories_only
from mailwatch.settings.toml import table
from mailwatch.site import Site
from mailwatch.workdays import Calendar, Territory

__all__ = [
    "calendar_for",
    "desk_for",
    "desk_of",
    "load",
    "load_site",
    "rule_texts",
    "template_texts",
    "territories_only",
]

DEFAULT_TERRITORY = "75"
DEFAULT_NAME = "métropole, à défaut de réglage"


def load(path: Path) -> Institution:
    """Read a settings file; SettingsError naming file, key and remedy, a line for each fault."""
    # pydantic takes longer to import than most commands to run.
    from mailwatch.settings.faults import read
    from mailwatch.settings.schema import institution

    return institution(read(path.name, table(path)))


def load_site(path: Path) -> Site:
    """Read all of a settings file, the service's sections too; SettingsError as `load`.

    Paths in the file start from the folder it is in; no secret is read.
    """
    from mailwatch.settings.faults import read
    from mailwatch.settings.schema import site

    return site(read(path.name, table(path)), path.absolute().parent)


def calendar_for(institution: Institution, territories: Mapping[str, Territory]) -> Calendar:
    """Make the institution's calendar, that of the métropole when it names none; ValueError."""
    territory = workdays.find_territory(territories, institution.calendar or DEFAULT_TERRITORY)
    if not institution.calendar:
        territory = replace(territory, name=DEFAULT_NAME)
    return Calendar(
        territory=territory,
        closed=frozenset(institution.closed),
        opened=frozenset(institution.opened),
        customary=institution.customary,
    )


def desk_of(site: Site) -> Desk:
    """Bring the rules, the site's own ones too, and its institution together; raises as `desk_for`."""
    return desk_for(site.institution, local_texts(site.rules))


def desk_for(institution: Institution, local: Mapping[str, str] | None = None) -> Desk:
    """Bring rules and an institution together; SettingsError when they do not fit.

    `local` holds the texts of the site's own rule files; RulesetError when one is at fault.
    """
    rules = _rules(tuple((local or {}).items()))
    try:
        calendar = calendar_for(institution, rules.territories)
        zone = workdays.zone(calendar.territory, institution.timezone)
    except ValueError as fault:
        raise SettingsError("réglages : {fault}", fault=fault) from None
    persons = recognition.usable() if institution.name_model else None
    return Desk(institution=institution, rules=rules, calendar=calendar, zone=zone, persons=persons)


@lru_cache(maxsize=2)
def _rules(local: tuple[tuple[str, str], ...]) -> Ruleset:
    return ruleset.load(rule_texts(), dict(local))
