"""One message at a time: what it is, and which mentions it carries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    DATA_FAULT,
    desk_for_answers,
    desk_for_file,
    json_option,
    now_option,
    print_json,
    role_option,
    settings_option,
    today_of,
)
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.analysis import Examined
    from mailwatch.hints import Hint
    from mailwatch.model import Delivery, Role, Unreadable
    from mailwatch.ruleset import Desk

NON_CONFORMITY = 1


@click.command(
    help=_("Vérifier les trois mentions (auteur, service, institution) de réponses envoyées."),
    short_help=_("Vérifier les trois mentions de réponses envoyées."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("paths", nargs=-1, required=True, metavar="CHEMIN…")
@settings_option
@json_option
@now_option
def check(paths: tuple[str, ...], settings: str | None, as_json: bool, now: str | None) -> None:
    from mailwatch import contracts, display
    from mailwatch.analysis import examine
    from mailwatch.model import Outcome, Role, Unreadable
    from mailwatch.nature import HUMAN_ANSWERS

    desk = desk_for_answers(settings)
    today = today_of(now, desk)
    worst = 0
    for delivery in _deliveries(paths, Role.SENT):
        found = examine(delivery, desk, judge_on=today)
        if isinstance(found, Unreadable):
            worst = DATA_FAULT
            _print_unreadable(found, as_json=as_json)
            continue
        advice = _advice(found, desk)
        if as_json:
            print_json(contracts.check(found, desk.rules.digest, advice))
        else:
            display.verdict(found, advice)
        if found.reading.nature in HUMAN_ANSWERS and found.mentions is not None:
            three = (found.mentions.author, found.mentions.service, found.mentions.institution)
            if any(mention.outcome is Outcome.ABSENT for mention in three):
                worst = worst or NON_CONFORMITY
    sys.exit(worst)


@click.command(
    help=_("Dire ce qu’est chaque message : demande, relance, réponse, message automatique…"),
    short_help=_("Dire ce qu’est chaque message."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("paths", nargs=-1, required=True, metavar="CHEMIN…")
@role_option
@settings_option
@json_option
def classify(paths: tuple[str, ...], role: str | None, settings: str | None, as_json: bool) -> None:
    from mailwatch import contracts, display
    from mailwatch.analysis import examine
    from mailwatch.model import Role, Unreadable

    desk = desk_for_file(settings)
    readings: list[Examined] = []
    worst = 0
    for delivery in _deliveries(paths, Role(role) if role else None):
        found = examine(delivery, desk)
        if isinstance(found, Unreadable):
            worst = DATA_FAULT
            _print_unreadable(found, as_json=as_json)
        elif as_json:
            print_json(contracts.classify(found))
        else:
            readings.append(found)
    if readings:
        display.readings(readings)
    sys.exit(worst)


def _advice(found: Examined, desk: Desk) -> tuple[Hint, ...]:
    """What is advised on the language of a human answer; a robot's words are its program's."""
    from mailwatch.hints import hints
    from mailwatch.nature import HUMAN_ANSWERS

    if found.reading.nature not in HUMAN_ANSWERS:
        return ()
    return hints(found.message, found.own, desk.rules)


def _deliveries(paths: tuple[str, ...], role: Role | None) -> Iterator[Delivery]:
    from mailwatch.model import Delivery, Role
    from mailwatch.sources import files

    if "-" in paths:
        yield Delivery(raw=sys.stdin.buffer.read(), file="-", role=role or Role.INBOX)
    for entry in files.entries([path for path in paths if path != "-"], role):
        yield from files.deliveries(entry)


def _print_unreadable(found: Unreadable, *, as_json: bool) -> None:
    from mailwatch import contracts

    if as_json:
        print_json(contracts.unreadable(found))
    click.echo(_("« {file} » : {reason}").format(file=found.file, reason=found.reason), err=True)
