"""A second opinion on an answer: what its words lean to together, where the rules heard too little or too much.

Agents promise without « je reviens vers vous », ask without a question mark, and name another body as often beside
the matter as to send somebody there. Signs carry weights learnt from labelled answers (`rules/leanings-sent.toml`):
words, their first and last letters, pairs, the bodies named, and the rules' own cues. The verb's ending tells whose
act it is and when, whichever the verb: « je … rai », « vous … ez », « ils … ront ».
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from mailwatch.model import Confidence, Nature, Reading
from mailwatch.nature.cues import DECISIVE, Cue
from mailwatch.nature.leaning import BETWEEN, STEM, speaking, weigh
from mailwatch.ruleset import Leanings, Rule
from mailwatch.wording import Hit, Words

_MOST = 600
"""Tokens that are looked at."""
_ENDING = 3
"""Letters of a longer word that stand for its form."""
_POINTS = 4
"""Points of a label from which more say nothing more."""
_BODIES = 3
"""Bodies from which more say nothing more."""
_BODY = "=body"
_MARK = re.compile(r"\?(?=[\s?!.…)»\"”']|$)")
"""A question mark of a sentence, not of a web address."""
_FAINT = 0.45
"""The share under which an opinion is none."""
_DECIDED = 0.7
"""The share under which it is none against a rule whose words are enough by themselves."""
_TOLD = 0.5
"""The share under which it is none against rules that hear no more than a reply."""
_SENT_AWAY = 0.92
"""The same for a referral: a reply names bodies too, and whoever was sent away is told so in words."""
_MACHINE = 0.7
"""The share under which no opinion takes an agent for a machine."""
MACHINES = frozenset({Nature.AUTOMATIC_ACKNOWLEDGEMENT, Nature.OUT_OF_OFFICE})
_CLEAR = 0.75
"""The share from which an opinion needs no person's eye."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an opinion on an answer is formed on: its words up to where the writer takes leave, and what rules heard."""

    own: Words
    end: int
    """Where the writer takes leave in the folded line."""
    said: Sequence[tuple[Rule, Hit]]
    """The phrases of `rules/outgoing.toml` that were met, wherever they stand."""
    cues: Sequence[Cue]
    ruled: Nature
    """What the rules make of them."""


def seconded(found: Reading, wording: Wording, leanings: Leanings) -> Reading:
    """Hold what rules found in an answer against what all its words lean to."""
    seen = signs(wording)
    opinion = weigh(seen, leanings)
    if opinion.nature is found.nature or opinion.share < _least(wording, opinion.nature):
        return found
    return replace(
        found,
        nature=opinion.nature,
        evidence=speaking(wording.own, seen, opinion.nature, leanings),
        confidence=Confidence.MEDIUM if opinion.share >= _CLEAR else Confidence.LOW,
    )


def _least(wording: Wording, nature: Nature) -> float:
    """The share that an opinion for `nature` needs against the rules."""
    if nature in MACHINES:
        return _MACHINE
    if any(cue.label == wording.ruled and cue.weight == DECISIVE for cue in wording.cues):
        return _DECIDED
    if wording.ruled is not Nature.REPLY:
        return _FAINT
    return _SENT_AWAY if nature is Nature.REFERRAL else _TOLD


# --- signs ----------------------------------------------------------------------------------------


def signs(wording: Wording) -> set[str]:
    """All the signs of an answer, each once; those that are no word start with a sign of their own."""
    return {*spelt(wording), *heard(wording)}


def spelt(wording: Wording) -> set[str]:
    """The signs that its words alone give."""
    told = _tokens(wording.own.line[: wording.end])
    if not _MARK.search(wording.own.text):
        told = [token for token in told if token != "?"]
    forms = [f"~{token[-_ENDING:]}" if len(token) > STEM else token for token in told]
    found = {*told, *forms, f"={len(told).bit_length()}"}
    found.update([f"{token[:STEM]}*" for token in told if len(token) > STEM])
    found.update(map(" ".join, pairwise(told)))
    if "?" in told:
        found.add("=question")
    return found


def _tokens(line: str) -> list[str]:
    """The tokens of a line, numbers alike, without the marks that part no pair."""
    return [
        "#" if token.isdecimal() else token
        for token in line.split(maxsplit=_MOST)[:_MOST]
        if token not in BETWEEN
    ]


def heard(wording: Wording) -> Iterator[str]:
    """What the rules heard: their verdict, how strongly for what, what they only looked for, and the bodies named."""
    yield f"=ruled {wording.ruled}"
    points: dict[str, int] = defaultdict(int)
    for cue in wording.cues:
        points[cue.label] += cue.weight
        if cue.weight == DECISIVE:
            yield f"={cue.label} decisive"
    for label, count in points.items():
        for point in range(min(_POINTS, count)):
            yield f"={label} {point + 1}"
    said = [(rule, hit) for rule, hit in wording.said if hit.start < wording.end]
    for rule, _ in said:
        yield f"=said {rule.label}"
    yield from _bodies(
        wording, sorted((hit.start, hit.end) for rule, hit in said if rule.label == "body")
    )


def _bodies(wording: Wording, places: Iterable[tuple[int, int]]) -> Iterator[str]:
    """How many bodies are named, and the words right before and after any of them."""
    parts: list[str] = []
    at = 0
    for start, end in places:
        if start >= at:
            parts += (wording.own.line[at:start], _BODY)
            at = end
    for count in range(min(_BODIES, len(parts) // 2)):
        yield f"{_BODY} {count + 1}"
    if parts:
        line = " ".join((*parts, wording.own.line[at : wording.end]))
        yield from (" ".join(pair) for pair in pairwise(_tokens(line)) if _BODY in pair)
