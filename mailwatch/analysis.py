"""From one delivery to a fact: the core run on the bytes of one message.

Everything here is a pure function of the delivery and the desk. It stands in the shell because the service
runs it in worker processes, under limits, on bytes nobody vouches for.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import date

from mailwatch import mentions, nature, promises, threads
from mailwatch.addresses import is_ours
from mailwatch.instants import Instant, arrival, sending
from mailwatch.message import read
from mailwatch.message.journaled import unwrapped
from mailwatch.model import (
    Address,
    Announced,
    Delivery,
    Direction,
    Evidence,
    Fact,
    Mentions,
    Message,
    Nature,
    Reading,
    Role,
    Unreadable,
)
from mailwatch.packing import pack
from mailwatch.ruleset import Desk
from mailwatch.sealing import seal
from mailwatch.wording import Words, tokens
from mailwatch.wording import read as read_words

PARSER = 1
"""The version of what reads mail: raised when more can be read, it has what was set aside tried once more."""
REPORTS = frozenset({Nature.DELIVERY_REPORT, Nature.READ_RECEIPT})
"""What a server or a mail program writes by itself: no mention is judged."""

_KEYED = 65536
"""Octets of a message, its CR left out, that its key is a digest of."""

_ATTRIBUTION = re.compile(r"a écrit|wrote|^[\s>*]*(?:de|from)\s*:", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One message with every verdict on it."""

    delivery: Delivery
    message: Message
    direction: Direction
    reading: Reading
    answer: Nature | None
    """The outgoing nature of a human message of ours to somebody outside, also found as a copy in an inbox."""
    mentions: Mentions | None
    announced: Announced | None
    instant: Instant | None
    own: Words


def examine(
    delivery: Delivery, desk: Desk, *, judge_on: date | None = None
) -> Examined | Unreadable:
    """Read one delivery and judge it.

    The mentions of human answers are judged; with `judge_on`, the day that stands for a missing date, those
    of every message that is no report.
    """
    delivery, message = _opened(delivery)
    if isinstance(message, Unreadable):
        return message
    if delivery.journal or delivery.handed_over:
        delivery = replace(delivery, role=_role(message, delivery, desk))
    own = read_words(message.own)
    outgoing = delivery.role is Role.SENT
    judge = nature.outgoing if outgoing else nature.incoming
    reading = judge(message, own, desk.institution, desk.rules)
    answered = _answer(message, own, reading, desk, outgoing=outgoing)
    instant = (sending if outgoing else arrival)(message, delivery, desk.institution, desk.zone)
    replied_on = instant.at.date() if instant else judge_on
    judged = answered is not None or (judge_on is not None and reading.nature not in REPORTS)
    found = announced = None
    if judged and replied_on is not None:
        # Nothing that robots or citizens write is put to the model.
        persons = desk.persons if reading.nature in nature.HUMAN_ANSWERS or answered else None
        found = mentions.examine(
            message, own, desk.institution, desk.rules.mentions, replied_on, persons
        )
        announced = promises.announced(own, replied_on, desk.calendar, desk.rules.promises)
    settled, announced = nature.settled(answered or reading, announced)
    return Examined(
        delivery=delivery,
        message=message,
        direction=Direction.OUTGOING if outgoing else Direction.INCOMING,
        reading=settled if outgoing else reading,
        answer=settled.nature if answered else None,
        mentions=found,
        announced=announced,
        instant=instant,
        own=own,
    )


def analyse(delivery: Delivery, desk: Desk) -> Fact | Unreadable:
    """Turn one delivery into the fact that is remembered of it."""
    examined = examine(delivery, desk)
    if isinstance(examined, Unreadable):
        return examined
    if examined.instant is None:
        reason = "aucune date : ni Received, ni date du serveur, ni champ Date lisible"
        return Unreadable(file=delivery.file, role=delivery.role, reason=reason)
    return _fact(examined, examined.instant, desk)


def sealed(delivery: Delivery, desk: Desk, key: bytes) -> bytes | Unreadable:
    """Turn one delivery into what the register keeps of it: the fact, its persons under pseudonyms, as bytes."""
    found = analyse(delivery, desk)
    return found if isinstance(found, Unreadable) else pack(seal(found, key, desk.institution))


def message_key(raw: bytes) -> str:
    """Digest the first 64 KiB of a message without its CR: a file and the same mail by IMAP have one key."""
    # `replace` would look for pairs, at four times the price of all else here.
    head = raw[: 2 * _KEYED].translate(None, b"\r")[:_KEYED]
    return hashlib.sha256(head).hexdigest()[:16]


def _answer(
    message: Message, own: Words, reading: Reading, desk: Desk, *, outgoing: bool
) -> Reading | None:
    """A human answer as outgoing mail; a copy of one in an inbox reads as internal mail at first."""
    if not _addresses_outside(message, desk):
        return None
    if not outgoing:
        if reading.nature is not Nature.INTERNAL or reading.answer_due:
            return None
        reading = nature.outgoing(message, own, desk.institution, desk.rules)
    return reading if reading.nature in nature.HUMAN_ANSWERS else None


def _opened(delivery: Delivery) -> tuple[Delivery, Message | Unreadable]:
    """Read a delivery; of a journal report, the message inside, to whom its envelope says that it went."""
    inner = unwrapped(delivery.raw) if delivery.report else None
    if inner is None:
        return delivery, _enveloped(read(delivery), delivery)
    delivery = replace(delivery, raw=inner.raw)
    message = read(delivery)
    if isinstance(message, Unreadable):
        return delivery, message
    named = {who.address for who in _recipients(message)}
    blind = tuple(who for who in inner.recipients if who.address not in named)
    return delivery, replace(message, bcc=(*message.bcc, *blind))


def _enveloped(message: Message | Unreadable, delivery: Delivery) -> Message | Unreadable:
    """Add the field by which a final delivery tells the sender of the envelope (RFC 5321 section 4.4)."""
    if not delivery.handed_over or isinstance(message, Unreadable):
        return message
    said = (f"<{delivery.return_path}>", *message.headers.get("return-path", ()))
    return replace(message, headers={**message.headers, "return-path": said})


def _role(message: Message, delivery: Delivery, desk: Desk) -> Role:
    """The role of a copy: that of its folder, but in a journal sent is what we wrote to somebody outside.

    What our server hands over as sent was sent by whoever claimed an address of ours: the From field must agree.
    """
    ours = bool(message.senders) and is_ours(message.senders[0].address, desk.institution)
    if delivery.journal:
        return Role.SENT if ours and _addresses_outside(message, desk) else Role.INBOX
    return Role.INBOX if delivery.handed_over and not ours else delivery.role


def _addresses_outside(message: Message, desk: Desk) -> bool:
    return any(not is_ours(who.address, desk.institution) for who in _recipients(message))


def _recipients(message: Message) -> tuple[Address, ...]:
    return (*message.to, *message.cc, *message.bcc)


def _fact(examined: Examined, instant: Instant, desk: Desk) -> Fact:
    message = examined.message
    sender = message.senders[0].address if message.senders else ""
    passed_on = message.forwarded.text if message.forwarded else ""
    quoted = f"{message.quoted}\n\n{passed_on}"
    recipients = dict.fromkeys(who.address for who in _recipients(message) if who.address)
    if examined.delivery.role is Role.INBOX:
        # Where a person asks to be answered, an answer is theirs.
        asked = (who.address for who in message.reply_to)
        recipients |= dict.fromkeys(who for who in asked if not is_ours(who, desk.institution))
    recipients.pop(sender, None)
    return Fact(
        key=message_key(examined.delivery.raw),
        file=examined.delivery.file,
        role=examined.delivery.role,
        at=instant.at,
        grade=instant.grade,
        span=instant.span,
        message_id=message.message_id,
        references=(*filter(None, (message.conversation,)), *message.references),
        sender=sender,
        recipients=tuple(recipients),
        direct=sum(who.address in recipients for who in message.to),
        subject=threads.base_subject(message.subject),
        reading=_remembered(examined.reading),
        answer=examined.answer,
        mentions=examined.mentions if examined.answer is not None else None,
        announced=examined.announced,
        sketch=threads.sketch(examined.own.spoken(), threads.OWN_SKETCH_LIMIT),
        quoted_sketch=threads.sketch(tokens(quoted)),
        identifiers=threads.identifiers(message.subject, examined.own),
        report=message.report,
        findings=_findings(examined, instant, quoted, desk),
    )


def _findings(examined: Examined, instant: Instant, quoted: str, desk: Desk) -> tuple[str, ...]:
    findings = [*instant.findings]
    if examined.delivery.role is Role.INBOX and _quotes_ours(examined.message, quoted, desk):
        findings.append("quotes_ours")
    if any(found.rule.endswith(".delay") for found in examined.reading.evidence):
        findings.append("delay_warning")
    return tuple(findings)


def _quotes_ours(message: Message, quoted: str, desk: Desk) -> bool:
    """Say whether a quotation is attributed to an address of ours, and was typed by a person."""
    text = message.quoted
    if not any(
        is_ours(address.lower(), desk.institution)
        for line in text.splitlines()
        if "@" in line and _ATTRIBUTION.search(line)
        for address in _ADDRESS.findall(line)
    ):
        return False
    return not nature.sounds_automatic(read_words(quoted), desk.rules.automatic)


def _remembered(reading: Reading) -> Reading:
    """The reading as a fact keeps it: the rules it rests on, without the words."""
    return replace(
        reading,
        evidence=tuple(
            Evidence(rule=found.rule, said="", place=found.place) for found in reading.evidence[:2]
        ),
    )
