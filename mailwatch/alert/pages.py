"""The alert as it reads: one sentence for the subject, a text of 72 columns, a page of HTML."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence

from jinja2 import Environment

from mailwatch.alert.intervals import Folder, Interval
from mailwatch.alert.lines import DUE, LATE_FOLLOW_UP, Group, Urgency, long_day, minute, plain
from mailwatch.alert.sections import Alert, ClockSet, Healing
from mailwatch.labels import NO_BREAK, day, plural, short_file
from mailwatch.templating import environment

TEXT = "alerte.txt.j2"
HTML = "alerte.html.j2"
COLUMNS = 72
LISTED = 20
"""Quarantined messages and gaps that are listed; `status` lists them all."""

_NAMED = 3
"""Folders of one gap that are named."""

_APART = re.compile(r" (?=[:;!?»%])|(?<=«) ")


def subject(alert: Alert) -> str:
    """What the reader must know before opening: « 2 réponses en retard, 3 à rendre cette semaine »."""
    week = int(alert.week.rpartition("W")[2])
    return f"{summary(alert)} (semaine{NO_BREAK}{week})"


def summary(alert: Alert) -> str:
    """The alert in one sentence, what is late first."""
    late, due = alert.count(Urgency.OVERDUE), alert.count(*DUE)
    broken = alert.count(*LATE_FOLLOW_UP)
    until = "cette semaine" if alert.this_week else f"d’ici le {day(alert.next_on)}"
    replies = plural(late, "réponse", "réponses")
    parts = [f"{late or 'Aucune'} {replies} en retard", f"{due or 'aucune'} à rendre {until}"]
    if broken:
        parts.append(f"{broken} {plural(broken, 'attente', 'attentes')} sans suite")
    if alert.gaps:
        parts.append("relevé incomplet")
    return ", ".join(parts)


def text(alert: Alert, templates: Mapping[str, str]) -> str:
    """The plain text, which `alert --dry-run` prints."""
    return _environment(templates).get_template(TEXT).render(**_words(alert))


def html(alert: Alert, templates: Mapping[str, str]) -> str:
    """The HTML alternative: accessible, nothing loaded, readable on a telephone and in Outlook."""
    return _environment(templates).get_template(HTML).render(**_words(alert))


def _words(alert: Alert) -> dict[str, object]:
    return {
        "alert": alert,
        "summary": summary(alert),
        "week": int(alert.week.rpartition("W")[2]),
        "busy": [section for section in alert.sections if section.groups],
        "counted": [s for s in alert.sections if any(figure.applies for figure in s.figures)],
        "quiet": [section.service for section in alert.sections if not section.groups],
        "quarantined": [
            (plain(short_file(item.file), 200), plain(item.reason, 200))
            for item in alert.quarantined[:LISTED]
        ],
        "gaps": [_interval(one, alert) for one in alert.gaps[-LISTED:]],
        "begun": alert.begun and minute(alert.begun, alert.zone),
        "clock_sets": [_clock_set(one, alert) for one in alert.clock_sets[-LISTED:]],
        "healings": [_healing(one, alert) for one in alert.healings[-LISTED:]],
        "DUE": DUE,
        "LATE_FOLLOW_UP": LATE_FOLLOW_UP,
        "OVERDUE": Urgency.OVERDUE,
    }


def _title(group: Group, alert: Alert) -> str:
    """The title of a group; the next working day is tomorrow, or named."""
    if group.urgency is not Urgency.NEXT_DAY:
        return group.urgency
    tomorrow = alert.next_day.toordinal() == alert.today.toordinal() + 1
    return f"{'À rendre demain' if tomorrow else group.urgency}, {long_day(alert.next_day)}"


def _interval(one: Interval, alert: Alert) -> str:
    words = f"{_folders(one.folders)}{NO_BREAK}: {_when(one, alert)}"
    if one.looks:
        times = "une" if one.looks == 1 else one.looks
        words += f", relevé {times} fois entre-temps"
    if missed := sum(number for _, number in one.missed):
        unseen = plural(missed, "message passé sans être vu", "messages passés sans être vus")
        words += f", {missed} {unseen}"
        if len(one.missed) < len(one.folders):
            words += f" dans {_folders([folder for folder, _ in one.missed])}"
    return words


def _when(one: Interval, alert: Alert) -> str:
    if one.since is None:
        return "jamais relevé" if len(one.folders) == 1 else "jamais relevés"
    until = f"au {minute(one.until, alert.zone)}" if one.until else "à maintenant, et cela dure"
    return f"du {minute(one.since, alert.zone)} {until}"


def _folders(folders: Sequence[Folder]) -> str:
    """The first few of some folders, and how many more there are."""
    named = [plain(f"{account}/{folder}") for account, folder in folders]
    if len(named) > _NAMED + 1:
        named[_NAMED:] = [f"{len(named) - _NAMED} autres dossiers"]
    *others, last = named
    return f"{', '.join(others)} et {last}" if others else last


def _healing(one: Healing, alert: Alert) -> str:
    place = plain(f"{one.account}/{one.folder}")
    at = minute(one.at, alert.zone)
    if one.restored:
        return (
            f"{place}{NO_BREAK}: serveur revenu à un état antérieur, dossier relu en entier le {at}"
        )
    found = plural(one.healed, "message retrouvé", "messages retrouvés")
    return f"{place}{NO_BREAK}: {one.healed} {found} le {at}"


def _clock_set(one: ClockSet, alert: Alert) -> str:
    moved = "avancée" if one.seconds > 0 else "reculée"
    length = _length(abs(one.seconds))
    return f"horloge de la machine {moved} de {length}, le {minute(one.at, alert.zone)}"


def _length(seconds: int) -> str:
    """A length of time in its largest unit: what matters is whether hours or days may be wrong."""
    for unit, one, many in (
        (86_400, "jour", "jours"),
        (3_600, "heure", "heures"),
        (60, "minute", "minutes"),
    ):
        if seconds >= unit:
            return f"{seconds // unit}{NO_BREAK}{plural(seconds // unit, one, many)}"
    return f"{seconds}{NO_BREAK}{plural(seconds, 'seconde', 'secondes')}"


def _environment(templates: Mapping[str, str]) -> Environment:
    ready = environment(templates, keep_end=True)
    ready.filters |= {
        "beyond": _beyond,
        "day": day,
        "french": _french,
        "long_day": long_day,
        "plural": plural,
        "title_in": _title,
        "spaced": lambda count: f"{count:,}".replace(",", NO_BREAK),
        "wrapped": _wrapped,
    }
    return ready


def _beyond(group: Group) -> str:
    """How many more requests a group has than it lists."""
    older = "plus ancienne" if group.is_past else "plus tardive"
    many = "" if group.beyond < 2 else "s"
    return f"et {group.beyond} autre{many} {older}{many}, dans le rapport"


def _french(words: str) -> str:
    """No line may begin with a sign that French sets apart by a space, nor end with an opening one."""
    return _APART.sub(NO_BREAK, words)


def _wrapped(words: str, indent: int = 0, hanging: int = 0) -> str:
    """A paragraph of 72 columns; a word that is longer stays whole."""
    return textwrap.fill(
        _french(words),
        COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=" " * (hanging or indent),
        break_long_words=False,
        break_on_hyphens=False,
    )
