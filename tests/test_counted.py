"""Figures without requests are the figures of the requests, and a period reads what it touches alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.model import Fact, Grade, Indicators, Period
from mailwatch.register import Register
from tests.facts import at, desk, incoming
from tests.registers import MANNED, NOON, mailboxes, registered, take
from tests.test_sampling_register import filled

HERE = desk(MANNED)
TODAY = date(2026, 4, 20)
EVER = Period(from_on=None, to_on=None)
days = st.dates(date(2026, 3, 1), date(2026, 3, 22))


def figures(register: Register, period: Period) -> Indicators | None:
    """The same figures by the requests themselves."""
    found = register.audit(HERE, period, TODAY)
    return found.indicators if found.requests else None


@settings(max_examples=20, deadline=None)
@given(mailboxes(), days, days)
def test_figures_alone_are_those_of_the_report_for_any_mail_and_any_period(
    facts: list[Fact], one: date, other: date
) -> None:
    period = Period(from_on=min(one, other), to_on=max(one, other))
    with TemporaryDirectory() as folder, registered(Path(folder) / "state") as register:
        take(register, facts)
        register.decide(HERE, NOON)

        for asked in (
            period,
            EVER,
            Period(from_on=None, to_on=one),
            Period(from_on=one, to_on=None),
        ):
            assert register.indicators(HERE, asked, TODAY) == figures(register, asked)


def test_there_are_no_figures_of_a_period_without_requests(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)

        found = register.indicators(HERE, EVER, TODAY)
        assert found is not None
        assert found.grades[Grade.C] == 8
        assert (
            register.indicators(HERE, Period(from_on=date(2027, 1, 1), to_on=None), TODAY) is None
        )


@pytest.mark.parametrize(
    "words",
    ['"received_on":"2026-04-01"', '\\"received_on\\":\\"2026-04-01\\"', "received_on: 2026-04-01", "\udce9"],
)  # fmt: skip
def test_no_text_makes_a_request_of_another_period(tmp_path: Path, words: str) -> None:
    """A hostile identifier may hold whatever a decision is told by."""
    asked = incoming("2026-03-02 09:12", file="inbox/1.eml")
    asked = replace(asked, message_id=f"<{words}@x.example>")
    with registered(tmp_path / "state") as register:
        take(register, [asked], at=at("2026-03-20 08:00"))
        register.decide(HERE, NOON)
        april = Period(from_on=date(2026, 4, 1), to_on=date(2026, 4, 30))
        march = Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))

        assert register.indicators(HERE, april, TODAY) is None
        assert register.audit(HERE, april, TODAY).requests == ()
        assert len(register.audit(HERE, march, TODAY).requests) == 1
