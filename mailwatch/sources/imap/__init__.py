"""Mail by IMAP (RFC 3501), read and nothing else: folders are examined, messages peeked at.

    with connect(account, secret) as connection:
        examined = connection.examine("INBOX")
        uids = connection.uids(1, examined.uidnext - 1)
        for uid, raw in connection.bodies(connection.outlines(uids)):
            ...

Whatever a server does, a method answers, or raises UnreachableError (the same may work later), RefusedError
(a person must look) or SourceError (there is no such folder).
"""

from __future__ import annotations

from mailwatch.sources.imap.connection import Connection, Examined
from mailwatch.sources.imap.opening import connect
from mailwatch.sources.imap.outlines import Outline

__all__ = ["Connection", "Examined", "Outline", "connect"]
