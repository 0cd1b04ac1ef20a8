"""What all tests share: how hypothesis searches, the demonstration, and real mail servers."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["tests.demos", "tests.servers.fixtures"]

# On a loaded machine a slow example says nothing. Continuous integration repeats the same examples, so
# that a change alone can break it; a developer's run goes on searching.
settings.register_profile("search", deadline=None)
settings.register_profile("repeat", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repeat" if os.environ.get("CI") else "search")
