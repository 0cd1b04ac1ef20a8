"""A worker as it is itself: confined, it judges what comes until nothing does any more."""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import socket
from contextlib import suppress
from typing import BinaryIO

from mailwatch.model import Delivery
from mailwatch.workers.terms import Judge, LeftError, Limits, Verdict, unread
from mailwatch.workers.wire import FAILED, READY, read_batch, read_frame, written_verdict

_GARBAGE = 20_000
"""Objects more than before among which a worker looks for garbage: a few messages'."""


def serve() -> None:
    """Be a worker: judge what comes on standard input until it ends, as it does when the parent is gone."""
    # A terminal and systemd send these to the whole group; the parent alone decides when a worker ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as wire, wire.makefile("rb") as asked:
        try:
            limits, judge, load = pickle.loads(read_frame(asked))  # noqa: S301  # our parent's own
            load()
        except BaseException as fault:
            wire.sendall(FAILED + type(fault).__name__.encode())
            raise
        _confine(limits)
        wire.sendall(READY)
        with suppress(EOFError, BrokenPipeError, ConnectionResetError):
            _judge_all(wire, asked, judge, limits)


def _judge_all(wire: socket.socket, asked: BinaryIO, judge: Judge, limits: Limits) -> None:
    while True:
        answers = []
        for delivery in list(read_batch(asked)):
            # The kernel ends us when the time is used up, also when the parent is no more.
            signal.setitimer(signal.ITIMER_PROF, limits.seconds)
            answers.append(written_verdict(verdict_of(judge, delivery)))
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


def verdict_of(judge: Judge, delivery: Delivery) -> Verdict | None:
    """Have `judge` judge a delivery, whatever that does to it; None when it leaves it to the thorough one."""
    try:
        return judge(delivery)
    except LeftError:
        return None
    except MemoryError:
        return unread(delivery, "mémoire insuffisante pour analyser ce message")
    except Exception as fault:  # noqa: BLE001  # whatever hostile bytes make the core do is a verdict
        # The words of the fault may quote the message; its name cannot.
        return unread(delivery, f"erreur d’analyse ({type(fault).__name__})")
