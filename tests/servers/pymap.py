"""A pymap with one empty account: an IMAP server in pure Python, wherever Dovecot is not wanted."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from imapclient import IMAPClient

from tests.servers.ports import free_port

USER, PASSWORD = "prefecture", "très secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pymap:
    """A running pymap, on this machine's loopback alone."""

    port: int
    unguarded_port: int = 0
    """For what more than reads, as an agent's mail program does; 0 where nothing stands before the server."""
    host: str = "127.0.0.1"
    user: str = USER
    password: str = PASSWORD

    def append(self, raw: bytes, at: datetime, folder: str = "INBOX") -> None:
        """Put one message into `folder`, made when it is missing; `at` becomes its INTERNALDATE."""
        with self.client() as client:
            if not client.folder_exists(folder):
                client.create_folder(folder)
            client.append(folder, raw, msg_time=at)

    def client(self) -> IMAPClient:
        """Log in as an agent's mail program does."""
        client = IMAPClient(self.host, self.unguarded_port or self.port, ssl=False, timeout=10)
        # APPEND ends in a packet of its own, which Nagle holds back for the 40 ms of a delayed acknowledgement.
        line: socket.socket = client.socket()  # type: ignore[no-untyped-call]  # half typed
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.plain_login(self.user, self.password)  # type: ignore[no-untyped-call]
        return client


@contextmanager
def serving() -> Iterator[Pymap]:
    """Run a pymap with no mail."""
    server = Pymap(port=free_port())
    program = Path(sys.executable).with_name("pymap")
    unused = [word for name in ("admin", "managesieve") for word in ("--no-service", name)]
    served = ["--host", server.host, "--port", str(server.port), "--no-tls"]
    account = ["dict", "--demo-user", USER, "--demo-password", PASSWORD]
    running = subprocess.Popen(
        [program, *unused, *served, *account],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(server)
        yield server
    finally:
        running.terminate()
        running.wait(10)


def _await(server: Pymap) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            socket.create_connection((server.host, server.port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError
