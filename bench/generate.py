"""Generate a year of a préfecture's mail as two Maildir folders, the same bytes for the same seed.

What a real export looks like to a program: threads (request, reminder, holding reply, answer, follow-up) with
their quoted history, HTML alternatives as clients write them, three transfer encodings, two charsets, encoded
subjects, signature blocks with mentions missing now and then, attachments, automatic mail, bounces, newsletters.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import html
import random
import textwrap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import prose

SEED = 39
START = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
DAYS = 330
"""Threads open over eleven months, so that a year holds their answers too."""
ATTACHED = 0.06
LATIN_1 = 0.2
PLAIN_ONLY = 0.1
POOL = 1_000_000

OUTLOOK_STYLE = "".join(
    f"p.{name}, li.{name}, div.{name} {{mso-style-priority:99;margin:0cm;margin-bottom:.0001pt;font-size:11.0pt;"
    'font-family:"Calibri",sans-serif;mso-fareast-language:EN-US;}\n'
    for name in (
        "MsoNormal", "MsoListParagraph", "xmsonormal", "EmailStyle17", "MsoChpDefault", "MsoFooter", "MsoHeader",
        "EmailStyle20", "MsoPlainText", "msonormal0",
    )
)  # fmt: skip
OUTLOOK_LINE = (
    '<p class="MsoNormal"><span style="font-size:11.0pt;font-family:&quot;Marianne&quot;,sans-serif;'
    'mso-fareast-language:FR">{}<o:p></o:p></span></p>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A correspondent: name and address."""

    name: str
    address: str


@dataclass(slots=True, kw_only=True)
class Mail:
    """One message before it is written down."""

    sent: bool
    at: datetime
    sender: Person
    to: Person
    subject: str
    body: str
    message_id: str
    parents: tuple[str, ...] = ()
    quoted: str = ""
    extra: tuple[str, ...] = ()
    attachments: int = 0
    parts: tuple[bytes, ...] = ()
    """Ready-made parts of a report."""


def generate(root: Path, mails: int, seed: int = SEED) -> None:
    """Write `mails` messages below `root`, in `inbox` and `sent` (Maildir: cur, new, tmp)."""
    for folder in ("inbox", "sent"):
        for part in ("cur", "new", "tmp"):
            (root / folder / part).mkdir(parents=True)
    rng = random.Random(seed)
    pool = b"%PDF-1.7\n" + rng.randbytes(POOL)
    for count, mail in enumerate(_year(rng, mails)):
        folder = "sent" if mail.sent else "inbox"
        part = "new" if not mail.sent and count % 25 == 0 else "cur"
        name = f"{int(mail.at.timestamp())}.M{count:06d}P39.bench" + (
            "" if part == "new" else ":2,S"
        )
        (root / folder / part / name).write_bytes(_octets(mail, rng, pool))


def _identifier(number: int) -> str:
    return f"<{number:06d}.{number * 7919 % 99991:05d}@exemple.org>"


# --- what is written ------------------------------------------------------------------------------


def _year(rng: random.Random, mails: int) -> Iterator[Mail]:
    """Yield exactly `mails` messages, thread after thread."""
    number = 0
    while number < mails:
        thread = _noise(rng, number) if rng.random() < 0.12 else _thread(rng, number)
        yield from thread[: mails - number]
        number += len(thread)


def _thread(rng: random.Random, number: int) -> list[Mail]:
    """A request and what becomes of it."""
    citizen = _citizen(rng)
    service, box = rng.choice(prose.SERVICES)
    ours = Person(name=service, address=f"{box}@{prose.DOMAIN}")
    subject = rng.choice(prose.SUBJECTS)
    at = _working_hours(rng, START + timedelta(days=rng.randrange(DAYS)))
    thread = [
        Mail(sent=False, at=at, sender=citizen, to=ours, subject=subject, message_id=_identifier(number),
             body=_request(rng, citizen))
    ]  # fmt: skip
    if rng.random() < 0.1:
        at += timedelta(days=rng.randrange(5, 9))
        _join(thread, rng, sent=False, at=at, body=_letter(rng, prose.REMINDERS, 1, citizen.name))
    if rng.random() < 0.45:
        at += timedelta(days=rng.randrange(1, 6), hours=rng.randrange(5))
        promise = rng.choice(prose.HOLDINGS).format(
            date=(at + timedelta(days=14)).strftime("%d/%m/%Y")
        )
        _join(thread, rng, sent=True, at=at, body=_signed(rng, service, [promise]))
    if rng.random() < 0.85:
        at += timedelta(days=rng.randrange(1, 12), hours=rng.randrange(5))
        words = rng.sample(prose.ANSWERS, rng.randrange(6, 11))
        _join(thread, rng, sent=True, at=at, body=_signed(rng, service, words))
        if rng.random() < 0.04:
            thread.append(_bounce(rng, thread[-1]))
        elif rng.random() < 0.25:
            at += timedelta(hours=rng.randrange(2, 60))
            _join(
                thread, rng, sent=False, at=at, body=_letter(rng, prose.FOLLOW_UPS, 1, citizen.name)
            )
    for mail in thread:
        mail.attachments = rng.choice((1, 1, 2)) if rng.random() < ATTACHED else 0
    return thread


def _join(thread: list[Mail], rng: random.Random, *, sent: bool, at: datetime, body: str) -> None:
    """Add an answer or a follow-up, quoting what it answers."""
    opening, last = thread[0], thread[-1]
    citizen, ours = opening.sender, opening.to
    quoted = f"{last.body}\n\n{last.quoted}".strip() if rng.random() < 0.85 else ""
    thread.append(
        Mail(
            sent=sent,
            at=at,
            sender=ours if sent else citizen,
            to=citizen if sent else ours,
            subject=("RE: " if sent else "Re: ") + opening.subject,
            body=body,
            message_id=f"<{len(thread)}.{opening.message_id[1:]}",
            parents=tuple(mail.message_id for mail in thread),
            quoted=quoted[:8000],
        )
    )


def _noise(rng: random.Random, number: int) -> list[Mail]:
    """A message that asks nothing: out-of-office, newsletter, receipt."""
    citizen = _citizen(rng)
    service, box = rng.choice(prose.SERVICES)
    at = _working_hours(rng, START + timedelta(days=rng.randrange(DAYS)))
    subject, body, extra = rng.choice(
        (
            ("Réponse automatique : " + rng.choice(prose.SUBJECTS),
             "Bonjour,\n\nJe suis absent jusqu’au 15 et ne consulte pas ma messagerie.\n\n" + citizen.name,
             ("Auto-Submitted: auto-replied", "X-Auto-Response-Suppress: All")),
            ("La lettre d’information", "\n\n".join(prose.NEWS * 8),
             ("List-Id: <lettre.exemple.org>", "List-Unsubscribe: <https://exemple.org/stop>", "Precedence: bulk")),
            ("Accusé de lecture", "Votre message a été lu.", ("Auto-Submitted: auto-generated",)),
        )
    )  # fmt: skip
    ours = Person(name=service, address=f"{box}@{prose.DOMAIN}")
    return [
        Mail(
            sent=False,
            at=at,
            sender=citizen,
            to=ours,
            subject=subject,
            body=body,
            message_id=_identifier(number),
            extra=extra,
        )
    ]


def _bounce(rng: random.Random, answer: Mail) -> Mail:
    """The delivery report of an answer that did not arrive (RFC 3464)."""
    text = f"<{answer.to.address}>: host mx.exemple.org said: 550 5.1.1 User unknown"
    status = (
        f"Reporting-MTA: dns; relais.{prose.DOMAIN}\n\nFinal-Recipient: rfc822; {answer.to.address}\n"
        "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n"
    )
    original = (
        f"Message-ID: {answer.message_id}\nFrom: {answer.sender.address}\nTo: {answer.to.address}\n"
    )
    return Mail(
        sent=False,
        at=answer.at + timedelta(minutes=rng.randrange(1, 9)),
        sender=Person(name="Mail Delivery System", address=f"mailer-daemon@relais.{prose.DOMAIN}"),
        to=answer.sender,
        subject="Undelivered Mail Returned to Sender",
        body=text,
        message_id=f"<bounce.{answer.message_id[1:]}",
        extra=("Auto-Submitted: auto-replied",),
        parts=(
            b"Content-Type: text/plain; charset=us-ascii\n\n" + text.encode() + b"\n",
            b"Content-Type: message/delivery-status\n\n" + status.encode(),
            b"Content-Type: text/rfc822-headers\n\n" + original.encode(),
        ),
    )


def _citizen(rng: random.Random) -> Person:
    first, last = rng.choice(prose.FIRST_NAMES), rng.choice(prose.SURNAMES)
    local = f"u{rng.randrange(10**6):06d}"
    return Person(name=f"{first} {last}", address=f"{local}@{rng.choice(prose.CITIZEN_DOMAINS)}")


def _request(rng: random.Random, citizen: Person) -> str:
    return _letter(rng, prose.QUESTIONS, rng.randrange(6, 13), citizen.name)


def _letter(rng: random.Random, sentences: tuple[str, ...], count: int, name: str) -> str:
    greeting = rng.choice(("Bonjour,", "Madame, Monsieur,", "bonjour"))
    return "\n\n".join(
        (
            greeting,
            *rng.sample(sentences, count),
            rng.choice(("Cordialement,", "Merci,")) + "\n" + name,
        )
    )


def _signed(rng: random.Random, service: str, paragraphs: list[str]) -> str:
    """An answer with its signature block, each mention missing now and then."""
    block = [
        line
        for line, missing in (
            (rng.choice(prose.AGENTS), 0.10),
            (service, 0.12),
            (prose.INSTITUTION, 0.07),
            ("8, rue de la Préfecture - 39030 Lons-le-Saunier Cedex", 0.4),
            ("Tél. : 03 84 86 84 00", 0.3),
        )
        if rng.random() >= missing
    ]
    body = ["Madame, Monsieur,", *paragraphs, "Bien cordialement,", "\n".join(block)]
    if rng.random() < 0.9:
        body.append(prose.DISCLAIMER)
    return "\n\n".join(body)


def _working_hours(rng: random.Random, day: datetime) -> datetime:
    return day + timedelta(minutes=rng.randrange(-90, 840), seconds=rng.randrange(60))


# --- how it is written down -----------------------------------------------------------------------


def _octets(mail: Mail, rng: random.Random, pool: bytes) -> bytes:
    """The message as a mail program would have written it."""
    charset = "iso-8859-1" if rng.random() < LATIN_1 else "utf-8"
    lines = [f"Return-Path: <{mail.sender.address}>", *_received(mail)] if not mail.sent else []
    lines += [
        f"From: {_word(mail.sender.name, rng)} <{mail.sender.address}>",
        f"To: {_word(mail.to.name, rng)} <{mail.to.address}>",
        f"Subject: {_word(mail.subject, rng)}",
        f"Date: {format_datetime(_zoned(mail.at))}",
        f"Message-ID: {mail.message_id}",
        *_ancestry(mail),
        *mail.extra,
        *(_traces(mail, rng) if not mail.sent else _client(rng)),
        "MIME-Version: 1.0",
    ]
    if mail.parts:
        kind, body = "multipart/report; report-type=delivery-status", mail.parts
        return "\n".join(lines).encode() + b"\n" + _multipart(kind, body)
    content = _content(mail, rng, charset)
    if mail.attachments:
        files = [_attachment(rng, pool) for _ in range(mail.attachments)]
        content = _multipart("multipart/mixed", (content, *files))
    return "\n".join(lines).encode() + b"\n" + content


def _received(mail: Mail) -> Iterator[str]:
    """Three hops, topmost ours, each a few seconds before the one above."""
    hops = (
        (f"mbx1.{prose.DOMAIN}", "relais"),
        (f"relais.{prose.DOMAIN}", "mx"),
        ("mx.exemple.org", "poste"),
    )
    for rank, (by, origin) in enumerate(hops):
        at = format_datetime(_zoned(mail.at + timedelta(seconds=9 - 3 * rank)))
        yield (
            f"Received: from {origin}.exemple.org ({origin}.exemple.org [192.0.2.{rank + 10}])\n"
            f"\tby {by} (Postfix) with ESMTPS id 4{mail.message_id[1:7]}\n"
            f"\tfor <{mail.to.address}>; {at}"
        )


def _traces(mail: Mail, rng: random.Random) -> Iterator[str]:
    """What the servers on the way left: authentication, signature, scores."""
    domain = mail.sender.address.rpartition("@")[2]
    signature = textwrap.wrap(base64.b64encode(rng.randbytes(256)).decode(), 70)
    yield (
        f"Authentication-Results: relais.{prose.DOMAIN};\n\tdkim=pass header.d={domain} header.s=s2025;\n"
        f"\tspf=pass smtp.mailfrom={mail.sender.address};\n\tdmarc=pass header.from={domain}"
    )
    yield (
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s=s2025;\n"
        "\th=from:to:subject:date:message-id:in-reply-to:references:mime-version:content-type;\n"
        "\tbh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\n\tb=" + "\n\t ".join(signature)
    )
    yield f"X-Spam-Status: No, score={rng.randrange(-30, 30) / 10}, tests=[DKIM_VALID=-0.1, HTML_MESSAGE=0.001]"
    yield f"X-Virus-Scanned: Debian amavis at relais.{prose.DOMAIN}"


def _client(rng: random.Random) -> Iterator[str]:
    """What the agent's own program adds."""
    yield "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0"
    yield "Content-Language: fr"
    yield f"Thread-Index: {base64.b64encode(rng.randbytes(22)).decode()}"


def _ancestry(mail: Mail) -> Iterator[str]:
    """In-Reply-To and References, one identifier a line as clients fold them."""
    if mail.parents:
        yield f"In-Reply-To: {mail.parents[-1]}"
        yield "References: " + "\n ".join(mail.parents)


def _content(mail: Mail, rng: random.Random, charset: str) -> bytes:
    """The text, with its HTML alternative nine times out of ten."""
    plain = _leaf(_plain(mail), "text/plain", charset, rng)
    if rng.random() < PLAIN_ONLY:
        return plain
    markup = rng.choice((_outlook, _outlook, _outlook, _thunderbird, _webmail))(mail)
    return _multipart("multipart/alternative", (plain, _leaf(markup, "text/html", charset, rng)))


def _plain(mail: Mail) -> str:
    lines = [line for text in mail.body.split("\n") for line in textwrap.wrap(text, 76) or [""]]
    if mail.quoted:
        lines += ["", _attribution(mail)]
        lines += [
            "> " + line
            for text in mail.quoted.split("\n")
            for line in textwrap.wrap(text, 74) or [""]
        ]
    return "\n".join(lines) + "\n"


def _attribution(mail: Mail) -> str:
    return f"Le {mail.at - timedelta(days=2):%d/%m/%Y à %H:%M}, {mail.to.name} a écrit :"


def _outlook(mail: Mail) -> str:
    """As Outlook on Windows: a page of style, a paragraph a line, the history under a rule."""
    body = _paragraphs(mail.body, OUTLOOK_LINE)
    if mail.quoted:
        body += (
            '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
            f'<p class="MsoNormal"><b>De&nbsp;:</b> {html.escape(mail.to.name)} &lt;{mail.to.address}&gt;<br>'
            f"<b>Envoyé&nbsp;:</b> {mail.at - timedelta(days=2):%d/%m/%Y %H:%M}<br><b>À&nbsp;:</b> "
            f"{mail.sender.address}<br><b>Objet&nbsp;:</b> {html.escape(mail.subject)}<o:p></o:p></p></div>"
        )
        body += _paragraphs(mail.quoted, OUTLOOK_LINE)
    return (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office" xmlns="http://www.w3.org/TR/REC-html40"><head>'
        f"<style><!--\n{OUTLOOK_STYLE}--></style></head>\n"
        f'<body lang="FR" link="#0563C1"><div class="WordSection1">\n{body}</div></body></html>\n'
    )


def _thunderbird(mail: Mail) -> str:
    """As Thunderbird: bare paragraphs, a citation block."""
    body = _paragraphs(mail.body, "<p>{}</p>")
    if mail.quoted:
        body += f'<div class="moz-cite-prefix">{html.escape(_attribution(mail))}<br></div>'
        body += f'<blockquote type="cite" cite="mid:x">{_paragraphs(mail.quoted, "<p>{}</p>")}</blockquote>'
    return f"<!DOCTYPE html>\n<html><head></head>\n<body>{body}</body></html>\n"


def _webmail(mail: Mail) -> str:
    """As webmails: every paragraph styled inline."""
    style = "font-family: arial, helvetica, sans-serif; font-size: 12pt; color: #000000"
    body = _paragraphs(mail.body, f'<div style="{style}">{{}}</div><div><br></div>')
    if mail.quoted:
        quote = _paragraphs(mail.quoted, f'<div style="{style}">{{}}</div>')
        body += '<hr id="zwchr">'
        body += f'<blockquote style="border-left:2px solid #1010FF;margin-left:5px">{quote}</blockquote>'
    return f"<html><body>{body}</body></html>\n"


def _paragraphs(text: str, shape: str) -> str:
    return "\n".join(
        shape.format(html.escape(block).replace("\n", "<br>\n")) for block in text.split("\n\n")
    )


def _leaf(text: str, kind: str, charset: str, rng: random.Random) -> bytes:
    """One part under a transfer encoding: quoted-printable mostly, base64, or 8bit as it is."""
    if charset == "iso-8859-1":
        text = text.replace("’", "'").replace("œ", "oe")
    octets = text.encode(charset, "replace")
    encoding = rng.choices(("quoted-printable", "base64", "8bit"), (60, 25, 15))[0]
    if encoding == "base64":
        octets = base64.encodebytes(octets)
    elif encoding == "quoted-printable":
        octets = binascii.b2a_qp(octets, istext=True) + b"\n"
    head = f'Content-Type: {kind}; charset="{charset}"\nContent-Transfer-Encoding: {encoding}\n\n'
    return head.encode() + octets


def _attachment(rng: random.Random, pool: bytes) -> bytes:
    size = rng.randrange(50_000, 500_000)
    start = rng.randrange(POOL - size)
    name = rng.choice(
        ("justificatif.pdf", "=?utf-8?Q?pi=C3=A8ce_d=27identit=C3=A9=2Epdf?=", "photo.jpg")
    )
    kind = "image/jpeg" if name.endswith("jpg") else "application/pdf"
    head = (
        f'Content-Type: {kind}; name="{name}"\nContent-Disposition: attachment; filename="{name}"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode() + base64.encodebytes(pool[start : start + size])


def _multipart(kind: str, parts: tuple[bytes, ...]) -> bytes:
    boundary = f"----=_Part_{zlib.crc32(b''.join(parts)):010d}"
    head = f'Content-Type: {kind};\n boundary="{boundary}"\n\nThis is a multi-part message in MIME format.\n'
    body = b"".join(b"--" + boundary.encode() + b"\n" + part + b"\n" for part in parts)
    return head.encode() + body + b"--" + boundary.encode() + b"--\n"


def _word(text: str, rng: random.Random) -> str:
    """A header word, encoded by RFC 2047 when it is not ASCII, in one charset or another."""
    if text.isascii():
        return f'"{text}"' if "," in text else text
    charset = rng.choice(("utf-8", "utf-8", "iso-8859-1"))
    octets = text.replace("’", "'").encode(charset, "replace")
    if rng.random() < 0.4:
        return f"=?{charset}?B?{base64.b64encode(octets).decode()}?="
    shown = "".join(
        chr(c) if chr(c).isalnum() and c < 128 else "_" if c == 32 else f"={c:02X}" for c in octets
    )
    return f"=?{charset}?Q?{shown}?="


def _zoned(at: datetime) -> datetime:
    """Local time of the Jura, near enough: summer time from April to October."""
    return at.replace(tzinfo=timezone(timedelta(hours=2 if 4 <= at.month <= 10 else 1)))


def main() -> None:
    """Write a mailbox: `generate.py FOLDER --mails 20000`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    generate(asked.folder, asked.mails, asked.seed)


if __name__ == "__main__":
    main()
