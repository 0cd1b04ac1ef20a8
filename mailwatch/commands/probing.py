"""The probe, for a monitor that reads one line and an exit code from 0 to 3, whatever happens."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    json_option,
    now_of,
    now_option,
    print_json,
    settings_option,
    site_for,
)
from mailwatch.errors import MailwatchError, UsageError
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.probe import Limits, Said
    from mailwatch.site import Site

_OLDEST = 900
"""Seconds after which a look is old, unless looks are rarer than a third of it: the register calls it a gap."""


class _Plugin(click.Command):
    """A command whose wrong use is UNKNOWN: 2, as other commands have it, is CRITICAL to a monitor."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options, or say in one line what is wrong with them."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as fault:
            _print(fault.format_message())
            sys.exit(3)


@click.command(
    cls=_Plugin,
    help=_(
        "Répondre à Centreon ou Nagios : un état, une phrase, des mesures, en une ligne. Codes : 0 OK, 1 WARNING, "
        "2 CRITICAL, 3 UNKNOWN. Le registre est lu sans y écrire, et personne n’est attendu plus que --timeout."
    ),
    short_help=_("Répondre à Centreon ou Nagios."),
    options_metavar=_("[OPTIONS]"),
)
@click.option(
    "-w",
    "--warning",
    metavar=_("SECONDES"),
    type=click.IntRange(min=1),
    help=_("Âge d’un relevé à partir duquel avertir (15 minutes, ou trois relèves)."),
)
@click.option(
    "-c",
    "--critical",
    metavar=_("SECONDES"),
    type=click.IntRange(min=1),
    help=_("Âge d’un relevé à partir duquel c’est une panne (quatre fois plus)."),
)
@click.option(
    "-t",
    "--timeout",
    metavar=_("SECONDES"),
    type=click.IntRange(min=1, max=3600),
    default=10,
    help=_("Temps au plus pour répondre (10)."),
)
@settings_option
@json_option
@now_option
def sonde(
    warning: int | None,
    critical: int | None,
    timeout: int,
    settings: str | None,
    as_json: bool,
    now: str | None,
) -> None:
    from mailwatch.probe import line, unknown, within

    try:
        with within(timeout):
            site = site_for(settings)
            said = _said(site, _limits(site, warning, critical), timeout, now)
    except MailwatchError as fault:
        said = unknown(fault)
    except Exception as fault:  # noqa: BLE001 - a monitor takes any other exit code for what it is not
        said = unknown(type(fault).__name__)
    if as_json:
        _print_json(said)
    else:
        _print(line(said))
    sys.exit(said.state)


def _limits(site: Site, warning: int | None, critical: int | None) -> Limits:
    from mailwatch.probe import Limits

    old = warning or max(_OLDEST, 3 * site.poll_every)
    limits = Limits(warning=timedelta(seconds=old), critical=timedelta(seconds=critical or 4 * old))
    if limits.critical < limits.warning:
        raise UsageError("--critical doit être au moins --warning")
    return limits


def _said(site: Site, limits: Limits, timeout: int, now: str | None) -> Said:
    from mailwatch.probe import glance, holder, verdict

    state = Path(site.state)
    seen = glance(state, wait=timeout / 2)
    return verdict(seen, site, holder(state), at=_at(site, now), limits=limits)


def _at(site: Site, now: str | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    from mailwatch.settings import desk_of

    return now_of(now, desk_of(site))


def _print_json(said: Said) -> None:
    print_json(
        {
            "state": said.state.name,
            "text": [say(words) for words in said.words],
            "measures": {
                one.label: {
                    "value": one.value,
                    "unit": one.unit,
                    "warning": one.warning or None,
                    "critical": one.critical or None,
                }
                for one in said.measures
            },
        }
    )


def _print(text: str) -> None:
    click.echo(text if text.startswith("MAILWATCH") else f"MAILWATCH UNKNOWN - {text}")
