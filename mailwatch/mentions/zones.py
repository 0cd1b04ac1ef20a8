"""The writer's own text cut into lines, each with what it is and the block it stands in.

A mention counts by its place: a name in the signature is the author's, the same name in a salutation is
the citizen's. `read_page` splits the text at line ends, at closing formulas and before labels, says what
each piece is (`Kind`) and puts it into the header block, the body, the delegated formula or the signature.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from mailwatch.mentions.lexicon import Lexicon
from mailwatch.model import Place
from mailwatch.ruleset import RulePack
from mailwatch.wording import Words, fold


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A rule met by the text, as offsets in `Page.text`."""

    rule: str
    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line, or the part of it that stands by itself, as offsets in `Page.text`."""

    start: int
    end: int
    kind: Kind
    gap: bool = False
    """An empty line stands before it."""
    place: Place | None = None
    opens: bool = False
    """The first line after a closing formula."""
    found: Found | None = None
    """The label or formula that the line begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The writer's words and their folded twin, offset for offset, with their lines and the rules they meet."""

    text: str
    folded: str
    lines: tuple[Line, ...]
    found: tuple[Found, ...]


def read_page(own: Words, rules: RulePack, lexicon: Lexicon) -> Page:
    """Cut the writer's own words into lines with their kinds and places."""
    text = _clean(own.text)
    folded = plain(text)
    found = _found(own, rules)
    leading: dict[int, list[Found]] = {}
    for one in found:
        if one.label in _LEAD_KINDS:
            leading.setdefault(one.start, []).append(one)
    words = folded.translate(_PUNCTUATION)
    sheet = _Sheet(
        text=text, folded=folded, words=words, found=found, leading=leading, lexicon=lexicon
    )
    return Page(text=text, folded=folded, lines=_places(_kinds(sheet), sheet), found=found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """The page while it is being cut: `words` is the folded text without punctuation, as long as the others."""

    text: str
    folded: str
    words: str
    found: tuple[Found, ...]
    leading: Mapping[int, Sequence[Found]]
    """Labels and formulas by where they start."""
    lexicon: Lexicon


class _Draft(NamedTuple):
    """A line that has no place yet."""

    start: int
    end: int
    kind: Kind
    gap: bool
    opens: bool
    found: Found | None


# --- folding without moving anything --------------------------------------------------------------

_ADDRESS = re.compile(
    r"(?<![^\s@<>()|,;:])[^\s@<>()|,;:]+@[^\s@<>()|,;]+|(?:https?://|www\.)[^\s<>()|]+|\[(?:cid|image)[^\]\n]{0,200}\]",
    re.IGNORECASE,
)
_NAME_OF_SITE = re.compile(
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:gouv\.fr|fr|com|org)\b", re.IGNORECASE
)
_NON_ASCII = re.compile(r"[^\x00-\x7f]")


def plain(text: str) -> str:
    """Fold `text` letter by letter: the result is as long, so that offsets hold in both."""
    low = text.lower()
    if len(low) != len(text):  # one capital letter becomes two signs, as the dotted I of Turkish
        low = "".join(sign.lower()[:1] for sign in text)
    return low if low.isascii() else _NON_ASCII.sub(_plain_match, low)


def _plain_match(match: re.Match[str]) -> str:
    return _plain_letter(match.group())


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


def _clean(text: str) -> str:
    """Blank out addresses, links and asterisks: none of them is a word of the writer."""
    if "@" in text or "://" in text or "www." in text or "[" in text:
        text = _ADDRESS.sub(_blank, text)
    if ".fr" in text or ".com" in text or ".org" in text:
        text = _NAME_OF_SITE.sub(_blank, text)
    return text.replace("*", " ").replace("_", " ")


def _blank(match: re.Match[str]) -> str:
    return "@" * len(match.group())


# --- rules, where they stand in the text ----------------------------------------------------------


def _found(own: Words, rules: RulePack) -> tuple[Found, ...]:
    spans, starts = own.spans, own.starts
    return tuple(
        Found(
            rule=rule.id,
            label=rule.label,
            start=spans[bisect_right(starts, hit.start) - 1][0],
            end=spans[bisect_right(starts, hit.end - 1) - 1][1],
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
            merged[-1] = replace(last, end=max(last.end, one.end), label=label)
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
        if not raw.strip():
            gap = True
            continue
        for cut in islice(cuts, first, None):
            if cut.start >= end:
                break
            yield from _at_labels(labels, _Piece(start, max(start, cut.start), gap))
            yield _Piece(max(start, cut.start), min(end, cut.end), gap, closing=True)
            start = min(end, cut.end)
            if cut.label == "wish":
                start = _after_wish(text, start, end)
            gap = False
        yield from _at_labels(labels, _Piece(start, end, gap))
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
    for label in islice(labels, bisect_right(labels, start), None) if labels else ():
        if label >= piece.end:
            break
        yield _Piece(start, label, gap)
        start, gap = label, False
    yield _Piece(start, piece.end, gap)


# --- kinds ----------------------------------------------------------------------------------------

_LEADING = re.compile(r"[\s.,;:!?|>)\]@-]*")
_ITEM = re.compile(r"\s*(?:[-–—•·●▪◦>]\s|\d{1,2}\s?[.)/°-]\s|[a-z]\)\s)")
_DELIMITER = re.compile(r"\s*--\s*$")
_PUNCTUATION = str.maketrans(",.;:()!?'\"/", "           ")
_UNFINISHED = re.compile(
    r"(?:^|[\s'])(?:la|le|les|l'|de|du|des|d'|au|aux|a|et|ou|par|pour|en|dans|sur|votre|notre|vos|nos|ce|cette|que|qui|un|une)\s*$"
)


def _kinds(sheet: _Sheet) -> list[_Draft]:
    drafts: list[_Draft] = []
    opens = after_closing = False
    for piece in _pieces(sheet.text, sheet.found):
        if piece.closing or _DELIMITER.match(sheet.text, piece.start, piece.end):
            drafts.append(
                _Draft(
                    start=piece.start,
                    end=piece.end,
                    kind=Kind.CLOSING,
                    gap=piece.gap,
                    opens=False,
                    found=None,
                )
            )
            opens = after_closing = True
            continue
        draft = _draft(
            sheet, piece, drafts[-1] if drafts else None, opens=opens, after_closing=after_closing
        )
        if draft is not None:
            drafts.append(draft)
            opens = False
    return drafts


def _draft(
    sheet: _Sheet, piece: _Piece, last: _Draft | None, *, opens: bool, after_closing: bool
) -> _Draft | None:
    """A piece with its kind, without the marks around it; nothing when it holds only marks."""
    text = sheet.text
    leading = _LEADING.match(text, piece.start, piece.end)
    start = leading.end() if leading else piece.start
    end = start + len(text[start : piece.end].rstrip(" \t\xa0,;|-–—"))
    if start >= end:
        return None
    found = _lead(sheet, start, end)
    own = _kind(sheet, start, end, after_closing=after_closing)
    kind = own if found is None else _LEAD_KINDS[found.label]
    if kind is Kind.PLAIN and not opens and _ITEM.match(text, piece.start, piece.end):
        kind = Kind.ITEM
    if last is not None and not piece.gap and not opens:
        if kind is Kind.PLAIN and _continues(sheet, last, start, end):
            kind = last.kind
        elif kind is Kind.SENTENCE and last.kind is Kind.NOTE:
            kind = Kind.NOTE
    return _Draft(start=start, end=end, kind=kind, gap=piece.gap, opens=opens, found=found)


def _kind(sheet: _Sheet, start: int, end: int, *, after_closing: bool) -> Kind:
    """Say what a line without label is by itself."""
    words = sheet.words[start:end].split()
    if _is_salutation(words, end - start, sheet.lexicon, after_closing=after_closing):
        return Kind.SALUTATION
    return (
        Kind.SENTENCE
        if _is_sentence(words, sheet.folded[start:end], sheet.text[start:end], sheet.lexicon)
        else Kind.PLAIN
    )


_LEAD_KINDS = {
    "in_charge": Kind.LABEL,
    "contact": Kind.LABEL,
    "signed": Kind.LABEL,
    "delegation": Kind.DELEGATION,
    "addressee": Kind.ADDRESSEE,
    "note": Kind.NOTE,
}


def _lead(sheet: _Sheet, start: int, end: int) -> Found | None:
    """The longest label or formula that a line begins with."""
    best: Found | None = None
    for one in sheet.leading.get(start, ()):
        if _announces(one, end, sheet) and (best is None or one.end > best.end):
            best = one
    return best


def _announces(one: Found, end: int, sheet: _Sheet) -> bool:
    """Say whether a label is one: "par" ends it or a colon follows, since its words may begin a sentence."""
    if one.label in ("delegation", "note"):
        return True
    words = sheet.folded[one.start : one.end]
    if words.endswith(" par") or words.startswith(
        ("signe", "a l", "original", "madame", "monsieur")
    ):
        return True
    if sheet.text[one.end : end + 2].lstrip(" \xa0.)e(").startswith(":"):
        return True
    return one.end >= end and one.label == "in_charge" and words.startswith("votre")


_GREETINGS = frozenset(
    ("bonjour", "bonsoir", "rebonjour", "hello", "salut", "cher", "chere", "chers", "cheres")
)


def _is_salutation(words: list[str], length: int, lexicon: Lexicon, *, after_closing: bool) -> bool:
    if not words or length > 70 or words[0] not in lexicon.salutations:
        return False
    if after_closing and words[0] not in _GREETINGS:
        return lexicon.salutations.issuperset(words)
    return lexicon.sentence_words.isdisjoint(words[1:])


def _is_sentence(words: list[str], part: str, raw: str, lexicon: Lexicon) -> bool:
    """Say whether a line reads as prose rather than as a line of a signature or of a letterhead."""
    if not words or (
        words[0] in ("votre", "vos")
        and len(words) <= 4
        and words[1:2]
        and words[1] in lexicon.functions
    ):
        return False
    if (
        "j'" in part
        or not lexicon.sentence_words.isdisjoint(words)
        or _has_small_word(words, raw, lexicon)
    ):
        # « Nous contacter : 03 84 … » belongs to a block of contact lines.
        return len(words) > 9 or not ("@" in raw or sum(sign.isdigit() for sign in raw) >= 8)
    if raw[-1] in "?!…" or len(words) > 30:
        return True
    if raw[-1] == "." and len(words[-1]) > 2 and words[0] not in lexicon.leads:
        return len(words) > 4 or words[-1] in lexicon.not_names or not raw[0].isupper()
    return (
        raw[0].islower()
        and len(words) > 5
        and words[0] not in lexicon.leads
        and words[0] not in _CONNECTORS
    )


_CONNECTORS = frozenset(("le", "la", "l", "et", "de", "du", "des", "d", "aux"))


def _has_small_word(words: list[str], raw: str, lexicon: Lexicon) -> bool:
    """Say whether a word of prose stands there in small letters: with a capital it may be a surname."""
    small = lexicon.sentence_words_lower.intersection(words)
    return bool(small) and any(re.search(rf"(?<![\w-]){word}(?![\w-])", raw) for word in small)


def _continues(sheet: _Sheet, last: _Draft, start: int, end: int) -> bool:
    """Say whether a plain line is the rest of a sentence that the mail program folded."""
    if last.kind not in (Kind.SENTENCE, Kind.NOTE, Kind.ITEM):
        return False
    text = sheet.text
    after = text[last.end : start].lstrip(" ")[:1]
    if text[last.end - 1] in ".!?:…" or after in (".", "!", "?", ":"):
        return last.kind is Kind.NOTE and text[last.end - 1] != ":"
    if _UNFINISHED.search(sheet.folded, last.start, last.end) or text[start].islower():
        return True
    words = text[start:end].split()
    alone = sheet.words[start:end].split()[0] in sheet.lexicon.leads or (
        len(words) <= 4 and all(word[0].isupper() for word in words)
    )
    return last.end - last.start >= 55 and not alone


# --- places ---------------------------------------------------------------------------------------


def _places(drafts: list[_Draft], sheet: _Sheet) -> tuple[Line, ...]:
    """Give each line its block, from the order of the kinds."""
    prose = any(draft.kind in (Kind.SENTENCE, Kind.SALUTATION, Kind.CLOSING) for draft in drafts)
    zone: Place = Place.HEADER_BLOCK if prose else Place.SIGNATURE
    tail = _tail(drafts, sheet.text)
    lines: list[Line] = []
    named = False
    for at, draft in enumerate(drafts):
        zone = _zone(draft, zone, named=named)
        place = _place(draft, zone)
        if at >= tail and place is Place.BODY:
            place = Place.SIGNATURE
        named = zone is Place.DELEGATED_FORMULA and _ends_formula(
            sheet.folded[draft.start : draft.end], sheet.lexicon
        )
        lines.append(
            Line(
                start=draft.start,
                end=draft.end,
                kind=draft.kind,
                gap=draft.gap,
                place=place,
                opens=draft.opens,
                found=draft.found,
            )
        )
    return tuple(lines)


def _zone(draft: _Draft, zone: Place, *, named: bool) -> Place:
    """The block that a line opens or stays in; a delegated formula ends with the name."""
    match draft.kind:
        case Kind.SENTENCE | Kind.SALUTATION | Kind.ITEM:
            return Place.BODY
        case Kind.CLOSING:
            return Place.SIGNATURE
        case Kind.DELEGATION:
            return Place.DELEGATED_FORMULA
        case Kind.PLAIN if zone is Place.DELEGATED_FORMULA and named:
            return Place.SIGNATURE
        case _:
            return zone


def _ends_formula(part: str, lexicon: Lexicon) -> bool:
    """Say whether a line of a delegated formula holds the name: it ends with what is no function."""
    last = part.rsplit(",", maxsplit=1)[-1].split()
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


def _place(draft: _Draft, zone: Place) -> Place | None:
    if draft.kind in (Kind.NOTE, Kind.ADDRESSEE, Kind.SALUTATION, Kind.CLOSING):
        return None
    if draft.kind is Kind.LABEL and draft.found is not None and draft.found.label == "in_charge":
        return Place.HEADER_BLOCK
    return zone


def _tail(drafts: list[_Draft], text: str) -> int:
    """Where the plain lines that end the mail begin, an address that a colon announced left out."""
    at = len(drafts)
    while at and drafts[at - 1].kind in (Kind.PLAIN, Kind.LABEL, Kind.NOTE, Kind.ADDRESSEE):
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
