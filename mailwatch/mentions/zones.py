"""The writer's own text cut into lines, each with what it is and the block it stands in.

A mention counts by its place: a name in the signature is the author's, the same name in a salutation is
the citizen's. `read_page` splits the text at line ends, at closing formulas and before labels, lets `kinds`
say what each piece is and puts it into the header block, the body, the delegated formula or the signature.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mailwatch.mentions.endings import late_notes, split_ending
from mailwatch.mentions.kinds import (
    LEAD_KINDS,
    Position,
    Sheet,
    continues,
    is_greeting,
    kind_of,
    lead,
    without_marks,
)
from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import is_role
from mailwatch.mentions.page import Found, Kind, Line, Page, clean, plain
from mailwatch.model import Place
from mailwatch.ruleset import RulePack
from mailwatch.wording import Words


def read_page(own: Words, rules: RulePack, lexicon: Lexicon) -> Page:
    """Cut the writer's own words into lines with their kinds and places."""
    text = clean(own.text)
    folded = plain(text)
    found = _found(own, rules)
    leading: dict[int, list[Found]] = {}
    for one in found:
        if one.label in LEAD_KINDS:
            leading.setdefault(one.start, []).append(one)
    words = without_marks(folded)
    sheet = Sheet(
        text=text, folded=folded, words=words, found=found, leading=leading, lexicon=lexicon
    )
    lines = split_ending(late_notes(_late_names(_kinds(sheet), sheet), sheet), sheet)
    return Page(text=text, folded=folded, lines=_places(lines, sheet), found=found)


# --- rules, where they stand in the text ----------------------------------------------------------


def _found(own: Words, rules: RulePack) -> tuple[Found, ...]:
    spans, starts = own.spans, own.starts
    return tuple(
        Found(
            rule.id,
            rule.label,
            spans[bisect_right(starts, hit.start) - 1][0],
            spans[bisect_right(starts, hit.end - 1) - 1][1],
        )
        for rule, hit in rules.find(own)
    )


# --- pieces ---------------------------------------------------------------------------------------

_BEFORE = ".,;:!?-–—|/(\n\t>•"


class _Piece(NamedTuple):
    start: int
    end: int
    gap: bool
    closing: bool = False


def _stands_first(text: str, at: int) -> bool:
    """Say whether nothing but white space stands between `at` and a line start or a punctuation mark."""
    before = text[max(0, at - 40) : at].rstrip(" \xa0")
    return not before or before[-1] in _BEFORE


def _closings(text: str, found: Sequence[Found]) -> list[Found]:
    """The closing formulas, each as far as it goes: "Bonne journée, bien cordialement" is one."""
    merged: list[Found] = []
    for one in found:
        if one.label not in ("closing", "farewell", "wish"):
            continue
        last = merged[-1] if merged else None
        if last and one.start <= last.end + 4 and "\n" not in text[last.end : one.start]:
            # A wish inside a formula does not make it a wish.
            label = "wish" if last.label == one.label == "wish" else "closing"
            merged[-1] = last._replace(end=max(last.end, one.end), label=label)
        elif one.label == "farewell" or _stands_first(text, one.start):
            merged.append(one)
    return merged


def _pieces(text: str, found: Sequence[Found]) -> Iterator[_Piece]:
    """Cut the text at line ends, around closing formulas and before labels that follow a separator."""
    cuts = _closings(text, found)
    labels = [
        one.start for one in found if one.label == "in_charge" and _stands_first(text, one.start)
    ]
    at, first, gap = 0, 0, False
    for raw in text.split("\n"):
        start, end = at, at + len(raw)
        at = end + 1
        while first < len(cuts) and cuts[first].end <= start:
            first += 1
        if not raw or raw.isspace():
            gap = True
            continue
        for number in range(first, len(cuts)):
            cut = cuts[number]
            if cut.start >= end:
                break
            yield from _at_labels(labels, _Piece(start, max(start, cut.start), gap))
            yield _Piece(max(start, cut.start), min(end, cut.end), gap, closing=True)
            start = min(end, cut.end)
            if cut.label == "wish":
                start = _after_wish(text, start, end)
            gap = False
        if labels:
            yield from _at_labels(labels, _Piece(start, end, gap))
        else:
            yield _Piece(start, end, gap)
        gap = False


_TO_CITIZEN = re.compile(
    r"\s*(?:[a-zà-ÿ]|(?:Madame|Monsieur|Mme|M\.|Mr|Mlle|Mesdames|Messieurs)\b)[^,.!\n]*[,.!]?"
)


def _after_wish(text: str, start: int, end: int) -> int:
    """Skip whom a wish is for: « Bonne journée à vous, Monsieur Dupont »."""
    while match := _TO_CITIZEN.match(text, start, end):
        start = match.end()
    return start


def _at_labels(labels: Sequence[int], piece: _Piece) -> Iterator[_Piece]:
    start, gap = piece.start, piece.gap
    for number in range(bisect_right(labels, start), bisect_left(labels, piece.end)):
        label = labels[number]
        yield _Piece(start, label, gap)
        start, gap = label, False
    yield _Piece(start, piece.end, gap)


# --- kinds ----------------------------------------------------------------------------------------

_LEADING = re.compile(r"[\s.,;:!?|>)\]@-]+")
_ITEM = re.compile(r"\s*(?:[-–—•·●▪◦>]\s|\d{1,2}\s?[.)/°-]\s|[a-z]\)\s)")


def _kinds(sheet: Sheet) -> list[Line]:
    drafts: list[Line] = []
    position = Position()
    for piece in _pieces(sheet.text, sheet.found):
        parted = _SO_LONG.fullmatch(sheet.text, piece.start, piece.end)
        if piece.closing or parted or _is_delimiter(sheet.text, piece):
            drafts.append(Line(piece.start, piece.end, Kind.CLOSING, piece.gap))
            position = Position(opens=True, after_closing=True, prose=position.prose)
            continue
        draft = _draft(sheet, piece, drafts[-1] if drafts else None, position)
        if draft is None:
            continue
        drafts.append(draft)
        if position.opens or (draft.kind is Kind.SENTENCE and not position.prose):
            prose = position.prose or draft.kind is Kind.SENTENCE
            position = Position(opens=False, after_closing=position.after_closing, prose=prose)
    return drafts


def _is_delimiter(text: str, piece: _Piece | Line) -> bool:
    """Say whether a line is the mark before a signature, `-- ` (RFC 3676 section 4.3)."""
    return piece.end - piece.start < 8 and text[piece.start : piece.end].strip() == "--"


_SO_LONG = re.compile(r"\s*[@aAàÀ] ?\+ ?[.!]?\s*")
"""« A+ », « @+ »: a leave taken without a word."""


def _draft(sheet: Sheet, piece: _Piece, last: Line | None, position: Position) -> Line | None:
    """A piece with its kind, without the marks around it; nothing when it holds only marks."""
    text = sheet.text
    leading = _LEADING.match(text, piece.start, piece.end)
    start = leading.end() if leading else piece.start
    end = start + len(text[start : piece.end].rstrip(" \t\xa0,;|-–—"))
    if start >= end or sheet.words[start:end].isspace():
        return None
    if leading and leading.group().endswith("@") and " " not in text[start:end]:
        return Line(start, end, Kind.NOTE, piece.gap, position.opens)  # « @Prefet57 »
    found = lead(sheet, start, end) if start in sheet.leading else None
    kind = LEAD_KINDS[found.label] if found else kind_of(sheet, start, end, position)
    if not position.opens:
        if kind is Kind.PLAIN and _ITEM.match(text, piece.start, piece.end):
            kind = Kind.ITEM
        if last is not None and not piece.gap:
            kind = _carried(sheet, kind, last, start, end)
    return Line(start, end, kind, piece.gap, position.opens, found)


def _carried(sheet: Sheet, kind: Kind, last: Line, start: int, end: int) -> Kind:
    """The kind of a line that may go on with the one above it."""
    if kind is Kind.PLAIN and continues(sheet, last, start, end):
        return last.kind
    return Kind.NOTE if kind is Kind.SENTENCE and last.kind is Kind.NOTE else kind


def _late_names(drafts: list[Line], sheet: Sheet) -> list[Line]:
    """Read "Madame Vernier" below the last sentence as who signs, not as whom one greets."""
    at = len(drafts)
    while at and drafts[at - 1].kind not in (Kind.SENTENCE, Kind.ITEM, Kind.CLOSING):
        at -= 1
    for late in range(at, len(drafts)) if at else ():
        draft = drafts[late]
        if draft.kind is Kind.SALUTATION and not is_greeting(sheet, draft):
            drafts[late] = draft._replace(kind=Kind.PLAIN)
    return drafts


# --- places ---------------------------------------------------------------------------------------


def _places(drafts: list[Line], sheet: Sheet) -> tuple[Line, ...]:
    """Give each line its block, from the order of the kinds."""
    prose = any(draft.kind in _PROSE for draft in drafts)
    zone = Place.HEADER_BLOCK if prose else Place.SIGNATURE
    tail = _tail(drafts, sheet.text)
    lines: list[Line] = []
    named = False
    for at, draft in enumerate(drafts):
        start, end, kind, gap, opens, found, _ = draft
        zone = Place.SIGNATURE if named and kind is Kind.PLAIN else _ZONES.get(kind, zone)
        place = None if kind in _NOBODYS else zone
        if kind is Kind.LABEL and found is not None and found.label == "in_charge":
            place = Place.HEADER_BLOCK
        elif place is Place.BODY and (
            at >= tail or (kind is Kind.PLAIN and _signs_off(drafts, at, sheet))
        ):
            place = Place.SIGNATURE
        named = zone is Place.DELEGATED_FORMULA and _ends_formula(
            sheet.folded[start:end], sheet.lexicon
        )
        lines.append(Line(start, end, kind, gap, opens, found, place))
    return tuple(lines)


def _signs_off(drafts: list[Line], at: int, sheet: Sheet) -> bool:
    """Say whether a function stands right above the closing formula: « Le chef du SIDPC / Cdt Franck Soulié »."""
    below = drafts[at + 1] if at + 1 < len(drafts) else None
    return (
        below is not None
        and below.kind is Kind.CLOSING
        and not below.gap
        and is_role(sheet.text[drafts[at].start : drafts[at].end], sheet.lexicon)
    )


_PROSE = frozenset((Kind.SENTENCE, Kind.SALUTATION, Kind.CLOSING))
_ZONES = {
    Kind.SENTENCE: Place.BODY,
    Kind.SALUTATION: Place.BODY,
    Kind.ITEM: Place.BODY,
    Kind.CLOSING: Place.SIGNATURE,
    Kind.DELEGATION: Place.DELEGATED_FORMULA,
}
"""The block that a line opens; a delegated formula ends with the name."""
_NOBODYS = frozenset((Kind.NOTE, Kind.ADDRESSEE, Kind.SALUTATION, Kind.CLOSING))
"""Lines in which the writer does not speak of himself."""


def _ends_formula(part: str, lexicon: Lexicon) -> bool:
    """Say whether a line of a delegated formula holds the name: it ends with what is no function."""
    last = part.rsplit(",", maxsplit=1)[-1].replace("/", " ").split()
    while last and last[0] in ("pour", "le", "la", "p", "et", "par"):
        last = last[1:]
    first = last[0].removeprefix("l'") if last else ""
    return first not in (
        "",
        "delegation",
        "subdelegation",
        "empechement",
        "suppleance",
        "signe",
    ) and (
        first not in lexicon.functions
        and not first.startswith(("prefet", "sous-prefet", "haut", "secretaire"))
    )


_CLOSE = (Kind.PLAIN, Kind.LABEL, Kind.NOTE, Kind.ADDRESSEE, Kind.DELEGATION)
"""What may stand below the last sentence."""


def _tail(drafts: list[Line], text: str) -> int:
    """Where the plain lines that end the mail begin, an address that a colon announced left out."""
    at = len(drafts)
    while at and (drafts[at - 1].kind in _CLOSE or _is_delimiter(text, drafts[at - 1])):
        at -= 1
    if (
        not at
        or drafts[at - 1].kind not in (Kind.SENTENCE, Kind.ITEM)
        or ":" not in text[drafts[at - 1].end - 1 : drafts[at - 1].end + 2]
    ):
        return at
    at += 1
    while at < len(drafts) and not drafts[at].gap:
        at += 1
    return at
