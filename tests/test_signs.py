"""Whatever signs persons type, files hold them, and the PDF is one: what its fonts lack is replaced in sight."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch import signs
from mailwatch.model import Audit, Correction, CorrectionKind, Exemption, Ruling, State
from mailwatch.publishing import rendered
from mailwatch.report import Beside
from mailwatch.signs import MISSING, WORD, evenly, in_latin, on_paper, pieces, writable
from mailwatch.typesetting import typeset
from tests.facts import at, desk
from tests.packs import pdf_text
from tests.pages import Outline
from tests.test_report import audited

POLICY = desk().rules.policy
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
REPLACED = "que les polices de ce PDF n’ont pas"

# --- one text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Dossier n° 12 – « reçu » l’été, 5 € œuvre", "Dossier n° 12 – « reçu » l’été, 5 € œuvre"),
        ("Urgent \U0001f6a8\U0001f6a8, à rappeler", f"Urgent {MISSING}, à rappeler"),
        ("\U0001f469\U0001f3fd\u200d\U0001f4bb Sophie", f"{MISSING} Sophie"),
        ("☎\ufe0f 03 84 86 84 00", "☎ 03 84 86 84 00"),
        ("M. 王小明 est passé", f"M. {MISSING} est passé"),
        ("Мария Иванова", "Мария Иванова"),
        ("Ελένη Παπαδοπούλου", "Ελένη Παπαδοπούλου"),
        ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("שלום", "שלום"),
        ("Nguyễn Thị Hồng", "Nguyễn Thị Hồng"),
        ("a\x00b\x07c\x85d", f"a{MISSING}b{MISSING}c{MISSING}d"),
        ("moitié \ud83d de paire", f"moitié {MISSING} de paire"),
        ("\ufeffdébut", f"{MISSING}début"),
        ("\ue000 privé", f"{MISSING} privé"),
        ("\u202egpj.elpmaxe", f"{MISSING}gpj.elpmaxe"),
        ("ligne 1\nligne 2", "ligne 1\nligne 2"),
        ("", ""),
    ],
)
def test_paper_shows_what_its_fonts_have_and_says_what_is_missing(typed: str, printed: str) -> None:
    assert on_paper(typed) == printed


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("Réponse orale, l’usager a rappelé : 5 €", "Réponse orale, l’usager a rappelé : 5 €"),
        ("re\u0301ponse", "réponse"),
        ("Мария Z\u0353", f"{MISSING} Z{MISSING}"),
    ],
)
def test_latin_is_what_one_font_shows(typed: str, left: str) -> None:
    assert in_latin(typed) == left


def test_paper_has_one_kind_of_line_end_and_no_tab() -> None:
    assert evenly("un\r\ndeux\rtrois\x0bquatre\u2028\tcinq") == "un\ndeux\ntrois\nquatre\n    cinq"
    assert evenly("Rien à changer") == "Rien à changer"


def test_what_no_file_can_hold_is_replaced_and_all_else_is_kept() -> None:
    assert writable("a\x00\x1b\ud800\uffffb\U0001f600\n王") == f"a{MISSING * 4}b\U0001f600\n王"


def test_a_word_too_long_for_any_line_may_break_and_loses_nothing() -> None:
    assert list(pieces("x" * 65)) == ["x" * WORD, "x" * WORD, "xxxxx"]
    assert list(pieces("anticonstitutionnellement parlant")) == [
        "anticonstitutionnellement parlant"
    ]
    # Not between a letter and its accent.
    assert list(pieces("x" * 29 + "e\u0301" + "x")) == ["x" * 29 + "e\u0301", "x"]


@given(st.text())
def test_cutting_loses_no_sign_and_leaves_no_long_word(text: str) -> None:
    assert "".join(pieces(text)) == text


@given(st.text(st.characters(categories=("L", "N")), max_size=200))
def test_no_piece_is_longer_than_a_line(text: str) -> None:
    assert all(len(piece) <= 2 * WORD for piece in pieces(text))


@given(st.text(st.characters(), max_size=200))
def test_what_was_replaced_is_replaced_once_for_all(text: str) -> None:
    for change in (on_paper, in_latin, writable):
        once = change(text)
        assert change(once) == once
        once.encode()


def test_each_sign_that_paper_is_said_to_show_is_shown_by_a_font() -> None:
    shown = [chr(code) for code in range(0x20, 0x3000) if on_paper(chr(code)) == chr(code)]
    assert len(shown) > 3_000

    values: Mapping[str, signs.Value] = {
        **PAGE,
        "chapters": [_chapter([f"{sign} é" for sign in shown])],
    }

    # Were one not shown, all that is not Latin would have been replaced.
    assert "Ж" in pdf_text(typeset("rapport.typ", values))


PAGE: Mapping[str, signs.Value] = {
    "title": "T", "subtitle": "S", "standing": "", "read": "", "author": "", "date": [2026, 1, 1],
}  # fmt: skip


def _chapter(words: list[str]) -> Mapping[str, signs.Value]:
    return {
        "name": "methode", "title": "Méthode", "words": words, "chart": None, "tables": [], "remarks": [],
    }  # fmt: skip


def test_a_mark_that_no_font_sets_above_a_letter_costs_signs_and_not_the_pdf() -> None:
    # Each is shown alone, by fonts of its own.
    text = pdf_text(typeset("rapport.typ", {**PAGE, "chapters": [_chapter(["réponse h\u064b Ж"])]}))

    assert f"réponse h{MISSING}" in text
    assert REPLACED in text


# --- the report -----------------------------------------------------------------------------------

NOTES = {
    "emoji": "Agent absent \U0001f912, remplacé depuis \u2705",
    "chinese": "Demande de M. 王小明, traduite",
    "arabic": "Demande de فاطمة الزهراء",
    "cyrillic": "Demande de Мария Иванова",
    "one word": "x" * 10_000,
    "dashes": "…" * 10_000,
    "long note": "Le service a été réorganisé au printemps. " * 240,
    "lines": "Première ligne\r\nDeuxième  ligne\n\n\tretrait",
    "control": "a\x00b\x01c\x0bd\x1be\x7ff\x85g",
    "surrogate": "moitié \ud800 puis \udfff",
    "not a character": "\uffff\ufffe\U0010ffff",
    "private": "\ue000\U000f0000",
    "turned around": "\u202eexe.tropparr\u202c",
    "marks": "e" + "\u0301" * 3_000,
    "markup": "<script>alert(1)</script> ]]> #eval(1) $x$ \\ & ' \"",
    "formula": '=HYPERLINK("http://x.example";"y")',
}


def told(words: str) -> Audit:
    """An audit that has the words wherever a person may have put some."""
    audit = audited()
    said = Correction(
        kind=CorrectionKind.EXCLUSION, target=audit.requests[0].id, value="excluded", reason=words,
        author=words, at=at("2026-03-02 12:00"),
    )  # fmt: skip
    here = replace(
        audit.institution,
        name=f"Préfecture {words[:200]}",
        exemptions=(
            Exemption(
                service=words, address="", ground=words, decided_by=words, from_on=audit.today
            ),
        ),
    )
    return replace(
        audit,
        institution=here,
        requests=tuple(
            replace(
                one,
                service=words[:200],
                note=words,
                excluded_because=words if one.state is State.EXCLUDED else "",
            )
            for one in audit.requests
        ),
        by_service={words[:200]: audit.indicators},
        rulings=(
            Ruling(request=audit.requests[0].id, on=audit.today, correction=said),
        ),
    )  # fmt: skip


@cache
def files(name: str) -> Mapping[str, bytes]:
    return rendered(told(NOTES[name]), POLICY, Beside())


@pytest.mark.parametrize("name", NOTES)
def test_every_format_is_well_formed_whatever_persons_typed(name: str) -> None:
    written = files(name)
    page = Outline()
    page.feed(written["rapport.html"].decode())

    assert page.open == []
    assert ("script", {}) not in page.seen
    assert written["rapport.pdf"].startswith(b"%PDF")
    with ZipFile(io.BytesIO(written["rapport.ods"])) as archive:
        for part in archive.namelist():
            if part.endswith(".xml"):
                ET.fromstring(archive.read(part))
    rows = list(
        csv.reader(
            io.StringIO(written["demandes.csv"].decode("utf-8-sig"), newline=""), delimiter=";"
        )
    )
    assert {len(row) for row in rows} == {len(rows[0])}
    assert "\x00" not in written["demandes.csv"].decode()
    assert json.loads(written["rapport.json"])["requests"][0]["service"] == NOTES[name][:200]


@pytest.mark.parametrize("name", NOTES)
def test_the_pdf_says_that_signs_were_replaced_and_only_then(name: str) -> None:
    text = pdf_text(files(name)["rapport.pdf"])

    assert (REPLACED in text) == (MISSING in text)
    assert (REPLACED in text) == (MISSING in on_paper(evenly(NOTES[name])))


def test_the_page_and_the_spreadsheet_keep_what_the_pdf_cannot_show() -> None:
    written = files("chinese")
    with ZipFile(io.BytesIO(written["rapport.ods"])) as archive:
        content = archive.read("content.xml").decode()

    assert all("王小明" in text for text in (content, written["rapport.html"].decode()))


def test_lines_and_spaces_of_a_note_stand_in_its_cell_of_the_spreadsheet() -> None:
    with ZipFile(io.BytesIO(files("lines")["rapport.ods"])) as archive:
        content = ET.fromstring(archive.read("content.xml"))
    cells = [
        cell for cell in content.iter(f"{TABLE}table-cell") if "Première ligne" in "".join(cell.itertext())
    ]  # fmt: skip
    lines = cells[-1].findall(f"{TEXT}p")

    assert ["".join(line.itertext()) for line in lines] == [
        "Première ligne",
        "Deuxièmeligne",
        "",
        "retrait",
    ]
    assert [child.tag for line in lines for child in line] == [f"{TEXT}s", f"{TEXT}s"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(), max_size=60))
def test_any_words_make_a_report(words: str) -> None:
    assert rendered(told(words), POLICY, Beside())["rapport.pdf"].startswith(b"%PDF")
