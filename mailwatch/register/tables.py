"""The tables of the register; nobody outside the package sees a row.

Made by the migrations, which also lay the triggers that keep what persons said and the journal append-only.
`STRICT` refuses a value of another type, `WITHOUT ROWID` keeps a key and its row in one place.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

_STRICT = {"sqlite_strict": True}
_BY_KEY = {"sqlite_strict": True, "sqlite_with_rowid": False}
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


@lru_cache(maxsize=8)
def written(at: datetime) -> str:
    """Write an aware instant; the same one stands in all rows of a transaction."""
    if at.tzinfo is None:
        raise ValueError(f"naive instant: {at}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class Utc(TypeDecorator[datetime]):
    """An aware instant as ISO 8601 text in UTC, which sorts as time does."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Refuse an instant that names no zone."""
        del dialect
        return None if value is None else written(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401 -- as declared
        """Give it back in UTC."""
        del dialect
        return datetime.fromisoformat(value) if value is not None else None


class Row(SQLModel, registry=registry(metadata=MetaData(naming_convention=_NAMES))):
    """What all tables share: one set of names, apart from any other SQLModel of the process."""


class Place(Row, table=True):
    """A watched folder and how far it is listed."""

    __table_args__ = (
        UniqueConstraint("account", "folder"),
        CheckConstraint("uidnext > 0", name="uidnext"),
        _STRICT,
    )

    id: int = Field(sa_column=Column(Integer, primary_key=True))
    account: str = Field(sa_type=Text)
    folder: str = Field(sa_type=Text)
    uidvalidity: int
    uidnext: int
    looked_at: datetime | None = Field(sa_type=Utc)
    complete: int
    """Listed to its end since it had this `uidvalidity`."""
    reconciled_at: datetime | None = Field(sa_type=Utc)
    """When all that is on the server was last compared with what is here."""
    modseq: int | None
    """The HIGHESTMODSEQ of the last look (RFC 7162), where the server tells it."""


class Sighting(Row, table=True):
    """One message of a folder, from its listing on."""

    __table_args__ = (
        CheckConstraint(
            "state IN ('listed', 'done', 'quarantined', 'vanished', 'superseded')", name="state"
        ),
        CheckConstraint("(state = 'done') = (fact IS NOT NULL)", name="fact"),
        Index("ix_sighting_fact", "fact", unique=True, sqlite_where=text("fact IS NOT NULL")),
        Index(
            "ix_sighting_awaiting", "place", "uidvalidity", "uid",
            sqlite_where=text("state = 'listed'"),
        ),
        Index(
            "ix_sighting_quarantined", "place", "uidvalidity", "uid",
            sqlite_where=text("state = 'quarantined'"),
        ),
        _BY_KEY,
    )  # fmt: skip

    place: int = Field(sa_column=Column(Integer, ForeignKey("place.id"), primary_key=True))
    uidvalidity: int = Field(primary_key=True)
    uid: int = Field(primary_key=True)
    state: str = Field(sa_type=Text)
    fact: int | None = Field(sa_column=Column(Integer, ForeignKey("fact.id")))
    reason: str | None = Field(sa_type=Text)
    role: str | None = Field(sa_type=Text)
    server_at: datetime | None = Field(sa_type=Utc)
    at: datetime = Field(sa_type=Utc)
    parser: int | None
    """The version of what reads mail that could not read this one."""
    gone_at: datetime | None = Field(sa_type=Utc)
    """When it was first missed on the server; what is known of it stays."""


class Component(Row, table=True):
    """A set of facts that may touch each other: those of all components of one `root`."""

    __table_args__ = (
        Index("ix_component_root", "root"),
        Index("ix_component_dirty", "root", sqlite_where=text("dirty = 1")),
        _STRICT,
    )

    id: int = Field(sa_column=Column(Integer, primary_key=True))
    root: int
    dirty: int
    """What it holds has changed since it was decided; on the root."""


class Fact(Row, table=True):
    """A sealed fact, packed."""

    __table_args__ = (
        Index("ix_fact_key", "key"),
        Index("ix_fact_component", "component"),
        _STRICT,
    )

    id: int = Field(sa_column=Column(Integer, primary_key=True))
    key: str = Field(sa_type=Text)
    packed: bytes = Field(sa_type=LargeBinary)
    salt: bytes = Field(sa_type=LargeBinary)
    """Ties the fact to its line of the journal; without it the line is a random number."""
    component: int | None = Field(sa_column=Column(Integer, ForeignKey("component.id")))
    """None until the fact is placed."""


class Token(Row, table=True):
    """Who has this token is of this component."""

    __table_args__ = (_BY_KEY,)

    digest: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    component: int = Field(sa_column=Column(Integer, ForeignKey("component.id"), nullable=False))


class Sought(Row, table=True):
    """A token that a component waits for."""

    __table_args__ = (_BY_KEY,)

    digest: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    component: int = Field(sa_column=Column(Integer, ForeignKey("component.id"), primary_key=True))


class Offered(Row, table=True):
    """Words under which a fact can be found by who quotes it."""

    __table_args__ = (_BY_KEY,)

    digest: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    fact: int = Field(sa_column=Column(Integer, ForeignKey("fact.id"), primary_key=True))


class Quoted(Row, table=True):
    """Words that a fact quotes, and that its decision needs."""

    __table_args__ = (_BY_KEY,)

    digest: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    fact: int = Field(sa_column=Column(Integer, ForeignKey("fact.id"), primary_key=True))


class Decision(Row, table=True):
    """What a component amounts to, as JSON."""

    __table_args__ = (_STRICT,)

    component: int = Field(
        sa_column=Column(Integer, ForeignKey("component.id"), primary_key=True, autoincrement=False)
    )
    requests: bytes = Field(sa_type=LargeBinary)
    rest: bytes = Field(sa_type=LargeBinary)


class Request(Row, table=True):
    """Which component a request is of."""

    __table_args__ = (Index("ix_request_component", "component"), _BY_KEY)

    id: str = Field(sa_column=Column(Text, primary_key=True))
    component: int = Field(sa_column=Column(Integer, ForeignKey("component.id"), primary_key=True))


class Letter(Row, table=True):
    """A line of the register of letters as it was declared; a later one of the same id replaces it."""

    __table_args__ = (
        Index("ix_letter_id", "id"),
        Index("ix_letter_component", "component"),
        _STRICT,
    )

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    id: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    salt: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Utc)
    component: int | None = Field(sa_column=Column(Integer, ForeignKey("component.id")))


class Correction(Row, table=True):
    """What a person set right."""

    __table_args__ = (_STRICT,)

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    body: str = Field(sa_type=Text)
    salt: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Utc)


class Manual(Row, table=True):
    """An answer outside the mail that a person vouched for."""

    __table_args__ = (_STRICT,)

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    body: str = Field(sa_type=Text)
    salt: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Utc)


class Alert(Row, table=True):
    """An alert of the outbox."""

    __table_args__ = (
        UniqueConstraint("alert_id"),
        CheckConstraint(
            "state IN ('queued', 'sending', 'accepted', 'confirmed', 'failed')", name="state"
        ),
        Index("ix_alert_state", "state"),
        _STRICT,
    )

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    alert_id: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text)
    message: bytes = Field(sa_type=LargeBinary)
    recipients: str = Field(sa_type=Text)
    state: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Utc)


class Gap(Row, table=True):
    """A time without observation, or in which messages came and went."""

    __table_args__ = (CheckConstraint("missed >= 0", name="missed"), _STRICT)

    id: int = Field(sa_column=Column(Integer, primary_key=True))
    place: int = Field(sa_column=Column(Integer, ForeignKey("place.id"), nullable=False))
    since: datetime = Field(sa_type=Utc)
    until: datetime = Field(sa_type=Utc)
    missed: int


class Setting(Row, table=True):
    """What the decisions were made with."""

    __table_args__ = (_BY_KEY,)

    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_type=Text)


class Sample(Row, table=True):
    """Cases drawn for an internal audit."""

    __table_args__ = (_STRICT,)

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    body: str = Field(sa_type=Text)
    salt: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Utc)


class Review(Row, table=True):
    """What a person found of one verdict on one case."""

    __table_args__ = (_STRICT,)

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    body: str = Field(sa_type=Text)
    salt: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Utc)


class Sealed(Row, table=True):
    """The figures of a period as they were closed."""

    __table_args__ = (_STRICT,)

    from_on: str = Field(sa_column=Column(Text, primary_key=True))
    to_on: str = Field(sa_column=Column(Text, primary_key=True))
    at: datetime = Field(sa_type=Utc)
    author: str = Field(sa_type=Text)
    rules: str = Field(sa_type=Text)
    calendar: str = Field(sa_type=Text)
    facts: str = Field(sa_type=Text)
    figures: str = Field(sa_type=Text)
    """SHA-256 of the JSON that `body` holds."""
    body: bytes = Field(sa_type=LargeBinary)
    """The closed report as JSON, deflated."""


class Journal(Row, table=True):
    """One line of the journal, as its bytes are chained."""

    __table_args__ = (
        # Nearly all lines tell of a message, and those are asked for by none.
        Index("ix_journal_kind", "kind", "seq", sqlite_where=text("kind <> 'fact'")),
        _STRICT,
    )

    seq: int = Field(sa_column=Column(Integer, primary_key=True))
    at: datetime = Field(sa_type=Utc)
    kind: str = Field(sa_type=Text)
    line: bytes = Field(sa_type=LargeBinary)


SCHEMA = Row.metadata
place, sighting, component, fact = (
    SCHEMA.tables[name] for name in ("place", "sighting", "component", "fact")
)
token, sought, offered, quoted = (
    SCHEMA.tables[name] for name in ("token", "sought", "offered", "quoted")
)
decision, request, letter, correction, manual = (
    SCHEMA.tables[name] for name in ("decision", "request", "letter", "correction", "manual")
)
sample, review = (SCHEMA.tables[name] for name in ("sample", "review"))
alert, gap, setting, sealed, journal = (
    SCHEMA.tables[name] for name in ("alert", "gap", "setting", "sealed", "journal")
)
