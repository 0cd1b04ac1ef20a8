"""Who wrote it, a machine or a person: fields, reports, titles and words, with and without proof in the header."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import ruleset
from mailwatch.analysis import analyse
from mailwatch.message import read
from mailwatch.model import Confidence, Delivery, Fact, Message, Nature, Reading, Role
from mailwatch.nature import sounds_automatic
from mailwatch.nature.automatic import automatic
from mailwatch.wording import read as read_words
from tests.facts import BOX, CITIZEN, desk
from tests.mails import mail

DESK = desk()
AUTOMATIC = {
    Nature.AUTOMATIC_REPLY,
    Nature.OUT_OF_OFFICE,
    Nature.DELIVERY_REPORT,
    Nature.READ_RECEIPT,
}


def reading(raw: bytes) -> Reading | None:
    message = read(Delivery(raw=raw, file="message.eml", role=Role.INBOX))
    assert isinstance(message, Message)
    return automatic(message, read_words(message.own), DESK.rules.automatic)


def verdict(
    subject: str,
    text: str,
    headers: Mapping[str, str] | None = None,
    sender: str = f"Odile Ferrand <{CITIZEN}>",
) -> Nature | None:
    found = reading(mail("2026-03-03 10:00", text, subject=subject, headers=headers, sender=sender))
    return found.nature if found else None


def test_every_rule_finds_its_examples_and_not_their_neighbours() -> None:
    assert ruleset.failures(DESK.rules.automatic) == ()


# --- walls ----------------------------------------------------------------------------------------

ABSENCES: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Je suis absente", "Bonjour, je suis en congés jusqu’au 3 août. Bon été !", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse automatique : Votre convocation", "Bonjour, je suis en congés jusqu'au 12 avril et lirai votre message à mon retour.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Absence", "Merci de votre message. Le cabinet est fermé du 1er au 20 août.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: Dossier 4521", "Bonjour,\n\nJe suis actuellement absente. En cas d'urgence, merci de contacter mon assistante au 03 84 00 00 00.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Automatic reply: RE: Vos droits", "I'm out of the office until Monday with no access to email. For urgent matters, contact Tom.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Out of Office", "I am on annual leave and will reply when I return.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Auto: votre courriel", "En déplacement toute la semaine, je consulte peu mes courriels.", {"Auto-Submitted": "auto-replied"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Message d'absence", "Congés d'été : à partir du 20 juillet, retour le 17 août.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("[EXTERNE] Absence du bureau : votre demande", "Je reviens lundi.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: convocation", "Je ne travaille plus chez Sogéfim. Votre interlocuteur est Paul Blin.", {"Auto-Submitted": "auto-replied (vacation)"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse automatique : dossier", "L'étude notariale sera fermée du 3 au 21 août inclus.", {"X-Auto-Response-Suppress": "All"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse automatique : dossier", "Je serai de retour mardi 9.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Automatische Antwort: Ihr Schreiben", "Ich bin bis zum 3. August im Urlaub.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: Dossier 4521", "Bonjour, je suis en congé maternité jusqu'au 3 septembre. Mon remplaçant : Luc Bon.", {"Auto-Submitted": "auto-replied"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: dossier", "Bonjour,\n\nJe suis en congé maladie jusqu'au 5. En cas d'urgence contactez ma collègue.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse automatique : RE: naturalisation", "Merci pour votre message. Actuellement en arrêt maladie, je ne suis pas en mesure de vous répondre.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Congés", "Bonjour, je suis en vacances du 2 au 16 août. Pour les urgences : 06 00 00 00 12.", {"Auto-Submitted": "auto-replied"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: récépissé", "Bonjour, toute l'équipe est en congés. Reprise le 26 août.", {"Auto-Submitted": "auto-replied"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Fermeture de l'étude", "L'étude est fermée pour congés annuels jusqu'au 22 août inclus. Vos messages seront lus à notre retour.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: Vos statuts", "I am away until 4 May and will have limited access to e-mail. For urgent matters please contact jane@club.example.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Message automatique : absence", "Je suis en formation jusqu'à vendredi.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: Récépissé", "Bonjour,\nJe suis actuellement en congé maternité et serai de retour le 1er septembre. Mon remplaçant est Paul Martin.", {"Precedence": "bulk"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Départ à la retraite", "J'ai fait valoir mes droits à la retraite. Merci d'écrire désormais à contact@mairie.example.", {"Auto-Submitted": "auto-replied"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
)  # fmt: skip
ACKNOWLEDGEMENTS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Réponse automatique : Votre convocation", "Votre message a bien été reçu. Un conseiller vous répondra sous 72 heures.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Nous avons bien reçu votre demande", "Bonjour, votre demande a bien été enregistrée sous la référence 88123. Merci de ne pas répondre à ce message.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Votre message", "Ceci est un message généré automatiquement. Votre message sera traité dans les meilleurs délais.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: facture", "Thank you for contacting us. This is an automated response; we received your message.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Ticket 4512 créé", "Votre demande a été enregistrée.", {"Auto-Submitted": "auto-generated"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: question", "Nous vous remercions de votre message.", {"Auto-Submitted": 'auto-replied; owner-email="x@y.example"'}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: question", "Message bien reçu.", {"X-Autoreply": "yes"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: question", "Message bien reçu.", {"Precedence": "auto_reply"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Accusé de réception de votre courriel", "Nous accusons réception de votre courriel, qui sera traité par ordre d'arrivée.", {}, "Service clients <no-reply@mutuelle.example>"),
    ("Réponse automatique : dossier", "Nos bureaux sont ouverts de 9 h à 12 h. Nous avons bien reçu votre message. En cas d'urgence, appelez le 15.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Confirmation de réception", "Bonjour, nous confirmons la réception de votre e-mail. Notre équipe le traitera sous 48 h. Cet e-mail est envoyé automatiquement, merci de ne pas y répondre.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("[Ticket #8841] Votre demande a été enregistrée", "Votre demande a été enregistrée sous la référence 8841. Un conseiller prendra en charge votre demande.", {}, "Support <noreply@helpdesk.example>"),
    ("Automatic reply: Votre dossier", "Thank you for your email. We will get back to you shortly.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: convocation", "Le secrétariat a bien reçu votre message et vous en remercie. (Message automatique)", {"Auto-Submitted": "auto-replied"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse automatique", "Cabinet d'avocats : pour joindre le cabinet, appelez le 03 84 00 00 01.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("AR automatique : RE: dossier", "Votre courriel est bien arrivé.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
)  # fmt: skip
BOUNCES: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Non remis : RE: Changement de siège", "Votre message n'a pas pu être remis à odile@laposte.example : boîte pleine.", {}, "Postmaster <postmaster@laposte.example>"),
    ("Undelivered Mail Returned to Sender", "This is the mail system at host mx.example. I'm sorry to have to inform you that your message could not be delivered to one or more recipients.\n\n<odile@laposte.example>: user unknown", {}, "Mail Delivery System <MAILER-DAEMON@mx.example>"),
    ("Remise différée : RE: siège", "La remise de votre message à odile@laposte.example est retardée. De nouvelles tentatives auront lieu. Il est inutile de renvoyer votre message.", {}, "Microsoft Outlook <postmaster@jura.gouv.fr>"),
    ("Échec de la remise", "Impossible de remettre le message aux destinataires suivants : paul@sfr.example", {}, "Système de messagerie <postmaster@sfr.example>"),
    ("failure notice", "Hi. This is the qmail-send program at mx. I'm afraid I wasn't able to deliver your message.", {}, "MAILER-DAEMON@mx.example"),
    ("Avis de non-distribution", "Votre courriel à destination de jean@free.example n'a pas pu être distribué : utilisateur inconnu.", {}, "Administrateur <admin@free.example>"),
    ("Message non distribuable", "Votre message destiné à paul@mairie.example n'a pu être remis. Boîte aux lettres saturée.", {}, "postmaster@mairie.example"),
    ("Undeliverable: RE: Changement de siège", "Your message to odile@laposte.example couldn't be delivered. The recipient's mailbox is full.", {}, "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@jura.gouv.fr>"),
    ("Delivery Status Notification (Failure)", "Address not found. Your message wasn't delivered to odile@gmail.example because the address couldn't be found.", {}, "Mail Delivery Subsystem <mailer-daemon@googlemail.example>"),
    ("Courrier électronique non remis", "Le serveur a refusé votre message : l'utilisateur n'existe pas.", {}, "MAILER-DAEMON@orange.example"),
)  # fmt: skip
RECEIPTS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Lu : RE: Changement de siège", "Votre message\n\nÀ : Paul\nObjet : siège\n\na été lu le 3 mars 2026 10:02.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Read: RE: Changement de siège", "Your message was read on Tuesday, March 3, 2026 10:02.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Accusé de réception (affiché) - siège", "Ceci est un accusé de réception pour le courriel que vous avez envoyé. Note : cet accusé indique seulement que le message a été affiché sur l'ordinateur du destinataire.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Non lu : RE: siège", "Votre message a été supprimé sans être lu le 3 mars.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Accusé de lecture : RE: siège", "Votre message a été affiché le 03/03/2026 à 10:01.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Return Receipt (displayed) - RE: siège", "This is a Return Receipt for the mail that you sent. Note: This Return Receipt only acknowledges that the message was displayed on the recipient's computer.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Confirmation de lecture", "Odile Ferrand a ouvert votre message le 3 mars à 10 h.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
)  # fmt: skip
MEETINGS: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Accepté : Réunion du 12 mars", "", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Declined: Réunion du 12 mars", "Paul Blin", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
)  # fmt: skip
PEOPLE: tuple[tuple[str, str, dict[str, str], str], ...] = (
    ("Absente du 3 au 8", "Bonjour, je serai absente du 3 au 8 mars. Puis-je décaler mon rendez-vous ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Demande concernant votre réponse automatique", "Bonjour, j'ai reçu votre réponse automatique hier mais toujours aucune réponse à ma question. Quand puis-je l'espérer ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: Réponse automatique : Votre demande", "Bonjour,\n\nVotre message automatique ne répond pas à ma question : où dois-je envoyer le dossier ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: Accusé de réception", "Merci, mais quand aurai-je une vraie réponse ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse automatique reçue trois fois", "Bonjour, vos robots m'ont répondu trois fois sans me donner d'horaires. Quels sont-ils ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Absence de réponse", "Bonjour, sans nouvelles de vous depuis janvier, je me permets de vous relancer.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Mon courriel refusé", "Bonjour, j'ai envoyé un courriel à la sous-préfecture et il m'est revenu avec « user unknown ». Avez-vous la bonne adresse ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Boîte pleine ?", "Bonjour, vos services sont-ils joignables ? J'ai reçu « Votre message n'a pas pu être remis ».", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Rendez-vous du 12", "Bonjour, je suis absent du 10 au 20 mars, puis-je décaler mon rendez-vous ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Retrait du titre", "Bonjour, je suis en déplacement jusqu'au 20. Ma femme peut-elle retirer ma carte ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("En congé parental", "Bonjour, je suis en congé parental et je voudrais renouveler mon titre.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Non-remise de mon passeport", "Bonjour, le facteur n'a pas pu me remettre mon passeport.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Lu dans le journal", "Bonjour, j'ai lu que le carrefour serait fermé du 3 au 8. Par où passer ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Accusé de réception", "Bonjour, je n'ai pas reçu d'accusé de réception de mon dossier déposé le 3 février.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Accusé de réception", "Bonjour, pouvez-vous m'accuser réception de ce courriel ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Message non lu", "Bonjour, je crois que mon message n'a pas été lu. Je le renvoie.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réclamation", "Votre accueil téléphonique est un répondeur automatique, impossible de parler à quelqu'un.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Fermeture", "Bonjour, les bureaux sont-ils fermés du 24 au 31 décembre ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Annonce", "Notre association sera fermée du 1er au 15 août. Faut-il le déclarer ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Permis", "Bonjour, j'ai une boîte automatique sur mon permis.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Dépôt", "Nous avons bien reçu votre demande de pièces, les voici.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Refusé : mon permis", "Bonjour, on m'a refusé l'échange de mon permis marocain. Que puis-je faire ? Merci de me répondre rapidement, je travaille.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Remise du dossier", "Bonjour, je vous remets le dossier en main propre lundi.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Plus de travail", "J'ai quitté mon employeur, mon titre salarié reste-t-il valable ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Adresse", "Mon adresse électronique n'est plus valide, merci d'utiliser celle-ci pour mon dossier de naturalisation.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Déclaration", "Bonjour, comment déclarer un feu d'artifice ?", {"Auto-Submitted": "no"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Déclaration", "Bonjour, comment déclarer un feu d'artifice ?", {"Auto-Submitted": "no; x=y"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Déclaration", "Bonjour, comment déclarer un feu d'artifice ?", {"Auto-Submitted": "(ignored) no"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Déclaration", "Bonjour, comment déclarer un feu d'artifice ?", {"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Déclaration", "Bonjour, comment déclarer un feu d'artifice ?", {"Precedence": "bulk"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Déclaration", "Bonjour, comment déclarer un feu d'artifice ?", {"Return-Path": "<>"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Lettre d'information", "Les nouvelles du mois.", {"Auto-Submitted": "auto-generated", "List-Id": "<lettre.example>"}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("TR: Undelivered Mail Returned to Sender", "Bonjour, je n'arrive pas à vous écrire, voir ci-dessous.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Courriel", "Bonjour, ma demande a bien été enregistrée sur votre site mais je n'ai aucun numéro de suivi.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Réponse", "Bonjour, merci pour votre réponse. Je suis absente la semaine prochaine, je passerai donc le 20.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Maire", "Nous accusons réception de votre courrier du 3 et vous transmettons la délibération.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Absence de votre agent", "Bonjour, on me dit que Mme Vernier est absente jusqu'au 20 et que personne ne la remplace. À qui m'adresser ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("RE: Absence du bureau : Claire Vernier", "Bonjour, puisque Mme Vernier est absente, merci de transmettre ma demande à un collègue.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Demande de rendez-vous", "Bonjour, je suis actuellement en déplacement à l'étranger, en cas d'urgence vous pouvez joindre mon épouse. Je souhaite renouveler mon passeport.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Message automatique ou pas ?", "Bonjour, votre réponse d'hier ressemble à un message automatique. Pouvez-vous lire mon dossier ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Fermeture annuelle", "Bonjour, notre restaurant a une fermeture annuelle en août. Faut-il prévenir la préfecture ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Retour", "Bonjour, de retour de vacances je trouve votre courrier du 3 août et j'y réponds : oui, je maintiens ma demande.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("accusé de reception", "je n'ai eu aucun accusé de reception de mon envoi du 4, avez vous bien reçu ma demande", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Confirmation", "Bonjour, je confirme ma venue au rendez-vous du 12.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Votre message", "Bonjour, j'ai bien reçu votre message, voici les pièces.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Undelivered letter", "Hello, your letter was not delivered to my address. Could you send it again?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Adresse introuvable", "Bonjour, le GPS ne trouve pas l'adresse de la sous-préfecture. Où est-elle ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Lu et approuvé", "Bonjour, faut-il écrire lu et approuvé sur le formulaire ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Remise impossible des plaques", "Bonjour, le garage refuse de me remettre les plaques.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Pas de réponse", "J'ai reçu un accusé de réception automatique le 3 mars puis plus rien. C'est long.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Re: Votre demande a bien été enregistrée", "Bonjour, je complète ma demande avec le Kbis. Cordialement", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Ma boîte est pleine", "Bonjour, ma boîte mail était pleine, pouvez-vous me renvoyer votre réponse ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Ouverture au public", "Notre musée sera fermé du 3 au 8 avril pour travaux, je vous en informe en tant que maire.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("OOO", "Bonjour, que veut dire OOO sur votre site ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("En congés", "Bonjour, je serai en congés du 3 au 17. Merci de me convoquer après cette date.", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
    ("Accepté : que faire ?", "Bonjour, mon dossier est marqué « accepté » depuis trois semaines mais je n'ai rien reçu, que dois-je faire maintenant pour retirer mon titre ?", {}, "Odile Ferrand <odile.ferrand@laposte.example>"),
)  # fmt: skip


@pytest.mark.parametrize(("subject", "text", "headers", "sender"), ABSENCES)
def test_an_absence_is_heard_in_its_title_or_its_words(
    subject: str, text: str, headers: dict[str, str], sender: str
) -> None:
    assert verdict(subject, text, headers, sender) is Nature.OUT_OF_OFFICE


@pytest.mark.parametrize(("subject", "text", "headers", "sender"), ACKNOWLEDGEMENTS)
def test_a_robot_that_acknowledges_is_no_person(
    subject: str, text: str, headers: dict[str, str], sender: str
) -> None:
    assert verdict(subject, text, headers, sender) is Nature.AUTOMATIC_REPLY


@pytest.mark.parametrize(("subject", "text", "headers", "sender"), BOUNCES)
def test_a_bounce_without_its_parts_is_still_one(
    subject: str, text: str, headers: dict[str, str], sender: str
) -> None:
    assert verdict(subject, text, headers, sender) is Nature.DELIVERY_REPORT


@pytest.mark.parametrize(("subject", "text", "headers", "sender"), RECEIPTS)
def test_a_receipt_without_its_parts_is_still_one(
    subject: str, text: str, headers: dict[str, str], sender: str
) -> None:
    assert verdict(subject, text, headers, sender) is Nature.READ_RECEIPT


@pytest.mark.parametrize(("subject", "text", "headers", "sender"), MEETINGS)
def test_a_subject_that_accepts_an_invitation_is_enough_when_nothing_else_is_said(
    subject: str, text: str, headers: dict[str, str], sender: str
) -> None:
    assert verdict(subject, text, headers, sender) is Nature.CALENDAR_REPLY


@pytest.mark.parametrize(("subject", "text", "headers", "sender"), PEOPLE)
def test_a_person_who_speaks_of_absences_robots_and_bounces_is_a_person(
    subject: str, text: str, headers: dict[str, str], sender: str
) -> None:
    assert verdict(subject, text, headers, sender) is None


# --- structure ------------------------------------------------------------------------------------

REPORT = """From: mailer-daemon@mx.example\r
To: pref-associations@jura.gouv.fr\r
Date: Tue, 03 Mar 2026 10:00:00 +0100\r
Subject: =?utf-8?q?Rapport?=\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type={kind}; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
\r
{words}\r
--b\r
Content-Type: message/{kind}\r
\r
{fields}\r
--b--\r
"""


def report(kind: str, words: str, fields: str) -> Reading:
    found = reading(REPORT.format(kind=kind, words=words, fields=fields).encode())
    assert found is not None
    return found


def test_a_delivery_report_is_one_in_any_language() -> None:
    found = report(
        "delivery-status",
        "配信できません",
        "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1",
    )
    assert (found.nature, found.evidence[0].rule) == (Nature.DELIVERY_REPORT, "report")


def test_a_report_of_a_delay_says_so() -> None:
    found = report(
        "delivery-status",
        "Patience.",
        "Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: delayed",
    )
    assert found.evidence[0].rule == "report.delay"


def test_a_report_whose_parts_name_nobody_is_read_for_an_address() -> None:
    found = report(
        "delivery-status", "odile@laposte.example : boîte pleine", "Reporting-MTA: dns; mx"
    )
    assert found.correspondent == "odile@laposte.example"


def test_a_disposition_notification_is_a_read_receipt() -> None:
    fields = "Final-Recipient: rfc822; a@b.example\r\nDisposition: manual-action/MDN-sent-manually; displayed"
    assert report("disposition-notification", "Lu.", fields).nature is Nature.READ_RECEIPT


def test_a_report_of_abuse_is_a_delivery_report() -> None:
    found = report("feedback-report", "Spam", "Feedback-Type: abuse\r\nUser-Agent: x/1")
    assert found.nature is Nature.DELIVERY_REPORT


@pytest.mark.parametrize(
    ("method", "expected"),
    [("REPLY", Nature.CALENDAR_REPLY), ("COUNTER", Nature.CALENDAR_REPLY), ("REQUEST", None)],
)
def test_an_answer_to_an_invitation_is_automatic_and_an_invitation_is_not(
    method: str, expected: Nature | None
) -> None:
    raw = (
        "From: paul@mairie.example\r\nSubject: Rencontre\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/calendar; method={method}\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    )
    found = reading(raw.encode())
    assert (found.nature if found else None) is expected


def test_a_meeting_accepted_with_a_question_is_a_persons() -> None:
    text = "Je viendrai, mais pouvez-vous me dire où se garer et s’il faut apporter les statuts signés ?"
    assert verdict("Accepté : réunion", text) is None


# --- evidence -------------------------------------------------------------------------------------


def found(subject: str, text: str, **more: str) -> Reading:
    heard = reading(mail("2026-03-03 10:00", text, subject=subject, **more))  # type: ignore[arg-type]
    assert heard is not None
    return heard


def test_the_subject_is_shown_when_it_decides() -> None:
    heard = found("Absence du bureau : votre envoi", "Je reviens lundi.")
    assert (heard.evidence[0].text, heard.evidence[0].place) == ("Absence du bureau", "subject")
    assert heard.confidence is Confidence.MEDIUM


def test_the_words_are_shown_when_they_decide() -> None:
    heard = found("Bonjour", "Ceci est un message automatique.")
    assert (heard.evidence[0].text, heard.evidence[0].place) == (
        "Ceci est un message automatique",
        "body",
    )


def test_the_field_is_shown_when_it_decides() -> None:
    heard = reading(
        mail("2026-03-03 10:00", "Danke.", subject="Brief", headers={"X-Autoreply": "yes"})
    )
    assert heard is not None
    assert (heard.evidence[0].text, heard.evidence[0].place) == ("x-autoreply", "header")


def test_a_field_that_denies_proves_nothing() -> None:
    assert verdict("Siège", "Bonjour, où écrire ?", {"X-Autoreply": "no"}) is None


def test_a_machine_that_speaks_for_a_server_reports() -> None:
    heard = verdict(
        "Notification",
        "Votre message n’a pas pu être remis.",
        {"Auto-Submitted": "auto-generated"},
        "postmaster@mx.example",
    )
    assert heard is Nature.DELIVERY_REPORT


def test_a_machine_that_writes_to_a_list_is_judged_elsewhere() -> None:
    fields = {"Auto-Submitted": "auto-generated", "List-Id": "<lettre.example>"}
    assert verdict("Lettre d’information", "Les nouvelles du mois.", fields) is None


def test_the_sender_is_shown_when_nothing_else_is() -> None:
    heard = found("Bonjour", "Kein Text.", sender="MAILER-DAEMON@mx.example")
    assert (heard.evidence[0].rule, heard.confidence) == ("sender", Confidence.HIGH)


def test_the_failed_recipient_is_found_in_a_field() -> None:
    raw = mail(
        "2026-03-03 10:00",
        "A message that you sent could not be delivered to all of its recipients.",
        sender="Mailer-Daemon@mx.example",
        subject="Mail delivery failed",
        headers={"X-Failed-Recipients": "Odile@Laposte.example"},
    )
    heard = reading(raw)
    assert heard is not None
    assert heard.correspondent == "odile@laposte.example"


def test_the_failed_recipient_is_neither_the_server_nor_the_box() -> None:
    text = (
        f"De {BOX} : la remise a échoué pour odile@laposte.example, écrit mailer-daemon@mx.example."
    )
    heard = found("Non remis : siège", text, sender="postmaster@mx.example")
    assert heard.correspondent == "odile@laposte.example"


def test_a_bounce_that_only_warns_leaves_a_finding() -> None:
    raw = mail(
        "2026-03-03 10:00",
        "La remise de votre message à odile@laposte.example est retardée. Inutile de renvoyer le message.",
        sender="Postmaster <postmaster@jura.gouv.fr>",
        subject="Remise différée : RE: siège",
    )
    fact = analyse(Delivery(raw=raw, file="retard.eml", role=Role.INBOX), DESK)
    assert isinstance(fact, Fact)
    assert "delay_warning" in fact.findings
    assert fact.reading.evidence[0].rule == "body.delayed.delay"


# --- the quoted words of others -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ceci est un message automatique, merci de ne pas y répondre.", True),
        ("Je suis actuellement absente jusqu’au 3 avril.", True),
        ("Bonjour Madame, les statuts modifiés suffisent.", False),
        ("Votre demande a bien été enregistrée.", False),
    ],
)
def test_quoted_words_sound_automatic_or_not(text: str, expected: bool) -> None:  # noqa: FBT001
    assert sounds_automatic(read_words(text), DESK.rules.automatic) is expected


@given(st.text(max_size=300), st.text(max_size=80))
def test_any_text_and_subject_give_a_verdict(text: str, subject: str) -> None:
    raw = f"Subject: {subject}\r\n\r\n{text}".encode("utf-8", "replace")
    heard = reading(raw)
    assert heard is None or heard.nature in AUTOMATIC | {Nature.CALENDAR_REPLY}


# --- third-party mail -----------------------------------------------------------------------------


def corpus(name: str) -> Path:
    root = os.environ.get("MAILWATCH_CORPORA")
    if not root:
        pytest.skip("MAILWATCH_CORPORA is not set")
    return Path(root) / name


def test_nearly_every_bounce_of_the_world_is_recognised() -> None:
    folder = corpus("bounces")
    names = [entry["file"] for entry in json.loads((folder / "expected.json").read_text("utf-8"))]
    missed = [
        name
        for name in names
        if (heard := reading((folder / name).read_bytes())) is None or heard.nature not in AUTOMATIC
    ]
    assert len(missed) <= len(names) // 100, missed


def test_no_awkward_mail_of_a_person_is_called_automatic() -> None:
    said = {
        path.name
        for path in corpus("mime").rglob("*.eml")
        if (heard := reading(path.read_bytes())) is not None
        and heard.evidence[0].place != "structure"
    }
    assert said == set()


def test_a_heading_with_a_question_mark_asks_nothing() -> None:
    text = "Je suis absente jusqu’au 12 mars. Une urgence ? Appelez mon assistante."
    assert verdict("Absence", text) is Nature.OUT_OF_OFFICE


def test_a_whole_question_beside_an_absence_is_a_persons() -> None:
    text = "Je serai absente jusqu’au 12 mars, puis-je venir retirer ma carte après cette date ?"
    assert verdict("Absence", text) is None


def test_an_absence_told_at_length_in_two_languages_is_one() -> None:
    french = (
        "Je suis absente du bureau jusqu’au 12 mars. En cas d’urgence, écrivez à ma collègue. " * 2
    )
    english = "I am out of the office until 12 March. For urgent matters please call my assistant. "
    address = (
        "Établissement Roux et fils, zone artisanale des Grands Champs, bâtiment C, étage 2. " * 8
    )
    text = f"{french}Toutes ces semaines comptent double. {english}{address}"
    assert verdict("RE: votre dossier", text) is Nature.OUT_OF_OFFICE


def test_a_mailbox_that_nobody_reads_any_more_says_so_and_where_to_write() -> None:
    text = "J’ai quitté mes fonctions le 28 février. Merci d’écrire à tresorerie@asso.example."
    assert verdict("Re: Subvention", text) is Nature.OUT_OF_OFFICE
