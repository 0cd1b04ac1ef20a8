"""The demonstration: what is written, and what is printed."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mailwatch import demo, labels
from mailwatch.demo import composing, showing, story, structures
from mailwatch.demo.layouts import PROGRAMS
from mailwatch.errors import UsageError
from mailwatch.model import Audit, Nature, Rate
from tests.demos import PLAIN, Given, parsed_mails, shown, tree, words

TERRITORIES = ("jura", "moselle")


# --- what is written ------------------------------------------------------------------------------


def test_two_writings_are_the_same_to_the_byte(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        demo.write(tmp_path / folder)

    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_a_second_writing_takes_the_place_of_the_first_and_of_nothing_else(tmp_path: Path) -> None:
    demo.write(tmp_path)
    before = tree(tmp_path)
    (tmp_path / "jura" / "inbox" / "cur" / "stray").write_bytes(b"From: x@example.org\n\n")
    (tmp_path / "jura" / "rapport").mkdir()
    (tmp_path / "notes.txt").write_text("à garder", encoding="utf-8")

    demo.write(tmp_path)

    assert tree(tmp_path) == {**before, "notes.txt": "à garder".encode()}
    assert (tmp_path / "jura" / "rapport").is_dir()


def test_a_folder_that_cannot_be_written_is_one_french_sentence(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")

    with pytest.raises(UsageError, match="la démonstration ne peut pas y être écrite"):
        demo.write(tmp_path / "taken")


def test_each_kind_of_export_occurs(written: demo.Demo) -> None:
    inbox, sent = written.jura.folder / "inbox", written.jura.folder / "sent"
    assert all(
        (folder / part).is_dir() for folder in (inbox, sent) for part in ("cur", "new", "tmp")
    )
    assert len(list((written.moselle.folder / "inbox").glob("*.eml"))) > 40
    mbox = (written.moselle.folder / "sent" / "thionville.mbox").read_bytes()
    assert mbox.startswith(b"From sp-thionville@moselle.gouv.fr ")
    assert written.moselle.example.is_file()


def test_the_first_mailbox_has_eighty_mails_and_letters(written: demo.Demo) -> None:
    assert written.jura.messages >= 80
    assert len(Path(written.jura.letters).read_text(encoding="utf-8-sig").splitlines()) > 10


def test_every_mail_reads_as_it_was_written(written: demo.Demo) -> None:
    """A reader that is not ours finds the writer's words, whatever charset and encoding carry them."""
    texts = {parsed["Message-ID"]: shown(parsed) for parsed in parsed_mails(written)}
    for territory in TERRITORIES:
        _, mails = story.read(territory)
        for mail in mails:
            if mail.kind != "mail":
                continue
            wanted = words(mail.text)
            assert wanted
            assert wanted in words(texts[composing.message_id(mail)]), mail.id


def test_no_two_mails_say_the_same_but_for_the_copies_the_story_needs() -> None:
    copies = {"deux-boites-copie", "deux-envois-bis", "mobilisation-2"}
    said: dict[str, str] = {}
    for territory in TERRITORIES:
        _, mails = story.read(territory)
        for mail in mails:
            if mail.id not in copies and mail.text:
                assert said.setdefault(mail.text, mail.id) == mail.id


def test_every_address_outside_the_state_is_in_a_reserved_domain(written: demo.Demo) -> None:
    """RFC 2606 section 2: `.example` belongs to nobody."""
    for parsed in parsed_mails(written):
        said = " ".join((*map(str, parsed.values()), shown(parsed)))
        hosts = re.findall(r"[\w.+-]@([\w.-]+\.\w+)", said)
        assert all(host.lower().endswith((".example", ".gouv.fr")) for host in hosts), hosts


def test_every_program_and_structure_is_used() -> None:
    _, first = story.read("jura")
    _, second = story.read("moselle")
    mails = [*first, *second]
    assert {mail.program for mail in mails} == set(PROGRAMS)
    assert {mail.kind for mail in mails} == {"mail", *structures.SPECIAL}


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ({"id": "a", "at": 1}, "instant"),
        ({"id": "a", "at": date(2026, 1, 1)}, "instant"),
        ({"id": "a", "wrong": 1}, "clé inconnue"),
    ],
)
def test_a_page_at_fault_is_refused(page: Mapping[str, object], sentence: str) -> None:
    place, _ = story.read("jura")
    with pytest.raises((TypeError, ValueError), match=sentence):
        story._mail({"from": "mireille", "to": ["dole"], **page}, place, {})


# --- the committee's lines ------------------------------------------------------------------------


def test_the_jura_prints_the_committee_s_own_lines(jura: Audit) -> None:
    counted = " : 100 % (réponses d'attente comptabilisées)"
    share = (
        "Taux de réponses aux {} de demande d'informations dans le délai de {} jours ouvrés"
        + counted
    )
    mean = "Délai moyen de réponse aux demandes d'information par {} : {}"

    assert [line.translate(PLAIN) for line in demo.committee_lines(jura)] == [
        share.format("courriels", 5),
        mean.format("courriel", "1 jour"),
        share.format("courriers", 10),
        mean.format("courrier", "3 jours"),
        "Réclamations / suggestions : Sans objet",
    ]


@pytest.mark.parametrize(
    ("mean", "said"),
    [
        (None, "Sans objet"),
        (0.0, "0 jour"),
        (1.0, "1 jour"),
        (1.04, "1 jour"),
        (1.05, "1,1 jour"),
        (1.94, "1,9 jour"),
        (1.95, "2 jours"),
        (2.0, "2 jours"),
        (2.25, "2,3 jours"),
        (12.0, "12 jours"),
        (10.0, "10 jours"),
    ],
)
def test_a_mean_delay_is_said_as_french_says_it(mean: float | None, said: str) -> None:
    assert labels.days(mean).translate(PLAIN) == said


@pytest.mark.parametrize(
    ("natures", "said"),
    [
        ([], "Sans objet"),
        ([Nature.REQUEST], "Sans objet"),
        ([Nature.COMPLAINT], "1 réclamation"),
        ([Nature.SUGGESTION, Nature.SUGGESTION], "2 suggestions"),
        ([Nature.COMPLAINT, Nature.COMPLAINT, Nature.SUGGESTION], "2 réclamations, 1 suggestion"),
    ],
)
def test_complaints_and_suggestions_are_counted(
    jura: Audit, natures: list[Nature], said: str
) -> None:
    received = tuple(replace(jura.requests[0], nature=nature) for nature in natures)

    assert committee_end(replace(jura, requests=received)) == said


def test_a_channel_without_requests_has_no_rate_and_no_mean(jura: Audit) -> None:
    nothing = replace(
        jura.indicators.letter,
        answered_in_time=Rate(numerator=0, denominator=0, text="Sans objet"),
        mean_first_delay=None,
    )
    audit = replace(jura, indicators=replace(jura.indicators, letter=nothing))

    rate, mean = demo.committee_lines(audit)[2:4]

    assert rate.translate(PLAIN).endswith("10 jours ouvrés : Sans objet")
    assert mean.translate(PLAIN).endswith("par courrier : Sans objet")


def committee_end(audit: Audit) -> str:
    return demo.committee_lines(audit)[-1].translate(PLAIN).rpartition(" : ")[2]


# --- what is printed ------------------------------------------------------------------------------


def test_the_demonstration_prints_figures_of_both_and_where_their_pages_are(given: Given) -> None:
    assert "Préfecture du Jura" in given.plain
    assert "5 jours ouvrés : 100 % (réponses d'attente comptabilisées)" in given.plain
    assert "Préfecture de la Moselle" in given.plain
    named = re.findall(r"\S+\.(?:html|toml)(?=\s)", given.printed)
    assert len(named) > 6
    assert [path for path in named if path != "mailwatch.toml" and not Path(path).is_file()] == []


def test_the_demonstration_complains_of_nothing(given: Given) -> None:
    assert given.complained == ""
    assert "avertissement" not in given.plain.lower()


def test_it_ends_with_what_to_try_next(given: Given) -> None:
    told = given.plain.partition("À essayer ensuite :")[2]
    tried = [line.split()[1:] for line in told.splitlines() if line.startswith("    ")]

    assert [words[0] for words in tried] == ["check", "check-config", "audit", "init"]
    assert Path(tried[0][-1]).is_file()
    assert Path(tried[1][-1]).is_file()


@pytest.mark.parametrize(
    ("on_path", "run", "program"),
    [
        ("/usr/bin/mailwatch", "/usr/bin/mailwatch", "mailwatch"),
        (None, ".venv/bin/mailwatch", ".venv/bin/mailwatch"),
        (None, "/opt/mailwatch/__main__.py", f"{sys.executable} -m mailwatch"),
    ],
    ids=["installed", "in a checkout", "as a module"],
)
def test_the_program_is_named_as_its_reader_can_type_it(
    monkeypatch: pytest.MonkeyPatch, on_path: str | None, run: str, program: str
) -> None:
    monkeypatch.setattr(showing, "which", lambda _name: on_path)
    monkeypatch.setattr(sys, "argv", [run, "demo"])

    assert showing._program() == program
