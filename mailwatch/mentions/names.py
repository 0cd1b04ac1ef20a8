"""The grammar of French names: the person that a line of a mail names, by the shape of its words.

A line is cut into segments, each word of a segment is given a letter for its shape (`T` title, `F` first name,
`U` all capitals, `C` capital, `P` particle, `I` initial …), and the string of letters is matched against the
ways in which names are written. What only its shape suggests is left weak: it counts where a name is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.page import plain
from mailwatch.model import AuthorLevel


class Weight(IntEnum):
    """How far the words alone say that they are a person's name."""

    WEAK = 1
    SHAPED = 2
    SURE = 3


class Named(NamedTuple):
    """A person named in a line: the words, and how far they are a name."""

    text: str
    level: AuthorLevel
    weight: Weight
    titled: bool


_SEPARATOR = re.compile(
    r"[\t|;()\[\]<>•·/]|\s[-–—]+\s|(?<=\w)[-–—]\s|\s[-–—](?=\w)|\s{2,}|:(?=\s|$)|@+|\b[Ss]ign[ée]e?\b(?:\s+par\b)?"
)
_OUTLOOK = re.compile(
    r"^([^\W\d_]{2,}(?:[ '’-][^\W\d_]{2,}){0,2}), ([^\W\d_]{2,}(?:-[^\W\d_]{2,})?)$"
)


def segments(text: str) -> Iterator[str]:
    """The parts of a line between its separators, without the punctuation around them."""
    for segment in _SEPARATOR.split(text[:_LONGEST]):
        stripped = segment.strip(_AROUND)
        if stripped:
            yield stripped + (
                "." if segment.rstrip(" ,").endswith(".") and _ENDS_INITIAL.search(stripped) else ""
            )


_AROUND = ' \t\xa0,.-–—:~«»“”"'
_ENDS_INITIAL = re.compile(r"(?:^|[\s.-])[^\W\d_]$")


def first_person(text: str, lexicon: Lexicon, *, weak: bool) -> Named | None:
    """The first person named in a line, the surest of its segments first."""
    return _first_person(text[:_LONGEST], lexicon, weak)


_LONGEST = 300
"""Signs of a line that are looked at: no signature is longer."""


@lru_cache(maxsize=2048)  # the lines of a signature come back with each mail of an agent
def _first_person(text: str, lexicon: Lexicon, weak: bool) -> Named | None:  # noqa: FBT001
    best: Named | None = None
    for at, segment in enumerate(segments(text)):
        for part in _parts(segment, lexicon):
            person = parse_person(part, lexicon)
            if person is None or (
                person.weight is Weight.WEAK and not (weak and (at == 0 or _is_full(person.text)))
            ):
                continue
            if best is None or person.weight > best.weight:
                best = person
    return best


def _is_full(text: str) -> bool:
    """Say whether a name that only its shape suggests is one of several words: « Oyana ETCHEGARAY »."""
    words = text.split()
    return 1 < len(words) < 4 and not any(word.islower() for word in words) and not text.isupper()


def _parts(segment: str, lexicon: Lexicon) -> Iterator[str]:
    """A segment between its commas, or "MARTIN, Camille" put in one, without the préfet that it may begin with."""
    if segment[:3].lower() in _OFFICES and _PREFET.match(segment):
        body = lexicon.institution.match(plain(segment))
        segment = segment[body.end() :].strip(_AROUND) if body else segment
        if not segment:
            return
    if "," not in segment:
        yield segment
        return
    match = _OUTLOOK.match(segment)
    if match and plain(match[2]) in lexicon.first_names and _may_be_surname(match[1], lexicon):
        yield segment
        return
    yield from (part.strip() for part in segment.split(",") if part.strip())


_OFFICES = ("pré", "pre", "sou")
_PREFET = re.compile(r"(?:sous-)?pr[ée]f(?:[eè]te?|ecture)\b", re.IGNORECASE)
"""Two columns of a letterhead may have become one line: « PRÉFET DU JURA Camille MARTIN »."""


def _may_be_surname(text: str, lexicon: Lexicon) -> bool:
    """Say whether what stands before "Estelle" is her surname, not "Demandez-moi" or "Voilà"."""
    words = plain(text).split()
    return (
        lexicon.not_names.isdisjoint(words)
        and lexicon.sentence_words.isdisjoint(words)
        and not _IMPERATIVE.search(words[0])
    )


_IMPERATIVE = re.compile(r"(?:ez|ons)-(?:moi|nous|les?|la|lui|leur|y|en)$")


_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_EXTENSION = re.compile(r"\d{2,4}")
"""A telephone extension, or a part of a number: « Cathy 8437 »; a postal code is longer."""
_INITIAL = re.compile(r"[A-ZÀ-Ý]|(?:[A-ZÀ-Ý]h?\.-?)+[A-ZÀ-Ý]?\.?|[A-ZÀ-Ý]-[A-ZÀ-Ý]\.?")


@lru_cache(maxsize=8192)
def _letter(token: str, lexicon: Lexicon) -> str:
    """The shape of one word, as one letter."""
    folded = plain(token).rstrip(".")
    if folded in ("et", "&"):
        return "E"
    if folded in lexicon.titles and (token[0].isupper() or len(folded) > 2):
        return "T"
    if folded in lexicon.ranks:
        return "R"
    if _INITIAL.fullmatch(token) or token in _TWO_INITIALS:
        return "I"
    if not _WORD.fullmatch(token):
        return "N" if _EXTENSION.fullmatch(token) else "D"
    if folded in lexicon.particles:
        return "P"
    capital = (token[2:3] if _ELIDED.match(folded) else token[:1]).isupper()
    known = _is_first_name(folded, lexicon)
    if _ELIDED.sub("", folded) in lexicon.not_names and not known:
        return _ambiguous(token, folded, lexicon) if capital else "B"
    if folded in lexicon.address_words and folded not in lexicon.surname_words:
        return "B"
    if not capital:
        return "f" if known else "x"
    if known:
        return "F"
    return "U" if token.isupper() and len(folded) > 1 else "C"


def _ambiguous(token: str, folded: str, lexicon: Lexicon) -> str:
    """The shape of a word that is no name alone: a surname beside a first name, or never one."""
    if folded in lexicon.surname_words:
        return "W" if folded in lexicon.address_words else "S"
    if folded in lexicon.places and " " not in folded:
        return "V"  # « Lionel DOLE », « Mme Toulouse »
    # « Claire BERG », but not « Claire BRGE »
    return "S" if folded in lexicon.acronyms and not like_initials(token) else "B"


_ELIDED = re.compile(r"[dl]'(?=.)")
_TWO_INITIALS = frozenset(
    "JP JM JC JF JL JB JY JJ JD JR JG JN MC MF MP MH MT AC AM AF PY PL FX".split()
)
"""Initials of a first name of two words, written as one: « JP Gauthier »."""


_OPENS = frozenset(("marie", "anne", "jean", "pierre", "louis", "paul", "charles", "rose", "el"))


def _is_first_name(folded: str, lexicon: Lexicon) -> bool:
    if folded in lexicon.first_names:
        return True
    first, hyphen, second = folded.partition("-")
    if not hyphen or first not in lexicon.first_names or folded in lexicon.not_names:
        return False
    # « Marie-Neige », « Anne-So », « Ange-Marie » are given, « Arnaud-Vial » is inherited.
    return first in _OPENS or len(second) < 4 or second in lexicon.first_names


_NAMES = (
    # A title and a name: « Mme VERNIER », « M. Jean-Pierre Le Goff », « Capitaine Morel », « Mme BUREAU ».
    (
        re.compile(
            r"[TR]{1,2}(?:[IF]+P{0,3}(?:[FUC]|[SVW](?=$))|P{0,3}[FUC]|[SW](?!P)|V(?=$))(?:P{0,2}[FUC])*"
        ),
        Weight.SURE,
    ),
    (re.compile(r"[TR]P{1,2}$"), Weight.SURE),  # « Mme LE », « M. DA »
    (re.compile(r"F+I?(?:P{0,3}[FUC]|P{1,3}W)+|F{1,2}I?[SVW](?=$)"), Weight.SURE),
    (re.compile(r"(?:P{0,3}[UC]){1,3}P?F{1,2}(?=$|[BDENPx])|[SVW]F{1,2}(?=$)"), Weight.SURE),
    (re.compile(r"I{1,3}(?:P{0,3}[FUC])+|I{1,3}[SW](?=$)"), Weight.SURE),
    (re.compile(r"F{1,2}I(?=$|[BDENPx])"), Weight.SURE),
    (re.compile(r"C+(?:P{0,3}U)+|P{0,3}U+(?:P{0,2}U)*C+(?=$|[BDENx])"), Weight.SHAPED),
    (re.compile(r"[UC]{1,2}I(?=$)"), Weight.SHAPED),
    (re.compile(r"CF{1,2}(?:P{0,3}[UC]){1,2}(?=$|[BDENPx])"), Weight.SHAPED),
    (re.compile(r"F{1,2}(?=$|P*B|P+S|E|N+$)"), Weight.SHAPED),
    (re.compile(r"f(?=$|P+B)|f[xf](?=$)"), Weight.SHAPED),
    (re.compile(r"(?:P{0,3}[UC]){1,4}(?=$)"), Weight.WEAK),
)


def parse_person(segment: str, lexicon: Lexicon) -> Named | None:
    """The person that a segment names: at its start, or behind a function ("Le chef de bureau Jean DUPONT")."""
    first = segment.split(maxsplit=1)[:1]
    if not first or (
        _letter(first[0].rstrip(",;:!"), lexicon) not in _NAMING and not is_role(segment, lexicon)
    ):
        return None
    tokens = list(islice(_TOKEN.finditer(segment), 24))
    letters = "".join(_letter(token.group().rstrip(",;:!"), lexicon) for token in tokens)
    if letters.startswith(("PF", "PPF")) and _GIVEN.match(segment):
        letters = f"F{letters[1:]}"
    if letters.endswith(("FT", "CT")) and segment.endswith(" M."):
        letters = f"{letters[:-1]}I"  # « Sonia M. »
    for at in _starts(segment, tokens, letters, lexicon):
        for pattern, weight in _NAMES:
            match = pattern.match(letters, at)
            if match is None or not _holds(match, weight, tokens):
                continue
            text, level = _named(segment, tokens[at : match.end()], match.group(), lexicon)
            if weight is Weight.WEAK and (
                like_initials(text)
                or _BUILDING.fullmatch(text)
                or plain(text).replace(" ", "-") in lexicon.not_names
            ):
                return None
            return Named(text=text, level=level, weight=weight, titled="T" in match.group())
    return None


def _starts(
    segment: str, tokens: list[re.Match[str]], letters: str, lexicon: Lexicon
) -> Iterator[int]:
    """Where a name may start: with the segment, or behind a function, but not behind "de"."""
    if letters[:1] in _NAMING:
        yield 0
        if letters.startswith("PR"):  # « Le brigadier-chef Morel »
            yield 1
    if not is_role(segment, lexicon):
        return
    anothers = False
    for at, letter in enumerate(letters):
        if letter not in _NAMING or letter == "V":
            if plain(tokens[at].group()) in lexicon.address_words:
                return
            anothers = False
        elif letter == "P":
            anothers = True  # « Secrétariat de M. Paul Roy »
        elif at and not anothers:
            yield at


_NAMING = frozenset("TRFUCISVWPf")


def _holds(match: re.Match[str], weight: Weight, tokens: list[re.Match[str]]) -> bool:
    """Say whether the letters are a name there: more than one word or a sure one behind a function."""
    if match.group()[-1] == "P" and tokens[match.end() - 1].group().islower():
        return False  # « Mme la », not « Mme LE »
    within = match.start() > 0
    return (
        not within
        or weight > Weight.SHAPED
        or (weight is Weight.SHAPED and match.end() - match.start() > 1)
    )


_BUILDING = re.compile(r"L(?:es?|a) [^\W\d_][^\W\d_A-Z]*")
"""« Le Magellan » is where the service works; a surname alone is written « LE GOFF »."""

# What opens a first name of several words: « Thi Minh Châu PHAM », « El Mehdi AMRANI ».
_GIVEN = re.compile(r"(?:Thi|El|Ben|Abd|Abou|Sidi|Ould|Si|Bint) ")


# The French begin no word so, but for names as SCHMITT, MBAYE or DJIBRIL.
_CONSONANTS = re.compile(
    r"(?!bl|br|bh|ch|cl|cr|cz|dr|dj|dh|ps|ph|pl|pr|pf|sc|sh|sk|sl|sm|sn|sp|sq|st|sw|sz|mb|mc)[dbspmc][^aeiouyh].{0,3}$"
    r"|(?!sch|str|chr|chl|thr|spr|scr|kry)[^aeiouy]{3}|.?[^aeiouy]{4}|[^aeiouy]+$"
)


def reads_as_acronym(folded: str) -> bool:
    """Say whether four to six letters cannot be spoken as a word: "brge", "dlaj"."""
    return 3 < len(folded) < 7 and bool(_CONSONANTS.match(folded))


_SYLLABLE = re.compile(r"[^AEIOUY][AEIOUY][A-Z]")


def like_initials(text: str) -> bool:
    """Say whether capitals alone are initials, as "CM", or an acronym, and not a surname, as "ROY"."""
    if not text.isupper():
        return False
    return (
        len(text) == 2
        or (len(text) == 3 and not _SYLLABLE.fullmatch(text))
        or reads_as_acronym(plain(text))
    )


def _named(
    segment: str, tokens: list[re.Match[str]], letters: str, lexicon: Lexicon
) -> tuple[str, AuthorLevel]:
    """The words of a name and its level; a title stays only with a surname alone."""
    bare = letters.lstrip("TR")
    skipped = len(letters) - len(bare) if len(bare.replace("P", "")) > 1 else 0
    text = segment[tokens[skipped].start() : tokens[-1].end()]
    if not bare.endswith("I") and not _ENDS_INITIAL.search(text.rstrip(".")):
        text = text.rstrip(".,;:!")
    return text, _level(letters, bare, tokens, lexicon)


def _level(letters: str, bare: str, tokens: list[re.Match[str]], lexicon: Lexicon) -> AuthorLevel:
    """A first name alone or with one initial is one; the rest holds a surname."""
    words, last = bare.replace("P", ""), tokens[-1].group().strip(".,;:!")
    if words in ("CI", "fx"):  # « Kadidja B. », « mehdi b. », but « Dupond J.C. »
        return AuthorLevel.FIRST_NAME if len(last) < 2 else AuthorLevel.FULL_NAME
    if words in (
        "F",
        "f",
    ):  # « Mme Martin » and « MARTIN » are surnames, « Martin » and « Mme Ophélie » are not
        surname = plain(last) in lexicon.surnames_too and (letters != bare or last.isupper())
        return (
            AuthorLevel.FULL_NAME
            if surname or (letters != bare and last.isupper())
            else AuthorLevel.FIRST_NAME
        )
    if words in ("FI", "FFI"):
        return AuthorLevel.FIRST_NAME
    if (
        letters == "C" and "-" not in last
    ):  # « Beñat », « Lulu »: who signs with one word gives the first name
        return AuthorLevel.FIRST_NAME
    return AuthorLevel.FULL_NAME


def is_role(text: str, lexicon: Lexicon) -> bool:
    """Say whether a line begins with a function: "Le chef de bureau", "Votre gestionnaire"."""
    match = _ROLE.match(plain(text[:80]))
    return match is not None and (match[1] in lexicon.functions or match[1] in lexicon.role_units)


_ROLE = re.compile(
    r"[\s',.;:/()-]*+(?>(?:(?:les?|la?|une?|votre|p|pour)[\s',.;:/()-]+)*)([^\s',.;:/()-]+)"
)
