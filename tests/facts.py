"""Facts for the tests of the decision: one call a message, everything else believable by default."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zlib import crc32
from zoneinfo import ZoneInfo

from mailwatch.model import (
    Announced,
    Correction,
    CorrectionKind,
    Fact,
    Grade,
    Institution,
    Letter,
    ManualAnswer,
    Mentions,
    Nature,
    Reading,
    Report,
    ReportedRecipient,
    Role,
)
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_for
from mailwatch.threads import base_subject, identifiers, sketch
from mailwatch.wording import read, tokens

PARIS = ZoneInfo("Europe/Paris")
BOX = "pref-associations@jura.gouv.fr"
AGENT = "claire.vernier@jura.gouv.fr"
CITIZEN = "odile.ferrand@laposte.example"
QUESTION = (
    "Bonjour, je suis trésorière d’une association de randonnée et je voudrais savoir quelles pièces il faut "
    "fournir pour déclarer le changement de notre siège social. Merci de votre réponse."
)
JURA = Institution(
    name="Préfecture du Jura", calendar="39", domains=("jura.gouv.fr",), addresses=(BOX,)
)
ANSWER_DUE = frozenset({Nature.REQUEST, Nature.REMINDER, Nature.COMPLAINT, Nature.SUGGESTION})


def desk(institution: Institution = JURA) -> Desk:
    """The shipped rules as `institution` applies them."""
    return desk_for(institution)


def at(words: str) -> datetime:
    """An instant in Paris, written `2026-03-02 09:12`."""
    return datetime.fromisoformat(words).replace(tzinfo=PARIS)


def incoming(
    when: str,
    text: str = QUESTION,
    *,
    sender: str = CITIZEN,
    to: Iterable[str] = (BOX,),
    subject: str = "Changement de siège",
    message_id: str | None = None,
    references: Iterable[str] = (),
    nature: Nature = Nature.REQUEST,
    also: tuple[Nature, ...] = (),
    quoted: str = "",
    correspondent: str = "",
    answer_due: bool | None = None,
    findings: tuple[str, ...] = (),
    file: str = "",
    reason: str = "",
) -> Fact:
    """A message found in an inbox."""
    identity = message_id or f"<{when.replace(' ', '.').replace(':', '')}.{sender}>"
    return Fact(
        key=f"k{identity}{file}",
        file=file or f"inbox/{crc32(identity.encode()):08x}.eml",
        role=Role.INBOX,
        at=at(when),
        grade=Grade.C,
        message_id=identity,
        references=tuple(references),
        sender=sender,
        recipients=tuple(to),
        direct=1,
        subject=base_subject(subject),
        reading=Reading(
            nature=nature,
            also=also,
            answer_due=nature in ANSWER_DUE if answer_due is None else answer_due,
            correspondent=correspondent or sender,
            reason=reason,
        ),
        answer=None,
        mentions=None,
        announced=None,
        sketch=sketch(tokens(text)),
        quoted_sketch=sketch(tokens(quoted)),
        identifiers=identifiers(subject, read(text)),
        report=None,
        findings=findings,
    )


def answer(
    when: str,
    text: str = "Bonjour, vous trouverez ci-joint la liste des pièces à fournir. Bien cordialement, Claire Vernier",
    *,
    to: Iterable[str] = (CITIZEN,),
    cc: Iterable[str] = (),
    subject: str = "RE: Changement de siège",
    message_id: str | None = None,
    references: Iterable[str] = (),
    kind: Nature = Nature.REPLY,
    quoted: str = "",
    announced: Announced | None = None,
    mentions: Mentions | None = None,
    role: Role = Role.SENT,
    file: str = "",
) -> Fact:
    """A human answer of ours, in a sent folder or as a copy in an inbox."""
    direct = tuple(to)
    identity = message_id or f"<{when.replace(' ', '.').replace(':', '')}.reply@jura.gouv.fr>"
    return Fact(
        key=f"k{identity}{file}",
        file=file or f"{role}/{crc32(identity.encode()):08x}.eml",
        role=role,
        at=at(when),
        grade=Grade.C,
        message_id=identity,
        references=tuple(references),
        sender=AGENT,
        recipients=(*direct, *cc),
        direct=len(direct),
        subject=base_subject(subject),
        reading=Reading(nature=kind if role is Role.SENT else Nature.INTERNAL, correspondent=AGENT),
        answer=kind,
        mentions=mentions,
        announced=announced,
        sketch=sketch(tokens(text)),
        quoted_sketch=sketch(tokens(quoted)),
        identifiers=identifiers(subject, read(text)),
        report=None,
        findings=(),
    )


def bounce(
    when: str, *, of: str | None = None, recipient: str = CITIZEN, action: str = "failed"
) -> Fact:
    """A delivery report that came back to the box."""
    report = Report(
        kind="delivery-status",
        recipients=(ReportedRecipient(address=recipient, action=action, status="5.1.1"),),
        original_message_id=of,
    )
    return Fact(
        key=f"bounce{when}{recipient}",
        file=f"inbox/bounce-{when}.eml",
        role=Role.INBOX,
        at=at(when),
        grade=Grade.C,
        message_id=f"<{when.replace(' ', '.')}.dsn@mx.example>",
        references=(),
        sender="mailer-daemon@mx.example",
        recipients=(BOX,),
        direct=1,
        subject="undelivered mail returned to sender",
        reading=Reading(nature=Nature.DELIVERY_REPORT),
        answer=None,
        mentions=None,
        announced=None,
        sketch=b"",
        quoted_sketch=b"",
        identifiers=(),
        report=report,
        findings=(),
    )


# --- what persons say -----------------------------------------------------------------------------


def filed(
    reference: str = "C-1",
    *,
    received_on: date = date(2026, 3, 2),
    answered_on: date | None = None,
    correspondent: str = "",
    service: str = "",
    note: str = "",
) -> Letter:
    """A line of the register of letters."""
    return Letter(
        file="",
        line=0,
        reference=reference,
        received_on=received_on,
        service=service,
        answered_on=answered_on,
        kind="courrier" if answered_on else "",
        note=note,
        correspondent=correspondent,
    )


def set_right(
    kind: CorrectionKind,
    value: str,
    *,
    target: str = "question@laposte.example",
    reason: str = "",
    when: str = "2026-03-30 14:00",
) -> Correction:
    """What an agent set right."""
    return Correction(
        kind=kind, target=target, value=value, author="Claire Vernier", reason=reason, at=at(when)
    )


def by_telephone(
    request: str = "<question@laposte.example>",
    *,
    on: date = date(2026, 3, 4),
    note: str = "",
) -> ManualAnswer:
    """An answer that no mailbox holds."""
    return ManualAnswer(request=request, on=on, kind="telephone", by="C. V.", note=note)
