"""The sample as a page: how it was drawn, then one case a sheet, to be checked and ticked by hand.

Without passages a case shows ids, days, verdicts and levels, and no word that anybody wrote in a mail.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from mailwatch import labels
from mailwatch.dossier.terms import Case, Drawn, Passage
from mailwatch.labels import NO_BREAK, day, days, moment, plural, short_file
from mailwatch.model import (
    Answer,
    Audit,
    Correction,
    CorrectionKind,
    DayCount,
    Mention,
    Nature,
    Outcome,
    Request,
    State,
)
from mailwatch.report.chapters import subtitle
from mailwatch.reviewing import Event, Happening, timeline
from mailwatch.templating import environment

TEMPLATE = "dossier-echantillon.html"
_APART = re.compile(" (?=[:;?!])")
_WEEKDAYS = ("lu", "ma", "me", "je", "ve", "sa", "di")


def page(sample: Drawn, audit: Audit, templates: Mapping[str, str]) -> str:
    """Write the sample as one page that needs nothing else and prints a case a sheet."""
    ready = environment(templates)
    ready.filters |= {
        "day": day,
        "moment": moment,
        "days": days,
        "file": short_file,
        "plural": plural,
        "spaced": _spaced,
    }
    return ready.get_template(TEMPLATE).render(
        sample=sample,
        subtitle=subtitle(audit),
        today=audit.today,
        strata=strata(sample, audit),
        told=told,
        events=events,
        verdicts=verdicts,
        counted=counted,
        checks=checks,
        passages=passages,
        labels=labels,
    )


def _spaced(words: str) -> str:
    """Words of ours with a no-break space before the signs that French sets apart."""
    return _APART.sub(NO_BREAK, words)


def strata(sample: Drawn, audit: Audit) -> Sequence[tuple[str, str, int, int]]:
    """Say of each stratum, by channel and state, how many requests it has and how many were drawn."""
    drawn = Counter((case.counted.channel, case.counted.state) for case in sample.cases)
    found = Counter((request.channel, request.state) for request in audit.requests)
    return [
        (labels.CHANNELS[channel], labels.STATES[state], count, drawn[channel, state])
        for (channel, state), count in sorted(found.items())
    ]


# --- one case -------------------------------------------------------------------------------------


def told(request: Request) -> str:
    """Where a request stands, in words."""
    words = labels.STATES[request.state]
    if request.excluded_because:
        words += f" ({request.excluded_because})"
    if request.first is None:
        return words
    return (
        f"{words}, première réponse le {day(request.first.on)}, délai {days(request.first.delay)}"
    )


def events(case: Case) -> Iterator[tuple[str, str, str, str]]:
    """Tell a case day by day: the day, what happened, on what evidence, where the message lies."""
    for event in timeline(case.now, case.rulings):
        evidence = ""
        if event.link is not None and event.link.evidence:
            ties = ", ".join(labels.TIES.get(tie, tie) for tie in event.link.evidence)
            evidence = f"{ties} ; confiance {labels.CONFIDENCES[event.link.confidence]}"
        yield day(event.on), _happened(event), evidence, event.file


def _happened(event: Event) -> str:
    match event.happening:
        case Happening.RECEIVED:
            return f"réception : {labels.NATURES[event.nature]}" if event.nature else "réception"
        case Happening.DUE:
            return "échéance"
        case Happening.FOLLOW_UP:
            return "suite annoncée ou attendue"
        case Happening.CORRECTION:
            return _ruled(event.correction) if event.correction else ""
        case Happening.MESSAGE | Happening.ANSWER:
            return _message(event)


def _ruled(said: Correction) -> str:
    what = "note de" if said.kind is CorrectionKind.NOTE else "rectification par"
    return f"{what} {said.author}"


def _message(event: Event) -> str:
    if event.answer is not None:
        return _answered(event.answer)
    part = event.link.part if event.link else ""
    return labels.PARTS.get(part, part)


def _answered(answer: Answer) -> str:
    words = [labels.kind(answer.kind), f"délai {days(answer.delay)}"]
    if answer.declared:
        words.append("déclarée par une personne")
    if answer.bounced:
        words.append("non remise à l’usager")
    # What other answers seem to announce decides nothing.
    if answer.announced is not None and answer.kind == Nature.HOLDING_REPLY:
        announced = answer.announced.on
        words.append(f"suite annoncée{f' pour le {day(announced)}' if announced else ' sans date'}")
    return ", ".join(words)


def verdicts(case: Case) -> Iterator[tuple[str, str, str, str, str]]:
    """Give the verdicts on the mentions of each answer that was judged, levels and places without the words."""
    for answer in case.now.answers:
        found = answer.mentions
        if found is not None:
            kind = labels.kind(answer.kind)
            kind += ", non remise : ne compte pas" if answer.bounced else ""
            author, service, institution = map(
                _verdict, (found.author, found.service, found.institution)
            )
            yield day(answer.on), kind, author, service, institution


def _verdict(mention: Mention) -> str:
    words = [labels.OUTCOMES[Outcome(mention.outcome)]]
    if mention.level is not None:
        words.append(labels.LEVELS[mention.level])
    if mention.place is not None:
        words.append(labels.PLACES[mention.place])
    return ", ".join(words)


def counted(case: Case) -> str:
    """Tell how the due date was counted, a few letters a day."""
    if case.deadline is None:
        return ""
    return " · ".join(map(_counted, case.deadline.days))


def _counted(one: DayCount) -> str:
    name = f"{_WEEKDAYS[one.on.weekday()]}{NO_BREAK}{one.on:%d/%m}"
    return f"{name}{NO_BREAK}: {one.why}"


def checks(case: Case) -> Iterator[str]:
    """Say what an auditor is to confirm of a case."""
    request = case.counted
    if request.state is State.EXCLUDED:
        yield "Le motif d’exclusion est fondé."
    else:
        yield "C’est bien une demande d’informations d’un usager, et une seule."
    yield "La réception est celle du message, et l’échéance est juste."
    if request.first is not None:
        yield "La première réponse est bien celle-ci ; une personne l’a écrite, à ce demandeur."
    else:
        yield "Aucune réponse n’existe ailleurs (autre boîte, téléphone, guichet)."
    if any(answer.mentions for answer in case.now.answers):
        yield "Les mentions sont lues comme elles sont écrites."
    if any(ruling.correction.kind is not CorrectionKind.NOTE for ruling in case.rulings):
        yield "Les rectifications sont fondées."


def passages(case: Case) -> Iterator[tuple[str, Passage]]:
    """Give what was read again, in the order of the timeline, each with the place of its message."""
    for file in dict.fromkeys(event.file for event in timeline(case.now) if event.file):
        found = case.passages.get(file)
        if found is not None:
            yield file, found
