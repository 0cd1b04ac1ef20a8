"""What persons declare and take back, as they type it: what is refused, and how a correction is undone."""

from __future__ import annotations

import click
import pytest

from mailwatch.commands import privacy
from tests.test_cli import run
from tests.test_service_commands import ASKED, Bureau, asked, bureau, the_request

__all__ = ["asked", "bureau", "run"]

BY = ("--author", "Hélène Prost", "--reason", "publicité, puis erreur de lecture")


def test_a_request_that_was_corrected_away_comes_back_by_the_id_it_had(asked: Bureau) -> None:
    request = the_request(asked)
    assert asked.type("correct", request, "--nature", "spam", *BY).code == 0

    gone = asked.type("show", request)
    undone = asked.type("correct", request, "--undo", "nature", *BY, now="2026-03-10T12:05")
    back = asked.type("show", request, now="2026-03-10T12:06")

    assert gone.code == 2
    assert f"« mailwatch correct {request} --undo nature » rend le verdict calculé" in gone.err
    assert (undone.code, undone.err) == (0, "")
    assert back.code == 0
    assert "répondue à temps" in back.out


def test_what_is_no_request_any_more_is_known_by_its_identifier_too(asked: Bureau) -> None:
    assert asked.type("correct", ASKED, "--nature", "spam", *BY).code == 0

    assert "qui n’ouvre pas de demande" in asked.type("show", ASKED).err
    assert "aucune demande ne s’appelle" in asked.type("show", "<autre@mail.example>").err


@pytest.mark.parametrize("command", [("answer",), ("letter", "answer")])
def test_nothing_is_answered_before_it_came(asked: Bureau, command: tuple[str, ...]) -> None:
    given = ("--kind", "telephone", "--by", "Karim Vuillet")

    refused = asked.type(*command, the_request(asked), "--on", "2026-03-01", *given)

    assert refused.code == 2
    assert "--on (01/03/2026) est avant l’arrivée de la demande, le 02/03/2026" in refused.err
    assert asked.type(*command, the_request(asked), "--on", "2026-03-02", *given).code == 0


def test_a_letter_is_entered_once_it_came(asked: Bureau) -> None:
    early = asked.type("letter", "add", "2026-118", "--received", "2026-03-11")
    today = asked.type("letter", "add", "2026-118", "--received", "2026-03-10")

    assert early.code == 2
    assert "--received (11/03/2026) est dans l’avenir" in early.err
    assert today.code == 0


# --- services that the settings do not know -------------------------------------------------------


def declared(bureau: Bureau, *services: str) -> None:
    """Have the directory name services that have no box."""
    text = bureau.settings.read_text("utf-8")
    named = ", ".join(f'"{service}"' for service in services)
    bureau.settings.write_text(
        text.replace("[[box]]", f"services = [{named}]\n\n[[box]]", 1), "utf-8"
    )


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Bureau des asociations", "vouliez-vous dire « Bureau des associations » ?"),
        ("bureau association", "vouliez-vous dire « Bureau des associations » ?"),
        ("Cartes grises", "vouliez-vous dire « Cartes grise » ?"),
        (
            "Zzz",
            "les réglages connaissent « Bureau des associations », « Cartes grise », « non attribué »",
        ),
    ],
)
def test_a_service_that_nobody_declared_is_refused_with_the_nearest(
    asked: Bureau, typed: str, told: str
) -> None:
    declared(asked, "Cartes grise")

    corrected = asked.type("correct", the_request(asked), "--service", typed, *BY)
    entered = asked.type(
        "letter", "add", "2026-118", "--received", "2026-03-04", "--service", typed
    )

    for refused in (corrected, entered):
        assert (refused.code, refused.out) == (2, "")
        assert f"aucun service déclaré ne s’appelle « {typed} »" in refused.err
        assert told in " ".join(refused.err.split())


@pytest.mark.parametrize(
    "typed", ["Bureau des associations", "BUREAU DES ASSOCIATIONS", " bureau des associations "]
)
def test_a_service_is_known_in_any_case_and_kept_as_it_is_declared(
    asked: Bureau, typed: str
) -> None:
    assert asked.type("correct", the_request(asked), "--service", typed, *BY).code == 0

    shown = asked.type("show", the_request(asked), "--offline").out
    assert "rectification (service) : Bureau des associations, par" in shown


def test_a_service_may_be_taken_back_and_a_request_given_to_nobody(asked: Bureau) -> None:
    request = the_request(asked)

    assert asked.type("correct", request, "--service", "non attribué", *BY).code == 0
    assert asked.type("correct", request, "--undo", "service", *BY).code == 0
    assert asked.type("letter", "add", "2026-1", "--received", "2026-03-04").code == 0


def test_any_service_will_do_where_none_is_declared(asked: Bureau) -> None:
    text = asked.settings.read_text("utf-8")
    box = text[text.index("[[box]]") : text.index("[[account]]")]
    asked.settings.write_text(text.replace(box, ""), "utf-8")

    assert asked.type("correct", the_request(asked), "--service", "Accueil", *BY).code == 0


def test_a_letter_of_a_service_that_nobody_declared_is_a_line_refused(asked: Bureau) -> None:
    register = asked.home / "courriers.csv"
    register.write_text(
        "Référence;Reçu le;Service\n"
        "C-1;03/03/2026;bureau des ASSOCIATIONS\n"
        "C-2;03/03/2026;Bureau des asociations\n"
        "C-3;32/03/2026;\n"
        "C-4;03/03/2026;\n",
        "utf-8",
    )

    found = asked.json("letter", "import", str(register))
    told = asked.type("letter", "import", str(register))

    assert found["recorded"] == 2
    assert [row["line"] for row in found["refused"]] == [3, 4]
    assert "vouliez-vous dire « Bureau des associations » ?" in found["refused"][0]["reason"]
    assert "ligne 3 : aucun service déclaré" in told.err


@pytest.mark.parametrize("said", ["o", "Oui", "y", " yes "])
def test_a_person_is_erased_by_whoever_says_yes(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: said)

    privacy._agree("Effacer ?")


@pytest.mark.parametrize("said", ["", "n", "non", "peut-être"])
def test_nobody_is_erased_by_any_other_word(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: said)

    with pytest.raises(click.Abort):
        privacy._agree("Effacer ?")


@pytest.mark.parametrize("command", [("answer",), ("letter", "answer")])
def test_an_answer_declared_by_mistake_is_taken_back(
    asked: Bureau, command: tuple[str, ...]
) -> None:
    request, by = the_request(asked), ("--by", "Karim Vuillet")
    before = asked.json("show", request, now="2026-03-10T12:06")
    given = ("--on", "2026-03-02", "--kind", "telephone")
    assert asked.type(*command, request, *given, *by).code == 0
    assert asked.json("show", request, now="2026-03-10T12:06") != before

    taken = asked.type(*command, request, "--withdraw", *by, "--note", "autre demande")

    assert (taken.code, taken.out.strip()) == (0, f"Réponse retirée de la demande {request}.")
    assert asked.json("show", request, now="2026-03-10T12:06") == before
    assert asked.type(*command, request, *given, *by).code == 0
    told = asked.json(*command, request, "--withdraw", *by)
    assert (told["request"], told["kind"]) == (request, "withdrawn")


def test_only_what_was_declared_is_taken_back_and_a_day_and_a_kind_are_needed(
    asked: Bureau,
) -> None:
    request, by = the_request(asked), ("--by", "Karim Vuillet")

    nothing = asked.type("answer", request, "--withdraw", *by)
    undated = asked.type("answer", request, "--kind", "telephone", *by)

    assert (nothing.code, undated.code) == (2, 2)
    assert f"aucune réponse déclarée pour la demande {request}" in nothing.err
    assert "--on et --kind disent quand et comment il a été répondu" in undated.err
