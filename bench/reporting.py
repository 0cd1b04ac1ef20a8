"""Measure what figures and reports cost, each against its bound; exit 1 when one is missed.

    python bench/reporting.py [--requests 1000000] [--year 50000] [--rounds 3]

The figures of a register are compared with a bare scan of the table they rest on, which looks at each of its octets
and gives none out; the report of a year in all formats with the figures of that year, and with typst on its PDF. All
are measured in the same run, in turn, each in a process of its own, from the opened register on: what a start costs
is told by `run.py`. Memory is what the figures need beyond those of an empty register. The register is filled with
decisions alone, as deciding would leave them.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median

from measuring import RSS_UNIT, Figure

sys.path.insert(0, str(Path(__file__).parent.parent))

from mailwatch.model import (
    Answer,
    Box,
    Channel,
    Confidence,
    Grade,
    Institution,
    Link,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Period,
    Place,
    Request,
)
from mailwatch.publishing import FORMATS, PDF, publish, rendered
from mailwatch.register import Register, created, key_of, opened, rows, tables
from mailwatch.register.decisions import Said, outlined
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_for
from mailwatch.triage import Triage

SCAN, MEMORY, REPORT = 8.0, 60.0, 10.0
YEAR, YEARS = 365, 3 * 365
EVER = Period(from_on=None, to_on=None)
_EACH_OCTET = "SELECT count(*), sum(instr(requests, x'00')) FROM decision"
_BATCH = 5_000
_TODAY = date(2026, 3, 31)
_SERVICES = tuple(f"Bureau {number}" for number in range(12))
_INSTITUTION = Institution(
    name="Préfecture du Jura",
    calendar="39",
    domains=("jura.gouv.fr",),
    boxes=tuple(Box(address=f"b{n}@jura.gouv.fr", service=s) for n, s in enumerate(_SERVICES)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one process measured of itself."""

    wall: float
    cpu: float
    peak: float
    """In MB."""


# --- what is measured, each in a process of its own -----------------------------------------------


def _scan(register: Register, desk: Desk, folder: Path) -> None:
    del register, desk
    connection = sqlite3.connect(folder / "register.sqlite")
    connection.execute(_EACH_OCTET).fetchall()
    connection.close()


def _figures(register: Register, desk: Desk, folder: Path) -> None:
    del folder
    register.indicators(desk, EVER, _TODAY)


def _whole(register: Register, desk: Desk, folder: Path) -> None:
    """The figures of the report: by month and by service too, with the requests they are of."""
    del folder
    register.audit(desk, EVER, _TODAY)


def _report(register: Register, desk: Desk, folder: Path) -> None:
    found = register.edition(desk, EVER, _TODAY)
    publish(found.audit, desk, folder / "rapport", FORMATS, found.beside, found.policy)


def _typst(register: Register, desk: Desk, folder: Path) -> Callable[[], None]:
    """The PDF of a report that is already there."""
    del folder
    found = register.edition(desk, EVER, _TODAY)
    return lambda: _drop(rendered(found.audit, found.policy, found.beside, (PDF,)))


def _drop(files: Mapping[str, bytes]) -> None:
    del files


_ACTS = {"scan": _scan, "figures": _figures, "whole": _whole, "report": _report}


def act(name: str, folder: Path) -> None:
    """Do one thing with the register of a folder, and print what it took."""
    desk = desk_for(_INSTITUTION)
    with opened(folder, key_of(folder)) as register:
        do = (
            _typst(register, desk, folder)
            if name == "typst"
            else lambda: _ACTS[name](register, desk, folder)
        )
        wall, cpu = time.perf_counter(), time.process_time()
        do()
        print(
            json.dumps(
                {
                    "wall": time.perf_counter() - wall,
                    "cpu": time.process_time() - cpu,
                    "peak": _peak(),
                }
            )
        )


def _peak() -> float:
    """The most memory that this process had, in MB.

    `ru_maxrss` would not do on Linux: a process starts with the peak of the one that forked it, which filled the
    register.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
    (line,) = (each for each in status.read_text("ascii").splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


def taken(name: str, folder: Path) -> Taken:
    """Measure one thing in a process of its own."""
    told = subprocess.run(
        [sys.executable, __file__, "--act", name, str(folder)], capture_output=True, check=True
    )
    return Taken(**json.loads(told.stdout))


def in_turn(names: Mapping[str, Path], rounds: int) -> dict[str, list[Taken]]:
    """Measure things one after the other, `rounds` times: what disturbs one disturbs all."""
    found: dict[str, list[Taken]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, folder in names.items():
            found[name].append(taken(name, folder))
    for name, several in found.items():
        wall, cpu = (median(getattr(one, each) for one in several) for each in ("wall", "cpu"))
        peak = max(one.peak for one in several)
        print(f"  {name:8} {wall:8.2f} s   processeur {cpu:8.2f} s   {peak:6.0f} Mo")
    return found


def _median(several: list[Taken]) -> float:
    return median(one.wall for one in several)


# --- the figures ----------------------------------------------------------------------------------


def indicator_figures(folder: Path, count: int, rounds: int) -> list[Figure]:
    """What the figures of `count` requests cost, against a bare scan."""
    fill(folder / "none", 0, YEARS)
    fill(folder / "many", count, YEARS)
    print(f"{count} demandes :")
    found = in_turn({"scan": folder / "many", "figures": folder / "many"}, rounds)
    empty = taken("figures", folder / "none")
    times = _median(found["figures"]) / _median(found["scan"])
    more = max(one.peak for one in found["figures"]) - empty.peak
    return [
        Figure(
            title="indicateurs / lecture seule de la table",
            value=times,
            bound=SCAN,
            shown=f"{times:.2f} fois",
        ),
        Figure(
            title="mémoire des indicateurs, au-delà d’un registre vide",
            value=more,
            bound=MEMORY,
            shown=f"{more:.1f} Mo",
        ),
    ]


def report_figures(folder: Path, count: int, rounds: int) -> list[Figure]:
    """What the report of a year of `count` requests costs in all formats, against its figures and typst."""
    fill(folder, count, YEAR)
    print(f"un an, {count} demandes :")
    found = in_turn(dict.fromkeys(("figures", "whole", "typst", "report"), folder), rounds)
    beyond = _median(found["report"]) - _median(found["typst"])
    return [
        Figure(
            title=f"rapport en tous formats, sans typst / {words}",
            value=beyond / _median(found[name]),
            bound=REPORT,
            shown=f"{beyond / _median(found[name]):.2f} fois",
        )
        for name, words in (
            ("whole", "indicateurs du rapport"),
            ("figures", "indicateurs seuls"),
        )
    ]


def main(words: list[str]) -> int:
    """Measure, print, and say whether every bound is held."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--requests", type=int, default=1_000_000)
    asked.add_argument("--year", type=int, default=50_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--act", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args(words)
    if given.act:
        act(given.act[0], Path(given.act[1]))
        return 0
    with tempfile.TemporaryDirectory(prefix="mailwatch-bench-") as name:
        figures = indicator_figures(Path(name), given.requests, given.rounds)
        figures += report_figures(Path(name, "year"), given.year, given.rounds)
    for figure in figures:
        verdict = "tenu" if figure.kept else "MANQUÉ"
        print(f"{verdict:7} {figure.title} : {figure.shown} (au plus {figure.bound:.0f})")
    return int(not all(figure.kept for figure in figures))


# --- a register -----------------------------------------------------------------------------------


def fill(folder: Path, count: int, days: int) -> None:
    """Make a register of `count` decided requests, received within so many days before today."""
    created(folder)
    made = requests(count, days)
    with opened(folder, key_of(folder)) as register:
        for first in range(1, count + 1, _BATCH):
            some = range(first, min(first + _BATCH, count + 1))
            kept = [
                outlined(number, _decided(next(made)), Said(answers=(), corrections=()))
                for number in some
            ]
            roots = [(each.component, each.component, 0) for each in kept]
            found = [(each.component, each.requests, each.rest) for each in kept]
            with register._database.writing() as connection:  # noqa: SLF001 -- as deciding leaves it
                rows.add(connection, tables.component, ("id", "root", "dirty"), roots)
                rows.add(connection, tables.decision, ("component", "requests", "rest"), found)


def _decided(request: Request) -> Triage:
    return Triage(
        requests=(request,), unseen=(), set_aside={}, doubted=(), duplicates=0, refused=()
    )


def requests(count: int, days: int) -> Iterator[Request]:
    """Give requests as a préfecture has them: most answered within days, some late, some never, few letters."""
    draw = Random(count)
    begin = _TODAY - timedelta(days=days)
    for number in range(count):
        received = begin + timedelta(days=number * days // count)
        answered = draw.random() < 0.93
        yield _request(
            draw, f"{number:012x}", received, draw.choice(range(9)) if answered else None
        )


def _request(draw: Random, name: str, on: date, delay: int | None) -> Request:
    answer = None if delay is None else _answer(draw, name, on + timedelta(days=delay), delay)
    at = datetime(on.year, on.month, on.day, 9, 12, tzinfo=UTC)
    letter = draw.random() < 0.05
    return Request(
        id=name,
        file=f"jura/INBOX;UIDVALIDITY=1700000000/;UID={int(name, 16)}",
        message_id=f"<{name}.citizen@laposte.example>",
        channel=Channel.LETTER if letter else Channel.EMAIL,
        received_at=None if letter else at,
        received_on=on,
        grade=Grade.A,
        due_on=on + timedelta(days=7),
        service=draw.choice(_SERVICES),
        nature=Nature.REQUEST,
        answers=(answer,) if answer else (),
        first=answer,
        substantive=answer if answer and answer.substantive else None,
        links=(_link(name, answer),) if answer else (),
        boxes=("b0@jura.gouv.fr",),
    )


def _answer(draw: Random, name: str, on: date, delay: int) -> Answer:
    held = draw.random() < 0.1
    outcomes = draw.choices((Outcome.PRESENT, Outcome.ABSENT), (9, 1), k=3)
    author, service, institution = (
        Mention(outcome=each, place=Place.SIGNATURE, decided_by="rules") for each in outcomes
    )
    return Answer(
        on=on,
        delay=delay,
        kind=Nature.HOLDING_REPLY if held else Nature.REPLY,
        substantive=not held,
        message_id=f"<{name}.reply@jura.gouv.fr>",
        key=f"{name}{name}",
        mentions=Mentions(
            author=author, service=service, institution=institution, from_class="functional"
        ),
        announced=None,
    )


def _link(name: str, answer: Answer) -> Link:
    return Link(
        key=answer.key,
        file=f"jura/Envoyes;UIDVALIDITY=1700000001/;UID={int(name, 16)}",
        message_id=answer.message_id,
        on=answer.on,
        part="answer",
        evidence=("parent", "person", "subject"),
        confidence=Confidence.HIGH,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
