"""How often the checks prove right, by the cases that a person judged: beside the figures, and in a chapter (18)."""

from __future__ import annotations

from collections.abc import Iterator

from mailwatch import labels
from mailwatch.labels import NO_BREAK, day, plural
from mailwatch.model import Channel, Check, Precision, Sample
from mailwatch.report.terms import Beside, Cell, Chapter, Column, Kind, Table
from mailwatch.sampling import NOT_MEASURED, STANDING, outward

COLUMNS = (
    Column(title="Précision mesurée", kind=Kind.RATE),
    Column(title="Intervalle à 95 %", weight=0),
)
_QUALIFIED = {
    STANDING: "taux et délais",
    (Check.NATURE,): "demandes comptées et exclusions",
    (Check.LINK,): "premières réponses et délais",
    (Check.AUTHOR,): "mention de la personne",
    (Check.SERVICE,): "mention du service",
    (Check.INSTITUTION,): "mention de l’institution",
    (Check.DEADLINE,): "délais et échéances",
}
_MEANING = (
    "Précision : part des verdicts qu’une personne a trouvés justes, parmi les cas tirés au sort et jugés. Le "
    "véritable taux est dans l’intervalle 95 fois sur 100 (intervalle de Wilson). Chaque canal et chaque état a au "
    "moins un cas quand le tirage est assez grand : les situations rares y pèsent plus que dans la période."
)


def cells(
    beside: Beside, checks: tuple[Check, ...], channel: Channel | None = None
) -> tuple[Cell, Cell]:
    """The precision of some checks and its interval, to stand beside the figure that rests on them."""
    asked = (checks, channel)
    found = next((one for one in beside.precisions if (one.checks, one.channel) == asked), None)
    return (_share(found), interval(found)) if found else (NOT_MEASURED, None)


def _share(found: Precision) -> Cell:
    return found.right if found.right.denominator else NOT_MEASURED


def interval(found: Precision) -> str | None:
    """An interval in words, rounded outwards: « 83,3 % à 99,5 % »; None of what is not measured."""
    if found.interval is None:
        return None
    return " à ".join(f"{labels.number(end)}{NO_BREAK}%" for end in outward(found.interval))


def name(found: Precision) -> str:
    """What is measured, in words."""
    *others, last = (labels.CHECKS[check] for check in found.checks)
    words = f"{', '.join(others)} et {last}" if others else last
    return f"{words} ({labels.CHANNELS[found.channel]}s)" if found.channel else words


def chapter(beside: Beside) -> Chapter:
    """What the internal audit found of the checks."""
    return Chapter(
        name="precision",
        title="Précision mesurée des contrôles (engagement 18)",
        words=tuple(_draws(beside.samples))
        or ("Non mesurée : aucun cas de la période n’a été tiré au sort.",),
        tables=(_table(beside),) if beside.samples else (),
        remarks=(_MEANING,) if beside.samples else (),
    )


def _draws(samples: tuple[Sample, ...]) -> Iterator[str]:
    for one in samples:
        drawn = len(one.cases)
        yield (
            f"Tirage du {day(one.at)} : {drawn} cas sur {one.population} "
            f"{plural(one.population, 'demande', 'demandes')}, graine « {one.seed} » ; la même graine tire les "
            "mêmes cas."
        )


def _table(beside: Beside) -> Table:
    return Table(
        name="Précision des contrôles",
        caption="Verdicts jugés par une personne, et ce qui attend de l’être.",
        columns=(
            Column(title="Contrôle", weight=3),
            *COLUMNS,
            Column(title="En attente", kind=Kind.NUMBER),
            Column(title="Chiffre qualifié", weight=3),
        ),
        rows=[
            (
                name(one).capitalize(),
                _share(one),
                interval(one),
                one.waiting,
                _QUALIFIED[one.checks],
            )
            for one in beside.precisions
        ],
    )
