"""Worker processes that judge deliveries under limits: whatever a message does to one costs that message alone.

A worker is a fresh interpreter at the other end of a socket. It holds nothing of its parent but the judgement
it is given: no connection, no environment, no lock, and little memory however much the parent has loaded. It
ends when its parent does. What it answers is framed bytes, never a pickle: it has read hostile mail.

A batch that does not come back is tried again message by message, in a worker that is started for it and replaced
whenever it is lost. So only the message that ends a worker of its own is set aside, after two tries: neither one that
stood beside it, nor one whose worker was ended by something else, as when the machine is short of memory.

What only the model of names can tell is left to one more worker, the only one that loads it: with its 170 MB in each,
a service would not keep to what a small machine has.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import Self

from mailwatch.model import Delivery
from mailwatch.workers.process import LostError, Worker, started
from mailwatch.workers.serving import verdict_of
from mailwatch.workers.terms import (
    Judge,
    LeftError,
    Limits,
    Thorough,
    Verdict,
    leave,
    nothing,
    unread,
)
from mailwatch.workers.wire import framed

__all__ = ["Judge", "LeftError", "Limits", "Thorough", "Verdict", "Workers", "leave"]


class Workers:
    """A few processes that judge batches of deliveries at the same time; with none, the caller's own.

    Processes are started when there is something to judge. To be closed, or used as a context manager.
    """

    def __init__(
        self,
        judge: Judge,
        *,
        count: int | None = None,
        limits: Limits | None = None,
        thorough: Thorough | None = None,
    ) -> None:
        self.count = _cores() if count is None else count
        self._limits = limits or Limits()
        self._judge = judge
        self._thorough = thorough
        self._plain: _Pool | None = None
        self._learned: _Pool | None = None
        self._one = Lock()
        self._threads = ThreadPoolExecutor(max(1, self.count), "mailwatch-worker")

    def judge(self, batch: Sequence[Delivery]) -> Future[list[Verdict]]:
        """Have `batch` judged; a verdict for each delivery, in order.

        The future raises BusyError when the machine cannot start a worker.
        """
        if self.count:
            # Once, and here: what a thread takes for it is of no use to the others.
            self._plain = self._plain or _Pool(_brief(self._limits, self._judge), self._limits)
            return self._threads.submit(self._judged, batch, self._plain)
        done: Future[list[Verdict]] = Future()
        judge = self._thorough.judge if self._thorough else self._judge
        done.set_result([_settled(verdict_of(judge, one), one) for one in batch])
        return done

    def start(self) -> None:
        """Have the workers started, for whoever will soon have much to judge; what goes wrong is told then."""
        for _ in range(self.count):
            self.judge(())

    def rest(self) -> None:
        """End the worker that holds most, once it is idle; it is started again when it is needed."""
        with self._one:
            if self._learned is not None:
                self._learned.end()

    def close(self) -> None:
        """End the workers, after the batches that they have begun."""
        self._threads.shutdown(cancel_futures=True)
        for pool in (self._plain, self._learned):
            if pool is not None:
                pool.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _judged(self, batch: Sequence[Delivery], plain: _Pool) -> list[Verdict]:
        verdicts = plain.judged(batch)
        left = [at for at, verdict in enumerate(verdicts) if verdict is None]
        if left and self._thorough is not None:
            told = self._judged_thoroughly([batch[at] for at in left], self._thorough)
            for at, verdict in zip(left, told, strict=True):
                verdicts[at] = verdict
        return [_settled(found, one) for found, one in zip(verdicts, batch, strict=True)]

    def _judged_thoroughly(
        self, batch: Sequence[Delivery], thorough: Thorough
    ) -> list[Verdict | None]:
        # One at a time: a second worker would hold as much again.
        with self._one:
            if self._learned is None:
                limits = self._limits
                roomy = replace(limits, memory=limits.memory + limits.learned)
                brief = _brief(roomy, thorough.judge, thorough.load)
                self._learned = _Pool(brief, roomy)
            return self._learned.judged(batch)


class _Pool:
    """Workers of one brief: as many at most as there are threads that ask."""

    def __init__(self, brief: bytes, limits: Limits) -> None:
        self._brief = brief
        self._limits = limits
        self._idle: list[Worker] = []

    def end(self) -> None:
        """End the workers that have nothing to judge."""
        while self._idle:
            self._idle.pop().end()

    def judged(self, batch: Sequence[Delivery]) -> list[Verdict | None]:
        """Have a worker judge `batch`; None for what it leaves."""
        worker = self._ready_worker()
        try:
            verdicts = worker.ask(batch)
        except LostError:
            worker.kill()
            return self._one_by_one(batch)
        except BaseException:
            worker.kill()
            raise
        self._give_back(worker)
        return verdicts

    def _one_by_one(self, batch: Sequence[Delivery]) -> list[Verdict | None]:
        """Judge what was lost together: a message is to blame when it ends a worker that judges it alone."""
        verdicts: list[Verdict | None] = []
        worker = None
        for delivery in batch:
            worker = worker or started(self._brief, self._limits)
            try:
                verdicts += worker.ask([delivery])
            except LostError as lost:
                verdicts.append(unread(delivery, lost.reason))
                worker.kill()
                worker = None
            except BaseException:
                worker.kill()
                raise
        if worker is not None:
            self._give_back(worker)
        return verdicts

    def _give_back(self, worker: Worker) -> None:
        if worker.judged < self._limits.messages:
            self._idle.append(worker)
        else:
            worker.end()

    def _ready_worker(self) -> Worker:
        # At most `count` threads are here at once: whoever finds none idle may start one.
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.kill()  # somebody else did; no message is to blame
        return started(self._brief, self._limits)


def _brief(limits: Limits, judge: Judge, load: Callable[[], object] = nothing) -> bytes:
    """What a worker is told first: what it may take, how it judges, what it loads for that."""
    return framed(pickle.dumps((limits, judge, load)))


def _settled(found: Verdict | None, delivery: Delivery) -> Verdict:
    """The verdict, where there is nobody thorough to leave it to."""
    return unread(delivery, "erreur d’analyse (LeftError)") if found is None else found


def _cores() -> int:
    """Two at most: one more would only wait for the connection and the register."""
    return min(2, len(os.sched_getaffinity(0)))
