"""The pages to put before the users' committee: each specimen, what the rules say of it, room for the opinion.

The page to read on a screen and the one that typst sets are made of the same values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from mailwatch.hints import Hint
from mailwatch.labels import HINTS, LEVELS, NATURES, NO_BREAK, OUTCOMES, PLACES, day
from mailwatch.manual import apart
from mailwatch.model import Mention, Outcome
from mailwatch.signs import Value
from mailwatch.specimens import places
from mailwatch.specimens.judging import owed
from mailwatch.specimens.terms import Book, FindingKind, Specimen, Verdict

HTML = "courriels.html"

_MENTIONS = {
    FindingKind.AUTHOR: "La personne qui écrit",
    FindingKind.SERVICE: "Le service",
    FindingKind.INSTITUTION: "L’institution",
}
_BARE = {Outcome.PRESENT: "Oui", Outcome.EXEMPT: "Exception", Outcome.ABSENT: "Non"}
_OPINIONS = frozenset({FindingKind.NO_OPINION, FindingKind.OLD_OPINION})


def html(book: Book, templates: Mapping[str, str]) -> str:
    """Write the pages as one accessible page, to be read or printed."""
    # Whoever wants a table on a terminal waits for no templates.
    from mailwatch.templating import environment

    ready = environment(templates)
    return ready.get_template(HTML).render(**_pages(book))


def document(book: Book) -> Mapping[str, Value]:
    """Give the pages as the values that `courriels.typ` reads."""
    return _pages(book)


def _pages(book: Book) -> dict[str, Value]:
    return {
        "title": "Courriels type",
        "institution": book.institution,
        "standing": f"État au {day(book.on)}",
        "date": [book.on.year, book.on.month, book.on.day],
        "specimens": [_page(each) for each in book.verdicts],
    }


def _page(found: Verdict) -> dict[str, Value]:
    own = found.specimen
    return {
        "title": apart(own.title),
        "file": own.file,
        "nature": NATURES[own.nature].capitalize(),
        "version": f"{own.version}, du {day(own.on)}",
        "author": own.author,
        "use": apart(own.use),
        "subject": _pieces(own.subject),
        "paragraphs": [
            [_pieces(line) for line in paragraph.split("\n")] for paragraph in _paragraphs(own.body)
        ],
        "places": _explained(own),
        "mentions": [_mention(kind, mention) for kind, mention in owed(own, found.mentions)],
        "announced": _announced(found),
        "faults": [apart(str(each.words)) for each in found.faults],
        "advice": [*_advice(found)],
        "opinion": apart(_opinion(own)),
        "lacks": apart(_lacks(found)),
    }


def _opinion(own: Specimen) -> str:
    """What the committee said, and when; empty until it was asked."""
    if own.opinion and own.opinion_on:
        return f"{own.opinion}, le {day(own.opinion_on)}"
    return own.opinion


def _lacks(found: Verdict) -> str:
    """What an opinion of this version lacks."""
    kinds = {each.kind for each in found.advice}
    if FindingKind.OLD_OPINION in kinds:
        return "à recueillir de nouveau : cette version est plus récente"
    if FindingKind.NO_OPINION in kinds:
        return "date à préciser" if found.specimen.opinion else "à recueillir"
    return ""


def _paragraphs(body: str) -> Iterator[str]:
    """The paragraphs of a body: lines with nothing between them."""
    for empty, lines in groupby(body.split("\n"), key=lambda line: not line.strip()):
        if not empty:
            yield "\n".join(lines)


def _pieces(line: str) -> list[dict[str, Value]]:
    return [
        {"text": words if is_place else apart(words), "place": is_place}
        for words, is_place in places.pieces(line)
    ]


def _explained(own: Specimen) -> list[dict[str, str]]:
    """The places that the head explains, as the body writes them, each with its example."""
    written = {places.folded(name): name for name, _ in places.places(f"{own.body}\n{own.subject}")}
    return [
        {"name": f"[{written[name]}]", "example": apart(example)}
        for name, example in own.examples.items()
        if name in written
    ]


def _mention(kind: FindingKind, mention: Mention) -> dict[str, str]:
    where = PLACES[mention.place] if mention.place else ""
    level = LEVELS[mention.level] if mention.level else ""
    return {
        "title": _MENTIONS[kind],
        "outcome": _BARE.get(mention.outcome, OUTCOMES[mention.outcome].capitalize()),
        "found": f"{level} {where}".strip().capitalize(),
    }


def _announced(found: Verdict) -> str:
    if found.announced is None or found.announced.on is None:
        return ""
    words = found.announced.text.rstrip(" ,;")
    return apart(f"Annonce une suite datée{NO_BREAK}: « {words} »")


def _advice(found: Verdict) -> Iterator[str]:
    for each in found.advice:
        if each.kind not in _OPINIONS:
            yield apart(str(each.words))
    for kind, group in groupby(found.hints, key=lambda hint: hint.kind):
        about = ", ".join(_about(hint) for hint in group if hint.text)
        yield apart(f"{HINTS[kind]} : {about}" if about else HINTS[kind])


def _about(hint: Hint) -> str:
    return f"« {hint.text} » ({hint.words} mots)" if hint.words else f"« {hint.text} »"
