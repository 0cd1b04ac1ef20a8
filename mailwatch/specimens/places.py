"""Places: what is left to fill in, `[date de la demande]`, and what the site puts there.

A place is a name in square brackets, on one line; accents, case and spaces do not count. Some are known to
everybody; the head of a file explains the others with an example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from mailwatch.wording import tokens

LONGEST = 80
"""Letters of a place's name."""
AUTHOR, FIRST_NAME, SURNAME = "prenom nom", "prenom", "nom"
FUNCTION, NUMBER = "fonction", "numero d agent"
SERVICE, INSTITUTION = "service", "institution"
ADDRESS, TELEPHONE, EMAIL, SITE, HOURS = (
    "adresse",
    "telephone",
    "courriel",
    "site internet",
    "horaires",
)
RECEIVED, ASKED, REMINDED, PROMISED = (
    "date de reception",
    "date de la demande",
    "date de la relance",
    "date annoncee",
)
ANSWERED, BACK, LIMIT = "date de reponse", "date de retour", "date limite"
CITIZEN, REFERENCE, MATTER = "nom de l usager", "reference", "objet de la demande"

KNOWN: Mapping[str, str] = {
    AUTHOR: "Prénom NOM",
    FIRST_NAME: "Prénom",
    SURNAME: "NOM",
    FUNCTION: "fonction",
    NUMBER: "numéro d’agent",
    SERVICE: "service",
    INSTITUTION: "institution",
    ADDRESS: "adresse",
    TELEPHONE: "téléphone",
    EMAIL: "courriel",
    SITE: "site internet",
    HOURS: "horaires",
    RECEIVED: "date de réception",
    ASKED: "date de la demande",
    REMINDED: "date de la relance",
    PROMISED: "date annoncée",
    ANSWERED: "date de réponse",
    BACK: "date de retour",
    LIMIT: "date limite",
    CITIZEN: "nom de l’usager",
    REFERENCE: "référence",
    MATTER: "objet de la demande",
}
"""The places that need no explanation, as they are best written."""
_SAME = {
    "nom prenom": AUTHOR,
    "nom et prenom": AUTHOR,
    "prenom et nom": AUTHOR,
    "n d agent": NUMBER,
    "bureau": SERVICE,
    "prefecture": INSTITUTION,
    "adresse postale": ADDRESS,
    "tel": TELEPHONE,
    "adresse electronique": EMAIL,
    "mel": EMAIL,
}
_PLACE = re.compile(rf"\[([^\[\]\n]{{1,{LONGEST}}})\]")


def folded(name: str) -> str:
    """Fold the name of a place, so that « Nom, prénom » and « [NOM  Prénom] » are one."""
    plain = " ".join(tokens(name))
    return _SAME.get(plain, plain)


def places(text: str) -> Iterator[tuple[str, int]]:
    """The places of a text as they are written, and where each begins."""
    for found in _PLACE.finditer(text):
        yield found[1], found.start()


def stray(text: str) -> int | None:
    """Where a bracket stands that makes no place; None when there is none."""
    bare = _PLACE.sub(lambda found: " " * len(found[0]), text)
    return next((at for at, sign in enumerate(bare) if sign in "[]"), None)


def fill(text: str, words: Callable[[str], str]) -> str:
    """Put in each place what `words` gives for its folded name."""
    return _PLACE.sub(lambda found: words(folded(found[1])), text)


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, each with whether it is a place, brackets included."""
    at = 0
    for found in _PLACE.finditer(text):
        if found.start() > at:
            yield text[at : found.start()], False
        yield found[0], True
        at = found.end()
    if at < len(text):
        yield text[at:], False
