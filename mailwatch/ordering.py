"""The order in which facts are decided: one of their own, whatever order they came in.

A fact is put in its place by a few numbers, taken as it is packed, so that a year of facts is never unpacked at
once. Names are compared by their hashes, which never leave the process; where those of two messages are equal,
the facts themselves are asked.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise

from mailwatch.model import Fact, Nature, Role
from mailwatch.outbound import quotes_ours
from mailwatch.packing import PackedFacts
from mailwatch.threads import alike

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_AFTER_ALL = 1 << 60
"""Microseconds that no instant of the calendar reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Places of facts, in the order in which they are decided, and of those that are read before."""

    places: array[int]
    copies: Mapping[int, array[int]]
    """Further copies of messages already counted, by the place of the one that stands for them."""
    answers: array[int]
    reports: array[int]
    """Delivery reports."""
    quoting: tuple[tuple[tuple[str, ...], bytes], ...]
    """The last reference and the quoted words of each message that quotes one of ours."""


def _numbers() -> array[int]:
    return array("q")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlines:
    """What places each fact among the others, in columns: an object a fact would cost as much as the fact."""

    at: array[int] = field(default_factory=_numbers)
    """Microseconds since 1970, as UTC."""
    sent: bytearray = field(default_factory=bytearray)
    answers: bytearray = field(default_factory=bytearray)
    reports: bytearray = field(default_factory=bytearray)
    names: array[int] = field(default_factory=_numbers)
    """Hashes of the identifiers, 0 for none."""
    identities: array[int] = field(default_factory=_numbers)
    """Hashes of all that tells one message from another but for its words."""
    references: dict[int, array[int]] = field(default_factory=dict)
    """Hashes of what an answer names, by its place."""
    quoting: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)

    def add(self, fact: Fact) -> None:
        answers = fact.answer is not None
        if answers and fact.references:
            self.references[len(self.at)] = array("q", map(_number, fact.references))
        self.at.append((fact.at - _EPOCH) // _TICK)
        self.sent.append(fact.role is Role.SENT)
        self.answers.append(answers)
        self.reports.append(not answers and fact.reading.nature is Nature.DELIVERY_REPORT)
        self.names.append(_number(fact.message_id) if fact.message_id else 0)
        self.identities.append(_number(_identity(fact)))
        if quotes_ours(fact):
            self.quoting.append((fact.references[-1:], fact.quoted_sketch))


@dataclass(slots=True)
class Docket(PackedFacts):
    """Facts that wait to be decided, in any order, with what will place each among the others."""

    _outlines: _Outlines = field(default_factory=_Outlines)

    def append(self, fact: Fact) -> None:
        """Keep one more fact."""
        self._outlines.add(fact)
        # `super()` without arguments does not know a class with slots, which the decorator makes anew.
        PackedFacts.append(self, fact)

    def order(self) -> Order:
        """The order in which the facts are decided; asked once, while all are there."""
        outlines, self._outlines = self._outlines, _Outlines()
        return _in_order(self, outlines)


@dataclass(slots=True)
class ShortDocket(Docket):
    """The few facts of one component, kept as they are: packing them would save no room, and take time."""

    _facts: list[Fact] = field(default_factory=list)

    def append(self, fact: Fact) -> None:
        """Keep one more fact."""
        self._outlines.add(fact)
        self._facts.append(fact)

    def pop(self, place: int) -> Fact:
        """The fact at `place`, which stays: there are few."""
        return self._facts[place]

    def __getitem__(self, place: int) -> Fact:
        return self._facts[place]

    def __len__(self) -> int:
        return len(self._facts)


def _in_order(facts: PackedFacts, outlines: _Outlines) -> Order:
    """Put `facts` in order: by instant, an answer never before what it answers."""
    kept, copies = _distinct(outlines, facts)
    places = array("I", _ranked(kept, _effective(kept, outlines), facts))
    return Order(
        places=places,
        copies=copies,
        answers=array("I", (place for place in places if outlines.answers[place])),
        reports=array("I", (place for place in places if outlines.reports[place])),
        quoting=tuple(outlines.quoting),
    )


def _number(name: Hashable) -> int:
    return hash(name)


def _ranked(places: Iterable[int], rank: Callable[[int], int], facts: PackedFacts) -> Iterator[int]:
    """Sort by `rank`, then by file and key, which only the few of one rank are unpacked for."""

    def at_its_file(place: int) -> tuple[str, str]:
        fact = facts[place]
        return fact.file, fact.key

    for _, equal in groupby(sorted(places, key=rank), key=rank):
        same = list(equal)
        yield from sorted(same, key=at_its_file) if len(same) > 1 else same


# --- one fact of each message ---------------------------------------------------------------------


def _distinct(
    outlines: _Outlines, facts: PackedFacts
) -> tuple[array[int], Mapping[int, array[int]]]:
    """Keep one fact of each message, and tell its copies.

    The same message in several boxes, or sent with a copy to a watched box, is one: the earliest arrival
    stands for it, an attested copy before the sent one. A Message-ID alone proves nothing (drafts, broken
    robots): the person and the text must agree too.
    """

    def rank(place: int) -> int:
        return outlines.at[place] + _AFTER_ALL * outlines.sent[place]

    repeated = {one for one, other in pairwise(sorted(outlines.identities)) if one == other}
    known: dict[int, int] = {}
    copies: dict[int, array[int]] = {}

    def copies_another(place: int) -> bool:
        identity = outlines.identities[place]
        if identity not in repeated:
            return False
        first = known.setdefault(identity, place)
        if first == place or not _same_message(facts[place], facts[first]):
            return False
        copies.setdefault(first, array("I")).append(place)
        return True

    ranked = _ranked(range(len(facts)), rank, facts)
    return array("I", (place for place in ranked if not copies_another(place))), copies


def _identity(fact: Fact) -> tuple[str, str, bool]:
    ours = fact.answer is not None or fact.role is Role.SENT
    who = fact.sender if ours else fact.reading.correspondent or fact.sender
    return fact.message_id or f"?{fact.key}", who, ours


def _same_message(fact: Fact, other: Fact) -> bool:
    return _identity(fact) == _identity(other) and same_words(fact, other)


def same_words(fact: Fact, other: Fact) -> bool:
    """Say whether two facts of one identifier are of one message.

    A robot may give everything it sends one identifier; the words tell, or the subject where there are none.
    """
    if fact.sketch and other.sketch:
        return alike(fact.sketch, other.sketch)
    return fact.sketch == other.sketch and fact.subject == other.subject


# --- an answer after what it answers --------------------------------------------------------------


def _effective(places: Iterable[int], outlines: _Outlines) -> Callable[[int], int]:
    """A rank by instant, in which an answer waits for the latest message that it names."""
    arrivals = {
        outlines.names[place]: outlines.at[place]
        for place in places
        if outlines.names[place] and not outlines.answers[place]
    }

    def rank(place: int) -> int:
        names = outlines.references.get(place, ())
        at = max((outlines.at[place], *(arrivals[name] for name in names if name in arrivals)))
        # Of one instant, what we wrote comes after what we received.
        return 2 * at + (outlines.answers[place] or outlines.sent[place])

    return rank
