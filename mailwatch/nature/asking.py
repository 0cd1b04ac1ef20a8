"""What an agent asks of the citizen: questions, and whatever « -nous » or « -moi » follows.

The phrases that ask stand in `rules/outgoing.toml`; here is what French grammar alone tells, whatever the verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailwatch.model import Nature
from mailwatch.nature.cues import DECISIVE, Cue, Stretches, before, only_offers
from mailwatch.wording import Words

_QUESTION = re.compile(r" \?(?= )(?! (?:oui|non) )")
"""A question mark that its writer does not answer at once."""
_TO_YOU = re.compile(
    r" (?:vous|votre|vos|tu|ton|ta|quel|quelle|quels|quelles|laquelle|lequel|lesquels|lesquelles|qui|quand|comment"
    r"|combien|ou|est ce|s agit il) |(?: , [^?,]+){2} $"
)
_NOT_ASKED = re.compile(
    r" (?:souhaitez|voulez|desirez|aimeriez|preferez) vous (?:qu|que) | \w+r(?:a|ont)(?: t)? (?:il|elle|ils|elles|on) "
)
"""An offer, or what only time will tell: « souhaitez-vous que … ? », « les places seront-elles rendues ? »."""
_NO_GIFT = (
    "(?!chez |mettre|mettez|contact|appel|rappel|join|suiv|rejoin|retrouv|excus|pardon|croy|laiss|permett|accord|relanc"
    "|preven|ecriv|ecrir|accus|interrog|sollicit|consult|signal|alert|aver|avis|crois|saisi|tenir|tenez|confi|repond"
    "|repos|passez|passer|revenir|revenez|rendre|rendez|visiter|vous |nous )"
)
"""What one may be invited to do to us and brings nothing: « contactez-nous », « relancez-moi »."""
_TIME = (
    r"(?!(?:donnez|laissez) (?:moi|nous) (?:encore )?(?:jusqu|un peu|quelques|le temps"
    r"|(?:une|deux|trois|huit|dix|quinze|\d+) (?:jours|semaines?|mois|heures)))"
)
_GIVE = re.compile(
    rf" {_TIME}{_NO_GIFT}(?:\w{{2,20}}ez|dites|faites) (?:(?:le|la|les|en) )?(?:moi|nous)(?= )"
    rf"|(?: (?:merci|priere|veuillez|remercie|remercions|prie|prions|demande|demandons|invite|invitons|gre|voudrez)"
    rf"(?: (?:de|d|a|par avance|bien vouloir|vouloir|bien|donc|simplement|egalement))* (?:me|nous|m)"
    rf"(?: (?:le|la|les|l|en))? {_NO_GIFT}(?!a |ont |avez |ete )\w{{2,20}}(?:er|ir|re)(?= ))"
    rf"|(?: que vous (?:me|nous|m)(?: (?:le|la|les|l|en))? {_NO_GIFT}\w{{2,20}}iez(?= ))"
)
"""« précisez-nous », « merci de nous la scanner », « il faudrait que vous m’adressiez »."""


def asked(own: Words, end: int, aside: Stretches) -> Iterator[Cue]:
    """What the citizen is asked for before `end`, politeness left out."""
    yield from _questions(own, end, aside)
    for match in _GIVE.finditer(own.line, 0, end):
        at = match.start() + 1
        if aside.reach(at) <= at and not only_offers(own, at):
            yield _needed("needed.give_us", at, match.end() + 1)


def _questions(own: Words, end: int, aside: Stretches) -> Iterator[Cue]:
    """Questions put to the citizen: an agent hardly asks any other."""
    for mark in _QUESTION.finditer(own.line, 0, end):
        question = before(own, mark.start())
        start = mark.start() - len(question) + 1
        if (
            _TO_YOU.search(question)
            and not _NOT_ASKED.search(question)
            and not aside.begins_in(start, mark.start())
        ):
            yield _needed("needed.question", start, mark.start() + 2)


def _needed(rule: str, start: int, end: int) -> Cue:
    return Cue(label=Nature.INFORMATION_NEEDED, rule=rule, weight=DECISIVE, start=start, end=end)
