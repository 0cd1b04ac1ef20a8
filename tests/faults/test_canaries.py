"""What persons wrote stands in their mail and nowhere else: not in a journal, a log, an alert, a crash, a byte."""

from __future__ import annotations

import email
import email.policy
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.facts import at
from tests.faults.house import MONDAY
from tests.faults.injecting import MONDAY_MORNING, alerted
from tests.faults.killing import site_of
from tests.faults.lives import Launch, Once, Serve
from tests.mails import mail, reply
from tests.registers import KEY
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import Watched, watching
from tests.servers.smtp import smtp_server

COUNT = 50
_tokens = [f"zqcanari{number:02}xw" for number in range(COUNT)]


def planted() -> Iterator[tuple[str, bytes]]:
    """Mails in which each place that a person fills holds a token; a Message-ID is no person's, and is kept."""
    left = iter(_tokens)

    def word() -> str:
        return next(left)

    for number in range(5):
        citizen = f"{word()} {word()} <{word()}@{word()}.example>"
        yield (
            "INBOX",
            mail(
                MONDAY,
                f"Bonjour,\n\nJ’habite 3 rue {word()} à {word()}, dossier {word()}, tél. {word()}.\n\nMerci.",
                sender=citizen,
                subject=f"Dossier {word()}",
                message_id=f"<q{number}@mail.example>",
            ),
        )
        yield (
            "Envoyés",
            reply(
                "2026-03-04 16:40",
                to=citizen,
                signature=f"Cordialement,\n\n{word().title()} Durand\nPréfecture du Jura",
                references=f"<q{number}@mail.example>",
            ),
        )


def leaks(where: str, content: bytes) -> list[str]:
    lowered = content.lower()
    return [f"{token} dans {where}" for token in _tokens if token.encode() in lowered]


@pytest.fixture
def planted_in(dovecot: Dovecot) -> Iterator[Watched]:
    with watching(dovecot) as watched:
        for folder, raw in planted():
            watched.mailbox.put(raw, at(MONDAY), folder=folder)
        watched.mailbox.put(b"X: " + _tokens[-1].encode() + b"\0" * 9_000, at(MONDAY))
        yield watched


def test_the_tokens_are_in_the_mail() -> None:
    octets = b"".join(raw for _, raw in planted())

    assert sum(token.encode() in octets.lower() for token in _tokens) == COUNT


def test_no_token_is_in_what_the_service_keeps_tells_and_sends(
    planted_in: Watched, ram: Path, launch: Launch
) -> None:
    with smtp_server() as sink:
        site = alerted(site_of(planted_in, ram), sink.port)
        told, code = launch(Once(site=site, key=KEY, at=MONDAY_MORNING)).ends()
        alerts = [
            email.message_from_bytes(taken.octets, policy=email.policy.default)
            for taken in sink.taken
        ]

    assert code == 0
    assert len(alerts) == 1
    found = leaks("le journal du service", told.encode())
    for message in alerts:
        for part in message.walk():
            if not part.is_multipart():
                found += leaks("l’alerte", str(part.get_content()).encode())
        found += leaks("l’en-tête de l’alerte", str(message.items()).encode())
    for path in Path(site.state).rglob("*"):
        if path.is_file():
            found += leaks(path.name, path.read_bytes())
    assert found == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGABRT, signal.SIGSEGV])
def test_no_token_is_in_what_a_crash_leaves(
    planted_in: Watched, ram: Path, launch: Launch, number: signal.Signals
) -> None:
    site = site_of(planted_in, ram)
    life = launch(Serve(site=site, key=KEY, workers=1))
    life.tells("start")
    time.sleep(0.15)
    life.resume(number)
    told, _ = life.ends()

    found = leaks("ses derniers mots", told.encode())
    for path in [*Path(site.state).rglob("*"), *Path.cwd().glob("core*")]:
        if path.is_file():
            found += leaks(path.name, path.read_bytes())
    assert found == []


def test_no_token_is_in_what_is_said_of_a_register_that_is_damaged(
    planted_in: Watched, ram: Path, launch: Launch
) -> None:
    site = site_of(planted_in, ram)
    launch(Once(site=site, key=KEY, at=MONDAY_MORNING)).ends()
    file = Path(site.state) / "register.sqlite"
    octets = bytearray(file.read_bytes())
    octets[len(octets) // 2 :: 977] = b"\xff" * len(octets[len(octets) // 2 :: 977])
    file.write_bytes(octets)

    told, _ = launch(Once(site=site, key=KEY, at=MONDAY_MORNING)).ends()

    assert leaks("la plainte", told.encode()) == []
