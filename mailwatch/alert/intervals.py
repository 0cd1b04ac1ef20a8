"""When folders were not looked at, told once: what befell several of them at a time, or one again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

_ALIKE = timedelta(minutes=1)
"""One look goes from folder to folder: their gaps begin and end a little apart."""
_ALWAYS = datetime.min.replace(tzinfo=UTC)
_NEVER = datetime.max.replace(tzinfo=UTC)

Folder: TypeAlias = tuple[str, str]
"""The mail account, as the settings name it, and its folder."""


class Gap(Protocol):
    """An interval in which a folder was not looked at, or messages came and went unseen."""

    @property
    def account(self) -> str:
        """The mail account, as the settings name it."""

    @property
    def folder(self) -> str:
        """The folder of the account."""

    @property
    def since(self) -> datetime | None:
        """When it was last looked at; None when it never was."""

    @property
    def until(self) -> datetime | None:
        """When it was looked at again; None while nobody does."""

    @property
    def missed(self) -> int:
        """How many messages came and went; 0 when it cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGap:
    """A folder that is not looked at any more, or never was: the server refuses, or does not answer."""

    account: str
    folder: str
    since: datetime | None
    until: None = None
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The gaps of several folders at one time, or of the same ones one after the other."""

    folders: tuple[Folder, ...]
    since: datetime | None
    until: datetime | None
    missed: tuple[tuple[Folder, int], ...] = ()
    """How many messages came and went, of the folders where any did."""
    looks: int = 0
    """How many times the folders were looked at in between."""


def intervals(gaps: Iterable[Gap]) -> tuple[Interval, ...]:
    """Put together the gaps of one time and those that follow upon each other, in the order in which they began.

    Only gaps about as long follow upon each other: a night is not lost among hours.
    """
    return tuple(sorted(_one_after_the_other(_at_one_time(gaps)), key=_order))


def _at_one_time(gaps: Iterable[Gap]) -> list[Interval]:
    found: list[Interval] = []
    for gap in sorted(map(_alone, gaps), key=_order):
        at = _alike(gap, found)
        if at is None:
            found.append(gap)
        else:
            found[at] = _together(found[at], gap)
    return found


def _alike(gap: Interval, found: list[Interval]) -> int | None:
    """Where among those that began no later there is one of the same time."""
    for at in range(len(found) - 1, -1, -1):
        if _begin(gap) - _begin(found[at]) > _ALIKE:
            return None
        if abs(_end(gap) - _end(found[at])) <= _ALIKE:
            return at
    return None


def _one_after_the_other(found: Iterable[Interval]) -> Iterator[Interval]:
    last: dict[tuple[Folder, ...], Interval] = {}
    for one in found:
        before = last.get(one.folders)
        if before is not None and _follows(one, before):
            longer = replace(_together(before, one), since=before.since, until=one.until)
            last[one.folders] = replace(longer, looks=before.looks + 1)
            continue
        if before is not None:
            yield before
        last[one.folders] = one
    yield from last.values()


def _follows(one: Interval, before: Interval) -> bool:
    if one.until is None or abs(_begin(one) - _end(before)) > _ALIKE:
        return False
    usual = (_end(before) - _begin(before)) / (before.looks + 1)
    return usual / 2 <= one.until - _begin(one) <= usual * 2


def _alone(gap: Gap) -> Interval:
    folder = (gap.account, gap.folder)
    missed = ((folder, gap.missed),) if gap.missed else ()
    return Interval(folders=(folder,), since=gap.since, until=gap.until, missed=missed)


def _together(one: Interval, other: Interval) -> Interval:
    missed = dict(one.missed)
    for folder, number in other.missed:
        missed[folder] = missed.get(folder, 0) + number
    return replace(
        one,
        folders=tuple(sorted({*one.folders, *other.folders})),
        until=None if one.until is None else max(one.until, _end(other)),
        missed=tuple(sorted(missed.items())),
    )


def _begin(one: Interval) -> datetime:
    return one.since or _ALWAYS


def _end(one: Interval) -> datetime:
    return one.until or _NEVER


def _order(one: Interval) -> tuple[datetime, datetime, tuple[Folder, ...]]:
    return _begin(one), _end(one), one.folders
