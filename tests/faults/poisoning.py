"""Poison among good mail, what each message costs the worker that reads it, and what all of them leave in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path
from statistics import linear_regression

from mailwatch.analysis import sealed
from mailwatch.model import Delivery, Role, Unreadable
from mailwatch.workers import Limits, Workers
from tests.bureau import DESK, FOLDERS, NOON
from tests.facts import at
from tests.faults.bombs import BOMBS
from tests.faults.house import MONDAY, answer, asked, lookout, question, wrong
from tests.poison import sealed_or_poison
from tests.registers import KEY
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import watching

SECONDS, MEGABYTES = 2.0, 256.0
"""What one message may cost, the memory above a worker that is warm."""
_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1024
_WARM, _BATCH = 500, 25
_LETHAL = (b"X-Poison: exit\r\n", b"X-Poison: fail\r\n")


# --- among good mail ------------------------------------------------------------------------------


def poisoned(server: Dovecot, state: Path, good: int, poison: int) -> list[str]:
    """Look once at `good` questions with poison among them; say what became of the wrong ones."""
    with watching(server) as watched:
        for raw in _mixed(good, poison):
            watched.mailbox.put(raw, at(MONDAY))
        account = replace(watched.account, folders=FOLDERS[:1])
        secret = watched.secret
        with lookout(account, lambda: secret, state, workers=2, judge=sealed_or_poison) as out:
            tally = out.poll().tally
            requests = [one for one in out.requests() if one.message_id != "<bombe@mail.example>"]
            lethal = poison // 2
            faults = wrong(requests, [asked(number) for number in range(1, good + 1)])
            if (tally.recorded, tally.quarantined) != (good + poison - lethal, lethal):
                faults.append(f"{tally} au lieu de {lethal} illisibles")
            return faults + out.waiting()


def _mixed(good: int, poison: int) -> Iterator[bytes]:
    """Spread the poison: half of it deadly to whoever reads it, half of it bombs."""
    bombs = cycle(BOMBS.values())
    every = max(good // poison, 1)
    for number in range(1, good + 1):
        yield question(number)
        if number % every == 0 and number // every <= poison:
            nth = number // every
            yield next(bombs)() if nth % 2 else _LETHAL[nth // 2 % 2] + question(9_000 + nth)


# --- what one costs -------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Of one message, in the worker that read it."""

    name: str
    seconds: float
    megabytes: float
    """Its peak, above what the warm worker had."""

    @property
    def kept(self) -> bool:
        return self.seconds <= SECONDS and self.megabytes <= MEGABYTES


def costs() -> Iterator[Cost]:
    """Have one warm worker read each bomb."""
    with Workers(_judge(), count=1) as pool:
        _warm(pool)
        for name, bomb in BOMBS.items():
            delivery = _delivery(bomb())
            process = _worker()
            warm, before = _resident(process), _seconds(process)
            # Writing 5 lets the peak begin anew (proc(5)).
            Path(f"/proc/{process}/clear_refs").write_text("5", "ascii")
            pool.judge([delivery]).result(120)
            yield Cost(
                name=name,
                seconds=_seconds(process) - before,
                megabytes=_resident(process, "VmHWM") - warm,
            )


def slope(mails: int, *, warm: int = _WARM, fresh: bool = True) -> float:
    """Give the growth of one worker in megabytes for ten thousand mails, over `mails` of them.

    `warm` are read before, so that its caches are full. Mails that are not `fresh` were all read before.
    """
    with Workers(_judge(), count=1, limits=Limits(messages=10 * (mails + warm))) as pool:
        _warm(pool, warm)
        process = _worker()
        grown = []
        for first in range(0, mails, _BATCH):
            number = first if fresh else -warm + first % warm
            pool.judge([_delivery(raw) for raw in _day(number)]).result(120)
            grown.append(_resident(process))
    read = [float(first) for first in range(0, mails, _BATCH)]
    return linear_regression(read, grown).slope * 10_000


def _warm(pool: Workers, mails: int = _WARM) -> None:
    for first in range(-mails, 0, _BATCH):
        pool.judge([_delivery(raw) for raw in _day(first)]).result(120)


def _day(first: int) -> Iterator[bytes]:
    """Questions and answers like no others: whoever keeps words or persons grows by them."""
    for number in range(first, first + _BATCH):
        words = f"Le dossier {number:x} de la commune n° {number * 7919} est à la {number}e page."
        asked = question(number, f"Bonjour,\n\n{words}\n\nMerci.")
        yield answer(number) if number % 5 == 0 else asked


def _judge() -> partial[bytes | Unreadable]:
    return partial(sealed, desk=DESK, key=KEY)


def _delivery(raw: bytes) -> Delivery:
    return Delivery(raw=raw, file="préfecture/INBOX", role=Role.INBOX, server_at=NOON)


# --- what the system tells of a worker ------------------------------------------------------------


def _worker() -> int:
    """The one process of ours that is a worker."""
    (found,) = [process for process in _children() if b"mailwatch.workers" in _command(process)]
    return found


def _children() -> Iterator[int]:
    for task in Path("/proc/self/task").iterdir():
        yield from map(int, (task / "children").read_text("ascii").split())


def _command(process: int) -> bytes:
    return Path(f"/proc/{process}/cmdline").read_bytes()


def _seconds(process: int) -> float:
    fields: Sequence[str] = (
        Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident(process: int, name: str = "VmRSS") -> float:
    for line in Path(f"/proc/{process}/status").read_text("utf-8").splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / _MIB
    return 0.0
