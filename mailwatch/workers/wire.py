"""What goes over the wire between a parent and its workers: framed bytes, a pickle only towards the worker."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import BinaryIO

from mailwatch.model import Delivery
from mailwatch.workers.terms import Verdict, unread

READY, FAILED = b"+", b"-"
_LENGTH = struct.Struct("<Q")
_VERDICT = struct.Struct("<BI")
"""What it is, and how many octets follow."""


class _Kind(IntEnum):
    """What a worker answers."""

    REASON = 0
    FACT = 1
    LEFT = 2


def framed(content: bytes) -> bytes:
    """Write octets with their length before them."""
    return _LENGTH.pack(len(content)) + content


def exactly(source: BinaryIO, length: int) -> bytes:
    """Read so many octets; EOFError when there are fewer."""
    content = source.read(length)
    if len(content) < length:
        raise EOFError
    return content


def read_frame(source: BinaryIO) -> bytes:
    """Read what `framed` wrote."""
    (length,) = _LENGTH.unpack(exactly(source, _LENGTH.size))
    return exactly(source, length)


def written_batch(batch: Sequence[Delivery]) -> Iterator[bytes]:
    """Write what tells of the deliveries, then their bytes as they are, which may be many."""
    yield framed(pickle.dumps([replace(delivery, raw=b"") for delivery in batch]))
    for delivery in batch:
        yield _LENGTH.pack(len(delivery.raw))
        yield delivery.raw


def read_batch(source: BinaryIO) -> Iterator[Delivery]:
    """Read what the parent wrote."""
    # What a worker answers is never unpickled.
    for delivery in pickle.loads(read_frame(source)):  # noqa: S301  # our parent's own
        yield replace(delivery, raw=read_frame(source))


def written_verdict(verdict: Verdict | None) -> bytes:
    """Write a verdict; None for what is left to the thorough judge."""
    if verdict is None:
        return _VERDICT.pack(_Kind.LEFT, 0)
    is_fact = isinstance(verdict, bytes)
    content = verdict if isinstance(verdict, bytes) else verdict.reason.encode("utf-8", "replace")
    return _VERDICT.pack(_Kind.FACT if is_fact else _Kind.REASON, len(content)) + content


def read_verdict(source: BinaryIO, delivery: Delivery) -> Verdict | None:
    """Read the verdict on a delivery; None when it is left to the thorough judge."""
    kind, length = _VERDICT.unpack(exactly(source, _VERDICT.size))
    content = exactly(source, length)
    if kind == _Kind.LEFT:
        return None
    return content if kind == _Kind.FACT else unread(delivery, content.decode("utf-8", "replace"))
