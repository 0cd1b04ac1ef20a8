"""What an outgoing message is: an answer, and which, or something that answers nobody.

Structure and addressees come first. Then the words are weighed, label by label, over what the writer says before
taking leave: a question back holds when the case cannot go on without it, a referral when somebody else will
answer, a promise when nothing answers yet; the rest replies. Words of promise are those of `rules/promises.toml`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice

from mailwatch.addresses import is_ours, is_state
from mailwatch.model import Announced, Confidence, Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.answering import Wording, seconded
from mailwatch.nature.asking import asked
from mailwatch.nature.automatic import automatic
from mailwatch.nature.cues import DECISIVE, OFFERS, Cue, Stretches, before, only_offers, stretches
from mailwatch.nature.elsewhere import LABELS, pointed
from mailwatch.ruleset import Rule, RulePack, Ruleset
from mailwatch.wording import Hit, Words, fold_text

HUMAN_ANSWERS = frozenset(
    {Nature.REPLY, Nature.HOLDING_REPLY, Nature.INFORMATION_NEEDED, Nature.REFERRAL}
)
"""What a person of ours writes to somebody outside; only these carry mentions."""

_AGAIN = 2
"""How often one rule is counted: saying a thing often does not make it truer."""
_GREETING = 20
"""Characters before which nobody takes leave yet."""
_SHOWN = 3
"""How many cues stand as evidence."""
_TELLING = 5
"""Words below which a sentence is a greeting or a line of a signature."""
_OF_OTHERS = frozenset({Nature.REFERRAL, Nature.INFORMATION_NEEDED})
"""What takes « vous devez » away from a reply: « vous devez vous adresser à la mairie »."""
_ASIDE = frozenset({"aside"})
_ELSEWHERE = frozenset({"elsewhere"})
_DEEDS = frozenset({"elsewhere.acts", "elsewhere.will"})
"""What tells what another body does, and not that the matter is theirs."""
_OF_A_THIRD = re.compile(
    r" (?:[^ ?!.;¶]+ ){0,3}?(?:avis|accord|arbitrages?|feu vert|aval|retours? (?:du|de la|des)|rapports?|conclusions"
    r"|signature (?:du|de la)|reponses? (?:du|de la|des)|decrets?|circulaire|temps|recul|moyens"
    r"|delai|quinzaine|dizaine|(?:celui|ceux) (?:du|de la|des)"
    r"|(?:quelques |deux |trois |quatre |six |huit |dix |\d+ )(?:jours|semaines|mois))"
    r" (?!d imposition)"
)
_ANOTHERS = re.compile(
    r" (?:l|un|d|cet|son|leur) (?:avis|accord|arbitrage|rapport|aval|delai|quinzaine) (?!d imposition)"
)

_FIRST_PERSON = re.compile(r"\b(?:je|j|nous|ma|mon|notre)\b")
_IS_DONE = re.compile("vous sera (?:notifie|adresse|envoye|transmis|remis|retourne)e? $")
"""What will be sent, and answers nothing."""
_THIRD_PERSON = re.compile("r(?:a|ont) ")
_CLAUSE = re.compile(r"[?!.;:¶] ")
_STOP = re.compile(r"[?!.¶] ")


def outgoing(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, sent by the institution, is."""
    found, wording = ruled(message, own, institution, rules)
    return found if wording is None else seconded(found, wording, rules.leanings_sent)


def ruled(
    message: Message, own: Words, institution: Institution, rules: Ruleset
) -> tuple[Reading, Wording | None]:
    """Say what rules find, and on what a second opinion may be formed where no structure settles it."""
    found = automatic(message, own, rules.automatic_sent)
    if found is not None:
        return _of_ours(found), None
    if _stays_inside(message, institution):
        evidence = Evidence(rule="outgoing.recipients", said="", place="header")
        return Reading(nature=Nature.INTERNAL_FORWARD, evidence=(evidence,)), None
    said = rules.outgoing.find(own)
    end = _leave(said, own)
    cues = tuple(_cues(own, said, end, rules))
    if _is_passed_on(message, institution) and _weight(cues, Nature.INTERNAL_FORWARD):
        return _reading(Nature.INTERNAL_FORWARD, cues, own, Confidence.MEDIUM), None
    nature, confidence = _decide(cues, own)
    wording = Wording(own=own, end=end, said=said, cues=cues, ruled=nature)
    return _reading(nature, cues, own, confidence), wording


def settled(reading: Reading, announced: Announced | None) -> tuple[Reading, Announced | None]:
    """Bring together what an answer is and what it promises.

    Who names the day of more has not answered yet; what others will do some day after a full answer or a referral
    announces nothing. Who holds announces more, in whatever words.
    """
    if announced is None and reading.nature is Nature.HOLDING_REPLY:
        text = next((seen.text for seen in reading.evidence), "")
        return reading, Announced(on=None, text=text)
    if announced is None or reading.nature not in (Nature.REPLY, Nature.REFERRAL):
        return reading, announced
    ours = _is_ours(announced.text)
    if announced.on is None or (reading.nature is Nature.REFERRAL and not ours):
        return reading, announced if ours else None
    evidence = Evidence(rule="promise.dated", said=announced.text, place="body")
    holding = replace(
        reading,
        nature=Nature.HOLDING_REPLY,
        evidence=(evidence, *reading.evidence)[:_SHOWN],
        confidence=Confidence.MEDIUM,
    )
    return holding, announced


def _is_ours(promise: str) -> bool:
    """Say whether a promise is the writer's own: not « elle vous répondra », not « il vous sera notifié »."""
    words = fold_text(promise)
    return _FIRST_PERSON.search(words) is not None or not _THIRD_PERSON.search(f"{words} ")


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


def _reading(nature: Nature, cues: Iterable[Cue], own: Words, confidence: Confidence) -> Reading:
    evidence = tuple(
        Evidence(rule=cue.rule, said=Hit(cue.rule, cue.start, cue.end, own), place="body")
        for cue in islice((cue for cue in cues if cue.label == nature), _SHOWN)
    )
    return Reading(nature=nature, evidence=evidence, confidence=confidence)


# --- what is said ---------------------------------------------------------------------------------


def _cues(own: Words, found: Iterable[tuple[Rule, Hit]], end: int, rules: Ruleset) -> Iterator[Cue]:
    """Every cue in what the writer says before taking leave, at `end`."""
    said = [
        entry
        for entry in (*found, *_promised(own, rules.promises))
        if entry[1].start < end and entry[0].label not in LABELS
    ]
    aside = stretches(said, _ASIDE)
    pointers = tuple(pointed(own, found, end, aside))
    elsewhere = [(cue.start, cue.end) for cue in pointers]
    sent = stretches((), None, elsewhere)
    sent_on = stretches(said, _ASIDE | _OF_OTHERS, elsewhere)
    times: dict[str, int] = defaultdict(int)
    read_to: dict[str, int] = defaultdict(int)
    for rule, hit in sorted(said, key=lambda entry: (entry[1].start, -entry[0].weight)):
        around = sent_on if rule.label == Nature.REPLY else aside
        label = Nature.HOLDING_REPLY if rule.label == "promise" else rule.label
        if label == Nature.INFORMATION_NEEDED and _is_a_thirds(hit, own):
            label = Nature.HOLDING_REPLY
        known = hit.start < read_to[label] or times[rule.id] == _AGAIN
        if known or around.reach(hit.start) > hit.start or _is_theirs(rule, hit, own, sent):
            continue
        times[rule.id] += 1
        read_to[label] = hit.end
        weight = _strength(rule, hit, own)
        yield Cue(label=label, rule=rule.id, weight=weight, start=hit.start, end=hit.end)
    yield from asked(own, end, aside)
    yield from pointers
    told = stretches(said, None, elsewhere)
    yield from _statement(own, end, told, frozenset(rules.outgoing.lists["statement"]))


def _is_a_thirds(hit: Hit, own: Words) -> bool:
    """Say whether what is missing is not the citizen's to send: « il me faut l’accord de la préfète »."""
    return bool(
        _OF_A_THIRD.match(own.line, hit.end - 1) or _ANOTHERS.search(before(own, hit.start))
    )


def _is_theirs(rule: Rule, hit: Hit, own: Words, sent: Stretches) -> bool:
    """Say whether a promise in the third person is that of a body to which the citizen is sent."""
    theirs = rule.label == "promise" and _THIRD_PERSON.search(own.line, hit.start, hit.end)
    return bool(theirs) and sent.reach(hit.start) > hit.start


def _leave(said: Iterable[tuple[Rule, Hit]], own: Words) -> int:
    """Where the writer takes leave: signatures, opening hours and disclaimers below say nothing of the case."""
    return next(
        (hit.start for rule, hit in said if rule.label == "leave" and hit.start > _GREETING),
        len(own.line),
    )


def _promised(own: Words, promises: RulePack) -> Iterator[tuple[Rule, Hit]]:
    """The words that engage us, without those that longer words take back."""
    found = promises.find(own)
    taken_back = stretches(found, _ELSEWHERE)
    for rule, hit in found:
        if rule.label == "promise" and taken_back.reach(hit.end - 1) < hit.end:
            yield rule, hit


def _strength(rule: Rule, hit: Hit, own: Words) -> int:
    """The weight of a rule, or a hint's when the sentence only offers (« si besoin, adressez-nous … »)."""
    if rule.label == "promise" and _IS_DONE.search(own.line, hit.start, hit.end):
        return OFFERS
    if rule.label not in _OF_OTHERS:
        return rule.weight
    return OFFERS if only_offers(own, hit.start) else rule.weight


def _statement(own: Words, end: int, told: Stretches, marks: frozenset[str]) -> Iterator[Cue]:
    """The first sentence that states something and meets no rule: the least of answers."""
    at = 1
    for match in chain(_CLAUSE.finditer(own.line, 0, end), (None,)):
        stop = match.start() if match else end
        words = () if told.begins_in(at, stop) else own.line[at:stop].split()
        if len(words) >= _TELLING and "je" not in words and not marks.isdisjoint(words):
            yield Cue(label=Nature.REPLY, rule="reply.statement", weight=1, start=at, end=stop)
            return
        at = match.end() if match else end


# --- what it comes to -----------------------------------------------------------------------------


def _weight(cues: Iterable[Cue], label: str) -> int:
    return sum(cue.weight for cue in cues if cue.label == label)


def _strongest(cues: Iterable[Cue], label: str) -> int:
    return max((cue.weight for cue in cues if cue.label == label), default=0)


def _decide(cues: tuple[Cue, ...], own: Words) -> tuple[Nature, Confidence]:
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
        if _holds(nature, cues, weights, own):
            return nature, Confidence.HIGH if answers <= 1 else Confidence.MEDIUM
    doubtful = answers == 0 and any(weights.values())
    return Nature.REPLY, Confidence.LOW if doubtful else Confidence.HIGH


def _holds(nature: Nature, cues: tuple[Cue, ...], weights: Mapping[str, int], own: Words) -> bool:
    """Say whether `nature` stands against what else is said."""
    answers = weights[Nature.REPLY]
    if nature is Nature.INFORMATION_NEEDED:
        asked = _strongest(cues, nature) == DECISIVE
        return asked or weights[nature] > answers + weights[Nature.REFERRAL]
    keeps = _keeps_the_case(cues)
    if nature is Nature.REFERRAL:
        return not keeps and OFFERS < weights[nature] > answers and not _only_adds(cues, own)
    others = answers if keeps else answers + weights[Nature.REFERRAL]
    decisive = _strongest(cues, nature) == DECISIVE
    return weights[nature] > others or (decisive and weights[nature] == others)


def _only_adds(cues: tuple[Cue, ...], own: Words) -> bool:
    """Say whether the matter is told, and its sentence ends on a body's part (« … ; la mairie vous dira quand »)."""
    told = next((cue.end for cue in cues if cue.rule == "reply.statement"), None)
    pointers = [cue for cue in cues if cue.label == Nature.REFERRAL]
    return told is not None and all(
        cue.rule in _DEEDS and cue.start >= told and not _STOP.search(own.line, told, cue.start)
        for cue in pointers
    )


def _keeps_the_case(cues: tuple[Cue, ...]) -> bool:
    """Say whether the writer passes something on and still answers in person (« … et je vous réponds »)."""
    return any(cue.rule == "holding.in_person" for cue in cues)
