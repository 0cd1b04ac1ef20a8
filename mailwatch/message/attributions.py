"""Attributions: the sentence above a quotation that says who wrote it and when ("Le … a écrit :").

Programs write it in one sentence of a fixed shape, in the order of their own; people write such sentences too, so
that each shape asks for what a person leaves out: a time of day, an address, or marked lines below.
"""

from __future__ import annotations

import re

VERB = (
    "(?:a|à|Ã)\\s(?:(?:[ée?\ufffd]|Ã©)?crit|répondu|rédigé)|wrote|writes|schrieb|geschrieben|ha scritto|escribió"
    "|escreveu|schreef"
    "|napisał(?:\\(a\\))?|írta|kirjoitti|skrev|a scris|yazdı|napsal(?:\\(a\\))?|пишет|написал(?:\\(а\\))?"
    "|пише|şunu yazdı|كتبت?|写道"
)
_WROTE = re.compile(rf"(?<![\w'’])(?:{VERB})(?!\w)", re.IGNORECASE)
_ENDS_WROTE = re.compile(rf"(?<![\w'’])(?:{VERB})\s*(?:\(\w\))?[\s:：.…-]*\Z", re.IGNORECASE)
_ENDS_YOU_WROTE = re.compile(r",?\svous avez écrit\s?:\Z", re.IGNORECASE)
_SELDOM = re.compile("répondu|rédigé", re.IGNORECASE)
"""What persons write more often than programs do."""
_ON_ONE_LINE = re.compile(rf"(.{{10,250}}?(?<![\w'’])(?:{VERB})\s?:)\s+\S", re.IGNORECASE)
_TOLD_SOMEBODY = re.compile(
    r"(?:\b(?:nous|vous|lui|leur|qui|on|elle|il|ils|elles|me|en|y|ne|also|i)\s|\b[mtljns]['’]\s?)(?:a\s|wrote)",
    re.IGNORECASE,
)
_PREPOSITION = (
    r"(?=[adeilopwîвуف])(?:le|[ei]l|em|o[np]|a[mt]?|på|în|в|у|في|d(?:en|nia|ne|ňa|ate)|in data|en date du|w dniu"
    r"|dans un (?:e-?mail|message|courriel))[^\S\n]"
)
START = rf"(?:{_PREPOSITION}|\d|[^\W\d_]{{2,10}}+[.,]?,?[^\S\n]\d)"
_STARTS = re.compile(START, re.IGNORECASE)
_STARTS_ANEW = re.compile(_PREPOSITION, re.IGNORECASE)
_ACCORDING = re.compile(
    r"(?:selon|citation(?: de)?|en réponse à|quoting|citando a|zitat von)\s", re.IGNORECASE
)
"""The webmail of Horde names the writer alone."""
ADDRESS = re.compile(
    r"(?<![^\s<>()\[\]\"'«»,;:])([^\s<>()\[\]\"'«»,;:@]{1,64}@[^\s<>()\[\]\"'«»,;:@]{1,255})"
)
_ENDS_ADDRESS = re.compile(r"<[^<>\s@]{1,64}@[^<>\s@]{1,255}>\)?[\s\w(),]{0,20}[:：]\Z")
CLOCK = re.compile(
    r"\d{1,2}\s?(?:[:hH.]|heures?)\s?\d{2}(?!\d{2})|\d{1,2}\s?[hH]\b|\d\s?[ap]\.?m\b", re.IGNORECASE
)
_YEAR = re.compile(
    r"\b(?:19|20)\d{2}\b|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}(?:er)?\s[^\W\d_]{3,10}\.?\s"
)
_LAST = (":", "：", "wrote", "écrit", "----")
_LONGEST = 400


def starts(line: str) -> bool:
    """Say whether a line, its edges stripped, may start an attribution."""
    return bool(_STARTS.match(line))


def starts_anew(line: str) -> bool:
    """Say whether a line may start an attribution and can hardly go on with one."""
    return bool(_STARTS_ANEW.match(line))


def ends(line: str) -> bool:
    """Say whether a line, its edges stripped, may end one."""
    return line.endswith(_LAST)


def attributes(text: str, *, quoted_below: bool) -> bool:
    """Say whether `text`, white space made single, attributes a quotation to somebody."""
    if len(text) >= _LONGEST:
        return False
    wrote = _WROTE.search(text)
    if wrote and _TOLD_SOMEBODY.search(text[max(0, wrote.start() - 12) : wrote.end()]):
        return False
    when = bool(_YEAR.search(text)) and bool(CLOCK.search(text))
    addressed = "@" in text and bool(ADDRESS.search(text))
    opens = starts(text)
    if wrote and _ENDS_WROTE.search(text):
        if quoted_below:
            return len(text) < 300 and (opens or len(text) < 120)
        told = addressed or (when and not _SELDOM.search(wrote.group())) or _on_you_wrote(text)
        return opens and told and any(sign.isdigit() for sign in text)
    if wrote and text.endswith((":", "：", "wrote")):
        return ((opens or addressed) and (when or addressed)) or (when and quoted_below)
    if quoted_below and _names_alone(text, addressed=addressed, opens=opens):
        return True
    return opens and when and bool(_ENDS_ADDRESS.search(text) or (addressed and quoted_below))


def attributes_on_one_line(line: str) -> bool:
    """Say whether an attribution stands on one line with the first words that it quotes."""
    match = _ON_ONE_LINE.match(line) if "@" in line and starts(line) else None
    return (
        match is not None
        and bool(CLOCK.search(match[1]))
        and attributes(match[1], quoted_below=False)
    )


def _names_alone(text: str, *, addressed: bool, opens: bool) -> bool:
    """Say whether a sentence above marked lines names the writer without the verb, or the reader as the writer."""
    if addressed and text.endswith(":") and _ACCORDING.match(text):
        return True
    return opens and bool(_ENDS_YOU_WROTE.search(text))


def _on_you_wrote(text: str) -> bool:
    """English programs leave out the time; `On … wrote` with a year is enough."""
    return text.startswith("On ") and bool(re.search(r"\b20\d\d\b", text))


_PART_OF_DAY = re.compile(
    r"\A[\s,]*(?:[ap]\.?\s?m\b\.?|uhr\b)?[\s,]*(?:(?:schrieb|schreef|skrev|ha scritto|escribió|escreveu)\s)?",
    re.IGNORECASE,
)
"""What stands between the clock and the name: the half of the day, a verb that goes before its subject."""
_REMARK = re.compile(r"\s*\([^()]{0,80}\)?[\s<\[]*\Z")
"""A remark after the name, whose second bracket the address may have cut off: `(par Internet)`."""


def attributed_to(text: str) -> str:
    """The name and address inside an attribution, as an address list would hold them."""
    match = ADDRESS.search(text)
    wrote = _WROTE.search(text)
    before = text[: match.start()] if match else text[: wrote.start() if wrote else len(text)]
    before = _ACCORDING.sub("", before, count=1)
    clocks = list(CLOCK.finditer(before))
    name = before[clocks[-1].end() :] if clocks else before.rpartition(",")[2]
    name = _PART_OF_DAY.sub("", name, count=1)
    name = re.sub(r"\A[^,]{0,25},\s", "", name) if "," in name else name
    name = _REMARK.sub("", name)
    name = name.strip(" ,:-–—«»\"'<>[]()|\u00a0")
    return f'"{name}" <{match[1]}>' if match else name
