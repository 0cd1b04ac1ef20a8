"""What the figures are worth: how dates are attested, what nobody watched, what a person should look at."""

from __future__ import annotations

from collections.abc import Iterator

from mailwatch import labels
from mailwatch.labels import day, moment, plural, short_file
from mailwatch.model import Audit, Unwatched
from mailwatch.report import lists
from mailwatch.report.cells import percent
from mailwatch.report.terms import Beside, Cell, Chapter, Column, Kind, Table

_EACH_MISSED = (
    "Un message passé inaperçu dans un dossier de réception y compte comme une demande : au pire restée sans "
    "réponse, au mieux répondue dans le délai. Dans un dossier d’envoi, il compte au mieux comme la réponse à une "
    "demande tenue pour tardive ou sans réponse. Leur nombre est celui des numéros que le serveur a attribués et "
    "dont il ne reste rien (RFC 9051, UIDNEXT) : c’est un maximum, car un serveur peut en sauter, et certains de "
    "ces messages n’étaient pas des demandes."
)


def dates(audit: Audit) -> Chapter:
    """How each instant is attested, which verdicts depend on it, and when nobody looked."""
    doubts = lists.uncertain(audit)
    tables = [_grades(audit)]
    if doubts:
        tables.append(doubts)
    if audit.unwatched:
        tables.append(_unwatched(audit))
    return Chapter(
        name="preuves",
        title="Ce que valent ces dates",
        tables=tuple(tables),
        remarks=tuple(_remarks(audit, certain=doubts is None)),
    )


def _remarks(audit: Audit, *, certain: bool) -> Iterator[str]:
    if certain:
        yield "Aucun verdict ne dépend de dates qui se contredisent."
    missed = sum(gap.missed for gap in audit.unwatched)
    if missed:
        these = plural(missed, "de ce message", f"de ces {missed} messages")
        yield f"La fourchette du taux tient compte {these}. {_EACH_MISSED}"
    elif audit.unwatched:
        yield (
            "Les numéros que le serveur a attribués se suivent : aucun message n’y est arrivé et reparti sans être vu."
        )
    else:
        yield "Aucune interruption de l’observation n’est connue sur la période."


def _grades(audit: Audit) -> Table:
    channels = (audit.indicators.email, audit.indicators.letter)
    return Table(
        name="Preuves",
        caption="Comment est attesté l’instant de chaque arrivée, et de chaque première réponse, parmi les demandes "
        "comptées.",
        columns=(
            Column(title="Grade"),
            *(
                Column(title=title, kind=Kind.NUMBER)
                for title in (
                    "Courriels : arrivées",
                    "Courriels : réponses",
                    "Courriers : arrivées",
                    "Courriers : réponses",
                )
            ),
        ),
        rows=[
            (
                f"{grade} : {words}",
                *(
                    counts.get(grade, 0)
                    for found in channels
                    for counts in (found.grades, found.answer_grades)
                ),
            )
            for grade, words in labels.GRADES.items()
        ],
    )


def _unwatched(audit: Audit) -> Table:
    return Table(
        name="Interruptions",
        caption="Interruptions de l’observation : quand un dossier n’a pas été relevé, ou que des messages y sont "
        "arrivés et repartis sans être vus.",
        columns=(
            Column(title="Dossier"),
            Column(title="Du", kind=Kind.DATE),
            Column(title="Au", kind=Kind.DATE),
            Column(title="Messages passés inaperçus", kind=Kind.NUMBER),
        ),
        rows=[_gap(gap) for gap in audit.unwatched],
    )


def _gap(gap: Unwatched) -> tuple[Cell, ...]:
    since = gap.since or "avant le premier relevé"
    return (f"{gap.account}, {gap.folder}", since, gap.until, gap.missed)


def review(audit: Audit) -> Chapter:
    """What a person should look at before signing."""
    doubtful = [request for request in audit.requests if lists.is_doubtful(request)]
    tables = []
    if doubtful:
        caption = "Lecture ou rattachement peu sûrs : comptés au mieux en attendant."
        tables.append(lists.listing("À vérifier", caption, doubtful))
    if audit.unseen:
        tables.append(_unseen(audit))
    if audit.quarantined:
        tables.append(_quarantined(audit))
    if audit.refused:
        tables.append(_refused(audit))
    return Chapter(
        name="verifier",
        title="À vérifier par une personne",
        words=() if tables else ("Rien.",),
        tables=tuple(tables),
    )


def _unseen(audit: Audit) -> Table:
    asked = len(audit.requests)
    share = f", pour {asked} {plural(asked, 'demande', 'demandes')}" if asked else ""
    return Table(
        name="Réponses non observées",
        caption=f"{len(audit.unseen)} "
        f"{plural(len(audit.unseen), 'réponse probable non observée', 'réponses probables non observées')}{share} : un "
        "usager cite une réponse qu’aucun dossier relevé ne contient.",
        columns=(
            Column(title="Citée par", kind=Kind.CODE),
            Column(title="Le", kind=Kind.DATE),
            Column(title="Demande", kind=Kind.CODE),
        ),
        rows=[(short_file(one.file), one.on, one.request or "aucune") for one in audit.unseen],
    )


def _quarantined(audit: Audit) -> Table:
    count = len(audit.quarantined)
    return Table(
        name="Messages illisibles",
        caption=f"{count} {plural(count, 'message illisible', 'messages illisibles')}, à ouvrir à la main.",
        columns=(Column(title="Fichier", kind=Kind.CODE), Column(title="Motif", weight=3)),
        rows=[(short_file(one.file), one.reason) for one in audit.quarantined],
    )


def _refused(audit: Audit) -> Table:
    return Table(
        name="Lignes refusées",
        caption="Lignes et déclarations qui n’ont pas pu être suivies.",
        columns=(
            Column(title="Fichier", kind=Kind.CODE),
            Column(title="Ligne", kind=Kind.NUMBER),
            Column(title="Motif"),
        ),
        rows=[(short_file(one.file), one.line or None, one.reason) for one in audit.refused],
    )


def closing(beside: Beside) -> Chapter | None:
    """What was found after the figures were closed, each with its cause; None while they are not."""
    closed = beside.closing
    if closed is None:
        return None
    rows: list[tuple[Cell, ...]] = [
        (
            one.request or "toute la période",
            labels.CHANNELS[one.channel] if one.channel else "",
            one.closed,
            one.found,
            one.cause,
            one.on,
        )
        for one in beside.differences
    ]
    table = Table(
        name="Écarts depuis la clôture",
        caption="Ce que le registre dit aujourd’hui autrement. Les chiffres arrêtés ne changent pas.",
        columns=(
            Column(title="Demande", kind=Kind.CODE, weight=0),
            Column(title="Canal", weight=0),
            Column(title="À la clôture", weight=4),
            Column(title="Depuis", weight=4),
            Column(title="Cause", weight=5),
            Column(title="Constaté le", kind=Kind.DATE),
        ),
        rows=rows,
    )
    return Chapter(
        name="ecarts",
        title="Écarts depuis la clôture",
        words=(
            f"Chiffres arrêtés le {moment(closed.at)} par {closed.author}.",
            *(() if rows else ("Aucun écart depuis.",)),
        ),
        tables=(table,) if rows else (),
    )


def seals(audit: Audit, beside: Beside) -> Chapter:
    """The digests by which a stranger verifies what this report rests on."""
    rows: list[tuple[Cell, ...]] = [("Règles", audit.rules)]
    if beside.closing:
        rows += [
            ("Règles à la clôture", beside.closing.rules),
            ("Calendrier à la clôture", beside.closing.calendar),
            ("Faits à la clôture", beside.closing.facts),
            ("Chiffres arrêtés", beside.closing.figures),
        ]
    if beside.witness:
        rows += [
            ("Journal : nombre de lignes", str(beside.witness.size)),
            ("Journal : empreinte", beside.witness.digest),
        ]
    return Chapter(
        name="empreintes",
        title="Empreintes",
        words=(
            f"État au {day(audit.today)}. Qui garde cette page peut prouver que le journal n’a pas été récrit depuis.",
        )
        if beside.witness
        else (f"État au {day(audit.today)}.",),
        tables=(
            Table(
                name="Empreintes",
                caption="SHA-256.",
                columns=(
                    Column(title="Objet"),
                    Column(title="Empreinte", kind=Kind.CODE, weight=5),
                ),
                rows=rows,
            ),
        ),
    )


def share(part: int, whole: int) -> str:
    """« 3 sur 120 (2,5 %) »."""
    return f"{part} sur {whole}" + (f" ({percent(_tenths(part, whole))})" if whole else "")


def _tenths(part: int, whole: int) -> str:
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths / 10:.1f}".replace(".", ",").removesuffix(",0") + " %"
