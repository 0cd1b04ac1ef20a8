"""Whose address is it: the institution's own, a robot's, or somebody outside."""

from __future__ import annotations

from enum import StrEnum

from mailwatch.model import Institution

_STATE_DOMAIN = ".gouv.fr"


class FromClass(StrEnum):
    """The class of a From address, apart from the mentions (16.3, "émetteur" read as the sender)."""

    FUNCTIONAL = "functional"
    PERSONAL = "personal"
    OUTSIDE = "outside"
    NONE = "none"


_UNITS = (
    "pref", "sp", "ddt", "ddtm", "ddets", "ddetspp", "ddpp", "sgc", "sgcd", "pp", "cab", "dcl", "sidpc", "cert",
)  # fmt: skip


def domain(address: str) -> str:
    """The part after the last `@`, lower case, else empty."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def is_ours(address: str, institution: Institution) -> bool:
    """Say whether `address` belongs to the institution: a watched box, or one of its domains or their subdomains.

    Without declared domains and addresses every `*.gouv.fr` sender is the administration's own.
    """
    if address in institution.addresses or any(box.address == address for box in institution.boxes):
        return True
    host = domain(address)
    if institution.domains:
        return any(host == own or host.endswith(f".{own}") for own in institution.domains)
    return not institution.addresses and host.endswith(_STATE_DOMAIN)


def is_state(address: str) -> bool:
    """Say whether `address` belongs to a State service (`*.gouv.fr`)."""
    return domain(address).endswith(_STATE_DOMAIN)


def from_class(address: str, institution: Institution) -> FromClass:
    """Class the From address of an answer: functional box, personal box, outside, or none at all."""
    if not address:
        return FromClass.NONE
    if not is_ours(address, institution):
        return FromClass.OUTSIDE
    watched = (*institution.addresses, *(box.address for box in institution.boxes))
    local = address.rpartition("@")[0]
    first = local.replace(".", "-").replace("_", "-").split("-")[0]
    if address in watched or first in _UNITS or "." not in local:
        return FromClass.FUNCTIONAL
    return FromClass.PERSONAL
