"""Two servers of the demonstration's own: one gives its mail by IMAP, one takes its alerts by SMTP.

Both live in one thread of this process, on this machine's loopback alone, and end with it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

from aiosmtpd.smtp import SMTP, Envelope, Session
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import (  # type: ignore[attr-defined]  # what it needs, it has imported
    IMAPServer,
    ProxyProtocolReader,
)
from pymap.parsing.message import AppendMessage
from pymap.user import Passwords, UserMetadata

from mailwatch.demo.stock import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One alert as the SMTP server took it."""

    recipients: tuple[str, ...]
    octets: bytes


# Without slots: aiosmtpd asks for every member, and Python 3.11.2 fails at a slotted one's `__weakref__`.
@dataclass(frozen=True, kw_only=True)
class Sink:
    """Keeps every message that it is given."""

    taken: list[Taken] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep one message (RFC 5321 section 4.1.1.4)."""
        del server, session
        octets = envelope.content
        if not isinstance(octets, bytes):
            return "554 5.6.0 octets expected"
        self.taken.append(Taken(recipients=tuple(envelope.rcpt_tos), octets=octets))
        return "250 2.0.0 OK"


def loopback() -> socket.socket:
    """Listen on a port of this machine's loopback that nobody else has."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def serving(
    imap: socket.socket, smtp: socket.socket, mail: Sequence[Stored], password: str
) -> Iterator[Sequence[Taken]]:
    """Serve `mail` to whoever knows `password`, and give the alerts that are taken meanwhile."""
    _hush()
    servers = _Servers(imap=imap, smtp=smtp, mail=mail, password=password)
    thread = Thread(target=servers.run, name="demo-servers", daemon=True)
    thread.start()
    end = servers.ready.result()
    try:
        yield servers.sink.taken
    finally:
        end()
        thread.join()


def _hush() -> None:
    """What servers tell their administrators has no reader here."""
    for name in ("asyncio", "mail.log", "pymap"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Servers:
    """Both servers, in the thread that runs them."""

    imap: socket.socket
    smtp: socket.socket
    mail: Sequence[Stored]
    password: str
    sink: Sink = field(default_factory=Sink)
    ready: Future[Callable[[], None]] = field(default_factory=Future)
    """Once they listen, what ends them; or why they do not."""

    def run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as fault:
            if self.ready.done():
                raise
            self.ready.set_exception(fault)

    async def _serve(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        mailboxes = await _imap_server(self.imap, self.mail, self.password)
        alerts = await loop.create_server(
            lambda: SMTP(self.sink, hostname="localhost"), sock=self.smtp
        )
        self.ready.set_result(lambda: _tell(loop, over))
        await over.wait()
        mailboxes.close()
        alerts.close()


def _tell(loop: asyncio.AbstractEventLoop, over: asyncio.Event) -> None:
    loop.call_soon_threadsafe(over.set)


async def _imap_server(
    listening: socket.socket, mail: Sequence[Stored], password: str
) -> asyncio.Server:
    config = Config(
        Namespace(passlib_cfg=None, proxy_protocol=None),
        demo_data=False,
        demo_user="",
        demo_password="",
        host=None,
        port=0,
        tls_enabled=False,
        # Else a password is compared in another thread, which outlives the server.
        cpu_subsystem=Subsystem.for_asyncio(),
    )
    config.apply_context()
    login = Login(config)
    hashed = await Passwords(config).hash_password(password)
    for user in {stored.user for stored in mail}:
        login.users_dict[user] = UserMetadata(config, user, password=hashed)
        config.set_cache[user] = (MailboxSet(), FilterSet())
    for stored in mail:
        await _keep(stored, config.set_cache[stored.user][0])
    reader = ProxyProtocolReader(config.proxy_protocol)
    return await asyncio.start_server(
        reader.get_callback(IMAPServer(login, config)), sock=listening
    )


async def _keep(stored: Stored, mailboxes: MailboxSet) -> None:
    if stored.folder != "INBOX":
        with suppress(ValueError):  # it is there already
            await mailboxes.add_mailbox(stored.folder)
    folder = await mailboxes.get_mailbox(stored.folder)
    await folder.append(AppendMessage(stored.raw, stored.at))
