"""The whole alert: a section for each service, the figures, what could not be seen, and the journal's head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from mailwatch.alert.intervals import Gap, Interval, intervals
from mailwatch.alert.lines import DUE, LATE_FOLLOW_UP, Group, Horizon, Urgency, groups, plain
from mailwatch.alert.schedule import next_on
from mailwatch.alert.trends import Figure, figures
from mailwatch.indicators import compute, unwatched_within, within
from mailwatch.model import Audit, Period, Request, Unreadable, Unseen, Unwatched
from mailwatch.ruleset import Desk
from mailwatch.site import AlertPlan
from mailwatch.standing import UNASSIGNED
from mailwatch.workdays import next_working

WEEKS = 4
"""Whole weeks before the alert's own that its figures cover."""


class Head(Protocol):
    """How far the journal goes: each reader of the alert is a witness of it."""

    @property
    def size(self) -> int:
        """How many lines it has."""

    @property
    def digest(self) -> str:
        """SHA-256 of the last one, in hexadecimal."""


class ClockSet(Protocol):
    """The machine's clock was set while mailboxes were watched."""

    @property
    def at(self) -> datetime:
        """By the clock as it was set."""

    @property
    def seconds(self) -> int:
        """How far forward; negative for back."""


class Healing(Protocol):
    """What comparing a folder with its server found, that looks had missed."""

    @property
    def account(self) -> str:
        """The mail account, as the settings name it."""

    @property
    def folder(self) -> str:
        """The folder of the account."""

    @property
    def at(self) -> datetime:
        """When it was compared."""

    @property
    def healed(self) -> int:
        """How many messages were found, and read then."""

    @property
    def restored(self) -> bool:
        """The server had gone back in time, and all of the folder was read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """How the mailboxes were watched in the period of the figures (`periods`) and since."""

    gaps: Sequence[Gap] = ()
    clock_sets: Sequence[ClockSet] = ()
    healings: Sequence[Healing] = ()
    begun: datetime | None = None
    """When they were first looked at; None when that need not be told."""


UNBROKEN = Observation()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """What concerns one service."""

    service: str
    groups: tuple[Group, ...]
    figures: tuple[Figure, ...]

    def count(self, *urgencies: Urgency) -> int:
        """How many requests stand in those groups."""
        return sum(group.size for group in self.groups if group.urgency in urgencies)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One weekly alert, for the whole institution or for some of its services."""

    week: str
    institution: str
    zone: ZoneInfo
    today: date
    next_day: date
    """The next working day."""
    next_on: date
    """When the next alert leaves."""
    this_week: bool
    """Whatever falls due before the next alert does so this week."""
    period: Period
    previous: Period
    sections: tuple[Section, ...]
    """The services, those with most to catch up on first."""
    figures: tuple[Figure, ...]
    """Of the whole institution; empty in a service's own alert."""
    quarantined: tuple[Unreadable, ...]
    gaps: tuple[Interval, ...]
    begun: datetime | None
    """When mailboxes were first looked at, if that was within what `gaps` are told of."""
    clock_sets: tuple[ClockSet, ...]
    healings: tuple[Healing, ...]
    head: Head | None

    def count(self, *urgencies: Urgency) -> int:
        """How many requests stand in those groups, over all services."""
        return sum(section.count(*urgencies) for section in self.sections)


def weekly(
    audit: Audit,
    desk: Desk,
    plan: AlertPlan,
    week: str,
    *,
    observed: Observation = UNBROKEN,
    head: Head | None = None,
) -> Alert:
    """Compose the alert of `week` as things stand on the day of `audit`, whose period must be open."""
    today = audit.today
    period, previous = periods(today)
    later = next_on(plan, desk.calendar, today)
    horizon = Horizon(desk=desk, today=today, next_on=later, since=_sunday_before(today, WEEKS + 1))
    next_monday = horizon.sunday + timedelta(days=1)
    return Alert(
        week=week,
        institution=plain(desk.institution.name),
        zone=desk.zone,
        today=today,
        next_day=horizon.next_day,
        next_on=later,
        this_week=horizon.next_day < next_monday
        and next_working(desk.calendar, next_monday) >= later,
        period=period,
        previous=previous,
        sections=_sections(audit, horizon),
        figures=_figures(audit.requests, horizon, audit.unwatched),
        quarantined=audit.quarantined,
        gaps=intervals(observed.gaps),
        begun=_if_within(observed.begun, period, desk.zone),
        clock_sets=tuple(observed.clock_sets),
        healings=tuple(one for one in observed.healings if one.healed or one.restored),
        head=head,
    )


def periods(today: date) -> tuple[Period, Period]:
    """The whole weeks that the figures cover, and as many before them."""
    ends = [_sunday_before(today, 1 + WEEKS * back) for back in range(3)]
    one = timedelta(days=1)
    return (
        Period(from_on=ends[1] + one, to_on=ends[0]),
        Period(from_on=ends[2] + one, to_on=ends[1]),
    )


def _if_within(begun: datetime | None, period: Period, zone: ZoneInfo) -> datetime | None:
    """Whoever has watched since before the period need not say since when."""
    if begun is None or begun.astimezone(zone).date() < (period.from_on or date.min):
        return None
    return begun


def _sunday_before(today: date, weeks: int) -> date:
    """The Sunday that ended so many weeks ago; the last one is one week ago."""
    return today - timedelta(days=today.weekday() + 1 + 7 * (weeks - 1))


def _figures(
    requests: Sequence[Request], horizon: Horizon, unwatched: Sequence[Unwatched] = ()
) -> tuple[Figure, ...]:
    # What was deleted before anybody looked may be of any year.
    watched = [gap for gap in unwatched if gap.since is not None]
    now, before = (
        compute(within(requests, period), horizon.today, unwatched_within(watched, period))
        for period in periods(horizon.today)
    )
    return figures(now, before, horizon.desk.rules.policy)


# --- services -------------------------------------------------------------------------------------


def _sections(audit: Audit, horizon: Horizon) -> tuple[Section, ...]:
    """A section for every service that is declared, or that something belongs to."""
    boxes = horizon.desk.institution.boxes
    own: dict[str, list[Request]] = {box.service: [] for box in boxes}
    quoted: dict[str, list[Unseen]] = {}
    for request in audit.requests:
        own.setdefault(request.service, []).append(request)
    by_request = {request.id: request.service for request in audit.requests}
    by_box = {box.address: box.service for box in boxes}
    for item in audit.unseen:
        service = by_request.get(item.request) or by_box.get(item.box) or UNASSIGNED
        quoted.setdefault(service, []).append(item)
    found = (_section(name, own, quoted, horizon) for name in {**own, **quoted})
    return tuple(sorted(found, key=_most_late))


def _section(
    name: str,
    own: Mapping[str, list[Request]],
    quoted: Mapping[str, list[Unseen]],
    horizon: Horizon,
) -> Section:
    requests = own.get(name, [])
    return Section(
        service=plain(name),
        groups=groups(requests, quoted.get(name, []), horizon),
        figures=_figures(requests, horizon),
    )


def _most_late(section: Section) -> tuple[int, int, int, str]:
    follow_up = section.count(*LATE_FOLLOW_UP)
    overdue, due = section.count(Urgency.OVERDUE), section.count(*DUE)
    return (-overdue, -due, -follow_up, section.service)
