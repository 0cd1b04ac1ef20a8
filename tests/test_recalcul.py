"""`recalcul.py`, the auditor's own: the register alone gives every figure, and a figure that is not so is named."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.dossier.columns import REQUESTS, tables, text_of
from mailwatch.dossier.figures import figures
from mailwatch.indicators import rate
from mailwatch.report.cells import population
from mailwatch.signs import writable
from tests.histories import history
from tests.recalculation import PROGRAM, laid, laid_closed, program, told

RECALCUL = program()
main = RECALCUL.main
SOURCE = PROGRAM.read_text("utf-8")


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.randoms(use_true_random=False))
def test_the_register_alone_gives_every_figure_of_any_history(draw: Random, tmp_path: Path) -> None:
    code, said = told(main, laid(tmp_path, history(draw)))

    assert code == 0, said
    assert "écarts : 0." in said


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draw=st.randoms(use_true_random=False))
def test_closed_figures_are_those_of_the_register_in_any_history(
    draw: Random, tmp_path: Path
) -> None:
    code, said = told(main, laid_closed(tmp_path, history(draw)))

    assert code == 0, said


def test_a_register_that_gives_other_figures_than_the_closed_ones_is_named(tmp_path: Path) -> None:
    folder = laid_closed(tmp_path, history(Random(1), most=60))
    laid(folder, history(Random(2), most=60))

    code, said = told(main, folder)

    assert code == 1
    assert "aux chiffres arrêtés" in said
    assert "dans figures.json" not in said


@given(denominator=st.integers(0, 200_000), data=st.data())
def test_a_rate_is_rounded_as_the_report_rounds_it(denominator: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, denominator) | st.just(max(denominator - 1, 0)))
    found = rate(numerator, denominator)

    assert RECALCUL.taux(numerator, denominator) == f"{found.text}{population(found)}"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """The history of one quarter, with all that may happen in it."""
    return laid(tmp_path, history(Random(1), most=60))


def test_the_auditor_runs_it_with_nothing_but_python(pack: Path) -> None:
    program = pack / PROGRAM.name
    program.write_text(SOURCE, "utf-8")

    ran = subprocess.run(
        [sys.executable, "-I", "-S", program],
        cwd="/",
        env={},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert re.search(
        r"ensemble · courriels · réponses dans le délai : [\d,]+ % \(\d+/\d+\)", ran.stdout
    )
    assert re.search(r"Chiffres refaits d’après le registre : \d{3} ; écarts : 0\.", ran.stdout)


def test_a_figure_that_was_embellished_is_named_with_what_the_register_gives(pack: Path) -> None:
    path = pack / "figures.json"
    written = json.loads(path.read_text("utf-8"))
    true = written["ensemble"]["courriels"]["réponses dans le délai"]
    written["ensemble"]["courriels"]["réponses dans le délai"] = "100 % (9/9)"
    path.write_text(json.dumps(written), "utf-8")

    code, said = told(main, pack)

    assert code == 1
    assert (
        f"ensemble · courriels · réponses dans le délai : {true} d’après le registre, "
        "100 % (9/9) dans figures.json"
    ) in said


def test_a_figure_that_was_left_out_or_put_in_is_named(pack: Path) -> None:
    path = pack / "figures.json"
    written = json.loads(path.read_text("utf-8"))
    del written["rectifiées"]
    written["satisfaction"] = 12
    path.write_text(json.dumps(written), "utf-8")

    code, said = told(main, pack)

    assert code == 1
    assert "écarts : 2." in said
    assert "satisfaction : None d’après le registre, 12 dans figures.json" in said


def test_a_state_that_its_own_dates_deny_is_named(pack: Path) -> None:
    path = pack / "registre" / REQUESTS
    text = path.read_text("utf-8-sig")
    assert ";répondue en retard;" in text
    path.write_text(text.replace(";répondue en retard;", ";répondue à temps;", 1), "utf-8-sig")

    code, said = told(main, pack)

    assert code == 1
    assert "répondue à temps au registre, répondue en retard d’après ses dates" in said


def test_a_request_that_was_dropped_changes_the_figures(pack: Path) -> None:
    path = pack / "registre" / REQUESTS
    lines = path.read_text("utf-8-sig").split("\r\n")
    path.write_text("\r\n".join([lines[0], *lines[2:]]), "utf-8-sig")

    assert told(main, pack)[0] == 1


@pytest.mark.parametrize(
    "name", ["registre/registre.csv", "registre/reponses.csv", "registre/interruptions.csv", "figures.json"]
)  # fmt: skip
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00", b"a;b\r\n1;2;3\r\n", b"[1, 2]"])
def test_a_file_that_is_missing_or_damaged_is_no_trace_of_python(
    pack: Path, name: str, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pack / name
    path.unlink()
    if content is not None:
        path.write_bytes(content)

    code, _ = told(main, pack)

    assert code in {1, 2}
    assert content is not None or code == 2
    if code == 2:
        assert capsys.readouterr().err.startswith("Le dossier ne se lit pas : ")


def test_it_can_be_read_whole_and_shares_nothing_with_mailwatch() -> None:
    tree = ast.parse(SOURCE, feature_version=(3, 9))
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }

    assert len(SOURCE.splitlines()) < 150
    assert max(map(len, SOURCE.splitlines())) <= 120
    assert imported <= sys.stdlib_module_names


def test_every_cell_can_be_read_back_as_it_was() -> None:
    audit = history(Random(3), most=60)
    (name, table), *_ = tables(audit)
    text = text_of(table).decode("utf-8-sig")

    assert name == REQUESTS
    assert not re.search(r"(?:^|;)\"?[=+\-@\t\r＝＋－＠]", text)
    assert {writable(request.service) for request in audit.requests} == {
        key.removeprefix("service : ") for key in figures(audit) if key.startswith("service : ")
    }
