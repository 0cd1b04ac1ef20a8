"""What all tests share: how hypothesis searches, where files go, the demonstration, and real mail servers."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
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
    # Short, since the path of a socket holds a hundred characters.
    folder = _held(Path(tempfile.mkdtemp(dir=_MEMORY, prefix="new-mw-")))
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))
    _sweep()


def _held(folder: Path) -> Path:
    """Lock a folder for as long as this run lives, and give it the name by which it is swept when it does not."""
    fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_EX)
    # Mail servers run as nobody.
    folder.chmod(0o711)
    return folder.rename(_MEMORY / folder.name.removeprefix("new-"))


def _sweep() -> None:
    """Remove what runs left that were killed: memory is dearer than a disk."""
    for folder in _MEMORY.glob("mw-*"):
        with suppress(OSError):
            found = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(found, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(found)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave random examples out of the coverage: a branch that they alone reach is missed on another day.

    Nor need they bear the tracer, which doubles what they cost.
    """
    if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
        item.add_marker("no_cover")
