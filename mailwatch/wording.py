"""French wording: text folded to words, and phrases found in it with the words they rest on.

`read` turns text into `Words`: tokens without accents, case, ligatures, invisible characters or typographic
variants, each tied to its place in the original. A `Phrasebook` finds phrases in them. The language of
phrases, kept small so that an auditor can read a rule file:

    word        that word, whatever its accents and case ("reçu" and "RECU" are one)
    stem*       any word that starts so; at the start of a phrase, four letters at least
    (a|b c|d*)  one of these
    [a|b]       one of these, or nothing
    ...         at most eight words of the same sentence
    #           a number; ? ! . : ; , as they stand

A phrase never runs over the end of a sentence unless it spells it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import accumulate, chain, filterfalse, islice
from typing import NamedTuple, TypeVar

from mailwatch.errors import FaultyValueError

GAP = 8
"""How many words `...` may skip."""
STEM = 4
"""The letters of a stem under which its phrases are looked up."""

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_EMPTY_LINE = re.compile(r"\n[ \t\u00a0>]*\n\s*")
_TOKEN = re.compile(rf"{_EMPTY_LINE.pattern}|[^\W_]+|[?!.:;,…]")
_LETTERS = re.compile(r"[^\W_]+")
_COMBINING = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_LIGATURES = (("œ", "oe"), ("Œ", "oe"), ("æ", "ae"), ("Æ", "ae"), ("ß", "ss"))
_MARKS = "?!.:;,"
_ENDS = "?!.;¶"
_SIGNS_OF_TEXT = frozenset((*_MARKS, "¶", "...", "…"))
"""The tokens that are no word."""
_PAGE = "cp1252"
"""The code page that holds all the signs of French: what is written in it is folded at once, by a table."""
_NOT_ONE = {
    **dict(_LIGATURES), "…": "...", "™": "tm", "\u00ad": "", "µ": "μ", "½": "1⁄2", "¼": "1⁄4", "¾": "3⁄4"
}  # fmt: skip
"""The signs of that page that do not fold to one sign of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Words:
    """Text as folded tokens: `line` holds them between single spaces, `¶` standing for an empty line.

    Compared by identity, so that what is found in one text can be kept while it is judged.
    """

    text: str
    line: str
    tokens: tuple[str, ...]
    """The tokens in order."""

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each token starts in `line`."""
        return tuple(accumulate([len(token) + 1 for token in self.tokens], initial=1))[:-1]

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """Where each token stands in `text`."""
        return tuple(self._spans(len(self.tokens)))

    def spoken(self) -> list[str]:
        """The tokens that are words, punctuation left out."""
        return [*filterfalse(_SIGNS_OF_TEXT.__contains__, self.tokens)]

    def until(self, end: int) -> Words:
        """The words that stand before `end` in `line`."""
        if end >= len(self.line):
            return self
        line = self.line[:end]
        return Words(text=self.text, line=line, tokens=tuple(line.split()))

    def original(self, start: int, end: int) -> str:
        """The words of the original that `line[start:end]` stands for, white space made single."""
        first, last = self._place(start), self._place(end - 1)
        spans = self._spans(last + 1)
        return " ".join(self.text[spans[first][0] : spans[last][1]].split())

    def _spans(self, count: int) -> list[tuple[int, int]]:
        """The places of `count` tokens at least: evidence mostly stands near the start of a text."""
        self._placed.extend(islice(self._unplaced, max(0, count - len(self._placed))))
        return self._placed

    @cached_property
    def _placed(self) -> list[tuple[int, int]]:
        return []

    @cached_property
    def _unplaced(self) -> Iterator[tuple[int, int]]:
        return map(re.Match.span, _TOKEN.finditer(self.text))

    def _place(self, at: int) -> int:
        """The number of the token that stands at `at` in `line`."""
        return self.line.count(" ", 0, at) - 1


class Hit(NamedTuple):
    """A phrase found: whose it is, and where in `Words.line`. A tuple: a mail makes them by the dozen."""

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
    folded = _by_page(text, _folding())
    return _fold_any(text) if folded is None else folded


def _fold_any(text: str) -> str:
    for ligature, letters in _LIGATURES:
        text = text.replace(ligature, letters)
    return _COMBINING.sub("", unicodedata.normalize("NFKD", _INVISIBLE.sub("", text))).lower()


def _by_page(text: str, table: bytes) -> str | None:
    """Replace each sign of `text` as `table` has it; None when one is foreign to the code page."""
    for sign, folded in _NOT_ONE.items():
        if sign in text:
            text = text.replace(sign, folded)
    try:
        return text.encode(_PAGE).translate(table).decode(_PAGE)
    except UnicodeEncodeError:
        return None


@cache
def _folding() -> bytes:
    """What each sign of the code page folds to."""
    page = bytes(range(256)).decode(_PAGE, "replace")
    folded = (_fold_any(sign).encode(_PAGE, "replace") for sign in page)
    return bytes(to[0] if len(to) == 1 else number for number, to in enumerate(folded))


@cache
def _spelling(signs: str) -> bytes:
    """The same, where all that is neither a word nor one of `signs` becomes a space."""
    page = bytes(range(256)).decode(_PAGE, "replace")
    kept = zip(page, _folding(), strict=True)
    return bytes(to if sign.isalnum() or sign in signs else ord(" ") for sign, to in kept)


def tokens(text: str) -> list[str]:
    """The folded words of `text` in order, without punctuation or place: enough to compare texts."""
    spelt = _by_page(text, _spelling(""))
    return _LETTERS.findall(_fold_any(text)) if spelt is None else spelt.split()


@lru_cache(maxsize=4)
def read(text: str) -> Words:
    """Fold `text` into `Words`; the same ones for a text that is read again while it is judged."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    found = _tokens(text)
    return Words(text=text, line=f" {' '.join(found)} " if found else " ", tokens=tuple(found))


def _tokens(text: str) -> list[str]:
    """The folded tokens of `text`, as many as `_TOKEN` finds in it."""
    spelt = _by_page(_EMPTY_LINE.sub("\n¶\n", text.replace("¶", "|")), _spelling(f"{_MARKS}¶"))
    if spelt is None:
        return [fold(token) for token in _TOKEN.findall(text)]
    for sign in _MARKS:
        spelt = spelt.replace(sign, f" {sign} ")
    return spelt.split()


def same(text: str, other: str) -> bool:
    """Say whether two texts hold the same words in the same order."""
    return read(text).line == read(other).line


# --- phrases --------------------------------------------------------------------------------------

T = TypeVar("T")
_ByWord = tuple[dict[str, tuple[T, ...]], dict[str, tuple[T, ...]], tuple[T, ...]]
"""What to try at a word that is spelt out, at another that starts like a stem, and at any other: in order."""
_PHRASE_TOKEN = re.compile(r"\.\.\.|[()\[\]|]|[^\W_]+\*?|[?!.:;,#¶]")


@dataclass(frozen=True, eq=False)
class Phrase:
    """One phrase, and whose it is. What it takes to find it is made when it is first looked for."""

    key: str
    text: str

    @property
    def match(self) -> Callable[[str, int], re.Match[str] | None]:
        """Match the phrase where it starts in a `Words.line`."""
        return _compiled(_pattern(phrase_tokens(self.text))).match

    def openings(self) -> Iterator[tuple[str, tuple[str, Phrase]]]:
        """First word, second word and the phrase itself, for every way to say it.

        Stems stand as their first `STEM` letters and `*`, "" for any word.
        """
        for first, second in _ways(iter(phrase_tokens(self.text)), 2):
            yield _entry(first), (_entry(second), self)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


class Tries:
    """The phrases to try where two words stand, compiled when these words first turn up."""

    # Slots: a text passes hundreds of these, and each step to a dictionary and back waits for memory.
    __slots__ = ("_phrases", "each")
    each: tuple[tuple[str, Callable[[str, int], re.Match[str] | None]], ...]
    """The key of each phrase, and what matches it."""

    def __init__(self, phrases: tuple[Phrase, ...]) -> None:
        self._phrases = phrases

    def __getattr__(self, name: str) -> object:
        """Fill the slot when it is first looked at."""
        if name != "each":
            raise AttributeError(name)
        self.each = tuple((phrase.key, phrase.match) for phrase in self._phrases)
        return self.each


class Shelf:
    """The phrases that start with one word, sorted by the word that follows it when the word first turns up."""

    __slots__ = ("_openings", "followed")
    followed: tuple[dict[str, Tries], dict[str, Tries], Tries | None]
    """By the second word, by the start of another, and at any other."""

    def __init__(self, openings: tuple[tuple[str, Phrase], ...]) -> None:
        self._openings = openings

    def __getattr__(self, name: str) -> object:
        """Fill the slot when it is first looked at."""
        if name != "followed":
            raise AttributeError(name)
        words, stems, rest = _by_word(self._openings)
        self.followed = (
            {word: Tries(phrases) for word, phrases in words.items()},
            {stem: Tries(phrases) for stem, phrases in stems.items()},
            Tries(rest) if rest else None,
        )
        return self.followed


@dataclass(frozen=True, eq=False)
class Phrasebook:
    """Phrases by the first two words of every way to say them; immutable.

    Most words of a text start no phrase, and of those that do most are not followed by its second word: two
    look-ups say so, and a regular expression runs only where a phrase may be. A shelf is sorted, and a phrase
    compiled, when its words first turn up.
    """

    phrases: tuple[Phrase, ...]

    @cached_property
    def shelves(self) -> tuple[dict[str, Shelf], dict[str, Shelf]]:
        """The shelves of words, and of words that start like a stem."""
        words, stems, _ = _by_word([way for phrase in self.phrases for way in phrase.openings()])
        return (
            {word: Shelf(openings) for word, openings in words.items()},
            {stem: Shelf(openings) for stem, openings in stems.items()},
        )

    def find(self, words: Words, most: int | None = None) -> list[Hit]:
        """Every phrase that starts at one of the first `most` tokens, in order; one may overlap another."""
        line, tokens = words.line, words.tokens[:most]
        known, stems = self.shelves
        shelves = map(known.get, tokens)
        found: list[Hit] = []
        for at, token, second, shelf in zip(
            words.starts, tokens, (*words.tokens[1:], ""), shelves, strict=False
        ):
            opened = shelf or stems.get(token[:STEM])
            if opened is None:
                continue
            by_word, by_stem, rest = opened.followed
            tries = by_word.get(second) or (by_stem and by_stem.get(second[:STEM])) or rest
            if tries:
                for key, match in tries.each:
                    met = match(line, at)
                    if met:
                        found.append(Hit(key, at, met.end(), words))
        return found

    def keys(self, words: Words) -> frozenset[str]:
        """The keys of the phrases found."""
        return frozenset(hit.key for hit in self.find(words))

    def joined(self, other: Phrasebook) -> Phrasebook:
        """The phrases of both, found in one reading."""
        return Phrasebook(self.phrases + other.phrases)


def _by_word(entries: Sequence[tuple[str, T]]) -> _ByWord[T]:
    ranks: dict[str, list[int]] = defaultdict(list)
    for rank, (word, _) in enumerate(entries):
        ranks[word].append(rank)
    groups = dict(ranks)
    rest = groups.pop("", [])

    def in_order(*some: list[int]) -> tuple[T, ...]:
        """The entries of all groups by rank, each once."""
        return tuple(dict.fromkeys(entries[rank][1] for rank in sorted(chain(*some))))

    stems = {word: group for word, group in groups.items() if word[-1] == "*"}
    words = {
        word: in_order(rest, stems.get(f"{word[:STEM]}*", []), group)
        for word, group in groups.items()
        if word not in stems
    }
    return (
        words,
        {stem[:STEM]: in_order(rest, group) for stem, group in stems.items()},
        in_order(rest),
    )


def compile_phrases(entries: Iterable[tuple[str, str]]) -> Phrasebook:
    """Sort `(key, phrase)` pairs; raise ValueError, naming the phrase, when one is not well formed."""
    phrases = tuple(Phrase(key, text) for key, text in entries)
    for phrase in phrases:
        _refuse_vague(phrase.text)
    return Phrasebook(phrases)


def _refuse_vague(text: str) -> None:
    """Raise ValueError for a phrase that may begin with anything, and would be tried at every word."""
    for first, *_ in _ways(iter(phrase_tokens(text)), 1):
        if first in ("", "...", "#"):
            raise FaultyValueError("« {phrase} » : une phrase commence par un mot", phrase=text)
        if first[-1] == "*" and len(first) <= STEM:
            raise FaultyValueError(
                "« {phrase} » : un début de mot a au moins quatre lettres", phrase=text
            )


def _entry(sign: str) -> str:
    """The word under which to look for `sign`: the first letters of a stem, "" for what may be any word."""
    if sign in ("#", "..."):
        return ""
    if sign[-1:] != "*":
        return sign
    return f"{sign[:STEM]}*" if len(sign) > STEM else ""


def _ways(signs: Iterator[str], most: int) -> set[tuple[str, ...]]:
    """The first `most` signs of every way to say what stands before the closing bracket; "" beyond its end."""
    return {(*way, "", "")[:most] for way in _beginnings(signs, most)}


def _beginnings(signs: Iterator[str], most: int) -> set[tuple[str, ...]]:
    ways: set[tuple[str, ...]] = set()
    way: set[tuple[str, ...]] = {()}
    for sign in signs:
        if sign in (")", "]"):
            break
        if sign == "|":
            ways, way = ways | way, {()}
        elif sign in ("(", "["):
            within = _beginnings(signs, most)
            way = _then(way, within if sign == "(" else within | {()}, most)
        else:
            way = _then(way, {(fold(sign),)}, most)
    return ways | way


def _then(
    ways: set[tuple[str, ...]], more: set[tuple[str, ...]], most: int
) -> set[tuple[str, ...]]:
    """Each way followed by each of `more`, as far as `most` signs."""
    return {way if len(way) == most else (way + after)[:most] for way in ways for after in more}


def phrase_tokens(phrase: str) -> tuple[str, ...]:
    """Give the words and signs of a phrase; raise ValueError, naming it, when they do not fit together."""
    tokens = tuple(_PHRASE_TOKEN.findall(phrase))
    if not tokens or "".join(tokens) != re.sub(r"['’\s_/-]+", "", phrase):
        raise FaultyValueError("« {phrase} » : signe inconnu", phrase=phrase)
    expected: list[str] = []
    for token in tokens:
        if token in "([":
            expected.append(")" if token == "(" else "]")
        elif token == "|" and not expected:
            raise FaultyValueError(
                "« {phrase} » : « | » ne sépare que ce qui est entre parenthèses ou crochets",
                phrase=phrase,
            )
        elif token in ")]" and (not expected or expected.pop() != token):
            raise FaultyValueError("« {phrase} » : parenthèse ou crochet sans début", phrase=phrase)
    if expected:
        raise FaultyValueError("« {phrase} » : parenthèse ou crochet sans fin", phrase=phrase)
    return tokens


_SIGNS = {
    "...": rf"(?:[^ {_ENDS}]++ ){{0,{GAP}}}?",
    "(": "(?:(?:",
    "[": "(?:(?:",
    "|": ")|(?:",
    ")": "))",
    "]": "))?",
    "#": r"\d++ ",
}


def _pattern(tokens: Iterable[str]) -> str:
    return "".join(_SIGNS.get(token) or _word(token) for token in tokens)


def _word(token: str) -> str:
    stem = re.escape(fold(token.removesuffix("*")))
    return rf"{stem}\w*+ " if token.endswith("*") else f"{stem} "
