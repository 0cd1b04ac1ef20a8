"""What an answer leans to by all its words, where no rule hears what it is, or one hears too much."""

# A mail's words stand as they were written: long lines are its own.
# ruff: noqa: E501

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.errors import RulesetError
from mailwatch.message import read as read_message
from mailwatch.model import (
    Announced,
    Confidence,
    Delivery,
    Evidence,
    Message,
    Nature,
    Reading,
    Role,
)  # fmt: skip
from mailwatch.nature import HUMAN_ANSWERS, outgoing, settled
from mailwatch.nature.answering import Wording, heard, seconded, signs, spelt
from mailwatch.nature.cues import DECISIVE, Cue
from mailwatch.nature.outgoing import ruled
from mailwatch.ruleset import LEARNT_SENT, Leanings
from mailwatch.ruleset.leanings import read_leanings
from mailwatch.wording import read
from tests.facts import JURA, desk
from tests.mails import reply

RULES = desk(JURA).rules


def answer(text: str) -> Reading:
    message = read_message(
        Delivery(raw=reply("2026-03-03 10:00", text), file="r.eml", role=Role.SENT)
    )
    assert isinstance(message, Message)
    return outgoing(message, read(message.own), JURA, RULES)


def wording(text: str, *cues: Cue, nature: Nature = Nature.REPLY) -> Wording:
    own = read(text)
    said = RULES.outgoing.find(own)
    return Wording(own=own, end=len(own.line), said=said, cues=cues, ruled=nature)


def cue(label: Nature, weight: int) -> Cue:
    return Cue(label=label, rule="x.y", weight=weight, start=1, end=2)


def leanings(**words: str) -> Leanings:
    return read_leanings(
        {"leaning": [{"nature": n, "start": 0, "words": w} for n, w in words.items()]}
    )


# --- what it hears --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nature", "text"),
    [
        (Nature.HOLDING_REPLY, "Bonjour, l’agente qui tient ce registre reprend son poste lundi ; vous aurez aussitôt ce que vous cherchez."),
        (Nature.HOLDING_REPLY, "Madame, je dois en parler à ma cheffe de bureau, je vous dirai ce qu’elle en pense."),
        (Nature.REFERRAL, "Bonjour, le cimetière est communal. La mairie de Salins vous donnera la liste des concessions."),
        (Nature.REFERRAL, "Monsieur, nous n’y pouvons rien : voyez plutôt avec votre assureur, et s’il refuse avec son médiateur."),
        (Nature.INFORMATION_NEEDED, "Bonjour, votre relevé ne porte ni date ni nom, un autre exemplaire sera nécessaire pour poursuivre."),
        (Nature.INFORMATION_NEEDED, "Madame, dites-moi seulement dans quelle commune se trouve l’étang."),
        (Nature.REPLY, "Bonjour, la mairie de Dole m’a confirmé l’adresse ; votre carte a donc été corrigée et vous attend au guichet."),
        (Nature.REPLY, "Monsieur, le tribunal a rejeté la requête. L’arrêté reste applicable et vous pouvez ouvrir."),
    ],
)  # fmt: skip
def test_what_no_rule_proves_is_heard_in_all_the_words_of_an_answer(
    nature: Nature, text: str
) -> None:
    assert answer(text).nature is nature


def test_an_opinion_on_an_answer_shows_its_words_and_is_never_sure() -> None:
    text = "Le dossier de la carrière attend. Dès vendredi vous aurez mon avis."
    weights = leanings(reply="0 le", holding_reply="300 vous aurez")
    found = seconded(Reading(nature=Nature.REPLY), wording(text), weights)
    assert (found.nature, found.confidence) == (Nature.HOLDING_REPLY, Confidence.MEDIUM)
    (shown,) = found.evidence
    assert (shown.rule, shown.text, shown.place) == ("leaning.holding_reply", "vous aurez", "body")


def test_an_opinion_that_hardly_leads_is_for_review() -> None:
    weights = leanings(reply="0 le", holding_reply="50 aurez")
    found = seconded(Reading(nature=Nature.REPLY), wording("Vous aurez mon avis."), weights)
    assert (found.nature, found.confidence) == (Nature.HOLDING_REPLY, Confidence.LOW)


def test_an_opinion_that_agrees_changes_nothing() -> None:
    found = Reading(nature=Nature.REPLY, confidence=Confidence.HIGH)
    assert (
        seconded(found, wording("Voici le récépissé."), leanings(reply="300 voici", referral="0 x"))
        is found
    )


def test_an_opinion_against_words_that_are_enough_must_lead_further() -> None:
    weights = leanings(information_needed="0 x", reply="20 lundi")
    found = Reading(nature=Nature.INFORMATION_NEEDED)
    hinted = wording("Venez lundi.", cue(Nature.INFORMATION_NEEDED, 1), nature=found.nature)
    decided = wording("Venez lundi.", cue(Nature.INFORMATION_NEEDED, DECISIVE), nature=found.nature)
    assert seconded(found, hinted, weights).nature is Nature.REPLY
    assert seconded(found, decided, weights) is found


def test_a_machine_of_ours_with_its_fields_is_asked_no_second_opinion() -> None:
    raw = reply(
        "2026-03-03 10:00", "Je suis absente jusqu’au 20 mars. En cas d’urgence, écrivez au bureau."
    )
    raw = b"Auto-Submitted: auto-replied\r\n" + raw
    message = read_message(Delivery(raw=raw, file="r.eml", role=Role.SENT))
    assert isinstance(message, Message)
    assert ruled(message, read(message.own), JURA, RULES)[1] is None


# --- its signs ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "text"),
    [
        ("vous", "Vous saurez."),
        ("saur*", "Vous saurez."),
        ("~rez", "Vous saurez."),
        ("le #", "le 14 mars"),
        ("=question", "Quand ?"),
        ("=body 1", "Écrivez à la mairie."),
        ("la =body", "Voyez avec la mairie."),
        ("=body .", "Écrivez à la mairie."),
        ("=ruled reply", "Voici."),
    ],
)
def test_signs_of_an_answer_are_its_words_their_forms_and_the_bodies_it_names(
    sign: str, text: str
) -> None:
    assert sign in signs(wording(text))


def test_the_question_mark_of_a_web_address_is_no_sign() -> None:
    found = spelt(wording("Le lien : https://www.service-public.fr/vosdroits?xml=F1"))
    assert not {"?", "=question"} & found


def test_points_of_the_rules_are_signs_up_to_a_few() -> None:
    found = set(heard(wording("Voici.", *(cue(Nature.REFERRAL, DECISIVE) for _ in range(3)))))
    assert {"=referral 1", "=referral 4", "=referral decisive"} <= found
    assert "=referral 5" not in found


def test_words_below_the_leave_are_no_signs() -> None:
    own = read("Voici le récépissé. Cordialement, la mairie")
    end = own.line.find("cordialement")
    found = signs(
        Wording(own=own, end=end, said=RULES.outgoing.find(own), cues=(), ruled=Nature.REPLY)
    )
    assert "rece*" in found
    assert not {"mairie", "=body 1"} & found


@settings(max_examples=60)
@given(text=st.text(max_size=300))
def test_any_text_gives_a_human_or_a_machine_answer(text: str) -> None:
    found = seconded(Reading(nature=Nature.REPLY), wording(text), RULES.leanings_sent)
    assert found.nature in RULES.leanings_sent.natures


# --- what it promises -----------------------------------------------------------------------------


def test_who_holds_announces_more_in_whatever_words() -> None:
    seen = Evidence(rule="leaning.holding_reply", said="on en reparle", place="body")
    found = Reading(nature=Nature.HOLDING_REPLY, evidence=(seen,))
    assert settled(found, None) == (found, Announced(on=None, text="on en reparle"))


def test_who_replies_announces_nothing_for_want_of_a_promise() -> None:
    found = Reading(nature=Nature.REPLY)
    assert settled(found, None) == (found, None)


# --- the file -------------------------------------------------------------------------------------


def test_the_packaged_weights_of_answers_know_what_we_write() -> None:
    machines = {Nature.AUTOMATIC_ACKNOWLEDGEMENT, Nature.OUT_OF_OFFICE}
    assert set(RULES.leanings_sent.natures) == HUMAN_ANSWERS | machines


def test_a_fault_in_the_file_of_answers_is_told_by_its_name() -> None:
    table = {"leaning": [{"nature": "réponse", "start": 0, "words": "1 x"}]}
    with pytest.raises(RulesetError, match=LEARNT_SENT):
        read_leanings(table, LEARNT_SENT)
