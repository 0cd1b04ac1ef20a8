"""A second opinion: what a message leans to by all its words, where no field and no form says what it is.

People complain without the word, remind without saying so, thank in a story. Signs (words, their first letters, pairs,
what the rules heard) carry weights learnt from labelled mails (`rules/leanings.toml`). An opinion is never certain:
it says with which words, and how far it leads.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise

from mailwatch.model import Evidence, Nature
from mailwatch.nature.earlier import earlier
from mailwatch.nature.voices import Voices
from mailwatch.ruleset import Leanings
from mailwatch.wording import Hit, Words, tokens

STEM = 4
"""Letters of a longer word that stand for its family."""
_MOST = 600
"""Tokens that are looked at: who says what a letter wants says it before."""
_POINTS = 4
"""Points of a label from which more say nothing more."""
_UNIT = 100
"""Weights are in hundredths."""
_SHOWN = 3
"""Signs that are shown as evidence."""
_SENDER = 8
"""Letters of the words of an address that are looked at."""
BETWEEN = frozenset(",:;¶")
"""Marks that part no pair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an opinion is formed on: the words, the subject's, the sender's, and what the rules heard in them."""

    own: Words
    title: str
    sender: str
    """Name and address, empty when nobody vouches for them."""
    voices: Voices
    replies: bool
    typed: bool = False
    """Whether a person surely typed it, as into a form."""
    ruled: tuple[str, ...] = ()
    """What a rule found in the header or of a machine, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """The natures that a message may have, with their shares of certainty."""

    shares: Mapping[Nature, float]
    """From 0 to 1, the greatest first; together 1."""

    @property
    def nature(self) -> Nature:
        """What the message leans to."""
        return next(iter(self.shares))

    @property
    def share(self) -> float:
        """How far it leads."""
        return self.shares[self.nature]


def lean(letter: Letter, leanings: Leanings) -> Opinion:
    """Say what `letter` leans to."""
    return weigh(signs(letter), leanings)


def weigh(signs: Iterable[str], leanings: Leanings) -> Opinion:
    """Say what a message with these signs leans to."""
    found = filter(None, map(leanings.weights.get, signs))
    sums = leanings.apart(sum(found, leanings.start))
    highest = max(sums)
    odds = [math.exp((score - highest) / _UNIT) for score in sums]
    total = sum(odds)
    ranked = sorted(zip(odds, leanings.natures, strict=True), key=lambda entry: -entry[0])
    return Opinion(shares={nature: odd / total for odd, nature in ranked})


def spoken_for(letter: Letter, nature: Nature, leanings: Leanings) -> tuple[Evidence, ...]:
    """The words of `letter` that speak most for `nature`, as they stand in the text."""
    return speaking(letter.own, signs(letter), nature, leanings)


def speaking(
    own: Words, signs: Iterable[str], nature: Nature, leanings: Leanings
) -> tuple[Evidence, ...]:
    """The words among `signs` that speak most for `nature`, as they stand in the text."""
    column = leanings.natures.index(nature)
    weights = leanings.weights
    # Neither what was heard nor the start of a word stands in the text as it is.
    found = (sign for sign in signs if sign[0].isalnum() and sign[-1] != "*" and sign in weights)
    worded = sorted(
        ((leanings.weight(weights[sign], column), sign) for sign in found), reverse=True
    )
    places = ((own.line.find(f" {sign} ") + 1, sign) for weight, sign in worded if weight > 0)
    shown = islice(((at, at + len(sign)) for at, sign in places if at), _SHOWN)
    rule = f"leaning.{nature}"
    return tuple(
        Evidence(rule=rule, said=Hit(rule, start, end, own), place="body") for start, end in shown
    )


# --- signs ----------------------------------------------------------------------------------------


def signs(letter: Letter) -> set[str]:
    """All the signs of a message, each once; those that are no word start with a sign of their own."""
    spelt = [
        "#" if token.isdecimal() else token
        for token in letter.own.tokens[:_MOST]
        if token not in BETWEEN
    ]
    title = tokens(letter.title)
    found = {*spelt, *title}
    found.update([f"{token[:STEM]}*" for token in found if len(token) > STEM])
    found.update(map(" ".join, pairwise(spelt)))
    found.update([f"@{word}" for word in title])
    found.update(_circumstances(letter))
    return found


def _circumstances(letter: Letter) -> Iterator[str]:
    """What is known beside the words: who writes, at what length, in answer to what, and what the rules heard."""
    for word in tokens(letter.sender):
        yield f"<{word[:_SENDER]}"
    yield f"={letter.voices.words.bit_length()}"
    if letter.replies:
        yield "=reply"
    if "?" in letter.own.line:
        yield "=question"
    for count in range(min(2, len(letter.voices.asked))):
        yield f"=asked {count + 1}"
    for label, points in letter.voices.strengths.items():
        for point in range(min(_POINTS, points)):
            yield f"={label} {point + 1}"
    yield from earlier(letter.own)
    for name in letter.ruled:
        yield f"={name}"
