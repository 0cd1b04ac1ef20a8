"""The report in its order: the committee's page first, the method and the digests last."""

from __future__ import annotations

from mailwatch.model import Audit
from mailwatch.report import committee, evidence, lists, method, precision, trends
from mailwatch.report.terms import Beside, Chapter
from mailwatch.ruleset import Policy


def chapters(audit: Audit, policy: Policy, beside: Beside) -> tuple[Chapter, ...]:
    """Every chapter of the report but the list of all requests."""
    found = (
        committee.chapter(audit, policy, beside),
        evidence.closing(beside),
        committee.details(audit),
        trends.distribution(audit),
        trends.months(audit) if audit.by_month else None,
        trends.services(audit) if audit.by_service else None,
        committee.mentions(audit),
        lists.late(audit),
        lists.holding(audit),
        lists.registers(audit),
        evidence.dates(audit),
        precision.chapter(beside),
        evidence.review(audit),
        method.exceptions(audit),
        method.rulings(audit),
        method.exclusions(audit),
        method.note(audit, policy, beside),
        evidence.seals(audit, beside),
    )
    return tuple(chapter for chapter in found if chapter is not None)


def title(audit: Audit) -> str:
    """The title of the report."""
    name = audit.institution.name
    return f"Réponses aux usagers – {name}" if name else "Réponses aux usagers"


def subtitle(audit: Audit) -> str:
    """The institution and the period."""
    period = committee.spoken(audit.period)
    words = period if period.startswith("toutes") else f"demandes reçues {period}"
    return f"{audit.institution.name} – {words}" if audit.institution.name else words.capitalize()
