"""What the service does each time: look at the mailboxes whose turn it is, decide, send the alert that is due."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from mailwatch import alert, outbox
from mailwatch.alert.intervals import OpenGap
from mailwatch.alert.sections import periods
from mailwatch.daemon.clocks import Jump, Timers
from mailwatch.daemon.handing import Handover
from mailwatch.daemon.measuring import Meter
from mailwatch.daemon.telling import Log
from mailwatch.daemon.timekeeping import START, Timekeeper
from mailwatch.daemon.witnessing import Publication
from mailwatch.errors import BusyError, RefusedError, Remark, SettingsError, UnreachableError
from mailwatch.intake.answering import awaits_sending
from mailwatch.model import Period
from mailwatch.periods import months_before
from mailwatch.polling import Failure, Polled, Watch, poll
from mailwatch.register import AlertState, Place, Register
from mailwatch.ruleset import Desk
from mailwatch.settings import template_texts
from mailwatch.settings.secrets import reveal
from mailwatch.site import Account, AlertPlan, Site, Submission

_SENDING = "/"
"""The sending of alerts among what can fail: of no account and no folder."""


@dataclass(slots=True, kw_only=True)
class Service:
    """A site at work: what its duties need, and which accounts are known to fail."""

    site: Site
    desk: Desk
    watch: Watch
    log: Log
    handover: Handover | None = None
    """What the mail server hands over; None where it hands over nothing."""
    publication: Publication | None = None
    """The journal's files; None where nobody keeps them."""
    meter: Meter | None = None
    """What measures for Prometheus; None where nobody reads it."""
    timekeeper: Timekeeper | None = None
    """What minds the clocks; None where the day is somebody's say."""
    _failing: dict[str, str] = field(default_factory=dict)
    """What the journal knows to fail, and how, by account and folder; of neither is the sending of alerts."""
    _told: dict[str, str] = field(default_factory=dict)
    """The same for the log of this process: whoever starts it anew is told anew."""

    def __post_init__(self) -> None:
        """Know what failed before this process began, so that its end is told too."""
        for one in self.watch.register.failing():
            self._failing[f"{one.account}/{one.folder}"] = one.error

    def started(self, version: str) -> None:
        """Write down that the service is at work, by which clock."""
        self.heed_clocks()
        self._journal(
            START, version=version, **(self.timekeeper.marks() if self.timekeeper else {})
        )

    def stopped(self) -> None:
        """Write down that it no longer is."""
        self._journal("stop")

    def begin(self, version: str) -> None:
        """Tell that the service starts."""
        self.started(version)
        words = Remark(
            "mailwatch {version} est en marche ; comptes suivis : {accounts}, un relevé toutes les {seconds} s",
            version=version,
            accounts=len(self.site.accounts),
            seconds=self.site.poll_every,
        )
        self.log("start", words)

    def end(self) -> None:
        """Tell that the service stops as it should."""
        self.stopped()
        self.log("stop", Remark("mailwatch s’arrête"))

    # --- clocks -----------------------------------------------------------------------------------

    def keep_time_by(self, timers: Callable[[], Timers]) -> None:
        """Hold the wall clock against what the machine counts by itself from now on."""
        self.timekeeper = Timekeeper(site=self.site, watch=self.watch, timers=timers)

    def heed_clocks(self) -> bool:
        """Say whether the wall clock was set since the last time; raises as `Timekeeper.heed`."""
        found = self.timekeeper.heed() if self.timekeeper else ()
        for each in found:
            self.log("clock" if isinstance(each, Jump) else "asleep", each.words)
        return any(isinstance(each, Jump) for each in found)

    # --- mailboxes --------------------------------------------------------------------------------

    def look(self, accounts: Sequence[Account]) -> Polled:
        """Look at `accounts`, and tell what is news: mail, what fails, what no longer does."""
        polled = poll(accounts, self.desk, self.watch)
        self._tell_failures(accounts, polled.failures)
        tally = polled.tally
        if tally.healed or tally.gone:
            self.log(
                "reconciled",
                Remark(
                    "rapprochement avec le serveur : messages retrouvés : {healed}, qui n’y sont plus : {gone}",
                    healed=tally.healed,
                    gone=tally.gone,
                ),
            )
        if tally.recorded or tally.quarantined or tally.vanished:
            self.log(
                "polled",
                Remark(
                    "relevé : messages lus : {recorded}, illisibles : {quarantined}, disparus : {vanished}, "
                    "non livrés par le serveur : {withheld}",
                    recorded=tally.recorded,
                    quarantined=tally.quarantined,
                    vanished=tally.vanished,
                    withheld=tally.withheld,
                ),
            )
        return polled

    def _tell_failures(self, accounts: Sequence[Account], failures: Sequence[Failure]) -> None:
        """Tell each failure once, when it begins or changes, and when it ends."""
        now = {_name(one): one for one in failures}
        looked_at = {account.name for account in accounts}
        for name, failure in now.items():
            kind = type(failure.error).__name__
            if self._failing.get(name) != kind:
                self._failing[name] = kind
                self._journal("failure", account=failure.account, folder=failure.folder, error=kind)
            if self._told.get(name) != kind:
                self._told[name] = kind
                self.log("failure", failure.error)
        for name in [*self._failing]:
            account, _, folder = name.partition("/")
            # Nothing is known of the folders of an account that fails as a whole.
            if account in looked_at and name not in now and f"{account}/" not in now:
                del self._failing[name]
                self._told.pop(name, None)
                self._journal("recovery", account=account, folder=folder)
                self.log("recovery", Remark("{name} : le relevé a repris", name=name.rstrip("/")))

    def _journal(self, kind: str, **values: str) -> None:
        self.watch.register.journal(kind, self.watch.now(), **values)

    # --- the journal's files ----------------------------------------------------------------------

    def publish(self, at: datetime) -> None:
        """Write what is new in the journal to its files; raises as `Publication.publish`."""
        if self.publication is not None:
            self.publication.publish(at)

    def have_dated(self, at: datetime) -> None:
        """Have the journal's head dated when that is due; raises as `Publication.have_dated`."""
        if self.publication is not None:
            self.publication.have_dated(at)

    def publish_calmly(self, at: datetime) -> None:
        """Do both, and only tell what fails: it is made up for later."""
        try:
            self.publish(at)
            self.have_dated(at)
        except (BusyError, RefusedError, UnreachableError) as error:
            self.log("failure", error)

    # --- measures ---------------------------------------------------------------------------------

    def measure(self, at: datetime) -> None:
        """Write how the service is for Prometheus; raises as `Meter.write`."""
        if self.meter is not None:
            self.meter.write(at, self.watch.unwatched)

    # --- what the mail server hands over ----------------------------------------------------------

    def take_in(self) -> bool:
        """Take in what was handed over, and say whether an answer to a draft was queued; raises as `Handover.take`."""
        return self.handover is not None and self.handover.take(self.desk, self.watch, self.log)

    def send_answers(self, at: datetime) -> None:
        """Hand over the answers to drafts that wait, and whatever else does; raises as `outbox.deliver`."""
        submission = self.site.submission
        if submission is None or not awaits_sending(self.watch):
            return
        try:
            sent = self._deliver(submission, at)
        except (UnreachableError, RefusedError, SettingsError) as error:
            self._note_sending(type(error).__name__)
            raise
        if sent:
            self._note_sending("")

    # --- privacy ----------------------------------------------------------------------------------

    def reduce(self, at: datetime) -> None:
        """Once a day, make anonymous what is older than the settings keep; raises as the register."""
        register, today = self.watch.register, at.astimezone(self.desk.zone).date()
        if today < register.retention_due_on(today):
            return
        before = months_before(today, self.site.keep_months)
        if self.handover is not None:
            midnight = datetime.combine(before, time(), self.desk.zone)
            self.handover.spool.forget(midnight)
        done = register.reduce(self.desk, before, at.astimezone(self.desk.zone))
        if done.messages or done.records:
            words = Remark(
                "conservation : {count} messages d’avant le {before} ne mènent plus à personne",
                count=done.messages,
                before=f"{before:%d/%m/%Y}",
            )
            self.log("retention", words)

    # --- the weekly alert -------------------------------------------------------------------------

    def send_alert(self, at: datetime) -> int:
        """Queue the weekly alert when it is due, and hand over what waits; say how many left.

        Raises as `outbox.queue` and `outbox.deliver`; what did not leave stays queued.
        """
        plan, submission = self.site.alert, self.site.submission
        if plan is None or submission is None:
            return 0
        try:
            if week := self._week_due(plan, at):
                self._queue(plan, submission, week, at)
            sent = self._deliver(submission, at)
        except (UnreachableError, RefusedError, SettingsError) as error:
            self._note_sending(type(error).__name__)
            raise
        if sent:
            self._note_sending("")
        return sent

    def _note_sending(self, kind: str) -> None:
        """Write down that the sending begins to fail, or no longer does; the log has it from who catches the error."""
        if kind and self._failing.get(_SENDING) != kind:
            self._failing[_SENDING] = kind
            self._journal("failure", account="", folder="", error=kind)
        elif not kind and self._failing.pop(_SENDING, ""):
            self._journal("recovery", account="", folder="")

    def _week_due(self, plan: AlertPlan, at: datetime) -> str | None:
        # Alerts of weeks to come are of a clock that was ahead: no week must do without because of them.
        this_week = alert.week_of(at.astimezone(self.desk.zone).date())
        last = self.watch.register.last_alert(alert.WEEKLY, until=this_week)
        if last is None and self.watch.register.last_alert(alert.WEEKLY):
            return None
        week = alert.week_of_alert(last.alert_id) if last else None
        return alert.is_due(plan, self.desk.calendar, self.desk.zone, at, week)

    def _queue(self, plan: AlertPlan, submission: Submission, week: str, at: datetime) -> None:
        composed = composed_alert(
            self.watch.register, self.site, self.desk, plan, week, at, self.watch.unwatched
        )
        parted = alert.mailings(composed, plan, self.site.institution)
        outbox.queue(
            self.watch.register, parted, submission, self.site.institution, template_texts(), at
        )

    def _deliver(self, submission: Submission, at: datetime) -> int:
        register = self.watch.register
        if not (register.alerts_in(AlertState.QUEUED) or register.alerts_in(AlertState.SENDING)):
            return 0
        password = reveal(submission.secret) if submission.secret else ""
        # A watched mailbox that got the alert proves that it left, whatever became of the server's answer.
        sent = outbox.deliver(
            register, submission, password, at, seen=lambda name: bool(register.locate(name))
        )
        if sent:
            self.log("alert", Remark("alertes remises au serveur : {sent}", sent=sent))
        return sent


def composed_alert(
    register: Register,
    site: Site,
    desk: Desk,
    plan: AlertPlan,
    week: str,
    at: datetime,
    unwatched: timedelta,
) -> alert.Alert:
    """Write the alert of `week` as things stand at `at`."""
    today = at.astimezone(desk.zone).date()
    since = periods(today)[0].from_on or today
    begins = datetime.combine(since, time(), UTC)
    gaps = register.gaps(Period(from_on=since, to_on=None))
    observed = alert.Observation(
        gaps=(*gaps, *_open_gaps(register, site, at, unwatched)),
        clock_sets=register.clock_sets(begins),
        healings=register.reconciliations(begins),
        begun=register.begun(),
    )
    everything = register.audit(desk, Period(from_on=None, to_on=None), today)
    return alert.weekly(everything, desk, plan, week, observed=observed, head=register.head())


def _open_gaps(
    register: Register, site: Site, at: datetime, unwatched: timedelta
) -> Iterator[OpenGap]:
    """The folders that nobody looks at while this is written, and those that nobody ever did."""
    for account in site.accounts:
        for folder in account.folders:
            cursor = register.cursor(Place(account=account.name, folder=folder.name))
            since = cursor.looked_at if cursor else None
            if since is None or at - since > unwatched:
                yield OpenGap(account=account.name, folder=folder.name, since=since)


def _name(failure: Failure) -> str:
    return f"{failure.account}/{failure.folder}"
