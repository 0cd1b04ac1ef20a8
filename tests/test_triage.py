"""The whole decision: which messages make one request, and where it stands."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch import ordering
from mailwatch.model import (
    Announced,
    Box,
    Channel,
    Confidence,
    Fact,
    Institution,
    Letter,
    ManualAnswer,
    Nature,
    Request,
    Role,
    State,
)
from mailwatch.standing import stand_on
from mailwatch.triage import Triage, triage
from tests.facts import AGENT, BOX, CITIZEN, JURA, QUESTION, answer, bounce, desk, incoming

TODAY = date(2026, 4, 20)
OTHER = "karim.haddad@orange.example"


def decide(
    *facts: Fact,
    letters: tuple[Letter, ...] = (),
    institution: Institution = JURA,
    today: date = TODAY,
) -> Triage:
    return triage(facts, letters, desk(institution), today)


def only(found: Triage) -> Request:
    (request,) = found.requests
    return request


# --- opening, answering ---------------------------------------------------------------------------


def test_a_question_that_nobody_answered_is_overdue_after_five_working_days() -> None:
    request = only(decide(incoming("2026-03-02 09:12")))

    assert (request.received_on, request.due_on) == (date(2026, 3, 2), date(2026, 3, 9))
    assert request.state is State.OVERDUE
    assert request.first is None


def test_a_request_due_today_is_still_pending_and_overdue_only_tomorrow() -> None:
    question = incoming("2026-03-02 09:12")

    assert only(decide(question, today=date(2026, 3, 9))).state is State.PENDING
    assert only(decide(question, today=date(2026, 3, 10))).state is State.OVERDUE


@pytest.mark.parametrize(
    ("sent", "delay", "state"),
    [
        ("2026-03-02 17:00", 0, State.ANSWERED_IN_TIME),
        ("2026-03-03 08:00", 1, State.ANSWERED_IN_TIME),
        ("2026-03-07 10:00", 5, State.ANSWERED_IN_TIME),
        ("2026-03-09 23:59", 5, State.ANSWERED_IN_TIME),
        ("2026-03-10 00:01", 6, State.ANSWERED_LATE),
    ],
)
def test_the_delay_is_the_rank_of_the_first_working_day_on_or_after_the_reply(
    sent: str, delay: int, state: State
) -> None:
    question = incoming("2026-03-02 09:12")
    request = only(decide(question, answer(sent, references=[question.message_id or ""])))

    assert request.first is not None
    assert (request.first.delay, request.state) == (delay, state)


def test_a_reply_dated_before_the_request_counts_as_same_day_and_is_flagged() -> None:
    question = incoming("2026-03-02 09:12")
    request = only(
        decide(question, answer("2026-03-02 06:12", references=[question.message_id or ""]))
    )

    assert request.first is not None
    assert request.first.delay == 0
    assert "negative_delay" in request.findings


def test_a_holding_reply_counts_for_the_rate_and_the_substantive_answer_is_awaited() -> None:
    question = incoming("2026-03-02 09:12")
    holding = answer(
        "2026-03-04 10:00",
        kind=Nature.HOLDING_REPLY,
        references=[question.message_id or ""],
        announced=Announced(on=date(2026, 3, 20), text="d’ici le 20 mars"),
    )
    request = only(decide(question, holding))

    assert request.state is State.ANSWERED_IN_TIME
    assert request.substantive is None
    assert request.follow_up_on == date(2026, 3, 20)


def test_a_holding_reply_without_date_is_to_be_followed_up_within_fifteen_working_days() -> None:
    question = incoming("2026-03-02 09:12")
    holding = answer(
        "2026-03-04 10:00", kind=Nature.HOLDING_REPLY, references=[question.message_id or ""]
    )

    assert only(decide(question, holding)).follow_up_on == date(2026, 3, 25)


def test_the_four_events_of_one_request_are_told_apart() -> None:
    """Acknowledgement by a robot, holding reply, forward to a colleague, full answer (peers, case 6)."""
    question = incoming("2026-03-02 09:12")
    name = question.message_id or ""
    robot = replace(
        answer("2026-03-02 09:13", references=[name]),
        answer=None,
        reading=replace(question.reading, nature=Nature.AUTOMATIC_ACKNOWLEDGEMENT),
    )
    forward = replace(
        answer("2026-03-05 09:00", to=[AGENT], quoted=QUESTION, references=[name]),
        answer=None,
        reading=replace(question.reading, nature=Nature.INTERNAL_FORWARD),
    )
    holding = answer("2026-03-04 10:00", kind=Nature.HOLDING_REPLY, references=[name])
    full = answer("2026-03-18 10:00", references=[name])
    request = only(decide(question, robot, forward, holding, full))

    assert request.first is not None
    assert request.substantive is not None
    assert (request.first.kind, request.first.delay) == (Nature.HOLDING_REPLY, 2)
    assert request.substantive.delay == 12
    assert [link.part for link in request.links] == ["automatic", "answer", "forward", "answer"]


def test_a_referral_is_both_first_and_substantive_answer() -> None:
    question = incoming("2026-03-02 09:12")
    request = only(decide(question, answer("2026-03-03 10:00", kind=Nature.REFERRAL)))

    assert request.substantive == request.first


def test_a_question_back_is_a_first_answer_and_its_complement_opens_nothing() -> None:
    question = incoming("2026-03-02 09:12")
    back = answer(
        "2026-03-03 10:00", kind=Nature.INFORMATION_NEEDED, references=[question.message_id or ""]
    )
    complement = incoming(
        "2026-03-05 11:00",
        "Voici le numéro demandé, est-ce suffisant ?",
        subject="RE: Changement de siège",
        references=[question.message_id or "", back.message_id or ""],
    )
    request = only(decide(question, back, complement))

    assert request.state is State.ANSWERED_IN_TIME
    assert request.substantive is None
    assert [link.part for link in request.links] == ["answer", "complement"]


def test_documents_sent_after_a_question_back_are_its_complement_whatever_their_subject() -> None:
    question = incoming("2026-03-02 09:12")
    back = answer(
        "2026-03-03 10:00", kind=Nature.INFORMATION_NEEDED, references=[question.message_id or ""]
    )
    documents = incoming(
        "2026-03-05 11:00",
        "Ci-joint les statuts.",
        subject="Statuts signés",
        nature=Nature.OUT_OF_SCOPE,
    )

    assert len(decide(question, back, documents).requests) == 1


# --- copies, reminders, new questions -------------------------------------------------------------


def test_the_same_mail_in_three_boxes_is_one_request_and_one_answer_closes_it() -> None:
    others = ("sp-dole@jura.gouv.fr", "pref-courrier@jura.gouv.fr")
    copies = [
        incoming(
            "2026-03-02 09:12",
            message_id="<a@laposte.example>",
            file=f"{box}.eml",
            to=[BOX, *others],
        )
        for box in ("a", "b", "c")
    ]
    found = decide(*copies, answer("2026-03-04 10:00"))

    assert only(found).state is State.ANSWERED_IN_TIME
    assert found.duplicates == 2


def test_three_separate_mails_with_the_same_words_are_one_request() -> None:
    mails = [
        incoming(f"2026-03-02 09:1{n}", to=[box])
        for n, box in enumerate((BOX, "sp-dole@jura.gouv.fr", "prefecture@jura.gouv.fr"))
    ]
    request = only(decide(*mails))

    assert [link.part for link in request.links] == ["copy", "copy"]
    assert set(request.boxes) == {BOX, "sp-dole@jura.gouv.fr", "prefecture@jura.gouv.fr"}


def test_the_same_form_letter_of_two_persons_is_two_requests() -> None:
    assert (
        len(
            decide(
                incoming("2026-03-02 09:12"), incoming("2026-03-02 10:00", sender=OTHER)
            ).requests
        )
        == 2
    )


def test_a_reminder_stays_with_its_request_and_moves_no_date() -> None:
    question = incoming("2026-03-02 09:12")
    reminder = incoming(
        "2026-03-06 09:00",
        "Sauf erreur de ma part je n’ai pas eu de réponse.",
        subject="RELANCE : Changement de siège",
        nature=Nature.REMINDER,
    )
    request = only(
        decide(
            question, reminder, answer("2026-03-09 09:00", references=[reminder.message_id or ""])
        )
    )

    assert request.due_on == date(2026, 3, 9)
    assert request.state is State.ANSWERED_IN_TIME
    assert [link.part for link in request.links] == ["reminder", "answer"]


def test_a_reminder_by_a_new_mail_joins_the_only_request_of_its_writer() -> None:
    reminder = incoming(
        "2026-03-20 09:00",
        "Toujours pas de nouvelles ?",
        subject="sans réponse",
        nature=Nature.REMINDER,
    )

    assert only(decide(incoming("2026-03-02 09:12"), reminder)).links[0].part == "reminder"


def test_a_reminder_without_a_request_opens_one() -> None:
    request = only(decide(incoming("2026-03-06 09:00", nature=Nature.REMINDER)))

    assert (request.nature, request.due_on) == (Nature.REMINDER, date(2026, 3, 13))


def test_a_second_mail_on_the_same_subject_before_any_answer_adds_to_the_request() -> None:
    question = incoming("2026-03-02 09:12")
    more = incoming(
        "2026-03-03 08:00",
        "J’oublie de dire que nous sommes à Dole.",
        subject="RE: Changement de siège",
    )

    assert only(decide(question, more)).links[0].part == "complement"


def test_another_question_on_another_subject_is_another_request() -> None:
    question = incoming("2026-03-02 09:12")
    another = incoming(
        "2026-03-03 08:00", "Quels sont vos horaires pour les permis ?", subject="Horaires"
    )

    assert len(decide(question, another).requests) == 2


def test_a_new_question_in_an_answered_thread_is_a_new_request_and_the_old_one_is_untouched() -> (
    None
):
    question = incoming("2025-10-02 09:12")
    reply = answer("2025-10-03 09:00", references=[question.message_id or ""])
    new = incoming(
        "2026-03-02 09:00",
        "Autre chose : faut-il aussi déclarer notre nouveau président ?",
        subject="RE: RE: Changement de siège",
        references=[question.message_id or "", reply.message_id or ""],
    )
    old, request = decide(question, reply, new).requests

    assert (old.state, old.first is not None) == (State.ANSWERED_IN_TIME, True)
    assert request.due_on == date(2026, 3, 9)
    assert request.state is State.OVERDUE
    assert "follows_closed_request" in request.findings


def test_thanks_open_nothing() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-03 09:00", references=[question.message_id or ""])
    thanks = incoming(
        "2026-03-04 09:00",
        "Merci beaucoup !",
        nature=Nature.THANKS,
        references=[reply.message_id or ""],
    )
    found = decide(question, reply, thanks)

    assert only(found).links[-1].part == "thanks"
    assert found.set_aside == {Nature.THANKS: 1}


# --- finding the request of an answer -------------------------------------------------------------


def test_an_answer_from_a_personal_box_with_the_watched_box_in_copy_answers() -> None:
    question = incoming("2026-03-02 09:12")
    copy = answer(
        "2026-03-04 10:00", cc=[BOX], role=Role.INBOX, references=[question.message_id or ""]
    )

    assert only(decide(question, copy)).state is State.ANSWERED_IN_TIME


def test_an_answer_in_a_new_mail_to_the_same_person_answers() -> None:
    request = only(
        decide(
            incoming("2026-03-02 09:12"), answer("2026-03-04 10:00", subject="Votre association")
        )
    )

    assert request.state is State.ANSWERED_IN_TIME
    assert request.links[0].confidence is Confidence.MEDIUM


def test_an_answer_hung_on_another_citizen_s_thread_answers_its_addressee_alone() -> None:
    first = incoming("2026-03-02 09:12")
    second = incoming(
        "2026-03-02 10:00", "Où en est ma carte grise ?", sender=OTHER, subject="Carte grise"
    )
    reply = answer(
        "2026-03-03 10:00",
        to=[OTHER],
        references=[first.message_id or ""],
        subject="RE: Changement de siège",
    )
    by_person = {request.message_id: request for request in decide(first, second, reply).requests}

    assert by_person[first.message_id].state is State.OVERDUE
    assert by_person[second.message_id].state is State.ANSWERED_IN_TIME


def test_a_stranger_s_in_reply_to_alone_links_nothing() -> None:
    first = incoming("2026-03-02 09:12")
    reply = answer(
        "2026-03-03 10:00", to=["inconnu@example.org"], references=[first.message_id or ""]
    )

    assert only(decide(first, reply)).state is State.OVERDUE


def test_an_answer_to_another_address_that_quotes_the_question_counts_at_low_confidence() -> None:
    first = incoming("2026-03-02 09:12")
    reply = answer(
        "2026-03-03 10:00", to=["o.ferrand@work.example"], quoted=QUESTION, subject="Votre question"
    )
    request = only(decide(first, reply))

    assert request.state is State.ANSWERED_IN_TIME
    assert request.links[0].confidence is Confidence.LOW
    assert "answered_at_another_address" in request.findings


def test_messages_that_refer_to_one_never_seen_are_of_the_same_thread() -> None:
    unseen = "<never-seen@laposte.example>"
    question = incoming("2026-03-02 09:12", references=[unseen], subject="")
    other = incoming("2026-03-02 09:30", "Et quels sont vos horaires ?", subject="Horaires")
    reply = answer("2026-03-03 10:00", references=[unseen], subject="Réponse")
    by_id = {request.message_id: request for request in decide(question, other, reply).requests}

    assert by_id[question.message_id].state is State.ANSWERED_IN_TIME
    assert by_id[other.message_id].state is State.OVERDUE


def test_the_date_that_an_answer_names_chooses_among_two_questions() -> None:
    first = incoming("2026-03-02 09:12", "Quelles pièces pour un permis moto ?", subject="moto")
    second = incoming("2026-03-04 09:12", "Quels horaires le vendredi ?", subject="horaires")
    reply = answer(
        "2026-03-05 10:00",
        "En réponse à votre courriel du 2 mars, voici la liste.",
        subject="Préfecture",
    )
    by_id = {request.message_id: request for request in decide(first, second, reply).requests}

    assert by_id[first.message_id].state is State.ANSWERED_IN_TIME
    assert by_id[second.message_id].first is None


def test_a_file_number_chooses_among_two_questions() -> None:
    first = incoming("2026-03-02 09:12", "Dossier n° 2026-04412, est-il complet ?", subject="")
    second = incoming("2026-03-04 09:12", "Dossier n° 2026-05519, même question.", subject="")
    reply = answer(
        "2026-03-05 10:00", "Votre dossier n° 2026-04412 est complet.", subject="Préfecture"
    )
    by_id = {request.message_id: request for request in decide(first, second, reply).requests}

    assert by_id[first.message_id].first is not None
    assert by_id[second.message_id].first is None


# --- bounces --------------------------------------------------------------------------------------


def test_a_bounced_answer_is_none_and_the_due_date_stays() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", references=[question.message_id or ""])
    request = only(decide(question, reply, bounce("2026-03-04 10:01", of=reply.message_id)))

    assert (request.state, request.due_on) == (State.OVERDUE, date(2026, 3, 9))
    assert request.first is None
    assert request.answers[0].bounced


def test_a_second_answer_after_a_bounce_counts() -> None:
    question = incoming("2026-03-02 09:12")
    lost = answer("2026-03-04 10:00", references=[question.message_id or ""])
    again = answer("2026-03-06 10:00", references=[question.message_id or ""])
    request = only(decide(question, lost, bounce("2026-03-04 10:01", of=lost.message_id), again))

    assert request.first is not None
    assert request.first.delay == 4


@pytest.mark.parametrize(
    "report",
    [
        bounce("2026-03-04 10:01", of="<2026-03-04.1000.reply@jura.gouv.fr>", action="delayed"),
        bounce(
            "2026-03-04 10:01",
            of="<2026-03-04.1000.reply@jura.gouv.fr>",
            recipient="mairie@dole.example",
        ),
        bounce("2026-03-04 10:01", of="<something.else@jura.gouv.fr>"),
    ],
    ids=["delay warning", "copy addressee", "another mail"],
)
def test_a_warning_or_a_failure_for_somebody_else_changes_nothing(report: Fact) -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer(
        "2026-03-04 10:00", references=[question.message_id or ""], cc=["mairie@dole.example"]
    )

    assert only(decide(question, reply, report)).state is State.ANSWERED_IN_TIME


# --- persons, services, exclusions ----------------------------------------------------------------


def test_a_colleague_who_passes_on_a_question_opens_a_request_for_the_citizen() -> None:
    passed_on = incoming(
        "2026-03-02 09:12",
        "Pour attribution.",
        sender=AGENT,
        nature=Nature.INTERNAL,
        answer_due=True,
        correspondent=CITIZEN,
        quoted=QUESTION,
    )
    request = only(decide(passed_on, answer("2026-03-04 10:00")))

    assert request.state is State.ANSWERED_IN_TIME
    assert "passed_on" in request.findings


def test_a_question_passed_on_between_watched_boxes_stays_one_request_and_changes_service() -> None:
    institution = replace(
        JURA,
        boxes=(
            Box(address=BOX, service="Bureau des associations"),
            Box(address="sp-dole@jura.gouv.fr", service="Sous-préfecture de Dole"),
        ),
    )
    question = incoming("2026-03-02 09:12")
    passed_on = incoming(
        "2026-03-03 09:12",
        "Pour attribution.",
        sender=AGENT,
        to=["sp-dole@jura.gouv.fr"],
        nature=Nature.INTERNAL,
        answer_due=True,
        correspondent=CITIZEN,
        quoted=QUESTION,
    )
    request = only(decide(question, passed_on, institution=institution))

    assert request.service == "Sous-préfecture de Dole"
    assert request.due_on == date(2026, 3, 9)
    assert "transferred" in request.findings


@pytest.mark.parametrize("nature", [Nature.COMPLAINT, Nature.SUGGESTION, Nature.OUT_OF_SCOPE])
def test_what_is_no_request_for_information_is_listed_as_excluded(nature: Nature) -> None:
    request = only(decide(incoming("2026-03-02 09:12", nature=nature, reason="recours gracieux")))

    assert request.state is State.EXCLUDED
    assert request.excluded_because


@pytest.mark.parametrize(
    "nature", [Nature.BULK, Nature.SPAM, Nature.AUTOMATIC_REPLY, Nature.CALENDAR_REPLY]
)
def test_what_is_no_request_at_all_is_not_listed(nature: Nature) -> None:
    found = decide(incoming("2026-03-02 09:12", nature=nature))

    assert found.requests == ()
    assert found.set_aside == {nature: 1}


def test_requests_before_the_start_of_observation_are_outside() -> None:
    institution = replace(JURA, observe_from=date(2026, 3, 1))
    request = only(decide(incoming("2026-02-27 09:12"), institution=institution))

    assert request.state is State.EXCLUDED
    assert "01/03/2026" in request.excluded_because


def test_an_answer_by_telephone_that_a_person_vouches_for_counts_and_is_marked() -> None:
    question = incoming("2026-03-02 09:12", message_id="<q@laposte.example>")
    manual = ManualAnswer(
        request="q@laposte.example", on=date(2026, 3, 5), kind="telephone", by="C. V.", note=""
    )
    request = only(decide(question, institution=replace(JURA, manual_answers=(manual,))))

    assert request.first is not None
    assert (request.first.kind, request.first.delay, request.first.declared) == (
        "telephone",
        3,
        True,
    )
    assert request.substantive is not None


def test_a_declared_answer_that_fits_no_request_is_reported() -> None:
    manual = ManualAnswer(
        request="<unknown@x>", on=date(2026, 3, 5), kind="telephone", by="C. V.", note=""
    )
    found = decide(
        incoming("2026-03-02 09:12"), institution=replace(JURA, manual_answers=(manual,))
    )

    assert "<unknown@x>" in found.refused[0].reason


def test_a_quoted_answer_that_was_never_seen_is_listed() -> None:
    question = incoming("2026-03-02 09:12")
    thanks = incoming(
        "2026-03-06 09:00",
        "Merci pour votre réponse.",
        nature=Nature.THANKS,
        quoted="Madame, il faut fournir les statuts et le procès-verbal de l’assemblée générale. Bien à vous.",
        references=["<elsewhere@jura.gouv.fr>"],
        findings=("quotes_ours",),
    )
    found = decide(question, thanks)

    assert [unseen.request for unseen in found.unseen] == [found.requests[0].id]
    assert "probably_answered_unseen" in found.requests[0].findings


def test_a_quoted_answer_that_was_seen_is_not_listed() -> None:
    words = "Madame, il faut fournir les statuts et le procès-verbal de l’assemblée générale. Bien à vous."
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", words, references=[question.message_id or ""])
    thanks = incoming(
        "2026-03-06 09:00", "Merci.", nature=Nature.THANKS, quoted=words, findings=("quotes_ours",)
    )

    assert decide(question, reply, thanks).unseen == ()


# --- less usual -----------------------------------------------------------------------------------


def test_a_message_without_identifier_or_address_is_a_person_of_its_own() -> None:
    bare = replace(
        incoming("2026-03-02 09:12"),
        message_id=None,
        sender="",
        subject="",
        reading=replace(incoming("2026-03-02 09:12").reading, correspondent=""),
    )
    other = replace(bare, key="other", file="inbox/other.eml")
    ids = {request.id for request in decide(bare, other).requests}

    assert ids == {bare.key[:12], "other"}


def test_a_passed_on_question_that_is_not_seen_elsewhere_stands_beside_the_citizen_s_other_one() -> (
    None
):
    other = incoming(
        "2026-03-02 09:12", "Quels sont vos horaires le samedi matin ?", subject="Horaires"
    )
    passed_on = incoming(
        "2026-03-03 09:12",
        "Pour attribution.",
        sender=AGENT,
        subject="TR : Changement de siège",
        nature=Nature.INTERNAL,
        answer_due=True,
        correspondent=CITIZEN,
        quoted=QUESTION,
    )

    assert len(decide(other, passed_on).requests) == 2


def test_thanks_of_somebody_without_a_tie_are_only_counted() -> None:
    question = incoming("2026-03-02 09:12")
    thanks = incoming(
        "2026-03-04 09:00", "Merci !", nature=Nature.THANKS, subject="Merci", sender=CITIZEN
    )

    assert only(decide(question, thanks)).links == ()


def test_an_answer_long_before_or_long_after_a_question_is_not_its_answer() -> None:
    question = incoming("2026-03-02 09:12")
    early = answer("2026-02-02 10:00", subject="Autre chose")
    late = answer("2026-12-24 10:00", subject="Vœux de fin d’année")

    assert only(decide(early, question, late)).first is None


def test_an_internal_forward_that_quotes_nothing_known_leaves_no_trace() -> None:
    forward = replace(
        answer("2026-03-03 09:00", to=[AGENT], quoted="Tout autre chose, sans rapport avec elle."),
        answer=None,
        reading=replace(incoming("2026-03-02 09:12").reading, nature=Nature.INTERNAL_FORWARD),
    )
    hung = replace(
        forward, references=("<2026-03-02.0912.odile.ferrand@laposte.example>",), key="h"
    )
    request = only(decide(incoming("2026-03-02 09:12"), forward, hung))

    assert [link.part for link in request.links] == ["forward"]


def test_an_internal_forward_of_a_few_common_words_is_no_forward_of_the_question() -> None:
    words = QUESTION.split()
    forwards = [
        replace(
            answer(
                "2026-03-03 09:00",
                to=[AGENT],
                quoted=" ".join(words[at : at + 7]),
                file=f"{at}.eml",
            ),
            answer=None,
            reading=replace(incoming("2026-03-02 09:12").reading, nature=Nature.INTERNAL_FORWARD),
            message_id=f"<{at}@jura.gouv.fr>",
            subject="",
        )
        for at in range(len(words) - 7)
    ]

    assert only(decide(incoming("2026-03-02 09:12"), *forwards)).links == ()


@pytest.mark.parametrize(
    ("when", "to", "traces"),
    [
        ("2026-03-02 09:13", [OTHER, CITIZEN], 1),
        ("2026-03-02 09:13", [OTHER], 0),
        ("2026-03-02 11:13", [CITIZEN], 0),
        ("2026-03-02 09:11", [CITIZEN], 0),
    ],
)
def test_an_automatic_message_without_a_tie_belongs_to_what_it_followed_at_once(
    when: str, to: list[str], traces: int
) -> None:
    robot = replace(
        answer(when, to=to, subject="Accusé de réception"),
        message_id=None,
        answer=None,
        reading=replace(
            incoming("2026-03-02 09:12").reading, nature=Nature.AUTOMATIC_ACKNOWLEDGEMENT
        ),
    )

    links = only(decide(incoming("2026-03-02 09:12"), robot)).links

    assert [link.part for link in links] == ["automatic"] * traces


def test_an_answer_without_a_tie_to_one_of_two_waiting_questions_is_for_review() -> None:
    first = incoming("2026-03-02 09:12", "Quelles pièces pour un permis moto ?", subject="moto")
    second = incoming("2026-03-04 09:12", "Quels horaires le vendredi ?", subject="horaires")
    found = decide(first, second, answer("2026-03-05 10:00", "Bonjour, oui.", subject="Préfecture"))
    confidences = [link.confidence for request in found.requests for link in request.links]

    assert confidences == [Confidence.LOW]


def test_one_answer_that_quotes_two_questions_answers_both() -> None:
    other = "Et par ailleurs, pourriez-vous me dire si le bureau des élections est ouvert le samedi matin ?"
    first = incoming("2026-03-02 09:12")
    second = incoming("2026-03-04 09:12", other, subject="horaires")
    reply = answer(
        "2026-03-05 10:00", quoted=f"{QUESTION}\n\n{other}", subject="Vos deux questions"
    )

    assert [request.state for request in decide(first, second, reply).requests] == [
        State.ANSWERED_IN_TIME
    ] * 2


def test_one_answer_that_refers_to_two_mails_answers_both() -> None:
    first = incoming(
        "2026-03-02 09:12", "Quel agrément pour piéger les ragondins ?", subject="Piégeage"
    )
    second = incoming("2026-03-04 09:12", "Dois-je déclarer une coupe de bois ?", subject="Coupe")
    reply = answer(
        "2026-03-05 10:00",
        subject="RE: Coupe",
        references=[first.message_id or "", second.message_id or ""],
    )

    assert [request.state for request in decide(first, second, reply).requests] == [
        State.ANSWERED_IN_TIME
    ] * 2


def test_one_answer_that_names_the_days_of_two_mails_answers_both() -> None:
    first = incoming(
        "2026-03-02 09:12", "Quel agrément pour piéger les ragondins ?", subject="Piégeage"
    )
    second = incoming("2026-03-04 09:12", "Dois-je déclarer une coupe de bois ?", subject="Coupe")
    reply = answer(
        "2026-03-05 10:00", "Réponse à vos messages des 2 et 4 mars : oui et non.", subject="Forêt"
    )

    assert [request.state for request in decide(first, second, reply).requests] == [
        State.ANSWERED_IN_TIME
    ] * 2


@pytest.mark.parametrize(("again", "requests"), [("2026-03-05 09:00", 1), ("2026-03-05 18:00", 2)])
def test_the_same_words_within_a_day_of_the_answer_crossed_it_and_later_ask_again(
    again: str, requests: int
) -> None:
    found = decide(incoming("2026-03-02 09:12"), answer("2026-03-04 10:00"), incoming(again))

    assert len(found.requests) == requests
    assert found.duplicates == 0


def test_names_whose_hashes_meet_are_told_apart_by_the_facts_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ordering, "_number", lambda _name: 1)
    found = decide(
        incoming("2026-03-02 09:12", message_id="<a@laposte.example>"),
        incoming("2026-03-02 09:15", message_id="<b@laposte.example>", sender=OTHER),
        incoming("2026-03-02 09:20", message_id="<a@laposte.example>", file="inbox/copy.eml"),
    )

    assert len(found.requests) == 2
    assert found.duplicates == 1


def test_a_robot_s_constant_identifier_makes_no_two_questions_one() -> None:
    forms = [
        incoming(
            f"2026-03-0{day} 09:12",
            text,
            sender="robot@jura.gouv.fr",
            correspondent=CITIZEN,
            message_id="<form@robot>",
            subject="Formulaire",
            file=f"{day}.eml",
        )
        for day, text in ((2, QUESTION), (4, "Les mineurs peuvent-ils être membres du bureau ?"))
    ]

    assert len(decide(*forms).requests) == 2


def test_an_empty_mail_with_a_document_after_a_question_back_is_its_complement() -> None:
    question = incoming("2026-03-02 09:12")
    back = answer(
        "2026-03-03 10:00", kind=Nature.INFORMATION_NEEDED, references=[question.message_id or ""]
    )
    document = incoming("2026-03-05 11:00", "", subject="statuts demandés")
    document = replace(document, reading=replace(document.reading, confidence=Confidence.LOW))

    assert len(decide(question, back, document).requests) == 1


def test_an_answer_prefers_a_question_to_a_file_that_was_only_deposited() -> None:
    question = incoming("2026-03-02 09:12")
    deposit = incoming(
        "2026-03-03 09:12", "Ci-joint mon dossier.", subject="Dossier", nature=Nature.OUT_OF_SCOPE
    )
    by_id = {
        r.message_id: r
        for r in decide(
            question, deposit, answer("2026-03-04 10:00", subject="Préfecture")
        ).requests
    }

    assert by_id[question.message_id].state is State.ANSWERED_IN_TIME


def test_a_closed_request_is_not_answered_again_at_a_stranger_s_address() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-03 10:00", references=[question.message_id or ""])
    elsewhere = answer("2026-03-04 10:00", to=["x@work.example"], quoted=QUESTION, subject="Copie")

    assert len(only(decide(question, reply, elsewhere)).answers) == 1


@pytest.mark.parametrize(
    ("findings", "correspondent", "state"),
    [
        ((), CITIZEN, State.OVERDUE),
        ((), "", State.OVERDUE),
        ((), "mairie@dole.example", State.ANSWERED_IN_TIME),
        (("delay_warning",), CITIZEN, State.ANSWERED_IN_TIME),
    ],
    ids=["names the citizen", "names nobody", "names somebody else", "only warns"],
)
def test_a_bounce_without_report_parts_counts_by_the_recipient_it_names(
    findings: tuple[str, ...], correspondent: str, state: State
) -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", references=[question.message_id or ""])
    flattened = replace(
        bounce("2026-03-04 10:01"),
        report=None,
        references=(reply.message_id or "",),
        findings=findings,
        reading=replace(bounce("2026-03-04 10:01").reading, correspondent=correspondent),
    )

    assert only(decide(question, reply, flattened)).state is state


def test_a_bounce_that_names_no_message_is_matched_by_its_recipient_and_its_time() -> None:
    question = incoming("2026-03-02 09:12")
    reply = replace(
        answer("2026-03-04 10:00", references=[question.message_id or ""]), message_id=None
    )
    report = bounce("2026-03-04 10:01")

    assert only(decide(question, reply, report)).state is State.OVERDUE
    assert only(decide(question, reply, bounce("2026-03-24 10:01"))).state is State.ANSWERED_IN_TIME


def test_a_bounce_of_an_answer_linked_by_its_words_is_judged_by_its_own_addressees() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer(
        "2026-03-03 10:00", to=["o.ferrand@work.example"], quoted=QUESTION, subject="Votre question"
    )
    report = bounce("2026-03-03 10:01", recipient="o.ferrand@work.example")

    assert only(decide(question, reply, report)).state is State.OVERDUE


def test_an_unseen_answer_to_an_unknown_person_is_listed_without_request() -> None:
    thanks = incoming("2026-03-06 09:00", "Merci.", nature=Nature.THANKS, findings=("quotes_ours",))

    assert [unseen.request for unseen in decide(thanks).unseen] == [""]


def test_an_answer_that_is_named_by_its_identifier_was_seen() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", references=[question.message_id or ""])
    thanks = incoming(
        "2026-03-06 09:00",
        "Merci.",
        nature=Nature.THANKS,
        findings=("quotes_ours",),
        references=[reply.message_id or ""],
    )

    assert decide(question, reply, thanks).unseen == ()


# --- letters --------------------------------------------------------------------------------------


def letter(
    received: date, answered: date | None = None, reference: str = "C-2026-0117", writer: str = ""
) -> Letter:
    return Letter(
        file="lettres.csv",
        line=2,
        reference=reference,
        received_on=received,
        service="Cabinet",
        answered_on=answered,
        kind=Nature.REPLY,
        note="",
        correspondent=writer,
    )


def test_a_letter_has_ten_working_days() -> None:
    request = only(decide(letters=(letter(date(2026, 3, 2), date(2026, 3, 16)),)))

    assert (request.channel, request.due_on) == (Channel.LETTER, date(2026, 3, 16))
    assert request.state is State.ANSWERED_IN_TIME
    assert request.first is not None
    assert request.first.delay == 10


def test_a_letter_answered_by_a_mail_that_names_it_counts_on_the_letter_s_delay() -> None:
    reply = answer(
        "2026-03-12 10:00", "Suite à votre courrier, dossier n° C-2026-0117, voici notre réponse."
    )
    request = only(decide(reply, letters=(letter(date(2026, 3, 2)),)))

    assert request.state is State.ANSWERED_IN_TIME
    assert request.first is not None
    assert request.first.delay == 8


def test_a_letter_answered_by_a_mail_to_its_writer_counts_too_and_not_before_it_came() -> None:
    reply = answer("2026-03-12 10:00", "Voici notre réponse.", subject="Votre courrier")
    found = decide(reply, letters=(letter(date(2026, 3, 2), writer=CITIZEN),))
    early = decide(reply, letters=(letter(date(2026, 3, 13), writer=CITIZEN),))

    assert only(found).state is State.ANSWERED_IN_TIME
    assert only(early).first is None


def test_letters_that_share_a_reference_are_told_apart_by_their_line() -> None:
    twice = (
        replace(letter(date(2026, 3, 2)), repeated=True),
        replace(letter(date(2026, 3, 3)), line=3, repeated=True),
    )

    assert [r.id for r in decide(letters=twice).requests] == [
        "C-2026-0117 (ligne 2)",
        "C-2026-0117 (ligne 3)",
    ]


def test_an_answer_by_telephone_to_a_letter_is_declared_by_its_reference() -> None:
    manual = ManualAnswer(
        request="c-2026-0117", on=date(2026, 3, 5), kind="guichet", by="C. V.", note=""
    )
    request = only(
        decide(
            letters=(letter(date(2026, 3, 2)),), institution=replace(JURA, manual_answers=(manual,))
        )
    )

    assert request.first is not None
    assert request.first.kind == "guichet"


# --- a pure function of the set -------------------------------------------------------------------

MAILBOX = [
    incoming("2026-03-02 09:12"),
    incoming("2026-03-02 09:14", to=["sp-dole@jura.gouv.fr"]),
    incoming("2026-03-05 09:12", "Toujours rien ?", nature=Nature.REMINDER, subject="relance"),
    incoming(
        "2026-03-03 09:12",
        "Carte grise : où en est mon dossier ?",
        sender=OTHER,
        subject="Carte grise",
    ),
    answer(
        "2026-03-03 08:00", to=[OTHER], references=["<2026-03-03.0912.karim.haddad@orange.example>"]
    ),
    answer("2026-03-06 10:00", kind=Nature.HOLDING_REPLY, quoted=QUESTION, subject="Préfecture"),
    bounce("2026-03-06 10:01", of="<2026-03-06.1000.reply@jura.gouv.fr>"),
    answer("2026-03-09 10:00", references=["<2026-03-02.0912.odile.ferrand@laposte.example>"]),
    incoming(
        "2026-03-12 09:12",
        "Autre question, et pour le président ?",
        subject="RE: Changement de siège",
    ),
    incoming(
        "2026-03-13 09:12", "Je me plains de l’accueil.", nature=Nature.COMPLAINT, sender=OTHER
    ),
    answer("2026-03-16 10:00", role=Role.INBOX, cc=[BOX], subject="RE: Changement de siège"),
    answer("2026-03-16 10:00", subject="RE: Changement de siège", file="sent/other-copy.eml"),
]


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False))
def test_requests_do_not_depend_on_the_order_in_which_facts_come(order: random.Random) -> None:
    shuffled = MAILBOX[:]
    order.shuffle(shuffled)

    assert decide(*shuffled) == decide(*MAILBOX)


def test_a_message_delivered_twice_changes_no_request() -> None:
    again = [replace(fact, key=f"{fact.key}-again", file=f"{fact.file}-again") for fact in MAILBOX]

    assert decide(*MAILBOX, *again).requests == decide(*MAILBOX).requests


def test_few_facts_are_decided_alike_unpacked() -> None:
    short = ordering.ShortDocket.of(MAILBOX, desk().zone)

    assert [*short] == MAILBOX
    assert triage(short, (), desk(), TODAY) == decide(*MAILBOX)


@pytest.mark.parametrize("day", [1, 9, 10, 20])
def test_a_decided_request_stands_on_another_day_as_if_it_were_decided_then(day: int) -> None:
    first, other = (date(2026, 3, 9), date(2026, 3, day))

    moved = [stand_on(request, other) for request in decide(*MAILBOX, today=first).requests]

    assert moved == [*decide(*MAILBOX, today=other).requests]


def test_an_answer_is_returned_by_a_recipient_outside_not_by_a_box_in_copy() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-06 10:00", cc=[BOX])

    copied = decide(question, reply, bounce("2026-03-06 10:01", recipient=BOX))
    returned = decide(question, reply, bounce("2026-03-06 10:01", recipient=CITIZEN))

    assert only(copied).state is State.ANSWERED_IN_TIME
    assert only(returned).state is State.OVERDUE
