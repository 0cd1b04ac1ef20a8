"""An agent's draft before it leaves: which of the three mentions it carries, and which line to add for each other.

    found = review(delivery, desk, addresses)        # None: no person asks, nobody is answered
    subject(found), text(found, templates), html(found, templates)

The draft is what the agent typed above the citizen's words, or the message of ours that the agent passes on.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from jinja2 import Environment

from mailwatch import mentions, nature
from mailwatch.addresses import FromClass, is_ours
from mailwatch.hints import Hint, hints
from mailwatch.labels import HINTS, NO_BREAK
from mailwatch.message import read
from mailwatch.model import (
    Address,
    AuthorLevel,
    Delivery,
    Institution,
    Mention,
    Mentions,
    Message,
    Nature,
    Outcome,
    Role,
    Unreadable,
)
from mailwatch.ruleset import Desk
from mailwatch.templating import environment
from mailwatch.wording import read as read_words

TEXT = "projet.txt.j2"
HTML = "projet.html.j2"
COLUMNS = 72

_MACHINES = frozenset(
    {
        Nature.AUTOMATIC_REPLY,
        Nature.OUT_OF_OFFICE,
        Nature.DELIVERY_REPORT,
        Nature.READ_RECEIPT,
        Nature.CALENDAR_REPLY,
    }
)
_LISTS = ("list-id", "list-post", "list-unsubscribe", "x-loop", "x-autoreply", "x-autorespond")
_BULK = frozenset({"bulk", "list", "junk", "auto_reply"})
_TYPED, _NOTE = 600, 100
"""Above so many characters of one's own, what is passed on is not the draft; fewer when nobody is named there."""
_PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
_SERVICES = 6
"""Names of services that are offered to choose from."""
_SHOWN = 120
"""Characters shown of the draft's own words."""
_PART = re.compile(r" (?=[:;!?»%])|(?<=«) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of the three mentions in a draft."""

    title: str
    """« votre nom », « le service », « l’institution »."""
    outcome: Outcome
    found: str
    """The words it rests on."""
    note: str
    """What to know about it, in one sentence, or nothing."""
    lines: tuple[str, ...]
    """What to add: one of these lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What an agent is told of a draft."""

    mentions: tuple[Line, ...]
    advice: tuple[str, ...]
    """On plain language: never required."""
    empty: bool
    """There is no text to look at."""
    sender: str
    """The agent's address."""
    message_id: str | None
    """Of the draft, which the answer answers."""
    address: str
    """Where the next version goes."""

    def titles(self, outcome: Outcome) -> tuple[str, ...]:
        """Name the mentions of one outcome."""
        return tuple(line.title for line in self.mentions if line.outcome is outcome)


def review(delivery: Delivery, desk: Desk, addresses: Collection[str], on: date) -> Review | None:
    """Review the draft of a delivery on a day; None for what no agent sent, which must not be answered.

    `addresses` are those that drafts are sent to and answers come from; the first one is told to the agent.
    """
    message = read(delivery)
    if isinstance(message, Unreadable) or not is_asked(message, desk, addresses):
        return None
    draft = draft_of(message, desk.institution)
    own = read_words(draft.own)
    found = mentions.examine(draft, own, desk.institution, desk.rules.mentions, on, desk.persons)
    empty = not own.spoken() and not (draft.pictures or draft.attachments or draft.opaque)
    return Review(
        mentions=(
            _author(found.author, found, draft, desk.institution),
            _service(found.service, draft, desk.institution),
            _institution(found.institution, desk.institution),
        ),
        advice=tuple(_advised(hints(draft, own, desk.rules))),
        empty=empty,
        sender=message.senders[0].address,
        message_id=message.message_id,
        address=next(iter(addresses), ""),
    )


# --- who asks -------------------------------------------------------------------------------------


def is_asked(message: Message, desk: Desk, addresses: Collection[str]) -> bool:
    """Say whether an agent of ours, in person, sent `message` (RFC 3834 section 2): nothing else is answered."""
    senders = [who.address for who in message.senders]
    if len(senders) != 1 or senders[0] in addresses or not is_ours(senders[0], desk.institution):
        return False
    if message.report or message.calendar_method or _by_machine(message.headers):
        return False
    own = read_words(message.own)
    return nature.outgoing(message, own, desk.institution, desk.rules).nature not in _MACHINES


def _by_machine(headers: Mapping[str, tuple[str, ...]]) -> bool:
    if any(name in headers for name in _LISTS):
        return True
    submitted = _words(headers, "auto-submitted")
    return (
        any(word.partition(";")[0].strip() != "no" for word in submitted)
        or not _BULK.isdisjoint(_words(headers, "precedence"))
        or any(word not in {"", "none"} for word in _words(headers, "x-auto-response-suppress"))
    )


def _words(headers: Mapping[str, tuple[str, ...]], name: str) -> list[str]:
    return [value.strip().lower() for value in headers.get(name, ())]


# --- what the draft is ----------------------------------------------------------------------------


def draft_of(message: Message, institution: Institution) -> Message:
    """Give the draft that `message` holds: a message of ours that is passed on, else what was typed."""
    passed_on = message.forwarded
    if passed_on is None or not passed_on.text.strip():
        return message
    sender = passed_on.sender
    if sender is not None and not is_ours(sender.address, institution):
        return message
    if len(message.own) > (_TYPED if sender else _NOTE):
        return message
    # Read as the mail that it will be: what it quotes is not its own.
    raw = _PLAIN + passed_on.text.encode("utf-8", "replace")
    inner = read(Delivery(raw=raw, file="", role=Role.SENT))
    own, quoted = ("", "") if isinstance(inner, Unreadable) else (inner.own, inner.quoted)
    return replace(
        message,
        senders=(sender,) if sender else message.senders,
        own=own,
        quoted=quoted,
        forwarded=None,
    )


# --- what is said of it ---------------------------------------------------------------------------


def _author(mention: Mention, found: Mentions, draft: Message, institution: Institution) -> Line:
    sender = draft.senders[0] if draft.senders else Address(name="", address="")
    note = ""
    if mention.outcome is Outcome.ABSENT and mention.level in _SHORT_OF_A_NAME:
        note = f"{_SHORT_OF_A_NAME[mention.level]} : il faut au moins un prénom ou un nom."
    elif mention.outcome is Outcome.EXEMPT:
        note = "Votre service figure au registre des exceptions : cette désignation suffit."
    elif mention.outcome is Outcome.ABSENT and "author" in found.header_only:
        note = "Il figure dans l’expéditeur du courriel, mais pas dans son texte, qui seul compte."
    personal = found.from_class == FromClass.PERSONAL and " " in sender.name
    name = _short(sender.name) if personal else "Prénom NOM"
    lines: tuple[str, ...] = (f"{name}, votre fonction",)
    if any(one.address == sender.address for one in institution.exemptions):
        lines = (
            *lines,
            "ou, puisque votre service est au registre des exceptions, votre numéro d’agent",
        )
    return _line("votre nom", mention, note, lines)


_SHORT_OF_A_NAME = {
    AuthorLevel.INITIALS: "Des initiales ne suffisent pas",
    AuthorLevel.NUMBER: "Un numéro ne suffit pas",
    AuthorLevel.ROLE: "Une fonction ne suffit pas",
}


def _service(mention: Mention, draft: Message, institution: Institution) -> Line:
    senders = {who.address for who in draft.senders}
    own = [box.service for box in institution.boxes if box.address in senders and box.service]
    every = (*(box.service for box in institution.boxes), *institution.services)
    names = dict.fromkeys(own or filter(None, every))
    return _line("le service", mention, "", tuple(names)[:_SERVICES] or ("Bureau de …",))


def _institution(mention: Mention, institution: Institution) -> Line:
    return _line("l’institution", mention, "", (institution.name or "Préfecture de …",))


def _line(title: str, mention: Mention, note: str, lines: tuple[str, ...]) -> Line:
    lacks = mention.outcome in {Outcome.ABSENT, Outcome.UNVERIFIABLE}
    if mention.outcome is Outcome.UNVERIFIABLE:
        note = _HIDDEN.get(mention.decided_by, note)
    return Line(
        title=title,
        outcome=mention.outcome,
        found=_short(mention.text),
        note=note,
        lines=lines if lacks else (),
    )


_HIDDEN = {
    "picture": "Une image peut la porter, mais tous ne la voient pas : écrivez-la aussi en toutes lettres.",
    "letter": "La pièce jointe peut la porter, mais elle n’est pas ouverte : écrivez-la aussi dans le courriel.",
    "opaque": "Le texte est chiffré et ne peut pas être lu.",
}


def _advised(advice: Iterable[Hint]) -> Iterator[str]:
    """One line a kind, what each is about behind it."""
    for kind, group in groupby(advice, key=lambda hint: hint.kind):
        about = ", ".join(_about(hint) for hint in group if hint.text)
        yield f"{HINTS[kind]} : {about}" if about else HINTS[kind]


def _about(hint: Hint) -> str:
    words = f"« {_short(hint.text)} »"
    return f"{words} ({hint.words} mots)" if hint.words else words


def _short(words: str) -> str:
    """Words of the draft on one line, without what a program would obey."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


# --- how it reads ---------------------------------------------------------------------------------


def subject(found: Review) -> str:
    """Say the result in one line; no word of the draft is in it."""
    return f"Votre projet de réponse{NO_BREAK}: {_summary(found)}"


def _summary(found: Review) -> str:
    missing, hidden = found.titles(Outcome.ABSENT), found.titles(Outcome.UNVERIFIABLE)
    if found.empty:
        return "il n’y a pas de texte à lire"
    if missing:
        return f"il manque {_listed(missing)}"
    if hidden:
        return f"à vérifier, {_listed(hidden)}"
    return "les trois mentions y sont"


def _listed(titles: tuple[str, ...]) -> str:
    *before, last = titles
    return f"{', '.join(before)} et {last}" if before else last


def text(found: Review, templates: Mapping[str, str]) -> str:
    """The plain text of the answer."""
    return _environment(templates).get_template(TEXT).render(**_filled(found))


def html(found: Review, templates: Mapping[str, str]) -> str:
    """Its HTML alternative: accessible, nothing loaded."""
    return _environment(templates).get_template(HTML).render(**_filled(found))


def _filled(found: Review) -> dict[str, object]:
    return {
        "review": found,
        "summary": _summary(found),
        "marks": _MARKS,
        "missing": len(found.titles(Outcome.ABSENT)),
        "hidden": len(found.titles(Outcome.UNVERIFIABLE)),
    }


_MARKS = {
    Outcome.PRESENT: "Oui",
    Outcome.EXEMPT: "Oui",
    Outcome.ABSENT: "Non",
    Outcome.UNVERIFIABLE: "À vérifier",
}


def _environment(templates: Mapping[str, str]) -> Environment:
    ready = environment(templates, keep_end=True)
    ready.filters |= {"french": _french, "wrapped": _wrapped}
    return ready


def _french(words: str) -> str:
    """No line may begin with a sign that French sets apart by a space, nor end with an opening one."""
    return _PART.sub(NO_BREAK, words)


def _wrapped(words: str, indent: int = 0) -> str:
    """A paragraph of 72 columns; a word that is longer stays whole."""
    margin = " " * indent
    return textwrap.fill(
        _french(words),
        COLUMNS,
        initial_indent=margin,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
