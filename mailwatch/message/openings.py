"""What mail programs write above the message they quote or pass on, in the languages a préfecture meets.

Three kinds: an attribution ("Le … a écrit :", on one to four lines), a header block ("De : / Envoyé : / À : /
Objet :"), and a separator ("-----Message d'origine-----", "---------- Message transféré ---------"), which a
header block usually follows. People write such words too: an attribution needs a time or an address, a
header block without separator needs a sender, a sending time and one more field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mailwatch.message.fields import parse_addresses
from mailwatch.model import Address

_FOLDED = 4
"""How many lines an attribution may be folded over."""
_FIELD_LINES = 40
_SPACES = re.compile(r"\s+")
_DECORATION = frozenset("-_=–—#~")
_EDGES = " \t\u00a0\u202f\ufeff\u200b*_|>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Where a quoted message opens: its first line, the line after, and what was said of it."""

    start: int
    end: int
    forwards: bool = False
    """It says by itself that the message is passed on."""
    block: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)
    """Values by role: `from`, `sent`, `to`, `cc`, `subject`; or the whole `attribution`."""

    @property
    def sender(self) -> Address | None:
        """The writer of the quoted message, as far as the opening names one."""
        attribution = self.fields.get("attribution")
        return _sender(_attributed_to(attribution) if attribution else self.fields.get("from", ""))


def stops(text: str) -> list[int]:
    """The numbers of the lines marked as quotation, or where an opening could start: a cheap look at each."""
    return [number for number, stop in enumerate(_STOP.findall(text)) if stop]


def read_opening(lines: Sequence[str], at: int) -> Opening | None:
    """Read the opening that starts at line `at`, if one does."""
    line = lines[at].strip(_EDGES)
    if not line:
        return None
    separator = _read_separator(lines, at, line)
    if separator:
        return separator
    if ":" in line[:40]:
        block = _read_block(lines, at)
        if block and _stands_alone(block.fields):
            return block
    return _read_attribution(lines, at)


# --- separators -----------------------------------------------------------------------------------

_QUOTES = (
    "message d['’´]?\\s?origine|(?:message|mail|courriel|e-mail|courrier) (?:original|initial|d['’]origine)"
    "|original (?:message|appointment)|(?:rendez-vous|réunion) d['’]origine|ursprüngliche nachricht"
    "|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)"
    "|opprinnelig melding|ursprungligt meddelande|reply (?:message|above)|message de réponse"
)
_FORWARDS = (
    "(?:message|courriel|mail|e-mail|courrier) (?:transféré|réexpédié|transmis|redirigé|forwardé)"
    "|forwarded (?:message|mail|by|e-?mail|from)|weitergeleitete (?:nachricht|e-?mail)|mensaje (?:reenviado|enviado)"
    "|messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|videresendt (?:besked|melding)"
    "|vidarebefordrat meddelande|(?:transféré|réexpédié|transmis) par"
)
_SEPARATOR = re.compile(
    rf"[-_=–—*#>~\s]{{2,60}}(?:(?P<forwards>{_FORWARDS})|(?:{_QUOTES}))\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_BARE_SEPARATOR = re.compile(
    r"(?:(?P<forwards>début (?:du|de) (?:message|mail|courriel|l['’]e-?mail) (?:réexpédié|transféré|transmis)"
    r"|begin(?:ning of)? forwarded message|anfang der weitergeleiteten (?:nachricht|e-?mail)"
    r"|inizio (?:del )?messaggio inoltrato|inicio del mensaje reenviado|início da mensagem (?:re)?encaminhada"
    r"|begin doorgestuurd bericht)"
    rf"|(?P<plain_forward>{_FORWARDS})|(?:{_QUOTES}))\s*:?\s*\Z",
    re.IGNORECASE,
)
_LABEL_INSIDE = re.compile(
    "(?<![^\\W\\d_])(?=(?:De|À|A|Cc|Date|Envoyé(?: le)?|Objet|Sujet|From|To|Sent|Subject)[ \u00a0]?:)"
)


def _read_separator(lines: Sequence[str], at: int, line: str) -> Opening | None:
    bare = False
    match = (
        _SEPARATOR.match(lines[at][:400])
        if line[0] in "-_=–—#~" or lines[at].lstrip()[:1] in "*_"
        else None
    )
    if match is None and len(line) < 60:
        match = _BARE_SEPARATOR.match(line)
        bare = match is not None and not match["forwards"]
    if match is None:
        return None
    rest = (
        ""
        if match.re is _BARE_SEPARATOR
        else lines[at][match.start("rest") :].strip(" \t\u00a0-_=–—*:#~")
    )
    below = _next_written(lines, at + 1)
    block = _read_inline_block(rest, at) or (_read_block(lines, below) if below - at <= 4 else None)
    if bare and block is None:
        return None
    forwards = bool(match["forwards"]) or (bare and bool(match["plain_forward"]))
    if block is None:
        return Opening(start=at, end=at + 1, forwards=forwards, block=True)
    return Opening(start=at, end=block.end, forwards=forwards, block=True, fields=block.fields)


def _read_inline_block(rest: str, at: int) -> Opening | None:
    """Read fields that follow a separator on its own line, as Yahoo writes them."""
    if ":" not in rest:
        return None
    block = _read_block(_LABEL_INSIDE.split(rest), 0) or _read_block(
        _LABEL_INSIDE.split(rest)[1:], 0
    )
    return Opening(start=at, end=at + 1, block=True, fields=block.fields) if block else None


# --- header blocks --------------------------------------------------------------------------------

_LABELS = {
    label: role
    for role, labels in {
        "from": "de|from|von|da|van|fra|från|expéditeur|émetteur|emetteur|remitente|mittente|od|lähettäjä",
        "sent": "envoyé|envoyé le|envoyée|envoye|date|date d'envoi|date d’envoi|sent|sent on|gesendet|gesendet am|datum"
        "|enviado|enviado el|enviada|enviada em|fecha|inviato|data|verzonden|sendt|skickat|dato|message du|reçu|reçu le"
        "|received",
        "to": "à|a|to|an|para|pour|aan|til|till|destinataire|destinataires|destinatario|destinatari|komu",
        "cc": "cc|copie|copie à|copies|copie carbone|cci|bcc|kopie|copia|c.c",
        "subject": "objet|sujet|subject|betreff|asunto|oggetto|assunto|onderwerp|emne|ämne|re|titre",
        "other": "reply-to|répondre à|reply to|importance|priorité|priority|pièces jointes|pièce jointe|pj|attachments"
        "|organisation|organization|sensibilité|catégories|list-id|return-path|message-id|x-mailer|wichtigkeit|anlagen",
    }.items()
    for label in labels.split("|")
}  # fmt: skip
_CLOCK = re.compile(
    r"\d{1,2}\s?(?:[:hH.]|heures?)\s?\d{2}(?!\d{2})|\d{1,2}\s?[hH]\b|\d\s?[ap]\.?m\b", re.IGNORECASE
)


def _label(line: str) -> tuple[str, str] | None:
    """The role and the value of a line such as `De : …`, decoration aside."""
    mark = line.find(":", 0, 40)
    if mark < 1:
        return None
    role = _LABELS.get(_SPACES.sub(" ", line[:mark].strip(_EDGES)).lower())
    return (role, line[mark + 1 :].strip(_EDGES.replace(">", ""))) if role else None


def _read_block(lines: Sequence[str], at: int) -> Opening | None:
    """Read a header block; None when there are not two fields, one of them a sender or a subject."""
    fields: dict[str, str] = {}
    last = ""
    here = at
    while here < min(len(lines), at + _FIELD_LINES):
        line = lines[here].strip(_EDGES)
        found = _label(line)
        if found:
            role, value = found
            if role in fields and role != "other":
                break
            fields[role] = value
            last = role
        elif not line:
            below = _next_written(lines, here)
            following = (
                _label(lines[below].strip(_EDGES))
                if below < len(lines) and below - here <= 2
                else None
            )
            if not following or following[0] in fields or not fields:
                break
            here = below
            continue
        elif _continues(last, fields, line):
            fields[last] = f"{fields[last]} {line}".strip()
        else:
            break
        here += 1
    known = fields.keys() - {"other"}
    if len(known) < 2 or not known & {"from", "subject"}:
        return None
    return Opening(start=at, end=here, block=True, fields=fields)


def _continues(last: str, fields: Mapping[str, str], line: str) -> bool:
    """Say whether a line without label goes on with the field above it."""
    if not last:
        return False
    if not fields[last]:
        return len(line) < 300
    if last not in ("from", "to", "cc", "other"):
        return False
    return (
        "@" in line or fields[last].endswith((";", ",")) or (line.endswith(";") and len(line) < 300)
    )


def _stands_alone(fields: Mapping[str, str]) -> bool:
    """Say whether a block without separator is one: memos and forms have such lines, without a sending time."""
    if not {"from", "sent"} <= fields.keys() or not {"to", "subject"} & fields.keys():
        return False
    return bool(_CLOCK.search(fields["sent"])) or "@" in fields["from"]


# --- attributions ---------------------------------------------------------------------------------

_VERB = (
    "(?:a|à)\\s(?:écrit|ecrit|répondu|rédigé)|wrote|writes|schrieb|geschrieben|ha scritto|escribió|escreveu|schreef"
    "|napisał(?:\\(a\\))?|írta|kirjoitti|skrev|a scris|yazdı|napsal(?:\\(a\\))?|пишет|написал(?:\\(а\\))?"
)
_WROTE = re.compile(rf"(?<![\w'’])(?:{_VERB})(?!\w)", re.IGNORECASE)
_ENDS_WROTE = re.compile(rf"(?<![\w'’])(?:{_VERB})\s*(?:\(\w\))?[\s:：.…-]*\Z", re.IGNORECASE)
_TOLD_SOMEBODY = re.compile(
    r"(?:\b(?:nous|vous|lui|leur|qui|on|elle|il|ils|elles|me|en|y|ne|also|i)\s|\b[mtljns]['’]\s?)(?:a\s|wrote)",
    re.IGNORECASE,
)
_START = (
    r"(?:(?=[adeilopw])(?:le|[ei]l|em|o[np]|a[mt]?|på|d(?:en|nia|ate)|in data|en date du|w dniu)[^\S\n]"
    r"|\d|[^\W\d_]{2,10}+[.,]?,?[^\S\n]\d)"
)
_STARTS = re.compile(_START, re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?<![^\s<>()\[\]\"'«»,;:])([^\s<>()\[\]\"'«»,;:@]{1,64}@[^\s<>()\[\]\"'«»,;:@]{1,255})"
)
_ENDS_ADDRESS = re.compile(r"<[^<>\s@]{1,64}@[^<>\s@]{1,255}>\)?[\s\w(),]{0,20}[:：]\Z")
_YEAR = re.compile(
    r"\b(?:19|20)\d{2}\b|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}(?:er)?\s[^\W\d_]{3,10}\.?\s"
)
_LAST = (":", "：", "wrote", "écrit", "----")


_STOP = re.compile(
    r"(?:(?=.{0,59}:|[ \t\u00a0\ufeff]{0,3}>|.*@"
    rf"|[{re.escape(_EDGES)}]*+(?:[{re.escape(''.join(sorted(_DECORATION)))}]|{_START})"
    r"|(?!.{60}).*?[mnbc](?:ess|ail|achricht|ericht|ourrie))(.))?.*\n?",
    re.IGNORECASE,
)
"""A line, and its first character when it may open a quotation."""


def _ends_attribution(line: str) -> bool:
    return line.rstrip(_EDGES).endswith(_LAST)


def _read_attribution(lines: Sequence[str], at: int) -> Opening | None:
    text = ""
    for end in range(at, min(at + _FOLDED, len(lines))):
        line = lines[end].strip(_EDGES if end == at else " \t\u00a0>*")
        if not line or len(text) > 400:
            return None
        if end > at and _STARTS.match(line) and not _STARTS.match(text):
            return None
        text = f"{text} {line}" if text else line
        if _ends_attribution(line):
            quoted_below = _is_marked_below(lines, end + 1)
            clean = " ".join(text.split()).strip("- ")
            if len(clean) < 400 and _attributes(clean, quoted_below=quoted_below):
                return Opening(start=at, end=end + 1, fields={"attribution": clean})
    return None


def _attributes(text: str, *, quoted_below: bool) -> bool:
    """Say whether `text`, white space made single, attributes a quotation to somebody."""
    wrote = _WROTE.search(text)
    if wrote and _TOLD_SOMEBODY.search(text[max(0, wrote.start() - 12) : wrote.end()]):
        return False
    when = bool(_YEAR.search(text)) and bool(_CLOCK.search(text))
    addressed = "@" in text and bool(_ADDRESS.search(text))
    starts = bool(_STARTS.match(text))
    if not starts and not wrote:
        return False
    if wrote and _ENDS_WROTE.search(text):
        if quoted_below:
            return len(text) < 300 and (starts or len(text) < 120)
        return (
            starts and bool(re.search(r"\d", text)) and (when or addressed or _on_you_wrote(text))
        )
    if wrote and text.endswith((":", "：", "wrote")):
        return (starts or addressed) and (when or addressed)
    return starts and when and bool(_ENDS_ADDRESS.search(text) or (addressed and quoted_below))


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


def _attributed_to(text: str) -> str:
    """The name and address inside an attribution, as an address list would hold them."""
    match = _ADDRESS.search(text)
    wrote = _WROTE.search(text)
    before = text[: match.start()] if match else text[: wrote.start() if wrote else len(text)]
    clocks = list(_CLOCK.finditer(before))
    name = before[clocks[-1].end() :] if clocks else before.rpartition(",")[2]
    name = _PART_OF_DAY.sub("", name, count=1)
    name = re.sub(r"\A[^,]{0,25},\s", "", name) if "," in name else name
    name = _REMARK.sub("", name)
    name = name.strip(" ,:-–—«»\"'<>[]()|\u00a0")
    return f'"{name}" <{match[1]}>' if match else name


# --- the device's line ----------------------------------------------------------------------------

_TAG_START = re.compile(
    r"[\s*_|]*+(?:envo|sent|get|obt|télé|prove|gesend|von|envia|invia)", re.IGNORECASE
)
_TAG_LINE = re.compile(
    r"(?:envoyé (?:de(?:puis)?|à partir d['e’]|via|par|avec) ?(?:mon|ma|mes|un|une|l['’]|la|le"
    r"|outlook|yahoo|gmail|proton|courrier|orange|mail|téléphone|iphone|samsung|huawei)"
    r"|sent (?:from|via|with) (?:my|outlook|mail|yahoo|gmail|proton|samsung|typeapp|a )"
    r"|(?:get|obtenir|obtenez|télécharger|téléchargez) (?:outlook|bluemail|l['’]application)"
    r"|provenance\s?: courrier|gesendet von|von meinem|enviado desde|inviato da)[^.!?;,\n]{0,60}"
    r"(?:<[^<>]{1,200}>)?\W{0,3}\Z",
    re.IGNORECASE,
)


def is_tag_line(line: str) -> bool:
    """Say whether a line is what a telephone adds by itself: nobody's words."""
    if not _TAG_START.match(line):
        return False
    line = _SPACES.sub(" ", line[:400].strip(" \t\u00a0*_|"))
    return bool(_TAG_LINE.match(line)) and len(line.partition("<")[0].split()) <= 9


# --- senders --------------------------------------------------------------------------------------

_MAILTO = re.compile(r"[<\[(]\s*mailto:[^<>\[\]()]*[>\])]", re.IGNORECASE)
_BEHALF = re.compile(
    r"\s(?:de la part de|on behalf of|pour le compte de|im auftrag von|via)\s.*",
    re.IGNORECASE | re.DOTALL,
)


def _sender(text: str) -> Address | None:
    """The first mailbox of a `De :` value, in the many ways programs write one."""
    text = _SPACES.sub(" ", text[:1_000])
    match = _ADDRESS.search(text)
    if match is None:
        name = text.strip(" *'\"«»<>[]")
        return Address(name=name, address="") if name else None
    name = re.sub(
        r"[<\[(]?\s*mailto:\Z", "", _MAILTO.sub(" ", text[: match.start()]), flags=re.IGNORECASE
    )
    name = _BEHALF.sub("", f" {name} ").strip(" *'\"«»<>[](),;")
    found = parse_addresses([f"<{match[1]}>"])
    address = found[0].address if found else ""
    return Address(name="" if name.lower() == address else _SPACES.sub(" ", name), address=address)


def _next_written(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip(_EDGES):
        at += 1
    return at


def _is_marked_below(lines: Sequence[str], at: int) -> bool:
    """Say whether the next written line is marked as quotation."""
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at < len(lines) and lines[at].lstrip(" \t\u00a0\ufeff").startswith(">")
