"""The commands, and nothing else: options in, one call, output out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.errors import UsageError
from mailwatch.language import LANGUAGES
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from datetime import tzinfo

    from mailwatch.analysis import Examined
    from mailwatch.model import Deadline, Delivery, Institution, Role, Unreadable
    from mailwatch.ruleset import Desk

NON_CONFORMITY = 1
_LONG_WORK = 200
"""Messages from which a progress bar is worth its room."""
_DATA_FAULT = 65

Decorator = Callable[[Callable[..., None]], Callable[..., None]]

_settings: Decorator = click.option(
    "--settings", metavar="FICHIER", type=click.Path(), help=_("Fichier de réglages (TOML).")
)
_as_json: Decorator = click.option(
    "--json", "as_json", is_flag=True, help=_("Écrire du JSON, pour un autre programme.")
)
_role: Decorator = click.option(
    "--role",
    type=click.Choice(["inbox", "sent"]),
    help=_("Ce que contiennent les dossiers : courrier reçu ou envoyé (sinon, d’après leur nom)."),
)
_now: Decorator = click.option(
    "--now", metavar="INSTANT", help=_("Faire comme si l’on était à cet instant (ISO 8601).")
)


class _Day(click.ParamType[date]):
    """A day as people write it: 2026-03-02 or 02/03/2026."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        if isinstance(value, date):
            return value
        try:
            return _read_instant(str(value)).date()
        except ValueError:
            words = _("« {value} » n’est pas une date (AAAA-MM-JJ ou JJ/MM/AAAA)")
            return self.fail(words.format(value=value), param, ctx)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    subcommand_metavar=_("COMMANDE [OPTIONS]…"),
    options_metavar=_("[OPTIONS]"),
    help=_("Contrôle des réponses d’une administration à ses usagers : délais, mentions, preuves."),
    epilog=_("Essayez : mailwatch demo"),
)
@click.version_option(package_name="mailwatch", prog_name="mailwatch")
@click.option("--lang", type=click.Choice(LANGUAGES), help=_("Langue des commandes."))
def mailwatch(lang: str | None) -> None:
    """Group the commands; `--lang` has been read by `cli` before this runs."""


# --- one message ----------------------------------------------------------------------------------


@mailwatch.command(
    help=_("Vérifier les trois mentions (auteur, service, institution) de réponses envoyées."),
    short_help=_("Vérifier les trois mentions de réponses envoyées."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("paths", nargs=-1, required=True, metavar="CHEMIN…")
@_settings
@_as_json
@_now
def check(paths: tuple[str, ...], settings: str | None, as_json: bool, now: str | None) -> None:
    from mailwatch import contracts, display
    from mailwatch.analysis import HUMAN_ANSWERS, examine
    from mailwatch.model import Outcome, Role, Unreadable

    desk = _desk(settings)
    today = _today(now, desk)
    worst = 0
    for delivery in _deliveries(paths, Role.SENT):
        found = examine(delivery, desk, judge_on=today)
        if isinstance(found, Unreadable):
            worst = _DATA_FAULT
            _print_unreadable(found, as_json=as_json)
            continue
        if as_json:
            _print_json(contracts.check(found, desk.rules.digest))
        else:
            display.verdict(found)
        if found.reading.nature in HUMAN_ANSWERS and found.mentions is not None:
            three = (found.mentions.author, found.mentions.service, found.mentions.institution)
            if any(mention.outcome is Outcome.ABSENT for mention in three):
                worst = worst or NON_CONFORMITY
    sys.exit(worst)


@mailwatch.command(
    help=_("Dire ce qu’est chaque message : demande, relance, réponse, message automatique…"),
    short_help=_("Dire ce qu’est chaque message."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("paths", nargs=-1, required=True, metavar="CHEMIN…")
@_role
@_settings
@_as_json
def classify(paths: tuple[str, ...], role: str | None, settings: str | None, as_json: bool) -> None:
    from mailwatch import contracts, display
    from mailwatch.analysis import examine
    from mailwatch.model import Role, Unreadable

    desk = _desk(settings)
    readings: list[Examined] = []
    worst = 0
    for delivery in _deliveries(paths, Role(role) if role else None):
        found = examine(delivery, desk)
        if isinstance(found, Unreadable):
            worst = _DATA_FAULT
            _print_unreadable(found, as_json=as_json)
        elif as_json:
            _print_json(contracts.classify(found))
        else:
            readings.append(found)
    if readings:
        display.readings(readings)
    sys.exit(worst)


# --- deadlines ------------------------------------------------------------------------------------


@mailwatch.command(
    help=_("Calculer l’échéance d’une demande reçue à cette date, jour par jour."),
    short_help=_("Calculer une échéance, jour par jour."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("received", metavar="RÉCEPTION")
@click.option(
    "--channel",
    type=click.Choice(["email", "letter"]),
    default="email",
    show_default=True,
    help=_("Courriel (5 jours ouvrés) ou courrier (10)."),
)
@click.option(
    "--days",
    type=click.IntRange(1, 250),
    help=_("Nombre de jours ouvrés, au lieu de celui de la règle."),
)
@click.option(
    "--calendar",
    metavar="CODE",
    help=_("Territoire : numéro ou nom du département (39, 57, 974…)."),
)
@click.option(
    "--convention",
    type=click.Choice(["strict", "rolled"]),
    help=_("Réception un jour fermé : jour zéro, ou reportée."),
)
@_settings
@_as_json
def deadline(
    received: str, channel: str, days: int | None, calendar: str | None,
    convention: str | None, settings: str | None, as_json: bool,
) -> None:  # fmt: skip
    from mailwatch import workdays
    from mailwatch.model import Convention, Institution
    from mailwatch.settings import calendar_for, territories_only

    institution = _institution(settings)
    if calendar is not None:
        institution = Institution(calendar=calendar, convention=institution.convention)
    try:
        here = calendar_for(institution, territories_only())
        zone = workdays.zone(here.territory, institution.timezone)
        received_on = workdays.local_date(_instant(received, zone), zone)
        found = workdays.explain(
            here,
            received_on,
            days or _days_of(channel),
            Convention(convention) if convention else institution.convention,
        )
    except ValueError as fault:
        raise UsageError(str(fault)) from None
    if as_json:
        from mailwatch import contracts

        _print_json(contracts.deadline(found))
    else:
        click.echo("\n".join(_explained(found, here.territory.name)))


def _explained(found: Deadline, territory: str) -> Iterator[str]:
    """A due date and how it was counted, as lines; no table library, so that the answer comes at once."""
    sentence = _("Reçu le {received}, réponse due au plus tard le {due} ({territory}).")
    yield sentence.format(
        received=f"{found.received_on:%d/%m/%Y}",
        due=f"{found.due_on:%d/%m/%Y}",
        territory=territory,
    )
    yield ""
    for day in found.days:
        yield f"  {day.on:%d/%m/%Y}  {'✔' if day.counts else ' '}  {day.why}"


# --- the offline run ------------------------------------------------------------------------------


@mailwatch.command(
    help=_(
        "Relever les demandes, les réponses et les délais d’une messagerie exportée : Maildir, mbox, dossiers "
        "de fichiers .eml, et registres de courriers (.csv)."
    ),
    short_help=_("Relever une messagerie exportée : délais, mentions, chiffres."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("paths", nargs=-1, required=True, metavar="CHEMIN…")
@click.option(
    "--from", "from_on", type=_Day(), metavar="DATE", help=_("Premier jour de réception compté.")
)
@click.option(
    "--to", "to_on", type=_Day(), metavar="DATE", help=_("Dernier jour de réception compté.")
)
@_now
@_role
@_settings
@_as_json
@click.option(
    "--out",
    metavar="DOSSIER",
    type=click.Path(),
    help=_("Écrire aussi le rapport (HTML, CSV, JSON) dans ce dossier."),
)
def audit(
    paths: tuple[str, ...], from_on: date | None, to_on: date | None, now: str | None,
    role: str | None, settings: str | None, as_json: bool, out: str | None,
) -> None:  # fmt: skip
    from mailwatch import contracts, offline
    from mailwatch.model import Period, Role
    from mailwatch.sources import files, letters

    if from_on and to_on and to_on < from_on:
        raise UsageError(
            "--to ({to:%d/%m/%Y}) est avant --from ({start:%d/%m/%Y})", to=to_on, start=from_on
        )
    desk = _desk(settings)
    today = _today(now, desk)
    registers = [letters.read(path) for path in paths if path.lower().endswith(".csv")]
    mail = [path for path in paths if not path.lower().endswith(".csv")]
    place = Role(role) if role else None
    entries = files.entries(mail, place)
    watched = not as_json and sys.stderr.isatty()
    total = sum(1 for _entry in files.entries(mail, place)) if watched else 0
    with _progress(total) as advance:
        gathered = offline.gather(entries, desk, advance)
    found = offline.audit(
        gathered,
        [letter for register in registers for letter in register.letters],
        [row for register in registers for row in register.refused],
        desk,
        Period(from_on=from_on, to_on=to_on),
        today,
    )
    if as_json:
        for piece in contracts.audit_lines(found):
            click.echo(piece, nl=False)
    if out is not None:
        from mailwatch.publishing import publish

        publish(found, desk, Path(out))
    if not as_json:
        from mailwatch import display

        display.audit(found, Path(out) if out else None)
    if found.quarantined and not (found.messages or found.requests):
        sys.exit(_DATA_FAULT)


@mailwatch.command(
    help=_("Montrer mailwatch sur deux messageries fictives : chiffres, rapport, suite."),
    short_help=_("Montrer mailwatch sur deux messageries fictives."),
    options_metavar=_("[OPTIONS]"),
)
@click.option(
    "--folder",
    default=".demo",
    show_default=True,
    metavar="DOSSIER",
    type=click.Path(),
    help=_("Où écrire les messageries et les rapports."),
)
def demo(folder: str) -> None:
    from mailwatch import demo as demonstration

    demonstration.show(Path(folder))


# --- shared ---------------------------------------------------------------------------------------


def _institution(settings: str | None) -> Institution:
    from mailwatch.model import Institution
    from mailwatch.settings import load

    return load(Path(settings)) if settings else Institution()


def _desk(settings: str | None) -> Desk:
    from mailwatch.settings import desk_for

    return desk_for(_institution(settings))


def _today(now: str | None, desk: Desk) -> date:
    """The local day of the territory: of `--now`, else of the clock."""
    if now is None:
        return datetime.now(desk.zone).date()
    return _instant(now, desk.zone).date()


def _instant(words: str, zone: tzinfo) -> datetime:
    """An instant as people write it; without an offset, local to the territory."""
    try:
        instant = _read_instant(words)
    except ValueError:
        raise UsageError(
            "« {value} » n’est ni une date ni un instant (2026-03-02, 02/03/2026, 2026-03-02T09:12+01:00)",
            value=words,
        ) from None
    try:
        return instant.astimezone(zone) if instant.tzinfo else instant.replace(tzinfo=zone)
    except OverflowError:
        return instant


def _read_instant(words: str) -> datetime:
    """Read ISO 8601, or JJ/MM/AAAA with an hour or without; raise ValueError for anything else."""
    french = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ T](.+))?", words.strip())
    if french is None:
        return datetime.fromisoformat(words.strip())
    day, month, year, hour = french.groups()
    return datetime.fromisoformat(f"{year}-{month:0>2}-{day:0>2}" + (f"T{hour}" if hour else ""))


def _days_of(channel: str) -> int:
    from mailwatch.ruleset import read_policy
    from mailwatch.settings import rule_texts

    policy = read_policy(rule_texts()["qualepref.toml"])
    return policy.letter_days if channel == "letter" else policy.email_days


def _deliveries(paths: tuple[str, ...], role: Role | None) -> Iterator[Delivery]:
    from mailwatch.model import Delivery, Role
    from mailwatch.sources import files

    if "-" in paths:
        yield Delivery(raw=sys.stdin.buffer.read(), file="-", role=role or Role.INBOX)
    for entry in files.entries([path for path in paths if path != "-"], role):
        yield from files.deliveries(entry)


def _print_json(value: Mapping[str, object]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _print_unreadable(found: Unreadable, *, as_json: bool) -> None:
    from mailwatch import contracts

    if as_json:
        _print_json(contracts.unreadable(found))
    click.echo(_("« {file} » : {reason}").format(file=found.file, reason=found.reason), err=True)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal, for work that takes a while; nothing elsewhere."""
    if total < _LONG_WORK:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(_("Lecture des messages"), total=total)
        yield lambda: bar.advance(task)
