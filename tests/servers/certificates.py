"""Certificates made on the spot for servers on this machine."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A self-signed certificate, which is its own authority, and its key."""

    file: Path
    key: Path


def certificate(folder: Path, names: str = "IP:127.0.0.1") -> Certificate:
    """Make a certificate for `names`, as subjectAltName writes them."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    made = Certificate(file=folder / "cert.pem", key=folder / "key.pem")
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ),
            *("-nodes", "-days", "2", "-subj", "/CN=imap.jura.example"),
            *("-addext", f"subjectAltName={names}", "-keyout", made.key, "-out", made.file),
        ],
        check=True,
        capture_output=True,
    )
    return made
