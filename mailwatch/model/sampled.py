"""The internal audit: cases drawn by chance, what a person found of them, and how precise the checks prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailwatch.model.figures import Period, Rate
from mailwatch.model.terms import Channel


class Check(StrEnum):
    """What a reviewer judges of one case: a verdict on which a figure rests."""

    NATURE = "nature"
    """Is it a request, a complaint, out of scope?"""
    LINK = "link"
    """Are the messages of the case its own, and all of them there?"""
    AUTHOR = "author"
    SERVICE = "service"
    INSTITUTION = "institution"
    DEADLINE = "deadline"
    """Are reception, due day, first answer and delay right?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One request that was drawn, with the verdicts that it had then."""

    request: str
    """Its id."""
    channel: Channel
    received_on: date
    verdicts: Mapping[Check, str]
    """In words of the public contract; what does not apply to the request has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Cases drawn for an internal audit: whoever has the seed and the requests draws the same."""

    period: Period
    size: int
    """How many were asked for."""
    seed: str
    population: int
    """How many requests the period had."""
    at: datetime
    cases: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a person found of one verdict on one case; a newer one of the same verdict replaces it."""

    request: str
    check: Check
    right: bool | None
    """None takes back what was said before: the verdict waits again."""
    by: str
    note: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """How often verdicts were right among those that a person judged, and how far that may be off."""

    checks: tuple[Check, ...]
    """One check; or several, when a case counts as right only if each of its verdicts is."""
    channel: Channel | None
    """None for the cases of both."""
    right: Rate
    """Of the cases that were judged; « non mesurée » of none."""
    interval: tuple[float, float] | None
    """Wilson's, at 95 %, in shares of one; None when nothing was judged."""
    waiting: int
    """Cases that were drawn and are not judged."""
