"""Two languages, whatever the locale: all we say has its English, all click says its French."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parent.parent / "mailwatch"
SAYING = {"_", "translate", "UsageError", "SourceError", "SettingsError", "RulesetError"}
"""What is called with a message first; `cli` translates what errors say."""


def _catalogue(language: str) -> Catalog:
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "mailwatch.po").open("rb") as lines:
        return read_po(lines, locale=language, abort_invalid=True)


def _of_click() -> set[str]:
    """The msgids of click itself, the singular of those that have a plural."""
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(Path(click.__file__).parent, keywords=keywords)
    return {words if isinstance(words, str) else words[0] for _, _, words, _, _ in found}


def _text(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def _of_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in SAYING:
                yield from _text(first)


def _of_labels(tree: ast.Module) -> Iterator[str]:
    """The words of the tables of `labels`, which `display` translates."""
    for statement in tree.body:
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict):
            for word in value.values:
                yield from _text(word)


def _of_ours() -> set[str]:
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}
    found = {message for tree in trees.values() for message in _of_calls(tree)}
    return found.union(*(_of_labels(trees[path]) for path in trees if path.stem == "labels"))


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _entries(language: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each message of a catalogue, singular and plural, with its translations."""
    for message in _catalogue(language):
        if message.id:
            forms = (message.id, message.string or "")
            originals, translations = ([f] if isinstance(f, str) else list(f) for f in forms)
            yield originals, translations


def _untranslated(messages: set[str], language: str) -> list[str]:
    """The entries that a catalogue lacks, as they would be added to it."""
    catalogue = _catalogue(language)
    missing = [m for m in messages if not (m in catalogue and catalogue[m].string)]
    return [f"msgid {json.dumps(m, ensure_ascii=False)}" for m in sorted(missing)]


def test_every_message_of_ours_is_in_the_english_catalogue() -> None:
    assert not _untranslated(_of_ours(), "en")


def test_every_message_of_click_is_in_the_french_catalogue() -> None:
    assert not _untranslated(_of_click(), "fr")


def test_no_catalogue_keeps_a_message_that_nobody_says() -> None:
    assert {originals[0] for originals, _ in _entries("en")} <= _of_ours()
    assert {originals[0] for originals, _ in _entries("fr")} <= _of_click()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_translation_names_the_values_that_its_message_names(language: str) -> None:
    for originals, translations in _entries(language):
        for translation in translations:
            assert _fields(translation) <= _fields("".join(originals)), translation
            assert _fields(translation) >= set.intersection(*map(_fields, originals)), translation


def test_french_is_written_with_its_own_signs() -> None:
    for _, translations in _entries("fr"):
        for translation in translations:
            assert not re.search(r"'| [:;?!»]|« ", translation), translation


def _says(code: str, **environment: str) -> str:
    """What a new interpreter prints: the language is chosen once in a process."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return run.stdout.strip()


SPEAK = """
from mailwatch import language
language.choose({language!r})
import click
print(click.Command("essai", help="…").get_help(click.Context(click.Command("essai"))))
print(language.translate("demande"))
print(repr(language.translate("")))
"""


@pytest.mark.parametrize(
    ("language", "locale", "expected"),
    [
        ("fr", "fr_FR.UTF-8", ("Usage :", "demande")),
        ("fr", "C", ("Usage :", "demande")),
        ("fr", "en_US.UTF-8", ("Usage :", "demande")),
        ("en", "C", ("Usage:", "request")),
        ("en", "fr_FR.UTF-8", ("Usage:", "request")),
        ("xx", "en_US.UTF-8", ("Usage :", "demande")),
        ("../..", "en_US.UTF-8", ("Usage :", "demande")),
        ("", "en_US.UTF-8", ("Usage :", "demande")),
    ],
)
def test_the_language_is_the_one_asked_for_whatever_the_locale(
    language: str, locale: str, expected: tuple[str, str]
) -> None:
    usage, word = expected

    said = _says(SPEAK.format(language=language), LC_ALL=locale, LANG=locale, LANGUAGE=locale)

    lines = said.replace("\u00a0", " ").splitlines()
    assert lines[0].startswith(usage)
    assert lines[-2:] == [word, "''"]


def test_the_choice_imports_nothing_heavy() -> None:
    before = _says("import sys, gettext, os, pathlib; print(*sorted(sys.modules))").split()

    after = _says(
        "import sys\nfrom mailwatch import language\nlanguage.choose('fr')\n"
        "language.translate('demande')\nprint(*sorted(sys.modules))"
    ).split()

    beyond = {name.partition(".")[0] for name in set(after) - set(before)}
    assert not {name for name in beyond if name not in sys.stdlib_module_names} - {"mailwatch"}
