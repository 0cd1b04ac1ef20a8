"""What the register knows, asked by a person: how the service is, what to review, one request in detail."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    json_option,
    key_for,
    named,
    now_of,
    now_option,
    print_json,
    register_for,
    settings_option,
    site_for,
)
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.register import Location
    from mailwatch.rereading import Glimpse
    from mailwatch.site import Site


@click.command(
    help=_(
        "Dire où en est le service : relevés, messages en attente ou illisibles, interruptions, dernière alerte, et "
        "ce qui empêche un compte d’être relevé. Aucun serveur n’est interrogé. Le code de sortie est celui de la "
        "panne, 0 quand il n’y en a pas."
    ),
    short_help=_("Dire où en est le service."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
@now_option
def status(settings: str | None, as_json: bool, now: str | None) -> None:
    from mailwatch import contracts, daemon, health, screens
    from mailwatch.register import opened
    from mailwatch.settings import desk_of

    site = site_for(settings)
    desk = desk_of(site)
    at = now_of(now, desk)
    state = Path(site.state)
    with opened(state, key_for(site)) as register:
        found = health.examine(
            register, site, at=at, holder=daemon.holder(state), unwatched=daemon.unwatched(site)
        )
    octets = sum(path.stat().st_size for path in state.glob("register.sqlite*"))
    if as_json:
        print_json(contracts.health(found, desk.zone, octets))
    else:
        screens.health(found, desk.zone, state, octets)
    sys.exit(found.exit_code)


@click.command(
    help=_(
        "Lister ce qui attend l’avis d’une personne : natures et rattachements peu sûrs, réponses probables non "
        "observées. « mailwatch show » montre chacun, « mailwatch correct » tranche."
    ),
    short_help=_("Lister les verdicts peu sûrs, à confirmer ou à rectifier."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
@json_option
@now_option
def review(settings: str | None, as_json: bool, now: str | None) -> None:
    from mailwatch import contracts, reviewing, screens
    from mailwatch.model import Period

    with register_for(settings) as (register, desk):
        ever = Period(from_on=None, to_on=None)
        found = reviewing.doubtful(register.audit(desk, ever, now_of(now, desk).date()))
    if as_json:
        print_json({"review": [contracts.doubtful(one) for one in found]})
    else:
        screens.review(found)


@click.command(
    help=_(
        "Montrer une demande : échéance, réponses, rattachements, rectifications ; expéditeurs et objets sont relus "
        "dans la messagerie, en lecture seule, et gardés nulle part. DEMANDE est son numéro, celui d’un de ses "
        "messages, ou la référence d’un courrier."
    ),
    short_help=_("Montrer une demande, et relire expéditeurs et objets."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("request", metavar="DEMANDE")
@click.option("--offline", is_flag=True, help=_("Ne pas relire la messagerie."))
@settings_option
@json_option
@now_option
def show(request: str, offline: bool, settings: str | None, as_json: bool, now: str | None) -> None:
    from mailwatch import contracts, reviewing, screens
    from mailwatch.model import Period
    from mailwatch.register import opened
    from mailwatch.settings import desk_of

    site = site_for(settings)
    desk = desk_of(site)
    today = now_of(now, desk).date()
    with opened(Path(site.state), key_for(site)) as register:
        found = named(register, desk, today, request)
        places = register.locate(found.id)
        rulings = register.audit(desk, Period(from_on=None, to_on=None), today).rulings
    events = reviewing.timeline(found, rulings)
    glimpses = {} if offline else _reread(site, places)
    if as_json:
        print_json(contracts.shown(found, events, glimpses))
    else:
        here = site.institution
        boxes = {*here.addresses, *(box.address for box in here.boxes)}
        screens.shown(found, events, glimpses, boxes)


def _reread(site: Site, places: Sequence[Location]) -> dict[str, Glimpse]:
    """What the mailboxes say at this moment, by the names of the messages' places."""
    from contextlib import closing

    from mailwatch.polling import Lines
    from mailwatch.register import Place
    from mailwatch.register.terms import location_name
    from mailwatch.rereading import reread

    with closing(Lines()) as lines:
        glimpses = reread(places, site.accounts, lines)
    return {
        location_name(Place(account=at.account, folder=at.folder), at.uidvalidity, at.uid): each
        for each in glimpses
        for at in (each.location,)
    }
