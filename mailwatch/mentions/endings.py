"""The name at the end of a mail without closing formula, on the line of its last sentence.

« Bien reçu, je vous réponds lundi. Julie Pinson » is how people sign from a telephone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwatch.mentions.kinds import Position, Sheet, kind_of
from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import Weight, first_person
from mailwatch.mentions.page import Kind, Line, plain

_BOUNDARY = re.compile(
    r"(?<=\w\w)(?:[.…]+|\s?[!?]+|[»)]\.|\s[-–—])\s+(?=[^\W\d_])|(?<=\d)[.!?]\s+(?=[^\W\d_])"
)
_LAST_WORD = re.compile(r"\w+$")
_ABBREVIATED = frozenset(
    "art tel fax av bd st ste ref cf ex etc min max dep dept pref prof adj env num ord al mgr".split()
)
_LONGEST = 12
"""Words of a name with its unit and institution."""


_SLOGANS = 3
"""Sentences that may stand below a signature: opening hours, a survey, « Pensez à votre kit d'urgence »."""


def late_notes(lines: list[Line], sheet: Sheet) -> list[Line]:
    """Read sentences below a signature without closing formula as notes of the house, not as the letter going on."""
    if any(line.kind is Kind.CLOSING for line in lines):
        return lines
    last = len(lines)
    while last and lines[last - 1].kind in (Kind.SENTENCE, Kind.NOTE):
        last -= 1
    first = last
    while first and lines[first - 1].kind in (Kind.PLAIN, Kind.LABEL):
        first -= 1
        if lines[first].gap:
            break
    late = lines[last:]
    if not (late and 0 < first < last) or len(late) > _SLOGANS:
        return lines
    if not _signs_block(lines[first - 1 : last], sheet, late):
        return lines
    return [*lines[:last], *(line._replace(kind=Kind.NOTE) for line in late)]


def _signs_block(block: list[Line], sheet: Sheet, late: list[Line]) -> bool:
    """Say whether plain lines behind a sentence are a signature: a person first, a unit below or an aside after."""
    before, first, *below = block
    person = first_person(sheet.text[first.start : first.end], sheet.lexicon, weak=False)
    aside = all("(" in sheet.text[line.start - 1 : line.start + 1] for line in late)
    return (
        before.kind is Kind.SENTENCE
        and ":" not in sheet.text[before.end - 1 : before.end + 2]
        and person is not None
        and not person.titled
        and (bool(below) or aside)
    )


def split_ending(lines: list[Line], sheet: Sheet) -> list[Line]:
    """Cut what signs off the last sentence, where no closing formula and no name below does."""
    last = len(lines) - 1
    while last >= 0 and lines[last].kind in (Kind.NOTE, Kind.PLAIN, Kind.ADDRESSEE):
        last -= 1
    if last < 0 or lines[last].kind is not Kind.SENTENCE:
        return lines
    if any(line.kind is Kind.CLOSING for line in lines) or any(
        _names(line, sheet) for line in lines[last + 1 :]
    ):
        return lines
    sentence = lines[last]
    for start in _signs(sentence, sheet):
        end = len(sheet.text[:start].rstrip(" -–—"))
        signature = Line(start=start, end=sentence.end, kind=Kind.PLAIN, opens=True)
        return [*lines[:last], sentence._replace(end=end), signature, *lines[last + 1 :]]
    return lines


def _names(line: Line, sheet: Sheet) -> bool:
    return first_person(sheet.text[line.start : line.end], sheet.lexicon, weak=False) is not None


def _signs(sentence: Line, sheet: Sheet) -> Iterator[int]:
    """Where a signature may begin within a sentence: behind a full stop, with a person or a unit."""
    begin = max(sentence.start, sentence.end - 160)
    for boundary in _BOUNDARY.finditer(sheet.text, begin, sentence.end):
        start = boundary.end()
        rest = sheet.text[start : sentence.end]
        before = _LAST_WORD.search(sheet.folded, begin, boundary.start())
        if before and _is_abbreviated(before.group(), sheet.lexicon):
            continue
        if not rest[0].isupper() or len(rest.split()) > _LONGEST:
            continue
        dashed = "." not in boundary.group() and boundary.group().strip() in "-–—"
        if kind_of(sheet, start, sentence.end, Position(prose=True)) is Kind.PLAIN and (
            _is_person(rest, sheet.lexicon, dashed=dashed)
            or (not dashed and _is_unit(sheet, start))
        ):
            yield start
    comma = _APPOSED.search(sheet.text, begin, sentence.end)
    if comma and _is_signed(sheet, begin, comma):
        yield comma.end()


_APPOSED = re.compile(r"(?<=[^\W_]),\s+(?=[^\W\d_][^,.;:!?]{1,40}$)")
_KIN = frozenset(
    "collegue fils fille frere soeur epoux epouse mari femme mere pere ami amie enfant conjoint conjointe"
    " madame monsieur nom prenom agent demandeur".split()
)


def _is_signed(sheet: Sheet, begin: int, comma: re.Match[str]) -> bool:
    """Say whether a name behind a last comma signs: "Vous pouvez venir demain, Sandrine"."""
    rest = sheet.text[comma.end() : comma.endpos]
    person = first_person(rest, sheet.lexicon, weak=False)
    clause = _CLAUSE.split(sheet.text[begin : comma.start()])[-1].split()
    return (
        person is not None
        and person.text == rest
        and bool(clause)
        and clause[-1].islower()
        and plain(clause[-1]) not in _KIN
        and (len(clause) > _FEW or plain(clause[0]) == "a")
    )


_CLAUSE = re.compile(r"[.!?]\s")
_FEW = 3
"""Words of a clause that may still call the citizen by name: « C'est noté, Sandrine »."""


def _is_abbreviated(word: str, lexicon: Lexicon) -> bool:
    return word in _ABBREVIATED or word in lexicon.titles


def _is_person(rest: str, lexicon: Lexicon, *, dashed: bool) -> bool:
    person = first_person(rest, lexicon, weak=False)
    if person is None or (not rest.startswith(person.text.split()[0]) and not person.titled):
        return False
    return person.weight is Weight.SURE if dashed else person.weight > Weight.WEAK


_ARTICLE = re.compile(r"(?:l[ea]s? |l')?")


def _is_unit(sheet: Sheet, start: int) -> bool:
    article = _ARTICLE.match(sheet.folded, start)
    at = article.end() if article else start
    found = sheet.lexicon.unit.match(sheet.folded, at) or sheet.lexicon.institution.match(
        sheet.folded, at
    )
    return found is not None
