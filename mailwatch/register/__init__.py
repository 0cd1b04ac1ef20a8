"""The register: what was seen, what was decided, what persons said, and the journal of it all.

    with opened(folder, key) as register:
        register.listed(place, uidvalidity, uids, uidnext, at)      # first the list, committed
        register.record(place, sightings, at)                       # then what the messages are
        register.looked(place, at)                                  # the folder is listed to its end
        register.decide(desk, at)                                   # the requests that this changes
        register.requests(desk, today)

Every method is one transaction: it happened, journal line included, or it did not. Instants are kept as UTC.
Whatever goes wrong with the file is a `RegisterError` (damaged, another version, no register) or a `BusyError`
(held by another process, disk full).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from mailwatch.journal.heads import Head
from mailwatch.journal.lines import Trail
from mailwatch.model import (
    Audit,
    Correction,
    Indicators,
    Letter,
    ManualAnswer,
    Period,
    Precision,
    Request,
    Review,
    Sample,
)
from mailwatch.register import (
    alerts,
    checking,
    counted,
    decisions,
    erasing,
    figures,
    finding,
    moving,
    observing,
    persons,
    reconciling,
    recording,
    reviews,
    rewinding,
    sealed,
    sightings,
)
from mailwatch.register import journal as lines
from mailwatch.register.access import Held, held
from mailwatch.register.database import (
    FILE,
    Database,
    brought_up,
    connected,
    copied,
    created,
    key_of,
    refuse_superuser,
)
from mailwatch.register.erasing import Erased
from mailwatch.register.readers import reader
from mailwatch.register.terms import (
    AlertState,
    ClockSet,
    Cursor,
    Differences,
    Failing,
    Gap,
    Isolated,
    Landmark,
    Location,
    Outcome,
    Place,
    Quarantined,
    QueuedAlert,
    Reconciled,
    Sighting,
    Stray,
    Tie,
    Vanished,
)
from mailwatch.report.terms import Declared, Edition
from mailwatch.ruleset import Desk

__all__ = [
    "AlertState",
    "ClockSet",
    "Cursor",
    "Differences",
    "Erased",
    "Failing",
    "Gap",
    "Head",
    "Held",
    "Isolated",
    "Landmark",
    "Location",
    "Outcome",
    "Place",
    "Quarantined",
    "QueuedAlert",
    "Reconciled",
    "Register",
    "Sighting",
    "Stray",
    "Tie",
    "Vanished",
    "backed_up",
    "checked",
    "created",
    "key_of",
    "opened",
    "refuse_superuser",
    "upgraded",
]

UNWATCHED = timedelta(minutes=15)
"""Two looks at a folder further apart leave a gap in the observation."""


class Register:
    """An open register; made by `opened`, for one thread at a time."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    # --- listing ----------------------------------------------------------------------------------

    def cursor(self, place: Place) -> Cursor | None:
        """Say how far `place` is listed; None when it never was."""
        with self._database.reading() as connection:
            return sightings.cursor(connection, place)

    def listed(
        self, place: Place, uidvalidity: int, uids: Sequence[int], uidnext: int, at: datetime
    ) -> None:
        """Note that `uids` are all there is below `uidnext`, from where the cursor stood.

        Windows may be listed one after the other. UIDs that are missing in one came and went unseen: a gap,
        except before the first `looked`, where they are mail that was deleted before anybody watched. Another
        `uidvalidity` than the cursor's starts the folder anew; facts found again are recognised by their key.
        """
        with self._database.writing() as connection:
            sightings.listed(connection, place, uidvalidity, uids, uidnext, at)

    def rewound(self, place: Place, at: datetime) -> None:
        """Begin `place` anew, whose server gives out numbers again that it gave before; facts are recognised."""
        with self._database.writing() as connection:
            rewinding.rewound(connection, place, at)

    def awaiting(self, place: Place, parser: int | None = None) -> tuple[int, ...]:
        """Give the UIDs that are listed and have no outcome yet, ascending.

        With `parser`, also the quarantined ones that another version could not read: each is tried once by each.
        """
        with self._database.reading() as connection:
            return sightings.awaiting(connection, place, parser)

    def record(
        self, place: Place, found: Sequence[Sighting], at: datetime, desk: Desk | None = None
    ) -> None:
        """Note what became of listed messages; one that has an outcome already keeps it.

        With `desk` they are put with whom they may touch at once, which `decide` would do: there is less to wait
        for after much mail.
        """
        with self._database.writing() as connection:
            recording.record(connection, place, found, at)
            if desk is not None:
                decisions.place(connection, reader(desk, self._key), at)

    def looked(
        self,
        place: Place,
        at: datetime,
        unwatched: timedelta = UNWATCHED,
        modseq: int = 0,
        *,
        clock_was_set: bool = False,
    ) -> None:
        """Note that `place` is listed to its end at `at`: called at the end of every pass, news or not.

        More than `unwatched` since the last time leaves a gap. After a HIGHESTMODSEQ that got smaller the folder is
        one that was never compared.
        """
        with self._database.writing() as connection:
            sightings.looked(connection, place, at, unwatched, modseq, clock_was_set=clock_was_set)

    def strays(self, places: Sequence[Place], since: datetime) -> tuple[Stray, ...]:
        """Give the messages of `places` that may be those missing in another of them, in the order they came.

        The gap or the message must have been found from `since` on.
        """
        with self._database.reading() as connection:
            return moving.strays(connection, places, since)

    def moved(self, found: Sequence[Stray], at: datetime) -> int:
        """Take messages that left a folder for another off those that came and went unseen; say how many.

        Each accounts for one, once, whichever gaps it is found for.
        """
        with self._database.writing() as connection:
            return moving.moved(connection, found, at)

    # --- comparing --------------------------------------------------------------------------------

    def differences(self, place: Place, uids: Sequence[int], first: int, last: int) -> Differences:
        """Compare all UIDs that the server has from `first` to `last`, below the cursor, with what is listed."""
        with self._database.reading() as connection:
            return reconciling.differences(connection, place, uids, first, last)

    def stretch(self, place: Place, first: int, count: int) -> int | None:
        """Give the UID of the `count`-th message listed from `first` on; None when there are fewer."""
        with self._database.reading() as connection:
            return reconciling.stretch(connection, place, first, count)

    def landmarks(self, place: Place, uids: Sequence[int], count: int) -> tuple[Landmark, ...]:
        """Give the last `count` of `uids` whose facts are here, the last one first."""
        with self._database.reading() as connection:
            return reconciling.landmarks(connection, place, uids, count)

    def reconciled(
        self, place: Place, found: Differences, at: datetime, *, ended: bool = True
    ) -> None:
        """Note what a comparison found, and list what it has to be read.

        `ended` when all of the folder was compared; what is gone keeps its facts.
        """
        with self._database.writing() as connection:
            reconciling.reconciled(connection, place, found, at, ended=ended)

    def reconciliations(self, since: datetime) -> tuple[Reconciled, ...]:
        """Give the comparisons, and the folders of restored servers, from an instant on, in order."""
        with self._database.reading() as connection:
            return reconciling.reconciliations(connection, since)

    def withheld(self, place: Place, uidvalidity: int, uid: int, at: datetime) -> int:
        """Note that the server lists a message and does not give it; say how many times it has been noted."""
        with self._database.writing() as connection:
            return sightings.withheld(connection, place, uidvalidity, uid, at)

    # --- deciding ---------------------------------------------------------------------------------

    def decide(self, desk: Desk, at: datetime) -> int:
        """Decide anew what new facts, letters, corrections or another desk may change; say how many components."""
        return decisions.decide(self._database, reader(desk, self._key), at)

    def requests(self, desk: Desk, today: date) -> tuple[Request, ...]:
        """Give every request as decided, in the order of reception, as it stands on `today`."""
        with self._database.reading() as connection:
            return figures.requests(connection, desk, today)

    def audit(self, desk: Desk, period: Period, today: date) -> Audit:
        """Give what the offline run over the same mail would, for the same pages."""
        with self._database.reading() as connection:
            return figures.audit(connection, desk, period, today)

    def indicators(self, desk: Desk, period: Period, today: date) -> Indicators | None:
        """Give the figures of a period alone, at once however many requests it has; None without any."""
        with self._database.reading() as connection:
            return counted.indicators(connection, desk, period, today)

    def edition(
        self, desk: Desk, period: Period, today: date, declared: Sequence[Declared] = ()
    ) -> Edition:
        """Give the report of a period, as its figures were closed or as they stand on `today`.

        Raises UsageError for a period in the future, before the first observation, or without a request.
        """
        with self._database.reading() as connection:
            found = sealed.edition(connection, desk, period, today, declared)
            if not found.audit.requests:
                sealed.refuse_empty(found.audit, figures.first_on(connection, desk))
            return found

    def closed_figures(self, period: Period) -> bytes:
        """Give the figures of a period as they were closed, whose digest the journal holds; empty for open ones."""
        with self._database.reading() as connection:
            return sealed.body(connection, period)

    def begun(self) -> datetime | None:
        """Say when mailboxes were first looked at; None when they never were."""
        with self._database.reading() as connection:
            return observing.begun(connection)

    def seal(
        self,
        desk: Desk,
        period: Period,
        at: datetime,
        author: str,
        declared: Sequence[Declared] = (),
    ) -> None:
        """Close the figures of a period; UsageError when they are closed, or may still change by themselves."""
        with self._database.writing() as connection:
            sealed.seal(connection, desk, period, at, author, declared)

    # --- internal audit ---------------------------------------------------------------------------

    def sample(
        self, desk: Desk, period: Period, *, size: int, seed: str | None, at: datetime
    ) -> Sample:
        """Draw cases of a period, or give the same draw again; without a seed it is the last one's, else by chance.

        Raises UsageError for a seed that is none, and for a period that nothing can be said of.
        """
        with self._database.writing() as connection:
            found = figures.audit(connection, desk, period, at.astimezone(desk.zone).date())
            if not found.requests:
                sealed.refuse_empty(found, figures.first_on(connection, desk))
            return reviews.draw(connection, found.requests, period, size=size, seed=seed, at=at)

    def samples(self) -> tuple[Sample, ...]:
        """Give every draw, the oldest first."""
        with self._database.reading() as connection:
            return reviews.samples(connection)

    def judge(self, found: Sequence[Review]) -> None:
        """Add what a person found of verdicts; the newest of its case and check holds."""
        with self._database.writing() as connection:
            reviews.judge(connection, found)

    def reviews(self) -> tuple[Review, ...]:
        """Give all that persons found, the oldest first."""
        with self._database.reading() as connection:
            return reviews.reviews(connection)

    def measured(self, period: Period) -> tuple[tuple[Sample, ...], tuple[Precision, ...]]:
        """Give the draws that have cases of a period, and how precise each check proved on these."""
        with self._database.reading() as connection:
            return reviews.measured(connection, period)

    # --- what persons say -------------------------------------------------------------------------

    def correct(self, correction: Correction) -> None:
        """Add what a person set right; the newest of its kind and target holds."""
        with self._database.writing() as connection:
            persons.correct(connection, correction)

    def corrections(self) -> tuple[Correction, ...]:
        """Give every correction ever made, the oldest first."""
        with self._database.reading() as connection:
            return persons.corrections(connection)

    def add_letters(self, letters: Sequence[Letter], at: datetime) -> int:
        """Add letters; one whose reference and line are known replaces what was said. Say how many were news."""
        with self._database.writing() as connection:
            return persons.add_letters(connection, self._key, letters, at)

    def letters(self) -> tuple[Letter, ...]:
        """Give the letters as they were last declared; their correspondents are pseudonyms."""
        with self._database.reading() as connection:
            return persons.filed_letters(connection)

    def answer(self, manual: ManualAnswer, at: datetime) -> None:
        """Add an answer outside the mail that a person vouches for."""
        with self._database.writing() as connection:
            persons.answer(connection, manual, at)

    def answers(self) -> tuple[ManualAnswer, ...]:
        """Give the answers that persons vouched for, the oldest first."""
        with self._database.reading() as connection:
            return persons.answers(connection)

    # --- privacy ----------------------------------------------------------------------------------

    def held(self, desk: Desk, address: str) -> Held:
        """Give all that is held on the person at `address`, in lower case."""
        with self._database.reading() as connection:
            return held(connection, reader(desk, self._key), address)

    def erase(self, desk: Desk, address: str, at: datetime, *, anyway: bool = False) -> Erased:
        """Make what is held on the person at `address` anonymous, and decide the same requests again.

        Raises RefusedError for an address of ours, while one of the person's requests waits for an answer (unless
        `anyway`), and when the settings name one of the messages.
        """
        self.decide(desk, at)
        with self._database.writing() as connection:
            found = erasing.erase(connection, reader(desk, self._key), address, at, anyway=anyway)
        self.decide(desk, at)
        return found

    def retention_due_on(self, today: date) -> date:
        """Say when old messages are to be made anonymous next; a new register has none before tomorrow."""
        with self._database.reading() as connection:
            known = erasing.due_on(connection)
        if known is not None:
            return known
        tomorrow = today + timedelta(days=1)
        with self._database.writing() as connection:
            erasing.put_off(connection, tomorrow)
        return tomorrow

    def reduce(self, desk: Desk, before: date, at: datetime) -> Erased:
        """Make anonymous what was last touched before that day, and decide the same requests again; due daily."""
        self.decide(desk, at)
        with self._database.writing() as connection:
            found = erasing.reduce(connection, reader(desk, self._key), before, at)
            erasing.put_off(connection, at.date() + timedelta(days=1))
        self.decide(desk, at)
        return found

    # --- alerts -----------------------------------------------------------------------------------

    def queue_alert(
        self,
        alert_id: str,
        message_id: str,
        message: bytes,
        recipients: Sequence[str],
        at: datetime,
    ) -> bool:
        """Put an alert in the outbox; False, and nothing changes, when `alert_id` is known."""
        with self._database.writing() as connection:
            return alerts.queue(connection, alert_id, message_id, message, recipients, at)

    def alerts_in(self, state: AlertState) -> tuple[QueuedAlert, ...]:
        """Give the alerts in `state`, the oldest first."""
        with self._database.reading() as connection:
            return alerts.in_state(connection, state)

    def mark_alert(self, alert_id: str, state: AlertState, at: datetime) -> None:
        """Note how far an alert got; LookupError when there is no such alert."""
        with self._database.writing() as connection:
            alerts.mark(connection, alert_id, state, at)

    def last_alert(self, kind: str, until: str | None = None) -> QueuedAlert | None:
        """Give the last queued alert whose id starts with `kind` and a slash, whatever its state.

        With `until`, the one whose next part, such as a week, is the highest that is not beyond it.
        """
        with self._database.reading() as connection:
            return alerts.last(connection, kind, until)

    def alerts_to(self, kind: str, recipient: str, since: datetime) -> int:
        """Count the alerts of a kind to one recipient alone that came to their state after `since`."""
        with self._database.reading() as connection:
            return alerts.to_recipient(connection, kind, recipient, since)

    def forget_alerts(self, kind: str, before: datetime) -> None:
        """Empty the settled alerts of a kind; of those settled before an instant, the recipients too."""
        with self._database.writing() as connection:
            alerts.forget(connection, kind, before)

    # --- journal and state ------------------------------------------------------------------------

    def journal(self, kind: str, at: datetime, **values: str | int | None) -> None:
        """Add a line to the journal: no personal data in `values`."""
        with self._database.writing() as connection:
            lines.append(connection, at, [(kind, values)])

    def head(self) -> Head:
        """Give the number of journal lines and the SHA-256 of all of them."""
        with self._database.reading() as connection:
            return lines.head(connection)

    def lines_written(self) -> int:
        """Give the number of journal lines, at once."""
        with self._database.reading() as connection:
            return lines.size(connection)

    def lines_after(self, number: int) -> tuple[bytes, ...]:
        """Give the journal's lines that come after one, in order."""
        with self._database.reading() as connection:
            return tuple(line for _, line in lines.lines_after(connection, number))

    def trail(self, *sizes: int) -> Trail:
        """Follow the whole journal, and give the digests of its first lines, as many as each of `sizes`."""
        with self._database.reading() as connection:
            return lines.followed(connection, sizes)

    def ties(self, *keys: str) -> tuple[Tie, ...]:
        """Give what proves which lines are of some messages, by the keys of their facts; nothing of what is erased."""
        with self._database.reading() as connection:
            return lines.ties(connection, keys)

    def last_told(self, kind: str) -> Mapping[str, object]:
        """Give what the journal's last line of a kind says; empty when there is none."""
        with self._database.reading() as connection:
            return lines.last_of(connection, kind)

    def failing(self) -> tuple[Failing, ...]:
        """Give what began to fail and has not recovered since, as the journal tells."""
        with self._database.reading() as connection:
            return lines.failing(connection)

    def clock_sets(self, since: datetime) -> tuple[ClockSet, ...]:
        """Give the times that the machine's clock was set, of those written down from an instant on, in order."""
        with self._database.reading() as connection:
            return lines.clock_sets(connection, since)

    def settings_changed(self, digest: str, at: datetime) -> bool:
        """Note the digest of the settings file in the journal when it is not the last one noted."""
        with self._database.writing() as connection:
            changed = decisions.noted(connection, "settings", digest)
            if changed:
                lines.append(connection, at, [(lines.Kind.SETTINGS, {"settings": digest})])
            return changed

    def quarantined(self) -> tuple[Isolated, ...]:
        """Give the messages that could not be read, the oldest first."""
        with self._database.reading() as connection:
            return sightings.quarantined(connection)

    def gaps(self, period: Period) -> tuple[Gap, ...]:
        """Give the gaps in the observation that touch `period`, the oldest first; days are UTC."""
        with self._database.reading() as connection:
            return sightings.gaps(connection, period)

    def locate(self, name: str) -> tuple[Location, ...]:
        """Say where the messages of a request (its id) or a message (its `Message-ID` or key) lie."""
        with self._database.reading() as connection:
            return finding.locate(connection, name)


@contextmanager
def opened(folder: Path, key: bytes) -> Iterator[Register]:
    """Open the register of `folder` with the key of its pseudonyms."""
    with connected(folder / FILE) as database:
        yield Register(database, key)


def upgraded(folder: Path) -> bool:
    """Bring the register of `folder` to this version's schema; False when it was."""
    return brought_up(folder / FILE)


def backed_up(folder: Path, to: Path) -> None:
    """Copy the register, while it may be in use, to a new file; the key is not copied."""
    copied(folder / FILE, to)


def checked(folder: Path, key: bytes, desk: Desk) -> tuple[str, ...]:
    """Give the faults of the register in French; none when file, journal, facts and decisions agree.

    Decisions are checked when they were made for this very `desk`.
    """
    with connected(folder / FILE) as database:
        return tuple(checking.faults(database, reader(desk, key)))
