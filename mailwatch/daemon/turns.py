"""Whose turn it is: each account at its pace, more and more rarely while it fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from mailwatch.errors import MailwatchError, RefusedError, SettingsError

_FIRST = timedelta(seconds=5)
_LONGEST = timedelta(minutes=5)
_PATIENT = timedelta(minutes=15)
_TRIES = 3
"""After so many refusals an account is asked rarely: many servers lock out whoever insists."""


def pause(failures: int, error: MailwatchError, draw: float) -> timedelta:
    """Say how long to wait after so many failures in a row; `draw`, from 0 to 1, spreads those that fail together."""
    if isinstance(error, RefusedError | SettingsError) and failures >= _TRIES:
        return _PATIENT * (1 + draw / 4)
    wait = min(_FIRST * (1 << min(failures - 1, 16)), _LONGEST)
    return wait * (0.5 + draw / 2)


@dataclass(slots=True)
class _Turn:
    due_at: datetime
    failures: int = 0


@dataclass(slots=True, kw_only=True)
class Turns:
    """When each duty, known by its name, is due next."""

    every: timedelta
    draw: Callable[[], float]
    _turns: dict[str, _Turn] = field(default_factory=dict)

    def is_due(self, name: str, at: datetime) -> bool:
        """Say whether it is the turn of `name`."""
        turn = self._turns.get(name)
        # Wall time of one zone is compared by its figures, which the hour that comes twice shows twice.
        at = at.astimezone(UTC)
        # A clock that was set back must not make us wait for its old time.
        return turn is None or not at < turn.due_at <= at + 2 * max(self.every, _PATIENT)

    def went_well(self, name: str, at: datetime) -> None:
        """Note that `name` was done to its end."""
        self._turns[name] = _Turn(at.astimezone(UTC) + self.every)

    def clock_was_set(self) -> None:
        """Make it everybody's turn; who fails goes on failing as often as before."""
        for turn in self._turns.values():
            turn.due_at = datetime.min.replace(tzinfo=UTC)

    def always(self, name: str) -> None:
        """Note that `name` may be done at any moment."""
        self._turns.pop(name, None)

    def failed(self, name: str, at: datetime, error: MailwatchError) -> None:
        """Note that it was not, and when to try again."""
        before = self._turns.get(name)
        failures = before.failures + 1 if before else 1
        due_at = at.astimezone(UTC) + pause(failures, error, self.draw())
        self._turns[name] = _Turn(due_at, failures)
