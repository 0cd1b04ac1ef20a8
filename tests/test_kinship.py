"""What shares no token is decided apart: components, decided one by one, amount to the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.kinship import Kin, bare, kin, letter_kin, names, offers, seekers, words_sought
from mailwatch.model import Fact, Letter, Nature, Request, Role
from mailwatch.standing import letter_id
from mailwatch.threads import quotes
from mailwatch.triage import Triage, triage
from mailwatch.wording import fold
from tests.facts import AGENT, BOX, QUESTION, answer, bounce, desk, incoming
from tests.registers import MANNED, OTHER_BOX, mailboxes, written

TODAY = date(2026, 4, 20)
STRANGER = "karim.haddad@orange.example"


class Components:
    """Union-find, as slow and as plain as can be."""

    def __init__(self, facts: Sequence[Fact], letters: Sequence[Letter]) -> None:
        self.facts = list(facts)
        self.letters = list(letters)
        known: list[Kin] = [kin(fact, MANNED) for fact in facts]
        known += [
            letter_kin(letter, letter_id(letter), fold(letter.reference)) for letter in letters
        ]
        self.of = list(range(len(known)))
        for one, first in enumerate(known):
            for other, second in enumerate(known):
                if {*first.bound} & {*second.bound, *second.sought}:
                    self.join(one, other)

    def join(self, one: int, other: int) -> bool:
        kept, gone = sorted((self.of[one], self.of[other]))
        self.of = [kept if root == gone else root for root in self.of]
        return kept != gone

    def decided(self) -> list[Triage]:
        found = []
        for root in sorted(set(self.of)):
            inside = {place for place, of in enumerate(self.of) if of == root}
            facts = [fact for place, fact in enumerate(self.facts) if place in inside]
            letters = [
                letter
                for place, letter in enumerate(self.letters, len(self.facts))
                if place in inside
            ]
            found.append(triage(facts, letters, desk(MANNED), TODAY))
        return found

    def met_by_words(self, decided: Iterable[Triage]) -> bool:
        """Join whom quoted words bring together; say whether anybody was."""
        places = {fact.file: place for place, fact in enumerate(self.facts)}
        joined = False
        for side, fact in [
            pair for found in decided for pair in seekers(self.facts, found.requests, found.unseen)
        ]:
            for other in self.facts:
                for offer in offers(other):
                    meets = {*words_sought(side, fact)} & {*offer.digests}
                    if meets and quotes(fact.quoted_sketch, offer.sketch):
                        joined |= self.join(places[fact.file], places[other.file])
        return joined


def apart(facts: Sequence[Fact], letters: Sequence[Letter] = ()) -> list[Triage]:
    """Each component decided by itself, until no words bring two together."""
    components = Components(facts, letters)
    while True:
        decided = components.decided()
        if not components.met_by_words(decided):
            return decided


def summed(decided: Iterable[Triage]) -> tuple[list[Request], set[str], Counter[Nature], int]:
    requests = [request for found in decided for request in found.requests]
    return (
        sorted(requests, key=lambda request: (request.file, request.id)),
        {entry.file + entry.request for found in decided for entry in found.unseen},
        sum((Counter(found.set_aside) for found in decided), Counter()),
        sum(found.duplicates for found in decided),
    )


@settings(max_examples=300)
@given(mailboxes(), written())
def test_components_amount_to_the_whole(facts: list[Fact], letters: list[Letter]) -> None:
    whole = triage(facts, letters, desk(MANNED), TODAY)

    assert summed(apart(facts, letters)) == summed([whole])


def alone(*facts: Fact) -> list[int]:
    """How many facts each component has."""
    counted = Counter(Components(facts, ()).of)
    return sorted(counted.values(), reverse=True)


# --- what belongs together ------------------------------------------------------------------------


def test_a_question_and_the_answer_to_its_writer_are_of_one_component() -> None:
    assert alone(incoming("2026-03-02 09:12"), answer("2026-03-03 10:00")) == [2]


def test_a_report_goes_with_the_answer_that_it_returns() -> None:
    reply = answer("2026-03-03 10:00", to=[STRANGER])

    assert alone(
        reply, bounce("2026-03-03 10:01", of=reply.message_id, recipient="x@x.example")
    ) == [2]
    assert alone(reply, bounce("2026-03-03 10:01", recipient=STRANGER)) == [2]


def test_two_copies_of_one_message_are_counted_together() -> None:
    bulk = incoming("2026-03-02 09:12", nature=Nature.BULK)

    assert alone(bulk, replace(bulk, file="inbox/copy.eml")) == [2]


# --- what does not --------------------------------------------------------------------------------


def test_a_box_of_ours_binds_nobody() -> None:
    assert alone(
        incoming("2026-03-02 09:12"),
        incoming("2026-03-02 09:14", sender=STRANGER),
        answer("2026-03-03 10:00", to=[STRANGER], cc=[BOX]),
    ) == [2, 1]


def test_acknowledgements_that_a_box_keeps_a_copy_of_are_apart() -> None:
    robots = [
        replace(
            answer(f"2026-03-0{day} 10:00", to=[who], cc=[BOX]),
            answer=None,
            reading=replace(
                incoming("2026-03-02 09:12").reading, nature=Nature.AUTOMATIC_ACKNOWLEDGEMENT
            ),
        )
        for day, who in ((2, "a@a.example"), (3, "b@b.example"))
    ]

    assert alone(*robots) == [1, 1]
    assert alone(*robots, incoming("2026-03-02 09:12", sender=BOX)) == [3]


def test_a_failure_for_a_box_of_ours_returns_nothing() -> None:
    reply = answer("2026-03-03 10:00", cc=[OTHER_BOX])

    assert alone(reply, bounce("2026-03-03 10:01", recipient=OTHER_BOX)) == [1, 1]


@pytest.mark.parametrize(
    "nature", [Nature.BULK, Nature.SPAM, Nature.INTERNAL, Nature.OUT_OF_OFFICE]
)
def test_what_opens_no_request_binds_nobody_by_its_sender(nature: Nature) -> None:
    first, second = (
        incoming(f"2026-03-0{day} 09:12", sender=AGENT, nature=nature, answer_due=False)
        for day in (2, 3)
    )

    assert alone(first, second) == [1, 1]


# --- words ----------------------------------------------------------------------------------------


def sought_by(*facts: Fact) -> list[str]:
    found = triage(facts, (), desk(MANNED), TODAY)
    return [fact.file for _, fact in seekers(facts, found.requests, found.unseen)]


def test_an_answer_to_its_writer_seeks_no_words() -> None:
    assert not sought_by(incoming("2026-03-02 09:12"), answer("2026-03-03 10:00", quoted=QUESTION))


def test_an_answer_to_nobody_known_seeks_the_words_it_quotes() -> None:
    stray = answer("2026-03-03 10:00", to=[STRANGER], quoted=QUESTION)

    assert sought_by(stray) == [stray.file]
    assert not sought_by(answer("2026-03-03 10:00", to=[STRANGER]))


def test_a_forward_that_names_the_message_seeks_no_words() -> None:
    question = incoming("2026-03-02 09:12")
    named, unnamed = (
        replace(
            answer("2026-03-03 10:00", to=[AGENT], quoted=QUESTION, references=references),
            answer=None,
            reading=replace(question.reading, nature=Nature.INTERNAL_FORWARD),
        )
        for references in ([question.message_id or ""], [])
    )

    assert not sought_by(question, named)
    assert sought_by(question, unnamed) == [unnamed.file]


def test_a_question_that_is_passed_on_for_its_writer_seeks_no_words() -> None:
    question = incoming("2026-03-02 09:12")
    passed_on = incoming(
        "2026-03-03 09:12",
        "Pour attribution",
        sender=AGENT,
        nature=Nature.INTERNAL,
        answer_due=True,
        quoted=QUESTION,
        correspondent=question.sender,
    )

    assert not sought_by(question, passed_on)
    assert sought_by(passed_on) == [passed_on.file]


def test_a_reminder_seeks_the_words_it_quotes_unless_its_writer_asked_before() -> None:
    question = incoming("2026-03-02 09:12")
    own, another = (
        incoming(
            "2026-03-09 09:12",
            "Toujours rien ?",
            sender=who,
            nature=Nature.REMINDER,
            quoted=QUESTION,
        )
        for who in (question.sender, STRANGER)
    )

    assert not sought_by(question, own)
    assert sought_by(question, another) == [another.file]
    assert len(apart([question, another])) == 1


def test_a_citizen_who_quotes_an_answer_that_was_not_seen_seeks_it() -> None:
    reply = answer("2026-03-03 10:00", to=[STRANGER])
    quoting = incoming(
        "2026-03-05 09:12",
        "Merci, et ensuite ?",
        quoted="Bonjour, vous trouverez ci-joint la liste des pièces à fournir. Bien cordialement",
        findings=("quotes_ours",),
    )

    assert sought_by(quoting) == [quoting.file]
    assert not sought_by(quoting, reply)
    assert reply.role is Role.SENT


def test_only_questions_and_our_own_words_are_offered() -> None:
    assert [len(offer.digests) for offer in offers(incoming("2026-03-02 09:12"))] == [2]
    assert [len(offer.digests) for offer in offers(answer("2026-03-03 10:00"))] == [1]
    assert not list(offers(incoming("2026-03-02 09:12", nature=Nature.BULK)))
    assert not list(offers(incoming("2026-03-02 09:12", "")))
    assert not list(offers(answer("2026-03-03 10:00", "")))


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_name_has_a_token(name: str) -> None:
    fact = replace(incoming("2026-03-02 09:12"), message_id=name, sender=name)

    assert all(-(2**63) <= token < 2**63 for token in kin(fact, MANNED).bound)


# --- what a person set right ----------------------------------------------------------------------


def test_what_a_person_corrected_offers_its_words_whatever_it_is() -> None:
    bulk = incoming("2026-03-02 09:12", nature=Nature.BULK)

    assert list(offers(bulk, corrected=True)) == list(offers(incoming("2026-03-02 09:12")))


def test_a_person_names_a_message_or_its_request_with_or_without_brackets() -> None:
    fact = incoming("2026-03-02 09:12", message_id="<Lettre@Laposte.example>")
    (request,) = triage([fact], (), desk(MANNED), TODAY).requests

    assert {bare(" <lettre@laposte.example> "), bare(request.id), bare(fact.key)} <= names(fact)
