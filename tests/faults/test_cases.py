"""Every case of the list has a test that names its number."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.faults.cases import CASES

ROOT = Path(__file__).parent.parent.parent
_NUMBERED = re.compile(r"::test_case_(\d+)_|\[(?:[^\[\]]*-)?(\d+) [^\[\]]*\]?$", re.MULTILINE)
INTAKE = {
    87: "test_an_endless_line_stays_under_64_megabytes",
    88: "test_a_message_without_end_is_hung_up_on",
    89: "test_what_other_servers_take_for_an_end_ends_nothing",
    90: "test_strays_and_nul_do_not_reach_the_register",
    91: "test_ten_thousand_recipients_are_refused_beyond_a_hundred",
    92: "test_a_client_that_says_nothing_more_is_left",
    93: "test_five_hundred_connections_leave_the_service_up",
    94: "test_only_listed_recipients_are_accepted",
    95: "test_what_comes_before_the_greeting_is_not_mail",
    96: "test_a_kill_between_the_promise_and_the_register_loses_no_message_and_doubles_none",
}
"""The cases of the intake, which has a file of its own."""


def test_there_are_as_many_cases_as_there_are_numbers() -> None:
    assert list(CASES) == list(range(1, 113))


def test_every_case_has_a_test() -> None:
    collected = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests/faults"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout  # fmt: skip
    numbers = {int(named or given) for named, given in _NUMBERED.findall(collected)}
    intake = (ROOT / "tests" / "test_intake.py").read_text("utf-8")
    numbers |= {number for number, name in INTAKE.items() if f"def {name}(" in intake}

    assert {number: words for number, words in CASES.items() if number not in numbers} == {}
    assert numbers <= set(CASES)
