"""Mail that no person wrote: reports, receipts, automatic replies, in both directions.

Structure comes before words: RFC 3834 fields, RFC 3464 and 8098 reports, RFC 5546 replies. Fields that people's
own mail carries too (`Precedence`, `X-Auto-Response-Suppress`, an empty `Return-Path`) prove nothing: they only
support what the words say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailwatch.model import Confidence, Evidence, Message, Nature, Reading
from mailwatch.ruleset import Rule, RulePack
from mailwatch.wording import Hit, Words, read

_REPORTS = {
    "delivery-status": Nature.DELIVERY_REPORT,
    "disposition-notification": Nature.READ_RECEIPT,
    "feedback-report": Nature.DELIVERY_REPORT,
}
_RESPONDER_FIELDS = ("x-autoreply", "x-autorespond", "x-autorespond-type", "x-vacation")
"""Fields that only a responder writes."""
_SUPPORTING_FIELDS = {
    "precedence": ("auto_reply", "auto-reply", "bulk", "junk"),
    "x-auto-response-suppress": ("all", "oof", "autoreply"),
    "return-path": ("<>",),
    "x-failed-recipients": ("@",),
}
_SERVER = re.compile(
    r"(?:mailer-daemon|postmaster|mail-daemon|mail\.daemon|microsoftexchange)", re.IGNORECASE
)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_OPENING = 900
"""Characters of folded words in which an automatic message says what it is; later words may be quoted ones."""
_PROOF = 3
"""The weight of a rule whose words are enough; a lighter one needs something to go with it."""

_BY_LABEL = {
    "delivery_report": Nature.DELIVERY_REPORT,
    "delay": Nature.DELIVERY_REPORT,
    "read_receipt": Nature.READ_RECEIPT,
    "out_of_office": Nature.OUT_OF_OFFICE,
    "robot": Nature.AUTOMATIC_REPLY,
    "acknowledgement": Nature.AUTOMATIC_REPLY,
}


def automatic(message: Message, own: Words, rules: RulePack) -> Reading | None:
    """Say what machine wrote `message`; None when a person did, or nothing tells."""
    found = _by_structure(message)
    if found is not None:
        return found
    said = tuple(entry for entry in rules.find(own) if entry[1].start < _OPENING)
    titled = _titled(message.subject, rules)
    if _field(message, "auto-submitted"):
        return _submitted_by_a_machine(message, said, titled)
    return _by_words(message, said, titled)


def sounds_automatic(words: Words, rules: RulePack) -> bool:
    """Say whether `words` are those of an automatic message."""
    return any(
        rule.weight == _PROOF and hit.start < _OPENING and ":" not in rule.label
        for rule, hit in rules.find(words)
    )


# --- structure ------------------------------------------------------------------------------------


def _by_structure(message: Message) -> Reading | None:
    if message.report is not None and message.report.kind in _REPORTS:
        nature = _REPORTS[message.report.kind]
        delayed = bool(message.report.recipients) and all(
            recipient.action == "delayed" for recipient in message.report.recipients
        )
        rule = "report.delay" if delayed else "report"
        return _reading(nature, Evidence(rule=rule, text=message.report.kind, place="structure"))
    if message.calendar_method in ("reply", "counter", "declinecounter"):
        evidence = Evidence(rule="calendar", text=message.calendar_method, place="structure")
        return _reading(Nature.CALENDAR_REPLY, evidence)
    return None


def _field(message: Message, name: str) -> str:
    """The first value of a field without comments and parameters, lower case (RFC 3834 section 5)."""
    value = next(iter(message.headers.get(name, ())), "")
    word = re.sub(r"\([^()]*\)", "", value).partition(";")[0].strip().lower()
    return "" if name == "auto-submitted" and word == "no" else word


def _supported(message: Message) -> bool:
    """Say whether a field goes with the words; none of them says anything alone."""
    return any(
        mark in value.lower()
        for name, marks in _SUPPORTING_FIELDS.items()
        for value in message.headers.get(name, ())
        for mark in marks
    )


def _from_server(message: Message) -> bool:
    return any(_SERVER.match(who.address) or _SERVER.match(who.name) for who in message.senders)


# --- words ----------------------------------------------------------------------------------------


def _titled(subject: str, rules: RulePack) -> tuple[Rule, Hit] | None:
    """What the subject announces, when it begins with it: later in a subject the words are about it."""
    for rule, hit in rules.find(read(subject)):
        if rule.label.startswith("subject:") and hit.start <= 1 + len(" re : "):
            return rule, hit
    return None


def _submitted_by_a_machine(
    message: Message, said: Iterable[tuple[Rule, Hit]], titled: tuple[Rule, Hit] | None
) -> Reading:
    evidence = Evidence(
        rule="auto-submitted", text=_field(message, "auto-submitted"), place="header"
    )
    natures = {_BY_LABEL.get(rule.label) for rule, _ in said if rule.weight == _PROOF}
    title = titled[0].label.partition(":")[2] if titled else ""
    if _from_server(message) or Nature.DELIVERY_REPORT in natures and title == "delivery_report":
        return _reading(Nature.DELIVERY_REPORT, evidence, correspondent=_failed(message), said=said)
    if title == "read_receipt" or Nature.READ_RECEIPT in natures:
        return _reading(Nature.READ_RECEIPT, evidence)
    if title == "out_of_office" or Nature.OUT_OF_OFFICE in natures:
        return _reading(Nature.OUT_OF_OFFICE, evidence)
    return _reading(Nature.AUTOMATIC_REPLY, evidence)


def _by_words(
    message: Message, said: tuple[tuple[Rule, Hit], ...], titled: tuple[Rule, Hit] | None
) -> Reading | None:
    """Judge a message that no field gives away: its title and its words must agree, or one be proof."""
    title = titled[0].label.partition(":")[2] if titled else ""
    labels = {rule.label for rule, _ in said}
    proofs = {rule.label for rule, _ in said if rule.weight == _PROOF}
    if _from_server(message) and (title == "delivery_report" or "delivery_report" in labels):
        return _worded(Nature.DELIVERY_REPORT, titled, said, message, Confidence.HIGH)
    if title == "delivery_report" and proofs & {"delivery_report", "delay"}:
        return _worded(Nature.DELIVERY_REPORT, titled, said, message, Confidence.HIGH)
    if title == "read_receipt" and ("read_receipt" in labels or not said):
        return _worded(Nature.READ_RECEIPT, titled, said, message, Confidence.MEDIUM)
    if title == "out_of_office" or (title == "automatic_reply" and "out_of_office" in labels):
        return _worded(Nature.OUT_OF_OFFICE, titled, said, message, Confidence.MEDIUM)
    if title == "automatic_reply" or any(_field(message, name) for name in _RESPONDER_FIELDS):
        return _worded(Nature.AUTOMATIC_REPLY, titled, said, message, Confidence.MEDIUM)
    if "out_of_office" in proofs and (labels & {"away_hint", "robot"} or _supported(message)):
        return _worded(Nature.OUT_OF_OFFICE, titled, said, message, Confidence.MEDIUM)
    if "robot" in proofs or ({"robot", "acknowledgement"} <= labels):
        return _worded(Nature.AUTOMATIC_REPLY, titled, said, message, Confidence.MEDIUM)
    if title == "acknowledgement" and ("acknowledgement" in labels) and _supported(message):
        return _worded(Nature.AUTOMATIC_REPLY, titled, said, message, Confidence.MEDIUM)
    return None


def _worded(
    nature: Nature,
    titled: tuple[Rule, Hit] | None,
    said: tuple[tuple[Rule, Hit], ...],
    message: Message,
    confidence: Confidence,
) -> Reading:
    if titled is not None:
        evidence = Evidence(rule=titled[0].id, text=titled[1].text, place="subject")
    elif said:
        evidence = Evidence(rule=said[0][0].id, text=said[0][1].text, place="body")
    else:
        evidence = Evidence(rule="responder-field", text="", place="header")
    failed = _failed(message) if nature is Nature.DELIVERY_REPORT else ""
    return _reading(nature, evidence, correspondent=failed, said=said, confidence=confidence)


def _reading(
    nature: Nature,
    evidence: Evidence,
    *,
    correspondent: str = "",
    said: Iterable[tuple[Rule, Hit]] = (),
    confidence: Confidence = Confidence.HIGH,
) -> Reading:
    if nature is Nature.DELIVERY_REPORT:
        late = next((entry for entry in said if entry[0].label == "delay"), None)
        if late is not None:
            evidence = Evidence(rule=f"{late[0].id}.delay", text=late[1].text, place="body")
    return Reading(
        nature=nature, evidence=(evidence,), correspondent=correspondent, confidence=confidence
    )


def _failed(message: Message) -> str:
    """The recipient a report without parts gives up on: named by a field, else the first address in its text."""
    named = next(iter(message.headers.get("x-failed-recipients", ())), "") or message.text[:4000]
    ours = {who.address for who in (*message.senders, *message.to)}
    return next(
        (found.lower() for found in _ADDRESS.findall(named) if found.lower() not in ours), ""
    )
