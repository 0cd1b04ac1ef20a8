"""An auditor's pack as an auditor takes it apart: unzipped, read to the last cell, verified without mailwatch."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from zipfile import ZipFile

import pikepdf

SAMPLE, SHEETS = "echantillon/echantillon.html", "echantillon/echantillon.pdf"
_GLYPH = re.compile(r"<([0-9A-Fa-f]+)>")


def unpacked(pack: Path) -> Mapping[str, bytes]:
    """Every file of a pack by its name."""
    with ZipFile(pack) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def laid_out(pack: Path, folder: Path) -> Path:
    """Unzip a pack as an auditor does."""
    with ZipFile(pack) as archive:
        archive.extractall(folder)
    return folder


def texts(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    """All that can be read in the files, spreadsheets and PDF with their metadata taken apart."""
    for name, content in files.items():
        if name.endswith(".ods"):
            with ZipFile(io.BytesIO(content)) as archive:
                for part in archive.namelist():
                    yield f"{name}/{part}", archive.read(part).decode()
        elif name.endswith(".pdf"):
            # A word that may break is set in pieces, and nothing said in it may hide between them.
            yield name, f"{pdf_text(content)}\n{pdf_text(content, between='')}"
        else:
            yield name, content.decode()


def pdf_text(content: bytes, *, between: str = " ") -> str:
    """The words of a PDF, its metadata, and what it says to those who do not see it.

    Pieces of text are set one by one; `between` stands where one ends.
    """
    with pikepdf.open(io.BytesIO(content)) as document:
        words = [str(document.docinfo)]
        with document.open_metadata() as told:
            words.append(str(told))
        for one in document.objects:
            if isinstance(one, pikepdf.Dictionary):
                words += [str(one[key]) for key in ("/Alt", "/ActualText", "/Title") if key in one]
        words += [_page_text(page, between) for page in document.pages]
    return "\n".join(words)


def _page_text(page: pikepdf.Page, between: str) -> str:
    """What a page shows, by the tables that lead from glyphs back to letters (ISO 32000-1, 9.10.3)."""
    fonts = {
        name: _letters(font["/ToUnicode"].read_bytes().decode("latin-1"))
        for name, font in page.resources.get("/Font", {}).items()
        if "/ToUnicode" in font
    }
    found, letters = [], dict[int, str]()
    for told in pikepdf.parse_content_stream(page):
        operator, operands = str(told.operator), told.operands
        if operator == "Tf":
            letters = fonts.get(str(operands[0]), {})
        elif operator in {"Tj", "TJ"}:
            parts = operands[0] if operator == "TJ" else operands
            found += [
                _shown(bytes(each), letters) for each in parts if isinstance(each, pikepdf.String)
            ]
        elif operator == "ET":
            found.append(between)
    return "".join(found)


def _shown(octets: bytes, letters: Mapping[int, str]) -> str:
    codes = zip(octets[::2], octets[1::2], strict=False)
    return "".join(letters.get(256 * high + low, "") for high, low in codes)


def _letters(table: str) -> dict[int, str]:
    letters = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for line in block.strip().splitlines():
            code, text = _GLYPH.findall(line)
            letters[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for line in block.strip().splitlines():
            low, high, text = _GLYPH.findall(line)[:3]
            first = int(text, 16)
            for code in range(int(low, 16), int(high, 16) + 1):
                letters[code] = chr(first + code - int(low, 16))
    return letters


def verified(folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """Type the commands of the pack's own VERIFIER.md, in its journal, with nothing but `tools`."""
    page = (folder / "VERIFIER.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    size, digest = (folder / "journal" / "head").read_text("utf-8").split("\n")[1:3]
    script = "set -e\n" + "\n".join(blocks)
    script = script.replace("/tmp/journal.jsonl", str(tools.parent / "journal.jsonl"))
    script = script.replace("LIGNES", size).replace("EMPREINTE", digest)
    return subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=folder / "journal",
        env={"PATH": str(tools)},
        capture_output=True,
        text=True,
        check=False,
    )
