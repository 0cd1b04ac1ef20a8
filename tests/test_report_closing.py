"""Figures that are closed never change: what is found later is told beside them, with its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mailwatch import periods, report
from mailwatch.errors import UsageError
from mailwatch.model import Audit, Correction, CorrectionKind, Nature, Period
from mailwatch.publishing import FORMATS, publish
from mailwatch.register import checked
from mailwatch.report.closing import calendar_digest, differences, frozen, thawed
from mailwatch.report.terms import ClosedDay, Closing
from mailwatch.settings import template_texts
from mailwatch.sources import declared
from tests.facts import answer, at, desk, incoming
from tests.registers import KEY, MANNED, SENT, registered, take
from tests.test_report import audited

MARCH = Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))
CLOSED = at("2026-04-20 08:00")
ASKED = incoming("2026-03-02 09:12", message_id="<a@x.example>")
OTHER = incoming("2026-03-03 09:12", message_id="<b@x.example>", sender="b@orange.example")
HERE = desk(MANNED)


def test_a_late_find_is_a_difference_and_changes_no_closed_figure(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED, OTHER], at=at("2026-03-04 08:00"))
        register.decide(HERE, CLOSED)
        register.seal(HERE, MARCH, CLOSED, "Hélène Prost")
        closed = register.edition(HERE, MARCH, CLOSED.date())
        take(
            register,
            [answer("2026-03-04 10:00", message_id="<r@x.example>")],
            SENT,
            at=at("2026-04-21 08:00"),
        )
        register.decide(HERE, at("2026-04-21 08:00"))
        later = register.edition(HERE, MARCH, date(2026, 4, 22))

    assert closed.beside.differences == ()
    assert later.audit == closed.audit
    causes = {one.request: one.cause for one in later.beside.differences}
    assert causes == {
        "": "les lignes qui suivent",
        later.audit.requests[0].id: "réponse retrouvée après la clôture",
    }
    page = report.html(later.audit, later.policy, template_texts(), later.beside)
    assert "réponse retrouvée après la clôture" in page
    assert "Hélène Prost" in page
    assert checked(tmp_path / "state", KEY, HERE) == ()


def test_a_correction_after_the_closing_is_a_difference_with_its_author_and_its_day(
    tmp_path: Path,
) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-04 08:00"))
        register.decide(HERE, CLOSED)
        register.seal(HERE, MARCH, CLOSED, "Hélène Prost")
        (request,) = register.edition(HERE, MARCH, CLOSED.date()).audit.requests
        register.correct(
            Correction(
                kind=CorrectionKind.EXCLUSION, target=request.id, value="excluded",
                author="Marc Bonnet", reason="doublon", at=at("2026-04-23 09:00"),
            )
        )  # fmt: skip
        register.decide(HERE, at("2026-04-23 09:00"))
        later = register.edition(HERE, MARCH, date(2026, 4, 24))

    (found,) = [one for one in later.beside.differences if one.request]
    assert "Marc Bonnet" in found.cause
    assert found.on == date(2026, 4, 23)
    assert later.audit.indicators.email.answered_in_time.denominator == 1


@pytest.mark.parametrize(
    ("period", "now", "words"),
    [
        (MARCH, "2026-03-31 12:00", "une fois la période finie, à partir du 01/04/2026"),
        (Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 3)), "2026-03-05 12:00", "encore leur échéance : 1"),
    ],
)  # fmt: skip
def test_figures_that_may_still_change_are_not_closed(
    tmp_path: Path, period: Period, now: str, words: str
) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-04 08:00"))
        register.decide(HERE, at(now))
        with pytest.raises(UsageError, match=words):
            register.seal(HERE, period, at(now), "Hélène Prost")


def test_a_period_is_closed_once(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-04 08:00"))
        register.decide(HERE, CLOSED)
        register.seal(HERE, MARCH, CLOSED, "Hélène Prost")
        with pytest.raises(UsageError, match="déjà arrêtés, le 20/04/2026"):
            register.seal(HERE, MARCH, CLOSED, "Hélène Prost")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2027-T1", "dans l’avenir"),
        ("2025", "avant la première observation"),
        ("2026-04", "aucune demande n’a été reçue du 01/04/2026"),
    ],
)
def test_a_period_that_nothing_can_be_said_of_is_refused(
    tmp_path: Path, name: str, words: str
) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-04 08:00"))
        register.decide(HERE, CLOSED)
        with pytest.raises(UsageError, match=words):
            register.edition(HERE, periods.named(name), CLOSED.date())


def test_a_closed_report_keeps_no_message_identifier_and_gives_the_same_bytes(
    tmp_path: Path,
) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED, OTHER], at=at("2026-03-04 08:00"))
        take(
            register,
            [replace(answer("2026-03-05 10:00"), answer=Nature.HOLDING_REPLY)],
            SENT,
            at=at("2026-03-05 12:00"),
        )
        register.decide(HERE, CLOSED)
        register.seal(HERE, MARCH, CLOSED, "Hélène Prost")
        found = register.edition(HERE, MARCH, CLOSED.date())

    assert all(request.message_id is None for request in found.audit.requests)
    for folder in ("un", "deux"):
        publish(found.audit, HERE, tmp_path / folder, FORMATS, found.beside, found.policy)
    for path in (tmp_path / "un").iterdir():
        assert path.read_bytes() == (tmp_path / "deux" / path.name).read_bytes()


def test_declared_indicators_stand_in_the_same_table_and_wrong_rows_are_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "declares.csv"
    path.write_text(
        "Indicateur;Valeur;Cible;Source;Date\n"
        "Taux d’appels aboutis;=91 %;85 %;autocommutateur;31/03/2026\n"
        "Sans date;1;;enquête;\n;1;;enquête;31/03/2026\nVide;;;x;31/03/2026\nSans source;1;;;31/03/2026\n",
        encoding="utf-8",
    )
    found = declared.read(str(path))
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-04 08:00"))
        register.decide(HERE, CLOSED)
        edition = register.edition(HERE, MARCH, CLOSED.date(), found.indicators)
        publish(edition.audit, HERE, tmp_path / "out", ("csv",), edition.beside)

    assert [row.line for row in found.refused] == [3, 4, 5, 6]
    table = (tmp_path / "out" / report.FIGURES).read_text("utf-8-sig")
    assert "'=91 %" in table
    assert "déclaratif : autocommutateur, 31/03/2026" in table


# --- each cause of a difference -------------------------------------------------------------------

CLOSING = Closing(at=CLOSED, author="Hélène Prost", rules="r", calendar="c", facts="f", figures="g")


def causes(closed: Audit, now: Audit, calendar: str = "c") -> dict[str, str]:
    """The cause of each difference, by request."""
    found = differences(closed, CLOSING, replace(now, rules="r"), calendar)
    return {one.request: one.cause for one in found if one.request}


def test_what_is_the_same_differs_in_nothing() -> None:
    assert causes(audited(), audited()) == {}


def test_a_request_that_came_to_light_or_went_is_told() -> None:
    audit = audited()
    fewer = replace(audit, requests=audit.requests[1:])
    one = audit.requests[0].id

    assert causes(fewer, audit) == {one: "demande retrouvée après la clôture"}
    assert causes(audit, fewer) == {
        one: "demande rattachée à une autre, ou retirée, après la clôture"
    }


def test_each_change_of_a_request_has_its_cause() -> None:
    audit = audited()
    given, first = next(
        (request, request.first)
        for request in audit.requests
        if request.first and not request.first.declared
    )
    moved = replace(first, on=date(2026, 1, 9), delay=4)
    changes = {
        "réception ou échéance comptée autrement": replace(
            given, due_on=date(2026, 1, 30), first=moved
        ),
        "réponse revenue en non-remise, ou retirée, après la clôture": replace(given, first=None),
        "réponse déclarée après la clôture": replace(given, first=replace(moved, declared=True)),
        "réponse retrouvée après la clôture": replace(given, first=moved),
        "lue autrement après la clôture": replace(given, first=replace(first, delay=3)),
    }
    for cause, changed in changes.items():
        now = replace(
            audit,
            requests=tuple(changed if one is given else one for one in audit.requests),
        )
        assert causes(audit, now) == {given.id: cause}


def test_changed_rules_and_calendars_are_told_by_their_digests() -> None:
    audit = audited()

    found = differences(audit, CLOSING, replace(audit, rules="other"), "another")

    assert [one.cause for one in found] == ["règles changées", "calendrier ou convention changés"]


def test_the_calendar_has_one_digest_a_way_to_count() -> None:
    days = (ClosedDay(on=date(2026, 4, 6), why="Lundi de Pâques"),)

    assert calendar_digest(days, "39", "strict") != calendar_digest(days, "39", "rolled")
    assert calendar_digest(days, "39", "strict") != calendar_digest((), "39", "strict")


def test_what_is_closed_keeps_outcomes_and_no_word_of_a_mention() -> None:
    closed = frozen(audited())

    mentions = [
        answer.mentions
        for request in closed.requests
        for answer in (request.first, request.substantive)
        if answer and answer.mentions
    ]
    assert mentions
    assert all(
        found.text == "" for one in mentions for found in (one.author, one.service, one.institution)
    )


def test_causes_that_persons_wrote_are_read_where_they_stand() -> None:
    audit = audited()
    noted = replace(
        audit, requests=tuple(replace(one, note="panne du relais") for one in audit.requests)
    )

    assert {one.note for one in frozen(noted).requests} == {""}
    assert {one.note for one in thawed(frozen(noted), noted).requests} == {"panne du relais"}
