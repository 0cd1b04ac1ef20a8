"""When a message arrived: which clock is believed, and what is odd about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.instants import Instant, arrival, corroborated, sending
from mailwatch.message import read
from mailwatch.model import Delivery, Fact, Grade, Hop, Institution, Message, Role, Span
from tests.facts import PARIS, at, incoming
from tests.mails import mail

NINE = at("2026-03-02 09:00")
LATER = at("2026-03-04 10:00")


def message(*hops: Hop, dated_at: datetime | None = NINE) -> Message:
    found = read(delivery())
    assert isinstance(found, Message)
    return replace(found, hops=hops, dated_at=dated_at)


def delivery(server_at: datetime | None = None) -> Delivery:
    raw = mail("2026-03-02 09:00", "Bonjour")
    return Delivery(raw=raw, file="1.eml", role=Role.INBOX, server_at=server_at)


def looked(server_at: datetime, unseen_at: datetime | None, seen_at: datetime) -> Delivery:
    """Found by the look of `seen_at`, and not by that of `unseen_at`."""
    return replace(delivery(server_at), unseen_at=unseen_at, seen_at=seen_at)


def hop(when: datetime | None, by: str = "mta.jura.gouv.fr") -> Hop:
    return Hop(by=by, at=when)


def arrived(
    *hops: Hop,
    server_at: datetime | None = None,
    dated_at: datetime | None = NINE,
    relays: tuple[str, ...] = (),
    zone: ZoneInfo = PARIS,
) -> Instant | None:
    institution = Institution(trusted_relays=relays)
    return arrival(message(*hops, dated_at=dated_at), delivery(server_at), institution, zone)


def test_the_topmost_hop_counts() -> None:
    found = arrived(hop(NINE), hop(at("2020-01-01 00:00")))

    assert found == Instant(at=NINE, grade=Grade.C)


@pytest.mark.parametrize(
    ("relays", "expected"),
    [
        ((), LATER),
        (("mta.jura.gouv.fr",), NINE),
        (("autre.jura.gouv.fr",), at("2026-03-03 08:00")),
    ],
    ids=["no relay named", "the named relay", "a relay that never signed"],
)
def test_the_topmost_hop_of_a_trusted_relay_counts_else_the_server_s_date(
    relays: tuple[str, ...], expected: datetime
) -> None:
    found = arrived(
        hop(LATER, by="archive.example"),
        hop(NINE, by="MTA.jura.gouv.fr"),
        server_at=at("2026-03-03 08:00"),
        relays=relays,
    )

    assert found is not None
    assert found.at == expected


def test_a_topmost_hop_without_a_readable_date_is_not_replaced_by_an_inner_one() -> None:
    found = arrived(hop(None), hop(at("2020-01-01 00:00")))

    assert found is not None
    assert (found.at, found.findings) == (NINE, ("date_field_only",))


def test_nothing_is_invented_when_no_clock_speaks() -> None:
    assert arrived(dated_at=None) is None
    assert sending(message(dated_at=None), delivery(), Institution(), PARIS) is None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (delivery(), Grade.C),
        (delivery(NINE), Grade.C),
        (looked(NINE, None, NINE + timedelta(days=9)), Grade.C),
        (looked(NINE, NINE - timedelta(days=9), NINE + timedelta(hours=1)), Grade.B),
        (looked(NINE, NINE + timedelta(seconds=40), NINE + timedelta(hours=1)), Grade.B),
        (looked(NINE, NINE + timedelta(hours=1), NINE + timedelta(hours=2)), Grade.C),
        (looked(NINE, NINE - timedelta(days=9), NINE - timedelta(hours=1)), Grade.X),
        (replace(delivery(NINE), seen_live=True), Grade.A),
        (replace(delivery(NINE + timedelta(days=4)), seen_live=True), Grade.X),
        (replace(delivery(), seen_live=True), Grade.C),
        (replace(delivery(NINE + timedelta(days=4)), handed_over=True), Grade.A),
    ],
    ids=[
        "a file",
        "a server's date, and nobody looked",
        "found by the first look",
        "between two looks far from each other",
        "between two looks, clocks a little apart",
        "from before a look that did not find it",
        "from after the look that found it",
        "a server's date, seen live",
        "seen live, but the servers contradict each other",
        "no server's date to have seen live",
        "handed over by the mail server, after days in its queue",
    ],
)
def test_an_arrival_is_attested_by_where_it_was_found_and_when(
    found: Delivery, expected: Grade
) -> None:
    instant = arrival(message(hop(NINE)), found, Institution(), PARIS)

    assert instant is not None
    assert (instant.at, instant.grade) == (NINE, expected)


def test_a_sent_copy_seen_live_is_attested_as_well_as_an_arrival() -> None:
    live = replace(delivery(LATER), seen_live=True)

    found = sending(message(), live, Institution(), PARIS)

    assert found == Instant(at=LATER, grade=Grade.A, findings=("date_differs",))


# --- where instants disagree on a day -------------------------------------------------------------


def days(first: str, last: str) -> Span:
    return Span(earliest_on=date.fromisoformat(first), latest_on=date.fromisoformat(last))


def test_an_arrival_may_be_of_any_day_between_the_dates_of_two_servers() -> None:
    found = arrived(hop(NINE), server_at=at("2026-03-06 09:00"))

    assert found is not None
    assert found.span == days("2026-03-02", "2026-03-06")


def test_two_servers_on_either_side_of_midnight_leave_two_days() -> None:
    found = arrived(hop(at("2026-03-02 23:59")), server_at=at("2026-03-03 00:01"))

    assert found is not None
    assert (found.grade, found.span) == (Grade.C, days("2026-03-02", "2026-03-03"))


def test_what_the_sender_wrote_never_opens_the_day_of_an_arrival() -> None:
    found = arrived(hop(NINE), server_at=NINE, dated_at=at("2026-02-20 09:00"))

    assert found is not None
    assert (found.grade, found.span) == (Grade.C, None)


SENT = "2026-03-02"
"""The day that the server gives to the sent copies below."""


@pytest.mark.parametrize(
    ("dated_at", "unseen_at", "seen_at", "grade", "span"),
    [
        ("2026-03-02 08:59", None, None, "C", None),
        ("2026-02-27 17:00", None, None, "C", None),
        ("2026-03-02 11:30", None, None, "C", None),
        ("2026-03-03 08:00", None, None, "C", days(SENT, "2026-03-03")),
        ("2026-03-09 08:00", None, None, "X", days(SENT, "2026-03-09")),
        ("2026-03-02 09:00", None, "2026-04-01 08:00", "C", None),
        ("2026-03-02 09:00", "2026-03-01 08:00", "2026-03-06 08:00", "B", None),
        ("2026-03-02 09:00", "2026-03-02 12:00", "2026-03-02 12:02", "C", None),
        ("2026-03-02 09:00", "2026-03-06 08:00", "2026-03-06 08:02", "X", days(SENT, "2026-03-06")),
        ("2150-01-01 09:00", "2026-03-06 08:00", "2026-03-06 08:02", "X", days(SENT, "2026-03-06")),
        ("2150-01-01 09:00", None, "2026-03-02 12:00", "C", None),
    ],
    ids=[
        "written and sent at once",
        "written before the weekend, sent after",
        "dated two hours after the server's date",
        "dated on the day after",
        "dated a week after",
        "found by the first look, weeks later",
        "within an interruption",
        "filed three hours later, on the same day",
        "filed four days later",
        "the same, from a machine whose clock is wrong",
        "a clock that is wrong, and a look that is not",
    ],
)
def test_a_sent_copy_is_no_older_than_its_date_field_nor_than_a_look_that_did_not_find_it(
    dated_at: str, unseen_at: str | None, seen_at: str | None, grade: str, span: Span | None
) -> None:
    found = sending(
        message(dated_at=at(dated_at)),
        replace(
            delivery(NINE),
            unseen_at=at(unseen_at) if unseen_at else None,
            seen_at=at(seen_at) if seen_at else None,
        ),
        Institution(),
        PARIS,
    )

    assert found is not None
    assert (found.at, found.grade.value, found.span) == (NINE, grade, span)


def test_a_journal_copy_of_an_answer_has_the_date_of_the_server_it_went_through() -> None:
    copy = looked(at("2026-03-02 09:01"), at("2026-03-06 08:00"), at("2026-03-06 08:02"))

    found = sending(message(hop(NINE), dated_at=at("2026-03-05 09:00")), copy, Institution(), PARIS)

    assert found is not None
    assert (found.grade, found.span) == (Grade.C, None)


instants = st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 9), timezones=st.just(PARIS))  # noqa: DTZ001  # bounds without a zone, as drawn
perhaps = st.none() | instants


@given(perhaps, perhaps, perhaps, perhaps, perhaps, st.booleans(), st.booleans())
def test_the_days_that_the_instants_allow_hold_the_one_that_counts(
    received: datetime | None,
    server_at: datetime | None,
    dated_at: datetime | None,
    unseen_at: datetime | None,
    seen_at: datetime | None,
    live: bool,  # noqa: FBT001  # drawn
    sent: bool,  # noqa: FBT001
) -> None:
    found = (sending if sent else arrival)(
        message(*([hop(received)] if received else []), dated_at=dated_at),
        replace(delivery(server_at), seen_live=live, unseen_at=unseen_at, seen_at=seen_at),
        Institution(),
        PARIS,
    )

    if found is None:
        assert received is server_at is dated_at is None
    elif found.span is not None:
        assert found.span.earliest_on <= found.at.date() <= found.span.latest_on
        assert found.span.earliest_on < found.span.latest_on
        assert found.at.date() == found.span.earliest_on or not sent or received is not None


# --- copies ---------------------------------------------------------------------------------------


def attested(grade: Grade, span: Span | None = None, day: int = 2) -> Fact:
    return replace(incoming(f"2026-03-0{day} 09:12"), grade=grade, span=span)


def test_a_copy_seen_live_attests_what_another_copy_leaves_open() -> None:
    opened = attested(Grade.X, days("2026-03-02", "2026-03-09"))

    found = corroborated(opened, [attested(Grade.A)])

    assert (found.grade, found.span) == (Grade.A, None)


def test_copies_leave_the_days_that_all_of_them_allow() -> None:
    opened = attested(Grade.C, days("2026-03-01", "2026-03-05"))

    found = corroborated(opened, [attested(Grade.B, days("2026-03-02", "2026-03-09"), day=7)])

    assert (found.grade, found.span) == (Grade.B, days("2026-03-02", "2026-03-05"))


def test_a_copy_of_another_day_is_a_delivery_of_its_own() -> None:
    opened = attested(Grade.C)

    assert corroborated(opened, [attested(Grade.A, day=4)]) is opened


def test_a_copy_that_adds_nothing_changes_nothing() -> None:
    opened = attested(Grade.A)

    assert corroborated(opened, [attested(Grade.C)]) is opened
    assert corroborated(opened, []) is opened


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    day = draw(st.integers(1, 9))
    before, after = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    on = date(2026, 3, day)
    span = Span(earliest_on=on - timedelta(days=before), latest_on=on + timedelta(days=after))
    return attested(draw(st.sampled_from(Grade)), span if before or after else None, day)


def _width(fact: Fact) -> int:
    return (fact.span.latest_on - fact.span.earliest_on).days if fact.span else 0


@given(facts(), st.lists(facts(), max_size=4), facts())
def test_one_more_copy_never_opens_more_days_nor_lowers_the_grade(
    fact: Fact, copies: list[Fact], further: Fact
) -> None:
    before, after = corroborated(fact, copies), corroborated(fact, [*copies, further])

    assert _width(after) <= _width(before) <= _width(fact)
    assert "ABCX".index(after.grade) <= "ABCX".index(before.grade)
    assert after.span is None or after.span.earliest_on <= fact.at.date() <= after.span.latest_on
    assert corroborated(fact, [further, *copies]) == after


def test_server_dates_a_day_apart_contradict_each_other() -> None:
    found = arrived(hop(NINE), server_at=NINE + timedelta(days=4))

    assert found is not None
    assert (found.at, found.grade, found.findings) == (NINE, Grade.X, ("instants_contradict",))


def test_a_date_field_far_from_the_arrival_is_flagged_and_changes_nothing() -> None:
    found = arrived(hop(NINE), dated_at=at("2050-04-01 09:00"))

    assert found is not None
    assert (found.at, found.grade, found.findings) == (NINE, Grade.C, ("date_differs",))


def test_an_instant_without_zone_is_local_to_the_territory() -> None:
    tahiti = ZoneInfo("Pacific/Tahiti")
    found = arrived(dated_at=datetime(2026, 3, 2, 9, 0), zone=tahiti)  # noqa: DTZ001  # the case itself

    assert found is not None
    assert found.at == datetime(2026, 3, 2, 9, 0, tzinfo=tahiti)


@pytest.mark.parametrize("year", [1, 9999])
def test_an_instant_at_the_end_of_time_stays_as_it_came(year: int) -> None:
    offset = timezone(timedelta(hours=14 if year == 1 else -12))
    edge = datetime(
        year, 1 if year == 1 else 12, 1 if year == 1 else 31, 12 if year > 1 else 0, tzinfo=offset
    )
    found = arrived(hop(edge), dated_at=None)

    assert found is not None
    assert found.at == edge


def test_a_sent_copy_is_dated_by_the_server_else_by_its_date_field_without_a_flag() -> None:
    by_server = sending(message(), delivery(LATER), Institution(), PARIS)
    by_field = sending(message(), delivery(), Institution(), PARIS)

    assert by_server is not None
    assert by_server.at == LATER
    assert by_field == Instant(at=NINE, grade=Grade.C)


def test_a_sent_copy_without_a_date_field_has_the_server_s_date_alone() -> None:
    found = sending(message(dated_at=None), delivery(LATER), Institution(), PARIS)

    assert found is not None
    assert (found.at, found.findings, found.span) == (LATER, (), None)


def test_the_day_is_local_whatever_the_zone_of_the_server() -> None:
    found = arrived(hop(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)))

    assert found is not None
    assert found.at.date().isoformat() == "2026-03-03"
