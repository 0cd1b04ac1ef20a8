"""Files for people, written to a folder: the report, and what is held on one person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from mailwatch import contracts, disclosure, report
from mailwatch.disclosure import Disclosure
from mailwatch.errors import UsageError, refusal
from mailwatch.model import Audit
from mailwatch.ruleset import Desk
from mailwatch.settings import template_texts

JSON = "rapport.json"


def publish(found: Audit, desk: Desk, folder: Path) -> Path:
    """Write the report of `found` into `folder` and return the page's path; UsageError when it cannot be.

    Each file is written beside its place and moved there, so that a full disk leaves the old report whole.
    """
    as_json = "".join(contracts.audit_lines(found))
    pages = report.files(found, desk.rules.policy, template_texts())
    _write({**pages, JSON: as_json.encode()}, folder)
    return folder / report.HTML


def disclose(found: Disclosure, folder: Path) -> None:
    """Write what is held on one person into `folder`, for nobody else to read; UsageError when it cannot be."""
    as_json = json.dumps(contracts.disclosure(found), ensure_ascii=False, indent=2)
    page = disclosure.html(found, template_texts())
    _write({disclosure.HTML: page.encode(), disclosure.JSON: as_json.encode()}, folder, mode=0o700)


def _write(files: Mapping[str, bytes], folder: Path, mode: int = 0o777) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        for name, content in files.items():
            half_written = folder / f".{name}.partiel"
            half_written.touch(mode=mode & 0o666)
            half_written.write_bytes(content)
            half_written.replace(folder / name)
    except OSError as fault:
        raise UsageError(
            "« {path} » : le rapport ne peut pas y être écrit ({reason})",
            path=folder,
            reason=refusal(fault),
        ) from None
