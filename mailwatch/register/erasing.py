"""Persons taken out of the register: at their request, or because their requests are old enough.

Facts stay, since closed figures rest on them, and name nobody any more (`erasure`). What ties a line of the
journal to a message is its salt: without it the line is a random number, and the chain still holds. The tables
that only take additions are opened for this, within its transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, select, update

from mailwatch.erasure import Erasure, erased, outsiders
from mailwatch.errors import RefusedError
from mailwatch.journal.lines import Values
from mailwatch.kinship import bare
from mailwatch.model import Correction, CorrectionKind, Fact, Letter, ManualAnswer, Request, State
from mailwatch.packing import pack
from mailwatch.register import bodies, decisions, journal, persons, reviews, rows, tables
from mailwatch.register.readers import Reader
from mailwatch.sealing import sealed_address
from mailwatch.standing import letter_id, stand_on

ERASURE, RETENTION = "erasure", "retention"
"""What the journal calls them."""
_DUE = "retention due"
ERASED = "effacé"
"""Stands for what a person wrote of somebody who was erased."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How much was made anonymous."""

    messages: int = 0
    records: int = 0
    """Letters, corrections, declared answers and notes of reviewers."""

    def __add__(self, other: Erased) -> Erased:
        return Erased(messages=self.messages + other.messages, records=self.records + other.records)


def erase(
    connection: Connection, reader: Reader, address: str, at: datetime, *, anyway: bool = False
) -> Erased:
    """Make what is held on the person at `address` anonymous; to be decided again afterwards.

    Raises RefusedError when the address is our own, when one of the person's requests still waits for an answer
    and it is not to be done `anyway`, and when the settings name one of them.
    """
    person = sealed_address(address, reader.key, reader.desk.institution)
    if "@" in person:
        raise RefusedError(
            "« {address} » est une adresse de l’institution, qui ne s’efface pas", address=address
        )
    wanted = frozenset({person})
    done = Erased()
    for root in _roots_of(connection, reader, wanted):
        found = _found(connection, reader, root, wanted)
        if not anyway:
            _refuse_waiting(connection, found, at.date())
        _refuse_declared(reader, found)
        done += _rewrite(connection, found)
    if done != Erased():
        told: Values = {"messages": done.messages, "records": done.records}
        journal.append(connection, at, [(ERASURE, told)])
    return done


def reduce(connection: Connection, reader: Reader, before: date, at: datetime) -> Erased:
    """Make anonymous all that belongs together and was last touched before that day, answered or not.

    What the settings name stays. To be decided again afterwards.
    """
    done = Erased()
    for root, people in _old_roots(connection, reader, before):
        found = _found(connection, reader, root, people)
        if not _declared(reader, found):
            done += _rewrite(connection, found)
    _empty_alerts(connection, before)
    if done != Erased():
        told: Values = {"messages": done.messages, "records": done.records}
        journal.append(connection, at, [(RETENTION, {**told, "before": before.isoformat()})])
    return done


def due_on(connection: Connection) -> date | None:
    """Say when old messages are to be reduced next."""
    setting = tables.setting.c
    known = connection.scalar(select(setting.value).where(setting.name == _DUE))
    return date.fromisoformat(known) if known else None


def put_off(connection: Connection, until: date) -> None:
    """Note when it is due again."""
    decisions.noted(connection, _DUE, until.isoformat())


# --- whose ---------------------------------------------------------------------------------------


def _roots_of(connection: Connection, reader: Reader, wanted: frozenset[str]) -> list[int]:
    """The components in which somebody of `wanted` is named."""
    named = _named(connection, reader)
    return sorted({root for root, people, _, _ in named if not wanted.isdisjoint(people)})


def _old_roots(
    connection: Connection, reader: Reader, before: date
) -> list[tuple[int, frozenset[str]]]:
    """The components of which nothing is of `before` or later, and whom they name; those done are left out."""
    everybody: dict[int, frozenset[str]] = {}
    young: set[int] = set()
    proven: set[int] = set()
    for root, people, on, salt in _named(connection, reader):
        everybody[root] = everybody.get(root, frozenset()) | people
        if on >= before:
            young.add(root)
        if salt != journal.GONE:
            proven.add(root)
    return [(root, everybody[root]) for root in sorted(proven - young) if everybody[root]]


def _named(
    connection: Connection, reader: Reader
) -> Iterator[tuple[int, frozenset[str], date, bytes]]:
    """Whom each fact and each letter names, with its component, its day and its salt."""
    component, fact, letter = tables.component.c, tables.fact.c, tables.letter.c
    facts = select(component.root, fact.packed, fact.salt).join(
        tables.component, component.id == fact.component
    )
    for root, packed, salt in connection.execute(facts):
        found = reader.fact(packed)
        yield root, outsiders(found, reader.desk.institution), found.at.date(), salt
    letters = select(component.root, letter.body, letter.salt).join(
        tables.component, component.id == letter.component
    )
    for root, body, salt in connection.execute(letters):
        filed = persons.read_letter(body)
        yield root, frozenset({filed.correspondent} - {""}), filed.received_on, salt


# --- one component -------------------------------------------------------------------------------


class _Found(NamedTuple):
    """A component, and what is left of it without the persons who are to be erased."""

    root: int
    numbered: Sequence[tuple[int, Fact]]
    letters: Sequence[Letter]
    erasure: Erasure


def _found(connection: Connection, reader: Reader, root: int, wanted: frozenset[str]) -> _Found:
    ((_, numbered),) = decisions.facts_of(connection, reader, [root])
    letters = persons.letters_within(connection, [root]).get(root, ())
    erasure = erased(
        [fact for _, fact in numbered],
        wanted,
        secrets.token_bytes(32),
        reader.desk.institution,
        frozenset(map(reader.number, letters)),
    )
    return _Found(root, numbered, letters, erasure)


def _refuse_waiting(connection: Connection, found: _Found, today: date) -> None:
    erasure = found.erasure
    files = {fact.file for _, fact in found.numbered if fact.key in erasure.owned}
    ids = {letter_id(one) for one in found.letters if one.correspondent in erasure.persons}
    for request in bodies.requests_of(connection, found.root):
        own = request.file in files or request.id in ids
        if own and _is_waiting(stand_on(request, today)):
            raise RefusedError(
                "la demande {id} de cette personne attend encore une réponse ; répondez-y d’abord, ou ajoutez "
                "--anyway : la réponse ne lui sera plus rattachée",
                id=request.id,
            )


def _is_waiting(request: Request) -> bool:
    if request.state in (State.PENDING, State.OVERDUE):
        return True
    return request.state is not State.EXCLUDED and request.follow_up_on is not None


def _refuse_declared(reader: Reader, found: _Found) -> None:
    for name in _declared(reader, found):
        raise RefusedError(
            "les réglages nomment « {name} », un message de cette personne, dans [[manual_answer]] ; déclarez la "
            "réponse par « mailwatch answer », et retirez-la du fichier",
            name=name,
        )


def _declared(reader: Reader, found: _Found) -> tuple[str, ...]:
    """The messages that the settings name, and that would not be found by that name any more."""
    names = found.erasure.names
    every = (manual.request for manual in reader.desk.institution.manual_answers)
    return tuple(name for name in every if names.get(bare(name), bare(name)) != bare(name))


def _rewrite(connection: Connection, found: _Found) -> Erased:
    _rewrite_facts(connection, found.numbered, found.erasure)
    records = _rewrite_letters(connection, found.root, found.erasure.persons)
    records += _rewrite_said(connection, found.erasure.names)
    _unplace(connection, found.root)
    return Erased(messages=len(found.erasure.owned), records=records)


def _rewrite_facts(
    connection: Connection, numbered: Sequence[tuple[int, Fact]], erasure: Erasure
) -> None:
    renamed = [
        (pack(after), number)
        for (number, before), after in zip(numbered, erasure.facts, strict=True)
        if before != after
    ]
    rows.change(connection, tables.fact, ("packed",), ("id",), renamed)
    owned = [number for number, fact in numbered if fact.key in erasure.owned]
    unproven = [(journal.GONE, number) for number in owned]
    rows.change(connection, tables.fact, ("salt",), ("id",), unproven)


def _unplace(connection: Connection, root: int) -> None:
    """Have the facts of a component placed and decided anew: whatever found them before is forgotten."""
    component, fact = tables.component, tables.fact
    inside = rows.among(
        connection.scalars(select(component.c.id).where(component.c.root == root)).all()
    )
    numbers = rows.among(
        connection.scalars(select(fact.c.id).where(fact.c.component.in_(inside))).all()
    )
    for table in (tables.offered, tables.quoted):
        connection.execute(delete(table).where(table.c.fact.in_(numbers)))
    for table in (tables.fact, tables.letter):
        connection.execute(
            update(table).where(table.c.component.in_(inside)).values(component=None)
        )
    for table in (tables.decision, tables.request, tables.token, tables.sought):
        connection.execute(delete(table).where(table.c.component.in_(inside)))
    connection.execute(delete(component).where(component.c.id.in_(inside)))


# --- what persons said of it ---------------------------------------------------------------------


def _rewrite_said(connection: Connection, names: Mapping[str, str]) -> int:
    """Give what persons said its new names, and drop their words: they may tell of whom it was."""
    corrections = [
        (persons.correction_body(_silent(said, names)), seq)
        for seq, said in persons.numbered_corrections(connection)
        if bare(said.target) in names or bare(said.value) in names
    ]
    answers = [
        (persons.manual_body(_silent_answer(said, names)), seq)
        for seq, said in persons.numbered_answers(connection)
        if bare(said.request) in names
    ]
    found = [
        (reviews.review_body(replace(said, note=ERASED)), seq)
        for seq, said in reviews.numbered_reviews(connection)
        if bare(said.request) in names and said.note not in ("", ERASED)
    ]
    return (
        _replace(connection, tables.correction, corrections)
        + _replace(connection, tables.manual, answers)
        + _replace(connection, tables.review, found)
    )


def _silent(said: Correction, names: Mapping[str, str]) -> Correction:
    value = names.get(bare(said.value), said.value)
    if said.kind is CorrectionKind.NOTE and value:
        value = ERASED
    return replace(
        said,
        target=names.get(bare(said.target), said.target),
        value=value,
        reason=ERASED if said.reason else "",
    )


def _silent_answer(said: ManualAnswer, names: Mapping[str, str]) -> ManualAnswer:
    return replace(said, request=names[bare(said.request)], note=ERASED if said.note else "")


def _rewrite_letters(connection: Connection, root: int, fresh: Mapping[str, str]) -> int:
    """Take writers out of letters; what was noted of them may name somebody."""
    letter, component = tables.letter.c, tables.component.c
    found = connection.execute(
        select(letter.seq, letter.body)
        .join(tables.component, component.id == letter.component)
        .where(component.root == root)
        .order_by(letter.seq)
    ).all()
    read = [(row.seq, persons.read_letter(row.body)) for row in found]
    return _replace(
        connection,
        tables.letter,
        [
            (persons.letter_body(_unnamed(filed, fresh)), seq)
            for seq, filed in read
            if filed.correspondent in fresh
        ],
    )


def _unnamed(letter: Letter, fresh: Mapping[str, str]) -> Letter:
    return replace(
        letter,
        correspondent=fresh[letter.correspondent],
        note=ERASED if letter.note else "",
    )


def _replace(connection: Connection, table: Table, changed: Sequence[tuple[str, int]]) -> int:
    """Replace records in a table that only takes additions."""
    if changed:
        with _opened(connection, table):
            bodies = [(body, journal.GONE, seq) for body, seq in changed]
            rows.change(connection, table, ("body", "salt"), ("seq",), bodies)
    return len(changed)


@contextmanager
def _opened(connection: Connection, table: Table) -> Iterator[None]:
    """Lift what keeps a table append-only, and lay it again: the transaction holds both, or neither."""
    asked = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?"
    triggers = connection.exec_driver_sql(asked, (table.name,)).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


# --- alerts --------------------------------------------------------------------------------------


def _empty_alerts(connection: Connection, before: date) -> None:
    """Keep of an old alert that it left, and nothing of what it said."""
    alert = tables.alert
    left = alert.c.state.in_(("accepted", "confirmed", "failed"))
    until = datetime.combine(before, time(), UTC)
    connection.execute(
        update(alert).where(alert.c.at < until, left).values(message=b"", recipients="[]")
    )
