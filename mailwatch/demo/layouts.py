"""How mail programs lay a message out: charset, encoding, prefixes, and the way each one quotes what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

from mailwatch.demo.story import Mail

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
    "novembre", "décembre",
)  # fmt: skip
_SHORT = (
    "janv.",
    "févr.",
    "mars",
    "avr.",
    "mai",
    "juin",
    "juil.",
    "août",
    "sept.",
    "oct.",
    "nov.",
    "déc.",
)
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

Quotation = Callable[[Mail, str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The habits of one mail program."""

    charset: str = "utf-8"
    encoding: str = "quoted-printable"
    plain: bool = True
    html: bool = False
    prefix: str = "Re: "
    header: tuple[str, str] = ("User-Agent", "Mozilla Thunderbird")
    delimiter: str = ""
    """The line before a signature (RFC 3676 section 4.3)."""
    last_line: str = ""
    """What the program adds under everybody's mail."""
    quotation: Quotation
    quotation_html: Quotation


# --- quoted history, as text ----------------------------------------------------------------------


def _marked(text: str) -> str:
    return "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in text.split("\n")
    )


def _thunderbird(parent: Mail, text: str) -> str:
    at = parent.at
    return f"Le {at:%d/%m/%Y} à {at:%H:%M}, {_who(parent)} a écrit :\n{_marked(text)}"


def _gmail(parent: Mail, text: str) -> str:
    return f"{_gmail_line(parent)}\n\n{_marked(text)}"


def _gmail_line(parent: Mail) -> str:
    at = parent.at
    name = f"{parent.sender.name} " if parent.sender.name else ""
    return (
        f"Le {_DAYS[at.weekday()][:3]}. {at.day} {_SHORT[at.month - 1]} {at.year} à {at:%H:%M}, "
        f"{name}<{parent.sender.address}> a écrit :"
    )


def _iphone(parent: Mail, text: str) -> str:
    at = parent.at
    when = f"Le {at.day} {_SHORT[at.month - 1]} {at.year} à {at:%H:%M}"
    return f"{when}, {_who(parent)} <{parent.sender.address}> a écrit :\n\n{_marked(text)}"


def _outlook(parent: Mail, text: str) -> str:
    lines = [f"{label} : {value}" for label, value in _outlook_lines(parent)]
    return "\n".join([*lines, "", text])


def _outlook_lines(parent: Mail) -> tuple[tuple[str, str], ...]:
    return (
        ("De", f"{_who(parent)} <{parent.sender.address}>"),
        ("Envoyé", _long(parent.at)),
        ("À", "; ".join(person.address for person in parent.to)),
        ("Objet", subject(parent)),
    )


def _zimbra(parent: Mail, text: str) -> str:
    at = parent.at
    day, month = _DAYS[at.weekday()].capitalize(), _MONTHS[at.month - 1].capitalize()
    lines = (
        "----- Mail original -----",
        f'De: "{_who(parent)}" <{parent.sender.address}>',
        f"À: {', '.join(person.address for person in parent.to)}",
        f"Envoyé: {day} {at.day} {month} {at:%Y %H:%M:%S}",
        f"Objet: {subject(parent)}",
    )
    return "\n".join([*lines, "", text])


def _orange(parent: Mail, text: str) -> str:
    lines = (
        f"Message du {parent.at:%d/%m/%y %H:%M}",
        f"De : {_who(parent)} <{parent.sender.address}>",
        f"A : {', '.join(person.address for person in parent.to)}",
        f"Objet : {subject(parent)}",
        "",
    )
    return _marked("\n".join(lines) + "\n" + text)


def _roundcube(parent: Mail, text: str) -> str:
    return f"Le {parent.at:%Y-%m-%d %H:%M}, {_who(parent)} a écrit :\n{_marked(text)}"


# --- quoted history, as HTML ----------------------------------------------------------------------


def _cited_html(parent: Mail, text: str) -> str:
    line = escape(_thunderbird(parent, "").split("\n")[0])
    return f'<div class="moz-cite-prefix">{line}<br></div>\n<blockquote type="cite">{breaks(text)}</blockquote>'


def _gmail_html(parent: Mail, text: str) -> str:
    return (
        f'<br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">{escape(_gmail_line(parent))}<br></div>'
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);'
        f'padding-left:1ex">{breaks(text)}</blockquote></div>'
    )


def _outlook_html(parent: Mail, text: str) -> str:
    block = "<br>\n".join(
        f"<b>{label} :</b> {escape(value)}" for label, value in _outlook_lines(parent)
    )
    return (
        '<div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
        f'<p class="MsoNormal">{block}</p></div></div>\n{paragraphs(text, "MsoNormal")}'
    )


def _yahoo_html(parent: Mail, text: str) -> str:
    line = (
        f"Le {_DAYS[parent.at.weekday()]} {parent.at.day} {_MONTHS[parent.at.month - 1]} {parent.at.year} à "
        f"{parent.at:%H:%M:%S} UTC+1, {_who(parent)} <{parent.sender.address}> a écrit :"
    )
    return f'<div id="yahoo_quoted_1" class="yahoo_quoted"><div>{escape(line)}</div><div>{breaks(text)}</div></div>'


def _orange_html(parent: Mail, text: str) -> str:
    quoted = _orange(parent, text)
    plain = "\n".join(line.removeprefix(">").removeprefix(" ") for line in quoted.split("\n"))
    return f'<blockquote style="border-left:2px solid #ff7900;padding-left:5px">&gt; {breaks(plain)}</blockquote>'


def paragraphs(text: str, style: str) -> str:
    """Lay `text` out as HTML paragraphs of one style, an empty line between two."""
    return "\n".join(
        f'<p class="{style}">{breaks(paragraph)}</p>' for paragraph in text.split("\n\n")
    )


def breaks(text: str) -> str:
    """Escape `text` and keep its line breaks."""
    return escape(text, quote=False).replace("\n", "<br>\n")


def subject(mail: Mail) -> str:
    """The subject as sent: the writer's, else the parent's with the program's prefix."""
    if mail.subject or mail.parent is None:
        return mail.subject
    answered = subject(mail.parent)
    return answered if answered[:3].lower() == "re:" else PROGRAMS[mail.program].prefix + answered


def _who(mail: Mail) -> str:
    return mail.sender.name or mail.sender.address


def _long(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]} {at.day} {_MONTHS[at.month - 1]} {at:%Y %H:%M}"


PROGRAMS: Mapping[str, Program] = {
    "thunderbird": Program(
        encoding="8bit", delimiter="-- \n", quotation=_thunderbird, quotation_html=_cited_html
    ),
    "thunderbird-html": Program(
        encoding="8bit", html=True, quotation=_thunderbird, quotation_html=_cited_html
    ),
    "outlook": Program(
        charset="iso-8859-1",
        html=True,
        prefix="RE: ",
        header=("X-Mailer", "Microsoft Outlook 16.0"),
        quotation=_outlook,
        quotation_html=_outlook_html,
    ),
    "outlook-html": Program(
        charset="windows-1252",
        plain=False,
        html=True,
        prefix="RE: ",
        header=("X-Mailer", "Microsoft Outlook 16.0"),
        quotation=_outlook,
        quotation_html=_outlook_html,
    ),
    "zimbra": Program(
        header=("X-Mailer", "Zimbra 9.0.0_GA_4653"), quotation=_zimbra, quotation_html=_cited_html
    ),
    "gmail": Program(
        html=True, header=("X-Received-By", "webmail"), quotation=_gmail, quotation_html=_gmail_html
    ),
    "orange": Program(
        charset="iso-8859-15",
        plain=False,
        html=True,
        prefix="re: ",
        header=("X-Mailer", "Open-Xchange Mailer v7.10.6"),
        quotation=_orange,
        quotation_html=_orange_html,
    ),
    "yahoo": Program(
        encoding="base64",
        plain=False,
        html=True,
        header=("X-Mailer", "WebService/1.1.23772"),
        quotation=_thunderbird,
        quotation_html=_yahoo_html,
    ),
    "iphone": Program(
        header=("X-Mailer", "iPhone Mail (22G100)"),
        last_line="Envoyé de mon iPhone",
        quotation=_iphone,
        quotation_html=_cited_html,
    ),
    "android": Program(
        encoding="base64",
        header=("X-Mailer", "com.samsung.android.email"),
        last_line="Envoyé depuis mon appareil Galaxy",
        quotation=_outlook,
        quotation_html=_outlook_html,
    ),
    "roundcube": Program(
        charset="iso-8859-15",
        encoding="8bit",
        header=("User-Agent", "Roundcube Webmail/1.6.9"),
        quotation=_roundcube,
        quotation_html=_cited_html,
    ),
    "robot": Program(
        encoding="base64",
        header=("X-Mailer", "PHPMailer 6.9.1"),
        quotation=_thunderbird,
        quotation_html=_cited_html,
    ),
}
