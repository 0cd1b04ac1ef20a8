"""Messages whose place the register knows, read again live, most often for sender and subject alone: nobody keeps them.

What cannot be read any more says why, and holds back nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailwatch import message
from mailwatch.errors import MailwatchError, Remark
from mailwatch.model import Delivery, Message, Role
from mailwatch.polling import Lines
from mailwatch.register import Location
from mailwatch.site import INTAKE, Account
from mailwatch.sources.imap import Connection

_HEADER_END = re.compile(rb"\r?\n\r?\n")
_GONE = Remark("ce message n’est plus dans son dossier")
_RENUMBERED = Remark(
    "le dossier a été renuméroté depuis ; un relevé (mailwatch once) le retrouvera"
)
_UNWATCHED = Remark("ce compte n’est plus dans les réglages")
_HANDED_OVER = Remark(
    "remis par le serveur de messagerie, qui n’en garde rien ; cherchez-le dans sa boîte par son Message-ID"
)
_UNREADABLE = Remark("ce message ne peut pas être lu")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The octets of one message as the mailbox has them at this moment, which nobody vouches for."""

    location: Location
    raw: bytes = b""
    server_at: datetime | None = None
    fault: Remark | MailwatchError | None = None
    """Why there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """What the mailbox says of one message at this moment."""

    location: Location
    sender: str = ""
    subject: str = ""
    fault: Remark | MailwatchError | None = None
    """Why there is neither sender nor subject."""


def reread(
    locations: Sequence[Location], accounts: Iterable[Account], lines: Lines
) -> tuple[Glimpse, ...]:
    """Read the header of the message at each of `locations`, folder by folder, and give them in their order."""
    return tuple(map(_glimpse, fetched(locations, accounts, lines)))


def fetched(
    locations: Sequence[Location], accounts: Iterable[Account], lines: Lines
) -> tuple[Fetched, ...]:
    """Fetch the message at each of `locations`, folder by folder, and give them in their order."""
    known = {account.name: account for account in accounts}
    by_account: dict[str, list[Location]] = defaultdict(list)
    for location in locations:
        by_account[location.account].append(location)
    found = {
        each.location: each
        for name, asked in by_account.items()
        for each in _of_account(known.get(name), asked, lines)
    }
    return tuple(found[location] for location in locations)


def _of_account(
    account: Account | None, asked: Sequence[Location], lines: Lines
) -> Iterator[Fetched]:
    if account is None:
        handed_over = all(location.account == INTAKE for location in asked)
        return _without(asked, _HANDED_OVER if handed_over else _UNWATCHED)
    try:
        # Once an account: a server that refuses it should not be asked again for each folder.
        line = lines.to(account)
    except MailwatchError as error:
        return _without(asked, error)
    folders = dict.fromkeys(location.folder for location in asked)
    return (
        each
        for folder in folders
        for each in _of_folder(line, folder, [one for one in asked if one.folder == folder])
    )


def _of_folder(line: Connection, folder: str, asked: Sequence[Location]) -> Iterable[Fetched]:
    try:
        return list(_read(line, folder, asked))
    except MailwatchError as error:
        return _without(asked, error)


def _without(asked: Iterable[Location], fault: Remark | MailwatchError) -> Iterator[Fetched]:
    return (Fetched(location=location, fault=fault) for location in asked)


def _read(line: Connection, folder: str, asked: Sequence[Location]) -> Iterator[Fetched]:
    numbering = line.examine(folder).uidvalidity
    current = [location.uid for location in asked if location.uidvalidity == numbering]
    outlines = line.outlines(sorted(set(current)))
    octets = dict(line.bodies(outlines))
    for location in asked:
        if location.uidvalidity != numbering:
            yield Fetched(location=location, fault=_RENUMBERED)
        elif location.uid not in octets:
            yield Fetched(location=location, fault=_GONE)
        else:
            server_at = outlines[location.uid].server_at
            yield Fetched(location=location, raw=octets[location.uid], server_at=server_at)


def _glimpse(found: Fetched) -> Glimpse:
    if found.fault is not None:
        return Glimpse(location=found.location, fault=found.fault)
    read = message.read(Delivery(raw=_header(found.raw), file="", role=Role.INBOX))
    if not isinstance(read, Message):
        return Glimpse(location=found.location, fault=_UNREADABLE)
    return Glimpse(location=found.location, sender=senders(read), subject=read.subject)


def senders(read: Message) -> str:
    """Give who a message is from, as people write it."""
    return ", ".join(
        f"{who.name} <{who.address}>" if who.name else who.address for who in read.senders
    )


def _header(raw: bytes) -> bytes:
    """The header alone: a body may be anything, and nobody asks for it."""
    end = _HEADER_END.search(raw)
    return raw[: end.end()] if end else raw
