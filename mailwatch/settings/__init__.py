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
    return Desk(
        institution=institution, rules=rules, calendar=calendar, zone=zone, persons=persons
    )


@cache
def _rules() -> Ruleset:
    return ruleset.load(rule_texts())


# --- reading the file -----------------------------------------------------------------------------


def _table(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(_text(path))
    except RecursionError:
        raise SettingsError("{file} : listes ou tables trop imbriquées", file=path.name) from None
    except ValueError as fault:  # TOMLDecodeError, and numbers too long for Python
        place = _PLACE.search(str(fault))
        raise SettingsError(
            "{file}, {where} : {reason}",
            file=path.name,
            where=f"ligne {place[1]}, colonne {place[2]}" if place else "à la fin du fichier",
            reason=next(
                (said for start, said in _REASONS.items() if str(fault).startswith(start)),
                "ce n’est pas du TOML",
            ),
        ) from None


def _text(path: Path) -> str:
    content = _bytes(path)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise SettingsError(
            "{file}, ligne {line} : un caractère n’est pas en UTF-8 ; enregistrez le fichier en UTF-8",
            file=path.name,
            line=content.count(b"\n", 0, fault.start) + 1,
        ) from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise SettingsError(
            "le fichier de réglages « {file} » n’existe pas{advice}",
            file=path,
            advice=_advice(path),
        ) from None
    except IsADirectoryError:
        raise SettingsError(
            "« {file} » est un dossier ; donnez le fichier de réglages (TOML)", file=path
        ) from None
    except PermissionError:
        raise SettingsError(
            "le fichier de réglages « {file} » n’est pas lisible par ce compte", file=path
        ) from None
    except (OSError, ValueError):  # ValueError: a path with a NUL
        raise SettingsError("le fichier de réglages « {file} » ne se lit pas", file=path) from None
    if len(content) > MAX_BYTES:
        raise SettingsError("« {file} » est trop gros pour un fichier de réglages", file=path)
    return content


def _advice(path: Path) -> str:
    """Name the file nearby that may have been meant."""
    try:
        nearby = [file.name for file in path.parent.glob("*.toml")]
    except OSError:
        return ""
    near = get_close_matches(path.name, nearby, n=1)
    return f" ; vouliez-vous dire « {near[0]} » ?" if near else ""
