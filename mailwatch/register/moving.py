"""Messages that left a folder before they were seen there, and lie in another one: they did not come and go unseen.

A number that is missing (`sightings`) says nothing of its message. That one of another folder is the one is told by
when it came, by its being known nowhere before, and by the server, which knows since when it lies where it is
(`polling.moving`). Each accounts for one number, once, and the journal says for which.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, delete, exists, select, update

from mailwatch.instants import SKEW
from mailwatch.journal.lines import Values, read
from mailwatch.register import journal, rows, tables
from mailwatch.register.journal import Kind
from mailwatch.register.terms import Place, Stray

_LATEST = 2_000
"""Messages of each folder, those it was given last, among which those that are missing elsewhere are looked for."""


def strays(connection: Connection, places: Sequence[Place], since: datetime) -> tuple[Stray, ...]:
    """Give the messages of `places` that may be those missing in another of them, in the order in which they came.

    The gap or the message must have been found from `since` on.
    """
    numbers = _numbers(connection, places)
    gaps = _missing(connection, numbers)
    if not gaps:
        return ()
    listed = _were_listed(connection, gaps)
    are_news = any(gap["until"] >= since for gap in gaps)
    return tuple(
        Stray(
            gap=gap["id"],
            missing_from=numbers[gap["place"]],
            place=numbers[message["place"]],
            uidvalidity=message["uidvalidity"],
            uid=message["uid"],
            moved_after=gap["since"] - SKEW if gap["id"] in listed else message["server_at"],
        )
        for message in _unexplained(connection, numbers, None if are_news else since)
        for gap in gaps
        if max(gap["until"], message["at"]) >= since
        and _may_be_missing(gap, message, was_listed=gap["id"] in listed)
    )


def moved(connection: Connection, found: Iterable[Stray], at: datetime) -> int:
    """Take messages that were found elsewhere off the numbers of those that came and went; say how many."""
    lines: list[tuple[str, Values]] = []
    explained = _explained(connection)
    for stray in found:
        gap, message = _gap(connection, stray), _message(connection, stray)
        if gap is None or message is None or (named := _named(message)) in explained:
            continue
        explained.add(named)
        _take_one_off(connection, gap)
        told = {"place": gap["place"], "to": message["place"], "since": gap["since"].isoformat()}
        lines.append((Kind.MOVED, {**told, "message": named}))
    journal.append(connection, at, lines)
    return len(lines)


# --- what is missing, and what may be it ----------------------------------------------------------


def _numbers(connection: Connection, places: Sequence[Place]) -> dict[int, Place]:
    found = connection.execute(select(tables.place)).mappings()
    named = ((row["id"], Place(account=row["account"], folder=row["folder"])) for row in found)
    return {number: place for number, place in named if place in places}


def _missing(connection: Connection, numbers: Collection[int]) -> Sequence[RowMapping]:
    gap = tables.gap.c
    asked = select(tables.gap).where(gap.missed > 0, gap.place.in_(rows.among(numbers)))
    return connection.execute(asked.order_by(gap.until, gap.id)).mappings().all()


def _were_listed(connection: Connection, gaps: Sequence[RowMapping]) -> set[int]:
    """The gaps of messages that were listed, and gone when they were fetched: these may have come long before."""
    sighting = tables.sighting.c
    asked = select(sighting.place, sighting.at).where(sighting.state == "vanished").distinct()
    vanished = {(row.place, row.at) for row in connection.execute(asked)}
    return {gap["id"] for gap in gaps if (gap["place"], gap["until"]) in vanished}


def _unexplained(
    connection: Connection, numbers: Collection[int], since: datetime | None
) -> list[RowMapping]:
    """The messages that account for no gap yet and were first seen where they are, by when they came."""
    found = [
        message
        for number in numbers
        for message in connection.execute(_latest(number, numbers, since)).mappings()
    ]
    explained = _explained(connection) if found else set()
    left = (message for message in found if _named(message) not in explained)
    return sorted(left, key=lambda message: (message["server_at"], message["fact"]))


def _latest(
    number: int, numbers: Collection[int], since: datetime | None
) -> Select[*tuple[object, ...]]:
    """Ask for the last messages of a folder, without those that were seen in another one before."""
    last, fact = _last(number).subquery(), tables.fact.c
    other, elsewhere = tables.fact.alias(), tables.sighting.alias()
    before = (
        exists()
        .where(other.c.key == fact.key, other.c.id < fact.id)
        .where(elsewhere.c.fact == other.c.id, elsewhere.c.place.in_(rows.among(numbers)))
    )
    asked = select(last, fact.key, fact.salt).join(tables.fact, fact.id == last.c.fact)
    # What was erased is not followed from one folder to the next.
    asked = asked.where(last.c.server_at.is_not(None), fact.salt != journal.GONE, ~before)
    return asked if since is None else asked.where(last.c.at >= since)


def _last(number: int) -> Select[*tuple[object, ...]]:
    sighting, place = tables.sighting.c, tables.place.c
    return (
        select(tables.sighting)
        .join(tables.place, place.id == sighting.place)
        .where(sighting.place == number, sighting.uidvalidity == place.uidvalidity)
        .order_by(sighting.uid.desc())
        .limit(_LATEST)
    )


def _may_be_missing(gap: RowMapping, message: RowMapping, *, was_listed: bool) -> bool:
    """The message came while the number was given out, or before it was found to be gone."""
    if gap["place"] == message["place"] or message["server_at"] > gap["until"] + SKEW:
        return False
    return was_listed or bool(message["server_at"] >= gap["since"] - SKEW)


# --- what is told ---------------------------------------------------------------------------------


def _explained(connection: Connection) -> set[str]:
    """The messages that account for a number, as the journal names them."""
    lines = connection.execute(journal.lines_of(Kind.MOVED))
    return {str(read(row.line).get("message")) for row in lines}


def _named(message: RowMapping) -> str:
    return journal.commitment(message["salt"], message["key"])


def _gap(connection: Connection, stray: Stray) -> RowMapping | None:
    asked = select(tables.gap).where(tables.gap.c.id == stray.gap, tables.gap.c.missed > 0)
    return connection.execute(asked).mappings().first()


def _message(connection: Connection, stray: Stray) -> RowMapping | None:
    sighting, place, fact = tables.sighting.c, tables.place.c, tables.fact.c
    asked = (
        select(sighting.place, fact.key, fact.salt)
        .join(tables.place, place.id == sighting.place)
        .join(tables.fact, fact.id == sighting.fact)
        .where(place.account == stray.place.account, place.folder == stray.place.folder)
        .where(sighting.uidvalidity == stray.uidvalidity, sighting.uid == stray.uid)
        .where(fact.salt != journal.GONE)
    )
    return connection.execute(asked).mappings().first()


def _take_one_off(connection: Connection, gap: RowMapping) -> None:
    mine = tables.gap.c.id == gap["id"]
    if gap["missed"] == 1:
        connection.execute(delete(tables.gap).where(mine))
        return
    connection.execute(update(tables.gap).where(mine).values(missed=gap["missed"] - 1))
