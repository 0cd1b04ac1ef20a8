"""Alerts on their way: put into the outbox with their bytes and their name, then handed to the server.

    outbox.queue(register, alert.mailings(found, plan, institution), site.submission, institution, templates, at)
    outbox.deliver(register, site.submission, password, at)

Both may be called again at any time: what was queued is known by its id, what was accepted is not sent again.
"""

from __future__ import annotations

from mailwatch.outbox.composing import compose, message_id
from mailwatch.outbox.delivering import DOUBT, Outbox, Seen, deliver, queue
from mailwatch.outbox.submitting import Reply, Session, session

__all__ = [
    "DOUBT",
    "Outbox",
    "Reply",
    "Seen",
    "Session",
    "compose",
    "deliver",
    "message_id",
    "queue",
    "session",
]
