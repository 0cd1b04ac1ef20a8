"""The words of the pack: a case of the sample, a message read again, and all that goes into the zip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailwatch.model import Check, Deadline, Request, Ruling
from mailwatch.register import Tie
from mailwatch.report.terms import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words of a message, and what they are evidence of; empty for nothing."""

    text: str
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What the mailbox says of one message at this moment, for a page of the sample and nothing else."""

    sender: str = ""
    subject: str = ""
    pieces: tuple[Piece, ...] = ()
    """The writer's own words, in order."""
    apart: tuple[Piece, ...] = ()
    """Words that a verdict rests on and that do not stand so in the text, as of a picture's description."""
    fault: str = ""
    """In French, why there is nothing of all that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request of the sample, with what its page shows."""

    counted: Request
    """As the figures of the report count it."""
    now: Request
    """As the register has it today; the same but for figures that were closed."""
    rulings: tuple[Ruling, ...]
    deadline: Deadline | None
    """Day by day; None when the report counted by another calendar than today's."""
    ties: Sequence[tuple[str, Tie]] = ()
    """Which lines of the journal are of its messages, each with the place of its message."""
    asked: tuple[Check, ...] = ()
    """The verdicts that a person is to judge one by one, as an internal audit does; nothing for an auditor."""
    passages: Mapping[str, Passage] = field(default_factory=dict)
    """By the places of its messages; empty unless words were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The cases that a seed drew."""

    seed: str
    cases: tuple[Case, ...]
    has_words: bool = False
    """The pages show what persons wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """All that an auditor is given."""

    period: str
    """As it was asked for, `2026-T1`."""
    edition: Edition
    drawn: Drawn
    report: Mapping[str, bytes]
    """The files of the report."""
    journal: Mapping[str, bytes]
    closed: bytes = b""
    """The figures as they were closed, whose digest the journal holds; empty while they are not."""
    specimens: Mapping[str, bytes] = field(default_factory=dict)
    """The courriels type, as files."""
    rules: bytes = b""
    """The rules as people read them, a page."""
