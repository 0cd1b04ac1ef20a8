"""Messages as they are listed: listed and committed first, fetched after, done once.

The cursor says how far a folder is *listed*; what became of each message is its own state. A process that dies
between the two finds the message `listed`, and fetches it again; one that dies after the fact is recorded
(`recording`) finds it `done`, since both are one transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, insert, select, update

from mailwatch.journal.lines import Values
from mailwatch.model import Period, Role
from mailwatch.register import journal, rows, tables
from mailwatch.register.journal import Kind
from mailwatch.register.terms import (
    Cursor,
    Gap,
    Isolated,
    Location,
    Place,
)

_ONCE_IN = timedelta(hours=1)
"""A server whose HIGHESTMODSEQ means nothing has a folder compared no more often."""


def cursor(connection: Connection, place: Place) -> Cursor | None:
    """Say how far `place` is listed; None when it never was."""
    row = row_of(connection, place)
    if row is None:
        return None
    return Cursor(
        uidvalidity=row["uidvalidity"],
        uidnext=row["uidnext"],
        looked_at=row["looked_at"] if row["complete"] else None,
        reconciled_at=row["reconciled_at"],
        modseq=row["modseq"] or 0,
    )


def row_of(connection: Connection, place: Place) -> RowMapping | None:
    """Give the row of `place`; None when it was never listed."""
    wanted = (tables.place.c.account == place.account, tables.place.c.folder == place.folder)
    return connection.execute(select(tables.place).where(*wanted)).mappings().first()


def known(connection: Connection, place: Place) -> RowMapping:
    """Give the row of `place`, which was listed."""
    row = row_of(connection, place)
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
    row = row_of(connection, place) or _first(connection, place, uidvalidity)
    if row["uidvalidity"] != uidvalidity:
        lines.append((Kind.RENUMBERED, {"place": row["id"], "uidvalidity": uidvalidity}))
        row = _renumbered(connection, place, row["id"], uidvalidity)
    if uids:
        list_anew(connection, row["id"], uidvalidity, uids, at)
    fresh = sum(uid >= row["uidnext"] for uid in set(uids))
    # UIDs are given out in order (RFC 9051 section 2.3.1.1): what is not there any more was, for a while.
    missed = max(uidnext - row["uidnext"] - fresh, 0) if row["complete"] else 0
    if missed:
        lines.append(gap_between(connection, row, at, missed))
    if uids or uidnext > row["uidnext"]:
        told = {
            "place": row["id"],
            "uidvalidity": uidvalidity,
            "count": len(uids),
            "uidnext": uidnext,
        }
        lines.append((Kind.LISTED, told))
    move(connection, row["id"], uidnext=max(uidnext, row["uidnext"]))
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
    return known(connection, place)


def _renumbered(connection: Connection, place: Place, number: int, uidvalidity: int) -> RowMapping:
    """Start a folder anew: what it had in the making will be listed again, its facts be recognised."""
    unfinished = tables.sighting.c.state.in_(("listed", "quarantined"))
    connection.execute(
        update(tables.sighting)
        .where(tables.sighting.c.place == number, unfinished)
        .values(state="superseded")
    )
    move(connection, number, uidvalidity=uidvalidity, uidnext=1, complete=0, modseq=None)
    return known(connection, place)


def list_anew(
    connection: Connection, number: int, uidvalidity: int, uids: Sequence[int], at: datetime
) -> None:
    """List messages, also those that were given up under a numbering that the server has come back to."""
    sighting, instant = tables.sighting.c, tables.written(at)
    given_up = (
        sighting.place == number,
        sighting.uidvalidity == uidvalidity,
        sighting.uid.in_(rows.among(uids)),
        sighting.state.in_(("superseded", "vanished")),
    )
    connection.execute(
        update(tables.sighting).where(*given_up).values(state="listed", at=at, gone_at=None)
    )
    rows.add_new(
        connection,
        tables.sighting,
        ("place", "uidvalidity", "uid", "state", "at"),
        [(number, uidvalidity, uid, "listed", instant) for uid in uids],
    )


def move(connection: Connection, number: int, **values: int | datetime | None) -> None:
    """Note of a folder how far it is."""
    connection.execute(update(tables.place).where(tables.place.c.id == number).values(**values))


def awaiting(connection: Connection, place: Place, parser: int | None = None) -> tuple[int, ...]:
    """Give the UIDs that are listed and have no outcome yet, ascending.

    With `parser`, also those that another version could not read.
    """
    row = row_of(connection, place)
    if row is None:
        return ()
    sighting = tables.sighting.c
    mine = (sighting.place == row["id"], sighting.uidvalidity == row["uidvalidity"])
    uids = [*connection.scalars(select(sighting.uid).where(*mine, sighting.state == "listed"))]
    if parser is not None:
        again = (sighting.parser.is_distinct_from(parser), sighting.gone_at.is_(None))
        isolated = select(sighting.uid).where(*mine, sighting.state == "quarantined", *again)
        uids += connection.scalars(isolated)
    return tuple(sorted(uids))


def looked(
    connection: Connection,
    place: Place,
    at: datetime,
    unwatched: timedelta,
    modseq: int = 0,
    *,
    clock_was_set: bool = False,
) -> None:
    """Note that `place` is listed to its end at `at`; a long time since the last look is a gap."""
    row = known(connection, place)
    before = row["looked_at"]
    if before is not None and at - before > unwatched:
        journal.append(connection, at, [gap_between(connection, row, at, 0)])
    # Listed from its first number on: nothing is left to compare.
    compared = row["reconciled_at"] if row["complete"] else at
    if 0 < modseq < (row["modseq"] or 0) and compared is not None:
        # It never gets smaller (RFC 7162 section 3.1.1): the server was restored, or made its index anew.
        compared = None if at - compared > _ONCE_IN else compared
    move(
        connection,
        row["id"],
        # A clock that is behind takes nothing back; one that was set is believed from then on, or no gap would be
        # seen before it reaches its old time again.
        looked_at=at if clock_was_set or before is None else max(at, before),
        complete=1,
        reconciled_at=compared,
        modseq=modseq or None,
    )


def gap_between(
    connection: Connection, row: RowMapping, at: datetime, missed: int
) -> tuple[str, Values]:
    """Note a gap from the last look to `at`; give its line of the journal."""
    since = row["looked_at"] or at
    connection.execute(
        insert(tables.gap).values(place=row["id"], since=since, until=at, missed=missed)
    )
    return Kind.GAP, {"place": row["id"], "missed": missed, "since": since.isoformat()}


def withheld(connection: Connection, place: Place, uidvalidity: int, uid: int, at: datetime) -> int:
    """Note that the server lists a message and does not give it; say how many times it has been noted."""
    told = {"place": known(connection, place)["id"], "uidvalidity": uidvalidity, "uid": uid}
    journal.append(connection, at, [(Kind.WITHHELD, told)])
    return journal.times(connection, Kind.WITHHELD, told)


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
