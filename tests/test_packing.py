"""A fact as bytes: nothing is lost on the way, and nothing but a fact comes back."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.model import (
    Announced,
    AuthorLevel,
    Confidence,
    Evidence,
    Fact,
    Grade,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Place,
    Reading,
    Report,
    ReportedRecipient,
    Role,
    Span,
)
from mailwatch.packing import VERSION, PackedFacts, key_of, pack, unpack
from tests.facts import PARIS, answer, bounce, incoming

NOUMEA = ZoneInfo("Pacific/Noumea")

# Lone surrogates, NUL and line ends among them: what hostile headers hold.
texts = st.text(st.characters(exclude_categories=()), max_size=12)
several = st.lists(texts, max_size=3).map(tuple)
sketches = st.binary(max_size=24)


def mentions() -> st.SearchStrategy[Mentions]:
    mention = st.builds(
        Mention,
        outcome=st.sampled_from(Outcome),
        text=texts,
        level=st.none() | st.sampled_from(AuthorLevel),
        place=st.none() | st.sampled_from(Place),
        decided_by=texts,
    )
    return st.builds(
        Mentions,
        author=mention,
        service=mention,
        institution=mention,
        from_class=texts,
        header_only=several,
        findings=several,
    )


def readings() -> st.SearchStrategy[Reading]:
    return st.builds(
        Reading,
        nature=st.sampled_from(Nature),
        also=st.lists(st.sampled_from(Nature), max_size=2).map(tuple),
        answer_due=st.booleans(),
        correspondent=texts,
        evidence=st.lists(st.builds(Evidence, rule=texts, said=texts, place=texts), max_size=2).map(
            tuple
        ),
        confidence=st.sampled_from(Confidence),
        reason=texts,
    )


def reports() -> st.SearchStrategy[Report]:
    recipient = st.builds(ReportedRecipient, address=texts, action=texts, status=texts)
    return st.builds(
        Report,
        kind=texts,
        recipients=st.lists(recipient, max_size=2).map(tuple),
        original_message_id=st.none() | texts,
    )


@st.composite
def facts(draw: st.DrawFn, zone: ZoneInfo = PARIS) -> Fact:
    wall = draw(st.datetimes(timezones=st.just(zone), allow_imaginary=True))
    return Fact(
        key=draw(texts),
        file=draw(texts),
        role=draw(st.sampled_from(Role)),
        at=wall.replace(fold=draw(st.integers(0, 1))),
        grade=draw(st.sampled_from(Grade)),
        message_id=draw(st.none() | texts),
        references=draw(several),
        sender=draw(texts),
        recipients=draw(several),
        direct=draw(st.integers(0, 5000)),
        subject=draw(texts),
        reading=draw(readings()),
        answer=draw(st.none() | st.sampled_from(Nature)),
        mentions=draw(st.none() | mentions()),
        announced=draw(st.none() | st.builds(Announced, on=st.none() | st.dates(), text=texts)),
        sketch=draw(sketches),
        quoted_sketch=draw(sketches),
        identifiers=draw(several),
        report=draw(st.none() | reports()),
        findings=draw(several),
        span=draw(st.none() | st.builds(Span, earliest_on=st.dates(), latest_on=st.dates())),
    )


# --- there and back -------------------------------------------------------------------------------


@given(facts())
def test_any_fact_comes_back_equal(fact: Fact) -> None:
    back = unpack(pack(fact), PARIS)
    assert back == fact
    assert (back.at.replace(tzinfo=None), back.at.fold) == (
        fact.at.replace(tzinfo=None),
        fact.at.fold,
    )


@given(facts(NOUMEA))
def test_the_reader_names_the_zone(fact: Fact) -> None:
    assert unpack(pack(fact), NOUMEA).at.tzinfo is NOUMEA


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11))),
        datetime(2026, 3, 2, 9, 12, tzinfo=timezone(timedelta(hours=5, minutes=45))),
    ],
)
def test_an_instant_outside_the_zone_keeps_its_own_offset(at: datetime) -> None:
    back = unpack(pack(replace(incoming("2026-03-02 09:12"), at=at)), PARIS)
    assert (back.at, back.at.utcoffset()) == (at, at.utcoffset())


def test_the_two_hours_of_an_october_night_stay_apart() -> None:
    first = replace(incoming("2026-10-25 02:30"), key="a")
    second = replace(first, at=first.at.replace(fold=1))
    assert [unpack(pack(fact), PARIS).at.utcoffset() for fact in (first, second)] == [
        timedelta(hours=2),
        timedelta(hours=1),
    ]


def test_verdicts_come_back_as_values_of_their_kind() -> None:
    author = Mention(
        outcome=Outcome.PRESENT, text="Claire Vernier", level=AuthorLevel.FULL_NAME,
        place=Place.SIGNATURE, decided_by="line",
    )  # fmt: skip
    absent = Mention(outcome=Outcome.ABSENT)
    told = Mentions(author=author, service=absent, institution=absent, from_class="functional")
    promised = Announced(on=date(2026, 3, 20), text="avant le 20 mars")
    back = unpack(
        pack(
            answer("2026-03-04 10:00", kind=Nature.HOLDING_REPLY, mentions=told, announced=promised)
        ),
        PARIS,
    )
    assert back.answer is Nature.HOLDING_REPLY
    assert back.role is Role.SENT
    assert back.mentions is not None
    assert back.mentions.author.level is AuthorLevel.FULL_NAME
    assert back.announced == promised


def test_the_same_words_of_the_same_agent_are_one_object() -> None:
    told = Mentions(
        author=Mention(outcome=Outcome.ABSENT), service=Mention(outcome=Outcome.ABSENT),
        institution=Mention(outcome=Outcome.ABSENT), from_class="personal",
    )  # fmt: skip
    packed = [pack(answer(f"2026-03-0{day} 10:00", mentions=told)) for day in (4, 5)]
    first, second = (unpack(one, PARIS) for one in packed)
    assert first.mentions is second.mentions


def test_a_packed_fact_is_read_by_people_too() -> None:
    packed = pack(incoming("2026-03-02 09:12", subject="Permis à Dole"))
    assert packed[0] == VERSION
    assert b'"permis a dole"' in packed


def test_a_fact_that_was_written_before_spans_were_kept_has_none() -> None:
    packed = pack(incoming("2026-03-02 09:12"))
    older = packed.replace(b",null,null,null]", b",null,null]")

    lengths = struct.unpack_from("<B2I", packed)
    older = struct.pack("<B2I", VERSION, lengths[1], lengths[2] - len(b",null")) + older[9:]

    assert unpack(older, PARIS) == incoming("2026-03-02 09:12")


# --- what is no fact ------------------------------------------------------------------------------


def test_a_fact_of_another_version_is_refused_by_name() -> None:
    packed = pack(incoming("2026-03-02 09:12"))
    with pytest.raises(ValueError, match="version 7"):
        unpack(b"\7" + packed[1:], PARIS)


@pytest.mark.parametrize("octets", [b"", b"\0\0", b"and more"])
def test_a_fact_that_lost_or_gained_its_last_octets_is_refused(octets: bytes) -> None:
    packed = pack(incoming("2026-03-02 09:12"))
    with pytest.raises(ValueError, match="cut short"):
        unpack(packed[:-1] + octets, PARIS)


@given(facts(), st.data())
def test_a_fact_cut_short_is_refused(fact: Fact, data: st.DataObject) -> None:
    packed = pack(fact)
    with pytest.raises(ValueError, match="fact"):
        unpack(packed[: data.draw(st.integers(0, len(packed) - 1))], PARIS)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_fact_or_a_value_error(octets: bytes) -> None:
    try:
        found = unpack(bytes((VERSION,)) + octets, PARIS)
    except ValueError:
        return
    assert isinstance(found, Fact)


@given(facts(), st.data())
def test_a_damaged_octet_gives_a_fact_or_a_value_error(fact: Fact, data: st.DataObject) -> None:
    packed = bytearray(pack(fact))
    packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = unpack(bytes(packed), PARIS)
    except ValueError:
        return
    assert isinstance(found, Fact)


# --- many facts -----------------------------------------------------------------------------------

MAILBOX = (
    incoming("2026-03-02 09:12"),
    answer("2026-03-04 10:00"),
    bounce("2026-03-04 10:01", of="<2026-03-04.1000.reply@jura.gouv.fr>"),
    incoming("2026-03-09 15:30", quoted="Bonjour, vous trouverez ci-joint la liste des pièces."),
)


def test_facts_are_given_in_the_order_in_which_they_were_kept() -> None:
    packed = PackedFacts.of(MAILBOX, PARIS)
    assert tuple(packed) == MAILBOX
    assert packed[1] == MAILBOX[1]
    assert MAILBOX[3] in packed
    assert len(packed) == 4


def test_a_fact_that_is_taken_out_leaves_the_others_in_their_places() -> None:
    packed = PackedFacts.of(MAILBOX, PARIS)
    assert packed.pop(1) == MAILBOX[1]
    assert (packed[0], packed[2], len(packed)) == (MAILBOX[0], MAILBOX[2], 4)


def test_a_fact_is_taken_out_once() -> None:
    packed = PackedFacts.of(MAILBOX, PARIS)
    packed.pop(1)
    with pytest.raises(LookupError):
        packed.pop(1)


@given(facts())
def test_the_key_of_a_packed_fact_is_read_alone(fact: Fact) -> None:
    assert key_of(pack(fact)) == fact.key


@given(st.binary(max_size=40))
def test_bytes_that_are_no_fact_have_no_key(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="not a fact"):
        key_of(damaged)


@pytest.mark.parametrize("damaged", [b"", b"un courriel, et non un fait", bytes(200)])
def test_a_file_that_is_no_fact_has_no_key(damaged: bytes) -> None:
    with pytest.raises(ValueError, match="not a fact"):
        key_of(damaged)
