"""Setting up the service: a first settings file, what it says, and whether the servers agree."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
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
from mailwatch.errors import MailwatchError, RegisterError, UsageError, refusal
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.site import Account, Site, Submission

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
        click.echo(f"mailwatch : {say(fault)}", err=True)
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
    from mailwatch.settings.advice import advice, unnamed_rules
    from mailwatch.settings.local import USUAL

    site = site_for(settings)
    found = advice(site, desk_of(site).rules.local)
    if not site.rules and (settings_file(settings).absolute().parent / USUAL).is_dir():
        found = (unnamed_rules(), *found)
    if as_json:
        print_json({"lines": [{"weight": line.weight, "text": line.words} for line in found]})
        return
    for line in found:
        click.echo(f"{_MARKS[line.weight]} {say(line.words)}")


# --- doctor ---------------------------------------------------------------------------------------


@click.command(
    help=_(
        "Essayer ce que font « run » et « once », sans rien changer : secrets, comptes, dossiers, envoi, registre."
    ),
    short_help=_("Essayer les secrets, les comptes, l’envoi et le registre."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
def doctor(settings: str | None, as_json: bool) -> None:
    tried: list[dict[str, str | int]] = []
    codes = [0]
    for title, attempt in _attempts(site_for(settings)):
        try:
            told, code = attempt(), 0
        except MailwatchError as fault:
            told, code = say(fault), fault.exit_code
        codes.append(code)
        tried.append({"what": title, "well": not code, "text": told, "exit_code": code})
        if not as_json:
            click.echo(f"{'✘' if code else '✔'} {title} : {told}")
    if as_json:
        print_json({"tried": tried})
    sys.exit(next(filter(None, codes), 0))


def _attempts(site: Site) -> Iterator[tuple[str, Callable[[], str]]]:
    """What to try, in the order in which a person would mend it."""
    yield _("règles"), partial(_rules, site)
    yield _("registre"), partial(_register, site)
    for account in site.accounts:
        yield _("compte {name}").format(name=account.name), partial(_account, account)
    if site.submission is not None:
        yield _("envoi"), partial(_submission, site.submission)
    yield _("modèle de noms"), partial(_model, site)


def _rules(site: Site) -> str:
    from mailwatch.settings import desk_of

    local = desk_of(site).rules.local
    if not local:
        return _("celles de mailwatch")
    words = _("celles de mailwatch, changées par le site : {rules}")
    return words.format(rules=", ".join(dict.fromkeys(rule.target for rule in local)))


def _register(site: Site) -> str:
    from mailwatch.register import checked
    from mailwatch.settings import desk_of

    faults = checked(Path(site.state), key_for(site), desk_of(site))
    if faults:
        raise RegisterError("{fault}", fault=" ; ".join(map(say, faults)))
    return _("en ordre")


def _model(site: Site) -> str:
    from mailwatch import recognition

    if not recognition.installed() and not site.institution.name_model:
        return _("absent ; les auteurs sont lus d’après l’annuaire et les règles")
    found = recognition.model()
    words = f"{found.name} {found.version}, sha256 {found.digest}"
    return words if site.institution.name_model else f"{words} ; {_('[reading] ne le demande pas')}"


def _account(account: Account) -> str:
    from mailwatch.settings.secrets import reveal
    from mailwatch.sources.imap import connect

    with connect(account, lambda: reveal(account.secret) if account.secret else "") as connection:
        found = connection.folders()
        for folder in account.folders:
            connection.examine(folder.name)
    watched = {folder.name for folder in account.folders}
    return " ; ".join(f"{name} ✔" if name in watched else name for name in found)


def _submission(submission: Submission) -> str:
    from mailwatch.outbox import session
    from mailwatch.settings.secrets import reveal

    with session(submission, reveal(submission.secret) if submission.secret else ""):
        return _("{host} accepte nos envois").format(host=submission.host)
