"""What an outgoing message is: an answer, and which, or something that answers nobody.

Structure and addressees come first. Then the words are weighed, label by label, over what the writer says before
taking leave: a question back holds when the case cannot go on without it, a referral when somebody else will
answer, a promise when nothing answers yet; the rest replies. Words of promise are those of `rules/promises.toml`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mailwatch.addresses import is_ours, is_state
from mailwatch.model import Confidence, Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.automatic import automatic
from mailwatch.ruleset import Rule, RulePack, Ruleset
from mailwatch.wording import Hit, Words

_DECISIVE = 3
"""The weight of words that are enough by themselves."""
_OFFERS = 1
"""The weight of words that only offer, or name a case among others."""
_AGAIN = 2
"""How often one rule is counted: saying a thing often does not make it truer."""
_GREETING = 3
"""Words before which nobody takes leave yet."""
_TELLING = 5
"""Words below which a sentence is a greeting or a line of a signature."""
_OF_OTHERS = frozenset({Nature.REFERRAL, Nature.INFORMATION_NEEDED})
"""What takes « vous devez » away from a reply: « vous devez vous adresser à la mairie »."""
_SENTENCE = re.compile(r"[?!.;¶] ")
_CLAUSE = re.compile(r"[?!.;:¶] ")
_UNSURE = re.compile(
    r" (?:si|s il|sinon|au cas ou|en cas|le cas echeant|au besoin|eventuellement|n hesitez) "
)
"""What makes the rest of a sentence an offer or a case among others."""
_QUESTION = re.compile(r"\?(?![\w&=#/])")
"""A question mark that ends something, not that of an address of the Web."""
_TO_YOU = re.compile(
    r" (?:vous|votre|vos|tu|ton|ta|quel|quelle|quels|quelles|qui|quand|comment|combien|ou|est ce) "
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    """Words that speak for a nature, and how strongly."""

    label: str
    rule: str
    text: str
    weight: int


def outgoing(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, sent by the institution, is."""
    found = automatic(message, own, rules.automatic)
    if found is not None:
        return _of_ours(found)
    if _stays_inside(message, institution):
        evidence = Evidence(rule="outgoing.recipients", text="", place="header")
        return Reading(nature=Nature.INTERNAL_FORWARD, evidence=(evidence,))
    cues = tuple(_cues(own, rules))
    if _is_passed_on(message, institution) and _weight(cues, Nature.INTERNAL_FORWARD):
        return _reading(Nature.INTERNAL_FORWARD, cues, Confidence.MEDIUM)
    nature, confidence = _decide(cues)
    return _reading(nature, cues, confidence)


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


def _reading(nature: Nature, cues: Iterable[_Cue], confidence: Confidence) -> Reading:
    evidence = [
        Evidence(rule=cue.rule, text=cue.text, place="body") for cue in cues if cue.label == nature
    ]
    return Reading(nature=nature, evidence=tuple(evidence[:3]), confidence=confidence)


# --- what is said ---------------------------------------------------------------------------------


def _cues(own: Words, rules: Ruleset) -> Iterator[_Cue]:
    """Every cue in what the writer says before taking leave."""
    found = rules.outgoing.find(own)
    end = _leave(found, own)
    said = [entry for entry in (*found, *_promised(own, rules.promises)) if entry[1].start < end]
    aside = [hit for rule, hit in said if rule.label == "aside"]
    sent_on = [hit for rule, hit in said if rule.label in _OF_OTHERS]
    times: dict[str, int] = defaultdict(int)
    read_to: dict[str, int] = defaultdict(int)
    for rule, hit in said:
        around = (*aside, *sent_on) if rule.label == Nature.REPLY else aside
        if hit.start < read_to[rule.id] or times[rule.id] == _AGAIN or _inside(hit, around):
            continue
        times[rule.id] += 1
        read_to[rule.id] = hit.end
        label = Nature.HOLDING_REPLY if rule.label == "promise" else rule.label
        yield _Cue(label=label, rule=rule.id, text=hit.text, weight=_strength(rule, hit, own))
    yield from _questions(own, end, aside)
    statements = frozenset(rules.outgoing.lists["statement"])
    yield from _statements(own, end, [hit.start for _, hit in said], statements)


def _leave(said: Iterable[tuple[Rule, Hit]], own: Words) -> int:
    """Where the writer takes leave: signatures, opening hours and disclaimers below say nothing of the case."""
    begins = own.starts[_GREETING] if len(own.starts) > _GREETING else 0
    return next(
        (hit.start for rule, hit in said if rule.label == "leave" and hit.start > begins),
        len(own.line),
    )


def _promised(own: Words, promises: RulePack) -> Iterator[tuple[Rule, Hit]]:
    """The words that engage us, without those that longer words take back."""
    found = promises.find(own)
    taken_back = [hit for rule, hit in found if rule.label == "elsewhere"]
    for rule, hit in found:
        if rule.label == "promise" and not any(
            other.start < hit.end <= other.end for other in taken_back
        ):
            yield rule, hit


def _inside(hit: Hit, others: Iterable[Hit]) -> bool:
    return any(other.start <= hit.start < other.end for other in others)


def _strength(rule: Rule, hit: Hit, own: Words) -> int:
    """The weight of a rule, or a hint's when the sentence only offers (« si besoin, adressez-nous … »)."""
    if rule.label not in (Nature.INFORMATION_NEEDED, Nature.REFERRAL):
        return rule.weight
    return _OFFERS if _UNSURE.search(_before(own, hit.start)) else rule.weight


def _before(own: Words, at: int) -> str:
    """What stands before `at` in its sentence, within reach."""
    reach = own.line[max(0, at - 160) : at]
    return f" {_SENTENCE.split(reach)[-1]}"


def _questions(own: Words, end: int, aside: Iterable[Hit]) -> Iterator[_Cue]:
    """Questions put to the citizen: an agent hardly asks any other."""
    for start, (first, last) in zip(own.starts, own.spans, strict=True):
        if start >= end:
            return
        if own.text[first:last] != "?" or not _QUESTION.match(own.text, first):
            continue
        if own.line.startswith((" oui ", " non "), start + 1):
            continue
        asked = _before(own, start)
        if _TO_YOU.search(asked) and not any(
            start - len(asked) <= hit.start < start for hit in aside
        ):
            yield _Cue(
                label=Nature.INFORMATION_NEEDED,
                rule="needed.question",
                text=own.original(start - len(asked) + 1, start + 1),
                weight=_DECISIVE,
            )


def _statements(
    own: Words, end: int, starts: Iterable[int], marks: frozenset[str]
) -> Iterator[_Cue]:
    """The first sentences that say something and meet no rule: they tell how the matter stands."""
    known = sorted(starts)
    at = told = 0
    for match in (*_CLAUSE.finditer(own.line, 0, end), None):
        stop = match.start() if match else end
        words = own.line[at:stop].split()
        plain = bisect_left(known, at) == bisect_left(known, stop) and "je" not in words
        if plain and len(words) >= _TELLING and not marks.isdisjoint(words):
            told += 1
            text = own.original(own.line.index(words[0], at), stop)
            yield _Cue(label=Nature.REPLY, rule="reply.statement", text=text, weight=1)
        if told == _AGAIN:
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
