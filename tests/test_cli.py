"""The commands as people run them: what they print, in which language, with which exit code."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mailwatch import cli, language
from tests.facts import CITIZEN
from tests.mails import Export, mail, reply

SETTINGS = """
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]
addresses = ["pref-associations@jura.gouv.fr"]
"""
QUESTION = "Bonjour,\n\nQuels sont vos horaires d’ouverture, s’il vous plaît ?\n\nOdile Ferrand\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("COLUMNS", "120")

    def go(*words: str) -> Ran:
        with pytest.raises(SystemExit) as stop:
            cli.main(words)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return Ran(code=int(stop.value.code or 0), out=captured.out, err=captured.err)

    return go


@pytest.fixture
def settings(tmp_path: Path) -> str:
    path = tmp_path / "mailwatch.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    return str(path)


@pytest.fixture
def export(tmp_path: Path) -> Export:
    made = Export(tmp_path / "export")
    made.arrive(mail("2026-03-02 09:12", QUESTION, message_id="<q@mail.example>"))
    made.send(reply("2026-03-03 10:00", references="<q@mail.example>"))
    return made


# --- deadline -------------------------------------------------------------------------------------


def test_a_deadline_is_explained_day_by_day(run: Run) -> None:
    found = run("deadline", "2026-04-02T23:50", "--calendar", "39", "--json")
    (answer,) = found.lines

    assert (answer["received_on"], answer["due_on"]) == ("2026-04-02", "2026-04-10")
    assert {"date": "2026-04-06", "counts": False, "why": "lundi de Pâques"} in answer["days"]


@pytest.mark.parametrize(
    ("words", "due"),
    [
        (("2026-04-03", "--calendar", "57"), "2026-04-13"),
        (("2026-04-03", "--calendar", "57", "--convention", "rolled"), "2026-04-14"),
        (("03/04/2026", "--calendar", "Moselle", "--channel", "letter"), "2026-04-20"),
        (("2026-03-02", "--days", "1"), "2026-03-03"),
        (("2026-03-01T23:30:00+00:00", "--calendar", "39"), "2026-03-09"),
        (("2026-03-02T09:00:00Z", "--calendar", "987"), "2026-03-06"),
    ],
)
def test_deadlines_by_territory_channel_and_convention(
    run: Run, words: Sequence[str], due: str
) -> None:
    assert run("deadline", *words, "--json").lines[0]["due_on"] == due


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("deadline", "demain"), "demain"),
        (("deadline", "2026-03-02", "--calendar", "99"), "99"),
        (("deadline", "2026-03-02", "--calendar", "Jurat"), "Jura"),
        (("deadline", "2026-03-02", "--channel", "fax"), "fax"),
        (("deadlin", "2026-03-02"), "deadlin"),
        (("audit", "/nulle/part"), "/nulle/part"),
        (("audit",), "CHEMIN"),
        (("check", "--jsno", "x.eml"), "--json"),
        (("audit", "--from", "2026-03-31", "--to", "2026-01-01", "x"), "--from"),
        (("audit", "--from", "mars", "x"), "mars"),
    ],
)
def test_a_wrong_command_line_gets_one_french_sentence_and_exit_code_two(
    run: Run, words: Sequence[str], sentence: str
) -> None:
    found = run(*words)

    assert found.code == 2
    assert sentence in found.err
    assert "Error" not in found.err


# --- check and classify ---------------------------------------------------------------------------


def test_a_complete_answer_passes_and_names_what_was_found(
    run: Run, export: Export, settings: str
) -> None:
    found = run("check", "--settings", settings, "--json", str(export.folder / "sent" / "002.eml"))
    (verdict,) = found.lines

    assert found.code == 0
    assert verdict["mentions"]["author"] == {
        "outcome": "present",
        "text": "Claire VERNIER",
        "level": "full_name",
        "place": "signature",
        "decided_by": verdict["mentions"]["author"]["decided_by"],
    }
    assert verdict["mentions"]["institution"]["text"] == "Préfecture du Jura"
    assert set(verdict) >= {
        "file",
        "message_id",
        "nature",
        "mentions",
        "announced",
        "from_class",
        "header_only",
        "findings",
        "rules",
    }


def test_an_answer_without_author_fails_with_exit_code_one_and_says_what_lacks(
    run: Run, tmp_path: Path, settings: str
) -> None:
    path = tmp_path / "reponse.eml"
    path.write_bytes(reply("2026-03-03 10:00", signature="Bureau des titres\nPréfecture du Jura"))
    found = run("check", "--settings", settings, str(path))

    assert found.code == 1
    assert "auteur" in found.out
    assert "absent" in found.out


def test_a_draft_is_read_from_standard_input(
    run: Run, monkeypatch: pytest.MonkeyPatch, settings: str
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(reply("2026-03-03 10:00")))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert run("check", "--settings", settings, "--json", "-").lines[0]["file"] == "-"


def test_each_message_is_classified_by_the_role_of_its_folder(
    run: Run, export: Export, settings: str
) -> None:
    incoming, outgoing = run("classify", "--settings", settings, "--json", str(export.folder)).lines

    assert (incoming["direction"], incoming["nature"], incoming["answer_due"]) == (
        "incoming",
        "request",
        True,
    )
    assert incoming["correspondent"] == CITIZEN
    assert (outgoing["direction"], outgoing["nature"]) == ("outgoing", "reply")


def test_an_unreadable_message_is_named_and_the_others_are_judged(
    run: Run, export: Export, settings: str
) -> None:
    export.arrive(b"", "000.eml")
    found = run("classify", "--settings", settings, "--json", str(export.folder))

    assert found.code == 65
    assert [line.get("nature") for line in found.lines] == [None, "request", "reply"]
    assert "000.eml" in found.err


# --- audit ----------------------------------------------------------------------------------------


def test_the_offline_run_prints_figures_and_writes_the_report(
    run: Run, export: Export, settings: str, tmp_path: Path
) -> None:
    out = tmp_path / "rapport"
    letters = tmp_path / "lettres.csv"
    letters.write_text(
        "recu;service;reference;repondu\n02/03/2026;Cabinet;C-1;05/03/2026\n", encoding="utf-8"
    )
    found = run(
        "audit",
        str(export.folder),
        str(letters),
        "--settings",
        settings,
        "--now",
        "2026-04-20",
        "--out",
        str(out),
    )

    assert found.code == 0
    assert "100 %" in found.out
    assert "Préfecture du Jura" in found.out
    assert sorted(path.name for path in out.iterdir()) == [
        "demandes.csv",
        "indicateurs.csv",
        "rapport.html",
        "rapport.json",
    ]
    assert (
        json.loads((out / "rapport.json").read_text("utf-8"))["indicators"]["letter"][
            "mean_first_delay"
        ]
        == 3
    )


def test_the_period_counts_by_the_day_of_reception(run: Run, export: Export, settings: str) -> None:
    words = ("audit", str(export.folder), "--settings", settings, "--json", "--now", "2026-04-20")
    inside = run(*words, "--from", "2026-03-02", "--to", "02/03/2026").lines[0]
    outside = run(*words, "--from", "2026-03-03").lines[0]

    assert inside["indicators"]["email"]["denominator"] == 1
    assert outside["indicators"]["email"]["rate_text"] == "Sans objet"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not a register\n", "registre"),
        (b"", "registre"),
    ],
)
def test_what_is_no_register_of_letters_is_named(
    run: Run, tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "lettres.csv"
    path.write_bytes(content)
    found = run("audit", str(path))

    assert found.code == 65
    assert sentence in found.err
    assert "lettres.csv" in found.err


def test_a_file_that_is_no_mailbox_is_named_and_is_no_success(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("Penser au pain.\n", encoding="utf-8")
    found = run("audit", str(path))

    assert found.code == 65
    assert "note.txt" in found.out
    assert "pas un message" in found.out


def test_an_empty_folder_is_named(run: Run, tmp_path: Path) -> None:
    found = run("audit", str(tmp_path))

    assert found.code == 65
    assert "aucun courriel" in found.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[institution]\ncalender = '39'\n", ("calender", "calendar")),
        ("[institution]\ncalendar = 39\n", ("calendar",)),
        ("[institution\n", ("ligne",)),
        ("[institution]\ncalendar = '99'\n", ("99",)),
    ],
)
def test_a_fault_in_the_settings_is_one_sentence_with_file_key_and_the_nearest_name(
    run: Run, tmp_path: Path, export: Export, text: str, words: Sequence[str]
) -> None:
    path = tmp_path / "mailwatch.toml"
    path.write_text(text, encoding="utf-8")
    found = run("audit", str(export.folder), "--settings", str(path))

    assert found.code == 78
    assert "mailwatch.toml" in found.err
    assert all(word in found.err for word in words)


def test_a_missing_settings_file_is_named(run: Run, export: Export) -> None:
    found = run("audit", str(export.folder), "--settings", "/nulle/part.toml")

    assert found.code == 78
    assert "/nulle/part.toml" in found.err


def test_a_report_that_cannot_be_written_is_named(run: Run, export: Export, tmp_path: Path) -> None:
    blocked = tmp_path / "rapport"
    blocked.write_text("un fichier", encoding="utf-8")
    found = run("audit", str(export.folder), "--out", str(blocked), "--json")

    assert found.code == 2
    assert "rapport" in found.err


# --- language -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected"),
    [(("--help",), "Contrôle des réponses"), (("--lang", "en", "--help"), "Usage")],
)
def test_help_is_french_by_default_and_english_when_asked(
    words: Sequence[str], expected: str
) -> None:
    found = subprocess.run(  # our own interpreter, fixed arguments
        [sys.executable, "-m", "mailwatch", *words],
        capture_output=True,
        encoding="utf-8",
        check=True,
        env={"LANG": "C", "PYTHONUTF8": "1"},
    )

    assert expected in found.stdout
    assert ("Afficher" in found.stdout) == ("--lang" not in words)


def test_errors_speak_the_language_asked_for() -> None:
    found = subprocess.run(  # our own interpreter, fixed arguments
        [sys.executable, "-m", "mailwatch", "--lang", "en", "audit", "/nowhere"],
        capture_output=True,
        encoding="utf-8",
        check=False,
        env={"PYTHONUTF8": "1"},
    )

    assert found.returncode == 2
    assert "no file or folder" in found.stderr


@pytest.fixture
def french_again() -> Iterator[None]:
    """The language is one for the whole process."""
    yield
    language.choose("fr")


@pytest.mark.usefixtures("french_again")
def test_a_deadline_is_explained_in_the_language_asked_for(run: Run) -> None:
    words = ("deadline", "2026-04-03", "--calendar", "57", "--convention", "rolled")
    french, english = run(*words), run("--lang", "en", *words)

    assert "jour de réception (Vendredi saint), reportée au jour ouvré suivant" in french.out
    assert "06/04/2026     lundi de Pâques" in french.out
    assert "5e jour ouvré" in french.out
    assert "day of reception (Good Friday), moved to the next working day" in english.out
    assert "2026-04-06     Easter Monday" in english.out
    assert "working day 5" in english.out
    assert not {"samedi", "dimanche", "jour", "lundi"} & set(english.out.split())


@pytest.mark.usefixtures("french_again")
def test_the_public_json_says_why_in_french_whatever_the_language(run: Run) -> None:
    words = ("deadline", "2026-05-08", "--calendar", "39", "--json")
    french, english = run(*words), run("--lang", "en", *words)

    assert french.out == english.out
    assert [day["why"] for day in french.lines[0]["days"]][:3] == [
        "jour de réception (8 mai)",
        "samedi",
        "dimanche",
    ]


@pytest.mark.usefixtures("french_again")
def test_an_unknown_territory_is_refused_in_the_language_asked_for(run: Run) -> None:
    french = run("deadline", "2026-05-08", "--calendar", "jurra")
    english = run("--lang", "en", "deadline", "2026-05-08", "--calendar", "jurra")

    assert (french.code, english.code) == (2, 2)
    assert "vouliez-vous dire « 39 » (Jura) ?" in french.err.replace("\u00a0", " ")
    assert "did you mean “39” (Jura)?" in english.err
