"""The walk through the tags of an HTML body: which elements stand open, and the text written so far.

A stack of open elements, no tree: what a start tag ends by itself and what an end tag may reach is as browsers
have it (HTML, "optional tags" and "has an element in scope"), as far as the lines a reader sees depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

from mailwatch.message.charset import compose
from mailwatch.message.page import Page
from mailwatch.message.sight import OPEN, TELLING, Sight, attributes, enter, may_hold_words
from mailwatch.message.style import Sheet

PICTURE = "\ufffc"
"""OBJECT REPLACEMENT CHARACTER: Unicode's own stand-in for a picture in a text."""
RULE = "_" * 32
_SEARCH_LIMIT = 128
"""How far an end tag looks for the element it closes."""
_ENTITY = re.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input link meta param source track wbr".split()
)
_BLOCKS = frozenset(
    "address article aside body center dd details dir div dl dt fieldset figcaption figure footer form"
    " header hgroup html legend li main menu nav section summary table tbody tfoot thead tr caption".split()
)
_SPACED = frozenset("p h1 h2 h3 h4 h5 h6 ul ol pre blockquote".split())
_CELLS = frozenset(("td", "th"))
_LISTS = frozenset(("ul", "ol"))
_STRUCTURE = _BLOCKS | _SPACED | _CELLS
_IMPLYING = _STRUCTURE | {"option"}
_IMPLIED = frozenset("p li td th tr option dd dt".split())
_ACTING = _VOID | _IMPLYING | TELLING
"""What does more than lend its look to the text inside."""
_SCOPES = frozenset(("td", "th", "table"))
_ROW_PARTS = frozenset("td th tr tbody thead tfoot table".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The visible text of an HTML body, and the words its pictures stand for."""

    text: str
    alternatives: str
    embedded: frozenset[str]
    """Content identifiers of the parts that the body shows, visible or not."""


class Walk:
    """The open elements and the text written so far."""

    __slots__ = (
        "_alternatives",
        "_embedded",
        "_lists",
        "_page",
        "_sheet",
        "_sight",
        "_stack",
        "_styled",
        "_tiny",
    )

    def __init__(self, sheet: Sheet, tiny_parts: frozenset[str]) -> None:
        self._sheet = sheet
        self._styled = bool(sheet.rules)
        self._tiny = tiny_parts
        self._sight = OPEN
        self._stack: list[tuple[str, Sight]] = []
        self._lists: list[int] = []
        self._page = Page()
        self._alternatives: list[str] = []
        self._embedded: set[str] = set()

    def finish(self) -> Rendered:
        """Give what was read."""
        return Rendered(
            text=compose(self._page.finish()),
            alternatives=" ".join(self._alternatives),
            embedded=frozenset(self._embedded),
        )

    def text(self, text: str) -> None:
        """Write text, if a reader sees it here."""
        sight = self._sight
        if not sight.shown:
            return
        if "&" in text:
            text = _ENTITY.sub(_character, text).replace(PICTURE, "")
        if sight.pre:
            self._page.write_pre(text)
        else:
            self._page.write(text)

    def open(self, name: str, source: str) -> None:
        """Enter an element."""
        if name in _VOID:
            self._void(name, source)
            return
        stack = self._stack
        if stack and stack[-1][0] in _IMPLIED and name in _IMPLYING:
            self._imply_end(name)
        around = sight = self._sight
        stack.append((name, around))
        if source or around.tight or self._styled or name in TELLING:
            self._sight = sight = enter(self._sheet, around, name, source)
            if sight.quote != around.quote:
                self._page.quote_at(sight.quote)
        if name in _STRUCTURE and not sight.hidden:
            self._break_before(name, sight)

    def whole(self, name: str, source: str, text: str) -> None:
        """Write an element that holds text alone, without entering it where it only lends its look."""
        around = sight = self._sight
        lends = name not in _ACTING
        if lends and (source or around.tight or self._styled):
            sight = enter(self._sheet, around, name, source)
        if lends and sight.quote == around.quote:
            self._sight = sight
            self.text(text)
            self._sight = around
            return
        self.open(name, source)
        self.text(text)
        self.close(name)

    def _break_before(self, name: str, sight: Sight) -> None:
        if name in _LISTS:
            self._page.end_line(blank=not sight.tight and not self._lists)
            self._lists.append(0 if name == "ol" else -1)
        elif name in _SPACED:
            self._page.end_line(blank=not sight.tight)
        elif name in _CELLS:
            self._page.next_cell()
        else:
            self._page.end_line()
            if name == "li" and sight.shown:
                self._page.item(self._number())

    def _number(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def _imply_end(self, name: str) -> None:
        """Close what the start of `name` closes by itself (HTML, optional tags)."""
        top = self._stack[-1][0]
        if top == "p" and (name in _BLOCKS or name in _SPACED):
            self.close("p")
        elif name == top and name in ("li", "td", "th", "tr", "option", "dd", "dt"):
            self.close(name)
        elif name in ("td", "th") and top in _CELLS:
            self.close(top)
        elif name == "tr":
            while self._stack and self._stack[-1][0] in ("td", "th", "tr"):
                self.close(self._stack[-1][0])

    def close(self, name: str) -> None:
        """Leave the nearest open element of that name, and all that stands open inside it."""
        if name == "br":
            self._page.line_break()
            return
        stack = self._stack
        if not (stack and stack[-1][0] == name):
            depth = self._find(name)
            if depth < 0:
                return
            del stack[depth + 1 :]
        before, (_, sight) = self._sight, stack.pop()
        self._sight = sight
        if name in _STRUCTURE:
            self._break_after(name, before)
        if before.quote != sight.quote:
            self._page.quote_at(sight.quote)

    def _break_after(self, name: str, sight: Sight) -> None:
        if name in _LISTS and self._lists:
            self._lists.pop()
        if name not in _CELLS and not sight.hidden:
            self._page.end_line(blank=name in _SPACED and not sight.tight)

    def _find(self, name: str) -> int:
        """Where the nearest open `name` stands; an end tag does not reach out of its table cell."""
        stack = self._stack
        for depth in range(len(stack) - 1, max(-1, len(stack) - 1 - _SEARCH_LIMIT), -1):
            opened = stack[depth][0]
            if opened == name:
                return depth
            if opened in _SCOPES and name not in _ROW_PARTS:
                return -1
        return -1

    def _void(self, name: str, source: str) -> None:
        if name == "img":
            self._picture(attributes(source))
        elif self._sight.hidden:
            return
        elif name == "br":
            self._page.line_break()
        elif name == "hr":
            self._page.end_line()
            self._page.write(RULE)
            self._page.end_line()

    def _picture(self, found: Mapping[str, str]) -> None:
        source = unescape(found.get("src", "")).strip()
        identifier = source[4:].strip("<>").lower()
        if source[:4].lower() == "cid:":
            self._embedded.add(identifier)
        if found.get("alt"):
            self._alternatives.append(unescape(found["alt"]))
        sight = self._sight
        if sight.hidden or sight.unseen or not source or identifier in self._tiny:
            return
        if may_hold_words(found, source, self._sheet):
            self._page.write(PICTURE)


def _character(match: re.Match[str]) -> str:
    return _named_character(match.group())


@lru_cache(maxsize=1024)
def _named_character(entity: str) -> str:
    return unescape(entity)
