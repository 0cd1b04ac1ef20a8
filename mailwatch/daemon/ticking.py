"""What the service waits for: ticks, and the order to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC
from queue import Empty, SimpleQueue
from types import FrameType

from mailwatch.daemon.telling import notify


class Stop:
    """Whether the service was told to stop, and the ticks that it waits for."""

    def __init__(self) -> None:
        self.told = False
        # The one queue that a signal handler may put into (its `put` is reentrant).
        self._ticks: SimpleQueue[None] = SimpleQueue()

    def tell(self, _number: int, _frame: FrameType | None) -> None:
        """Stop: what a signal does."""
        self.told = True
        self._ticks.put(None)

    def tick(self) -> None:
        """Wake whoever waits."""
        self._ticks.put(None)

    def wait(self, most: float) -> None:
        """Wait for a tick, `most` seconds at most; those that came meanwhile are one."""
        # The scheduler waits for an instant of the wall clock: one that is set back would have it wait for its old
        # time. The queue's own wait is by the monotonic clock.
        with suppress(Empty):
            self._ticks.get(timeout=most)
        while not self._ticks.empty():
            self._ticks.get()

    def goes_on(self) -> bool:
        """Asked between batches, also by a first look that takes hours: a sign of life."""
        notify("WATCHDOG=1")
        return not self.told


@contextmanager
def heeding(stop: Stop) -> Iterator[None]:
    """Let SIGTERM and SIGINT tell `stop`."""
    before = {
        number: signal.signal(number, stop.tell) for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, heeded in before.items():
            signal.signal(number, heeded)


@contextmanager
def ticking(stop: Stop, seconds: int) -> Iterator[None]:
    """Tick in UTC, where no hour is missing and none comes twice."""
    from apscheduler.schedulers.background import (  # type: ignore[import-untyped]  # it has no types
        BackgroundScheduler,
    )

    scheduler = BackgroundScheduler(timezone=UTC)
    # A machine that slept wakes up to one tick, however late.
    scheduler.add_job(
        stop.tick,
        "interval",
        seconds=seconds,
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown()
