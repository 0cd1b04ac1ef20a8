"""All that is held on one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwatch.contracts.requests import request
from mailwatch.contracts.samples import review
from mailwatch.contracts.terms import Json
from mailwatch.contracts.verdicts import mentions
from mailwatch.model import Correction, Fact, Letter, ManualAnswer

if TYPE_CHECKING:
    from mailwatch.disclosure import Disclosure


def disclosure(found: Disclosure) -> dict[str, Json]:
    """All that is held on one person; `message_id` is null, or a name of ours, where none was kept."""
    return {
        "address": found.address,
        "at": found.at.isoformat(),
        "institution": found.institution.name or None,
        "keep_months": found.keep_months,
        "messages": [held_message(fact) for fact in found.facts],
        "requests": [request(one) for one in found.requests],
        "letters": [letter(one) for one in found.letters],
        "corrections": [declared_correction(said) for said in found.corrections],
        "answers": [manual_answer(given) for given in found.answers],
        "reviews": [review(said) for said in found.reviews],
    }


def held_message(found: Fact) -> dict[str, Json]:
    """What is kept of one message; who else it names, its subject and its words are pseudonyms, left out here."""
    return {
        "at": found.at.isoformat(),
        "role": found.role,
        "file": found.file,
        "message_id": found.message_id,
        "digest": found.key,
        "grade": found.grade,
        "nature": found.answer or found.reading.nature,
        "mentions": mentions(found.mentions) if found.mentions else None,
        "announced_on": found.announced.on.isoformat()
        if found.announced and found.announced.on
        else None,
        "findings": list(found.findings),
    }


def letter(found: Letter) -> dict[str, Json]:
    """One line of the register of letters."""
    return {
        "reference": found.reference,
        "received_on": found.received_on.isoformat(),
        "service": found.service or None,
        "answered_on": found.answered_on.isoformat() if found.answered_on else None,
        "note": found.note or None,
    }


def declared_correction(found: Correction) -> dict[str, Json]:
    """What a person set right, without who: that is of the agent, and not of whom it concerns."""
    return {
        "target": found.target,
        "kind": found.kind,
        "value": found.value,
        "reason": found.reason,
        "at": found.at.isoformat(),
    }


def manual_answer(found: ManualAnswer) -> dict[str, Json]:
    """One answer outside the mail, without who vouched for it."""
    return {
        "request": found.request,
        "on": found.on.isoformat(),
        "kind": found.kind,
        "note": found.note or None,
    }
