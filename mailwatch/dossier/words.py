"""The messages of the sample, read again in the mailbox for their pages: words, and which of them are evidence.

A body may be anything: it is judged by a worker process under limits, whose answer is plain JSON, never a pickle.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial

from mailwatch import labels
from mailwatch.analysis import Examined, examine
from mailwatch.dossier.terms import Passage, Piece
from mailwatch.language import say
from mailwatch.model import Delivery, Nature, Role, Unreadable
from mailwatch.polling import Lines, judging
from mailwatch.register import Location, Place
from mailwatch.register.terms import location_name
from mailwatch.rereading import Fetched, fetched, senders
from mailwatch.ruleset import Desk
from mailwatch.signs import writable
from mailwatch.site import Account, FolderRole, Site
from mailwatch.workers import Verdict

_LONGEST = 20_000
"""Letters of one message on a page; who needs more opens the mail."""
_SHORTEST = 2
"""Letters of words that are worth a mark."""


def passages(
    locations: Sequence[Location], site: Site, desk: Desk, lines: Lines | None = None
) -> Mapping[str, Passage]:
    """Read the messages at `locations` again, by the names of their places; each fault stands in its passage."""
    with closing(lines or Lines()) as open_lines:
        found = fetched(tuple(dict.fromkeys(locations)), site.accounts, open_lines)
    with judging(lambda given: partial(judged, desk=given), desk, count=1) as workers:
        read = [each for each in found if each.fault is None]
        verdicts = workers.judge([_delivery(each, site.accounts) for each in read]).result()
    told = dict(zip((each.location for each in read), verdicts, strict=True))
    return {place_name(each.location): _passage(each, told.get(each.location)) for each in found}


def unreachable(found: Iterable[Passage]) -> tuple[str, ...]:
    """Say, once each, why messages could not be read again."""
    return tuple(dict.fromkeys(passage.fault for passage in found if passage.fault))


def _delivery(found: Fetched, accounts: Collection[Account]) -> Delivery:
    location = found.location
    role = next(
        (
            folder.role
            for account in accounts
            for folder in account.folders
            if (account.name, folder.name) == (location.account, location.folder)
        ),
        FolderRole.INBOX,
    )
    return Delivery(
        raw=found.raw,
        file=place_name(location),
        role=Role.SENT if role is FolderRole.SENT else Role.INBOX,
        server_at=found.server_at,
        journal=role is FolderRole.JOURNAL,
    )


def _passage(found: Fetched, verdict: Verdict | None) -> Passage:
    if found.fault is not None:
        return Passage(fault=say(found.fault))
    if not isinstance(verdict, bytes):
        return Passage(fault=verdict.reason if verdict else "ce message ne peut pas être lu")
    told = json.loads(verdict)
    return Passage(
        sender=writable(told["sender"]),
        subject=writable(told["subject"]),
        pieces=tuple(Piece(text=writable(text), of=of) for text, of in told["pieces"]),
        apart=tuple(Piece(text=writable(text), of=of) for text, of in told["apart"]),
    )


def place_name(at: Location) -> str:
    """Name the place of a message as facts and lists do."""
    return location_name(Place(account=at.account, folder=at.folder), at.uidvalidity, at.uid)


# --- the worker's end -----------------------------------------------------------------------------


def judged(delivery: Delivery, desk: Desk) -> Verdict:
    """Read one message and mark the words that its verdicts rest on."""
    found = examine(delivery, desk)
    if isinstance(found, Unreadable):
        return found
    text = found.message.own[:_LONGEST]
    words = tuple(_evidence(found))
    pieces = marked(text, words)
    told = {
        "sender": senders(found.message),
        "subject": found.message.subject,
        "pieces": [(piece.text, piece.of) for piece in pieces],
        "apart": [
            (piece.text, piece.of) for piece in words if piece.of not in {one.of for one in pieces}
        ],
    }
    return json.dumps(told).encode()


def _evidence(found: Examined) -> Iterator[Piece]:
    """The words that each verdict rests on."""
    if found.mentions is not None:
        for name, mention in (
            ("personne", found.mentions.author),
            ("service", found.mentions.service),
            ("institution", found.mentions.institution),
        ):
            if mention.text:
                yield Piece(text=mention.text, of=f"{name} : {labels.OUTCOMES[mention.outcome]}")
    if found.announced is not None and found.answer is Nature.HOLDING_REPLY:
        yield Piece(text=found.announced.text, of="suite annoncée")
    nature = labels.NATURES[found.answer or found.reading.nature]
    for evidence in found.reading.evidence:
        if evidence.text:
            yield Piece(text=evidence.text, of=nature)


def marked(text: str, words: Iterable[Piece]) -> tuple[Piece, ...]:
    """Cut `text` into pieces, those of `words` marked where they last stand and nothing else is marked yet."""
    taken: list[tuple[int, int, str]] = []
    for piece in sorted(words, key=lambda one: -len(one.text)):
        start = text.rfind(piece.text) if len(piece.text) >= _SHORTEST else -1
        end = start + len(piece.text)
        if start >= 0 and all(end <= low or start >= high for low, high, _ in taken):
            taken.append((start, end, piece.of))
    return tuple(_cut(text, sorted(taken)))


def _cut(text: str, taken: Sequence[tuple[int, int, str]]) -> Iterator[Piece]:
    done = 0
    for start, end, of in taken:
        if start > done:
            yield Piece(text=text[done:start])
        yield Piece(text=text[start:end], of=of)
        done = end
    if done < len(text):
        yield Piece(text=text[done:])
