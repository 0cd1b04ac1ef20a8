"""What one message is, and what was found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailwatch.contracts.terms import Json
from mailwatch.hints import Hint
from mailwatch.model import Announced, Deadline, Evidence, Mention, Mentions, Unreadable

if TYPE_CHECKING:
    from mailwatch.analysis import Examined
    from mailwatch.specimens import Verdict


def check(examined: Examined, rules: str, advice: Sequence[Hint]) -> dict[str, Json]:
    """The verdict on one outgoing message, and what is advised on its language."""
    found = examined.mentions
    return {
        "file": examined.delivery.file,
        "message_id": examined.message.message_id,
        "nature": examined.reading.nature,
        "mentions": mentions(found) if found else None,
        "announced": announced(examined.announced),
        "from_class": found.from_class if found else None,
        "header_only": list(found.header_only) if found else [],
        "findings": list(found.findings) if found else [],
        "evidence": [evidence(item) for item in examined.reading.evidence],
        "confidence": examined.reading.confidence,
        "hints": [hint(item) for item in advice],
        "rules": rules,
    }


def hint(found: Hint) -> dict[str, Json]:
    """One piece of advice: what it is about, and the length of a sentence in words."""
    return {"kind": found.kind, "text": found.text or None, "words": found.words or None}


def specimen(found: Verdict, rules: str) -> dict[str, Json]:
    """The verdict on one courriel type; `meant` is its declared nature, `nature` what it reads as."""
    own = found.specimen
    return {
        "file": own.file,
        "title": own.title,
        "version": own.version,
        "author": own.author,
        "on": own.on.isoformat(),
        "opinion": own.opinion or None,
        "opinion_on": own.opinion_on.isoformat() if own.opinion_on else None,
        "exception": own.exempt,
        "meant": own.nature,
        "nature": found.reading.nature,
        "confidence": found.reading.confidence,
        "mentions": mentions(found.mentions),
        "announced": announced(found.announced),
        "faults": [{"kind": item.kind, "words": str(item.words)} for item in found.faults],
        "advice": [{"kind": item.kind, "words": str(item.words)} for item in found.advice],
        "hints": [hint(item) for item in found.hints],
        "rules": rules,
    }


def classify(examined: Examined) -> dict[str, Json]:
    """What one message is."""
    reading = examined.reading
    return {
        "file": examined.delivery.file,
        "message_id": examined.message.message_id,
        "direction": examined.direction,
        "nature": reading.nature,
        "also": list(reading.also),
        "answer_due": reading.answer_due,
        "correspondent": reading.correspondent or None,
        "evidence": [evidence(item) for item in reading.evidence],
        "confidence": reading.confidence,
        "reason": reading.reason or None,
    }


def unreadable(found: Unreadable) -> dict[str, Json]:
    """A message that could not be read, as `check` and `classify` print it."""
    return {"file": found.file, "message_id": None, "nature": None, "unreadable": found.reason}


def mentions(found: Mentions) -> dict[str, Json]:
    """The three mentions of one answer."""
    return {
        "author": mention(found.author),
        "service": mention(found.service),
        "institution": mention(found.institution),
    }


def mention(found: Mention) -> dict[str, Json]:
    """One mention of one answer; `level` is the author's alone."""
    return {
        "outcome": found.outcome,
        "text": found.text or None,
        "level": found.level,
        "place": found.place,
        "decided_by": found.decided_by or None,
    }


def announced(found: Announced | None) -> dict[str, Json] | None:
    """The date an answer promises more for."""
    if found is None:
        return None
    return {"on": found.on.isoformat() if found.on else None, "text": found.text}


def evidence(found: Evidence) -> dict[str, Json]:
    """What a verdict rests on."""
    return {"rule": found.rule, "text": found.text, "place": found.place}


def deadline(found: Deadline) -> dict[str, Json]:
    """A due date with its day-by-day explanation."""
    return {
        "received_on": found.received_on.isoformat(),
        "due_on": found.due_on.isoformat(),
        "days": [
            {"date": day.on.isoformat(), "counts": day.counts, "why": day.why} for day in found.days
        ],
    }
