"""Who writes: the name of a person in the lines that hold one, or else what stands for a name.

A line of a signature is cut into segments, each word of a segment is given a letter for its shape (`T` title,
`F` first name, `U` all capitals, `C` capital, `P` particle, `I` initial …), and the string of letters is
matched against the ways in which the French write a name. What is not sure by its shape alone is left
weak, and counts only where a name is expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from mailwatch.mentions.lexicon import Lexicon
from mailwatch.mentions.zones import Found, Kind, Line, Page, plain
from mailwatch.model import AuthorLevel, Place


class Weight(IntEnum):
    """How far the words alone say that they are a person's name."""

    WEAK = 1
    SHAPED = 2
    SURE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person named, or designated, in the writer's text."""

    text: str
    level: AuthorLevel
    weight: Weight
    place: Place
    decided_by: str


NAMED = frozenset((AuthorLevel.FULL_NAME, AuthorLevel.FIRST_NAME))


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
    for match in _segments(name):
        person = _parse(match, lexicon)
        if (
            person is not None
            and person.level in NAMED
            and (person.weight > Weight.WEAK or " " in person.text)
        ):
            return person.text
    return ""


# --- where a name may stand -----------------------------------------------------------------------


def _in_charge(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """The person that a label puts in charge of the file, on its line or on the next."""
    yield from _labelled(page, lexicon, "in_charge", Place.HEADER_BLOCK)


def _contacts(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """A person to contact, named in a header or signature block, not in the body."""
    for person in _labelled(page, lexicon, "contact", Place.HEADER_BLOCK):
        if person.level in NAMED:
            yield person


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
        person = _first(rest, lexicon, weak=True)
        if person is not None and not _is_role(rest, lexicon):
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
        if person is None or person.level not in NAMED:
            continue
        rule = "par-délégation" if line.place is Place.DELEGATED_FORMULA else "line"
        yield Person(
            text=person.text,
            level=person.level,
            weight=person.weight,
            place=line.place or Place.SIGNATURE,
            decided_by=rule,
        )


def _signed(page: Page, line: Line, following: Line | None, lexicon: Lexicon) -> _Parsed | None:
    """The person that one line names, with the surname from the next line where the two are one name."""
    start = line.start if line.found is None else _after(line.found, line)
    person = _first(page.text[start : line.end], lexicon, weak=True)
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
        or plain(surname) in lexicon.not_names
    ):
        return person
    return _first(f"{person.text} {surname}", lexicon, weak=True) or person


def _after(found: Found, line: Line) -> int:
    return (
        min(found.end, line.end)
        if found.label in ("signed", "contact", "in_charge")
        else line.start
    )


def _introduced(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """ "Je suis Claire, du bureau des étrangers": the author in the body."""
    for found in page.found:
        if found.label != "introduction":
            continue
        rest = page.text[found.end : found.end + 80].lstrip(" \n\t:,")
        if not rest[:1].isupper():
            continue
        person = _parse(re.split(r"[,.;!?]|\n\s*\n", rest)[0].replace("\n", " "), lexicon)
        if person is not None and person.level in NAMED and person.weight > Weight.WEAK:
            yield Person(
                text=person.text,
                level=person.level,
                weight=person.weight,
                place=Place.BODY,
                decided_by=found.rule,
            )


_PREFECT = re.compile(r"(?:l[ea] )?(?:sous-)?(?:prefete?|haut-commissaire)\b")


def _letterhead(page: Page, lexicon: Lexicon) -> Iterator[Person]:
    """A name above the salutation, only where the next line tells a function or a unit of this person.

    A name alone there is the addressee's, or the préfet's in the letterhead.
    """
    lines = [
        line for line in page.lines if line.place is Place.HEADER_BLOCK and line.kind is Kind.PLAIN
    ]
    for line, following in zip(lines, lines[1:], strict=False):
        first = page.folded[following.start : following.end].split()[0]
        if _PREFECT.match(page.folded, line.start):
            return
        if following.gap or first not in lexicon.leads:
            continue
        person = _first(page.text[line.start : line.end], lexicon, weak=False)
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
    r"(?:l'|no d'|n ?o ?d'|numero d')?\b(?:agente?|rio|matricule|identifiant|code|referente?|gestionnaire|instruct(?:eur|rice)|operat(?:eur|rice))\b"
    r"[a-z' ]{0,24}[ :.(]{0,3}(?:n ?o|numero|no|n\.)?[ :.]{0,3}(?P<id>[a-z]{0,6}[-_/ ]?\d[\w/-]*)(?: \(?rio\)?)?"
    r"|\bn ?o ?\d{5,8}\b(?: ?\(rio\))?"
)
_PHONE = re.compile(r"0\d(?:[ .-]?\d\d){2,4}|\b\d{10}\b")
_CALLED = re.compile(r":\s*(?:\+33|0\d)")
"""« Secrétariat : 03 84 … » is whom to call, not who writes."""
_INITIALS = re.compile(
    r"(?:[A-ZÀ-Ý]h?\.[ -]?){2,4}[A-ZÀ-Ý]?\.?|[A-ZÀ-Ý] [A-ZÀ-Ý]|[A-ZÀ-Ý]\.|[a-z]\.[a-z]\.|[A-ZÀ-Ý]{2,4}(?: ?/ ?[A-ZÀ-Ýa-z]{2,4}){1,2}|[A-ZÀ-Ý]{2,3}"
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
        elif initials := _initials(text, lexicon):
            yield _designation(initials, AuthorLevel.INITIALS, line, labelled=labelled)
        elif (
            _is_role(text, lexicon)
            and line.kind is not Kind.DELEGATION
            and not _CALLED.search(text)
        ):
            yield _designation(next(_segments(text)), AuthorLevel.ROLE, line, labelled=labelled)
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


def _initials(text: str, lexicon: Lexicon) -> str:
    """Initials that stand alone in their segment: "C.M.", "CM/JD", "AB", never a service's acronym."""
    whole = text.strip(" ,-–")
    for segment in (whole, *_segments(text)):
        if not _INITIALS.fullmatch(segment):
            continue
        parts = [plain(part).strip(".") for part in re.split(r"[/ ]", segment)]
        if not any(
            part in lexicon.acronyms or part in lexicon.not_names for part in parts if len(part) > 1
        ):
            return segment
    return ""


def _is_role(text: str, lexicon: Lexicon) -> bool:
    words = [word for word in re.split(r"[\s',.;:/()-]+", plain(text)) if word]
    while words and words[0] in ("le", "la", "l", "les", "un", "une", "votre", "p", "pour"):
        words = words[1:]
    return bool(words) and (words[0] in lexicon.functions or words[0] in lexicon.role_units)


# --- the grammar of names -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parsed:
    text: str
    level: AuthorLevel
    weight: Weight
    titled: bool


_SEPARATOR = re.compile(
    r"[\t|;()\[\]<>•·/]|\s[-–—]+\s|(?<=\w)[-–—]\s|\s[-–—](?=\w)|\s{2,}|:(?=\s|$)|@+"
)
_OUTLOOK = re.compile(
    r"^([^\W\d_]{2,}(?:[ '’-][^\W\d_]{2,}){0,2}), ([^\W\d_]{2,}(?:-[^\W\d_]{2,})?)$"
)


def _segments(text: str) -> Iterator[str]:
    for segment in _SEPARATOR.split(text[:300]):
        stripped = segment.strip(" \t\xa0,.-–—:") if segment else ""
        if stripped:
            yield stripped + (
                "." if segment.rstrip(" ,").endswith(".") and _ENDS_INITIAL.search(stripped) else ""
            )


_ENDS_INITIAL = re.compile(r"(?:^|[\s.-])[^\W\d_]$")


def _first(text: str, lexicon: Lexicon, *, weak: bool) -> _Parsed | None:
    """The first person named in a line, the surest of its segments first."""
    best: _Parsed | None = None
    for at, segment in enumerate(_segments(text)):
        for part in _parts(segment, lexicon):
            person = _parse(part, lexicon)
            if person is None or (person.weight is Weight.WEAK and not (weak and at == 0)):
                continue
            if best is None or person.weight > best.weight:
                best = person
    return best


def _parts(segment: str, lexicon: Lexicon) -> Iterator[str]:
    """A segment between its commas, or "MARTIN, Camille" put in one."""
    match = _OUTLOOK.match(segment)
    if match and plain(match.group(2)) in lexicon.first_names:
        yield segment
        return
    yield from (part.strip() for part in segment.split(",") if part.strip())


_TOKEN = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*\.?")
_INITIAL = re.compile(r"[A-ZÀ-Ý]|(?:[A-ZÀ-Ý]h?\.-?)+[A-ZÀ-Ý]?\.?|[A-ZÀ-Ý]-[A-ZÀ-Ý]\.?")


def _letter(token: str, lexicon: Lexicon) -> str:
    """The shape of one word, as one letter."""
    folded = plain(token).rstrip(".")
    if folded in lexicon.titles and (token[0].isupper() or len(folded) > 2):
        return "T"
    if folded in lexicon.ranks:
        return "R"
    if _INITIAL.fullmatch(token):
        return "I"
    if not _WORD.fullmatch(token):
        return "D"
    if folded in lexicon.particles:
        return "P"
    capital = token[0].isupper() or (token[1:2] in ("'", "’") and token[2:3].isupper())
    known = _is_first_name(folded, lexicon)
    if folded in lexicon.not_names and not known:
        if not capital or folded not in lexicon.surname_words:
            return "B"
        return "W" if folded in lexicon.address_words else "S"
    if not capital:
        return "f" if known else "x"
    if known:
        return "F"
    return "U" if token.isupper() and len(folded) > 1 else "C"


def _is_first_name(folded: str, lexicon: Lexicon) -> bool:
    if folded in lexicon.first_names:
        return True
    return (
        "-" in folded
        and folded.split("-")[0] in lexicon.first_names
        and folded not in lexicon.not_names
    )


_NAMES = (
    # A title and a name: « Mme VERNIER », « M. Jean-Pierre Le Goff », « Capitaine Morel », « Mme BUREAU ».
    (
        re.compile(
            r"[TR]{1,2}(?:[IF]+P{0,3}(?:[FUC]|[SW](?=$))|P{0,3}[FUC]|[SW](?!P))(?:P{0,2}[FUC])*"
        ),
        Weight.SURE,
    ),
    (re.compile(r"F+I?(?:P{0,3}[FUC]|P{1,3}W)+|F{1,2}I?[SW](?=$)"), Weight.SURE),
    (re.compile(r"(?:P{0,3}[UC]){1,3}P?F{1,2}(?=$|[BDPx])|[SW]F{1,2}(?=$)"), Weight.SURE),
    (re.compile(r"I{1,3}(?:P{0,3}[FUC])+|I{1,3}[SW](?=$)"), Weight.SURE),
    (re.compile(r"F{1,2}I(?=$|[BDPx])"), Weight.SURE),
    (re.compile(r"C+(?:P{0,3}U)+|P{0,3}U+(?:P{0,2}U)*C+(?=$|[BDx])"), Weight.SHAPED),
    (re.compile(r"[UC]{1,2}I(?=$)"), Weight.SHAPED),
    (re.compile(r"F{1,2}(?=$|P+B|B)"), Weight.SHAPED),
    (re.compile(r"f(?=$)|f[xf](?=$)"), Weight.SHAPED),
    (re.compile(r"(?:P{0,3}[UC]){1,4}(?=$)"), Weight.WEAK),
)


def _parse(segment: str, lexicon: Lexicon) -> _Parsed | None:
    """The person that a segment names: at its start, or behind a function ("Le chef de bureau Jean DUPONT")."""
    tokens = list(_TOKEN.finditer(segment))[:24]
    letters = "".join(_letter(token.group().rstrip(",;:!"), lexicon) for token in tokens)
    function = _is_role(segment, lexicon)
    for at, letter in enumerate(letters):
        if letter not in "TRFUCISWPf":
            if at == 0 and not function:
                return None
            if plain(tokens[at].group()) in lexicon.address_words:
                return None
            continue
        if at and (
            not function or letters[at - 1] == "P" and letter not in "TR" and letters[at] != "F"
        ):
            continue
        for pattern, weight in _NAMES:
            match = pattern.match(letters, at)
            if match and (
                at == 0
                or weight > Weight.SHAPED
                or (weight is Weight.SHAPED and match.end() - at > 1)
            ):
                text, level = _named(segment, tokens[at : match.end()], match.group(), lexicon)
                if weight is Weight.WEAK and _like_initials(text):
                    return None
                return _Parsed(text=text, level=level, weight=weight, titled="T" in match.group())
        if not function:
            return None
    return None


_SYLLABLE = re.compile(r"[^AEIOUY][AEIOUY][A-Z]")


def _like_initials(text: str) -> bool:
    """Say whether two or three capitals alone are initials, as "CM", and not a surname, as "ROY"."""
    return text.isupper() and (len(text) == 2 or (len(text) == 3 and not _SYLLABLE.fullmatch(text)))


def _named(
    segment: str, tokens: list[re.Match[str]], letters: str, lexicon: Lexicon
) -> tuple[str, AuthorLevel]:
    """The words of a name and its level; a title stays only with a surname alone."""
    while letters.endswith("P"):
        letters, tokens = letters[:-1], tokens[:-1]
    bare = letters.lstrip("TR")
    skipped = len(letters) - len(bare) if len(bare.replace("P", "")) > 1 else 0
    text = segment[tokens[skipped].start() : tokens[-1].end()]
    text = text if bare.endswith("I") else text.rstrip(".,;:!")
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
    if words in ("FI", "FFI") or (words == "C" and letters == bare):
        return AuthorLevel.FIRST_NAME
    return AuthorLevel.FULL_NAME if words.strip("I") else AuthorLevel.INITIALS
