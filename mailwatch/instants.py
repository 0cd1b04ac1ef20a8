"""When a message arrived and when an answer left: instants with the evidence they rest on.

The clock of a request is the administration's own server, never the sender's `Date` while there is anything
better, never the name or time of a file. Which server may be believed is a setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mailwatch.model import Delivery, Grade, Institution, Message

_CONTRADICTION = timedelta(days=1)
_DOUBT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """An instant in the territory's zone, how well it is attested, and what is odd about it."""

    at: datetime
    grade: Grade
    findings: tuple[str, ...] = ()
    """`date_field_only`, `date_differs`, `instants_contradict`."""


def arrival(
    message: Message, delivery: Delivery, institution: Institution, zone: ZoneInfo
) -> Instant | None:
    """Say when `message` reached the administration; None when nothing tells.

    The topmost `Received` counts, or the topmost one signed by a trusted relay where the settings name any;
    else the server's date; else the `Date` field, flagged.
    """
    return _attested(_received_at(message, institution, zone), message, delivery, zone)


def sending(
    message: Message, delivery: Delivery, institution: Institution, zone: ZoneInfo
) -> Instant | None:
    """Say when an answer left: by the server's date of the sent copy, else by its `Date` field.

    A sent copy that carries `Received` fields went through the server (a journal or blind copy): its arrival
    there is the better evidence.
    """
    found = _attested(_received_at(message, institution, zone), message, delivery, zone)
    if found is None or delivery.server_at is not None:
        return found
    return Instant(
        at=found.at,
        grade=found.grade,
        findings=tuple(finding for finding in found.findings if finding != "date_field_only"),
    )


def _attested(
    received_at: datetime | None, message: Message, delivery: Delivery, zone: ZoneInfo
) -> Instant | None:
    server_at = _aware(delivery.server_at, zone)
    dated_at = _aware(message.dated_at, zone)
    at = received_at or server_at
    if at is None:
        if dated_at is None:
            return None
        return Instant(at=_local(dated_at, zone), grade=Grade.C, findings=("date_field_only",))
    findings = []
    grade = _grade(delivery)
    if received_at and server_at and abs(received_at - server_at) > _CONTRADICTION:
        findings.append("instants_contradict")
        grade = Grade.X
    if dated_at and abs(dated_at - at) > _DOUBT:
        findings.append("date_differs")
    return Instant(at=_local(at, zone), grade=grade, findings=tuple(findings))


def _grade(delivery: Delivery) -> Grade:
    """How well a delivery's instants are attested while they do not contradict each other."""
    if delivery.server_at is None:
        return Grade.C
    return Grade.A if delivery.seen_live else Grade.B


def _received_at(message: Message, institution: Institution, zone: ZoneInfo) -> datetime | None:
    """The instant of the one hop to believe; the hops below it are whatever the sender wrote."""
    hops = message.hops
    if institution.trusted_relays:
        hops = tuple(hop for hop in hops if hop.by.lower() in institution.trusted_relays)
    return _aware(hops[0].at, zone) if hops else None


def _aware(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    """An instant that names no zone is local to the territory."""
    if instant is None or instant.tzinfo is not None:
        return instant
    return instant.replace(tzinfo=zone)


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    try:
        return instant.astimezone(zone)
    except (OverflowError, ValueError):
        return instant
