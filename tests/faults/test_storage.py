"""Disk, file, clock and processes: the service stops loudly or recovers, and invents nothing."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailwatch.daemon import instance
from mailwatch.daemon.instance import filesystem
from mailwatch.errors import RefusedError
from mailwatch.model import Period
from mailwatch.register import checked, opened
from mailwatch.site import Site
from tests.bureau import DESK, NOON
from tests.facts import at
from tests.faults.disks import Disk, disk
from tests.faults.house import MONDAY, asked, disorder, question, wrong
from tests.faults.injecting import alerted
from tests.faults.killing import site_of
from tests.faults.lives import Launch, Limited, Once, Serve
from tests.registers import KEY
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import Watched, watching
from tests.servers.smtp import smtp_server

EVER = Period(from_on=None, to_on=None)


@dataclass(kw_only=True)
class Office:
    """A site, its mailbox, and lives that serve it."""

    watched: Watched
    site: Site
    launch: Launch
    sent: int = 0

    def arrive(self, count: int = 1) -> None:
        for _ in range(count):
            self.sent += 1
            self.watched.mailbox.put(question(self.sent), at(MONDAY))

    def once(self, when: datetime = NOON) -> tuple[str, int]:
        return self.launch(Once(site=self.site, key=KEY, at=when)).ends()

    @property
    def state(self) -> Path:
        return Path(self.site.state)

    def faults(self) -> list[str]:
        """What is wrong with the register and its requests."""
        with opened(self.state, KEY) as register:
            requests = register.requests(DESK, NOON.date())
        expected = [asked(number) for number in range(1, self.sent + 1)]
        return [*disorder(self.state), *wrong(requests, expected)]


@pytest.fixture
def office(dovecot: Dovecot, ram: Path, launch: Launch) -> Iterator[Office]:
    with watching(dovecot) as watched:
        yield Office(watched=watched, site=site_of(watched, ram), launch=launch)


@pytest.fixture
def small(ram: Path, office: Office) -> Iterator[Disk]:
    """The state of the office on a disk of two megabytes."""
    with disk(ram / "disk") as made:
        shutil.move(office.state, made.folder / "state")
        office.site = replace(office.site, state=str(made.folder / "state"))
        yield made


# --- disk -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 8_192, 65_536, 131_072])
def test_case_97_a_full_disk_stops_the_look_and_nothing_is_half_done(
    office: Office, small: Disk, room: int
) -> None:
    office.arrive(40)
    small.fill(room)

    words, code = office.once()

    assert code in {0, 75}, words
    assert checked(office.state, KEY, DESK) == ()
    small.empty()
    assert office.once()[1] == 0
    assert office.faults() == []


def test_case_97_a_service_waits_for_room_and_goes_on_by_itself(
    office: Office, small: Disk
) -> None:
    life = office.launch(Serve(site=office.site, key=KEY))
    assert life.tells("start")
    small.fill()
    office.arrive(5)
    assert life.tells("busy")

    small.empty()

    assert life.tells("polled")
    life.resume(signal.SIGTERM)
    assert life.ends()[1] == 0
    assert office.faults() == []


@pytest.mark.parametrize("octets", [4_096, 200_000, 400_000])
def test_case_97_a_file_that_may_not_grow_is_a_full_disk(office: Office, octets: int) -> None:
    office.arrive(40)

    once = Once(site=office.site, key=KEY, at=NOON)
    words, code = office.launch(Limited(once, octets)).ends()

    assert code in {0, 65, 74, 75}, words
    assert checked(office.state, KEY, DESK) == ()
    assert office.once()[1] == 0
    assert office.faults() == []


def test_case_99_a_read_only_disk_is_said_and_recovered_from(office: Office, small: Disk) -> None:
    office.arrive(3)
    small.allow("ro")

    words, code = office.once()

    assert code == 77, words
    assert "est sur un disque en lecture seule" in words
    small.allow("rw")
    assert office.once()[1] == 0
    assert office.faults() == []


# --- the register's file --------------------------------------------------------------------------


def _truncate(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def _foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE facture (numéro)")


SPOILT: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda file: os.truncate(file, 0),
    "cut in half": _truncate,
    "overwritten": lambda file: file.write_bytes(os.urandom(50_000)),
    "another program's": _foreign,
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=[f"100 {name}" for name in SPOILT])
def test_a_register_that_is_not_what_it_was_is_refused_and_not_begun_anew(
    office: Office, spoil: Callable[[Path], object]
) -> None:
    office.arrive(2)
    assert office.once()[1] == 0
    file = office.state / "register.sqlite"
    spoil(file)
    before = file.read_bytes() if file.exists() else None

    words, code = office.once()

    assert code == 65, words
    assert (file.read_bytes() if file.exists() else None) == before


def test_case_100_a_register_that_another_program_holds_is_waited_for_and_left(
    office: Office,
) -> None:
    office.arrive(2)
    with closing(sqlite3.connect(office.state / "register.sqlite")) as other:
        other.execute("BEGIN EXCLUSIVE")
        began = time.monotonic()
        words, code = office.once()
        assert time.monotonic() - began < 60
        other.execute("ROLLBACK")

    assert code == 75, words
    assert office.once()[1] == 0
    assert office.faults() == []


MOUNTS = """\
22 1 8:1 / / rw - ext4 /dev/sda1 rw
40 22 0:35 / /srv rw,relatime shared:1 - {kind} serveur:/partage rw
41 22 0:36 / /srv/un\\040disque rw - xfs /dev/sdb1 rw
42 22 0:37 /
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/mailwatch", "nfs4"),
        ("/srv", "nfs4"),
        ("/srvmailwatch", "ext4"),
        ("/srv/un disque/etat", "xfs"),
        ("/var/lib/mailwatch", "ext4"),
    ],
)
def test_case_101_the_disk_of_a_folder_is_known(path: str, kind: str) -> None:
    assert filesystem(Path(path), MOUNTS.format(kind="nfs4")) == kind


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "fuse.sshfs", "9p"])
def test_case_101_a_disk_that_a_network_shares_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(instance, "filesystem", lambda *_: kind)

    with pytest.raises(RefusedError, match=re.escape(kind)), instance.only_one(tmp_path):
        raise AssertionError

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser may give a folder away")
def test_case_102_the_state_of_another_account_is_left_alone(office: Office) -> None:
    os.chown(office.state, 65534, 65534)

    words, code = office.once()

    assert code == 77, words
    os.chown(office.state, 0, 0)


# --- clock ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", [timedelta(days=-3), timedelta(days=30), timedelta(days=-400), timedelta(hours=1)]
)
def test_case_103_a_clock_that_jumps_loses_nothing(office: Office, step: timedelta) -> None:
    office.arrive(2)
    office.once()
    office.arrive(2)

    assert office.once(NOON + step)[1] == 0
    office.arrive(1)
    assert office.once(NOON + timedelta(minutes=2))[1] == 0

    assert office.faults() == []


def _fridays_to_tuesdays() -> Iterator[datetime]:
    """Each hour around the night whose hour comes twice, and the one whose hour is missing."""
    for first in ("2026-10-23 06:00", "2027-03-26 06:00"):
        for hour in range(0, 5 * 24, 9):
            yield at(first) + timedelta(hours=hour)


def test_case_103_one_alert_a_week_leaves_in_the_nights_when_the_hour_changes(
    office: Office,
) -> None:
    with smtp_server() as sink:
        office.site = alerted(office.site, sink.port)
        for when in _fridays_to_tuesdays():
            assert office.once(when)[1] == 0
        weeks = [taken.octets for taken in sink.taken]

    # Two Mondays, and before the second one five months in which nobody was there.
    assert len(weeks) == 3


def test_case_105_after_three_weeks_asleep_the_gap_is_told_and_one_alert_leaves(
    office: Office,
) -> None:
    with smtp_server() as sink:
        office.site = alerted(office.site, sink.port)
        office.once(at("2026-03-09 08:00"))
        office.arrive(3)
        office.once(at("2026-03-31 08:00"))
        assert office.once(at("2026-03-31 08:02"))[1] == 0
        assert len(sink.taken) == 2

    assert office.faults() == []
    with opened(office.state, KEY) as register:
        assert {gap.folder for gap in register.gaps(EVER)} == {"INBOX", "Envoyés"}


# --- processes ------------------------------------------------------------------------------------


def test_case_104_a_service_that_is_told_to_stop_in_the_middle_stops_in_order(
    office: Office,
) -> None:
    office.arrive(150)
    life = office.launch(Serve(site=office.site, key=KEY))
    life.tells("start")
    life.resume(signal.SIGTERM)

    assert life.ends()[1] == 0
    assert checked(office.state, KEY, DESK) == ()
    office.once()
    assert office.faults() == []


def test_case_104_a_service_that_was_frozen_goes_on(office: Office) -> None:
    life = office.launch(Serve(site=office.site, key=KEY))
    life.tells("start")
    life.resume(signal.SIGSTOP)
    office.arrive(3)
    time.sleep(0.2)
    life.resume()

    assert life.tells("polled")
    life.resume(signal.SIGTERM)
    assert life.ends()[1] == 0
    assert office.faults() == []


def test_case_104_workers_that_the_system_kills_for_want_of_memory_cost_no_message(
    office: Office,
) -> None:
    office.arrive(60)
    life = office.launch(Serve(site=office.site, key=KEY, workers=1))
    life.tells("start")
    killed = 0
    until = time.monotonic() + 30
    while killed < 2 and time.monotonic() < until:
        for child in _children(life.process):
            os.kill(child, signal.SIGKILL)
            killed += 1
        time.sleep(0.05)

    assert killed
    assert life.tells("polled")
    life.resume(signal.SIGTERM)
    life.ends()
    office.once()
    assert office.faults() == []


def _children(process: int) -> list[int]:
    threads = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for thread in threads for child in thread.read_text("ascii").split()]


def test_case_105_a_second_service_is_told_who_is_there(office: Office) -> None:
    life = office.launch(Serve(site=office.site, key=KEY))
    life.tells("start")

    words, code = office.once()

    assert code == 75
    assert f"processus {life.process}" in words
    life.kill()
    assert office.once()[1] == 0


def test_case_105_a_register_restored_from_last_week_catches_up(office: Office, ram: Path) -> None:
    office.arrive(3)
    office.once()
    shutil.copytree(office.state, ram / "copy")
    office.arrive(3)
    office.once(NOON + timedelta(days=1))
    shutil.rmtree(office.state)
    shutil.copytree(ram / "copy", office.state)

    assert office.once(NOON + timedelta(days=2))[1] == 0
    assert office.faults() == []
