"""Poison among good mail: the good is done in the same look, and no message costs more than it may."""

from __future__ import annotations

from pathlib import Path

from tests.faults.poisoning import MEGABYTES, SECONDS, costs, poisoned, slope
from tests.servers.dovecot import Dovecot

_SLOWER = 5
"""How much slower than it should be a machine may be that runs the tests."""


def test_all_good_mail_is_done_in_the_same_look(dovecot: Dovecot, ram: Path) -> None:
    assert poisoned(dovecot, ram / "state", good=80, poison=8) == []


def test_no_message_costs_more_than_it_may() -> None:
    found = list(costs())

    assert len(found) > 100
    assert [each for each in found if each.megabytes > MEGABYTES] == []
    assert [each for each in found if each.seconds > SECONDS * _SLOWER] == []


def test_what_is_read_again_leaves_nothing_in_the_worker() -> None:
    """Caches are full after some thousands of new mails: `make soak` waits for that."""
    assert slope(1_000, fresh=False) < 20
