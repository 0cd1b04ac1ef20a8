"""A whole mailbox and what the law says of it, written by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

IN_TIME, LATE = "answered_in_time", "answered_late"
OVERDUE, PENDING, EXCLUDED = "overdue", "pending", "excluded"

EML, MAILDIR, MBOX = "eml", "maildir", "mbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One mail where it lies: the folder below the export, a name for its file, its bytes."""

    folder: str
    name: str
    raw: bytes


class Open:
    """A field that the law leaves open: any value will do."""

    def __repr__(self) -> str:
        return "any"


ANY = Open()


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligation:
    """One request as an auditor would write it down; `why` says which trap it lies in."""

    message_id: str | None
    received_on: str
    due_on: str
    state: str
    first: tuple[str, str, str | None] | None = None
    """Date, kind and Message-ID of the first qualifying answer."""
    substantive_on: str | Open | None = None
    delay: int | None = None
    why: str = ""
    channel: str = "email"
    nature: str | Open = ANY
    service: str | Open = ANY
    file: str = ""
    """The name of its file, where the Message-ID tells nothing."""
    mentions: tuple[str, str, str] | Open = ANY
    """Outcomes of author, service, institution in the first answer."""
    findings: tuple[str, ...] = ()
    """Findings that must be there, among others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The figures of one channel, as they are to be printed."""

    numerator: int
    denominator: int
    rate: str
    mean_first: float | Open | None = ANY
    mean_substantive: float | Open | None = ANY
    median: float | Open | None = ANY
    p90: int | Open | None = ANY
    pending: int | Open = 0
    unfollowed: int | Open = ANY
    """Holding replies without follow-up."""


NOTHING = Figures(numerator=0, denominator=0, rate="Sans objet")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """What lies in the export, what the site declares, and what must come out."""

    name: str
    settings: str
    now: str
    kept: tuple[Kept, ...]
    expected: tuple[Obligation, ...]
    email: Figures
    letter: Figures = NOTHING
    form: str = EML
    options: tuple[str, ...] = ()
    letters: str = ""
    quarantined: tuple[str, ...] = ()
    """Names of the files that cannot be read."""
    mentions: tuple[tuple[int, int, int, int], ...] = ()
    """Present, exempt, absent, unverifiable of author, service, institution; empty: not looked at."""
    unseen: int | Open = 0
    """Probable answers that were never seen."""


def write(folder: Path, kept: Sequence[Kept], form: str) -> None:
    """Lay the mails down below `folder` as the store that `form` names."""
    for number, mail in enumerate(kept, start=1):
        place = folder / mail.folder
        if form == MBOX:
            _append(place, mail.raw)
        elif form == MAILDIR:
            _put(place / "cur" / f"17{number:08}.M{number}P7.{mail.name}:2,S", mail.raw)
        else:
            _put(place / (mail.name if "." in mail.name else f"{mail.name}.eml"), mail.raw)
    if form == MAILDIR:
        for place in {folder / mail.folder for mail in kept}:
            (place / "new").mkdir(exist_ok=True)
            (place / "tmp").mkdir(exist_ok=True)


def _put(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def _append(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as store:
        store.write(b"From - Mon Mar  2 09:12:00 2026\n")
        store.write(re.sub(rb"(?m)^(>*From )", rb">\1", raw.replace(b"\r\n", b"\n")))
        store.write(b"\n\n")
