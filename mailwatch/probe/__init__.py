"""The probe of Nagios and Centreon: how the service is, in a line and at once.

    found = glance(state, wait=2.0)                     # the register file, read-only, without its libraries
    said = verdict(found, site, holder(state), at=at, limits=limits)

It imports neither SQLModel nor SQLAlchemy, writes nothing, and waits for nobody longer than it is told to.
"""

from __future__ import annotations

from mailwatch.probe.glance import Glance, glance, within
from mailwatch.probe.presence import holder
from mailwatch.probe.verdict import Limits, Said, State, line, unknown, verdict

__all__ = [
    "Glance",
    "Limits",
    "Said",
    "State",
    "glance",
    "holder",
    "line",
    "unknown",
    "verdict",
    "within",
]
