"""A service that is killed while mail arrives: no message lost, none doubled, the register in order each time."""

from __future__ import annotations

from pathlib import Path

from tests.faults.killing import killing
from tests.faults.lives import Launch
from tests.servers.dovecot import Dovecot

KILLS = 15
"""`make soak` goes on to thousands."""


def test_case_104_a_service_that_is_killed_at_any_moment_loses_and_doubles_nothing(
    dovecot: Dovecot, ram: Path, launch: Launch
) -> None:
    with killing(dovecot, ram, launch, seed=104) as rig:
        for number in range(KILLS):
            rig.kill_once(number)

        assert rig.settle() == []
        assert rig.sent > KILLS
