"""The lines that a users' committee reads, computed from an audit (engagements 17, 18 and 3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from mailwatch.indicators import NOT_APPLICABLE
from mailwatch.model import Audit, ChannelIndicators, Nature

_NO_BREAK = "\u00a0"


def committee_lines(audit: Audit) -> tuple[str, ...]:
    """Write the five lines of the committee's slide from the figures of `audit`."""
    return (
        *_channel(audit.indicators.email, "courriels", "courriel", days=5),
        *_channel(audit.indicators.letter, "courriers", "courrier", days=10),
        f"Réclamations / suggestions{_NO_BREAK}: {_voices(audit)}",
    )


def _channel(figures: ChannelIndicators, plural: str, singular: str, days: int) -> tuple[str, str]:
    rate = figures.answered_in_time
    shown = rate.text.replace(" %", f"{_NO_BREAK}%")
    counted = " (réponses d’attente comptabilisées)" if rate.denominator else ""
    share = f"Taux de réponses aux {plural} de demande d’informations dans le délai de"
    mean = f"Délai moyen de réponse aux demandes d’information par {singular}"
    return (
        f"{share} {days}{_NO_BREAK}jours ouvrés{_NO_BREAK}: {shown}{counted}",
        f"{mean}{_NO_BREAK}: {_days(figures.mean_first_delay)}",
    )


def _days(mean: float | None) -> str:
    """A mean delay in working days, half up, one decimal when it is not whole; below two it is singular."""
    if mean is None:
        return NOT_APPLICABLE
    tenth = Decimal(repr(mean)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    text = f"{tenth:f}".removesuffix(".0").replace(".", ",")
    return f"{text}{_NO_BREAK}{'jour' if tenth < 2 else 'jours'}"


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
    return f"{count}{_NO_BREAK}{word}{'s' if count > 1 else ''}"
