"""One look at one folder: list and commit what is new, fetch what awaits, have it judged, record it.

A message is told apart by its UID (RFC 9051 section 2.3.1.1), and has an outcome of its own: one that cannot be
read, or that the server does not deliver, holds back no other. Workers judge one batch while the next is fetched,
and no more than a few megabytes are ever on their way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from mailwatch.analysis import PARSER
from mailwatch.errors import RefusedError, UnreachableError
from mailwatch.instants import SKEW
from mailwatch.model import Delivery, Role
from mailwatch.polling.lines import Lines
from mailwatch.register import (
    UNWATCHED,
    Cursor,
    Outcome,
    Place,
    Quarantined,
    Register,
    Sighting,
    Vanished,
)
from mailwatch.register.terms import location_name
from mailwatch.ruleset import Desk
from mailwatch.site import Account, FolderRole, WatchedFolder
from mailwatch.sources.imap import Connection, Examined, Outline
from mailwatch.workers import Verdict, Workers

_WINDOW = 500
"""UIDs of one listing, which is one transaction."""
_WIDEST = 50_000
"""UIDs of one listing where nearly all belong to messages long gone."""
_CHUNK = 500
"""Messages asked for, and recorded, in one go."""
_NARROWER = 16
"""How many times fewer are asked for after a connection that broke without bringing any."""
_BATCH = 25
_BATCH_OCTETS = 512 * 1024
_ON_THEIR_WAY = 4 * 1024 * 1024
"""Octets of messages that wait for a verdict, unless one alone is larger."""
_CONNECTIONS = 8
"""Of one look at one folder, when they keep breaking."""
_STRIKES = 3
"""Looks in which the server may keep back a message that it lists, before it is set aside."""

_CUTS = "le serveur coupe la connexion quand ce message lui est demandé"
_KEEPS_BACK = "le serveur annonce ce message et ne le donne pas"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What looking brought so far."""

    recorded: int = 0
    quarantined: int = 0
    vanished: int = 0
    """Messages that were there when they were listed, and not when they were fetched."""
    withheld: int = 0
    """Messages that the server lists and did not deliver; the next look asks again."""
    healed: int = 0
    """Messages that comparing a folder with its server found, and that looks had missed or given up."""
    gone: int = 0
    """Messages that comparing found to be no longer there."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """What looking takes, from one look to the next."""

    register: Register
    workers: Workers
    lines: Lines
    now: Callable[[], datetime]
    """Gives an aware instant."""
    unwatched: timedelta = UNWATCHED
    """Two looks further apart leave a gap, and what came between them was not seen live."""
    unsteady: set[Place] = field(default_factory=set)
    """Folders that nobody looked at since the machine's clock was set: when their mail came cannot be told."""
    goes_on: Callable[[], bool] = lambda: True
    """Asked between batches: a look that is told to stop leaves the rest to the next one."""
    parser: int = PARSER
    """The version of what reads mail: what another one could not read is tried once more."""
    compares: Callable[[Cursor], bool] = lambda _: False
    """Asked of each folder that was looked at: whether it is now to be compared with its server."""


def look(account: Account, folder: WatchedFolder, desk: Desk, watch: Watch, tally: Tally) -> None:
    """Look at one folder, and add to `tally` as it goes; what is recorded is placed by the settings of `desk`.

    A connection that breaks is made anew as long as that brings more. Raises UnreachableError, RefusedError,
    SourceError or SettingsError for the account and its folder, RegisterError and BusyError for ourselves.
    """
    place = Place(account=account.name, folder=folder.name)
    one = _Look(place, folder.role, desk, watch, tally)
    for _ in range(_CONNECTIONS):
        kept = watch.lines.keeps(account)
        try:
            one.take(watch.lines.to(account))
        except UnreachableError as fault:
            watch.lines.drop(account)
            # A server leaves a line on which nothing was said for a while.
            if not (one.goes_further(fault) or kept):
                raise
        else:
            one.unfinished = False
            break
    one.conclude()


class _Asked(NamedTuple):
    """A batch that a worker judges."""

    uids: Sequence[int]
    deliveries: Sequence[Delivery]
    octets: int
    verdicts: Future[list[Verdict]]


class _Look:
    """One look at one folder, over as many connections as it takes."""

    def __init__(
        self, place: Place, role: FolderRole, desk: Desk, watch: Watch, tally: Tally
    ) -> None:
        self.place, self.role, self.desk, self.watch, self.tally = place, role, desk, watch, tally
        self.at = watch.now()
        self.steady = place not in watch.unsteady
        self.before = watch.register.cursor(place)
        self.uidvalidity = 0
        # What is fetched, submitted, judged: a message goes from one to the next.
        self.batch: dict[int, Delivery] = {}
        self.submitted: deque[_Asked] = deque()
        self.judged: list[Sighting] = []
        # What becomes of a connection that breaks.
        self.width = _CHUNK
        self.asked: Sequence[int] = ()
        self.delivered = self.delivered_before = 0
        self.struck: dict[int, str] = {}
        self.broken: UnreachableError | None = None
        self.unfinished = True

    def take(self, line: Connection) -> None:
        """Look by `line`."""
        self.asked, self.delivered_before = (), self.delivered
        examined = line.examine(self.place.folder, self._as_it_was())
        self.uidvalidity = examined.uidvalidity
        self._list(line, examined)
        self.watch.register.looked(
            self.place,
            self.at,
            self.watch.unwatched,
            examined.modseq,
            clock_was_set=not self.steady,
        )
        self.watch.unsteady.discard(self.place)
        try:
            self._fetch_awaiting(line)
        except (UnreachableError, RefusedError):
            # What came whole stays good.
            self._record_all()
            raise
        self._record_all()

    def _as_it_was(self) -> Examined | None:
        """The folder when it was last listed to its end; None when the server is not believed that it still is."""
        before = self.before
        if before is None or before.looked_at is None or self.watch.compares(before):
            return None
        return Examined(
            uidvalidity=before.uidvalidity, uidnext=before.uidnext, exists=0, modseq=before.modseq
        )

    # --- listing ----------------------------------------------------------------------------------

    def _list(self, line: Connection, examined: Examined) -> None:
        """List what is new, window by window, each committed before the next is asked for."""
        known = self.watch.register.cursor(self.place)
        if known is not None and is_rewound(known, examined):
            self.watch.register.rewound(self.place, self.at)
            self.before = known = self.watch.register.cursor(self.place)
        renumbered = known is None or known.uidvalidity != examined.uidvalidity
        first = 1 if known is None or renumbered else known.uidnext
        if not renumbered and first >= examined.uidnext:
            return
        if examined.uidnext - first > _WINDOW and examined.exists > _CHUNK:
            self.watch.workers.start()
        # What a small folder holds comes in one answer, however far apart its numbers are.
        widest = _WIDEST if examined.exists > _WIDEST else 1 << 32
        width = _WINDOW
        while True:
            end = max(min(first + width, examined.uidnext), first)
            uids = line.uids(first, end - 1)
            self.watch.register.listed(self.place, examined.uidvalidity, uids, end, self.at)
            if end >= examined.uidnext:
                return
            # Years of deleted mail are crossed in large steps.
            width = min(width * 10, widest) if len(uids) < width // 10 else _WINDOW
            first = end

    # --- fetching ---------------------------------------------------------------------------------

    def _fetch_awaiting(self, line: Connection) -> None:
        awaiting = self.watch.register.awaiting(self.place, self.watch.parser)
        waiting = [uid for uid in awaiting if uid not in self.struck]
        for start in range(0, len(waiting), self.width):
            if not self.watch.goes_on():
                return
            self._fetch(line, waiting[start : start + self.width])

    def _fetch(self, line: Connection, uids: Sequence[int]) -> None:
        self.asked = uids
        outlines = line.outlines(uids)
        missing = set(uids)
        for uid, raw in line.bodies(outlines):
            missing.discard(uid)
            self.delivered += 1
            self._add(uid, self._delivery(uid, outlines[uid], raw))
        if missing:
            self._miss(line, missing)

    def _miss(self, line: Connection, missing: set[int]) -> None:
        """What was not delivered is gone, or kept back: only a list made now can tell."""
        listed = missing.intersection(line.uids(min(missing), max(missing)))
        self.struck.update(dict.fromkeys(listed, _KEEPS_BACK))
        self._keep(Sighting(uid=uid, outcome=Vanished()) for uid in sorted(missing - listed))

    def _delivery(self, uid: int, outline: Outline, raw: bytes) -> Delivery:
        return Delivery(
            raw=raw,
            file=location_name(self.place, self.uidvalidity, uid),
            role=Role.SENT if self.role is FolderRole.SENT else Role.INBOX,
            server_at=outline.server_at,
            seen_live=self._is_live(uid, outline.server_at),
            unseen_at=self._unseen_at(uid),
            seen_at=self.at,
            journal=self.role is FolderRole.JOURNAL,
        )

    def _is_live(self, uid: int, server_at: datetime | None) -> bool:
        """The message came between the last look and this one, and they are close enough to attest it."""
        since = self._unseen_at(uid)
        if since is None or server_at is None or self.at - since > self.watch.unwatched:
            return False
        return since - SKEW <= server_at <= self.at + SKEW

    def _unseen_at(self, uid: int) -> datetime | None:
        """When the folder was last listed to its end without the message; None when it was listed before.

        None as well when the clock was set since: the two instants cannot be compared.
        """
        before = self.before
        if (
            not self.steady
            or before is None
            or before.uidvalidity != self.uidvalidity
            or uid < before.uidnext
        ):
            return None
        return before.looked_at

    # --- judging and recording --------------------------------------------------------------------

    def _add(self, uid: int, delivery: Delivery) -> None:
        self.batch[uid] = delivery
        if len(self.batch) == _BATCH or _octets(self.batch.values()) >= _BATCH_OCTETS:
            self._submit()

    def _submit(self) -> None:
        uids, deliveries = tuple(self.batch), tuple(self.batch.values())
        self.batch.clear()
        verdicts = self.watch.workers.judge(deliveries)
        self.submitted.append(_Asked(uids, deliveries, _octets(deliveries), verdicts))
        while self.submitted and (self.submitted[0].verdicts.done() or self._is_full()):
            self._settle()

    def _is_full(self) -> bool:
        return len(self.submitted) > 1 and sum(one.octets for one in self.submitted) > _ON_THEIR_WAY

    def _settle(self) -> None:
        """Take the verdicts of the oldest batch, waiting for them if need be."""
        asked = self.submitted.popleft()
        verdicts = asked.verdicts.result()
        self._keep(
            Sighting(
                uid=uid,
                outcome=_outcome(verdict, delivery, self.watch.parser),
                server_at=delivery.server_at,
            )
            for uid, verdict, delivery in zip(asked.uids, verdicts, asked.deliveries, strict=True)
        )

    def _keep(self, found: Iterable[Sighting]) -> None:
        self.judged.extend(found)
        if len(self.judged) >= _CHUNK:
            self._record()

    def _record_all(self) -> None:
        if self.batch:
            self._submit()
        while self.submitted:
            self._settle()
        if self.judged:
            self._record()

    def _record(self) -> None:
        found, self.judged = self.judged, []
        self.watch.register.record(self.place, found, self.watch.now(), self.desk)
        for sighting in found:
            self.tally.recorded += isinstance(sighting.outcome, bytes)
            self.tally.quarantined += isinstance(sighting.outcome, Quarantined)
            self.tally.vanished += isinstance(sighting.outcome, Vanished)

    # --- messages that are not delivered ----------------------------------------------------------

    def goes_further(self, fault: UnreachableError) -> bool:
        """Say after a break whether a new connection may bring more; narrow down to what breaks it."""
        self.broken = fault
        if not self.asked:
            return False
        if self.delivered > self.delivered_before:
            return True
        if self.width > 1:
            self.width = max(1, self.width // _NARROWER)
            return True
        self.struck[self.asked[0]] = _CUTS
        self.width = _CHUNK
        return True

    def conclude(self) -> None:
        """Set aside what the server kept back too often; raise what broke the connection and may do so again."""
        for uid, reason in sorted(self.struck.items()):
            # A server that cuts at everything is to blame, and no message.
            if reason == _CUTS and not self.delivered:
                continue
            # The register counts: each look may be another process's.
            times = self.watch.register.withheld(
                self.place, self.uidvalidity, uid, self.watch.now()
            )
            if times >= _STRIKES:
                del self.struck[uid]
                kept_back = Quarantined(reason=reason, parser=self.watch.parser)
                self._keep([Sighting(uid=uid, outcome=kept_back)])
        self._record_all()
        self.tally.withheld += len(self.struck)
        if self.broken is not None and (self.unfinished or _CUTS in self.struck.values()):
            raise self.broken


def is_rewound(known: Cursor, examined: Examined) -> bool:
    """Tell whether the server was restored: it will give numbers to new messages that others had."""
    return (
        examined.is_told
        and examined.uidvalidity == known.uidvalidity
        and examined.uidnext < known.uidnext
    )


def _octets(deliveries: Iterable[Delivery]) -> int:
    return sum(len(delivery.raw) for delivery in deliveries)


def _outcome(verdict: Verdict, delivery: Delivery, parser: int) -> Outcome:
    if isinstance(verdict, bytes):
        return verdict
    return Quarantined(
        reason=verdict.reason, server_at=delivery.server_at, role=verdict.role, parser=parser
    )
