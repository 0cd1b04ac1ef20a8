"""What an outgoing message is: an answer, and which, or something that answers nobody.

The words of each nature are weighed by the rules they meet; structure and addressees come first. A promise holds
only when nothing else answers; a question back holds when the case cannot go on without it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from mailwatch.addresses import is_ours
from mailwatch.model import Confidence, Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.automatic import automatic
from mailwatch.ruleset import Rule, Ruleset
from mailwatch.wording import Hit, Words

Weighed = Mapping[str, int]


def outgoing(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, sent by the institution, is."""
    found = automatic(message, own, rules.automatic)
    if found is not None:
        return _of_ours(found)
    if _stays_inside(message, institution):
        evidence = Evidence(rule="outgoing.recipients", text="", place="header")
        return Reading(nature=Nature.INTERNAL_FORWARD, evidence=(evidence,))
    said = rules.outgoing.find(own)
    weights = _weigh(said)
    nature, confidence = _decide(weights)
    evidence_of = [
        Evidence(rule=r.id, text=h.text, place="body") for r, h in said if r.label == nature
    ]
    return Reading(nature=nature, evidence=tuple(evidence_of[:3]), confidence=confidence)


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


def _weigh(said: tuple[tuple[Rule, Hit], ...]) -> Weighed:
    """Add up the weights of the rules met, each rule twice at most."""
    times: dict[str, int] = defaultdict(int)
    weights: dict[str, int] = defaultdict(int)
    for rule, _ in said:
        times[rule.id] += 1
        if times[rule.id] <= 2:
            weights[rule.label] += rule.weight
    return weights


def _decide(weights: Weighed) -> tuple[Nature, Confidence]:
    holding = weights.get(Nature.HOLDING_REPLY, 0)
    needed = weights.get(Nature.INFORMATION_NEEDED, 0)
    referral = weights.get(Nature.REFERRAL, 0)
    answering = weights.get(Nature.REPLY, 0)
    strongest = max(holding, needed, referral)
    if strongest == 0:
        return Nature.REPLY, Confidence.HIGH if answering else Confidence.MEDIUM
    sure = Confidence.HIGH if answering == 0 else Confidence.MEDIUM
    if holding == strongest and holding >= answering:
        return Nature.HOLDING_REPLY, sure
    if needed == strongest and needed >= answering - 2:
        return Nature.INFORMATION_NEEDED, sure
    if referral == strongest and referral >= answering - 2:
        return Nature.REFERRAL, sure
    return Nature.REPLY, Confidence.MEDIUM
