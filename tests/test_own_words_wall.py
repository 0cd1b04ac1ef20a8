"""Whose words are these: a wall of whole bodies as the mail programs of France write them, read as whole mails.

The layouts come from the programs' own catalogues of French strings and from mails seen in public archives; the
persons and the words are invented. Each label was written down before the reader was run on its case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailwatch.message import read
from mailwatch.model import Delivery, Message, Role

HERE = Path(__file__).parent
SIGNS = str.maketrans({"␣": "\u00a0", "␠": "\u202f", "⇥": "\t", "§": "\ufeff"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One body, and what a person says of it."""

    name: str
    subject: str
    body: str
    own: str
    passed_on_by: str


def cases(file: str) -> Iterator[Case]:
    """The cases of one file of the wall."""
    text = (HERE / file).read_text(encoding="utf-8")
    for block in text.split("\n#### ")[1:]:
        title, _, rest = block.partition("\n")
        body, _, own = rest.partition("\n====\n")
        name, subject, *senders = (word.strip() for word in title.split(" | "))
        yield Case(
            name=name,
            subject=subject,
            body=body.translate(SIGNS),
            own=own.strip(),
            passed_on_by=senders[0] if senders else "",
        )


PLAIN = tuple(cases("test_own_words_plain.txt"))
HTML = tuple(cases("test_own_words_html.txt"))
EVERY = (*((case, "plain") for case in PLAIN), *((case, "html") for case in HTML))


def message(case: Case, kind: str) -> Message:
    """The mail that holds the body of `case`."""
    answering = (
        "In-Reply-To: <asked@mail.example>\n"
        if re.match(r"r[eé]f?p?\.?\s?:", case.subject, re.IGNORECASE)
        else ""
    )
    raw = (
        f"From: ecrit@mail.example\nTo: lit@mail.example\nSubject: {case.subject}\n{answering}"
        f"Content-Type: text/{kind}; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{case.body}\n"
    ).encode()
    found = read(Delivery(raw=raw, file="wall.eml", role=Role.INBOX))
    assert isinstance(found, Message)
    return found


def words(text: str) -> list[str]:
    """The words of a text; the marks of signatures and quotations are none."""
    return [word for word in text.replace("\ufeff", "").split() if word not in ("--", ">")]


@pytest.mark.parametrize(
    ("case", "kind"), EVERY, ids=[f"{kind}-{case.name}" for case, kind in EVERY]
)
def test_only_the_words_of_the_writer_are_the_writers(case: Case, kind: str) -> None:
    found = message(case, kind)
    assert words(found.own) == words(case.own)


@pytest.mark.parametrize(
    ("case", "kind"), EVERY, ids=[f"{kind}-{case.name}" for case, kind in EVERY]
)
def test_what_is_passed_on_is_of_whom_the_mail_names(case: Case, kind: str) -> None:
    found = message(case, kind)
    sender = found.forwarded.sender if found.forwarded else None
    assert (sender.address if sender else "") == case.passed_on_by


def test_the_wall_is_wide() -> None:
    assert len({case.name for case, _ in EVERY}) >= 150
