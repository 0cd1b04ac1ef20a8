"""What persons say: letters, corrections, answers outside the mail. Each is a record of its own, never changed.

No line of the journal says what they said or who: it holds a commitment to the record.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import TypeVar
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection, Table, insert, select, update

from mailwatch.corrections import NONE
from mailwatch.kinship import bare, name_token, names
from mailwatch.model import Correction, CorrectionKind, Letter, ManualAnswer, Review, Sample
from mailwatch.packing import unpack
from mailwatch.register import components, journal, rows, tables
from mailwatch.register.database import DamagedError
from mailwatch.register.journal import Kind
from mailwatch.sealing import sealed_person
from mailwatch.standing import letter_id

_ANY_ZONE = ZoneInfo("UTC")
"""Instants are not asked here."""
Said = TypeVar("Said", Letter, Correction, ManualAnswer, Sample, Review)


@cache
def _letter() -> TypeAdapter[Letter]:
    return TypeAdapter(Letter)


@cache
def _correction() -> TypeAdapter[Correction]:
    return TypeAdapter(Correction)


@cache
def _manual() -> TypeAdapter[ManualAnswer]:
    return TypeAdapter(ManualAnswer)


def write(kind: TypeAdapter[Said], said: Said) -> str:
    """Write a record."""
    return json.dumps(kind.dump_python(said, mode="json"), sort_keys=True)


def read(kind: TypeAdapter[Said], body: str) -> Said:
    """Read a record; DamagedError when it is none."""
    # JSON by the standard library: it reads back the lone surrogates that it wrote.
    try:
        return kind.validate_python(json.loads(body))
    except ValueError as fault:
        raise DamagedError from fault


def keep(
    connection: Connection, table: Table, kind: Kind, body: str, at: datetime, **values: str
) -> None:
    """Add a record, and its line to the journal."""
    (salt,) = journal.salts(1)
    connection.execute(insert(table).values(body=body, salt=salt, at=at, **values))
    line = {"record": journal.commitment(salt, body)}
    journal.append(connection, at, [(kind, line)])


# --- corrections ----------------------------------------------------------------------------------


def correct(connection: Connection, correction: Correction) -> None:
    """Add what a person set right, and have what it concerns decided again."""
    body = write(_correction(), correction)
    keep(connection, tables.correction, Kind.CORRECTION, body, correction.at)
    _concern(connection, correction.target)
    if correction.kind is CorrectionKind.LINK:
        _concern(connection, correction.value)
    if correction.kind in (CorrectionKind.NATURE, CorrectionKind.LINK):
        _place_again(connection, correction.target)


def corrections(connection: Connection) -> tuple[Correction, ...]:
    """Give every correction ever made, the oldest first."""
    return tuple(said for _, said in numbered_corrections(connection))


def numbered_corrections(connection: Connection) -> Iterator[tuple[int, Correction]]:
    """The same, each with the number of its record."""
    correction = tables.correction.c
    asked = select(correction.seq, correction.body).order_by(correction.seq)
    for seq, body in connection.execute(asked).all():
        yield seq, read(_correction(), body)


def correction_body(said: Correction) -> str:
    """Write the record of a correction."""
    return write(_correction(), said)


def _concern(connection: Connection, name: str) -> None:
    """Have decided again what a person calls `name`, and know it by that name from now on.

    A request's id is that of the message that opened it; it means the same message when another opens it.
    """
    roots = sorted(roots_named(connection, name) or _bearers(connection, bare(name)))
    known = [(name_token(name), root) for root in roots[:1]]
    rows.add_new(connection, tables.token, ("digest", "component"), known)
    components.touch(connection, roots)
    components.join(connection, [(roots[0], root) for root in roots[1:]])


def _bearers(connection: Connection, name: str) -> set[int]:
    """The components of the messages that have a name which is in no table: they are all asked."""
    fact, component = tables.fact.c, tables.component.c
    placed = connection.execute(
        select(fact.packed, component.root).join(tables.component, component.id == fact.component)
    )
    return {row.root for row in placed if name in names(unpack(row.packed, _ANY_ZONE))}


def _place_again(connection: Connection, name: str) -> None:
    """A message that is something else, or stands elsewhere, may touch more than it did."""
    fact, component = tables.fact, tables.component
    roots = roots_named(connection, name)
    inside = select(component.c.id).where(component.c.root.in_(roots))
    connection.execute(update(fact).where(fact.c.component.in_(inside)).values(component=None))


def linked(corrections: Iterable[Correction]) -> Iterator[tuple[str, str]]:
    """The names that link corrections bring together, also those that were taken back since."""
    for correction in corrections:
        if correction.kind is CorrectionKind.LINK and bare(correction.value) not in ("", NONE):
            yield correction.target, correction.value


def roots_named(connection: Connection, name: str) -> set[int]:
    """The components of what a person calls `name`: a message, a request, a letter."""
    component, plain = tables.component.c, bare(name)
    by_token = select(tables.token.c.component).where(tables.token.c.digest == name_token(name))
    by_key = select(tables.fact.c.component).where(tables.fact.c.key == plain)
    by_id = select(tables.request.c.component).where(tables.request.c.id.in_((name.strip(), plain)))
    inside = by_token.union_all(by_key, by_id).subquery()
    return set(
        connection.scalars(
            select(component.root).where(component.id.in_(select(inside.c.component)))
        )
    )


# --- letters --------------------------------------------------------------------------------------


def add_letters(connection: Connection, key: bytes, letters: Sequence[Letter], at: datetime) -> int:
    """Add letters; one that says nothing new is left as it was. Say how many were news."""
    known = {filed_id(letter): letter for letter in filed_letters(connection)}
    news = 0
    for letter in letters:
        sealed = replace(letter, correspondent=sealed_person(letter.correspondent, key))
        name = filed_id(letter)
        if known.get(name) == sealed:
            continue
        known[name] = sealed
        news += 1
        keep(connection, tables.letter, Kind.LETTER, write(_letter(), sealed), at, id=name)
        # The component of an earlier record reads the new one in its place.
        components.touch(connection, roots_named(connection, letter.reference))
    return news


def filed_id(letter: Letter) -> str:
    """What tells a letter from another, as a text without signs that a database refuses."""
    return json.dumps(letter_id(letter))


def letter_body(letter: Letter) -> str:
    """Write the record of a letter."""
    return write(_letter(), letter)


def read_letter(body: str) -> Letter:
    """Read the record of a letter."""
    return read(_letter(), body)


def filed_letters(connection: Connection) -> tuple[Letter, ...]:
    """The letters as they were last declared, in the order in which they first were."""
    letter = tables.letter.c
    asked = select(letter.id, letter.body).order_by(letter.seq)
    last = {name: body for name, body in connection.execute(asked)}  # noqa: C416 -- a row is no pair
    return tuple(map(read_letter, last.values()))


def letters_within(connection: Connection, roots: Sequence[int]) -> Mapping[int, list[Letter]]:
    """The same, for each of the components that have any."""
    letter, component = tables.letter.c, tables.component.c
    asked = (
        select(component.root, letter.id, letter.body)
        .join(tables.component, component.id == letter.component)
        .where(component.root.in_(rows.among(roots)))
        .order_by(letter.seq)
    )
    last: dict[int, dict[str, str]] = defaultdict(dict)
    for root, name, body in connection.execute(asked):
        last[root][name] = body
    return {root: list(map(read_letter, bodies.values())) for root, bodies in last.items()}


# --- answers outside the mail ---------------------------------------------------------------------


def answer(connection: Connection, manual: ManualAnswer, at: datetime) -> None:
    """Add an answer that a person vouches for, and have its request decided again."""
    keep(connection, tables.manual, Kind.ANSWER, write(_manual(), manual), at)
    _concern(connection, manual.request)


def answers(connection: Connection) -> tuple[ManualAnswer, ...]:
    """Give the answers that persons vouched for and did not take back, the oldest first."""
    standing: list[ManualAnswer] = []
    for _, given in numbered_answers(connection):
        if given.kind == ManualAnswer.WITHDRAWN:
            standing = [one for one in standing if one.request != given.request]
        else:
            standing.append(given)
    return tuple(standing)


def numbered_answers(connection: Connection) -> Iterator[tuple[int, ManualAnswer]]:
    """The same, each with the number of its record."""
    manual = tables.manual.c
    asked = select(manual.seq, manual.body).order_by(manual.seq)
    for seq, body in connection.execute(asked).all():
        yield seq, read(_manual(), body)


def manual_body(given: ManualAnswer) -> str:
    """Write the record of an answer outside the mail."""
    return write(_manual(), given)
