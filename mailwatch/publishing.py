"""The files of an offline run, written to a folder: the page, the spreadsheet, the public JSON."""

from __future__ import annotations

from pathlib import Path

from mailwatch import contracts, report
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
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in {**pages, JSON: as_json.encode()}.items():
            half_written = folder / f".{name}.partiel"
            half_written.write_bytes(content)
            half_written.replace(folder / name)
    except OSError as fault:
        raise UsageError(
            "« {path} » : le rapport ne peut pas y être écrit ({reason})",
            path=folder,
            reason=refusal(fault),
        ) from None
    return folder / report.HTML
