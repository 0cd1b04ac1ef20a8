"""The figures as formulas over the register’s own sheets, beside those of the report: a spreadsheet makes them again.

A formula uses nothing but what LibreOffice and Excel share (OpenFormula 1.3, small group). The register’s cells say
everything it needs; a string is compared whole, so that no service’s name is taken for a pattern.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mailwatch import labels
from mailwatch.labels import month_name
from mailwatch.model import Audit, Channel, ChannelIndicators, Indicators, Outcome, State
from mailwatch.report.committee import rate_of
from mailwatch.report.terms import Cell, Column, Days, Formula, Kind, Table, Value
from mailwatch.signs import writable

FIGURES, OF_MENTIONS = "Chiffres", "Chiffres des mentions"
OF_SERVICES, OF_MONTHS = "Chiffres par service", "Chiffres par mois"
_WRITTEN, _AGAIN = "rapport", "formule"
_DELAY, _SUBSTANTIVE = "delai_jours_ouvres", "delai_de_fond_jours_ouvres"
_MENTIONS = {"personne": "auteur", "service": "mention_service", "institution": "institution"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A sheet of the register, as formulas name its columns."""

    table: Table

    def __getitem__(self, name: str) -> str:
        """The cells of a column, without its title."""
        place = [column.title for column in self.table.columns].index(name)
        high, low = divmod(place, 26)
        letters = f"{chr(64 + high) if high else ''}{chr(65 + low)}"
        last = max(len(self.table.rows), 1) + 1
        return f"[$'{self.table.name}'.${letters}$2:.${letters}${last}]"


def sheets(audit: Audit, requests: Table, answers: Table) -> Iterator[Table]:
    """Give the sheets of figures; `requests` and `answers` are those of the register."""
    asked, given = _Sheet(table=requests), _Sheet(table=answers)
    yield _figures(audit.indicators, asked)
    yield _of_mentions(audit.indicators, given)
    yield _parts(OF_SERVICES, "Service", _services(audit), asked)
    yield _parts(OF_MONTHS, "Mois", _months(audit), asked)


# --- of both channels -----------------------------------------------------------------------------


def _figures(found: Indicators, sheet: _Sheet) -> Table:
    email, letter = (
        _Conditions(sheet=sheet, channel=Channel.EMAIL),
        _Conditions(sheet=sheet, channel=Channel.LETTER),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            title,
            pick(found.email),
            Formula(text=formula(email), value=pick(found.email)),
            pick(found.letter),
            Formula(text=formula(letter), value=pick(found.letter)),
        )
        for title, pick, formula in _LINES
    ]
    return Table(
        name=FIGURES,
        caption="Chaque chiffre du rapport, puis le même refait par une formule.",
        columns=_heads("Chiffre", "Courriels", "Courriers"),
        rows=rows,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conditions:
    """Which requests a formula counts, each condition 1 or 0 a row."""

    sheet: _Sheet
    channel: Channel
    part: str = ""
    """A further condition; empty for none."""

    def state(self, *states: State) -> str:
        """Those of the channel in one of these states."""
        etat = self.sheet["etat"]
        some = "+".join(f'({etat}="{labels.STATES[state]}")' for state in states)
        channel = f'({self.sheet["canal"]}="{labels.CHANNELS[self.channel]}")'
        return "*".join(filter(None, (channel, f"({some})", self.part)))

    @property
    def matured(self) -> str:
        """Those that the rate rests on."""
        return self.state(State.ANSWERED_IN_TIME, State.ANSWERED_LATE, State.OVERDUE)


def _count(conditions: str) -> str:
    return f"SUMPRODUCT({conditions})"


def _ratio(part: str, whole: str) -> str:
    return f'IF({whole}=0;"Sans objet";{part}/{whole})'


def _in_time(of: _Conditions) -> str:
    return _count(of.state(State.ANSWERED_IN_TIME))


def _rate(of: _Conditions) -> str:
    return _ratio(_in_time(of), _count(of.matured))


def _substantive(of: _Conditions) -> str:
    on, due = of.sheet["reponse_de_fond_le"], of.sheet["echeance"]
    return _count(f"{of.matured}*ISNUMBER({on})*({on}<={due})")


def _mean(of: _Conditions, column: str = _DELAY) -> str:
    delays = of.sheet[column]
    return _ratio(
        f"SUMPRODUCT({of.matured}*ISNUMBER({delays});{delays})",
        f"SUMPRODUCT({of.matured}*ISNUMBER({delays}))",
    )


def _delays(of: _Conditions) -> str:
    delays = of.sheet[_DELAY]
    return f"IF({of.matured}*ISNUMBER({delays});{delays})"


def _median(of: _Conditions) -> str:
    count = _count(f"{of.matured}*ISNUMBER({of.sheet[_DELAY]})")
    return f'IF({count}=0;"Sans objet";MEDIAN({_delays(of)}))'


def _ninth(of: _Conditions) -> str:
    """The nearest rank at nine tenths."""
    count = _count(f"{of.matured}*ISNUMBER({of.sheet[_DELAY]})")
    return f'IF({count}=0;"Sans objet";SMALL({_delays(of)};ROUNDUP(9*{count}/10;0)))'


def _follow_up(of: _Conditions, sign: str) -> str:
    expected, today = of.sheet["suite_attendue_le"], of.sheet["etat_au"]
    return _count(f"{of.matured}*ISNUMBER({expected})*({expected}{sign}{today})")


_LINES: tuple[
    tuple[str, Callable[[ChannelIndicators], Value], Callable[[_Conditions], str]], ...
] = (
    ("Répondues dans le délai (N)", lambda found: found.answered_in_time.numerator, _in_time),
    (
        "Arrivées à échéance (D)",
        lambda found: found.answered_in_time.denominator,
        lambda of: _count(of.matured),
    ),
    ("Réponses dans le délai (attente comptabilisée)", lambda found: found.answered_in_time, _rate),
    ("Répondues au fond dans le délai (N)", lambda found: found.substantive_in_time.numerator, _substantive),
    (
        "Réponses de fond dans le délai",
        lambda found: found.substantive_in_time,
        lambda of: _ratio(_substantive(of), _count(of.matured)),
    ),
    ("Délai moyen de première réponse", lambda found: Days(value=found.mean_first_delay), _mean),
    (
        "Délai moyen de réponse de fond",
        lambda found: Days(value=found.mean_substantive_delay),
        lambda of: _mean(of, _SUBSTANTIVE),
    ),
    ("Délai médian de première réponse", lambda found: Days(value=found.median_first_delay), _median),
    ("Neuf premières réponses sur dix en", lambda found: Days(value=found.p90_first_delay), _ninth),
    (
        "En cours, échéance à venir (hors du taux)",
        lambda found: found.pending,
        lambda of: _count(of.state(State.PENDING)),
    ),
    (
        "Réponses d’attente sans suite",
        lambda found: found.holding_without_followup,
        lambda of: _follow_up(of, "<"),
    ),
    (
        "Réponses d’attente dont la suite est attendue",
        lambda found: found.holding_open,
        lambda of: _follow_up(of, ">="),
    ),
    ("Exclues", lambda found: found.excluded, lambda of: _count(of.state(State.EXCLUDED))),
)  # fmt: skip


# --- of mentions ----------------------------------------------------------------------------------


def _of_mentions(found: Indicators, sheet: _Sheet) -> Table:
    counts = {"personne": found.author, "service": found.service, "institution": found.institution}
    rows: list[tuple[Cell, ...]] = []
    for name, count in counts.items():
        column = _MENTIONS[name]
        for outcome in Outcome:
            value = getattr(count, outcome)
            text = _outcomes(sheet, column, outcome)
            rows.append(
                (f"{name} : {labels.OUTCOMES[outcome]}", value, Formula(text=text, value=value))
            )
        good = _outcomes(sheet, column, Outcome.PRESENT, Outcome.EXEMPT)
        told = _outcomes(sheet, column, Outcome.PRESENT, Outcome.EXEMPT, Outcome.ABSENT)
        share = rate_of(count)
        rows.append((f"{name} : taux", share, Formula(text=_ratio(good, told), value=share)))
    return Table(
        name=OF_MENTIONS,
        caption="Mentions des réponses, une fois par réponse.",
        columns=_heads("Mention", "Réponses"),
        rows=rows,
    )


def _outcomes(sheet: _Sheet, column: str, *outcomes: Outcome) -> str:
    some = "+".join(f'({sheet[column]}="{labels.OUTCOMES[outcome]}")' for outcome in outcomes)
    return _count(f'({sheet["comptee"]}="oui")*({some})')


# --- of services and months -----------------------------------------------------------------------


def _services(audit: Audit) -> Iterator[tuple[str, str, Indicators]]:
    """Each service, by the name that stands in the first cell of its row."""
    for number, (name, found) in enumerate(audit.by_service.items(), start=2):
        yield writable(name), f"EXACT({{service}};[.$A${number}])", found


def _months(audit: Audit) -> Iterator[tuple[str, str, Indicators]]:
    for month, found in audit.by_month.items():
        year, number = map(int, month.split("-"))
        yield (
            month_name(month),
            f"(YEAR({{recue_le}})={year})*(MONTH({{recue_le}})={number})",
            found,
        )


def _parts(
    name: str, title: str, parts: Iterator[tuple[str, str, Indicators]], sheet: _Sheet
) -> Table:
    columns = {each: sheet[each] for each in ("service", "recue_le")}
    return Table(
        name=name,
        caption="Taux, et délai moyen de première réponse.",
        columns=_heads(title, "Courriels", "Délai moyen, courriels", "Courriers", "Délai moyen, courriers"),
        rows=[
            (part, *_part(found, sheet, condition.format(**columns)))
            for part, condition, found in parts
        ],
    )  # fmt: skip


def _part(found: Indicators, sheet: _Sheet, condition: str) -> Iterator[Cell]:
    for channel, figures in ((Channel.EMAIL, found.email), (Channel.LETTER, found.letter)):
        of = _Conditions(sheet=sheet, channel=channel, part=condition)
        mean = Days(value=figures.mean_first_delay)
        yield figures.answered_in_time
        yield Formula(text=_rate(of), value=figures.answered_in_time)
        yield mean
        yield Formula(text=_mean(of), value=mean)


def _heads(first: str, *others: str) -> tuple[Column, ...]:
    """The title of the rows, then each figure as the report has it and as its formula gives it."""
    return (
        Column(title=first),
        *(
            Column(title=f"{other} : {how}", kind=Kind.NUMBER)
            for other in others
            for how in (_WRITTEN, _AGAIN)
        ),
    )
