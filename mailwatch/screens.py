"""The service on a terminal: how it is, what to review, one request."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from rich.text import Text

from mailwatch.display import counted, plain, terminal
from mailwatch.health import Fault, FolderHealth, HandedHealth, Health
from mailwatch.labels import (
    ALERT_STATES,
    CHANNELS,
    CONFIDENCES,
    CORRECTIONS,
    FINDINGS,
    GRADES,
    NATURES,
    PARTS,
    STATES,
    TIES,
    number,
)
from mailwatch.language import labelled, say
from mailwatch.language import translate as _
from mailwatch.model import Answer, Confidence, Request
from mailwatch.rereading import Glimpse
from mailwatch.reviewing import Doubt, Doubtful, Event, Happening

_MEGABYTE = 1_000_000
_HOUR, _DAY = 60, 24 * 60
"""Minutes."""


def health(found: Health, zone: tzinfo, state: Path, octets: int) -> None:
    """Show how the service is: first whether it runs, then what fails, then each folder."""
    screen = terminal()
    screen.print(Text(_running(found), style="bold"), soft_wrap=True)
    for line in _faults(found, zone):
        screen.print(Text("✘ " + line, style="red"), soft_wrap=True)
    for folder in found.folders:
        for line in _folder(folder, zone):
            screen.print(line, soft_wrap=True, markup=False)
    for one in found.handed:
        screen.print(_handed(one, zone), soft_wrap=True, markup=False)
    for line in _rest(found, zone, state, octets):
        screen.print(line, soft_wrap=True, markup=False)


def _running(found: Health) -> str:
    if found.holder is None:
        return _("Le service est arrêté (mailwatch run le lance).")
    return _("Le service est en marche (processus {process}).").format(process=found.holder or "?")


def _faults(found: Health, zone: tzinfo) -> Iterator[str]:
    """What holds something up, once a sentence: an account that fails fails for all its folders."""
    told: dict[tuple[str, str], list[FolderHealth]] = {}
    for folder in found.folders:
        if folder.fault is not None:
            told.setdefault((folder.account, str(folder.fault.words)), []).append(folder)
    for (account, _words), folders in told.items():
        where = ", ".join(folder.folder for folder in folders)
        if fault := folders[0].fault:
            yield labelled(f"{account} ({where})", _since(fault, zone))
    if found.sending is not None:
        yield labelled(_("envoi des alertes"), _since(found.sending, zone))


def _since(fault: Fault, zone: tzinfo) -> str:
    words = _("{what} (depuis le {at})")
    return words.format(what=say(fault.words), at=_minute(fault.since, zone))


def _folder(folder: FolderHealth, zone: tzinfo) -> Iterator[str]:
    """A folder in a line, and a second one when there is more to say of it."""
    mark = "✘" if folder.fault or folder.looked_at is None else "✔"
    name = f"{mark} {plain(folder.account)}/{plain(folder.folder)}"
    if folder.looked_at is None:
        yield labelled(name, _("jamais relevé"))
    elif folder.next_at is None:
        yield labelled(name, _("relevé le {at}").format(at=_minute(folder.looked_at, zone)))
    else:
        words = _("relevé le {at}, prochain relevé à {next}")
        following = f"{folder.next_at.astimezone(zone):%H:%M}"
        looked = words.format(at=_minute(folder.looked_at, zone), next=following)
        yield labelled(name, looked)
    if more := ", ".join(_more(folder)):
        yield f"    {more}"


def _handed(one: HandedHealth, zone: tzinfo) -> str:
    if one.taken_at is None:
        return "✘ " + _("remise {address} : aucune copie jusqu’ici").format(address=one.address)
    words = _("remise {address} : dernière copie le {at}")
    told = "✔ " + words.format(address=one.address, at=_minute(one.taken_at, zone))
    if not one.quarantined:
        return told
    return f"{told}, {counted(one.quarantined, _('message illisible'), _('messages illisibles'))}"


def _more(folder: FolderHealth) -> Iterator[str]:
    if folder.awaiting:
        yield counted(folder.awaiting, _("message à lire"), _("messages à lire"))
    if folder.quarantined:
        yield counted(folder.quarantined, _("message illisible"), _("messages illisibles"))
    if folder.gaps:
        words = counted(folder.gaps, _("interruption en 30 jours"), _("interruptions en 30 jours"))
        yield f"{words} ({_length(folder.unwatched)})"
    if folder.missed:
        yield counted(
            folder.missed,
            _("message venu et parti sans être vu"),
            _("messages venus et partis sans être vus"),
        )
    if folder.healed:
        yield counted(
            folder.healed,
            _("message manqué, retrouvé la nuit"),
            _("messages manqués, retrouvés la nuit"),
        )
    if folder.restored:
        yield _("serveur revenu à un état antérieur, dossier relu en entier")


def _length(time: timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    if minutes >= 2 * _DAY:
        return _("{count} jours").format(count=minutes // _DAY)
    if not minutes:
        return _("{count} s").format(count=int(time.total_seconds()))
    if minutes >= _HOUR:
        return _("{hours} h {minutes:02}").format(hours=minutes // _HOUR, minutes=minutes % _HOUR)
    return _("{count} min").format(count=minutes)


def _rest(found: Health, zone: tzinfo, state: Path, octets: int) -> Iterator[str]:
    if found.alert is None:
        yield _("Aucune alerte n’est encore partie.")
    else:
        words = _("Dernière alerte : celle de la semaine {week} {state}, le {at}.")
        yield words.format(
            week=found.alert.week,
            state=_(ALERT_STATES[found.alert.state]),
            at=_minute(found.alert.at, zone),
        )
    if found.waiting:
        yield _("Alertes qui attendent de partir : {count}.").format(count=found.waiting)
    if found.refused:
        yield _("Alertes refusées par le serveur, cette semaine-là : {count}.").format(
            count=found.refused
        )
    for one in found.clock_sets[-1:]:
        words = (
            _("Horloge de la machine : avancée de {length}, le {at} ({times} en 30 jours).")
            if one.seconds > 0
            else _("Horloge de la machine : reculée de {length}, le {at} ({times} en 30 jours).")
        )
        yield words.format(
            length=_length(timedelta(seconds=abs(one.seconds))),
            at=_minute(one.at, zone),
            times=counted(len(found.clock_sets), _("changement"), _("changements")),
        )
    lines = counted(found.head.size, _("ligne"), _("lignes"))
    yield _("Journal : {lines}, empreinte {digest}").format(
        lines=lines, digest=found.head.digest or "—"
    )
    yield _("Registre : {path} ({size} Mo)").format(path=state, size=number(octets / _MEGABYTE))


def _minute(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d/%m/%Y %H:%M}"


# --- what to review -------------------------------------------------------------------------------


def review(found: Sequence[Doubtful]) -> None:
    """List what waits for a person, then how to decide."""
    screen = terminal()
    if not found:
        screen.print(_("Rien n’attend l’avis d’une personne."))
        return
    for one in found:
        for line in _lines(one):
            screen.print(line, soft_wrap=True, markup=False)
    screen.print()
    words = _(
        "À trancher : {count}. Voyez « mailwatch show DEMANDE », puis « mailwatch correct --help »."
    )
    screen.print(words.format(count=len(found)), soft_wrap=True, markup=False)


def _lines(one: Doubtful) -> Iterator[str]:
    words = _("{request}  reçue le {arrival}, {box}")
    box = plain(one.box) or _("boîte non déclarée")
    yield words.format(request=one.request or "—", arrival=_arrival(one), box=box)
    ties = ", ".join(_tie(tie) for tie in one.evidence if one.doubt is not Doubt.UNSEEN)
    yield f"    {_doubt(one)}" + (f" ({ties})" if ties else "")
    if one.target != one.request or not one.request:
        yield "    " + _("message : {key}").format(key=plain(one.target or one.file))


def _arrival(one: Doubtful) -> str:
    return f"{one.received_at:%d/%m/%Y %H:%M}" if one.received_at else f"{one.on:%d/%m/%Y}"


def _doubt(one: Doubtful) -> str:
    match one.doubt:
        case Doubt.NATURE:
            return _("nature : {nature} ?").format(nature=_(_nature(one.what)))
        case Doubt.LINK:
            return _("rattachement : {part} du {on:%d/%m/%Y} ?").format(
                part=_(PARTS.get(one.what, one.what)), on=one.on
            )
        case Doubt.UNSEEN:
            return _("une réponse citée n’a pas été vue : y a-t-il été répondu ?")


def _nature(word: str) -> str:
    return next((label for nature, label in NATURES.items() if nature == word), word)


def _tie(word: str) -> str:
    return _(TIES.get(word, FINDINGS.get(word, word)))


# --- one request ----------------------------------------------------------------------------------


def shown(
    found: Request, events: Sequence[Event], glimpses: Mapping[str, Glimpse], boxes: Collection[str]
) -> None:
    """Show one request: where it stands, then day by day.

    Senders and subjects are those of `glimpses`; of the boxes only those that are declared are named.
    """
    screen = terminal()
    screen.print(Text(_("Demande {id}").format(id=plain(found.id)), style="bold"))
    for line in _standing(found, boxes):
        screen.print(f"  {line}", soft_wrap=True, markup=False)
    screen.print()
    for event in events:
        screen.print(_event(event), soft_wrap=True, markup=False)
        for line in _glimpse(glimpses.get(event.file)):
            screen.print(f"              {line}", soft_wrap=True, markup=False)


def _standing(found: Request, declared: Collection[str]) -> Iterator[str]:
    at = found.received_at
    arrival = f"{at:%d/%m/%Y %H:%M}" if at else f"{found.received_on:%d/%m/%Y}"
    words = _("{channel} reçu le {arrival}, échéance le {due:%d/%m/%Y} : {state}")
    yield words.format(
        channel=_(CHANNELS[found.channel]),
        arrival=arrival,
        due=found.due_on,
        state=_(STATES[found.state]),
    )
    yield from _evidence(found)
    if found.service:
        yield _("service : {service}").format(service=plain(found.service))
    if boxes := ", ".join(plain(box) for box in found.boxes if box in declared):
        yield _("boîte : {boxes}").format(boxes=boxes)
    if found.excluded_because:
        yield _("exclue : {reason}").format(reason=plain(found.excluded_because))
    for finding in found.findings:
        yield labelled(_("constat"), _(FINDINGS.get(finding, finding)))
    if found.confidence is Confidence.LOW:
        yield _("lecture peu sûre, à confirmer (mailwatch correct)")
    if found.note:
        yield _("note : {note}").format(note=plain(found.note))


def _evidence(found: Request) -> Iterator[str]:
    """How the dates of a request are attested, and what they leave open."""
    words = _("preuve : arrivée {grade} ({meaning})")
    yield words.format(grade=found.grade, meaning=_(GRADES[found.grade]))
    if found.first is not None:
        grade = found.first.grade
        words = _("preuve : première réponse {grade} ({meaning})")
        yield words.format(grade=grade, meaning=_(GRADES[grade]))
    if found.bounds is None:
        return
    for label, span in (
        (_("dates possibles de l’arrivée"), found.bounds.received),
        (_("dates possibles de l’échéance"), found.bounds.due),
        (_("dates possibles de la première réponse"), found.bounds.answered),
    ):
        if span is not None:
            yield labelled(label, f"{span.earliest_on:%d/%m/%Y} – {span.latest_on:%d/%m/%Y}")


def _event(event: Event) -> str:
    return f"  {event.on:%d/%m/%Y}  {_told(event)}"


def _told(event: Event) -> str:
    match event.happening:
        case Happening.RECEIVED:
            return _(NATURES[event.nature]) if event.nature else ""
        case Happening.DUE:
            return _("échéance")
        case Happening.FOLLOW_UP:
            return _("suite annoncée ou attendue")
        case Happening.CORRECTION:
            return _corrected(event)
        case Happening.MESSAGE | Happening.ANSWER:
            return _message(event)


def _message(event: Event) -> str:
    parts = [_answer(event.answer)] if event.answer else []
    if event.link is not None:
        parts = parts or [_(PARTS.get(event.link.part, event.link.part))]
        if ties := ", ".join(_tie(tie) for tie in event.link.evidence):
            parts.append(f"{ties} ({_('confiance')} {_(CONFIDENCES[event.link.confidence])})")
    return " — ".join(parts)


def _answer(answer: Answer) -> str:
    words = [_(_nature(answer.kind)), _delay(answer.delay)]
    if answer.declared:
        words.append(_("déclarée"))
    if answer.bounced:
        words.append(_("non remise à l’usager"))
    return ", ".join(words)


def _delay(delay: int) -> str:
    return counted(delay, _("jour ouvré"), _("jours ouvrés"))


def _corrected(event: Event) -> str:
    said = event.correction
    if said is None:
        return ""
    words = _("rectification ({kind}) : {value}, par {author}")
    told = words.format(
        kind=_(CORRECTIONS[said.kind]),
        value=plain(_(_nature(said.value))),
        author=plain(said.author),
    )
    return f"{told} ({plain(said.reason)})" if said.reason else told


def _glimpse(found: Glimpse | None) -> Iterator[str]:
    if found is None:
        return
    at = found.location
    yield _("{account}/{folder}, message n° {uid}").format(
        account=plain(at.account), folder=plain(at.folder), uid=at.uid
    )
    if found.fault is not None:
        yield _("non relu : {reason}").format(reason=plain(say(found.fault)))
        return
    yield _("de : {sender}").format(sender=plain(found.sender) or "—")
    yield _("objet : {subject}").format(subject=plain(found.subject) or "—")
