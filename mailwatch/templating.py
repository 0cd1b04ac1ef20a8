"""Templates made ready to be filled: a name that is missing is an error, and pages are escaped.

Imported where a page is written, and not before: most commands write none.
"""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

_PAGES = ("html", "html.j2")
"""How the names of pages end; all else is words to be read as they are."""


def environment(templates: Mapping[str, str], *, keep_end: bool = False) -> Environment:
    """Make `templates` ready, by their file names; with `keep_end` the last line end of each stays."""
    return Environment(
        loader=DictLoader(dict(templates)),
        autoescape=select_autoescape(enabled_extensions=_PAGES, default_for_string=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=keep_end,
    )
