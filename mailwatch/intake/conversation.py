"""One conversation with the mail server, by LMTP (RFC 2033) or SMTP (RFC 5321), on aiosmtpd.

What aiosmtpd 1.4.6 leaves undone is done here: a message goes to the disk as it comes, however long its lines; each
LMTP recipient gets a reply of its own; only listed recipients are accepted; an address is never logged.

A permanent refusal is for a recipient that is not listed, and for nothing else: it would lose the copy, where a
temporary one leaves it in the server's queue, and somebody sees it there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailwatch.addresses import is_ours
from mailwatch.intake.spool import FullError, Incoming, Spool
from mailwatch.model import Institution
from mailwatch.site import Intake, IntakeRole

CONNECTIONS = 50
"""At the same time; a mail server opens twenty."""
RECIPIENTS = 100
"""Of one message (RFC 5321 section 4.5.3.1.8)."""
_NAME = "mailwatch"
"""How the service greets: no name of a machine has to be looked up."""
_SECONDS = 300
"""Between two commands, and for the octets of one message (RFC 5321 section 4.5.3.2.7)."""
_LINE = 8 * 1024
"""Octets of a line that are held before they go to the disk."""

_TAKEN = "250 2.0.0 pris"
_FULL = "452 4.3.1 plus de place ici pour l'instant"
_TOO_LARGE = "452 4.3.4 plus grand que max_size, dans [intake]"
_STOPPING = "421 4.3.2 service en cours d'arret"
_BUSY = "421 4.3.2 trop de connexions"
_ENDLESS = "421 4.3.4 message sans fin"
_FAILED = "451 4.3.0 non pris pour l'instant"
_TOO_MANY = "452 4.5.3 trop de destinataires"
_UNKNOWN = "550 5.1.1 destinataire inconnu ici"
_NOT_AN_AGENT = "550 5.7.1 reserve aux agents de l'institution"

_SIZE = re.compile(r"SIZE=([0-9]{1,18})")
_STRAY = re.compile(rb"[\r\n\0]")


# Without slots: aiosmtpd asks for every member, and Python 3.11.2 fails at a slotted one's `__weakref__`.
@dataclass(kw_only=True)
class Gate:
    """What all conversations share: who may be written to, where it goes, whether there is room."""

    intake: Intake
    institution: Institution
    spool: Spool
    now: Callable[[], datetime]
    wake: Callable[[], None]
    """Called when something new waits."""
    stopping: bool = False
    receiving: int = 0
    """Messages that are on their way at this moment."""
    conversations: set[Conversation] = field(default_factory=set)

    def role(self, address: str) -> IntakeRole | None:
        """Say what comes under an address; None when it is not listed."""
        known = {each.address: each.role for each in self.intake.addresses}
        return known.get(address.lower())

    async def handle_EHLO(  # noqa: N802  # the name is aiosmtpd's, like those below
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        """Announce what RFC 2033 section 4 asks of an LMTP server; no SIZE, for which servers bounce by themselves."""
        del server, envelope
        session.host_name = hostname
        return [*replies[:-1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", replies[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept any sender while there is room."""
        del server, session
        if self.stopping:
            return _STOPPING
        announced = next(filter(None, map(_SIZE.fullmatch, options)), None)
        if announced and int(announced[1]) > self.intake.max_size:
            return _TOO_LARGE
        try:
            self.spool.check_room()
        except (FullError, OSError):
            return _FULL
        envelope.mail_from = address
        return "250 2.1.0 oui"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept the recipients that are listed; a draft is taken from an agent alone."""
        del server, session, options
        role = self.role(address)
        if role is None:
            return _UNKNOWN
        if role is IntakeRole.DRAFT and not self._is_agent(sender_of(envelope)):
            return _NOT_AN_AGENT
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return _TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 oui"

    def _is_agent(self, sender: str) -> bool:
        """The null sender is of reports and automatic answers (RFC 3834 section 2): never answered."""
        return (
            bool(sender) and self.role(sender) is None and is_ours(sender.lower(), self.institution)
        )

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count a message that is on its way."""
        self.receiving += 1
        try:
            yield
        finally:
            self.receiving -= 1


class Conversation(SMTP):
    """A conversation by SMTP."""

    line_length_limit = _LINE

    def __init__(self, gate: Gate) -> None:
        super().__init__(
            gate,
            data_size_limit=None,
            enable_SMTPUTF8=True,
            hostname=_NAME,
            ident="",
            timeout=_SECONDS,
            loop=asyncio.get_running_loop(),
        )
        self._gate = gate
        self._refused = False

    # --- connections ------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet, unless too many are here."""
        if len(self._gate.conversations) >= CONNECTIONS or self._gate.stopping:
            self._refused = True
            _part(transport, _STOPPING if self._gate.stopping else _BUSY)
            return
        self._gate.conversations.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the conversation."""
        if not self._refused:
            self._gate.conversations.discard(self)
            super().connection_lost(error)

    def hang_up(self) -> None:
        """Say that the service stops, and end."""
        if self.transport is not None:
            _part(self.transport, _STOPPING)

    async def handle_exception(self, error: Exception) -> str:
        """Answer what nobody foresaw: the server keeps its mail, and no word of the fault leaves."""
        del error
        return _FAILED

    # --- the message ------------------------------------------------------------------------------

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Take a message: told only when it is on the disk."""
        envelope = self.envelope
        if await self.check_helo_needed() or envelope is None:
            return
        if arg or not envelope.rcpt_tos:
            await self.push("501 5.5.4 DATA" if arg else "503 5.5.1 RCPT ?")
            return
        replies, reply = 1, _FULL
        spool = self._gate.spool
        with self._gate.counted(), suppress(FullError, OSError), spool.receiving() as incoming:
            await self.push("354 fin par un point seul sur sa ligne")
            replies = self.replies(envelope)
            reply = await self._received(incoming, envelope)
        self.envelope = self._create_envelope()
        await self.push("\r\n".join([reply] * replies))
        if reply is _ENDLESS and self.transport is not None:
            self.transport.close()

    def replies(self, envelope: Envelope) -> int:
        """How many replies a message gets."""
        del envelope
        return 1

    async def _received(self, incoming: Incoming, envelope: Envelope) -> str:
        """Put a message on the disk, and say what to answer; it is heard to its end even when it cannot be taken."""
        most = self._gate.intake.max_size
        sender, fault, over = sender_of(envelope), "", 0
        async for piece in self._pieces():
            try:
                if not fault:
                    incoming.write(piece)
            except OSError:
                fault = _FULL
            if fault or incoming.size > most:
                fault = fault or _TOO_LARGE
                over += len(piece)
            if over > most:
                return _ENDLESS
        return fault or await self._kept(incoming, sender, envelope)

    async def _kept(self, incoming: Incoming, sender: str, envelope: Envelope) -> str:
        roles = {role for who in envelope.rcpt_tos if (role := self._gate.role(who))}
        at = self._gate.now()
        try:
            # In a thread: a disk that is slow to sync must not keep the others waiting.
            await asyncio.to_thread(self._gate.spool.keep, incoming, sorted(roles), sender, at)
        except OSError:
            return _FULL
        self._gate.wake()
        return _TAKEN

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The octets of a message until a point alone between two CRLF, and nothing else, ends it.

        Servers that take other ends for one can be made to see two messages where there is one (RFC 5321 section
        4.1.1.4, SMTP smuggling). A line feed alone ends a line here as it does in every mailbox; other strays, and
        NUL, become spaces.
        """
        begins = True
        while True:
            try:
                piece = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as longer:
                piece = await self._reader.read(longer.consumed)
            if begins and piece == b".\r\n":
                return
            stuffed = begins and piece.startswith(b".")
            begins = piece.endswith(b"\r\n")
            yield _clean(piece[1:] if stuffed else piece)


class LocalConversation(Conversation, LMTP):
    """A conversation by LMTP."""

    def replies(self, envelope: Envelope) -> int:
        """One for each recipient that was accepted (RFC 2033 section 4.2)."""
        return len(envelope.rcpt_tos)


def _part(transport: asyncio.BaseTransport, words: str) -> None:
    if isinstance(transport, asyncio.WriteTransport):
        transport.write(words.encode() + b"\r\n")
    transport.close()


def sender_of(envelope: Envelope) -> str:
    """The address that a message comes from; empty for the null sender."""
    return (envelope.mail_from or "").strip("<>")


def _clean(piece: bytes) -> bytes:
    line, end = (piece[:-2], b"\r\n") if piece.endswith(b"\r\n") else (piece, b"")
    if not _STRAY.search(line):
        return piece
    return line.replace(b"\r", b" ").replace(b"\0", b" ").replace(b"\n", b"\r\n") + end
