"""Cases drawn for an internal audit, and how precise it shows the figures to be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mailwatch import sampling
from mailwatch.contracts.figures import period
from mailwatch.contracts.terms import Json
from mailwatch.model import Check, Period, Precision, Request, Review, Sample


def precision(found: Sequence[Precision]) -> dict[str, Json]:
    """How often each check was right among the cases that a person judged, by check; `rate_text` may be words.

    `email` and `letter` are nature, link and deadline together on the cases of that channel: what its rate rests on.
    `interval` is Wilson's at 95 %, in shares of one, null when nothing was judged.
    """
    return {
        str(one.channel or one.checks[0]): {
            "right": one.right.numerator,
            "judged": one.right.denominator,
            "waiting": one.waiting,
            "rate_text": one.right.text,
            "interval": list(one.interval) if one.interval else None,
        }
        for one in found or sampling.precisions((), ())
    }


def sample(
    found: Sample, requests: Mapping[str, Request], known: Mapping[tuple[str, Check], Review]
) -> dict[str, Json]:
    """Cases drawn for an internal audit; `state` is today's, null when the register has no such request any more."""
    return {
        **_draw(found),
        "cases": [
            {
                "request": case.request,
                "received_on": case.received_on.isoformat(),
                "channel": case.channel,
                "state": requests[case.request].state if case.request in requests else None,
                "checks": {
                    str(check): {
                        "said": said,
                        "review": review(known[case.request, check])
                        if (case.request, check) in known
                        else None,
                    }
                    for check, said in case.verdicts.items()
                },
            }
            for case in found.cases
        ],
    }


def _draw(found: Sample) -> dict[str, Json]:
    return {
        "period": period(found.period),
        "seed": found.seed,
        "size": found.size,
        "population": found.population,
        "at": found.at.isoformat(),
    }


def review(found: Review) -> dict[str, Json]:
    """What a person found of one verdict; a `verdict` that is null takes back what was said before."""
    return {
        "request": found.request,
        "check": found.check,
        "verdict": {True: "right", False: "wrong", None: None}[found.right],
        "by": found.by,
        "note": found.note or None,
        "at": found.at.isoformat(),
    }


def sampled(
    received: Period, samples: Sequence[Sample], found: Sequence[Precision]
) -> dict[str, Json]:
    """What the internal audit found of the checks, on requests received in that period."""
    return {
        "period": period(received),
        "draws": [{**_draw(one), "cases": len(one.cases)} for one in samples],
        "precision": precision(found),
    }
