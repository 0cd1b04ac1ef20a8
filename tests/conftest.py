"""What all tests share: third-party corpora when there are some, and how hypothesis searches."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# On a loaded machine a slow example says nothing. Continuous integration repeats the same examples, so
# that a change alone can break it; a developer's run goes on searching.
settings.register_profile("search", deadline=None)
settings.register_profile("repeat", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repeat" if os.environ.get("CI") else "search")


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of third-party corpora that `MAILWATCH_CORPORA` names; skip without one."""
    folder = os.environ.get("MAILWATCH_CORPORA")
    if not folder:
        pytest.skip("MAILWATCH_CORPORA names no folder of corpora")
    return Path(folder)
