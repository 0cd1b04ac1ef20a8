"""How delays are spread, month by month and by service (18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailwatch.labels import month_name
from mailwatch.model import Audit, Channel, Indicators, Request, State
from mailwatch.report.terms import Bar, Cell, Chapter, Chart, Column, Days, Kind, Table

_STEPS = (
    (0, "le jour même"),
    (1, "1"),
    (2, "2"),
    (3, "3"),
    (4, "4"),
    (5, "5"),
    (10, "6 à 10"),
    (20, "11 à 20"),
)
"""The longest delay of each step of the distribution, in working days."""  # fmt: skip
_BEYOND, _NEVER = "plus de 20", "sans réponse"
_MATURED = (State.ANSWERED_IN_TIME, State.ANSWERED_LATE, State.OVERDUE)
LEGEND = "Partie foncée : répondues dans le délai. Partie claire : les autres."
_FIGURES = (
    Column(title="Courriels dans le délai", kind=Kind.RATE),
    Column(title="Délai moyen, courriels", kind=Kind.NUMBER),
    Column(title="Courriers dans le délai", kind=Kind.RATE),
    Column(title="Délai moyen, courriers", kind=Kind.NUMBER),
    Column(title="En cours", kind=Kind.NUMBER),
)
MONTHS = 24
"""Bars that a chart has room for."""


def distribution(audit: Audit) -> Chapter:
    """How many working days the first answers took."""
    matured = [request for request in audit.requests if request.state in _MATURED]
    steps = Counter((request.channel, _step(request)) for request in matured)
    in_time = Counter(_step(each) for each in matured if each.state is State.ANSWERED_IN_TIME)
    names = [*(name for _, name in _STEPS), _BEYOND, _NEVER]
    rows: list[tuple[Cell, ...]] = [
        (name, steps[Channel.EMAIL, name], steps[Channel.LETTER, name]) for name in names
    ]
    bars = tuple(
        Bar(label=name, whole=sum(steps[channel, name] for channel in Channel), part=in_time[name])
        for name in names
    )
    return Chapter(
        name="repartition",
        title="Répartition des délais de première réponse (engagement 17)",
        chart=Chart(
            name="graphe-delais",
            title="Demandes par délai de première réponse, en jours ouvrés",
            legend=LEGEND,
            bars=bars,
        )
        if matured
        else None,
        tables=(
            Table(
                name="Répartition",
                caption="Demandes arrivées à échéance, par délai de première réponse en jours ouvrés.",
                columns=(
                    Column(title="Délai"),
                    Column(title="Courriels", kind=Kind.NUMBER),
                    Column(title="Courriers", kind=Kind.NUMBER),
                ),
                rows=rows,
            ),
        ),
    )


def _step(request: Request) -> str:
    first = request.first
    if first is None:
        return _NEVER
    return next((name for longest, name in _STEPS if first.delay <= longest), _BEYOND)


def months(audit: Audit) -> Chapter:
    """The figures of each month of reception."""
    return Chapter(
        name="mois",
        title="Mois par mois (engagement 18)",
        chart=Chart(
            name="graphe-mois",
            title="Demandes arrivées à échéance, par mois de réception",
            legend=LEGEND,
            bars=tuple(_bars(audit))[-MONTHS:],
        ),
        tables=(
            Table(
                name="Mois",
                caption="Par mois de réception, courriels et courriers.",
                columns=(Column(title="Mois"), *_FIGURES),
                rows=[_row(month_name(month), found) for month, found in audit.by_month.items()],
            ),
        ),
    )


def _bars(audit: Audit) -> Iterator[Bar]:
    for month, found in audit.by_month.items():
        rates = (found.email.answered_in_time, found.letter.answered_in_time)
        yield Bar(
            label=month_name(month),
            whole=sum(rate.denominator for rate in rates),
            part=sum(rate.numerator for rate in rates),
        )


def services(audit: Audit) -> Chapter:
    """The figures of each service."""
    return Chapter(
        name="services",
        title="Par service (engagement 17)",
        tables=(
            Table(
                name="Services",
                caption="Le service est celui de la boîte qui a reçu la demande, ou à qui elle a été transférée.",
                columns=(Column(title="Service"), *_FIGURES),
                rows=[_row(service, found) for service, found in audit.by_service.items()],
            ),
        ),
    )


def _row(title: str, found: Indicators) -> tuple[Cell, ...]:
    email, letter = found.email, found.letter
    return (
        title,
        email.answered_in_time,
        Days(value=email.mean_first_delay),
        letter.answered_in_time,
        Days(value=letter.mean_first_delay),
        email.pending + letter.pending,
    )
