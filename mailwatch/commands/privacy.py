"""What the law owes to the persons who write: all that is held on them, and to be forgotten."""

from __future__ import annotations

from pathlib import Path

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
from mailwatch.errors import UsageError
from mailwatch.language import translate as _

_address = click.argument("address", metavar="ADRESSE")


@click.command(
    help=_(
        "Donner à une personne tout ce qui est gardé sur elle (droit d’accès, RGPD article 15) : une page à lui "
        "remettre et le même contenu en JSON. La messagerie n’est pas relue."
    ),
    short_help=_("Donner à une personne ce qui est gardé sur elle."),
    options_metavar=_("[OPTIONS]"),
)
@_address
@click.option(
    "--out",
    metavar="DOSSIER",
    type=click.Path(),
    help=_("Écrire acces.html et acces.json dans ce dossier."),
)
@settings_option
@json_option
@now_option
def export(
    address: str, out: str | None, settings: str | None, as_json: bool, now: str | None
) -> None:
    from mailwatch import contracts
    from mailwatch.disclosure import Disclosure
    from mailwatch.register import opened
    from mailwatch.settings import desk_of

    site = site_for(settings)
    desk, person = desk_of(site), _person(address)
    at = now_of(now, desk)
    with opened(Path(site.state), key_for(site)) as register:
        held = register.held(desk, person)
    found = Disclosure(
        address=person,
        at=at,
        institution=desk.institution,
        keep_months=site.keep_months,
        facts=held.facts,
        requests=held.requests,
        letters=held.letters,
        corrections=held.corrections,
        answers=held.answers,
        reviews=held.reviews,
    )
    if out is not None:
        from mailwatch.publishing import disclose

        disclose(found, Path(out))
    if as_json:
        print_json(contracts.disclosure(found))
        return
    words = _("{messages} messages, {requests} demandes, {letters} courriers.")
    counts = words.format(
        messages=len(found.facts), requests=len(found.requests), letters=len(found.letters)
    )
    click.echo(_("Rien n’est gardé sur cette adresse.") if found.is_empty else counts)
    if out is not None:
        click.echo(_("Écrit dans « {path} ».").format(path=out))


@click.command(
    help=_(
        "Effacer une personne du registre (RGPD article 17) : plus rien n’y mène à elle, les chiffres et le journal "
        "ne changent pas. Définitif. Les messages eux-mêmes sont dans la messagerie, et les copies du registre "
        "(db backup) gardent ce qu’elles ont."
    ),
    short_help=_("Effacer une personne du registre, sans changer les chiffres."),
    options_metavar=_("[OPTIONS]"),
)
@_address
@click.option(
    "--anyway", is_flag=True, help=_("Même si une demande de cette personne attend une réponse.")
)
@click.option("--yes", is_flag=True, help=_("Ne pas demander de confirmation."))
@settings_option
@json_option
@now_option
def erase(
    address: str, anyway: bool, yes: bool, settings: str | None, as_json: bool, now: str | None
) -> None:
    from mailwatch.register import opened
    from mailwatch.settings import desk_of

    site = site_for(settings)
    desk, person = desk_of(site), _person(address)
    if not yes:
        question = _("Effacer définitivement « {address} » du registre ?").format(address=person)
        _agree(question)
    with opened(Path(site.state), key_for(site)) as register:
        done = register.erase(desk, person, now_of(now, desk), anyway=anyway)
    if as_json:
        print_json({"messages": done.messages, "records": done.records})
        return
    words = _(
        "{messages} messages et {records} notes ou courriers ne mènent plus à cette personne."
    )
    click.echo(words.format(messages=done.messages, records=done.records))


def _agree(question: str) -> None:
    """Go on when the person says yes, in either language; click knows the English word alone."""
    said = click.prompt(f"{question} {_('[o/N]')}", default="", show_default=False)
    if said.strip().lower() not in {"o", "oui", "y", "yes"}:
        raise click.Abort


def _person(address: str) -> str:
    """An address as received mail is read: also one that nobody would accept in a setting may have written."""
    found = address.strip().lower()
    if "@" not in found.strip("@"):
        raise UsageError("« {value} » n’est pas une adresse électronique", value=address)
    return found
