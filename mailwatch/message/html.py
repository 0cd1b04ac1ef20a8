"""HTML to the text a reader sees, quotation marked with `> ` as in plain text.

One pass over the tags with a stack of open elements, no tree and no recursion: linear in time whatever the
input, and no depth at which text is lost (libxml2 drops what lies 256 levels deep, which a long thread
reaches; inscriptis upon lxml takes five times as long on the mail of `bench/generate.py`, and marks no
quotation). Hidden text, comments, titles,
scripts and `alt` are dropped. Each picture large enough to hold words leaves `PICTURE` in its place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from mailwatch.message import style
from mailwatch.message.charset import compose
from mailwatch.message.page import Page
from mailwatch.message.style import Look, Sheet

LIMIT = 2_000_000
PICTURE = "\ufffc"
"""OBJECT REPLACEMENT CHARACTER: Unicode's own stand-in for a picture in a text."""
RULE = "_" * 32
_QUOTE_LIMIT = 20
_SOURCE_LIMIT = 2_000
_SEARCH_LIMIT = 128
"""How far an end tag looks for the element it closes."""
_FAILURES = 20

_WHOLE = r"(?(2)|(?:([^<]*+)(?:<o:p></o:p>)?</\3>)?)"
_STEP = re.compile(
    r"([^<]*+)(?:<o:p></o:p>)?+<(/)?([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?>(?:\"[^\"]*+\"|'[^']*+')?))*+)>"
    + _WHOLE
)
"""Text up to a tag, the tag, and the rest of its element when that is text alone.

The empty element in which Word ends a paragraph is passed over.
"""
_CRUDE_STEP = re.compile(r"([^<]*+)<(/)?([a-zA-Z][^\s/>]*+)([^>]*+)>" + _WHOLE)
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][^\s=/>\"']*)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?", re.DOTALL
)
_STYLE_OR_COMMENT = re.compile("<!--|<style", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[xX]?[0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input link meta param source track wbr".split()
)
_RAW = frozenset("script style title textarea xmp iframe noembed noframes".split())
_UNSHOWN = frozenset(
    "head template select datalist object applet svg audio video canvas map".split()
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
_TELLING = _UNSHOWN | {"blockquote", "pre", "listing"}
_ACTING = _VOID | _IMPLYING | _TELLING
"""What does more than lend its look to the text inside."""
_SCOPES = frozenset(("td", "th", "table"))
_ROW_PARTS = frozenset("td th tr tbody thead tfoot table".split())
_ICON = re.compile(
    r"facebook|twitter|linkedin|instagram|youtube|whatsapp|tiktok|mastodon|bluesky|pinterest|emoji|smil(?:ey|ie)"
    r"|ic[oô]ne?s?(?![a-z])|pict[o0]|spacer|pixel|blank\.|transparent\.|tracking|/open[/?.]|beacon|separat",
    re.IGNORECASE,
)
_QUOTE_CLASSES = frozenset(("gmail_quote", "cite", "quote", "protonmail_quote", "tutanota_quote"))
_QUOTE_CONTAINERS = frozenset(("moz-cite-prefix", "yahoo_quoted"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The visible text of an HTML body, and the words its pictures stand for."""

    text: str
    alternatives: str
    embedded: frozenset[str]
    """Content identifiers of the parts that the body shows, visible or not."""


def render(html: str, tiny_parts: frozenset[str] = frozenset()) -> Rendered:
    """Render `html` as text; `tiny_parts` are the Content-IDs of parts too small to hold words."""
    html = html[:LIMIT].replace("&nbsp;", "\u00a0")
    walk = _Walk(_sheet(html), tiny_parts)
    at = failures = 0
    step = _STEP.match
    while True:
        found = step(html, at)
        if found is None:
            mark = html.find("<", at)
            if mark < 0:
                break
            walk.text(html[at:mark])
            at = _past_markup(html, mark, walk)
            failures += html[mark + 1 : mark + 2].isalpha()
            if failures > _FAILURES:
                step = _CRUDE_STEP.match
            continue
        text, slash, name, source, content = found.groups()
        at = found.end()
        name = name.lower()
        if text:
            walk.text(text)
        if slash:
            walk.close(name)
        elif name in _RAW:
            at = _past_raw(html, name, found.end(4) + 1)
        elif content is None:
            walk.open(name, source)
        else:
            walk.whole(name, source, content)
    walk.text(html[at:])
    return walk.finish()


def _past_markup(html: str, mark: int, walk: _Walk) -> int:
    """Step over what is no element: a comment, a declaration, an unfinished tag, or a mere `<`."""
    if html.startswith("<!--", mark):
        if html.startswith((">", "->"), mark + 4):
            return html.index(">", mark) + 1
        end = html.find("-->", mark + 4)
        return end + 3 if end >= 0 else len(html)
    following = html[mark + 1 : mark + 2]
    if following in ("!", "?", "/"):
        end = html.find(">", mark)
        return end + 1 if end >= 0 else len(html)
    if following.isalpha() and following.isascii():
        end = html.find(">", mark)
        return end + 1 if end >= 0 else len(html)
    walk.text("<")
    return mark + 1


def _past_raw(html: str, name: str, at: int) -> int:
    """Step over an element that holds no markup; one that never ends holds the rest."""
    end = _end_of(name).search(html, at)
    if end is None:
        return len(html)
    close = html.find(">", end.end())
    return close + 1 if close >= 0 else len(html)


@lru_cache(maxsize=16)
def _end_of(name: str) -> re.Pattern[str]:
    return re.compile(f"</{name}", re.IGNORECASE)


def _sheet(html: str) -> Sheet:
    """The rules of every style block, wherever it stands; those inside comments are not in force."""
    blocks: list[str] = []
    at = 0
    while match := _STYLE_OR_COMMENT.search(html, at):
        if match.group() == "<!--":
            at = html.find("-->", match.end()) + 3
            if at < 3:
                break
            continue
        start = html.find(">", match.end()) + 1
        end = _end_of("style").search(html, start) if start else None
        if end is None:
            break
        blocks.append(html[start : end.start()])
        at = end.end()
    return style.read_sheet("\n".join(blocks)[: style.SHEET_LIMIT])


# --- elements -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """What a place in the document does to the text that stands there."""

    shown: bool
    hidden: bool
    unseen: bool
    tiny: bool
    clear: bool
    ink: style.Colour
    paper: style.Colour | None
    pre: bool
    quote: int
    tight: bool
    """The element that opened it leaves no space around itself."""


_OPEN_SIGHT = _Sight(
    shown=True, hidden=False, unseen=False, tiny=False, clear=False, ink=(0, 0, 0), paper=(255, 255, 255),
    pre=False, quote=0, tight=False,
)  # fmt: skip


class _Element(NamedTuple):
    """The attributes of one start tag, as far as they matter."""

    look: Look = style.PLAIN
    classes: tuple[str, ...] = ()
    id: str = ""
    cited: bool = False
    quotes: bool = False
    link: bool = False


_BARE = _Element()


def _attributes(source: str) -> dict[str, str]:
    return {
        match[1].lower(): match[2] or match[3] or match[4] or ""
        for match in reversed(tuple(_ATTRIBUTE.finditer(source[:20_000])))
    }


@lru_cache(maxsize=4096)
def _element(source: str) -> _Element:
    found = _attributes(source)
    look = style.inline(unescape(found["style"])) if "style" in found else style.PLAIN
    ink, paper = found.get("color", ""), found.get("bgcolor", "")
    if ink and (named := style.colour(ink)):
        look = style.over(Look(ink=named, clear_ink=False), look)
    if paper or "background" in found:
        look = style.over(Look(paper=style.colour(paper), papered=True), look)
    if "hidden" in found:
        look = style.over(look, Look(hides=True))
    classes = tuple(found.get("class", "").lower().split()[:20])
    if "pre" in classes:
        look = style.over(look, Look(pre=True))
    return _Element(
        look=look,
        classes=classes,
        id=found.get("id", "").lower(),
        cited=found.get("type", "").lower() == "cite"
        or "cite" in found
        or not _QUOTE_CLASSES.isdisjoint(classes),
        quotes=not _QUOTE_CONTAINERS.isdisjoint(classes)
        or look.margin_line
        or found.get("data-marker") == "__QUOTED_TEXT__",
        link="href" in found,
    )


def _styled(name: str, element: _Element, sheet: Sheet) -> Look:
    """The look of an element: style blocks first, its own declarations over them."""
    if not sheet.rules:
        return element.look
    selectors = [name]
    selectors += [f".{word}" for word in element.classes]
    selectors += [f"{name}.{word}" for word in element.classes]
    if element.id:
        selectors += [f"#{element.id}", f"{name}#{element.id}"]
    look = style.PLAIN
    for selector in selectors:
        if selector in sheet.rules:
            look = style.over(look, sheet.rules[selector])
    return style.over(look, element.look) if look is not style.PLAIN else element.look


@lru_cache(maxsize=8192)
def _enter(sheet: Sheet, around: _Sight, name: str, source: str) -> _Sight:
    """The sight inside an element, from the sight around it."""
    element = _element(source) if source and len(source) < _SOURCE_LIMIT else _BARE
    look = _styled(name, element, sheet)
    quotes = element.quotes or (name == "blockquote" and (element.cited or not look.frameless))
    link = element.link and name == "a"
    hidden = around.hidden or name in _UNSHOWN or look.hides is True
    unseen = around.unseen if look.unseen is None else look.unseen
    tiny = around.tiny if look.tiny is None else look.tiny
    clear = around.clear if look.clear_ink is None else look.clear_ink
    ink = look.ink or ((0, 0, 238) if link else around.ink)
    paper = look.paper if look.papered else around.paper
    blank = paper is not None and style.alike(ink, paper)
    return _Sight(
        shown=not (hidden or unseen or tiny or clear or blank),
        hidden=hidden,
        unseen=unseen,
        tiny=tiny,
        clear=clear,
        ink=ink,
        paper=paper,
        pre=name in ("pre", "listing") or (around.pre if look.pre is None else look.pre),
        quote=min(_QUOTE_LIMIT, around.quote + quotes),
        tight=look.close or (bool(element.classes) and element.classes[0].startswith("mso")),
    )


class _Walk:
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
        self._sight = _OPEN_SIGHT
        self._stack: list[tuple[str, _Sight]] = []
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
        if source or around.tight or self._styled or name in _TELLING:
            self._sight = sight = _enter(self._sheet, around, name, source)
            if sight.quote != around.quote:
                self._page.quote_at(sight.quote)
        if name in _STRUCTURE and not sight.hidden:
            self._break_before(name, sight)

    def whole(self, name: str, source: str, text: str) -> None:
        """Write an element that holds text alone, without entering it where it only lends its look."""
        around = sight = self._sight
        lends = name not in _ACTING
        if lends and (source or around.tight or self._styled):
            sight = _enter(self._sheet, around, name, source)
        if lends and sight.quote == around.quote:
            self._sight = sight
            self.text(text)
            self._sight = around
            return
        self.open(name, source)
        self.text(text)
        self.close(name)

    def _break_before(self, name: str, sight: _Sight) -> None:
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

    def _break_after(self, name: str, sight: _Sight) -> None:
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
            self._picture(_attributes(source))
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
        if source[:4].lower() == "cid:":
            self._embedded.add(source[4:].strip("<>").lower())
        if found.get("alt"):
            self._alternatives.append(unescape(found["alt"]))
        sight = self._sight
        if sight.hidden or sight.unseen or not source:
            return
        look = style.inline(unescape(found["style"])) if "style" in found else style.PLAIN
        classes = tuple(found.get("class", "").lower().split()[:20])
        look = _styled("img", _Element(look=look, classes=classes), self._sheet)
        if look.hides or look.unseen or "hidden" in found:
            return
        if source[4:].strip("<>").lower() not in self._tiny and not _is_pictogram(
            found, look, source
        ):
            self._page.write(PICTURE)


def _is_pictogram(found: Mapping[str, str], look: Look, source: str) -> bool:
    """Say whether a picture is too small to hold words, or named as an icon or a tracking pixel."""
    width = look.width if look.width is not None else style.pixels(found.get("width", ""))
    height = look.height if look.height is not None else style.pixels(found.get("height", ""))
    known = [side for side in (width, height) if side is not None]
    named = _ICON.search(
        f"{source[:300]} {found.get('alt', '')[:100]} {found.get('class', '')[:100]}"
    )
    if len(known) == 2:
        return max(known) <= (64 if named else 40) or min(known) <= 8
    if width is not None:
        return width <= 40
    if height is not None:
        return height <= (64 if named else 20)
    return bool(named) or (source.startswith("data:") and len(source) < 400)


def _character(match: re.Match[str]) -> str:
    return _named_character(match.group())


@lru_cache(maxsize=1024)
def _named_character(entity: str) -> str:
    return unescape(entity)
