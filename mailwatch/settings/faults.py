"""A table checked against the schema: the settings, or each fault in one French sentence."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mailwatch.errors import SettingsError
from mailwatch.settings.schema import (
    BoxSection,
    ExceptionSection,
    InstitutionSection,
    ManualAnswerSection,
    Settings,
)

Place = tuple[str | int, ...]
"""Keys and indexes from the top of the file, as pydantic's `loc`."""

MAX_SHOWN = 50
"""How many faults one reading lists: past that the file is something else than settings."""

MAX_LENGTH = 40
"""How much of a key or a value is shown, in characters."""

_SECTIONS: Mapping[str, type[BaseModel]] = {
    "[institution]": InstitutionSection,
    "[[exception]]": ExceptionSection,
    "[[box]]": BoxSection,
    "[[manual_answer]]": ManualAnswerSection,
}
_WANTED = {
    "string_type": "un texte entre guillemets",
    "string_too_short": "un texte qui ne soit pas vide",
    "tuple_type": "une liste entre crochets",
    "model_type": "une table",
    "enum": "« strict » ou « rolled »",
}
_SECRET = re.compile(
    r"passw|mot_?de_?passe|^mdp|secret|token|jeton|credential|api_?key|cle_?api", re.IGNORECASE
)


def read(file: str, table: Mapping[str, object]) -> Settings:
    """Read the parsed settings file; SettingsError with a line for each fault, `file` in front."""
    # pydantic-settings takes keyword arguments in `_` for orders: such keys never reach it.
    plain = {key: value for key, value in table.items() if not key.startswith("_")}
    found = [_unknown((key,), table[key]) for key in table if key not in plain]
    found += [_no_secret(place) for place in _secrets(table)]
    try:
        settings = Settings.model_validate(plain)
    except ValidationError as refusal:
        errors = refusal.errors(include_url=False)
        found += [_sentence(error) for error in errors if not _is_secret(error["loc"])]
    if not found:
        return settings
    if len(found) > MAX_SHOWN:
        found[MAX_SHOWN:] = [f"et {len(found) - MAX_SHOWN} autres fautes"]
    raise SettingsError("\n".join(f"{file} : {fault}" for fault in found))


# --- secrets --------------------------------------------------------------------------------------


def _secrets(table: Mapping[str, object]) -> Iterator[Place]:
    """Find the keys that look like a secret, wherever they stand: section and key."""
    waiting: list[tuple[Place, object]] = [((), table)]
    while waiting:  # no recursion, no whole paths: dotted keys nest as deep as a line is long
        place, value = waiting.pop()
        if isinstance(value, Mapping):
            inner = [((*place[:2], key), entry) for key, entry in value.items()]
            yield from (place for place, _ in inner if _is_secret(place))
            waiting += inner
        elif isinstance(value, list):
            waiting += [((*place[:2], at), entry) for at, entry in enumerate(value)]


def _is_secret(place: Place) -> bool:
    return bool(_SECRET.search(str(place[-1]))) if place else False


def _no_secret(place: Place) -> str:
    title = f"{_title(place)} : " if len(place) > 1 else ""
    return (
        f"{title}« {_shown(str(place[-1]))} » : un secret ne s’écrit jamais dans ce fichier, "
        "qui se lit et se copie ; retirez-le, et changez-le s’il a servi"
    )


# --- places ---------------------------------------------------------------------------------------


def _title(place: Place) -> str:
    """Name the section of a place as the file writes it: `[institution]`, `[[box]] n° 2`."""
    match place:
        case (str(name), int(at), *_):
            return f"[[{_shown(name)}]] n° {at + 1}"
        case (str(name), *_):
            written = (title for title in _SECTIONS if title.strip("[]") == name)
            return next(written, f"[{_shown(name)}]")
        case _:
            return ""


def _key(place: Place) -> str:
    """Name the key of a place, and which value of its list: `« domains », 2e valeur : `."""
    match place:
        case (str(), int(), str(key), *inner) | (str(), str(key), *inner):
            ranks = [
                f", {at + 1}{'e' if at else 're'} valeur" for at in inner if isinstance(at, int)
            ]
            return f"« {_shown(key)} »{''.join(ranks)} : "
        case _:  # a whole entry of a section, and the section is named already
            return ""


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


# --- sentences ------------------------------------------------------------------------------------


def _sentence(error: ErrorDetails) -> str:
    # What is wrong at the top of the file stands in no section, unless a whole section is wrong.
    inside = len(error["loc"]) > 1 or error["type"] == "value_error"
    title = _title(error["loc"]) if inside else ""
    return f"{title} : {_words(error)}" if title else _words(error)


def _words(error: ErrorDetails) -> str:
    place, value = error["loc"], error["input"]
    match error["type"]:
        case "extra_forbidden":
            return _unknown(place, value)
        case "missing":
            return f"la clé « {place[-1]} » manque"
        case "value_error":
            return f"{_key(place)}{error['ctx']['error']}"
        case "tuple_type" | "model_type" if len(place) == 1:
            return f"« {place[0]} » s’écrit comme une section, {_title(place)}"
        case kind:
            wanted = _WANTED.get(kind, error["msg"])
            return f"{_key(place)}il faut {wanted}, pas {_what(value)}"


def _unknown(place: Place, value: object) -> str:
    key = str(place[-1])
    homes: dict[str, str] = {}
    for section, model in _SECTIONS.items():
        homes = dict.fromkeys(_keys(model), section) | homes
    own = _own_keys(place)
    near = _nearest(key, own)
    if key in homes:
        advice = f"elle va dans {homes[key]}"
    elif near:
        advice = f"vouliez-vous dire « {near} » ?"
    elif elsewhere := _nearest(key, homes):
        advice = f"vouliez-vous dire « {elsewhere} », dans {homes[elsewhere]} ?"
    else:
        advice = f"connues : {', '.join(own)}"
    kind = "section" if len(place) == 1 and isinstance(value, (Mapping, list)) else "clé"
    return f"{kind} « {_shown(key)} » inconnue ; {advice}"


def _own_keys(place: Place) -> list[str]:
    """List the keys that the table around `place` may hold."""
    for section, model in _SECTIONS.items():
        if len(place) > 1 and section.strip("[]") == place[0]:
            return _keys(model)
    return _keys(Settings)


def _what(value: object) -> str:
    if isinstance(value, str):
        return f"le texte « {_shown(value)} »"
    if isinstance(value, (list, Mapping)):
        return "une liste" if isinstance(value, list) else "une table"
    if isinstance(value, int) and abs(value) > sys.maxsize:
        return "un nombre démesuré"  # Python refuses to print the longest ones
    return f"la valeur {str(value).lower()}"


def _shown(text: str) -> str:
    """Show a key or a value on one line, whatever it holds."""
    line = "".join(c if c.isprintable() else " " for c in text[:MAX_LENGTH])
    return line + "…" * (len(text) > MAX_LENGTH)


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word[:80].lower(), list(known), n=1, cutoff=0.55)), "")
