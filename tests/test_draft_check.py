"""An agent's draft sent to the check address: which mentions it has, which line to add, and who is never answered."""

from __future__ import annotations

import email
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from smtplib import LMTP, SMTPRecipientsRefused

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import daemon, drafts
from mailwatch.errors import RefusedError, UnreachableError
from mailwatch.intake import answering
from mailwatch.intake.answering import Fate, alert_id_of, answer_drafts, reviewer
from mailwatch.model import (
    Box,
    Delivery,
    Exemption,
    Institution,
    Nature,
    Outcome,
    Period,
    Role,
)
from mailwatch.outbox import deliver
from mailwatch.register import AlertState, created, key_of, opened
from mailwatch.ruleset import Desk
from mailwatch.settings import template_texts
from mailwatch.site import IntakeRole, Security, Site, Submission
from tests.bureau import Clock, kinds
from tests.facts import AGENT, BOX, JURA, at, desk
from tests.handing import DRAFTS, RECEIVED, House, house, until
from tests.mails import SIGNATURE, mail
from tests.servers.smtp import Sink, smtp_server

MARCH = date(2026, 3, 9)
SENDER = "mailwatch@jura.gouv.fr"
OFFICE = replace(
    JURA,
    boxes=(
        Box(address=BOX, service="Bureau des associations"),
        Box(address="pref-titres@jura.gouv.fr", service="Bureau des titres"),
    ),
)
DESK = desk(OFFICE)
TEMPLATES = template_texts()
LETTER = (
    "Bonjour Madame,\n\nIl faut fournir les statuts modifiés et le procès-verbal de l’assemblée."
)
ASKED = """\
De : Odile Ferrand <odile.ferrand@laposte.example>
Envoyé : lundi 2 mars 2026 09:12
À : Préfecture
Objet : Changement de siège

Bonjour, quelles pièces fournir ? Odile Ferrand"""
FORWARDED = """\
---------- Message transféré ---------
De : {sender}
Date : lun. 9 mars 2026 à 10:00
Objet : Changement de siège
À : Odile Ferrand <odile.ferrand@laposte.example>

{text}"""


def draft(text: str, **changes: object) -> bytes:
    """A mail of an agent to the check address."""
    usual: dict[str, object] = {
        "sender": f"Claire Vernier <{AGENT}>",
        "to": DRAFTS,
        "subject": "Projet",
        "received": None,
    }
    return mail("2026-03-09 10:00", text, **(usual | changes))  # type: ignore[arg-type]  # keyed by the test


def reviewed(raw: bytes, where: Desk = DESK) -> drafts.Review | None:
    delivery = Delivery(raw=raw, file="draft/x", role=Role.SENT)
    return drafts.review(delivery, where, (DRAFTS, SENDER), MARCH)


def outcomes(raw: bytes, where: Desk = DESK) -> tuple[str, ...]:
    found = reviewed(raw, where)
    assert found is not None
    return tuple(line.outcome.value for line in found.mentions)


# --- what the draft is ----------------------------------------------------------------------------

ALL = ("present",) * 3
NONE = ("absent",) * 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{LETTER}\n\n{SIGNATURE}", ALL),
        (LETTER, NONE),
        (f"{LETTER}\n\nCordialement,\n\nClaire VERNIER", ("present", "absent", "absent")),
        (f"{LETTER}\n\nBureau des associations\nPréfecture du Jura", ("absent", "present", "present")),
        # Below the typed answer, the citizen's question: not ours.
        (f"{LETTER}\n\n{SIGNATURE}\n\n{ASKED}", ALL),
        (f"{LETTER}\n\nCordialement\n\n{ASKED}", NONE),
    ],
)  # fmt: skip
def test_what_an_agent_types_is_the_draft(text: str, expected: tuple[str, ...]) -> None:
    assert outcomes(draft(text)) == expected


@pytest.mark.parametrize("sender", [f"Préfecture du Jura <{BOX}>", f"Claire Vernier <{AGENT}>"])
def test_a_draft_that_is_passed_on_is_judged_not_the_note_above_it(sender: str) -> None:
    """The note is signed by the one who forwards, as mail programs do by themselves."""
    note = f"Peux-tu vérifier ? Merci\n\n{SIGNATURE}\n\n"
    bare = note + FORWARDED.format(sender=sender, text=LETTER)
    signed = "À vérifier\n\n" + FORWARDED.format(sender=sender, text=f"{LETTER}\n\n{SIGNATURE}")

    assert outcomes(draft(bare, subject="Tr: Changement de siège")) == NONE
    assert outcomes(draft(signed, subject="Tr: Changement de siège")) == ALL


def test_the_question_that_a_passed_on_draft_quotes_is_not_its_own() -> None:
    quoting = f"{LETTER}\n\n{ASKED}\n\nMarie DURAND\nBureau des titres\nPréfecture du Jura"
    passed_on = FORWARDED.format(sender=BOX, text=quoting)

    assert outcomes(draft(f"Pour avis\n\n{passed_on}")) == NONE


def test_an_answer_typed_above_the_question_that_is_passed_on_is_the_draft() -> None:
    question = FORWARDED.format(
        sender="Odile Ferrand <odile.ferrand@laposte.example>",
        text="Bonjour, quelles pièces ?\n\nOdile FERRAND\nBureau des associations\nPréfecture du Jura",
    )

    assert outcomes(draft(f"{LETTER}\n\n{SIGNATURE}\n\n{question}")) == ALL
    assert outcomes(draft(f"{LETTER}\n\n{question}")) == NONE


def test_a_passed_on_draft_of_nobody_in_particular_is_one_below_a_short_note() -> None:
    anonymous = FORWARDED.format(sender="", text=f"{LETTER}\n\n{SIGNATURE}")

    assert outcomes(draft(f"Pour avis.\n\n{anonymous}")) == ALL


def test_a_long_answer_above_what_a_colleague_passed_on_is_the_draft() -> None:
    typed = f"{LETTER} " + "Cette démarche est gratuite et se fait en ligne ou au guichet. " * 12
    passed_on = FORWARDED.format(sender=BOX, text="Bonjour, une question. Odile")

    assert outcomes(draft(f"{typed}\n\n{SIGNATURE}\n\n{passed_on}")) == ALL


def test_a_draft_may_be_attached_as_a_message() -> None:
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = f"Claire Vernier <{AGENT}>", DRAFTS, "Tr: projet"
    outer.set_content("À vérifier, merci.")
    inner = email.message_from_bytes(
        mail("2026-03-09 09:00", f"{LETTER}\n\n{SIGNATURE}", sender=BOX), policy=default
    )
    outer.add_attachment(inner)

    assert outcomes(outer.as_bytes()) == ALL


def test_a_message_without_text_is_asked_for_one() -> None:
    found = reviewed(draft("\n"))

    assert found is not None
    assert found.empty
    assert drafts.subject(found).endswith("il n’y a pas de texte à lire")
    assert "Collez votre projet" in drafts.text(found, TEMPLATES)


# --- which line to add ----------------------------------------------------------------------------


def lines_for(raw: bytes, title: str, where: Desk = DESK) -> tuple[str, ...]:
    found = reviewed(raw, where)
    assert found is not None
    (line,) = (line for line in found.mentions if line.title == title)
    return line.lines


def test_the_lines_to_add_have_the_names_of_the_site() -> None:
    from_the_box = draft(LETTER, sender=f"Préfecture du Jura <{BOX}>")

    assert lines_for(draft(LETTER), "votre nom") == ("Claire Vernier, votre fonction",)
    assert lines_for(from_the_box, "votre nom") == ("Prénom NOM, votre fonction",)
    assert lines_for(from_the_box, "le service") == ("Bureau des associations",)
    assert lines_for(draft(LETTER), "le service") == (
        "Bureau des associations",
        "Bureau des titres",
    )
    assert lines_for(draft(LETTER), "l’institution") == ("Préfecture du Jura",)


def test_a_site_that_names_little_still_gets_a_line_to_fill_in() -> None:
    nameless = desk(Institution(domains=("jura.gouv.fr",)))

    assert lines_for(draft(LETTER), "le service", nameless) == ("Bureau de …",)
    assert lines_for(draft(LETTER), "l’institution", nameless) == ("Préfecture de …",)


def test_nothing_is_to_add_to_what_is_there() -> None:
    found = reviewed(draft(f"{LETTER}\n\n{SIGNATURE}"))

    assert found is not None
    assert [line.lines for line in found.mentions] == [(), (), ()]
    assert found.mentions[0].found == "Claire VERNIER"


def test_initials_are_read_and_said_not_to_be_enough() -> None:
    found = reviewed(
        draft(f"{LETTER}\n\nCordialement,\nC.V.\nBureau des associations\nPréfecture du Jura")
    )

    assert found is not None
    assert found.titles(Outcome.ABSENT) == ("votre nom",)
    assert "initiales ne suffisent pas" in found.mentions[0].note


def test_a_name_that_only_the_sender_field_shows_is_said_so() -> None:
    found = reviewed(draft(f"{LETTER}\n\nBureau des associations\nPréfecture du Jura"))

    assert found is not None
    assert "expéditeur" in found.mentions[0].note


def test_a_service_of_the_exceptions_may_give_a_number() -> None:
    exempt = replace(
        OFFICE,
        exemptions=(
            Exemption(
                address=BOX, service="", ground="L111-2", decided_by="SG", from_on=date(2026, 1, 1)
            ),
        ),
    )
    tail = "Bureau des associations\nPréfecture du Jura"
    numbered = draft(f"{LETTER}\n\nAgent n° 4512\n{tail}", sender=BOX)
    nobody = draft(f"{LETTER}\n\n{tail}", sender=BOX)
    found = reviewed(numbered, desk(exempt))

    assert found is not None
    assert found.mentions[0].outcome is Outcome.EXEMPT
    assert "exceptions" in found.mentions[0].note
    assert "votre numéro d’agent" in lines_for(nobody, "votre nom", desk(exempt))[1]


def test_what_a_picture_or_a_letter_may_hold_is_to_be_verified() -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = AGENT, DRAFTS, "Projet"
    message.set_content("Bonjour, vous trouverez notre réponse dans le courrier ci-joint.")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="lettre.pdf")
    found = reviewed(message.as_bytes())

    assert found is not None
    assert drafts.subject(found).endswith("à vérifier, votre nom, le service et l’institution")
    assert {line.note for line in found.mentions} == {
        "La pièce jointe peut la porter, mais elle n’est pas ouverte : écrivez-la aussi dans le courriel."
    }
    assert "pas pu tout lire" in drafts.text(found, TEMPLATES)


def test_plain_language_is_advised_on() -> None:
    long = (
        "Vous devez fournir " + ", ".join(["les statuts modifiés de votre association"] * 9) + "."
    )
    found = reviewed(
        draft(f"Madame,\n\n{long}\n\nVous trouverez la liste en pièce jointe.\n\n{SIGNATURE}")
    )

    assert found is not None
    assert any(line.startswith("phrase longue") for line in found.advice)
    assert any("pièce jointe" in line for line in found.advice)
    assert "rien d’obligatoire" in drafts.text(found, TEMPLATES)


# --- how it reads ---------------------------------------------------------------------------------


def test_the_answer_of_a_draft_that_lacks_two_mentions_as_an_agent_reads_it() -> None:
    found = reviewed(draft(f"{LETTER}\n\nBien cordialement,\n\nClaire VERNIER", sender=BOX))
    assert found is not None

    assert (
        drafts.subject(found)
        == "Votre projet de réponse\u00a0: il manque le service et l’institution"
    )
    assert drafts.text(found, TEMPLATES).replace("\u00a0", " ") == """\
Bonjour,

Il manque 2 des trois mentions que le label Qual-e-pref demande dans
chaque réponse.

  Oui : votre nom, « Claire VERNIER »

  Non : le service
    Ajoutez cette ligne à votre signature :
        Bureau des associations

  Non : l’institution
    Ajoutez cette ligne à votre signature :
        Préfecture du Jura

Une nouvelle version se vérifie de la même façon, à verif@jura.gouv.fr.
Votre projet n’est pas conservé et ne compte dans aucun chiffre. Message
automatique : n’y répondez pas.
"""  # fmt: skip


class Checked(HTMLParser):
    """A page whose elements are all closed, and which loads nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in {"script", "img", "link", "iframe", "form"}
        assert not {"href", "src", "onclick"} & {name for name, _ in attrs}
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize(
    "text",
    ["\n", LETTER, f"{LETTER}\n\n{SIGNATURE}", f"{LETTER}\n\nC.V.", f"{LETTER} L’OFII décidera.\n\nClaire Vernier"],
)  # fmt: skip
def test_the_page_says_what_the_text_says(text: str) -> None:
    found = reviewed(draft(text))
    assert found is not None
    page = Checked()
    page.feed(drafts.html(found, TEMPLATES))
    told = " ".join(" ".join(page.words).split())

    assert page.open == []
    for line in found.mentions if not found.empty else ():
        for words in (line.found, line.note, *line.lines):
            assert " ".join(words.split()) in told.replace("\u00a0", " ")


def test_words_of_a_draft_cannot_become_markup() -> None:
    hostile = '<b>Claire</b> <img src="x"> VERNIER'
    found = reviewed(draft(LETTER, sender=f'"{hostile} {hostile}" <{AGENT}>'))
    assert found is not None

    assert "<img" not in drafts.html(found, TEMPLATES)


@given(
    text=st.text(max_size=300), name=st.text(st.characters(exclude_characters="\r\n"), max_size=40)
)
def test_any_draft_gets_an_answer_that_can_be_sent(text: str, name: str) -> None:
    raw = (
        f'From: "{name}" <{AGENT}>\r\nTo: {DRAFTS}\r\nMessage-ID: <{name}@x>\r\n'
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
    ).encode("utf-8", "replace")
    delivery = Delivery(raw=raw, file="draft/x", role=Role.SENT, server_at=at("2026-03-09 10:00"))
    written = BY(delivery)

    assert isinstance(written, bytes)
    if written:
        assert email.message_from_bytes(written, policy=default)["Subject"].startswith(
            "Votre projet"
        )


@given(raw=st.binary(max_size=400))
def test_any_octets_at_all_are_answered_or_not(raw: bytes) -> None:
    reviewed(raw)
    reviewed(f"From: {AGENT}\r\n".encode() + raw)


# --- who is never answered ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"Precedence": "List"},
        {"List-Id": "<agents.jura.gouv.fr>"},
        {"List-Unsubscribe": "<mailto:x@jura.gouv.fr>"},
        {"X-Loop": DRAFTS},
        {"X-Auto-Response-Suppress": "OOF, AutoReply"},
        {"X-Autoreply": "yes"},
    ],
)
def test_a_list_or_a_robot_is_not_answered(headers: Mapping[str, str]) -> None:
    assert reviewed(draft(LETTER, headers=headers)) is None


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "no"}, {"Precedence": "normal"}, {"X-Auto-Response-Suppress": "None"}]
)  # fmt: skip
def test_a_person_whose_program_says_so_is(headers: Mapping[str, str]) -> None:
    assert reviewed(draft(LETTER, headers=headers)) is not None


@pytest.mark.parametrize(
    "sender",
    [
        "odile.ferrand@laposte.example",
        DRAFTS,
        SENDER,
        "claire@jura.gouv.fr.example",
        f"{AGENT}, odile.ferrand@laposte.example",
        "",
    ],
)
def test_only_one_agent_of_ours_is_answered(sender: str) -> None:
    assert (
        reviewed(
            draft(LETTER).replace(b"Claire Vernier <" + AGENT.encode() + b">", sender.encode())
        )
        is None
    )


def test_an_absence_notice_is_not_answered_whatever_it_lacks() -> None:
    away = draft(
        "Bonjour,\n\nJe suis absente du bureau jusqu’au 16 mars. En cas d’urgence, écrivez à ma collègue.",
        subject="Réponse automatique : Votre projet de réponse",
    )

    assert reviewed(away) is None


def test_a_delivery_report_is_not_answered() -> None:
    report = (
        f"From: {AGENT}\r\nTo: {DRAFTS}\r\nSubject: Non remis\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nNon remis.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\nAction: failed\r\n"
        "Status: 5.1.1\r\n\r\n--b--\r\n"
    )

    assert reviewed(report.encode()) is None


def test_what_is_no_message_is_not_answered() -> None:
    assert reviewed(b"") is None


# --- by mail, there and back ----------------------------------------------------------------------

SUBMISSION = Submission(host="127.0.0.1", port=0, security=Security.NONE, sender=SENDER)


def by(where: House, port: int) -> answering.Reviewer:
    return reviewer(DESK, TEMPLATES, replace(SUBMISSION, port=port), where.intake)


@dataclass(kw_only=True)
class Office:
    """A site that answers drafts, and the server that its answers go to."""

    house: House
    sink: Sink

    def answer(self) -> list[Fate]:
        submission = replace(SUBMISSION, port=self.sink.port)
        fates = answer_drafts(self.house.spool, by(self.house, self.sink.port), self.house.watch)
        deliver(self.house.register, submission, "", self.house.clock())
        return fates

    def send(self, raw: bytes, sender: str = AGENT) -> None:
        self.house.hand_over(raw, DRAFTS, sender=sender)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with house(tmp_path, desk=DESK) as one, smtp_server() as sink:
        one.clock.at = at("2026-03-09 10:05")
        yield Office(house=one, sink=sink)


BY = answering.Reviewer(desk=DESK, templates=TEMPLATES, submission=SUBMISSION, addresses=(DRAFTS,))


def test_an_agent_who_sends_a_draft_gets_an_answer(office: Office) -> None:
    sent = draft(LETTER, message_id="<projet-1@jura.gouv.fr>")
    office.send(sent)

    assert office.answer() == [Fate.ANSWERED]

    (taken,) = office.sink.taken
    answer = email.message_from_bytes(taken.octets, policy=default)
    assert isinstance(answer, EmailMessage)
    assert (taken.sender, taken.recipients) == (SENDER, (AGENT,))
    assert answer["To"] == AGENT
    assert answer["In-Reply-To"] == answer["References"] == "<projet-1@jura.gouv.fr>"
    assert (answer["Auto-Submitted"], answer["X-Loop"]) == ("auto-replied", DRAFTS)
    assert answer["X-Auto-Response-Suppress"] == "All"
    assert "il manque votre nom, le service et l’institution" in answer["Subject"]
    kinds_of = [part.get_content_type() for part in answer.walk()]
    assert kinds_of == ["multipart/alternative", "text/plain", "text/html"]


def test_nothing_of_a_draft_stays(office: Office) -> None:
    office.send(draft(f"{LETTER} Jeton-Unique.\n\nMarguerite ZIMBRELLE"))
    office.answer()
    office.house.clock.on(days=2)
    office.answer()
    state = office.house.spool._folder.parent

    assert office.house.waiting() == office.house.counted() == 0
    for path in state.rglob("*"):
        octets = path.read_bytes() if path.is_file() else b""
        for token in (b"Jeton-Unique", b"ZIMBRELLE", AGENT.encode()):
            assert token not in octets, path


def test_a_draft_counts_in_no_figure(office: Office) -> None:
    office.send(draft(LETTER))
    office.answer()
    office.house.take()

    assert office.house.requests() == ()
    assert office.house.counted() == 0
    assert "fact" not in kinds(office.house.register)


def test_an_answer_that_lands_in_a_watched_box_is_a_machines_and_no_request(office: Office) -> None:
    office.send(draft(LETTER, sender=f"Préfecture du Jura <{BOX}>"), sender=BOX)
    office.answer()
    (taken,) = office.sink.taken
    office.house.hand_over(taken.octets, RECEIVED, sender=SENDER)
    office.house.take()
    audit = office.house.register.audit(DESK, Period(from_on=None, to_on=None), MARCH)

    assert (audit.requests, dict(audit.set_aside)) == ((), {Nature.AUTOMATIC_REPLY: 1})


def test_the_same_draft_is_answered_once_however_often_it_comes(office: Office) -> None:
    for _ in range(2):
        office.send(draft(LETTER))
        office.answer()

    assert len(office.sink.taken) == 1


def test_a_death_after_the_answer_is_queued_answers_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.send(draft(LETTER))
    monkeypatch.setattr(office.house.spool, "done", lambda _: None)
    office.answer()
    monkeypatch.undo()
    office.answer()

    assert len(office.sink.taken) == 1
    assert office.house.waiting() == 0


def test_an_answer_that_cannot_leave_waits_and_leaves_later(office: Office) -> None:
    office.sink.refused = {AGENT: "451 4.3.0 plus tard"}
    office.send(draft(LETTER))
    with pytest.raises(UnreachableError):
        office.answer()
    assert answering.awaits_sending(office.house.watch)

    office.sink.refused = {}
    office.answer()
    assert len(office.sink.taken) == 1
    assert not answering.awaits_sending(office.house.watch)


def test_an_answer_that_is_refused_for_good_is_emptied_too(office: Office) -> None:
    office.sink.refused = {AGENT: "550 5.1.1 inconnu"}
    office.send(draft(LETTER))
    with pytest.raises(RefusedError):
        office.answer()
    office.answer()

    (failed,) = office.house.register.alerts_in(AlertState.FAILED)
    assert failed.message == b""


def test_a_sender_gets_twenty_answers_an_hour_and_others_are_not_held_up(office: Office) -> None:
    for number in range(answering.MOST + 3):
        office.send(draft(f"{LETTER} Version {number}."))
    office.send(draft(LETTER, sender="luc.perrin@jura.gouv.fr"), sender="luc.perrin@jura.gouv.fr")
    fates = office.answer()

    assert fates.count(Fate.TOO_MANY) == 3
    assert fates.count(Fate.ANSWERED) == answering.MOST + 1
    assert office.house.waiting() == 0
    office.house.clock.on(hours=1, minutes=1)
    office.send(draft(f"{LETTER} Une heure après."))
    assert office.answer() == [Fate.ANSWERED]


def test_two_robots_of_ours_that_answer_each_other_come_to_an_end(office: Office) -> None:
    """A robot that marks nothing and answers whatever it gets, for two days."""
    office.send(draft(LETTER))
    for round_ in range(200):
        office.answer()
        if len(office.sink.taken) <= round_:
            break
        office.send(draft(f"{LETTER} Réponse à votre réponse, {round_}."))

    assert len(office.sink.taken) == answering.MOST


@pytest.mark.parametrize(
    "sender", ["", "odile.ferrand@laposte.example", DRAFTS, "x@jura.gouv.fr.example"]
)
def test_a_draft_of_anybody_else_is_refused_at_the_door(office: Office, sender: str) -> None:
    """The null sender is of reports and automatic answers."""
    with office.house.lmtp() as connection, pytest.raises(SMTPRecipientsRefused) as refused:
        connection.sendmail(sender, [DRAFTS], draft(LETTER))
    assert refused.value.recipients[DRAFTS][0] == 550
    office.house.hand_over(draft(LETTER), RECEIVED, sender=sender)


def test_what_the_answer_does_not_reach_is_not_said_to_be_answered(office: Office) -> None:
    office.send(draft(LETTER, headers={"Auto-Submitted": "auto-replied"}))
    office.send(draft(LETTER, sender="odile.ferrand@laposte.example"))

    assert office.answer() == [Fate.SILENT, Fate.SILENT]
    assert office.sink.taken == []


def test_a_damaged_file_is_no_draft(office: Office) -> None:
    office.send(draft(LETTER))
    (one,) = office.house.spool.waiting(IntakeRole.DRAFT)
    one.path.write_bytes(b"x")

    assert office.answer() == [Fate.SILENT]


def test_the_journal_counts_answers_and_names_nobody(office: Office) -> None:
    office.send(draft(LETTER))
    office.answer()
    with office.house.register._database.reading() as connection:
        lines = connection.exec_driver_sql("SELECT line FROM journal").scalars().all()

    assert any(b'"fate":' in line.replace(b'": ', b'":') for line in lines)
    assert not any(b"@" in line for line in lines)


def test_the_same_draft_gives_the_same_octets() -> None:
    delivery = Delivery(
        raw=draft(LETTER),
        file=alert_id_of("ab" * 32),
        role=Role.SENT,
        server_at=at("2026-03-09 10:00"),
    )

    assert BY(delivery) == BY(delivery)
    assert BY(replace(delivery, server_at=None)) == b""


def test_a_worker_reviews_drafts_in_the_service(tmp_path: Path) -> None:
    with house(tmp_path, workers=1, desk=DESK) as one, smtp_server() as sink:
        office = Office(house=one, sink=sink)
        office.send(draft(LETTER))
        office.send(draft(f"{LETTER}\n\n{SIGNATURE}"))

        assert office.answer() == [Fate.ANSWERED, Fate.ANSWERED]
    subjects = [email.message_from_bytes(t.octets, policy=default)["Subject"] for t in sink.taken]
    assert any("les trois mentions y sont" in subject for subject in subjects)


# --- in the service -------------------------------------------------------------------------------


@contextmanager
def handed_over(tmp_path: Path, *copies: tuple[bytes, str, str]) -> Iterator[Site]:
    """A site at rest, whose mail server handed something over while it was at work."""
    with house(tmp_path, desk=DESK) as one:
        for raw, recipient, sender in copies:
            one.hand_over(raw, recipient, sender=sender)
    yield Site(institution=OFFICE, state=str(tmp_path / "state"), intake=one.intake)


def once(site: Site) -> daemon.Done:
    key = key_of(Path(site.state))
    clock = Clock(at=at("2026-03-09 10:05"))
    return daemon.once(
        site, DESK, key, now=clock, log=daemon.Log(stream=StringIO(), now=clock), workers=0
    )


def test_one_pass_of_the_service_takes_copies_in_and_answers_drafts(tmp_path: Path) -> None:
    question = mail("2026-03-02 09:12", "Bonjour, quelles pièces faut-il ? Odile Ferrand")
    copies = ((question, RECEIVED, "odile@laposte.example"), (draft(LETTER), DRAFTS, AGENT))
    with handed_over(tmp_path, *copies) as site, smtp_server() as sink:
        done = once(replace(site, submission=replace(SUBMISSION, port=sink.port)))

        assert done.errors == ()
        assert [taken.recipients for taken in sink.taken] == [(AGENT,)]
    with opened(tmp_path / "state", key_of(tmp_path / "state")) as register:
        assert [request.state for request in register.requests(DESK, MARCH)] == ["pending"]


@pytest.mark.parametrize("still", [True, False])
def test_drafts_are_not_kept_where_nobody_answers_them_any_more(
    tmp_path: Path, *, still: bool
) -> None:
    """No server to send by, or no intake at all."""
    with handed_over(tmp_path, (draft(LETTER), DRAFTS, AGENT)) as site:
        once(site if still else replace(site, intake=None))

    assert list((tmp_path / "state" / "spool" / "draft").iterdir()) == []


def listens(path: Path) -> bool:
    """Say whether a socket takes connections: it stands there a moment before it does."""
    with socket.socket(socket.AF_UNIX) as asked:
        return asked.connect_ex(str(path)) == 0


def test_the_service_answers_within_a_tick_and_stops_as_asked(tmp_path: Path) -> None:
    created(tmp_path / "state")
    with smtp_server() as sink:
        (tmp_path / "mailwatch.toml").write_text(
            '[institution]\nname = "Préfecture du Jura"\ncalendar = "39"\ndomains = ["jura.gouv.fr"]\n'
            f'[register]\nstate = "state"\n[intake]\nlmtp = "{tmp_path}/lmtp.sock"\n'
            f'addresses = [{{ address = "{DRAFTS}", role = "draft" }}]\n'
            f'[smtp]\nhost = "localhost"\nport = {sink.port}\nsecurity = "none"\nsender = "{SENDER}"\n',
            encoding="utf-8",
        )
        command = [
            sys.executable,
            "-m",
            "mailwatch",
            "run",
            "--settings",
            str(tmp_path / "mailwatch.toml"),
        ]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as service:
            try:
                until(lambda: listens(tmp_path / "lmtp.sock"))
                with LMTP(str(tmp_path / "lmtp.sock")) as connection:
                    assert connection.sendmail(AGENT, [DRAFTS], draft(LETTER)) == {}
                until(lambda: bool(sink.taken))
                service.send_signal(signal.SIGTERM)
                assert service.wait(60) == 0
            finally:
                service.kill()
            assert service.stderr is not None
            told = service.stderr.read()

    assert '"event": "drafts"' in told
    assert AGENT not in told
    assert not (tmp_path / "lmtp.sock").exists()
