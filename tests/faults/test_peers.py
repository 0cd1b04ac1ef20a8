"""What other tools get wrong with a mailbox, on a real one: each of the courses of events that cost them mail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailwatch.model import Period, State
from tests.bureau import kinds
from tests.facts import at
from tests.faults.house import House, answer, asked, house, question, wrong
from tests.mails import mail, reply
from tests.servers.dovecot import Dovecot

MONDAY = at("2026-03-02 09:12")
EVER = Period(from_on=None, to_on=None)


@pytest.fixture
def out(dovecot: Dovecot, tmp_path: Path) -> Iterator[House]:
    with house(dovecot, tmp_path / "state", timeout=60) as made:
        yield made


def without(raw: bytes, field: bytes) -> bytes:
    head, _, body = raw.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(field)]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


def broken(number: int) -> bytes:
    """Latin-1 in eight bits where nothing announces it, under a field that is none."""
    raw = question(number)
    head, _, _ = raw.partition(b"\r\n\r\n")
    head = head.replace(b"Subject: ", b"Objet sans deux points\r\nSubject: D\xe9p\xf4t ")
    return (
        head + b"\r\n\r\n" + "Bonjour,\n\nOù est mon dossier déposé en février ?".encode("latin-1")
    )


def large(number: int) -> bytes:
    """A question with forty megabytes attached."""
    head, _, body = question(number).partition(b"\r\n\r\n")
    head = without(head + b"\r\n\r\n", b"content-").partition(b"\r\n\r\n")[0]
    kinds_of = b'\r\nContent-Type: multipart/mixed; boundary="=scan"\r\n\r\n'
    line = b"QUJD" * 19 + b"\r\n"
    return (
        head + kinds_of + b"--=scan\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body
        + b"\r\n--=scan\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + line * (40_000_000 // len(line)) + b"--=scan--\r\n"
    )  # fmt: skip


def number_anew(out: House, uidvalidity: int) -> None:
    """Have the server forget its numbers, as after a repair."""
    out.hang_up()
    home, uid = out.watched.mailbox.home, out.watched.mailbox.uid
    for index in home.glob("dovecot*"):
        index.unlink()
    listed = home / "dovecot-uidlist"
    listed.write_text(f"3 V{uidvalidity} N1\n", "ascii")
    if os.geteuid() == 0:
        os.chown(listed, uid, uid)


def test_six_messages_that_cost_other_tools_mail_are_six_requests_and_stay_six(out: House) -> None:
    box = out.watched.mailbox
    paths = [
        box.put(question(1), MONDAY),
        box.put(question(2), MONDAY),
        box.put(question(3), MONDAY),
        box.put(without(question(4), b"message-id:"), MONDAY),
        box.put(broken(5), MONDAY),
        box.put(large(6), MONDAY),
    ]
    box.file_away(paths[2], "S")
    out.poll()
    out.hang_up()
    box.file_away(paths[1], "S", folder="Traités")

    out.poll()

    assert len(out.requests()) == 6
    assert out.register.quarantined() == ()
    assert box.touched() == []
    for uidvalidity in (1_799_999_990, 1_799_999_991):
        number_anew(out, uidvalidity)
        out.clock.on(minutes=2)
        assert out.poll().failures == ()
        assert len(out.requests()) == 6
    out.clock.on(minutes=2)
    box.put(question(7), MONDAY)
    out.poll()
    assert len(out.requests()) == 7


def test_another_message_under_a_number_that_was_used_is_another_request(out: House) -> None:
    out.fill(3)
    out.poll()
    number_anew(out, 1_799_999_990)
    for path in out.watched.mailbox.files():
        path.unlink()
    out.watched.mailbox.put(question(4), MONDAY)

    out.poll()

    assert wrong(out.requests(), [asked(number) for number in range(1, 5)]) == []


def test_ten_days_without_a_look_lose_nothing_and_are_told(out: House) -> None:
    out.fill(2)
    out.poll()
    out.clock.on(days=10)
    out.fill(2, first=3)

    out.poll()

    assert out.losses(4) == []
    assert [gap.until - gap.since for gap in out.register.gaps(EVER)] == [
        timedelta(days=10),
        timedelta(days=10),
    ]


def test_two_messages_of_one_identifier_are_two_requests_wherever_they_lie(out: House) -> None:
    """A program that numbers its mails anew each morning."""
    for number, folder in ((1, "INBOX"), (2, "INBOX")):
        raw = question(number, message_id="<1@formulaire.example>")
        out.watched.mailbox.put(raw, MONDAY, folder=folder)

    out.poll()

    assert len(out.requests()) == 2


def test_messages_without_an_identifier_keep_their_answers_when_they_are_numbered_anew(
    out: House,
) -> None:
    nameless = without(question(1), b"message-id:")
    out.watched.mailbox.put(nameless, MONDAY)
    named = reply("2026-03-04 16:40", to="personne1@laposte.example", subject="RE: Dossier 1")
    out.watched.mailbox.put(named, at("2026-03-04 16:40"), folder="Envoyés")
    out.poll()
    before = out.requests()
    number_anew(out, 1_799_999_990)

    out.poll()

    assert [(one.id, one.state) for one in out.requests()] == [
        (one.id, State.ANSWERED_IN_TIME) for one in before
    ]
    assert kinds(out.register).count("renumbered") == 1


def test_an_answer_in_the_sent_folder_counts_as_one_from_outside_the_tool_does(out: House) -> None:
    out.fill(3)
    out.watched.mailbox.put(answer(1), at("2026-03-04 16:40"), folder="Envoyés")
    copied = mail(
        "2026-03-05 10:00",
        "Madame,\n\nVotre dossier est complet, vous le recevrez le 20 mars.\n\nClaire VERNIER\nPréfecture du Jura",
        sender="Claire Vernier <claire.vernier@jura.gouv.fr>",
        to="personne2@laposte.example",
        cc="pref-associations@jura.gouv.fr",
        subject="RE: Dossier 2",
        references=asked(2),
        message_id="<r2@jura.gouv.fr>",
    )
    out.watched.mailbox.put(copied, at("2026-03-05 10:00"))

    out.poll()

    answered = {one.message_id for one in out.requests() if one.first is not None}
    assert answered == {asked(1), asked(2)}
