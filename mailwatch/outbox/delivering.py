"""The way of an alert through the outbox: queued, being sent, then accepted or failed.

Never lost, and as far as SMTP allows never doubled (RFC 5321 section 4.5.4.1, RFC 1047): the same bytes with
the same `Message-ID` leave again when the server's answer was lost, once a mailbox was looked at (`Seen`) or a
while has passed. Each row is marked before and after it is sent, so that a process killed in between leaves
one that says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol

from mailwatch import alert
from mailwatch.addresses import is_ours
from mailwatch.errors import MailwatchError, RefusedError, SettingsError, UnreachableError
from mailwatch.model import Institution
from mailwatch.outbox.composing import compose, message_id
from mailwatch.outbox.submitting import Reply, Session, session
from mailwatch.register.terms import AlertState, QueuedAlert
from mailwatch.site import Submission

DOUBT = timedelta(minutes=10)
"""How long an alert whose fate is unknown is left alone: a slow server may still be delivering it."""

Seen = Callable[[str], bool]
"""Says whether a message of this `Message-ID` lies in a watched mailbox."""

_REMAINDER = "remainder/"
_REFUSED = "refused/"


class Outbox(Protocol):
    """What of the register keeps the alerts."""

    def queue_alert(
        self,
        alert_id: str,
        message_id: str,
        message: bytes,
        recipients: Sequence[str],
        at: datetime,
    ) -> bool:
        """Keep an alert; False, and nothing changes, when its id is known."""

    def alerts_in(self, state: AlertState) -> tuple[QueuedAlert, ...]:
        """Give the alerts in `state`, the oldest first."""

    def mark_alert(self, alert_id: str, state: AlertState, at: datetime) -> None:
        """Note how far an alert got."""


def queue(
    outbox: Outbox,
    mailings: Sequence[alert.Mailing],
    submission: Submission,
    institution: Institution,
    templates: Mapping[str, str],
    at: datetime,
) -> int:
    """Put the mailings of a week into the outbox, in their order; say how many were new.

    SettingsError, and nothing is queued, when a recipient is not the institution's own.
    """
    for mailing in mailings:
        _check_recipients(mailing.recipients, institution)
    return sum(
        outbox.queue_alert(
            mailing.alert_id,
            message_id(mailing.alert_id, submission.sender),
            compose(mailing, submission, templates, at).as_bytes(),
            mailing.recipients,
            at,
        )
        for mailing in mailings
    )


def deliver(
    outbox: Outbox,
    submission: Submission,
    password: str,
    at: datetime,
    seen: Seen | None = None,
) -> int:
    """Hand every alert that waits to the server, and say how many it took; nothing waits, no connection.

    Every alert is tried before an error tells what was refused: RefusedError when a person must look
    (account, certificate, sender, recipients), UnreachableError when the same may work later, SettingsError
    when the connection would not be protected. What was not taken stays queued, but what was refused for good.
    """
    _settle(outbox, at, seen)
    waiting = outbox.alerts_in(AlertState.QUEUED)
    if not waiting:
        return 0
    with session(submission, password) as connection:
        replies = [_send(outbox, connection, row, at) for row in waiting]
    _complain(submission, {who: reply for refused in replies for who, reply in refused.items()})
    return sum(not refused for refused in replies)


def _check_recipients(recipients: Sequence[str], institution: Institution) -> None:
    for recipient in recipients:
        if not is_ours(recipient, institution):
            raise SettingsError(
                "alerte : « {address} » n’est pas une adresse de l’institution ; corrigez les destinataires, "
                "ou ajoutez son domaine à « domains »",
                address=recipient,
            )


def _settle(outbox: Outbox, at: datetime, seen: Seen | None) -> None:
    """Decide on the alerts that may have left: found in a mailbox, or to be sent again after a while."""
    for row in outbox.alerts_in(AlertState.SENDING):
        if seen is not None and seen(row.message_id):
            outbox.mark_alert(row.alert_id, AlertState.CONFIRMED, at)
        # A clock that was set back must not leave an alert in doubt for good.
        elif abs(at - row.at) >= DOUBT:
            outbox.mark_alert(row.alert_id, AlertState.QUEUED, at)


def _send(
    outbox: Outbox, connection: Session, row: QueuedAlert, at: datetime
) -> Mapping[str, Reply]:
    """Send one alert; say what the server answered for each recipient that it did not take."""
    outbox.mark_alert(row.alert_id, AlertState.SENDING, at)
    try:
        refused = connection.offer(row.recipients, len(row.message))
    except MailwatchError:
        outbox.mark_alert(row.alert_id, AlertState.QUEUED, at)
        raise
    if len(refused) < len(row.recipients):
        # Were this to raise, the row stays as one that may have left.
        reply = connection.hand_over(row.message)
        if not reply.taken:
            refused = {**dict.fromkeys(row.recipients, reply), **refused}
    outbox.mark_alert(row.alert_id, _settled(outbox, row, refused, at), at)
    return refused


def _settled(
    outbox: Outbox, row: QueuedAlert, refused: Mapping[str, Reply], at: datetime
) -> AlertState:
    """Part the recipients that were not taken into rows of their own, and say what this row comes to."""
    for_good = [who for who, reply in refused.items() if reply.permanent]
    for_now = [who for who, reply in refused.items() if not reply.permanent]
    if len(for_good) == len(row.recipients) and for_good:
        return AlertState.FAILED
    if for_good:
        # Were the process killed before the mark, they would be refused once more: no harm.
        outbox.mark_alert(_parted(outbox, _REFUSED, row, for_good, at), AlertState.FAILED, at)
    if len(refused) == len(row.recipients) and refused:
        return AlertState.QUEUED
    if for_now:
        _parted(outbox, _REMAINDER, row, for_now, at)
    return AlertState.ACCEPTED


def _parted(
    outbox: Outbox, prefix: str, row: QueuedAlert, recipients: Sequence[str], at: datetime
) -> str:
    """Queue the same message for some of its recipients; the same ones give the same id."""
    root = row.alert_id.removeprefix(_REMAINDER)
    digest = sha256("\n".join(recipients).encode()).hexdigest()[:10]
    parted = f"{prefix}{root}/{digest}"
    outbox.queue_alert(parted, row.message_id, row.message, recipients, at)
    return parted


def _complain(submission: Submission, refused: Mapping[str, Reply]) -> None:
    """Raise what a person should know of the refused recipients, without naming them."""
    for_good = [reply.code for reply in refused.values() if reply.permanent]
    if for_good:
        raise RefusedError(
            "{host} : destinataires de l’alerte refusés : {count} (code {code}) ; vérifiez leurs adresses "
            "dans « [alert] » et « [[box]] », les autres l’ont reçue",
            host=submission.host,
            count=len(for_good),
            code=for_good[0],
        )
    if refused:
        raise UnreachableError(
            "{host} : alerte refusée pour l’instant (code {code}) ; elle repartira au prochain passage",
            host=submission.host,
            code=next(iter(refused.values())).code,
        )
