"""Who else the matter is put with: bodies that an answer names, and what it says of them.

A referral has few fixed phrases. It names another body, and tells that the matter is theirs (`theirs`), that the
citizen should go there (`go`, `them`), what they do (`acts`), that the message went there (`passes`), or that we can
do nothing (`denies`). `rules/outgoing.toml` lists bodies and such words; here they are brought together, clause by
clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from mailwatch.model import Nature
from mailwatch.nature.cues import OFFERS, Cue, Stretches, before, only_offers
from mailwatch.ruleset import Rule
from mailwatch.wording import Hit, Words

LABELS = frozenset({"body", "theirs", "go", "acts", "passes", "denies", "them", "is", "within"})
_OF_ANY = frozenset({"denies", "them"})
"""What is said of a body named anywhere in the answer."""
_CLAUSE = re.compile(r"[?!.;:¶] ")
_NEAR = 90
"""How far apart, in characters, a body and what is said of it may stand."""
_CLOSE = 30
_OPENS = re.compile(
    r"(?:[?!.;:¶,]|^| et| mais| donc)(?: (?:le|la|l|les|un|une|votre|cette|seule?|bonjour|madame|monsieur|,))* $"
)
_WILL = re.compile(
    r" (?:(?!nous |je |j |vous serez |il faudra )[^ ?!.;:¶]+ ){0,8}?[a-z]{3,}r(?:a|ont)(?= )(?! pas )"
)
"""The same for what a body does."""
_WITH_US = re.compile(
    r" (?:en|a la|votre) prefecture (?!(?:de|du|des|d) )"
    r"| nos (?:services|guichets|bureaux) | notre (?:guichet|accueil|bureau|service) "
)
"""The clause names our own house too: « se dépose en préfecture et en mairie »."""


def pointed(
    own: Words, found: Iterable[tuple[Rule, Hit]], end: int, aside: Stretches
) -> Iterator[Cue]:
    """The cues for a referral in what is said before `end`, offers and politeness left out."""
    read_to = 0
    for cue in sorted(_cues(own, found, end, aside), key=lambda cue: (cue.start, -cue.weight)):
        if cue.start >= read_to:
            read_to = cue.end
            yield cue


def _cues(
    own: Words, found: Iterable[tuple[Rule, Hit]], end: int, aside: Stretches
) -> Iterator[Cue]:
    """All of them, also several that rest on the same words."""
    said = [(rule, hit) for rule, hit in found if rule.label in LABELS and hit.start < end]
    bodies = sorted((hit.start, hit.end) for rule, hit in said if rule.label == "body")
    clauses = _clauses(own.line, end)
    yield from _subjects(own, bodies)
    for rule, hit in said:
        if rule.label == "body" or _is_offered(own, hit, aside):
            continue
        if rule.label in _OF_ANY:
            yield _cue(rule.id, rule.weight if bodies else OFFERS, hit.start, hit.end)
        else:
            yield from _with_body(own, rule, hit, bodies, clauses)


def _subjects(own: Words, bodies: Iterable[tuple[int, int]]) -> Iterator[Cue]:
    """The bodies that open a clause and will do something: « La caisse qui la verse ouvrira le dossier »."""
    for start, end in bodies:
        opens = _OPENS.search(own.line, max(0, start - _CLOSE), start)
        verb = _WILL.match(own.line, end - 1) if opens else None
        if verb:
            yield _cue("elsewhere.will", 2, start, verb.end())


def _is_offered(own: Words, hit: Hit, aside: Stretches) -> bool:
    """Say whether the sentence only offers (« pour toute question, écrivez au bureau … »)."""
    start = hit.start - len(before(own, hit.start)) + 1
    return only_offers(own, hit.start) or aside.begins_in(start, hit.start)


def _with_body(
    own: Words, rule: Rule, hit: Hit, bodies: Sequence[tuple[int, int]], clauses: Sequence[int]
) -> Iterator[Cue]:
    """The cue of words that are said of a body of the same clause, the nearest one."""
    at = bisect_right(clauses, hit.start)
    start, end = clauses[at - 1], clauses[at]
    beside = _BESIDE.get(rule.label, _body_around)
    span = beside(bodies, hit, start, end)
    near = max(start, hit.start - _NEAR), min(end, hit.end + _NEAR)
    ours = rule.label != "passes" and _WITH_US.search(own.line, *near)
    if span is not None and not ours:
        yield _cue(rule.id, rule.weight, min(span[0], hit.start), max(span[1], hit.end))


def _body_at(
    bodies: Sequence[tuple[int, int]], hit: Hit, start: int, end: int
) -> tuple[int, int] | None:
    """The body that follows at once: « les loups, c’est la DDT »."""
    at = bisect_left(bodies, (hit.end, 0))
    follows = at < len(bodies) and start <= bodies[at][0] == hit.end < end
    return bodies[at] if follows else None


def _body_within(
    bodies: Sequence[tuple[int, int]], hit: Hit, start: int, end: int
) -> tuple[int, int] | None:
    """The body among the words: « c’est la mairie qui … »."""
    at = bisect_left(bodies, (max(start, hit.start), 0))
    inside = at < len(bodies) and bodies[at][1] <= min(hit.end, end)
    return bodies[at] if inside else None


def _body_before(
    bodies: Sequence[tuple[int, int]], hit: Hit, start: int, end: int
) -> tuple[int, int] | None:
    """The body that is the subject of a verb: right before it."""
    at = bisect_left(bodies, (hit.start, 0)) - 1
    if at < 0 or not start <= bodies[at][0] < end or hit.start - bodies[at][1] > _CLOSE:
        return None
    return bodies[at]


def _body_around(
    bodies: Sequence[tuple[int, int]], hit: Hit, start: int, end: int
) -> tuple[int, int] | None:
    """The first body after the words, else the last before them, in the clause."""
    at = bisect_left(bodies, (hit.start, 0))
    for span in chain(bodies[at : at + 1], bodies[max(0, at - 1) : at]):
        near = -_NEAR <= span[0] - hit.end <= _NEAR
        if near and start <= span[0] < end:
            return span
    return None


_BESIDE = {"acts": _body_before, "is": _body_at, "within": _body_within}


def _clauses(line: str, end: int) -> tuple[int, ...]:
    """Where the clauses of a text start, and where the last one ends."""
    return (0, *(match.end() for match in _CLAUSE.finditer(line, 0, end)), len(line) + 1)


def _cue(rule: str, weight: int, start: int, end: int) -> Cue:
    return Cue(label=Nature.REFERRAL, rule=rule, weight=weight, start=start, end=end)
