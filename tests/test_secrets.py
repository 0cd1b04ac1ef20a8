"""Secrets: read from where the settings say, refused where others can read them, and never shown."""

from __future__ import annotations

import os
import socket
import traceback
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch import language
from mailwatch.errors import SettingsError
from mailwatch.settings.secrets import MAX_BYTES, reveal, reveal_bytes
from mailwatch.site import Secret

PASSWORD = "Été à Besançon, 39 € !"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "imap.secret"


def write(file: Path, content: bytes, mode: int = 0o600) -> Secret:
    file.write_bytes(content)
    file.chmod(mode)
    return Secret(file=str(file))


def refusal(secret: Secret) -> str:
    with pytest.raises(SettingsError) as fault:
        reveal(secret)
    assert fault.value.exit_code == 78
    return str(fault.value)


# --- three places ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (PASSWORD, PASSWORD),
        (PASSWORD + "\n", PASSWORD),
        (PASSWORD + "\r\n", PASSWORD),
        ("\ufeff" + PASSWORD + "\r\n", PASSWORD),
        ("  deux espaces  \n", "  deux espaces  "),
        ("\t\n", "\t"),
        ("e\u0301te\u0301\n", "e\u0301te\u0301"),
        ("# pas un commentaire", "# pas un commentaire"),
    ],
)
def test_a_file_holds_its_secret_as_it_is_but_for_the_end_of_the_line(
    file: Path, written: str, read: str
) -> None:
    assert reveal(write(file, written.encode())) == read


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_ours_alone_is_taken(file: Path, mode: int) -> None:
    assert reveal(write(file, b"hunter2\n", mode)) == "hunter2"


def test_a_link_leads_to_the_file_that_is_judged(file: Path) -> None:
    secret = write(file, b"hunter2\n")
    link = file.with_name("lien")
    link.symlink_to(file)
    assert reveal(Secret(file=str(link))) == "hunter2"
    file.chmod(0o644)
    assert "mode 644" in refusal(Secret(file=str(link)))
    assert "mode 644" in refusal(secret)


def test_systemd_hands_over_a_credential(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "imap", PASSWORD.encode() + b"\n", 0o440)  # as systemd itself leaves them
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert reveal(Secret(credential="imap")) == PASSWORD


def test_the_environment_may_carry_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILWATCH_IMAP", PASSWORD)
    assert reveal(Secret(env="MAILWATCH_IMAP")) == PASSWORD


def test_a_key_is_taken_byte_for_byte(file: Path) -> None:
    key = bytes(range(32))
    assert reveal_bytes(write(file, key)) == key


# --- refused, with the remedy ---------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o666, 0o620, 0o602, 0o601, 0o777])
def test_a_file_open_to_others_is_refused_with_the_command_that_closes_it(
    file: Path, mode: int
) -> None:
    said = refusal(write(file, b"hunter2", mode))
    assert f"« {file} » est ouvert à d’autres comptes (mode {mode:o})" in said
    assert f"chmod 600 {file}" in said
    with pytest.raises(SettingsError):
        reveal_bytes(Secret(file=str(file)))


def test_a_file_of_another_account_is_refused_with_the_command_that_gives_it(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = write(file, b"hunter2")
    if os.geteuid() == 0:
        os.chown(file, 12345, -1)
        owner, uid = 12345, 0
    else:
        owner, uid = os.geteuid(), 54321
        monkeypatch.setattr(os, "geteuid", lambda: 54321)
    said = refusal(secret)
    assert f"est à un autre compte (uid {owner}) que celui qui le lit (uid {uid})" in said
    assert f"chown {uid} {file}" in said


def test_a_missing_file_is_refused_with_the_command_that_makes_it(file: Path) -> None:
    said = refusal(Secret(file=str(file)))
    assert said.startswith(f"le fichier de secret « {file} » n’existe pas")
    assert f"install -m 600 /dev/null {file}" in said
    assert "n’existe pas" in refusal(Secret(file=str(write(file, b"x").file) + "/imap"))


def test_a_file_that_may_not_be_read_says_which_account_tried(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError  # root may read anything: no file of the test's own would do

    monkeypatch.setattr(os, "open", refuse)
    said = refusal(Secret(file=str(file)))
    assert f"ce compte (uid {os.geteuid()}) ne peut pas le lire" in said


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "le secret est vide"),
        (b"\n", "le secret est vide"),
        (b"\r\n", "le secret est vide"),
        ("\ufeff".encode(), "le secret est vide"),
        (b"hunter2\n\n", "il y a plusieurs lignes"),
        (b"user = moi\npassword = hunter2\n", "il y a plusieurs lignes"),
        (b"hunter2\rhunter3", "il y a plusieurs lignes"),
        (b"hunter2\0", "il y a plusieurs lignes"),
        ("Besançon hunter2".encode("latin-1"), "le secret n’est pas en UTF-8"),
        ("hunter2".encode("utf-16"), "le secret n’est pas en UTF-8"),
        (b"hunter2" * MAX_BYTES, "trop gros pour un secret"),
    ],
)
def test_what_is_no_secret_is_refused_and_not_shown(file: Path, content: bytes, fault: str) -> None:
    said = refusal(write(file, content))
    assert said.startswith(f"fichier de secret « {file} » : {fault}")
    assert "hunter2" not in said


def test_a_folder_is_no_secret(tmp_path: Path) -> None:
    assert "ce n’est pas un fichier" in refusal(Secret(file=str(tmp_path)))
    assert "ce n’est pas un fichier" in refusal(Secret())


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file, 0o600)
    assert "ce n’est pas un fichier" in refusal(Secret(file=str(file)))


def test_a_socket_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # the name of a socket has at most 107 bytes
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("prise")
        assert "il ne se lit pas" in refusal(Secret(file="prise"))


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_a_path_that_cannot_be_is_refused(path: str) -> None:
    assert "il ne se lit pas" in refusal(Secret(file=path))


def test_a_credential_that_systemd_did_not_hand_over_says_what_the_unit_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = "« LoadCredential=imap:/etc/mailwatch/credentials/imap »"
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    said = refusal(Secret(credential="imap"))
    assert "systemd n’a remis aucun secret à ce programme" in said
    assert line in said
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    said = refusal(Secret(credential="imap"))
    assert "secret « imap » : systemd ne l’a pas remis" in said
    assert line in said


def test_a_variable_that_is_missing_or_empty_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILWATCH_IMAP", raising=False)
    assert "MAILWATCH_IMAP, qui doit porter le secret, manque" in refusal(
        Secret(env="MAILWATCH_IMAP")
    )
    monkeypatch.setenv("MAILWATCH_IMAP", "")
    assert "MAILWATCH_IMAP, qui doit porter le secret, manque ou est vide" in refusal(
        Secret(env="MAILWATCH_IMAP")
    )


def test_a_variable_in_another_encoding_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "MAILWATCH_IMAP", os.fsdecode(b"\xe9t\xe9"))
    said = refusal(Secret(env="MAILWATCH_IMAP"))
    assert said.startswith("variable d’environnement MAILWATCH_IMAP : le secret n’est pas en UTF-8")


# --- never shown ----------------------------------------------------------------------------------


def test_no_exception_carries_the_bytes_that_were_refused(file: Path) -> None:
    secret = write(file, b"hunter2 \xe9")
    with pytest.raises(SettingsError) as fault:
        reveal(secret)
    error: BaseException | None = fault.value
    while error is not None:
        assert b"hunter2" not in getattr(error, "object", b"")
        assert "hunter2" not in "".join(traceback.format_exception(error))
        error = error.__cause__ or error.__context__


def test_a_secret_is_named_in_the_language_chosen(file: Path) -> None:
    with pytest.raises(SettingsError) as fault:
        reveal(write(file, b""))
    language.choose("en")
    try:
        assert language.say(fault.value).startswith(f"secret file “{file}”: the secret is empty")
    finally:
        language.choose("fr")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=60) | st.text(max_size=40).map(str.encode))
def test_any_bytes_give_one_line_or_a_sentence(file: Path, content: bytes) -> None:
    secret = write(file, content)
    try:
        found = reveal(secret)
    except SettingsError:
        return
    assert found
    assert not set("\r\n\0") & set(found)
    assert found in content.decode()
