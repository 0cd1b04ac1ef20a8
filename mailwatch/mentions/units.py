"""Which service and which institution: units and State bodies named by the one who writes.

They are looked for in the header block, the delegated formula and the signature, and in the few body
sentences where a unit acts as the writer ("Le bureau des titres vous informe"). A unit that the citizen is
sent to, or that a file went to, is never the writer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import reads_as_acronym
from mailwatch.mentions.zones import Kind, Page, plain
from mailwatch.model import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A stretch of the page where the writer's unit or institution may be named, folded lines joined."""

    text: str
    folded: str
    place: Place
    rule: str
    opens_with: bool = False
    """Only a unit at the very start counts: the subject of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A unit or an institution named, as the words stand in the message."""

    text: str
    place: Place
    decided_by: str
    rank: int
    """0 for the nearest to the writer."""


# --- where a unit may stand -----------------------------------------------------------------------

_GOES_ON = re.compile(r"(?:et|de|du|des|d'|la|l'|a|au|aux|pour)\b")
_UNFINISHED = re.compile(r"(?:\b(?:de|du|des|la|le|les|et|a|au|aux|en)|\b[dl]'|[-,&])\s*$")
_ORDER = {Place.SIGNATURE: 0, Place.DELEGATED_FORMULA: 1, Place.HEADER_BLOCK: 2, Place.BODY: 3}
_HEAD_KINDS = (Kind.PLAIN, Kind.LABEL, Kind.DELEGATION)


def read_blocks(page: Page, lexicon: Lexicon) -> tuple[Block, ...]:
    """The stretches of the page that speak of the writer, those nearest to the signature first."""
    blocks = [*_lines(page), *_sentences(page, lexicon)]
    return tuple(sorted(blocks, key=lambda block: _ORDER[block.place]))


def read_name(text: str) -> tuple[Block, ...]:
    """A display name or a subject as one block."""
    return (
        (Block(text=text, folded=plain(text), place=Place.SIGNATURE, rule="header"),)
        if text
        else ()
    )


def _lines(page: Page) -> Iterator[Block]:
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
            and (
                _GOES_ON.match(page.folded, line.start)
                or _UNFINISHED.search(page.folded, start, end)
            )
        )
        if not joined:
            if start >= 0:
                yield _block(page, start, end, place, "line")
            start, place = line.start, line.place or Place.BODY
        end = line.end
    if start >= 0:
        yield _block(page, start, end, place, "line")


def _block(
    page: Page, start: int, end: int, place: Place, rule: str, *, opens_with: bool = False
) -> Block:
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


def _until(page: Page, start: int) -> int:
    match = _SENTENCE_END.search(page.folded, start, start + 160)
    return match.start() if match else min(start + 160, len(page.folded))


def _subject(page: Page, verb: int, rule: str, lexicon: Lexicon) -> Iterator[Block]:
    """The subject of a verb that only a writer uses, if it is more than "je" or "nous"."""
    before = page.folded[max(0, verb - 220) : verb]
    if before.rstrip().endswith(("je", "nous", "j'", "qui", "ne")):
        return
    ends = [match.end() for match in _SENTENCE_END.finditer(before)]
    start = verb - len(before) + (ends[-1] if ends else 0)
    greeting = _GREETING.match(page.folded, start, verb)
    if greeting:
        start = greeting.end()
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


# --- units ----------------------------------------------------------------------------------------

_CUT = re.compile(
    r"[ ,](?:de la |a la |en |- )?(?:(?:sous-)?prefecture|tel|telephone|fax|ouverte?s?|fermee?s?"
    r"|joignable|disponible|bp|cs|cedex|rue|place|avenue|boulevard"
    r"|situee?|instructeurs? de|vous|competente?s?|concernee?s?|aupres|actuellement|est|sont|reste|demeure"
    r"|au nom|et par|par delegation|mme|mlle|mr?|madame|monsieur)\b.*"
)
# « notre bureau des titres *instruit les* demandes »: a verb, unless a preposition or an article stands before it.
_VERB = re.compile(
    r"(?<! de)(?<! du)(?<! des)(?<! la)(?<! les)(?<! et)(?<! au)(?<! aux)(?<! le) [a-z]+(?:e|ent|it|a|ont|st|nd|oit) "
    r"(?:le|la|les|un|une|votre|vos|ce|cette|tous|toutes|par|pour|dans|sur|plus|ne|bien|actuellement|l'|toujours|uniquement)\b.*"
)
_DANGLING = re.compile(r"(?:[ ,'-]+(?:de|du|des|d|la|le|les|l|et|a|au|aux|en|pour|par))+$")
_HOURS = re.compile(
    r"\s*(?:n ?o ?)?(?::\s*)?(?:\d|@|\+33|du lundi|lundi|sur rendez|ouvert|ferme|de \d)"
)
_ACRONYMS = re.compile(
    r"(?<![\w.@'’-])[A-Z]{2,9}(?:\d{2,3})?(?:(?: ?/ ?|-)[A-Z]{2,9}(?:\d{2,3})?)*(?![\w'’])"
)
_NOT_A_UNIT = re.compile(
    r"services? (?:de l'etat|publics?|instructeurs?|competents?|concernes?|en ligne|civique|militaire)"
    r"|maison d'arret|centre (?:ville|commercial|hospitalier)|services?$"
)
_THIRD_PARTY = re.compile(
    r"\b(?:tribunal|mairie|impots|conseil departemental|conseil regional|commune de"
    r"|caf|cpam|pole emploi|france travail|notaire|ofii)\b"
)
_FUNCTION_OF = re.compile(
    r"(?:charg\w+|chefs?f?e?|direct\w+|secretaire|responsable|adjoint\w*|agent\w*|officier|maitre"
    r"|conseill\w+) (?:de |d')$"
)


def read_services(
    blocks: Iterable[Block], lexicon: Lexicon, directory: Iterable[str], names: Iterable[str] = ()
) -> tuple[Body, ...]:
    """Every unit named for the writer, the declared directory first, then the nearest to the writer.

    A person's name out of `names` that follows a unit on its line is not part of it.
    """
    blocks = tuple(blocks)
    words = frozenset(plain(" ".join(names)).split())
    found = [*_declared(blocks, directory)]
    if not found:
        for block in blocks:
            found += _units(_without(block, names), lexicon)
            found += _acronyms(block, lexicon, words)

    return tuple(
        sorted(found, key=lambda body: (_ORDER[body.place] == _ORDER[Place.BODY], body.rank))
    )


def _without(block: Block, names: Iterable[str]) -> Block:
    folded = block.folded
    for name in names:
        folded = folded.replace(plain(name), "@" * len(name))
    return block if folded is block.folded else replace(block, folded=folded)


def _declared(blocks: Iterable[Block], directory: Iterable[str]) -> Iterator[Body]:
    names = sorted({name for name in directory if name}, key=len, reverse=True)
    for block in blocks if names else ():
        for name in names:
            start = _whole(block, plain(name))
            if start >= 0 and not (block.opens_with and start > 6):
                text = " ".join(block.text[start : start + len(name)].split())
                if not name.isupper() or len(name) > 4 or text.isupper():
                    yield Body(text=text, place=block.place, decided_by="directory", rank=0)


def _whole(block: Block, name: str) -> int:
    """Where a whole name stands in a block, else -1."""
    at = block.folded.find(name)
    while at >= 0:
        if (
            not block.folded[at - 1 : at].isalnum()
            and not block.folded[at + len(name) :][:1].isalnum()
        ):
            return at
        at = block.folded.find(name, at + 1)
    return -1


def _units(block: Block, lexicon: Lexicon) -> Iterator[Body]:
    for match in lexicon.unit.finditer(block.folded):
        if block.opens_with and match.start() > 12:
            return
        body = _unit(block, match.start(), match.end(), match.group("head"), lexicon)
        if body is not None:
            yield body


def _unit(block: Block, start: int, end: int, head: str, lexicon: Lexicon) -> Body | None:
    """The unit at `start`, cut where it ends, if it is one."""
    folded = block.folded[start:end]
    inner = lexicon.unit.search(folded, len(head)) if head in ("equipe", "secretariat") else None
    if inner:
        return _unit(block, start + inner.start(), end, inner.group("head"), lexicon)
    cut = _CUT.search(folded, len(head)) or (
        _VERB.search(folded, len(head)) if block.opens_with else None
    )
    folded = _DANGLING.sub("", folded[: cut.start()] if cut else folded)
    bare = folded == head
    before = block.folded[:start]
    if (
        (_HOURS.match(block.folded, start + len(folded)) and bare)
        or _NOT_A_UNIT.match(folded)
        or _THIRD_PARTY.search(folded)
    ):
        return None
    if bare and not (
        folded in lexicon.standalone_units
        and not before.rstrip(" -|,/").endswith((" de", " du", " d'", "chef"))
    ):
        return None
    if (
        head in ("bureau", "mission", "service", "section", "cabinet")
        and _FUNCTION_OF.search(before)
        and head == "mission"
    ):
        return None
    if _ADDRESS_BEFORE.search(before):
        return None
    rank = _rank(head, lexicon)
    text = " ".join(block.text[start : start + len(folded)].split())
    return Body(text=text, place=block.place, decided_by=block.rule, rank=rank)


def _rank(head: str, lexicon: Lexicon) -> int:
    if head.startswith("sous"):
        return 2
    return (
        1
        if head in lexicon.broad_units or head.startswith(("direction", "secretariat general"))
        else 0
    )


_ADDRESS_BEFORE = re.compile(
    r"\b(?:rue|place|avenue|av|boulevard|bd|quai|cours|chemin|route|allee|impasse|square|parvis|esplanade)\.?"
    r" (?:de |du |des |d')?(?:la |l'|le )?$"
)


def _acronyms(block: Block, lexicon: Lexicon, names: frozenset[str]) -> Iterator[Body]:
    """Acronyms of units: known ones anywhere, unknown ones only alone between separators and unlike a word."""
    for match in _ACRONYMS.finditer(block.text):
        if block.opens_with and match.start() > 6:
            return
        parts = [re.sub(r"\d+$", "", part) for part in re.split(r"[\s/-]+", plain(match.group()))]
        known = any(part in lexicon.acronyms and part != "pref" for part in parts)
        if not known and not (_alone(block, match) and all(_unlike_a_word(part) for part in parts)):
            continue
        if not names.isdisjoint(parts):
            continue
        broad = all(
            part[0] == "d" or part.startswith("sg") or part in lexicon.state_acronyms
            for part in parts
        )
        decided_by = "acronym" if block.place is not Place.BODY else block.rule
        territory = lexicon.territory.match(block.folded, match.end())
        text = block.text[match.start() : territory.end() if territory else match.end()]
        yield Body(
            text=" ".join(text.split()),
            place=block.place,
            decided_by=decided_by,
            rank=1 if broad else 0,
        )


def _alone(block: Block, match: re.Match[str]) -> bool:
    before, after = (
        block.text[: match.start()].rstrip(" \xa0"),
        block.text[match.end() :].lstrip(" \xa0"),
    )
    return (not before or before[-1] in "-–—|/,(;\t") and (not after or after[0] in "-–—|/,);\t")


_NEVER_UNITS = frozenset("rf bp cs tsa pj ps nb cc tel fax mel rdv pdf rio cm jd".split())


def _unlike_a_word(part: str) -> bool:
    return part not in _NEVER_UNITS and reads_as_acronym(part)


# --- institutions ---------------------------------------------------------------------------------


def read_institutions(blocks: Iterable[Block], lexicon: Lexicon) -> tuple[Body, ...]:
    """Every State body named with its territory for the writer, préfectures first."""
    found = [body for block in blocks for body in _institutions(block, lexicon)]
    return tuple(
        sorted(found, key=lambda body: (_ORDER[body.place] == _ORDER[Place.BODY], body.rank))
    )


def _institutions(block: Block, lexicon: Lexicon) -> Iterator[Body]:
    spans = [match.span() for match in lexicon.institution.finditer(block.folded)]
    for match in lexicon.town_office.finditer(block.folded):
        known = any(start <= match.start() < end for start, end in spans)
        capital = block.text[match.start("place")].isupper()
        if capital and not known and match.group("place") not in _NO_PLACE:
            spans.append(match.span())
    for start, end in spans:
        if block.text[start : start + 3] in ("sp ", "Sp "):
            continue
        before = block.folded[:start]
        if _ADDRESS_BEFORE.search(before) or _SITE_OF.search(before):
            continue
        if block.opens_with and not _ATTACHED.fullmatch(before, max(0, start - 200)):
            continue
        text = " ".join(block.text[start:end].split())
        yield Body(
            text=text,
            place=block.place,
            decided_by=block.rule,
            rank=_institution_rank(block.folded[start:end]),
        )


_NO_PLACE = frozenset(
    (
        "votre",
        "region",
        "police",
        "zone",
        "departement",
        "la",
        "le",
        "les",
        "son",
        "mon",
        "leur",
        "chaque",
        "rattachement",
        "residence",
    )
)
_SITE_OF = re.compile(
    r"(?:site (?:internet|web)?|page|facebook|twitter|compte|suivez|retrouvez|reseaux?)\b.{0,20}$"
)
# Between the start of a subject and the institution only the writer's own unit may stand.
_ATTACHED = re.compile(r"(?:.{0,120}\b(?:de la|du|de l'|a la|au|des|en|de|le|la|,)|) ?")


def _institution_rank(folded: str) -> int:
    if folded.startswith(("prefecture", "haut", "administra")):
        return 0
    if folded.startswith(("prefet", "pref")):
        return 1
    return 2 if folded.startswith("sous") else 3
