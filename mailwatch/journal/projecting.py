"""The register's lines as files: opened and checked, then extended, signed, listed.

Whatever is being written, a marker says so first: a process that dies leaves it, and the next one completes the
files from the register instead of taking them for damaged.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

from mailwatch.errors import RegisterError
from mailwatch.journal import folders
from mailwatch.journal.heads import (
    HEAD,
    PUBLIC_KEY,
    SIGNATURE,
    SIGNERS,
    SUMS,
    Head,
    head_text,
    read_head,
    signers_text,
    sums_text,
)
from mailwatch.journal.lines import Trail
from mailwatch.journal.verifying import followed, verified

Sign: TypeAlias = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """By whom heads are signed: nobody where there is no key."""

    origin: str
    public_key: bytes = b""
    sign: Sign | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """How far the files go, and the digest of each."""

    trail: Trail
    digests: Mapping[str, str]
    is_cut_short: bool = False
    """A process died while it wrote: head and list are to be written again."""


def opened(folder: Path) -> Projection:
    """Read the files of a journal, which may be none yet.

    Raises RegisterError when they are damaged, unless by a crash: those are completed at the next `extended`.
    """
    if not folders.names(folder):
        return Projection(trail=Trail(), digests={})
    if (folder / folders.UNFINISHED).exists():
        return _cut_short(folder)
    found = verified(folder)
    for fault in found.faults:
        raise _damaged(folder, fault)
    return Projection(trail=found.trail, digests=found.digests)


def _damaged(folder: Path, fault: str) -> RegisterError:
    return RegisterError(
        "le journal « {folder} » est endommagé : {fault} ; rien n’y sera plus écrit. Gardez-le tel quel, c’est une "
        "pièce : mettez-le de côté sous un autre nom, et le registre en écrira un nouveau",
        folder=folder,
        fault=fault,
    )


def _cut_short(folder: Path) -> Projection:
    """What a crash left: whole lines, as many at least as the head says."""
    with folders.alone(folder), folders.writable(folder):
        for name in folders.names(folder):
            if name.endswith(".new"):
                (folder / name).unlink()
            elif name.endswith(".jsonl"):
                _drop_torn_line(folder / name)
    trail, digests = followed(folder)
    head = read_head(folders.content(folder, HEAD))
    if not trail.holds or (head is not None and head.size > trail.size):
        for fault in verified(folder).faults:
            raise _damaged(folder, fault)
    digests.pop(folders.UNFINISHED, None)
    return Projection(trail=trail, digests=digests, is_cut_short=True)


def _drop_torn_line(path: Path) -> None:
    octets = path.read_bytes()
    whole = octets.rfind(b"\n") + 1
    if not whole:
        path.unlink()
    elif whole < len(octets):
        os.truncate(path, whole)


def extended(folder: Path, before: Projection, lines: Iterable[bytes], seal: Seal) -> Projection:
    """Write the lines that come after `before`, and a new head, signed.

    Raises RefusedError when there is no signature to be had, BusyError when the disk is full: the register has it
    all, and the same may be done again from `opened`.
    """
    trail, days = before.trail.copy(), dict[str, bytes]()
    for day, some in groupby(_dated(trail, lines), key=lambda each: each[0]):
        days[day] = b"".join(line + b"\n" for _, line in some)
    if not trail.holds:
        raise _damaged(folder, "les lignes du registre ne suivent pas les siennes")
    texts = _texts(trail, seal)
    with folders.alone(folder), folders.writable(folder):
        return Projection(trail=trail, digests=_write(folder, before.digests, days, texts))


def _dated(trail: Trail, lines: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    for line in lines:
        trail.add(line)
        yield trail.day, line


def _texts(trail: Trail, seal: Seal) -> dict[str, bytes]:
    head = head_text(seal.origin, Head(size=trail.size, digest=trail.digest))
    if seal.sign is None:
        return {HEAD: head}
    return {
        HEAD: head,
        SIGNATURE: seal.sign(head),
        PUBLIC_KEY: seal.public_key,
        SIGNERS: signers_text(seal.public_key),
    }


def _write(
    folder: Path, before: Mapping[str, str], days: Mapping[str, bytes], texts: Mapping[str, bytes]
) -> Mapping[str, str]:
    digests = dict(before)
    marker = folder / folders.UNFINISHED
    folders.append(marker, b"")
    folders.sync(folder)
    for day, added in days.items():
        path = folder / f"{day}.jsonl"
        folders.append(path, added)
        digests[path.name] = sha256(path.read_bytes()).hexdigest()
    for name, text in texts.items():
        folders.put(folder / name, text)
        digests[name] = sha256(text).hexdigest()
    folders.put(folder / SUMS, sums_text(digests))
    folders.sync(folder)
    marker.unlink()
    folders.sync(folder)
    return digests


def filed(folder: Path, before: Projection, files: Mapping[str, bytes]) -> Projection:
    """Add other files to the folder and its list, such as a dated head and its token."""
    with folders.alone(folder), folders.writable(folder):
        return Projection(trail=before.trail, digests=_write(folder, before.digests, {}, files))
