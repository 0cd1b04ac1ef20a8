"""Reading whole mails: from the bytes of a delivery to what a person sees."""

# ruff: noqa: E501 -- mails and fields stand as they come
from __future__ import annotations

import base64
import json
import os
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, compat32
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.message import read
from mailwatch.message.mime import DEPTH_LIMIT, HEADER_LIMIT
from mailwatch.model import Delivery, Message, ReportedRecipient, Role, Unreadable

FROM = "From: Camille Martin <camille.martin@jura.gouv.fr>\r\n"


def read_bytes(raw: bytes) -> Message | Unreadable:
    return read(Delivery(raw=raw, file="inbox/1.eml", role=Role.INBOX))


def message(raw: str | bytes) -> Message:
    found = read_bytes(raw if isinstance(raw, bytes) else raw.encode())
    assert isinstance(found, Message), found
    return found


def multipart(kind: str, *parts: str, fields: str = FROM) -> str:
    inside = "".join(f"--limite\r\n{part}\r\n" for part in parts)
    return f"{fields}MIME-Version: 1.0\r\nContent-Type: multipart/{kind}; boundary=limite\r\n\r\n{inside}--limite--\r\n"


def text_part(text: str, kind: str = "plain", more: str = "") -> str:
    return f"Content-Type: text/{kind}; charset=utf-8\r\n{more}\r\n{text}"


# --- a whole answer -------------------------------------------------------------------------------

ANSWER = """Received: from smtp.jura.gouv.fr (smtp.jura.gouv.fr [192.0.2.4])
\tby mta.example.org (Postfix) with ESMTPS id 4X for <nadia@example.org>;
\tFri, 06 Mar 2026 15:02:11 +0100 (CET)
Received: from poste-42 by smtp.jura.gouv.fr; Fri, 06 Mar 2026 15:02:09 +0100
Message-ID: <20260306150209.42@jura.gouv.fr>
In-Reply-To: <demande@example.org>
References: <premier@example.org>
 <demande@example.org>
From: =?utf-8?Q?Pr=C3=A9fecture_du_Jura?= <PREF-Etrangers@jura.gouv.fr>
To: Nadia Berthier <nadia@example.org>
Cc: accueil@jura.gouv.fr
Reply-To: pref-etrangers@jura.gouv.fr
Subject: =?utf-8?Q?RE:_Titre_de_s=C3=A9jour?=
Date: Fri, 06 Mar 2026 15:02:09 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_exterieur"

--=_exterieur
Content-Type: multipart/alternative; boundary="=_interieur"

--=_interieur
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Madame,

Votre titre est pr=EAt.

Cordialement,
Camille MARTIN
Pr=E9fecture du Jura

De : Nadia Berthier
Envoy=E9 : jeudi 5 mars 2026 10:12
=C0 : PREF39
Objet : Titre de s=E9jour

O=F9 en est-on ?
--=_interieur
Content-Type: text/html; charset=utf-8

<html><body><p class="MsoNormal">Madame,</p><p class="MsoNormal">&nbsp;</p><p class="MsoNormal">Votre titre est prêt.</p>
<p class="MsoNormal">&nbsp;</p><p class="MsoNormal">Cordialement,</p><p class="MsoNormal">Camille MARTIN</p>
<p class="MsoNormal">Préfecture du Jura</p><p class="MsoNormal"><img width="220" height="90" src="cid:logo@1"></p>
<div><div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal"><b>De :</b> Nadia Berthier<br>
<b>Envoyé :</b> jeudi 5 mars 2026 10:12<br><b>À :</b> PREF39<br><b>Objet :</b> Titre de séjour</p></div></div>
<p class="MsoNormal">Où en est-on ?</p></body></html>
--=_interieur--
--=_exterieur
Content-Type: image/png; name=logo.png
Content-Disposition: inline; filename=logo.png
Content-ID: <logo@1>
Content-Transfer-Encoding: base64

""" + base64.encodebytes(b"x" * 3_000).decode() + """
--=_exterieur
Content-Type: application/pdf
Content-Disposition: attachment; filename*=UTF-8''d%C3%A9cision.pdf
Content-Transfer-Encoding: base64

JVBERi0xLjQK
--=_exterieur--
"""  # fmt: skip


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_whole_answer_is_read(line_end: str) -> None:
    found = message(ANSWER.replace("\n", line_end))
    assert found.message_id == "<20260306150209.42@jura.gouv.fr>"
    assert found.references == ("<premier@example.org>", "<demande@example.org>")
    assert [(who.name, who.address) for who in found.senders] == [
        ("Préfecture du Jura", "pref-etrangers@jura.gouv.fr")
    ]
    assert [who.address for who in (*found.to, *found.cc, *found.reply_to)] == [
        "nadia@example.org", "accueil@jura.gouv.fr", "pref-etrangers@jura.gouv.fr",
    ]  # fmt: skip
    assert found.subject == "RE: Titre de séjour"
    assert found.dated_at is not None
    assert found.dated_at.isoformat() == "2026-03-06T15:02:09+01:00"
    assert [hop.by for hop in found.hops] == ["mta.example.org", "smtp.jura.gouv.fr"]
    assert (
        found.own
        == "Madame,\n\nVotre titre est prêt.\n\nCordialement,\nCamille MARTIN\nPréfecture du Jura"
    )
    assert found.quoted.endswith("Où en est-on ?")
    assert [
        (file.name, file.content_type, file.size, file.inline) for file in found.attachments
    ] == [
        ("logo.png", "image/png", 3_000, True),
        ("décision.pdf", "application/pdf", 9, False),
    ]
    assert found.attachments[0].content_id == "logo@1"
    assert found.parts == ("text/plain", "text/html", "image/png", "application/pdf")
    assert found.pictures == 1
    assert not found.parts_disagree
    assert (found.defects, found.opaque, found.calendar_method, found.report) == ((), "", "", None)
    assert found.headers["in-reply-to"] == ("<demande@example.org>",)


# --- which text -----------------------------------------------------------------------------------


def test_when_the_two_forms_disagree_the_html_decides() -> None:
    found = message(
        multipart(
            "alternative",
            text_part("Camille Martin\nPréfecture du Jura"),
            text_part("<p>Au revoir, Paul</p>", "html"),
        )
    )
    assert found.own == "Au revoir, Paul"
    assert found.parts_disagree


def test_an_empty_html_shell_leaves_the_word_to_the_plain_form() -> None:
    found = message(
        multipart(
            "alternative",
            text_part("Camille Martin"),
            text_part("<html><body></body></html>", "html"),
        )
    )
    assert found.own == "Camille Martin"
    assert not found.parts_disagree


def test_text_after_an_attached_file_belongs_to_the_body() -> None:
    pdf = "Content-Type: application/pdf; name=a.pdf\r\n\r\nPDF"
    found = message(multipart("mixed", text_part("Bonjour,"), pdf, text_part("Camille Martin")))
    assert found.own.split() == ["Bonjour,", "Camille", "Martin"]


def test_alternatives_without_any_text_leave_the_body_empty_and_the_file_beside_it() -> None:
    scan = "Content-Type: application/pdf; name=scan.pdf\r\n\r\nPDF"
    found = message(multipart("alternative", scan))
    assert (found.text, found.own) == ("", "")
    assert [file.name for file in found.attachments] == ["scan.pdf"]


def test_alternatives_without_any_text_do_not_hide_the_text_after_them() -> None:
    calendar = "Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR"
    invitation = multipart("alternative", calendar, fields="").replace("limite", "autre")
    found = message(multipart("mixed", invitation, text_part("Je serai là.\nPaul Roux")))
    assert found.own.strip() == "Je serai là.\nPaul Roux"


@pytest.mark.parametrize("kind", ["mixed", "alternative", "related", "report", "inconnu"])
def test_a_multipart_whose_parts_are_lost_shows_the_words_that_are_left(kind: str) -> None:
    raw = f"{FROM}Content-Type: multipart/{kind}; boundary=limite\r\n\r\nBonjour,\r\nPaul Roux"
    found = message(raw)
    assert found.text == "Bonjour,\nPaul Roux"
    assert found.attachments == ()
    assert "no_boundary" in found.defects


def test_a_named_text_is_a_file_and_its_words_are_not_ours() -> None:
    note = text_part("Paul Roux", more="Content-Disposition: inline; filename=note.txt\r\n")
    found = message(multipart("mixed", text_part("Camille Martin"), note))
    assert found.text == "Camille Martin"
    assert [file.name for file in found.attachments] == ["note.txt"]


@pytest.mark.parametrize("kind", ["plain", "html"])
@pytest.mark.parametrize("name", ["", "; filename=lettre.txt"])
def test_an_attached_text_is_a_file_even_without_name(kind: str, name: str) -> None:
    letter = text_part("Paul Roux, maire", kind, f"Content-Disposition: attachment{name}\r\n")
    found = message(multipart("mixed", text_part("Ci-joint.\nCamille Martin"), letter))
    assert found.text == "Ci-joint.\nCamille Martin"
    assert [file.content_type for file in found.attachments] == [f"text/{kind}"]


def test_a_mail_that_is_an_attached_text_and_nothing_else_says_nothing() -> None:
    found = message(FROM + text_part("Paul Roux", more="Content-Disposition: attachment\r\n"))
    assert (found.text, len(found.attachments)) == ("", 1)


def test_flowed_paragraphs_are_joined_and_quotations_kept_apart() -> None:
    text = "Votre titre \r\nest prêt.\r\n> Où en \r\n> est-on ?\r\n\r\n-- \r\nCamille Martin"
    found = message(f"{FROM}Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n{text}")
    assert found.text == "Votre titre est prêt.\n> Où en est-on ?\n\n-- \nCamille Martin"
    assert found.own == "Votre titre est prêt.\n\n-- \nCamille Martin"


LETTER = """Bonjour,

Où en est ma demande de carte d’identité, déposée à Dole en février ?

Anaïs Lefèvre"""


@pytest.mark.parametrize(
    ("declared", "written"),
    [
        ("us-ascii", "cp1252"),
        ("utf-8", "cp1252"),
        ("iso-8859-1", "utf-8"),
        ("windows-1252", "utf-8"),
        ("utf-7", "utf-8"),
        ("x-inconnu", "utf-8"),
        ("x-inconnu", "cp1252"),
    ],
)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_text_in_another_charset_than_declared_is_read_and_the_fault_noted(
    declared: str, written: str, kind: str
) -> None:
    fields = f"{FROM}Subject: Carte\r\nContent-Type: text/{kind}; charset={declared}\r\n\r\n"
    shown = LETTER if kind == "plain" else LETTER.replace("\n", "<br>")
    found = message(fields.encode() + shown.encode(written))
    assert found.own == LETTER
    assert found.defects == ("charset",)


@pytest.mark.parametrize("declared", ["utf-8", "cp1252", "iso-8859-15", "macintosh", "utf-16"])
def test_a_text_in_the_charset_declared_has_no_fault(declared: str) -> None:
    text = LETTER.replace("’", "'")
    fields = f"{FROM}Subject: Carte\r\nContent-Type: text/plain; charset={declared}\r\n\r\n"
    codec = "mac-roman" if declared == "macintosh" else declared
    found = message(fields.encode() + text.encode(codec))
    assert (found.own, found.defects) == (text, ())


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("8bit", "Été à Lons"),
        ("quoted-printable", "=C3=89t=C3=A9 =\r\n=C3=A0 Lons"),
        ("Quoted-Printable ", "=C3=89t=C3=A9 =C3=A0 Lons"),
        ("base64", base64.b64encode("Été à Lons".encode()).decode()),
        ("base64", base64.b64encode("Été à Lons".encode()).decode().rstrip("=")),
        ("base64;", base64.b64encode("Été à Lons".encode()).decode()),
        ("inconnu", "Été à Lons"),
    ],
)
def test_a_transfer_encoding_is_undone(encoding: str, body: str) -> None:
    found = message(
        f"{FROM}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )
    assert found.text.strip() == "Été à Lons"


def test_uuencoded_text_is_read() -> None:
    raw = f"{FROM}Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a.txt\r\n'0F]N:F]U<@``\r\n`\r\nend\r\n"
    assert message(raw).text == "Bonjour"


def test_uuencoded_lines_with_counted_padding_are_read_and_others_skipped() -> None:
    raw = f"{FROM}Content-Transfer-Encoding: uuencode\r\n\r\n'0F]N:F]U<@``   \r\n#é!!!!\r\n"
    assert message(raw).text.startswith("Bonjour")


def test_the_text_is_cut_at_a_million_characters() -> None:
    long = "a" * 700_000
    found = message(multipart("mixed", text_part(long), text_part(long), text_part("fin")))
    assert len(found.text) == 1_000_001
    assert "text_cut" in found.defects


def test_base64_with_spaces_is_measured_without_them() -> None:
    pdf = "Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n JVBE Ri0x \r\n LjQK"
    assert message(multipart("mixed", text_part("a"), pdf)).attachments[0].size == 9


@pytest.mark.parametrize(
    ("encoding", "body", "octets"),
    [
        ("", "reference;recue\r\n2026-12;05/03/2026", 35),
        ("7bit", "reference;recue\r\n2026-12;05/03/2026", 35),
        ("quoted-printable", "r=C3=A9f=C3=A9rence;re=C3=A7ue=\r\n;suite", 24),
        ("x-uuencode", "begin 644 a.txt\r\n'0F]N:F]U<@``\r\n`\r\nend", 7),
    ],
)
def test_an_attachment_is_measured_as_it_would_be_saved(
    encoding: str, body: str, octets: int
) -> None:
    field = f"Content-Transfer-Encoding: {encoding}\r\n" if encoding else ""
    register = f"Content-Type: text/csv; name=registre.csv\r\n{field}\r\n{body}"
    (found,) = message(multipart("mixed", text_part("Ci-joint."), register)).attachments
    assert (found.name, found.size) == ("registre.csv", octets)


@pytest.mark.parametrize("widths", [(76, 40, 76, 8), (60, 76, 76), (4, 76, 12), (76, 4, 4)])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_an_attachment_in_lines_of_any_width_is_measured_without_their_ends(
    widths: tuple[int, ...], line_end: str
) -> None:
    lines = line_end.join("QUJD" * (width // 4) for width in widths)
    scan = (
        f"Content-Type: image/tiff{line_end}Content-Transfer-Encoding: base64{line_end * 2}{lines}"
    )
    raw = multipart("mixed", text_part("Ci-joint."), scan)
    (found,) = message(raw.replace("\r\n", "\n").replace("\n", line_end)).attachments
    assert found.size == sum(widths) * 3 // 4


@pytest.mark.parametrize("octets", [0, 1, 56, 57, 58, 114, 5_000])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("more", ["", "\n"])
def test_an_attachment_is_measured_without_its_line_ends(
    octets: int, line_end: str, more: str
) -> None:
    lines = base64.encodebytes(b"x" * octets).decode() + more
    pdf = f"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n{lines}"
    raw = multipart("mixed", text_part("a"), pdf).replace("\r\n", "\n").replace("\n", line_end)
    assert message(raw).attachments[0].size == octets


def test_a_character_that_composes_with_a_bracket_undoes_no_tag() -> None:
    html = "<p>Bonjour <b>\u0338Camille</b> Martin</p>"
    assert message(multipart("alternative", text_part(html, "html"))).own.split()[-1] == "Martin"
    assert "<" not in message(multipart("alternative", text_part(html, "html"))).own


def test_pictures_alone_in_a_plain_mail_count_when_large() -> None:
    picture = (
        "Content-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n" + "AAAA" * 1_000
    )
    found = message(multipart("mixed", text_part("Bonjour"), picture))
    assert found.pictures == 1


def test_pictures_of_the_quoted_message_are_not_the_writers() -> None:
    html = '<p>Camille</p><blockquote type="cite"><img src="cid:a" width="300" height="90">Nadia</blockquote>'
    assert message(f"{FROM}Content-Type: text/html\r\n\r\n{html}").pictures == 0


# --- damaged and hostile --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n \n",
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"bonjour\nmadame\n",
        b"\xff\xfe" * 50,
        b"From \n",
    ],
)
def test_what_has_no_header_field_is_unreadable_with_its_reason(raw: bytes) -> None:
    found = read_bytes(raw)
    assert isinstance(found, Unreadable)
    assert (found.file, found.role) == ("inbox/1.eml", Role.INBOX)
    assert found.reason


@pytest.mark.parametrize(
    ("raw", "subject", "text"),
    [
        ("From jura Thu Mar  5 10:12:36 2026\nSubject: a\n\nb", "a", "b"),
        ("\ufeffSubject: a\n\nb", "a", "b"),
        ("\r\n\r\nSubject: a\r\n\r\nb", "a", "b"),
        ("Subject: a", "a", ""),
        ("Subject: a\nBonjour,\nje vous écris.\n", "a", "Bonjour,\nje vous écris.\n"),
        ("Subject: a\nligne perdue\nDate: x\n\nb", "a", "b"),
        ("Subject: a\r\r\nFrom: x@y.fr\r\r\n\r\r\nb", "a", "b"),
        ("Subject: a\rFrom: x@y.fr\r\rb", "a", "b"),
        ("subject : a\n\nb", "a", "b"),
        ("Subject: a\n suite\n\nb", "a suite", "b"),
    ],
)
def test_a_damaged_header_is_read_as_far_as_it_goes(raw: str, subject: str, text: str) -> None:
    found = message(raw)
    assert (found.subject, found.text) == (subject, text)


def test_a_field_after_a_bare_carriage_return_is_not_believed() -> None:
    found = message(
        "Subject: hi\rDate: Mon, 01 Jan 2024 10:00:00 +0000\r\nDate: Thu, 05 Mar 2026 10:12:36 +0100\r\n\r\nx"
    )
    assert found.dated_at is not None
    assert found.dated_at.year == 2026
    assert "bare_cr" in found.defects


def test_raw_latin_1_fields_are_read() -> None:
    found = message(
        "Subject: Réponse à l'été\nFrom: Préfecture <p@jura.gouv.fr>\n\nx".encode("latin-1")
    )
    assert found.subject == "Réponse à l'été"
    assert found.senders[0].name == "Préfecture"


@pytest.mark.parametrize(
    ("raw", "text", "defect"),
    [
        (multipart("mixed", text_part("a")).replace("--limite--", ""), "a", "no_closing_boundary"),
        (
            f"{FROM}Content-Type: multipart/mixed; boundary=x\r\n\r\nBonjour",
            "Bonjour",
            "no_boundary",
        ),
        (f"{FROM}Content-Type: multipart/mixed\r\n\r\nBonjour", "Bonjour", ""),
        (f"{FROM}Content-Type: n'importe quoi\r\n\r\nBonjour", "Bonjour", ""),
        (
            multipart("mixed", "Content-Type: text/plain\r\n\r\na\r\n--limite2\r\nb"),
            "a\n--limite2\nb",
            "",
        ),
        (multipart("mixed", "\r\nsans champ"), "sans champ", ""),
        (
            multipart("mixed", text_part("a")).replace("--limite\r\n", "--limite\r\n--limite\r\n"),
            "a",
            "",
        ),
    ],
)
def test_a_damaged_structure_gives_its_text(raw: str, text: str, defect: str) -> None:
    found = message(raw)
    assert found.text.strip() == text
    assert not defect or defect in found.defects


def nested(depth: int) -> bytes:
    opened = "".join(
        f"Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        for level in range(depth)
    )
    return f"{FROM}{opened}\r\nBonjour".encode()


def test_fifty_levels_are_entered_and_no_more() -> None:
    assert message(nested(DEPTH_LIMIT)).text == "Bonjour"
    assert "too_deep" in message(nested(1_000)).defects


def test_what_is_odd_in_a_header_is_named() -> None:
    twice = "Date: Thu, 05 Mar 2026 10:12:36 +0100\n"
    found = message(
        f"{'Received: by x; now' + chr(10)}" * 60
        + f"{twice}{twice}From: a@b.fr\nFrom: c@d.fr\nMessage-ID: x\n\n"
    )
    assert found.defects == ("several_dates", "several_from", "message_id", "loop")


TRAPS = {
    "semicolons": FROM.encode() + b"Content-Type: text/plain" + b";" * 60_000 + b"\r\n\r\nx",
    "header_lines": b"".join(b"X-%d: a\r\n" % number for number in range(100_000)) + b"\r\nx",
    "one_long_field": b"X: " + b"a" * 10_000_000 + b"\r\n\r\nx",
    "no_colon": FROM.encode() + b"a" * 1_000_000,
    "parts": multipart("mixed", *["\r\nx"] * 100_000).encode(),
    "near_delimiters": FROM.encode()
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"\n--bx" * 1_000_000,
    "same_boundary": (FROM + "Content-Type: multipart/mixed; boundary=b\r\n\r\n").encode()
    + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 5_000,
    "long_boundary": FROM.encode()
    + b"Content-Type: multipart/mixed; boundary="
    + b"b" * 100_000
    + b"\r\n\r\nx",
    "continuations": FROM.encode()
    + b"Content-Type: a/b; "
    + b"".join(b"name*%d=a; " % n for n in range(3_000))
    + b"\r\n\r\nx",
    "attributions": FROM.encode() + b"\r\n" + "a écrit :\n".encode() * 80_000,
    "header_blocks": FROM.encode() + b"\r\n" + b"De : x\n" * 100_000,
    "marks": FROM.encode() + b"\r\n" + b">" * 1_000_000,
    "spaces": FROM.encode() + b"\r\n" + b" \n" * 500_000,
    "flowed": FROM.encode()
    + b"Content-Type: text/plain; format=flowed\r\n\r\n"
    + b"a \n" * 300_000,
    "recipients": FROM.encode()
    + b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status"
    b"\r\n\r\n" + b"Final-Recipient: rfc822; a@b\r\n" * 50_000,
    "noise": multipart("alternative", text_part("<" * 400_000), text_part("<p>b", "html")).encode(),
}


@pytest.mark.parametrize("raw", TRAPS.values(), ids=TRAPS.keys())
def test_hostile_bytes_are_read_in_linear_time(raw: bytes) -> None:
    started = time.process_time()
    assert isinstance(read_bytes(raw), Message)
    assert time.process_time() - started < 3


def test_the_header_block_is_read_up_to_its_limit() -> None:
    found = message(b"X: " + b"a" * (HEADER_LIMIT + 10) + b"\r\nSubject: trop loin\r\n\r\nBonjour")
    assert found.subject == ""
    assert found.text == "Bonjour"
    assert "header_block_cut" in found.defects


# --- reports, invitations, sealed mail ------------------------------------------------------------

STATUS = """Content-Type: message/delivery-status

Reporting-MTA: dns; mta.jura.gouv.fr

Original-Recipient: rfc822;nadia@example.org
Final-Recipient: RFC822; nadia.berthier@boite.example
Action: failed
Status: 5.1.1 (bad mailbox)
Diagnostic-Code: smtp; 550 5.1.1 unknown
"""
RETURNED = "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <reponse@jura.gouv.fr>\r\nSubject: RE: x\r\n"


def test_a_delivery_report_names_who_failed_and_which_message() -> None:
    raw = multipart(
        "report; report-type=delivery-status", text_part("Échec de remise"), STATUS, RETURNED
    )
    report = message(raw).report
    assert report is not None
    assert report.kind == "delivery-status"
    assert report.recipients == (
        ReportedRecipient(address="nadia@example.org", action="failed", status="5.1.1"),
        ReportedRecipient(address="nadia.berthier@boite.example", action="failed", status="5.1.1"),
    )
    assert report.original_message_id == "<reponse@jura.gouv.fr>"


def test_a_report_that_a_relay_wrapped_is_still_one() -> None:
    inner = multipart("mixed", text_part("Échec"), STATUS, fields="").replace("limite", "dedans")
    report = message(multipart("mixed", text_part("Alerte antispam"), inner)).report
    assert report is not None
    assert report.recipients[0].action == "failed"


FLATTENED = """Votre message n'a pas pu être remis.

Reporting-MTA: dns; mta.jura.gouv.fr

Final-Recipient: rfc822; nadia@example.org
Action: failed
Status: 5.1.1

Message-ID: <reponse@jura.gouv.fr>
Subject: RE: x
"""


def test_a_report_flattened_into_its_text_is_still_one() -> None:
    report = message(f"{FROM}\r\n{FLATTENED}").report
    assert report is not None
    assert report.recipients == (
        ReportedRecipient(address="nadia@example.org", action="failed", status="5.1.1"),
    )
    assert report.original_message_id == "<reponse@jura.gouv.fr>"


def test_a_report_that_somebody_quotes_is_none() -> None:
    quoted = "\n".join(f"> {line}" for line in FLATTENED.split("\n"))
    assert message(f"{FROM}\r\nQue veut dire ceci ?\n{quoted}").report is None


@pytest.mark.parametrize(
    "text", ["Final-Recipient: rfc822; x", "Final-Recipient: rfc822;\nAction: failed"]
)
def test_a_report_that_names_nobody_is_none(text: str) -> None:
    assert message(f"{FROM}\r\n{text}").report is None


SERVER = "From: MAILER-DAEMON@mta.jura.gouv.fr\r\nMIME-Version: 1.0\r\n"


def test_a_report_below_the_header_of_what_it_returns_is_still_one() -> None:
    head = "From: a@jura.gouv.fr\nTo: nadia@example.org\nDate: 5 Mar 2026 10:12\nSubject: RE: x\n\n"
    report = message(f"{SERVER}\r\nMessage non remis :\n\n{head}{FLATTENED}").report
    assert report is not None
    assert [who.address for who in report.recipients] == ["nadia@example.org"]
    assert message(f"{FROM}\r\nQue faire ?\n\n{head}{FLATTENED}").report is None


def _attached(inner: str, fields: str) -> str:
    wrapped = f"Content-Type: message/rfc822\r\n\r\n{inner}"
    return multipart("mixed", text_part("Voir ci-joint"), wrapped, fields=fields).replace(
        "limite", "dehors"
    )


def test_a_report_that_a_server_attached_is_one_and_that_a_person_attached_is_none() -> None:
    inner = multipart("report; report-type=delivery-status", text_part("Échec"), STATUS)
    outer = _attached(inner.replace("limite", "dedans"), SERVER)
    report = message(outer).report
    assert report is not None
    assert report.recipients[0].address == "nadia@example.org"
    assert message(outer.replace("MAILER-DAEMON@", "nadia@")).report is None


def test_a_plain_mail_that_a_server_attached_is_no_report() -> None:
    assert message(_attached(f"{FROM}\r\nBonjour", SERVER)).report is None


def test_a_report_without_its_parts_keeps_its_kind() -> None:
    report = message(multipart("report; report-type=delivery-status", text_part(FLATTENED))).report
    assert report is not None
    assert (report.kind, len(report.recipients)) == ("delivery-status", 1)


def test_a_read_receipt_names_the_message_that_was_read() -> None:
    receipt = (
        "Content-Type: message/disposition-notification\r\n\r\nFinal-Recipient: rfc822;nadia@example.org\r\n"
        "Original-Message-ID: <reponse@jura.gouv.fr>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    )
    report = message(
        multipart("report; report-type=disposition-notification", text_part("Lu"), receipt)
    ).report
    assert report is not None
    assert report.kind == "disposition-notification"
    assert report.original_message_id == "<reponse@jura.gouv.fr>"
    assert report.recipients[0].action == "displayed"


def test_an_invitation_tells_its_method() -> None:
    calendar = "Content-Type: text/calendar; charset=utf-8\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR"
    assert (
        message(multipart("alternative", text_part("Accepté"), calendar)).calendar_method == "reply"
    )
    assert (
        message(f"{FROM}Content-Type: text/calendar; method=REQUEST\r\n\r\nx").calendar_method
        == "request"
    )


SEALED = [
    (f"{FROM}Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nAAAA", "smime"),
    (multipart("encrypted", "Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1"), "pgp"),
    (
        multipart(
            "mixed", "Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\nAAAA"
        ),
        "pgp",
    ),
    (f"{FROM}\r\n-----BEGIN PGP MESSAGE-----\r\nabc\r\n", "pgp"),
    (multipart("mixed", "Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nAAAA"), "tnef"),
    (
        multipart("mixed", "Content-Type: application/octet-stream; name=winmail.dat\r\n\r\nAAAA"),
        "tnef",
    ),
    (multipart("mixed", text_part("Camille"), "Content-Type: application/ms-tnef\r\n\r\nAAAA"), ""),
    (
        multipart(
            "signed", text_part("Camille"), "Content-Type: application/pkcs7-signature\r\n\r\nAAAA"
        ),
        "",
    ),
    (multipart("mixed", "Content-Type: application/pdf; name=a.pdf\r\n\r\nAAAA"), ""),
]


@pytest.mark.parametrize(("raw", "opaque"), SEALED)
def test_a_body_nobody_can_read_says_why(raw: str, opaque: str) -> None:
    assert message(raw).opaque == opaque


# --- passed on ------------------------------------------------------------------------------------

ATTACHED = (
    "Content-Type: message/rfc822\r\n\r\nFrom: Nadia Berthier <nadia@example.org>\r\nSubject: Ma demande\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nOù en est-on ?\r\n"
)


def test_a_message_attached_to_a_short_note_is_passed_on() -> None:
    found = message(multipart("mixed", text_part("Pour attribution."), ATTACHED))
    assert found.own == "Pour attribution."
    assert found.forwarded is not None
    assert found.forwarded.sender is not None
    assert found.forwarded.sender.address == "nadia@example.org"
    assert (found.forwarded.subject, found.forwarded.text) == ("Ma demande", "Où en est-on ?")
    assert [file.content_type for file in found.attachments] == ["message/rfc822"]


def test_a_message_attached_to_a_long_answer_is_an_enclosure() -> None:
    found = message(
        multipart("mixed", text_part("Nous avons étudié votre demande avec soin. " * 40), ATTACHED)
    )
    assert found.forwarded is None
    assert "Où en est-on" not in found.text


def test_an_attached_message_without_header_is_not_passed_on() -> None:
    assert (
        message(
            multipart("mixed", text_part("a"), "Content-Type: message/rfc822\r\n\r\nbonjour")
        ).forwarded
        is None
    )


def test_a_message_passed_on_leaves_its_pictures() -> None:
    html = (
        "<p>Pour toi.</p><div>---------- Message transféré ---------<br>De : Nadia &lt;n@example.org&gt;<br>"
        'Objet : Plan</div><p>Voici <img src="cid:plan" width="400" height="300"> le plan.</p>'
    )
    found = message(f"{FROM}Content-Type: text/html; charset=utf-8\r\n\r\n{html}")
    assert found.forwarded is not None
    assert found.forwarded.text.split() == ["Voici", "le", "plan."]
    assert found.pictures == 0


# --- totality and agreement with the standard library ---------------------------------------------

PIECES = st.lists(
    st.sampled_from(
        [b"From: a@b.fr", b"Subject: =?utf-8?q?x", b"Content-Type: multipart/mixed; boundary=a", b"Content-Type: text/html",
         b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable", b"\r\n", b"\n", b"\r", b"--a", b"--",
         b"\x00", b"\xff", b"=E9", b"<p>", b"&#xd800;", b"> ", b"charset=utf-16", b"=?utf-16?b?/9g=?=", b" ", b":", b"Date: ",
         b"Received: by x; ", b"Message-ID: <", b"Content-Type: message/delivery-status", b"Final-Recipient: x", b"a"]
    ),
    max_size=40,
).map(b"".join)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), PIECES))
def test_any_bytes_give_a_message_or_a_reason(raw: bytes) -> None:
    found = read_bytes(raw)
    if isinstance(found, Unreadable):
        assert found.reason
        return
    for text in (
        found.subject,
        found.text,
        found.own,
        found.quoted,
        *(who.name for who in found.senders),
    ):
        assert "\x00" not in text
        assert text.encode("utf-8").decode("utf-8") == text


WORDS = st.text(alphabet=st.sampled_from("abcdeéèàçœ’ .,0123456789"), min_size=1, max_size=60).map(
    lambda text: " ".join(text.split()) or "x"
)


@st.composite
def well_formed(draw: st.DrawFn) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = "Camille Martin <camille.martin@jura.gouv.fr>"
    mail["To"] = "nadia@example.org"
    mail["Subject"] = draw(WORDS)
    encoding = draw(st.sampled_from(["8bit", "quoted-printable", "base64"]))
    mail.set_content("\n".join(draw(st.lists(WORDS, min_size=1, max_size=5))), cte=encoding)
    if draw(st.booleans()):
        mail.add_alternative(f"<p>{draw(WORDS)}</p>", subtype="html", cte=encoding)
    for number in range(draw(st.integers(0, 2))):
        octets = draw(st.binary(max_size=400))
        mail.add_attachment(
            octets, maintype="application", subtype="pdf", filename=f"pièce {number}.pdf"
        )
    return mail


@given(well_formed())
def test_well_formed_mail_is_read_as_the_standard_library_reads_it(mail: EmailMessage) -> None:
    raw = mail.as_bytes()
    oracle = message_from_bytes(raw, policy=compat32)
    leaves = [part for part in oracle.walk() if not part.is_multipart()]
    found = message(raw)
    assert found.parts == tuple(part.get_content_type() for part in leaves)
    assert found.subject == mail["Subject"].strip()
    octets = [
        part.get_payload(decode=True)
        for part in leaves
        if part.get_content_type() == "application/pdf"
    ]
    assert [file.size for file in found.attachments] == [
        len(one) for one in octets if isinstance(one, bytes)
    ]
    if "text/html" not in found.parts:
        plain = mail.get_body()
        assert plain is not None
        assert found.text.rstrip("\n") == str(plain.get_content()).replace("\r\n", "\n").rstrip(
            "\n"
        )


# --- another project's corpus ---------------------------------------------------------------------

PEER_DIFFERS = {
    # It shows other parts than files, leaves files out, or enters the attached message.
    "attachment_emails/attachment_message_rfc822.eml": "an attached message is one file; its own files are inside it",
    "error_emails/missing_content_disposition.eml": "a picture with an empty Content-Disposition is shown all the same",
    "multipart_report_emails/multipart_report_multiple_status.eml": "the parts of the returned message are inside it",
    "text_with_content_id.eml": "a text with a Content-ID is the body that everybody reads",
    # It loses or invents words of the header.
    "error_emails/invalid_subject_characters.eml": "raw Latin-1 letters of a subject are kept, not dropped",
    "plain_emails/raw_email_incorrect_header.eml": "one stray line does not end the header: sender and date stand below it",
    "error_emails/missing_body.eml": "a group between brackets holds no mailbox but the one it names",
    "mime_emails/raw_email11.eml": "an address without domain is kept as it came",
    "plain_emails/mix_caps_content_type.eml": "an address without brackets has no spaces; the words before it are its name",
    "plain_emails/raw_email_with_at_display_name.eml": "a display name that looks like an address is no mailbox",
    "rfc2822/example10.eml": "comments are no part of a name",
    "rfc2822/example13.eml": "a recipient whose address was lost keeps the name",
}


def test_the_peer_corpus_is_read_as_its_own_tests_expect() -> None:
    root = os.environ.get("MAILWATCH_CORPORA")
    if not root:
        pytest.skip("MAILWATCH_CORPORA is not set")
    folder = Path(root) / "mime"
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    wrong = [
        case["file"]
        for case in cases
        if not _agrees(message((folder / case["file"]).read_bytes()), case)
    ]
    assert sorted(set(wrong) - PEER_DIFFERS.keys()) == []


def _agrees(found: Message, case: dict[str, object]) -> bool:
    sender = found.senders[0] if found.senders else None
    expected = case["from_"] or {"name": "", "email": ""}
    assert isinstance(expected, dict)
    dated = found.dated_at.isoformat() if found.dated_at else None
    return (
        _single(found.subject) == _single(str(case["subject"]))
        and (sender.name if sender else "", sender.address if sender else "")
        == (expected["name"], expected["email"].lower())
        and [who.address for who in found.to] == [address.lower() for address in _list(case["to"])]
        and [who.address for who in found.cc] == [address.lower() for address in _list(case["cc"])]
        and dated == case["date"]
        and _files(found) == _expected_files(case)
    )


def _single(text: str) -> str:
    """White space aside: the peer keeps what folding leaves, and drops it between encoded words."""
    return "".join(text.split())


def _list(value: object) -> list[str]:
    assert isinstance(value, list)
    return value


def _files(found: Message) -> list[tuple[str, str, int | None]]:
    return [
        (file.name, file.content_type, _comparable(file.content_type, file.size))
        for file in found.attachments
    ]


def _expected_files(case: dict[str, object]) -> list[tuple[str, str, int | None]]:
    files = case["attachments"]
    assert isinstance(files, list)
    return [
        (file["filename"], file["content_type"], _comparable(file["content_type"], file["size"]))
        for file in files
    ]


def _comparable(content_type: str, size: int) -> int | None:
    """The peer measures an attached message after writing it anew with other line ends."""
    return None if content_type == "message/rfc822" else size
