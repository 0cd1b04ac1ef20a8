"""Names of folders, as people write them and as servers spell them (RFC 3501 section 5.1.3)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from imapclient import imap_utf7

_IMPOSSIBLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of a surrogate pair."""
_UNSELECTABLE = frozenset({b"\\noselect", b"\\nonexistent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One folder of a LIST answer."""

    name: str
    spelled: bytes
    separator: str


def listed(answer: Iterable[tuple[object, object, object]]) -> tuple[Listed, ...]:
    """Read the flags, separator and name of each folder; those that hold no mail are left out."""
    found: list[Listed] = []
    for flags, separator, name in answer:
        words = flags if isinstance(flags, tuple) else ()
        if any(isinstance(flag, bytes) and flag.lower() in _UNSELECTABLE for flag in words):
            continue
        # A name made of digits comes as a number.
        spelled = name if isinstance(name, bytes) else str(name).encode()
        level = separator.decode("latin-1") if isinstance(separator, bytes) else ""
        found.append(Listed(name=decoded(spelled), spelled=spelled, separator=level))
    return tuple(found)


def spelled(name: str) -> bytes:
    """Spell `name` in modified UTF-7; raise ValueError for one that no folder can have.

    A server may repeat a name in its answer as it is: a line that ends within would be the end of ours.
    """
    if _IMPOSSIBLE.search(name):
        raise ValueError("no folder can have such a name")
    return imap_utf7.encode(name)


def decoded(spelled: bytes) -> str:
    """Undo modified UTF-7; what is not well formed stays as it is."""
    try:
        return imap_utf7.decode(spelled)
    except ValueError:
        return spelled.decode("latin-1")


def same(name: str, folders: Sequence[Listed]) -> Listed | None:
    """Find the folder that `name` means but for case of INBOX, composed accents, or `/` between levels."""
    wanted = _plain(name, "/")
    return next((each for each in folders if _plain(each.name, each.separator) == wanted), None)


def nearest(name: str, folders: Sequence[Listed]) -> str:
    """Find the folder that `name` may be a slip for, else an empty string."""
    wanted = _plain(name, "/").casefold()
    known = {_plain(each.name, each.separator).casefold(): each.name for each in folders}
    close = get_close_matches(wanted, known, n=1)
    if close:
        return known[close[0]]
    # « Envoyés » for « INBOX.Envoyés »
    last = wanted.rpartition("/")[2]
    return next((full for plain, full in known.items() if plain.rpartition("/")[2] == last), "")


def _plain(name: str, separator: str) -> str:
    composed = unicodedata.normalize("NFC", name)
    levels = composed.split(separator) if separator else [composed]
    if levels[0].upper() == "INBOX":
        levels[0] = "INBOX"
    return "/".join(levels)
