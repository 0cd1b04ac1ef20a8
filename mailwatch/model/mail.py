"""A message as it was delivered, and as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailwatch.model.terms import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The bytes of one message and where they were found (RFC 5598 section 3)."""

    raw: bytes
    file: str
    role: Role
    server_at: datetime | None = None
    """INTERNALDATE where the source has one; a file never has."""
    seen_live: bool = False
    """Handed over by the mail server, or its date lies between two looks at the folder close to each other."""
    unseen_at: datetime | None = None
    """The last look at the folder that did not find it; None before the first, and for a file."""
    seen_at: datetime | None = None
    """The look that found it; None for a file."""
    journal: bool = False
    """From a folder that holds copies of mail both ways: its header tells the role, not the folder."""
    handed_over: bool = False
    """Handed over by our own mail server, whose word the topmost `Received` is; `server_at` is when we took it."""
    return_path: str = ""
    """The sender of the envelope of what was handed over; empty for the null one."""
    report: bool = False
    """A journal report, which holds the message itself and tells of its envelope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mailbox of an address list: display name and address (RFC 5322 section 3.4)."""

    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A part that the reader sees as a file or a picture, never opened."""

    name: str
    content_type: str
    size: int
    """Octets after the transfer encoding is undone."""
    inline: bool
    content_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One `Received` field: who signed it, and when (RFC 5321 section 4.4)."""

    by: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRecipient:
    """What a report says of one recipient: Final- or Original-Recipient, Action, Status (RFC 3464)."""

    address: str
    action: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A multipart/report (RFC 6522) or a message that carries its parts."""

    kind: str
    """The report-type: `delivery-status`, `disposition-notification`, `feedback-report`."""
    recipients: tuple[ReportedRecipient, ...]
    original_message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A message that the writer passed on, as its header block in the body tells."""

    sender: Address | None
    subject: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message decoded: what a person sees, and what the header says."""

    message_id: str | None
    references: tuple[str, ...]
    """`References` then `In-Reply-To`, oldest first, at most the last 20."""
    conversation: str = ""
    """The conversation that Outlook's `Thread-Index` names, written as an identifier, else empty."""
    senders: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    reply_to: tuple[Address, ...]
    subject: str
    dated_at: datetime | None
    """The `Date` field, never invented; naive when it names no zone."""
    hops: tuple[Hop, ...]
    """`Received` fields, topmost first."""
    headers: Mapping[str, tuple[str, ...]]
    """Every field by lower-case name, unfolded, not decoded."""
    content_type: str
    parts: tuple[str, ...]
    """Content types of the leaves, in order."""
    calendar_method: str
    """The iTIP method of a text/calendar part in lower case (RFC 5546), else empty."""
    report: Report | None
    text: str
    """Everything visible, quoted text included, lines as the reader sees them."""
    own: str
    """The writer's own visible words, wherever they stand."""
    quoted: str
    forwarded: Forwarded | None
    attachments: tuple[Attachment, ...]
    pictures: int
    """Pictures shown in the body that are large enough to hold words."""
    opaque: str
    """Why the body cannot be read at all (`smime`, `pgp`, `tnef`), else empty."""
    parts_disagree: bool
    """The plain text and the HTML alternative say different things."""
    defects: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A delivery that is no message, with the reason, in French, for the list of the quarantined."""

    file: str
    role: Role
    reason: str
