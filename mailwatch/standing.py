"""Where a request stands on a given day: its answers, its delays, its state, never stored.

Overdue is a function of the facts and the day, as the référentiel counts: the first qualifying answer that
arrived decides the rate, the first substantive one ends the request (engagement 17).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mailwatch.cases import Case, mail_answer, shared
from mailwatch.model import (
    Answer,
    Bounds,
    Channel,
    Fact,
    Grade,
    Letter,
    ManualAnswer,
    Nature,
    Request,
    Span,
    State,
)
from mailwatch.ruleset import Desk
from mailwatch.workdays import delay, due_on, nth_working

UNASSIGNED = "non attribué"
_NATURES = frozenset(Nature)

_EXCLUDED = {
    Nature.COMPLAINT: "réclamation : suivie à part",
    Nature.SUGGESTION: "suggestion : suivie à part",
}


def mail_request(case: Case, desk: Desk, declared: Sequence[ManualAnswer], today: date) -> Request:
    """Turn a case into the request it amounts to on `today`."""
    received_on = shared(case.received_at.date())
    opened = Request(
        id=case.id,
        file=case.file,
        message_id=case.message_id,
        channel=Channel.EMAIL,
        received_at=case.received_at,
        received_on=received_on,
        grade=case.grade,
        due_on=_due_on(Channel.EMAIL, received_on, desk),
        service=case.service or UNASSIGNED,
        nature=case.nature,
        links=case.links,
        boxes=case.boxes,
        findings=case.findings,
        excluded_because=_excluded_because(case, desk),
        confidence=case.confidence,
    )
    return _stand(opened, case.answers, declared, desk, today, case.span)


def letter_request(
    letter: Letter,
    by_mail: Sequence[Fact],
    declared: Sequence[ManualAnswer],
    desk: Desk,
    today: date,
) -> Request:
    """Turn a line of the register of letters, and answers to it by e-mail, into a request."""
    answers = [mail_answer(fact, letter.received_on, desk) for fact in by_mail]
    if letter.answered_on is not None:
        answers.append(_declared_answer(letter.answered_on, letter.kind, letter.received_on, desk))
    opened = Request(
        id=letter_id(letter),
        file=letter.file,
        message_id=None,
        channel=Channel.LETTER,
        received_at=None,
        received_on=letter.received_on,
        grade=Grade.C,
        service=letter.service or UNASSIGNED,
        nature=Nature.REQUEST,
        due_on=_due_on(Channel.LETTER, letter.received_on, desk),
        excluded_because=_before_observation(letter.received_on, desk),
    )
    return _stand(opened, answers, declared, desk, today)


def letter_id(letter: Letter) -> str:
    """The id of a letter: its reference, told apart by its line where a register uses one twice."""
    return f"{letter.reference} (ligne {letter.line})" if letter.repeated else letter.reference


def _stand(
    opened: Request,
    answers: Sequence[Answer],
    declared: Sequence[ManualAnswer],
    desk: Desk,
    today: date,
    received: Span | None = None,
) -> Request:
    """Give a request its answers, and say where it stands on `today`."""
    vouched = (
        _declared_answer(manual.on, manual.kind, opened.received_on, desk) for manual in declared
    )
    every = tuple(sorted((*answers, *vouched), key=lambda answer: answer.on))
    arrived = [answer for answer in every if not answer.bounced and _qualifies(answer.kind, desk)]
    substantive = next((answer for answer in arrived if answer.substantive), None)
    first = arrived[0] if arrived else None
    return replace(
        opened,
        state=_state(opened, first, today),
        answers=every,
        first=first,
        substantive=substantive,
        follow_up_on=None if substantive else _follow_up_on(arrived, desk),
        bounds=_bounds(opened, received, arrived, desk),
    )


def stand_on(request: Request, today: date) -> Request:
    """Say where a request, decided for another day, stands on `today`."""
    state = _state(request, request.first, today)
    return request if state is request.state else replace(request, state=state)


def best_and_worst(request: Request, today: date) -> tuple[State, State]:
    """Say where a request would stand on `today` by the most and by the least favourable of its instants."""
    bounds = request.bounds
    if bounds is None or request.state is State.EXCLUDED:
        return request.state, request.state
    answered = bounds.answered
    return (
        _stands(answered.earliest_on if answered else None, bounds.due.latest_on, today),
        _stands(answered.latest_on if answered else None, bounds.due.earliest_on, today),
    )


def _state(request: Request, first: Answer | None, today: date) -> State:
    if request.excluded_because:
        return State.EXCLUDED
    return _stands(first.on if first else None, request.due_on, today)


def _stands(answered_on: date | None, last_on: date, today: date) -> State:
    if answered_on is not None:
        return State.ANSWERED_IN_TIME if answered_on <= last_on else State.ANSWERED_LATE
    return State.OVERDUE if last_on < today else State.PENDING


# --- where its instants disagree ------------------------------------------------------------------


def _bounds(
    opened: Request, received: Span | None, arrived: Sequence[Answer], desk: Desk
) -> Bounds | None:
    """All that the request may have been; None where every instant is of one day."""
    if received is None and not any(answer.span for answer in arrived):
        return None
    received = received or _single(opened.received_on)
    answered = _first_answered(arrived)
    return Bounds(
        received=received,
        due=Span(
            earliest_on=_due_on(opened.channel, received.earliest_on, desk),
            latest_on=_due_on(opened.channel, received.latest_on, desk),
        ),
        answered=answered,
        delay=_delays(received, answered, desk) if answered else None,
    )


def _first_answered(arrived: Sequence[Answer]) -> Span | None:
    """When the first of several answers was given: no later than the latest day of any of them."""
    spans = [answer.span or _single(answer.on) for answer in arrived]
    if not spans:
        return None
    return Span(
        earliest_on=min(span.earliest_on for span in spans),
        latest_on=min(span.latest_on for span in spans),
    )


def _delays(received: Span, answered: Span, desk: Desk) -> tuple[int, int]:
    return (
        _delay(received.latest_on, answered.earliest_on, desk),
        _delay(received.earliest_on, answered.latest_on, desk),
    )


def _single(on: date) -> Span:
    return Span(earliest_on=on, latest_on=on)


def _follow_up_on(arrived: Sequence[Answer], desk: Desk) -> date | None:
    """When the last holding reply promised more; without a date, as many working days on as the rule says."""
    holding = [answer for answer in arrived if answer.kind == Nature.HOLDING_REPLY]
    if not holding:
        return None
    last = holding[-1]
    if last.announced is not None and last.announced.on is not None:
        return last.announced.on
    return nth_working(desk.calendar, last.on, desk.rules.policy.follow_up_days)


def _declared_answer(on: date, kind: str, received_on: date, desk: Desk) -> Answer:
    return Answer(
        on=on,
        delay=_delay(received_on, on, desk),
        kind=kind,
        substantive=_substantive(kind, desk),
        message_id=None,
        key="",
        mentions=None,
        announced=None,
        declared=True,
    )


def _qualifies(kind: str, desk: Desk) -> bool:
    """A person's answer counts by its nature; one that is declared in other words was given by a person."""
    return kind not in _NATURES or Nature(kind) in desk.rules.policy.qualifying


def _substantive(kind: str, desk: Desk) -> bool:
    """A declared answer ends the request unless its kind is one of the natures that only hold it."""
    return kind not in _NATURES or Nature(kind) in desk.rules.policy.substantive


def _due_on(channel: Channel, received_on: date, desk: Desk) -> date:
    policy = desk.rules.policy
    days = policy.letter_days if channel is Channel.LETTER else policy.email_days
    last: date = shared(due_on(desk.calendar, received_on, days, desk.institution.convention))
    return last


def _delay(received_on: date, on: date, desk: Desk) -> int:
    return delay(desk.calendar, received_on, on, desk.institution.convention)


def _excluded_because(case: Case, desk: Desk) -> str:
    if case.nature is Nature.OUT_OF_SCOPE:
        return case.reason or "hors périmètre"
    return _EXCLUDED.get(case.nature, "") or _before_observation(case.received_at.date(), desk)


def _before_observation(received_on: date, desk: Desk) -> str:
    start = desk.institution.observe_from
    if start is None or received_on >= start:
        return ""
    return f"reçue avant le début de l’observation ({start:%d/%m/%Y})"
