"""What mail programs write above the message they quote or pass on, in the languages a préfecture meets.

Three kinds: an attribution ("Le … a écrit :", on one to four lines), a header block ("De : / Envoyé : / À : /
Objet :"), and a separator ("-----Message d'origine-----", "---------- Message transféré ---------"), which a
header block usually follows. People write such words too: an attribution needs a time or an address, a
header block without separator needs a sender, a sending time and one more field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailwatch.message.attributions import (
    ADDRESS,
    CLOCK,
    START,
    attributed_to,
    attributes,
    attributes_on_one_line,
    ends,
    starts,
    starts_anew,
)
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
    """Values by role: `from`, `sent` (`posted` too under a label that no memo has), `to`, `cc`, `subject`; or the
    whole `attribution`."""

    @property
    def sender(self) -> Address | None:
        """The writer of the quoted message, as far as the opening names one."""
        attribution = self.fields.get("attribution")
        return _sender(attributed_to(attribution) if attribution else self.fields.get("from", ""))


def stops(text: str) -> Iterator[int]:
    """The numbers of the lines marked as quotation, or where an opening could start: a cheap look at each."""
    return (number for number, line in enumerate(_STOP.finditer(text)) if line.lastindex)


def read_opening(lines: Sequence[str], at: int) -> Opening | None:
    """Read the opening that starts at line `at`, if one does."""
    line = lines[at].strip(_EDGES)
    if not line:
        return None
    if is_arrowed(lines[at]):
        return Opening(start=at, end=at + 1, fields={"attribution": line})
    separator = _read_separator(lines, at, line)
    if separator:
        return separator
    if ":" in line[:40]:
        block = _read_flattened_block(line, at) or _read_block(lines, at)
        if block and _stands_alone(block.fields):
            return block
    found = _read_attribution(lines, at)
    if found is None and attributes_on_one_line(line):
        return Opening(start=at, end=at + 1, fields={"attribution": line})
    return found


_ARROWED = re.compile(
    r"\s*>>>\s?[^>\n]{2,200}?(?:<[^<>\s]{3,200}>)?[^<>\n]{0,60}\d\d[^<>\n]{0,20}>>>\s*\Z"
)


def is_arrowed(line: str) -> bool:
    """Say whether a line is the attribution of GroupWise: `>>> name address day clock >>>`."""
    return (
        ">>>" in line[:10] and bool(_ARROWED.match(line[:500])) and bool(CLOCK.search(line[:500]))
    )


# --- separators -----------------------------------------------------------------------------------

_QUOTES = (
    "message d['’´]?\\s?origine|(?:message|mail|courriel|e-mail|courrier) (?:original|initial|d['’]origine)"
    "|original (?:message|appointment)|(?:rendez-vous|réunion) d['’]origine|ursprüngliche nachricht"
    "|mensaje original|messaggio originale|mensagem original|oorspronkelijk bericht|oprindelig (?:besked|meddelelse)"
    "|opprinnelig melding|ursprungligt meddelande|reply (?:message|above)|message de réponse"
    "|(?:merci de |veuillez |prière de )?répond(?:re|ez) (?:au-dessus|ci-dessus)"
)
_FORWARDS = (
    "(?:message|courriel|mail|e-mail|courrier) (?:transféré|réexpédié|transmis|redirigé|forwardé)"
    "|forwarded (?:message|mail|by|e-?mail|from)|weitergeleitete (?:nachricht|e-?mail)|mensaje (?:reenviado|enviado)"
    "|messaggio inoltrato|mensagem (?:encaminhada|reencaminhada)|doorgestuurd bericht|videresendt (?:besked|melding)"
    "|vidarebefordrat meddelande|(?:transféré|réexpédié|réacheminé|transmis) par"
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


_OTHERS_FORWARD = re.compile(
    r"[-_=–—*#>~\s]{0,60}(?:[^\W\d_]{1,20} ){0,2}(?P<forwards>przekaz|přepos|prepos|proslij?eđ|továbbít|välitet"
    r"|vidarebef|videresend|redirec|edastat|пересыл|пересл|перенапр|переадрес|yönlendir|iletil|转发|転送|توجيه)\w{0,20}"
    r"(?: [^\W\d_]{1,20}){0,2}(?P<rest>(?:[\s:：_=–—-].*)?)\Z",
    re.IGNORECASE | re.DOTALL,
)
"""The words of languages that few citizens write in, by their stems: looked for where a separator is likely."""


def _read_separator(lines: Sequence[str], at: int, line: str) -> Opening | None:
    decorated = line[0] in "-_=–—#~" or lines[at].lstrip()[:1] in "*_"
    match = _match_separator(lines[at], line, decorated=decorated)
    if match is None:
        return None
    bare = not decorated and not (match.re is _BARE_SEPARATOR and match["forwards"])
    rest = match["rest"].strip(" \t\u00a0-_=–—*:#~") if match.re is not _BARE_SEPARATOR else ""
    below = _next_written(lines, at + 1)
    near = below - at <= 4
    block = _read_inline_block(rest, at) or (_read_block(lines, below) if near else None)
    if bare and block is None:
        return None
    forwards = bool(match["forwards"]) or (bare and bool(match["plain_forward"]))
    if block is None and near:
        block = _read_bare_block(lines, below)
    if block is None:
        return Opening(start=at, end=at + 1, forwards=forwards, block=True)
    return Opening(start=at, end=block.end, forwards=forwards, block=True, fields=block.fields)


def _match_separator(whole: str, line: str, *, decorated: bool) -> re.Match[str] | None:
    if decorated and (match := _SEPARATOR.match(whole[:400])):
        return match
    if len(line) < 60 and (match := _BARE_SEPARATOR.match(line)):
        return match
    likely = decorated or (len(line) < 60 and line.endswith(":"))
    return _OTHERS_FORWARD.match(whole[:400]) if likely else None


def _read_inline_block(rest: str, at: int) -> Opening | None:
    """Read fields that follow a separator on its own line, as Yahoo writes them."""
    if ":" not in rest:
        return None
    block = _read_block(_LABEL_INSIDE.split(rest), 0) or _read_block(
        _LABEL_INSIDE.split(rest)[1:], 0
    )
    return Opening(start=at, end=at + 1, block=True, fields=block.fields) if block else None


_UNLABELLED = re.compile(
    r"(?:(?:de|from|von)\s)?(?P<from>.{0,200}<[^<>\s@]{1,64}@[^<>\s@]{1,255}>)\s*\Z", re.IGNORECASE
)
_BARE_SUBJECT = re.compile(
    r"(?:objet|sujet|subject|betreff)(?:\s(?P<subject>.*))?\Z", re.IGNORECASE
)
_BARE_LINES = 16


def _read_bare_block(lines: Sequence[str], at: int) -> Opening | None:
    """Read the fields below a separator where a program sets them without colons: Notes, eM Client."""
    sender = _UNLABELLED.match(lines[at].strip()[:600]) if at < len(lines) else None
    if sender is None:
        return None
    for here in range(at + 1, min(at + _BARE_LINES, len(lines))):
        found = _BARE_SUBJECT.match(lines[here].strip(_EDGES)[:600])
        if found is None:
            continue
        last = here if found["subject"] else _next_written(lines, here + 1)
        below = lines[last].strip() if last < len(lines) else ""
        fields = {"from": sender["from"], "subject": found["subject"] or below}
        return Opening(start=at, end=min(last + 1, len(lines)), block=True, fields=fields)
    return Opening(start=at, end=at + 1, block=True, fields={"from": sender["from"]})


# --- header blocks --------------------------------------------------------------------------------

_LABELS = {
    label: role
    for role, labels in {
        "from": "de|from|von|da|van|fra|från|expéditeur|émetteur|emetteur|remitente|mittente|od|lähettäjä|nadawca"
        "|odesílatel|odosielateľ|feladó|de la|expeditor|kimden|gönderen|от|від|отправитель|відправник|šalje|من|发件人",
        "sent": "date|date d'envoi|date d’envoi|datum|fecha|data|dato|message du|reçu|reçu le|received|dátum|dată|tarih"
        "|дата|päiväys|päivämäärä|التاريخ|日期",
        "posted": "envoyé|envoyé le|envoyée|envoye|envoy?|envoy\ufffd|envoyã©|sent|sent on|gesendet|gesendet am|enviado"
        "|enviado el|enviada|enviada em|inviato|verzonden|sendt|skickat|wysłano|odesláno|odoslané|elküldve|küldve"
        "|trimis|gönderildi|gönderilme|отправлено|надіслано|poslano|lähetetty|تم الإرسال|发送时间",
        "to": "à|a|?|\ufffd|ã€|to|an|para|pour|aan|til|till|destinataire|destinataires|destinatario|destinatari|komu|do"
        "|adresat|címzett|către|kime|alıcı|кому|получатель|prima|vastaanottaja|saaja|إلى|收件人",
        "cc": "cc|copie|copie à|copies|copie carbone|cci|bcc|kopie|kopia|copia|c.c|dw|kopie pro|másolat|bilgi"
        "|копия|копія|kopio|نسخة|抄送",
        "subject": "objet|sujet|subject|betreff|asunto|oggetto|assunto|onderwerp|emne|ämne|re|titre|temat|předmět"
        "|predmet|tárgy|subiect|konu|тема|aihe|الموضوع|主题",
        "other": "reply-to|répondre à|reply to|importance|priorité|priority|pièces jointes|pièce jointe|pj|attachments"
        "|organisation|organization|sensibilité|catégories|list-id|return-path|message-id|x-mailer|wichtigkeit|anlagen",
    }.items()
    for label in labels.split("|")
}  # fmt: skip
_CAPITALS = "|".join(
    re.escape(name.capitalize()) for name in _LABELS if name[0].isalpha() and name != "re"
)
_LABEL_INSIDE = re.compile(rf"(?<![^\W\d_])(?=(?:{_CAPITALS})[ \u00a0]?:)")


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
            if role == "posted":
                fields[role] = value
                role = "sent"
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
    known = fields.keys() - {"other", "posted"}
    if len(known) < 2 or not known & {"from", "subject"}:
        return None
    return Opening(start=at, end=here, block=True, fields=fields)


def _read_flattened_block(line: str, at: int) -> Opening | None:
    """Read a header block whose fields stand on one line: some programs lose the line ends."""
    if line.count(":") < 4 or _label(line) is None:
        return None
    block = _read_block(
        [piece for piece in _LABEL_INSIDE.split(line[:2_000]) if piece.strip(_EDGES)], 0
    )
    if block is None or len(block.fields) < 3:
        return None
    return Opening(start=at, end=at + 1, block=True, fields=block.fields)


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
    if "posted" in fields and {"to", "subject"} <= fields.keys():
        return True
    return bool(CLOCK.search(fields["sent"])) or "@" in fields["from"]


# --- attributions ---------------------------------------------------------------------------------

_STOP = re.compile(
    r"(?:(?=.{0,59}:|[ \t\u00a0\ufeff]{0,3}>|.*@"
    rf"|[{re.escape(_EDGES)}]*+(?:[{re.escape(''.join(sorted(_DECORATION)))}]|{START})"
    r"|(?!.{60}).*?[mnbc](?:ess|ail|achricht|ericht|ourrie))(.))?.*\n?",
    re.IGNORECASE,
)
"""A line, and its first character when it may open a quotation."""


def _read_attribution(lines: Sequence[str], at: int, *, folded: int = _FOLDED) -> Opening | None:
    text = ""
    for end in range(at, min(at + folded, len(lines))):
        line = lines[end].strip(_EDGES if end == at else " \t\u00a0>*")
        if not line or len(text) > 400:
            return None
        if end > at and _starts_another(lines, end, line, text):
            return None
        text = f"{text} {line}" if text else line
        if ends(lines[end].rstrip(_EDGES)):
            found = _attribution(text, lines, end + 1)
            if found:
                return Opening(start=at, end=end + 1, fields={"attribution": found})
    return None


def _starts_another(lines: Sequence[str], at: int, line: str, before: str) -> bool:
    """Say whether an attribution may start at line `at`, and cannot go on there with the words `before` it."""
    if before.endswith((".", "!", "?")) and (line[0].isupper() or line[0].isdigit()):
        return True
    if not starts(line):
        return False
    if not starts(before):
        return True
    anew = starts_anew(line) and any(sign.isdigit() for sign in line)
    return anew and _read_attribution(lines, at, folded=1) is not None


def _attribution(text: str, lines: Sequence[str], below: int) -> str:
    """`text` made one line if it attributes what stands `below` to somebody, else nothing."""
    quoted_below = _is_marked_below(lines, below)
    if not quoted_below and _is_cited_below(lines, below):
        return ""
    framed = text.startswith("--") and text.endswith("--")
    clean = " ".join(text.split()).strip("- ")
    return clean if attributes(clean, quoted_below=quoted_below or framed) else ""


# --- senders --------------------------------------------------------------------------------------

_MAILTO = re.compile(r"[<\[(]\s*mailto:[^<>\[\]()]*[>\])]", re.IGNORECASE)
_BEHALF = re.compile(
    r"\s(?:de la part de|on behalf of|pour le compte de|im auftrag von|via)\s.*",
    re.IGNORECASE | re.DOTALL,
)


def _sender(text: str) -> Address | None:
    """The first mailbox of a `De :` value, in the many ways programs write one."""
    text = _SPACES.sub(" ", text[:1_000])
    match = ADDRESS.search(text)
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


def _is_cited_below(lines: Sequence[str], at: int) -> bool:
    """Say whether the next written line opens with a quotation mark: persons cite so, programs never do."""
    at = _next_written(lines, at)
    return at < len(lines) and lines[at].lstrip(_EDGES).startswith(("«", "“", '"'))
