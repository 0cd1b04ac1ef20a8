"""What machines add to a mail under the writer's name: nobody's words.

The telephone's line ("Envoyé de mon iPhone"), the antivirus' seal, and above the text the relay's warning about a
sender from outside or the ticket tool's line to answer above.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPACES = re.compile(r"\s+")
_EDGES = " \t\u00a0\u202f\ufeff\u200b\ufffc*_|"

# --- the device's line ----------------------------------------------------------------------------

_TAG_START = re.compile(
    r"[\s*_|]*+(?:envo|sent|get|obt|télé|prove|gesend|von|envia|invia)", re.IGNORECASE
)
_TRACES = ("irus", "nvoy", "ent from", "ent via", "ent with", "Get ", "bten", "élécharg", "rovenance",
           "esendet", "einem", "nvia")  # fmt: skip
"""Letters without which a text holds nothing of the kind; to look for them takes less time than an expression."""
_TAG_LINE = re.compile(
    r"(?:envoyé (?:de(?:puis)?|à partir d['’e]|via|par|avec) ?(?:mon|ma|mes|un|une|l['’]|la|le"
    r"|outlook|yahoo|gmail|proton|courrier|orange|mail|téléphone|iphone|samsung|huawei)"
    r"|sent (?:from|via|with) (?:my|outlook|mail|yahoo|gmail|proton|samsung|typeapp|a )"
    r"|(?:get|obtenir|obtenez|télécharger|téléchargez) (?:outlook|bluemail|l['’]application)"
    r"|provenance\s?: courrier|gesendet von|von meinem|enviado desde|inviato da)[^.!?;,\n]{0,60}\W{0,3}\Z",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"\b(?:i(?:phone|pad|os)|android|mac(?:book)?|mobile|smartphone|téléphone|portable|tablette|appareil|terminal"
    r"|device|phone|tablet|galaxy|samsung|huawei|honor|xiaomi|redmi|oneplus|oppo|pixel|nokia|xperia|blackberry"
    r"|outlook|yahoo|gmail|proton ?mail|k-9|messagerie|courriel|courrier|mail|orange|sfr|bouygues|windows)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"\]?\((?:https?:[^()\s]*)\)|<[^<>]{1,300}>|https?://\S+|\[", re.IGNORECASE)
_EXCUSE = re.compile(
    r"[.,\s]+(?:veuillez |merci d['’]?)?(?:excuser?|pardon(?:ner)?|please excuse|sorry)\b.{0,60}\Z",
    re.IGNORECASE,
)


def is_tag_line(line: str) -> bool:
    """Say whether a line is what a telephone adds by itself."""
    if not _TAG_START.match(line):
        return False
    line = _EXCUSE.sub("", _LINK.sub("", line[:400]).strip(_EDGES))
    line = _SPACES.sub(" ", line.rstrip("]. "))
    if not _TAG_LINE.match(line):
        return False
    return len(line.split()) <= (12 if _DEVICE.search(line) else 5)


def holds_additions(text: str) -> bool:
    """Say whether a text may hold a line or a seal that a machine added: a cheap look."""
    return any(trace in text for trace in _TRACES)


# --- the antivirus' seal --------------------------------------------------------------------------

_SEAL = re.compile(
    r"\W*(?:(?:garanti|message)? ?sans virus"
    r"|(?:cet|ce) (?:e-?mail|courriel|message|courrier électronique) a été (?:vérifié|analysé|scanné) (?:par|avec)"
    r" .{0,80}"
    r"|l['’]absence de virus dans ce (?:courrier électronique|message|courriel) a été vérifiée par .{0,80}"
    r"|aucun virus (?:trouvé|détecté|connu) dans ce message.{0,120}"
    r"|ce message a été vérifié par .{0,40}antivirus.{0,40}"
    r"|virus-free|this (?:e-?mail|message) has been (?:checked|scanned) for viruses by .{0,80})\W*\Z",
    re.IGNORECASE,
)
_SEAL_LINK = re.compile(r"<[^<>\n]*>|https?://\S+|(?<!\w)www\.[\w./-]+|\ufffc", re.IGNORECASE)
_SEAL_LINES = 8


def drop_seal(lines: list[str]) -> None:
    """Drop the antivirus' seal from the end of `lines`."""
    tail = lines[-_SEAL_LINES:]
    if not any("virus" in line.lower() for line in tail):
        return
    for count in range(len(tail), 0, -1):
        joined = _SEAL_LINK.sub(" ", " ".join(tail[-count:])[:1_000])
        if _SEAL.match(_SPACES.sub(" ", joined)):
            del lines[-count:]
            return


# --- above the text -------------------------------------------------------------------------------

_MAY_BE_ADDED = re.compile(
    r"\W*(?:extern|attention|caution|avertis|warning|prudence|vigilance|important|message|courriel|e-?mail|mail"
    r"|exp[ée]diteur|sender|cet?\b|this|the\b|vous n|you don|some people|merci de|veuillez|prière|répond|please|reply"
    r"|type)",
    re.IGNORECASE,
)
"""A cheap look: most mails start with a greeting."""

_WARNING = re.compile(
    r"\W*(?:externe?\b|external\b|attention|caution|avertissement|warning|prudence|vigilance|important"
    r"|(?:message|courriel|e-?mail|mail|expéditeur|sender)\s(?:externe|extérieur|external)"
    r"|(?:ce|cet|this|the) (?:message|courriel|e-?mail|mail|sender)\b"
    r"|vous n['’](?:obtenez|recevez) pas souvent|you don['’]t often (?:get|receive)|some people who received)",
    re.IGNORECASE,
)
_FROM_OUTSIDE = re.compile(r"extern|extér|outside|souvent|often", re.IGNORECASE)
_BEWARE = re.compile(
    r"\bne (?:pas )?cliqu|\bn['’]ouvr|\bne pas ouvrir|\bsoyez\b|avant d['’]ouvrir|avant de cliquer|vérifiez"
    r"|assurez-vous|évitez|faites preuve|méfiez|do not|don['’]t|unless|be (?:careful|cautious)|exercise caution"
    r"|aka\.ms/|pourquoi (?:c|il)|why this is",
    re.IGNORECASE,
)
_ANNOUNCED = re.compile(
    r"\W*(?:(?:message|courriel|e-?mail|mail|expéditeur|sender) (?:externe|external)|externe|external)\W*\Z",
    re.IGNORECASE,
)
_ANSWER_ABOVE = re.compile(
    r"[-#=*_~\s]{2,}(?:(?:merci de |veuillez |prière de )?répond(?:re|ez)|(?:please )?(?:reply|type your reply))"
    r"\W{1,3}(?:au-dessus|ci-dessus|above).{0,60}\Z",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_=*–—-]{4,}\s*\Z")
_WARNING_LINES = 6
_LONGEST = 600
_WIDEST = 100
"""No line of plain text that was folded is longer."""
_WARNINGS = 3


def past_additions(lines: Sequence[str]) -> int:
    """Where the text starts below what a relay or a ticket tool put above it."""
    here = 0
    for _ in range(_WARNINGS):
        first = here
        while first < len(lines) and not lines[first].strip(_EDGES):
            first += 1
        end = _end_of_addition(lines, first)
        if end == first:
            return here
        here = end
    return here


def _end_of_addition(lines: Sequence[str], at: int) -> int:
    """The line after the addition that starts at line `at`, or `at` when none does."""
    if at == len(lines):
        return at
    line = lines[at][:_LONGEST]
    if not _MAY_BE_ADDED.match(line):
        return at
    if _ANSWER_ABOVE.match(line) or _ANNOUNCED.match(line):
        return at + 1
    if not _WARNING.match(line):
        return at
    text = ""
    for end in range(at, min(at + _WARNING_LINES, len(lines))):
        line = lines[end].strip(_EDGES)
        if not line or len(text) > _LONGEST:
            return at
        text = f"{text} {line}"
        if _is_last(lines, end) and _FROM_OUTSIDE.search(text) and _BEWARE.search(text):
            return _past_rule(lines, end + 1)
    return at


def _is_last(lines: Sequence[str], at: int) -> bool:
    """Say whether a warning may end with line `at`: a whole paragraph of HTML, a sentence, a link, or nothing below."""
    line = lines[at].rstrip(_EDGES)
    below = lines[at + 1] if at + 1 < len(lines) else ""
    whole = len(line) > _WIDEST or line.endswith((".", "!", ">", ")", "important"))
    return whole or not below.strip(_EDGES) or bool(_RULE.match(below))


def _past_rule(lines: Sequence[str], at: int) -> int:
    return at + 1 if at < len(lines) and _RULE.match(lines[at]) else at
