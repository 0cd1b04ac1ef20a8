"""Pages as PDF, set by typst whatever signs they hold: to be kept for years, and read aloud."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mailwatch.settings import template_texts
from mailwatch.signs import Value, evenly, everywhere, in_latin, on_paper


def typeset(template: str, values: Mapping[str, Value]) -> bytes:
    """Set `values` by the template of that file name; the same values give the same bytes.

    The template has them as `sys.inputs.values`, in JSON, and beside them `unshown`: some signs were replaced.
    """
    import typst

    meant = everywhere(values, evenly)
    shown = everywhere(meant, on_paper)
    try:
        return _compiled(template, shown, unshown=shown != meant)
    except typst.TypstError:
        # Marks of one font above letters of another: no table of signs tells.
        return _compiled(template, everywhere(meant, in_latin), unshown=True)


def _compiled(template: str, values: Value, *, unshown: bool) -> bytes:
    import typst

    made: bytes = typst.compile(
        template_texts()[template].encode(),
        format="pdf",
        sys_inputs={
            "values": json.dumps(values, ensure_ascii=False),
            "unshown": json.dumps(unshown),
        },
        # ISO 19005-2, ISO 14289-1. Neither takes a sign that no font shows: typst then gives no PDF at all.
        pdf_standards=["a-2a", "ua-1"],
        ignore_system_fonts=True,
    )
    return made
