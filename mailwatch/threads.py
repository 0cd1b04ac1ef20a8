"""Which messages speak of the same question: subjects, references, quoted words, and how well they tie.

A tie is never a link by itself: `triage` chooses among the requests of the persons a message is from or to,
and a stranger is linked on words only, at low confidence. Texts are compared by sketches, sampled digests of
word sequences, so that a fact holds no body and a text is found again inside a longer one whatever its line
breaks.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import compress
from zlib import crc32

from mailwatch.model import Fact, Nature, Role
from mailwatch.wording import Words, fold, fold_text

SEQUENCE = 4
"""Words in a sequence that a sketch remembers."""
SAMPLE = 4
"""One sequence in so many is kept, chosen by its first word: the same ones wherever the words stand."""
SKETCH_LIMIT = 128
OWN_SKETCH_LIMIT = 24
"""Enough of a text to look for in others; a text that is searched needs all of its own."""
FIRST = 2
"""How many digests of a question it is found by, in any text that quotes most of it."""
_ENOUGH = 0.5
"""The share of a request's sequences that must be quoted for the quotation to be its own."""
_SAME = 0.8

_PREFIX = re.compile(
    r"(?:(?:re|ré|rép|réf|ref|réponse|tr|transf|transfert|fwd|fw|wg|aw|rv|vs|sv|antw|rif|rappel|urgent"
    r"|erratum|rectificatif|complément"
    r"|(?:\d\s*(?:e|è|ème|eme|nde?)\s*)?relance)\s*\.?(?:\s*\[\d+\]|\s*\(\d+\))?\s*[:：]"
    r"|\[[^\[\]]{0,40}\]|\{[^{}]{0,40}\})\s*",
    re.IGNORECASE,
)
"""What programs and ticket tools put before a subject: `Rép. :`, `[EXTERNE]`, `[GLPI #0000118]`."""
_TRAILER = re.compile(
    r"\s*(?:\((?:fwd|tr|relance|urgent)\)|[\[(](?=[^\[\]()]{0,40}(?:\d{3}|#|n°|réf))[^\[\]()]{1,40}[\])]"
    r"|[-–:,]\s*(?:urgent|relance)\s*!*)\s*\Z",
    re.IGNORECASE,
)
"""And behind it: `(relance)`, `[réf:118]`, `- URGENT`."""
_LONGEST_SUBJECT = 1_000
EMPTY_SUBJECTS = frozenset(
    fold(words)
    for words in (
        "", "bonjour", "demande", "demande de renseignement", "demande de renseignements", "demande d information",
        "demande d informations", "renseignement", "renseignements", "question", "information", "informations",
        "contact", "message", "urgent", "sans objet", "pas d objet", "aucun objet", "no subject",
        "formulaire de contact",
        "votre demande", "votre message", "votre courriel", "reponse", "nouveau message", "madame monsieur",
    )
)  # fmt: skip
"""Subjects that everybody writes: they tie nobody to anybody."""
_DIGITS = re.compile(r"\d\d*(?:[-_/.]?\w+){0,8}")
"""One digit, then more: a pattern that begins with a repetition takes twice as long to search for."""
_BEFORE = re.compile(
    r"(?:\bn[°ºo]?|\bnum[ée]ro|\br[ée]f\w{0,10}|\bdossier|\bticket|#)[\s:.]{0,4}([A-Z]{0,6}[-_/.]?)$",
    re.IGNORECASE,
)
_REACH = 24
"""Characters before a number in which a word may announce it."""
_MONTHS = {
    month: number
    for number, month in enumerate(
        ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout",
         "septembre", "octobre", "novembre", "decembre"), start=1)
}  # fmt: skip
_YOUR_MAIL_OF = re.compile(
    r" (?:courriel|message|mail|email|demande|courrier|lettre)s? (?:\w+ ){0,3}(?:du|des) "
    r"(?:lundi |mardi |mercredi |jeudi |vendredi |samedi |dimanche )?"
    r"(\d{1,2})(?:er)? (?:et (?:du )?(\d{1,2}) )?(\w+) "
)


class Tie(StrEnum):
    """One reason to think that a message belongs to a thread, the strongest first."""

    CORRECTED = "corrected"
    """A person put it there."""
    PARENT = "parent"
    """It answers a message of the thread (In-Reply-To, or the last of References)."""
    REFERENCE = "reference"
    """It names a message of the thread, or one that the thread names too."""
    SAME_TEXT = "same_text"
    QUOTED = "quoted"
    """It quotes the words of a message of the thread."""
    IDENTIFIER = "identifier"
    """It names the same file number, or the day of the thread's first message."""
    SUBJECT = "subject"


@dataclass(slots=True, kw_only=True)
class Thread:
    """What is known of the messages of one question, grown as they are read."""

    # Tuples, since most threads hold two or three messages and a set costs as much as a mail.
    messages: tuple[str, ...] = ()
    """Identifiers of its messages."""
    named: tuple[str, ...] = ()
    """Identifiers that its messages referred to before they were seen, if ever."""
    subjects: tuple[str, ...] = ()
    sketches: tuple[bytes, ...] = ()
    identifiers: tuple[str, ...] = ()

    def add(self, fact: Fact) -> None:
        """Take in one more message of the same question."""
        self.hold(fact)
        unseen = (name for name in fact.references if name not in self.messages)
        self.named = adding(self.named, unseen)
        if fact.subject:
            self.subjects = adding(self.subjects, (fact.subject,))
        self.identifiers = adding(self.identifiers, fact.identifiers)
        if question := asked(fact):
            self.sketches += (question,)

    def hold(self, fact: Fact) -> None:
        """Know `fact` again where others name it, whatever it says."""
        if fact.message_id:
            self.messages = adding(self.messages, (fact.message_id,))

    def ties(self, fact: Fact) -> tuple[Tie, ...]:
        """Every reason to think that `fact` belongs here, the strongest first."""
        found: list[Tie] = []
        if fact.references and fact.references[-1] in self.messages:
            found.append(Tie.PARENT)
        if self._refers(fact):
            found.append(Tie.REFERENCE)
        if any(alike(sketch, fact.sketch) for sketch in self.sketches):
            found.append(Tie.SAME_TEXT)
        if any(quotes(fact.quoted_sketch, sketch) for sketch in self.sketches):
            found.append(Tie.QUOTED)
        if any(name in self.identifiers for name in fact.identifiers):
            found.append(Tie.IDENTIFIER)
        if fact.subject in self.subjects and _subject_speaks(fact):
            found.append(Tie.SUBJECT)
        return tuple(found)

    def is_quoted(self, digest: int, fact: Fact) -> bool:
        """Say whether `fact` quotes a text of the thread that has `digest` among its first ones."""
        return any(
            digest in array("I", sketch)[:FIRST] and quotes(fact.quoted_sketch, sketch)
            for sketch in self.sketches
        )

    def _refers(self, fact: Fact) -> bool:
        return any(
            reference in self.messages or reference in self.named for reference in fact.references
        ) or (fact.message_id in self.named if fact.message_id else False)


def adding(known: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """`known` with what is new in `more`, in order."""
    new = tuple(dict.fromkeys(word for word in more if word not in known))
    return known + new if new else known


def asked(fact: Fact) -> bytes:
    """The sketch of a citizen's words in `fact`: its own, or those a colleague passes on; none for ours."""
    if fact.answer is not None or fact.role is Role.SENT:
        return b""
    return fact.quoted_sketch if fact.reading.nature is Nature.INTERNAL else fact.sketch


def _subject_speaks(fact: Fact) -> bool:
    """A subject that everybody writes, or that a form's robot wrote, tells nothing."""
    relayed = fact.role is Role.INBOX and fact.sender != fact.reading.correspondent
    return fact.subject not in EMPTY_SUBJECTS and not relayed


def base_subject(subject: str) -> str:
    """Strip what replies, forwards, reminders and tools add to `subject`, and fold it (RFC 5256 section 2.1)."""
    plain = " ".join(subject.split())[:_LONGEST_SUBJECT]
    while (shorter := _shorter(plain)) != plain:
        plain = shorter
    return " ".join(re.findall(r"\w+", fold_text(plain)))


def _shorter(subject: str) -> str:
    """`subject` without one addition, if it has any; a tag that is all of it stays."""
    prefix = _PREFIX.match(subject)
    if prefix is None:
        return _TRAILER.sub("", subject) or subject
    rest = subject[prefix.end() :]
    return rest if rest or prefix.group()[0] not in "[{" else subject


def sketch(words: Sequence[str], limit: int = SKETCH_LIMIT) -> bytes:
    """Digest folded words into a sorted sample of their sequences; empty when there are hardly any."""
    count = len(words) - SEQUENCE + 1
    if count < 1:
        return b""
    kept = [*compress(range(count), map(_starts_sample, words))] or [count // 2]
    digests = {crc32(" ".join(words[at : at + SEQUENCE]).encode()) for at in kept}
    return array("I", sorted(digests)[:limit]).tobytes()


@lru_cache(maxsize=8192)
def _starts_sample(word: str) -> bool:
    return crc32(word.encode()) % SAMPLE == 0


def quotes(quoted: bytes, own: bytes) -> bool:
    """Say whether the text sketched as `quoted` holds most of the text sketched as `own`."""
    return _contained(own, quoted) >= _ENOUGH


def alike(first: bytes, second: bytes) -> bool:
    """Say whether two sketched texts are the same but for a few words."""
    return _contained(first, second) >= _SAME and _contained(second, first) >= _SAME


def _contained(part: bytes, whole: bytes) -> float:
    if not part or not whole:
        return 0.0
    wanted = array("I", part)
    return len(set(wanted).intersection(array("I", whole))) / len(wanted)


def identifiers(subject: str, words: Words) -> tuple[str, ...]:
    """File numbers that a subject or a text names, and the day of the mail it says it answers (`@03-02`).

    A number needs four digits at least and a word that announces it, so that telephone numbers, postal codes
    and sums of money tie nobody to anybody.
    """
    found = {number for text in (subject, words.text) for number in _numbers(text)}
    for first, second, month in _YOUR_MAIL_OF.findall(words.line):
        number = _MONTHS.get(month) or (int(month) if month.isdigit() else 0)
        if 1 <= number <= 12:
            found.update(day_mark(number, int(day)) for day in (first, second) if day)
    return tuple(sorted(found))


def _numbers(text: str) -> Iterator[str]:
    for digits in _DIGITS.finditer(text):
        number = digits.group()
        if len(number) < 4 or sum(map(str.isdigit, number)) < 4:
            continue
        announced = _BEFORE.search(text[max(0, digits.start() - _REACH) : digits.start()])
        if announced:
            yield fold(announced.group(1) + number).strip("-_/.")


def day_mark(month: int, day: int) -> str:
    """The identifier that stands for a mail of that day of the year."""
    return f"@{month:02}-{day:02}"


def strength(ties: Iterable[Tie]) -> int:
    """How strongly `ties` speak, a larger number for a stronger one; 0 for none."""
    order = list(Tie)
    return max((len(order) - order.index(tie) for tie in ties), default=0)
