"""Header fields as real mail writes them: addresses, dates, identifiers, trace fields, encoded words."""

# ruff: noqa: E501 -- mails and fields stand as they come
from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from email.header import Header
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.message.charset import decode
from mailwatch.message.dates import parse_date, parse_hops, without_comments
from mailwatch.message.encoded import decode_text, parse_parameters
from mailwatch.message.fields import (
    parse_addresses,
    parse_conversation,
    parse_message_id,
    parse_references,
)
from mailwatch.model import Address


def at(*parts: int, zone: int | None = None) -> datetime:
    tz = None if zone is None else timezone(timedelta(hours=zone))
    return datetime(*parts, tzinfo=tz)  # type: ignore[misc,arg-type]  # a date spelt as numbers


DATES = [
    ("Thu, 05 Mar 2026 10:12:36 +0100", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("5 Mar 2026 10:12 +0100", at(2026, 3, 5, 10, 12, zone=1)),
    ("Thu,  5 Mar 2026 10:12:36 +0100 (CET)", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("Thu, 05 Mar 2026 10:12:36 GMT", at(2026, 3, 5, 10, 12, 36, zone=0)),
    ("Thu, 05 Mar 2026 10:12:36 CET", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("Thu, 05 Mar 2026 10:12:36 -0000", at(2026, 3, 5, 10, 12, 36, zone=0)),
    ("Thu, 05 Mar 2026 10:12:36", at(2026, 3, 5, 10, 12, 36)),
    ("05 Mar 26 10:12 +0100", at(2026, 3, 5, 10, 12, zone=1)),
    ("Thu Mar  5 10:12:36 2026 +0100", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("Thu Mar 5 10:12:36 2026", at(2026, 3, 5, 10, 12, 36)),
    ("2026-03-05T10:12:36+01:00", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("2026-03-05 10:12:36 +0100", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("jeu., 05 mars 2026 10:12:36 +0100", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("jeudi 5 mars 2026 10:12:36 +0100", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("lun., 01 févr. 2027 08:00 +0100", at(2027, 2, 1, 8, 0, zone=1)),
    ("mar. 11 août 2026 à 9h05", at(2026, 8, 11, 9, 5)),
    ("Thu, 31 Dec 2026 23:59:60 +0000", at(2026, 12, 31, 23, 59, 59, zone=0)),
    ("Thu, 05 Mar 2026 10:12:36 -0500", at(2026, 3, 5, 10, 12, 36, zone=-5)),
]
NO_DATES = [
    "", "garbage", "Thu", "5 Mar 2026", "32 Mar 2026 10:12 +0100", "05 Foo 2026 10:12 +0100", "05 Mar 2026 25:12 +0100",
    "05 Mar 2026 10:72 +0100", "05 Mar 0000 10:12 +0100", "05 Mar 2026 10:12 +9999", "05 Mar 2026 10:12 +1", "30 févr. 2026 10:12",
    "Date : 5", "\x00", "05/03/2026 10:12",
]  # fmt: skip


@pytest.mark.parametrize(("text", "instant"), DATES)
def test_a_date_is_read_as_written(text: str, instant: datetime) -> None:
    assert parse_date(text) == instant
    assert parse_date(text).utcoffset() == instant.utcoffset()  # type: ignore[union-attr]  # read above


@pytest.mark.parametrize("text", NO_DATES)
def test_a_date_is_never_invented(text: str) -> None:
    assert parse_date(text) is None


FIRST, LAST = datetime.fromisoformat("1990-01-01"), datetime.fromisoformat("2099-01-01")


@given(st.datetimes(FIRST, LAST), st.integers(-11, 13))
def test_every_date_of_the_standard_library_comes_back(naive: datetime, hours: int) -> None:
    instant = naive.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    assert parse_date(format_datetime(instant)) == instant


ADDRESSES = [
    (
        "Camille Martin <Camille.Martin@Jura.gouv.fr>",
        [("Camille Martin", "camille.martin@jura.gouv.fr")],
    ),
    (
        '"MARTIN, Camille" <c@jura.gouv.fr>, b@jura.gouv.fr',
        [("MARTIN, Camille", "c@jura.gouv.fr"), ("", "b@jura.gouv.fr")],
    ),
    ("MARTIN, Camille <c@jura.gouv.fr>", [("MARTIN, Camille", "c@jura.gouv.fr")]),
    ("a@b.fr, Paul <c@d.fr>", [("", "a@b.fr"), ("Paul", "c@d.fr")]),
    ("a@b.fr; c@d.fr", [("", "a@b.fr"), ("", "c@d.fr")]),
    ("c@jura.gouv.fr (Camille Martin)", [("Camille Martin", "c@jura.gouv.fr")]),
    ("undisclosed-recipients:;", []),
    ("Services: a@b.fr, Paul <c@d.fr>;", [("", "a@b.fr"), ("Paul", "c@d.fr")]),
    (
        "=?utf-8?Q?Pr=C3=A9fecture_du_Jura?= <p@jura.gouv.fr>",
        [("Préfecture du Jura", "p@jura.gouv.fr")],
    ),
    ('"=?utf-8?Q?Pr=C3=A9fecture?=" <p@jura.gouv.fr>', [("Préfecture", "p@jura.gouv.fr")]),
    ("Préfecture <p@jura.gouv.fr>", [("Préfecture", "p@jura.gouv.fr")]),
    ('"prefet@jura.gouv.fr" <evil@x.example>', [("prefet@jura.gouv.fr", "evil@x.example")]),
    ("<@relais.fr,@b.fr:c@d.fr>", [("", "c@d.fr")]),
    ("c@ jura.gouv.fr (Camille Martin)", [("Camille Martin", "c@jura.gouv.fr")]),
    ("camille.martin @ jura.gouv.fr", [("", "camille.martin@jura.gouv.fr")]),
    ("paul.roux @example.org", [("", "paul.roux@example.org")]),
    ("Paul Roux paul.roux @example.org", [("Paul Roux", "paul.roux@example.org")]),
    ("Camille Martin", [("Camille Martin", "")]),
    ("Camille c@jura.gouv.fr", [("Camille", "c@jura.gouv.fr")]),
    ("Martin, Camille,", [("Martin, Camille", "")]),
    ('"a@b.fr"', [("a@b.fr", "")]),
    ("<=?utf-8?q?caf=C3=A9?=@b.fr>", [("", "café@b.fr")]),
    ("<>", []),
    ("", []),
    (", ,", []),
    ("a@b.fr,", [("", "a@b.fr")]),
    ('"O\\"Brien" <o@b.fr>', [('O"Brien', "o@b.fr")]),
    ("Paul\n <c@d.fr>", [("Paul", "c@d.fr")]),
    ("=?utf-8?q?a=0d=0aBcc:_evil@x?= <c@d.fr>", [("a Bcc: evil@x", "c@d.fr")]),
]


@pytest.mark.parametrize(("field", "expected"), ADDRESSES)
def test_every_mailbox_of_a_list_is_kept(field: str, expected: list[tuple[str, str]]) -> None:
    assert parse_addresses([field]) == tuple(
        Address(name=name, address=address) for name, address in expected
    )


def test_at_most_five_hundred_addresses_are_read() -> None:
    assert len(parse_addresses(["a@b.fr, " * 4_000])) == 500


IDENTIFIERS = [
    ("<a@b.fr>", "<a@b.fr>"), ("  <a@b.fr> ", "<a@b.fr>"), ("<A.b+c@[192.0.2.1]>", "<A.b+c@[192.0.2.1]>"),
    ("a@b.fr", None), ("<<a@b>", None), ("<[abc>", None), ("<>", None), ("<a b@c>", None), ("<a@b> <c@d>", None),
    ("<" + "a" * 10_000 + "@b>", None), ("", None), ("<abc>", None),
]  # fmt: skip


@pytest.mark.parametrize(("field", "expected"), IDENTIFIERS)
def test_a_message_identifier_is_one_or_none(field: str, expected: str | None) -> None:
    assert parse_message_id([field]) == expected


def test_references_come_oldest_first_and_the_answered_message_last() -> None:
    assert parse_references(["<a@x> <b@x>\n <c@x>"], ["<d@x>"]) == (
        "<a@x>",
        "<b@x>",
        "<c@x>",
        "<d@x>",
    )
    assert parse_references(["<a@x> <b@x>"], ["Message de Paul <b@x>"]) == ("<a@x>", "<b@x>")


ROOT = "Adqx6c0u8Qp2m3kQT7aVbq0c3V5o4w=="


def test_answers_have_the_conversation_of_what_they_answer() -> None:
    conversation = parse_conversation([ROOT])
    assert conversation.endswith("@thread-index>")
    assert parse_conversation(["Adqx6c0u8Qp2m3kQT7aVbq0c3V5o4wAAB2fQ"]) == conversation
    assert parse_conversation([" Adqx6c0u8Qp2m3kQT7aVbq0c3V5o4wAAB2fQAAEtQA== "]) == conversation
    assert parse_conversation(["AdqX6c0u8Qp2m3kQT7aVbq0c3V5o4w=="]) != conversation


@pytest.mark.parametrize("field", ["", "Adqx", "pas de la base 64", "é" * 40, "=" * 32, "A" * 29])
def test_what_is_no_thread_index_names_no_conversation(field: str) -> None:
    assert parse_conversation([field]) == ""
    assert parse_conversation([]) == ""


def test_only_the_last_twenty_references_are_kept() -> None:
    found = parse_references([" ".join(f"<{number}@x>" for number in range(1_000))], [])
    assert found == tuple(f"<{number}@x>" for number in range(980, 1_000))


HOPS = [
    ("from a.example (a.example [192.0.2.1]) by mta.jura.gouv.fr (Postfix) with ESMTPS id 4X for <p@jura.gouv.fr>; Thu, 05 Mar 2026 10:12:36 +0100 (CET)", "mta.jura.gouv.fr", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("from x\n\tby  mx.gouv.fr  (8.14/8.14)\n\tid 1 ;  5 Mar 2026 10:12:36 +0100", "mx.gouv.fr",
     at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("(qmail 123 invoked by uid 89); 5 Mar 2026 09:12:36 -0000", "", at(2026, 3, 5, 9, 12, 36, zone=0)),
    ("from a (helo=b; by evil) by mta.gouv.fr; Thu, 5 Mar 2026 10:12:36 +0100", "mta.gouv.fr",
     at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("by mta.gouv.fr id 12 Thu, 5 Mar 2026 10:12:36 +0100", "mta.gouv.fr", at(2026, 3, 5, 10, 12, 36, zone=1)),
    ("from a by [192.0.2.7]; never", "192.0.2.7", None),
    ("", "", None),
]  # fmt: skip


@pytest.mark.parametrize(("field", "by", "instant"), HOPS)
def test_a_trace_field_tells_who_signed_and_when(
    field: str, by: str, instant: datetime | None
) -> None:
    (hop,) = parse_hops([field])
    assert (hop.by, hop.at) == (by, instant)


def test_at_most_a_hundred_hops_are_read() -> None:
    assert len(parse_hops(["by mta.gouv.fr; now"] * 1_000)) == 100


def test_an_unclosed_comment_hides_nothing() -> None:
    assert without_comments("by a (b (c) d) e) (f by g") == "by a  e) f by g"


WORDS = [
    ("=?utf-8?Q?R=C3=A9ponse_=C3=A0_votre_demande?=", "Réponse à votre demande"),
    ("=?UTF-8?B?UsOpcG9uc2U=?=", "Réponse"),
    ("=?iso-8859-1?q?R=E9ponse?=", "Réponse"),
    ("=?utf-8?B?UsOp?= =?utf-8?B?cG9uc2U=?=", "Réponse"),
    ("=?utf-8?B?UsM=?=\n =?utf-8?B?qXBvbnNl?=", "Réponse"),
    ("=?utf-8?Q?R=C3?= =?utf-8?Q?=A9ponse?=", "Réponse"),
    ("Re: =?utf-8?Q?=C3=A9t=C3=A9?= suite", "Re: été suite"),
    ("=?utf-8?Q?=C3=A9t=C3=A9?= =?iso-8859-1?Q?_=E9t=E9?=", "été été"),
    ("=?utf-8?Q?Ou en est-on ??=", "Ou en est-on ?"),
    ("=?windows-1252?Q?l=92=E9t=E9?=", "l’été"),
    ("=?utf-8*fr?Q?=C3=A9t=C3=A9?=", "été"),
    ("=?x-inconnu?Q?R=C3=A9ponse?=", "Réponse"),
    ("=?utf-7?Q?+ADw-script+AD4-?=", "+ADw-script+AD4-"),
    ("=?utf-8?Q?R=C3=A9ponse", "Réponse"),
    ("=?utf-8?B?UsOpcG9uc2U?=", "Réponse"),
    ("=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"),
    ("=?utf-8?B?Qm9uam91cg==A?=", "Bonjour"),
    ("=?utf-8?B?Qm9uam?=", "Bonj"),
    ("=?utf-8?B?Qm9ua?=", "Bon"),
    ("=?utf-8?Q?deux mots sans fin", "=?utf-8?Q?deux mots sans fin"),
    ("a ?= b", "a ?= b"),
    ("=??=", "=??="),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_encoded_words_are_read_as_mail_programs_do(text: str, expected: str) -> None:
    assert decode_text(text.replace("\n", "")) == expected


@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z", "M")),
        min_size=1,
        max_size=60,
    )
)
def test_what_the_standard_library_encodes_is_decoded(text: str) -> None:
    encoded = Header(text, "utf-8").encode(linesep="\n").replace("\n", "")
    assert decode_text(encoded) == decode(text.encode(), "utf-8")[0]


PARAMETERS = [
    ('text/plain; charset="UTF-8"; name=lettre.pdf', {"charset": "UTF-8", "name": "lettre.pdf"}),
    ("attachment; filename*=UTF-8''pi%C3%A8ce%20jointe.pdf", {"filename": "pièce jointe.pdf"}),
    (
        "attachment; filename*0*=UTF-8''pi%C3%A8; filename*1*=ce; filename*2=.pdf",
        {"filename": "pièce.pdf"},
    ),
    ("attachment; filename*2=c; filename*0=a; filename*9=z", {"filename": "acz"}),
    ('attachment; filename="a;b.pdf"; size=3', {"filename": "a;b.pdf", "size": "3"}),
    ('attachment; filename="=?utf-8?Q?pi=C3=A8ce.pdf?="', {"filename": "pièce.pdf"}),
    ('attachment; filename="a\\"b.pdf"', {"filename": 'a"b.pdf'}),
    ('attachment; filename="sans fin.pdf', {"filename": "sans fin.pdf"}),
    ("attachment;;;", {}),
]


@pytest.mark.parametrize(("value", "expected"), PARAMETERS)
def test_parameters_are_read_with_their_continuations(value: str, expected: dict[str, str]) -> None:
    assert parse_parameters(value)[1] == expected


CHARSETS = [
    (b"\xe9t\xe9", "iso-8859-1", "été"), (b"l\x92\xe9t\xe9", "iso-8859-1", "l’été"), ("été €".encode("cp1252"), "", "été €"),
    ("été".encode(), "", "été"), ("été".encode(), "us-ascii", "été"), ("été".encode(), "iso-8859-1", "été"),
    (b"\xe9t\xe9", "utf-8", "été"), (b"+AOk-", "utf-7", "+AOk-"), (b"\\u00e9", "unicode_escape", "\\u00e9"),
    ("été".encode(), "utf\x00-8", "été"), ("été".encode(), "x-user-defined", "été"), (b"a\x00b\x07", "utf-8", "ab"),
    ("e\u0301te\u0301".encode(), "utf-8", "été"), ("été".encode("utf-16"), "utf-16", "été"),
    ("10 €".encode("iso8859-15"), "ISO-8859-15", "10 €"), ("日本".encode("iso2022-jp"), "iso-2022-jp", "日本"),
    ("Une école où Hélène a été reçue".encode()[:-1] + b"\xc3", "utf-8", "Une école où Hélène a été reçu\ufffd"),
    ("10 €".encode("utf-16") + b"\n", "utf-16", "10 €\ufffd"), (b"N\xb0 12 \xff", "iso-8859-7", "N° 12 \ufffd"),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "label", "text"), CHARSETS)
def test_a_charset_is_believed_when_it_can_be(octets: bytes, label: str, text: str) -> None:
    assert decode(octets, label)[0] == text


@pytest.mark.parametrize("label", ["big5", "euc-kr", "gb2312", "iso-8859-7"])
def test_octets_that_the_declared_charset_does_not_have_are_marked_and_doubtful(label: str) -> None:
    text, doubtful = decode(b"Dole \xff", label)
    assert text.endswith("\ufffd")
    assert doubtful


@given(
    st.binary(max_size=200),
    st.sampled_from(
        ["", "utf-8", "utf-16", "iso-2022-jp", "big5", "euc-kr", "zip", "idna", "cp1252"]
    ),
)
def test_any_octets_give_text_that_can_be_stored(octets: bytes, label: str) -> None:
    text = decode(octets, label)[0]
    assert "\x00" not in text
    assert text.encode("utf-8").decode("utf-8") == text


FIELD_TRAPS = {
    "parentheses": "(" * 60_000, "quotes": '"' + '\\"' * 60_000, "angles": "<" * 100_000, "mailboxes": "a@b.fr, " * 40_000,
    "encoded_words": "=?utf-8?q?" * 20_000, "neighbours": "=?utf-8?q?a?= " * 12_000, "at_signs": "<" + "a@" * 60_000,
    "bys": "by " * 60_000, "numbers": "1 " * 60_000, "semicolons": ";" * 60_000, "quoted_semicolons": ';"' * 60_000,
}  # fmt: skip


@pytest.mark.parametrize("field", FIELD_TRAPS.values(), ids=FIELD_TRAPS.keys())
def test_hostile_fields_are_read_in_linear_time(field: str) -> None:
    started = time.process_time()
    parse_addresses([field])
    parse_references([field], [field])
    parse_hops([field])
    parse_date(field)
    parse_parameters(f"text/plain; {field}")
    decode_text(field)
    assert time.process_time() - started < 2


@given(st.text(max_size=200))
def test_any_field_is_read(field: str) -> None:
    for address in parse_addresses([field]):
        assert address.address == address.address.lower()
    assert len(parse_references([field], [field])) <= 20
    assert len(parse_hops([field])) == 1
    parse_date(field)
    parse_parameters(field)
