"""The model of names is loaded in one process only, however many judge: a small machine has no room for more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailwatch import recognition
from mailwatch.model import Delivery, Role, Unreadable
from mailwatch.workers import Limits, Thorough, Workers
from tests import poison

ROOT = Path(__file__).parent.parent
needs_the_model = pytest.mark.skipif(
    not recognition.installed(), reason="needs the extra: pip install mailwatch[model]"
)


def delivery(words: str, number: int = 1) -> Delivery:
    return Delivery(raw=words.encode(), file=f"{number}.eml", role=Role.INBOX)


def judged(pool: Workers, *words: str) -> list[bytes | Unreadable]:
    return pool.judge([delivery(each, at) for at, each in enumerate(words)]).result()


def thorough(count: int = 2, limits: Limits | None = None) -> Workers:
    learned = Thorough(judge=poison.learned, load=poison.learn)
    return Workers(poison.judge, count=count, limits=limits, thorough=learned)


# --- what is left to the one who knows ------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2])
def test_what_the_others_leave_is_judged_by_the_thorough_one_and_stands_in_its_place(
    count: int,
) -> None:
    with thorough(count) as pool:
        assert judged(pool, "a", "leave:b", "c", "leave:d") == [
            b"A",
            b"learned leave:b",
            b"C",
            b"learned leave:d",
        ]


def test_without_workers_the_thorough_one_judges_everything() -> None:
    # Nothing is loaded beforehand: the model is when it is asked.
    with thorough(count=0) as pool:
        assert judged(pool, "a", "leave:b") == [b"a", b"leave:b"]


def test_nobody_thorough_is_started_for_what_anybody_can_judge() -> None:
    with thorough() as pool:
        before = children()
        judged(pool, "a", "b")
        assert len(children()) == len(before) + 1


def test_there_is_one_however_many_ask() -> None:
    with thorough(count=2) as pool:
        batches = [
            pool.judge([delivery("leave:pid", at)] * 3 + [delivery("who", at)]) for at in range(20)
        ]
        answers = {found for batch in batches for found in batch.result()[:3]}

    assert len(answers) == 1


def test_what_ends_the_thorough_one_costs_that_message_alone() -> None:
    with thorough(limits=Limits(seconds=0.5, patience=120)) as pool:
        found = judged(pool, "leave:a", "leave:exit", "leave:b", "c", "leave:loop")

    assert [isinstance(one, bytes) for one in found] == [True, False, True, True, False]


def test_the_thorough_one_rests_and_is_started_again() -> None:
    with thorough(count=1) as pool:
        (first,) = judged(pool, "leave:pid")
        pool.rest()
        (second,) = judged(pool, "leave:pid")

    assert first != second


def test_to_rest_before_there_was_anything_to_judge_is_nothing() -> None:
    with thorough() as pool:
        pool.rest()


def test_what_nobody_can_tell_is_told_as_such() -> None:
    with Workers(poison.judge, count=1) as pool:
        (found,) = judged(pool, "leave:a")

    assert isinstance(found, Unreadable)


def children() -> list[str]:
    """The processes that any thread of this one has started."""
    threads = Path("/proc/self/task").iterdir()
    return [pid for one in threads for pid in (one / "children").read_text("ascii").split()]


# --- the model itself -----------------------------------------------------------------------------

SERVICE = '''
import os
from dataclasses import replace
from pathlib import Path
import apscheduler.schedulers.background
from mailwatch import daemon, recognition
from mailwatch.model import Delivery, Role
from mailwatch.polling import workers_for
from tests.facts import JURA, desk

RAW = """From: pref-etrangers@jura.gouv.fr
To: odile.ferrand@mail.example
Subject: Re: Titre
Date: Tue, 3 Mar 2026 10:00:00 +0100
Message-ID: <{number}@jura.gouv.fr>
Content-Type: text/plain; charset=utf-8

Bonjour,

Votre titre de séjour est prêt, vous pouvez venir le retirer sans rendez-vous.

Cordialement,

{signed}
Préfecture du Jura
"""

def memory(process):
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

def holds_the_model(process):
    return "/spacy/" in Path(f"/proc/{process}/maps").read_text()

signed = ["Pôle séjour - khadija el ouazzani", "Claire Vernier"]
mails = [
    Delivery(raw=RAW.format(number=n, signed=signed[n % 2]).encode(), file=str(n), role=Role.SENT)
    for n in range(40)
]
with workers_for(replace(desk(JURA), persons=recognition.usable()), bytes(32), 2) as workers:
    batches = [workers.judge(mails[at : at + 5]) for at in range(0, 40, 5)]
    facts = [fact for batch in batches for fact in batch.result()]
    threads = Path("/proc/self/task").iterdir()
    started = [pid for one in threads for pid in (one / "children").read_text().split()]
    tree = [os.getpid(), *map(int, started)]
    print(len(tree), sum(map(holds_the_model, tree)), sum(map(memory, tree)) // 1024,
          sum(isinstance(fact, bytes) for fact in facts))
'''


@needs_the_model
@pytest.mark.timeout(300)
def test_the_whole_service_holds_one_model_and_keeps_below_450_megabytes() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SERVICE], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()

    processes, models, megabytes, facts = map(int, told)
    assert (processes, models, facts) == (4, 1, 40)
    assert megabytes < 450
