"""The texts beside the lines: the head, the list of digests, the signers; each read as strictly as it is written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

HEAD, SIGNATURE, PUBLIC_KEY, SIGNERS = "head", "head.sig", "key.pub", "allowed_signers"
AUTHORITY, SUMS = "tsa.pem", "SHA256SUMS"
DAY_FILE = re.compile(r"(\d{4}-\d\d-\d\d)\.jsonl")
STAMP_FILE = re.compile(r"(\d{4}-\d\d-\d\d)\.(head|tsr)")
NAMESPACE = "mailwatch-journal"
"""What a signature is for: it holds for nothing else (PROTOCOL.sshsig)."""
SIGNER = "mailwatch"
"""Who signs, as the list of signers calls him."""

_SUM = re.compile(r"([0-9a-f]{64})  ([\w.-]+)", re.ASCII)
_HEAD = re.compile(r"([^\n]+)\n([1-9]\d{0,14}|0)\n([0-9a-f]{64})\n", re.ASCII)
_WITNESS = re.compile(r"([\d\s.]+)[:;/ \t]+([0-9a-f]{64})", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far the journal goes: the number of lines, and the SHA-256 of all of them."""

    size: int
    digest: str


def head_text(origin: str, head: Head) -> bytes:
    """Write a head in three lines: whose journal, how many lines, their digest."""
    name = " ".join(re.sub(r"[\0-\x1f\x7f\x85\u2028\u2029]", " ", origin).split()) or "?"
    return f"{name}\n{head.size}\n{head.digest}\n".encode("utf-8", "replace")


def read_head(content: bytes) -> Head | None:
    """Read a head; None for anything else."""
    found = _HEAD.fullmatch(content.decode("utf-8", "surrogateescape"))
    return Head(size=int(found[2]), digest=found[3]) if found else None


def read_witness(words: str) -> Head | None:
    """Read a head as an alert prints it and a person copies it: `1 234:9f86d0…`; None for anything else."""
    found = _WITNESS.fullmatch(" ".join(words.split()))
    size = re.sub(r"\D", "", found[1]) if found else ""
    return Head(size=int(size), digest=found[2].lower()) if found and 0 < len(size) < 16 else None


def sums_text(digests: Mapping[str, str]) -> bytes:
    """Write the list that `sha256sum -c` checks: every file but the list itself."""
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()


def read_sums(content: bytes) -> dict[str, str]:
    """Read such a list; what is no line of one is left out."""
    lines = content.decode("ascii", "replace").split("\n")
    return {found[2]: found[1] for line in lines if (found := _SUM.fullmatch(line))}


def signers_text(public_key: bytes) -> bytes:
    """Write the list of signers that `ssh-keygen -Y verify` asks for (ssh-keygen(1), ALLOWED SIGNERS)."""
    words = b" ".join(public_key.split()[:2])
    return f'{SIGNER} namespaces="{NAMESPACE}" '.encode() + words + b"\n"


def fingerprint(public_key: bytes) -> str:
    """Name a public key as `ssh-keygen -l` does; empty for what is no key."""
    words = public_key.split()
    try:
        blob = base64.b64decode(words[1], validate=True) if len(words) > 1 else b""
    except binascii.Error:
        return ""
    return "SHA256:" + base64.b64encode(sha256(blob).digest()).decode().rstrip("=") if blob else ""
