"""Measure speed, memory and start-up, each figure against its bound; exit 1 when one is missed.

Every figure is a ratio of two programs measured in the same run, in turn, each in a process of its own, so that
it holds on another machine: the service's on the cores there are (`service`), all others on one core. `--mails
2000` is enough while working on the code; what a start costs weighs more then.

Memory is the system's own word on the whole process, its peak. Requests grow with the mailbox, whatever the
program; what the audit holds beyond them is the growth of the peak less the growth of the requests, each counted
for the octets in which the audit prints it: less than it needs as an object, so that nothing is forgiven.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from measuring import RSS_UNIT, Figure, Run, measure_in_turn, ratio

GENERATE = [sys.executable, str(Path(__file__).with_name("generate.py"))]
NOW = "2026-02-01T12:00:00+01:00"
"""The day of the audit: fixed, as the mail is."""
SPEED, MEMORY, GROWTH, BEYOND, START_UP = 2.5, 250.0, 1400.0, 1000.0, 5.0
STARTS = 21
ACCEPTED = (0, 1)
"""Exit codes of an audit that ran: conforming or not."""

PARSE_ALL = """
import email, email.policy, os, sys
for folder, below, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            email.message_from_bytes(file.read(), policy=email.policy.compat32)
"""
COMPAT32 = [sys.executable, "-c", PARSE_ALL]
CLICK = [sys.executable, "-c", "import click"]


def program() -> list[str]:
    """The command to measure: the one installed beside this Python, else the package."""
    installed = Path(sys.executable).parent / "mailwatch"
    return [str(installed)] if installed.exists() else [sys.executable, "-m", "mailwatch"]


# --- the figures ----------------------------------------------------------------------------------


def audit_figures(mails: int, fewer: int, rounds: int) -> list[Figure]:
    """Speed and memory of `audit` over `mails` messages, and its growth from `fewer` to `mails`."""
    with tempfile.TemporaryDirectory(prefix="mailwatch-bench-") as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        for root, count in ((small, fewer), (large, mails)):
            # In a process of its own: what it holds would be in every child's peak.
            subprocess.run([*GENERATE, str(root), "--mails", str(count)], check=True)
        _describe(large)
        audit = [*program(), "audit", "--json", "--now", NOW]
        measure_in_turn(([*COMPAT32, str(small)], [*audit, str(small)]), 1, ACCEPTED)
        parsed, audited, audited_small = measure_in_turn(
            ([*COMPAT32, str(large)], [*audit, str(large)], [*audit, str(small)]), rounds, ACCEPTED
        )
    speed, shown = ratio(audited, parsed)
    for title, taken in (("compat32", parsed), ("audit", audited)):
        wall = median(run.wall for run in taken)
        print(
            f"  {title:9} {wall:7.2f} s   {mails / wall:7.0f} courriels/s   {max(r.peak for r in taken):5.0f} Mo"
        )
    return [
        Figure(title="audit / lecture seule par compat32", value=speed, bound=SPEED, shown=shown),
        *memory_figures(audited, audited_small, mails, fewer),
    ]


def memory_figures(
    large: Sequence[Run], small: Sequence[Run], mails: int, fewer: int
) -> list[Figure]:
    """The peak of an audit, and what a further message adds to it: in all, and beyond the requests."""
    peak, small_peak = (max(run.peak for run in runs) for runs in (large, small))
    check_peak(small_peak)
    growth = 1e6 * (peak - small_peak) / (mails - fewer)
    requests = 1e6 * (large[0].printed - small[0].printed) / (mails - fewer)
    grown = f"croissance par courriel, de {fewer} à {mails}"
    beyond = f"{growth - requests:.0f} ({requests:.0f} de demandes)"
    return [
        Figure(
            title="mémoire de pointe de l’audit (Mo)", value=peak, bound=MEMORY, shown=f"{peak:.0f}"
        ),
        Figure(
            title=f"{grown}, demandes comprises (octets)",
            value=growth,
            bound=GROWTH,
            shown=f"{growth:.0f}",
        ),
        Figure(
            title=f"{grown}, hors demandes (octets)",
            value=growth - requests,
            bound=BEYOND,
            shown=beyond,
        ),
    ]


def start_up_figures() -> list[Figure]:
    """Start-up of two commands against the import of click alone."""
    asked = (["--help"], ["deadline", "2026-03-02"])
    commands = [CLICK, *([*program(), *words] for words in asked)]
    measure_in_turn(commands, 1)
    base, *others = measure_in_turn(commands, STARTS)
    figures = []
    for words, runs in zip(asked, others, strict=True):
        value, shown = ratio(runs, base)
        title = f"démarrage de mailwatch {' '.join(words)} / import click"
        figures.append(Figure(title=title, value=value, bound=START_UP, shown=shown))
    return figures


def _describe(root: Path) -> None:
    sizes = sorted(path.stat().st_size for path in root.rglob("*") if path.is_file())
    print(
        f"  {len(sizes)} courriels, {sum(sizes) / 1e6:.0f} Mo ; médiane {median(sizes) / 1e3:.1f} ko, "
        f"9e décile {sizes[len(sizes) * 9 // 10] / 1e3:.1f} ko, maximum {sizes[-1] / 1e3:.0f} ko"
    )


@contextmanager
def pinned() -> Iterator[None]:
    """Keep this process and its children on one core meanwhile, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def check_peak(peak: float) -> None:
    """Stop when a child's peak is but ours: Linux counts what a process held before it became the program."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
    if peak <= own:
        raise SystemExit(f"mémoire non mesurée : ce programme en tient lui-même {own:.0f} Mo")


def main() -> int:
    """Print the figures and their bounds; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=20_000, help="courriels de l’audit mesuré")
    parser.add_argument("--rounds", type=int, default=3, help="tours de mesure")
    asked = parser.parse_args()
    fewer = max(asked.mails // 4, 1)
    print(f"mailwatch, Python {platform.python_version()}, {asked.rounds} tours")
    # The service comes last: its measurement makes this process grow, and a child's peak begins at ours.
    with pinned():
        figures = audit_figures(asked.mails, fewer, asked.rounds) + start_up_figures()
    from service import service_figures

    figures += service_figures(asked.mails, fewer, asked.rounds)
    for figure in figures:
        mark = "tenu  " if figure.kept else "MANQUÉ"
        print(f"{mark}  {figure.title} : {figure.shown} ; borne {figure.bound:g}")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    raise SystemExit(main())
