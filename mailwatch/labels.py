"""The French words for the domain's values, and dates and numbers as French readers write them: one word a thing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from mailwatch.model import (
    AuthorLevel,
    Channel,
    Check,
    Confidence,
    Convention,
    Correction,
    CorrectionKind,
    Grade,
    LocalChange,
    Margin,
    Nature,
    Outcome,
    Place,
    Rate,
    State,
)
from mailwatch.site import Weekday

NATURES = {
    Nature.REQUEST: "demande",
    Nature.REMINDER: "relance",
    Nature.COMPLAINT: "réclamation",
    Nature.SUGGESTION: "suggestion",
    Nature.THANKS: "remerciement",
    Nature.AUTOMATIC_REPLY: "réponse automatique",
    Nature.OUT_OF_OFFICE: "message d’absence",
    Nature.DELIVERY_REPORT: "avis de non-remise",
    Nature.READ_RECEIPT: "accusé de lecture",
    Nature.CALENDAR_REPLY: "réponse à une invitation",
    Nature.BULK: "envoi en nombre",
    Nature.SPAM: "indésirable",
    Nature.OUT_OF_SCOPE: "hors périmètre",
    Nature.INTERNAL: "courriel interne",
    Nature.REPLY: "réponse",
    Nature.HOLDING_REPLY: "réponse d’attente",
    Nature.INFORMATION_NEEDED: "demande de pièces",
    Nature.REFERRAL: "réorientation",
    Nature.AUTOMATIC_ACKNOWLEDGEMENT: "accusé de réception automatique",
    Nature.INTERNAL_FORWARD: "transfert interne",
}
STATES = {
    State.ANSWERED_IN_TIME: "répondue à temps",
    State.ANSWERED_LATE: "répondue en retard",
    State.OVERDUE: "en retard",
    State.PENDING: "en cours",
    State.EXCLUDED: "exclue",
}
OUTCOMES = {
    Outcome.PRESENT: "présent",
    Outcome.ABSENT: "absent",
    Outcome.EXEMPT: "exception",
    Outcome.UNVERIFIABLE: "invérifiable",
}
PLACES = {
    Place.SIGNATURE: "dans la signature",
    Place.HEADER_BLOCK: "dans l’en-tête",
    Place.DELEGATED_FORMULA: "dans la formule de délégation",
    Place.BODY: "dans le texte",
}
LEVELS = {
    AuthorLevel.FULL_NAME: "nom",
    AuthorLevel.FIRST_NAME: "prénom",
    AuthorLevel.INITIALS: "initiales",
    AuthorLevel.NUMBER: "numéro d’agent",
    AuthorLevel.ROLE: "fonction seule",
}
CONFIDENCES = {
    Confidence.HIGH: "sûre",
    Confidence.MEDIUM: "moyenne",
    Confidence.LOW: "faible, à vérifier",
}
CHANNELS = {Channel.EMAIL: "courriel", Channel.LETTER: "courrier"}
CONVENTIONS = {
    Convention.STRICT: "stricte : le jour de réception est le jour zéro, même fermé",
    Convention.ROLLED: "reportée : une réception un jour fermé compte au jour ouvré suivant",
}
GRADES = {
    Grade.A: "remise par le serveur ou vue en direct",
    Grade.B: "date du serveur, cohérente avec les relevés",
    Grade.C: "retrouvée après coup, ou déclarée",
    Grade.X: "dates contradictoires",
}
PARTS = {
    "answer": "réponse",
    "automatic": "message automatique",
    "bounce": "avis de non-remise",
    "complement": "complément",
    "copy": "copie",
    "forward": "transfert",
    "reminder": "relance",
    "thanks": "remerciement",
}
FINDINGS = {
    "answered_at_another_address": "réponse envoyée à une autre adresse, rattachée par ses mots",
    "asked_at_another_address": "relance venue d’une autre adresse, rattachée par ses mots",
    "date_differs": "le champ Date diffère de plus d’une heure de l’arrivée",
    "date_field_only": "arrivée connue par le seul champ Date",
    "filed_later": "copie d’envoi rangée après la date qu’elle porte",
    "follows_closed_request": "nouvelle question dans un échange déjà clos",
    "instants_contradict": "dates du serveur contradictoires",
    "negative_delay": "réponse datée d’avant la réception",
    "passed_on": "question transmise par un collègue",
    "probably_answered_unseen": "réponse probable, non observée",
    "transferred": "transférée à un autre service",
}
HINTS = {
    "acronym": "sigle non développé",
    "long_sentence": "phrase longue",
    "no_attachment": "pièce jointe annoncée, et absente",
    "no_closing": "pas de formule de fin",
    "no_greeting": "pas de formule d’appel",
}
ALERT_STATES = {
    "queued": "attend de partir",
    "sending": "est peut-être partie, le serveur ne l’a pas confirmé",
    "accepted": "est partie",
    "confirmed": "est arrivée",
    "failed": "a été refusée par le serveur",
}
TIES = {
    "corrected": "décidé par une personne",
    "identifier": "numéro de dossier ou date",
    "parent": "répond à un message de l’échange",
    "person": "même personne",
    "quoted": "mots cités",
    "reference": "références",
    "same_text": "même texte",
    "subject": "même objet",
}
CORRECTIONS = {
    CorrectionKind.NATURE: "nature",
    CorrectionKind.LINK: "rattachement",
    CorrectionKind.SERVICE: "service",
    CorrectionKind.EXCLUSION: "exclusion",
    CorrectionKind.NOTE: "note",
}
LOCAL_CHANGES = {
    LocalChange.NEW: "ajoutée",
    LocalChange.MORE: "complétée",
    LocalChange.OFF: "désactivée",
    LocalChange.VALUE: "valeur changée",
}
CHECKS = {
    Check.NATURE: "nature",
    Check.LINK: "rattachement",
    Check.AUTHOR: "personne qui écrit",
    Check.SERVICE: "service nommé",
    Check.INSTITUTION: "institution nommée",
    Check.DEADLINE: "échéance",
}
QUESTIONS = {
    Check.NATURE: "le premier message est-il bien de cette nature ?",
    Check.LINK: "les messages rattachés sont-ils tous de cet échange, et n’en manque-t-il aucun ?",
    Check.AUTHOR: "la première réponse nomme-t-elle la personne qui écrit, comme il est dit ?",
    Check.SERVICE: "la première réponse nomme-t-elle son service, comme il est dit ?",
    Check.INSTITUTION: "la première réponse nomme-t-elle l’institution, comme il est dit ?",
    Check.DEADLINE: "réception, échéance, première réponse et délai sont-ils justes ?",
}
"""What a reviewer is asked of one verdict."""
PHRASES = {
    "gap": "huit mots au plus",
    "line": "une ligne vide",
    "number": "un nombre",
    "optional": "facultatif",
    "or": "ou",
    "then": "puis",
}
STATUSES = {"sourced": "sourcé", "interpreted": "interprété", "local": "local"}

WEEKDAYS = {
    Weekday.MONDAY: "lundi",
    Weekday.TUESDAY: "mardi",
    Weekday.WEDNESDAY: "mercredi",
    Weekday.THURSDAY: "jeudi",
    Weekday.FRIDAY: "vendredi",
    Weekday.SATURDAY: "samedi",
    Weekday.SUNDAY: "dimanche",
}

NO_BREAK = "\u00a0"
_KINDS = {str(nature): words for nature, words in NATURES.items()}


def kind(words: str) -> str:
    """The kind of an answer in French; a declared answer keeps the words it was declared with."""
    return _KINDS.get(words, words)


def finding(code: str) -> str:
    """A finding in French; a code that has no words yet stays as it is."""
    return FINDINGS.get(code, code)


def correction(said: Correction) -> str:
    """What a person set right, in French."""
    value = said.value
    if said.kind is CorrectionKind.EXCLUSION:
        value = "hors du taux" if value == "excluded" else "comptée"
    elif said.kind is CorrectionKind.LINK:
        value = "aucune demande" if value == "none" else f"demande {value}"
    elif said.kind is CorrectionKind.NATURE:
        value = kind(value)
    return f"{CORRECTIONS[said.kind]}{NO_BREAK}: {value}"


# --- dates and numbers ----------------------------------------------------------------------------

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def day(on: date) -> str:
    """A day as French readers write it, JJ/MM/AAAA."""
    return f"{on.day:02}/{on.month:02}/{on.year:04}"


def month_name(month: str) -> str:
    """`2026-03` as « mars 2026 »."""
    year, number_ = month.split("-")
    return f"{_MONTHS[int(number_) - 1]} {year}"


def number(value: float) -> str:
    """A number with one decimal at most, half up, and a comma."""
    return str(_rounded(value)).removesuffix(".0").replace(".", ",")


def moment(at: datetime) -> str:
    """A minute as French readers write it, in the zone it is given in."""
    return f"{at:%d/%m/%Y} à{NO_BREAK}{at:%H:%M}"


def graded(grades: Mapping[Grade, int]) -> str:
    """How instants are attested, « A : 12, C : 3 », those without any left out."""
    found = (f"{grade}{NO_BREAK}: {count}" for grade, count in grades.items() if count)
    return ", ".join(found) or "Sans objet"


def between(margin: Margin) -> str:
    """The two ends of a margin, « entre 85,7 % (12/14) et 92,9 % (13/14) »."""
    lowest, highest = (
        f"{_percent(end)} ({end.numerator}/{end.denominator})" if end.denominator else end.text
        for end in (margin.lowest, margin.highest)
    )
    return f"entre {lowest} et {highest}"


def ends(margin: Margin) -> str:
    """The same in short, « entre 85,7 % et 92,9 % »."""
    return f"entre {_percent(margin.lowest)} et {_percent(margin.highest)}"


def _percent(rate: Rate) -> str:
    return rate.text.replace(" %", f"{NO_BREAK}%")


def days(value: float | None) -> str:
    """A delay in working days, « Sans objet » when there is none; plural from two on."""
    if value is None:
        return "Sans objet"
    return f"{number(value)}{NO_BREAK}{plural(float(_rounded(value)), 'jour', 'jours')}"


def percentage(part: int, whole: int) -> str:
    """A share in percent, one decimal at most, half up, « ,0 » dropped, never rounded up to 100 %."""
    tenths = (2000 * part + whole) // (2 * whole)
    if part < whole:
        tenths = min(tenths, 999)
    units, decimal = divmod(tenths, 10)
    return f"{units},{decimal} %" if decimal else f"{units} %"


def _rounded(value: float) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def plural(count: float, one: str, many: str) -> str:
    """The French plural begins at two."""
    return one if count < 2 else many


_IN_A_MAILBOX = re.compile(r"(.*);UIDVALIDITY=[0-9]+/;UID=([0-9]+)", re.DOTALL)
"""How the register names a message of a mailbox (RFC 5092 section 3)."""


def short_file(file: str) -> str:
    """Where a message lies, in few words: folder and file, or folder and UID; the spreadsheet has it whole."""
    if mailbox := _IN_A_MAILBOX.fullmatch(file):
        return f"{mailbox[1]}, UID{NO_BREAK}{mailbox[2]}"
    return "/".join(file.split("/")[-2:])
