"""An IMAP server that keeps to RFC 3501 until a test has it do otherwise.

    with hostile() as server:
        server.folder("INBOX").add(question(1))
        server.bend = lambda asked, answer: [b"* BYE maintenance"]

`bend` sees each command and the honest answer to it, line by line, and gives what is sent instead; lines are joined
by CRLF. It may raise HangUpError, or give pieces that end without a line.
"""

from __future__ import annotations

import re
import socket
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from threading import Thread

from mailwatch.site import Account
from tests.servers.fixtures import ACCOUNT

USER, PASSWORD = "prefecture", "mot-de-passe-a-ne-pas-dire"
CAPABILITIES = b"IMAP4rev1 AUTH=PLAIN"
READY = b"* OK [CAPABILITY " + CAPABILITIES + b"] ready\r\n"
_COMMAND = re.compile(rb"(\S+) ((?:UID )?\S+) ?(.*)", re.DOTALL)


class HangUpError(Exception):
    """The server is gone."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One command of the client."""

    tag: bytes
    verb: str
    words: bytes
    session: int
    """Counted from one."""


Bend = Callable[[Asked, list[bytes]], Iterable[bytes]]


def honest(_: Asked, answer: list[bytes]) -> Iterable[bytes]:
    return answer


@dataclass(kw_only=True)
class Box:
    """One folder."""

    uidvalidity: int = 1_700_000_001
    uidnext: int = 1
    messages: dict[int, bytes] = field(default_factory=dict)
    arrived: dict[int, bytes] = field(default_factory=dict)
    attributes: bytes = b""
    modseq: int = 0
    """HIGHESTMODSEQ (RFC 7162); 0 where the server knows of none."""

    def add(self, raw: bytes, at: bytes = b"02-Mar-2026 09:12:00 +0100") -> int:
        uid, self.uidnext = self.uidnext, self.uidnext + 1
        self.messages[uid], self.arrived[uid] = raw, at
        self.modseq += bool(self.modseq)
        return uid

    def remove(self, uid: int) -> bytes:
        return self.messages.pop(uid)


@dataclass(kw_only=True)
class Hostile:
    """The server; what it does may be changed at any time."""

    boxes: dict[str, Box] = field(default_factory=dict)
    bend: Bend = honest
    greeting: bytes = READY
    capabilities: bytes = CAPABILITIES
    passwords: set[str] = field(default_factory=lambda: {PASSWORD})
    heard: bytes = b""
    """All that any client said."""
    sessions: int = 0
    logins: int = 0
    separator: bytes = b'"/"'
    port: int = 0

    def box(self, name: str = "INBOX") -> Box:
        return self.boxes.setdefault(name, Box())

    @property
    def account(self) -> Account:
        """The account as the settings would have it, of one folder."""
        return replace(ACCOUNT, port=self.port, user=USER, timeout=5)

    def serve(self, client: socket.socket) -> None:
        self.sessions += 1
        session, selected = self.sessions, Box()
        with client, client.makefile("rb") as lines, suppress(HangUpError, OSError):
            client.sendall(self.greeting)
            for line in lines:
                self.heard += line
                match = _COMMAND.fullmatch(line.strip())
                if not match:
                    continue
                tag, verb, words = (
                    match.group(1),
                    match.group(2).decode("latin-1").upper(),
                    match.group(3),
                )
                asked = Asked(tag=tag, verb=verb, words=words, session=session)
                if verb == "EXAMINE":
                    selected = self.boxes.get(_name(words), selected)
                answer = [*self._answer(asked, selected, client, lines)]
                client.sendall(b"\r\n".join([*self.bend(asked, answer), b""]))
                if verb == "LOGOUT":
                    return

    def _answer(
        self, asked: Asked, box: Box, client: socket.socket, lines: Iterable[bytes]
    ) -> Iterator[bytes]:
        ends = b"OK done"
        match asked.verb:
            case "CAPABILITY":
                yield b"* CAPABILITY " + self.capabilities
            case "AUTHENTICATE":
                client.sendall(b"+ \r\n")
                ends = self._let_in(next(iter(lines), b""))
            case "LIST":
                for name, each in self.boxes.items():
                    yield b'* LIST (%b) %b "%b"' % (each.attributes, self.separator, _spelled(name))
            case "EXAMINE" if self._is_missing(asked.words):
                ends = b"NO [NONEXISTENT] no such mailbox"
            case "EXAMINE":
                yield from _examined(box)
                ends = b"OK [READ-ONLY] done"
            case "UID SEARCH":
                yield b" ".join([b"* SEARCH", *_found(asked.words, box)])
            case "UID FETCH":
                yield from _fetched(asked.words, box)
            case "LOGOUT":
                yield b"* BYE bye"
            case "NOOP" | "STARTTLS":
                pass
            case _:
                ends = b"BAD what?"
        yield asked.tag + b" " + ends

    def _let_in(self, given: bytes) -> bytes:
        self.heard += given
        self.logins += 1
        password = b64decode(given).split(b"\0")[-1].decode()
        known = password in self.passwords
        return b"OK welcome" if known else b"NO [AUTHENTICATIONFAILED] no"

    def _is_missing(self, words: bytes) -> bool:
        box = self.boxes.get(_name(words))
        return box is None or b"Noselect" in box.attributes


def _name(words: bytes) -> str:
    return words.strip().strip(b'"').decode("latin-1")


def _spelled(name: str) -> bytes:
    return name.encode("latin-1")


def _examined(box: Box) -> Iterator[bytes]:
    yield b"* FLAGS (\\Seen)"
    yield b"* %d EXISTS" % len(box.messages)
    yield b"* OK [UIDVALIDITY %d] valid" % box.uidvalidity
    yield b"* OK [UIDNEXT %d] next" % box.uidnext
    if box.modseq:
        yield b"* OK [HIGHESTMODSEQ %d] highest" % box.modseq


def _found(words: bytes, box: Box) -> Iterator[bytes]:
    first, last = _range(words, box)
    return (b"%d" % uid for uid in box.messages if first <= uid <= last)


def _range(words: bytes, box: Box) -> tuple[int, int]:
    last_uid = max(box.messages, default=0)
    first, _, last = words.rpartition(b" ")[2].partition(b":")
    ends = [last_uid if end == b"*" else int(end) for end in (first, last or first)]
    # RFC 3501 section 6.4.8: `6:*` where 5 is the last is `5:6`.
    return min(ends), max(ends)


def _fetched(words: bytes, box: Box) -> Iterator[bytes]:
    uids, _, items = words.partition(b" ")
    partial = re.search(rb"BODY\.PEEK\[\]<0\.(\d+)>", items)
    for uid in map(int, uids.split(b",")):
        if (raw := box.messages.get(uid)) is None:
            continue
        number = [*box.messages].index(uid) + 1
        if partial:
            body = raw[: int(partial.group(1))]
            yield b"* %d FETCH (UID %d BODY[]<0> {%d}\r\n%b)" % (number, uid, len(body), body)
        else:
            yield b'* %d FETCH (UID %d RFC822.SIZE %d INTERNALDATE "%b")' % (
                number, uid, len(raw), box.arrived[uid],
            )  # fmt: skip


@contextmanager
def hostile() -> Iterator[Hostile]:
    """Run a server with an empty inbox, on this machine's loopback alone."""
    server = Hostile()
    server.box()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = int(listener.getsockname()[1])

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client = listener.accept()[0]
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    Thread(target=server.serve, args=(client,), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
