"""The service itself: until it is told to stop, or once; and the alert, seen before it leaves."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    instant_of,
    json_option,
    key_for,
    now_option,
    print_json,
    settings_option,
    site_for,
)
from mailwatch.errors import SettingsError, UsageError, refusal
from mailwatch.labels import ALERT_STATES
from mailwatch.language import labelled, say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.daemon import Log
    from mailwatch.register import QueuedAlert
    from mailwatch.ruleset import Desk
    from mailwatch.site import AlertPlan, Site

_TOLD = 20
"""Failures that one call tells; « status » has them all, and cron sends what is printed by mail."""


@click.command(
    help=_(
        "Suivre les messageries jusqu’à l’arrêt (SIGTERM) : un relevé toutes les deux minutes, l’alerte de la "
        "semaine quand elle est due."
    ),
    short_help=_("Suivre les messageries jusqu’à l’arrêt."),
    options_metavar=_("[OPTIONS]"),
)
@settings_option
def run(settings: str | None) -> None:
    from mailwatch import daemon

    site, desk = _watched(settings)
    now = _clock(None, desk)
    daemon.run(site, desk, key_for(site), now=now, log=daemon.log_to(sys.stderr, now))


@click.command(
    help=_("Faire un seul relevé, envoyer l’alerte si elle est due, et s’arrêter (pour cron)."),
    short_help=_("Faire un seul relevé, et s’arrêter."),
    options_metavar=_("[OPTIONS]"),
)
@click.option(
    "--reconcile",
    is_flag=True,
    help=_("Comparer aussi chaque dossier au serveur, message par message, sans attendre la nuit."),
)
@settings_option
@now_option
@json_option
def once(reconcile: bool, settings: str | None, now: str | None, as_json: bool) -> None:
    from mailwatch import daemon

    site, desk = _watched(settings)
    clock = _clock(now, desk)
    # A clock that stands still is nobody's to check.
    timers = daemon.timers_of_this_machine if now is None else None
    done = daemon.once(
        site,
        desk,
        key_for(site),
        now=clock,
        log=_unheard(clock),
        timers=timers,
        reconcile=reconcile,
    )
    tally = done.polled.tally
    # What holds up an account is told once, not for each of its folders.
    errors = [*{str(error): error for error in done.errors}.values()]
    if as_json:
        print_json(
            {
                "recorded": tally.recorded,
                "quarantined": tally.quarantined,
                "vanished": tally.vanished,
                "healed": tally.healed,
                "gone": tally.gone,
                "decided": done.polled.decided,
                "sent": done.sent,
                "errors": [str(error) for error in errors],
            }
        )
    else:
        words = _("{recorded} message(s) relevé(s), {quarantined} illisible(s), {sent} alerte(s).")
        click.echo(
            words.format(recorded=tally.recorded, quarantined=tally.quarantined, sent=done.sent)
        )
        if reconcile or tally.healed:
            words = _(
                "Rapprochement avec le serveur : messages retrouvés : {healed}, qui n’y sont plus : {gone}."
            )
            click.echo(words.format(healed=tally.healed, gone=tally.gone))
        for error in errors[:_TOLD]:
            click.echo(labelled("mailwatch", say(error)), err=True)
        if len(errors) > _TOLD:
            click.echo(_("… et {count} autres").format(count=len(errors) - _TOLD), err=True)
    sys.exit(done.exit_code)


@click.command(
    help=_(
        "Envoyer l’alerte de la semaine si elle n’est pas partie ; avec --dry-run, la montrer sans rien envoyer."
    ),
    short_help=_("Envoyer l’alerte de la semaine, ou la montrer."),
    options_metavar=_("[OPTIONS]"),
)
@click.option("--dry-run", is_flag=True, help=_("Montrer le texte, sans rien envoyer."))
@click.option(
    "--html",
    "page",
    metavar="FICHIER",
    type=click.Path(),
    help=_("Écrire aussi la page dans ce fichier (avec --dry-run)."),
)
@settings_option
@now_option
@json_option
def alert(
    dry_run: bool, page: str | None, settings: str | None, now: str | None, as_json: bool
) -> None:
    if page is not None and not dry_run:
        raise UsageError("--html montre l’alerte sans l’envoyer : ajoutez --dry-run")
    site, desk = _watched(settings)
    clock = _clock(now, desk)
    plan = site.alert
    if plan is None:
        raise SettingsError("[alert] manque aux réglages : à qui l’alerte doit-elle partir ?")
    if dry_run:
        _show(site, desk, plan, clock(), page, as_json=as_json)
    else:
        _send(site, desk, clock, as_json=as_json)


def _show(
    site: Site, desk: Desk, plan: AlertPlan, at: datetime, page: str | None, *, as_json: bool
) -> None:
    """Print this week's alert as it would be; the service may be at work meanwhile."""
    from mailwatch import alert as weekly
    from mailwatch import daemon
    from mailwatch.register import opened
    from mailwatch.settings import template_texts

    with opened(Path(site.state), key_for(site)) as register:
        register.decide(desk, at)
        week = weekly.week_of(at.date())
        composed = daemon.composed_alert(
            register, site, desk, plan, week, at, daemon.unwatched(site)
        )
    subject, text = weekly.subject(composed), weekly.text(composed, template_texts())
    if as_json:
        print_json({"week": week, "subject": subject, "text": text})
    else:
        click.echo(f"{subject}\n\n{text}")
    if page is not None:
        _write(Path(page), weekly.html(composed, template_texts()))


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as fault:
        raise UsageError(
            "« {path} » ne peut pas être écrit ({reason}) ; donnez un autre fichier par --html",
            path=path,
            reason=refusal(fault),
        ) from None


def _send(site: Site, desk: Desk, clock: Callable[[], datetime], *, as_json: bool) -> None:
    from mailwatch import alert as weekly
    from mailwatch import daemon

    if site.submission is None:
        raise SettingsError(
            "[smtp] manque aux réglages : par quel serveur l’alerte doit-elle partir ?"
        )
    with daemon.service(site, desk, key_for(site), now=clock, log=_unheard(clock)) as service:
        register = service.watch.register
        register.decide(desk, clock())
        sent = service.send_alert(clock())
        last = register.last_alert(weekly.WEEKLY)
    if as_json:
        week = weekly.week_of_alert(last.alert_id) if last else None
        print_json({"sent": sent, "week": week, "state": last.state if last else None})
    else:
        click.echo(_sent(sent, last, desk))


def _sent(sent: int, last: QueuedAlert | None, desk: Desk) -> str:
    """What became of the alert, in a sentence."""
    from mailwatch.alert import week_of_alert

    if sent:
        return _("{sent} alerte(s) envoyée(s).").format(sent=sent)
    if last is None:
        return _("Aucune alerte n’est due : la première part le jour prévu aux réglages.")
    words = _("Aucune alerte n’est due : celle de la semaine {week} {state}, le {at}.")
    return words.format(
        week=week_of_alert(last.alert_id),
        state=_(ALERT_STATES[last.state]),
        at=f"{last.at.astimezone(desk.zone):%d/%m/%Y %H:%M}",
    )


def _unheard(clock: Callable[[], datetime]) -> Log:
    """The log of a command that says itself what it did."""
    from mailwatch.daemon import Log

    return Log(stream=StringIO(), now=clock)


def _watched(settings: str | None) -> tuple[Site, Desk]:
    from mailwatch.settings import desk_of

    site = site_for(settings)
    return site, desk_of(site)


def _clock(now: str | None, desk: Desk) -> Callable[[], datetime]:
    """The clock, or one that stands still at `now`."""
    if now is None:
        return lambda: datetime.now(desk.zone)
    instant = instant_of(now, desk.zone)
    return lambda: instant
