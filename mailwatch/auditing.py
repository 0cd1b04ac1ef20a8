"""The internal audit on a terminal: the cases drawn, what to look at in each, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.text import Text

from mailwatch.display import counted, plain, terminal
from mailwatch.labels import CHANNELS, CHECKS, NATURES, OUTCOMES, QUESTIONS, STATES, number
from mailwatch.language import labelled
from mailwatch.language import translate as _
from mailwatch.model import (
    Check,
    Drawn,
    Nature,
    Outcome,
    Period,
    Precision,
    Request,
    Review,
    Sample,
)
from mailwatch.sampling import outward


def drawn(
    found: Sample, requests: Mapping[str, Request], reviews: Mapping[tuple[str, Check], Review]
) -> None:
    """List the cases of a draw, each with its verdicts, then how to judge them."""
    screen = terminal()
    words = _("Tirage du {at:%d/%m/%Y} : {cases} sur {population}, graine « {seed} ».")
    told = words.format(
        at=found.at,
        cases=counted(len(found.cases), _("cas"), _("cas")),
        population=counted(found.population, _("demande"), _("demandes")),
        seed=found.seed,
    )
    screen.print(Text(told, style="bold"), soft_wrap=True)
    for place, one in enumerate(found.cases, start=1):
        request = requests.get(one.request)
        screen.print(f"{place:>3}. {titled(one, request)}", soft_wrap=True, markup=False)
        for check in filter(one.verdicts.__contains__, Check):
            line = f"       {verdict(one, check, request)}"
            if (review := reviews.get((one.request, check))) is not None:
                line += f" — {judged(review)}"
            screen.print(line, soft_wrap=True, markup=False)
    screen.print()
    for line in _instructions():
        screen.print(line, soft_wrap=True, markup=False)


def _instructions() -> Iterator[str]:
    yield _("À regarder dans chaque cas (« mailwatch show DEMANDE » le montre jour par jour) :")
    for check in Check:
        yield f"  {labelled(_(CHECKS[check]), question(check))}"
    yield _(
        "« mailwatch sample record --by NOM » passe les cas en revue ; pour un seul avis : « mailwatch sample record "
        "DEMANDE --check author --verdict right --by NOM »."
    )


def titled(one: Drawn, request: Request | None) -> str:
    """What a case is: its request, when it came, how it stands today."""
    if request is None:
        words = _("{request}  reçue le {on:%d/%m/%Y} ; n’est plus une demande du registre")
        return words.format(request=plain(one.request), on=one.received_on)
    words = _("{request}  {channel} reçu le {arrival}, {state}")
    at = request.received_at
    return words.format(
        request=plain(one.request),
        channel=_(CHANNELS[one.channel]),
        arrival=f"{at:%d/%m/%Y %H:%M}" if at else f"{request.received_on:%d/%m/%Y}",
        state=_(STATES[request.state]),
    )


def question(check: Check) -> str:
    """What a reviewer is asked of one verdict."""
    return _(QUESTIONS[check])


def verdict(one: Drawn, check: Check, request: Request | None) -> str:
    """One verdict in words, as it was when the case was drawn; days and answers are today's."""
    said = one.verdicts[check]
    match check:
        case Check.NATURE:
            told = _(NATURES[Nature(said)]) if said in set(Nature) else said
        case Check.LINK:
            told = counted(
                int(said) if said.isdecimal() else 0,
                _("message rattaché"),
                _("messages rattachés"),
            )
        case Check.DEADLINE:
            told = _dates(said, request)
        case Check.AUTHOR | Check.SERVICE | Check.INSTITUTION:
            told = _(OUTCOMES[Outcome(said)]) if said in set(Outcome) else said
    return labelled(_(CHECKS[check]), told)


def _dates(due_on: str, request: Request | None) -> str:
    if request is None:
        return _("le {due}").format(due=due_on)
    if request.first is None:
        return _("le {due:%d/%m/%Y}, sans réponse").format(due=request.due_on)
    words = _("le {due:%d/%m/%Y}, première réponse le {on:%d/%m/%Y}, délai {delay}")
    return words.format(
        due=request.due_on,
        on=request.first.on,
        delay=counted(request.first.delay, _("jour ouvré"), _("jours ouvrés")),
    )


def judged(review: Review) -> str:
    """What a person found, in words."""
    found = _("juste") if review.right else _("faux")
    words = _("jugé {found} par {by} le {at:%d/%m/%Y}")
    told = words.format(found=found, by=plain(review.by), at=review.at)
    return f"{told} ({plain(review.note)})" if review.note else told


# --- what came of it ------------------------------------------------------------------------------


def precision(period: Period, found: Sequence[Precision]) -> None:
    """Show how precise each check proved, and how many verdicts wait."""
    screen = terminal()
    words = _("Précision mesurée, demandes reçues du {start:%d/%m/%Y} au {to:%d/%m/%Y} :")
    screen.print(Text(words.format(start=period.from_on, to=period.to_on), style="bold"))
    for one in found:
        screen.print(f"  {labelled(named(one), _measured(one))}", soft_wrap=True, markup=False)
    if not any(one.right.denominator or one.waiting for one in found):
        words = _("Aucun cas de la période n’a été tiré : « mailwatch sample draw » en tire.")
        screen.print(words, soft_wrap=True)


def named(one: Precision) -> str:
    """What is measured, in words."""
    *others, last = (_(CHECKS[check]) for check in one.checks)
    words = _("{others} et {last}").format(others=", ".join(others), last=last) if others else last
    return f"{words} ({_(CHANNELS[one.channel])})" if one.channel else words


def _measured(one: Precision) -> str:
    waiting = _("en attente : {count}").format(count=one.waiting)
    if one.interval is None:
        return _("non mesurée ; {waiting}").format(waiting=waiting)
    lowest, highest = (number(end) for end in outward(one.interval))
    words = _("{rate} ({part}/{whole}), entre {lowest} % et {highest} % ; {waiting}")
    return words.format(
        rate=one.right.text,
        part=one.right.numerator,
        whole=one.right.denominator,
        lowest=lowest,
        highest=highest,
        waiting=waiting,
    )
