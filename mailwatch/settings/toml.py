"""A TOML file that a person wrote, read whole: every fault named, with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

from mailwatch.errors import Remark, SettingsError

MAX_BYTES = 1_000_000
"""A settings file is a few kilobytes: what is larger is something else."""

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_REASONS = {
    "Cannot overwrite": Remark("clé écrite deux fois"),
    "Cannot declare": Remark("section écrite deux fois"),
    "Cannot mutate": Remark("clé écrite deux fois"),
    "Expected '='": Remark("le signe « = » manque après la clé"),
    "Expected newline": Remark("il y a quelque chose de trop après la valeur"),
    "Invalid value": Remark("valeur mal écrite ; un texte se met entre guillemets"),
    "Invalid date": Remark("cette date n’existe pas"),
    "Invalid initial": Remark("clé mal écrite"),
    "Unclosed array": Remark("le crochet fermant de la liste manque"),
    "Unterminated string": Remark("le guillemet fermant manque"),
    "Illegal character": Remark("caractère interdit ici, ou guillemet fermant manquant"),
    "Unescaped": Remark("la barre oblique inverse se double : \\\\"),
}


def table(path: Path) -> Mapping[str, object]:
    """Read a settings file as TOML; SettingsError naming file, line and fault."""
    return parsed(path.name, text(path))


def parsed(name: str, content: str) -> Mapping[str, object]:
    """Read the text of a file as TOML; SettingsError naming it, the line and the fault."""
    try:
        return tomllib.loads(content)
    except RecursionError:
        raise SettingsError("{file} : listes ou tables trop imbriquées", file=name) from None
    except ValueError as fault:  # TOMLDecodeError, and numbers too long for Python
        place = _PLACE.search(str(fault))
        raise SettingsError(
            "{file}, {where} : {reason}",
            file=name,
            where=Remark("ligne {line}, colonne {column}", line=place[1], column=place[2])
            if place
            else Remark("à la fin du fichier"),
            reason=next(
                (said for start, said in _REASONS.items() if str(fault).startswith(start)),
                Remark("ce n’est pas du TOML"),
            ),
        ) from None


def text(path: Path) -> str:
    """Read a file of UTF-8, its line ends read as LF; SettingsError when it cannot be."""
    content = _bytes(path)
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as fault:
        raise SettingsError(
            "{file}, ligne {line} : un caractère n’est pas en UTF-8 ; enregistrez le fichier en UTF-8",
            file=path.name,
            line=content.count(b"\n", 0, fault.start) + 1,
        ) from None


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise SettingsError(
            "le fichier de réglages « {file} » n’existe pas{advice}",
            file=path,
            advice=_advice(path),
        ) from None
    except IsADirectoryError:
        raise SettingsError(
            "« {file} » est un dossier ; donnez le fichier de réglages (TOML)", file=path
        ) from None
    except PermissionError:
        raise SettingsError(
            "le fichier de réglages « {file} » n’est pas lisible par ce compte ; ouvrez-le à son groupe "
            "(chgrp, chmod 640)",
            file=path,
        ) from None
    except (OSError, ValueError):  # ValueError: a path with a NUL
        raise SettingsError("le fichier de réglages « {file} » ne se lit pas", file=path) from None
    if len(content) > MAX_BYTES:
        raise SettingsError("« {file} » est trop gros pour un fichier de réglages", file=path)
    return content


def _advice(path: Path) -> Remark:
    """Name the file nearby that may have been meant, or how to have one."""
    try:
        nearby = [file.name for file in path.parent.glob("*.toml")]
    except OSError:
        nearby = []
    if near := get_close_matches(path.name, nearby, n=1):
        return Remark(" ; vouliez-vous dire « {near} » ?", near=near[0])
    return Remark(" ; nommez-en un par --settings, ou « mailwatch init » en écrit un premier")
