"""The report as people read it: templates filled, a chart drawn, a table for the spreadsheet.

Requests appear by id and file, never by name, address or subject. The same audit gives the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from mailwatch import labels
from mailwatch.labels import (
    NO_BREAK,
    day,
    days,
    finding,
    kind,
    moment,
    month_name,
    number,
    plural,
    short_file,
)
from mailwatch.model import (
    Audit,
    Confidence,
    CorrectionKind,
    Indicators,
    Nature,
    Outcome,
    Request,
    State,
)
from mailwatch.ruleset import Policy
from mailwatch.standing import best_and_worst

HTML = "rapport.html"
CSV = "demandes.csv"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would compute (CWE-1236)."""


def files(audit: Audit, policy: Policy, templates: Mapping[str, str]) -> Mapping[str, bytes]:
    """The report's files by name: HTML for reading and printing, CSV for the spreadsheet."""
    return {
        HTML: html(audit, policy, templates).encode(),
        CSV: requests_csv(audit.requests).encode("utf-8-sig"),
    }


# --- HTML -----------------------------------------------------------------------------------------


def html(audit: Audit, policy: Policy, templates: Mapping[str, str]) -> str:
    """The report as one accessible, printable page that needs nothing else."""
    environment = Environment(
        loader=DictLoader(dict(templates)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": day,
        "correction": labels.correction,
        "days": days,
        "file": short_file,
        "graded": labels.graded,
        "moment": moment,
        "number": number,
        "percent": percent,
        "rate": rate_with_population,
        "plural": plural,
    }
    return environment.get_template("rapport.html").render(
        audit=audit,
        labels=labels,
        policy=policy,
        late=[r for r in audit.requests if r.state in (State.OVERDUE, State.ANSWERED_LATE)],
        unfollowed=[
            r
            for r in audit.requests
            if r.follow_up_on and r.follow_up_on < audit.today and r.state is not State.EXCLUDED
        ],
        doubtful=[r for r in audit.requests if is_doubtful(r)],
        uncertain=[r for r in audit.requests if is_uncertain(r, audit.today)],
        missed=sum(gap.missed for gap in audit.unwatched),
        rulings=audit.rulings,
        excluded=Counter(r.excluded_because for r in audit.requests if r.state is State.EXCLUDED),
        registers={
            nature: sum(r.nature is nature for r in audit.requests)
            for nature in (Nature.COMPLAINT, Nature.SUGGESTION)
        },
        bars=month_bars(audit.by_month),
        outcomes=tuple(Outcome),
    )


def is_doubtful(request: Request) -> bool:
    """Say whether a person should look at how a request was read or linked, and none has excluded it."""
    if CorrectionKind.EXCLUSION in request.corrected:
        return False
    return request.confidence is Confidence.LOW or any(
        link.confidence is Confidence.LOW for link in request.links
    )


def is_uncertain(request: Request, today: date) -> bool:
    """Say whether the verdict on a request depends on which of its instants is right."""
    best, worst = best_and_worst(request, today)
    return best is not worst


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One month of the chart: how many were received, and how many of the matured were in time."""

    label: str
    received: int
    in_time: int
    matured: int
    text: str
    x: int
    width: int
    height: int
    """Of the whole bar, in the chart's units (0 to 100)."""
    in_time_height: int


def month_bars(by_month: Mapping[str, Indicators]) -> tuple[Bar, ...]:
    """The monthly chart as rectangles in a field 100 high."""
    populations = {
        month: found.email.answered_in_time.denominator + found.letter.answered_in_time.denominator
        for month, found in by_month.items()
    }
    tallest = max(populations.values(), default=0) or 1
    bars = []
    for place, (month, found) in enumerate(by_month.items()):
        email, letter = found.email, found.letter
        matured = populations[month]
        in_time = email.answered_in_time.numerator + letter.answered_in_time.numerator
        bars.append(
            Bar(
                label=month_name(month),
                received=matured + email.pending + letter.pending,
                in_time=in_time,
                matured=matured,
                text=email.answered_in_time.text,
                x=20 + place * 60,
                width=36,
                height=round(100 * matured / tallest),
                in_time_height=round(100 * in_time / tallest),
            )
        )
    return tuple(bars)


# --- CSV ------------------------------------------------------------------------------------------

_COLUMNS: tuple[tuple[str, Callable[[Request], str]], ...] = (
    ("demande", lambda r: r.id),
    ("canal", lambda r: labels.CHANNELS[r.channel]),
    ("recue_le", lambda r: day(r.received_on)),
    ("recue_a", lambda r: f"{r.received_at:%H:%M}" if r.received_at else ""),
    ("preuve", lambda r: r.grade),
    ("service", lambda r: r.service),
    ("echeance", lambda r: day(r.due_on)),
    ("etat", lambda r: labels.STATES[r.state]),
    ("premiere_reponse_le", lambda r: day(r.first.on) if r.first else ""),
    ("premiere_reponse", lambda r: kind(r.first.kind) if r.first else ""),
    ("delai_jours_ouvres", lambda r: str(r.first.delay) if r.first else ""),
    ("reponse_de_fond_le", lambda r: day(r.substantive.on) if r.substantive else ""),
    ("delai_de_fond_jours_ouvres", lambda r: str(r.substantive.delay) if r.substantive else ""),
    ("suite_attendue_le", lambda r: day(r.follow_up_on) if r.follow_up_on else ""),
    ("auteur", lambda r: _outcome(r, "author")),
    ("mention_service", lambda r: _outcome(r, "service")),
    ("institution", lambda r: _outcome(r, "institution")),
    ("relances", lambda r: str(sum(link.part == "reminder" for link in r.links))),
    ("exclue_parce_que", lambda r: r.excluded_because),
    (
        "rectifications",
        lambda r: " ; ".join(labels.CORRECTIONS[CorrectionKind(name)] for name in r.corrected),
    ),
    ("note", lambda r: r.note),
    ("constats", lambda r: " ; ".join(finding(code) for code in r.findings)),
    ("confiance", lambda r: labels.CONFIDENCES[r.confidence]),
    ("fichier", lambda r: r.file),
    ("preuve_reponse", lambda r: r.first.grade if r.first else ""),
    ("delai_au_moins", lambda r: _delay_end(r, 0)),
    ("delai_au_plus", lambda r: _delay_end(r, 1)),
)


def requests_csv(requests: Iterable[Request]) -> str:
    """One line a request, for a French spreadsheet: `;`, decimal comma, JJ/MM/AAAA, no formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(name for name, _ in _COLUMNS)
    for request in requests:
        writer.writerow(_cell(show(request)) for _, show in _COLUMNS)
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def _delay_end(request: Request, end: int) -> str:
    """The shortest or the longest delay that the instants of a request allow."""
    if request.first is None:
        return ""
    delays = request.bounds.delay if request.bounds else None
    return str(delays[end] if delays else request.first.delay)


def _outcome(request: Request, mention: str) -> str:
    if request.first is None or request.first.mentions is None:
        return ""
    return labels.OUTCOMES[getattr(request.first.mentions, mention).outcome]


# --- words and numbers ----------------------------------------------------------------------------


def percent(text: str) -> Markup:
    """A rate's text with its no-break space."""
    return Markup("{}").format(text.replace(" %", f"{NO_BREAK}%"))


def rate_with_population(rate: object) -> Markup:
    """« 92,3 % (12/13) », or « Sans objet » alone."""
    numerator, denominator, text = (
        getattr(rate, name) for name in ("numerator", "denominator", "text")
    )
    if denominator == 0:
        return Markup("{}").format(text)
    population = Markup(' <span class="population">({}/{})</span>').format(numerator, denominator)
    return percent(text) + population
