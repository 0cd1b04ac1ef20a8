"""Measure how other people's mail is read: replies, forwards and bounces that nobody on this project wrote.

The folder that `MAILWATCH_CORPORA` names is never part of the project; without it nothing is measured. French and
English have bounds; other languages, and failures told in free text, are printed without.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailwatch.message import read
from mailwatch.message.quoting import Split, split
from mailwatch.model import Delivery, Institution, Message, Nature, Role
from mailwatch.nature.automatic import automatic
from mailwatch.settings import desk_for
from mailwatch.wording import read as read_words

FRENCH_OPENINGS = ("a écrit :", "Envoyé le", "Message d'origine", "Message du :", "Objet :")
A_FORWARD = "email_tricky_17_forward_header.txt"
"""The one text of `quotes` that holds a forwarding mark at the writer's own level."""
REPLIES_AMONG_FORWARDS = "testVariant4"
"""Replies that the peer's suite holds to see that they are not taken for forwards."""
BOUNDED = ("fr", "en")
_LANGUAGE = re.compile(r"_([a-z]{2}(?:_br)?)_(?:body|subject)")
_RECIPIENT = re.compile(
    rb"^(?:final|original)-recipient[ \t]*:[ \t]*rfc822[ \t]*;[ \t]*<?([\w.+=-]{1,64}@[\w.-]{1,255}?)>?[ \t]*\r?$",
    re.IGNORECASE | re.MULTILINE,
)
_WRITTEN_TO = re.compile(
    rb"^(?:to|x-failed-recipients)[ \t]*:[^\n]{0,200}?([\w.+=-]{1,64}@[\w.-]{1,255}\w)",
    re.IGNORECASE | re.MULTILINE,
)
"""Whom a returned message was sent to, as its header in the report tells."""
_AUTOMATIC = frozenset(
    {
        Nature.AUTOMATIC_REPLY,
        Nature.OUT_OF_OFFICE,
        Nature.DELIVERY_REPORT,
        Nature.READ_RECEIPT,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One share of one folder, with the names of what is wrong; without a bound it is only told."""

    title: str
    right: int
    missed: tuple[str, ...]
    at_least: float | None = None

    @property
    def rate(self) -> float:
        """The share that is right; 1 of nothing."""
        total = self.right + len(self.missed)
        return self.right / total if total else 1.0

    @property
    def kept(self) -> bool:
        """Say whether the bound is kept."""
        return self.at_least is None or self.rate >= self.at_least


def figure(title: str, judged: dict[str, bool], at_least: float | None = None) -> Figure:
    """The share of `judged` that is right."""
    missed = tuple(name for name, right in judged.items() if not right)
    return Figure(title=title, right=len(judged) - len(missed), missed=missed, at_least=at_least)


# --- replies --------------------------------------------------------------------------------------


def quotes(folder: Path) -> Iterator[Figure]:
    """Known replies come out exact, nothing of a French layout is left in, a reply is no forward."""
    told = {path.name: split(path.read_text(encoding="utf-8")) for path in folder.glob("*.txt")}
    known = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    yield figure(
        "réponses françaises connues, exactes",
        {case["file"]: told[case["file"]].own.strip() == case["reply"].strip() for case in known},
        1.0,
    )
    yield figure(
        "sans reste de citation à la française",
        {
            name: not any(opening in text.own for opening in FRENCH_OPENINGS)
            for name, text in told.items()
        },
        1.0,
    )
    yield figure(
        "non prises pour des transferts",
        {name: text.forwarded is None for name, text in told.items() if name != A_FORWARD},
        0.99,
    )


# --- forwards -------------------------------------------------------------------------------------


def forwards(folder: Path) -> Iterator[Figure]:
    """Forwards are recognised and their senders found, language by language; replies among them are not."""
    cases = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    known: dict[str, dict[str, bool]] = defaultdict(dict)
    senders: dict[str, dict[str, bool]] = defaultdict(dict)
    replies: dict[str, bool] = {}
    for case in cases:
        text = _told(folder, case)
        name = case["body_file"]
        if case["test"] == REPLIES_AMONG_FORWARDS:
            replies[name] = text.forwarded is None
            continue
        found = _LANGUAGE.search(name)
        language = found[1] if found else "en"
        known[language][name] = text.forwarded is not None
        if case.get("from_address"):
            sender = text.forwarded.sender if text.forwarded else None
            senders[language][name] = sender is not None and sender.address == case["from_address"]
    for language in sorted(known, key=lambda name: (name not in BOUNDED, name)):
        bounds = (0.9, 0.85) if language in BOUNDED else (None, None)
        yield figure(f"{language} : transferts reconnus", known[language], bounds[0])
        yield figure(f"{language} : expéditeurs d’origine", senders[language], bounds[1])
    yield figure("réponses non prises pour des transferts", replies)


def _told(folder: Path, case: dict[str, str]) -> Split:
    named = case["subject_file"]
    subject = (folder / named).read_text(encoding="utf-8") if named else ""
    return split((folder / case["body_file"]).read_text(encoding="utf-8"), subject)


# --- bounces --------------------------------------------------------------------------------------


def bounces(folder: Path) -> Iterator[Figure]:
    """Failures are recognised, and the failed recipient found wherever a field of the report gives one."""
    rules = desk_for(Institution()).rules.automatic
    recognised: dict[str, bool] = {}
    reported: dict[str, bool] = {}
    in_words: dict[str, bool] = {}
    for case in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        name = case["file"]
        raw = (folder / name).read_bytes()
        message = read(Delivery(raw=raw, file=name, role=Role.INBOX))
        if not isinstance(message, Message):
            recognised[name] = False
            continue
        reading = automatic(message, read_words(message.own), rules)
        recognised[name] = reading is not None and reading.nature in _AUTOMATIC
        found = {who.address for who in message.report.recipients} if message.report else set()
        if wanted := _addresses(_RECIPIENT, raw):
            reported[name] = bool(wanted & found)
        elif wanted := _addresses(_WRITTEN_TO, raw) - {who.address for who in message.to}:
            told = {reading.correspondent} if reading else set()
            in_words[name] = bool(wanted & (found | told))
    yield figure("reconnus comme automatiques", recognised, 0.99)
    yield figure("destinataire en échec, donné par un champ", reported, 1.0)
    yield figure("destinataire en échec, en texte libre", in_words)


def _addresses(field: re.Pattern[bytes], raw: bytes) -> set[str]:
    return {word.decode("ascii", "replace").lower() for word in field.findall(raw)}


def main() -> int:
    """Print the figures of each folder; 1 with `--strict` when a bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--errors", action="store_true", help="nommer ce qui est manqué")
    parser.add_argument("--strict", action="store_true", help="échouer si une borne est manquée")
    asked = parser.parse_args()
    root = os.environ.get("MAILWATCH_CORPORA")
    if not root:
        print("\ncourriels de tiers : non mesurés (MAILWATCH_CORPORA n’est pas défini)")
        return 0
    kept = True
    for folder in (quotes, forwards, bounces):
        print(f"\ncourriels de tiers : {folder.__name__}")
        for found in folder(Path(root) / folder.__name__):
            _show(found, errors=asked.errors)
            kept &= found.kept
    return int(asked.strict and not kept)


def _show(found: Figure, *, errors: bool) -> None:
    total = found.right + len(found.missed)
    mark = (
        f"{'tenue' if found.kept else 'MANQUÉE'} (borne {found.at_least:g})"
        if found.at_least
        else ""
    )
    print(f"  {found.title:<44} {found.rate:7.3f}  ({found.right} / {total})  {mark}".rstrip())
    for name in found.missed if errors else ():
        print(f"      {name}")


if __name__ == "__main__":
    sys.exit(main())
