"""Words in the pack: on the pages of the sample, when they are asked for, and nowhere else whatever happens."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.dossier.terms import Piece
from mailwatch.dossier.words import judged, marked
from mailwatch.model import Delivery, Role
from tests.facts import at, desk
from tests.faults.house import MONDAY
from tests.faults.test_canaries import leaks, planted
from tests.mails import reply
from tests.packs import SAMPLE, SHEETS, texts, unpacked
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import Watched, watching
from tests.test_cli import run
from tests.test_service_commands import ASKED, Bureau, asked, bureau

__all__ = ["asked", "bureau", "run"]


def packed(bureau: Bureau, *words: str, name: str = "dossier.zip") -> Path:
    """Have the pack of the quarter written."""
    path = bureau.home / name
    ran = bureau.type("dossier", "--period", "2026-T1", "--out", str(path), *words)
    assert ran.code == 0, ran.err
    return path


def seen(page: str) -> str:
    """What was written, without the labels of the marks."""
    return re.sub(r"<[^>]+>", "", re.sub(r" <small>.*?</small>", "", page))


# --- on a real server -----------------------------------------------------------------------------


def test_words_are_read_again_and_what_is_evidence_is_marked(asked: Bureau) -> None:
    path = packed(asked, "--words")
    page = unpacked(path)[SAMPLE].decode().replace("\u00a0", " ")

    assert path.stat().st_mode & 0o777 == 0o600
    assert "Odile Ferrand" in page
    assert "Quelles pièces fournir pour changer de siège ?" in seen(page)
    assert re.search(r"<mark>Claire V(?:ERNIER|ernier) <small>\[personne : présent\]", page)
    assert re.search(r"<mark>[^<]*Préfecture du Jura[^<]*<small>\[institution : présent\]", page)
    assert "ces pages contiennent des données personnelles" in page
    assert "Données personnelles" in unpacked(path)["LISEZMOI.md"].decode()


def test_the_key_on_a_page_is_made_from_the_mail_itself(asked: Bureau) -> None:
    page = unpacked(packed(asked))[SAMPLE].decode()
    keys = set(re.findall(r"<code>([0-9a-f]{16})</code>", page))
    script = "tr -d '\\r' | head -c 65536 | sha256sum | cut -c1-16"
    made = set()
    for raw in _mailbox(asked.watched):
        ran = subprocess.run(["/bin/sh", "-c", script], input=raw, capture_output=True, check=True)
        made.add(ran.stdout.decode().strip())

    assert len(keys) == 3
    assert keys <= made


def _mailbox(watched: Watched) -> Iterator[bytes]:
    """Every message as the server gives it."""
    for folder in ("INBOX", "Envoyés"):
        line = watched.connect()
        line.examine(folder)
        for _, raw in line.bodies(line.outlines(line.uids(1, 1000))):
            yield raw


def test_a_server_that_cannot_be_reached_costs_the_words_alone(asked: Bureau) -> None:
    asked.write(port=1)
    path = asked.home / "dossier.zip"
    ran = asked.type("dossier", "--period", "2026-T1", "--out", str(path), "--words")
    page = unpacked(path)[SAMPLE].decode().replace("\u00a0", " ")

    assert ran.code == 0
    assert "messages non relus : " in ran.err
    assert "Non relu : " in page
    assert "Ferrand" not in page
    assert page.count('<section class="case"') == 2


def test_a_message_that_is_gone_since_says_so_and_the_others_are_read(asked: Bureau) -> None:
    named = f"Message-ID: {ASKED}".encode()
    (first,) = [path for path in asked.watched.mailbox.files() if named in path.read_bytes()]
    first.unlink()
    page = unpacked(packed(asked, "--words"))[SAMPLE].decode()

    assert "ce message n’est plus dans son dossier" in page
    assert "Karim Haddad" in page


# --- canaries -------------------------------------------------------------------------------------


@pytest.fixture
def watched(dovecot: Dovecot) -> Iterator[Watched]:
    """A mailbox in which each place that a person fills holds a token, for this file's `bureau`."""
    with watching(dovecot) as found:
        yield found


@pytest.fixture
def told_on(bureau: Bureau) -> Bureau:
    for folder, raw in planted():
        bureau.watched.mailbox.put(raw, at(MONDAY), folder=folder)
    assert bureau.type("once").code == 0
    return bureau


def leaked(path: Path) -> list[str]:
    """The tokens in each file of a pack, every spreadsheet and PDF taken apart."""
    files = unpacked(path)
    found = [leak for name, content in files.items() for leak in leaks(name, content)]
    return found + [leak for name, text in texts(files) for leak in leaks(name, text.encode())]


def test_no_token_is_in_a_pack(told_on: Bureau) -> None:
    sealed = ("report", "--period", "2026-T1", "--seal", "--author", "Hélène Prost")

    assert leaked(packed(told_on)) == []
    assert told_on.type(*sealed, now="2026-04-20T12:00").code == 0
    assert leaked(packed(told_on, name="arrete.zip")) == []


def test_with_words_the_tokens_are_on_the_pages_of_the_sample_alone(told_on: Bureau) -> None:
    found = leaked(packed(told_on, "--words"))

    assert len({leak.partition(" ")[0] for leak in found}) > 40
    assert {leak.partition(" dans ")[2] for leak in found} == {SAMPLE, SHEETS}


# --- one message ----------------------------------------------------------------------------------


def delivery(raw: bytes, role: Role = Role.SENT) -> Delivery:
    return Delivery(raw=raw, file="boîte/1", role=role)


@given(st.binary(max_size=400))
def test_any_octets_are_judged_or_refused(raw: bytes) -> None:
    for role in Role:
        assert judged(delivery(raw, role), desk())


def test_a_message_is_shown_by_its_own_words_without_what_it_quotes() -> None:
    raw = reply(
        "2026-03-04 16:40",
        "Bonjour,\n\nNous reviendrons vers vous avant le 12 mars 2026.\n\nCordialement,\nClaire Vernier\n\n"
        "Le 2 mars 2026 à 09:12, Odile Ferrand <odile.ferrand@laposte.example> a écrit :\n> Un secret.",
        signature="",
    )
    found = judged(delivery(raw), desk())

    assert isinstance(found, bytes)
    assert b"Un secret" not in found
    assert b"suite annonc" in found


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("Bonjour", [], [("Bonjour", "")]),
        ("Claire Vernier", ["Claire Vernier"], [("Claire Vernier", "x")]),
        ("Claire, puis Claire Vernier", ["Claire"], [("Claire, puis ", ""), ("Claire", "x"), (" Vernier", "")]),
        ("Claire Vernier", ["Claire Vernier", "Vernier"], [("Claire Vernier", "x")]),
        ("rien", ["absent", "", "r"], [("rien", "")]),
        ("", ["absent"], []),
    ],
)  # fmt: skip
def test_words_are_marked_where_they_last_stand_and_once(
    text: str, words: list[str], expected: list[tuple[str, str]]
) -> None:
    found = marked(text, [Piece(text=each, of="x") for each in words])

    assert [(piece.text, piece.of) for piece in found] == expected


@given(text=st.text("abc ", max_size=30), words=st.lists(st.text("abc", max_size=4), max_size=6))
def test_no_letter_is_lost_by_marking(text: str, words: list[str]) -> None:
    found = marked(text, [Piece(text=each, of="x") for each in words])

    assert "".join(piece.text for piece in found) == text
