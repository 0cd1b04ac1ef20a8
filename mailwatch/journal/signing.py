"""Signatures by OpenSSH, which every administrator and auditor has: `ssh-keygen` is called, never imitated."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from mailwatch.errors import RefusedError, Remark, refusal
from mailwatch.journal.heads import NAMESPACE, SIGNER

KEY_FILE = "journal.key"
"""The key in the state folder, when the settings name no other."""
_PATIENCE = 60
"""Seconds; a signature takes hundredths of one."""


def made(path: Path) -> None:
    """Make a key without passphrase, for this account alone; one that is there is kept."""
    if not path.exists():
        _ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", NAMESPACE, "-f", str(path))
        # Whoever needs it finds it among the files of the journal.
        path.with_name(f"{path.name}.pub").unlink(missing_ok=True)


def public_key(path: Path) -> bytes:
    """Give the public half of a key, on one line."""
    if not path.exists():
        raise RefusedError(
            "la clé du journal « {path} » manque ; restaurez-la, ou nommez-en une dans « [journal] signing_key »",
            path=path,
        )
    told = _ssh_keygen("-y", "-P", "", "-f", str(path))
    return b" ".join(told.split()[:2]) + b" " + NAMESPACE.encode() + b"\n"


def signature(path: Path, content: bytes) -> bytes:
    """Sign `content` with the key at `path`."""
    return _ssh_keygen("-q", "-Y", "sign", "-f", str(path), "-n", NAMESPACE, content=content)


def is_signed(content: bytes, signed: Path, signers: Path) -> bool:
    """Say whether one of `signers` signed `content` for the journal."""
    who = ("-I", SIGNER, "-n", NAMESPACE)
    found = _run(("-Y", "verify", "-f", str(signers), *who, "-s", str(signed)), content)
    return found.returncode == 0


def _ssh_keygen(*words: str, content: bytes = b"") -> bytes:
    found = _run(words, content)
    if found.returncode:
        said = found.stderr.decode("utf-8", "replace").strip().splitlines()
        raise RefusedError(
            "ssh-keygen refuse la clé du journal : {reason} ; vérifiez le fichier et ses droits (mode 600, "
            "sans phrase de passe)",
            reason=said[-1] if said else found.returncode,
        )
    return found.stdout


def _run(words: Sequence[str], content: bytes) -> subprocess.CompletedProcess[bytes]:
    # Without a terminal or a window nobody can be asked for a passphrase.
    quiet = {**os.environ, "SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"}
    try:
        return subprocess.run(  # noqa: S603 -- our own words
            ["ssh-keygen", *words],  # noqa: S607 -- where the system keeps it
            input=content,
            capture_output=True,
            check=False,
            env=quiet,
            start_new_session=True,
            timeout=_PATIENCE,
        )
    except OSError as fault:
        raise RefusedError(
            "ssh-keygen ne se lance pas ({reason}) ; installez le paquet openssh-client",
            reason=refusal(fault),
        ) from None
    except subprocess.TimeoutExpired:
        raise RefusedError(
            "ssh-keygen ne répond pas ({reason}) ; installez le paquet openssh-client",
            reason=Remark("une minute"),
        ) from None
