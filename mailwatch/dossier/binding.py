"""The pack in one file: the same parts give the same bytes, and a pack half written takes nobody’s place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mailwatch.errors import UsageError, refusal

_UNIX = 3
_PLAIN, _PROGRAM = 0o644, 0o755


def bound(files: Mapping[str, bytes], on: date) -> bytes:
    """Put the files of a pack into a zip that the day dates."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, content in files.items():
            part = ZipInfo(name, (max(on.year, 1980), on.month, on.day, 0, 0, 0))
            part.compress_type = ZIP_DEFLATED
            part.create_system = _UNIX
            part.external_attr = (_PROGRAM if name.endswith(".py") else _PLAIN) << 16
            archive.writestr(part, content, compresslevel=6)
    return out.getvalue()


def write(path: Path, content: bytes, *, private: bool) -> None:
    """Write a pack, whole or not at all; `private` for the account's own eyes. UsageError when it cannot be."""
    half_written = path.with_name(f".{path.name}.partiel")
    mode = 0o600 if private else 0o666
    try:
        half_written.unlink(missing_ok=True)
        descriptor = os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half_written.replace(path)
    except OSError as fault:
        # What is half written takes room that the disk may lack.
        with suppress(OSError):
            half_written.unlink(missing_ok=True)
        raise UsageError(
            "« {path} » : le dossier ne peut pas y être écrit ({reason})",
            path=path,
            reason=refusal(fault),
        ) from None
