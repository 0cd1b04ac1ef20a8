"""What the service says while it runs: lines for its administrator, states for systemd.

No address, subject or body is ever told. Values are those of the words: counts, and names that the settings give.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from mailwatch.errors import MailwatchError, Remark
from mailwatch.language import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """Where the service writes, one line an event: words on a terminal, JSON anywhere else."""

    stream: TextIO
    now: Callable[[], datetime]

    def __call__(self, event: str, words: Remark | MailwatchError) -> None:
        """Write that `event` happened."""
        at = self.now()
        if self.stream.isatty():
            line = f"{at:%H:%M:%S}  {say(words)}"
        else:
            line = json.dumps(_told(event, words, at), ensure_ascii=False)
        # Whoever read us may be gone; the service goes on.
        with suppress(OSError):
            print(line, file=self.stream, flush=True)


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
