"""Mail from files: Maildir, mbox, folders of `.eml`, single messages; letters from CSV.

A folder's role comes from its name, in the words that mail programs give it, unless the caller names one.
Drafts are not mail yet and are left out. Times of files and names of Maildir entries are never a clock.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader, FileIO
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from mailwatch.errors import SourceError, UsageError, refusal
from mailwatch.model import Delivery, Role
from mailwatch.wording import fold

_SENT = frozenset(
    {
        "sent", "sent items", "sent mail", "sent messages", "sent elements", "envoye", "envoyes", "messages envoyes",
        "elements envoyes", "courrier envoye", "courriers envoyes", "objets envoyes", "mails envoyes", "envois",
        "boite d envoi", "sortant", "sortants", "outbox",
    }
)  # fmt: skip
_DRAFTS = frozenset({"drafts", "draft", "brouillons", "brouillon", "templates", "modeles"})
_MAILBOX_ENDINGS = frozenset({".mbox", ".mbx", ".mboxrd"})
_MESSAGE_ENDINGS = frozenset({".eml"})
_SEPARATOR = re.compile(rb"From \S.*\d\d:\d\d")
_QUOTED_FROM = re.compile(rb">+From ")
_LARGEST = 64 * 1024 * 1024
"""Octets of one message file that are read; the rest can only be attachments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file to read: a message, or a mailbox of many."""

    file: str
    role: Role
    many: bool


def entries(paths: Sequence[str], role: Role | None = None) -> Iterator[Entry]:
    """List what `paths` hold, in the order of the paths and, below a folder, of the names.

    Raises UsageError at once for a path that does not exist, SourceError when one turns out to hold no mail.
    """
    for given in paths:
        if not Path(given).exists():
            raise UsageError("« {path} » : aucun fichier ni dossier de ce nom", path=given)
    return chain.from_iterable(_held(given, role) for given in paths)


def _held(given: str, role: Role | None) -> Iterator[Entry]:
    path = Path(given)
    if not path.is_dir():
        yield _single(path, given, role)
        return
    empty = True
    for entry in _below(path, given, role):
        empty = False
        yield entry
    if empty:
        raise SourceError(
            "« {path} » : aucun courriel dans ce dossier (Maildir, mbox ou fichiers .eml attendus)",
            path=given,
        )


def deliveries(entry: Entry) -> Iterator[Delivery]:
    """Read the messages of `entry`; raise SourceError when the file cannot be read at all."""
    try:
        if not entry.many:
            yield Delivery(raw=_whole(entry.file), file=entry.file, role=entry.role)
            return
        with Path(entry.file).open("rb") as opened:
            for number, raw in enumerate(_mailbox_messages(opened), start=1):
                yield Delivery(raw=raw, file=f"{entry.file}#{number}", role=entry.role)
    except OSError as fault:
        raise SourceError(
            "« {path} » : illisible ({reason})", path=entry.file, reason=refusal(fault)
        ) from None


def _whole(file: str) -> bytes:
    """The octets of one message; room is made for those there are, which is much the faster."""
    with FileIO(file) as opened:
        if 0 < os.fstat(opened.fileno()).st_size <= _LARGEST:
            return opened.readall()
        # What is larger is cut; a pipe has no size.
        with BufferedReader(opened) as unmeasured:
            return unmeasured.read(_LARGEST)


def role_of(path: Path) -> Role:
    """The role of a file by the nearest folder, or mailbox file, whose name tells; else inbox."""
    for name in (path.name, *(parent.name for parent in path.parents)):
        words = folder_words(name)
        if words in _SENT or words.split("/")[-1] in _SENT:
            return Role.SENT
        if words in ("inbox", "boite de reception", "courrier entrant", "recus", "reception"):
            return Role.INBOX
    return Role.INBOX


def folder_words(name: str) -> str:
    """A folder's name as words: modified UTF-7 undone (RFC 3501 section 5.1.3), Maildir++ dots split, folded."""
    plain = _utf7(name)
    if Path(plain).suffix.lower() in _MAILBOX_ENDINGS | {".sbd", ".msf"}:
        plain = Path(plain).stem
    last = plain.strip(".").rpartition(".")[2] if plain.startswith(".") else plain
    return " ".join(re.findall(r"\w+", fold(last).replace("_", " ")))


def _single(path: Path, given: str, role: Role | None) -> Entry:
    many = path.suffix.lower() not in _MESSAGE_ENDINGS and _is_mailbox(path)
    return Entry(file=given, role=role or role_of(path), many=many)


def _below(folder: Path, given: str, role: Role | None) -> Iterator[Entry]:
    """Every message below `folder`, drafts left out; the role is told by names below it, then by its own."""
    here = Path(*folder.resolve().parts[-2:])
    for inside, names in _walk(folder):
        below = inside.relative_to(folder)
        if any(folder_words(name) in _DRAFTS for name in below.parts):
            continue
        in_maildir = inside.name in ("cur", "new")
        told = role or role_of(here / below)
        prefix = str(Path(given) / below / "_")[:-1]
        while names:
            name = names.pop()
            ending = f".{name.lower().rpartition('.')[2]}" if "." in name[1:] else ""
            if in_maildir or ending in _MESSAGE_ENDINGS:
                yield Entry(file=f"{prefix}{name}", role=told, many=False)
            elif _names_mailbox(name, ending) and _is_mailbox(inside / name):
                box = role or role_of(here / below / name)
                yield Entry(file=f"{prefix}{name}", role=box, many=True)


def _names_mailbox(name: str, ending: str) -> bool:
    """A file that may hold many messages: by its ending, or by having none, and no draft's name."""
    return (not ending or ending in _MAILBOX_ENDINGS) and folder_words(name) not in _DRAFTS


def _walk(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Folders from `folder` down with the files in each, the last name first, for the reader to pop.

    A Maildir's `tmp` is no mail yet; links to folders, pipes and devices are not followed.
    """
    try:
        with os.scandir(folder) as children:
            found = sorted(children, key=lambda child: child.name)
    except OSError as fault:
        raise SourceError(
            "« {path} » : dossier illisible ({reason})", path=folder, reason=refusal(fault)
        ) from None
    folders = [child.name for child in found if child.is_dir(follow_symlinks=False)]
    names = [child.name for child in reversed(found) if child.is_file()]
    # A folder may hold a hundred thousand files: their names go as they are read, the rest at once.
    del found
    yield folder, names
    for name in folders:
        if name != "tmp" or "cur" not in folders:
            yield from _walk(folder / name)


def _is_mailbox(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            return opened.read(5) == b"From "
    except OSError:
        return False


def _mailbox_messages(opened: BinaryIO) -> Iterator[bytes]:
    """Split an mbox (RFC 4155), undoing the quoting of `From ` lines (mboxrd, which covers mboxo).

    The standard library's reader splits at every line that begins with `From `; many exporters leave such
    lines of a body unquoted, so only one that follows an empty line and holds a time of day counts here.
    """
    lines: list[bytes] = []
    after_empty = True
    for line in opened:
        if after_empty and _SEPARATOR.match(line):
            if lines:
                yield b"".join(lines)
            lines = []
        elif lines or line.strip():
            lines.append(line[1:] if _QUOTED_FROM.match(line) else line)
        after_empty = not line.strip()
    if lines:
        yield b"".join(lines)


def _utf7(name: str) -> str:
    def decoded(match: re.Match[str]) -> str:
        coded = match.group(1)
        if not coded:
            return "&"
        try:
            return f"+{coded.replace(',', '/')}-".encode("ascii").decode("utf-7")
        except UnicodeError:
            return match.group()

    return re.sub(r"&([A-Za-z0-9+,]*)-", decoded, name)
