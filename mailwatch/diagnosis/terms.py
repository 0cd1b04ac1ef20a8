"""What trying one thing found: what is well, in words, and what is doubtful though nothing fails."""

from __future__ import annotations

from dataclasses import dataclass

from mailwatch.errors import Remark


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The outcome of one trial that did not fail; a failure is an error of the tree."""

    words: tuple[Remark, ...]
    """What is well, or how things are."""
    doubts: tuple[Remark, ...] = ()
    """What works today, and a person should look at."""


def found(*words: Remark | None, doubts: tuple[Remark | None, ...] = ()) -> Found:
    """Put together what there is to say."""
    return Found(
        words=tuple(each for each in words if each is not None),
        doubts=tuple(each for each in doubts if each is not None),
    )
