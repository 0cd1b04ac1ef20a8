"""A table checked against the schema: the settings, or every fault of the file, a sentence each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mailwatch.errors import Remark, SettingsError
from mailwatch.model import Institution
from mailwatch.settings import schema
from mailwatch.settings.contradictions import Sections, contradictions
from mailwatch.settings.schema import BoxSection, InstitutionSection, Settings
from mailwatch.settings.sentences import (
    SECTIONS,
    is_secret,
    key_sentence,
    no_secret,
    placed,
    sentence,
    unknown,
)
from mailwatch.settings.starter import UNFINISHED
from mailwatch.settings.values import Place, Section

MAX_SHOWN = 50
"""How many faults one reading lists: past that the file is something else than settings."""


def read(file: str, table: Mapping[str, object]) -> Settings:
    """Read the parsed settings file; SettingsError with a line for each fault, `file` in front."""
    # pydantic-settings takes keyword arguments in `_` for orders: such keys never reach it.
    plain = {key: value for key, value in table.items() if not key.startswith("_")}
    found = [unknown((key,), table[key]) for key in table if key not in plain]
    found += _written(table)
    settings, errors = _validated(plain)
    found += [sentence(error) for error in errors if not _is_said(error)]
    sections = _sound(plain)
    found += [
        placed(place, words)
        for place, words in contradictions(sections, _institution(sections, errors))
    ]
    if settings is not None and not found:
        return settings
    if len(found) > MAX_SHOWN:
        found[MAX_SHOWN:] = [Remark("et {count} autres fautes", count=len(found) - MAX_SHOWN)]
    lines = [Remark("{file} : {fault}", file=file, fault=fault) for fault in found]
    named = {f"line{at}": line for at, line in enumerate(lines)}
    raise SettingsError("\n".join(f"{{{name}}}" for name in named), **named)


def _validated(table: Mapping[str, object]) -> tuple[Settings | None, Sequence[ErrorDetails]]:
    try:
        return Settings.model_validate(table), ()
    except ValidationError as refusal:
        return None, refusal.errors(include_url=False)


# --- what holds by itself -------------------------------------------------------------------------


def _sound(table: Mapping[str, object]) -> Sections:
    """Keep the sections without a fault of their own: what they say together is still worth checking."""
    sound: dict[Place, Section] = {}
    for title, model in SECTIONS.items():
        for place, value in _entries(title, table):
            try:
                sound[place] = model.model_validate(value)
            except ValidationError:
                continue
    return sound


def _entries(title: str, table: Mapping[str, object]) -> Iterator[tuple[Place, object]]:
    name = title.strip("[]")
    value = table.get(name)
    if not title.startswith("[["):
        yield from [((name,), value)] if name in table else []
    elif isinstance(value, list):
        yield from (((name, at), entry) for at, entry in enumerate(value))


def _institution(sections: Sections, errors: Sequence[ErrorDetails]) -> Institution | None:
    """Whose mail it is, when the sections that tell are without fault."""
    if any(error["loc"][:1] in {("institution",), ("box",)} for error in errors):
        return None
    own = sections.get(("institution",), InstitutionSection())
    boxes = tuple(section for section in sections.values() if isinstance(section, BoxSection))
    return schema.institution(Settings.model_validate({"institution": own, "box": boxes}))


# --- what is written and should not be ------------------------------------------------------------


def _written(table: Mapping[str, object]) -> Iterator[Remark]:
    """Find the secrets and the values that are still to fill in, wherever they stand."""
    for place, around, value in _walk(table):
        if is_secret(around, place[-1], value):
            yield no_secret(place)
        elif any(UNFINISHED in text for text in _texts(value)):
            yield key_sentence(place, Remark("reste à compléter"))


def _walk(table: Mapping[str, object]) -> Iterator[tuple[Place, str | int, object]]:
    """Give every key with its section, the step before it, and its value.

    Without recursion, and without whole paths: dotted keys nest as deep as a line is long.
    """
    waiting: deque[tuple[Place, object]] = deque([((), table)])
    while waiting:
        place, value = waiting.popleft()
        section = place[:2] if len(place) > 1 and isinstance(place[1], int) else place[:1]
        if isinstance(value, Mapping):
            for key, entry in value.items():
                here = (*section, key)
                yield here, place[-1] if place else "", entry
                waiting.append((here, entry))
        elif isinstance(value, list):
            waiting += [
                (place if place[1:] else (*place, at), each) for at, each in enumerate(value)
            ]


def _texts(value: object) -> list[str]:
    return [
        text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)
    ]


def _is_said(error: ErrorDetails) -> bool:
    """Say whether `_written` has said it better."""
    place, value = error["loc"], error["input"]
    around, key = ("", "", *place)[-2:]
    return is_secret(around, key, value) or any(UNFINISHED in text for text in _texts(value))
