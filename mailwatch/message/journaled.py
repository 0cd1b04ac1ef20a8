"""Journal reports: a message that a mail server hands over inside another one, with its envelope (MS-OXJRNL).

The report is a multipart/mixed: lines of text that name the sender and each recipient, then the message itself. Only
there do blind copies and the members of a distribution list stand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mailwatch.message.charset import decode
from mailwatch.message.fields import ADDRESS_LIMIT
from mailwatch.message.mime import Tree, content, leaves, parse
from mailwatch.model import Address

_ENVELOPE_LIMIT = 256 * 1024
_RECIPIENT = re.compile(
    r"^[ \t]*(?:To|Cc|Bcc|Recipient)[ \t]*:[ \t]*<?([^\s,;<>]{1,320})", re.IGNORECASE | re.MULTILINE
)
_MESSAGE = "message/rfc822"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journaled:
    """The message of a journal report, and to whom it went."""

    raw: bytes
    recipients: tuple[Address, ...]
    """Of the envelope: blind copies too, lists as their members."""


def unwrapped(raw: bytes) -> Journaled | None:
    """Take the message out of a journal report; None for what is none."""
    tree = parse(raw)
    if tree is None or not tree.root.content_type.startswith("multipart/"):
        return None
    parts = leaves(tree.root)
    inner = next((part for part in parts if part.content_type == _MESSAGE), None)
    if inner is None or parts[0].content_type != "text/plain":
        return None
    octets = content(tree, inner, inner.end - inner.start)
    return Journaled(raw=octets, recipients=_recipients(tree)) if octets.strip() else None


def _recipients(tree: Tree) -> tuple[Address, ...]:
    envelope = leaves(tree.root)[0]
    octets = content(tree, envelope, _ENVELOPE_LIMIT)
    text = decode(octets, envelope.parameters.get("charset", "utf-8"))[0]
    found = (name.lower() for name in _RECIPIENT.findall(text) if "@" in name)
    return tuple(Address(name="", address=name) for name in [*dict.fromkeys(found)][:ADDRESS_LIMIT])
