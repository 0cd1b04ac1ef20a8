"""Settled values: each `[[choice]]` with its title, source and status, read into what the program applies."""

from __future__ import annotations

from collections.abc import Mapping

from mailwatch.errors import Remark, RulesetError
from mailwatch.model import Nature
from mailwatch.ruleset.tables import nearest, status, strings, tables
from mailwatch.ruleset.terms import Choice, Measures, Policy

POLICY = "qualepref.toml"
LANGUAGE = "language.toml"

_DAYS = (
    "email_days", "letter_days", "follow_up_days", "duplicate_days", "reminder_days",
    "answer_window_days",
)  # fmt: skip
_LENGTHS = ("longest_sentence", "longest_bare")
_NATURES = ("qualifying", "substantive")
READ = frozenset((*_DAYS, *_LENGTHS, *_NATURES))
"""The values that the program reads; the others say in words what it does."""


def read_choices(name: str, table: Mapping[str, object]) -> Mapping[str, Choice]:
    """Read the `[[choice]]` tables of one file by their keys."""
    found = {}
    for entry in tables(name, table, "choice"):
        where = Remark("{file} : choix « {choice} »", file=name, choice=entry.get("key", "?"))
        for key in ("key", "value", "title", "source", "status"):
            if key not in entry:
                raise RulesetError(
                    "règles : {where} : la clé « {key} » manque", where=where, key=key
                )
        choice = Choice(
            key=str(entry["key"]),
            value=entry["value"],
            title=str(entry["title"]),
            source=str(entry["source"]),
            status=status(where, entry["status"]),
        )
        found[choice.key] = choice
    return found


def policy(choices: Mapping[str, Choice]) -> Policy:
    """Make the settled definitions of the choices of qualepref.toml."""
    days = {key: _number(POLICY, choices, key) for key in _DAYS}
    return Policy(
        email_days=days["email_days"],
        letter_days=days["letter_days"],
        qualifying=_natures(choices, "qualifying"),
        substantive=_natures(choices, "substantive"),
        follow_up_days=days["follow_up_days"],
        duplicate_days=days["duplicate_days"],
        reminder_days=days["reminder_days"],
        answer_window_days=days["answer_window_days"],
        choices=tuple(choices.values()),
    )


def measures(choices: Mapping[str, Choice]) -> Measures:
    """Make the lengths of plain language of the choices of language.toml."""
    return Measures(
        longest_sentence=_number(LANGUAGE, choices, "longest_sentence"),
        longest_bare=_number(LANGUAGE, choices, "longest_bare"),
        choices=tuple(choices.values()),
    )


def check_value(where: str, key: str, value: object) -> None:
    """Refuse a value that the program could not read."""
    if key not in _NATURES:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10_000:
            raise RulesetError(
                "règles : {file} : « {key} » doit être un nombre entier", file=where, key=key
            )
        return
    for word in strings(where, key, value):
        if word not in set(Nature):
            raise RulesetError(
                "règles : {file} : « {key} » : nature « {word} » inconnue{advice}",
                file=where,
                key=key,
                word=word,
                advice=nearest(word, Nature),
            )


def _number(name: str, choices: Mapping[str, Choice], key: str) -> int:
    value = _wanted(name, choices, key).value
    check_value(name, key, value)
    return value if isinstance(value, int) else 0


def _natures(choices: Mapping[str, Choice], key: str) -> frozenset[Nature]:
    value = _wanted(POLICY, choices, key).value
    check_value(POLICY, key, value)
    return frozenset(map(Nature, strings(POLICY, key, value)))


def _wanted(name: str, choices: Mapping[str, Choice], key: str) -> Choice:
    if key not in choices:
        raise RulesetError("règles : {file} : le choix « {key} » manque", file=name, key=key)
    return choices[key]
