"""The figures of the journal: mutations found, no false alarm, three years verified, what it costs to keep.

    python bench/evidence.py [MUTATIONS [HISTORIES [LINES]]]

Prints a line a figure, each against its bound; ends with 1 when one is not held.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent.parent))

from mailwatch.journal.projecting import extended, opened
from mailwatch.journal.verifying import verified
from mailwatch.register import created, journal, key_of
from mailwatch.register import opened as register_of
from tests.journals import (
    BEGIN,
    ON_FILES,
    ON_HISTORY,
    head_of,
    history,
    key_in,
    laid,
    rewritten,
    seal_of,
)

SECONDS = 5.0
COREUTILS = """
set -e
export LC_ALL=C
sha256sum --check --strict --quiet SHA256SUMS
test "$(cat ????-??-??.jsonl | wc -l)" -eq "$(sed -n 2p head)"
test "$(cat ????-??-??.jsonl | sha256sum | cut -c1-64)" = "$(sed -n 3p head)"
test "$(cat ????-??-??.jsonl | grep -o '"n":[0-9]*' | cut -c5- | sha256sum)" = "$(seq "$(sed -n 2p head)" | sha256sum)"
ssh-keygen -Y verify -f allowed_signers -I mailwatch -n mailwatch-journal -s head.sig < head
"""


def mutations(folder: Path, key: Path, count: int) -> tuple[int, int]:
    """Do `count` things to journals; say how many were found, of how many that changed anything."""
    found = made = 0
    pristine = folder / "pristine"
    lines = history(60, key)
    laid(pristine, lines, key)
    told, before = head_of(pristine), _content(pristine)
    for seed in range(count):
        draw, journal = random.Random(seed), folder / "mutant"
        shutil.copytree(pristine, journal)
        if seed % 4:
            draw.choice(ON_FILES)(journal, draw)
        else:
            rewritten(journal, draw.choice(ON_HISTORY)(list(lines), draw), key)
        if _content(journal) != before:
            made += 1
            found += bool(verified(journal, [told]).faults)
        shutil.rmtree(journal)
    return found, made


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def false_alarms(folder: Path, key: Path, count: int) -> int:
    """Verify `count` journals of differing histories that nobody touched; say how many are called faulty."""
    alarms = 0
    for seed in range(count):
        draw, journal = random.Random(seed), folder / f"untouched-{seed}"
        begin = BEGIN + timedelta(hours=draw.randrange(20_000))
        signer = draw.choice((key, None))
        lines = history(draw.randrange(1, 150), signer, seed, begin)
        laid(journal, lines, signer, by=draw.randrange(5, 80))
        alarms += bool(verified(journal, [head_of(journal)]).faults)
        shutil.rmtree(journal)
    return alarms


def _timed(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def three_years(folder: Path, key: Path, count: int) -> tuple[float, float]:
    """Seconds that `count` lines take mailwatch, and coreutils with ssh-keygen."""
    journal = folder / "years"
    extended(journal, opened(journal), history(count, key), seal_of(key))
    ours = _timed(lambda: _sound(journal))
    theirs = _timed(lambda: subprocess.run(["/bin/sh", "-c", COREUTILS], cwd=journal, check=True))
    return ours, theirs


def _sound(journal: Path) -> None:
    if faults := verified(journal).faults:
        raise SystemExit(str(faults))


def cost_of_a_day(folder: Path, key: Path) -> float:
    """Seconds to write twenty thousand lines of the register to files, signed."""
    created(folder / "state")
    with register_of(folder / "state", key_of(folder / "state")) as register:
        at = datetime(2026, 3, 2, 9, tzinfo=UTC)
        with register._database.writing() as connection:  # noqa: SLF001 -- many lines in one transaction
            journal.append(
                connection, at, [("fact", {"fact": "0" * 64, "uid": n}) for n in range(20_000)]
            )
        target = folder / "state" / "journal"
        return _timed(
            lambda: extended(target, opened(target), register.lines_after(0), seal_of(key))
        )


def main(arguments: list[str]) -> int:
    """Measure, print, and say whether every bound is held."""
    asked = _asked(arguments)
    with TemporaryDirectory() as name:
        folder = Path(name)
        key = key_in(folder)
        found, made = mutations(folder, key, asked.mutations)
        alarms = false_alarms(folder, key, asked.histories)
        ours, theirs = three_years(folder, key, asked.lines)
        day = cost_of_a_day(folder, key)
    print(f"mutations found            {found} of {made}")
    print(f"false alarms               {alarms} of {asked.histories}")
    print(f"{asked.lines} lines, mailwatch    {ours:.2f} s (at most {SECONDS:.0f})")
    print(f"{asked.lines} lines, coreutils    {theirs:.2f} s (at most {SECONDS:.0f})")
    print(f"20000 lines to files       {day:.2f} s")
    return int(found != made or alarms > 0 or max(ours, theirs) > SECONDS)


def _asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], epilog=__doc__.splitlines()[-1]
    )
    for name, usual, meaning in (
        ("mutations", 2_000, "journaux modifiés en cachette"),
        ("histories", 500, "journaux que personne n’a touchés"),
        ("lines", 300_000, "lignes de journal à vérifier"),
    ):
        parser.add_argument(
            name, nargs="?", type=int, default=usual, help=f"{meaning} (%(default)s)"
        )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
