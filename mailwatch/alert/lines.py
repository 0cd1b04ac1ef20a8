"""The requests of a service, grouped by what they call for, each as one line.

A line never holds a name, a citizen's address or a subject. What was typed by a person (references of
letters, names of services) is reduced to printable words on one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailwatch.labels import NO_BREAK, STATES, day, plural
from mailwatch.model import Channel, Convention, Institution, Request, State, Unseen
from mailwatch.report import is_doubtful
from mailwatch.ruleset import Desk
from mailwatch.workdays import delay, next_working

LONGEST = 50
"""Lines of one group; the report lists them all."""

_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


class Urgency(StrEnum):
    """The groups of an alert in the order they are read, by their French titles."""

    OVERDUE = "En retard"
    TODAY = "À rendre aujourd’hui"
    NEXT_DAY = "À rendre au prochain jour ouvré"
    THIS_WEEK = "À rendre cette semaine"
    BEFORE_NEXT = "À rendre avant la prochaine alerte"
    BROKEN = "Suites annoncées, date passée"
    UNFOLLOWED = "Réponses d’attente restées sans suite"
    PROMISED = "Suites à donner d’ici la prochaine alerte"
    UNSEEN = "Réponses probables non observées"
    DOUBTFUL = "Lectures à vérifier"


DUE = (Urgency.TODAY, Urgency.NEXT_DAY, Urgency.THIS_WEEK, Urgency.BEFORE_NEXT)
LATE_FOLLOW_UP = (Urgency.BROKEN, Urgency.UNFOLLOWED)
_BY_FOLLOW_UP = (*LATE_FOLLOW_UP, Urgency.PROMISED)
_PAST = (Urgency.OVERDUE, *LATE_FOLLOW_UP, Urgency.UNSEEN, Urgency.DOUBTFUL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request of an alert: enough to find the mail."""

    id: str
    box: str
    received: str
    """`reçue le lundi 13/04/2026 à 09:12`; a letter has no minute."""
    what: str
    """What is due, or was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The requests of one service that call for the same thing."""

    urgency: Urgency
    lines: tuple[Line, ...]
    beyond: int
    """How many more there are: older ones of what is past, later ones of what is to come."""

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.lines) + self.beyond

    @property
    def is_past(self) -> bool:
        """Say whether its requests look back, so that those not listed are the older ones."""
        return self.urgency in _PAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The days that part one group from the next."""

    desk: Desk
    today: date
    next_on: date
    """When the next alert leaves: what is due on that day, it will say itself."""
    since: date
    """Doubtful and unseen messages of before are left to `review`."""

    @property
    def next_day(self) -> date:
        """The next working day: tomorrow, but on the eve of closed days."""
        return next_working(self.desk.calendar, self.today + timedelta(days=1))

    @property
    def sunday(self) -> date:
        """The last day of this week."""
        return self.today + timedelta(days=6 - self.today.weekday())


def groups(
    requests: Iterable[Request], unseen: Sequence[Unseen], horizon: Horizon
) -> tuple[Group, ...]:
    """Group what concerns one service; a request may stand in several groups, an empty one is left out."""
    found: dict[Urgency, list[Request]] = {urgency: [] for urgency in Urgency}
    for request in requests:
        for urgency in _urgencies(request, horizon):
            found[urgency].append(request)
    made = [_group(urgency, standing, horizon) for urgency, standing in found.items() if standing]
    recent = [item for item in unseen if item.on >= horizon.since]
    quoted = _unseen_group(recent, horizon.desk.institution)
    order = list(Urgency)
    return tuple(sorted((*made, *quoted), key=lambda group: order.index(group.urgency)))


def plain(words: str, widest: int = 80) -> str:
    """What a person typed, as printable words on one line, cut where it is too long."""
    signs = (sign if sign.isprintable() else " " for sign in words[: 4 * widest])
    line = " ".join("".join(signs).split())
    return line if len(line) <= widest else f"{line[: widest - 1]}…"


def long_day(on: date) -> str:
    """A day with its weekday, `lundi 13/04/2026`."""
    return f"{_WEEKDAYS[on.weekday()]} {day(on)}"


def minute(instant: datetime, zone: ZoneInfo) -> str:
    """The day and minute of an instant, `lundi 13/04/2026 à 09:12`."""
    local = instant.astimezone(zone)
    return f"{long_day(local.date())} à{NO_BREAK}{local:%H:%M}"


# --- which group ----------------------------------------------------------------------------------


def _urgencies(request: Request, horizon: Horizon) -> Iterator[Urgency]:
    for urgency in (_due(request, horizon), _follow_up(request, horizon)):
        if urgency is not None:
            yield urgency
    if is_doubtful(request) and request.received_on >= horizon.since:
        yield Urgency.DOUBTFUL


def _due(request: Request, horizon: Horizon) -> Urgency | None:
    if request.state is State.OVERDUE:
        return Urgency.OVERDUE
    if request.state is not State.PENDING:
        return None
    last_days = (
        (Urgency.TODAY, horizon.today),
        (Urgency.NEXT_DAY, horizon.next_day),
        (Urgency.THIS_WEEK, horizon.sunday),
        (Urgency.BEFORE_NEXT, horizon.next_on - timedelta(days=1)),
    )
    return next((urgency for urgency, last in last_days if request.due_on <= last), None)


def _follow_up(request: Request, horizon: Horizon) -> Urgency | None:
    on = request.follow_up_on
    if on is None or request.state is State.EXCLUDED:
        return None
    if on >= horizon.today:
        return Urgency.PROMISED if on < horizon.next_on else None
    return Urgency.BROKEN if _was_announced(request, on) else Urgency.UNFOLLOWED


def _was_announced(request: Request, on: date) -> bool:
    """Tell a day that an answer promised from one that the rule sets where it promised none."""
    return any(
        answer.announced is not None and answer.announced.on == on
        for answer in request.answers
        if not answer.bounced
    )


# --- one line -------------------------------------------------------------------------------------


def _group(urgency: Urgency, standing: list[Request], horizon: Horizon) -> Group:
    """The group in order of urgency; of too many, those nearest to today are listed."""
    standing.sort(key=lambda request: (_day_of(urgency, request), request.received_on, request.id))
    listed = standing[-LONGEST:] if urgency in _PAST else standing[:LONGEST]
    return Group(
        urgency=urgency,
        lines=tuple(_line(urgency, request, horizon) for request in listed),
        beyond=len(standing) - len(listed),
    )


def _day_of(urgency: Urgency, request: Request) -> date:
    if urgency in _BY_FOLLOW_UP and request.follow_up_on is not None:
        return request.follow_up_on
    return request.due_on


def _line(urgency: Urgency, request: Request, horizon: Horizon) -> Line:
    received_at = request.received_at
    received = (
        minute(received_at, horizon.desk.zone) if received_at else long_day(request.received_on)
    )
    return Line(
        id=plain(request.id),
        box=_box(request, horizon.desk.institution),
        received=f"reçue le {received}",
        what=_what(urgency, request, horizon),
    )


def _what(urgency: Urgency, request: Request, horizon: Horizon) -> str:
    on = _day_of(urgency, request)
    if urgency is Urgency.OVERDUE:
        late = delay(horizon.desk.calendar, request.due_on, horizon.today, Convention.STRICT)
        words = plural(late, "jour ouvré", "jours ouvrés")
        return f"à rendre le {day(on)}, {late}{NO_BREAK}{words} de retard"
    if urgency is Urgency.BROKEN:
        return f"suite annoncée pour le {day(on)}"
    if urgency is Urgency.UNFOLLOWED:
        return f"suite attendue le {day(on)} au plus tard"
    if urgency is Urgency.PROMISED:
        return f"suite à donner le {long_day(on)} au plus tard"
    if urgency is Urgency.DOUBTFUL:
        state = f"«{NO_BREAK}{STATES[request.state]}{NO_BREAK}»"
        return f"comptée {state}, échéance le {day(on)}"
    return f"à rendre le {long_day(on)}"


def _box(request: Request, institution: Institution) -> str:
    """The declared box that a request is looked for in, that of its service first."""
    if request.channel is Channel.LETTER:
        return "courrier"
    own = {box.address for box in institution.boxes if box.service == request.service}
    return _declared(sorted(request.boxes, key=lambda box: box not in own), institution)


def _declared(boxes: Sequence[str], institution: Institution) -> str:
    """The first box that the settings name: any other address may be an agent's, and so a name."""
    declared = {*institution.addresses, *(box.address for box in institution.boxes)}
    return next((box for box in boxes if box in declared), "boîte non déclarée")


def _unseen_group(unseen: list[Unseen], institution: Institution) -> tuple[Group, ...]:
    """The answers of ours that citizens quote and that no watched folder holds."""
    listed = sorted(unseen, key=lambda item: (item.on, item.file))[-LONGEST:]
    lines = (
        Line(
            id=plain(item.request or item.file),
            box=_declared((item.box,), institution),
            received=f"citée le {long_day(item.on)}",
            what="l’usager cite une réponse qu’aucun dossier relevé ne contient",
        )
        for item in listed
    )
    if not listed:
        return ()
    return (Group(urgency=Urgency.UNSEEN, lines=tuple(lines), beyond=len(unseen) - len(listed)),)
