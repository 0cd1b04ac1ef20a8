"""The auditor's pack, in one file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    json_option,
    key_for,
    now_of,
    now_option,
    print_json,
    settings_option,
    site_for,
)
from mailwatch.commands.reporting import declared_option, declared_rows
from mailwatch.errors import BusyError, UsageError
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.dossier import Pack
    from mailwatch.register import Register
    from mailwatch.site import Site

_PATIENCE = 30
"""Seconds in which a service that runs writes its journal down."""
_LONGEST_SEED = 64
"""Letters: an auditor reads it aloud, and copies it by hand."""


@click.command(
    help=_(
        "Réunir le dossier de l’auditeur : rapport (arrêté s’il l’est), registre en tableaux, journal et signatures, "
        "échantillon tiré au sort, règles, courriels type, et de quoi tout vérifier et recalculer sans mailwatch. Les "
        "mêmes données et la même graine donnent le même fichier, octet pour octet."
    ),
    short_help=_("Réunir le dossier de l’auditeur (zip)."),
    options_metavar=_("[OPTIONS]"),
)
@click.option(
    "--period", metavar="PÉRIODE", required=True,
    help=_("2026, 2026-S1, 2026-T1, 2026-03 ou 2026-01-15/2026-02-20."),
)  # fmt: skip
@click.option(
    "--out", metavar="FICHIER.zip", type=click.Path(), default="dossier.zip", show_default=True,
    help=_("Écrire le dossier dans ce fichier."),
)  # fmt: skip
@click.option(
    "--sample", "size", metavar="N", type=click.IntRange(0, 1000), default=20, show_default=True,
    help=_("Cas à tirer au sort, par canal et par état."),
)  # fmt: skip
@click.option(
    "--seed", metavar="GRAINE", default="",
    help=_("Graine du tirage, que l’auditeur donne ; à défaut, tirée de l’empreinte du journal."),
)  # fmt: skip
@click.option(
    "--words", is_flag=True,
    help=_("Relire les messages de l’échantillon dans la messagerie et en montrer les mots, dans ces pages seules."),
)  # fmt: skip
@declared_option
@settings_option
@json_option
@now_option
def dossier(
    period: str, out: str, size: int, seed: str, words: bool, declared: str | None,
    settings: str | None, as_json: bool, now: str | None,
) -> None:  # fmt: skip
    from mailwatch import dossier as packs
    from mailwatch import periods
    from mailwatch.register import opened
    from mailwatch.settings import desk_of, template_texts

    if not seed.isprintable() or len(seed) > _LONGEST_SEED:
        raise UsageError("--seed : {most} lettres, chiffres ou espaces au plus", most=_LONGEST_SEED)
    asked = packs.Asked(
        name=period.strip(),
        period=periods.named(period),
        size=size,
        seed=seed.strip(),
        words=words,
        declared=declared_rows(declared),
    )
    site = site_for(settings)
    desk = desk_of(site)
    at = now_of(now, desk)
    with opened(Path(site.state), key_for(site)) as register:
        _publish(site, register, at)
        pack = packs.gathered(register, site, desk, asked, at)
    files = packs.parts(pack, template_texts())
    packs.write(Path(out), packs.bound(files, pack.edition.audit.today), private=words)
    if as_json:
        print_json(_told(pack, out, files))
    else:
        _show(pack, out, files)


def _publish(site: Site, register: Register, at: datetime) -> None:
    """Have the journal's files tell all that the register does: a service that runs writes them, else we do."""
    from mailwatch import daemon
    from mailwatch.daemon.witnessing import published

    if daemon.holder(Path(site.state)) is None:
        with daemon.only_one(Path(site.state)):
            published(site, register, at).publish(at)
        return
    size = register.lines_written()
    for _second in range(_PATIENCE):
        if _written(site) >= size:
            return
        sleep(1)
    raise BusyError(
        "le service n’a pas encore écrit le journal jusqu’à sa ligne {size} ; recommencez dans un instant",
        size=size,
    )


def _written(site: Site) -> int:
    """The lines of the journal that its files have."""
    from mailwatch.journal.folders import FOLDER, content
    from mailwatch.journal.heads import HEAD, read_head

    head = read_head(content(Path(site.state, FOLDER), HEAD))
    return head.size if head else 0


def _told(pack: Pack, out: str, files: Mapping[str, bytes]) -> Mapping[str, object]:
    closing = pack.edition.beside.closing
    return {
        "file": out,
        "period": pack.period,
        "closed_at": closing.at.isoformat() if closing else None,
        "seed": pack.drawn.seed,
        "cases": [case.counted.id for case in pack.drawn.cases],
        "words": pack.drawn.has_words,
        "unread": _unread(pack),
        "files": sorted(files),
    }


def _unread(pack: Pack) -> list[str]:
    from mailwatch.dossier import unreachable

    every = (passage for case in pack.drawn.cases for passage in case.passages.values())
    return list(unreachable(every))


def _show(pack: Pack, out: str, files: Mapping[str, bytes]) -> None:
    words = _("Dossier de {count} fichiers écrit dans « {path} ».")
    click.echo(words.format(count=len(files), path=out))
    words = _("Échantillon : {count} cas, graine {seed} (la même graine donne les mêmes cas).")
    click.echo(words.format(count=len(pack.drawn.cases), seed=pack.drawn.seed))
    if pack.edition.beside.closing is None:
        click.echo(_("Chiffres provisoires : la période n’est pas arrêtée (report --seal)."))
    if pack.drawn.has_words:
        click.echo(_("Les pages de l’échantillon contiennent des données personnelles."), err=True)
    for reason in _unread(pack):
        click.echo(_("messages non relus : {reason}").format(reason=reason), err=True)
