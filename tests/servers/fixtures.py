"""Real servers as fixtures: `dovecot` and `pymap` live as long as the run, `watched` is one account on the former."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import pytest

from mailwatch.site import Account, Authentication, Security
from mailwatch.sources.imap import Connection, connect
from tests.servers import dovecot as dovecot_server
from tests.servers import pymap as pymap_server
from tests.servers.dovecot import Dovecot, Mailbox
from tests.servers.guard import Guard, guarded
from tests.servers.pymap import Pymap
from tests.servers.wiretap import Wiretap

ACCOUNT = Account(
    name="préfecture",
    host="127.0.0.1",
    port=0,
    security=Security.NONE,
    user="",
    authentication=Authentication.PASSWORD,
    folders=(),
    timeout=20,
)


@dataclass(kw_only=True)
class Watched:
    """A mailbox, and an account that watches it through a wiretap."""

    server: Dovecot
    mailbox: Mailbox
    wiretap: Wiretap
    account: Account
    secret: str
    _open: ExitStack = field(default_factory=ExitStack)

    def connect(self, **changes: object) -> Connection:
        """Open the account as the settings would have it with `changes`."""
        account = replace(self.account, **changes)  # type: ignore[arg-type]  # keyed by the caller
        return self._open.enter_context(connect(account, lambda: self.secret))

    def inbox(self) -> Connection:
        """Open the account with its inbox examined."""
        connection = self.connect()
        connection.examine("INBOX")
        return connection

    def close(self) -> None:
        """Hang up."""
        self._open.close()
        self.wiretap.close()


_guards: list[Guard] = []


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    with (
        dovecot_server.serving() as server,
        guarded(server.port, server.certificate) as guard,
    ):
        _guards.append(guard)
        yield replace(server, port=guard.port, tls_port=guard.tls_port, unguarded_port=server.port)
        assert not server.touched(), "a message has other flags than before"


@pytest.fixture(autouse=True)
def nothing_but_reading() -> Iterator[None]:
    """Fail the very test that sends the mail server a command that does more than read."""
    yield
    for guard in _guards:
        held_back, guard.forbidden = guard.forbidden, []
        assert not held_back, f"a command that does more than read: {held_back}"


@pytest.fixture(scope="session")
def pymap() -> Iterator[Pymap]:
    with pymap_server.serving() as server, guarded(server.port) as guard:
        _guards.append(guard)
        yield replace(server, port=guard.port, unguarded_port=server.port)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many commands the guards saw: a suite that asks nothing proves nothing."""
    if _guards:
        passed = sum(guard.passed for guard in _guards)
        terminalreporter.write_line(f"mail servers: {passed} commands let through, which only read")


@contextmanager
def watching(server: Dovecot) -> Iterator[Watched]:
    """Make an account that nobody else uses; whatever is done with it, it must only have been read."""
    mailbox = server.mailbox()
    wiretap = Wiretap(upstream=server.port)
    account = replace(ACCOUNT, port=wiretap.port, user=mailbox.user)
    found = Watched(
        server=server, mailbox=mailbox, wiretap=wiretap, account=account, secret=server.password
    )
    try:
        yield found
    finally:
        found.close()
        touched = mailbox.touched()
        shutil.rmtree(mailbox.home, ignore_errors=True)
    assert not wiretap.forbidden, "mailwatch sent a command that does not only read"
    assert not touched, f"a message has other flags than before: {touched}"


@pytest.fixture
def watched(dovecot: Dovecot) -> Iterator[Watched]:
    with watching(dovecot) as found:
        yield found
