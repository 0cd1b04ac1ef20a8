"""What `doctor` finds of the machine and of the servers: a fault stops, a doubt is told, nothing is changed."""

from __future__ import annotations

import ctypes
import os
import re
import sqlite3
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from mailwatch import diagnosis, language
from mailwatch.daemon import instance
from mailwatch.diagnosis import machine, servers
from mailwatch.diagnosis.terms import Found
from mailwatch.errors import BusyError, RefusedError, RegisterError, SourceError, UnreachableError
from mailwatch.journal.folders import UNFINISHED
from mailwatch.register import created, database, key_of, opened
from mailwatch.register.database import PRAGMAS, connected, pragma
from mailwatch.site import Account, FolderRole, Secret, Security, Site, Submission, WatchedFolder
from tests.facts import JURA, at
from tests.faults.hostile import PASSWORD, Hostile, hostile
from tests.servers.certificates import certificate
from tests.servers.fixtures import Watched
from tests.servers.smtp import smtp_server
from tests.test_cli import run
from tests.test_service_commands import Bureau, asked, bureau

__all__ = ["asked", "bureau", "run"]


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    """The language is one for the whole process, and another test may have spoken English."""
    language.choose("fr")
    yield
    language.choose("fr")


NOW = at("2026-03-10 12:00")
FOLDERS = (WatchedFolder(name="INBOX", role=FolderRole.INBOX),)


def words(found: Found) -> str:
    return " ; ".join(found.words)


def doubts(found: Found) -> str:
    return " ; ".join(found.doubts)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    state = tmp_path / "etat"
    created(state)
    return Site(institution=JURA, state=str(state))


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "said", "doubt"),
    [
        (True, "10/03/2026 12:00:00 ; synchronisée", ""),
        (False, "10/03/2026 12:00:00", "n’est synchronisée par rien ; activez NTP"),
        (None, "rien n’indique si elle est synchronisée", ""),
    ],
)
def test_a_clock_that_nothing_keeps_right_is_doubtful(
    site: Site, monkeypatch: pytest.MonkeyPatch, *, kept: bool | None, said: str, doubt: str
) -> None:
    monkeypatch.setattr(machine, "synchronised", lambda: kept)

    found = machine.clock(site, NOW)

    assert said in words(found)
    assert doubt in doubts(found)
    assert bool(doubt) == bool(found.doubts)


def test_the_kernel_says_whether_it_is_kept_right_or_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert machine.synchronised() in {True, False, None}

    for answer, kept in ((0, True), (5, False), (-1, None)):
        libc = SimpleNamespace(adjtimex=lambda _, answer=answer: answer)
        monkeypatch.setattr(ctypes, "CDLL", lambda _, libc=libc: libc)
        assert machine.synchronised() is kept
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace())
    assert machine.synchronised() is None


def test_what_the_register_knows_of_the_clock_is_told(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "synchronised", lambda: True)
    state = Path(site.state)
    with opened(state, key_of(state)) as register:
        register.journal("clock", NOW, seconds=3_600)
        register.journal("start", NOW + timedelta(hours=2))

    found = machine.clock(site, NOW + timedelta(minutes=30))
    later = machine.clock(site, NOW + timedelta(days=40))

    assert "en retard sur la dernière ligne du journal, du 10/03/2026 14:00" in doubts(found)
    assert "l’horloge a été changée le 10/03/2026 12:00" in doubts(found)
    assert not later.doubts


def test_without_a_register_the_clock_is_told_all_the_same(site: Site, tmp_path: Path) -> None:
    found = machine.clock(replace(site, state=str(tmp_path / "ailleurs")), NOW)

    assert "10/03/2026 12:00:00" in words(found)


# --- the disk -------------------------------------------------------------------------------------


def room(free: int, files: int = 1_000_000) -> SimpleNamespace:
    return SimpleNamespace(f_bavail=free, f_frsize=1_000_000, f_files=1_000_000, f_favail=files)


@pytest.mark.parametrize(
    ("free", "files", "doubt"),
    [
        (70_000, 900_000, ""),
        (499, 900_000, "il reste peu de place"),
        (70_000, 9_000, "presque plus d’inodes"),
    ],
)
def test_what_is_left_of_the_disk_is_told_in_time(
    site: Site, monkeypatch: pytest.MonkeyPatch, free: int, files: int, doubt: str
) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: room(free, files))

    found = machine.disk(site)

    assert f"{free} Mo libres" in words(found)
    assert doubt in doubts(found)
    assert bool(doubt) == bool(found.doubts)


def test_a_full_disk_fails(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: room(49))

    with pytest.raises(BusyError, match=r"plus de place sur le disque : .*, 49 Mo libres"):
        machine.disk(site)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p"])
def test_a_disk_that_a_network_shares_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(instance, "filesystem", lambda *_: kind)

    with pytest.raises(RefusedError, match=re.escape(f"partagé par le réseau ({kind})")):
        machine.disk(site)


def test_a_folder_that_is_not_there_is_refused(site: Site, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="ne peut pas être lu"):
        machine.disk(replace(site, state=str(tmp_path / "ailleurs")))


# --- rights ---------------------------------------------------------------------------------------


def test_what_is_closed_raises_no_doubt(site: Site, tmp_path: Path) -> None:
    settings = tmp_path / "mailwatch.toml"
    settings.write_text("", "utf-8")
    settings.chmod(0o640)

    assert not machine.rights(site, settings).doubts


@pytest.mark.parametrize(
    ("name", "mode", "doubt"),
    [
        ("etat", 0o750, r"etat » est ouvert à d’autres comptes \(mode 750\) ; fermez-le \(chmod go= "),
        ("etat/key", 0o604, r"etat/key » est ouvert à d’autres comptes \(mode 604\)"),
        ("mailwatch.toml", 0o666, r"mailwatch.toml » peut être changé par tous les comptes \(mode 666\)"),
    ],
)  # fmt: skip
def test_what_others_may_read_or_change_is_doubtful(
    site: Site, tmp_path: Path, name: str, mode: int, doubt: str
) -> None:
    (tmp_path / "mailwatch.toml").touch(0o600)
    (tmp_path / name).chmod(mode)

    found = machine.rights(site, tmp_path / "mailwatch.toml")

    assert re.search(doubt, doubts(found))
    assert len(found.doubts) == 1


def test_a_signing_key_that_others_may_read_is_doubtful(site: Site, tmp_path: Path) -> None:
    key = tmp_path / "signature.key"
    key.touch(0o644)
    signed = replace(site, journal=replace(site.journal, signing_key=str(key)))

    assert "signature.key » est ouvert" in doubts(machine.rights(signed, tmp_path / "x.toml"))


def test_measures_that_cannot_be_written_are_doubtful(site: Site, tmp_path: Path) -> None:
    measured = replace(site, metrics=str(tmp_path / "nulle-part" / "mailwatch.prom"))

    found = machine.rights(measured, tmp_path / "mailwatch.toml")

    assert "ne peut pas y écrire les mesures pour Prometheus" in doubts(found)
    assert not machine.rights(
        replace(site, metrics=str(tmp_path / "x.prom")), tmp_path / "mailwatch.toml"
    ).doubts


@pytest.mark.parametrize("closed", ["etat", "register.sqlite"])
def test_a_state_folder_or_register_that_this_account_cannot_write_fails(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, closed: str
) -> None:
    def access(path: Path, mode: int) -> bool:  # the superuser may write anywhere
        return not (mode & os.W_OK and path.name == closed)

    monkeypatch.setattr(os, "access", access)

    with pytest.raises(RefusedError, match=f"{closed} » : ce compte ne peut pas y écrire"):
        machine.rights(site, tmp_path / "mailwatch.toml")


# --- versions and systemd -------------------------------------------------------------------------


def test_versions_are_told_for_whoever_is_asked_for_help() -> None:
    told = words(machine.versions())

    assert re.fullmatch(
        r"mailwatch \S+, Python 3\.\d+\.\d+\S*, SQLite 3\.[\d.]+, \w+ [\w.]+.*, tzdata 20\d\d\.\d+",
        told,
    )


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that systemd runs, whose `systemctl` says what a test writes."""
    programs = tmp_path / "bin"
    programs.mkdir()
    said = tmp_path / "said"
    program = programs / "systemctl"
    program.write_text(f'#!/bin/sh\n[ "$1" = show ] && cat "{said}"\n', "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(machine, "BOOTED", tmp_path)
    return said


WELL = {
    "LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Result": "success",
    "NRestarts": "0", "NeedDaemonReload": "no",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "said", "doubt"),
    [
        ({}, "mailwatch.service : active (running)", ""),
        ({"LoadState": "not-found"}, "aucune unité mailwatch.service", ""),
        (
            {"ActiveState": "failed", "SubState": "failed", "Result": "watchdog"},
            "failed (failed)",
            "le service a échoué (watchdog) ; « journalctl -u mailwatch.service »",
        ),
        ({"NRestarts": "12"}, "active (running)", "redémarré 12 fois"),
        ({"NeedDaemonReload": "yes"}, "active (running)", "systemctl daemon-reload"),
        ({"ActiveState": "inactive", "SubState": "dead"}, "inactive (dead)", ""),
    ],
)
def test_systemd_s_own_word_on_the_service_is_told(
    systemctl: Path, changes: dict[str, str], said: str, doubt: str
) -> None:
    told = WELL | changes
    systemctl.write_text("".join(f"{name}={value}\n" for name, value in told.items()), "utf-8")

    assert machine.is_under_systemd()
    found = machine.unit()

    assert said in words(found)
    assert doubt in doubts(found)
    assert bool(doubt) == bool(found.doubts)


@pytest.mark.parametrize("octets", [b"", b"\xff\xfe=\n====\n", b"LoadState"])
def test_a_systemd_that_says_nothing_of_use_fails_nothing(systemctl: Path, octets: bytes) -> None:
    systemctl.write_bytes(octets)

    assert "aucune unité" in words(machine.unit())


def test_a_systemctl_that_cannot_be_run_fails_nothing(systemctl: Path) -> None:
    program = systemctl.parent / "bin" / "systemctl"
    program.write_text("#!/nulle/part\n", "utf-8")

    assert "aucune unité" in words(machine.unit())


def test_a_machine_without_systemd_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "BOOTED", Path("/nulle/part"))

    assert not machine.is_under_systemd()


# --- an account -----------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as made:
        yield made


@pytest.fixture
def account(server: Hostile, tmp_path: Path) -> Account:
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD, "utf-8")
    secret.chmod(0o600)
    return replace(server.account, folders=FOLDERS, secret=Secret(file=str(secret)))


@pytest.mark.parametrize(
    ("answer", "could"),
    [
        (b"* MYRIGHTS INBOX lr", ""),
        (b"* MYRIGHTS INBOX lrp", ""),
        (b"* MYRIGHTS INBOX lrs", "s"),
        (b'* MYRIGHTS "INBOX" "lrswipkxtecda"', "swikxtecda"),
        (b"* MYRIGHTS {5}\r\nINBOX rwl", "w"),
        (b"* MYRIGHTS", ""),
        (b"* MYRIGHTS INBOX", ""),
        (b'* MYRIGHTS INBOX ""', ""),
        (b"* OK", ""),
        (b"* MYRIGHTS INBOX \xff\xfe", ""),
    ],
)
def test_an_account_that_could_write_is_doubtful(
    server: Hostile, account: Account, answer: bytes, could: str
) -> None:
    server.capabilities += b" ACL"
    server.bend = lambda asked, honest: (
        [answer, asked.tag + b" OK done"] if asked.verb == "MYRIGHTS" else honest
    )

    found = servers.account(account, NOW)

    assert words(found) == "INBOX ✔"
    assert b'MYRIGHTS "INBOX"' in server.heard
    assert bool(found.doubts) == bool(could)
    assert could in doubts(found)
    if could:
        assert f"ce compte pourrait y écrire (droits {could} parmi" in doubts(found)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can be taken for another")
def test_the_superuser_is_told_that_the_service_has_another_account(
    site: Site, tmp_path: Path
) -> None:
    os.chown(site.state, 65534, 65534)

    told = doubts(machine.rights(site, tmp_path / "mailwatch.toml"))

    assert "lancez cette commande sous ce compte" in told


@pytest.mark.parametrize("ends", [b" NO no", b" BAD what?"])
def test_a_server_that_will_not_tell_rights_raises_no_doubt(
    server: Hostile, account: Account, ends: bytes
) -> None:
    server.capabilities += b" ACL"
    server.bend = lambda asked, honest: [asked.tag + ends] if asked.verb == "MYRIGHTS" else honest

    assert not servers.account(account, NOW).doubts


def test_a_server_without_rights_is_not_asked_for_them(server: Hostile, account: Account) -> None:
    assert not servers.account(account, NOW).doubts
    assert b"MYRIGHTS" not in server.heard


def test_a_folder_whose_name_has_quotes_is_asked_for_by_its_name(
    server: Hostile, account: Account
) -> None:
    server.capabilities += b" ACL"
    server.box('A \\"B\\" C\\\\D')
    server.bend = lambda asked, honest: honest[-1:] if asked.verb == "LIST" else honest
    folder = WatchedFolder(name='A "B" C\\D', role=FolderRole.INBOX)

    assert not servers.account(replace(account, folders=(folder,)), NOW).doubts

    assert rb'MYRIGHTS "A \"B\" C\\D"' in server.heard


def test_a_server_that_does_not_say_read_only_is_doubtful(
    server: Hostile, account: Account
) -> None:
    server.bend = lambda _, honest: [
        line.replace(b"[READ-ONLY]", b"[READ-WRITE]") for line in honest
    ]

    found = servers.account(account, NOW)

    assert doubts(found) == "INBOX : le serveur ne confirme pas l’ouverture en lecture seule"


@pytest.mark.parametrize(
    ("arrived", "doubt"),
    [
        (b"10-Mar-2026 11:59:00 +0100", ""),
        (b"10-Mar-2026 12:00:50 +0100", ""),
        (b"10-Mar-2026 10:00:50 -0100", ""),
        (b"10-Mar-2026 13:30:00 +0100", "date son dernier message de 5400 s après l’heure d’ici"),
    ],
)
def test_a_server_whose_newest_message_is_yet_to_come_has_another_clock(
    server: Hostile, account: Account, arrived: bytes, doubt: str
) -> None:
    server.box().add(b"From: a@b.example\r\n\r\n", b"12-Mar-2027 10:00:00 +0100")
    server.box().add(b"From: a@b.example\r\n\r\n", arrived)

    found = servers.account(account, NOW)

    assert doubt in doubts(found)
    assert bool(doubt) == bool(found.doubts)


def test_a_server_that_does_not_answer_fails(account: Account) -> None:
    with pytest.raises(UnreachableError):
        servers.account(replace(account, port=1), NOW)


def test_on_a_real_server_nothing_but_reading_is_asked(watched: Watched, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(watched.secret, "utf-8")
    secret.chmod(0o600)
    watched.mailbox.put(b"From: a@b.example\r\n\r\n", NOW)

    found = servers.account(
        replace(watched.account, folders=FOLDERS, secret=Secret(file=str(secret))), NOW
    )

    assert "INBOX ✔" in words(found)
    assert not found.doubts
    assert any(said.startswith("EXAMINE") for said in watched.wiretap.said)


def test_a_folder_that_is_not_there_is_told_with_those_that_are(
    watched: Watched, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(watched.secret, "utf-8")
    secret.chmod(0o600)
    watched.mailbox.folder("Envoyés")
    unknown = (WatchedFolder(name="Expédiés", role=FolderRole.SENT),)

    with pytest.raises(SourceError) as fault:
        servers.account(
            replace(watched.account, folders=unknown, secret=Secret(file=str(secret))), NOW
        )

    assert "aucun dossier « Expédiés »" in str(fault.value)
    told = str(fault.value).partition(" ; ce compte a : ")[2]
    assert {"INBOX", "Envoyés"} <= set(told.split(", "))


# --- certificates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_how_long_an_imap_certificate_holds_is_told_and_its_end_in_time(
    watched: Watched, tmp_path: Path, security: Security
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(watched.secret, "utf-8")
    secret.chmod(0o600)
    own = watched.server
    protected = replace(
        watched.account,
        port=own.tls_port if security is Security.TLS else own.port,
        security=security,
        ca_file=str(own.certificate.file),
        folders=FOLDERS,
        secret=Secret(file=str(secret)),
    )
    today = datetime.now(NOW.tzinfo)

    found = servers.account(protected, today)
    early = servers.account(protected, today - timedelta(days=90))

    assert re.search(r"certificat valable encore [012] j\b", words(found))
    assert "le certificat du serveur expire le " in doubts(found)
    assert re.search(r"certificat valable encore 9[012] j\b", words(early))
    assert "certificat" not in doubts(early)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS, Security.NONE])
def test_how_long_the_certificate_of_the_sending_holds_is_told(
    tmp_path: Path, security: Security
) -> None:
    made = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.file, made.key)
    with smtp_server(
        tls=context if security is Security.TLS else None,
        starttls=context if security is Security.STARTTLS else None,
    ) as sink:
        server = Submission(
            host="127.0.0.1",
            port=sink.port,
            security=security,
            sender="mailwatch@jura.gouv.fr",
            ca_file=str(made.file),
        )
        found = servers.submission(server, datetime.now(NOW.tzinfo))

    assert words(found).startswith("127.0.0.1 accepte nos envois")
    assert ("certificat" in words(found)) == (security is not Security.NONE)
    assert bool(found.doubts) == (security is not Security.NONE)


@pytest.mark.parametrize(
    ("told", "ends_at"),
    [
        ({"notAfter": "Jan  5 09:34:43 2028 GMT"}, "2028-01-05T09:34:43+00:00"),
        ({"notAfter": "hier"}, None),
        ({"notAfter": "Jan  5 09:34:43 9999 GMT"}, "9999-01-05T09:34:43+00:00"),
        ({}, None),
        (None, None),
    ],
)
def test_what_a_certificate_says_of_its_end(
    told: dict[str, object] | None, ends_at: str | None
) -> None:
    found = servers.certificate_ends_at(told)

    assert (found.isoformat() if found else None) == ends_at


# --- the register ---------------------------------------------------------------------------------


def test_every_pragma_of_an_open_register_is_the_one_that_was_asked(site: Site) -> None:
    with connected(Path(site.state) / "register.sqlite") as opened_one:
        found = {name: pragma(opened_one, name) for name in PRAGMAS}

    assert found == PRAGMAS
    assert (found["synchronous"], found["journal_mode"], found["secure_delete"]) == (3, "delete", 1)


@pytest.mark.parametrize(
    ("name", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 0), ("secure_delete", 0)],
)
def test_a_pragma_that_sqlite_does_not_take_stops_the_start(
    site: Site, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    """As on a disk that cannot do what is asked: what was set is not what is."""
    dialled = database._dialled

    def otherwise(path: Path) -> sqlite3.Connection:
        connection = dialled(path)
        connection.execute(f"PRAGMA {name} = {value}")
        return connection

    monkeypatch.setattr(database, "_dialled", otherwise)
    state = Path(site.state)

    with pytest.raises(RegisterError, match=f"SQLite refuse.*{name}"), opened(state, bytes(32)):
        raise AssertionError


def test_a_register_that_is_spoilt_fails_and_one_that_is_held_by_the_service_says_so(
    site: Site,
) -> None:
    state = Path(site.state)
    tried = diagnosis.trials(site, Path("x"), lambda: key_of(state), NOW)
    trial = next(each for title, each in tried if title == "registre")
    with instance.only_one(state):
        assert words(trial()) == f"en ordre ; tenu par le service (processus {os.getpid()})"
    assert words(trial()) == "en ordre"

    file = state / "register.sqlite"
    octets = bytearray(file.read_bytes())
    octets[4096:] = b"\xff" * len(octets[4096:])
    file.write_bytes(octets)
    with pytest.raises(RegisterError):
        trial()


# --- the command ----------------------------------------------------------------------------------


def test_everything_is_tried_and_each_doubt_is_a_line(
    asked: Bureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "synchronised", lambda: False)
    monkeypatch.setattr(machine, "is_under_systemd", lambda: False)
    asked.state.chmod(0o755)

    found = asked.type("doctor")
    told = asked.type("doctor", "--json").lines[0]["tried"]
    asked.state.chmod(0o700)

    assert found.code == 0
    assert "? horloge : l’horloge de la machine n’est synchronisée par rien" in found.out
    assert re.search(r"\? droits : « .*/etat » est ouvert à d’autres comptes", found.out)
    assert [one["what"] for one in told] == [
        "règles", "versions", "horloge", "disque", "droits", "registre", "journal",
        "compte prefecture", "envoi", "modèle de noms",
    ]  # fmt: skip
    assert all(one["well"] for one in told)
    assert [len(one["doubts"]) for one in told][2:5] == [1, 0, 1]


def test_it_speaks_english(asked: Bureau) -> None:
    found = asked.type_("--lang", "en", "doctor", "--settings", str(asked.settings))

    assert found.code == 0
    for words in ("✔ clock: ", "✔ disk: ", "✔ permissions: folder, keys and settings examined"):
        assert words in found.out.replace(" : ", ": ")


# --- the journal ----------------------------------------------------------------------------------


def journal_of(bureau: Bureau) -> dict[str, object]:
    (told,) = (
        one for one in bureau.type("doctor", "--json").lines[0]["tried"] if one["what"] == "journal"
    )
    return dict(told)


def test_a_journal_in_order_is_told_with_its_key(asked: Bureau) -> None:
    told = journal_of(asked)

    assert told["well"]
    assert re.fullmatch(r"\d+ lignes ; signé par SHA256:\S+", str(told["text"]))


def test_a_journal_that_once_would_refuse_is_told_by_the_doctor(asked: Bureau) -> None:
    (day,) = (asked.state / "journal").glob("*.jsonl")
    written = day.read_bytes()
    day.write_bytes(written.replace(b'"kind":"start"', b'"kind":"stort"', 1))

    told, looked = journal_of(asked), asked.type("once")
    day.write_bytes(written)

    assert (told["exit_code"], looked.code) == (65, 65)
    assert f"« {day.name} » n’est plus tel qu’il a été écrit" in str(told["text"])


def test_a_journal_whose_key_is_gone_is_told_by_once_and_by_the_doctor(asked: Bureau) -> None:
    key = asked.state / "journal.key"
    kept = key.read_bytes()
    key.unlink()

    looked, told = asked.type("once"), journal_of(asked)
    key.write_bytes(kept)
    key.chmod(0o600)

    assert looked.code == 77
    assert "la clé du journal" in looked.err
    assert told["exit_code"] == 77
    assert asked.type("once").code == 0


def test_a_journal_that_a_sudden_stop_left_unfinished_is_a_doubt(asked: Bureau) -> None:
    mark = asked.state / "journal" / UNFINISHED
    mark.write_bytes(b"")

    told = journal_of(asked)

    assert told["well"]
    assert told["doubts"] == [
        "un arrêt brutal l’a laissé inachevé ; le prochain relevé le complète"
    ]
    assert asked.type("once").code == 0


def test_a_service_that_has_not_looked_yet_has_no_journal_to_try(bureau: Bureau) -> None:
    assert journal_of(bureau)["text"] == "aucun fichier encore ; le premier relevé les écrit"
