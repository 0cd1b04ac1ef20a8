"""A mail server's side of the intake: by LMTP and SMTP, and by hand where a library would be too polite."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from io import StringIO
from pathlib import Path
from smtplib import LMTP, SMTP

from mailwatch.daemon import Log
from mailwatch.daemon.handing import Handover
from mailwatch.intake import Gate, Spool, listening
from mailwatch.model import Request
from mailwatch.polling import Lines, Tally, Watch
from mailwatch.register import Register, checked, key_of, opened
from mailwatch.ruleset import Desk
from mailwatch.site import Intake, IntakeAddress, IntakeRole
from mailwatch.workers import Workers
from tests.bureau import DESK, Clock
from tests.poison import sealed_or_poison
from tests.registers import laid
from tests.servers.ports import free_port

RECEIVED, SENT, BOTH, REPORTS, DRAFTS = (
    "recus@mailwatch.example",
    "envoyes@mailwatch.example",
    "journal@mailwatch.example",
    "rapports@mailwatch.example",
    "verif@jura.gouv.fr",
)
ADDRESSES = tuple(
    IntakeAddress(address=address, role=role)
    for address, role in zip((RECEIVED, SENT, BOTH, REPORTS, DRAFTS), IntakeRole, strict=True)
)
CITIZEN = "odile.ferrand@laposte.example"


@dataclass(kw_only=True)
class House:
    """The intake of a site and the register behind it, without the service."""

    intake: Intake
    register: Register
    watch: Watch
    handover: Handover
    gate: Gate
    clock: Clock
    desk: Desk
    woken: list[int] = field(default_factory=list)

    @property
    def spool(self) -> Spool:
        return self.handover.spool

    @contextmanager
    def lmtp(self) -> Iterator[LMTP]:
        with LMTP(self.intake.lmtp_socket) as connection:
            yield connection

    @contextmanager
    def smtp(self) -> Iterator[SMTP]:
        with SMTP("127.0.0.1", self.intake.smtp_port) as connection:
            yield connection

    @contextmanager
    def by_hand(self) -> Iterator[Hand]:
        with socket.socket(socket.AF_UNIX) as wire:
            wire.settimeout(100)
            wire.connect(self.intake.lmtp_socket)
            with wire.makefile("rb") as answers:
                hand = Hand(wire=wire, read=answers.readline)
                assert hand.reply().startswith("220")
                yield hand

    def hand_over(self, raw: bytes, *recipients: str, sender: str = CITIZEN) -> None:
        with self.lmtp() as connection:
            refused = connection.sendmail(sender, recipients or (RECEIVED,), raw)
            # The library hears one reply, whatever the number of recipients.
            replies = [connection.getreply()[0] for _ in recipients[1:]]
        assert (refused, set(replies) <= {250}) == ({}, True)

    def take(self) -> Tally:
        """Take in what waits, as the daemon does at a tick, and count it."""
        before = self.counted()
        self.handover.take(self.desk, self.watch, Log(stream=StringIO(), now=self.clock))
        return Tally(recorded=self.counted() - before)

    def counted(self) -> int:
        with self.register._database.reading() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM fact").scalar_one())

    def requests(self) -> tuple[Request, ...]:
        return self.register.requests(self.desk, self.clock().date())

    def leftovers(self) -> list[Path]:
        """What is being received at this moment."""
        return [*(self.spool._folder / "new").iterdir()]

    def waiting(self) -> int:
        return sum(len(self.spool.waiting(role)) for role in IntakeRole)


@dataclass(kw_only=True)
class Hand:
    """A wire on which anything may be said."""

    wire: socket.socket
    read: Callable[[], bytes]

    def say(self, *lines: bytes) -> None:
        self.wire.sendall(b"".join(line + b"\r\n" for line in lines))

    def reply(self) -> str:
        """The last line of the next reply; empty when the other end hung up."""
        while True:
            line = self.read().decode()
            if line[3:4] != "-":
                return line.strip()

    def ask(self, *lines: bytes) -> str:
        for line in lines:
            self.say(line)
            answer = self.reply()
        return answer

    def envelope(self, recipient: str = RECEIVED) -> None:
        assert self.ask(b"LHLO mx.example", b"MAIL FROM:<a@b.example>").startswith("250")
        assert self.ask(b"RCPT TO:<%s>" % recipient.encode()).startswith("250")

    def begin(self, recipient: str = RECEIVED) -> None:
        self.envelope(recipient)
        assert self.ask(b"DATA").startswith("354")


@contextmanager
def house(tmp: Path, *, workers: int = 0, desk: Desk = DESK, **settings: int) -> Iterator[House]:
    """Open a site that mail is handed over to; in the end its register is in order."""
    state = tmp / "state"
    if not state.exists():
        laid(state)
    key, clock = key_of(state), Clock()
    intake = Intake(
        addresses=ADDRESSES, lmtp_socket=str(tmp / "lmtp.sock"), smtp_port=free_port(), **settings
    )
    with ExitStack() as stack:
        register = stack.enter_context(opened(state, key))
        judge = partial(sealed_or_poison, desk=desk, key=key)
        pool = stack.enter_context(Workers(judge, count=workers))
        watch = Watch(register=register, workers=pool, lines=Lines(lambda _: ""), now=clock)
        handover = Handover(spool=Spool.opened(state), reviewer=None)
        gate = Gate(
            intake=intake,
            institution=desk.institution,
            spool=handover.spool,
            now=clock,
            wake=lambda: one.woken.append(1),
        )
        one = House(
            gate=gate,
            intake=intake,
            register=register,
            watch=watch,
            handover=handover,
            clock=clock,
            desk=desk,
        )
        handover.listener = stack.enter_context(listening(gate))
        yield one
    assert checked(state, key, desk) == ()


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds."""
    ends_at = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends_at
        time.sleep(0.02)
