"""What the pack is made of: every file by its name in the zip, the same for the same pack."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from hashlib import sha256

from mailwatch import labels
from mailwatch.dossier import cases, columns, formulas
from mailwatch.dossier.figures import figures
from mailwatch.dossier.terms import Drawn, Pack
from mailwatch.labels import day, moment, plural
from mailwatch.model import Audit
from mailwatch.report.chapters import subtitle
from mailwatch.report.ods import workbook
from mailwatch.report.terms import Cell, ClosedDay, Column, Table
from mailwatch.templating import environment
from mailwatch.typesetting import typeset

NOTICE, VERIFY, RECOMPUTE = "LISEZMOI.md", "VERIFIER.md", "recalcul.py"
FIGURES, SUMS = "figures.json", "SHA256SUMS"
PAGE, SHEETS = "echantillon.html", "echantillon.pdf"
SAMPLE, CASES = f"echantillon/{PAGE}", "echantillon/cas.csv"
CLOSED = "rapport/chiffres-arretes.json"
RULES = "regles/regles.html"
_NOTICE = "dossier-lisezmoi.md"
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]")


def parts(pack: Pack, templates: Mapping[str, str]) -> Mapping[str, bytes]:
    """Give every file of the pack by its name, the list of their digests last."""
    audit = pack.edition.audit
    found = {
        NOTICE: notice(pack, templates).encode("utf-8", "replace"),
        VERIFY: templates[VERIFY].encode(),
        RECOMPUTE: templates[RECOMPUTE].encode(),
        FIGURES: _figures(audit),
        **_register(audit, pack.edition.beside.closed_days),
        **_below("echantillon", sampled(pack.drawn, audit, templates)),
        CASES: columns.text_of(_drawn(pack)),
        **_below("rapport", pack.report),
        **_below("journal", pack.journal),
        **_below("courriels", pack.specimens),
    }
    if pack.closed:
        found[CLOSED] = pack.closed
    if pack.rules:
        found[RULES] = pack.rules
    return {**found, SUMS: _sums(found)}


def sampled(
    sample: Drawn,
    audit: Audit,
    templates: Mapping[str, str],
    formats: Collection[str] = (PAGE, SHEETS),
) -> Mapping[str, bytes]:
    """Give the pages of a sample by their names: to be read on a screen, and to be printed and ticked."""
    writers: Mapping[str, Callable[[], bytes]] = {
        PAGE: lambda: cases.page(sample, audit, templates).encode(),
        SHEETS: lambda: typeset("echantillon.typ", cases.document(sample, audit)),
    }
    return {name: write() for name, write in writers.items() if name in formats}


def notice(pack: Pack, templates: Mapping[str, str]) -> str:
    """Write the page to begin with: what is in the pack, and what an auditor does with it."""
    ready = environment(templates, keep_end=True)
    ready.filters |= {"day": day, "moment": moment, "plural": plural}
    audit, beside = pack.edition.audit, pack.edition.beside
    return ready.get_template(_NOTICE).render(
        pack=pack,
        audit=audit,
        beside=beside,
        policy=pack.edition.policy,
        subtitle=subtitle(audit),
        column=columns.letter,
    )


def _figures(audit: Audit) -> bytes:
    return (json.dumps(figures(audit), ensure_ascii=False, indent=1) + "\n").encode()


def _register(audit: Audit, closed: Sequence[ClosedDay]) -> Mapping[str, bytes]:
    """The register as CSV, and once more as one spreadsheet."""
    found = columns.tables(audit, closed)
    texts = {f"registre/{name}": columns.text_of(table) for name, table in found}
    (_, requests), (_, answers), *_ = found
    sheets = (*(table for _, table in found), *formulas.sheets(audit, requests, answers))
    book = workbook(sheets, "Registre des demandes", subtitle(audit), audit.today)
    return {**texts, "registre/registre.ods": book}


def _drawn(pack: Pack) -> Table:
    """The cases as a list, with columns for the auditor to fill in."""
    titles = ("cas", "demande", "canal", "recue_le", "etat", "graine", "conforme", "observation")
    rows: list[tuple[Cell, ...]] = [
        (
            number,
            case.counted.id,
            labels.CHANNELS[case.counted.channel],
            case.counted.received_on,
            labels.STATES[case.counted.state],
            pack.drawn.seed,
            "",
            "",
        )
        for number, case in enumerate(pack.drawn.cases, start=1)
    ]
    return Table(
        name="Cas",
        caption="Les cas tirés.",
        columns=tuple(Column(title=title) for title in titles),
        rows=rows,
    )


def _below(folder: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files in a folder of the pack, under names that every unzip and every `sha256sum` reads alike."""
    found: dict[str, bytes] = {}
    for name, content in sorted(files.items()):
        plain = _UNUSUAL.sub("_", name)
        while f"{folder}/{plain}" in found:
            plain = f"_{plain}"
        found[f"{folder}/{plain}"] = content
    return found


def _sums(files: Mapping[str, bytes]) -> bytes:
    """The list that `sha256sum --check` reads."""
    return "".join(
        f"{sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)
    ).encode()
