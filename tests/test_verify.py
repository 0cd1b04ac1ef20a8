"""Verification: by the page that goes with each journal, by the command, and by the service when it starts."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from mailwatch import daemon
from mailwatch.daemon import Log, once
from mailwatch.daemon.witnessing import witnessed
from mailwatch.errors import RefusedError, RegisterError, UnreachableError
from mailwatch.journal.heads import Head, read_head
from mailwatch.journal.stamping import stamp
from mailwatch.journal.verifying import verified
from mailwatch.register import created, key_of, opened
from mailwatch.site import AlertPlan, JournalPlan, Security, Site, Submission
from tests.bureau import DESK, Clock
from tests.facts import JURA, at, incoming
from tests.journals import chained, head_of, history, key_in, laid, listed_anew, rewritten
from tests.registers import registered, take
from tests.servers.smtp import Sink, smtp_server
from tests.test_cli import Run, run

__all__ = ["run"]

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "templates" / "VERIFIER.md"
TOOLS = (
    "cat",
    "cut",
    "grep",
    "head",
    "ls",
    "openssl",
    "sed",
    "seq",
    "sha256sum",
    "sort",
    "ssh-keygen",
    "tail",
    "test",
    "uniq",
    "wc",
)
"""All that the page may ask of a machine, beside the shell."""
TUESDAY = at("2026-03-10 12:00")


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return key_in(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def journal(tmp_path: Path, key: Path) -> Path:
    laid(tmp_path / "journal", history(60, key), key)
    return tmp_path / "journal"


# --- by the page ----------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs without Python and without mailwatch."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or pytest.fail(f"{name} is not installed"))
    return folder


def followed(
    journal: Path, bare: Path, head: Head | None = None
) -> subprocess.CompletedProcess[str]:
    """Type the page's commands, one block after the other, up to the first that fails."""
    told = head or head_of(journal)
    blocks = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    script = "set -e\n" + "\n".join(blocks)
    # Two runs at once must not share the page's copy of all lines.
    script = script.replace("/tmp/journal.jsonl", str(bare.parent / "journal.jsonl"))
    script = script.replace("LIGNES", str(told.size)).replace("EMPREINTE", told.digest)
    return subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=journal, env={"PATH": str(bare)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_page_verifies_a_journal_without_python(journal: Path, bare: Path) -> None:
    assert not shutil.which("python3", path=str(bare))
    ran = followed(journal, bare)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert 'Good "mailwatch-journal" signature' in ran.stdout


def test_the_page_verifies_a_journal_that_nobody_signs(tmp_path: Path, bare: Path) -> None:
    laid(tmp_path / "plain", history(30))
    ran = followed(tmp_path / "plain", bare)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def altered(journal: Path) -> None:
    path = sorted(journal.glob("*.jsonl"))[1]
    path.write_bytes(path.read_bytes().replace(b'"kind":"', b'"kind":"X', 1))


def altered_and_listed(journal: Path) -> None:
    altered(journal)
    listed_anew(journal)


def without_a_day(journal: Path) -> None:
    sorted(journal.glob("*.jsonl"))[1].unlink()


def cut(journal: Path) -> None:
    max(journal.glob("*.jsonl")).unlink()
    listed_anew(journal)


def with_one_more(journal: Path) -> None:
    (journal / "2027-01-01.jsonl").write_bytes(b"{}\n")


def of_another_key(journal: Path) -> None:
    other = journal.parent / "other"
    laid(other, history(60, key_in(journal.parent, "autre")), journal.parent / "autre")
    for name in ("key.pub", "allowed_signers"):
        (journal / name).write_bytes((other / name).read_bytes())
    listed_anew(journal)


def unsigned(journal: Path) -> None:
    for name in ("key.pub", "allowed_signers", "head.sig"):
        (journal / name).unlink()
    listed_anew(journal)


@pytest.mark.parametrize(
    "change",
    [altered, altered_and_listed, without_a_day, cut, with_one_more, of_another_key, unsigned],
)
def test_the_page_finds_what_the_command_finds(
    journal: Path, bare: Path, change: object, run: Run
) -> None:
    told = head_of(journal)
    assert callable(change)
    change(journal)

    assert followed(journal, bare, told).returncode
    assert run("verify", str(journal)).code == 65


def test_both_find_a_rewritten_past_by_its_witness(
    journal: Path, bare: Path, key: Path, run: Run
) -> None:
    told = head_of(journal)
    lines = history(60, key)
    rewritten(journal, chained([*lines[:30], *lines[31:], lines[0]]), key)

    assert followed(journal, bare, told).returncode
    assert followed(journal, bare).returncode == 0
    found = run("verify", str(journal), "--head", f"{told.size}:{told.digest}")
    assert (found.code, "le passé a été réécrit" in found.out) == (65, True)


# --- by the command -------------------------------------------------------------------------------


def test_a_folder_without_a_journal_is_told_as_such(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")

    found = run("verify", str(tmp_path))

    assert found.code == 65
    assert "✘ journal : aucune ligne de journal dans ce dossier" in found.out


def test_a_sound_journal_is_told_with_its_days_and_its_key(journal: Path, run: Run) -> None:
    found = run("verify", str(journal.parent))

    assert found.code == 0
    assert re.search(
        r"✔ journal : 60 lignes, du 02/03/2026 au \d\d/\d\d/2026 ; SHA256:\S+", found.out
    )


def test_what_is_wrong_is_told_in_json_too(journal: Path, run: Run) -> None:
    without_a_day(journal)
    found = run("verify", str(journal), "--json")

    told = json.loads(found.out)
    assert (found.code, told["well"]) == (65, False)
    assert "manque" in told["checked"][0]["faults"][0]


def test_a_head_that_is_none_and_a_folder_that_is_none_are_told(
    journal: Path, tmp_path: Path, run: Run
) -> None:
    assert run("verify", str(journal), "--head", "12:abc").code == 2
    assert run("verify", str(tmp_path / "nulle-part")).code == 65


# --- by the service -------------------------------------------------------------------------------


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def site(tmp_path: Path, sink: Sink) -> Site:
    """A site that watches nothing and sends its alert: enough to keep a journal."""
    created(tmp_path / "state")
    submission = Submission(
        host="127.0.0.1", port=sink.port, security=Security.NONE, sender="mailwatch@jura.gouv.fr"
    )
    return Site(
        institution=JURA,
        submission=submission,
        alert=AlertPlan(recipients=("qualite@jura.gouv.fr",)),
        state=str(tmp_path / "state"),
    )


def pass_(site: Site, clock: Clock | None = None) -> str:
    """One pass of the service; gives its log."""
    written, clock = StringIO(), clock or Clock(at=TUESDAY)
    key = key_of(Path(site.state))
    once(site, DESK, key, now=clock, log=Log(stream=written, now=clock), workers=0)
    return written.getvalue()


def lines_of(site: Site) -> list[dict[str, object]]:
    with opened(Path(site.state), key_of(Path(site.state))) as register:
        return [json.loads(line) for line in register.lines_after(0)]


def files(site: Site) -> Path:
    return Path(site.state) / "journal"


def tampered(site: Site, *statements: str) -> None:
    """Change the register behind its back: its triggers are dropped first."""
    with closing(sqlite3.connect(Path(site.state) / "register.sqlite")) as register:
        triggers = register.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            register.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            register.execute(statement)
        register.commit()


def test_each_pass_leaves_files_that_hold_and_are_signed(site: Site) -> None:
    pass_(site)
    pass_(site, Clock(at=at("2026-03-16 09:00")))

    found = verified(files(site))
    assert found.faults == ()
    assert found.trail.size == len(lines_of(site))
    assert found.trail.key.startswith("SHA256:")


def test_the_alert_carries_a_head_that_its_readers_can_check(site: Site, bare: Path) -> None:
    pass_(site, Clock(at=at("2026-03-16 09:00")))
    pass_(site, Clock(at=at("2026-03-17 09:00")))

    with opened(Path(site.state), key_of(Path(site.state))) as register:
        told = witnessed(register)
    assert told is not None
    assert followed(files(site), bare, told).returncode == 0


def test_a_register_that_forgot_what_the_alert_told_is_refused(site: Site) -> None:
    pass_(site, Clock(at=at("2026-03-16 09:00")))
    # Whoever rewrites the register takes the files away too.
    shutil.rmtree(files(site))
    tampered(site, "DELETE FROM journal WHERE seq > 1")

    with pytest.raises(RegisterError, match="contredit la dernière alerte : le journal est coupé"):
        pass_(site)


def test_a_register_that_tells_another_past_than_the_alert_is_refused(site: Site) -> None:
    pass_(site, Clock(at=at("2026-03-16 09:00")))
    shutil.rmtree(files(site))
    with opened(Path(site.state), key_of(Path(site.state))) as register:
        first, *others = register.lines_after(0)
    lines = chained([first.replace(b'"settings":"', b'"settings":"0'), *others])
    tampered(
        site,
        *(
            f"UPDATE journal SET line = X'{line.hex()}' WHERE seq = {number}"
            for number, line in enumerate(lines, 1)
        ),
    )

    with pytest.raises(RegisterError, match="contredit la dernière alerte : le passé"):
        pass_(site)


def test_files_that_the_register_contradicts_are_refused(site: Site) -> None:
    pass_(site)
    last = len(lines_of(site))
    tampered(site, f"DELETE FROM journal WHERE seq = {last}")

    with pytest.raises(RegisterError, match="le registre contredit les fichiers du journal"):
        pass_(site)


def test_a_damaged_file_is_refused_and_nothing_is_written(site: Site) -> None:
    pass_(site)
    before = lines_of(site)
    (path,) = files(site).glob("*.jsonl")
    path.write_bytes(path.read_bytes().replace(b"settings", b"sattings", 1))

    with pytest.raises(RegisterError, match="endommagé"):
        pass_(site)
    assert lines_of(site) == before


def test_files_put_aside_are_written_anew_and_the_journal_says_so(site: Site) -> None:
    pass_(site)
    files(site).rename(files(site).with_name("journal.avant"))
    pass_(site)

    assert verified(files(site)).faults == ()
    assert [line["kind"] for line in lines_of(site)].count("restored") == 1


def test_another_key_of_the_settings_is_written_down(site: Site, tmp_path: Path) -> None:
    pass_(site)
    other = key_in(tmp_path, "nouvelle")
    pass_(replace(site, journal=JournalPlan(signing_key=str(other))))

    found = [line for line in lines_of(site) if line["kind"] == "key"]
    assert [line.get("before") for line in found] == [None, found[0]["key"]]
    assert verified(files(site)).faults == ()


def test_a_key_that_is_lost_is_told_and_nothing_else_stops(site: Site) -> None:
    pass_(site)
    (Path(site.state) / "journal.key").unlink()

    assert "la clé du journal" in pass_(site, Clock(at=at("2026-03-16 09:00")))
    assert verified(files(site)).faults == ()


# --- dated by an authority ------------------------------------------------------------------------

TSA = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
[req]
distinguished_name = who
x509_extensions = ext
prompt = no
[who]
CN = Horodatage du Jura
[ext]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
basicConstraints = CA:FALSE
"""


@pytest.fixture
def authority(tmp_path: Path) -> JournalPlan:
    """An authority of our own, asked by a command as one on the network is."""
    folder = tmp_path / "tsa"
    folder.mkdir()
    (folder / "conf").write_text(TSA.format(folder=folder), "utf-8")
    (folder / "serial").write_text("01\n", "ascii")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-config", folder / "conf",
            "-keyout", folder / "tsa.key", "-out", folder / "tsa.pem",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    script = (
        f"cat > {folder}/q; openssl ts -reply -config {folder}/conf -queryfile {folder}/q -out {folder}/r"
        f" 2> /dev/null; cat {folder}/r"
    )
    return JournalPlan(
        timestamp_command=("/bin/sh", "-c", script), timestamp_ca=str(folder / "tsa.pem")
    )


def test_a_head_is_dated_once_a_day_and_the_page_checks_it(
    site: Site, authority: JournalPlan, bare: Path
) -> None:
    dated = replace(site, journal=authority)
    for moment in ("2026-03-10 12:00", "2026-03-10 18:00", "2026-03-11 12:00"):
        pass_(dated, Clock(at=at(moment)))

    assert verified(files(site)).faults == ()
    assert sorted(path.name for path in files(site).glob("*.tsr")) == [
        "2026-03-10.tsr",
        "2026-03-11.tsr",
    ]
    ran = followed(files(site), bare)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_token_that_was_changed_or_taken_away_is_named(
    site: Site, authority: JournalPlan
) -> None:
    pass_(replace(site, journal=authority))
    token = files(site) / "2026-03-10.tsr"
    whole = token.read_bytes()

    token.write_bytes(whole[:-9] + bytes(9))
    listed_anew(files(site))
    assert [*verified(files(site)).faults] == ["le jeton « 2026-03-10.tsr » ne date pas cette tête"]
    token.unlink()
    (files(site) / "2026-03-10.head").unlink()
    listed_anew(files(site))
    assert [*verified(files(site)).faults] == ["« 2026-03-10.head » manque"]


def test_an_authority_that_does_not_answer_is_asked_again(
    site: Site, authority: JournalPlan
) -> None:
    down = replace(authority, timestamp_command=("/bin/sh", "-c", "exit 7"))

    assert "code 7" in pass_(replace(site, journal=down))
    assert verified(files(site)).faults == ()
    pass_(replace(site, journal=authority), Clock(at=at("2026-03-20 12:00")))
    assert (files(site) / "2026-03-20.tsr").exists()


def test_a_token_of_another_authority_is_refused(authority: JournalPlan, key: Path) -> None:
    del key
    wrong = Path(authority.timestamp_ca).with_name("conf")

    with pytest.raises(RefusedError, match="horodatage"):
        stamp(b"head", authority.timestamp_command, wrong)
    with pytest.raises(UnreachableError):
        stamp(b"head", ("/bin/true",), Path(authority.timestamp_ca))
    with pytest.raises(RefusedError, match="ne se lance pas"):
        stamp(b"head", ("/nulle/part",), Path(authority.timestamp_ca))


def test_the_head_of_the_files_is_the_head_of_the_register(site: Site) -> None:
    pass_(site)

    with opened(Path(site.state), key_of(Path(site.state))) as register:
        assert read_head((files(site) / "head").read_bytes()) == register.head()
    assert files(site).stat().st_mode & 0o077 == 0
    assert daemon.key_file(site).stat().st_mode & 0o077 == 0


def test_a_line_is_tied_to_its_message_until_the_salt_is_erased(tmp_path: Path, bare: Path) -> None:
    with registered(tmp_path / "registre") as register:
        fact = incoming("2026-03-02 09:12")
        take(register, [fact])
        key = fact.key
        (tie,) = register.ties(key)
        (line,) = register.lines_after(tie.line - 1)[:1]
        command = f"printf %s {shlex.quote(tie.key)} | openssl dgst -sha256 -mac HMAC -macopt hexkey:{tie.salt}"
        printed = subprocess.run(
            ["/bin/sh", "-c", command],
            env={"PATH": str(bare)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert json.loads(line)["fact"] == printed.stdout.split()[-1]

        register.erase(DESK, fact.sender, TUESDAY, anyway=True)
        assert register.ties(key) == ()
        assert register.trail().holds
