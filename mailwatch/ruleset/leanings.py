"""What words say of a message without proving it: weights learnt from labelled mails, as their file holds them.

One `[[leaning]]` a nature: its `base`, and in `words` a weight a line with the signs that have it, `12 merci, tout va`,
in hundredths. The weights of one message's signs are added up; the greatest sum is the nature it leans to, differences
are logarithms of odds.
"""

from __future__ import annotations

from collections.abc import Mapping

from mailwatch.errors import RulesetError
from mailwatch.model import Nature
from mailwatch.ruleset.tables import nearest, needed, only, tables
from mailwatch.ruleset.terms import Leanings

FILE = "leanings.toml"
_KEYS = ("nature", "base", "words")


def read_leanings(table: Mapping[str, object]) -> Leanings:
    """Read the file's tables; RulesetError when one is at fault, or there is none."""
    needed(FILE, table, ("leaning",))
    natures: list[Nature] = []
    bases: list[int] = []
    columns: list[Mapping[str, int]] = []
    for entry in tables(FILE, table, "leaning"):
        only(FILE, entry, _KEYS)
        needed(FILE, entry, _KEYS)
        natures.append(_nature(entry["nature"]))
        bases.append(_number("base", str(entry["base"])))
        columns.append(_signs(str(entry["words"])))
    return Leanings(natures=tuple(natures), bases=tuple(bases), weights=_by_sign(columns))


def _by_sign(columns: list[Mapping[str, int]]) -> Mapping[str, tuple[int, ...]]:
    known = dict.fromkeys(sign for column in columns for sign in column)
    return {sign: tuple(column.get(sign, 0) for column in columns) for sign in known}


def _signs(lines: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for line in lines.splitlines():
        weight, _, signs = line.strip().partition(" ")
        if weight:
            number = _number(f"words : {line[:40]}", weight)
            found.update((sign.strip(), number) for sign in signs.strip(", ").split(","))
    return found


def _nature(word: object) -> Nature:
    try:
        return Nature(str(word))
    except ValueError:
        raise RulesetError(
            "règles : {file} : « {key} » : nature « {word} » inconnue{advice}",
            file=FILE,
            key="nature",
            word=word,
            advice=nearest(str(word), Nature),
        ) from None


def _number(key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RulesetError(
            "règles : {file} : « {key} » doit être un nombre entier", file=FILE, key=key
        ) from None
