"""When a message arrived and when an answer left: instants with the evidence they rest on.

The clock of a request is the administration's own server, never the sender's `Date` while there is anything
better, never the name or time of a file. Which server may be believed is a setting.

Whoever writes a mailbox may give a message any server's date (RFC 9051 section 6.3.12), and the copy in a sent
folder is written in just that way. What nobody can choose is between which two looks a message was first seen.
Where the instants disagree on a day, all the days that they allow are kept (`Span`): the figures say what hangs
on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mailwatch.model import Delivery, Fact, Grade, Institution, Message, Span

_CONTRADICTION = timedelta(days=1)
_DOUBT = timedelta(hours=1)
SKEW = timedelta(minutes=1)
"""How far the server's clock may be from ours for its dates to tell when a message came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant:
    """An instant in the territory's zone, how well it is attested, and what is odd about it."""

    at: datetime
    grade: Grade
    findings: tuple[str, ...] = ()
    """`date_field_only`, `date_differs`, `instants_contradict`, `filed_later`."""
    span: Span | None = None
    """The days that the instants allow; None when they agree on that of `at`."""


def arrival(
    message: Message, delivery: Delivery, institution: Institution, zone: ZoneInfo
) -> Instant | None:
    """Say when `message` reached the administration; None when nothing tells.

    The topmost `Received` counts, or the topmost one signed by a trusted relay where the settings name any;
    else the server's date; else the `Date` field, flagged.
    """
    return _attested(_clocks(message, delivery, institution, zone), delivery, zone)


def sending(
    message: Message, delivery: Delivery, institution: Institution, zone: ZoneInfo
) -> Instant | None:
    """Say when an answer left: by the server's date of the sent copy, else by its `Date` field.

    A sent copy that carries `Received` fields went through the server (a journal or blind copy): its arrival
    there is the better evidence. A copy without them has the date that its writer gave it: it is no older than
    its own `Date` field, nor than the last look that did not find it.
    """
    clocks = _clocks(message, delivery, institution, zone)
    found = _attested(clocks, delivery, zone)
    if found is None:
        return None
    if clocks.server_at is None:
        odd = tuple(finding for finding in found.findings if finding != "date_field_only")
        return replace(found, findings=odd)
    return found if clocks.received_at else _not_before(found, clocks, delivery, zone)


# --- the clocks of one message --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clocks:
    """What each clock says."""

    received_at: datetime | None
    server_at: datetime | None
    dated_at: datetime | None


def _clocks(
    message: Message, delivery: Delivery, institution: Institution, zone: ZoneInfo
) -> _Clocks:
    return _Clocks(
        received_at=_received_at(message, institution, zone),
        server_at=_aware(delivery.server_at, zone),
        dated_at=_aware(message.dated_at, zone),
    )


def _received_at(message: Message, institution: Institution, zone: ZoneInfo) -> datetime | None:
    """The instant of the one hop to believe; the hops below it are whatever the sender wrote."""
    hops = message.hops
    if institution.trusted_relays:
        hops = tuple(hop for hop in hops if hop.by.lower() in institution.trusted_relays)
    return _aware(hops[0].at, zone) if hops else None


def _attested(clocks: _Clocks, delivery: Delivery, zone: ZoneInfo) -> Instant | None:
    claims = _claims(clocks, delivery)
    if not claims:
        if clocks.dated_at is None:
            return None
        at = _local(clocks.dated_at, zone)
        return Instant(at=at, grade=Grade.C, findings=("date_field_only",))
    at, grade = claims[0], _grade(clocks.server_at, delivery)
    findings = []
    if max(claims) - min(claims) > _CONTRADICTION:
        findings.append("instants_contradict")
        grade = Grade.X
    if clocks.dated_at and abs(clocks.dated_at - at) > _DOUBT:
        findings.append("date_differs")
    return Instant(
        at=_local(at, zone),
        grade=grade,
        findings=tuple(findings),
        span=_span(claims, zone),
    )


def _claims(clocks: _Clocks, delivery: Delivery) -> list[datetime]:
    """What servers say of when the message came, the one to believe first."""
    claims = [at for at in (clocks.received_at, clocks.server_at) if at is not None]
    # A mail server hands over as soon as it can, which may be days after the arrival that it signed.
    return claims[:1] if delivery.handed_over else claims


def _grade(server_at: datetime | None, delivery: Delivery) -> Grade:
    """How well the server's date is attested by when we looked."""
    if delivery.handed_over:
        return Grade.A
    if server_at is None:
        return Grade.C
    if delivery.seen_live:
        return Grade.A
    if delivery.seen_at is not None and server_at > delivery.seen_at + SKEW:
        return Grade.X
    if delivery.unseen_at is not None and server_at >= delivery.unseen_at - SKEW:
        return Grade.B
    return Grade.C


def _not_before(found: Instant, clocks: _Clocks, delivery: Delivery, zone: ZoneInfo) -> Instant:
    """Allow for what shows that a sent copy is younger than its server's date says."""
    late = [at for at in _younger(clocks, delivery) if at - found.at > _DOUBT]
    if not late:
        return found
    contradicts = max(late) - found.at > _CONTRADICTION
    return replace(
        found,
        grade=Grade.X if contradicts else found.grade,
        findings=(*found.findings, "filed_later"),
        span=_span([found.at, *late], zone),
    )


def _younger(clocks: _Clocks, delivery: Delivery) -> Iterator[datetime]:
    """The instants that say so."""
    unseen_at, seen_at, server_at = delivery.unseen_at, delivery.seen_at, clocks.server_at
    # Nothing is stored before it is written; a date beyond the look that found it only shows a wrong clock.
    if clocks.dated_at is not None:
        yield min(clocks.dated_at, seen_at) if seen_at else clocks.dated_at
    if unseen_at and seen_at and server_at and server_at < unseen_at - SKEW:
        yield seen_at


def _span(claims: Iterable[datetime], zone: ZoneInfo) -> Span | None:
    days = sorted({_local(at, zone).date() for at in claims})
    return Span(earliest_on=days[0], latest_on=days[-1]) if len(days) > 1 else None


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


# --- several copies of one message ----------------------------------------------------------------

_BEST_FIRST = (Grade.A, Grade.B, Grade.C, Grade.X)


def corroborated(fact: Fact, copies: Iterable[Fact]) -> Fact:
    """Take what other copies of a message attest of its day: a better grade, fewer days that remain possible.

    A copy that excludes the day of `fact` is a delivery of its own, and says nothing of this one.
    """
    on = fact.at.date()
    agreeing = sorted(
        (copy for copy in copies if _allows(copy, on)),
        key=lambda copy: (_days(copy).earliest_on, _days(copy).latest_on),
    )
    if not agreeing:
        return fact
    spans = [_days(each) for each in (fact, *agreeing)]
    left = Span(
        earliest_on=max(span.earliest_on for span in spans),
        latest_on=min(span.latest_on for span in spans),
    )
    grade = min((each.grade for each in (fact, *agreeing)), key=_BEST_FIRST.index)
    span = left if left.earliest_on < left.latest_on else None
    if (grade, span) == (fact.grade, fact.span):
        return fact
    return replace(fact, grade=grade, span=span)


def _allows(fact: Fact, on: date) -> bool:
    days = _days(fact)
    return days.earliest_on <= on <= days.latest_on


def _days(fact: Fact) -> Span:
    """The days that a fact allows."""
    return fact.span or Span(earliest_on=fact.at.date(), latest_on=fact.at.date())
