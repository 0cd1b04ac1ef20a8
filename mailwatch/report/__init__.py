"""The report as people read it: page, PDF and spreadsheets made of the same chapters.

Requests appear by id and file, never by name, address or subject. The same audit gives the same bytes.
"""

from __future__ import annotations

from mailwatch.report.chapters import chapters
from mailwatch.report.document import document
from mailwatch.report.lists import is_doubtful, is_uncertain
from mailwatch.report.ods import ods
from mailwatch.report.page import html
from mailwatch.report.spreadsheets import requests_csv, table_csv
from mailwatch.report.terms import Beside

__all__ = [
    "CSV",
    "FIGURES",
    "HTML",
    "JSON",
    "ODS",
    "PDF",
    "Beside",
    "chapters",
    "document",
    "html",
    "is_doubtful",
    "is_uncertain",
    "ods",
    "requests_csv",
    "table_csv",
]

HTML, JSON, PDF, ODS = "rapport.html", "rapport.json", "rapport.pdf", "rapport.ods"
CSV = "demandes.csv"
FIGURES = "indicateurs.csv"
