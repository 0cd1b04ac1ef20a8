"""The report for typst, which sets it as PDF: everything as values, nothing as markup."""

from __future__ import annotations

from collections.abc import Mapping

from mailwatch.labels import day, plural
from mailwatch.model import Audit
from mailwatch.report import charts
from mailwatch.report.cells import shown
from mailwatch.report.chapters import chapters, subtitle, title
from mailwatch.report.terms import Beside, Chapter, Chart, Table
from mailwatch.ruleset import Policy
from mailwatch.signs import Value

ROWS = 500
"""Rows of one table on paper; the spreadsheet has them all."""
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
    return {
        "caption": table.caption,
        "columns": [
            {"title": column.title, "kind": str(column.kind), "weight": column.weight}
            for column in table.columns
        ],
        "rows": [[shown(cell) for cell in row] for row in table.rows[:ROWS]],
        "more": f"Les {more} lignes suivantes sont dans rapport.ods." if more > 0 else "",
    }
