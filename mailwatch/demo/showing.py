"""The demonstration on a terminal: both exports audited, the figures printed, and what to try next."""

from __future__ import annotations

import sys
from pathlib import Path
from shutil import which

import click

from mailwatch import display, offline, report
from mailwatch.demo.committee import committee_lines
from mailwatch.demo.mailboxes import TODAY, Demo, Mailbox
from mailwatch.language import translate as _
from mailwatch.model import Audit
from mailwatch.publishing import publish
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_for, load
from mailwatch.sources import files, letters


def audited(mailbox: Mailbox) -> Audit:
    """Audit `mailbox` as it stands on the day of the demonstration."""
    return _audited(mailbox, desk_for(load(mailbox.settings)))


def show(demo: Demo) -> None:
    """Print the committee's lines of the first mailbox, the figures of the second, and what to try next."""
    first, second = _shown(demo.jura), _shown(demo.moselle)
    _title(
        _("{name}, du {start:%d/%m/%Y} au {end:%d/%m/%Y}").format(
            name=first.institution.name, start=first.period.from_on, end=first.period.to_on
        )
    )
    for line in committee_lines(first):
        click.echo(f"  {line}")
    click.echo()
    click.echo("  " + _("Rapport : {path}").format(path=_report(demo.jura) / report.HTML))
    _title(_("Une autre messagerie, moins en règle, au {today:%d/%m/%Y} :").format(today=TODAY))
    display.audit(second, _report(demo.moselle))
    _next(demo)


def _shown(mailbox: Mailbox) -> Audit:
    """Audit `mailbox` and write its report beside it."""
    desk = desk_for(load(mailbox.settings))
    found = _audited(mailbox, desk)
    publish(found, desk, _report(mailbox))
    return found


def _audited(mailbox: Mailbox, desk: Desk) -> Audit:
    gathered = offline.gather(files.entries(mailbox.mail), desk)
    register = letters.read(mailbox.letters)
    return offline.audit(gathered, register.letters, register.refused, desk, mailbox.period, TODAY)


def _report(mailbox: Mailbox) -> Path:
    return mailbox.folder / "rapport"


def _title(words: str) -> None:
    click.echo()
    click.secho(words, bold=True)
    click.echo()


def _next(demo: Demo) -> None:
    """Say what to try: one mail, and an export of one's own."""
    box = demo.moselle
    _title(_("À essayer ensuite :"))
    click.echo("  " + _("vérifier les mentions d’une réponse :"))
    click.echo(f"    {_program()} check --settings {box.settings} {box.example}")
    click.echo(
        "  " + _("relever les demandes d’un export de votre messagerie (Maildir, mbox ou .eml) :")
    )
    click.echo(f"    {_program()} audit --out rapport VOTRE_EXPORT")


def _program() -> str:
    """The program as the reader can type it: by name when it is on the PATH, else as it was just run."""
    return "mailwatch" if which("mailwatch") else sys.argv[0]
