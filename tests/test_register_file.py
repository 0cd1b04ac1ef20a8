"""The file of the register: made for its owner alone, true after any crash, and clear about what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from mailwatch.errors import BusyError, MailwatchError, RefusedError, RegisterError
from mailwatch.model import Correction, CorrectionKind, ManualAnswer, Period
from mailwatch.register import (
    AlertState,
    Head,
    Quarantined,
    Register,
    Sighting,
    backed_up,
    checked,
    created,
    journal,
    key_of,
    opened,
    upgraded,
)
from mailwatch.register import database as file
from mailwatch.register.tables import SCHEMA
from tests.facts import answer, desk, incoming
from tests.registers import INBOX, KEY, MANNED, NOON, SENT, laid, registered, sealed, take

DESK = desk(MANNED)
ALWAYS = Period(from_on=None, to_on=None)
ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A register with a request, its answer, and all that persons say."""
    folder = laid(tmp_path / "state")
    with opened(folder, KEY) as register:
        fill(register)
    return folder


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with registered(tmp_path / "state") as register:
        yield register


def fill(register: Register) -> None:
    take(register, [incoming("2026-03-02 09:12")])
    take(register, [answer("2026-03-03 10:00")], SENT)
    register.listed(INBOX, 1, [2], 3, NOON)
    register.record(INBOX, [Sighting(uid=2, outcome=Quarantined(reason="illisible"))], NOON)
    register.correct(
        Correction(
            kind=CorrectionKind.NOTE, target="x", value="panne", author="A", reason="R", at=NOON
        )
    )
    register.answer(
        ManualAnswer(request="y", on=NOON.date(), kind="guichet", by="B", note=""), NOON
    )
    register.decide(DESK, NOON)


def path(folder: Path) -> Path:
    return folder / "register.sqlite"


def edit(folder: Path, *statements: str) -> None:
    """Change the file behind the register's back."""
    with closing(sqlite3.connect(path(folder))) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def said(folder: Path) -> str:
    """What opening and checking a register says is wrong."""
    try:
        return " ".join(checked(folder, KEY, DESK))
    except MailwatchError as fault:
        return str(fault)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser may give a folder away")
def test_the_superuser_is_refused_the_folder_of_the_account_that_runs_mailwatch(
    tmp_path: Path,
) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    os.chown(state, 65534, 65534)

    with pytest.raises(RefusedError, match=r"est au compte .*runuser -u"):
        created(state)

    assert list(state.iterdir()) == []


# --- making it ------------------------------------------------------------------------------------


def test_a_new_register_is_its_owner_s_alone(tmp_path: Path) -> None:
    folder = tmp_path / "état" / "mailwatch"
    created(folder)

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {
        "key": 0o600,
        "register.sqlite": 0o600,
    }
    assert len(key_of(folder)) == 32
    assert checked(folder, key_of(folder), DESK) == ()
    assert upgraded(folder) is False


def test_what_fails_is_found_in_the_journal_without_reading_it(folder: Path) -> None:
    with file.connected(folder / "register.sqlite") as database, database.reading() as connection:
        asked = journal.lines_of(journal.FAILURE, journal.RECOVERY)
        spelt = asked.compile(connection, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {spelt}").all()

    assert "USING INDEX ix_journal_kind" in " ".join(row.detail for row in plan)
    assert not any(row.detail.startswith("SCAN") for row in plan)


def test_a_register_that_is_there_is_never_made_again(folder: Path) -> None:
    before = path(folder).read_bytes()

    with pytest.raises(RegisterError, match="déjà un registre"):
        created(folder)

    assert path(folder).read_bytes() == before


def test_a_creation_that_was_cut_short_is_taken_up_with_the_same_key(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    created(folder)
    key = key_of(folder)
    path(folder).rename(folder / "register.sqlite.new")

    created(folder)

    assert key_of(folder) == key
    assert [each.name for each in sorted(folder.iterdir())] == ["key", "register.sqlite"]


def test_a_register_that_is_gone_is_not_made_anew_beside_its_journal(folder: Path) -> None:
    (folder / file.FILE).unlink()
    (folder / "journal").mkdir()
    (folder / "journal" / "head").write_text("1\n", "utf-8")

    with pytest.raises(RegisterError, match="où il y en avait un : son journal y est encore"):
        created(folder)
    with (
        pytest.raises(RegisterError, match="remettez-y une copie"),
        opened(folder, key_of(folder)),
    ):
        pass
    (folder / "journal").rename(folder / "journal.2026")
    created(folder)

    assert checked(folder, key_of(folder), DESK) == ()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("un fichier")

    with pytest.raises(RegisterError, match="state"):
        created(tmp_path / "state")


def test_the_migrations_make_the_tables_that_the_code_knows(folder: Path) -> None:
    with file.connected(path(folder)) as database:
        context = MigrationContext.configure(database.connection)
        assert compare_metadata(context, SCHEMA) == []


# --- the key --------------------------------------------------------------------------------------


def test_a_key_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "key").chmod(0o644)

    with pytest.raises(RefusedError, match="chmod 600"):
        key_of(folder)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_damaged_key_is_refused(folder: Path, length: int) -> None:
    (folder / "key").write_bytes(bytes(length))

    with pytest.raises(RegisterError, match=f"{length} octets au lieu de 32"):
        key_of(folder)


def test_a_key_that_is_gone_is_missed(folder: Path) -> None:
    (folder / "key").unlink()

    with pytest.raises(RegisterError, match="ne peut pas être lue"):
        key_of(folder)


# --- what is wrong with the file ------------------------------------------------------------------


def test_a_register_that_is_not_there_is_not_made_by_opening_it(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match="mailwatch init"), opened(tmp_path, KEY):
        pass

    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "pas un registre"),
        (b"Ceci n'est pas une base de donnees. " * 200, "endommagé"),
        (b"SQLite format 3\0" + bytes(4080), "endommagé"),
    ],
)
def test_a_file_of_another_kind_is_refused(folder: Path, content: bytes, expected: str) -> None:
    path(folder).write_bytes(content)

    with pytest.raises(RegisterError, match=expected), opened(folder, KEY):
        pass


@pytest.mark.parametrize(
    ("version", "expected"),
    [("9999", "plus récente"), ("0000", "plus récente"), ("", "plus récente")],
)
def test_a_register_of_another_version_is_refused(
    folder: Path, version: str, expected: str
) -> None:
    edit(folder, f"UPDATE alembic_version SET version_num = '{version}'")

    with pytest.raises(RegisterError, match=expected), opened(folder, KEY):
        pass


def test_a_database_of_another_program_is_refused(folder: Path) -> None:
    edit(folder, "PRAGMA application_id = 1")

    with pytest.raises(RegisterError, match="pas un registre"), opened(folder, KEY):
        pass


def test_a_register_that_is_moved_while_it_is_open_is_told_as_such(folder: Path) -> None:
    there, elsewhere = folder / file.FILE, folder / "ailleurs.sqlite"
    with opened(folder, KEY) as register:
        there.rename(elsewhere)
        with pytest.raises(RegisterError, match="a été déplacé ou effacé pendant que mailwatch"):
            register.journal("start", NOON)
        elsewhere.rename(there)

    assert checked(folder, KEY, DESK) == ()


def test_a_register_that_another_program_holds_is_busy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(file.PRAGMAS, "busy_timeout", 20)
    with opened(folder, KEY) as register, closing(sqlite3.connect(path(folder))) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BusyError, match="tenu par un autre programme"):
            register.looked(INBOX, NOON)
        other.rollback()
        register.looked(INBOX, NOON)

    assert said(folder) == ""


def test_a_full_disk_loses_nothing_that_was_kept(folder: Path) -> None:
    facts = [incoming("2026-03-05 09:12", sender=f"c{number}@x.example") for number in range(300)]
    with opened(folder, KEY) as register:
        before = register.head()
        register._database.connection.exec_driver_sql("PRAGMA max_page_count = 1").scalar()
        with pytest.raises(BusyError, match="plus de place"):
            take(register, facts, first=3)
        assert register.head() == before
        register._database.connection.exec_driver_sql("PRAGMA max_page_count = 100000").scalar()
        take(register, facts, first=3)
        register.decide(DESK, NOON)

    assert said(folder) == ""


def test_what_fails_half_way_leaves_nothing_behind(folder: Path) -> None:
    good = sealed(incoming("2026-03-09 09:12"), INBOX, 3)
    with opened(folder, KEY) as register:
        before = register.head()
        register.listed(INBOX, 1, [3, 4], 5, NOON)
        with pytest.raises(ValueError, match="not a fact"):
            register.record(INBOX, [good, Sighting(uid=4, outcome=b"?")], NOON)
        assert register.awaiting(INBOX) == (3, 4)
        assert register.head().size == before.size + 1


def test_an_instant_without_zone_is_refused(register: Register) -> None:
    with pytest.raises(Exception, match="naive instant"):
        register.journal("start", datetime(2026, 3, 2, 9, 12))  # noqa: DTZ001

    register.journal("start", datetime(2026, 3, 2, 9, 12, tzinfo=UTC))


# --- the journal ----------------------------------------------------------------------------------


def lines(folder: Path) -> list[bytes]:
    with closing(sqlite3.connect(path(folder))) as connection:
        return [row[0] for row in connection.execute("SELECT line FROM journal ORDER BY seq")]


def test_each_line_holds_the_digest_of_the_one_before(folder: Path) -> None:
    prev = "0" * 64
    for number, line in enumerate(lines(folder), start=1):
        told = json.loads(line)
        assert (told["n"], told["prev"]) == (number, prev)
        assert list(told) == sorted(told)
        prev = hashlib.sha256(line + b"\n").hexdigest()

    whole = hashlib.sha256(b"".join(line + b"\n" for line in lines(folder))).hexdigest()
    with opened(folder, KEY) as register:
        assert register.head() == Head(size=len(lines(folder)), digest=whole)


def test_an_empty_journal_has_no_head(register: Register) -> None:
    assert register.head() == Head(size=0, digest="")


def test_the_journal_tells_what_happened_and_of_nobody(folder: Path) -> None:
    told = [json.loads(line) for line in lines(folder)]

    assert [each["kind"] for each in told] == [
        "listed", "fact", "listed", "fact", "listed", "quarantine", "correction", "answer",
        "settings", "decision",
    ]  # fmt: skip
    assert not any(b"ferrand" in line or b"panne" in line for line in lines(folder))


def test_a_digest_of_the_settings_is_noted_when_it_changes(register: Register) -> None:
    assert [register.settings_changed(each, NOON) for each in ("a", "a", "b")] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize("table", ["journal", "correction", "manual"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET at = at"])
def test_what_was_said_cannot_be_changed(folder: Path, table: str, change: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        edit(folder, change.format(table))


# --- checking -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tampering", "expected"),
    [
        (("DROP TRIGGER journal_delete", "DELETE FROM journal WHERE seq = 2"), "la ligne 2 manque"),
        (
            (
                "DROP TRIGGER journal_update",
                "UPDATE journal SET line = CAST(line || ' ' AS BLOB) WHERE seq = 2",
            ),
            "la ligne 3 ne suit pas",
        ),
        (
            ("DROP TRIGGER journal_update", "UPDATE journal SET line = x'00' WHERE seq = 3"),
            "ne suit pas",
        ),
        (
            ("DROP TRIGGER journal_update", "UPDATE journal SET kind = 'start' WHERE seq = 3"),
            "ne dit pas ce que dit sa table",
        ),
        (
            ("DROP TRIGGER correction_update", "UPDATE correction SET body = '{}'"),
            "table correction : une ligne n’est pas dans le journal",
        ),
        (("UPDATE fact SET salt = x'00'",), "table fact : une ligne n’est pas dans le journal"),
        (("UPDATE decision SET rest = x'7b7d'",), "sa décision n’est pas celle"),
        (("DELETE FROM decision",), "sa décision n’est pas celle"),
        (("UPDATE component SET root = 99",), "sa racine 99"),
        (("DELETE FROM token",), "la composante de ses jetons"),
        (("UPDATE sighting SET state = 'vanished', fact = NULL",), "n’a pas de message"),
        (("UPDATE place SET uidnext = 1",), "au-delà de ce qui est listé"),
        (("UPDATE token SET component = 77",), "renvoie à une ligne absente"),
    ],
)
def test_a_register_that_was_tampered_with_says_so(
    folder: Path, tampering: tuple[str, ...], expected: str
) -> None:
    assert said(folder) == ""

    edit(folder, *tampering)

    assert expected in said(folder).replace("\u00a0", " ")


def test_a_damaged_page_is_found(folder: Path) -> None:
    content = bytearray(path(folder).read_bytes())
    content[5 * 4096 : 6 * 4096] = os.urandom(4096)
    path(folder).write_bytes(content)

    assert "endommagé" in said(folder)


# --- copies ---------------------------------------------------------------------------------------


def test_a_copy_made_while_it_is_in_use_is_a_register(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copie" / "register.sqlite"
    copy.parent.mkdir()
    with opened(folder, KEY) as register:
        backed_up(folder, copy)
        expected = register.requests(DESK, date(2026, 4, 20))

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert said(copy.parent) == ""
    with opened(copy.parent, KEY) as restored:
        assert restored.requests(DESK, date(2026, 4, 20)) == expected


def test_a_copy_never_replaces_a_file(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "copie").write_text("autre chose")

    with pytest.raises(RegisterError, match="existe déjà"):
        backed_up(folder, tmp_path / "copie")


# --- the outbox -----------------------------------------------------------------------------------


def test_an_alert_is_queued_once_and_marked_as_it_goes(register: Register) -> None:
    def queue(alert_id: str) -> bool:
        return register.queue_alert(alert_id, f"<{alert_id}@x>", b"Subject: x\r\n", ["a@x"], NOON)

    assert [queue("weekly/2026-W11"), queue("weekly/2026-W11"), queue("weekly/2026-W12")] == [
        True, False, True,
    ]  # fmt: skip
    register.mark_alert("weekly/2026-W11", AlertState.ACCEPTED, NOON + timedelta(minutes=1))

    (accepted,) = register.alerts_in(AlertState.ACCEPTED)
    (queued,) = register.alerts_in(AlertState.QUEUED)
    assert (accepted.message, accepted.recipients) == (b"Subject: x\r\n", ("a@x",))
    assert register.last_alert("weekly") == queued
    assert register.last_alert("week") is None
    with pytest.raises(LookupError):
        register.mark_alert("weekly/2026-W13", AlertState.FAILED, NOON)


# --- crashes --------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from mailwatch.register import opened
from tests.facts import answer, desk, incoming
from tests.registers import INBOX, KEY, MANNED, NOON, sealed

with opened(Path(sys.argv[1]), KEY) as register:
    print("open", flush=True)
    while (awaiting := register.awaiting(INBOX)) or register.cursor(INBOX).uidnext < 90:
        if not awaiting:
            start = register.cursor(INBOX).uidnext
            register.listed(INBOX, 1, range(start, start + 5), start + 5, NOON)
        for uid in awaiting:
            who = f"c{uid // 2}@x.example"
            question = incoming("2026-03-02 09:12", sender=who)
            reply = answer("2026-03-03 10:00", to=[who], message_id=f"<{uid}@jura.gouv.fr>")
            fact = question if uid % 2 else reply
            register.record(INBOX, [sealed(fact, INBOX, uid)], NOON)
        register.decide(desk(MANNED), NOON)
"""


def test_a_process_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path) -> None:
    folder = laid(tmp_path / "state")
    with opened(folder, KEY) as register:
        register.listed(INBOX, 1, [], 1, NOON)
    done = 1
    for run in range(60):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, folder], cwd=ROOT, stdout=subprocess.PIPE
        ) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.05 + run % 7 * 0.03)
            if run < 6:
                with suppress(ProcessLookupError):
                    writer.send_signal(signal.SIGKILL)
            done = writer.wait()
        assert said(folder) == ""
        if done == 0:
            break
    assert done == 0
    with opened(folder, KEY) as register:
        audit = register.audit(DESK, ALWAYS, date(2026, 4, 20))
        uidnext = register.cursor(INBOX)
    assert uidnext is not None
    assert audit.messages == uidnext.uidnext - 1
    assert audit.duplicates == 0


# --- a register of before -------------------------------------------------------------------------


def of_version(folder: Path, version: str) -> None:
    """Make a register as an earlier release did."""
    created(folder)
    path(folder).unlink()
    with closing(sqlite3.connect(path(folder))) as connection:
        connection.execute("PRAGMA application_id = 0x4D575247")
    path(folder).chmod(0o600)
    with file.connected(path(folder), current=False) as database, database.writing() as connection_:
        config = Config()
        config.set_main_option("script_location", "mailwatch:register/migrations")
        config.attributes["connection"] = connection_
        command.upgrade(config, version)


@pytest.mark.parametrize("version", file.VERSIONS[:-1])
def test_a_register_of_an_earlier_version_is_brought_up_with_all_that_is_in_it(
    tmp_path: Path, version: str
) -> None:
    """What could not be read then is tried again, and each folder is compared at the next look."""
    folder = tmp_path / "old"
    of_version(folder, version)
    with closing(sqlite3.connect(path(folder))) as connection, connection:
        connection.execute(
            "INSERT INTO place (id, account, folder, uidvalidity, uidnext, looked_at, complete) "
            "VALUES (1, ?, ?, 7, 3, '2026-03-09T11:00:00.000000+00:00', 1)",
            (INBOX.account, INBOX.folder),
        )
        connection.execute(
            "INSERT INTO sighting (place, uidvalidity, uid, state, reason, role, at) "
            "VALUES (1, 7, 2, 'quarantined', 'illisible', 'inbox', '2026-03-09T11:00:00.000000+00:00')"
        )

    assert upgraded(folder)

    with opened(folder, key_of(folder)) as register:
        known = register.cursor(INBOX)
        assert known is not None
        assert (known.uidnext, known.reconciled_at, known.modseq) == (3, None, 0)
        assert [one.location.uid for one in register.quarantined()] == [2]
        assert register.awaiting(INBOX, 1) == (2,)
    assert checked(folder, key_of(folder), DESK) == ()
    assert not upgraded(folder)
