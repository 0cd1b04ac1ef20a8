"""The report as one accessible, printable page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from mailwatch.labels import NO_BREAK, day, plural
from mailwatch.model import Audit, Rate
from mailwatch.report import charts, lists
from mailwatch.report.cells import percent, population, shown
from mailwatch.report.chapters import chapters, subtitle, title
from mailwatch.report.terms import Beside, Cell, Kind
from mailwatch.ruleset import Policy
from mailwatch.signs import pieces, writable

ROWS = 1_000
"""Rows of one table on the page; the spreadsheet has them all."""


def html(
    audit: Audit, policy: Policy, templates: Mapping[str, str], beside: Beside | None = None
) -> str:
    """Write the page."""
    # Whoever looks at mailboxes loads this page, and writes none.
    from mailwatch.templating import environment

    ready = environment(templates)
    ready.filters |= {
        "cell": _cell,
        "day": day,
        "plural": plural,
        "spaced": _spaced,
        "svg": lambda chart: Markup(charts.svg(chart)),  # noqa: S704 -- made of escaped pieces
    }
    page = ready.get_template("rapport.html").render(
        audit=audit,
        title=title(audit),
        subtitle=subtitle(audit),
        chapters=(*chapters(audit, policy, beside or Beside()), lists.every(audit.requests)),
        numeric=(Kind.NUMBER, Kind.RATE),
        most=ROWS,
    )
    return writable(page)


def _cell(cell: Cell, kind: Kind) -> Markup:
    if isinstance(cell, Rate):
        of = Markup('<span class="population">{}</span>').format(population(cell))
        return Markup("{}").format(percent(cell.text)) + (of if cell.denominator else "")
    words = Markup("<wbr>").join(pieces(shown(cell)))
    return Markup("<code>{}</code>").format(words) if kind is Kind.CODE and words else words


def _spaced(words: str) -> Markup:
    """Words with a no-break space before the signs that French sets apart, and a break where one is too long."""
    for sign in ":;?!%":
        words = words.replace(f" {sign}", f"{NO_BREAK}{sign}")
    return Markup("<wbr>").join(pieces(words))
