"""The figures of the service: a first run over a mailbox on a real Dovecot, against a bare drain of the same one.

The drain is what IMAPClient does alone: list, fetch `BODY.PEEK[]` by 500, forget, its debugging log off. The first
run is all the service does with mail it has never seen: list, fetch, judge in its worker processes, decide, commit
durably. Both are measured in turn, on the machine's cores as they are: Dovecot, the service and its workers share
them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import IO

import generate
import prose
import pytest
from measuring import Figure, Run, Tree, measure, missing, ratio

sys.path.insert(0, str(Path(__file__).parent.parent))

from mailwatch.register import created
from tests.servers.dovecot import Dovecot, Mailbox, serving

FIRST_RUN, MEMORY, GROWTH, IDLE, ISOLATION = 15.0, 200.0, 1.10, 20.0, 1.25
LOOKS = 50
FOLDERS = (("inbox", "INBOX"), ("sent", "Sent"))
"""Folders as they are generated, and as Dovecot serves them."""

BARE_DRAIN = """
import sys
from imapclient import IMAPClient
port, user, password = sys.argv[1:]
count = 0
with IMAPClient("127.0.0.1", int(port), ssl=False) as client:
    client._imap.debug = 0
    client.login(user, password)
    for folder in ("INBOX", "Sent"):
        client.select_folder(folder, readonly=True)
        uids = client.search("ALL")
        for start in range(0, len(uids), 500):
            count += len(client.fetch(uids[start : start + 500], ["BODY.PEEK[]"]))
print(count)
"""

SETTINGS = """
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["{domain}"]
[[account]]
name = "préfecture"
host = "127.0.0.1"
port = {port}
security = "none"
user = "{user}"
secret = {{ file = "secret" }}
folders = [{{ name = "INBOX", role = "inbox" }}, {{ name = "Sent", role = "sent" }}]
[register]
state = "{state}"
"""


@dataclass(kw_only=True)
class Watched:
    """A mailbox of `mails` messages, and what was measured on it."""

    server: Dovecot
    mailbox: Mailbox
    mails: int
    drained: list[Run] = field(default_factory=list)
    first: list[Run] = field(default_factory=list)
    alone: list[Run] = field(default_factory=list)
    """First runs without worker processes."""
    trees: list[Tree] = field(default_factory=list)
    settings: Path = Path()
    """Of the last first run."""

    def drain(self, out: IO[bytes]) -> Run:
        """Fetch everything and do nothing with it."""
        words = [str(self.server.port), self.mailbox.user, self.server.password]
        run = measure([sys.executable, "-c", BARE_DRAIN, *words], out)
        _expect(self.mails, int(_printed(out)))
        return run

    def drain_around(self, act: Callable[[], None], out: IO[bytes]) -> None:
        """Do something long between two drains, which stand for one: both shared the machine with it."""
        before = self.drain(out)
        act()
        after = self.drain(out)
        self.drained.append(
            replace(
                before,
                wall=(before.wall + after.wall) / 2,
                cpu=(before.cpu + after.cpu) / 2,
            )
        )

    def first_run(self, folder: Path, out: IO[bytes]) -> None:
        """Look for the first time, with a register made for it in `folder`."""
        self.settings = self._settle(folder)
        tree = Tree()
        self.first.append(measure([*_program("first_run.py"), str(self.settings)], out, tree=tree))
        self.trees.append(tree)
        _expect(self.mails, json.loads(_printed(out))["recorded"])

    def first_run_alone(self, folder: Path, out: IO[bytes]) -> None:
        """Look for the first time, and judge in the process itself."""
        command = [*_program("first_run.py"), str(self._settle(folder)), "--workers", "0"]
        self.alone.append(measure(command, out))
        _expect(self.mails, json.loads(_printed(out))["recorded"])

    def idle(self, out: IO[bytes]) -> float:
        """CPU time of a look that brings nothing new, in milliseconds."""
        measure([*_program("first_run.py"), str(self.settings), "--idle", str(LOOKS)], out)
        return float(json.loads(_printed(out))["idle"])

    def _settle(self, folder: Path) -> Path:
        folder.mkdir()
        created(folder / "state")
        (folder / "secret").write_text(self.server.password)
        (folder / "secret").chmod(0o600)
        values = {"port": self.server.port, "user": self.mailbox.user, "state": folder / "state"}
        settings = folder / "mailwatch.toml"
        settings.write_text(SETTINGS.format(domain=prose.DOMAIN, **values), "utf-8")
        return settings


def service_figures(mails: int, fewer: int, rounds: int) -> list[Figure]:
    """Speed and memory of a first run over `mails` messages and over `fewer`, and the cost of an idle look."""
    titles = (
        ("première relève / simple lecture par imapclient", FIRST_RUN),
        ("mémoire résidente de pointe du service et de ses processus (Mo)", MEMORY),
        (f"cette mémoire, {mails} courriels / {fewer}", GROWTH),
        ("relève sans rien de nouveau (ms de processeur)", IDLE),
        (f"isolement : processeur pour {fewer} courriels / sans processus d’analyse", ISOLATION),
    )
    try:
        values = _measured(mails, fewer, rounds)
    except (pytest.skip.Exception, pytest.fail.Exception) as fault:
        return [missing(title, bound, str(fault)) for title, bound in titles]
    return [
        Figure(title=title, value=value, bound=bound, shown=shown)
        for (title, bound), (value, shown) in zip(titles, values, strict=True)
    ]


def _measured(mails: int, fewer: int, rounds: int) -> list[tuple[float, str]]:
    with (
        serving() as server,
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryDirectory(prefix="mailwatch-bench-") as below,
    ):
        large, small = (filled(server, count) for count in (mails, fewer))
        for one in (large, small):
            one.drain(out)  # Dovecot makes its index
        for number in range(rounds):
            large.drain_around(partial(large.first_run, Path(below, f"{number}-large"), out), out)
            small.first_run(Path(below, f"{number}-small"), out)
            small.first_run_alone(Path(below, f"{number}-alone"), out)
        idle = large.idle(out)
    _tell(large)
    return [
        ratio(large.first, large.drained),
        *_memory(large, small),
        (idle, f"{idle:.1f}"),
        _isolation(small),
    ]


def _isolation(watched: Watched) -> tuple[float, str]:
    """The processor time of a first run, to that of one that judges in its own process."""
    value = median(run.cpu for run in watched.first) / median(run.cpu for run in watched.alone)
    return value, f"{value:.2f} fois"


def _memory(large: Watched, small: Watched) -> list[tuple[float, str]]:
    peak, less = (max(tree.resident for tree in one.trees) for one in (large, small))
    share = max(tree.share for tree in large.trees)
    return [
        (peak, f"{peak:.0f} (pages communes comptées une fois : {share:.0f})"),
        (peak / less, f"{peak / less:.3f} fois ({less:.0f} Mo puis {peak:.0f})"),
    ]


def _tell(large: Watched) -> None:
    for title, taken in (("imapclient", large.drained), ("service", large.first)):
        wall, cpu = median(run.wall for run in taken), median(run.cpu for run in taken)
        print(
            f"  {title:10} {wall:7.2f} s   {large.mails / wall:7.0f} courriels/s   "
            f"{cpu / large.mails * 1e6:6.0f} µs de processeur par courriel"
        )


def filled(server: Dovecot, mails: int) -> Watched:
    """A new mailbox with `mails` generated messages, the times of its files those of their arrival."""
    mailbox = server.mailbox()
    with tempfile.TemporaryDirectory(prefix="mailwatch-bench-", dir=server.home) as folder:
        generate.generate(Path(folder, "mail"), mails)
        for name, served in FOLDERS:
            _move(Path(folder, "mail", name), mailbox.folder(served), mailbox.uid)
    return Watched(server=server, mailbox=mailbox, mails=mails)


def _move(source: Path, target: Path, owner: int) -> None:
    for path in source.rglob("*.bench*"):
        arrived = int(path.name.partition(".")[0])
        os.utime(path, (arrived, arrived))
        if os.geteuid() == 0:
            os.chown(path, owner, owner)
        path.rename(target / path.parent.name / path.name)


def _program(name: str) -> Sequence[str]:
    return [sys.executable, str(Path(__file__).with_name(name))]


def _printed(out: IO[bytes]) -> str:
    out.seek(0)
    return out.read().decode()


def _expect(mails: int, count: int) -> None:
    if count != mails:
        raise SystemExit(f"{count} courriels lus, {mails} attendus : la mesure ne vaut rien.")
