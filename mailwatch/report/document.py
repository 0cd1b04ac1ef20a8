"""The report for typst, which sets it as PDF: everything as values, nothing as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailwatch.labels import day, plural
from mailwatch.model import Audit
from mailwatch.report import charts
from mailwatch.report.cells import shown
from mailwatch.report.chapters import chapters, subtitle, title
from mailwatch.report.terms import Beside, Chapter, Chart, Column, Kind, Table
from mailwatch.ruleset import Policy
from mailwatch.signs import Value

ROWS = 500
"""Rows of one table on paper; the spreadsheet has them all."""
_NARROW = 24
"""Letters of the longest cell of a column that takes no more room than it needs."""
_LETTERS, _LINES = 400, 9
"""Of a cell that surely fits on one page: its row is not cut in two."""
_FONTS = "Libertinus Serif"


def document(audit: Audit, policy: Policy, beside: Beside) -> Mapping[str, Value]:
    """Give the report as the values that `rapport.typ` reads."""
    return {
        "title": title(audit),
        "subtitle": subtitle(audit),
        "standing": f"État au {day(audit.today)}",
        "read": f"{audit.messages} {plural(audit.messages, 'message lu', 'messages lus')}, "
        f"{len(audit.requests)} {plural(len(audit.requests), 'demande', 'demandes')}",
        "author": audit.institution.name,
        "date": [audit.today.year, audit.today.month, audit.today.day],
        "chapters": [_chapter(each) for each in chapters(audit, policy, beside)],
    }


def _chapter(chapter: Chapter) -> Mapping[str, Value]:
    return {
        "name": chapter.name,
        "title": chapter.title,
        "words": chapter.words,
        "chart": _chart(chapter.chart) if chapter.chart else None,
        "tables": [_table(each) for each in chapter.tables],
        "remarks": chapter.remarks,
    }


def _chart(chart: Chart) -> Mapping[str, Value]:
    return {
        "svg": charts.svg(chart, fonts=_FONTS),
        "alt": f"{chart.title}. {charts.described(chart)}",
        "title": chart.title,
        "legend": chart.legend,
        "bars": len(chart.bars),
    }


def _table(table: Table) -> Mapping[str, Value]:
    more = len(table.rows) - ROWS
    rows = [[shown(cell) for cell in row] for row in table.rows[:ROWS]]
    return {
        "caption": table.caption,
        "columns": [
            {
                "title": column.title,
                "kind": str(column.kind),
                "weight": _weight(column, [row[place] for row in rows]),
            }
            for place, column in enumerate(table.columns)
        ],
        "rows": [{"cells": row, "tall": any(map(_is_tall, row))} for row in rows],
        "more": f"Les {more} lignes suivantes sont dans rapport.ods." if more > 0 else "",
    }


def _weight(column: Column, cells: Sequence[str]) -> int:
    """The share of the room that a column has on paper; 0 for what it needs, which must be little."""
    if column.weight and column.kind in {Kind.TEXT, Kind.CODE}:
        return column.weight
    return 0 if max(map(len, cells), default=0) <= _NARROW else 3


def _is_tall(words: str) -> bool:
    return len(words) > _LETTERS or words.count("\n") > _LINES
