"""Heads dated by an authority (RFC 3161): asked for by a command of the site, checked by `openssl ts`."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from mailwatch.errors import RefusedError, UnreachableError, refusal

_PATIENCE = 60
"""Seconds that an authority may take."""


def stamp(head: bytes, command: Sequence[str], authority: Path) -> bytes:
    """Have `head` dated: `command` reads the query and writes the reply, as an authority gives it over HTTP.

    Raises UnreachableError when no reply comes, RefusedError when it is none that `authority` vouches for.
    """
    with TemporaryDirectory() as folder:
        dated, token = Path(folder, "head"), Path(folder, "head.tsr")
        dated.write_bytes(head)
        query = _openssl("ts", "-query", "-data", str(dated), "-sha256", "-cert")
        token.write_bytes(_answer(command, query.stdout))
        if not is_stamped(dated, token, authority, whenever=False):
            raise RefusedError(
                "le jeton d’horodatage n’est pas de l’autorité dont « {path} » donne les certificats, ou l’un "
                "d’eux est périmé ; vérifiez « [journal] timestamp_ca »",
                path=authority,
            )
        return token.read_bytes()


def is_stamped(dated: Path, token: Path, authority: Path, *, whenever: bool = True) -> bool:
    """Say whether `authority` dated that file; `whenever`: its certificates may have expired since."""
    past = ("-no_check_time",) if whenever else ()
    files = ("-data", str(dated), "-in", str(token), "-CAfile", str(authority))
    return _openssl("ts", "-verify", *files, *past).returncode == 0


def _answer(command: Sequence[str], query: bytes) -> bytes:
    try:
        found = subprocess.run(  # noqa: S603 -- the site's own command, without a shell
            command, input=query, capture_output=True, check=False, timeout=_PATIENCE
        )
    except OSError as fault:
        raise RefusedError(
            "« [journal] timestamp_command » ne se lance pas : {reason}", reason=refusal(fault)
        ) from None
    except subprocess.TimeoutExpired:
        raise UnreachableError("l’autorité d’horodatage ne répond pas ; il sera réessayé") from None
    if found.returncode or not found.stdout:
        raise UnreachableError(
            "« [journal] timestamp_command » a échoué (code {code}) ; il sera réessayé",
            code=found.returncode,
        )
    return found.stdout


def _openssl(*words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 -- our own words
            ["openssl", *words],  # noqa: S607 -- where the system keeps it
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise RefusedError("openssl ne se lance pas ; installez le paquet openssl") from None
