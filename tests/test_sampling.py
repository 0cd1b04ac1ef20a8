"""Cases drawn for an audit: reproducible, from any order, each stratum in its share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from mailwatch.model import Channel, Grade, Nature, Request, State
from mailwatch.sampling import draw


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
