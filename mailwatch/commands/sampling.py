"""The internal audit: cases drawn by chance, what a reviewer finds of them, how precise the checks prove."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    formats_of,
    json_option,
    named,
    now_of,
    now_option,
    print_json,
    register_for,
    settings_option,
)
from mailwatch.errors import UsageError
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.model import Check, Drawn, Request, Review, Sample
    from mailwatch.register import Register
    from mailwatch.ruleset import Desk

_PAGES = {"pdf": "echantillon.pdf", "html": "echantillon.html"}
_FORMATS = tuple(_PAGES)
_CHECKS = ("nature", "link", "author", "service", "institution", "deadline")
_RIGHT, _WRONG, _SKIP, _QUIT = "right", "wrong", "skip", "quit"
_ANSWERS = {
    word: meaning
    for meaning, words in (
        (_RIGHT, "j juste r right"),
        (_WRONG, "f faux w wrong"),
        (_SKIP, "p passer s skip"),
        (_QUIT, "q quitter quit"),
    )
    for word in words.split()
}
"""What a reviewer types: the French word or the English one, or its first letter."""

_period = click.option(
    "--period", metavar="PÉRIODE", required=True,
    help=_("2026, 2026-S1, 2026-T1, 2026-03 ou 2026-01-15/2026-02-20."),
)  # fmt: skip


@click.group(
    help=_(
        "Mener l’audit interne : tirer des cas au sort, noter ce qu’une personne trouve de chaque verdict, et dire "
        "combien de fois chaque contrôle est juste. Le rapport l’imprime à côté des chiffres."
    ),
    short_help=_("Mener l’audit interne : cas tirés au sort, avis, précision."),
    subcommand_metavar=_("COMMANDE [OPTIONS]…"),
)
def sample() -> None:
    """Group what an internal audit does."""


@sample.command(
    "draw",
    help=_(
        "Tirer des cas d’une période, par canal et par état, et dire quoi regarder dans chacun. Sans --seed, la "
        "graine est celle du dernier tirage de la période, sinon tirée au hasard ; la même graine tire les mêmes cas."
    ),
    short_help=_("Tirer des cas d’une période."),
    options_metavar=_("[OPTIONS]"),
)
@_period
@click.option(
    "--size", type=click.IntRange(min=1), default=30, show_default=True, metavar="NOMBRE",
    help=_("Combien de cas."),
)  # fmt: skip
@click.option(
    "--seed", metavar="GRAINE", help=_("D’où vient le hasard ; imprimée dans le rapport.")
)
@click.option(
    "--out", metavar="DOSSIER", type=click.Path(),
    help=_("Écrire dans ce dossier une page par cas, à imprimer et à cocher."),
)  # fmt: skip
@click.option(
    "--format", "formats", metavar="FORMATS", default=",".join(_FORMATS), show_default=True,
    help=_("Formats des fichiers, séparés par des virgules."),
)  # fmt: skip
@settings_option
@now_option
@json_option
def draw(
    period: str, size: int, seed: str | None, out: str | None, formats: str,
    settings: str | None, now: str | None, as_json: bool,
) -> None:  # fmt: skip
    from mailwatch import auditing, contracts, periods, sampling

    span = periods.named(period)
    wanted = formats_of(formats, _FORMATS)
    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        found = register.sample(desk, span, size=size, seed=seed, at=at)
        requests = _by_id(register, desk, at)
        known = sampling.held(register.reviews())
        if out is not None:
            _write(register, desk, found, requests, at, wanted, Path(out))
    if as_json:
        print_json(contracts.sample(found, requests, known))
        return
    auditing.drawn(found, requests, known)
    if out is not None:
        click.echo(_("Pages à cocher : « {path} ».").format(path=out))


def _write(
    register: Register, desk: Desk, found: Sample, requests: Mapping[str, Request], at: datetime,
    formats: Sequence[str], folder: Path,
) -> None:  # fmt: skip
    """Write a page a case, with the verdicts that a reviewer judges."""
    from mailwatch import dossier, publishing
    from mailwatch.settings import template_texts

    edition = register.edition(desk, found.period, at.date())
    cases = [requests[each.request] for each in found.cases if each.request in requests]
    asked = {each.request: tuple(each.verdicts) for each in found.cases}
    pages = dossier.drawn(register, desk, edition, cases, found.seed, at)
    pages = replace(
        pages, cases=tuple(replace(one, asked=asked[one.counted.id]) for one in pages.cases)
    )
    names = [_PAGES[name] for name in formats]
    written = dossier.sampled(pages, edition.audit, template_texts(), names)
    publishing.write(written, folder)


@sample.command(
    "record",
    help=_(
        "Noter ce qu’une personne trouve des verdicts d’un cas tiré. Sans --check ni --verdict, les verdicts qui "
        "attendent sont demandés un par un ; sans DEMANDE, ceux de tous les cas. Un avis plus récent remplace le "
        "précédent, « none » le retire."
    ),
    short_help=_("Noter ce qu’une personne trouve des verdicts."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("request", metavar="[DEMANDE]", required=False)
@click.option(
    "--check", "checks", type=click.Choice(_CHECKS), multiple=True,
    help=_("Le verdict jugé ; peut être répété."),
)  # fmt: skip
@click.option(
    "--verdict", type=click.Choice(["right", "wrong", "none"]), help=_("Juste, faux, ou retiré.")
)
@click.option("--by", required=True, metavar="NOM", help=_("Qui juge."))
@click.option("--note", default="", metavar="TEXTE", help=_("Précision, sans nom de personne."))
@settings_option
@now_option
@json_option
def record(
    request: str | None, checks: tuple[str, ...], verdict: str | None, by: str, note: str,
    settings: str | None, now: str | None, as_json: bool,
) -> None:  # fmt: skip
    from mailwatch import contracts

    if bool(checks) != bool(verdict) or (checks and request is None):
        raise UsageError(
            "un avis demande DEMANDE, --check et --verdict ; sans --check ni --verdict, les verdicts sont demandés "
            "un par un"
        )
    if not by.strip():
        raise UsageError("--by est vide : donnez le nom de qui juge")
    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        cases = _cases(register, desk, at, request)
        if verdict is None:
            said = _asked(register, desk, cases, by, at, aside=as_json)
        else:
            said = [
                _said(cases[0], check, verdict, by, note, at) for check in dict.fromkeys(checks)
            ]
            register.judge(said)
    if as_json:
        print_json({"recorded": [contracts.review(one) for one in said]})
    else:
        click.echo(_("Avis notés : {count}.").format(count=len(said)))


@sample.command(
    "result",
    help=_(
        "Dire combien de fois chaque contrôle est juste, d’après les cas jugés parmi les demandes reçues dans la "
        "période, avec l’intervalle de confiance à 95 % (Wilson)."
    ),
    short_help=_("Dire combien de fois chaque contrôle est juste."),
    options_metavar=_("[OPTIONS]"),
)
@_period
@settings_option
@json_option
def result(period: str, settings: str | None, as_json: bool) -> None:
    from mailwatch import auditing, contracts, periods

    span = periods.named(period)
    with register_for(settings) as (register, _desk):
        samples, found = register.measured(span)
    if as_json:
        print_json(contracts.sampled(span, samples, found))
    else:
        auditing.precision(span, found)


# --- cases ----------------------------------------------------------------------------------------


def _by_id(register: Register, desk: Desk, at: datetime) -> Mapping[str, Request]:
    return {each.id: each for each in register.requests(desk, at.date())}


def _cases(register: Register, desk: Desk, at: datetime, name: str | None) -> Sequence[Drawn]:
    """The cases drawn, or the one that a person named; UsageError when there is none."""
    from mailwatch.kinship import bare
    from mailwatch.sampling import within

    cases = within(register.samples())
    if not cases:
        raise UsageError(
            "aucun cas n’a été tiré ; commencez par « mailwatch sample draw --period 2026-T1 »"
        )
    if name is None:
        return cases
    called = [case for case in cases if bare(case.request) == bare(name)]
    if called:
        return called
    # By one of its messages, or not drawn, or unknown.
    identity = named(register, desk, at.date(), name).id
    called = [case for case in cases if case.request == identity]
    if not called:
        raise UsageError(
            "la demande {id} n’est dans aucun tirage ; « mailwatch sample draw » liste les cas à juger",
            id=identity,
        )
    return called


def _said(case: Drawn, check: str, verdict: str, by: str, note: str, at: datetime) -> Review:
    from mailwatch.model import Check, Review

    wanted = Check(check)
    if wanted not in case.verdicts:
        raise UsageError(
            "la demande {id} n’a pas de verdict « {check} » à juger ; elle a ceux-ci : {known}",
            id=case.request,
            check=check,
            known=", ".join(each for each in Check if each in case.verdicts),
        )
    right = {"right": True, "wrong": False, "none": None}[verdict]
    return Review(request=case.request, check=wanted, right=right, by=by, note=note, at=at)


# --- one by one -----------------------------------------------------------------------------------


def _asked(
    register: Register, desk: Desk, cases: Sequence[Drawn], by: str, at: datetime, *, aside: bool
) -> list[Review]:
    """Ask about each verdict that waits, and record each answer at once: nothing typed is lost."""
    from mailwatch.sampling import waiting

    requests = _by_id(register, desk, at)
    pending = list(waiting(cases, register.reviews()))
    said: list[Review] = []
    for case, check, found in _answers(pending, requests, aside=aside):
        note = _note(aside=aside) if found == _WRONG else ""
        said.append(_said(case, check, found, by, note, at))
        register.judge(said[-1:])
    return said


def _answers(
    pending: Sequence[tuple[Drawn, Check]], requests: Mapping[str, Request], *, aside: bool
) -> Iterator[tuple[Drawn, Check, str]]:
    """What a person answers of each; the end of the input is the end of the questions."""
    from mailwatch import auditing

    shown = None
    for place, (case, check) in enumerate(pending, start=1):
        request = requests.get(case.request)
        if case.request != shown:
            shown = case.request
            click.echo("\n" + auditing.titled(case, request), err=aside)
        click.echo(f"  {auditing.verdict(case, check, request)}", err=aside)
        try:
            answer = _answer(f"  {place}/{len(pending)}  {auditing.question(check)}", aside=aside)
        except click.Abort:
            return
        if answer == _QUIT:
            return
        if answer != _SKIP:
            yield case, check, answer


def _note(*, aside: bool) -> str:
    words = _("  ce qui est faux (facultatif, sans nom de personne)")
    try:
        noted: str = click.prompt(
            words, default="", show_default=False, prompt_suffix=_(" : "), err=aside
        )
    except click.Abort:
        return ""
    return noted


def _answer(question: str, *, aside: bool) -> str:
    words = _("{question} [j]uste, [f]aux, [p]asser, [q]uitter")
    while True:
        typed = click.prompt(words.format(question=question), prompt_suffix=_(" : "), err=aside)
        if (meaning := _ANSWERS.get(typed.strip().lower())) is not None:
            return meaning
