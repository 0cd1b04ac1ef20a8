"""What persons set right: which message or request each correction means, which hold, and what they change.

A message is what a person says it is before anything is decided (`read_again`); where a person puts it, the
casebook leaves it; what is said of a request holds over what was computed (`amended`). The newest correction of a
kind and a target holds, by whatever names they called it, and one that fits nothing is refused in sight of all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from operator import itemgetter

from mailwatch.addresses import FromClass
from mailwatch.errors import Remark
from mailwatch.kinship import bare
from mailwatch.labels import CORRECTIONS
from mailwatch.model import (
    Correction,
    CorrectionKind,
    Evidence,
    Fact,
    Letter,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Reading,
    Refused,
    Request,
    Role,
    Ruling,
)
from mailwatch.naming import Known, canonical, first, known_as
from mailwatch.nature import ANSWER_DUE, HUMAN_ANSWERS
from mailwatch.ordering import Docket
from mailwatch.standing import stand_on

NONE = "none"
"""The value that takes a message out of any request."""
EXCLUDED = "excluded"
COUNTED = "counted"

_OF_MESSAGES = frozenset({CorrectionKind.NATURE, CorrectionKind.LINK})
_RECEIVED = ANSWER_DUE | {Nature.THANKS, Nature.OUT_OF_SCOPE, Nature.INTERNAL}
"""What is written to us; the rest may lie in either folder."""
_CORRECTED = (Evidence(rule="corrected", said="", place=""),)
_UNTOLD = Mention(outcome=Outcome.UNVERIFIABLE, decided_by="corrected")
_UNJUDGED = Mentions(
    author=_UNTOLD, service=_UNTOLD, institution=_UNTOLD, from_class=FromClass.NONE
)
"""The mentions of an answer that was not known for one: its words are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulings:
    """The corrections that hold, with the messages they mean."""

    natures: Mapping[str, Correction] = field(default_factory=dict)
    """By the keys of the messages."""
    links: Mapping[str, Correction] = field(default_factory=dict)
    """By the keys of the messages."""
    linked: Mapping[str, str] = field(default_factory=dict)
    """What a person gave each message to, by its key: a name in `wanted`, a letter's id, or nothing for none."""
    of_requests: tuple[Correction, ...] = ()
    """Those of requests, the oldest first."""
    wanted: Mapping[str, str] = field(default_factory=dict)
    """One name a message that somebody named, by the bare keys of its copies."""
    called: Mapping[str, str] = field(default_factory=dict)
    """The same, by the names that persons gave it, bare."""
    requests: frozenset[str] = frozenset()
    """Those of these names that are the id of the request which the message would open."""
    days: Mapping[str, date] = field(default_factory=dict)
    """The days of those messages, by that name."""
    refused: tuple[Refused, ...] = ()

    def name_of(self, key: str) -> str:
        """The one name of the message of that key."""
        return self.wanted[bare(key)]


def ruled(
    corrections: Iterable[Correction], facts: Collection[Fact], letters: Iterable[Letter]
) -> Rulings:
    """Find what each of `corrections` means among `facts` and `letters`, and which hold."""
    said = sorted(set(corrections), key=_age)
    if not said:
        return Rulings()
    asked = {bare(one.target) for one in said}
    asked |= {bare(one.value) for one in said if one.kind is CorrectionKind.LINK}
    known = known_as(asked, facts, letters)
    held, faults = _holding(said, known)
    natures = _by_message(held, CorrectionKind.NATURE, known)
    links = _by_message(held, CorrectionKind.LINK, known)
    return Rulings(
        natures=natures,
        links=links,
        linked={key: _destination(key, one, known) for key, one in links.items()},
        of_requests=tuple(one for one in held if one.kind not in _OF_MESSAGES),
        wanted={
            bare(fact.key): canonical(copies)
            for _, copies in sorted(known.messages.items(), key=itemgetter(0))
            for fact in copies
        },
        called={name: canonical(copies) for name, copies in known.messages.items()},
        requests=frozenset(filter(known.is_request, known.messages)),
        days={canonical(copies): first(copies).at.date() for copies in known.messages.values()},
        refused=tuple(_refusal(one, fault) for one, fault in faults),
    )


def _age(correction: Correction) -> tuple[datetime, bool, str, str, str, str, str]:
    """The order of age; of one instant, what takes back is the newer."""
    return (
        correction.at,
        not correction.value,
        correction.kind,
        correction.target,
        correction.value,
        correction.author,
        correction.reason,
    )


# --- which hold -----------------------------------------------------------------------------------


def _holding(
    said: Iterable[Correction], known: Known
) -> tuple[tuple[Correction, ...], tuple[tuple[Correction, str], ...]]:
    """The newest usable of each kind and target, and the unusable ones that nothing newer replaces, with the fault."""
    held: dict[tuple[CorrectionKind, str], Correction] = {}
    faults: dict[tuple[CorrectionKind, str], tuple[Correction, str]] = {}
    for one in said:
        slot = one.kind, bare(one.target)
        if one.value and (fault := _fault(one, known)):
            faults[slot] = one, fault
        else:
            held[slot] = one
            faults.pop(slot, None)
    return tuple(sorted(held.values(), key=_age)), tuple(faults.values())


def _fault(correction: Correction, known: Known) -> str:
    """Why a correction cannot be followed, in French, else nothing."""
    value = correction.value
    if correction.kind is CorrectionKind.NATURE and value not in set(Nature):
        return Remark("« {value} » n’est pas une nature", value=value)
    if correction.kind is CorrectionKind.EXCLUSION and value not in {EXCLUDED, COUNTED}:
        return Remark(
            "« {value} » ne dit ni d’exclure ({excluded}) ni de compter ({counted})",
            value=value,
            excluded=EXCLUDED,
            counted=COUNTED,
        )
    if correction.kind not in _OF_MESSAGES:
        return ""
    fault = _unnamed(correction.target, known)
    if not fault and correction.kind is CorrectionKind.LINK and bare(value) not in known.letters:
        fault = "" if bare(value) == NONE else _unnamed(value, known)
    return fault


def _unnamed(name: str, known: Known) -> str:
    if bare(name) in known.messages:
        return ""
    if bare(name) in known.ambiguous:
        return Remark(
            "plusieurs messages s’appellent « {name} » ; désignez le bon par sa clé", name=name
        )
    return Remark("aucun message ne s’appelle « {name} »", name=name)


def _by_message(
    held: Iterable[Correction], kind: CorrectionKind, known: Known
) -> Mapping[str, Correction]:
    """The newest correction of each message, whatever it was called."""
    found = {key: one for one in held if one.kind is kind for key in known.keys(one.target)}
    return {key: one for key, one in found.items() if one.value}


def _destination(key: str, link: Correction, known: Known) -> str:
    """Where a link leaves the message of that key: with a message, a letter, or nothing."""
    name = bare(link.value)
    if name == NONE or key in known.keys(name):
        return ""
    return canonical(known.messages[name]) if name in known.messages else known.letters[name]


def _refusal(correction: Correction, fault: str) -> Refused:
    said = Remark(
        "rectification ({kind}) de « {target} » : {fault}",
        kind=Remark(CORRECTIONS[correction.kind]),
        target=correction.target,
        fault=fault,
    )
    return Refused(file="", line=0, reason=said)


# --- messages -------------------------------------------------------------------------------------


def read_again(facts: Docket, rulings: Rulings) -> Docket:
    """Let the messages be what persons say they are."""
    if not rulings.natures:
        return facts
    return type(facts).of(_read_again(facts, rulings.natures), facts.zone)


def _read_again(facts: Docket, natures: Mapping[str, Correction]) -> Iterator[Fact]:
    for place in range(len(facts)):
        fact = facts.pop(place)
        correction = natures.get(fact.key)
        yield reread(fact, correction) if correction else fact


def reread(fact: Fact, correction: Correction) -> Fact:
    """The message as a person says it is; whether an answer is due, or given, follows from it."""
    told = Nature(correction.value)
    # A colleague passes on what a citizen asks: such a question is theirs whom it is passed on for.
    passed_on = (
        fact.reading.nature is Nature.INTERNAL
        and bool(fact.quoted_sketch)
        and told in {Nature.REQUEST, Nature.REMINDER}
    )
    answers = told in HUMAN_ANSWERS
    return replace(
        fact,
        role=Role.INBOX if told in _RECEIVED else fact.role,
        reading=Reading(
            nature=Nature.INTERNAL if passed_on else told,
            answer_due=told in ANSWER_DUE,
            correspondent=fact.reading.correspondent,
            evidence=_CORRECTED,
            reason=correction.reason if told is Nature.OUT_OF_SCOPE else "",
        ),
        answer=told if answers else None,
        mentions=(fact.mentions or _UNJUDGED) if answers else None,
    )


# --- requests -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The corrections that hold once it is known which message belongs where."""

    of_requests: Mapping[str, tuple[Correction, ...]]
    """By the ids of the requests, the oldest first."""
    apart: tuple[Ruling, ...]
    """Those of messages that belong to no request."""
    refused: tuple[Refused, ...]


def settled(
    rulings: Rulings, named: Mapping[str, str], ids: Iterable[str], unheard: frozenset[str]
) -> Settled:
    """Give each correction to its request.

    `named` are the requests of the messages of `rulings.wanted`, `ids` those of all requests, `unheard` the keys
    of the messages whose link led nowhere.
    """
    found: dict[str, dict[tuple[CorrectionKind, str], Correction]] = defaultdict(dict)
    apart: list[Ruling] = []
    refused = list(rulings.refused)
    lost = frozenset(map(rulings.name_of, unheard))
    for name, one in _message_rulings(rulings):
        if one.kind is CorrectionKind.LINK and name in lost:
            refused.append(
                _refusal(one, Remark("« {value} » n’est plus une demande", value=one.value))
            )
        elif name in named:
            found[named[name]][one.kind, name] = one
        else:
            apart.append(Ruling(correction=one, on=rulings.days[name], request=""))
    known = {bare(owner): owner for owner in ids}
    for one in rulings.of_requests:
        name = bare(one.target)
        owner = known.get(name)
        if owner is None and name not in rulings.requests:
            owner = named.get(rulings.called.get(name, ""))
        if owner is not None:
            found[owner][one.kind, ""] = one
        elif one.value:
            refused.append(_refusal(one, Remark("aucune demande ne s’appelle ainsi")))
    return Settled(
        of_requests={
            owner: tuple(sorted((one for one in each.values() if one.value), key=_age))
            for owner, each in found.items()
        },
        apart=tuple(apart),
        refused=tuple(refused),
    )


def _message_rulings(rulings: Rulings) -> list[tuple[str, Correction]]:
    """The rulings on messages with the name of each message, the oldest first."""
    found = {
        (rulings.name_of(key), one)
        for by_key in (rulings.natures, rulings.links)
        for key, one in by_key.items()
    }
    return sorted(found, key=lambda pair: (_age(pair[1]), pair[0]))


def amended(request: Request, held: Sequence[Correction], today: date) -> Request:
    """The request as the corrections that hold leave it, on `today`."""
    if not held:
        return request
    by_kind = {one.kind: one for one in held}
    service = by_kind.get(CorrectionKind.SERVICE)
    note = by_kind.get(CorrectionKind.NOTE)
    changed = replace(
        request,
        service=service.value if service else request.service,
        excluded_because=_excluded_because(request, by_kind.get(CorrectionKind.EXCLUSION)),
        note=note.value if note else "",
        corrected=tuple(
            kind for kind in CorrectionKind if kind in by_kind and kind is not CorrectionKind.NOTE
        ),
    )
    return stand_on(changed, today)


def _excluded_because(request: Request, exclusion: Correction | None) -> str:
    if exclusion is None:
        return request.excluded_because
    return (exclusion.reason or "exclue par décision") if exclusion.value == EXCLUDED else ""


def rulings_on(request: Request, held: Iterable[Correction], rulings: Rulings) -> Iterator[Ruling]:
    """What persons decided of a request and its messages, each with the day of what it concerns."""
    for one in held:
        message = rulings.called.get(bare(one.target), "") if one.kind in _OF_MESSAGES else ""
        on = rulings.days.get(message, request.received_on)
        yield Ruling(correction=one, on=on, request=request.id)


def by_day(rulings: Iterable[Ruling]) -> tuple[Ruling, ...]:
    """Put rulings in the order in which they are listed."""
    return tuple(
        sorted(rulings, key=lambda ruling: (ruling.on, ruling.request, _age(ruling.correction)))
    )
