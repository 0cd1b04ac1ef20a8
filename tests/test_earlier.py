"""What people tell of earlier letters, without the word « relance »."""

from __future__ import annotations

import pytest

from mailwatch.nature.earlier import earlier
from mailwatch.wording import read

TOLD = [
    ("J’ai envoyé un mail le 20 mai et un autre le 1er juin.", {"=i wrote", "=wrote on"}),
    ("Nous avons déjà écrit deux fois, la dernière le 12 mars.", {"=i wrote", "=wrote on", "=nth"}),
    ("Je reviens sur mon courriel du 4 mars 2026.", {"=my mail of"}),
    ("Mon message de lundi dernier a dû se perdre.", {"=my mail of"}),
    ("Personne ne m’a répondu.", {"=nobody"}), ("Je n’ai reçu aucun retour.", {"=nobody"}),
    ("Troisième fois que j’écris à cette adresse.", {"=nth", "=i wrote"}),
    ("cela fait trois semaines", {"=since"}), ("J’attends depuis deux mois.", {"=since"}),
    ("Je suis toujours sans nouvelles.", {"=nobody", "=still"}),
    ("I wrote to you on 10 June and again in July, no answer.", {"=i wrote", "=wrote on", "=nobody"}),
    ("Ya he escrito el 3 de agosto, sin respuesta.", set()),
    ("tjr rien reçu, jvs ai écrit lundi dernier", {"=wrote on"}),
    ("Votre lettre du 3 avril demande deux photos.", {"=my mail of"}),
]  # fmt: skip
NOT_TOLD = [
    "Quels sont les horaires du guichet ?", "Merci pour votre aide.", "Je viendrai le 12 mars avec les pièces.",
    "Faut-il écrire ou téléphoner ?", "Ma fille aura seize ans en mai.", "",
]  # fmt: skip


@pytest.mark.parametrize(("text", "signs"), TOLD)
def test_what_is_told_of_earlier_letters_leaves_signs(text: str, signs: set[str]) -> None:
    assert signs <= set(earlier(read(text)))


@pytest.mark.parametrize("text", NOT_TOLD)
def test_a_first_letter_leaves_none(text: str) -> None:
    assert set(earlier(read(text))) == set()
