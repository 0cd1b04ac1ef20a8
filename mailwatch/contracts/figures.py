"""The figures of a period."""

from __future__ import annotations

from collections.abc import Mapping

from mailwatch.contracts.terms import Json
from mailwatch.model import ChannelIndicators, Grade, Indicators, MentionCount, Period, Rate


def indicators(found: Indicators) -> dict[str, Json]:
    """The figures of a period."""
    return {
        "email": channel(found.email),
        "letter": channel(found.letter),
        "mentions": {
            "author": mention_count(found.author),
            "service": mention_count(found.service),
            "institution": mention_count(found.institution),
        },
        "grades": grades(found.grades),
    }


def grades(found: Mapping[Grade, int]) -> dict[str, Json]:
    """How many instants have each grade of evidence."""
    return {str(grade): count for grade, count in found.items()}


def channel(found: ChannelIndicators) -> dict[str, Json]:
    """The figures of one channel.

    The rate lies between `lowest` and `highest`: `uncertain` requests are in time or late according to which of
    their instants is right, and `missed` messages came and went unseen. Without any, both are the rate.
    """
    margin = found.margin
    return {
        "numerator": found.answered_in_time.numerator,
        "denominator": found.answered_in_time.denominator,
        "rate_text": found.answered_in_time.text,
        "substantive_numerator": found.substantive_in_time.numerator,
        "substantive_rate_text": found.substantive_in_time.text,
        "mean_first_delay": found.mean_first_delay,
        "mean_substantive_delay": found.mean_substantive_delay,
        "median_first_delay": found.median_first_delay,
        "p90_first_delay": found.p90_first_delay,
        "pending": found.pending,
        "holding_without_followup": found.holding_without_followup,
        "holding_open": found.holding_open,
        "excluded": found.excluded,
        "lowest": rate(margin.lowest if margin else found.answered_in_time),
        "highest": rate(margin.highest if margin else found.answered_in_time),
        "uncertain": margin.uncertain if margin else 0,
        "missed": margin.missed if margin else 0,
        "grades": grades(found.grades),
        "answer_grades": grades(found.answer_grades),
    }


def rate(found: Rate) -> dict[str, Json]:
    """A rate with its population."""
    return {
        "numerator": found.numerator,
        "denominator": found.denominator,
        "rate_text": found.text,
    }


def mention_count(found: MentionCount) -> dict[str, Json]:
    """How one mention fared."""
    return {
        "present": found.present,
        "exempt": found.exempt,
        "absent": found.absent,
        "unverifiable": found.unverifiable,
        "rate_text": found.text,
    }


def period(found: Period) -> dict[str, Json]:
    """From which day to which; null where it is open."""
    return {
        "from": found.from_on.isoformat() if found.from_on else None,
        "to": found.to_on.isoformat() if found.to_on else None,
    }
