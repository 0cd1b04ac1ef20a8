"""A service that is killed over and over while mail arrives."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from imapclient import IMAPClient

from mailwatch.register import checked, opened
from mailwatch.site import Secret, Site
from tests.bureau import DESK, FOLDERS, NOON
from tests.facts import JURA, at
from tests.faults.house import MONDAY, answer, asked, disorder, question, wrong
from tests.faults.lives import Launch, Once, Serve
from tests.registers import KEY, laid
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import Watched, watching

_LONGEST = 0.35
"""Seconds that a life lasts at most once it is ready: a look at a few messages takes less."""


@dataclass(kw_only=True)
class Killing:
    """One mailbox, one register, many lives."""

    watched: Watched
    site: Site
    launch: Launch
    draw: random.Random
    sent: int = 0
    answered: int = 0
    faults: list[str] = field(default_factory=list)

    def kill_once(self, number: int) -> None:
        """Let mail arrive before and during a life, end it, and check the register."""
        self.arrive()
        life = self.launch(Serve(site=self.site, key=KEY))
        ready = life.tells("start")
        lasting = self.draw.random() ** 2 * _LONGEST
        time.sleep(lasting / 2)
        self.arrive()
        time.sleep(lasting / 2)
        life.kill()
        if not ready:
            self.faults.append(f"vie {number} : jamais prête")
        self.faults += [f"vie {number} : {fault}" for fault in checked(self.state, KEY, DESK)]

    def arrive(self) -> None:
        """Deliver a few questions, and answers to some that came earlier."""
        for _ in range(self.draw.randint(0, 3)):
            self.sent += 1
            self.watched.mailbox.put(question(self.sent), at(MONDAY))
        if self.answered < self.sent and self.draw.random() < 0.5:
            self.answered += 1
            self.watched.mailbox.put(
                answer(self.answered), at("2026-03-04 16:40"), folder="Envoyés"
            )

    def settle(self) -> list[str]:
        """Look once more, undisturbed, and hold the register against what the server has."""
        last = Once(site=self.site, key=KEY, at=NOON, reconcile=True)
        words, code = self.launch(last).ends()
        if code:
            self.faults.append(f"dernier relevé : {code} {words}")
        with opened(self.state, KEY) as register:
            requests = register.requests(DESK, NOON.date())
            missed = sum(night.healed for night in register.reconciliations(NOON))
            seen = Counter({name: len(register.locate(name)) for name in message_ids(self.watched)})
        self.faults += disorder(self.state)
        self.faults += [f"manqué jusqu’à la comparaison : {missed}"] * bool(missed)
        self.faults += [f"{name} : lu {count} fois" for name, count in seen.items() if count != 1]
        self.faults += wrong(requests, [asked(number) for number in range(1, self.sent + 1)])
        late = sum(request.first is not None for request in requests)
        if late != self.answered:
            self.faults.append(f"{late} demandes répondues au lieu de {self.answered}")
        return self.faults

    @property
    def state(self) -> Path:
        return Path(self.site.state)


def message_ids(watched: Watched) -> list[str]:
    """The messages that the server has, as it tells another client."""
    found: list[str] = []
    with IMAPClient(
        "127.0.0.1", watched.server.unguarded_port or watched.server.port, ssl=False
    ) as client:
        client.login(watched.mailbox.user, watched.secret)
        for folder in FOLDERS:
            client.select_folder(folder.name, readonly=True)
            fetched = client.fetch(client.search("ALL"), ["ENVELOPE"]) or {}
            found += [each[b"ENVELOPE"].message_id.decode() for each in fetched.values()]
    return found


def site_of(watched: Watched, folder: Path) -> Site:
    """A site on the mailbox of `watched`, with an empty register in `folder`."""
    laid(folder / "state")
    secret = folder / "secret"
    secret.write_text(watched.secret, "utf-8")
    secret.chmod(0o600)
    for each in FOLDERS:
        watched.mailbox.folder(each.name)
    account = replace(watched.account, folders=FOLDERS, secret=Secret(file=str(secret)))
    return Site(institution=JURA, accounts=(account,), state=str(folder / "state"), poll_every=1)


@contextmanager
def killing(server: Dovecot, folder: Path, launch: Launch, seed: int) -> Iterator[Killing]:
    """Make a mailbox and a register for many lives."""
    with watching(server) as watched:
        yield Killing(
            watched=watched,
            site=site_of(watched, folder),
            launch=launch,
            draw=random.Random(seed),
        )
