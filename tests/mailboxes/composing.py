"""Whole French mails as mail programs write them, from a few words a mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from html import escape
from zoneinfo import ZoneInfo

MONTHS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
)
SHORT_MONTHS = "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split()
DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A mail as its writer left it, so that others may answer and quote it."""

    message_id: str | None
    at: datetime
    sender: str
    to: str
    subject: str
    text: str
    references: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment."""

    name: str
    content_type: str = "application/pdf"
    content: bytes = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def long_day(at: datetime) -> str:
    return f"{DAYS[at.weekday()]} {at.day} {MONTHS[at.month - 1]} {at.year}"


def threaded(answered: Sequence[Written]) -> dict[str, str]:
    """`In-Reply-To` and `References` of an answer (RFC 5322 section 3.6.4)."""
    parent = answered[-1]
    chain = [*parent.references, *(mail.message_id for mail in answered)]
    known = [identifier for identifier in chain if identifier]
    if not known:
        return {}
    return {"In-Reply-To": known[-1], "References": " ".join(dict.fromkeys(known))}


def references(headers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(headers.get("References", headers.get("In-Reply-To", "")).split())


def quotation(style: str, mail: Written) -> tuple[str, str]:
    """The line or block that introduces quoted text, and the quoted text, as `style` writes them."""
    name, address = parseaddr(mail.sender)
    marked = "\n".join(f"> {line}".rstrip() for line in mail.text.splitlines())
    clock = f"{mail.at:%H:%M}"
    if style == "outlook":
        return (
            (
                f"De : {name or address} <{address}>\nEnvoyé : {long_day(mail.at)} {clock}\n"
                f"À : {mail.to}\nObjet : {mail.subject}"
            ),
            mail.text,
        )
    if style == "outlook_old":
        return (
            (
                f"-----Message d'origine-----\nDe : {name or address} [mailto:{address}]\n"
                f"Envoyé : {long_day(mail.at)} {clock}\nÀ : {mail.to}\nObjet : {mail.subject}"
            ),
            mail.text,
        )
    if style == "zimbra":
        return (
            (
                f'De: "{name}" <{address}>\nÀ: {mail.to}\nEnvoyé: {long_day(mail.at)} {mail.at:%H:%M:%S}\n'
                f"Objet: {mail.subject}"
            ),
            mail.text,
        )
    if style == "thunderbird":
        return f"Le {mail.at:%d/%m/%Y à %H:%M}, {name or address} a écrit :", marked
    if style == "gmail":
        month = SHORT_MONTHS[mail.at.month - 1]
        day = f"{DAYS[mail.at.weekday()][:3]}. {mail.at.day} {month} {mail.at.year} à {clock}"
        return f"Le {day}, {name} <{address}> a écrit :", marked
    assert style == "iphone"
    return (
        f"Le {mail.at.day} {MONTHS[mail.at.month - 1]} {mail.at.year} à {clock}, {name} <{address}> a écrit :",
        marked,
    )


def with_quotation(style: str, own: str, mail: Written) -> tuple[str, str]:
    """Plain text and HTML of `own` words above `mail` quoted."""
    head, quoted = quotation(style, mail)
    farewell = "\n\nEnvoyé de mon iPhone" if style == "iphone" else ""
    plain = f"{own}{farewell}\n\n{head}\n\n{quoted}\n"
    if style == "outlook":
        frame = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        inner = f"{frame}<p class=MsoNormal>{lines(head)}</p></div>{paragraphs(quoted)}"
        return plain, f"<html><body>{paragraphs(own)}{inner}</body></html>"
    if style == "zimbra":
        inner = f'<hr id="zwchr"><div><b>{lines(head)}</b></div><div>{paragraphs(quoted)}</div>'
        return plain, f"<html><body>{paragraphs(own)}{inner}</body></html>"
    if style == "gmail":
        attribution = f'<div dir="ltr" class="gmail_attr">{lines(head)}<br></div>'
        block = f'<blockquote class="gmail_quote">{paragraphs(mail.text)}</blockquote>'
        return (
            plain,
            f'<div dir="ltr">{paragraphs(own)}</div><div class="gmail_quote">{attribution}{block}</div>',
        )
    return plain, ""


def lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")


def paragraphs(text: str) -> str:
    return "".join(f"<p>{lines(block)}</p>\n" for block in text.strip().split("\n\n"))


def received(at: datetime, host: str, origin: str = "smtp.fournisseur.example") -> str:
    return (
        f"from {origin} (unknown [192.0.2.25]) by {host} with ESMTPS id 4a7c; {format_datetime(at)}"
    )


def octets(
    mail: Written,
    *,
    hops: Sequence[str] = (),
    dated: str | None = "",
    headers: Mapping[str, str] | None = None,
    html: str = "",
    charset: str = "utf-8",
    files: Sequence[File] = (),
) -> bytes:
    """The bytes of `mail`; `dated` stands in the Date field as it is, None for no such field."""
    message = EmailMessage(policy=SMTP)
    for hop in hops:
        message["Received"] = hop
    if dated is not None:
        message["Date"] = dated or format_datetime(mail.at)
    message["From"] = mail.sender
    if mail.to:
        message["To"] = mail.to
    message["Subject"] = mail.subject
    if mail.message_id:
        message["Message-ID"] = mail.message_id
    for name, field in (headers or {}).items():
        message[name] = field
    message.set_content(mail.text, charset=charset)
    if html:
        message.add_alternative(html, subtype="html", charset=charset)
    for file in files:
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(file.content, maintype=kind, subtype=subtype, filename=file.name)
    return message.as_bytes()


def local(when: str, zone: str) -> datetime:
    """The instant of `2026-03-02 09:12` on the clocks of `zone`."""
    return datetime.fromisoformat(when).replace(tzinfo=ZoneInfo(zone))


def later(at: datetime, seconds: int) -> datetime:
    return (at.astimezone(ZoneInfo("UTC")) + timedelta(seconds=seconds)).astimezone(at.tzinfo)


def delivery_report(
    *,
    box: str,
    recipient: str,
    host: str,
    original: Written | None,
    action: str = "failed",
    status: str = "5.1.1",
    keeps_id: bool = True,
) -> tuple[str, bytes]:
    """The content type and body of a multipart/report (RFC 3464) about `original`."""
    returned = ""
    if original is not None:
        identity = f"Message-ID: {original.message_id}\r\n" if keeps_id else ""
        returned = (
            "--rapport\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"{identity}From: {box}\r\nTo: {recipient}\r\n\r\n"
        )
    body = (
        "--rapport\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        f"This is the mail system at host {host}.\r\n\r\n<{recipient}>: {status}\r\n\r\n"
        "--rapport\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; {host}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n\r\n{returned}--rapport--\r\n"
    )
    return 'multipart/report; report-type=delivery-status; boundary="rapport"', body.encode()
