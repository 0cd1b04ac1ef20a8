"""The three mentions of engagement 16.3 in one answer: who writes, for which service, for which institution.

`examine` reads the writer's own words only and gives each mention an outcome, with the words found, their
place and what decided. `zones` cuts the text, `author` finds the person by the grammar of `names`, `units`
finds the service and the institution, `lexicon` holds the lists of `rules/mentions.toml`. A name that the
shape of its words leaves undecided is kept apart (`names.Weight.WEAK`); `undecided` has a model look at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mailwatch.addresses import from_class
from mailwatch.mentions.author import Person, read_authors, read_display_name
from mailwatch.mentions.blocks import Block, read_blocks, read_name
from mailwatch.mentions.lexicon import Lexicon, lexicon
from mailwatch.mentions.names import Weight
from mailwatch.mentions.page import Kind, Page, plain
from mailwatch.mentions.undecided import PersonNames, recognised
from mailwatch.mentions.units import Body, read_institutions, read_services
from mailwatch.mentions.zones import read_page
from mailwatch.model import (
    Attachment,
    AuthorLevel,
    Exemption,
    Institution,
    Mention,
    Mentions,
    Message,
    Outcome,
    Place,
)
from mailwatch.ruleset import RulePack
from mailwatch.wording import Words, read

__all__ = ["examine"]


_NAMED = (AuthorLevel.FULL_NAME, AuthorLevel.FIRST_NAME)
"""The levels that name somebody."""


def examine(
    message: Message,
    own: Words,
    institution: Institution,
    rules: RulePack,
    on: date,
    persons: PersonNames | None = None,
) -> Mentions:
    """Judge the three mentions of an answer sent on `on`, a local date of the territory.

    `persons` is asked about the author alone, and only where directory and rules leave him undecided.
    """
    words = lexicon(rules)
    page = read_page(own, rules, words)
    blocks = read_blocks(page, words)
    sender = message.senders[0].address if message.senders else ""
    citizens = _citizens(message, institution)
    people = _others_than(citizens, read_authors(page, words, institution.agents))
    if persons is not None:
        people = _others_than(citizens, recognised(page, people, words, persons))
    names = tuple(
        person.text
        for person in people[:3]
        if person.level in _NAMED and person.weight > Weight.WEAK
    )
    services = read_services(blocks, words, _directory(institution), names)
    bodies = read_institutions(blocks, words)
    hidden = _hidden_place(message, page)
    exempt = bool(institution.exemptions) and _exempt(institution, sender, services, blocks, on)
    author = _author(people, exempt=exempt, hidden=hidden)
    service, body = _named(services, hidden), _named(bodies, hidden)
    return Mentions(
        author=author,
        service=service,
        institution=body,
        from_class=from_class(sender, institution).value,
        header_only=_header_only(message, words, author, service, body),
        findings=_findings(message, hidden, people, (author, service, body)),
    )


def _directory(institution: Institution) -> tuple[str, ...]:
    return (*institution.services, *(box.service for box in institution.boxes if box.service))


# --- outcomes -------------------------------------------------------------------------------------


def _author(people: tuple[Person, ...], *, exempt: bool, hidden: str) -> Mention:
    best = people[0] if people else None
    if best is None:
        return _missing(hidden)
    if best.level in _NAMED:
        outcome = Outcome.PRESENT
    elif exempt:
        outcome = Outcome.EXEMPT
    else:
        outcome = Outcome.UNVERIFIABLE if hidden else Outcome.ABSENT
    return Mention(
        outcome=outcome,
        text=best.text,
        level=best.level,
        place=best.place,
        decided_by=best.decided_by,
    )


def _named(bodies: tuple[Body, ...], hidden: str) -> Mention:
    if not bodies:
        return _missing(hidden)
    best = bodies[0]
    return Mention(
        outcome=Outcome.PRESENT, text=best.text, place=best.place, decided_by=best.decided_by
    )


def _missing(hidden: str) -> Mention:
    if hidden:
        return Mention(outcome=Outcome.UNVERIFIABLE, decided_by=hidden)
    return Mention(outcome=Outcome.ABSENT)


# --- the citizen is not the author ----------------------------------------------------------------


def _citizens(message: Message, institution: Institution) -> tuple[frozenset[str], ...]:
    """The names of those the answer goes to, each as its set of words, colleagues left out."""
    return tuple(
        _name_words(address.name)
        for address in message.to
        if address.name
        and " " in address.name
        and from_class(address.address, institution) == "outside"
    )


def _name_words(name: str) -> frozenset[str]:
    return frozenset(
        word for word in plain(name).replace(",", " ").replace('"', " ").split() if len(word) > 1
    )


def _others_than(
    citizens: tuple[frozenset[str], ...], people: tuple[Person, ...]
) -> tuple[Person, ...]:
    if not citizens:
        return people
    return tuple(person for person in people if _name_words(person.text) not in citizens)


# --- what may hold a mention that the text does not -----------------------------------------------

_LETTER_TYPES = (
    "application/pdf", "application/msword", "application/rtf", "text/rtf", "image/tiff",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)  # fmt: skip
_LETTER_SUFFIXES = (
    ".pdf",
    ".doc",
    ".docx",
    ".odt",
    ".rtf",
    ".tif",
    ".tiff",
    ".docm",
    ".ott",
    ".dot",
    ".dotx",
)
_NEARLY_EMPTY = 8
"""Words of prose under which a mail only carries what is attached."""


def _hidden_place(message: Message, page: Page) -> str:
    """What may hold a mention out of reach of the text: `opaque`, `picture`, `letter`, or nothing."""
    if message.opaque:
        return "opaque"
    if message.pictures:
        return "picture"
    if any(_is_letter(attachment) for attachment in message.attachments) and (
        any(found.label == "letter" for found in page.found) or _prose_words(page) <= _NEARLY_EMPTY
    ):
        return "letter"
    return ""


def _is_letter(attachment: Attachment) -> bool:
    return attachment.content_type.lower() in _LETTER_TYPES or attachment.name.lower().endswith(
        _LETTER_SUFFIXES
    )


def _prose_words(page: Page) -> int:
    prose = (Kind.SENTENCE, Kind.ITEM)
    return sum(
        len(page.text[line.start : line.end].split())
        for line in page.lines
        if line.kind in prose or (line.kind is Kind.PLAIN and line.place is Place.BODY)
    )


# --- exceptions register --------------------------------------------------------------------------


def _exempt(
    institution: Institution,
    sender: str,
    services: tuple[Body, ...],
    blocks: Iterable[Block],
    on: date,
) -> bool:
    """Say whether the sending address or service stands on the exceptions register on that day."""
    own = {
        read(box.service).line for box in institution.boxes if box.address == sender and box.service
    }
    named = [read(body.text).line for body in services] + [
        read(block.text).line for block in blocks if block.place is not Place.BODY
    ]
    return any(_holds(one, sender, own, named, on) for one in institution.exemptions)


def _holds(one: Exemption, sender: str, own: set[str], named: list[str], on: date) -> bool:
    if on < one.from_on or (one.until_on is not None and on > one.until_on):
        return False
    if one.address and one.address.lower() == sender.lower():
        return True
    service = read(one.service).line
    return bool(service.strip()) and (service in own or any(service in name for name in named))


# --- header and findings --------------------------------------------------------------------------


def _header_only(
    message: Message, words: Lexicon, author: Mention, service: Mention, body: Mention
) -> tuple[str, ...]:
    """The mentions that the display name or the subject carries and the text does not."""
    name = message.senders[0].name if message.senders else ""
    blocks = (*read_name(name), *read_name(message.subject))
    carried = []
    if author.outcome is not Outcome.PRESENT and name and read_display_name(name, words):
        carried.append("author")
    if service.outcome is not Outcome.PRESENT and read_services(blocks, words, ()):
        carried.append("service")
    if body.outcome is not Outcome.PRESENT and read_institutions(blocks, words):
        carried.append("institution")
    return tuple(carried)


def _findings(
    message: Message, hidden: str, people: tuple[Person, ...], mentions: tuple[Mention, ...]
) -> tuple[str, ...]:
    missing = any(mention.outcome is Outcome.UNVERIFIABLE for mention in mentions)
    names = [person for person in people if person.level in _NAMED]
    found = {
        "parts_disagree": message.parts_disagree,
        "opaque_body": missing and hidden == "opaque",
        "signature_is_picture": missing and hidden == "picture",
        "letter_attached": missing and hidden == "letter",
        "signed_for_another": len(names) > 1
        and names[0].place is Place.HEADER_BLOCK
        and any(person.place is not Place.HEADER_BLOCK for person in names),
        "name_by_shape": bool(names) and people[0].weight is Weight.WEAK,
        "name_by_model": bool(names) and people[0].decided_by == "model",
    }
    return tuple(code for code, holds in found.items() if holds)
