"""Two mailboxes of invented préfectures, to show what mailwatch does and to try it on.

    show(folder)    # looked at on servers of its own, alerts sent, reports written, held against the offline run
    write(folder)   # the exports alone

The Jura answers everybody in time over the first quarter of 2026; the Moselle, around Easter, does not. Between
them they hold every case that the conventions of judgement name, but two that no export can show: a rule that
changes within the year, and the deletion of a message already read. All is written by hand, and comes out the
same at each writing.
"""

from __future__ import annotations

from pathlib import Path

from mailwatch.demo.committee import committee_lines
from mailwatch.demo.mailboxes import TODAY, Demo, Mailbox, write
from mailwatch.errors import UsageError

__all__ = ["TODAY", "Demo", "Mailbox", "committee_lines", "show", "write"]


_SERVERS = frozenset({"aiosmtpd", "pymap"})
"""What the `demo` extra brings."""


def show(folder: Path) -> None:
    """Give both mailboxes below `folder` to servers of our own, look at them, print figures, alert, what to try next.

    UsageError when the servers are not installed; else as `watching.watch`.
    """
    # The servers, the terminal and the report's templates are loaded for those who look, not for those who write.
    try:
        from mailwatch.demo.showing import show as shown
    except ModuleNotFoundError as fault:
        if (fault.name or "").partition(".")[0] not in _SERVERS:
            raise
        raise UsageError(
            "la démonstration a besoin de ses propres serveurs, qui ne sont pas installés : pip install "
            "'mailwatch[demo]'"
        ) from None
    shown(folder)
