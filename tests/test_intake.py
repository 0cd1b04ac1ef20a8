"""What the mail server hands over: taken by LMTP and SMTP, on the disk before we say so, in the register once.

Numbers in brackets are those of the list of faults: an endless line (87) or message (88), ends of a message (89), NUL
(90), floods of recipients (91) and connections (93), slow clients (92), foreign recipients (94), what comes too early
(95), a death before the reply (96), a full disk (97).
"""

from __future__ import annotations

import base64
import os
import re
import resource
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from smtplib import (
    LMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
)

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch import contracts, health, screens
from mailwatch.analysis import PARSER, sealed
from mailwatch.errors import BusyError, RefusedError, SettingsError
from mailwatch.intake import Gate, Spool, listening
from mailwatch.intake import conversation as talk
from mailwatch.intake import spool as waiting_room
from mailwatch.intake.spool import FullError
from mailwatch.intake.taking import place_of
from mailwatch.message.journaled import unwrapped
from mailwatch.model import Grade
from mailwatch.polling import poll
from mailwatch.register import checked, created, key_of, opened
from mailwatch.rereading import reread
from mailwatch.site import Intake, IntakeRole, Site
from mailwatch.workers import Workers
from tests.bureau import DESK, FOLDERS, Clock, kinds
from tests.facts import BOX, JURA, at
from tests.handing import (
    ADDRESSES,
    BOTH,
    CITIZEN,
    DRAFTS,
    RECEIVED,
    REPORTS,
    SENT,
    House,
    house,
    until,
)
from tests.mails import mail, reply
from tests.registers import laid
from tests.servers.fixtures import Watched
from tests.servers.ports import free_port
from tests.test_parity import GENERATED, NAMES, assert_agrees, story

MONDAY = "2026-03-02 09:12"
QUESTION = mail(
    MONDAY, "Bonjour,\n\nQuelles pièces fournir pour changer de siège ?\n\nOdile Ferrand"
)
ANSWER = reply(
    "2026-03-04 16:40",
    references="<2026-03-02.0912@mail.example>",
    received="2026-03-04 16:40",
)
OURS = BOX


@pytest.fixture
def jura(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as one:
        yield one


def question(number: int) -> bytes:
    return mail(
        f"2026-03-02 09:{number % 60:02}",
        f"Bonjour, où en est mon dossier numéro {number:05} ? Merci, Odile",
        message_id=f"<{number}@mail.example>",
    )


# --- copies become facts --------------------------------------------------------------------------


def test_a_question_and_its_answer_handed_over_are_one_request_answered_in_time(
    jura: House,
) -> None:
    jura.clock.at = at("2026-03-02 09:13")
    jura.hand_over(QUESTION, RECEIVED)
    jura.clock.at = at("2026-03-04 16:41")
    jura.hand_over(ANSWER, SENT, sender=OURS)

    jura.take()

    (request,) = jura.requests()
    assert (request.state, request.grade) == ("answered_in_time", Grade.A)
    assert request.first is not None
    assert (request.first.delay, request.first.grade) == (2, Grade.A)
    assert jura.waiting() == 0


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_answers_may_be_handed_over_before_their_question(
    jura: House, order: tuple[int, int]
) -> None:
    copies = [(QUESTION, RECEIVED, CITIZEN), (ANSWER, SENT, OURS)]
    for number in order:
        raw, recipient, sender = copies[number]
        jura.hand_over(raw, recipient, sender=sender)
        jura.take()

    assert [request.state for request in jura.requests()] == ["answered_in_time"]


def test_an_address_for_both_ways_tells_them_apart_by_who_writes(jura: House) -> None:
    jura.hand_over(QUESTION, BOTH)
    jura.hand_over(ANSWER, BOTH, sender=OURS)
    jura.take()

    assert [request.state for request in jura.requests()] == ["answered_in_time"]


def test_whoever_borrows_the_address_of_the_sent_copies_has_sent_nothing_for_us(
    jura: House,
) -> None:
    forged = reply("2026-03-03 10:00", sender=f"Préfecture du Jura <{CITIZEN}>", received=MONDAY)
    jura.hand_over(QUESTION, RECEIVED)
    jura.hand_over(forged, SENT, sender=OURS)
    jura.take()

    assert [request.first for request in jura.requests()] == [None]


def test_mail_that_waited_in_the_servers_queue_came_when_the_server_says(jura: House) -> None:
    jura.clock.at = at("2026-03-05 08:00")
    jura.hand_over(QUESTION)
    jura.take()

    (request,) = jura.requests()
    assert (request.received_at, request.grade) == (at(MONDAY), Grade.A)
    assert "instants_contradict" not in request.findings


def test_a_message_for_two_addresses_is_one_request(jura: House) -> None:
    jura.hand_over(QUESTION, RECEIVED, BOTH)
    jura.take()

    assert len(jura.requests()) == 1


def test_what_cannot_be_read_is_set_aside_once_and_holds_back_nothing(tmp_path: Path) -> None:
    with house(tmp_path, workers=1) as jura:
        poison = QUESTION.replace(b"Date:", b"X-Poison: exit\r\nDate:")
        for raw in (poison, QUESTION, b"\r\nrien d'un message"):
            jura.hand_over(raw)
        jura.take()
        jura.hand_over(poison)
        jura.take()

        assert len(jura.requests()) == 1
        assert len(jura.register.quarantined()) == 2
        assert jura.waiting() == 0


def poison(number: int = 1) -> bytes:
    return question(number).replace(b"Date:", b"X-Poison: exit\r\nDate:")


def aside(jura: House) -> int:
    return sum(len(jura.spool.aside(role)) for role in IntakeRole)


@contextmanager
def isolated(tmp_path: Path) -> Iterator[None]:
    """A version that stumbles over two of three messages has taken them in."""
    with house(tmp_path, workers=1) as jura:
        for raw in (poison(1), question(2), poison(3)):
            jura.hand_over(raw)
        jura.take()
        assert (jura.counted(), len(jura.register.quarantined())) == (1, 2)
        assert (jura.waiting(), aside(jura)) == (0, 2)
    yield


@contextmanager
def updated(tmp_path: Path) -> Iterator[House]:
    """A newer version of the program, which reads everything."""
    reads = partial(sealed, desk=DESK, key=key_of(tmp_path / "state"))
    with house(tmp_path) as jura, Workers(reads, count=0) as better:
        jura.watch.workers, jura.watch.parser = better, PARSER + 1
        yield jura


def test_what_a_new_version_can_read_leaves_the_quarantine(tmp_path: Path) -> None:
    with isolated(tmp_path), updated(tmp_path) as jura:
        jura.take()

        assert (jura.counted(), jura.register.quarantined(), aside(jura)) == (3, (), 0)
        assert kinds(jura.register).count("released") == 2


def test_the_same_version_does_not_try_what_was_handed_over_again(tmp_path: Path) -> None:
    with isolated(tmp_path), updated(tmp_path) as jura:
        jura.watch.parser = PARSER
        jura.take()

        assert (jura.counted(), len(jura.register.quarantined()), aside(jura)) == (1, 2, 2)


def test_each_version_tries_what_was_handed_over_once(tmp_path: Path) -> None:
    with isolated(tmp_path):
        pass
    for _ in range(2):
        with house(tmp_path, workers=1) as jura:
            jura.watch.parser = PARSER + 1
            jura.take()
            role = place_of(IntakeRole.INBOX)
            assert jura.register.awaiting(role, PARSER + 1) == ()
            assert (len(jura.register.quarantined()), aside(jura)) == (2, 2)
            assert kinds(jura.register).count("quarantine") == 2


def test_a_death_after_it_was_read_leaves_a_file_that_is_removed(tmp_path: Path) -> None:
    with isolated(tmp_path), updated(tmp_path) as jura:
        kept = {one.path: one.path.read_bytes() for one in jura.spool.aside(IntakeRole.INBOX)}
        jura.take()
        for path, octets in kept.items():
            path.write_bytes(octets)
    with updated(tmp_path) as jura:
        jura.take()

        assert (jura.counted(), aside(jura)) == (3, 0)


def test_a_file_set_aside_that_the_disk_does_not_give_holds_back_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with isolated(tmp_path), updated(tmp_path) as jura:
        stuck = jura.spool.aside(IntakeRole.INBOX)[0].path
        real = Path.read_bytes

        def given(path: Path) -> bytes:
            if path == stuck:
                raise OSError(5, "EIO")
            return real(path)

        monkeypatch.setattr(Path, "read_bytes", given)
        jura.hand_over(question(4))
        jura.take()

        assert (jura.counted(), aside(jura)) == (3, 1)


def test_a_stop_leaves_what_was_set_aside_to_the_next_process(tmp_path: Path) -> None:
    with isolated(tmp_path), updated(tmp_path) as jura:
        jura.watch.goes_on = lambda: False
        jura.take()

        assert (jura.counted(), aside(jura)) == (1, 2)


def test_poison_takes_neither_the_room_of_what_waits_nor_more_than_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "ASIDE", 2 * len(poison(1)))
    with house(tmp_path, workers=1) as jura:
        for number in range(4):
            jura.hand_over(poison(number))
            jura.take()

        assert aside(jura) < 4
        assert jura.spool._size == 0
        assert len(jura.register.quarantined()) == 4


def test_what_was_set_aside_is_kept_no_longer_than_the_rest(tmp_path: Path) -> None:
    with isolated(tmp_path), house(tmp_path) as jura:
        old, _ = jura.spool.aside(IntakeRole.INBOX)
        os.utime(old.path, (0, 0))

        assert jura.spool.forget(datetime(2020, 1, 1, tzinfo=UTC)) == 1
        assert aside(jura) == 1


# --- the same mail by IMAP ------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["imap", "intake"])
def test_the_same_mail_by_imap_and_by_the_intake_is_one(
    watched: Watched, tmp_path: Path, first: str
) -> None:
    delivered = b"Return-Path: <odile@x>\r\nDelivered-To: pref@jura.gouv.fr\r\n" + QUESTION
    with house(tmp_path) as jura:
        account = replace(watched.account, folders=FOLDERS)
        jura.watch.lines._secret = lambda _: watched.secret
        watched.mailbox.folder("Envoyés")

        def by_imap() -> None:
            watched.mailbox.put(delivered, at(MONDAY))
            watched.mailbox.put(ANSWER, at("2026-03-04 16:40"), folder="Envoyés")
            assert poll((account,), DESK, jura.watch).failures == ()

        def by_intake() -> None:
            jura.hand_over(QUESTION)
            jura.hand_over(ANSWER, SENT, sender=OURS)
            jura.take()

        for step in (by_imap, by_intake) if first == "imap" else (by_intake, by_imap):
            step()
        jura.watch.lines.close()

        (request,) = jura.requests()
        assert (request.state, len(request.answers)) == ("answered_in_time", 1)
        assert jura.counted() == 4


@pytest.mark.parametrize("name", [*NAMES[::4], *GENERATED[:1]])
def test_a_mailbox_that_is_handed_over_gives_the_figures_of_the_offline_run(
    tmp_path: Path, name: str
) -> None:
    told = story(name)
    laid(tmp_path / "state")
    with house(tmp_path, desk=told.desk) as jura:
        jura.register.add_letters(told.letters, datetime(2026, 12, 31, tzinfo=UTC))
        for piece in told.pieces:
            jura.clock.at = piece.at
            recipient = RECEIVED if piece.role == "inbox" else SENT
            jura.hand_over(piece.raw, recipient)
        jura.clock.at = datetime(2026, 12, 31, tzinfo=UTC)
        jura.take()
        assert_agrees(jura.register.audit(told.desk, told.period, told.today), told)


# --- journal reports ------------------------------------------------------------------------------


def journal_report(
    inner: bytes, envelope: str, *, encoding: str = "", kind: str = "message/rfc822"
) -> bytes:
    """A journal report as Exchange writes it."""
    coded = base64.encodebytes(inner).replace(b"\n", b"\r\n") if encoding else inner
    extra = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    head = (
        "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@jura.gouv.fr>\r\n"
        f"To: {REPORTS}\r\nSubject: RE: Changement de siege\r\nMessage-ID: <journal-1@jura.gouv.fr>\r\n"
        "X-MS-Journal-Report:\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="_0_"\r\n\r\n--_0_\r\n'
        'Content-Type: text/plain; charset="utf-8"\r\n\r\n'
        + envelope.replace("\n", "\r\n")
        + f"\r\n--_0_\r\nContent-Type: {kind}\r\n{extra}\r\n"
    )
    return head.encode() + coded + b"\r\n--_0_--\r\n"


def envelope_of(recipient: str, field: str = "To") -> str:
    return f"Sender: {BOX}\nSubject: RE: Changement de siege\nMessage-Id: <x@jura.gouv.fr>\n{field}: {recipient}\n"


@pytest.mark.parametrize("encoding", ["", "base64"])
def test_a_journal_report_is_read_as_the_message_that_it_holds(jura: House, encoding: str) -> None:
    asked = journal_report(QUESTION, f"Sender: {CITIZEN}\nTo: {BOX}\n", encoding=encoding)
    told = journal_report(ANSWER, envelope_of(CITIZEN), encoding=encoding)
    for report in (asked, told):
        jura.hand_over(report, REPORTS, sender="")
    jura.take()

    (request,) = jura.requests()
    assert (request.message_id, request.state) == (
        "<2026-03-02.0912@mail.example>",
        "answered_in_time",
    )


@pytest.mark.parametrize(
    "line",
    [
        f"Bcc: {CITIZEN}",
        f"Recipient: {CITIZEN}",
        f"To: {CITIZEN}, Expanded: usagers@jura.gouv.fr",
        f"Cc: <{CITIZEN}>",
        f"bcc: {CITIZEN.upper()}",
    ],
)
def test_whom_only_the_envelope_names_was_answered_too(jura: House, line: str) -> None:
    blind = reply(
        "2026-03-04 16:40", to=BOX, references="<2026-03-02.0912@mail.example>", received=MONDAY
    )
    jura.hand_over(QUESTION, RECEIVED)
    jura.hand_over(journal_report(blind, f"Sender: {BOX}\nTo: {BOX}\n{line}\n"), REPORTS, sender="")
    jura.take()

    assert [bool(request.first) for request in jura.requests()] == [True]


@pytest.mark.parametrize(
    "other",
    [
        QUESTION,
        journal_report(QUESTION, "Sender: x", kind="application/pdf"),
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\nrien",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\r\n--x--",
        b"",
    ],
)
def test_what_is_no_journal_report_is_not_taken_apart(other: bytes) -> None:
    assert unwrapped(other) is None


@given(raw=st.binary(max_size=300), envelope=st.text(max_size=200))
def test_no_octets_at_all_break_the_reading_of_a_journal_report(raw: bytes, envelope: str) -> None:
    found = unwrapped(journal_report(raw, envelope))

    assert found is None or found.raw.strip()


def test_a_journal_report_names_five_hundred_recipients_at_most() -> None:
    lines = "".join(f"To: u{number}@laposte.example\n" for number in range(2_000))
    found = unwrapped(journal_report(QUESTION, lines))

    assert found is not None
    assert len(found.recipients) == 500


def test_a_citizens_mail_cannot_pass_for_a_journal_report(jura: House) -> None:
    """It comes under another address, whatever its header says."""
    forged = journal_report(ANSWER, envelope_of(CITIZEN))
    jura.hand_over(QUESTION, RECEIVED)
    jura.hand_over(forged, RECEIVED)
    jura.take()

    assert [request.first for request in jura.requests() if request.message_id] == [None]


# --- who is written to ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "anyone@elsewhere.example",
        BOX,
        f"x{RECEIVED}",
        f"{RECEIVED}.example",
        "postmaster",
        "root@localhost",
    ],
)
def test_only_listed_recipients_are_accepted(jura: House, address: str) -> None:
    """[94] Never a relay."""
    for connect in (jura.lmtp, jura.smtp):
        with connect() as connection, pytest.raises(SMTPRecipientsRefused) as refused:
            connection.sendmail(CITIZEN, [address], QUESTION)
        assert {code for code, _ in refused.value.recipients.values()} == {550}
    assert jura.waiting() == 0


def test_an_address_is_known_in_any_case(jura: House) -> None:
    jura.hand_over(QUESTION, RECEIVED.upper())

    assert jura.waiting() == 1


def test_each_lmtp_recipient_gets_a_reply_of_its_own(jura: House) -> None:
    with jura.by_hand() as hand:
        hand.envelope()
        assert hand.ask(b"RCPT TO:<a@b.example>").startswith("550")
        assert hand.ask(b"RCPT TO:<%s>" % SENT.encode()).startswith("250")
        assert hand.ask(b"DATA").startswith("354")
        hand.say(*question(1).split(b"\r\n"), b".")
        assert [hand.reply()[:3] for _ in range(2)] == ["250", "250"]
        assert hand.ask(b"NOOP").startswith("250")


def test_ten_thousand_recipients_are_refused_beyond_a_hundred(jura: House) -> None:
    """[91]"""
    with jura.by_hand() as hand:
        hand.envelope()
        told = []
        for _ in range(100):
            hand.say(*[b"RCPT TO:<%s>" % RECEIVED.encode()] * 100)
            told += [hand.reply()[:3] for _ in range(100)]
        assert told.count("250") == 99
        assert set(told[99:]) == {"452"}


def test_a_message_without_a_recipient_is_not_asked_for(jura: House) -> None:
    with jura.by_hand() as hand:
        hand.ask(b"LHLO x", b"MAIL FROM:<>")
        assert hand.ask(b"DATA").startswith("503")
        assert hand.ask(b"RSET").startswith("250")


def test_the_null_sender_and_an_address_beyond_ascii_are_senders_too(jura: House) -> None:
    with jura.by_hand() as hand:
        hand.ask(b"LHLO x")
        for sender in (b"MAIL FROM:<>", "MAIL FROM:<hélène@gîte.example> SMTPUTF8".encode()):
            assert hand.ask(sender, b"RCPT TO:<%s>" % RECEIVED.encode()).startswith("250")
            assert hand.ask(b"DATA").startswith("354")
            hand.say(*question(len(sender)).split(b"\r\n"), b".")
            assert hand.reply().startswith("250")
    jura.take()

    assert jura.counted() == 2


# --- where a message ends -------------------------------------------------------------------------

ENDS = (
    b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r\n.\n", b"\r.\r\n", b"\r\n\0.\r\n", b"\r\n.\0\r\n",
)  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_what_other_servers_take_for_an_end_ends_nothing(jura: House, end: bytes) -> None:
    """[89] One message, and no other that was smuggled in (CVE-2023-51764)."""
    smuggled = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<%s>\r\nDATA\r\nSubject: deux\r\n\r\n" % (
        RECEIVED.encode()
    )
    with jura.by_hand() as hand:
        hand.begin()
        hand.wire.sendall(b"Subject: un\r\n\r\nbonjour" + end + smuggled + b"x\r\n.\r\n")
        assert hand.reply().startswith("250")
        assert hand.ask(b"NOOP").startswith("250")
    assert jura.waiting() == 1


def test_strays_and_nul_do_not_reach_the_register(jura: House) -> None:
    """[90] A line feed alone ends a line, as in every mailbox; a CR alone forges no field."""
    with jura.by_hand() as hand:
        hand.begin()
        hand.wire.sendall(b"Subject: a\rDate: b\r\n\r\nun\ndeux\0trois\r\n.\r\n")
        assert hand.reply().startswith("250")
    (one,) = jura.spool.waiting(IntakeRole.INBOX)
    taken = waiting_room.read(one)

    assert taken is not None
    assert taken.raw == b"Subject: a Date: b\r\n\r\nun\r\ndeux trois\r\n"


@given(
    lines=st.lists(
        st.text(st.sampled_from(".aé \t"), max_size=20).map(str.encode), min_size=1, max_size=8
    ),
    cuts=st.lists(st.integers(1, 40), max_size=6),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_message_comes_out_as_it_went_in_however_it_is_cut(
    jura: House, lines: list[bytes], cuts: list[int]
) -> None:
    raw = b"Subject: x\r\n\r\n" + b"\r\n".join(lines) + b"\r\n"
    stuffed = re.sub(rb"(?m)^\.", b"..", raw) + b".\r\n"
    with jura.by_hand() as hand:
        hand.begin()
        for cut in cuts:
            hand.wire.sendall(stuffed[:cut])
            stuffed = stuffed[cut:]
        hand.wire.sendall(stuffed)
        assert hand.reply().startswith("250")

    (one,) = jura.spool.waiting(IntakeRole.INBOX)
    taken = waiting_room.read(one)
    jura.spool.done([one])

    assert taken is not None
    assert taken.raw == raw


def test_a_long_line_is_taken_as_it_is(jura: House) -> None:
    line = b"x" * 300_000
    with jura.by_hand() as hand:
        hand.begin()
        hand.wire.sendall(b"Subject: x\r\n\r\n" + line + b"\r\n.\r\n")
        assert hand.reply().startswith("250")
    (one,) = jura.spool.waiting(IntakeRole.INBOX)
    taken = waiting_room.read(one)

    assert taken is not None
    assert line in taken.raw


# --- too much, too early, too slow ----------------------------------------------------------------


def test_a_message_over_the_limit_is_left_to_the_server(jura: House) -> None:
    jura.gate.intake = replace(jura.intake, max_size=10_000)
    with jura.lmtp() as connection, pytest.raises(SMTPDataError) as refused:
        connection.sendmail(CITIZEN, [RECEIVED], QUESTION + b"x\r\n" * 5_000)
    assert refused.value.smtp_code == 452
    with jura.by_hand() as hand:
        hand.ask(b"LHLO x")
        assert hand.ask(b"MAIL FROM:<a@b.example> SIZE=10001").startswith("452")
        assert hand.ask(b"MAIL FROM:<a@b.example> SIZE=10000").startswith("250")
    jura.hand_over(QUESTION)
    assert (jura.waiting(), jura.leftovers()) == (1, [])


def test_no_size_is_announced_by_which_servers_would_return_mail_for_good(jura: House) -> None:
    with jura.lmtp() as connection:
        connection.ehlo_or_helo_if_needed()
        assert not connection.has_extn("size")
        assert connection.has_extn("pipelining")


def test_a_message_without_end_is_hung_up_on(jura: House) -> None:
    """[88]"""
    jura.gate.intake = replace(jura.intake, max_size=100_000)
    with jura.by_hand() as hand:
        hand.begin()
        with suppress(OSError):
            for _ in range(1_000):
                hand.wire.sendall(b"x" * 998 + b"\r\n")
        assert hand.reply()[:3] in {"421", ""}
    until(lambda: jura.leftovers() == [])
    jura.hand_over(QUESTION)


def test_what_comes_before_the_greeting_is_not_mail(jura: House) -> None:
    """[95] Nor is the request of a browser, which would end up as a conversation."""
    with jura.by_hand() as hand:
        hand.say(b"POST / HTTP/1.1", b"Host: x", b"Content-Length: 3", b"", b"x", b"y", b"z")
        told = [hand.reply()[:3] for _ in range(8)]
    assert "250" not in told
    assert told[-1] == ""
    with jura.by_hand() as hand:
        assert hand.ask(b"MAIL FROM:<a@b.example>").startswith("503")
        assert hand.ask(b"DATA").startswith("503")
        assert hand.ask(b"\xff\xfe").startswith("500")
        assert hand.ask(b"LHLO " + b"x" * 3_000).startswith("500")


def test_commands_may_come_all_at_once(jura: House) -> None:
    with jura.by_hand() as hand:
        hand.ask(b"LHLO x")
        hand.say(b"MAIL FROM:<a@b.example>", b"RCPT TO:<%s>" % RECEIVED.encode(), b"DATA")
        assert [hand.reply()[:3] for _ in range(3)] == ["250", "250", "354"]
        hand.say(*question(1).split(b"\r\n"), b".", b"QUIT")
        assert [hand.reply()[:3] for _ in range(2)] == ["250", "221"]


def test_five_hundred_connections_leave_the_service_up(jura: House) -> None:
    """[93]"""
    with ExitStack() as stack:
        greeted = 0
        for _ in range(500):
            wire = stack.enter_context(socket.socket(socket.AF_UNIX))
            wire.settimeout(30)
            wire.connect(jura.intake.lmtp_socket)
            greeted += wire.recv(100).startswith(b"220")
        assert greeted == talk.CONNECTIONS
    until(lambda: not jura.gate.conversations)
    jura.hand_over(QUESTION)


def test_a_client_that_says_nothing_more_is_left(
    jura: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[92] A line that drips is bounded as well: the clock runs from the last command."""
    monkeypatch.setattr(talk, "_SECONDS", 4)
    with jura.by_hand() as silent, jura.by_hand() as dripping:
        dripping.begin()
        begun = time.monotonic()
        with suppress(OSError):
            while time.monotonic() - begun < 60:
                dripping.wire.sendall(b"x")
                time.sleep(0.1)
                if dripping.wire.recv(1, socket.MSG_DONTWAIT) == b"":
                    break
        assert time.monotonic() - begun < 60
        assert silent.read() == b""
    until(lambda: jura.leftovers() == [])


def test_a_connection_that_breaks_leaves_nothing(jura: House) -> None:
    with jura.by_hand() as hand:
        hand.begin()
        hand.wire.sendall(b"Subject: x\r\n\r\nla moi")
        until(lambda: bool(jura.leftovers()))
    until(lambda: jura.leftovers() == [])
    assert jura.waiting() == 0


ENDLESS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mailwatch.intake.conversation import Gate
from mailwatch.intake.listening import listening
from mailwatch.intake.spool import Spool
from mailwatch.model import Institution
from mailwatch.site import Intake, IntakeAddress, IntakeRole
home = Path(sys.argv[1])
intake = Intake(addresses=(IntakeAddress(address="a@b.example", role=IntakeRole.INBOX),), lmtp_socket=sys.argv[2])
now = lambda: datetime.now(UTC)
gate = Gate(intake=intake, institution=Institution(), spool=Spool.opened(home), now=now, wake=lambda: None)
with listening(gate):
    print("ready", flush=True)
    sys.stdin.readline()
# Not `ru_maxrss`, which begins with that of whoever started us.
(peak,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024, flush=True)
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("where", ["in a message", "for a command", "in forty messages at once"])
def test_an_endless_line_stays_under_64_megabytes(tmp_path: Path, where: str) -> None:
    """[87]"""
    path = str(tmp_path / "lmtp.sock")
    command = [sys.executable, "-c", ENDLESS, str(tmp_path), path]
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as one,
        ExitStack() as stack,
    ):
        assert one.stdout is not None
        assert one.stdin is not None
        assert one.stdout.readline() == "ready\n"
        many = 40 if where.startswith("in forty") else 1
        wires = [stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(many)]
        for wire in wires:
            wire.settimeout(60)
            wire.connect(path)
            wire.recv(100)
            if where != "for a command":
                for line in (
                    b"LHLO x",
                    b"MAIL FROM:<a@b.example>",
                    b"RCPT TO:<a@b.example>",
                    b"DATA",
                ):
                    wire.sendall(line + b"\r\n")
                    wire.recv(1_000)
        block = b"x" * 65_536
        with suppress(OSError):
            for _ in range(2_400 // many):
                for wire in wires:
                    wire.sendall(block)
        one.stdin.write("\n")
        one.stdin.flush()
        megabytes = int(one.stdout.readline())
    assert megabytes < 64


# --- room -----------------------------------------------------------------------------------------


def test_a_full_spool_leaves_mail_to_the_server_until_there_is_room_again(jura: House) -> None:
    """[97]"""
    jura.hand_over(question(1))
    jura.spool._most = 1
    with jura.lmtp() as connection, pytest.raises(SMTPSenderRefused) as refused:
        connection.sendmail(CITIZEN, [RECEIVED], QUESTION)
    assert refused.value.smtp_code == 452

    jura.take()
    jura.hand_over(QUESTION)


def test_a_nearly_full_disk_is_left_to_the_register(
    jura: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting_room, "SPARE", 1 << 62)
    with jura.by_hand() as hand:
        hand.ask(b"LHLO x")
        assert hand.ask(b"MAIL FROM:<a@b.example>").startswith("452")


def test_a_disk_that_takes_no_more_loses_nothing_that_was_promised(jura: House) -> None:
    """[97] The kernel refuses to write beyond a size, as a full disk does, to whoever writes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = QUESTION + b"x" * 998 * 400
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with jura.lmtp() as connection, pytest.raises(SMTPDataError) as refused:
            connection.sendmail(CITIZEN, [RECEIVED], large)
        assert refused.value.smtp_code == 452
        jura.hand_over(question(1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (jura.waiting(), jura.leftovers()) == (1, [])
    jura.hand_over(large)
    assert jura.waiting() == 2


def test_a_folder_that_cannot_be_synced_is_a_disk_that_takes_no_more(
    jura: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(_folder: Path) -> None:
        raise OSError(5, "EIO")

    monkeypatch.setattr(waiting_room, "_sync", refuses)
    with jura.lmtp() as connection, pytest.raises(SMTPDataError) as refused:
        connection.sendmail(CITIZEN, [RECEIVED], QUESTION)
    assert refused.value.smtp_code == 452
    monkeypatch.undo()

    # The server tries again, and meets what it left.
    jura.hand_over(QUESTION)
    jura.take()
    assert len(jura.requests()) == jura.counted() == 1


# --- dying, and coming back -----------------------------------------------------------------------


class Died(BaseException):
    """What a kill looks like to the code that it hits."""


def dies(*_: object, **__: object) -> None:
    raise Died


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("register", "listed"),
        ("register", "record"),
        ("register", "looked"),
        ("spool", "done"),
        ("register", "decide"),
    ],
)
@pytest.mark.parametrize("after", [False, True])
def test_a_death_at_any_step_loses_nothing_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str, name: str, *, after: bool
) -> None:
    """Before a step or right after it; poison and damage leave one trace as well."""
    with house(tmp_path) as jura:
        jura.hand_over(QUESTION)
        jura.hand_over(ANSWER, SENT, sender=OURS)
        jura.hand_over(b"\r\nrien d'un message")
        object_ = jura.register if what == "register" else jura.spool
        real = getattr(object_, name)

        def step(*arguments: object) -> None:
            if after:
                real(*arguments)
            raise Died

        monkeypatch.setattr(object_, name, step)
        with pytest.raises(Died):
            jura.take()
        monkeypatch.undo()
    with house(tmp_path) as jura:
        jura.take()

        assert [request.state for request in jura.requests()] == ["answered_in_time"]
        assert (jura.counted(), len(jura.register.quarantined()), jura.waiting()) == (2, 1, 0)


def test_a_server_that_was_not_told_sends_again_and_nothing_is_doubled(jura: House) -> None:
    """[96] A death between the disk and the reply: before the register has it, and after."""
    jura.hand_over(QUESTION)
    jura.hand_over(QUESTION)
    assert jura.waiting() == 1
    jura.take()
    jura.hand_over(QUESTION)
    jura.take()

    assert (jura.counted(), jura.waiting(), len(jura.requests())) == (1, 0, 1)


def test_what_was_being_received_when_we_died_is_removed(tmp_path: Path) -> None:
    with house(tmp_path) as jura:
        left = tmp_path / "state" / "spool" / "new" / "tmpabc"
        left.write_bytes(b"la moi")
    with house(tmp_path) as jura:
        assert jura.leftovers() == []
        assert jura.waiting() == 0


def test_a_waiting_file_that_is_not_what_was_written_is_set_aside(jura: House) -> None:
    jura.hand_over(QUESTION)
    jura.hand_over(question(2))
    one, two = jura.spool.waiting(IntakeRole.INBOX)
    one.path.write_bytes(one.path.read_bytes().replace(b"Bonjour", b"Bonsoir"))
    two.path.write_bytes(b"")
    (two.path.parent / "notes.txt").write_text("pas un message")
    jura.take()

    assert (jura.counted(), len(jura.register.quarantined()), jura.waiting()) == (0, 2, 0)
    assert aside(jura) == 2


def test_a_file_that_the_disk_does_not_give_holds_back_no_other(
    jura: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """[98]"""
    for number in range(3):
        jura.hand_over(question(number))
    stuck = jura.spool.waiting(IntakeRole.INBOX)[1].path
    real = Path.read_bytes

    def given(path: Path) -> bytes:
        if path == stuck:
            raise OSError(5, "EIO")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", given)
    with pytest.raises(BusyError, match="il sera repris"):
        jura.take()
    assert (jura.counted(), jura.waiting()) == (2, 1)
    monkeypatch.undo()
    jura.take()
    assert (jura.counted(), jura.waiting()) == (3, 0)


def test_a_listed_message_whose_file_is_gone_is_said_to_have_vanished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house(tmp_path) as jura:
        jura.hand_over(QUESTION)
        monkeypatch.setattr(jura.register, "record", dies)
        with pytest.raises(Died):
            jura.take()
        monkeypatch.undo()
        for one in jura.spool.waiting(IntakeRole.INBOX):
            one.path.unlink()
    with house(tmp_path) as jura:
        jura.take()
        assert jura.register.awaiting(place_of(IntakeRole.INBOX)) == ()
        assert "gap" in kinds(jura.register)


def test_a_register_that_is_held_leaves_everything_waiting(
    jura: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    jura.hand_over(QUESTION)

    def held(*_: object) -> None:
        raise BusyError("tenu")

    monkeypatch.setattr(jura.register, "record", held)
    with pytest.raises(BusyError):
        jura.take()
    assert jura.waiting() == 1
    monkeypatch.undo()
    jura.take()
    assert (jura.counted(), jura.waiting()) == (1, 0)


def test_a_service_that_was_down_has_missed_nothing(jura: House) -> None:
    jura.hand_over(question(1))
    jura.take()
    jura.clock.on(days=5)
    jura.hand_over(question(2))
    jura.take()

    assert "gap" not in kinds(jura.register)


def test_a_look_that_is_told_to_stop_leaves_the_rest_waiting(jura: House) -> None:
    jura.hand_over(QUESTION)
    jura.watch.goes_on = lambda: False
    jura.take()

    assert jura.waiting() == 1


SERVE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mailwatch import daemon
from mailwatch.register import key_of
from mailwatch.settings import desk_of, load_site
site = load_site(Path(sys.argv[1]))
now = lambda: datetime.now(UTC)
log = daemon.Log(stream=sys.stderr, now=now)
daemon.run(site, desk_of(site), key_of(Path(site.state)), now=now, log=log, workers=0)
"""


@contextmanager
def served(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Run the service of a site that mail is handed over to, in a process of its own."""
    path = folder / "mailwatch.toml"
    path.write_text(
        '[institution]\nname = "Préfecture du Jura"\ncalendar = "39"\ndomains = ["jura.gouv.fr"]\n'
        f'[register]\nstate = "state"\n[intake]\nlmtp = "{folder}/lmtp.sock"\n'
        f'addresses = [{{ address = "{RECEIVED}", role = "inbox" }}]\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-c", SERVE, str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as one:
        try:
            yield one
        finally:
            one.kill()


@pytest.mark.timeout(600)
def test_a_kill_between_the_promise_and_the_register_loses_no_message_and_doubles_none(
    tmp_path: Path,
) -> None:
    """[96] Killed at any moment, and whatever was promised is there once: a server sends the rest again."""
    created(tmp_path / "state")
    promised: list[int] = []
    due = list(range(60))
    for killed_at in (3, 1, 11, 0, 25, None):
        with served(tmp_path) as service:
            until(lambda: greets(tmp_path / "lmtp.sock"))
            with suppress(OSError, SMTPException), LMTP(str(tmp_path / "lmtp.sock")) as connection:
                for count, number in enumerate([*due]):
                    if count == killed_at:
                        service.send_signal(signal.SIGKILL)
                    connection.sendmail(CITIZEN, [RECEIVED], question(number))
                    promised.append(number)
                    due.remove(number)
            if killed_at is None:
                until(lambda: not [*(tmp_path / "state/spool/inbox").iterdir()])
                service.send_signal(signal.SIGTERM)
                assert service.wait(60) == 0
    key = key_of(tmp_path / "state")

    assert due == []
    assert checked(tmp_path / "state", key, DESK) == ()
    with opened(tmp_path / "state", key) as register, register._database.reading() as connection_:
        count, keys = connection_.exec_driver_sql(
            "SELECT count(*), count(DISTINCT key) FROM fact"
        ).one()
    assert (count, keys) == (60, 60)


def greets(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as wire:
        try:
            wire.connect(str(path))
        except OSError:
            return False
        return wire.recv(100).startswith(b"220")


@pytest.mark.no_cover
@pytest.mark.timeout(600)
def test_a_thousand_quick_messages_are_all_taken(tmp_path: Path) -> None:
    with house(tmp_path) as jura:
        with jura.lmtp() as connection:
            for number in range(1_000):
                assert connection.sendmail(CITIZEN, [RECEIVED], question(number)) == {}
        jura.take()

        assert (jura.counted(), jura.waiting()) == (1_000, 0)


# --- sockets --------------------------------------------------------------------------------------


def gate_of(tmp_path: Path, **intake: object) -> Gate:
    state = tmp_path / "other"
    state.mkdir(exist_ok=True)
    return Gate(
        intake=replace(Intake(addresses=ADDRESSES), **intake),  # type: ignore[arg-type]  # keyed by the test
        institution=JURA,
        spool=Spool.opened(state),
        now=Clock(),
        wake=lambda: None,
    )


def test_the_socket_is_for_our_group_and_gone_in_the_end(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    with listening(gate_of(tmp_path, lmtp_socket=str(path))):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
    assert not path.exists()


def test_the_socket_of_a_service_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with listening(gate_of(tmp_path, lmtp_socket=str(path))):
        assert greets(path)


def test_the_socket_of_a_service_at_work_is_left_alone(jura: House, tmp_path: Path) -> None:
    with (
        pytest.raises(BusyError, match="autre programme"),
        listening(gate_of(tmp_path, lmtp_socket=jura.intake.lmtp_socket)),
    ):
        pass
    jura.hand_over(QUESTION)


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    path.write_text("à garder")
    with (
        pytest.raises(SettingsError, match="déjà pris"),
        listening(gate_of(tmp_path, lmtp_socket=str(path))),
    ):
        pass
    assert path.read_text() == "à garder"


def test_a_folder_that_is_not_there_and_a_port_that_is_taken_are_told(
    jura: House, tmp_path: Path
) -> None:
    nowhere = gate_of(tmp_path, lmtp_socket=str(tmp_path / "nowhere" / "lmtp.sock"))
    with pytest.raises(SettingsError, match="RuntimeDirectory"), listening(nowhere):
        pass
    taken = gate_of(tmp_path, smtp_port=jura.intake.smtp_port)
    with pytest.raises(BusyError, match="autre programme"), listening(taken):
        pass


def test_lmtp_is_spoken_on_a_port_too(tmp_path: Path) -> None:
    port = free_port()
    with listening(gate_of(tmp_path, lmtp_port=port)), LMTP("127.0.0.1", port) as connection:
        assert connection.sendmail(CITIZEN, [RECEIVED], QUESTION) == {}


def test_ports_are_open_on_this_machine_alone(jura: House) -> None:
    (wire,) = (
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{jura.intake.smtp_port:04X}")
    )
    assert wire.startswith("0100007F:")


def test_a_stop_finishes_the_message_that_was_begun_and_takes_no_other(tmp_path: Path) -> None:
    with ExitStack() as stack:
        jura = stack.enter_context(house(tmp_path))
        begun, idle = (stack.enter_context(jura.by_hand()) for _ in range(2))
        begun.begin()
        listener = jura.handover.listener
        assert listener is not None
        stopping = threading.Thread(target=listener.stop)
        stopping.start()
        until(lambda: jura.gate.stopping)
        begun.say(*QUESTION.split(b"\r\n"), b".")
        assert begun.reply().startswith("250")
        stopping.join()
        assert begun.reply().startswith("421")
        assert idle.reply().startswith("421")
        assert jura.waiting() == 1
        with pytest.raises(BusyError, match="arrêtée"):
            jura.take()
        jura.handover.listener = None


def test_nothing_that_was_said_is_logged(jura: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(0)
    with jura.by_hand() as hand:
        hand.envelope()
        hand.ask(b"VRFY <secret@laposte.example>", b"NONSENSE secret@laposte.example")
    jura.hand_over(QUESTION)

    assert "@" not in caplog.text


def test_a_spool_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("un fichier")
    with pytest.raises(RefusedError, match="dossier d’attente"):
        Spool.opened(tmp_path)


def test_a_spool_counts_what_waits_from_one_start_to_the_next(tmp_path: Path) -> None:
    with house(tmp_path) as jura:
        jura.hand_over(QUESTION)
    spool = Spool.opened(tmp_path / "state", most=100)
    with pytest.raises(FullError):
        spool.check_room()
    spool.done(spool.waiting(IntakeRole.INBOX))
    spool.check_room()


# --- is all well ----------------------------------------------------------------------------------


def test_the_health_of_a_site_tells_when_the_last_copy_came(jura: House) -> None:
    """A mail server that hands nothing over any more looks like a quiet week: the day says which."""
    site = Site(institution=JURA, intake=jura.intake)
    jura.clock.at = at("2026-03-02 09:13")
    jura.hand_over(QUESTION)
    jura.take()
    found = health.examine(
        jura.register, site, at=at("2026-03-09 08:00"), holder=None, unwatched=timedelta(minutes=15)
    )

    told = {one.address: one.taken_at for one in found.handed}
    assert told == {RECEIVED: at("2026-03-02 09:13"), SENT: None, BOTH: None, REPORTS: None}
    assert contracts.health(found, DESK.zone, 0)["intake"] == [
        {
            "address": one.address,
            "role": one.role,
            "taken_at": "2026-03-02T09:13:00+01:00" if one.address == RECEIVED else None,
            "quarantined": 0,
        }
        for one in found.handed
    ]


def test_the_health_is_shown_in_a_line_an_address(
    jura: House, capsys: pytest.CaptureFixture[str]
) -> None:
    jura.hand_over(b"\r\nrien d'un message")
    jura.take()
    site = Site(institution=JURA, intake=jura.intake)
    found = health.examine(
        jura.register, site, at=jura.clock(), holder=None, unwatched=timedelta(minutes=15)
    )
    screens.health(found, DESK.zone, Path("/srv"), 0)
    shown = capsys.readouterr().out

    assert f"✔ remise {RECEIVED} : dernière copie le 09/03/2026 12:00, 1 message illisible" in (
        shown.replace("\u00a0", " ")
    )
    assert f"✘ remise {SENT} : aucune copie jusqu’ici" in shown
    assert DRAFTS not in shown


def test_a_message_that_was_handed_over_cannot_be_read_again(jura: House) -> None:
    jura.hand_over(QUESTION)
    jura.take()
    places = jura.register.locate("<2026-03-02.0912@mail.example>")
    (glimpse,) = reread(places, (), jura.watch.lines)

    assert "cherchez-le dans sa boîte" in str(glimpse.fault)


def test_the_promise_comes_after_the_octets_and_their_name_are_on_the_disk(
    jura: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    real = os.fsync

    def slow(descriptor: int) -> None:
        time.sleep(0.2)
        real(descriptor)
        synced.append("name" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "octets")

    with jura.by_hand() as hand:
        hand.begin()
        monkeypatch.setattr(os, "fsync", slow)
        hand.say(*QUESTION.split(b"\r\n"), b".")
        assert hand.reply().startswith("250")
        assert synced == ["octets", "name"]
        monkeypatch.undo()
    assert jura.waiting() == 1
