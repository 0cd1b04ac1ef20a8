"""What a judge is, what it says, and what one worker may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from mailwatch.model import Delivery, Unreadable

Verdict: TypeAlias = bytes | Unreadable
"""A fact as the register keeps it, or why there is none."""
Judge: TypeAlias = Callable[[Delivery], Verdict]
"""It goes to the workers as a pickle, with all that it judges by."""

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one worker may take."""

    seconds: float = 20.0
    """Processor time of one message."""
    patience: float = 3.0
    """How many times longer than that a batch may take, on a machine that has other work."""
    memory: int = 256 * MIB
    """Octets of its own; the largest message takes half."""
    learned: int = 224 * MIB
    """Octets more for what the thorough judge loads before it begins."""
    messages: int = 50_000
    """After so many the worker is replaced, with all that piled up in it; to start one costs as much as 300."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thorough:
    """A judge that holds much in memory, for what the others leave to it: one worker has it, and no more."""

    judge: Judge
    load: Callable[[], object]
    """Loads what it holds, before there is anything to judge."""


class LeftError(Exception):
    """Raised by a judge: only the thorough one can tell."""


def leave(_: str) -> NoReturn:
    """Stand for what only the thorough judge has, such as the names in a line."""
    raise LeftError


def nothing() -> None:
    """Load nothing: most judges hold what they need."""


def unread(delivery: Delivery, reason: str) -> Unreadable:
    """Say why there is no verdict on a delivery."""
    return Unreadable(file=delivery.file, role=delivery.role, reason=reason)
