"""The file of a specimen, read: a head of « Clé : valeur » lines, an empty line, the mail.

Made to be written in any text editor. Whatever the file holds gives a specimen, or what is refused of it with its
line and a remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import chain, islice

from mailwatch.errors import Remark
from mailwatch.labels import NATURES
from mailwatch.model import Nature, Refused
from mailwatch.specimens import places
from mailwatch.specimens.terms import Specimen
from mailwatch.wording import tokens

LONGEST, LONGEST_VALUE = 20_000, 400
"""Characters of a file, and of a line of its head: a courriel type is a page."""

TITLE, NATURE, VERSION, AUTHOR, ON = "intitule", "nature", "version", "auteur", "date"
USE, SUBJECT, EXEMPT = "emploi", "objet", "exception"
OPINION, OPINION_ON = "avis du comite", "date de l avis"

KEYS: Mapping[str, str] = {
    TITLE: "Intitulé",
    NATURE: "Nature",
    VERSION: "Version",
    AUTHOR: "Auteur",
    ON: "Date",
    USE: "Emploi",
    EXEMPT: "Exception",
    OPINION: "Avis du comité",
    OPINION_ON: "Date de l’avis",
    SUBJECT: "Objet",
}
"""The keys of a head, as they are best written."""
_REQUIRED = (TITLE, NATURE, VERSION, AUTHOR, ON)

WRITTEN = (
    Nature.AUTOMATIC_ACKNOWLEDGEMENT,
    Nature.OUT_OF_OFFICE,
    Nature.HOLDING_REPLY,
    Nature.INFORMATION_NEEDED,
    Nature.REFERRAL,
    Nature.REPLY,
)
"""What a specimen may be meant for."""
_BY_NAME = {" ".join(tokens(NATURES[nature])): nature for nature in WRITTEN}

_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_KEY = 100
"""Letters of a key: what is longer is a sentence."""
_SHOWN = 40
_MOST = 20
"""Faults of one file that are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One line of a head."""

    line: int
    key: str
    """Folded."""
    value: str


def read(file: str, text: str) -> Specimen | tuple[Refused, ...]:
    """Read the text of a file; what is refused of it, in the order of its lines, when it is no specimen."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    head, first, body = _parted(text)
    unfit = _unfit(text, head)
    if unfit is not None:
        return (_refused(file, *unfit),)
    entries = [_entry(line, words) for line, words in head]
    known: dict[str, _Entry] = {}
    for entry in entries:
        if entry is not None:
            known.setdefault(entry.key, entry)
    faults = islice(
        chain(
            _of_lines(head, entries),
            _missing(known),
            _of_values(known),
            _of_body(body, first, known),
        ),
        _MOST,
    )
    refused = tuple(_refused(file, *fault) for fault in sorted(faults, key=lambda fault: fault[0]))
    return refused or _specimen(file, known, body)


_Fault = tuple[int, Remark]
_Head = list[tuple[int, str]]


def _refused(file: str, line: int, reason: Remark) -> Refused:
    return Refused(file=file, line=line, reason=reason)


def _parted(text: str) -> tuple[_Head, int, str]:
    """The lines of the head with their numbers, the line the mail begins at, and the mail."""
    lines = text.split("\n")
    start = next((at for at, line in enumerate(lines) if line.strip()), 0)
    end = next((at for at in range(start, len(lines)) if not lines[at].strip()), len(lines))
    head = [(at + 1, lines[at]) for at in range(start, end)]
    body = next((at for at in range(end, len(lines)) if lines[at].strip()), end)
    return head, body + 1, "\n".join(lines[body:]).rstrip()


def _unfit(text: str, head: _Head) -> _Fault | None:
    """What keeps a file from being read at all."""
    if len(text) > LONGEST:
        return 1, Remark("le fichier est trop long pour un courriel type")
    odd = _CONTROLS.search(text)
    if odd is not None:
        return text.count("\n", 0, odd.start()) + 1, Remark(
            "ce n’est pas du texte simple ; enregistrez le fichier en texte (.txt), codage UTF-8"
        )
    if not text.strip():
        return 1, Remark("le fichier est vide")
    if not any(" ".join(tokens(words.partition(":")[0])) in KEYS for _, words in head):
        return head[0][0], Remark(
            "l’en-tête manque ; le fichier commence par « Intitulé : … », « Nature : … », « Version : … », "
            "« Auteur : … », « Date : … », puis une ligne vide, puis le courriel"
        )
    return None


# --- the head, line by line -----------------------------------------------------------------------


def _entry(line: int, words: str) -> _Entry | None:
    """One line of the head; None when it is none. The key of a place keeps its brackets."""
    written, colon, value = words.partition(":")
    if not colon or not written.strip() or len(written) > _KEY:
        return None
    place = next(places.places(written), None)
    key = f"[{places.folded(place[0])}]" if place else " ".join(tokens(written))
    return _Entry(line=line, key=key, value=value.strip())


def _of_lines(head: _Head, entries: list[_Entry | None]) -> Iterator[_Fault]:
    seen: set[str] = set()
    for (line, words), entry in zip(head, entries, strict=True):
        if entry is None:
            yield (
                line,
                Remark(
                    "« {words} » n’est pas une ligne d’en-tête : elle s’écrit « Clé : valeur » ; une ligne vide sépare "
                    "l’en-tête du courriel",
                    words=shown(words),
                ),
            )
        elif not entry.key.startswith("[") and entry.key not in KEYS:
            yield line, _unknown_key(words.partition(":")[0], entry.key)
        elif entry.key in seen:
            yield line, Remark("« {key} » est écrit deux fois", key=_named(entry.key))
        seen.add(entry.key if entry else "")


def _unknown_key(written: str, key: str) -> Remark:
    near = next(iter(get_close_matches(key, KEYS, n=1, cutoff=0.7)), "")
    if near:
        return Remark(
            "clé « {key} » inconnue ; vouliez-vous dire « {near} » ?",
            key=shown(written),
            near=KEYS[near],
        )
    return Remark(
        "clé « {key} » inconnue ; connues : {known}",
        key=shown(written),
        known=", ".join(KEYS.values()),
    )


def _missing(known: Mapping[str, _Entry]) -> Iterator[_Fault]:
    first = min((entry.line for entry in known.values()), default=1)
    for key in _REQUIRED:
        if key not in known:
            yield first, Remark("la clé « {key} » manque dans l’en-tête", key=KEYS[key])
        elif not known[key].value:
            yield known[key].line, Remark("« {key} » : il faut une valeur", key=KEYS[key])


def _of_values(known: Mapping[str, _Entry]) -> Iterator[_Fault]:
    for key, entry in known.items():
        if len(entry.value) > LONGEST_VALUE:
            yield (
                entry.line,
                Remark("« {key} » : c’est trop long pour une ligne d’en-tête", key=_named(key)),
            )
        elif key == NATURE and entry.value and _nature(entry.value) is None:
            yield entry.line, _unknown_nature(entry.value)
        elif key in (ON, OPINION_ON) and entry.value and _day(entry.value) is None:
            yield (
                entry.line,
                Remark(
                    "« {key} » : « {value} » n’est pas une date (JJ/MM/AAAA)",
                    key=KEYS[key],
                    value=shown(entry.value),
                ),
            )
        elif key == EXEMPT and _answer(entry.value) not in ("", "oui", "non"):
            yield (
                entry.line,
                Remark(
                    "« Exception » : il faut « oui » ou « non », pas « {value} »",
                    value=shown(entry.value),
                ),
            )
        elif key.startswith("[") and not entry.value:
            yield entry.line, Remark("« {key} » : il faut un exemple", key=_named(key))


def _unknown_nature(value: str) -> Remark:
    near = get_close_matches(" ".join(tokens(value)), _BY_NAME, n=1)
    if near:
        return Remark(
            "nature « {value} » inconnue ; vouliez-vous dire « {near} » ?",
            value=shown(value),
            near=NATURES[_BY_NAME[near[0]]],
        )
    return Remark(
        "nature « {value} » inconnue ; connues : {known}",
        value=shown(value),
        known=", ".join(NATURES[nature] for nature in WRITTEN),
    )


# --- the mail -------------------------------------------------------------------------------------


def _of_body(body: str, first: int, known: Mapping[str, _Entry]) -> Iterator[_Fault]:
    if not body:
        yield first, Remark("le texte du courriel manque, après une ligne vide")
    subject = known.get(SUBJECT)
    if subject is not None:
        yield from _of_places(subject.value, subject.line, known)
    yield from _of_places(body, first, known)


def _of_places(text: str, first: int, known: Mapping[str, _Entry]) -> Iterator[_Fault]:
    """The places of a text that starts at line `first`, which nothing explains, and brackets that make none."""
    for written, at in places.places(text):
        name = places.folded(written)
        if name not in places.KNOWN and f"[{name}]" not in known:
            yield first + text.count("\n", 0, at), _unknown_place(written, name, known)
    stray = places.stray(text)
    if stray is not None:
        yield (
            first + text.count("\n", 0, stray),
            Remark(
                "un crochet est seul, ou n’enferme rien : une place s’écrit [entre crochets], sur une ligne"
            ),
        )


def _unknown_place(written: str, name: str, known: Mapping[str, _Entry]) -> Remark:
    explained = {key.strip("[]"): key.strip("[]") for key in known if key.startswith("[")}
    names = {**explained, **places.KNOWN}
    near = next(iter(get_close_matches(name, names, n=1, cutoff=0.7)), "")
    if near:
        return Remark(
            "place « [{place}] » inconnue ; vouliez-vous dire « [{near}] » ?",
            place=shown(written),
            near=names[near],
        )
    return Remark(
        "place « [{place}] » inconnue ; donnez-en un exemple dans l’en-tête : « [{place}] : … »",
        place=shown(written),
    )


# --- the values -----------------------------------------------------------------------------------


def _specimen(file: str, known: Mapping[str, _Entry], body: str) -> Specimen:
    value = {key: known[key].value if key in known else "" for key in KEYS}
    return Specimen(
        file=file,
        title=value[TITLE],
        nature=_nature(value[NATURE]) or Nature.REPLY,
        version=value[VERSION],
        author=value[AUTHOR],
        on=_day(value[ON]) or date.min,
        use=value[USE],
        opinion=value[OPINION],
        opinion_on=_day(value[OPINION_ON]),
        exempt=_answer(value[EXEMPT]) == "oui",
        subject=value[SUBJECT],
        body=body,
        examples={
            key.strip("[]"): entry.value for key, entry in known.items() if key.startswith("[")
        },
    )


def _nature(words: str) -> Nature | None:
    return _BY_NAME.get(" ".join(tokens(words)))


def _answer(words: str) -> str:
    return " ".join(tokens(words))


def _day(words: str) -> date | None:
    """A day as people write it, JJ/MM/AAAA or AAAA-MM-JJ; None when it is none."""
    french, iso = _DAY.fullmatch(words), _ISO_DAY.fullmatch(words)
    found = [*reversed(french.groups())] if french else [*iso.groups()] if iso else []
    try:
        return date(*map(int, found)) if found else None
    except ValueError:
        return None


def _named(key: str) -> str:
    return KEYS.get(key, key)


def shown(text: str) -> str:
    """Show a few words of a file on one line, whatever they hold."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
