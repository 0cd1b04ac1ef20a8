"""The courriels type of a site: those of its own folder, or those that ship; read, judged, set as pages.

found = library(desk, site.templates, on)       # files, verdicts, and what is refused
sheet(found, ("pdf", "html"))                   # the pages for the users' committee, by file name
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from mailwatch import nature, specimens
from mailwatch.analysis import examine
from mailwatch.errors import Remark, SourceError, UsageError, refusal
from mailwatch.hints import hints
from mailwatch.model import Mention, Mentions, Outcome, Refused, Unreadable
from mailwatch.ruleset import Desk
from mailwatch.settings import template_texts
from mailwatch.settings.packaged import specimen_files
from mailwatch.signs import writable
from mailwatch.specimens import Book, Heard, Specimen, Verdict
from mailwatch.typesetting import typeset

PDF, HTML = FORMATS = ("pdf", "html")
_NAMES = {PDF: "courriels-type.pdf", HTML: "courriels-type.html"}
_SUFFIX = ".txt"
_LARGEST = 1_000_000
"""Octets of a file that are looked at: a courriel type is a page."""
_MOST = 200
"""Files of a folder: more of them are no courriels type."""
_ABSENT = Mention(outcome=Outcome.ABSENT)
_SILENT = Mentions(author=_ABSENT, service=_ABSENT, institution=_ABSENT, from_class="")
"""Of what reads as a report of a mail server, in which no mention is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The courriels type of a site on a day."""

    files: Mapping[str, bytes]
    """As they are, by name."""
    book: Book
    """Those that can be read, with their verdicts, in the order of their names."""
    refused: tuple[Refused, ...]
    """What no specimen could be made of, with file and line."""

    @property
    def conforms(self) -> bool:
        """Say whether every file can be read and has no fault."""
        return not self.refused and not any(each.faults for each in self.book.verdicts)


def library(desk: Desk, folder: str, on: date) -> Library:
    """Read and judge the courriels type in `folder` on a local day; those that ship when it is empty.

    SourceError when the folder cannot be read or holds none.
    """
    files = _files(Path(folder)) if folder else _shipped()
    verdicts: list[Verdict] = []
    refused: list[Refused] = []
    for name, content in files.items():
        found = _read(name, content)
        if isinstance(found, Specimen):
            verdicts.append(_judged(found, desk, on))
        else:
            refused += found
    book = Book(institution=desk.institution.name, on=on, verdicts=tuple(verdicts))
    return Library(files=files, book=book, refused=tuple(refused))


def sheet(found: Library, formats: Collection[str] = FORMATS) -> Mapping[str, bytes]:
    """Set the pages for the users' committee, by file name; the same library gives the same bytes."""
    writers = {PDF: _pdf, HTML: _html}
    return {_NAMES[name]: writers[name](found.book) for name in FORMATS if name in formats}


def copy(folder: Path) -> tuple[Path, ...]:
    """Write the courriels type that ship, and their guide, into `folder`; UsageError when one is there already."""
    files = specimen_files()
    taken = next((name for name in files if (folder / name).exists()), None)
    if taken is not None:
        raise UsageError(
            "« {path} » existe déjà et n’est pas remplacé ; donnez un dossier nouveau",
            path=folder / taken,
        )
    return write(files, folder)


def write(files: Mapping[str, bytes], folder: Path) -> tuple[Path, ...]:
    """Write files into `folder`, each beside its place and then moved there; UsageError when it cannot be."""
    half_written = folder / ".courriels-type.partiel"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            half_written.write_bytes(content)
            half_written.replace(folder / name)
    except (OSError, ValueError) as fault:
        raise UsageError(
            "« {path} » : les courriels type ne peuvent pas y être écrits ({reason})",
            path=folder,
            reason=refusal(fault) if isinstance(fault, OSError) else "nom impossible",
        ) from None
    return tuple(folder / name for name in files)


# --- read and judged ------------------------------------------------------------------------------


def _read(name: str, content: bytes) -> Specimen | tuple[Refused, ...]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        reason = Remark(
            "un caractère n’est pas en UTF-8 ; enregistrez le fichier en texte (.txt), codage UTF-8"
        )
        return (Refused(file=name, line=line, reason=reason),)
    return specimens.read(name, text)


def _judged(specimen: Specimen, desk: Desk, on: date) -> Verdict:
    """Have the rules of real mail examine the specimen, as the mail that an agent would send."""
    draft = specimens.filled(specimen, desk, on)
    there = replace(desk, institution=draft.institution)
    found = examine(draft.delivery, there, judge_on=on)
    if isinstance(found, Unreadable):
        raise SourceError("{file} : {reason}", file=specimen.file, reason=found.reason)
    heard = Heard(
        reading=found.reading,
        mentions=found.mentions or _SILENT,
        announced=found.announced,
        hints=hints(found.message, found.own, desk.rules),
        sounds_automatic=nature.sounds_automatic(found.own, desk.rules.automatic),
    )
    return specimens.judged(specimen, draft, heard, desk, on)


# --- the pages ------------------------------------------------------------------------------------


def _html(book: Book) -> bytes:
    return writable(specimens.html(book, template_texts())).encode()


def _pdf(book: Book) -> bytes:
    return typeset("courriels.typ", specimens.document(book))


def _shipped() -> Mapping[str, bytes]:
    return {name: content for name, content in specimen_files().items() if name.endswith(_SUFFIX)}


# --- the folder -----------------------------------------------------------------------------------


def _files(folder: Path) -> Mapping[str, bytes]:
    try:
        paths = sorted(path for path in folder.iterdir() if _is_one(path))
    except OSError as fault:
        raise _unreadable(folder, fault) from None
    except ValueError:  # a path with a NUL
        raise SourceError("« {folder} » n’est pas un nom de dossier", folder=repr(folder)) from None
    if not paths:
        raise SourceError(
            "« {folder} » : aucun courriel type, c’est-à-dire aucun fichier .txt ; « mailwatch templates copy » y met "
            "ceux du programme",
            folder=folder,
        )
    if len(paths) > _MOST:
        raise SourceError(
            "« {folder} » : {count} fichiers .txt ; ce n’est pas un dossier de courriels type",
            folder=folder,
            count=len(paths),
        )
    # A name that is no UTF-8 is written on pages and in zips that are.
    return {path.name.encode(errors="replace").decode(): _content(path) for path in paths}


def _is_one(path: Path) -> bool:
    return path.suffix.lower() == _SUFFIX and not path.name.startswith(".") and path.is_file()


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as fault:
        raise _unreadable(path, fault) from None


def _unreadable(path: Path, fault: OSError) -> SourceError:
    return SourceError("« {path} » ne se lit pas : {reason}", path=path, reason=refusal(fault))
