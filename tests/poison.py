"""What workers judge in the tests: deliveries whose words say what they do to whoever reads them.

Imported in the workers themselves, so it imports nothing heavy.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from mailwatch.analysis import sealed
from mailwatch.model import Delivery, Role, Unreadable
from mailwatch.ruleset import Desk
from mailwatch.workers import LeftError, Verdict


def delivery(words: str, number: int = 1) -> Delivery:
    return Delivery(raw=words.encode(), file=f"{number}.eml", role=Role.INBOX)


class Unloadable:
    """A judge that a worker cannot take in."""

    def __init__(self, load: Callable[[], NoReturn]) -> None:
        self.load = load

    def __reduce__(self) -> tuple[Callable[[], NoReturn], tuple[()]]:
        return self.load, ()

    def __call__(self, delivery: Delivery) -> Verdict:
        raise NotImplementedError


def cannot_load() -> NoReturn:
    raise LookupError("règles illisibles")


def dies_at_once() -> NoReturn:
    os._exit(9)


def judge(delivery: Delivery) -> Verdict:
    words = delivery.raw.decode()
    if words.startswith("refuse "):
        return Unreadable(file="?", role=Role.SENT, reason=words.removeprefix("refuse "))
    act, _, argument = words.partition(":")
    if act == "leave":
        raise LeftError
    return _ACTS[act](argument) if act in _ACTS else delivery.raw.upper()


_known: list[str] = []


def learn() -> None:
    """Load what only the thorough judge has."""
    _known.append("learned")


def learned(delivery: Delivery) -> Verdict:
    """Judge what the others leave."""
    words = delivery.raw.decode()
    match words.removeprefix("leave:"):
        case "pid":
            return b"%d" % os.getpid()
        case "exit":
            os._exit(9)
        case "loop":
            return _loop("")
    return " ".join([*_known[:1], words]).encode()


def sealed_or_poison(delivery: Delivery, desk: Desk, key: bytes) -> Verdict:
    """Judge as the service does, but for the messages that say they are poison."""
    if b"X-Poison: exit" in delivery.raw:
        os._exit(1)
    if b"X-Poison: fail" in delivery.raw:
        raise ValueError
    return sealed(delivery, desk, key)


def _loop(_: str) -> bytes:
    while True:
        pass


def _sleep(_: str) -> bytes:
    while True:
        time.sleep(60)


def _eat(_: str) -> bytes:
    eaten = []
    while True:
        eaten.append(bytearray(16 * 1024 * 1024))


def _fail(words: str) -> bytes:
    raise ValueError(words)


def _recurse(words: str) -> bytes:
    return _recurse(words)


def _crash(number: str) -> bytes:
    os.kill(os.getpid(), int(number))
    return b"survived"


def _crash_once(marker: str) -> bytes:
    """What a machine short of memory does: it ends the process, and not the next time."""
    if not Path(marker).exists():
        os.mkfifo(marker)  # a worker may write no file, but it may make one
        os.kill(os.getpid(), signal.SIGKILL)
    return b"survived"


def _write(path: str) -> bytes:
    with Path(path).open("wb") as file:
        return b"%d" % file.write(b"x")


def _interrupt(_: str) -> bytes:
    os.kill(os.getpid(), signal.SIGTERM)
    os.kill(os.getpid(), signal.SIGINT)
    return b"still here"


_ACTS: dict[str, Callable[[str], bytes]] = {
    "loop": _loop,
    "sleep": _sleep,
    "eat": _eat,
    "fail": _fail,
    "recurse": _recurse,
    "exit": lambda code: os._exit(int(code)),
    "crash": _crash,
    "crash once": _crash_once,
    "write": _write,
    "interrupt": _interrupt,
    "who": lambda _: b"%d" % os.getpid(),
    "environment": lambda _: "\n".join(os.environ).encode(),
    "open files": lambda _: " ".join(
        sorted(file.name for file in Path("/proc/self/fd").iterdir())
    ).encode(),
    "loaded": lambda _: " ".join(sys.modules).encode(),
}
