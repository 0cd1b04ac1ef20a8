"""Declared indicators from a CSV file: what other tools and surveys measured, for the committee's table.

Columns are known by their names, whatever their order, accents and case: indicateur, valeur, cible, source, date,
and if need be engagement and période précédente. A row without a value sets the target of a measured indicator. A
row that cannot be read is refused with its reason, and the others are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mailwatch.errors import Remark, SourceError
from mailwatch.model import Refused
from mailwatch.report.terms import Declared
from mailwatch.sources.letters import read_day, rows_of, text_of
from mailwatch.wording import fold

_COLUMNS = {
    "title": ("indicateur", "intitule", "libelle", "indicator"),
    "value": ("valeur", "resultat", "value"),
    "target": ("cible", "objectif", "target"),
    "source": ("source", "origine"),
    "on": ("date", "le", "date de mesure", "on"),
    "engagement": ("engagement", "n engagement", "numero"),
    "previous": ("periode precedente", "precedent", "valeur precedente", "previous"),
}
_REQUIRED = ("title", "value", "source", "on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """The indicators of one file, and the rows that could not be read."""

    indicators: tuple[Declared, ...]
    refused: tuple[Refused, ...]


def read(given: str) -> Declarations:
    """Read the declared indicators of the file `given`; raise SourceError when it is no such file at all."""
    rows = list(rows_of(text_of(given)))
    if not rows:
        raise SourceError(
            "« {path} » : fichier d’indicateurs vide (une ligne d’en-têtes est attendue)",
            path=given,
        )
    columns = _columns(given, rows[0][1])
    found: list[Declared] = []
    refused: list[Refused] = []
    for line, row in rows[1:]:
        try:
            found.append(_declared(row, columns))
        except ValueError as fault:
            reason = fault.args[0] if fault.args else ""
            refused.append(Refused(file=given, line=line, reason=reason))
    return Declarations(indicators=tuple(found), refused=tuple(refused))


def _columns(given: str, header: list[str]) -> Mapping[str, int]:
    known = {name: column for column, names in _COLUMNS.items() for name in names}
    found: dict[str, int] = {}
    for place, cell in enumerate(header):
        words = " ".join("".join(c if c.isalnum() else " " for c in fold(cell)).split())
        if words in known:
            found.setdefault(known[words], place)
    for column in _REQUIRED:
        if column not in found:
            raise SourceError(
                "« {path} » : fichier d’indicateurs sans colonne « {column} »",
                path=given,
                column=_COLUMNS[column][0],
            )
    return found


def _declared(row: list[str], columns: Mapping[str, int]) -> Declared:
    def cell(column: str) -> str:
        place = columns.get(column)
        return row[place] if place is not None and place < len(row) else ""

    if not cell("title"):
        raise ValueError(Remark("l’intitulé de l’indicateur manque"))
    if not cell("value") and not cell("target"):
        raise ValueError(Remark("ni valeur ni cible"))
    if not cell("source"):
        raise ValueError(Remark("la source manque : qui a mesuré, et comment"))
    on = read_day(cell("on"), "date")
    if on is None:
        raise ValueError(Remark("la date de la mesure manque"))
    return Declared(
        engagement=cell("engagement"),
        title=cell("title"),
        value=cell("value"),
        target=cell("target"),
        previous=cell("previous"),
        source=cell("source"),
        on=on,
    )
