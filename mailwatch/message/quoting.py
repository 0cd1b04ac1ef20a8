"""The writer's own words, told from what is quoted and what is passed on, in text with `> ` marks.

Two shapes of quotation exist. Marked lines (`>`) are quotation wherever they stand, so that answers between
and below them are the writer's. An opening (`openings`) that no marked line follows quotes all that comes
after it.

quotequail recognises the same French layouts, but knows no answer below or between quoted lines and takes
twenty times as long, 1 ms a text of the mail that `bench/generate.py` writes; hence these rules.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailwatch.message.additions import drop_seal, holds_additions, is_tag_line, past_additions
from mailwatch.message.openings import Opening, is_arrowed, read_opening, stops
from mailwatch.model import Forwarded

_MARKED = re.compile("[ \t\u00a0\ufeff]{0,3}>")
_MARK = re.compile("[ \t\u00a0\ufeff]{0,3}>[ \u00a0]?")
_SPEECH = re.compile(r"écri|demand|question|message|courriel|mail|wrote", re.IGNORECASE)
_CLAUSE = re.compile(r"[,.;!?]")
_RULE = re.compile(r"\s*[_=*–—-]{4,}\s*\Z")
_FORWARD_PREFIX = re.compile(
    "\\s*(?:tr|trans|transf|transfert|fwd?|wg|rv|i|enc|pd|vs|vb|vl|réexp)[\\s\u00a0\u202f]*[:.]\\s",
    re.IGNORECASE,
)
_REPLY_PREFIX = re.compile(
    "\\s*(?:re|ré|rép|réf|réponse|aw|sv|antw|odp)(?:\\s?\\[\\d+\\]|\\s?\\(\\d+\\))?[\\s\u00a0\u202f]*:",
    re.IGNORECASE,
)
_END_MARK = re.compile(
    r"[-_=*\s]{2,40}(?:fin (?:du|de) |end (?:of )?)(?:(?:the|le) )?(?:message|courriel|mail|forwarded)\b[^\n]{0,40}\Z",
    re.IGNORECASE,
)
_WRAP_WIDTH = 65
_LOOKS = 20_000
"""How many lines that could open a quotation are looked at; a text with more of them is no letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A text told apart: whose words are these."""

    own: str
    quoted: str
    forwarded: Forwarded | None


def split(text: str, subject: str = "", *, new: bool = False) -> Split:
    """Tell the writer's own words in `text` from the quoted and the forwarded ones.

    The subject decides what a header block without a word of the writer's means: after "TR :" it opens a
    message passed on, after "RE :" the message answered. In a `new` mail, which names none that it answers,
    a list may be marked as quotations are.
    """
    lines = text.split("\n")
    own: list[str] = []
    quoted: list[str] = []
    here = past_additions(lines)
    new = new and not (
        _REPLY_PREFIX.match(subject[:40]) or _FORWARD_PREFIX.match(f"{subject[:40]} ")
    )
    for looks, at in enumerate(stops(text)):
        if at < here:
            continue
        own += lines[here:at]
        marked = bool(_MARKED.match(lines[at])) and not is_arrowed(lines[at])
        here = _end_of_marked(lines, at) if marked else at + 1
        opening = _opening(lines, at, here, marked=marked) if looks < _LOOKS else None
        if opening:
            _drop_tail(own)
        if opening and (opening.forwards or _passes_on(subject, own, opening)):
            passed, rest = _pass_on(lines, at, here, opening, marked=marked)
            if not passed.subject:
                passed = replace(passed, subject=_FORWARD_PREFIX.sub("", subject, count=1).strip())
            return _told_apart([*own, "", *lines[rest:]], quoted, passed)
        if marked and new and opening is None and _introduces_a_list(own):
            own += lines[at:here]
        elif marked:
            quoted += lines[at:here]
        elif opening is None:
            own.append(lines[at])
        else:
            here = opening.end
            quoted += lines[at:here]
            if not _marked_below(lines, here):
                return _told_apart(own, [*quoted, *lines[here:]], None)
    return _told_apart([*own, *lines[here:]], quoted, None)


def _introduces_a_list(own: Sequence[str]) -> bool:
    """Say whether the writer's last line announces a list rather than somebody's words."""
    last = next((line.rstrip() for line in reversed(own) if line.strip()), "")
    return last.endswith(":") and not _SPEECH.search(_CLAUSE.split(last)[-1])


def _opening(lines: Sequence[str], at: int, end: int, *, marked: bool) -> Opening | None:
    """The opening at line `at`; among marked lines one that stands first, its places counted inside them."""
    if not marked:
        return read_opening(lines, at)
    inside = _unmark(lines[at : min(end, at + 60)])
    first = _next_written(inside, 0)
    return read_opening(inside, first) if first < len(inside) else None


def _passes_on(subject: str, own: Sequence[str], opening: Opening) -> bool:
    if _FORWARD_PREFIX.match(f"{subject[:40]} "):
        return True
    if _REPLY_PREFIX.match(subject[:40]):
        return False
    return opening.block and "from" in opening.fields and not any(line.strip() for line in own)


def _pass_on(
    lines: Sequence[str], at: int, end: int, opening: Opening, *, marked: bool
) -> tuple[Forwarded, int]:
    """The message that an opening passes on, and the line where the writer goes on."""
    if marked:
        inside, rest = _unmark(lines[at:end])[opening.end :], end
    else:
        first = _next_written(lines, opening.end)
        if first < len(lines) and _MARKED.match(lines[first]):
            # Apple Mail marks what it passes on, below a mark that may stand at the writer's own level.
            rest = _end_of_marked(lines, first)
            return _forwarded(opening, _unmark(lines[first:rest])), rest
        end = _end_of_message(lines, opening.end)
        inside, rest = list(lines[opening.end : end]), min(end + 1, len(lines))
    return _forwarded(opening, inside), rest


def _end_of_message(lines: Sequence[str], at: int) -> int:
    """The line where a program says that the message passed on ends, else the end."""
    ends = (here for here in range(at, len(lines)) if _END_MARK.match(lines[here]))
    return next(ends, len(lines))


def _forwarded(opening: Opening, lines: Sequence[str]) -> Forwarded:
    return Forwarded(
        sender=opening.sender,
        subject=opening.fields.get("subject") or "",
        text="\n".join(lines).strip(),
    )


# --- lines ----------------------------------------------------------------------------------------


def _end_of_marked(lines: Sequence[str], at: int) -> int:
    """Where a run of marked lines ends; the tail of a line that some program wrapped belongs to it."""
    while at < len(lines):
        if not (_MARKED.match(lines[at]) or _is_wrapped(lines, at)):
            break
        at += 1
    return at


def _is_wrapped(lines: Sequence[str], at: int) -> bool:
    """Say whether an unmarked line between two marked ones is the end of the first, wrapped."""
    line = lines[at].strip()
    return (
        bool(line)
        and line[0].islower()
        and len(lines[at - 1].rstrip()) >= _WRAP_WIDTH
        and at + 1 < len(lines)
        and bool(_MARKED.match(lines[at + 1]))
    )


def _unmark(lines: Sequence[str]) -> list[str]:
    return [_MARK.sub("", line, count=1) for line in lines]


def _marked_below(lines: Sequence[str], at: int) -> bool:
    at = _next_written(lines, at)
    return at < len(lines) and bool(_MARKED.match(lines[at]))


def _next_written(lines: Sequence[str], at: int) -> int:
    while at < len(lines) and not lines[at].strip():
        at += 1
    return at


def _drop_tail(own: list[str]) -> None:
    """Drop what is nobody's words above an opening: empty lines, a rule, the telephone's line, a seal."""
    _drop_blank(own)
    drop_seal(own)
    while own and (not own[-1].strip() or _RULE.match(own[-1]) or is_tag_line(own[-1])):
        own.pop()


def _drop_blank(own: list[str]) -> None:
    while own and not own[-1].strip():
        own.pop()


def _told_apart(own: Sequence[str], quoted: Sequence[str], forwarded: Forwarded | None) -> Split:
    mine = "\n".join(own)
    if holds_additions(mine):
        kept = [line for line in own if not is_tag_line(line)]
        _drop_blank(kept)
        drop_seal(kept)
        mine = "\n".join(kept)
    return Split(own=mine.strip("\n"), quoted="\n".join(quoted).strip("\n"), forwarded=forwarded)
