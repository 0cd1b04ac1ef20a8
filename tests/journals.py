"""Journals of invented histories, as files; and everything that somebody may do to them afterwards."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from mailwatch.journal import signing
from mailwatch.journal.heads import HEAD, SUMS, Head, fingerprint, read_head, sums_text
from mailwatch.journal.lines import FIRST, Values, digest, read, written
from mailwatch.journal.projecting import Projection, Seal, extended, opened

BEGIN = datetime(2026, 3, 2, 7, 30, tzinfo=UTC)
KINDS = ("fact", "fact", "fact", "listed", "decision", "alert", "gap", "correction", "settings")


def key_in(folder: Path, name: str = "k") -> Path:
    """Make a key."""
    folder.mkdir(parents=True, exist_ok=True)
    signing.made(folder / name)
    return folder / name


def seal_of(key: Path | None) -> Seal:
    """Sign with `key`, or not at all."""
    if key is None:
        return Seal(origin="Préfecture du Jura")
    public, sign = signing.public_key(key), partial(signing.signature, key)
    return Seal(origin="Préfecture du Jura", public_key=public, sign=sign)


def history(
    count: int, key: Path | None = None, seed: int = 0, begin: datetime = BEGIN
) -> list[bytes]:
    """Write the lines of an invented history; its clock is set back now and then."""
    draw, prev, at, lines = random.Random(seed), FIRST, begin, list[bytes]()
    for number in range(1, count + 1):
        at += timedelta(minutes=draw.choice((1, 1, 7, 90, 900, -30)))
        told: Values = {"kind": draw.choice(KINDS), "fact": f"{draw.getrandbits(256):064x}"}
        if number == 1 and key is not None:
            told = {"kind": "key", "key": fingerprint(signing.public_key(key))}
        instant = at.isoformat(timespec="microseconds")
        lines.append(written({**told, "at": instant, "n": number, "prev": prev}))
        prev = digest(lines[-1])
    return lines


def laid(folder: Path, lines: Sequence[bytes], key: Path | None = None, by: int = 10) -> Projection:
    """Lay a journal out, `by` lines at a time as a service does."""
    found = opened(folder)
    for start in range(found.trail.size, len(lines), by):
        found = extended(folder, found, lines[start : start + by], seal_of(key))
    return found


def head_of(folder: Path) -> Head:
    """The head that its readers were told."""
    found = read_head((folder / HEAD).read_bytes())
    assert found is not None
    return found


def listed_anew(folder: Path) -> None:
    """Write the list of digests again, as whoever alters a file can."""
    files = [path for path in folder.iterdir() if path.name != SUMS]
    found = {path.name: sha256(path.read_bytes()).hexdigest() for path in files}
    (folder / SUMS).write_bytes(sums_text(found))


def rewritten(folder: Path, lines: Sequence[bytes], key: Path | None) -> None:
    """Put another history in its place, signed with the true key: only a witness can tell."""
    shutil.rmtree(folder)
    laid(folder, lines, key, by=len(lines))


def chained(lines: Sequence[bytes]) -> list[bytes]:
    """Number and chain lines anew, as if they had always been so."""
    prev, made = FIRST, list[bytes]()
    for number, line in enumerate(lines, start=1):
        told: dict[str, str | int | None] = {
            name: value if isinstance(value, int) else str(value)
            for name, value in read(line).items()
        }
        made.append(written({**told, "n": number, "prev": prev}))
        prev = digest(made[-1])
    return made


# --- what may be done to a journal ----------------------------------------------------------------


def _days(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _flip_a_bit(folder: Path, draw: random.Random) -> None:
    path = draw.choice(sorted(folder.iterdir()))
    octets = bytearray(path.read_bytes())
    octets[draw.randrange(len(octets))] ^= 1 << draw.randrange(8)
    path.write_bytes(octets)


def _cut_a_file(folder: Path, draw: random.Random) -> None:
    path = draw.choice(sorted(folder.iterdir()))
    octets = path.read_bytes()
    path.write_bytes(octets[: draw.randrange(len(octets))])


def _add_octets(folder: Path, draw: random.Random) -> None:
    path = draw.choice(sorted(folder.iterdir()))
    octets, place = path.read_bytes(), draw.choice((0, -1, None))
    added = draw.choice((b"\n", b" ", b"\r", b"{}\n", b"\0"))
    path.write_bytes(octets + added if place is None else octets[:place] + added + octets[place:])


def _on_lines(change: Callable[[list[bytes], random.Random], None]) -> Callable[..., None]:
    def changed(folder: Path, draw: random.Random) -> None:
        path = draw.choice([path for path in _days(folder) if path.read_bytes().count(b"\n") > 1])
        lines = path.read_bytes().splitlines(keepends=True)
        change(lines, draw)
        path.write_bytes(b"".join(lines))

    return changed


def _drop(lines: list[bytes], draw: random.Random) -> None:
    del lines[draw.randrange(len(lines))]


def _swap(lines: list[bytes], draw: random.Random) -> None:
    at = draw.randrange(len(lines) - 1)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]


def _double(lines: list[bytes], draw: random.Random) -> None:
    # The last one twice, chained and signed anew, is only what a service does next.
    at = draw.randrange(len(lines) - 1)
    lines.insert(at, lines[at])


def _turn_the_clock(lines: list[bytes], draw: random.Random) -> None:
    at = draw.randrange(len(lines))
    told = read(lines[at])
    moment = datetime.fromisoformat(str(told["at"])) - timedelta(seconds=draw.randrange(1, 9000))
    old, new = str(told["at"]).encode(), moment.isoformat(timespec="microseconds").encode()
    lines[at] = lines[at].replace(old, new)


def _remove_a_file(folder: Path, draw: random.Random) -> None:
    draw.choice(sorted(folder.iterdir())).unlink()


def _swap_files(folder: Path, draw: random.Random) -> None:
    one, other = draw.sample(_days(folder), 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def _rename_a_file(folder: Path, draw: random.Random) -> None:
    path = draw.choice(_days(folder))
    path.rename(path.with_name(draw.choice(("2027-01-01.jsonl", "notes.txt"))))


def _add_a_file(folder: Path, draw: random.Random) -> None:
    name = draw.choice(("2027-01-01.jsonl", "head.bak", ".cache"))
    (folder / name).write_bytes(draw.choice((b"", b"{}\n")))


def _then_listed(change: Callable[[Path, random.Random], None]) -> Callable[..., None]:
    """The same by somebody who writes the list of digests anew."""

    def changed(folder: Path, draw: random.Random) -> None:
        change(folder, draw)
        listed_anew(folder)

    return changed


ON_FILES: Sequence[Callable[[Path, random.Random], None]] = (
    _flip_a_bit, _flip_a_bit, _flip_a_bit, _cut_a_file, _add_octets, _remove_a_file, _swap_files, _rename_a_file,
    _add_a_file, *(_on_lines(each) for each in (_drop, _swap, _double, _turn_the_clock)),
    *(_then_listed(_on_lines(each)) for each in (_drop, _swap, _double, _turn_the_clock)),
    _then_listed(_swap_files),
)  # fmt: skip
"""What somebody without the key may do."""


def _cut_the_tail(lines: list[bytes], draw: random.Random) -> list[bytes]:
    return lines[: draw.randrange(1, len(lines))]


def _rewrite(
    change: Callable[[list[bytes], random.Random], None],
) -> Callable[[list[bytes], random.Random], list[bytes]]:
    def changed(lines: list[bytes], draw: random.Random) -> list[bytes]:
        change(lines, draw)
        return chained(lines)

    return changed


ON_HISTORY: Sequence[Callable[[list[bytes], random.Random], list[bytes]]] = (
    _cut_the_tail, *(_rewrite(each) for each in (_drop, _double, _turn_the_clock)),
)  # fmt: skip
"""What somebody with the key may do, who signs it all anew."""
