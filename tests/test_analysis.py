"""One delivery becomes a fact: what names it, and which way a journalled copy went."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.analysis import analyse, message_key, sealed
from mailwatch.model import Delivery, Fact, Nature, Role, Unreadable
from mailwatch.packing import unpack
from mailwatch.settings import desk_for
from tests.facts import BOX, CITIZEN, JURA
from tests.mails import mail, reply

DESK = desk_for(JURA)
COLLEAGUE = "prenom.nom@jura.gouv.fr"


def journalled(raw: bytes) -> Fact:
    found = analyse(Delivery(raw=raw, file="copies", role=Role.INBOX, journal=True), DESK)
    assert isinstance(found, Fact)
    return found


def by_imap(in_a_file: bytes) -> bytes:
    """What a server sends: every LF has its CR (RFC 3501 section 2.3.1)."""
    return re.sub(rb"(?<!\r)\n", b"\r\n", in_a_file)


@given(st.binary(max_size=300) | st.text("\r\nx").map(str.encode))
def test_a_message_has_one_key_in_a_maildir_and_by_imap(in_a_file: bytes) -> None:
    assert message_key(in_a_file) == message_key(by_imap(in_a_file))


@pytest.mark.parametrize("lines", [65536, 65537, 131072, 200_000])
def test_a_key_is_the_same_wherever_the_first_64_kibibytes_end(lines: int) -> None:
    for start in (b"", b"x", b"xy"):
        in_a_file = start + b"\n" * lines

        assert message_key(in_a_file) == message_key(by_imap(in_a_file))


def test_messages_that_differ_in_their_first_64_kibibytes_have_different_keys() -> None:
    assert message_key(b"Subject: a\n\n") != message_key(b"Subject: b\n\n")
    assert message_key(b"x" * 65535 + b"y") != message_key(b"x" * 65536)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (mail("2026-03-02 09:00", "Bonjour, quelles pièces fournir ?"), Role.INBOX),
        (reply("2026-03-03 10:00"), Role.SENT),
        (reply("2026-03-03 10:00", to=COLLEAGUE, cc=f"Odile Ferrand <{CITIZEN}>"), Role.SENT),
        (reply("2026-03-03 10:00", to=COLLEAGUE), Role.INBOX),
        (mail("2026-03-03 10:00", "Bonjour", sender=COLLEAGUE, to=BOX), Role.INBOX),
        (
            mail("2026-03-03 10:00", "Bonjour", sender="x@example.org", to="y@example.org"),
            Role.INBOX,
        ),
    ],
    ids=[
        "a citizen writes to us",
        "we answer a citizen",
        "a citizen in copy",
        "we write to a colleague",
        "a colleague writes to a box",
        "strangers among themselves",
    ],
)
def test_the_header_of_a_journalled_copy_tells_which_way_it_went(
    raw: bytes, expected: Role
) -> None:
    assert journalled(raw).role is expected


def test_an_answer_found_in_a_journal_is_judged_as_one() -> None:
    found = journalled(reply("2026-03-03 10:00"))

    assert found.answer is Nature.REPLY
    assert found.mentions is not None


def test_what_the_register_keeps_of_a_message_names_nobody_outside() -> None:
    question = Delivery(raw=mail("2026-03-02 09:00", "Bonjour"), file="1", role=Role.INBOX)

    kept = sealed(question, DESK, b"une clef de seize")

    assert isinstance(kept, bytes)
    assert CITIZEN.encode() not in kept
    found = analyse(question, DESK)
    assert isinstance(found, Fact)
    assert unpack(kept, DESK.zone).key == found.key


def test_what_is_no_message_is_kept_as_a_reason() -> None:
    kept = sealed(Delivery(raw=b"", file="1", role=Role.INBOX), DESK, b"une clef de seize")

    assert isinstance(kept, Unreadable)


def test_a_journalled_copy_that_is_no_message_counts_as_received() -> None:
    found = analyse(Delivery(raw=b"", file="copies", role=Role.INBOX, journal=True), DESK)

    assert isinstance(found, Unreadable)
    assert found.role is Role.INBOX
