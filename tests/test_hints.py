"""Plain language is advised on: acronyms, long sentences, greeting, closing formula, attachments. Never a verdict."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.hints import MAX_LENGTH, Hint, HintKind, hints
from mailwatch.model import Attachment, Message
from mailwatch.ruleset import failures, load
from mailwatch.settings import rule_texts
from mailwatch.wording import read
from tests.test_mentions import reply

RULES = load(rule_texts())
ANSWER = """Bonjour Madame Lopez,

{}

Cordialement,
Claire VERNIER
Bureau des titres
Préfecture du Jura
"""


def advised(own: str, message: Message | None = None) -> list[Hint]:
    return list(hints(message or reply(own), read(own), RULES))


def kinds(own: str) -> list[str]:
    return [hint.kind.value for hint in advised(own)]


def of(kind: HintKind, own: str) -> list[str]:
    return [hint.text for hint in advised(own) if hint.kind is kind]


def test_the_rules_of_language_find_their_examples() -> None:
    assert failures(RULES.language) == ()


def test_a_short_clear_answer_earns_no_advice() -> None:
    assert not kinds(
        ANSWER.format("Votre carte grise est prête. Vous pouvez venir la retirer lundi.")
    )


def test_a_message_without_words_earns_no_advice() -> None:
    assert not kinds("")
    assert not kinds(" \n\n … ")


def test_a_few_words_need_no_form() -> None:
    assert not kinds("Bien reçu, merci.")


# --- greeting and closing formula -----------------------------------------------------------------


@pytest.mark.parametrize(
    "greeting",
    [
        "Bonjour,", "Bonsoir Monsieur,", "Madame, Monsieur,", "Madame le Maire,", "M. le Président,", "Chère Madame,",
        "Mme Lopez,", "Maître,", "Mesdames et Messieurs,", "  Monsieur,", "> Bonjour,", "RE-BONJOUR,", "Docteur,",
        "Dear Sir,",        "Sehr geehrte Frau Klein,", "Messieurs,",
    ],
)  # fmt: skip
def test_a_greeting_opens_a_line(greeting: str) -> None:
    assert not kinds(
        f"{greeting}\n\nVotre carte grise est prête au guichet.\n\nCordialement,\nC. Roy"
    )


@pytest.mark.parametrize(
    "start",
    [
        "Votre carte grise est prête au guichet.",
        "Suite à votre appel, madame, votre carte est prête.",
        "Je vous souhaite le bonjour depuis le guichet.",
        "Affaire suivie par : Claire Vernier\n\nVotre carte est prête.",
    ],
)
def test_a_missing_greeting_is_told(start: str) -> None:
    assert kinds(f"{start}\n\nCordialement,\nClaire Vernier") == ["no_greeting"]


@pytest.mark.parametrize(
    "closing",
    [
        "Cordialement,", "Bien à vous,", "Bonne journée,", "Cdlt", "Sincères salutations", "Respectueusement,",
        "Je vous prie d’agréer, Madame, l’expression de ma considération distinguée.", "Bonne réception.",
        "Veuillez croire, Monsieur, à l’assurance de mes sentiments les meilleurs.", "Je reste à votre disposition.",
    ],
)  # fmt: skip
def test_a_closing_formula_is_heard(closing: str) -> None:
    assert not kinds(
        f"Bonjour,\n\nVotre carte grise est prête au guichet.\n\n{closing}\nClaire Vernier"
    )


def test_a_missing_closing_formula_is_told() -> None:
    assert kinds("Bonjour,\n\nVotre carte est prête au guichet.\n\nClaire Vernier") == [
        "no_closing"
    ]


# --- attachments ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Vous trouverez ci-joint le formulaire.", "ci-joint"),
        ("Veuillez trouver ci-jointe la notice.", "ci-jointe"),
        ("La liste des pièces figure en pièce jointe.", "en pièce jointe"),
        ("Je vous joins la notice explicative.", "vous joins"),
        ("Cf. PJ pour le détail.", "Cf. PJ"),
        ("Le récapitulatif est en annexe.", "en annexe"),
        ("La décision est transmise sous ce pli.", "sous ce pli"),
    ],
)
def test_an_attachment_that_is_not_there_is_told(sentence: str, words: str) -> None:
    (found,) = of(HintKind.NO_ATTACHMENT, ANSWER.format(sentence))
    assert words in found


@pytest.mark.parametrize(
    "sentence",
    [
        "Votre pièce jointe est bien arrivée.",
        "Merci de nous adresser votre facture en pièce jointe.",
        "Votre courriel est arrivé sans pièce jointe.",
        "Nous n’avons pas pu ouvrir la pièce jointe.",
        "Suivez le lien ci-joint : https://www.jura.gouv.fr/titres",
        "Vous pouvez nous joindre au 03 84 00 00 00.",
        "Votre conjoint doit signer la demande.",
        "Merci de joindre une photo à votre dossier.",
    ],
)
def test_the_attachment_of_another_is_not_missed(sentence: str) -> None:
    assert not of(HintKind.NO_ATTACHMENT, ANSWER.format(sentence))


def test_the_notice_at_the_foot_of_a_message_attaches_nothing() -> None:
    notice = "Ce message et ses pièces jointes sont confidentiels."
    assert not kinds(ANSWER.format("Votre carte est prête.") + notice)
    assert not of(HintKind.NO_ATTACHMENT, f"Bonjour,\n\nC’est prêt.\n\n{notice}")


def test_what_is_attached_is_not_missed() -> None:
    own = ANSWER.format("Vous trouverez ci-joint le formulaire.")
    form = Attachment(
        name="formulaire.pdf", content_type="application/pdf", size=9_000, inline=False, content_id=""
    )  # fmt: skip

    for message in (
        replace(reply(own), attachments=(form,)),
        replace(reply(own), pictures=1),
        replace(reply(own), opaque="tnef"),
    ):
        assert not advised(own, message)


# --- acronyms -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sentence", "acronyms"),
    [
        ("La DREETS instruit votre demande.", ["DREETS"]),
        ("Adressez-vous à l’OFII.", ["OFII"]),
        ("Adressez-vous à l'OFII de Besançon, puis à la DDETS-PP.", ["OFII", "DDETS-PP"]),
        ("Votre dossier est au SIDPC. Le SIDPC vous écrira.", ["SIDPC"]),
        ("Votre formulaire RNA est incomplet.", ["RNA"]),
        ("Aucune aide du FEADER ni du FSE.", ["FEADER", "FSE"]),
    ],
)
def test_an_acronym_that_is_not_explained_is_told_once(sentence: str, acronyms: list[str]) -> None:
    assert of(HintKind.ACRONYM, ANSWER.format(sentence)) == acronyms


@pytest.mark.parametrize(
    "sentence",
    [
        # explained
        "La DREETS (direction régionale de l’économie et de l’emploi) instruit votre demande.",
        "L’office français de l’immigration et de l’intégration (OFII) vous écrira. L’OFII est à Besançon.",
        "La direction départementale des territoires vous répondra. La DDT est à Lons.",
        # known to all
        "Le PDF et le SMS suffisent, la CAF aussi.",
        "Votre RIB est illisible.",
        # no acronyms
        "Merci d’écrire à la famille MARTIN.",
        "Le dossier de Mme DUPONT est complet.",
        "Le dossier est transmis à Claire VERNIER.",
        "Rendez-vous au 8 rue de la GARE, 39000 LONS-LE-SAUNIER.",
        "Les habitants du JURA et de la HAUTE-SAVOIE sont concernés.",
        "Les titres du XIX siècle, le chapitre IV, le XXI.",
        "LE GUICHET EST FERMÉ LE LUNDI.",
        "Votre plaque AB-123-CD et le formulaire A38 sont prêts.",
        "C’est la DERNIÈRE relance, et le dossier COMPLET est attendu.",
        "Voyez https://www.ANEF.example/la/DGEF et écrivez à la DGEF@interieur.example.",
        "La réunion du COMMANDEMENT GENERAL a lieu lundi.",
        "Les INTERMINABLEMENT longs sigles n’en sont pas.",
    ],
)
def test_what_is_explained_or_known_or_no_acronym_is_left_alone(sentence: str) -> None:
    assert not of(HintKind.ACRONYM, ANSWER.format(sentence))


def test_the_signature_is_not_advised_on() -> None:
    assert not kinds(
        "Bonjour,\n\nVotre carte est prête.\n\nCordialement,\nPour le chef de la DCL\nA. Roy"
    )


def test_a_site_may_add_the_acronyms_that_its_readers_know() -> None:
    rules = load(
        rule_texts(),
        {
            "rules.d/jura.toml": '[[more]]\nlist = "language.acronyms"\nwords = ["OFII"]\nsource = "Comité"\n'
        },
    )
    own = ANSWER.format("Adressez-vous à l’OFII.")

    assert not hints(reply(own), read(own), rules)


# --- sentences ------------------------------------------------------------------------------------

LONG = (
    "Nous vous informons que la demande que vous avez déposée le mois dernier auprès de nos services ne pourra être "
    "examinée par la commission compétente que lorsque vous aurez complété votre dossier par les pièces qui vous ont "
    "été demandées au téléphone par ma collègue"
)


def test_a_very_long_sentence_is_told_with_its_length() -> None:
    (hint,) = advised(ANSWER.format(f"{LONG}."))

    assert (hint.kind, hint.words) == (HintKind.LONG_SENTENCE, 45)
    assert hint.text.startswith("Nous vous informons que la demande")
    assert hint.text.endswith("…")


def test_a_long_sentence_may_be_wrapped() -> None:
    words = LONG.split()
    lines = [" ".join(words[at : at + 12]) for at in range(0, len(words), 12)]

    assert kinds(ANSWER.format("\n".join(lines))) == ["long_sentence"]
    # The line goes on, though a name stands first.
    assert kinds(ANSWER.format("\n".join([*lines[:2], lines[2].capitalize(), *lines[3:]]))) == [
        "long_sentence"
    ]


@pytest.mark.parametrize(
    "text",
    [
        LONG.replace(" ne pourra", ". Elle ne pourra") + ".",
        LONG.replace(" ne pourra", " !\nElle ne pourra") + ".",
        LONG.replace(" que vous avez", " :\n- vous avez").replace(" que lorsque", "\n- lorsque"),
        "Pièces à fournir :\n\n" + "\n".join(f"- la copie de la pièce numéro {n} du dossier" for n in range(9)),
        "Pièces à fournir\n" + "\n".join(f"{n}. la copie de la pièce numéro {n} du dossier" for n in range(9)),
        "Préfecture du Jura\n8 rue de la Préfecture\nAccueil du public\nPorte B\n" * 6,
    ],
)  # fmt: skip
def test_sentences_are_counted_apart(text: str) -> None:
    assert not of(HintKind.LONG_SENTENCE, ANSWER.format(text))


def test_an_abbreviation_ends_no_sentence() -> None:
    assert of(HintKind.LONG_SENTENCE, ANSWER.format(LONG.replace("ma collègue", "M. Roy") + "."))


# --- whatever is written --------------------------------------------------------------------------


@given(st.text(max_size=400))
def test_any_text_is_advised_on_without_a_fault(text: str) -> None:
    for hint in advised(text):
        assert hint.text or hint.kind in {HintKind.NO_GREETING, HintKind.NO_CLOSING}


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "piece",
    ["ABC(", "la ABC-", "l'ABC ", ". ", "....", "a\n", "\n ", "Bonjour ", "ci-joint ", "@", "A", "'", "cordialement ",
     "(ABC) "],
)  # fmt: skip
def test_hostile_text_is_read_in_time_that_grows_as_it_does(piece: str) -> None:
    def taken(size: int) -> float:
        own = "Bonjour,\n" + piece * (size // len(piece))
        started = time.process_time()
        advised(own)
        return time.process_time() - started

    taken(1_000)
    whole = taken(MAX_LENGTH)
    # What lies beyond the bound costs its folding alone.
    assert whole < 0.5 + 40 * taken(MAX_LENGTH // 8)
