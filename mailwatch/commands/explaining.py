"""The rules, told to a person: the manual on a terminal, as JSON, as a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import desk_for_file, json_option, print_json, settings_option
from mailwatch.errors import UsageError, refusal
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.manual import Manual


@click.command(
    help=_(
        "Expliquer les règles : ce que chacune décide, sa source, son statut, ses phrases, ses exemples ; les valeurs "
        "et les jours fériés de même. RÈGLE est une règle, une liste ou une valeur ; toutes à défaut. Avec "
        "--settings, celles du site comprises."
    ),
    short_help=_("Expliquer les règles, leurs sources et leurs exemples."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("name", metavar=_("[RÈGLE]"), default="")
@click.option(
    "--pack",
    "part",
    type=click.Choice(
        [
            "automatic",
            "incoming",
            "outgoing",
            "mentions",
            "promises",
            "language",
            "qualepref",
            "calendars",
        ]
    ),
    help=_("Ce fichier de règles seulement."),
)
@click.option(
    "--status",
    type=click.Choice(["sourced", "interpreted", "local"]),
    help=_("Ce qui a ce statut seulement."),
)
@click.option(
    "--html",
    "page",
    metavar="FICHIER",
    type=click.Path(),
    help=_("Écrire une page à imprimer dans ce fichier."),
)
@settings_option
@json_option
def rules(
    name: str, part: str | None, status: str | None, page: str | None, settings: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    from mailwatch import contracts, manual, printing
    from mailwatch.ruleset import Status

    desk = desk_for_file(settings)
    try:
        found = manual.manual(
            desk.rules, name=name, part=part or "", status=Status(status) if status else None
        )
    except ValueError as fault:
        raise UsageError("{fault}", fault=fault) from None
    if page is not None:
        _write(Path(page), found, desk.institution.name)
    if as_json:
        print_json(contracts.manual(found))
    elif page is None:
        printing.manual(found, whole_lists=bool(name))


def _write(path: Path, found: Manual, title: str) -> None:
    from mailwatch import manual
    from mailwatch.settings import template_texts

    try:
        path.write_text(manual.html(found, title, template_texts()), encoding="utf-8")
    except OSError as fault:
        raise UsageError(
            "« {path} » ne peut pas être écrit ({reason}) ; donnez un autre fichier par --html",
            path=path,
            reason=refusal(fault),
        ) from None
