"""The lines of a rendered body, as a reader sees them, each with the depth of quotation it stands at."""

from __future__ import annotations

import re

_SPACES = re.compile("[ \t\r\n\f]+")


class Page:
    """Lines as a reader sees them, each with the depth of quotation it stands at."""

    __slots__ = ("_gap", "_line", "_lines", "_mark", "_marked", "_pre", "_wants_cell")

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._mark = ""
        self._gap = False
        self._pre = False
        self._marked = False
        self._wants_cell = False

    def finish(self) -> str:
        """Give the text."""
        if self._line and not (self._marked and len(self._line) == 1):
            self._emit()
        return "\n".join(self._lines).strip("\n")

    def quote_at(self, depth: int) -> None:
        """Go on at that depth of quotation."""
        self.end_line()
        self._mark = "> " * depth

    def write(self, text: str) -> None:
        """Write text, white space made single as in HTML."""
        line = self._line
        if text == "\n" and not line:
            return
        if "\n" in text or "  " in text or "\t" in text or "\r" in text:
            text = _SPACES.sub(" ", text)
        if not line or line[-1][-1:] == " ":
            text = text.lstrip(" ")
        if not text:
            return
        if self._wants_cell:
            self._wants_cell = False
            if line:
                if text == " ":
                    self._wants_cell = True
                    return
                line.append("\t")
        line.append(text)

    def write_pre(self, text: str) -> None:
        """Write text whose spaces and line ends count."""
        first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        if first:
            self._line.append(first)
            self._pre = True
        for line in others:
            self.line_break()
            if line:
                self._line.append(line)
                self._pre = True

    def item(self, mark: str) -> None:
        """Start the line of a list item."""
        self._line = [mark]
        self._marked = True

    def next_cell(self) -> None:
        """Keep what follows on the line of the cell before it, a tab between."""
        self._wants_cell = bool(self._line)

    def line_break(self) -> None:
        """End the line, an empty one too."""
        if self._line:
            self._emit()
        else:
            self._flush_gap()
            self._lines.append(self._mark)

    def end_line(self, *, blank: bool = False) -> None:
        """End the line if something stands on it; with `blank`, leave an empty one before the next."""
        if self._marked and len(self._line) == 1:
            return
        if self._line:
            self._emit()
        self._wants_cell = False
        if blank:
            self._gap = True

    def _emit(self) -> None:
        text = "".join(self._line)
        text = text.rstrip() if self._pre else text.strip()
        self._line = []
        self._pre = self._marked = False
        if self._gap:
            self._flush_gap()
        self._lines.append(self._mark + text)

    def _flush_gap(self) -> None:
        """Leave one empty line, where a blank was asked for and none is there yet."""
        if self._gap and self._lines and self._lines[-1].strip("> "):
            self._lines.append(self._mark)
        self._gap = False
