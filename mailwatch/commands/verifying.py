"""Verifying the evidence: the journal's files, and on the server the register that they come from."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    DATA_FAULT,
    json_option,
    key_for,
    print_json,
    settings_option,
    site_for,
)
from mailwatch.errors import MailwatchError, UsageError
from mailwatch.language import labelled, say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.journal.heads import Head
    from mailwatch.journal.lines import Trail
    from mailwatch.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """One thing that was verified, what it is, and what is wrong with it."""

    name: str
    words: str
    faults: tuple[str, ...]


@click.command(
    help=_(
        "Vérifier un journal : ses fichiers, sa chaîne, sa tête et sa signature. Sans DOSSIER, celui du service, et "
        "le registre avec lui. --head : une tête que vous avez gardée, telle que l’alerte la donne."
    ),
    short_help=_("Vérifier le journal et le registre."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("folder", metavar=_("[DOSSIER]"), type=click.Path(), required=False)
@click.option(
    "--head",
    "heads",
    metavar="LIGNES:EMPREINTE",
    multiple=True,
    help=_(
        "Nombre de lignes et empreinte, d’une alerte ou d’un rapport ; autant que vous en avez."
    ),
)
@click.option(
    "--key", metavar="SHA256:…", default="", help=_("Empreinte attendue de la clé qui signe.")
)
@settings_option
@json_option
def verify(
    folder: str | None, heads: tuple[str, ...], key: str, settings: str | None, as_json: bool
) -> None:
    witnesses = [_witness(words) for words in heads]
    if folder is not None:
        found = [_files(_bundle(Path(folder)), witnesses, key)[0]]
    else:
        found = list(_everything(site_for(settings), witnesses, key))
    faulty = any(one.faults for one in found)
    if as_json:
        checked = [{"what": one.name, "text": one.words, "faults": one.faults} for one in found]
        print_json({"well": not faulty, "checked": checked})
    else:
        for one in found:
            _show(one)
    sys.exit(DATA_FAULT if faulty else 0)


def _show(one: _Checked) -> None:
    click.echo(labelled(f"{'✘' if one.faults else '✔'} {one.name}", one.words))
    for fault in one.faults:
        click.echo(f"    {fault}")


def _witness(words: str) -> Head:
    from mailwatch.journal.heads import read_witness

    head = read_witness(words)
    if head is None:
        raise UsageError(
            "--head « {words} » : il faut un nombre de lignes, « : » et 64 chiffres hexadécimaux",
            words=words,
        )
    return head


def _bundle(folder: Path) -> Path:
    """The journal in a folder that an auditor was given."""
    inside = folder / "journal"
    return inside if inside.is_dir() else folder


def _everything(site: Site, witnesses: Sequence[Head], key: str) -> Iterator[_Checked]:
    """What there is to verify on the server, in the order in which one rests on the other."""
    from mailwatch.journal.folders import FOLDER

    files, trail = _files(Path(site.state, FOLDER), witnesses, key)
    yield files
    yield _register(site, trail)


def _files(folder: Path, witnesses: Sequence[Head], key: str) -> tuple[_Checked, Trail]:
    from mailwatch.journal.verifying import verified

    found = verified(folder, witnesses, key)
    trail = found.trail
    faults = tuple(say(fault) for fault in found.faults)
    return _Checked(name=_("journal"), words=_extent(trail), faults=faults), trail


def _extent(trail: Trail) -> str:
    if not trail.size:
        return _("aucune ligne de journal dans ce dossier")
    return _("{size} lignes, du {since} au {until} ; {signed}").format(
        size=trail.size,
        since=_day(trail.since),
        until=_day(trail.until),
        signed=trail.key or _("sans signature"),
    )


def _day(instant: str) -> str:
    """The day of an instant as it is read; a forged line may hold any words there."""
    try:
        return f"{datetime.fromisoformat(instant):%d/%m/%Y}"
    except ValueError:
        return instant[:10]


def _register(site: Site, files: Trail) -> _Checked:
    """Hold the register against itself, the files and the last alert."""
    from mailwatch.daemon import contradictions, witnessed
    from mailwatch.register import checked, opened
    from mailwatch.settings import desk_of

    state, register_key = Path(site.state), key_for(site)
    faults: list[str] = []
    try:
        with opened(state, register_key) as register:
            words = _("{size} lignes").format(size=register.lines_written())
            faults += map(say, contradictions(register, files, witnessed(register)))
        faults += map(say, checked(state, register_key, desk_of(site)))
    except MailwatchError as fault:
        if fault.exit_code != DATA_FAULT:
            raise
        words = _("il ne s’ouvre pas")
        faults.append(say(fault))
    return _Checked(name=_("registre"), words=words, faults=tuple(faults))
