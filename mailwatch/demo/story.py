"""The demonstration's mails as they were written by hand: TOML pages of one territory, read into values.

A page holds what people typed; headers, layouts and quoted history are added by `composing`. `cast.toml` names
the place, its mailboxes and its people; every other page tells some weeks of its life, one `[[mail]]` a message.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

from mailwatch.model import Role

Table = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who writes or is written to; a mailbox of a service counts as one."""

    name: str
    address: str
    program: str = "thunderbird"
    """The mail program, a key of `layouts.PROGRAMS`."""
    signature: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A territory: its zone, its mail server and its people by short name."""

    zone: ZoneInfo
    relay: str
    people: Mapping[str, Person]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message as somebody wrote it; `at` is its arrival, or its sending when it is one of ours."""

    id: str
    at: datetime
    sender: Person
    to: tuple[Person, ...]
    cc: tuple[Person, ...] = ()
    subject: str
    program: str
    text: str = ""
    parent: Mail | None = None
    threaded: bool = True
    """In-Reply-To and References name the parent."""
    quotes: bool = True
    """The parent's text follows below."""
    signed: bool = True
    role: Role = Role.INBOX
    kind: str = "mail"
    """`mail`, or one of the special forms of `structures`."""
    dated: datetime | None = None
    """The `Date` field, when the writer's clock says something else."""
    identity: str = ""
    """The id of the mail whose Message-ID this one shares, when it is a further copy."""
    reply_to: Person | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further fields, in ASCII; a `Received` among them stands above our relay's."""
    attachments: tuple[str, ...] = ()
    failed: str = ""
    """The address a delivery report speaks of."""


def read(territory: str) -> tuple[Place, tuple[Mail, ...]]:
    """Read the pages of `territory`, a folder beside this module; mails come in the order of time."""
    pages = sorted(
        (page for page in resources.files(__package__).joinpath(territory).iterdir()
         if page.name.endswith(".toml") and page.name != "mailwatch.toml"),
        key=lambda page: page.name,
    )  # fmt: skip
    tables = {page.name: tomllib.loads(page.read_text(encoding="utf-8")) for page in pages}
    place = _place(tables.pop("cast.toml"))
    mails: dict[str, Mail] = {}
    for entry in sorted(_entries(tables), key=_instant):
        mail = _mail(entry, place, mails)
        if mail.id in mails:
            raise ValueError(f"« {mail.id} » est écrit deux fois")
        mails[mail.id] = mail
    return place, tuple(mails.values())


def _entries(tables: Mapping[str, Table]) -> Iterator[Table]:
    for table in tables.values():
        yield from _tables(table["mail"])


def _tables(value: object) -> Sequence[Table]:
    if not isinstance(value, list):
        raise TypeError("une liste de tables est attendue")
    return value


def _place(table: Table) -> Place:
    return Place(
        zone=ZoneInfo(str(table["zone"])),
        relay=str(table["relay"]),
        people={str(entry["key"]): _agent(entry) for entry in _tables(table["person"])},
    )


def _agent(entry: Table) -> Person:
    return Person(
        name=str(entry["name"]),
        address=str(entry["address"]),
        program=str(entry.get("program", "thunderbird")),
        signature=str(entry.get("signature", "")).strip(),
        ours=True,
    )


def _instant(entry: Table) -> datetime:
    instant = entry["at"]
    if not isinstance(instant, datetime):
        raise TypeError(f"« {entry['id']} » : « at » est un instant")
    return instant


# --- one mail -------------------------------------------------------------------------------------

_KEYS = frozenset(
    {
        "id", "at", "from", "to", "cc", "subject", "program", "text", "answers", "threaded", "quotes", "signed",
        "reply_to", "folder", "kind", "dated", "copy_of", "headers", "attachments", "failed",
    }
)  # fmt: skip


def _mail(entry: Table, place: Place, mails: Mapping[str, Mail]) -> Mail:
    name = str(entry["id"])
    if unknown := set(entry) - _KEYS:
        raise ValueError(f"« {name} » : clé inconnue {sorted(unknown)}")
    original = mails[str(entry["copy_of"])] if "copy_of" in entry else None
    if original is not None:
        return _copy(original, entry, place)
    parent = mails[str(entry["answers"])] if "answers" in entry else None
    sender = _person(entry["from"], place)
    to = _people(entry.get("to", _answered(parent, sender)), place)
    return Mail(
        id=name,
        at=_instant(entry).replace(tzinfo=place.zone),
        sender=sender,
        to=to,
        cc=_people(entry.get("cc", []), place),
        subject=str(entry.get("subject", "")),
        program=str(entry.get("program", sender.program)),
        text=str(entry.get("text", "")).strip("\n"),
        parent=parent,
        threaded=bool(entry.get("threaded", True)),
        quotes=bool(entry.get("quotes", True)),
        signed=bool(entry.get("signed", True)),
        role=_role(entry, sender, to),
        kind=str(entry.get("kind", "mail")),
        dated=_dated(entry, place),
        reply_to=_person(entry["reply_to"], place) if "reply_to" in entry else None,
        headers=_headers(entry),
        attachments=tuple(_words(entry.get("attachments", []))),
        failed=str(entry.get("failed", "")),
    )


def _copy(original: Mail, entry: Table, place: Place) -> Mail:
    """The same message, delivered to one more mailbox."""
    return replace(
        original,
        id=str(entry["id"]),
        at=_instant(entry).replace(tzinfo=place.zone),
        dated=original.dated or original.at,
        identity=original.id,
        headers={**original.headers, **_headers(entry)},
    )


def _answered(parent: Mail | None, sender: Person) -> list[str]:
    """Who an answer goes to when its page does not say: never back to the box that writes it."""
    while parent is not None and parent.sender.address == sender.address:
        parent = parent.parent
    if parent is None:
        return []
    wanted = parent.reply_to or parent.sender
    return [f"{wanted.name} <{wanted.address}>"]


def _people(names: object, place: Place) -> tuple[Person, ...]:
    return tuple(_person(name, place) for name in _words(names))


def _person(words: object, place: Place) -> Person:
    """Somebody of the cast by short name, or `Name <address>`, or an address alone."""
    text = str(words)
    if text in place.people:
        return place.people[text]
    name, _, rest = text.rpartition("<")
    address = rest.rstrip(">").strip()
    known = {person.address: person for person in place.people.values()}
    return known.get(address) or Person(name=name.strip(), address=address)


def _role(entry: Table, sender: Person, to: Sequence[Person]) -> Role:
    if "folder" in entry:
        return Role(str(entry["folder"]))
    outgoing = sender.ours and not all(person.ours for person in to)
    return Role.SENT if outgoing else Role.INBOX


def _dated(entry: Table, place: Place) -> datetime | None:
    dated = entry.get("dated")
    if not isinstance(dated, datetime):
        return None
    return dated if dated.tzinfo else dated.replace(tzinfo=place.zone)


def _headers(entry: Table) -> Mapping[str, str]:
    headers = entry.get("headers", {})
    if not isinstance(headers, Mapping):
        raise TypeError(f"« {entry['id']} » : « headers » est une table")
    return {str(name): str(value) for name, value in headers.items()}


def _words(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError("une liste de textes est attendue")
    return [str(item) for item in value]
