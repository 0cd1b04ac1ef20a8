"""Invented histories of a préfecture’s requests, as audits: whatever dates, answers and decisions may meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from mailwatch import indicators
from mailwatch.corrections import amended
from mailwatch.model import (
    Announced,
    Answer,
    Audit,
    AuthorLevel,
    Box,
    Channel,
    Correction,
    CorrectionKind,
    Exemption,
    Grade,
    Institution,
    Link,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Period,
    Request,
    Role,
    Ruling,
    Span,
    Unwatched,
)
from mailwatch.model.terms import Confidence, Convention
from mailwatch.report.closing import frozen, thawed
from mailwatch.ruleset import Desk
from mailwatch.standing import _stand
from mailwatch.workdays import delay, due_on
from tests.facts import PARIS, desk

FIRST, LAST = date(2025, 11, 24), date(2026, 5, 18)
HERE = Institution(
    name="Préfecture du Jura",
    calendar="39",
    domains=("jura.gouv.fr",),
    boxes=(Box(address="pref-etrangers@jura.gouv.fr", service="Bureau des étrangers"),),
    exemptions=(
        Exemption(
            address="pref-fraude@jura.gouv.fr", service="", ground="CRPA L111-2", decided_by="SG",
            from_on=date(2025, 1, 1),
        ),
    ),
)  # fmt: skip
DESKS = tuple(desk(replace(HERE, convention=convention)) for convention in Convention)
SERVICES = (
    "Bureau des étrangers", "Sous-préfecture de Dole", "non attribué", '=HYPERLINK("x")', "'apostrophe", "''",
    'a;b "c"\nd', "-1", "bip\x07", "\ud800", "É\u2028t\u00e9", " ", "+33", "\r", "＝1", "D\x85",
)  # fmt: skip
"""Most of them as no préfecture would call a service, and a register of letters may."""
KINDS = (
    Nature.REPLY, Nature.REPLY, Nature.HOLDING_REPLY, Nature.HOLDING_REPLY, Nature.INFORMATION_NEEDED,
    Nature.REFERRAL, Nature.AUTOMATIC_ACKNOWLEDGEMENT, "telephone", "réponse d’attente", "guichet ; puis courrier",
)  # fmt: skip
NATURES = (
    Nature.REQUEST, Nature.REQUEST, Nature.REQUEST, Nature.REMINDER, Nature.COMPLAINT,
    Nature.SUGGESTION, Nature.OUT_OF_SCOPE,
)  # fmt: skip
REASONS = ("", "doublon", "=hors ; sujet", "reçue par erreur\nà Dole")


def history(draw: Random, most: int = 14) -> Audit:
    """An audit of up to `most` requests, closed and read again now and then."""
    here = draw.choice(DESKS)
    today = FIRST + timedelta(days=draw.randint(0, 260))
    answers = {f"k{n}": _mentions(draw) for n in range(draw.randint(1, 6))}
    found, rulings = [], []
    for number in range(draw.randint(1, most)):
        request, held = _request(draw, number, answers, here, today)
        found.append(request)
        rulings += [
            Ruling(correction=one, on=request.received_on, request=request.id) for one in held
        ]
    audit = _audit(draw, sorted(found, key=lambda each: each.received_on), rulings, here, today)
    return thawed(frozen(audit), audit) if draw.random() < 0.3 else audit


def _audit(
    draw: Random, found: Sequence[Request], rulings: Sequence[Ruling], here: Desk, today: date
) -> Audit:
    unwatched = tuple(_gaps(draw))
    return Audit(
        institution=here.institution,
        period=Period(from_on=FIRST, to_on=LAST),
        today=today,
        requests=tuple(found),
        indicators=indicators.compute(found, today, unwatched),
        by_month=indicators.by_month(found, today),
        by_service=indicators.by_service(found, today),
        set_aside={Nature.BULK: 3},
        unseen=(),
        quarantined=(),
        refused=(),
        messages=40,
        duplicates=1,
        rules=here.rules.digest,
        rulings=tuple(rulings),
        unwatched=unwatched,
    )


def _gaps(draw: Random) -> Iterator[Unwatched]:
    for _ in range(draw.choice((0, 0, 1, 3))):
        until = datetime(2026, 2, draw.randint(1, 28), 7, 30, tzinfo=PARIS)
        yield Unwatched(
            account="préfecture",
            folder=draw.choice(("INBOX", "Envoyés")),
            role=draw.choice((Role.INBOX, Role.SENT)),
            since=draw.choice((None, until - timedelta(hours=9))),
            until=until,
            missed=draw.choice((0, 0, 1, 4)),
        )


def _request(
    draw: Random, number: int, judged: dict[str, Mentions | None], here: Desk, today: date
) -> tuple[Request, Sequence[Correction]]:
    channel = draw.choice((Channel.EMAIL, Channel.EMAIL, Channel.LETTER))
    received_on = FIRST + timedelta(days=draw.randint(0, (LAST - FIRST).days))
    nature = draw.choice(NATURES)
    policy = here.rules.policy
    days = policy.letter_days if channel is Channel.LETTER else policy.email_days
    opened = Request(
        id=f"{number:012x}",
        file=f"préfecture/INBOX;UIDVALIDITY=7/;UID={number}",
        message_id=f"<{number}@mail.example>",
        channel=channel,
        received_at=datetime(received_on.year, received_on.month, received_on.day, 9, tzinfo=PARIS)
        if channel is Channel.EMAIL
        else None,
        received_on=received_on,
        grade=draw.choice(tuple(Grade)),
        due_on=due_on(here.calendar, received_on, days, here.institution.convention),
        service=draw.choice(SERVICES),
        nature=nature,
        links=tuple(_links(draw, received_on)),
        excluded_because=f"{nature} : suivie à part" if nature not in NATURES[:4] else "",
        confidence=draw.choice(tuple(Confidence)),
    )
    answers = [
        _answer(draw, received_on, judged, here) for _ in range(draw.choice((0, 1, 1, 2, 4)))
    ]
    span = _span(draw, received_on) if channel is Channel.EMAIL else None
    held = tuple(_corrections(draw, opened.id))
    return amended(_stand(opened, answers, (), here, today, span), held, today), held


def _links(draw: Random, received_on: date) -> Iterator[Link]:
    for number in range(draw.choice((0, 0, 1))):
        yield Link(
            key=f"l{number}", file=f"préfecture/INBOX;UIDVALIDITY=7/;UID=9{number}", message_id=None,
            on=received_on + timedelta(days=2), part="reminder", evidence=("person",), confidence=Confidence.LOW,
        )  # fmt: skip


def _answer(
    draw: Random, received_on: date, judged: dict[str, Mentions | None], here: Desk
) -> Answer:
    on = received_on + timedelta(days=draw.choice((-1, 0, 1, 3, 5, 6, 7, 8, 12, 30, 60)))
    kind = str(draw.choice(KINDS))
    declared = kind not in set(Nature)
    key = "" if declared else draw.choice(sorted(judged))
    return Answer(
        on=on,
        delay=delay(here.calendar, received_on, on, here.institution.convention),
        kind=kind,
        substantive=declared or Nature(kind) in here.rules.policy.substantive,
        message_id=None if declared else f"<{key}@jura.gouv.fr>",
        key=key,
        mentions=judged.get(key),
        announced=draw.choice((None, Announced(on=on + timedelta(days=9), text="avant le 12"))),
        bounced=draw.random() < 0.15,
        declared=declared,
        grade=draw.choice(tuple(Grade)),
        span=_span(draw, on),
    )


def _span(draw: Random, on: date) -> Span | None:
    if draw.random() < 0.7:
        return None
    before, after = draw.choice(((0, 1), (2, 0), (4, 4), (1, 9)))
    return Span(earliest_on=on - timedelta(days=before), latest_on=on + timedelta(days=after))


def _mentions(draw: Random) -> Mentions | None:
    if draw.random() < 0.2:
        return None
    author, service, institution = (
        Mention(outcome=draw.choice(tuple(Outcome)), text="Claire Vernier") for _ in range(3)
    )
    level = draw.choice((None, *AuthorLevel))
    return Mentions(
        author=replace(author, level=level), service=service, institution=institution,
        from_class="functional",
    )  # fmt: skip


def _corrections(draw: Random, target: str) -> Iterator[Correction]:
    for kind, values in (
        (CorrectionKind.EXCLUSION, ("excluded", "counted")),
        (CorrectionKind.SERVICE, SERVICES),
        (CorrectionKind.NATURE, ("request",)),
        (CorrectionKind.NOTE, ("absence ; relais en place", "=panne")),
    ):
        if draw.random() < 0.12:
            yield Correction(
                kind=kind, target=target, value=draw.choice(values), author="Hélène Prost",
                reason=draw.choice(REASONS), at=datetime(2026, 6, 1, 9, tzinfo=PARIS),
            )  # fmt: skip
