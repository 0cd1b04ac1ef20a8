"""The labelled mails: whole ones, and ones written out from their words as a mail program would."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.corpus import CORPUS, Label, dressed, labels
from mailwatch.demo.composing import compose
from mailwatch.message import read
from mailwatch.model import Delivery, Message, Role

CLIENTS = "outlook outlook-web thunderbird gmail apple iphone android zimbra roundcube orange form".split()
WORDS = (
    "Bonjour,\n\nÀ quelle date l’enquête publique s’achève-t-elle ? Coût : 12 €.\n\nÉmile Œuvrard"
)
HEADERS = {"Auto-Submitted": "auto-replied"}


def table(**more: object) -> dict[str, object]:
    return {
        "id": "enquete",
        "role": "inbox",
        "from": "Émile Œuvrard <emile@laposte.example>",
        "to": "prefecture@jura.gouv.fr",
        "subject": "Enquête publique",
        "date": "2026-03-04T10:12:00+01:00",
        "client": "thunderbird",
        "text": WORDS,
        **more,
    }


def message(**more: object) -> Message:
    raw = compose(*dressed(table(**more)))
    found = read(Delivery(raw=raw, file="1.eml", role=Role.INBOX))
    assert isinstance(found, Message)
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_every_program_carries_the_words_as_they_were_typed(client: str) -> None:
    found = message(client=client)
    typed = " ".join(WORDS.replace("’", "'").split())
    assert typed in " ".join(found.own.replace("’", "'").split()).replace("EUR", "€").replace(
        "Oeuvrard", "Œuvrard"
    )
    assert found.subject == "Enquête publique"


@pytest.mark.parametrize("client", CLIENTS[:-1])
def test_what_is_quoted_is_no_word_of_the_writer(client: str) -> None:
    found = message(client=client, reply=True, quoted="Le commissaire siège en mairie.")
    assert "commissaire" in found.quoted
    assert "commissaire" not in found.own
    assert found.references


def test_an_answer_that_quotes_nothing_still_names_what_it_answers() -> None:
    found = message(reply=True)
    assert found.references
    assert not found.quoted


def test_a_form_writes_in_place_of_the_citizen() -> None:
    found = message(client="form")
    assert found.senders[0].address == "ne-pas-repondre@jura.gouv.fr"
    assert found.reply_to[0].address == "emile@laposte.example"


def test_a_form_that_its_writer_laid_out_stays_as_it_is() -> None:
    found = message(client="form", text="Nom : Œuvrard\nMessage : Quand ?")
    assert found.senders[0].address == "emile@laposte.example"
    assert "déposé depuis" not in found.text


def test_a_colleague_passes_on_what_somebody_outside_wrote() -> None:
    colleague = "Claire Vernier <claire.vernier@jura.gouv.fr>"
    found = message(**{"from": colleague, "quoted": WORDS, "subject": "TR: Enquête"})
    assert "courrier.usager@laposte.example" in found.text


def test_the_fields_of_a_table_stand_in_the_header() -> None:
    assert message(headers=HEADERS).headers["auto-submitted"] == ("auto-replied",)


def test_the_same_table_gives_the_same_bytes() -> None:
    assert compose(*dressed(table())) == compose(*dressed(table()))


def test_the_half_to_work_with_can_be_read_and_names_each_mail_once() -> None:
    found = list(labels(CORPUS / "work"))
    names = [label.name for label in found]
    assert len(found) > 380
    assert sorted({*names}) == sorted(names)
    assert all(isinstance(read(delivered(label)), Message) for label in found)


def delivered(label: Label) -> Delivery:
    return Delivery(raw=label.raw, file=label.name, role=label.role)


def test_a_table_that_is_not_whole_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('[[mail]]\nid = "sans-texte"\nrole = "inbox"\n', "utf-8")
    with pytest.raises(ValueError, match="sans-texte"):
        list(labels(tmp_path))
