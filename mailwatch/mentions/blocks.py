"""The stretches of a page that speak of the writer: joined lines, and sentences in which a unit or an agent writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import Named, Weight, parse_person
from mailwatch.mentions.page import Kind, Line, Page, plain
from mailwatch.model import Place


class Block(NamedTuple):
    """A stretch of the page where the writer's unit or institution may be named, folded lines joined."""

    text: str
    folded: str
    place: Place
    rule: str
    opens_with: bool = False
    """Only a unit at the very start counts: the subject of a sentence."""


# --- where a unit may stand -----------------------------------------------------------------------

_GOES_ON = re.compile(r"(?:et|de|du|des|d'|la|l'|a|au|aux|pour)\b")
_UNFINISHED = re.compile(r"(?:\b(?:de|du|des|la|le|les|et|a|au|aux|en)|\b[dl]'|[-,&])\s*$")
_ORDER = (Place.SIGNATURE, Place.DELEGATED_FORMULA, Place.HEADER_BLOCK, Place.BODY)
_HEAD_KINDS = (Kind.PLAIN, Kind.LABEL, Kind.DELEGATION)


def read_blocks(page: Page, lexicon: Lexicon) -> tuple[Block, ...]:
    """The stretches of the page that speak of the writer, those nearest to the signature first."""
    blocks = [*_lines(page, lexicon), *_sentences(page, lexicon)]
    return tuple(sorted(blocks, key=lambda block: _ORDER.index(block.place)))


def read_name(text: str) -> tuple[Block, ...]:
    """A display name or a subject as one block."""
    return (
        (Block(text=text, folded=plain(text), place=Place.SIGNATURE, rule="header"),)
        if text
        else ()
    )


def _lines(page: Page, lexicon: Lexicon) -> Iterator[Block]:
    """Header and signature lines, each joined with the lines that complete it."""
    start = end = -1
    place = Place.BODY
    for line in page.lines:
        if line.place in (None, Place.BODY) or line.kind not in _HEAD_KINDS:
            continue
        joined = (
            start >= 0
            and not line.gap
            and line.place is place
            and not page.text[end : line.start].strip()
            and (_goes_on(page, line, lexicon) or _UNFINISHED.search(page.folded, start, end))
        )
        if not joined:
            if start >= 0:
                yield _block(page, start, end, place, "line")
            start, place = line.start, line.place or Place.BODY
        end = line.end
    if start >= 0:
        yield _block(page, start, end, place, "line")


def _goes_on(page: Page, line: Line, lexicon: Lexicon) -> bool:
    """Say whether a line completes the one above: "de la réglementation", but not "L'adjointe au chef"."""
    joint = _GOES_ON.match(page.folded, line.start, line.end)
    if joint is None:
        return False
    after = page.folded[joint.end() : line.end].split(maxsplit=1)[:1]
    return not (joint[0] in _ARTICLES and after and after[0].strip(",") in lexicon.functions)


_ARTICLES = ("l'", "la")
_LONGEST = 1000
"""Signs of a block that are looked at."""


def _block(
    page: Page, start: int, end: int, place: Place, rule: str, *, opens_with: bool = False
) -> Block:
    end = min(end, start + _LONGEST)
    folded = page.folded[start:end].replace("\n", " ")
    return Block(
        text=page.text[start:end], folded=folded, place=place, rule=rule, opens_with=opens_with
    )


_SENTENCE_END = re.compile(r"[.!?;](?=\s)|\n\s*\n")
_GREETING = re.compile(
    r"\s*(?:(?:bonjour|bonsoir|madame|monsieur|mesdames|messieurs)[\w .]{0,40}[,!\n]\s*)+"
)
_SUBJECT = re.compile(
    r"[\s,]*(?:(?:par ailleurs|en effet|ainsi|aussi|en reponse|suite a|apres verification|a ce titre)[^,]{0,60}, )?"
    r"(?:nous, )?(?:(?:le|la|les|notre|nos) |l')?"
    r"(?:services? (?:instructeurs? )?de (?=la prefecture|la sous-pref)la )?"
)
_BELONGS = re.compile(
    r"(?:,? ?(?:du|de la|de l'|des|au|aux|a la|a l'|pour le|pour la|dans le|en poste au)) ?(?=\w)"
)


def _sentences(page: Page, lexicon: Lexicon) -> Iterator[Block]:
    """The parts of body sentences in which a unit writes, or the author says where he or she works."""
    for found in page.found:
        if found.label == "writes":
            yield from _subject(page, found.start, found.rule, lexicon)
        elif found.label == "on_behalf":
            start = found.start if page.folded.startswith("no", found.start) else found.end
            yield _block(
                page, start, _until(page, found.end), Place.BODY, found.rule, opens_with=True
            )
        elif found.label == "introduction":
            yield from _workplace(page, found.end, found.rule, lexicon)
    for agent in presented(page, lexicon):
        yield _block(page, agent.unit, agent.end, Place.BODY, agent.rule, opens_with=True)


def _until(page: Page, start: int) -> int:
    match = _SENTENCE_END.search(page.folded, start, start + 160)
    return match.start() if match else min(start + 160, len(page.folded))


def _sentence(page: Page, verb: int) -> int:
    """Where the sentence of a verb begins behind its greeting, or -1 where "je" or "nous" is its subject."""
    before = page.folded[max(0, verb - 220) : verb]
    if before.rstrip().endswith(_PRONOUNS):
        return -1
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    start = verb - len(before) + (ends[-1] if ends else 0)
    greeting = _GREETING.match(page.folded, start, verb)
    return greeting.end() if greeting else start


_PRONOUNS = ("je", "nous", "j'", "qui", "ne")


class Agent(NamedTuple):
    """An agent who writes of himself as of another, and where his unit is named."""

    named: Named
    unit: int
    end: int
    rule: str


_OF_UNIT = re.compile(r",? (?:du|de la|de l'|des|au|aux|a la|a l')(?: |(?<='))|, ")
_PAST = ("a ", "ont ", "vous a ", "vous ont ")
_THEN = re.compile(r"\s*(?:[.:;!]|, ?(?:je |j'|nous )|$)")


def presented(page: Page, lexicon: Lexicon) -> Iterator[Agent]:
    """The agents of a named unit who write: "Claire, du bureau des armes, vous confirme", or "… : je"."""
    for found in page.found:
        if found.label == "writes" and not page.folded.startswith(_PAST, found.start):
            start = _sentence(page, found.start)
            agent = _agent(page, start, found.start, found.rule, lexicon) if start >= 0 else None
            if agent is not None:
                yield agent
    for line in page.lines:
        if line.kind is Kind.SENTENCE:
            agent = _agent(page, line.start, line.end, "line", lexicon)
            if agent is not None and _THEN.match(page.folded, agent.end):
                yield agent
            return


def _agent(page: Page, start: int, end: int, rule: str, lexicon: Lexicon) -> Agent | None:
    """The agent that a stretch of text begins with, and his unit."""
    start += len(page.text[start:end]) - len(page.text[start:end].lstrip())
    if not page.text[start : start + 1].isupper():
        return None
    joint = _OF_UNIT.search(page.folded, start, min(end, start + 60))
    named = parse_person(page.text[start : joint.start()], lexicon) if joint else None
    if joint is None or named is None or named.weight is Weight.WEAK:
        return None
    unit = lexicon.unit.search(page.folded, joint.start(), end)
    between = page.folded[joint.end() : unit.start()].split() if unit else ()
    if unit is None or len(between) > 5 or not all(_is_function(word, lexicon) for word in between):
        return None
    return Agent(named, unit.start(), unit.end(), rule)


def _is_function(word: str, lexicon: Lexicon) -> bool:
    return word.strip(",") in lexicon.functions or word in _OF


_OF = frozenset(("du", "de", "la", "l'", "des", "au", "a", "et", "d'", "le"))


def _subject(page: Page, verb: int, rule: str, lexicon: Lexicon) -> Iterator[Block]:
    """The subject of a verb that only a writer uses, if it is more than "je" or "nous"."""
    start = _sentence(page, verb)
    if start < 0:
        return
    match = _SUBJECT.match(page.folded, start, verb)
    start = match.end() if match else start
    words = page.folded[start:verb].replace("'", " ").replace(",", " ").split()
    if words and lexicon.sentence_words.isdisjoint(words) and len(words) < 24:
        yield _block(page, start, verb, Place.BODY, rule, opens_with=True)


def _workplace(page: Page, start: int, rule: str, lexicon: Lexicon) -> Iterator[Block]:
    """« Je suis Claire, du bureau des étrangers »: what follows a name or a function, through "du" or "au"."""
    end = _until(page, start)
    start += len(page.text[start:end]) - len(page.text[start:end].lstrip(" \n\t:,"))
    first = page.text[start : start + 1]
    word = page.folded[start:end].replace("'", " ").split()[:2]
    named = (
        first.isupper()
        or any(part in lexicon.functions for part in word)
        or word[:1] in (["au"], ["a"], ["dans"], ["en"])
    )
    if not named:
        return
    for match in _BELONGS.finditer(page.folded, start, end):
        words = page.folded[start : match.start()].replace("'", " ").replace(",", " ").split()
        if len(words) > 12 or not lexicon.sentence_words.isdisjoint(words):
            return
        yield _block(page, match.end(), end, Place.BODY, rule, opens_with=True)
