"""The register as a file: brought up to date, copied, checked."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from mailwatch.commands.options import (
    DATA_FAULT,
    json_option,
    key_for,
    print_json,
    settings_option,
    site_for,
)
from mailwatch.language import say
from mailwatch.language import translate as _


@click.group(
    help=_("Entretenir le registre : mise à niveau, copie, vérification."),
    subcommand_metavar=_("COMMANDE [OPTIONS]…"),
)
def db() -> None:
    """Group what is done with the register's file."""


@db.command(
    help=_("Mettre le registre au format de cette version."), options_metavar=_("[OPTIONS]")
)
@settings_option
@json_option
def upgrade(settings: str | None, as_json: bool) -> None:
    from mailwatch.register import upgraded

    done = upgraded(Path(site_for(settings).state))
    if as_json:
        print_json({"upgraded": done})
        return
    click.echo(_("Registre mis à niveau.") if done else _("Le registre est déjà à niveau."))


@db.command(
    help=_(
        "Copier le registre, même en service, dans un nouveau fichier (la clé n’est pas copiée)."
    ),
    short_help=_("Copier le registre, même en service."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("target", metavar="FICHIER", type=click.Path())
@settings_option
@json_option
def backup(target: str, settings: str | None, as_json: bool) -> None:
    from mailwatch.register import backed_up

    backed_up(Path(site_for(settings).state), Path(target))
    if as_json:
        print_json({"copied_to": target})
        return
    click.echo(_("Registre copié dans « {path} ».").format(path=target))


@db.command(
    help=_("Vérifier que fichier, journal, faits et décisions s’accordent."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
def check(settings: str | None, as_json: bool) -> None:
    from mailwatch.register import checked
    from mailwatch.settings import desk_of

    site = site_for(settings)
    faults = checked(Path(site.state), key_for(site), desk_of(site))
    if as_json:
        print_json({"well": not faults, "faults": list(faults)})
    else:
        for fault in faults or (_("Le registre est en ordre."),):
            click.echo(say(fault))
    sys.exit(DATA_FAULT if faults else 0)
