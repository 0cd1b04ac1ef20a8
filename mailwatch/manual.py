"""The rules as people read them: what each decides, on what ground, in which words, with examples.

A phrase of a rule is told in words (`explained`), a part of the manual is chosen (`manual`), and the whole can be
printed as a page (`html`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR
from difflib import get_close_matches
from typing import TypeAlias

from mailwatch import labels
from mailwatch.errors import FaultyValueError, Remark
from mailwatch.labels import NATURES, NO_BREAK, PHRASES
from mailwatch.model import LocalRule
from mailwatch.ruleset import PACKS, Choice, Rule, Ruleset, Status
from mailwatch.wording import phrase_tokens
from mailwatch.workdays import Territory

HTML = "regles.html"
VALUES, CALENDARS = "qualepref", "calendars"
PARTS = (*PACKS, VALUES, CALENDARS)
"""What the manual may be narrowed to, by the names of the files."""

_APART = re.compile(r" (?=[:;!?»%])|(?<=«) ")


@dataclass(frozen=True, slots=True, kw_only=True)
class WordList:
    """A list of words that rules look into."""

    name: str
    """As a site's file calls it: the pack, a full stop, the list."""
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """The rules of one file."""

    name: str
    title: str
    labels: Mapping[str, str]
    """What the rules of each label decide."""
    rules: tuple[Rule, ...]
    lists: tuple[WordList, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closures:
    """The days on which the territories that follow the same calendar are closed."""

    days: tuple[Closure, ...]
    territories: tuple[Territory, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """One day of a calendar, with its years and its source."""

    name: str
    when: tuple[int, int] | int
    """Month and day, or days after Easter Sunday."""
    from_year: int
    until_year: int
    customary: bool
    """It closes only the services that say so."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manual:
    """The rules, or what was asked for of them."""

    chapters: tuple[Chapter, ...]
    choices: tuple[Choice, ...]
    calendars: tuple[Closures, ...]
    local: tuple[LocalRule, ...]
    digest: str


def manual(
    rules: Ruleset, *, name: str = "", part: str = "", status: Status | None = None
) -> Manual:
    """Choose from the rules: one rule, list or value by `name`, one file, one status; all of it by default.

    ValueError, naming the nearest, when nothing has that name.
    """
    whole = Manual(
        chapters=tuple(_chapter(rules, pack) for pack in PACKS),
        choices=(*rules.policy.choices, *rules.measures.choices),
        calendars=_calendars(rules.territories.values()),
        local=rules.local,
        digest=rules.digest,
    )
    if name:
        whole = _named(whole, name)
    return _narrowed(whole, part, status)


def _chapter(rules: Ruleset, pack: str) -> Chapter:
    draft = {
        "automatic": rules.automatic,
        "incoming": rules.incoming,
        "outgoing": rules.outgoing,
        "mentions": rules.mentions,
        "promises": rules.promises,
        "language": rules.language,
    }[pack].draft
    return Chapter(
        name=pack,
        title=draft.title,
        labels=draft.labels,
        rules=tuple(draft.rules.values()),
        lists=tuple(
            WordList(name=f"{pack}.{key}", title=draft.list_titles.get(key, key), words=words)
            for key, words in draft.lists.items()
        ),
    )


def _calendars(territories: Iterable[Territory]) -> tuple[Closures, ...]:
    shared: dict[tuple[Closure, ...], list[Territory]] = {}
    for territory in territories:
        shared.setdefault(tuple(_closures(territory)), []).append(territory)
    return tuple(Closures(days=days, territories=tuple(those)) for days, those in shared.items())


def _closures(territory: Territory) -> Iterator[Closure]:
    for days, customary in ((territory.holidays, False), (territory.customary, True)):
        for day in days:
            yield Closure(
                name=day.name,
                when=day.when,
                from_year=day.from_year,
                until_year=day.until_year,
                customary=customary,
                source=day.source,
            )


def _named(whole: Manual, name: str) -> Manual:
    found = Manual(
        chapters=tuple(_only(chapter, name) for chapter in whole.chapters),
        choices=tuple(choice for choice in whole.choices if choice.key == name),
        calendars=(),
        local=tuple(rule for rule in whole.local if rule.target == name),
        digest=whole.digest,
    )
    if found.choices or found.local or any(each.rules or each.lists for each in found.chapters):
        return found
    near = get_close_matches(name[:80], _names(whole), n=1)
    advice = Remark(" ; vouliez-vous dire « {near} » ?", near=near[0]) if near else ""
    raise FaultyValueError(
        "aucune règle, liste ou valeur ne s’appelle « {name} »{advice}", name=name, advice=advice
    )


def _only(chapter: Chapter, name: str) -> Chapter:
    return Chapter(
        name=chapter.name,
        title=chapter.title,
        labels=chapter.labels,
        rules=tuple(rule for rule in chapter.rules if rule.id == name),
        lists=tuple(words for words in chapter.lists if words.name == name),
    )


def _names(whole: Manual) -> list[str]:
    rules = [rule.id for chapter in whole.chapters for rule in chapter.rules]
    lists = [words.name for chapter in whole.chapters for words in chapter.lists]
    return [*rules, *lists, *(choice.key for choice in whole.choices)]


def _narrowed(whole: Manual, part: str, status: Status | None) -> Manual:
    """What is left of the manual for one file and one status; lists have none, calendars a source each."""
    chapters = (
        Chapter(
            name=chapter.name,
            title=chapter.title,
            labels=chapter.labels,
            rules=tuple(rule for rule in chapter.rules if status in (None, rule.status)),
            lists=() if status else chapter.lists,
        )
        for chapter in whole.chapters
        if part in ("", chapter.name)
    )
    sourced = status in (None, Status.SOURCED)
    return Manual(
        chapters=tuple(chapter for chapter in chapters if chapter.rules or chapter.lists),
        choices=tuple(
            choice
            for choice in whole.choices
            if part in ("", VALUES) and status in (None, choice.status)
        ),
        calendars=whole.calendars if part in ("", CALENDARS) and sourced else (),
        local=whole.local if not part and status in (None, Status.LOCAL) else (),
        digest=whole.digest,
    )


# --- a phrase in words ----------------------------------------------------------------------------

Way: TypeAlias = "list[str | Group]"
"""Words and signs in a row."""


@dataclass(frozen=True, slots=True)
class Group:
    """Ways to say one part of a phrase; an optional one may be left out."""

    ways: tuple[Way, ...]
    optional: bool


_SIGNS = {"...": "gap", "#": "number", "¶": "line"}


def explained(phrase: str, say: Callable[[str], str] = str) -> str:
    """Tell a phrase of a rule in words; `say` gives its joints in the reader's language.

    « joint* » stays « joint… »: any word that begins so.
    """
    return _choice(_ways(iter(phrase_tokens(phrase))), say)


def _ways(tokens: Iterator[str]) -> tuple[Way, ...]:
    """The ways up to the bracket that closes them."""
    ways: list[Way] = [[]]
    for token in tokens:
        if token in ")]":
            break
        if token == "|":
            ways.append([])
        elif token in "([":
            ways[-1].append(Group(_ways(tokens), optional=token == "["))
        else:
            ways[-1].append(token)
    return tuple(ways)


def _choice(ways: tuple[Way, ...], say: Callable[[str], str]) -> str:
    within = len(ways) > 1
    told = [list(_row(way, say, within=within)) for way in ways]
    if len(told) == 1:
        return f", {say(PHRASES['then'])} ".join(told[0])
    each = [f" {say(PHRASES['then'])} ".join(row) for row in told]
    # What is made of several parts would not stand apart from its neighbours.
    each = [f"({words})" if len(row) > 1 else words for words, row in zip(each, told, strict=True)]
    return f"{', '.join(each[:-1])} {say(PHRASES['or'])} {each[-1]}"


def _row(way: Way, say: Callable[[str], str], *, within: bool) -> Iterator[str]:
    """The parts of a row, words that follow each other as one; `within` a choice, another is put in brackets."""
    words: list[str] = []
    for item in [*way, None]:
        if isinstance(item, str) and item not in _SIGNS:
            words.append(f"{item[:-1]}…" if item.endswith("*") else item)
            continue
        if words:
            yield f"« {' '.join(words)} »"
            words = []
        if item is not None:
            yield (
                say(PHRASES[_SIGNS[item]])
                if isinstance(item, str)
                else _group(item, say, within=within)
            )


def _group(group: Group, say: Callable[[str], str], *, within: bool) -> str:
    told = _choice(group.ways, say)
    if within and len(group.ways) > 1:
        told = f"({told})"
    # A gap may be empty anyhow.
    if not group.optional or group.ways == (["..."],):
        return told
    return f"{told} ({say(PHRASES['optional'])})"


# --- words and values ---------------------------------------------------------------------------------------


def apart(text: str) -> str:
    """French text with its no-break spaces."""
    return _APART.sub(NO_BREAK, text)


def worth(choice: Choice) -> str:
    """The value of a choice as people read it."""
    if isinstance(choice.value, list):
        return ", ".join(NATURES.get(word, str(word)) for word in choice.value)
    return str(choice.value)


def yearly(closure: Closure) -> str:
    """When a day comes back: `25/12`, or its distance from Easter Sunday."""
    if isinstance(closure.when, int):
        return f"Pâques {closure.when:+}".replace("-", "−")
    month, day = closure.when
    return f"{day:02}/{month:02}"


def years(closure: Closure) -> str:
    """The years of a day: `1982-`, `1953-1959`."""
    until = closure.until_year
    return f"{closure.from_year}–{until if until < MAXYEAR else ''}"


# --- a page ---------------------------------------------------------------------------------------


def html(found: Manual, title: str, templates: Mapping[str, str]) -> str:
    """The manual as one accessible page, to be read or printed; `title` is whose rules they are."""
    # Whoever wants the JSON of a deadline waits for no templates.
    from mailwatch.templating import environment

    ready = environment(templates)
    filters: dict[str, Callable[..., str]] = {
        "apart": apart,
        "explained": explained,
        "worth": worth,
        "yearly": yearly,
        "years": years,
    }
    ready.filters |= filters
    return ready.get_template(HTML).render(manual=found, title=title, labels=labels)
