"""A site whose mailboxes lie on a real server, with a register of its own, looked at when a test says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from mailwatch.model import Request
from mailwatch.polling import Lines, Polled, Watch, poll
from mailwatch.register import Place, Register, checked, key_of, opened
from mailwatch.ruleset import Desk
from mailwatch.site import Account, FolderRole, WatchedFolder
from mailwatch.workers import Workers
from tests.facts import JURA, at, desk
from tests.poison import sealed_or_poison
from tests.registers import laid
from tests.servers.fixtures import Watched

DESK = desk(JURA)
FOLDERS = (
    WatchedFolder(name="INBOX", role=FolderRole.INBOX),
    WatchedFolder(name="Envoyés", role=FolderRole.SENT),
)
INBOX, SENT = (Place(account="préfecture", folder=folder.name) for folder in FOLDERS)
NOON = at("2026-03-09 12:00")


@dataclass(kw_only=True)
class Clock:
    """What time it is for whoever asks."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def on(self, **passed: int) -> None:
        self.at += timedelta(**passed)


@dataclass(kw_only=True)
class Bureau:
    """The service's own things, without the service."""

    account: Account
    register: Register
    watch: Watch
    clock: Clock
    desk: Desk = field(default_factory=lambda: DESK)

    def poll(self, *accounts: Account) -> Polled:
        return poll(accounts or (self.account,), self.desk, self.watch)

    def requests(self, today: date | None = None) -> tuple[Request, ...]:
        return self.register.requests(self.desk, today or self.clock().date())

    def grades(self) -> list[str]:
        return [request.grade.value for request in self.requests()]

    def told(self) -> list[str]:
        """What the journal says happened, but for the messages one by one."""
        return [kind for kind in kinds(self.register) if kind not in {"fact", "decision"}]


def kinds(register: Register) -> list[str]:
    """The kinds of the journal's lines, in order."""
    with register._database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT kind FROM journal ORDER BY seq")
        return [row.kind for row in rows]


@contextmanager
def bureau(watched: Watched, state: Path, workers: int = 0) -> Iterator[Bureau]:
    """Watch the mailbox of `watched`; in the end its register is in order."""
    account = replace(watched.account, folders=FOLDERS)
    for folder in FOLDERS:
        watched.mailbox.folder(folder.name)
    laid(state)
    key = key_of(state)
    clock = Clock()
    with ExitStack() as stack:
        register = stack.enter_context(opened(state, key))
        judge = partial(sealed_or_poison, desk=DESK, key=key)
        pool = stack.enter_context(Workers(judge, count=workers))
        lines = Lines(lambda _: watched.secret)
        stack.callback(lines.close)
        watch = Watch(register=register, workers=pool, lines=lines, now=clock)
        yield Bureau(account=account, register=register, watch=watch, clock=clock)
    assert checked(state, key, DESK) == ()
