"""The documents say what is: words, commands and files are held against the code."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable
from os import environ
from pathlib import Path
from xml.etree import ElementTree as ET

import click
import pytest

from mailwatch import model
from mailwatch.commands import mailwatch

ROOT = Path(__file__).parent.parent
MAILWATCH = Path(sys.executable).with_name("mailwatch")
TOP = {
    "CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "Makefile", "README.fr.md", "README.md",
    "bench", "mailwatch", "packaging", "pyproject.toml", "requirements-dev.txt", "requirements-model.txt",
    "requirements.txt", "rules", "scripts", "templates", "tests",
    ".ci", ".dockerignore", ".editorconfig", ".gitattributes", ".gitignore",
}  # fmt: skip


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _glossary() -> dict[str, str]:
    """The words of CONTRIBUTING, with their meaning."""
    rows = re.findall(r"^\| `(\w+)` \| .+? \| (.+?) \|$", _read("CONTRIBUTING.md"), re.MULTILINE)
    return dict(rows)


def _commands(name: str) -> list[list[str]]:
    """Every `mailwatch …` of the shell blocks of a document, as words."""
    blocks = re.findall(r"^```sh\n(.*?)^```", _read(name), re.MULTILINE | re.DOTALL)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    return [words for words in lines if words and words[0].endswith("mailwatch")]


def test_every_type_of_the_model_is_in_the_glossary() -> None:
    types = {name for name, value in vars(model).items() if isinstance(value, type)}
    ours = {name for name in types if getattr(model, name).__module__.startswith(model.__name__)}

    assert set(_glossary()) == {name for name in ours if not name.startswith("_")}


def test_the_glossary_is_in_alphabetical_order_and_each_meaning_is_a_sentence() -> None:
    glossary = _glossary()

    assert list(glossary) == sorted(glossary)
    assert not [word for word, meaning in glossary.items() if not re.fullmatch(r".*[.…]", meaning)]


@pytest.mark.parametrize("name", ["README.md", "README.fr.md"])
def test_every_command_of_the_readme_exists_with_its_options(name: str) -> None:
    commands = _commands(name)

    for _program, command, *words in commands:
        # A group has commands of its own, each with its options.
        grouped = isinstance(mailwatch.commands[command], click.Group)
        shown = subprocess.run(
            [MAILWATCH, command, *words[:grouped], "--help"],
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        assert not [word for word in words if word.startswith("--") and word not in shown]
    assert commands


@pytest.mark.parametrize("name", ["README.md", "README.fr.md", "CONTRIBUTING.md"])
def test_every_make_target_of_a_document_exists(name: str) -> None:
    targets = re.findall(r"^(\w+):", _read("Makefile"), re.MULTILINE)

    named = re.findall(r"(?:^|`)make (\w+)", _read(name), re.MULTILINE)

    assert named
    assert set(named) <= set(targets)


@pytest.mark.parametrize("name", ["README.md", "README.fr.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_to_a_file_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", _read(name))

    assert not [link for link in links if not (ROOT / link).exists()]


def _run(folder: Path, *words: str) -> str:
    """What a command prints on a wide terminal; 1 tells of a non-conformity."""
    shown = subprocess.run(
        [MAILWATCH, *words],
        cwd=folder,
        env={**environ, "COLUMNS": "96"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert shown.returncode in {0, 1}, shown.stderr
    return shown.stdout


@pytest.fixture(scope="module")
def shown_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demonstration was given."""
    folder = tmp_path_factory.mktemp("demonstration")
    (folder / "printed").write_text(_run(folder, "demo"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def printed(shown_in: Path) -> list[str]:
    """What the demonstration prints, line by line."""
    return _written((shown_in / "printed").read_text(encoding="utf-8").splitlines())


def _written(lines: Iterable[str]) -> list[str]:
    """The lines that hold words, at the spacing of a sentence: columns may stand further apart."""
    return [" ".join(line.split()) for line in lines if line.strip(" ─")]


def test_the_readme_shows_what_the_demonstration_prints(printed: list[str]) -> None:
    block = re.search(r"<!-- output.*?```text\n(.*?)\n…\n```", _read("README.md"), re.DOTALL)

    assert block
    shown = _written(block.group(1).splitlines())
    assert len(shown) > 5
    assert shown == printed[: len(shown)]


def test_the_picture_shows_what_the_demonstration_prints(printed: list[str]) -> None:
    svg = "{http://www.w3.org/2000/svg}"
    picture = ET.fromstring(_read("packaging/demo.svg"))

    shown = _written(" ".join(line.itertext()) for line in picture.iter(f"{svg}text"))

    start = printed.index(shown[0])
    assert shown == printed[start : start + len(shown)]
    # Whoever cannot see it hears what it is.
    assert picture.findtext(f"{svg}title")
    assert picture.findtext(f"{svg}desc")


def test_the_mail_of_the_readme_goes_the_way_it_tells(shown_in: Path) -> None:
    told = _read("README.md").partition("## How it works")[2]
    box, how = Path(".demo/moselle"), ["--settings", ".demo/moselle/mailwatch.toml", "--json"]
    name = re.findall(r"`([\w-]+\.eml)`", told)[0]
    nature = json.loads(_run(shown_in, "classify", str(box / "inbox" / name), *how))
    audit = _run(shown_in, "audit", str(box), *how, "--now", "2026-04-20")
    request = next(r for r in json.loads(audit)["requests"] if r["file"].endswith(name))

    assert (nature["nature"], nature["evidence"][0]["rule"]) == ("request", "ask.words")
    assert nature["evidence"][0]["text"] in told
    assert request["received_at"] == "2026-04-02T23:50:05+02:00"
    assert (request["due_on"], request["first_answer"]["on"]) == ("2026-04-13", "2026-04-14")
    assert request["state"] == "answered_late"
    assert {"reference", "quoted", "subject"} <= set(request["links"][0]["evidence"])
    for mention in request["mentions"].values():
        assert mention["place"] == "signature"
        assert mention["text"].replace("'", "’") in told


def test_the_root_holds_what_the_design_lists_and_nothing_else() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a checkout")

    assert {line.partition("/")[0] for line in tracked.stdout.splitlines()} <= TOP


def test_the_locks_pin_every_file_and_name_no_index() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-model.txt"):
        entries = [e for e in re.split(r"\n(?! )", _read(name)) if e.strip()]
        assert entries
        assert not [e for e in entries if "==" not in e or "--hash=sha256:" not in e]
        assert "://" not in _read(name)


def test_the_runtime_lock_is_part_of_the_other_locks() -> None:
    runtime, development, model = (
        set(re.findall(r"^[\w.-]+==\S+", _read(name), re.MULTILINE))
        for name in ("requirements.txt", "requirements-dev.txt", "requirements-model.txt")
    )

    assert runtime <= development & model
