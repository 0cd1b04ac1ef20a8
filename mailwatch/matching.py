"""Which case a message belongs to: persons give the candidates, the ties of `threads` choose among them.

Who shares no address with a request is matched on quoted words, or as a party of its thread, and at low confidence
where only the words speak. Nothing is changed here: the `casebook` does what a match says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailwatch.addresses import is_ours
from mailwatch.cases import Case, person_of
from mailwatch.kinship import reminds
from mailwatch.lookup import Lookup
from mailwatch.model import Confidence, Fact, Nature
from mailwatch.ruleset import Desk, Policy
from mailwatch.threads import Tie, strength

APART = frozenset({Nature.COMPLAINT, Nature.SUGGESTION, Nature.OUT_OF_SCOPE})
"""What is listed, and answered by other rules than a question."""
SURE = frozenset({Tie.PARENT, Tie.REFERENCE})
_CROSSED = timedelta(days=1)
"""The same words this soon after an answer have crossed it; later they ask again."""
_EARLY = timedelta(days=1)
"""How far an answer's clock may run before the request's."""
_PROMPT = timedelta(hours=1)
"""A machine acknowledges at once."""
_CIRCULAR = 5
"""A mail to more persons than these answers only what it is tied to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A case that a message belongs to, on what evidence, how sure that is, and what is odd about it."""

    case: Case
    ties: tuple[Tie, ...]
    confidence: Confidence
    part: str = "answer"
    finding: str = ""


# --- what citizens write --------------------------------------------------------------------------


def asked_before(fact: Fact, known: Lookup, policy: Policy) -> Match | None:
    """The case that a citizen's mail adds to; None when it opens one."""
    return _of_person(fact, known.of_person(person_of(fact)), policy) or _of_words(
        fact, known, policy
    )


def _of_person(fact: Fact, candidates: Iterable[Case], policy: Policy) -> Match | None:
    rated = sorted(
        ((case, case.thread.ties(fact)) for case in candidates),
        key=lambda entry: _likelihood(entry, policy),
        reverse=True,
    )
    for case, ties in rated:
        if part := _part(case, fact, ties, policy):
            trusted = Confidence.HIGH if ties else Confidence.MEDIUM
            return Match(case=case, ties=ties, confidence=trusted, part=part)
    return None


def _of_words(fact: Fact, known: Lookup, policy: Policy) -> Match | None:
    """An open request whose words a reminder quotes: of the same person at another address, perhaps."""
    for case in known.quoted_by(fact) if reminds(fact) else ():
        ties = case.thread.ties(fact)
        if Tie.QUOTED in ties and case.waiting(policy):
            return Match(
                case=case,
                ties=ties,
                confidence=Confidence.LOW,
                part="reminder",
                finding="asked_at_another_address",
            )
    return None


def _likelihood(
    rated: tuple[Case, tuple[Tie, ...]], policy: Policy
) -> tuple[bool, int, bool, datetime]:
    """An order of preference: tied and waiting, then the strongest tie, then waiting, then the latest."""
    case, ties = rated
    waiting = case.waiting(policy)
    return bool(ties) and waiting, strength(ties), waiting, case.received_at


def _part(case: Case, fact: Fact, ties: tuple[Tie, ...], policy: Policy) -> str:
    """What `fact` is to a case of the same person, or nothing."""
    nature, age = fact.reading.nature, fact.at - case.received_at
    resent = Tie.SAME_TEXT in ties and age <= timedelta(days=policy.duplicate_days)
    if resent and (not case.closed(policy) or case.answered_within(_CROSSED, fact.at)):
        return "copy"
    sent_without_a_question = (
        nature is Nature.OUT_OF_SCOPE or fact.reading.confidence is Confidence.LOW
    )
    if case.asked_back() and (ties or sent_without_a_question):
        return "complement"
    if nature in APART or case.nature in APART:
        return ""
    if nature is Nature.REMINDER and (
        ties or (not case.closed(policy) and age <= timedelta(days=policy.reminder_days))
    ):
        return "reminder"
    if ties and not case.closed(policy):
        return "reminder" if Nature.REMINDER in fact.reading.also else "complement"
    return ""


def thanked_for(fact: Fact, known: Lookup) -> Match | None:
    """The case that a citizen gives thanks for."""
    doubtful = fact.reading.confidence is Confidence.LOW
    for case in reversed(known.of_person(person_of(fact))):
        if ties := case.thread.ties(fact):
            # Few words after a question back give what was asked for, whatever they sound like.
            part = "complement" if doubtful and case.asked_back() else "thanks"
            return Match(case=case, ties=ties, confidence=Confidence.HIGH, part=part)
    return None


# --- what we send ---------------------------------------------------------------------------------


def answered(fact: Fact, known: Lookup, desk: Desk) -> list[Match]:
    """The cases that an answer answers."""
    policy = desk.rules.policy
    outside = {who for who in fact.recipients if not is_ours(who, desk.institution)}
    # Of two that are as likely, the earlier one: never by an address, which may be a pseudonym.
    candidates = sorted(
        {case for who in outside for case in known.of_person(who)},
        key=lambda case: (case.received_at, case.id),
    )
    rated = _rated(fact, candidates, policy, untied=len(outside) <= _CIRCULAR)
    if not rated:
        return _answered_elsewhere(fact, known, policy)
    addressed = {case for who in fact.recipients[: fact.direct] for case in known.of_person(who)}
    if not any(ties for _, ties in rated):
        rated = [entry for entry in rated if entry[0] in addressed] or rated
    waiting = [entry for entry in rated if entry[0].waiting(policy)]
    best, ties = max(rated, key=lambda entry: _likelihood(entry, policy))
    alone = best in addressed and sum(case.person == best.person for case, _ in waiting) <= 1
    chosen = [Match(case=best, ties=ties, confidence=_trust(ties, alone=alone))]
    chosen += [
        Match(case=case, ties=others, confidence=Confidence.MEDIUM)
        for case, others in waiting
        if case is not best and (Tie.QUOTED in others or case.named_by(fact))
    ]
    return chosen if ties else [*chosen, *_beside(fact, best, [case for case, _ in waiting])]


def _rated(
    fact: Fact, candidates: Iterable[Case], policy: Policy, *, untied: bool
) -> list[tuple[Case, tuple[Tie, ...]]]:
    """The candidates that an answer may be for, each with its ties; only those that have any unless `untied`."""
    window = timedelta(days=policy.answer_window_days)
    rated = ((case, case.thread.ties(fact)) for case in candidates)
    return [
        (case, ties)
        for case, ties in rated
        if ties or (untied and -_EARLY <= fact.at - case.received_at <= window)
    ]


def _beside(fact: Fact, best: Case, waiting: Sequence[Case]) -> Iterator[Match]:
    """What the other addressees wait for, when an answer that is tied to nothing is sent to several persons."""
    for who in fact.recipients[: fact.direct]:
        own = [case for case in waiting if case.person == who != best.person]
        if own:
            latest = max(own, key=lambda case: (case.received_at, case.id))
            yield Match(case=latest, ties=(), confidence=_trust((), alone=len(own) == 1))


def _answered_elsewhere(fact: Fact, known: Lookup, policy: Policy) -> list[Match]:
    """A request of somebody else: one that the addressee had a copy of, or whose answer came back, or is quoted.

    The address may be another one of the same person.
    """
    for case in known.quoted_by(fact):
        ties = case.thread.ties(fact)
        in_thread = bool(SURE.intersection(ties))
        if in_thread and not case.copied.isdisjoint(fact.recipients):
            return [Match(case=case, ties=ties, confidence=Confidence.MEDIUM)]
        quoted = Tie.QUOTED in ties and not case.closed(policy)
        if quoted or (in_thread and case.came_back()):
            finding = "answered_at_another_address"
            return [Match(case=case, ties=ties, confidence=Confidence.LOW, finding=finding)]
    return []


def acknowledged(fact: Fact, known: Lookup) -> Match | None:
    """The case that a machine of ours wrote about: the one it is tied to, else what it followed at once."""
    own = [case for who in fact.recipients for case in reversed(known.of_person(who))]
    for case in own:
        if ties := case.thread.ties(fact):
            return Match(case=case, ties=ties, confidence=Confidence.HIGH, part="automatic")
    prompt = (case for case in own if timedelta() <= fact.at - case.received_at <= _PROMPT)
    latest = next(prompt, None)
    if latest is None:
        return None
    return Match(case=latest, ties=(), confidence=Confidence.MEDIUM, part="automatic")


def _trust(ties: tuple[Tie, ...], *, alone: bool) -> Confidence:
    """How far to trust a link between an answer and a request of one of its addressees."""
    if SURE.intersection(ties):
        return Confidence.HIGH
    if ties or alone:
        return Confidence.MEDIUM
    return Confidence.LOW
