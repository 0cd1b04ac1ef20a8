"""What an outgoing message is: an answer, and which, or something that answers nobody.

Structure and addressees come first. Then the words are weighed, label by label, over what the writer says before
taking leave: a question back holds when the case cannot go on without it, a referral when somebody else will
answer, a promise when nothing answers yet; the rest replies. Words of promise are those of `rules/promises.toml`.
"""

from __future__ import annotations

import re
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
_PROMISES = 2
"""The weight of words that promise; lighter ones only ask for patience."""
_AGAIN = 2
"""How often one rule is counted: saying a thing often does not make it truer."""
_GREETING = 3
"""Words before which nobody takes leave yet."""
_SENTENCE = re.compile(r"[?!.;¶] ")
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
    said = rules.outgoing.find(own)
    end = _leave(said, own)
    aside = [hit for rule, hit in said if rule.label == "aside"]
    times: dict[str, int] = defaultdict(int)
    for rule, hit in (*said, *_promised(own, rules.promises)):
        times[rule.id] += 1
        if hit.start >= end or times[rule.id] > _AGAIN or _inside(hit, aside):
            continue
        label = Nature.HOLDING_REPLY if rule.label == "promise" else rule.label
        yield _Cue(label=label, rule=rule.id, text=hit.text, weight=_strength(rule, hit, own))
    yield from _questions(own, end, aside)


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
    return 1 if _UNSURE.search(_before(own, hit.start)) else rule.weight


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
    if nature is Nature.REFERRAL:
        keeps = _keeps_the_case(cues)
        return not keeps and weights[nature] >= 2 and weights[nature] >= answers
    promised = _strongest(cues, nature) >= _PROMISES
    return weights[nature] > answers or (promised and weights[nature] == answers)


def _keeps_the_case(cues: tuple[_Cue, ...]) -> bool:
    """Say whether the writer passes something on and still answers in person (« … et je vous réponds »)."""
    return any(cue.rule == "holding.in_person" for cue in cues)
