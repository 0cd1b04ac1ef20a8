"""Messages that no honest program writes: read as far as they can be, in little time, and never in silence."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from mailwatch.analysis import Examined, analyse, examine, sealed
from mailwatch.model import Delivery, Fact, Outcome, Role, Unreadable
from tests.bureau import DESK
from tests.facts import AGENT
from tests.faults.bombs import (
    ASK,
    BOMBS,
    CHARSETS,
    NAMES,
    NO_MAIL,
    Bomb,
    attached,
    encoded,
    html,
    parted,
    raw,
    text,
)
from tests.mails import reply
from tests.registers import KEY

AT = datetime(2026, 3, 2, 8, 12, tzinfo=UTC)
_SECONDS = 10
"""Processor time that any of them may take on a machine five times slower than it should be."""


def delivery(octets: bytes, role: Role = Role.INBOX) -> Delivery:
    return Delivery(raw=octets, file="bombe", role=role, server_at=AT)


def fact(octets: bytes) -> Fact:
    found = analyse(delivery(octets), DESK)
    assert isinstance(found, Fact)
    return found


def read(octets: bytes, role: Role = Role.INBOX) -> Examined:
    found = examine(delivery(octets, role), DESK)
    assert isinstance(found, Examined)
    return found


@pytest.mark.no_cover
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_it_is_read_in_little_time_and_goes_into_the_register(bomb: Bomb) -> None:
    octets = bomb()
    began = time.process_time()

    found = sealed(delivery(octets), DESK, KEY)

    assert isinstance(found, bytes)
    assert time.process_time() - began < _SECONDS


@pytest.mark.parametrize("bomb", NO_MAIL.values(), ids=NO_MAIL)
def test_what_is_no_mail_is_set_aside_with_a_reason_or_read_as_empty(bomb: Bomb) -> None:
    found = analyse(delivery(bomb()), DESK)

    assert isinstance(found, Fact) or found.reason


def test_case_1_an_empty_file_says_that_it_is_one() -> None:
    found = analyse(delivery(b""), DESK)

    assert isinstance(found, Unreadable)
    assert found.reason == "fichier vide"


@pytest.mark.parametrize("charset", CHARSETS)
def test_case_14_no_charset_turns_text_into_markup_or_into_another_encoding(charset: bytes) -> None:
    page = raw(
        b"Content-Type: text/plain; charset=" + charset, body=b"+ADw-script+AD4- \\x3cb\\x3e Zm9v"
    )

    assert "<" not in read(page).message.text


def test_case_16_a_body_that_cannot_be_read_is_never_a_missing_mention() -> None:
    octets = reply("2026-03-04 16:40").partition(b"Content-Type")[0] + (
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nMIAGCSqGSIb3DQEHA6CA\r\n"
    )
    mentions = read(octets, Role.SENT).mentions

    assert mentions is not None
    assert {mentions.author.outcome, mentions.service.outcome} == {Outcome.UNVERIFIABLE}


HIDDEN = {
    "18 not displayed": '<p style="display:none">{}</p>',
    "18 white on white": '<p style="color:#fff;background:#ffffff">{}</p>',
    "18 of no size": '<p style="font-size:0">{}</p>',
    "18 in place of a picture": '<img alt="{}" width="1" height="1">',
    "18 a comment": "<!-- {} -->",
}
_NAMED = "Claire VERNIER, Bureau des associations, Préfecture du Jura"


def _answer(page: str) -> bytes:
    head = reply("2026-03-04 16:40").partition(b"Content-Type")[0]
    return head + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + page.encode()


@pytest.mark.parametrize("place", HIDDEN.values(), ids=HIDDEN)
def test_a_mention_that_nobody_sees_is_none(place: str) -> None:
    page = f"<p>Bonjour,</p><p>Votre dossier est complet.</p>{place.format(_NAMED)}"
    mentions = read(_answer(page), Role.SENT).mentions

    assert mentions is not None
    assert mentions.author.outcome is Outcome.ABSENT


def test_case_19_the_signature_of_the_question_names_no_agent() -> None:
    octets = reply(
        "2026-03-04 16:40",
        "Bonjour,\n\nIl faut les statuts.\n\nLe 2 mars 2026, Odile Ferrand a écrit :\n"
        "> Bonjour\n> Odile Ferrand\n> Présidente, Préfecture du Jura",
        signature="",
    )
    mentions = read(octets, Role.SENT).mentions

    assert mentions is not None
    assert mentions.author.outcome is Outcome.ABSENT
    assert mentions.institution.outcome is Outcome.ABSENT


@pytest.mark.parametrize("name", NAMES)
def test_case_21_the_name_of_a_file_is_a_label_of_one_line(name: bytes) -> None:
    found = read(parted([text(), attached(name)])).message.attachments

    assert len(found) == 1
    assert "\n" not in found[0].name
    assert "\0" not in found[0].name


def test_case_23_where_two_versions_say_different_things_it_is_noted() -> None:
    two = parted(
        [text(b"Rien ne manque."), text(b"<p>Il manque les statuts.</p>", b"text/html")],
        b"alternative",
    )

    assert read(two).message.parts_disagree


_REPORT = b"multipart/report; boundary=b; report-type="
REPORTS = {
    "24 a delivery report": (_REPORT + b"delivery-status", b"message/delivery-status"),
    "24 a receipt": (_REPORT + b"disposition-notification", b"message/disposition-notification"),
    "24 an answer to an invitation": (
        b"multipart/mixed; boundary=b",
        b"text/calendar; method=REPLY",
    ),
}


@pytest.mark.parametrize(("kind", "inner"), REPORTS.values(), ids=REPORTS)
def test_what_a_program_reports_is_no_request(kind: bytes, inner: bytes) -> None:
    body = (
        b"--b\r\n\r\nVotre message.\r\n--b\r\nContent-Type: " + inner + b"\r\n\r\n"
        b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n"
    )
    found = fact(raw(b"Content-Type: " + kind, b"From: MAILER-DAEMON@mx.example", body=body))

    assert not found.reading.answer_due


def test_case_26_the_end_of_a_long_text_is_read_too() -> None:
    long = (
        ASK
        + b"Encore un mot, puis un autre. " * 5_000
        + b"\r\nClaire VERNIER\r\nPrefecture du Jura\r\n"
    )

    assert "VERNIER" in read(raw(body=long)).message.own


_EARLIER = b"Received: from moi by mta.jura.gouv.fr; Mon, 01 Jan 2024 00:00:00 +0000"
FORGED = {
    "30 by a bare CR": b"Subject: bonjour\r" + _EARLIER,
    "31 below the true one": b"X-A: b\r\n" + _EARLIER,
    "29 by the sender's clock": b"Date: Mon, 01 Jan 2024 00:00:00 +0000",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_no_field_of_the_sender_s_moves_the_arrival(forged: bytes) -> None:
    assert fact(raw(forged)).at.date().isoformat() == "2026-03-02"


def test_case_33_a_server_that_gives_no_date_leaves_the_relay_s() -> None:
    found = analyse(Delivery(raw=raw(), file="x", role=Role.INBOX), DESK)

    assert isinstance(found, Fact)
    assert found.grade.value != "A"


def test_case_34_a_server_s_date_that_contradicts_the_relay_is_graded_so() -> None:
    late = Delivery(
        raw=raw(), file="x", role=Role.INBOX, server_at=datetime(2027, 1, 1, tzinfo=UTC)
    )
    found = analyse(late, DESK)

    assert isinstance(found, Fact)
    assert found.grade.value == "X"


def test_case_45_mail_that_claims_to_be_ours_and_lies_in_an_inbox_answers_nobody() -> None:
    forged = raw(
        b"From: " + AGENT.encode(),
        b"To: odile.ferrand@laposte.example, pref-associations@jura.gouv.fr",
    )

    assert read(forged).direction.value == "incoming"


ROBOTS = {
    "47 Auto-Submitted": b"Auto-Submitted: auto-replied",
    "47 X-Autoreply": b"X-Autoreply: yes",
    "47 Precedence": b"Precedence: auto_reply",
    "47 X-Auto-Response-Suppress": b"X-Auto-Response-Suppress: All\r\nAuto-Submitted: auto-generated",
}


@pytest.mark.parametrize("field", ROBOTS.values(), ids=ROBOTS)
def test_a_robot_of_ours_answers_nobody(field: bytes) -> None:
    octets = (
        field + b"\r\n" + reply("2026-03-04 16:40", "Bonjour, votre message nous est bien parvenu.")
    )
    found = analyse(delivery(octets, Role.SENT), DESK)

    assert isinstance(found, Fact)
    assert found.answer is None


def test_case_15_what_is_not_base64_is_shown_as_far_as_it_goes() -> None:
    good = encoded(b"base64", b"Qm9uam91ciBNYWRhbWU=\r\n")

    assert read(good).message.own == "Bonjour Madame"
    assert read(encoded(b"base64", b"Qm9uam91ciBNYWRhbWU=!!\xff")).message.own.startswith("Bonjour")


def test_case_17_the_question_is_found_below_a_hundred_thousand_blocks() -> None:
    assert "changer de siege" in read(html(b"<div>" * 100_000 + ASK)).message.own
