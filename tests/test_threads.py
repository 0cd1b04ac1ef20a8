"""Ties between messages: subjects, quoted words, file numbers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.threads import SEQUENCE, alike, base_subject, identifiers, quotes, sketch
from mailwatch.wording import read, tokens
from tests.facts import QUESTION

ANSWER = (
    "Madame, pour déclarer le changement de siège de votre association, vous devez transmettre le procès-verbal de "
    "l’assemblée générale et les statuts modifiés, signés par deux membres du bureau. Bien cordialement."
)


@pytest.mark.parametrize(
    "subject",
    [
        "Changement de siège",
        "RE: Changement de siège",
        "Re : Changement de siège",
        "RE\u00a0: Changement de siège",
        "Réf.\u202f: Changement de siège".replace("Réf.", "Réf"),
        "TR : RE : Changement de siège",
        "Tr: changement de siege",
        "Fwd: Re: CHANGEMENT DE SIÈGE",
        "Re[2]: Changement de siège",
        "RELANCE : Changement de siège",
        "2e relance : Changement de siège",
        "Rappel: Changement  de siège (relance)",
        "[EXTERNE] RE: Changement de siège",
        "Rép. : Changement de siège",
        "Réponse : Changement de siège",
        "RE: [GLPI #0000118] Changement de siège [réf:118]",
        "{Spam?} URGENT : Changement de siège (dossier n° 118) - urgent !",
    ],
)
def test_prefixes_of_replies_forwards_and_reminders_are_no_part_of_a_subject(subject: str) -> None:
    assert base_subject(subject) == "changement de siege"


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("Référence 2026-114", "reference 2026 114"),
        ("Retrait : permis", "retrait permis"),
        ("Re", "re"),
        ("", ""),
        ("RE: ", ""),
        ("Transfert du dossier", "transfert du dossier"),
        ("[Dossier 118]", "dossier 118"),
        ("(dossier n° 118)", "dossier n 118"),
        ("Tombola (15 juin)", "tombola 15 juin"),
        ("Réponse du maire", "reponse du maire"),
        ("Urgent", "urgent"),
    ],
)
def test_words_that_only_look_like_a_prefix_stay(subject: str, kept: str) -> None:
    assert base_subject(subject) == kept


def test_a_text_is_found_inside_one_that_quotes_it_whatever_the_line_breaks() -> None:
    folded = QUESTION.replace(" de ", "\n> de\n> ").replace("é", "é")
    reply = f"{ANSWER}\n\nLe 2 mars, Odile Ferrand a écrit :\n> {folded}"

    assert quotes(sketch(tokens(reply)), sketch(tokens(QUESTION)))


def test_two_questions_on_the_same_matter_do_not_quote_each_other() -> None:
    other = "Bonjour, quelles pièces faut-il fournir pour dissoudre une association sportive ? Merci d’avance."

    assert not quotes(sketch(tokens(other)), sketch(tokens(QUESTION)))
    assert not alike(sketch(tokens(other)), sketch(tokens(QUESTION)))


def test_the_same_words_sent_again_with_a_greeting_more_are_alike() -> None:
    assert alike(sketch(tokens(QUESTION)), sketch(tokens(QUESTION + " Bonne journée.")))


def test_a_text_shorter_than_a_sequence_has_no_sketch_and_ties_nobody() -> None:
    assert sketch(tokens("Merci beaucoup !")) == b""
    assert not quotes(b"", b"")
    assert not alike(b"", b"")


@given(st.lists(st.sampled_from(QUESTION.split()), min_size=SEQUENCE, max_size=60))
def test_a_text_is_always_found_in_itself(words: list[str]) -> None:
    own = sketch(tokens(" ".join(words)))

    assert own == b"" or (quotes(own, own) and alike(own, own))


@given(st.text())
def test_any_text_has_a_subject_and_a_sketch(text: str) -> None:
    assert isinstance(base_subject(text), str)
    assert len(sketch(tokens(text))) % 4 == 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Mon dossier n° 2026-04412 est-il complet ?", ("2026-04412",)),
        ("N/Réf : DCL/2026/118", ("dcl/2026/118",)),
        ("numéro étranger : 3903012345", ()),
        ("dossier numéro 3903012345", ("3903012345",)),
        ("[Ticket#2026072803024161]", ("2026072803024161",)),
        ("Tél. : 03 84 86 84 00, 39030 Lons-le-Saunier, 86 €", ()),
        ("dossier n° 12", ()),
        ("Suite à votre courriel du 2 mars 2026, voici la liste.", ("@03-02",)),
        ("En réponse à votre message électronique du lundi 1er avril", ("@04-01",)),
        ("Votre demande de renseignements du 12/03", ("@03-12",)),
        ("Votre message du 3 fois rien", ()),
        ("Voici la réponse à vos deux messages des 3 et 4 juin.", ("@06-03", "@06-04")),
    ],
)
def test_file_numbers_and_dates_of_mails_tie_and_telephone_numbers_do_not(
    text: str, found: tuple[str, ...]
) -> None:
    assert identifiers("", read(text)) == found


@pytest.mark.parametrize("piece", ["re:", "[1] ", "(123)", "{x}", "[", "(", "- urgent ", "2e  "])
def test_an_endless_subject_is_read_at_once(piece: str) -> None:
    started = time.process_time()
    base_subject(piece * 100_000)
    assert time.process_time() - started < 5
