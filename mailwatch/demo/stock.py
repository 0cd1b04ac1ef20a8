"""The demonstration's mail as a server holds it: by account and folder, each message with the server's own date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from mailwatch.demo import story
from mailwatch.demo.composing import box_of, compose
from mailwatch.demo.export import CUT
from mailwatch.demo.story import Mail
from mailwatch.model import Role
from mailwatch.site import Account, FolderRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One message in one folder of one account."""

    user: str
    folder: str
    raw: bytes
    """Lines ended by CRLF, as servers give them."""
    at: datetime
    """Its INTERNALDATE (RFC 3501 section 2.3.3)."""


_CUT_AT = {"moselle": datetime(2026, 4, 1, 3, 12)}  # noqa: DTZ001 - the territory's zone is added
"""When the message came that nobody can read."""


def stock(territory: str, accounts: Sequence[Account]) -> tuple[Stored, ...]:
    """Lay the mails of `territory` into the watched folders of `accounts`, in the order of time.

    A mail goes to the account of its box when there is one, else to the first.
    """
    place, mails = story.read(territory)
    own = {account.user: account for account in accounts}
    stored = [
        _stored(mail, own.get(box_of(mail), accounts[0]), compose(mail, place)) for mail in mails
    ]
    if territory in _CUT_AT:
        at = _CUT_AT[territory].replace(tzinfo=place.zone)
        stored.append(replace(stored[0], folder="INBOX", raw=CUT, at=at))
    return tuple(sorted(stored, key=lambda message: message.at))


def _stored(mail: Mail, account: Account, raw: bytes) -> Stored:
    role = FolderRole(mail.role.value)
    return Stored(
        user=account.user,
        folder=next(folder.name for folder in account.folders if folder.role is role),
        raw=raw.replace(b"\n", b"\r\n"),
        # A program that files the copy of what it sends gives its own time (RFC 3501 section 6.3.11).
        at=(mail.dated or mail.at) if mail.role is Role.SENT else mail.at,
    )
