"""What is wrong with lines that do not hold together, named as precisely as they allow.

A line that was altered has another digest than the next one says; a line that is missing leaves its number. Where
one line was altered in its `prev` too, two links break, and which of both lines it was cannot be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from mailwatch.errors import Remark
from mailwatch.journal.lines import FIRST, day_of, digest, read

_TOLD = 20
"""Faults of one kind that are told; the rest is more of the same."""


class _Found(NamedTuple):
    """A line as it was found: its file, its rank there, and what it says of itself."""

    file: str
    rank: int
    number: int
    prev: str
    digest: str
    day: str


def damage(files: Iterable[tuple[str, bytes]]) -> Iterator[Remark]:
    """Say what is wrong with the lines of files, given by day in order; nothing when they hold together."""
    found: list[_Found] = []
    for day, content in files:
        *lines, rest = content.split(b"\n")
        if rest:
            yield Remark("« {file} » : la dernière ligne est coupée", file=_file(day))
        if not content:
            yield Remark("« {file} » est vide", file=_file(day))
        for rank, line in enumerate(lines, start=1):
            found.append(_found(day, rank, line))
    yield from _first(_unreadable(found))
    read_ones = [line for line in found if line.number]
    yield from _first(_misplaced(read_ones))
    yield from _first(_doubled(read_ones))
    yield from _first(_missing(read_ones))
    yield from _first(_altered({line.number: line for line in reversed(read_ones)}))
    yield from _first(_on_other_days(read_ones))


def _first(remarks: Iterator[Remark]) -> Iterator[Remark]:
    for number, remark in enumerate(remarks):
        if number == _TOLD:
            yield Remark("… et d’autres de même")
            return
        yield remark


def _file(day: str) -> str:
    return f"{day}.jsonl"


def _found(day: str, rank: int, line: bytes) -> _Found:
    told = read(line)
    number = told.get("n")
    return _Found(
        file=_file(day),
        rank=rank,
        number=number if type(number) is int and number > 0 else 0,
        prev=str(told.get("prev")),
        digest=digest(line),
        day=day_of(told),
    )


def _unreadable(found: Sequence[_Found]) -> Iterator[Remark]:
    for line in found:
        if not line.number:
            yield Remark(
                "« {file} », {rank}e ligne : elle ne se lit plus", file=line.file, rank=line.rank
            )


def _misplaced(found: Sequence[_Found]) -> Iterator[Remark]:
    seen, highest = set[int](), 0
    for line in found:
        if line.number < highest and line.number not in seen:
            yield Remark(
                "« {file} », {rank}e ligne : la ligne {number} n’est pas à sa place",
                file=line.file,
                rank=line.rank,
                number=line.number,
            )
        seen.add(line.number)
        highest = max(highest, line.number)


def _doubled(found: Sequence[_Found]) -> Iterator[Remark]:
    seen: dict[int, _Found] = {}
    for line in found:
        if before := seen.get(line.number):
            yield Remark(
                "la ligne {number} est là deux fois : dans « {file} » et dans « {other} »",
                number=line.number,
                file=before.file,
                other=line.file,
            )
        seen[line.number] = line


def _missing(found: Sequence[_Found]) -> Iterator[Remark]:
    numbers = sorted({line.number for line in found})
    for before, after in pairwise([0, *numbers]):
        if after - before == 2:
            yield Remark("la ligne {number} manque", number=before + 1)
        elif after - before > 2:
            yield Remark("les lignes {first} à {last} manquent", first=before + 1, last=after - 1)


def _altered(found: dict[int, _Found]) -> Iterator[Remark]:
    """The lines whose digest the next one does not say, those in a row together."""
    runs: list[list[int]] = []
    for number, line in sorted(found.items()):
        before = found.get(number - 1)
        expected = before.digest if before else FIRST
        if (before or number == 1) and line.prev != expected:
            if runs and runs[-1][1] == number - 2:
                runs[-1][1] = number - 1
            else:
                runs.append([number - 1, number - 1])
    for first, last in runs:
        if first == last == 0:
            yield Remark("la ligne 1 a été modifiée : elle ne commence plus le journal")
        elif first == last:
            line = found[first]
            yield Remark(
                "la ligne {number} a été modifiée (« {file} », {rank}e ligne)",
                number=first,
                file=line.file,
                rank=line.rank,
            )
        else:
            yield Remark(
                "entre les lignes {first} et {last}, au moins une a été modifiée (« {file} »)",
                first=max(first, 1),
                last=last,
                file=found[last].file,
            )


def _on_other_days(found: Sequence[_Found]) -> Iterator[Remark]:
    day = ""
    for line in found:
        day = max(day, line.day)
        if _file(day) != line.file:
            yield Remark(
                "« {file} », {rank}e ligne : elle est du {day}, et n’a pas sa place dans ce fichier",
                file=line.file,
                rank=line.rank,
                day=day,
            )
