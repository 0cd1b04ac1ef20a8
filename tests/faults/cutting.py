"""A whole session of about 10 kB, cut after any octet that the server sent."""

from __future__ import annotations

from pathlib import Path

from tests.faults.house import house
from tests.faults.line import cut
from tests.servers.dovecot import Dovecot

QUESTIONS, ANSWERS = 7, 3


def session_length(server: Dovecot, state: Path) -> int:
    """Octets that the server sends in a session that nothing disturbs."""
    with house(server, state) as home:
        home.fill(QUESTIONS, ANSWERS)
        home.poll()
        return home.line.passed


def cut_after(server: Dovecot, state: Path, octets: int) -> list[str]:
    """Cut a session there, look once more, and say what is wrong then."""
    with house(server, state) as home:
        home.fill(QUESTIONS, ANSWERS)
        first = home.suffer(cut(octets))
        second = home.poll()
        recorded = first.tally.recorded + second.tally.recorded
        return [
            *(f"coupé après {octets} : {failure.error}" for failure in second.failures),
            *(f"coupé après {octets} : {loss}" for loss in home.losses(QUESTIONS)),
            *([f"coupé après {octets} : {recorded} messages"] if recorded != QUESTIONS + ANSWERS else []),
        ]  # fmt: skip
