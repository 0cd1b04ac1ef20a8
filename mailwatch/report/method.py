"""The method note: definitions, calendar, exceptions, and what persons decided (16.3, 18)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from mailwatch import labels
from mailwatch.labels import day
from mailwatch.model import Audit, State
from mailwatch.report.evidence import share
from mailwatch.report.terms import Beside, Cell, Chapter, Column, Kind, Table
from mailwatch.ruleset import Policy


def exceptions(audit: Audit) -> Chapter:
    """The register of services whose agents need not be named."""
    found = audit.institution.exemptions
    table = Table(
        name="Exceptions",
        caption="Services dont les agents ne sont pas tenus de se nommer, avec le fondement et l’autorité.",
        columns=(
            Column(title="Service ou boîte"),
            Column(title="Fondement", weight=4),
            Column(title="Décidée par"),
            Column(title="Du", kind=Kind.DATE),
            Column(title="Au", kind=Kind.DATE),
        ),
        rows=[
            (
                one.service or one.address,
                one.ground,
                one.decided_by,
                one.from_on,
                one.until_on or "sans terme",
            )
            for one in found
        ],
    )
    return Chapter(
        name="exceptions",
        title="Registre des exceptions (engagement 16.3)",
        words=() if found else ("Aucune exception n’est déclarée.",),
        tables=(table,) if found else (),
    )


def rulings(audit: Audit) -> Chapter:
    """What persons decided against the computed verdict, or noted."""
    found = audit.rulings
    corrected = sum(bool(request.corrected) for request in audit.requests)
    table = Table(
        name="Rectifications",
        caption="Ce que des personnes ont décidé contre le verdict calculé, ou noté ; la plus récente vaut.",
        columns=(
            Column(title="Demande", kind=Kind.CODE, weight=0),
            Column(title="Message du", kind=Kind.DATE),
            Column(title="Rectification", weight=4),
            Column(title="Motif", weight=5),
            Column(title="Par", weight=3),
            Column(title="Le", kind=Kind.DATE),
        ),
        rows=[
            (
                ruling.request or "aucune",
                ruling.on,
                labels.correction(ruling.correction),
                ruling.correction.reason,
                ruling.correction.author,
                ruling.correction.at.date(),
            )
            for ruling in found
        ],
    )
    return Chapter(
        name="rectifications",
        title="Rectifications (engagement 18)",
        words=(f"Demandes rectifiées : {share(corrected, len(audit.requests))}.",),
        tables=(table,) if found else (),
    )


def exclusions(audit: Audit) -> Chapter:
    """What does not count, by reason."""
    reasons = Counter(
        request.excluded_because or "décision d’une personne"
        for request in audit.requests
        if request.state is State.EXCLUDED
    )
    tables = []
    if reasons:
        tables.append(
            Table(
                name="Exclusions",
                caption="Demandes exclues du taux, par motif.",
                columns=(Column(title="Motif"), Column(title="Nombre", kind=Kind.NUMBER)),
                rows=sorted(reasons.items()),
            )
        )
    if audit.set_aside:
        tables.append(
            Table(
                name="Autres messages",
                caption="Messages reçus qui ne sont pas des demandes, sur toute la période observée.",
                columns=(Column(title="Nature"), Column(title="Nombre", kind=Kind.NUMBER)),
                rows=[(labels.NATURES[nature], count) for nature, count in audit.set_aside.items()],
            )
        )
    return Chapter(
        name="exclusions",
        title="Exclusions (engagement 18)",
        words=(f"Demandes exclues : {share(reasons.total(), len(audit.requests))}.",),
        tables=tuple(tables),
    )


def note(audit: Audit, policy: Policy, beside: Beside) -> Chapter:
    """How everything was counted."""
    return Chapter(
        name="methode",
        title="Note de méthode",
        words=tuple(_words(audit)),
        tables=tuple(_tables(audit, policy, beside)),
    )


def _words(audit: Audit) -> Iterator[str]:
    yield (
        "Sont comptées les demandes d’informations reçues dans la période, arrivées à échéance (répondues, ou "
        "échues) et non exclues. Le délai court de l’arrivée au serveur de l’administration ; le jour de réception "
        "ne compte pas. Le taux est le nombre de demandes dont la première réponse d’une personne est datée au plus "
        "tard de l’échéance, divisé par le nombre de demandes comptées. Les moyennes portent sur les demandes "
        "répondues, en jours ouvrés."
    )
    yield f"Convention de décompte {labels.CONVENTIONS[audit.institution.convention]}."
    if audit.institution.observe_from:
        yield f"Observation depuis le {day(audit.institution.observe_from)}."
    if audit.institution.calendar:
        yield f"Calendrier du territoire {audit.institution.calendar}, samedis et dimanches non ouvrés."


def _tables(audit: Audit, policy: Policy, beside: Beside) -> Iterator[Table]:
    yield Table(
        name="Définitions",
        caption="Définitions appliquées, chacune avec sa source et son statut.",
        columns=(
            Column(title="Définition", weight=5),
            Column(title="Valeur"),
            Column(title="Source", weight=3),
            Column(title="Statut", weight=0),
        ),
        rows=[
            (choice.title, _value(choice.value), choice.source, labels.STATUSES[choice.status])
            for choice in policy.choices
        ],
    )
    if beside.closed_days:
        yield Table(
            name="Jours non ouvrés",
            caption="Jours de semaine non ouvrés de la période, qui ne comptent dans aucun délai.",
            columns=(Column(title="Jour", kind=Kind.DATE), Column(title="Motif")),
            rows=[(one.on, one.why) for one in beside.closed_days],
        )
    if audit.local:
        yield _local(audit)


def _local(audit: Audit) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            f"{rule.title} {rule.target}",
            labels.LOCAL_CHANGES[rule.change],
            rule.source,
            f"{rule.file}, ligne {rule.line}",
        )
        for rule in audit.local
    ]
    titles = ("Règle", "Effet", "Source ou motif", "Fichier")
    return Table(
        name="Règles locales",
        caption="Règles locales : ce que le site ajoute aux règles de lecture, y change ou en retire.",
        columns=tuple(Column(title=title) for title in titles),
        rows=rows,
    )


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_word(one) for one in value)
    # What is neither a number nor a list names a definition, which the title gives in full.
    return str(value) if isinstance(value, int) else "selon la définition"


def _word(word: object) -> str:
    return {str(nature): words for nature, words in labels.NATURES.items()}.get(
        str(word), str(word)
    )
