"""What persons declare: the institution, its boxes and exemptions, letters, answers by hand, corrections."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from mailwatch.model.terms import Convention


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A line of the exceptions register: a service whose agents need not be named (16.3, CRPA L111-2)."""

    address: str
    service: str
    ground: str
    decided_by: str
    from_on: date
    until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A watched mailbox and the service it belongs to."""

    address: str
    service: str
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualAnswer:
    """An answer outside the mail (telephone, counter, letter) that a person vouches for, or takes back."""

    WITHDRAWN: ClassVar[str] = "withdrawn"
    """The kind that takes back all that was declared of the request before."""

    request: str
    """The message identifier or the reference of the letter."""
    on: date
    kind: str
    by: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One line of the register of letters."""

    file: str
    line: int
    reference: str
    received_on: date
    service: str
    answered_on: date | None
    kind: str
    note: str
    correspondent: str = ""
    repeated: bool = False
    """The register uses its reference more than once."""


class CorrectionKind(StrEnum):
    """What a person may set right; each is a record of its own, and a newer one replaces an older one."""

    NATURE = "nature"
    """The message is this nature: `value` is a `Nature`."""
    LINK = "link"
    """The message belongs to the request that `value` names, or to none (`none`)."""
    SERVICE = "service"
    """The request is for the service that `value` names."""
    EXCLUSION = "exclusion"
    """The request does not count (`excluded`), or does after all (`counted`)."""
    NOTE = "note"
    """Cause of a delay and what was done about it: free words in `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person decided about a message or a request, with author and reason.

    An empty `value` takes back what was said before: the computed verdict holds again.
    """

    kind: CorrectionKind
    target: str
    """The request's id, or the message's: its `Message-ID`, or the key of its fact."""
    value: str
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Institution:
    """The administration whose mail is judged, as its settings declare it."""

    name: str = ""
    calendar: str = ""
    timezone: str = ""
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    trusted_relays: tuple[str, ...] = ()
    convention: Convention = Convention.STRICT
    observe_from: date | None = None
    closed: tuple[date, ...] = ()
    """Local closures: bridge days, strikes declared by order, annual closing."""
    opened: tuple[date, ...] = ()
    """Public holidays that the services work."""
    customary: tuple[str, ...] = ()
    """Customary days of the territory that the services keep, by their name in the calendar."""
    exemptions: tuple[Exemption, ...] = ()
    boxes: tuple[Box, ...] = ()
    manual_answers: tuple[ManualAnswer, ...] = ()
    services: tuple[str, ...] = ()
    """The declared directory: names and acronyms of the services."""
    agents: tuple[str, ...] = ()
    """The declared directory: names of the agents."""
    name_model: bool | None = None
    """Whether a model is asked about names that are left undecided; None where no service runs, if it is there."""
