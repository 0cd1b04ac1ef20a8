"""Who gets what: each service's recipients its section, the plan's recipients everything."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256

from mailwatch.alert.lines import plain
from mailwatch.alert.sections import Alert
from mailwatch.model import Institution
from mailwatch.site import AlertPlan

WEEKLY = "weekly"
"""The kind of the whole alert: the last one of a week to be queued, so that it stands for all of them."""
_SERVICE = "service"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One alert for one list of recipients."""

    alert_id: str
    """`weekly/2026-W17`, or `service/2026-W17/` and the digest of the services: the same on every run."""
    recipients: tuple[str, ...]
    alert: Alert


def mailings(alert: Alert, plan: AlertPlan, institution: Institution) -> tuple[Mailing, ...]:
    """Part an alert by recipient: one mail a person, whichever lists name them; the whole alert comes last.

    A caller that was stopped half-way finds no `weekly` alert queued, and queues all of them again.
    """
    services: dict[str, list[str]] = {}
    for box in institution.boxes:
        for recipient in box.recipients:
            if recipient not in plan.recipients and box.service not in services.get(recipient, []):
                services.setdefault(recipient, []).append(box.service)
    audiences: dict[tuple[str, ...], list[str]] = {}
    for recipient, named in services.items():
        audiences.setdefault(tuple(sorted(named)), []).append(recipient)
    whole = Mailing(
        alert_id=f"{WEEKLY}/{alert.week}", recipients=_once(plan.recipients), alert=alert
    )
    return (*(_for(names, who, alert) for names, who in sorted(audiences.items())), whole)


def week_of_alert(alert_id: str) -> str:
    """The week of an alert, by its id."""
    return alert_id.split("/")[1]


def _for(services: tuple[str, ...], recipients: list[str], alert: Alert) -> Mailing:
    digest = sha256("\n".join(services).encode(errors="surrogatepass")).hexdigest()[:10]
    shown = {plain(service) for service in services}
    return Mailing(
        alert_id=f"{_SERVICE}/{alert.week}/{digest}",
        recipients=tuple(recipients),
        alert=replace(
            alert,
            sections=tuple(section for section in alert.sections if section.service in shown),
            figures=(),
            quarantined=(),
        ),
    )


def _once(recipients: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(recipients))
