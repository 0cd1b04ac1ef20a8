"""Learn what the words of our answers lean to, and write it to rules/leanings-sent.toml.

As `leanings` does for incoming mail, from the sent half of `tests/corpus/work`, its answers of a line and the walls of
the tests. Each answer is learnt twice, with what the rules heard in it and by its words alone: the rules know these
answers better than those that nobody has seen, and words must stand where they hear nothing. `--check` leaves each
page out in turn.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import CORPUS, dressed, labels
from leanings import LINES as RECEIVED
from leanings import ROOT, Example, Weights, judged, macro, order, page, softmax
from quality import UNDATED, desk

from mailwatch.demo.composing import compose
from mailwatch.message import read
from mailwatch.model import Announced, Delivery, Message, Nature, Reading, Role
from mailwatch.nature.answering import MACHINES, heard, spelt
from mailwatch.nature.outgoing import ruled, settled
from mailwatch.promises import announced
from mailwatch.ruleset import Desk
from mailwatch.wording import read as read_words

FILE = ROOT / "rules" / "leanings-sent.toml"
LINES = (*sorted((CORPUS / "work").glob("answers*.txt")), ROOT / "tests" / "test_outgoing_wall.txt")
NATURES = (
    Nature.REPLY, Nature.HOLDING_REPLY, Nature.INFORMATION_NEEDED, Nature.REFERRAL, Nature.AUTOMATIC_ACKNOWLEDGEMENT,
    Nature.OUT_OF_OFFICE,
)  # fmt: skip
LEAST = 3
"""Times that a sign is met before it is learnt; a word is met twice in one answer."""
ROUNDS = 15
STEP = 0.02
SMALL = 0.002
"""How much of themselves all weights lose at a step of 1."""
ROBOTS = {
    "automatic_reply": Nature.AUTOMATIC_ACKNOWLEDGEMENT, "out_of_office": Nature.OUT_OF_OFFICE,
}  # fmt: skip
"""What others' machines write to us, and ours to others: they write alike."""
DROPPED = 4
"""Hundredths from which a weight is worth a line."""
FOLDS = 3
"""Parts in which lines are left out: one hand wrote them all."""
HEAD = """# Vers quoi penche une réponse d’après tous ses mots, quand les règles n’entendent pas ce qu’elle est.
#
# Appris des réponses étiquetées de tests/corpus/work et des murs de tests par « python bench/answering.py » ;
# ne pas modifier à la main. Un avis, jamais une preuve : il porte les mots qui ont pesé, et sa confiance est moyenne
# ou basse. « start » et poids, en tête de ligne, sont des centièmes de logarithme de cote ; ils s’additionnent.
#
#   mot, mot mot     un mot, deux mots qui se suivent        mot*       les premières lettres d’un mot plus long
#   ~rai             les dernières lettres d’un mot long     =question  contient un point d’interrogation
#   =body 1, à =body un organisme nommé, et ses voisins      =5         longueur (puissance de deux)
#   =referral 3      points des règles d’outgoing.toml       =said go   ce que ces règles cherchent sans conclure
#   =ruled reply     ce qu’elles concluent                   =… decisive  une règle décisive s’y trouve
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Example):
    """An answer to learn from, the signs of its words alone, and what it promises."""

    spelt: frozenset[str]
    announced: Announced | None


def examples() -> Iterator[Answered]:
    """All answers to work with that a second opinion may be asked on."""
    for label in labels(CORPUS / "work"):
        if label.role is Role.SENT and label.nature in NATURES:
            delivery = Delivery(raw=label.raw, file=label.name, role=label.role)
            yield from _example(label.page, label.nature, delivery, desk(label.settings))
    for lines in LINES:
        for number, line in enumerate(lines.read_text("utf-8").splitlines()):
            nature = line.partition("|")[0].strip()
            if nature in NATURES:
                yield from _of_line(lines, number, Nature(nature), line.partition("|")[2].strip())
    for lines in (each for each in RECEIVED if each.stem.startswith("lines")):
        for number, line in enumerate(lines.read_text("utf-8").splitlines()):
            said, _, text = (part.strip() for part in line.partition("|"))
            if (nature := ROBOTS.get(said)) is not None:
                yield from _of_line(lines, number, nature, text.partition("|")[2].strip())


def _of_line(lines: Path, number: int, nature: Nature, text: str) -> Iterator[Answered]:
    table = {
        "id": f"{lines.stem}/{number}", "role": "sent", "from": "prefecture@jura.gouv.fr", "to": "x@laposte.example",
        "subject": "RE: Votre message", "date": "2026-03-04T10:12:00+01:00", "text": text.replace("⏎", "\n"),
        "reply": True,
    }  # fmt: skip
    delivery = Delivery(raw=compose(*dressed(table)), file=lines.stem, role=Role.SENT)
    hand = f"{lines.stem} {number % FOLDS}"
    yield from _example(hand, nature, delivery, desk(CORPUS / "settings" / "jura.toml"))


def _example(hand: str, nature: Nature, delivery: Delivery, known: Desk) -> Iterator[Answered]:
    message = read(delivery)
    if not isinstance(message, Message):
        raise TypeError(f"{delivery.file} : {message.reason}")
    own = read_words(message.own)
    found, wording = ruled(message, own, known.institution, known.rules)
    if wording is not None:
        alone = frozenset(spelt(wording))
        yield Answered(
            page=hand,
            nature=nature,
            signs=alone | set(heard(wording)),
            spelt=alone,
            ruled=found.nature,
            announced=announced(own, UNDATED, known.calendar, known.rules.promises),
        )


def twice(answers: Sequence[Answered]) -> list[Example]:
    """Each answer with what rules heard in it, and without."""
    alone = [
        Example(page=one.page, nature=one.nature, signs=one.spelt, ruled=one.ruled)
        for one in answers
    ]
    return [*answers, *alone]


# --- learning -------------------------------------------------------------------------------------


def learn(answers: Sequence[Answered]) -> Weights:
    """Fit the weights of each sign by nature, `NATURES` in order; the sign "" is where they start.

    Small steps in the mails' own order, all weights shrinking alike at each (Shalev-Shwartz et al. 2007): a sign that
    is met seldom moves no further than one that is met often.
    """
    mails = twice(answers)
    met = Counter(sign for mail in mails for sign in mail.signs)
    known = [
        (["", *sorted(sign for sign in mail.signs if met[sign] >= LEAST)], mail.nature)
        for mail in sorted(mails, key=order)
    ]
    weights: Weights = {sign: [0.0] * len(NATURES) for found, _ in known for sign in found}
    shrunk = 1.0
    for number, (found, nature) in enumerate(entry for _ in range(ROUNDS) for entry in known):
        step = STEP / (1 + STEP * SMALL * number)
        rows = [weights[sign] for sign in found]
        shares = softmax([shrunk * sum(column) for column in zip(*rows, strict=True)])
        shrunk *= 1 - step * SMALL
        for place, share in enumerate(shares):
            moved = step * ((NATURES[place] is nature) - share) / shrunk
            for row in rows:
                row[place] += moved
    return {sign: [weight * shrunk for weight in row] for sign, row in weights.items()}


def check(answers: Sequence[Answered]) -> None:
    """Leave each page out in turn, and print how the others' answers would have done on it."""
    pairs: list[tuple[Answered, list[float]]] = []
    for left in sorted({one.page for one in answers if "wall" not in one.page}):
        weights = learn([one for one in answers if one.page != left])
        mine = [(one, judged(weights, one)) for one in answers if one.page == left]
        _say(f"sans {left}", mine)
        pairs += mine
    for part in ("", "outgoing", "labels", "answers"):
        print()
        for least in (0.0, 0.5, 0.6, 0.75, 0.9):
            chosen = [pair for pair in pairs if pair[0].page.startswith(part)]
            _say(f"tous {part}, machine ≥ {least}", chosen, least)


def _say(name: str, pairs: Sequence[tuple[Answered, list[float]]], least: float = 0.5) -> None:
    found = [(one.nature, _held(one, shares, least)) for one, shares in pairs]
    rules = [(one.nature, _settled(one, one.ruled)) for one, _ in pairs]
    wronged = sum(mine not in MACHINES and theirs in MACHINES for mine, theirs in found)
    missed = sum(mine in MACHINES and theirs not in MACHINES for mine, theirs in found)
    print(
        f"  {name:<28} {len(pairs):4} réponses  règles {_right(rules):.3f}, F1 {macro(rules):.3f}"
        f"  avis {_right(found):.3f}, F1 {macro(found):.3f}"
        f"  machines manquées {missed}, humains pris pour telles {wronged}"
    )


def _held(one: Answered, shares: Sequence[float], least: float) -> Nature:
    """What comes out when an opinion needs `least` to take somebody for a machine."""
    found = NATURES[list(shares).index(max(shares))]
    return _settled(one, one.ruled if found in MACHINES and max(shares) < least else found)


def _settled(one: Answered, nature: Nature) -> Nature:
    """What it is in the end, beside what it promises."""
    return settled(Reading(nature=nature), one.announced)[0].nature


def _right(pairs: Sequence[tuple[Nature, Nature]]) -> float:
    return sum(mine is theirs for mine, theirs in pairs) / len(pairs)


def main() -> int:
    """Learn and write, or check only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="seulement dire ce qui serait trouvé")
    asked = parser.parse_args()
    answers = list(examples())
    if asked.check:
        check(answers)
        return 0
    weights = learn(answers)
    FILE.write_text(page(weights, NATURES, HEAD, DROPPED), encoding="utf-8")
    print(f"{len(answers)} réponses, {FILE.stat().st_size / 1000:.0f} ko")
    return 0


if __name__ == "__main__":
    sys.exit(main())
