"""Measure how well mail is read, against labels that a person gave one by one.

The corpus has two halves: `work` to learn from, `measure` only to measure; the errors of the second are shown
only on request, so that nobody tunes to them by accident. Bounds are those the project set itself.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

import names
from corpus import CORPUS, MENTIONS, ExpectedMention, Label, labels

from mailwatch import recognition
from mailwatch.analysis import Examined, examine
from mailwatch.model import Delivery, Institution, Mention, Nature, Outcome, Role, Unreadable
from mailwatch.nature import HUMAN_ANSWERS
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_for, load

HALVES = ("work", "measure")
NAMED = frozenset({"present", "exempt"})
AUTOMATIC = frozenset(
    {
        Nature.AUTOMATIC_REPLY,
        Nature.AUTOMATIC_ACKNOWLEDGEMENT,
        Nature.OUT_OF_OFFICE,
        Nature.DELIVERY_REPORT,
        Nature.READ_RECEIPT,
        Nature.CALENDAR_REPLY,
    }
)
MASS = frozenset({Nature.BULK, Nature.SPAM})
UNDATED = date(2026, 1, 1)
"""The day that stands for a missing Date; no labelled promise is in such a mail."""
BOUNDS = {
    "answer_due": 0.97,
    "automatique trouvé": 0.98,
    "humain dit automatique": 0.005,
    "author issue": 0.97,
    "service issue": 0.97,
    "institution issue": 0.97,
    "author mots": 0.95,
    "service mots": 0.95,
    "institution mots": 0.95,
    "date annoncée": 0.95,
    "mots propres": 0.95,
}
MACRO_BOUND = 0.95


# --- what is compared ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One thing that was asked of one mail: what was expected, what came out."""

    subject: str
    file: str
    expected: str
    found: str
    right: bool
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How one nature fared: precision and recall with their counts."""

    right: int
    expected: int
    found: int

    @property
    def precision(self) -> float:
        """Of those called so, the share that were; 1 when none was called so."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """Of those that were, the share called so; 1 when none was."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / ((self.found + self.expected) or 1)


# --- what comes out -------------------------------------------------------------------------------


@cache
def desk(settings: Path | None) -> Desk:
    """Bring the rules and the settings that a mail asks for together, and the model of names where there is one."""
    desk = desk_for(load(settings) if settings else Institution())
    return replace(desk, persons=recognition.usable())


def judge(label: Label) -> Examined | Unreadable:
    """Run the program on one labelled mail."""
    delivery = Delivery(raw=label.raw, file=label.name, role=label.role)
    return examine(delivery, desk(label.settings), judge_on=UNDATED)


def verdicts(label: Label, found: Examined | Unreadable) -> Iterator[Verdict]:
    """Compare one mail's label with what came out, thing by thing."""
    name = label.name
    if isinstance(found, Unreadable):
        yield _verdict("nature " + label.role, name, label.nature, "illisible")
        return
    yield from _of_nature(label, found)
    if label.mentions:
        yield from _of_mentions(label, found)
        announced = _announced(found)
        words = found.announced.text if found.announced else ""
        yield _verdict("date annoncée", name, label.announced or "none", announced, words)
    if label.own is not None:
        mine, theirs = own_words(label.own), own_words(found.message.own)
        yield _verdict("mots propres", name, mine, theirs)


def _verdict(subject: str, file: str, expected: str, found: str, evidence: str = "") -> Verdict:
    return Verdict(
        subject=subject,
        file=file,
        expected=expected,
        found=found,
        right=expected == found,
        evidence=evidence,
    )


def _of_nature(label: Label, found: Examined) -> Iterator[Verdict]:
    name, reading = label.name, found.reading
    why = f"{reading.confidence} ; " + " ; ".join(
        f"{seen.rule} « {seen.text} » ({seen.place})" for seen in reading.evidence[:4]
    )
    yield _verdict("nature " + label.role, name, label.nature, reading.nature, why)
    if label.answer_due is not None:
        yield _verdict(
            "answer_due", name, str(label.answer_due), str(reading.answer_due), str(reading.nature)
        )
    if label.correspondent:
        yield _verdict("correspondant", name, label.correspondent, reading.correspondent)
    automatic = str(reading.nature in AUTOMATIC)
    if label.nature in AUTOMATIC:
        yield _verdict("automatique trouvé", name, "True", automatic, why)
    elif label.nature not in MASS:
        yield _verdict("humain dit automatique", name, "False", automatic, why)


def _of_mentions(label: Label, found: Examined) -> Iterator[Verdict]:
    name = label.name
    for subject, expected in label.mentions.items():
        mention: Mention | None = getattr(found.mentions, subject, None)
        if mention is None:
            yield _verdict(f"{subject} issue", name, expected.outcome, "non jugé")
            continue
        why = f"« {mention.text} » par {mention.decided_by or 'rien'}"
        yield _verdict(f"{subject} issue", name, expected.outcome, mention.outcome, why)
        if mention.outcome is Outcome.PRESENT:
            yield _verdict(f"{subject} présent à tort", name, "present", expected.outcome, why)
        if {expected.outcome, mention.outcome.value} <= NAMED:
            yield _of_words(subject, name, expected, mention)
            if expected.level:
                yield _verdict(f"{subject} niveau", name, expected.level, mention.level or "", why)


def _of_words(subject: str, file: str, expected: ExpectedMention, mention: Mention) -> Verdict:
    return Verdict(
        subject=f"{subject} mots",
        file=file,
        expected=" | ".join(expected.wordings),
        found=mention.text,
        right=any(agree(wording, mention.text) for wording in expected.wordings),
        evidence=mention.decided_by,
    )


def _announced(found: Examined) -> str:
    if found.announced is None:
        return "none"
    return found.announced.on.isoformat() if found.announced.on else "no_date"


# --- when words are the same ----------------------------------------------------------------------

_FOOTER = re.compile(
    r"^\s*(?:--\s*$|Envoyé de(?:puis)? mon |Obtenez Outlook|Sent from my |Télécharger Outlook).*$",
    re.MULTILINE,
)
"""What the mail program adds under the writer's words; whether it is theirs is nobody's question."""
_SLACK = 3


def own_words(text: str) -> str:
    """Bring a text down to its words, one space apart, without the mail program's own line."""
    return " ".join(_FOOTER.sub("", text).replace("\ufeff", "").split())


def agree(wording: str, found: str) -> bool:
    """Say whether the words found are the labelled ones: the same, or most of them with little around."""
    mine, theirs = _tokens(wording), _tokens(found)
    if not mine or not theirs:
        return False
    shared = len(mine & theirs)
    whole = mine <= theirs and len(theirs) <= len(mine) + _SLACK
    return whole or 2 * shared / (len(mine) + len(theirs)) >= 0.75


def _tokens(text: str) -> frozenset[str]:
    plain = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in plain if not unicodedata.combining(char)).casefold()
    return frozenset(re.findall(r"\w+", letters))


# --- figures --------------------------------------------------------------------------------------


def scores(seen: Iterable[Verdict]) -> dict[str, Score]:
    """Count, for each nature that was expected, how often it was found and how often rightly."""
    pairs = [(verdict.expected, verdict.found) for verdict in seen]
    expected = Counter(mine for mine, _ in pairs)
    found = Counter(theirs for _, theirs in pairs)
    right = Counter(mine for mine, theirs in pairs if mine == theirs)
    return {
        nature: Score(right=right[nature], expected=expected[nature], found=found[nature])
        for nature in sorted(expected)
    }


def macro(by_nature: Mapping[str, Score]) -> float:
    """The mean F1 over the natures, each of the same weight."""
    return sum(score.f1 for score in by_nature.values()) / (len(by_nature) or 1)


def rate(seen: Sequence[Verdict]) -> float:
    """The share of verdicts that are right; 1 when there is none."""
    return sum(verdict.right for verdict in seen) / len(seen) if seen else 1.0


# --- the page -------------------------------------------------------------------------------------


def by_subject(judged: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    """Put the verdicts of one half in order of what was asked."""
    found: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in judged:
        found[verdict.subject].append(verdict)
    return found


def show(name: str, judged: Sequence[Verdict], say: Callable[[str], None]) -> bool:
    """Print the figures of one half; True when every bound is kept."""
    seen = by_subject(judged)
    say(f"\n=== moitié « {name} » : {len({verdict.file for verdict in judged})} courriels")
    kept = [
        show_natures(seen.pop(f"nature {role}", []), title, say)
        for role, title in ((Role.INBOX, "entrants"), (Role.SENT, "sortants"))
    ]
    say("")
    kept += [show_rate(subject, found, say) for subject, found in seen.items()]
    return all(kept)


def show_natures(seen: Sequence[Verdict], title: str, say: Callable[[str], None]) -> bool:
    """Print precision, recall and F1 of each nature, and which was taken for which."""
    by_nature = scores(seen)
    say(f"\nnature, {title:<28} précision  rappel      F1   (justes / attendus / trouvés)")
    for nature, score in by_nature.items():
        figures = f"{score.precision:9.3f} {score.recall:7.3f} {score.f1:7.3f}"
        say(f"  {nature:<33} {figures}   ({score.right} / {score.expected} / {score.found})")
    mean = macro(by_nature)
    say(f"  {'F1 macro':<33} {mean:25.3f}   {_against(mean >= MACRO_BOUND, MACRO_BOUND)}")
    taken = Counter((v.expected, v.found) for v in seen if not v.right)
    for (expected, found), count in taken.most_common():
        say(f"    {count} × {expected} pris pour {found}")
    return mean >= MACRO_BOUND


def show_rate(subject: str, seen: Sequence[Verdict], say: Callable[[str], None]) -> bool:
    """Print the share that is right, or wrong where the bound is on the wrong, with its counts."""
    right, total = sum(verdict.right for verdict in seen), len(seen)
    if subject in {"humain dit automatique", *(f"{name} présent à tort" for name in MENTIONS)}:
        bound = BOUNDS.get(subject, 0.0)
        share = 1 - rate(seen)
        say(
            f"  {subject:<30} {share:7.3f}  ({total - right} / {total})  {_against(share <= bound, bound)}"
        )
        return share <= bound
    wanted = BOUNDS.get(subject)
    kept = wanted is None or rate(seen) >= wanted
    mark = "" if wanted is None else _against(kept, wanted)
    say(f"  {subject:<30} {rate(seen):7.3f}  ({right} / {total})  {mark}")
    return kept


def _against(kept: bool, bound: float) -> str:  # noqa: FBT001 - read as a sentence
    return f"{'tenue' if kept else 'MANQUÉE'} (borne {bound:g})"


def show_errors(name: str, judged: Iterable[Verdict], say: Callable[[str], None]) -> None:
    """Print each verdict that is wrong, with what it rests on."""
    say(f"\nerreurs de la moitié « {name} »")
    for verdict in sorted(judged, key=lambda verdict: (verdict.subject, verdict.file)):
        if verdict.right:
            continue
        say(f"\n  {verdict.subject} - {verdict.file}")
        say(f"    attendu : {verdict.expected}\n    trouvé  : {verdict.found}")
        if verdict.evidence:
            say(f"    indices : {verdict.evidence}")


def measure(name: str) -> list[Verdict]:
    """Run the program over one half and compare; ValueError when a label makes no sense."""
    judged: list[Verdict] = []
    for label in labels(CORPUS / name):
        if label.mentions and label.nature not in HUMAN_ANSWERS:
            raise ValueError(f"{label.name}: mentions are labelled on human answers only")
        judged += verdicts(label, judge(label))
    return judged


def show_model(name: str, say: Callable[[str], None]) -> bool:
    """Print what the model of names is worth; True when its bounds are kept."""
    answers = [label for label in labels(CORPUS / name) if "author" in label.mentions]
    say("")
    return names.show(answers, lambda label: desk(label.settings), UNDATED, say)


def main() -> int:
    """Measure both halves; 1 with `--strict` when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="montrer les erreurs de « work »")
    parser.add_argument("--show-measure", action="store_true", help="et celles de « measure »")
    parser.add_argument("--half", choices=HALVES, help="une seule moitié")
    parser.add_argument("--strict", action="store_true", help="échouer si une borne est manquée")
    asked = parser.parse_args()
    kept = True
    for name in [asked.half] if asked.half else HALVES:
        judged = measure(name)
        kept &= show(name, judged, print)
        kept &= show_model(name, print)
        if asked.show_measure if name == "measure" else asked.errors:
            show_errors(name, judged, print)
    return int(asked.strict and not kept)


if __name__ == "__main__":
    sys.exit(main())
