"""Why the system refused, in words that a person reads; and a register that was never made is said to be missing."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from mailwatch.errors import RegisterError, refusal
from mailwatch.register import created, key_of


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "introuvable"),
        (PermissionError(errno.EACCES, "Permission denied"), "accès refusé"),
        (OSError(errno.ENOSPC, "No space left on device"), "plus de place sur le disque"),
        # What is rare keeps the system's words: they can be looked up.
        (OSError(errno.EXDEV, "Invalid cross-device link"), "Invalid cross-device link"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_a_refusal_of_the_system_is_said_in_french(fault: OSError, words: str) -> None:
    assert refusal(fault) == words


def test_where_nothing_was_made_yet_init_is_advised_and_no_key_is_missed(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"aucun registre dans .*mailwatch init"):
        key_of(tmp_path / "etat")


def test_where_there_is_a_register_its_key_is_what_is_missed(tmp_path: Path) -> None:
    created(tmp_path / "etat")
    (tmp_path / "etat" / "key").unlink()

    with pytest.raises(RegisterError, match=r"la clé .*introuvable"):
        key_of(tmp_path / "etat")
