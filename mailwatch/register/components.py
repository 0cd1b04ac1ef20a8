"""Components of facts that may touch each other, as tables: a union-find whose sets only grow.

A token belongs to one component. A fact that has tokens of several joins them, and the oldest component stays the
`root` of all. Whatever gains a member is dirty until it is decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, bindparam, delete, func, select, update

from mailwatch.kinship import Kin
from mailwatch.register import rows, tables

_HELD = ("digest", "component")


@dataclass(slots=True, kw_only=True)
class _Sets:
    """The components that one step touches."""

    roots: dict[int, int] = field(default_factory=dict)
    owners: dict[int, int] = field(default_factory=dict)
    """A component of each token."""
    waiting: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    """The components that seek each token."""

    def root(self, component: int) -> int:
        """The root of a component, the way to it shortened."""
        while (above := self.roots.setdefault(component, component)) != component:
            self.roots[component] = self.roots[above]
            component = above
        return component

    def join(self, components: Iterable[int]) -> int:
        """Make all of them one; the oldest stays."""
        roots = {self.root(component) for component in components}
        kept = min(roots)
        self.roots |= dict.fromkeys(roots, kept)
        return kept

    def touching(self, one: Kin) -> list[int]:
        """The components that `one` may touch."""
        owned = (self.owners.get(digest) for digest in (*one.bound, *one.sought))
        found = [owner for owner in owned if owner is not None]
        for digest in one.bound:
            found += self.waiting.get(digest, ())
        return found


def place(connection: Connection, kins: Sequence[Kin]) -> list[int]:
    """Give each of `kins` a component, joined with whatever it may touch."""
    sets = _loaded(connection, kins)
    known = frozenset(sets.roots)
    newest = connection.scalar(select(func.max(tables.component.c.id))) or 0
    homes: list[int] = []
    tokens: list[tuple[int, int]] = []
    sought: list[tuple[int, int]] = []
    for one in kins:
        touching = sets.touching(one)
        if not touching:
            newest += 1
            touching = [newest]
        home = sets.join(touching)
        homes.append(home)
        fresh = [digest for digest in one.bound if digest not in sets.owners]
        tokens += ((digest, home) for digest in fresh)
        sets.owners |= dict.fromkeys(fresh, home)
        for digest in one.sought:
            if digest not in sets.owners:
                sets.waiting[digest].append(home)
                sought.append((digest, home))
    _write(connection, sets, known, homes)
    rows.add(connection, tables.token, _HELD, tokens)
    rows.add_new(connection, tables.sought, _HELD, sought)
    return homes


def join(connection: Connection, pairs: Iterable[tuple[int, int]]) -> bool:
    """Make one of the components of each pair, given by their roots; say whether any was two."""
    sets = _Sets()
    parted = [pair for pair in pairs if pair[0] != pair[1]]
    for pair in parted:
        sets.roots |= {root: sets.roots.get(root, root) for root in pair}
        sets.join(pair)
    if parted:
        _write(connection, sets, frozenset(sets.roots), [kept for kept, _ in parted])
    return bool(parted)


def touch(connection: Connection, roots: Iterable[int]) -> None:
    """Have components decided again."""
    rows.change(
        connection, tables.component, ("dirty",), ("id",), [(1, root) for root in set(roots)]
    )


def clean(connection: Connection, roots: Iterable[int]) -> None:
    """Note that components are decided."""
    rows.change(connection, tables.component, ("dirty",), ("id",), [(0, root) for root in roots])


def _write(
    connection: Connection, sets: _Sets, known: frozenset[int], homes: Iterable[int]
) -> None:
    """Keep what was joined: new components, those that went into another, and who is dirty."""
    component = tables.component
    fresh = [(home, sets.root(home), 0) for home in set(homes) if home not in known]
    rows.add(connection, component, ("id", "root", "dirty"), fresh)
    gone = [
        {"gone": number, "kept": sets.root(number)}
        for number in sorted(known)
        if sets.root(number) != number
    ]
    if gone:
        moved = update(component).where(component.c.root == bindparam("gone"))
        connection.execute(moved.values(root=bindparam("kept"), dirty=0), gone)
        for table in (tables.decision, tables.request):
            connection.execute(delete(table).where(table.c.component == bindparam("gone")), gone)
    touch(connection, map(sets.root, homes))


def _loaded(connection: Connection, kins: Sequence[Kin]) -> _Sets:
    sets = _Sets()
    bound = {digest for one in kins for digest in one.bound}
    sought = {digest for one in kins for digest in one.sought}
    for digest, owner, root in _of_digests(connection, tables.token, bound | sought):
        sets.owners[digest] = owner
        sets.roots |= {owner: root, root: root}
    for digest, seeker, root in _of_digests(connection, tables.sought, bound):
        sets.waiting[digest].append(seeker)
        sets.roots |= {seeker: root, root: root}
    return sets


def _of_digests(
    connection: Connection, table: Table, digests: Iterable[int]
) -> Iterator[tuple[int, int, int]]:
    """Each row of `table` for one of `digests`, with the root of its component."""
    component = tables.component.c
    asked = (
        select(table.c.digest, table.c.component, component.root)
        .join(tables.component, component.id == table.c.component)
        .where(table.c.digest.in_(rows.among(digests)))
    )
    yield from map(tuple[int, int, int], connection.execute(asked).all())


def root_of_facts(connection: Connection, facts: Iterable[int]) -> dict[int, int]:
    """The root of each fact that is placed."""
    fact, component = tables.fact.c, tables.component.c
    asked = (
        select(fact.id, component.root)
        .join(tables.component, component.id == fact.component)
        .where(fact.id.in_(rows.among(facts)))
    )
    return {number: root for number, root in connection.execute(asked).all()}  # noqa: C416 -- a row is no pair


def forget(connection: Connection) -> None:
    """Take all facts and letters out of their components, to be placed anew by other settings."""
    for table in (tables.fact, tables.letter):
        connection.execute(update(table).values(component=None))
    for table in (
        tables.decision, tables.request, tables.token, tables.sought, tables.offered, tables.quoted,
        tables.component,
    ):  # fmt: skip
        connection.execute(delete(table))
