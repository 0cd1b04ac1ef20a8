"""One look and one alert in which the n-th write, sync or rename fails, or is the last thing that happens.

After P. Tessera's fault tests: strace makes a system call fail, or kills the process that makes it; then the same is
done once more, undisturbed, and what is there has to be what an undisturbed run leaves.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from mailwatch.register import AlertState, checked, opened
from mailwatch.site import AlertPlan, Security, Site, Submission
from tests.bureau import DESK, INBOX, SENT
from tests.facts import BOX, at
from tests.faults.house import MONDAY, answer, disorder, question
from tests.faults.killing import site_of
from tests.faults.lives import CRASHED, Launch, Life, Once
from tests.registers import KEY
from tests.servers.debian import fetched, without
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import watching
from tests.servers.smtp import Sink, smtp_server

CALLS = (
    "write", "writev", "pwrite64", "fsync", "fdatasync", "ftruncate", "rename", "unlink", "unlinkat"
)  # fmt: skip
FAULTS = ("error=EIO", "error=ENOSPC", "signal=KILL")
MONDAY_MORNING = at("2026-03-30 08:00")
"""When an alert is due."""
_LATER = timedelta(minutes=11)
"""By then an alert whose fate was unknown is looked after."""
_ENTRY = re.compile(r"^(?:\d+ +)?(\w+)\(", re.MULTILINE)


class Injection(NamedTuple):
    """The call that is disturbed, by its number among those of its name."""

    call: str
    number: int
    fault: str


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site of its own for one run, and the alerts that it got."""

    site: Site
    sink: Sink

    @property
    def state(self) -> Path:
        return Path(self.site.state)


@dataclass(kw_only=True)
class Rig:
    """A server on which each run has a mailbox and a register of its own."""

    server: Dovecot
    folder: Path
    launch: Launch
    strace: Sequence[str]

    def calls(self) -> Counter[str]:
        """Count what an undisturbed run asks of the system."""
        trace = self.folder / "trace"
        with self.place() as place:
            self._traced(place.site, ["-e", f"trace={','.join(CALLS)}"], trace)
        return Counter(_ENTRY.findall(trace.read_text("utf-8")))

    def undisturbed(self) -> list[object]:
        """Give what is there after runs that nothing disturbs."""
        with self.place() as place:
            return self._rerun(place)

    def injected(self, injection: Injection, expected: list[object]) -> list[str]:
        """Run with a fault, then without; say what is wrong."""
        expression = f"{injection.call}:{injection.fault}:when={injection.number}"
        with self.place() as place:
            traced = f"trace={injection.call}"
            words, code = self._traced(place.site, ["-e", traced, "-e", f"inject={expression}"])
            faults = [words] if code == CRASHED else []
            faults += checked(place.state, KEY, DESK)
            found = self._rerun(place)
            faults += disorder(place.state)
            if found != expected:
                faults.append(f"{found} au lieu de {expected}")
            if len(place.sink.taken) != 1:
                faults.append(f"{len(place.sink.taken)} alertes")
        return [f"{expression} : {fault}" for fault in faults]

    @contextmanager
    def place(self) -> Iterator[Place]:
        """Make a mailbox of a few questions, one answered, that is also where the alert goes."""
        with (
            TemporaryDirectory(dir=self.folder) as folder,
            watching(self.server) as watched,
            smtp_server() as sink,
        ):
            mailbox = watched.mailbox
            for number in range(1, 5):
                mailbox.put(question(number), at(MONDAY))
            mailbox.put(answer(1), at("2026-03-04 16:40"), folder="Envoyés")
            sink.deliver = lambda taken: mailbox.put(taken.octets, MONDAY_MORNING)
            yield Place(site=alerted(site_of(watched, Path(folder)), sink.port), sink=sink)

    def _traced(
        self, site: Site, expressions: list[str], trace: Path = Path("/dev/null")
    ) -> tuple[str, int]:
        once = Once(site=site, key=KEY, at=MONDAY_MORNING, halted=True, reconcile=True)
        life = self.launch(once)
        _await_halt(life)
        words = [*self.strace, "-f", "-o", str(trace), "-p", str(life.process), *expressions]
        with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as tracing:
            assert tracing.stderr is not None
            assert "attached" in tracing.stderr.readline()
            life.resume()
            return life.ends()

    def _rerun(self, place: Place) -> list[object]:
        for late in (_LATER, 2 * _LATER):
            once = Once(site=place.site, key=KEY, at=MONDAY_MORNING + late)
            words, code = self.launch(once).ends()
            assert code == 0, words
        return picture(place.state, MONDAY_MORNING)


def alerted(site: Site, port: int) -> Site:
    """Have `site` send its alert to its own mailbox, by the server at `port`."""
    submission = Submission(
        host="127.0.0.1", port=port, security=Security.NONE, sender="mailwatch@jura.gouv.fr"
    )
    return replace(site, submission=submission, alert=AlertPlan(recipients=(BOX,)))


def picture(state: Path, today: datetime) -> list[object]:
    """What a register holds, but for when and how often it was tried."""
    with opened(state, KEY) as register:
        return [
            [
                (r.message_id, r.state, r.due_on, r.first and (r.first.on, r.first.delay))
                for r in register.requests(DESK, today.date())
            ],
            [(place.folder, register.awaiting(place)) for place in (INBOX, SENT)],
            [each and each.uidnext for each in map(register.cursor, (INBOX, SENT))],
            [each.location for each in register.quarantined()],
            [
                (row.message_id, row.recipients)
                for state in (AlertState.ACCEPTED, AlertState.CONFIRMED)
                for row in register.alerts_in(state)
            ],
            [register.alerts_in(state) for state in (AlertState.QUEUED, AlertState.SENDING, AlertState.FAILED)],
        ]  # fmt: skip


def injections(calls: Counter[str]) -> list[Injection]:
    """Every call with every fault, in an order in which any beginning is a fair sample."""
    every = [
        Injection(call, number, fault)
        for call, count in sorted(calls.items())
        for number in range(1, count + 1)
        for fault in FAULTS
    ]
    # A step that shares no factor with their number visits each once.
    step = next(n for n in range(97, 97 + len(every) + 2) if _coprime(n, len(every)))
    return [every[index * step % len(every)] for index in range(len(every))]


def _coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


def _await_halt(life: Life) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        stat = Path(f"/proc/{life.process}/stat").read_text("utf-8")
        if stat.rpartition(")")[2].split()[0] == "T":
            return
        time.sleep(0.001)
    raise TimeoutError


def strace() -> list[str]:
    """The command: the system's, else one unpacked below the repository; `without` it where it may not trace."""
    command = [found] if (found := shutil.which("strace")) else _unpacked()
    tried = subprocess.run([*command, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        without("strace", tried.stderr.strip())
    return command


def _unpacked() -> list[str]:
    root = fetched("strace", "strace")
    libraries = ":".join(str(path) for path in root.glob("usr/lib/*-linux-gnu"))
    return ["env", f"LD_LIBRARY_PATH={libraries}", str(root / "usr" / "bin" / "strace")]
