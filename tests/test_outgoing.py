"""What an answer of ours is: the words of agents of many services, and what each comes to.

Every text is signed by an agent of the Jura and leaves for a citizen, unless a test says otherwise.
"""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import ruleset
from mailwatch.analysis import Examined, examine
from mailwatch.message import read
from mailwatch.model import Announced, Confidence, Delivery, Message, Nature, Reading, Role
from mailwatch.nature import outgoing
from mailwatch.wording import read as read_words
from tests.facts import BOX, desk
from tests.mails import mail, reply

DESK = desk()


def reading(raw: bytes) -> Reading:
    message = read(Delivery(raw=raw, file="reponse.eml", role=Role.SENT))
    assert isinstance(message, Message)
    return outgoing(message, read_words(message.own), DESK.institution, DESK.rules)


def nature(text: str, *, subject: str = "RE: Changement de siège") -> Nature:
    return reading(reply("2026-03-03 10:00", text, subject=subject)).nature


def test_every_rule_finds_its_examples_and_not_their_neighbours() -> None:
    assert ruleset.failures(DESK.rules.outgoing) == ()


# --- walls ----------------------------------------------------------------------------------------

HOLDING_REPLY = (
    "Madame,\n\nMonsieur le préfet m’a chargée de répondre à votre lettre du 12 février. Celle-ci soulève des questions juridiques que mes services expertisent. Une réponse de fond vous sera donnée dans le courant du mois d’avril.",
    "Bonjour,\n\nVotre demande a été transmise au chef de bureau pour décision. Je vous préviens dès qu’il a tranché.",
    "Bonjour Monsieur,\n\nNous manquons de recul sur ce nouveau texte, publié dimanche. J’attends la circulaire d’application et vous écrirai alors.",
    "Bonjour,\n\nMalheureusement le logiciel est en panne depuis ce matin. Je regarderai votre dossier demain et vous dirai ce qu’il en est.",
    "Bonsoir,\n\nje note votre demande et je reviens vers vous la semaine du 16.",
    "Bonjour Madame,\n\nSuite à notre conversation téléphonique, je vous confirme que je recherche votre dossier. Réponse lundi au plus tard.",
    "Bonjour,\n\nVotre réclamation est entre les mains de la référente qualité. Elle vous répondra par écrit d’ici quinze jours.",
    "Bonjour,\n\nLe dossier suit son cours. Nous ne manquerons pas de vous en informer.",
    "Monsieur,\n\nJe vous remercie de votre courrier. J’ai demandé à la sous-préfète de Dole un rapport sur cette situation et je vous ferai connaître ma position dès que je l’aurai reçu.",
    "Bonjour,\n\nnous traitons actuellement les demandes du 15 janvier, la vôtre du 3 mars sera donc examinée d’ici six semaines environ. Merci de votre compréhension.",
    "Madame,\n\nVotre signalement a été enregistré. Une visite de contrôle est programmée le 20 mars ; je vous communiquerai ses conclusions.",
    "Bonjour Monsieur,\n\nComme convenu je me suis rapproché de la mairie, qui doit me rappeler. Je vous tiens au courant.",
    "Bonjour,\n\nVous recevrez sous quinzaine la réponse du bureau du séjour.",
    "Bonjour,\n\nJe n’ai pas d’élément nouveau à vous communiquer pour le moment. Votre dossier reste en attente de l’avis du maire.",
    "Monsieur,\n\nVotre courriel du 2 mars m’est bien parvenu. Je le soumets à notre juriste et vous apporterai une réponse avant la fin de la semaine prochaine.",
    "Bonjour,\n\nC’est noté, je me renseigne auprès de la DDT et je vous redis.",
    "Madame,\n\nL’agente qui suit votre dossier est en congé jusqu’au 16. Elle vous rappellera dès son retour.",
    "Bonjour Madame,\n\nVotre dossier est toujours entre les mains du service instructeur, dont j’attends le rapport. Vous serez informée de la décision dès qu’elle sera signée.",
    "Bonjour,\n\nNous accusons bonne réception de votre demande de subvention, qui sera étudiée par le comité d’avril.",
    "Maître,\n\nVotre demande de copie est à l’instruction. Une réponse vous parviendra dans le délai d’un mois.",
    "Bonjour,\nJe n’ai pas encore la réponse du ministère. Dès que je l’ai, je vous écris.",
    "Bonjour Monsieur,\n\nMerci de votre patience : nous sommes très sollicités en ce moment et traitons les messages dans l’ordre. Nous ne vous oublions pas et vous répondrons sous dix jours ouvrés.",
    "Bonjour,\n\nVotre question dépasse ce que je peux vous dire aujourd’hui. Je la pose à ma responsable et vous tiens informé.",
    "Madame, Monsieur,\n\nVotre requête fait actuellement l’objet d’un examen attentif.",
    "Bonjour,\n\nVotre demande est en cours de traitement.",
    "Je transmets votre question au service juridique et vous réponds sous huit jours.",
    "Bonjour,\n\nBien reçu, je vérifie et vous fais un retour demain.",
    "Bonjour,\n\nPar la présente, j’accuse réception de votre réclamation enregistrée le 4 mars sous le numéro R-2026-17. Un responsable vous adressera une réponse écrite d’ici le 25 mars.",
    "Monsieur le président,\n\nLe préfet a pris connaissance de votre courrier avec attention. Il a demandé à ses services d’en examiner les termes et ne manquera pas de vous faire connaître les suites qui pourront y être réservées.",
    "Bonjour,\n\nLe tribunal n’a pas encore rendu sa décision ; je ne peux donc rien vous dire de définitif. Je vous tiendrai au courant.",
    "Bonjour, votre demande a été enregistrée sous la référence 2026-114 et sera traitée par Mme Lebrun dans un délai de deux semaines.",
    "Bonjour,\n\nNous faisons le nécessaire pour retrouver votre attestation dans nos archives. Comptez une quinzaine de jours.",
    "Hello,\n\nj'ai posé ta question au chef, je te dis ça vendredi",
    "Madame,\n\nSuite à votre relance, je vous confirme que votre dossier n’est pas perdu : il attend l’avis de l’architecte des bâtiments de France. Je vous recontacte dès que cet avis me parvient.",
    "Bonjour,\n\nUne vérification est en cours auprès de la commune. Je vous communiquerai le résultat vendredi.",
    "Bonjour Madame,\n\nJe reprends l’ensemble de votre dossier avec mon collègue cet après-midi. Vous aurez de nos nouvelles avant lundi.",
)
INFORMATION_NEEDED = (
    "Bonjour,\n\nIl me faudrait la copie de votre visa pour vous répondre.",
    "Madame,\n\nVotre demande n’est pas assez précise. Quel est l’objet de l’association et où se trouve son siège ?",
    "Bonjour,\n\nMerci de bien vouloir compléter le formulaire ci-joint et de me le retourner signé.",
    "Bonjour,\n\nEn l’absence de votre date de naissance, il m’est impossible de retrouver votre dossier. Merci de me la communiquer.",
    "Monsieur,\n\nAprès examen, votre dossier doit être complété par les pièces suivantes : avis d’imposition, justificatif de domicile. Vous disposez d’un délai de deux mois pour les fournir.",
    "Bonjour,\n\nOù avez-vous déposé votre demande, et quand ?",
    "Bonjour,\n\nPouvez-vous me donner le numéro qui figure en haut à droite de votre courrier ?",
    "Bonjour Madame,\n\nPourriez-vous préciser s’il s’agit d’un premier titre ? La réponse n’est pas la même.",
    "Bonjour,\n\nj'ai besoin du numéro de plaque et d'une photo de la carte grise svp",
    "Bonjour,\n\nVeuillez nous faire parvenir une attestation d’assurance en cours de validité afin que nous puissions valider votre dossier.",
    "Bonjour,\n\nPour avancer, j’aurais besoin de votre numéro d’étranger et de la date de votre dernier rendez-vous.",
    "Bonjour Madame,\n\nVotre envoi ne contient pas le verso de la carte. Pouvez-vous nous le faire parvenir ?",
    "Monsieur,\n\nAfin de donner suite à votre demande, je vous prie de bien vouloir m’adresser un extrait Kbis de moins de trois mois.",
    "Bonjour,\n\nS’agit-il d’une première demande ou d’un renouvellement ?",
    "Bonjour,\n\nVous habitez quelle commune ? Les horaires ne sont pas les mêmes.",
    "Bonjour Monsieur,\n\nL’échange du permis se demande en ligne et coûte 25 euros. Pour votre cas, il me manque toutefois la traduction du permis ; merci de me l’envoyer, sans quoi je ne pourrai pas poursuivre.",
    "Bonjour,\n\nLe fichier joint à votre message ne s’ouvre pas. Merci de le renvoyer au format PDF.",
    "Madame,\n\nVotre dossier est incomplet : manquent l’acte de naissance et le justificatif de domicile. L’instruction reprendra à réception.",
    "Bonjour,\n\nÀ quel nom le véhicule est-il immatriculé ? Dès que vous m’aurez répondu, je regarderai.",
    "Bonjour,\n\nMerci de préciser l’adresse du terrain concerné.",
    "Bonjour,\n\nLe formulaire n’est pas signé. Je vous le retourne : merci de le signer et de me le renvoyer par retour de mail.",
    "Bonjour Madame,\n\nJe ne trouve aucune trace de votre demande. Sous quel numéro a-t-elle été déposée ?",
    "Bonjour,\n\nVotre message ne nous permet pas de comprendre votre demande. Pourriez-vous la préciser ?",
    "Monsieur,\n\nVous voudrez bien me faire parvenir les statuts signés et la liste des dirigeants.",
    "Bonjour,\n\nAvez-vous déjà un compte ANEF ? Si oui, quel message d’erreur s’affiche ?",
)
REFERRAL = (
    "Bonjour,\n\nVotre demande concerne la ville de Dole, pas la préfecture. Je vous laisse les contacter.",
    "Bonjour Monsieur,\n\nLe recours contre un permis de construire se porte devant le tribunal administratif ; le préfet n’est pas compétent.",
    "Bonjour,\n\nNotre service ne traite plus les permis de conduire depuis 2017. Il faut vous adresser au CERT de Besançon.",
    "Madame,\n\nJ’ai adressé votre courriel à la direction départementale de la protection des populations, compétente pour les animaux, qui reviendra vers vous.",
    "Bonjour,\n\nCe dossier est suivi par la sous-préfecture de Saint-Claude : sp-saint-claude@jura.gouv.fr. C’est elle qui vous répondra.",
    "Bonjour,\n\nIl n’appartient pas au préfet d’intervenir dans un litige entre particuliers. Seul un juge peut en connaître.",
    "Bonjour,\n\nPour toute question relative à vos impôts, rapprochez-vous de votre centre des finances publiques : nous ne pouvons pas vous renseigner.",
    "Bonjour,\n\nVotre message nous est parvenu par erreur, il est destiné à la préfecture de l’Ain. Nous le leur transférons.",
    "Bonjour,\n\nLes questions relatives à Parcoursup doivent être posées au rectorat.",
    "Bonjour Madame,\n\nje transmets à ma collègue du bureau des élections qui vous répondra.",
    "Bonjour,\n\nLes cartes d’identité sont du ressort des mairies équipées ; la préfecture n’y a pas accès. Prenez contact avec celle de votre choix.",
    "Bonjour Madame,\n\nVotre message concerne la préfecture du Doubs, à qui je le transfère. Elle vous répondra directement.",
    "Monsieur,\n\nLe litige qui vous oppose à votre bailleur relève du tribunal judiciaire. Vous pouvez aussi saisir gratuitement le conciliateur de justice.",
    "Bonjour,\n\nCe n’est pas nous qui gérons les allocations : adressez-vous à la CAF.",
    "Bonjour,\n\nJe fais suivre votre courriel à mes collègues de la DDETSPP, qui prendront contact avec vous.",
    "Madame,\n\nConformément à l’article L. 114-2 du code des relations entre le public et l’administration, votre demande a été transmise à l’agence régionale de santé.",
    "Bonjour,\n\nJe vous invite à contacter France Titres au 34 00, seul service en mesure de débloquer votre dossier.",
    "Bonjour,\n\nNous ne sommes pas compétents pour les impôts locaux. Votre service des impôts des particuliers pourra vous renseigner.",
    "Bonjour, votre demande a été réorientée vers le bureau de l’immigration, qui vous contactera.",
    "Monsieur,\n\nLa voirie communale ne relève pas de l’État. Il convient d’écrire au maire.",
    "Bonjour,\n\nvous vous êtes trompé d’adresse, il faut écrire au rectorat de Besançon",
    "Bonjour Madame,\n\nLe service compétent est la direction départementale des finances publiques. Je lui ai transmis votre courriel ce jour.",
)
REPLY = (
    "Bonjour,\n\nVotre demande ne remplit pas les conditions : il faut résider en France depuis cinq ans. Elle est donc classée sans suite.",
    "Bonjour Monsieur,\n\nLe délai de traitement est actuellement de quatre mois. Vous recevrez un courriel lorsque votre titre sera disponible.",
    "Madame,\n\nAucun arrêté n’interdit les barbecues dans votre commune en ce moment.",
    "Bonjour,\n\nLe formulaire est en ligne : https://www.demarches-simplifiees.fr/commencer/asso?dept=39\nIl vous sera demandé votre numéro RNA.",
    "Bonjour,\n\nJe vous confirme la bonne réception de vos statuts. Votre association est désormais enregistrée sous le numéro W391004567.",
    "Monsieur le maire,\n\nLa dotation sera versée en deux fois, en mars et en septembre.",
    "Bonjour,\n\nDésolée pour ce contretemps : le guichet était fermé pour travaux. Il rouvre lundi et vous pouvez venir sans rendez-vous.",
    "Bonjour,\n\nVoici les pièces à joindre : statuts, procès-verbal, liste des dirigeants. Le récépissé vous parviendra sous cinq jours.",
    "Bonjour,\n\nNous vous remercions de votre suggestion. Un panneau a été posé hier à l’entrée.",
    "Madame,\n\nLa commission se réunit le 14 avril et sa décision vous sera notifiée par lettre. Il n’existe pas de procédure d’urgence.",
    "Bonjour,\n\nVotre rendez-vous a été déplacé au 18 mars à 9 h 30. Merci d’apporter votre convocation.",
    "Bonjour,\n\nAprès recherche dans nos archives, nous n’avons trouvé aucune trace de ce dossier, qui a été détruit en 2010.",
    "Bonjour,\n\nSi votre permis a été délivré avant 2013, il reste valable jusqu’en 2033.",
    "Bonjour Madame,\n\nLa cérémonie aura lieu le 5 juin à 11 h. Si vous êtes empêchée, merci de nous prévenir.",
    "Bonjour,\n\nLe service est fermé le vendredi après-midi. Écrivez à pref-etrangers@jura.gouv.fr pour toute autre demande.",
    "Bonjour,\n\nVous pouvez demander la communication de l’acte à la mairie du lieu de naissance. Le délai est d’une semaine.",
    "Monsieur,\n\nJ’ai bien pris note de vos observations. Elles ne sont pas de nature à modifier la décision du 3 février, qui est donc confirmée.",
    "Bonjour,\n\nLa carte vous sera envoyée à domicile dans un délai de trois semaines.",
    "Bonjour,\n\nLe rendez-vous est confirmé pour mardi à 10 h.",
    "Monsieur,\n\nJe vous informe que votre demande de regroupement familial est rejetée. La décision motivée vous sera adressée par courrier recommandé.",
    "Bonjour,\n\nVous devez déposer votre demande sur le site de l’ANEF au plus tard deux mois avant l’expiration. N’hésitez pas à me recontacter si vous rencontrez une difficulté.",
    "Bonjour Madame,\n\nVotre carte est prête. Elle vous sera remise sur rendez-vous ; merci d’apporter l’ancienne.",
    "Bonjour,\n\nVoici le lien vers le formulaire : https://www.service-public.fr/demarche?id=R1234. Il est à déposer en mairie.",
    "Maître,\n\nVous m’avez interrogé sur la recevabilité du recours. Celui-ci est tardif.",
    "Bonjour,\n\nNon, aucune autorisation n’est nécessaire en dessous de 1 500 personnes. Une question ? Notre standard est ouvert de 9 h à 16 h.",
    "Bonjour Monsieur,\n\nAprès vérification auprès du service des douanes, votre véhicule peut être immatriculé. Je reste à votre entière disposition.",
    "Madame,\n\nVous me demandez si le récépissé suffit pour voyager. Il ne permet pas de franchir la frontière seul.",
    "Bonjour,\n\nL’adresse a été corrigée dans notre fichier. Toutes mes excuses pour cette erreur.",
    "Bonjour,\n\nVotre dossier a été accepté le 2 mars. La fabrication du titre prend environ trois semaines, vous recevrez un SMS.",
    "Bonjour,\n\nLa commission a donné un avis favorable. L’arrêté vous sera notifié la semaine prochaine.",
    "Bonjour,\n\nVous trouverez ci-joint l’attestation demandée. Merci de m’en accuser réception.",
    "Bonjour,\n\nNous avons bien reçu votre courriel du 3 mars. Le stationnement est interdit devant la préfecture les jours de marché.",
    "Bonjour Madame,\n\nPour une carte d’identité, il faut une photo de moins de six mois, l’ancienne carte et un justificatif de domicile. La demande se fait dans n’importe quelle mairie équipée.",
    "Merci pour votre signalement, la panne est réparée.",
    "Bonjour,\n\nLe bureau ferme à 16 h, vous pouvez passer jusqu’à 15 h 45.",
    "Bonjour Monsieur,\n\nEn l’état, votre demande ne peut aboutir : l’âge minimum est de 18 ans.",
    "Bonjour,\n\nSi vous souhaitez contester, vous pouvez saisir le tribunal administratif dans un délai de deux mois.",
    "Bonjour,\n\nVotre dossier est complet, l’instruction dure en moyenne six mois ; la préfecture a rendu son avis en février et c’est maintenant le ministère qui décide.",
    "Bonjour Madame,\n\nJ’ai interrogé mes collègues : le délai est de deux mois et il n’y a pas d’exception.",
    "Bonjour,\n\nLes subventions sont versées en juin. Pour toute question, écrivez au bureau des finances locales.",
    "Bonjour,\n\nPouvez-vous venir ? Oui, sans rendez-vous, tous les matins.",
)


@pytest.mark.parametrize("text", HOLDING_REPLY)
def test_an_agent_who_promises_an_answer_holds(text: str) -> None:
    assert nature(text) is Nature.HOLDING_REPLY


@pytest.mark.parametrize("text", INFORMATION_NEEDED)
def test_an_agent_who_cannot_go_on_without_the_citizen_asks_back(text: str) -> None:
    assert nature(text) is Nature.INFORMATION_NEEDED


@pytest.mark.parametrize("text", REFERRAL)
def test_an_agent_who_names_who_will_answer_refers(text: str) -> None:
    assert nature(text) is Nature.REFERRAL


@pytest.mark.parametrize("text", REPLY)
def test_an_agent_who_answers_replies(text: str) -> None:
    assert nature(text) is Nature.REPLY


# --- one word decides -----------------------------------------------------------------------------


def test_passing_on_and_answering_in_person_holds() -> None:
    assert (
        nature("Je transmets votre question à la DDT et vous réponds sous 8 jours.")
        is Nature.HOLDING_REPLY
    )


def test_passing_on_to_who_will_answer_refers() -> None:
    assert nature("Je transmets votre question à la DDT, qui vous répondra.") is Nature.REFERRAL


def test_a_question_that_the_agent_answers_is_no_question_back() -> None:
    assert nature("Faut-il venir avec vos enfants ? Non, votre présence suffit.") is Nature.REPLY


def test_the_question_mark_of_a_web_address_asks_nothing() -> None:
    text = "Vous trouverez la fiche à cette adresse : https://www.jura.gouv.fr/?vous=oui"
    assert nature(text) is Nature.REPLY


def test_an_offer_of_help_asks_nothing() -> None:
    text = "Le dossier est à déposer en mairie. Avez-vous d’autres questions ? Appelez-nous."
    assert nature(text) is Nature.REPLY


def test_a_condition_refers_only_in_that_case() -> None:
    text = (
        "Le timbre s’achète en ligne. Si votre ordinateur est en panne, adressez-vous à France services. "
        "Il coûte 25 euros."
    )
    assert nature(text) is Nature.REPLY


def test_what_stands_below_the_closing_formula_says_nothing_of_the_case() -> None:
    text = "Oui, c’est autorisé.\n\nCordialement,\nMerci de nous transmettre vos demandes par le formulaire."
    assert nature(text) is Nature.REPLY


def test_a_question_below_the_closing_formula_is_not_put_to_the_citizen() -> None:
    assert nature("Oui, c’est autorisé.\n\nCordialement,\nÊtes-vous satisfait ?") is Nature.REPLY


def test_a_question_that_the_citizen_asked_is_not_ours() -> None:
    raw = mail(
        "2026-03-03 10:00",
        "Bonjour Madame,\n\nLes statuts modifiés suffisent.\n\nClaire Vernier\n\n"
        "Le 2 mars 2026 à 09:12, Odile Ferrand a écrit :\n> Pouvez-vous me dire quelles pièces fournir ?\n",
        sender=BOX,
        to="odile.ferrand@laposte.example",
    )
    assert reading(raw).nature is Nature.REPLY


def test_telling_how_a_file_stands_answers_who_asked_for_it() -> None:
    text = (
        "Votre dossier est en cours d’enquête. La préfète l’a transmis en janvier au ministère avec son accord. "
        "La durée moyenne y est de huit mois. Il ne sera pas convoqué de nouvel entretien. "
        "Elle dépend du nombre des demandes."
    )
    assert nature(text) is Nature.REPLY


def test_an_empty_answer_replies_for_want_of_words() -> None:
    assert reading(reply("2026-03-03 10:00", "", signature="")).nature is Nature.REPLY


# --- how sure -------------------------------------------------------------------------------------


def test_a_promise_alone_is_sure_and_shows_its_words() -> None:
    found = reading(reply("2026-03-03 10:00", "Je vous répondrai avant le 12 mars."))

    assert (found.nature, found.confidence) == (Nature.HOLDING_REPLY, Confidence.HIGH)
    assert found.evidence[0].text == "vous répondrai"


def test_a_question_within_an_answer_is_less_sure() -> None:
    text = "Oui, c’est gratuit. Pour votre cas, merci de nous adresser la copie du jugement."
    found = reading(reply("2026-03-03 10:00", text))

    assert (found.nature, found.confidence) == (Nature.INFORMATION_NEEDED, Confidence.MEDIUM)


def test_words_that_only_hint_are_for_review() -> None:
    found = reading(reply("2026-03-03 10:00", "Le délégué tient une permanence le jeudi."))

    assert (found.nature, found.confidence) == (Nature.REPLY, Confidence.LOW)


# --- other bodies -----------------------------------------------------------------------------------


def wall() -> list[tuple[str, str]]:
    """The answers of the wall beside this module, each with its nature."""
    lines = Path(__file__).with_name("test_outgoing_wall.txt").read_text("utf-8").splitlines()
    pairs = (line.partition(" | ") for line in lines if " | " in line)
    return [(label, text) for label, _, text in pairs]


@pytest.mark.parametrize(("label", "text"), wall())
def test_agents_say_the_same_in_many_ways(label: str, text: str) -> None:
    assert judged(text)[0].nature == label


@pytest.mark.parametrize(
    "text",
    [
        "Votre demande est complète. Si vous contestez la décision, saisissez le tribunal.",
        "La carte est valable dix ans. Pour toute question, écrivez au bureau des titres.",
        "Le dossier se dépose en préfecture ou à la mairie, au choix.",
        "Il faut un timbre de 25 euros. N’hésitez pas à contacter la mairie pour le reste.",
    ],
)
def test_a_body_named_in_an_offer_or_beside_our_own_house_refers_to_nobody(text: str) -> None:
    assert nature(text) is Nature.REPLY


def test_nothing_is_asked_by_what_brings_us_nothing() -> None:
    for text in (
        "Contactez-nous.",
        "Suivez-nous en ligne.",
        "Si vous changez d’avis, dites-le-nous.",
    ):
        assert nature(f"Votre titre est prêt. {text}") is Nature.REPLY


def test_what_only_time_will_tell_is_no_question() -> None:
    assert nature("Les places seront-elles rendues ? La loi le prévoit.") is Nature.REPLY


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "unit",
    ["la mairie ", "c’est la mairie ", "la caf pourra ", "merci de nous ", "quel ? ", "il manque "],
)
def test_the_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def seconds(times: int) -> float:
        raw = reply("2026-03-03 10:00", f"Bonjour.\n\n{unit * times}")
        message = read(Delivery(raw=raw, file="reponse.eml", role=Role.SENT))
        assert isinstance(message, Message)
        words = read_words(message.own)
        start = time.process_time()
        outgoing(message, words, DESK.institution, DESK.rules)
        return time.process_time() - start

    seconds(100)

    assert min(seconds(8000) for _ in range(3)) < 30 * max(seconds(1000), 0.02)


# --- promises --------------------------------------------------------------------------------------


def judged(text: str) -> tuple[Reading, Announced | None]:
    """What the words of an answer come to, with what they announce."""
    delivery = Delivery(raw=reply("2026-03-03 10:00", text), file="reponse.eml", role=Role.SENT)
    found = examine(delivery, DESK)
    assert isinstance(found, Examined)
    assert found.answer is found.reading.nature
    return found.reading, found.announced


def test_who_names_the_day_of_more_has_not_answered_yet() -> None:
    found, announced = judged(
        "Oui, c’est possible et c’est gratuit : votre demande a été acceptée le 2 mars. Pour la seconde "
        "question, je vous fixe le 13 mars."
    )

    assert found.nature is Nature.HOLDING_REPLY
    assert found.evidence[0].rule == "promise.dated"
    assert announced is not None
    assert announced.on == date(2026, 3, 13)


def test_what_a_full_answer_leaves_open_without_a_day_announces_nothing() -> None:
    found, announced = judged(
        "Oui, votre demande a été acceptée le 2 mars et la carte est gratuite. Le rapport vous sera notifié."
    )

    assert (found.nature, announced) == (Nature.REPLY, None)


def test_a_holding_reply_keeps_a_promise_without_a_day() -> None:
    found, announced = judged("Je me renseigne et reviens vers vous rapidement.")

    assert found.nature is Nature.HOLDING_REPLY
    assert announced is not None
    assert announced.on is None


# --- structure ------------------------------------------------------------------------------------


def sent(
    text: str, *, to: str, headers: Mapping[str, str] | None = None, subject: str = "TR: Loto"
) -> Reading:
    return reading(
        mail("2026-03-03 10:00", text, sender=BOX, to=to, headers=headers, subject=subject)
    )


def test_a_message_to_our_own_services_is_passed_on_inside() -> None:
    found = sent("Oui, c’est possible.", to="marc.blin@jura.gouv.fr, Accueil <pref@jura.gouv.fr>")

    assert found.nature is Nature.INTERNAL_FORWARD
    assert found.evidence[0].rule == "outgoing.recipients"


def test_a_message_for_action_to_another_state_service_is_passed_on() -> None:
    found = sent("Bonjour, pour attribution, merci.", to="ddt@ain.gouv.fr")

    assert (found.nature, found.evidence[0].text) == (Nature.INTERNAL_FORWARD, "pour attribution")


def test_a_message_without_recipient_is_judged_by_its_words() -> None:
    raw = mail("2026-03-03 10:00", "Oui, c’est gratuit.", sender=BOX).replace(
        f"To: {BOX}\r\n".encode(), b""
    )

    assert reading(raw).nature is Nature.REPLY


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Réponse automatique : Loto", "Nous accusons réception de votre message ; une réponse vous sera apportée sous 5 jours ouvrés.", Nature.AUTOMATIC_ACKNOWLEDGEMENT),
        ("Réponse automatique : Loto", "Je suis absente jusqu’au 20 mars. En cas d’urgence, écrivez à pref@jura.gouv.fr.", Nature.OUT_OF_OFFICE),
        ("Lu : Loto", "Votre message a été lu le 3 mars 2026.", Nature.READ_RECEIPT),
    ],
)  # fmt: skip
def test_a_robot_of_ours_never_answers_whatever_its_words(
    subject: str, text: str, expected: Nature
) -> None:
    found = sent(
        text,
        to="odile@laposte.example",
        subject=subject,
        headers={"Auto-Submitted": "auto-replied"},
    )
    assert found.nature is expected


def test_the_same_words_typed_by_an_agent_hold() -> None:
    text = "Nous accusons réception de votre message ; une réponse vous sera apportée sous 5 jours ouvrés."
    assert nature(text) is Nature.HOLDING_REPLY


@given(st.text(alphabet=st.sampled_from("?!.;:¶ vousjemercideransmettre'\n"), max_size=400))
def test_any_text_comes_to_an_answer(text: str) -> None:
    assert nature(text) in DESK.rules.policy.qualifying
