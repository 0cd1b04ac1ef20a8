"""One open connection: which folders, which messages, their dates and their octets."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self, TypeVar

from mailwatch.errors import RefusedError, SourceError
from mailwatch.site import Account
from mailwatch.sources.imap import names
from mailwatch.sources.imap.faults import DeclinedError, declined, of_break, of_lateness, of_silence
from mailwatch.sources.imap.outlines import ITEMS, SAVED, Outline, outlined, saved
from mailwatch.sources.imap.wire import Client, Deadline

_WINDOW = 50_000
"""UIDs of one SEARCH: its answer is one line, and a line ends at a million octets (imaplib)."""
_OUTLINES = 500
"""Messages of one FETCH of dates and sizes; the command stays below 8 KB (RFC 7162 section 4)."""
_BATCH = 200
_BATCH_OCTETS = 4 * 1024 * 1024
_SMALL = 1024 * 1024
"""Octets below which a message may come with others."""
_LARGEST = 64 * 1024 * 1024
"""Octets of one message that are read, as from a file; the rest can only be attachments."""
_PACE = 32 * 1024
"""Octets a second that a slow line may take, beyond the time a command has."""
_GOODBYE = 5

Fetched = dict[int, Mapping[bytes, object]]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """A folder as EXAMINE tells it (RFC 3501 section 6.3.2)."""

    uidvalidity: int
    uidnext: int
    """The server's own word, else one more than the last UID there is."""
    exists: int
    is_told: bool = True
    """The server told `uidnext`: it never gets smaller while `uidvalidity` stays (RFC 3501 section 2.3.1.1)."""
    is_read_only: bool = True
    """The server says so itself, as it must (RFC 3501 section 6.3.2)."""
    modseq: int = 0
    """HIGHESTMODSEQ, which gets larger with each change of the folder (RFC 7162); 0 when it is not told."""


class Connection:
    """An authenticated connection; not for two threads at once."""

    def __init__(self, account: Account, client: Client, deadline: Deadline) -> None:
        self.account = account
        self._client = client
        self._deadline = deadline
        self._folder = ""
        self._spelled = b""
        self._exists = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take leave, briefly, of a server that still answers; then hang up."""
        if not self.lost:
            with suppress(Exception), self._deadline.within(_GOODBYE):
                self._client.logout()
        with suppress(Exception):
            self._client.shutdown()

    @property
    def lost(self) -> bool:
        """The connection is of no more use; only a new one helps."""
        return self._deadline.passed or self._client.lost or self._client.wire.state == "LOGOUT"

    def noop(self) -> None:
        """Keep the connection alive; raise UnreachableError when it is not."""
        self._told(self._client.wire.noop)

    def folders(self) -> tuple[str, ...]:
        """Name the folders that can hold mail, as people write them."""
        return tuple(each.name for each in self._listed())

    def examine(self, folder: str, before: Examined | None = None) -> Examined:
        """Open `folder` read-only, by the name people know it by; what follows is about it.

        A server that does not tell UIDNEXT is asked for the last message, unless it tells that nothing has changed
        since `before`. Raises SourceError when there is none of that name, RefusedError when the account may not
        read it.
        """
        self._folder = folder
        if self._client.wire.state == "AUTH":
            self._count_changes()
        try:
            answer = self._examined(names.spelled(folder))
        except (DeclinedError, ValueError):
            answer = self._examined_otherwise(folder)
        self._exists = _number(answer, b"EXISTS") or 0
        uidvalidity = _number(answer, b"UIDVALIDITY")
        if not uidvalidity or b"UIDNOTSTICKY" in answer:
            raise SourceError(
                "compte « {account} », dossier « {folder} » : {host} n’y garde pas de numéros durables (UIDVALIDITY) ; "
                "il ne peut pas être suivi",
                **self._named(),
            )
        told, modseq = _number(answer, b"UIDNEXT"), _number(answer, b"HIGHESTMODSEQ", 63) or 0
        same = before is not None and (before.uidvalidity, before.modseq) == (uidvalidity, modseq)
        known = before.uidnext if before is not None and modseq and same else 0
        return Examined(
            uidvalidity=uidvalidity,
            uidnext=told or known or self._after_the_last(),
            exists=self._exists,
            is_told=bool(told),
            is_read_only=b"READ-ONLY" in answer,
            modseq=modseq,
        )

    @property
    def certificate(self) -> Mapping[str, object] | None:
        """The server's certificate, as `ssl.SSLSocket.getpeercert` gives it; None of a connection in clear."""
        wire = self._client.wire.sock
        return wire.getpeercert() if isinstance(wire, ssl.SSLSocket) else None

    def rights(self) -> str:
        """Ask what the account may do with the folder examined last, a letter a right (RFC 4314 section 2.1).

        Empty when the server does not tell.
        """
        try:
            lines = self._ask(self._rights)
        except DeclinedError:
            return ""
        # The name of the folder comes first, as a word or as octets apart.
        last = lines[-1] if lines else None
        words = last.split() if isinstance(last, bytes) else []
        return words[-1].strip(b'"').decode("ascii", "replace") if words else ""

    def _rights(self) -> Sequence[object]:
        if not self._client.has_capability("ACL"):
            return ()
        name = self._spelled.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        _, lines = self._client.wire.myrights(f'"{name.decode("latin-1")}"')
        return lines or ()

    def uids(self, first: int, last: int) -> list[int]:
        """List the messages whose UID is `first` to `last`, ascending."""
        first = max(first, 1)
        # A folder that is small gives a short answer, however far apart its UIDs are.
        width = _WINDOW if self._exists > _WINDOW else max(last - first + 1, 1)
        found: set[int] = set()
        for start in range(first, last + 1, width):
            end = min(start + width - 1, last)
            listed = self._told(partial(self._client.search, f"UID {start}:{end}"))
            # `n:*` and servers of their own mind give more than was asked.
            found.update(uid for uid in listed if start <= uid <= end)
        return sorted(found)

    def outlines(self, uids: Sequence[int]) -> dict[int, Outline]:
        """Ask for size and date; a message that is not there any more is left out."""
        found: dict[int, Outline] = {}
        for start in range(0, len(uids), _OUTLINES):
            some = ",".join(str(uid) for uid in uids[start : start + _OUTLINES])
            typ, lines = self._told(partial(self._client.wire.uid, "FETCH", some, ITEMS))
            if typ != "OK":
                raise of_silence(self.account, self._folder)
            found |= outlined(lines)
        return {uid: found[uid] for uid in uids if uid in found}

    def saved(self, uids: Sequence[int]) -> dict[int, datetime]:
        """Ask since when messages lie in the folder (RFC 8514); of no message where the server does not tell."""
        try:
            return self._ask(partial(self._saved, uids))
        except DeclinedError:
            return {}

    def _saved(self, uids: Sequence[int]) -> dict[int, datetime]:
        if not self._client.has_capability("SAVEDATE"):
            return {}
        found: dict[int, datetime] = {}
        for start in range(0, len(uids), _OUTLINES):
            some = ",".join(str(uid) for uid in uids[start : start + _OUTLINES])
            _, lines = self._client.wire.uid("FETCH", some, SAVED)
            found |= saved(lines)
        return found

    def bodies(self, outlines: Mapping[int, Outline]) -> Iterator[tuple[int, bytes]]:
        """Read messages, a batch at a time; one that the server does not give is left out.

        Only a later look tells whether it is gone. Those already given stay good when the connection breaks.
        """
        for batch in _batches(outlines):
            most = _LARGEST if outlines[batch[0]].size >= _SMALL else _SMALL
            beginnings = self._beginnings(batch, most, sum(outlines[uid].size for uid in batch))
            for uid in batch:
                raw = beginnings.pop(uid, None)
                if raw is not None and len(raw) == most < _LARGEST:
                    # Larger than the server had it.
                    raw = self._beginnings([uid], _LARGEST, _LARGEST).get(uid)
                if raw is not None:
                    yield uid, raw

    def _beginnings(self, uids: Sequence[int], most: int, announced: int) -> dict[int, bytes]:
        """The first `most` octets of messages, nearly always all there are.

        Never from farther on: Dovecot 2.4.1 miscounts there in a message that it stores with CRLF.
        """
        answers = self._fetched(uids, (f"BODY.PEEK[]<0.{most}>",), min(announced, _LARGEST))
        found = {uid: _body(answer) for uid, answer in answers.items()}
        return {uid: octets[:most] for uid, octets in found.items() if octets is not None}

    def _fetched(self, uids: Sequence[int], items: Sequence[str], octets: int = 0) -> Fetched:
        """FETCH; one message that the server or its grammar stumbles over is looked for by halves, and left out."""
        if not uids:
            return {}
        try:
            return self._ask(partial(self._client.fetch, list(uids), items), octets)
        except DeclinedError:
            if len(uids) == 1:
                return {}
        half = len(uids) // 2
        found = self._fetched(uids[:half], items, octets) | self._fetched(
            uids[half:], items, octets
        )
        if not found:
            raise of_silence(self.account, self._folder)
        return found

    def _count_changes(self) -> None:
        """Ask, before the first folder is opened, for HIGHESTMODSEQ where it is offered (RFC 7162 section 3.1)."""
        with suppress(DeclinedError):
            offered = self._ask(self._client.capabilities)
            if {b"ENABLE", b"CONDSTORE"} <= set(offered):
                self._ask(partial(self._client.enable, "CONDSTORE"))

    def _listed(self) -> tuple[names.Listed, ...]:
        return names.listed(self._told(self._client.list_folders))

    def _examined(self, spelled: bytes) -> Mapping[bytes, object]:
        ask = partial(self._client.select_folder, spelled, readonly=True)
        answer: Mapping[bytes, object] = self._ask(ask)
        self._spelled = spelled
        return answer

    def _examined_otherwise(self, folder: str) -> Mapping[bytes, object]:
        """Open the folder that `folder` means, or say why there is none."""
        listed = self._listed()
        meant = names.same(folder, listed)
        if meant is None:
            raise self._missing(names.nearest(folder, listed))
        try:
            return self._examined(meant.spelled)
        except DeclinedError as fault:
            if fault.passing:
                raise of_silence(self.account, folder, fault.code) from None
        raise RefusedError(
            "compte « {account} », dossier « {folder} » : {host} ne laisse pas ce compte le lire ; vérifiez ses droits",
            **self._named(),
        )

    def _missing(self, near: str) -> SourceError:
        if near:
            return SourceError(
                "compte « {account} » : aucun dossier « {folder} » sur {host} ; est-ce « {near} » ?",
                near=near,
                **self._named(),
            )
        return SourceError(
            "compte « {account} » : aucun dossier « {folder} » sur {host} ; « mailwatch doctor » donne les noms",
            **self._named(),
        )

    def _after_the_last(self) -> int:
        """UIDNEXT of a server that does not tell it."""
        if not self._exists:
            return 1
        return max(self._told(partial(self._client.search, "UID *")), default=0) + 1

    def _told(self, ask: Callable[[], Answer]) -> Answer:
        """Ask what no folder is too strange for; raise UnreachableError when the server will not say."""
        try:
            return self._ask(ask)
        except DeclinedError as fault:
            raise of_silence(self.account, self._folder, fault.code) from None

    def _ask(self, ask: Callable[[], Answer], octets: int = 0) -> Answer:
        """Run one command; raise DeclinedError for what the server refused or garbled, the connection whole."""
        self._client.wire.allow(octets)
        try:
            with self._deadline.within(self.account.timeout + octets / _PACE):
                return ask()
        except Exception as fault:  # noqa: BLE001 - what a server says may make the libraries raise anything
            if self._deadline.passed or isinstance(fault, TimeoutError):
                raise of_lateness(self.account, self._folder) from None
            if self._client.lost or isinstance(fault, OSError):
                raise of_break(self.account, self._folder) from None
            raise declined(fault) from None

    def _named(self) -> dict[str, str]:
        return {"account": self.account.name, "host": self.account.host, "folder": self._folder}


def _batches(outlines: Mapping[int, Outline]) -> Iterator[list[int]]:
    """UIDs ascending, bounded by count and octets; a large message stands alone."""
    batch: list[int] = []
    octets = 0
    for uid in sorted(outlines):
        size = outlines[uid].size
        weight = size if size < _SMALL else _BATCH_OCTETS + 1
        if batch and (len(batch) == _BATCH or octets + weight > _BATCH_OCTETS):
            yield batch
            batch, octets = [], 0
        batch.append(uid)
        octets += weight
    if batch:
        yield batch


def _body(answer: Mapping[bytes, object]) -> bytes | None:
    """The octets of an answer; a server without partial fetch gives all of them."""
    octets = answer.get(b"BODY[]<0>", answer.get(b"BODY[]"))
    return octets if isinstance(octets, bytes) else None


def _number(answer: Mapping[bytes, object], item: bytes, bits: int = 32) -> int | None:
    """A number of RFC 3501's grammar: 32 bits, 63 for those of RFC 7162, without a sign."""
    value = answer.get(item)
    return value if isinstance(value, int) and 0 <= value < 1 << bits else None
