"""What happens to the clocks of the machine: written down once, by whichever process finds it, with what it shakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailwatch.daemon.clocks import (
    ASLEEP,
    Jump,
    Reading,
    Sleep,
    Timers,
    compared,
    reading,
    since_journalled,
    told,
)
from mailwatch.journal.lines import read
from mailwatch.polling import Watch
from mailwatch.register import Place, Register
from mailwatch.register.journal import CLOCK
from mailwatch.site import Site

START = "start"
"""What the journal calls the beginning of a process's work."""


@dataclass(slots=True, kw_only=True)
class Timekeeper:
    """A wall clock that is held against what the machine counts by itself."""

    site: Site
    watch: Watch
    timers: Callable[[], Timers]
    _last: Reading | None = field(default=None)
    """All clocks when the wall clock was last found set, or when this process began."""

    def heed(self) -> tuple[Jump | Sleep, ...]:
        """Write down what happened to the clocks since the last time; raises BusyError and RegisterError.

        A folder is doubtful until it is looked at again: what it brings then was not seen to come.
        """
        now = reading(self.watch.now, self.timers)
        found = self._found(now)
        for each in found:
            kind = CLOCK if isinstance(each, Jump) else ASLEEP
            self.watch.register.journal(kind, now.wall, seconds=each.seconds, **told(now))
        # Small steps add up: they are told once they amount to something.
        if found or self._last is None:
            self._last = now
        return found

    def marks(self) -> dict[str, str]:
        """Give what the line of the journal that begins this process keeps of the clocks."""
        return told(self._last) if self._last else {}

    def _found(self, now: Reading) -> tuple[Jump | Sleep, ...]:
        register, places = self.watch.register, tuple(_places(self.site))
        if self._last is not None:
            found = tuple(compared(self._last, now))
        else:
            found = tuple(_before_this_process(register, now))
            self.watch.unsteady |= {place for place in places if _is_doubtful(register, place)}
        if any(isinstance(each, Jump) for each in found):
            self.watch.unsteady |= set(places)
        return found


def _before_this_process(register: Register, now: Reading) -> Iterator[Jump]:
    """Say whether the wall clock was set since another process last knew it, or is behind what was written."""
    marked = [register.last_told(kind) for kind in (START, CLOCK, ASLEEP)]
    marked = [line for line in marked if line.get("booted_at")]
    last = [read(line) for line in register.lines_after(register.lines_written() - 1)]
    latest = sorted(marked, key=lambda line: int(str(line["n"])))[-1:]
    for line in (*latest, *last):
        if found := since_journalled(line, now):
            yield found
            return


def _is_doubtful(register: Register, place: Place) -> bool:
    """The process that found the clock set had no time to look at the folder."""
    cursor = register.cursor(place)
    sets = register.clock_sets(datetime.min.replace(tzinfo=UTC))
    if not (sets and cursor and cursor.looked_at):
        return False
    # By a clock that was set back, what was seen before it looks later: in doubt, one look too many is distrusted.
    return cursor.looked_at <= sets[-1].at + max(timedelta(seconds=-sets[-1].seconds), timedelta())


def _places(site: Site) -> Iterator[Place]:
    for account in site.accounts:
        for folder in account.folders:
            yield Place(account=account.name, folder=folder.name)
