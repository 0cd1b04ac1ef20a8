"""What a message leans to by all its words, where no field and no rule is proof."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.errors import RulesetError
from mailwatch.model import Confidence, Nature
from mailwatch.nature.leaning import Letter, Opinion, lean, signs, spoken_for
from mailwatch.nature.voices import listen
from mailwatch.ruleset import Leanings
from mailwatch.ruleset.leanings import read_leanings
from mailwatch.ruleset.terms import FIELD
from mailwatch.wording import read
from tests.facts import JURA, desk
from tests.test_incoming import judged

RULES = desk(JURA).rules


def letter(text: str, *, title: str = "", sender: str = "", replies: bool = False) -> Letter:
    own = read(text)
    heard = listen(own, RULES.incoming)
    return Letter(own=own, title=title, sender=sender, voices=heard, replies=replies)


def opinion(text: str, *, title: str = "", sender: str = "") -> Opinion:
    return lean(letter(text, title=title, sender=sender), RULES.leanings)


def leanings(**words: str) -> Leanings:
    return read_leanings(
        {"leaning": [{"nature": n, "start": 1, "words": w} for n, w in words.items()]}
    )


# --- what it hears --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nature", "text"),
    [
        (
            Nature.COMPLAINT,
            (
                "Une heure debout dans le couloir, puis une dame est passée sans un regard et a baissé le rideau. "
                "Mon père, 81 ans, tremblait sur sa canne. Personne ne s’est excusé."
            ),
        ),
        (
            Nature.REMINDER,
            (
                "Bonsoir, je n’ai toujours rien reçu alors que tout vous est parvenu le 4. Le temps passe, "
                "mon employeur s’impatiente et moi aussi. Merci."
            ),
        ),
        (
            Nature.SUGGESTION,
            (
                "Il suffirait d’un banc à l’entrée et d’un panneau un peu plus gros, les anciens vous béniraient. "
                "Ce serait simple et pas cher."
            ),
        ),
        (
            Nature.THANKS,
            (
                "La dame du guichet 3 a pris le temps d’écouter ma mère, c’est si rare. Dites-lui que nous ne "
                "l’oublierons pas, toute la famille vous embrasse."
            ),
        ),
        (
            Nature.SPAM,
            (
                "Nos solutions équipent déjà quarante collectivités. Auriez-vous quinze minutes mardi pour une "
                "démonstration sans engagement ? Bien à vous, Kevin, responsable secteur public"
            ),
        ),
        (
            Nature.OUT_OF_OFFICE,
            "Hi, I am away hiking and back on Monday 14. For anything urgent please call my colleague Anna.",
        ),
    ],
)
def test_what_no_rule_proves_is_heard_in_all_the_words(nature: Nature, text: str) -> None:
    found = judged(text, subject="Bonjour")
    assert found.nature is nature
    assert found.evidence


def test_an_opinion_shows_the_words_it_rests_on_as_they_stand() -> None:
    text = "Il suffirait d’un BANC à l’Entrée, ce serait SIMPLE."
    assert opinion(text).nature is Nature.SUGGESTION
    shown = spoken_for(letter(text), Nature.SUGGESTION, RULES.leanings)
    assert len(shown) == 3
    assert all(seen.text in text for seen in shown)


def test_an_opinion_against_the_rules_is_never_sure() -> None:
    found = judged("Tout le quartier vous dit bravo, les enfants en parlent encore.")
    assert found.nature is Nature.THANKS
    assert found.confidence is not Confidence.HIGH


def test_words_that_say_nothing_leave_it_to_the_rules() -> None:
    found = judged("Tournesol bleu.", subject="")
    assert (found.nature, found.confidence) == (Nature.REQUEST, Confidence.LOW)


def test_another_object_found_by_its_words_has_a_reason() -> None:
    text = (
        "Monsieur le Préfet, par la présente je forme un recours contre l’arrêté du 3 mars, dont je demande "
        "le retrait. Vous trouverez l’exposé des moyens et onze pièces. Maître Roux, avocat à la Cour"
    )
    assert judged(text, subject="SCI du Lac").reason


# --- how it weighs --------------------------------------------------------------------------------

TWO = leanings(request="300 quand, comment,\n300 combien\n-50 merci", thanks="200 merci")


def test_weights_are_added_up_and_shares_are_of_one() -> None:
    found = lean(letter("Merci. Quand ?"), TWO)
    assert found.nature is Nature.REQUEST
    assert found.share == pytest.approx(1 / (1 + 2.718281828**-0.5))
    assert sum(found.shares.values()) == pytest.approx(1)


@given(st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999)), max_size=40))
def test_weights_added_up_at_once_stand_apart_again(pairs: list[tuple[int, int]]) -> None:
    added = sum(one + (other << FIELD) for one, other in pairs)
    assert TWO.apart(added) == (sum(one for one, _ in pairs), sum(other for _, other in pairs))


def test_only_words_that_speak_for_it_are_shown() -> None:
    shown = spoken_for(letter("Merci. Quand ?"), Nature.REQUEST, TWO)
    assert [seen.text for seen in shown] == ["Quand"]


def test_a_word_of_the_subject_alone_is_no_evidence_in_the_text() -> None:
    assert not spoken_for(letter("Bonjour", title="Quand"), Nature.REQUEST, TWO)


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("toujours rien", "Toujours rien."),
        ("touj*", "Toujours rien."),
        ("?", "Quand ?"),
        ("le #", "Le 14 mars"),
        ("=question", "Quand ?"),
        ("=asked 1", "Quand est-ce ouvert ?"),
        ("=reminder 3", "Je vous relance, sans réponse de votre part."),
        ("bon jour", "bon, jour"),
    ],
)
def test_signs_are_words_their_first_letters_pairs_and_what_the_rules_heard(
    sign: str, text: str
) -> None:
    assert sign in signs(letter(text))


def test_subject_and_sender_have_signs_of_their_own() -> None:
    found = signs(
        letter("x", title="Relance", sender="Mairie de Dole <a@ville.example>", replies=True)
    )
    assert {"@relance", "relance", "<mairie", "<ville", "=reply"} <= found
    assert "mairie" not in found


def test_what_a_rule_found_beside_the_words_is_a_sign() -> None:
    assert "=scope.elected" in signs(replace(letter("x"), ruled=("scope.elected",)))


@settings(max_examples=60)
@given(text=st.text(max_size=400), title=st.text(max_size=80), sender=st.text(max_size=60))
def test_any_text_gets_an_opinion(text: str, title: str, sender: str) -> None:
    found = opinion(text, title=title, sender=sender)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert found.share == max(found.shares.values())


# --- the file -------------------------------------------------------------------------------------


def test_the_packaged_weights_know_every_nature_that_words_can_tell() -> None:
    told = set(Nature) - {
        Nature.INTERNAL, Nature.DELIVERY_REPORT, Nature.READ_RECEIPT, Nature.CALENDAR_REPLY, Nature.REPLY,
        Nature.HOLDING_REPLY, Nature.INFORMATION_NEEDED, Nature.REFERRAL, Nature.AUTOMATIC_ACKNOWLEDGEMENT,
        Nature.INTERNAL_FORWARD,
    }  # fmt: skip
    assert set(RULES.leanings.natures) == told
    pairs = [
        sign for sign in RULES.leanings.weights if sign.replace(" ", "").isalpha() and " " in sign
    ]
    assert len(pairs) > 1000


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "leaning"),
        ({"leaning": [{"nature": "request", "start": 1}]}, "words"),
        ({"leaning": [{"nature": "requête", "start": 1, "words": "1 x"}]}, "requête"),
        ({"leaning": [{"nature": "request", "start": 1, "words": "un x"}]}, "entier"),
        ({"leaning": [{"nature": "request", "start": "un", "words": "1 x"}]}, "start"),
        ({"leaning": [{"nature": "request", "start": 1, "words": "1 x", "mots": "1"}]}, "mots"),
    ],
)
def test_a_faulty_file_of_weights_is_refused(table: dict[str, object], said: str) -> None:
    with pytest.raises(RulesetError, match=said):
        read_leanings(table)
