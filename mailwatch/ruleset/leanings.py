"""What words say of a message without proving it: weights learnt from labelled mails, as their file holds them.

One `[[leaning]]` a nature: its `start`, and in `words` a weight a line with the signs that have it, `12 merci, bravo`,
in hundredths. The weights of one message's signs are added up; the greatest sum is the nature it leans to, differences
are logarithms of odds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from mailwatch.errors import RulesetError
from mailwatch.model import Nature
from mailwatch.ruleset.tables import nearest, needed, only, tables
from mailwatch.ruleset.terms import FIELD, Leanings

FILE = "leanings.toml"
FILE_SENT = "leanings-sent.toml"
"""The same for the answers that we send."""
_KEYS = ("nature", "start", "words")


def read_leanings(table: Mapping[str, object], file: str = FILE) -> Leanings:
    """Read the file's tables; RulesetError when one is at fault, or there is none."""
    needed(file, table, ("leaning",))
    natures: list[Nature] = []
    start = 0
    weights: dict[str, int] = defaultdict(int)
    for entry in tables(file, table, "leaning"):
        only(file, entry, _KEYS)
        needed(file, entry, _KEYS)
        place = FIELD * len(natures)
        natures.append(_nature(file, entry["nature"]))
        start += _number(file, "start", str(entry["start"])) << place
        for sign, weight in _signs(file, str(entry["words"])).items():
            weights[sign] += weight << place
    return Leanings(natures=tuple(natures), start=start, weights=dict(weights))


def _signs(file: str, lines: str) -> Mapping[str, int]:
    entries = (line.partition(" ") for line in lines.strip().splitlines())
    return {
        sign.strip(): _number(file, f"words : {weight[:40]}", weight)
        for weight, _, signs in entries
        for sign in signs.rstrip(", ").split(",")
    }


def _nature(file: str, word: object) -> Nature:
    try:
        return Nature(str(word))
    except ValueError:
        raise RulesetError(
            "règles : {file} : « {key} » : nature « {word} » inconnue{advice}",
            file=file,
            key="nature",
            word=word,
            advice=nearest(str(word), Nature),
        ) from None


def _number(file: str, key: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise RulesetError(
            "règles : {file} : « {key} » doit être un nombre entier", file=file, key=key
        ) from None
