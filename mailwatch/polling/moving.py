"""Messages that an agent moved before they were seen: missing in one watched folder, they lie in another.

A folder's numbers tell that something came and went, and not what. A message of another folder is what went when it
came in that time, was seen nowhere before, and was put there later than it came, which only the server can tell
(SAVEDATE, RFC 8514). Where it does not tell, what is missing stays so: a message may have come to the other folder by
itself, and nothing that was lost is to be explained away.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import groupby

from mailwatch.polling.looking import Watch
from mailwatch.register import Place, Stray
from mailwatch.site import Account

_LATELY = timedelta(hours=1)
"""Before a look: what an earlier one left undone is done by this one, and asked for no longer than that."""
_AT_LEAST = timedelta(seconds=2)
"""Between arrival and move: a server dates by the second, and takes up to one to store."""
_MOST = 2_000
"""Messages of one folder that a server is asked about at a time."""


def follow(account: Account, watch: Watch) -> int:
    """Find what came to one folder of `account` and left it for another before any look; say how many there were.

    Raises UnreachableError, RefusedError or SourceError; what is missing is so until a later look then.
    """
    since = watch.now() - _LATELY
    found = [
        stray
        for places in _alike(account)
        if len(places) > 1
        for stray in _moved(account, watch.register.strays(places, since), watch)
    ]
    return watch.register.moved(found, watch.now()) if found else 0


def _alike(account: Account) -> Iterator[Sequence[Place]]:
    """The folders that hold mail of one way: what arrived is not looked for among what was sent."""
    by_role = sorted(account.folders, key=lambda folder: folder.role)
    for _, folders in groupby(by_role, key=lambda folder: folder.role):
        yield [Place(account=account.name, folder=folder.name) for folder in folders]


def _moved(account: Account, strays: Sequence[Stray], watch: Watch) -> Iterator[Stray]:
    """Those of `strays` that were put where they are after they came."""
    by_place = sorted(strays, key=lambda stray: (stray.place.folder, stray.uidvalidity))
    for (folder, uidvalidity), some in groupby(
        by_place, key=lambda stray: (stray.place.folder, stray.uidvalidity)
    ):
        line, there = watch.lines.to(account), [*some]
        if line.examine(folder).uidvalidity != uidvalidity:
            continue
        saved = line.saved(sorted({stray.uid for stray in there})[-_MOST:])
        for stray in there:
            if (at := saved.get(stray.uid)) and at >= stray.moved_after + _AT_LEAST:
                yield stray
