"""From the set of facts to requests with their answers, deadlines and standing: the whole decision.

`triage` is a pure function of the set: the facts are put in an order of their own before anything is decided,
so that no order of arrival, batch or backfill changes a request. So is what persons set right.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from mailwatch import bounces
from mailwatch.casebook import Casebook
from mailwatch.cases import Case, link, part_of
from mailwatch.corrections import (
    Rulings,
    Settled,
    amended,
    by_day,
    read_again,
    ruled,
    rulings_on,
    settled,
)
from mailwatch.errors import Remark
from mailwatch.instants import corroborated
from mailwatch.kinship import bare
from mailwatch.model import (
    Confidence,
    Correction,
    Fact,
    Letter,
    ManualAnswer,
    Nature,
    Refused,
    Request,
    Ruling,
    SetAside,
    Unseen,
)
from mailwatch.ordering import Docket
from mailwatch.outbound import awaiting
from mailwatch.ruleset import Desk
from mailwatch.standing import letter_id, letter_request, mail_request
from mailwatch.threads import Tie
from mailwatch.wording import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """What the set of facts amounts to."""

    requests: tuple[Request, ...]
    """In the order of reception."""
    unseen: tuple[Unseen, ...]
    set_aside: Mapping[Nature, int]
    """Incoming messages that are no request at all, counted by nature."""
    doubted: tuple[SetAside, ...]
    """Those of them whose reading is not sure."""
    duplicates: int
    """Further copies of messages already counted."""
    refused: tuple[Refused, ...]
    """Declared answers and corrections that fit nothing."""
    rulings: tuple[Ruling, ...] = ()
    """The corrections that hold."""


def triage(
    facts: Iterable[Fact],
    letters: Sequence[Letter],
    desk: Desk,
    today: date,
    corrections: Iterable[Correction] = (),
) -> Triage:
    """Decide every request that `facts` and `letters` hold, as they stand on `today`.

    `corrections` stand before what would be decided without them, in whatever order they are given. Facts that
    are given as a docket are let go one by one as they are decided: nothing is left of them.
    """
    docket = facts if isinstance(facts, Docket) else Docket.of(facts, desk.zone)
    rulings = ruled(corrections, docket, letters)
    casebook, duplicates, unheard = _read(read_again(docket, rulings), letters, desk, rulings)
    cases, strays, given = casebook.cases, casebook.stray_answers, casebook.given
    unseen, set_aside = tuple(casebook.unseen), dict(sorted(casebook.set_aside.items()))
    doubted = tuple(casebook.doubted)
    named = {name: case.id for name, case in casebook.named.items()}
    named |= {rulings.name_of(fact.key): letter for letter, fact in given}
    # Its indexes hold the cases too, and each case gives its room to the request it becomes.
    del casebook
    ids = (*(case.id for case in cases), *map(letter_id, letters)) if rulings.of_requests else ()
    held = settled(rulings, named, ids, unheard)
    declared, refused = _declared(named, letters, desk)
    requests = list(_mail_requests(cases, desk, declared, today))
    requests += _letter_requests(letters, strays, given, declared, desk, today)
    requests = _amended(requests, held, today)
    return Triage(
        requests=tuple(sorted(requests, key=reception)),
        unseen=unseen,
        set_aside=set_aside,
        doubted=doubted,
        duplicates=duplicates,
        refused=(*refused, *held.refused),
        rulings=_rulings(requests, held, rulings),
    )


def _read(
    facts: Docket, letters: Iterable[Letter], desk: Desk, rulings: Rulings
) -> tuple[Casebook, int, frozenset[str]]:
    """Read the facts in their order into a casebook; count the copies, and tell whose link led nowhere."""
    order = facts.order()
    declared = {bare(manual.request) for manual in desk.institution.manual_answers} - {""}
    reports = (facts[place] for place in order.reports)
    casebook = Casebook(
        desk=desk,
        bounces=bounces.find(
            # Where a person put a report, it tells of that request.
            [report for report in reports if report.key not in rulings.linked],
            (facts[place] for place in order.answers),
            desk.institution,
        ),
        outbound=awaiting(order.quoting),
        letters=frozenset(map(letter_id, letters)),
        linked=rulings.linked,
        wanted={**{name: name for name in declared}, **rulings.wanted},
    )
    places, copies = order.places, order.copies
    del order
    for place in places:
        further = [facts.pop(copy) for copy in copies.get(place, ())]
        casebook.take(corroborated(facts.pop(place), further))
    return casebook, sum(map(len, copies.values())), casebook.finish()


def _mail_requests(
    cases: list[Case], desk: Desk, declared: Mapping[str, Sequence[ManualAnswer]], today: date
) -> Iterator[Request]:
    """Make requests of `cases`, which are let go one by one."""
    cases.reverse()
    while cases:
        case = cases.pop()
        yield mail_request(case, desk, declared.get(case.id, ()), today)


def _amended(requests: Iterable[Request], held: Settled, today: date) -> list[Request]:
    return [amended(request, held.of_requests.get(request.id, ()), today) for request in requests]


def _rulings(requests: Iterable[Request], held: Settled, rulings: Rulings) -> tuple[Ruling, ...]:
    found = [*held.apart]
    for request in requests if held.of_requests else ():
        found += rulings_on(request, held.of_requests.get(request.id, ()), rulings)
    return by_day(found)


def reception(request: Request) -> tuple[date, str, str, str]:
    """The order in which requests are listed."""
    instant = request.received_at.isoformat() if request.received_at else ""
    return request.received_on, instant, request.file, request.id


# --- what persons declare, and letters ------------------------------------------------------------


def _declared(
    named: Mapping[str, str], letters: Iterable[Letter], desk: Desk
) -> tuple[Mapping[str, list[ManualAnswer]], tuple[Refused, ...]]:
    """Give each declared answer to its request, named by any of its messages, its id, or a letter's reference."""
    names = {
        bare(name): letter_id(letter)
        for letter in reversed(tuple(letters))
        for name in (letter.reference, letter_id(letter))
    }
    found: dict[str, list[ManualAnswer]] = defaultdict(list)
    refused: list[Refused] = []
    for manual in desk.institution.manual_answers:
        name = bare(manual.request)
        request = named.get(name) or names.get(name)
        if request is not None:
            found[request].append(manual)
        else:
            reason = Remark(
                "manual_answer : aucune demande ne correspond à « {request} »",
                request=manual.request,
            )
            refused.append(Refused(file="", line=0, reason=reason))
    return found, tuple(refused)


def _letter_requests(
    letters: Sequence[Letter],
    strays: Iterable[Fact],
    given: Iterable[tuple[str, Fact]],
    declared: Mapping[str, Sequence[ManualAnswer]],
    desk: Desk,
    today: date,
) -> Iterator[Request]:
    answered = _answered_letters(strays, letters)
    put: dict[str, list[Fact]] = defaultdict(list)
    for name, fact in given:
        put[name].append(fact)
    for letter in letters:
        name = letter_id(letter)
        by_person = put[name]
        by_mail = (*answered[letter], *(fact for fact in by_person if fact.answer is not None))
        links = tuple(
            link(fact, part_of(fact), (Tie.CORRECTED,), Confidence.HIGH) for fact in by_person
        )
        request = letter_request(letter, by_mail, declared.get(name, ()), desk, today)
        yield replace(request, links=links) if links else request


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
