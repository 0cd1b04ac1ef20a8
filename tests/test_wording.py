"""Folding French text, and finding phrases in it."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.wording import (
    Phrasebook,
    Shelf,
    Tries,
    compile_phrases,
    fold,
    fold_text,
    read,
    same,
    tokens,
)

INVISIBLE = "\u00ad\u200b\u200d\u2060\ufeff\u202e"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Préfecture", "prefecture"),
        ("PRÉFECTURE", "prefecture"),
        ("Pre\u0301fecture", "prefecture"),
        ("Cœur", "coeur"),
        ("ﬁn", "fin"),
        ("Ｊｕｒａ", "jura"),
        ("pré\u00adfec\u200bture", "prefecture"),
    ],
)
def test_variants_of_a_word_fold_to_one(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_words_keep_their_place_in_the_original() -> None:
    words = read("Nous  accusons bien\nréception de l’envoi.")

    assert words.line == " nous accusons bien reception de l envoi . "
    assert (
        words.original(words.line.index("accusons"), words.line.index("de l") - 1)
        == "accusons bien réception"
    )


def test_an_empty_line_ends_a_sentence_and_a_line_break_does_not() -> None:
    phrases = compile_phrases([("k", "votre ... demande")])

    assert phrases.keys(read("votre nouvelle\ndemande"))
    assert not phrases.keys(read("votre nouvelle\n\ndemande"))
    assert not phrases.keys(read("c’est le vôtre. Une demande"))


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("accus* reception", "Nous accusons réception", "accusons réception"),
        ("accus* reception", "Nous accusions de la réception", None),
        ("je vous (reponds|repondrai)", "Je vous répondrai vite", "Je vous répondrai"),
        ("merci [beaucoup|bien] pour", "Merci pour tout", "Merci pour"),
        ("merci [beaucoup|bien] pour", "MERCI BEAUCOUP POUR tout", "MERCI BEAUCOUP POUR"),
        ("sous # jours", "Réponse sous 15 jours", "sous 15 jours"),
        ("sous # jours", "Réponse sous quinze jours", None),
        ("ouvert ?", "Est-ce ouvert ?", "ouvert ?"),
        ("d'ici le", "d’ici le 20", "d’ici le"),
        ("(abce*|cde) f", "cde f", "cde f"),
        ("(abce*|cde) f", "abcès f", "abcès f"),
        ("a (b (c|d)|e)", "a b d", "a b d"),
        ("(a (b|c)|suis) d", "a c d", "a c d"),
        ("(a (b|c)|suis) d", "suis d", "suis d"),
        ("((a) b) c", "a b c", "a b c"),
        ("[a] b", "b", "b"),
        ("a [b] c", "a c", "a c"),
        ("a [b] c", "a b c", "a b c"),
        ("a [b*|c] (d|e*)", "a été", "a été"),
        ("a [b*|c] (d|e*)", "a bis été", "a bis été"),
        ("a # b", "a 12 b", "a 12 b"),
        ("a bcd*", "a bcde", "a bcde"),
        ("a bcde*", "a bcdef", "a bcdef"),
        ("a bcdef*", "a bcde", None),
        ("a bcd*", "a bcé", None),
        ("a b*", "a bé", "a bé"),
        ("(: | .) a", "oui : a", ": a"),
        ("votre ... recu", "votre a b c d e f g h reçu", "votre a b c d e f g h reçu"),
        ("votre ... recu", "votre a b c d e f g h i reçu", None),
    ],
)
def test_the_language_of_phrases(phrase: str, text: str, found: str | None) -> None:
    hits = list(compile_phrases([("k", phrase)]).find(read(text)))

    assert [hit.text for hit in hits] == ([found] if found else [])


def test_phrases_are_found_together_as_they_are_apart() -> None:
    phrases = ["a b", "a b*", "a ...", "a [b] c", "a # c", "a", "abcd* d", "abcd d", "abcd* de*"]
    text = read("a b c, a c ; a 12 c. abcd d, abcde de, abcd e")

    first, *others = (compile_phrases([(phrase, phrase)]) for phrase in phrases)
    together = reduce(Phrasebook.joined, others, first)

    for phrase in phrases:
        alone = [(hit.start, hit.end) for hit in compile_phrases([("k", phrase)]).find(text)]
        assert [(hit.start, hit.end) for hit in together.find(text) if hit.key == phrase] == alone


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "...",
        "# jours",
        "(a b",
        "a | b]",
        "a )b(",
        "(a]",
        "ab*",
        "é%",
        "(a|#) b",
        "(a|)",
        "a|b",
        "(a b) c | d",
    ],
)
def test_a_phrase_that_is_not_well_formed_is_refused_and_named(phrase: str) -> None:
    with pytest.raises(ValueError, match="«"):
        compile_phrases([("k", phrase)])


def test_a_word_of_nothing_but_a_joining_mark_is_no_word() -> None:
    assert read("\u0301").line == " "
    assert fold("") == ""


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Où en est ma demande ?", "OU EN EST MA DEMANDE ?"),
        ("l’été à Lons", "l'ete a lons"),
        ("Camille  Martin", "Camille\nMartin"),
        ("", " "),
    ],
)
def test_two_texts_of_the_same_words_in_the_same_order_are_the_same(text: str, other: str) -> None:
    assert same(text, other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("Camille Martin", "Martin Camille"),
        ("sept jours", "sept jour"),
        ("ma demande", "ma demande de titre"),
        ("Où en est ma demande ?", "Où en est ma demande !"),
    ],
)
def test_two_texts_of_other_words_are_not_the_same(text: str, other: str) -> None:
    assert not same(text, other)


@given(st.text(), st.text())
def test_invisible_characters_never_change_the_words(left: str, right: str) -> None:
    for sign in INVISIBLE:
        assert same(f"demande{sign} {left} {right}", f"demande {left} {right}")
        assert read(f"deman{sign}de").line == read("demande").line


@given(st.text())
def test_any_text_can_be_read_and_searched(text: str) -> None:
    words = read(text)
    phrases = compile_phrases([("k", "a ... b"), ("l", "merc* ?")])

    assert all(hit.text for hit in phrases.find(words))
    assert len(words.starts) == len(words.spans)


@given(st.text(alphabet=st.sampled_from("Préfecture du Jura, l’été œuvre 12 ½ ﬁn !\n")))
def test_the_words_of_a_text_are_the_same_read_with_or_without_their_place(text: str) -> None:
    assert read(text).spoken() == tokens(text)


@pytest.mark.parametrize("kept", [Tries(()), Shelf(())])
def test_what_is_filled_when_it_is_looked_at_holds_nothing_else(kept: object) -> None:
    assert not hasattr(kept, "elsewhere")


FRENCH = bytes(range(256)).decode("cp1252", "ignore")


@given(st.text(alphabet=st.sampled_from(f"{FRENCH}\n\n")))
def test_a_text_reads_alike_beside_a_sign_that_no_french_text_holds(text: str) -> None:
    assert read(f"{text} 中").line.split() == [*read(text).tokens, "中"]
    assert tokens(f"{text} 中") == [*tokens(text), "中"]
    assert fold_text(f"{text}中") == f"{fold_text(text)}中"
