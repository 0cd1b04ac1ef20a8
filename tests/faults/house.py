"""A site on a real server, made for one fault, and the truth of its mailbox to hold the register against."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from shutil import disk_usage
from tempfile import TemporaryDirectory

from mailwatch.analysis import sealed
from mailwatch.journal.folders import FOLDER
from mailwatch.journal.verifying import verified
from mailwatch.model import Request
from mailwatch.polling import Lines, Polled, Watch, poll
from mailwatch.register import Register, checked, opened
from mailwatch.site import Account
from mailwatch.workers import Verdict, Workers
from tests.bureau import DESK, FOLDERS, INBOX, SENT, Clock
from tests.facts import at
from tests.faults.line import Fault, FaultyLine, none
from tests.mails import mail, reply
from tests.registers import KEY, laid
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import Watched, watching

MONDAY = "2026-03-02 09:12"
_ROOM = 200_000_000
"""Octets that the largest of the rigs may take."""


def question(number: int, text: str = "", **fields: str) -> bytes:
    """A question of a person who has nothing to do with the others."""
    return mail(
        MONDAY,
        text or f"Bonjour,\n\nOù en est le dossier que j’ai déposé au guichet {number} ?\n\nMerci.",
        sender=f"personne{number}@laposte.example",
        subject=f"Dossier {number}",
        message_id=fields.pop("message_id", asked(number)),
        **fields,  # type: ignore[arg-type]  # fields of `mail`, all of them words
    )


def answer(number: int) -> bytes:
    """The answer to `question(number)`."""
    return reply(
        "2026-03-04 16:40",
        to=f"personne{number}@laposte.example",
        subject=f"RE: Dossier {number}",
        references=asked(number),
        message_id=f"<r{number}@jura.gouv.fr>",
    )


def asked(number: int) -> str:
    return f"<q{number}@mail.example>"


@dataclass(kw_only=True)
class Lookout:
    """What a poll needs, and what came of it."""

    account: Account
    register: Register
    watch: Watch
    clock: Clock

    def poll(self) -> Polled:
        return poll([self.account], DESK, self.watch)

    def hang_up(self) -> None:
        """Have the next look make its connection anew."""
        self.watch.lines.drop(self.account)

    def requests(self) -> tuple[Request, ...]:
        return self.register.requests(DESK, self.clock().date())

    def losses(self, questions: int) -> list[str]:
        """What is wrong after all: a question that is lost or doubled, a message that waits."""
        expected = [asked(number) for number in range(1, questions + 1)]
        return [
            *wrong(self.requests(), expected),
            *(f"en attente : {name}" for name in self.waiting()),
        ]

    def waiting(self) -> list[str]:
        """The messages that are listed and have no outcome."""
        return [
            f"{place.folder} {uid}"
            for place in (INBOX, SENT)
            for uid in self.register.awaiting(place)
        ]


@dataclass(kw_only=True)
class House(Lookout):
    """A lookout on a Dovecot, over a line that may be faulty, behind a wiretap that lets only reading through."""

    watched: Watched
    line: FaultyLine

    def fill(self, questions: int, answers: int = 0, first: int = 1) -> None:
        """Deliver questions of as many persons, and answers to some of them."""
        for number in range(first, first + questions):
            self.watched.mailbox.put(question(number), at(MONDAY))
        for number in range(first, first + answers):
            self.watched.mailbox.put(answer(number), at("2026-03-04 16:40"), folder="Envoyés")

    def suffer(self, fault: Fault, *, lasting: bool = False) -> Polled:
        """Look once over a line that has a fault."""
        self.hang_up()
        self.line.fault, self.line.lasting = fault, lasting
        polled = self.poll()
        self.hang_up()
        self.line.fault, self.line.lasting = none, False
        return polled


@contextmanager
def memory() -> Iterator[Path]:
    """Make a folder in memory, else where temporary files are."""
    shared = Path("/dev/shm")
    roomy = os.access(shared, os.W_OK) and disk_usage(shared).free > _ROOM
    with TemporaryDirectory(dir=shared if roomy else None) as folder:
        yield Path(folder)


def wrong(requests: Sequence[Request], expected: Sequence[str]) -> list[str]:
    """How the requests differ from the messages that opened one each."""
    found = Counter(request.message_id or "" for request in requests)
    truth = Counter(expected)
    lost, doubled = truth - found, found - truth
    return [*(f"perdu : {name}" for name in lost), *(f"en trop : {name}" for name in doubled)]


def disorder(state: Path) -> list[str]:
    """What is wrong with a register, and with the files of its journal as a stranger verifies them."""
    verdict = verified(state / FOLDER)
    return [*checked(state, KEY, DESK), *(f"journal : {fault}" for fault in verdict.faults)]


@contextmanager
def lookout(
    account: Account,
    secret: Callable[[], str],
    state: Path,
    *,
    workers: int = 0,
    judge: Callable[..., Verdict] = sealed,
) -> Iterator[Lookout]:
    """Watch `account` with a new register, which has to be in order in the end."""
    clock = Clock()
    with (
        closing(Lines(lambda _: secret())) as lines,
        opened(laid(state), KEY) as register,
        Workers(partial(judge, desk=DESK, key=KEY), count=workers) as pool,
    ):
        watch = Watch(register=register, workers=pool, lines=lines, now=clock)
        yield Lookout(account=account, register=register, watch=watch, clock=clock)
    assert checked(state, KEY, DESK) == ()


@contextmanager
def house(server: Dovecot, state: Path, *, timeout: int = 20, workers: int = 0) -> Iterator[House]:
    """Watch a new mailbox of `server`; in the end nothing but reading was asked for."""
    with ExitStack() as stack:
        watched = stack.enter_context(watching(server))
        line = stack.enter_context(closing(FaultyLine(upstream=server.port)))
        watched.wiretap.upstream = line.port
        for folder in FOLDERS:
            watched.mailbox.folder(folder.name)
        account = replace(watched.account, folders=FOLDERS, timeout=timeout)
        out = stack.enter_context(lookout(account, lambda: watched.secret, state, workers=workers))
        yield House(
            account=account,
            register=out.register,
            watch=out.watch,
            clock=out.clock,
            watched=watched,
            line=line,
        )
