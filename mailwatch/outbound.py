"""What we were seen to send, by identifier and by words: a quoted answer that is not here was sent elsewhere."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from mailwatch.model import Fact, Nature
from mailwatch.threads import quotes

_WRITTEN_BY_MACHINES = frozenset(
    {
        Nature.AUTOMATIC_REPLY,
        Nature.OUT_OF_OFFICE,
        Nature.DELIVERY_REPORT,
        Nature.READ_RECEIPT,
        Nature.CALENDAR_REPLY,
    }
)


@dataclass(slots=True, kw_only=True)
class Outbound:
    """The messages of ours read so far that somebody will quote: most are never asked for."""

    awaited: frozenset[str]
    """Identifiers that will be looked for."""
    awaited_words: array[int]
    """Digests of the words that will be looked for, sorted."""
    _identifiers: set[str] = field(default_factory=set)
    _sketches: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    """By their first digest, which stands in any text that quotes them whole."""

    def note(self, sent: Fact) -> None:
        """Remember one more message of ours."""
        if sent.message_id is not None and sent.message_id in self.awaited:
            self._identifiers.add(sent.message_id)
        for digest in array("I", sent.sketch)[:1]:
            if self._awaits(digest):
                self._sketches[digest] = (*self._sketches.get(digest, ()), sent.sketch)

    def _awaits(self, digest: int) -> bool:
        place = bisect_left(self.awaited_words, digest)
        return place < len(self.awaited_words) and self.awaited_words[place] == digest

    def lacks(self, received: Fact) -> bool:
        """Say whether a person quotes a message of ours in `received` that was not seen."""
        if not quotes_ours(received):
            return False
        if received.references and received.references[-1] in self._identifiers:
            return False
        return not any(
            quotes(received.quoted_sketch, sent)
            for digest in array("I", received.quoted_sketch)
            for sent in self._sketches.get(digest, ())
        )


def quotes_ours(received: Fact) -> bool:
    """Say whether a person quotes a message of ours in `received`."""
    return (
        "quotes_ours" in received.findings and received.reading.nature not in _WRITTEN_BY_MACHINES
    )


def awaiting(quoting: Iterable[tuple[tuple[str, ...], bytes]]) -> Outbound:
    """Make ready for the messages of ours that are quoted: the references and quoted words of each that quotes."""
    names: set[str] = set()
    digests: set[int] = set()
    for references, quoted_sketch in quoting:
        names.update(references[-1:])
        digests.update(array("I", quoted_sketch))
    return Outbound(awaited=frozenset(names), awaited_words=array("I", sorted(digests)))
