"""Worker processes that judge deliveries under limits: whatever a message does to one costs that message alone.

A worker is a fresh interpreter at the other end of a socket. It holds nothing of its parent but the judgement
it is given: no connection, no environment, no lock, and little memory however much the parent has loaded. It
ends when its parent does. What it answers is framed bytes, never a pickle: it has read hostile mail.

A batch that does not come back is tried again message by message, in a worker that is started for it and replaced
whenever it is lost. So only the message that ends a worker of its own is set aside, after two tries: neither one that
stood beside it, nor one whose worker was ended by something else, as when the machine is short of memory.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import BinaryIO, Self, TypeAlias

from mailwatch.errors import BusyError, refusal
from mailwatch.model import Delivery, Unreadable

Verdict: TypeAlias = bytes | Unreadable
"""A fact as the register keeps it, or why there is none."""
Judge: TypeAlias = Callable[[Delivery], Verdict]
"""It goes to the workers as a pickle, with all that it judges by."""

_MIB = 1024 * 1024
_START_SECONDS = 60.0
_END_SECONDS = 5.0
_GARBAGE = 20_000
"""Objects more than before among which a worker looks for garbage: a few messages'."""
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
"""The rest may hold secrets of the parent's."""

_LENGTH = struct.Struct("<Q")
_VERDICT = struct.Struct("<?I")
"""Is it a fact, and how many octets follow."""
_READY, _FAILED = b"+", b"-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one worker may take."""

    seconds: float = 20.0
    """Processor time of one message."""
    patience: float = 3.0
    """How many times longer than that a batch may take, on a machine that has other work."""
    memory: int = 256 * _MIB
    """Octets of its own; the largest message takes half."""
    messages: int = 50_000
    """After so many the worker is replaced, with all that piled up in it; to start one costs as much as 300."""


class Workers:
    """A few processes that judge batches of deliveries at the same time; with none, the caller's own.

    Processes are started when there is something to judge. To be closed, or used as a context manager.
    """

    def __init__(
        self, judge: Judge, *, count: int | None = None, limits: Limits | None = None
    ) -> None:
        self.count = _cores() if count is None else count
        self._limits = limits or Limits()
        self._judge = judge
        self._brief: bytes | None = None
        self._idle: list[_Worker] = []
        self._threads = ThreadPoolExecutor(max(1, self.count), "mailwatch-worker")

    def judge(self, batch: Sequence[Delivery]) -> Future[list[Verdict]]:
        """Have `batch` judged; a verdict for each delivery, in order.

        The future raises BusyError when the machine cannot start a worker.
        """
        if self.count:
            # Once, and here: what a thread takes for it is of no use to the others.
            self._brief = self._brief or _framed(pickle.dumps((self._limits, self._judge)))
            return self._threads.submit(self._judged, batch, self._brief)
        done: Future[list[Verdict]] = Future()
        done.set_result([_verdict(self._judge, delivery) for delivery in batch])
        return done

    def start(self) -> None:
        """Have the workers started, for whoever will soon have much to judge; what goes wrong is told then."""
        for _ in range(self.count):
            self.judge(())

    def close(self) -> None:
        """End the workers, after the batches that they have begun."""
        self._threads.shutdown(cancel_futures=True)
        while self._idle:
            self._idle.pop().end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _judged(self, batch: Sequence[Delivery], brief: bytes) -> list[Verdict]:
        worker = self._ready_worker(brief)
        try:
            verdicts = worker.ask(batch)
        except _LostError:
            worker.kill()
            return self._one_by_one(batch, brief)
        except BaseException:
            worker.kill()
            raise
        self._give_back(worker)
        return verdicts

    def _one_by_one(self, batch: Sequence[Delivery], brief: bytes) -> list[Verdict]:
        """Judge what was lost together: a message is to blame when it ends a worker that judges it alone."""
        verdicts: list[Verdict] = []
        worker = None
        for delivery in batch:
            worker = worker or _started(brief, self._limits)
            try:
                verdicts += worker.ask([delivery])
            except _LostError as lost:
                verdicts.append(_unread(delivery, lost.reason))
                worker.kill()
                worker = None
            except BaseException:
                worker.kill()
                raise
        if worker is not None:
            self._give_back(worker)
        return verdicts

    def _give_back(self, worker: _Worker) -> None:
        if worker.judged < self._limits.messages:
            self._idle.append(worker)
        else:
            worker.end()

    def _ready_worker(self, brief: bytes) -> _Worker:
        # At most `count` threads are here at once: whoever finds none idle may start one.
        while self._idle:
            worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.kill()  # somebody else did; no message is to blame
        return _started(brief, self._limits)


def _cores() -> int:
    """Two at most: one more would only wait for the connection and the register."""
    return min(2, len(os.sched_getaffinity(0)))


def _unread(delivery: Delivery, reason: str) -> Unreadable:
    return Unreadable(file=delivery.file, role=delivery.role, reason=reason)


def _verdict(judge: Judge, delivery: Delivery) -> Verdict:
    try:
        return judge(delivery)
    except MemoryError:
        return _unread(delivery, "mémoire insuffisante pour analyser ce message")
    except Exception as fault:  # noqa: BLE001  # whatever hostile bytes make the core do is a verdict
        # The words of the fault may quote the message; its name cannot.
        return _unread(delivery, f"erreur d’analyse ({type(fault).__name__})")


# --- the parent's end -----------------------------------------------------------------------------


class _LostError(Exception):
    """A worker ended, or had to be ended, before it answered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True, kw_only=True)
class _Worker:
    """One process and the socket to it."""

    process: subprocess.Popen[bytes]
    wire: socket.socket
    answers: BinaryIO
    limits: Limits
    judged: int = field(default=0)

    def ask(self, batch: Sequence[Delivery]) -> list[Verdict]:
        """Have the process judge `batch`; raise _LostError when it does not."""
        self.judged += len(batch)
        try:
            self.wire.settimeout(self.limits.seconds * self.limits.patience)
            for part in _written_batch(batch):
                self.wire.sendall(part)
            return [_read_verdict(self.answers, delivery) for delivery in batch]
        except TimeoutError:
            raise _LostError("analyse trop longue, arrêtée") from None
        except (OSError, EOFError):
            raise _LostError(self._last_words()) from None

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


def _started(brief: bytes, limits: Limits) -> _Worker:
    """Start a worker, brief it and wait until it is ready; raise BusyError when it never is."""
    try:
        worker = _spawned(limits)
    except OSError as fault:
        raise _cannot_start(refusal(fault)) from None
    reason = ""
    try:
        worker.wire.settimeout(_START_SECONDS)
        worker.wire.sendall(brief)
        if _exactly(worker.answers, 1) == _READY:
            return worker
        reason = worker.answers.read().decode()
    except (OSError, EOFError) as fault:
        reason = type(fault).__name__
    worker.kill()
    raise _cannot_start(reason)


def _spawned(limits: Limits) -> _Worker:
    ours, theirs = socket.socketpair()
    paths = [os.path.abspath(path) for path in sys.path]  # noqa: PTH100  # `sys.path` is strings
    program = f"import sys; sys.path[:] = {paths!r}; from mailwatch.workers import serve; serve()"
    try:
        with theirs:
            # Executed, not forked: a process with threads cannot be forked safely, and would be heavy.
            process = subprocess.Popen(  # noqa: S603  # our own interpreter, our own program
                [sys.executable, "-I", "-c", program],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a traceback would quote mail
                env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
            )
    except OSError:
        ours.close()
        raise
    answers = ours.makefile("rb")
    return _Worker(process=process, wire=ours, answers=answers, limits=limits)


def _cannot_start(reason: str | None) -> BusyError:
    return BusyError(
        "les processus d’analyse ne démarrent pas ({reason}) ; il manque peut-être de la mémoire, "
        "ou le compte a trop de processus",
        reason=reason or "sans explication",
    )


# --- what goes over the wire ----------------------------------------------------------------------


def _framed(content: bytes) -> bytes:
    return _LENGTH.pack(len(content)) + content


def _exactly(source: BinaryIO, length: int) -> bytes:
    content = source.read(length)
    if len(content) < length:
        raise EOFError
    return content


def _read_frame(source: BinaryIO) -> bytes:
    (length,) = _LENGTH.unpack(_exactly(source, _LENGTH.size))
    return _exactly(source, length)


def _written_batch(batch: Sequence[Delivery]) -> Iterator[bytes]:
    """What tells of the deliveries, then their bytes as they are, which may be many."""
    yield _framed(pickle.dumps([replace(delivery, raw=b"") for delivery in batch]))
    for delivery in batch:
        yield _LENGTH.pack(len(delivery.raw))
        yield delivery.raw


def _read_batch(source: BinaryIO) -> Iterator[Delivery]:
    # What a worker answers is never unpickled.
    for delivery in pickle.loads(_read_frame(source)):  # noqa: S301  # our parent's own
        yield replace(delivery, raw=_read_frame(source))


def _written_verdict(verdict: Verdict) -> bytes:
    is_fact = isinstance(verdict, bytes)
    content = verdict if isinstance(verdict, bytes) else verdict.reason.encode("utf-8", "replace")
    return _VERDICT.pack(is_fact, len(content)) + content


def _read_verdict(source: BinaryIO, delivery: Delivery) -> Verdict:
    is_fact, length = _VERDICT.unpack(_exactly(source, _VERDICT.size))
    content = _exactly(source, length)
    return content if is_fact else _unread(delivery, content.decode("utf-8", "replace"))


# --- the worker's end -----------------------------------------------------------------------------


def serve() -> None:
    """Be a worker: judge what comes on standard input until it ends, as it does when the parent is gone."""
    # A terminal and systemd send these to the whole group; the parent alone decides when a worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as wire, wire.makefile("rb") as asked:
        try:
            limits, judge = pickle.loads(_read_frame(asked))  # noqa: S301  # our parent's own
        except BaseException as fault:
            wire.sendall(_FAILED + type(fault).__name__.encode())
            raise
        _confine(limits)
        wire.sendall(_READY)
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _judge_all(wire, asked, judge, limits)


def _judge_all(wire: socket.socket, asked: BinaryIO, judge: Judge, limits: Limits) -> None:
    while True:
        answers = []
        for delivery in list(_read_batch(asked)):
            # The kernel ends us when the time is used up, also when the parent is no more.
            signal.setitimer(signal.ITIMER_PROF, limits.seconds)
            answers.append(_written_verdict(_verdict(judge, delivery)))
        signal.setitimer(signal.ITIMER_PROF, 0)
        wire.sendall(b"".join(answers))


def _confine(limits: Limits) -> None:
    """Take what the judge does not need: memory without end, files to write, processes, a core dump of mail."""
    bounds = {
        resource.RLIMIT_DATA: limits.memory,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    for bound, most in bounds.items():
        with suppress(OSError, ValueError):  # the machine's own bound is lower, or it knows none
            resource.setrlimit(bound, (most, most))
    # Nothing of what is loaded now will ever be garbage, and hardly anything is that a message leaves.
    gc.freeze()
    gc.set_threshold(_GARBAGE)
