"""The commands, and nothing else: options in, one call, output out."""

from __future__ import annotations

import click

from mailwatch.commands.asking import review, show, status
from mailwatch.commands.counting import audit, deadline, demo
from mailwatch.commands.database import db
from mailwatch.commands.explaining import rules
from mailwatch.commands.installing import check_config, doctor, init
from mailwatch.commands.judging import check, classify
from mailwatch.commands.packing import dossier
from mailwatch.commands.persons import answer, correct, letter, note
from mailwatch.commands.privacy import erase, export
from mailwatch.commands.probing import sonde
from mailwatch.commands.reporting import report
from mailwatch.commands.sampling import sample
from mailwatch.commands.serving import alert, once, run
from mailwatch.commands.templates import templates
from mailwatch.commands.verifying import verify
from mailwatch.language import LANGUAGES
from mailwatch.language import translate as _


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


for command in (
    alert, answer, audit, check, check_config, classify, correct, db, deadline, demo, doctor, dossier, erase, export,
    init, letter, note, once, report, review, rules, run, sample, show, sonde, status, templates, verify,
):  # fmt: skip
    mailwatch.add_command(command)
