"""Who writes: the author among the persons that a mail names, or else what stands for a name.

The person in charge of the file comes first, then the declared directory, the signature, a contact beside
it, and who presents himself in the body. Without a name, a number, initials or a function are a designation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from mailwatch.mentions.blocks import presented
from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.names import (
    Named,
    Weight,
    first_person,
    is_role,
    parse_person,
    segments,
)
from mailwatch.mentions.page import Found, Kind, Line, Page, plain
from mailwatch.model import AuthorLevel, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person named, or designated, in the writer's text."""

    text: str
    level: AuthorLevel
    weight: Weight
    place: Place
    decided_by: str


def read_authors(page: Page, lexicon: Lexicon, agents: tuple[str, ...] = ()) -> tuple[Person, ...]:
    """List who may be the author, best first: person in charge, directory, signature, contact, body, designations."""
    blocks = [
        line for line in page.lines if line.place in _BLOCKS and line.kind is not Kind.SENTENCE
    ]
    named = [
        *_in_charge(page, lexicon),
        *_listed(page, blocks, agents),
        *_signatories(page, blocks, lexicon),
        *_contacts(page, lexicon),
        *_introduced(page, lexicon),
        *_presented(page, lexicon),
        *_letterhead(page, lexicon),
    ]
    sure = _fullest([person for person in named if person.weight > Weight.WEAK])
    undecided = [person for person in named if person.weight is Weight.WEAK]
    if sure or undecided:
        return (*sure, *undecided)
    return tuple(sorted(_designations(page, lexicon), key=lambda person: _RANK[person.level]))


def _fullest(people: list[Person]) -> list[Person]:
    """Put "Sandrine PETIT" before the "Sandrine" that stands above it."""
    if not people or people[0].level is not AuthorLevel.FIRST_NAME:
        return people
    first = plain(people[0].text).split()[0]
    fuller = [
        one
        for one in people[1:]
        if one.level is AuthorLevel.FULL_NAME and plain(one.text).startswith(f"{first} ")
    ]
    return [*fuller, *people]


_BLOCKS = (Place.SIGNATURE, Place.DELEGATED_FORMULA)
_RANK = {level: rank for rank, level in enumerate(AuthorLevel)}


def read_display_name(name: str, lexicon: Lexicon) -> str:
    """The person that a From display name names, else nothing."""
    for match in segments(name):
        person = parse_person(match, lexicon)
        if person is not None and (person.weight > Weight.WEAK or " " in person.text):
            return person.text
    return ""


# --- where a name may stand -----------------------------------------------------------------------


def _in_charge(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """The person that a label puts in charge of the file, on its line or on the next."""
    yield from _labelled(page, lexicon, "in_charge", Place.HEADER_BLOCK)


def _contacts(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """A person to contact, named in a header or signature block, not in the body."""
    yield from _labelled(page, lexicon, "contact", Place.HEADER_BLOCK)


def _labelled(page: Page, lexicon: Lexicon, label: str, place: Place) -> Iterator[Person]:
    for at, line in enumerate(page.lines):
        found = line.found
        if (
            found is None
            or found.label != label
            or (label == "contact" and line.place is Place.BODY)
        ):
            continue
        rest = page.text[found.end : line.end].lstrip(" \t\xa0:.)(e-–")
        if (
            not rest
            and at + 1 < len(page.lines)
            and page.lines[at + 1].kind in (Kind.PLAIN, Kind.LABEL)
        ):
            rest = page.text[page.lines[at + 1].start : page.lines[at + 1].end]
        person = first_person(rest, lexicon, weak=True)
        if person is not None and not is_role(rest, lexicon):
            yield Person(
                text=person.text,
                level=person.level,
                weight=Weight.SURE,
                place=place,
                decided_by=found.rule,
            )


def _listed(page: Page, blocks: list[Line], agents: tuple[str, ...]) -> Iterator[Person]:
    """Agents of the declared directory, in either order of their names."""
    for line in blocks if agents else ():
        words = plain(page.text[line.start : line.end])
        for agent in agents:
            for order in _orders(agent):
                at = words.find(order)
                if (
                    at >= 0
                    and not words[at - 1 : at].isalpha()
                    and not words[at + len(order) :][:1].isalpha()
                ):
                    text = page.text[line.start + at : line.start + at + len(order)]
                    yield Person(
                        text=text,
                        level=AuthorLevel.FULL_NAME,
                        weight=Weight.SURE,
                        place=line.place or Place.SIGNATURE,
                        decided_by="directory",
                    )


@lru_cache(maxsize=1024)
def _orders(agent: str) -> tuple[str, ...]:
    words = plain(agent).split()
    if len(words) < 2:
        return ()
    return (" ".join(words), " ".join((*words[1:], words[0])), " ".join((words[-1], *words[:-1])))


def _signatories(page: Page, blocks: list[Line], lexicon: Lexicon) -> Iterator[Person]:
    """Names in the signature and the delegated formula, in the order of the text."""
    for at, line in enumerate(blocks):
        if line.kind is Kind.LABEL and line.found is not None and line.found.label != "signed":
            continue
        following = blocks[at + 1] if at + 1 < len(blocks) else None
        person = _signed(page, line, following, lexicon)
        if person is None or (
            at and person.weight is Weight.WEAK and is_seat(page, blocks[at - 1], line, lexicon)
        ):
            continue
        rule = "par-délégation" if line.place is Place.DELEGATED_FORMULA else "line"
        yield Person(
            text=person.text,
            level=person.level,
            weight=person.weight,
            place=line.place or Place.SIGNATURE,
            decided_by=rule,
        )


def is_seat(page: Page, above: Line, line: Line, lexicon: Lexicon) -> bool:
    """Say whether one word below an institution is where it sits: « DDTM 17 / Marennes »."""
    return (
        not page.text[line.start : line.end].strip(" .,").count(" ")
        and above.place is line.place
        and lexicon.institution.search(page.folded, above.start, above.end) is not None
    )


_BORN = re.compile(r"\bnee?(?:\(e\))? (?:le|a|en) ")
"""« M. Paul MARTIN, né le … » is whom the mail is about."""


def _signed(page: Page, line: Line, following: Line | None, lexicon: Lexicon) -> Named | None:
    """The person that one line names, with the surname from the next line where the two are one name."""
    start = line.start if line.found is None else _after(line.found, line)
    if _NUMBER.match(page.folded, start, line.end) or _BORN.search(page.folded, start, line.end):
        return None
    person = first_person(page.text[start : line.end], lexicon, weak=True)
    alone = person is not None and person.text == page.text[start : line.end].strip(" ,.")
    if (
        person is None
        or not alone
        or person.level is not AuthorLevel.FIRST_NAME
        or following is None
    ):
        return person
    surname = page.text[following.start : following.end]
    if (
        following.gap
        or " " in surname
        or not surname.isupper()
        or not lexicon.not_names.isdisjoint((plain(surname), *plain(surname).split("-")))
    ):
        return person
    return first_person(f"{person.text} {surname}", lexicon, weak=True) or person


def _after(found: Found, line: Line) -> int:
    return (
        min(found.end, line.end)
        if found.label in ("signed", "contact", "in_charge")
        else line.start
    )


def _introduced(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """The author who presents himself in the body: "Je suis Claire, du bureau des étrangers"."""
    for found in page.found:
        if found.label != "introduction":
            continue
        if _shows_another(page, found):
            continue
        rest = page.text[found.end : found.end + 80].lstrip(" \n\t:,")
        clause, _, apposed = re.split(r"[.;!?]|\n\s*\n", rest)[0].replace("\n", " ").partition(",")
        if not clause[:1].isupper():  # « Je suis l'agent chargé du dossier, Claire Vernier »
            clause = apposed.strip() if is_role(clause, lexicon) else ""
        person = parse_person(clause.split(",")[0], lexicon)
        if person is not None and person.weight > Weight.WEAK:
            yield Person(
                text=person.text,
                level=person.level,
                weight=person.weight,
                place=Place.BODY,
                decided_by=found.rule,
            )


_SHOWN = re.compile(r"(?:c'est|ici)\b")
_WRITES = re.compile(
    r" qui (?:vous (?:ecri|repond|parle|contact|adress|recontact|envoie|re[- ])|ai\b|suis\b|m'|me\b|reprends\b)"
)
_CLAUSE_END = re.compile(r"[.;!?\n]")
_THIRD = re.compile(r" qui\b|,? (?:et )?(?:elle|il|ils|elles|lui)\b")


def _shows_another(page: Page, found: Found) -> bool:
    """Say whether "c'est" shows a colleague: « C'est Mme Vernier qui s'occupe de … », or comes late in the letter."""
    if not _SHOWN.search(page.folded, found.start, found.end):
        return False
    clause = _CLAUSE_END.split(page.folded[found.end : found.end + 120], maxsplit=1)[0]
    if _WRITES.search(clause):
        return False
    return _THIRD.search(clause) is not None or any(
        line.kind is Kind.SENTENCE and line.end < found.start for line in page.lines
    )


def _presented(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """The author who speaks of himself as of another: "Claire Vernier, du bureau des armes, vous confirme"."""
    for agent in presented(page, lexicon):
        yield Person(
            text=agent.named.text,
            level=agent.named.level,
            weight=agent.named.weight,
            place=Place.BODY,
            decided_by=agent.rule,
        )


_PREFECT = re.compile(r"(?:l[ea] )?(?:sous-)?(?:prefete?|haut-commissaire)\b")


def _letterhead(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """A name above the salutation, only where the next line tells a function or a unit of this person.

    A name alone there is the addressee's, or the préfet's in the letterhead.
    """
    lines = [
        line for line in page.lines if line.place is Place.HEADER_BLOCK and line.kind is Kind.PLAIN
    ]
    for line, following in pairwise(lines):
        first = page.folded[following.start : following.end].split()[0]
        if _PREFECT.match(page.folded, line.start):
            return
        if following.gap or first not in lexicon.leads:
            continue
        person = first_person(page.text[line.start : line.end], lexicon, weak=False)
        if person is not None and person.level is AuthorLevel.FULL_NAME and not person.titled:
            yield Person(
                text=person.text,
                level=person.level,
                weight=person.weight,
                place=Place.HEADER_BLOCK,
                decided_by="line",
            )


# --- what stands for a name -----------------------------------------------------------------------

_NUMBER = re.compile(
    r"(?:l'|no d'|n ?o ?d'|numero d')?\b(?:agente?|(?:desk |case )?officer|caseworker"
    r"|rio|matricule|identifiant|code|referente?"
    r"|gestionnaire|instruct(?:eur|rice)|operat(?:eur|rice))\b"
    r"[a-z' ]{0,24}[ :.(]{0,3}(?:n ?o|numero|no|n\.)?[ :.]{0,3}[a-z]{0,6}[-_/ ]?\d[\w/-]*(?: \d{2,4}\b){0,3}"
    r"(?: \(?rio\)?)?"
    r"|\bn ?o ?\d{5,8}\b(?: ?\(rio\))?"
)
_ROLE_CODE = re.compile(r"\b\d{1,3}[-/]\d{2,5}\b|\b\d{3,6}$")
"""« Le contrôleur 2-09 »."""
_PHONE = re.compile(r"0\d(?:[ .-]?\d\d){2,4}|\b\d{10}\b")
_CALLED = re.compile(r":\s*(?:\+33|0\d)")
"""« Secrétariat : 03 84 … » is whom to call, not who writes."""
_AGENT_INITIALS = re.compile(
    r"\b[Aa]gente? (?:[A-ZÀ-Ý]\. ?){1,3}$|\b[Aa]gente? (?:d[eu] \w+ )?[A-ZÀ-Ý]{1,3}$"
)
_INITIALS = re.compile(
    r"(?:[A-ZÀ-Ý]h?\.[ -]?){2,4}[A-ZÀ-Ý]?\.?|[A-ZÀ-Ý] [A-ZÀ-Ý]|[A-ZÀ-Ý]\.|[a-z]\.[a-z]\."
    r"|[A-ZÀ-Ý]{2,4}(?: ?/ ?[A-ZÀ-Ýa-z]{2,4}){1,2}|[A-ZÀ-Ý]{2,3}"
)


def _designations(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """Numbers, initials and functions where the author's name is expected."""
    for line in page.lines:
        if line.place is None or (line.place is Place.BODY and line.kind is not Kind.LABEL):
            continue
        found = line.found
        labelled = found is not None and found.label in ("in_charge", "contact", "signed")
        start = found.end if found is not None and labelled else line.start
        text = (
            page.text[start : line.end].lstrip(" \t\xa0:.)-–")
            if labelled
            else page.text[start : line.end]
        )
        number = _NUMBER.search(page.folded, line.start, line.end)
        if number and not _PHONE.search(page.folded, number.start(), line.end):
            text_of = page.text[number.start() : number.end()].strip()
            yield _designation(text_of, AuthorLevel.NUMBER, line, labelled=labelled)
        elif line.place is Place.HEADER_BLOCK and not labelled:
            continue
        elif (labelled or line.place is Place.SIGNATURE) and (code := _code(text, lexicon)):
            yield _designation(code, AuthorLevel.NUMBER, line, labelled=labelled)
        elif initials := _initials(text, lexicon):
            yield _designation(initials, AuthorLevel.INITIALS, line, labelled=labelled)
        elif signed := _AGENT_INITIALS.search(text):
            yield _designation(signed.group(), AuthorLevel.INITIALS, line, labelled=labelled)
        elif (
            is_role(text, lexicon) and line.kind is not Kind.DELEGATION and not _CALLED.search(text)
        ):
            role = next(segments(text))
            level = AuthorLevel.NUMBER if _ROLE_CODE.search(role) else AuthorLevel.ROLE
            yield _designation(role, level, line, labelled=labelled)
    yield from _introduced_number(page)


def _introduced_number(page: Page) -> Iterator[Person]:
    for found in page.found:
        if found.label == "introduction":
            number = _NUMBER.match(page.folded, found.end + 1, found.end + 60)
            if number:
                yield Person(
                    text=page.text[number.start() : number.end()],
                    level=AuthorLevel.NUMBER,
                    weight=Weight.SURE,
                    place=Place.BODY,
                    decided_by=found.rule,
                )


def _designation(text: str, level: AuthorLevel, line: Line, *, labelled: bool) -> Person:
    rule = line.found.rule if labelled and line.found is not None else "line"
    place = line.place or Place.SIGNATURE
    return Person(
        text=" ".join(text.split()), level=level, weight=Weight.SURE, place=place, decided_by=rule
    )


_CODE = re.compile(
    r"(?:n ?o|no|id|code)[ .:]{0,3}\d[\w/-]{0,9}|(?P<word>[a-z]{1,6})[-_]?\d{1,7}|\d{1,3}[-/]\d{2,6}"
)


def _code(text: str, lexicon: Lexicon) -> str:
    """A code that stands alone at the start of a line of the signature: "AG-12", "39-014"."""
    first = next(segments(text), "").split(",", maxsplit=1)[0]
    match = _CODE.fullmatch(plain(first))
    word = match["word"] if match else None
    if match is None or (word in lexicon.not_names and word not in lexicon.functions):
        return ""
    return "" if word in lexicon.address_words else first


def _initials(text: str, lexicon: Lexicon) -> str:
    """Initials that stand alone in their segment: "C.M.", "CM/JD", "AB", never a service's acronym."""
    whole = text.strip(" ,-–")
    for segment in (whole, *segments(text), text.split(",", maxsplit=1)[0].strip()):
        if not _INITIALS.fullmatch(segment):
            continue
        parts = [plain(part).strip(".") for part in re.split(r"[/ ]", segment)]
        if not any(
            part in lexicon.acronyms or part in lexicon.not_names for part in parts if len(part) > 1
        ):
            return segment
    return ""
