"""The figures of a period beside those of the period before it, and which way they go.

The difference is taken between the figures as they are printed, so that a reader who subtracts them finds it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from mailwatch.indicators import NOT_APPLICABLE
from mailwatch.labels import NO_BREAK, days, ends, number, plural
from mailwatch.model import ChannelIndicators, Indicators, Margin, MentionCount, Rate
from mailwatch.ruleset import Policy

_MINUS = "−"


class Sense(StrEnum):
    """Which way a figure goes, in the words of the alert."""

    BETTER = "en progrès"
    WORSE = "en recul"
    STEADY = "stable"
    UNKNOWN = ""
    """One of the two periods has no such figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure as it is printed: its population, the period before, the difference."""

    label: str
    now: str
    population: str
    """`12/13`, `12/13, entre 85,7 % et 92,9 %`, `11/13, 2 invérifiables`, or empty when there is none."""
    before: str
    change: str
    """`+4,3 points`, or empty when there is nothing to compare or no difference."""
    sense: Sense

    @property
    def applies(self) -> bool:
        """Say whether either period has such a figure, or could not tell."""
        return bool(self.population) or {self.now, self.before} != {NOT_APPLICABLE}


def figures(now: Indicators, before: Indicators, policy: Policy) -> tuple[Figure, ...]:
    """Compare the figures that the label follows (engagements 16.3 and 17)."""
    return (
        *_channel(
            f"Courriels répondus en {policy.email_days}", "courriel", now.email, before.email
        ),
        *_channel(
            f"Courriers répondus en {policy.letter_days}", "courrier", now.letter, before.letter
        ),
        _mention("Réponses qui nomment leur auteur", now.author, before.author),
        _mention("Réponses qui nomment le service", now.service, before.service),
        _mention("Réponses qui nomment l’institution", now.institution, before.institution),
    )


def _channel(
    label: str, name: str, now: ChannelIndicators, before: ChannelIndicators
) -> Iterator[Figure]:
    in_time = now.answered_in_time
    yield _share(
        f"{label}{NO_BREAK}jours ouvrés",
        in_time.text,
        _population(in_time, now.margin),
        before.answered_in_time.text,
    )
    yield _delay(f"Délai moyen par {name}", now.mean_first_delay, before.mean_first_delay)


def _population(rate: Rate, margin: Margin | None) -> str:
    counts = [f"{rate.numerator}/{rate.denominator}"] if rate.denominator else []
    return ", ".join((*counts, ends(margin)) if margin else counts)


def _mention(label: str, now: MentionCount, before: MentionCount) -> Figure:
    named = now.present + now.exempt
    told = named + now.absent
    counts = [f"{named}/{told}"] if told else []
    if now.unverifiable:
        words = plural(now.unverifiable, "invérifiable", "invérifiables")
        counts.append(f"{now.unverifiable}{NO_BREAK}{words}")
    return _share(label, now.text, ", ".join(counts), before.text)


def _share(label: str, now: str, population: str, before: str) -> Figure:
    change, sense = "", Sense.UNKNOWN
    if NOT_APPLICABLE not in (now, before):
        difference = _percent(now) - _percent(before)
        change = _signed(difference, "point", "points")
        sense = _sense(difference)
    return Figure(
        label=label,
        now=now.replace(" %", f"{NO_BREAK}%"),
        population=population,
        before=before.replace(" %", f"{NO_BREAK}%"),
        change=change,
        sense=sense,
    )


def _delay(label: str, now: float | None, before: float | None) -> Figure:
    change, sense = "", Sense.UNKNOWN
    if now is not None and before is not None:
        difference = _printed(now) - _printed(before)
        change = _signed(difference, "jour", "jours")
        sense = _sense(-difference)
    return Figure(
        label=label, now=days(now), population="", before=days(before), change=change, sense=sense
    )


def _percent(text: str) -> Decimal:
    return Decimal(text.removesuffix(" %").replace(",", "."))


def _printed(value: float) -> Decimal:
    return Decimal(number(value).replace(",", "."))


def _signed(difference: Decimal, one: str, many: str) -> str:
    if not difference:
        return ""
    size = abs(difference)
    sign = "+" if difference > 0 else _MINUS
    return f"{sign}{number(float(size))}{NO_BREAK}{plural(float(size), one, many)}"


def _sense(gain: Decimal) -> Sense:
    if not gain:
        return Sense.STEADY
    return Sense.BETTER if gain > 0 else Sense.WORSE
