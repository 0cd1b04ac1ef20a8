"""Cases drawn for an audit: reproducible, from any order, each stratum in its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.model import (
    Answer,
    Channel,
    Check,
    Drawn,
    Grade,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Period,
    Request,
    Review,
    Sample,
    State,
)
from mailwatch.sampling import (
    STANDING,
    draw,
    judged_mentions,
    precisions,
    sampled,
    verdicts,
    waiting,
    wilson,
    within,
)


def request(
    number: int, state: State = State.ANSWERED_IN_TIME, channel: Channel = Channel.EMAIL
) -> Request:
    on = date(2026, 1, 5) + timedelta(days=number % 80)
    return Request(
        id=f"{number:08x}",
        file=f"boîte/{number}",
        message_id=None,
        channel=channel,
        received_at=None,
        received_on=on,
        grade=Grade.B,
        due_on=on + timedelta(days=7),
        service="",
        nature=Nature.REQUEST,
        state=state,
    )


@st.composite
def registers(draw: st.DrawFn) -> list[Request]:
    kinds = st.tuples(st.sampled_from(State), st.sampled_from(Channel))
    return [
        request(number, *kind) for number, kind in enumerate(draw(st.lists(kinds, max_size=60)))
    ]


def strata(requests: Sequence[Request]) -> Counter[tuple[Channel, State]]:
    return Counter((each.channel, each.state) for each in requests)


QUARTER = [
    *(request(number) for number in range(150)),
    *(request(number, State.ANSWERED_LATE) for number in range(150, 180)),
    *(request(number, State.OVERDUE) for number in range(180, 183)),
    *(request(number, State.ANSWERED_IN_TIME, Channel.LETTER) for number in range(183, 203)),
]


def test_a_seed_draws_the_cases_it_always_drew() -> None:
    """Written down once: another version of the program, or of Python, has to find the same ones."""
    drawn = draw(QUARTER, size=6, seed="2026-T1")

    assert [int(each.id, 16) for each in drawn] == [173, 180, 24, 184, 119, 142]


def test_another_seed_draws_other_cases() -> None:
    assert draw(QUARTER, size=30, seed="un") != draw(QUARTER, size=30, seed="deux")


def test_the_rare_strata_are_in_the_sample_and_the_others_in_proportion() -> None:
    assert strata(draw(QUARTER, size=30, seed="2026-T1")) == {
        (Channel.EMAIL, State.ANSWERED_IN_TIME): 20,
        (Channel.EMAIL, State.ANSWERED_LATE): 5,
        (Channel.EMAIL, State.OVERDUE): 1,
        (Channel.LETTER, State.ANSWERED_IN_TIME): 4,
    }


def test_a_sample_too_small_for_all_strata_takes_the_largest() -> None:
    assert strata(draw(QUARTER, size=2, seed="2026-T1")) == {
        (Channel.EMAIL, State.ANSWERED_IN_TIME): 1,
        (Channel.EMAIL, State.ANSWERED_LATE): 1,
    }


def test_of_nothing_nothing_is_drawn() -> None:
    assert draw([], size=30, seed="2026-T1") == ()
    assert draw(QUARTER, size=0, seed="2026-T1") == ()
    assert draw(QUARTER, size=-3, seed="2026-T1") == ()


def test_an_id_that_no_encoding_holds_is_drawn_like_another() -> None:
    odd = request(1)
    object.__setattr__(odd, "id", "\udce9")

    assert draw([odd, request(2)], size=2, seed="\ud800") == (odd, request(2))


@given(registers(), st.integers(0, 70), st.text(max_size=5), st.randoms(use_true_random=False))
def test_neither_the_order_nor_the_moment_changes_what_is_drawn(
    found: list[Request], size: int, seed: str, mixing: Random
) -> None:
    mixed = found[:]
    mixing.shuffle(mixed)

    assert draw(mixed, size=size, seed=seed) == draw(found, size=size, seed=seed)


@given(registers(), st.integers(0, 70), st.text(max_size=5))
def test_as_many_are_drawn_as_were_asked_each_once_and_all_of_them_real(
    found: list[Request], size: int, seed: str
) -> None:
    drawn = draw(found, size=size, seed=seed)

    assert len(drawn) == min(size, len(found))
    assert len({each.id for each in drawn}) == len(drawn)
    assert all(each in found for each in drawn)


@given(registers(), st.integers(0, 70), st.text(max_size=5))
def test_each_stratum_has_its_share_give_or_take_one(
    found: list[Request], size: int, seed: str
) -> None:
    there, drawn = strata(found), strata(draw(found, size=size, seed=seed))

    if size < len(there):
        assert set(drawn.values()) <= {1}
        return
    assert set(drawn) == set(there)
    left = len(found) - len(there)
    for stratum, count in there.items():
        share = (min(size, len(found)) - len(there)) * (count - 1) / left if left else 0
        assert abs(drawn[stratum] - 1 - share) < 1


@given(st.integers(0, 40), st.integers(0, 40), st.text(max_size=5))
def test_whoever_draws_more_with_the_same_seed_keeps_what_was_judged(
    there: int, size: int, seed: str
) -> None:
    """Within a stratum the ranks do not depend on the size."""
    found = [request(number) for number in range(there)]

    assert set(draw(found, size=size, seed=seed)) <= set(draw(found, size=size + 5, seed=seed))


# --- what is judged -------------------------------------------------------------------------------

DAY = date(2026, 1, 5)
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
MENTIONS = Mentions(
    author=Mention(outcome=Outcome.PRESENT),
    service=Mention(outcome=Outcome.ABSENT),
    institution=Mention(outcome=Outcome.UNVERIFIABLE),
    from_class="functional",
)


def reply(mentions: Mentions | None = MENTIONS, *, bounced: bool = False) -> Answer:
    return Answer(
        on=DAY, delay=0, kind=Nature.REPLY, substantive=True, message_id=None, key="", mentions=mentions,
        announced=None, bounced=bounced,
    )  # fmt: skip


def test_an_answered_mail_has_each_of_its_verdicts_judged() -> None:
    assert verdicts(replace(request(0), answers=(reply(),))) == {
        Check.NATURE: "request",
        Check.LINK: "0",
        Check.AUTHOR: "present",
        Check.SERVICE: "absent",
        Check.INSTITUTION: "unverifiable",
        Check.DEADLINE: "2026-01-12",
    }


def test_what_does_not_apply_to_a_request_is_not_judged_of_it() -> None:
    letter = request(0, channel=Channel.LETTER)
    excluded = replace(request(0, State.EXCLUDED), answers=(reply(),))

    assert set(verdicts(letter)) == {Check.LINK, Check.DEADLINE}
    assert set(verdicts(excluded)) == {Check.NATURE}
    assert set(verdicts(request(0, State.OVERDUE))) == {Check.NATURE, Check.LINK, Check.DEADLINE}


def test_the_mentions_judged_are_those_of_the_first_answer_that_was_delivered() -> None:
    named = replace(MENTIONS, service=Mention(outcome=Outcome.PRESENT))
    answers = (reply(None), reply(bounced=True), reply(named), reply())

    assert judged_mentions(answers) == named
    assert judged_mentions(answers[:2]) is None


def drawn(*numbers: int, **verdicts_of: str) -> Sample:
    wanted = {Check(name): words for name, words in verdicts_of.items()}
    return Sample(
        period=Period(from_on=date(2026, 1, 1), to_on=date(2026, 3, 31)),
        size=len(numbers),
        seed="2026-T1",
        population=200,
        at=NOON,
        cases=tuple(
            Drawn(
                request=f"r{n}",
                channel=Channel.EMAIL,
                received_on=DAY + timedelta(days=n),
                verdicts=wanted,
            )
            for n in numbers
        ),
    )


def review(number: int, check: Check, *, right: bool | None) -> Review:
    return Review(
        request=f"r{number}", check=check, right=right, by="Hélène Prost", note="", at=NOON
    )


def test_a_sample_keeps_how_it_was_drawn_and_what_was_decided_then() -> None:
    period = Period(from_on=date(2026, 1, 1), to_on=date(2026, 3, 31))

    sample = sampled(QUARTER, period, size=30, seed="2026-T1", at=NOON)

    assert (sample.population, sample.size, len(sample.cases)) == (203, 30, 30)
    assert [case.request for case in sample.cases] == [
        each.id for each in draw(QUARTER, size=30, seed="2026-T1")
    ]


def test_a_case_drawn_twice_is_one_case_with_the_verdicts_of_the_last_draw() -> None:
    both = within([drawn(1, 2, nature="request", author="absent"), drawn(2, 3, nature="complaint")])

    assert [case.request for case in both] == ["r1", "r2", "r3"]
    assert both[1].verdicts == {Check.NATURE: "complaint", Check.AUTHOR: "absent"}


def test_a_period_has_the_cases_that_were_received_in_it_whatever_they_were_drawn_for() -> None:
    year = [drawn(0, 40, 80, nature="request")]

    def found(from_on: date | None, to_on: date | None) -> list[str]:
        return [case.request for case in within(year, Period(from_on=from_on, to_on=to_on))]

    assert found(None, date(2026, 1, 5)) == ["r0"]
    assert found(date(2026, 1, 6), date(2026, 3, 31)) == ["r40", "r80"]
    assert found(date(2026, 3, 26), None) == ["r80"]


def test_a_newer_review_replaces_the_older_one_and_an_empty_one_takes_it_back() -> None:
    cases = within([drawn(1, nature="request", deadline="2026-01-12")])
    reviews = [review(1, Check.NATURE, right=False), review(1, Check.NATURE, right=True)]

    assert [check for _, check in waiting(cases, reviews)] == [Check.DEADLINE]
    assert precisions(cases, reviews)[0].right.text == "100 %"
    assert precisions(cases, [*reviews, review(1, Check.NATURE, right=None)])[0].waiting == 1


def test_what_nobody_judged_is_not_measured() -> None:
    for found in precisions(within([drawn(1, 2, nature="request")]), ()):
        assert (found.right.denominator, found.right.text) == (0, "non mesurée")
        assert found.interval is None


def test_a_case_counts_as_right_together_when_each_of_its_verdicts_is() -> None:
    cases = within([drawn(1, 2, 3, nature="request", link="1", deadline="2026-01-12")])
    reviews = [
        *(review(1, check, right=True) for check in STANDING),
        *(review(2, check, right=check is not Check.LINK) for check in STANDING),
        review(3, Check.NATURE, right=False),
    ]

    standing = next(one for one in precisions(cases, reviews) if one.checks == STANDING)

    assert standing.channel is Channel.EMAIL
    assert (standing.right.numerator, standing.right.denominator, standing.waiting) == (1, 2, 1)


def test_a_review_of_no_case_that_was_drawn_counts_for_nothing() -> None:
    cases = within([drawn(1, nature="request")])

    found = precisions(
        cases, [review(9, Check.NATURE, right=False), review(1, Check.AUTHOR, right=False)]
    )

    assert all(one.right.denominator == 0 for one in found)


# --- the interval ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "whole", "lowest", "highest"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 10, 0.0179, 0.4042),
        (29, 30, 0.8333, 0.9941),
        (50, 100, 0.4038, 0.5962),
        (1, 1, 0.2065, 1.0),
    ],
)
def test_the_interval_is_the_one_that_statisticians_publish(
    part: int, whole: int, lowest: float, highest: float
) -> None:
    assert wilson(part, whole) == pytest.approx((lowest, highest), abs=5e-5)


counts = st.integers(1, 3000).flatmap(
    lambda whole: st.tuples(st.integers(0, whole), st.just(whole))
)


@given(counts)
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(
    counted: tuple[int, int],
) -> None:
    part, whole = counted
    lowest, highest = wilson(part, whole)

    assert 0 <= lowest <= part / whole <= highest <= 1
    assert (lowest == 0) == (part == 0)
    assert (highest == 1) == (part == whole)


@given(counts)
def test_the_interval_solves_the_equation_it_comes_from(counted: tuple[int, int]) -> None:
    """Wilson (1927): the bounds are the true shares that the one observed is 1.96 standard errors from."""
    part, whole = counted
    for bound in wilson(part, whole):
        if 0 < bound < 1:
            error = (bound * (1 - bound) / whole) ** 0.5
            assert abs(part / whole - bound) == pytest.approx(1.959964 * error, rel=1e-4)


@given(counts)
def test_right_and_wrong_are_told_alike(counted: tuple[int, int]) -> None:
    part, whole = counted
    lowest, highest = wilson(part, whole)

    assert wilson(whole - part, whole) == pytest.approx((1 - highest, 1 - lowest), abs=1e-12)


@given(counts, st.integers(2, 50))
def test_whoever_judges_more_knows_more(counted: tuple[int, int], times: int) -> None:
    part, whole = counted
    less, more = wilson(part, whole), wilson(part * times, whole * times)

    assert more[1] - more[0] < less[1] - less[0]
