"""Which process has a state folder, asked of the kernel: the lock of a process that died holds nobody."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

LOCK = "lock"
"""Its content is the holder's process number, for a person; what holds is the lock."""


def holder(state: Path) -> int | None:
    """The number of the process that holds `state`, 0 when it is not known; None when nobody does."""
    try:
        lock = os.open(state / LOCK, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        number = os.pread(lock, 20, 0).strip()
        return int(number) if number.isdigit() else 0
    except OSError:
        return None
    finally:
        os.close(lock)
    return None
