"""The page of indicators as the users' committee reads it, then what stands behind it (16.3, 17, 18)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailwatch.labels import NATURES, NO_BREAK, between, day, graded, number, plural
from mailwatch.model import (
    Audit,
    Channel,
    ChannelIndicators,
    Check,
    Indicators,
    MentionCount,
    Nature,
    Outcome,
    Period,
    Rate,
    State,
)
from mailwatch.report import precision
from mailwatch.report.terms import Beside, Cell, Chapter, Column, Days, Declared, Kind, Table
from mailwatch.ruleset import Policy
from mailwatch.sampling import STANDING

MEASURED, DECLARED = "mesuré", "déclaratif"
NO_TARGET = "non fixée"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line of the committee's table that is measured."""

    engagement: str
    title: str
    pick: Callable[[Indicators], Rate | float | None]
    checks: tuple[Check, ...] = STANDING
    """The checks that it rests on."""
    channel: Channel | None = None
    """The channel that it is of; None for both."""


def chapter(audit: Audit, policy: Policy, beside: Beside) -> Chapter:
    """The committee's page: one table, measured and declared lines marked as such."""
    return Chapter(
        name="indicateurs",
        title="Indicateurs (engagements 16.3, 17 et 18)",
        words=tuple(_standing(audit, beside)),
        tables=(_table(audit, policy, beside),),
    )


def _standing(audit: Audit, beside: Beside) -> Iterator[str]:
    pending = sum(request.state is State.PENDING for request in audit.requests)
    if beside.closing:
        yield (
            f"Chiffres arrêtés le {day(beside.closing.at)} par {beside.closing.author} : ce qui a été trouvé "
            "depuis n’y change rien, et figure au chapitre des écarts."
        )
    elif pending:
        verb = plural(pending, "demande n’est pas arrivée", "demandes ne sont pas arrivées")
        yield f"Chiffres provisoires : {pending} {verb} à échéance, hors du taux jusque-là."
    if beside.previous:
        yield f"Période précédente : {spoken(beside.previous.period)}."


def spoken(period: Period) -> str:
    """A period in words, « du 01/01/2026 au 31/03/2026 »."""
    if period.from_on and period.to_on:
        return f"du {day(period.from_on)} au {day(period.to_on)}"
    if period.from_on:
        return f"depuis le {day(period.from_on)}"
    return f"jusqu’au {day(period.to_on)}" if period.to_on else "toutes les demandes du relevé"


def _lines(policy: Policy) -> tuple[_Line, ...]:
    email, letter = policy.email_days, policy.letter_days
    return (
        _Line(
            engagement="17",
            title=f"Taux de réponses aux courriels de demande d’informations dans le délai de {email} jours ouvrés "
            "(réponses d’attente comptabilisées)",
            pick=lambda found: found.email.answered_in_time,
            channel=Channel.EMAIL,
        ),
        _Line(
            engagement="17",
            title="Délai moyen de réponse aux demandes d’informations par courriel, en jours ouvrés",
            pick=lambda found: found.email.mean_first_delay,
            channel=Channel.EMAIL,
        ),
        _Line(
            engagement="17",
            title=f"Taux de réponses aux courriers de demande d’informations dans le délai de {letter} jours ouvrés "
            "(réponses d’attente comptabilisées)",
            pick=lambda found: found.letter.answered_in_time,
            channel=Channel.LETTER,
        ),
        _Line(
            engagement="17",
            title="Délai moyen de réponse aux demandes d’informations par courrier, en jours ouvrés",
            pick=lambda found: found.letter.mean_first_delay,
            channel=Channel.LETTER,
        ),
        _Line(
            engagement="16.3",
            title="Réponses par courriel qui nomment la personne qui écrit, ou relèvent d’une exception",
            pick=lambda found: rate_of(found.author),
            checks=(Check.AUTHOR,),
        ),
        _Line(
            engagement="16.3",
            title="Réponses par courriel qui nomment le service",
            pick=lambda found: rate_of(found.service),
            checks=(Check.SERVICE,),
        ),
        _Line(
            engagement="16.3",
            title="Réponses par courriel qui nomment l’institution",
            pick=lambda found: rate_of(found.institution),
            checks=(Check.INSTITUTION,),
        ),
    )


def _table(audit: Audit, policy: Policy, beside: Beside) -> Table:
    targets = {_bare(one.title): one.target for one in beside.declared if not one.value}
    rows: list[tuple[Cell, ...]] = [
        _measured(line, audit, beside, targets.get(_bare(line.title)) or NO_TARGET)
        for line in _lines(policy)
    ]
    registers = spoken_registers(audit)
    rows.append(
        ("Réclamations / suggestions", "3.1", registers, None, None, None, MEASURED, None, None)
    )
    rows += [_declared(one) for one in beside.declared if one.value]
    return Table(
        name="Indicateurs",
        caption="Entre parenthèses, N/D : les demandes ou réponses conformes, sur toutes celles qui sont arrivées à "
        "échéance ou ont pu être vérifiées. Une demande sans réponse après l’échéance compte comme un manquement.",
        columns=(
            Column(title="Indicateur", weight=7),
            Column(title="Engagement", weight=0),
            Column(title="Valeur", kind=Kind.RATE),
            Column(title="Cible", weight=0),
            Column(title="Période précédente", kind=Kind.RATE),
            Column(title="Évolution", weight=0),
            Column(title="Origine", weight=3),
            *precision.COLUMNS,
        ),
        rows=rows,
    )


def _measured(line: _Line, audit: Audit, beside: Beside, target: str) -> tuple[Cell, ...]:
    now = line.pick(audit.indicators)
    then = line.pick(beside.previous.indicators) if beside.previous else None
    return (
        line.title,
        line.engagement,
        _value(now),
        target,
        _value(then) if beside.previous else None,
        evolution(now, then),
        MEASURED,
        *precision.cells(beside, line.checks, line.channel),
    )


def _declared(one: Declared) -> tuple[Cell, ...]:
    return (
        one.title,
        one.engagement,
        one.value,
        one.target or NO_TARGET,
        one.previous,
        None,
        f"{DECLARED} : {one.source}, {day(one.on)}",
        None,
        None,
    )


def _bare(title: str) -> str:
    return " ".join(title.casefold().replace("'", "’").split())


def _value(found: Rate | float | None) -> Cell:
    return found if isinstance(found, Rate) else Days(value=found)


def evolution(now: Rate | float | None, then: Rate | float | None) -> str:
    """How a figure moved since the period before: « + 2,3 points », « stable »; nothing where one is missing."""
    before, after = _measure(then), _measure(now)
    if before is None or after is None:
        return ""
    moved = round(after - before, 1)
    if not moved:
        return "stable"
    unit = "point" if isinstance(now, Rate) else "jour"
    size = abs(moved)
    sign = "+" if moved > 0 else "−"
    return f"{sign}{NO_BREAK}{number(size)}{NO_BREAK}{plural(size, unit, unit + 's')}"


def _measure(found: Rate | float | None) -> float | None:
    if isinstance(found, Rate):
        return 100 * found.numerator / found.denominator if found.denominator else None
    return found


def rate_of(count: MentionCount) -> Rate:
    """The rate of a mention with its population: what could not be verified is in neither."""
    good = count.present + count.exempt
    return Rate(numerator=good, denominator=good + count.absent, text=count.text)


def spoken_registers(audit: Audit) -> str:
    """How many complaints and suggestions came, « Sans objet » when none did."""
    found = []
    for nature in (Nature.COMPLAINT, Nature.SUGGESTION):
        count = sum(request.nature is nature for request in audit.requests)
        if count:
            found.append(f"{count} {plural(count, NATURES[nature], NATURES[nature] + 's')}")
    return ", ".join(found) or "Sans objet"


# --- behind it ------------------------------------------------------------------------------------


def details(audit: Audit) -> Chapter:
    """Every figure of both channels."""
    email, letter = audit.indicators.email, audit.indicators.letter
    return Chapter(
        name="detail",
        title="Détail des délais (engagement 17)",
        tables=(
            Table(
                name="Délais",
                caption="Toutes les demandes arrivées à échéance ; délais en jours ouvrés.",
                columns=(
                    Column(title="Indicateur"),
                    Column(title="Courriels", kind=Kind.RATE),
                    Column(title="Courriers", kind=Kind.RATE),
                ),
                rows=[
                    (title, pick(email), pick(letter))
                    for title, pick in _DETAILS
                    if pick(email) is not None or pick(letter) is not None
                ],
            ),
        ),
    )


def _margin(found: ChannelIndicators) -> str | None:
    return between(found.margin) if found.margin else None


_DETAILS: tuple[tuple[str, Callable[[ChannelIndicators], Cell]], ...] = (
    ("Réponses dans le délai (attente comptabilisée)", lambda found: found.answered_in_time),
    ("Fourchette de ce taux", _margin),
    ("Preuve des arrivées, par grade", lambda found: graded(found.grades)),
    ("Preuve des premières réponses, par grade", lambda found: graded(found.answer_grades)),
    ("Réponses de fond dans le délai", lambda found: found.substantive_in_time),
    ("Délai moyen de première réponse", lambda found: Days(value=found.mean_first_delay)),
    ("Délai moyen de réponse de fond", lambda found: Days(value=found.mean_substantive_delay)),
    ("Délai médian de première réponse", lambda found: Days(value=found.median_first_delay)),
    ("Neuf premières réponses sur dix en", lambda found: Days(value=found.p90_first_delay)),
    ("En cours, échéance à venir (hors du taux)", lambda found: found.pending),
    ("Réponses d’attente sans suite", lambda found: found.holding_without_followup),
    ("Réponses d’attente dont la suite est attendue", lambda found: found.holding_open),
    ("Exclues", lambda found: found.excluded),
)


def mentions(audit: Audit) -> Chapter:
    """How each mention fared, over all and by service (16.3)."""
    found = audit.indicators
    columns = (
        Column(title="Mention"),
        Column(title="Taux", kind=Kind.RATE),
        *(Column(title=title, kind=Kind.NUMBER) for title in _OUTCOMES.values()),
    )
    rows = [
        (title, rate_of(count), *(getattr(count, outcome) for outcome in _OUTCOMES))
        for title, count in (
            ("La personne qui écrit", found.author),
            ("Le service", found.service),
            ("L’institution", found.institution),
        )
    ]
    tables = [
        Table(
            name="Mentions",
            caption="Réponses écrites par une personne ; taux = (présente + exception) / (réponses − invérifiables).",
            columns=columns,
            rows=rows,
        )
    ]
    if len(audit.by_service) > 1:
        tables.append(_mentions_by_service(audit))
    return Chapter(
        name="mentions", title="Mentions dans les réponses (engagement 16.3)", tables=tuple(tables)
    )


_OUTCOMES = {
    Outcome.PRESENT: "Présente",
    Outcome.EXEMPT: "Exception",
    Outcome.ABSENT: "Absente",
    Outcome.UNVERIFIABLE: "Invérifiable",
}


def _mentions_by_service(audit: Audit) -> Table:
    return Table(
        name="Mentions par service",
        caption="Les mêmes taux, par service.",
        columns=(
            Column(title="Service"),
            *(Column(title=title, kind=Kind.RATE) for title in ("Personne", "Service nommé", "Institution")),
        ),
        rows=[
            (service, rate_of(found.author), rate_of(found.service), rate_of(found.institution))
            for service, found in audit.by_service.items()
        ],
    )  # fmt: skip
