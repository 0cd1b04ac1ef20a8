"""Whole mails for the tests that read like a day at the préfecture."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from tests.facts import BOX, CITIZEN, at

SIGNATURE = (
    "Bien cordialement,\n\nClaire VERNIER\nBureau des associations et des élections\n"
    "Direction de la citoyenneté et de la légalité\nPréfecture du Jura\n8 rue de la Préfecture\n39000 Lons-le-Saunier"
)


def mail(
    when: str,
    text: str,
    *,
    sender: str = f"Odile Ferrand <{CITIZEN}>",
    to: str = BOX,
    cc: str = "",
    subject: str = "Changement de siège",
    message_id: str = "",
    reply_to: str = "",
    references: str = "",
    received: str | None = "",
    headers: Mapping[str, str] | None = None,
    html: str = "",
) -> bytes:
    """A message as it lies in a mailbox; `received` is the arrival when it differs from `when`, None for none."""
    message = EmailMessage(policy=SMTP)
    if received is not None:
        arrival = format_datetime(at(received or when))
        message["Received"] = f"from mx.orange.example by mta.jura.gouv.fr with ESMTPS; {arrival}"
    message["Date"] = format_datetime(at(when))
    message["From"] = sender
    message["To"] = to
    if cc:
        message["Cc"] = cc
    if reply_to:
        message["Reply-To"] = reply_to
    message["Subject"] = subject
    message["Message-ID"] = (
        message_id or f"<{when.replace(' ', '.').replace(':', '')}@mail.example>"
    )
    if references:
        message["References"] = references
        message["In-Reply-To"] = references.rsplit(maxsplit=1)[-1]
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def reply(
    when: str,
    text: str = "Bonjour Madame,\n\nIl faut fournir les statuts modifiés et le procès-verbal de l’assemblée.",
    *,
    signature: str = SIGNATURE,
    sender: str = f"Préfecture du Jura <{BOX}>",
    to: str = f"Odile Ferrand <{CITIZEN}>",
    cc: str = "",
    subject: str = "RE: Changement de siège",
    references: str = "",
    message_id: str = "",
    received: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """An answer of ours as the sent folder keeps it."""
    return mail(
        when,
        f"{text}\n\n{signature}\n",
        sender=sender,
        to=to,
        cc=cc,
        subject=subject,
        references=references,
        message_id=message_id or f"<{when.replace(' ', '.').replace(':', '')}@jura.gouv.fr>",
        received=received,
        headers=headers,
    )


class Export:
    """A mailbox exported to a folder: `inbox/` and `sent/`, one file a message."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0

    def arrive(self, raw: bytes, name: str = "") -> Export:
        return self._put("inbox", raw, name)

    def send(self, raw: bytes, name: str = "") -> Export:
        return self._put("sent", raw, name)

    def _put(self, box: str, raw: bytes, name: str) -> Export:
        self._count += 1
        path = self.folder / box / (name or f"{self._count:03}.eml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
        return self
