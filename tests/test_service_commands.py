"""The service's commands as the référent qualité and the administrator type them, on real servers."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mailwatch import daemon
from tests.facts import BOX, at
from tests.mails import mail, reply
from tests.servers.fixtures import Watched
from tests.servers.ports import free_port
from tests.servers.smtp import Sink, smtp_server
from tests.test_cli import Ran, Run, run

__all__ = ["run"]

QUESTION = "Bonjour,\n\nQuelles pièces fournir pour changer de siège ?\n\nOdile Ferrand"
MONDAY, WEDNESDAY = "2026-03-02 09:12", "2026-03-04 16:40"
ASKED = "<2026-03-02.0912@mail.example>"
PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " "})


@dataclass(kw_only=True)
class Bureau:
    """A préfecture that installs mailwatch: its settings file, its servers, its commands."""

    home: Path
    watched: Watched
    sink: Sink
    type_: Run
    changes: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Path:
        return self.home / "mailwatch.toml"

    @property
    def secret(self) -> Path:
        return self.home / "imap.secret"

    @property
    def state(self) -> Path:
        return self.home / "etat"

    def write(self, **changes: object) -> None:
        """Write the settings file, with other values than those of a good one."""
        values: dict[str, object] = {
            "port": self.watched.account.port,
            "security": "none",
            "user": self.watched.account.user,
            "sent": "Envoyés",
            "smtp_port": self.sink.port,
        }
        values |= changes
        self.settings.write_text(
            """
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]

[[box]]
address = "pref-associations@jura.gouv.fr"
service = "Bureau des associations"

[[account]]
name = "prefecture"
host = "127.0.0.1"
port = {port}
security = "{security}"
user = "{user}"
secret = {{ file = "imap.secret" }}
folders = [{{ name = "INBOX", role = "inbox" }}, {{ name = "{sent}", role = "sent" }}]

[alert]
recipients = ["qualite@jura.gouv.fr"]

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
sender = "mailwatch@jura.gouv.fr"

[register]
state = "etat"
""".format(**values),
            "utf-8",
        )

    def type(self, *words: str, now: str = "2026-03-10T12:00") -> Ran:
        """Run a command with the settings, at `now` where it may be given."""
        timed = () if words[0] in {"db", "doctor", "init", "check-config"} else ("--now", now)
        return self.type_(*words, "--settings", str(self.settings), *timed)

    def json(self, *words: str, now: str = "2026-03-10T12:00", code: int = 0) -> Any:
        ran = self.type(*words, "--json", now=now)
        assert ran.code == code, ran.err
        return json.loads(ran.out)

    def receive(self, when: str, text: str = QUESTION, *, folder: str = "INBOX", **of: str) -> None:
        self.watched.mailbox.put(mail(when, text, **of), at(when), folder=folder)  # type: ignore[arg-type]  # fields

    def send(self, when: str, **of: str) -> None:
        self.watched.mailbox.put(reply(when, **of), at(when), folder="Envoyés")  # type: ignore[arg-type]  # fields


@pytest.fixture
def bureau(watched: Watched, tmp_path: Path, run: Run) -> Iterator[Bureau]:
    watched.mailbox.folder("Envoyés")
    with smtp_server() as sink:
        made = Bureau(home=tmp_path, watched=watched, sink=sink, type_=run)
        made.secret.write_text(watched.secret + "\n", "utf-8")
        made.secret.chmod(0o600)
        made.write()
        assert made.type("init").code == 0
        yield made
        made.write()
        checked = made.type("db", "check")
    assert (checked.code, checked.err) == (0, ""), checked.out


@pytest.fixture
def asked(bureau: Bureau) -> Bureau:
    """A question that arrived on Monday and was answered on Wednesday, and one that waits."""
    bureau.receive(MONDAY)
    bureau.send(WEDNESDAY, references=ASKED)
    bureau.receive("2026-03-09 10:00", sender="Karim Haddad <k.haddad@orange.example>")
    assert bureau.type("once").code == 0
    return bureau


def the_request(bureau: Bureau) -> str:
    (request,) = [
        each
        for each in bureau.json("report", "--period", "2026")["requests"]
        if each["message_id"] == ASKED
    ]
    return str(request["id"])


# --- the first day --------------------------------------------------------------------------------


def test_once_says_what_it_brought(bureau: Bureau) -> None:
    bureau.receive(MONDAY)

    first, second = bureau.type("once"), bureau.type("once", now="2026-03-10T12:02")

    assert (first.code, first.out, first.err) == (
        0,
        "1 message(s) relevé(s), 0 illisible(s), 0 alerte(s).\n",
        "",
    )
    assert second.out.startswith("0 message(s)")


def test_the_report_of_the_register_counts_the_answer(asked: Bureau) -> None:
    figures = asked.json("report", "--period", "2026")["indicators"]["email"]

    assert (figures["numerator"], figures["denominator"], figures["pending"]) == (1, 1, 1)


# --- status ---------------------------------------------------------------------------------------


def test_status_tells_how_far_each_folder_is_looked_at(asked: Bureau) -> None:
    found = asked.json("status", now="2026-03-10T12:05")

    assert [folder["folder"] for folder in found["folders"]] == ["INBOX", "Envoyés"]
    for folder in found["folders"]:
        assert folder["looked_at"] == "2026-03-10T12:00:00+01:00"
        assert (folder["awaiting"], folder["quarantined"], folder["gaps"]) == (0, 0, 0)
        assert folder["error"] is None
        assert folder["next_at"] is None
    assert found["running"] is False
    assert found["journal"]["size"] > 0
    assert len(found["journal"]["digest"]) == 64
    assert found["register_octets"] == (asked.state / "register.sqlite").stat().st_size


def test_status_before_the_first_look_says_never(bureau: Bureau) -> None:
    found = bureau.type("status")

    assert found.code == 0
    assert found.out.count("jamais relevé") == 2
    assert "Le service est arrêté" in found.out
    assert "Aucune alerte n’est encore partie" in found.out


def test_status_counts_the_time_in_which_nobody_looked(asked: Bureau) -> None:
    asked.type("once", now="2026-03-11T12:00")

    (inbox, _) = asked.json("status", now="2026-03-11T15:00")["folders"]

    # A day before the second look, and three hours since.
    assert (inbox["gaps"], inbox["unwatched_seconds"]) == (2, 27 * 3600)
    assert (
        "2 interruptions en 30 jours (27 h 00)" in asked.type("status", now="2026-03-11T15:00").out
    )


def test_status_tells_that_the_service_runs_and_when_it_looks_again(asked: Bureau) -> None:
    with daemon.only_one(asked.state):
        found = asked.json("status", now="2026-03-10T12:01")
        shown = asked.type("status", now="2026-03-10T12:01").out

    assert (found["running"], found["process"]) == (True, os.getpid())
    assert found["folders"][0]["next_at"] == "2026-03-10T12:02:00+01:00"
    assert f"en marche (processus {os.getpid()})" in shown
    assert "prochain relevé à 12:02" in shown


def test_what_the_server_kept_out_of_its_list_is_found_by_comparing_and_told_everywhere(
    asked: Bureau,
) -> None:
    bend = asked.watched.wiretap.bend
    asked.watched.wiretap.bend = lambda line: line.replace(b"* SEARCH 3\r\n", b"* SEARCH\r\n")
    asked.receive("2026-03-10 12:30", sender="Paul Morel <p.morel@orange.example>")
    asked.type("once", now="2026-03-10T12:31")
    asked.watched.wiretap.bend = bend
    assert asked.json("status", now="2026-03-10T12:32")["folders"][0]["missed"] == 1

    ran = asked.type("once", "--reconcile", now="2026-03-10T12:40")

    assert "messages retrouvés : 1, qui n’y sont plus : 0" in ran.out
    folder = asked.json("status", now="2026-03-10T12:41")["folders"][0]
    assert (folder["missed"], folder["healed"]) == (0, 1)
    assert folder["reconciled_at"] == "2026-03-10T12:40:00+01:00"
    told = asked.type("status", now="2026-03-10T12:41").out
    assert "1 message manqué, retrouvé la nuit" in told
    alert = " ".join(asked.type("alert", "--dry-run", now="2026-03-10T12:41").out.split())
    assert "prefecture/INBOX : 1 message retrouvé le mardi 10/03/2026 à 12:40" in alert
    assert asked.json("once", "--reconcile", now="2026-03-10T12:50")["healed"] == 0


def test_status_names_no_correspondent(asked: Bureau) -> None:
    for said in (asked.type("status").out, asked.type("status", "--json").out):
        assert not re.search("ferrand|haddad|siège", said, re.IGNORECASE)


# --- the weekly alert -----------------------------------------------------------------------------


def test_the_alert_can_be_seen_while_the_service_runs_and_nothing_leaves(asked: Bureau) -> None:
    page = asked.home / "alerte.html"
    with daemon.only_one(asked.state):
        shown = asked.type("alert", "--dry-run", "--html", str(page))

    assert shown.code == 0
    assert "Bureau des associations" in shown.out or "BUREAU DES ASSOCIATIONS" in shown.out
    assert page.read_text("utf-8").lower().startswith("<!doctype html>")
    assert not asked.sink.taken
    assert asked.json("status")["alert"] is None


def test_an_alert_shown_into_a_folder_that_is_not_there_is_a_fault_of_the_command(
    asked: Bureau,
) -> None:
    found = asked.type("alert", "--dry-run", "--html", str(asked.home / "absent" / "a.html"))

    assert found.code == 2
    assert "--html" in found.err


def test_the_alert_leaves_once_a_week_however_often_it_is_asked_for(asked: Bureau) -> None:
    early = asked.type("alert", now="2026-03-10T13:00")
    monday = asked.type("alert", now="2026-03-16T08:00")
    again = asked.type("alert", now="2026-03-16T11:00")

    assert "la première part le jour prévu" in early.out
    assert monday.out == "1 alerte(s) envoyée(s).\n"
    assert "2026-W12 est partie, le 16/03/2026 08:00" in again.out
    assert len(asked.sink.taken) == 1
    assert asked.json("status", now="2026-03-16T11:01")["alert"]["state"] == "accepted"


def test_other_programs_get_the_alert_as_json(asked: Bureau) -> None:
    shown = asked.json("alert", "--dry-run", now="2026-03-16T08:00")
    sent = asked.json("alert", now="2026-03-16T08:00")

    assert shown["week"] == "2026-W12"
    assert shown["subject"].translate(PLAIN).endswith("(semaine 12)")
    assert "16/03/2026" in shown["text"]
    assert sent == {"sent": 1, "week": "2026-W12", "state": "accepted"}


def test_a_page_is_not_asked_for_when_the_alert_is_to_leave(asked: Bureau) -> None:
    found = asked.type("alert", "--html", "page.html", now="2026-03-16T08:00")

    assert (found.code, len(asked.sink.taken)) == (2, 0)
    assert "--dry-run" in found.err


def test_the_doctor_tries_everything_and_exits_with_the_first_fault(asked: Bureau) -> None:
    well = asked.type("doctor", "--json")
    asked.secret.write_text("faux", "utf-8")
    ill = asked.type("doctor", "--json")

    assert well.code == 0
    assert {one["well"] for one in well.lines[0]["tried"]} == {True}
    assert well.lines[0]["tried"][0] == {
        "what": "règles", "well": True, "text": "celles de mailwatch", "exit_code": 0, "doubts": [],
    }  # fmt: skip
    assert ill.code == 77
    tried = {one["what"]: one["exit_code"] for one in ill.lines[0]["tried"]}
    assert {what for what, code in tried.items() if code} == {"compte prefecture"}


def test_the_doctor_names_the_rules_of_the_site(asked: Bureau) -> None:
    (asked.home / "rules.d").mkdir()
    (asked.home / "rules.d" / "jura.toml").write_text(
        '[[choice]]\nkey = "follow_up_days"\nvalue = 10\nsource = "Comité"\n', "utf-8"
    )
    asked.settings.write_text(f'rules = "rules.d"\n{asked.settings.read_text("utf-8")}', "utf-8")
    first = asked.type("doctor", "--json").lines[0]["tried"][0]

    assert first["text"] == "celles de mailwatch, changées par le site : follow_up_days"


def test_what_the_settings_say_is_listed_by_weight(bureau: Bureau) -> None:
    lines = bureau.type("check-config", "--json").lines[0]["lines"]

    assert {line["weight"] for line in lines} == {"set", "doubtful"}
    assert any("Bureau des associations" in line["text"] for line in lines)


def test_sending_beside_a_running_service_is_left_to_it(asked: Bureau) -> None:
    with daemon.only_one(asked.state):
        found = asked.type("alert", now="2026-03-16T08:00")

    assert found.code == 75
    assert "déjà en marche" in found.err
    assert not asked.sink.taken


# --- one request ----------------------------------------------------------------------------------


def test_show_reads_sender_and_subject_again_in_the_mailbox(asked: Bureau) -> None:
    shown = asked.type("show", the_request(asked)).out

    assert "courriel reçu le 02/03/2026 09:12, échéance le 09/03/2026 : répondue à temps" in shown
    assert "de : Odile Ferrand <odile.ferrand@laposte.example>" in shown
    assert "objet : Changement de siège" in shown
    assert "réponse, 2 jours ouvrés" in shown
    for stored in filter(Path.is_file, asked.state.rglob("*")):
        assert b"odile.ferrand" not in stored.read_bytes()
        assert "Changement de siège".encode() not in stored.read_bytes()


@pytest.mark.parametrize("name", [ASKED, ASKED.strip("<>"), ASKED.upper()])
def test_show_knows_a_request_by_a_message_with_its_brackets_or_without(
    asked: Bureau, name: str
) -> None:
    assert the_request(asked) in asked.type("show", name).out


def test_show_gives_its_timeline_to_other_programs(asked: Bureau) -> None:
    found = asked.json("show", the_request(asked))

    assert [event["happening"] for event in found["timeline"]] == ["received", "answer", "due"]
    assert found["messages"][0]["subject"] == "Changement de siège"
    assert found["request"]["message_id"] == ASKED


def test_show_tells_what_a_person_decided(asked: Bureau) -> None:
    request = the_request(asked)
    decided = (
        "--service",
        "Bureau des associations",
        "--author",
        "Léa Morel",
        "--reason",
        "erreur d’aiguillage",
    )
    assert asked.type("correct", request, *decided).code == 0

    shown = asked.type("show", request).out

    assert (
        "rectification (service) : Bureau des associations, par Léa Morel (erreur d’aiguillage)"
        in shown
    )


def test_show_without_the_mailbox_says_so_and_shows_the_rest(asked: Bureau) -> None:
    request = the_request(asked)
    asked.write(port=free_port())

    shown = asked.type("show", request)

    assert shown.code == 0
    assert "non relu : " in shown.out
    assert "répondue à temps" in shown.out
    assert "Ferrand" not in shown.out


def test_show_says_when_a_message_is_gone_from_its_folder(asked: Bureau) -> None:
    request = the_request(asked)
    for file in asked.watched.mailbox.files():
        file.unlink()

    assert "ce message n’est plus dans son dossier" in asked.type("show", request).out


def test_show_offline_asks_no_server(asked: Bureau) -> None:
    request = the_request(asked)
    said = len(asked.watched.wiretap.said)

    assert "répondue à temps" in asked.type("show", request, "--offline").out
    assert len(asked.watched.wiretap.said) == said


def test_a_request_that_is_not_known_is_named_and_the_nearest_given(asked: Bureau) -> None:
    request = the_request(asked)

    found = asked.type("show", request[:-1] + "~")

    assert found.code == 2
    assert request in found.err


def test_a_subject_cannot_command_the_terminal(bureau: Bureau) -> None:
    hostile = "=?utf-8?b?G1sybUJvbmpvdXIbXTA7cGlyYXRlB1tib2xkXQ==?="
    bureau.watched.mailbox.put(
        mail(MONDAY, QUESTION).replace(
            b"Subject: " + _encoded_subject(), b"Subject: " + hostile.encode()
        ),
        at(MONDAY),
    )
    bureau.type("once")

    shown = bureau.type("show", ASKED).out

    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "[bold]" in shown


def _encoded_subject() -> bytes:
    found = re.search(rb"Subject: (.+)\r\n", mail(MONDAY, QUESTION))
    assert found is not None
    return found.group(1)


# --- what to review -------------------------------------------------------------------------------


def test_review_of_sure_verdicts_is_empty(asked: Bureau) -> None:
    assert asked.json("review") == {"review": []}
    assert asked.type("review").out == "Rien n’attend l’avis d’une personne.\n"


@pytest.fixture
def doubted(bureau: Bureau) -> Bureau:
    """An answer to another address, which only the words that it quotes link to its question."""
    text = (
        "Bonjour,\n\nJe suis trésorière d’une association de randonnée et je voudrais savoir quelles pièces il faut "
        "fournir pour déclarer le changement de notre siège social à la préfecture.\n\nOdile Ferrand"
    )
    bureau.receive(MONDAY, text)
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    own = "Bonjour,\n\nVous trouverez ci-joint la liste des pièces.\n\nClaire Vernier\nPréfecture du Jura"
    answered = mail(
        WEDNESDAY,
        f"{own}\n\nLe 2 mars 2026, Odile Ferrand a écrit :\n{quoted}",
        sender=f"Bureau des associations <{BOX}>",
        to="o.ferrand@bureau.example",
        subject="Votre question",
    )
    bureau.watched.mailbox.put(answered, at(WEDNESDAY), folder="Envoyés")
    assert bureau.type("once").code == 0
    return bureau


def test_review_lists_a_doubtful_link_until_a_person_decides(doubted: Bureau) -> None:
    (one,) = doubted.json("review")["review"]
    assert (one["doubt"], one["what"], one["box"]) == ("link", "answer", BOX)
    assert "rattachement : réponse du 04/03/2026 ?" in doubted.type("review").out

    decided = ("--author", "Léa Morel", "--reason", "elle écrit aussi de son travail")
    linked = doubted.type("correct", one["target"], "--link", one["request"], *decided)

    assert linked.code == 0, linked.err
    assert doubted.json("review") == {"review": []}


# --- each setting broken, one by one --------------------------------------------------------------


def _wrong_password(bureau: Bureau) -> None:
    bureau.secret.write_text("faux", "utf-8")


def _mend(bureau: Bureau) -> None:
    bureau.secret.unlink(missing_ok=True)
    bureau.secret.write_text(bureau.watched.secret + "\n", "utf-8")
    bureau.secret.chmod(0o600)
    bureau.write()


FAULTS: list[tuple[str, Callable[[Bureau], object], int, str, str]] = [
    ("a wrong password", _wrong_password, 77, "refuse l’identifiant", "refuse le compte"),
    (
        "a secret that everybody can read",
        lambda b: b.secret.chmod(0o644),
        78,
        "chmod",
        "secret de ce compte",
    ),
    (
        "a secret that is missing",
        lambda b: b.secret.unlink(),
        78,
        "imap.secret",
        "secret de ce compte",
    ),
    (
        "a server that is not there",
        lambda b: b.write(port=free_port()),
        69,
        "127.0.0.1",
        "ne répond pas",
    ),
    (
        "a certificate of nobody known",
        lambda b: b.write(port=b.watched.server.tls_port, security="tls"),
        77,
        "certificat",
        "certificat n’est pas valable",
    ),
    (
        "a folder that is missing",
        lambda b: b.write(sent="Envoyé"),
        65,
        "est-ce « Envoyés »",
        "pas de dossier de ce nom",
    ),
]


@pytest.mark.parametrize(
    ("spoil", "code", "sentence", "told"),
    [fault[1:] for fault in FAULTS],
    ids=[f[0] for f in FAULTS],
)
def test_a_broken_setting_is_one_sentence_an_exit_code_and_nothing_is_lost(
    bureau: Bureau, spoil: Callable[[Bureau], object], code: int, sentence: str, told: str
) -> None:
    bureau.receive(MONDAY)
    spoil(bureau)

    failed = bureau.type("once")
    status = bureau.type("status", now="2026-03-10T12:01").out

    assert failed.code == code
    (line,) = failed.err.splitlines()
    assert line.startswith("mailwatch : ")
    assert sentence in line
    assert told in status
    assert "depuis le 10/03/2026 12:00" in status

    _mend(bureau)
    mended = bureau.type("once", now="2026-03-10T12:04")

    assert (mended.code, mended.err) == (0, "")
    assert told not in bureau.type("status", now="2026-03-10T12:05").out
    assert len(bureau.json("report", "--period", "2026")["requests"]) == 1


@pytest.mark.parametrize(
    ("answer", "code", "state"),
    [("451 4.3.0 plus tard", 69, "queued"), ("550 5.7.1 non", 77, "failed")],
)
def test_an_alert_that_the_server_refuses_is_told(
    bureau: Bureau, answer: str, code: int, state: str
) -> None:
    bureau.sink.answer = answer

    failed = bureau.type("once", now="2026-03-16T08:00")
    found = bureau.json("status", now="2026-03-16T08:01", code=code)

    assert failed.code == code
    assert len(failed.err.splitlines()) == 1
    assert found["alert"]["state"] == state
    assert found["sending_error"] is not None
    assert "envoi des alertes : " in bureau.type("status", now="2026-03-16T08:01").out


def test_an_alert_without_a_server_waits_and_leaves_when_it_is_back(bureau: Bureau) -> None:
    bureau.write(smtp_port=free_port())
    failed = bureau.type("once", now="2026-03-16T08:00")
    waiting = bureau.json("status", now="2026-03-16T08:01", code=69)
    bureau.write()
    bureau.type("once", now="2026-03-16T08:10")
    left = bureau.json("status", now="2026-03-16T08:11")

    assert (failed.code, waiting["alerts_waiting"]) == (69, 1)
    assert (left["alert"]["state"], left["alerts_waiting"], left["sending_error"]) == (
        "accepted",
        0,
        None,
    )
    assert len(bureau.sink.taken) == 1


def test_a_register_that_another_program_holds_is_busy(asked: Bureau) -> None:
    with closing(sqlite3.connect(asked.state / "register.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        held = asked.type("once", now="2026-03-10T12:02")
        other.execute("ROLLBACK")

    assert held.code == 75
    assert "tenu par un autre programme" in held.err
    assert asked.type("once", now="2026-03-10T12:04").code == 0


@pytest.mark.parametrize("command", ["once", "status", "review", "alert", "report"])
def test_without_a_register_every_command_says_how_to_make_one(
    bureau: Bureau, command: str
) -> None:
    kept = bureau.state.rename(bureau.home / "ailleurs")

    found = bureau.type(command)

    assert found.code in {65, 78}
    assert "mailwatch" in found.err
    assert len(found.err.splitlines()) == 1
    kept.rename(bureau.state)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_state_folder_that_cannot_be_written_is_refused(asked: Bureau) -> None:
    mode = stat.S_IMODE(asked.state.stat().st_mode)
    (asked.state / "lock").unlink()
    asked.state.chmod(0o500)

    found = asked.type("once")
    asked.state.chmod(mode)

    assert found.code == 77
    assert "ne peut pas y écrire" in found.err


# --- a month --------------------------------------------------------------------------------------


def _post(bureau: Bureau) -> dict[date, Callable[[], None]]:
    """What comes and goes, by the day after whose look it does; Easter Monday is 6 April."""
    ids = {name: f"<{name}@mail.example>" for name in "abcde"}

    def ask(name: str, when: str) -> None:
        bureau.receive(when, sender=f"{name}@orange.example", message_id=ids[name])

    def answer(name: str, when: str, text: str = "Voici la liste des pièces à fournir.") -> None:
        bureau.send(when, to=f"{name}@orange.example", references=ids[name], text=text)

    holding = (
        "Bonjour,\n\nNous avons bien reçu votre demande, qui est à l’étude. Une réponse vous sera apportée avant "
        "le 24 avril 2026."
    )

    def thirteenth() -> None:
        answer("c", "2026-04-13 10:00")  # after 6 days
        ask("d", "2026-04-13 11:00")  # due 20 April

    return {
        date(2026, 3, 30): lambda: ask("a", "2026-03-30 10:00"),  # due 7 April
        date(2026, 3, 31): lambda: ask("b", "2026-03-31 11:00"),  # due 8 April, never answered
        date(2026, 4, 1): lambda: answer("a", "2026-04-01 15:00"),  # after 2 days
        date(2026, 4, 2): lambda: ask("c", "2026-04-02 15:00"),  # due 10 April
        date(2026, 4, 13): thirteenth,
        date(2026, 4, 14): lambda: answer("d", "2026-04-14 10:00", holding),  # after 1 day
        date(2026, 4, 24): lambda: ask("e", "2026-04-24 16:00"),  # due 4 May
    }


BY_HAND = {
    # day: (in time, matured, pending, mean first delay, holding replies without follow-up)
    date(2026, 4, 9): (1, 2, 1, 2.0, 0),
    date(2026, 4, 14): (1, 3, 1, 4.0, 0),
    date(2026, 4, 30): (2, 4, 1, 3.0, 1),
}


def test_a_month_of_daily_looks_gives_the_figures_and_the_alerts_counted_by_hand(
    bureau: Bureau,
) -> None:
    post = _post(bureau)
    left: list[str] = []
    for passed in range(32):
        day = date(2026, 3, 30) + timedelta(days=passed)
        now = f"{day}T09:00"
        left += [f"{day:%m-%d}"] * bureau.json("once", now=now)["sent"]
        if day in BY_HAND:
            assert _figures(bureau, now) == BY_HAND[day], day
        if day in post:
            post[day]()

    assert left == ["03-30", "04-07", "04-13", "04-20", "04-27"]
    subjects = [_subject(taken.octets) for taken in bureau.sink.taken]
    # b is late from 9 April on, c was until the 13th.
    assert [subject.split(" en retard")[0] for subject in subjects] == [
        "Aucune réponse",
        "Aucune réponse",
        "2 réponses",
        "1 réponse",
        "1 réponse",
    ]


def _figures(bureau: Bureau, now: str) -> tuple[int, int, int, float, int]:
    found = bureau.json("report", "--period", "2026", now=now)["indicators"]["email"]
    return (
        found["numerator"],
        found["denominator"],
        found["pending"],
        found["mean_first_delay"],
        found["holding_without_followup"],
    )


def _subject(octets: bytes) -> str:
    parsed = email.message_from_bytes(octets, policy=email.policy.default)
    return str(parsed["Subject"]).translate(PLAIN)


# --- what starting costs --------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["--help"], ["status", "--help"], ["deadline", "2026-03-02"]])
def test_help_and_a_deadline_load_nothing_of_the_service(words: list[str]) -> None:
    code = (
        "import sys\nfrom mailwatch import cli\n"
        f"try:\n    cli.main({words!r})\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    heavy = {"sqlmodel", "sqlalchemy", "imapclient", "pydantic_settings", "apscheduler", "spacy"}
    assert not heavy & set(found.stderr.split())
