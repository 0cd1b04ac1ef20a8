"""Run the fault rigs for as long as there is time, and print each figure against its bound; exit 1 when one is missed.

    python bench/soak.py --fast               # a sample: half an hour on two cores
    python bench/soak.py --minutes 20         # twenty more minutes of the whole

What was done is kept in `.soak/`, piece by piece: a run that is stopped goes on where it was, and the table is that
of all runs since the code was last changed (`--anew` forgets them).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Figure, missing

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.faults.alerting import Alerting
from tests.faults.cutting import cut_after, session_length
from tests.faults.fuzzing import SECONDS, TARGETS, fuzzed
from tests.faults.house import memory
from tests.faults.injecting import Injection, Rig, injections, strace
from tests.faults.killing import killing
from tests.faults.lives import Launch, launcher
from tests.faults.poisoning import MEGABYTES, costs, poisoned, slope
from tests.servers.dovecot import Dovecot, serving

ROOT = Path(__file__).parent.parent
KEPT = ROOT / ".soak" / "counts.json"
_KILLS, _FUZZED, _STEP, _STORIES = 25, 2_000, 50, 50
_CACHES = 15_000
"""Mails after which a worker's caches are as full as they get."""
_TOLD = 20
"""Faults of one trial that are kept to be shown."""


@dataclass(kw_only=True)
class Count:
    """What came of one trial so far."""

    done: int = 0
    faults: int = 0
    told: list[str] = field(default_factory=list)
    worst: float = 0.0

    def take(self, done: int, faults: list[str], worst: float = 0.0) -> None:
        """Add what came of a piece."""
        self.done += done
        self.faults += len(faults)
        self.told = [*self.told, *faults][:_TOLD]
        self.worst = max(self.worst, worst)


@dataclass(frozen=True, kw_only=True)
class Trial:
    """Something that is done over and over, and what may come of it."""

    title: str
    wanted: int
    piece: Callable[[Count], None]
    """Do some more, and add to the count."""
    bound: float = 0.0
    """What `worst` may be; without one, there may be no fault."""
    unit: str = ""

    def figure(self, count: Count) -> Figure:
        """The figure as it stands."""
        if count.done < self.wanted:
            shown = f"{count.done} sur {self.wanted}"
            return Figure(title=self.title, value=float("inf"), bound=self.bound, shown=shown)
        if self.unit and not count.faults:
            shown = f"{count.worst:.2f} {self.unit} ({count.done})"
            return Figure(title=self.title, value=count.worst, bound=self.bound, shown=shown)
        shown = f"{count.faults} sur {count.done}"
        return Figure(title=self.title, value=count.faults, bound=0, shown=shown)


# --- what is tried --------------------------------------------------------------------------------


@dataclass(kw_only=True)
class Ground:
    """Servers and folders for all trials."""

    server: Dovecot
    launch: Launch
    folder: Path
    fast: bool

    def trials(self) -> Iterator[Trial]:
        """Every trial, in the order of the table."""
        yield self._trial("kill -9 du service : pertes et doublons", (300, 5_000), self._kill)
        yield self._injections()
        yield self._cuts()
        yield self._trial("alertes en un exemplaire", (50, 1_000), self._alert)
        yield self._trial("50 poisons parmi 1 000 courriels", (1, 20), self._poison)
        yield from self._costs()
        for name in TARGETS:
            fuzz = partial(self._fuzz, name)
            yield self._trial(f"octets au hasard : {name}", (50_000, 1_000_000), fuzz)
        yield self._trial("histoires au hasard", (100, 5_000), self._tell)
        for title, files in TESTS.items():
            yield self._trial(title, (1, 1), partial(self._test, files))

    def _trial(self, title: str, wanted: tuple[int, int], piece: Callable[[Count], None]) -> Trial:
        return Trial(title=title, wanted=self._of(*wanted), piece=piece)

    def _injections(self) -> Trial:
        rig = Rig(server=self.server, folder=self.folder, launch=self.launch, strace=strace())
        every, expected = injections(rig.calls()), rig.undisturbed()
        inject = partial(self._inject, rig, every, expected)
        return self._trial("appels système en échec", (200, len(every)), inject)

    def _cuts(self) -> Trial:
        with self._folder() as folder:
            octets = session_length(self.server, folder / "state")
        step = _STEP if self.fast else 1
        wanted = (octets // _STEP, octets)
        return self._trial("session coupée, octet par octet", wanted, partial(self._cut, step))

    def _costs(self) -> Iterator[Trial]:
        mails = self._of(5_000, 50_000)
        for title, unit, bound, wanted, piece in (
            ("un message : calcul", "s", SECONDS, 1, self._seconds),
            ("un message : mémoire", "Mo", MEGABYTES, 1, self._megabytes),
            ("pente de mémoire pour 10 000 courriels", "Mo", 1.0, mails, self._climb),
        ):
            yield Trial(title=title, unit=unit, bound=bound, wanted=wanted, piece=piece)

    def _of(self, fast: int, whole: int) -> int:
        return fast if self.fast else whole

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        with TemporaryDirectory(dir=self.folder) as folder:
            yield Path(folder)

    # --- pieces -----------------------------------------------------------------------------------

    def _kill(self, count: Count) -> None:
        with (
            self._folder() as folder,
            killing(self.server, folder, self.launch, seed=count.done) as rig,
        ):
            for number in range(_KILLS):
                rig.kill_once(count.done + number)
            count.take(_KILLS, rig.settle())

    @staticmethod
    def _inject(rig: Rig, every: list[Injection], expected: list[object], count: Count) -> None:
        for injection in every[count.done : count.done + 10]:
            count.take(1, rig.injected(injection, expected))

    def _cut(self, step: int, count: Count) -> None:
        for number in range(count.done, count.done + 20):
            with self._folder() as folder:
                count.take(1, cut_after(self.server, folder / "state", number * step))

    def _alert(self, count: Count) -> None:
        draw = random.Random(count.done)
        rig = Alerting(server=self.server, folder=self.folder, launch=self.launch, draw=draw)
        for number in range(5):
            count.take(1, rig.run(count.done + number))

    def _poison(self, count: Count) -> None:
        with self._folder() as folder:
            count.take(1, poisoned(self.server, folder / "state", good=1_000, poison=50))

    @staticmethod
    def _seconds(count: Count) -> None:
        count.take(1, [], max(each.seconds for each in costs()))

    @staticmethod
    def _megabytes(count: Count) -> None:
        count.take(1, [], max(each.megabytes for each in costs()))

    def _climb(self, count: Count) -> None:
        mails = self._of(5_000, 50_000)
        count.take(mails, [], slope(mails, warm=_CACHES))

    @staticmethod
    def _fuzz(name: str, count: Count) -> None:
        found = fuzzed(name, _FUZZED, seed=count.done)
        slow = [f"{name} : {found.slowest:.1f} s"] if found.over else []
        count.take(found.runs, [*found.crashes, *slow], found.slowest)

    @staticmethod
    def _tell(count: Count) -> None:
        told = _pytest("tests/faults/test_simulation.py", MAILWATCH_STORIES=str(_STORIES))
        count.take(_STORIES, told)

    @staticmethod
    def _test(files: str, count: Count) -> None:
        count.take(1, _pytest(*files.split()))


TESTS = {
    "serveur hostile : cas 56 à 86": "tests/faults/test_hostile_server.py tests/faults/test_line.py",
    "serveur hostile, sous un vrai Dovecot": "tests/test_imap_faults.py",
    "les 112 cas ont leur test": "tests/faults/test_cases.py",
    "les messages de la liste": "tests/faults/test_bombs.py tests/faults/test_judgement.py",
    "disque, horloge, processus": "tests/faults/test_storage.py",
    "jetons personnels hors du courrier": "tests/faults/test_canaries.py",
    "réception : rien d’acquitté n’est perdu, une ligne sans fin tient en 64 Mo": "tests/test_intake.py",
}
"""Tests that are the figure themselves."""


def _pytest(*words: str, **environment: str) -> list[str]:
    """Run tests; say which failed."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "--timeout",
        "3600",
    ]
    ran = subprocess.run(
        [*command, *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = re.findall(r"^(?:FAILED|ERROR) .*", ran.stdout, re.MULTILINE)
    return failed or ([f"pytest : code {ran.returncode}"] if ran.returncode else [])


# --- over and over --------------------------------------------------------------------------------


@contextmanager
def ground(*, fast: bool) -> Iterator[Ground]:
    """Start what the trials share."""
    with ExitStack() as stack:
        server = stack.enter_context(serving())
        launch = stack.enter_context(launcher())
        folder = stack.enter_context(memory())
        yield Ground(server=server, launch=launch, folder=folder, fast=fast)


def soak(
    trials: list[Trial], counts: dict[str, Count], until: float, save: Callable[[], None]
) -> None:
    """Do a piece of each trial in turn, until all are done or the time is over."""
    while left := [trial for trial in trials if counts[trial.title].done < trial.wanted]:
        for trial in left:
            if time.monotonic() > until:
                return
            trial.piece(counts[trial.title])
            save()


def _version() -> str:
    """What the code is: counts of another are another's."""
    words = [
        "git",
        "log",
        "-1",
        "--format=%h",
        "--",
        "mailwatch",
        "rules",
        "templates",
        "tests/faults",
    ]
    return subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()


def _read(tier: str, version: str) -> dict[str, Count]:
    try:
        kept = json.loads(KEPT.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    same = kept.get("version") == version and isinstance(kept.get(tier), dict)
    return {title: Count(**count) for title, count in kept[tier].items()} if same else {}


def _write(tier: str, version: str, counts: dict[str, Count]) -> None:
    other = "whole" if tier == "fast" else "fast"
    beside = {title: asdict(count) for title, count in _read(other, version).items()}
    own = {title: asdict(count) for title, count in counts.items()}
    KEPT.parent.mkdir(exist_ok=True)
    written = KEPT.with_suffix(".new")
    written.write_text(
        json.dumps({"version": version, tier: own, other: beside}, ensure_ascii=False, indent=1),
        "utf-8",
    )
    written.replace(KEPT)


def _table(trials: list[Trial], counts: dict[str, Count]) -> bool:
    """Print each figure against its bound; say whether all are kept."""
    figures = [trial.figure(counts[trial.title]) for trial in trials] + list(_elsewhere())
    for figure in figures:
        mark = "tenu  " if figure.kept else "MANQUÉ" if figure.value < float("inf") else "…     "
        print(f"{mark}  {figure.title} : {figure.shown} ; borne {figure.bound:g}")
    for count in counts.values():
        print(
            *(f"        {fault}" for fault in count.told), sep="\n", end="\n" if count.told else ""
        )
    return all(figure.kept for figure in figures)


def _elsewhere() -> Iterator[Figure]:
    """The figure that another program measures."""
    title, bound, unit = "exposition systemd", 1.5, ROOT / "packaging" / "mailwatch.service"
    if not shutil.which("systemd-analyze"):
        yield missing(title, bound, "pas de systemd-analyze ici")
        return
    ran = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"exposure level[^:]*: ([\d.]+)", ran.stdout)
    if found:
        yield Figure(title=title, value=float(found[1]), bound=bound, shown=found[1])
    else:
        yield missing(title, bound, ran.stderr.strip() or "rien d’annoncé")


def main() -> int:
    """Go on with the trials and print the table; 1 when a figure is missed, or not reached yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true", help="un échantillon")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="s’arrêter après")
    parser.add_argument("--anew", action="store_true", help="oublier ce qui a été fait")
    asked = parser.parse_args()
    tier, version = "fast" if asked.fast else "whole", _version()
    kept = {} if asked.anew else _read(tier, version)
    until = time.monotonic() + 60 * asked.minutes
    with ground(fast=asked.fast) as made:
        trials = list(made.trials())
        counts = {trial.title: kept.get(trial.title, Count()) for trial in trials}
        soak(trials, counts, until, lambda: _write(tier, version, counts))
        good = _table(trials, counts)
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
