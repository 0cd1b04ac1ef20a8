"""What the commands that write give to other programs, and what they say in English when something is wrong."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from mailwatch import display, offline
from mailwatch.model import Period, Role, Unreadable
from tests.facts import at, desk
from tests.test_cli import Run, run
from tests.test_service_commands import (
    ASKED,
    MONDAY,
    Bureau,
    asked,
    bureau,
    doubted,
    the_request,
)

__all__ = ["asked", "bureau", "doubted", "run"]

DECIDED = ("--author", "Léa Morel", "--reason", "erreur d’aiguillage")


def test_a_first_settings_file_and_the_register_are_told(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "mailwatch.toml"
    written = run("init", "--settings", str(settings), "--json").lines

    assert written == [{"settings": str(settings), "state": None}]

    settings.write_text(f'[register]\nstate = "{tmp_path / "etat"}"\n', "utf-8")
    (created,) = run("init", "--settings", str(settings), "--json").lines
    signer = created.pop("signer")
    assert created == {"settings": str(settings), "state": str(tmp_path / "etat")}
    # Without ssh-keygen on the machine nothing is signed, and nobody is named.
    assert signer.startswith("SHA256:") if shutil.which("ssh-keygen") else signer == ""


def test_the_upkeep_of_the_register_is_told(asked: Bureau) -> None:
    copy = asked.home / "copie.sqlite"

    assert asked.type("db", "upgrade", "--json").lines == [{"upgraded": False}]
    assert asked.type("db", "backup", str(copy), "--json").lines == [{"copied_to": str(copy)}]
    assert asked.type("db", "check", "--json").lines == [{"well": True, "faults": []}]
    assert copy.exists()


def test_a_register_that_was_tampered_with_says_where_in_both_languages(asked: Bureau) -> None:
    file = asked.state / "register.sqlite"
    whole = file.read_bytes()
    with closing(sqlite3.connect(file)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("DELETE FROM journal WHERE seq = 2")
        database.commit()
    told = asked.type("db", "check", "--json")
    french = asked.type("db", "check")
    english = asked.type_("--lang", "en", "db", "check", "--settings", str(asked.settings))
    file.write_bytes(whole)

    assert (told.code, french.code, english.code) == (65, 65, 65)
    assert told.lines[0]["well"] is False
    assert "journal : la ligne 2 manque" in told.lines[0]["faults"]
    assert "journal : la ligne 2 manque" in french.out
    assert "journal: line 2 is missing" in english.out


def test_a_letter_its_answer_and_those_of_a_file_are_told(asked: Bureau) -> None:
    filed = asked.json("letter", "add", "C-2026-7", "--received", "2026-03-02")
    given = asked.json(
        "letter", "answer", "C-2026-7", "--on", "2026-03-09", "--by", "Claire Vernier"
    )
    register = asked.home / "courriers.csv"
    register.write_text("Référence;Reçu le\nC-2026-8;03/03/2026\nC-2026-9;32/03/2026\n", "utf-8")
    imported = asked.json("letter", "import", str(register))

    assert filed["due_on"] == "2026-03-16"
    assert given == {"request": filed["request"], "on": "2026-03-09", "kind": "courrier"}
    assert imported["recorded"] == 1
    ((line, reason),) = ((row["line"], row["reason"]) for row in imported["refused"])
    assert (line, "32/03/2026" in reason) == (3, True)


def test_an_answer_by_telephone_is_told(asked: Bureau) -> None:
    request = the_request(asked)
    told = asked.json(
        "answer", request, "--on", "2026-03-10", "--kind", "attente", "--by", "Claire Vernier"
    )

    assert told == {"request": request, "on": "2026-03-10", "kind": "holding_reply"}


def test_a_correction_and_a_note_are_told_with_their_author(asked: Bureau) -> None:
    request = the_request(asked)
    corrected = asked.json("correct", ASKED, "--service", "Bureau des associations", *DECIDED)
    noted = asked.json("note", request, "--cause", "agent absent", "--author", "Léa Morel")

    assert corrected == {
        "target": corrected["target"], "kind": "service", "value": "Bureau des associations",
        "author": "Léa Morel", "reason": "erreur d’aiguillage", "at": "2026-03-10T12:00:00+01:00",
    }  # fmt: skip
    assert (noted["target"], noted["kind"], noted["value"]) == (request, "note", "agent absent")


def test_what_a_person_put_somewhere_is_not_said_to_be_the_same_person(doubted: Bureau) -> None:
    (one,) = doubted.json("review")["review"]
    doubted.type("correct", one["target"], "--link", one["request"], *DECIDED)
    shown = doubted.type("show", one["request"], "--offline").out

    assert "décidé par une personne (confiance sûre)" in shown
    assert "même personne" not in shown


def test_a_doubtful_message_of_no_request_is_reviewed_by_its_key(bureau: Bureau) -> None:
    bureau.receive(MONDAY, "Bleu alors.", subject="Re: couleur")
    assert bureau.type("once").code == 0
    (one,) = bureau.json("review")["review"]
    assert (one["request"], one["what"], one["doubt"]) == (None, "thanks", "nature")
    assert f"message : {one['target']}" in bureau.type("review").out

    decided = bureau.type("correct", one["target"], "--nature", "request", *DECIDED)

    assert decided.code == 0, decided.err
    assert bureau.json("review") == {"review": []}
    assert bureau.json("report", "--period", "2026")["requests"]


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_the_alert_of_a_register_that_may_not_be_written_is_refused(asked: Bureau) -> None:
    file = asked.state / "register.sqlite"
    mode = stat.S_IMODE(file.stat().st_mode)
    file.chmod(0o400)

    found = asked.type("alert", "--dry-run")
    file.chmod(mode)

    assert found.code == 77
    assert "rendez-le, et son dossier, à ce compte" in found.err


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read anywhere")
def test_a_state_folder_that_may_not_be_read_is_refused(asked: Bureau) -> None:
    mode = stat.S_IMODE(asked.state.stat().st_mode)
    asked.state.chmod(0)
    found = asked.type("status")
    asked.state.chmod(mode)

    assert found.code == 77
    assert "ce compte ne peut pas y lire (accès refusé)" in found.err


def test_an_unreadable_message_lies_on_the_terminal_where_the_report_says(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    lost = Unreadable(
        file="prefecture/INBOX;UIDVALIDITY=1700000000/;UID=118",
        role=Role.INBOX,
        reason="aucune date",
    )
    gathered = offline.Gathered(facts=[], quarantined=[lost])
    found = offline.audit(
        gathered, (), (), desk(), Period(from_on=None, to_on=None), at(MONDAY).date()
    )
    display.audit(found, None)

    assert "prefecture/INBOX, UID\u00a0118 : aucune date" in capsys.readouterr().out


def test_a_terminal_obeys_no_text_of_a_message() -> None:
    assert display.plain("a\u00a0: b\u202f! \x1b[2J\n") == "a\u00a0: b\u202f! ·[2J·"
