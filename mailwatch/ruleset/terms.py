"""The values that rule files are made into."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from mailwatch.model import Institution, LocalRule, Nature
from mailwatch.wording import Hit, Phrasebook, Words
from mailwatch.workdays import Calendar, Territory


class Status(StrEnum):
    """How well a rule is founded."""

    SOURCED = "sourced"
    INTERPRETED = "interpreted"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way of wording something, with its source and its examples."""

    id: str
    label: str
    """What the rule speaks for: a nature, a kind of line, a kind of promise."""
    title: str
    source: str
    status: Status
    phrases: tuple[str, ...]
    hits: tuple[str, ...]
    """Sentences that the rule must find."""
    misses: tuple[str, ...]
    """Sentences near to it that the rule must not find."""
    weight: int = 1
    """How strongly the rule speaks, from 1 to 3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The rules and word lists of one file, before its phrases are compiled."""

    name: str
    title: str = ""
    """What the file is about, in French."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """What the rules of each label decide, in French."""
    list_titles: Mapping[str, str] = field(default_factory=dict)
    """What each list holds, in French."""
    rules: Mapping[str, Rule]
    lists: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RulePack:
    """The rules of one file, compiled together; `lists` holds its plain word lists.

    A pack is itself and no other: what is compiled from it may be cached by it.
    """

    rules: Mapping[str, Rule]
    lists: Mapping[str, tuple[str, ...]]
    phrasebook: Phrasebook
    """Shared with the packs that judge the same mails: one reading finds the phrases of all."""
    draft: Draft
    """What it was made of, for the manual."""

    def find(self, words: Words) -> tuple[tuple[Rule, Hit], ...]:
        """Every rule that `words` meets, with the words it rests on, in the order of the text."""
        return self._own(_found(self.phrasebook, words))

    def begin(self, words: Words) -> tuple[tuple[Rule, Hit], ...]:
        """Every rule that the very first of `words` meet."""
        return self._own(self.phrasebook.find(words, 1))

    def _own(self, found: Iterable[Hit]) -> tuple[tuple[Rule, Hit], ...]:
        known = self.rules.get
        return tuple([(rule, hit) for hit in found if (rule := known(hit.key)) is not None])


@lru_cache(maxsize=4)
def _found(phrasebook: Phrasebook, words: Words) -> tuple[Hit, ...]:
    """What a phrasebook finds in a text that is being judged; several packs and rules ask in turn."""
    return tuple(phrasebook.find(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Leanings:
    """How strongly each sign speaks for each nature, in hundredths.

    The weights of one sign for all natures stand side by side in one whole number, `FIELD` bits each, the first
    lowest: a mail has hundreds of signs, and their numbers are added up at once.
    """

    natures: tuple[Nature, ...]
    start: int
    """What stands before any sign is seen, as a sign's weights do."""
    weights: Mapping[str, int]

    def weight(self, number: int, place: int) -> int:
        """The weight in `number` that stands at `place` of `natures`."""
        return (number + _LIFT >> FIELD * place & _FULL) - _HALF

    def apart(self, number: int) -> tuple[int, ...]:
        """The weights that stand in `number`, in the order of `natures`."""
        return tuple(self.weight(number, place) for place in range(len(self.natures)))


FIELD = 32
"""Bits in which a sum of weights has room."""
_HALF = 1 << FIELD - 1
_FULL = (1 << FIELD) - 1
_LIFT = sum(_HALF << FIELD * place for place in range(len(Nature)))
"""What makes every weight positive, so that none borrows from its neighbour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of the référentiel or a choice of reading, as the report prints it."""

    key: str
    value: object
    title: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settled definitions: delays, qualifying answers, follow-up, targets."""

    email_days: int
    letter_days: int
    qualifying: frozenset[Nature]
    substantive: frozenset[Nature]
    """Qualifying natures that also end the request."""
    follow_up_days: int
    """Working days after which a holding reply without date counts as not followed up."""
    duplicate_days: int
    """Calendar days within which the same words from the same person are one request."""
    reminder_days: int
    """Calendar days within which a reminder may belong to a request without other evidence."""
    answer_window_days: int
    """Calendar days after arrival within which an answer without reference may be matched."""
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """The lengths that plain language is measured by."""

    longest_sentence: int
    """Words."""
    longest_bare: int
    """Words of a message that needs neither greeting nor closing formula."""
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All that the rule files say, those of the site included."""

    policy: Policy
    automatic: RulePack
    """How machines word what they send by themselves, read together with `incoming`."""
    automatic_sent: RulePack
    """The same rules, read together with `outgoing`."""
    incoming: RulePack
    outgoing: RulePack
    mentions: RulePack
    promises: RulePack
    language: RulePack
    """Greetings and the like: advice, never a verdict."""
    leanings: Leanings
    """What words say of incoming mail without proving it."""
    leanings_sent: Leanings
    """The same of answers."""
    measures: Measures
    territories: Mapping[str, Territory]
    local: tuple[LocalRule, ...] = ()
    """What the site's own files change, in their order."""
    digest: str
    """SHA-256 over all files in the order of their names, the site's own ones too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The rules as one institution applies them: what every decision is made with."""

    institution: Institution
    rules: Ruleset
    calendar: Calendar
    zone: ZoneInfo
    persons: Callable[[str], tuple[str, ...]] | None = None
    """Says which words of a line are a person's name, for authors whom directory and rules leave undecided."""
