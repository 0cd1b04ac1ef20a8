"""A listener on the line to an IMAP server: lets through what only reads, bends answers when told to."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from io import BufferedReader
from socket import SocketIO
from threading import Thread
from time import sleep

READING = re.compile(
    rb"\w+ (?:CAPABILITY|ENABLE CONDSTORE|NOOP|LOGOUT|STARTTLS|AUTHENTICATE [\w-]+|"
    rb"LOGIN \"(?:[^\"\\]|\\.)*\" \"(?:[^\"\\]|\\.)*\"|LIST \"\" \"\*\"|EXAMINE .+|UID SEARCH UID [\d:*]+|"
    rb"UID FETCH [\d,]+ \((?:RFC822\.SIZE|INTERNALDATE|SAVEDATE|BODY\.PEEK\[\]<\d+\.\d+>| )+\))\r\n",
)
"""Every command that leaves a mailbox as it was; PEEK sets no flag, EXAMINE opens read-only (RFC 3501)."""
ANSWER_TO_CHALLENGE = re.compile(rb"[A-Za-z0-9+/=]*\r\n")


def unchanged(line: bytes) -> bytes:
    """Pass a line as the server sent it."""
    return line


@dataclass(slots=True, kw_only=True)
class Wiretap:
    """A line to `upstream`, port of a server on this machine."""

    upstream: int
    bend: Callable[[bytes], bytes] = unchanged
    """What becomes of each line of the server."""
    reading: re.Pattern[bytes] = READING
    """The commands that may pass."""
    pace: float = 0.0
    """Seconds between two octets of the server, when it drips."""
    cut_after: int | None = None
    """Octets of the server after which the line goes dead."""
    said: list[str] = field(default_factory=list)
    """The commands that passed, without their tags."""
    forbidden: list[str] = field(default_factory=list)
    host: str = "127.0.0.1"
    _listening: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)
    _blind: bool = False

    def __post_init__(self) -> None:
        self._listening = socket.create_server((self.host, 0))
        Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where mailwatch connects instead."""
        return int(self._listening.getsockname()[1])

    def close(self) -> None:
        """Drop the line, and every connection on it."""
        # Else the thread that waits there waits for good.
        _drop(self._listening)
        self.hang_up()

    def hang_up(self) -> None:
        """Drop every connection, as a server that is killed does."""
        while self._open:
            _drop(self._open.pop())

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection((self.host, self.upstream))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._open.append(end)
                Thread(target=self._up, args=(client, server), daemon=True).start()
                Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        """From mailwatch: a command that is not known to only read goes no further."""
        challenged = False
        with suppress(OSError, ValueError), _reader(client) as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # whoever said it was killed in the middle: no command
                if not (
                    self.reading.fullmatch(line)
                    or (challenged and ANSWER_TO_CHALLENGE.fullmatch(line))
                ):
                    self.forbidden.append(line.decode("latin-1"))
                    break
                challenged = b" AUTHENTICATE " in line or (challenged and b" " not in line)
                if b" " in line:
                    self.said.append(line.decode("latin-1").strip().partition(" ")[2])
                # What follows is TLS, which has no lines.
                self._blind = self._blind or b" STARTTLS" in line
                server.sendall(line)
                if self._blind:
                    _pour(lines, server)
        _drop(server)
        _drop(client)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        """From the server."""
        passed = 0
        with suppress(OSError, ValueError), _reader(server) as lines:
            while line := lines.read1() if self._blind else lines.readline():
                sent = self.bend(line)
                if self.cut_after is not None and passed + len(sent) >= self.cut_after:
                    client.sendall(sent[: self.cut_after - passed])
                    break
                passed += len(sent)
                self._send(client, sent)
        _drop(client)
        _drop(server)

    def _send(self, client: socket.socket, octets: bytes) -> None:
        if not self.pace:
            client.sendall(octets)
            return
        for octet in octets:
            client.sendall(bytes([octet]))
            sleep(self.pace)


def _reader(connected: socket.socket) -> BufferedReader:
    return BufferedReader(SocketIO(connected, "r"), 65536)


def _pour(stream: BufferedReader, to: socket.socket) -> None:
    while octets := stream.read1():
        to.sendall(octets)


def _drop(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
    connected.close()
