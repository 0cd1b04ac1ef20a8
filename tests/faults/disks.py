"""Small disks in memory that can be filled, or made read-only, where the system lets us mount one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.debian import without


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A mounted disk."""

    folder: Path

    def fill(self, leaving: int = 0) -> None:
        """Take all the room there is but for a few octets."""
        with (self.folder / "filler").open("wb", buffering=0) as filler:
            try:
                while True:
                    filler.write(bytes(4096))
            except OSError:
                room = filler.tell() - leaving
            filler.truncate(max(room, 0))

    def empty(self) -> None:
        (self.folder / "filler").unlink()

    def allow(self, mode: str) -> None:
        """Make it `ro` or `rw`."""
        _run("mount", "-o", f"remount,{mode}", str(self.folder))


@contextmanager
def disk(folder: Path, octets: int = 2_000_000) -> Iterator[Disk]:
    """Mount a disk of `octets` at `folder`; `without` it where this account may not."""
    folder.mkdir()
    try:
        _run("mount", "-t", "tmpfs", "-o", f"size={octets},mode=700", "tmpfs", str(folder))
    except (OSError, subprocess.CalledProcessError):
        without("tmpfs", f"it cannot be mounted by account {os.geteuid()}")
    try:
        yield Disk(folder=folder)
    finally:
        _run("umount", "-l", str(folder))


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)
