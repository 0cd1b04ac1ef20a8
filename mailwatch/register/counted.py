"""Requests as figures need them: the rest of what was decided is not read, which takes twice as long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import Connection

from mailwatch.indicators import Tally, within
from mailwatch.model import (
    Announced,
    Answer,
    AuthorLevel,
    Confidence,
    Indicators,
    Link,
    Mention,
    Mentions,
    Nature,
    Period,
    Place,
    Request,
    Span,
)
from mailwatch.register import bodies, observing
from mailwatch.ruleset import Desk
from mailwatch.standing import stand_on


def indicators(
    connection: Connection, desk: Desk, period: Period, today: date
) -> Indicators | None:
    """Compute the figures of a period, whatever its length, without holding its requests; None without any."""
    tally, some = Tally(today), False
    for requests in _every(connection, (period,)):
        found = within(requests, period)
        some = some or bool(found)
        tally.add(stand_on(request, today) for request in found)
    return tally.indicators(observing.unwatched(connection, period, desk.zone)) if some else None


def _every(connection: Connection, periods: Sequence[Period]) -> Iterator[tuple[Request, ...]]:
    for body in bodies.touching(connection, periods):
        found = bodies.read(_requests(), body)
        yield found


@cache
def _requests() -> TypeAdapter[tuple[_Request, ...]]:
    return TypeAdapter(tuple[_Request, ...])


# --- what is not read -----------------------------------------------------------------------------
# A field that is no part of `__init__` is none to read either; nobody asks for it.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mention(Mention):
    text: str = field(init=False)
    level: AuthorLevel | None = field(init=False)
    place: Place | None = field(init=False)
    decided_by: str = field(init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mentions(Mentions):
    author: _Mention
    service: _Mention
    institution: _Mention
    from_class: str = field(init=False)
    header_only: tuple[str, ...] = field(init=False)
    findings: tuple[str, ...] = field(init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given(Answer):
    """An answer among all of a request: its mentions."""

    mentions: _Mentions | None
    kind: str = field(init=False)
    substantive: bool = field(init=False)
    message_id: str | None = field(init=False)
    announced: Announced | None = field(init=False)
    declared: bool = field(init=False)
    span: Span | None = field(init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _First(Answer):
    """The first answer, or the first substantive one: its day and its delay."""

    mentions: Mentions | None = field(init=False)
    key: str = field(init=False)
    bounced: bool = field(init=False)
    kind: str = field(init=False)
    substantive: bool = field(init=False)
    message_id: str | None = field(init=False)
    announced: Announced | None = field(init=False)
    declared: bool = field(init=False)
    span: Span | None = field(init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request(Request):
    answers: tuple[_Given, ...]
    first: _First | None
    substantive: _First | None
    id: str = field(init=False)
    file: str = field(init=False)
    message_id: str | None = field(init=False)
    received_at: datetime | None = field(init=False)
    service: str = field(init=False)
    nature: Nature = field(init=False)
    links: tuple[Link, ...] = field(init=False)
    boxes: tuple[str, ...] = field(init=False)
    findings: tuple[str, ...] = field(init=False)
    confidence: Confidence = field(init=False)
    note: str = field(init=False)
    corrected: tuple[str, ...] = field(init=False)
