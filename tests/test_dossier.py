"""The auditor's pack: from the zip alone, with no mailwatch, it is verified, computed again, followed case by case."""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Container, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pytest

from mailwatch import cli, daemon
from mailwatch.dossier import binding
from mailwatch.dossier.columns import letter
from mailwatch.errors import UsageError
from mailwatch.model import Correction, CorrectionKind, Nature
from tests.facts import answer, at, desk, incoming
from tests.packs import SAMPLE, laid_out, pdf_text, texts, unpacked, verified
from tests.pages import Outline
from tests.recalculation import program
from tests.registers import INBOX, MANNED, SENT, registered, take
from tests.test_cli import Ran
from tests.test_report import MENTIONS
from tests.test_verify import TOOLS

APRIL = "2026-04-20T12:00"
LATER = "2026-04-22T10:00"
SETTINGS = """
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]
addresses = ["pref-associations@jura.gouv.fr"]

[[box]]
address = "sp-dole@jura.gouv.fr"
service = "Sous-préfecture de Dole"

[register]
state = "etat"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A préfecture whose register is full, and its command line."""

    home: Path
    settings: str = "mailwatch.toml"

    def type(self, *words: str, now: str = APRIL) -> Ran:
        """Run a command at `now`."""
        settings = ("--settings", str(self.home / self.settings), "--now", now)
        with (
            redirect_stdout(io.StringIO()) as out,
            redirect_stderr(io.StringIO()) as err,
            pytest.raises(SystemExit) as stop,
        ):
            cli.main((*words, *settings))
        return Ran(code=int(stop.value.code or 0), out=out.getvalue(), err=err.getvalue())

    def pack(self, name: str, *words: str, now: str = APRIL) -> Path:
        """Have the pack of the first quarter written."""
        path = self.home / name
        ran = self.type("dossier", "--period", "2026-T1", "--out", str(path), *words, now=now)
        assert ran.code == 0, ran.err
        return path


def full(home: Path) -> House:
    """Fill a register: answers in time, late, held and none, a complaint, a letter, what a person set right."""
    names = [f"personne{number}@orange.example" for number in range(30)]
    asked = [
        incoming(f"2026-{1 + n % 3:02}-{3 + n % 24:02} 09:1{n % 9}", sender=name, message_id=f"<q{n}@x.example>")
        for n, name in enumerate(names)
    ]  # fmt: skip
    asked[7] = replace(asked[7], reading=replace(asked[7].reading, nature=Nature.COMPLAINT))
    given = [
        answer(
            f"2026-{1 + n % 3:02}-{3 + n % 24 + n % 5:02} 16:00",
            to=[name],
            references=[f"<q{n}@x.example>"],
            kind=Nature.HOLDING_REPLY if n % 7 == 0 else Nature.REPLY,
            mentions=MENTIONS,
        )
        for n, name in enumerate(names)
        if n % 6
    ]
    with registered(home / "etat") as register:
        take(register, asked, INBOX, at=at("2026-04-01 08:00"))
        take(register, given, SENT, at=at("2026-04-01 08:00"))
        here = desk(MANNED)
        register.decide(here, at("2026-04-01 08:00"))
        first = register.requests(here, at("2026-04-01 08:00").date())[0]
        register.correct(
            Correction(
                kind=CorrectionKind.SERVICE, target=first.id, value="Cabinet",
                author="Marc Bonnet", reason="mal adressée", at=at("2026-04-02 09:00"),
            )
        )  # fmt: skip
        register.decide(here, at("2026-04-02 09:00"))
    (home / "mailwatch.toml").write_text(SETTINGS, "utf-8")
    house = House(home=home)
    assert house.type("letter", "add", "C-12", "--received", "2026-03-04").code == 0
    return house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return full(tmp_path_factory.mktemp("prefecture"))


@pytest.fixture(scope="module")
def pack(house: House) -> Path:
    return house.pack("dossier.zip", "--seed", "graine de l’auditeur", "--sample", "12")


@pytest.fixture(scope="module")
def files(pack: Path) -> Mapping[str, bytes]:
    return unpacked(pack)


@pytest.fixture(scope="module")
def page(files: Mapping[str, bytes]) -> str:
    return files[SAMPLE].decode()


@pytest.fixture
def folder(pack: Path, tmp_path: Path) -> Path:
    return laid_out(pack, tmp_path / "auditeur")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs without Python and without mailwatch."""
    folder = tmp_path / "bare" / "bin"
    folder.mkdir(parents=True)
    for name in (*TOOLS, "find"):
        (folder / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is not installed"))
    return folder


def recomputed(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the pack's own program."""
    return subprocess.run(
        [sys.executable, "-I", "recalcul.py"],
        cwd=folder, env={}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


# --- the auditor ----------------------------------------------------------------------------------


def test_the_pack_holds_all_that_an_auditor_asks_for(files: Mapping[str, bytes]) -> None:
    names = set(files)

    assert {
        "LISEZMOI.md", "VERIFIER.md", "SHA256SUMS", "recalcul.py", "figures.json",
        "rapport/rapport.html", "rapport/rapport.pdf", "rapport/rapport.ods", "rapport/demandes.csv",
        "rapport/indicateurs.csv", "rapport/rapport.json",
        "registre/registre.csv", "registre/reponses.csv", "registre/interruptions.csv",
        "registre/exceptions.csv", "registre/registre.ods",
        SAMPLE, "echantillon/echantillon.pdf", "echantillon/cas.csv", "regles/regles.html",
        "journal/head", "journal/head.sig", "journal/key.pub", "journal/allowed_signers", "journal/SHA256SUMS",
    } <= names  # fmt: skip
    assert any(re.fullmatch(r"journal/2026-\d\d-\d\d\.jsonl", name) for name in names)
    assert any(name.startswith("courriels/") for name in names)


def test_from_the_zip_alone_it_verifies_and_recomputes(folder: Path, bare: Path) -> None:
    checked, again = verified(folder, bare), recomputed(folder)

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert 'Good "mailwatch-journal" signature' in checked.stdout
    assert again.returncode == 0, again.stdout
    told = json.loads((folder / "rapport" / "rapport.json").read_text("utf-8"))
    email = told["indicators"]["email"]
    assert (
        f"ensemble · courriels · réponses dans le délai : {email['rate_text']} "
        f"({email['numerator']}/{email['denominator']})"
    ) in again.stdout


@pytest.mark.parametrize(
    "name", ["registre/registre.csv", "rapport/rapport.pdf", SAMPLE, "recalcul.py"]
)
def test_a_file_that_was_altered_after_all_is_named(folder: Path, bare: Path, name: str) -> None:
    path = folder / name
    path.write_bytes(path.read_bytes() + b" ")

    found = verified(folder, bare)

    assert found.returncode != 0
    assert f"{name}: FAILED" in found.stdout + found.stderr


def test_a_file_that_was_added_or_lost_is_found(folder: Path, bare: Path) -> None:
    (folder / "registre" / "autre.csv").write_bytes(b"")

    assert verified(folder, bare).returncode != 0

    (folder / "registre" / "autre.csv").unlink()
    (folder / "registre" / "reponses.csv").unlink()

    assert verified(folder, bare).returncode != 0


def test_the_same_day_and_seed_give_the_same_bytes(house: House, pack: Path) -> None:
    again = house.pack("encore.zip", "--seed", "graine de l’auditeur", "--sample", "12")

    assert again.read_bytes() == pack.read_bytes()
    with ZipFile(pack) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2026, 4, 20, 0, 0, 0)}


def test_another_seed_draws_other_cases_and_none_leaves_it_to_the_journal(
    house: House, page: str
) -> None:
    words = (
        "dossier",
        "--period",
        "2026-T1",
        "--json",
        "--sample",
        "12",
        "--out",
        str(house.home / "d.zip"),
    )
    (told,) = house.type(*words).lines
    head = unpacked(house.home / "d.zip")["journal/head"].decode().split("\n")

    assert "graine de l’auditeur" in page
    assert (len(told["seed"]), len(told["cases"])) == (12, 12)
    assert head[2].startswith(told["seed"])
    assert told["cases"] != re.findall(r"<h2 id=.titre-\d+.>Demande (\S+)</h2>", page)


# --- closed figures -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The packs of a quarter whose figures were closed: on that day, and after an answer that was found late."""
    house = full(tmp_path_factory.mktemp("cloture"))
    words = ("report", "--period", "2026-T1", "--seal", "--author", "Hélène Prost")
    assert house.type(*words).code == 0
    before = house.pack("avant.zip")
    late = ("letter", "answer", "C-12", "--on", "2026-03-06", "--by", "Claire Vernier")
    ran = house.type(*late, now=LATER)
    assert ran.code == 0, ran.err
    return before, house.pack("apres.zip", "--sample", "40", now=LATER)


def test_closed_figures_are_given_as_they_were_and_the_journal_vouches_for_them(
    closed: tuple[Path, Path], bare: Path, tmp_path: Path
) -> None:
    before, after = map(unpacked, closed)
    folder = laid_out(closed[1], tmp_path / "auditeur")
    checked = verified(folder, bare)

    for name in ("figures.json", "registre/registre.csv", "registre/reponses.csv"):
        assert after[name] == before[name]
    assert checked.returncode == 0, checked.stdout + checked.stderr
    digest = sha256(after["rapport/chiffres-arretes.json"]).hexdigest()
    assert f'"figures":"{digest}"' in checked.stdout
    assert recomputed(folder).returncode == 0
    assert "Chiffres arrêtés le 20/04/2026 par Hélène Prost" in after["LISEZMOI.md"].decode()
    assert "Depuis la clôture" in after[SAMPLE].decode()
    assert "Depuis la clôture" not in before[SAMPLE].decode()


def test_closed_figures_that_were_embellished_are_not_those_of_the_journal(
    closed: tuple[Path, Path], bare: Path, tmp_path: Path
) -> None:
    folder = laid_out(closed[0], tmp_path / "auditeur")
    path = folder / "rapport" / "chiffres-arretes.json"
    path.write_bytes(path.read_bytes().replace(b'"numerator":', b'"numerator":9', 1))
    listed_anew(folder)

    assert verified(folder, bare).returncode != 0


def listed_anew(folder: Path) -> None:
    """Write the pack's list of digests again, as whoever alters it can."""
    names = sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*")
        if path.is_file() and path != folder / "SHA256SUMS"
    )  # fmt: skip
    sums = (f"{sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")


def test_half_a_letter_in_a_reason_keeps_nobody_from_closing_and_packing(tmp_path: Path) -> None:
    house = full(tmp_path)
    half = "re\udce7ue par erreur"  # as a terminal that is not in UTF-8 gives it
    words = ("correct", "C-12", "--exclude", "--author", "H\udce9l\udce8ne", "--reason", half)
    assert house.type(*words).code == 0

    closed = house.type("report", "--period", "2026-T1", "--seal", "--author", "H\udce9l\udce8ne")

    assert closed.code == 0, closed.err
    files = unpacked(house.pack("moitié.zip"))
    assert "re?ue par erreur" in files["registre/registre.csv"].decode("utf-8-sig")
    assert "re?ue par erreur" in files["rapport/rapport.html"].decode()


# --- the sample -----------------------------------------------------------------------------------


def test_a_case_is_followed_from_its_page_to_the_journal(
    files: Mapping[str, bytes], page: str
) -> None:
    days = [content for name, content in sorted(files.items()) if name.endswith(".jsonl")]
    lines = b"".join(days).splitlines()
    tie = r'class="n">(\d+)</th>.*?<code>([^<]+)</code></td><td><code>([0-9a-f]{32})'
    ties = re.findall(tie, page)

    assert len(ties) > 12
    for number, key, salt in ties[:6]:
        made = subprocess.run(
            ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{salt}"],
            input=html.unescape(key).encode(), capture_output=True, check=True,
        ).stdout  # fmt: skip
        assert json.loads(lines[int(number) - 1])["fact"] == made.decode().split()[-1]


def test_the_page_of_the_sample_is_french_in_order_and_every_table_has_its_caption(
    page: str,
) -> None:
    found = Outline()
    found.feed(page)
    levels = [int(tag[1]) for tag, _ in found.seen if re.fullmatch(r"h[1-6]", tag)]

    assert found.open == []
    assert ("html", {"lang": "fr"}) in found.seen
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert sum(tag == "table" for tag, _ in found.seen) == page.count("<caption>")
    assert all(
        attributes.get("scope") in ("col", "row") for tag, attributes in found.seen if tag == "th"
    )
    assert page.count('<section class="case"') == 12


def test_each_page_says_what_there_is_to_check(page: str) -> None:
    for words in (
        "Le motif d’exclusion est fondé.",
        "Aucune réponse n’existe ailleurs (autre boîte, téléphone, guichet).",
        "Les mentions sont lues comme elles sont écrites.",
        "La première réponse est bien celle-ci ; une personne l’a écrite, à ce demandeur.",
        "suite annoncée ou attendue",
        "1er jour ouvré",
    ):
        assert words in page.replace("\u00a0", " "), words


def test_the_pages_to_print_are_tagged_and_have_a_case_each_with_its_boxes(
    files: Mapping[str, bytes], page: str
) -> None:
    content = files["echantillon/echantillon.pdf"]
    with pikepdf.open(io.BytesIO(content)) as document:
        kinds = {
            str(one.get("/S")) for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        }  # fmt: skip
        assert len(document.pages) == 13
        assert str(document.Root.Lang).startswith("fr")
        with document.open_metadata() as told:
            assert (told["pdfaid:conformance"], told["pdfuaid:part"]) == ("A", "1")
    printed = re.sub(r"\s+", " ", pdf_text(content))

    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Caption"} <= kinds
    for request in re.findall(r"<h2 id=.titre-\d+.>Demande (\S+)</h2>", page):
        assert f"Demande {request}" in printed
    for words in ("Jour par jour", "Contrôlé par", "Conforme", "graine de l’auditeur"):
        assert printed.count(words) >= 12, words


def test_a_correction_stands_on_the_page_of_its_case_with_author_and_reason(
    closed: tuple[Path, Path],
) -> None:
    page = unpacked(closed[1])[SAMPLE].decode()

    assert "Marc Bonnet" in page
    assert "mal adressée" in page
    assert "Les rectifications sont fondées." in page


def test_no_case_at_all_is_a_sample_too(house: House) -> None:
    page = unpacked(house.pack("vide.zip", "--sample", "0"))[SAMPLE].decode()

    assert "Échantillon de 0 cas" in page


# --- what may go wrong ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("2026-T5", "n’est pas une période"),
        ("2027", "dans l’avenir"),
        ("2025-T1", "avant la première observation"),
        ("2026-03-10/2026-03-01", "finit avant de commencer"),
    ],
)
def test_a_period_that_nothing_can_be_said_of_is_refused_as_by_the_report(
    house: House, period: str, words: str
) -> None:
    path = house.home / "refusé.zip"
    found = house.type("dossier", "--period", period, "--out", str(path))

    assert found.code == 2
    assert words in found.err
    assert not path.exists()


def test_beside_a_running_service_the_journal_is_packed_once_it_has_written_it(
    house: House, pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailwatch.commands.packing._PATIENCE", 1)
    shutil.copytree(house.home, tmp_path / pack.stem)
    house = House(home=tmp_path / pack.stem)
    words = ("dossier", "--period", "2026-T1", "--out", str(tmp_path / "service.zip"))
    with daemon.only_one(house.home / "etat"):
        assert house.type(*words).code == 0
        assert house.type("letter", "add", "C-13", "--received", "2026-04-08").code == 0
        behind = house.type(*words)
    assert house.type(*words).code == 0

    assert behind.code == 75
    assert "pas encore écrit le journal" in behind.err


@pytest.mark.parametrize("seed", ["a\nb", "\udce9", "x" * 65, "\x1b[2J"])
def test_a_seed_that_nobody_can_copy_is_refused(house: House, seed: str) -> None:
    found = house.type("dossier", "--period", "2026-T1", "--out", "x.zip", "--seed", seed)

    assert found.code == 2
    assert "--seed : 64 lettres" in found.err


def test_a_full_disk_leaves_the_old_pack_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "dossier.zip"
    binding.write(path, b"ancien", private=True)
    assert path.stat().st_mode & 0o777 == 0o600

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UsageError, match="plus de place"):
        binding.write(path, b"nouveau", private=False)
    monkeypatch.undo()

    assert path.read_bytes() == b"ancien"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("where", ["absent/dossier.zip", "etat"])
def test_a_place_where_nothing_can_be_written_is_told(house: House, where: str) -> None:
    found = house.type("dossier", "--period", "2026-T1", "--out", str(house.home / where))

    assert found.code == 2
    assert "le dossier ne peut pas y être écrit" in found.err


def test_a_journal_that_was_altered_is_not_packed_as_if_it_were_sound(
    house: House, pack: Path
) -> None:
    day = max((house.home / "etat" / "journal").glob("*.jsonl"))
    content = day.read_bytes()
    day.write_bytes(content.replace(b'"kind":"', b'"kind":"X', 1))

    found = house.type("dossier", "--period", "2026-T1", "--out", str(pack.with_name("d.zip")))
    day.write_bytes(content)

    assert found.code == 65
    assert "endommagé" in found.err


# --- its files ------------------------------------------------------------------------------------


def test_a_courriel_type_of_any_name_is_packed_under_one_that_every_unzip_reads(
    house: House,
) -> None:
    folder = house.home / "types"
    folder.mkdir()
    shipped = Path(__file__).parent.parent / "templates" / "courriels" / "20-reponse.txt"
    odd = (b"r\xe9ponse.txt", "réponse.txt".encode(), b"a\nb.txt", b"a\\b.txt", b"a_b.txt")
    for name in odd:
        (folder / os.fsdecode(name)).write_bytes(shipped.read_bytes())
    settings = f'templates = "types"\n{SETTINGS}'
    (house.home / "types.toml").write_text(settings, "utf-8")
    found = unpacked(replace(house, settings="types.toml").pack("types.zip"))

    named = [name for name in found if name.startswith("courriels/") and name.endswith(".txt")]
    assert len(set(named)) == len(odd)
    assert all(re.fullmatch(r"[\w./-]+", name, re.ASCII) for name in found)


def test_declared_indicators_stand_in_the_report_of_the_pack(house: House) -> None:
    path = house.home / "declares.csv"
    path.write_text(
        "engagement;intitule;valeur;cible;periode_precedente;source;date\n"
        "14;Taux d’appels décrochés;87 %;85 %;;standard téléphonique;31/03/2026\n",
        "utf-8",
    )
    found = unpacked(house.pack("declares.zip", "--declared", str(path)))

    assert "Taux d’appels décrochés" in found["rapport/rapport.html"].decode()


def test_the_register_is_a_spreadsheet_of_typed_cells(files: Mapping[str, bytes]) -> None:
    with ZipFile(io.BytesIO(files["registre/registre.ods"])) as archive:
        content = archive.read("content.xml").decode()

    assert re.findall(r'table:table table:name="([^"]+)"', content) == [
        "Demandes", "Réponses", "Interruptions", "Exceptions", "Jours non ouvrés",
        "Chiffres", "Chiffres des mentions", "Chiffres par service", "Chiffres par mois",
    ]  # fmt: skip
    assert 'office:date-value="2026-03-04"' in content
    assert "table:formula" not in content.partition('table:name="Chiffres"')[0]


def workday(start: date, days: int, closed: Container[date]) -> date:
    """What WORKDAY gives in a spreadsheet (OpenFormula 6.10.21)."""
    while days:
        start += timedelta(days=1)
        days -= start.weekday() < 5 and start not in closed
    return start


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


def french(words: str) -> date:
    return datetime.strptime(words, "%d/%m/%Y").replace(tzinfo=UTC).date()


def test_every_due_date_follows_from_the_closed_days_of_the_pack(
    files: Mapping[str, bytes],
) -> None:
    closed = {french(row["jour"]) for row in rows(files["registre/jours_non_ouvres.csv"])}
    requests = rows(files["registre/registre.csv"])

    assert closed == {date(2026, 4, 6)}
    for row in requests:
        most = 5 if row["canal"] == "courriel" else 10
        assert workday(french(row["recue_le"]), most, closed) == french(row["echeance"]), row
    assert len(requests) == 31


def test_the_formulas_name_the_columns_of_the_spreadsheet(files: Mapping[str, bytes]) -> None:
    heads = list(rows(files["registre/registre.csv"])[0])
    notice = files["LISEZMOI.md"].decode()

    assert [heads[ord(letter(name)) - 65] for name in ("canal", "etat", "recue_le")] == [
        "canal",
        "etat",
        "recue_le",
    ]
    assert letter(heads[26]) == "AA"
    assert f'{letter("etat")}:{letter("etat")};"répondue à temps"' in notice
    assert f"SERIE.JOUR.OUVRE({letter('recue_le')}2;5;feries)" in notice


def test_all_that_the_pack_says_can_be_read_by_these_tests(files: Mapping[str, bytes]) -> None:
    read = dict(texts(files))

    assert "Préfecture du Jura" in re.sub(r"\s+", " ", pdf_text(files["rapport/rapport.pdf"]))
    assert "Cabinet" in read["registre/registre.ods/content.xml"]
    assert "graine de l’auditeur" in read["LISEZMOI.md"]


# --- ten ways to deceive an auditor ---------------------------------------------------------------


def rewritten(folder: Path, name: str, *changes: tuple[str, str]) -> None:
    """Change words of a file, each where it first stands, and the list of digests with it."""
    path = folder / name
    text = path.read_bytes().decode()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_bytes(text.encode())
    listed_anew(folder)


def days_of(folder: Path) -> list[Path]:
    return sorted((folder / "journal").glob("*.jsonl"))


def journal_listed_anew(folder: Path) -> None:
    """Write the digests of the journal’s files again, then those of the pack."""
    journal = folder / "journal"
    names = sorted(path.name for path in journal.iterdir() if path.name != "SHA256SUMS")
    sums = (f"{sha256((journal / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    (journal / "SHA256SUMS").write_text("".join(sums), "utf-8")
    listed_anew(folder)


def head_anew(folder: Path) -> None:
    """Have the head tell of the lines that there are."""
    lines = b"".join(path.read_bytes() for path in days_of(folder))
    head = folder / "journal" / "head"
    told = head.read_text("utf-8").split("\n")
    told[1:3] = [str(lines.count(b"\n")), sha256(lines).hexdigest()]
    head.write_text("\n".join(told), "utf-8")
    journal_listed_anew(folder)


def a_flipped_byte(folder: Path) -> None:
    path = folder / "registre" / "registre.csv"
    content = path.read_bytes()
    path.write_bytes(content[:900] + bytes([content[900] ^ 1]) + content[901:])


def a_truncated_report(folder: Path) -> None:
    path = folder / "rapport" / "rapport.pdf"
    path.write_bytes(path.read_bytes()[:5_000])


def a_model_mail_too_many(folder: Path) -> None:
    (folder / "courriels" / "60-autre.txt").write_text("Bonjour", "utf-8")


def answers_left_out(folder: Path) -> None:
    (folder / "registre" / "reponses.csv").unlink()
    listed_anew(folder)


def a_day_left_out(folder: Path) -> None:
    days_of(folder)[1].unlink()
    journal_listed_anew(folder)


def two_lines_swapped(folder: Path) -> None:
    path = days_of(folder)[0]
    first, second, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join((second, first, *rest)))
    journal_listed_anew(folder)


def a_line_altered(folder: Path) -> None:
    path = days_of(folder)[0]
    path.write_bytes(path.read_bytes().replace(b'"kind":"fact"', b'"kind":"Fact"', 1))
    journal_listed_anew(folder)


def a_line_and_the_head_altered(folder: Path) -> None:
    a_line_altered(folder)
    head_anew(folder)


def another_key_for_it_all(folder: Path) -> None:
    a_line_altered(folder)
    journal = folder / "journal"
    head_anew(folder)
    key = folder.parent / "clé"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    public = key.with_name("clé.pub").read_text("utf-8")
    kind, word = public.split()[:2]
    (journal / "key.pub").write_text(public, "utf-8")
    (journal / "allowed_signers").write_text(
        f'mailwatch namespaces="mailwatch-journal" {kind} {word}\n', "utf-8"
    )
    (journal / "head.sig").unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "mailwatch-journal", journal / "head"],
        check=True, capture_output=True,
    )  # fmt: skip
    journal_listed_anew(folder)


def closed_figures_embellished(folder: Path) -> None:
    rewritten(folder, "rapport/chiffres-arretes.json", ('"state":"overdue"', '"state":"pending"'))


@pytest.mark.parametrize(
    ("damage", "named"),
    [
        (a_flipped_byte, ("registre/registre.csv: FAILED", "FAUX : un fichier du dossier")),
        (a_truncated_report, ("rapport/rapport.pdf: FAILED", "FAUX : un fichier du dossier")),
        (a_model_mail_too_many, ("courriels/60-autre.txt", "FAUX : ces fichiers du dossier sont de trop")),
        (a_day_left_out, ("FAUX : le journal n’a pas autant de lignes que sa tête en compte",)),
        (two_lines_swapped, ("FAUX : un numéro de ligne manque, ou n’est pas à sa place",)),
        (a_line_altered, ("FAUX : une ligne n’est pas celle que la tête a vue",)),
        (a_line_and_the_head_altered, ("FAUX : la signature de la tête",)),
        (another_key_for_it_all, ("FAUX : la clé n’est pas la dernière que le journal nomme",)),
        (closed_figures_embellished, ("FAUX : les chiffres arrêtés ne sont pas ceux du journal",)),
    ],
)  # fmt: skip
def test_each_deceit_is_named_by_the_page(
    closed: tuple[Path, Path],
    bare: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
    named: tuple[str, ...],
) -> None:
    folder = laid_out(closed[1], tmp_path / "auditeur")
    damage(folder)

    found = verified(folder, bare)

    assert found.returncode != 0
    for words in named:
        assert words in found.stdout + found.stderr
    assert found.stdout.count("FAUX") == 1


def test_a_sound_pack_says_so_at_each_step(
    closed: tuple[Path, Path], bare: Path, tmp_path: Path
) -> None:
    found = verified(laid_out(closed[1], tmp_path / "auditeur"), bare)

    assert found.returncode == 0, found.stdout + found.stderr
    assert "FAUX" not in found.stdout
    assert found.stdout.count("bon : ") == 13


def test_answers_that_were_left_out_are_missed_by_the_program(
    closed: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = laid_out(closed[1], tmp_path / "auditeur")
    answers_left_out(folder)

    found = recomputed(folder)

    assert found.returncode == 2
    assert "reponses.csv" in found.stderr


def test_a_register_that_was_embellished_with_its_figures_is_not_that_of_the_closed_ones(
    closed: tuple[Path, Path], bare: Path, tmp_path: Path
) -> None:
    folder = laid_out(closed[1], tmp_path / "auditeur")
    path = folder / "registre" / "registre.csv"
    late = next(row for row in rows(path.read_bytes()) if row["etat"] == "en retard")
    lines = path.read_bytes().decode("utf-8-sig").split("\r\n")
    embellished = [
        line.replace("en retard;;;;", f"répondue à temps;{late['recue_le']};réponse;0;", 1)
        if line.startswith(late["demande"]) else line
        for line in lines
    ]  # fmt: skip
    path.write_bytes("\r\n".join(embellished).encode("utf-8-sig"))
    told = json.loads((folder / "figures.json").read_text("utf-8"))
    (folder / "figures.json").write_text(json.dumps(again(folder, told)), "utf-8")
    listed_anew(folder)

    found = recomputed(folder)

    assert verified(folder, bare).returncode == 0
    assert found.returncode == 1, found.stdout
    assert "ensemble · courriels · réponses dans le délai : " in found.stdout
    assert "aux chiffres arrêtés" in found.stdout
    assert "dans figures.json" not in found.stdout


def again(folder: Path, told: Mapping[str, object]) -> Mapping[str, object]:
    """The figures that the register of a pack gives, as its own program makes them."""
    figures, _ = program().recalcules(folder / "registre")
    assert figures != told
    found: Mapping[str, object] = figures
    return found
