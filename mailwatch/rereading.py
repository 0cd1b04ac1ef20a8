"""Sender and subject of messages whose place the register knows, read again live: nobody keeps them.

What cannot be read any more says why, and holds back nothing else.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

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
    known = {account.name: account for account in accounts}
    by_account: dict[str, list[Location]] = defaultdict(list)
    for location in locations:
        by_account[location.account].append(location)
    found = {
        glimpse.location: glimpse
        for name, asked in by_account.items()
        for glimpse in _of_account(known.get(name), asked, lines)
    }
    return tuple(found[location] for location in locations)


def _of_account(
    account: Account | None, asked: Sequence[Location], lines: Lines
) -> Iterator[Glimpse]:
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
        glimpse
        for folder in folders
        for glimpse in _of_folder(line, folder, [each for each in asked if each.folder == folder])
    )


def _of_folder(line: Connection, folder: str, asked: Sequence[Location]) -> Iterable[Glimpse]:
    try:
        return list(_read(line, folder, asked))
    except MailwatchError as error:
        return _without(asked, error)


def _without(asked: Iterable[Location], fault: Remark | MailwatchError) -> Iterator[Glimpse]:
    return (Glimpse(location=location, fault=fault) for location in asked)


def _read(line: Connection, folder: str, asked: Sequence[Location]) -> Iterator[Glimpse]:
    numbering = line.examine(folder).uidvalidity
    current = [location.uid for location in asked if location.uidvalidity == numbering]
    octets = dict(line.bodies(line.outlines(sorted(set(current)))))
    for location in asked:
        if location.uidvalidity != numbering:
            yield Glimpse(location=location, fault=_RENUMBERED)
        else:
            yield _glimpse(location, octets)


def _glimpse(location: Location, octets: Mapping[int, bytes]) -> Glimpse:
    raw = octets.get(location.uid)
    if raw is None:
        return Glimpse(location=location, fault=_GONE)
    read = message.read(Delivery(raw=_header(raw), file="", role=Role.INBOX))
    if not isinstance(read, Message):
        return Glimpse(location=location, fault=_UNREADABLE)
    senders = ", ".join(
        f"{who.name} <{who.address}>" if who.name else who.address for who in read.senders
    )
    return Glimpse(location=location, sender=senders, subject=read.subject)


def _header(raw: bytes) -> bytes:
    """The header alone: a body may be anything, and nobody asks for it."""
    end = _HEADER_END.search(raw)
    return raw[: end.end()] if end else raw
