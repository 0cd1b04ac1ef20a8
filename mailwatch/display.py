"""Verdicts and figures on a terminal: tables a person reads, in the language of the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mailwatch.hints import Hint
from mailwatch.labels import (
    CONFIDENCES,
    FINDINGS,
    HINTS,
    LEVELS,
    NATURES,
    OUTCOMES,
    PLACES,
    STATES,
    number,
    short_file,
)
from mailwatch.language import labelled, quoted, say
from mailwatch.language import translate as _
from mailwatch.model import (
    Audit,
    Channel,
    ChannelIndicators,
    Grade,
    Indicators,
    Mention,
    Outcome,
    Rate,
    Request,
    State,
)
from mailwatch.specimens import FindingKind, Verdict, owed

if TYPE_CHECKING:
    from mailwatch.analysis import Examined

_SPACES = "\u00a0\u202f"
"""No-break spaces, which Python does not call printable."""
_SHOWN = 40
"""Requests listed on a terminal; the report lists them all."""

_CLUE = 32
"""Characters of the evidence shown beside a message."""
_PLURAL = 2
"""The French plural begins at two."""
_MARKS = {
    Outcome.PRESENT: ("✔", "green"),
    Outcome.EXEMPT: ("✔", "green"),
    Outcome.ABSENT: ("✘", "red"),
    Outcome.UNVERIFIABLE: ("?", "yellow"),
}


def terminal() -> Console:
    """What is printed on, as wide as it is."""
    return Console(highlight=False)


def plain(words: str) -> str:
    """Give text from a message, without the control characters that a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign in _SPACES else "·" for sign in words)


# --- one message ----------------------------------------------------------------------------------


def verdict(found: Examined, advice: Sequence[Hint]) -> None:
    """Show the three mentions of one answer, with the words each rests on, then what is advised on its language."""
    console = terminal()
    reading = found.reading
    file = plain(found.delivery.file)
    certain = f"{_('confiance')} {_(CONFIDENCES[reading.confidence])}"
    head = Text(labelled(file, f"{_(NATURES[reading.nature])} ({certain})"))
    head.stylize("bold", 0, len(file))
    console.print(head, soft_wrap=True)
    if clue := _clue(found):
        console.print(f"  {labelled(_('indice'), quoted(clue))}", soft_wrap=True, markup=False)
    if found.mentions is None or found.answer is None:
        console.print("  " + _("aucune mention n’est exigée d’un tel message"))
        return
    for label, mention in (
        (_("auteur"), found.mentions.author),
        (_("service"), found.mentions.service),
        (_("institution"), found.mentions.institution),
    ):
        console.print(_mention_line(label, mention), soft_wrap=True)
    if found.announced is not None:
        when = found.announced.on
        day = f"{when:%d/%m/%Y}" if when else _("sans date")
        words = plain(found.announced.text)
        console.print(
            f"  {labelled(_('suite annoncée'), f'{day} ({quoted(words)})')}",
            soft_wrap=True,
            markup=False,
        )
    for finding in found.mentions.findings:
        console.print(f"  {labelled(_('constat'), _(FINDINGS.get(finding, finding)))}")
    for line in _advised(advice):
        console.print(Text(f"  {labelled(_('conseil'), line)}", style="dim"), soft_wrap=True)


def _advised(advice: Sequence[Hint]) -> Iterator[str]:
    """One line a kind: what each is about stands behind it."""
    for kind, group in groupby(advice, key=lambda hint: hint.kind):
        about = ", ".join(_about(hint) for hint in group if hint.text)
        yield f"{_(HINTS[kind])} ({about})" if about else _(HINTS[kind])


def _about(hint: Hint) -> str:
    words = quoted(plain(hint.text))
    return (
        _("{count} mots : {words}").format(count=hint.words, words=words) if hint.words else words
    )


def _mention_line(label: str, mention: Mention) -> Text:
    mark, colour = _MARKS[mention.outcome]
    line = Text.assemble("  ", (mark, colour), f" {label:<12} {_(OUTCOMES[mention.outcome]):<13}")
    if mention.text:
        line.append(f" {quoted(plain(mention.text))}")
    if mention.place is not None:
        line.append(f" {_(PLACES[mention.place])}")
    if mention.level is not None:
        line.append(f" ({_(LEVELS[mention.level])})")
    return line


def readings(found: Sequence[Examined]) -> None:
    """Show what each message is, one line a message."""
    table = grid(_("Nature"), _("Réponse due"), _("Confiance"))
    table.add_column(_("Message"), overflow="fold")
    table.add_column(_("Indice"), overflow="ellipsis", no_wrap=True, max_width=_CLUE)
    for item in found:
        reading = item.reading
        table.add_row(
            _(NATURES[reading.nature]),
            _("oui") if reading.answer_due else "",
            _(CONFIDENCES[reading.confidence]),
            plain(item.delivery.file),
            _clue(item),
        )
    terminal().print(table)


def _clue(found: Examined) -> str:
    """The words, or the field, that decided what a message is."""
    evidence = found.reading.evidence
    return plain(evidence[0].text) if evidence else ""


# --- courriels type -------------------------------------------------------------------------------


def specimens(found: Sequence[Verdict]) -> None:
    """Show the courriels type, one line each, then what is to be put right in which, then what is advised."""
    console = terminal()
    table = grid("")
    table.add_column(_("Courriel type"), overflow="fold", ratio=2)
    table.add_column(_("Lu comme"), overflow="fold", ratio=1)
    table.add_column(_("Mentions"), no_wrap=True)
    table.add_column(_("Avis du comité"), no_wrap=True)
    table.caption = _("Mentions : auteur, service, institution.")
    table.caption_justify = "left"
    for item in found:
        table.add_row(*_specimen(item))
    console.print(table)
    for item in found:
        for line in _told(item):
            console.print(line, soft_wrap=True)
    faulty = sum(bool(item.faults) for item in found)
    said = counted(len(found), _("courriel type"), _("courriels type"))
    console.print(_("{said}, à corriger : {faulty}.").format(said=said, faulty=faulty))


def _specimen(item: Verdict) -> Iterator[Text]:
    """The cells of one line: what a mention that is not owed would be is left out."""
    due = dict(owed(item.specimen, item.mentions))
    yield Text("✘", "red") if item.faults else Text("✔", "green")
    yield Text(plain(item.specimen.title))
    yield Text(_(NATURES[item.reading.nature]))
    marks = [
        _MARKS[due[kind].outcome] if kind in due else ("–", "")
        for kind in (FindingKind.AUTHOR, FindingKind.SERVICE, FindingKind.INSTITUTION)
    ]
    yield Text("  ").join(Text(*mark) for mark in marks)
    if item.specimen.opinion_on:
        yield Text(f"{item.specimen.opinion_on:%d/%m/%Y}")
    else:
        yield Text(_("non daté") if item.specimen.opinion else _("à recueillir"))


def _told(item: Verdict) -> Iterator[Text]:
    file = plain(item.specimen.file)
    for fault in item.faults:
        yield Text(labelled(file, plain(say(fault.words))), style="red")
    for advised in item.advice:
        # What every new one lacks stands in the table.
        if advised.kind is not FindingKind.NO_OPINION:
            yield _as_advice(file, plain(say(advised.words)))
    for line in _advised(item.hints):
        yield _as_advice(file, line)


def _as_advice(file: str, words: str) -> Text:
    return Text(labelled(file, labelled(_("conseil"), words)), style="dim")


# --- the offline run ------------------------------------------------------------------------------


def audit(found: Audit, folder: Path | None) -> None:
    """Show the figures of an offline run, then what asks for attention."""
    console = terminal()
    if found.institution.name:
        console.print(Text(found.institution.name, style="bold"))
    console.print(figures(found))
    console.print(mention_figures(found))
    attention = [request for request in found.requests if request.state in _ATTENTION]
    if attention:
        console.print(requests_table(attention[:_SHOWN], _("Demandes à regarder")))
        if len(attention) > _SHOWN:
            console.print(_("… et {count} autres").format(count=len(attention) - _SHOWN))
    for line in _remarks(found):
        console.print(line, soft_wrap=True)
    if folder is not None:
        console.print(_("Rapport : {path}").format(path=folder / "rapport.html"), soft_wrap=True)


_ATTENTION = frozenset({State.ANSWERED_LATE, State.OVERDUE})


def figures(found: Audit) -> Table:
    """The figures of both channels, side by side."""
    table = grid("", _("Courriels"), _("Courriers"))
    rows: tuple[tuple[str, Callable[[ChannelIndicators], str]], ...] = (
        (_("Réponses dans le délai (attente comptée)"), lambda of: _rate(of.answered_in_time)),
        (_("Réponses de fond dans le délai"), lambda of: _rate(of.substantive_in_time)),
        (_("Délai moyen de première réponse"), lambda of: _days(of.mean_first_delay)),
        (_("Délai moyen de réponse de fond"), lambda of: _days(of.mean_substantive_delay)),
        (_("Délai médian"), lambda of: _days(of.median_first_delay)),
        (_("Neuf réponses sur dix en"), lambda of: _days(of.p90_first_delay)),
        (_("En cours (échéance à venir)"), lambda of: str(of.pending)),
        (_("Attentes sans suite"), lambda of: str(of.holding_without_followup)),
        (_("Exclues"), lambda of: str(of.excluded)),
    )
    for label, show in rows:
        table.add_row(label, show(found.indicators.email), show(found.indicators.letter))
    return table


def mention_figures(found: Audit) -> Table:
    """The three mentions over the human answers."""
    table = grid(
        _("Mention"), _("Taux"), _("Présente"), _("Exception"), _("Absente"), _("Invérifiable")
    )
    for label, count in (
        (_("auteur"), found.indicators.author),
        (_("service"), found.indicators.service),
        (_("institution"), found.indicators.institution),
    ):
        table.add_row(
            label,
            count.text,
            str(count.present),
            str(count.exempt),
            str(count.absent),
            str(count.unverifiable),
        )
    return table


def requests_table(requests: Iterable[Request], title: str) -> Table:
    """Requests with their dates and standing; the file finds the mail, no name or subject is shown."""
    table = grid(_("Reçue"), _("Échéance"), _("Réponse"), _("État"))
    table.add_column(_("Message"), overflow="fold")
    table.title = title
    table.title_justify = "left"
    for request in requests:
        table.add_row(
            f"{request.received_on:%d/%m/%Y}",
            f"{request.due_on:%d/%m/%Y}",
            f"{request.first.on:%d/%m/%Y}" if request.first else "—",
            _(STATES[request.state]),
            plain(_whereabouts(request)),
        )
    return table


def _whereabouts(request: Request) -> str:
    """What finds a request again: the file of a mail, else its id, or a letter's reference."""
    if request.channel is Channel.LETTER or ";UID=" in request.file:
        return request.id
    return Path(request.file).name


def _remarks(found: Audit) -> Iterable[str]:
    messages = counted(found.messages, _("message lu"), _("messages lus"))
    copies = counted(found.duplicates, _("copie écartée"), _("copies écartées"))
    requests = counted(len(found.requests), _("demande"), _("demandes"))
    yield f"{messages}, {copies}, {requests}."
    if found.unseen:
        unseen = counted(
            len(found.unseen),
            _("réponse probable non observée"),
            _("réponses probables non observées"),
        )
        yield _("{unseen} : un dossier d’envoi n’est pas relevé.").format(unseen=unseen)
    yield from _evidence(found.indicators)
    yield from _unwatched(found)
    if found.quarantined:
        yield counted(len(found.quarantined), _("message illisible :"), _("messages illisibles :"))
        for item in found.quarantined[:_SHOWN]:
            yield f"  {labelled(plain(short_file(item.file)), say(item.reason))}"
    for row in found.refused:
        line = _("{file}, ligne {line}").format(file=plain(row.file), line=row.line)
        yield labelled(line if row.file else _("réglages"), say(row.reason))


def _evidence(found: Indicators) -> Iterator[str]:
    """How the dates of each channel are attested, where it has any."""
    for words, channel in (
        (_("Preuve des courriels : arrivées {arrivals} ; réponses {answers}."), found.email),
        (_("Preuve des courriers : arrivées {arrivals} ; réponses {answers}."), found.letter),
    ):
        if channel.answered_in_time.denominator:
            arrivals, answers = _graded(channel.grades), _graded(channel.answer_grades)
            yield words.format(arrivals=arrivals, answers=answers)


def _unwatched(found: Audit) -> Iterator[str]:
    """How far the rate may be off, and what leaves it open."""
    margin = found.indicators.email.margin
    if margin is not None:
        yield _("Taux des courriels entre {lowest} et {highest}.").format(
            lowest=_rate(margin.lowest), highest=_rate(margin.highest)
        )
    if margin is not None and margin.uncertain:
        uncertain = counted(margin.uncertain, _("verdict incertain"), _("verdicts incertains"))
        yield _("{uncertain} : des dates se contredisent, le rapport dit lesquelles.").format(
            uncertain=uncertain
        )
    if found.unwatched:
        times = counted(
            len(found.unwatched),
            _("interruption de l’observation"),
            _("interruptions de l’observation"),
        )
        missed = counted(
            sum(gap.missed for gap in found.unwatched),
            _("message passé inaperçu"),
            _("messages passés inaperçus"),
        )
        yield f"{times}, {missed}."


def counted(count: int, one: str, many: str) -> str:
    """Write a number with what it counts, in the singular or the plural."""
    return f"{count} {one if count < _PLURAL else many}"


def _rate(rate: Rate) -> str:
    if rate.denominator == 0:
        return rate.text
    return f"{rate.text}  ({rate.numerator}/{rate.denominator})"


def _graded(grades: Mapping[Grade, int]) -> str:
    found = (f"{grade} {count}" for grade, count in grades.items() if count)
    return ", ".join(found) or "—"


def _days(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{number(value)} {_('jour') if round(value, 1) < _PLURAL else _('jours')}"


def grid(*columns: str) -> Table:
    """Make a table of columns that are not wrapped."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table
