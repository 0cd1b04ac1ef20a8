"""What one line of a mail is by its own words: prose, a salutation, a label, or a plain line of a block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import first_person
from mailwatch.mentions.page import Found, Kind, Line

_MARKS = ",.;:()!?'\"/"


def without_marks(folded: str) -> str:
    """Blank the punctuation out of folded text, so that its words split."""
    for mark in _MARKS:
        folded = folded.replace(mark, " ")
    return folded


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The page while it is being cut: `words` is the folded text without punctuation, as long as the others."""

    text: str
    folded: str
    words: str
    found: tuple[Found, ...]
    leading: Mapping[int, Sequence[Found]]
    """Labels and formulas by where they start."""
    lexicon: Lexicon


class Position(NamedTuple):
    """Where a line stands in the mail."""

    opens: bool = False
    """Right after a closing formula."""
    after_closing: bool = False
    prose: bool = False
    """After a sentence."""


def kind_of(sheet: Sheet, start: int, end: int, position: Position) -> Kind:
    """Say what a line without label is by itself."""
    words = sheet.words[start:end].split()
    raw = sheet.text[start:end]
    if _is_salutation(words, raw, sheet.lexicon, position):
        return Kind.SALUTATION
    prose = "j'" in sheet.folded[start:end] or _is_sentence(words, raw, sheet.lexicon)
    if prose and end - start <= _SIGNED:
        prose = not _signs(words, raw, sheet.folded[start:end], sheet.lexicon, position)
    return Kind.SENTENCE if prose else Kind.PLAIN


_SIGNED = 120
"""Signs of a line that may sign with words of prose."""
_YOURS = re.compile(r", (?:votre|vos) (\w+)")
_TEAM = re.compile(r"tou(?:te|s) (?:l'|les |notre )(?:equipe|agents?|services?|membres)\b")
_ADDRESSING = frozenset(
    "je vous nous votre vos notre nos il elle ils elles on merci veuillez".split()
)
"""Words by which a sentence speaks to somebody."""


def _signs(words: list[str], raw: str, folded: str, lexicon: Lexicon, position: Position) -> bool:
    """Say whether a line signs in spite of a word of prose: « Guillaume LAPORTE (il) »."""
    if raw[-1] == ")":
        before = raw[: raw.find("(")].rstrip() if "(" in raw else ""
        return 0 < len(before) < 40 and first_person(before, lexicon, weak=False) is not None
    if folded.startswith("tou") and _TEAM.match(folded):
        return len(words) <= 10
    yours = _YOURS.search(folded) if ", vo" in folded else None
    if yours and yours[1].rstrip("s") in lexicon.functions:
        rest = [word for word in words if word not in ("votre", "vos")]
        return raw[0].isupper() and raw[-1] != "." and lexicon.sentence_words.isdisjoint(rest)
    return (
        position.after_closing
        and raw[-1] not in ".!?"
        and _ADDRESSING.isdisjoint(words)
        and lexicon.institution.search(folded) is not None
    )


LEAD_KINDS = {
    "in_charge": Kind.LABEL,
    "contact": Kind.LABEL,
    "signed": Kind.LABEL,
    "delegation": Kind.DELEGATION,
    "addressee": Kind.ADDRESSEE,
    "note": Kind.NOTE,
}


def lead(sheet: Sheet, start: int, end: int) -> Found | None:
    """The longest label or formula that a line begins with."""
    best: Found | None = None
    for one in sheet.leading.get(start, ()):
        if _announces(one, end, sheet) and (best is None or one.end > best.end):
            best = one
    return best


def _announces(one: Found, end: int, sheet: Sheet) -> bool:
    """Say whether a label is one: "par" ends it or a colon follows, since its words may begin a sentence."""
    if one.label in ("delegation", "note"):
        return True
    words = sheet.folded[one.start : one.end]
    if one.label == "signed" and _GOES_ON.match(sheet.folded, one.end, end):
        return False
    if words.endswith(" par") or words.startswith(
        ("signe", "a l", "original", "madame", "monsieur", "p.", "p/")
    ):
        return True
    if sheet.text[one.end : end + 2].lstrip(" \xa0.)e(").startswith(":"):
        return True
    return one.end >= end and one.label == "in_charge" and words.startswith("votre")


_GOES_ON = re.compile(r"[.!] (?:\S+ ){3}")
"""« Signé. L’original est à l’accueil … » says what was done."""

_GREETINGS = frozenset(
    ("bonjour", "bonsoir", "rebonjour", "hello", "salut", "cher", "chere", "chers", "cheres")
)


_SHORT_TITLES = frozenset(("m", "mr", "mme", "mlle"))
"""Nobody is greeted so once the letter has begun: « Mme Vernier » then signs."""


def _is_salutation(words: list[str], raw: str, lexicon: Lexicon, position: Position) -> bool:
    if words[0] not in lexicon.salutations or len(raw) > 70:
        return False
    late = position.after_closing or (position.prose and words[0] in _SHORT_TITLES)
    if late and words[0] not in _GREETINGS:
        return lexicon.salutations.issuperset(words)
    return lexicon.sentence_words.isdisjoint(words[1:]) and not _has_small_word(
        words[1:], raw, lexicon
    )


def is_greeting(sheet: Sheet, line: Line) -> bool:
    """Say whether a salutation names nobody: "Madame, Monsieur", or greets in so many words."""
    words = sheet.words[line.start : line.end].split()
    return words[0] in _GREETINGS or sheet.lexicon.salutations.issuperset(words)


def _is_sentence(words: list[str], raw: str, lexicon: Lexicon) -> bool:
    """Say whether a line reads as prose rather than as a line of a signature or of a letterhead."""
    if words[0] in ("votre", "vos") and _is_your_agent(words, lexicon):
        return False
    if not lexicon.sentence_words.isdisjoint(words) or _has_small_word(words, raw, lexicon):
        # « Nous contacter : 03 84 … » belongs to a block of contact lines.
        return len(words) > 9 or not ("@" in raw or sum(sign.isdigit() for sign in raw) >= 8)
    if raw[-1] in "?!…" or len(words) > 30:
        return True
    if raw[-1] == "." and len(words[-1]) > 2 and _first(words) not in lexicon.leads:
        return len(words) > 4 or words[-1] in lexicon.not_names or not raw[0].isupper()
    return (
        raw[0].islower()
        and len(words) > 5
        and not any(mark in raw for mark in (" - ", " / ", "|"))
        and words[0] not in lexicon.leads
        and words[0] not in _CONNECTORS
    )


def _first(words: list[str]) -> str:
    """The first word of a line behind its article."""
    return words[1] if words[0] in _ARTICLES and len(words) > 1 else words[0]


def _is_your_agent(words: list[str], lexicon: Lexicon) -> bool:
    """Say whether a line is "votre gestionnaire", with the unit where he works: "… au bureau des titres"."""
    if len(words) < 2 or words[1] not in lexicon.functions:
        return False
    return len(words) <= 4 or (
        words[2] in ("au", "du", "a", "des") and lexicon.sentence_words.isdisjoint(words[1:])
    )


_ARTICLES = frozenset(("l", "la", "le", "les"))
_CONNECTORS = _ARTICLES | {"et", "de", "du", "des", "d", "aux", "pour"}


def _has_small_word(words: list[str], raw: str, lexicon: Lexicon) -> bool:
    """Say whether a word of prose stands there in small letters: with a capital it may be a surname."""
    small = lexicon.sentence_words_lower.intersection(words)
    return bool(small) and any(re.search(rf"(?<![\w-]){word}(?![\w-])", raw) for word in small)


_UNFINISHED = re.compile(
    r"(?:^|[\s'])(?:la|le|les|l'|de|du|des|d'|au|aux|a|et|ou|par|pour|en|dans|sur|votre|notre|vos|nos|ce|cette|que|qui|un|une)\s*$"
)


_FOLDED = 55
"""Signs below which a mail program does not fold a line."""


def continues(sheet: Sheet, last: Line, start: int, end: int) -> bool:
    """Say whether a plain line is the rest of a sentence that the mail program folded."""
    if last.kind not in (Kind.SENTENCE, Kind.NOTE, Kind.ITEM):
        return False
    text = sheet.text
    after = text[last.end : start].lstrip(" ")[:1]
    if text[last.end - 1] in ".!?:…" or after in (".", "!", "?", ":"):
        return last.kind is Kind.NOTE and text[last.end - 1] != ":"
    if _UNFINISHED.search(sheet.folded, last.start, last.end):
        return True
    if text[start].islower():
        signed = sheet.folded[start:end].split(maxsplit=1)[0] in sheet.lexicon.first_names
        return last.end - last.start >= _FOLDED or not signed
    words = text[start:end].split()
    alone = sheet.words[start:end].split()[0] in sheet.lexicon.leads or (
        len(words) <= 4 and all(word[0].isupper() for word in words)
    )
    return last.end - last.start >= _FOLDED and not alone
