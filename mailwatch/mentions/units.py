"""Which service and which institution: units and State bodies named by the one who writes.

They are looked for in the header block, the delegated formula and the signature, and in the few body
sentences where a unit acts as the writer ("Le bureau des titres vous informe"). A unit that the citizen is
sent to, or that a file went to, is never the writer's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from mailwatch.mentions.blocks import Block
from mailwatch.mentions.domains import named_domains
from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import parse_person, reads_as_acronym
from mailwatch.mentions.page import plain
from mailwatch.model import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A unit or an institution named, as the words stand in the message."""

    text: str
    place: Place
    decided_by: str
    rank: int
    """0 for the nearest to the writer."""


# --- units ----------------------------------------------------------------------------------------

_CUT = re.compile(
    r"[ ,](?:de la |a la |en |- )?(?:(?:sous-)?prefecture|dd[a-z]{1,6}|dreal|dreets|drac|draaf|dcl|sgcd?"
    r"|tel|telephone|fax|ouverte?s?|fermee?s?"
    r"|joignable|disponible|bp|cs|cedex|rue|place|avenue|boulevard"
    r"|situee?|instructeurs? de|vous|competente?s?|concernee?s?|aupres|actuellement|est|sont|reste|demeure"
    r"|au nom|et par|par delegation|mme|mlle|mr?|madame|monsieur)\b.*"
)
# « notre bureau des titres *instruit les* demandes »: a verb, unless a preposition or an article stands before it.
_VERB = re.compile(
    r"(?<! de)(?<! du)(?<! des)(?<! la)(?<! les)(?<! et)(?<! au)(?<! aux)(?<! le)"
    r" (?!de |une )[a-z]+(?:e|ent|it|a|ont|st|nd|oit) "
    r"(?:le|la|les|un|une|votre|vos|ce|cette|tous|toutes|par|pour|dans|sur|plus|ne|bien|actuellement|l'|toujours|uniquement)\b.*"
)
_DANGLING = re.compile(r"(?:[ ,'-]+(?:de|du|des|d|la|le|les|l|et|a|au|aux|en|pour|par))+$")
_HOURS = re.compile(
    r"\s*(?:n ?o ?)?(?::\s*)?(?:\d|@|\+33|du lundi|lundi|sur rendez|ouvert|ferme|de \d)"
)
_ACRONYMS = re.compile(
    r"(?<![\w.@'’-])(?:S/P|(?:[A-Z]\.){3,8}|[A-Z]{2,9}(?:\d{2,3})?)"
    r"(?:(?: ?/ ?|-|(?<=UD|DT|UT) )[A-Z]{2,9}(?:\d{2,3})?)*(?![\w'’])"
)
_ALONE = re.compile(r"[A-Z]{3,6}")
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
    blocks, names = tuple(blocks), tuple(names)
    folded = tuple(plain(name) for name in names)
    words = frozenset(" ".join(folded).split())
    found = [*_declared(blocks, directory)]
    if not found:
        for block in blocks:
            found += _units(_without(block, folded), lexicon)
            found += _acronyms(block, lexicon, words)
        if names:  # a desk is a place, and stands for its unit only where it signs itself
            found = [body for body in found if body.rank != _DESK_RANK]
    if all(body.place is Place.BODY or body.rank for body in found):
        for block in blocks:
            found += _domains(_without(block, folded), lexicon)
    return _nearest(found or [*_below_names(blocks, names)])


def _below_names(blocks: Sequence[Block], names: Iterable[str]) -> Iterator[Body]:
    """Capitals that stand alone below a name in small letters: « Delphine Vuaillat / BIS » is no surname."""
    full = tuple(name for name in names if " " in name and not name.split()[-1].isupper())
    # "".endswith(()) is False: without such a name nothing is found.
    for above, block in pairwise(blocks):
        if (
            block.place is above.place
            and _ALONE.fullmatch(block.text)
            and plain(block.text) not in _NEVER_UNITS
            and above.text.rstrip(" ,.").endswith(full)
        ):
            yield Body(text=block.text, place=block.place, decided_by="acronym", rank=0)


def _domains(block: Block, lexicon: Lexicon) -> Iterator[Body]:
    for text in named_domains(block, lexicon):
        yield Body(text=text, place=block.place, decided_by="domain", rank=0)


def _nearest(found: list[Body]) -> tuple[Body, ...]:
    """Signature, formula and header before the body, then by rank."""
    return tuple(sorted(found, key=lambda body: (body.place is Place.BODY, body.rank)))


def _without(block: Block, names: Iterable[str]) -> Block:
    folded = block.folded
    for name in names:
        folded = folded.replace(name, "@" * len(name))
    return block if folded is block.folded else block._replace(folded=folded)


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


@lru_cache(maxsize=1024)  # the lines of a signature come back with each mail of a service
def _units(block: Block, lexicon: Lexicon) -> tuple[Body, ...]:
    return tuple(_named_units(block, lexicon))


def _named_units(block: Block, lexicon: Lexicon) -> Iterator[Body]:
    for match in lexicon.unit.finditer(block.folded):
        if block.opens_with and match.start() > 12:
            return
        body = _unit(block, match.start(), match.end(), match.group("head"), lexicon)
        if body is not None:
            yield body


def _unit(block: Block, start: int, end: int, head: str, lexicon: Lexicon) -> Body | None:
    """The unit at `start`, cut where it ends, if it is one."""
    folded = block.folded[start:end]
    if head in lexicon.head_titles:
        return _headed(block, start, end, head, lexicon)
    if block.place is Place.BODY and head in _DECIDES:
        return None
    inner = lexicon.unit.search(folded, len(head)) if head in ("equipe", "secretariat") else None
    if inner:
        return _unit(block, start + inner.start(), end, inner.group("head"), lexicon)
    desk = _DESK.match(block.folded, start) if block.place is not Place.BODY else None
    if desk:
        return _body(block, desk.start(), desk.end(), rank=_DESK_RANK)
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
    if head in ("mission", "accueil") and _FUNCTION_OF.search(before):
        return None
    if _ADDRESS_BEFORE.search(before):
        return None
    return _body(block, start, start + len(folded), rank=_rank(head, lexicon))


def _body(block: Block, start: int, end: int, *, rank: int) -> Body:
    text = " ".join(block.text[start:end].split())
    return Body(text=text, place=block.place, decided_by=block.rule, rank=rank)


_DECIDES = frozenset(("comite", "commission"))
"""Bodies of which a sentence tells what they decided: they do not write."""
_DESK = re.compile(r"guichet (?:n ?o ?|numero )?(?:\d{1,2}|[a-d])(?=\s*(?:$|[-|,/(;\t.]))")
"""« Guichet 2 », alone between separators; « Bureau 12 » is a room."""
_DESK_RANK = 3


def _headed(block: Block, start: int, end: int, head: str, lexicon: Lexicon) -> Body | None:
    """The unit that a title names by who heads it: « La directrice des sécurités », « le directeur de cabinet »."""
    folded = block.folded[start:end]
    inner = lexicon.unit.search(folded, len(head))
    if inner:
        unit = _unit(block, start + inner.start(), end, inner.group("head"), lexicon)
        if unit is not None:
            return unit
    if block.place is Place.BODY:
        return None
    cut = _CUT.search(folded, len(head))
    folded = _DANGLING.sub("", folded[: cut.start()] if cut else folded)
    if " " not in head and not _HEADS.match(folded, len(head)):
        return None
    return _body(block, start, start + len(folded), rank=1)


_HEADS = re.compile(
    r"(?: (?:general|adjoint|delegue|departemental|interdepartemental|regional|territorial)e?| par interim){0,3}"
    r" (?:du |de |des |d')(?!(?:la |l')?(?:publication|projet|programme|mission|recherche|these|ecole|lycee|college"
    r"|hopital|ehpad|etablissement|travaux)\b)(?:la |l')?[a-z]{3}"
)
"""What a title is completed with to tell a unit: « directeur *des sécurités* »."""

_OFFICE_RANK = 2


def _rank(head: str, lexicon: Lexicon) -> int:
    if head.startswith("sous"):
        return _OFFICE_RANK
    return (
        1
        if head in lexicon.broad_units or head.startswith(("direction", "secretariat general"))
        else 0
    )


_ADDRESS_BEFORE = re.compile(
    r"\b(?:rue|place|avenue|av|boulevard|bd|quai|cours|chemin|route|allee|impasse|square|parvis|esplanade)\.?"
    r" (?:de |du |des |d')?(?:la |l'|le )?$"
)


@lru_cache(maxsize=1024)
def _acronyms(block: Block, lexicon: Lexicon, names: frozenset[str]) -> tuple[Body, ...]:
    return tuple(_named_acronyms(block, lexicon, names))


def _named_acronyms(block: Block, lexicon: Lexicon, names: frozenset[str]) -> Iterator[Body]:
    """Acronyms of units: known ones anywhere, unknown ones only alone between separators and unlike a word."""
    covered = 0
    for match in _ACRONYMS.finditer(block.text):
        if block.opens_with and match.start() > 6:
            return
        if match.start() < covered:
            continue
        written = plain(match.group()).replace("s/p", "sp").replace(".", "")
        parts = [re.sub(r"\d+$", "", part) for part in re.split(r"[\s/-]+", written)]
        known = any(part in lexicon.acronyms and part != "pref" for part in parts)
        if not known and not (
            _alone(block, match)
            and (
                all(map(_unlike_a_word, parts))
                or _is_apposed(block, match, lexicon)
                or _is_numbered(block, match, parts)
            )
        ):
            continue
        if not names.isdisjoint(parts):
            continue
        broad = all(
            part[0] == "d" or part.startswith("sg") or part in lexicon.state_acronyms
            for part in parts
        )
        decided_by = "acronym" if block.place is not Place.BODY else block.rule
        territory = lexicon.territory.match(block.folded, match.end())
        covered = territory.end() if territory else match.end()
        text = block.text[match.start() : covered]
        yield Body(
            text=" ".join(text.split()),
            place=block.place,
            decided_by=decided_by,
            rank=_OFFICE_RANK if parts[0] == "sp" else int(broad),
        )


def _alone(block: Block, match: re.Match[str]) -> bool:
    before, after = (
        block.text[: match.start()].rstrip(" \xa0"),
        block.text[match.end() :].lstrip(" \xa0"),
    )
    after = _DEPARTMENT.sub("", after)
    return (not before or before[-1] in "-–—|/,(;\t") and (not after or after[0] in "-–—|/,);\t")


_DEPARTMENT = re.compile(r"^(?:0[1-9]|[1-8]\d|9[0-5]|2[AB]|97[1-8])(?!\d)\s*")


def _is_numbered(block: Block, match: re.Match[str], parts: list[str]) -> bool:
    """Say whether capitals bear the number of a department: « TE 21 », but not « RD 21 »."""
    number = _DEPARTMENT.match(block.text[match.end() :].lstrip(" \xa0")) or match[0][-1].isdigit()
    return bool(number) and _NEVER_UNITS.isdisjoint(parts) and _ROADS.isdisjoint(parts)


_ROADS = frozenset("rd rn cd ch gr vc za zi zac bat lot apt".split())


def _is_apposed(block: Block, match: re.Match[str], lexicon: Lexicon) -> bool:
    """Say whether capitals stand beside a person in small letters: « Carrez, MISEN 39 »."""
    before = block.text[: match.start()].rstrip(" \xa0,-–—|(")
    named = parse_person(before, lexicon) if before and not before.isupper() else None
    return (
        named is not None
        and before.endswith(named.text)
        and len(match.group()) > 2
        and plain(match.group()) not in _NEVER_UNITS
    )


_NEVER_UNITS = frozenset(
    "rf bp cs tsa pj ps nb cc tel fax mel rdv pdf rio cm jd abf dpo opj apj itpe idtpe ipef iae ispv apae aae sacn"
    " tspdd adc ltn cne cdt".split()
)
"""Signs of an address, of a letter, of a rank or of a profession: « C. Vandelle, ABF »."""


def _unlike_a_word(part: str) -> bool:
    return part not in _NEVER_UNITS and reads_as_acronym(part)


# --- institutions ---------------------------------------------------------------------------------


def read_institutions(blocks: Iterable[Block], lexicon: Lexicon) -> tuple[Body, ...]:
    """Every State body named with its territory for the writer, préfectures first."""
    return _nearest([body for block in blocks for body in _institutions(block, lexicon)])


@lru_cache(maxsize=1024)
def _institutions(block: Block, lexicon: Lexicon) -> tuple[Body, ...]:
    return tuple(_bodies(block, lexicon))


def _bodies(block: Block, lexicon: Lexicon) -> Iterator[Body]:
    spans = [match.span() for match in lexicon.institution.finditer(block.folded)]
    if not spans and " prefecture" in block.folded:
        spans = [match.span() for match in lexicon.office_behind.finditer(block.folded)]
    for match in lexicon.town_office.finditer(block.folded):
        known = any(start <= match.start() < end for start, end in spans)
        capital = block.text[match.start("place")].isupper()
        if capital and not known and match.group("place") not in _NO_PLACE:
            spans.append(match.span())
    for start, end in spans:
        before = block.folded[:start]
        if block.text[start : start + 3] in ("sp ", "Sp "):
            continue
        if _ADDRESS_BEFORE.search(before) or _SITE_OF.search(before):
            continue
        if block.opens_with and not _ATTACHED.fullmatch(before, max(0, start - 200)):
            continue
        opened = "(" in block.folded[start:end] and ")" not in block.folded[start:end]
        text = " ".join(block.text[start : end + opened].split())
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
    if folded.startswith("sous"):
        return 2
    return 4 if folded.startswith(_PARTS_OF_BODIES) else 3


_PARTS_OF_BODIES = ("unite", "delegation", "ud", "sdjes", "secretariat", "sgc")
"""Beside the body that they belong to, it is the institution: « UD 39 – DREAL Bourgogne-Franche-Comté »."""
