"""The files of the report as other programs take them: tagged PDF, typed spreadsheet, whole or not at all."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pikepdf
import pytest

from mailwatch import report
from mailwatch.errors import UsageError
from mailwatch.model import (
    Audit,
    Confidence,
    LocalChange,
    LocalRule,
    Nature,
    Period,
    Rate,
    Refused,
    Role,
    Unseen,
    Unwatched,
)
from mailwatch.publishing import pdf, publish
from mailwatch.report import Beside
from mailwatch.report.committee import evolution
from mailwatch.report.terms import ClosedDay, Previous, Witness
from mailwatch.settings import template_texts
from tests.facts import CITIZEN, at, desk
from tests.packs import pdf_text
from tests.test_report import POISON, audited

POLICY = desk().rules.policy
NOON = at("2026-03-02 12:00")


def test_the_pdf_is_tagged_titled_french_and_describes_its_pictures() -> None:
    with pikepdf.open(io.BytesIO(pdf(audited(), POLICY, Beside()))) as document:
        structure = [
            one for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        ]  # fmt: skip
        kinds = {str(one.get("/S")) for one in structure}
        figures = [one for one in structure if one.get("/S") == "/Figure"]
        with document.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == (
                "2",
                "A",
                "1",
            )
            assert told["dc:title"] == "Réponses aux usagers – Préfecture du Jura"
            assert CITIZEN not in str(told)
        assert str(document.Root.Lang).startswith("fr")
        assert document.Root.MarkInfo.Marked
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Caption", "/Figure"} <= kinds
    assert len(figures) == 2
    assert all("dans le délai sur" in str(one.get("/Alt")) for one in figures)


def test_the_spreadsheet_has_typed_cells_and_computes_nothing() -> None:
    with ZipFile(io.BytesIO(report.ods(audited(), POLICY, Beside()))) as archive:
        first = archive.infolist()[0]
        content = archive.read("content.xml").decode()
    assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
    assert 'office:value-type="date" office:date-value="2026-01-05"' in content
    assert 'office:value-type="percentage"' in content
    assert "table:formula" not in content
    assert f'office:value-type="string"><text:p>{POISON.replace(chr(39), "&#39;")}' in content
    names = re.findall(r'table:table table:name="([^"]+)"', content)
    assert len(names) == len(set(names))


def test_a_disk_that_refuses_leaves_the_old_report_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(audited(), desk(), tmp_path, ("html", "csv"))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if report.FIGURES in path.name:
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UsageError, match="plus de place"):
        publish(audited(), desk(), tmp_path, ("html", "csv", "json"))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    ("now", "then", "words"),
    [
        ((9, 10), (8, 10), "+ 10 points"),
        ((8, 10), (9, 10), "− 10 points"),
        ((9, 10), (9, 10), "stable"),
        ((9, 10), (0, 0), ""),
    ],
)
def test_a_rate_is_told_against_that_of_the_period_before(
    now: tuple[int, int], then: tuple[int, int], words: str
) -> None:
    rates = [Rate(numerator=n, denominator=d, text="") for n, d in (now, then)]
    assert evolution(*rates).replace("\u00a0", " ") == words


def full() -> tuple[Audit, Beside]:
    """An audit with something for each chapter, and all that may stand beside it."""
    audit = audited()
    held, *rest = audit.requests
    assert held.first is not None
    requests = (
        replace(held, first=replace(held.first, kind=Nature.HOLDING_REPLY)),
        *(
            replace(one, confidence=Confidence.LOW, follow_up_on=date(2027, 1, 4))
            if one.first
            else one
            for one in rest
        ),
    )
    found = replace(
        audit,
        requests=requests,
        institution=replace(audit.institution, observe_from=date(2026, 1, 1), calendar="39"),
        unseen=(Unseen(file="inbox/4.eml", on=date(2026, 2, 2), box="", request="", evidence=""),),
        refused=(Refused(file="lettres.csv", line=7, reason="date illisible"),),
        local=(
            LocalRule(
                change=LocalChange.OFF, target="ask.words", title="Mot interrogatif", source="Trop large ici",
                file="rules.d/ici.toml", line=3,
            ),
        ),
        unwatched=(
            Unwatched(account="préfecture", folder="INBOX", role=Role.INBOX, since=None, until=NOON, missed=2),
        ),
    )  # fmt: skip
    beside = Beside(
        previous=Previous(
            period=Period(from_on=date(2025, 10, 1), to_on=date(2025, 12, 31)),
            indicators=audit.indicators,
        ),
        closed_days=(ClosedDay(on=date(2026, 4, 6), why="Lundi de Pâques"),),
    )
    return found, beside


def test_every_chapter_says_what_there_is_to_say() -> None:
    audit, beside = full()

    page = report.html(audit, POLICY, template_texts(), beside).replace("\u00a0", " ")

    for words in (
        "Période précédente : du 01/10/2025 au 31/12/2025",
        "Observation depuis le 01/01/2026",
        "Calendrier du territoire 39",
        "Lundi de Pâques",
        "rules.d/ici.toml, ligne 3",
        "date illisible",
        "1 réponse probable non observée",
        "Lecture ou rattachement peu sûrs",
        "répondue au fond",
        "suite attendue",
    ):
        assert words in page, words


def test_no_calendar_is_named_where_none_is_set() -> None:
    audit = replace(audited(), institution=replace(audited().institution, calendar=""))

    assert "Calendrier du territoire" not in report.html(audit, POLICY, template_texts())


def test_an_instant_stands_in_the_spreadsheet_as_it_is_read() -> None:
    audit, beside = full()

    with ZipFile(io.BytesIO(report.ods(audit, POLICY, beside))) as archive:
        content = archive.read("content.xml").decode()

    assert "avant le premier relevé" in content
    assert "02/03/2026 à 12:00" in content.replace("\u00a0", " ")


def _tables(audit: Audit, chapter: str) -> list[dict[str, Any]]:
    """The tables of a chapter as the PDF is given them."""
    told: Any = report.document(audit, POLICY, Beside())
    return next(each["tables"] for each in told["chapters"] if each["name"] == chapter)


def _noted(note: str) -> Audit:
    audit = audited()
    return replace(audit, requests=tuple(replace(one, note=note) for one in audit.requests))


@pytest.mark.parametrize(
    ("note", "tall"),
    [
        ("Absence de l’agent référent.", False),
        ("Ligne.\n" * 9, False),
        ("Ligne.\n" * 10, True),
        ("Le service a été réorganisé. " * 20, True),
    ],
)
def test_a_row_is_cut_in_two_only_when_it_may_be_higher_than_a_page(
    note: str,
    tall: bool,  # noqa: FBT001 -- a column of the wall
) -> None:
    (table,) = _tables(_noted(note), "retards")

    assert {row["tall"] for row in table["rows"]} == {tall}


def test_a_column_takes_what_it_needs_while_that_is_little() -> None:
    (usual,) = _tables(audited(), "indicateurs")
    complaints = replace(audited(), institution=replace(audited().institution, name=""))
    (long,) = _tables(
        replace(complaints, requests=tuple(
            replace(one, nature=nature)
            for one in complaints.requests[:2]
            for nature in (Nature.COMPLAINT, Nature.COMPLAINT, Nature.SUGGESTION, Nature.SUGGESTION)
        )),
        "indicateurs",
    )  # fmt: skip

    assert [column["weight"] for column in usual["columns"]] == [7, 0, 0, 0, 0, 0, 3, 0, 0]
    assert [column["weight"] for column in long["columns"]] == [7, 0, 3, 0, 0, 0, 3, 0, 0]


def test_a_digest_that_is_copied_from_the_pdf_is_the_digest() -> None:
    digest = "0123456789abcdef" * 4
    text = pdf_text(
        pdf(audited(), POLICY, Beside(witness=Witness(size=30_211, digest=digest))), between=""
    )

    assert digest in text
    assert "\u200b" not in text
