"""The outbox: an alert is a row before it is sent, and is known by its id whoever asks for it again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select, update

from mailwatch.register import journal, tables
from mailwatch.register.journal import Kind
from mailwatch.register.terms import AlertState, QueuedAlert


def queue(
    connection: Connection,
    alert_id: str,
    message_id: str,
    message: bytes,
    recipients: Sequence[str],
    at: datetime,
) -> bool:
    """Put an alert in the outbox; False, and nothing changes, when `alert_id` is known."""
    alert = tables.alert
    if connection.execute(select(alert.c.seq).where(alert.c.alert_id == alert_id)).first():
        return False
    connection.execute(
        insert(alert).values(
            alert_id=alert_id,
            message_id=message_id,
            message=message,
            recipients=json.dumps(list(recipients)),
            state=AlertState.QUEUED.value,
            at=at,
        )
    )
    _tell(connection, alert_id, AlertState.QUEUED, at)
    return True


def mark(connection: Connection, alert_id: str, state: AlertState, at: datetime) -> None:
    """Note how far an alert got; LookupError when there is no such alert."""
    alert = tables.alert
    marked = update(alert).where(alert.c.alert_id == alert_id).values(state=state.value, at=at)
    if not connection.execute(marked).rowcount:
        raise LookupError(alert_id)
    _tell(connection, alert_id, state, at)


def _tell(connection: Connection, alert_id: str, state: AlertState, at: datetime) -> None:
    line = {"alert": alert_id, "state": state.value}
    journal.append(connection, at, [(Kind.ALERT, line)])


def in_state(connection: Connection, state: AlertState) -> tuple[QueuedAlert, ...]:
    """Give the alerts in `state`, the oldest first."""
    alert = tables.alert
    asked = select(alert).where(alert.c.state == state.value).order_by(alert.c.seq)
    return tuple(map(_alert, connection.execute(asked)))


def last(connection: Connection, kind: str, until: str | None = None) -> QueuedAlert | None:
    """Give the last queued alert whose id starts with `kind` and a slash, or the highest one up to `until`."""
    alert = tables.alert
    asked = select(alert).where(alert.c.alert_id.startswith(f"{kind}/", autoescape=True))
    if until is None:
        asked = asked.order_by(alert.c.seq.desc())
    else:
        # What follows `until` in an id is a slash, the sign before the nought.
        asked = asked.where(alert.c.alert_id < f"{kind}/{until}0").order_by(alert.c.alert_id.desc())
    row = connection.execute(asked.limit(1)).first()
    return _alert(row) if row else None


def to_recipient(connection: Connection, kind: str, recipient: str, since: datetime) -> int:
    """Count the alerts of a kind that went to one recipient alone, and came to their state after `since`."""
    alert = tables.alert.c
    of_kind = alert.alert_id.startswith(f"{kind}/", autoescape=True)
    to_him = alert.recipients == json.dumps([recipient])
    asked = select(func.count()).select_from(tables.alert).where(of_kind, to_him, alert.at > since)
    return connection.scalar(asked) or 0


def forget(connection: Connection, kind: str, before: datetime) -> None:
    """Empty what alerts of a kind said once they are settled, and forget to whom they went before an instant."""
    alert = tables.alert
    settled = (
        alert.c.alert_id.startswith(f"{kind}/", autoescape=True),
        alert.c.state.not_in((AlertState.QUEUED.value, AlertState.SENDING.value)),
    )
    said = update(alert).where(*settled, alert.c.message != b"")
    connection.execute(said.values(message=b""))
    known = update(alert).where(*settled, alert.c.at < before, alert.c.recipients != "[]")
    connection.execute(known.values(recipients="[]"))


def _alert(row: Row[tuple[object, ...]]) -> QueuedAlert:
    return QueuedAlert(
        alert_id=row.alert_id,
        message_id=row.message_id,
        message=row.message,
        recipients=tuple(json.loads(row.recipients)),
        state=AlertState(row.state),
        at=row.at,
    )
