"""One look at every watched mailbox, and the requests that it changes.

    lines = Lines()
    with workers_for(desk, key) as workers:
        watch = Watch(register=register, workers=workers, lines=lines, now=now)
        polled = poll(site.accounts, desk, watch)

The list of a folder is committed before anything is fetched. An account that fails is reported, and the others
are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from mailwatch import analysis, recognition
from mailwatch.errors import (
    MailwatchError,
    RefusedError,
    SettingsError,
    SourceError,
    UnreachableError,
)
from mailwatch.polling.comparing import compare
from mailwatch.polling.lines import Lines, secret_of
from mailwatch.polling.looking import Tally, Watch, look
from mailwatch.polling.moving import follow
from mailwatch.register import Place
from mailwatch.ruleset import Desk
from mailwatch.site import Account, WatchedFolder
from mailwatch.workers import Judge, Thorough, Workers, leave

__all__ = [
    "Failure",
    "Lines",
    "Polled",
    "Tally",
    "Watch",
    "judging",
    "poll",
    "secret_of",
    "workers_for",
]

_FAILURES = (UnreachableError, RefusedError, SourceError, SettingsError)
"""What concerns an account or a folder, and neither this machine nor the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a folder, or a whole account when `folder` is empty, was not looked at to its end."""

    account: str
    folder: str
    error: MailwatchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one look at the mailboxes brought."""

    tally: Tally
    decided: int
    """Groups of messages whose requests were decided anew."""
    failures: tuple[Failure, ...]


def poll(accounts: Sequence[Account], desk: Desk, watch: Watch) -> Polled:
    """Look at every folder of `accounts`, record what is new and decide what that changes.

    What goes wrong with an account is among the `failures`; RegisterError and BusyError are raised.
    """
    tally = Tally()
    failures = [fault for account in accounts for fault in _account(account, desk, watch, tally)]
    decided = watch.register.decide(desk, watch.now()) if watch.goes_on() else 0
    return Polled(tally=tally, decided=decided, failures=tuple(failures))


def workers_for(desk: Desk, key: bytes, count: int | None = None) -> Workers:
    """Make the workers that turn deliveries into sealed facts, with the rules of `desk`; none runs yet."""
    return judging(lambda given: partial(analysis.sealed, desk=given, key=key), desk, count)


def judging(judge: Callable[[Desk], Judge], desk: Desk, count: int | None = None) -> Workers:
    """Make workers that judge as `judge` says for a desk; one of them alone asks the model of names, if any."""
    if desk.persons is None:
        return Workers(judge(desk), count=count)
    thorough = Thorough(judge=judge(desk), load=recognition.load)
    return Workers(judge(replace(desk, persons=leave)), count=count, thorough=thorough)


def _account(account: Account, desk: Desk, watch: Watch, tally: Tally) -> Iterator[Failure]:
    for folder in account.folders:
        if not watch.goes_on():
            return
        try:
            watch.lines.to(account)
        except _FAILURES as error:
            yield Failure(account=account.name, folder="", error=error)
            return
        try:
            _look(account, folder, desk, watch, tally)
        except _FAILURES as error:
            yield Failure(account=account.name, folder=folder.name, error=error)
    if not watch.goes_on():
        return
    try:
        follow(account, watch)
    except _FAILURES as error:
        yield Failure(account=account.name, folder="", error=error)


def _look(account: Account, folder: WatchedFolder, desk: Desk, watch: Watch, tally: Tally) -> None:
    """Look at a folder, and compare it with its server when that is due."""
    place = Place(account=account.name, folder=folder.name)
    look(account, folder, desk, watch, tally)
    if watch.goes_on() and _is_due(place, watch) and compare(account, place, watch, tally):
        look(account, folder, desk, watch, tally)


def _is_due(place: Place, watch: Watch) -> bool:
    known = watch.register.cursor(place)
    return known is not None and known.looked_at is not None and watch.compares(known)
