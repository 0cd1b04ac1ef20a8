"""A person is taken out of the register: the figures stay, and nothing in the file leads to anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.errors import RefusedError
from mailwatch.model import (
    Audit,
    CorrectionKind,
    Fact,
    Grade,
    Letter,
    ManualAnswer,
    Nature,
    Period,
    Request,
    State,
)
from mailwatch.register import Erased, Register, checked
from mailwatch.register.database import FILE
from mailwatch.register.erasing import ERASED
from mailwatch.sealing import seal
from tests.facts import (
    BOX,
    CITIZEN,
    QUESTION,
    answer,
    at,
    bounce,
    by_telephone,
    desk,
    filed,
    incoming,
    set_right,
)
from tests.registers import (
    CITIZENS,
    INBOX,
    KEY,
    MANNED,
    NOON,
    REASON,
    SENT,
    corrected,
    declared,
    mailboxes,
    registered,
    sealed,
    take,
    written,
)

TODAY = date(2026, 4, 20)
LATER = at("2026-04-20 09:00")
ALWAYS = Period(from_on=None, to_on=None)
DESK = desk(MANNED)
NEIGHBOUR = "karim.haddad@orange.example"
REPLY = "Bonjour, il faut joindre le procès-verbal et les nouveaux statuts. Cordialement, Claire Vernier"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with registered(tmp_path / "state") as register:
        yield register


# Keys are digests of the bytes: they say nothing to whoever has not the mail.
ASKED = replace(
    incoming("2026-03-02 09:12", message_id="<question@laposte.example>", subject="Statuts"),
    key="a" * 16,
)
ANSWERED = replace(
    answer(
        "2026-03-04 10:00",
        REPLY,
        message_id="<reponse@jura.gouv.fr>",
        references=["<question@laposte.example>"],
        subject="Statuts",
        quoted=QUESTION,
    ),
    key="b" * 16,
)
ELSE = incoming(
    "2026-03-03 08:00", "Où en est mon titre ?", sender=NEIGHBOUR, message_id="<k@orange.example>"
)


def audit(register: Register) -> Audit:
    register.decide(DESK, LATER)
    return register.audit(DESK, ALWAYS, TODAY)


def told(found: Audit) -> dict[str, object]:
    """What no erasure may change: every figure, and every request but for the names of its messages."""
    return {
        "figures": (found.indicators, found.by_month, found.by_service),
        "set_aside": found.set_aside,
        "duplicates": found.duplicates,
        "unseen": len(found.unseen),
        "requests": [_told(request) for request in found.requests],
    }


def _told(request: Request) -> Request:
    """A request without the names of its messages and without the words about it."""
    answers = tuple(replace(one, message_id=None) for one in request.answers)
    return replace(
        request,
        message_id=None,
        note="",
        excluded_because=ERASED if request.excluded_because == REASON else request.excluded_because,
        answers=answers,
        first=request.first and replace(request.first, message_id=None),
        substantive=request.substantive and replace(request.substantive, message_id=None),
        links=tuple(
            sorted(
                (replace(link, message_id=None) for link in request.links),
                key=lambda link: (link.key, link.part),
            )
        ),
    )


# --- at the person's request ----------------------------------------------------------------------


def test_the_figures_stay_and_the_request_keeps_its_id(register: Register) -> None:
    take(register, [ASKED, ELSE])
    take(register, [ANSWERED], SENT)
    before = audit(register)

    done = register.erase(DESK, CITIZEN, LATER)

    assert done == Erased(messages=2, records=0)
    assert told(audit(register)) == told(before)
    assert [request.id for request in audit(register).requests] == [
        request.id for request in before.requests
    ]


def test_nothing_in_the_file_leads_to_the_person_any_more(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    kept = seal(ASKED, KEY, MANNED)
    letter = filed(
        answered_on=date(2026, 3, 4),
        note="madame Ferrand est venue au guichet",
        correspondent=CITIZEN,
    )
    with registered(folder) as register:
        take(register, [ASKED, ELSE])
        take(register, [ANSWERED], SENT)
        register.add_letters([letter], NOON)
        register.decide(DESK, NOON)
        said = set_right(CorrectionKind.NOTE, "dossier de madame Ferrand égaré")
        register.correct(said)
        register.correct(
            replace(said, kind=CorrectionKind.SERVICE, value="Titres", reason="dit Ferrand")
        )
        register.decide(DESK, NOON)
        salts = _salts(folder, ASKED.key)
        secrets = [
            kept.sender.encode(),
            kept.subject.encode(),
            kept.sketch[:12],
            *salts,
            b"<question@laposte.example>",
            b"question@laposte.example",
            b"<reponse@jura.gouv.fr>",
            b"Ferrand",
        ]
        before = (folder / FILE).read_bytes()
        assert [secret for secret in secrets if secret not in before] == []

        assert register.erase(DESK, CITIZEN, LATER) == Erased(messages=2, records=3)

        (request, *_) = [r for r in audit(register).requests if r.channel == "email"]
        assert (request.service, request.note) == ("Titres", "effacé")
        after = (folder / FILE).read_bytes()
    assert [secret for secret in secrets if secret in after] == []
    assert not (folder / f"{FILE}-journal").exists()


@pytest.mark.parametrize(
    ("kind", "value"),
    [(CorrectionKind.NATURE, "out_of_scope"), (CorrectionKind.EXCLUSION, "excluded")],
)
def test_what_was_excluded_stays_so_and_why_is_told_no_more(
    register: Register, kind: CorrectionKind, value: str
) -> None:
    take(register, [ASKED, ELSE])
    register.decide(DESK, NOON)
    reason = "madame Ferrand a été reçue au guichet"
    register.correct(set_right(kind, value, reason=reason))
    before = audit(register)
    assert [request.excluded_because for request in before.requests] == [reason, ""]

    register.erase(DESK, CITIZEN, LATER)

    after = audit(register)
    assert [request.excluded_because for request in after.requests] == [ERASED, ""]
    assert [request.state for request in after.requests] == [State.EXCLUDED, State.OVERDUE]
    assert after.indicators == before.indicators


def _salts(folder: Path, key: str) -> list[bytes]:
    import sqlite3

    with sqlite3.connect(folder / FILE) as connection:
        rows = connection.execute("SELECT salt FROM fact WHERE key = ?", (key,)).fetchall()
    connection.close()
    assert rows
    return [salt for (salt,) in rows]


def test_the_journal_tells_of_it_and_names_nobody(register: Register) -> None:
    take(register, [ASKED, ANSWERED])
    register.erase(DESK, CITIZEN, LATER)

    with register._database.reading() as connection:
        (line,) = connection.exec_driver_sql(
            "SELECT line FROM journal WHERE kind = 'erasure'"
        ).scalars()
    assert b'"messages":2,' in line
    assert b'"records":0' in line


def test_what_is_only_added_to_is_closed_again(register: Register) -> None:
    take(register, [ASKED, ANSWERED])
    register.decide(DESK, NOON)
    said = set_right(CorrectionKind.NOTE, "panne")
    register.correct(said)
    before = triggers(register)
    register.erase(DESK, CITIZEN, LATER)

    assert before
    assert triggers(register) == before


def triggers(register: Register) -> list[str]:
    """What keeps tables append-only, as the file says it."""
    with register._database.reading() as connection:
        found = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY name"
        )
        return [str(sql) for (sql,) in found]


def test_nothing_of_a_person_nobody_knows_is_no_fault(register: Register) -> None:
    take(register, [ASKED])
    size = register.head().size

    assert register.erase(DESK, "inconnu@ailleurs.example", LATER) == Erased()
    assert register.erase(DESK, "inconnu@ailleurs.example", LATER) == Erased()
    # The first of them decided what was new.
    assert register.head().size == size + 2


@pytest.mark.parametrize("address", [BOX, "claire.vernier@jura.gouv.fr"])
def test_an_address_of_ours_is_not_erased(register: Register, address: str) -> None:
    take(register, [ASKED, ANSWERED])

    with pytest.raises(RefusedError, match="institution"):
        register.erase(DESK, address, LATER)


@pytest.mark.parametrize(
    "facts",
    [
        [replace(ASKED, at=at("2026-04-17 09:00"))],
        [ASKED],
        [ASKED, replace(ANSWERED, answer=Nature.HOLDING_REPLY)],
    ],
    ids=["not due yet", "overdue", "held, with more to come"],
)
def test_who_waits_for_an_answer_is_not_erased_unless_it_is_wanted(
    register: Register, facts: list[Fact]
) -> None:
    take(register, facts)
    before = audit(register)

    with pytest.raises(RefusedError, match="attend encore"):
        register.erase(DESK, CITIZEN, LATER)
    assert audit(register) == before

    assert register.erase(DESK, CITIZEN, LATER, anyway=True).messages == len(facts)
    assert told(audit(register)) == told(before)


def test_who_waits_for_an_answer_to_a_letter_waits_too(register: Register) -> None:
    letter = filed(received_on=date(2026, 4, 17), correspondent=CITIZEN)
    register.add_letters([letter], NOON)

    with pytest.raises(RefusedError, match="C-1"):
        register.erase(DESK, CITIZEN, LATER)
    assert register.erase(DESK, CITIZEN, LATER, anyway=True) == Erased(records=1)


def test_a_complaint_waits_for_nothing_that_is_counted(register: Register) -> None:
    reading = replace(ASKED.reading, nature=Nature.COMPLAINT)
    take(register, [replace(ASKED, reading=reading)])

    assert register.erase(DESK, CITIZEN, LATER).messages == 1


def test_what_the_settings_name_has_to_be_taken_out_of_them_first(register: Register) -> None:
    given_ = by_telephone(on=date(2026, 3, 3))
    take(register, [ASKED, ANSWERED])
    naming = desk(replace(MANNED, manual_answers=(given_,)))

    with pytest.raises(RefusedError, match="manual_answer"):
        register.erase(naming, CITIZEN, LATER)


def test_an_answer_by_telephone_still_answers(register: Register) -> None:
    take(register, [ASKED])
    register.decide(DESK, NOON)
    register.answer(by_telephone(note="rappelée au 03 84 00 00 00"), NOON)

    assert register.erase(DESK, CITIZEN, LATER) == Erased(messages=1, records=1)

    (request,) = audit(register).requests
    assert request.state is State.ANSWERED_IN_TIME
    (kept,) = register.answers()
    assert kept.note == "effacé"


def test_the_person_who_writes_again_is_somebody_new(register: Register) -> None:
    take(register, [ASKED])
    take(register, [ANSWERED], SENT)
    register.erase(DESK, CITIZEN, LATER)
    again = incoming("2026-04-17 09:12", message_id="<encore@laposte.example>", subject="Statuts")
    take(register, [again], first=2, at=LATER)

    states = [request.state for request in audit(register).requests]

    assert states == [State.ANSWERED_IN_TIME, State.PENDING]


def test_mail_of_the_person_that_is_found_elsewhere_stays_a_copy(register: Register) -> None:
    """An agent files the mail in another folder after the erasure."""
    take(register, [ASKED])
    take(register, [ANSWERED], SENT)
    register.erase(DESK, CITIZEN, LATER)
    before = audit(register)

    take(register, [replace(ASKED, file="")], SENT, first=2, at=LATER)

    after = audit(register)
    assert [told(after)["requests"], after.indicators] == [
        told(before)["requests"],
        before.indicators,
    ]
    assert after.duplicates == before.duplicates + 1
    assert register.held(DESK, CITIZEN).facts == ()


def test_what_two_persons_share_keeps_the_other(register: Register) -> None:
    both = answer("2026-03-05 10:00", REPLY, to=[CITIZEN, NEIGHBOUR], message_id="<b@jura.gouv.fr>")
    take(register, [ASKED, ELSE])
    take(register, [both], SENT)
    before = audit(register)

    assert register.erase(DESK, CITIZEN, LATER, anyway=True).messages == 1

    assert told(audit(register)) == told(before)
    held = register.held(DESK, NEIGHBOUR)
    assert [fact.message_id for fact in held.facts] == ["<k@orange.example>", "<b@jura.gouv.fr>"]
    assert register.held(DESK, CITIZEN).facts == ()


@settings(max_examples=60)
@given(mailboxes(), written(), st.lists(declared(), max_size=2), st.data())
def test_whoever_is_erased_the_requests_are_the_same(
    facts: list[Fact], letters: list[Letter], manual: list[ManualAnswer], data: st.DataObject
) -> None:
    people = data.draw(st.lists(st.sampled_from(CITIZENS), min_size=1, max_size=2, unique=True))
    said = data.draw(corrected(facts))
    with TemporaryDirectory() as folder, registered(Path(folder) / "state") as register:
        take(register, facts)
        register.add_letters(letters, NOON)
        for given_ in manual:
            register.answer(given_, NOON)
        for correction in said:
            register.correct(correction)
        before = audit(register)

        for person in people:
            register.erase(DESK, person, LATER, anyway=True)

        assert told(audit(register)) == told(before)
        for person in people:
            held = register.held(DESK, person)
            assert (held.facts, held.letters) == ((), ())


# --- because it is old ----------------------------------------------------------------------------


def test_old_exchanges_are_reduced_and_young_ones_are_not(register: Register) -> None:
    young = incoming("2026-04-10 09:00", sender=NEIGHBOUR, message_id="<j@orange.example>")
    take(register, [ASKED, young])
    take(register, [ANSWERED], SENT)
    before = audit(register)

    done = register.reduce(DESK, date(2026, 4, 1), LATER)

    assert done == Erased(messages=2, records=0)
    assert told(audit(register)) == told(before)
    assert register.held(DESK, CITIZEN).facts == ()
    assert len(register.held(DESK, NEIGHBOUR).facts) == 1


def test_an_exchange_is_as_young_as_its_last_message(register: Register) -> None:
    late = replace(ANSWERED, at=at("2026-04-10 10:00"))
    take(register, [ASKED])
    take(register, [late], SENT)

    assert register.reduce(DESK, date(2026, 4, 1), LATER) == Erased()


def test_what_was_reduced_is_left_alone_the_next_day(register: Register) -> None:
    take(register, [ASKED])
    take(register, [ANSWERED], SENT)
    assert register.retention_due_on(TODAY) == date(2026, 4, 21)
    register.reduce(DESK, date(2026, 4, 1), LATER)
    size = register.head().size

    assert register.retention_due_on(TODAY) == date(2026, 4, 21)
    assert register.reduce(DESK, date(2026, 4, 2), LATER + timedelta(days=1)) == Erased()
    assert register.retention_due_on(TODAY) == date(2026, 4, 22)
    assert register.head().size == size


def test_a_request_that_was_never_answered_is_old_too(register: Register) -> None:
    take(register, [ASKED])

    assert register.reduce(DESK, date(2026, 4, 1), LATER).messages == 1
    assert [request.state for request in audit(register).requests] == [State.OVERDUE]


def test_old_alerts_keep_that_they_left_and_lose_what_they_said(register: Register) -> None:
    from mailwatch.register import AlertState

    for week, when in (("2026-W05", "2026-01-26 08:00"), ("2026-W16", "2026-04-13 08:00")):
        name = f"weekly/{week}"
        register.queue_alert(name, f"<{week}@x.example>", b"page", ["a@jura.gouv.fr"], at(when))
        register.mark_alert(name, AlertState.CONFIRMED, at(when))

    register.reduce(DESK, date(2026, 4, 1), LATER)

    alerts = register.alerts_in(AlertState.CONFIRMED)
    assert [(one.message, one.recipients) for one in alerts] == [
        (b"", ()),
        (b"page", ("a@jura.gouv.fr",)),
    ]


def test_what_the_settings_name_is_not_reduced(register: Register) -> None:
    given_ = by_telephone(on=date(2026, 3, 3))
    take(register, [ASKED, ELSE])
    naming = desk(replace(MANNED, manual_answers=(given_,)))

    assert register.reduce(naming, date(2026, 4, 1), LATER).messages == 1
    assert len(register.held(naming, CITIZEN).facts) == 1
    register.decide(DESK, LATER)


@settings(max_examples=30)
@given(mailboxes(), written(), st.integers(1, 28), st.data())
def test_whatever_is_reduced_the_requests_are_the_same(
    facts: list[Fact], letters: list[Letter], day: int, data: st.DataObject
) -> None:
    said = data.draw(corrected(facts))
    with TemporaryDirectory() as folder, registered(Path(folder) / "state") as register:
        take(register, facts)
        register.add_letters(letters, NOON)
        for correction in said:
            register.correct(correction)
        before = audit(register)

        register.reduce(DESK, date(2026, 3, day), LATER)

        assert told(audit(register)) == told(before)


# --- what is held ---------------------------------------------------------------------------------


def test_all_that_is_held_on_a_person_is_given_and_nothing_of_others(register: Register) -> None:
    letter = filed(correspondent=CITIZEN)
    returned = bounce("2026-03-04 11:00", of="<reponse@jura.gouv.fr>", recipient=CITIZEN)
    take(register, [ASKED, ELSE, returned])
    take(register, [ANSWERED], SENT)
    register.add_letters([letter, replace(letter, reference="C-2", correspondent=NEIGHBOUR)], NOON)
    register.decide(DESK, NOON)
    for target in ("question@laposte.example", "k@orange.example"):
        register.correct(set_right(CorrectionKind.NOTE, "panne", target=target))
        register.answer(
            by_telephone(target, on=date(2026, 3, 6)),
            NOON,
        )
    register.decide(DESK, NOON)

    held = register.held(DESK, CITIZEN)

    assert [fact.message_id for fact in held.facts][:2] == [
        "<question@laposte.example>",
        "<reponse@jura.gouv.fr>",
    ]
    assert len(held.facts) == 3
    assert sorted(request.channel.value for request in held.requests) == ["email", "letter"]
    assert [one.reference for one in held.letters] == ["C-1"]
    assert [one.target for one in held.corrections] == ["question@laposte.example"]
    assert [one.request for one in held.answers] == ["question@laposte.example"]


def test_a_register_that_was_erased_from_is_whole(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with registered(folder) as register:
        register.listed(INBOX, 1, (1,), 2, NOON)
        register.record(INBOX, [sealed(replace(ASKED, grade=Grade.A), INBOX, 1)], NOON)
        register.erase(DESK, CITIZEN, LATER, anyway=True)
    assert checked(folder, KEY, DESK) == ()
