"""The demonstration's figures, computed by hand from its story, request by request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pytest

from mailwatch import demo
from mailwatch.demo import composing, story, watching
from mailwatch.model import Audit, MentionCount, Mentions, Nature, Rate, Request, State
from tests.demos import PLAIN, by_name

# --- the first mailbox ----------------------------------------------------------------------------

JURA_DELAYS = """
    voeux-passeport 1        carte-grise-heritage 1   association-bureau 0     etudiant-sejour 1
    fusil-grand-pere 2       permis-perdu 1           formulaire-salle 0       deux-boites 1
    pacs-recepisse 0         piscine-naturelle 3      vide-maison 0            loto-quine 1
    regroupement 1           sanglier 1               taxi-medaille 1          drone-mariage 0

    naturalisation-etat 1    drone-mariage-suite 1    moto-cession 3           vtc-carte 0
    permis-marocain 2        trail-vouglans 0         ape-visite 1             iphone-duplicata 1
    colocation-transmise 1   nuit-anonyme 2           frontalier-anglais 0     hebergement-chambres 0
    procuration-hopital 1    titre-perdu-recepisse 5  camera-boulangerie 1

    bien-eau 0               visa-belle-mere 1        vendredi-soir 1          samedi-chien 1
    procuration-retour 0     feu-artifice 1           bureau-ferme 0           buvette-foot 1
    cascade-eboulement 1     conjoint-japonais 1      minuit-moins-dix 1       gens-maison 1
    tronc-forestier 1        heure-ete 1              absence-nadege 2         dernier-jour 1

    2026-0004 3   2026-0011 2   2026-0019 3   2026-0031 5   2026-0037 2   2026-0046 1
    2026-0058 3   2026-0066 3   2026-0073 2   2026-0085 6   2026-0098 2   2026-0107 4
"""
"""Working days between arrival and first answer, January, February, March, then letters, counted by hand."""


def test_the_jura_s_delays_are_those_counted_by_hand(jura: Audit) -> None:
    counted = JURA_DELAYS.split()
    found = {
        name: request.first.delay
        for name, request in by_name(jura, "jura").items()
        if request.first
    }

    assert found == {
        name: int(delay) for name, delay in zip(counted[::2], counted[1::2], strict=True)
    }


def test_the_delays_counted_by_hand_make_the_means_that_are_printed(jura: Audit) -> None:
    """47 requests by e-mail, 47 days in all; 12 letters, 36 days in all."""
    email_figures, letter_figures = jura.indicators.email, jura.indicators.letter
    assert email_figures.answered_in_time == Rate(numerator=47, denominator=47, text="100 %")
    assert letter_figures.answered_in_time == Rate(numerator=12, denominator=12, text="100 %")
    assert (email_figures.mean_first_delay, letter_figures.mean_first_delay) == (1.0, 3.0)
    assert email_figures.mean_substantive_delay == pytest.approx(60 / 47)
    assert email_figures.substantive_in_time == Rate(numerator=46, denominator=47, text="97,9 %")


def test_every_request_of_the_jura_is_answered_in_time_and_signed(jura: Audit) -> None:
    counted = [request for request in jura.requests if request.state is not State.EXCLUDED]
    assert {request.state for request in counted} == {State.ANSWERED_IN_TIME}
    assert all(request.substantive for request in counted)
    for figures in (jura.indicators.author, jura.indicators.service, jura.indicators.institution):
        assert (figures.absent, figures.unverifiable, figures.exempt) == (0, 0, 0)
        assert figures.present == 52
    assert (jura.quarantined, jura.refused, jura.unseen) == ((), (), ())


def test_what_is_no_request_in_the_jura_is_set_aside_by_its_nature(jura: Audit) -> None:
    assert jura.set_aside == {
        Nature.BULK: 2,
        Nature.SPAM: 1,
        Nature.THANKS: 3,
        Nature.OUT_OF_OFFICE: 1,
        Nature.DELIVERY_REPORT: 1,
        Nature.READ_RECEIPT: 1,
        Nature.CALENDAR_REPLY: 1,
        Nature.INTERNAL: 1,
    }
    excluded = {name for name, request in by_name(jura, "jura").items() if request.excluded_because}
    assert excluded == {"maire-deliberation", "candidature", "facture-toner", "recours-amende"}


def test_a_late_reply_changes_each_figure_it_must_and_nothing_else(
    tmp_path: Path, jura: Audit
) -> None:
    """The reply of Wednesday 4 February, same day, is moved to Friday 13: seven working days, two too many."""
    box = demo.write(tmp_path).jura
    redate(box, "vtc-carte-r", "Wed, 04 Feb 2026 16:11:55 +0100", "Fri, 13 Feb 2026 16:11:55 +0100")

    late = watching.audited(box)

    figures = jura.indicators.email
    assert late.indicators.email == replace(
        figures,
        answered_in_time=Rate(numerator=46, denominator=47, text="97,9 %"),
        substantive_in_time=Rate(numerator=45, denominator=47, text="95,7 %"),
        mean_first_delay=54 / 47,
        mean_substantive_delay=67 / 47,
    )
    february = late.by_month["2026-02"].email
    assert february.answered_in_time == Rate(numerator=14, denominator=15, text="93,3 %")
    assert demo.committee_lines(late)[0].translate(PLAIN) == (
        "Taux de réponses aux courriels de demande d'informations dans le délai de 5 jours ouvrés : 97,9 % "
        "(réponses d'attente comptabilisées)"
    )
    assert demo.committee_lines(late)[1].translate(PLAIN).endswith("par courriel : 1,1 jour")

    service = "Bureau de la réglementation générale et des élections"
    assert late.indicators == replace(jura.indicators, email=late.indicators.email)
    assert differing(jura.by_month, late.by_month) == {"2026-02"}
    assert differing(jura.by_service, late.by_service) == {service}
    assert differing(placeless(jura), placeless(late)) == {"vtc-carte"}
    assert demo.committee_lines(late)[2:] == demo.committee_lines(jura)[2:]
    told = {"indicators", "by_month", "by_service", "requests"}
    others = [item.name for item in fields(Audit) if item.name not in told]
    assert [name for name in others if getattr(late, name) != getattr(jura, name)] == []


def redate(box: demo.Mailbox, name: str, before: str, after: str) -> None:
    """Change the `Date` field of one message of a Maildir."""
    _, mails = story.read(box.folder.name)
    (identity,) = (composing.message_id(mail) for mail in mails if mail.id == name)
    (path,) = (
        path
        for path in (box.folder / "sent" / "cur").iterdir()
        if f"Message-ID: {identity}\n".encode() in path.read_bytes()
    )
    raw = path.read_bytes()
    assert raw.count(f"Date: {before}\n".encode()) == 1
    path.write_bytes(raw.replace(f"Date: {before}\n".encode(), f"Date: {after}\n".encode()))


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> set[str]:
    return {name for name in {*before, *after} if before.get(name) != after.get(name)}


def placeless(audit: Audit) -> Mapping[str, Request]:
    """The requests by name, without the paths of the files they were read from."""
    return {
        name: replace(
            request, file="", links=tuple(replace(link, file="") for link in request.links)
        )
        for name, request in by_name(audit, "jura").items()
    }


# --- the second mailbox, by hand ------------------------------------------------------------------

MOSELLE = """
    name                    received  due    first  delay  kind       state              ended   mentions
    avant-observation       25/02     04/03  27/02  2      answer     excluded           27/02   ppp
    recepisse-dernier-jour  02/03     09/03  09/03  5      answer     answered_in_time   09/03   ppp
    permis-bateau           03/03     10/03  12/03  7      answer     answered_late      12/03   ppp
    titre-sans-reponse      04/03     11/03  -      -      -          overdue            -       -
    attente-oubliee         05/03     12/03  06/03  1      holding    answered_in_time   -       ppp
    sans-auteur             06/03     13/03  09/03  1      answer     answered_in_time   09/03   app
    prenom-seul             07/03     13/03  13/03  5      answer     answered_in_time   13/03   paa
    fraude-exception        09/03     16/03  10/03  1      answer     answered_in_time   10/03   epp
    signature-image         10/03     17/03  11/03  1      answer     answered_in_time   11/03   uuu
    courriel-scelle         11/03     18/03  13/03  2      answer     answered_in_time   13/03   uuu
    adresse-fausse          12/03     19/03  -      -      -          overdue            -       -
    adresse-reprise         12/03     19/03  17/03  3      answer     answered_in_time   17/03   ppp
    reclamation-guichet     16/03     23/03  18/03  2      answer     excluded           18/03   ppp
    suggestion-affiche      17/03     24/03  -      -      -          excluded           -       -
    fil-ancien              18/03     25/03  19/03  1      answer     answered_in_time   19/03   ppp
    coffre-telephone        19/03     26/03  23/03  2      telephone  answered_in_time   23/03   -
    reponse-jamais-vue      20/03     27/03  -      -      -          overdue            -       -
    mobilisation-1          23/03     30/03  25/03  2      answer     answered_in_time   25/03   ppp
    mobilisation-2          23/03     30/03  31/03  6      answer     answered_late      31/03   ppp
    mecontent-mais-question 24/03     31/03  26/03  2      answer     answered_in_time   26/03   ppp
    fil-ancien-nouvelle     24/03     31/03  31/03  5      answer     answered_in_time   31/03   ppp
    horloge-agent           25/03     01/04  24/03  0      answer     answered_in_time   24/03   ppp
    date-futur              26/03     02/04  27/03  1      answer     answered_in_time   27/03   ppp
    vendredi-saint          27/03     07/04  07/04  5      answer     answered_in_time   07/04   ppp
    deux-envois             30/03     08/04  31/03  1      answer     answered_in_time   31/03   ppp
    veille-paques           02/04     13/04  14/04  6      answer     answered_late      14/04   ppp
    jour-ferie-local        03/04     13/04  08/04  2      answer     answered_in_time   08/04   ppp
    samedi-paques           04/04     13/04  13/04  5      answer     answered_in_time   13/04   uuu
    transfert-thionville    07/04     14/04  09/04  2      answer     answered_in_time   09/04   ppp
    boite-personnelle       08/04     15/04  -      -      -          overdue            -       -
    mariage-lettre          09/04     16/04  15/04  4      courrier   answered_in_time   15/04   -
    presse                  09/04     16/04  -      -      -          excluded           -       -
    attente-ouverte         10/04     17/04  13/04  1      holding    answered_in_time   -       ppp
    echeance-aujourdhui     13/04     20/04  -      -      -          pending            -       -
    autre-prefecture        14/04     21/04  15/04  1      answer     answered_in_time   15/04   ppp
    pieces-attendues        15/04     22/04  16/04  1      asked      answered_in_time   -       ppp
    dossier-et-question     16/04     23/04  -      -      -          pending            -       -
    agent-absent            17/04     24/04  -      -      -          pending            -       -
    57-2026-0131            03/03     17/03  16/03  9      answer     answered_in_time   16/03   -
    57-2026-0137            05/03     19/03  25/03  14     answer     answered_late      25/03   -
    57-2026-0148            10/03     24/03  19/03  7      answer     answered_in_time   19/03   ppp
    57-2026-0160            17/03     31/03  24/03  5      holding    answered_in_time   -       -
    57-2026-0172            24/03     09/04  -      -      -          overdue            -       -
    57-2026-0181            30/03     15/04  15/04  10     answer     answered_in_time   15/04   -
    57-2026-0190            08/04     22/04  10/04  2      téléphone  answered_in_time   10/04   -
    57-2026-0197            13/04     27/04  -      -      -          pending            -       -
"""
"""3 April is Good Friday, closed in Moselle, 6 April Easter Monday; today is Monday 20 April."""
ROWS = [row.split() for row in MOSELLE.strip().splitlines()[1:]]
KINDS = {
    "reply": "answer",
    "referral": "answer",
    "holding_reply": "holding",
    "information_needed": "asked",
}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_request_of_the_moselle_comes_out_as_counted_by_hand(
    moselle: Audit, row: list[str]
) -> None:
    request = by_name(moselle, "moselle")[row[0]]

    assert told(row[0], request) == row


def test_the_moselle_has_no_other_request(moselle: Audit) -> None:
    assert set(by_name(moselle, "moselle")) == {row[0] for row in ROWS}


def told(name: str, request: Request) -> list[str]:
    first, ended = request.first, request.substantive
    return [
        name,
        f"{request.received_on:%d/%m}",
        f"{request.due_on:%d/%m}",
        f"{first.on:%d/%m}" if first else "-",
        str(first.delay) if first else "-",
        KINDS.get(first.kind, first.kind) if first else "-",
        request.state,
        f"{ended.on:%d/%m}" if ended else "-",
        outcomes(first.mentions) if first and first.mentions else "-",
    ]


def outcomes(mentions: Mentions) -> str:
    """Author, service, institution by the first letter of their outcome."""
    return "".join(
        mention.outcome[0] for mention in (mentions.author, mentions.service, mentions.institution)
    )


def test_the_moselle_s_figures_are_those_added_up_by_hand(moselle: Audit) -> None:
    by_mail, by_letter = moselle.indicators.email, moselle.indicators.letter
    assert by_mail.answered_in_time == Rate(numerator=24, denominator=31, text="77,4 %")
    assert by_mail.mean_first_delay == pytest.approx(73 / 27)
    assert (by_mail.pending, by_mail.excluded) == (3, 4)
    assert (by_mail.holding_without_followup, by_mail.holding_open) == (1, 1)
    assert by_letter.answered_in_time == Rate(numerator=5, denominator=7, text="71,4 %")
    assert by_letter.mean_first_delay == pytest.approx(47 / 6)
    assert (by_letter.pending, by_letter.holding_without_followup) == (1, 1)
    assert counts(moselle.indicators.author) == (21, 1, 1, 3)
    assert counts(moselle.indicators.service) == (22, 0, 1, 3)
    assert counts(moselle.indicators.institution) == (22, 0, 1, 3)


def test_the_moselle_s_committee_reads_less_pleasant_lines(moselle: Audit) -> None:
    lines = [line.translate(PLAIN) for line in demo.committee_lines(moselle)]
    assert lines[0].endswith("5 jours ouvrés : 77,4 % (réponses d'attente comptabilisées)")
    assert lines[1].endswith(" : 2,7 jours")
    assert lines[2].endswith("10 jours ouvrés : 71,4 % (réponses d'attente comptabilisées)")
    assert lines[3].endswith(" : 7,8 jours")
    assert lines[4] == "Réclamations / suggestions : 1 réclamation, 1 suggestion"


def test_what_cannot_be_read_in_the_moselle_is_listed_and_stops_nothing(moselle: Audit) -> None:
    assert [Path(item.file).name for item in moselle.quarantined] == [
        "2026-04-01-coupe.eml",
        "2026-04-02-sans-date.eml",
    ]
    assert [(row.line, "31/02/2026" in row.reason) for row in moselle.refused] == [(8, True)]
    assert moselle.set_aside == {Nature.DELIVERY_REPORT: 2, Nature.SPAM: 1}


def counts(figures: MentionCount) -> tuple[int, int, int, int]:
    return figures.present, figures.exempt, figures.absent, figures.unverifiable
