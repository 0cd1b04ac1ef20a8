"""Messages from their listing to their fact: listed and committed first, fetched after, done once.

The cursor says how far a folder is *listed*; what became of each message is its own state. A process that dies
between the two finds the message `listed`, and fetches it again; one that dies after the fact is recorded finds it
`done`, since both are one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from mailwatch.journal.lines import Values
from mailwatch.model import Period, Role
from mailwatch.packing import key_of, pack, unpack
from mailwatch.register import journal, rows, tables
from mailwatch.register.journal import Kind
from mailwatch.register.terms import (
    Cursor,
    Gap,
    Isolated,
    Location,
    Place,
    Quarantined,
    Sighting,
    Vanished,
    location_name,
)

_ANY_ZONE = ZoneInfo("UTC")
"""A packed fact keeps wall time; which zone names it while it is only moved changes nothing."""


class _Settled(NamedTuple):
    """A listed message that is done with, and the number of its fact when it has one."""

    uid: int
    state: str
    fact: int | None


class _Recorded(NamedTuple):
    """A listed message whose bytes were read."""

    uid: int
    key: str
    packed: bytes


def cursor(connection: Connection, place: Place) -> Cursor | None:
    """Say how far `place` is listed; None when it never was."""
    row = _row(connection, place)
    if row is None:
        return None
    return Cursor(
        uidvalidity=row["uidvalidity"],
        uidnext=row["uidnext"],
        looked_at=row["looked_at"] if row["complete"] else None,
    )


def _row(connection: Connection, place: Place) -> RowMapping | None:
    wanted = (tables.place.c.account == place.account, tables.place.c.folder == place.folder)
    return connection.execute(select(tables.place).where(*wanted)).mappings().first()


def _known(connection: Connection, place: Place) -> RowMapping:
    row = _row(connection, place)
    if row is None:
        raise LookupError(f"never listed: {place}")
    return row


# --- listing --------------------------------------------------------------------------------------


def listed(
    connection: Connection,
    place: Place,
    uidvalidity: int,
    uids: Sequence[int],
    uidnext: int,
    at: datetime,
) -> None:
    """Note that `uids` are all there is below `uidnext`, from where the cursor stood."""
    lines: list[tuple[str, Values]] = []
    row = _row(connection, place) or _first(connection, place, uidvalidity)
    if row["uidvalidity"] != uidvalidity:
        lines.append((Kind.RENUMBERED, {"place": row["id"], "uidvalidity": uidvalidity}))
        row = _renumbered(connection, place, row["id"], uidvalidity)
    if uids:
        _list(connection, row["id"], uidvalidity, uids, at)
    fresh = sum(uid >= row["uidnext"] for uid in set(uids))
    # UIDs are given out in order (RFC 9051 section 2.3.1.1): what is not there any more was, for a while.
    missed = max(uidnext - row["uidnext"] - fresh, 0) if row["complete"] else 0
    if missed:
        lines.append(_gap(connection, row, at, missed))
    if uids or uidnext > row["uidnext"]:
        told = {
            "place": row["id"],
            "uidvalidity": uidvalidity,
            "count": len(uids),
            "uidnext": uidnext,
        }
        lines.append((Kind.LISTED, told))
    _move(connection, row["id"], uidnext=max(uidnext, row["uidnext"]))
    journal.append(connection, at, lines)


def _first(connection: Connection, place: Place, uidvalidity: int) -> RowMapping:
    connection.execute(
        insert(tables.place).values(
            account=place.account,
            folder=place.folder,
            uidvalidity=uidvalidity,
            uidnext=1,
            looked_at=None,
            complete=0,
        )
    )
    return _known(connection, place)


def _renumbered(connection: Connection, place: Place, number: int, uidvalidity: int) -> RowMapping:
    """Start a folder anew: what it had in the making will be listed again, its facts be recognised."""
    unfinished = tables.sighting.c.state.in_(("listed", "quarantined"))
    connection.execute(
        update(tables.sighting)
        .where(tables.sighting.c.place == number, unfinished)
        .values(state="superseded")
    )
    _move(connection, number, uidvalidity=uidvalidity, uidnext=1, complete=0)
    return _known(connection, place)


def _list(
    connection: Connection, number: int, uidvalidity: int, uids: Iterable[int], at: datetime
) -> None:
    instant = tables.written(at)
    rows.add_new(
        connection,
        tables.sighting,
        ("place", "uidvalidity", "uid", "state", "at"),
        [(number, uidvalidity, uid, "listed", instant) for uid in uids],
    )


def _move(connection: Connection, number: int, **values: int | datetime) -> None:
    connection.execute(update(tables.place).where(tables.place.c.id == number).values(**values))


def awaiting(connection: Connection, place: Place) -> tuple[int, ...]:
    """Give the UIDs that are listed and have no outcome yet, ascending."""
    row = _row(connection, place)
    if row is None:
        return ()
    return tuple(connection.scalars(_awaited(row).order_by(tables.sighting.c.uid)))


def _awaited(row: RowMapping) -> Select[int]:
    sighting = tables.sighting.c
    return select(sighting.uid).where(
        sighting.place == row["id"],
        sighting.uidvalidity == row["uidvalidity"],
        sighting.state == "listed",
    )


def looked(connection: Connection, place: Place, at: datetime, unwatched: timedelta) -> None:
    """Note that `place` is listed to its end at `at`; a long time since the last look is a gap."""
    row = _known(connection, place)
    before = row["looked_at"]
    if before is not None and at - before > unwatched:
        journal.append(connection, at, [_gap(connection, row, at, 0)])
    # A clock that was set back takes nothing back.
    _move(connection, row["id"], looked_at=max(at, before) if before else at, complete=1)


def _gap(connection: Connection, row: RowMapping, at: datetime, missed: int) -> tuple[str, Values]:
    since = row["looked_at"] or at
    connection.execute(
        insert(tables.gap).values(place=row["id"], since=since, until=at, missed=missed)
    )
    return Kind.GAP, {"place": row["id"], "missed": missed, "since": since.isoformat()}


def withheld(connection: Connection, place: Place, uidvalidity: int, uid: int, at: datetime) -> int:
    """Note that the server lists a message and does not give it; say how many times it has been noted."""
    told = {"place": _known(connection, place)["id"], "uidvalidity": uidvalidity, "uid": uid}
    journal.append(connection, at, [(Kind.WITHHELD, told)])
    return journal.times(connection, Kind.WITHHELD, told)


# --- recording ------------------------------------------------------------------------------------


def record(connection: Connection, place: Place, found: Sequence[Sighting], at: datetime) -> None:
    """Note what became of listed messages; one that has an outcome already keeps it."""
    row = _known(connection, place)
    asked = rows.among(sighting.uid for sighting in found)
    due = set(connection.scalars(_awaited(row).where(tables.sighting.c.uid.in_(asked))).all())
    lines: list[tuple[str, Values]] = []
    read: list[_Recorded] = []
    gone = 0
    for sighting in {each.uid: each for each in found if each.uid in due}.values():
        match sighting.outcome:
            case bytes(packed):
                read.append(_Recorded(sighting.uid, key_of(packed), packed))
            case Quarantined() as outcome:
                _isolate(connection, row, sighting.uid, outcome, at)
                lines.append((Kind.QUARANTINE, {"place": row["id"], "uid": sighting.uid}))
            case Vanished():
                _settle(connection, row, [_Settled(sighting.uid, "vanished", None)], at)
                gone += 1
    lines += _keep(connection, place, row, read, at)
    if gone:
        lines.append(_gap(connection, row, at, gone))
    journal.append(connection, at, lines)


def _isolate(
    connection: Connection, row: RowMapping, uid: int, outcome: Quarantined, at: datetime
) -> None:
    sighting = tables.sighting
    connection.execute(
        update(sighting)
        .where(
            sighting.c.place == row["id"],
            sighting.c.uidvalidity == row["uidvalidity"],
            sighting.c.uid == uid,
        )
        .values(
            state="quarantined",
            reason=outcome.reason,
            role=outcome.role,
            server_at=outcome.server_at,
            at=at,
        )
    )


def _settle(
    connection: Connection, row: RowMapping, settled: Sequence[_Settled], at: datetime
) -> None:
    number, uidvalidity, instant = row["id"], row["uidvalidity"], tables.written(at)
    rows.change(
        connection,
        tables.sighting,
        ("state", "fact", "at"),
        ("place", "uidvalidity", "uid"),
        [(state, fact, instant, number, uidvalidity, uid) for uid, state, fact in settled],
    )


def _keep(
    connection: Connection, place: Place, row: RowMapping, read: Sequence[_Recorded], at: datetime
) -> list[tuple[str, Values]]:
    """Keep the facts of messages that were read; those known under another numbering are moved."""
    if not read:
        return []
    known = _known_before(connection, row, {each.key for each in read})
    erased = _erased(connection, {each.key for each in read})
    next_id = connection.scalar(
        select(func.coalesce(func.max(tables.fact.c.id), 0)).select_from(tables.fact)
    )
    new: list[tuple[rows.Value, ...]] = []
    settled: list[_Settled] = []
    lines: list[tuple[str, Values]] = []
    for each, salt in zip(read, journal.salts(len(read)), strict=True):
        if numbers := known.get(each.key):
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
        settled.append(_Settled(each.uid, "done", number))
    rows.add(connection, tables.fact, ("id", "key", "packed", "salt"), new)
    _settle(connection, row, settled, at)
    return lines


def _erased(connection: Connection, keys: set[str]) -> dict[str, bytes]:
    """The facts of `keys` whose person was erased."""
    fact = tables.fact.c
    asked = select(fact.key, fact.packed).where(fact.key.in_(keys), fact.salt == journal.GONE)
    return {row.key: row.packed for row in connection.execute(asked)}


def _placed(packed: bytes, file: str) -> bytes:
    return pack(replace(unpack(packed, _ANY_ZONE), file=file))


def _known_before(connection: Connection, row: RowMapping, keys: set[str]) -> dict[str, list[int]]:
    """Facts of the folder's earlier numberings that have one of `keys`, the first one last."""
    sighting, fact = tables.sighting.c, tables.fact.c
    earlier = (sighting.place == row["id"], sighting.uidvalidity != row["uidvalidity"])
    done = select(sighting.fact).where(*earlier, sighting.state == "done")
    if connection.execute(done.limit(1)).first() is None:
        return {}
    found: dict[str, list[int]] = {}
    for key, number in connection.execute(
        select(fact.key, fact.id)
        .where(fact.key.in_(keys), fact.id.in_(done))
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


# --- asking ---------------------------------------------------------------------------------------


def quarantined(connection: Connection) -> tuple[Isolated, ...]:
    """Give the messages that could not be read, the oldest first."""
    sighting, place = tables.sighting.c, tables.place.c
    found = connection.execute(
        select(tables.sighting, place.account, place.folder)
        .join(tables.place, place.id == sighting.place)
        .where(sighting.state == "quarantined")
        .order_by(sighting.at, sighting.place, sighting.uid)
    )
    return tuple(
        Isolated(
            location=Location(
                account=row.account,
                folder=row.folder,
                uidvalidity=row.uidvalidity,
                uid=row.uid,
                key="",
            ),
            reason=row.reason,
            role=Role(row.role),
            server_at=row.server_at,
            at=row.at,
        )
        for row in found
    )


def gaps(connection: Connection, period: Period) -> tuple[Gap, ...]:
    """Give the gaps in the observation that touch `period`, the oldest first; days are UTC."""
    gap, place = tables.gap.c, tables.place.c
    found = connection.execute(
        select(tables.gap, place.account, place.folder)
        .join(tables.place, place.id == gap.place)
        .order_by(gap.since, gap.id)
    )
    return tuple(
        Gap(
            account=row.account,
            folder=row.folder,
            since=row.since,
            until=row.until,
            missed=row.missed,
        )
        for row in found
        if (period.from_on is None or row.until.date() >= period.from_on)
        and (period.to_on is None or row.since.date() <= period.to_on)
    )


def locations(connection: Connection, facts: Sequence[int]) -> tuple[Location, ...]:
    """Say where the messages of `facts` (their numbers) lie."""
    sighting, place, fact = tables.sighting.c, tables.place.c, tables.fact.c
    found = connection.execute(
        select(place.account, place.folder, sighting.uidvalidity, sighting.uid, fact.key)
        .select_from(tables.sighting)
        .join(tables.place, place.id == sighting.place)
        .join(tables.fact, fact.id == sighting.fact)
        .where(sighting.fact.in_(facts))
        .order_by(fact.id)
    )
    return tuple(Location(**row) for row in found.mappings())
