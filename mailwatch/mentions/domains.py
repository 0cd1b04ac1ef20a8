"""Units named by what they deal with: « Réglementation funéraire », « Élections, préfecture du Jura ».

Many services sign without the head that makes a unit of a name (bureau, pôle, service). Such a name is taken for one
only in a signature or a header, between separators, when its first word is a domain of the State's work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwatch.mentions.blocks import Block
from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import Weight, is_role, parse_person
from mailwatch.model import Place

_PART = re.compile(r"(?:(?!, | - | – | — | \| |[|\t/()\n•]).)+")
"""What stands between two separators."""
_ENUMERATED = re.compile(
    r"[a-z'-]+(?: [a-z'-]+){0,2}(?:, [a-z'-]+(?: [a-z'-]+){0,3}){1,3} et [a-z' -]+$"
)
"""« Eau, risques et forêt »: commas that separate nothing."""
_FOREIGN = re.compile(r"[\d@:?!]")
_ARTICLE = re.compile(r"(?:l[ea]s? |l'|aux? )")
_DESK = re.compile(
    r"[a-z' -]{3,40} (?:desk|office|department|division|branch|unit|team|section)$|(?:the )?desk (?:n ?o ?)?\d{1,2}$"
)
_MOST_WORDS = 9


def named_domains(block: Block, lexicon: Lexicon) -> Iterator[str]:
    """The units that one block names by their domain, in its order."""
    if block.place is Place.BODY:
        return
    whole = block.folded.rstrip(" .,")
    spans = [(0, len(whole))] if _ENUMERATED.fullmatch(whole) else _parts(block.folded)
    for span in spans:
        start, end = _cut(block.folded, *span, lexicon)
        if _is_domain(block, start, end, lexicon):
            yield " ".join(block.text[start:end].split())


_LABEL = re.compile(
    r"(?:services?|bureau|pole|secteur|direction|unite|domaine|objet du service) ?: ?"
)
_OF_AGENT = re.compile(r"@+(?: et @+)?,? (?:du |des |de la |de l'|de |aux? |a la |a l'|d')")
"""« Aurélie du séjour », the name blanked."""
_JOINT = re.compile(r"(?: (?:de la|a la|de|d'|du|des|en))?[ ,-]*$")


def _cut(folded: str, start: int, end: int, lexicon: Lexicon) -> tuple[int, int]:
    """What is left of a part without the agent or the label before the domain and the institution behind it."""
    opening = _OF_AGENT if folded[start] == "@" else _LABEL
    agent = opening.match(folded, start, end)
    start = agent.end() if agent else start
    first = folded[start:end].split(maxsplit=1)[:1]
    if not first or first[0].strip(",") not in lexicon.domains:
        return start, end
    body = lexicon.institution.search(folded, start, end)
    if body is None:
        return start, end
    joint = _JOINT.search(folded, start, body.start())
    return start, joint.start() if joint else body.start()


def _parts(folded: str) -> list[tuple[int, int]]:
    found = []
    for match in _PART.finditer(folded):
        part = match[0]
        start = match.start() + len(part) - len(part.lstrip(" -."))
        end = match.start() + len(part.rstrip(" -.,"))
        if start < end:
            found.append((start, end))
    return found


def _is_domain(block: Block, start: int, end: int, lexicon: Lexicon) -> bool:
    folded, text = block.folded[start:end], block.text[start:end]
    if len(folded.split()) > _MOST_WORDS:
        return False
    if _FOREIGN.search(folded) and not _DESK.fullmatch(folded):
        return False
    article = _ARTICLE.match(folded)
    words = folded[article.end() if article else 0 :].replace("'", " ").replace(",", " ").split()
    if not words or not (words[0] in lexicon.domains or _DESK.fullmatch(folded)):
        return False
    person = parse_person(text, lexicon)
    named = person is not None and person.weight > Weight.WEAK
    return not named and not is_role(text, lexicon) and not lexicon.institution.search(folded)
