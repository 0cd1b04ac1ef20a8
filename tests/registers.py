"""Whole mailboxes drawn at random, in which everything that can touch something else does, and registers for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from mailwatch.kinship import names
from mailwatch.model import (
    Box,
    Correction,
    CorrectionKind,
    Fact,
    Institution,
    Letter,
    ManualAnswer,
    Nature,
    Role,
)
from mailwatch.packing import pack
from mailwatch.register import Place, Register, Sighting, checked, created, opened
from mailwatch.register.terms import location_name
from mailwatch.sealing import seal
from tests.facts import AGENT, BOX, QUESTION, answer, at, bounce, desk, incoming

KEY = bytes(range(32))
NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
OTHER_BOX = "sp-dole@jura.gouv.fr"
ROBOT = "formulaire@jura.gouv.fr"
MANNED = Institution(
    name="Préfecture du Jura",
    calendar="39",
    domains=("jura.gouv.fr",),
    addresses=(BOX,),
    boxes=(Box(address=OTHER_BOX, service="Sous-préfecture de Dole"),),
)

CITIZENS = (
    "odile.ferrand@laposte.example",
    "karim.haddad@orange.example",
    "o.ferrand@bureau.example",
)
PERSONS = (*CITIZENS, ROBOT, AGENT)
TEXTS = (
    QUESTION,
    "Bonjour, je suis trésorière d’une association et je souhaite connaître la date de la prochaine commission. Merci.",
    "Ma carte grise n’est jamais arrivée, le dossier est bloqué depuis trois semaines, que dois-je faire ?",
    "Toujours rien ?",
    "",
)
REPLIES = (
    "Bonjour, vous trouverez ci-joint la liste des pièces à fournir pour ce changement. Cordialement, Claire Vernier",
    "Votre demande a bien été enregistrée, elle sera étudiée par le bureau des titres avant la fin du mois.",
)
SUBJECTS = ("Changement de siège", "Carte grise", "Bonjour", "", "Dossier n° 2026-00417")
NATURES = (
    Nature.REQUEST,
    Nature.REQUEST,
    Nature.REMINDER,
    Nature.COMPLAINT,
    Nature.OUT_OF_SCOPE,
    Nature.THANKS,
    Nature.BULK,
    Nature.AUTOMATIC_REPLY,
)
KINDS = (Nature.REPLY, Nature.HOLDING_REPLY, Nature.INFORMATION_NEEDED, Nature.REFERRAL)

message_ids = st.integers(0, 9).map("<m{}@mail.example>".format)
named = st.lists(message_ids, max_size=2, unique=True)
# Few minutes and few days, so that messages cross, coincide and come before what they answer.
times = st.builds(
    "2026-03-{:02} {:02}:{:02}".format,
    st.integers(2, 20),
    st.sampled_from((8, 9, 17)),
    st.sampled_from((0, 0, 30)),
)
quotations = st.sampled_from(
    (*TEXTS, *REPLIES, f"{QUESTION}\n{REPLIES[0]}", f"{TEXTS[1]} {TEXTS[2]}")
)
letters_of = "A-2026-{:03}".format
REASON = "vu avec le service"
"""Why persons set right what they do."""


@st.composite
def questions(draw: st.DrawFn) -> Fact:
    quoted = draw(quotations)
    fact = incoming(
        draw(times),
        draw(st.sampled_from(TEXTS)),
        sender=draw(st.sampled_from(PERSONS)),
        to=draw(
            st.lists(
                st.sampled_from((BOX, OTHER_BOX, AGENT, CITIZENS[2])),
                min_size=1,
                max_size=2,
                unique=True,
            )
        ),
        subject=draw(st.sampled_from(SUBJECTS)),
        message_id=draw(message_ids),
        references=draw(named),
        nature=draw(st.sampled_from(NATURES)),
        quoted=quoted,
        findings=draw(st.sampled_from(((), ("quotes_ours",)))),
    )
    relayed = draw(st.booleans()) and fact.sender == ROBOT
    return (
        replace(fact, reading=replace(fact.reading, correspondent=CITIZENS[0])) if relayed else fact
    )


@st.composite
def passed_on(draw: st.DrawFn) -> Fact:
    return incoming(
        draw(times),
        "Pour attribution",
        sender=AGENT,
        to=[draw(st.sampled_from((BOX, OTHER_BOX)))],
        message_id=draw(message_ids),
        references=draw(named),
        nature=Nature.INTERNAL,
        answer_due=True,
        quoted=draw(quotations),
        correspondent=draw(st.sampled_from((*CITIZENS, AGENT))),
    )


@st.composite
def replies(draw: st.DrawFn) -> Fact:
    text = draw(st.sampled_from(REPLIES))
    if draw(st.booleans()):
        text = f"{text} Votre courrier du 4 mars, réf. {letters_of(draw(st.integers(0, 2)))}."
    return answer(
        draw(times),
        text,
        to=draw(
            st.lists(
                st.sampled_from((*CITIZENS, "inconnu@ailleurs.example")),
                min_size=1,
                max_size=2,
                unique=True,
            )
        ),
        cc=draw(st.sampled_from(((), (BOX,), (AGENT,)))),
        subject=draw(st.sampled_from(SUBJECTS)),
        message_id=draw(message_ids),
        references=draw(named),
        kind=draw(st.sampled_from(KINDS)),
        quoted=draw(quotations),
        role=draw(st.sampled_from(Role)),
    )


@st.composite
def forwards(draw: st.DrawFn) -> Fact:
    fact = draw(replies())
    nature = draw(st.sampled_from((Nature.INTERNAL_FORWARD, Nature.AUTOMATIC_ACKNOWLEDGEMENT)))
    to = draw(st.sampled_from(((OTHER_BOX,), (AGENT,), (CITIZENS[1], ROBOT))))
    return replace(
        fact,
        answer=None,
        role=Role.SENT,
        recipients=to,
        reading=replace(fact.reading, nature=nature),
    )


@st.composite
def bounces(draw: st.DrawFn) -> Fact:
    fact = bounce(
        draw(times),
        of=draw(st.none() | message_ids),
        recipient=draw(st.sampled_from((*CITIZENS, BOX, AGENT))),
        action=draw(st.sampled_from(("failed", "failed", "delayed"))),
    )
    report = draw(st.sampled_from((fact.report, None)))
    correspondent = draw(st.sampled_from(("", CITIZENS[0], BOX)))
    return replace(
        fact,
        report=report,
        references=tuple(draw(named)),
        reading=replace(fact.reading, correspondent=correspondent),
    )


@st.composite
def mailboxes(draw: st.DrawFn, max_size: int = 14) -> list[Fact]:
    """Facts with files of their own, some of them found twice."""
    facts = draw(
        st.lists(questions() | questions() | replies() | replies() | passed_on() | forwards() | bounces(),
                 min_size=1, max_size=max_size)
    )  # fmt: skip
    copies = draw(st.lists(st.sampled_from(facts), max_size=3))
    late = [replace(fact, at=fact.at + timedelta(minutes=2)) for fact in copies]
    return [
        replace(fact, key=f"{number:016x}", file=f"boîte/{number}", identifiers=fact.identifiers)
        for number, fact in enumerate((*facts, *late))
    ]


@st.composite
def written(draw: st.DrawFn) -> list[Letter]:
    """A few lines of a register of letters, some of the same writer or reference."""
    numbers = draw(st.lists(st.integers(0, 2), max_size=3))
    return [
        Letter(
            file="courriers.csv",
            line=line,
            reference=letters_of(number),
            received_on=at("2026-03-04 00:00").date(),
            service="",
            answered_on=None,
            kind="",
            note="",
            correspondent=draw(st.sampled_from(("", *CITIZENS))),
            repeated=numbers.count(number) > 1,
        )
        for line, number in enumerate(numbers, start=2)
    ]


@st.composite
def declared(draw: st.DrawFn) -> ManualAnswer:
    return ManualAnswer(
        request=draw(message_ids | st.integers(0, 3).map(letters_of) | st.just("inconnue")),
        on=at("2026-03-06 00:00").date(),
        kind="telephone",
        by="Claire Vernier",
        note="rappelée, satisfaite",
    )


@st.composite
def corrected(draw: st.DrawFn, facts: Sequence[Fact]) -> list[Correction]:
    """What persons set right in a mailbox, by whatever names: also wrongly, twice, and taken back."""
    known = sorted({name for fact in facts for name in names(fact)})
    called = st.sampled_from(known) | st.integers(0, 3).map(letters_of) | st.just("inconnue")
    values = {
        CorrectionKind.NATURE: st.sampled_from([*Nature, "aucune"]).map(str),
        CorrectionKind.LINK: called | st.just("none"),
        CorrectionKind.SERVICE: st.just("Bureau des titres"),
        CorrectionKind.EXCLUSION: st.sampled_from(("excluded", "counted")),
        CorrectionKind.NOTE: st.just("panne du serveur"),
    }
    kinds = draw(st.lists(st.sampled_from(CorrectionKind), max_size=4))
    return [
        Correction(
            kind=kind,
            target=draw(called),
            value=draw(values[kind] | st.just("")),
            author="Claire Vernier",
            reason=REASON,
            at=NOON + timedelta(minutes=minute),
        )
        for minute, kind in enumerate(kinds)
    ]


# --- registers for them ---------------------------------------------------------------------------

INBOX = Place(account="jura", folder="INBOX")
SENT = Place(account="jura", folder="Éléments envoyés")


@cache
def _empty() -> bytes:
    """An empty register, made once: Alembic takes its time."""
    with TemporaryDirectory() as folder:
        created(Path(folder) / "state")
        return (Path(folder) / "state" / "register.sqlite").read_bytes()


def laid(folder: Path) -> Path:
    """Lay an empty register and its key in `folder`."""
    folder.mkdir(mode=0o700, parents=True)
    for name, octets in (("register.sqlite", _empty()), ("key", KEY)):
        (folder / name).write_bytes(octets)
        (folder / name).chmod(0o600)
    return folder


@contextmanager
def registered(folder: Path, institution: Institution = MANNED) -> Iterator[Register]:
    """Open an empty register in `folder`; it has to be whole when it is closed."""
    with opened(laid(folder), KEY) as register:
        yield register
    assert checked(folder, KEY, desk(institution)) == ()


def sealed(fact: Fact, place: Place, uid: int, institution: Institution = MANNED) -> Sighting:
    """A message as a worker hands it over."""
    placed = replace(fact, file=location_name(place, 1, uid))
    return Sighting(uid=uid, outcome=pack(seal(placed, KEY, institution)))


def take(
    register: Register,
    facts: Sequence[Fact],
    place: Place = INBOX,
    first: int = 1,
    at: datetime = NOON,
) -> None:
    """List and record `facts` as the messages of `place` from UID `first` on."""
    uids = range(first, first + len(facts))
    register.listed(place, 1, uids, first + len(facts), at)
    found = [sealed(fact, place, uid) for uid, fact in zip(uids, facts, strict=True)]
    register.record(place, found, at)
    register.looked(place, at)
