"""The systemd unit: what it shuts the service off from, as systemd itself counts, and what it must let through."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from mailwatch.sources.imap.connection import _LARGEST, _PACE

UNIT = Path(__file__).parent.parent / "packaging" / "mailwatch.service"
MOST = 1.5
"""Of the ten points of exposure that `systemd-analyze security` gives to a service without any bound."""

LONGEST = 600
"""Seconds that the settings may give a command (`timeout`)."""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None,
    reason=f"no systemd-analyze to hold the unit's exposure to {MOST} (apt install systemd)",
)


def settings() -> dict[str, list[str]]:
    """What the unit sets, each key with its values in order."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text("utf-8").splitlines():
        if (match := re.fullmatch(r"(\w+)=(.*)", line)) is not None:
            found.setdefault(match[1], []).append(match[2])
    return found


@needs_systemd
def test_the_service_is_exposed_to_next_to_nothing() -> None:
    ran = subprocess.run(
        ["systemd-analyze", "security", "--no-pager", "--offline=true", f"--threshold={MOST * 10:.0f}", UNIT],
        capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip

    level = re.search(r"Overall exposure level for mailwatch\.service: ([\d.]+)", ran.stdout)
    if level is None:
        pytest.skip(f"this systemd-analyze does not work on a file: {ran.stderr.strip()[:200]}")
    assert float(level[1]) <= MOST, ran.stdout
    assert ran.returncode == 0


@needs_systemd
def test_systemd_understands_every_line_of_it() -> None:
    ran = subprocess.run(
        ["systemd-analyze", "verify", UNIT],
        capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip

    told = [line for line in ran.stderr.splitlines() if "mailwatch.service" in line]
    # The program is not installed where tests run.
    assert not [line for line in told if "is not executable" not in line], ran.stderr


def test_it_lets_through_what_the_service_does() -> None:
    found = settings()

    # sd_notify, journald and the intake's socket; IMAP and SMTP.
    assert set(found["RestrictAddressFamilies"][0].split()) == {"AF_INET", "AF_INET6", "AF_UNIX"}
    assert found["Type"] == ["notify"]
    assert found["StateDirectory"] == found["RuntimeDirectory"] == ["mailwatch"]
    # `ProcSubset=pid` hides what `clocks` would read.
    assert found["Environment"] == ["MAILWATCH_BOOT_ID=%b"]


def test_the_slowest_command_is_not_taken_for_a_hang() -> None:
    """A service killed in the middle of a large message would begin it again, and be killed again."""
    (length,) = settings()["WatchdogSec"]
    minutes = int(length.removesuffix("min"))

    # A sign of life comes between two batches; a command has its time, and more for a slow line.
    assert timedelta(minutes=minutes) > timedelta(seconds=LONGEST + _LARGEST / _PACE)


def test_a_fault_that_waits_for_a_person_is_not_tried_again() -> None:
    assert settings()["RestartPreventExitStatus"] == ["64 77 78"]


def test_a_crash_leaves_no_mail_behind() -> None:
    assert settings()["LimitCORE"] == ["0"]
    assert settings()["UMask"] == ["0077"]
