"""The n-th write or sync of a look and an alert fails, or is the last: what is there after is as if it had not."""

from __future__ import annotations

from pathlib import Path

from tests.faults.injecting import Rig, injections, strace
from tests.faults.lives import Launch
from tests.servers.dovecot import Dovecot

RUNS = 4
"""Of more than a thousand, spread over them; `make soak` takes every one."""


def test_case_98_a_system_call_that_fails_leaves_no_other_end(
    dovecot: Dovecot, ram: Path, launch: Launch
) -> None:
    rig = Rig(server=dovecot, folder=ram, launch=launch, strace=strace())
    calls, expected = rig.calls(), rig.undisturbed()

    assert calls["fdatasync"] > 20
    for injection in injections(calls)[:RUNS]:
        assert rig.injected(injection, expected) == []
