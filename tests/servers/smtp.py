"""A real SMTP server that keeps what it takes, and fails where a test tells it to."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.servers.ports import free_port


@dataclass(frozen=True, kw_only=True)
class Taken:
    """One message as the server took it: its envelope and its octets."""

    sender: str
    recipients: tuple[str, ...]
    octets: bytes
    protected: bool
    user: str


@dataclass(kw_only=True)
class Sink:
    """The server's side; what it should do next may be changed between two connections."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    refused: Mapping[str, str] = field(default_factory=dict)
    """What to answer for a sender or recipient, `550 5.1.1 inconnu`."""
    answer: str = "250 2.0.0 pris"
    """What to answer to a message."""
    hangs_up: str = ""
    """When to break off: at `RCPT`, or `after` it took a message and before it says so."""
    accounts: Mapping[str, str] = field(default_factory=dict)
    connections: int = 0
    deliver: Callable[[Taken], object] = lambda _: None
    """What becomes of a message that was taken."""

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name, like those below
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        self.connections += 1
        return replies

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        if address in self.refused:
            return self.refused[address]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del session, options
        if self.hangs_up == "RCPT":
            _transport(server).abort()
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        if self.answer.startswith("250"):
            message = Taken(
                sender=str(envelope.mail_from),
                recipients=tuple(envelope.rcpt_tos),
                octets=envelope.content,
                protected=_transport(server).get_extra_info("ssl_object") is not None,
                user=str(session.auth_data),
            )
            self.taken.append(message)
            self.deliver(message)
        if self.hangs_up == "after":
            _transport(server).abort()
        return self.answer

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        """Compare an account and its password, both in UTF-8."""
        del server, session, envelope, mechanism
        assert isinstance(given, LoginPassword)
        user, password = given.login.decode(), given.password.decode()
        known = self.accounts.get(user) == password
        return AuthResult(success=known, handled=False, auth_data=user if known else None)


def _transport(server: SMTP) -> asyncio.WriteTransport:
    assert isinstance(server.transport, asyncio.WriteTransport)
    return server.transport


@contextmanager
def smtp_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    accounts: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
) -> Iterator[Sink]:
    """Run a server: in clear, under implicit TLS, or with STARTTLS; `without` some sign-in mechanisms."""
    sink = Sink(port=free_port(), accounts=accounts or {})
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        ssl_context=tls,
        tls_context=starttls,
        authenticator=sink.authenticate,
        auth_require_tls=starttls is not None,
        auth_exclude_mechanism=without,
    )
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


@contextmanager
def curt_server(**replies: str) -> Iterator[int]:
    """Run a server that answers by the book but for what `replies` says, by verb; `banner` is its greeting."""
    said = {
        "banner": "220 prêt",
        "EHLO": "250-curt\r\n250 AUTH PLAIN LOGIN",
        "AUTH": "235 oui",
        "DATA": "354 allez",
        ".": "250 pris",
    } | replies

    def answer(connection: socket.socket) -> None:
        connection.settimeout(10)
        with connection, connection.makefile("rwb") as wire:
            wire.write(said["banner"].encode() + b"\r\n")
            wire.flush()
            for line in wire:
                verb = line.split()[0].decode().upper() if line.strip() else ""
                # A line of the message itself, unless it ends it.
                if verb in {"EHLO", "HELO", "AUTH", "MAIL", "RCPT", "DATA", "RSET", "QUIT", "."}:
                    wire.write(said.get(verb, "250 OK").encode() + b"\r\n")
                    wire.flush()

    def serve() -> None:
        with suppress(OSError):
            answer(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
    thread.join(timeout=20)
