"""The public JSON of mailwatch: what `--json` prints, stable, relied on by other programs.

Instants are ISO 8601 with offset, days ISO dates, delays integers or null, means unrounded numbers or null.
"""

from __future__ import annotations

from mailwatch.contracts.audits import audit, audit_lines
from mailwatch.contracts.privacy import disclosure
from mailwatch.contracts.requests import correction, refused
from mailwatch.contracts.rules import manual
from mailwatch.contracts.samples import review, sample, sampled
from mailwatch.contracts.service import doubtful, health, shown
from mailwatch.contracts.verdicts import check, classify, deadline, specimen, unreadable

__all__ = [
    "audit",
    "audit_lines",
    "check",
    "classify",
    "correction",
    "deadline",
    "disclosure",
    "doubtful",
    "health",
    "manual",
    "refused",
    "review",
    "sample",
    "sampled",
    "shown",
    "specimen",
    "unreadable",
]
