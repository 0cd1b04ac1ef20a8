"""Figures that were closed: what is kept of them, and what was found since (17, 18).

What is kept names nobody: no message identifier, no words of persons. Causes and corrections are read where persons
wrote them, so that erasing them there erases them here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256

from mailwatch import labels
from mailwatch.labels import day
from mailwatch.model import Answer, Audit, Mention, Mentions, Precision, Rate, Request, Ruling
from mailwatch.report import precision
from mailwatch.report.cells import shown
from mailwatch.report.terms import Beside, ClosedDay, Closing, Difference
from mailwatch.sampling import NOT_MEASURED

# --- what is kept ---------------------------------------------------------------------------------


def frozen(audit: Audit) -> Audit:
    """Give an audit without what names a person, a message or a directory."""
    numbers = _numbers(audit.requests)
    return replace(
        audit,
        institution=replace(audit.institution, agents=(), services=(), boxes=(), manual_answers=()),
        requests=tuple(_frozen(request, numbers) for request in audit.requests),
        rulings=(),
    )


def _numbers(requests: Iterable[Request]) -> Mapping[str, str]:
    """A number for each answer, in the place of its key: one that answers two requests counts once (16.3)."""
    keys = dict.fromkeys(each.key for request in requests for each in request.answers if each.key)
    return {key: str(number) for number, key in enumerate(keys, start=1)}


def _frozen(request: Request, numbers: Mapping[str, str]) -> Request:
    answers = tuple(
        replace(bare, key=numbers.get(each.key, ""))
        for each in request.answers
        if (bare := _bare(each))
    )
    return replace(
        request,
        message_id=None,
        answers=answers,
        first=_bare(request.first),
        substantive=_bare(request.substantive),
        links=tuple(replace(link, key="", message_id=None, evidence=()) for link in request.links),
        note="",
    )


def _bare(answer: Answer | None) -> Answer | None:
    if answer is None:
        return None
    return replace(
        answer,
        message_id=None,
        key="",
        announced=None,
        mentions=_silent(answer.mentions) if answer.mentions else None,
    )


def _silent(mentions: Mentions) -> Mentions:
    author, service, institution = (
        Mention(outcome=mention.outcome, level=mention.level)
        for mention in (mentions.author, mentions.service, mentions.institution)
    )
    return replace(mentions, author=author, service=service, institution=institution)


def thawed(closed: Audit, now: Audit) -> Audit:
    """Give closed figures the causes and the corrections as persons wrote them."""
    notes = {request.id: request.note for request in now.requests}
    requests = (replace(request, note=notes.get(request.id, "")) for request in closed.requests)
    return replace(closed, requests=tuple(requests), rulings=now.rulings)


def calendar_digest(days: Sequence[ClosedDay], calendar: str, convention: str) -> str:
    """Tell one way to count days from another."""
    lines = [f"{calendar} {convention}", *(f"{one.on.isoformat()} {one.why}" for one in days)]
    return sha256("\n".join(lines).encode()).hexdigest()


# --- what was found since -------------------------------------------------------------------------


def differences(
    closed: Audit, closing: Closing, now: Audit, calendar: str
) -> tuple[Difference, ...]:
    """Say what the register tells otherwise than at the closing, each with its cause."""
    found = [*_of_rules(closing, now, calendar), *_of_requests(closed, closing, now)]
    return (*_of_rates(closed, now), *found) if found else ()


def measured_since(closed: Beside, now: Beside, on: date) -> tuple[Difference, ...]:
    """Say which checks persons judged after the closing: what the closed report says of them stays."""
    then = {(one.checks, one.channel): one.right for one in closed.precisions}
    return tuple(
        Difference(
            request="",
            channel=None,
            closed=_precise(one, then.get((one.checks, one.channel))),
            found=_precise(one, one.right),
            cause="cas jugés après la clôture",
            on=on,
        )
        for one in now.precisions
        if _precise(one, one.right) != _precise(one, then.get((one.checks, one.channel)))
    )


def _precise(of: Precision, right: Rate | None) -> str:
    return f"précision, {precision.name(of)} : {shown(right) if right else NOT_MEASURED}"


def _of_rates(closed: Audit, now: Audit) -> Iterator[Difference]:
    for before, after, words in (
        (closed.indicators.email, now.indicators.email, "taux des courriels"),
        (closed.indicators.letter, now.indicators.letter, "taux des courriers"),
    ):
        if before.answered_in_time != after.answered_in_time:
            yield Difference(
                request="",
                channel=None,
                closed=f"{words} {shown(before.answered_in_time)}",
                found=f"{words} {shown(after.answered_in_time)}",
                cause="les lignes qui suivent",
                on=now.today,
            )


def _of_rules(closing: Closing, now: Audit, calendar: str) -> Iterator[Difference]:
    for before, after, cause in (
        (closing.rules, now.rules, "règles changées"),
        (closing.calendar, calendar, "calendrier ou convention changés"),
    ):
        if before != after:
            yield Difference(
                request="",
                channel=None,
                closed=before[:16],
                found=after[:16],
                cause=cause,
                on=now.today,
            )


def _of_requests(closed: Audit, closing: Closing, now: Audit) -> Iterator[Difference]:
    then = {request.id: request for request in closed.requests}
    since = {request.id: request for request in now.requests}
    rulings = {
        ruling.request: ruling for ruling in now.rulings if ruling.correction.at > closing.at
    }
    for name in dict.fromkeys((*then, *since)):
        before, after = then.get(name), since.get(name)
        told = (_told(before), _told(after))
        some = before or after
        if some is None or told[0] == told[1]:
            continue
        ruling = rulings.get(name)
        yield Difference(
            request=name,
            channel=some.channel,
            closed=told[0],
            found=told[1],
            cause=_ruled(ruling) if ruling else _cause(before, after),
            on=ruling.correction.at.date() if ruling else now.today,
        )


def _told(request: Request | None) -> str:
    """How a request counts, in words."""
    if request is None:
        return "absente"
    words = labels.STATES[request.state]
    if request.first is None:
        return words
    return f"{words}, le {day(request.first.on)}, délai {request.first.delay}"


def _ruled(ruling: Ruling) -> str:
    said = ruling.correction
    return f"rectification par {said.author} ({labels.correction(said)})"


def _cause(before: Request | None, after: Request | None) -> str:
    if before is None:
        return "demande retrouvée après la clôture"
    if after is None:
        return "demande rattachée à une autre, ou retirée, après la clôture"
    if before.due_on != after.due_on or before.received_on != after.received_on:
        return "réception ou échéance comptée autrement"
    if after.first is None and before.first:
        return "réponse revenue en non-remise, ou retirée, après la clôture"
    if after.first and after.first.declared:
        return "réponse déclarée après la clôture"
    if after.first and (before.first is None or before.first.on != after.first.on):
        return "réponse retrouvée après la clôture"
    return "lue autrement après la clôture"
