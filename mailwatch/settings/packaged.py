"""The rules and templates that ship with mailwatch: in the wheel, or at the root of a checkout."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from mailwatch.errors import RulesetError
from mailwatch.workdays import Territory, read_territories

STATE_FOLDER = "/var/lib/mailwatch"
"""Where the packaged unit has the register kept (`StateDirectory=`)."""


def rule_texts() -> dict[str, str]:
    """Read the rule files, by name; RulesetError when the installation has lost them."""
    return {name: text for name, text in _texts("rules").items() if name.endswith(".toml")}


def template_texts() -> dict[str, str]:
    """Read the report templates, by name; RulesetError when the installation has lost them."""
    return _texts("templates")


def specimen_files() -> dict[str, bytes]:
    """Read the courriels type and their guide, by name; RulesetError when the installation has lost them."""
    return {name: text.encode() for name, text in _texts("templates/courriels").items()}


@cache
def territories_only() -> Mapping[str, Territory]:
    """Read the calendars alone: a deadline needs no other rule, and the others take time."""
    try:
        return read_territories(tomllib.loads(rule_texts()["calendars.toml"]))
    except KeyError:
        raise RulesetError(
            "règles : le fichier « calendars.toml » manque ; réinstallez mailwatch"
        ) from None
    except ValueError as fault:
        raise RulesetError("règles : calendars.toml : {fault}", fault=fault) from None


def _texts(folder: str) -> dict[str, str]:
    package = files("mailwatch")
    for root in (package.joinpath("_data", folder), package.joinpath("..", folder)):
        if root.is_dir():
            return {
                file.name: file.read_text(encoding="utf-8")
                for file in sorted(root.iterdir(), key=lambda file: file.name)
                if file.is_file() and not file.name.startswith(".")
            }
    raise RulesetError("le dossier « {folder} » manque ; réinstallez mailwatch", folder=folder)
