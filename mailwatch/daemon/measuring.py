"""How the service is, as a file that a Prometheus node_exporter reads (text exposition format, version 0.0.4).

Written beside its place and moved there, so that nobody reads half of it. It names accounts, folders and services as
the settings do, and nobody else.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from mailwatch.errors import RefusedError, refusal
from mailwatch.health import FolderHealth, Health, examine
from mailwatch.model import Request
from mailwatch.register import Head, Register
from mailwatch.register.database import FILE
from mailwatch.ruleset import Desk
from mailwatch.site import Site

_IN_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})
_IN_LABELS = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})

Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One measure: its name, what it is, and its value for each set of labels."""

    name: str
    help: str
    samples: tuple[Sample, ...]
    kind: str = "gauge"


Counts = Mapping[tuple[str, str, str], int]
"""Requests by service, channel and state."""


@dataclass(slots=True, kw_only=True)
class Meter:
    """The measures of a site, and where they are written."""

    site: Site
    desk: Desk
    register: Register
    version: str
    _counted: tuple[int, date] | None = field(default=None)
    """The journal's length and the day for which requests were last counted."""
    _counts: Counts = field(default_factory=dict)

    def write(self, at: datetime, unwatched: timedelta) -> None:
        """Write the file as things stand; RefusedError when it cannot be, BusyError as the register."""
        found = examine(
            self.register,
            self.site,
            at=at,
            holder=os.getpid(),
            unwatched=unwatched,
            # The digest of a journal of years is nobody's measure.
            head=Head(size=self.register.lines_written(), digest=""),
        )
        state = Path(self.site.state)
        families = [
            *_of_the_service(found, self.version),
            *_of_the_folders(found.folders),
            *_of_the_requests(self._requests(at)),
            *_of_the_disk(state),
        ]
        _put(Path(self.site.metrics), exposition(families))

    def _requests(self, at: datetime) -> Counts:
        """Count the requests, unless nothing was written since the last time, and it is the same day."""
        today = at.astimezone(self.desk.zone).date()
        now = (self.register.lines_written(), today)
        if self._counted != now:
            self._counts = counts(self.register.requests(self.desk, today))
            self._counted = now
        return self._counts


def counts(requests: Iterable[Request]) -> Counts:
    """Count requests by service, channel and state."""
    return Counter((one.service, str(one.channel), str(one.state)) for one in requests)


def exposition(families: Iterable[Family]) -> str:
    """Write families in the text format, those without a value left out."""
    return "".join(line for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterator[str]:
    words = family.help.translate(_IN_HELP)
    yield f"# HELP {family.name} {words}\n# TYPE {family.name} {family.kind}\n"
    for labels, value in family.samples:
        told = ",".join(f'{name}="{each.translate(_IN_LABELS)}"' for name, each in labels.items())
        yield f"{family.name}{{{told}}} {value}\n" if told else f"{family.name} {value}\n"


def _put(path: Path, text: str) -> None:
    """Have `path` hold `text`, whole at any moment, and readable by the exporter's account."""
    # The collector takes only what ends in .prom.
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:
            # UTF-8 cannot write half of a pair, which a folder's name may hold.
            beside.write_bytes(text.encode("utf-8", "replace"))
            beside.chmod(0o644)
            beside.replace(path)
        except OSError:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise RefusedError(
            "mesures pour Prometheus : « {path} » ne peut pas être écrit ({reason}) ; corrigez « textfile » dans "
            "« [metrics] », ou donnez ce dossier au service (ReadWritePaths=)",
            path=path,
            reason=refusal(fault),
        ) from None


# --- the families ---------------------------------------------------------------------------------


def _of_the_service(found: Health, version: str) -> Iterator[Family]:
    yield _one("mailwatch_build_info", "Version that wrote this file.", 1, {"version": version})
    yield _one(
        "mailwatch_written_timestamp_seconds", "When this file was written.", _unix(found.at)
    )
    yield Family(
        name="mailwatch_intake_timestamp_seconds",
        help="When the mail server last handed a copy over, by role of its address.",
        samples=tuple(
            ({"role": str(one.role)}, _unix(one.taken_at)) for one in found.handed if one.taken_at
        ),
    )
    yield _one("mailwatch_alerts_waiting", "Alerts that have not left.", found.waiting)
    yield _one(
        "mailwatch_alerts_refused",
        "Parts of the last weekly alert refused for good.",
        found.refused,
    )
    if found.alert is not None:
        yield _one(
            "mailwatch_alert_timestamp_seconds",
            "When the last weekly alert came to its state.",
            _unix(found.alert.at),
            {"state": str(found.alert.state)},
        )
    yield _one(
        "mailwatch_sending_failing", "Whether alerts fail to leave.", int(found.sending is not None)
    )
    yield _one(
        "mailwatch_clock_sets",
        "Times the machine's clock was set, in 30 days.",
        len(found.clock_sets),
    )
    lines = _one("mailwatch_journal_lines_total", "Lines of the journal.", found.head.size)
    yield replace(lines, kind="counter")


def _of_the_folders(folders: Iterable[FolderHealth]) -> Iterator[Family]:
    folders = tuple(folders)

    def family(name: str, words: str, of: Mapping[int, float]) -> Family:
        samples = tuple(
            ({"account": folders[at].account, "folder": folders[at].folder}, value)
            for at, value in of.items()
        )
        return Family(name=f"mailwatch_{name}", help=words, samples=samples)

    looked = {at: _unix(one.looked_at) for at, one in enumerate(folders) if one.looked_at}
    yield family("look_timestamp_seconds", "When the folder was last listed to its end.", looked)
    for name, words, value in (
        (
            "folder_failing",
            "Whether the folder or its account fails.",
            lambda one: one.fault is not None,
        ),
        (
            "messages_awaiting",
            "Messages that are listed and not yet read.",
            lambda one: one.awaiting,
        ),
        ("messages_quarantined", "Messages that could not be read.", lambda one: one.quarantined),
        (
            "messages_missed",
            "Messages that came and went unseen, in 30 days.",
            lambda one: one.missed,
        ),
        ("gaps", "Times without observation, in 30 days.", lambda one: one.gaps),
        (
            "unwatched_seconds",
            "How long nobody looked, in 30 days.",
            lambda one: one.unwatched.total_seconds(),
        ),
    ):
        yield family(name, words, {at: float(value(one)) for at, one in enumerate(folders)})


def _of_the_requests(found: Counts) -> Iterator[Family]:
    yield Family(
        name="mailwatch_requests",
        help="Requests of the register by service, channel and state of today.",
        samples=tuple(
            ({"service": service, "channel": channel, "state": state}, number)
            for (service, channel, state), number in sorted(found.items())
        ),
    )


def _of_the_disk(state: Path) -> Iterator[Family]:
    with suppress(OSError):
        octets = (state / FILE).stat().st_size
        yield _one("mailwatch_register_bytes", "Size of the register.", octets)
        room = os.statvfs(state)
        yield _one(
            "mailwatch_register_free_bytes",
            "Octets left on the register's disk.",
            room.f_bavail * room.f_frsize,
        )


def _one(name: str, words: str, value: float, labels: Mapping[str, str] | None = None) -> Family:
    return Family(name=name, help=words, samples=((labels or {}, value),))


def _unix(at: datetime) -> float:
    return at.timestamp()
