"""One mailbox, read in many ways: by IMAP in any order, in one run or in twenty, and offline; the figures are the same.

What may differ is where a message lies, how well its instant is attested, and the words about persons, which the
register does not keep. A server dates every message; so that both runs have the same evidence, it says here what
the message itself does, and a message that says nothing is left out.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch import offline
from mailwatch.analysis import analyse
from mailwatch.errors import SourceError
from mailwatch.model import (
    Answer,
    Audit,
    Delivery,
    Grade,
    Indicators,
    Letter,
    Period,
    Request,
    Role,
    Unreadable,
)
from mailwatch.polling import Lines, Watch, poll, workers_for
from mailwatch.register import Register, checked, opened
from mailwatch.ruleset import Desk
from mailwatch.sealing import sealed_address
from mailwatch.settings import desk_for, load
from mailwatch.site import Account, FolderRole, WatchedFolder
from mailwatch.sources.files import entries
from mailwatch.sources.letters import read
from tests.mailboxes import ALL
from tests.mailboxes.mailbox import EML, Kept, write
from tests.registers import KEY, laid
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import ACCOUNT
from tests.servers.pymap import Pymap

BENCH = Path(__file__).parent.parent / "bench" / "generate.py"
NAMES = [compose.__name__ for compose in ALL]
GENERATED = ["generated-1", "generated-2"]
JURA = '[institution]\nname = "Préfecture du Jura"\ncalendar = "39"\ndomains = ["jura.gouv.fr"]\n'
_lots = count(1)
Thing = TypeVar("Thing")


# --- a mailbox, and what it amounts to offline ----------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One mail, the folder it lies in, and the date that a server is to give it."""

    folder: str
    role: Role
    raw: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A mailbox, the site it belongs to, and the requests that the offline run finds in it."""

    desk: Desk
    pieces: tuple[Piece, ...]
    letters: tuple[Letter, ...]
    period: Period
    today: date
    offline: Audit

    @property
    def folders(self) -> tuple[WatchedFolder, ...]:
        """The folders, those of arrivals first."""
        roles = {piece.folder: FolderRole(piece.role.value) for piece in self.pieces}
        found = [WatchedFolder(name=name, role=role) for name, role in roles.items()]
        return tuple(sorted(found, key=lambda folder: folder.role))


@cache
def story(name: str) -> Story:
    """Read the mailbox of that name offline."""
    if name in GENERATED:
        return _told(JURA, _generated(int(name[-1])), "2026-02-01T12:00:00+01:00")
    judged = next(compose() for compose in ALL if compose.__name__ == name)
    said = dict(pairwise(judged.options))
    period = Period(from_on=_day(said, "--from"), to_on=_day(said, "--to"))
    return _told(judged.settings, judged.kept, judged.now, period, judged.letters)


def _told(
    settings_text: str,
    kept: Sequence[Kept],
    now: str,
    period: Period = Period(from_on=None, to_on=None),  # noqa: B008  # it is frozen
    letters: str = "",
) -> Story:
    with TemporaryDirectory() as folder:
        (Path(folder) / "mailwatch.toml").write_text(settings_text, encoding="utf-8")
        desk = desk_for(load(Path(folder) / "mailwatch.toml"))
        (Path(folder) / "courriers.csv").write_text(letters, encoding="utf-8-sig")
        filed = read(str(Path(folder) / "courriers.csv")).letters if letters else ()
        pieces = tuple(
            piece
            for number, mail in enumerate(kept)
            for piece in _piece(Path(folder, f"{number}"), mail, desk)
        )
        mails = [
            Kept(folder=each.folder, name=f"{n:04}.eml", raw=each.raw)
            for n, each in enumerate(pieces)
        ]
        write(Path(folder, "export"), mails, EML)
        today = datetime.fromisoformat(now).astimezone(desk.zone).date()
        gathered = offline.gather(entries([f"{folder}/export"]), desk)
        found = offline.audit(gathered, filed, (), desk, period, today)
    return Story(
        desk=desk, pieces=pieces, letters=tuple(filed), period=period, today=today, offline=found
    )


def _day(said: Mapping[str, str], option: str) -> date | None:
    return date.fromisoformat(said[option]) if option in said else None


def _piece(scratch: Path, mail: Kept, desk: Desk) -> Iterator[Piece]:
    """The mail as a server keeps it; nothing when it is a draft, or has no date but a server's.

    Nothing either when it is empty: APPEND takes that for a change of mind (RFC 3502 section 6.3.11).
    """
    if not mail.raw:
        return
    write(scratch, [replace(mail, name="one.eml")], EML)
    with suppress(SourceError):
        (entry,) = entries([str(scratch)])
        raw = mail.raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        delivery = Delivery(raw=raw, file=entry.file, role=entry.role)
        found = analyse(delivery, desk)
        at = datetime(2026, 3, 2, tzinfo=UTC) if isinstance(found, Unreadable) else found.at
        dated = analyse(replace(delivery, server_at=at), desk)
        if isinstance(found, Unreadable) == isinstance(dated, Unreadable):
            yield Piece(folder=mail.folder, role=entry.role, raw=raw, at=at)


def _generated(seed: int) -> list[Kept]:
    with TemporaryDirectory() as folder:
        written = [str(BENCH), f"{folder}/mail", "--mails", "60", "--seed", str(seed)]
        subprocess.run([sys.executable, *written], check=True)
        paths = sorted(Path(folder, "mail").rglob("*.bench*"))
        return [
            Kept(folder=path.parts[-3], name=path.name, raw=path.read_bytes()) for path in paths
        ]


# --- the same, by IMAP ----------------------------------------------------------------------------


@dataclass(kw_only=True)
class Looker:
    """A register, and the account that it is filled from."""

    account: Account
    desk: Desk
    register: Register
    watch: Watch

    def look(self) -> None:
        polled = poll((self.account,), self.desk, self.watch)
        assert (polled.failures, polled.tally.vanished, polled.tally.withheld) == ((), 0, 0)


@contextmanager
def looking(account: Account, secret: str, told: Story) -> Iterator[Looker]:
    """Watch `account` with a register of its own, which is in order in the end."""
    now = datetime(2026, 12, 31, 12, tzinfo=UTC)
    with TemporaryDirectory() as folder:
        state = laid(Path(folder) / "state")
        with (
            opened(state, KEY) as register,
            workers_for(told.desk, KEY, 0) as workers,
            closing(Lines(lambda _: secret)) as lines,
        ):
            register.add_letters(told.letters, now)
            watch = Watch(register=register, workers=workers, lines=lines, now=lambda: now)
            yield Looker(account=account, desk=told.desk, register=register, watch=watch)
        assert checked(state, KEY, told.desk) == ()


def found_by_imap(
    account: Account, secret: str, told: Story, put: Callable[[Piece], object],
    arrivals: Sequence[Sequence[Piece]],
) -> Audit:  # fmt: skip
    """What the register says when the mail arrived in batches, with a look after each."""
    with looking(account, secret, told) as looker:
        for batch in arrivals:
            for piece in batch:
                put(piece)
            looker.look()
        return looker.register.audit(told.desk, told.period, told.today)


# --- what is compared -----------------------------------------------------------------------------

ATTESTED = ("date_field_only", "filed_later")
"""Findings that only say how an instant is attested."""


def agreed(found: Audit, known_as: Callable[[str], str]) -> dict[str, object]:
    """All that an audit says, by its name, but for places, grades and the words about persons."""
    requests = [_agreed(request, known_as) for request in found.requests]
    figures = {"": found.indicators, **found.by_month, **found.by_service}
    return {
        "ids": sorted(request.id for request in requests),
        **{f"request {r.id} {f.name}": getattr(r, f.name) for r in requests for f in fields(r)},
        **{f"figures {name}": _ungraded(each) for name, each in figures.items()},
        "set_aside": found.set_aside,
        "unseen": sorted((u.on, known_as(u.box), u.request, u.evidence) for u in found.unseen),
        "quarantined": sorted((each.role, each.reason) for each in found.quarantined),
        "refused": sorted(each.reason for each in found.refused),
        "messages": found.messages,
        "duplicates": found.duplicates,
    }


def _agreed(request: Request, known_as: Callable[[str], str]) -> Request:
    links = [replace(link, file="") for link in request.links]
    return replace(
        request,
        file="",
        grade=Grade.C,
        findings=tuple(name for name in request.findings if name not in ATTESTED),
        bounds=None,
        boxes=tuple(map(known_as, request.boxes)),
        links=tuple(sorted(links, key=lambda link: (link.key, link.part))),
        answers=tuple(map(_impersonal, request.answers)),
        first=_impersonal(request.first) if request.first else None,
        substantive=_impersonal(request.substantive) if request.substantive else None,
    )


def _ungraded(figures: Indicators) -> Indicators:
    email, letter = (
        replace(channel, margin=None, grades={}, answer_grades={})
        for channel in (figures.email, figures.letter)
    )
    return replace(figures, grades={}, email=email, letter=letter)


def _impersonal(answer: Answer) -> Answer:
    mentions, announced = answer.mentions, answer.announced
    return replace(
        answer,
        grade=Grade.C,
        span=None,
        mentions=mentions and replace(mentions, author=replace(mentions.author, text="")),
        announced=announced and replace(announced, text=""),
    )


def assert_agrees(found: Audit, told: Story) -> None:
    def pseudonym(box: str) -> str:
        return sealed_address(box, KEY, told.desk.institution)

    ours, theirs = agreed(found, str), agreed(told.offline, pseudonym)
    differences = [
        f"{name}: {ours.get(name)!r}, {theirs.get(name)!r} offline"
        for name in {**theirs, **ours}
        if ours.get(name) != theirs.get(name)
    ]
    if differences:
        pytest.fail("\n".join(["", *differences[:12]]), pytrace=False)


# --- any order, any number of looks ---------------------------------------------------------------


def shuffled(things: Sequence[Thing], seed: int) -> list[Thing]:
    found = list(things)
    random.Random(seed).shuffle(found)
    return found


def watching(
    folders: Sequence[WatchedFolder], prefix: str, **changes: Any
) -> tuple[Account, dict[str, str]]:
    """An account whose folders have names that tell nothing, and these names."""
    names = {folder.name: f"{prefix}-{number}" for number, folder in enumerate(folders, start=1)}
    watched = tuple(replace(folder, name=names[folder.name]) for folder in folders)
    return replace(ACCOUNT, folders=watched, **changes), names


def cut(pieces: Sequence[Piece], looks: int) -> list[Sequence[Piece]]:
    """The same pieces in `looks` batches, the last ones perhaps empty."""
    size = -(-len(pieces) // looks)
    return [pieces[start : start + size] for start in range(0, size * looks, size)]


@pytest.mark.parametrize("name", [*NAMES, *GENERATED])
@given(seed=st.integers(0, 10**6), looks=st.sampled_from((1, 2, 5, 20)))
@settings(max_examples=2)
def test_by_imap_in_any_order_and_any_number_of_looks_a_mailbox_gives_the_figures_of_the_offline_run(
    name: str, pymap: Pymap, seed: int, looks: int
) -> None:
    told = story(name)
    folders, pieces = shuffled(told.folders, seed), shuffled(told.pieces, seed)
    place = {"host": pymap.host, "port": pymap.port, "user": pymap.user}
    account, names = watching(folders, f"lot{next(_lots)}", **place)
    with pymap.client() as client:
        for folder in names.values():
            client.create_folder(folder)

        def put(piece: Piece) -> None:
            client.append(names[piece.folder], piece.raw, msg_time=piece.at)

        found = found_by_imap(account, pymap.password, told, put, cut(pieces, looks))

    assert_agrees(found, told)


@pytest.mark.parametrize("name", [*NAMES[::5], *GENERATED[:1]])
@pytest.mark.parametrize(("looks", "first"), [(1, "inbox"), (1, "sent"), (20, "inbox")])
def test_dovecot_gives_the_figures_of_the_offline_run(
    name: str,
    looks: int,
    first: str,
    dovecot: Dovecot,
) -> None:
    told, mailbox = story(name), dovecot.mailbox()
    folders = tuple(sorted(told.folders, key=lambda each: each.role, reverse=first == "sent"))
    account, names = watching(
        folders, "lot", host=dovecot.host, port=dovecot.port, user=mailbox.user
    )
    for folder in names.values():
        mailbox.folder(folder)

    def put(piece: Piece) -> None:
        mailbox.put(piece.raw, piece.at, folder=names[piece.folder])

    found = found_by_imap(account, dovecot.password, told, put, cut(told.pieces, looks))

    assert_agrees(found, told)


# --- the mailboxes themselves ---------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, *GENERATED])
def test_a_mailbox_that_is_compared_holds_requests_and_answers(name: str) -> None:
    """Two empty audits would agree too."""
    told = story(name)

    assert len(told.pieces) >= 8
    assert any(request.first for request in told.offline.requests)
