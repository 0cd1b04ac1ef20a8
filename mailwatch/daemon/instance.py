"""One process at a time on a state folder: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mailwatch.errors import BusyError, RefusedError, RegisterError, refusal
from mailwatch.probe.presence import LOCK
from mailwatch.register import refuse_superuser

_NETWORK = frozenset(
    "9p afs beegfs ceph cifs davfs glusterfs gfs2 lustre ncpfs nfs nfs4 ocfs2 smb3 smbfs sshfs".split()
)
_OCTAL = re.compile(r"\\([0-7]{3})")
"""How mountinfo writes a space in a name."""


@contextmanager
def only_one(state: Path) -> Iterator[None]:
    """Hold `state` for this process.

    Raises BusyError naming the process that holds it, RegisterError when there is no such folder, RefusedError when
    this account may not write there, or when a lock there would hold nobody.
    """
    lock = _opened(state)
    try:
        _take(lock, state)
        # Never removed: who waits for the old file would hold another lock than who makes a new one.
        _name(lock, b"%d\n" % os.getpid())
        yield
        _name(lock, b"")
    finally:
        os.close(lock)


def _name(lock: int, holder: bytes) -> None:
    """Say who holds; a disk without room for that is the register's to tell."""
    with suppress(OSError):
        os.ftruncate(lock, 0)
        os.pwrite(lock, holder, 0)


def _opened(state: Path) -> int:
    try:
        refuse_superuser(state)
        refuse_network(state)
        return os.open(state / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (FileNotFoundError, NotADirectoryError):
        raise RegisterError(
            "« {folder} » : ce dossier n’existe pas ; créez le registre (mailwatch init)",
            folder=state,
        ) from None
    except OSError as fault:
        if fault.errno == errno.EROFS:
            raise on_a_closed_disk(state) from None
        raise RefusedError(
            "« {folder} » : ce compte ne peut pas y écrire ({reason}) ; lancez mailwatch sous le compte à qui est le "
            "dossier",
            folder=state,
            reason=refusal(fault),
        ) from None


def on_a_closed_disk(path: Path) -> RefusedError:
    """Say that nothing can be written where `path` lies, whoever asks."""
    return RefusedError(
        "« {path} » est sur un disque en lecture seule ; remontez-le en écriture, et lisez ce que le noyau en dit "
        "(journalctl -k) : un disque qui défaille se ferme de lui-même",
        path=path,
    )


def refuse_network(state: Path) -> str:
    """Name the kind of filesystem that holds `state`; RefusedError for one that a network shares.

    Its locks may hold on one machine alone, and SQLite rests on them (sqlite.org/faq.html). Empty when nobody tells.
    """
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace")
    except OSError:
        return ""  # no Linux
    kind = filesystem(state.resolve(), mounts)
    if kind.removeprefix("fuse.") in _NETWORK:
        raise RefusedError(
            "« {folder} » : ce dossier est sur un disque partagé par le réseau ({kind}), qui peut perdre ce qu’on y "
            "écrit ; mettez le registre sur un disque de cette machine",
            folder=state,
            kind=kind,
        )
    return kind


def filesystem(path: Path, mounts: str) -> str:
    """Name the kind of filesystem that holds `path`, by the lines of mountinfo (proc(5)); empty when none does."""
    found, longest = "", -1
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = _OCTAL.sub(lambda code: chr(int(code[1], 8)), fields[4])
        # A later line lies over an earlier one.
        if path.is_relative_to(point) and len(point) >= longest:
            found, longest = after.split()[0], len(point)
    return found


def _take(lock: int, state: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        raise BusyError(
            "mailwatch est déjà en marche sur « {folder} » (processus {process}) ; un seul à la fois",
            folder=state,
            process=holder or "?",
        ) from None
