"""One copy of each alert, whatever its server does and whenever its sender dies."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.faults.alerting import Alerting, Weather
from tests.faults.lives import Launch
from tests.servers.dovecot import Dovecot

RUNS = 3
"""`make soak` goes on to a thousand."""


def test_case_108_an_alert_is_in_the_mailbox_once_whatever_happened_on_its_way(
    dovecot: Dovecot, ram: Path, launch: Launch
) -> None:
    rig = Alerting(server=dovecot, folder=ram, launch=launch, draw=random.Random(108))

    for number in range(RUNS):
        assert rig.run(number) == []


@pytest.mark.parametrize(
    "weathers",
    [
        pytest.param([Weather(hangs_up="after")], id="107 taken, then the line is dropped"),
        pytest.param([Weather(hangs_up="RCPT")] * 2, id="107 dropped before it is taken"),
        pytest.param([Weather(answer="451 4.3.0 non")] * 3, id="106 refused for now, three times"),
        pytest.param([Weather(hangs_up="after")] * 3, id="108 every answer is lost"),
    ],
)
def test_an_alert_that_nobody_kills_is_in_the_mailbox_once(
    dovecot: Dovecot, ram: Path, launch: Launch, weathers: list[Weather]
) -> None:
    rig = Alerting(server=dovecot, folder=ram, launch=launch, draw=random.Random(1))

    assert rig.run_through(weathers) == []
