"""Everything that reads what others wrote takes any bytes: `make fuzz` goes on to millions."""

from __future__ import annotations

import pytest

from tests.faults.fuzzing import SECONDS, TARGETS, fuzzed

RUNS = 200


@pytest.mark.no_cover
@pytest.mark.parametrize("name", TARGETS)
def test_a_reader_takes_any_bytes_in_little_time(name: str) -> None:
    found = fuzzed(name, RUNS, seed=20)

    assert found.crashes == []
    assert found.slowest < SECONDS * 5


@pytest.mark.parametrize("name", TARGETS)
def test_what_is_begun_from_is_read(name: str) -> None:
    """A target whose seeds are refused at once would never be reached."""
    seeds = TARGETS[name].seeds()

    assert seeds
    for seed in seeds:
        TARGETS[name].read(seed)
