"""Deadlines, the offline run and the demo: figures from what is given, with nothing installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    DATA_FAULT,
    Day,
    desk_for_answers,
    instant_of,
    json_option,
    now_option,
    print_json,
    role_option,
    settings_option,
    spelt_out,
    today_of,
)
from mailwatch.errors import UsageError
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.model import Deadline, Institution
    from mailwatch.ruleset import Policy

_LONG_WORK = 200
"""Messages from which a progress bar is worth its room."""


@click.command(
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
@settings_option
@json_option
def deadline(
    received: str, channel: str, days: int | None, calendar: str | None,
    convention: str | None, settings: str | None, as_json: bool,
) -> None:  # fmt: skip
    from mailwatch import workdays
    from mailwatch.model import Convention, Institution
    from mailwatch.settings import calendar_for, territories_only

    institution, policy = _counting(settings)
    if calendar is not None:
        institution = Institution(calendar=calendar, convention=institution.convention)
    try:
        here = calendar_for(institution, territories_only())
        zone = workdays.zone(here.territory, institution.timezone)
        received_on = workdays.local_date(instant_of(received, zone), zone)
        found = workdays.explain(
            here,
            received_on,
            days or (policy.letter_days if channel == "letter" else policy.email_days),
            Convention(convention) if convention else institution.convention,
        )
    except ValueError as fault:
        raise UsageError("{fault}", fault=fault) from None
    if as_json:
        from mailwatch import contracts

        print_json(contracts.deadline(found))
    else:
        click.echo("\n".join(_explained(found, here.territory.name)))


def _explained(found: Deadline, territory: str) -> Iterator[str]:
    """A due date and how it was counted, as lines; no table library, so that the answer comes at once."""
    sentence = _(
        "Reçu le {received:%d/%m/%Y}, réponse due au plus tard le {due:%d/%m/%Y} ({territory})."
    )
    yield sentence.format(received=found.received_on, due=found.due_on, territory=territory)
    yield ""
    line = _("  {on:%d/%m/%Y}  {mark}  {why}")
    for day in found.days:
        yield line.format(on=day.on, mark="✔" if day.counts else " ", why=say(day.why))


def _counting(settings: str | None) -> tuple[Institution, Policy]:
    """Whose days are counted, and how many."""
    from mailwatch.model import Institution
    from mailwatch.ruleset import read_policy
    from mailwatch.settings import desk_of, load_site, rule_texts

    site = load_site(Path(settings)) if settings else None
    if site is not None and site.rules:
        return site.institution, desk_of(site).rules.policy
    # The wording rules take longer to read than a deadline to count.
    policy = read_policy(rule_texts()["qualepref.toml"])
    return site.institution if site else Institution(), policy


@click.command(
    help=_(
        "Relever les demandes, les réponses et les délais d’une messagerie exportée : Maildir, mbox, dossiers "
        "de fichiers .eml, et registres de courriers (.csv)."
    ),
    short_help=_("Relever une messagerie exportée : délais, mentions, chiffres."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("paths", nargs=-1, required=True, metavar="CHEMIN…")
@click.option(
    "--from", "from_on", type=Day(), metavar="DATE", help=_("Premier jour de réception compté.")
)
@click.option(
    "--to", "to_on", type=Day(), metavar="DATE", help=_("Dernier jour de réception compté.")
)
@now_option
@role_option
@settings_option
@json_option
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
    desk = desk_for_answers(settings)
    today = today_of(now, desk)
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
            click.echo(spelt_out(piece), nl=False)
    if out is not None:
        from mailwatch.publishing import publish

        publish(found, desk, Path(out))
    if not as_json:
        from mailwatch import display

        display.audit(found, Path(out) if out else None)
    if found.quarantined and not (found.messages or found.requests):
        sys.exit(DATA_FAULT)


@click.command(
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
