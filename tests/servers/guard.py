"""A guard before the mail server of all tests: what does more than read goes no further, under TLS either.

    with guarded(dovecot.port, dovecot.certificate) as guard:
        ...                     # connect to guard.port, or guard.tls_port
    guard.forbidden             # what was held back

Unlike `wiretap`, which a test sets up to bend one line, the guard stands there whatever a test does.
"""

from __future__ import annotations

import re
import selectors
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from tests.servers.certificates import Certificate
from tests.servers.wiretap import ANSWER_TO_CHALLENGE, READING

_STARTTLS = re.compile(rb"(\w+) STARTTLS\r\n")
_HELLO = b"\x16\x03"
"""How TLS begins (RFC 8446 section 5.1)."""
_PIECE = 65536


@dataclass(slots=True, kw_only=True)
class Guard:
    """Two ports of this machine before the one, in clear, of a server."""

    upstream: int
    certificate: Certificate | None = None
    """None where the server knows no TLS."""
    forbidden: list[str] = field(default_factory=list)
    """Commands that were held back, and whose connection was cut."""
    passed: int = 0
    """Commands that went through."""
    _clear: socket.socket = field(init=False)
    _protected: socket.socket = field(init=False)
    _tls: ssl.SSLContext = field(init=False)

    def __post_init__(self) -> None:
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self.certificate is not None:
            self._tls.load_cert_chain(self.certificate.file, self.certificate.key)
        self._clear, self._protected = (
            socket.create_server(("127.0.0.1", 0), backlog=128) for _ in range(2)
        )
        for listening in (self._clear, self._protected):
            Thread(target=self._accept, args=(listening,), daemon=True).start()

    @property
    def port(self) -> int:
        """In clear, and STARTTLS."""
        return int(self._clear.getsockname()[1])

    @property
    def tls_port(self) -> int:
        """Under TLS from the first octet."""
        return int(self._protected.getsockname()[1])

    def close(self) -> None:
        """Take no more connections."""
        for listening in (self._clear, self._protected):
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            listening.close()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                Thread(
                    target=self._attend, args=(client, listening is self._protected), daemon=True
                ).start()

    def _attend(self, client: socket.socket, protected: bool) -> None:  # noqa: FBT001
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.upstream)) as server:
            server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with client:
                if not (protected or self._serve(client, server)):
                    return
                with self._tls.wrap_socket(client, server_side=True) as under:
                    self._serve(under, server)

    def _serve(self, client: socket.socket, server: socket.socket) -> bool:
        """Pass both ways until somebody hangs up, or until the client asks for protection: True."""
        said, challenged = b"", False
        with selectors.DefaultSelector() as watched:
            watched.register(client, selectors.EVENT_READ)
            watched.register(server, selectors.EVENT_READ)
            while True:
                ready = _ready(watched, client)
                if server in ready:
                    if not (octets := server.recv(_PIECE)):
                        return False
                    client.sendall(octets)
                if client in ready:
                    if not (octets := client.recv(_PIECE)):
                        return False
                    if octets.startswith(_HELLO):
                        # Said in clear it is no command, and the server says so.
                        server.sendall(b"\r\n")
                        continue
                    *lines, said = (said + octets).split(b"\n")
                    for line in lines:
                        if asked := _STARTTLS.fullmatch(line + b"\n"):
                            # What was said after it in clear is not listened to.
                            client.sendall(asked.group(1) + b" OK Begin TLS negotiation now.\r\n")
                            return True
                        challenged = self._judge(line + b"\n", challenged=challenged)
                        server.sendall(line + b"\n")

    def _judge(self, line: bytes, *, challenged: bool) -> bool:
        """Let a line pass, and say whether the next may answer a challenge; raise OSError for what may not."""
        if challenged and ANSWER_TO_CHALLENGE.fullmatch(line):
            return True
        if not READING.fullmatch(line):
            self.forbidden.append(line.decode("latin-1"))
            raise ConnectionAbortedError
        self.passed += 1
        return b" AUTHENTICATE " in line


def _ready(watched: selectors.BaseSelector, client: socket.socket) -> set[object]:
    # What TLS has opened already is not on the line any more.
    if isinstance(client, ssl.SSLSocket) and client.pending():
        return {client}
    return {key.fileobj for key, _ in watched.select()}


@contextmanager
def guarded(upstream: int, certificate: Certificate | None = None) -> Iterator[Guard]:
    """Stand before the server at `upstream`."""
    guard = Guard(upstream=upstream, certificate=certificate)
    try:
        yield guard
    finally:
        guard.close()
