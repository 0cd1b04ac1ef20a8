"""What goes into the pack, read from the register, the journal's files and, when words are asked for, the mailboxes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mailwatch import manual, publishing, workdays
from mailwatch.dossier.terms import Case, Drawn, Pack
from mailwatch.dossier.words import passages, place_name
from mailwatch.journal import folders
from mailwatch.library import library, sheet
from mailwatch.model import Audit, Channel, Deadline, Period, Request, Ruling
from mailwatch.register import Location, Register, Tie
from mailwatch.report.terms import Declared, Edition
from mailwatch.ruleset import Desk
from mailwatch.sampling import draw
from mailwatch.settings import template_texts
from mailwatch.site import Site

SIZE = 20
"""Cases of a sample when nobody says how many."""
_SEED = 12
"""Letters of the journal's digest that are the seed when nobody gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the pack is asked to be."""

    name: str
    """Of the period, `2026-T1`."""
    period: Period
    size: int = SIZE
    seed: str = ""
    """Empty for one that nobody chose: the journal's own."""
    words: bool = False
    declared: tuple[Declared, ...] = ()
    """Indicators from elsewhere, for figures that are not closed."""


def gathered(register: Register, site: Site, desk: Desk, asked: Asked, at: datetime) -> Pack:
    """Gather the pack of a period as it stands at `at`.

    Raises UsageError as the report does, SourceError when there is no journal; a mailbox that cannot be read is told
    on the pages of its messages.
    """
    edition = register.edition(desk, asked.period, at.date(), asked.declared)
    journal = _journal(Path(site.state, folders.FOLDER))
    seed = asked.seed or _own_seed(edition)
    found = library(desk, site.templates, at.date())
    return Pack(
        period=asked.name,
        edition=edition,
        drawn=_drawn(register, site, desk, edition, replace(asked, seed=seed), at),
        report=publishing.rendered(edition.audit, edition.policy, edition.beside),
        journal=journal,
        closed=register.closed_figures(asked.period),
        specimens={**found.files, **sheet(found)},
        rules=_rules(desk),
    )


def _journal(folder: Path) -> Mapping[str, bytes]:
    with folders.shared(folder):
        return {name: folders.content(folder, name) for name in folders.names(folder)}


def _own_seed(edition: Edition) -> str:
    """A seed that the institution did not choose: nobody knows the journal's digest before it is what it is."""
    witness = edition.beside.witness
    return witness.digest[:_SEED] if witness else ""


def _rules(desk: Desk) -> bytes:
    found = manual.manual(desk.rules)
    return manual.html(found, desk.institution.name, template_texts()).encode()


# --- the sample -----------------------------------------------------------------------------------


def _drawn(
    register: Register, site: Site, desk: Desk, edition: Edition, asked: Asked, at: datetime
) -> Drawn:
    counted = draw(edition.audit.requests, size=asked.size, seed=asked.seed)
    found = drawn(register, desk, edition, counted, asked.seed, at)
    if not asked.words:
        return found
    every = [place for request in counted for place in register.locate(request.id)]
    read = passages(every, site, desk)
    cases = tuple(replace(case, passages=read) for case in found.cases)
    return replace(found, cases=cases, has_words=True)


def drawn(
    register: Register,
    desk: Desk,
    edition: Edition,
    counted: Sequence[Request],
    seed: str,
    at: datetime,
) -> Drawn:
    """Give the requests that a seed drew as cases, with all that their pages show but words."""
    # Only closed figures may count otherwise than the register has it today.
    fresh = register.requests(desk, at.date()) if edition.beside.closing else ()
    known = {request.id: request for request in fresh}
    places = {request.id: register.locate(request.id) for request in counted}
    ties = _ties(register, [place for some in places.values() for place in some])
    cases = tuple(
        Case(
            counted=request,
            now=known.get(request.id, request),
            rulings=_rulings(edition.audit, request),
            deadline=_deadline(request, edition, desk),
            ties=[tie for place in places[request.id] for tie in ties.get(place.key, ())],
        )
        for request in counted
    )
    return Drawn(seed=seed, cases=cases)


def _ties(
    register: Register, places: Sequence[Location]
) -> Mapping[str, Sequence[tuple[str, Tie]]]:
    """Which lines of the journal are of the messages that lie there, by the keys of these."""
    names = {place.key: place_name(place) for place in places if place.key}
    found: dict[str, list[tuple[str, Tie]]] = defaultdict(list)
    for tie in register.ties(*names):
        found[tie.key].append((names[tie.key], tie))
    return found


def _rulings(audit: Audit, request: Request) -> tuple[Ruling, ...]:
    return tuple(ruling for ruling in audit.rulings if ruling.request == request.id)


def _deadline(request: Request, edition: Edition, desk: Desk) -> Deadline | None:
    """How the due date was counted; None when today's calendar would count otherwise."""
    policy = edition.policy
    most = policy.letter_days if request.channel is Channel.LETTER else policy.email_days
    convention = edition.audit.institution.convention
    found = workdays.explain(desk.calendar, request.received_on, most, convention)
    return found if found.due_on == request.due_on else None
