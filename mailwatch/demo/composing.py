"""From a mail of the story to the bytes a mailbox would hold: headers, layout, quoted history, attachments.

Nothing here asks a clock or chance: identifiers and boundaries are digests of the mail's name.
"""

from __future__ import annotations

import base64
import quopri
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.header import Header
from email.utils import format_datetime
from hashlib import sha256

from mailwatch.demo import structures
from mailwatch.demo.layouts import PROGRAMS, Program, paragraphs, subject
from mailwatch.demo.story import Mail, Person, Place
from mailwatch.demo.structures import Part
from mailwatch.model import Role

_LINE = 76
_SHOWN = "cid:"
_ON_THE_WAY = timedelta(seconds=5)


def compose(mail: Mail, place: Place) -> bytes:
    """Write `mail` out as a message of RFC 5322 and MIME, lines ended by LF as files have them."""
    body = _body(mail)
    fields = [*_trace(mail, place), *_envelope(mail), *body.fields]
    head = "".join(f"{name}: {value}\n" for name, value in fields)
    return head.encode("utf-8") + b"\n" + body.content


def message_id(mail: Mail) -> str:
    """The identifier of `mail`, in the sender's domain; a further copy shares its original's."""
    host = mail.sender.address.rpartition("@")[2] or "localhost"
    return f"<{_digest(mail.identity or mail.id, 24)}@{host}>"


def box_of(mail: Mail) -> str:
    """The mailbox that `mail` was delivered to, or written from when it is one of ours."""
    if mail.role is Role.SENT:
        return mail.sender.address
    ours = (person.address for person in (*mail.to, *mail.cc) if person.ours)
    return mail.headers.get("Delivered-To", next(ours, mail.to[0].address))


def visible_text(mail: Mail) -> str:
    """What the reader of `mail` sees, history included."""
    program = PROGRAMS[mail.program]
    shown = _written(mail, program)
    if mail.parent is None or not mail.quotes:
        return shown
    return f"{shown}\n\n{program.quotation(mail.parent, visible_text(mail.parent))}"


# --- header ---------------------------------------------------------------------------------------


def _envelope(mail: Mail) -> Iterator[tuple[str, str]]:
    program = PROGRAMS[mail.program]
    yield "Message-ID", message_id(mail)
    yield "Date", format_datetime(mail.dated or mail.at - _ON_THE_WAY)
    yield "From", _mailbox(mail.sender)
    yield "To", ",\n ".join(_mailbox(person) for person in mail.to)
    if mail.cc:
        yield "Cc", ",\n ".join(_mailbox(person) for person in mail.cc)
    yield "Subject", _words(subject(mail), program.charset)
    yield from _references(mail)
    if mail.reply_to is not None:
        yield "Reply-To", _mailbox(mail.reply_to)
    for name, value in mail.headers.items():
        if name != "Received":
            yield name, value
    if mail.kind == "mail":
        yield program.header
    yield "MIME-Version", "1.0"


def _references(mail: Mail) -> Iterator[tuple[str, str]]:
    if mail.parent is None or not mail.threaded:
        return
    yield "In-Reply-To", message_id(mail.parent)
    chain = [mail.parent]
    while chain[-1].parent is not None and chain[-1].threaded:
        chain.append(chain[-1].parent)
    yield "References", "\n ".join(message_id(earlier) for earlier in reversed(chain))


def _trace(mail: Mail, place: Place) -> Iterator[tuple[str, str]]:
    """Return-Path and the `Received` fields, topmost first; a sent copy has never travelled."""
    if mail.role is Role.SENT:
        return
    if "Received" in mail.headers:
        yield "Received", mail.headers["Received"]
    box = box_of(mail)
    own = place.people["accueil"].address.rpartition("@")[2]
    host = mail.sender.address.rpartition("@")[2] or "localhost"
    at = mail.at if _even(mail) else mail.at.astimezone(UTC)
    if "Delivered-To" not in mail.headers:
        yield "Delivered-To", box
    yield (
        "Received",
        _hop(f"mx1.{own}", "192.0.2.25", place.relay, at, _digest(f"a{mail.id}", 10), box),
    )
    inner = mail.at - timedelta(seconds=3)
    yield (
        "Received",
        _hop(f"smtp.{host}", "198.51.100.17", f"mx1.{own}", inner, _digest(f"b{mail.id}", 10), box),
    )


def _hop(source: str, ip: str, by: str, at: datetime, queue: str, box: str) -> str:
    return (
        f"from {source} ({source} [{ip}])\n by {by} (Postfix) with ESMTPS id {queue.upper()}\n"
        f" for <{box}>; {format_datetime(at)}"
    )


def _even(mail: Mail) -> bool:
    """Half of the servers stamp local time, the others UTC."""
    return int(_digest(mail.id, 2), 16) % 2 == 0


def _mailbox(person: Person) -> str:
    if not person.name:
        return person.address
    plain = person.name.isascii() and all(sign.isalnum() or sign in " '-" for sign in person.name)
    if plain:
        return f"{person.name} <{person.address}>"
    if person.name.isascii():
        return f'"{person.name}" <{person.address}>'
    return f"{_words(person.name, 'utf-8')} <{person.address}>"


def _words(text: str, charset: str) -> str:
    if text.isascii():
        return text
    charset = _charset(text, charset)
    return Header(_plainer(text, charset), charset, maxlinelen=_LINE).encode()


# --- body -----------------------------------------------------------------------------------------


def _body(mail: Mail) -> Part:
    special = structures.SPECIAL.get(mail.kind)
    if special is not None:
        parent = mail.parent
        return special(mail, message_id(parent) if parent else "", _digest(mail.id, 20))
    program = PROGRAMS[mail.program]
    parts = [_text(visible_text(mail), "plain", program)] if program.plain else []
    if program.html:
        parts.append(_text(_html(mail, program), "html", program))
    body = (
        parts[0]
        if len(parts) == 1
        else structures.multipart("alternative", parts, _digest(f"{mail.id}/alt", 20))
    )
    return _with_attachments(mail, body)


def _with_attachments(mail: Mail, body: Part) -> Part:
    files = [name for name in mail.attachments if not name.startswith(_SHOWN)]
    if pictures := _pictures(mail):
        shown = [structures.picture(name) for name in pictures]
        body = structures.multipart("related", [body, *shown], _digest(f"{mail.id}/rel", 20))
    if files:
        joined = [structures.attached(name) for name in files]
        body = structures.multipart("mixed", [body, *joined], _digest(f"{mail.id}/mix", 20))
    return body


def _pictures(mail: Mail) -> list[str]:
    """The Content-IDs of the pictures that the body shows (RFC 2392)."""
    return [name.removeprefix(_SHOWN) for name in mail.attachments if name.startswith(_SHOWN)]


def _picture_html(name: str) -> str:
    size = f'width="{structures.WIDTH}" height="{structures.HEIGHT}"'
    return f'\n<p><img src="cid:{name}" alt="" {size}></p>'


def _written(mail: Mail, program: Program) -> str:
    """What the writer typed, and what the program put under it."""
    typed = [mail.text]
    if mail.signed and mail.sender.signature:
        typed.append(program.delimiter + mail.sender.signature)
    if program.last_line:
        typed.append(program.last_line)
    return "\n\n".join(typed)


def _html(mail: Mail, program: Program) -> str:
    style = "MsoNormal" if "outlook" in mail.program else "texte"
    shown = paragraphs(_written(mail, program), style)
    shown += "".join(map(_picture_html, _pictures(mail)))
    if mail.parent is not None and mail.quotes:
        shown += "\n" + program.quotation_html(mail.parent, visible_text(mail.parent))
    charset = _charset(shown, program.charset)
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}"></head>\n'
        f"<body>\n{shown}\n</body></html>"
    )


def _text(text: str, subtype: str, program: Program) -> Part:
    charset = _charset(text, program.charset)
    octets = _plainer(f"{text}\n", charset).encode(charset)
    fields = (
        ("Content-Type", f"text/{subtype}; charset={charset}"),
        ("Content-Transfer-Encoding", program.encoding),
    )
    return Part(fields=fields, content=_encoded(octets, program.encoding))


def _encoded(octets: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(octets)
    if encoding == "quoted-printable":
        return quopri.encodestring(octets)
    return octets


def _charset(text: str, charset: str) -> str:
    """The program's own charset, or UTF-8 when the text needs more."""
    return charset if _fits(_plainer(text, charset), charset) else "utf-8"


def _plainer(text: str, charset: str) -> str:
    """Replace the typographic signs that an old charset lacks, as mail programs do."""
    for sign, plain in (
        ("’", "'"),
        ("\u202f", "\u00a0"),
        ("…", "..."),
        ("–", "-"),
        ("œ", "oe"),
        ("€", "EUR"),
    ):
        if not _fits(sign, charset):
            text = text.replace(sign, plain)
    return text


def _fits(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _digest(name: str, length: int) -> str:
    return sha256(f"mailwatch/{name}".encode()).hexdigest()[:length]
