"""One worker as its parent has it: started, asked, ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from mailwatch.errors import BusyError, refusal
from mailwatch.model import Delivery
from mailwatch.workers.terms import Limits, Verdict
from mailwatch.workers.wire import READY, exactly, read_verdict, written_batch

_START_SECONDS = 120.0
"""The thorough judge loads much, on a machine that may be slow and busy."""
_END_SECONDS = 5.0
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""The rest may hold secrets of the parent's."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""A worker may start none, and each one would hold memory of its own."""


class LostError(Exception):
    """A worker ended, or had to be ended, before it answered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, kw_only=True)
class Worker:
    """One process and the socket to it."""

    process: subprocess.Popen[bytes]
    wire: socket.socket
    answers: BinaryIO
    limits: Limits
    judged: int = field(default=0)

    def ask(self, batch: Sequence[Delivery]) -> list[Verdict | None]:
        """Have the process judge `batch`, None for what it leaves; raise LostError when it does not."""
        self.judged += len(batch)
        try:
            self.wire.settimeout(self.limits.seconds * self.limits.patience)
            for part in written_batch(batch):
                self.wire.sendall(part)
            return [read_verdict(self.answers, delivery) for delivery in batch]
        except TimeoutError:
            raise LostError("analyse trop longue, arrêtée") from None
        except (OSError, EOFError):
            raise LostError(self._last_words()) from None

    def _last_words(self) -> str:
        try:
            code = self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            return "analyse interrompue"
        if code == -signal.SIGPROF:
            return f"analyse arrêtée après {self.limits.seconds:g} s de calcul"
        return f"analyse interrompue ({f'signal {-code}' if code < 0 else f'code {code}'})"

    def end(self) -> None:
        """Let the process see the end of its input."""
        self._hang_up()
        try:
            self.process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        self._hang_up()
        self.process.wait()

    def _hang_up(self) -> None:
        self.answers.close()
        self.wire.close()


def started(brief: bytes, limits: Limits) -> Worker:
    """Start a worker, brief it and wait until it is ready; raise BusyError when it never is."""
    try:
        worker = _spawned(limits)
    except OSError as fault:
        raise _cannot_start(refusal(fault)) from None
    reason = ""
    try:
        worker.wire.settimeout(_START_SECONDS)
        worker.wire.sendall(brief)
        if exactly(worker.answers, 1) == READY:
            return worker
        reason = worker.answers.read().decode()
    except (OSError, EOFError) as fault:
        reason = type(fault).__name__
    worker.kill()
    raise _cannot_start(reason)


def _spawned(limits: Limits) -> Worker:
    ours, theirs = socket.socketpair()
    paths = [os.path.abspath(path) for path in sys.path]  # noqa: PTH100  # `sys.path` is strings
    program = (
        f"import sys; sys.path[:] = {paths!r}; from mailwatch.workers.serving import serve; serve()"
    )
    try:
        with theirs:
            # Executed, not forked: a process with threads cannot be forked safely, and would be heavy.
            process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own program
                [sys.executable, "-I", "-c", program],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a traceback would quote mail
                env=_environment(),
            )
    except OSError:
        ours.close()
        raise
    answers = ours.makefile("rb")
    return Worker(process=process, wire=ours, answers=answers, limits=limits)


def _environment() -> dict[str, str]:
    return _ONE_THREAD | {n: os.environ[n] for n in _KEPT_ENVIRONMENT if n in os.environ}


def _cannot_start(reason: str | None) -> BusyError:
    return BusyError(
        "les processus d’analyse ne démarrent pas ({reason}) ; il manque peut-être de la mémoire, "
        "ou le compte a trop de processus",
        reason=reason or "sans explication",
    )
