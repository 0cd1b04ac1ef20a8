"""Mail that no person wrote: reports, receipts, automatic replies, in both directions (RFC 3834)."""

from __future__ import annotations

from mailwatch.model import Confidence, Evidence, Message, Nature, Reading
from mailwatch.ruleset import RulePack
from mailwatch.wording import Words

_REPORTS = {
    "delivery-status": Nature.DELIVERY_REPORT,
    "disposition-notification": Nature.READ_RECEIPT,
    "feedback-report": Nature.DELIVERY_REPORT,
}


def automatic(message: Message, own: Words, rules: RulePack) -> Reading | None:
    """Say what machine wrote `message`; None when a person did."""
    if message.report is not None and message.report.kind in _REPORTS:
        return Reading(
            nature=_REPORTS[message.report.kind],
            evidence=(Evidence(rule="report", text=message.report.kind, place="structure"),),
        )
    field = next(iter(message.headers.get("auto-submitted", ())), "")
    if field and field.split(";")[0].split("(")[0].strip().lower() != "no":
        return Reading(
            nature=Nature.AUTOMATIC_REPLY,
            evidence=(Evidence(rule="auto-submitted", text=field[:80], place="header"),),
        )
    if sounds_automatic(own, rules):
        return Reading(nature=Nature.AUTOMATIC_REPLY, confidence=Confidence.MEDIUM)
    return None


def sounds_automatic(words: Words, rules: RulePack) -> bool:
    """Say whether `words` are those of an automatic message."""
    return bool(rules.find(words))
