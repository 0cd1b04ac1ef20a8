"""The auditor's pack: one zip with the report, the register, a sample, the journal, and all it takes to check them.

    pack = gathered(register, site, desk, asked, at)                    # the shell: register, journal, mailboxes
    files = parts(pack, template_texts())                               # pure: every file by its name
    write(Path("dossier.zip"), bound(files, at.date()), private=False)  # whole or not at all

Only the pages of the sample may show what persons wrote, and only when words are asked for.
"""

from mailwatch.dossier.binding import bound, write
from mailwatch.dossier.gathering import SIZE, Asked, drawn, gathered
from mailwatch.dossier.parts import PAGE, SHEETS, parts, sampled
from mailwatch.dossier.terms import Drawn, Pack
from mailwatch.dossier.words import unreachable

__all__ = [
    "PAGE",
    "SHEETS",
    "SIZE",
    "Asked",
    "Drawn",
    "Pack",
    "bound",
    "drawn",
    "gathered",
    "parts",
    "sampled",
    "unreachable",
    "write",
]
