"""What is kept of decisions: bytes, and back.

A report is of a few months and a register of years: what the periods asked for do not touch is not read at all.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError
from sqlalchemy import Connection, select

from mailwatch.model import Nature, Period, Refused, Request, Ruling, SetAside, Unseen
from mailwatch.register import tables
from mailwatch.register.database import DamagedError

Value = TypeVar("Value")

_EVER = (date.min.isoformat().encode(), date.max.isoformat().encode())
_RECEIVED = re.compile(rb'"received_on": ?"([0-9-]+)"')
"""Where a request says when it came: no text can hold it, since JSON escapes the quotes of a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """What a component amounts to beside its requests."""

    unseen: tuple[Unseen, ...] = ()
    set_aside: Mapping[Nature, int] = field(default_factory=dict)
    doubted: tuple[SetAside, ...] = ()
    duplicates: int = 0
    refused: tuple[Refused, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    declared: tuple[str, ...] = ()
    """What the answers and corrections that were tried here are about, as persons named it."""


def of_requests(requests: tuple[Request, ...]) -> bytes:
    """Write the requests of a component."""
    return _write(_requests(), requests)


def of_rest(rest: Rest) -> bytes:
    """Write what a component amounts to beside them."""
    return _write(_rest(), rest)


def requests_of(connection: Connection, root: int) -> tuple[Request, ...]:
    """Read the requests of one component; none while it waits to be decided."""
    body = connection.scalar(
        select(tables.decision.c.requests).where(tables.decision.c.component == root)
    )
    return read(_requests(), body) if body else ()


def every(
    connection: Connection, periods: Sequence[Period] = ()
) -> Iterator[tuple[tuple[Request, ...], Rest]]:
    """Read every decision; of `periods`, where there are any, at least the requests that were received in one."""
    asked = _days(periods)
    for requests, rest in connection.exec_driver_sql("SELECT requests, rest FROM decision"):
        yield read(_requests(), requests) if _touches(requests, asked) else (), _rest_of(rest)


def touching(connection: Connection, periods: Sequence[Period]) -> Iterator[bytes]:
    """Give the requests of each component that has some of `periods`, as they are kept."""
    asked = _days(periods)
    for (requests,) in connection.exec_driver_sql("SELECT requests FROM decision"):
        if _touches(requests, asked):
            yield requests


def _days(periods: Sequence[Period]) -> Sequence[tuple[bytes, bytes]]:
    return [
        (
            (period.from_on or date.min).isoformat().encode(),
            (period.to_on or date.max).isoformat().encode(),
        )
        for period in periods
    ]


def _touches(body: bytes, asked: Sequence[tuple[bytes, bytes]]) -> bool:
    if not asked or _EVER in asked:
        return True
    days: list[bytes] = _RECEIVED.findall(body)
    return any(first <= day <= last for day in days for first, last in asked)


@lru_cache(maxsize=64)
def _rest_of(body: bytes) -> Rest:
    # Nearly all components have nothing to say beside their requests.
    return read(_rest(), body)


@cache
def _requests() -> TypeAdapter[tuple[Request, ...]]:
    return TypeAdapter(tuple[Request, ...])


@cache
def _rest() -> TypeAdapter[Rest]:
    return TypeAdapter(Rest)


def _write(kind: TypeAdapter[Value], value: Value) -> bytes:
    try:
        return kind.dump_json(value)
    except PydanticSerializationError:
        # A lone surrogate of a hostile header, which JSON can only name.
        return json.dumps(kind.dump_python(value, mode="json")).encode()


def read(kind: TypeAdapter[Value], body: bytes) -> Value:
    """Read what was kept; DamagedError when it is nothing of that kind."""
    try:
        return kind.validate_json(body)
    except ValidationError:
        return _read_named(kind, body)


def _read_named(kind: TypeAdapter[Value], body: bytes) -> Value:
    """Read what JSON could only name, as the standard library does."""
    try:
        return kind.validate_python(json.loads(body))
    except ValueError as fault:
        raise DamagedError from fault
