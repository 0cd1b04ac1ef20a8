"""What all tests share: how hypothesis searches, where files go, the demonstration, and real mail servers."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = ["tests.demos", "tests.servers.fixtures"]

# On a loaded machine a slow example says nothing. Continuous integration repeats the same examples, so
# that a change alone can break it; a developer's run goes on searching.
settings.register_profile("search", deadline=None)
settings.register_profile("repeat", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("repeat" if os.environ.get("CI") else "search")

_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30
"""Octets free in memory, of which a whole run takes a tenth."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep temporary files in memory where there is room; a `TMPDIR` that is set is followed, and left as it is.

    Thousands of registers sync at each commit, and no test can cut the power to see what of it reached a disk.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free < _ROOM:
        return
    folder = Path(tempfile.mkdtemp(dir=_MEMORY, prefix="mailwatch-"))
    # Mail servers run as nobody.
    folder.chmod(0o711)
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave random examples out of the coverage: a branch that they alone reach is missed on another day.

    Nor need they bear the tracer, which doubles what they cost.
    """
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("no_cover")
