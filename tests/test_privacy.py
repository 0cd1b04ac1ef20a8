"""Privacy as the law asks for it: access, erasure, a time after which nothing leads to anybody."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import disclosure
from mailwatch.cases import erased_name, request_id
from mailwatch.disclosure import Disclosure, duration
from mailwatch.erasure import erased, outsiders
from mailwatch.errors import SettingsError
from mailwatch.model import (
    CorrectionKind,
    Fact,
    Grade,
    Report,
    ReportedRecipient,
    Request,
)
from mailwatch.periods import months_before
from mailwatch.register import opened
from mailwatch.settings import load_site, template_texts
from tests.facts import (
    BOX,
    CITIZEN,
    JURA,
    answer,
    at,
    bounce,
    by_telephone,
    desk,
    filed,
    incoming,
    set_right,
)
from tests.pages import Outline
from tests.registers import KEY, laid, take
from tests.test_cli import Ran, Run, run

__all__ = ["run"]

SETTINGS = """
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]
addresses = ["pref-associations@jura.gouv.fr"]

[register]
state = "etat"
"""
NOW = "2026-04-20T09:00"
ASKED = incoming("2026-03-02 09:12", message_id="<question@laposte.example>")
ANSWERED = answer("2026-03-04 10:00", references=["<question@laposte.example>"])
OVERDUE = incoming(
    "2026-03-03 08:00",
    "Où en est mon titre ?",
    sender="k.h@orange.example",
    message_id="<k@orange.example>",
)


class Bureau:
    """A préfecture whose register holds an answered request and one that waits."""

    def __init__(self, home: Path, type_: Run) -> None:
        self.home, self._type = home, type_
        self.settings = home / "mailwatch.toml"
        self.settings.write_text(SETTINGS, "utf-8")
        facts = [
            replace(each, key=f"{n:016x}") for n, each in enumerate((ASKED, ANSWERED, OVERDUE))
        ]
        with opened(laid(home / "etat"), KEY) as register:
            take(register, facts)
            register.decide(desk(JURA), at("2026-03-30 14:00"))

    def type(self, *words: str) -> Ran:
        return self._type(*words, "--settings", str(self.settings), "--now", NOW)


@pytest.fixture
def bureau(tmp_path: Path, run: Run) -> Bureau:  # the fixture of another file
    return Bureau(tmp_path, run)


# --- the commands ---------------------------------------------------------------------------------


def test_a_person_gets_all_that_is_held_on_them_and_nothing_of_others(bureau: Bureau) -> None:
    ran = bureau.type("export", " Odile.FERRAND@laposte.example ", "--json")

    held = json.loads(ran.out)
    assert ran.code == 0
    assert held["address"] == CITIZEN
    assert held["keep_months"] == 36
    assert [one["nature"] for one in held["messages"]] == ["request", "reply"]
    assert [one["state"] for one in held["requests"]] == ["answered_in_time"]
    assert "k@orange.example" not in ran.out


def test_the_page_to_hand_over_is_for_nobody_else_to_read(bureau: Bureau) -> None:
    folder = bureau.home / "acces"

    ran = bureau.type("export", CITIZEN, "--out", str(folder))

    assert "2 messages, 1 demandes, 0 courriers." in ran.out
    assert sorted(path.name for path in folder.iterdir()) == ["acces.html", "acces.json"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert json.loads((folder / "acces.json").read_text("utf-8"))["requests"]


def test_of_a_person_nobody_knows_nothing_is_held(bureau: Bureau) -> None:
    assert "Rien n’est gardé" in bureau.type("export", "inconnu@ailleurs.example").out
    assert bureau.type("export", "Odile Ferrand").code == 2


def test_who_is_erased_is_found_no_more_and_the_report_is_the_same(bureau: Bureau) -> None:
    before = json.loads(bureau.type("report", "--period", "2026-03", "--json").out)

    ran = bureau.type("erase", CITIZEN, "--yes", "--json")

    assert json.loads(ran.out) == {"messages": 2, "records": 0}
    after = json.loads(bureau.type("report", "--period", "2026-03", "--json").out)
    assert after["indicators"] == before["indicators"]
    assert [one["id"] for one in after["requests"]] == [one["id"] for one in before["requests"]]
    assert "Rien n’est gardé" in bureau.type("export", CITIZEN).out


def test_who_still_waits_is_told_and_not_erased(bureau: Bureau) -> None:
    refused = bureau.type("erase", "k.h@orange.example", "--yes")
    done = bureau.type("erase", "k.h@orange.example", "--yes", "--anyway")

    assert refused.code == 77
    assert "attend encore une réponse" in refused.err
    assert "1 messages et 0 notes" in done.out


def test_nothing_is_erased_without_a_yes(bureau: Bureau) -> None:
    ran = bureau.type("erase", CITIZEN)

    assert ran.code != 0
    assert json.loads(bureau.type("export", CITIZEN, "--json").out)["messages"]


def test_an_address_of_ours_is_refused(bureau: Bureau) -> None:
    assert bureau.type("erase", BOX, "--yes").code == 77
    assert bureau.type("erase", "@", "--yes").code == 2


# --- how long -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "months"),
    [
        ("3 ans", 36),
        ("1 an", 12),
        ("18 mois", 18),
        ("5ans", 60),
        ("2 années", 24),
        ("20 ANS", 240),
    ],
)
def test_the_settings_say_how_long_persons_are_known(
    tmp_path: Path, words: str, months: int
) -> None:
    file = tmp_path / "mailwatch.toml"
    file.write_text(f'{SETTINGS}[privacy]\nkeep = "{words}"\n', "utf-8")

    assert load_site(file).keep_months == months


@pytest.mark.parametrize("words", ['"6 mois"', '"21 ans"', '"toujours"', "3", '""', '"-3 ans"'])
def test_a_time_too_short_for_an_audit_or_no_time_at_all_is_refused(
    tmp_path: Path, words: str
) -> None:
    file = tmp_path / "mailwatch.toml"
    file.write_text(f"{SETTINGS}[privacy]\nkeep = {words}\n", "utf-8")

    with pytest.raises(SettingsError, match="une durée de 12 mois à 20 ans"):
        load_site(file)


def test_three_years_unless_the_settings_say_otherwise(bureau: Bureau) -> None:
    assert load_site(bureau.settings).keep_months == 36


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 4, 20), 36, date(2023, 4, 20)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2023, 2, 28)),
        (date(2026, 3, 31), 13, date(2025, 2, 28)),
        (date(3, 5, 4), 240, date(1, 1, 4)),
    ],
)
def test_months_are_counted_back_by_the_calendar(day: date, months: int, before: date) -> None:
    assert months_before(day, months) == before


@pytest.mark.parametrize(
    ("months", "words"),
    [(12, "1\u00a0an"), (36, "3\u00a0ans"), (18, "18\u00a0mois"), (0, "0\u00a0mois")],
)
def test_a_duration_is_said_as_people_say_it(months: int, words: str) -> None:
    assert duration(months) == words


# --- the page -------------------------------------------------------------------------------------


def told(**changes: object) -> Disclosure:
    """All that may be held on one person."""
    (request,) = _requests()
    found = Disclosure(
        address=CITIZEN,
        at=at("2026-04-20 09:00"),
        institution=JURA,
        keep_months=36,
        facts=(ASKED, replace(ANSWERED, message_id=None)),
        requests=(request,),
        letters=(filed("C-1 <b>", service="Titres"),),
        corrections=(
            set_right(CorrectionKind.NOTE, "panne", target=request.id, when="2026-03-10 08:00"),
        ),
        answers=(by_telephone(request.id, note="rappelée"),),
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # keyed by the test


def _requests() -> tuple[Request, ...]:
    from mailwatch.triage import triage

    return triage([ASKED, ANSWERED], (), desk(JURA), date(2026, 4, 20)).requests


def page(found: Disclosure) -> str:
    return disclosure.html(found, template_texts())


def test_the_page_says_why_how_long_and_what_in_well_formed_french() -> None:
    words = page(told())
    outline = Outline()
    outline.feed(words)

    assert outline.open == []
    for said in (
        "3\u00a0ans après",
        "02/03/2026",
        "demande",
        "C-1 &lt;b&gt;",
        "panne",
        "rappelée",
        "CNIL",
    ):
        assert said in words
    assert "Claire Vernier" not in words
    assert "C. V." not in words


def test_the_page_of_nothing_says_so() -> None:
    nothing = told(facts=(), requests=(), letters=(), corrections=(), answers=())

    assert "Rien n’est gardé sur cette adresse" in page(nothing)
    assert "Messages" not in page(nothing)


def test_the_page_of_a_letter_alone_has_no_message() -> None:
    alone = page(told(facts=(), requests=(), corrections=(), answers=()))

    assert alone.count("<p>Aucun") == 2
    assert "Ce que des agents" not in alone


# --- names that are forgotten ---------------------------------------------------------------------


@given(st.text(), st.booleans())
def test_the_request_keeps_its_id_under_the_name_that_stays(words: str, repeated: bool) -> None:  # noqa: FBT001  # drawn
    before = incoming("2026-03-02 09:12", message_id=f"<{words}>")
    after = replace(before, message_id=erased_name(before.message_id or ""))

    assert request_id(after, repeated=repeated) == request_id(before, repeated=repeated)
    assert erased_name(after.message_id or "") == after.message_id


def _erased(*facts: Fact) -> tuple[Fact, ...]:
    return erased(facts, frozenset({CITIZEN}), bytes(32), JURA).facts


def test_what_two_mails_share_they_share_afterwards() -> None:
    one, other = _erased(ASKED, ANSWERED)

    assert one.sender in other.recipients
    assert one.message_id in other.references
    assert one.subject == other.subject
    assert outsiders(one, JURA) == {one.sender}
    assert CITIZEN not in {one.sender, *other.recipients}


def test_what_is_of_others_too_keeps_its_name() -> None:
    theirs = incoming(
        "2026-03-05 09:00", sender="k.h@orange.example", subject="Changement de siège",
        references=["<question@laposte.example>", "<ailleurs@orange.example>"],
    )  # fmt: skip

    mine, kept = _erased(ASKED, theirs)

    assert (kept.subject, mine.subject) == (theirs.subject, theirs.subject)
    assert kept.sketch == theirs.sketch
    assert kept.references == (mine.message_id, "<ailleurs@orange.example>")
    assert kept.message_id == theirs.message_id


def test_a_report_forgets_whom_it_is_about() -> None:
    told_of = bounce("2026-03-04 11:00", of="<perdu@jura.gouv.fr>", recipient=CITIZEN)
    returned = replace(told_of, key="b" * 16)
    silent = replace(
        returned,
        key="c" * 16,
        report=Report(
            kind="delivery-status",
            recipients=(ReportedRecipient(address=CITIZEN, action="failed", status="5.1.1"),),
            original_message_id=None,
        ),
    )

    found = _erased(returned, silent)

    assert all(fact.report is not None for fact in found)
    text = repr(found)
    assert CITIZEN not in text
    assert "perdu" not in text


def test_everybody_s_subject_and_the_mark_of_a_day_tie_nobody() -> None:
    common = replace(ASKED, subject="bonjour", identifiers=("@03-02", "2026-0417"))

    (found,) = _erased(common)

    assert found.subject == "bonjour"
    assert found.identifiers[0] == "@03-02"
    assert found.identifiers[1] != "2026-0417"


def test_a_message_without_an_identifier_has_none_afterwards() -> None:
    (found,) = _erased(replace(ASKED, message_id=None, references=("<a@x.example>",)))

    assert found.message_id is None
    assert found.references != ("<a@x.example>",)


def test_the_grade_and_the_days_of_a_message_stay() -> None:
    (found,) = _erased(replace(ASKED, grade=Grade.A))

    assert (found.grade, found.at, found.key) == (Grade.A, ASKED.at, ASKED.key)
