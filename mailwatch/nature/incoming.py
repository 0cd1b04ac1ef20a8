"""What an incoming message is: what its writer wants of the administration, if anything."""

from __future__ import annotations

from mailwatch.addresses import is_ours
from mailwatch.model import Institution, Message, Nature, Reading
from mailwatch.nature.automatic import automatic
from mailwatch.ruleset import Ruleset
from mailwatch.wording import Words


def incoming(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, found in an inbox, is."""
    found = automatic(message, own, rules.automatic)
    if found is not None:
        return found
    sender = message.senders[0].address if message.senders else ""
    if is_ours(sender, institution):
        return Reading(nature=Nature.INTERNAL, correspondent=sender)
    return Reading(nature=Nature.REQUEST, answer_due=True, correspondent=sender)
