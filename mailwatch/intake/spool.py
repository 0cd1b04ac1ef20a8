"""What the mail server handed over and the register does not have yet: files that outlive a power cut.

    spool/new/…                 being received: nothing was promised, and the next start removes it
    spool/<role>/<digest>       taken: on the disk before the server is told so, gone once the register has it
    spool/aside/<role>/<digest> what nobody could read: kept for a version that can, as a mailbox keeps it

A file is named after its octets. A server that was not told, since we died at that moment, sends them again and meets
the same name; the register meets the same UID, which is that name cut to 62 bits, and keeps one of both. So nothing
has to be remembered between the steps, and each may be done twice.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from threading import Lock
from typing import BinaryIO

from mailwatch.errors import BusyError, RefusedError, refusal
from mailwatch.site import IntakeRole

FOLDER = "spool"
MOST = 1024 * 1024 * 1024
"""Octets that may wait; beyond them the mail server keeps its mail itself."""
SPARE = 64 * 1024 * 1024
"""Octets that stay free on the disk: the register needs them to take in what waits."""
ASIDE = 256 * 1024 * 1024
"""Octets of what nobody could read; beyond them the oldest are dropped, or whoever sends poison would fill the disk."""
_NEW, _ASIDE = "new", "aside"
_LENGTH = struct.Struct("<I")
_BLOCK = 64 * 1024


class FullError(Exception):
    """There is no room for more at this moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that waits for the register."""

    path: Path
    size: int
    """Octets of its file."""

    @property
    def digest(self) -> str:
        """SHA-256 of its octets, in hexadecimal."""
        return self.path.name

    @property
    def uid(self) -> int:
        """The number by which the register knows it: SQLite keeps 64 bits with a sign, and 0 is no UID."""
        return int(self.digest[:16], 16) >> 2 | 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message as it was handed over."""

    raw: bytes
    sender: str
    """Of the envelope (RFC 5321 section 3.3); empty for the null sender."""
    at: datetime
    """When we took it."""


class Incoming:
    """A message while it is received: on the disk as it comes, so that no size is held in memory."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.path = path
        self.size = 0
        self._file = file
        self._octets = sha256()

    def write(self, octets: bytes) -> None:
        """Add some octets; OSError when the disk takes no more."""
        self._file.write(octets)
        self._octets.update(octets)
        self.size += len(octets)

    def end(self, sender: str, at: datetime) -> str:
        """Add the envelope, put all of it on the disk, and give the digest of the message."""
        envelope = json.dumps({"sender": sender, "at": at.isoformat()}).encode()
        self._file.write(envelope + _LENGTH.pack(len(envelope)))
        self._file.flush()
        os.fsync(self._file.fileno())
        return self._octets.hexdigest()


class Spool:
    """The folder of what waits; the receiving thread adds to it and the daemon's takes from it."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder = folder
        self._most = most
        self._lock = Lock()
        self._size = 0

    @classmethod
    def opened(cls, state: Path, most: int = MOST) -> Spool:
        """Make the folders below `state` that are missing; RefusedError when they cannot be.

        For the one process that holds `state`: what another one was receiving is removed.
        """
        spool = cls(state / FOLDER, most)
        try:
            for name in (_NEW, *IntakeRole, *(f"{_ASIDE}/{role}" for role in IntakeRole)):
                (spool._folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in (spool._folder / _NEW).iterdir():
                left.unlink()
            spool._size = sum(one.size for role in IntakeRole for one in spool.waiting(role))
        except OSError as fault:
            raise RefusedError(
                "« {folder} » : le dossier d’attente ne peut pas être préparé ({reason}) ; rendez-le à ce compte",
                folder=spool._folder,
                reason=refusal(fault),
            ) from None
        return spool

    # --- the receiving side -----------------------------------------------------------------------

    @contextmanager
    def receiving(self) -> Iterator[Incoming]:
        """Begin a message, which leaves no trace unless it is kept; FullError, OSError."""
        self.check_room()
        descriptor, name = mkstemp(dir=self._folder / _NEW)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb", buffering=_BLOCK) as file:
                yield Incoming(file, path)
        finally:
            path.unlink(missing_ok=True)

    def check_room(self) -> None:
        """Raise FullError when no more should be taken."""
        disk = os.statvfs(self._folder)
        if self._size >= self._most or disk.f_bavail * disk.f_frsize < SPARE:
            raise FullError

    def keep(
        self, incoming: Incoming, roles: Iterable[IntakeRole], sender: str, at: datetime
    ) -> None:
        """Have a message wait under each of `roles`: once this returns, no crash loses it.

        The order is all there is to it. Its octets are on the disk before it has a name under which it will be
        taken, and so is that name before anybody is told (fsync(2): a file's own sync does not cover its name). To
        die between two steps leaves it unfinished, or waiting without the server being told: it comes again, and
        meets its own name.
        """
        digest = incoming.end(sender, at)
        for role in roles:
            target = self._folder / role / digest
            with suppress(FileExistsError):
                os.link(incoming.path, target)
                with self._lock:
                    self._size += target.stat().st_size
            _sync(target.parent)

    # --- the register's side ----------------------------------------------------------------------

    def waiting(self, role: IntakeRole) -> tuple[Waiting, ...]:
        """Give what waits under `role`, the longest first."""
        return tuple(one for _, one in _files(self._folder / role))

    def aside(self, role: IntakeRole) -> tuple[Waiting, ...]:
        """Give what nobody could read of `role`, the oldest first."""
        return tuple(one for _, one in _files(self._folder / _ASIDE / role))

    def done(self, taken: Iterable[Waiting]) -> None:
        """Remove what the register has. A power cut may bring it back: it is taken once more, to no effect."""
        for one in taken:
            one.path.unlink(missing_ok=True)
            with self._lock:
                self._size -= one.size

    def set_aside(self, role: IntakeRole, unread: Iterable[Waiting]) -> None:
        """Keep what nobody could read, within bounds; it no longer waits, and takes no room of what does."""
        folder, some = self._folder / _ASIDE / role, tuple(unread)
        for one in some:
            with suppress(FileNotFoundError):
                one.path.rename(folder / one.digest)
            with self._lock:
                self._size -= one.size
        if some:
            _sync(folder)
            self._bound_aside()

    def release(self, one: Waiting) -> None:
        """Remove what was set aside, and has been read."""
        one.path.unlink(missing_ok=True)

    def forget(self, before: datetime) -> int:
        """Remove what was set aside before an instant; say how many there were."""
        limit = before.timestamp() * 1_000_000_000
        old = [one for age, one in self._all_aside() if age < limit]
        for one in old:
            self.release(one)
        return len(old)

    def _bound_aside(self) -> None:
        room = ASIDE
        for _, one in reversed(self._all_aside()):
            room -= one.size
            if room < 0:
                self.release(one)

    def _all_aside(self) -> list[tuple[int, Waiting]]:
        return sorted(
            (each for role in IntakeRole for each in _files(self._folder / _ASIDE / role)),
            key=_age,
        )


def _files(folder: Path) -> list[tuple[int, Waiting]]:
    """The messages of a folder, each with the time of its file in nanoseconds, the oldest first."""
    found: list[tuple[int, Waiting]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if _is_digest(entry.name):
                stat = entry.stat(follow_symlinks=False)
                one = Waiting(path=Path(entry.path), size=stat.st_size)
                found.append((stat.st_mtime_ns, one))
    return sorted(found, key=_age)


def _age(aged: tuple[int, Waiting]) -> tuple[int, str]:
    return aged[0], aged[1].digest


def read(waiting: Waiting) -> Taken | None:
    """Read a message that waits; None when its file is not what was written. BusyError when the disk refuses."""
    try:
        content = waiting.path.read_bytes()
    except OSError as fault:
        raise BusyError(
            "« {path} » : ce message en attente ne peut pas être lu ({reason}) ; il sera repris",
            path=waiting.path,
            reason=refusal(fault),
        ) from None
    try:
        (length,) = _LENGTH.unpack(content[-_LENGTH.size :])
        end = len(content) - _LENGTH.size
        envelope = json.loads(content[end - length : end])
        raw = content[: end - length]
        taken = Taken(
            raw=raw, sender=str(envelope["sender"]), at=datetime.fromisoformat(envelope["at"])
        )
    except (ValueError, LookupError, TypeError, struct.error):
        return None
    return taken if sha256(raw).hexdigest() == waiting.digest else None


def _is_digest(name: str) -> bool:
    return len(name) == 64 and all(sign in "0123456789abcdef" for sign in name)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
