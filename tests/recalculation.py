"""The program of the pack, as the auditor has it, held against the figures of mailwatch."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import ModuleType

from mailwatch.dossier.columns import tables, text_of
from mailwatch.dossier.figures import figures
from mailwatch.model import Audit
from mailwatch.register.sealed import written
from mailwatch.report.closing import frozen
from mailwatch.report.terms import Beside, Edition
from tests.facts import desk

PROGRAM = Path(__file__).parent.parent / "templates" / "recalcul.py"


def program() -> ModuleType:
    """Load the program from where it lies: it is no module of mailwatch."""
    spec = importlib.util.spec_from_file_location("recalcul", PROGRAM)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(PROGRAM)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def laid(folder: Path, audit: Audit) -> Path:
    """Lay out what the program reads of a pack."""
    (folder / "registre").mkdir(parents=True, exist_ok=True)
    for name, table in tables(audit):
        (folder / "registre" / name).write_bytes(text_of(table))
    told = json.dumps(figures(audit), ensure_ascii=False)
    (folder / "figures.json").write_text(told, "utf-8")
    return folder


def laid_closed(folder: Path, audit: Audit) -> Path:
    """Lay out the same of a period whose figures were closed, as the register keeps them."""
    found = Edition(audit=frozen(audit), policy=desk().rules.policy, beside=Beside())
    (folder / "rapport").mkdir(parents=True, exist_ok=True)
    (folder / "rapport" / "chiffres-arretes.json").write_bytes(written(found))
    return laid(folder, audit)


def told(main: Callable[[Path], int], folder: Path) -> tuple[int, str]:
    """What the program ends with, and what it says."""
    with redirect_stdout(StringIO()) as said:
        code = main(folder)
    return code, said.getvalue()
