"""Bytes to text: the declared charset when it is one we trust, else UTF-8 when it is, else Windows-1252.

Only charsets that mail uses are believed. UTF-7, IDNA or `unicode_escape` are codecs too, and an attacker's
choice: they turn harmless bytes into markup. Text leaves composed (NFC), with no NUL, no control character
but tab and line feed, and no lone surrogate, so that it can be stored and printed anywhere.
"""

from __future__ import annotations

import re
import unicodedata

_TRUSTED = {
    "utf8": "utf-8", "usascii": "utf-8", "ascii": "utf-8", "ansix341968": "utf-8", "unknown8bit": "utf-8",
    "iso88591": "cp1252", "latin1": "cp1252", "windows1252": "cp1252", "cp1252": "cp1252", "ansi": "cp1252",
    "iso885915": "iso8859-15", "latin9": "iso8859-15",
    "iso88592": "iso8859-2", "iso88593": "iso8859-3", "iso88594": "iso8859-4", "iso88595": "iso8859-5",
    "iso88596": "iso8859-6", "iso88597": "iso8859-7", "iso88598": "iso8859-8", "iso88598i": "iso8859-8",
    "iso88599": "cp1254", "iso885910": "iso8859-10", "iso885913": "iso8859-13", "iso885914": "iso8859-14",
    "iso885916": "iso8859-16",
    "windows1250": "cp1250", "cp1250": "cp1250", "windows1251": "cp1251", "cp1251": "cp1251",
    "windows1253": "cp1253", "windows1254": "cp1254", "windows1255": "cp1255", "windows1256": "cp1256",
    "windows1257": "cp1257", "windows1258": "cp1258", "windows874": "cp874", "tis620": "cp874",
    "koi8r": "koi8-r", "koi8u": "koi8-u", "macintosh": "mac-roman", "macroman": "mac-roman",
    "cp437": "cp437", "ibm437": "cp437", "cp850": "cp850", "ibm850": "cp850", "cp858": "cp858",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "cp936": "gb18030", "big5": "big5hkscs",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "windows31j": "cp932", "cp932": "cp932",
    "eucjp": "euc-jp", "iso2022jp": "iso2022-jp", "iso2022jp1": "iso2022-jp-1", "iso2022jp2": "iso2022-jp-2",
    "euckr": "cp949", "ksc56011987": "cp949", "ksc5601": "cp949", "cp949": "cp949", "iso2022kr": "iso2022-kr",
    "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be",
}  # fmt: skip
_WESTERN = frozenset({"cp1252", "iso8859-15"})
_SAFE = frozenset({"utf-8", "cp1252", "iso8859-15", None})
_NOT_ASCII_BASED = ("utf-16", "iso2022")
CONTROLS = bytes([*range(9), 11, *range(14, 32), 127])
"""Octets that are no text in any charset based on ASCII."""
_UNFIT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffc\ud800-\udfff]")
_LABEL_NOISE = re.compile(r"[^a-z0-9]")


def decode(octets: bytes, label: str, *, markup: bool = False) -> tuple[str, bool]:
    """Decode `octets` declared as `label`; say as well whether the declaration had to be set aside.

    `markup` is left to be composed when it is rendered: `>` and U+0338 are one character, `≯`, which ends no tag.
    """
    codec = codec_of(label)
    if codec is None or not codec.startswith(_NOT_ASCII_BASED):
        octets = octets.translate(None, CONTROLS)
    if octets.isascii() and (codec is None or not codec.startswith(_NOT_ASCII_BASED)):
        return octets.decode("ascii"), codec is None and bool(label)
    text, doubtful = _decode(octets, codec)
    if not markup:
        text = compose(text)
    # Controls are gone already, and the safe codecs give no surrogate.
    text = text.replace("\ufffc", "") if codec in _SAFE else _UNFIT.sub("", text)
    return text, doubtful or (codec is None and bool(label))


def codec_of(label: str) -> str | None:
    """The codec for a charset label; None for an unknown or dangerous one."""
    return _TRUSTED.get(_LABEL_NOISE.sub("", label[:40].lower()))


def fit(text: str) -> str:
    """Compose `text` (NFC) and drop what may not leave: controls, lone surrogates, object replacements."""
    if text.isascii() and text.isprintable():
        return text
    return _UNFIT.sub("", compose(text))


def compose(text: str) -> str:
    """Compose letters and accents (NFC), so that "é" is one character however it was typed."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", text)


def _decode(octets: bytes, codec: str | None) -> tuple[str, bool]:
    utf8 = _as_utf8(octets)
    if codec in (None, "utf-8"):
        return (utf8, False) if utf8 is not None else (octets.decode("cp1252", "replace"), True)
    if utf8 is not None and codec in _WESTERN and "\ufffd" not in utf8:
        # French text in Latin-1 is never valid UTF-8 by chance: two accents would have to meet as "Ã©".
        return utf8, True
    try:
        return octets.decode(codec), False
    except (UnicodeError, ValueError):
        return octets.decode(codec, "replace"), True


def _as_utf8(octets: bytes) -> str | None:
    """UTF-8 text, also when a few sequences are broken or cut; None when it cannot be UTF-8."""
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        text = octets.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    sample = text[:100_000]
    sound = len(sample) - len(sample.encode("ascii", "ignore")) - lost
    return text if lost * 3 <= sound else None
