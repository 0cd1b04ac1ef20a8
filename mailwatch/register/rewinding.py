"""A folder whose server went back to an earlier state, as a restored backup does: its numbers mean other messages.

RFC 9051 section 2.3.1.1 asks for a new UIDVALIDITY then, which a copy of files does not give. What is known of the
folder is moved aside, under a number that no server can use, and the folder is read anew: messages that are still
there are known again by their keys, and those that got a used number are not taken for read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from mailwatch.journal.lines import Values
from mailwatch.packing import pack, unpack
from mailwatch.register import journal, rows, tables
from mailwatch.register.journal import Kind
from mailwatch.register.terms import ANY_ZONE, Place, location_name

_BEYOND = 1 << 32
"""A UIDVALIDITY has 32 bits (RFC 3501 section 9)."""


def rewound(connection: Connection, place: Place, at: datetime) -> None:
    """Begin `place`, which was listed before, anew under the UIDVALIDITY that it has."""
    sighting, known = tables.sighting, tables.place.c
    number, uidvalidity, uidnext = connection.execute(
        select(known.id, known.uidvalidity, known.uidnext).where(
            known.account == place.account, known.folder == place.folder
        )
    ).one()
    aside = _unused(connection, number)
    mine = (sighting.c.place == number, sighting.c.uidvalidity == uidvalidity)
    _move_facts(connection, place, number, uidvalidity, aside)
    connection.execute(
        update(sighting)
        .where(*mine, sighting.c.state.in_(("listed", "quarantined")))
        .values(state="superseded")
    )
    connection.execute(update(sighting).where(*mine).values(uidvalidity=aside))
    connection.execute(
        update(tables.place).where(known.id == number).values(uidnext=1, complete=0, modseq=None)
    )
    told: Values = {"place": number, "uidvalidity": uidvalidity, "from": uidnext}
    journal.append(connection, at, [(Kind.REWOUND, told)])


def _unused(connection: Connection, number: int) -> int:
    """A number that neither a server nor an earlier time gave the folder."""
    sighting = tables.sighting.c
    highest = connection.scalar(
        select(func.max(sighting.uidvalidity)).where(sighting.place == number)
    )
    return max(highest or 0, _BEYOND) + 1


def _move_facts(
    connection: Connection, place: Place, number: int, uidvalidity: int, aside: int
) -> None:
    """Name the facts after where they were, so that none has the name of a message to come."""
    sighting, fact, component = tables.sighting.c, tables.fact, tables.component
    found = connection.execute(
        select(sighting.uid, fact.c.id, fact.c.packed)
        .join(fact, fact.c.id == sighting.fact)
        .where(sighting.place == number, sighting.uidvalidity == uidvalidity)
    ).all()
    moved: list[tuple[rows.Value, ...]] = [
        (
            pack(replace(unpack(row.packed, ANY_ZONE), file=location_name(place, aside, row.uid))),
            row.id,
        )
        for row in found
    ]
    rows.change(connection, fact, ("packed",), ("id",), moved)
    # Each request names its file: all of them are decided again.
    connection.execute(update(component).where(component.c.id == component.c.root).values(dirty=1))
