"""The requests for a French spreadsheet: every column needed to compute each figure again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from mailwatch import labels
from mailwatch.labels import finding, kind
from mailwatch.model import CorrectionKind, Rate, Request
from mailwatch.report.cells import shown
from mailwatch.report.terms import Cell, Kind, Table
from mailwatch.signs import writable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would compute (CWE-1236)."""

COLUMNS: tuple[tuple[str, Callable[[Request], Cell]], ...] = (
    ("demande", lambda r: r.id),
    ("canal", lambda r: labels.CHANNELS[r.channel]),
    ("recue_le", lambda r: r.received_on),
    ("recue_a", lambda r: f"{r.received_at:%H:%M}" if r.received_at else ""),
    ("preuve", lambda r: str(r.grade)),
    ("service", lambda r: r.service),
    ("echeance", lambda r: r.due_on),
    ("etat", lambda r: labels.STATES[r.state]),
    ("premiere_reponse_le", lambda r: r.first.on if r.first else None),
    ("premiere_reponse", lambda r: kind(r.first.kind) if r.first else ""),
    ("delai_jours_ouvres", lambda r: r.first.delay if r.first else None),
    ("reponse_de_fond_le", lambda r: r.substantive.on if r.substantive else None),
    ("delai_de_fond_jours_ouvres", lambda r: r.substantive.delay if r.substantive else None),
    ("suite_attendue_le", lambda r: r.follow_up_on),
    ("auteur", lambda r: _outcome(r, "author")),
    ("mention_service", lambda r: _outcome(r, "service")),
    ("institution", lambda r: _outcome(r, "institution")),
    ("relances", lambda r: sum(link.part == "reminder" for link in r.links)),
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
    writer.writerow(name for name, _ in COLUMNS)
    for request in requests:
        writer.writerow(_cell(shown(show(request))) for _, show in COLUMNS)
    return out.getvalue()


def table_csv(table: Table) -> str:
    """One table; a rate takes three columns, so that no spreadsheet takes « 12/13 » for a day."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(titles(table))
    for row in table.rows:
        cells = (
            cell.text if isinstance(cell, Rate) else shown(cell) for cell in spread(table, row)
        )
        writer.writerow(map(_cell, cells))
    return out.getvalue()


def titles(table: Table) -> Iterator[str]:
    """The titles of the columns, those of rates threefold."""
    for column in table.columns:
        yield column.title
        if column.kind is Kind.RATE:
            yield f"{column.title} : N"
            yield f"{column.title} : D"


def spread(table: Table, row: Iterable[Cell]) -> Iterator[Cell]:
    """The cells of a row, numerator and denominator of rates in cells of their own."""
    for column, cell in zip(table.columns, row, strict=True):
        yield cell
        if column.kind is Kind.RATE:
            counted = isinstance(cell, Rate) and cell.denominator
            yield cell.numerator if isinstance(cell, Rate) and counted else None
            yield cell.denominator if isinstance(cell, Rate) and counted else None


def _cell(text: str) -> str:
    words = writable(text)
    return f"'{words}" if words.startswith(_FORMULA) else words


def _delay_end(request: Request, end: int) -> int | None:
    """The shortest or the longest delay that the instants of a request allow."""
    if request.first is None:
        return None
    delays = request.bounds.delay if request.bounds else None
    return delays[end] if delays else request.first.delay


def _outcome(request: Request, mention: str) -> str:
    if request.first is None or request.first.mentions is None:
        return ""
    return labels.OUTCOMES[getattr(request.first.mentions, mention).outcome]
