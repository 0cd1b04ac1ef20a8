"""Two audits of the same mail, one by the register and one by the files, have to say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mailwatch.errors import RegisterError
from mailwatch.model import Answer, Audit, ChannelIndicators, Indicators, Refused, Request


def agree(by_register: Audit, by_files: Audit) -> None:
    """Raise RegisterError naming the first figure or request that the two audits tell differently."""
    one, other = _told(by_register), _told(by_files)
    for name in {**one, **other}:
        if one.get(name) != other.get(name):
            raise RegisterError(
                "démonstration : le registre et le relevé hors ligne se contredisent ({what}) ; c’est un défaut "
                "de mailwatch, signalez-le",
                what=name,
            )


def _told(audit: Audit) -> Mapping[str, object]:
    """All that an audit says, but where a message lies and how well its date is attested."""
    figures: dict[str, object] = {
        "indicators": _ungraded(audit.indicators),
        "by_month": {name: _ungraded(each) for name, each in audit.by_month.items()},
        "by_service": {name: _ungraded(each) for name, each in audit.by_service.items()},
        "set_aside": audit.set_aside,
        "unseen": [entry.on for entry in audit.unseen],
        "refused": sorted(map(_row, audit.refused)),
        "messages": audit.messages,
        "duplicates": audit.duplicates,
    }
    return figures | {request.id: _standing(request) for request in audit.requests}


def _ungraded(indicators: Indicators) -> Indicators:
    # A server attests its dates better than a file does.
    return replace(
        indicators,
        grades={},
        email=_ungraded_channel(indicators.email),
        letter=_ungraded_channel(indicators.letter),
    )


def _ungraded_channel(channel: ChannelIndicators) -> ChannelIndicators:
    return replace(channel, margin=None, grades={}, answer_grades={})


def _row(refused: Refused) -> tuple[str, int, str]:
    return refused.file, refused.line, refused.reason


def _standing(request: Request) -> tuple[object, ...]:
    return (
        request.channel,
        request.received_at,
        request.due_on,
        request.state,
        request.service,
        request.excluded_because,
        [_given(answer) for answer in request.answers],
        len(request.links),
    )


def _given(answer: Answer) -> tuple[object, ...]:
    mentions = answer.mentions
    outcomes = mentions and (
        mentions.author.outcome,
        mentions.service.outcome,
        mentions.institution.outcome,
    )
    return answer.on, answer.delay, answer.kind, answer.message_id, answer.bounced, outcomes
