"""Which mails make one request: small mailboxes, each with what a clerk says of it, read as whole mails.

A mailbox is a few mails in and out; what is said of it names each request by its first mail, with all that
belongs to it in order. The names are identifiers: `q` asks, `r` answers, `i` passes on inside.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date

import pytest

from mailwatch.analysis import analyse
from mailwatch.model import Box, Confidence, Delivery, Fact, Institution, Request, Role
from mailwatch.triage import triage
from tests.facts import AGENT, BOX, CITIZEN, desk
from tests.mails import mail, reply

ELECTIONS = "pref-elections@jura.gouv.fr"
JURA = Institution(
    name="Préfecture du Jura",
    calendar="39",
    domains=("jura.gouv.fr",),
    addresses=(BOX, ELECTIONS),
    boxes=(Box(address=BOX, service="Associations"), Box(address=ELECTIONS, service="Élections")),
)
TODAY = date(2026, 4, 30)
KARIM = "karim.haddad@orange.example"
SEAT = (
    "Bonjour,\n\nJe suis trésorière d’une association de randonnée. Quelles pièces faut-il fournir pour déclarer le "
    "changement de notre siège social ?\n\nOdile Ferrand"
)
GRANT = (
    "Bonjour,\n\nNotre club de lecture souhaite demander une subvention au fonds de développement de la vie "
    "associative. Quelle est la date limite du dépôt des dossiers pour cette année ?\n\nOdile Ferrand"
)
RAFFLE = (
    "Bonjour,\n\nL’association organise une tombola en juin au profit de l’école. Faut-il une autorisation de la "
    "préfecture pour vendre les billets sur la voie publique ?\n\nKarim Haddad"
)
CHASE = "Bonjour,\n\nJe me permets de vous relancer : aucune réponse à ma demande ci-dessous.\n\nOdile Ferrand"
PIECES = "Bonjour Madame,\n\nIl faut fournir les statuts modifiés et le procès-verbal de l’assemblée générale."
DEADLINE = (
    "Bonjour Madame,\n\nLes dossiers sont à déposer en ligne avant le 31 mars sur le site du fonds."
)
RAFFLES = "Bonjour Monsieur,\n\nUne tombola relève de la mairie, à qui la déclaration est à faire avant la vente."
HELD = "Bonjour Madame,\n\nNous avons bien reçu votre demande et vous répondrons d’ici le 20 mars."
ASKED_BACK = "Bonjour Madame,\n\nPourriez-vous nous indiquer le numéro RNA de votre association ?"
THANKS = "Merci beaucoup pour votre réponse, bonne journée.\n\nOdile Ferrand"


def name(short: str) -> str:
    return f"<{short}@mail.example>"


def references(short: str) -> str:
    return " ".join(map(name, short.split()))


def asks(
    short: str,
    when: str,
    text: str = SEAT,
    *,
    sender: str = f"Odile Ferrand <{CITIZEN}>",
    to: str = BOX,
    cc: str = "",
    subject: str = "Changement de siège",
    after: str = "",
    reply_to: str = "",
    headers: Mapping[str, str] | None = None,
) -> Delivery:
    """A mail that arrives."""
    raw = mail(
        when, text, sender=sender, to=to, cc=cc, subject=subject, message_id=name(short),
        references=references(after), reply_to=reply_to, headers=headers,
    )  # fmt: skip
    return Delivery(raw=raw, file=f"inbox/{short}.eml", role=Role.INBOX)


def answers(
    short: str,
    when: str,
    text: str = PIECES,
    *,
    sender: str = f"Préfecture du Jura <{BOX}>",
    to: str = f"Odile Ferrand <{CITIZEN}>",
    cc: str = "",
    subject: str = "RE: Changement de siège",
    after: str = "",
    quoting: str = "",
    seen: Role = Role.SENT,
    headers: Mapping[str, str] | None = None,
) -> Delivery:
    """A mail of ours, in the sent folder or as a copy in the inbox."""
    below = (
        f"\n\nLe 2 mars 2026 à 09:12, Odile Ferrand a écrit :\n{marked(quoting)}" if quoting else ""
    )
    raw = reply(
        when, text, sender=sender, to=to, cc=cc, subject=subject, message_id=name(short),
        references=references(after), received=when if seen is Role.INBOX else None, headers=headers,
        signature=f"Bien cordialement,\n\nClaire VERNIER\nBureau des associations\nPréfecture du Jura{below}",
    )  # fmt: skip
    return Delivery(raw=raw, file=f"{seen}/{short}.eml", role=seen)


def marked(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.split("\n"))


def below(text: str, quoted: str, writer: str = f"Odile Ferrand <{CITIZEN}>") -> str:
    return f"{text}\n\nLe 2 mars 2026 à 09:12, {writer} a écrit :\n\n{marked(quoted)}\n"


def facts(*deliveries: Delivery) -> list[Fact]:
    found = [analyse(delivery, desk(JURA)) for delivery in deliveries]
    return [fact for fact in found if isinstance(fact, Fact)]


def requests(*deliveries: Delivery) -> tuple[Request, ...]:
    """The requests of a mailbox, which no order of arrival may change."""
    read = facts(*deliveries)
    decided = triage(read, (), desk(JURA), TODAY).requests
    shuffled = random.Random(7).sample(read, len(read))
    assert triage(shuffled, (), desk(JURA), TODAY).requests == decided
    return decided


def short(message_id: str | None) -> str:
    return (message_id or "?").strip("<>").partition("@")[0]


def story(*deliveries: Delivery) -> dict[str, list[str]]:
    """Each request by its first mail, with the part of every other one in it."""
    return {
        short(request.message_id): [
            f"{link.part} {short(link.message_id)}" for link in request.links
        ]
        for request in requests(*deliveries)
    }


def trust(*deliveries: Delivery) -> dict[str, Confidence]:
    """How far each link is trusted."""
    return {
        short(link.message_id): link.confidence
        for request in requests(*deliveries)
        for link in request.links
    }


TWO = (
    asks("q1", "2026-03-02 09:12"),
    asks("q2", "2026-03-02 11:40", GRANT, subject="Fonds de développement"),
)
"""Two questions of one person, both waiting."""


# --- an answer chooses among the requests of whom it is sent to -----------------------------------


def test_an_answer_in_the_thread_answers_its_question_alone() -> None:
    assert story(*TWO, answers("r", "2026-03-04 10:00", after="q1")) == {
        "q1": ["answer r"],
        "q2": [],
    }


def test_an_answer_through_a_parent_never_seen_answers_the_mail_that_names_it_too() -> None:
    later = asks("q0", "2026-03-01 08:00", RAFFLE, subject="Tombola", after="unseen")
    found = story(
        *TWO,
        later,
        answers("r", "2026-03-04 10:00", RAFFLES, subject="Votre projet", after="unseen"),
    )
    assert found == {"q1": [], "q2": [], "q0": ["answer r"]}


def test_an_answer_whose_references_were_cut_to_the_last_still_finds_its_thread() -> None:
    chain = " ".join(f"old{number}" for number in range(30))
    asked = asks("q0", "2026-03-01 08:00", RAFFLE, subject="Tombola", after=chain)
    found = story(
        *TWO, asked, answers("r", "2026-03-04 10:00", RAFFLES, subject="RE: x", after="old28 old29")
    )
    assert found == {"q1": [], "q2": [], "q0": ["answer r"]}


def test_an_answer_without_references_is_told_by_its_subject() -> None:
    found = story(*TWO, answers("r", "2026-03-04 10:00", subject="RE: Changement de siège"))
    assert found == {"q1": ["answer r"], "q2": []}


@pytest.mark.parametrize(
    "subject",
    [
        "RE: [EXTERNE] Changement de siège",
        "[Ticket#2026030512] RE: Changement de siège",
        "RE: [GLPI #0000118] Changement de siège",
        "Re: Changement de siège [réf:118]",
        "RE: Changement de siège (dossier n° 118)",
        "TR : RE : Changement de siège",
        "Rép. : Changement de siège",
        "Réponse : Changement de siège",
        "RE: RE: [INTERNET] RE: Changement de siège",
        "[#118] Changement de siège",
        "RE: {Spam?} Changement de siège",
        "RE: changement  de siege",
        "Re : Changement de siège - URGENT",
    ],
)
def test_what_tools_add_to_a_subject_does_not_hide_it(subject: str) -> None:
    found = story(*TWO, answers("r", "2026-03-04 10:00", subject=subject))
    assert found == {"q1": ["answer r"], "q2": []}


def test_an_answer_by_a_new_mail_is_told_by_what_it_quotes() -> None:
    sent = answers("r", "2026-03-04 10:00", subject="Votre message", quoting=SEAT)
    assert story(*TWO, sent) == {"q1": ["answer r"], "q2": []}


def test_an_answer_by_a_new_mail_to_the_only_question_of_its_reader_answers_it() -> None:
    sent = answers("r", "2026-03-04 10:00", subject="Association de randonnée")
    assert story(TWO[0], sent) == {"q1": ["answer r"]}
    assert trust(TWO[0], sent) == {"r": Confidence.MEDIUM}


def test_an_answer_by_outlook_without_references_is_told_by_its_thread_index() -> None:
    index = "Adqx6c0u8Qp2m3kQT7aVbq0c3V5o4w=="
    longer = "Adqx6c0u8Qp2m3kQT7aVbq0c3V5o4wAAB2fQ"
    asked = asks(
        "q0", "2026-03-01 08:00", RAFFLE, subject="Tombola", headers={"Thread-Index": index}
    )
    sent = answers(
        "r",
        "2026-03-04 10:00",
        RAFFLES,
        subject="Votre projet de juin",
        headers={"Thread-Index": longer},
    )
    assert story(*TWO, asked, sent) == {"q1": [], "q2": [], "q0": ["answer r"]}


def test_an_identifier_that_a_relay_rewrote_does_not_keep_an_answer_from_its_question() -> None:
    sent = answers("r", "2026-03-04 10:00", after="rewritten")
    assert story(TWO[0], sent) == {"q1": ["answer r"]}


def test_an_answer_to_the_day_of_the_mail_is_told_by_it() -> None:
    other = asks("q2", "2026-03-03 11:40", GRANT, subject="Demande")
    text = f"En réponse à votre courriel du 2 mars 2026, {PIECES}"
    assert story(
        TWO[0], other, answers("r", "2026-03-04 10:00", text, subject="Votre demande")
    ) == {
        "q1": ["answer r"],
        "q2": [],
    }


def test_an_answer_before_the_clock_of_the_server_answers() -> None:
    assert story(TWO[0], answers("r", "2026-03-02 09:05", after="q1")) == {"q1": ["answer r"]}


def test_an_answer_to_the_reminder_answers_the_request() -> None:
    chased = asks(
        "q2", "2026-03-05 09:00", below(CHASE, SEAT), subject="RE: Changement de siège", after="q1"
    )
    sent = answers("r", "2026-03-06 09:00", after="q1 q2")
    assert story(TWO[0], chased, sent) == {"q1": ["reminder q2", "answer r"]}


def test_the_answer_to_a_new_question_in_an_old_thread_leaves_the_old_answer_alone() -> None:
    again = asks("q2", "2026-04-01 09:00", GRANT, subject="RE: Changement de siège", after="q1 r1")
    mails = (TWO[0], answers("r1", "2026-03-04 10:00", after="q1"), again)
    sent = answers("r2", "2026-04-02 10:00", DEADLINE, after="q1 r1 q2")
    assert story(*mails, sent) == {"q1": ["answer r1"], "q2": ["answer r2"]}
    anew = answers("r2", "2026-04-02 10:00", DEADLINE, subject="Fonds")
    assert story(*mails, anew) == {"q1": ["answer r1"], "q2": ["answer r2"]}


def test_a_complement_to_a_closed_answer_stays_with_it() -> None:
    first, second = (
        answers("r1", "2026-03-04 10:00", after="q1"),
        answers("r2", "2026-03-05 10:00", after="q1"),
    )
    assert story(TWO[0], first, second) == {"q1": ["answer r1", "answer r2"]}


# --- several persons ------------------------------------------------------------------------------

NEIGHBOUR = asks(
    "k", "2026-03-02 10:00", RAFFLE, sender=f"Karim Haddad <{KARIM}>", subject="Tombola"
)


def test_one_answer_to_two_persons_who_wait_answers_both() -> None:
    sent = answers(
        "r", "2026-03-04 10:00", "Bonjour à tous deux,\n\nLe bureau vous reçoit sans rendez-vous.",
        to=f"{CITIZEN}, {KARIM}", subject="Vos demandes",
    )  # fmt: skip
    assert story(TWO[0], NEIGHBOUR, sent) == {"q1": ["answer r"], "k": ["answer r"]}


def test_an_answer_in_one_thread_with_another_person_in_copy_answers_the_first() -> None:
    sent = answers("r", "2026-03-04 10:00", cc=KARIM, after="q1")
    assert story(TWO[0], NEIGHBOUR, sent) == {"q1": ["answer r"], "k": []}


def test_an_answer_in_one_thread_to_all_answers_nothing_else_that_they_asked() -> None:
    sent = answers("r", "2026-03-04 10:00", to=f"{CITIZEN}, {KARIM}", after="q1")
    assert story(TWO[0], NEIGHBOUR, sent) == {"q1": ["answer r"], "k": []}


def test_an_answer_hung_on_another_person_s_thread_answers_its_addressee() -> None:
    sent = answers("r", "2026-03-04 10:00", RAFFLES, to=KARIM, after="q1", quoting=SEAT)
    assert story(TWO[0], NEIGHBOUR, sent) == {"q1": [], "k": ["answer r"]}


def test_another_person_who_names_the_same_file_asks_for_himself() -> None:
    file = "Bonjour,\n\nOù en est le dossier n° 2026-04412 de l’association ?\n\n"
    first = asks("q1", "2026-03-02 09:12", f"{file}Odile Ferrand", subject="Dossier 2026-04412")
    second = asks(
        "k", "2026-03-03 09:12", f"{file}Karim Haddad", sender=KARIM, subject="Dossier 2026-04412"
    )
    sent = answers(
        "r", "2026-03-04 10:00", "Bonjour,\n\nLe dossier n° 2026-04412 est complet.", to=KARIM
    )
    assert story(first, second, sent) == {"q1": [], "k": ["answer r"]}


def test_a_family_s_shared_mailbox_holds_as_many_requests_as_questions() -> None:
    home = "famille.ferrand@laposte.example"
    his = asks("q1", "2026-03-02 09:12", RAFFLE, sender=f"Paul Ferrand <{home}>", subject="Tombola")
    hers = asks("q2", "2026-03-02 20:15", SEAT, sender=f"Odile Ferrand <{home}>")
    sent = answers("r", "2026-03-04 10:00", to=home, after="q2")
    assert story(his, hers, sent) == {"q1": [], "q2": ["answer r"]}
    both = answers("r2", "2026-03-05 10:00", RAFFLES, to=home, after="q1")
    assert story(his, hers, sent, both) == {"q1": ["answer r2"], "q2": ["answer r"]}


def test_two_persons_of_one_form_are_told_by_the_answer_s_address() -> None:
    first, second = (
        asks(
            who, f"2026-03-02 {hour}:00", f"Nom : {who}\nCourriel : {address}\nMessage : {text}",
            sender="Formulaire <ne-pas-repondre@jura.gouv.fr>", reply_to=address,
            subject="Formulaire de contact",
        )
        for who, hour, text, address in (("q1", "09", SEAT, CITIZEN), ("k", "10", RAFFLE, KARIM))
    )  # fmt: skip
    sent = answers("r", "2026-03-04 10:00", RAFFLES, to=KARIM, subject="Votre message")
    assert story(first, second, sent) == {"q1": [], "k": ["answer r"]}


def test_an_answer_to_the_address_that_a_person_asked_to_be_written_at_answers() -> None:
    asked = asks(
        "q1", "2026-03-02 09:12", sender="Odile Ferrand <odile@bureau.example>", reply_to=CITIZEN
    )
    assert story(asked, answers("r", "2026-03-04 10:00", after="q1")) == {"q1": ["answer r"]}
    elsewhere = answers(
        "r", "2026-03-04 10:00", to="odile@bureau.example", after="q1", quoting=SEAT
    )
    assert story(asked, elsewhere) == {"q1": ["answer r"]}


def test_an_answer_in_the_thread_to_whom_the_question_was_copied_answers() -> None:
    asked = asks("q1", "2026-03-02 09:12", cc="paul.ferrand@laposte.example")
    sent = answers("r", "2026-03-04 10:00", to="paul.ferrand@laposte.example", after="q1")
    assert story(asked, sent) == {"q1": ["answer r"]}


def test_an_answer_in_the_thread_to_a_stranger_answers_nothing() -> None:
    sent = answers("r", "2026-03-04 10:00", to="inconnu@laposte.example", after="q1")
    assert story(TWO[0], sent) == {"q1": []}


def test_an_answer_at_another_address_that_quotes_the_question_answers_for_review() -> None:
    sent = answers("r", "2026-03-04 10:00", to="odile@bureau.example", quoting=SEAT)
    assert story(TWO[0], sent) == {"q1": ["answer r"]}
    assert trust(TWO[0], sent) == {"r": Confidence.LOW}


# --- one person, two addresses --------------------------------------------------------------------

BUREAU = "Odile Ferrand <odile@bureau.example>"


def test_a_reminder_from_another_address_that_quotes_the_question_stays_with_it_for_review() -> (
    None
):
    chased = asks(
        "q2",
        "2026-03-05 09:00",
        below(CHASE, SEAT),
        sender=BUREAU,
        subject="RE: Changement de siège",
    )
    assert story(TWO[0], chased) == {"q1": ["reminder q2"]}
    assert trust(TWO[0], chased) == {"q2": Confidence.LOW}


def test_an_answer_at_the_second_address_of_a_person_answers_the_request() -> None:
    chased = asks(
        "q2",
        "2026-03-05 09:00",
        below(CHASE, SEAT),
        sender=BUREAU,
        subject="RE: Changement de siège",
    )
    sent = answers("r", "2026-03-06 09:00", to=BUREAU, after="q2")
    assert story(TWO[0], chased, sent) == {"q1": ["reminder q2", "answer r"]}


def test_a_reminder_from_another_address_without_the_words_opens_one() -> None:
    chased = asks(
        "q2",
        "2026-03-05 09:00",
        CHASE,
        sender=BUREAU,
        subject="RE: Changement de siège",
        after="q1",
    )
    assert story(TWO[0], chased) == {"q1": [], "q2": []}


def test_another_person_s_question_that_quotes_a_neighbour_s_is_his_own() -> None:
    text = below(
        "Bonjour,\n\nMême question pour notre club de Dole : quelles pièces ?\n\nKarim Haddad", SEAT
    )
    asked = asks("k", "2026-03-05 09:00", text, sender=KARIM, subject="Siège de notre club")
    assert story(TWO[0], asked) == {"q1": [], "k": []}


# --- what citizens add ----------------------------------------------------------------------------


def test_a_reminder_in_the_thread_under_another_subject_stays_with_its_request() -> None:
    chased = asks(
        "q3", "2026-03-10 09:00", below(CHASE, GRANT), subject="RELANCE URGENTE", after="q2"
    )
    assert story(*TWO, chased) == {"q1": [], "q2": ["reminder q3"]}


def test_a_reminder_to_another_box_stays_with_its_request() -> None:
    chased = asks(
        "q2",
        "2026-03-05 09:00",
        below(CHASE, SEAT),
        to=ELECTIONS,
        subject="RE: Changement de siège",
        after="q1",
    )
    assert story(TWO[0], chased) == {"q1": ["reminder q2"]}


def test_a_mail_that_the_person_passes_on_again_is_a_reminder() -> None:
    block = f"---------- Message transféré ---------\nDe : Odile Ferrand <{CITIZEN}>\nDate : lun. 2 mars 2026 à 09:12"
    text = f"Bonjour, je n’ai toujours pas de réponse, merci.\n\n{block}\nObjet : x\nÀ : <{BOX}>\n\n{SEAT}"
    again = asks("q2", "2026-03-10 09:00", text, subject="Fwd: Changement de siège")
    assert story(TWO[0], again) == {"q1": ["reminder q2"]}


def test_the_same_question_to_two_boxes_under_two_greetings_is_one() -> None:
    other = asks(
        "q2", "2026-03-02 09:20", SEAT.replace("Bonjour,", "Madame, Monsieur,"), to=ELECTIONS
    )
    assert story(TWO[0], other).keys() == {"q1"}


def test_what_was_asked_back_comes_in_under_any_subject() -> None:
    sent = answers("r1", "2026-03-04 10:00", ASKED_BACK, after="q1")
    back = asks(
        "q2",
        "2026-03-05 09:00",
        "Bonjour,\n\nVoici le numéro : W391000118.\n\nOdile",
        subject="RNA",
        after="q1 r1",
    )
    last = answers("r2", "2026-03-06 09:00", after="q1 r1 q2")
    assert story(TWO[0], sent, back, last) == {"q1": ["answer r1", "complement q2", "answer r2"]}


def test_thanks_for_a_holding_reply_open_nothing() -> None:
    held = answers("r1", "2026-03-03 10:00", HELD, after="q1")
    thanked = asks(
        "q2",
        "2026-03-03 18:00",
        below(THANKS, HELD, BOX),
        subject="RE: Changement de siège",
        after="q1 r1",
    )
    final = answers("r2", "2026-03-10 10:00", after="q1 r1 q2")
    assert story(TWO[0], held, thanked, final) == {"q1": ["answer r1", "thanks q2", "answer r2"]}


# --- inside the house -----------------------------------------------------------------------------


def test_a_question_passed_on_inside_is_answered_by_the_colleague_in_copy_of_the_box() -> None:
    passed = answers(
        "i", "2026-03-03 08:30", f"Paul, peux-tu répondre ?\n\nDe : Odile Ferrand <{CITIZEN}>\nEnvoyé : lundi 2 mars "
        f"2026 09:12\nÀ : {BOX}\nObjet : Changement de siège\n\n{SEAT}", to="paul.roux@jura.gouv.fr",
        subject="TR: Changement de siège", after="q1",
    )  # fmt: skip
    sent = answers(
        "r", "2026-03-05 10:00", sender="Paul Roux <paul.roux@jura.gouv.fr>", cc=BOX, subject="Votre association",
        seen=Role.INBOX,
    )  # fmt: skip
    assert story(TWO[0], passed, sent) == {"q1": ["forward i", "answer r"]}


def test_a_question_passed_on_to_another_watched_box_is_one_request_there() -> None:
    text = (
        f"Pour attribution.\n\nDe : Odile Ferrand <{CITIZEN}>\nEnvoyé : lundi 2 mars 2026 09:12\nÀ : {BOX}\n"
        f"Objet : Changement de siège\n\n{SEAT}"
    )
    passed = asks(
        "i", "2026-03-03 08:30", text, sender=f"Claire Vernier <{AGENT}>", to=ELECTIONS,
        subject="TR: Changement de siège",
    )  # fmt: skip
    sent = answers(
        "r", "2026-03-05 10:00", sender=ELECTIONS, subject="RE: TR: Changement de siège", after="i"
    )
    (request,) = requests(TWO[0], passed, sent)
    assert [f"{link.part} {short(link.message_id)}" for link in request.links] == [
        "forward i",
        "answer r",
    ]
    assert request.service == "Élections"


def test_a_colleague_s_own_answer_without_copy_is_seen_in_a_watched_sent_folder() -> None:
    sent = answers("r", "2026-03-05 10:00", sender=f"Claire Vernier <{AGENT}>", after="q1")
    assert story(TWO[0], sent) == {"q1": ["answer r"]}


def test_references_without_end_or_in_circles_are_read() -> None:
    chain = " ".join(f"old{number}" for number in range(200))
    first = asks("q1", "2026-03-02 09:12", after="q2 q1")
    second = asks(
        "q2",
        "2026-03-03 09:12",
        below(CHASE, SEAT),
        subject="RE: Changement de siège",
        after=f"{chain} q1",
    )
    assert story(first, second) == {"q1": ["reminder q2"]}


# --- more of a clerk's days -----------------------------------------------------------------------


def test_a_circular_to_many_answers_nobody_who_waits() -> None:
    others = ", ".join(f"association{number}@mail.example" for number in range(12))
    text = "Bonjour,\n\nLes services seront fermés le 15 mai."
    sent = answers(
        "r", "2026-03-04 10:00", text, to=f"{CITIZEN}, {KARIM}, {others}", subject="Fermeture"
    )
    assert story(TWO[0], NEIGHBOUR, sent) == {"q1": [], "k": []}
    told = answers("r", "2026-03-04 10:00", to=f"{CITIZEN}, {KARIM}, {others}", after="q1")
    assert story(TWO[0], NEIGHBOUR, told) == {"q1": ["answer r"], "k": []}


def test_a_correction_of_an_answer_stays_with_what_it_corrects() -> None:
    first = answers("r1", "2026-03-03 10:00", after="q1")
    sent = answers("r2", "2026-03-04 10:00", subject="Erratum : Changement de siège")
    assert story(*TWO, first, sent) == {"q1": ["answer r1", "answer r2"], "q2": []}


def test_a_reply_to_our_acknowledgement_stays_with_the_question() -> None:
    robot = answers(
        "a", "2026-03-02 09:13", "Votre message a bien été reçu. Ceci est une réponse automatique.",
        subject="Accusé de réception", after="q1", headers={"Auto-Submitted": "auto-replied"},
    )  # fmt: skip
    more = asks(
        "q2", "2026-03-02 18:00", "Bonjour,\n\nJ’ajoute que notre siège sera à Dole : faut-il aussi le procès-verbal ?",
        subject="RE: Accusé de réception", after="a",
    )  # fmt: skip
    assert story(TWO[0], robot, more) == {"q1": ["automatic a", "complement q2"]}


def returned(short: str, when: str, of: str, recipient: str) -> Delivery:
    """A delivery report about one of our answers."""
    raw = (
        f"Received: from mx.orange.example by mta.jura.gouv.fr; {when}\r\nDate: {when}\r\n"
        f"From: MAILER-DAEMON@mx.example\r\nTo: {BOX}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: {name(short)}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
        "Content-Type: text/plain\r\n\r\nNon remis.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\nAction: failed\r\n"
        f"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {name(of)}\r\n--b--\r\n"
    )
    return Delivery(raw=raw.encode(), file=f"inbox/{short}.eml", role=Role.INBOX)


def test_an_answer_sent_again_at_a_better_address_after_it_came_back_answers() -> None:
    lost = answers("r1", "2026-03-04 10:00", after="q1")
    back = returned("b", "Wed, 4 Mar 2026 10:01:00 +0100", "r1", CITIZEN)
    sent = answers("r2", "2026-03-04 11:00", to="odile.ferrand@bureau.example", after="q1 r1")
    assert story(TWO[0], lost, back, sent) == {"q1": ["answer r1", "bounce b", "answer r2"]}
    (request,) = requests(TWO[0], lost, back, sent)
    assert request.first is not None
    assert short(request.first.message_id) == "r2"
    assert trust(TWO[0], lost, back, sent)["r2"] is Confidence.LOW


def test_a_question_that_a_town_hall_passes_on_is_answered_with_the_town_hall_in_copy() -> None:
    town = "Mairie de Dole <mairie@dole.example>"
    text = (
        f"Bonjour, pouvez-vous répondre à notre administrée ?\n\nDe : Odile Ferrand <{CITIZEN}>\n"
        f"Envoyé : lundi 2 mars 2026 09:12\nÀ : mairie@dole.example\nObjet : Changement de siège\n\n{SEAT}"
    )
    asked = asks("q1", "2026-03-03 09:00", text, sender=town, subject="TR: Changement de siège")
    assert story(asked, answers("r", "2026-03-05 10:00", cc=town)) == {"q1": ["answer r"]}


def test_the_same_subject_months_later_is_another_question() -> None:
    later = asks(
        "q2",
        "2026-04-20 09:00",
        "Bonjour,\n\nQuel est le délai d’enregistrement d’un changement de siège ?",
    )
    mails = (TWO[0], answers("r1", "2026-03-04 10:00", after="q1"), later)
    assert story(*mails, answers("r2", "2026-04-22 10:00")) == {
        "q1": ["answer r1"],
        "q2": ["answer r2"],
    }


def test_two_colleagues_who_answer_one_question_answer_one_request() -> None:
    first = answers("r1", "2026-03-04 10:00", after="q1")
    second = answers(
        "r2",
        "2026-03-04 10:05",
        sender="Paul Roux <paul.roux@jura.gouv.fr>",
        cc=BOX,
        after="q1",
        seen=Role.INBOX,
    )
    assert story(TWO[0], first, second) == {"q1": ["answer r1", "answer r2"]}


def test_a_reminder_that_names_the_day_of_its_question_joins_that_one() -> None:
    later = asks("q2", "2026-03-04 11:40", GRANT, subject="Fonds de développement")
    text = "Bonjour,\n\nJe reste sans réponse à mon courriel du 2 mars 2026, merci de me répondre.\n\nOdile Ferrand"
    assert story(TWO[0], later, asks("q3", "2026-03-12 09:00", text, subject="Relance")) == {
        "q1": ["reminder q3"],
        "q2": [],
    }


def test_a_reply_that_only_names_our_answer_is_of_its_thread() -> None:
    back = answers("r1", "2026-03-04 10:00", ASKED_BACK, after="q1")
    given = asks(
        "q3",
        "2026-03-05 09:00",
        "Bonjour,\n\nVoici les pièces demandées.\n\nOdile Ferrand",
        subject="Pièces",
        after="r1",
    )
    assert story(*TWO, back, given) == {"q1": ["answer r1", "complement q3"], "q2": []}


def test_a_new_question_beside_one_that_waits_is_another_request() -> None:
    assert story(*TWO) == {"q1": [], "q2": []}


def test_an_answer_tied_to_nothing_is_for_whom_it_is_addressed_to_before_whom_it_is_copied_to() -> (
    None
):
    sent = answers("r", "2026-03-04 10:00", RAFFLES, to=KARIM, cc=CITIZEN, subject="Votre message")
    later = asks("q2", "2026-03-03 11:40", GRANT, subject="Fonds de développement")
    assert story(NEIGHBOUR, later, sent) == {"k": ["answer r"], "q2": []}


def test_an_answer_tied_to_nothing_answers_whom_it_is_only_copied_to_for_review() -> None:
    sent = answers("r", "2026-03-04 10:00", to="mairie@dole.example", cc=CITIZEN, subject="Siège")
    assert story(TWO[0], sent) == {"q1": ["answer r"]}
    assert trust(TWO[0], sent) == {"r": Confidence.LOW}
