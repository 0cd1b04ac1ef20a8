"""What a person is asked to look at, and all that is known of one request, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mailwatch.model import (
    Answer,
    Audit,
    Confidence,
    Correction,
    Link,
    Nature,
    Request,
    Ruling,
    SetAside,
)


class Doubt(StrEnum):
    """What a person should confirm or set right."""

    NATURE = "nature"
    """What the message is."""
    LINK = "link"
    """Whether the message belongs to the request."""
    UNSEEN = "unseen"
    """Whether a request was answered from a folder that nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubtful:
    """One verdict of low confidence."""

    doubt: Doubt
    target: str
    """What `correct` calls it: the request, or the key of the message; empty for an unseen answer of none."""
    request: str
    """The request it counts for, for the time being; empty for none."""
    what: str
    """The nature that was read, or what the message does in the request."""
    evidence: tuple[str, ...]
    """What it rests on all the same."""
    box: str
    """A box that the settings declare, else empty: any other address may be an agent's, and so a name."""
    on: date
    received_at: datetime | None
    """The arrival of the request, to the minute; None for a letter, and when there is no request."""
    file: str


def doubtful(audit: Audit) -> tuple[Doubtful, ...]:
    """List the verdicts that wait for a person, the oldest first."""
    known = {request.id: request for request in audit.requests}
    institution = audit.institution
    declared = {*institution.addresses, *(box.address for box in institution.boxes)}
    found = [one for request in audit.requests for one in _of_request(request, declared)]
    found += (_of_message(one, declared) for one in audit.doubted)
    found += _unseen(audit, known, declared)
    return tuple(sorted(found, key=lambda one: (one.on, one.request, one.doubt, one.file)))


def _of_message(one: SetAside, declared: AbstractSet[str]) -> Doubtful:
    """A message that counts for nothing: were it a request, an answer would be due."""
    return Doubtful(
        doubt=Doubt.NATURE,
        target=one.key,
        request="",
        what=one.nature,
        evidence=one.evidence,
        box=one.box if one.box in declared else "",
        on=one.on,
        received_at=None,
        file=one.file,
    )


def _unseen(
    audit: Audit, known: Mapping[str, Request], declared: AbstractSet[str]
) -> Iterator[Doubtful]:
    """The quoted answers that nobody saw, once a request, but where another one was given by then."""
    told: set[str] = set()
    for unseen in audit.unseen:
        request = known.get(unseen.request)
        if unseen.request in told or (request and _answered_by(unseen.on, request)):
            continue
        if request:
            told.add(request.id)
        yield Doubtful(
            doubt=Doubt.UNSEEN,
            target=unseen.request,
            request=unseen.request,
            what="",
            evidence=(unseen.evidence,),
            box=unseen.box if unseen.box in declared else "",
            on=unseen.on,
            received_at=request.received_at if request else None,
            file=unseen.file,
        )


def _answered_by(on: date, request: Request) -> bool:
    return request.first is not None and request.first.on <= on


def _of_request(request: Request, declared: AbstractSet[str]) -> Iterator[Doubtful]:
    box = next((box for box in request.boxes if box in declared), "")
    if request.confidence is Confidence.LOW:
        yield Doubtful(
            doubt=Doubt.NATURE,
            target=request.id,
            request=request.id,
            what=request.nature,
            evidence=(),
            box=box,
            on=request.received_on,
            received_at=request.received_at,
            file=request.file,
        )
    for link in request.links:
        if link.confidence is Confidence.LOW:
            yield Doubtful(
                doubt=Doubt.LINK,
                target=link.key,
                request=request.id,
                what=link.part,
                evidence=link.evidence,
                box=box,
                on=link.on,
                received_at=request.received_at,
                file=link.file,
            )


# --- one request ----------------------------------------------------------------------------------


class Happening(StrEnum):
    """What a line of a timeline tells, in the order of one day."""

    RECEIVED = "received"
    MESSAGE = "message"
    ANSWER = "answer"
    DUE = "due"
    FOLLOW_UP = "follow_up"
    """When the substantive answer was promised, or is expected."""
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of a timeline."""

    on: date
    happening: Happening
    file: str = ""
    """Where the message lies; empty when there is none."""
    nature: Nature | None = None
    """Of the request, as it was received."""
    link: Link | None = None
    answer: Answer | None = None
    correction: Correction | None = None


def timeline(request: Request, rulings: Iterable[Ruling] = ()) -> tuple[Event, ...]:
    """Tell all that is known of `request` in the order of days; `rulings` of other requests are left out."""
    given: Mapping[str, Answer] = {answer.key: answer for answer in request.answers if answer.key}
    linked = {link.key for link in request.links}
    events = [
        Event(
            on=request.received_on,
            happening=Happening.RECEIVED,
            file=request.file,
            nature=request.nature,
        ),
        Event(on=request.due_on, happening=Happening.DUE),
    ]
    events += [_of_link(link, given.get(link.key)) for link in request.links]
    events += [
        Event(on=answer.on, happening=Happening.ANSWER, answer=answer)
        for answer in request.answers
        if answer.key not in linked
    ]
    if request.follow_up_on is not None:
        events.append(Event(on=request.follow_up_on, happening=Happening.FOLLOW_UP))
    events += [
        Event(
            on=ruling.correction.at.date(),
            happening=Happening.CORRECTION,
            correction=ruling.correction,
        )
        for ruling in rulings
        if ruling.request == request.id
    ]
    ranks = list(Happening)
    return tuple(sorted(events, key=lambda event: (event.on, ranks.index(event.happening))))


def _of_link(link: Link, answer: Answer | None) -> Event:
    happening = Happening.ANSWER if answer else Happening.MESSAGE
    return Event(on=link.on, happening=happening, file=link.file, link=link, answer=answer)
