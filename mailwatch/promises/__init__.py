"""What an answer promises, and by when: the date from which the second timer runs (engagement 17).

The rules say which words engage us (`promise`, `present`) and which govern another date (`condition`,
`elsewhere`); `dates` reads the dates. A date belongs to the nearest governing words before it in its
sentence, else to those right after it; what it belongs to decides whether it is announced.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from mailwatch import dates
from mailwatch.dates import When
from mailwatch.model import Announced
from mailwatch.promises.governors import Governor, governors, holding
from mailwatch.ruleset import RulePack
from mailwatch.wording import Words
from mailwatch.workdays import Calendar, next_working

_REACH = 300
"""How far, in characters, a date may stand from the words that govern it."""
_PRESENT_REACH = 60
"""The same for a verb in the present, which seldom promises."""
_LONGEST = 1500
"""A longer sentence is cut."""
_END = re.compile(
    r"[?!;¶.](?= )(?!(?<=\.) \d)"
    r"(?<! [a-z] \.)(?<! mme \.)(?<! art \.)(?<! env \.)(?<! sem \.)(?<! ref \.)"
)
"""The end of a sentence: no point of « M. Faure », of « L. 114-2 » or of « 12.03.26 »."""
_CLAUSE = re.compile(r"(?:^ |[,:(?!.;¶] |(?: |^)(?:et|mais|puis|donc|que|aussi|ainsi) ,? ?)$")
_AWAY = re.compile(
    r"(?:absen\w*|conges?|formation|arret|deplacement) (?:[^ ?!.;¶]+ ){0,6}?jusqu au "
)
_BACK = re.compile("(?:a|des) (?:mon|son|leur|notre) retour ")
_LINKS = ("donc ", "aussi ", "ainsi ")
"""Words that open a clause, unless a verb stands right before them (« je vous appelle donc vendredi »)."""
_IDLE = ("est ferie", "etant ferie", "est chome", "est un jour")
"""After a date that is only said to be a day off."""
_DELAY = ("d ici ", "sous ", "avant ", "dans ", "au plus tard ")
_RESTATES = re.compile(
    r" (?:soit|sinon|au pire|a savoir|c est a dire|autrement dit|or rather|that is|otherwise)(?: donc)? (?:, )?$"
)
"""Before a date that says the one before it again, or falls back on another."""
_ASIDE = re.compile(" (?:car|parce que|puisque|sachant que|meme si|alors que|bien que) ")
"""What opens a clause that tells something else."""
_ONCE = (
    "des ",
    "sitot ",
    "aussitot qu",
    "aussitot recu",
    "une fois ",
    "a reception ",
    "apres reception ",
)
"""The conditions that only wait; « si » may never come true."""
_WE = re.compile(r" (?:je|j|nous|on)(?: vous| te| t| le| la| les| l| en| y){0,3} $")
_SUBJECT = re.compile(
    r"(?<= )(?:(?:je|j|nous|vous|on|il|elle|ils|elles|qui|ne|n|l|les|la|le|en|y|une|la|sa|ma|notre|votre|bien) )+$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Promise:
    """A promise with the date it gives, if any, and how well it gives it."""

    on: date | None
    rank: tuple[int, bool, bool, bool, int]
    start: int
    end: int


def announced(
    own: Words, replied_on: date, calendar: Calendar, rules: RulePack
) -> Announced | None:
    """Say by which date the writer promises more; None when nothing is promised.

    Of several promises the one that speaks of the answer counts, then the one with the latest date. A
    promise that gives no date is `Announced(on=None)`.
    """
    found = governors(own, rules)
    if not any(governor.engages for governor in found):
        return None
    starts = [governor.start for governor in found]
    promises: list[_Promise] = []
    for start, end in _sentences(own.line):
        inside = found[bisect_left(starts, start) : bisect_left(starts, end)]
        standing = holding(own.line, inside)
        if any(governor.engages for governor in standing):
            whens = (
                *dates.find(own, start, end, replied_on, calendar, _REACH),
                *_returns(own, start, end, replied_on, calendar),
            )
            promises.extend(_promises(own.line, start, standing, whens))
    if not promises:
        return None
    best = max(promises, key=lambda promise: (promise.on is not None, promise.rank))
    return Announced(on=best.on, text=_text(own, best))


def _returns(
    own: Words, start: int, end: int, replied_on: date, calendar: Calendar
) -> Iterator[When]:
    """The working day after an absence (« absent jusqu’au 12 mars … à mon retour »), as a date of its own."""
    away = _AWAY.search(own.line, start, end)
    back = _BACK.search(own.line, away.end(), end) if away else None
    last = dates.read_at(own, away.end() - 3, replied_on, calendar) if away and back else None
    if back and last and last.on:
        on = next_working(calendar, last.on + timedelta(days=1))
        yield replace(last, on=on, start=back.start(), end=back.end())


def _sentences(line: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of `line`; one without end is cut, so that hostile text costs its length."""
    start = 0
    for end in (*(match.end() for match in _END.finditer(line)), len(line)):
        for at in range(start, end, _LONGEST):
            yield at, min(at + _LONGEST, end)
        start = end


def _promises(
    line: str, start: int, standing: Sequence[Governor], whens: Sequence[When]
) -> Iterator[_Promise]:
    """The promises of one sentence: dated ones, then those whose words give no date."""
    governing = [governor for governor in standing if governor.label != "undated"]
    for governor, when in _governed(line, start, governing, whens):
        if governor.engages and _near(governor, when, line):
            yield _dated(governor, when, line, standing)
    for governor in standing:
        end = _put_off_until(governor, standing)
        waits = governor.label == "present" and (end or _waits(governor, line, standing))
        if governor.label == "promise" or waits:
            yield _Promise(
                on=None,
                rank=(governor.weight, False, False, False, -governor.start),
                start=governor.start,
                end=max(governor.end, end),
            )


def _governed(
    line: str, start: int, governing: Sequence[Governor], whens: Sequence[When]
) -> Iterator[tuple[Governor, When]]:
    """The dates with what governs them; verbs that a date follows take none that stands before them."""
    pairs: list[tuple[Governor, When]] = []
    for when in whens:
        governor = _governor_of(when, line, start, governing)
        if pairs and _is_restated(when, line):
            governor = pairs[-1][0]
        if governor is not None and not line.startswith(_IDLE, when.end):
            pairs.append((governor, when))
    followed = {governor.end for governor, when in pairs if when.start > governor.start}
    for governor, when in pairs:
        if governor.end not in followed or when.start > governor.start:
            yield governor, when


def _governor_of(
    when: When, line: str, start: int, standing: Sequence[Governor]
) -> Governor | None:
    delayed = line.startswith(_DELAY, when.start)
    before = [
        governor
        for governor in standing
        if governor.start <= when.start and not (delayed and governor.label == "occasion")
    ]
    # « mardi dernier délai »: what stands within a date governs none.
    after = [
        governor
        for governor in standing
        if governor.start > when.start and (governor.engages or governor.end > when.end)
    ]
    nearest = _first(after)
    opens = _CLAUSE.search(line, max(start, when.start - 12), when.start) or when.start <= start + 1
    if opens and line.startswith(_LINKS, before[-1].end if before else when.start):
        opens = before[-1].end < when.start - 8
    if nearest is not None and opens and _follows(line, when, nearest):
        return nearest
    if not before:
        binds = nearest and any(one.engages and one.weight > 1 for one in after)
        return nearest if when.firm or binds else None
    if when.latest and line[: when.start].endswith((", ", " et ", " ou ")):
        before = [governor for governor in before if governor.label != "condition"] or before
    return max(before, key=lambda governor: _closeness(governor, when))


def _is_restated(when: When, line: str) -> bool:
    return _RESTATES.search(line, max(0, when.start - 18), when.start) is not None


def _first(after: Sequence[Governor]) -> Governor | None:
    """The first of the governing words, in their strongest reading when several overlap."""
    first = min(after, key=lambda governor: governor.start, default=None)
    if first is None or not first.engages:
        return first
    return max(
        (governor for governor in after if governor.engages and governor.start < first.end),
        key=lambda governor: governor.weight,
    )


def _closeness(governor: Governor, when: When) -> tuple[int, int, int]:
    """The last words before the date win; words that run on into the date win over words that end there."""
    overlaps = governor.end > when.start
    engaging = 0 if overlaps else 2
    return (
        min(governor.end, when.start),
        engaging if governor.engages else 3 - engaging,
        governor.start,
    )


def _follows(line: str, when: When, governor: Governor) -> bool:
    """Say whether the governing words come right after the date (« Avant le 12, je vous … »)."""
    between = line[when.end : governor.start]
    return len(between) < 60 and not _END.search(" " + between) and between.count(",") <= 1


def _near(governor: Governor, when: When, line: str) -> bool:
    if governor.label != "present":
        return when.start - governor.end <= _REACH
    aside = _ASIDE.search(line, governor.end - 1, max(governor.end, when.start))
    return when.start - governor.end <= _PRESENT_REACH and not aside


def _dated(governor: Governor, when: When, line: str, standing: Sequence[Governor]) -> _Promise:
    """A promise with its date; a delay that follows a condition has none."""
    hangs = when.delay and any(
        other.label == "condition" and other.start < governor.start for other in standing
    )
    restated = _is_restated(when, line)
    return _Promise(
        on=None if hangs else when.on,
        rank=(
            governor.weight,
            when.latest or restated,
            when.firm or restated,
            restated,
            when.on.toordinal() if when.on else 0,
        ),
        start=min(_clause_start(governor, line, standing), when.start),
        end=max(governor.end, when.end),
    )


def _clause_start(governor: Governor, line: str, standing: Sequence[Governor]) -> int:
    """Where the first engaging words of the same clause stand (« je reviendrai … avec une réponse »)."""
    return min(
        (
            other.start
            for other in standing
            if other.engages
            and other.start < governor.start
            and not re.search("[,:(]", line[other.start : governor.start])
        ),
        default=governor.start,
    )


def _waits(governor: Governor, line: str, standing: Sequence[Governor]) -> bool:
    """Say whether a verb in the first person waits for something (« dès que je l’ai, je vous réponds »)."""
    return _WE.search(line, max(0, governor.start - 24), governor.start) is not None and any(
        other.label == "condition" and line.startswith(_ONCE, other.start) for other in standing
    )


def _put_off_until(governor: Governor, standing: Sequence[Governor]) -> int:
    """Where the words without date end that follow (« je reviens vers vous rapidement »), else 0."""
    return max(
        (
            other.end
            for other in standing
            if other.label == "undated" and 0 <= other.start - governor.end <= _PRESENT_REACH
        ),
        default=0,
    )


def _text(own: Words, promise: _Promise) -> str:
    """The words of the promise with its subject, as they were written."""
    subject = _SUBJECT.search(own.line, max(0, promise.start - 30), promise.start)
    start = subject.start() if subject else promise.start
    return own.original(start, promise.end)
