"""Dates written in figures, in the text as it was written: the separators are gone from folded words."""

from __future__ import annotations

import re
from bisect import bisect_right

from mailwatch.wording import Words

_FIGURES = re.compile(
    r"([0-3]?\d)\s?([/.-])\s?([01]?\d|[IVX]{1,4})(?:\s?\2\s?(20\d\d|\d\d))?(?!\w|[/.-]\d)"
)
"""12/03, 12.03.26, 12-03-2026, 12.III.2026."""
_ISO = re.compile(r"(20\d\d)-([01]\d)-([0-3]\d)(?!\w)")
_ROMAN = {
    numeral: number
    for number, numeral in enumerate(
        ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"), start=1
    )
}


def in_figures(words: Words, at: int) -> tuple[int, int, int, int] | None:
    """Day, month, year (0 when none) and end in `words.line` of a date whose figures start at `line[at]`."""
    begin = words.spans[bisect_right(words.starts, at) - 1][0]
    match = _ISO.match(words.text, begin)
    if match:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        match = _FIGURES.match(words.text, begin)
        if not match:
            return None
        day, year = int(match[1]), int(match[4] or 0)
        month = int(match[3]) if match[3].isdecimal() else _ROMAN.get(match[3], 0)
        year += 2000 if 0 < year < 100 else 0
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    last = bisect_right(words.spans, (match.end(), 0)) - 1
    start, stop = words.starts[last], words.spans[last]
    return day, month, year, start + stop[1] - stop[0] + 1
