"""Processes measured from outside, and figures against their bounds."""

from __future__ import annotations

import os
import platform
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO

_EVERY = 0.05
"""Seconds between two looks at the memory of a tree of processes."""
_SHARES_EVERY = 10
"""Looks between two that also add up shares, for which the system counts every page."""


RSS_UNIT = 1 if platform.system() == "Darwin" else 1024
"""Octets in which the system tells a peak."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process: wall and CPU time in seconds, peak memory and what it printed in MB."""

    wall: float
    cpu: float
    """Its own and that of the children it waited for."""
    peak: float
    printed: float


@dataclass(slots=True, kw_only=True)
class Tree:
    """The memory of a process and all its descendants while they run, at its peak, in MB."""

    resident: float = 0.0
    """Sum of what each living process had resident at its own peak: no less than the tree ever had."""
    share: float = 0.0
    """The same memory, what is shared counted once (PSS), looked at from time to time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured figure and the bound it must keep."""

    title: str
    value: float
    bound: float
    shown: str

    @property
    def kept(self) -> bool:
        """Say whether the bound is kept."""
        return self.value <= self.bound


def missing(title: str, bound: float, reason: str) -> Figure:
    """A figure that could not be measured keeps no bound."""
    return Figure(title=title, value=float("inf"), bound=bound, shown=f"non mesuré ({reason})")


def measure(
    command: Sequence[str], out: IO[bytes], accepted: Sequence[int] = (0,), tree: Tree | None = None
) -> Run:
    """Run `command` with its output to `out`; raise SystemExit when it fails."""
    out.seek(0)
    out.truncate()
    began = time.perf_counter()
    child = os.posix_spawn(
        command[0],
        list(command),
        os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, out.fileno(), 1)],
    )
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(child, tree, ended))
    if tree is not None:
        watcher.start()
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - began
    ended.set()
    if tree is not None:
        watcher.join()
    code = os.waitstatus_to_exitcode(status)
    if code not in accepted:
        raise SystemExit(f"« {' '.join(command[:3])} … » s’est terminé avec le code {code}.")
    return Run(
        wall=wall,
        cpu=usage.ru_utime + usage.ru_stime,
        peak=usage.ru_maxrss * RSS_UNIT / 1e6,
        printed=os.fstat(out.fileno()).st_size / 1e6,
    )


def measure_in_turn(
    commands: Sequence[Sequence[str]], rounds: int, accepted: Sequence[int] = (0,)
) -> list[list[Run]]:
    """Measure the commands one after the other, `rounds` times: what disturbs one disturbs all."""
    runs: list[list[Run]] = [[] for _ in commands]
    with tempfile.TemporaryFile() as out:
        for _ in range(rounds):
            for command, taken in zip(commands, runs, strict=True):
                taken.append(measure(command, out, accepted))
    return runs


def ratio(runs: Sequence[Run], base: Sequence[Run]) -> tuple[float, str]:
    """The ratio of the median times, with the least and the greatest of the rounds."""
    rounds = [run.wall / other.wall for run, other in zip(runs, base, strict=True)]
    value = median(run.wall for run in runs) / median(other.wall for other in base)
    cpu = median(run.cpu for run in runs) / median(other.cpu for other in base)
    return value, f"{value:.2f} fois ({min(rounds):.2f} à {max(rounds):.2f} ; processeur {cpu:.2f})"


# --- memory of a tree -----------------------------------------------------------------------------


def _watch(root: int, tree: Tree, ended: threading.Event) -> None:
    looks = 0
    while not ended.wait(_EVERY):
        living = tuple(_descent(root))
        tree.resident = max(tree.resident, sum(_read(pid, "status", "VmHWM") for pid in living))
        if looks % _SHARES_EVERY == 0:
            share = sum(_read(pid, "smaps_rollup", "Pss") for pid in living)
            tree.share = max(tree.share, share)
        looks += 1


def _descent(pid: int) -> Iterator[int]:
    """The process and all that it, or one of its threads, started."""
    yield pid
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = listed.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _descent(int(child))


def _read(pid: int, file: str, name: str) -> float:
    """One line of what the system tells of a process, in MB; 0 when it has just ended."""
    try:
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0
