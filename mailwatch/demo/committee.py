"""The lines that a users' committee reads, computed from an audit (engagements 17, 18 and 3)."""

from __future__ import annotations

from mailwatch.indicators import NOT_APPLICABLE
from mailwatch.labels import NO_BREAK
from mailwatch.labels import days as days_of
from mailwatch.model import Audit, ChannelIndicators, Nature


def committee_lines(audit: Audit) -> tuple[str, ...]:
    """Write the five lines of the committee's slide from the figures of `audit`."""
    return (
        *_channel(audit.indicators.email, "courriels", "courriel", days=5),
        *_channel(audit.indicators.letter, "courriers", "courrier", days=10),
        f"Réclamations / suggestions{NO_BREAK}: {_voices(audit)}",
    )


def _channel(figures: ChannelIndicators, plural: str, singular: str, days: int) -> tuple[str, str]:
    rate = figures.answered_in_time
    shown = rate.text.replace(" %", f"{NO_BREAK}%")
    counted = " (réponses d’attente comptabilisées)" if rate.denominator else ""
    share = f"Taux de réponses aux {plural} de demande d’informations dans le délai de"
    mean = f"Délai moyen de réponse aux demandes d’information par {singular}"
    return (
        f"{share} {days}{NO_BREAK}jours ouvrés{NO_BREAK}: {shown}{counted}",
        f"{mean}{NO_BREAK}: {days_of(figures.mean_first_delay)}",
    )


def _voices(audit: Audit) -> str:
    """How many complaints and suggestions were received; « Sans objet » of none."""
    natures = [request.nature for request in audit.requests]
    told = [
        _counted(natures.count(nature), word)
        for nature, word in ((Nature.COMPLAINT, "réclamation"), (Nature.SUGGESTION, "suggestion"))
        if nature in natures
    ]
    return ", ".join(told) or NOT_APPLICABLE


def _counted(count: int, word: str) -> str:
    return f"{count}{NO_BREAK}{word}{'s' if count > 1 else ''}"
