"""Sealed facts and letters as the decision reads them: by today's settings, in the territory's zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailwatch.corrections import reread
from mailwatch.kinship import bare, names
from mailwatch.model import Correction, CorrectionKind, Fact, Letter, Nature
from mailwatch.packing import unpack
from mailwatch.register.database import DamagedError
from mailwatch.ruleset import Desk
from mailwatch.sealing import boxes, sealed_box, sealed_number
from mailwatch.wording import fold

_NATURES = frozenset(Nature)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What persons said of messages: what each may be besides what it was read as."""

    natures: Mapping[str, Sequence[Correction]]
    """By the bare names of the messages, the oldest first."""
    named: frozenset[str]
    """The bare names of all messages whose nature or place was set right."""

    def concerns(self, fact: Fact) -> bool:
        """Say whether a person said anything of `fact`."""
        return bool(self.named) and not self.named.isdisjoint(names(fact))

    def variants(self, fact: Fact) -> tuple[Fact, ...]:
        """All that `fact` was ever said to be, as it was read first: which holds is the decision's to say."""
        if not self.concerns(fact):
            return (fact,)
        said = (one for name in sorted(names(fact)) for one in self.natures.get(name, ()))
        return (fact, *(reread(fact, one) for one in said))


def amended(corrections: Iterable[Correction]) -> Amended:
    """Sort corrections of messages by the names of the messages."""
    natures: dict[str, list[Correction]] = defaultdict(list)
    named: set[str] = set()
    for one in corrections:
        if one.kind is CorrectionKind.NATURE and one.value in _NATURES:
            natures[bare(one.target)].append(one)
        if one.kind in (CorrectionKind.NATURE, CorrectionKind.LINK):
            named.add(bare(one.target))
    return Amended(natures=natures, named=frozenset(named))
