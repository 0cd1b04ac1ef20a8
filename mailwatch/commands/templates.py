"""The courriels type: judged, set as pages for the users' committee, copied to be changed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    DATA_FAULT,
    formats_of,
    json_option,
    now_option,
    print_json,
    settings_option,
    today_of,
)
from mailwatch.errors import SourceError
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.library import Library
    from mailwatch.model import Refused

NON_CONFORMITY = 1
_FORMATS = ("pdf", "html")


@click.group(
    help=_(
        "Tenir les courriels type (engagement 16.3) : les vérifier, les présenter au comité des usagers, les reprendre "
        "à son compte. DOSSIER les contient, un fichier .txt chacun ; à défaut, celui que nomment les réglages, "
        "sinon ceux du programme."
    ),
    short_help=_("Tenir les courriels type : vérifier, présenter au comité, copier."),
    subcommand_metavar=_("COMMANDE [OPTIONS]…"),
)
def templates() -> None:
    """Group what is done with the courriels type."""


@templates.command(
    help=_(
        "Vérifier chaque courriel type, ses places remplies, par les règles qui jugent le courrier réel : sa nature, "
        "les trois mentions, la date qu’il annonce. Code de sortie 1 si l’un d’eux est à corriger."
    ),
    short_help=_("Vérifier chaque courriel type par les règles du courrier réel."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("folder", metavar=_("[DOSSIER]"), default="")
@settings_option
@json_option
@now_option
def check(folder: str, settings: str | None, as_json: bool, now: str | None) -> None:
    from mailwatch import contracts, display

    found, rules = _library(folder, settings, now)
    if as_json:
        for verdict in found.book.verdicts:
            print_json(contracts.specimen(verdict, rules))
        for refused in found.refused:
            print_json(contracts.refused(refused))
    elif found.book.verdicts:
        display.specimens(found.book.verdicts)
    for refused in found.refused:
        click.echo(_said(refused), err=True)
    if found.refused:
        sys.exit(DATA_FAULT)
    sys.exit(0 if found.conforms else NON_CONFORMITY)


@templates.command(
    help=_(
        "Écrire les pages à présenter au comité des usagers : chaque courriel type, ce que les règles en disent, et la "
        "place de l’avis et de sa date. Sans --out, la page HTML va à l’écran ou dans un tube."
    ),
    short_help=_("Écrire les pages à présenter au comité des usagers."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("folder", metavar=_("[DOSSIER]"), default="")
@click.option(
    "--out", metavar="DOSSIER", type=click.Path(), help=_("Écrire les pages dans ce dossier.")
)
@click.option(
    "--format", "formats", metavar="FORMATS", default=",".join(_FORMATS), show_default=True,
    help=_("Formats des fichiers, séparés par des virgules."),
)  # fmt: skip
@settings_option
@json_option
@now_option
def sheet(
    folder: str, out: str | None, formats: str, settings: str | None, as_json: bool,
    now: str | None,
) -> None:  # fmt: skip
    from mailwatch import library

    wanted = formats_of(formats, _FORMATS)
    found, _rules = _library(folder, settings, now)
    if found.refused:
        # Nothing goes before a committee with a page missing.
        raise SourceError("{faults}", faults="\n".join(map(_said, found.refused)))
    if out is None:
        click.echo(library.sheet(found, ("html",))["courriels-type.html"].decode(), nl=False)
        return
    written = library.write(library.sheet(found, wanted), Path(out))
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    for path in written:
        click.echo(_("Écrit : {path}").format(path=path))


@templates.command(
    help=_(
        "Copier les courriels type du programme dans un dossier nouveau, pour les adapter ; « templates » en tête des "
        "réglages le nomme ensuite."
    ),
    short_help=_("Copier les courriels type du programme, pour les adapter."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("folder", metavar="DOSSIER", type=click.Path())
@json_option
def copy(folder: str, as_json: bool) -> None:
    from mailwatch import library

    written = library.copy(Path(folder))
    if as_json:
        print_json({"files": [str(path) for path in written]})
        return
    click.echo(
        _("{count} courriels type copiés dans « {folder} ».").format(
            count=sum(path.suffix == ".txt" for path in written), folder=folder
        )
    )
    click.echo(_("Ensuite : mailwatch templates check {folder}").format(folder=folder))


def _library(folder: str, settings: str | None, now: str | None) -> tuple[Library, str]:
    """The courriels type that are meant, judged, and the digest of the rules that judged them."""
    from mailwatch.library import library
    from mailwatch.model import Institution
    from mailwatch.settings import desk_of, load_site
    from mailwatch.site import Site

    site = load_site(Path(settings)) if settings else Site(institution=Institution())
    desk = desk_of(site)
    return library(desk, folder or site.templates, today_of(now, desk)), desk.rules.digest


def _said(refused: Refused) -> str:
    return _("{file}, ligne {line} : {reason}").format(
        file=refused.file, line=refused.line, reason=say(refused.reason)
    )
