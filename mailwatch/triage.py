"""From the set of facts to requests with their answers, deadlines and standing: the whole decision.

`triage` is a pure function of the set: the facts are put in an order of their own before anything is decided,
so that no order of arrival, batch or backfill changes a request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mailwatch import bounces
from mailwatch.casebook import Casebook
from mailwatch.cases import Case
from mailwatch.model import Fact, Letter, ManualAnswer, Nature, Refused, Request, Unseen
from mailwatch.ordering import Docket
from mailwatch.outbound import awaiting
from mailwatch.ruleset import Desk
from mailwatch.standing import letter_id, letter_request, mail_request
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
    """Decide every request that `facts` and `letters` hold, as they stand on `today`.

    Facts that are given as a docket are let go one by one as they are decided: nothing is left of them.
    """
    docket = facts if isinstance(facts, Docket) else Docket.of(facts, desk.zone)
    casebook, duplicates = _read(docket, desk, letters=bool(letters))
    cases, strays = casebook.cases, casebook.stray_answers
    unseen, set_aside = tuple(casebook.unseen), dict(sorted(casebook.set_aside.items()))
    # Its indexes hold the cases too, and each case gives its room to the request it becomes.
    del casebook
    declared, refused = _declared(cases, letters, desk)
    requests: list[Request] = []
    cases.reverse()
    while cases:
        case = cases.pop()
        requests.append(mail_request(case, desk, declared[case.id], today))
    answered = _answered_letters(strays, letters)
    requests += [
        letter_request(letter, answered[letter], declared[letter_id(letter)], desk, today)
        for letter in letters
    ]
    requests.sort(key=reception)
    return Triage(
        requests=tuple(requests),
        unseen=unseen,
        set_aside=set_aside,
        duplicates=duplicates,
        refused=refused,
    )


def _read(facts: Docket, desk: Desk, *, letters: bool) -> tuple[Casebook, int]:
    """Read the facts in their order into a casebook, and count the further copies of messages."""
    order = facts.order()
    casebook = Casebook(
        desk=desk,
        bounces=bounces.find(
            [facts[place] for place in order.reports],
            (facts[place] for place in order.answers),
            desk.institution,
        ),
        outbound=awaiting(order.quoting),
        letters=letters,
    )
    places, duplicates = order.places, order.copies
    del order
    for place in places:
        casebook.take(facts.pop(place))
    return casebook, duplicates


def reception(request: Request) -> tuple[date, str, str, str]:
    """The order in which requests are listed."""
    instant = request.received_at.isoformat() if request.received_at else ""
    return request.received_on, instant, request.file, request.id


# --- what persons declare, and letters ------------------------------------------------------------


def _declared(
    cases: Iterable[Case], letters: Iterable[Letter], desk: Desk
) -> tuple[Mapping[str, list[ManualAnswer]], tuple[Refused, ...]]:
    """Give each declared answer to its request, named by any of its messages, its id, or a letter's reference."""
    manual_answers = desk.institution.manual_answers
    asked = {_bare(manual.request) for manual in manual_answers}
    names: dict[str, str] = {}
    for case in cases if asked else ():
        for message in (case.id, *case.thread.messages):
            if (name := _bare(message)) in asked:
                names.setdefault(name, case.id)
    for letter in letters:
        names.setdefault(_bare(letter.reference), letter_id(letter))
    found: dict[str, list[ManualAnswer]] = defaultdict(list)
    refused: list[Refused] = []
    for manual in manual_answers:
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
