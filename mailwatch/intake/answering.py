"""The answer to a draft: written in a worker, since a draft may hold anything, and sent through the outbox.

Nothing of a draft stays. Its file goes once the answer is queued, and the answer's words once the server took it; what
is left for a day is to whom it went, by which the next ones of the same sender are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum

from mailwatch import drafts, outbox
from mailwatch.errors import BusyError
from mailwatch.intake.spool import Spool, Taken, Waiting, read
from mailwatch.model import Delivery, Role
from mailwatch.polling import Watch, judging
from mailwatch.register import AlertState
from mailwatch.ruleset import Desk
from mailwatch.site import Intake, IntakeRole, Submission
from mailwatch.workers import Verdict, Workers

KIND = "draft"
"""The first word of the ids of these answers in the outbox."""
MOST, WITHIN = 20, timedelta(hours=1)
"""Answers to one sender: more than an agent needs, and few for two robots that answer each other."""
REMEMBERED = timedelta(days=1)
"""How long it is known to whom answers went."""
_MANY = 25
"""Drafts of one go."""
_POLICY = SMTP.clone(max_line_length=998)
"""An identifier that is folded is another one."""
_NAMED = re.compile(r"<[!-;=?-~]{3,200}>")


class Fate(StrEnum):
    """What became of a draft."""

    ANSWERED = "answered"
    SILENT = "silent"
    """Nobody is answered: no agent sent it in person, or it cannot be read."""
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """What answering takes; it goes to the worker as it is."""

    desk: Desk
    templates: Mapping[str, str]
    submission: Submission
    addresses: tuple[str, ...]
    """Where drafts are sent to."""

    def __call__(self, delivery: Delivery) -> Verdict:
        """Write the answer to the draft of a delivery; no octets when there is none to give."""
        at = delivery.server_at
        if at is None:
            return b""
        ours = (*self.addresses, self.submission.sender)
        on = at.astimezone(self.desk.zone).date()
        found = drafts.review(delivery, self.desk, ours, on)
        return _composed(found, self, delivery.file, at).as_bytes() if found else b""


def reviewer(
    desk: Desk, templates: Mapping[str, str], submission: Submission, intake: Intake
) -> Reviewer:
    """Make what answers the drafts that `intake` takes."""
    drafted = (each.address for each in intake.addresses if each.role is IntakeRole.DRAFT)
    return Reviewer(desk=desk, templates=templates, submission=submission, addresses=tuple(drafted))


def answer_drafts(spool: Spool, by: Reviewer, watch: Watch) -> list[Fate]:
    """Queue the answers to the drafts that wait, say what became of each, and forget what was said before.

    Raises BusyError and RegisterError; what was not queued goes on waiting.
    """
    waiting = spool.waiting(IntakeRole.DRAFT)[:_MANY]
    settled = dict(_answered(waiting, by, watch)) if waiting else {}
    spool.done(settled)
    fates = list(settled.values())
    for fate in dict.fromkeys(fates):
        watch.register.journal(KIND, watch.now(), fate=fate.value, count=fates.count(fate))
    watch.register.forget_alerts(KIND, watch.now() - REMEMBERED)
    return fates


def awaits_sending(watch: Watch) -> bool:
    """Say whether an answer waits to leave."""
    states = (AlertState.QUEUED, AlertState.SENDING)
    return any(
        alert.alert_id.startswith(f"{KIND}/")
        for state in states
        for alert in watch.register.alerts_in(state)
    )


def _answered(
    waiting: Sequence[Waiting], by: Reviewer, watch: Watch
) -> Iterator[tuple[Waiting, Fate]]:
    # The model of names is held by one process at a time.
    watch.workers.rest()
    # A worker of its own, gone with the last draft: what judges facts is not made to wait, nor to hold more.
    with judging(lambda desk: replace(by, desk=desk), by.desk, _one_of(watch)) as workers:
        for one in waiting:
            # What the disk does not give is tried again, and holds back no other.
            with suppress(BusyError):
                yield one, _fate(one, read(one), by, workers, watch)


def _one_of(watch: Watch) -> int:
    return min(1, watch.workers.count)


def _fate(one: Waiting, taken: Taken | None, by: Reviewer, workers: Workers, watch: Watch) -> Fate:
    if taken is None:
        return Fate.SILENT
    if _is_over(taken.sender, watch):
        return Fate.TOO_MANY
    return _queued(one, taken, by, workers, watch)


def _is_over(sender: str, watch: Watch) -> bool:
    return watch.register.alerts_to(KIND, sender, watch.now() - WITHIN) >= MOST


def _queued(one: Waiting, taken: Taken, by: Reviewer, workers: Workers, watch: Watch) -> Fate:
    alert_id = alert_id_of(one.digest)
    delivery = Delivery(raw=taken.raw, file=alert_id, role=Role.SENT, server_at=taken.at)
    (verdict,) = workers.judge([delivery]).result()
    if not isinstance(verdict, bytes) or not verdict:
        return Fate.SILENT
    name = outbox.message_id(alert_id, by.submission.sender)
    # Queued once, however often we come here: the id is that of the draft's own octets.
    watch.register.queue_alert(alert_id, name, verdict, (taken.sender,), watch.now())
    return Fate.ANSWERED


def alert_id_of(digest: str) -> str:
    """Name the answer to the draft of a digest."""
    return f"{KIND}/{digest[:32]}"


def _composed(found: drafts.Review, by: Reviewer, alert_id: str, at: datetime) -> EmailMessage:
    """Write the answer (RFC 3834 sections 3 and 5): the same draft gives the same octets."""
    message = EmailMessage(policy=_POLICY)
    name = outbox.message_id(alert_id, by.submission.sender)
    message["Subject"] = drafts.subject(found)
    message["From"] = Address("mailwatch", addr_spec=by.submission.sender)
    message["To"] = Address(addr_spec=found.sender)
    message["Date"] = format_datetime(at.astimezone(by.desk.zone))
    message["Message-ID"] = name
    if found.message_id and _NAMED.fullmatch(found.message_id):
        message["In-Reply-To"] = message["References"] = found.message_id
    message["Auto-Submitted"] = "auto-replied"
    message["X-Auto-Response-Suppress"] = "All"
    message["Precedence"] = "bulk"
    message["X-Loop"] = found.address
    text, html = drafts.text(found, by.templates), drafts.html(found, by.templates)
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = "fr"
    # The library would draw it at random.
    message.set_boundary(f"=_{alert_id.partition('/')[2]}")
    return message
