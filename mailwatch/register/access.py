"""All that the register holds on one person."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from mailwatch.erasure import outsiders
from mailwatch.kinship import bare, names
from mailwatch.model import Correction, Fact, Letter, ManualAnswer, Request, Review
from mailwatch.register import bodies, persons, reviews, tables
from mailwatch.register.readers import Reader
from mailwatch.sealing import sealed_address
from mailwatch.standing import letter_id


class Held(NamedTuple):
    """What concerns one person, each as it is kept."""

    facts: tuple[Fact, ...]
    requests: tuple[Request, ...]
    letters: tuple[Letter, ...]
    corrections: tuple[Correction, ...]
    answers: tuple[ManualAnswer, ...]
    reviews: tuple[Review, ...]


def held(connection: Connection, reader: Reader, address: str) -> Held:
    """Give all that names the person at `address`, as decided; nothing of anybody else."""
    person = sealed_address(address, reader.key, reader.desk.institution)
    facts = _facts(connection, reader, person)
    letters = tuple(one for one in persons.filed_letters(connection) if one.correspondent == person)
    called = {name for fact in facts for name in names(fact)}
    called |= {bare(name) for one in letters for name in (one.reference, letter_id(one))}
    files = {fact.file for fact in facts}
    ids = {letter_id(one) for one in letters}
    requests = tuple(
        request
        for some, _ in bodies.every(connection)
        for request in some
        if request.file in files or request.id in ids
    )
    return Held(
        facts=facts,
        requests=tuple(sorted(requests, key=lambda request: (request.received_on, request.id))),
        letters=letters,
        corrections=tuple(
            said
            for said in persons.corrections(connection)
            if bare(said.target) in called or bare(said.value) in called
        ),
        answers=tuple(
            given for given in persons.answers(connection) if bare(given.request) in called
        ),
        reviews=tuple(
            said
            for said in reviews.reviews(connection)
            if said.request in {request.id for request in requests}
        ),
    )


def _facts(connection: Connection, reader: Reader, person: str) -> tuple[Fact, ...]:
    every = map(reader.fact, connection.scalars(select(tables.fact.c.packed)))
    found = [fact for fact in every if person in outsiders(fact, reader.desk.institution)]
    return tuple(sorted(found, key=lambda fact: (fact.at, fact.file)))
