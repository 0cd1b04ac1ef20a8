"""When the weekly alert leaves: once a week, at the hour of the plan, never on a closed day.

What is due is a function of the last alert that was queued and of the instant: a week missed while the
machine was down is caught up, once, on the next working day.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailwatch.site import AlertPlan
from mailwatch.workdays import Calendar, closure, next_working


def is_due(
    plan: AlertPlan, calendar: Calendar, zone: ZoneInfo, now: datetime, last_sent: str | None
) -> str | None:
    """Say for which week (`2026-W17`) an alert must leave now, or None.

    `last_sent` is the week of the last alert. Without any, nothing was missed: the first one leaves on a day
    of the plan, not on the day the service is installed. Of several missed weeks only the last is due.
    """
    local = now.astimezone(zone) if now.tzinfo else now
    today = local.date()
    # The hour is compared on the wall clock: one that a night of March skips is past when it ends, and one
    # that a night of October repeats finds its week already sent.
    if closure(calendar, today) is not None or local.time() < plan.at:
        return None
    monday = _monday(today)
    if leaves_on(plan, calendar, monday) > today:
        monday = _shifted(monday, -7)
    if last_sent is None and leaves_on(plan, calendar, monday) != today:
        return None
    week = week_of(monday)
    # A clock set back finds a later week already sent: no alert leaves twice.
    return week if last_sent is None or week > last_sent else None


def leaves_on(plan: AlertPlan, calendar: Calendar, day: date) -> date:
    """Say when the alert of the week of `day` leaves: on the plan's weekday, or the next working day."""
    return next_working(calendar, _shifted(_monday(day), plan.weekday))


def next_on(plan: AlertPlan, calendar: Calendar, today: date) -> date:
    """Find the day of the first alert after `today`."""
    weeks = (_shifted(_monday(today), 7 * week) for week in range(2))
    days = (leaves_on(plan, calendar, monday) for monday in weeks)
    return next((day for day in days if day > today), date.max)


def week_of(day: date) -> str:
    """Name the ISO week of `day`, `2026-W17`; names sort as the weeks follow each other."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _monday(day: date) -> date:
    return _shifted(day, -day.weekday())


def _shifted(day: date, days: int) -> date:
    """The day so many days later, kept within the calendar (year 1 to 9999)."""
    ordinal = min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal())
    return date.fromordinal(ordinal)
