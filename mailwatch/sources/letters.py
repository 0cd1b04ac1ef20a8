"""The register of letters from a CSV file, as spreadsheets of a préfecture write it.

Columns are known by their names, in French or English, whatever their order, accents and case; the separator is
`;`, `,` or a tab; dates are JJ/MM/AAAA or ISO. A row that cannot be read is refused with its reason, and the
others are kept.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from mailwatch.errors import SourceError, refusal
from mailwatch.model import Letter, Nature, Refused
from mailwatch.wording import fold

_COLUMNS = {
    "received": (
        "recu", "recu le", "date de reception", "reception", "arrivee", "arrive le", "date d arrivee", "received",
        "received on",
    ),
    "service": ("service", "bureau", "service destinataire"),
    "reference": ("reference", "ref", "numero", "n", "no", "numero d enregistrement", "id"),
    "answered": (
        "repondu", "repondu le", "date de reponse", "reponse le", "date reponse", "answered", "answered on",
    ),
    "kind": ("nature", "type", "kind", "type de reponse", "nature de la reponse", "mode"),
    "note": ("note", "notes", "observations", "observation", "commentaire", "remarque"),
    "correspondent": ("courriel", "adresse electronique", "email", "mail", "e mail"),
}  # fmt: skip
_REQUIRED = ("received",)
_KINDS = {
    Nature.HOLDING_REPLY: ("attente", "reponse d attente", "holding", "holding reply", "accuse de reception"),
    Nature.INFORMATION_NEEDED: (
        "demande de pieces", "pieces", "complement", "demande de complement", "information needed",
    ),
    Nature.REFERRAL: ("reorientation", "transmission", "transmis", "orientation", "referral"),
    Nature.REPLY: (
        "", "reponse", "fond", "reponse de fond", "reply", "courrier", "lettre", "courriel",
        "reponse par courriel", "reponse par courrier",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """The letters of one file, and the rows that could not be read."""

    letters: tuple[Letter, ...]
    refused: tuple[Refused, ...]


def read(given: str) -> Register:
    """Read the register of letters `given`; raise SourceError when it is no such file at all."""
    text = text_of(given)
    rows = list(rows_of(text))
    if not rows:
        raise SourceError(
            "« {path} » : registre des courriers vide (une ligne d’en-têtes est attendue)",
            path=given,
        )
    columns = _columns(given, rows[0][1])
    letters: list[Letter] = []
    refused: list[Refused] = []
    for line, row in rows[1:]:
        try:
            letters.append(_letter(given, line, row, columns))
        except ValueError as fault:
            refused.append(Refused(file=given, line=line, reason=str(fault)))
    uses = Counter(letter.reference for letter in letters)
    told_apart = (replace(letter, repeated=uses[letter.reference] > 1) for letter in letters)
    return Register(letters=tuple(told_apart), refused=tuple(refused))


def text_of(given: str) -> str:
    """Read a file of a spreadsheet, as UTF-8 or as Windows writes it."""
    try:
        raw = Path(given).read_bytes()
    except OSError as fault:
        raise SourceError(
            "« {path} » : illisible ({reason})", path=given, reason=refusal(fault)
        ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def rows_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the rows that hold something, with their line numbers."""
    first = text.split("\n", 1)[0]
    separator = max(";,\t", key=first.count)
    reader = csv.reader(text.replace("\0", "").splitlines(), delimiter=separator)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            continue
        if any(cell.strip() for cell in row):
            yield reader.line_num, [cell.strip() for cell in row]


def _columns(given: str, header: list[str]) -> Mapping[str, int]:
    known = {name: column for column, names in _COLUMNS.items() for name in names}
    words = [
        " ".join("".join(c if c.isalnum() else " " for c in fold(cell)).split()) for cell in header
    ]
    found: dict[str, int] = {}
    for place, name in enumerate(words):
        if name in known:
            found.setdefault(known[name], place)
    for column in _REQUIRED:
        if column not in found:
            near = get_close_matches(_COLUMNS[column][0], words, n=1)
            if near:
                raise SourceError(
                    "« {path} » : registre des courriers sans colonne « reçu » (date d’arrivée) ; "
                    "« {near} » en tient-il lieu ?",
                    path=given,
                    near=near[0],
                )
            raise SourceError(
                "« {path} » : registre des courriers sans colonne « reçu » (date d’arrivée)",
                path=given,
            )
    return found


def _letter(given: str, line: int, row: list[str], columns: Mapping[str, int]) -> Letter:
    def cell(column: str) -> str:
        place = columns.get(column)
        return row[place] if place is not None and place < len(row) else ""

    received_on = read_day(cell("received"), "reçu")
    if received_on is None:
        raise ValueError("la date d’arrivée (« reçu ») manque")
    answered_on = read_day(cell("answered"), "répondu")
    if answered_on is not None and answered_on < received_on:
        raise ValueError(
            f"la réponse ({answered_on:%d/%m/%Y}) est datée d’avant l’arrivée ({received_on:%d/%m/%Y})"
        )
    return Letter(
        file=given,
        line=line,
        reference=cell("reference") or f"ligne {line}",
        received_on=received_on,
        service=cell("service"),
        answered_on=answered_on,
        kind=_kind(cell("kind")),
        note=cell("note"),
        correspondent=cell("correspondent").lower(),
    )


def _kind(words: str) -> str:
    """The nature of the answer; words that are none of ours (« téléphone », « guichet ») stay as they are."""
    plain = " ".join("".join(c if c.isalnum() else " " for c in fold(words)).split())
    return next((str(nature) for nature, names in _KINDS.items() if plain in names), words)


def read_day(words: str, column: str) -> date | None:
    """Read a day, JJ/MM/AAAA or ISO; None of an empty cell, ValueError for anything else."""
    if not words:
        return None
    parts = re.fullmatch(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})", words)
    if parts:
        first, month, last = (int(part) for part in parts.groups())
        year, day = (first, last) if len(parts.group(1)) == 4 else (last, first)
        try:
            return date(2000 + year if year < 100 else year, month, day)
        except ValueError:
            pass
    raise ValueError(f"« {words} » n’est pas une date JJ/MM/AAAA (colonne « {column} »)")
