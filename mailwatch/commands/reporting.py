"""What the register amounts to: report, review, one request in detail."""

from __future__ import annotations

from pathlib import Path

import click

from mailwatch.commands.options import (
    json_option,
    now_of,
    now_option,
    register_for,
    settings_option,
    spelt_out,
)
from mailwatch.language import translate as _


@click.command(
    help=_(
        "Établir le rapport d’une période d’après le registre : les mêmes pages que le relevé d’une messagerie "
        "exportée."
    ),
    short_help=_("Établir le rapport d’une période d’après le registre."),
    options_metavar=_("[OPTIONS]"),
)
@click.option(
    "--period",
    metavar="PÉRIODE",
    help=_("2026, 2026-S1, 2026-T1 ou 2026-03 ; le trimestre en cours à défaut."),
)
@click.option(
    "--out",
    metavar="DOSSIER",
    type=click.Path(),
    help=_("Écrire le rapport (HTML, CSV, JSON) dans ce dossier."),
)
@settings_option
@json_option
@now_option
def report(
    period: str | None, out: str | None, settings: str | None, as_json: bool, now: str | None
) -> None:
    from mailwatch import contracts, periods

    asked = periods.named(period) if period else None
    with register_for(settings) as (register, desk):
        today = now_of(now, desk).date()
        found = register.audit(desk, asked or periods.quarter_of(today), today)
    if as_json:
        for piece in contracts.audit_lines(found):
            click.echo(spelt_out(piece), nl=False)
    if out is not None:
        from mailwatch.publishing import publish

        publish(found, desk, Path(out))
    if not as_json:
        from mailwatch import display

        display.audit(found, Path(out) if out else None)
