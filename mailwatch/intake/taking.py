"""From what waits to the register, by the same steps as polled mail: listed, judged, recorded, then removed.

    listed      the UIDs are committed                    died here: they await, and their files are still there
    recorded    facts and outcomes, one transaction       died here: the files are taken again, to no effect
    removed     the files                                 nothing is left to do

What nobody could read is kept apart from what waits, and tried once more by each version that reads mail otherwise.

A UID comes from the octets (`spool`), so that every step may be done twice, and by whoever comes after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TypeAlias

from mailwatch.errors import BusyError
from mailwatch.intake.spool import Spool, Taken, Waiting, read
from mailwatch.model import Delivery, Role
from mailwatch.polling import Tally, Watch
from mailwatch.register import Isolated, Outcome, Place, Quarantined, Sighting, Vanished
from mailwatch.register.terms import location_name
from mailwatch.site import INTAKE, IntakeRole
from mailwatch.workers import Verdict

COPIES = (IntakeRole.INBOX, IntakeRole.SENT, IntakeRole.JOURNAL, IntakeRole.REPORT)
"""The roles whose messages become facts."""
_NUMBERING = 1
"""The UIDVALIDITY of every place: the numbers never change their meaning."""
_BEYOND = 1 << 62
"""Above every UID: nothing is ever listed by counting."""
_MANY = 200
_OCTETS = 8 * 1024 * 1024
"""Messages and octets that are judged and recorded in one go, unless one alone is larger."""
_BATCH = 25
"""Messages of one order to a worker."""
_DAMAGED = "le fichier d’attente de ce message est endommagé"
_NO_GAP = timedelta.max

_Opened: TypeAlias = tuple[Waiting, Taken | None]
"""A message that waits, and what its file holds; None when it is damaged."""


def place_of(role: IntakeRole) -> Place:
    """The folder that the register knows the messages of a role by."""
    return Place(account=INTAKE, folder=role.value)


def take_in(spool: Spool, watch: Watch, tally: Tally) -> None:
    """Take all that waits into the register, and add to `tally`.

    Raises BusyError and RegisterError; what was not recorded goes on waiting. A file that the disk does not give is
    told of once the others are in.
    """
    held: list[BusyError] = []
    for role in COPIES:
        for some in _portions(spool.waiting(role)):
            if not watch.goes_on():
                return
            if opened := list(_opened(some, held)):
                unread = _record(role, opened, watch, tally)
                spool.done(one for one, _ in opened if one.uid not in unread)
                spool.set_aside(role, (one for one, _ in opened if one.uid in unread))
    if held:
        raise held[0]


def try_again(spool: Spool, watch: Watch, tally: Tally) -> None:
    """Have what nobody could read judged once more, unless this version did; what is read leaves the quarantine.

    Asked once by each process: a version is another process. Raises as `take_in`.
    """
    for role in COPIES:
        place = place_of(role)
        left = {one.location.uid for one in watch.register.quarantined() if _is_of(one, place)}
        due = left.intersection(watch.register.awaiting(place, watch.parser))
        for one in spool.aside(role):
            if not watch.goes_on():
                return
            # Read already, by a process that died before it could remove it; or now.
            if one.uid not in left or (one.uid in due and _is_read_now(role, one, watch, tally)):
                spool.release(one)


def _is_read_now(role: IntakeRole, one: Waiting, watch: Watch, tally: Tally) -> bool:
    try:
        (found,) = _judged(role, [(one, read(one))], watch)
    except BusyError:
        # What the disk does not give is left to the next process, and holds back no other.
        return False
    watch.register.record(place_of(role), [found], watch.now())
    is_read = isinstance(found.outcome, bytes)
    tally.recorded += is_read
    return is_read


def _is_of(one: Isolated, place: Place) -> bool:
    return (one.location.account, one.location.folder) == (place.account, place.folder)


def settle(spool: Spool, watch: Watch) -> None:
    """Note as vanished what was listed and whose file is gone: asked once, before anything is taken."""
    for role in COPIES:
        place = place_of(role)
        there = {one.uid for one in spool.waiting(role)}
        gone = [uid for uid in watch.register.awaiting(place) if uid not in there]
        if gone:
            lost = [Sighting(uid=uid, outcome=Vanished()) for uid in gone]
            watch.register.record(place, lost, watch.now())


def _opened(some: Iterable[Waiting], held: list[BusyError]) -> Iterator[_Opened]:
    for one in some:
        try:
            yield one, read(one)
        except BusyError as error:
            held.append(error)


def _record(
    role: IntakeRole, some: Sequence[_Opened], watch: Watch, tally: Tally
) -> frozenset[int]:
    """Record messages; give the UIDs of those that nobody could read."""
    place, register = place_of(role), watch.register
    register.listed(place, _NUMBERING, [one.uid for one, _ in some], _BEYOND, watch.now())
    found = list(_judged(role, some, watch))
    register.record(place, found, watch.now())
    # Passive: while nobody looks, the server keeps what it has, and nothing goes by unseen.
    register.looked(place, watch.now(), _NO_GAP)
    unread = frozenset(each.uid for each in found if isinstance(each.outcome, Quarantined))
    tally.recorded += len(found) - len(unread)
    tally.quarantined += len(unread)
    return unread


def _judged(role: IntakeRole, some: Sequence[_Opened], watch: Watch) -> Iterator[Sighting]:
    deliveries: dict[int, Delivery] = {}
    for one, taken in some:
        if taken is None:
            damaged = Quarantined(reason=_DAMAGED, role=_role(role), parser=watch.parser)
            yield Sighting(uid=one.uid, outcome=damaged)
        else:
            deliveries[one.uid] = _delivery(role, one.uid, taken)
    uids = list(deliveries)
    parts = [uids[start : start + _BATCH] for start in range(0, len(uids), _BATCH)]
    asked = [watch.workers.judge([deliveries[uid] for uid in part]) for part in parts]
    for part, verdicts in zip(parts, asked, strict=True):
        for uid, verdict in zip(part, verdicts.result(), strict=True):
            outcome = _outcome(verdict, deliveries[uid], watch.parser)
            yield Sighting(uid=uid, outcome=outcome)


def _delivery(role: IntakeRole, uid: int, taken: Taken) -> Delivery:
    return Delivery(
        raw=taken.raw,
        file=location_name(place_of(role), _NUMBERING, uid),
        role=_role(role),
        server_at=taken.at,
        seen_live=True,
        journal=role in {IntakeRole.JOURNAL, IntakeRole.REPORT},
        handed_over=True,
        return_path=taken.sender,
        report=role is IntakeRole.REPORT,
    )


def _role(role: IntakeRole) -> Role:
    return Role.SENT if role is IntakeRole.SENT else Role.INBOX


def _outcome(verdict: Verdict, delivery: Delivery, parser: int) -> Outcome:
    if isinstance(verdict, bytes):
        return verdict
    return Quarantined(
        reason=verdict.reason, server_at=delivery.server_at, role=verdict.role, parser=parser
    )


def _portions(waiting: Iterable[Waiting]) -> Iterator[tuple[Waiting, ...]]:
    portion: list[Waiting] = []
    octets = 0
    for one in waiting:
        if portion and (len(portion) == _MANY or octets + one.size > _OCTETS):
            yield tuple(portion)
            portion, octets = [], 0
        portion.append(one)
        octets += one.size
    if portion:
        yield tuple(portion)
