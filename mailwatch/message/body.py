"""The text a reader sees, from the passages of a body, and whether its two forms say the same.

When plain text and HTML disagree the HTML decides: it is what nearly every reader displays. An HTML form that
shows nothing leaves the word to the plain one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress, count
from operator import ne

from mailwatch.message.charset import decode
from mailwatch.message.html import LIMIT as HTML_LIMIT
from mailwatch.message.html import PICTURE, render
from mailwatch.message.mime import Part, Tree, content, leaves, size
from mailwatch.message.quoting import split
from mailwatch.message.structure import Passage, content_id, passages
from mailwatch.wording import fold_text

TEXT_LIMIT = 1_000_000
_TINY_PICTURE = 1_000
"""A picture file of fewer octets holds a pictogram at most."""
_DIFFERENT_WORDS = 2
"""One word may differ by the way it was cut or joined; two say something else."""

_NOISE = re.compile(
    r"<?\b(?:https?://|www\.|mailto:|tel:|cid:)[^\s<>\]]*>?|\[[^\[\]\n]{0,300}\]|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}|<[^<>\n]{0,200}>",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"(?:le|de|on|from|am|il|op|el|em|envoyé|message|date|objet)\b|[-_=*–—]{3,}", re.IGNORECASE
)
"""How a quotation opens, when it is the first difference between two forms of a body."""
_WORD = re.compile(r"[^\W_]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The visible text, with `PICTURE` where a picture stands."""

    text: str
    has_html: bool
    embedded: frozenset[str]
    parts_disagree: bool
    defects: tuple[str, ...]


def read_body(tree: Tree) -> Body:
    """Read the visible text of a message, at most a million characters."""
    texts: list[str] = []
    embedded: frozenset[str] = frozenset()
    defects: dict[str, None] = {}
    room = TEXT_LIMIT
    disagree = has_html = False
    found = passages(tree.root)
    tiny = _tiny_pictures(tree) if any(passage.html for passage in found) else frozenset()
    for passage in found:
        if room <= 0:
            defects["text_cut"] = None
            break
        text, shown, differs, rich = _read_passage(tree, passage, tiny, defects)
        disagree = disagree or differs
        has_html = has_html or rich
        embedded |= shown
        if text.strip():
            texts.append(text[:room])
            room -= len(text)
    if room < 0:
        defects["text_cut"] = None
    text = "\n".join(texts)
    return Body(
        text=text,
        has_html=has_html,
        embedded=embedded,
        parts_disagree=disagree,
        defects=tuple(defects),
    )


def _read_passage(
    tree: Tree, passage: Passage, tiny: frozenset[str], defects: dict[str, None]
) -> tuple[str, frozenset[str], bool, bool]:
    plain = "\n".join(read_plain(tree, part, defects) for part in passage.plain)
    if not passage.html:
        return plain, frozenset(), False, False
    rendered = [
        render(_text(tree, part, HTML_LIMIT, defects, markup=True), tiny) for part in passage.html
    ]
    text = "\n".join(form.text for form in rendered)
    shown = frozenset().union(*(form.embedded for form in rendered))
    if not text.strip() and plain.strip():
        return plain, shown, False, True
    alternatives = " ".join(form.alternatives for form in rendered)
    return text, shown, bool(plain.strip()) and disagree(plain, text, alternatives), True


def _text(
    tree: Tree, part: Part, limit: int, defects: dict[str, None], *, markup: bool = False
) -> str:
    label = part.parameters.get("charset", "")
    text, doubtful = decode(content(tree, part, limit), label, markup=markup)
    if doubtful:
        defects["charset"] = None
    return text[:limit]


def read_plain(tree: Tree, part: Part, defects: dict[str, None]) -> str:
    """The text of a plain part, lines ending in LF, flowed paragraphs joined (RFC 3676)."""
    text = _text(tree, part, TEXT_LIMIT, defects)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace("\f", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    if part.parameters.get("format", "").lower() == "flowed":
        return _unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text


def _unflow(text: str, *, delete_space: bool) -> str:
    """Join the lines of a flowed paragraph; a change of quotation depth or `-- ` ends it."""
    out: list[str] = []
    depth_before, soft = -1, False
    for line in text.split("\n"):
        words = line.lstrip(">")
        depth = len(line) - len(words)
        words = words.removeprefix(" ")
        if not (soft and depth == depth_before and words != "-- "):
            out.append("\n" + (f"{'>' * min(depth, 50)} " if depth else ""))
        soft = words.endswith(" ") and words != "-- "
        out.append(words[:-1] if soft and delete_space else words)
        depth_before = depth
    return "".join(out).removeprefix("\n")


def _tiny_pictures(tree: Tree) -> frozenset[str]:
    return frozenset(
        content_id(part).lower()
        for part in leaves(tree.root)
        if part.content_type.startswith("image/") and size(tree, part) < _TINY_PICTURE
    )


# --- agreement of the two forms -------------------------------------------------------------------


def disagree(plain: str, shown: str, alternatives: str = "") -> bool:
    """Say whether two forms of a body say different things, rendering aside; words decide.

    Only the writer's own words need be in the other form: programs cut quotations differently.
    """
    in_plain, in_shown = _sequence(plain), _sequence(shown)
    if in_plain == in_shown or _part_at_quotation(in_plain, in_shown):
        return False
    if _few(set(in_plain) ^ set(in_shown)):
        return False
    of_plain, of_shown = _words(plain), _words(shown) | _words(alternatives)
    if _few(of_plain ^ of_shown):
        return False
    own_plain, own_shown = _words(split(plain).own), _words(split(shown).own)
    return not (_few(own_plain - of_shown) and _few(own_shown - of_plain - _words(alternatives)))


def _part_at_quotation(plain: list[str], shown: list[str]) -> bool:
    """Say whether two forms go together until each opens the quotation in its own way.

    Most answers stand above what they quote; this spares them the careful comparison.
    """
    differing = compress(count(), map(ne, plain, shown))
    same = next(differing, min(len(plain), len(shown)))
    rests = (plain[same : same + 1], shown[same : same + 1])
    return same > 0 and all(not rest or _OPENS.match(rest[0]) for rest in rests)


def _few(words: set[str]) -> bool:
    return len(words) < _DIFFERENT_WORDS


def _sequence(text: str) -> list[str]:
    return text.replace(">", " ").replace(PICTURE, " ").split()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold_text(_NOISE.sub(" ", text))))


def shown_pictures(body: Body, own: str, images: Iterable[Part], tree: Tree) -> int:
    """How many pictures large enough to hold words stand in the writer's own part."""
    if body.has_html:
        return own.count(PICTURE)
    return sum(size(tree, part) >= _TINY_PICTURE for part in images)
