"""The register: listed, fetched and decided, whatever the order, and the same requests as without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.model import (
    Box,
    Correction,
    CorrectionKind,
    Fact,
    Letter,
    ManualAnswer,
    Nature,
    Period,
    Refused,
    Request,
    State,
)
from mailwatch.register import (
    Cursor,
    Gap,
    Location,
    Place,
    Quarantined,
    Register,
    Sighting,
    Vanished,
    checked,
    opened,
)
from mailwatch.register.terms import location_name
from mailwatch.sealing import sealed_address
from mailwatch.triage import Triage, triage
from tests.facts import BOX, CITIZEN, QUESTION, answer, bounce, desk, incoming
from tests.registers import (
    INBOX,
    KEY,
    MANNED,
    NOON,
    SENT,
    corrected,
    declared,
    laid,
    mailboxes,
    registered,
    sealed,
    take,
    written,
)

TODAY = date(2026, 4, 20)
ALWAYS = Period(from_on=None, to_on=None)
DESK = desk(MANNED)
OTHER = "karim.haddad@orange.example"


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with registered(tmp_path / "state") as register:
        yield register


def only(register: Register, today: date = TODAY) -> Request:
    register.decide(DESK, NOON)
    (request,) = register.requests(DESK, today)
    return request


def kinds(register: Register) -> list[str]:
    """The kinds of the journal's lines, in order."""
    with register._database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT kind FROM journal ORDER BY seq").scalars())


# --- the same requests as without a register ------------------------------------------------------


def _as_registered(found: Triage) -> tuple[Request, ...]:
    """Requests with the addresses of our agents as the register knows them."""
    return tuple(
        replace(
            request,
            boxes=tuple(sealed_address(box, KEY, MANNED) for box in request.boxes),
            links=tuple(sorted(request.links, key=lambda link: link.key)),
        )
        for request in found.requests
    )


def _sorted_links(requests: Sequence[Request]) -> tuple[Request, ...]:
    return tuple(
        replace(request, links=tuple(sorted(request.links, key=lambda link: link.key)))
        for request in requests
    )


@settings(max_examples=40)
@given(mailboxes(), written(), st.lists(declared(), max_size=2), st.data())
def test_any_order_and_batching_amount_to_the_whole_decision(
    facts: list[Fact], letters: list[Letter], manual: list[ManualAnswer], data: st.DataObject
) -> None:
    """Messages, letters and what persons say come as they come; the offline run sees them all at once."""
    placed = [
        replace(fact, file=location_name(INBOX, 1, uid)) for uid, fact in enumerate(facts, start=1)
    ]
    order = data.draw(st.permutations(range(len(facts))))
    cuts = sorted(data.draw(st.sets(st.integers(1, max(len(facts) - 1, 1)), max_size=3)))
    late = data.draw(st.booleans())
    said = data.draw(corrected(facts))
    institution = replace(MANNED, manual_answers=tuple(manual))
    whole = triage(placed, letters, desk(institution), TODAY, said)

    with TemporaryDirectory() as folder, registered(Path(folder) / "state") as register:
        register.listed(INBOX, 1, range(1, len(facts) + 1), len(facts) + 1, NOON)
        if not late:
            register.add_letters(letters, NOON)
        for manual_answer in manual[:1]:
            register.answer(manual_answer, NOON)
        for correction in said[::2]:
            register.correct(correction)
        for start, end in pairwise((0, *cuts, len(facts))):
            found = [sealed(facts[at], INBOX, at + 1) for at in order[start:end]]
            register.record(INBOX, found, NOON)
            register.decide(DESK, NOON)
        register.add_letters(letters, NOON)
        for manual_answer in manual[1:]:
            register.answer(manual_answer, NOON)
        for correction in said[1::2]:
            register.correct(correction)
        register.decide(DESK, NOON)

        audit = register.audit(DESK, ALWAYS, TODAY)

    assert _sorted_links(audit.requests) == _as_registered(whole)
    assert {entry.file for entry in audit.unseen} == {entry.file for entry in whole.unseen}
    assert (audit.set_aside, audit.duplicates) == (whole.set_aside, whole.duplicates)
    assert sorted(map(_reason, audit.refused)) == sorted(map(_reason, whole.refused))
    assert audit.rulings == whole.rulings
    assert audit.messages == len(facts)


def _reason(refused: Refused) -> str:
    return refused.reason


def test_a_mailbox_read_in_one_go_and_message_by_message_is_the_same(tmp_path: Path) -> None:
    question = incoming("2026-03-02 09:12")
    mail = [
        question,
        incoming("2026-03-02 09:12", sender=OTHER, subject="Carte grise"),
        answer("2026-03-04 10:00", kind=Nature.HOLDING_REPLY, quoted=QUESTION),
        bounce("2026-03-04 10:01", of="<2026-03-04.1000.reply@jura.gouv.fr>"),
        answer("2026-03-12 10:00", references=[question.message_id or ""]),
    ]
    with registered(tmp_path / "whole") as whole, registered(tmp_path / "drops") as drops:
        take(whole, mail)
        whole.decide(DESK, NOON)
        for uid, fact in enumerate(mail, start=1):
            take(drops, [fact], first=uid)
            drops.decide(DESK, NOON)

        assert drops.audit(DESK, ALWAYS, TODAY) == whole.audit(DESK, ALWAYS, TODAY)


def test_a_request_stands_where_the_day_that_is_asked_puts_it(register: Register) -> None:
    take(register, [incoming("2026-03-02 09:12")])

    assert only(register, date(2026, 3, 9)).state is State.PENDING
    assert only(register, date(2026, 3, 10)).state is State.OVERDUE


def test_the_sent_folder_may_be_read_before_the_inbox(register: Register) -> None:
    take(register, [answer("2026-03-03 10:00")], SENT)
    register.decide(DESK, NOON)
    take(register, [incoming("2026-03-02 09:12")], INBOX)

    assert only(register).state is State.ANSWERED_IN_TIME


def test_only_what_a_new_message_touches_is_decided_again(register: Register) -> None:
    people = [f"citoyen{number}@laposte.example" for number in range(5)]
    take(register, [incoming("2026-03-02 09:12", sender=who) for who in people])

    assert register.decide(DESK, NOON) == 5
    assert register.decide(DESK, NOON) == 0

    take(register, [answer("2026-03-03 10:00", to=people[:1])], SENT)

    assert register.decide(DESK, NOON) == 1


def test_quoted_words_bring_two_strangers_together_once_both_are_there(register: Register) -> None:
    take(register, [answer("2026-03-03 10:00", to=[OTHER], quoted=QUESTION)], SENT)
    register.decide(DESK, NOON)
    take(register, [incoming("2026-03-02 09:12")])
    register.decide(DESK, NOON)

    request = only(register)

    assert "answered_at_another_address" in request.findings
    assert request.state is State.ANSWERED_IN_TIME


def test_other_settings_have_everything_decided_again(tmp_path: Path) -> None:
    named = replace(MANNED, boxes=(*MANNED.boxes, Box(address=BOX, service="Associations")))
    with registered(tmp_path / "state", named) as register:
        take(register, [incoming("2026-03-02 09:12")])
        assert only(register).service == "non attribué"

        assert register.decide(desk(named), NOON) == 1

        assert [each.service for each in register.requests(desk(named), TODAY)] == ["Associations"]


def test_a_box_that_is_declared_later_is_known_in_the_mail_that_was_read_before(
    tmp_path: Path,
) -> None:
    box = "dcl@jura.gouv.fr"
    named = replace(MANNED, boxes=(*MANNED.boxes, Box(address=box, service="Citoyenneté")))
    with registered(tmp_path / "state", named) as register:
        take(register, [incoming("2026-03-02 09:12", to=[box])])
        assert only(register).boxes != (box,)

        register.decide(desk(named), NOON)

        (request,) = register.requests(desk(named), TODAY)
        assert (request.boxes, request.service) == ((box,), "Citoyenneté")


# --- listing --------------------------------------------------------------------------------------


def test_a_folder_that_was_never_listed_has_no_cursor(register: Register) -> None:
    assert register.cursor(INBOX) is None
    assert register.awaiting(INBOX) == ()


def test_what_is_listed_waits_until_it_is_recorded(register: Register) -> None:
    register.listed(INBOX, 7, [1, 2, 5], 6, NOON)

    assert register.cursor(INBOX) == Cursor(uidvalidity=7, uidnext=6, looked_at=None)
    assert register.awaiting(INBOX) == (1, 2, 5)

    register.record(INBOX, [sealed(incoming("2026-03-02 09:12"), INBOX, 2)], NOON)
    register.record(INBOX, [Sighting(uid=5, outcome=Vanished())], NOON)

    assert register.awaiting(INBOX) == (1,)


def test_a_message_that_is_recorded_twice_is_one(register: Register) -> None:
    take(register, [incoming("2026-03-02 09:12")])
    register.record(INBOX, [sealed(incoming("2026-03-02 09:12"), INBOX, 1)], NOON)
    register.record(INBOX, [Sighting(uid=1, outcome=Vanished())], NOON)
    register.record(INBOX, [sealed(incoming("2026-03-05 09:12"), INBOX, 99)], NOON)

    assert only(register).received_on == date(2026, 3, 2)
    assert register.audit(DESK, ALWAYS, TODAY).messages == 1


def test_the_same_message_in_two_folders_is_one_request(register: Register) -> None:
    take(register, [incoming("2026-03-02 09:12")], INBOX)
    take(register, [incoming("2026-03-02 09:12")], Place(account="jura", folder="Traités"))

    assert only(register).received_on == date(2026, 3, 2)
    assert register.audit(DESK, ALWAYS, TODAY).duplicates == 1


def test_a_renumbered_folder_loses_nothing_and_doubles_nothing(register: Register) -> None:
    mail = [incoming(f"2026-03-0{day} 09:12", sender=f"c{day}@x.example") for day in (2, 3, 4)]
    take(register, [*mail, mail[0]])
    register.decide(DESK, NOON)
    before = {each.id: each.due_on for each in register.requests(DESK, TODAY)}

    register.listed(INBOX, 8, [1, 2, 3], 4, NOON)
    found = [sealed(fact, INBOX, uid) for uid, fact in ((1, mail[2]), (2, mail[0]), (3, mail[0]))]
    register.record(INBOX, found, NOON)
    register.decide(DESK, NOON)

    after = register.requests(DESK, TODAY)
    assert {each.id: each.due_on for each in after} == before
    assert register.audit(DESK, ALWAYS, TODAY).messages == 4
    assert "UIDVALIDITY=8/;UID=1" in next(e for e in after if e.received_on.day == 4).file
    # The one that is no longer there keeps the place it had.
    assert "UIDVALIDITY=1/;UID=2" in next(e for e in after if e.received_on.day == 3).file
    assert kinds(register).count("renumbered") == 1
    assert kinds(register).count("fact") == 4


def test_an_unreadable_message_is_listed_with_its_reason(register: Register) -> None:
    register.listed(INBOX, 1, [1], 2, NOON)
    register.record(INBOX, [Sighting(uid=1, outcome=Quarantined(reason="illisible"))], NOON)

    (isolated,) = register.quarantined()
    audit = register.audit(DESK, ALWAYS, TODAY)

    assert (isolated.reason, isolated.location.uid, isolated.at) == ("illisible", 1, NOON)
    assert [entry.reason for entry in audit.quarantined] == ["illisible"]
    assert audit.messages == 0


# --- gaps -----------------------------------------------------------------------------------------


def test_messages_that_came_and_went_between_two_looks_are_counted(register: Register) -> None:
    later = NOON + timedelta(minutes=2)
    take(register, [incoming("2026-03-02 09:12")])

    register.listed(INBOX, 1, [4], 6, later)

    assert register.gaps(ALWAYS) == (
        Gap(account="jura", folder="INBOX", since=NOON, until=later, missed=3),
    )


def test_observation_begins_with_the_first_look_at_any_folder(register: Register) -> None:
    assert register.begun() is None

    register.listed(INBOX, 1, [1, 2], 3, NOON)
    register.listed(SENT, 1, [1], 2, NOON + timedelta(days=1))

    assert register.begun() == NOON


def test_mail_that_was_deleted_before_anybody_watched_is_no_gap(register: Register) -> None:
    register.listed(INBOX, 1, [4, 9], 501, NOON)
    register.listed(INBOX, 1, [600], 1001, NOON)

    assert register.gaps(ALWAYS) == ()


@pytest.mark.parametrize(("minutes", "expected"), [(2, 0), (15, 0), (16, 1), (3 * 24 * 60, 1)])
def test_a_long_time_between_two_looks_is_a_gap(
    register: Register, minutes: int, expected: int
) -> None:
    take(register, [])
    register.looked(INBOX, NOON + timedelta(minutes=minutes))

    assert len(register.gaps(ALWAYS)) == expected
    assert kinds(register).count("gap") == expected


def test_gaps_are_given_for_the_days_that_are_asked(register: Register) -> None:
    take(register, [])
    register.looked(INBOX, NOON + timedelta(days=2))

    def between(start: int, end: int) -> int:
        period = Period(from_on=date(2026, 3, start), to_on=date(2026, 3, end))
        return len(register.gaps(period))

    assert [between(28, 29), between(29, 30), between(31, 31)] == [0, 1, 1]
    assert len(register.gaps(Period(from_on=date(2026, 4, 2), to_on=None))) == 0


def test_a_clock_that_was_set_back_takes_no_look_back(register: Register) -> None:
    take(register, [])
    register.looked(INBOX, NOON - timedelta(days=3))

    assert register.cursor(INBOX) == Cursor(
        uidvalidity=1, uidnext=1, looked_at=NOON, reconciled_at=NOON
    )


def test_a_message_that_is_gone_before_it_is_fetched_is_missed(register: Register) -> None:
    register.listed(INBOX, 1, [1], 2, NOON)
    register.record(INBOX, [Sighting(uid=1, outcome=Vanished())], NOON)

    assert [gap.missed for gap in register.gaps(ALWAYS)] == [1]


# --- finding a message again ----------------------------------------------------------------------


def test_a_request_and_a_message_are_found_again_in_their_folders(register: Register) -> None:
    question, reply = incoming("2026-03-02 09:12"), answer("2026-03-03 10:00")
    take(register, [question, incoming("2026-03-02 09:12", sender=OTHER)], INBOX)
    take(register, [reply], SENT, first=40)
    register.decide(DESK, NOON)
    request = next(each for each in register.requests(DESK, TODAY) if each.links)

    def at(place: Place, uid: int, key: str) -> Location:
        return Location(account="jura", folder=place.folder, uidvalidity=1, uid=uid, key=key)

    found = at(INBOX, 1, question.key)
    assert register.locate(request.id) == (found, at(SENT, 40, reply.key))
    assert register.locate(question.message_id or "") == (found,)
    assert register.locate((question.message_id or "").strip("<>")) == (found,)
    assert register.locate("inconnue") == ()


# --- persons --------------------------------------------------------------------------------------


def letter(
    reference: str = "A-2026-001", *, answered_on: date | None = None, who: str = ""
) -> Letter:
    return Letter(
        file="courriers.csv",
        line=2,
        reference=reference,
        received_on=date(2026, 3, 2),
        service="DCL",
        answered_on=answered_on,
        kind="",
        note="",
        correspondent=who,
    )


def test_a_letter_that_is_declared_again_is_one_letter(register: Register) -> None:
    assert register.add_letters([letter()], NOON) == 1
    assert register.add_letters([letter()], NOON) == 0
    assert only(register).state is State.OVERDUE

    assert register.add_letters([letter(answered_on=date(2026, 3, 9))], NOON) == 1

    assert only(register).state is State.ANSWERED_IN_TIME
    assert len(register.letters()) == 1


def test_an_answer_by_mail_finds_the_letter_by_reference_and_by_writer(register: Register) -> None:
    named = "Réponse à votre courrier réf. 2026-00417, voir la pièce jointe. Cordialement, Claire Vernier"
    take(register, [answer("2026-03-05 10:00", named, to=[OTHER])], SENT)
    register.add_letters([letter("2026-00417")], NOON)
    assert only(register).state is State.ANSWERED_IN_TIME
    assert only(register).id == "2026-00417"


def test_an_answer_by_telephone_counts_and_is_journalled(register: Register) -> None:
    question = incoming("2026-03-02 09:12")
    take(register, [question])
    request = only(register)

    register.answer(
        ManualAnswer(
            request=request.id, on=date(2026, 3, 4), kind="telephone", by="C. Vernier", note=""
        ),
        NOON,
    )

    assert only(register).state is State.ANSWERED_IN_TIME
    assert kinds(register)[-2:] == ["answer", "decision"]
    assert [said.by for said in register.answers()] == ["C. Vernier"]


def test_an_answer_for_a_request_that_is_not_there_is_reported_and_waits(
    register: Register,
) -> None:
    question = incoming("2026-03-02 09:12")
    said = ManualAnswer(
        request=question.message_id or "",
        on=date(2026, 3, 4),
        kind="telephone",
        by="C. V.",
        note="",
    )
    register.answer(said, NOON)
    register.decide(DESK, NOON)
    assert len(register.audit(DESK, ALWAYS, TODAY).refused) == 1

    take(register, [question])

    assert only(register).state is State.ANSWERED_IN_TIME
    assert register.audit(DESK, ALWAYS, TODAY).refused == ()


def correction(kind: CorrectionKind, target: str | None, value: str, minute: int = 0) -> Correction:
    return Correction(
        kind=kind,
        target=target or "",
        value=value,
        author="Claire Vernier",
        reason="vu avec le service",
        at=NOON + timedelta(minutes=minute),
    )


def test_a_message_that_a_person_says_is_a_request_is_one_until_it_is_taken_back(
    register: Register,
) -> None:
    bulk = incoming("2026-03-02 09:12", nature=Nature.BULK)
    take(register, [bulk])
    take(register, [answer("2026-03-04 10:00")], SENT)
    register.decide(DESK, NOON)
    assert register.requests(DESK, TODAY) == ()

    register.correct(correction(CorrectionKind.NATURE, bulk.message_id, Nature.REQUEST))
    assert only(register).state is State.ANSWERED_IN_TIME

    register.correct(correction(CorrectionKind.NATURE, bulk.key, "", 1))
    register.decide(DESK, NOON)
    assert register.requests(DESK, TODAY) == ()
    assert len(register.corrections()) == 2


def test_a_person_brings_together_what_nothing_else_does(register: Register) -> None:
    question, reply = incoming("2026-03-02 09:12"), answer("2026-03-04 10:00", to=[OTHER])
    take(register, [question])
    take(register, [reply], SENT)
    assert only(register).state is State.OVERDUE

    register.correct(correction(CorrectionKind.LINK, reply.message_id, only(register).id))

    request = only(register)
    assert (request.state, request.corrected) == (State.ANSWERED_IN_TIME, (CorrectionKind.LINK,))
    assert [each.correction.value for each in register.audit(DESK, ALWAYS, TODAY).rulings] == [
        request.id
    ]


def test_a_correction_that_fits_nothing_is_reported_until_it_fits(register: Register) -> None:
    question = incoming("2026-03-02 09:12")
    register.correct(correction(CorrectionKind.EXCLUSION, question.message_id, "excluded"))
    register.decide(DESK, NOON)
    assert len(register.audit(DESK, ALWAYS, TODAY).refused) == 1

    take(register, [question])

    assert only(register).state is State.EXCLUDED
    assert register.audit(DESK, ALWAYS, TODAY).refused == ()


# --- privacy --------------------------------------------------------------------------------------


def test_no_word_of_a_citizen_is_in_the_file(tmp_path: Path) -> None:
    take_private = [
        incoming(
            "2026-03-02 09:12", subject="Retrait de permis de Mme Ferrand", message_id="<a@x>"
        ),
        answer("2026-03-03 10:00", subject="RE: Retrait de permis", message_id="<b@x>"),
    ]
    mail = [replace(fact, key=f"{number:016x}") for number, fact in enumerate(take_private)]
    with registered(tmp_path / "state") as register:
        take(register, mail)
        register.add_letters([letter(who=CITIZEN)], NOON)
        register.decide(DESK, NOON)

    kept = (tmp_path / "state" / "register.sqlite").read_bytes().decode("latin-1").lower()

    for word in ("ferrand", "permis", "vernier", CITIZEN, "trésorière"):
        assert word not in kept, word


def test_a_register_is_read_with_the_key_it_was_written_with(tmp_path: Path) -> None:
    folder = laid(tmp_path / "state")
    with opened(folder, KEY) as register:
        register.add_letters([letter(who=CITIZEN)], NOON)
        assert register.letters()[0].correspondent == sealed_address(CITIZEN, KEY, MANNED)
    assert checked(folder, KEY, DESK) == ()
