"""What an outgoing message is: an answer, and which, or something that answers nobody."""

from __future__ import annotations

from mailwatch.model import Institution, Message, Nature, Reading
from mailwatch.nature.automatic import automatic
from mailwatch.ruleset import Ruleset
from mailwatch.wording import Words


def outgoing(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, sent by the institution, is."""
    found = automatic(message, own, rules.automatic)
    if found is not None:
        return found
    return Reading(nature=Nature.REPLY)
