"""The tests' own servers: what is required and missing is a failure, what is only wished for a visible skip."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from tests.servers import debian
from tests.servers.dovecot import Dovecot
from tests.servers.guard import Guard, guarded


@pytest.mark.parametrize("required", ["dovecot", "pymap,dovecot"])
def test_a_required_dovecot_that_cannot_be_had_fails(
    monkeypatch: pytest.MonkeyPatch, required: str
) -> None:
    monkeypatch.setenv("MAILWATCH_REQUIRE", required)

    with pytest.raises(pytest.fail.Exception, match="no dovecot: no network"):
        debian.without("dovecot", "no network")


@pytest.mark.parametrize("required", ["", "postfix"])
def test_a_dovecot_that_nobody_requires_is_skipped_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, required: str
) -> None:
    monkeypatch.setenv("MAILWATCH_REQUIRE", required)

    with pytest.raises(pytest.skip.Exception, match="no dovecot: no network"):
        debian.without("dovecot", "no network")


# --- the guard before the mail server -------------------------------------------------------------


@contextmanager
def guarded_dovecot(dovecot: Dovecot) -> Iterator[Guard]:
    """A guard of our own: what it holds back fails no test."""
    with guarded(dovecot.unguarded_port, dovecot.certificate) as guard:
        yield guard


@contextmanager
def logged_in(dovecot: Dovecot, guard: Guard, protection: str) -> Iterator[socket.socket]:
    """A line to a mailbox with one message, as another mail program would have it."""
    context = ssl.create_default_context(cafile=str(dovecot.certificate.file))
    port = guard.tls_port if protection == "tls" else guard.port
    mailbox = dovecot.mailbox()
    mailbox.put(b"From: odile.ferrand@laposte.example\n\nBonjour\n", 1_772_438_400)
    with ExitStack() as lines:
        line = lines.enter_context(socket.create_connection(("127.0.0.1", port), 10))
        if protection == "starttls":
            assert said(line, "a STARTTLS").endswith(b"a OK Begin TLS negotiation now.\r\n")
        if protection != "none":
            line = lines.enter_context(context.wrap_socket(line, server_hostname="127.0.0.1"))
        assert b"a OK" in said(line, f'a LOGIN "{mailbox.user}" "{dovecot.password}"')
        yield line


def said(line: socket.socket, words: str) -> bytes:
    """What the server answers to one command; what there is when it hangs up."""
    line.sendall(f"{words}\r\n".encode())
    heard = b""
    with suppress(ConnectionResetError):
        while not re.search(rb"^a \w+.*\r\n", heard, re.MULTILINE):
            if not (octets := line.recv(65536)):
                break
            heard += octets
    return heard


@pytest.mark.parametrize("protection", ["none", "starttls", "tls"])
@pytest.mark.parametrize(
    "words",
    ["SELECT INBOX", "UID STORE 1 +FLAGS (\\Seen)", "EXPUNGE", "UID FETCH 1 (BODY[])", "CREATE x", "DELETE INBOX",
     "UID MOVE 1 INBOX", "APPEND INBOX {3}"],
)  # fmt: skip
def test_the_guard_lets_nothing_through_that_does_more_than_read(
    dovecot: Dovecot, protection: str, words: str
) -> None:
    with guarded_dovecot(dovecot) as guard, logged_in(dovecot, guard, protection) as line:
        assert b"a OK" not in said(line, f"a {words}")
        assert guard.forbidden == [f"a {words}\r\n"]


@pytest.mark.parametrize("protection", ["none", "starttls", "tls"])
def test_the_guard_lets_reading_through(dovecot: Dovecot, protection: str) -> None:
    with guarded_dovecot(dovecot) as guard, logged_in(dovecot, guard, protection) as line:
        assert b"a OK [READ-ONLY]" in said(line, 'a EXAMINE "INBOX"')
        assert b"* SEARCH 1\r\n" in said(line, "a UID SEARCH UID 1:1")
        assert guard.forbidden == []


def test_a_flag_that_nobody_but_us_can_have_set_is_found(dovecot: Dovecot) -> None:
    mailbox = dovecot.mailbox()
    mailbox.put(b"From: a@laposte.example\n\n", 1_772_438_400, name="a.mail.example")
    read = mailbox.put(b"From: b@laposte.example\n\n", 1_772_438_400, name="b.mail.example")
    filed = mailbox.file_away(read, "S")
    assert mailbox.touched() == []

    changed = filed.rename(filed.with_name("b.mail.example:2,FS"))

    assert mailbox.touched() == ["b.mail.example: FS"]
    changed.rename(filed)
