"""The measures for Prometheus: written whole after each look, read by its own parser, and naming no person."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from mailwatch import daemon
from mailwatch.daemon.measuring import Counts, Family, Meter, counts, exposition
from mailwatch.daemon.turns import Turns
from mailwatch.errors import RefusedError, SettingsError
from mailwatch.model import Request
from mailwatch.register import AlertState, opened
from mailwatch.settings import load_site
from mailwatch.site import Intake, IntakeAddress, IntakeRole
from tests.bureau import DESK
from tests.facts import at
from tests.mails import mail, reply
from tests.servers.ports import free_port
from tests.test_daemon import ANSWER, MONDAY, QUESTION, Office, office

__all__ = ["office"]

TUESDAY = at("2026-03-10 12:00")

Values = dict[str, dict[frozenset[tuple[str, str]], float]]


def parsed(text: str) -> Values:
    """What Prometheus itself makes of a file: values by name and labels."""
    found: Values = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            values = found.setdefault(sample.name, {})
            labels = frozenset(sample.labels.items())
            assert labels not in values, f"{sample.name}{dict(labels)} twice"
            values[labels] = sample.value
    return found


def of(values: Mapping[frozenset[tuple[str, str]], float], **labels: str) -> float:
    """The value that has those labels, or the only one."""
    (value,) = (v for found, v in values.items() if set(labels.items()) <= found)
    return value


@pytest.fixture
def measured(office: Office, tmp_path: Path) -> Iterator[Office]:
    folder = tmp_path / "collecteur"
    folder.mkdir()
    office.site = replace(office.site, metrics=str(folder / "mailwatch.prom"))
    yield office
    # What was written beside its place is there no more.
    assert [path.name for path in folder.iterdir() if not path.is_dir()] in (["mailwatch.prom"], [])


def written(office: Office) -> Values:
    return parsed(Path(office.site.metrics).read_text("utf-8"))


# --- what is measured -----------------------------------------------------------------------------


def test_a_look_leaves_its_measures(measured: Office) -> None:
    measured.watched.mailbox.put(QUESTION, at(MONDAY))
    measured.watched.mailbox.put(ANSWER, at("2026-03-04 16:40"), folder="Envoyés")
    measured.watched.mailbox.put(
        mail("2026-03-02 10:00", "Où en est mon dossier ?", sender="k@orange.example"),
        at("2026-03-02 10:00"),
    )
    measured.once()

    found = written(measured)

    box = {"account": "préfecture", "folder": "INBOX"}
    assert of(found["mailwatch_look_timestamp_seconds"], **box) == TUESDAY.timestamp()
    assert of(found["mailwatch_written_timestamp_seconds"]) == TUESDAY.timestamp()
    assert of(found["mailwatch_folder_failing"], **box) == 0
    assert of(found["mailwatch_messages_awaiting"], **box) == 0
    assert of(found["mailwatch_sending_failing"]) == 0
    assert of(found["mailwatch_register_bytes"]) > 4_096
    assert of(found["mailwatch_register_free_bytes"]) > 0
    states = {dict(labels)["state"]: value for labels, value in found["mailwatch_requests"].items()}
    assert states == {"answered_in_time": 1, "overdue": 1}
    with opened(Path(measured.site.state), measured.key) as register:
        lines = register.lines_written()
    # The line that says that the service stops comes after.
    assert of(found["mailwatch_journal_lines_total"]) == lines - 1


def test_what_fails_is_measured(measured: Office) -> None:
    nowhere = replace(measured.site.accounts[0], name="ailleurs", port=free_port())
    measured.sink.answer = "451 4.3.0 plus tard"
    measured.clock.at = at("2026-03-30 08:00")
    measured.watched.mailbox.put(b"X: " + b"\0" * 9_000, at("2026-03-30 07:00"))
    measured.once(accounts=(*measured.site.accounts, nowhere))

    found = written(measured)

    failing = {
        dict(labels)["account"]: v for labels, v in found["mailwatch_folder_failing"].items()
    }
    assert failing == {"préfecture": 0, "ailleurs": 1}
    # Of a folder that nobody ever looked at there is no date, rather than a false one.
    assert {dict(labels)["account"] for labels in found["mailwatch_look_timestamp_seconds"]} == {
        "préfecture"
    }
    assert of(found["mailwatch_sending_failing"]) == 1
    assert of(found["mailwatch_alerts_waiting"]) == 1
    (labels,) = found["mailwatch_alert_timestamp_seconds"]
    assert dict(labels)["state"] in set(AlertState)


def test_what_the_mail_server_hands_over_is_measured_by_its_role(measured: Office) -> None:
    addresses = (
        IntakeAddress(address="recus@mailwatch.jura.gouv.fr", role=IntakeRole.INBOX),
        IntakeAddress(address="verif@jura.gouv.fr", role=IntakeRole.DRAFT),
    )
    measured.once(intake=Intake(addresses=addresses))

    assert "mailwatch_intake_timestamp_seconds" not in written(measured)


def test_gaps_and_a_clock_that_was_set_are_measured(measured: Office) -> None:
    measured.once()
    measured.clock.on(hours=3)
    measured.once()
    with opened(Path(measured.site.state), measured.key) as register:
        register.journal("clock", measured.clock(), seconds=3_600)
    measured.once()

    found = written(measured)

    box = {"account": "préfecture", "folder": "INBOX"}
    assert of(found["mailwatch_gaps"], **box) == 1
    assert of(found["mailwatch_unwatched_seconds"], **box) == 3 * 3_600
    assert of(found["mailwatch_clock_sets"]) == 1


def test_requests_are_counted_anew_when_there_is_news_and_on_another_day(
    measured: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    def noting(found: Sequence[Request]) -> Counts:
        asked.append(found)
        return counts(found)

    monkeypatch.setattr("mailwatch.daemon.measuring.counts", noting)
    measured.watched.mailbox.put(QUESTION, at(MONDAY))
    with opened(Path(measured.site.state), measured.key) as register:
        meter = Meter(site=measured.site, desk=DESK, register=register, version="1")
        for now in (TUESDAY, TUESDAY, TUESDAY + timedelta(days=1)):
            meter.write(now, timedelta(minutes=15))
        register.journal("start", TUESDAY)
        meter.write(TUESDAY + timedelta(days=1), timedelta(minutes=15))

    assert len(asked) == 3


# --- the file -------------------------------------------------------------------------------------


def test_the_exporter_s_account_may_read_it(measured: Office) -> None:
    before = os.umask(0o077)
    try:
        measured.once()
    finally:
        os.umask(before)

    assert stat.S_IMODE(Path(measured.site.metrics).stat().st_mode) == 0o644


def test_nobody_reads_half_of_it(measured: Office) -> None:
    measured.once()
    path = Path(measured.site.metrics)
    with path.open(encoding="utf-8") as reader:
        first = reader.read(100)
        measured.once()

        assert parsed(first + reader.read()).keys() == written(measured).keys()


def test_a_folder_that_is_not_there_is_told_and_nothing_else_is_held_up(measured: Office) -> None:
    measured.watched.mailbox.put(QUESTION, at(MONDAY))
    done = measured.once(metrics="/nulle/part/mailwatch.prom")

    assert done.polled.tally.recorded == 1
    (error,) = done.errors
    assert isinstance(error, RefusedError)
    assert "« textfile » dans « [metrics] »" in str(error)
    assert done.exit_code == 77


def test_a_place_that_is_taken_by_a_folder_leaves_nothing_beside_it(measured: Office) -> None:
    path = Path(measured.site.metrics)
    path.mkdir()

    assert measured.once().exit_code == 77
    assert [one.name for one in path.parent.iterdir()] == ["mailwatch.prom"]
    path.rmdir()


def test_the_service_measures_at_each_look_and_tries_rarely_what_fails(measured: Office) -> None:
    turns = Turns(every=timedelta(seconds=120), draw=lambda: 1.0)
    with measured.service(metrics="/nulle/part/mailwatch.prom") as duties:
        for _ in range(60):
            daemon._beat(duties, turns)
            measured.clock.on(seconds=120)
    assert measured.events().count("failure") < 15

    path = Path(measured.site.metrics)
    turns = Turns(every=timedelta(seconds=120), draw=lambda: 1.0)
    with measured.service() as duties:
        daemon._beat(duties, turns)
        first = path.stat().st_mtime_ns
        measured.clock.on(seconds=5)
        daemon._beat(duties, turns)
        assert path.stat().st_mtime_ns == first
        measured.clock.on(seconds=120)
        daemon._beat(duties, turns)
        assert path.stat().st_mtime_ns > first


def test_a_site_that_asks_for_no_measures_gets_none(office: Office) -> None:
    with office.service() as duties:
        duties.measure(TUESDAY)
        assert duties.meter is None


# --- the format -----------------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20)


@given(
    account=WORDS,
    folder=WORDS,
    words=WORDS,
    value=st.floats(allow_nan=False) | st.integers(0, 10**15),
)
def test_whatever_the_names_prometheus_reads_what_was_meant(
    account: str, folder: str, words: str, value: float
) -> None:
    family = Family(
        name="mailwatch_x", help=words, samples=(({"account": account, "folder": folder}, value),)
    )

    text = exposition([family])

    (read,) = text_string_to_metric_families(text)
    (sample,) = read.samples
    assert sample.labels == {"account": account, "folder": folder}
    assert math.isclose(sample.value, value) or sample.value == value
    assert len(text.split("\n")) == 4


def test_a_measure_without_a_value_is_left_out() -> None:
    assert exposition([Family(name="x", help="y", samples=())]) == ""


# --- settings -------------------------------------------------------------------------------------


def test_the_settings_name_the_file_from_their_own_folder(tmp_path: Path) -> None:
    file = tmp_path / "mailwatch.toml"
    file.write_text('[metrics]\ntextfile = "mailwatch.prom"\n', "utf-8")

    assert load_site(file).metrics == str(tmp_path / "mailwatch.prom")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('textfile = "mesures.txt"', "doit finir par « .prom »"),
        ("", "« textfile » manque"),
        ('path = "x.prom"', "vouliez-vous dire « textfile »"),
        ('textfile = ""', "un texte qui ne soit pas vide"),
    ],
)
def test_a_file_that_the_collector_would_not_read_is_a_fault(
    tmp_path: Path, text: str, fault: str
) -> None:
    file = tmp_path / "mailwatch.toml"
    file.write_text(f"[metrics]\n{text}\n", "utf-8")

    with pytest.raises(SettingsError, match=fault):
        load_site(file)


# --- no person ------------------------------------------------------------------------------------

TOKENS = [f"zqcanari{number:02}xw" for number in range(50)]


def planted() -> Iterator[tuple[str, bytes]]:
    """Questions and answers in which each place that a person fills holds a token."""
    left = iter(TOKENS)
    for number in range(5):
        word = [next(left) for _ in range(10)]
        citizen = f"{word[0]} {word[1]} <{word[2]}@{word[3]}.example>"
        text = f"Bonjour,\n\nJ’habite 3 rue {word[4]} à {word[5]}, dossier {word[6]}.\n\nMerci."
        yield (
            "INBOX",
            mail(MONDAY, text, sender=citizen, subject=f"Dossier {word[7]} {word[8]}",
                 message_id=f"<q{number}@mail.example>"),
        )  # fmt: skip
        yield (
            "Envoyés",
            reply("2026-03-04 16:40", to=citizen, references=f"<q{number}@mail.example>",
                  signature=f"Cordialement,\n\n{word[9].title()} Durand\nPréfecture du Jura"),
        )  # fmt: skip


def test_no_token_of_fifty_is_in_the_measures_or_the_log(
    measured: Office,
) -> None:
    raws = list(planted())
    assert sum(token.encode() in b"".join(raw for _, raw in raws).lower() for token in TOKENS) == 50
    for folder, raw in raws:
        measured.watched.mailbox.put(raw, at(MONDAY), folder=folder)
    measured.watched.mailbox.put(b"X: " + TOKENS[-1].encode() + b"\0" * 9_000, at(MONDAY))
    measured.once()
    _shut(measured)
    measured.once()

    told = Path(measured.site.metrics).read_text("utf-8") + measured.written.getvalue()
    assert not [token for token in TOKENS if token in told.lower()]
    assert json.loads(measured.written.getvalue().splitlines()[0])


def _shut(office: Office) -> None:
    """From now on the server turns the account away, in words that quote a person."""
    office.watched.wiretap.bend = lambda _: f"* BYE {TOKENS[0]}\r\n".encode()
    office.watched.wiretap.hang_up()
