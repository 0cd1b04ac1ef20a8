"""Facts without the persons: nobody can be read in them, and the same requests are decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.addresses import is_ours
from mailwatch.model import (
    Announced,
    Evidence,
    Fact,
    Mention,
    Mentions,
    Outcome,
    Request,
    Unseen,
)
from mailwatch.packing import pack
from mailwatch.sealing import seal, sealed_address, sealed_number
from mailwatch.triage import triage
from tests.facts import AGENT, BOX, CITIZEN, answer, bounce, desk, incoming
from tests.registers import CITIZENS, MANNED, OTHER_BOX, mailboxes

KEY = bytes(range(32))
TODAY = date(2026, 4, 20)


def sealed(fact: Fact, key: bytes = KEY) -> Fact:
    return seal(fact, key, MANNED)


def said(author: str = "Claire Vernier") -> Mentions:
    return Mentions(
        author=Mention(outcome=Outcome.PRESENT, text=author),
        service=Mention(outcome=Outcome.PRESENT, text="Bureau des associations"),
        institution=Mention(outcome=Outcome.ABSENT),
        from_class="personal",
    )


# --- what can no longer be read -------------------------------------------------------------------


def test_nothing_that_names_a_person_is_left_in_the_bytes_that_are_kept() -> None:
    question = incoming("2026-03-02 09:12", subject="Dossier n° 2026-00417 de Mme Ferrand")
    question = replace(
        question,
        reading=replace(
            question.reading, evidence=(Evidence(rule="ask", said="je voudrais", place="own"),)
        ),
    )
    reply = answer(
        "2026-03-03 10:00",
        mentions=said(),
        announced=Announced(on=date(2026, 3, 20), text="Mme Ferrand, d’ici le 20 mars"),
    )

    mail = [replace(fact, key="0f") for fact in (question, reply, bounce("2026-03-03 10:01"))]

    kept = b"".join(pack(sealed(fact)) for fact in mail).decode(errors="replace")

    # Message identifiers stay: a message is found again by them.
    told = kept.replace(question.message_id or "", "").lower()
    for word in ("ferrand", "vernier", "laposte", "00417", "voudrais", "mars"):
        assert word not in told, word


def test_what_names_nobody_outside_stays_in_clear() -> None:
    fact = sealed(answer("2026-03-03 10:00", cc=[BOX, OTHER_BOX], mentions=said()))

    assert fact.recipients[1:] == (BOX, OTHER_BOX)
    assert fact.sender.endswith("@jura.gouv.fr")
    assert fact.sender != AGENT
    assert fact.message_id == "<2026-03-03.1000.reply@jura.gouv.fr>"
    assert fact.mentions is not None
    assert fact.mentions.service.text == "Bureau des associations"


def test_the_same_person_has_another_pseudonym_under_another_key() -> None:
    fact = incoming("2026-03-02 09:12")
    other = bytes(32)

    assert sealed(fact).sender == sealed(fact).reading.correspondent
    assert sealed(fact).sender != sealed(fact, other).sender
    assert sealed(fact).subject != sealed(fact, other).subject
    assert sealed(fact).sketch != sealed(fact, other).sketch


def test_an_address_a_subject_and_a_number_of_the_same_letters_have_nothing_in_common() -> None:
    assert sealed_address("2026-00417", KEY, MANNED) != sealed_number("2026-00417", KEY)


def test_a_day_and_an_empty_subject_are_known_as_such() -> None:
    fact = incoming(
        "2026-03-02 09:12", "Suite à mon courriel du 3 mars, réf. 2026-00417", subject="Bonjour"
    )

    assert sealed(fact).subject == "bonjour"
    assert [name for name in sealed(fact).identifiers if name in fact.identifiers] == ["@03-03"]


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_address_keeps_its_side_of_the_door(address: str) -> None:
    assert is_ours(sealed_address(address, KEY, MANNED), MANNED) == is_ours(address, MANNED)


@given(st.text(max_size=12), st.text(max_size=12))
def test_equal_before_is_equal_after(first: str, second: str) -> None:
    one, other = (sealed_address(who, KEY, MANNED) for who in (first, second))

    assert (one == other) == (first == second)


# --- the same requests ----------------------------------------------------------------------------


def _read_alike(request: Request) -> Request:
    """A request with the addresses of our agents, which are no boxes, as the register knows them."""
    return replace(request, boxes=tuple(sealed_address(box, KEY, MANNED) for box in request.boxes))


def _listed_alike(unseen: Unseen) -> Unseen:
    return replace(unseen, box=sealed_address(unseen.box, KEY, MANNED))


@settings(max_examples=200)
@given(mailboxes())
def test_the_same_requests_are_decided_from_sealed_facts(facts: list[Fact]) -> None:
    clear = triage(facts, (), desk(MANNED), TODAY)

    found = triage([sealed(fact) for fact in facts], (), desk(MANNED), TODAY)

    assert found.requests == tuple(map(_read_alike, clear.requests))
    assert found.unseen == tuple(map(_listed_alike, clear.unseen))
    assert (found.set_aside, found.duplicates) == (clear.set_aside, clear.duplicates)


def test_no_citizen_is_one_of_ours() -> None:
    assert CITIZEN in CITIZENS
    assert not any(is_ours(who, MANNED) for who in CITIZENS)
