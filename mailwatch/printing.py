"""The manual of rules on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from rich.console import Console
from rich.text import Text

from mailwatch.display import counted, plain, terminal
from mailwatch.labels import LOCAL_CHANGES, STATUSES
from mailwatch.language import labelled, say
from mailwatch.language import translate as _
from mailwatch.manual import (
    Chapter,
    Closure,
    Closures,
    Manual,
    WordList,
    apart,
    explained,
    worth,
    yearly,
    years,
)
from mailwatch.model import LocalRule
from mailwatch.ruleset import Choice, Rule

_FEW = 6
"""Territories that are named one by one."""


def manual(found: Manual, *, whole_lists: bool) -> None:
    """Print the manual; of lists the words too with `whole_lists`, else their number."""
    screen = terminal()
    _put(screen, _("Règles, empreinte {digest}").format(digest=found.digest), style="bold")
    _put(
        screen,
        _("« mot… » vaut tout mot qui commence ainsi, quels que soient accents et majuscules."),
    )
    if found.choices:
        _heading(screen, _("Définitions et valeurs"))
    for choice in found.choices:
        _choice(screen, choice)
    if found.local:
        _heading(screen, _("Règles locales"))
    for change in found.local:
        _put(screen, _local(change), indent=2)
    for chapter in found.chapters:
        _chapter(screen, chapter, found.local, whole_lists=whole_lists)
    if found.calendars:
        _heading(screen, _("Jours fermés, hors samedis et dimanches"))
    for calendar in found.calendars:
        _calendar(screen, calendar)


def _put(screen: Console, words: str, *, indent: int = 0, style: str = "") -> None:
    """Print words folded at the screen's width, the further lines under the first."""
    margin = " " * indent
    # The library that draws tables breaks lines at no-break spaces.
    lines = wrap(
        apart(plain(words)),
        screen.width,
        initial_indent=margin,
        subsequent_indent=f"{margin}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        screen.print(Text(line, style=style), soft_wrap=True)


def _heading(screen: Console, words: str) -> None:
    screen.print()
    _put(screen, words, style="bold underline")


def _choice(screen: Console, choice: Choice) -> None:
    screen.print()
    _put(screen, f"{choice.key} = {worth(choice)}", indent=2, style="bold")
    _put(screen, choice.title, indent=4)
    _put(screen, _grounds(choice.source, choice.status), indent=4)


def _grounds(source: str, status: str) -> str:
    return _("source : {source} ({status})").format(source=source, status=_(STATUSES[status]))


def _local(change: LocalRule) -> str:
    words = _("{target} : {change} ; {source} ({file}, ligne {line})")
    return words.format(
        target=change.target,
        change=_(LOCAL_CHANGES[change.change]),
        source=change.source,
        file=change.file,
        line=change.line,
    )


def _chapter(
    screen: Console, chapter: Chapter, local: tuple[LocalRule, ...], *, whole_lists: bool
) -> None:
    _heading(screen, f"{chapter.title} ({chapter.name})")
    for rule in chapter.rules:
        screen.print()
        _put(screen, labelled(rule.id, rule.title), indent=2, style="bold")
        for line in _rule(rule, chapter.labels.get(rule.label, rule.label)):
            _put(screen, line, indent=4)
        for change in local:
            if change.target == rule.id:
                _put(screen, _local(change), indent=4)
    for words in chapter.lists:
        screen.print()
        _list(screen, words, whole=whole_lists)


def _rule(rule: Rule, decides: str) -> Iterator[str]:
    yield _("décide : {label} (poids {weight} sur 3)").format(label=decides, weight=rule.weight)
    yield _grounds(rule.source, rule.status)
    yield _("phrases :")
    yield from (f"• {explained(phrase, _)}" for phrase in rule.phrases)
    yield _("trouve :")
    yield from (f"✔ {example}" for example in rule.hits)
    if rule.misses:
        yield _("ne trouve pas :")
        yield from (f"✘ {example}" for example in rule.misses)


def _list(screen: Console, words: WordList, *, whole: bool) -> None:
    count = counted(len(words.words), _("mot"), _("mots"))
    _put(screen, labelled(words.name, f"{words.title} ({count})"), indent=2, style="bold")
    if whole:
        _put(screen, ", ".join(words.words), indent=4)


def _calendar(screen: Console, calendar: Closures) -> None:
    names = [f"{territory.name} ({territory.code})" for territory in calendar.territories]
    shown = ", ".join(names[:_FEW])
    if len(names) > _FEW:
        shown = _("{names} et {count} autres").format(names=shown, count=len(names) - _FEW)
    screen.print()
    _put(screen, shown, indent=2, style="bold")
    for day in calendar.days:
        _put(screen, _day(day), indent=4)


def _day(day: Closure) -> str:
    words = _("{name} (jour d’usage)") if day.customary else "{name}"
    name = words.format(name=say(_(day.name)))
    return labelled(f"{name}, {yearly(day)}, {years(day)}", day.source)
