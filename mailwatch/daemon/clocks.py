"""The machine's clocks held against each other: a wall clock that is set, a machine that sleeps, are noticed.

CLOCK_MONOTONIC counts while the machine is awake, CLOCK_BOOTTIME while it sleeps too (clock_gettime(2)). Nobody can
set them, and what slews the wall clock (adjtimex(2)) slews them as much: the wall clock says otherwise only when it
was set. All is reckoned in UTC, where no hour is missing and none comes twice.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from mailwatch.errors import Remark

ASLEEP = "asleep"
"""What the journal calls a time in which the machine slept."""
TOLERANCE = timedelta(seconds=10)
"""What is not told: a leap second, the first correction of a clock that was nearly right."""
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Timers:
    """What a machine counts by itself, in seconds."""

    boot: str
    """Which of its starts it counts from; empty when nobody tells."""
    awake: float
    elapsed: float
    """Sleep included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All clocks at one moment."""

    wall: datetime
    timers: Timers

    @property
    def booted_at(self) -> datetime:
        """When the machine started, by its wall clock of now: setting the clock moves it, nothing else does."""
        return self.wall - timedelta(seconds=self.timers.elapsed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """The wall clock was set: forward, or back when `seconds` is negative."""

    seconds: int
    at_least: bool = False
    """All that is known is that it is behind what was written before."""

    @property
    def words(self) -> Remark:
        """Say so."""
        if self.at_least:
            return Remark(
                "l’horloge de la machine est en retard d’au moins {seconds} s sur ce qui est déjà inscrit au journal",
                seconds=-self.seconds,
            )
        if self.seconds > 0:
            return Remark("l’horloge de la machine a avancé de {seconds} s", seconds=self.seconds)
        return Remark("l’horloge de la machine a reculé de {seconds} s", seconds=-self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sleep:
    """The machine was suspended, and its clock knows it."""

    seconds: int

    @property
    def words(self) -> Remark:
        """Say so."""
        return Remark("la machine a été suspendue pendant {seconds} s", seconds=self.seconds)


def timers_of_this_machine() -> Timers:
    """Ask the kernel."""
    awake = time.monotonic()
    # Linux alone tells sleep apart.
    kind = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return Timers(boot=_boot(), awake=awake, elapsed=time.clock_gettime(kind))


def _boot() -> str:
    """Which start of the machine this is (random(4)); empty where nobody tells.

    The unit says so itself (`%b`): it keeps all of /proc but processes from the service.
    """
    told = os.environ.get("MAILWATCH_BOOT_ID", "")
    with suppress(OSError):
        told = told or Path("/proc/sys/kernel/random/boot_id").read_text("ascii", "replace")
    return sha256(told.strip().replace("-", "").encode()).hexdigest()[:16] if told else ""


def reading(now: Callable[[], datetime], timers: Callable[[], Timers]) -> Reading:
    """Read all clocks at one moment: a process that is halted between two of them reads them again."""
    before = timers()
    for _ in range(_TRIES):
        wall, after = now().astimezone(UTC), timers()
        if after.elapsed - before.elapsed < 1:
            break
        before = after
    return Reading(wall=wall, timers=after)


def compared(before: Reading, after: Reading) -> Iterator[Jump | Sleep]:
    """Say what happened to the clocks between two readings of one start of the machine; of two, nothing is known."""
    if before.timers.boot != after.timers.boot:
        return
    step = after.booted_at - before.booted_at
    if abs(step) >= TOLERANCE:
        yield Jump(seconds=round(step.total_seconds()))
    slept = (after.timers.elapsed - before.timers.elapsed) - (
        after.timers.awake - before.timers.awake
    )
    if slept >= TOLERANCE.total_seconds():
        yield Sleep(seconds=round(slept))


# --- what the journal remembers -------------------------------------------------------------------


def told(found: Reading) -> dict[str, str]:
    """Give what a line of the journal keeps of a reading, for whoever comes after this process."""
    booted_at = found.booted_at.isoformat(timespec="seconds")
    return {"boot": found.timers.boot, "booted_at": booted_at}


def since_journalled(lines: Mapping[str, object], now: Reading) -> Jump | None:
    """Compare with a line that `told` went into, whose process is gone; None when the clock holds.

    Of another start of the machine only the line's own instant is left: time does not go back.
    """
    at, booted_at = _instant(lines.get("at")), _instant(lines.get("booted_at"))
    if booted_at and lines.get("boot") == now.timers.boot != "":
        before = replace(now, wall=booted_at + timedelta(seconds=now.timers.elapsed))
        found = next(compared(before, now), None)
        return found if isinstance(found, Jump) else None
    if at and at - now.wall >= TOLERANCE:
        return Jump(seconds=round((now.wall - at).total_seconds()), at_least=True)
    return None


def _instant(value: object) -> datetime | None:
    """An aware instant that the journal holds."""
    with suppress(TypeError, ValueError):
        found = datetime.fromisoformat(str(value))
        return found if found.tzinfo else None
    return None
