"""Any course of events at all: mail comes and goes, servers fail, time passes, the service dies and is restored.

What is simulated is the world: a scripted IMAP server, a real SMTP one, a clock. The service is the product's own,
register and all. After each look that nothing disturbed the register tells what was there to be seen.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from mailwatch.daemon import Log, Service
from mailwatch.errors import BusyError, MailwatchError
from mailwatch.polling import Lines, Watch, workers_for
from mailwatch.register import Register, checked, opened
from mailwatch.site import FolderRole, Site, WatchedFolder
from tests.bureau import DESK, Clock
from tests.facts import JURA, at
from tests.faults.alerting import FAIR, WEATHERS, Weather
from tests.faults.hostile import PASSWORD, Asked, HangUpError, Hostile, honest, hostile
from tests.faults.house import answer, asked, question, wrong
from tests.faults.injecting import alerted
from tests.registers import KEY, laid
from tests.servers.smtp import smtp_server

SENT, FILED = "Envoy&AOk-s", "Traites"
FOLDERS = (
    WatchedFolder(name="INBOX", role=FolderRole.INBOX),
    WatchedFolder(name="Traites", role=FolderRole.INBOX),
    WatchedFolder(name="Envoyés", role=FolderRole.SENT),
)
EXAMPLES, STEPS = 5, 25
"""`make soak` sets `MAILWATCH_STORIES` to take more."""


class Prefecture(RuleBasedStateMachine):
    """A mailbox, the service that watches it, and what a person would know of both."""

    def __init__(self) -> None:
        super().__init__()
        self.world = ExitStack()
        self.life = ExitStack()
        self.clock = Clock(at=at("2026-03-06 08:00"))
        self.questions = self.arrivals = 0
        self.restored = False
        """The server went back in time, and nobody has compared since."""
        self.answered: set[int] = set()
        self.seen: set[int] = set()
        self.seen_answers: set[int] = set()

    @initialize()
    def begin(self) -> None:
        self.server: Hostile = self.world.enter_context(hostile())
        for name in ("INBOX", FILED, SENT):
            self.server.box(name)
        self.sink = self.world.enter_context(smtp_server())
        self.sink.deliver = lambda taken: self.server.box("INBOX").add(
            taken.octets, self.server_date()
        )
        self.folder = Path(self.world.enter_context(TemporaryDirectory()))
        laid(self.folder / "state")
        site = Site(
            institution=JURA,
            accounts=(replace(self.server.account, folders=FOLDERS),),
            state=str(self.folder / "state"),
        )
        self.site = alerted(site, self.sink.port)
        self.rise()

    # --- the world --------------------------------------------------------------------------------

    @rule()
    def somebody_asks(self) -> None:
        self.questions += 1
        self.server.box("INBOX").add(question(self.questions), self.server_date())

    def server_date(self) -> bytes:
        """INTERNALDATE: no two messages come in the same second."""
        self.arrivals += 1
        return b"02-Mar-2026 09:%02d:%02d +0100" % divmod(self.arrivals % 3_600, 60)

    @rule(pick=st.integers(0, 99))
    @precondition(lambda self: self.questions > len(self.answered))
    def an_agent_answers(self, pick: int) -> None:
        open_ones = [n for n in range(1, self.questions + 1) if n not in self.answered]
        number = open_ones[pick % len(open_ones)]
        self.answered.add(number)
        self.server.box(SENT).add(answer(number), self.server_date())

    @rule(pick=st.integers(0, 99), to=st.sampled_from(["INBOX", FILED, "Trash"]))
    def an_agent_moves_a_message(self, pick: int, to: str) -> None:
        source = self.server.box(FILED if to == "INBOX" else "INBOX")
        if uids := sorted(source.messages):
            uid = uids[pick % len(uids)]
            self.server.box(to).add(source.remove(uid), source.arrived[uid])

    @rule(name=st.sampled_from(["INBOX", FILED, SENT]))
    def the_server_numbers_a_folder_anew(self, name: str) -> None:
        box = self.server.box(name)
        kept = [(raw, box.arrived[uid]) for uid, raw in box.messages.items()]
        box.messages, box.arrived, box.uidnext = {}, {}, 1
        box.uidvalidity += 1
        for raw, arrived in kept:
            box.add(raw, arrived)

    @rule(name=st.sampled_from(["INBOX", FILED]), count=st.integers(1, 3))
    def the_server_is_restored_from_a_copy(self, name: str, count: int) -> None:
        """Of a while ago: the last messages are gone, and their numbers will be given again."""
        box = self.server.box(name)
        box.uidnext = max(box.uidnext - count, 1)
        for uid in [uid for uid in box.messages if uid >= box.uidnext]:
            box.remove(uid)
        # A look that comes only when as many have arrived cannot tell; the night can.
        self.restored = True

    @rule(minutes=st.sampled_from([1, 2, 11, 60, 60 * 7, 60 * 24, 60 * 24 * 3]))
    def time_passes(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)

    @rule(weather=st.sampled_from(WEATHERS))
    def the_mail_server_changes(self, weather: Weather) -> None:
        self.sink.answer, self.sink.hangs_up = weather

    # --- the service ------------------------------------------------------------------------------

    def rise(self) -> None:
        """Start the service."""
        self.life = ExitStack()
        self.register: Register = self.life.enter_context(opened(Path(self.site.state), KEY))
        pool = self.life.enter_context(workers_for(DESK, KEY, 0))
        lines = Lines(lambda _: PASSWORD)
        self.life.callback(lines.close)
        watch = Watch(register=self.register, workers=pool, lines=lines, now=self.clock)
        self.watch = watch
        log = Log(stream=StringIO(), now=self.clock)
        self.service = Service(site=self.site, desk=DESK, watch=watch, log=log)

    @rule()
    def it_is_restarted(self) -> None:
        self.life.close()
        self.rise()

    @rule(commands=st.integers(1, 12))
    def it_looks_while_the_server_hangs_up(self, commands: int) -> None:
        left = iter(range(commands))

        def failing(_: Asked, lines: list[bytes]) -> list[bytes]:
            if next(left, None) is None:
                raise HangUpError
            return lines

        self.server.bend = failing
        self.service.look(self.site.accounts)
        self.server.bend = honest

    @rule()
    def it_looks(self) -> None:
        polled = self.service.look(self.site.accounts)

        # A connection that the server left is made anew in the same look.
        assert polled.failures == ()
        if self.restored:
            return
        there = self.everywhere()
        self.seen |= {n for n in range(1, self.questions + 1) if asked(n) in there}
        self.seen_answers |= {n for n in self.answered if f"<r{n}@jura.gouv.fr>" in there}
        self.tells_the_truth()

    @rule()
    def a_night_passes(self) -> None:
        """Each folder is compared with the server: whatever it did meanwhile, nothing of it is left."""
        self.watch.compares = lambda _: True
        self.restored = False
        self.it_looks()
        self.watch.compares = lambda _: False

    @rule(name=st.sampled_from(["INBOX", FILED]))
    def the_server_keeps_its_newest_message_out_of_a_list(self, name: str) -> None:
        newest = max(self.server.box(name).messages, default=0)

        def hiding(asked: Asked, lines: list[bytes]) -> list[bytes]:
            if asked.verb != "UID SEARCH":
                return lines
            left = [word for word in lines[0].split() if word != b"%d" % newest]
            return [b" ".join(left), *lines[1:]]

        self.server.bend = hiding
        self.service.look(self.site.accounts)
        self.server.bend = honest
        self.a_night_passes()

    @rule()
    def it_sends_what_is_due(self) -> None:
        try:
            self.service.send_alert(self.clock())
        except BusyError:
            raise
        except MailwatchError:
            pass

    @rule()
    def it_is_restored_from_a_copy(self) -> None:
        """Of this very moment: what is restored goes on."""
        self.life.close()
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(self.site.state, copy)
        shutil.rmtree(self.site.state)
        shutil.copytree(copy, self.site.state)
        self.rise()

    # --- what holds -------------------------------------------------------------------------------

    def everywhere(self) -> set[str]:
        """The names of all messages in the folders that are watched."""
        boxes = (self.server.box(name) for name in ("INBOX", FILED, SENT))
        return {_message_id(raw) for box in boxes for raw in box.messages.values()}

    def tells_the_truth(self) -> None:
        requests = self.register.requests(DESK, self.clock().date())
        known = {asked(number) for number in self.seen}
        # One that a look met before it broke off is known too.
        whole = [each for each in requests if each.message_id in known]
        assert wrong(whole, sorted(known)) == []
        assert len({each.message_id for each in requests}) == len(requests)
        answered = {each.message_id for each in whole if each.first is not None}
        assert answered >= {asked(number) for number in self.seen_answers & self.seen}

    @invariant()
    def one_copy_of_each_alert_at_most_is_taken(self) -> None:
        if hasattr(self, "sink"):
            names = Counter(_message_id(taken.octets) for taken in self.sink.taken)
            assert max(names.values(), default=1) == 1

    def teardown(self) -> None:
        if hasattr(self, "service"):
            self.sink.answer, self.sink.hangs_up = FAIR
            self.a_night_passes()
            self.life.close()
            assert checked(Path(self.site.state), KEY, DESK) == ()
        self.world.close()


def _message_id(octets: bytes) -> str:
    (line,) = [each for each in octets.splitlines() if each.lower().startswith(b"message-id:")]
    return line.partition(b":")[2].strip().decode("ascii")


@pytest.mark.no_cover
@pytest.mark.timeout(900)  # a failure is made smaller before it is told
def test_whatever_happens_the_register_tells_what_was_there() -> None:
    examples = int(os.environ.get("MAILWATCH_STORIES", EXAMPLES))
    run_state_machine_as_test(
        Prefecture,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
