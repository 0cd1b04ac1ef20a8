"""What the service says while it runs: entries for journald, lines elsewhere, states for systemd, and no person."""

from __future__ import annotations

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import language
from mailwatch.daemon import Log, log_to
from mailwatch.daemon.telling import JOURNALD, Priority, _entry
from mailwatch.errors import BusyError, RegisterError, Remark, UnreachableError
from tests.bureau import NOON, Clock
from tests.facts import at
from tests.test_daemon import MONDAY, TUESDAY, Office, office, running
from tests.test_metrics import TOKENS, planted

__all__ = ["office"]


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """The language is one for the whole process, and another test may have spoken English."""
    language.choose("fr")
    yield
    language.choose("fr")


class Journal:
    """journald's socket: it takes entries and reads them as systemd's own documentation has it."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.address)
        self.socket.settimeout(20)

    def entry(self) -> dict[str, str]:
        return parsed(self.socket.recv(1 << 16))


def parsed(octets: bytes) -> dict[str, str]:
    """An entry as JOURNAL_NATIVE_PROTOCOL says: `NAME=value`, or a name, a length of 64 bits and that many octets."""
    found: dict[str, str] = {}
    while octets:
        head, _, octets = octets.partition(b"\n")
        name, is_plain, value = head.partition(b"=")
        if not is_plain:
            length = int.from_bytes(octets[:8], "little")
            value, end, octets = (
                octets[8 : 8 + length],
                octets[8 + length :][:1],
                octets[9 + length :],
            )
            assert end == b"\n"
        assert name.decode().isupper(), name
        assert name.decode() not in found, name
        found[name.decode()] = value.decode()
    return found


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journald")
    yield made
    made.socket.close()


# --- journald -------------------------------------------------------------------------------------


def test_journald_gets_the_sentence_and_each_value_as_a_field(journal: Journal) -> None:
    stream = StringIO()
    log = Log(stream=stream, now=Clock(), journald=journal.address)

    log("alert", Remark("alertes remises au serveur : {sent}", sent=2))

    assert journal.entry() == {
        "MESSAGE": "alertes remises au serveur : 2",
        "PRIORITY": "6",
        "SYSLOG_IDENTIFIER": "mailwatch",
        "MAILWATCH_EVENT": "alert",
        "MAILWATCH_SENT": "2",
    }
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("event", "words", "priority"),
    [
        ("polled", Remark("relevé"), Priority.NORMAL),
        ("start", Remark("en marche"), Priority.NOTICE),
        ("recovery", Remark("repris"), Priority.NOTICE),
        ("failure", UnreachableError("rien ne répond"), Priority.WARNING),
        ("busy", BusyError("tenu"), Priority.WARNING),
        ("clock", Remark("reculée"), Priority.WARNING),
        ("failure", RegisterError("endommagé"), Priority.ERROR),
    ],
)
def test_what_asks_for_a_person_stands_out(
    journal: Journal, event: str, words: Remark, priority: Priority
) -> None:
    Log(stream=StringIO(), now=Clock(), journald=journal.address)(event, words)

    assert journal.entry()["PRIORITY"] == str(int(priority))


def test_a_value_cannot_add_a_field_or_an_entry(journal: Journal) -> None:
    forged = "INBOX\nPRIORITY=0\nMESSAGE=tout va bien"
    log = Log(stream=StringIO(), now=Clock(), journald=journal.address)

    log("failure", UnreachableError("{folder} ne répond pas", folder=forged))

    entry = journal.entry()
    assert entry["MAILWATCH_FOLDER"] == forged
    assert (entry["PRIORITY"], entry["MESSAGE"]) == ("4", f"{forged} ne répond pas")


@given(value=st.text(), name=st.from_regex(r"[a-z_]{1,20}", fullmatch=True))
def test_any_value_is_read_back_as_it_was(value: str, name: str) -> None:
    entry = parsed(_entry("polled", Remark("x", **{name: value})))

    if name != "event":
        assert entry[f"MAILWATCH_{name.upper()}"] == value.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("address", ["/nulle/part", "/dev/null"])
def test_what_journald_does_not_take_goes_to_the_stream_with_its_priority(address: str) -> None:
    stream = StringIO()

    Log(stream=stream, now=Clock(), journald=address)("failure", UnreachableError("a\nb"))

    assert stream.getvalue() == "<4>a b\n"


def test_a_journal_that_nobody_empties_does_not_stop_the_service(journal: Journal) -> None:
    stream = StringIO()
    log = Log(stream=stream, now=Clock(), journald=journal.address)

    for _ in range(2_000):
        log("polled", Remark("relevé"))

    assert "<6>relevé\n" in stream.getvalue()


# --- where the words go ---------------------------------------------------------------------------


def test_only_a_stream_that_leads_to_journald_is_taken_for_it(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as ours, (tmp_path / "b").open("w") as other:
        status = os.fstat(ours.fileno())
        told = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}

        assert log_to(ours, Clock(), told).journald == JOURNALD
        # Inherited from a service that started a shell whose output goes elsewhere.
        assert log_to(other, Clock(), told).journald == ""
        assert log_to(ours, Clock(), {}).journald == ""
        assert log_to(StringIO(), Clock(), told).journald == ""
    assert log_to(ours, Clock(), told).journald == ""


def test_anywhere_else_an_event_is_a_line_of_json() -> None:
    stream = StringIO()

    log_to(stream, Clock(), {})("stop", Remark("mailwatch s’arrête"))

    assert json.loads(stream.getvalue()) == {
        "at": NOON.isoformat(),
        "event": "stop",
        "message": "mailwatch s’arrête",
    }


def heard(line: socket.socket, seconds: float) -> list[bytes]:
    """All that comes until nothing does for so many seconds."""
    line.settimeout(seconds)
    found: list[bytes] = []
    with suppress(TimeoutError):
        while True:
            found.append(line.recv(1 << 16))
    return found


# --- systemd --------------------------------------------------------------------------------------


@contextmanager
def systemd(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(path))
        line.settimeout(60)
        yield line


def test_systemd_hears_that_the_service_is_ready_alive_and_stopping(
    office: Office, tmp_path: Path
) -> None:
    address = str(tmp_path / "notify")
    with systemd(tmp_path / "notify") as line, running(office, NOTIFY_SOCKET=address) as service:
        service.tells("start")
        said = [line.recv(200).decode() for _ in range(4)]
        service.process.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in said:
            said.append(line.recv(200).decode())
        assert service.process.wait(60) == 0

    assert said[0].split("\n") == ["READY=1", "STATUS=1 compte(s) suivi(s)"]
    assert set(said[1:-1]) == {"WATCHDOG=1"}
    assert said[-1] == "STOPPING=1"


def test_a_service_that_is_halted_gives_no_sign_of_life(office: Office, tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with systemd(tmp_path / "notify") as line, running(office, NOTIFY_SOCKET=address) as service:
        service.tells("start")
        service.process.send_signal(signal.SIGSTOP)
        heard(line, 2)
        assert heard(line, 3) == []

        service.process.send_signal(signal.SIGCONT)
        line.settimeout(60)
        said = [line.recv(200) for _ in range(3)]

    assert b"WATCHDOG=1" in said


# --- start and stop -------------------------------------------------------------------------------


def test_once_writes_that_it_begins_and_ends_as_the_service_does(office: Office) -> None:
    office.once()
    office.once()

    told = [kind for kind in office.kinds() if kind in {"start", "stop"}]
    assert told == ["start", "stop"] * 2
    assert office.events() == []


# --- no person ------------------------------------------------------------------------------------


def test_no_token_of_fifty_is_in_journald_or_on_the_stream(
    office: Office, journal: Journal
) -> None:
    for folder, raw in planted():
        office.watched.mailbox.put(raw, at(MONDAY), folder=folder)
    office.watched.mailbox.put(b"X: " + TOKENS[-1].encode() + b"\0" * 9_000, at(MONDAY))
    for address in (journal.address, "/nulle/part"):
        with office.service() as duties:
            duties.log = replace(office.log, journald=address)
            duties.begin("1")
            duties.look(office.site.accounts)
            office.clock.at = TUESDAY
            duties.end()
    entries = heard(journal.socket, 0.1)

    told = b"".join(entries).decode() + office.written.getvalue()
    assert [parsed(one)["MAILWATCH_EVENT"] for one in entries] == ["start", "polled", "stop"]
    assert "<5>mailwatch 1 est en marche" in office.written.getvalue()
    assert not [token for token in TOKENS if token in told.lower()]
