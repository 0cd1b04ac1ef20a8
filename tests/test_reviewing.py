"""What a person is asked to look at, and one request day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pytest

from mailwatch import offline
from mailwatch.model import (
    Announced,
    Audit,
    Box,
    Confidence,
    Correction,
    CorrectionKind,
    Fact,
    Institution,
    Letter,
    ManualAnswer,
    Nature,
    Period,
    Request,
    Ruling,
)
from mailwatch.reviewing import Doubt, Happening, doubtful, timeline
from mailwatch.triage import triage
from tests.facts import BOX, CITIZEN, JURA, QUESTION, answer, at, desk, incoming

EVER = Period(from_on=None, to_on=None)
TODAY = date(2026, 4, 20)
OTHER_ADDRESS = "o.ferrand@bureau.example"


def audit(
    facts: Iterable[Fact], letters: Sequence[Letter] = (), institution: Institution = JURA
) -> Audit:
    gathered = offline.Gathered(facts=list(facts), quarantined=[])
    return offline.audit(gathered, letters, (), desk(institution), EVER, TODAY)


def unsure(fact: Fact) -> Fact:
    return replace(fact, reading=replace(fact.reading, confidence=Confidence.LOW))


# --- what to review -------------------------------------------------------------------------------


def test_nothing_is_asked_about_what_is_sure() -> None:
    assert doubtful(audit([incoming("2026-03-02 09:12"), answer("2026-03-04 10:00")])) == ()


def test_a_reading_that_is_not_sure_is_asked_about_by_its_request() -> None:
    found = audit([unsure(incoming("2026-03-02 09:12"))])

    (one,) = doubtful(found)

    assert (one.doubt, one.what, one.box) == (Doubt.NATURE, Nature.REQUEST, BOX)
    assert one.target == one.request == found.requests[0].id
    assert one.received_at == at("2026-03-02 09:12")


@pytest.mark.parametrize(
    "nature", [Nature.BULK, Nature.SPAM, Nature.AUTOMATIC_REPLY, Nature.THANKS]
)
def test_a_message_that_is_perhaps_a_request_is_asked_about_by_its_key(nature: Nature) -> None:
    mail = unsure(incoming("2026-03-02 09:12", nature=nature))

    (one,) = doubtful(audit([mail]))

    assert (one.doubt, one.what, one.box) == (Doubt.NATURE, nature, BOX)
    assert (one.target, one.request, one.received_at) == (mail.key, "", None)
    assert (one.on, one.file) == (date(2026, 3, 2), mail.file)


def test_thanks_that_belong_to_a_request_are_not_asked_about() -> None:
    question = incoming("2026-03-02 09:12")
    thanks = incoming(
        "2026-03-05 09:12", "Merci.", nature=Nature.THANKS, references=[question.message_id or ""]
    )

    assert doubtful(audit([question, unsure(thanks)])) == ()


def test_a_message_that_is_surely_none_is_not_asked_about() -> None:
    assert doubtful(audit([incoming("2026-03-02 09:12", nature=Nature.BULK)])) == ()


def test_a_message_that_a_person_named_is_not_asked_about_again() -> None:
    mail = unsure(incoming("2026-03-02 09:12", nature=Nature.BULK))
    (one,) = doubtful(audit([mail]))
    said = Correction(
        kind=CorrectionKind.NATURE,
        target=one.target,
        value=Nature.SPAM,
        author="Claire Vernier",
        reason="Publicité",
        at=at("2026-03-03 09:00"),
    )
    corrected = triage([mail], (), desk(), TODAY, [said])

    assert (corrected.doubted, corrected.set_aside) == ((), {Nature.SPAM: 1})


def test_the_box_of_a_message_of_no_request_is_shown_when_it_is_declared() -> None:
    mail = unsure(
        incoming("2026-03-02 09:12", nature=Nature.BULK, to=["claire.vernier@jura.gouv.fr"])
    )

    assert [one.box for one in doubtful(audit([mail]))] == [""]


def test_an_answer_that_only_its_words_link_is_asked_about_by_its_key() -> None:
    reply = answer("2026-03-04 10:00", to=[OTHER_ADDRESS], quoted=QUESTION, subject="Bonjour")
    found = audit([incoming("2026-03-02 09:12"), reply])

    (one,) = doubtful(found)

    assert (one.doubt, one.what, one.on) == (Doubt.LINK, "answer", date(2026, 3, 4))
    assert (one.target, one.request) == (reply.key, found.requests[0].id)
    assert "quoted" in one.evidence


UNSEEN = "Madame, votre dossier est complet et sera présenté à la commission du printemps prochain."


def again(when: str) -> Fact:
    """A citizen's mail that quotes an answer of ours that nobody saw."""
    return incoming(
        when,
        "Merci, et quand se tient-elle ?",
        references=["<unseen@jura.gouv.fr>"],
        quoted=UNSEEN,
        findings=("quotes_ours",),
    )


def unseen(facts: Iterable[Fact]) -> Sequence[str]:
    return [one.request for one in doubtful(audit(facts)) if one.doubt is Doubt.UNSEEN]


def test_an_answer_that_a_citizen_quotes_and_nobody_saw_is_asked_about_once() -> None:
    facts = [incoming("2026-03-02 09:12"), again("2026-03-09 09:12"), again("2026-03-10 09:12")]
    found = audit(facts)

    assert len(found.unseen) == 2
    (one,) = [one for one in doubtful(found) if one.doubt is Doubt.UNSEEN]
    assert one.request == one.target == found.requests[0].id
    assert one.received_at == at("2026-03-02 09:12")


def test_an_unseen_answer_is_not_asked_about_where_another_was_given_by_then() -> None:
    question, quoting = incoming("2026-03-02 09:12"), again("2026-03-09 09:12")

    assert unseen([question, quoting])
    assert unseen([question, quoting, answer("2026-03-12 10:00")])
    assert not unseen([question, quoting, answer("2026-03-04 10:00")])


def test_an_unseen_answer_of_no_request_names_none() -> None:
    (missed,) = audit(
        [
            incoming(
                "2026-03-09 09:12",
                "Je vous remercie de votre réponse.",
                nature=Nature.THANKS,
                references=["<unseen@jura.gouv.fr>"],
                quoted="Madame, votre dossier est complet et sera présenté à la commission du printemps.",
                findings=("quotes_ours",),
            )
        ]
    ).unseen

    (one,) = doubtful(replace(audit([]), unseen=(replace(missed, request=""),)))

    assert (one.request, one.target, one.received_at) == ("", "", None)


def test_the_address_of_an_agent_is_not_shown_as_a_box() -> None:
    facts = [unsure(incoming("2026-03-02 09:12", to=["claire.vernier@jura.gouv.fr"]))]

    assert [one.box for one in doubtful(audit(facts))] == [""]


def test_a_box_of_a_service_is_shown() -> None:
    boxes = (Box(address="sp-dole@jura.gouv.fr", service="Sous-préfecture de Dole"),)
    facts = [unsure(incoming("2026-03-02 09:12", to=["sp-dole@jura.gouv.fr"]))]

    found = doubtful(audit(facts, institution=replace(JURA, boxes=boxes)))

    assert [one.box for one in found] == ["sp-dole@jura.gouv.fr"]


def test_the_oldest_doubt_comes_first() -> None:
    days = ("2026-03-09", "2026-03-02", "2026-03-05")
    facts = [
        unsure(incoming(f"{day} 09:12", sender=f"u{place}@orange.example"))
        for place, day in enumerate(days)
    ]

    assert [f"{one.on}" for one in doubtful(audit(facts))] == sorted(days)


# --- one request, day by day ----------------------------------------------------------------------


def lines(request: Request, rulings: Iterable[Ruling] = ()) -> list[str]:
    return [f"{event.on:%m-%d} {event.happening}" for event in timeline(request, rulings)]


def test_a_timeline_tells_reception_messages_answers_and_deadline() -> None:
    facts = [
        incoming("2026-03-02 09:12"),
        incoming("2026-03-06 09:12", "Toujours rien ?", nature=Nature.REMINDER),
        answer("2026-03-09 10:00"),
    ]
    (request,) = audit(facts).requests

    assert lines(request) == ["03-02 received", "03-06 message", "03-09 answer", "03-09 due"]
    given = timeline(request)[2]
    assert given.link is not None
    assert given.answer is not None
    assert given.answer.delay == 5
    assert given.file == facts[2].file


def test_a_holding_reply_has_a_line_for_what_it_announces() -> None:
    promise = Announced(on=date(2026, 3, 31), text="avant le 31 mars")
    facts = [
        incoming("2026-03-02 09:12"),
        answer("2026-03-03 10:00", kind=Nature.HOLDING_REPLY, announced=promise),
    ]
    (request,) = audit(facts).requests

    assert lines(request)[-1] == "03-31 follow_up"


def test_an_answer_by_telephone_has_a_line_and_no_file() -> None:
    manual = ManualAnswer(
        request="<q@laposte.example>", on=date(2026, 3, 4), kind="telephone", by="Accueil", note=""
    )
    (request,) = audit(
        [incoming("2026-03-02 09:12", message_id="<q@laposte.example>")],
        institution=replace(JURA, manual_answers=(manual,)),
    ).requests

    (given,) = [event for event in timeline(request) if event.happening is Happening.ANSWER]

    assert (given.on, given.file, given.link) == (date(2026, 3, 4), "", None)


def test_a_letter_has_a_timeline_too() -> None:
    letter = Letter(
        file="",
        line=0,
        reference="C-1",
        received_on=date(2026, 1, 5),
        service="",
        answered_on=date(2026, 1, 8),
        kind=Nature.REPLY,
        note="",
    )
    (request,) = audit([], [letter]).requests

    assert lines(request) == ["01-05 received", "01-08 answer", "01-19 due"]


def test_what_a_person_decided_stands_on_the_day_it_was_said_and_in_no_other_request() -> None:
    facts = [incoming("2026-03-02 09:12"), incoming("2026-03-02 10:00", sender=OTHER_ADDRESS)]
    first, second = audit(facts).requests
    said = Correction(
        kind=CorrectionKind.SERVICE,
        target=first.id,
        value="Bureau des associations",
        author="Léa Morel",
        reason="erreur d’aiguillage",
        at=at("2026-03-12 15:00"),
    )
    ruling = Ruling(correction=said, on=first.received_on, request=first.id)

    assert lines(first, [ruling])[-1] == "03-12 correction"
    assert "03-12 correction" not in lines(second, [ruling])


def test_a_timeline_names_nobody() -> None:
    (request,) = audit([incoming("2026-03-02 09:12")]).requests

    assert CITIZEN not in repr(timeline(replace(request, id="", message_id=None)))
