"""Forged threads, traps of clocks and calendars, odd signs, hostile settings and outputs: judged as a person would."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from mailwatch import alert, workdays
from mailwatch.analysis import Examined, analyse, examine
from mailwatch.daemon import composed_alert
from mailwatch.errors import RulesetError, SettingsError
from mailwatch.model import Convention, Delivery, Fact, Outcome, Request, Role
from mailwatch.register import Register
from mailwatch.ruleset.local import Amendments
from mailwatch.settings import desk_of, load_site, template_texts
from mailwatch.site import AlertPlan, Site
from mailwatch.triage import triage
from tests.bureau import DESK
from tests.facts import AGENT, BOX, at, desk, incoming
from tests.faults.bombs import raw
from tests.faults.fuzzing import _packaged
from tests.mails import SIGNATURE, mail, reply
from tests.registers import MANNED, NOON, registered, take
from tests.test_cli import Run, run

__all__ = ["run"]

TODAY = date(2026, 3, 12)
KARIM = "karim.haddad@orange.example"
ASKED = "<question@mail.example>"
QUESTION = mail(
    "2026-03-02 09:12", "Bonjour,\n\nQuelles pièces faut-il fournir ?", message_id=ASKED
)


def requests(*mails: tuple[bytes, Role, str]) -> tuple[Request, ...]:
    """The requests that a person would count in these messages."""
    facts = [
        analyse(Delivery(raw=octets, file=f"{number}", role=role, server_at=at(when)), DESK)
        for number, (octets, role, when) in enumerate(mails)
    ]
    return triage([fact for fact in facts if isinstance(fact, Fact)], (), DESK, TODAY).requests


def arrived(octets: bytes, when: str = "2026-03-02 09:12") -> tuple[bytes, Role, str]:
    return octets, Role.INBOX, when


def sent(octets: bytes, when: str = "2026-03-04 16:40") -> tuple[bytes, Role, str]:
    return octets, Role.SENT, when


# --- clocks and calendars -------------------------------------------------------------------------


def test_case_32_a_reply_from_a_clock_that_is_slow_is_told_and_counted_as_at_once() -> None:
    early = reply("2026-03-02 06:00", references=ASKED)

    (request,) = requests(arrived(QUESTION), sent(early, "2026-03-02 06:00"))

    assert request.first is not None
    assert request.first.delay == 0
    assert "negative_delay" in request.findings


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        pytest.param("Sun, 25 Oct 2026 02:30:00 +0200", "2026-10-25T00:30", id="35 the first half past two"),
        pytest.param("Sun, 25 Oct 2026 02:30:00 +0100", "2026-10-25T01:30", id="35 the second half past two"),
        pytest.param("Sun, 29 Mar 2026 02:30:00 +0100", "2026-03-29T01:30", id="35 a half past two that is none"),
    ],
)  # fmt: skip
def test_an_hour_that_comes_twice_or_never_is_one_instant(stamp: str, utc: str) -> None:
    field = b"Received: from a.example by mta.jura.gouv.fr; " + stamp.encode()
    found = analyse(Delivery(raw=raw(field), file="x", role=Role.INBOX), DESK)

    assert isinstance(found, Fact)
    assert found.at.astimezone(tz=None).timestamp() == datetime.fromisoformat(f"{utc}+00:00").timestamp()  # fmt: skip


@pytest.mark.parametrize(
    ("received", "due"),
    [
        pytest.param("2026-03-06 23:59", "2026-03-13", id="36 a Friday, one minute to midnight"),
        pytest.param("2026-03-07 00:01", "2026-03-13", id="36 a Saturday"),
        pytest.param("2026-05-01 10:00", "2026-05-11", id="36 the first of May"),
        pytest.param("2026-05-13 10:00", "2026-05-21", id="36 the eve of a long week-end"),
        pytest.param("2026-12-31 23:59", "2027-01-08", id="36 the last minute of a year"),
    ],
)
def test_the_fifth_working_day_is_the_last(received: str, due: str) -> None:
    found = workdays.due_on(DESK.calendar, at(received).date(), 5, Convention.STRICT)

    assert found.isoformat() == due
    assert workdays.delay(DESK.calendar, at(received).date(), found, Convention.STRICT) == 5


# --- threads that are forged ----------------------------------------------------------------------


def test_case_38_one_identifier_on_two_questions_is_two_questions() -> None:
    other = mail(
        "2026-03-02 10:00",
        "Bonjour,\n\nOù en est ma carte grise ?",
        sender=f"Karim <{KARIM}>",
        message_id=ASKED,
    )

    assert len(requests(arrived(QUESTION), arrived(other, "2026-03-02 10:00"))) == 2


def test_case_39_the_same_question_delivered_twice_is_one() -> None:
    assert len(requests(arrived(QUESTION), arrived(QUESTION, "2026-03-02 09:13"))) == 1


@pytest.mark.parametrize(
    ("references", "subject"),
    [
        pytest.param(ASKED, "Autre chose", id="40 by its references"),
        pytest.param("", "RE: Changement de siège", id="42 by its subject"),
    ],
)
def test_an_answer_to_somebody_else_closes_nobody_s_request(references: str, subject: str) -> None:
    stray = reply(
        "2026-03-04 16:40",
        "Bonjour, le guichet ouvre à 9 h.",
        to=f"Karim <{KARIM}>",
        references=references,
        subject=subject,
    )

    (request, *_) = requests(arrived(QUESTION), sent(stray))

    assert request.message_id == ASKED
    assert request.first is None


# --- signs ----------------------------------------------------------------------------------------

RESPELLED: dict[str, Callable[[str], str]] = {
    "51 composed": lambda text: unicodedata.normalize("NFC", text),
    "51 decomposed": lambda text: unicodedata.normalize("NFD", text),
    "51 no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "51 narrow no-break spaces": lambda text: text.replace(" ", "\u202f"),
    "51 soft hyphens": lambda text: text.replace("ectu", "ec\u00adtu"),
    "51 spaces of no width": lambda text: text.replace("ureau", "u\u200breau"),
    "51 ligatures": lambda text: text.replace("fi", "ﬁ").replace("fe", "fe"),
    "51 full-width letters": lambda text: text.replace("Préfecture", "Ｐréfecture"),
    "51 marks of direction": lambda text: f"\u200e{text}\u200f",
    "51 a byte order mark": lambda text: f"\ufeff{text}",
}


def _mentions(text: str) -> list[Outcome]:
    found = examine(
        Delivery(raw=reply("2026-03-04 16:40", signature=text), file="x", role=Role.SENT), DESK
    )
    assert isinstance(found, Examined)
    assert found.mentions is not None
    three = (found.mentions.author, found.mentions.service, found.mentions.institution)
    return [each.outcome for each in three]


@pytest.mark.parametrize("respell", RESPELLED.values(), ids=RESPELLED)
def test_a_mention_is_found_however_it_is_spelled(respell: Callable[[str], str]) -> None:
    assert _mentions(respell(SIGNATURE)) == [Outcome.PRESENT] * 3


@given(st.integers(0, len(SIGNATURE)), st.sampled_from("\u200b\u00ad\u2060\ufeff\u200d\u202e"))
def test_case_51_a_sign_that_nobody_sees_changes_no_verdict(place: int, sign: str) -> None:
    assert _mentions(SIGNATURE[:place] + sign + SIGNATURE[place:]) == [Outcome.PRESENT] * 3


# --- rules and settings ---------------------------------------------------------------------------

_RULE = """[[rule]]
id = "x.y"
pack = "outgoing"
label = "holding_reply"
title = "Titre"
source = "Note"
phrases = ["{phrase}"]
hits = ["{phrase}"]
"""


@pytest.mark.parametrize(
    "phrase",
    ["(a+)+$", "((((((((((a", "a" * 5_000, "[" * 500, "(?:x*)*y", "a|" * 2_000, "*", "…", "{" * 99],
)
def test_case_52_no_phrase_of_a_rule_takes_time_without_end(phrase: str) -> None:
    drafts, choices = _packaged()
    began = time.process_time()

    with suppress(RulesetError):
        Amendments(drafts, choices).amend({"x.toml": _RULE.format(phrase=phrase)})

    assert time.process_time() - began < 5


_GOOD = '[institution]\nname = "Préfecture du Jura"\ncalendar = "39"\ndomains = ["jura.gouv.fr"]\n'
READABLE = {
    "53 a byte order mark": b"\xef\xbb\xbf" + _GOOD.encode(),
    "53 lines of Windows": _GOOD.replace("\n", "\r\n").encode(),
    "53 tabs": _GOOD.replace(" = ", "\t=\t").encode(),
}
UNREADABLE = {
    "53 a key twice": _GOOD.encode() + b'name = "Autre"\n',
    "53 a key of nobody": _GOOD.encode() + b"calender = 1\n",
    "53 a word that is no value": _GOOD.encode() + b"convention = NO\n",
    "53 a time where a code is meant": _GOOD.replace('"39"', "12:30:00").encode(),
    "53 Latin-1": _GOOD.encode("latin-1"),
    "53 half a file": _GOOD.encode()[:45],
    "53 brackets without end": b"a = " + b"[" * 10_000,
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE)
def test_settings_are_read_however_they_were_saved(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "mailwatch.toml"
    file.write_bytes(content)

    assert load_site(file).institution.calendar == "39"


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE)
def test_settings_at_fault_are_refused_by_the_name_of_their_file(
    tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "mailwatch.toml"
    file.write_bytes(content)

    with pytest.raises(SettingsError, match=r"mailwatch\.toml"):
        load_site(file)


# --- what goes out --------------------------------------------------------------------------------

PAYLOADS = (
    '=HYPERLINK("http://x.example","clic")', "＝1+1", "-2+3", "+33 6", "@SUM(1)", "\t=1+1", "\r=1+1",
    "<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "\x1b[2J\x1b]0;titre\x07", "\n2026-03-02 INFO tout va",
    "\u202egro.live", "\u2066caché\u2069", "{{ 7*7 }}", "%s%n", "a\0b", "\x9b2J", "\x85",
)  # fmt: skip


@pytest.fixture
def hostile_mails(tmp_path: Path) -> Path:
    """Each payload wherever a citizen may write: subject, name, identifier, text, file name."""
    for number, payload in enumerate(PAYLOADS):
        word = " ".join(payload.split("\0")[0].split("\n"))
        fields = [
            b"Subject: " + word.encode().replace(b"\r", b" "),
            b'From: "' + word.encode().replace(b'"', b"'").replace(b"\r", b" ") + b'" <a%d@b.example>' % number,
            b"Message-ID: <" + re.sub(rb"[\s<>]", b"", word.encode()) + b"@b.example>",
        ]  # fmt: skip
        for role in ("inbox", "sent"):
            folder = tmp_path / "mail" / role
            folder.mkdir(parents=True, exist_ok=True)
            octets = raw(*fields, body=f"Bonjour,\n\n{payload}\n\nComment faire ?".encode())
            if role == "sent":
                octets = octets.replace(b"To: pref", b"From: pref", 1).replace(
                    b'From: "', b'To: "', 1
                )
            (folder / f"{number}.eml").write_bytes(octets)
    return tmp_path / "mail"


def test_case_111_no_cell_page_or_terminal_obeys_what_a_citizen_wrote(
    run: Run, hostile_mails: Path, tmp_path: Path
) -> None:
    folder = str(hostile_mails)
    for command in ("check", "classify", "audit"):
        assert not _ACTS.search(_uncoloured(run(command, folder).out))
        lines = run(command, "--json", folder).out.splitlines()
        # Another program reads it: what turns the direction of words acts on nobody there.
        assert not [line for line in lines if _CONTROLS.search(line)]
        assert all(map(json.loads, lines))
    assert run("audit", "--out", str(tmp_path / "out"), folder).code in {0, 1}

    written = {path.suffix: path.read_text("utf-8-sig") for path in (tmp_path / "out").iterdir()}
    for row in csv.reader(io.StringIO(written[".csv"]), delimiter=";"):
        assert not [cell for cell in row if re.match(r"[=+@＝＋＠\t\r]|-(?!\d+(,\d+)?$)", cell)]
    assert "<img src=x" not in written[".html"]
    assert "<script>alert" not in written[".html"]


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ACTS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What moves a cursor, rings, colours, or turns the direction of words."""


def _uncoloured(text: str) -> str:
    """A page as rich writes it has its own colours."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@pytest.mark.parametrize(
    "mails",
    [
        pytest.param([], id="112 no request at all"),
        pytest.param([("2026-03-11 09:12", "en cours")], id="112 one that is not due yet"),
    ],
)
def test_a_rate_of_nothing_is_no_hundred_per_cent(
    run: Run, tmp_path: Path, mails: list[tuple[str, str]]
) -> None:
    (tmp_path / "inbox").mkdir()
    bulk = raw(
        b"List-Unsubscribe: <mailto:x@y.example>", b"Precedence: bulk", body=b"Lettre d'information"
    )
    (tmp_path / "inbox" / "lettre.eml").write_bytes(bulk)
    for when, word in mails:
        (tmp_path / "inbox" / f"{word}.eml").write_bytes(mail(when, "Bonjour, comment faire ?"))

    found = json.loads(run("audit", "--json", "--now", "2026-03-12T10:00", str(tmp_path)).out)

    assert found["indicators"]["email"]["rate_text"] == "Sans objet"
    assert found["indicators"]["email"]["pending"] == len(mails)


# --- what comes back to an alert ------------------------------------------------------------------

BACK = {
    "109 an absence": {"Auto-Submitted": "auto-replied", "Subject": "Absence du bureau"},
    "109 a receipt": {"Content-Type": "multipart/report; report-type=disposition-notification; boundary=b"},
    "109 a failure": {"Content-Type": "multipart/report; report-type=delivery-status; boundary=b"},
}  # fmt: skip


@pytest.mark.parametrize("fields", BACK.values(), ids=BACK)
def test_what_comes_back_to_an_alert_is_no_request(fields: dict[str, str]) -> None:
    octets = raw(
        b"From: " + AGENT.encode(),
        b"To: mailwatch@jura.gouv.fr",
        b"In-Reply-To: <alerte.0123@jura.gouv.fr>",
        *(f"{name}: {value}".encode() for name, value in fields.items()),
        body=b"--b\r\n\r\nJe suis absente jusqu'au 9 mars. Comment faire ?\r\n--b--\r\n",
    )

    assert requests(arrived(octets)) == ()


# --- the alert ------------------------------------------------------------------------------------


def _alert(register: Register, site: Site) -> alert.Alert:
    plan = AlertPlan(recipients=(BOX,))
    return composed_alert(register, site, desk(MANNED), plan, "2026-W14", NOON, timedelta(hours=1))


def test_case_110_an_alert_of_a_thousand_late_answers_can_still_be_read(tmp_path: Path) -> None:
    facts = [
        incoming(f"2026-03-02 09:{number % 60:02}", sender=f"a{number}@laposte.example", message_id=f"<{number}@a>")
        for number in range(400)
    ]  # fmt: skip
    with registered(tmp_path / "state") as register:
        take(register, facts)
        register.decide(desk(MANNED), NOON)
        found = _alert(register, Site(institution=MANNED, accounts=()))

    text = alert.text(found, template_texts())
    assert len(text.splitlines()) < 200
    assert "400" in alert.subject(found)
    assert "350 autres" in text.replace("\u00a0", " ")


def test_case_55_a_template_that_asks_for_what_there_is_not_sends_nothing(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        found = _alert(register, Site(institution=MANNED, accounts=()))
    broken = {name: text + "{{ inconnu }}" for name, text in template_texts().items()}

    with pytest.raises(UndefinedError, match="inconnu"):
        alert.text(found, broken)


def test_case_54_rules_half_written_are_refused_and_those_in_force_stay(tmp_path: Path) -> None:
    (tmp_path / "rules.d").mkdir()
    local = tmp_path / "rules.d" / "local.toml"
    local.write_text(_RULE.format(phrase="nous revenons vers vous"), "utf-8")
    settings = tmp_path / "mailwatch.toml"
    settings.write_text('rules = "rules.d"\n' + _GOOD, "utf-8")
    in_force = desk_of(load_site(settings))
    local.write_text(_RULE[:60], "utf-8")

    with pytest.raises(SettingsError, match=r"local\.toml"):
        desk_of(load_site(settings))
    assert [each.file for each in in_force.rules.local] == ["rules.d/local.toml"]
