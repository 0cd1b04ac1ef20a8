"""Where the two exports lie once they are written, and the day on which they are looked at."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from mailwatch.demo import export, story
from mailwatch.demo.export import Ports
from mailwatch.errors import UsageError, refusal
from mailwatch.model import Period

TODAY = date(2026, 4, 20)
"""The day on which both mailboxes are looked at."""


NOW = datetime.combine(TODAY, time(9, 15), ZoneInfo("Europe/Paris"))
"""A Monday, an hour after the weekly alert is due."""

STATE = "etat"
"""The register's folder, as both settings name it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """One export: where it lies, and the period that its figures cover."""

    folder: Path
    period: Period
    messages: int

    @property
    def mail(self) -> tuple[str, str]:
        """The folders of mail received and mail sent."""
        return str(self.folder / "inbox"), str(self.folder / "sent")

    @property
    def letters(self) -> str:
        """The register of letters."""
        return str(self.folder / "lettres.csv")

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.folder / "mailwatch.toml"

    @property
    def report(self) -> Path:
        """Where the report and the alert are written."""
        return self.folder / "rapport"

    @property
    def example(self) -> Path:
        """An answer worth checking alone, where the export has one message a file."""
        return self.folder / "sent" / "2026-03-09-sans-auteur-r.eml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The two mailboxes as they were written."""

    jura: Mailbox
    moselle: Mailbox


_NOBODY = Ports()
_QUARTER = Period(from_on=date(2026, 1, 1), to_on=date(2026, 3, 31))
_SINCE_EVER = Period(from_on=None, to_on=None)
_LAYOUTS: Mapping[str, export.Layout] = {"jura": export.maildir, "moselle": export.messages}


def write(folder: Path, ports: Ports = _NOBODY) -> Demo:
    """Write both exports below `folder`, in the place of earlier ones; UsageError when it cannot be."""
    try:
        return Demo(
            jura=_write(folder / "jura", _QUARTER, ports),
            moselle=_write(folder / "moselle", _SINCE_EVER, ports),
        )
    except OSError as fault:
        raise UsageError(
            "« {path} » : la démonstration ne peut pas y être écrite ({reason})",
            path=folder,
            reason=refusal(fault),
        ) from None


def _write(folder: Path, period: Period, ports: Ports) -> Mailbox:
    """Write one export; of what stands there, only an earlier one's mail and register are removed."""
    for part in ("inbox", "sent", STATE):
        if (folder / part).exists():
            shutil.rmtree(folder / part)
    place, mails = story.read(folder.name)
    _LAYOUTS[folder.name](folder, mails, place)
    export.papers(folder, folder.name, mails, ports)
    return Mailbox(folder=folder, period=period, messages=len(mails))
