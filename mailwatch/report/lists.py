"""The requests that somebody must look at, by id and never by their words (17, 18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from mailwatch import labels
from mailwatch.labels import day, plural, short_file
from mailwatch.model import Audit, Confidence, CorrectionKind, Nature, Request, Span, State
from mailwatch.report.terms import Cell, Chapter, Column, Kind, Table
from mailwatch.standing import best_and_worst

_HEADS = (
    Column(title="Demande", kind=Kind.CODE, weight=0),
    Column(title="Canal", weight=0),
    Column(title="Reçue", kind=Kind.DATE),
    Column(title="Échéance", kind=Kind.DATE),
    Column(title="Première réponse", kind=Kind.DATE),
    Column(title="Délai", kind=Kind.NUMBER),
    Column(title="État", weight=0),
)
_TAILS = (Column(title="Service", weight=3), Column(title="Fichier", kind=Kind.CODE, weight=3))


def is_doubtful(request: Request) -> bool:
    """Say whether a person should look at how a request was read or linked, and none has excluded it."""
    if CorrectionKind.EXCLUSION in request.corrected:
        return False
    return request.confidence is Confidence.LOW or any(
        link.confidence is Confidence.LOW for link in request.links
    )


def is_uncertain(request: Request, today: date) -> bool:
    """Say whether the verdict on a request depends on which of its instants is right."""
    best, worst = best_and_worst(request, today)
    return best is not worst


def late(audit: Audit) -> Chapter:
    """Requests answered late or not at all, each with the cause and what was done about it."""
    found = [r for r in audit.requests if r.state in (State.OVERDUE, State.ANSWERED_LATE)]
    table = Table(
        name="Retards",
        caption="Répondues en retard, ou sans réponse après l’échéance.",
        columns=(*_HEADS, Column(title="Cause et suites données", weight=5), *_TAILS),
        rows=[(*_heads(r), r.note or "à renseigner", *_tails(r)) for r in found],
    )
    explained = sum(bool(request.note) for request in found)
    told = f"{explained} {plural(explained, 'retard', 'retards')} sur {len(found)}"
    return Chapter(
        name="retards",
        title="Retards, causes et actions correctives (engagement 18)",
        words=()
        if found
        else ("Aucune demande n’a été répondue en retard, aucune n’attend après son échéance.",),
        tables=(table,) if found else (),
        remarks=(f"Cause et action corrective renseignées pour {told}.",) if found else (),
    )


def holding(audit: Audit) -> Chapter:
    """Every request whose first answer was a holding one, with what was announced and what followed."""
    found = [
        r
        for r in audit.requests
        if r.first and r.first.kind == Nature.HOLDING_REPLY and r.state is not State.EXCLUDED
    ]
    table = Table(
        name="Réponses d’attente",
        caption="Suite attendue : la date annoncée par la réponse d’attente, ou à défaut le délai de suite.",
        columns=(
            *_HEADS[:3],
            Column(title="Réponse d’attente", kind=Kind.DATE),
            Column(title="Suite attendue", kind=Kind.DATE),
            Column(title="Réponse de fond", kind=Kind.DATE),
            Column(title="Suite", weight=0),
            *_TAILS,
        ),
        rows=[_holding(request, audit.today) for request in found],
    )
    return Chapter(
        name="attentes",
        title="Réponses d’attente et leur suite (engagement 17)",
        words=() if found else ("Aucune réponse d’attente.",),
        tables=(table,) if found else (),
    )


def _holding(request: Request, today: date) -> tuple[Cell, ...]:
    first, end = request.first, request.substantive
    expected = request.follow_up_on
    if end:
        outcome = "répondue au fond"
    elif expected and expected < today:
        outcome = "sans suite"
    else:
        outcome = "suite attendue"
    return (
        *_heads(request)[:3],
        first.on if first else None,
        expected,
        end.on if end else None,
        outcome,
        *_tails(request),
    )


def registers(audit: Audit) -> Chapter:
    """Complaints and suggestions, which are followed apart; « Sans objet » when there are none (3.1)."""
    found = [r for r in audit.requests if r.nature in (Nature.COMPLAINT, Nature.SUGGESTION)]
    table = Table(
        name="Réclamations",
        caption="Suivies à part, hors du taux ; délais en jours ouvrés.",
        columns=(
            _HEADS[0],
            Column(title="Nature", weight=0),
            *_HEADS[1:3],
            *_HEADS[4:6],
            *_TAILS,
        ),
        rows=[
            (
                request.id,
                labels.NATURES[request.nature],
                *_heads(request)[1:3],
                *_heads(request)[4:6],
                *_tails(request),
            )
            for request in found
        ],
    )
    return Chapter(
        name="reclamations",
        title="Réclamations et suggestions (engagement 3.1)",
        words=() if found else ("Sans objet.",),
        tables=(table,) if found else (),
    )


def uncertain(audit: Audit) -> Table | None:
    """Requests whose verdict depends on which of their instants is right."""
    found = [r for r in audit.requests if is_uncertain(r, audit.today)]
    if not found:
        return None
    return Table(
        name="Verdicts incertains",
        caption="Verdicts incertains : les dates d’un même message se contredisent, et le verdict en dépend. Chaque "
        "demande est comptée d’après sa date la mieux attestée.",
        columns=(
            _HEADS[0],
            Column(title="Comptée"),
            Column(title="Reçue entre"),
            Column(title="Échéance entre"),
            Column(title="Première réponse entre"),
            Column(title="Délai"),
            _TAILS[1],
        ),
        rows=[_uncertain(request) for request in found],
    )


def _uncertain(request: Request) -> tuple[Cell, ...]:
    bounds = request.bounds
    received, due, answered = (
        (bounds.received, bounds.due, bounds.answered) if bounds else (None, None, None)
    )
    return (
        request.id,
        labels.STATES[request.state],
        _span(received),
        _span(due),
        _span(answered),
        f"{bounds.delay[0]} à {bounds.delay[1]}" if bounds and bounds.delay else "",
        short_file(request.file),
    )


def _span(found: Span | None) -> str:
    if found is None:
        return "aucune"
    if found.earliest_on == found.latest_on:
        return day(found.earliest_on)
    return f"{day(found.earliest_on)} et {day(found.latest_on)}"


def listing(name: str, caption: str, requests: Iterable[Request]) -> Table:
    """Requests in a table."""
    rows = [(*_heads(request), *_tails(request)) for request in requests]
    return Table(name=name, caption=caption, columns=(*_HEADS, *_TAILS), rows=rows)


def every(requests: Sequence[Request]) -> Chapter:
    """All requests of the period."""
    table = listing(
        "Demandes",
        "Dans l’ordre de réception. Le fichier retrouve le message ; ni nom, ni adresse, ni objet ne figure ici.",
        requests,
    )
    return Chapter(
        name="demandes",
        title="Toutes les demandes (engagement 18)",
        words=() if requests else ("Aucune demande.",),
        tables=(table,) if requests else (),
    )


def _heads(request: Request) -> tuple[Cell, ...]:
    first = request.first
    return (
        request.id,
        labels.CHANNELS[request.channel],
        request.received_on,
        request.due_on,
        first.on if first else "aucune",
        first.delay if first else None,
        _state(request),
    )


def _tails(request: Request) -> tuple[Cell, ...]:
    return (request.service, short_file(request.file))


def _state(request: Request) -> str:
    words = labels.STATES[request.state]
    if request.excluded_because:
        words += f" ({request.excluded_because})"
    return f"{words}, rectifiée" if request.corrected else words
