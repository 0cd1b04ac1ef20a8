"""The connection under IMAPClient: protected before anything is said, and bounded in time and in octets."""

from __future__ import annotations

import imaplib
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Timer

from imapclient import IMAPClient

from mailwatch.site import Account, Security

_ANSWER = 16 * 1024 * 1024
"""Octets that one answer may hold beyond the bodies asked for."""


class UnprotectedError(OSError):
    """A connection in clear that leaves this machine; nothing was said on it."""


class Deadline:
    """Cut a connection when a command lasts too long, however slowly the server drips.

    A socket's own time-out starts anew with each octet.
    """

    def __init__(self) -> None:
        self.passed = False
        self._line: socket.socket | None = None

    def watch(self, connected: socket.socket) -> None:
        """Cut `connected` from now on; raise TimeoutError when its time has passed already."""
        # A duplicate reaches the connection whatever TLS has made of the socket since.
        self._line = connected.dup()
        if self.passed:
            raise TimeoutError

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Give what is inside `seconds`."""
        timer = Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let go of the connection."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def _cut(self) -> None:
        self.passed = True
        line = self._line
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)


class Wire(imaplib.IMAP4):
    """Octets to and from one server."""

    def __init__(
        self, account: Account, context: ssl.SSLContext | None, deadline: Deadline
    ) -> None:
        self.allowance = _ANSWER
        self._account = account
        self._context = context
        self._deadline = deadline
        super().__init__(account.host, account.port, account.timeout)

    def allow(self, octets: int) -> None:
        """Let the next answer hold `octets` of bodies."""
        self.allowance = _ANSWER + octets

    def read(self, size: int) -> bytes:
        """Read a literal, refused before memory is made for it when it is larger than what was asked."""
        self._spend(size)
        return super().read(size)

    def readline(self) -> bytes:
        """Read a line; one too long leaves its end behind, and the connection is worth nothing more."""
        try:
            line = super().readline()
        except self.abort:
            raise
        except self.error as fault:
            raise self.abort(str(fault)) from None
        self._spend(len(line))
        return line

    def shutdown(self) -> None:
        """Close the connection."""
        try:
            super().shutdown()
        finally:
            self._deadline.close()

    def _spend(self, octets: int) -> None:
        self.allowance -= octets
        if self.allowance < 0:
            raise self.abort("more octets than were asked for")

    def _create_socket(self, timeout: float | None) -> socket.socket:
        connected = socket.create_connection((self.host, self.port), timeout)
        try:
            # imaplib writes a line in pieces, each of which would wait 40 ms for the one before (RFC 896).
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._deadline.watch(connected)
            return self._protected(connected)
        except BaseException:
            self._deadline.close()
            raise

    def _protected(self, connected: socket.socket) -> socket.socket:
        """Go on only as the account's settings allow; a connection that is given up is closed."""
        with ExitStack() as given_up:
            given_up.callback(connected.close)
            if self._account.security is Security.NONE and not is_here(connected.getpeername()[0]):
                raise UnprotectedError
            if self._account.security is Security.TLS and self._context is not None:
                connected = self._context.wrap_socket(connected, server_hostname=self.host)
            given_up.pop_all()
            return connected


class Client(IMAPClient):
    """IMAPClient on our own wire, with the two defaults of its that would harm turned off."""

    def __init__(
        self, account: Account, context: ssl.SSLContext | None, deadline: Deadline
    ) -> None:
        self._make = lambda: Wire(account, context, deadline)
        super().__init__(
            account.host,
            account.port,
            ssl=account.security is Security.TLS,
            timeout=account.timeout,
        )
        # At 5, its default, every literal is written out for a log that nobody reads: three quarters of the time.
        self._imap.debug = 0
        # Else INTERNALDATE loses its zone and takes this machine's.
        self.normalise_times = False
        # One folder whose name is not well formed would hide them all: `names` reads them.
        self.folder_encode = False

    @property
    def wire(self) -> Wire:
        """The connection below."""
        made: Wire = self._imap
        return made

    @property
    def lost(self) -> bool:
        """A command has no answer yet: whatever comes next may belong to it."""
        return bool(self.wire.tagged_commands)

    def _create_IMAP4(self) -> Wire:  # noqa: N802 - the name IMAPClient calls
        return self._make()


def is_here(address: str) -> bool:
    """Tell whether `address`, of the other end, is this very machine's (RFC 1122 section 3.2.1.3, RFC 4291)."""
    found = ipaddress.ip_address(address.partition("%")[0])
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_loopback
