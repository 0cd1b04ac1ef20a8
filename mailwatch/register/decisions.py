"""Decisions, kept a component at a time, and made anew where something changed.

A decision says nothing that depends on the day: `standing` does, when it is asked for. Deciding is cut into
transactions that each leave the register true: facts without a component are placed later, dirty components are
decided later, whatever happens in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update

from mailwatch.journal.lines import Values
from mailwatch.kinship import Kin, Side, bare, kin, letter_kin, name_token, names, seekers
from mailwatch.model import (
    Correction,
    CorrectionKind,
    Fact,
    Letter,
    ManualAnswer,
)
from mailwatch.ordering import Docket, ShortDocket
from mailwatch.register import bodies, components, journal, persons, rows, tables, words
from mailwatch.register.bodies import Rest
from mailwatch.register.database import Database
from mailwatch.register.journal import Kind
from mailwatch.register.readers import Amended, Reader, amended
from mailwatch.ruleset import Desk
from mailwatch.standing import letter_id
from mailwatch.triage import Triage, triage

_EDITION = 2
"""Of what a decision tells of its requests: raised with it, so that older decisions are made anew."""
_AT_ONCE = 500
"""Facts that one transaction places; components that one decides."""
_FETCHED = 100
"""Facts that SQLite is asked for in one go."""
_MANY = 1_000
"""Facts of one component that are packed while it is decided."""
_NO_DAY = date.min
"""The day a decision is made for: before any due date, so that nothing is overdue in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What persons said, as far as one decision asks."""

    answers: tuple[ManualAnswer, ...]
    corrections: tuple[Correction, ...]

    def names(self) -> tuple[str, ...]:
        """What it is all about, in the words of persons."""
        named = (*(one.request for one in self.answers), *(one.target for one in self.corrections))
        return tuple(dict.fromkeys(named))

    def called(self) -> frozenset[str]:
        """Every bare name that a person used."""
        linked = (one.value for one in self.corrections if one.kind is CorrectionKind.LINK)
        return frozenset(map(bare, (*self.names(), *linked)))

    def about(self, facts: Iterable[Fact], letters: Iterable[Letter]) -> Said:
        """What of it may be about these messages: names that fit none of them are tried elsewhere."""
        if not self.answers and not self.corrections:
            return self
        known = {name for fact in facts for name in names(fact)}
        for letter in letters:
            known |= {bare(letter.reference), bare(letter_id(letter))}
        return Said(
            answers=tuple(said for said in self.answers if bare(said.request) in known),
            corrections=tuple(said for said in self.corrections if bare(said.target) in known),
        )


def place(connection: Connection, reader: Reader, at: datetime) -> bool:
    """Place some of what is new, by today's settings; say whether there was any."""
    _follow_settings(connection, reader.desk, at)
    return bool(_place_facts(connection, reader) + _place_letters(connection, reader))


def decide(database: Database, reader: Reader, at: datetime) -> int:
    """Place what is new, decide what is dirty, until words bring nothing more together."""
    while True:
        with database.writing() as connection:
            placed = place(connection, reader, at)
        if not placed:
            break
    decided = 0
    while True:
        with database.writing() as connection:
            _join_linked(connection)
            number = _decide_dirty(connection, reader, at)
        if not number:
            return decided
        decided += number


def said(connection: Connection, desk: Desk) -> Said:
    """What persons said, in the settings and since."""
    return Said(
        answers=(*desk.institution.manual_answers, *persons.answers(connection)),
        corrections=persons.corrections(connection),
    )


# --- settings -------------------------------------------------------------------------------------


def desk_digest(desk: Desk) -> str:
    """Tell one desk from another: rules, settings of the institution, zone, and what a decision tells."""
    told = f"{_EDITION} {desk.rules.digest} {desk.zone} {desk.institution!r}"
    return sha256(told.encode()).hexdigest()


def _follow_settings(connection: Connection, desk: Desk, at: datetime) -> None:
    """Another desk may bind and decide otherwise: everything is placed and decided anew."""
    if noted(connection, "desk", desk_digest(desk)):
        components.forget(connection)
        journal.append(connection, at, [(Kind.SETTINGS, {"rules": desk.rules.digest})])


def is_current(connection: Connection, desk: Desk) -> bool:
    """Say whether the decisions were made for this very desk."""
    setting = tables.setting.c
    known = connection.scalar(select(setting.value).where(setting.name == "desk"))
    return known == desk_digest(desk)


def noted(connection: Connection, name: str, value: str) -> bool:
    """Keep a value under its name; False when it was there."""
    setting = tables.setting
    known = connection.scalar(select(setting.c.value).where(setting.c.name == name))
    if known == value:
        return False
    connection.execute(delete(setting).where(setting.c.name == name))
    connection.execute(insert(setting).values(name=name, value=value))
    return True


# --- placing --------------------------------------------------------------------------------------


def _place_facts(connection: Connection, reader: Reader) -> int:
    fact = tables.fact
    new = connection.execute(
        select(fact.c.id, fact.c.packed)
        .where(fact.c.component.is_(None))
        .order_by(fact.c.id)
        .limit(_AT_ONCE)
    ).all()
    if not new:
        return 0
    everything = said(connection, reader.desk)
    said_of, called = amended(everything.corrections), everything.called()
    read = [(number, said_of.variants(reader.fact(packed))) for number, packed in new]
    homes = components.place(connection, [_kin(each, called, reader.desk) for _, each in read])
    placed = [(home, number) for (number, _), home in zip(read, homes, strict=True)]
    rows.change(connection, fact, ("component",), ("id",), placed)
    offering = [(number, each, said_of.concerns(each)) for number, some in read for each in some]
    words.offer(connection, offering, reader.desk.zone)
    return len(new)


def _kin(variants: Sequence[Fact], called: frozenset[str], desk: Desk) -> Kin:
    """The tokens of a message, whatever it may be, and of the names by which persons called it."""
    every = [kin(each, desk.institution) for each in variants]
    if called:
        every += (Kin(bound=(name_token(name),)) for name in called & names(variants[0]))
    elif len(every) == 1:
        return every[0]
    return Kin(
        bound=tuple({digest for each in every for digest in each.bound}),
        sought=tuple({digest for each in every for digest in each.sought}),
    )


def _place_letters(connection: Connection, reader: Reader) -> int:
    letter = tables.letter
    new = connection.execute(
        select(letter.c.seq, letter.c.body).where(letter.c.component.is_(None)).limit(_AT_ONCE)
    ).all()
    filed = [(seq, persons.read_letter(body)) for seq, body in new]
    kins = [letter_kin(each, letter_id(each), reader.number(each)) for _, each in filed]
    for (seq, _), home in zip(filed, components.place(connection, kins), strict=True):
        connection.execute(update(letter).where(letter.c.seq == seq).values(component=home))
    return len(filed)


def _join_linked(connection: Connection) -> None:
    """A person may bring together what nothing else does."""
    for target, request in persons.linked(persons.corrections(connection)):
        one, other = (persons.roots_named(connection, name) for name in (target, request))
        if one and other:
            roots = sorted(one | other)
            components.join(connection, [(roots[0], root) for root in roots[1:]])


# --- deciding -------------------------------------------------------------------------------------


def _decide_dirty(connection: Connection, reader: Reader, at: datetime) -> int:
    component = tables.component
    roots = connection.scalars(
        select(component.c.root).where(component.c.dirty == 1).limit(_AT_ONCE)
    ).all()
    if not roots:
        return 0
    everything = said(connection, reader.desk)
    said_of = amended(everything.corrections)
    letters = persons.letters_within(connection, roots)
    seeking: list[tuple[int, Side, Fact]] = []
    kept: list[Kept] = []
    for root, numbered in facts_of(connection, reader, roots):
        facts = [fact for _, fact in numbered]
        found, about = decided(reader, facts, letters.get(root, ()), everything)
        kept.append(outlined(root, found, about))
        seeking += _seeking(numbered, found, said_of)
    _keep(connection, roots, kept)
    components.clean(connection, roots)
    # Whom words bring together is dirty again.
    words.seek(connection, seeking, reader.desk.zone)
    line: Values = {"components": len(roots), "digest": _digest(kept)}
    journal.append(connection, at, [(Kind.DECISION, line)])
    return len(roots)


def decided(
    reader: Reader, facts: Sequence[Fact], letters: Sequence[Letter], everything: Said
) -> tuple[Triage, Said]:
    """Decide one component, with what persons said of it."""
    about = everything.about(facts, letters)
    desk = reader.desk
    if about.answers != desk.institution.manual_answers:
        institution = replace(desk.institution, manual_answers=about.answers)
        desk = replace(desk, institution=institution)
    docket = (ShortDocket if len(facts) < _MANY else Docket).of(
        reader.naming(facts, letters), desk.zone
    )
    return triage(docket, letters, desk, _NO_DAY, about.corrections), about


def facts_of(
    connection: Connection, reader: Reader, roots: Sequence[int]
) -> Iterator[tuple[int, list[tuple[int, Fact]]]]:
    """The facts of each component, numbered: one component unpacked at a time."""
    component, fact = tables.component.c, tables.fact.c
    found = connection.execute(
        select(component.root, fact.id, fact.packed)
        .select_from(tables.component)
        .outerjoin(tables.fact, fact.component == component.id)
        .where(component.root.in_(rows.among(roots)))
        .order_by(component.root, fact.id)
    ).yield_per(_FETCHED)
    for root, inside in groupby(found, key=itemgetter(0)):
        # A component of letters has no facts.
        yield root, [(row.id, reader.fact(row.packed)) for row in inside if row.id is not None]


def _seeking(
    numbered: Sequence[tuple[int, Fact]], found: Triage, said_of: Amended
) -> Iterator[tuple[int, Side, Fact]]:
    """The facts whose words must be looked for, numbered."""
    numbers = {fact.file: number for number, fact in numbered}
    facts = [each for _, fact in numbered for each in said_of.variants(fact)]
    for side, fact in seekers(facts, found.requests, found.unseen):
        yield numbers[fact.file], side, fact


# --- keeping --------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """What is kept of the decision of one component."""

    component: int
    requests: bytes
    rest: bytes
    ids: tuple[str, ...]


def outlined(root: int, found: Triage, about: Said) -> Kept:
    """What is kept of a decision."""
    rest = Rest(
        unseen=found.unseen,
        set_aside=found.set_aside,
        doubted=found.doubted,
        duplicates=found.duplicates,
        refused=found.refused,
        rulings=found.rulings,
        declared=about.names(),
    )
    return Kept(
        component=root,
        requests=bodies.of_requests(found.requests),
        rest=bodies.of_rest(rest),
        ids=tuple(dict.fromkeys(request.id for request in found.requests)),
    )


def _keep(connection: Connection, roots: Sequence[int], kept: Sequence[Kept]) -> None:
    for table in (tables.decision, tables.request):
        connection.execute(delete(table).where(table.c.component.in_(rows.among(roots))))
    made = [(each.component, each.requests, each.rest) for each in kept]
    rows.add(connection, tables.decision, ("component", "requests", "rest"), made)
    ids = [(name, each.component) for each in kept for name in each.ids]
    rows.add(connection, tables.request, ("id", "component"), ids)


def _digest(kept: Iterable[Kept]) -> str:
    """Bind a line of the journal to the decisions it tells of."""
    digest = sha256()
    for each in kept:
        digest.update(each.requests)
        digest.update(each.rest)
    return digest.hexdigest()
