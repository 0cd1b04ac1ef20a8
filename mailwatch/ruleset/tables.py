"""The tables of a rule file, checked as they are read: each fault names file, table and key."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from mailwatch.errors import Remark, RulesetError
from mailwatch.ruleset.terms import Status


def parse(name: str, text: str) -> Mapping[str, object]:
    """Read a file as TOML; RulesetError when it is none."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as fault:  # numbers too long, tables nested too deep
        raise RulesetError("règles : {file} : {fault}", file=name, fault=fault) from None


def tables(name: str, table: Mapping[str, object], key: str) -> tuple[Mapping[str, object], ...]:
    """Read `[[key]]`, none when the file has none."""
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise RulesetError(
            "règles : {file} : « {key} » doit être une liste de tables [[{key}]]",
            file=name,
            key=key,
        )
    return tuple(found)


def mapping(name: str, table: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Read `[key]`, empty when the file has none."""
    found = table.get(key, {})
    if not isinstance(found, Mapping):
        raise RulesetError("règles : {file} : « {key} » doit être une table", file=name, key=key)
    return found


def only(where: str, entry: Mapping[str, object], known: Collection[str]) -> None:
    """Refuse a key that is not `known`, naming the nearest."""
    for key in entry:
        if key not in known:
            raise RulesetError(
                "règles : {where} : clé « {key} » inconnue{advice}",
                where=where,
                key=key,
                advice=nearest(key, known),
            )


def needed(where: str, entry: Mapping[str, object], keys: Iterable[str]) -> None:
    """Refuse an entry without one of `keys`, or with an empty one."""
    for key in keys:
        if entry.get(key) in (None, "", []):
            raise RulesetError("règles : {where} : la clé « {key} » manque", where=where, key=key)


def strings(where: str, key: str, value: object) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RulesetError(
            "règles : {where} : « {key} » doit être une liste de textes", where=where, key=key
        )
    return tuple(value)


def status(where: str, value: object) -> Status:
    """Read a status."""
    try:
        return Status(str(value))
    except ValueError:
        raise RulesetError(
            "règles : {where} : statut « {status} » inconnu ({known})",
            where=where,
            status=value,
            known=", ".join(Status),
        ) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """Ask whether the nearest of `known` was meant; nothing when none is near."""
    near = get_close_matches(word[:80], list(known), n=1)
    return Remark(" ; vouliez-vous dire « {near} » ?", near=near[0]) if near else ""
