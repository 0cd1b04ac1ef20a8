"""What the service does with a mailbox: `first_run.py SETTINGS` looks once, `--idle 50` looks again and again.

`--workers 0` has the messages judged in the process itself, to tell what it costs to judge them apart.

Prints one JSON object: the messages recorded, and with `--idle` the CPU time of one look that brings nothing new,
on a connection that is kept, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from mailwatch.polling import Lines, Polled, Watch, poll, workers_for
from mailwatch.register import key_of, opened
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_for, load_site
from mailwatch.site import Account


def look(accounts: Sequence[Account], desk: Desk, watch: Watch) -> Polled:
    """Look at every folder; what fails is raised, since nothing may."""
    polled = poll(accounts, desk, watch)
    for failure in polled.failures:
        raise failure.error
    return polled


def idle(accounts: Sequence[Account], desk: Desk, watch: Watch, looks: int) -> float:
    """CPU time of one more look, in milliseconds."""
    began = time.process_time()
    for _ in range(looks):
        look(accounts, desk, watch)
    return (time.process_time() - began) / looks * 1000


def main() -> None:
    """Look, and print what it brought."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", type=Path)
    parser.add_argument("--idle", type=int, default=0, help="regards de plus, sans rien de nouveau")
    parser.add_argument("--workers", type=int, help="processus d’analyse")
    asked = parser.parse_args()
    site = load_site(asked.settings)
    desk, key = desk_for(site.institution), key_of(Path(site.state))
    with (
        opened(Path(site.state), key) as register,
        workers_for(desk, key, asked.workers) as workers,
        closing(Lines()) as lines,
    ):
        watch = Watch(
            register=register, workers=workers, lines=lines, now=lambda: datetime.now(UTC)
        )
        told: dict[str, float] = {"recorded": look(site.accounts, desk, watch).tally.recorded}
        if asked.idle:
            told["idle"] = idle(site.accounts, desk, watch, asked.idle)
    print(json.dumps(told))


if __name__ == "__main__":
    main()
