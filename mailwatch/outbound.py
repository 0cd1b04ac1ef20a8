"""What we were seen to send, by identifier and by words: a quoted answer that is not here was sent elsewhere."""

from __future__ import annotations

from array import array
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
    """The messages of ours read so far, small enough to keep for a year of mail."""

    _identifiers: set[str] = field(default_factory=set)
    _sketches: dict[int, tuple[bytes, ...]] = field(default_factory=dict)
    """By their first digest, which stands in any text that quotes them whole."""

    def note(self, sent: Fact) -> None:
        """Remember one more message of ours."""
        if sent.message_id:
            self._identifiers.add(sent.message_id)
        for digest in array("I", sent.sketch)[:1]:
            self._sketches[digest] = (*self._sketches.get(digest, ()), sent.sketch)

    def lacks(self, received: Fact) -> bool:
        """Say whether a person quotes a message of ours in `received` that was not seen."""
        if "quotes_ours" not in received.findings:
            return False
        if received.reading.nature in _WRITTEN_BY_MACHINES:
            return False
        if received.references and received.references[-1] in self._identifiers:
            return False
        return not any(
            quotes(received.quoted_sketch, sent)
            for digest in array("I", received.quoted_sketch)
            for sent in self._sketches.get(digest, ())
        )
