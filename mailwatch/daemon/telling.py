"""What the service says while it runs: lines for its administrator, states for systemd.

No address, subject or body is ever told. Values are those of the words: counts, and names that the settings give.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from io import UnsupportedOperation
from typing import TextIO

from mailwatch.errors import MailwatchError, RegisterError, Remark
from mailwatch.language import say

JOURNALD = "/run/systemd/journal/socket"


class Priority(IntEnum):
    """How much an event matters (syslog(3)); systemd reads it before a line too (sd-daemon(3))."""

    ERROR = 3
    WARNING = 4
    NOTICE = 5
    NORMAL = 6


_PRIORITIES = {
    "busy": Priority.WARNING,
    "clock": Priority.WARNING,
    "failure": Priority.WARNING,
    "recovery": Priority.NOTICE,
    "start": Priority.NOTICE,
    "stop": Priority.NOTICE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Where the service writes, one line an event: words on a terminal, JSON anywhere else, entries to journald."""

    stream: TextIO
    now: Callable[[], datetime]
    journald: str = ""
    """The socket that takes entries with fields of their own; empty where nobody does."""

    def __call__(self, event: str, words: Remark | MailwatchError) -> None:
        """Write that `event` happened."""
        if self.journald and _handed_over(self.journald, _entry(event, words)):
            return
        at = self.now()
        if self.journald:
            # What journald refuses on its socket it still takes from a stream, line by line.
            line = f"<{_priority(event, words)}>{_on_one_line(say(words))}"
        elif self.stream.isatty():
            line = f"{at:%H:%M:%S}  {say(words)}"
        else:
            line = json.dumps(_told(event, words, at), ensure_ascii=False)
        # Whoever read us may be gone; the service goes on.
        with suppress(OSError):
            print(line, file=self.stream, flush=True)


def log_to(
    stream: TextIO, now: Callable[[], datetime], environment: Mapping[str, str] = os.environ
) -> Log:
    """Make the log of a service whose words go to `stream`: to journald itself when that is where it leads."""
    is_journal = environment.get("JOURNAL_STREAM", "") == _identity(stream)
    return Log(stream=stream, now=now, journald=JOURNALD if is_journal else "")


def _identity(stream: TextIO) -> str | None:
    """The device and inode of a stream, as systemd tells those of its own (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, UnsupportedOperation, ValueError):
        return None
    return f"{status.st_dev}:{status.st_ino}"


def _priority(event: str, words: Remark | MailwatchError) -> Priority:
    if isinstance(words, RegisterError):
        return Priority.ERROR
    return _PRIORITIES.get(event, Priority.NORMAL)


def _entry(event: str, words: Remark | MailwatchError) -> bytes:
    """An entry in journald's native protocol: a field a line, or with its length when it has several."""
    values = {f"MAILWATCH_{name.upper()}": str(value) for name, value in words.values.items()}
    fields = {
        **values,
        "MESSAGE": say(words),
        "PRIORITY": str(int(_priority(event, words))),
        "SYSLOG_IDENTIFIER": "mailwatch",
        "MAILWATCH_EVENT": event,
    }
    return b"".join(_field(name, value) for name, value in fields.items())


def _field(name: str, value: str) -> bytes:
    octets = value.encode("utf-8", "replace")
    if b"\n" not in octets:
        return b"%s=%s\n" % (name.encode("ascii"), octets)
    return b"%s\n%s%s\n" % (name.encode("ascii"), len(octets).to_bytes(8, "little"), octets)


def _handed_over(address: str, entry: bytes) -> bool:
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            # A journal that nobody empties must not stop the service.
            line.settimeout(0)
            line.connect(address)
            line.sendall(entry)
    except OSError:
        return False
    return True


def _on_one_line(text: str) -> str:
    return " ".join(text.splitlines())


def _told(event: str, words: Remark | MailwatchError, at: datetime) -> dict[str, object]:
    values = {
        name: value if isinstance(value, int | float) else str(value)
        for name, value in words.values.items()
    }
    told = {"at": at.isoformat(timespec="seconds"), "event": event, "message": say(words)}
    return {**values, **told}


def notify(*states: str) -> None:
    """Tell systemd, when it is there, such states as `READY=1` or `WATCHDOG=1` (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        # A queue that nobody reads must not stop the service.
        line.settimeout(0)
        # `@` stands for the zero octet of an abstract name.
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.sendall("\n".join(states).encode())
