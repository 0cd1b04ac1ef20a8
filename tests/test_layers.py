"""The map in `mailwatch/__init__.py` is true: of the modules, their imports, the contracts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import mailwatch

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "mailwatch"
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

BANNED = {
    "base", "common", "data", "handler", "helper", "helpers", "info", "manager", "obj", "processor",
    "tmp", "util", "utils",
}  # fmt: skip
TERMS = {"base_subject"}
"""Terms of the field with such a word in them: RFC 5256 section 2.1."""


def _layers(part: str) -> list[list[str]]:
    """The layers that one part of the map draws, the lowest first."""
    found = [re.findall(r"^    (\w+)  +[A-Z]", block, re.MULTILINE) for block in part.split("\n\n")]
    return [layer for layer in found if layer]


CORE, SHELL = (_layers(part) for part in (mailwatch.__doc__ or "").split("The shell:"))
LAYERS = CORE + SHELL
RANK = {module: rank for rank, layer in enumerate(LAYERS) for module in layer}
RANK |= {"__init__": -1, "__main__": len(LAYERS)}


def _rooms() -> dict[str, list[str]]:
    """The files of each package as the map orders them."""
    found = re.findall(
        r"^    (\w+)  +([a-z]\w*(?:,\s+\w+)*)$", mailwatch.__doc__ or "", re.MULTILINE
    )
    return {room: re.findall(r"\w+", files) for room, files in found}


def _sources() -> list[Path]:
    """Every module; the migrations are none: Alembic loads them by their path."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts]


def _room(path: Path) -> str:
    """The module of the map that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _core() -> list[Path]:
    core = set(chain(*CORE))
    return [path for path in _sources() if _room(path) in core]


def _imports(tree: ast.AST) -> Iterator[str]:
    """The modules of mailwatch, as the map names them, that a syntax tree imports anywhere."""
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "mailwatch":
            names = [f"mailwatch.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        yield from (name.split(".")[1] for name in names if name.startswith("mailwatch."))


def test_every_module_stands_once_on_the_map() -> None:
    modules = {_room(path) for path in _sources()}

    assert sorted(chain(*LAYERS)) == sorted(modules - {"__init__", "__main__"})


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_from_the_layers_above_its_own(path: Path) -> None:
    room = _room(path)
    tree = ast.parse(path.read_text(encoding="utf-8"))

    wrong = [name for name in _imports(tree) if name != room and RANK[name] >= RANK[room]]

    assert not wrong


def test_every_file_of_a_package_stands_once_on_the_map() -> None:
    rooms: dict[str, list[str]] = {}
    for path in _sources():
        # A package inside another is a file of that room, and a room of its own.
        named = path.parent if path.stem == "__init__" else path.with_suffix("")
        if PACKAGE in named.parent.parents:
            rooms.setdefault(named.parent.name, []).append(named.name)

    assert {room: sorted(files) for room, files in _rooms().items()} == rooms


def _neighbours(path: Path, folder: Path) -> set[str]:
    """The files of the package in `folder` that a file below it imports."""
    package = ".".join(folder.relative_to(PACKAGE.parent).parts)
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.ImportFrom(module=module, names=names) if module == package:
                named |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module)) if module.startswith(f"{package}."):
                named.add(module.removeprefix(f"{package}.").partition(".")[0])
    return named


@pytest.mark.parametrize("room", _rooms())
def test_a_file_of_a_package_imports_only_from_those_before_it(room: str) -> None:
    files = _rooms()[room]
    (folder,) = (path for path in PACKAGE.rglob(room) if path.is_dir())

    wrong = {
        (name, path.name): sorted(_neighbours(path, folder) & set(files[at + 1 :]))
        for at, name in enumerate(files)
        for path in (folder / f"{name}.py", *(folder / name).glob("*.py"))
        if path.exists()
    }

    assert not {name: later for name, later in wrong.items() if later}


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_are_absolute(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    assert not [n.lineno for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.level]


def _others(tree: ast.AST) -> set[str]:
    """The packages outside the standard library that a syntax tree imports anywhere."""
    named: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                named |= {alias.name.partition(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module)):
                named.add(module.partition(".")[0])
    return named - sys.stdlib_module_names - {"mailwatch"}


def test_every_dependency_is_imported_and_every_import_is_declared() -> None:
    extra = SETUP["project"]["optional-dependencies"]["demo"]
    lines = [*SETUP["project"]["dependencies"], *extra]
    declared = {re.split(r"[^\w-]", line)[0] for line in lines}
    imported = set(chain(*(_others(ast.parse(path.read_text("utf-8"))) for path in _sources())))

    # `zoneinfo` reads tzdata; pydantic pins its own core to the version.
    assert {name.replace("-", "_") for name in declared - {"tzdata"}} == imported - {
        "pydantic_core"
    }


def test_the_import_contract_draws_the_same_layers() -> None:
    contract = SETUP["tool"]["importlinter"]["contracts"][0]
    drawn = [{name.strip() for name in layer.split("|")} for layer in contract["layers"]]

    assert drawn == [set(layer) for layer in reversed(LAYERS)]


def test_the_core_of_the_map_is_the_core_of_the_import_contract() -> None:
    contract = SETUP["tool"]["importlinter"]["contracts"][1]

    assert contract["source_modules"] == [f"mailwatch.{name}" for name in chain(*CORE)]


def test_the_coverage_bound_leaves_out_the_shell_alone() -> None:
    omitted = SETUP["tool"]["coverage"]["report"]["omit"]

    assert {Path(name).parts[1].removesuffix(".py") for name in omitted} == {
        "__init__",
        "__main__",
        *chain(*SHELL),
    }


def test_the_import_contracts_are_kept() -> None:
    lint = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert lint.returncode == 0, lint.stdout + lint.stderr


@pytest.mark.parametrize("path", _core(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_core_neither_reads_nor_prints_nor_asks_the_time(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]

    # What needs no import that the contract could refuse.
    outward = re.compile(
        r"(open|print|input)|(date|datetime)\.(today|now|utcnow)|sys\.(?!intern).*"
    )
    assert not [call for call in calls if outward.fullmatch(call)]


def _names(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that a syntax tree gives to something, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_name_says_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [(at, name) for at, name in [(1, path.stem), *_names(tree)] if name not in TERMS]

    # `hit_data`, `LineHandler`: a banned word anywhere in the name.
    words = [(at, name, set(re.findall(r"[A-Z]?[a-z0-9]+", name))) for at, name in names]

    assert not [(at, name) for at, name, found in words if {w.lower() for w in found} & BANNED]


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_function_can_be_seen_whole(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]

    lengths = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}

    assert not {name: length for name, length in lengths.items() if length > 50}
