"""Mail of our own people found in an inbox: correspondence, or a citizen's question passed on."""

from __future__ import annotations

import re
from dataclasses import replace

from mailwatch.addresses import is_ours
from mailwatch.model import Confidence, Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.forms import is_robot
from mailwatch.nature.person import ANSWER_DUE, wanted
from mailwatch.nature.voices import HINTED, SAID, Voices, listen
from mailwatch.ruleset import RulePack
from mailwatch.wording import read

_ADDRESS = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def colleague(
    message: Message, voices: Voices, institution: Institution, rules: RulePack
) -> Reading:
    """Read the mail of a colleague; an answer is due when it passes on what a citizen asks."""
    sender = message.senders[0].address
    answered = [
        who.address
        for who in (*message.to, *message.cc)
        if who.address and not is_ours(who.address, institution)
    ]
    if answered:
        return Reading(nature=Nature.INTERNAL, correspondent=answered[0])
    if voices.says("handled"):
        return Reading(
            nature=Nature.INTERNAL, correspondent=sender, evidence=voices.evidence("handled")
        )
    if message.forwarded is not None:
        return _passed_on(message, institution, rules)
    return _told(message, voices, institution)


def _passed_on(message: Message, institution: Institution, rules: RulePack) -> Reading:
    """A forward: what it carries decides, when somebody outside wrote it."""
    forwarded = message.forwarded
    assert forwarded is not None  # noqa: S101 - the caller asked
    writer = forwarded.sender.address if forwarded.sender else ""
    inside = bool(writer) and is_ours(writer, institution)
    if not writer or inside or is_robot(writer):
        writer = _outsider(forwarded.text, institution)
    if inside and not writer:
        return Reading(nature=Nature.INTERNAL, correspondent=message.senders[0].address)
    carried = wanted(listen(read(forwarded.text), rules), replies=False)
    due = carried.nature in ANSWER_DUE
    evidence = Evidence(rule="forwarded", said=writer or forwarded.subject[:60], place="forwarded")
    return Reading(
        nature=Nature.INTERNAL,
        also=(carried.nature,) if due else (),
        answer_due=due,
        correspondent=writer,
        evidence=(evidence, *carried.evidence),
        confidence=Confidence.MEDIUM
        if carried.confidence is Confidence.LOW
        else carried.confidence,
    )


def _told(message: Message, voices: Voices, institution: Institution) -> Reading:
    """A colleague's own words: a citizen's question retold, or office correspondence."""
    sender = message.senders[0].address
    here = Reading(nature=Nature.INTERNAL, correspondent=sender)
    citizen = _outsider(message.own, institution) or _outsider(message.quoted, institution)
    told, handed = voices.points("told"), voices.points("passed_on")
    if told + handed < (HINTED if citizen else SAID):
        return here
    return replace(
        here,
        answer_due=True,
        correspondent=citizen,
        evidence=voices.evidence("told", "passed_on"),
        confidence=Confidence.MEDIUM,
    )


def _outsider(text: str, institution: Institution) -> str:
    """The first address in a text that is neither ours nor a robot's."""
    for found in _ADDRESS.finditer(text):
        address = found.group().lower()
        if not is_ours(address, institution) and not is_robot(address):
            return address
    return ""
