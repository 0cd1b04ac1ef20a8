"""Which of our answers came back, and for whom: a bounced answer is none (RFC 3464, RFC 5321 section 6.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from mailwatch.addresses import is_ours
from mailwatch.model import Fact, Institution

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

    def void(self, answer: Fact, person: str) -> bool:
        """Say whether `answer` did not reach `person`; a failure for a copy addressee changes nothing."""
        failed = self.failed.get(answer.key)
        if not failed:
            return False
        if _ANYBODY in failed:
            return True
        if person in answer.recipients:
            return person in failed
        return failed.issuperset(answer.recipients[: answer.direct])


def find(reports: Sequence[Fact], answers: Iterable[Fact], institution: Institution) -> Bounces:
    """Match delivery reports to the answers they return, both given in order of time.

    A failed address of the `institution` tells nothing of itself: everybody writes with a copy to the same boxes.
    """
    by_message: dict[str, Fact] = {}
    by_recipient: dict[str, list[Fact]] = defaultdict(list)
    lost_by = [_failed_recipients(report) for report in reports]
    named = {name for report in reports for name in _named(report)}
    looked_for = {who for who in frozenset().union(*lost_by) if not is_ours(who, institution)}
    # Most answers arrived: only those that a report may return are kept while the rest go by.
    for answer in answers if reports else ():
        if answer.message_id in named:
            by_message[answer.message_id] = answer
        for recipient in looked_for.intersection(answer.recipients):
            by_recipient[recipient].append(answer)
    failed: dict[str, set[str]] = defaultdict(set)
    told: dict[str, Fact] = {}
    for report, lost in zip(reports, lost_by, strict=True):
        for answer in _returned(report, lost, by_message, by_recipient):
            failed[answer.key].update(lost)
            told.setdefault(answer.key, report)
    return Bounces(failed={key: frozenset(lost) for key, lost in failed.items()}, reports=told)


def gives_up(report: Fact) -> bool:
    """Say whether a report tells of somebody who got nothing; a warning does not."""
    return bool(_failed_recipients(report))


def _named(report: Fact) -> Iterator[str]:
    """The messages that a report may be about, the likeliest first."""
    if report.report and report.report.original_message_id:
        yield report.report.original_message_id
    yield from reversed(report.references)


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
    for identifier in _named(report):
        if identifier in by_message:
            return (by_message[identifier],)
    if report.report and report.report.original_message_id:
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
