"""One request, with its answers, its links, and what persons set right."""

from __future__ import annotations

from mailwatch.contracts.terms import Json
from mailwatch.contracts.verdicts import mentions
from mailwatch.model import Answer, Bounds, Correction, Link, Refused, Request, Ruling, Span


def request(found: Request) -> dict[str, Json]:
    """One request with its answers and links."""
    first = found.first
    return {
        "id": found.id,
        "file": found.file,
        "message_id": found.message_id,
        "channel": found.channel,
        "received_at": found.received_at.isoformat() if found.received_at else None,
        "received_on": found.received_on.isoformat(),
        "grade": found.grade,
        "due_on": found.due_on.isoformat(),
        "first_answer": answer(first) if first else None,
        "answer_grade": first.grade if first else None,
        "substantive_on": found.substantive.on.isoformat() if found.substantive else None,
        "delay": first.delay if first else None,
        "state": found.state,
        "nature": found.nature,
        "service": found.service,
        "links": [link(item) for item in found.links],
        "mentions": mentions(first.mentions) if first and first.mentions else None,
        "excluded_because": found.excluded_because or None,
        "findings": list(found.findings),
        "confidence": found.confidence,
        "follow_up_on": found.follow_up_on.isoformat() if found.follow_up_on else None,
        "boxes": list(found.boxes),
        "corrected": list(found.corrected),
        "note": found.note or None,
        "bounds": bounds(found.bounds) if found.bounds else None,
    }


def bounds(found: Bounds) -> dict[str, Json]:
    """What a request may have been, where its instants disagree on a day: each from the earliest to the latest."""
    return {
        "received_on": span(found.received),
        "due_on": span(found.due),
        "answered_on": span(found.answered) if found.answered else None,
        "delay": list(found.delay) if found.delay else None,
    }


def span(found: Span) -> list[Json]:
    """The first and the last of some days."""
    return [found.earliest_on.isoformat(), found.latest_on.isoformat()]


def answer(found: Answer) -> dict[str, Json]:
    """One answer, as a request names it."""
    return {"on": found.on.isoformat(), "kind": found.kind, "message_id": found.message_id}


def link(found: Link) -> dict[str, Json]:
    """One message that belongs to a request."""
    return {
        "file": found.file,
        "message_id": found.message_id,
        "on": found.on.isoformat(),
        "part": found.part,
        "evidence": list(found.evidence),
        "confidence": found.confidence,
    }


def correction(found: Correction) -> dict[str, Json]:
    """What a person said."""
    return {
        "kind": found.kind,
        "value": found.value,
        "author": found.author,
        "reason": found.reason,
        "at": found.at.isoformat(),
    }


def ruling(found: Ruling) -> dict[str, Json]:
    """What a person set right, with the request it changes."""
    return {
        "request": found.request or None,
        "on": found.on.isoformat(),
        "target": found.correction.target,
        **correction(found.correction),
    }


def refused(found: Refused) -> dict[str, Json]:
    """A line of a register, or what a person declared, that cannot be followed."""
    return {"file": found.file, "line": found.line, "reason": found.reason}
