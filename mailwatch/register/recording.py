"""What became of listed messages: a fact, a reason why there is none, or nothing any more.

A fact, the state of its message and the line of the journal are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, exists, func, or_, select, update

from mailwatch.journal.lines import Values
from mailwatch.packing import key_of, pack, unpack
from mailwatch.register import journal, rows, tables
from mailwatch.register.journal import Kind
from mailwatch.register.sightings import gap_between, known
from mailwatch.register.terms import ANY_ZONE, Place, Quarantined, Sighting, Vanished, location_name


class _Settled(NamedTuple):
    """A listed message that is done with, and the number of its fact when it has one."""

    uid: int
    state: str
    fact: int | None
    server_at: datetime | None = None

    @property
    def arrived(self) -> str | None:
        return tables.written(self.server_at) if self.server_at else None


class _Recorded(NamedTuple):
    """A listed message whose bytes were read."""

    uid: int
    key: str
    packed: bytes
    server_at: datetime | None


# --- recording ------------------------------------------------------------------------------------


def record(connection: Connection, place: Place, found: Sequence[Sighting], at: datetime) -> None:
    """Note what became of listed messages; one that has an outcome already keeps it.

    What was quarantined leaves the quarantine when it was read after all.
    """
    row = known(connection, place)
    due = _due(connection, row, found)
    lines: list[tuple[str, Values]] = []
    read: list[_Recorded] = []
    gone = 0
    for sighting in {each.uid: each for each in found if each.uid in due}.values():
        told: Values = {"place": row["id"], "uid": sighting.uid}
        isolated = due[sighting.uid] == "quarantined"
        match sighting.outcome:
            case bytes(packed):
                read.append(_recorded(sighting, packed))
                if isolated:
                    _change(connection, row, sighting.uid, reason=None, role=None)
                    lines.append((Kind.RELEASED, told))
            case Quarantined() as outcome:
                _isolate(connection, row, sighting.uid, outcome, None if isolated else at)
                if not isolated:
                    lines.append((Kind.QUARANTINE, told))
            case Vanished() if isolated:
                # It was seen, and is still one that nobody could read.
                _change(connection, row, sighting.uid, gone_at=at)
            case Vanished():
                _settle(connection, row, [_Settled(sighting.uid, "vanished", None)], at)
                gone += 1
    lines += _keep(connection, place, row, read, at)
    if gone:
        lines.append(gap_between(connection, row, at, gone))
    journal.append(connection, at, lines)


def _recorded(sighting: Sighting, packed: bytes) -> _Recorded:
    return _Recorded(sighting.uid, key_of(packed), packed, sighting.server_at)


def _due(connection: Connection, row: RowMapping, found: Sequence[Sighting]) -> dict[int, str]:
    """The state of those messages that may still get another one."""
    sighting = tables.sighting.c
    asked = rows.among(each.uid for each in found)
    rows_due = connection.execute(
        select(sighting.uid, sighting.state).where(
            sighting.place == row["id"],
            sighting.uidvalidity == row["uidvalidity"],
            sighting.uid.in_(asked),
            sighting.state.in_(("listed", "quarantined")),
        )
    )
    return {due.uid: due.state for due in rows_due}


def _isolate(
    connection: Connection, row: RowMapping, uid: int, outcome: Quarantined, at: datetime | None
) -> None:
    """Set a message apart; one that was before keeps the instant of the first time."""
    values = {
        "state": "quarantined",
        "reason": outcome.reason,
        "role": outcome.role,
        "server_at": outcome.server_at,
        "parser": outcome.parser,
    }
    _change(connection, row, uid, **(values if at is None else {**values, "at": at}))


def _change(
    connection: Connection, row: RowMapping, uid: int, **values: str | int | datetime | None
) -> None:
    sighting = tables.sighting
    connection.execute(
        update(sighting)
        .where(
            sighting.c.place == row["id"],
            sighting.c.uidvalidity == row["uidvalidity"],
            sighting.c.uid == uid,
        )
        .values(**values)
    )


def _settle(
    connection: Connection, row: RowMapping, settled: Sequence[_Settled], at: datetime
) -> None:
    number, uidvalidity, instant = row["id"], row["uidvalidity"], tables.written(at)
    rows.change(
        connection,
        tables.sighting,
        ("state", "fact", "server_at", "at"),
        ("place", "uidvalidity", "uid"),
        [
            (each.state, each.fact, each.arrived, instant, number, uidvalidity, each.uid)
            for each in settled
        ],
    )


def _keep(
    connection: Connection, place: Place, row: RowMapping, read: Sequence[_Recorded], at: datetime
) -> list[tuple[str, Values]]:
    """Keep the facts of messages that were read; those known under another numbering are moved."""
    if not read:
        return []
    before = _known_before(connection, row, {each.key for each in read})
    erased = _erased(connection, {each.key for each in read})
    next_id = connection.scalar(
        select(func.coalesce(func.max(tables.fact.c.id), 0)).select_from(tables.fact)
    )
    new: list[tuple[rows.Value, ...]] = []
    settled: list[_Settled] = []
    lines: list[tuple[str, Values]] = []
    for each, salt in zip(read, journal.salts(len(read)), strict=True):
        if numbers := before.get(each.key):
            number = numbers.pop()
            _renumber(connection, number, location_name(place, row["uidvalidity"], each.uid))
        else:
            next_id = number = (next_id or 0) + 1
            packed, kept = each.packed, salt
            if each.key in erased:
                # Found again elsewhere, it is a copy of what was erased, and stays without the person.
                file = location_name(place, row["uidvalidity"], each.uid)
                packed, kept = _placed(erased[each.key], file), journal.GONE
            new.append((number, each.key, packed, kept))
            told = {
                "fact": journal.commitment(salt, each.key),
                "place": row["id"],
                "uid": each.uid,
            }
            lines.append((Kind.FACT, told))
        settled.append(_Settled(each.uid, "done", number, each.server_at))
    rows.add(connection, tables.fact, ("id", "key", "packed", "salt"), new)
    _settle(connection, row, settled, at)
    return lines


def _erased(connection: Connection, keys: set[str]) -> dict[str, bytes]:
    """The facts of `keys` whose person was erased."""
    fact = tables.fact.c
    asked = select(fact.key, fact.packed).where(fact.key.in_(keys), fact.salt == journal.GONE)
    return {row.key: row.packed for row in connection.execute(asked)}


def _placed(packed: bytes, file: str) -> bytes:
    return pack(replace(unpack(packed, ANY_ZONE), file=file))


def _known_before(connection: Connection, row: RowMapping, keys: set[str]) -> dict[str, list[int]]:
    """Facts of the folder's earlier numberings, or of no message any more, that have one of `keys`; the first last."""
    sighting, fact = tables.sighting.c, tables.fact.c
    earlier = (sighting.place == row["id"], sighting.uidvalidity != row["uidvalidity"])
    done = select(sighting.fact).where(*earlier, sighting.state == "done")
    # A row that was lost leaves its fact behind: it is that of the message that is found again.
    orphan = ~exists().where(sighting.fact == fact.id)
    moved = connection.execute(done.limit(1)).first() is not None
    found: dict[str, list[int]] = {}
    for key, number in connection.execute(
        select(fact.key, fact.id)
        .where(fact.key.in_(keys), or_(fact.id.in_(done), orphan) if moved else orphan)
        .order_by(fact.id.desc())
    ):
        found.setdefault(key, []).append(number)
    return found


def _renumber(connection: Connection, number: int, file: str) -> None:
    """Move a fact to where its message is now."""
    sighting, fact, component = tables.sighting, tables.fact, tables.component
    connection.execute(
        update(sighting).where(sighting.c.fact == number).values(state="superseded", fact=None)
    )
    row = connection.execute(
        select(fact.c.packed, fact.c.component).where(fact.c.id == number)
    ).one()
    moved = _placed(row.packed, file)
    connection.execute(update(fact).where(fact.c.id == number).values(packed=moved))
    root = select(component.c.root).where(component.c.id == row.component).scalar_subquery()
    connection.execute(update(component).where(component.c.id == root).values(dirty=1))
