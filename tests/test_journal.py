"""The journal as files: a stranger finds any change, whoever made it, and no change where there was none."""

from __future__ import annotations

import random
import resource
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mailwatch.errors import BusyError, RefusedError, RegisterError, SourceError
from mailwatch.journal import folders, signing
from mailwatch.journal.heads import Head, fingerprint, head_text, read_head, read_sums, read_witness
from mailwatch.journal.lines import Trail, read
from mailwatch.journal.projecting import extended, opened
from mailwatch.journal.verifying import verified
from tests.journals import (
    BEGIN,
    ON_FILES,
    ON_HISTORY,
    chained,
    head_of,
    history,
    key_in,
    laid,
    listed_anew,
    rewritten,
    seal_of,
)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return key_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory, key: Path) -> Path:
    folder = tmp_path_factory.mktemp("pristine") / "journal"
    laid(folder, history(60, key), key)
    return folder


@pytest.fixture
def journal(tmp_path: Path, pristine: Path) -> Path:
    return Path(shutil.copytree(pristine, tmp_path / "journal"))


def faults(folder: Path, *witnesses: Head) -> list[str]:
    return [str(fault) for fault in verified(folder, witnesses).faults]


def day_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


# --- no false alarm -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_a_journal_that_nobody_touched_is_well(tmp_path: Path, key: Path, seed: int) -> None:
    draw = random.Random(seed)
    begin = BEGIN + timedelta(hours=draw.randrange(20_000))
    lines = history(draw.randrange(1, 200), draw.choice((key, None)), seed, begin)
    signed = key if read(lines[0]).get("kind") == "key" else None

    laid(tmp_path / "journal", lines, signed, by=draw.randrange(1, 60))

    assert faults(tmp_path / "journal", head_of(tmp_path / "journal")) == []


def test_each_head_ever_told_still_holds(tmp_path: Path, key: Path) -> None:
    folder, told = tmp_path / "journal", list[Head]()
    lines = history(50, key)
    for end in range(10, 60, 10):
        laid(folder, lines[:end], key)
        told.append(head_of(folder))

    assert faults(folder, *told) == []
    assert [head.size for head in told] == [10, 20, 30, 40, 50]


# --- every change is found ------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(90))
def test_whatever_is_done_to_the_files_is_found(journal: Path, seed: int) -> None:
    draw = random.Random(seed)
    before = {path.name: path.read_bytes() for path in journal.iterdir()}

    ON_FILES[seed % len(ON_FILES)](journal, draw)

    after = {path.name: path.read_bytes() for path in journal.iterdir()}
    assert (faults(journal) == []) == (after == before)


@pytest.mark.parametrize("seed", range(16))
def test_another_history_with_the_true_key_is_found_by_one_witness(
    journal: Path, key: Path, seed: int
) -> None:
    told = head_of(journal)

    rewritten(
        journal,
        ON_HISTORY[seed % len(ON_HISTORY)](history(60, key), random.Random(seed)),
        key,
    )

    assert faults(journal, told)
    assert all("attestée" in fault or "remplacée" in fault for fault in faults(journal, told))


# --- and named ------------------------------------------------------------------------------------


def test_an_altered_line_is_named(journal: Path) -> None:
    path = day_files(journal)[1]
    lines = path.read_bytes().splitlines(keepends=True)
    number = read(lines[1])["n"]
    lines[1] = lines[1].replace(b'"kind":"', b'"kind":"X', 1)
    path.write_bytes(b"".join(lines))

    assert faults(journal)[:2] == [
        f"« {path.name} » n’est plus tel qu’il a été écrit",
        f"la ligne {number} a été modifiée (« {path.name} », 2e ligne)",
    ]


def test_a_missing_line_is_named(journal: Path) -> None:
    path = day_files(journal)[1]
    lines = path.read_bytes().splitlines(keepends=True)
    number = read(lines[1])["n"]
    path.write_bytes(b"".join(lines[:1] + lines[2:]))

    assert f"la ligne {number} manque" in faults(journal)


def test_a_missing_day_is_named_with_its_lines(journal: Path) -> None:
    path = day_files(journal)[1]
    numbers = [read(line)["n"] for line in path.read_bytes().splitlines()]
    path.unlink()

    assert faults(journal)[:2] == [
        f"la journée du {path.stem} manque (« {path.name} »)",
        f"les lignes {numbers[0]} à {numbers[-1]} manquent",
    ]


def test_swapped_files_are_named(journal: Path) -> None:
    first, second = day_files(journal)[:2]
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)

    assert faults(journal)[0] == f"« {first.name} » et « {second.name} » sont échangés"


def test_a_tail_that_was_cut_is_told_by_the_head(journal: Path) -> None:
    path = day_files(journal)[-1]
    cut = path.read_bytes().count(b"\n")
    path.unlink()
    listed_anew(journal)

    assert faults(journal) == [
        f"le journal est coupé : sa tête dit 60 lignes, il en reste {60 - cut}"
    ]


def test_a_tail_that_was_cut_and_signed_anew_is_told_by_a_witness(journal: Path, key: Path) -> None:
    told = head_of(journal)
    rewritten(journal, history(60, key)[:59], key)

    assert faults(journal, told) == [
        "le journal est coupé : une tête attestée dit 60 lignes, il n’en a que 59"
    ]


def test_a_rewritten_past_is_told_by_a_witness(journal: Path, key: Path) -> None:
    told = head_of(journal)
    lines = history(60, key)
    del lines[20]
    rewritten(journal, chained([*lines, lines[-1]]), key)

    assert faults(journal, told) == [
        "le passé a été réécrit : les 60 premières lignes n’ont pas l’empreinte attestée"
    ]


def test_another_key_is_told_by_the_journal(journal: Path, tmp_path: Path, key: Path) -> None:
    other = key_in(tmp_path, "other")
    extended(journal, opened(journal), [], seal_of(other))
    found, expected = (fingerprint(signing.public_key(each)) for each in (other, key))

    assert faults(journal) == [
        f"la clé a été remplacée : « key.pub » est {found}, le journal nomme {expected}"
    ]


def test_another_key_is_told_by_who_noted_the_first(journal: Path) -> None:
    found = [str(fault) for fault in verified(journal, key="SHA256:autre").faults]

    assert len(found) == 1
    assert "vous attendiez SHA256:autre" in found[0]


def test_a_signature_for_another_purpose_is_none(journal: Path, key: Path) -> None:
    (journal / "head.sig").write_bytes(signing.signature(key, b"autre chose"))
    listed_anew(journal)

    assert faults(journal) == ["la signature de la tête n’est pas celle de cette clé"]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="n’est pas un journal"):
        verified(tmp_path / "nulle-part")


# --- hostile files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "octets",
    [
        b"", b"\n", b"{}", b"[]\n", b"null\n", b"\xff\xfe\n", b'{"n":true,"prev":0}\n', b"[" * 100_000 + b"\n",
        b'{"n":' + b"9" * 5000 + b"}\n", b'{"n":1,"at":[]}\n', b"1,{}\n", b'{"a":1},{"b":2}\n', b"\r\n\r\n", b"\0" * 99,
    ],
    ids=range(14),
)  # fmt: skip
def test_any_octets_give_faults_and_no_exception(journal: Path, octets: bytes) -> None:
    for path in sorted(journal.iterdir()):
        before = path.read_bytes()
        path.write_bytes(octets)
        assert faults(journal)
        path.write_bytes(before)


# --- texts ----------------------------------------------------------------------------------------


def test_a_head_is_read_as_strictly_as_it_is_written() -> None:
    head = Head(size=12, digest="ab" * 32)
    text = head_text("Préfecture\ndu Jura", head)

    assert text == f"Préfecture du Jura\n12\n{'ab' * 32}\n".encode()
    assert read_head(text) == head
    for wrong in (text[:-1], text + b"\n", text.replace(b"12", b"012"), text.upper(), b"", b"\xff"):
        assert read_head(wrong) is None


@pytest.mark.parametrize("words", ["1 234:{d}", "1\u202f234 {d}", "1\u00a0234 : {d}", "1234:{D}"])
def test_a_witness_is_read_as_people_copy_it(words: str) -> None:
    found = read_witness(words.format(d="ab" * 32, D="AB" * 32))

    assert found == Head(size=1234, digest="ab" * 32)


@pytest.mark.parametrize("words", ["", "12", ":" + "ab" * 32, "12:abc", "9" * 20 + ":" + "ab" * 32])
def test_what_is_no_witness_is_none(words: str) -> None:
    assert read_witness(words) is None


def test_only_lines_of_a_list_are_read_from_it() -> None:
    assert read_sums(b"x\n" + b"a" * 64 + b"  head\n" + b"A" * 64 + b"  head\n") == {
        "head": "a" * 64
    }


# --- crashes --------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", range(0, 400, 37))
def test_what_a_crash_left_is_completed(tmp_path: Path, key: Path, lost: int) -> None:
    folder, lines = tmp_path / "journal", history(40, key)
    laid(folder, lines[:30], key)
    head = (folder / "head").read_bytes(), (folder / "head.sig").read_bytes()
    laid(folder, lines, key)
    (folder / "head").write_bytes(head[0])
    (folder / "head.sig").write_bytes(head[1])
    last = day_files(folder)[-1]
    last.write_bytes(last.read_bytes()[: -lost or None])
    (folder / folders.UNFINISHED).touch()

    before = opened(folder)
    extended(folder, before, lines[before.trail.size :], seal_of(key))

    assert faults(folder) == []
    assert head_of(folder).size == 40


def test_a_full_disk_loses_nothing(journal: Path, key: Path) -> None:
    lines, (soft, hard) = history(90, key), resource.getrlimit(resource.RLIMIT_FSIZE)
    before = opened(journal)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, hard))
    try:
        with pytest.raises(BusyError, match="le registre garde tout"):
            extended(journal, before, lines[60:], seal_of(key))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    again = opened(journal)
    extended(journal, again, lines[again.trail.size :], seal_of(key))

    assert faults(journal) == []
    assert head_of(journal).size == 90


def test_what_a_crash_cannot_have_left_is_damage(journal: Path) -> None:
    (journal / folders.UNFINISHED).touch()
    day_files(journal)[0].unlink()

    with pytest.raises(RegisterError, match="endommagé"):
        opened(journal)


def test_nothing_is_written_after_a_damaged_journal(journal: Path) -> None:
    path = day_files(journal)[0]
    path.write_bytes(path.read_bytes().replace(b"fact", b"fect", 1))

    with pytest.raises(RegisterError, match="rien n’y sera plus écrit"):
        opened(journal)


def test_lines_that_do_not_follow_are_not_written(journal: Path, key: Path) -> None:
    before = {path.name: path.read_bytes() for path in journal.iterdir()}

    with pytest.raises(RegisterError, match="ne suivent pas"):
        extended(journal, opened(journal), history(3), seal_of(key))

    assert {path.name: path.read_bytes() for path in journal.iterdir()} == before


def test_without_its_key_nothing_is_written(key: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="manque"):
        seal_of(tmp_path / "nulle")
    (tmp_path / "broken").write_text("pas une clé", "utf-8")
    (tmp_path / "broken").chmod(0o600)
    with pytest.raises(RefusedError, match="ssh-keygen refuse"):
        signing.public_key(tmp_path / "broken")
    assert signing.public_key(key)


def test_a_clock_that_was_set_back_takes_no_line_to_another_file() -> None:
    trail = Trail()
    late, early = BEGIN + timedelta(days=3), BEGIN
    for lines in (history(2, begin=late), history(2, begin=early)):
        trail.add(lines[0])

    assert trail.day == f"{late:%Y-%m-%d}"
