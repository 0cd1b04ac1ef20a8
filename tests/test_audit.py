"""The offline run from end to end: whole mails in, requests and figures out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailwatch import contracts, indicators, offline
from mailwatch.model import (
    Audit,
    Bounds,
    Institution,
    Nature,
    Outcome,
    Period,
    Request,
    Role,
    Span,
    State,
    Unwatched,
)
from mailwatch.sources import files
from tests.facts import AGENT, BOX, CITIZEN, JURA, desk
from tests.mails import Export, mail, reply

TODAY = date(2026, 4, 20)
QUESTION = "Bonjour,\n\nQuelles pièces faut-il fournir pour changer le siège de notre association ?\n\nOdile Ferrand\n"
ASKED = "<question@mail.example>"


@pytest.fixture
def export(tmp_path: Path) -> Export:
    return Export(tmp_path / "export")


def run(export: Export, institution: Institution = JURA, today: date = TODAY) -> Audit:
    here = desk(institution)
    gathered = offline.gather(files.entries([str(export.folder)]), here)
    return offline.audit(gathered, (), (), here, Period(from_on=None, to_on=None), today)


def only(found: Audit) -> Request:
    (request,) = found.requests
    return request


# --- the clock ------------------------------------------------------------------------------------


def test_the_clock_starts_at_arrival_whatever_the_sender_s_date(export: Export) -> None:
    """Peers, case 1: the Date field says 2050, the server says Friday."""
    request = only(
        run(export.arrive(mail("2050-04-01 09:00", QUESTION, received="2025-03-07 16:00")))
    )

    assert (request.received_on, request.due_on) == (date(2025, 3, 7), date(2025, 3, 14))
    assert "date_differs" in request.findings


def test_the_topmost_received_counts_and_inner_ones_never(export: Export) -> None:
    forged = b"Received: from pc by elsewhere.example; Mon, 1 Jan 2024 09:00:00 +0100\r\n"
    raw = mail("2026-03-02 09:12", QUESTION)
    head, _, rest = raw.partition(b"\r\nDate:")

    request = only(run(export.arrive(head + b"\r\n" + forged + b"Date:" + rest)))

    assert request.received_on == date(2026, 3, 2)


def test_a_trusted_relay_outweighs_a_later_hop(export: Export) -> None:
    """A message moved by a migration carries a younger topmost Received; the named relay is believed."""
    moved = b"Received: from old by new.jura.gouv.fr; Wed, 1 Apr 2026 03:00:00 +0200\r\n"
    institution = replace(JURA, trusted_relays=("mta.jura.gouv.fr",))

    request = only(run(export.arrive(moved + mail("2026-03-02 09:12", QUESTION)), institution))

    assert request.received_on == date(2026, 3, 2)


def test_without_received_the_date_field_counts_and_is_flagged(export: Export) -> None:
    request = only(run(export.arrive(mail("2026-03-02 09:12", QUESTION, received=None))))

    assert request.received_on == date(2026, 3, 2)
    assert "date_field_only" in request.findings


def test_the_day_is_the_territory_s_and_not_utc_s(export: Export) -> None:
    """Half past midnight in Paris is still yesterday in UTC (peers, case 2c)."""
    request = only(run(export.arrive(mail("2025-06-03 00:30", QUESTION))))

    assert (request.received_on, request.due_on) == (date(2025, 6, 3), date(2025, 6, 11))


def test_the_same_instant_is_another_day_overseas(export: Export) -> None:
    institution = replace(JURA, calendar="987")

    assert only(
        run(export.arrive(mail("2026-03-03 08:00", QUESTION)), institution)
    ).received_on == date(2026, 3, 2)


def test_a_message_without_any_date_is_quarantined_and_the_others_are_kept(export: Export) -> None:
    export.arrive(
        b"From: a@x.example\r\nTo: pref-associations@jura.gouv.fr\r\nSubject: Bonjour\r\n\r\nBonjour ?\r\n"
    )
    export.arrive(mail("2026-03-02 09:12", QUESTION))
    found = run(export)

    assert len(found.requests) == 1
    assert [item.reason.startswith("aucune date") for item in found.quarantined] == [True]


# --- answers --------------------------------------------------------------------------------------


def test_a_reply_in_the_sent_folder_answers_and_names_its_author(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(reply("2026-03-04 10:00", references=ASKED))
    found = run(export)
    request = only(found)

    assert request.state is State.ANSWERED_IN_TIME
    assert request.first is not None
    assert request.first.mentions is not None
    assert request.first.mentions.author.text == "Claire VERNIER"
    assert (found.indicators.email.answered_in_time.text, found.indicators.author.text) == (
        "100 %",
        "100 %",
    )


def test_an_answer_from_an_agent_s_own_box_seen_as_a_copy_answers(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.arrive(
        reply(
            "2026-03-04 10:00",
            sender=f"Claire Vernier <{AGENT}>",
            cc=BOX,
            references=ASKED,
            received="2026-03-04 10:01",
        )
    )

    assert only(run(export)).state is State.ANSWERED_IN_TIME


def test_an_automatic_acknowledgement_of_ours_answers_nobody(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(
        reply(
            "2026-03-02 09:13",
            "Nous accusons réception de votre message. Il sera traité dans un délai de 5 jours ouvrés.",
            subject="Accusé de réception automatique",
            references=ASKED,
            headers={"Auto-Submitted": "auto-replied"},
        )
    )

    assert only(run(export)).state is State.OVERDUE


def test_an_agent_s_absence_message_answers_nobody(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(
        reply(
            "2026-03-02 09:13",
            "Je suis absente du bureau jusqu’au 16 mars inclus. En cas d’urgence, écrivez au secrétariat.",
            subject="Réponse automatique : Changement de siège",
            references=ASKED,
        )
    )

    assert only(run(export)).state is State.OVERDUE


def test_a_holding_reply_typed_by_a_person_counts_and_its_date_is_kept(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(
        reply(
            "2026-03-04 10:00",
            "Madame,\n\nNous avons bien reçu votre demande ; je vous répondrai d’ici le 20 mars.",
            references=ASKED,
        )
    )
    request = only(run(export))

    assert request.first is not None
    assert request.first.kind == Nature.HOLDING_REPLY
    assert request.follow_up_on == date(2026, 3, 20)


def test_mentions_in_the_quoted_question_do_not_count_for_the_answer(export: Export) -> None:
    """Bonus case 11 of the peers: only the previous agent's signature, in the quotation, names anybody."""
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(
        mail(
            "2026-03-04 10:00",
            "Oui.\n\nLe 2 mars 2026 à 09:12, Claire VERNIER <claire.vernier@jura.gouv.fr> a écrit :\n\n"
            "> Cordialement,\n> Claire VERNIER\n> Bureau des associations\n> Préfecture du Jura\n",
            sender=BOX,
            to=CITIZEN,
            references=ASKED,
            received=None,
        )
    )
    first = only(run(export)).first

    assert first is not None
    assert first.mentions is not None
    assert {
        first.mentions.author.outcome,
        first.mentions.service.outcome,
        first.mentions.institution.outcome,
    } == {Outcome.ABSENT}


def test_a_bounced_reply_is_no_answer(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(reply("2026-03-04 10:00", references=ASKED, message_id="<answer@jura.gouv.fr>"))
    export.arrive(
        f"""\
Received: by mta.jura.gouv.fr; Wed, 4 Mar 2026 10:00:07 +0100\r
Date: Wed, 4 Mar 2026 10:00:07 +0100\r
From: MAILER-DAEMON@mta.jura.gouv.fr (Mail Delivery System)\r
To: {BOX}\r
Subject: Undelivered Mail Returned to Sender\r
Auto-Submitted: auto-replied\r
Message-ID: <dsn1@mta.jura.gouv.fr>\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=us-ascii\r
\r
I'm sorry to have to inform you that your message could not be delivered.\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mta.jura.gouv.fr\r
\r
Final-Recipient: rfc822; {CITIZEN}\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: text/rfc822-headers\r
\r
Message-ID: <answer@jura.gouv.fr>\r
Subject: RE: Changement de siege\r
\r
--b--\r
""".encode()
    )
    request = only(run(export))

    assert request.state is State.OVERDUE
    assert request.answers[0].bounced


# --- who asks -------------------------------------------------------------------------------------


def test_a_web_form_relayed_by_a_robot_is_the_citizen_s_request(export: Export) -> None:
    export.arrive(
        mail(
            "2026-03-02 09:12",
            "Nouveau message du formulaire de contact\n\nNom : Ferrand\nPrénom : Odile\n"
            f"Adresse électronique : {CITIZEN}\nMessage : Quelles pièces faut-il pour changer le siège ?\n",
            sender="Formulaire de contact <ne-pas-repondre@jura.gouv.fr>",
            subject="[Formulaire] Associations",
        )
    )
    export.send(reply("2026-03-04 10:00", subject="Votre question sur votre association"))

    assert only(run(export)).state is State.ANSWERED_IN_TIME


def test_a_list_s_header_against_automatic_answers_makes_no_request_automatic(
    export: Export,
) -> None:
    """Peers, case 5c: Exchange adds X-Auto-Response-Suppress to what people write."""
    export.arrive(
        mail(
            "2026-03-02 09:12", QUESTION, headers={"X-Auto-Response-Suppress": "DR, OOF, AutoReply"}
        )
    )

    assert only(run(export)).state is State.OVERDUE


@pytest.mark.parametrize(
    ("subject", "text", "headers"),
    [
        ("Réponse automatique : RE: Changement de siège", "Je suis en congé jusqu’au 15 mars.", {}),
        ("RE: Changement de siège", "Merci beaucoup pour votre réponse, bonne journée !", {}),
        (
            "La lettre d’information du département",
            "Toute l’actualité du mois.",
            {"List-Unsubscribe": "<mailto:x@y.example>", "List-Id": "<lettre.example>"},
        ),
    ],
)
def test_what_asks_nothing_opens_nothing(
    export: Export, subject: str, text: str, headers: dict[str, str]
) -> None:
    export.arrive(mail("2026-03-02 09:12", text, subject=subject, headers=headers))

    assert run(export).requests == ()


def test_a_colleague_s_forward_opens_a_request_for_the_citizen(export: Export) -> None:
    export.arrive(
        mail(
            "2026-03-03 09:00",
            "Bonjour, pour attribution, merci.\n\nPaul Girod\nStandard\n\n"
            "-----Message d'origine-----\n"
            f"De : Odile Ferrand <{CITIZEN}>\nEnvoyé : lundi 2 mars 2026 09:12\nÀ : Accueil\n"
            f"Objet : Changement de siège\n\n{QUESTION}",
            sender="Paul Girod <paul.girod@jura.gouv.fr>",
            subject="TR: Changement de siège",
        )
    )
    export.send(reply("2026-03-05 10:00"))
    request = only(run(export))

    assert request.state is State.ANSWERED_IN_TIME


# --- hostile and broken mail ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\x01\x02\xff\xfe" * 50,
        b"%PDF-1.7\n\xe2\xe3\xcf\xd3\n1 0 obj\n",
        b"juste du texte\nsans en-tete\n",
    ],
    ids=["empty", "binary", "pdf", "text"],
)
def test_what_is_no_message_is_counted_and_listed_and_blocks_nothing(
    export: Export, raw: bytes
) -> None:
    export.arrive(raw, "0-poison.eml")
    export.arrive(mail("2026-03-02 09:12", QUESTION))
    found = run(export)

    assert len(found.requests) == 1
    assert [Path(item.file).name for item in found.quarantined] == ["0-poison.eml"]
    assert found.quarantined[0].reason


def test_the_public_json_holds_what_the_contract_names(export: Export) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(reply("2026-03-04 10:00", references=ASKED))
    written = json.loads(json.dumps(contracts.audit(run(export))))
    (request,) = written["requests"]

    assert request["message_id"] == ASKED
    assert request["file"].endswith("inbox/001.eml")
    assert request["received_at"] == "2026-03-02T09:12:00+01:00"
    assert request["first_answer"] == {
        "on": "2026-03-04",
        "kind": "reply",
        "message_id": "<2026-03-04.1000@jura.gouv.fr>",
    }
    assert (request["delay"], request["state"], request["due_on"]) == (
        2,
        "answered_in_time",
        "2026-03-09",
    )
    assert written["indicators"]["email"]["rate_text"] == "100 %"
    assert written["indicators"]["letter"]["rate_text"] == "Sans objet"
    assert set(written["indicators"]["mentions"]) == {"author", "service", "institution"}
    assert written["quarantined"] == []


def test_the_public_json_tells_how_dates_are_attested_and_what_they_leave_open(
    export: Export,
) -> None:
    export.arrive(mail("2026-03-02 09:12", QUESTION, message_id=ASKED))
    export.send(reply("2026-03-04 10:00", references=ASKED))
    found = run(export)
    span = Span(earliest_on=date(2026, 3, 2), latest_on=date(2026, 3, 3))
    open_ = replace(
        found.requests[0], bounds=Bounds(received=span, due=span, answered=None, delay=(1, 2))
    )
    lost = Unwatched(
        account="jura", folder="INBOX", role=Role.INBOX, since=None, missed=2,
        until=datetime(2026, 3, 9, 8, tzinfo=UTC),
    )  # fmt: skip
    margin = indicators.compute(found.requests, date(2026, 4, 20), [lost])
    told = replace(found, requests=(open_,), indicators=margin, unwatched=(lost,))

    exact, written = (json.loads(json.dumps(contracts.audit(each))) for each in (found, told))

    (request,) = written["requests"]
    assert (request["grade"], request["answer_grade"]) == ("C", "C")
    assert request["bounds"] == {
        "received_on": ["2026-03-02", "2026-03-03"],
        "due_on": ["2026-03-02", "2026-03-03"],
        "answered_on": None,
        "delay": [1, 2],
    }
    email = written["indicators"]["email"]
    assert email["lowest"] == {"numerator": 1, "denominator": 3, "rate_text": "33,3 %"}
    assert email["highest"] == {"numerator": 3, "denominator": 3, "rate_text": "100 %"}
    assert (email["uncertain"], email["missed"]) == (0, 2)
    assert email["answer_grades"] == {"A": 0, "B": 0, "C": 1, "X": 0}
    assert written["unwatched"] == [
        {
            "account": "jura",
            "folder": "INBOX",
            "role": "inbox",
            "since": None,
            "until": "2026-03-09T08:00:00+00:00",
            "missed": 2,
        }
    ]
    sure = exact["indicators"]["email"]
    assert sure["lowest"] == sure["highest"]
    assert sure["lowest"]["rate_text"] == sure["rate_text"]
    assert exact["requests"][0]["bounds"] is None
