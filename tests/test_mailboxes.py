"""Whole mailboxes through the public contract: every obligation and figure as an auditor wrote it down.

The expectations come from the definitions of the label alone (`tests/mailboxes`), never from a run.
"""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch import cli
from tests.mailboxes import ALL
from tests.mailboxes.mailbox import (
    EML,
    EXCLUDED,
    IN_TIME,
    OVERDUE,
    PENDING,
    Figures,
    Kept,
    Mailbox,
    Obligation,
    Open,
    write,
)

NAMES = [compose.__name__ for compose in ALL]
Found = dict[str, Any]


def audit(paths: Sequence[Path], judged: Mailbox, settings_file: Path) -> Found:
    """What `mailwatch audit --json` prints."""
    words = [*map(str, paths), "--json", "--now", judged.now, "--settings", str(settings_file)]
    printed, complaint = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(complaint), pytest.raises(SystemExit):
        cli.main(["audit", *words, *judged.options])
    if not printed.getvalue():
        pytest.fail(complaint.getvalue(), pytrace=False)
    found: Found = json.loads(printed.getvalue())
    return found


def run(folder: Path, judged: Mailbox, shares: Sequence[Sequence[Kept]] = ()) -> Found:
    """Lay `judged` out below `folder`, in one export or a share an export, and audit it."""
    exports = []
    for number, share in enumerate(shares or (judged.kept,), start=1):
        export = folder / f"export{number}"
        write(export, share, judged.form)
        exports.append(export)
    if judged.letters:
        register = folder / "courriers.csv"
        register.write_text(judged.letters, encoding="utf-8-sig")
        exports.append(register)
    settings_file = folder / "mailwatch.toml"
    settings_file.write_text(judged.settings, encoding="utf-8")
    return audit(exports, judged, settings_file)


@cache
def composed(name: str) -> Mailbox:
    return next(compose() for compose in ALL if compose.__name__ == name)


@cache
def found_in(name: str) -> Found:
    with TemporaryDirectory() as folder:
        return run(Path(folder), composed(name))


# --- comparison, field by field -------------------------------------------------------------------


def told(words: str) -> str:
    return words.replace("\u00a0", " ").replace("\u202f", " ")


def differs(expected: object, got: object) -> bool:
    if isinstance(expected, Open):
        return False
    if isinstance(expected, float):
        return not isinstance(got, int | float) or abs(expected - got) > 1e-9
    return expected != got


def name_of(expected: Obligation) -> str:
    return expected.file or expected.message_id or "?"


def is_about(request: Found, expected: Obligation) -> bool:
    if expected.channel == "letter":
        return bool(request["id"] == expected.file)
    if expected.file:
        return expected.file in str(request["file"]).replace(".eml", "").split("/")[-1].split(".")
    return bool(request["message_id"] == expected.message_id)


def fields(expected: Obligation) -> Iterator[tuple[str, object, Callable[[Found], object]]]:
    """Each field that the law settles: its name, its value, and where the contract prints it."""
    yield "received_on", expected.received_on, lambda r: r["received_on"]
    yield "due_on", expected.due_on, lambda r: r["due_on"]
    yield "state", expected.state, lambda r: r["state"]
    yield "channel", expected.channel, lambda r: r["channel"]
    if expected.state != EXCLUDED:
        yield "first_answer", expected.first, first_answer
        yield "substantive_on", expected.substantive_on, lambda r: r["substantive_on"]
        yield "delay", expected.delay, lambda r: r["delay"]
    yield "nature", expected.nature, lambda r: r["nature"]
    yield "service", expected.service, lambda r: r["service"]
    yield "mentions", expected.mentions, outcomes
    missing = [finding for finding in expected.findings if finding]
    yield "findings", missing, lambda r: [name for name in missing if name in r["findings"]]
    yield "excluded", expected.state == EXCLUDED, lambda r: bool(r["excluded_because"])


def first_answer(request: Found) -> object:
    first = request["first_answer"]
    return (first["on"], first["kind"], first["message_id"]) if first else None


def outcomes(request: Found) -> object:
    judged = request["mentions"]
    names = ("author", "service", "institution")
    return tuple(judged[name]["outcome"] for name in names) if judged else None


def request_differences(judged: Mailbox, found: Found) -> list[str]:
    lines, left = [], list(found["requests"])
    for expected in judged.expected:
        about = [request for request in left if is_about(request, expected)]
        if len(about) != 1:
            lines.append(
                f"{name_of(expected)}: {len(about)} requests, one expected — {expected.why}"
            )
        for request in about:
            left.remove(request)
        for request in about[:1]:
            lines += [
                f"{name_of(expected)}: {field} {got!r}, {value!r} expected — {expected.why}"
                for field, value, where in fields(expected)
                if differs(value, got := where(request))
            ]
    lines += [
        f"{request['file'].split('/')[-1]} {request['message_id']}: no request expected, "
        f"{request['state']} ({request['nature']}) found"
        for request in left
    ]
    return lines


def figure_differences(expected: Figures, got: Found) -> list[str]:
    pairs: tuple[tuple[str, object], ...] = (
        ("numerator", expected.numerator),
        ("denominator", expected.denominator),
        ("rate_text", expected.rate),
        ("mean_first_delay", expected.mean_first),
        ("mean_substantive_delay", expected.mean_substantive),
        ("median_first_delay", expected.median),
        ("p90_first_delay", expected.p90),
        ("pending", expected.pending),
        ("holding_without_followup", expected.unfollowed),
    )
    printed = got | {"rate_text": told(got["rate_text"])}
    return [
        f"{name} {printed[name]!r}, {value!r} expected"
        for name, value in pairs
        if differs(value, printed[name])
    ]


def mention_counts(found: Found) -> tuple[tuple[int, ...], ...]:
    counts = found["indicators"]["mentions"]
    outcomes_named = ("present", "exempt", "absent", "unverifiable")
    return tuple(
        tuple(counts[mention][outcome] for outcome in outcomes_named)
        for mention in ("author", "service", "institution")
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_obligation_of_a_mailbox_is_found_and_none_is_invented(name: str) -> None:
    differences = request_differences(composed(name), found_in(name))

    assert not differences, "\n".join(["", *differences])


@pytest.mark.parametrize("name", NAMES)
def test_the_figures_of_a_mailbox_are_those_counted_by_hand(name: str) -> None:
    judged, found = composed(name), found_in(name)
    differences = [
        f"{channel}: {line}"
        for channel, expected in (("email", judged.email), ("letter", judged.letter))
        for line in figure_differences(expected, found["indicators"][channel])
    ]
    if judged.mentions and mention_counts(found) != judged.mentions:
        differences.append(f"mentions {mention_counts(found)}, {judged.mentions} expected")

    assert not differences, "\n".join(["", *differences])


@pytest.mark.parametrize("name", NAMES)
def test_each_unreadable_file_of_a_mailbox_is_listed_with_its_reason(name: str) -> None:
    judged, listed = composed(name), found_in(name)["quarantined"]

    assert sorted(item["file"].rpartition("/")[2] for item in listed) == sorted(judged.quarantined)
    assert all(item["reason"] for item in listed)


@pytest.mark.parametrize("name", NAMES)
def test_answers_that_a_citizen_quotes_and_nobody_saw_are_listed(name: str) -> None:
    unseen = composed(name).unseen

    assert not differs(unseen, len(found_in(name)["unseen_answers"]))


# --- the expectations themselves ------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channel", ["email", "letter"])
def test_the_figures_written_by_hand_agree_with_the_obligations_written_by_hand(
    name: str, channel: str
) -> None:
    """A slip in the ledger must not pass for a fault of the product."""
    judged = composed(name)
    expected = judged.email if channel == "email" else judged.letter
    ledger = [item for item in judged.expected if item.channel == channel]
    delays = sorted(
        item.delay for item in ledger if item.state != EXCLUDED and item.delay is not None
    )
    overdue = sum(item.state == OVERDUE for item in ledger)

    assert expected.numerator == sum(item.state == IN_TIME for item in ledger)
    assert expected.denominator == len(delays) + overdue
    assert not differs(expected.pending, sum(item.state == PENDING for item in ledger))
    assert not differs(expected.mean_first, fmean(delays) if delays else None)
    assert not differs(expected.median, float(median(delays)) if delays else None)
    assert not differs(expected.p90, delays[-(-9 * len(delays) // 10) - 1] if delays else None)


def test_a_mailbox_is_no_wall_of_examples_but_a_believable_export() -> None:
    sizes = {compose.__name__: len(compose().kept) for compose in ALL}

    assert len(sizes) >= 12
    assert {name: size for name, size in sizes.items() if not 8 <= size <= 40} == {}


# --- order, names and folders tell nothing ---------------------------------------------------------


def decided(found: Found) -> list[tuple[str, ...]]:
    """The requests without what the paths alone decide."""
    kept = (
        "message_id received_on received_at due_on state first_answer substantive_on delay nature service "
        "channel mentions excluded_because boxes"
    ).split()
    return sorted(tuple(str(request[name]) for name in kept) for request in found["requests"])


def shuffled(kept: Sequence[Kept], seed: int) -> list[Kept]:
    """The same mails in another order under names that tell nothing."""
    draw = random.Random(seed)
    mails = list(kept)
    draw.shuffle(mails)
    return [replace(mail, name=f"{draw.randrange(10**9):09}.eml") for mail in mails]


@pytest.mark.parametrize("name", NAMES)
@given(seed=st.integers(0, 10**6), parts=st.integers(1, 3))
@settings(max_examples=5)
def test_order_names_and_splitting_into_several_paths_change_no_request(
    name: str, seed: int, parts: int
) -> None:
    judged = replace(composed(name), form=EML)
    mails = shuffled(judged.kept, seed)
    shares = [share for share in (mails[part::parts] for part in range(parts)) if share]
    with TemporaryDirectory() as folder:
        found = run(Path(folder), judged, shares)

    assert decided(found) == decided(found_in(name))
    assert found["indicators"] == found_in(name)["indicators"]
