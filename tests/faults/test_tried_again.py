"""What could not be read is tried once more by each new version of what reads mail, in real workers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from mailwatch.analysis import PARSER, sealed
from mailwatch.model import Period
from mailwatch.workers import Workers
from tests.bureau import DESK, FOLDERS, INBOX, kinds
from tests.faults.hostile import PASSWORD, Hostile, honest, hostile
from tests.faults.house import Lookout, asked, lookout, question, wrong
from tests.poison import sealed_or_poison
from tests.registers import KEY

EVER = Period(from_on=None, to_on=None)
KILLS, FAILS = "exit", "fail"


def poison(number: int, how: str) -> bytes:
    """A question that ends whoever judges it, or makes it stumble."""
    return question(number).replace(b"Subject:", b"X-Poison: %b\r\nSubject:" % how.encode(), 1)


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as made:
        for raw in (question(1), poison(2, KILLS), question(3), poison(4, FAILS), question(5)):
            made.box().add(raw)
        yield made


@pytest.fixture
def out(server: Hostile, tmp_path: Path) -> Iterator[Lookout]:
    account = replace(server.account, folders=FOLDERS[:1])
    state = tmp_path / "state"
    with lookout(account, lambda: PASSWORD, state, workers=1, judge=sealed_or_poison) as made:
        made.poll()
        yield made


@pytest.fixture
def better() -> Iterator[Workers]:
    """Workers of a version that reads everything."""
    with Workers(partial(sealed, desk=DESK, key=KEY), count=1) as made:
        yield made


def isolated(out: Lookout) -> list[int]:
    return [one.location.uid for one in out.register.quarantined()]


def bodies_asked_for(server: Hostile) -> int:
    return server.heard.count(b"BODY.PEEK")


def test_the_same_version_does_not_try_again(server: Hostile, out: Lookout) -> None:
    before = bodies_asked_for(server)
    assert isolated(out) == [2, 4]

    polled = out.poll()

    assert bodies_asked_for(server) == before
    assert (polled.tally.recorded, polled.tally.quarantined) == (0, 0)


def test_what_a_new_version_reads_leaves_the_quarantine_and_the_journal_says_so(
    out: Lookout, better: Workers
) -> None:
    out.watch.parser, out.watch.workers = PARSER + 1, better

    out.poll()

    assert isolated(out) == []
    assert kinds(out.register).count("released") == 2
    assert wrong(out.requests(), [asked(number) for number in range(1, 6)]) == []


def test_what_a_new_version_cannot_read_either_stays_and_is_tried_once(
    server: Hostile, out: Lookout
) -> None:
    since = [one.at for one in out.register.quarantined()]
    reasons = [one.reason for one in out.register.quarantined()]
    out.clock.on(hours=3)
    out.watch.parser = PARSER + 1
    before = bodies_asked_for(server)

    out.poll()
    tried = bodies_asked_for(server)
    out.poll()

    assert tried > before
    assert bodies_asked_for(server) == tried
    assert isolated(out) == [2, 4]
    assert [one.at for one in out.register.quarantined()] == since
    assert [one.reason for one in out.register.quarantined()] == reasons
    assert kinds(out.register).count("quarantine") == 2
    assert "released" not in kinds(out.register)


def test_each_new_version_tries_once_more(out: Lookout, better: Workers) -> None:
    out.watch.parser = PARSER + 1
    out.poll()
    out.watch.parser, out.watch.workers = PARSER + 2, better

    out.poll()

    assert isolated(out) == []
    assert out.losses(5) == []


def test_a_register_of_before_versions_were_noted_is_tried_too(
    out: Lookout, better: Workers
) -> None:
    with out.register._database.writing() as connection:
        connection.exec_driver_sql("UPDATE sighting SET parser = NULL")
    out.watch.workers = better

    out.poll()

    assert out.losses(5) == []


def test_what_is_no_longer_there_stays_what_nobody_could_read(
    server: Hostile, out: Lookout, better: Workers
) -> None:
    server.box().remove(2)
    out.watch.parser, out.watch.workers = PARSER + 1, better
    before = len(out.register.gaps(EVER))

    out.poll()
    asked_for = bodies_asked_for(server)
    out.poll()

    assert isolated(out) == [2]
    assert len(out.register.gaps(EVER)) == before
    assert bodies_asked_for(server) == asked_for


def test_what_the_server_keeps_back_is_asked_for_once_by_each_version(
    server: Hostile, out: Lookout
) -> None:
    out.watch.parser = PARSER + 1
    server.bend = lambda asked, lines: lines[-1:] if asked.verb == "UID FETCH" else lines

    for _ in range(4):
        out.poll()

    server.bend = honest
    assert isolated(out) == [2, 4]
    assert out.register.awaiting(INBOX, PARSER + 1) == ()


def test_poison_under_a_new_version_costs_no_other_message(server: Hostile, out: Lookout) -> None:
    server.box().add(question(6))
    out.watch.parser = PARSER + 1

    out.poll()

    there = [asked(number) for number in (1, 3, 5, 6)]
    assert wrong(out.requests(), there) == []
    assert isolated(out) == [2, 4]


def test_a_death_before_it_was_tried_leaves_it_to_be_tried(out: Lookout, better: Workers) -> None:
    def killed() -> bool:
        raise KeyboardInterrupt

    out.watch.parser, out.watch.goes_on = PARSER + 1, killed
    with pytest.raises(KeyboardInterrupt):
        out.poll()
    assert isolated(out) == [2, 4]
    out.watch.goes_on, out.watch.workers = lambda: True, better

    out.poll()

    assert out.losses(5) == []
