"""Files for people, written to a folder: the report, and what is held on one person."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from mailwatch import contracts, disclosure, report
from mailwatch.disclosure import Disclosure
from mailwatch.errors import UsageError, refusal
from mailwatch.model import Audit
from mailwatch.report import Beside
from mailwatch.ruleset import Desk, Policy
from mailwatch.settings import template_texts
from mailwatch.signs import writable
from mailwatch.typesetting import typeset

PDF, HTML, ODS, CSV, JSON = FORMATS = ("pdf", "html", "ods", "csv", "json")
SCREEN = (HTML, CSV, JSON)
"""What needs no typesetting."""
_Files = Callable[[Audit, Policy, Beside], Mapping[str, bytes]]


def publish(
    found: Audit,
    desk: Desk,
    folder: Path,
    formats: Collection[str] = SCREEN,
    beside: Beside | None = None,
    policy: Policy | None = None,
) -> Path:
    """Write the report of `found` into `folder` and return its first file's path; UsageError when it cannot be.

    `policy` is that of the desk unless figures were closed under another. Each file is written beside its place
    and moved there when all are, so that a full disk leaves the old report whole.
    """
    written = rendered(found, policy or desk.rules.policy, beside or Beside(), formats)
    write(written, folder)
    return folder / (report.HTML if HTML in formats else next(iter(written)))


def rendered(
    found: Audit, policy: Policy, beside: Beside, formats: Collection[str] = FORMATS
) -> Mapping[str, bytes]:
    """Give the files of the report by their names; the same report gives the same bytes."""
    written: dict[str, bytes] = {}
    for name in FORMATS:
        if name in formats:
            written |= _WRITERS[name](found, policy, beside)
    return written


def pdf(audit: Audit, policy: Policy, beside: Beside) -> bytes:
    """Set the report as PDF/A-2a and PDF/UA-1; the same report gives the same bytes."""
    return typeset("rapport.typ", report.document(audit, policy, beside))


def _spreadsheet_texts(audit: Audit, policy: Policy, beside: Beside) -> Mapping[str, bytes]:
    (committee,) = report.chapters(audit, policy, beside)[0].tables
    texts = {
        report.CSV: report.requests_csv(audit.requests),
        report.FIGURES: report.table_csv(committee),
    }
    return {name: text.encode("utf-8-sig") for name, text in texts.items()}


_WRITERS: Mapping[str, _Files] = {
    PDF: lambda audit, policy, beside: {report.PDF: pdf(audit, policy, beside)},
    HTML: lambda audit, policy, beside: {
        report.HTML: report.html(audit, policy, template_texts(), beside).encode()
    },
    ODS: lambda audit, policy, beside: {report.ODS: report.ods(audit, policy, beside)},
    CSV: _spreadsheet_texts,
    JSON: lambda audit, _policy, beside: {
        report.JSON: b"".join(map(_json, contracts.audit_lines(audit, beside.precisions)))
    },
}


def disclose(found: Disclosure, folder: Path) -> None:
    """Write what is held on one person into `folder`, for nobody else to read; UsageError when it cannot be."""
    as_json = json.dumps(contracts.disclosure(found), ensure_ascii=False, indent=2)
    page = writable(disclosure.html(found, template_texts()))
    write({disclosure.HTML: page.encode(), disclosure.JSON: _json(as_json)}, folder, mode=0o700)


def _json(text: str) -> bytes:
    """A JSON text in UTF-8; half a surrogate pair, which UTF-8 has not, as JSON escapes it (RFC 8259, section 8.2)."""
    return text.encode(errors="backslashreplace")


def write(files: Mapping[str, bytes], folder: Path, mode: int = 0o777) -> None:
    """Write files into `folder`, all beside their places before any is moved; UsageError when it cannot be."""
    half_written = {name: folder / f".{name}.partiel" for name in files}
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=mode)
        for name, content in files.items():
            half_written[name].touch(mode=mode & 0o666)
            half_written[name].write_bytes(content)
        for name, path in half_written.items():
            path.replace(folder / name)
    except OSError as fault:
        for path in half_written.values():
            _drop(path)
        raise UsageError(
            "« {path} » : le rapport ne peut pas y être écrit ({reason})",
            path=folder,
            reason=refusal(fault),
        ) from None


def _drop(path: Path) -> None:
    """What is half written takes room that the disk may lack."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
