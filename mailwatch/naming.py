"""What persons call messages: by identifier, by key, or by the id of the request that one opens.

A name means every copy of a message, wherever they lie. The identifier that a robot gives to all it sends means
none; the id of a request means the first of the messages that it could be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from mailwatch.kinship import bare, names
from mailwatch.model import Fact, Letter
from mailwatch.ordering import same_words
from mailwatch.standing import letter_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The messages and letters that persons name."""

    messages: Mapping[str, tuple[Fact, ...]]
    """The copies of a message, by each bare name that somebody gave it."""
    ambiguous: frozenset[str]
    """Names that several messages bear."""
    letters: Mapping[str, str]
    """The ids of letters, by their bare names."""

    def keys(self, name: str) -> frozenset[str]:
        """The keys of the message of that name, none for none."""
        return frozenset(fact.key for fact in self.messages.get(bare(name), ()))

    def is_request(self, name: str) -> bool:
        """Say whether a message is called by the id of the request that it would open."""
        return all(
            name not in {bare(fact.message_id or ""), bare(fact.key)}
            for fact in self.messages[name]
        )


def known_as(
    asked: frozenset[str] | set[str], facts: Collection[Fact], letters: Iterable[Letter]
) -> Known:
    """Find the messages and letters that the bare names of `asked` mean."""
    bearers: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for name in asked & names(fact) - {""}:
            bearers[name].append(fact)
    identifiers = {fact.message_id for found in bearers.values() for fact in found} - {None}
    copies: dict[str | None, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.message_id in identifiers:
            copies[fact.message_id].append(fact)
    ambiguous = frozenset(name for name, found in bearers.items() if _differ(name, found))
    return Known(
        messages={
            name: _copies(found, copies) for name, found in bearers.items() if name not in ambiguous
        },
        ambiguous=ambiguous,
        letters={
            bare(name): letter_id(letter)
            for letter in reversed(tuple(letters))
            for name in (letter.reference, letter_id(letter))
        },
    )


def _differ(name: str, bearers: Sequence[Fact]) -> bool:
    """Say whether an identifier is that of several messages; a request's id is that of its first."""
    earliest = first(bearers)
    return name == bare(earliest.message_id or "") and not all(
        _copies_of(earliest, other) for other in bearers
    )


def _copies(
    bearers: Sequence[Fact], copies: Mapping[str | None, Sequence[Fact]]
) -> tuple[Fact, ...]:
    earliest = first(bearers)
    same = copies.get(earliest.message_id, bearers)
    return tuple(fact for fact in same if _copies_of(earliest, fact))


def first(facts: Iterable[Fact]) -> Fact:
    """The earliest of some facts."""
    return min(facts, key=lambda fact: (fact.at, fact.file, fact.key))


def _copies_of(fact: Fact, other: Fact) -> bool:
    """Say whether two facts of one identifier are copies of one message, wherever they lie."""
    return fact.sender == other.sender and same_words(fact, other)


def canonical(copies: Iterable[Fact]) -> str:
    """One name for a message, whichever of its copies is asked."""
    return min(fact.key for fact in copies)
