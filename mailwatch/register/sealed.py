"""Figures that were closed: a row and a line of the journal each, never changed; and the report as it is issued."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any
from zlib import compress, decompress, error

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, Row, insert, select

from mailwatch.errors import Remark, UsageError
from mailwatch.journal.lines import read
from mailwatch.model import Audit, Period, State
from mailwatch.periods import before
from mailwatch.register import counted, figures, journal, reviews, tables
from mailwatch.register.database import DamagedError
from mailwatch.register.journal import Kind
from mailwatch.report.closing import (
    calendar_digest,
    differences,
    frozen,
    measured_since,
    thawed,
)
from mailwatch.report.terms import Beside, ClosedDay, Closing, Declared, Edition, Previous, Witness
from mailwatch.ruleset import Desk
from mailwatch.signs import writable
from mailwatch.workdays import closure

_BEYOND = timedelta(days=31)
"""Days after the end of a period in which its delays may still run."""


def edition(
    connection: Connection, desk: Desk, period: Period, today: date, declared: Sequence[Declared]
) -> Edition:
    """Give the report of a period: as it was closed, with what was found since, or as it stands on `today`."""
    fresh = _fresh(connection, desk, period, today, declared)
    row = _row(connection, period)
    if row is None:
        return fresh
    closing = Closing(
        at=row.at.astimezone(desk.zone),
        author=row.author,
        rules=row.rules,
        calendar=row.calendar,
        facts=row.facts,
        figures=row.figures,
    )
    closed = _read(row.body, row.figures)
    found = differences(closed.audit, closing, fresh.audit, _calendar(fresh, desk))
    judged = measured_since(closed.beside, fresh.beside, today)
    beside = replace(
        closed.beside,
        closing=closing,
        differences=(*found, *judged),
        witness=fresh.beside.witness,
    )
    return replace(closed, audit=thawed(closed.audit, fresh.audit), beside=beside)


def body(connection: Connection, period: Period) -> bytes:
    """Give the closed figures of a period as the digest in the journal was made of them; empty while they are not."""
    row = _row(connection, period)
    if row is None:
        return b""
    _read(row.body, row.figures)
    return decompress(row.body)


def seal(
    connection: Connection,
    desk: Desk,
    period: Period,
    at: datetime,
    author: str,
    declared: Sequence[Declared],
) -> None:
    """Close the figures of a period; UsageError when they are closed, or may still change by themselves."""
    if (known := _row(connection, period)) is not None:
        raise UsageError(
            "les chiffres de cette période sont déjà arrêtés, le {on:%d/%m/%Y} ; ils ne changent plus",
            on=known.at.astimezone(desk.zone),
        )
    today = at.astimezone(desk.zone).date()
    found = _fresh(connection, desk, period, today, declared)
    _refuse_unripe(found.audit)
    body = written(
        replace(found, audit=frozen(found.audit), beside=replace(found.beside, witness=None))
    )
    digests = {
        "rules": desk.rules.digest,
        "calendar": _calendar(found, desk),
        "facts": _facts(connection),
        "figures": sha256(body).hexdigest(),
    }
    days = {"from_on": str(period.from_on), "to_on": str(period.to_on)}
    connection.execute(
        insert(tables.sealed).values(
            **days, **digests, at=at, author=writable(author), body=compress(body, 9)
        )
    )
    journal.append(connection, at, [(Kind.SEAL, {**days, **digests})])


def _fresh(
    connection: Connection, desk: Desk, period: Period, today: date, declared: Sequence[Declared]
) -> Edition:
    found = figures.audit(connection, desk, period, today)
    head = journal.head(connection)
    samples, precisions = reviews.measured(connection, period)
    return Edition(
        audit=found,
        policy=desk.rules.policy,
        beside=Beside(
            previous=_previous(connection, desk, before(period), today),
            closed_days=closed_days(desk, found),
            declared=tuple(declared),
            witness=Witness(size=head.size, digest=head.digest),
            samples=samples,
            precisions=precisions,
        ),
    )


def _previous(
    connection: Connection, desk: Desk, period: Period | None, today: date
) -> Previous | None:
    """The period before, when anything was received in it."""
    found = counted.indicators(connection, desk, period, today) if period else None
    return Previous(period=period, indicators=found) if period and found else None


def closed_days(desk: Desk, found: Audit) -> tuple[ClosedDay, ...]:
    """The closed days from Monday to Friday in which delays of an audit ran."""
    received = [request.received_on for request in found.requests]
    if not received:
        return ()
    day, last = min(received), min(max(received), date.max - _BEYOND) + _BEYOND
    closed = []
    while day <= last:
        why = closure(desk.calendar, day) if day.weekday() < 5 else None
        if why:
            closed.append(ClosedDay(on=day, why=str(why)))
        day += timedelta(days=1)
    return tuple(closed)


def _refuse_unripe(found: Audit) -> None:
    pending = [request.due_on for request in found.requests if request.state is State.PENDING]
    if found.period.to_on is None or found.period.to_on >= found.today:
        raise UsageError(
            "les chiffres s’arrêtent une fois la période finie, à partir du {on:%d/%m/%Y}",
            on=(found.period.to_on or found.today) + timedelta(days=1),
        )
    if pending:
        raise UsageError(
            "demandes de la période qui attendent encore leur échéance : {count} ; les chiffres peuvent être "
            "arrêtés à partir du {on:%d/%m/%Y}",
            count=len(pending),
            on=max(pending) + timedelta(days=1),
        )


def _calendar(found: Edition, desk: Desk) -> str:
    place = desk.institution
    return calendar_digest(found.beside.closed_days, place.calendar, place.convention)


def _facts(connection: Connection) -> str:
    """The digest of all facts, in the order of their keys."""
    digest = sha256()
    for (key,) in connection.exec_driver_sql("SELECT key FROM fact ORDER BY key"):
        digest.update(f"{key}\n".encode())
    return digest.hexdigest()


def refuse_empty(found: Audit, first_on: date | None) -> None:
    """Refuse a period that nothing can be said of: say whether it is to come, too old, or merely without requests."""
    period = found.period
    if period.from_on and period.from_on > found.today:
        raise UsageError(
            "la période commence le {on:%d/%m/%Y}, dans l’avenir ; choisissez une période commencée",
            on=period.from_on,
        )
    if first_on is None:
        raise UsageError(
            "le registre ne contient encore aucune demande ; lancez « mailwatch once » ou « mailwatch run »"
        )
    if period.to_on and period.to_on < first_on:
        raise UsageError(
            "la période finit le {to:%d/%m/%Y}, avant la première observation ({on:%d/%m/%Y})",
            to=period.to_on,
            on=first_on,
        )
    raise UsageError(
        "aucune demande n’a été reçue du {start:%d/%m/%Y} au {to:%d/%m/%Y} ; élargissez la période",
        start=period.from_on or first_on,
        to=period.to_on or found.today,
    )


# --- rows -----------------------------------------------------------------------------------------


def _row(connection: Connection, period: Period) -> Row[Any] | None:
    sealed = tables.sealed
    return connection.execute(
        select(sealed).where(
            sealed.c.from_on == str(period.from_on), sealed.c.to_on == str(period.to_on)
        )
    ).first()


@cache
def _edition() -> TypeAdapter[Edition]:
    return TypeAdapter(Edition)


def written(found: Edition) -> bytes:
    """Write figures as they are closed, in JSON; half a surrogate pair, as a reason may hold, becomes `?`."""
    told = _edition().dump_python(found, mode="json")
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _read(body: bytes, digest: str) -> Edition:
    """Read a closed report; DamagedError when it is not what was closed."""
    try:
        text = decompress(body)
        if sha256(text).hexdigest() != digest:
            raise DamagedError
        return _edition().validate_json(text)
    except (error, ValidationError) as fault:
        raise DamagedError from fault


def broken(connection: Connection) -> Iterator[Remark]:
    """Say in French which closed figures are not what their digest and the journal say."""
    lines = [read(row.line) for row in connection.execute(journal.lines_of(Kind.SEAL))]
    told = {(line.get("from_on"), line.get("to_on")): line.get("figures") for line in lines}
    for row in connection.execute(select(tables.sealed)):
        digest = told.pop((row.from_on, row.to_on), None)
        if not _digest(row.body) == row.figures == digest:
            yield Remark(
                "les chiffres arrêtés de {start} à {to} ont été modifiés",
                start=row.from_on,
                to=row.to_on,
            )
    for start, to in told:
        yield Remark("les chiffres arrêtés de {start} à {to} ont disparu", start=start, to=to)


def _digest(body: bytes) -> str:
    try:
        return sha256(decompress(body)).hexdigest()
    except error:
        return ""
