"""Specimens: the « courriels type » that a site shows to its users’ committee (engagement 16.3).

    found = read(file, text)                        # a Specimen, or what is refused of its file
    draft = filled(found, desk, on)                 # the mail that an agent would send, its places filled
    judged(found, draft, heard, desk, on)           # a Verdict, from what the rules of real mail heard
    html(book, templates), document(book)           # the pages to put before the committee

Who runs the rules on the draft is `mailwatch.library`, with the function that runs them on real mail.
"""

from __future__ import annotations

from mailwatch.specimens.filling import Draft, filled
from mailwatch.specimens.judging import Heard, judged, owed
from mailwatch.specimens.reading import read
from mailwatch.specimens.sheet import document, html
from mailwatch.specimens.terms import Book, Finding, FindingKind, Specimen, Verdict

__all__ = [
    "Book",
    "Draft",
    "Finding",
    "FindingKind",
    "Heard",
    "Specimen",
    "Verdict",
    "document",
    "filled",
    "html",
    "judged",
    "owed",
    "read",
]
