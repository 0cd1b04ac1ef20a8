"""What is held on one person, for that person to read: the right of access (GDPR article 15).

The register knows persons by pseudonym, and keeps neither the words of a message nor its subject: this is all
there is. Nothing is read from the mailbox, which is another processing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailwatch import labels
from mailwatch.model import (
    Correction,
    Fact,
    Institution,
    Letter,
    ManualAnswer,
    Request,
    Review,
    Role,
)
from mailwatch.templating import environment

HTML = "acces.html"
JSON = "acces.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """All that is held on the person at an address."""

    address: str
    at: datetime
    institution: Institution
    keep_months: int
    """How long what names the person is kept."""
    facts: tuple[Fact, ...]
    """The messages that name the person, the oldest first."""
    requests: tuple[Request, ...]
    letters: tuple[Letter, ...]
    corrections: tuple[Correction, ...]
    """What was set right about these messages and requests."""
    answers: tuple[ManualAnswer, ...]
    """Answers outside the mail that somebody vouched for."""
    reviews: tuple[Review, ...] = ()
    """What internal audits found of the verdicts on these requests."""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is held."""
        return not (self.facts or self.letters)


def html(found: Disclosure, templates: Mapping[str, str]) -> str:
    """The same as a page in French, which needs nothing else."""
    ready = environment(templates)
    ready.filters |= {
        "correction": labels.correction,
        "day": labels.day,
        "duration": duration,
        "file": labels.short_file,
        "kind": labels.kind,
        "moment": labels.moment,
        "way": way,
    }
    return ready.get_template(HTML).render(found=found, labels=labels)


def way(fact: Fact) -> str:
    """Which way a message went, seen from the administration."""
    return "envoyé" if fact.role is Role.SENT or fact.answer is not None else "reçu"


def duration(months: int) -> str:
    """A number of months as people say it."""
    years, rest = divmod(months, 12)
    if rest or not years:
        return f"{months}{labels.NO_BREAK}mois"
    return f"{years}{labels.NO_BREAK}{labels.plural(years, 'an', 'ans')}"
