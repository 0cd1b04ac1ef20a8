"""Mailboxes composed by hand, with the obligations that the law draws from them."""

from __future__ import annotations

from collections.abc import Callable

from tests.mailboxes import clocks, counter, crossings, exchanges, overseas, people
from tests.mailboxes.mailbox import Mailbox

ALL: tuple[Callable[[], Mailbox], ...] = (
    clocks.jura,
    clocks.moselle,
    overseas.martinique,
    overseas.la_reunion,
    people.polynesie,
    people.doubs,
    people.ariege,
    crossings.finistere,
    exchanges.nord,
    exchanges.gard,
    counter.var,
    counter.loire,
    counter.creuse,
    counter.paris,
    counter.rhone,
    counter.hautes_alpes,
)
