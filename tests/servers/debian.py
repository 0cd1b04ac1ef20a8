"""Programs of Debian that this system lacks, unpacked below the repository; and what to do when they cannot be had."""

from __future__ import annotations

import os
import shutil
import subprocess
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path(__file__).parent.parent.parent / ".cache"


def fetched(name: str, *packages: str) -> Path:
    """Unpack `packages` once, for good, and give their root; skip or fail as `without` does."""
    folder = CACHE / name
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as lock:
        # Whoever comes second finds what the first one fetched.
        flock(lock, LOCK_EX)
        if not (folder / "root").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _fetch(name, folder, packages)
    return folder / "root"


def _fetch(name: str, folder: Path, packages: tuple[str, ...]) -> None:
    script = Path(__file__).with_name("fetch_debian.sh")
    try:
        done = subprocess.run(
            [script, folder, *packages], capture_output=True, text=True, check=False, timeout=100
        )
    except subprocess.TimeoutExpired:
        without(name, "it could not be fetched in time")
    if done.returncode:
        without(name, f"it could not be fetched: {done.stderr.strip()}")


def without(name: str, reason: str) -> NoReturn:
    """Skip what needs `name`, or fail where MAILWATCH_REQUIRE says that it must be had."""
    if name in os.environ.get("MAILWATCH_REQUIRE", "").split(","):
        pytest.fail(f"no {name}: {reason}")
    pytest.skip(f"no {name}: {reason}")
