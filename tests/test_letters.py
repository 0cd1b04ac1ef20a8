"""The register of letters: any spreadsheet's CSV, good rows kept, bad rows named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.errors import SourceError
from mailwatch.model import Nature
from mailwatch.sources.letters import Register, read


def register(folder: Path, text: str, encoding: str = "utf-8") -> Register:
    path = folder / "lettres.csv"
    path.write_bytes(text.encode(encoding))
    return read(str(path))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (
            "recu;service;reference;repondu;nature;note\n02/03/2026;Cabinet;C-12;05/03/2026;réponse;\n",
            "utf-8",
        ),
        (
            "Reçu le;Service;Référence;Répondu le;Nature;Note\r\n02/03/2026;Cabinet;C-12;05/03/2026;;\r\n",
            "utf-8-sig",
        ),
        ("RÉFÉRENCE,SERVICE,REÇU,RÉPONDU\nC-12,Cabinet,2026-03-02,2026-03-05\n", "cp1252"),
        (
            "received\tservice\treference\tanswered\tkind\tnote\n02/03/26\tCabinet\tC-12\t05/03/26\treply\t\n",
            "utf-8",
        ),
        (
            '"Date de réception";"N°";"Date de réponse";"Service"\n"02/03/2026";"C-12";"05/03/2026";"Cabinet"\n',
            "utf-8",
        ),
    ],
)
def test_columns_are_known_by_their_names_in_any_order_separator_and_encoding(
    tmp_path: Path, text: str, encoding: str
) -> None:
    (letter,) = register(tmp_path, text, encoding).letters

    assert (letter.received_on, letter.answered_on) == (date(2026, 3, 2), date(2026, 3, 5))
    assert (letter.service, letter.reference, letter.kind) == ("Cabinet", "C-12", Nature.REPLY)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("", Nature.REPLY),
        ("Réponse de fond", Nature.REPLY),
        ("réponse d’attente", Nature.HOLDING_REPLY),
        ("ATTENTE", Nature.HOLDING_REPLY),
        ("demande de pièces", Nature.INFORMATION_NEEDED),
        ("Réorientation", Nature.REFERRAL),
        ("téléphone", "téléphone"),
    ],
)
def test_the_kind_of_an_answer_is_read_in_the_words_of_the_register(
    tmp_path: Path, words: str, kind: str
) -> None:
    (letter,) = register(tmp_path, f"recu;repondu;nature\n02/03/2026;05/03/2026;{words}\n").letters

    assert letter.kind == kind


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("32/03/2026;", "32/03/2026"),
        ("hier;", "hier"),
        (";05/03/2026", "date d’arrivée"),
        ("02/03/2026;01/03/2026", "avant l’arrivée"),
        ("02/03/2026;bientôt", "bientôt"),
    ],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line_and_the_others_are_kept(
    tmp_path: Path, row: str, reason: str
) -> None:
    found = register(tmp_path, f"recu;repondu\n02/03/2026;05/03/2026\n{row}\n;\n03/03/2026;\n")

    assert [letter.line for letter in found.letters] == [2, 5]
    assert [(refused.line, reason in refused.reason) for refused in found.refused] == [(3, True)]


def test_a_reference_used_twice_is_told_apart(tmp_path: Path) -> None:
    found = register(tmp_path, "recu;ref\n02/03/2026;A1\n03/03/2026;A1\n04/03/2026;A2\n")

    assert [letter.repeated for letter in found.letters] == [True, True, False]


@pytest.mark.parametrize("text", ["", "\n\n", "service;note\nCabinet;rien\n", "\x00\x01\x02"])
def test_what_is_no_register_is_refused_with_the_column_that_lacks(
    tmp_path: Path, text: str
) -> None:
    with pytest.raises(SourceError, match="registre"):
        register(tmp_path, text)


@given(raw=st.binary())
def test_any_bytes_are_a_register_or_a_clear_refusal(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("letters") / "lettres.csv"
    path.write_bytes(b"recu;repondu\n" + raw)

    assert isinstance(read(str(path)), Register)
