"""Requests while the mail is read in order: which one a message joins, closes, or opens.

The persons decide first (a message joins the requests of the person it is from, an answer those of the persons
it is to), the ties of `threads` choose among them. Who shares no address with a request is linked on quoted
words alone, at low confidence, and waits for a person's review. What a person decided stands before all of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from mailwatch.bounces import Bounces, gives_up
from mailwatch.cases import (
    Case,
    boxes_of,
    copied,
    day_of,
    part_of,
    person_of,
    request_id,
    service_of,
    shared,
)
from mailwatch.kinship import is_passed_on, names
from mailwatch.lookup import Lookup
from mailwatch.matching import APART, SURE, acknowledged, answered, asked_before, thanked_for
from mailwatch.model import Confidence, Fact, Nature, Role, SetAside, Unseen
from mailwatch.outbound import Outbound
from mailwatch.ruleset import Desk
from mailwatch.threads import Thread, Tie, adding, day_mark

_ASKING = frozenset({Nature.REQUEST, Nature.REMINDER})
_PASSED_ON = SURE | {Tie.QUOTED}
_FORWARDED = frozenset({Nature.INTERNAL, Nature.INTERNAL_FORWARD})


@dataclass(slots=True, kw_only=True)
class Casebook:
    """The cases opened so far, and what became of the other messages."""

    desk: Desk
    bounces: Bounces
    outbound: Outbound
    letters: frozenset[str] = frozenset()
    """The ids of the letters that are counted too, so that answers to them are kept."""
    linked: Mapping[str, str] = field(default_factory=dict)
    """What a person gave each message to, by its key: one of `wanted`, a letter's id, or nothing for none."""
    wanted: Mapping[str, str] = field(default_factory=dict)
    """What persons call messages, by any of the `kinship.names` of each."""
    cases: list[Case] = field(default_factory=list)
    set_aside: Counter[Nature] = field(default_factory=Counter)
    doubted: list[SetAside] = field(default_factory=list)
    unseen: list[Unseen] = field(default_factory=list)
    stray_answers: list[Fact] = field(default_factory=list)
    """Answers that fit no request seen in the mail; a letter's, perhaps."""
    given: list[tuple[str, Fact]] = field(default_factory=list)
    """Messages that a person gave to a letter, by its id."""
    named: dict[str, Case] = field(default_factory=dict)
    """The case of each message that persons name."""
    _waiting: dict[str, tuple[Fact, ...]] = field(default_factory=dict)
    """Messages that a person gave to a message whose case is not known yet."""
    _due: list[tuple[Case, Fact]] = field(default_factory=list)
    """Those of them whose case is known now."""
    _known: Lookup = field(default_factory=Lookup)

    def take(self, fact: Fact) -> None:
        """Read one more message, in the order of time."""
        if fact.answer is not None or fact.role is Role.SENT:
            self.outbound.note(fact)
        if fact.key in self.linked:
            self._take_linked(fact, self.linked[fact.key])
        else:
            self._take(fact)
        self._take_due()

    def finish(self) -> frozenset[str]:
        """Read what was given to a case that never opened as if nobody had; give the keys of those messages."""
        unheard: set[str] = set()
        while self._waiting:
            name = next(iter(self._waiting))
            fact, *others = self._waiting.pop(name)
            self._waiting |= {name: tuple(others)} if others else {}
            unheard.add(fact.key)
            self._take(fact)
            self._take_due()
        return frozenset(unheard)

    def _take(self, fact: Fact) -> None:
        reading = fact.reading
        if fact.answer is not None:
            self._take_answer(fact)
        elif reading.nature is Nature.INTERNAL_FORWARD:
            self._take_forward(fact)
        elif fact.role is Role.SENT:
            self._take_automatic(fact)
        elif is_passed_on(fact):
            self._take_passed_on(fact)
        elif reading.nature in _ASKING or reading.nature in APART:
            self._take_question(fact)
        else:
            self._set_aside(fact)

    # --- what a person put somewhere --------------------------------------------------------------

    def _take_linked(self, fact: Fact, name: str) -> None:
        case = self.named.get(name)
        if name in self.letters:
            self.given.append((name, fact))
        elif case is not None:
            self._due.append((case, fact))
        elif name:
            self._waiting[name] = (*self._waiting.get(name, ()), fact)
        elif _asks(fact):
            # A question that belongs to no other is one of its own.
            self._open(fact, person_of(fact))
        elif fact.answer is None and fact.role is Role.INBOX:
            self.set_aside[fact.reading.nature] += 1
            self._notice_unseen(fact)

    def _take_due(self) -> None:
        """Put messages where a person said that they belong, and after each what waited for it."""
        while self._due:
            case, fact = self._due.pop(0)
            self._put(case, fact)
            self._name(case, fact)

    def _put(self, case: Case, fact: Fact) -> None:
        if fact.answer is not None:
            self._answer(case, fact, (Tie.CORRECTED,), Confidence.HIGH)
        elif _asks(fact):
            self._join_question(case, fact, part_of(fact), (Tie.CORRECTED,), Confidence.HIGH)
            self._known.give(case, person_of(fact))
        else:
            self._put_beside(case, fact)
        if fact.reading.nature in _FORWARDED:
            self._transfer(case, fact)

    def _put_beside(self, case: Case, fact: Fact) -> None:
        """Link what neither asks nor answers."""
        nature = fact.reading.nature
        case.link(fact, part_of(fact), (Tie.CORRECTED,), Confidence.HIGH)
        if nature is Nature.DELIVERY_REPORT and gives_up(fact):
            case.lose_last_answer()
        if fact.role is Role.INBOX and nature is not Nature.INTERNAL_FORWARD:
            self.set_aside[nature] += 1
            self._notice_unseen(fact, case)

    # --- what citizens write ----------------------------------------------------------------------

    def _take_question(self, fact: Fact) -> None:
        person = person_of(fact)
        match = asked_before(fact, self._known, self.desk.rules.policy)
        if match is None:
            self._open(fact, person)
            return
        match.case.note(match.finding)
        self._join_question(match.case, fact, match.part, match.ties, match.confidence)
        self._known.give(match.case, person)

    def _join_question(
        self, case: Case, fact: Fact, part: str, ties: tuple[Tie, ...], confidence: Confidence
    ) -> None:
        self._join(case, fact, part, ties, confidence)
        case.boxes = adding(case.boxes, boxes_of(fact, self.desk))

    def _take_passed_on(self, fact: Fact) -> None:
        """A colleague passes on a citizen's question: a transfer of one that was seen, else a new one."""
        person = person_of(fact)
        for case in (*reversed(self._known.of_person(person)), *self._known.quoted_by(fact)):
            ties = case.thread.ties(fact)
            if _PASSED_ON.intersection(ties):
                self._join(case, fact, "forward", ties, Confidence.HIGH)
                self._transfer(case, fact)
                return
        self._open(fact, person)
        self.cases[-1].note("passed_on")

    def _set_aside(self, fact: Fact) -> None:
        self.set_aside[fact.reading.nature] += 1
        self._notice_unseen(fact)
        if fact.reading.nature is Nature.THANKS and (match := thanked_for(fact, self._known)):
            match.case.link(fact, match.part, match.ties, match.confidence)
        elif fact.reading.confidence is Confidence.LOW:
            self.doubted.append(_doubted(fact, self.desk))

    def _open(self, fact: Fact, person: str) -> None:
        self._notice_unseen(fact)
        known = self._known.of_person(person)
        case = self._opened(fact, person)
        if any(SURE.intersection(other.thread.ties(fact)) for other in known):
            case.note("follows_closed_request")
        self.cases.append(case)
        self._known.give(case, person)
        self._known.remember(case, fact)
        self._name(case, fact)

    def _opened(self, fact: Fact, person: str) -> Case:
        boxes = boxes_of(fact, self.desk)
        thread = Thread()
        thread.add(fact)
        thread.subjects = shared(thread.subjects)
        thread.identifiers = shared((*thread.identifiers, day_mark(fact.at.month, fact.at.day)))
        return Case(
            id=request_id(fact, repeated=self._known.holds(fact.message_id)),
            file=fact.file,
            message_id=fact.message_id,
            received_at=fact.at,
            grade=fact.grade,
            span=fact.span,
            reason=fact.reading.reason,
            nature=fact.reading.nature,
            person=person,
            thread=thread,
            service=service_of(boxes, self.desk),
            boxes=boxes,
            copied=copied(fact, self.desk),
            findings=tuple(dict.fromkeys(fact.findings)),
            confidence=fact.reading.confidence,
        )

    # --- what we send -----------------------------------------------------------------------------

    def _take_answer(self, fact: Fact) -> None:
        matches = answered(fact, self._known, self.desk)
        for match in matches:
            match.case.note(match.finding)
            self._answer(match.case, fact, match.ties, match.confidence)
        if not matches and self.letters:
            self.stray_answers.append(fact)

    def _answer(
        self, case: Case, fact: Fact, ties: tuple[Tie, ...], confidence: Confidence
    ) -> None:
        self._join(case, fact, "answer", ties, confidence)
        bounced = self.bounces.void(fact, case.person)
        case.answer(fact, self.desk, bounced=bounced)
        if bounced:
            case.link(self.bounces.reports[fact.key], "bounce", (), Confidence.HIGH)

    def _take_forward(self, fact: Fact) -> None:
        """A question passed on inside leaves a trace, and answers nobody."""
        for case in self._known.quoted_by(fact)[:1]:
            case.link(fact, "forward", case.thread.ties(fact), Confidence.HIGH)
            self._transfer(case, fact)

    def _take_automatic(self, fact: Fact) -> None:
        """What a machine of ours sent leaves a trace, and answers nobody."""
        if match := acknowledged(fact, self._known):
            match.case.thread.hold(fact)
            match.case.link(fact, match.part, match.ties, match.confidence)

    def _transfer(self, case: Case, fact: Fact) -> None:
        """A forward to a watched box moves the request to that box's service; the clock runs on."""
        service = service_of(fact.recipients, self.desk)
        if service and service != case.service:
            case.note("transferred")
            case.service = service

    # --- finding and noting -----------------------------------------------------------------------

    def _join(
        self, case: Case, fact: Fact, part: str, ties: tuple[Tie, ...], confidence: Confidence
    ) -> None:
        case.thread.add(fact)
        self._known.remember(case, fact)
        self._name(case, fact)
        case.link(fact, part, ties, confidence)
        if fact.answer is None:
            self._notice_unseen(fact, case)

    def _name(self, case: Case, fact: Fact) -> None:
        """Note the case of a message that persons name, and take up what was given to it."""
        if not self.wanted:
            return
        for name in sorted(self.wanted[known] for known in self.wanted.keys() & names(fact)):
            self.named.setdefault(name, case)
            self._due += ((case, given) for given in self._waiting.pop(name, ()))

    def _notice_unseen(self, fact: Fact, case: Case | None = None) -> None:
        """List an answer of ours that a citizen quotes and that no watched folder holds."""
        if not self.outbound.lacks(fact):
            return
        known = self._known.of_person(person_of(fact))
        answered = case or (known[-1] if known else None)
        if answered and not answered.standing():
            answered.note("probably_answered_unseen")
        self.unseen.append(
            Unseen(
                file=fact.file,
                on=day_of(fact),
                box=next(iter(boxes_of(fact, self.desk)), ""),
                request=answered.id if answered else "",
                evidence="quotes_ours",
            )
        )


def _doubted(fact: Fact, desk: Desk) -> SetAside:
    return SetAside(
        key=fact.key,
        file=fact.file,
        on=day_of(fact),
        nature=fact.reading.nature,
        box=next(iter(boxes_of(fact, desk)), ""),
        evidence=tuple(found.rule for found in fact.reading.evidence),
    )


def _asks(fact: Fact) -> bool:
    """Say whether a message opens a request or joins one by what it asks."""
    nature = fact.reading.nature
    asks = nature in _ASKING or nature in APART or is_passed_on(fact)
    return asks and fact.answer is None and fact.role is Role.INBOX
