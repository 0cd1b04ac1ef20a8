"""A period by its name: year, half, quarter, month."""

from __future__ import annotations

from datetime import date

import pytest

from mailwatch.errors import UsageError
from mailwatch.model import Period
from mailwatch.periods import before, named, quarter_of


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026", "2026-01-01", "2026-12-31"),
        ("2026-S1", "2026-01-01", "2026-06-30"),
        ("2026-S2", "2026-07-01", "2026-12-31"),
        ("2026-T1", "2026-01-01", "2026-03-31"),
        ("2026-t2", "2026-04-01", "2026-06-30"),
        ("2026-Q4", "2026-10-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2026-02", "2026-02-01", "2026-02-28"),
        ("9999-12", "9999-12-01", "9999-12-31"),
        (" 2026-12 ", "2026-12-01", "2026-12-31"),
        ("2026-01-15/2026-02-20", "2026-01-15", "2026-02-20"),
        ("2026-03-03/2026-03-03", "2026-03-03", "2026-03-03"),
    ],
)
def test_a_period_is_named_as_people_write_it(words: str, first: str, last: str) -> None:
    period = named(words)

    assert (str(period.from_on), str(period.to_on)) == (first, last)


@pytest.mark.parametrize(
    "words",
    ["", "2026-T5", "2026-13", "T1", "26-T1", "2026-S3", "0000", "hier", "2026-02-30/2026-03-01"],
)
def test_another_word_is_refused_with_what_is_expected(words: str) -> None:
    with pytest.raises(UsageError, match="2026-T1"):
        named(words)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), "2026-01-01", "2026-03-31"),
        (date(2026, 6, 30), "2026-04-01", "2026-06-30"),
        (date(2026, 11, 24), "2026-10-01", "2026-12-31"),
    ],
)
def test_a_day_is_in_one_quarter(day: date, first: str, last: str) -> None:
    period = quarter_of(day)

    assert (str(period.from_on), str(period.to_on)) == (first, last)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(UsageError, match="échangez ses deux dates"):
        named("2026-02-20/2026-01-15")


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("2026-T1", "2025-10-01", "2025-12-31"),
        ("2026-03", "2026-02-01", "2026-02-28"),
        ("2026", "2025-01-01", "2025-12-31"),
        ("2026-03-10/2026-03-19", "2026-02-28", "2026-03-09"),
    ],
)
def test_the_period_before_is_as_long_and_ends_the_day_before(
    words: str, first: str, last: str
) -> None:
    found = before(named(words))

    assert found == Period(from_on=date.fromisoformat(first), to_on=date.fromisoformat(last))


@pytest.mark.parametrize("words", ["0001-01", "0001-02", "0001-01-01/0001-01-10"])
def test_nothing_is_before_the_first_year(words: str) -> None:
    assert before(named(words)) is None


def test_nothing_is_before_a_period_without_bounds() -> None:
    assert before(Period(from_on=None, to_on=date(2026, 1, 1))) is None
