"""What people write to a préfecture, and what each of these messages is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import nature
from mailwatch.message import read
from mailwatch.model import (
    Box,
    Confidence,
    Delivery,
    Forwarded,
    Institution,
    Message,
    Nature,
    Reading,
    Role,
)
from mailwatch.nature.forms import is_robot
from mailwatch.nature.incoming import MACHINES
from mailwatch.nature.person import ANSWER_DUE
from mailwatch.ruleset import failures
from mailwatch.wording import read as read_words
from tests.facts import BOX, CITIZEN, JURA, desk
from tests.mails import mail

WHEN = "2026-03-02 09:12"
AGENT = "Claire Vernier <claire.vernier@jura.gouv.fr>"
ROBOT = "Formulaire de contact <ne-pas-repondre@jura.gouv.fr>"
QUESTION = "Bonjour, faut-il déclarer une buvette d’un jour ? Merci d’avance.\n\nRémi Cler"
RULES = desk(JURA).rules
WALL = [
    tuple(part.strip() for part in line.split("|", 2))
    for line in Path(__file__).with_name("test_incoming_wall.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def message(raw: bytes) -> Message:
    found = read(Delivery(raw=raw, file="inbox/1.eml", role=Role.INBOX))
    assert isinstance(found, Message)
    return found


def judge(found: Message, institution: Institution = JURA) -> Reading:
    return nature.incoming(found, read_words(found.own), institution, RULES)


def judged(
    text: str,
    *,
    subject: str = "Question",
    sender: str = f"Odile Ferrand <{CITIZEN}>",
    to: str = BOX,
    cc: str = "",
    reply_to: str = "",
    references: str = "",
    headers: Mapping[str, str] | None = None,
    institution: Institution = JURA,
) -> Reading:
    """The verdict on one mail that arrived."""
    raw = mail(
        WHEN,
        text,
        subject=subject,
        sender=sender,
        to=to,
        cc=cc,
        reply_to=reply_to,
        references=references,
        headers=headers,
    )
    return judge(message(raw), institution)


@pytest.mark.parametrize(("expected", "subject", "text"), WALL)
def test_each_mail_of_the_wall_is_what_a_person_says(
    expected: str, subject: str, text: str
) -> None:
    references = "<1@jura.gouv.fr>" if subject.lower().startswith("re:") else ""
    found = judged(text.replace("⏎", "\n"), subject=subject, references=references)
    assert found.nature == expected, found.evidence
    assert found.answer_due == (found.nature in ANSWER_DUE)
    assert (found.reason != "") == (found.nature is Nature.OUT_OF_SCOPE)


def test_every_rule_finds_its_examples_and_leaves_its_counterexamples() -> None:
    assert failures(RULES.incoming) == ()


# --- what a person wants --------------------------------------------------------------------------


def test_what_nobody_understands_is_a_request_for_review() -> None:
    found = judged("Tournesol bleu.", subject="")
    assert (found.nature, found.confidence) == (Nature.REQUEST, Confidence.LOW)


def test_a_question_among_thanks_is_a_request_that_also_thanks() -> None:
    found = judged("Merci pour votre réponse rapide. Le formulaire se signe-t-il à la main ?")
    assert (found.nature, found.also) == (Nature.REQUEST, (Nature.THANKS,))


def test_an_angry_reminder_also_complains() -> None:
    found = judged(
        "Toujours aucune réponse à mon mail, c’est inadmissible, votre accueil est désagréable."
    )
    assert (found.nature, found.also) == (Nature.REMINDER, (Nature.COMPLAINT,))


def test_a_question_asked_in_reproach_leaves_a_complaint() -> None:
    found = judged("Est-ce que votre agent désagréable parle ainsi à tout le monde ?")
    assert found.nature is Nature.COMPLAINT


def test_the_subject_of_a_reply_is_what_was_said_before() -> None:
    found = judged("Nickel, merci !", subject="Re: Comment déclarer une buvette ?")
    assert found.nature is Nature.THANKS


def test_the_subject_of_a_reply_may_still_remind() -> None:
    found = judged("Je me permets d’insister.", subject="RE: buvette (2e relance)")
    assert found.nature is Nature.REMINDER


def test_a_matter_settled_after_all_reminds_of_nothing() -> None:
    found = judged("Je n’avais pas eu de réponse mais mon problème est résolu.", subject="")
    assert found.nature is Nature.THANKS


def test_a_question_in_the_subject_alone_is_a_request() -> None:
    assert judged("", subject="Êtes-vous ouverts le 8 mai ?").nature is Nature.REQUEST


def test_thanks_at_the_end_of_a_need_thank_in_advance() -> None:
    found = judged("Je n’arrive pas à créer mon compte. Merci pour votre aide.", subject="ANEF")
    assert (found.nature, found.confidence) == (Nature.REQUEST, Confidence.MEDIUM)


def test_a_legal_notice_asks_and_thanks_for_nothing() -> None:
    notice = (
        "Ce message est confidentiel. Si vous n’êtes pas destinataire, merci de nous contacter ?"
    )
    assert (
        judged(f"C’est noté, merci.\n\n{notice}", references="<1@jura.gouv.fr>").nature
        is Nature.THANKS
    )


def test_a_question_mark_inside_an_address_of_the_web_asks_nothing() -> None:
    text = "Merci beaucoup pour votre aide, j’ai pu lire https://www.exemple.example/a?b=1 et tout est réglé."
    assert judged(text, subject="", references="<1@jura.gouv.fr>").nature is Nature.THANKS


def test_marks_repeated_are_one_question() -> None:
    found = judged("Voir https://www.exemple.example/a?b=1 !!! Êtes-vous ouverts ???", subject="")
    assert found.nature is Nature.REQUEST


def test_a_citizen_who_sends_their_own_mail_again_is_read_through_it() -> None:
    text = f"\n-------- Message transféré --------\nDe : Odile <{CITIZEN}>\nObjet : buvette\n\n{QUESTION}\n"
    assert judged(text, subject="TR: buvette").nature is Nature.REQUEST


def test_who_calmly_tells_of_an_obstacle_asks_for_help() -> None:
    found = judged("Je voudrais déposer une demande mais le site est en panne depuis hier.")
    assert (found.nature, found.also) == (Nature.REQUEST, (Nature.COMPLAINT,))


def test_a_short_reply_that_asks_for_nothing_closes_but_is_reviewed() -> None:
    found = judged("Bleu alors.", subject="Re: couleur", references="<1@jura.gouv.fr>")
    assert (found.nature, found.confidence) == (Nature.THANKS, Confidence.LOW)


def test_a_short_reply_that_gives_what_was_asked_for_is_no_thanks() -> None:
    found = judged("Mon numéro AGDREF est le 3945.", subject="Re: x", references="<1@jura.gouv.fr>")
    assert found.nature is Nature.REQUEST


def test_a_danger_is_reported_and_a_question_about_one_is_asked() -> None:
    told = judged("Le mur de l’école menace de tomber sur la rue.", subject="mur")
    asked = judged("Le mur menace de tomber. Qui dois-je prévenir ?", subject="mur")
    assert (told.nature, asked.nature) == (Nature.OUT_OF_SCOPE, Nature.REQUEST)


# --- whom to answer -------------------------------------------------------------------------------

FORM = (
    "Vous avez reçu un message depuis le site.\n\nNom : Cler\nPrénom : Rémi\n"
    "Adresse électronique : remi.cler@free.example\nRubrique : {kind}\nMessage :\n{text}\n\n--\n"
    "Ce message vous est adressé automatiquement, merci de ne pas y répondre."
)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("Associations", "Faut-il déclarer une buvette ?\nElle dure un jour.", Nature.REQUEST),
        ("Réclamation", "Reçu à 11h50 pour 8h30.", Nature.COMPLAINT),
        ("Boîte à idées", "Des chaises dans le hall.", Nature.SUGGESTION),
        ("Divers", "Je forme un recours gracieux contre le refus du 3 mai.", Nature.OUT_OF_SCOPE),
    ],
)
def test_a_form_of_ours_carries_a_citizens_words(kind: str, text: str, expected: Nature) -> None:
    found = judged(FORM.format(kind=kind, text=text), subject="[Contact]", sender=ROBOT)
    assert (found.nature, found.correspondent) == (expected, "remi.cler@free.example")


@pytest.mark.parametrize(
    ("sender", "subject", "headers"),
    [
        (f"Préfecture <{BOX}>", "Nouveau message", {}),
        ("Communication <com@jura.gouv.fr>", "Formulaire de contact", {}),
        ("Communication <com@jura.gouv.fr>", "Contact", {"X-Mailer": "PHPMailer 6.9"}),
        ("Communication <com@jura.gouv.fr>", "Contact", {"X-PHP-Originating-Script": "33:c.php"}),
        ("no-reply@formulaires.example", "Contact", {"Auto-Submitted": "auto-generated"}),
    ],
)
def test_a_form_is_known_by_its_robot_whatever_sends_it(
    sender: str, subject: str, headers: dict[str, str]
) -> None:
    text = FORM.format(kind="Divers", text="Faut-il un timbre ?")
    found = judged(text, subject=subject, sender=sender, headers=headers)
    assert (found.nature, found.correspondent) == (Nature.REQUEST, "remi.cler@free.example")


def test_who_filled_in_a_form_is_no_machine_whatever_they_quote() -> None:
    text = (
        "Bonjour, voici ce que je reçois : votre message a bien été enregistré sous le numéro 7731, nos conseillers "
        "le traiteront dans les meilleurs délais, merci de ne pas répondre à ce message automatique."
    )
    found = judged(FORM.format(kind="Divers", text=text), sender=ROBOT)
    assert found.nature not in MACHINES


def test_a_legal_notice_says_nothing_of_the_message() -> None:
    notice = (
        "Ce message est confidentiel. Si vous n’en êtes pas le destinataire, merci de le détruire."
    )
    alone, noticed = judged(QUESTION), judged(f"{QUESTION}\n\n{notice}")
    assert (alone.nature, alone.confidence) == (noticed.nature, noticed.confidence)


def test_reply_to_names_the_citizen_of_a_form_without_an_address() -> None:
    text = "Nom : Cler\nThème : armes\nQuestion : Un arc se déclare-t-il ?"
    found = judged(text, sender=ROBOT, reply_to="Rémi <remi.cler@free.example>")
    assert (found.nature, found.correspondent) == (Nature.REQUEST, "remi.cler@free.example")


def test_a_form_without_a_field_for_the_text_is_read_whole() -> None:
    text = "Nom : Cler\nThème : armes\nUn arc se déclare-t-il ?"
    found = judged(text, sender=ROBOT, reply_to="remi.cler@free.example")
    assert (found.nature, found.correspondent) == (Nature.REQUEST, "remi.cler@free.example")


def test_a_robot_that_names_no_citizen_relays_no_form() -> None:
    text = f"Nom : Vernier\nAdresse mail : {BOX}\nMessage : votre message est enregistré"
    found = judged(text, sender="no-reply@mairie.example", reply_to="no-reply@mairie.example")
    assert found.nature is not Nature.REQUEST


def test_one_field_makes_no_form() -> None:
    found = judged("Objet : buvette\nFaut-il la déclarer ?", sender="no-reply@asso.example")
    assert (found.nature, found.correspondent) == (Nature.REQUEST, "no-reply@asso.example")


def test_reply_to_is_answered_when_nobody_reads_the_sender() -> None:
    found = judged(QUESTION, sender="noreply@asso.example", reply_to="remi.cler@free.example")
    assert found.correspondent == "remi.cler@free.example"


def test_a_reply_to_of_ours_is_no_citizen() -> None:
    found = judged(QUESTION, sender="noreply@asso.example", reply_to=BOX)
    assert found.correspondent == "noreply@asso.example"


def test_a_person_who_asks_to_be_answered_elsewhere_stays_the_correspondent() -> None:
    assert judged(QUESTION, reply_to="autre@free.example").correspondent == CITIZEN


@pytest.mark.parametrize(
    "box",
    [
        "noreply",
        "no-reply",
        "ne-pas-repondre",
        "nepasrepondre",
        "www-data",
        "do_not_reply",
        "webmaster",
    ],
)
def test_nobody_reads_the_mail_of_a_robot(box: str) -> None:
    assert is_robot(f"{box}@jura.gouv.fr")


@pytest.mark.parametrize(
    "box", ["noel.replat", "paul.nerot", "contact", "pref-associations", "norepa"]
)
def test_people_and_offices_are_no_robots(box: str) -> None:
    assert not is_robot(f"{box}@jura.gouv.fr")


# --- between colleagues ---------------------------------------------------------------------------

PASSED_ON = (
    "{note}\n\n-------- Message transféré --------\nDe : {writer}\nObjet : buvette\n\n{text}\n"
)


def passed_on(note: str, writer: str, text: str) -> Reading:
    return judged(
        PASSED_ON.format(note=note, writer=writer, text=text), subject="TR: x", sender=AGENT
    )


def test_a_colleague_who_passes_on_a_question_leaves_an_answer_due_to_the_citizen() -> None:
    found = passed_on("Pour vous, je crois.", f"Rémi Cler <{CITIZEN}>", QUESTION)
    assert (found.nature, found.answer_due, found.correspondent) == (Nature.INTERNAL, True, CITIZEN)


def test_a_colleague_who_passes_on_thanks_leaves_nothing_due() -> None:
    found = passed_on("Ça fait plaisir.", f"Rémi <{CITIZEN}>", "Merci beaucoup pour votre accueil.")
    assert (found.nature, found.answer_due) == (Nature.INTERNAL, False)


def test_a_colleague_who_has_answered_leaves_nothing_due() -> None:
    found = passed_on("J’ai déjà répondu, pour info.", f"Rémi <{CITIZEN}>", QUESTION)
    assert (found.nature, found.answer_due) == (Nature.INTERNAL, False)


def test_a_note_between_colleagues_passed_on_is_nobodys_request() -> None:
    found = passed_on("Voir ci-dessous.", AGENT, "Peux-tu me dire qui vient ?")
    assert (found.nature, found.answer_due) == (Nature.INTERNAL, False)


def test_a_question_passed_on_twice_is_still_the_citizens() -> None:
    inner = f"Pour suite à donner.\n\nDe : Rémi Cler <{CITIZEN}>\n{QUESTION}"
    found = passed_on("Idem.", AGENT, inner)
    assert (found.answer_due, found.correspondent) == (True, CITIZEN)


def test_a_citizen_retold_on_the_telephone_is_owed_an_answer_without_an_address() -> None:
    text = "Mme Brun (06 00 00 00 07) demande si la buvette se déclare. Merci de la rappeler."
    found = judged(text, sender=AGENT)
    assert (found.nature, found.answer_due, found.correspondent) == (Nature.INTERNAL, True, "")


def test_a_citizen_retold_with_an_address_is_the_correspondent() -> None:
    text = f"Tu peux lui répondre ? C'est {AGENT} qui a pris son adresse : {CITIZEN}"
    found = judged(text, sender=AGENT)
    assert (found.answer_due, found.correspondent) == (True, CITIZEN)


def test_a_copy_of_our_answer_is_owed_nothing() -> None:
    found = judged("Bonjour, la déclaration suffit.", sender=AGENT, to=CITIZEN, cc=BOX)
    assert (found.nature, found.answer_due, found.correspondent) == (
        Nature.INTERNAL,
        False,
        CITIZEN,
    )


def test_a_question_between_colleagues_is_no_citizens_request() -> None:
    found = judged("Tu sais si la réunion est maintenue ?", sender=AGENT)
    assert (found.nature, found.answer_due) == (Nature.INTERNAL, False)


def test_without_settings_every_state_sender_is_a_colleague() -> None:
    found = judged("La réunion est à 14 h.", sender="a@rhone.gouv.fr", institution=Institution())
    assert found.nature is Nature.INTERNAL


# --- other services, officials, machines, lists ---------------------------------------------------


def test_another_state_service_is_out_of_scope() -> None:
    found = judged("Pouvez-vous m’envoyer la liste des communes ?", sender="x@rhone.gouv.fr")
    assert found.nature is Nature.OUT_OF_SCOPE
    assert found.reason == "autre service de l’État ou organisme public"


def test_a_question_another_service_transmits_is_ours_to_answer() -> None:
    text = PASSED_ON.format(note="De votre ressort.", writer=f"Rémi <{CITIZEN}>", text=QUESTION)
    found = judged(text, sender="x@rhone.gouv.fr", subject="TR: buvette")
    assert (found.nature, found.answer_due, found.correspondent) == (Nature.REQUEST, True, CITIZEN)
    assert found.confidence is Confidence.LOW


def test_a_note_another_service_transmits_stays_out_of_scope() -> None:
    text = PASSED_ON.format(
        note="Pour information.", writer="y@rhone.gouv.fr", text="Réunion lundi."
    )
    found = judged(text, sender="x@rhone.gouv.fr", subject="TR: réunion")
    assert (found.nature, found.answer_due) == (Nature.OUT_OF_SCOPE, False)


def test_an_official_who_writes_for_themselves_is_a_citizen() -> None:
    text = "J’écris du bureau mais c’est pour chez moi : faut-il déclarer un forage ?"
    assert judged(text, sender="a.b@mairie-dole.example").nature is Nature.REQUEST


@pytest.mark.parametrize("sender", ["contact@mairie-dole.example", "mairie@wanadoo.example"])
def test_an_address_of_a_town_hall_bears_out_what_is_written_from_it(sender: str) -> None:
    found = judged("Le conseil a délibéré hier soir, l’extrait est joint.", sender=sender)
    assert found.nature is Nature.OUT_OF_SCOPE


def test_a_mayor_who_signs_from_the_town_hall_is_surely_one() -> None:
    found = judged(
        "Quand signez-vous l’arrêté ?\n\nLe Maire,\nGuy Roy", sender="m@mairie-x.example"
    )
    assert (found.nature, found.confidence) == (Nature.OUT_OF_SCOPE, Confidence.HIGH)
    assert [evidence.place for evidence in found.evidence] == ["header", "body"]


def test_a_mayor_somebody_speaks_of_is_no_writer() -> None:
    text = (
        "Le maire de Dole m’a dit de vous écrire. Qui délivre l’autorisation ? Merci.\n\nOdile Roy"
    )
    assert judged(text).nature is Nature.REQUEST


def test_where_an_appeal_stands_is_a_request() -> None:
    assert judged("J’ai formé un recours gracieux. Où en est-il ?").nature is Nature.REQUEST


def meeting(method: str) -> Reading:
    return judge(replace(message(mail(WHEN, "Point annuel")), calendar_method=method))


def test_a_meeting_proposed_is_an_invitation_and_a_meeting_called_off_a_calendar_reply() -> None:
    assert meeting("request").nature is Nature.OUT_OF_SCOPE
    assert meeting("cancel").nature is Nature.CALENDAR_REPLY


def test_a_machine_is_a_machine_whatever_it_says() -> None:
    found = judged(QUESTION, headers={"Auto-Submitted": "auto-replied"})
    assert found.nature is Nature.AUTOMATIC_REPLY


LIST = {"List-Unsubscribe": "<https://lettre.example/stop>"}


@pytest.mark.parametrize(
    "headers",
    [
        LIST,
        {"List-Id": "Lettre <lettre.example>", "X-Mailer": "Brevo"},
        {"List-Id": "Lettre <lettre.example>"},
        {"Precedence": "bulk"},
    ],
)
def test_a_letter_to_subscribers_is_bulk(headers: dict[str, str]) -> None:
    text = "Chers abonnés, les aides de mai sont arrivées."
    assert judged(text, subject="La lettre", headers=headers).nature is Nature.BULK


def test_a_field_of_lists_is_enough_whatever_is_asked() -> None:
    assert judged("Envie de vacances ?", headers=LIST).nature is Nature.BULK


@pytest.mark.parametrize(
    "institution",
    [
        JURA,
        Institution(),
        replace(JURA, domains=(), boxes=(Box(address=BOX, service="x"),)),
    ],
)
def test_our_own_distribution_list_sends_no_bulk(institution: Institution) -> None:
    headers = {**LIST, "List-Id": "<pref-associations.jura.gouv.fr>"}
    assert judged(QUESTION, headers=headers, institution=institution).nature is Nature.REQUEST


def test_weak_signs_of_a_list_leave_a_question_a_request() -> None:
    headers = {"Precedence": "list", "Feedback-ID": "1:user:mail", "X-Mailer": "Thunderbird"}
    assert judged(QUESTION, headers=headers).nature is Nature.REQUEST


def test_a_question_that_names_a_newsletter_is_a_request() -> None:
    text = "Bonjour, comment me désabonner de votre lettre ? Pourriez-vous me renseigner ?"
    assert judged(text).nature is Nature.REQUEST


FLAG = {"X-Spam-Flag": "YES"}


def test_a_filter_alone_does_not_make_spam_of_a_citizens_question() -> None:
    assert judged(QUESTION, headers=FLAG).nature is Nature.REQUEST


@pytest.mark.parametrize(
    ("subject", "headers"),
    [("Super", FLAG), ("***SPAM*** Super", {}), ("Super", {"X-Spam-Status": "Yes, score=9"})],
)
def test_a_filter_is_believed_when_nobody_asks_anything(
    subject: str, headers: dict[str, str]
) -> None:
    found = judged("Tournesol bleu.", subject=subject, headers=headers)
    assert (found.nature, found.confidence) == (Nature.SPAM, Confidence.MEDIUM)


def test_a_filter_that_clears_a_message_says_nothing() -> None:
    assert judged(QUESTION, headers={"X-Spam-Flag": "NO"}).nature is Nature.REQUEST


def test_a_filter_and_a_swindlers_words_are_certain() -> None:
    text = "Je souhaite léguer ma fortune à une personne de confiance."
    found = judged(text, headers=FLAG)
    assert (found.nature, found.confidence) == (Nature.SPAM, Confidence.HIGH)


# --- hostile --------------------------------------------------------------------------------------


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_text_has_a_verdict(text: str, subject: str) -> None:
    found = replace(message(mail(WHEN, "x")), text=text, own=text, subject=subject)
    assert judge(found).answer_due == (judge(found).nature in ANSWER_DUE)


@given(st.text(alphabet="@.-_+abc:\n ", max_size=300))
def test_any_form_has_a_verdict(text: str) -> None:
    found = message(mail(WHEN, "x", sender=ROBOT))
    forwarded = Forwarded(sender=None, subject="", text=text)
    assert judge(replace(found, text=f"Nom : a\nMail : {text}", own=text)).nature
    assert judge(replace(found, text=text, own=text, forwarded=forwarded)).nature


def test_a_message_from_nobody_has_a_verdict() -> None:
    found = replace(message(mail(WHEN, QUESTION)), senders=())
    assert (judge(found).nature, judge(found).correspondent) == (Nature.REQUEST, "")


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "words", ["a ? ", "Nom : a\n", "x@y.z ", "ci-joint ", "merci. ", "www.a/?b ? "]
)
def test_the_time_grows_with_the_text_and_no_faster(words: str) -> None:
    found = replace(message(mail(WHEN, "x", sender=ROBOT, reply_to=CITIZEN)), subject=words * 9)

    def seconds(size: int) -> float:
        text = words * (size // len(words))
        read_out = replace(found, text=text, own=text)
        start = process_time()
        judge(read_out)
        return process_time() - start

    # The least of a few: whatever else the machine does adds to each.
    seconds(4_000)
    least = min(seconds(4_000 + more) for more in (100, 200, 300))
    assert min(seconds(64_000 + more) for more in (0, 100, 200)) < max(0.2, 60 * least)


# --- what sounds like something else ----------------------------------------------------------------


def test_a_letter_that_our_own_people_send_to_a_list_is_no_correspondence() -> None:
    text = "Au sommaire : la feuille de route numérique. Pour vous désabonner, cliquez ici."
    found = judged(text, sender="La lettre <lettre@jura.gouv.fr>")
    assert (found.nature, found.answer_due) == (Nature.BULK, False)


def test_an_invitation_of_a_colleague_to_colleagues_stays_between_colleagues() -> None:
    text = "Chers collègues, inscrivez-vous avant le 12 à la matinale RH, save the date !"
    assert judged(text, sender=AGENT).nature is Nature.INTERNAL


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (
            Nature.REQUEST,
            "J’ai investi dans les cryptos, investissez disait-il : comment porter plainte ?",
        ),
        (Nature.REQUEST, "Faut-il déclarer les panneaux photovoltaïques pour toucher la prime ?"),
        (Nature.SPAM, "Référencement naturel garanti. Puis-je vous envoyer un devis ?"),
        (Nature.SPAM, "Could you verify your account before it is suspended?"),
    ],
)
def test_the_one_word_of_a_swindler_in_a_question_leaves_it_a_question_unless_it_sells(
    expected: Nature, text: str
) -> None:
    assert judged(text).nature is expected


def test_papers_sent_with_a_complaint_leave_it_a_complaint() -> None:
    text = "Ci-joint ma convocation. L’agent du guichet m’a crié dessus devant tout le monde."
    assert judged(text).nature is Nature.COMPLAINT


def test_a_danger_told_with_a_complaint_is_a_danger_all_the_same() -> None:
    text = "Je vous signale une fuite de gaz rue Basse. J’ai été très mal reçu en venant le dire."
    assert judged(text).nature is Nature.OUT_OF_SCOPE


def test_who_tells_how_sending_a_paper_fails_has_sent_none() -> None:
    text = "Le site affiche « format non reconnu » quand je dépose ma photo d’identité."
    assert judged(text).nature is Nature.REQUEST


def test_what_was_needed_and_is_praised_is_no_need_any_more() -> None:
    text = "Grâce à Mme Roux j’ai pu obtenir mon duplicata, mille mercis."
    assert judged(text).nature is Nature.THANKS


def test_the_weakest_sign_of_a_reminder_leaves_a_question_one() -> None:
    found = judged("Le parking est-il gratuit le soir, et qu’en est-il ?")
    assert found.nature is Nature.REQUEST
