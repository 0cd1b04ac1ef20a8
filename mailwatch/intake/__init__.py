"""Mail that the mail server hands over itself: copies of what arrives and leaves, and drafts that agents have checked.

    spool = Spool.opened(state)
    with listening(Gate(intake=…, institution=…, spool=spool, now=now, wake=wake)):
        taking.settle(spool, watch)                 # once
        taking.take_in(spool, watch, tally)         # whenever something waits
        answering.answer_drafts(spool, by, watch)

A thread of its own talks to the server and only ever writes files (`conversation`, `listening`, `spool`); the daemon's
thread takes them into the register, whose one writer it stays (`taking`, `answering`).
"""

from __future__ import annotations

from mailwatch.intake.conversation import Gate
from mailwatch.intake.listening import Listener, listening
from mailwatch.intake.spool import Spool

__all__ = ["Gate", "Listener", "Spool", "listening"]
