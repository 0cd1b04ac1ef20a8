"""What is no information request from a member of the public, and why.

The ground is the title of a rule: an auditor reads it in the report as the reason of the exclusion.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from mailwatch.addresses import is_state
from mailwatch.model import Confidence, Evidence, Message
from mailwatch.nature.voices import HINTED, SAID, Voice, Voices, certainty
from mailwatch.ruleset import RulePack

_BY_DOMAIN = {"elected_places": "scope.elected", "state_places": "scope.state"}
_BY_BOX = {"elected_boxes": "scope.elected"}
_INVITED = "scope.invitation"
_MEETING = frozenset({"request", "publish", "add"})
"""iTIP methods that propose a meeting (RFC 5546 section 1.4)."""
_UNASKED = frozenset({"report", "deposit"})
"""What is out of scope as long as nothing is asked with it."""
_OUTSPOKEN = frozenset({"report"})
"""What is so even when something is complained of, proposed or recalled: papers sent with that are no deposit."""
_FAILS = "need.fails"
"""Who tells how sending a paper fails has sent none."""
_ROLES = ("role", "sender_role")
_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why a message is out of scope, on what evidence, how surely."""

    reason: str
    evidence: tuple[Evidence, ...]
    points: int

    @property
    def confidence(self) -> Confidence:
        """How far the ground may be trusted."""
        return certainty(self.points)


def out_of_scope(message: Message, voices: Voices, rules: RulePack) -> Ground | None:
    """Find the strongest ground on which `message` is no request; None when it may be one."""
    role = None if voices.says("personal") else _by_role(message, voices, rules)
    if role is not None:
        return role
    if message.calendar_method in _MEETING and not voices.asked:
        evidence = Evidence(rule=_INVITED, said=message.calendar_method, place="structure")
        return Ground(reason=rules.rules[_INVITED].title, evidence=(evidence,), points=SAID)
    if _is_status(voices):
        return None
    matter = _strongest(
        [
            voice
            for voice in voices.heard
            if voice.label == "matter" and voice.sentence not in voices.asked
        ]
    )
    if matter is not None and (not voices.asked or _in_body(matter)):
        return matter
    if voices.asked:
        return None
    said = voices.says("complaint") or voices.says("suggestion") or voices.says("reminder")
    unasked = _OUTSPOKEN if said else _UNASKED
    failing = {voice.sentence for voice in voices.heard if voice.rule.id == _FAILS}
    return _strongest([v for v in voices.heard if v.label in unasked and v.sentence not in failing])


def _is_status(voices: Voices) -> bool:
    """Say whether somebody asks where a file is: a request whatever the file (convention of judgement)."""
    return any(v.rule.id == "ask.status" and v.sentence in voices.asked for v in voices.heard)


def _in_body(ground: Ground) -> bool:
    return any(evidence.place == "body" for evidence in ground.evidence)


def _by_role(message: Message, voices: Voices, rules: RulePack) -> Ground | None:
    """The writer as the sender's address and the words tell: an elected official, the press, another service."""
    heard = [voice for voice in voices.heard if voice.label in _ROLES]
    address = message.senders[0].address if message.senders else ""
    place = _place(address, rules)
    if place is None:
        return _strongest(heard)
    rule, weight = place
    title = rules.rules[rule].title
    told = _strongest([voice for voice in heard if voice.rule.title == title], HINTED)
    evidence = Evidence(rule=rule, said=address, place="header")
    return Ground(
        reason=title,
        evidence=(evidence, *(told.evidence if told else ())),
        points=weight + (told.points if told else 0),
    )


def _place(address: str, rules: RulePack) -> tuple[str, int] | None:
    """What an address says of its owner: the rule it bears out, and how strongly."""
    if is_state(address):
        return "scope.state", SAID
    box, _, host = address.lower().rpartition("@")
    for words, by_list in ((_WORD.split(host), _BY_DOMAIN), (_WORD.split(box), _BY_BOX)):
        for name, rule in by_list.items():
            if not set(words).isdisjoint(rules.lists[name]):
                return rule, HINTED
    return None


def _strongest(heard: list[Voice], least: int = SAID) -> Ground | None:
    """The ground with the most points; None under `least`."""
    grounds: dict[str, dict[str, Voice]] = defaultdict(dict)
    for voice in heard:
        grounds[voice.rule.title].setdefault(voice.rule.id, voice)
    scored = [
        (sum(voice.rule.weight for voice in by_rule.values()), reason, by_rule)
        for reason, by_rule in grounds.items()
    ]
    points, reason, by_rule = max(scored, key=lambda entry: entry[0], default=(0, "", {}))
    if points < least:
        return None
    evidence = tuple(voice.evidence for voice in by_rule.values())
    return Ground(reason=reason, evidence=evidence, points=points)
