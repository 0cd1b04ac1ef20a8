"""The figures of a report by their French names, as whoever computes them again from the register finds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TypeAlias

from mailwatch import labels
from mailwatch.model import (
    Audit,
    Channel,
    ChannelIndicators,
    Grade,
    Indicators,
    MentionCount,
    Nature,
    Outcome,
    Rate,
    State,
)
from mailwatch.report.cells import population
from mailwatch.report.committee import rate_of
from mailwatch.report.trends import distribution
from mailwatch.signs import writable

Figure: TypeAlias = "int | float | str | Mapping[str, Figure] | None"


def figures(audit: Audit) -> Mapping[str, Figure]:
    """Give every figure of a report that its register decides."""
    late = [r for r in audit.requests if r.state in (State.OVERDUE, State.ANSWERED_LATE)]
    apart = (r.nature for r in audit.requests if r.nature in (Nature.COMPLAINT, Nature.SUGGESTION))
    excluded = (r.excluded_because for r in audit.requests if r.state is State.EXCLUDED)
    return {
        "demandes": len(audit.requests),
        "ensemble": _of(audit.indicators),
        **{f"mois : {month}": _of(found) for month, found in audit.by_month.items()},
        **{f"service : {writable(name)}": _of(found) for name, found in audit.by_service.items()},
        "délais": _delays(audit),
        "motifs d’exclusion": Counter(map(writable, excluded)),
        "rectifiées": sum(bool(request.corrected) for request in audit.requests),
        "retards": {"nombre": len(late), "cause renseignée": sum(bool(r.note) for r in late)},
        "suivies à part": Counter(labels.NATURES[nature] for nature in apart),
    }


def _of(found: Indicators) -> Mapping[str, Figure]:
    return {
        "courriels": _channel(found.email),
        "courriers": _channel(found.letter),
        "mention : personne": _mention(found.author),
        "mention : service": _mention(found.service),
        "mention : institution": _mention(found.institution),
    }


def _channel(found: ChannelIndicators) -> Mapping[str, Figure]:
    margin = found.margin
    return {
        "réponses dans le délai": _rate(found.answered_in_time),
        "au plus bas": _rate(margin.lowest if margin else found.answered_in_time),
        "au plus haut": _rate(margin.highest if margin else found.answered_in_time),
        "verdicts incertains": margin.uncertain if margin else 0,
        "réponses de fond dans le délai": _rate(found.substantive_in_time),
        "délai moyen": found.mean_first_delay,
        "délai moyen de fond": found.mean_substantive_delay,
        "délai médian": found.median_first_delay,
        "neuf réponses sur dix en": found.p90_first_delay,
        "en cours": found.pending,
        "attentes sans suite": found.holding_without_followup,
        "attentes dont la suite est attendue": found.holding_open,
        "exclues": found.excluded,
        "preuves des arrivées": _counted(found.grades),
        "preuves des réponses": _counted(found.answer_grades),
    }


def _rate(found: Rate) -> str:
    return f"{found.text}{population(found)}"


def _mention(found: MentionCount) -> Mapping[str, Figure]:
    counts = {outcome: getattr(found, outcome) for outcome in Outcome}
    return {
        **{labels.OUTCOMES[outcome]: count for outcome, count in counts.items() if count},
        "taux": _rate(rate_of(found)),
    }


def _counted(found: Mapping[Grade, int]) -> Mapping[str, Figure]:
    return {str(grade): count for grade, count in found.items() if count}


def _delays(audit: Audit) -> Mapping[str, Figure]:
    """The report's own table: how many requests were answered how fast, by channel."""
    (table,) = distribution(audit).tables
    counts = {
        f"{labels.CHANNELS[channel]} : {row[0]}": row[place]
        for row in table.rows
        for place, channel in enumerate(Channel, start=1)
    }
    return {name: count for name, count in counts.items() if isinstance(count, int) and count}
