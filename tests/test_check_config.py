"""What `check-config` tells of a settings file before the service runs by it: doubts, and secrets it cannot read."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailwatch.settings.secrets import refusals
from mailwatch.site import Account, Authentication, Secret, Security, Site, Submission
from tests.facts import JURA
from tests.test_cli import Run, run
from tests.test_service_commands import Bureau, bureau

__all__ = ["bureau", "run"]


def missing(path: Path) -> None:
    path.unlink()


def open_to_all(path: Path) -> None:
    path.chmod(0o644)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_two_lines(path: Path) -> None:
    path.write_text("mot de passe\nun autre\n", "utf-8")


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (missing, "n’existe pas ; créez-le, lisible de ce compte seul"),
        (open_to_all, "est ouvert à d’autres comptes (mode 644) ; fermez-le"),
        (empty, "le secret est vide"),
        (of_two_lines, "il y a plusieurs lignes"),
    ],
)
def test_a_secret_that_once_refuses_is_told_before(
    bureau: Bureau, broken: Callable[[Path], None], told: str
) -> None:
    broken(bureau.secret)

    checked = bureau.type("check-config")
    looked = bureau.type("once")
    bureau.secret.unlink(missing_ok=True)
    bureau.secret.write_text(bureau.watched.secret + "\n", "utf-8")
    bureau.secret.chmod(0o600)

    (line,) = (line for line in checked.out.splitlines() if line.startswith("✘"))
    assert told in line
    assert line.removeprefix("✘ ") in looked.err
    assert (checked.code, looked.code) == (78, 78)
    assert "registre : " in checked.out
    assert bureau.type("check-config").code == 0


def test_a_secret_that_cannot_be_read_is_told_to_programs_too(bureau: Bureau) -> None:
    open_to_all(bureau.secret)

    lines = bureau.json("check-config", code=78)["lines"]
    bureau.secret.chmod(0o600)

    (told,) = (line["text"] for line in lines if line["weight"] == "missing")
    assert "ouvert à d’autres comptes" in told


def site(*secrets: Secret, key: Secret | None = None, sending: Secret | None = None) -> Site:
    submission = Submission(
        host="smtp.jura.example",
        port=465,
        security=Security.TLS,
        sender="mailwatch@jura.gouv.fr",
        secret=sending,
    )
    accounts = tuple(
        Account(
            name=f"boîte {number}",
            host="imap.jura.example",
            port=993,
            security=Security.TLS,
            user="prefecture",
            authentication=Authentication.PASSWORD,
            folders=(),
            secret=secret,
        )
        for number, secret in enumerate(secrets)
    )
    return Site(institution=JURA, accounts=accounts, submission=submission, key=key)


def test_each_secret_is_told_once_and_all_of_them_are_tried(tmp_path: Path) -> None:
    one, two, three = (Secret(file=str(tmp_path / f"{n}.secret")) for n in range(3))

    told = [str(error) for error in refusals(site(one, one, key=two, sending=three))]

    assert [error.count(".secret »") for error in told] == [1, 1, 1]
    assert all(f"{n}.secret" in " ".join(told) for n in range(3))


def test_what_systemd_and_the_environment_hand_over_is_not_asked_for_by_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)

    assert refusals(site(Secret(credential="imap"), Secret(env="MAILWATCH_IMAP"))) == ()


def test_an_observation_that_begins_in_the_future_is_doubted(bureau: Bureau) -> None:
    tomorrow = (datetime.now().astimezone() + timedelta(days=2)).date()
    text = bureau.settings.read_text("utf-8")
    for begins, doubts in ((tomorrow, 1), ("2020-01-01", 0)):
        bureau.settings.write_text(
            text.replace("[[box]]", f"observe_from = {begins}\n\n[[box]]", 1), "utf-8"
        )
        checked = bureau.type("check-config")
        assert checked.code == 0
        assert checked.out.count("est dans l’avenir : d’ici là, aucune demande ne compte") == doubts


def test_many_folders_that_are_missing_are_not_told_without_end(bureau: Bureau) -> None:
    text = bureau.settings.read_text("utf-8")
    folders = ", ".join(f'{{ name = "Année {n}", role = "inbox" }}' for n in range(30))
    bureau.settings.write_text(text.replace("folders = [", f"folders = [{folders}, "), "utf-8")

    looked = bureau.type("once")

    assert looked.code == 65
    assert looked.err.count("aucun dossier") == 20
    assert looked.err.endswith("… et 10 autres\n")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read anywhere")
def test_settings_that_cannot_be_read_are_a_fault_of_the_settings(bureau: Bureau) -> None:
    bureau.settings.chmod(0)
    codes = {bureau.type(*words).code for words in (("check-config",), ("once",), ("status",))}
    bureau.settings.chmod(0o600)

    assert codes == {78}


def test_no_command_refuses_a_settings_file_before_it_is_read(run: Run, tmp_path: Path) -> None:
    """A folder stands for what cannot be read: the superuser runs these tests too."""
    folder = tmp_path / "mailwatch.toml"
    folder.mkdir()

    for command in ("check-config", "once", "status", "doctor"):
        assert run(command, "--settings", str(folder)).code == 78
