"""A folder compared with its server: what looks have missed is found, what is gone is said, what is known stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.errors import UnreachableError
from mailwatch.model import Period
from mailwatch.polling import comparing
from mailwatch.polling.comparing import is_due
from mailwatch.register import Cursor, Sighting, Vanished
from mailwatch.register.journal import lines_of
from tests.bureau import FOLDERS, INBOX, kinds
from tests.facts import at
from tests.faults.hostile import PASSWORD, Asked, Bend, HangUpError, Hostile, honest, hostile
from tests.faults.house import Lookout, asked, house, lookout, question, wrong
from tests.poison import sealed_or_poison
from tests.servers.dovecot import Dovecot

QUESTIONS = 5
EVER = Period(from_on=None, to_on=None)
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as made:
        for number in range(1, QUESTIONS + 1):
            made.box().add(question(number))
        yield made


@pytest.fixture
def out(server: Hostile, tmp_path: Path) -> Iterator[Lookout]:
    account = replace(server.account, folders=FOLDERS[:1], timeout=2)
    state = tmp_path / "state"
    with lookout(account, lambda: PASSWORD, state, judge=sealed_or_poison) as made:
        yield made


def at_night(out: Lookout) -> None:
    """Look once as in the night, when folders are compared."""
    out.watch.compares = lambda _: True
    polled = out.poll()
    out.watch.compares = lambda _: False
    assert polled.failures == ()


def told(out: Lookout) -> dict[str, object]:
    """What the journal says of the last comparison."""
    with out.register._database.reading() as connection:
        *_, row = connection.execute(lines_of("reconciled"))
    said = json.loads(row.line)
    return {name: said[name] for name in said if name not in {"at", "kind", "n", "prev", "place"}}


def hides(*uids: int) -> Bend:
    """A server that keeps messages out of every list."""

    def bend(asked: Asked, lines: list[bytes]) -> list[bytes]:
        if asked.verb != "UID SEARCH":
            return lines
        left = [word for word in lines[0].split() if word not in {b"%d" % uid for uid in uids}]
        return [b" ".join(left), *lines[1:]]

    return bend


# --- what looks have missed -----------------------------------------------------------------------


def test_a_folder_that_is_what_it_was_is_said_to_be_in_one_line(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    before = out.register.head().size

    at_night(out)

    assert out.register.head().size == before + 1
    assert told(out) == {
        "uidvalidity": server.box().uidvalidity, "there": 5, "missed": 0, "reread": 0, "returned": 0, "gone": 0,
        "waiting": 0, "doubled": 0,
    }  # fmt: skip


def test_a_message_that_the_server_kept_out_of_its_list_is_read_at_night_and_no_longer_missed(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    out.clock.on(minutes=2)
    server.box().add(question(6))
    server.bend = hides(6)
    out.poll()
    server.bend = honest
    assert [gap.missed for gap in out.register.gaps(EVER)] == [1]
    assert out.losses(QUESTIONS + 1) == ["perdu : <q6@mail.example>"]

    at_night(out)

    assert out.losses(QUESTIONS + 1) == []
    assert out.register.gaps(EVER) == ()
    assert told(out)["missed"] == 1
    (night,) = out.register.reconciliations(out.clock() - timedelta(days=1))
    assert (night.account, night.folder, night.there, night.healed) == ("préfecture", "INBOX", 6, 1)


def test_only_what_is_found_again_is_taken_off_what_was_missed(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    out.clock.on(minutes=2)
    server.box().add(question(6))
    server.box().remove(server.box().add(question(7)))
    server.bend = hides(6)
    out.poll()
    server.bend = honest
    assert [gap.missed for gap in out.register.gaps(EVER)] == [2]

    at_night(out)

    assert [gap.missed for gap in out.register.gaps(EVER)] == [1]


def test_a_message_that_was_given_up_and_is_there_after_all_is_read(
    server: Hostile, out: Lookout
) -> None:
    out.register.listed(INBOX, server.box().uidvalidity, [1, 2, 3, 4, 5], 6, out.clock())
    out.register.looked(INBOX, out.clock())
    out.register.record(INBOX, [Sighting(uid=3, outcome=Vanished())], out.clock())
    out.poll()
    assert out.losses(QUESTIONS) == ["perdu : <q3@mail.example>"]
    assert [gap.missed for gap in out.register.gaps(EVER)] == [1]

    at_night(out)

    assert out.losses(QUESTIONS) == []
    assert told(out)["reread"] == 1
    assert out.register.gaps(EVER) == ()


def test_a_row_that_was_lost_is_made_good_and_doubles_nothing(out: Lookout) -> None:
    out.poll()
    with out.register._database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM sighting WHERE uid = 2")

    at_night(out)

    assert told(out)["missed"] == 1
    assert out.losses(QUESTIONS) == []
    (found,) = out.register.locate(asked(2))
    assert found.uid == 2


def test_what_waits_and_what_is_there_twice_is_counted(server: Hostile, out: Lookout) -> None:
    server.box().add(question(5))
    out.poll()
    with out.register._database.writing() as connection:
        connection.exec_driver_sql("UPDATE sighting SET at = '2026-03-01T00:00:00+00:00'")
    server.box().add(question(7))
    server.bend = lambda asked, lines: (
        lines if asked.verb != "UID FETCH" or b"7" not in asked.words.split()[0] else lines[-1:]
    )

    at_night(out)

    assert (told(out)["waiting"], told(out)["doubled"]) == (1, 1)
    server.bend = honest
    out.poll()


def test_numbers_that_are_far_apart_are_crossed_in_a_few_steps_by_day_and_by_night(
    server: Hostile, out: Lookout
) -> None:
    box = server.box()
    box.uidnext = 4_294_967_290
    box.add(question(6))
    began = searches(server)

    out.poll()
    at_night(out)

    assert searches(server) - began < 40
    assert out.losses(QUESTIONS + 1) == []


# --- what is gone ---------------------------------------------------------------------------------


def test_what_is_gone_is_said_once_and_its_request_is_still_owed(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    kept = {uid: server.box().remove(uid) for uid in (2, 4)}

    at_night(out)
    assert (told(out)["there"], told(out)["gone"]) == (3, 2)
    at_night(out)
    assert (told(out)["there"], told(out)["gone"]) == (3, 0)
    assert out.losses(QUESTIONS) == []

    server.box().messages |= kept
    at_night(out)
    assert (told(out)["returned"], told(out)["reread"], told(out)["gone"]) == (2, 0, 0)


def test_an_unreadable_message_that_is_gone_stays_listed_as_one(
    server: Hostile, out: Lookout
) -> None:
    uid = server.box().add(question(6).replace(b"Subject:", b"X-Poison: fail\r\nSubject:", 1))
    out.poll()
    server.box().remove(uid)

    at_night(out)
    out.watch.parser += 1
    out.poll()

    assert [one.location.uid for one in out.register.quarantined()] == [uid]
    assert out.register.gaps(EVER) == ()


# --- numbers that mean something else -------------------------------------------------------------


def test_a_restored_server_that_has_caught_up_with_its_numbers_is_found_out(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    for uid in (4, 5):
        server.box().remove(uid)
    server.box().uidnext = 4
    for number in (6, 7):
        server.box().add(question(number))
    out.poll()
    assert out.losses(QUESTIONS) == []

    at_night(out)

    assert wrong(out.requests(), [asked(number) for number in range(1, 8)]) == []
    assert kinds(out.register).count("rewound") == 1
    (night,) = out.register.reconciliations(out.clock() - timedelta(days=1))
    assert (night.folder, night.restored) == ("INBOX", True)


def test_a_restored_server_is_found_out_also_when_a_look_went_on_beyond_its_old_numbers(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    for uid in (4, 5):
        server.box().remove(uid)
    server.box().uidnext = 4
    for number in (6, 7, 8, 9):
        server.box().add(question(number), b"09-Mar-2026 09:%02d:00 +0100" % number)
    out.poll()
    assert out.losses(QUESTIONS + 4) == ["perdu : <q6@mail.example>", "perdu : <q7@mail.example>"]

    at_night(out)

    assert wrong(out.requests(), [asked(number) for number in range(1, 10)]) == []
    assert kinds(out.register).count("rewound") == 1


def test_a_server_that_gives_other_dates_than_before_has_not_been_restored(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    server.box().arrived = dict.fromkeys(server.box().arrived, b"09-Mar-2026 10:00:00 +0100")

    at_night(out)

    assert "rewound" not in kinds(out.register)
    assert out.losses(QUESTIONS) == []


def test_a_server_that_writes_its_messages_otherwise_than_before_has_not_been_restored(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    box = server.box()
    for uid, raw in box.messages.items():
        box.messages[uid] = raw.replace(b"Subject: ", b"Subject:  ", 1)

    at_night(out)

    assert "rewound" not in kinds(out.register)
    assert out.losses(QUESTIONS) == []


def test_a_folder_numbered_anew_meanwhile_is_left_to_the_look(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    box, examined = server.box(), iter(range(9))

    def renumbering(asked: Asked, lines: list[bytes]) -> list[bytes]:
        if asked.verb == "EXAMINE" and next(examined) == 0:
            box.uidvalidity += 1
        return lines

    server.bend = renumbering
    at_night(out)

    assert out.losses(QUESTIONS) == []
    assert "renumbered" in kinds(out.register)


def test_a_numbering_that_the_server_comes_back_to_loses_nothing(
    server: Hostile, out: Lookout
) -> None:
    """What was listed and not read under the first numbering is read when it comes back."""
    first = server.box().uidvalidity
    server.bend = lambda asked, lines: [] if asked.verb == "UID FETCH" else lines
    out.poll()
    server.bend = honest
    server.box().uidvalidity = first + 1
    server.bend = lambda asked, lines: [] if asked.verb == "UID FETCH" else lines
    out.poll()
    server.bend = honest
    server.box().uidvalidity = first

    out.poll()

    assert out.losses(QUESTIONS) == []


# --- HIGHESTMODSEQ --------------------------------------------------------------------------------


def searches(server: Hostile) -> int:
    return server.heard.count(b"SEARCH")


def without_uidnext(asked: Asked, lines: list[bytes]) -> list[bytes]:
    return [line for line in lines if b"UIDNEXT" not in line] if asked.verb == "EXAMINE" else lines


def test_a_folder_said_to_be_unchanged_is_not_asked_for_its_last_message(
    server: Hostile, out: Lookout
) -> None:
    server.box().modseq = 100
    server.bend = without_uidnext
    out.poll()
    before = searches(server)

    out.poll()
    assert searches(server) == before

    server.box().add(question(6))
    out.poll()
    assert out.losses(QUESTIONS + 1) == []


def test_a_server_that_says_unchanged_of_a_folder_that_is_not_loses_no_mail_beyond_the_night(
    server: Hostile, out: Lookout
) -> None:
    server.box().modseq = 100
    server.bend = without_uidnext
    out.poll()
    server.box().add(question(6))
    server.box().modseq = 100
    out.poll()
    assert out.losses(QUESTIONS + 1) != []

    at_night(out)

    assert out.losses(QUESTIONS + 1) == []


def test_a_server_that_tells_the_next_number_is_believed_whatever_it_says_of_changes(
    server: Hostile, out: Lookout
) -> None:
    server.box().modseq = 100
    out.poll()
    server.box().add(question(6))
    server.box().modseq = 100

    out.poll()

    assert out.losses(QUESTIONS + 1) == []


@pytest.mark.parametrize("count", [b"0", b"-5", b"99999999999999999999"])
def test_a_count_of_changes_that_is_none_is_not_heard(
    server: Hostile, out: Lookout, count: bytes
) -> None:
    server.bend = lambda asked, lines: (
        [b"* OK [HIGHESTMODSEQ %b] highest" % count, *lines] if asked.verb == "EXAMINE" else lines
    )
    out.poll()
    server.box().add(question(6))
    out.poll()

    known = out.register.cursor(INBOX)
    assert known is not None
    assert known.modseq == 0
    assert out.losses(QUESTIONS + 1) == []


def test_a_count_of_changes_that_gets_smaller_has_the_folder_compared_at_once(
    server: Hostile, out: Lookout
) -> None:
    """A server restored from a copy has forgotten changes, even where its numbers have caught up."""
    out.watch.compares = lambda known: known.reconciled_at is None
    box = server.box()
    box.modseq = 100
    out.poll()
    out.clock.on(hours=2)
    box.remove(5)
    box.uidnext, box.modseq = 5, 50
    box.add(question(6))

    out.poll()

    assert wrong(out.requests(), [asked(number) for number in range(1, 7)]) == []


def test_a_count_of_changes_that_means_nothing_costs_one_comparison_an_hour(
    server: Hostile, out: Lookout
) -> None:
    out.watch.compares = lambda known: known.reconciled_at is None
    server.box().modseq = 10_000
    for _ in range(60):
        out.poll()
        server.box().modseq -= 1
        out.clock.on(minutes=2)

    assert kinds(out.register).count("reconciled") <= 2
    assert out.losses(QUESTIONS) == []


# --- when it is due -------------------------------------------------------------------------------


def cursor(done: datetime | None) -> Cursor:
    return Cursor(uidvalidity=1, uidnext=9, looked_at=at("2026-03-09 12:00"), reconciled_at=done)


@pytest.mark.parametrize(
    ("done", "now", "due"),
    [
        (None, "2026-03-10 12:00", True),
        ("2026-03-09 04:00", "2026-03-10 03:59", False),
        ("2026-03-09 04:00", "2026-03-10 04:00", True),
        ("2026-03-10 04:00", "2026-03-10 04:00", False),
        ("2026-03-10 03:00", "2026-03-10 12:00", True),
        ("2026-03-01 04:00", "2026-03-10 12:00", True),
        ("2026-03-10 04:01", "2026-03-10 04:00", False),
        ("2029-01-01 00:00", "2026-03-10 12:00", True),
    ],
)
def test_a_folder_is_compared_once_after_each_hour_that_struck(
    done: str | None,
    now: str,
    due: bool,  # noqa: FBT001
) -> None:
    assert is_due(cursor(at(done) if done else None), time(4, 0), PARIS, at(now)) is due


@given(
    st.datetimes(timezones=st.just(UTC)),
    st.datetimes(timezones=st.just(UTC)) | st.none(),
    st.times(),
    st.sampled_from(["Europe/Paris", "Pacific/Tahiti", "Pacific/Wallis"]),
)
def test_whatever_the_clock_says_there_is_an_answer_and_what_was_just_done_is_not_due(
    at: datetime, done: datetime | None, hour: time, zone: str
) -> None:
    assert is_due(cursor(done), hour, ZoneInfo(zone), at) in {True, False}
    assert not is_due(cursor(at), hour, ZoneInfo(zone), at)


@pytest.mark.parametrize("hour", [time(2, 30), time(3, 0), time(0, 0)])
@pytest.mark.parametrize("day", [datetime(2026, 3, 28), datetime(2026, 10, 24)])  # noqa: DTZ001
def test_hours_that_never_come_or_come_twice_are_one_night(hour: time, day: datetime) -> None:
    now, end = day.replace(tzinfo=PARIS).astimezone(UTC), day.replace(tzinfo=PARIS)
    known, done = cursor(now), []
    while now < end.astimezone(UTC) + timedelta(days=3):
        if is_due(known, hour, PARIS, now):
            done.append(now)
            known = cursor(now)
        now += timedelta(minutes=10)

    assert len(done) in {2, 3}
    assert len({each.astimezone(PARIS).date() for each in done}) == len(done)


# --- stretch by stretch, cut off anywhere ---------------------------------------------------------


@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(
    gone=st.sets(st.integers(1, 12), max_size=12),
    hidden=st.sets(st.integers(13, 20), max_size=8),
    stretch=st.integers(1, 9),
    many=st.integers(0, 4),
)
def test_whatever_differs_is_found_in_stretches_of_any_length(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    gone: set[int],
    hidden: set[int],
    stretch: int,
    many: int,
) -> None:
    monkeypatch.setattr(comparing, "_STRETCH", stretch)
    monkeypatch.setattr(comparing, "_MANY", many)
    state = tmp_path_factory.mktemp("night") / "state"
    with hostile() as server, _watching(server, state) as out:
        for number in range(1, 13):
            server.box().add(question(number))
        out.poll()
        for number in range(13, 21):
            server.box().add(question(number))
        server.bend = hides(*hidden)
        out.poll()
        server.bend = honest
        for uid in gone:
            server.box().remove(uid)

        at_night(out)

        assert out.losses(20) == []
        nights = out.register.reconciliations(out.clock() - timedelta(days=1))
        assert sum(night.healed for night in nights) == len(hidden)
        assert sum(night.gone for night in nights) == len(gone)
        assert sum(night.there for night in nights) == 20 - len(gone)
        at_night(out)
        assert told(out) == {**told(out), "missed": 0, "gone": 0, "there": 20 - len(gone)}


def _watching(server: Hostile, state: Path) -> AbstractContextManager[Lookout]:
    account = replace(server.account, folders=FOLDERS[:1], timeout=2)
    return lookout(account, lambda: PASSWORD, state)


@pytest.mark.parametrize("commands", range(1, 8))
def test_a_comparison_that_is_cut_off_is_made_at_the_next_look(
    server: Hostile, out: Lookout, commands: int
) -> None:
    out.poll()
    server.box().add(question(6))
    server.bend = hides(6)
    out.poll()
    left = iter(range(commands))

    def failing(_: Asked, lines: list[bytes]) -> list[bytes]:
        if next(left, None) is None:
            raise HangUpError
        return lines

    server.bend = failing
    out.watch.compares = lambda _: True
    out.poll()
    server.bend = honest

    at_night(out)

    assert out.losses(QUESTIONS + 1) == []


def test_a_server_that_declines_to_be_compared_is_told_and_its_mail_is_read_all_the_same(
    server: Hostile, out: Lookout
) -> None:
    out.poll()

    def declining(asked: Asked, lines: list[bytes]) -> list[bytes]:
        refused = asked.verb == "UID SEARCH" and asked.words.startswith(b"UID 1:")
        return [asked.tag + b" NO [LIMIT] too many"] if refused else lines

    server.bend = declining
    out.watch.compares = lambda _: True
    for number in (6, 7):
        server.box().add(question(number))
        polled = out.poll()
        assert [type(failure.error) for failure in polled.failures] == [UnreachableError]

    assert out.losses(QUESTIONS + 2) == []
    assert "reconciled" not in kinds(out.register)


# --- on a real server -----------------------------------------------------------------------------


def test_dovecot_is_compared_like_any_other_and_counts_its_changes(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    with house(dovecot, tmp_path / "state") as out:
        out.fill(12, answers=3)
        out.poll()
        known = out.register.cursor(INBOX)
        assert known is not None
        assert known.modseq > 0
        (moved, *_) = [path for path in out.watched.mailbox.files() if ".Env" not in str(path)]
        moved.unlink()

        at_night(out)

        nights = out.register.reconciliations(out.clock() - timedelta(days=1))
        assert [(night.folder, night.there, night.gone) for night in nights] == [
            ("INBOX", 11, 1),
            ("Envoyés", 3, 0),
        ]
        assert out.losses(12) == []


def test_a_dovecot_that_lost_its_index_counts_from_the_beginning_and_is_compared_at_once(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    with house(dovecot, tmp_path / "state") as out:
        out.watch.compares = lambda known: known.reconciled_at is None
        out.fill(6)
        out.poll()
        for path in out.watched.mailbox.files():
            out.watched.mailbox.file_away(path, "S")
        out.fill(1, first=7)
        out.poll()
        before = out.register.cursor(INBOX)
        assert before is not None
        out.clock.on(hours=2)
        out.hang_up()
        for index in out.watched.mailbox.home.glob("dovecot.*index*"):
            index.unlink()

        polled = out.poll()

        after = out.register.cursor(INBOX)
        assert after is not None
        assert (polled.failures, after.uidvalidity) == ((), before.uidvalidity)
        assert 0 < after.modseq < before.modseq
        assert kinds(out.register).count("reconciled") == 1
        assert out.losses(7) == []
