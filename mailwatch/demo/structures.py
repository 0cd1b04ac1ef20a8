"""Messages that no person types: reports, receipts, calendar answers, sealed mail; and the parts of any message."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from hashlib import sha256

from mailwatch.demo.story import Mail

WIDTH, HEIGHT = 360, 96
"""Pixels of a picture that stands for a signature block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One MIME entity: its fields and its encoded content."""

    fields: tuple[tuple[str, str], ...]
    content: bytes


def multipart(subtype: str, parts: Sequence[Part], boundary: str, parameters: str = "") -> Part:
    """Join `parts` (RFC 2046 section 5.1)."""
    content = b"".join(
        f"--{boundary}\n{_head(part)}\n".encode() + part.content.rstrip(b"\n") + b"\n"
        for part in parts
    )
    value = f'multipart/{subtype}; {parameters}boundary="{boundary}"'
    return Part(fields=(("Content-Type", value),), content=content + f"--{boundary}--\n".encode())


def attached(name: str) -> Part:
    """A file joined to a message; only its name and its type matter here."""
    content_type = _TYPES[name.rpartition(".")[2].lower()]
    return Part(
        fields=(
            ("Content-Type", f'{content_type}; name="{name}"'),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Disposition", f'attachment; filename="{name}"'),
        ),
        content=base64.encodebytes(_CONTENTS[content_type] + _noise(name, 2400)),
    )


def picture(name: str) -> Part:
    """A picture shown in the body, as large as a signature block."""
    return Part(
        fields=(
            ("Content-Type", f'image/png; name="{name}.png"'),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-ID", f"<{name}>"),
            ("Content-Disposition", f'inline; filename="{name}.png"'),
        ),
        content=base64.encodebytes(_png(name, WIDTH, HEIGHT)),
    )


# --- special messages -----------------------------------------------------------------------------


def _delivery_report(mail: Mail, original: str, boundary: str) -> Part:
    """A report of RFC 3464; the first word of the mail's text tells its action and status."""
    action, status = (
        ("delayed", "4.4.1") if "retard" in mail.subject.lower() else ("failed", "5.1.1")
    )
    told = (
        f"Reporting-MTA: dns; mx1.{_host(mail)}\nArrival-Date: {format_datetime(mail.at)}\n\n"
        f"Final-Recipient: rfc822; {mail.failed}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {'421' if action == 'delayed' else '550'} {status} <{mail.failed}>\n"
    )
    parts = (
        _plain(mail.text),
        _typed("message/delivery-status", told),
        _typed("text/rfc822-headers", f"Message-ID: {original}\nTo: {mail.failed}\n"),
    )
    return multipart("report", parts, boundary, "report-type=delivery-status; ")


def _read_receipt(mail: Mail, original: str, boundary: str) -> Part:
    """A disposition notification of RFC 8098."""
    told = (
        f"Final-Recipient: rfc822; {mail.sender.address}\nOriginal-Message-ID: {original}\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\n"
    )
    parts = (_plain(mail.text), _typed("message/disposition-notification", told))
    return multipart("report", parts, boundary, "report-type=disposition-notification; ")


def _calendar_reply(mail: Mail, _original: str, boundary: str) -> Part:
    """An answer to an invitation (RFC 5546 section 3.2.3)."""
    stamp = f"{mail.at:%Y%m%dT%H%M%S}"
    lines = (
        "BEGIN:VCALENDAR", "PRODID:-//Agenda//FR", "VERSION:2.0", "METHOD:REPLY", "BEGIN:VEVENT",
        f"UID:{boundary}", f"DTSTAMP:{stamp}", f"SUMMARY:{mail.subject}",
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{mail.sender.address}", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    parts = (
        _plain(mail.text),
        _typed("text/calendar; method=REPLY; charset=utf-8", "\r\n".join(lines)),
    )
    return multipart("alternative", parts, boundary)


def _sealed(_mail: Mail, _original: str, boundary: str) -> Part:
    """A body that only its addressee can open (RFC 8551 section 3.3)."""
    return Part(
        fields=(
            ("Content-Type", 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'),
            ("Content-Transfer-Encoding", "base64"),
            ("Content-Disposition", 'attachment; filename="smime.p7m"'),
        ),
        content=base64.encodebytes(b"\x30\x82\x0b\xb8" + _noise(boundary, 3000)),
    )


SPECIAL: Mapping[str, Callable[[Mail, str, str], Part]] = {
    "delivery_report": _delivery_report,
    "read_receipt": _read_receipt,
    "calendar_reply": _calendar_reply,
    "sealed": _sealed,
}


# --- bytes ----------------------------------------------------------------------------------------

_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_CONTENTS = {
    "application/pdf": b"%PDF-1.7\n",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00",
    _TYPES["docx"]: b"PK\x03\x04",
}


def _head(part: Part) -> str:
    return "".join(f"{name}: {value}\n" for name, value in part.fields)


def _plain(text: str) -> Part:
    return Part(
        fields=(
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ),
        content=f"{text}\n".encode(),
    )


def _typed(content_type: str, text: str) -> Part:
    return Part(fields=(("Content-Type", content_type),), content=text.encode())


def _host(mail: Mail) -> str:
    return mail.sender.address.rpartition("@")[2]


def _noise(seed: str, length: int) -> bytes:
    """Octets that look like content, the same each time."""
    blocks = -(-length // 32)
    return b"".join(sha256(f"{seed}/{number}".encode()).digest() for number in range(blocks))[
        :length
    ]


def _png(seed: str, width: int, height: int) -> bytes:
    """A grey picture of that size (PNG, second edition)."""
    rows = b"".join(b"\0" + _noise(f"{seed}/{row}", width) for row in range(height))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, 0))
        + chunk(b"IEND", b"")
    )
