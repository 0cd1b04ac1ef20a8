"""Plain language, as advice (engagement 16): what a reader may stumble over, never a verdict.

Only the writer's own words are looked at, and of these only the letter itself: what stands between the greeting and
the closing formula. Wording, lists and lengths are those of `rules/language.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import islice

from mailwatch.model import Message
from mailwatch.ruleset import RulePack, Ruleset
from mailwatch.wording import Words, fold_text, read

MAX_LENGTH = 40_000
"""Characters of a message that are looked at: advice on more than a few pages is none."""
_MOST = 8
"""Hints of one kind on one message."""
_LONGEST = 8
"""Letters of an acronym."""
_SHOWN = 80
"""Characters shown of a sentence."""

_CLOSINGS = frozenset({"closing", "farewell", "wish"})
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_NUMBER = re.compile(r"\w*\d\w*")
_ROMAN = re.compile(r"[IVXLCDM]+")
_POSTAL = re.compile(r"\b\d{5}\b")
_ABBREVIATED = "".join(
    rf"(?<!\b{word})" for word in ("M", "MM", "art", "cf", "n", "p", "réf", "etc", "av", "tél")
)
# A run of stops is looked at once, from its first.
_STOP = re.compile(rf"(?<![.!?…]){_ABBREVIATED}[.!?…]+[»\")]*\s+|[;:]\s*\n")
_NEW_LINE = re.compile(r"\n[ \t]*(?:\n|[-–—•*·o]\s|\(?\w{1,2}[.)]\s|(?=[^a-zà-ÿ\s]))")
"""A line that begins otherwise than in lower case may begin a sentence."""
_WRAPPED = range(60, 100)
"""Characters of a line that was broken by the writer's program: the next one goes on with its sentence."""


class HintKind(StrEnum):
    """What is advised on."""

    ACRONYM = "acronym"
    """An acronym that is explained nowhere."""
    LONG_SENTENCE = "long_sentence"
    NO_GREETING = "no_greeting"
    NO_CLOSING = "no_closing"
    NO_ATTACHMENT = "no_attachment"
    """Something is said to be attached, and nothing is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """One piece of advice, with the words that it is about; none when they are missing."""

    kind: HintKind
    text: str = ""
    words: int = 0
    """The length of a sentence."""


def hints(message: Message, own: Words, rules: Ruleset) -> tuple[Hint, ...]:
    """Advise on one answer by its own words; nothing on a message that has none."""
    words = own if len(own.text) <= MAX_LENGTH else read(own.text[:MAX_LENGTH])
    spoken = len(words.spoken())
    if not spoken:
        return ()
    letter = _letter(words, rules)
    found: list[Hint] = []
    if spoken > rules.measures.longest_bare:
        found += _forms(letter)
    found += _attachment(message, read(letter.text), rules.language)
    found += _acronyms(letter.text, _lexicon(rules.language, rules.mentions))
    found += _sentences(letter.text, rules.measures.longest_sentence)
    return tuple(found)


# --- the letter itself ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """What stands between greeting and closing formula, and whether there are any."""

    text: str
    greets: bool
    closes: bool


def _letter(words: Words, rules: Ruleset) -> _Letter:
    text = words.text
    greetings = (
        _place(words, hit.start)
        for rule, hit in rules.language.find(words)
        if rule.label == "greeting"
    )
    greeting = next((at for at in greetings if _opens_line(text, at)), None)
    start = greeting or 0
    closings = (
        next((at for at in _closings(words, pack, labels) if at > start), None)
        for pack, labels in ((rules.mentions, _CLOSINGS), (rules.outgoing, {"leave"}))
    )
    ends = [at for at in closings if at is not None]
    return _Letter(
        text=text[start : min(ends, default=len(text))],
        greets=greeting is not None,
        closes=bool(ends),
    )


def _closings(words: Words, pack: RulePack, labels: AbstractSet[str]) -> Iterator[int]:
    return (_place(words, hit.start) for rule, hit in pack.find(words) if rule.label in labels)


def _place(words: Words, at: int) -> int:
    """Where in the text the words that start at `at` of the line stand."""
    return words.spans[words.line.count(" ", 0, at) - 1][0]


def _opens_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip(' \t\u00a0>*_«"-')


def _forms(letter: _Letter) -> Iterator[Hint]:
    if not letter.greets:
        yield Hint(kind=HintKind.NO_GREETING)
    if not letter.closes:
        yield Hint(kind=HintKind.NO_CLOSING)


# --- attachments ----------------------------------------------------------------------------------


def _attachment(message: Message, words: Words, language: RulePack) -> Iterator[Hint]:
    """The first words that announce an attachment, where there is none; pictures may be what is meant."""
    if message.attachments or message.pictures or message.opaque or message.forwarded:
        return
    found = language.find(words)
    others = [(hit.start, hit.end) for rule, hit in found if rule.label == "not_ours"]
    for rule, hit in found:
        apart = all(hit.end <= start or end <= hit.start for start, end in others)
        if rule.label == "attached" and apart:
            yield Hint(kind=HintKind.NO_ATTACHMENT, text=hit.text)
            return


# --- acronyms -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lexicon:
    """Folded words."""

    known: frozenset[str]
    """What is no acronym, or one that everybody knows."""
    before: frozenset[str]


@lru_cache(maxsize=4)
def _lexicon(language: RulePack, mentions: RulePack) -> _Lexicon:
    places = (
        part
        for name in ("departments", "regions", "towns")
        for word in mentions.lists.get(name, ())
        for part in _WORD.findall(word)
    )
    known = (*language.lists.get("acronyms", ()), *language.lists.get("capitals", ()), *places)
    return _Lexicon(
        known=frozenset(map(fold_text, known)),
        before=frozenset(map(fold_text, language.lists.get("before", ()))),
    )


def _acronyms(text: str, lexicon: _Lexicon) -> Iterator[Hint]:
    """The acronyms that the text explains nowhere, each once."""
    found = (acronym for line in text.split("\n") for acronym in _in_line(line, lexicon))
    once = islice(dict.fromkeys(found), _MOST)
    initials = "".join(
        word[0] for word in map(fold_text, map(_bare, _WORD.findall(text))) if len(word) > 3
    )
    for acronym in once:
        if not _is_expanded(acronym, text, initials):
            yield Hint(kind=HintKind.ACRONYM, text=acronym)


def _in_line(line: str, lexicon: _Lexicon) -> Iterator[str]:
    """The acronyms of a line, by what stands before them; an address or a line in capitals has none."""
    spoken = " ".join(word for word in line.split() if "@" not in word and "//" not in word)
    words = _WORD.findall(spoken)
    if _POSTAL.search(line) or _shouts(words):
        return
    for before, word, after in zip(("", *words), words, (*words[1:], ""), strict=False):
        article, name = _parted(word)
        # Two words in capitals are a name, or insist.
        if not _is_acronym(name, lexicon) or _is_capital(before) or _is_capital(after):
            continue
        if fold_text(article or before) in lexicon.before:
            yield name


def _parted(word: str) -> tuple[str, str]:
    """A word and the article that is elided before it: « l’OFII »."""
    article, apostrophe, rest = re.sub("’", "'", word).partition("'")
    return (article, rest) if apostrophe else ("", word)


def _bare(word: str) -> str:
    return _parted(word)[1]


def _is_capital(word: str) -> bool:
    bare = _bare(word)
    return len(bare) > 1 and bare.isupper()


def _is_acronym(word: str, lexicon: _Lexicon) -> bool:
    return (
        1 < len(word.replace("-", "")) <= _LONGEST
        and word.isupper()
        and not _NUMBER.search(word)
        and not _ROMAN.fullmatch(word)
        and not all(fold_text(part) in lexicon.known for part in word.split("-"))
        and fold_text(word) not in lexicon.known
    )


def _shouts(words: list[str]) -> bool:
    """Say whether a line is written in capitals."""
    letters = "".join(words)
    return sum(map(str.isupper, letters)) * 2 > len(letters)


def _is_expanded(acronym: str, text: str, initials: str) -> bool:
    """Say whether the text tells what an acronym stands for: in brackets, or by words that begin with its letters."""
    quoted = re.escape(acronym)
    letters = fold_text(acronym).replace("-", "")
    return bool(
        re.search(rf"\b{quoted}\s?\((?=[^()\n]{{3,60}} )[^()\n]{{5,200}}\)", text)
        or re.search(rf"\w\s?[(«]\s?{quoted}\s?[)»]", text)
        or (len(letters) > 2 and letters in initials)
    )


# --- sentences ------------------------------------------------------------------------------------


def _sentences(text: str, longest: int) -> Iterator[Hint]:
    counted = ((sentence, len(_WORD.findall(sentence))) for sentence in _split(text))
    for sentence, count in islice((each for each in counted if each[1] > longest), _MOST):
        yield Hint(kind=HintKind.LONG_SENTENCE, text=_beginning(sentence), words=count)


def _split(text: str) -> Iterator[str]:
    """The sentences of a text: ended by a stop, an empty line, a list, or a line that was not wrapped."""
    for part in _STOP.split(text):
        start = 0
        for found in _NEW_LINE.finditer(part):
            line = found.start() - part.rfind("\n", 0, found.start()) - 1
            if line not in _WRAPPED or found.group().strip(" \t") != "\n":
                yield part[start : found.start()]
                start = found.end()
        yield part[start:]


def _beginning(sentence: str) -> str:
    words = " ".join(sentence.split())
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN].rsplit(' ', 1)[0]}…"
