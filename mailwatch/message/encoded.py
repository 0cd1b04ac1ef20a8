"""Header text that is not plain: encoded words (RFC 2047) and parameters with their extensions (RFC 2231).

Both are read as leniently as mail programs do: adjacent words are joined before their charset is undone,
because senders cut them in the middle of a character; words stand inside quotes; parameters have gaps.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from functools import lru_cache

from mailwatch.message.charset import decode

PARAMETER_LIMIT = 200
_VALUE_LIMIT = 16_384
_USUAL_LENGTH = 500

_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?")
_QUOTED_OCTET = re.compile(rb"=([0-9A-Fa-f]{2})")
_CONTROLS = re.compile("[\x00-\x1f\x7f\u2028\u2029]+")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_PARAMETER = re.compile(r';?[^;"]*(?:"(?:[^"\\]|\\.)*+"?[^;"]*)*+', re.DOTALL)
_SECTION = re.compile(r"([^*]+)\*(\d{1,4})(\*?)\Z")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")


def decode_text(text: str) -> str:
    """Decode the encoded words of an unstructured field; what is no encoded word stays as it is."""
    if "=?" in text:
        text = _decode_words(text)
    return _CONTROLS.sub(" ", text) if not text.isprintable() else text


def _decode_words(text: str) -> str:
    """Join neighbouring words of one charset, then decode them."""
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    at = 0
    while match := _WORD.search(text, at):
        between = text[at : match.start()]
        label = match[1].partition("*")[0].lower()
        # White space between two encoded words is no text (RFC 2047 section 6.2).
        written = bool(between.strip()) or not pending
        if pending and (written or label != charset):
            out.append(decode(b"".join(pending), charset)[0])
            pending = []
        if written:
            out.append(between)
        charset = label
        end = text.find("?=", match.end())
        if end < 0 and " " in text[match.end() :]:
            # No end mark, and more than a word cut short: it is no encoded word.
            at = match.start()
            break
        word = text[match.end() : end] if end >= 0 else text[match.end() :].rstrip("?")
        pending.append(_undo(match[2], word))
        at = end + 2 if end >= 0 else len(text)
    out.append(decode(b"".join(pending), charset)[0])
    return "".join(out) + text[at:]


def _undo(encoding: str, text: str) -> bytes:
    """Undo the B or Q encoding of one word."""
    octets = text.encode("utf-8", "replace")
    if encoding in "bB":
        return base64_octets(octets)
    return _QUOTED_OCTET.sub(_octet, octets.replace(b"_", b" "))


def base64_octets(octets: bytes) -> bytes:
    """Decode base64 as far as it goes, whatever stands between its characters."""
    try:
        return binascii.a2b_base64(octets)
    except binascii.Error:
        digits = _NOT_BASE64.sub(b"", octets)
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _octet(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 16),))


# --- parameters -----------------------------------------------------------------------------------


def parse_parameters(value: str) -> tuple[str, Mapping[str, str]]:
    """Split a structured field into its value, in lower case, and its decoded parameters."""
    if len(value) < _USUAL_LENGTH:
        return _usual_parameters(value)
    return _parameters(value[:_VALUE_LIMIT])


def _parameters(value: str) -> tuple[str, Mapping[str, str]]:
    head, mark, tail = value.partition(";")
    head = head.partition("(")[0].strip().lower()
    if not mark:
        return head, {}
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for attribute, text in _pairs(tail):
        match = _SECTION.match(attribute)
        if match:
            sections.setdefault(match[1], {}).setdefault(int(match[2]), (text, bool(match[3])))
        elif attribute.endswith("*"):
            sections.setdefault(attribute[:-1], {}).setdefault(0, (text, True))
        else:
            plain.setdefault(attribute, decode_text(text))
    for attribute, found in sections.items():
        plain[attribute] = _join(found)
    return head, plain


_usual_parameters = lru_cache(maxsize=512)(_parameters)


def _pairs(tail: str) -> list[tuple[str, str]]:
    """The `attribute=value` pairs, quotes undone; a semicolon between quotes separates nothing."""
    pairs: list[tuple[str, str]] = []
    for piece in _split(tail):
        attribute, mark, text = piece.partition("=")
        attribute = attribute.strip().lower()
        if mark and attribute:
            pairs.append((attribute, _unquote(text.strip())))
        if len(pairs) >= PARAMETER_LIMIT:
            break
    return pairs


def _split(tail: str) -> list[str]:
    if '"' not in tail:
        return tail.split(";")
    return [match.group().removeprefix(";") for match in _PARAMETER.finditer(tail)]


def _unquote(text: str) -> str:
    if not text.startswith('"'):
        return text.strip("'") if text.startswith("'") and "''" not in text else text
    inner = text[1:].rpartition('"')[0] if '"' in text[1:] else text[1:]
    return re.sub(r"\\(.)", r"\1", inner) if "\\" in inner else inner


def _join(sections: Mapping[int, tuple[str, bool]]) -> str:
    """Put continuations in order, whatever is missing between them, and undo charset and percent signs."""
    charset = ""
    octets: list[bytes] = []
    for number in sorted(sections):
        text, extended = sections[number]
        if extended and not octets and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        raw = text.encode("utf-8", "replace")
        octets.append(_PERCENT.sub(_octet, raw) if extended else raw)
    return decode_text(decode(b"".join(octets), charset)[0])
