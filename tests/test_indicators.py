"""Rates and means: never a percentage without its population, never a survivor's average."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random
from statistics import fmean, median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.indicators import Tally, by_month, by_service, compute, nearest_rank, rate, within
from mailwatch.model import (
    Answer,
    Channel,
    Grade,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Period,
    Request,
    State,
)

TODAY = date(2026, 4, 20)


def replied(
    delay: int, *, substantive: bool = True, key: str = "", mentions: Mentions | None = None
) -> Answer:
    return Answer(
        on=date(2026, 3, 2 + delay),
        delay=delay,
        kind=Nature.REPLY if substantive else Nature.HOLDING_REPLY,
        substantive=substantive,
        message_id=None,
        key=key or f"answer-{delay}",
        mentions=mentions,
        announced=None,
    )


def request(
    state: State, first: Answer | None = None, substantive: Answer | None = None, **changes: object
) -> Request:
    made = Request(
        id="a1",
        file="inbox/a1.eml",
        message_id="<a1@x>",
        channel=Channel.EMAIL,
        received_at=None,
        received_on=date(2026, 3, 2),
        grade=Grade.C,
        due_on=date(2026, 3, 9),
        state=state,
        service="Bureau des titres",
        nature=Nature.REQUEST,
        answers=tuple(answer for answer in (first, substantive) if answer),
        first=first,
        substantive=substantive or (first if first and first.substantive else None),
        links=(),
        boxes=(),
        findings=(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # keyword changes of a frozen value


def mentions(author: Outcome, service: Outcome = Outcome.PRESENT) -> Mentions:
    return Mentions(
        author=Mention(outcome=author),
        service=Mention(outcome=service),
        institution=Mention(outcome=Outcome.PRESENT),
        from_class="functional",
    )


@pytest.mark.parametrize(
    ("numerator", "denominator", "text"),
    [
        (0, 0, "Sans objet"),
        (0, 7, "0 %"),
        (7, 7, "100 %"),
        (12, 13, "92,3 %"),
        (1, 2, "50 %"),
        (2, 3, "66,7 %"),
        (1, 3, "33,3 %"),
        (1, 8, "12,5 %"),
        (1, 16, "6,3 %"),
        (3, 16, "18,8 %"),
        (9996, 10000, "99,9 %"),
        (99999, 100000, "99,9 %"),
        (1, 100000, "0 %"),
    ],
)
def test_a_rate_has_one_decimal_at_most_half_up_and_never_rounds_up_to_a_hundred(
    numerator: int, denominator: int, text: str
) -> None:
    assert rate(numerator, denominator).text == text


@given(st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_only_a_full_population_prints_a_hundred(pair: tuple[int, int]) -> None:
    numerator, denominator = pair

    assert (rate(numerator, denominator).text == "100 %") == (numerator == denominator)


def test_one_in_time_one_late_and_one_unanswered_make_a_third() -> None:
    """Peers, case 10: the unanswered one is a failure; the mean is over the answered ones."""
    found = compute(
        [
            request(State.ANSWERED_IN_TIME, replied(1)),
            request(State.ANSWERED_LATE, replied(6)),
            request(State.OVERDUE),
        ],
        TODAY,
    ).email

    assert (found.answered_in_time.numerator, found.answered_in_time.denominator) == (1, 3)
    assert found.answered_in_time.text == "33,3 %"
    assert found.mean_first_delay == 3.5


def test_what_is_not_due_yet_is_outside_the_rate_and_printed_beside() -> None:
    found = compute(
        [request(State.PENDING), request(State.ANSWERED_IN_TIME, replied(0))], TODAY
    ).email

    assert found.answered_in_time.denominator == 1
    assert found.pending == 1


def test_an_empty_period_is_without_object() -> None:
    found = compute([], TODAY)

    assert found.email.answered_in_time.text == "Sans objet"
    assert found.email.mean_first_delay is None
    assert found.email.p90_first_delay is None
    assert found.author.text == "Sans objet"


def test_excluded_requests_are_counted_apart() -> None:
    found = compute([request(State.EXCLUDED)], TODAY).email

    assert found.excluded == 1
    assert found.answered_in_time.denominator == 0


def test_holding_replies_count_for_the_first_mean_and_not_for_the_substantive_one() -> None:
    found = compute(
        [
            request(State.ANSWERED_IN_TIME, replied(1, substantive=False), replied(9)),
            request(State.ANSWERED_IN_TIME, replied(3)),
        ],
        TODAY,
    ).email

    assert found.mean_first_delay == 2
    assert found.mean_substantive_delay == 6
    assert found.substantive_in_time.text == "50 %"


def test_a_holding_reply_whose_date_is_past_has_no_follow_up_and_one_to_come_is_open() -> None:
    holding = replied(1, substantive=False)
    found = compute(
        [
            request(State.ANSWERED_IN_TIME, holding, follow_up_on=date(2026, 4, 19)),
            request(State.ANSWERED_IN_TIME, holding, follow_up_on=TODAY),
        ],
        TODAY,
    ).email

    assert (found.holding_without_followup, found.holding_open) == (1, 1)


def test_unverifiable_mentions_leave_the_rate_and_exempt_ones_count_for_it() -> None:
    outcomes = (Outcome.PRESENT, Outcome.EXEMPT, Outcome.ABSENT, Outcome.UNVERIFIABLE)
    found = compute(
        [
            request(State.ANSWERED_IN_TIME, replied(1, key=str(n), mentions=mentions(outcome)))
            for n, outcome in enumerate(outcomes)
        ],
        TODAY,
    ).author

    assert (found.present, found.exempt, found.absent, found.unverifiable) == (1, 1, 1, 1)
    assert found.text == "66,7 %"


def test_one_answer_to_two_requests_has_its_mentions_counted_once() -> None:
    answer = replied(1, key="same", mentions=mentions(Outcome.PRESENT))
    found = compute(
        [request(State.ANSWERED_IN_TIME, answer), request(State.ANSWERED_IN_TIME, answer)], TODAY
    )

    assert found.author.present == 1


def test_the_mentions_of_a_bounced_answer_are_not_counted() -> None:
    bounced = replace(replied(1, mentions=mentions(Outcome.ABSENT)), bounced=True)

    assert compute([request(State.OVERDUE, answers=(bounced,))], TODAY).author.text == "Sans objet"


@pytest.mark.parametrize(
    ("values", "percentile"),
    [((), None), ((4,), 4), ((1, 2), 2), (tuple(range(1, 11)), 9), (tuple(range(1, 12)), 10)],
)
def test_the_ninetieth_percentile_is_by_nearest_rank(
    values: tuple[int, ...], percentile: int | None
) -> None:
    assert nearest_rank(Counter(values), 90) == percentile


@given(st.lists(st.integers(0, 25), min_size=1), st.randoms(use_true_random=False))
def test_figures_added_up_are_those_of_the_whole_however_it_is_cut(
    delays: list[int], cutting: Random
) -> None:
    requests = [
        request(State.ANSWERED_IN_TIME if delay < 6 else State.ANSWERED_LATE, replied(delay))
        for delay in delays
    ]
    tally = Tally(TODAY)
    rest = requests
    while rest:
        size = cutting.randint(1, len(rest))
        tally.add(rest[:size])
        rest = rest[size:]
    found = tally.indicators()

    assert found == compute(requests, TODAY)
    assert found.email.mean_first_delay == pytest.approx(fmean(delays), rel=1e-12)
    assert found.email.median_first_delay == median(delays)
    assert found.email.p90_first_delay == sorted(delays)[math.ceil(0.9 * len(delays)) - 1]


def test_months_and_services_have_figures_of_their_own() -> None:
    requests = [
        request(State.ANSWERED_IN_TIME, replied(1)),
        request(State.OVERDUE, received_on=date(2026, 2, 27), service="Cabinet"),
    ]

    assert list(by_month(requests, TODAY)) == ["2026-02", "2026-03"]
    assert by_service(requests, TODAY)["Cabinet"].email.answered_in_time.text == "0 %"


@pytest.mark.parametrize(
    ("period", "count"),
    [
        (Period(from_on=None, to_on=None), 1),
        (Period(from_on=date(2026, 3, 2), to_on=date(2026, 3, 2)), 1),
        (Period(from_on=date(2026, 3, 3), to_on=None), 0),
        (Period(from_on=None, to_on=date(2026, 3, 1)), 0),
    ],
)
def test_a_period_holds_both_its_ends(period: Period, count: int) -> None:
    assert len(within([request(State.PENDING)], period)) == count
