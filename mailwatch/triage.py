"""From the set of facts to requests with their answers, deadlines and standing: the whole decision.

`triage` is a pure function of the set: the facts are put in an order of their own before anything is decided,
so that no order of arrival, batch or backfill changes a request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from mailwatch import bounces
from mailwatch.casebook import Case, Casebook, request_id
from mailwatch.model import Fact, Letter, ManualAnswer, Nature, Refused, Request, Role, Unseen
from mailwatch.ruleset import Desk
from mailwatch.standing import letter_id, letter_request, mail_request
from mailwatch.threads import alike
from mailwatch.wording import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the set of facts amounts to."""

    requests: tuple[Request, ...]
    """In the order of reception."""
    unseen: tuple[Unseen, ...]
    set_aside: Mapping[Nature, int]
    """Incoming messages that are no request at all, counted by nature."""
    duplicates: int
    """Further copies of messages already counted."""
    refused: tuple[Refused, ...]
    """Declared answers that fit no request."""


def triage(facts: Iterable[Fact], letters: Sequence[Letter], desk: Desk, today: date) -> Triage:
    """Decide every request that `facts` and `letters` hold, as they stand on `today`."""
    messages, duplicates = distinct(facts)
    ordered = in_order(messages)
    casebook = Casebook(desk=desk, bounces=bounces.find(ordered))
    for fact in ordered:
        casebook.take(fact)
    declared, refused = _declared(casebook.cases, letters, desk)
    requests = [
        mail_request(case, desk, declared[request_id(case.opening)], today)
        for case in casebook.cases
    ]
    answered = _answered_letters(casebook.stray_answers, letters)
    requests += [
        letter_request(letter, answered[letter], declared[letter_id(letter)], desk, today)
        for letter in letters
    ]
    return Triage(
        requests=tuple(sorted(requests, key=_reception)),
        unseen=tuple(casebook.unseen),
        set_aside=dict(sorted(casebook.set_aside.items())),
        duplicates=duplicates,
        refused=refused,
    )


def _reception(request: Request) -> tuple[date, str, str, str]:
    instant = request.received_at.isoformat() if request.received_at else ""
    return request.received_on, instant, request.file, request.id


# --- the order of the facts -----------------------------------------------------------------------


def distinct(facts: Iterable[Fact]) -> tuple[list[Fact], int]:
    """Keep one fact of each message, and count the further copies.

    The same message in several boxes, or sent with a copy to a watched box, is one: the earliest arrival
    stands for it, an attested copy before the sent one. A Message-ID alone proves nothing (drafts, broken
    robots): the person and the text must agree too.
    """
    known: dict[tuple[str, str, bool], Fact] = {}
    kept: list[Fact] = []
    copies = 0
    for fact in sorted(
        facts, key=lambda fact: (fact.role is Role.SENT, fact.at, fact.file, fact.key)
    ):
        ours = fact.answer is not None or fact.role is Role.SENT
        who = fact.sender if ours else fact.reading.correspondent or fact.sender
        first = known.setdefault((fact.message_id or f"?{fact.key}", who, ours), fact)
        if first is fact or not _same_message(fact, first):
            kept.append(fact)
        else:
            copies += 1
    return kept, copies


def _same_message(fact: Fact, other: Fact) -> bool:
    """A robot may give everything it sends one identifier; the words tell, or the subject where there are none."""
    if fact.sketch and other.sketch:
        return alike(fact.sketch, other.sketch)
    return fact.sketch == other.sketch and fact.subject == other.subject


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Put `facts` in the order in which they are decided: by instant, an answer never before what it answers."""
    kept = list(facts)
    arrivals = {
        fact.message_id: fact.at for fact in kept if fact.message_id and fact.answer is None
    }

    def order(fact: Fact) -> tuple[datetime, bool, str, str]:
        effective = fact.at
        if fact.answer is not None:
            effective = max(
                [fact.at, *(arrivals[name] for name in fact.references if name in arrivals)]
            )
        return effective, fact.answer is not None or fact.role is Role.SENT, fact.file, fact.key

    return sorted(kept, key=order)


# --- what persons declare, and letters ------------------------------------------------------------


def _declared(
    cases: Iterable[Case], letters: Iterable[Letter], desk: Desk
) -> tuple[Mapping[str, list[ManualAnswer]], tuple[Refused, ...]]:
    """Give each declared answer to its request, named by any of its messages, its id, or a letter's reference."""
    names: dict[str, str] = {}
    for case in cases:
        identity = request_id(case.opening)
        for message in (identity, *case.thread.messages):
            names.setdefault(_bare(message), identity)
    for letter in letters:
        names.setdefault(_bare(letter.reference), letter_id(letter))
    found: dict[str, list[ManualAnswer]] = defaultdict(list)
    refused: list[Refused] = []
    for manual in desk.institution.manual_answers:
        if (named := names.get(_bare(manual.request))) is not None:
            found[named].append(manual)
        else:
            reason = f"manual_answer : aucune demande ne correspond à « {manual.request} »"
            refused.append(Refused(file="", line=0, reason=reason))
    return found, tuple(refused)


def _bare(name: str) -> str:
    return name.strip().strip("<>").lower()


def _answered_letters(
    strays: Iterable[Fact], letters: Sequence[Letter]
) -> Mapping[Letter, list[Fact]]:
    """Answers by e-mail that name a letter's reference, or go to its writer, and fit no e-mail request."""
    by_reference = {fold(letter.reference): letter for letter in letters if letter.reference}
    by_writer = {letter.correspondent: letter for letter in letters if letter.correspondent}
    found: dict[Letter, list[Fact]] = defaultdict(list)
    for fact in strays:
        named = [by_reference[name] for name in fact.identifiers if name in by_reference]
        written = [by_writer[who] for who in fact.recipients if who in by_writer]
        for letter in (*named, *written)[:1]:
            if fact.at.date() >= letter.received_on:
                found[letter].append(fact)
    return found
