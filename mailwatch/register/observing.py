"""When mailboxes were not watched: between two looks too far apart, where numbers are missing, before the first look.

A server numbers what it stores (RFC 9051 section 2.3.1.1). Numbers of which nothing is left are of messages that
came and went: between two looks, or before anybody looked at all.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from itertools import groupby

from sqlalchemy import Connection, func, select

from mailwatch.indicators import unwatched_within
from mailwatch.model import Period, Role, Unwatched
from mailwatch.packing import unpack
from mailwatch.register import sightings, tables
from mailwatch.register.journal import Kind, lines_of
from mailwatch.register.terms import Gap


def unwatched(connection: Connection, period: Period, zone: tzinfo) -> tuple[Unwatched, ...]:
    """Give the times without observation that touch `period`, the oldest first, their instants in `zone`."""
    roles = _roles(connection, zone)
    before = [
        gap
        for start in _first_looks(connection)
        if (gap := _before(connection, start, period, roles, zone)).missed
    ]
    between = _merged(
        _unwatched(gap, roles, zone)
        for gap in sightings.gaps(connection, Period(from_on=None, to_on=None))
    )
    return (*before, *unwatched_within(between, period))


def begun(connection: Connection) -> datetime | None:
    """Say when mailboxes were first looked at; None when they never were."""
    # A folder that is empty is looked at without a line of its own: the service begins with one.
    first = lines_of("start", Kind.LISTED).limit(1)
    row = connection.execute(first).first()
    return row.at if row else None


def _unwatched(gap: Gap, roles: dict[tuple[str, str], Role], zone: tzinfo) -> Unwatched:
    return Unwatched(
        account=gap.account,
        folder=gap.folder,
        role=roles.get((gap.account, gap.folder), Role.INBOX),
        since=gap.since.astimezone(zone),
        until=gap.until.astimezone(zone),
        missed=gap.missed,
    )


def _merged(gaps: Iterable[Unwatched]) -> Iterable[Unwatched]:
    """Make one of what one look found: that nobody had looked, and which numbers were missing."""
    for _, group in groupby(gaps, key=lambda gap: (gap.since, gap.until, gap.account, gap.folder)):
        first, *others = group
        yield replace(first, missed=first.missed + sum(gap.missed for gap in others))


def _roles(connection: Connection, zone: tzinfo) -> dict[tuple[str, str], Role]:
    """What each folder holds, as one of its messages tells."""
    sighting, place, fact = tables.sighting.c, tables.place.c, tables.fact.c
    some = select(func.min(sighting.fact)).where(sighting.place == place.id).scalar_subquery()
    rows = connection.execute(
        select(place.account, place.folder, fact.packed)
        .select_from(tables.place)
        .join(tables.fact, fact.id == some)
    )
    return {(row.account, row.folder): unpack(row.packed, zone).role for row in rows}


# --- before the first look ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _FirstLook:
    """How far a folder went when it was looked at for the first time."""

    place: int
    account: str
    folder: str
    uidvalidity: int
    at: datetime
    uidnext: int


def _first_looks(connection: Connection) -> list[_FirstLook]:
    """The first look at each folder that still has the numbering of then, as the journal tells."""
    places = {row.id: row for row in connection.execute(select(tables.place))}
    rows = dict(places)
    found: dict[int, _FirstLook] = {}
    for at, _, line in connection.execute(lines_of(Kind.LISTED)):
        told = json.loads(line)
        number = told["place"]
        row, first = rows.get(number), found.get(number)
        # The windows of one look are of one instant.
        if row is None or (first is not None and first.at != at):
            rows.pop(number, None)
            if not rows:
                break
            continue
        found[number] = _FirstLook(
            place=number,
            account=row.account,
            folder=row.folder,
            uidvalidity=told["uidvalidity"],
            at=at,
            uidnext=told["uidnext"],
        )
    return [look for look in found.values() if look.uidvalidity == places[look.place].uidvalidity]


def _before(
    connection: Connection,
    look: _FirstLook,
    period: Period,
    roles: dict[tuple[str, str], Role],
    zone: tzinfo,
) -> Unwatched:
    """The time of `period` before the first look; its messages are those missing between what is left of it."""
    sighting, fact = tables.sighting.c, tables.fact.c
    there = (
        sighting.place == look.place,
        sighting.uidvalidity == look.uidvalidity,
        sighting.uid < look.uidnext,
    )
    left = connection.execute(
        select(sighting.uid, sighting.fact)
        .where(*there, sighting.fact.is_not(None))
        .order_by(sighting.uid)
    ).all()

    def day_of(number: int) -> date:
        packed = connection.scalars(select(fact.packed).where(fact.id == number)).one()
        return unpack(packed, zone).at.date()

    until = look.at.astimezone(zone)
    outside = period.from_on is not None and until.date() < period.from_on
    missed = 0
    if left and not outside:
        first, end = _within([row.uid for row in left], [row.fact for row in left], day_of, period)
        stop = end or look.uidnext
        listed = connection.scalar(
            select(func.count())
            .select_from(tables.sighting)
            .where(*there, sighting.uid >= first, sighting.uid < stop)
        )
        missed = max(stop - first - (listed or 0), 0)
    return Unwatched(
        account=look.account,
        folder=look.folder,
        role=roles.get((look.account, look.folder), Role.INBOX),
        since=None,
        until=until,
        missed=missed,
    )


def _within(
    uids: Sequence[int], facts: Sequence[int], day_of: Callable[[int], date], period: Period
) -> tuple[int, int]:
    """Where the numbers given out in `period` begin and end (0: with the last), as far as what is left tells.

    Numbers rise as messages come in: a few are unpacked, never all. What came before all that is left is of no
    known time, and a server may begin with any number.
    """
    first, end = uids[0], 0
    if period.from_on is not None and (at := bisect_left(facts, period.from_on, key=day_of)):
        first = uids[at - 1] + 1
    if period.to_on is not None:
        at = bisect_right(facts, period.to_on, key=day_of)
        end = uids[at] if at < len(uids) else 0
    return first, end
