"""What the rules of real mail say of a specimen, and what a courriel type owes besides.

The three mentions are those of engagement 16.3, a date in a holding reply that of engagement 17. An acknowledgement
owes its date of reception, the service with its telephone and an address (CRPA R112-5 and R112-11-1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailwatch.errors import Remark
from mailwatch.hints import Hint
from mailwatch.labels import NATURES, day
from mailwatch.model import Announced, Confidence, Mention, Mentions, Nature, Outcome, Reading
from mailwatch.ruleset import Desk
from mailwatch.specimens import places
from mailwatch.specimens.filling import ROBOTS, Draft
from mailwatch.specimens.terms import Finding, FindingKind, Specimen, Verdict
from mailwatch.workdays import due_on

_APART = r"[ .\u00a0\u202f-]?"
_TELEPHONE = re.compile(
    rf"(?<!\d)(?:(?:\+33{_APART}|0)[1-9](?:{_APART}\d\d){{4}}|3\d{_APART}\d\d)(?!\d)"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,200}")
_POSTAL = re.compile(r"(?<!\d)\d{5}(?!\d)")
_DAY = re.compile(
    r"(?<!\d)\d{1,2}(?:/\d{1,2}/\d{4}|(?:er)?\s(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre"
    r"|novembre|décembre)\b(?:\s\d{4})?)"
)
_LAW = re.compile(r"\b(?:loi|décret|ordonnance|arrêté|règlement|directive|circulaire)\b")
_NEAR = 30
"""Characters before a day in which the text it is of is named."""
_LACKING = {
    FindingKind.AUTHOR: Remark("il manque le nom de la personne qui écrit (engagement 16.3)"),
    FindingKind.SERVICE: Remark("il manque le nom du service (engagement 16.3)"),
    FindingKind.INSTITUTION: Remark("il manque le nom de l’institution (engagement 16.3)"),
}
_GIVEN = frozenset({Outcome.PRESENT, Outcome.EXEMPT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What the rules found in the draft, as in any mail that was sent."""

    reading: Reading
    mentions: Mentions
    announced: Announced | None
    hints: tuple[Hint, ...]
    sounds_automatic: bool


def judged(specimen: Specimen, draft: Draft, heard: Heard, desk: Desk, on: date) -> Verdict:
    """Judge a specimen by what was heard in its draft on a day."""
    faults = (
        *_of_nature(specimen, heard),
        *_of_mentions(specimen, heard.mentions),
        *_of_promise(specimen, heard),
        *_of_delay(specimen, heard, desk, on),
        *_of_acknowledgement(specimen, draft),
    )
    advice = (
        *_of_doubt(specimen, heard),
        *_of_contact(specimen, draft),
        *_of_robot(specimen, heard),
        *_of_dates(specimen),
        *_of_exception(specimen, draft),
        *_of_opinion(specimen),
    )
    return Verdict(
        specimen=specimen,
        reading=heard.reading,
        mentions=heard.mentions,
        announced=heard.announced,
        faults=faults,
        advice=advice,
        hints=heard.hints,
    )


def owed(specimen: Specimen, mentions: Mentions) -> tuple[tuple[FindingKind, Mention], ...]:
    """The mentions that a specimen owes; a robot has no name, and an absence is answered by nobody."""
    if specimen.nature is Nature.OUT_OF_OFFICE:
        return ()
    named = (
        (FindingKind.AUTHOR, mentions.author),
        (FindingKind.SERVICE, mentions.service),
        (FindingKind.INSTITUTION, mentions.institution),
    )
    return named[1:] if specimen.nature in ROBOTS else named


# --- what must be put right -----------------------------------------------------------------------


def _of_nature(specimen: Specimen, heard: Heard) -> Iterator[Finding]:
    if heard.reading.nature is not specimen.nature and _is_sure(heard):
        words = Remark(
            "se lit comme « {found} », et non comme « {meant} »",
            found=Remark(NATURES[heard.reading.nature]),
            meant=Remark(NATURES[specimen.nature]),
        )
        yield Finding(kind=FindingKind.NATURE, words=words)


def _is_sure(heard: Heard) -> bool:
    """Say whether the reading holds by itself: of a real mail read so, no person would be asked."""
    return heard.reading.confidence is not Confidence.LOW


def _leans(heard: Heard) -> bool:
    """Say whether all its words together make the reading: then none of them is the promise."""
    return any(each.rule.startswith("leaning.") for each in heard.reading.evidence)


def _of_mentions(specimen: Specimen, mentions: Mentions) -> Iterator[Finding]:
    for kind, mention in owed(specimen, mentions):
        if mention.outcome not in _GIVEN:
            yield Finding(kind=kind, words=_LACKING[kind])


def _of_promise(specimen: Specimen, heard: Heard) -> Iterator[Finding]:
    """What gives no day: a reply may be silent, a holding reply may not, and « dès que possible » is no answer."""
    announced = heard.announced
    if specimen.nature is Nature.OUT_OF_OFFICE or (
        announced is not None and announced.on is not None
    ):
        return
    if announced is not None and not _leans(heard):
        words = Remark("promet une suite sans dire quand : « {words} »", words=announced.text)
        yield Finding(kind=FindingKind.VAGUE_PROMISE, words=words)
    elif specimen.nature is Nature.HOLDING_REPLY:
        words = Remark("n’annonce aucune date : une réponse d’attente dit quand viendra la suite")
        yield Finding(kind=FindingKind.NO_DATE, words=words)


def _of_delay(specimen: Specimen, heard: Heard, desk: Desk, on: date) -> Iterator[Finding]:
    if specimen.nature is not Nature.AUTOMATIC_ACKNOWLEDGEMENT or heard.announced is None:
        return
    days = desk.rules.policy.email_days
    due = due_on(desk.calendar, on, days, desk.institution.convention)
    if heard.announced.on is not None and heard.announced.on > due:
        words = Remark(
            "annonce un délai plus long que les {days} jours ouvrés de l’engagement 17", days=days
        )
        yield Finding(kind=FindingKind.LATE_PROMISE, words=words)


def _of_acknowledgement(specimen: Specimen, draft: Draft) -> Iterator[Finding]:
    if specimen.nature is not Nature.AUTOMATIC_ACKNOWLEDGEMENT:
        return
    named = {places.folded(name) for name, _ in places.places(specimen.body)}
    if places.RECEIVED not in named:
        words = Remark("il manque la date de réception, « [date de réception] » (CRPA R112-5)")
        yield Finding(kind=FindingKind.NO_RECEPTION, words=words)
    if not _TELEPHONE.search(draft.body):
        words = Remark("il manque le téléphone du service (CRPA R112-5)")
        yield Finding(kind=FindingKind.NO_TELEPHONE, words=words)
    if not (_EMAIL.search(draft.body) or _POSTAL.search(draft.body)):
        words = Remark("il manque l’adresse du service, postale ou électronique (CRPA R112-5)")
        yield Finding(kind=FindingKind.NO_ADDRESS, words=words)


# --- what is worth a thought ----------------------------------------------------------------------


def _of_doubt(specimen: Specimen, heard: Heard) -> Iterator[Finding]:
    if heard.reading.nature is not specimen.nature and not _is_sure(heard):
        words = Remark(
            "pourrait se lire comme « {found} » : dites plus nettement où en est la demande",
            found=Remark(NATURES[heard.reading.nature]),
        )
        yield Finding(kind=FindingKind.DOUBTFUL_NATURE, words=words)


def _of_contact(specimen: Specimen, draft: Draft) -> Iterator[Finding]:
    if specimen.nature is Nature.AUTOMATIC_ACKNOWLEDGEMENT:
        return
    if not (_TELEPHONE.search(draft.body) or _EMAIL.search(draft.body)):
        words = Remark("ni téléphone ni adresse électronique : l’usager ne sait qui joindre")
        yield Finding(kind=FindingKind.NO_CONTACT, words=words)


def _of_robot(specimen: Specimen, heard: Heard) -> Iterator[Finding]:
    if specimen.nature in ROBOTS and not heard.sounds_automatic:
        words = Remark("rien ne dit à l’usager que ce message est automatique")
        yield Finding(kind=FindingKind.SOUNDS_HUMAN, words=words)


def _of_dates(specimen: Specimen) -> Iterator[Finding]:
    """The first day written out, unless it names a text: « la loi du 12 avril 2000 »."""
    for found in _DAY.finditer(specimen.body):
        before = specimen.body[max(0, found.start() - _NEAR) : found.start()]
        if not _LAW.search(before):
            words = Remark(
                "une date est écrite dans le texte, « {words} » : mettez une place", words=found[0]
            )
            yield Finding(kind=FindingKind.FIXED_DATE, words=words)
            return


def _of_exception(specimen: Specimen, draft: Draft) -> Iterator[Finding]:
    if specimen.exempt and not draft.excepted:
        words = Remark(
            "aucune [[exception]] des réglages n’est en vigueur : personne ne peut s’en servir"
        )
        yield Finding(kind=FindingKind.NO_EXCEPTION, words=words)


def _of_opinion(specimen: Specimen) -> Iterator[Finding]:
    if not specimen.opinion:
        words = Remark("avis du comité des usagers à recueillir")
        yield Finding(kind=FindingKind.NO_OPINION, words=words)
    elif specimen.opinion_on is None:
        words = Remark("l’avis du comité n’est pas daté")
        yield Finding(kind=FindingKind.NO_OPINION, words=words)
    elif specimen.opinion_on < specimen.on:
        words = Remark(
            "l’avis du comité, du {opinion}, est plus ancien que cette version, du {version}",
            opinion=day(specimen.opinion_on),
            version=day(specimen.on),
        )
        yield Finding(kind=FindingKind.OLD_OPINION, words=words)
