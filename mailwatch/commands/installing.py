"""Setting up the service: a first settings file, what it says, and whether the servers agree."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    json_option,
    key_for,
    print_json,
    settings_file,
    settings_option,
    site_for,
)
from mailwatch.errors import MailwatchError, Remark, UsageError, refusal
from mailwatch.language import labelled, say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.site import Site

_MARKS = {"set": "✔", "doubtful": "?", "missing": "✘"}


@click.command(
    help=_(
        "Écrire un premier fichier de réglages, commenté, et créer le registre et sa clé. Rien n’est écrasé : "
        "relancez la commande une fois le fichier complété."
    ),
    short_help=_("Écrire un premier fichier de réglages, créer le registre."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
def init(settings: str | None, as_json: bool) -> None:
    from mailwatch.settings.starter import starter

    path = settings_file(settings)
    if not path.exists():
        _write(path, starter())
        if as_json:
            print_json({"settings": str(path), "state": None})
            return
        click.echo(
            _("Réglages écrits dans « {path} » : complétez-les, puis relancez « init ».").format(
                path=path
            )
        )
        return
    from mailwatch.register import created

    site = site_for(settings)
    state = Path(site.state)
    created(state)
    signer = _signer(site)
    if as_json:
        print_json({"settings": str(path), "state": str(state), "signer": signer})
        return
    click.echo(_("Registre et clé créés dans « {path} ».").format(path=state))
    if signer:
        words = _("Le journal sera signé par la clé {signer} : notez cette empreinte.")
        click.echo(words.format(signer=signer))
    click.echo(_("Gardez une copie de la clé à part : sans elle, le registre ne sert plus."))
    click.echo(_("Ensuite : mailwatch doctor, puis mailwatch run"))


def _signer(site: Site) -> str:
    """Make the key that signs the journal, and give its fingerprint; empty when that cannot be done yet."""
    from mailwatch.daemon import key_file
    from mailwatch.journal import signing
    from mailwatch.journal.heads import fingerprint

    path = key_file(site)
    try:
        if not site.journal.signing_key:
            signing.made(path)
        return fingerprint(signing.public_key(path))
    except MailwatchError as fault:
        click.echo(labelled("mailwatch", say(fault)), err=True)
        return ""


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        path.chmod(0o640)
    except OSError as fault:
        raise UsageError(
            "« {path} » ne peut pas être écrit ({reason}) ; donnez un autre fichier par --settings",
            path=path,
            reason=refusal(fault),
        ) from None


@click.command(
    "check-config",
    help=_("Vérifier le fichier de réglages : fautes, doutes, et ce qui manque à chaque commande."),
    short_help=_("Vérifier le fichier de réglages."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
def check_config(settings: str | None, as_json: bool) -> None:
    from mailwatch.settings import desk_of
    from mailwatch.settings.advice import advice, unnamed_rules, unread
    from mailwatch.settings.local import USUAL
    from mailwatch.settings.secrets import refusals

    site = site_for(settings)
    desk, refused = desk_of(site), refusals(site)
    found = (
        *advice(site, desk.rules.local, datetime.now(desk.zone).date()),
        *unread(refused),
    )
    if not site.rules and (settings_file(settings).absolute().parent / USUAL).is_dir():
        found = (unnamed_rules(), *found)
    if as_json:
        print_json({"lines": [{"weight": line.weight, "text": line.words} for line in found]})
    for line in () if as_json else found:
        click.echo(f"{_MARKS[line.weight]} {say(line.words)}")
    sys.exit(max((error.exit_code for error in refused), default=0))


# --- doctor ---------------------------------------------------------------------------------------


@click.command(
    help=_(
        "Essayer ce que font « run » et « once », sans rien changer : règles, horloge, disque, droits, registre, "
        "comptes, dossiers, certificats, envoi. « ? » marque ce qui va et mérite un regard."
    ),
    short_help=_("Essayer la machine, les comptes, l’envoi et le registre."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
def doctor(settings: str | None, as_json: bool) -> None:
    from mailwatch import diagnosis
    from mailwatch.settings import desk_of

    site = site_for(settings)
    now = datetime.now(desk_of(site).zone)
    tried: list[dict[str, object]] = []
    codes: list[int] = []
    for title, trial in diagnosis.trials(site, settings_file(settings), lambda: key_for(site), now):
        doubts: tuple[Remark, ...] = ()
        try:
            found = trial()
            told, code, doubts = _(" ; ").join(map(say, found.words)), 0, found.doubts
        except MailwatchError as fault:
            told, code = say(fault), fault.exit_code
        codes.append(code)
        tried.append(
            {
                "what": say(title),
                "well": not code,
                "text": told,
                "exit_code": code,
                "doubts": [say(doubt) for doubt in doubts],
            }
        )
        if not as_json:
            _show(say(title), told, code, doubts)
    if as_json:
        print_json({"tried": tried})
    sys.exit(next(filter(None, codes), 0))


def _show(title: str, told: str, code: int, doubts: Sequence[Remark]) -> None:
    click.echo(labelled(f"{'✘' if code else '✔'} {title}", told))
    for doubt in doubts:
        click.echo(labelled(f"? {title}", say(doubt)))
