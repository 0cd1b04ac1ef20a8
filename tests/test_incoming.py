"""What people write to a préfecture, and what each of these messages is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import nature
from mailwatch.message import read
from mailwatch.model import Confidence, Delivery, Institution, Message, Nature, Reading, Role
from mailwatch.nature.person import ANSWER_DUE
from mailwatch.ruleset import failures
from mailwatch.wording import read as read_words
from tests.facts import BOX, CITIZEN, JURA, desk
from tests.mails import mail

WHEN = "2026-03-02 09:12"
AGENT = "Claire Vernier <claire.vernier@jura.gouv.fr>"
RULES = desk(JURA).rules
WALL = [
    tuple(part.strip() for part in line.split("|", 2))
    for line in Path(__file__).with_name("test_incoming_wall.txt").read_text("utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]


def message(raw: bytes) -> Message:
    found = read(Delivery(raw=raw, file="inbox/1.eml", role=Role.INBOX))
    assert isinstance(found, Message)
    return found


def judged(
    text: str, *, subject: str = "", institution: Institution = JURA, **fields: object
) -> Reading:
    """The verdict on one mail that arrived."""
    found = message(mail(WHEN, text, subject=subject, **fields))  # type: ignore[arg-type] - headers of a test mail
    return nature.incoming(found, read_words(found.own), institution, RULES)


@pytest.mark.parametrize(("expected", "subject", "text"), WALL)
def test_each_mail_of_the_wall_is_what_a_person_says(
    expected: str, subject: str, text: str
) -> None:
    references = "<1@jura.gouv.fr>" if subject.lower().startswith("re:") else ""
    found = judged(text.replace("⏎", "\n"), subject=subject, references=references)
    assert found.nature == expected, found.evidence
    assert found.answer_due == (found.nature in ANSWER_DUE)
    assert (found.reason != "") == (found.nature is Nature.OUT_OF_SCOPE)
