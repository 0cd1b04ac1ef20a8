"""What commands share: options, the desk, the day, and how things are printed."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.errors import MailwatchError, UsageError
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from datetime import tzinfo

    from mailwatch.model import Request
    from mailwatch.register import Register
    from mailwatch.ruleset import Desk
    from mailwatch.site import Site

DATA_FAULT = 65
SETTINGS = "/etc/mailwatch/mailwatch.toml"
"""Where the service's settings are looked for when no file is named."""

_ACTING = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Signs that JSON may hold as they are, and that end a line, move a cursor or turn words around on a terminal."""

Decorator = Callable[[Callable[..., None]], Callable[..., None]]

settings_option: Decorator = click.option(
    # What cannot be read is a fault of the settings, which has its own sentence and exit code.
    "--settings",
    metavar="FICHIER",
    type=click.Path(readable=False),
    help=_("Fichier de réglages (TOML)."),
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help=_("Écrire du JSON, pour un autre programme.")
)
role_option: Decorator = click.option(
    "--role",
    type=click.Choice(["inbox", "sent"]),
    help=_("Ce que contiennent les dossiers : courrier reçu ou envoyé (sinon, d’après leur nom)."),
)
now_option: Decorator = click.option(
    "--now", metavar="INSTANT", help=_("Faire comme si l’on était à cet instant (ISO 8601).")
)


class Day(click.ParamType[date]):
    """A day as people write it: 2026-03-02 or 02/03/2026."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Read `value`, or fail as click does."""
        if isinstance(value, date):
            return value
        try:
            return read_instant(str(value)).date()
        except ValueError:
            words = _("« {value} » n’est pas une date (AAAA-MM-JJ ou JJ/MM/AAAA)")
            return self.fail(words.format(value=value), param, ctx)


def desk_for_file(settings: str | None) -> Desk:
    """The rules and the institution of a settings file; without one, nobody in particular's."""
    from mailwatch.model import Institution
    from mailwatch.settings import desk_for, desk_of, load_site

    return desk_of(load_site(Path(settings))) if settings else desk_for(Institution())


def desk_for_answers(settings: str | None) -> Desk:
    """The same, with the model of names where it is installed; where it is not, a line says so, once."""
    from dataclasses import replace

    from mailwatch import recognition

    desk = desk_for_file(settings)
    if desk.institution.name_model is False:
        return desk
    try:
        recognition.model()
    except MailwatchError as fault:
        words = _("auteurs lus d’après l’annuaire et les règles seuls : {fault}")
        click.echo(words.format(fault=say(fault)), err=True)
        return desk
    return replace(desk, persons=recognition.persons)


def today_of(now: str | None, desk: Desk) -> date:
    """The local day of the territory: of `--now`, else of the clock."""
    if now is None:
        return datetime.now(desk.zone).date()
    return instant_of(now, desk.zone).date()


def instant_of(words: str, zone: tzinfo) -> datetime:
    """An instant as people write it; without an offset, local to the territory."""
    try:
        instant = read_instant(words)
    except ValueError:
        raise UsageError(
            "« {value} » n’est ni une date ni un instant (2026-03-02, 02/03/2026, 2026-03-02T09:12+01:00)",
            value=words,
        ) from None
    try:
        return instant.astimezone(zone) if instant.tzinfo else instant.replace(tzinfo=zone)
    except OverflowError:
        return instant


def read_instant(words: str) -> datetime:
    """Read ISO 8601, or JJ/MM/AAAA with an hour or without; raise ValueError for anything else."""
    french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](.+))?", words.strip())
    if french is None:
        return datetime.fromisoformat(words.strip())
    day, month, year, hour = french.groups()
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour}" if hour else ""))


def print_json(value: Mapping[str, object]) -> None:
    """Write one object on one line."""
    click.echo(spelt_out(json.dumps(value, ensure_ascii=False)))


def formats_of(words: str, known: Collection[str]) -> tuple[str, ...]:
    """The formats that a person asked for, separated by commas; UsageError for one that there is not."""
    asked = tuple(name for each in words.split(",") if (name := each.strip().lower()))
    unknown = next((name for name in asked if name not in known), None)
    if unknown is not None or not asked:
        raise UsageError(
            "« {value} » n’est pas un format ; ceux-ci existent : {known}",
            value=unknown or words,
            known=", ".join(known),
        )
    return asked


def spelt_out(text: str) -> str:
    """Write in ASCII the signs of a JSON text that would act on a terminal; it means the same."""
    return _ACTING.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text)


# --- the service ----------------------------------------------------------------------------------


def settings_file(settings: str | None) -> Path:
    """The service's settings: the file named, that of `MAILWATCH_SETTINGS`, else the system's."""
    return Path(settings or os.environ.get("MAILWATCH_SETTINGS") or SETTINGS)


def site_for(settings: str | None) -> Site:
    """All that the service's settings declare."""
    from mailwatch.settings import load_site

    return load_site(settings_file(settings))


@contextmanager
def register_for(settings: str | None) -> Iterator[tuple[Register, Desk]]:
    """The register of a site, open, and its desk."""
    from mailwatch.register import opened
    from mailwatch.settings import desk_of

    site = site_for(settings)
    with opened(Path(site.state), key_for(site)) as register:
        yield register, desk_of(site)


def key_for(site: Site) -> bytes:
    """The key of the register's pseudonyms: the secret that the settings name, else the file beside it."""
    from mailwatch.register import key_of
    from mailwatch.settings.secrets import reveal_bytes

    return reveal_bytes(site.key) if site.key else key_of(Path(site.state))


def now_of(now: str | None, desk: Desk) -> datetime:
    """The instant of `--now`, else of the clock, in the territory's zone."""
    return datetime.now(desk.zone) if now is None else instant_of(now, desk.zone)


def named(register: Register, desk: Desk, today: date, name: str) -> Request:
    """Find the request of that id, else the one its message belongs to; UsageError names the nearest id."""
    from difflib import get_close_matches

    from mailwatch.kinship import bare

    requests = register.requests(desk, today)
    # Few shells like angle brackets: an identifier may be written without its own.
    wanted = bare(name)
    for request in requests:
        if bare(request.id) == wanted:
            return request
    for request in requests:
        links = ((link.key, bare(link.message_id or "")) for link in request.links)
        if wanted == bare(request.message_id or "") or any(wanted in link for link in links):
            return request
    if register.locate(name):
        raise UsageError(
            "« {name} » est un message, qui n’ouvre pas de demande ; s’il a été rectifié, « mailwatch correct {name} "
            "--undo nature » rend le verdict calculé",
            name=name,
        )
    near = get_close_matches(name, [request.id for request in requests], n=1)
    if near:
        raise UsageError(
            "aucune demande ne s’appelle « {name} » ; vouliez-vous dire « {near} » ?",
            name=name,
            near=near[0],
        )
    raise UsageError("aucune demande ne s’appelle « {name} »", name=name)
