"""The weekly alert: when it leaves, what is late and due for each service, and how it reads.

Requests appear by id, box, arrival and due day: enough to find the mail, never a name, a citizen's address or
a subject. It leaves each week even when there is nothing to say, so that silence is itself a warning.
"""

from __future__ import annotations

from mailwatch.alert.intervals import Gap, Interval, OpenGap
from mailwatch.alert.lines import Group, Line, Urgency
from mailwatch.alert.mailings import WEEKLY, Mailing, mailings, week_of_alert
from mailwatch.alert.pages import html, subject, summary, text
from mailwatch.alert.schedule import is_due, leaves_on, next_on, week_of
from mailwatch.alert.sections import Alert, Head, Observation, Section, periods, weekly
from mailwatch.alert.trends import Figure, Sense

__all__ = [
    "WEEKLY",
    "Alert",
    "Figure",
    "Gap",
    "Group",
    "Head",
    "Interval",
    "Line",
    "Mailing",
    "Observation",
    "OpenGap",
    "Section",
    "Sense",
    "Urgency",
    "html",
    "is_due",
    "leaves_on",
    "mailings",
    "next_on",
    "periods",
    "subject",
    "summary",
    "text",
    "week_of",
    "week_of_alert",
    "weekly",
]
