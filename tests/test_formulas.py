"""The register’s spreadsheet makes each figure of the report again, by formulas over its own cells."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from math import isclose
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.dossier.parts import _register
from tests.histories import history
from tests.openformula import Scalar, book, computed, formulas

BOOK = "registre/registre.ods"
SHEETS = ["Chiffres", "Chiffres des mentions", "Chiffres par service", "Chiffres par mois"]


def register(draw: Random, most: int = 40) -> bytes:
    """The spreadsheet of an invented history."""
    return _register(history(draw, most=most), ())[BOOK]


def agree(one: object, two: object) -> bool:
    if isinstance(one, float) and isinstance(two, float):
        return isclose(one, two, abs_tol=1e-9)
    return one == two


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(draw=st.randoms(use_true_random=False))
def test_each_formula_gives_the_figure_beside_it_for_any_history(draw: Random) -> None:
    sheets = book(register(draw))
    for sheet, row, figure, formula, told in formulas(sheets):
        again = computed(formula, sheet, sheets)
        assert agree(again, figure), (sheet, row, formula)
        assert agree(told, figure), (sheet, row)


def test_every_figure_of_the_sheets_has_its_formula() -> None:
    sheets = book(register(Random(1), most=60))

    assert list(sheets)[5:] == SHEETS
    for name in SHEETS:
        for row in sheets[name][1:]:
            assert [bool(cell.formula) for cell in row[1:]] == [False, True] * (len(row) // 2)
    assert len(sheets["Chiffres"]) == 14
    assert len(sheets["Chiffres des mentions"]) == 16


def test_a_figure_that_the_register_denies_is_not_what_its_formula_gives() -> None:
    sheets = book(register(Random(4), most=60))
    asked = sheets["Demandes"]
    state = [cell.value for cell in asked[0]].index("etat")
    changed = next(row for row in asked[1:] if row[state].value == "répondue à temps")
    before = [computed(formula, name, sheets) for name, _, _, formula, _ in formulas(sheets)]
    changed[state] = type(changed[state])("en retard")

    after = [computed(formula, name, sheets) for name, _, _, formula, _ in formulas(sheets)]

    assert after != before


def test_no_text_of_a_register_is_a_formula() -> None:
    sheets = book(register(Random(3), most=60))

    assert not any(
        cell.formula
        for name in sheets
        for row in sheets[name]
        for cell in row
        if name not in SHEETS
    )
    services = {row[0].value for row in sheets["Chiffres par service"][1:]}
    assert services & {'=HYPERLINK("x")', "-1", "＝1"}


# --- where LibreOffice is -------------------------------------------------------------------------

FALSIFIED = re.compile(r'(table:number-matrix-rows-spanned="1") [^>]*><text:p>[^<]*</text:p>')


def without_values(content: bytes) -> bytes:
    """The spreadsheet with another value in each formula’s cell than it has: only who computes finds it."""
    out = io.BytesIO()
    with ZipFile(io.BytesIO(content)) as archive, ZipFile(out, "w") as other:
        for name in archive.namelist():
            part = archive.read(name).decode()
            wrong = r'\1 office:value-type="float" office:value="-7"><text:p>-7</text:p>'
            other.writestr(name, FALSIFIED.sub(wrong, part))
    return out.getvalue()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_computes_the_figures_of_the_report(tmp_path: Path) -> None:
    (tmp_path / "registre.ods").write_bytes(without_values(register(Random(1), most=80)))
    every_sheet = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false,false,false,-1"
    home = f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", every_sheet, "registre.ods"],
        cwd=tmp_path, check=True, capture_output=True, timeout=100,
    )  # fmt: skip

    compared = 0
    for name in SHEETS:
        text = (tmp_path / f"registre-{name}.csv").read_text("utf-8")
        for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]:
            for figure, again in zip(row[1::2], row[2::2], strict=True):
                compared += 1
                assert agree(_value(again), _value(figure)), (name, row[0])
    assert compared > 100


def _value(text: str) -> Scalar:
    try:
        return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        return text
