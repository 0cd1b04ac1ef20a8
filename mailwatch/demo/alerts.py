"""The alerts as they came out of the demonstration's SMTP server: kept as mails, and as pages to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from mailwatch.demo.servers import Taken
from mailwatch.errors import UsageError, refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An alert as it came out of its server, and where it lies now."""

    recipients: tuple[str, ...]
    subject: str
    text: str
    path: Path
    page: Path


def keep(taken: Sequence[Taken], folder: Path) -> tuple[Kept, ...]:
    """Write each alert into `folder` as the mail it is (`.eml`) and as its page (`.html`)."""
    return tuple(_kept(alert, folder) for alert in taken)


def _kept(alert: Taken, folder: Path) -> Kept:
    message = message_from_bytes(alert.octets, EmailMessage, policy=default)
    who = alert.recipients[0].partition("@")[0]
    path, page = folder / f"alerte-{who}.eml", folder / f"alerte-{who}.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(alert.octets)
        page.write_text(_part(message, "html"), encoding="utf-8")
    except OSError as fault:
        raise UsageError(
            "« {path} » : l’alerte ne peut pas y être écrite ({reason})",
            path=folder,
            reason=refusal(fault),
        ) from None
    return Kept(
        recipients=alert.recipients,
        subject=message["Subject"],
        text=_part(message, "plain"),
        path=path,
        page=page,
    )


def _part(message: EmailMessage, subtype: str) -> str:
    part = message.get_body((subtype,))
    return "" if part is None else str(part.get_content()).replace("\r\n", "\n")
