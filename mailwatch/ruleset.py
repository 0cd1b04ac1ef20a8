"""The référentiel as typed values, read from the text of the rule files, refused when inconsistent.

A rule file holds what is demanded and how it may be worded; the modules above hold how to look. Each rule
names its source and its status, and carries sentences it must and must not find: they are run as tests, and
`Ruleset` is refused when one fails. The digest of the files stands in every verdict.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

from mailwatch.errors import Remark, RulesetError
from mailwatch.model import Institution, Nature
from mailwatch.wording import Hit, Phrasebook, Words, compile_phrases, read
from mailwatch.workdays import Calendar, Territory, read_territories


class Status(StrEnum):
    """How well a rule is founded."""

    SOURCED = "sourced"
    INTERPRETED = "interpreted"
    LOCAL = "local"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way of wording something, with its source and its examples."""

    id: str
    label: str
    """What the rule speaks for: a nature, a kind of line, a kind of promise."""
    title: str
    source: str
    status: Status
    phrases: tuple[str, ...]
    hits: tuple[str, ...]
    """Sentences that the rule must find."""
    misses: tuple[str, ...]
    """Sentences near to it that the rule must not find."""
    weight: int = 1
    """How strongly the rule speaks, from 1 to 3."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RulePack:
    """The rules of one file, compiled together; `lists` holds its plain word lists.

    A pack is itself and no other: what is compiled from it may be cached by it.
    """

    rules: Mapping[str, Rule]
    lists: Mapping[str, tuple[str, ...]]
    phrasebook: Phrasebook
    """Shared with the packs that judge the same mails: one reading finds the phrases of all."""

    def find(self, words: Words) -> tuple[tuple[Rule, Hit], ...]:
        """Every rule that `words` meets, with the words it rests on, in the order of the text."""
        return tuple(
            (self.rules[hit.key], hit)
            for hit in _found(self.phrasebook, words)
            if hit.key in self.rules
        )


@lru_cache(maxsize=4)
def _found(phrasebook: Phrasebook, words: Words) -> tuple[Hit, ...]:
    """What a phrasebook finds in a text that is being judged; several packs and rules ask in turn."""
    return tuple(phrasebook.find(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of the référentiel or a choice of reading, as the report prints it."""

    key: str
    value: object
    title: str
    source: str
    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The settled definitions: delays, qualifying answers, follow-up, targets."""

    email_days: int
    letter_days: int
    qualifying: frozenset[Nature]
    substantive: frozenset[Nature]
    """Qualifying natures that also end the request."""
    follow_up_days: int
    """Working days after which a holding reply without date counts as not followed up."""
    duplicate_days: int
    """Calendar days within which the same words from the same person are one request."""
    reminder_days: int
    """Calendar days within which a reminder may belong to a request without other evidence."""
    answer_window_days: int
    """Calendar days after arrival within which an answer without reference may be matched."""
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """All that the rule files say."""

    policy: Policy
    automatic: RulePack
    """How machines word what they send by themselves, read together with `incoming`."""
    automatic_sent: RulePack
    """The same rules, read together with `outgoing`."""
    incoming: RulePack
    outgoing: RulePack
    mentions: RulePack
    promises: RulePack
    territories: Mapping[str, Territory]
    digest: str
    """SHA-256 over the files in the order of their names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The rules as one institution applies them: what every decision is made with."""

    institution: Institution
    rules: Ruleset
    calendar: Calendar
    zone: ZoneInfo


FILES = (
    "automatic.toml",
    "calendars.toml",
    "incoming.toml",
    "mentions.toml",
    "outgoing.toml",
    "promises.toml",
    "qualepref.toml",
)
PACKS = ("automatic.toml", "incoming.toml", "mentions.toml", "outgoing.toml", "promises.toml")
"""The files among them that hold rules of wording."""

_RULE_KEYS = {"id", "label", "title", "source", "status", "phrases", "hits", "misses", "weight"}


def load(texts: Mapping[str, str]) -> Ruleset:
    """Read the rule files (`name -> text`); raise RulesetError naming file, rule and remedy."""
    for name in FILES:
        if name not in texts:
            raise RulesetError(
                "règles : le fichier « {file} » manque ; réinstallez mailwatch ou remettez-le en place",
                file=name,
            )
    tables = {name: _parse(name, texts[name]) for name in FILES}
    try:
        territories = read_territories(tables["calendars.toml"])
    except ValueError as fault:
        raise RulesetError("règles : calendars.toml : {fault}", fault=fault) from None
    packs = {name: read_pack(name, tables[name]) for name in PACKS}
    automatic, incoming = _sharing(packs["automatic.toml"], packs["incoming.toml"])
    automatic_sent, outgoing, mentions, promises = _sharing(
        *(packs[f"{name}.toml"] for name in ("automatic", "outgoing", "mentions", "promises"))
    )
    return Ruleset(
        policy=read_policy(texts["qualepref.toml"]),
        automatic=automatic,
        automatic_sent=automatic_sent,
        incoming=incoming,
        outgoing=outgoing,
        mentions=mentions,
        promises=promises,
        territories=territories,
        digest=digest(texts),
    )


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 of the rule files, each preceded by its name, in the order of their names."""
    total = hashlib.sha256()
    for name in sorted(texts):
        total.update(f"{name}\n{texts[name]}\n".encode())
    return total.hexdigest()


def _parse(name: str, text: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise RulesetError("règles : {file} : {fault}", file=name, fault=fault) from None


# --- rules ----------------------------------------------------------------------------------------


def read_pack(name: str, table: Mapping[str, object]) -> RulePack:
    """Read one file of `[[rule]]` tables and its `[lists]`; raise RulesetError when a rule is at fault."""
    rules: dict[str, Rule] = {}
    for entry in _tables(name, table, "rule"):
        rule = _rule(name, entry)
        if rule.id in rules:
            raise RulesetError(
                "règles : {file} : la règle « {rule} » est définie deux fois",
                file=name,
                rule=rule.id,
            )
        rules[rule.id] = rule
    try:
        phrasebook = compile_phrases(
            (rule.id, phrase) for rule in rules.values() for phrase in rule.phrases
        )
    except ValueError as fault:
        raise RulesetError("règles : {file} : {fault}", file=name, fault=fault) from None
    lists = table.get("lists", {})
    if not isinstance(lists, Mapping):
        raise RulesetError("règles : {file} : « lists » doit être une table", file=name)
    return RulePack(
        rules=rules,
        lists={key: _strings(name, f"lists.{key}", value) for key, value in lists.items()},
        phrasebook=phrasebook,
    )


def _sharing(*packs: RulePack) -> tuple[RulePack, ...]:
    """Packs that read one phrasebook together; RulesetError when two of them use one rule id."""
    ids = Counter(rule for pack in packs for rule in pack.rules)
    if twice := [rule for rule, uses in ids.items() if uses > 1]:
        raise RulesetError(
            "règles : la règle « {rule} » est définie dans deux fichiers", rule=twice[0]
        )
    together = reduce(Phrasebook.joined, (pack.phrasebook for pack in packs))
    return tuple(replace(pack, phrasebook=together) for pack in packs)


def failures(pack: RulePack) -> tuple[str, ...]:
    """The examples that the rules of `pack` get wrong, one sentence each."""
    wrong: list[str] = []
    for rule in pack.rules.values():
        wrong += (
            f"« {rule.id} » ne trouve pas son exemple « {example} »"
            for example in rule.hits
            if rule.id not in pack.phrasebook.keys(read(example))
        )
        wrong += (
            f"« {rule.id} » trouve à tort son contre-exemple « {example} »"
            for example in rule.misses
            if rule.id in pack.phrasebook.keys(read(example))
        )
    return tuple(wrong)


def _rule(name: str, entry: Mapping[str, object]) -> Rule:
    where = Remark("{file} : règle « {rule} »", file=name, rule=entry.get("id", "?"))
    for key in entry:
        if key not in _RULE_KEYS:
            raise RulesetError(
                "règles : {where} : clé « {key} » inconnue{advice}",
                where=where,
                key=key,
                advice=_nearest(key, _RULE_KEYS),
            )
    for key in ("id", "label", "title", "source", "status", "phrases", "hits"):
        if not entry.get(key):
            raise RulesetError("règles : {where} : la clé « {key} » manque", where=where, key=key)
    weight = entry.get("weight", 1)
    if not isinstance(weight, int) or not 1 <= weight <= 3:
        raise RulesetError("règles : {where} : « weight » est un nombre de 1 à 3", where=where)
    return Rule(
        id=str(entry["id"]),
        label=str(entry["label"]),
        title=str(entry["title"]),
        source=str(entry["source"]),
        status=_status(where, entry["status"]),
        phrases=_strings(where, "phrases", entry["phrases"]),
        hits=_strings(where, "hits", entry["hits"]),
        misses=_strings(where, "misses", entry.get("misses", [])),
        weight=weight,
    )


# --- definitions ----------------------------------------------------------------------------------


def read_policy(text: str) -> Policy:
    """Read the settled definitions from the text of qualepref.toml; raise RulesetError at a fault."""
    choices = {choice.key: choice for choice in _choices(_parse("qualepref.toml", text))}

    def number(key: str) -> int:
        value = _wanted(choices, key).value
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise RulesetError(
                "règles : qualepref.toml : « {key} » doit être un nombre entier de jours", key=key
            )
        return value

    def natures(key: str) -> frozenset[Nature]:
        words = _strings("qualepref.toml", key, _wanted(choices, key).value)
        for word in words:
            if word not in set(Nature):
                raise RulesetError(
                    "règles : qualepref.toml : « {key} » : nature « {word} » inconnue{advice}",
                    key=key,
                    word=word,
                    advice=_nearest(word, Nature),
                )
        return frozenset(map(Nature, words))

    return Policy(
        email_days=number("email_days"),
        letter_days=number("letter_days"),
        qualifying=natures("qualifying"),
        substantive=natures("substantive"),
        follow_up_days=number("follow_up_days"),
        duplicate_days=number("duplicate_days"),
        reminder_days=number("reminder_days"),
        answer_window_days=number("answer_window_days"),
        choices=tuple(choices.values()),
    )


def _choices(table: Mapping[str, object]) -> tuple[Choice, ...]:
    found = []
    for entry in _tables("qualepref.toml", table, "choice"):
        where = Remark("qualepref.toml : choix « {choice} »", choice=entry.get("key", "?"))
        for key in ("key", "value", "title", "source", "status"):
            if key not in entry:
                raise RulesetError(
                    "règles : {where} : la clé « {key} » manque", where=where, key=key
                )
        found.append(
            Choice(
                key=str(entry["key"]),
                value=entry["value"],
                title=str(entry["title"]),
                source=str(entry["source"]),
                status=_status(where, entry["status"]),
            )
        )
    return tuple(found)


def _wanted(choices: Mapping[str, Choice], key: str) -> Choice:
    if key not in choices:
        raise RulesetError("règles : qualepref.toml : le choix « {key} » manque", key=key)
    return choices[key]


# --- reading tables -------------------------------------------------------------------------------


def _tables(name: str, table: Mapping[str, object], key: str) -> tuple[Mapping[str, object], ...]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, Mapping) for entry in found):
        raise RulesetError(
            "règles : {file} : « {key} » doit être une liste de tables [[{key}]]",
            file=name,
            key=key,
        )
    return tuple(found)


def _strings(where: str, key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise RulesetError(
            "règles : {where} : « {key} » doit être une liste de textes", where=where, key=key
        )
    return tuple(value)


def _status(where: str, value: object) -> Status:
    try:
        return Status(str(value))
    except ValueError:
        raise RulesetError(
            "règles : {where} : statut « {status} » inconnu ({known})",
            where=where,
            status=value,
            known=", ".join(Status),
        ) from None


def _nearest(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word[:80], list(known), n=1)
    return Remark(" ; vouliez-vous dire « {near} » ?", near=near[0]) if near else ""
