"""What an outgoing message is: an answer, and which, or something that answers nobody.

Structure and addressees come first. Then the words are weighed, label by label, over what the writer says before
taking leave: a question back holds when the case cannot go on without it, a referral when somebody else will
answer, a promise when nothing answers yet; the rest replies. Words of promise are those of `rules/promises.toml`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, chain, islice

from mailwatch.addresses import is_ours, is_state
from mailwatch.model import Confidence, Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.automatic import automatic
from mailwatch.ruleset import Rule, RulePack, Ruleset
from mailwatch.wording import Hit, Words

HUMAN_ANSWERS = frozenset(
    {Nature.REPLY, Nature.HOLDING_REPLY, Nature.INFORMATION_NEEDED, Nature.REFERRAL}
)
"""What a person of ours writes to somebody outside; only these carry mentions."""

_DECISIVE = 3
"""The weight of words that are enough by themselves."""
_OFFERS = 1
"""The weight of words that only offer, or name a case among others."""
_AGAIN = 2
"""How often one rule is counted: saying a thing often does not make it truer."""
_GREETING = 20
"""Characters before which nobody takes leave yet."""
_REACH = 160
"""How far back, in characters, a sentence is looked at."""
_SHOWN = 3
"""How many cues stand as evidence."""
_TELLING = 5
"""Words below which a sentence is a greeting or a line of a signature."""
_OF_OTHERS = frozenset({Nature.REFERRAL, Nature.INFORMATION_NEEDED})
"""What takes « vous devez » away from a reply: « vous devez vous adresser à la mairie »."""
_ASIDE = frozenset({"aside"})
_ELSEWHERE = frozenset({"elsewhere"})
_SENTENCE = re.compile(r"[?!.;¶] ")
_CLAUSE = re.compile(r"[?!.;:¶] ")
_UNSURE = re.compile(
    r" (?:si|s il|sinon|au cas ou|en cas|le cas echeant|au besoin|eventuellement|n hesitez) "
)
"""What makes the rest of a sentence an offer or a case among others."""
_QUESTION = re.compile(r" \?(?= )(?! (?:oui|non) )")
"""A question mark that its writer does not answer at once."""
_TO_YOU = re.compile(
    r" (?:vous|votre|vos|tu|ton|ta|quel|quelle|quels|quelles|qui|quand|comment|combien|ou|est ce) "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    """Words that speak for a nature, how strongly, and where they stand in the folded line."""

    label: str
    rule: str
    weight: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretches:
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


def outgoing(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, sent by the institution, is."""
    found = automatic(message, own, rules.automatic_sent)
    if found is not None:
        return _of_ours(found)
    if _stays_inside(message, institution):
        evidence = Evidence(rule="outgoing.recipients", text="", place="header")
        return Reading(nature=Nature.INTERNAL_FORWARD, evidence=(evidence,))
    cues = tuple(_cues(own, rules))
    if _is_passed_on(message, institution) and _weight(cues, Nature.INTERNAL_FORWARD):
        return _reading(Nature.INTERNAL_FORWARD, cues, own, Confidence.MEDIUM)
    nature, confidence = _decide(cues)
    return _reading(nature, cues, own, confidence)


def _of_ours(found: Reading) -> Reading:
    """A robot of ours that answers a citizen acknowledges, whatever its words."""
    if found.nature is not Nature.AUTOMATIC_REPLY:
        return found
    return Reading(
        nature=Nature.AUTOMATIC_ACKNOWLEDGEMENT,
        evidence=found.evidence,
        confidence=found.confidence,
    )


def _stays_inside(message: Message, institution: Institution) -> bool:
    recipients = (*message.to, *message.cc, *message.bcc)
    return bool(recipients) and all(is_ours(who.address, institution) for who in recipients)


def _is_passed_on(message: Message, institution: Institution) -> bool:
    """Say whether nobody but State services, or nobody known, is written to."""
    recipients = (*message.to, *message.cc, *message.bcc)
    return all(is_state(who.address) or is_ours(who.address, institution) for who in recipients)


def _reading(nature: Nature, cues: Iterable[_Cue], own: Words, confidence: Confidence) -> Reading:
    evidence = tuple(
        Evidence(rule=cue.rule, text=own.original(cue.start, cue.end), place="body")
        for cue in islice((cue for cue in cues if cue.label == nature), _SHOWN)
    )
    return Reading(nature=nature, evidence=evidence, confidence=confidence)


# --- what is said ---------------------------------------------------------------------------------


def _cues(own: Words, rules: Ruleset) -> Iterator[_Cue]:
    """Every cue in what the writer says before taking leave."""
    found = rules.outgoing.find(own)
    end = _leave(found, own)
    said = [entry for entry in (*found, *_promised(own, rules.promises)) if entry[1].start < end]
    aside = _stretches(said, _ASIDE)
    sent_on = _stretches(said, _ASIDE | _OF_OTHERS)
    times: dict[str, int] = defaultdict(int)
    read_to: dict[str, int] = defaultdict(int)
    for rule, hit in sorted(said, key=lambda entry: (entry[1].start, -entry[0].weight)):
        around = sent_on if rule.label == Nature.REPLY else aside
        label = Nature.HOLDING_REPLY if rule.label == "promise" else rule.label
        known = hit.start < read_to[label] or times[rule.id] == _AGAIN
        if known or around.reach(hit.start) > hit.start:
            continue
        times[rule.id] += 1
        read_to[label] = hit.end
        weight = _strength(rule, hit, own)
        yield _Cue(label=label, rule=rule.id, weight=weight, start=hit.start, end=hit.end)
    yield from _questions(own, end, aside)
    told = _stretches(said, None)
    yield from _statements(own, end, told, frozenset(rules.outgoing.lists["statement"]))


def _stretches(said: Iterable[tuple[Rule, Hit]], labels: frozenset[str] | None) -> _Stretches:
    """Where the rules of `labels`, or all of them, are met."""
    hits = sorted(
        (hit.start, hit.end) for rule, hit in said if labels is None or rule.label in labels
    )
    return _Stretches(
        starts=tuple(start for start, _ in hits),
        reaches=tuple(accumulate((end for _, end in hits), max)),
    )


def _leave(said: Iterable[tuple[Rule, Hit]], own: Words) -> int:
    """Where the writer takes leave: signatures, opening hours and disclaimers below say nothing of the case."""
    return next(
        (hit.start for rule, hit in said if rule.label == "leave" and hit.start > _GREETING),
        len(own.line),
    )


def _promised(own: Words, promises: RulePack) -> Iterator[tuple[Rule, Hit]]:
    """The words that engage us, without those that longer words take back."""
    found = promises.find(own)
    taken_back = _stretches(found, _ELSEWHERE)
    for rule, hit in found:
        if rule.label == "promise" and taken_back.reach(hit.end - 1) < hit.end:
            yield rule, hit


def _strength(rule: Rule, hit: Hit, own: Words) -> int:
    """The weight of a rule, or a hint's when the sentence only offers (« si besoin, adressez-nous … »)."""
    if rule.label not in _OF_OTHERS:
        return rule.weight
    return _OFFERS if _UNSURE.search(_before(own, hit.start)) else rule.weight


def _before(own: Words, at: int) -> str:
    """What stands before `at` in its sentence, within reach."""
    reach = own.line[max(0, at - _REACH) : at]
    return f" {_SENTENCE.split(reach)[-1]}"


def _questions(own: Words, end: int, aside: _Stretches) -> Iterator[_Cue]:
    """Questions put to the citizen: an agent hardly asks any other."""
    for mark in _QUESTION.finditer(own.line, 0, end):
        asked = _before(own, mark.start())
        start = mark.start() - len(asked) + 1
        if _TO_YOU.search(asked) and not aside.begins_in(start, mark.start()):
            yield _Cue(
                label=Nature.INFORMATION_NEEDED,
                rule="needed.question",
                weight=_DECISIVE,
                start=start,
                end=mark.start() + 2,
            )


def _statements(own: Words, end: int, told: _Stretches, marks: frozenset[str]) -> Iterator[_Cue]:
    """The first sentences that say something and meet no rule: they tell how the matter stands."""
    at = 1
    count = 0
    for match in chain(_CLAUSE.finditer(own.line, 0, end), (None,)):
        stop = match.start() if match else end
        words = () if told.begins_in(at, stop) else own.line[at:stop].split()
        if len(words) >= _TELLING and "je" not in words and not marks.isdisjoint(words):
            yield _Cue(label=Nature.REPLY, rule="reply.statement", weight=1, start=at, end=stop)
            count += 1
        if count == _AGAIN:
            return
        at = match.end() if match else end


# --- what it comes to -----------------------------------------------------------------------------


def _weight(cues: Iterable[_Cue], label: str) -> int:
    return sum(cue.weight for cue in cues if cue.label == label)


def _strongest(cues: Iterable[_Cue], label: str) -> int:
    return max((cue.weight for cue in cues if cue.label == label), default=0)


def _decide(cues: tuple[_Cue, ...]) -> tuple[Nature, Confidence]:
    weights: Mapping[str, int] = {
        label: _weight(cues, label)
        for label in (
            Nature.HOLDING_REPLY,
            Nature.INFORMATION_NEEDED,
            Nature.REFERRAL,
            Nature.REPLY,
        )
    }
    answers = weights[Nature.REPLY]
    for nature in (Nature.INFORMATION_NEEDED, Nature.REFERRAL, Nature.HOLDING_REPLY):
        if _holds(nature, cues, weights):
            return nature, Confidence.HIGH if answers <= 1 else Confidence.MEDIUM
    doubtful = answers == 0 and any(weights.values())
    return Nature.REPLY, Confidence.LOW if doubtful else Confidence.HIGH


def _holds(nature: Nature, cues: tuple[_Cue, ...], weights: Mapping[str, int]) -> bool:
    """Say whether `nature` stands against what else is said."""
    answers = weights[Nature.REPLY]
    if nature is Nature.INFORMATION_NEEDED:
        asked = _strongest(cues, nature) == _DECISIVE
        return asked or weights[nature] > answers + weights[Nature.REFERRAL]
    keeps = _keeps_the_case(cues)
    if nature is Nature.REFERRAL:
        return not keeps and _OFFERS < weights[nature] > answers
    others = answers if keeps else answers + weights[Nature.REFERRAL]
    decisive = _strongest(cues, nature) == _DECISIVE
    return weights[nature] > others or (decisive and weights[nature] == others)


def _keeps_the_case(cues: tuple[_Cue, ...]) -> bool:
    """Say whether the writer passes something on and still answers in person (« … et je vous réponds »)."""
    return any(cue.rule == "holding.in_person" for cue in cues)
