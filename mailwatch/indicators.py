"""The figures of the label: rates and means with the population they rest on (engagements 16.3, 17 and 18).

Every rate carries its numerator and denominator; an empty population is « Sans objet », never 100 %.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from statistics import fmean, median

from mailwatch.labels import percentage
from mailwatch.model import (
    Channel,
    ChannelIndicators,
    Grade,
    Indicators,
    Margin,
    Mention,
    MentionCount,
    Mentions,
    Outcome,
    Period,
    Rate,
    Request,
    Role,
    Ruling,
    State,
    Unwatched,
)
from mailwatch.standing import best_and_worst

NOT_APPLICABLE = "Sans objet"
_MATURED = frozenset({State.ANSWERED_IN_TIME, State.ANSWERED_LATE, State.OVERDUE})


def compute(
    requests: Sequence[Request], today: date, unwatched: Sequence[Unwatched] = ()
) -> Indicators:
    """Compute the figures over `requests`, all received in the period, as they stand on `today`.

    `unwatched` are the times of the period in which mail may have come and gone: the margin allows for it.
    """
    answers = {
        answer.key: answer.mentions
        for request in requests
        if request.state is not State.EXCLUDED
        for answer in request.answers
        if answer.mentions is not None and not answer.bounced
    }
    mentions = tuple(answers.values())
    return Indicators(
        email=_channel([r for r in requests if r.channel is Channel.EMAIL], today, unwatched),
        letter=_channel([r for r in requests if r.channel is Channel.LETTER], today, ()),
        author=_count(mentions, lambda found: found.author),
        service=_count(mentions, lambda found: found.service),
        institution=_count(mentions, lambda found: found.institution),
        grades=_grades(requests),
    )


def within(requests: Iterable[Request], period: Period) -> tuple[Request, ...]:
    """The requests received in `period`."""
    return tuple(request for request in requests if _holds(period, request.received_on))


def unwatched_within(unwatched: Iterable[Unwatched], period: Period) -> tuple[Unwatched, ...]:
    """The times without observation that touch `period`; `until` is in the territory's zone."""
    return tuple(
        gap
        for gap in unwatched
        if (period.from_on is None or gap.until.date() >= period.from_on)
        and (period.to_on is None or gap.since is None or gap.since.date() <= period.to_on)
    )


def rulings_within(rulings: Iterable[Ruling], period: Period) -> tuple[Ruling, ...]:
    """The rulings on messages and requests of `period`, whenever they were made."""
    return tuple(ruling for ruling in rulings if _holds(period, ruling.on))


def _holds(period: Period, on: date) -> bool:
    return (period.from_on is None or on >= period.from_on) and (
        period.to_on is None or on <= period.to_on
    )


def by_month(requests: Sequence[Request], today: date) -> Mapping[str, Indicators]:
    """The figures of each month of reception, `2026-01` and so on, without gaps filled.

    Their margins, as those of services, are of the instants alone: when a lost message came is not known.
    """
    return _by(requests, lambda request: request.received_on.isoformat()[:7], today)


def by_service(requests: Sequence[Request], today: date) -> Mapping[str, Indicators]:
    """The figures of each service."""
    return _by(requests, lambda request: request.service, today)


def _by(
    requests: Iterable[Request], name: Callable[[Request], str], today: date
) -> Mapping[str, Indicators]:
    found: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        found[name(request)].append(request)
    return {each: compute(found[each], today) for each in sorted(found)}


def rate(numerator: int, denominator: int) -> Rate:
    """A rate in percent, one decimal at most, half up, « ,0 » dropped, never rounded up to 100 %."""
    if denominator == 0:
        return Rate(numerator=0, denominator=0, text=NOT_APPLICABLE)
    return Rate(
        numerator=numerator, denominator=denominator, text=percentage(numerator, denominator)
    )


def nearest_rank(values: Sequence[int], percent: int) -> int | None:
    """The percentile of `values` by the nearest-rank method; None of nothing."""
    if not values:
        return None
    rank = -(-percent * len(values) // 100)
    return sorted(values)[rank - 1]


def _channel(
    requests: Sequence[Request], today: date, unwatched: Sequence[Unwatched]
) -> ChannelIndicators:
    matured = [request for request in requests if request.state in _MATURED]
    first = [request.first.delay for request in matured if request.first]
    substantive = [request.substantive.delay for request in matured if request.substantive]
    followed = [
        request for request in requests if request.follow_up_on and request.state in _MATURED
    ]
    return ChannelIndicators(
        answered_in_time=rate(
            sum(request.state is State.ANSWERED_IN_TIME for request in matured), len(matured)
        ),
        substantive_in_time=rate(
            sum(
                request.substantive is not None and request.substantive.on <= request.due_on
                for request in matured
            ),
            len(matured),
        ),
        mean_first_delay=fmean(first) if first else None,
        mean_substantive_delay=fmean(substantive) if substantive else None,
        median_first_delay=float(median(first)) if first else None,
        p90_first_delay=nearest_rank(first, 90),
        pending=sum(request.state is State.PENDING for request in requests),
        holding_without_followup=sum(
            request.follow_up_on is not None and request.follow_up_on < today
            for request in followed
        ),
        holding_open=sum(
            request.follow_up_on is not None and request.follow_up_on >= today
            for request in followed
        ),
        excluded=sum(request.state is State.EXCLUDED for request in requests),
        margin=_margin(requests, today, unwatched),
        grades=_counted(request.grade for request in matured),
        answer_grades=_counted(request.first.grade for request in matured if request.first),
    )


# --- how far a rate may be off --------------------------------------------------------------------


def _margin(
    requests: Sequence[Request], today: date, unwatched: Iterable[Unwatched]
) -> Margin | None:
    """The rates that the evidence allows, from the least to the most favourable; None when there is but one.

    A message that came and went in a folder of received mail may have been a request, answered in time or not
    at all; one of a folder of sent mail may have answered a request that counts as late or unanswered.
    """
    pairs = [best_and_worst(request, today) for request in requests]
    missed = Counter[Role]()
    for gap in unwatched:
        missed[gap.role] += gap.missed
    uncertain = sum(best is not worst for best, worst in pairs)
    if not uncertain and not missed.total():
        return None
    low, low_of = _in_time(worst for _, worst in pairs)
    high, high_of = _in_time(best for best, _ in pairs)
    asked, answered = missed[Role.INBOX], missed[Role.SENT]
    return Margin(
        lowest=rate(low, low_of + asked),
        highest=rate(min(high + answered, high_of) + asked, high_of + asked),
        uncertain=uncertain,
        missed=asked + answered,
    )


def _in_time(states: Iterable[State]) -> tuple[int, int]:
    """How many requests were answered in time, and of how many."""
    counted = Counter(states)
    return counted[State.ANSWERED_IN_TIME], sum(counted[state] for state in _MATURED)


def _count(mentions: Iterable[Mentions], pick: Callable[[Mentions], Mention]) -> MentionCount:
    outcomes = Counter(pick(found).outcome for found in mentions)
    good = outcomes[Outcome.PRESENT] + outcomes[Outcome.EXEMPT]
    return MentionCount(
        present=outcomes[Outcome.PRESENT],
        exempt=outcomes[Outcome.EXEMPT],
        absent=outcomes[Outcome.ABSENT],
        unverifiable=outcomes[Outcome.UNVERIFIABLE],
        text=rate(good, good + outcomes[Outcome.ABSENT]).text,
    )


def _grades(requests: Iterable[Request]) -> Mapping[Grade, int]:
    return _counted(request.grade for request in requests if request.state in _MATURED)


def _counted(graded: Iterable[Grade]) -> Mapping[Grade, int]:
    grades = Counter(graded)
    return {grade: grades[grade] for grade in Grade}
