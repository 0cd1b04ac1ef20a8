"""The demonstration on a terminal: two sites looked at, their figures, an alert, and what to try next."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import click

from mailwatch import display, report
from mailwatch.demo import servers
from mailwatch.demo.alerts import Kept, keep
from mailwatch.demo.committee import committee_lines
from mailwatch.demo.export import PASSWORD, Ports
from mailwatch.demo.mailboxes import TODAY, Demo, Mailbox, write
from mailwatch.demo.servers import Taken
from mailwatch.demo.stock import stock
from mailwatch.demo.watching import Watched, watch
from mailwatch.language import translate as _
from mailwatch.settings import load_site
from mailwatch.site import Site

_SHOWN = 26
"""Lines of the alert shown on a terminal; its page has them all."""


def show(folder: Path) -> None:
    """Look at two mailboxes on servers of our own, and print what comes of it."""
    opening = _(
        "Deux messageries fictives, sur un serveur IMAP qui ne vit que le temps de cette commande."
    )
    with _served(folder) as (demo, sites, taken):
        click.echo(opening)
        first, first_alerts = _watched(demo.jura, sites[0], taken)
        _first(demo.jura, first, first_alerts)
        second, second_alerts = _watched(demo.moselle, sites[1], taken)
        _second(demo.moselle, second, second_alerts)
    _next(demo)


@contextmanager
def _served(folder: Path) -> Iterator[tuple[Demo, tuple[Site, Site], Sequence[Taken]]]:
    """Write both mailboxes below `folder`, and serve them where their settings say."""
    with servers.loopback() as imap, servers.loopback() as smtp:
        demo = write(folder, Ports(imap=imap.getsockname()[1], smtp=smtp.getsockname()[1]))
        sites = load_site(demo.jura.settings), load_site(demo.moselle.settings)
        mail = [
            stored
            for box, site in zip((demo.jura, demo.moselle), sites, strict=True)
            for stored in stock(box.folder.name, site.accounts)
        ]
        with servers.serving(imap, smtp, mail, PASSWORD) as taken:
            yield demo, sites, taken


def _watched(
    mailbox: Mailbox, site: Site, taken: Sequence[Taken]
) -> tuple[Watched, tuple[Kept, ...]]:
    before = len(taken)
    found = watch(mailbox, site)
    return found, keep(taken[before:], mailbox.report)


# --- what is printed ------------------------------------------------------------------------------


def _first(mailbox: Mailbox, watched: Watched, alerts: Sequence[Kept]) -> None:
    found = watched.audit
    _title(
        _("{name}, du {start:%d/%m/%Y} au {end:%d/%m/%Y}").format(
            name=found.institution.name, start=found.period.from_on, end=found.period.to_on
        )
    )
    for line in committee_lines(found):
        click.echo(f"  {line}")
    click.echo()
    click.echo("  " + _agreed(watched))
    click.echo("  " + _("Rapport : {path}").format(path=mailbox.report / report.HTML))
    click.echo("  " + _("Alerte : {path}").format(path=alerts[-1].page))
    click.echo("  " + _("Réglages : {path}").format(path=mailbox.settings))


def _second(mailbox: Mailbox, watched: Watched, alerts: Sequence[Kept]) -> None:
    _title(_("Une autre messagerie, moins en règle, au {today:%d/%m/%Y} :").format(today=TODAY))
    display.audit(watched.audit, mailbox.report)
    click.echo(_agreed(watched))
    whole = alerts[-1]
    _title(_("L’alerte de la semaine, que {who} vient de recevoir :").format(who=_who(whole)))
    lines = whole.text.splitlines()
    for line in lines[:_SHOWN]:
        click.echo(f"  │ {line}".rstrip())
    if len(lines) > _SHOWN:
        click.echo("  │ …")
    click.echo()
    click.echo(
        "  " + _("En entier : {page} ({mail})").format(page=whole.page, mail=whole.path.name)
    )
    for part in alerts[:-1]:
        click.echo("  " + _("La part de {who} : {page}").format(who=_who(part), page=part.page))


def _agreed(watched: Watched) -> str:
    """Say that both ways to read the mail give the same; `watch` would have raised otherwise."""
    damaged = len(watched.offline.quarantined) - len(watched.audit.quarantined)
    words = (
        _(
            "{messages} messages relevés par IMAP, {letters} courriers inscrits. Relevé hors ligne, leur export donne "
            "les mêmes chiffres (fichiers qu’il a abîmés : {damaged})."
        )
        if damaged
        else _(
            "{messages} messages relevés par IMAP, {letters} courriers inscrits. Relevé hors ligne, leur export donne "
            "les mêmes chiffres."
        )
    )
    return words.format(messages=watched.audit.messages, letters=watched.letters, damaged=damaged)


def _who(alert: Kept) -> str:
    return ", ".join(alert.recipients)


def _title(words: str) -> None:
    click.echo()
    click.secho(words, bold=True)
    click.echo()


def _next(demo: Demo) -> None:
    """Say what to try: one mail, the settings, an export of one's own, the service."""
    box, program = demo.moselle, _program()
    _title(_("À essayer ensuite :"))
    for what, command in (
        (
            _("vérifier les mentions d’une réponse :"),
            f"check --settings {box.settings} {box.example}",
        ),
        (
            _("relire les réglages d’une messagerie suivie :"),
            f"check-config --settings {box.settings}",
        ),
        (
            _("relever les demandes d’un export de votre messagerie (Maildir, mbox ou .eml) :"),
            "audit --out rapport VOTRE_EXPORT",
        ),
        (_("suivre votre messagerie pour de bon :"), "init --settings mailwatch.toml"),
    ):
        click.echo(f"  {what}")
        click.echo(f"    {program} {command}")


def _program() -> str:
    """The program as the reader can type it: by name when it is on the PATH, else as it was just run."""
    if which("mailwatch"):
        return "mailwatch"
    run = sys.argv[0]
    return f"{sys.executable} -m mailwatch" if run.endswith("__main__.py") else run
