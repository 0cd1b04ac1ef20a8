"""The internal audit: which cases were drawn, and what persons found of them; each a record, never changed."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from mailwatch.errors import UsageError
from mailwatch.model import Period, Precision, Request, Review, Sample
from mailwatch.register import persons, tables
from mailwatch.register.journal import Kind
from mailwatch.sampling import precisions, sampled, within

_SEED = re.compile(r"[\w.:-]{1,64}")
_DRAWN = 4
"""Octets of a seed that nobody chose."""


@cache
def _sample() -> TypeAdapter[Sample]:
    return TypeAdapter(Sample)


@cache
def _review() -> TypeAdapter[Review]:
    return TypeAdapter(Review)


# --- cases ----------------------------------------------------------------------------------------


def draw(
    connection: Connection,
    requests: Sequence[Request],
    period: Period,
    *,
    size: int,
    seed: str | None,
    at: datetime,
) -> Sample:
    """Draw cases of a period, or give the draw of the same size and seed again, whatever was found since.

    Without a seed it is that of the last draw of the period, whose cases a larger one keeps, else one by chance.
    Raises UsageError for a seed that could not be copied from a report.
    """
    before = [known for known in samples(connection) if known.period == period]
    if seed is None:
        seed = before[-1].seed if before else secrets.token_hex(_DRAWN)
    if not _SEED.fullmatch(seed):
        raise UsageError(
            "la graine « {seed} » ne convient pas : 64 lettres, chiffres, points ou tirets au plus",
            seed=seed,
        )
    for known in before:
        if (known.size, known.seed) == (size, seed):
            return known
    fresh = sampled(requests, period, size=size, seed=seed, at=at)
    persons.keep(connection, tables.sample, Kind.SAMPLE, persons.write(_sample(), fresh), at)
    return fresh


def samples(connection: Connection) -> tuple[Sample, ...]:
    """Give every draw, the oldest first."""
    sample = tables.sample.c
    bodies = connection.scalars(select(sample.body).order_by(sample.seq))
    return tuple(persons.read(_sample(), body) for body in bodies)


# --- what persons found ---------------------------------------------------------------------------


def judge(connection: Connection, reviews: Sequence[Review]) -> None:
    """Add what a person found; the newest of its case and check holds."""
    for review in reviews:
        body = review_body(review)
        persons.keep(connection, tables.review, Kind.REVIEW, body, review.at)


def reviews(connection: Connection) -> tuple[Review, ...]:
    """Give all that persons found, the oldest first."""
    return tuple(said for _, said in numbered_reviews(connection))


def numbered_reviews(connection: Connection) -> Iterator[tuple[int, Review]]:
    """The same, each with the number of its record."""
    review = tables.review.c
    for seq, body in connection.execute(select(review.seq, review.body).order_by(review.seq)).all():
        yield seq, persons.read(_review(), body)


def review_body(said: Review) -> str:
    """Write the record of a review."""
    return persons.write(_review(), said)


def measured(
    connection: Connection, period: Period
) -> tuple[tuple[Sample, ...], tuple[Precision, ...]]:
    """Give the draws that have cases of a period, and how precise each check proved on these."""
    found = tuple(one for one in samples(connection) if within((one,), period))
    return found, precisions(within(found, period), reviews(connection))
