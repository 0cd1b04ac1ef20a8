"""A folder compared with its server, once a night: nothing that looks have missed stays missed.

Looks ask for what comes after the last number they know, and trust the server for the rest. This asks it for every
number it has, stretch by stretch, and whether the last message known on both sides is still the same one: a server
restored from a copy gives old numbers to new messages, and need not say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from mailwatch.analysis import message_key
from mailwatch.model import Delivery, Role
from mailwatch.packing import unpack
from mailwatch.polling.looking import Tally, Watch, is_rewound
from mailwatch.register import Cursor, Differences, Landmark, Place
from mailwatch.register.terms import ANY_ZONE, location_name
from mailwatch.site import Account
from mailwatch.sources.imap import Connection

_STRETCH = 10_000
"""Messages of ours that are compared in one go."""
_WIDEST = 5_000_000
"""UIDs that one stretch of a large folder may span."""
_MANY = 50_000
"""Differences that are recorded in one go: a folder that was emptied, or filled behind our back."""
_LATEST = (5_000, 50_000)
"""UIDs among the last ones in which messages known on both sides are looked for, more the second time."""
_MARKS = 500
"""Messages whose dates are compared: more than come between one night and the next."""
_ASKED = 3
"""Messages that are read again where their dates differ."""


def is_due(known: Cursor, hour: time, zone: ZoneInfo, at: datetime) -> bool:
    """Say whether a folder is to be compared at `at`, since it was not after the last `hour` (local) that struck."""
    done = known.reconciled_at
    if done is None:
        return True
    try:
        struck = _last_struck(hour, zone, at)
    except OverflowError:
        return False  # no night comes before the first day there is
    # One that a clock far ahead has put into the future was not done.
    return done < struck or done - at > timedelta(days=1)


def _last_struck(hour: time, zone: ZoneInfo, at: datetime) -> datetime:
    today = at.astimezone(zone).date()
    struck = datetime.combine(today, hour, zone).astimezone(UTC)
    if struck <= at:
        return struck
    return datetime.combine(today - timedelta(days=1), hour, zone).astimezone(UTC)


def compare(account: Account, place: Place, watch: Watch, tally: Tally) -> bool:
    """Compare a folder that was looked at with its server; say whether there is something to be read now.

    Raises UnreachableError, RefusedError, SourceError or SettingsError as a look does: it is done again then.
    """
    line = watch.lines.to(account)
    examined = line.examine(place.folder)
    known = watch.register.cursor(place)
    if known is None or examined.uidvalidity != known.uidvalidity or is_rewound(known, examined):
        return True  # The server has become another since: the look lists it from the beginning.
    if _means_others(line, place, known, watch):
        watch.register.rewound(place, watch.now())
        return True
    # What a small folder holds comes in one answer, however far apart its numbers are.
    widest = _WIDEST if examined.exists > _STRETCH else 1 << 32
    return _compared(line, place, known.uidnext, widest, watch, tally)


def _compared(
    line: Connection, place: Place, end: int, widest: int, watch: Watch, tally: Tally
) -> bool:
    """Compare all numbers below `end`, and list what is to be read."""
    first, unread = 1, False
    found = Differences(there=0)
    while watch.goes_on():
        last = min(watch.register.stretch(place, first, _STRETCH) or end, first + widest, end - 1)
        uids = line.uids(first, last)
        found += watch.register.differences(place, uids, first, last)
        first = last + 1
        if first >= end or found.count > _MANY:
            watch.register.reconciled(place, found, watch.now(), ended=first >= end)
            tally.gone += len(found.gone)
            tally.healed += found.unread
            unread, found = unread or found.unread > 0, Differences(there=0)
        if first >= end:
            break
    return unread


# --- do the numbers still mean the same messages --------------------------------------------------


def _means_others(line: Connection, place: Place, known: Cursor, watch: Watch) -> bool:
    """Say whether numbers were given again: those of the last messages before the server went back in time."""
    end = known.uidnext - 1
    for width in _LATEST:
        marks = watch.register.landmarks(place, line.uids(end - width + 1, end), _MARKS)
        if marks:
            break
    asked = (*marks[:1], *_doubtful(line, marks))
    return any(_is_another(line, place, known, mark, watch) for mark in asked)


def _doubtful(line: Connection, marks: Sequence[Landmark]) -> Sequence[Landmark]:
    """Messages whose date on the server is another than when they were read: a few of them tell."""
    dates = {uid: one.server_at for uid, one in line.outlines([m.uid for m in marks]).items()}
    differing = (
        mark
        for mark in marks
        if mark.server_at is not None and dates.get(mark.uid, mark.server_at) != mark.server_at
    )
    return tuple(islice(differing, _ASKED))


def _is_another(
    line: Connection, place: Place, known: Cursor, mark: Landmark, watch: Watch
) -> bool:
    for _, raw in line.bodies(line.outlines([mark.uid])):
        if message_key(raw) == mark.key:
            return False
        # Some servers write a message in another way than before; it keeps its name.
        file = location_name(place, known.uidvalidity, mark.uid)
        return _message_id(raw, file, watch) != (mark.message_id or None)
    return False


def _message_id(raw: bytes, file: str, watch: Watch) -> str | None:
    """The name of a message; None when it has none, or when it cannot be read."""
    delivery = Delivery(raw=raw, file=file, role=Role.INBOX, server_at=watch.now())
    (verdict,) = watch.workers.judge([delivery]).result()
    return unpack(verdict, ANY_ZONE).message_id if isinstance(verdict, bytes) else None
