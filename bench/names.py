"""What the model of names is worth: about how many answers it is asked, and what is lost without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from corpus import Label

from mailwatch import recognition
from mailwatch.analysis import examine
from mailwatch.model import Delivery, Mentions, Outcome, Unreadable
from mailwatch.ruleset import Desk

MOST_ASKED = 0.10
"""The share of answers about whose author the model may be asked."""
MOST_LOST = 0.05
"""The share of named authors that may be lost where the model is missing."""


@dataclass(slots=True, kw_only=True)
class Asked:
    """The model, remembering about which mails it was asked."""

    about: set[str] = field(default_factory=set)
    mail: str = ""

    def __call__(self, line: str) -> tuple[str, ...]:
        """Tell the names of `line`, which is one of `mail`."""
        self.about.add(self.mail)
        return recognition.persons(line)


def show(
    answers: Sequence[Label], desk: Callable[[Label], Desk], on: date, say: Callable[[str], None]
) -> bool:
    """Print author recall with the model and without, and how often it is asked; True when the bounds are kept."""
    named = [label for label in answers if label.mentions["author"].outcome == "present"]
    without = sum(_named(label, replace(desk(label), persons=None), on) for label in named)
    say(f"  auteurs trouvés sans le modèle {_share(without, len(named))}")
    if not recognition.installed():
        say("  le modèle de noms n’est pas installé : rien à comparer")
        return True
    asked = Asked()
    found = 0
    for label in answers:
        asked.mail = label.name
        found += _named(label, replace(desk(label), persons=asked), on) and label in named
    lost, share = (found - without) / (len(named) or 1), len(asked.about) / (len(answers) or 1)
    kept = (lost <= MOST_LOST, share <= MOST_ASKED)
    say(f"  auteurs trouvés avec le modèle {_share(found, len(named))}")
    say(f"  perdus sans lui                {lost:7.3f}  {_against(kept[0], MOST_LOST)}")
    say(f"  réponses où il est consulté    {_share(len(asked.about), len(answers))}  "
        f"{_against(kept[1], MOST_ASKED)}")  # fmt: skip
    return all(kept)


def _named(label: Label, desk: Desk, on: date) -> bool:
    delivery = Delivery(raw=label.raw, file=label.name, role=label.role)
    found = examine(delivery, desk, judge_on=on)
    mentions: Mentions | None = None if isinstance(found, Unreadable) else found.mentions
    return mentions is not None and mentions.author.outcome is Outcome.PRESENT


def _share(part: int, whole: int) -> str:
    return f"{part / whole if whole else 1:7.3f}  ({part} / {whole})"


def _against(kept: bool, bound: float) -> str:  # noqa: FBT001 - read as a sentence
    return f"{'tenue' if kept else 'MANQUÉE'} (borne {bound:g})"
