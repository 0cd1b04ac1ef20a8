"""What was decided, as it stands on a day: the same values that the offline run makes."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, func, select

from mailwatch import indicators
from mailwatch.corrections import by_day
from mailwatch.model import Audit, Nature, Period, Refused, Request, Unreadable, Unseen
from mailwatch.register import bodies, decisions, observing, sightings, tables
from mailwatch.register.bodies import Rest
from mailwatch.register.decisions import Said
from mailwatch.register.terms import Location, Place, location_name
from mailwatch.ruleset import Desk
from mailwatch.standing import stand_on
from mailwatch.triage import reception, triage


def requests(connection: Connection, desk: Desk, today: date) -> tuple[Request, ...]:
    """Give every request as decided, in the order of reception, as it stands on `today`."""
    found = (request for kept, _ in bodies.every(connection) for request in kept)
    return _standing(found, desk, today)


def _standing(found: Iterable[Request], desk: Desk, today: date) -> tuple[Request, ...]:
    every = [stand_on(_local(request, desk), today) for request in found]
    return tuple(sorted(every, key=reception))


def _local(request: Request, desk: Desk) -> Request:
    """JSON keeps the offset of an instant; the territory's zone names it again."""
    if request.received_at is None:
        return request
    try:
        return replace(request, received_at=request.received_at.astimezone(desk.zone))
    except OverflowError:
        return request


def audit(connection: Connection, desk: Desk, period: Period, today: date) -> Audit:
    """Give what the offline run over the same mail would."""
    kept: list[Request] = []
    rests: list[Rest] = []
    with _uncollected():
        for some, rest in bodies.every(connection, (period,)):
            kept += indicators.within(some, period)
            rests.append(rest)
        found = _standing(kept, desk, today)
    return _within(connection, desk, _whole(connection, desk, rests, today), found, rests, period)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Make many values, none of which refers to itself, without looking for such again and again."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def first_on(connection: Connection, desk: Desk) -> date | None:
    """Give the day of the oldest request that is observed; None while there is none."""
    days = [request.received_on for kept, _ in bodies.every(connection) for request in kept]
    return max(min(days), desk.institution.observe_from or date.min) if days else None


def _within(
    connection: Connection,
    desk: Desk,
    whole: Audit,
    found: tuple[Request, ...],
    rests: Sequence[Rest],
    period: Period,
) -> Audit:
    """The figures of one period, with what is told of the whole register."""
    today = whole.today
    unwatched = observing.unwatched(connection, period, desk.zone)
    rulings = by_day(ruling for rest in rests for ruling in rest.rulings)
    return replace(
        whole,
        period=period,
        requests=found,
        indicators=indicators.compute(found, today, unwatched),
        by_month=indicators.by_month(found, today),
        by_service=indicators.by_service(found, today),
        rulings=indicators.rulings_within(rulings, period),
        unwatched=unwatched,
    )


def _whole(connection: Connection, desk: Desk, rests: Sequence[Rest], today: date) -> Audit:
    """What does not depend on the period."""
    set_aside: Counter[Nature] = Counter()
    for rest in rests:
        set_aside.update(rest.set_aside)
    return Audit(
        institution=desk.institution,
        period=Period(from_on=None, to_on=None),
        today=today,
        requests=(),
        indicators=indicators.compute((), today),
        by_month={},
        by_service={},
        set_aside=dict(sorted(set_aside.items())),
        doubted=tuple(
            sorted(
                (entry for rest in rests for entry in rest.doubted),
                key=lambda entry: (entry.on, entry.file),
            )
        ),
        unseen=_in_order(entry for rest in rests for entry in rest.unseen),
        quarantined=_quarantined(connection),
        refused=_refused(rests, decisions.said(connection, desk), desk, today),
        messages=connection.scalar(select(func.count()).select_from(tables.fact)) or 0,
        duplicates=sum(rest.duplicates for rest in rests),
        rules=desk.rules.digest,
        local=desk.rules.local,
    )


def _in_order(unseen: Iterable[Unseen]) -> tuple[Unseen, ...]:
    return tuple(sorted(unseen, key=lambda entry: (entry.on, entry.file)))


def _quarantined(connection: Connection) -> tuple[Unreadable, ...]:
    return tuple(
        Unreadable(file=_name(isolated.location), role=isolated.role, reason=isolated.reason)
        for isolated in sightings.quarantined(connection)
    )


def _name(at: Location) -> str:
    return location_name(Place(account=at.account, folder=at.folder), at.uidvalidity, at.uid)


def _refused(rests: Sequence[Rest], said: Said, desk: Desk, today: date) -> tuple[Refused, ...]:
    """What persons said and no component could use, with what none was even tried for."""
    tried = {name for rest in rests for name in rest.declared}
    answers = tuple(answer for answer in said.answers if answer.request not in tried)
    corrections = [one for one in said.corrections if one.target not in tried]
    alone = replace(desk, institution=replace(desk.institution, manual_answers=answers))
    nowhere = triage((), (), alone, today, corrections).refused
    return (*(entry for rest in rests for entry in rest.refused), *nowhere)
