"""Signs as files and paper can hold them, and where a word too long for its line may break.

A note, a service or a subject may hold any sign: an emoji, Chinese, a control sign, half a surrogate pair. A file that
cannot hold one shows `MISSING` in its place, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias
from unicodedata import normalize

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value] | None"

MISSING = "\ufffd"
"""REPLACEMENT CHARACTER, in the place of what cannot be shown."""
WORD = 30
"""Signs in a row without a break, beyond which one is allowed: no French word is as long."""

_UNWRITABLE = re.compile(
    "[^\\t\\n\\r\\x20-\\x7e\\xa0-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
)
"""What XML 1.0 cannot hold, or discourages (section 2.2), and what other programs’ readers choke on."""
_LATIN = "\\n\\x20-\\x7e\\xa0-\\u017f\\u2010-\\u2027\\u202f-\\u2030\\u2039-\\u203a\\u20ac\\u2190-\\u2193\\u2212"
_ON_PAPER = (
    f"{_LATIN}\\u0180-\\u0377\\u037a-\\u037f\\u0384-\\u038a\\u038c\\u038e-\\u03a1\\u03a3-\\u04ff"
    "\\u0531-\\u0556\\u0559-\\u058a\\u0591-\\u05c7\\u05d0-\\u05ea\\u05f0-\\u05f4\\u0606-\\u060c\\u061b\\u061f"
    "\\u0621-\\u063a\\u0640-\\u0655\\u0660-\\u066d\\u06f0-\\u06f9\\u10d0-\\u10ff\\u1e00-\\u1f15\\u1f18-\\u1f1d"
    "\\u1f20-\\u1f45\\u2000-\\u200f\\u2031-\\u2038\\u203b-\\u2040\\u2044-\\u2052\\u2070-\\u2071\\u2074-\\u208e"
    "\\u20a0-\\u20bf\\u2100-\\u211e\\u2122\\u2126-\\u2151\\u2153-\\u2184\\u2194-\\u23ff\\u2460-\\u2606\\u2609-\\u262f"
    "\\u2638-\\u268b\\u2690-\\u269c\\u2701-\\u2704\\u2706-\\u2709\\u270c-\\u2714\\u2717-\\u2726\\u2761-\\u277f"
    "\\ufb00-\\ufb06\\ufffd"
)
"""What the fonts that come with typst show between them; nothing that turns the direction of what follows."""
_JOINED = "\\u200d\\ufe0e\\ufe0f"
"""Signs that only tie or tint others: of an emoji that cannot be shown, they go with it."""
_UNSHOWN = re.compile(f"(?:[^{_ON_PAPER}\\ufe0e\\ufe0f][{_JOINED}]*)+|[\\ufe0e\\ufe0f]")
_UNPLAIN = re.compile(f"[^{_LATIN}{MISSING}]+")
_MARKS = "\\u0300-\\u036f\\u0483-\\u0489\\u0591-\\u05bd\\u064b-\\u0655\\u200b-\\u200f"
_LONG = re.compile(f"\\S{{{WORD}}}(?=[^\\s{_MARKS}])")


def writable(text: str) -> str:
    """Give a text as XML, HTML and CSV can hold it."""
    # Nearly all texts are printable, and told so in a tenth of the time.
    return text if text.isprintable() else _UNWRITABLE.sub(MISSING, text)


def evenly(text: str) -> str:
    """Give a text with one kind of line end, and spaces for tabs: no font has a sign for them."""
    if text.isprintable():
        return text
    return "\n".join(line.expandtabs(4) for line in text.splitlines())


def on_paper(text: str) -> str:
    """Give a text as the fonts of the PDF can show it: what they lack is one `MISSING` a run."""
    return text if text.isascii() and text.isprintable() else _UNSHOWN.sub(_in_place, text)


def _in_place(found: re.Match[str]) -> str:
    return "" if found[0] in {"\ufe0e", "\ufe0f"} else MISSING


def in_latin(text: str) -> str:
    """Give a text in the signs of western languages alone, which one font shows whatever stands beside each."""
    if text.isascii() and text.isprintable():
        return text
    return _UNPLAIN.sub(MISSING, normalize("NFC", text))


def pieces(text: str) -> Iterator[str]:
    """Cut a text where a word too long for any line may break; it is whole when there is none."""
    start = 0
    if len(text) > WORD:
        for found in _LONG.finditer(text):
            yield text[start : found.end()]
            start = found.end()
    yield text[start:]


def everywhere(value: Value, change: Callable[[str], str]) -> Value:
    """Change each text of a value, in whatever lists and mappings it stands; names of mappings stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {name: everywhere(each, change) for name, each in value.items()}
    if isinstance(value, Sequence):
        return [everywhere(each, change) for each in value]
    return value
