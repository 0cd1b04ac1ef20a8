"""Workers: whatever a message does to the one that reads it, it is set aside alone, and the others are judged."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

from mailwatch.errors import BusyError
from mailwatch.model import Role, Unreadable
from mailwatch.workers import Limits, Verdict, Workers
from tests import poison
from tests.poison import delivery

NARROW = Limits(memory=192 * 1024 * 1024)
"""Little memory, and time enough to use it up however slow the machine is."""


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(poison.judge, count=2, limits=NARROW) as pool:
        yield pool


def judged(pool: Workers, *words: str) -> list[Verdict]:
    return pool.judge([delivery(said, number) for number, said in enumerate(words)]).result(60)


def reason(verdict: Verdict) -> str:
    assert isinstance(verdict, Unreadable)
    return verdict.reason


def processes(pool: Workers, batches: int = 8) -> set[bytes]:
    """The workers that answer when there is enough to do for all."""
    asked = [pool.judge([delivery("who")]) for _ in range(batches)]
    return {verdict for one in asked for verdict in one.result(60) if isinstance(verdict, bytes)}


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def gone(process: int) -> bool:
    """Wait until `process` is no more; a slow machine has a minute."""
    until = time.monotonic() + 60
    while alive(process) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(process)


# --- judging --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2])
def test_every_delivery_has_its_verdict_in_order(count: int) -> None:
    with Workers(poison.judge, count=count) as pool:
        batches = [pool.judge([delivery(f"a{n}"), delivery(f"b{n}")]) for n in range(20)]

        found = [batch.result(60) for batch in batches]

    assert found == [[b"A%d" % n, b"B%d" % n] for n in range(20)]


@pytest.mark.parametrize("count", [0, 1])
def test_a_delivery_that_is_no_message_comes_back_with_its_place_and_the_reason(count: int) -> None:
    with Workers(poison.judge, count=count) as pool:
        (found,) = judged(pool, "refuse pas un message : « vide »")

    assert reason(found) == "pas un message : « vide »"


def test_an_empty_batch_has_no_verdict(workers: Workers) -> None:
    assert judged(workers) == []


def test_any_octets_go_to_a_worker_and_back(workers: Workers) -> None:
    for raw in ("", "\0" * 70_000, "x" * 5_000_000):
        assert judged(workers, raw) == [raw.upper().encode()]


def test_a_worker_is_started_only_when_there_is_something_to_judge() -> None:
    before = _children()

    with Workers(poison.judge, count=2) as pool:
        assert _children() == before
        judged(pool, "a")
        assert len(_children()) == len(before) + 1
    assert _children() == before


def test_workers_may_be_started_beforehand_and_never_more_than_there_are() -> None:
    before = _children()

    with Workers(poison.judge, count=2) as pool:
        for _ in range(3):
            pool.start()
        assert judged(pool, "a", "b") == [b"A", b"B"]
        assert 1 <= len(_children() - before) <= 2
    assert _children() == before


def _children() -> set[str]:
    threads = Path("/proc/self/task").glob("*/children")
    return {process for thread in threads for process in thread.read_text("ascii").split()}


def test_two_workers_judge_at_the_same_time(workers: Workers) -> None:
    assert len(processes(workers, 64)) == 2
    assert str(os.getpid()).encode() not in processes(workers)


# --- poison ---------------------------------------------------------------------------------------

ENDLESS = {
    "loop:": "analyse arrêtée après 0.3 s de calcul",
    "sleep:": "analyse trop longue, arrêtée",
}
POISON = {
    "eat:": "mémoire insuffisante pour analyser ce message",
    "fail:Odile Ferrand": "erreur d’analyse (ValueError)",
    "recurse:": "erreur d’analyse (RecursionError)",
    "exit:0": "analyse interrompue (code 0)",
    "exit:3": "analyse interrompue (code 3)",
    "crash:11": "analyse interrompue (signal 11)",
}


@pytest.mark.parametrize(
    ("words", "place"), [*((words, 1) for words in POISON), ("exit:3", 0), ("crash:11", 4)]
)
def test_poison_is_set_aside_alone_wherever_it_stands(
    workers: Workers, words: str, place: int
) -> None:
    batch = ["a", "b", "c", "d"]
    batch.insert(place, words)

    found = judged(workers, *batch)

    assert reason(found.pop(place)) == POISON[words]
    assert found == [b"A", b"B", b"C", b"D"]


@pytest.mark.parametrize(("words", "patience"), [("loop:", 100.0), ("sleep:", 3.0)])
def test_what_never_ends_is_ended(words: str, patience: float) -> None:
    limits = Limits(seconds=0.3, patience=patience)
    with Workers(poison.judge, count=1, limits=limits) as pool:
        (found,) = judged(pool, words)

    assert reason(found) == ENDLESS[words]


@pytest.mark.parametrize("words", ENDLESS)
def test_what_never_ends_costs_no_other_message(words: str) -> None:
    with Workers(poison.judge, count=2, limits=Limits(seconds=2)) as pool:
        found = judged(pool, "a", words, "b")

    assert isinstance(found[1], Unreadable)
    assert (found[0], found[2]) == (b"A", b"B")


def test_poison_says_where_it_was_found(workers: Workers) -> None:
    (found,) = judged(workers, "exit:1")

    assert isinstance(found, Unreadable)
    assert (found.file, found.role) == ("0.eml", Role.INBOX)


def test_much_poison_among_much_mail_costs_no_other_message(workers: Workers) -> None:
    words = [f"exit:{n}" if n % 20 == 7 else f"m{n}" for n in range(200)]
    batches = [
        workers.judge([delivery(said) for said in words[at : at + 25]]) for at in range(0, 200, 25)
    ]

    found = [verdict for batch in batches for verdict in batch.result(60)]

    assert [isinstance(verdict, Unreadable) for verdict in found] == [
        said.startswith("exit") for said in words
    ]


def test_the_reason_quotes_nothing_of_the_message(workers: Workers) -> None:
    (found,) = judged(workers, "fail:Odile Ferrand")

    assert "Ferrand" not in reason(found)


@pytest.mark.parametrize("others", [(), ("a", "b")])
def test_a_message_whose_worker_is_killed_once_is_tried_again(
    workers: Workers, others: Sequence[str], tmp_path: Path
) -> None:
    found = judged(workers, *others, f"crash once:{tmp_path / 'crashed'}")

    assert found == [*(said.upper().encode() for said in others), b"survived"]


def test_what_was_lost_together_is_tried_in_workers_started_for_it(workers: Workers) -> None:
    before = processes(workers)

    first, poisoned, second = judged(workers, "who", "exit:3", "who")

    assert isinstance(poisoned, Unreadable)
    assert not {first, second} & before
    assert first != second


def test_workers_killed_while_they_wait_are_replaced_unnoticed(workers: Workers) -> None:
    for process in map(int, processes(workers)):
        os.kill(process, signal.SIGKILL)
        assert gone(process)

    assert judged(workers, "a", "b") == [b"A", b"B"]


@pytest.mark.parametrize("words", ["fail:", "recurse:"])
def test_what_is_judged_in_the_caller_s_own_process_may_fail_too(words: str) -> None:
    with Workers(poison.judge, count=0) as pool:
        found = judged(pool, words, "b")

    assert reason(found[0]) == POISON.get(words, "erreur d’analyse (ValueError)")
    assert found[1] == b"B"


# --- limits ---------------------------------------------------------------------------------------


def test_a_worker_is_replaced_after_so_many_messages() -> None:
    with Workers(poison.judge, count=1, limits=Limits(messages=4)) as pool:
        found = [judged(pool, "who", "who")[0] for _ in range(6)]

    assert len(set(found)) == 3


def test_a_worker_writes_no_file_and_holds_none_of_ours(workers: Workers, tmp_path: Path) -> None:
    with (tmp_path / "ours").open("wb"):
        files, written = judged(workers, "open files:", f"write:{tmp_path / 'theirs'}")

    assert reason(written) == "erreur d’analyse (OSError)"
    # Its three standard streams, its socket, and the folder that it is listing.
    assert files == b"0 1 2 3 4"


def test_a_worker_knows_no_secret_of_the_environment(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILWATCH_SECRET", "mot de passe")

    (found,) = judged(workers, "environment:")

    assert isinstance(found, bytes)
    assert b"MAILWATCH_SECRET" not in found


def test_the_signals_that_end_the_service_leave_the_workers_to_their_parent(
    workers: Workers,
) -> None:
    assert judged(workers, "interrupt:") == [b"still here"]


def test_a_worker_loads_what_judges_and_nothing_of_the_shell() -> None:
    with Workers(poison.judge, count=1) as pool:
        (found,) = judged(pool, "loaded:")

    assert isinstance(found, bytes)
    assert not {b"sqlalchemy", b"sqlmodel", b"pydantic", b"click", b"imapclient"} & {*found.split()}


# --- beginnings and ends --------------------------------------------------------------------------


@pytest.mark.parametrize("load", [poison.cannot_load, poison.dies_at_once])
def test_workers_that_cannot_start_are_a_fault_of_the_machine_and_of_no_message(
    load: Callable[[], NoReturn],
) -> None:
    judge = poison.Unloadable(load)
    with Workers(judge, count=1) as pool, pytest.raises(BusyError, match="ne démarrent pas"):
        judged(pool, "a")


def test_closing_ends_the_workers_after_what_they_have_begun() -> None:
    pool = Workers(poison.judge, count=2)
    batches = [pool.judge([delivery("who")]) for _ in range(2)]
    while not batches[0].running() and not batches[0].done():
        time.sleep(0.01)
    pool.close()

    found = [batch.result(0) for batch in batches if not batch.cancelled()]

    assert found
    assert not any(alive(int(who)) for (who,) in found if isinstance(who, bytes))


PARENT = """
import os, sys, time
from tests import poison
from mailwatch.workers import Limits, Workers

pool = Workers(poison.judge, count=1, limits=Limits(seconds={seconds}))
print(pool.judge([poison.delivery("who")]).result()[0].decode(), flush=True)
pool.judge([poison.delivery({words!r})])
time.sleep(0.3)
os._exit(0)
"""


@pytest.mark.parametrize("words", ["a", "loop:"], ids=["idle", "in an endless loop"])
def test_a_worker_ends_when_its_parent_is_gone(words: str) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT.format(seconds=1, words=words)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )

    assert gone(int(parent.stdout))
