"""The register as tables: a line a request, an answer, an interruption, with all that each figure rests on."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date

from mailwatch import labels
from mailwatch.model import Answer, Audit, Mention, Outcome, Request, Role, State
from mailwatch.report.cells import shown
from mailwatch.report.spreadsheets import COLUMNS
from mailwatch.report.terms import Cell, ClosedDay, Column, Kind, Table
from mailwatch.signs import writable

REQUESTS, ANSWERS, GAPS = "registre.csv", "reponses.csv", "interruptions.csv"
EXCEPTIONS, CLOSED_DAYS = "exceptions.csv", "jours_non_ouvres.csv"

_GUARDED = ("'", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would compute (CWE-1236), or that would be taken for one guarded from it."""
_KINDS = {"delai": Kind.NUMBER, "relances": Kind.NUMBER, "passes": Kind.NUMBER}
_ROLES = {Role.INBOX: "demandes", Role.SENT: "réponses"}

_Columns = tuple[tuple[str, Callable[[Request], Cell]], ...]

_FURTHER: _Columns = (
    ("nature", lambda r: labels.NATURES[r.nature]),
    ("echeance_au_plus_tot", lambda r: r.bounds.due.earliest_on if r.bounds else None),
    ("echeance_au_plus_tard", lambda r: r.bounds.due.latest_on if r.bounds else None),
    ("reponse_au_plus_tot", lambda r: _answered(r, lambda span: span[0])),
    ("reponse_au_plus_tard", lambda r: _answered(r, lambda span: span[1])),
)
"""What the figures rest on, beside what the report's own list of requests says."""


def tables(audit: Audit, closed: Sequence[ClosedDay] = ()) -> tuple[tuple[str, Table], ...]:
    """Give the register of a report, by the names of its CSV files; `closed` are the days that count in no delay."""
    return (
        (REQUESTS, _requests(audit)),
        (ANSWERS, _answers(audit)),
        (GAPS, _gaps(audit)),
        (EXCEPTIONS, _exceptions(audit)),
        (CLOSED_DAYS, _closed(closed)),
    )


def letter(name: str) -> str:
    """Give the column of a spreadsheet that holds `name` of each request: A to Z, then AA and so on."""
    place = [title for title, _ in (*COLUMNS, *_FURTHER)].index(name)
    high, low = divmod(place, 26)
    return f"{chr(64 + high) if high else ''}{chr(65 + low)}"


def text_of(table: Table) -> bytes:
    """Write a table for French spreadsheets: UTF-8 with its mark, `;`, JJ/MM/AAAA, no formula."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(column.title for column in table.columns)
    writer.writerows(map(_cell, row) for row in table.rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(cell: Cell) -> str:
    """A cell in words; an apostrophe before those that would not be read back as they are."""
    if not isinstance(cell, str):
        return shown(cell)
    words = writable(cell)
    return f"'{words}" if words.startswith(_GUARDED) else words


# --- requests -------------------------------------------------------------------------------------


def _requests(audit: Audit) -> Table:
    columns = (*COLUMNS, *_FURTHER)
    return Table(
        name="Demandes",
        caption="Une ligne par demande reçue dans la période.",
        columns=_heads(*(name for name, _ in columns), "etat_au"),
        rows=[(*(show(r) for _, show in columns), audit.today) for r in audit.requests],
    )


def _answered(request: Request, end: Callable[[tuple[date, date]], date]) -> date | None:
    span = request.bounds.answered if request.bounds else None
    return end((span.earliest_on, span.latest_on)) if span else None


# --- answers --------------------------------------------------------------------------------------


def _answers(audit: Audit) -> Table:
    """Every answer to every request: one that answers two requests stands twice, under one number."""
    return Table(
        name="Réponses",
        caption="Une ligne par réponse et par demande ; une réponse à deux demandes garde son numéro.",
        columns=_heads(
            "demande", "reponse", "repondue_le", "delai_jours_ouvres", "type", "de_fond", "declaree",
            "non_remise", "preuve", "auteur", "niveau", "mention_service", "institution", "annoncee_le",
            "comptee",
        ),
        rows=[
            (request.id, number, *_answer(answer), _yes(counted))
            for request, answer, number, counted in _numbered_answers(audit)
        ],
    )  # fmt: skip


def _numbered_answers(audit: Audit) -> Iterator[tuple[Request, Answer, str, bool]]:
    """Each answer with its number, and whether its line is the one by which its mentions are counted."""
    numbers, done = _numbered(audit), set[str]()
    for request in audit.requests:
        for answer in request.answers:
            number = numbers.get(answer.key, "")
            judged = answer.mentions is not None and not answer.bounced
            counted = judged and request.state is not State.EXCLUDED and number not in done
            if counted:
                done.add(number)
            yield request, answer, number, counted


def _numbered(audit: Audit) -> Mapping[str, str]:
    """A number for each answer that was seen in the mail, in the order of requests."""
    keys = dict.fromkeys(
        answer.key for request in audit.requests for answer in request.answers if answer.key
    )
    return {key: f"R{number}" for number, key in enumerate(keys, start=1)}


def _answer(answer: Answer) -> Iterator[Cell]:
    yield from (answer.on, answer.delay, labels.kind(answer.kind))
    yield from (_yes(answer.substantive), _yes(answer.declared), _yes(answer.bounced))
    yield str(answer.grade)
    found = answer.mentions
    if found is None:
        yield from ("", "", "", "")
    else:
        yield outcome(found.author)
        yield labels.LEVELS[found.author.level] if found.author.level else ""
        yield from (outcome(found.service), outcome(found.institution))
    yield answer.announced.on if answer.announced else None


def outcome(mention: Mention) -> str:
    """What became of a mention, in French."""
    return labels.OUTCOMES[Outcome(mention.outcome)]


# --- what nobody saw, and whom nobody names -------------------------------------------------------


def _gaps(audit: Audit) -> Table:
    return Table(
        name="Interruptions",
        caption="Quand un dossier n’a pas été relevé, ou que des messages y sont passés inaperçus.",
        columns=_heads("compte", "dossier", "contient", "du", "au", "passes_inapercus"),
        rows=[
            (gap.account, gap.folder, _ROLES[gap.role], gap.since, gap.until, gap.missed)
            for gap in audit.unwatched
        ],
    )


def _exceptions(audit: Audit) -> Table:
    return Table(
        name="Exceptions",
        caption="Services dont les agents ne sont pas tenus de se nommer (engagement 16.3).",
        columns=_heads("service", "boite", "fondement", "decidee_par", "du", "au"),
        rows=[
            (one.service, one.address, one.ground, one.decided_by, one.from_on, one.until_on)
            for one in audit.institution.exemptions
        ],
    )


def _closed(days: Sequence[ClosedDay]) -> Table:
    return Table(
        name="Jours non ouvrés",
        caption="Jours de semaine qui ne comptent dans aucun délai.",
        columns=_heads("jour", "motif"),
        rows=[(one.on, one.why) for one in days],
    )


def _heads(*names: str) -> tuple[Column, ...]:
    kinds = ((name, _KINDS.get(name.partition("_")[0], Kind.TEXT)) for name in names)
    return tuple(Column(title=name, kind=kind) for name, kind in kinds)


def _yes(holds: bool) -> str:  # noqa: FBT001 -- one value, one word
    return "oui" if holds else "non"
