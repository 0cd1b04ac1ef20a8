"""French wording: text folded to words, and phrases found in it with the words they rest on.

`read` turns text into `Words`: tokens without accents, case, ligatures, invisible characters or typographic
variants, each tied to its place in the original. A `Phrasebook` finds phrases in them. The language of
phrases, kept small so that an auditor can read a rule file:

    word        that word, whatever its accents and case ("reçu" and "RECU" are one)
    stem*       any word that starts so
    (a|b c|d*)  one of these
    [a|b]       one of these, or nothing
    ...         at most eight words of the same sentence
    #           a number; ? ! . : ; , as they stand

A phrase never runs over the end of a sentence unless it spells it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate, pairwise, takewhile

GAP = 8
"""How many words `...` may skip."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_TOKEN = re.compile(r"\n[ \t\u00a0>]*\n\s*|[^\W_]+|[?!.:;,…]")
_LETTERS = re.compile(r"[^\W_]+")
_COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_LIGATURES = (("œ", "oe"), ("Œ", "oe"), ("æ", "ae"), ("Æ", "ae"), ("ß", "ss"))
_ENDS = "?!.;¶"


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """Text as folded tokens: `line` holds them between single spaces, `¶` standing for an empty line.

    Compared by identity, so that what is found in one text can be kept while it is judged.
    """

    text: str
    line: str

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each token starts in `line`."""
        lengths = (len(token) + 1 for token in self.line.split())
        return tuple(accumulate(lengths, initial=1))[:-1]

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each token stands in `text`."""
        return tuple(match.span() for match in _TOKEN.finditer(self.text))

    def spoken(self) -> list[str]:
        """The tokens that are words, punctuation left out."""
        return [token for token in self.line.split() if token[0].isalnum()]

    def original(self, start: int, end: int) -> str:
        """The words of the original that `line[start:end]` stands for, white space made single."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, end - 1) - 1
        return " ".join(self.text[self.spans[first][0] : self.spans[last][1]].split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A phrase found: whose it is, and where in `Words.line`."""

    key: str
    start: int
    end: int
    words: Words

    @property
    def text(self) -> str:
        """The words of the original that met the phrase."""
        return self.words.original(self.start, self.end)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Reduce a word to what a reader hears: lower case, no accent, no ligature, no invisible character."""
    return "¶" if text[:1] == "\n" else fold_text(text)


def fold_text(text: str) -> str:
    """Fold a whole text at once, as `fold` does a word."""
    if text.isascii():
        return text.lower()
    for ligature, letters in _LIGATURES:
        text = text.replace(ligature, letters)
    return _COMBINING.sub("", unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))).lower()


def tokens(text: str) -> list[str]:
    """The folded words of `text` in order, without punctuation or place: enough to compare texts."""
    return _LETTERS.findall(fold_text(text))


def read(text: str) -> Words:
    """Fold `text` into `Words`."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    folded = [
        token.lower() if token.isascii() and token[0] != "\n" else fold(token)
        for token in _TOKEN.findall(text)
    ]
    return Words(text=text, line=f" {' '.join(folded)} " if folded else " ")


def same(text: str, other: str) -> bool:
    """Say whether two texts hold the same words in the same order."""
    return read(text).line == read(other).line


# --- phrases --------------------------------------------------------------------------------------

_PHRASE_TOKEN = re.compile(r"\.\.\.|[()\[\]|]|[^\W_]+\*?|[?!.:;,#¶]")


@dataclass(frozen=True, eq=False)
class Shelf:
    """The phrases that start with one word, as regular expressions over `Words.line`."""

    phrases: tuple[tuple[str, str], ...]
    """Key and pattern of each."""

    @cached_property
    def any_starts(self) -> Callable[[str, int], re.Match[str] | None]:
        """Match where one of the phrases does: one test says that none of fifty is there."""
        return re.compile("|".join(pattern for _, pattern in self.phrases)).match

    def hits(self, words: Words, at: int) -> Iterator[Hit]:
        """Yield the phrases that start at `at` in `words.line`."""
        for key, pattern in self.phrases:
            match = _compiled(pattern).match(words.line, at)
            if match:
                yield Hit(key=key, start=at, end=match.end(), words=words)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


@dataclass(frozen=True, eq=False)
class Phrasebook:
    """Phrases shelved by their first word; immutable. A shelf is compiled when its word first turns up."""

    words: dict[str, Shelf]
    stems: dict[str, Shelf]
    """Shelves of unfinished words, by their first three letters."""

    def find(self, words: Words) -> Iterator[Hit]:
        """Yield every phrase found, in the order of the text; a phrase may overlap another."""
        line, known, stems = words.line, self.words.get, self.stems.get
        at = 1
        for token in line.split():
            shelf = known(token)
            if shelf is not None and shelf.any_starts(line, at):
                yield from shelf.hits(words, at)
            shelf = stems(token[:3])
            if shelf is not None and shelf.any_starts(line, at):
                yield from shelf.hits(words, at)
            at += len(token) + 1

    def keys(self, words: Words) -> frozenset[str]:
        """The keys of the phrases found."""
        return frozenset(hit.key for hit in self.find(words))

    def joined(self, other: Phrasebook) -> Phrasebook:
        """The phrases of both, found in one reading."""
        return Phrasebook(
            words=_joined(self.words, other.words), stems=_joined(self.stems, other.stems)
        )


def _joined(shelves: dict[str, Shelf], others: dict[str, Shelf]) -> dict[str, Shelf]:
    none = Shelf(phrases=())
    return {
        first: Shelf(phrases=shelves.get(first, none).phrases + others.get(first, none).phrases)
        for first in (*shelves, *others)
    }


def compile_phrases(entries: Iterable[tuple[str, str]]) -> Phrasebook:
    """Shelve `(key, phrase)` pairs; raise ValueError, naming the phrase, when one is not well formed."""
    words: dict[str, list[tuple[str, str]]] = {}
    stems: dict[str, list[tuple[str, str]]] = {}
    for key, phrase in entries:
        signs = _phrase_tokens(phrase)
        pattern = _pattern(signs)
        for first in _firsts(signs):
            if first.endswith("*"):
                if len(first) < 4:
                    raise ValueError(f"« {phrase} » : un début de mot a au moins trois lettres")
                stems.setdefault(first[:3], []).append((key, pattern))
            else:
                words.setdefault(first, []).append((key, pattern))
    return Phrasebook(
        words={first: Shelf(phrases=tuple(found)) for first, found in words.items()},
        stems={stem: Shelf(phrases=tuple(found)) for stem, found in stems.items()},
    )


def _phrase_tokens(phrase: str) -> tuple[str, ...]:
    tokens = tuple(_PHRASE_TOKEN.findall(phrase))
    if not tokens or "".join(tokens) != re.sub(r"['’\s_/-]+", "", phrase):
        raise ValueError(f"« {phrase} » : signe inconnu")
    if tokens[0] in ("...", "[", "#"):
        raise ValueError(f"« {phrase} » : une phrase commence par un mot")
    expected: list[str] = []
    for token in tokens:
        if token in "([":
            expected.append(")" if token == "(" else "]")
        elif token in ")]" and (not expected or expected.pop() != token):
            raise ValueError(f"« {phrase} » : parenthèse ou crochet sans début")
    if expected:
        raise ValueError(f"« {phrase} » : parenthèse ou crochet sans fin")
    if {"(", "["}.intersection(_firsts(tokens)):
        raise ValueError(f"« {phrase} » : une phrase commence par un mot")
    return tokens


_SIGNS = {
    "...": rf"(?:[^\s{_ENDS}]+ ){{0,{GAP}}}?",
    "(": "(?:(?:",
    "[": "(?:(?:",
    "|": ")|(?:",
    ")": "))",
    "]": "))?",
    "#": r"\d+ ",
}


def _pattern(tokens: Iterable[str]) -> str:
    return "".join(_SIGNS.get(token) or _word(token) for token in tokens)


def _word(token: str) -> str:
    stem = re.escape(fold(token.removesuffix("*")))
    return rf"{stem}\w* " if token.endswith("*") else f"{stem} "


def _firsts(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The words a phrase may start with."""
    if tokens[0] != "(":
        return (fold(tokens[0]),)
    depths = accumulate((token in "([") - (token in ")]") for token in tokens)
    within = takewhile(lambda pair: pair[0] > 0, zip(depths, pairwise(tokens), strict=False))
    firsts = (token for depth, (before, token) in within if depth == 1 and before in ("(", "|"))
    return tuple(dict.fromkeys(fold(token) for token in firsts))
