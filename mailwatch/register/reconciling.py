"""A folder compared with its server: what was never listed is, what is gone is said to be, what is known stays.

Looks list what comes after the cursor, and a server may have kept something back when they passed. This holds all
numbers below the cursor against all that are there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, select, update

from mailwatch.journal.lines import Values, read
from mailwatch.packing import unpack
from mailwatch.register import journal, rows, tables
from mailwatch.register.journal import Kind
from mailwatch.register.sightings import known, list_anew, move
from mailwatch.register.terms import ANY_ZONE, Differences, Landmark, Place, Reconciled

_GIVEN_UP = ("vanished", "superseded")


def differences(
    connection: Connection, place: Place, uids: Sequence[int], first: int, last: int
) -> Differences:
    """Compare `uids`, all that the server has from `first` to `last`, with what is listed of them."""
    sighting = tables.sighting.c
    row = known(connection, place)
    here = connection.execute(
        select(sighting.uid, sighting.state, sighting.gone_at).where(
            *_of(row), sighting.uid.between(first, last)
        )
    ).all()
    there, listed = set(uids), {each.uid for each in here}
    return Differences(
        there=len(there),
        missed=tuple(sorted(there - listed)),
        reread=tuple(each.uid for each in here if each.uid in there and each.state in _GIVEN_UP),
        returned=tuple(
            each.uid
            for each in here
            if each.uid in there and each.gone_at is not None and each.state not in _GIVEN_UP
        ),
        # What is listed and not read yet is the next look's to find gone.
        gone=tuple(
            each.uid
            for each in here
            if each.uid not in there
            and each.gone_at is None
            and each.state in ("done", "quarantined")
        ),
    )


def stretch(connection: Connection, place: Place, first: int, count: int) -> int | None:
    """Give the number of the `count`-th message listed from `first` on; None when there are fewer."""
    sighting = tables.sighting.c
    asked = select(sighting.uid).where(*_of(known(connection, place)), sighting.uid >= first)
    return connection.scalar(asked.order_by(sighting.uid).offset(count - 1).limit(1))


def landmarks(
    connection: Connection, place: Place, uids: Sequence[int], count: int
) -> tuple[Landmark, ...]:
    """Give the last `count` of `uids` whose facts are here, the last one first, with what tells each from another."""
    sighting, fact = tables.sighting.c, tables.fact.c
    found = connection.execute(
        select(sighting.uid, sighting.server_at, fact.key, fact.packed)
        .join(tables.fact, fact.id == sighting.fact)
        # What names a message was erased with its person.
        .where(*_of(known(connection, place)), sighting.uid.in_(rows.among(uids)))
        .where(fact.salt != journal.GONE)
        .order_by(sighting.uid.desc())
        .limit(count)
    )
    return tuple(
        Landmark(
            uid=row.uid,
            key=row.key,
            message_id=unpack(row.packed, ANY_ZONE).message_id or "",
            server_at=row.server_at,
        )
        for row in found
    )


def reconciled(
    connection: Connection, place: Place, found: Differences, at: datetime, *, ended: bool
) -> None:
    """Note what a comparison found, and list what it has to be read; `ended` when all of the folder was compared."""
    row = known(connection, place)
    _note_gone(connection, row, found.gone, at)
    _note_gone(connection, row, found.returned, None)
    _not_missed(connection, row, found)
    if unread := (*found.missed, *found.reread):
        list_anew(connection, row["id"], row["uidvalidity"], unread, at)
    told: Values = {
        "place": row["id"],
        "uidvalidity": row["uidvalidity"],
        "there": found.there,
        "missed": len(found.missed),
        "reread": len(found.reread),
        "returned": len(found.returned),
        "gone": len(found.gone),
        "waiting": _waiting(connection, row) - len(unread),
        "doubled": _doubled(connection, row) if ended else None,
    }
    journal.append(connection, at, [(Kind.RECONCILED, told)])
    if ended:
        move(connection, row["id"], reconciled_at=at)


def reconciliations(connection: Connection, since: datetime) -> tuple[Reconciled, ...]:
    """Give the comparisons, and the folders begun anew, from an instant on, as the journal tells them, in order."""
    places = {row.id: row for row in connection.execute(select(tables.place))}
    asked = journal.lines_of(Kind.RECONCILED, Kind.REWOUND).where(tables.journal.c.at >= since)
    found = ((row.at, row.kind, read(row.line)) for row in connection.execute(asked))
    return tuple(
        Reconciled(
            account=places[told["place"]].account,
            folder=places[told["place"]].folder,
            at=at,
            there=_count(told, "there"),
            healed=_count(told, "missed") + _count(told, "reread"),
            gone=_count(told, "gone"),
            restored=kind == Kind.REWOUND,
        )
        for at, kind, told in found
        if told.get("place") in places
    )


def _count(told: object, name: str) -> int:
    number = told.get(name) if isinstance(told, dict) else None
    return number if isinstance(number, int) else 0


def _of(row: RowMapping) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Of a folder under the numbering that it has."""
    sighting = tables.sighting.c
    return sighting.place == row["id"], sighting.uidvalidity == row["uidvalidity"]


def _note_gone(
    connection: Connection, row: RowMapping, uids: Sequence[int], at: datetime | None
) -> None:
    if uids:
        sighting = tables.sighting
        connection.execute(
            update(sighting)
            .where(*_of(row), sighting.c.uid.in_(rows.among(uids)))
            .values(gone_at=at)
        )


def _waiting(connection: Connection, row: RowMapping) -> int:
    """How many messages are listed and could not be read so far."""
    sighting = tables.sighting.c
    asked = select(func.count()).select_from(tables.sighting)
    return connection.scalar(asked.where(*_of(row), sighting.state == "listed")) or 0


def _doubled(connection: Connection, row: RowMapping) -> int:
    """How many messages of the folder hold the same octets as another one of it."""
    sighting, fact = tables.sighting.c, tables.fact.c
    asked = (
        select(func.count() - func.count(fact.key.distinct()))
        .select_from(tables.sighting)
        .join(tables.fact, fact.id == sighting.fact)
    )
    return connection.scalar(asked.where(*_of(row))) or 0


# --- what was not missed after all ----------------------------------------------------------------


def _not_missed(connection: Connection, row: RowMapping, found: Differences) -> None:
    """Take messages that are found again off the number of those that came and went unseen."""
    gap = tables.gap
    for until, number in _missed_at(connection, row, found).items():
        mine = (gap.c.place == row["id"], gap.c.until == until, gap.c.missed > 0)
        connection.execute(delete(gap).where(*mine, gap.c.missed <= number))
        connection.execute(update(gap).where(*mine).values(missed=gap.c.missed - number))


def _missed_at(connection: Connection, row: RowMapping, found: Differences) -> Counter[datetime]:
    """The instants at which messages were taken for gone, each with how many."""
    counted: Counter[datetime] = Counter()
    if found.reread:
        sighting = tables.sighting.c
        asked = select(sighting.at).where(*_of(row), sighting.uid.in_(rows.among(found.reread)))
        counted.update(connection.scalars(asked.where(sighting.state == "vanished")))
    if found.missed:
        ends, instants = _listings(connection, row)
        passed = (bisect_right(ends, uid) for uid in found.missed)
        counted.update(instants[at] for at in passed if at < len(instants))
    return counted


def _listings(connection: Connection, row: RowMapping) -> tuple[list[int], list[datetime]]:
    """How far the folder was listed under its numbering, and when, as the journal tells."""
    ends: list[int] = []
    instants: list[datetime] = []
    asked = journal.lines_of(Kind.LISTED, Kind.RENUMBERED, Kind.REWOUND)
    for at, kind, line in connection.execute(asked):
        told = read(line)
        if told.get("place") != row["id"]:
            continue
        if kind != Kind.LISTED:
            ends, instants = [], []
        elif isinstance(uidnext := told.get("uidnext"), int):
            ends.append(uidnext)
            instants.append(at)
    return ends, instants
