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
from mailwatch.kinship import bare, names
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
from mailwatch.nature import ANSWER_DUE, HUMAN_ANSWERS
from mailwatch.ordering import Docket, same_words
from mailwatch.standing import letter_id, stand_on

NONE = "none"
"""The value that takes a message out of any request."""
EXCLUDED = "excluded"
COUNTED = "counted"

_OF_MESSAGES = frozenset({CorrectionKind.NATURE, CorrectionKind.LINK})
_RECEIVED = ANSWER_DUE | {Nature.THANKS, Nature.OUT_OF_SCOPE, Nature.INTERNAL}
"""What is written to us; the rest may lie in either folder."""
_PERSON = (Evidence(rule="person", text="", place=""),)
_UNTOLD = Mention(outcome=Outcome.UNVERIFIABLE, decided_by="person")
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
    known = _known(said, facts, letters)
    held, faults = _holding(said, known)
    natures = _by_message(held, CorrectionKind.NATURE, known)
    links = _by_message(held, CorrectionKind.LINK, known)
    return Rulings(
        natures=natures,
        links=links,
        linked={key: known.destination(key, correction) for key, correction in links.items()},
        of_requests=tuple(one for one in held if one.kind not in _OF_MESSAGES),
        wanted={
            bare(fact.key): _canonical(copies)
            for _, copies in sorted(known.messages.items(), key=itemgetter(0))
            for fact in copies
        },
        called={name: _canonical(copies) for name, copies in known.messages.items()},
        requests=frozenset(filter(known.is_request, known.messages)),
        days={_canonical(copies): _first(copies).at.date() for copies in known.messages.values()},
        refused=tuple(_refusal(one, fault) for one, fault in faults),
    )


def holding(corrections: Iterable[Correction]) -> tuple[Correction, ...]:
    """The newest of each kind and target, the oldest first; those that only take back are none."""
    newest = {(one.kind, bare(one.target)): one for one in sorted(set(corrections), key=_age)}
    return tuple(sorted((one for one in newest.values() if one.value), key=_age))


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


# --- which message is meant -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The messages and letters that corrections name."""

    messages: Mapping[str, tuple[Fact, ...]]
    """The copies of a message, by each bare name that somebody gave it."""
    ambiguous: frozenset[str]
    """Names that several messages bear."""
    letters: Mapping[str, str]
    """The ids of letters, by their bare names."""

    def keys(self, name: str) -> frozenset[str]:
        """The keys of the message of that name, none for none."""
        return frozenset(fact.key for fact in self.messages.get(bare(name), ()))

    def is_request(self, name: str) -> bool:
        """Say whether a message is called by the id of the request that it would open."""
        return all(
            name not in {bare(fact.message_id or ""), bare(fact.key)}
            for fact in self.messages[name]
        )

    def destination(self, key: str, link: Correction) -> str:
        """Where a link leaves the message of that key."""
        name = bare(link.value)
        if name == NONE or key in self.keys(name):
            return ""
        return _canonical(self.messages[name]) if name in self.messages else self.letters[name]


def _known(
    said: Sequence[Correction], facts: Collection[Fact], letters: Iterable[Letter]
) -> _Known:
    wanted = {bare(one.target) for one in said}
    wanted |= {bare(one.value) for one in said if one.kind is CorrectionKind.LINK}
    bearers: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        for name in wanted & names(fact):
            bearers[name].append(fact)
    identifiers = {fact.message_id for found in bearers.values() for fact in found} - {None}
    copies: dict[str | None, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.message_id in identifiers:
            copies[fact.message_id].append(fact)
    ambiguous = frozenset(name for name, found in bearers.items() if _differ(name, found))
    return _Known(
        messages={
            name: _copies(found, copies) for name, found in bearers.items() if name not in ambiguous
        },
        ambiguous=ambiguous,
        letters={
            bare(name): letter_id(letter)
            for letter in reversed(tuple(letters))
            for name in (letter.reference, letter_id(letter))
        },
    )


def _differ(name: str, bearers: Sequence[Fact]) -> bool:
    """Say whether an identifier is that of several messages; a request's id is that of its first."""
    first = _first(bearers)
    return name == bare(first.message_id or "") and not all(
        _copies_of(first, other) for other in bearers
    )


def _copies(
    bearers: Sequence[Fact], copies: Mapping[str | None, Sequence[Fact]]
) -> tuple[Fact, ...]:
    first = _first(bearers)
    same = copies.get(first.message_id, bearers)
    return tuple(fact for fact in same if _copies_of(first, fact))


def _first(facts: Iterable[Fact]) -> Fact:
    return min(facts, key=lambda fact: (fact.at, fact.file, fact.key))


def _copies_of(fact: Fact, other: Fact) -> bool:
    """Say whether two facts of one identifier are copies of one message, wherever they lie."""
    return fact.sender == other.sender and same_words(fact, other)


def _canonical(copies: Iterable[Fact]) -> str:
    return min(fact.key for fact in copies)


# --- which hold -----------------------------------------------------------------------------------


def _holding(
    said: Iterable[Correction], known: _Known
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


def _fault(correction: Correction, known: _Known) -> str:
    """Why a correction cannot be followed, in French, else nothing."""
    value = correction.value
    if correction.kind is CorrectionKind.NATURE and value not in set(Nature):
        return f"« {value} » n’est pas une nature"
    if correction.kind is CorrectionKind.EXCLUSION and value not in {EXCLUDED, COUNTED}:
        return f"« {value} » ne dit ni d’exclure ({EXCLUDED}) ni de compter ({COUNTED})"
    if correction.kind not in _OF_MESSAGES:
        return ""
    fault = _unnamed(correction.target, known)
    if not fault and correction.kind is CorrectionKind.LINK and bare(value) not in known.letters:
        fault = "" if bare(value) == NONE else _unnamed(value, known)
    return fault


def _unnamed(name: str, known: _Known) -> str:
    if bare(name) in known.messages:
        return ""
    if bare(name) in known.ambiguous:
        return f"plusieurs messages s’appellent « {name} » ; désignez le bon par sa clé"
    return f"aucun message ne s’appelle « {name} »"


def _by_message(
    held: Iterable[Correction], kind: CorrectionKind, known: _Known
) -> Mapping[str, Correction]:
    """The newest correction of each message, whatever it was called."""
    found = {key: one for one in held if one.kind is kind for key in known.keys(one.target)}
    return {key: one for key, one in found.items() if one.value}


def _refusal(correction: Correction, fault: str) -> Refused:
    said = f"rectification ({correction.kind}) de « {correction.target} » : {fault}"
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
            evidence=_PERSON,
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
            refused.append(_refusal(one, f"« {one.value} » n’est plus une demande"))
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
            refused.append(_refusal(one, "aucune demande ne s’appelle ainsi"))
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
