"""Cells as French readers write them, the same on the page, in the PDF and in lists."""

from __future__ import annotations

from datetime import date, datetime

from mailwatch.labels import NO_BREAK, day, days, moment
from mailwatch.model import Rate
from mailwatch.report.terms import Cell, Days, Formula


def shown(cell: Cell) -> str:
    """A cell in words; a rate with its population, « 92,3 % (12/13) »."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, Rate):
        return f"{percent(cell.text)}{population(cell)}"
    if isinstance(cell, Days):
        return days(cell.value)
    if isinstance(cell, Formula):
        return shown(cell.value)
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, date):
        return day(cell)
    return str(cell)


def percent(text: str) -> str:
    """A rate's text with its no-break space."""
    return text.replace(" %", f"{NO_BREAK}%")


def population(rate: Rate) -> str:
    """The population of a rate, after a space; nothing of none."""
    return f" ({rate.numerator}/{rate.denominator})" if rate.denominator else ""
