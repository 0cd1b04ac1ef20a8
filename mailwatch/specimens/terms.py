"""The words of the courriels type: a specimen, what is found in it, the book of them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailwatch.errors import Remark
from mailwatch.hints import Hint
from mailwatch.model import Announced, Mentions, Nature, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """One courriel type as its file tells it."""

    file: str
    title: str
    nature: Nature
    """What it is meant to be."""
    version: str
    author: str
    on: date
    """The day of this version."""
    use: str
    """When an agent takes it; empty when the file does not say."""
    opinion: str
    """What the users' committee said of it; empty until it was asked."""
    opinion_on: date | None
    exempt: bool
    """It is for services on the exceptions register: a number stands for the name."""
    subject: str
    body: str
    examples: Mapping[str, str]
    """What may stand in the places that the head explains, by their folded names."""


class FindingKind(StrEnum):
    """What is wrong with a specimen, or worth a thought."""

    NATURE = "nature"
    """It reads as another nature than it is meant for."""
    DOUBTFUL_NATURE = "doubtful_nature"
    """It may read as another, by a leaning of its words."""
    AUTHOR = "author"
    SERVICE = "service"
    INSTITUTION = "institution"
    NO_DATE = "no_date"
    """A holding reply that announces no date."""
    VAGUE_PROMISE = "vague_promise"
    LATE_PROMISE = "late_promise"
    """An acknowledgement that announces more days than the engagement allows."""
    NO_RECEPTION = "no_reception_date"
    NO_TELEPHONE = "no_telephone"
    NO_ADDRESS = "no_address"
    NO_CONTACT = "no_contact"
    SOUNDS_HUMAN = "sounds_human"
    """A robot's message that does not say so."""
    FIXED_DATE = "fixed_date"
    """A date that stands in the text itself, and will be over one day."""
    NO_EXCEPTION = "no_exception"
    """It is for an exception, and the settings declare none that holds."""
    NO_OPINION = "no_opinion"
    OLD_OPINION = "old_opinion"
    """The committee saw an earlier version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found in a specimen, in French."""

    kind: FindingKind
    words: Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the rules of real mail say of a specimen, its places filled."""

    specimen: Specimen
    reading: Reading
    mentions: Mentions
    announced: Announced | None
    faults: tuple[Finding, ...]
    """What must be put right before an agent takes it."""
    advice: tuple[Finding, ...]
    hints: tuple[Hint, ...]
    """On plain language: never required."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The specimens of one site, to be shown to its users' committee."""

    institution: str
    """Its name, for titles; empty when the settings have none."""
    on: date
    verdicts: tuple[Verdict, ...]
