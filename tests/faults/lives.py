"""The service in a process of its own that starts in a hundredth of a second and may be killed at any moment.

    with launcher() as launch:
        life = launch(serve, site, KEY)
        life.tells("start")
        life.kill()

One interpreter loads everything and forks at each call: what a life does is `mailwatch run` itself, without the
second that Python needs to load it.
"""

from __future__ import annotations

import json
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NoReturn, TextIO

import apscheduler.schedulers.background  # type: ignore[import-untyped]  # noqa: F401  # loaded for the lives

from mailwatch import daemon
from mailwatch.analysis import sealed
from mailwatch.errors import MailwatchError
from mailwatch.model import Delivery, Role
from mailwatch.site import Site
from tests.bureau import DESK, NOON
from tests.facts import JURA
from tests.registers import KEY, laid

ROOT = Path(__file__).parent.parent.parent
CRASHED = 70
"""EX_SOFTWARE: an exception that nobody caught."""
_PIECE = 1 << 20

Task = Callable[[TextIO], int]


@dataclass(kw_only=True)
class Life:
    """One process, and what it tells."""

    process: int
    out: TextIO

    def tells(self, event: str) -> bool:
        """Wait until it tells `event`; False when it ended without."""
        return any(json.loads(line)["event"] == event for line in self._lines())

    def ends(self) -> tuple[str, int]:
        """Wait until it ends; give its last words and its exit code, as a shell counts."""
        words, _, code = self._last().rpartition("\n")
        return words, int(code) if code.isdigit() else 128 + signal.SIGKILL

    def kill(self) -> None:
        """Kill it as a power cut would, and wait until it is gone."""
        self.resume(signal.SIGKILL)
        self._last()

    def _last(self) -> str:
        words = self.out.read()
        self.out.close()
        # Its pipe is closed before its lock is let go of.
        while Path(f"/proc/{self.process}").exists():
            time.sleep(0.001)
        return words

    def resume(self, number: int = signal.SIGCONT) -> None:
        try:
            os.kill(self.process, number)
        except ProcessLookupError:
            return

    def _lines(self) -> Iterator[str]:
        return (line for line in self.out if line.startswith("{"))


Launch = Callable[[Task], Life]


@contextmanager
def launcher() -> Iterator[Launch]:
    """Load everything once, in a process that forks when it is asked to."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    program = "from tests.faults.lives import fork_on_demand; fork_on_demand()"
    with (
        ours,
        subprocess.Popen(
            [sys.executable, "-c", program], cwd=ROOT, stdin=theirs.fileno()
        ) as forking,
    ):
        theirs.close()
        try:
            yield partial(_launched, ours)
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            forking.wait(20)


def _launched(line: socket.socket, task: Task) -> Life:
    reading, writing = os.pipe()
    socket.send_fds(line, [pickle.dumps(task)], [writing])
    os.close(writing)
    process = int(line.recv(20))
    return Life(process=process, out=os.fdopen(reading, encoding="utf-8", errors="replace"))


# --- the other end --------------------------------------------------------------------------------


def fork_on_demand() -> None:
    """Fork a life for each task that comes on standard input, until it ends."""
    _warm()
    # Nobody waits for them here: whoever asked sees their pipe end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as line:
        while True:
            task, given, _, _ = socket.recv_fds(line, _PIECE, 1)
            if not task:
                return
            if not (process := os.fork()):
                line.close()
                _live(pickle.loads(task), given[0])
            os.close(given[0])
            line.send(b"%d" % process)


def _warm() -> None:
    """Do once what a life does, so that each finds modules loaded and statements compiled."""
    with TemporaryDirectory() as folder:
        site = Site(institution=JURA, accounts=(), state=str(laid(Path(folder) / "state")))
        Once(site=site, key=KEY, at=NOON)(StringIO())
        sealed(Delivery(raw=b"From: a@b.example\n\n", file="", role=Role.INBOX), DESK, KEY)


def _live(task: Task, told: int) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(told, 2)
    code = CRASHED
    try:
        with os.fdopen(told, "w", encoding="utf-8") as out:
            try:
                code = task(out)
            except BaseException:  # noqa: BLE001  # whoever asked reads it
                traceback.print_exc(file=out)
            out.write(f"\n{code}")
    finally:
        # Neither the exit handlers of the interpreter that was forked, nor its buffers, are ours.
        os._exit(code)


# --- what a life may do ---------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Serve:
    """`mailwatch run`, on a clock that is `ahead` of the machine's."""

    site: Site
    key: bytes
    ahead: timedelta = timedelta()
    workers: int = 0

    def __call__(self, out: TextIO) -> int:
        now = partial(_now, self.ahead)
        log = daemon.Log(stream=out, now=now)
        daemon.run(self.site, DESK, self.key, now=now, log=log, workers=self.workers)
        return 0


@dataclass(frozen=True, kw_only=True)
class Once:
    """`mailwatch once` at an instant, with `--reconcile` or without.

    It is `halted` until somebody resumes it, so that it may be traced.
    """

    site: Site
    key: bytes
    at: datetime
    halted: bool = False
    reconcile: bool = False

    def __call__(self, out: TextIO) -> int:
        log = daemon.Log(stream=out, now=lambda: self.at)
        if self.halted:
            os.kill(os.getpid(), signal.SIGSTOP)
        try:
            done = daemon.once(
                self.site,
                DESK,
                self.key,
                now=lambda: self.at,
                log=log,
                workers=0,
                reconcile=self.reconcile,
            )
        except MailwatchError as error:
            out.write(f"{error}\n")
            return error.exit_code
        out.writelines(f"{error}\n" for error in done.errors)
        return done.exit_code


@dataclass(frozen=True)
class Limited:
    """A task whose files may not grow beyond so many octets."""

    task: Task
    octets: int

    def __call__(self, out: TextIO) -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.octets, self.octets))
        return self.task(out)


def _now(ahead: timedelta) -> datetime:
    return datetime.now(UTC) + ahead
