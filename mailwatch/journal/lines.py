"""The lines of the journal: written, read, followed from the first on.

A line is a JSON object with sorted keys. Its `prev` is the SHA-256 of the exact bytes of the line before and their
line end, so that nothing has to be written again in a canonical form to be checked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from hashlib import sha256
from io import BytesIO
from typing import Self, TypeAlias

FIRST = "0" * 64
"""Stands before the first line."""
KEY, STAMP = "key", "stamp"
"""The kinds of line that tell which key signs from here on, and that an authority dated a head."""

_HEEDED = {KEY, STAMP}

Values: TypeAlias = Mapping[str, str | int | None]

_write = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def written(values: Values) -> bytes:
    """Write a line, without its end."""
    return _write(values).encode()


def read(line: bytes) -> Mapping[str, object]:
    """Read a line; empty for what is none."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def digest(line: bytes) -> str:
    """The digest that the next line holds."""
    return sha256(line + b"\n").hexdigest()


def day_of(told: Mapping[str, object]) -> str:
    """The day (UTC) on which a line was written."""
    return str(told.get("at") or "")[:10]


def _read_all(lines: Sequence[bytes]) -> Sequence[Mapping[str, object]]:
    """Read many lines at once; one by one when they are not all what they should be."""
    try:
        found = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError):
        return [read(line) for line in lines]
    if len(found) == len(lines) and all(type(told) is dict for told in found):
        return list(found)
    return [read(line) for line in lines]


class Trail:
    """The journal followed line by line: how many, up to which, and whether each follows the one before it.

    `digest` is the SHA-256 of all lines so far; `digests` keeps it at the sizes that were asked for.
    """

    __slots__ = (
        "day", "digests", "holds", "key", "last", "since", "size", "stamps", "until", "wanted", "whole",
    )  # fmt: skip

    def __init__(self, wanted: Iterable[int] = ()) -> None:
        self.whole = sha256()
        self.wanted = frozenset(wanted)
        self.size = 0
        self.last = FIRST
        self.day = ""
        """The day whose file the last line stands in: a clock that was set back takes no line back."""
        self.holds = True
        self.digests: dict[int, str] = {}
        self.key = ""
        self.stamps: tuple[str, ...] = ()
        self.since = self.until = ""

    @property
    def digest(self) -> str:
        """The SHA-256 of all lines so far, in hexadecimal."""
        return self.whole.hexdigest()

    def add(self, line: bytes) -> None:
        """Follow one more line, given without its end."""
        told = read(line)
        self.day = max(self.day, day_of(told))
        self._follow([line + b"\n"], [told], self.day)

    def take(self, day: str, content: bytes) -> None:
        """Follow the file of a day."""
        lines = BytesIO(content).readlines()
        told = _read_all(lines)
        self.day = max(self.day, day)
        # The first line of a file names it: a clock that was set back takes no line back.
        if not content.endswith(b"\n") or day_of(told[0]) != day or self.day != day:
            self.holds = False
        self._follow(lines, told, day)

    def _follow(
        self, lines: Sequence[bytes], told: Sequence[Mapping[str, object]], day: str
    ) -> None:
        # Three hundred thousand times: what is the same for all is looked up once.
        size, last, sound, add, digest_of = self.size, self.last, True, self.whole.update, sha256
        for line, says in zip(lines, told, strict=True):
            size += 1
            if says.get("n") != size or says.get("prev") != last or day_of(says) > day:
                sound = False
            if says.get("kind") in _HEEDED:
                self._heed(says)
            add(line)
            last = digest_of(line).hexdigest()
            if size in self.wanted:
                self.digests[size] = self.digest
        if told:
            self.since = self.since or str(told[0].get("at"))
            self.until = str(told[-1].get("at"))
        self.holds = self.holds and sound
        self.size, self.last = size, last

    def _heed(self, told: Mapping[str, object]) -> None:
        if told.get("kind") == KEY:
            self.key = str(told.get("key"))
        elif told.get("kind") == STAMP:
            self.stamps = (*self.stamps, str(told.get("name")))

    def copy(self) -> Self:
        """Make one that goes on from here alone."""
        other = copy(self)
        other.whole = self.whole.copy()
        other.digests = dict(self.digests)
        return other
