"""The message of an alert: marked as automatic, named after the alert, the same bytes each time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from mailwatch import alert
from mailwatch.addresses import domain
from mailwatch.site import Submission

JOURNAL_FIELD = "X-Mailwatch-Journal"
"""How far the journal went when an alert was written: its readers are witnesses, and so is the outbox."""


def compose(
    mailing: alert.Mailing, submission: Submission, templates: Mapping[str, str], at: datetime
) -> EmailMessage:
    """Write the message of a mailing: the same arguments give the same bytes.

    Marked as automatic (RFC 3834 section 5), so that no vacation notice or ticket answers it.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = alert.subject(mailing.alert)
    message["From"] = Address("mailwatch", addr_spec=submission.sender)
    message["To"] = ", ".join(mailing.recipients)
    message["Date"] = format_datetime(at.astimezone(mailing.alert.zone))
    message["Message-ID"] = message_id(mailing.alert_id, submission.sender)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Precedence"] = "bulk"
    if head := mailing.alert.head:
        message[JOURNAL_FIELD] = f"{head.size} {head.digest}"
    text, html = alert.text(mailing.alert, templates), alert.html(mailing.alert, templates)
    # Quoted-printable: readable in a log or an archive, and safe on a path of seven bits.
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = "fr"
    # The library would draw it at random.
    message.set_boundary(f"=_{_digest(mailing.alert_id, submission.sender)}")
    return message


def message_id(alert_id: str, sender: str) -> str:
    """The `Message-ID` of an alert: from its id and sender alone, so that it is found again."""
    return f"<alerte.{_digest(alert_id, sender)}@{domain(sender)}>"


def _digest(alert_id: str, sender: str) -> str:
    return sha256(f"{sender} {alert_id}".encode()).hexdigest()[:32]
