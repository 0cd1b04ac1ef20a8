"""When a message arrived: which clock is believed, and what is odd about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from mailwatch.instants import Instant, arrival, sending
from mailwatch.message import read
from mailwatch.model import Delivery, Grade, Hop, Institution, Message, Role
from tests.facts import PARIS, at
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
        (delivery(NINE), Grade.B),
        (replace(delivery(NINE), seen_live=True), Grade.A),
        (replace(delivery(NINE + timedelta(days=4)), seen_live=True), Grade.X),
        (replace(delivery(), seen_live=True), Grade.C),
    ],
    ids=[
        "a file",
        "a server's date",
        "a server's date, seen live",
        "seen live, but the servers contradict each other",
        "no server's date to have seen live",
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


def test_the_day_is_local_whatever_the_zone_of_the_server() -> None:
    found = arrived(hop(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)))

    assert found is not None
    assert found.at.date().isoformat() == "2026-03-03"
