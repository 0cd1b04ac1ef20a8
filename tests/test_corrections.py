"""What persons set right stands before what was decided: nature, link, service, exclusion, note."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.labels import CORRECTIONS
from mailwatch.model import (
    Confidence,
    Correction,
    CorrectionKind,
    Fact,
    Institution,
    Letter,
    ManualAnswer,
    Nature,
    Outcome,
    Request,
    Role,
    State,
)
from mailwatch.ordering import Docket, ShortDocket
from mailwatch.triage import Triage, triage
from tests.facts import (
    AGENT,
    CITIZEN,
    JURA,
    PARIS,
    QUESTION,
    answer,
    bounce,
    desk,
    incoming,
)
from tests.registers import MANNED, OTHER_BOX, mailboxes, written

TODAY = date(2026, 4, 20)
OTHER = "karim.haddad@orange.example"
SPOUSE = "jean.ferrand@laposte.example"
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
KNOWN = "<2026-03-02.0912.odile.ferrand@laposte.example>"
"""The identifier of the only message of some tests."""
NATURE, LINK, SERVICE, EXCLUSION, NOTE = CorrectionKind


def said(
    kind: CorrectionKind,
    target: Fact | Request | str,
    value: str,
    reason: str = "relu avec l’agent",
    hours: int = 0,
) -> Correction:
    """What the quality officer decided at noon, or some hours later."""
    if isinstance(target, Fact):
        name = target.message_id or target.key
    else:
        name = target.id if isinstance(target, Request) else target
    return Correction(
        kind=kind,
        target=name,
        value=value,
        author="Hélène Prost, référente qualité",
        reason=reason,
        at=NOON + timedelta(hours=hours),
    )


def decide(
    facts: list[Fact],
    *corrections: Correction,
    letters: tuple[Letter, ...] = (),
    institution: Institution = JURA,
    today: date = TODAY,
) -> Triage:
    return triage(facts, letters, desk(institution), today, corrections)


def only(found: Triage) -> Request:
    assert found.refused == ()
    (request,) = found.requests
    return request


def by_message(found: Triage) -> dict[str | None, Request]:
    return {request.message_id: request for request in found.requests}


def opened(fact: Fact) -> Request:
    """The request that a message opens by itself."""
    return only(decide([fact]))


def parts(request: Request) -> list[tuple[str, str | None]]:
    return [(link.part, link.message_id) for link in request.links]


# --- nature ---------------------------------------------------------------------------------------


def test_a_thanks_read_again_as_a_request_opens_one_that_says_it_was_corrected() -> None:
    thanks = incoming("2026-03-02 09:12", "Merci, mais…", nature=Nature.THANKS)

    assert decide([thanks]).requests == ()
    request = only(decide([thanks], said(NATURE, thanks, "request")))

    assert request.nature is Nature.REQUEST
    assert request.state is State.OVERDUE
    assert request.confidence is Confidence.HIGH
    assert request.corrected == (NATURE,)


def test_a_request_read_again_as_spam_is_none_and_what_was_decided_stays_in_sight() -> None:
    question = incoming("2026-03-02 09:12")
    correction = said(NATURE, question, "spam")
    found = decide([question], correction)

    assert found.requests == ()
    assert found.set_aside == {Nature.SPAM: 1}
    assert [(ruling.correction, ruling.on, ruling.request) for ruling in found.rulings] == [
        (correction, date(2026, 3, 2), "")
    ]


def test_a_request_read_again_as_out_of_scope_is_excluded_for_the_reason_given() -> None:
    question = incoming("2026-03-02 09:12")
    request = only(
        decide([question], said(NATURE, question, "out_of_scope", reason="recours gracieux"))
    )

    assert (request.state, request.excluded_because) == (State.EXCLUDED, "recours gracieux")


def test_a_request_read_again_as_a_complaint_is_followed_apart() -> None:
    question = incoming("2026-03-02 09:12")

    assert only(decide([question], said(NATURE, question, "complaint"))).excluded_because == (
        "réclamation : suivie à part"
    )


def test_a_holding_reply_read_again_as_a_reply_ends_the_request() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer(
        "2026-03-04 10:00", kind=Nature.HOLDING_REPLY, references=[question.message_id or ""]
    )

    before = only(decide([question, reply]))
    after = only(decide([question, reply], said(NATURE, reply, "reply")))

    assert before.substantive is None
    assert after.substantive is not None
    assert after.corrected == (NATURE,)


def test_an_answer_read_again_as_automatic_answers_nobody() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", references=[question.message_id or ""])
    request = only(decide([question, reply], said(NATURE, reply, "automatic_acknowledgement")))

    assert (request.state, request.answers) == (State.OVERDUE, ())
    assert parts(request) == [("automatic", reply.message_id)]


def test_what_was_not_known_for_an_answer_becomes_one_whose_mentions_nobody_can_verify() -> None:
    question = incoming("2026-03-02 09:12")
    sent = replace(answer("2026-03-04 10:00", references=[question.message_id or ""]), answer=None)
    sent = replace(sent, reading=replace(sent.reading, nature=Nature.AUTOMATIC_ACKNOWLEDGEMENT))
    request = only(decide([question, sent], said(NATURE, sent, "reply")))

    assert request.state is State.ANSWERED_IN_TIME
    assert request.first is not None
    assert request.first.mentions is not None
    assert request.first.mentions.author.outcome is Outcome.UNVERIFIABLE


def test_internal_mail_read_again_as_a_request_is_one_that_a_colleague_passed_on() -> None:
    question = incoming("2026-03-02 09:12")
    relayed = incoming(
        "2026-03-03 09:12",
        "Pour attribution",
        sender=AGENT,
        nature=Nature.INTERNAL,
        quoted=QUESTION,
        to=[OTHER_BOX],
    )
    correction = said(NATURE, relayed, "request")

    alone = only(decide([relayed], correction, institution=MANNED))
    together = only(decide([question, relayed], correction, institution=MANNED))

    assert (alone.findings, alone.corrected) == (("passed_on",), (NATURE,))
    assert parts(together) == [("forward", relayed.message_id)]
    assert together.service == "Sous-préfecture de Dole"


def test_internal_mail_that_passes_nothing_on_may_be_a_request_of_its_own() -> None:
    note = incoming("2026-03-03 09:12", sender=AGENT, nature=Nature.INTERNAL)

    assert only(decide([note], said(NATURE, note, "request"))).nature is Nature.REQUEST


def test_a_passed_on_question_read_again_as_internal_mail_calls_for_no_answer() -> None:
    relayed = incoming(
        "2026-03-03 09:12", sender=AGENT, nature=Nature.INTERNAL, answer_due=True, quoted=QUESTION
    )

    assert only(decide([relayed])).state is State.OVERDUE
    assert decide([relayed], said(NATURE, relayed, "internal")).requests == ()


def test_a_citizen_s_mail_that_lay_among_the_sent_can_be_the_request_it_is() -> None:
    moved = replace(incoming("2026-03-02 09:12"), role=Role.SENT)

    assert decide([moved]).requests == ()
    assert only(decide([moved], said(NATURE, moved, "request"))).state is State.OVERDUE


def test_every_copy_of_the_message_is_read_again_whichever_is_named() -> None:
    question = incoming("2026-03-02 09:12", nature=Nature.BULK)
    copy = replace(
        question, key="k-copy", file="inbox/copy.eml", at=question.at + timedelta(minutes=1)
    )

    for name in (question.key, copy.key, question.message_id or ""):
        found = decide([question, copy], said(NATURE, name, "request"))
        assert [request.file for request in found.requests] == [question.file]
        assert found.duplicates == 1


@pytest.mark.parametrize(
    "name", ["k<m@x.example>", "<M@x.example>", " m@x.example ", "f981f2015420"]
)
def test_a_message_is_known_by_its_key_its_identifier_or_the_request_it_opens(name: str) -> None:
    question = incoming("2026-03-02 09:12", message_id="<m@x.example>")
    assert opened(question).id == "f981f2015420"

    assert decide([question], said(NATURE, name, "thanks")).requests == ()


def test_two_messages_of_a_robot_s_constant_identifier_are_told_apart_by_their_keys() -> None:
    forms = [
        incoming(
            f"2026-03-0{day} 09:12", text, sender="robot@jura.gouv.fr", correspondent=CITIZEN,
            message_id="<form@robot>", subject="Formulaire", file=f"{day}.eml",
        )
        for day, text in ((2, QUESTION), (4, "Les mineurs peuvent-ils être membres du bureau ?"))
    ]  # fmt: skip
    by_identifier = decide(forms, said(NATURE, "<form@robot>", "spam"))
    by_key = decide(forms, said(NATURE, forms[1].key, "spam"))
    by_id = decide(forms, said(NATURE, by_identifier.requests[0], "spam"))

    assert len(by_identifier.requests) == 2
    assert "désignez le bon par sa clé" in by_identifier.refused[0].reason
    assert [request.file for request in by_key.requests] == ["2.eml"]
    assert [request.file for request in by_id.requests] == ["4.eml"]


# --- link -----------------------------------------------------------------------------------------


def two_questions() -> tuple[Fact, Fact]:
    return (
        incoming("2026-03-02 09:12", "Quel agrément pour piéger les ragondins ?", subject="Piège"),
        incoming("2026-03-04 09:12", "Dois-je déclarer une coupe de bois ?", subject="Coupe"),
    )


def test_an_answer_put_with_another_request_answers_that_one_alone() -> None:
    first, second = two_questions()
    reply = answer("2026-03-05 10:00", references=[second.message_id or ""])
    found = by_message(decide([first, second, reply], said(LINK, reply, opened(first).id)))

    answered, waiting = found[first.message_id], found[second.message_id]
    assert answered.state is State.ANSWERED_IN_TIME
    assert answered.corrected == (LINK,)
    assert [(link.evidence, link.confidence) for link in answered.links] == [
        (("corrected",), Confidence.HIGH)
    ]
    assert (waiting.state, waiting.links, waiting.corrected) == (State.OVERDUE, (), ())


def test_an_answer_put_with_no_request_answers_nobody() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-05 10:00", references=[question.message_id or ""])
    found = decide([question, reply], said(LINK, reply, "none"))

    assert only(found).answers == ()
    assert [ruling.request for ruling in found.rulings] == [""]


def test_an_answer_to_an_address_nobody_knew_answers_the_request_it_is_put_with() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", to=[SPOUSE], subject="Votre dossier")
    request = only(decide([question, reply], said(LINK, reply, question.message_id or "")))

    assert request.state is State.ANSWERED_IN_TIME
    assert request.confidence is Confidence.HIGH


def test_a_reminder_put_with_no_request_opens_one_of_its_own() -> None:
    question = incoming("2026-03-02 09:12")
    reminder = incoming(
        "2026-03-05 09:12", "Toujours rien ?", nature=Nature.REMINDER, subject="relance"
    )

    assert len(decide([question, reminder]).requests) == 1
    for alone in ("none", opened(reminder).id):
        found = decide([question, reminder], said(LINK, reminder, alone))
        assert [request.message_id for request in found.requests] == [
            question.message_id,
            reminder.message_id,
        ]
        assert found.requests[1].corrected == (LINK,)


def test_a_question_put_with_a_request_opens_none_and_its_writer_is_answered_there() -> None:
    question = incoming("2026-03-02 09:12")
    spouse = incoming("2026-03-03 09:12", "Et pour le président ?", sender=SPOUSE, subject="Bureau")
    reply = answer("2026-03-05 10:00", to=[SPOUSE], subject="Préfecture")
    request = only(decide([question, spouse, reply], said(LINK, spouse, opened(question).id)))

    assert parts(request) == [("complement", spouse.message_id), ("answer", reply.message_id)]
    assert request.state is State.ANSWERED_IN_TIME


def test_a_reminder_from_elsewhere_stays_a_reminder_where_it_is_put() -> None:
    question = incoming("2026-03-02 09:12")
    reminder = incoming(
        "2026-03-05 09:12", "Toujours rien ?", nature=Nature.REMINDER, sender=SPOUSE, subject="?"
    )
    again = incoming("2026-03-06 09:12", "Alors ?", nature=Nature.REMINDER)
    corrections = [said(LINK, fact, opened(question).id) for fact in (reminder, again)]

    assert parts(only(decide([question, reminder, again], *corrections))) == [
        ("reminder", reminder.message_id),
        ("reminder", again.message_id),
    ]


@pytest.mark.parametrize(
    ("nature", "part"),
    [
        (Nature.THANKS, "thanks"),
        (Nature.INTERNAL, "forward"),
        (Nature.SPAM, "automatic"),
        (Nature.OUT_OF_OFFICE, "automatic"),
    ],
)
def test_what_asks_nothing_leaves_its_trace_where_it_is_put_and_is_counted_apart(
    nature: Nature, part: str
) -> None:
    question = incoming("2026-03-02 09:12")
    other = incoming("2026-03-05 09:12", "Bien reçu.", nature=nature, sender=OTHER)
    found = decide([question, other], said(LINK, other, opened(question).id))

    assert parts(only(found)) == [(part, other.message_id)]
    assert found.set_aside == {nature: 1}


def test_what_asks_nothing_and_is_put_with_no_request_is_counted_apart() -> None:
    question = incoming("2026-03-02 09:12")
    thanks = incoming(
        "2026-03-05 09:12", "Merci.", nature=Nature.THANKS, references=[question.message_id or ""]
    )
    found = decide([question, thanks], said(LINK, thanks, "none"))

    assert only(found).links == ()
    assert found.set_aside == {Nature.THANKS: 1}


def test_a_passed_on_question_moves_the_request_it_is_put_with() -> None:
    question = incoming("2026-03-02 09:12")
    relayed = incoming(
        "2026-03-03 09:12", "Pour vous ?", sender=AGENT, nature=Nature.INTERNAL, answer_due=True,
        to=[OTHER_BOX],
    )  # fmt: skip
    request = only(
        decide([question, relayed], said(LINK, relayed, opened(question).id), institution=MANNED)
    )

    assert (request.service, request.findings) == ("Sous-préfecture de Dole", ("transferred",))


def test_what_we_sent_leaves_its_trace_where_it_is_put() -> None:
    question = incoming("2026-03-02 09:12")
    sent = answer("2026-03-04 10:00", to=[OTHER_BOX])
    forward, robot = (
        replace(
            sent,
            key=nature,
            message_id=f"<{nature}@jura.gouv.fr>",
            answer=None,
            reading=replace(sent.reading, nature=nature),
        )
        for nature in (Nature.INTERNAL_FORWARD, Nature.AUTOMATIC_ACKNOWLEDGEMENT)
    )
    corrections = [said(LINK, fact, opened(question).id) for fact in (forward, robot)]
    found = decide([question, forward, robot], *corrections, institution=MANNED)
    gone = decide(
        [question, forward, robot],
        *(said(LINK, fact, "none") for fact in (forward, robot)),
        institution=MANNED,
    )

    assert parts(only(found)) == [
        ("automatic", robot.message_id),
        ("forward", forward.message_id),
    ] or parts(only(found)) == [("forward", forward.message_id), ("automatic", robot.message_id)]
    assert only(found).service == "Sous-préfecture de Dole"
    assert only(gone).links == ()
    assert gone.set_aside == {}


def test_a_report_that_names_nobody_opens_again_the_request_it_is_put_with() -> None:
    question = incoming("2026-03-02 09:12")
    holding = answer("2026-03-03 10:00", kind=Nature.HOLDING_REPLY)
    reply = answer("2026-03-04 10:00")
    report = bounce("2026-03-04 10:01", recipient="x@x.example")
    request = only(
        decide([question, holding, reply, report], said(LINK, report, opened(question).id))
    )

    assert [given.bounced for given in request.answers] == [False, True]
    assert parts(request)[-1] == ("bounce", report.message_id)


def test_a_report_put_with_a_request_without_answers_or_that_only_warns_loses_none() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00")
    report = bounce("2026-03-04 10:01", recipient="x@x.example")
    warning = bounce("2026-03-04 10:01", action="delayed")
    where = opened(question).id

    assert only(decide([question, report], said(LINK, report, where))).answers == ()
    warned = only(decide([question, reply, warning], said(LINK, warning, where)))
    assert warned.state is State.ANSWERED_IN_TIME


def test_a_report_put_with_no_request_returns_nothing() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00")
    report = bounce("2026-03-04 10:01", of=reply.message_id)

    assert only(decide([question, reply, report])).state is State.OVERDUE
    request = only(decide([question, reply, report], said(LINK, report, "none")))
    assert request.state is State.ANSWERED_IN_TIME


def test_an_answer_whose_clock_ran_early_waits_for_the_request_it_is_put_with() -> None:
    question = incoming("2026-03-06 09:12")
    reply = answer("2026-03-02 10:00", to=[SPOUSE], subject="Préfecture")
    request = only(decide([question, reply], said(LINK, reply, opened(question).id)))

    assert (request.state, request.findings) == (State.ANSWERED_IN_TIME, ("negative_delay",))


def test_links_are_followed_through_messages_that_were_put_elsewhere_since() -> None:
    first, second = two_questions()
    third = incoming("2026-03-01 09:12", "Et les renards ?", sender=OTHER, subject="Renards")
    request = only(
        decide(
            [first, second, third],
            said(LINK, third, opened(second).id),
            said(LINK, second, opened(first).id),
        )
    )

    assert parts(request) == [
        ("complement", second.message_id),
        ("complement", third.message_id),
    ]


def test_messages_put_with_each_other_are_decided_as_one_and_the_loop_is_told() -> None:
    first, second = two_questions()
    found = decide(
        [first, second],
        said(LINK, first, opened(second).id),
        said(LINK, second, opened(first).id),
    )

    (request,) = found.requests
    assert (request.message_id, request.corrected) == (first.message_id, (LINK,))
    (refused,) = found.refused
    assert refused.reason.startswith(f"rectification (rattachement) de « {first.message_id} »")
    assert refused.reason.endswith(f" : « {opened(second).id} » n’est plus une demande")


def test_what_was_put_with_a_message_of_no_request_is_decided_by_itself() -> None:
    spam = incoming("2026-03-02 09:12", nature=Nature.SPAM, sender=OTHER)
    questions = two_questions()
    corrections = [said(LINK, question, spam.message_id or "") for question in questions]
    found = decide([spam, *questions], *corrections)

    assert len(found.requests) == 2
    assert len(found.refused) == 2
    assert found.rulings == ()


# --- letters --------------------------------------------------------------------------------------


def letter(reference: str = "C-2026-0117", line: int = 2, *, repeated: bool = False) -> Letter:
    return Letter(
        file="lettres.csv",
        line=line,
        reference=reference,
        received_on=date(2026, 3, 2),
        service="Cabinet",
        answered_on=None,
        kind="",
        note="",
        repeated=repeated,
    )


def test_mail_put_with_a_letter_answers_and_reminds_there() -> None:
    reminder = incoming("2026-03-05 09:12", "Ma lettre ?", nature=Nature.REMINDER)
    reply = answer("2026-03-06 10:00", "Voici notre réponse.", to=[OTHER], subject="Préfecture")
    found = decide(
        [reminder, reply],
        said(LINK, reminder, "C-2026-0117"),
        said(LINK, reply, "c-2026-0117"),
        letters=(letter(),),
    )
    request = only(found)

    assert request.state is State.ANSWERED_IN_TIME
    assert parts(request) == [("reminder", reminder.message_id), ("answer", reply.message_id)]
    assert request.corrected == (LINK,)


def test_letters_that_share_a_reference_are_corrected_by_their_line() -> None:
    twice = (letter(repeated=True), letter(line=3, repeated=True))
    found = decide([], said(SERVICE, "C-2026-0117 (ligne 3)", "DDT"), letters=twice)

    assert [request.service for request in found.requests] == ["Cabinet", "DDT"]


# --- service, exclusion, note ---------------------------------------------------------------------


def test_a_request_is_given_to_the_service_that_a_person_names() -> None:
    question = incoming("2026-03-02 09:12")
    request = only(decide([question], said(SERVICE, opened(question), "Bureau des élections")))

    assert (request.service, request.corrected) == ("Bureau des élections", (SERVICE,))


@pytest.mark.parametrize(
    ("reason", "shown"), [("doublon d’un appel", "doublon d’un appel"), ("", "exclue par décision")]
)
def test_an_excluded_request_says_why(reason: str, shown: str) -> None:
    question = incoming("2026-03-02 09:12")
    request = only(decide([question], said(EXCLUSION, opened(question), "excluded", reason=reason)))

    assert (request.state, request.excluded_because) == (State.EXCLUDED, shown)
    assert request.corrected == (EXCLUSION,)


def test_an_excluded_request_counts_after_all_when_a_person_says_so() -> None:
    question = incoming("2026-03-02 09:12", nature=Nature.OUT_OF_SCOPE, reason="facture")
    old = replace(JURA, observe_from=date(2026, 3, 10))
    counted = said(EXCLUSION, opened(question), "counted")

    for institution in (JURA, old):
        request = only(decide([question], counted, institution=institution))
        assert (request.state, request.excluded_because) == (State.OVERDUE, "")


def test_a_late_request_carries_the_note_of_its_cause_and_is_not_corrected_by_it() -> None:
    question = incoming("2026-03-02 09:12")
    found = decide([question], said(NOTE, opened(question), "agent absent ; binôme désigné"))

    assert (only(found).note, only(found).corrected) == ("agent absent ; binôme désigné", ())
    assert [ruling.request for ruling in found.rulings] == [opened(question).id]


def test_a_request_may_be_named_by_any_of_its_messages() -> None:
    question = incoming("2026-03-02 09:12")
    reply = answer("2026-03-04 10:00", references=[question.message_id or ""])

    for name in (question.key, question.message_id or "", reply.key, reply.message_id or ""):
        assert only(decide([question, reply], said(SERVICE, name, "DDT"))).service == "DDT"


def test_what_was_said_of_a_request_that_is_no_longer_one_is_refused() -> None:
    question = incoming("2026-03-02 09:12")
    reminder = incoming("2026-03-05 09:12", "Toujours rien ?", nature=Nature.REMINDER)
    found = decide(
        [question, reminder], said(EXCLUSION, opened(reminder), "excluded", reason="erreur")
    )

    assert [request.state for request in found.requests] == [State.OVERDUE]
    (refused,) = found.refused
    assert refused.reason.startswith(f"rectification (exclusion) de « {opened(reminder).id} »")
    assert refused.reason.endswith(" : aucune demande ne s’appelle ainsi")


def test_an_answer_by_telephone_follows_the_message_it_was_declared_for() -> None:
    question = incoming("2026-03-02 09:12")
    reminder = incoming("2026-03-05 09:12", "Alors ?", nature=Nature.REMINDER, sender=SPOUSE)
    manual = ManualAnswer(
        request=opened(reminder).id, on=date(2026, 3, 6), kind="telephone", by="C. V.", note=""
    )
    found = decide(
        [question, reminder],
        said(LINK, reminder, opened(question).id),
        institution=replace(JURA, manual_answers=(manual,)),
    )

    assert only(found).first is not None


# --- which hold -----------------------------------------------------------------------------------


def test_the_newest_correction_holds_and_an_empty_one_takes_it_back() -> None:
    question = incoming("2026-03-02 09:12")
    first = said(SERVICE, opened(question), "DDT")
    newer = said(SERVICE, question, "Cabinet", hours=1)
    back = said(SERVICE, question.key, "", hours=2)

    assert only(decide([question], first, newer)).service == "Cabinet"
    assert only(decide([question], first, newer, back)) == opened(question)
    assert decide([question], first, newer, back).rulings == ()


def test_a_nature_is_taken_back_by_whatever_name() -> None:
    question = incoming("2026-03-02 09:12")
    spam = said(NATURE, question, "spam")
    back = said(NATURE, question.key, "", hours=1)

    assert decide([question], spam, back).requests == (opened(question),)


def test_of_one_instant_what_takes_back_is_the_newer() -> None:
    question = incoming("2026-03-02 09:12")

    assert only(
        decide([question], said(NATURE, question, ""), said(NATURE, question, "spam"))
    ) == opened(question)


@pytest.mark.parametrize(
    ("kind", "target", "value", "fault"),
    [
        (NATURE, KNOWN, "relance", "« relance » n’est pas une nature"),
        (NATURE, "<inconnu@x.example>", "thanks", "aucun message ne s’appelle « <inconnu@x.example> »"),
        (NATURE, "C-2026-0117", "thanks", "aucun message ne s’appelle « C-2026-0117 »"),
        (LINK, "<inconnu@x.example>", "none", "aucun message ne s’appelle « <inconnu@x.example> »"),
        (LINK, KNOWN, "0123456789ab", "aucun message ne s’appelle « 0123456789ab »"),
        (EXCLUSION, "C-2026-0117", "oui", "« oui » ne dit ni d’exclure (excluded) ni de compter (counted)"),
        (SERVICE, "0123456789ab", "DDT", "aucune demande ne s’appelle ainsi"),
        (NOTE, "", "agent absent", "aucune demande ne s’appelle ainsi"),
    ],
)  # fmt: skip
def test_what_fits_nothing_is_refused_and_changes_nothing(
    kind: CorrectionKind, target: str, value: str, fault: str
) -> None:
    question = incoming("2026-03-02 09:12")
    found = decide([question], said(kind, target, value), letters=(letter(),))

    assert [entry.reason for entry in found.refused] == [
        f"rectification ({CORRECTIONS[kind]}) de « {target} » : {fault}"
    ]
    assert found.requests == decide([question], letters=(letter(),)).requests
    assert found.rulings == ()


def test_what_is_taken_back_is_refused_no_longer() -> None:
    wrong = said(NATURE, "<inconnu@x.example>", "thanks")
    back = said(NATURE, "<inconnu@x.example>", "", hours=1)
    gone = [said(kind, "0123456789ab", "") for kind in CorrectionKind]

    assert decide([], wrong, back, *gone).refused == ()


def test_an_unusable_correction_leaves_the_older_one_standing() -> None:
    question = incoming("2026-03-02 09:12")
    found = decide(
        [question],
        said(NATURE, question, "complaint"),
        said(NATURE, question, "plainte", hours=1),
    )

    assert found.requests[0].nature is Nature.COMPLAINT
    assert len(found.refused) == 1


# --- a pure function of two sets ------------------------------------------------------------------


@st.composite
def corrections(draw: st.DrawFn) -> Correction:
    names = st.integers(0, 14).map("{:016x}".format) | st.integers(0, 9).map(
        "<m{}@mail.example>".format
    )
    targets = names | st.integers(0, 2).map("A-2026-{:03}".format)
    kind = draw(st.sampled_from(CorrectionKind))
    values = {
        NATURE: st.sampled_from(("", "n’importe", *Nature)),
        LINK: targets | st.sampled_from(("", "none")),
        SERVICE: st.sampled_from(("", "DDT")),
        EXCLUSION: st.sampled_from(("", "excluded", "counted", "?")),
        NOTE: st.sampled_from(("", "agent absent")),
    }
    return said(kind, draw(targets), draw(values[kind]), hours=draw(st.integers(0, 3)))


@settings(max_examples=200)
@given(
    mailboxes(),
    written(),
    st.lists(corrections(), max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_facts_and_corrections_changes_nothing(
    facts: list[Fact], letters: list[Letter], ruled: list[Correction], order: random.Random
) -> None:
    whole = triage(facts, letters, desk(MANNED), TODAY, ruled)
    shuffled, again = facts[:], [*ruled, *ruled[:2]]
    order.shuffle(shuffled)
    order.shuffle(again)

    assert triage(shuffled, letters, desk(MANNED), TODAY, again) == whole
    for kind in (Docket, ShortDocket):
        docket = kind.of(facts, PARIS)
        assert triage(docket, letters, desk(MANNED), TODAY, ruled) == whole


@settings(max_examples=200)
@given(mailboxes(), written(), st.lists(corrections(), max_size=6))
def test_what_is_taken_back_was_never_said(
    facts: list[Fact], letters: list[Letter], ruled: list[Correction]
) -> None:
    back = [replace(each, value="", at=each.at + timedelta(days=1)) for each in ruled]
    restored = triage(facts, letters, desk(MANNED), TODAY, [*ruled, *back])

    assert restored == triage(facts, letters, desk(MANNED), TODAY)


@settings(max_examples=200)
@given(mailboxes(), written(), st.lists(corrections().filter(lambda each: each.kind is not NATURE)))
def test_a_question_opens_a_request_or_joins_one_wherever_persons_put_it(
    facts: list[Fact], letters: list[Letter], ruled: list[Correction]
) -> None:
    found = triage(facts, letters, desk(MANNED), TODAY, ruled)
    traced = {request.file for request in found.requests}
    traced |= {link.file for request in found.requests for link in request.links}
    questions = [
        fact
        for fact in facts
        if fact.answer is None and fact.role is Role.INBOX and fact.reading.answer_due
    ]

    assert sum(fact.file not in traced for fact in questions) <= found.duplicates


@settings(max_examples=200)
@given(mailboxes(), written(), st.lists(corrections(), max_size=6))
def test_every_correction_holds_or_is_refused_or_made_way_for_a_newer_one(
    facts: list[Fact], letters: list[Letter], ruled: list[Correction]
) -> None:
    found = triage(facts, letters, desk(MANNED), TODAY, ruled)
    latest = max(ruled, key=lambda each: (each.at, not each.value), default=None)
    held = {ruling.correction for ruling in found.rulings}
    told = " ".join(refused.reason for refused in found.refused)

    assert held <= set(ruled)
    if latest is not None and latest.value and sum(each.at == latest.at for each in ruled) == 1:
        assert latest in held or f"({CORRECTIONS[latest.kind]}) de « {latest.target} »" in told
