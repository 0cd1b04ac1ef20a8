"""By what a message may touch others: persons, identifiers, words. What shares none is decided apart.

Two facts of one component may change each other's verdict, two of different components never do: `triage` of all
facts is the sum of `triage` of each component. Components that are too large cost time, never truth, so each rule
here errs that way; each stands for a look-up somewhere in the decision.

Words tie only who shares no person, and are asked last: what the decision could not place otherwise *seeks* the
words that it quotes, and what may be quoted *offers* its first ones. They belong together when a digest meets and
the one `quotes` the other.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from hashlib import blake2b

from mailwatch.addresses import is_ours
from mailwatch.cases import person_of, request_id
from mailwatch.model import Fact, Institution, Letter, Nature, Request, Role, Unseen
from mailwatch.outbound import quotes_ours
from mailwatch.threads import FIRST, asked

_BY_WRITER = frozenset(
    {
        Nature.REQUEST,
        Nature.REMINDER,
        Nature.COMPLAINT,
        Nature.SUGGESTION,
        Nature.OUT_OF_SCOPE,
        Nature.THANKS,
    }
)
"""What is looked for among the requests of its writer, or opens one."""


class Side(IntEnum):
    """Whose words are meant: a question's, which we pass on or answer, or ours, which a citizen quotes."""

    QUESTION = 1
    OURS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kin:
    """The tokens of one fact or letter: 64-bit digests, equal where the decision compares equal."""

    bound: tuple[int, ...]
    """Whoever shares one of these is of one component."""
    sought: tuple[int, ...] = ()
    """Whoever is bound by one of these takes this one in; two that only seek it stay apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Words that others may quote, found by a few of their digests."""

    side: Side
    digests: tuple[int, ...]
    sketch: bytes


def kin(fact: Fact, institution: Institution) -> Kin:
    """Give the tokens by which `fact` may touch others."""
    names = {fact.message_id or f"?{fact.key}", *fact.references}
    persons, sought = _persons(fact, institution), set[int]()
    if fact.answer is not None:
        # A letter that it names; the mark of a day (`@03-02`) names none.
        sought = {number_token(name) for name in fact.identifiers if name[:1] != "@"}
    elif _is_automatic(fact):
        sought = {person_token(who) for who in fact.recipients if is_ours(who, institution)}
    if _is_report(fact) and fact.report and fact.report.original_message_id:
        names.add(fact.report.original_message_id)
    return Kin(
        bound=(*map(name_token, names), *map(person_token, persons)),
        sought=tuple(sought),
    )


def letter_kin(letter: Letter, name: str, number: str) -> Kin:
    """Give the tokens of the letter of id `name`, whose folded reference `number` is in answers that name it."""
    bound = {name_token(letter.reference), name_token(name), number_token(number)}
    if letter.correspondent:
        bound.add(person_token(letter.correspondent))
    return Kin(bound=tuple(bound))


def _persons(fact: Fact, institution: Institution) -> set[str]:
    """Whose requests `fact` is looked for among."""
    persons: set[str] = set()
    if fact.answer is not None or _is_automatic(fact):
        persons.update(who for who in fact.recipients if not is_ours(who, institution))
    elif fact.reading.nature in _BY_WRITER or is_passed_on(fact) or quotes_ours(fact):
        persons.add(person_of(fact))
    if _is_report(fact):
        failed = (who.address for who in fact.report.recipients) if fact.report else ()
        lost = (*failed, fact.reading.correspondent)
        persons.update(who for who in lost if who and not is_ours(who, institution))
    return persons


def _is_automatic(fact: Fact) -> bool:
    """Say whether a machine of ours sent it."""
    forward = fact.reading.nature is Nature.INTERNAL_FORWARD
    return fact.role is Role.SENT and fact.answer is None and not forward


def _is_report(fact: Fact) -> bool:
    return fact.answer is None and fact.reading.nature is Nature.DELIVERY_REPORT


def is_passed_on(fact: Fact) -> bool:
    """Say whether a colleague passes on in `fact` what a citizen asks."""
    return fact.reading.nature is Nature.INTERNAL and fact.reading.answer_due


def reminds(fact: Fact) -> bool:
    """Say whether a citizen asks in `fact` for an answer that did not come."""
    reading = fact.reading
    asked_again = reading.nature is Nature.REMINDER or Nature.REMINDER in reading.also
    return asked_again and fact.answer is None and fact.role is Role.INBOX


def person_token(address: str) -> int:
    """The token of a person."""
    return _token(b"person", address)


def name_token(name: str) -> int:
    """The token of a message identifier, or of a reference that a person may write in its place."""
    return _token(b"name", bare(name))


def bare(name: str) -> str:
    """A name as persons may write it, with or without its angle brackets."""
    return name.strip().strip("<>").lower()


def names(fact: Fact) -> set[str]:
    """What a person may call the message, or the request that it opens; bare."""
    opened = (request_id(fact), request_id(fact, repeated=True))
    return {bare(name) for name in (fact.key, fact.message_id or "", *opened)}


def number_token(number: str) -> int:
    """The token of a file number."""
    return _token(b"number", number)


def _token(kind: bytes, text: str) -> int:
    # Hostile headers hold lone surrogates.
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, person=kind).digest()
    return int.from_bytes(digest, "big", signed=True)


# --- words ----------------------------------------------------------------------------------------


def word_token(side: Side, digest: int) -> int:
    """The token of four words in a row."""
    return side << 32 | digest


def offers(fact: Fact, *, corrected: bool = False) -> Iterator[Offer]:
    """Give the words under which `fact` is found by who quotes it: those that `casebook` and `outbound` index.

    What a person `corrected` may be a question, or be put with one, whatever it looks like.
    """
    if (fact.answer is not None or fact.role is Role.SENT) and fact.sketch:
        yield _offer(Side.OURS, fact.sketch, 1)
    question = asked(fact)
    if question and (corrected or fact.reading.nature in _BY_WRITER or is_passed_on(fact)):
        yield _offer(Side.QUESTION, question, FIRST)


def _offer(side: Side, sketch: bytes, count: int) -> Offer:
    digests = tuple(word_token(side, digest) for digest in array("I", sketch)[:count])
    return Offer(side=side, digests=digests, sketch=sketch)


def seekers(
    facts: Sequence[Fact],
    requests: Iterable[Request],
    unseen: Iterable[Unseen],
) -> Iterator[tuple[Side, Fact]]:
    """Give the facts of a component that its decision placed by words, or not at all, and whose words they seek.

    One that was placed by a person or an identifier stays there whatever else is quoted: those are asked first.
    """
    placed = _placed(facts, requests)
    copies = {(fact.message_id, fact.sketch) for fact in facts if fact.key in placed}
    lacking = {entry.file for entry in unseen}
    for fact in facts:
        if not fact.quoted_sketch:
            continue
        if fact.file in lacking:
            yield Side.OURS, fact
        if _asks_by_words(fact) and (fact.message_id, fact.sketch) not in copies:
            yield Side.QUESTION, fact


def words_sought(side: Side, fact: Fact) -> tuple[int, ...]:
    """The tokens of the words that `fact` quotes."""
    return tuple(word_token(side, digest) for digest in array("I", fact.quoted_sketch))


def _asks_by_words(fact: Fact) -> bool:
    forward = fact.reading.nature is Nature.INTERNAL_FORWARD
    passed_on = fact.role is Role.INBOX and is_passed_on(fact)
    return fact.answer is not None or forward or passed_on or reminds(fact)


def _placed(facts: Sequence[Fact], requests: Iterable[Request]) -> set[str]:
    """The keys of what a request took in by its person, or by an identifier that a forward names."""
    by_key = {fact.key: fact for fact in facts}
    writers = {fact.file: person_of(fact) for fact in facts}
    return {
        link.key
        for request in requests
        for link in request.links
        if (fact := by_key.get(link.key)) and _fits(fact, request, writers.get(request.file))
    }


def _fits(fact: Fact, request: Request, person: str | None) -> bool:
    """Say whether `fact` would be found for `request` without its words."""
    if fact.answer is not None:
        return person in fact.recipients
    if (is_passed_on(fact) or reminds(fact)) and person == person_of(fact):
        return True
    return request.message_id in fact.references or any(
        link.message_id in fact.references for link in request.links
    )
