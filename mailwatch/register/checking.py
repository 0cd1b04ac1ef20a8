"""Is the register what it says it is: file, journal, facts, components and decisions, each against the others."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from mailwatch.errors import RegisterError, Remark
from mailwatch.kinship import kin
from mailwatch.register import decisions, journal, persons, sealed, tables
from mailwatch.register.database import Database, differing_pragmas
from mailwatch.register.readers import Reader

_TOLD = 20
"""Faults of one kind that are told; the rest is more of the same."""


def faults(database: Database, reader: Reader) -> Iterator[Remark]:
    """Say in French what is wrong with the register, the file first."""
    try:
        yield from _found(database, reader)
    except RegisterError as fault:
        yield Remark("{fault}", fault=fault)


def _found(database: Database, reader: Reader) -> Iterator[Remark]:
    with database.reading() as connection:
        yield from _of_the_file(connection)
        yield from (
            Remark("réglage de SQLite : {name} n’est pas celui demandé", name=name)
            for name in differing_pragmas(database)
        )
        yield from journal.broken(connection)
        yield from sealed.broken(connection)
        yield from _of_the_records(connection)
        yield from _of_the_sightings(connection)
        if decisions.is_current(connection, reader.desk):
            yield from _of_the_components(connection, reader)
            yield from _of_the_decisions(connection, reader)


def _of_the_file(connection: Connection) -> Iterator[Remark]:
    for row in connection.exec_driver_sql(f"PRAGMA integrity_check({_TOLD})"):
        if row[0] != "ok":
            yield Remark("fichier endommagé : {reason}", reason=row[0])
    for row in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(_TOLD):
        yield Remark(
            "table {table} : la ligne {line} renvoie à une ligne absente de {other}",
            table=row[0],
            line=row[1],
            other=row[2],
        )


def _of_the_records(connection: Connection) -> Iterator[Remark]:
    """What is kept has its line in the journal."""
    lines = {
        commitment
        for line in connection.scalars(select(tables.journal.c.line))
        if (commitment := journal.committed(line))
    }
    for table, content in (
        (tables.fact, tables.fact.c.key),
        (tables.letter, tables.letter.c.body),
        (tables.correction, tables.correction.c.body),
        (tables.manual, tables.manual.c.body),
        (tables.sample, tables.sample.c.body),
        (tables.review, tables.review.c.body),
    ):
        for row in connection.execute(select(table.c.salt, content)):
            if row[0] != journal.GONE and journal.commitment(row[0], row[1]) not in lines:
                yield Remark(
                    "table {table} : une ligne n’est pas dans le journal", table=table.name
                )


def _of_the_sightings(connection: Connection) -> Iterator[Remark]:
    """Each fact is of one message, and each message that is done has its fact."""
    fact, sighting, place = tables.fact.c, tables.sighting.c, tables.place.c
    seen = select(sighting.fact).where(sighting.fact.is_not(None))
    for key in connection.scalars(select(fact.key).where(fact.id.not_in(seen)).limit(_TOLD)):
        yield Remark("le fait {fact} n’a pas de message", fact=key)
    beyond = (
        select(func.count())
        .select_from(tables.sighting)
        .join(tables.place, place.id == sighting.place)
        .where(sighting.uidvalidity == place.uidvalidity, sighting.uid >= place.uidnext)
    )
    if number := connection.scalar(beyond):
        yield Remark("{number} messages au-delà de ce qui est listé", number=number)


def _of_the_components(connection: Connection, reader: Reader) -> Iterator[Remark]:
    """Whoever shares a token is of one component."""
    component, fact, token = tables.component, tables.fact, tables.token
    roots = {row.id: row.root for row in connection.execute(select(component))}
    for number, root in roots.items():
        if roots.get(root) != root:
            yield Remark(
                "composante {number} : sa racine {root} n’en est pas une", number=number, root=root
            )
    owners = {row.digest: roots.get(row.component) for row in connection.execute(select(token))}
    for row in connection.execute(select(fact).where(fact.c.component.is_not(None))):
        bound = kin(reader.fact(row.packed), reader.desk.institution).bound
        if {owners.get(digest) for digest in bound} != {roots.get(row.component)}:
            yield Remark("le fait {fact} n’est pas dans la composante de ses jetons", fact=row.key)


def _of_the_decisions(connection: Connection, reader: Reader) -> Iterator[Remark]:
    """A decision is what its component is decided to be, now."""
    everything = decisions.said(connection, reader.desk)
    component = tables.component.c
    clean = connection.scalars(
        select(component.root).where(component.dirty == 0, component.id == component.root)
    ).all()
    kept = {row.component: row for row in connection.execute(select(tables.decision))}
    letters = persons.letters_within(connection, clean)
    for root, numbered in decisions.facts_of(connection, reader, clean):
        facts = [fact for _, fact in numbered]
        found = decisions.decided(reader, facts, letters.get(root, ()), everything)
        fresh = decisions.outlined(root, *found)
        row = kept.pop(root, None)
        if row is None or (row.requests, row.rest) != (fresh.requests, fresh.rest):
            yield Remark(
                "composante {number} : sa décision n’est pas celle que ses faits donnent",
                number=root,
            )
