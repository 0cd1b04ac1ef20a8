"""HTML to the text a reader sees, quotation marked with `> ` as in plain text.

One pass over the tags with a stack of open elements (`walk`), no tree and no recursion: linear in time whatever
the input, and no depth at which text is lost (libxml2 drops what lies 256 levels deep, which a long thread
reaches; inscriptis upon lxml takes five times as long on the mail of `bench/generate.py`, and marks no
quotation). Hidden text, comments, titles, scripts and `alt` are dropped. Each picture large enough to hold words
leaves `PICTURE` in its place.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailwatch.message import style
from mailwatch.message.style import Sheet
from mailwatch.message.walk import PICTURE, Rendered, Walk

__all__ = ["LIMIT", "PICTURE", "Rendered", "render"]

LIMIT = 2_000_000
_FAILURES = 20
"""After so many tags that never end, tags are read without regard to quotes."""

_WHOLE = r"(?(2)|(?:([^<]*+)(?:<o:p></o:p>)?</\3>)?)"
_STEP = re.compile(
    r"([^<]*+)(?:<o:p></o:p>)?+<(/)?([a-zA-Z][^\s/>]*+)((?:[^>=]++|=\s*+(?>(?:\"[^\"]*+\"|'[^']*+')?))*+)>"
    + _WHOLE
)
"""Text up to a tag, the tag, and the rest of its element when that is text alone.

The empty element in which Word ends a paragraph is passed over.
"""
_CRUDE_STEP = re.compile(r"([^<]*+)<(/)?([a-zA-Z][^\s/>]*+)([^>]*+)>" + _WHOLE)
_STYLE_OR_COMMENT = re.compile("<!--|<style", re.IGNORECASE)
_RAW = frozenset("script style title textarea xmp iframe noembed noframes".split())


def render(html: str, tiny_parts: frozenset[str] = frozenset()) -> Rendered:
    """Render `html` as text; `tiny_parts` are the Content-IDs of parts too small to hold words."""
    html = html[:LIMIT].replace("&nbsp;", "\u00a0")
    walk = Walk(_sheet(html), tiny_parts)
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


def _past_markup(html: str, mark: int, walk: Walk) -> int:
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
