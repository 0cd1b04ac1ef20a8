"""Whole replies and the three mentions of each, as the `.txt` files beside this module tell them.

A case is a title, what must be found (`A` author, `S` service, `I` institution: level, place and words, or a
dash), and the reply as its reader sees it. `~` stands for a no-break space, `→` for a tab.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from mailwatch import wording
from mailwatch.mentions import examine
from mailwatch.model import Address, Institution, Mention, Message, Outcome
from mailwatch.ruleset import read_pack

HERE = Path(__file__).parent
RULES = read_pack(
    "mentions.toml", tomllib.loads((HERE.parent / "rules" / "mentions.toml").read_text("utf-8"))
)


def reply(own: str) -> Message:
    """An answer that holds nothing but the writer's own words."""
    return Message(
        message_id="<1@jura.gouv.fr>", references=(), senders=(Address(name="", address="pref-accueil@jura.gouv.fr"),),
        to=(Address(name="Jean DURAND", address="jean.durand@example.org"),), cc=(), bcc=(), reply_to=(),
        subject="Re: Demande", dated_at=None, hops=(), headers={}, content_type="text/plain", parts=("text/plain",),
        calendar_method="", report=None, text=own, own=own, quoted="", forwarded=None, attachments=(), pictures=0,
        opaque="", parts_disagree=False, defects=(),
    )  # fmt: skip


def said(mention: Mention) -> str:
    """What a mention says, in the notation of the walls."""
    if not mention.text:
        return "-"
    level = f"{mention.level} " if mention.level else ""
    outcome = "" if mention.outcome is Outcome.PRESENT else f"{mention.outcome} "
    return f"{outcome}{level}{mention.place} : {mention.text}"


def cases(wall: str) -> list[ParameterSet]:
    """The cases of a wall, each as expectation and reply."""
    found = []
    for block in re.split(r"(?m)^=== ", (HERE / wall).read_text("utf-8"))[1:]:
        title, author, service, institution, own = block.split("\n", 4)
        wanted = (
            author.removeprefix("A "),
            service.removeprefix("S "),
            institution.removeprefix("I "),
        )
        own = own.replace("~", "\u00a0").replace("→", "\t")
        found.append(
            pytest.param(tuple(words.replace("~", " ") for words in wanted), own, id=title)
        )
    return found


def judged(own: str) -> tuple[str, str, str]:
    found = examine(reply(own), wording.read(own), Institution(), RULES, date(2026, 3, 12))
    return said(found.author), said(found.service), said(found.institution)


@pytest.mark.parametrize(("wanted", "own"), cases("test_mentions_signatures.txt"))
def test_a_signature_names_who_writes(wanted: tuple[str, str, str], own: str) -> None:
    assert judged(own) == wanted


@pytest.mark.parametrize(("wanted", "own"), cases("test_mentions_letters.txt"))
def test_headers_formulas_and_sentences_name_the_writer_and_nobody_else(
    wanted: tuple[str, str, str], own: str
) -> None:
    assert judged(own) == wanted


def short() -> list[tuple[tuple[str, ...], str]]:
    """The signatures of the short wall, each with the words of its three mentions."""
    lines = (HERE / "test_mentions_short.txt").read_text("utf-8").splitlines()
    pairs = (line.split(" :: ") for line in lines if " :: " in line)
    return [(tuple(wanted.split(" # ")), signature) for wanted, signature in pairs]


@pytest.mark.parametrize(("wanted", "signature"), short())
def test_a_short_signature_names_who_writes(wanted: tuple[str, ...], signature: str) -> None:
    lines = "\n".join(line.strip() for line in signature.split(" / "))
    own = f"Bonjour,\n\nVotre titre est prêt, vous pouvez venir.\n\nCordialement,\n\n{lines}\n"
    found = examine(reply(own), wording.read(own), Institution(), RULES, date(2026, 3, 12))

    named = (found.author.text, found.service.text, found.institution.text)
    assert tuple(text or "-" for text in named) == wanted
