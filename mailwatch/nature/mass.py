"""Mail that was sent to many: letters, advertising, swindles (RFC 2369, RFC 2919, RFC 8058)."""

from __future__ import annotations

from mailwatch.addresses import domain
from mailwatch.model import Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.voices import HINTED, SAID, Voices, certainty
from mailwatch.ruleset import RulePack

_FLAGGED = {
    "x-spam-flag": ("yes",),
    "x-spam-status": ("yes",),
    "x-spam": ("yes", "true"),
    "x-ovh-spam-status": ("spam",),
    "x-vr-spamstate": ("spam",),
}
_MARKS = ("***spam***", "[spam]", "{spam?}", "*****spam*****", "[spam suspecté]", "[pub]")
FILTER = "spam-filter"
"""What the verdict of a filter is called as evidence."""
_ENGLISH = "ask.english"
"""How advertising from abroad asks, too."""
_SELL = "spam.sell"
_MAILERS = ("x-mailer", "x-mailer-name", "x-mailgun-tag", "x-report-abuse")


def mass_mail(
    message: Message, voices: Voices, institution: Institution, rules: RulePack
) -> Reading | None:
    """Say whether `message` is bulk or spam; None when it was written to the administration."""
    flag = _flag(message)
    field = _bulk_field(message, institution, rules)
    # A citizen who tells of a swindle uses its words: to close that unread would be the worse error.
    worded = 0 if voices.points("swindle_told") else voices.points("spam")
    if worded == SAID and _inquires(voices) and not _sells(voices):
        worded = 0
    spam = worded + (HINTED if flag else 0)
    bulk = voices.points("bulk") + (field[1] if field else 0)
    if spam >= SAID and spam >= bulk:
        evidence = voices.evidence("spam") + ((flag,) if flag else ())
        return Reading(nature=Nature.SPAM, evidence=evidence, confidence=certainty(spam))
    if bulk >= SAID and not (voices.asked and voices.says("ask") and not field):
        evidence = ((field[0],) if field else ()) + voices.evidence("bulk")
        return Reading(nature=Nature.BULK, evidence=evidence, confidence=certainty(bulk))
    if flag and not voices.asked and not voices.points("need", "reminder", "complaint", "thanks"):
        return Reading(nature=Nature.SPAM, evidence=(flag,), confidence=certainty(spam))
    return None


def _inquires(voices: Voices) -> bool:
    """Say whether a question is put in form, in French: one word of a swindler's does not outweigh it."""
    asking = {
        voice.rule.id: voice.rule.weight
        for voice in voices.heard
        if voice.label == "ask" and voice.sentence in voices.asked and voice.rule.id != _ENGLISH
    }
    return sum(asking.values()) >= HINTED


def _sells(voices: Voices) -> bool:
    """Say whether what stands there is for sale: a seller asks, too."""
    return any(voice.rule.id == _SELL for voice in voices.heard)


def _flag(message: Message) -> Evidence | None:
    """The verdict of a spam filter on the way; a filter errs, so it never decides alone."""
    for name, values in _FLAGGED.items():
        for value in message.headers.get(name, ()):
            if value.strip().lower().startswith(values):
                return Evidence(rule=FILTER, said=f"{name}: {value.strip()[:60]}", place="header")
    if message.subject.lower().lstrip().startswith(_MARKS):
        return Evidence(rule=FILTER, said=message.subject[:60], place="subject")
    return None


def _bulk_field(
    message: Message, institution: Institution, rules: RulePack
) -> tuple[Evidence, int] | None:
    """A field of mail sent to a list, unless the list is our own distribution list."""
    fields = message.headers
    ours = any(
        name in listed for listed in fields.get("list-id", ()) for name in _hosts(institution)
    )
    if ours:
        return None
    for name in rules.lists["bulk_fields"]:
        if name in fields:
            return Evidence(rule="list-field", said=name, place="header"), SAID
    for name in _MAILERS:
        for value in fields.get(name, ()):
            if any(mailer in value.lower() for mailer in rules.lists["bulk_mailers"]):
                return Evidence(
                    rule="bulk-mailer", said=f"{name}: {value[:60]}", place="header"
                ), HINTED
    if "list-id" in fields or any(
        value.strip().lower() in {"bulk", "list", "junk"} for value in fields.get("precedence", ())
    ):
        return Evidence(rule="list-field", said="list-id", place="header"), HINTED
    return None


def _hosts(institution: Institution) -> tuple[str, ...]:
    watched = (*institution.addresses, *(box.address for box in institution.boxes))
    return (*institution.domains, *filter(None, (domain(address) for address in watched))) or (
        "gouv.fr",
    )
