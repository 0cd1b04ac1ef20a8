"""What a glance amounts to: a state, one sentence, and the measures with their thresholds (Nagios plug-in guidelines).

OK, WARNING, CRITICAL and UNKNOWN are the exit codes 0 to 3. Labels of measures do not depend on the language: graphs
are drawn by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from mailwatch.errors import Remark
from mailwatch.language import say
from mailwatch.probe.glance import Failing, Glance
from mailwatch.site import Site

_MEGABYTE = 1_000_000
_FREE = (200, 50)
"""Megabytes: below the first it is time to make room, below the second the register stops."""
_SENDING = timedelta(days=1)
"""An alert that cannot leave for longer is missed by its readers."""
_CLOCK = timedelta(days=1)
_SKEW = timedelta(minutes=1)
_TOLD = 3
"""Problems that the sentence holds."""

_WORDS = {
    "UnreachableError": Remark("le serveur ne répond pas"),
    "RefusedError": Remark("le serveur refuse le compte ou le dossier"),
    "SettingsError": Remark("le secret ou les réglages sont à corriger"),
    "SourceError": Remark("pas de tel dossier, ou pas de serveur IMAP"),
}


class State(IntEnum):
    """How the service is, by exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How old the last look at a folder may be."""

    warning: timedelta
    critical: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A value with its unit, and the ranges outside which it is a warning or critical; nothing when unknown."""

    label: str
    value: int | None
    unit: str = ""
    warning: str = ""
    critical: str = ""
    most: str = ""

    def __str__(self) -> str:
        """Write it as the guidelines have it: `label=value[unit];[warning];[critical];[least];[most]`."""
        value = "U" if self.value is None else f"{self.value}{self.unit}"
        return f"{self.label}={value};{self.warning};{self.critical};0;{self.most}".rstrip(";")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the probe says."""

    state: State
    words: tuple[Remark, ...]
    """One when all is well, else each problem, the worst first."""
    measures: tuple[Measure, ...] = ()


Problem = tuple[State, Remark]


def verdict(seen: Glance, site: Site, holder: int | None, *, at: datetime, limits: Limits) -> Said:
    """Judge how the service of `site` is at `at`; `holder` is the process that runs it, None when none does."""
    watched = _watched(site)
    if not (watched or site.intake):
        return unknown(Remark("les réglages ne suivent aucun compte et ne prennent rien"))
    # Beyond a minute a look that is yet to come is told as what it is.
    ages = [_age(seen, name, at) for name in watched]
    problems = [
        *_of_the_service(site, holder),
        *_of_the_looks(watched, ages, limits),
        *_of_the_failures(seen, watched, at),
        *_of_the_machine(seen, at),
    ]
    problems.sort(key=lambda problem: -problem[0])
    known = [age for age in ages if age is not None]
    return Said(
        state=max((state for state, _ in problems), default=State.OK),
        words=tuple(words for _, words in problems) or (_well(len(watched), known),),
        measures=tuple(_measures(seen, watched, ages, limits)),
    )


def unknown(words: object) -> Said:
    """Say that it cannot be told how the service is, and why."""
    return Said(state=State.UNKNOWN, words=(Remark("{reason}", reason=words),))


def line(said: Said) -> str:
    """Write the one line that a monitor reads; what stands after the bar is for its graphs."""
    words = [say(each) for each in said.words[:_TOLD]]
    if more := len(said.words) - _TOLD:
        words += [say(Remark("et {count} de plus", count=more))] if more > 0 else []
    text = f"MAILWATCH {said.state.name} - {_one_line(' ; '.join(words))}"
    return text + (" | " + " ".join(map(str, said.measures)) if said.measures else "")


def _one_line(text: str) -> str:
    """A bar or a line end would be read as the protocol's own."""
    return "".join(sign if sign.isprintable() and sign != "|" else "¦" for sign in text)


# --- what is looked at ----------------------------------------------------------------------------


def _watched(site: Site) -> tuple[tuple[str, str], ...]:
    return tuple(
        (account.name, folder.name) for account in site.accounts for folder in account.folders
    )


def _age(seen: Glance, name: tuple[str, str], at: datetime) -> timedelta | None:
    folder = seen.folders.get(name)
    return at - folder.looked_at if folder and folder.looked_at else None


def _of_the_service(site: Site, holder: int | None) -> Iterator[Problem]:
    if site.intake is not None and holder is None:
        yield (
            State.CRITICAL,
            Remark("le service est arrêté, et personne ne prend ce que le serveur remet"),
        )


def _of_the_looks(
    watched: Sequence[tuple[str, str]], ages: Sequence[timedelta | None], limits: Limits
) -> Iterator[Problem]:
    for (account, folder), age in zip(watched, ages, strict=True):
        name = f"{account}/{folder}"
        if age is None:
            yield State.CRITICAL, Remark("{folder} : jamais relevé", folder=name)
        elif age < -_SKEW:
            yield (
                State.WARNING,
                Remark(
                    "{folder} : relevé dans {length}, l’horloge est en retard",
                    folder=name,
                    length=_length(-age),
                ),
            )
        elif age >= limits.warning:
            state = State.CRITICAL if age >= limits.critical else State.WARNING
            words = Remark(
                "{folder} : pas relevé depuis {length}", folder=name, length=_length(age)
            )
            yield state, words


def _of_the_failures(
    seen: Glance, watched: Sequence[tuple[str, str]], at: datetime
) -> Iterator[Problem]:
    accounts = dict.fromkeys(account for account, _ in watched)
    for name in (*((account, "") for account in accounts), *watched):
        if (failing := seen.failing.get(name)) is not None:
            words = Remark(
                "{folder} : {reason}", folder="/".join(filter(None, name)), reason=_why(failing)
            )
            yield State.WARNING, words
    if (sending := seen.failing.get(("", ""))) is not None:
        long = sending.since is not None and at - sending.since >= _SENDING
        yield (
            State.CRITICAL if long else State.WARNING,
            Remark("envoi des alertes : {reason}", reason=_why(sending)),
        )
    if seen.refused:
        yield (
            State.WARNING,
            Remark(
                "alertes refusées par le serveur, cette semaine-là : {count}", count=seen.refused
            ),
        )


def _why(failing: Failing) -> Remark:
    return _WORDS.get(failing.error, Remark("échec ; « mailwatch status » en dit plus"))


def _of_the_machine(seen: Glance, at: datetime) -> Iterator[Problem]:
    free = seen.free // _MEGABYTE
    low, out = _FREE
    if free < low:
        state = State.CRITICAL if free < out else State.WARNING
        yield state, Remark("il ne reste que {free} Mo sur le disque du registre", free=free)
    if seen.clock_set_at is not None and abs(at - seen.clock_set_at) < _CLOCK:
        yield State.WARNING, Remark("l’horloge de la machine a été changée dans la journée")


def _well(folders: int, ages: Sequence[timedelta]) -> Remark:
    if not ages:
        return Remark("le service est en marche")
    return Remark(
        "dossiers relevés : {folders}, le dernier relevé le plus ancien a {length}",
        folders=folders,
        length=_length(max(ages)),
    )


def _length(time: timedelta) -> Remark:
    seconds = max(int(time.total_seconds()), 0)
    if seconds >= 2 * 86_400:
        return Remark("{count} jours", count=seconds // 86_400)
    if seconds >= 3_600:
        return Remark("{hours} h {minutes:02}", hours=seconds // 3_600, minutes=seconds // 60 % 60)
    if seconds >= 60:
        return Remark("{count} min", count=seconds // 60)
    return Remark("{count} s", count=seconds)


def _measures(
    seen: Glance,
    watched: Sequence[tuple[str, str]],
    ages: Sequence[timedelta | None],
    limits: Limits,
) -> Iterator[Measure]:
    if ages:
        known = [age for age in ages if age is not None]
        yield Measure(
            label="look_age",
            # The oldest look is what may be missed; a folder that never had one has no age.
            value=max(int(max(known).total_seconds()), 0) if len(known) == len(ages) else None,
            unit="s",
            warning=f"{limits.warning.total_seconds():.0f}",
            critical=f"{limits.critical.total_seconds():.0f}",
        )
    folders = seen.folders.values()
    yield Measure(label="messages_awaiting", value=sum(one.awaiting for one in folders))
    yield Measure(label="messages_quarantined", value=sum(one.quarantined for one in folders))
    failing = sum(name in seen.failing or (name[0], "") in seen.failing for name in watched)
    yield Measure(label="folders_failing", value=failing, warning="0", most=f"{len(watched)}")
    yield Measure(label="alerts_waiting", value=seen.waiting)
    low, out = _FREE
    free = seen.free // _MEGABYTE
    yield Measure(label="disk_free", value=free, unit="MB", warning=f"{low}:", critical=f"{out}:")
    yield Measure(label="register_size", value=seen.octets // _MEGABYTE, unit="MB")
    yield Measure(label="journal_lines", value=seen.lines, unit="c")
