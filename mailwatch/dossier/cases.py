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
    Grade,
    Mention,
    Nature,
    Outcome,
    Request,
    State,
)
from mailwatch.report.chapters import subtitle
from mailwatch.reviewing import Event, Happening, timeline
from mailwatch.signs import Value, writable
from mailwatch.templating import environment

TEMPLATE = "dossier-echantillon.html"
_APART = re.compile(" (?=[:;?!])")
_ANSWERS = ("juste", "faux")
_WITH_WORDS = (
    "Les messages ont été relus dans la messagerie : ces pages contiennent des données personnelles, à détruire après "
    "le contrôle."
)
_WITHOUT_WORDS = (
    "Ni nom, ni adresse, ni mot d’un message ne figure ici : chaque message se retrouve par son dossier et son numéro "
    "(UID), et « mailwatch show » le relit."
)
_WEEKDAYS = ("lu", "ma", "me", "je", "ve", "sa", "di")


def page(sample: Drawn, audit: Audit, templates: Mapping[str, str]) -> str:
    """Write the sample as one page that needs nothing else and prints a case a sheet."""
    ready = environment(templates)
    ready.filters |= {"day": day, "file": short_file, "plural": plural, "spaced": _spaced}
    found = ready.get_template(TEMPLATE).render(
        sample=sample,
        subtitle=subtitle(audit),
        today=audit.today,
        strata=strata(sample, audit),
        facts=facts,
        events=events,
        verdicts=verdicts,
        counted=counted,
        ruled=ruled,
        checks=checks,
        passages=passages,
        labels=labels,
    )
    return writable(found)


def document(sample: Drawn, audit: Audit) -> Mapping[str, Value]:
    """Give the sample as the values that `echantillon.typ` reads."""
    count = len(sample.cases)
    return {
        "title": f"Échantillon de {count} cas à contrôler",
        "subtitle": subtitle(audit),
        "standing": f"État au {day(audit.today)}",
        "author": audit.institution.name,
        "date": [audit.today.year, audit.today.month, audit.today.day],
        "seed": sample.seed,
        "privacy": _WITH_WORDS if sample.has_words else _WITHOUT_WORDS,
        "strata": [[*row[:2], *map(str, row[2:])] for row in strata(sample, audit)],
        "cases": [_document(case) for case in sample.cases],
    }


def _document(case: Case) -> Mapping[str, Value]:
    request = case.counted
    return {
        "id": request.id,
        "channel": labels.CHANNELS[request.channel],
        "received": day(request.received_on),
        "state": labels.STATES[request.state],
        "facts": [[name, _spaced(words)] for name, words in facts(case)],
        "count": counted(case),
        "events": [
            [on, _spaced(happened), _spaced(evidence), short_file(file)]
            for on, happened, evidence, file in events(case)
        ],
        "verdicts": [[*row] for row in verdicts(case)],
        "rulings": [_spaced(words) for words in ruled(case)],
        "ties": [[str(tie.line), short_file(file), tie.key, tie.salt] for file, tie in case.ties],
        "passages": [_passage(file, passage) for file, passage in passages(case)],
        "checks": [{"words": _spaced(words), "boxes": boxes} for words, boxes in checks(case)],
    }


def _passage(file: str, found: Passage) -> Mapping[str, Value]:
    return {
        "file": short_file(file),
        "fault": found.fault,
        "sender": found.sender or "–",
        "subject": found.subject or "–",
        "pieces": [{"text": piece.text, "of": _spaced(piece.of)} for piece in found.pieces],
        "apart": " ; ".join(f"« {piece.text} » ({_spaced(piece.of)})" for piece in found.apart),
    }


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


def facts(case: Case) -> Iterator[tuple[str, str]]:
    """Give what is known of a case, each with its name."""
    request, now = case.counted, case.now
    arrived = moment(request.received_at) if request.received_at else day(request.received_on)
    yield "Canal et service", f"{labels.CHANNELS[request.channel]}, {request.service}"
    yield "Reçue", f"{arrived} ({_proof(request.grade)})"
    yield "Échéance", day(request.due_on)
    first = request.first
    yield "Comptée", told(request) + (f" ({_proof(first.grade)})" if first else "")
    if told(now) != told(request):
        yield "Depuis la clôture", told(now)
    if now.findings:
        yield "Constats", " ; ".join(map(labels.finding, now.findings))
    if now.note:
        yield "Cause et suites", now.note


def _proof(grade: Grade) -> str:
    return f"preuve {grade} : {labels.GRADES[grade]}"


def ruled(case: Case) -> Iterator[str]:
    """Give what persons set right or noted, each with its day, its author and its reason."""
    for said in (ruling.correction for ruling in case.rulings):
        words = f"{day(said.at)}, {said.author} : {labels.correction(said)}"
        yield f"{words} – {said.reason}" if said.reason else words


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


def checks(case: Case) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Say what is to be confirmed of a case, and the answers to tick when they are not just that."""
    if case.asked:
        for check in case.asked:
            yield f"{labels.CHECKS[check].capitalize()} : {labels.QUESTIONS[check]}", _ANSWERS
        return
    for words in _confirmed(case):
        yield words, ()


def _confirmed(case: Case) -> Iterator[str]:
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
