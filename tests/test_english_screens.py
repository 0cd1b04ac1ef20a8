"""The screens in English, as a person reads them: no colon, semicolon or quotation mark set the French way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailwatch import language
from tests.mails import reply
from tests.test_cli import Ran, Run, run
from tests.test_service_commands import ASKED, MONDAY, Bureau, asked, bureau

__all__ = ["asked", "bureau", "run"]

FRENCH = re.compile("[ \u00a0\u202f][:;?!](?=\\s|$)")
BY = ("--author", "Léa Morel", "--reason", "erreur d’aiguillage")


@pytest.fixture(autouse=True)
def french_afterwards() -> Iterator[None]:
    """The language is one for the whole process."""
    yield
    language.choose("fr")


def set_apart(ran: Ran) -> list[str]:
    return [line for line in (ran.out + ran.err).splitlines() if FRENCH.search(line)]


def say(bureau: Bureau, *words: str) -> Ran:
    """Run a command in English, as somebody in front of a terminal."""
    timed = (
        ()
        if words[0] in {"db", "doctor", "init", "check-config", "verify"}
        else ("--now", "2026-03-10T12:00")
    )
    return bureau.type_("--lang", "en", *words, "--settings", str(bureau.settings), *timed)


SCREENS = (
    ("check-config",),
    ("doctor",),
    ("db", "check"),
    ("status",),
    ("verify",),
    ("show", ASKED),
    ("review",),
    ("sonde",),
    ("letter", "add", "C-1", "--received", "2026-03-04"),
    ("letter", "add", "C-2", "--received", "2026-03-04", "--service", "Nulle part"),
    ("correct", ASKED, "--service", "Bureau des asociations", *BY),
    ("sample", "draw", "--period", "2026-03-01/2026-03-31", "--size", "2"),
    ("sample", "result", "--period", "2026-03-01/2026-03-31"),
    ("report", "--period", "2026-03-01/2026-03-31"),
    ("show", "nobody"),
    ("once",),
)


@pytest.mark.parametrize("words", SCREENS, ids=[" ".join(words[:2]) for words in SCREENS])
def test_no_screen_of_the_service_sets_its_colons_the_french_way(
    asked: Bureau, words: tuple[str, ...]
) -> None:
    said = say(asked, *words)

    assert said.out + said.err
    assert set_apart(said) == []


def test_a_failing_service_is_told_without_them_too(asked: Bureau) -> None:
    asked.secret.chmod(0o644)
    for words in (("once",), ("status",), ("check-config",), ("doctor",)):
        said = say(asked, *words)
        assert said.code == 78, said.out
        assert set_apart(said) == []
    asked.secret.chmod(0o600)


def test_no_verdict_sets_its_colons_the_french_way(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "sent"
    folder.mkdir()
    answers = {
        "attente.eml": reply(
            MONDAY, text="Bonjour,\n\nJe vous répondrai avant le 12 mars.\n\nClaire Vernier"
        ),
        "reponse.eml": reply(MONDAY, text="Vous trouverez ci-joint la liste."),
    }
    for name, raw in answers.items():
        (folder / name).write_bytes(raw)

    for words in (
        ("check", str(folder)),
        ("classify", str(folder)),
        ("audit", str(folder)),
        ("deadline", "2026-05-07"),
        ("rules",),
        ("templates", "check"),
    ):
        said = run("--lang", "en", *words)
        ours = [line for line in set_apart(said) if words[0] not in {"rules", "templates"}]
        assert ours == []


def test_a_rule_is_named_before_its_title_as_the_language_punctuates(run: Run) -> None:
    french, english = (
        run("rules", "holding.in_person"),
        run("--lang", "en", "rules", "holding.in_person"),
    )

    assert re.search("holding.in_person[ \u00a0]: ", french.out)
    assert "holding.in_person: " in english.out


# --- the words that decided -----------------------------------------------------------------------


def test_check_shows_the_words_that_classify_shows(run: Run, tmp_path: Path) -> None:
    answer = tmp_path / "sent" / "attente.eml"
    answer.parent.mkdir()
    answer.write_bytes(
        reply(MONDAY, text="Bonjour,\n\nJe vous répondrai avant le 12 mars.\n\nClaire Vernier")
    )

    checked, classified = run("check", str(answer)), run("classify", str(answer))
    english = run("--lang", "en", "check", str(answer))

    (told,) = re.findall("indice : « (.+) »", checked.out)
    assert told in classified.out
    assert f"evidence: “{told}”" in english.out
