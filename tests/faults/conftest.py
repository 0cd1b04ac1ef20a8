"""What the fault tests share: one interpreter from which every life is forked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.lives import Launch, launcher


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    with launcher() as made:
        yield made
