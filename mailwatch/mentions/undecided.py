"""The author whom neither directory nor rules decide: the lines that may name him, put to a model one at a time.

Only lines of the signature, and those that a label puts in charge, with a word that nothing explains: no place, no
function, no unit, no hour, no address. What the model takes for a person counts where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from typing import TypeAlias

from mailwatch.mentions.author import Person, is_seat
from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import Weight, like_initials
from mailwatch.mentions.page import Kind, Line, Page, plain
from mailwatch.model import AuthorLevel, Place

PersonNames: TypeAlias = Callable[[str], tuple[str, ...]]
"""Says which words of a line are a person's name, as they stand there; the same of the same line."""

_ASKED = 4
"""Lines of one mail that are put to the model."""
_LONGEST = 90
_MOST_WORDS = 5
_WORD = re.compile(r"[^\W\d_]+")
_NO_NAME = re.compile(r"[\d@#&%=]|\bhttp")
_BLOCKS = (Place.SIGNATURE, Place.DELEGATED_FORMULA)
_DECIDED = (AuthorLevel.NUMBER, AuthorLevel.INITIALS)
"""Who gives a number or initials gives no name beside them."""


def recognised(
    page: Page, people: tuple[Person, ...], lexicon: Lexicon, names: PersonNames
) -> tuple[Person, ...]:
    """Put the persons that the model finds before those that only the shape of their words suggests."""
    if any(_is_decided(person) for person in people):
        return people
    found = tuple(_found(page, lexicon, names))
    confirmed = tuple(
        replace(person, weight=Weight.SHAPED, decided_by="model")
        for person in people
        if any(_shares_a_word(person.text, one.text) for one in found)
    )
    return (*(confirmed or found), *people)


def _is_decided(person: Person) -> bool:
    if person.level in _DECIDED:
        return True
    return person.level is not AuthorLevel.ROLE and person.weight > Weight.WEAK


def _found(page: Page, lexicon: Lexicon, names: PersonNames) -> Iterator[Person]:
    for line in islice(_unexplained(page, lexicon), _ASKED):
        for text in names(page.text[line.start : line.end]):
            if _may_be_a_name(text, lexicon) and not _is_seated(page, line, text, lexicon):
                yield Person(
                    text=text,
                    level=_level(text),
                    weight=Weight.SHAPED,
                    place=line.place or Place.SIGNATURE,
                    decided_by="model",
                )


def _unexplained(page: Page, lexicon: Lexicon) -> Iterator[Line]:
    """The lines of the writer's own blocks that hold a word of which the lists know nothing."""
    for above, line in pairwise((None, *page.lines)):
        if line is None or not _speaks_of_the_writer(line) or line.end - line.start > _LONGEST:
            continue
        if above is not None and is_seat(page, above, line, lexicon):
            continue
        words = _WORD.findall(page.folded[line.start : line.end])
        if lexicon.address_words.isdisjoint(words) and any(
            _is_strange(word, lexicon) for word in _left(page, line, lexicon)
        ):
            yield line


def _left(page: Page, line: Line, lexicon: Lexicon) -> Iterator[str]:
    """The words of a line outside an institution's name, and outside a unit's unless they have a capital."""
    folded = page.folded[line.start : line.end]
    bodies = [match.span() for match in lexicon.institution.finditer(folded)]
    units = [match.span() for match in lexicon.unit.finditer(folded)]
    for word in _WORD.finditer(folded):
        at = word.start()
        within = _within(at, bodies) or (
            page.text[line.start + at].islower() and _within(at, units)
        )
        if not within:
            yield word[0]


def _is_seated(page: Page, line: Line, text: str, lexicon: Lexicon) -> bool:
    """Say whether the words belong to an institution's name: « SP de St *Claude* »."""
    at = page.text.find(text, line.start, line.end)
    bodies = lexicon.institution.finditer(page.folded, line.start, line.end)
    return _within(at, [match.span() for match in bodies])


def _within(at: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in spans)


def _speaks_of_the_writer(line: Line) -> bool:
    in_charge = line.found is not None and line.found.label == "in_charge"
    return in_charge or (line.place in _BLOCKS and line.kind in (Kind.PLAIN, Kind.DELEGATION))


def _is_strange(word: str, lexicon: Lexicon) -> bool:
    return len(word) > 1 and not (
        word in lexicon.not_names
        or word in lexicon.sentence_words
        or word in lexicon.sentence_words_lower
        or word in lexicon.leads
        or word in lexicon.particles
        or word in _JOINTS
    )


_JOINTS = frozenset("a au aux avec dans de des du en et la le les ou par pour sur un une".split())


def _may_be_a_name(text: str, lexicon: Lexicon) -> bool:
    """Say whether what the model found can be a name at all: few words, no figure, one that is none of the lists'."""
    words = _WORD.findall(plain(text))
    return (
        len(words) <= _MOST_WORDS
        and not like_initials(text)
        and not _NO_NAME.search(text)
        and (
            words[-1] not in lexicon.not_names
            or words[-1] in lexicon.surname_words
            or words[-1] in lexicon.places
        )
        and any(_is_strange(word, lexicon) for word in words)
    )


def _shares_a_word(text: str, other: str) -> bool:
    words = set(_WORD.findall(plain(text)))
    return any(len(word) > 1 and word in words for word in _WORD.findall(plain(other)))


def _level(text: str) -> AuthorLevel:
    words = text.split()
    full = text.isupper() or (len(words) > 1 and len(words[-1].rstrip(".")) > 1)
    return AuthorLevel.FULL_NAME if full else AuthorLevel.FIRST_NAME
