"""Two mailboxes of invented préfectures, to show what mailwatch does and to try it on.

The Jura answers everybody in time over the first quarter of 2026; the Moselle, around Easter, does not. Between
them they hold every case that the conventions of judgement name, but two that no export can show: a rule that
changes within the year, and the deletion of a message already read. All is written by hand, and comes out the
same at each writing.
"""

from __future__ import annotations

from pathlib import Path

from mailwatch.demo.committee import committee_lines
from mailwatch.demo.mailboxes import TODAY, Demo, Mailbox, write

__all__ = ["TODAY", "Demo", "Mailbox", "committee_lines", "show", "write"]


def show(folder: Path) -> None:
    """Write both exports below `folder`, audit them, print the figures and what to try next."""
    # The terminal and the report's templates are loaded for those who look, not for those who write.
    from mailwatch.demo.showing import show as shown

    shown(write(folder))
