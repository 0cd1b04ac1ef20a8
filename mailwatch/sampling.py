"""Cases drawn for an internal audit, and how often the verdicts on them were right (ISO 19011, A.6).

The same seed draws the same cases, on every machine and from any order: a case's rank is a digest of the seed and
its id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from math import ceil, floor, sqrt
from typing import TypeAlias

from mailwatch.labels import percentage
from mailwatch.model import (
    Answer,
    Channel,
    Check,
    Drawn,
    Mentions,
    Period,
    Precision,
    Rate,
    Request,
    Review,
    Sample,
    State,
)

NOT_MEASURED = "non mesurée"
STANDING = (Check.NATURE, Check.LINK, Check.DEADLINE)
"""What decides together whether a request counts as answered in time."""
_MEASURED = (
    *(((check,), None) for check in Check),
    *((STANDING, channel) for channel in Channel),
)
"""What is measured, and on the cases of which channel."""
_QUANTILE = 1.959963984540054
"""Of the normal distribution, at 97.5 %."""

_Stratum: TypeAlias = tuple[Channel, State]


def draw(requests: Iterable[Request], *, size: int, seed: str) -> tuple[Request, ...]:
    """Draw `size` requests by channel and state, in the order of reception; all when there are no more.

    Each stratum that holds any gives one, the largest first when `size` allows no more, and the rest comes from
    the strata in proportion to what is left in them (ISO 19011, A.6.3).
    """
    strata = _strata(requests, seed)
    shares = _shares({stratum: len(inside) for stratum, inside in strata.items()}, size)
    drawn = [each for stratum, share in shares.items() for each in strata[stratum][:share]]
    return tuple(sorted(drawn, key=_reception))


def _strata(requests: Iterable[Request], seed: str) -> Mapping[_Stratum, Sequence[Request]]:
    """The requests of each stratum as the seed ranks them; the strata in an order of their own."""
    found: dict[_Stratum, list[Request]] = defaultdict(list)
    for request in requests:
        found[request.channel, request.state].append(request)
    return {
        stratum: sorted(found[stratum], key=lambda each: (_rank(seed, each.id), each.file))
        for stratum in sorted(found)
    }


def _rank(seed: str, name: str) -> bytes:
    # Ids come from hostile headers too: a lone surrogate must rank as well as a letter.
    return sha256(f"{seed}\n{name}".encode(errors="surrogatepass")).digest()


def _reception(request: Request) -> tuple[str, str, str]:
    return request.received_on.isoformat(), request.id, request.file


def _shares(sizes: Mapping[_Stratum, int], size: int) -> Mapping[_Stratum, int]:
    """How many each stratum gives: one each, then the largest remainders of what is left, never more than it has."""
    size = min(max(size, 0), sum(sizes.values()))
    by_size = sorted(sizes, key=lambda stratum: -sizes[stratum])
    if size <= len(sizes):
        return dict.fromkeys(by_size[:size], 1)
    left, more = sum(sizes.values()) - len(sizes), size - len(sizes)
    exact = {stratum: divmod(more * (sizes[stratum] - 1), left) for stratum in sizes}
    shares = {stratum: 1 + whole for stratum, (whole, _) in exact.items()}
    short = size - sum(shares.values())
    for stratum in sorted(sizes, key=lambda stratum: -exact[stratum][1])[:short]:
        shares[stratum] += 1
    return shares


# --- what is judged -------------------------------------------------------------------------------


def sampled(
    requests: Collection[Request], period: Period, *, size: int, seed: str, at: datetime
) -> Sample:
    """Draw from the requests of a period, and keep the verdicts that each case has at that instant."""
    return Sample(
        period=period,
        size=size,
        seed=seed,
        population=len(requests),
        at=at,
        cases=tuple(
            Drawn(
                request=each.id,
                channel=each.channel,
                received_on=each.received_on,
                verdicts=verdicts(each),
            )
            for each in draw(requests, size=size, seed=seed)
        ),
    )


def verdicts(request: Request) -> Mapping[Check, str]:
    """The verdicts on a request that figures rest on; what does not apply to it is left out.

    The nature of a letter is declared, and so none to judge; an excluded request has no deadline to keep.
    """
    found: dict[Check, str] = {}
    if request.channel is Channel.EMAIL:
        found[Check.NATURE] = request.nature
    if request.state is State.EXCLUDED:
        return found
    found[Check.LINK] = str(len(request.links))
    mentions = judged_mentions(request.answers)
    if mentions is not None:
        found[Check.AUTHOR] = mentions.author.outcome
        found[Check.SERVICE] = mentions.service.outcome
        found[Check.INSTITUTION] = mentions.institution.outcome
    found[Check.DEADLINE] = request.due_on.isoformat()
    return found


def judged_mentions(answers: Iterable[Answer]) -> Mentions | None:
    """The mentions of the first answer that counts for them; None when no answer has any to judge."""
    return next((each.mentions for each in answers if each.mentions and not each.bounced), None)


def within(samples: Iterable[Sample], period: Period | None = None) -> tuple[Drawn, ...]:
    """The cases drawn that were received in `period`, each once, in the order of reception.

    A case that was drawn again has the verdicts of the last draw, and still those that it had only before.
    """
    known: dict[str, Drawn] = {}
    for sample in samples:
        for case in sample.cases:
            before = known.get(case.request)
            both = {**before.verdicts, **case.verdicts} if before else case.verdicts
            known[case.request] = replace(case, verdicts=both)
    cases = (case for case in known.values() if period is None or _holds(period, case))
    return tuple(sorted(cases, key=lambda case: (case.received_on, case.request)))


def _holds(period: Period, case: Drawn) -> bool:
    after = period.from_on is None or case.received_on >= period.from_on
    return after and (period.to_on is None or case.received_on <= period.to_on)


def held(reviews: Iterable[Review]) -> Mapping[tuple[str, Check], Review]:
    """What persons found, by case and check: of reviews in the order they were made, the last holds."""
    last = {(review.request, review.check): review for review in reviews}
    return {about: review for about, review in last.items() if review.right is not None}


def waiting(cases: Iterable[Drawn], reviews: Iterable[Review]) -> Iterator[tuple[Drawn, Check]]:
    """The verdicts that nobody has judged, case by case."""
    known = held(reviews)
    for case in cases:
        for check in Check:
            if check in case.verdicts and (case.request, check) not in known:
                yield case, check


# --- how precise it proves ------------------------------------------------------------------------


def precisions(cases: Iterable[Drawn], reviews: Iterable[Review]) -> tuple[Precision, ...]:
    """The measured precision of each check, then, channel by channel, of all that decide where a request stands."""
    known = {about: bool(review.right) for about, review in held(reviews).items()}
    drawn = tuple(cases)
    return tuple(_precision(checks, channel, drawn, known) for checks, channel in _MEASURED)


def _precision(
    checks: tuple[Check, ...],
    channel: Channel | None,
    cases: Iterable[Drawn],
    known: Mapping[tuple[str, Check], bool],
) -> Precision:
    """A case is judged once each of its verdicts is: one found wrong early would weigh more than one found right."""
    judged: list[bool] = []
    pending = 0
    for case in cases:
        if channel not in (None, case.channel):
            continue
        asked = [(case.request, check) for check in checks if check in case.verdicts]
        if all(about in known for about in asked):
            judged += [all(known[about] for about in asked)] if asked else []
        else:
            pending += 1
    right, count = sum(judged), len(judged)
    return Precision(
        checks=checks,
        channel=channel,
        right=Rate(
            numerator=right,
            denominator=count,
            text=percentage(right, count) if count else NOT_MEASURED,
        ),
        interval=wilson(right, count) if count else None,
        waiting=pending,
    )


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Wilson's score interval at 95 % for `part` of `whole`, at least 1 (Wilson 1927, formula 7)."""
    share, square = part / whole, _QUANTILE**2
    middle = share + square / (2 * whole)
    reach = _QUANTILE * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    # At the ends the bound is exact, and rounding would miss it.
    lowest = (middle - reach) / scale if part else 0.0
    highest = (middle + reach) / scale if part < whole else 1.0
    return lowest, highest


def outward(interval: tuple[float, float]) -> tuple[float, float]:
    """An interval in percent with one decimal, which holds the whole of it."""
    lowest, highest = interval
    return floor(1000 * lowest) / 10, ceil(1000 * highest) / 10
