"""What speaks for a nature in an answer: cues, the stretches they stand in, and the sentence around them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

from mailwatch.ruleset import Rule
from mailwatch.wording import Hit, Words

DECISIVE = 3
"""The weight of words that are enough by themselves."""
OFFERS = 1
"""The weight of words that only offer, or name a case among others."""
_REACH = 160
"""How far back, in characters, a sentence is looked at."""
_SENTENCE = re.compile(r"[?!.;¶] ")
_UNSURE = re.compile(
    r" (?:si|s il|sinon|au cas ou|en cas|le cas echeant|au besoin|eventuellement|n hesitez) "
)
"""What makes the rest of a sentence an offer or a case among others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words that speak for a nature, how strongly, and where they stand in the folded line."""

    label: str
    rule: str
    weight: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretches:
    """Stretches of the line in order, asked about in no more than logarithmic time."""

    starts: tuple[int, ...]
    reaches: tuple[int, ...]
    """How far each stretch, or one before it, runs."""

    def reach(self, at: int) -> int:
        """How far the stretches run that start at `at` or before."""
        before = bisect_right(self.starts, at)
        return self.reaches[before - 1] if before else 0

    def begins_in(self, start: int, end: int) -> bool:
        """Say whether a stretch starts between `start` and `end`."""
        return bisect_left(self.starts, start) < bisect_left(self.starts, end)


def stretches(
    said: Iterable[tuple[Rule, Hit]],
    labels: frozenset[str] | None,
    more: Iterable[tuple[int, int]] = (),
) -> Stretches:
    """Where the rules of `labels`, or all of them, are met, and some more stretches."""
    met = [(hit.start, hit.end) for rule, hit in said if labels is None or rule.label in labels]
    ordered = sorted([*met, *more])
    return Stretches(
        starts=tuple([start for start, _ in ordered]),
        reaches=tuple(accumulate([end for _, end in ordered], max)),
    )


def before(own: Words, at: int) -> str:
    """What stands before `at` in its sentence, within reach."""
    reach = own.line[max(0, at - _REACH) : at]
    return f" {_SENTENCE.split(reach)[-1]}"


def only_offers(own: Words, at: int) -> bool:
    """Say whether the sentence that holds `at` only offers (« si besoin, adressez-nous … »)."""
    return _UNSURE.search(before(own, at)) is not None
