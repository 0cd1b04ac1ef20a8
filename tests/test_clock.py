"""A clock that is set, a machine that sleeps: noticed, written down once, told, and no date is attested by them."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import alert, daemon, health
from mailwatch.daemon import Service, service
from mailwatch.daemon.clocks import (
    Jump,
    Reading,
    Sleep,
    Timers,
    compared,
    reading,
    since_journalled,
    timers_of_this_machine,
    told,
)
from mailwatch.daemon.ticking import Stop
from mailwatch.daemon.turns import Turns
from mailwatch.errors import BusyError, UnreachableError
from mailwatch.journal.lines import read
from mailwatch.model import Grade, Period
from mailwatch.register import ClockSet, opened
from mailwatch.settings import template_texts
from tests.bureau import DESK, INBOX, NOON
from tests.facts import at
from tests.mails import mail
from tests.test_alert import MONDAY, audit, composed
from tests.test_daemon import Office, impatient, locked, office, running

__all__ = ["office"]

PARIS = ZoneInfo("Europe/Paris")
ASKED = "2026-03-02 09:12"
BEGUN = Reading(wall=NOON.astimezone(UTC), timers=Timers(boot="un", awake=1_000.0, elapsed=1_500.0))


@dataclass(kw_only=True)
class Machine:
    """A machine whose time passes, sleeps and is set when a test says so."""

    wall: datetime = NOON
    awake: float = 1_000.0
    elapsed: float = 1_500.0
    boot: str = "un"

    def now(self) -> datetime:
        return self.wall

    def timers(self) -> Timers:
        return Timers(boot=self.boot, awake=self.awake, elapsed=self.elapsed)

    def read(self) -> Reading:
        return reading(self.now, self.timers)

    def passes(self, **of: float) -> None:
        """Time passes for everybody."""
        self.sleeps(**of)
        self.awake += timedelta(**of).total_seconds()

    def sleeps(self, **of: float) -> None:
        """Time passes while the machine is suspended, and its clock is right when it wakes."""
        span = timedelta(**of)
        self.elapsed += span.total_seconds()
        # As the kernel does: by UTC, whatever the hour of the territory.
        self.wall = (self.wall.astimezone(UTC) + span).astimezone(self.wall.tzinfo)

    def sets(self, **of: float) -> None:
        """Somebody, or NTP, sets the wall clock."""
        self.wall += timedelta(**of)

    def restarts(self, boot: str = "deux") -> None:
        self.boot, self.awake, self.elapsed = boot, 20.0, 20.0


# --- clocks ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ({"hours": 1}, [Jump(seconds=3_600)]),
        ({"hours": -1}, [Jump(seconds=-3_600)]),
        ({"days": -400}, [Jump(seconds=-34_560_000)]),
        ({"seconds": 10}, [Jump(seconds=10)]),
        ({"seconds": -9}, []),
        ({"seconds": 1}, []),
        ({"milliseconds": -128}, []),
    ],
)
def test_a_clock_that_was_set_is_told_and_a_leap_second_is_not(
    step: dict[str, float], found: list[Jump]
) -> None:
    machine = Machine()
    before = machine.read()
    machine.passes(seconds=5)
    machine.sets(**step)

    assert list(compared(before, machine.read())) == found


def test_a_machine_that_sleeps_is_told_apart_from_a_clock_that_is_set() -> None:
    machine = Machine()
    before = machine.read()
    machine.sleeps(hours=9)
    machine.passes(seconds=2)

    assert list(compared(before, machine.read())) == [Sleep(seconds=32_400)]

    machine.sets(minutes=3)
    assert list(compared(before, machine.read())) == [Jump(seconds=180), Sleep(seconds=32_400)]


def test_steps_too_small_to_tell_are_told_when_they_add_up() -> None:
    machine = Machine()
    before = machine.read()
    for _ in range(4):
        machine.passes(minutes=2)
        machine.sets(seconds=-3)

    assert list(compared(before, machine.read())) == [Jump(seconds=-12)]


@pytest.mark.parametrize("night", ["2026-10-25 00:30", "2027-03-28 00:30"])
def test_the_hour_that_comes_twice_and_the_one_that_is_missing_are_no_jump(night: str) -> None:
    machine = Machine(wall=at(night))
    readings = []
    for _ in range(4 * 60):
        readings.append(machine.read())
        machine.passes(minutes=1)

    assert not [found for pair in pairwise(readings) for found in compared(*pair)]
    assert not list(compared(readings[0], readings[-1]))


def test_of_two_starts_of_a_machine_nothing_is_known_but_that_time_goes_on() -> None:
    machine = Machine()
    before = machine.read()
    machine.sets(days=-2)
    machine.restarts()

    assert not list(compared(before, machine.read()))


def test_a_machine_that_names_no_start_is_known_within_one_process_alone() -> None:
    machine = Machine(boot="")
    before = machine.read()
    line = {"at": machine.wall.isoformat(), **told(before)}
    machine.sets(days=2)

    assert list(compared(before, machine.read())) == [Jump(seconds=172_800)]
    assert since_journalled(line, machine.read()) is None


def test_the_start_of_the_machine_is_the_same_told_by_systemd_or_by_the_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The unit has `%b`, which systemd writes without hyphens."""
    kernel = Path("/proc/sys/kernel/random/boot_id").read_text("ascii")
    by_kernel = timers_of_this_machine().boot

    monkeypatch.setenv("MAILWATCH_BOOT_ID", kernel.strip().replace("-", ""))
    assert timers_of_this_machine().boot == by_kernel

    monkeypatch.setenv("MAILWATCH_BOOT_ID", "0" * 32)
    assert timers_of_this_machine().boot != by_kernel


def test_a_process_that_is_halted_between_two_clocks_sees_no_jump() -> None:
    machine = Machine()
    before = machine.read()
    halted = iter([False, True, False, False, False, False])

    def timers() -> Timers:
        if next(halted):
            machine.passes(minutes=5)
        return machine.timers()

    assert not list(compared(before, reading(machine.now, timers)))


def test_a_machine_where_every_reading_is_halted_is_read_all_the_same() -> None:
    machine = Machine()

    def timers() -> Timers:
        machine.passes(seconds=7)
        return machine.timers()

    assert reading(machine.now, timers).timers.awake == 1_000 + 4 * 7


def test_this_machine_s_own_clocks_agree_with_each_other() -> None:
    before = reading(lambda: datetime.now(UTC), timers_of_this_machine)
    after = reading(lambda: datetime.now(UTC), timers_of_this_machine)

    assert len(before.timers.boot) == 16
    assert before.timers.elapsed >= before.timers.awake > 0
    assert not list(compared(before, after))


@given(passed=st.floats(0, 10**9), slept=st.floats(0, 10**7), step=st.integers(-(10**9), 10**9))
def test_whatever_passes_the_step_is_what_was_set(passed: float, slept: float, step: int) -> None:
    after = Reading(
        wall=BEGUN.wall + timedelta(seconds=passed + slept + step),
        timers=Timers(boot="un", awake=1_000 + passed, elapsed=1_500 + passed + slept),
    )

    found = {type(each): each.seconds for each in compared(BEGUN, after)}

    assert found.get(Jump) == (step if abs(step) >= 10 else None) or abs(step) in {9, 10}
    assert abs(found.get(Sleep, 0) - slept) <= 10


# --- between two processes ------------------------------------------------------------------------


def test_a_clock_that_is_set_while_nobody_runs_is_found_by_who_comes_next() -> None:
    machine = Machine()
    line = {"at": machine.wall.isoformat(), **told(machine.read())}
    machine.passes(hours=2)
    assert since_journalled(line, machine.read()) is None

    machine.sets(hours=-1)

    assert since_journalled(line, machine.read()) == Jump(seconds=-3_600)


def test_after_a_restart_only_a_clock_that_is_behind_what_was_written_is_known() -> None:
    machine = Machine()
    line = {"at": machine.wall.isoformat(), **told(machine.read())}
    machine.restarts()
    machine.sets(days=30)
    assert since_journalled(line, machine.read()) is None

    machine.sets(days=-33)

    assert since_journalled(line, machine.read()) == Jump(seconds=-259_200, at_least=True)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"at": None, "booted_at": 3},
        {"at": "hier", "boot": "un", "booted_at": "hier"},
        {"at": "2026-03-09T12:00:00", "boot": "un", "booted_at": "2026-03-09T12:00:00"},
        {"at": ["x"], "boot": "un"},
    ],
)
def test_a_line_that_says_nothing_of_clocks_is_compared_with_nothing(
    line: dict[str, object],
) -> None:
    assert since_journalled(line, Machine().read()) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Jump(seconds=3_600), "l’horloge de la machine a avancé de 3600 s"),
        (Jump(seconds=-90), "l’horloge de la machine a reculé de 90 s"),
        (
            Jump(seconds=-40, at_least=True),
            "l’horloge de la machine est en retard d’au moins 40 s sur ce qui est déjà inscrit au journal",
        ),
        (Sleep(seconds=32_400), "la machine a été suspendue pendant 32400 s"),
    ],
)
def test_what_happened_is_one_sentence(found: Jump | Sleep, words: str) -> None:
    assert found.words == words


# --- the service ----------------------------------------------------------------------------------


@contextmanager
def serving(office: Office, machine: Machine) -> Iterator[Service]:
    with service(
        office.site,
        DESK,
        office.key,
        now=machine.now,
        log=replace(office.log, now=machine.now),
        workers=0,
    ) as duties:
        duties.keep_time_by(machine.timers)
        duties.started("1")
        yield duties


def turns() -> Turns:
    return Turns(every=timedelta(seconds=120), draw=lambda: 1.0)


def clock_lines(office: Office) -> list[dict[str, object]]:
    with opened(Path(office.site.state), office.key) as register:
        lines = [read(line) for line in register.lines_after(0)]
    return [dict(line) for line in lines if line["kind"] in {"clock", "asleep"}]


def grades(office: Office, machine: Machine) -> dict[str, Grade]:
    with opened(Path(office.site.state), office.key) as register:
        requests = register.requests(DESK, machine.wall.date())
        return {request.message_id or "": request.grade for request in requests}


def put(office: Office, machine: Machine, name: str) -> None:
    """A question arrives by the mail server's clock, which is the right one."""
    when = f"{machine.wall.astimezone(PARIS):%Y-%m-%d %H:%M:%S}"
    raw = mail(
        when[:16],
        "Bonjour, quels sont vos horaires ?",
        message_id=f"<{name}@mail.example>",
        sender=f"{len(name)}@laposte.example",
    )
    office.watched.mailbox.put(raw, machine.wall)


@pytest.mark.parametrize("step", [{"hours": 3}, {"hours": -3}, {"days": -400}, {"minutes": -2}])
def test_a_clock_that_is_set_under_the_service_is_written_down_once_and_told(
    office: Office, step: dict[str, float]
) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        for beat in range(60):
            daemon._beat(duties, found)
            machine.passes(seconds=5)
            if beat == 30:
                machine.sets(**step)

    (line,) = clock_lines(office)
    assert line["seconds"] == timedelta(**step).total_seconds()
    assert office.events().count("clock") == 1


def test_a_machine_that_slept_for_three_weeks_says_so_and_its_folders_have_a_gap(
    office: Office,
) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        daemon._beat(duties, found)
        machine.sleeps(days=21)
        daemon._beat(duties, found)
        gaps = duties.watch.register.gaps(Period(from_on=None, to_on=None))

    assert [(line["kind"], line["seconds"]) for line in clock_lines(office)] == [
        ("asleep", 21 * 86_400)
    ]
    assert {gap.folder for gap in gaps} == {"INBOX", "Envoyés"}


@pytest.mark.parametrize("step", [{"minutes": 25}, {"minutes": -25}, {"days": -3}, {"days": 30}])
def test_nobody_waits_for_the_old_time_and_nothing_comes_twice(
    office: Office, step: dict[str, float]
) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        put(office, machine, "avant")
        daemon._beat(duties, found)
        put(office, machine, "pendant")
        machine.sets(**step)
        machine.passes(seconds=5)
        daemon._beat(duties, found)
        known = grades(office, machine)

    assert set(known) == {"<avant@mail.example>", "<pendant@mail.example>"}


def test_mail_between_two_looks_around_a_clock_that_was_set_is_not_seen_live(
    office: Office,
) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        daemon._beat(duties, found)
        machine.passes(minutes=1)
        put(office, machine, "avant")
        machine.passes(minutes=1)
        daemon._beat(duties, found)
        machine.passes(minutes=1)
        put(office, machine, "autour")
        machine.sets(minutes=2)
        daemon._beat(duties, found)
        machine.passes(minutes=1)
        put(office, machine, "ensuite")
        machine.passes(minutes=1)
        daemon._beat(duties, found)

    assert grades(office, machine) == {
        "<avant@mail.example>": Grade.A,
        "<autour@mail.example>": Grade.C,
        "<ensuite@mail.example>": Grade.A,
    }


def test_a_gap_is_seen_at_once_by_a_clock_that_was_set_back(office: Office) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        daemon._beat(duties, found)
        machine.sets(days=-3)
        daemon._beat(duties, found)
        machine.passes(hours=2)
        daemon._beat(duties, found)
        gaps = duties.watch.register.gaps(Period(from_on=None, to_on=None))

    assert {gap.until - gap.since for gap in gaps} == {timedelta(hours=2)}


def test_a_folder_that_could_not_be_looked_at_stays_doubtful_for_the_next_process(
    office: Office,
) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        daemon._beat(duties, found)
        machine.sets(minutes=-5)
        duties.heed_clocks()

    machine.passes(seconds=30)
    with serving(office, machine) as duties:
        assert INBOX in duties.watch.unsteady
        machine.passes(minutes=6)
        duties.look(office.site.accounts)
        assert not duties.watch.unsteady
    assert len(clock_lines(office)) == 1

    with serving(office, machine) as duties:
        assert not duties.watch.unsteady


@pytest.mark.parametrize(("restarts", "step"), [(False, {"hours": 1}), (True, {"hours": -1})])
def test_once_after_once_finds_that_the_clock_was_set_between_them(
    office: Office, *, restarts: bool, step: dict[str, float]
) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    for passed in range(4):
        daemon.once(
            office.site, DESK, office.key, now=machine.now, log=office.log, workers=0,
            timers=machine.timers,
        )  # fmt: skip
        machine.passes(minutes=5)
        if passed == 1:
            machine.sets(**step)
            if restarts:
                machine.restarts()

    (line,) = clock_lines(office)
    expected = timedelta(**step).total_seconds()
    # After a restart, the five minutes before it are not known.
    assert line["seconds"] == (expected + 300 if restarts else expected)


def test_a_day_that_somebody_gives_is_no_clock(office: Office) -> None:
    office.once()
    office.clock.on(days=30)
    office.once()
    office.clock.on(days=-60)
    office.once()

    assert not clock_lines(office)


def test_a_register_that_is_held_has_the_jump_written_when_it_is_free(office: Office) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    found = turns()
    with serving(office, machine) as duties:
        daemon._beat(duties, found)
        machine.sets(hours=1)
        with impatient(duties), locked(Path(office.site.state)):
            daemon._beat(duties, found)
            with pytest.raises(BusyError):
                duties.heed_clocks()
        machine.passes(seconds=5)
        daemon._beat(duties, found)
        daemon._beat(duties, found)

    assert len(clock_lines(office)) == 1


# --- alerts ---------------------------------------------------------------------------------------


def test_weeks_whose_alert_a_wrong_clock_sent_do_not_silence_those_before(office: Office) -> None:
    weeks: list[str] = []
    for when in (
        "2026-03-09 08:00",
        "2026-04-13 09:00",  # the clock is five weeks ahead
        "2026-03-10 08:00",
        "2026-03-16 08:00",
        "2026-03-16 09:00",
        "2026-03-23 08:00",
    ):
        office.clock.at = at(when)
        office.once()
        with opened(Path(office.site.state), office.key) as register:
            last = register.last_alert(alert.WEEKLY)
        assert last is not None
        weeks.append(alert.week_of_alert(last.alert_id)[-3:])

    assert weeks == ["W11", "W16", "W16", "W12", "W12", "W13"]
    assert len(office.sink.taken) == 4


def test_before_its_first_alert_a_service_whose_clock_is_set_back_owes_none(office: Office) -> None:
    office.clock.at = at("2026-03-09 08:00")
    office.once()
    office.clock.at = at("2025-03-10 08:00")
    office.once()

    assert len(office.sink.taken) == 1


SETS = (
    ClockSet(at=at("2026-04-14 09:12"), seconds=7_200),
    ClockSet(at=at("2026-04-15 07:00"), seconds=-86_400),
    ClockSet(at=at("2026-04-16 07:00"), seconds=-90),
    ClockSet(at=at("2026-04-17 07:00"), seconds=45),
)


def test_the_alert_tells_when_the_clock_was_set() -> None:
    found = replace(composed(audit(today=MONDAY)), clock_sets=SETS)

    text = alert.text(found, template_texts()).replace("\u00a0", " ")
    page = alert.html(found, template_texts()).replace("\u00a0", " ")

    for words in (
        "horloge de la machine avancée de 2 heures, le mardi 14/04/2026 à 09:12",
        "reculée de 1 jour, le mercredi 15/04/2026 à 07:00",
        "reculée de 1 minute, le",
        "avancée de 45 secondes, le",
    ):
        assert words in " ".join(text.split())
        assert words in page
    assert max(map(len, text.splitlines())) <= 72


# --- what is told ---------------------------------------------------------------------------------


def test_status_knows_when_the_clock_was_last_set(office: Office) -> None:
    machine = Machine(wall=at("2026-03-10 12:00"))
    with serving(office, machine) as duties:
        machine.sets(hours=-1)
        duties.heed_clocks()
        found = health.examine(
            duties.watch.register,
            office.site,
            at=machine.wall,
            holder=None,
            unwatched=timedelta(minutes=15),
        )

    assert [one.seconds for one in found.clock_sets] == [-3_600]
    assert json.loads(office.written.getvalue().splitlines()[-1])["seconds"] == 3_600


# --- turns and ticks ------------------------------------------------------------------------------


def test_it_is_everybody_s_turn_when_the_clock_was_set_and_failures_are_remembered() -> None:
    found = Turns(every=timedelta(seconds=120), draw=lambda: 1.0)
    found.went_well("a", NOON)
    for _ in range(4):
        found.failed("b", NOON, UnreachableError("rien"))

    found.clock_was_set()

    assert found.is_due("a", NOON)
    assert found.is_due("b", NOON - timedelta(minutes=3))
    found.failed("b", NOON, UnreachableError("rien"))
    assert not found.is_due("b", NOON + timedelta(seconds=79))


def test_turns_keep_their_pace_in_the_hour_that_comes_twice() -> None:
    found = Turns(every=timedelta(seconds=120), draw=lambda: 1.0)
    first = datetime(2026, 10, 25, 2, 59, 30, tzinfo=PARIS)
    found.went_well("a", first)

    due = [
        seconds
        for seconds in range(0, 300, 5)
        if found.is_due("a", (first.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(PARIS))
    ]

    assert due[0] == 120


SET_BACK = """
import pickle, signal, sys
from datetime import UTC, datetime, timedelta
from apscheduler.schedulers import base
from mailwatch.daemon import Log, run
from mailwatch.settings import desk_for

ahead = timedelta()

class Wall(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + ahead

def set_back(*_):
    global ahead
    ahead = timedelta(days=-1)

base.datetime = Wall
signal.signal(signal.SIGUSR1, set_back)
site, key = pickle.load(sys.stdin.buffer)
now = lambda: Wall.now(UTC)
run(site, desk_for(site.institution), key, now=now, log=Log(stream=sys.stdout, now=now))
"""


def test_a_service_whose_clock_is_set_back_by_a_day_goes_on_looking(office: Office) -> None:
    """APScheduler waits for an instant of the wall clock, which is then a day away."""
    with running(office, SET_BACK) as service:
        service.tells("start")
        office.watched.mailbox.put(mail(ASKED, "Quels horaires ?"), at(ASKED))
        service.tells("polled")

        service.process.send_signal(signal.SIGUSR1)

        assert service.tells("clock")["seconds"] == 86_400
        # More often than there are ticks left from before.
        for number in range(4):
            office.watched.mailbox.put(mail(ASKED, f"Et le {number} mai ?"), at(ASKED))
            assert service.tells("polled")["recorded"] == 1


def test_whoever_waits_for_a_tick_is_woken_by_the_order_to_stop() -> None:
    stop = Stop()
    threading.Timer(0.05, stop.tell, (15, None)).start()
    began = time.monotonic()

    stop.wait(100)

    assert stop.told
    assert time.monotonic() - began < 50
