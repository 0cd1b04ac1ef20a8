"""Bytes to header fields and a tree of parts (RFC 5322, RFC 2045 to 2047), within limits and in linear time.

The standard parser copies every line of every attachment and, under hostile input, recurses and backtracks.
This one keeps offsets into the bytes of the message: a part is a place, and only text is ever decoded. Limits:
256 KiB of header block, 50 levels, 1,000 parts. What is cut or odd is named in `Tree.defects`.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailwatch.message.charset import CONTROLS, fit
from mailwatch.message.encoded import base64_octets, parse_parameters

HEADER_LIMIT = 256 * 1024
PART_HEADER_LIMIT = 64 * 1024
DEPTH_LIMIT = 50
PART_LIMIT = 1_000
_CR = 13
_SHORT_BLOCK = 400
"""Most parts of most mails have one of a few header blocks, shorter than that."""
_MISS_LIMIT = 10_000
"""How many lines that only start like a delimiter are looked at in one multipart."""

_BLANK_LINE = re.compile(rb"\n\r*\n")
_FIELD_OR_LINE = re.compile(r"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)(?:\n|\Z)|(.*\n|.+)")
_RESUMES = re.compile(
    r"(?:received|return-path|delivered-to|from|to|cc|subject|date|message-id|mime-version|reply-to"
    r"|in-reply-to|references|sender|content-[a-z-]+|x-[\w-]+)[ \t]*:",
    re.IGNORECASE,
)
_LINE_END = re.compile(rb"\r*\n")
_LINE_ENDS = re.compile(r"\r*\n")
_DELIMITER_END = re.compile(rb"(--)?[ \t]*\r*(?:\n|\Z)")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", re.ASCII)

_Block = tuple[Mapping[str, tuple[str, ...]], int | None, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Part:
    """One entity of a message: its fields and where its body stands."""

    fields: Mapping[str, tuple[str, ...]]
    content_type: str
    parameters: Mapping[str, str]
    start: int
    end: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """A message cut into parts; `raw` is the message itself, never copied."""

    raw: bytes
    root: Part
    defects: tuple[str, ...]


def parse(raw: bytes) -> Tree | None:
    """Cut a message into its parts; None when it has no header field at all."""
    defects: dict[str, None] = {}
    start = _message_start(raw)
    if raw.find(b"\r", start, start + HEADER_LIMIT) >= 0 and raw.find(b"\n", start) < 0:
        raw = raw.replace(b"\r", b"\n")
        defects["bare_cr"] = None
    budget = [PART_LIMIT]
    root = _part(raw, start, len(raw), 0, budget, defects, HEADER_LIMIT, "text/plain")
    return Tree(raw=raw, root=root, defects=tuple(defects)) if root.fields else None


def leaves(part: Part) -> list[Part]:
    """The parts that hold no parts, in order."""
    if not part.parts:
        return [part]
    return [leaf for child in part.parts for leaf in leaves(child)]


def first(part: Part, name: str) -> str:
    """The first field of that name, else empty."""
    found = part.fields.get(name)
    return found[0] if found else ""


def _message_start(raw: bytes) -> int:
    """Skip a byte order mark, blank lines and the `From ` line of an mbox."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while raw[start : start + 1] in (b"\r", b"\n"):
        start += 1
    if raw.startswith((b"From ", b">From "), start):
        end = raw.find(b"\n", start)
        return end + 1 if end >= 0 else len(raw)
    return start


def _part(
    raw: bytes,
    start: int,
    end: int,
    depth: int,
    budget: list[int],
    defects: dict[str, None],
    limit: int,
    default_type: str,
) -> Part:
    fields, body = _header(raw, start, end, limit, defects)
    content_type, parameters = _content_type(fields, default_type)
    parts: tuple[Part, ...] = ()
    if content_type.startswith("multipart/") and parameters.get("boundary"):
        if depth == DEPTH_LIMIT:
            defects["too_deep"] = None
        else:
            boundary = parameters["boundary"].encode("utf-8", "replace").rstrip()
            default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
            parts = tuple(
                _part(raw, opening, closing, depth + 1, budget, defects, PART_HEADER_LIMIT, default)
                for opening, closing in _regions(raw, body, end, boundary, budget, defects)
            )
    return Part(fields, content_type, parameters, body, end, parts)


def _regions(
    raw: bytes, start: int, end: int, boundary: bytes, budget: list[int], defects: dict[str, None]
) -> list[tuple[int, int]]:
    """The places between the delimiters of a multipart (RFC 2046 section 5.1.1)."""
    delimiter = b"--" + boundary
    regions: list[tuple[int, int]] = []
    opened = -1
    misses = 0
    at = start if raw.startswith(delimiter, start) else raw.find(b"\n" + delimiter, start, end) + 1
    while at and at < end:
        after = at + len(delimiter)
        match = _DELIMITER_END.match(raw, after, end)
        if match:
            if opened >= 0:
                regions.append((opened, _before_line_end(raw, opened, at)))
                budget[0] -= 1
            opened = match.end()
            if match[1]:
                return regions
            if budget[0] <= 0:
                defects["too_many_parts"] = None
                return regions
        else:
            misses += 1
            if misses > _MISS_LIMIT:
                break
        at = raw.find(b"\n" + delimiter, after - 1, end) + 1
    if opened >= 0:
        regions.append((opened, end))
        budget[0] -= 1
        defects["no_closing_boundary"] = None
    else:
        defects["no_boundary"] = None
    return regions


def _before_line_end(raw: bytes, start: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if at > start and raw[at - 1 : at] == b"\n":
        at -= 1
    if at > start and raw[at - 1 : at] == b"\r":
        at -= 1
    return at


# --- header fields --------------------------------------------------------------------------------


def _header(
    raw: bytes, start: int, end: int, limit: int, defects: dict[str, None]
) -> tuple[Mapping[str, tuple[str, ...]], int]:
    """Read the header block; give its fields by lower-case name, and where the body starts."""
    blank = _LINE_END.match(raw, start, end)
    if blank:
        return {}, blank.end()
    found = _BLANK_LINE.search(raw, start, end)
    stop, body = (found.start() + 1, found.end()) if found else (end, end)
    if stop - start > limit:
        defects["header_block_cut"] = None
        stop = start + limit
    block = raw[start:stop]
    read = _read_short_block if len(block) < _SHORT_BLOCK else _read_block
    fields, rest, odd = read(block)
    defects.update(dict.fromkeys(odd))
    if rest is not None:
        defects["no_blank_line"] = None
        body = start + _offset_of_line(block, rest)
    elif not found:
        defects["no_blank_line"] = None
    return fields, body


def _read_block(block: bytes) -> _Block:
    """The fields of a block, the line where they end before it does, and what is odd about it."""
    odd: dict[str, None] = {}
    text = _header_text(block).replace("\r\n", "\n")
    if "\r\n" in text:
        text = _LINE_ENDS.sub("\n", text)
    if "\r" in text:
        # A lone CR is no line end: what stands after it is a forged field (RFC 5322 section 2.2).
        odd["bare_cr"] = None
        text = text.replace("\r", " ")
    fields, rest = _fields(text, odd)
    return {name: tuple(values) for name, values in fields.items()}, rest, tuple(odd)


_read_short_block = lru_cache(maxsize=1024)(_read_block)


def _header_text(block: bytes) -> str:
    """Text of a header block: ASCII, UTF-8 (RFC 6532), or what old programs wrote raw."""
    block = block.translate(None, CONTROLS)
    if block.isascii():
        return block.decode("ascii")
    try:
        return fit(block.decode("utf-8"))
    except UnicodeDecodeError:
        return fit("".join(_raw_line(line) for line in block.splitlines(keepends=True)))


def _raw_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _fields(text: str, odd: dict[str, None]) -> tuple[dict[str, list[str]], int | None]:
    """The fields of a block, unfolded; and the number of the line where they end before the block does."""
    fields: dict[str, list[str]] = {}
    for entry in _FIELD_OR_LINE.finditer(text):
        name, value, stray = entry.groups()
        if name:
            value = value.replace("\n", "") if "\n" in value else value
            fields.setdefault(name.lower(), []).append(value)
        elif stray.strip() and not _RESUMES.match(text, entry.end()):
            return fields, text.count("\n", 0, entry.start())
        else:
            odd["stray_header_line"] = None
    return fields, None


def _offset_of_line(block: bytes, number: int) -> int:
    at = 0
    for _ in range(number):
        at = block.find(b"\n", at) + 1
    return at


def _content_type(
    fields: Mapping[str, tuple[str, ...]], default: str
) -> tuple[str, Mapping[str, str]]:
    """The media type and its parameters; one that cannot be read is text (RFC 2045 section 5.2)."""
    found = fields.get("content-type")
    if not found:
        return default, {}
    value, parameters = parse_parameters(found[0])
    if not _MEDIA_TYPE.fullmatch(value):
        value = "text/plain" if value != "multipart" else "multipart/mixed"
    return value, parameters


# --- bodies ---------------------------------------------------------------------------------------


def encoding(part: Part) -> str:
    """The transfer encoding in one of five words: `base64`, `quoted-printable`, `uuencode`, or none."""
    value = first(part, "content-transfer-encoding")
    if not value:
        return ""
    words = value.lower().split(";")[0].strip(" \t\"'")
    if words in ("base64", "quoted-printable"):
        return words
    return "uuencode" if words.replace("-", "") in ("uuencode", "xuuencode", "xuue", "uue") else ""


def content(tree: Tree, part: Part, limit: int) -> bytes:
    """The body of a part, its transfer encoding undone, at most about `limit` octets."""
    how = encoding(part)
    reach = limit if not how else limit * 3 if how == "quoted-printable" else limit * 3 // 2
    octets = tree.raw[part.start : min(part.end, part.start + reach)]
    if how == "quoted-printable":
        return binascii.a2b_qp(octets)[:limit]
    if how == "base64":
        return base64_octets(octets)[:limit]
    return uu_octets(octets)[:limit] if how == "uuencode" else octets


def size(tree: Tree, part: Part) -> int:
    """Octets of a body after its transfer encoding is undone, without decoding what can be counted."""
    how = encoding(part)
    if how == "base64":
        return _base64_size(tree.raw, part.start, part.end)
    if how:
        return len(content(tree, part, part.end - part.start))
    return part.end - part.start


def _base64_size(raw: bytes, start: int, end: int) -> int:
    noise, rest = _even_lines(raw, start, end)
    octets = [b"\n", b"\r"]
    if any(raw.find(blank, start, min(end, start + 2_000)) >= 0 for blank in (b" ", b"\t")):
        noise, rest = 0, start
        octets += [b" ", b"\t"]
    noise += sum(raw.count(octet, rest, end) for octet in octets)
    padding = raw.count(b"=", max(start, end - 8), end)
    return (end - start - noise - padding) * 3 // 4


def _even_lines(raw: bytes, start: int, end: int) -> tuple[int, int]:
    """The octets of line ends in the even lines at `start`, and where they stop.

    One octet in each line is looked at, where its end must be: an attachment is not read to be measured.
    """
    width = raw.find(b"\n", start, end) + 1 - start
    if width < 3:
        return 0, start
    ends = raw[start + width - 1 : end : width]
    if ends.count(b"\n") < len(ends):
        return 0, start
    of_one = 2 if raw[start + width - 2] == _CR else 1
    return of_one * len(ends), start + width * len(ends)


def uu_octets(octets: bytes) -> bytes:
    """Undo uuencode line by line; lines that do not decode are skipped."""
    out: list[bytes] = []
    for line in octets.splitlines():
        if line.startswith((b"begin ", b"end")) or not line.strip():
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Some encoders count the padding in; the length stands in the first character.
            wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:wanted]))
            except binascii.Error:
                continue
    return b"".join(out)
