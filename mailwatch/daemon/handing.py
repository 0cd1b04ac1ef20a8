"""What the mail server hands over, as the daemon's one thread has it: taken in at each tick, drafts answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mailwatch.daemon.telling import Log
from mailwatch.errors import Remark
from mailwatch.intake import Gate, Listener, Spool, listening
from mailwatch.intake.answering import Fate, Reviewer, answer_drafts, reviewer
from mailwatch.intake.spool import FOLDER
from mailwatch.intake.taking import settle, take_in, try_again
from mailwatch.polling import Tally, Watch
from mailwatch.ruleset import Desk
from mailwatch.settings import template_texts
from mailwatch.site import IntakeRole, Site


@dataclass(slots=True, kw_only=True)
class Handover:
    """The spool and what becomes of it."""

    spool: Spool
    reviewer: Reviewer | None
    """None where no drafts are taken."""
    listener: Listener | None = None
    """None while nobody listens."""
    settled: bool = False
    decided: bool = False
    """Nothing was recorded since the requests were decided; at first nobody knows."""

    def take(self, desk: Desk, watch: Watch, log: Log) -> bool:
        """Take in what waits, and say whether an answer to a draft was queued.

        Raises BusyError and RegisterError; what was not recorded goes on waiting.
        """
        if self.listener is not None:
            self.listener.check()
        tally = Tally()
        try:
            if not self.settled:
                settle(self.spool, watch)
                try_again(self.spool, watch, tally)
                self.settled = True
            take_in(self.spool, watch, tally)
        finally:
            if tally.recorded or tally.quarantined:
                self.decided = False
                log(
                    "taken",
                    Remark(
                        "remise : messages lus : {recorded}, illisibles : {quarantined}",
                        recorded=tally.recorded,
                        quarantined=tally.quarantined,
                    ),
                )
        if not self.decided:
            watch.register.decide(desk, watch.now())
            self.decided = True
        return self._answer(watch, log)

    def _answer(self, watch: Watch, log: Log) -> bool:
        if self.reviewer is None:
            # Drafts are not kept for a day when they are taken again.
            self.spool.done(self.spool.waiting(IntakeRole.DRAFT))
            return False
        fates = answer_drafts(self.spool, self.reviewer, watch)
        if fates:
            log(
                "drafts",
                Remark(
                    "projets vérifiés : {answered}, laissés sans réponse : {silent}",
                    answered=fates.count(Fate.ANSWERED),
                    silent=len(fates) - fates.count(Fate.ANSWERED),
                ),
            )
        return Fate.ANSWERED in fates


def handover(site: Site, desk: Desk) -> Handover | None:
    """Open the spool of `site`; None where nothing is or was handed over. RefusedError when it cannot be."""
    state = Path(site.state)
    if site.intake is None and not (state / FOLDER).exists():
        return None
    answers = None
    if site.intake is not None and site.submission is not None:
        answers = reviewer(desk, template_texts(), site.submission, site.intake)
    return Handover(
        spool=Spool.opened(state), reviewer=answers if answers and answers.addresses else None
    )


@contextmanager
def attended(
    taking: Handover | None, site: Site, now: Callable[[], datetime], wake: Callable[[], None]
) -> Iterator[None]:
    """Listen to the mail server; raises as `intake.listening`."""
    if taking is None or site.intake is None:
        yield
        return
    gate = Gate(
        intake=site.intake, institution=site.institution, spool=taking.spool, now=now, wake=wake
    )
    with listening(gate) as taking.listener:
        yield
