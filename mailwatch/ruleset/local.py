"""The rules of the site: what its own files add to the rules, change in them, or switch off, with a source.

Each file holds tables of four kinds; every one is found again in the report, the manual and `check-config`:

    [[rule]]    a rule of its own: the keys of a rule, and `pack`, the file that it joins (`outgoing`)
    [[more]]    more `phrases` of a `rule`, with `hits`; or more `words` of a `list` (`language.acronyms`)
    [[off]]     a `rule` that the site does without, and the `reason`
    [[choice]]  another `value` for a `key` of qualepref.toml or language.toml

Files are read in the order of their names. No two of their tables may change one thing, but for additions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from mailwatch.errors import Remark, RulesetError
from mailwatch.model import LocalChange, LocalRule
from mailwatch.ruleset.choices import READ, check_value
from mailwatch.ruleset.packs import RULE_KEYS, read_rule, wrong_examples
from mailwatch.ruleset.tables import nearest, needed, only, parse, strings, tables
from mailwatch.ruleset.terms import Choice, Draft, Rule, Status
from mailwatch.wording import compile_phrases

_KINDS = ("rule", "more", "off", "choice")
_TARGETS = ("id", "rule", "list", "key")
"""The keys that name what a table changes."""


class Amendments:
    """The packaged rules as the site's files change them, one table after the other."""

    def __init__(self, drafts: Mapping[str, Draft], choices: Mapping[str, Choice]) -> None:
        """Start from what is packaged; drafts by their file's bare name."""
        self.drafts = dict(drafts)
        self.choices = dict(choices)
        self.local: list[LocalRule] = []
        self._packaged = {rule: name for name, draft in drafts.items() for rule in draft.rules}

    def amend(self, files: Mapping[str, str]) -> None:
        """Take the site's files in, by name; RulesetError naming file, line and remedy."""
        kinds: Mapping[str, Callable[[Remark, Mapping[str, object]], LocalRule]] = {
            "rule": self._new,
            "more": self._more,
            "off": self._off,
            "choice": self._choice,
        }
        for name in sorted(files):
            for kind, line, entry in _entries(name, files[name]):
                where = Remark("{file}, ligne {line}", file=name, line=line)
                self._once(where, kind, entry)
                change = kinds[kind](where, entry)
                self.local.append(replace(change, file=name, line=line))

    def _once(self, where: Remark, kind: str, entry: Mapping[str, object]) -> None:
        """Refuse to change a thing twice; words and phrases may be added by and by."""
        target = next((entry[key] for key in _TARGETS if key in entry), None)
        for earlier in self.local:
            further = kind == "more" and earlier.change is LocalChange.MORE
            if earlier.target == target and not further:
                raise RulesetError(
                    "règles : {where} : « {target} » est déjà changé par {file}, ligne {line}",
                    where=where,
                    target=earlier.target,
                    file=earlier.file,
                    line=earlier.line,
                )

    def _new(self, where: Remark, entry: Mapping[str, object]) -> LocalRule:
        only(where, entry, {*RULE_KEYS, "pack"})
        needed(where, entry, ("pack",))
        pack = self._draft(where, str(entry["pack"]))
        own = {key: value for key, value in entry.items() if key != "pack"}
        rule = read_rule(where, {"status": Status.LOCAL, **own})
        if rule.status is not Status.LOCAL:
            raise RulesetError(
                "règles : {where} : le statut d’une règle du site est « local »", where=where
            )
        if rule.label not in pack.labels:
            raise RulesetError(
                "règles : {where} : libellé « {label} » inconnu dans « {pack} »{advice}",
                where=where,
                label=rule.label,
                pack=pack.name,
                advice=nearest(rule.label, pack.labels),
            )
        if rule.id in self._packaged:
            raise RulesetError(
                "règles : {where} : la règle « {rule} » existe déjà ; complétez-la par [[more]]",
                where=where,
                rule=rule.id,
            )
        _check(where, rule)
        self._put(pack, rule)
        return _told(LocalChange.NEW, rule.id, rule.title, rule.source)

    def _more(self, where: Remark, entry: Mapping[str, object]) -> LocalRule:
        if "list" in entry:
            return self._more_words(where, entry)
        only(where, entry, {"rule", "phrases", "hits", "misses", "source"})
        needed(where, entry, ("rule", "phrases", "hits", "source"))
        pack, rule = self._rule(where, str(entry["rule"]))
        source = str(entry["source"])
        longer = replace(
            rule,
            phrases=(*rule.phrases, *strings(where, "phrases", entry["phrases"])),
            hits=(*rule.hits, *strings(where, "hits", entry["hits"])),
            misses=(*rule.misses, *strings(where, "misses", entry.get("misses", []))),
        )
        _check(where, longer)
        self._put(pack, longer)
        return _told(LocalChange.MORE, rule.id, rule.title, source)

    def _more_words(self, where: Remark, entry: Mapping[str, object]) -> LocalRule:
        only(where, entry, {"list", "words", "source"})
        needed(where, entry, ("list", "words", "source"))
        target = str(entry["list"])
        known = {f"{name}.{key}": name for name, pack in self.drafts.items() for key in pack.lists}
        if target not in known:
            raise RulesetError(
                "règles : {where} : liste « {list} » inconnue{advice}",
                where=where,
                list=target,
                advice=nearest(target, known),
            )
        pack = self.drafts[known[target]]
        key = target.removeprefix(f"{pack.name}.")
        words = (*pack.lists[key], *strings(where, "words", entry["words"]))
        self.drafts[pack.name] = replace(pack, lists={**pack.lists, key: words})
        return _told(LocalChange.MORE, target, pack.list_titles.get(key, key), str(entry["source"]))

    def _off(self, where: Remark, entry: Mapping[str, object]) -> LocalRule:
        only(where, entry, {"rule", "reason"})
        needed(where, entry, ("rule", "reason"))
        pack, rule = self._rule(where, str(entry["rule"]))
        kept = {name: each for name, each in pack.rules.items() if name != rule.id}
        self.drafts[pack.name] = replace(pack, rules=kept)
        return _told(LocalChange.OFF, rule.id, rule.title, str(entry["reason"]))

    def _choice(self, where: Remark, entry: Mapping[str, object]) -> LocalRule:
        only(where, entry, {"key", "value", "source"})
        needed(where, entry, ("key", "value", "source"))
        key, source = str(entry["key"]), str(entry["source"])
        if key not in self.choices:
            raise RulesetError(
                "règles : {where} : choix « {key} » inconnu{advice}",
                where=where,
                key=key,
                advice=nearest(key, READ),
            )
        if key not in READ:
            raise RulesetError(
                "règles : {where} : « {key} » dit ce que fait le programme et ne se change pas ici",
                where=where,
                key=key,
            )
        check_value(where, key, entry["value"])
        before = self.choices[key]
        self.choices[key] = replace(
            before, value=entry["value"], source=source, status=Status.LOCAL
        )
        return _told(LocalChange.VALUE, key, before.title, source)

    def _put(self, pack: Draft, rule: Rule) -> None:
        self.drafts[pack.name] = replace(pack, rules={**pack.rules, rule.id: rule})

    def _draft(self, where: Remark, name: str) -> Draft:
        if name not in self.drafts:
            raise RulesetError(
                "règles : {where} : « pack » vaut l’un de {known}",
                where=where,
                known=", ".join(self.drafts),
            )
        return self.drafts[name]

    def _rule(self, where: Remark, name: str) -> tuple[Draft, Rule]:
        for pack in self.drafts.values():
            if name in pack.rules:
                return pack, pack.rules[name]
        raise RulesetError(
            "règles : {where} : la règle « {rule} » n’existe pas{advice}",
            where=where,
            rule=name,
            advice=nearest(name, self._packaged),
        )


def _entries(name: str, text: str) -> Iterator[tuple[str, int, Mapping[str, object]]]:
    """The tables of one file in the order of the four kinds, each with its line."""
    table = parse(name, text)
    only(name, table, _KINDS)
    for kind in _KINDS:
        heads = _lines(text, kind)
        for at, entry in enumerate(tables(name, table, kind)):
            # An entry that is written in line, `rule = [{…}]`, stands nowhere that can be told.
            yield kind, heads[at] if at < len(heads) else 1, entry


def _lines(text: str, kind: str) -> list[int]:
    """The lines where the tables of one kind begin."""
    head = re.compile(rf'[ \t]*\[\[[ \t]*"?{kind}"?[ \t]*\]\]')
    return [at for at, line in enumerate(text.split("\n"), start=1) if head.match(line)]


def _check(where: Remark, rule: Rule) -> None:
    """Run the examples of a rule; RulesetError at the first that does not hold."""
    try:
        phrasebook = compile_phrases((rule.id, phrase) for phrase in rule.phrases)
    except ValueError as fault:
        raise RulesetError("règles : {where} : {fault}", where=where, fault=fault) from None
    except RecursionError:
        raise RulesetError(
            "règles : {where} : une phrase a trop de parenthèses l’une dans l’autre", where=where
        ) from None
    for wrong in wrong_examples(rule, phrasebook):
        raise RulesetError("règles : {where} : {fault}", where=where, fault=wrong)


def _told(change: LocalChange, target: str, title: str, source: str) -> LocalRule:
    return LocalRule(change=change, target=target, title=title, source=source, file="", line=0)
