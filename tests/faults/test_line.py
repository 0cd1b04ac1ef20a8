"""A line that breaks, drips, repeats itself or lies: nothing is lost, nothing doubled, and the poll comes back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bureau import DESK
from tests.faults.cutting import cut_after, session_length
from tests.faults.house import House, house
from tests.faults.line import Fault, cut, delay, drip, garble, none, silence, twice, without
from tests.servers.dovecot import Dovecot

QUESTIONS = 6


@pytest.fixture
def home(dovecot: Dovecot, tmp_path: Path) -> Iterator[House]:
    with house(dovecot, tmp_path / "state", timeout=2) as made:
        made.fill(QUESTIONS, answers=2)
        yield made


BREAKS: dict[str, Fault] = {
    "56 the end comes in the middle of a literal": cut(1_800),
    "57 the end comes after a message and before the tagged OK": cut(4_000),
    "58 the end comes instead of a greeting": cut(0),
}
SILENCES: dict[str, Fault] = {
    "59 nothing comes any more in the middle of a session": silence(1_500),
    "59 nothing comes at all": silence(0),
    "60 an octet at a time, too slow for any command": drip(0.3),
}


@pytest.mark.parametrize("fault", (BREAKS | SILENCES).values(), ids=BREAKS | SILENCES)
def test_a_line_that_fails_once_is_made_anew(home: House, fault: Fault) -> None:
    home.suffer(fault)

    polled = home.poll()

    assert polled.failures == ()
    assert home.losses(QUESTIONS) == []


@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
def test_a_line_that_goes_on_failing_ends_the_poll_and_nothing_else(
    home: House, fault: Fault
) -> None:
    suffered = home.suffer(fault, lasting=True)

    assert home.poll().failures == ()
    assert home.losses(QUESTIONS) == []
    assert suffered.failures or suffered.tally.recorded == QUESTIONS + 2


@pytest.mark.parametrize(
    "fault", [delay(0.01), drip(0.0001, 7), none], ids=["late", "in small pieces", "as it should"]
)
def test_a_line_that_is_only_slow_needs_no_second_look(home: House, fault: Fault) -> None:
    suffered = home.suffer(fault)

    assert suffered.failures == ()
    assert home.losses(QUESTIONS) == []


@pytest.mark.parametrize("start", range(0, 6_000, 1_500))
def test_octets_that_come_twice_double_no_message(home: House, start: int) -> None:
    home.suffer(twice(start, 120))

    assert home.poll().failures == ()
    assert len(home.register.requests(DESK, home.clock().date())) <= QUESTIONS


@pytest.mark.parametrize("octet", [10, 700, 1_500, 2_222, 4_444])
def test_an_octet_that_changes_on_its_way_stops_nothing(home: House, octet: int) -> None:
    home.suffer(garble(octet))

    polled = home.poll()

    assert polled.failures == ()
    assert home.waiting() == []


MASKED = {
    "84 without UIDPLUS, IDLE, MOVE, CONDSTORE": ("UIDPLUS", "IDLE", "MOVE", "CONDSTORE", "QRESYNC"),
    "84 without ENABLE, ESEARCH, LIST-EXTENDED": ("ENABLE", "ESEARCH", "LIST-EXTENDED", "LIST-STATUS"),
    "84 without LITERAL+, SASL-IR, ID": ("LITERAL+", "SASL-IR", "ID", "NAMESPACE"),
}  # fmt: skip


@pytest.mark.parametrize("capabilities", MASKED.values(), ids=MASKED)
def test_a_server_that_offers_less_is_read_as_well(
    home: House, capabilities: tuple[str, ...]
) -> None:
    polled = home.suffer(without(*capabilities))

    assert polled.failures == ()
    assert home.losses(QUESTIONS) == []


def test_a_session_cut_anywhere_resumes(dovecot: Dovecot, tmp_path: Path) -> None:
    """Every 1,200th octet; `make soak` takes every one."""
    octets = session_length(dovecot, tmp_path / "whole")

    assert 8_000 < octets < 16_000
    for after in range(0, octets, 1_200):
        assert cut_after(dovecot, tmp_path / f"{after}", after) == []
