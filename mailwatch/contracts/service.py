"""How the service is, what waits for a person, and one request day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from mailwatch.contracts.requests import answer, correction, link, request
from mailwatch.contracts.terms import Json
from mailwatch.model import Request

if TYPE_CHECKING:
    from mailwatch.health import Fault, FolderHealth, Health
    from mailwatch.rereading import Glimpse
    from mailwatch.reviewing import Doubtful, Event


def health(found: Health, zone: tzinfo, octets: int) -> dict[str, Json]:
    """How the service is; `octets` are those of the register."""
    last = found.alert
    return {
        "at": found.at.isoformat(),
        "running": found.holder is not None,
        "process": found.holder,
        "folders": [_folder_health(folder, zone) for folder in found.folders],
        "intake": [
            {
                "address": one.address,
                "role": one.role,
                "taken_at": _local(one.taken_at, zone),
                "quarantined": one.quarantined,
            }
            for one in found.handed
        ],
        "alert": {"week": last.week, "state": last.state, "at": _local(last.at, zone)}
        if last
        else None,
        "alerts_waiting": found.waiting,
        "alerts_refused": found.refused,
        "sending_error": _fault(found.sending, zone),
        "clock_sets": [
            {"at": _local(one.at, zone), "seconds": one.seconds} for one in found.clock_sets
        ],
        "journal": {"size": found.head.size, "digest": found.head.digest},
        "register_octets": octets,
    }


def _folder_health(found: FolderHealth, zone: tzinfo) -> dict[str, Json]:
    return {
        "account": found.account,
        "folder": found.folder,
        "role": found.role,
        "looked_at": _local(found.looked_at, zone),
        "next_at": _local(found.next_at, zone),
        "awaiting": found.awaiting,
        "quarantined": found.quarantined,
        "gaps": found.gaps,
        "unwatched_seconds": int(found.unwatched.total_seconds()),
        "missed": found.missed,
        "reconciled_at": _local(found.reconciled_at, zone),
        "healed": found.healed,
        "restored": found.restored,
        "error": _fault(found.fault, zone),
    }


def _fault(found: Fault | None, zone: tzinfo) -> dict[str, Json] | None:
    if found is None:
        return None
    return {"kind": found.error, "text": found.words, "since": _local(found.since, zone)}


def _local(at: datetime | None, zone: tzinfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def doubtful(found: Doubtful) -> dict[str, Json]:
    """One verdict that waits for a person."""
    return {
        "doubt": found.doubt,
        "target": found.target,
        "request": found.request or None,
        "what": found.what,
        "evidence": list(found.evidence),
        "box": found.box,
        "on": found.on.isoformat(),
        "received_at": found.received_at.isoformat() if found.received_at else None,
        "file": found.file,
    }


def shown(
    found: Request, events: Sequence[Event], glimpses: Mapping[str, Glimpse]
) -> dict[str, Json]:
    """One request with its timeline; senders and subjects as the mailbox gives them at this moment."""
    return {
        "request": request(found),
        "timeline": [_event(event) for event in events],
        "messages": [
            {
                "file": file,
                "sender": glimpse.sender or None,
                "subject": glimpse.subject or None,
                "error": str(glimpse.fault) if glimpse.fault else None,
            }
            for file, glimpse in glimpses.items()
        ],
    }


def _event(found: Event) -> dict[str, Json]:
    said = found.correction
    return {
        "on": found.on.isoformat(),
        "happening": found.happening,
        "file": found.file or None,
        "link": link(found.link) if found.link else None,
        "answer": answer(found.answer) if found.answer else None,
        "correction": correction(said) if said else None,
    }
