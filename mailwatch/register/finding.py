"""Where the messages of a request lie, so that a person can read them again."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from mailwatch.kinship import bare, names
from mailwatch.packing import unpack
from mailwatch.register import bodies, persons, tables
from mailwatch.register.sightings import locations
from mailwatch.register.terms import Location

_ANY_ZONE = ZoneInfo("UTC")
"""Instants are not asked here."""


def locate(connection: Connection, name: str) -> tuple[Location, ...]:
    """Say where the messages of a request (its id) or a message (its `Message-ID` or key) lie."""
    numbers = [
        number
        for root in persons.roots_named(connection, name)
        for number in _named(connection, root, name)
    ]
    return locations(connection, numbers)


def _named(connection: Connection, root: int, name: str) -> Iterator[int]:
    """The facts of a component that are called `name`, or belong to the request that is."""
    component, fact = tables.component.c, tables.fact.c
    inside = select(component.id).where(component.root == root)
    rows = connection.execute(select(fact.id, fact.packed).where(fact.component.in_(inside))).all()
    wanted = bare(name)
    requests = [each for each in bodies.requests_of(connection, root) if bare(each.id) == wanted]
    files = {each.file for each in requests}
    keys = {link.key for each in requests for link in each.links}
    for number, packed in rows:
        each = unpack(packed, _ANY_ZONE)
        # A message that a person corrected may open no request, and is still called by the id of the one it would.
        if wanted in names(each) or each.file in files or each.key in keys:
            yield number
