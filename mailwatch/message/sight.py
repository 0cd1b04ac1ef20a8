"""What a place in an HTML body does to the text and the pictures that stand there.

Each element passes on the sight around it, changed by its name, its attributes and the style blocks (`style`):
shown or hidden, quoted, its white space kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from mailwatch.message import style
from mailwatch.message.style import Look, Sheet

_QUOTE_LIMIT = 20
_SOURCE_LIMIT = 2_000
_ATTRIBUTE = re.compile(
    r"([a-zA-Z][^\s=/>\"']*)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?", re.DOTALL
)
_UNSHOWN = frozenset(
    "head template select datalist object applet svg audio video canvas map".split()
)
_PRE = frozenset(("pre", "listing"))
TELLING = _UNSHOWN | _PRE | {"blockquote"}
"""The elements whose name alone changes the sight."""
_QUOTE_CLASSES = frozenset(("gmail_quote", "cite", "quote", "protonmail_quote", "tutanota_quote"))
_QUOTE_CONTAINER = re.compile(
    r"(?:x_)*(?:moz-cite-prefix|(?:ydp\w{0,20}?)?yahoo_quoted|mail-editor-reference-message-container"
    r"|ms-outlook-mobile-reference-message|olk_src_body_section|zmail_extra|ik_mail_quote|tutanota_quote_header)\Z"
)
"""Classes and identifiers of the elements in which programs put a whole quotation."""
_ICON = re.compile(
    r"facebook|twitter|linkedin|instagram|youtube|whatsapp|tiktok|mastodon|bluesky|pinterest|emoji|smil(?:ey|ie)"
    r"|ic[oô]ne?s?(?![a-z])|pict[o0]|spacer|pixel|blank\.|transparent\.|tracking|/open[/?.]|beacon|separat",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
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


OPEN = Sight(
    shown=True, hidden=False, unseen=False, tiny=False, clear=False, ink=(0, 0, 0), paper=(255, 255, 255),
    pre=False, quote=0, tight=False,
)  # fmt: skip
"""Outside all elements: black on white."""


# --- elements -------------------------------------------------------------------------------------


class _Element(NamedTuple):
    """The attributes of one start tag, as far as they matter."""

    look: Look = style.PLAIN
    classes: tuple[str, ...] = ()
    id: str = ""
    cited: bool = False
    quotes: bool = False
    link: bool = False


_BARE = _Element()


def attributes(source: str) -> dict[str, str]:
    """The attributes of a start tag by lower-case name; of two with one name the first holds."""
    return {
        match[1].lower(): match[2] or match[3] or match[4] or ""
        for match in reversed(tuple(_ATTRIBUTE.finditer(source[:20_000])))
    }


@lru_cache(maxsize=4096)
def _element(source: str) -> _Element:
    found = attributes(source)
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
        quotes=any(map(_QUOTE_CONTAINER.match, (*classes, found.get("id", "").lower())))
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
def enter(sheet: Sheet, around: Sight, name: str, source: str) -> Sight:
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
    return Sight(
        shown=not (hidden or unseen or tiny or clear or blank),
        hidden=hidden,
        unseen=unseen,
        tiny=tiny,
        clear=clear,
        ink=ink,
        paper=paper,
        pre=name in _PRE or (around.pre if look.pre is None else look.pre),
        quote=min(_QUOTE_LIMIT, around.quote + quotes),
        tight=look.close or (bool(element.classes) and element.classes[0].startswith("mso")),
    )


# --- pictures -------------------------------------------------------------------------------------


def may_hold_words(found: Mapping[str, str], source: str, sheet: Sheet) -> bool:
    """Say whether a picture with these attributes can be seen and is large enough to hold words."""
    look = style.inline(unescape(found["style"])) if "style" in found else style.PLAIN
    classes = tuple(found.get("class", "").lower().split()[:20])
    look = _styled("img", _Element(look=look, classes=classes), sheet)
    if look.hides or look.unseen or "hidden" in found:
        return False
    return not _is_pictogram(found, look, source)


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
