"""The folder of the journal's files: named, locked, read, written down to the disk."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mailwatch.errors import BusyError, RefusedError, RegisterError, SourceError, refusal

FOLDER = "journal"
"""Where the files lie in the state folder."""
UNFINISHED = ".unfinished"
"""Stands in the folder while files are written: what a crash left is completed, not taken for damage."""


@contextmanager
def shared(folder: Path) -> Iterator[None]:
    """Hold the folder as it is while it is read or copied."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder for writing; it is made when there is none."""
    with writable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder, fcntl.LOCK_EX):
        yield


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as fault:
        raise SourceError(
            "« {folder} » n’est pas un journal : {reason}", folder=folder, reason=refusal(fault)
        ) from None
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Say in words why the folder cannot be written."""
    try:
        yield
    except PermissionError:
        raise RefusedError(
            "le journal « {folder} » ne peut pas être écrit ; rendez ce dossier à ce compte",
            folder=folder,
        ) from None
    except OSError as fault:
        raise BusyError(
            "impossible d’écrire le journal dans « {folder} » : {reason} ; le registre garde tout, la suite sera "
            "écrite ensuite",
            folder=folder,
            reason=refusal(fault),
        ) from None


def names(folder: Path) -> tuple[str, ...]:
    """Give what lies in the folder, sorted; empty when it is not there."""
    try:
        return tuple(sorted(entry.name for entry in folder.iterdir()))
    except FileNotFoundError:
        return ()
    except OSError as fault:
        raise SourceError(
            "« {folder} » n’est pas un journal : {reason}", folder=folder, reason=refusal(fault)
        ) from None


def content(folder: Path, name: str) -> bytes:
    """Read a file; empty when it is not there."""
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as fault:
        raise RegisterError(
            "« {path} » ne se lit pas : {reason}", path=folder / name, reason=refusal(fault)
        ) from None


def append(path: Path, added: bytes) -> None:
    """Add to a file, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(added)
        file.flush()
        os.fsync(file.fileno())


def put(path: Path, whole: bytes) -> None:
    """Put a file in its place, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.unlink(missing_ok=True)
    append(unfinished, whole)
    unfinished.replace(path)


def sync(folder: Path) -> None:
    """Make the names in the folder last."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
