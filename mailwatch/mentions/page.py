"""The page a mention is looked for on: the writer's own text, folded letter by letter, and cut into lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from mailwatch.model import Place
from mailwatch.wording import fold


class Kind(StrEnum):
    """What a line of a mail is."""

    PLAIN = "plain"
    SENTENCE = "sentence"
    ITEM = "item"
    SALUTATION = "salutation"
    CLOSING = "closing"
    LABEL = "label"
    """A label that announces a person: "Affaire suivie par :"."""
    DELEGATION = "delegation"
    ADDRESSEE = "addressee"
    NOTE = "note"


class Found(NamedTuple):
    """A rule met by the text, as offsets in `Page.text`."""

    rule: str
    label: str
    start: int
    end: int


class Line(NamedTuple):
    """One line, or the part of it that stands by itself, as offsets in `Page.text`."""

    start: int
    end: int
    kind: Kind
    gap: bool = False
    """An empty line stands before it."""
    opens: bool = False
    """The first line after a closing formula."""
    found: Found | None = None
    """The label or formula that the line begins with."""
    place: Place | None = None
    """The block it stands in; nothing for what is no writer's, as a salutation or a legal notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The writer's words and their folded twin, offset for offset, with their lines and the rules they meet."""

    text: str
    folded: str
    lines: tuple[Line, ...]
    found: tuple[Found, ...]


# --- folding without moving anything --------------------------------------------------------------

_ADDRESS = re.compile(
    r"(?<![^\s@<>()|,;:])[^\s@<>()|,;:]+@[^\s@<>()|,;]+|(?:https?://|www\.)[^\s<>()|]+|\[(?:cid|image)[^\]\n]{0,200}\]",
    re.IGNORECASE,
)
_NAME_OF_SITE = re.compile(
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:gouv\.fr|fr|com|org)\b", re.IGNORECASE
)
_PAGE = "cp1252"
"""The code page that holds all the signs of French: what is written in it is folded at once."""
_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_FEW = 30
"""Different signs up to which replacing one after the other is faster than looking up each letter."""


def plain(text: str) -> str:
    """Fold `text` letter by letter: the result is as long, so that offsets hold in both."""
    if text.isascii():
        return text.lower()
    try:
        return text.encode(_PAGE).translate(_letters_of_page()).decode(_PAGE)
    except UnicodeEncodeError:
        return _plain_any(text)


@cache
def _letters_of_page() -> bytes:
    """What each sign of the code page folds to; itself, where that is no sign of the page."""
    page = bytes(range(256)).decode(_PAGE, "replace")
    folded = (_plain_any(sign).encode(_PAGE, "ignore") for sign in page)
    return bytes(to[0] if to else number for number, to in enumerate(folded))


def _plain_any(text: str) -> str:
    low = text.lower()
    if len(low) != len(text):  # one capital letter becomes two signs, as the dotted I of Turkish
        low = "".join(sign.lower()[:1] for sign in text)
    signs = set(_NON_ASCII.findall(low))
    if len(signs) > _FEW:
        return low.translate({ord(sign): _plain_letter(sign) for sign in signs})
    for sign in signs:
        low = low.replace(sign, _plain_letter(sign))
    return low


@lru_cache(maxsize=4096)
def _plain_letter(sign: str) -> str:
    if sign in "’‘ʼ´′`":
        return "'"
    if sign in "‐‑‒–—―−":
        return "-"
    if sign in "•·●▪◦∙│¦":
        return "|"
    if sign in "…°":
        return "." if sign == "…" else "o"
    return " " if sign.isspace() else (fold(sign) or " ")[:1]


def clean(text: str) -> str:
    """Blank out addresses, links, asterisks and the motto of the letterhead: none is a word of the writer."""
    if "@" in text or "://" in text or "www." in text or "[" in text:
        text = _ADDRESS.sub(_blank, text)
    if "raternit" in text or "RATERNIT" in text:
        text = _MOTTO.sub(_spaces, text)
    if ".fr" in text or ".com" in text or ".org" in text:
        text = _NAME_OF_SITE.sub(_blank, text)
    return text.replace("*", " ").replace("_", " ")


_MOTTO = re.compile(
    r"\blibert[ée][ ,•|·-]{1,3}[ée]galit[ée][ ,•|·-]{1,3}fraternit[ée](?=[ \t]+\S)", re.IGNORECASE
)
"""The motto of the letterhead, where a table of two columns was flattened and other words follow on its line."""


def _spaces(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _blank(match: re.Match[str]) -> str:
    return "@" * len(match.group())
