"""The labelled mails of one half of the corpus: whole messages as they lie there, or written out from their words.

`labels.toml` names files that hold whole messages. Every other `.toml` page of the half holds mails as their
writers typed them, labels beside them; here they are dressed as the writer's mail program would, the dress
varied by a digest of the mail's id.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import getaddresses
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from mailwatch.demo.composing import compose
from mailwatch.demo.story import Mail, Person, Place
from mailwatch.model import Nature, Role
from mailwatch.nature.forms import is_robot

CORPUS = Path(__file__).resolve().parents[1] / "tests" / "corpus"
MENTIONS = ("author", "service", "institution")

Table = Mapping[str, object]

_PROGRAMS = {
    "outlook": ("outlook", "outlook-html"),
    "outlook-web": ("outlook-html", "outlook"),
    "thunderbird": ("thunderbird", "thunderbird-html"),
    "gmail": ("gmail",),
    "apple": ("iphone",),
    "iphone": ("iphone",),
    "android": ("android",),
    "zimbra": ("zimbra",),
    "roundcube": ("roundcube",),
    "orange": ("orange", "yahoo"),
    "form": ("robot",),
}
"""The programs of `mailwatch.demo.layouts` that a client may stand for."""
_PREFIX = re.compile(r"^(?:(?:re|ré|rép|tr|fwd?)\s*:\s*)+", re.IGNORECASE)
_FORM_FIELD = re.compile(
    r"^\s*(?:votre |texte du )?(?:message|question|demande)\s*:", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedMention:
    """What a person found of one mention: the outcome, and every wording that would be right."""

    outcome: str
    level: str
    wordings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One mail and what a person said of it; None where nothing was said."""

    name: str
    page: str
    """The page it stands on: its writer's hand."""
    raw: bytes
    role: Role
    nature: Nature
    answer_due: bool | None
    correspondent: str
    mentions: Mapping[str, ExpectedMention]
    announced: str | None
    own: str | None
    settings: Path | None


def labels(folder: Path) -> Iterator[Label]:
    """Read the mails of one half; KeyError or ValueError, with the mail's name, when a table is not whole."""
    for page in sorted(folder.glob("*.toml")):
        for table in tomllib.loads(page.read_text("utf-8"))["mail"]:
            name = str(table.get("file") or table.get("id"))
            try:
                yield _label(table, name, page)
            except (KeyError, ValueError, TypeError) as fault:
                raise ValueError(f"{page.name} : {name} : {fault!r}") from fault


def _label(table: Table, name: str, page: Path) -> Label:
    whole = "file" in table
    return Label(
        name=name.rpartition("/")[2],
        page=page.stem,
        raw=(page.parent / name).read_bytes() if whole else compose(*dressed(table)),
        role=Role(str(table["role"])),
        nature=Nature(str(table["nature"])),
        answer_due=bool(table["answer_due"]) if "answer_due" in table else None,
        correspondent=str(table.get("correspondent", "")),
        mentions={name: _mention(table[name]) for name in MENTIONS if name in table},
        announced=str(table["announced"]) if "announced" in table else None,
        own=_own(table),
        settings=CORPUS / "settings" / str(table["settings"]) if "settings" in table else None,
    )


def _own(table: Table) -> str | None:
    """The writer's own words where something else stands beside them."""
    if "file" in table:
        return str(table["own"]) if "own" in table else None
    return str(table["text"]) if table.get("quoted") and table.get("client") != "form" else None


def _mention(value: object) -> ExpectedMention:
    """Read one mention; one that names its writer in part is what section 6 calls a level, not a name."""
    if not isinstance(value, Mapping):
        raise TypeError("une mention est une table")
    others = value.get("or", ())
    words = value.get("words", value.get("text", ""))
    wordings = (words, *(others if isinstance(others, list) else ()))
    outcome = str(value["outcome"])
    return ExpectedMention(
        outcome="absent" if outcome == "partial" else outcome,
        level=str(value.get("level", "")),
        wordings=tuple(str(wording) for wording in wordings if wording),
    )


# --- dressing -------------------------------------------------------------------------------------


def dressed(table: Table) -> tuple[Mail, Place]:
    """Put the words of one table into the habits of its writer's program, and name where they arrived."""
    writer, to = _people(table["from"])[0], _people(table["to"])
    here = to[0] if table["role"] == Role.INBOX else writer
    relayed = table.get("client") == "form" and not _is_filled(table, writer)
    at = datetime.fromisoformat(str(table["date"]))
    answered = bool(table.get("reply"))
    mail = Mail(
        id=str(table["id"]),
        at=at,
        sender=_robot(here) if relayed else writer,
        to=to,
        cc=_people(table.get("cc", "")),
        subject=str(table.get("subject", "")),
        program=_program(table),
        text=(_form(table, writer) if relayed else str(table["text"])).strip("\n"),
        parent=_parent(table, at, to[0]) if answered or "quoted" in table else None,
        threaded=answered,
        quotes=bool(table.get("quoted")),
        role=Role(str(table["role"])),
        reply_to=writer if relayed else next(iter(_people(table.get("reply_to", ""))), None),
        headers=_fields(table.get("headers", {})),
        attachments=_strings(table.get("attachments", [])),
    )
    place = Place(
        zone=ZoneInfo("Europe/Paris"), relay=f"mta.{_host(here)}", people={"accueil": here}
    )
    return mail, place


def _people(value: object) -> tuple[Person, ...]:
    return tuple(
        Person(name=name, address=address)
        for name, address in getaddresses([str(value)])
        if address
    )


def _host(person: Person) -> str:
    return person.address.rpartition("@")[2]


def _digest(name: str) -> int:
    return int(sha256(f"corpus/{name}".encode()).hexdigest()[:8], 16)


def _program(table: Table) -> str:
    programs = _PROGRAMS[str(table.get("client", "thunderbird"))]
    return programs[_digest(str(table["id"])) % len(programs)]


def _parent(table: Table, at: datetime, addressee: Person) -> Mail:
    """The earlier message: what is quoted, by the one who is written to now, some days before."""
    name, subject = str(table["id"]), str(table.get("subject", ""))
    writer = _people(table["from"])[0]
    if _host(writer) == _host(addressee):  # a colleague passes on what somebody outside wrote
        addressee, writer = Person(name="", address="courrier.usager@laposte.example"), addressee
    return Mail(
        id=f"{name}/parent",
        at=at - timedelta(hours=20 + _digest(name) % 90),
        sender=addressee,
        to=(writer,),
        subject=_PREFIX.sub("", subject),
        program="outlook",
        text=str(table.get("quoted", "")).strip("\n"),
    )


def _robot(box: Person) -> Person:
    return Person(name="Formulaire de contact", address=f"ne-pas-repondre@{_host(box)}")


def _is_filled(table: Table, writer: Person) -> bool:
    """Say whether a robot stands there as the sender, or the writer laid the form's fields out already."""
    return is_robot(writer.address) or _FORM_FIELD.search(str(table["text"])) is not None


def _form(table: Table, writer: Person) -> str:
    lines = (
        "Un message a été déposé depuis le formulaire de contact du site internet.",
        "",
        f"Nom : {writer.name}",
        f"Adresse électronique : {writer.address}",
        f"Objet : {table.get('subject', '')}",
        "Message :",
    )
    return "\n".join(lines) + "\n" + str(table["text"])


def _fields(value: object) -> Mapping[str, str]:
    return (
        {str(key): str(text) for key, text in value.items()} if isinstance(value, Mapping) else {}
    )


def _strings(value: object) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()
