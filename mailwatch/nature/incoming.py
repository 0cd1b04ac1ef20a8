"""What an incoming message is: what its writer wants of the administration, if anything.

Structure first (a form, a machine, a list, a colleague), then the ground on which it is no request, then what
the person says. Who is found for certain ends the search.
"""

from __future__ import annotations

import re
from dataclasses import replace

from mailwatch.addresses import is_ours, is_state
from mailwatch.model import Confidence, Evidence, Institution, Message, Nature, Reading
from mailwatch.nature.automatic import automatic
from mailwatch.nature.forms import Form, is_robot, read_form
from mailwatch.nature.internal import colleague
from mailwatch.nature.leaning import Letter, lean, spoken_for
from mailwatch.nature.mass import FILTER, mass_mail
from mailwatch.nature.person import ANSWER_DUE, wanted
from mailwatch.nature.scope import out_of_scope
from mailwatch.nature.voices import (
    Voice,
    Voices,
    listen,
    listen_to_title,
    together,
    undisclaimed,
)
from mailwatch.ruleset import RulePack, Ruleset
from mailwatch.wording import Words, read

_REPLY = re.compile(
    r"^\s*(?:(?:re|rép|rep|tr|fw|fwd|réf|aw)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE
)
_STILL_SAID = frozenset({"reminder"})
"""What the subject of a reply still says: the rest of it was said of the first message."""
_SENT_TO_ALL = frozenset({"list-field", "bulk-mailer", "bulk.unsubscribe"})
"""What says that a letter is no colleague's: the invitations of colleagues sound like advertising, too."""
MACHINES = frozenset({Nature.AUTOMATIC_REPLY, Nature.OUT_OF_OFFICE})
_MASS = frozenset({Nature.BULK, Nature.SPAM})
_BESIDE = frozenset({"header", "structure"})
_FAINT = {Confidence.LOW: 0.3, Confidence.MEDIUM: 0.5, Confidence.HIGH: 0.5}
"""The share under which an opinion is none, by how sure the rules are."""
_FEW = 4
"""Tokens under which words lean to nothing: « Bleu alors. »"""
_CLEAR = 0.75
"""The share from which an opinion needs no person's eye."""
_MACHINE = 0.5
"""The share under which an opinion takes nobody for a machine."""
_UNNAMED = "Autre objet qu’une demande d’information, à en juger par l’ensemble du texte"
_SETTLING = ("thanks", "closing", "noted")


def incoming(message: Message, own: Words, institution: Institution, rules: Ruleset) -> Reading:
    """Say what `message`, found in an inbox, is."""
    found, letter = ruled(message, own, institution, rules)
    return found if letter is None else _seconded(found, letter, rules)


def ruled(
    message: Message, own: Words, institution: Institution, rules: Ruleset
) -> tuple[Reading, Letter | None]:
    """Say what rules find, and on what a second opinion may be formed where no structure settles it."""
    form = read_form(message, institution)
    if form is not None:
        return _of_form(message, form, rules.incoming)
    machine = automatic(message, own, rules.automatic)
    if machine is not None and machine.confidence is Confidence.HIGH:
        return machine, None
    if message.calendar_method == "cancel":
        evidence = Evidence(rule="calendar", said="cancel", place="structure")
        return Reading(nature=Nature.CALENDAR_REPLY, evidence=(evidence,)), None
    sender = _sender(message)
    if not sender or not is_ours(sender, institution):
        return _of_stranger(message, own, machine, institution, rules.incoming)
    heard = listen(own, rules.incoming)
    return machine or _of_ours(message, heard, institution, rules.incoming), None


def _of_ours(
    message: Message, voices: Voices, institution: Institution, rules: RulePack
) -> Reading:
    """Read the mail of our own people: a letter that a list sends to all is no correspondence."""
    found = mass_mail(message, voices, institution, rules)
    if found is not None and any(seen.rule in _SENT_TO_ALL for seen in found.evidence):
        return found
    return colleague(message, voices, institution, rules)


def _of_stranger(
    message: Message,
    own: Words,
    machine: Reading | None,
    institution: Institution,
    rules: RulePack,
) -> tuple[Reading, Letter | None]:
    """Read the mail of somebody outside; their own earlier message when they add nothing to it."""
    passed_on = message.forwarded
    own = read(passed_on.text) if passed_on is not None and not own.line.strip() else own
    voices = _heard(message, own, rules)
    found = machine or mass_mail(message, voices, institution, rules)
    if found is None and passed_on is not None and is_state(_sender(message)):
        return _transmitted(message, institution, rules), None
    found = found or _of_person(message, voices, rules)
    found = replace(found, correspondent=_correspondent(message, institution))
    if _is_settled(found):
        return found, None
    return found, Letter(
        own=undisclaimed(own, rules),
        title=message.subject,
        sender=" ".join(f"{who.name} {who.address}" for who in message.senders[:1]),
        voices=voices,
        replies=_replies(message),
        ruled=_ruled(found),
    )


def _is_settled(found: Reading) -> bool:
    """Say whether something beside the words decides: a field, a filter, an office with an address of its own."""
    beside = any(seen.place in _BESIDE or seen.rule == FILTER for seen in found.evidence)
    return beside and (found.nature in _MASS or found.confidence is Confidence.HIGH)


def _ruled(found: Reading) -> tuple[str, ...]:
    """What rules found outside the text, and which machine they took the writer for."""
    told = tuple(seen.rule for seen in found.evidence if seen.place == "header")
    return (*told, f"machine {found.nature}") if found.nature in MACHINES else told


def _of_person(message: Message, voices: Voices, rules: RulePack) -> Reading:
    ground = out_of_scope(message, voices, rules)
    if ground is None:
        return wanted(voices, replies=_replies(message))
    return Reading(
        nature=Nature.OUT_OF_SCOPE,
        evidence=ground.evidence,
        confidence=ground.confidence,
        reason=ground.reason,
    )


def _of_form(message: Message, form: Form, rules: RulePack) -> tuple[Reading, Letter]:
    """Read what a form carries: the citizen's words and the kind they ticked, never the robot's."""
    own, title = read(form.text), form.kind or message.subject
    voices = together(listen(own, rules), listen_to_title(read(title), rules))
    found = _of_person(replace(message, senders=()), voices, rules)
    letter = Letter(own=own, title=title, sender="", voices=voices, replies=False, typed=True)
    return replace(found, correspondent=form.address), letter


def _transmitted(message: Message, institution: Institution, rules: RulePack) -> Reading:
    """A question that another State service received and passes on (CRPA, L114-2): ours to answer."""
    own = read(message.own)
    carried = colleague(message, listen(own, rules), institution, rules)
    if not carried.answer_due:
        voices = _heard(message, own, rules)
        return replace(_of_person(message, voices, rules), correspondent=_sender(message))
    return replace(carried, nature=Nature.REQUEST, also=(), confidence=Confidence.LOW)


# --- a second opinion -----------------------------------------------------------------------------


def _seconded(found: Reading, letter: Letter, rules: Ruleset) -> Reading:
    """Hold what rules found against what all the words lean to."""
    if len(letter.own.tokens) < _FEW:
        return found
    opinion = lean(letter, rules.leanings)
    if opinion.nature is found.nature or opinion.share < _FAINT[found.confidence]:
        return found
    if opinion.nature in MACHINES and (letter.typed or opinion.share < _MACHINE):
        return found
    return replace(
        found,
        nature=opinion.nature,
        also=tuple(other for other in found.also if other is not opinion.nature),
        answer_due=opinion.nature in ANSWER_DUE,
        evidence=spoken_for(letter, opinion.nature, rules.leanings),
        confidence=Confidence.MEDIUM if opinion.share >= _CLEAR else Confidence.LOW,
        reason=_UNNAMED if opinion.nature is Nature.OUT_OF_SCOPE else "",
    )


# --- what is read ---------------------------------------------------------------------------------


def _heard(message: Message, own: Words, rules: RulePack) -> Voices:
    """What the text and the subject say; of the subject of a reply, only that it reminds."""
    body = listen(own, rules)
    prefix = _REPLY.match(message.subject)
    title = listen_to_title(
        read(message.subject[prefix.end() :] if prefix else message.subject), rules
    )
    if not own.line.strip() or not (prefix or message.references):
        return together(body, title)
    if body.points(*_SETTLING):
        return body
    return together(body, _reminding(title))


def _reminding(title: Voices) -> Voices:
    heard: tuple[Voice, ...] = tuple(v for v in title.heard if v.label in _STILL_SAID)
    return Voices(heard=heard, asked=frozenset(), words=0)


def _replies(message: Message) -> bool:
    return bool(message.references) or _REPLY.match(message.subject) is not None


def _sender(message: Message) -> str:
    return message.senders[0].address if message.senders else ""


def _correspondent(message: Message, institution: Institution) -> str:
    """Whom to answer: the sender, or Reply-To when nobody reads the sender's mail."""
    sender = _sender(message)
    if sender and not is_robot(sender):
        return sender
    for who in message.reply_to:
        if not is_ours(who.address, institution) and not is_robot(who.address):
            return who.address
    return sender
