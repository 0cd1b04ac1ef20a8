"""Words that are offered and words that are quoted: where they meet, two components become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from sqlalchemy import Connection, Table, select

from mailwatch.kinship import Side, offers, words_sought
from mailwatch.model import Fact
from mailwatch.packing import unpack
from mailwatch.register import components, rows, tables
from mailwatch.threads import quotes

_SAID = ("digest", "fact")


def offer(connection: Connection, numbered: Sequence[tuple[int, Fact, bool]], zone: tzinfo) -> bool:
    """Note the words of new facts, which a person may have corrected; say whether somebody was waiting for them."""
    offered = {
        (digest, number): each.sketch
        for number, fact, corrected in numbered
        for each in offers(fact, corrected=corrected)
        for digest in each.digests
    }
    rows.add_new(connection, tables.offered, _SAID, [*offered])
    met = _meetings(connection, tables.quoted, offered)
    seekers = _facts(connection, {seeker for _, _, seeker in met}, zone)
    return _join(
        connection,
        (
            (number, seeker)
            for digest, number, seeker in met
            if quotes(seekers[seeker].quoted_sketch, offered[digest, number])
        ),
    )


def seek(connection: Connection, numbered: Iterable[tuple[int, Side, Fact]], zone: tzinfo) -> bool:
    """Note the words that decided facts quote; say whether somebody offers them."""
    sought = {
        (digest, number): fact.quoted_sketch
        for number, side, fact in numbered
        for digest in words_sought(side, fact)
    }
    rows.add_new(connection, tables.quoted, _SAID, [*sought])
    met = _meetings(connection, tables.offered, sought)
    offering = _facts(connection, {found for _, _, found in met}, zone)
    return _join(
        connection,
        (
            (number, found)
            for digest, number, found in met
            if _quotes_one(sought[digest, number], digest, offering[found])
        ),
    )


def _quotes_one(quoted: bytes, digest: int, fact: Fact) -> bool:
    # What stands in the table was offered, corrected or not.
    return any(
        digest in each.digests and quotes(quoted, each.sketch)
        for each in offers(fact, corrected=True)
    )


def _meetings(
    connection: Connection, table: Table, ours: Iterable[tuple[int, int]]
) -> list[tuple[int, int, int]]:
    """Each digest that stands in `table` too, with our fact and the one there."""
    numbers: dict[int, list[int]] = {}
    for digest, number in ours:
        numbers.setdefault(digest, []).append(number)
    asked = select(table.c.digest, table.c.fact).where(table.c.digest.in_(rows.among(numbers)))
    return [
        (digest, number, other)
        for digest, other in connection.execute(asked).all()
        for number in numbers[digest]
    ]


def _facts(connection: Connection, numbers: Iterable[int], zone: tzinfo) -> dict[int, Fact]:
    fact = tables.fact.c
    asked = select(fact.id, fact.packed).where(fact.id.in_(rows.among(numbers)))
    return {number: unpack(packed, zone) for number, packed in connection.execute(asked)}


def _join(connection: Connection, pairs: Iterator[tuple[int, int]]) -> bool:
    met = list(pairs)
    roots = components.root_of_facts(connection, {number for pair in met for number in pair})
    return components.join(connection, [(roots[one], roots[other]) for one, other in met])
