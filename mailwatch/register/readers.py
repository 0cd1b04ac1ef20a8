"""Sealed facts and letters as the decision reads them: by today's settings, in the territory's zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mailwatch.model import Fact, Letter
from mailwatch.packing import unpack
from mailwatch.register.database import DamagedError
from mailwatch.ruleset import Desk
from mailwatch.sealing import boxes, sealed_box, sealed_number
from mailwatch.wording import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Unpacks facts for one desk."""

    desk: Desk
    key: bytes
    declared: Mapping[str, str]
    """The boxes of the settings, by the pseudonyms they had before they were declared."""

    def fact(self, packed: bytes) -> Fact:
        """Read a fact; a box that was declared since is known again."""
        try:
            fact = unpack(packed, self.desk.zone)
        except ValueError as fault:
            raise DamagedError from fault
        if self.declared.keys().isdisjoint((fact.sender, *fact.recipients)):
            return fact
        name = self.declared.get
        return replace(
            fact,
            sender=name(fact.sender, fact.sender),
            recipients=tuple(name(who, who) for who in fact.recipients),
            reading=replace(
                fact.reading,
                correspondent=name(fact.reading.correspondent, fact.reading.correspondent),
            ),
        )

    def number(self, letter: Letter) -> str:
        """The reference of a letter as the facts name it."""
        return sealed_number(fold(letter.reference), self.key)

    def naming(self, facts: Sequence[Fact], letters: Sequence[Letter]) -> Sequence[Fact]:
        """The facts with the references of `letters` in clear, where they name one."""
        if not letters:
            return facts
        numbers = {self.number(letter): fold(letter.reference) for letter in letters}
        return [
            replace(fact, identifiers=tuple(numbers.get(name, name) for name in fact.identifiers))
            for fact in facts
        ]


def reader(desk: Desk, key: bytes) -> Reader:
    """Make ready to read facts that were sealed with `key`."""
    declared = {sealed_box(box, key): box for box in boxes(desk.institution)}
    return Reader(desk=desk, key=key, declared=declared)
