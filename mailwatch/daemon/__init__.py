"""The service: mailboxes looked at every two minutes, one alert a week, until it is told to stop.

    once(site, desk, key, now=now, log=log)     # what is due now, then the end
    run(site, desk, key, now=now, log=log)      # the same at each tick, until SIGTERM

Nothing is scheduled but a tick. What is due follows from the register and from when each account was last looked
at, so that nothing missed while the machine was down is lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from mailwatch.daemon.clocks import Timers, timers_of_this_machine
from mailwatch.daemon.duties import Service, composed_alert
from mailwatch.daemon.handing import attended, handover
from mailwatch.daemon.instance import only_one
from mailwatch.daemon.measuring import Meter
from mailwatch.daemon.telling import Log, log_to, notify
from mailwatch.daemon.ticking import Stop, heeding, ticking
from mailwatch.daemon.turns import Turns
from mailwatch.daemon.witnessing import contradictions, key_file, published, witnessed
from mailwatch.errors import (
    BusyError,
    MailwatchError,
    RefusedError,
    SettingsError,
    UnreachableError,
)
from mailwatch.polling import Lines, Polled, Watch, workers_for
from mailwatch.polling.comparing import is_due
from mailwatch.probe import holder
from mailwatch.register import UNWATCHED, Cursor, Register, opened
from mailwatch.ruleset import Desk
from mailwatch.site import Account, Site

__all__ = [
    "Done",
    "Log",
    "Service",
    "Timers",
    "composed_alert",
    "contradictions",
    "holder",
    "key_file",
    "log_to",
    "once",
    "only_one",
    "run",
    "service",
    "timers_of_this_machine",
    "unwatched",
    "witnessed",
]

_TICK = 5
"""Seconds between two ticks, fewer when the mailboxes are looked at more often."""
_ALERT = ""
"""The turn of the alert among those of the accounts."""
_INTAKE, _ANSWERS, _RETENTION = ";intake", ";answers", ";retention"
"""Those of what is handed over; no account has a semicolon in its name."""
_JOURNAL, _DATING = ";journal", ";dating"
_METRICS = ";metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done in one go, and what failed of it."""

    polled: Polled
    sent: int
    """Alerts that the server took."""
    errors: tuple[MailwatchError, ...]

    @property
    def exit_code(self) -> int:
        """The exit code of the failure that most asks for a person; 0 when there was none."""
        return max((error.exit_code for error in self.errors), default=0)


def unwatched(site: Site) -> timedelta:
    """How far apart two looks may be with nothing missed between them: a site of another pace has its own."""
    return max(UNWATCHED, timedelta(seconds=3 * site.poll_every))


def _is_due(known: Cursor, site: Site, desk: Desk, at: datetime) -> bool:
    return is_due(known, site.reconcile_at, desk.zone, at)


@contextmanager
def service(
    site: Site,
    desk: Desk,
    key: bytes,
    *,
    now: Callable[[], datetime],
    log: Log,
    goes_on: Callable[[], bool] = lambda: True,
    workers: int | None = None,
    compares: Callable[[Cursor], bool] | None = None,
) -> Iterator[Service]:
    """Open all that the service works with, for this process alone.

    Raises BusyError when another process has it, RegisterError and RefusedError when the register cannot be used.
    """
    folder = Path(site.state)
    with (
        only_one(folder),
        opened(folder, key) as register,
        workers_for(desk, key, workers) as pool,
        closing(Lines()) as lines,
    ):
        publication = published(site, register, now())
        register.settings_changed(sha256(repr(site).encode()).hexdigest(), now())
        duties = Service(
            site=site,
            desk=desk,
            watch=Watch(
                register=register,
                workers=pool,
                lines=lines,
                now=now,
                unwatched=unwatched(site),
                goes_on=goes_on,
                compares=compares or (lambda known: _is_due(known, site, desk, now())),
            ),
            log=log,
            handover=handover(site, desk),
            publication=publication,
            meter=_meter(site, desk, register),
        )
        duties.publish_calmly(now())
        yield duties
        duties.publish_calmly(now())


def _meter(site: Site, desk: Desk, register: Register) -> Meter | None:
    if not site.metrics:
        return None
    return Meter(site=site, desk=desk, register=register, version=version("mailwatch"))


def once(
    site: Site,
    desk: Desk,
    key: bytes,
    *,
    now: Callable[[], datetime],
    log: Log,
    workers: int | None = None,
    timers: Callable[[], Timers] | None = None,
    reconcile: bool = False,
) -> Done:
    """Look at every mailbox, decide, send the alert that is due; raises as `service`.

    With `timers`, `now` is held against them: to be given when it is the machine's clock. With `reconcile`, every
    folder is compared with its server, due or not.
    """
    with service(
        site,
        desk,
        key,
        now=now,
        log=log,
        workers=workers,
        compares=(lambda _: True) if reconcile else None,
    ) as duties:
        if timers is not None:
            duties.keep_time_by(timers)
        duties.started(version("mailwatch"))
        polled = duties.look(site.accounts)
        duties.reduce(now())
        errors = [failure.error for failure in polled.failures]
        sent = 0
        try:
            duties.take_in()
            duties.send_answers(now())
            sent = duties.send_alert(now())
        except BusyError:
            raise
        except MailwatchError as error:
            errors.append(error)
        for act in (duties.publish, duties.measure):
            try:
                act(now())
            except (BusyError, RefusedError) as error:
                errors.append(error)
        duties.stopped()
    return Done(polled=polled, sent=sent, errors=tuple(errors))


# --- until it is told to stop ---------------------------------------------------------------------


def run(
    site: Site,
    desk: Desk,
    key: bytes,
    *,
    now: Callable[[], datetime],
    log: Log,
    draw: Callable[[], float] = random.random,
    workers: int | None = None,
    timers: Callable[[], Timers] = timers_of_this_machine,
) -> None:
    """Serve until SIGTERM or SIGINT, which let the batch in hand be finished; raises as `service`.

    To be called in the main thread. A server that fails, a register that is held or a disk that is full is waited
    for, more and more rarely.
    """
    stop, pace = Stop(), min(_TICK, site.poll_every)
    turns = Turns(every=timedelta(seconds=site.poll_every), draw=draw)
    with (
        heeding(stop),
        service(
            site,
            desk,
            key,
            now=now,
            log=log,
            goes_on=stop.goes_on,
            workers=workers,
        ) as duties,
        attended(duties.handover, site, now, stop.tick),
        ticking(stop, pace),
    ):
        duties.keep_time_by(timers)
        duties.begin(version("mailwatch"))
        notify("READY=1", f"STATUS={len(site.accounts)} compte(s) suivi(s)")
        while not stop.told:
            _beat(duties, turns)
            notify("WATCHDOG=1")
            stop.wait(2 * pace)
        notify("STOPPING=1")
        duties.end()


def _beat(duties: Service, turns: Turns) -> None:
    """Do what is due."""
    _heed_clocks(duties, turns)
    _take_in(duties, turns)
    at = duties.watch.now()
    accounts = [one for one in duties.site.accounts if turns.is_due(one.name, at)]
    try:
        if accounts:
            _look(duties, accounts, turns)
            _measure(duties, turns)
        if turns.is_due(_ALERT, at):
            _alert(duties, turns)
        if turns.is_due(_RETENTION, at):
            duties.reduce(at)
            turns.went_well(_RETENTION, at)
        _publish(duties, turns)
    except BusyError as error:
        # Held, or no room left: nothing was half done, and all of it is tried again.
        duties.log("busy", error)
        for name in (*(account.name for account in accounts), _ALERT, _RETENTION):
            turns.failed(name, at, error)


def _heed_clocks(duties: Service, turns: Turns) -> None:
    """Notice a clock that was set: what was to wait for its old time is due now."""
    try:
        if duties.heed_clocks():
            turns.clock_was_set()
    except BusyError as error:
        duties.log("busy", error)


def _publish(duties: Service, turns: Turns) -> None:
    """Write the journal's files, and have them dated once a day."""
    for name, act in ((_JOURNAL, duties.publish), (_DATING, duties.have_dated)):
        at = duties.watch.now()
        if not turns.is_due(name, at):
            continue
        try:
            act(at)
        except (BusyError, RefusedError, UnreachableError) as error:
            duties.log("failure", error)
            turns.failed(name, at, error)
        else:
            turns.always(name)


def _take_in(duties: Service, turns: Turns) -> None:
    """Take in what was handed over, at once unless that failed a moment ago; send the answers to drafts."""
    at = duties.watch.now()
    if duties.handover is None or not turns.is_due(_INTAKE, at):
        return
    try:
        queued = duties.take_in()
    except BusyError as error:
        duties.log("busy", error)
        turns.failed(_INTAKE, at, error)
        return
    turns.always(_INTAKE)
    if queued or turns.is_due(_ANSWERS, at):
        _send_answers(duties, turns, at)


def _send_answers(duties: Service, turns: Turns, at: datetime) -> None:
    try:
        duties.send_answers(at)
    except (BusyError, UnreachableError, RefusedError, SettingsError) as error:
        duties.log("failure", error)
        turns.failed(_ANSWERS, at, error)
    else:
        turns.went_well(_ANSWERS, at)


def _look(duties: Service, accounts: list[Account], turns: Turns) -> None:
    polled = duties.look(accounts)
    failed = {failure.account: failure.error for failure in polled.failures}
    for account in accounts:
        if error := failed.get(account.name):
            turns.failed(account.name, duties.watch.now(), error)
        else:
            turns.went_well(account.name, duties.watch.now())


def _measure(duties: Service, turns: Turns) -> None:
    """Write the measures after each look, more and more rarely while they cannot be written."""
    at = duties.watch.now()
    if not turns.is_due(_METRICS, at):
        return
    try:
        duties.measure(at)
    except RefusedError as error:
        duties.log("failure", error)
        turns.failed(_METRICS, at, error)
    else:
        turns.always(_METRICS)


def _alert(duties: Service, turns: Turns) -> None:
    at = duties.watch.now()
    try:
        duties.send_alert(at)
    except BusyError:
        raise
    except MailwatchError as error:
        duties.log("failure", error)
        turns.failed(_ALERT, at, error)
    else:
        turns.went_well(_ALERT, at)
