"""What the fault tests share: one interpreter from which every life is forked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.house import memory
from tests.faults.lives import Launch, launcher


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    with launcher() as made:
        yield made


@pytest.fixture
def ram() -> Iterator[Path]:
    """A folder in memory where the system has one: hundreds of registers that sync are no work for a disk."""
    with memory() as folder:
        yield folder
