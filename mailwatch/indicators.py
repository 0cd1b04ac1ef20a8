"""The figures of the label: rates and means with the population they rest on (engagements 16.3, 17 and 18).

Every rate carries its numerator and denominator; an empty population is « Sans objet », never 100 %.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate

from mailwatch.labels import percentage
from mailwatch.model import (
    Channel,
    ChannelIndicators,
    Grade,
    Indicators,
    Margin,
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
    requests: Iterable[Request], today: date, unwatched: Sequence[Unwatched] = ()
) -> Indicators:
    """Compute the figures over `requests`, all received in the period, as they stand on `today`.

    `unwatched` are the times of the period in which mail may have come and gone: the margin allows for it.
    """
    tally = Tally(today)
    tally.add(requests)
    return tally.indicators(unwatched)


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


# --- adding up ------------------------------------------------------------------------------------


class Tally:
    """Figures added up some requests at a time, so that a register of years need not be held whole."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._channels = {channel: _OfChannel() for channel in Channel}
        self._outcomes: tuple[Counter[Outcome], ...] = (Counter(), Counter(), Counter())

    def add(self, requests: Iterable[Request]) -> None:
        """Count requests as they stand; those that one answer answers must come together: it counts once."""
        answers: dict[str, Mentions] = {}
        for request in requests:
            self._channels[request.channel].add(request, self._today)
            if request.state is State.EXCLUDED:
                continue
            for answer in request.answers:
                if answer.mentions is not None and not answer.bounced:
                    answers[answer.key] = answer.mentions
        author, service, institution = self._outcomes
        for found in answers.values():
            author[found.author.outcome] += 1
            service[found.service.outcome] += 1
            institution[found.institution.outcome] += 1

    def indicators(self, unwatched: Sequence[Unwatched] = ()) -> Indicators:
        """Give the figures of all that was added."""
        email, letter = (self._channels[channel] for channel in (Channel.EMAIL, Channel.LETTER))
        author, service, institution = map(_mention_count, self._outcomes)
        return Indicators(
            email=email.figures(unwatched),
            letter=letter.figures(()),
            author=author,
            service=service,
            institution=institution,
            grades=_counted(email.grades + letter.grades),
        )


@dataclass(slots=True, kw_only=True)
class _OfChannel:
    """What the figures of one channel are made of."""

    states: Counter[State] = field(default_factory=Counter)
    lowest: Counter[State] = field(default_factory=Counter)
    """The states by the least favourable instants."""
    highest: Counter[State] = field(default_factory=Counter)
    uncertain: int = 0
    first: Counter[int] = field(default_factory=Counter)
    """Delays of first answers, in working days."""
    substantive: Counter[int] = field(default_factory=Counter)
    substantive_in_time: int = 0
    holding_without_followup: int = 0
    holding_open: int = 0
    grades: Counter[Grade] = field(default_factory=Counter)
    answer_grades: Counter[Grade] = field(default_factory=Counter)

    def add(self, request: Request, today: date) -> None:
        best, worst = best_and_worst(request, today)
        self.states[request.state] += 1
        self.highest[best] += 1
        self.lowest[worst] += 1
        self.uncertain += best is not worst
        if request.state in _MATURED:
            self._add_matured(request, today)

    def _add_matured(self, request: Request, today: date) -> None:
        self.grades[request.grade] += 1
        if request.first:
            self.first[request.first.delay] += 1
            self.answer_grades[request.first.grade] += 1
        if request.substantive:
            self.substantive[request.substantive.delay] += 1
            self.substantive_in_time += request.substantive.on <= request.due_on
        if request.follow_up_on:
            self.holding_without_followup += request.follow_up_on < today
            self.holding_open += request.follow_up_on >= today

    def figures(self, unwatched: Iterable[Unwatched]) -> ChannelIndicators:
        matured = _matured(self.states)
        return ChannelIndicators(
            answered_in_time=rate(self.states[State.ANSWERED_IN_TIME], matured),
            substantive_in_time=rate(self.substantive_in_time, matured),
            mean_first_delay=_mean(self.first),
            mean_substantive_delay=_mean(self.substantive),
            median_first_delay=_median(self.first),
            p90_first_delay=nearest_rank(self.first, 90),
            pending=self.states[State.PENDING],
            holding_without_followup=self.holding_without_followup,
            holding_open=self.holding_open,
            excluded=self.states[State.EXCLUDED],
            margin=_margin(self, unwatched),
            grades=_counted(self.grades),
            answer_grades=_counted(self.answer_grades),
        )


def _matured(states: Counter[State]) -> int:
    return sum(states[state] for state in _MATURED)


def _mean(delays: Counter[int]) -> float | None:
    count = delays.total()
    return sum(delay * times for delay, times in delays.items()) / count if count else None


def _median(delays: Counter[int]) -> float | None:
    count = delays.total()
    if not count:
        return None
    return (_ranked(delays, (count + 1) // 2) + _ranked(delays, count // 2 + 1)) / 2


def nearest_rank(delays: Counter[int], percent: int) -> int | None:
    """The percentile of counted values by the nearest-rank method; None of nothing."""
    count = delays.total()
    return _ranked(delays, -(-percent * count // 100)) if count else None


def _ranked(delays: Counter[int], rank: int) -> int:
    """The value of a rank from 1 on, in ascending order."""
    values = sorted(delays)
    return values[bisect_left(list(accumulate(delays[value] for value in values)), rank)]


def _mention_count(outcomes: Counter[Outcome]) -> MentionCount:
    good = outcomes[Outcome.PRESENT] + outcomes[Outcome.EXEMPT]
    return MentionCount(
        present=outcomes[Outcome.PRESENT],
        exempt=outcomes[Outcome.EXEMPT],
        absent=outcomes[Outcome.ABSENT],
        unverifiable=outcomes[Outcome.UNVERIFIABLE],
        text=rate(good, good + outcomes[Outcome.ABSENT]).text,
    )


def _counted(grades: Counter[Grade]) -> Mapping[Grade, int]:
    return {grade: grades[grade] for grade in Grade}


# --- how far a rate may be off --------------------------------------------------------------------


def _margin(found: _OfChannel, unwatched: Iterable[Unwatched]) -> Margin | None:
    """The rates that the evidence allows, from the least to the most favourable; None when there is but one.

    A message that came and went in a folder of received mail may have been a request, answered in time or not
    at all; one of a folder of sent mail may have answered a request that counts as late or unanswered.
    """
    missed = Counter[Role]()
    for gap in unwatched:
        missed[gap.role] += gap.missed
    if not found.uncertain and not missed.total():
        return None
    low, low_of = found.lowest[State.ANSWERED_IN_TIME], _matured(found.lowest)
    high, high_of = found.highest[State.ANSWERED_IN_TIME], _matured(found.highest)
    asked, answered = missed[Role.INBOX], missed[Role.SENT]
    return Margin(
        lowest=rate(low, low_of + asked),
        highest=rate(min(high + answered, high_of) + asked, high_of + asked),
        uncertain=found.uncertain,
        missed=asked + answered,
    )
