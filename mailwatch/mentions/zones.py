"""The writer's own text cut into lines, each with what it is and the block it stands in.

A mention counts by its place: a name in the signature is the author's, the same name in a salutation is
the citizen's. `read_page` splits the text at line ends, at closing formulas and before labels, says what
each piece is (`Kind`) and puts it into the header block, the body, the delegated formula or the signature.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

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
    lines = _places(_kinds(text, folded, found, lexicon), text)
    return Page(text=text, folded=folded, lines=lines, found=found)


# --- folding without moving anything --------------------------------------------------------------

_ADDRESS = re.compile(r"[^\s@<>()|,;:]+@[^\s@<>()|,;]+|(?:https?://|www\.)[^\s<>()|]+|\[(?:cid|image)[^\]\n]*\]", re.I)
_NAME_OF_SITE = re.compile(r"\b[\w-]+(?:\.[\w-]+)*\.(?:gouv\.fr|fr|com|org)\b", re.I)
_DECORATION = str.maketrans("*_", "  ")
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
    return " " if sign.isspace() else (fold(sign) or " ")[:1]


def _clean(text: str) -> str:
    """Blank out addresses, links and asterisks: none of them is a word of the writer."""
    if "@" in text or "://" in text or "www." in text or "[" in text:
        text = _ADDRESS.sub(_blank, text)
    if "." in text:
        text = _NAME_OF_SITE.sub(_blank, text)
    return text.translate(_DECORATION)


def _blank(match: re.Match[str]) -> str:
    return "¤" * len(match.group())


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    start: int
    end: int
    gap: bool
    opens: bool
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
    labels = [one.start for one in found if one.label == "in_charge" and _stands_first(text, one.start)]
    at, gap = 0, False
    for raw in text.split("\n"):
        start, end = at, at + len(raw)
        at = end + 1
        if not raw.strip():
            gap = True
            continue
        for cut in cuts:
            if cut.end <= start or cut.start >= end:
                continue
            yield from _at_labels(labels, _Piece(start=start, end=max(start, cut.start), gap=gap, opens=False))
            yield _Piece(start=max(start, cut.start), end=min(end, cut.end), gap=gap, opens=False, closing=True)
            start = min(end, cut.end)
            if cut.label == "wish":
                start = _after_wish(text, start, end)
            gap = False
        yield from _at_labels(labels, _Piece(start=start, end=end, gap=gap, opens=False))
        gap = False


_TO_CITIZEN = re.compile(r"\s*(?:[a-zà-ÿ]|(?:Madame|Monsieur|Mme|M\.|Mr|Mlle|Mesdames|Messieurs)\b)[^,.!\n]*[,.!]?")


def _after_wish(text: str, start: int, end: int) -> int:
    """Skip whom a wish is for: « Bonne journée à vous, Monsieur Dupont »."""
    match = _TO_CITIZEN.match(text, start, end)
    return match.end() if match else start


def _at_labels(labels: Sequence[int], piece: _Piece) -> Iterator[_Piece]:
    start, gap = piece.start, piece.gap
    for label in labels:
        if start < label < piece.end:
            yield replace(piece, start=start, end=label, gap=gap)
            start, gap = label, False
    yield replace(piece, start=start, gap=gap)


# --- kinds ----------------------------------------------------------------------------------------

_LEADING = re.compile(r"[\s.,;:!?|>)\]¤-]*")
_ITEM = re.compile(r"\s*(?:[-–—•·●▪◦>]\s|\d{1,2}\s?[.)/°-]\s|[a-z]\)\s)")
_DELIMITER = re.compile(r"\s*--\s*$")
_PUNCTUATION = str.maketrans(",.;:()!?'\"/…", "            ")
_UNFINISHED = re.compile(r"(?:^|[\s'])(?:la|le|les|l'|de|du|des|d'|au|aux|a|et|ou|par|pour|en|dans|sur|votre|notre|vos|nos|ce|cette|que|qui|un|une)\s*$")


def _kinds(text: str, folded: str, found: Sequence[Found], lexicon: Lexicon) -> list[Line]:
    lines: list[Line] = []
    opens = after_closing = False
    for piece in _pieces(text, found):
        start = _LEADING.match(text, piece.start, piece.end).end()  # type: ignore[union-attr]  # matches always
        end = start + len(text[start : piece.end].rstrip(" \t\xa0,;|-–—"))
        if _DELIMITER.match(text, piece.start, piece.end) or piece.closing:
            lines.append(Line(start=piece.start, end=piece.end, kind=Kind.CLOSING, gap=piece.gap))
            opens = after_closing = True
            continue
        if start >= end:
            continue
        line = Line(start=start, end=end, kind=Kind.PLAIN, gap=piece.gap, opens=opens)
        line = _kind(line, piece, text, folded, found, lexicon, after_closing=after_closing)
        if line.kind is Kind.PLAIN and lines and _continues(lines[-1], line, text, folded, lexicon):
            line = replace(line, kind=lines[-1].kind)
        lines.append(line)
        opens = False
    return lines


def _kind(
    line: Line, piece: _Piece, text: str, folded: str, found: Sequence[Found], lexicon: Lexicon, *, after_closing: bool
) -> Line:
    """Say what one line is by itself."""
    lead = _lead(line, text, found)
    if lead is not None:
        return replace(line, kind=_LEAD_KINDS[lead.label], found=lead)
    part = folded[line.start : line.end]
    if _is_salutation(part, lexicon, after_closing=after_closing):
        return replace(line, kind=Kind.SALUTATION)
    if _is_sentence(part, text[line.start : line.end], lexicon):
        return replace(line, kind=Kind.SENTENCE)
    if not line.opens and _ITEM.match(text, piece.start, piece.end):
        return replace(line, kind=Kind.ITEM)
    return line


_LEAD_KINDS = {
    "in_charge": Kind.LABEL,
    "contact": Kind.LABEL,
    "signed": Kind.LABEL,
    "delegation": Kind.DELEGATION,
    "addressee": Kind.ADDRESSEE,
    "note": Kind.NOTE,
}


def _lead(line: Line, text: str, found: Sequence[Found]) -> Found | None:
    """The longest label or formula that the line begins with."""
    best: Found | None = None
    for one in found:
        if one.start > line.start:
            break
        if one.start == line.start and one.label in _LEAD_KINDS and _announces(one, line, text):
            best = one if best is None or one.end > best.end else best
    return best


def _announces(one: Found, line: Line, text: str) -> bool:
    """Say whether a label is one: it ends with "par", or a colon follows it, where its words alone could be a sentence's."""
    if one.label in ("delegation", "note"):
        return True
    words = fold(text[one.start : one.end])
    if words.endswith(" par") or words.startswith(("signe", "a l", "original", "madame", "monsieur")):
        return True
    return text[one.end : line.end + 2].lstrip(" \xa0.)e(").startswith(":") or (one.end >= line.end and one.label == "in_charge" and words.startswith("votre"))


def _is_salutation(part: str, lexicon: Lexicon, *, after_closing: bool) -> bool:
    words = part.translate(_PUNCTUATION).split()
    if not words or len(part) > 70 or words[0] not in lexicon.salutations:
        return False
    if words[0] in ("bonjour", "bonsoir", "rebonjour", "hello", "salut", "cher", "chere", "chers", "cheres"):
        return not _has_sentence_word(words[1:], lexicon)
    if after_closing:
        return all(word in lexicon.salutations for word in words)
    return not _has_sentence_word(words[1:], lexicon)


def _has_sentence_word(words: Sequence[str], lexicon: Lexicon) -> bool:
    return not lexicon.sentence_words.isdisjoint(words)


def _is_sentence(part: str, raw: str, lexicon: Lexicon) -> bool:
    """Say whether a line reads as prose rather than as a line of a signature or of a letterhead."""
    words = part.translate(_PUNCTUATION).split()
    if not words or (words[0] in ("votre", "vos") and len(words) <= 4 and words[1:2] and words[1] in lexicon.functions):
        return False
    if _has_sentence_word(words, lexicon) or not lexicon.sentence_words_lower.isdisjoint(
        raw.translate(_PUNCTUATION).split()
    ):
        # « Nous contacter : 03 84 … » belongs to a block of contact lines.
        return len(words) > 9 or not ("¤" in raw or sum(sign.isdigit() for sign in raw) >= 8)
    if raw[-1] in "?!…" or len(words) > 30:
        return True
    if raw[-1] == "." and len(words[-1]) > 2 and words[0] not in lexicon.leads:
        return len(words) > 4 or words[-1] in lexicon.not_names or not raw[0].isupper()
    return raw[0].islower() and len(words) > 5 and words[0] not in lexicon.leads and words[0] not in ("le", "la")


def _continues(last: Line, line: Line, text: str, folded: str, lexicon: Lexicon) -> bool:
    """Say whether a plain line is the rest of a sentence that the mail program folded."""
    if last.kind not in (Kind.SENTENCE, Kind.NOTE, Kind.ITEM) or line.gap or line.opens:
        return False
    before = text[last.start : last.end]
    after = text[last.end : line.start].split("\n")[0].strip()
    if before[-1] in ".!?:…" or after[:1] in tuple(".!?:"):
        return last.kind is Kind.NOTE and before[-1] != ":"
    if _UNFINISHED.search(folded, last.start, last.end):
        return True
    if text[line.start].islower():
        return True
    words = text[line.start : line.end].split()
    alone = folded[line.start : line.end].split()[0] in lexicon.leads or (
        len(words) <= 4 and all(word[0].isupper() for word in words)
    )
    return len(before) >= 55 and not alone


# --- places ---------------------------------------------------------------------------------------


def _places(lines: list[Line], text: str) -> tuple[Line, ...]:
    """Give each line its block, from the order of the kinds."""
    prose = any(line.kind in (Kind.SENTENCE, Kind.SALUTATION, Kind.CLOSING) for line in lines)
    zone: Place = Place.HEADER_BLOCK if prose else Place.SIGNATURE
    placed: list[Line] = []
    for line in lines:
        match line.kind:
            case Kind.SENTENCE | Kind.SALUTATION | Kind.ITEM:
                zone = Place.BODY
            case Kind.CLOSING:
                zone = Place.SIGNATURE
            case Kind.DELEGATION:
                zone = Place.DELEGATED_FORMULA
            case _:
                pass
        placed.append(replace(line, place=_place(line, zone)))
    return tuple(_tail(placed, text))


def _place(line: Line, zone: Place) -> Place | None:
    if line.kind in (Kind.NOTE, Kind.ADDRESSEE, Kind.SALUTATION, Kind.CLOSING):
        return None
    if line.kind is Kind.LABEL and line.found is not None and line.found.label == "in_charge":
        return Place.HEADER_BLOCK
    return zone


def _tail(lines: list[Line], text: str) -> list[Line]:
    """Call signature the plain lines that end the mail, but not an address that a colon announced."""
    at = len(lines)
    while at and lines[at - 1].kind in (Kind.PLAIN, Kind.LABEL, Kind.NOTE, Kind.ADDRESSEE):
        at -= 1
    if at and ":" in text[lines[at - 1].end - 1 : lines[at - 1].end + 2] and lines[at - 1].kind in (Kind.SENTENCE, Kind.ITEM):
        at += 1
        while at < len(lines) and not lines[at].gap:
            at += 1
    return [
        replace(line, place=Place.SIGNATURE) if place >= at and line.place is Place.BODY else line
        for place, line in enumerate(lines)
    ]
