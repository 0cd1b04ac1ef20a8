"""A whole run: its requests, its figures, and what was left out of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from mailwatch.contracts.figures import indicators, period
from mailwatch.contracts.requests import refused, request, ruling
from mailwatch.contracts.rules import local_rule
from mailwatch.contracts.samples import precision
from mailwatch.contracts.terms import Json
from mailwatch.model import Audit, Precision, Unwatched


def audit(found: Audit) -> dict[str, Json]:
    """The whole offline run."""
    return {
        "requests": [request(item) for item in found.requests],
        **_summary(found),
        "precision": precision(()),
    }


def audit_lines(found: Audit, precisions: Sequence[Precision] = ()) -> Iterator[str]:
    """The whole offline run as the text of one JSON object, a request at a time: a year of them is large."""
    yield '{"requests": ['
    for place, item in enumerate(found.requests):
        yield (", " if place else "") + json.dumps(request(item), ensure_ascii=False)
    summary = {**_summary(found), "precision": precision(precisions)}
    yield "], " + json.dumps(summary, ensure_ascii=False)[1:] + "\n"


def _summary(found: Audit) -> dict[str, Json]:
    return {
        "indicators": indicators(found.indicators),
        "quarantined": [{"file": item.file, "reason": item.reason} for item in found.quarantined],
        "period": period(found.period),
        "today": found.today.isoformat(),
        "convention": found.institution.convention,
        "set_aside": {str(nature): count for nature, count in found.set_aside.items()},
        "unseen_answers": [
            {
                "file": item.file,
                "on": item.on.isoformat(),
                "request": item.request or None,
                "box": item.box or None,
            }
            for item in found.unseen
        ],
        "refused": [refused(item) for item in found.refused],
        "corrections": [ruling(item) for item in found.rulings],
        "local_rules": [local_rule(item) for item in found.local],
        "unwatched": [unwatched(item) for item in found.unwatched],
        "messages": found.messages,
        "duplicates": found.duplicates,
        "rules": found.rules,
    }


def unwatched(found: Unwatched) -> dict[str, Json]:
    """A time in which a folder was not looked at; `since` is null before the first look.

    `missed` messages came and went in it, by the numbers that the server gave out: of a folder of role `inbox`
    they count as requests, of one of role `sent` as answers, in the margin of the rate.
    """
    return {
        "account": found.account,
        "folder": found.folder,
        "role": found.role,
        "since": found.since.isoformat() if found.since else None,
        "until": found.until.isoformat(),
        "missed": found.missed,
    }
