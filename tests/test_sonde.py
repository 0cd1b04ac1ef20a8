"""The probe of Centreon and Nagios: one line and an exit code from 0 to 3, whatever it meets, and never late."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch import daemon, health, language
from mailwatch.errors import BusyError, RegisterError
from mailwatch.probe import Glance, Limits, Said, State, glance, line, verdict, within
from mailwatch.probe.glance import Failing, Folder
from mailwatch.register import opened
from mailwatch.site import FolderRole, Intake, Site, WatchedFolder
from tests.facts import JURA, at
from tests.servers.fixtures import ACCOUNT
from tests.servers.ports import free_port
from tests.test_cli import Ran, run
from tests.test_daemon import Office, office
from tests.test_service_commands import Bureau, asked, bureau

__all__ = ["asked", "bureau", "office", "run"]


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """The language is one for the whole process, and another test may have spoken English."""
    language.choose("fr")
    yield
    language.choose("fr")


NOW = at("2026-03-10 12:00")
LIMITS = Limits(warning=timedelta(minutes=15), critical=timedelta(hours=1))
FOLDERS = (
    WatchedFolder(name="INBOX", role=FolderRole.INBOX),
    WatchedFolder(name="Envoyés", role=FolderRole.SENT),
)
ACCOUNTS = (replace(ACCOUNT, name="prefecture", folders=FOLDERS),)
SITE = Site(institution=JURA, accounts=ACCOUNTS, state="etat")

PLUGIN = re.compile(
    r"MAILWATCH (?:OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+"
    r"(?: \|(?: [a-z_]+=(?:-?\d+(?:s|MB|c)?|U)(?:;[\d:]*){0,4})+)?\n"
)
"""Nagios Plug-in Development Guidelines, "Performance data": one line, a bar, measures apart by spaces."""


def seen(**changes: object) -> Glance:
    """A register in which all is well."""
    looked = Folder(looked_at=NOW - timedelta(seconds=45), awaiting=0, quarantined=0)
    well = Glance(
        folders={("prefecture", "INBOX"): looked, ("prefecture", "Envoyés"): looked},
        failing={},
        told_at=NOW,
        clock_set_at=None,
        waiting=0,
        refused=0,
        lines=1_234,
        octets=3_500_000,
        free=70_000_000_000,
    )
    return replace(well, **changes)  # type: ignore[arg-type]  # keyed by the test


def said(found: Glance, site: Site = SITE, holder: int | None = 17) -> Said:
    return verdict(found, site, holder, at=NOW, limits=LIMITS)


def looked(ago: timedelta | None, **counts: int) -> Folder:
    values = {"awaiting": 0, "quarantined": 0} | counts
    return Folder(looked_at=None if ago is None else NOW - ago, **values)


def inbox(ago: timedelta | None) -> Glance:
    return seen(folders={**seen().folders, ("prefecture", "INBOX"): looked(ago)})


# --- a verdict ------------------------------------------------------------------------------------


def test_all_is_well_in_one_line_with_its_measures() -> None:
    assert line(said(seen())) == (
        "MAILWATCH OK - dossiers relevés : 2, le dernier relevé le plus ancien a 45 s | look_age=45s;900;3600;0 "
        "messages_awaiting=0;;;0 messages_quarantined=0;;;0 folders_failing=0;0;;0;2 alerts_waiting=0;;;0 "
        "disk_free=70000MB;200:;50:;0 register_size=3MB;;;0 journal_lines=1234c;;;0"
    )


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (inbox(14 * MINUTE), State.OK, "dossiers relevés : 2, le dernier relevé le plus ancien a 14 min"),
        (inbox(15 * MINUTE), State.WARNING, "prefecture/INBOX : pas relevé depuis 15 min"),
        (inbox(65 * MINUTE), State.CRITICAL, "prefecture/INBOX : pas relevé depuis 1 h 05"),
        (inbox(9 * DAY), State.CRITICAL, "prefecture/INBOX : pas relevé depuis 9 jours"),
        (inbox(None), State.CRITICAL, "prefecture/INBOX : jamais relevé"),
        (seen(folders={}), State.CRITICAL, "prefecture/INBOX : jamais relevé"),
        (inbox(-30 * MINUTE / 60), State.OK, "dossiers relevés : 2"),
        (inbox(-2 * HOUR), State.WARNING, "prefecture/INBOX : relevé dans 2 h 00, l’horloge est en retard"),
        (
            seen(failing={("prefecture", ""): Failing(error="RefusedError", since=NOW - HOUR)}),
            State.WARNING,
            "prefecture : le serveur refuse le compte ou le dossier",
        ),
        (
            seen(failing={("prefecture", "Envoyés"): Failing(error="SourceError", since=NOW)}),
            State.WARNING,
            "prefecture/Envoyés : pas de tel dossier",
        ),
        (
            seen(failing={("prefecture", "INBOX"): Failing(error="OddError", since=None)}),
            State.WARNING,
            "prefecture/INBOX : échec ; « mailwatch status » en dit plus",
        ),
        (seen(failing={("ancien", "INBOX"): Failing(error="x", since=NOW)}), State.OK, "dossiers"),
        (
            seen(failing={("", ""): Failing(error="UnreachableError", since=NOW - 23 * HOUR)}),
            State.WARNING,
            "envoi des alertes : le serveur ne répond pas",
        ),
        (
            seen(failing={("", ""): Failing(error="SettingsError", since=NOW - DAY)}),
            State.CRITICAL,
            "envoi des alertes : le secret ou les réglages sont à corriger",
        ),
        (
            seen(failing={("", ""): Failing(error="SettingsError", since=None)}),
            State.WARNING,
            "envoi des alertes",
        ),
        (seen(refused=2), State.WARNING, "alertes refusées par le serveur, cette semaine-là : 2"),
        (seen(waiting=3), State.OK, "dossiers relevés"),
        (seen(free=199_000_000), State.WARNING, "il ne reste que 199 Mo sur le disque du registre"),
        (seen(free=0), State.CRITICAL, "il ne reste que 0 Mo"),
        (seen(clock_set_at=NOW - 2 * HOUR), State.WARNING, "l’horloge de la machine a été changée"),
        (seen(clock_set_at=NOW + 2 * HOUR), State.WARNING, "l’horloge de la machine a été changée"),
        (seen(clock_set_at=NOW - 2 * DAY), State.OK, "dossiers relevés"),
    ],
)  # fmt: skip
def test_what_a_register_amounts_to(found: Glance, state: State, words: str) -> None:
    told = said(found)

    assert told.state is state
    assert words in told.words[0]
    assert PLUGIN.fullmatch(line(told) + "\n")


def test_the_worst_is_told_first_and_what_is_too_much_is_counted() -> None:
    ill = seen(
        folders={("prefecture", "INBOX"): looked(20 * MINUTE)},
        failing={("prefecture", ""): Failing(error="RefusedError", since=NOW)},
        refused=1,
        clock_set_at=NOW,
    )

    told = line(said(ill))

    assert told.startswith("MAILWATCH CRITICAL - prefecture/Envoyés : jamais relevé ; ")
    assert " ; et 2 de plus | look_age=U;900;3600;0 " in told


@pytest.mark.parametrize(
    ("site", "holder", "state", "words"),
    [
        (replace(SITE, accounts=()), 17, State.UNKNOWN, "les réglages ne suivent aucun compte"),
        (
            replace(SITE, accounts=(), intake=Intake(addresses=())),
            17,
            State.OK,
            "le service est en marche",
        ),
        (
            replace(SITE, intake=Intake(addresses=())),
            None,
            State.CRITICAL,
            "le service est arrêté, et personne ne prend",
        ),
        # Looks by cron: nobody holds the register in between.
        (SITE, None, State.OK, "dossiers relevés : 2"),
    ],
)
def test_what_a_site_asks_of_its_service(
    site: Site, holder: int | None, state: State, words: str
) -> None:
    told = said(seen(), site, holder)

    assert (told.state, words in told.words[0]) == (state, True)


def test_a_name_cannot_speak_for_the_probe() -> None:
    odd = WatchedFolder(name="a | look_age=1\nMAILWATCH OK", role=FolderRole.INBOX)
    site = replace(SITE, accounts=(replace(ACCOUNTS[0], folders=(odd,)),))

    told = line(said(seen(), site))

    assert PLUGIN.fullmatch(told + "\n")
    assert told.startswith("MAILWATCH CRITICAL - prefecture/a ¦ look_age=1¦MAILWATCH OK : jamais")


# --- the same as `status` -------------------------------------------------------------------------


def test_it_sees_what_status_sees(office: Office) -> None:
    nowhere = replace(office.site.accounts[0], name="ailleurs", port=free_port())
    site = replace(office.site, accounts=(*office.site.accounts, nowhere))
    office.sink.answer = "451 4.3.0 plus tard"
    office.clock.at = at("2026-03-30 08:00")
    office.watched.mailbox.put(b"X: " + b"\0" * 9_000, at("2026-03-30 07:00"))
    office.once(accounts=site.accounts)
    state = Path(site.state)
    with opened(state, office.key) as register:
        told = health.examine(register, site, at=NOW, holder=None, unwatched=timedelta(minutes=15))

    found = glance(state, wait=2)

    for folder in told.folders:
        own = found.folders.get((folder.account, folder.folder), looked(None))
        assert (own.looked_at, own.awaiting, own.quarantined) == (
            folder.looked_at,
            folder.awaiting,
            folder.quarantined,
        )
    assert found.failing.keys() == {("ailleurs", ""), ("", "")}
    assert (found.waiting, found.refused, found.lines) == (told.waiting, 0, told.head.size)
    assert found.waiting == 1


# --- the command ----------------------------------------------------------------------------------


def probe(bureau: Bureau, *words: str) -> Ran:
    return bureau.type_("sonde", "--settings", str(bureau.settings), *words)


def test_a_service_that_looked_just_now_is_well(asked: Bureau) -> None:
    before = sha256((asked.state / "register.sqlite").read_bytes()).hexdigest()
    names = sorted(path.name for path in asked.state.iterdir())

    found = probe(asked, "--now", "2026-03-10T12:01")

    assert (found.code, found.err) == (0, "")
    assert found.out.startswith("MAILWATCH OK - dossiers relevés : 2, le dernier relevé le plus")
    assert PLUGIN.fullmatch(found.out)
    assert sha256((asked.state / "register.sqlite").read_bytes()).hexdigest() == before
    assert sorted(path.name for path in asked.state.iterdir()) == names


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--now", "2026-03-10T12:20"], 1),
        (["--now", "2026-03-10T13:00"], 2),
        (["--now", "2026-03-10T13:00", "-c", "7200"], 1),
        (["--now", "2026-03-10T13:00", "-w", "7200"], 0),
        (["--now", "2026-03-10T12:00:30", "--warning", "10", "--critical", "20"], 2),
    ],
)
def test_how_old_a_look_may_be_is_for_the_monitor_to_say(
    asked: Bureau, words: list[str], code: int
) -> None:
    found = probe(asked, *words)

    assert found.code == code
    assert PLUGIN.fullmatch(found.out)


@pytest.mark.parametrize(
    "words",
    [
        ["--bad"],
        ["-w", "0"],
        ["-w", "demain"],
        ["-w", "100", "-c", "10"],
        ["-t", "0"],
        ["encore"],
        ["--now", "jamais"],
        ["--settings", "/nulle/part.toml"],
    ],
)
def test_a_wrong_use_is_unknown_and_not_critical(bureau: Bureau, words: list[str]) -> None:
    found = probe(bureau, *words)

    assert found.code == 3
    assert found.out.startswith("MAILWATCH UNKNOWN - ")
    assert PLUGIN.fullmatch(found.out)


def test_settings_that_are_wrong_are_unknown_on_one_line(bureau: Bureau) -> None:
    bureau.write(security="aucune", port=99_999)

    found = probe(bureau)

    assert found.code == 3
    assert PLUGIN.fullmatch(found.out)


def test_it_speaks_english_and_json_and_measures_keep_their_names(asked: Bureau) -> None:
    english = asked.type_(
        "--lang", "en", "sonde", "--settings", str(asked.settings), "--now", "2026-03-10T12:00"
    )
    found = probe(asked, "--json", "--now", "2026-03-10T12:20")

    assert "look_age=0s;900;3600;0" in english.out
    assert (found.code, found.lines[0]["state"]) == (1, "WARNING")
    assert found.lines[0]["measures"]["look_age"] == {
        "value": 1_200, "unit": "s", "warning": "900", "critical": "3600",
    }  # fmt: skip


def test_an_error_of_ours_is_unknown(asked: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailwatch.probe.verdict", lambda *_, **__: 1 / 0)

    found = probe(asked)

    assert (found.code, found.out) == (3, "MAILWATCH UNKNOWN - ZeroDivisionError\n")


# --- never late -----------------------------------------------------------------------------------


@contextmanager
def writing(state: Path) -> Iterator[None]:
    """Another process writes, and keeps everybody out."""
    other = sqlite3.connect(state / "register.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()


def test_a_register_that_is_held_is_unknown_in_time(asked: Bureau) -> None:
    began = time.monotonic()
    with writing(asked.state):
        found = probe(asked, "-t", "1")

    assert found.code == 3
    assert re.search("est tenu par un autre programme|pas de réponse en 1 s", found.out)
    # A waiting of half a second, and a machine that is slow.
    assert time.monotonic() - began < 30


def test_a_service_at_work_hinders_nobody(asked: Bureau) -> None:
    with daemon.only_one(asked.state):
        other = sqlite3.connect(asked.state / "register.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE place SET uidnext = uidnext")
        found = probe(asked, "--now", "2026-03-10T12:01")
        other.execute("ROLLBACK")
        other.close()

    assert found.code == 0


TORN = """
import os, sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("PRAGMA cache_size = 1")
held.execute("BEGIN IMMEDIATE")
held.execute("CREATE TABLE spill (x)")
held.executemany("INSERT INTO spill VALUES (?)", [("x" * 4000,)] * 200)
os.kill(os.getpid(), 9)
"""


def test_a_write_that_was_cut_short_is_left_to_the_service(asked: Bureau) -> None:
    file = asked.state / "register.sqlite"
    subprocess.run([sys.executable, "-c", TORN, file], check=False)
    assert (asked.state / "register.sqlite-journal").stat().st_size

    found = probe(asked)

    assert found.code == 3
    assert "attend que le service reprenne une écriture interrompue" in found.out


def test_settings_that_nobody_writes_are_not_waited_for(bureau: Bureau) -> None:
    pipe = bureau.home / "tube.toml"
    os.mkfifo(pipe)
    began = time.monotonic()

    found = bureau.type_("sonde", "--settings", str(pipe), "-t", "1")

    assert found.code == 3
    assert PLUGIN.fullmatch(found.out)
    assert time.monotonic() - began < 30


def test_whoever_waits_too_long_is_told() -> None:
    with pytest.raises(BusyError, match="pas de réponse en 0,05 s"), within(0.05):
        time.sleep(60)


# --- what is no register --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "aucun registre dans"),
        (b"", "est endommagé, ou n’en est pas un"),
        (b"SQLite format 3\0" + bytes(4_000), "est endommagé, ou n’en est pas un"),
        (b"du texte" * 1_000, "est endommagé, ou n’en est pas un"),
    ],
)
def test_what_is_no_register_is_unknown(bureau: Bureau, content: bytes | None, words: str) -> None:
    file = bureau.state / "register.sqlite"
    kept = file.rename(bureau.home / "kept")
    if content is not None:
        file.write_bytes(content)

    found = probe(bureau)

    assert found.code == 3
    assert words in found.out
    kept.rename(file)


def test_a_register_of_another_version_is_told_apart(bureau: Bureau, tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "register.sqlite")
    other.execute("PRAGMA application_id = 1297568327")
    other.execute("CREATE TABLE place (x)")
    other.close()

    with pytest.raises(RegisterError, match="est d’une autre version"):
        glance(tmp_path, wait=1)
    assert bureau.state.exists()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(spoilt=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=64)), max_size=9))
def test_a_register_that_is_spoilt_anywhere_is_a_verdict_or_a_sentence(
    asked: Bureau, spoilt: list[tuple[float, bytes]]
) -> None:
    file = asked.state / "register.sqlite"
    whole = file.read_bytes()
    octets = bytearray(whole)
    for place, change in spoilt:
        start = int(place * (len(octets) - len(change)))
        octets[start : start + len(change)] = change
    file.write_bytes(octets)

    found = probe(asked)
    file.write_bytes(whole)

    assert found.code in {0, 1, 2, 3}
    assert PLUGIN.fullmatch(found.out), found.out


# --- what it costs --------------------------------------------------------------------------------


def test_it_starts_without_the_service_s_libraries(asked: Bureau) -> None:
    code = (
        "import sys\nfrom mailwatch import cli\n"
        f"try:\n    cli.main(['sonde', '--settings', {str(asked.settings)!r}])\n"
        "except SystemExit as stop:\n    assert stop.code in (0, 1, 2)\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    )

    loaded = {name.partition(".")[0] for name in ran.stderr.split()}
    assert not loaded & {
        "alembic", "apscheduler", "imapclient", "jinja2", "rich", "spacy", "sqlalchemy", "sqlmodel",
    }  # fmt: skip


def test_accounts_of_the_settings_are_those_that_are_judged(asked: Bureau) -> None:
    asked.write(sent="Autre")

    found = probe(asked, "--now", "2026-03-10T12:00")

    assert found.code == 2
    assert "prefecture/Autre : jamais relevé" in found.out
