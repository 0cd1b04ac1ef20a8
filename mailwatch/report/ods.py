"""An OpenDocument spreadsheet, one sheet a table, every cell with its type (ODF 1.3, ISO/IEC 26300).

Written by hand: what writes ODS in Python takes seconds for thousands of rows, and dates its files with the clock.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from markupsafe import escape

from mailwatch.model import Audit, Rate, Request
from mailwatch.report.cells import shown
from mailwatch.report.chapters import chapters, subtitle, title
from mailwatch.report.spreadsheets import COLUMNS, spread, titles
from mailwatch.report.terms import Beside, Cell, Days, Formula, Table
from mailwatch.ruleset import Policy
from mailwatch.signs import writable

_MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_SPACES = re.compile(" {2,}|^ | $")
"""What a reader of ODF would make one space of, or none (part 3, section 6.1.2)."""
_LINE_END = re.compile("\r\n|[\n\r]")
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("table", "table"),
        ("text", "text"),
        ("style", "style"),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
        ("meta", "meta"),
    )
)
_FORMULAS = 'xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"'
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
_STYLES = (
    "<office:automatic-styles>"
    '<number:date-style style:name="N1"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>"
    '<number:percentage-style style:name="N2"><number:number number:decimal-places="1" '
    'number:min-integer-digits="1"/><number:text> %</number:text></number:percentage-style>'
    '<number:number-style style:name="N3"><number:number number:decimal-places="1" '
    'number:min-integer-digits="1"/></number:number-style>'
    '<style:style style:name="co" style:family="table-column"><style:table-column-properties '
    'style:column-width="4cm"/></style:style>'
    '<style:style style:name="d" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="p" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="f" style:family="table-cell" style:data-style-name="N3"/>'
    '<style:style style:name="h" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>'
    "</style:style></office:automatic-styles>"
)

_CALCULATION = (
    '<table:calculation-settings table:case-sensitive="true" table:use-regular-expressions="false" '
    'table:use-wildcards="false"/>'
)
"""What a formula takes for equal: the same letters, and no pattern."""


def ods(audit: Audit, policy: Policy, beside: Beside) -> bytes:
    """Write every table of the report as a sheet, and all requests as the last one."""
    found = (table for chapter in chapters(audit, policy, beside) for table in chapter.tables)
    sheets = [*map(_table, found), _requests(audit.requests)]
    return _workbook(sheets, title(audit), subtitle(audit), audit.today)


def workbook(tables: Iterable[Table], title: str, subtitle: str, on: date) -> bytes:
    """Write tables as sheets, in a file that the day dates."""
    return _workbook(map(_table, tables), title, subtitle, on)


def _workbook(sheets: Iterable[Iterator[str]], title: str, subtitle: str, on: date) -> bytes:
    return _packed(
        {
            "mimetype": (_MIMETYPE,),
            "META-INF/manifest.xml": (_manifest(),),
            "meta.xml": (_meta(title, subtitle, on),),
            "content.xml": _content(sheets),
        },
        on,
    )


def _content(sheets: Iterable[Iterator[str]]) -> Iterator[str]:
    yield (
        f'{_HEAD}<office:document-content {_NAMESPACES} {_FORMULAS} office:version="1.3">{_STYLES}'
        f"<office:body><office:spreadsheet>{_CALCULATION}"
    )
    for sheet in sheets:
        yield from sheet
    yield "</office:spreadsheet></office:body></office:document-content>"


def _table(table: Table) -> Iterator[str]:
    return _sheet(table.name, titles(table), (spread(table, row) for row in table.rows))


def _requests(requests: Iterable[Request]) -> Iterator[str]:
    rows = ((show(request) for _, show in COLUMNS) for request in requests)
    return _sheet("Toutes les demandes", (name for name, _ in COLUMNS), rows)


def _sheet(name: str, heads: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """One sheet, a row at a time: a year of requests is a hundred megabytes of XML."""
    header = [
        f'<table:table-cell table:style-name="h" office:value-type="string"><text:p>{_plain(head)}</text:p>'
        "</table:table-cell>"
        for head in heads
    ]
    yield (
        f'<table:table table:name="{_plain(name)}"><table:table-column table:style-name="co" '
        f'table:number-columns-repeated="{len(header)}"/><table:table-header-rows><table:table-row>'
        f"{''.join(header)}</table:table-row></table:table-header-rows>"
    )
    for row in rows:
        yield f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>"
    yield "</table:table>"


def _cell(cell: Cell) -> str:
    """One cell; whatever a text begins with, a cell of type string is never computed."""
    if cell is None or cell == "":
        return "<table:table-cell/>"
    if isinstance(cell, str):
        return _text(cell)
    if isinstance(cell, Formula):
        return _formula(cell)
    typed = _typed(cell)
    if typed is None:
        return _cell(shown(cell))
    return f"<table:table-cell {typed}><text:p>{_words(cell)}</text:p></table:table-cell>"


def _formula(cell: Formula) -> str:
    """A matrix of one cell, in which conditions on whole columns are computed row by row (part 4, section 3.3)."""
    words = shown(cell)
    typed = (
        _typed(cell.value) or f'office:value-type="string" office:string-value="{_plain(words)}"'
    )
    return (
        f'<table:table-cell table:formula="of:={_plain(cell.text)}" table:number-matrix-columns-spanned="1" '
        f'table:number-matrix-rows-spanned="1" {typed}><text:p>{_words(cell.value)}</text:p></table:table-cell>'
    )


@lru_cache(maxsize=1024)
def _text(words: str) -> str:
    # Most cells of a sheet repeat what stands above them: a state, a service, a channel.
    lines = "".join(f"<text:p>{_line(each)}</text:p>" for each in _LINE_END.split(words))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


def _line(words: str) -> str:
    # Calc drops `text:tab` from a cell, and the words on both sides would be one.
    return _SPACES.sub(_spaces, _plain(words.expandtabs(4)))


def _spaces(found: re.Match[str]) -> str:
    return f'<text:s text:c="{len(found[0])}"/>'


def _typed(cell: Cell) -> str | None:
    if isinstance(cell, datetime):
        return None
    if isinstance(cell, date):
        return (
            f'table:style-name="d" office:value-type="date" office:date-value="{cell.isoformat()}"'
        )
    if isinstance(cell, int):
        return f'office:value-type="float" office:value="{cell}"'
    if isinstance(cell, Days):
        if cell.value is None:
            return None
        return f'table:style-name="f" office:value-type="float" office:value="{cell.value!r}"'
    if isinstance(cell, Rate) and cell.denominator:
        value = cell.numerator / cell.denominator
        return f'table:style-name="p" office:value-type="percentage" office:value="{value!r}"'
    return None


def _words(cell: Cell) -> str:
    return _plain(cell.text if isinstance(cell, Rate) else shown(cell))


def _plain(text: str) -> str:
    return str(escape(writable(text)))


def _meta(title: str, subtitle: str, on: date) -> str:
    return (
        f'{_HEAD}<office:document-meta {_NAMESPACES} xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'office:version="1.3"><office:meta><dc:title>{_plain(title)}</dc:title>'
        f"<dc:subject>{_plain(subtitle)}</dc:subject><dc:language>fr-FR</dc:language>"
        f"<dc:date>{on.isoformat()}T00:00:00</dc:date></office:meta></office:document-meta>"
    )


def _manifest() -> str:
    named = {"/": _MIMETYPE, "content.xml": "text/xml", "meta.xml": "text/xml"}
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in named.items()
    )
    return (
        f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
        f'manifest:version="1.3">{entries}</manifest:manifest>'
    )


def _packed(files: Mapping[str, Iterable[str]], on: date) -> bytes:
    """The parts in a zip that the day dates, the type first and bare (ODF 1.3 part 2, section 3.3)."""
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        for name, texts in files.items():
            whole = BytesIO()
            whole.writelines(map(str.encode, texts))
            part = ZipInfo(name, (max(on.year, 1980), on.month, on.day, 0, 0, 0))
            part.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(part, whole.getvalue(), compresslevel=1)
    return out.getvalue()
