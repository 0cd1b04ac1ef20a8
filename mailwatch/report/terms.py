"""The words of the report: tables of typed cells in chapters, and what stands beside the figures of the audit.

Page, PDF and spreadsheet show the same chapters, so that none says what another does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from mailwatch.model import Audit, Channel, Indicators, Period, Precision, Rate, Sample
from mailwatch.ruleset import Policy

# --- what is shown --------------------------------------------------------------------------------


class Kind(StrEnum):
    """What a column holds, and so how its cells are written."""

    TEXT = "text"
    CODE = "code"
    """An identifier or a file, to be copied sign by sign."""
    NUMBER = "number"
    """A count, or a delay in working days."""
    DATE = "date"
    RATE = "rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """A delay in working days; None is « Sans objet »."""

    value: float | None


Value: TypeAlias = int | Rate | Days
"""What a formula may give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A figure that a spreadsheet makes again, with the value that it must give."""

    text: str
    """OpenFormula, without the `=`; all of it ours."""
    value: Value


Cell: TypeAlias = str | int | date | datetime | Rate | Days | Formula | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of a table; the first one of each table names the row."""

    title: str
    kind: Kind = Kind.TEXT
    weight: int = 2
    """Its share of the room on paper; 0 for no more than it needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table with its caption: nothing in it depends on how it is shown."""

    name: str
    """Of its sheet, at most 31 letters."""
    caption: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Cell, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart: a whole and the part of it that is in time."""

    label: str
    whole: int
    part: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A bar chart; the table that follows it has the same figures."""

    name: str
    title: str
    legend: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One chapter: words, then a chart, then tables, then what is to be said of them."""

    name: str
    """Its anchor."""
    title: str
    words: tuple[str, ...] = ()
    chart: Chart | None = None
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()


# --- what stands beside an audit ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The figures of the period before, of the same length."""

    period: Period
    indicators: Indicators


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedDay:
    """A day from Monday to Friday that does not count, and why."""

    on: date
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """An indicator that another tool or a survey measured, and the institution declares."""

    engagement: str
    title: str
    value: str
    target: str
    previous: str
    source: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """How long the journal was, and its digest: whoever holds this page can tell whether it was rewritten."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """When the figures of a period were closed, and the digests of what they were made of."""

    at: datetime
    author: str
    rules: str
    calendar: str
    facts: str
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that was found after the figures were closed; they stay as they are."""

    request: str
    """Empty when it concerns the whole period."""
    channel: Channel | None
    closed: str
    """How it was counted at the closing."""
    found: str
    cause: str
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """All that a report says beside its audit; nothing of it for an exported mailbox."""

    previous: Previous | None = None
    closed_days: tuple[ClosedDay, ...] = ()
    declared: tuple[Declared, ...] = ()
    witness: Witness | None = None
    closing: Closing | None = None
    differences: tuple[Difference, ...] = ()
    samples: tuple[Sample, ...] = ()
    """The draws that have cases of the period."""
    precisions: tuple[Precision, ...] = ()
    """What was found of them; nothing where nothing was drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One report: the audit, the definitions it was made by, and what stands beside it."""

    audit: Audit
    policy: Policy
    beside: Beside
