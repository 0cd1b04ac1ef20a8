"""Learn what words lean to from the mails to work with, and write it to rules/leanings.toml.

Learnt from: `tests/corpus/work` (incoming mails and lines) and the walls of the tests, never from the half that
measures. One logistic regression over all natures (Böhning 1992), its weights kept small. Nothing is left to chance:
the same mails give the same file. `--check` leaves each writer's pages out in turn and says how the rest would do.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from corpus import CORPUS, dressed, labels
from quality import desk

from mailwatch.demo.composing import compose
from mailwatch.message import read
from mailwatch.model import Delivery, Message, Nature, Role
from mailwatch.nature import ANSWER_DUE
from mailwatch.nature.incoming import MACHINES, ruled
from mailwatch.nature.leaning import signs
from mailwatch.ruleset import Desk
from mailwatch.wording import read as read_words

ROOT = CORPUS.parents[1]
FILE = ROOT / "rules" / "leanings.toml"
LINES = (*sorted((CORPUS / "work").glob("lines*.txt")), ROOT / "tests" / "test_incoming_wall.txt")
NATURES = (
    Nature.REQUEST, Nature.REMINDER, Nature.COMPLAINT, Nature.SUGGESTION, Nature.THANKS, Nature.OUT_OF_SCOPE,
    Nature.BULK, Nature.SPAM, Nature.OUT_OF_OFFICE, Nature.AUTOMATIC_REPLY,
)  # fmt: skip
MASS = frozenset({Nature.BULK, Nature.SPAM})
LEAST = 2
"""Mails in which a sign is met before it is learnt."""
ROUNDS = 20
STEP = 0.3
SMALL = 0.004
"""How much of itself a weight loses each time its sign is met."""
DROPPED = 12
"""Hundredths from which a weight is worth a line."""
FAINT = 30
"""The same for the greatest of a sign's weights, below which the sign is left out."""
WIDTH = 110
"""Letters in a line of the file."""
HEAD = """# Vers quoi penche un courriel d’après tous ses mots, quand aucun champ ne dit ce qu’il est.
#
# Appris des courriels étiquetés de tests/corpus/work et des murs de tests par « python bench/leanings.py » ;
# ne pas modifier à la main. Un avis, jamais une preuve : il porte les mots qui ont pesé, et sa confiance est moyenne
# ou basse. « start » et poids, en tête de ligne, sont des centièmes de logarithme de cote ; ils s’additionnent.
#
#   mot, mot mot     un mot, deux mots qui se suivent        mot*       les premières lettres d’un mot plus long
#   @mot             un mot de l’objet                       <mot       un mot du nom ou de l’adresse de l’expéditeur
#   =reply           répond à un message                     =question  contient un point d’interrogation
#   =asked 1         phrases qui demandent                   =5         longueur (puissance de deux)
#   =reminder 3      points des règles d’incoming.toml       =machine … ce qu’une règle prend pour une machine
#   =wrote on        ce qui est dit de courriers antérieurs (nature/earlier)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One mail to learn from: its signs, what it is, and on whose page it stands."""

    page: str
    nature: Nature
    signs: frozenset[str]
    ruled: Nature
    """What rules alone say."""


# --- what is learnt from --------------------------------------------------------------------------


def examples() -> Iterator[Example]:
    """All incoming mails to work with that a second opinion may be asked on."""
    for label in labels(CORPUS / "work"):
        if label.role is Role.INBOX and label.nature in NATURES:
            delivery = Delivery(raw=label.raw, file=label.name, role=label.role)
            yield from _example(label.page, label.nature, delivery, desk(label.settings))
    for page in LINES:
        for number, line in enumerate(page.read_text("utf-8").splitlines()):
            if line.strip() and not line.startswith("#"):
                yield from _of_line(page, number, line)


def _of_line(page: Path, number: int, line: str) -> Iterator[Example]:
    nature, subject, text = (part.strip() for part in line.split("|", 2))
    table = {
        "id": f"{page.stem}/{number}", "role": "inbox", "from": "x@laposte.example", "to": "prefecture@jura.gouv.fr",
        "subject": subject, "date": "2026-03-04T10:12:00+01:00", "text": text.replace("⏎", "\n"),
        "reply": subject[:3].lower() == "re:",
    }  # fmt: skip
    delivery = Delivery(raw=compose(*dressed(table)), file=page.stem, role=Role.INBOX)
    known = desk(CORPUS / "settings" / "jura.toml")
    yield from _example(page.stem, Nature(nature.split()[0]), delivery, known, signed=False)


def _example(
    page: str, nature: Nature, delivery: Delivery, known: Desk, *, signed: bool = True
) -> Iterator[Example]:
    message = read(delivery)
    if not isinstance(message, Message):
        raise TypeError(f"{delivery.file} : {message.reason}")
    message = message if signed else replace(message, senders=())
    own = read_words(message.own)
    found, letter = ruled(message, own, known.institution, known.rules)
    if letter is not None:
        yield Example(page=page, nature=nature, signs=frozenset(signs(letter)), ruled=found.nature)


# --- learning -------------------------------------------------------------------------------------

Weights = dict[str, list[float]]


def learn(mails: Sequence[Example]) -> Weights:
    """Fit the weights of each sign by nature, `NATURES` in order; the sign "" is the start."""
    met = Counter(sign for mail in mails for sign in mail.signs)
    known = [
        (
            ["", *sorted(sign for sign in mail.signs if met[sign] >= LEAST)],
            NATURES.index(mail.nature),
        )
        for mail in sorted(mails, key=order)
    ]
    weights: Weights = defaultdict(lambda: [0.0] * len(NATURES))
    steepness: Weights = defaultdict(lambda: [1.0] * len(NATURES))
    for _ in range(ROUNDS):
        for found, nature in known:
            _adjust(weights, steepness, found, nature)
    return dict(weights)


def order(mail: Example) -> str:
    """Mails in no order that a writer chose."""
    return sha256(" ".join(sorted(mail.signs)).encode()).hexdigest()


def _adjust(weights: Weights, steepness: Weights, found: Sequence[str], nature: int) -> None:
    """One step towards `nature` (AdaGrad, Duchi et al. 2011)."""
    mine = [weights[sign] for sign in found]
    shares = softmax([sum(column) for column in zip(*mine, strict=True)])
    wrong = [share - (number == nature) for number, share in enumerate(shares)]
    wanted = [number for number, amount in enumerate(wrong) if abs(amount) > 0.004]
    for sign, row in zip(found, mine, strict=True):
        seen = steepness[sign]
        for number in wanted:
            slope = wrong[number] + SMALL * row[number]
            seen[number] += slope * slope
            row[number] -= STEP * slope / math.sqrt(seen[number])


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares that add up to one."""
    highest = max(scores)
    odds = [math.exp(score - highest) for score in scores]
    total = sum(odds)
    return [odd / total for odd in odds]


def judged(weights: Mapping[str, Sequence[float]], mail: Example) -> list[float]:
    """The shares of each nature."""
    rows = [weights[sign] for sign in ("", *mail.signs) if sign in weights]
    return softmax([sum(column) for column in zip(*rows, strict=True)])


# --- the file -------------------------------------------------------------------------------------


def page(
    weights: Mapping[str, Sequence[float]],
    natures: Sequence[Nature] = NATURES,
    head: str = HEAD,
    dropped: int = DROPPED,
) -> str:
    """Write the weights out by nature, the heaviest first, signs of one weight side by side."""
    tables = []
    for number, nature in enumerate(natures):
        start = round(weights[""][number] * 100)
        by_weight: dict[int, list[str]] = defaultdict(list)
        for sign in sorted(filter(None, weights)):
            by_weight[round(weights[sign][number] * 100)].append(sign)
        lines = "\n".join(
            f"{weight} {line}"
            for weight in sorted(by_weight, reverse=True)
            if abs(weight) >= dropped
            for line in _lines(by_weight[weight])
        )
        tables.append(
            f"[[leaning]]\nnature = \"{nature}\"\nstart = {start}\nwords = '''\n{lines}\n'''\n"
        )
    return "\n".join([head, *tables])


def telling(weights: Weights) -> Weights:
    """Leave out the signs that say next to nothing of any nature: three in four, and no verdict misses them."""
    return {
        sign: row
        for sign, row in weights.items()
        if not sign or max(abs(weight) for weight in row) * 100 >= FAINT
    }


def _lines(signs: Iterable[str]) -> Iterator[str]:
    """Signs side by side, as many as a line holds."""
    line = ""
    for sign in signs:
        if line and len(line) + len(sign) > WIDTH:
            yield line
            line = ""
        line += f", {sign}" if line else sign
    yield line


# --- how well it does -----------------------------------------------------------------------------


def check(mails: Sequence[Example]) -> None:
    """Leave each writer's pages out in turn, and print how the others' mails would have done on them."""
    for writer in sorted({_writer(mail) for mail in mails if mail.page.startswith("incoming")}):
        left = [mail for mail in mails if _writer(mail) == writer]
        weights = learn([mail for mail in mails if _writer(mail) != writer])
        shares = [judged(weights, mail) for mail in left]
        found = [NATURES[row.index(max(row))] for row in shares]
        print(f"\nsans {writer} : {len(left)} courriels")
        _say("règles seules", left, [mail.ruled for mail in left])
        _say("avis", left, found)
        for least in (0.0, 0.5, 0.6, 0.75, 0.85):
            _say(
                f"avis, machine ≥ {least}",
                left,
                [_held(mail, row, least) for mail, row in zip(left, shares, strict=True)],
            )


def _held(mail: Example, shares: Sequence[float], least: float) -> Nature:
    """What comes out when an opinion needs `least` to take somebody for a machine."""
    found = NATURES[shares.index(max(shares))]
    return mail.ruled if found in MACHINES and max(shares) < least else found


def _writer(mail: Example) -> str:
    return mail.page[:10] if mail.page.startswith("incoming") else mail.page


def _say(name: str, mails: Sequence[Example], found: Sequence[Nature]) -> None:
    pairs = [(mail.nature, nature) for mail, nature in zip(mails, found, strict=True)]
    right = sum(mine is theirs for mine, theirs in pairs)
    due = sum((mine in ANSWER_DUE) == (theirs in ANSWER_DUE) for mine, theirs in pairs)
    machines = sum(mine in MACHINES for mine, _ in pairs)
    caught = sum(mine in MACHINES and theirs in MACHINES for mine, theirs in pairs)
    wronged = sum(mine not in MACHINES | MASS and theirs in MACHINES for mine, theirs in pairs)
    print(
        f"  {name:<24} justes {right / len(pairs):.3f}  F1 macro {macro(pairs):.3f}"
        f"  réponse due {due / len(pairs):.3f}"
        f"  machines {caught}/{machines}, humains pris pour telles {wronged}"
    )


def macro(pairs: Sequence[tuple[Nature, Nature]]) -> float:
    """Average the F1 of all natures that were expected."""
    expected, found = Counter(mine for mine, _ in pairs), Counter(theirs for _, theirs in pairs)
    right = Counter(mine for mine, theirs in pairs if mine is theirs)
    return sum(2 * right[n] / (expected[n] + found[n]) for n in expected) / len(expected)


def main() -> int:
    """Learn and write, or check only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="seulement dire ce qui serait trouvé")
    asked = parser.parse_args()
    mails = list(examples())
    if asked.check:
        check(mails)
        return 0
    weights = telling(learn(mails))
    FILE.write_text(page(weights), encoding="utf-8")
    print(f"{len(mails)} courriels, {FILE.stat().st_size / 1000:.0f} ko")
    return 0


if __name__ == "__main__":
    sys.exit(main())
