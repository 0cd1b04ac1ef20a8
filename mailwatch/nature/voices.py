"""What a text says, sentence by sentence: the rules it meets, summed by what they speak for.

A rule speaks for a label with a weight of 1 to 3. It counts once, however often it is met; a label is *said*
from 3 on and *hinted* from 2. A sentence that proposes, reminds or exclaims is no question, whatever its
question mark.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from mailwatch.model import Confidence, Evidence
from mailwatch.ruleset import Rule, RulePack
from mailwatch.wording import Hit, Words

SAID = 3
"""The points from which a label is said: one strong rule, or several weak ones."""
HINTED = 2
"""The points from which a label is believed for want of better."""

_END = re.compile(r"[?!.;¶…](?= )(?<! [a-z] \.)(?<! mme \.)")
"""The end of a sentence; the dot of an initial or of « M. » is none."""
_ADDRESS_OF_THE_WEB = ("://", "www.")
_MARK = re.compile(r"\?(?=[\s?!.…)»\"”']|$)")
_SIGNATURE = 200
"""Characters within which somebody signs: name, title, body, address."""
TITLE = -1
"""The sentence that a subject is."""
_TITLE = "title:"
_UNASKING = frozenset({"suggestion", "exclamation", "reminder", "receipt"})
"""What makes a question of its sentence something else."""


class Voice(NamedTuple):
    """One rule met: what it speaks for, the words, and the sentence they stand in. A tuple, as a `Hit` is."""

    label: str
    rule: Rule
    hit: Hit
    place: str
    sentence: int

    @property
    def evidence(self) -> Evidence:
        """The words the rule was met with."""
        return Evidence(rule=self.rule.id, said=self.hit, place=self.place)


@dataclass(frozen=True, kw_only=True)
class Voices:
    """All that a text says."""

    heard: tuple[Voice, ...]
    asked: frozenset[int]
    """The sentences that ask something and do nothing else."""
    words: int

    def points(self, *labels: str) -> int:
        """How strongly the text speaks for `labels`, each rule once."""
        return sum(self.strengths.get(label, 0) for label in labels)

    @cached_property
    def strengths(self) -> Mapping[str, int]:
        """The points of each label."""
        points: dict[str, int] = defaultdict(int)
        for label, weight in {v.rule.id: (v.label, v.rule.weight) for v in self.heard}.values():
            points[label] += weight
        return points

    def says(self, *labels: str) -> bool:
        """Say whether `labels` have the points of a thing said."""
        return self.points(*labels) >= SAID

    def evidence(self, *labels: str) -> tuple[Evidence, ...]:
        """The words that speak for `labels`, the strongest rules first, each rule once."""
        first = {v.rule.id: v for v in reversed(self.heard) if v.label in labels}
        ranked = sorted(first.values(), key=lambda v: (-v.rule.weight, v.sentence))
        return tuple(voice.evidence for voice in ranked)


def certainty(points: int) -> Confidence:
    """How far points may be trusted."""
    if points >= SAID:
        return Confidence.HIGH
    return Confidence.MEDIUM if points >= HINTED else Confidence.LOW


# --- listening ------------------------------------------------------------------------------------


def listen(words: Words, pack: RulePack) -> Voices:
    """Hear what a text says, up to the disclaimer; a role counts where a writer signs."""
    found = pack.find(words)
    end = _disclaimer(words, found)
    ends = [match.start() for match in _END.finditer(words.line, 0, end)]
    signature = _signature(words, ends, end)
    heard = tuple(
        _voice(rule, hit, "body", bisect_right(ends, hit.start))
        for rule, hit in found
        if hit.start < end
        and not rule.label.startswith(_TITLE)
        and (rule.label != "role" or hit.start >= signature)
    )
    return Voices(
        heard=heard, asked=frozenset(_asked(words, ends, heard)), words=_count(words, end)
    )


def undisclaimed(words: Words, pack: RulePack) -> Words:
    """The words of a text up to the disclaimer."""
    return words.until(_disclaimer(words, pack.find(words)))


def listen_to_title(words: Words, pack: RulePack) -> Voices:
    """Hear what a subject says: one sentence, where some words say more than in a text."""
    heard = tuple(
        _voice(rule, hit, "subject", TITLE)
        for rule, hit in pack.find(words)
        if rule.label != "role" and (rule.label != "reminder" or rule.weight == SAID)
    )
    marked = words.line.endswith(" ? ") or any(voice.label == "ask" for voice in heard)
    unasking = any(voice.label in _UNASKING for voice in heard)
    asked = frozenset({TITLE} if marked and not unasking else ())
    return Voices(heard=heard, asked=asked, words=_count(words, len(words.line)))


def together(body: Voices, title: Voices) -> Voices:
    """Hear a text and its title as one."""
    return Voices(
        heard=body.heard + title.heard,
        asked=body.asked | title.asked,
        words=body.words + title.words,
    )


def _voice(rule: Rule, hit: Hit, place: str, sentence: int) -> Voice:
    label = rule.label.removeprefix(_TITLE)
    return Voice(label, rule, hit, place, sentence)


def _disclaimer(words: Words, found: Iterable[tuple[Rule, Hit]]) -> int:
    """Where the legal notice of a mail program starts, else the end."""
    starts = (hit.start for rule, hit in found if rule.label == "disclaimer" and hit.start > 1)
    return min(starts, default=len(words.line))


def _count(words: Words, end: int) -> int:
    return max(0, words.line.count(" ", 0, end) - 1)


def _signature(words: Words, ends: list[int], end: int) -> int:
    """Where the last words start that no full stop, question or exclamation mark follows."""
    stops = [stop for stop in ends if words.line[stop] != "¶"] or ends[:1]
    if not stops:
        return len(words.line)
    return max(stops[-1], end - _SIGNATURE)


def _asked(words: Words, ends: list[int], heard: tuple[Voice, ...]) -> set[int]:
    """The sentences that ask, by formula or by mark, and do nothing else."""
    asking = {voice.sentence for voice in heard if voice.label == "ask"}
    plain = not any(sign in words.text for sign in _ADDRESS_OF_THE_WEB)
    asking |= {
        number
        for number, end in enumerate(ends)
        if _is_mark(words, ends, number) and (plain or _is_typed(words, end))
    }
    return asking - {voice.sentence for voice in heard if _unasks(voice)}


def _unasks(voice: Voice) -> bool:
    """Say whether a rule makes something else of a question; the weakest sign of a reminder does not."""
    return voice.label in _UNASKING and (voice.label != "reminder" or voice.rule.weight >= HINTED)


def _is_mark(words: Words, ends: list[int], number: int) -> bool:
    """Say whether a question mark ends a sentence of at least one word."""
    end = ends[number]
    return words.line[end] == "?" and end > 1 and not (number and ends[number - 1] == end - 2)


def _is_typed(words: Words, end: int) -> bool:
    """Say whether a person typed a question mark: one inside an address of the web is followed by its query."""
    token = bisect_right(words.starts, end) - 1
    return _MARK.match(words.text, words.spans[token][0]) is not None
