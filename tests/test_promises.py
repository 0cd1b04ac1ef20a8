"""What an answer promises: whole sentences and replies, the day they are written, the day they announce.

The reply leaves on Tuesday 3 March 2026 from the Jura, unless a test says otherwise; `None` means that
nothing is promised, `UNDATED` that a promise gives no date.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import promises, ruleset, workdays
from mailwatch.model import Announced
from mailwatch.wording import read

RULES = Path(__file__).parents[1] / "rules"
PACK = ruleset.read_pack(
    "promises.toml", tomllib.loads((RULES / "promises.toml").read_text(encoding="utf-8"))
)
TERRITORIES = workdays.read_territories(
    tomllib.loads((RULES / "calendars.toml").read_text(encoding="utf-8"))
)
JURA = workdays.Calendar(territory=TERRITORIES["39"])
TUESDAY = date(2026, 3, 3)
UNDATED = "undated"


def announced(text: str, on: date = TUESDAY, where: str = "39") -> Announced | None:
    calendar = workdays.Calendar(territory=TERRITORIES[where])
    return promises.announced(read(text), on, calendar, PACK)


def verdict(text: str, on: date = TUESDAY, where: str = "39") -> str | None:
    found = announced(text, on, where)
    if found is None:
        return None
    return found.on.isoformat() if found.on else UNDATED


def test_the_rules_find_their_examples_and_miss_their_counter_examples() -> None:
    assert ruleset.failures(PACK) == ()


def wall() -> list[tuple[str, str]]:
    """The sentences of the wall beside this module, each with what it announces."""
    lines = Path(__file__).with_name("test_promises_wall.txt").read_text("utf-8").splitlines()
    pairs = (line.partition(" | ") for line in lines if " | " in line)
    return [(expected.strip(), sentence) for expected, _, sentence in pairs]


def test_a_delay_beyond_the_calendar_names_no_day() -> None:
    assert verdict("I will reply within 999 years.", date(9500, 3, 3)) == UNDATED


@pytest.mark.parametrize(("expected", "sentence"), wall())
def test_agents_promise_in_many_ways(expected: str, sentence: str) -> None:
    assert (verdict(sentence) or "none") == expected


def days() -> list[tuple[str, str, str]]:
    """The days of the other wall: when the answer is written and where, what it announces, in which words."""
    lines = Path(__file__).with_name("test_promises_days.txt").read_text("utf-8").splitlines()
    parts = (line.split(" | ", 2) for line in lines if " | " in line)
    return [(written, expected, words) for written, expected, words in parts]


@pytest.mark.parametrize(("written", "expected", "words"), days())
def test_a_day_may_be_said_in_many_ways(written: str, expected: str, words: str) -> None:
    on, _, where = written.partition(" ")
    sentence = words if words.endswith(".") else f"Je vous répondrai {words}."
    assert (verdict(sentence, date.fromisoformat(on), where or "39") or "none") == expected


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Une réponse vous sera apportée avant le 12 mars.", "2026-03-12"),
        ("Une réponse vous sera apportée avant le 12.", "2026-03-12"),
        ("Une réponse vous parviendra avant le 2.", "2026-04-02"),
        ("Je vous répondrai d’ici le 20 mars.", "2026-03-20"),
        ("Nous vous répondrons d'ici au 20 mars 2026.", "2026-03-20"),
        ("Je reviendrai vers vous au plus tard lundi.", "2026-03-09"),
        ("Je reviendrai vers vous lundi prochain.", "2026-03-09"),
        ("Je vous rappellerai lundi 16 mars au matin.", "2026-03-16"),
        ("Je vous recontacterai vendredi 13 au plus tard.", "2026-03-13"),
        ("Je vous recontacterai mardi en huit.", "2026-03-17"),
        ("Je vous recontacterai le jeudi de la semaine prochaine.", "2026-03-12"),
        ("Votre demande sera traitée à compter du 12 mars.", "2026-03-12"),
        ("Votre dossier sera examiné le 20 mars.", "2026-03-20"),
        ("Vous recevrez une réponse pour le 20 mars.", "2026-03-20"),
        ("Vous recevrez une réponse le 12/03.", "2026-03-12"),
        ("Vous recevrez une réponse avant le 12/03/2026.", "2026-03-12"),
        ("Vous recevrez une réponse avant le 12.03.26.", "2026-03-12"),
        ("Vous recevrez une réponse pour le 2026-03-12.", "2026-03-12"),
        ("Nous vous répondrons avant le 1er avril.", "2026-04-01"),
        ("Nous vous répondrons avant le 1ᵉʳ avril.", "2026-04-01"),
        ("Nous vous répondrons avant le premier avril.", "2026-04-01"),
        ("NOUS VOUS REPONDRONS AVANT LE 15 AOUT.", "2026-08-15"),
        ("Nous vous répondrons avant le 15 août prochain.", "2026-08-15"),
        ("Nous vous répondrons avant le 15 février.", "2027-02-15"),
        ("Nous vous répondrons avant le 31 avril.", "2026-04-30"),
        ("Nous vous répondrons avant le 5 du mois prochain.", "2026-04-05"),
        ("Nous vous répondrons entre le 3 et le 7 mars.", "2026-03-07"),
        ("Nous vous répondrons entre le 28 mars et le 3 avril.", "2026-04-03"),
        ("Nous vous répondrons le 12 ou le 13 mars.", "2026-03-13"),
        ("Nous vous répondrons mercredi ou jeudi.", "2026-03-05"),
        ("Une réponse vous sera adressée au cours de la semaine du 16 mars.", "2026-03-20"),
        ("Une réponse vous sera adressée dans la semaine du 16 au 20 mars.", "2026-03-20"),
        ("Une réponse vous sera adressée le 12 janv. 2027.", "2027-01-12"),
        ("Vous aurez un retour d’ici le vendredi 13 mars 2026, 17 h.", "2026-03-13"),
        ("Nous reviendrons vers vous avant le 14 juillet.", "2026-07-14"),
        ("Nous reviendrons vers vous avant Noël.", "2026-12-25"),
    ],
)
def test_a_date_is_the_day_it_names(sentence: str, expected: str) -> None:
    assert verdict(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Nous vous répondrons avant la fin du mois.", "2026-03-31"),
        ("Nous vous répondrons d'ici la fin du mois d'avril.", "2026-04-30"),
        ("Nous vous répondrons fin mars.", "2026-03-31"),
        ("Nous vous répondrons d'ici fin février.", "2027-02-28"),
        ("Nous vous répondrons courant avril.", "2026-04-30"),
        ("Nous vous répondrons dans le courant du mois de mai.", "2026-05-31"),
        ("Nous vous répondrons au cours du mois d'avril.", "2026-04-30"),
        ("Nous vous répondrons début mai.", "2026-05-10"),
        ("Nous vous répondrons à la mi-mars.", "2026-03-15"),
        ("Nous vous répondrons dans la première quinzaine d'avril.", "2026-04-15"),
        ("Nous vous répondrons dans la seconde quinzaine de mars.", "2026-03-31"),
        ("Nous vous répondrons le mois prochain.", "2026-04-30"),
        ("Nous vous répondrons début du mois prochain.", "2026-04-10"),
        ("Nous vous répondrons dans le mois.", "2026-04-03"),
        ("Nous vous répondrons au cours du mois.", "2026-03-31"),
        ("Nous vous répondrons d'ici la fin de l'année.", "2026-12-31"),
        ("Nous vous répondrons avant la fin du premier trimestre 2026.", "2026-03-31"),
        ("Nous vous répondrons au deuxième trimestre.", "2026-06-30"),
        ("Nous vous répondrons semaine 12.", "2026-03-20"),
        ("Nous vous répondrons en semaine n° 12.", "2026-03-20"),
        ("Nous vous répondrons en S12.", "2026-03-20"),
        ("Nous vous répondrons semaine 9.", "2027-03-05"),
        ("Nous vous répondrons la semaine prochaine.", "2026-03-13"),
        ("Nous vous répondrons en début de semaine prochaine.", "2026-03-10"),
        ("Nous vous répondrons en milieu de semaine prochaine.", "2026-03-11"),
        ("Nous vous répondrons cette semaine.", "2026-03-06"),
        ("Nous vous répondrons en fin de semaine.", "2026-03-06"),
        ("Nous vous répondrons dans le courant de la semaine.", "2026-03-06"),
        ("Nous vous répondrons demain.", "2026-03-04"),
        ("Nous vous répondrons après-demain au plus tard.", "2026-03-05"),
        ("Nous vous répondrons dans la journée.", "2026-03-03"),
        ("Nous vous répondrons aujourd’hui.", "2026-03-03"),
        ("Nous vous répondrons dans la journée de demain.", "2026-03-04"),
        ("Nous vous répondrons d’ici à vendredi.", "2026-03-06"),
        ("Nous vous répondrons vendredi de cette semaine.", "2026-03-06"),
        ("Nous vous répondrons avant le mois d’avril.", "2026-03-31"),
        ("Nous vous répondrons courant avril 2027.", "2027-04-30"),
        ("Nous vous répondrons début 2027.", "2027-03-31"),
        ("Nous vous répondrons mi-2026.", "2026-06-30"),
        ("Nous vous répondrons à la Toussaint.", UNDATED),
        ("Nous vous répondrons avant la Toussaint.", "2026-11-01"),
        ("Nous vous répondrons le lundi, comme toujours.", UNDATED),
        ("Nous vous répondrons la semaine de votre retour.", UNDATED),
        ("Nous vous répondrons le 2026.", UNDATED),
        ("Nous vous répondrons avant le 39/19.", UNDATED),
        ("Nous vous répondrons après midi.", UNDATED),
        ("Nous vous répondrons sous 9999 jours.", UNDATED),
    ],
)
def test_a_period_is_its_last_day(sentence: str, expected: str) -> None:
    assert verdict(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Je reviendrai vers vous sous 15 jours ouvrés.", "2026-03-24"),
        ("Je reviendrai vers vous sous 5 jours ouvrés.", "2026-03-10"),
        ("Je reviendrai vers vous sous cinq (5) jours ouvrés.", "2026-03-10"),
        ("Je reviendrai vers vous sous dix jours ouvrables.", "2026-03-14"),
        ("Je reviendrai vers vous sous 8 jours.", "2026-03-11"),
        ("Je reviendrai vers vous sous huit jours.", "2026-03-11"),
        ("Je reviendrai vers vous sous huitaine.", "2026-03-11"),
        ("Je reviendrai vers vous sous quinzaine.", "2026-03-18"),
        ("Je reviendrai vers vous sous une quinzaine de jours.", "2026-03-18"),
        ("Je reviendrai vers vous dans une dizaine de jours.", "2026-03-13"),
        ("Je reviendrai vers vous dans une dizaine de jours ouvrés.", "2026-03-17"),
        ("Je reviendrai vers vous dans un délai de deux semaines.", "2026-03-17"),
        ("Je reviendrai vers vous dans un délai maximum de 10 jours.", "2026-03-13"),
        ("Je reviendrai vers vous dans un délai de l’ordre de trois semaines.", "2026-03-24"),
        ("Je reviendrai vers vous sous 48 h.", "2026-03-05"),
        ("Je reviendrai vers vous sous 48h.", "2026-03-05"),
        ("Je reviendrai vers vous sous 24 heures ouvrées.", "2026-03-04"),
        ("Je reviendrai vers vous d’ici trois semaines.", "2026-03-24"),
        ("Je reviendrai vers vous d’ici deux à trois semaines.", "2026-03-24"),
        ("Je reviendrai vers vous dans 8 à 10 jours.", "2026-03-13"),
        ("Je reviendrai vers vous entre 8 et 10 jours.", "2026-03-13"),
        ("Je reviendrai vers vous sous 10-15 jours.", "2026-03-18"),
        ("Je reviendrai vers vous dans les 10 prochains jours.", "2026-03-13"),
        ("Je reviendrai vers vous sous vingt et un jours.", "2026-03-24"),
        ("Je reviendrai vers vous sous quatre-vingt-dix jours.", "2026-06-01"),
        ("Je reviendrai vers vous sous un mois.", "2026-04-03"),
        ("Je reviendrai vers vous dans un délai d’un mois.", "2026-04-03"),
        ("Je reviendrai vers vous sous deux mois.", "2026-05-03"),
        ("Je reviendrai vers vous sous 8 jours à compter de ce jour.", "2026-03-11"),
        (
            "Une réponse vous sera apportée sous 15 jours à compter de la réception de votre demande.",
            "2026-03-18",
        ),
        ("Votre demande sera traitée dans un délai de 10 jours ouvrés.", "2026-03-17"),
        (
            "La réponse nécessite une expertise juridique ; comptez un délai de 10 jours.",
            "2026-03-13",
        ),
        ("Le délai prévisionnel de traitement de votre demande est de 3 semaines.", "2026-03-24"),
        ("Le délai moyen de réponse est actuellement de 12 jours ouvrés.", "2026-03-19"),
        ("Délai de réponse : 15 jours ouvrés.", "2026-03-24"),
    ],
)
def test_a_delay_counts_from_the_reply(sentence: str, expected: str) -> None:
    assert verdict(sentence) == expected


@pytest.mark.parametrize(
    ("on", "sentence", "expected"),
    [
        (date(2026, 12, 28), "Je vous répondrai avant le 5 janvier.", "2027-01-05"),
        (date(2026, 12, 28), "Je vous répondrai semaine 1.", "2027-01-08"),
        (date(2027, 6, 1), "Je vous répondrai semaine 53.", "2027-12-31"),
        (date.max, "Je vous répondrai sous 8 jours.", UNDATED),
        (date(2026, 12, 28), "Je vous répondrai le mois prochain.", "2027-01-31"),
        (date(2026, 1, 31), "Je vous répondrai sous un mois.", "2026-02-28"),
        (date(2026, 1, 31), "Je vous répondrai avant le 30.", "2026-02-28"),
        (date(2026, 4, 30), "Je vous répondrai sous 5 jours ouvrés.", "2026-05-11"),
        (date(2026, 3, 6), "Je vous répondrai cette semaine.", "2026-03-06"),
        (date(2026, 3, 6), "Je vous répondrai vendredi.", "2026-03-13"),
        (date(2026, 3, 7), "Je vous répondrai cette semaine.", "2026-03-13"),
        (date(2026, 3, 8), "Je vous répondrai la semaine prochaine.", "2026-03-13"),
        (date(2028, 2, 1), "Je vous répondrai fin février.", "2028-02-29"),
        (date(2026, 3, 31), "Je vous répondrai avant la fin du mois.", "2026-03-31"),
        (date(2026, 3, 12), "Je vous répondrai avant le 12.", "2026-03-12"),
        (date(2026, 3, 20), "Je vous répondrai à la mi-mars.", "2027-03-15"),
    ],
)
def test_the_next_such_day_on_or_after_the_reply_is_meant(
    on: date, sentence: str, expected: str
) -> None:
    assert verdict(sentence, on) == expected


# --- promises -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "Je reviendrai vers vous dans les meilleurs délais.",
        "Je reviens vers vous dès que possible.",
        "Je transmets votre question à notre référent et reviens vers vous rapidement.",
        "Une réponse plus complète vous sera adressée prochainement.",
        "Je ne manquerai pas de vous tenir informée de la suite réservée à votre demande.",
        "J’ai sollicité l’avis de la DDT et vous ferai part de sa réponse dès réception.",
        "Dès que je disposerai de ces informations, je vous les communiquerai.",
        "Une suite sera donnée à votre courrier du 3 février dès que l’enquête sera achevée.",
        "Nous vous répondrons dans les prochains jours.",
        "Nous vous répondrons dans quelques semaines.",
        "Je me rapproche de mes collègues et vous tiens informé dès que j’ai leur retour.",
        "Dès réception de ces pièces, votre dossier sera traité sous 8 jours.",
        "Je vous répondrai sous 8 jours à compter de la réception de votre dossier complet.",
        "Je reviendrai vers vous lorsque la commission se sera réunie le 20 mars.",
        "Je vous répondrai après la réunion du 20 mars.",
        "Votre demande sera examinée par la commission le 20 mars.",
        "Vous serez recontactée ultérieurement.",
        "Vous serez tenu informé de l’avancement de votre dossier.",
        "Mon collègue étant absent, une réponse vous sera apportée à son retour.",
    ],
)
def test_a_promise_may_give_no_date(sentence: str) -> None:
    assert verdict(sentence) == UNDATED


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Je vous réponds cette semaine.", "2026-03-06"),
        ("Je vous tiens informé d'ici vendredi.", "2026-03-06"),
        ("Je reviens vers vous sous huitaine.", "2026-03-11"),
        (
            "Je transmets votre question au bureau des élections et vous réponds sous 8 jours.",
            "2026-03-11",
        ),
        ("Je m'en occupe demain.", "2026-03-04"),
        ("Je vous envoie l'attestation d'ici jeudi.", "2026-03-05"),
        ("On vous rappelle demain matin.", "2026-03-04"),
        (
            "Votre courriel est pris en charge par Mme Faure, qui vous répondra d'ici le 20 mars.",
            "2026-03-20",
        ),
        (
            "Le bureau des étrangers reviendra vers vous à l'issue de l'instruction, au plus tard le 20 mars.",
            "2026-03-20",
        ),
        ("Nous nous engageons à vous répondre sous 5 jours ouvrés.", "2026-03-10"),
        ("Je vais vous répondre d'ici lundi.", "2026-03-09"),
        ("Nous devrions être en mesure de vous répondre la semaine prochaine.", "2026-03-13"),
        ("Je pense pouvoir vous apporter une réponse d'ici fin mars.", "2026-03-31"),
        ("Votre demande fera l'objet d'une réponse sous quinzaine.", "2026-03-18"),
        ("Il vous sera répondu avant le 12 mars.", "2026-03-12"),
        ("La décision vous sera notifiée avant le 30 avril.", "2026-04-30"),
        ("Votre dossier devrait être finalisé d'ici fin mars.", "2026-03-31"),
        ("Le nécessaire sera fait d'ici vendredi.", "2026-03-06"),
        ("La correction sera effectuée sous 48 heures.", "2026-03-05"),
        (
            "Nous procédons aux vérifications nécessaires et vous recontacterons avant la fin du mois.",
            "2026-03-31",
        ),
        (
            "Sauf difficulté particulière, la réponse vous parviendra dans les 10 prochains jours.",
            "2026-03-13",
        ),
        ("Nous vous garantissons une réponse sous 8 jours.", "2026-03-11"),
        ("Sous 8 jours, vous recevrez une réponse.", "2026-03-11"),
        ("D'ici le 20 mars, nous reviendrons vers vous.", "2026-03-20"),
        ("Au plus tard le 20 mars, une réponse complète vous sera adressée.", "2026-03-20"),
        ("Merci de patienter jusqu'au 20 mars.", "2026-03-20"),
        (
            "Sans nouvelles de notre part d'ici le 20 mars, n'hésitez pas à nous relancer.",
            "2026-03-20",
        ),
        ("Réponse prévue avant le 12 mars.", "2026-03-12"),
        ("Je suis dans l'attente d'un avis ; je vous l'adresserai dès lundi.", "2026-03-09"),
    ],
)
def test_somebody_of_ours_engages_to_answer_or_to_deal_with_it(
    sentence: str, expected: str
) -> None:
    assert verdict(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (
            "Je vous répondrai dès que possible, et en tout état de cause avant le 20 mars.",
            "2026-03-20",
        ),
        (
            "Je vous répondrai dès que j'aurai l'avis du service, au plus tard le 20 mars.",
            "2026-03-20",
        ),
        (
            "Merci de m'adresser les pièces avant le 12 mars ; je vous répondrai avant le 20 mars.",
            "2026-03-20",
        ),
        (
            "Merci de m'adresser les pièces avant le 12 mars, je vous répondrai sous 15 jours.",
            "2026-03-18",
        ),
        (
            "La commission se réunit le 20 mars et une réponse vous sera adressée avant le 31 mars.",
            "2026-03-31",
        ),
        (
            "La commission se réunit le 20 mars. Une réponse vous sera adressée avant la fin du mois.",
            "2026-03-31",
        ),
        ("Votre courriel du 3 mars sera traité avant le 12 mars.", "2026-03-12"),
        ("Votre demande reçue le 2 mars sera traitée avant le 12 mars.", "2026-03-12"),
        ("Je fais le point vendredi et vous répondrai d'ici le 20 mars.", "2026-03-20"),
        (
            "Je vous tiendrai informé sous 8 jours. La réponse définitive interviendra avant le 30 avril.",
            "2026-04-30",
        ),
        (
            "Une première réponse vous sera adressée vendredi, une réponse complète vous parviendra fin mars.",
            "2026-03-31",
        ),
        ("Le rectificatif sera envoyé lundi.", "2026-03-09"),
        ("Nous expédierons le document sous 48 heures.", "2026-03-05"),
        ("Accordez-nous encore 8 jours.", "2026-03-11"),
        ("Laissez-nous jusqu'à vendredi.", "2026-03-06"),
        ("Délai estimé : trois semaines.", "2026-03-24"),
        ("Je vous confirmerai la date de l'entretien d'ici un mois.", "2026-04-03"),
        ("Nous recherchons le plan ; vous l'aurez avant le 12.", "2026-03-12"),
        ("Vous recevrez une réponse sous 15 jours, soit au plus tard le 17 mars.", "2026-03-17"),
        ("Nous vous répondrons cette semaine ou, au plus tard, le 10 mars.", "2026-03-10"),
        (
            "La fabrication de votre carte demande 3 semaines ; pour votre question, je vous réponds demain.",
            "2026-03-04",
        ),
    ],
)
def test_each_date_belongs_to_the_words_that_govern_it(sentence: str, expected: str) -> None:
    assert verdict(sentence) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Merci de m'adresser les pièces manquantes avant le 12 mars.",
        "Merci de bien vouloir compléter votre dossier sous 15 jours.",
        "Je vous invite à nous transmettre ces documents avant le 12 mars.",
        "Vous avez jusqu'au 12 mars pour compléter votre dossier.",
        "Vous disposez d'un délai de deux mois pour contester cette décision devant le tribunal administratif.",
        "Veuillez nous retourner le formulaire au plus tard le 20 mars.",
        "Il vous appartient de déposer votre demande avant le 31 mars.",
        "Sans réponse de votre part avant le 20 mars, votre dossier sera classé.",
        "Les candidatures doivent nous parvenir avant le 12 mars.",
        "Vous pourrez vous présenter au guichet à compter du 12 mars.",
        "Je reste dans l'attente de votre réponse avant le 12 mars.",
        "La commission se réunit le 20 mars.",
        "Votre rendez-vous est fixé au 20 mars à 14 h.",
        "Vous êtes convoqué le 20 mars à 9 h 30.",
        "La cérémonie de naturalisation aura lieu le 20 mars.",
        "Le délai de fabrication est de 3 semaines.",
        "Le délai moyen d'instruction des demandes de naturalisation est de 18 mois.",
        "Votre titre sera disponible sous 15 jours.",
        "Vous recevrez votre carte sous trois semaines.",
        "Votre récépissé est valable jusqu'au 12 juin.",
        "Votre passeport vous sera adressé sous 8 jours.",
        "Le délai de fabrication du titre est de trois semaines ; il vous sera adressé sous 8 jours.",
        "Votre carte est en cours de fabrication. Elle vous sera remise en mairie sous trois semaines.",
        "Votre carte est prête, vous la recevrez d'ici deux semaines.",
        "La chambre des notaires pourra vous donner une liste.",
        "Votre courriel a été communiqué ce matin à la caisse d'allocations familiales, qui reprendra contact.",
        "Nous vous recevrons le 12 mars à 10 h.",
        "Vous disposez d'un délai de 2 mois pour contester.",
        "Je serai absente du bureau dans 8 jours.",
        "Vous serez averti par SMS de la mise à disposition de votre titre.",
        "Le guichet est ouvert du lundi au vendredi de 8 h 30 à 12 h.",
        "La préfecture sera fermée le vendredi 15 mai.",
        "Votre courriel du 3 mars a retenu toute mon attention.",
        "Je vous ai répondu le 2 mars.",
        "Une réponse vous a été adressée le 2 mars.",
        "Le silence gardé pendant deux mois vaut décision de rejet.",
        "L'absence de réponse de l'administration dans un délai de deux mois vaut rejet.",
        "Je vous rappelle que la date limite est fixée au 12 mars.",
        "Je vous confirme que le rendez-vous du 20 mars est maintenu.",
        "Je reste à votre disposition pour tout renseignement complémentaire.",
        "N'hésitez pas à revenir vers nous si besoin.",
        "Je répondrai volontiers à toutes vos questions.",
        "Toute demande incomplète ne pourra être traitée.",
        "Votre demande est en cours d'instruction.",
        "Aucune réponse ne vous sera apportée par cette boîte.",
        "Votre message est transmis à la CAF, qui vous répondra sous 15 jours.",
        "Le consulat vous répondra directement.",
        "La nouvelle réglementation entrera en vigueur le 1er avril.",
        "Je suis absente jusqu'au 12 mars inclus.",
        "En réponse à votre demande, le timbre coûte 25 euros.",
        "Je vous transmets ci-joint l'arrêté applicable à compter du 1er avril.",
        "Je reviens vers vous au sujet de votre demande du 12 février.",
        "Je vous souhaite une bonne semaine.",
        "Bonne fin de journée.",
        "",
    ],
)
def test_what_binds_somebody_else_announces_nothing(sentence: str) -> None:
    assert verdict(sentence) is None


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Nous ne manquerons pas de revenir vers vous d'ici la fin de la semaine.", "2026-03-06"),
        (
            "Je vous apporterai une réponse précise dans le courant de la semaine prochaine.",
            "2026-03-13",
        ),
        (
            "Votre demande a été transmise au service instructeur ; vous aurez un retour sous dix jours.",
            "2026-03-13",
        ),
        ("J'attends le retour de la DREAL, attendu pour le 20 mars.", None),
        ("Nous espérons pouvoir vous répondre avant la mi-avril.", "2026-04-15"),
        (
            "Une réponse circonstanciée vous parviendra au plus tard le mercredi 25 mars 2026.",
            "2026-03-25",
        ),
        (
            "Votre dossier est à l'étude et vous serez informé de la décision avant le 15 avril.",
            "2026-04-15",
        ),
        ("Comptez environ trois semaines avant d'obtenir une réponse.", "2026-03-24"),
        (
            "Il faut compter un délai de 15 jours pour obtenir une réponse à votre question.",
            "2026-03-18",
        ),
        ("Je reviendrai vers vous en fin de semaine.", "2026-03-06"),
        ("Je reviens vers vous en fin de journée.", "2026-03-03"),
        ("Je reviens vers vous lundi avec une réponse.", "2026-03-09"),
        ("Nous vous ferons un retour au plus tard en fin de semaine prochaine.", "2026-03-13"),
        (
            "Je prends l'attache de mes collègues et reviendrai vers vous sous une semaine.",
            "2026-03-10",
        ),
        ("Vous devriez recevoir une réponse d'ici une dizaine de jours.", "2026-03-13"),
        ("Une réponse devrait vous être adressée d'ici à la fin du mois de mars.", "2026-03-31"),
        ("Votre courrier fera l'objet d'une réponse dans un délai de 2 mois.", "2026-05-03"),
        ("Je vous tiendrai au courant au fur et à mesure.", UNDATED),
        ("Nous vous informerons dès que la décision sera prise.", UNDATED),
        (
            "Compte tenu des congés, la réponse ne pourra vous être donnée qu'à compter du 16 mars.",
            "2026-03-16",
        ),
        ("Je ne pourrai pas vous répondre avant le 16 mars.", None),
        (
            "Le service est en sous-effectif : votre demande ne pourra être traitée avant le 16 mars.",
            None,
        ),
        ("Vous voudrez bien patienter jusqu'à la semaine prochaine.", "2026-03-13"),
        ("Merci de nous répondre avant vendredi.", None),
        (
            "Pouvez-vous m'envoyer votre numéro étranger avant vendredi ? Je vous répondrai dans la foulée.",
            UNDATED,
        ),
        ("Dès que j'aurai ces éléments, je vous répondrai dans les deux jours.", UNDATED),
        (
            "Si vous complétez votre dossier avant le 12 mars, nous vous répondrons avant le 20 mars.",
            "2026-03-20",
        ),
        ("La plateforme sera indisponible du 10 au 12 mars.", None),
        ("L'enquête publique se déroule du 2 au 31 mars ; nous vous répondrons ensuite.", UNDATED),
        ("La décision sera prise avant le 30 avril et vous sera notifiée.", "2026-04-30"),
        ("L'arrêté sera publié au recueil le 10 mars.", None),
        (
            "Mme Dupuis, en charge de votre dossier, vous rappellera demain dans la matinée.",
            "2026-03-04",
        ),
        (
            "Un agent du service prendra contact avec vous par téléphone dans les 48 heures.",
            "2026-03-05",
        ),
        ("Nous reviendrons vers vous dans un délai de trois (3) semaines maximum.", "2026-03-24"),
        ("Réponse sous 10 jours.", "2026-03-13"),
        (
            "Sous réserve de l'avis du procureur, votre dossier sera traité d'ici fin avril.",
            "2026-04-30",
        ),
        ("Je vous garantis un retour avant ce vendredi.", "2026-03-06"),
        (
            "Nous devons encore consulter l'OFII ; l'instruction devrait être terminée mi-avril.",
            "2026-04-15",
        ),
        ("Vous recevrez la copie de l'arrêté demain.", "2026-03-04"),
        ("La copie vous sera adressée par courrier séparé cette semaine.", "2026-03-06"),
        ("L'attestation vous parviendra par la poste sous 8 jours.", "2026-03-11"),
        ("Le paiement sera effectué sous 30 jours.", None),
        ("Le remboursement interviendra dans un délai de deux mois.", None),
        (
            "Les inscriptions sont ouvertes jusqu'au 15 mars ; passé ce délai, aucune réponse ne sera apportée.",
            None,
        ),
        ("Vous pourrez contacter l'accueil à compter du 16 mars.", None),
        ("Nous organisons une réunion le 12 mars à laquelle vous serez convié.", None),
        ("Le conseil médical rendra son avis le 18 mars. Je vous en ferai part aussitôt.", UNDATED),
        (
            "Le conseil médical rendra son avis le 18 mars et je vous en ferai part le 20 mars au plus tard.",
            "2026-03-20",
        ),
        (
            "Conformément au CRPA, l'administration dispose d'un délai d'un mois pour vous répondre.",
            None,
        ),
        (
            "À défaut de réponse dans un délai de deux mois, votre demande sera réputée rejetée.",
            None,
        ),
        ("Faute de réponse sous quinze jours, votre dossier sera clos.", None),
        ("Nous traiterons votre demande en priorité, avant le 30 mars.", "2026-03-30"),
        ("Je tiens à vous informer que nos bureaux seront fermés le 15 mai.", None),
        ("Votre situation sera réexaminée au 1er avril.", "2026-04-01"),
        ("Nous vous recontacterons courant de semaine 13.", "2026-03-27"),
        (
            "Votre demande a été enregistrée le 27 février et sera traitée sous 10 jours ouvrés.",
            "2026-03-17",
        ),
        ("Je vous réponds au plus vite.", UNDATED),
        ("Je vous répondrai (au plus tard le 12/03).", "2026-03-12"),
        ("Vous serez fixé d'ici le 12 mars.", "2026-03-12"),
        ("Nous serons en mesure de vous renseigner le 12 mars.", "2026-03-12"),
        ("On revient vers toi demain.", "2026-03-04"),
        (
            "Nous faisons notre possible pour vous apporter une réponse avant la fin du mois.",
            "2026-03-31",
        ),
        ("Je mets tout en œuvre pour vous répondre avant le 12 mars.", "2026-03-12"),
        ("Je relance le service et je vous dis ce qu'il en est vendredi.", "2026-03-06"),
        ("Le traitement de votre demande prendra encore deux semaines.", "2026-03-17"),
        (
            "Nous avons sollicité l'avis du maire. Celui-ci dispose d'un mois pour se prononcer.",
            None,
        ),
        ("Je vous propose un entretien téléphonique le 12 mars à 10h.", None),
        ("Votre récépissé sera prolongé jusqu'au 30 juin.", None),
        ("La remise des cartes aura lieu la semaine prochaine.", None),
        (
            "Je suis en congé du 9 au 13 mars et vous répondrai à mon retour, le 16 mars.",
            "2026-03-16",
        ),
        ("Je vous répondrai dès mon retour le lundi 16.", "2026-03-16"),
        ("Vous obtiendrez une réponse définitive au 2e trimestre 2026.", "2026-06-30"),
        ("Votre question sera examinée lors du prochain comité, le 26 mars.", UNDATED),
        ("Je vous confirme que votre demande sera traitée avant le 12 mars.", "2026-03-12"),
        ("Je vous informe que votre dossier sera examiné dans les prochains jours.", UNDATED),
        ("Je vous indique qu'une réponse vous sera apportée sous quinze jours.", "2026-03-18"),
        ("Nos services vous répondront d'ici le 12 courant.", "2026-03-12"),
        ("Vous pouvez compter sur une réponse avant le 10.", "2026-03-10"),
        ("Vous pouvez espérer une réponse de notre part vers le 20 mars.", "2026-03-20"),
        ("J'espère avoir des éléments à vous communiquer d'ici vendredi.", "2026-03-06"),
        (
            "Je dois consulter mon chef de bureau, absent jusqu'au 10 mars, et vous réponds le 11.",
            "2026-03-11",
        ),
        ("Les résultats seront publiés le 12 mars.", None),
        ("Votre carte grise définitive vous parviendra sous 3 à 5 jours ouvrés.", None),
        ("Le certificat vous sera envoyé par La Poste d'ici une semaine.", None),
        ("Nous nous rapprochons du service et ne manquerons pas de vous répondre.", UNDATED),
        ("Nous vous remercions de votre patience et reviendrons vers vous.", UNDATED),
        ("Restant à votre disposition, nous vous répondrons bien volontiers.", None),
        (
            "Je vous invite à renouveler votre demande si vous n'avez pas de réponse sous 15 jours.",
            "2026-03-18",
        ),
        ("Nous vous appelons jeudi.", "2026-03-05"),
        ("Je vous appellerai jeudi vers 10 h.", "2026-03-05"),
        (
            "Bonjour, votre message a été pris en compte et recevra une réponse avant le 10 mars.",
            "2026-03-10",
        ),
        ("Votre courriel recevra une réponse sous 5 jours ouvrés.", "2026-03-10"),
        ("Nous reviendrons vers vous, au plus tard, le 18 mars prochain.", "2026-03-18"),
        (
            "Nos équipes étudient votre dossier et reviendront vers vous d'ici à trois semaines.",
            "2026-03-24",
        ),
        ("Il me faut encore une dizaine de jours pour vous répondre.", "2026-03-13"),
        (
            "Nous vous demandons un délai supplémentaire de 15 jours pour instruire votre demande.",
            "2026-03-18",
        ),
        ("Nous sollicitons un délai supplémentaire d'une semaine.", "2026-03-10"),
        ("La réponse vous sera envoyée mi avril.", "2026-04-15"),
        ("Je vous écrirai d'ici la fin de semaine.", "2026-03-06"),
        ("Je vous écris à nouveau dans huit jours.", "2026-03-11"),
        ("Je vous adresse une réponse complète d'ici mercredi 11 mars.", "2026-03-11"),
        ("Vous recevrez un courrier officiel d'ici le 27 mars.", "2026-03-27"),
        ("Je vous réponds dans l'après-midi.", "2026-03-03"),
        ("Je vous réponds ce jour.", "2026-03-03"),
        ("Nous vous répondrons au retour de Mme Petit, le 16 mars.", "2026-03-16"),
        ("La question est complexe : nous comptons vous répondre courant mars.", "2026-03-31"),
        (
            "Une réponse vous sera donnée au plus tard dans trois semaines, soit le 24 mars.",
            "2026-03-24",
        ),
        ("Nous reviendrons vers vous pour le 15.", "2026-03-15"),
        (
            "J'ai relancé le CERT ce matin et vous tiens au courant dès que j'ai du nouveau.",
            UNDATED,
        ),
        ("Votre dossier devrait passer en commission le 20 mars.", None),
        ("Vous serez convoqué à un entretien courant avril.", None),
        ("Le rapport sera mis en ligne le 20 mars.", None),
        ("Je vous serais reconnaissant de me retourner le document signé pour le 12 mars.", None),
        ("Vous êtes priés de libérer les lieux avant le 31 mars.", None),
        (
            "La demande de renouvellement doit être déposée entre le 4e et le 2e mois précédant l'expiration.",
            None,
        ),
        ("Le dépôt des dossiers est possible jusqu'au 30 avril, dernier délai.", None),
        ("Si le silence persiste au-delà de deux mois, vous pourrez saisir le tribunal.", None),
        ("L'ANTS vous enverra votre titre sous 3 semaines.", None),
        (
            "Nous faisons le nécessaire pour que votre dossier soit traité avant la fin du mois.",
            "2026-03-31",
        ),
        ("Nous nous efforçons de traiter votre demande d'ici fin mars.", "2026-03-31"),
        ("Vous aurez la réponse vendredi.", "2026-03-06"),
        ("Réponse à suivre d'ici vendredi.", "2026-03-06"),
        (
            "Nous vous apporterons une réponse dans un délai compris entre 2 et 3 semaines.",
            "2026-03-24",
        ),
        ("Un délai de 10 à 15 jours est nécessaire pour vous répondre.", "2026-03-18"),
        ("Le délai de réponse est de 5 jours ouvrés.", "2026-03-10"),
        ("Les délais de réponse sont actuellement de 4 semaines.", "2026-03-31"),
        ("Nous vous répondrons sous trente jours calendaires.", "2026-04-02"),
        ("Je vous rappelle lundi.", "2026-03-09"),
        ("Je vous rappelle le 12 mars.", "2026-03-12"),
        ("Je vous rappelle les horaires : du lundi au vendredi.", None),
        ("Je me permets de revenir vers vous lundi pour la suite.", "2026-03-09"),
        ("Je vais me renseigner et je reviens vers vous d'ici 2 jours.", "2026-03-05"),
        ("Je me renseigne et reviens vers vous dès demain.", "2026-03-04"),
        ("Mon collègue vous contactera avant le week-end.", "2026-03-06"),
        ("Le service compétent prendra votre attache sous 72h.", "2026-03-06"),
        (
            "Votre réclamation est enregistrée. Elle fera l'objet d'une réponse au plus tard le 2 avril 2026.",
            "2026-04-02",
        ),
        ("Votre suggestion sera étudiée lors de notre prochain comité.", UNDATED),
        ("Cette demande sera satisfaite d'ici 15 jours.", "2026-03-18"),
        ("La copie de l'arrêté vous parviendra en fin de semaine.", "2026-03-06"),
        ("L'erreur sera corrigée sur le site d'ici demain.", "2026-03-04"),
        ("Nous corrigerons cette erreur d'ici demain.", "2026-03-04"),
        ("Le bureau est fermé demain, je vous réponds donc jeudi.", "2026-03-05"),
        (
            "En raison d'un mouvement de grève le 5 mars, nous vous répondrons le 6 mars.",
            "2026-03-06",
        ),
        (
            "Merci de votre compréhension ; réponse vous sera faite sous huit jours francs.",
            "2026-03-12",
        ),
        ("Votre recours sera examiné dans un délai de deux mois.", "2026-05-03"),
        ("Je reviens vers vous comme convenu le 27 février.", None),
        ("Comme indiqué le 27 février, nous vous répondrons avant le 10 mars.", "2026-03-10"),
        (
            "Nous vous avions annoncé une réponse pour le 28 février ; elle vous parviendra avant le 10 mars.",
            "2026-03-10",
        ),
        ("Nous n'avons pas pu vous répondre avant le 28 février comme annoncé.", None),
        ("Votre titre est prêt, vous pouvez venir le retirer à partir du 10 mars.", None),
        ("Votre carte est en cours de fabrication, vous la recevrez d'ici deux semaines.", None),
        (
            "Je vous propose de vous répondre plus précisément d'ici la fin de la semaine.",
            "2026-03-06",
        ),
        (
            "Nous pensons être en mesure d'apporter une réponse à vos interrogations vers la mi-mars.",
            "2026-03-15",
        ),
        ("Je vous tiens au courant.", UNDATED),
        ("Nous vous tenons informés.", UNDATED),
        ("Vous êtes informé que votre dossier sera clos le 31 mars.", None),
        (
            "Sans retour de votre part sous 15 jours, je considérerai votre demande comme close.",
            None,
        ),
        (
            "Si je n'ai pas de retour de votre part d'ici le 15 mars, je clôturerai votre demande.",
            None,
        ),
        ("Votre demande étant incomplète, elle sera classée sans suite le 31 mars.", None),
        ("Je prévois de vous répondre lundi.", "2026-03-09"),
        ("Une réponse est attendue de leur part le 20 mars ; je vous la communiquerai.", UNDATED),
        ("Vous devriez avoir une réponse avant le 20 mars.", "2026-03-20"),
        ("Vous pourrez obtenir une réponse auprès de la mairie à partir du 10 mars.", None),
        ("D'ici quinze jours, votre demande aura été examinée.", "2026-03-18"),
        (
            "Nous traitons actuellement les demandes du mois de janvier ; la vôtre sera traitée d'ici un mois.",
            "2026-04-03",
        ),
        ("Les services traitent votre demande dans un délai de 10 jours.", "2026-03-13"),
        ("L'OFII vous contactera pour la visite médicale.", None),
        ("L'OFII vous convoquera dans les trois mois.", None),
        ("France Titres reviendra vers vous par messagerie.", None),
        ("Le tribunal vous répondra.", None),
        ("La caisse vous informera de sa décision.", None),
        ("Votre mairie vous délivrera le document sous 48 heures.", None),
        ("Votre employeur recevra une réponse de la plateforme sous deux mois.", None),
        ("Vous recevrez un SMS lorsque votre titre sera disponible.", None),
        ("Vous recevrez une convocation par courriel.", None),
        ("Vous serez informé par courriel via votre compte ANEF.", None),
        ("Vous pourrez suivre l'avancement de votre dossier en ligne.", None),
        ("Votre dossier sera étudié par la commission.", UNDATED),
        ("Les services de gendarmerie vous contacteront.", None),
        ("Je transmets votre demande à la sous-préfecture de Dole, qui vous répondra.", None),
        (
            "Votre message a été transféré au conseil départemental, lequel vous répondra dans les meilleurs délais.",
            None,
        ),
        (
            "Je fais suivre votre message à la DREAL, compétente, qui vous apportera une réponse.",
            None,
        ),
        ("Votre dossier suit son cours.", None),
        ("Il n'y a pas de délai fixé par les textes.", None),
        ("Cela devrait être réglé d'ici la semaine prochaine.", "2026-03-13"),
        ("C'est en cours, vous aurez ça jeudi.", "2026-03-05"),
        ("Ma réponse vous parviendra jeudi.", "2026-03-05"),
        ("Vous l'aurez demain.", "2026-03-04"),
        ("Je vous envoie le document jeudi.", "2026-03-05"),
        ("Nous y travaillons et aurons terminé vendredi.", "2026-03-06"),
        ("Le contrôle de votre dossier sera terminé le 20 mars.", "2026-03-20"),
        ("L'instruction se terminera le 20 mars.", "2026-03-20"),
        ("L'instruction s'achèvera à la fin du mois.", "2026-03-31"),
        ("Nous aurons statué avant le 31 mars.", "2026-03-31"),
        ("La préfète se prononcera avant le 31 mars.", "2026-03-31"),
        ("Vous connaîtrez la suite donnée avant le 31 mars.", "2026-03-31"),
        ("Vous saurez d'ici vendredi si votre demande est acceptée.", "2026-03-06"),
        ("Une décision interviendra dans le mois.", "2026-04-03"),
        ("Un agent vous rappelle demain matin.", "2026-03-04"),
        ("Un collègue vous joindra par téléphone jeudi.", "2026-03-05"),
        ("Le service juridique doit valider ma réponse ; elle partira lundi.", "2026-03-09"),
        ("Ma réponse partira au plus tard mercredi.", "2026-03-04"),
        ("Votre attestation partira au courrier demain.", "2026-03-04"),
        ("Réponse la semaine prochaine.", "2026-03-13"),
        ("Retour prévu mardi 10 mars.", "2026-03-10"),
        ("Suite au plus tard le 13 mars.", "2026-03-13"),
        ("Échéance de réponse : 13 mars.", "2026-03-13"),
        ("Réponse sous 2 semaines env.", "2026-03-17"),
        ("Comptez une quinzaine de jours.", "2026-03-18"),
        ("Il nous faut deux semaines.", "2026-03-17"),
        ("J'ai besoin d'une semaine pour vous répondre.", "2026-03-10"),
        ("Donnez-moi jusqu'à lundi pour vérifier.", "2026-03-09"),
        ("Je reste mobilisé sur votre dossier et vous recontacte d'ici le 12.", "2026-03-12"),
        ("Promis, vous avez ma réponse vendredi.", "2026-03-06"),
        ("On se recontacte jeudi.", "2026-03-05"),
        ("Je vous redis cela lundi.", "2026-03-09"),
        ("Je me rapproche du service et vous donne une réponse lundi.", "2026-03-09"),
        ("Je vous fais un point d'étape le 20 mars.", "2026-03-20"),
        ("Nous vous devons une réponse avant le 20 mars.", "2026-03-20"),
        ("La demande a été prise en compte et sera traitée sous 10 jours ouvrés.", "2026-03-17"),
        ("Prise en charge sous 5 jours ouvrés.", "2026-03-10"),
        ("Le bureau traitera votre dossier à partir du 16 mars.", "2026-03-16"),
        ("Nous reprendrons l'étude de votre dossier le 16 mars.", "2026-03-16"),
        ("Compter 3 semaines.", "2026-03-24"),
        ("Votre dossier est incomplet : vous avez un mois pour le compléter.", None),
        ("Vous avez quinze jours pour présenter vos observations.", None),
        ("Vous devez répondre avant le 12 mars.", None),
        ("Pensez à renouveler votre demande deux mois avant l'échéance.", None),
        ("Le dossier doit être complet au plus tard le 12 mars pour passer en commission.", None),
        ("Vous pourrez retirer votre carte dès le 12 mars.", None),
        ("Votre récépissé vous sera remis lors du rendez-vous.", None),
        ("Présentez-vous le 12 mars muni de cette réponse.", None),
        ("Je vous reçois le 12 mars à 10 h.", None),
        ("Nous vous proposerons un rendez-vous d'ici le 20 mars.", "2026-03-20"),
        ("La prochaine session aura lieu en juin.", None),
        ("La réponse est disponible sur le site jusqu'au 12 mars.", None),
        ("Vous trouverez la réponse à votre question sur notre site.", None),
        ("Nous avons répondu à votre demande le 27 février.", None),
        ("J'espère avoir répondu à votre question.", None),
        ("Dans l'espoir d'avoir répondu à vos attentes, je vous souhaite une bonne semaine.", None),
        ("Nous espérons que cette réponse vous aidera.", None),
        ("Je reviendrai vers vous si nécessaire.", None),
        ("Toute nouvelle demande sera traitée comme la précédente.", None),
        ("Votre demande ne sera pas traitée.", None),
        ("Votre demande ne pourra être examinée avant le dépôt complet.", None),
        ("Une amende pourra vous être infligée.", None),
        ("Le délai de réponse de l'administration est de deux mois.", None),
        ("Le silence de l'administration pendant 2 mois vaut acceptation.", None),
        ("Nous vous conseillons de renouveler votre demande sous trois mois.", None),
        ("L'OFII ayant donné son avis, je vous réponds demain.", "2026-03-04"),
        ("Dès votre dépôt en ligne, le dossier est instruit sous 15 jours.", None),
        ("Une fois complet, votre dossier sera instruit dans un délai de quatre mois.", UNDATED),
        ("Le formulaire rempli nous permettra de vous répondre.", None),
        (
            "Merci de nous préciser votre date de naissance afin que nous puissions vous répondre.",
            None,
        ),
        ("Sans ces éléments, nous ne pourrons pas traiter votre demande.", None),
        ("À réception, nous instruirons votre demande.", UNDATED),
        ("Nous pourrons alors traiter votre demande.", UNDATED),
        ("Votre demande sera alors examinée.", UNDATED),
        ("Vous recevrez ensuite un récépissé.", None),
        ("Nous avons transmis votre demande au préfet du Doubs, qui la traitera.", None),
        ("Je n'ai pas la réponse aujourd'hui, je vous la donne lundi.", "2026-03-09"),
        ("Je vérifie et vous réponds avant ce soir.", "2026-03-03"),
        ("Je vérifie auprès de mes collègues et vous recontacte.", UNDATED),
        ("Je me renseigne et je reviens vers vous.", UNDATED),
        ("Je prends note et reviens vers vous.", UNDATED),
        ("Nous étudions votre demande et vous répondrons.", UNDATED),
        ("Nous nous rapprochons de la DDT et revenons vers vous.", UNDATED),
        ("Je fais le point avec le service et vous tiens informé.", UNDATED),
        ("Nous reviendrons vers vous à l'issue de nos recherches.", UNDATED),
        ("Nous ne manquerons pas de vous tenir au courant.", UNDATED),
        ("La réponse vous sera donnée par le service compétent.", UNDATED),
        ("Une solution vous sera proposée d'ici le 20 mars.", "2026-03-20"),
        ("Vous aurez de nos nouvelles avant Pâques.", "2026-04-05"),
        ("Nous vous ferons parvenir l'arrêté aussitôt signé, a priori le 20 mars.", "2026-03-20"),
        (
            "Comme je suis en congés jusqu'au 13 mars inclus, je vous répondrai à mon retour.",
            "2026-03-16",
        ),
        ("Étant en formation les 4 et 5 mars, je vous répondrai le 6.", "2026-03-06"),
        ("Je suis absente jeudi et vendredi, je vous réponds donc lundi 9.", "2026-03-09"),
        ("Votre dossier est incomplet ; il sera examiné dès réception des pièces.", UNDATED),
        ("En attendant, patientez : la réponse arrive dans une semaine.", "2026-03-10"),
        ("Je devrais pouvoir vous en dire plus en fin de semaine.", "2026-03-06"),
        ("J'espère vous en dire plus vendredi.", "2026-03-06"),
        ("Je reprendrai votre dossier lundi.", "2026-03-09"),
        ("Nous mettrons votre dossier à jour d'ici le 20 mars.", "2026-03-20"),
        ("La page sera mise à jour demain.", "2026-03-04"),
        ("Votre nom sera corrigé sous 24 h.", "2026-03-04"),
        (
            "La prise en compte de votre changement d'adresse interviendra sous 10 jours.",
            "2026-03-13",
        ),
        ("Le versement interviendra fin mars.", None),
        ("Les travaux seront terminés fin avril.", None),
        ("Le guichet rouvrira le 16 mars.", None),
        ("Nous sommes ouverts jusqu'à 16 h et vous accueillerons avec plaisir.", None),
        ("Votre convocation vous parviendra quinze jours avant.", None),
        ("Votre carte d'électeur vous parviendra avant le 15 mars.", None),
        ("Vous recevrez un récépissé sous 5 jours.", None),
        ("La commission rendra un avis sous deux mois et le préfet décidera ensuite.", None),
        ("La commission se réunit dans trois semaines ; vous serez informé de son avis.", UNDATED),
        ("Vous serez informé de l'avis de la commission, qui se réunit le 20 mars.", UNDATED),
        (
            "Nous vous communiquerons l'avis de la commission du 20 mars dès qu'il sera signé.",
            UNDATED,
        ),
        ("Nous vous communiquerons l'avis de la commission avant le 31 mars.", "2026-03-31"),
        ("Le jury délibère le 20 mars ; résultats le 23 mars.", None),
        ("L'examen aura lieu courant avril.", None),
        ("Vous êtes inscrit à la session du 20 mars.", None),
        ("Votre demande arrive à échéance le 30 juin.", None),
        ("La date limite d'inscription est le 30 juin.", None),
        ("Votre autorisation prend effet le 15 mars.", None),
        ("Je pense te rappeler dans dix à quinze jours.", "2026-03-18"),
        ("Je te dis ça cet après-midi.", "2026-03-03"),
        ("Je te dis ça cet aprem.", "2026-03-03"),
        ("Ma collègue rentre lundi ; elle vous répond à ce moment-là.", "2026-03-09"),
        ("L’arrêté sera publié lundi 16 et vous en aurez l’original le même jour.", "2026-03-16"),
        ("L’arrêté paraît le 16 mars et vous en aurez une copie à cette même date.", "2026-03-16"),
        ("Retour de ma part mi-mars.", "2026-03-15"),
        ("Ce que je peux vous promettre : un oui ou un non d’ici six semaines.", "2026-04-14"),
        ("Je ne peux rien vous promettre avant le 20 mars.", None),
        ("I come back to you as soon as I have something.", UNDATED),
        ("They will give you a paper at once.", None),
        ("Je ne vous le donnerai pas avant le 20 mars.", None),
        ("Nous n’interviendrons plus après le 20 mars.", None),
        ("Vous serez informée par la mairie avant le 20 mars.", None),
        ("Vous serez informée par le bureau des titres avant le 20 mars.", "2026-03-20"),
    ],
)
def test_the_wording_of_many_writers_is_understood(sentence: str, expected: str | None) -> None:
    assert verdict(sentence) == expected


HOLDING_REPLY = """Madame,

Par courriel du 27 février, vous m’interrogez sur l’échange de votre permis de conduire étranger
(dossier n° 39-2026-0412), et je vous en remercie.

Votre question appelle une vérification auprès du centre d’expertise et de ressources titres. Je
reviendrai donc vers vous avec une réponse complète au plus tard le vendredi 20 mars.

D’ici là, vous pouvez consulter les pièces à fournir sur notre site ; le guichet reste ouvert du
lundi au vendredi, de 8 h 30 à 12 h.

Bien cordialement,
Camille Martin
Bureau de la réglementation générale et des élections
Préfecture du Jura - 03 84 86 84 00
"""

REQUEST_FOR_DOCUMENTS = """Bonjour Monsieur,

Il manque à votre dossier un justificatif de domicile. Merci de me le faire parvenir avant le
12 mars 2026. Passé ce délai, votre demande sera classée sans suite.

La commission départementale examinera les dossiers complets le 20 mars.

Cordialement,
S. Perrin
"""

SUBSTANTIVE_REPLY = """Bonjour,

La demande de duplicata se fait en ligne, sur le site de France Titres. Le délai de fabrication est
actuellement de trois semaines et votre titre vous sera adressé sous pli sécurisé. Il est valable
quinze ans à compter de sa délivrance.

Vous disposez d’un délai de deux mois à compter de la notification pour contester cette décision.

Je reste à votre disposition et vous souhaite une bonne fin de semaine.
"""


def test_a_holding_reply_announces_the_date_it_gives() -> None:
    assert announced(HOLDING_REPLY) == Announced(
        on=date(2026, 3, 20),
        text="Je reviendrai donc vers vous avec une réponse complète au plus tard le vendredi 20 mars",
    )


def test_a_request_for_documents_announces_nothing() -> None:
    assert announced(REQUEST_FOR_DOCUMENTS) is None


def test_a_substantive_reply_announces_nothing() -> None:
    assert announced(SUBSTANTIVE_REPLY) is None


def test_the_words_of_the_promise_are_kept_as_written() -> None:
    found = announced("Sous 8 jours, vous recevrez une réponse de nos services.")
    assert found is not None
    assert found.text == "Sous 8 jours, vous recevrez une réponse"


# --- properties -----------------------------------------------------------------------------------

_WORDS = st.sampled_from(
    re.findall(
        r"\S+|\n\n",
        """je vous répondrai reviens vers avant le la d'ici sous dans un délai de jours ouvrés semaine mois
        mars février 30 31 12 0 9999 99 12/03/2026 31.02.26 2026-13-45 prochaine fin du début mi lundi à
        compter réception votre demande sera traitée réponse parviendra , . ; entre et au plus tard 53
        merci m'adresser les pièces commission se réunit quatre-vingt dix 48h quinzaine d'année 2026 1er

        trimestre soir premier courant""",
    )
)
_DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@given(st.text(max_size=400), _DAYS)
def test_any_text_gives_a_result(text: str, on: date) -> None:
    promises.announced(read(text), on, JURA, PACK)


@given(st.lists(_WORDS, max_size=40).map(" ".join), _DAYS)
def test_an_announced_date_is_never_before_the_reply(text: str, on: date) -> None:
    found = promises.announced(read(text), on, JURA, PACK)
    assert found is None or found.on is None or found.on >= on


@given(st.integers(1, 400), _DAYS)
def test_a_delay_in_days_is_that_many_days(count: int, on: date) -> None:
    found = announced(f"Je vous répondrai sous {count} jours.", on)
    assert found is not None
    assert found.on == on + timedelta(days=count)


@given(st.dates(date(2026, 3, 4), date(2027, 12, 31)))
def test_a_date_in_figures_is_read_whatever_the_separators(day: date) -> None:
    for written in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y", "%Y-%m-%d"):
        found = announced(f"Je vous répondrai avant le {day.strftime(written)}.")
        assert found is not None
        assert found.on == day


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "hostile",
    [
        "je vous répondrai " * 20_000,
        "avant le " * 20_000 + "je vous répondrai",
        "je vous répondrai dans un délai " + "de " * 50_000,
        "je vous répondrai sous " + "un ou " * 20_000,
        "je vous répondrai le " + "12 " * 30_000,
        "réponse " * 30_000,
    ],
)
def test_hostile_repetition_takes_no_more_than_its_length(hostile: str) -> None:
    promises.announced(read(hostile), TUESDAY, JURA, PACK)
