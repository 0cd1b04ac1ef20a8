"""The French words for the domain's values, as every reader sees them: one word per thing."""

from __future__ import annotations

from mailwatch.model import (
    AuthorLevel,
    Channel,
    Confidence,
    Convention,
    Grade,
    Nature,
    Outcome,
    Place,
    State,
)

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
    Grade.B: "date du serveur, cohérente avec le relevé",
    Grade.C: "retrouvée après coup, dans un export",
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
    "date_differs": "le champ Date diffère de plus d’une heure de l’arrivée",
    "date_field_only": "arrivée connue par le seul champ Date",
    "follows_closed_request": "nouvelle question dans un échange déjà clos",
    "instants_contradict": "dates du serveur contradictoires",
    "negative_delay": "réponse datée d’avant la réception",
    "passed_on": "question transmise par un collègue",
    "probably_answered_unseen": "réponse probable, non observée",
    "transferred": "transférée à un autre service",
}
STATUSES = {"sourced": "sourcé", "interpreted": "interprété", "local": "local"}
