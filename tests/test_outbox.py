"""The outbox, against a real SMTP server: nothing lost, nothing doubled, nothing sent unprotected or outside."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailwatch import alert, outbox
from mailwatch.analysis import analyse
from mailwatch.errors import RefusedError, SettingsError, UnreachableError
from mailwatch.indicators import compute
from mailwatch.model import Audit, Box, Delivery, Fact, Institution, Nature, Period, Role
from mailwatch.register import AlertState, QueuedAlert, checked, created, key_of, opened
from mailwatch.settings import template_texts
from mailwatch.site import AlertPlan, Security, Submission
from tests.facts import BOX, at, desk
from tests.servers.certificates import Certificate, certificate
from tests.servers.ports import free_port
from tests.servers.smtp import Sink, curt_server, smtp_server

CHIEF = "chef.associations@jura.gouv.fr"
QUALITY = "qualite@jura.gouv.fr"
DEPUTY = "adjointe@jura.gouv.fr"
SENDER = "mailwatch@jura.gouv.fr"
JURA = Institution(
    name="Préfecture du Jura",
    calendar="39",
    domains=("jura.gouv.fr",),
    boxes=(Box(address=BOX, service="Bureau des associations", recipients=(CHIEF,)),),
)
PLAN = AlertPlan(recipients=(QUALITY, DEPUTY))
NOW = at("2026-04-20 08:00")
PASSWORD = "Élan & châtaigne €"


class Rows:
    """The rows of the register, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, QueuedAlert] = {}
        self.history: list[tuple[str, str]] = []

    def queue_alert(
        self,
        alert_id: str,
        message_id: str,
        message: bytes,
        recipients: Sequence[str],
        at: datetime,
    ) -> bool:
        if alert_id in self.rows:
            return False
        self.rows[alert_id] = QueuedAlert(
            alert_id=alert_id,
            message_id=message_id,
            message=message,
            recipients=tuple(recipients),
            state=AlertState.QUEUED,
            at=at,
        )
        return True

    def alerts_in(self, state: AlertState) -> tuple[QueuedAlert, ...]:
        return tuple(row for row in self.rows.values() if row.state is state)

    def mark_alert(self, alert_id: str, state: AlertState, at: datetime) -> None:
        self.rows[alert_id] = replace(self.rows[alert_id], state=state, at=at)
        self.history.append((alert_id, state))

    def states(self) -> dict[str, str]:
        return {name: row.state.value for name, row in self.rows.items()}


def mailings() -> tuple[alert.Mailing, ...]:
    today = date(2026, 4, 20)
    found = Audit(
        institution=JURA,
        period=Period(from_on=None, to_on=None),
        today=today,
        requests=(),
        indicators=compute((), today),
        by_month={},
        by_service={},
        set_aside={},
        unseen=(),
        quarantined=(),
        refused=(),
        messages=0,
        duplicates=0,
        rules="",
    )
    return alert.mailings(alert.weekly(found, desk(JURA), PLAN, "2026-W17"), PLAN, JURA)


def submission(sink: Sink | None = None, **changes: object) -> Submission:
    here = Submission(
        host="127.0.0.1",
        port=sink.port if sink else 1,
        security=Security.NONE,
        sender=SENDER,
        timeout=10,
    )
    return replace(here, **changes)  # type: ignore[arg-type]  # each test names fields of it


def queued(where: Submission) -> Rows:
    rows = Rows()
    assert outbox.queue(rows, mailings(), where, JURA, template_texts(), NOW) == 2
    return rows


def parsed(octets: bytes) -> EmailMessage:
    found = email.message_from_bytes(octets, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


SERVICE, WHOLE = (mailing.alert_id for mailing in mailings())


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as running:
        yield running


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("smtp"))


def context(made: Certificate) -> ssl.SSLContext:
    found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    found.load_cert_chain(made.file, made.key)
    return found


# --- the message ----------------------------------------------------------------------------------


def composed() -> EmailMessage:
    return outbox.compose(mailings()[1], submission(), template_texts(), NOW)


def test_the_message_is_marked_as_automatic_and_named_after_its_alert() -> None:
    message = composed()

    assert message["Subject"].startswith("Aucune réponse en retard, aucune à rendre cette semaine")
    assert message["From"] == f"mailwatch <{SENDER}>"
    assert message["To"] == f"{QUALITY}, {DEPUTY}"
    assert message["Date"] == "Mon, 20 Apr 2026 08:00:00 +0200"
    assert message["Message-ID"] == outbox.message_id("weekly/2026-W17", SENDER)
    assert message["Message-ID"].endswith("@jura.gouv.fr>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "bulk"
    assert message["Content-Language"] == "fr"


def test_the_text_comes_first_and_the_page_is_its_alternative() -> None:
    parts = [
        (part.get_content_type(), part.get_content_charset()) for part in composed().iter_parts()
    ]

    assert composed().get_content_type() == "multipart/alternative"
    assert parts == [("text/plain", "utf-8"), ("text/html", "utf-8")]


def test_the_same_alert_gives_the_same_bytes_in_seven_bits_and_short_lines() -> None:
    octets = composed().as_bytes()

    assert octets == composed().as_bytes()
    assert octets.isascii()
    assert max(map(len, octets.split(b"\r\n"))) <= 78
    assert b"\n" not in octets.replace(b"\r\n", b"")


def test_each_alert_has_an_identifier_of_its_own_and_each_site_too() -> None:
    names = {
        outbox.message_id(name, sender)
        for name in ("weekly/2026-W17", "weekly/2026-W18", SERVICE)
        for sender in (SENDER, "mailwatch@doubs.gouv.fr")
    }

    assert len(names) == 6


@pytest.mark.parametrize("role", Role)
def test_an_alert_that_lands_in_a_watched_box_is_no_request(role: Role) -> None:
    raw = composed().as_bytes()
    found = analyse(Delivery(raw=raw, file="x", role=role, server_at=NOW), desk(JURA))

    assert isinstance(found, Fact)
    assert found.reading.nature in {Nature.AUTOMATIC_REPLY, Nature.AUTOMATIC_ACKNOWLEDGEMENT}
    assert not found.reading.answer_due
    assert found.answer is None


# --- into the outbox ------------------------------------------------------------------------------


def test_an_alert_is_queued_once_however_often_it_is_asked_for() -> None:
    rows = queued(submission())
    again = outbox.queue(rows, mailings(), submission(), JURA, template_texts(), NOW + timedelta(1))

    assert again == 0
    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}


def test_nothing_is_sent_outside_the_institution() -> None:
    leak = replace(mailings()[1], recipients=(QUALITY, "prestataire@exemple.fr"))
    rows = Rows()

    with pytest.raises(SettingsError, match=r"prestataire@exemple\.fr"):
        outbox.queue(rows, (mailings()[0], leak), submission(), JURA, template_texts(), NOW)

    assert rows.rows == {}


# --- sent -----------------------------------------------------------------------------------------


def test_an_alert_reaches_its_recipients_and_them_alone(sink: Sink) -> None:
    rows = queued(submission(sink))

    assert outbox.deliver(rows, submission(sink), "", NOW) == 2
    assert [(taken.sender, taken.recipients) for taken in sink.taken] == [
        (SENDER, (CHIEF,)),
        (SENDER, (QUALITY, DEPUTY)),
    ]
    assert sink.taken[1].octets == rows.rows[WHOLE].message
    assert "Préfecture du Jura" in parsed(sink.taken[1].octets).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert rows.states() == {SERVICE: "accepted", WHOLE: "accepted"}


def test_what_was_accepted_is_not_sent_again_and_nothing_waiting_asks_for_no_server(
    sink: Sink,
) -> None:
    rows = queued(submission(sink))
    outbox.deliver(rows, submission(sink), "", NOW)

    assert outbox.deliver(rows, submission(port=free_port()), "", NOW) == 0
    assert len(sink.taken) == 2
    assert sink.connections == 1


def test_a_row_says_it_is_being_sent_before_anything_leaves(sink: Sink) -> None:
    rows = queued(submission(sink))
    outbox.deliver(rows, submission(sink), "", NOW)

    assert rows.history == [
        (SERVICE, "sending"),
        (SERVICE, "accepted"),
        (WHOLE, "sending"),
        (WHOLE, "accepted"),
    ]


def test_a_line_that_begins_with_a_dot_arrives_whole(sink: Sink) -> None:
    rows = Rows()
    message = b"Subject: points\r\n\r\n.\r\n..\r\n.fin\r\nsans fin de ligne"
    rows.queue_alert("weekly/2026-W17", "<1@jura.gouv.fr>", message, (QUALITY,), NOW)
    outbox.deliver(rows, submission(sink), "", NOW)

    assert sink.taken[0].octets == message + b"\r\n"


# --- protected ------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("without", [(), ("PLAIN",), ("LOGIN",)])
def test_an_accented_password_signs_in_over_a_protected_connection(
    security: Security, without: tuple[str, ...], trusted: Certificate
) -> None:
    implicit = security is Security.TLS
    with smtp_server(
        tls=context(trusted) if implicit else None,
        starttls=None if implicit else context(trusted),
        accounts={"alerte": PASSWORD},
        without=without,
    ) as sink:
        where = submission(sink, security=security, user="alerte", ca_file=str(trusted.file))
        outbox.deliver(queued(where), where, PASSWORD, NOW)

    assert [(taken.protected, taken.user) for taken in sink.taken] == [(True, "alerte")] * 2


def test_a_wrong_password_is_told_without_it_and_the_alert_waits(trusted: Certificate) -> None:
    with smtp_server(tls=context(trusted), accounts={"alerte": PASSWORD}) as sink:
        where = submission(sink, security=Security.TLS, user="alerte", ca_file=str(trusted.file))
        rows = queued(where)
        with pytest.raises(RefusedError, match=r"refuse le compte « alerte » \(code 535\)") as told:
            outbox.deliver(rows, where, "sésame", NOW)

    assert "sésame" not in str(told.value)
    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}


def test_a_server_without_passwords_is_not_sent_one(trusted: Certificate) -> None:
    with smtp_server(tls=context(trusted), without=("LOGIN", "PLAIN")) as sink:
        where = submission(sink, security=Security.TLS, user="alerte", ca_file=str(trusted.file))
        with pytest.raises(RefusedError, match="ne propose pas d’identification"):
            outbox.deliver(queued(where), where, PASSWORD, NOW)

    assert sink.taken == []


def test_starttls_is_never_given_up(sink: Sink) -> None:
    where = submission(sink, security=Security.STARTTLS, user="alerte")
    rows = queued(where)

    with pytest.raises(RefusedError, match="ne propose pas STARTTLS"):
        outbox.deliver(rows, where, PASSWORD, NOW)

    assert sink.taken == []
    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
@pytest.mark.parametrize("names", ["IP:127.0.0.1", "DNS:autre.exemple.fr"])
def test_a_certificate_that_nobody_vouches_for_is_refused(
    security: Security, names: str, tmp_path: Path
) -> None:
    made = certificate(tmp_path, names)
    vouched = str(made.file) if names.startswith("DNS") else ""
    implicit = security is Security.TLS
    with smtp_server(
        tls=context(made) if implicit else None, starttls=None if implicit else context(made)
    ) as sink:
        where = submission(sink, security=security, ca_file=vouched)
        with pytest.raises(RefusedError, match="certificat refusé"):
            outbox.deliver(queued(where), where, "", NOW)

    assert sink.taken == []


def test_a_file_that_holds_no_certificate_is_named(sink: Sink, tmp_path: Path) -> None:
    empty = tmp_path / "autorites.pem"
    empty.write_text("rien", encoding="utf-8")
    for path in (empty, tmp_path / "absent.pem"):
        where = submission(sink, security=Security.TLS, ca_file=str(path))
        with pytest.raises(SettingsError, match=path.name):
            outbox.deliver(queued(where), where, "", NOW)


@pytest.mark.parametrize("host", ["smtp.jura.gouv.fr", "10.0.0.7", "localhost.example"])
def test_nothing_leaves_this_machine_in_clear(host: str) -> None:
    where = submission(host=host)

    with pytest.raises(SettingsError, match="ne vaut que pour cette machine même"):
        outbox.deliver(queued(where), where, "", NOW)


def test_this_very_machine_may_be_reached_in_clear(sink: Sink) -> None:
    where = submission(sink, host="LOCALHOST.")

    assert outbox.deliver(queued(where), replace(where, host="localhost"), "", NOW) == 2


# --- the server fails -----------------------------------------------------------------------------


def test_nobody_listens(sink: Sink) -> None:
    where = submission(sink, port=free_port())
    rows = queued(where)

    with pytest.raises(UnreachableError, match="elle partira au prochain passage"):
        outbox.deliver(rows, where, "", NOW)

    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}
    assert outbox.deliver(rows, submission(sink), "", NOW) == 2


@pytest.mark.parametrize("security", [Security.NONE, Security.TLS, Security.STARTTLS])
def test_a_server_that_says_nothing_is_given_up_on(security: Security) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        where = submission(port=mute.getsockname()[1], security=security, timeout=1)
        with pytest.raises(UnreachableError, match="délai dépassé"):
            outbox.deliver(queued(where), where, "", NOW)


def test_a_name_that_is_no_name_of_a_server_is_unreachable() -> None:
    where = submission(host=f"{'a' * 70}.fr", security=Security.TLS)

    with pytest.raises(UnreachableError):
        outbox.deliver(queued(where), where, "", NOW)


def test_a_server_in_clear_is_not_taken_for_a_protected_one(sink: Sink) -> None:
    where = submission(sink, security=Security.TLS)

    with pytest.raises(UnreachableError):
        outbox.deliver(queued(where), where, "", NOW)

    assert sink.taken == []


def test_a_recipient_refused_for_good_does_not_keep_the_alert_from_the_others(sink: Sink) -> None:
    sink.refused = {DEPUTY: f"550 5.1.1 <{DEPUTY}> inconnue"}
    rows = queued(submission(sink))

    with pytest.raises(RefusedError, match=r"refusés : 1 \(code 550\)") as told:
        outbox.deliver(rows, submission(sink), "", NOW)
    (parted,) = [row for row in rows.rows.values() if row.state is AlertState.FAILED]

    assert DEPUTY not in str(told.value)
    assert [taken.recipients for taken in sink.taken] == [(CHIEF,), (QUALITY,)]
    assert rows.states() == {SERVICE: "accepted", WHOLE: "accepted", parted.alert_id: "failed"}
    assert (parted.recipients, parted.alert_id.split("/")[0]) == ((DEPUTY,), "refused")
    assert outbox.deliver(rows, submission(sink), "", NOW) == 0


def test_a_recipient_refused_for_now_gets_the_same_message_later(sink: Sink) -> None:
    sink.refused = {DEPUTY: "450 4.2.1 revenez plus tard"}
    rows = queued(submission(sink))

    for _ in range(2):
        with pytest.raises(UnreachableError, match="code 450"):
            outbox.deliver(rows, submission(sink), "", NOW)
    sink.refused = {}
    outbox.deliver(rows, submission(sink), "", NOW)

    assert [taken.recipients for taken in sink.taken] == [(CHIEF,), (QUALITY,), (DEPUTY,)]
    assert sink.taken[1].octets == sink.taken[2].octets
    assert set(rows.states().values()) == {"accepted"}
    assert not [name for name in rows.rows if name.startswith("remainder/remainder")]


def test_one_recipient_later_and_one_never(sink: Sink) -> None:
    sink.refused = {QUALITY: "451 plus tard", DEPUTY: "550 inconnue"}
    rows = queued(submission(sink))

    with pytest.raises(RefusedError):
        outbox.deliver(rows, submission(sink), "", NOW)
    assert rows.rows[WHOLE].state is AlertState.QUEUED
    sink.refused = {DEPUTY: "550 inconnue"}
    with pytest.raises(RefusedError):
        outbox.deliver(rows, submission(sink), "", NOW)

    assert rows.rows[WHOLE].state is AlertState.ACCEPTED
    assert sink.taken[-1].recipients == (QUALITY,)
    assert list(rows.states().values()).count("failed") == 1


def test_an_address_that_smtp_cannot_carry_is_refused_and_not_sent(sink: Sink) -> None:
    rows = Rows()
    recipients = (QUALITY, "chloé@jura.gouv.fr", "a@jura.gouv.fr\r\nRCPT TO:<b@exemple.fr>")
    rows.queue_alert("weekly/2026-W17", "<1@jura.gouv.fr>", b"Subject: x\r\n\r\n", recipients, NOW)

    with pytest.raises(RefusedError, match="refusés : 2"):
        outbox.deliver(rows, submission(sink), "", NOW)

    assert [taken.recipients for taken in sink.taken] == [(QUALITY,)]


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        ("452 4.3.1 plus de place", UnreachableError, "queued"),
        ("554 5.7.1 refusé", RefusedError, "failed"),
    ],
)
def test_a_message_that_the_server_will_not_have(
    sink: Sink, answer: str, error: type[Exception], state: str
) -> None:
    sink.answer = answer
    rows = queued(submission(sink))

    with pytest.raises(error):
        outbox.deliver(rows, submission(sink), "", NOW)

    assert rows.states() == {SERVICE: state, WHOLE: state}
    assert sink.taken == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [("550 5.7.1 expéditeur refusé", RefusedError), ("451 plus tard", UnreachableError)],
)
def test_a_sender_that_the_server_will_not_have_leaves_everything_queued(
    sink: Sink, reply: str, error: type[Exception]
) -> None:
    sink.refused = {SENDER: reply}
    rows = queued(submission(sink))

    with pytest.raises(error, match=reply[:3]):
        outbox.deliver(rows, submission(sink), "", NOW)

    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}


def test_a_connection_cut_before_the_message_leaves_it_queued(sink: Sink) -> None:
    sink.hangs_up = "RCPT"
    rows = queued(submission(sink))

    with pytest.raises(UnreachableError, match="connexion coupée"):
        outbox.deliver(rows, submission(sink), "", NOW)

    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}


@pytest.mark.parametrize(
    ("replies", "error", "told"),
    [
        ({"banner": "554 5.7.1 pas de service"}, RefusedError, "code 554"),
        ({"banner": "421 revenez plus tard"}, UnreachableError, "code 421"),
        ({"EHLO": "501 quoi ?", "HELO": "501 quoi ?"}, RefusedError, "code 501"),
        ({"EHLO": "250 curt"}, RefusedError, "ne propose pas d’identification"),
        ({"AUTH": "454 4.7.0 plus tard"}, UnreachableError, "code 454"),
        ({"AUTH": "535 5.7.8 non"}, RefusedError, "compte « alerte »"),
        ({"EHLO": "250-curt\r\n250 AUTH LOGIN", "AUTH": "504 non"}, RefusedError, "code 504"),
        ({"MAIL": "552 trop gros"}, RefusedError, "code 552"),
        ({"RCPT": "421 arrêt"}, UnreachableError, "connexion coupée"),
        ({"RCPT": "452 trop de destinataires"}, UnreachableError, "code 452"),
        ({"DATA": "451 plus tard"}, UnreachableError, "code 451"),
        ({".": "421 arrêt"}, UnreachableError, "code 421"),
        ({"banner": "bonjour"}, UnreachableError, "ce n’est pas du SMTP"),
    ],
)
def test_whatever_a_server_answers_the_alert_waits_and_a_sentence_says_why(
    replies: dict[str, str], error: type[Exception], told: str
) -> None:
    with curt_server(**replies) as port:
        where = submission(port=port, user="alerte")
        rows = queued(where)
        with pytest.raises(error, match=told):
            outbox.deliver(rows, where, PASSWORD, NOW)

    assert rows.states() == {SERVICE: "queued", WHOLE: "queued"}


def test_a_server_that_hangs_up_instead_of_taking_leave_has_taken_the_alert() -> None:
    with curt_server(QUIT="") as port:
        where = submission(port=port, user="alerte")
        rows = queued(where)

        assert outbox.deliver(rows, where, PASSWORD, NOW) == 2
    assert rows.states() == {SERVICE: "accepted", WHOLE: "accepted"}


class KilledError(Exception):
    """Stands for a process that ends where it is."""


class Mortal(Rows):
    """Rows of a process that is killed before its n-th word to the register, or right after it."""

    def __init__(self, before: int, *, after: bool) -> None:
        super().__init__()
        self.before, self.after = before, after

    def mark_alert(self, alert_id: str, state: AlertState, at: datetime) -> None:
        self.before -= 1
        if self.before == 0 and not self.after:
            raise KilledError
        super().mark_alert(alert_id, state, at)
        if self.before == 0:
            raise KilledError


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", range(1, 6))
def test_killed_at_any_step_no_alert_is_lost_and_only_the_doubtful_one_comes_twice(
    sink: Sink, step: int, *, after: bool
) -> None:
    rows = Mortal(step, after=after)
    where = submission(sink)
    sink.refused = {DEPUTY: "550 inconnue"}
    outbox.queue(rows, mailings(), where, JURA, template_texts(), NOW)
    for attempt in range(3):
        with suppress(KilledError, RefusedError):
            outbox.deliver(rows, where, "", NOW + attempt * outbox.DOUBT)
    reached = [who for taken in sink.taken for who in taken.recipients]

    assert {*reached} == {CHIEF, QUALITY}
    assert len(reached) <= 3
    assert set(rows.states().values()) == {"accepted", "failed"}


# --- nobody knows whether it left -----------------------------------------------------------------


def doubtful(sink: Sink) -> Rows:
    """The server took the first alert, and died before saying so."""
    sink.hangs_up = "after"
    rows = queued(submission(sink))
    with pytest.raises(UnreachableError, match="peut-être partie"):
        outbox.deliver(rows, submission(sink), "", NOW)
    sink.hangs_up = ""
    return rows


def test_an_alert_whose_fate_is_unknown_is_left_alone_for_a_while(sink: Sink) -> None:
    rows = doubtful(sink)

    assert rows.states() == {SERVICE: "sending", WHOLE: "queued"}
    outbox.deliver(rows, submission(sink), "", NOW + timedelta(minutes=5))
    assert rows.states() == {SERVICE: "sending", WHOLE: "accepted"}


def test_then_it_leaves_again_as_the_same_message(sink: Sink) -> None:
    rows = doubtful(sink)
    outbox.deliver(rows, submission(sink), "", NOW + outbox.DOUBT)
    first, again = (taken for taken in sink.taken if taken.recipients == (CHIEF,))

    assert rows.states() == {SERVICE: "accepted", WHOLE: "accepted"}
    assert first.octets == again.octets
    assert parsed(again.octets)["Message-ID"] == outbox.message_id(SERVICE, SENDER)


@pytest.mark.parametrize("later", [timedelta(minutes=1), timedelta(hours=5)])
def test_an_alert_that_is_seen_in_a_mailbox_is_not_sent_again(sink: Sink, later: timedelta) -> None:
    rows = doubtful(sink)
    arrived = {outbox.message_id(SERVICE, SENDER)}
    outbox.deliver(rows, submission(sink), "", NOW + later, seen=arrived.__contains__)

    assert rows.states() == {SERVICE: "confirmed", WHOLE: "accepted"}
    assert len(sink.taken) == 2


def test_a_clock_set_back_does_not_leave_an_alert_in_doubt_for_ever(sink: Sink) -> None:
    rows = doubtful(sink)
    outbox.deliver(rows, submission(sink), "", NOW - timedelta(days=3))

    assert rows.states() == {SERVICE: "accepted", WHOLE: "accepted"}


# --- with the register itself ---------------------------------------------------------------------


def test_the_register_keeps_the_alert_from_its_audit_to_its_recipients(
    sink: Sink, tmp_path: Path
) -> None:
    here, folder, where = desk(JURA), tmp_path / "registre", submission(sink)
    created(folder)
    key = key_of(folder)
    with opened(folder, key) as register:
        register.decide(here, NOW)
        found = register.audit(here, Period(from_on=None, to_on=None), date(2026, 4, 20))
        gaps = register.gaps(alert.periods(date(2026, 4, 20))[0])
        observed = alert.Observation(gaps=gaps)
        written = alert.weekly(
            found, here, PLAN, "2026-W17", observed=observed, head=register.head()
        )
        ready = alert.mailings(written, PLAN, JURA)
        assert outbox.queue(register, ready, where, JURA, template_texts(), NOW) == 2
    with opened(folder, key) as register:
        assert outbox.queue(register, ready, where, JURA, template_texts(), NOW) == 0
        assert outbox.deliver(register, where, "", NOW) == 2
        last = register.last_alert(alert.WEEKLY)

    assert last is not None
    assert (last.state, alert.week_of_alert(last.alert_id)) == (AlertState.ACCEPTED, "2026-W17")
    assert written.head is not None
    assert written.head.digest in parsed(sink.taken[1].octets).as_string()
    assert checked(folder, key, here) == ()
