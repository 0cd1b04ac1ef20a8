"""The few functions of OpenFormula that the register’s figures use, over the cells of its own sheets.

What a spreadsheet computes is told by ODF 1.3 part 4; the names below are its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import ceil
from statistics import median
from typing import TypeAlias
from xml.etree import ElementTree as ET
from zipfile import ZipFile

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"

Scalar: TypeAlias = float | str | None
_RANGE = re.compile(r"\[\$'([^']+)'\.\$([A-Z]+)\$2:\.\$[A-Z]+\$(\d+)\]")
_CELL = re.compile(r"\[\.\$A\$(\d+)\]")
_TEXT = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as the file has it."""

    value: Scalar
    formula: str = ""


Book: TypeAlias = dict[str, list[list[Cell]]]


def book(content: bytes) -> Book:
    """Read the sheets of a spreadsheet, rows of cells, titles first."""
    with ZipFile(io.BytesIO(content)) as archive:
        root = ET.fromstring(archive.read("content.xml"))
    return {
        str(sheet.get(f"{TABLE}name")): [
            [_read(cell) for cell in row.findall(f"{TABLE}table-cell")]
            for row in sheet.iter(f"{TABLE}table-row")
        ]
        for sheet in root.iter(f"{TABLE}table")
    }


def _read(cell: ET.Element) -> Cell:
    kind, formula = cell.get(f"{OFFICE}value-type"), (cell.get(f"{TABLE}formula") or "")
    value: Scalar = None
    if kind in {"float", "percentage"}:
        value = float(cell.get(f"{OFFICE}value", "nan"))
    elif kind == "date":
        value = float(date.fromisoformat(cell.get(f"{OFFICE}date-value", "")).toordinal())
    elif kind == "string":
        value = "\n".join(_line(line) for line in cell.findall(f"{TEXT}p"))
    return Cell(value, formula.removeprefix("of:="))


def _line(line: ET.Element) -> str:
    words = line.text or ""
    for child in line:
        words += " " * int(child.get(f"{TEXT}c", "1")) + (child.tail or "")
    return words


# --- computed -------------------------------------------------------------------------------------


class Column:
    """The values of a column: what is done to it is done to each."""

    def __init__(self, values: Sequence[Scalar]) -> None:
        self.values = values

    def _with(self, other: Column | Scalar, do: Callable[[Scalar, Scalar], float]) -> Column:
        others = other.values if isinstance(other, Column) else [other] * len(self.values)
        return Column([do(one, two) for one, two in zip(self.values, others, strict=True)])

    def __mul__(self, other: Column | Scalar) -> Column:
        return self._with(other, lambda one, two: _number(one) * _number(two))

    def __add__(self, other: Column | Scalar) -> Column:
        return self._with(other, lambda one, two: _number(one) + _number(two))

    def __lt__(self, other: Column | Scalar) -> Column:
        return self._with(other, lambda one, two: float(_number(one) < _number(two)))

    def __le__(self, other: Column | Scalar) -> Column:
        return self._with(other, lambda one, two: float(_number(one) <= _number(two)))

    def __ge__(self, other: Column | Scalar) -> Column:
        return self._with(other, lambda one, two: float(_number(one) >= _number(two)))

    def same(self, other: Column | Scalar) -> Column:
        return self._with(other, lambda one, two: float(one == two))


def _number(value: Scalar) -> float:
    """An empty cell is zero; a text where a number is wanted would be an error."""
    if isinstance(value, str):
        raise TypeError(value)
    return value or 0.0


class Total(float):
    """A number that is divided as spreadsheets do: an error is a value, which the formula may never show."""

    def __truediv__(self, other: float) -> Total:
        return Total(float(self) / other if other else float("nan"))


def _sumproduct(*columns: Column) -> Total:
    """Text and empty cells of a bare column count as zero (6.16.63)."""
    total = 0.0
    for row in zip(*(column.values for column in columns), strict=True):
        product = 1.0
        for value in row:
            product *= value if isinstance(value, float) else 0.0
        total += product
    return Total(total)


def _if(condition: object, then: object, other: object = None) -> object:
    if not isinstance(condition, Column):
        return then if condition else other
    assert isinstance(then, Column)
    return Column(
        [one if yes else None for yes, one in zip(condition.values, then.values, strict=True)]
    )


def _numbers(column: Column) -> list[float]:
    return sorted(value for value in column.values if isinstance(value, float))


def _day(value: Scalar) -> date:
    return date.fromordinal(int(_number(value)))


_FUNCTIONS: dict[str, object] = {
    "SUMPRODUCT": _sumproduct,
    "IF": _if,
    "ISNUMBER": lambda column: Column([float(isinstance(one, float)) for one in column.values]),
    "EXACT": lambda column, words: column.same(words),
    "YEAR": lambda column: Column([float(_day(one).year) for one in column.values]),
    "MONTH": lambda column: Column([float(_day(one).month) for one in column.values]),
    "MEDIAN": lambda column: median(_numbers(column) or [0.0]),
    "SMALL": lambda column, rank: (_numbers(column) or [0.0])[max(int(rank), 1) - 1],
    "ROUNDUP": lambda value, _places: ceil(value),
    "same": lambda one, two: one.same(two) if isinstance(one, Column) else one == two,
}


def computed(formula: str, sheet: str, sheets: Book) -> object:
    """What a formula of a cell of `sheet` gives."""
    known: dict[str, object] = dict(_FUNCTIONS)

    def named(value: object) -> str:
        known[f"v{len(known)}"] = value
        return f"v{len(known) - 1}"

    words = _TEXT.sub(lambda found: named(found[0][1:-1]), formula)
    words = _RANGE.sub(lambda found: named(_column(sheets, *found.groups())), words)
    words = _CELL.sub(lambda found: named(sheets[sheet][int(found[1]) - 1][0].value), words)
    # What is equal to what, as a function: Python has another sign, which binds otherwise.
    words = re.sub(r"(\w+(?:\([^()]*\))?)=(\w+)", r"same(\1,\2)", words.replace(";", ","))
    while "=" in re.sub(r"[<>]=", "", words):
        words = _outer_equal(words)
    return eval(words, {"__builtins__": {}}, known)


def _outer_equal(words: str) -> str:
    """Turn `SUMPRODUCT(…)=0` into `same(SUMPRODUCT(…),0)`."""
    place = next(found.start() for found in re.finditer(r"(?<![<>])=", words))
    start, depth = place - 1, 0
    while start >= 0:
        depth += (words[start] == ")") - (words[start] == "(")
        if depth == 0 and words[start] == "(":
            break
        start -= 1
    begin = re.search(r"\w*$", words[:start])
    first = begin.start() if begin else start
    value = re.match(r"\w+", words[place + 1 :])
    assert value is not None
    return f"{words[:first]}same({words[first:place]},{value[0]}){words[place + 1 + value.end() :]}"


def _column(sheets: Book, name: str, letters: str, last: str) -> Column:
    place = 0
    for letter in letters:
        place = 26 * place + ord(letter) - 64
    rows = sheets[name][1 : int(last)]
    return Column([row[place - 1].value for row in rows] or [None])


def formulas(sheets: Book) -> Iterator[tuple[str, str, Scalar, str, Scalar]]:
    """Each formula: sheet, row, the figure before it, what it says, and the value that the file gives it."""
    for name, rows in sheets.items():
        for row in rows:
            for before, cell in pairwise(row):
                if cell.formula:
                    yield name, str(row[0].value), before.value, cell.formula, cell.value
