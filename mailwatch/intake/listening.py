"""The sockets of the intake and the thread behind them: opened together, closed together, in order.

Only this machine is listened to. What was begun when the service stops is finished first, or left to the server.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Event, Thread

from mailwatch.errors import BusyError, MailwatchError, RefusedError, SettingsError, refusal
from mailwatch.intake.conversation import Conversation, Gate, LocalConversation

_LOOPBACK = "127.0.0.1"
_BACKLOG = 100
_MODE = 0o660
"""Of the Unix socket: the mail server's account is in our group."""
_LAST_SECONDS = 10.0
"""For the messages that are on their way when the service stops."""
_PAUSE = 0.05


class Listener:
    """The thread that talks to the mail server; made by `listening`."""

    def __init__(
        self, gate: Gate, doors: Sequence[tuple[socket.socket, type[Conversation]]]
    ) -> None:
        self._gate = gate
        self._doors = doors
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = Event()
        self._thread = Thread(target=self._run, name="mailwatch-intake", daemon=True)

    def check(self) -> None:
        """Raise BusyError when nobody listens any more: the server keeps its mail until the service is started anew."""
        if not self._thread.is_alive():
            raise BusyError(
                "la remise par le serveur de messagerie s’est arrêtée ; relancez mailwatch"
            )

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self._ready.wait()
        self.check()

    def stop(self) -> None:
        """Take no more, finish what was begun, hang up."""
        with suppress(RuntimeError):  # it has ended already
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        # What a callback of aiosmtpd raises would be logged with the line that it read.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        try:
            with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
                runner.run(self._serve())
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        servers = [
            await loop.create_server(partial(kind, self._gate), sock=door, backlog=_BACKLOG)
            for door, kind in self._doors
        ]
        self._ready.set()
        await self._stop.wait()
        self._gate.stopping = True
        for server in servers:
            server.close()
        await self._last_messages()
        for conversation in [*self._gate.conversations]:
            conversation.hang_up()
        # Let the last words leave.
        await asyncio.sleep(_PAUSE)

    async def _last_messages(self) -> None:
        for _ in range(int(_LAST_SECONDS / _PAUSE)):
            if not self._gate.receiving:
                return
            await asyncio.sleep(_PAUSE)


@contextmanager
def listening(gate: Gate) -> Iterator[Listener]:
    """Listen where the settings say.

    Raises SettingsError when there is no such folder, BusyError when somebody else listens there, RefusedError when
    this account may not.
    """
    # aiosmtpd tells its log every address.
    logging.getLogger("mail.log").disabled = True
    with ExitStack() as stack:
        listener = Listener(gate, list(_doors(gate, stack)))
        listener.start()
        stack.callback(listener.stop)
        yield listener


def _doors(gate: Gate, stack: ExitStack) -> Iterator[tuple[socket.socket, type[Conversation]]]:
    intake = gate.intake
    if intake.lmtp_socket:
        yield stack.enter_context(_local(Path(intake.lmtp_socket))), LocalConversation
    if intake.lmtp_port:
        yield stack.enter_context(_port(intake.lmtp_port)), LocalConversation
    if intake.smtp_port:
        yield stack.enter_context(_port(intake.smtp_port)), Conversation


@contextmanager
def _port(number: int) -> Iterator[socket.socket]:
    where = f"{_LOOPBACK}:{number}"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((_LOOPBACK, number))
        except OSError as fault:
            raise _closed(where, fault) from None
        yield door


@contextmanager
def _local(path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
        try:
            _clear(path)
            door.bind(str(path))
            path.chmod(_MODE)
        except OSError as fault:
            raise _closed(str(path), fault) from None
        try:
            yield door
        finally:
            path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove the socket of a service that was killed; never one that is listened to, nor anything else."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))


def _closed(where: str, fault: OSError) -> MailwatchError:
    if fault.errno == errno.EADDRINUSE:
        return BusyError(
            "« {where} », dans [intake] : un autre programme y écoute ; arrêtez-le, ou changez « lmtp » ou « smtp »",
            where=where,
        )
    if fault.errno in {errno.EACCES, errno.EPERM}:
        return RefusedError(
            "« {where} », dans [intake] : ce compte n’a pas le droit d’y écouter ; prenez un autre chemin, ou un port "
            "au-delà de 1023",
            where=where,
        )
    return SettingsError(
        "« {where} », dans [intake] : impossible d’y écouter ({reason}) ; créez son dossier (RuntimeDirectory= de "
        "l’unité systemd) ou changez « lmtp » ou « smtp »",
        where=where,
        reason=refusal(fault),
    )
