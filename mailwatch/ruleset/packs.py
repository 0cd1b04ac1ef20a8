"""Rules of wording: one file of `[[rule]]` tables, compiled to be found in a text together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce

from mailwatch.errors import Remark, RulesetError
from mailwatch.ruleset.tables import mapping, needed, only, status, strings, tables
from mailwatch.ruleset.terms import Draft, Rule, RulePack
from mailwatch.wording import Phrasebook, compile_phrases, read

RULE_KEYS = frozenset(
    {"id", "label", "title", "source", "status", "phrases", "hits", "misses", "weight"}
)


def read_draft(name: str, table: Mapping[str, object]) -> Draft:
    """Read one file of rules and lists; RulesetError when one is at fault."""
    rules: dict[str, Rule] = {}
    for entry in tables(name, table, "rule"):
        rule = read_rule(name, entry)
        if rule.id in rules:
            raise RulesetError(
                "règles : {file} : la règle « {rule} » est définie deux fois",
                file=name,
                rule=rule.id,
            )
        rules[rule.id] = rule
    return Draft(
        name=name.removesuffix(".toml"),
        title=str(table.get("title", "")),
        labels={key: str(value) for key, value in mapping(name, table, "labels").items()},
        list_titles={key: str(value) for key, value in mapping(name, table, "list_titles").items()},
        rules=rules,
        lists={
            key: strings(name, f"lists.{key}", value)
            for key, value in mapping(name, table, "lists").items()
        },
    )


def compiled(name: str, draft: Draft) -> RulePack:
    """Make a pack of what one file says."""
    try:
        phrasebook = compile_phrases(
            (rule.id, phrase) for rule in draft.rules.values() for phrase in rule.phrases
        )
    except ValueError as fault:
        raise RulesetError("règles : {file} : {fault}", file=name, fault=fault) from None
    return RulePack(rules=draft.rules, lists=draft.lists, phrasebook=phrasebook, draft=draft)


def read_pack(name: str, table: Mapping[str, object]) -> RulePack:
    """Read one file of rules as it stands; RulesetError when a rule is at fault."""
    return compiled(name, read_draft(name, table))


def sharing(*packs: RulePack) -> tuple[RulePack, ...]:
    """Packs that read one phrasebook together; RulesetError when two of them use one rule id."""
    ids = Counter(rule for pack in packs for rule in pack.rules)
    if twice := [rule for rule, uses in ids.items() if uses > 1]:
        raise RulesetError(
            "règles : la règle « {rule} » est définie dans deux fichiers", rule=twice[0]
        )
    together = reduce(Phrasebook.joined, (pack.phrasebook for pack in packs))
    return tuple(replace(pack, phrasebook=together) for pack in packs)


def read_rule(name: str, entry: Mapping[str, object]) -> Rule:
    """Read one `[[rule]]`; RulesetError when it is at fault."""
    where = Remark("{file} : règle « {rule} »", file=name, rule=entry.get("id", "?"))
    only(where, entry, RULE_KEYS)
    needed(where, entry, ("id", "label", "title", "source", "status", "phrases", "hits"))
    weight = entry.get("weight", 1)
    if isinstance(weight, bool) or not isinstance(weight, int) or not 1 <= weight <= 3:
        raise RulesetError("règles : {where} : « weight » est un nombre de 1 à 3", where=where)
    return Rule(
        id=str(entry["id"]),
        label=str(entry["label"]),
        title=str(entry["title"]),
        source=str(entry["source"]),
        status=status(where, entry["status"]),
        phrases=strings(where, "phrases", entry["phrases"]),
        hits=strings(where, "hits", entry["hits"]),
        misses=strings(where, "misses", entry.get("misses", [])),
        weight=weight,
    )


# --- examples -------------------------------------------------------------------------------------


def failures(pack: RulePack) -> tuple[str, ...]:
    """The examples that the rules of `pack` get wrong, one sentence each."""
    return tuple(
        fault for rule in pack.rules.values() for fault in wrong_examples(rule, pack.phrasebook)
    )


def wrong_examples(rule: Rule, phrasebook: Phrasebook) -> Iterator[Remark]:
    """The examples that one rule gets wrong."""
    for example in rule.hits:
        if rule.id not in phrasebook.keys(read(example)):
            yield Remark(
                "« {rule} » ne trouve pas son exemple « {example} »", rule=rule.id, example=example
            )
    for example in rule.misses:
        if rule.id in phrasebook.keys(read(example)):
            yield Remark(
                "« {rule} » trouve à tort son contre-exemple « {example} »",
                rule=rule.id,
                example=example,
            )
