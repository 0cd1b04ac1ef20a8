"""How the service is: how far each folder is looked at, what waits, what fails, and whether the alert left.

Read from the register alone: no server is asked, and the service may be at work meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailwatch import alert
from mailwatch.errors import (
    BusyError,
    MailwatchError,
    RefusedError,
    RegisterError,
    Remark,
    SettingsError,
    SourceError,
    UnreachableError,
)
from mailwatch.model import Period
from mailwatch.register import (
    AlertState,
    ClockSet,
    Failing,
    Gap,
    Head,
    Location,
    Place,
    Reconciled,
    Register,
)
from mailwatch.site import (
    INTAKE,
    Account,
    FolderRole,
    IntakeAddress,
    IntakeRole,
    Site,
    WatchedFolder,
)

RECENT = timedelta(days=30)
"""How far back gaps in the observation are told."""
_WAITING = (AlertState.QUEUED, AlertState.SENDING)

# The journal keeps the kind of an error and no word of it; a server's own words may hold anything.
_ACCOUNT_FAULTS = {
    "UnreachableError": Remark(
        "{host} ne répond pas ou coupe la connexion ; le relevé reprendra seul, « mailwatch doctor » en dit plus"
    ),
    "RefusedError": Remark(
        "{host} refuse le compte, ou son certificat n’est pas valable ; « mailwatch doctor » dit lequel"
    ),
    "SettingsError": Remark(
        "le secret de ce compte ne peut pas être lu ; « mailwatch doctor » dit pourquoi"
    ),
    "SourceError": Remark(
        "{host} ne parle pas comme un serveur IMAP ; vérifiez « host » et « port »"
    ),
}
_FOLDER_FAULTS = {
    "UnreachableError": Remark(
        "{host} n’a pas donné ce dossier jusqu’au bout ; le relevé reprendra seul où il en est"
    ),
    "RefusedError": Remark("{host} ne laisse pas ce compte lire ce dossier ; vérifiez ses droits"),
    "SourceError": Remark(
        "{host} n’a pas de dossier de ce nom, ou n’y garde pas de numéros durables ; corrigez « folders », "
        "« mailwatch doctor » donne les noms"
    ),
}
_SENDING_FAULTS = {
    "UnreachableError": Remark(
        "{host} ne prend pas l’alerte pour l’instant ; elle repartira seule, « mailwatch doctor » en dit plus"
    ),
    "RefusedError": Remark(
        "{host} refuse l’envoi : compte, certificat, expéditeur ou destinataires ; « mailwatch doctor » dit lequel"
    ),
    "SettingsError": Remark(
        "l’alerte ne peut pas partir avec ces réglages ; « mailwatch alert » dit pourquoi"
    ),
}
_ANY_FAULT = Remark("le relevé échoue ; « mailwatch doctor » dit pourquoi")
_EXIT_CODES = {
    kind.__name__: kind.exit_code
    for kind in (
        UnreachableError,
        RefusedError,
        BusyError,
        SettingsError,
        SourceError,
        RegisterError,
    )
}
_FAILURE = MailwatchError.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What holds something up, in one sentence, and since when."""

    error: str
    words: Remark
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderHealth:
    """A watched folder as the register knows it."""

    account: str
    folder: str
    role: FolderRole
    looked_at: datetime | None
    """When it was last listed to its end; None before the first time."""
    next_at: datetime | None
    """When it will be next; None when it never was, or when the service does not run."""
    awaiting: int
    """Messages that are listed and not yet read."""
    quarantined: int
    gaps: int
    """Of the last 30 days."""
    unwatched: timedelta
    """How long nobody looked, of late; what goes on at this moment is of it."""
    missed: int
    """Messages that came and went unseen."""
    reconciled_at: datetime | None
    """When it was last compared with its server, message by message; None before the first time."""
    healed: int
    """Messages that comparing found of late, and that looks had missed."""
    restored: int
    """How many times of late the server had gone back in time, and the folder was read anew."""
    fault: Fault | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedHealth:
    """An address under which the mail server hands copies over."""

    address: str
    role: IntakeRole
    taken_at: datetime | None
    """When the last one was taken; None before the first."""
    quarantined: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertHealth:
    """The last weekly alert and what became of it."""

    week: str
    state: AlertState
    at: datetime
    """When it came to this state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the service is at an instant."""

    at: datetime
    holder: int | None
    """The process that runs the service, 0 when its number is not known; None when none does."""
    folders: tuple[FolderHealth, ...]
    handed: tuple[HandedHealth, ...]
    alert: AlertHealth | None
    waiting: int
    """Alerts that have not left, of any week."""
    refused: int
    """Alerts of the last week that the server refused for good."""
    sending: Fault | None
    """What keeps alerts from leaving."""
    clock_sets: tuple[ClockSet, ...]
    """When the machine's clock was set, of the last 30 days."""
    head: Head

    @property
    def exit_code(self) -> int:
        """The exit code of the failure that most asks for a person, as `once` gives it; 0 when nothing fails."""
        faults = (*(folder.fault for folder in self.folders), self.sending)
        return max((_EXIT_CODES.get(fault.error, _FAILURE) for fault in faults if fault), default=0)


def examine(
    register: Register,
    site: Site,
    *,
    at: datetime,
    holder: int | None,
    unwatched: timedelta,
    head: Head | None = None,
) -> Health:
    """Ask the register how the service of `site` is at `at`; looks further apart than `unwatched` are a gap.

    `head` is that of the journal where it is known, which spares reading all of it.
    """
    failing = {(one.account, one.folder): one for one in register.failing()}
    view = _View(
        register=register,
        at=at,
        pace=timedelta(seconds=site.poll_every) if holder is not None else None,
        unwatched=unwatched,
        quarantined=Counter(_place(one.location) for one in register.quarantined()),
        gaps=_recent(register, at),
        failing=failing,
        reconciled=register.reconciliations(_since(at)),
    )
    last = register.last_alert(alert.WEEKLY)
    week = alert.week_of_alert(last.alert_id) if last else ""
    host = site.submission.host if site.submission else ""
    return Health(
        at=at,
        holder=holder,
        folders=tuple(
            _folder(view, account, folder)
            for account in site.accounts
            for folder in account.folders
        ),
        handed=tuple(_all_handed(view, site)),
        alert=AlertHealth(week=week, state=last.state, at=last.at) if last else None,
        waiting=sum(len(register.alerts_in(state)) for state in _WAITING),
        refused=sum(
            # `refused/weekly/2026-W11/…` is the part of a mailing that was refused.
            week in one.alert_id.split("/")
            for one in register.alerts_in(AlertState.FAILED)
        ),
        sending=_fault(failing.get(("", "")), _SENDING_FAULTS, host),
        clock_sets=register.clock_sets(_since(at)),
        head=head or register.head(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is asked of the register once for all folders."""

    register: Register
    at: datetime
    pace: timedelta | None
    unwatched: timedelta
    quarantined: Mapping[Place, int]
    gaps: Sequence[Gap]
    failing: Mapping[tuple[str, str], Failing]
    reconciled: Sequence[Reconciled]


def _recent(register: Register, at: datetime) -> tuple[Gap, ...]:
    return register.gaps(Period(from_on=_since(at).date(), to_on=None))


def _since(at: datetime) -> datetime:
    try:
        return at - RECENT
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)


def _place(location: Location) -> Place:
    return Place(account=location.account, folder=location.folder)


def _folder(view: _View, account: Account, folder: WatchedFolder) -> FolderHealth:
    place = Place(account=account.name, folder=folder.name)
    cursor = view.register.cursor(place)
    looked_at = cursor.looked_at if cursor else None
    gaps = [gap for gap in view.gaps if (gap.account, gap.folder) == (account.name, folder.name)]
    compared = [
        each
        for each in view.reconciled
        if (each.account, each.folder) == (account.name, folder.name)
    ]
    alone = sum((gap.until - gap.since for gap in gaps if not gap.missed), timedelta())
    idle = view.at - looked_at if looked_at else timedelta()
    open_gap = idle if idle > view.unwatched else timedelta()
    fault = _fault(view.failing.get((account.name, "")), _ACCOUNT_FAULTS, account.host)
    return FolderHealth(
        account=account.name,
        folder=folder.name,
        role=folder.role,
        looked_at=looked_at,
        next_at=looked_at + view.pace if looked_at and view.pace else None,
        awaiting=len(view.register.awaiting(place)),
        quarantined=view.quarantined.get(place, 0),
        gaps=len(gaps) + bool(open_gap),
        unwatched=alone + open_gap,
        missed=sum(gap.missed for gap in gaps),
        reconciled_at=cursor.reconciled_at if cursor else None,
        healed=sum(each.healed for each in compared),
        restored=sum(each.restored for each in compared),
        fault=fault
        or _fault(view.failing.get((account.name, folder.name)), _FOLDER_FAULTS, account.host),
    )


def _all_handed(view: _View, site: Site) -> Iterator[HandedHealth]:
    for each in site.intake.addresses if site.intake else ():
        if each.role is not IntakeRole.DRAFT:
            yield _handed(view, each)


def _handed(view: _View, one: IntakeAddress) -> HandedHealth:
    place = Place(account=INTAKE, folder=one.role.value)
    cursor = view.register.cursor(place)
    return HandedHealth(
        address=one.address,
        role=one.role,
        taken_at=cursor.looked_at if cursor else None,
        quarantined=view.quarantined.get(place, 0),
    )


def _fault(failing: Failing | None, sentences: Mapping[str, Remark], host: str) -> Fault | None:
    if failing is None:
        return None
    words = Remark(sentences.get(failing.error, _ANY_FAULT).template, host=host)
    return Fault(error=failing.error, words=words, since=failing.since)
