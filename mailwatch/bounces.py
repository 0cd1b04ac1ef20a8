"""Which of our answers came back, and for whom: a bounced answer is none (RFC 3464, RFC 5321 section 6.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from mailwatch.model import Fact, Nature

_RETURNS_WITHIN = timedelta(days=7)
"""A server gives up after five days at most (RFC 5321 section 4.5.4.1); its report may take longer."""
_ANYBODY = "*"
_NO_FAILURE = frozenset({"delayed", "delivered", "relayed", "expanded"})
"""Actions of RFC 3464 section 2.3.3 that say nothing was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounces:
    """The failed recipients of each answer, by the answer's key, and the report that tells."""

    failed: dict[str, frozenset[str]]
    reports: dict[str, Fact]

    def void(self, answer: Fact, people: frozenset[str]) -> bool:
        """Say whether `answer` reached none of `people`; a failure for a copy addressee changes nothing."""
        failed = self.failed.get(answer.key)
        if not failed:
            return False
        if _ANYBODY in failed:
            return True
        reached = people.intersection(answer.recipients) or set(answer.recipients[: answer.direct])
        return reached <= failed


def find(facts: Iterable[Fact]) -> Bounces:
    """Match the delivery reports among `facts`, given in order of time, to the answers they return."""
    by_message: dict[str, Fact] = {}
    by_recipient: dict[str, list[Fact]] = defaultdict(list)
    reports: list[Fact] = []
    for fact in facts:
        if fact.answer is not None:
            if fact.message_id:
                by_message[fact.message_id] = fact
            for recipient in fact.recipients:
                by_recipient[recipient].append(fact)
        elif fact.reading.nature is Nature.DELIVERY_REPORT:
            reports.append(fact)
    failed: dict[str, set[str]] = defaultdict(set)
    told: dict[str, Fact] = {}
    for report in reports:
        lost = _failed_recipients(report)
        for answer in _returned(report, lost, by_message, by_recipient):
            failed[answer.key].update(lost)
            told.setdefault(answer.key, report)
    return Bounces(failed={key: frozenset(lost) for key, lost in failed.items()}, reports=told)


def _failed_recipients(report: Fact) -> frozenset[str]:
    """The recipients a report gives up on; `*` when it names nobody, nothing when it only warns."""
    if report.report is None or not report.report.recipients:
        if "delay_warning" in report.findings:
            return frozenset()
        return frozenset({report.reading.correspondent or _ANYBODY})
    return frozenset(
        recipient.address
        for recipient in report.report.recipients
        if recipient.action not in _NO_FAILURE
    )


def _returned(
    report: Fact,
    lost: frozenset[str],
    by_message: dict[str, Fact],
    by_recipient: dict[str, list[Fact]],
) -> tuple[Fact, ...]:
    """The answers a report returns: the one it names, else the last one sent to each failed recipient."""
    if not lost:
        return ()
    named = report.report.original_message_id if report.report else None
    for identifier in (named, *reversed(report.references)):
        if identifier in by_message:
            return (by_message[identifier],)
    if named:
        return ()
    return tuple(
        sent[-1]
        for recipient in lost
        if (
            sent := [
                answer
                for answer in by_recipient.get(recipient, ())
                if answer.at <= report.at <= answer.at + _RETURNS_WITHIN
            ]
        )
    )
