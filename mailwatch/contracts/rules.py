"""The rules that verdicts rest on, and what a site changes in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import MAXYEAR

from mailwatch.contracts.terms import Json
from mailwatch.manual import Closures, Manual, explained
from mailwatch.model import LocalRule
from mailwatch.ruleset import Choice, Rule


def manual(found: Manual) -> dict[str, Json]:
    """The rules, values and calendars that were asked for, each with its source; phrases as the files write them."""
    return {
        "rules": found.digest,
        "packs": [
            {
                "pack": chapter.name,
                "title": chapter.title,
                "rules": [_rule(rule, chapter.labels) for rule in chapter.rules],
                "lists": [
                    {"list": each.name, "title": each.title, "words": list(each.words)}
                    for each in chapter.lists
                ],
            }
            for chapter in found.chapters
        ],
        "choices": [_choice(choice) for choice in found.choices],
        "calendars": [_calendar(calendar) for calendar in found.calendars],
        "local_rules": [local_rule(item) for item in found.local],
    }


def _rule(found: Rule, labels: Mapping[str, str]) -> dict[str, Json]:
    return {
        "id": found.id,
        "label": found.label,
        "decides": labels.get(found.label, found.label),
        "title": found.title,
        "source": found.source,
        "status": found.status,
        "weight": found.weight,
        "phrases": [{"phrase": phrase, "explained": explained(phrase)} for phrase in found.phrases],
        "hits": list(found.hits),
        "misses": list(found.misses),
    }


def _choice(found: Choice) -> dict[str, Json]:
    value = found.value
    return {
        "key": found.key,
        "value": [str(word) for word in value]
        if isinstance(value, list)
        else value
        if isinstance(value, str | int)
        else str(value),
        "title": found.title,
        "source": found.source,
        "status": found.status,
    }


def _calendar(found: Closures) -> dict[str, Json]:
    return {
        "territories": {territory.code: territory.name for territory in found.territories},
        "days": [
            {
                "name": day.name,
                "on": None if isinstance(day.when, int) else f"{day.when[0]:02}-{day.when[1]:02}",
                "easter": day.when if isinstance(day.when, int) else None,
                "from": day.from_year,
                "until": day.until_year if day.until_year < MAXYEAR else None,
                "customary": day.customary,
                "source": day.source,
            }
            for day in found.days
        ],
    }


def local_rule(found: LocalRule) -> dict[str, Json]:
    """What the site changes in one rule, list or value; `source` is the reason where it is switched off."""
    return {
        "change": found.change,
        "target": found.target,
        "title": found.title,
        "source": found.source,
        "file": found.file,
        "line": found.line,
    }
