"""What the register amounts to, as a report; and its figures, closed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    Decorator,
    formats_of,
    json_option,
    now_of,
    now_option,
    register_for,
    settings_option,
    spelt_out,
)
from mailwatch.errors import UsageError
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.report.terms import Declared

_FORMATS = ("pdf", "html", "ods", "csv", "json")

declared_option: Decorator = click.option(
    "--declared", metavar="FICHIER.csv", type=click.Path(readable=False),
    help=_("Indicateurs déclarés : intitulé, valeur, cible, source, date."),
)  # fmt: skip


@click.command(
    help=_(
        "Établir le rapport d’une période d’après le registre : tableau des indicateurs, retards, note de méthode, "
        "preuves. Une fois les chiffres d’une période arrêtés, le rapport les redonne tels quels et dit à part ce "
        "qui a été trouvé depuis."
    ),
    short_help=_("Établir le rapport d’une période d’après le registre."),
    options_metavar=_("[OPTIONS]"),
)
@click.option(
    "--period",
    metavar="PÉRIODE",
    help=_(
        "2026, 2026-S1, 2026-T1, 2026-03 ou 2026-01-15/2026-02-20 ; le trimestre en cours à défaut."
    ),
)
@click.option(
    "--out", metavar="DOSSIER", type=click.Path(), help=_("Écrire le rapport dans ce dossier.")
)
@click.option(
    "--format", "formats", metavar="FORMATS", default=",".join(_FORMATS), show_default=True,
    help=_("Formats des fichiers, séparés par des virgules."),
)  # fmt: skip
@declared_option
@click.option(
    "--seal", is_flag=True, help=_("Arrêter les chiffres de la période : ils ne changeront plus.")
)
@click.option("--author", metavar="NOM", help=_("Qui arrête les chiffres (avec --seal)."))
@settings_option
@json_option
@now_option
def report(
    period: str | None, out: str | None, formats: str, declared: str | None, seal: bool,
    author: str | None, settings: str | None, as_json: bool, now: str | None,
) -> None:  # fmt: skip
    from mailwatch import contracts, display, periods
    from mailwatch.publishing import publish

    asked = periods.named(period) if period else None
    wanted = formats_of(formats, _FORMATS)
    if seal and not (period and author):
        raise UsageError("--seal demande --period et --author : quels chiffres, et qui les arrête")
    rows = declared_rows(declared)
    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        span = asked or periods.quarter_of(at.date())
        found = register.edition(desk, span, at.date(), rows)
        if seal:
            register.seal(desk, span, at, author or "", rows)
            found = register.edition(desk, span, at.date(), rows)
    if as_json:
        for piece in contracts.audit_lines(found.audit, found.beside.precisions):
            click.echo(spelt_out(piece), nl=False)
    if out is not None:
        publish(found.audit, desk, Path(out), wanted, found.beside, found.policy)
    if as_json:
        return
    display.audit(found.audit, Path(out) if out else None)
    if found.beside.closing:
        words = _("Chiffres arrêtés le {on} par {author} ; écarts trouvés depuis : {differences}.")
        click.echo(
            words.format(
                on=f"{found.beside.closing.at:%d/%m/%Y}",
                author=found.beside.closing.author,
                differences=len(found.beside.differences),
            )
        )


def declared_rows(path: str | None) -> tuple[Declared, ...]:
    """The declared indicators of a file; its faulty rows are told and left out."""
    from mailwatch.sources import declared

    if path is None:
        return ()
    found = declared.read(path)
    for row in found.refused:
        click.echo(
            _("{file}, ligne {line} : {reason}").format(
                file=row.file, line=row.line, reason=say(row.reason)
            ),
            err=True,
        )
    return found.indicators
