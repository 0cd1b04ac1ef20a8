"""The offline run: files in, requests and figures out, with no daemon and no database."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from mailwatch import indicators
from mailwatch.analysis import analyse
from mailwatch.errors import SourceError
from mailwatch.model import Audit, Fact, Letter, Period, Refused, Unreadable
from mailwatch.ordering import Docket
from mailwatch.ruleset import Desk
from mailwatch.sources.files import Entry, deliveries
from mailwatch.triage import triage


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What the files hold: facts, and what could not be read."""

    facts: Collection[Fact]
    quarantined: Sequence[Unreadable]


def gather(
    entries: Iterable[Entry], desk: Desk, progress: Callable[[], None] = lambda: None
) -> Gathered:
    """Read and judge every message of `entries`; one that cannot be read is counted, and stops nothing."""
    facts = Docket(desk.zone)
    quarantined: list[Unreadable] = []
    for entry in entries:
        try:
            for delivery in deliveries(entry):
                found = analyse(delivery, desk)
                if isinstance(found, Unreadable):
                    quarantined.append(found)
                else:
                    facts.append(found)
        except SourceError as fault:
            quarantined.append(Unreadable(file=entry.file, role=entry.role, reason=str(fault)))
        progress()
    return Gathered(facts=facts, quarantined=quarantined)


def audit(
    gathered: Gathered,
    letters: Sequence[Letter],
    refused: Sequence[Refused],
    desk: Desk,
    period: Period,
    today: date,
) -> Audit:
    """Decide the requests that were gathered and compute the figures of `period` as they stand on `today`.

    What was gathered is used up: the facts are let go as they are decided.
    """
    decided = triage(gathered.facts, letters, desk, today)
    requests = indicators.within(decided.requests, period)
    return Audit(
        institution=desk.institution,
        period=period,
        today=today,
        requests=requests,
        indicators=indicators.compute(requests, today),
        by_month=indicators.by_month(requests, today),
        by_service=indicators.by_service(requests, today),
        set_aside=decided.set_aside,
        doubted=decided.doubted,
        unseen=decided.unseen,
        quarantined=tuple(gathered.quarantined),
        refused=(*refused, *decided.refused),
        messages=len(gathered.facts),
        duplicates=decided.duplicates,
        rules=desk.rules.digest,
        rulings=indicators.rulings_within(decided.rulings, period),
        local=desk.rules.local,
    )
