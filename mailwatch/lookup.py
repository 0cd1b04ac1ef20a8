"""Cases found again: by the person who asked, by a message that belongs to them, by the words of a question."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field

from mailwatch.cases import Case
from mailwatch.model import Fact
from mailwatch.threads import FIRST, asked


@dataclass(slots=True, kw_only=True)
class Lookup:
    """The cases opened so far."""

    # Tuples, since most persons and words have one case and a list costs as much again.
    _by_person: dict[str, tuple[Case, ...]] = field(default_factory=dict)
    _by_message: dict[str, Case] = field(default_factory=dict)
    _by_words: dict[int, tuple[Case, ...]] = field(default_factory=dict)

    def of_person(self, person: str) -> tuple[Case, ...]:
        """The cases of a person, in the order in which they became theirs."""
        return self._by_person.get(person, ())

    def give(self, case: Case, person: str) -> None:
        """Note that a case is a person's."""
        known = self.of_person(person)
        if case not in known:
            self._by_person[person] = (*known, case)

    def holds(self, message_id: str | None) -> bool:
        """Say whether a message of that identifier belongs to a case."""
        return message_id in self._by_message

    def remember(self, case: Case, fact: Fact) -> None:
        """Note that a message belongs to a case."""
        if fact.message_id:
            self._by_message.setdefault(fact.message_id, case)
        if fact.answer is None:
            for digest in array("I", asked(fact))[:FIRST]:
                self._by_words[digest] = (*self._by_words.get(digest, ()), case)

    def quoted_by(self, fact: Fact) -> list[Case]:
        """The cases whose messages `fact` refers to or whose words it quotes, the likeliest first."""
        named = [
            self._by_message[name] for name in reversed(fact.references) if name in self._by_message
        ]
        worded = [
            case
            for digest in array("I", fact.quoted_sketch)
            for case in self._by_words.get(digest, ())
            if case.thread.is_quoted(digest, fact)
        ]
        return list(dict.fromkeys((*named, *worded)))
