"""The service: what is due is done once, what fails is told and tried again, and it stops as it is asked."""

from __future__ import annotations

import email
import json
import os
import pickle
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest

from mailwatch import daemon
from mailwatch.daemon import Log, Service, once, only_one, service
from mailwatch.daemon.telling import notify
from mailwatch.daemon.turns import Turns, pause
from mailwatch.errors import (
    BusyError,
    MailwatchError,
    RefusedError,
    RegisterError,
    Remark,
    SettingsError,
    UnreachableError,
)
from mailwatch.polling import Polled
from mailwatch.register import checked, key_of, opened
from mailwatch.site import (
    Account,
    AlertPlan,
    FolderRole,
    Secret,
    Security,
    Site,
    Submission,
    WatchedFolder,
)
from tests.bureau import DESK, FOLDERS, NOON, Clock, kinds
from tests.facts import JURA, at
from tests.mails import mail, reply
from tests.registers import laid
from tests.servers.fixtures import Watched
from tests.servers.ports import free_port
from tests.servers.smtp import Sink, smtp_server

MONDAY = "2026-03-02 09:12"
QUESTION = mail(
    MONDAY, "Bonjour,\n\nQuelles pièces fournir pour changer de siège ?\n\nOdile Ferrand"
)
ANSWER = reply("2026-03-04 16:40", references="<2026-03-02.0912@mail.example>")
TUESDAY = at("2026-03-10 12:00")
"""No day on which an alert leaves."""
QUALITY = "qualite@jura.gouv.fr"


@dataclass(kw_only=True)
class Office:
    """A site on real servers, as its settings would declare it."""

    site: Site
    watched: Watched
    key: bytes
    sink: Sink
    clock: Clock = field(default_factory=lambda: Clock(at=TUESDAY))
    written: StringIO = field(default_factory=StringIO)

    @property
    def log(self) -> Log:
        return Log(stream=self.written, now=self.clock)

    def once(self, **changes: object) -> daemon.Done:
        site = replace(self.site, **changes)  # type: ignore[arg-type]  # keyed by the test
        return once(site, DESK, self.key, now=self.clock, log=self.log, workers=0)

    @contextmanager
    def service(self, **changes: object) -> Iterator[Service]:
        site = replace(self.site, **changes)  # type: ignore[arg-type]  # keyed by the test
        with service(site, DESK, self.key, now=self.clock, log=self.log, workers=0) as duties:
            yield duties

    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.written.getvalue().splitlines()]

    def kinds(self) -> list[str]:
        with opened(Path(self.site.state), self.key) as register:
            return kinds(register)


@pytest.fixture
def office(watched: Watched, tmp_path: Path) -> Iterator[Office]:
    secret = tmp_path / "secret"
    secret.write_text(watched.secret, "utf-8")
    secret.chmod(0o600)
    account = replace(watched.account, folders=FOLDERS, secret=Secret(file=str(secret)))
    watched.mailbox.folder("Envoyés")
    state = tmp_path / "state"
    laid(state)
    with smtp_server() as sink:
        submission = Submission(
            host="127.0.0.1",
            port=sink.port,
            security=Security.NONE,
            sender="mailwatch@jura.gouv.fr",
        )
        site = Site(
            institution=JURA,
            accounts=(account,),
            submission=submission,
            alert=AlertPlan(recipients=(QUALITY,)),
            state=str(state),
        )
        yield Office(site=site, watched=watched, key=key_of(state), sink=sink)
    assert checked(state, key_of(state), DESK) == ()


# --- one process at a time ------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from mailwatch.daemon import only_one
with only_one(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@contextmanager
def held(state: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield holder
        finally:
            holder.kill()


def test_a_second_process_is_told_which_one_holds_the_state(tmp_path: Path) -> None:
    with held(tmp_path) as holder, pytest.raises(BusyError, match=f"processus {holder.pid}\\)"):
        _take(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser may give a folder away")
def test_the_superuser_does_not_hold_the_state_of_another_account(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)

    with pytest.raises(RefusedError, match="est au compte"), only_one(tmp_path):
        raise AssertionError

    assert list(tmp_path.iterdir()) == []


def test_a_holder_that_was_killed_holds_no_more(tmp_path: Path) -> None:
    with held(tmp_path) as holder:
        holder.kill()
        holder.wait()
        _take(tmp_path)


def test_the_state_is_let_go_of_and_may_be_held_again(tmp_path: Path) -> None:
    _take(tmp_path)
    _take(tmp_path)

    assert (tmp_path / "lock").read_text("ascii") == ""
    assert (tmp_path / "lock").stat().st_mode & 0o077 == 0


def _take(state: Path) -> None:
    with only_one(state):
        assert (state / "lock").read_text("ascii") == f"{os.getpid()}\n"


def test_a_state_that_is_not_there_is_a_fault_of_the_register(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="mailwatch init"):
        _take(tmp_path / "ailleurs")


def test_once_leaves_a_running_service_alone(office: Office) -> None:
    with held(Path(office.site.state)), pytest.raises(BusyError) as refused:
        office.once()

    assert refused.value.exit_code == 75


# --- what is told ---------------------------------------------------------------------------------


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_the_system_s_log_gets_a_line_of_json_an_event() -> None:
    stream = StringIO()

    Log(stream=stream, now=Clock())("alert", Remark("alertes remises au serveur : {sent}", sent=2))

    assert json.loads(stream.getvalue()) == {
        "at": "2026-03-09T12:00:00+01:00",
        "event": "alert",
        "message": "alertes remises au serveur : 2",
        "sent": 2,
    }


def test_a_person_at_a_terminal_gets_words() -> None:
    stream = Terminal()

    Log(stream=stream, now=Clock())("failure", UnreachableError("rien ne répond"))

    assert stream.getvalue() == "12:00:00  rien ne répond\n"


def test_a_reader_who_is_gone_stops_nothing() -> None:
    class Gone(StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    Log(stream=Gone(), now=Clock())("stop", Remark("mailwatch s’arrête"))


@pytest.mark.parametrize("name", ["{folder}/notify", "@mailwatch-{process}"])
def test_systemd_is_told_over_its_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    address = name.format(folder=tmp_path, process=os.getpid())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind("\0" + address[1:] if address.startswith("@") else address)
        monkeypatch.setenv("NOTIFY_SOCKET", address)

        notify("READY=1", "STATUS=en marche")

        assert systemd.recv(100) == b"READY=1\nSTATUS=en marche"


@pytest.mark.parametrize("address", ["", "/nulle/part"])
def test_without_systemd_nobody_is_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)

    notify("READY=1")


def test_nothing_that_is_told_names_a_person_or_quotes_a_mail(office: Office) -> None:
    office.watched.mailbox.put(QUESTION, at(MONDAY))
    office.watched.mailbox.put(ANSWER, at("2026-03-04 16:40"), folder="Envoyés")
    office.once()
    _shut(office)
    office.once()

    for word in ("Odile", "Ferrand", "laposte.example", "siège", "VERNIER"):
        assert word not in office.written.getvalue()


# --- turns ----------------------------------------------------------------------------------------

UNREACHABLE, REFUSED = UnreachableError("rien ne répond"), RefusedError("refusé")


@pytest.mark.parametrize(
    ("failures", "error", "least", "most"),
    [
        (1, UNREACHABLE, 2.5, 5),
        (2, UNREACHABLE, 5, 10),
        (5, UNREACHABLE, 40, 80),
        (7, UNREACHABLE, 150, 300),
        (10_000, UNREACHABLE, 150, 300),
        (1, REFUSED, 2.5, 5),
        (2, REFUSED, 5, 10),
        (3, REFUSED, 900, 1125),
        (400, REFUSED, 900, 1125),
        (3, SettingsError("secret"), 900, 1125),
    ],
)
def test_what_fails_is_tried_again_more_and_more_rarely(
    failures: int, error: MailwatchError, least: float, most: float
) -> None:
    assert pause(failures, error, 0.0) == timedelta(seconds=least)
    assert pause(failures, error, 1.0) == timedelta(seconds=most)


def turns(draw: float = 1.0) -> Turns:
    return Turns(every=timedelta(seconds=120), draw=lambda: draw)


def test_an_account_is_looked_at_at_its_pace() -> None:
    found = turns()
    assert found.is_due("a", NOON)

    found.went_well("a", NOON)

    assert not found.is_due("a", NOON + timedelta(seconds=119))
    assert found.is_due("a", NOON + timedelta(seconds=120))
    assert found.is_due("b", NOON)


def test_success_ends_what_failures_began() -> None:
    found = turns()
    for _ in range(6):
        found.failed("a", NOON, UNREACHABLE)
    assert not found.is_due("a", NOON + timedelta(seconds=150))

    found.went_well("a", NOON)
    found.failed("a", NOON, UNREACHABLE)

    assert found.is_due("a", NOON + timedelta(seconds=5))


@pytest.mark.parametrize("step", [timedelta(hours=-1), timedelta(days=-400), timedelta(days=30)])
def test_a_clock_that_is_set_anew_makes_nobody_wait(step: timedelta) -> None:
    found = turns()
    found.went_well("a", NOON)

    assert found.is_due("a", NOON + step)


# --- once -----------------------------------------------------------------------------------------


def test_once_looks_decides_and_is_done(office: Office) -> None:
    office.watched.mailbox.put(QUESTION, at(MONDAY))

    done = office.once()

    assert (done.exit_code, done.polled.tally.recorded) == (0, 1)
    assert office.events() == ["polled"]


def _shut(office: Office) -> None:
    office.watched.wiretap.bend = lambda _: b"* BYE fermeture\r\n"


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_shut, 69),
        (lambda o: _secret(o).write_text("faux", "utf-8"), 77),
        (lambda o: _secret(o).unlink(), 78),
        (lambda o: _secret(o).chmod(0o644), 78),
    ],
    ids=["no server", "a wrong password", "no secret", "a secret that everybody can read"],
)
def test_the_exit_code_says_what_failed(
    office: Office, spoil: Callable[[Office], object], code: int
) -> None:
    spoil(office)

    done = office.once()

    assert done.exit_code == code
    assert "failure" in office.events()
    assert "failure" in office.kinds()


def _secret(office: Office) -> Path:
    secret = office.site.accounts[0].secret
    assert secret is not None
    return Path(secret.file)


def test_a_register_that_is_not_there_is_said(office: Office, tmp_path: Path) -> None:
    (tmp_path / "vide").mkdir()

    with pytest.raises(RegisterError):
        office.once(state=str(tmp_path / "vide"))


def test_settings_are_noted_when_they_change(office: Office) -> None:
    office.once()
    before = office.kinds().count("settings")

    office.once()
    office.once(poll_every=300)

    assert office.kinds().count("settings") == before + 1


# --- privacy --------------------------------------------------------------------------------------


def test_once_a_day_what_is_older_than_the_settings_keep_leads_to_nobody(office: Office) -> None:
    office.watched.mailbox.put(QUESTION, at(MONDAY))
    office.once(keep_months=12)
    assert "retention" not in office.kinds()

    office.clock.at += timedelta(days=370)
    office.once(keep_months=12)
    office.clock.at += timedelta(hours=1)
    office.once(keep_months=12)

    assert office.kinds().count("retention") == 1
    assert office.events().count("retention") == 1
    with opened(Path(office.site.state), office.key) as register:
        assert register.held(DESK, "odile.ferrand@laposte.example").facts == ()
        assert len(register.requests(DESK, office.clock.at.date())) == 1


def test_a_service_that_runs_reduces_what_is_old_too(office: Office) -> None:
    office.watched.mailbox.put(QUESTION, at(MONDAY))
    office.once()
    office.clock.at += timedelta(days=1200)
    with office.service() as duties:
        duties.reduce(office.clock())
        duties.reduce(office.clock())

    assert office.kinds().count("retention") == 1


# --- the weekly alert -----------------------------------------------------------------------------


def test_the_alert_leaves_once_a_week_and_never_on_a_closed_day(office: Office) -> None:
    office.watched.mailbox.put(QUESTION, at(MONDAY))
    left = []
    # Easter Monday is on 6 April: that week's alert leaves on the Tuesday.
    for hour in range(7, 22 * 24, 8):
        office.clock.at = at("2026-03-30 00:00") + timedelta(hours=hour)
        left += [f"{office.clock.at:%m-%d %H}"] * office.once().sent

    assert left == ["03-30 15", "04-07 15", "04-13 15", "04-20 15"]
    subjects = [_subject(taken.octets) for taken in office.sink.taken]
    assert subjects[0].startswith("1 réponse en retard")


def test_each_folder_is_compared_with_its_server_once_a_night(office: Office) -> None:
    office.once()
    office.watched.mailbox.put(QUESTION, TUESDAY)
    office.watched.wiretap.bend = lambda line: line.replace(b"* SEARCH 1\r\n", b"* SEARCH\r\n")
    office.clock.on(minutes=2)
    office.once()
    office.watched.wiretap.bend = lambda line: line
    assert office.kinds().count("fact") == 0
    office.clock.at = at("2026-03-11 03:58")
    office.once()
    assert "reconciled" not in office.kinds()

    office.clock.at = at("2026-03-11 04:00")
    office.once()
    office.clock.on(minutes=2)
    office.once()

    assert office.kinds().count("reconciled") == len(FOLDERS)
    assert office.kinds().count("fact") == 1
    assert office.events().count("reconciled") == 1


def test_the_hour_of_the_night_is_a_setting(office: Office) -> None:
    office.once(reconcile_at=clock_time(13, 30))
    office.clock.at = at("2026-03-10 13:29")
    office.once(reconcile_at=clock_time(13, 30))
    assert "reconciled" not in office.kinds()

    office.clock.on(minutes=1)
    office.once(reconcile_at=clock_time(13, 30))

    assert office.kinds().count("reconciled") == len(FOLDERS)


def _subject(octets: bytes) -> str:
    return str(email.message_from_bytes(octets, policy=email.policy.default)["Subject"])


def test_an_alert_that_the_server_refuses_waits_and_leaves_later(office: Office) -> None:
    office.clock.at = at("2026-03-30 08:00")
    office.sink.answer = "451 4.3.0 plus tard"
    refused = office.once()
    office.sink.answer = "250 2.0.0 pris"
    office.clock.on(hours=1)
    taken = office.once()

    assert (refused.exit_code, refused.sent) == (69, 0)
    assert (taken.exit_code, taken.sent) == (0, 1)
    assert len(office.sink.taken) == 1


def test_the_alert_tells_which_folder_is_not_looked_at(office: Office) -> None:
    office.clock.at = at("2026-03-27 09:00")
    office.once()
    _shut(office)
    office.clock.at = at("2026-03-30 08:00")

    done = office.once()

    assert (done.exit_code, done.sent) == (69, 1)
    assert "relevé incomplet" in _subject(office.sink.taken[-1].octets)


def test_a_site_without_an_alert_sends_none(office: Office) -> None:
    office.clock.at = at("2026-03-30 08:00")

    assert office.once(alert=None).sent == 0
    assert office.sink.connections == 0


# --- beats ----------------------------------------------------------------------------------------


def test_a_failure_is_told_once_and_so_is_its_end(office: Office) -> None:
    with office.service() as duties:
        watched_port = office.site.accounts[0].port
        away = replace(office.site.accounts[0], port=free_port())
        duties.look([away])
        duties.look([away])
        duties.look([replace(away, port=watched_port)])
        duties.look([replace(away, port=watched_port)])

    assert office.events() == ["failure", "recovery"]
    assert [kind for kind in office.kinds() if kind in {"failure", "recovery"}] == [
        "failure",
        "recovery",
    ]


def test_a_failure_that_lasts_is_journalled_once_and_told_by_every_process(office: Office) -> None:
    good = _secret(office).read_text("utf-8")
    _secret(office).write_text("faux", "utf-8")
    office.once()
    office.once()
    assert office.kinds().count("failure") == 1
    assert office.events() == ["failure", "failure"]

    _secret(office).write_text(good, "utf-8")
    office.once()
    office.once()

    assert office.kinds().count("recovery") == 1
    assert office.events()[2:] == ["recovery"]


def test_an_account_that_fails_as_a_whole_says_nothing_of_its_folders(office: Office) -> None:
    account = office.site.accounts[0]
    missing = replace(account, folders=(WatchedFolder(name="Absent", role=FolderRole.INBOX),))
    good = _secret(office).read_text("utf-8")
    office.once(accounts=(missing,))
    _secret(office).write_text("faux", "utf-8")
    office.once(accounts=(missing,))
    assert office.kinds().count("recovery") == 0

    _secret(office).write_text(good, "utf-8")
    office.once(accounts=(missing,))

    with opened(Path(office.site.state), office.key) as register:
        assert [(one.folder, one.error) for one in register.failing()] == [
            ("Absent", "SourceError")
        ]


def test_an_alert_that_does_not_leave_is_journalled_until_one_does(office: Office) -> None:
    office.clock.at = at("2026-03-30 08:00")
    office.sink.answer = "451 4.3.0 plus tard"
    office.once()
    office.clock.on(hours=1)
    office.once()
    with opened(Path(office.site.state), office.key) as register:
        (failing,) = register.failing()
    office.sink.answer = "250 2.0.0 pris"
    office.clock.on(hours=1)
    office.once()

    assert (failing.account, failing.folder, failing.error) == ("", "", "UnreachableError")
    assert failing.since == at("2026-03-30 08:00")
    assert (office.kinds().count("failure"), office.kinds().count("recovery")) == (1, 1)


def test_an_account_that_fails_is_not_asked_at_every_beat(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[datetime] = []
    monkeypatch.setattr(Service, "look", _noting(asked, office.clock))
    nowhere = replace(office.site.accounts[0], port=free_port())
    found = turns()
    with office.service(accounts=(nowhere,)) as duties:
        for _ in range(240):
            daemon._beat(duties, found)
            office.clock.on(seconds=5)

    waits = [(later - sooner).total_seconds() for sooner, later in pairwise(asked)]
    assert waits[:7] == [5, 10, 20, 40, 80, 160, 300]


def _noting(asked: list[datetime], clock: Clock) -> Callable[[Service, Sequence[Account]], Polled]:
    look = Service.look

    def noting(duties: Service, accounts: Sequence[Account]) -> Polled:
        asked.append(clock())
        return look(duties, accounts)

    return noting


def test_an_account_that_goes_well_is_looked_at_at_its_pace_beside_one_that_fails(
    office: Office,
) -> None:
    well = office.site.accounts[0]
    nowhere = replace(well, name="ailleurs", port=free_port())
    found = turns()
    with office.service(accounts=(nowhere, well)) as duties:
        for _ in range(121):
            daemon._beat(duties, found)
            office.clock.on(seconds=5)

    examined = sum("EXAMINE" in said for said in office.watched.wiretap.said)
    assert examined == 6 * len(FOLDERS)


def test_a_register_that_is_held_is_waited_for(office: Office) -> None:
    office.watched.mailbox.put(QUESTION, at(MONDAY))
    found = turns()
    with office.service() as duties:
        with impatient(duties), locked(Path(office.site.state)):
            daemon._beat(duties, found)
        assert office.events() == ["busy"]
        office.clock.on(seconds=5)
        daemon._beat(duties, found)

    assert office.events() == ["busy", "polled"]


@contextmanager
def impatient(duties: Service) -> Iterator[None]:
    """Do not wait ten seconds for the other process."""
    connection = duties.watch.register._database.connection
    connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    yield
    connection.exec_driver_sql("PRAGMA busy_timeout = 10000")


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """What a backup program does that copies the file under a lock."""
    other = sqlite3.connect(state / "register.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()


# --- running --------------------------------------------------------------------------------------

RUN = """
import pickle, sys
from datetime import UTC, datetime
from mailwatch.daemon import Log, run
from mailwatch.settings import desk_for

site, key = pickle.load(sys.stdin.buffer)
now = lambda: datetime.now(UTC)
run(site, desk_for(site.institution), key, now=now, log=Log(stream=sys.stdout, now=now))
"""


@dataclass(kw_only=True)
class Running:
    """The service in a process of its own."""

    process: subprocess.Popen[bytes]

    def tells(self, event: str) -> dict[str, object]:
        """Wait until `event` is told."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            told: dict[str, object] = json.loads(line)
            if told["event"] == event:
                return told
        raise AssertionError(f"it ended without telling {event}")


@contextmanager
def running(office: Office, program: str = RUN, **environment: str) -> Iterator[Running]:
    site = replace(office.site, poll_every=1)
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
    ) as process:
        assert process.stdin is not None
        process.stdin.write(pickle.dumps((site, office.key)))
        process.stdin.close()
        try:
            yield Running(process=process)
        finally:
            process.kill()


def test_the_service_looks_again_and_again_until_it_is_told_to_stop(
    office: Office, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        with running(office, NOTIFY_SOCKET=str(tmp_path / "notify")) as service:
            assert service.tells("start")["accounts"] == 1
            assert systemd.recv(200).startswith(b"READY=1")
            for raw in (QUESTION, ANSWER):
                office.watched.mailbox.put(raw, at(MONDAY))
                assert service.tells("polled")["recorded"] == 1

            service.process.send_signal(signal.SIGTERM)

            service.tells("stop")
            assert service.process.wait(20) == 0
    told = office.kinds()
    assert (told.count("start"), told[-1]) == (1, "stop")


def test_the_service_goes_on_when_a_server_comes_back(office: Office) -> None:
    with running(office) as service:
        service.tells("start")
        bend = office.watched.wiretap.bend
        _shut(office)
        office.watched.wiretap.hang_up()
        service.tells("failure")
        office.watched.wiretap.bend = bend

        service.tells("recovery")

        service.process.send_signal(signal.SIGINT)
        assert service.process.wait(20) == 0


def test_a_service_that_is_killed_over_and_over_loses_and_doubles_nothing(office: Office) -> None:
    count = 400
    for number in range(count):
        raw = mail(
            MONDAY,
            f"Bonjour, où en est mon dossier déposé au guichet {number} ?",
            sender=f"personne{number}@laposte.example",
            message_id=f"<{number}@mail.example>",
        )
        office.watched.mailbox.put(raw, at(MONDAY))
    for wait in (0.1, 0.3, 0.5):
        with running(office) as service:
            service.tells("start")
            time.sleep(wait)

    done = office.once()

    with opened(Path(office.site.state), office.key) as register:
        requests = register.requests(DESK, NOON.date())
    assert done.exit_code == 0
    assert len({request.message_id for request in requests}) == len(requests) == count
