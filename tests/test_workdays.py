"""Working days and deadlines: worked examples, the official calendar, laws that always hold."""

from __future__ import annotations

import csv
import os
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwatch.model import Convention
from mailwatch.workdays import (
    MAX_DAYS,
    Calendar,
    Territory,
    closure,
    delay,
    due_on,
    easter_sunday,
    explain,
    find_custom,
    find_territory,
    local_date,
    next_working,
    nth_working,
    read_territories,
    zone,
)

REPOSITORY = Path(__file__).parent.parent
TABLE = tomllib.loads((REPOSITORY / "rules" / "calendars.toml").read_text(encoding="utf-8"))
TERRITORIES = read_territories(TABLE)
STRICT, ROLLED = Convention.STRICT, Convention.ROLLED


def calendar(code: str, *, closed: str = "", opened: str = "", customary: str = "") -> Calendar:
    return Calendar(
        territory=find_territory(TERRITORIES, code),
        closed=frozenset(map(date.fromisoformat, closed.split())),
        opened=frozenset(map(date.fromisoformat, opened.split())),
        customary=tuple(filter(None, customary.split(", "))),
    )


def on(text: str) -> date:
    return date.fromisoformat(text)


# --- worked examples ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "code", "strict_5", "strict_10", "rolled_5"),
    [
        ("2026-03-02", "75", "2026-03-09", "2026-03-16", "2026-03-09"),  # a plain week
        ("2026-03-06", "75", "2026-03-13", "2026-03-20", "2026-03-13"),  # Friday, after hours
        ("2026-03-07", "75", "2026-03-13", "2026-03-20", "2026-03-16"),  # Saturday
        ("2026-04-02", "75", "2026-04-10", "2026-04-17", "2026-04-10"),  # Easter Monday
        ("2026-04-03", "57", "2026-04-13", "2026-04-20", "2026-04-14"),  # Good Friday in Moselle
        ("2026-05-07", "75", "2026-05-18", "2026-05-26", "2026-05-18"),  # 8 May, Ascension, Whit
        ("2026-05-13", "75", "2026-05-21", "2026-05-29", "2026-05-21"),
        ("2026-05-20", "972", "2026-05-29", "2026-06-05", "2026-05-29"),  # abolition, 22 May
        ("2026-12-24", "75", "2027-01-04", "2027-01-11", "2027-01-04"),  # over the New Year
        ("2026-12-18", "974", "2026-12-28", "2027-01-05", "2026-12-28"),  # abolition on a Sunday
    ],
)
def test_the_worked_examples_of_the_label(
    received: str, code: str, strict_5: str, strict_10: str, rolled_5: str
) -> None:
    days = calendar(code)
    assert due_on(days, on(received), 5, STRICT) == on(strict_5)
    assert due_on(days, on(received), 10, STRICT) == on(strict_10)
    assert due_on(days, on(received), 5, ROLLED) == on(rolled_5)


@pytest.mark.parametrize(
    ("received", "days", "due", "why"),
    [
        ("2025-03-07", 5, "2025-03-14", "a Friday, whenever it was imported"),
        ("2025-03-03", 5, "2025-03-10", "whole days, not forty office hours"),
        ("2026-06-13", 5, "2026-06-19", "a Saturday is day 0"),
        ("2025-06-03", 5, "2025-06-11", "Whit Monday"),
        ("2025-10-24", 1, "2025-10-27", "the night when clocks go back"),
        ("2025-05-26", 5, "2025-06-03", "Ascension"),
        ("2025-05-26", 10, "2025-06-11", "Ascension and Whit Monday"),
        ("2026-05-12", 5, "2026-05-20", "Ascension"),
        ("2026-05-18", 5, "2026-05-26", "Whit Monday"),
        ("2025-12-24", 1, "2025-12-26", "the day after Christmas works"),
    ],
)
def test_cases_that_other_tools_get_wrong(received: str, days: int, due: str, why: str) -> None:
    assert due_on(calendar("39"), on(received), days, STRICT) == on(due), why


def test_alsace_and_moselle_keep_the_day_after_christmas() -> None:
    for code in ("57", "67", "68"):
        assert due_on(calendar(code), on("2025-12-24"), 1, STRICT) == on("2025-12-29")


def test_a_closure_declared_once_runs_over_the_new_year() -> None:
    shut = " ".join(str(on("2025-12-24") + timedelta(n)) for n in range(10))
    assert due_on(calendar("39", closed=shut), on("2025-12-23"), 1, STRICT) == on("2026-01-05")


# --- why a day is closed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "day", "why"),
    [
        ("39", "2026-03-03", None),
        ("39", "2026-03-07", "samedi"),
        ("39", "2026-03-08", "dimanche"),
        ("39", "2026-04-06", "lundi de Pâques"),
        ("39", "2026-05-14", "Ascension"),
        ("39", "2026-05-25", "lundi de Pentecôte"),
        ("39", "2026-11-01", "dimanche (Toussaint)"),
        ("39", "2008-05-01", "1er mai et Ascension"),
        ("39", "2026-04-03", None),
        ("68", "2026-04-03", "Vendredi saint"),
        ("68", "2025-12-26", "26 décembre"),
        ("976", "2026-04-27", "abolition de l’esclavage"),
        ("978", "2015-05-27", "abolition de l’esclavage"),
        ("978", "2026-05-27", None),
        ("978", "2026-05-28", "abolition de l’esclavage"),
        ("39", "1965-05-08", "samedi"),  # 8 May was no public holiday from 1960 to 1981
        ("39", "1967-05-08", None),
        ("39", "1957-05-08", "8 mai"),
        ("39", "1793-07-15", None),
        ("39", "2126-07-14", "dimanche (14 juillet)"),
        ("971", "2026-03-12", None),  # Mi-Carême is kept only where the services say so
    ],
)
def test_why_a_day_is_closed(code: str, day: str, why: str | None) -> None:
    assert closure(calendar(code), on(day)) == why


def test_a_site_closes_and_opens_its_own_days() -> None:
    days = calendar("39", closed="2026-05-15 2026-05-16", opened="2026-05-25 2026-06-06 2026-06-07")
    assert closure(days, on("2026-05-15")) == "fermeture locale"
    assert closure(days, on("2026-05-16")) == "samedi"
    assert closure(days, on("2026-05-25")) is None, "an opened public holiday works"
    assert closure(days, on("2026-06-06")) is None, "an opened Saturday works"
    assert closure(days, on("2026-06-07")) is None


def test_a_day_both_opened_and_closed_is_closed() -> None:
    both = calendar("39", closed="2026-05-15", opened="2026-05-15")
    assert closure(both, on("2026-05-15")) == "fermeture locale"


@pytest.mark.parametrize(
    ("code", "custom", "day", "why"),
    [
        ("971", "Mi-Carême", "2026-03-12", "mi-carême"),
        ("971", "vendredi saint", "2026-04-03", "Vendredi saint"),
        ("972", "Mardi gras", "2026-02-17", "mardi gras"),
        ("973", "mercredi des cendres", "2026-02-18", "mercredi des Cendres"),
        ("978", "Fete de Victor Schoelcher", "2026-07-21", "fête de Victor Schœlcher"),
        ("987", "Matari'i", "2026-11-20", "Matāri’i"),
        ("987", "Matari'i", "2024-11-20", None),  # first kept in 2025
        ("987", "fête de l'autonomie", "2023-06-29", "fête de l’autonomie"),
        ("987", "fête de l'autonomie", "2026-06-29", None),  # no longer kept since
        ("988", "Fête de la citoyenneté", "2026-09-24", "fête de la citoyenneté"),
        ("986", "Saint-Pierre-Chanel", "2026-04-28", "Saint-Pierre-Chanel"),
    ],
)
def test_a_customary_day_closes_the_services_that_keep_it(
    code: str, custom: str, day: str, why: str | None
) -> None:
    assert closure(calendar(code, customary=custom), on(day)) == why
    assert closure(calendar(code), on(day)) is None


def test_easter_falls_where_the_church_has_it() -> None:
    early, late = "1818-03-22 2008-03-23 2285-03-22", "1943-04-25 2000-04-23 2038-04-25"
    exceptions = "1954-04-18 1981-04-19 2049-04-18 2076-04-19"  # of the tables before Gauss
    for text in f"{early} {late} {exceptions} 2026-04-05".split():
        assert easter_sunday(on(text).year) == on(text)


# --- finding working days -------------------------------------------------------------------------


def test_the_next_working_day_may_be_the_day_itself() -> None:
    days = calendar("39")
    assert next_working(days, on("2026-05-13")) == on("2026-05-13")
    assert next_working(days, on("2026-05-14")) == on("2026-05-15")
    assert next_working(days, on("2026-05-23")) == on("2026-05-26")


def test_the_nth_working_day_is_counted_from_the_morrow() -> None:
    days = calendar("39")
    assert nth_working(days, on("2026-05-16"), 0) == on("2026-05-16")
    assert nth_working(days, on("2026-05-16"), 1) == on("2026-05-18")
    assert nth_working(days, on("2025-12-31"), 1) == on("2026-01-02")
    with pytest.raises(ValueError, match="négatif"):
        nth_working(days, on("2026-05-16"), -1)


@pytest.mark.parametrize(
    ("received", "replied", "strict", "rolled"),
    [
        ("2026-03-06", "2026-03-05", 0, 0),  # a clock is wrong: never less than nothing
        ("2026-03-06", "2026-03-06", 0, 0),
        ("2026-03-06", "2026-03-07", 1, 1),  # on a Saturday: the rank of Monday
        ("2026-03-06", "2026-03-09", 1, 1),
        ("2026-03-07", "2026-03-08", 1, 0),
        ("2026-03-07", "2026-03-09", 1, 0),  # rolled: Monday is the day of reception
        ("2026-03-07", "2026-03-13", 5, 4),
        ("2026-03-07", "2026-03-14", 6, 5),
        ("2026-05-13", "2026-05-15", 1, 1),
        ("2026-12-30", "2027-01-04", 2, 2),
        ("2024-12-31", "2026-01-02", 252, 252),
    ],
)
def test_a_delay_is_the_rank_of_the_working_day(
    received: str, replied: str, strict: int, rolled: int
) -> None:
    assert delay(calendar("39"), on(received), on(replied), STRICT) == strict
    assert delay(calendar("39"), on(received), on(replied), ROLLED) == rolled


def test_a_reply_on_the_fifth_working_day_is_in_time_until_midnight() -> None:
    paris = zone(TERRITORIES["39"])
    due = due_on(calendar("39"), on("2026-04-30"), 5, STRICT)
    last = local_date(datetime(2026, 5, 11, 23, 59, 59, tzinfo=paris), paris)
    late = local_date(datetime(2026, 5, 12, 0, 0, 1, tzinfo=paris), paris)
    assert due == on("2026-05-11")  # 1 May and 8 May are closed
    assert last <= due < late


# --- explaining -----------------------------------------------------------------------------------


def told(
    days: Calendar, received: str, n: int, convention: Convention
) -> list[tuple[str, bool, str]]:
    deadline = explain(days, on(received), n, convention)
    return [(day.on.isoformat()[5:], day.counts, day.why) for day in deadline.days]


def test_a_deadline_is_explained_day_by_day() -> None:
    assert told(calendar("39", closed="2026-05-15"), "2026-05-12", 3, STRICT) == [
        ("05-12", False, "jour de réception"),
        ("05-13", True, "1er jour ouvré"),
        ("05-14", False, "Ascension"),
        ("05-15", False, "fermeture locale"),
        ("05-16", False, "samedi"),
        ("05-17", False, "dimanche"),
        ("05-18", True, "2e jour ouvré"),
        ("05-19", True, "3e jour ouvré"),
    ]


def test_an_opened_holiday_counts_and_says_so() -> None:
    assert told(calendar("39", opened="2026-05-25"), "2026-05-22", 1, STRICT)[-1] == (
        "05-25",
        True,
        "1er jour ouvré (ouverture locale)",
    )


def test_a_reception_moved_to_monday_is_told_as_such() -> None:
    assert told(calendar("39"), "2026-03-07", 1, STRICT) == [
        ("03-07", False, "jour de réception (samedi)"),
        ("03-08", False, "dimanche"),
        ("03-09", True, "1er jour ouvré"),
    ]
    assert told(calendar("39"), "2026-03-07", 1, ROLLED) == [
        ("03-07", False, "jour de réception (samedi), reportée au jour ouvré suivant"),
        ("03-08", False, "dimanche"),
        ("03-09", False, "jour de réception après report"),
        ("03-10", True, "1er jour ouvré"),
    ]


# --- time zones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "instant", "day"),
    [
        ("39", "2025-06-02T22:30:00+00:00", "2025-06-03"),  # half past midnight in Paris
        ("39", "2026-10-25T00:30:00+00:00", "2026-10-25"),  # 02:30, the first time
        ("39", "2026-10-25T01:30:00+00:00", "2026-10-25"),  # 02:30 again
        ("39", "2026-03-29T01:00:00+00:00", "2026-03-29"),  # 03:00, 02:30 never was
        ("39", "2026-03-06T22:59:59+00:00", "2026-03-06"),
        ("39", "2026-03-06T23:00:00+00:00", "2026-03-07"),
        ("971", "2026-03-07T03:59:59+00:00", "2026-03-06"),
        ("972", "2026-03-07T04:00:00+00:00", "2026-03-07"),
        ("973", "2026-03-07T02:59:59+00:00", "2026-03-06"),
        ("974", "2026-03-06T20:00:00+00:00", "2026-03-07"),
        ("975", "2026-03-07T02:59:59+00:00", "2026-03-06"),
        ("976", "2026-03-06T21:00:00+00:00", "2026-03-07"),
        ("977", "2026-03-07T03:59:59+00:00", "2026-03-06"),
        ("978", "2026-03-07T04:00:00+00:00", "2026-03-07"),
        ("986", "2026-03-06T12:00:00+00:00", "2026-03-07"),
        ("987", "2026-03-07T09:59:59+00:00", "2026-03-06"),
        ("988", "2026-03-06T13:00:00+00:00", "2026-03-07"),
    ],
)
def test_each_territory_has_its_own_midnight(code: str, instant: str, day: str) -> None:
    there = zone(TERRITORIES[code])
    assert local_date(datetime.fromisoformat(instant), there) == on(day)


def test_a_site_may_have_another_clock_than_its_territory() -> None:
    assert zone(TERRITORIES["987"], "Pacific/Marquesas").key == "Pacific/Marquesas"


def test_an_instant_without_offset_is_local_already() -> None:
    assert local_date(datetime.fromisoformat("2026-03-06T23:59"), ZoneInfo("Pacific/Noumea")) == on(
        "2026-03-06"
    )


def test_the_ends_of_time_have_a_date_too() -> None:
    noumea, tahiti = ZoneInfo("Pacific/Noumea"), ZoneInfo("Pacific/Tahiti")
    assert local_date(datetime.max.replace(tzinfo=UTC), noumea) == date.max
    assert local_date(datetime.min.replace(tzinfo=UTC), tahiti) == date.min


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("Europe/Pari", "Europe/Paris"),
        ("paris", "Europe/Paris"),
        ("Indian/Réunion", "Indian/Reunion"),
        ("Europe", "«"),
        ("../../etc/passwd", "Europe/Paris"),
        ("x" * 5000, "Europe/Paris"),
        ("\x00", "Europe/Paris"),
    ],
)
def test_an_unknown_time_zone_names_the_nearest(wrong: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"fuseau horaire .*{near}"):
        zone(TERRITORIES["39"], wrong)


# --- finding territories and customs --------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("39", "39"),
        ("1", "01"),
        ("01", "01"),
        ("2a", "2A"),
        ("2B", "2B"),
        ("069", "69"),
        (" 75 ", "75"),
        ("971", "971"),
        ("Jura", "39"),
        ("jura", "39"),
        ("Haute-Corse", "2B"),
        ("haute corse", "2B"),
        ("COTES D'ARMOR", "22"),
        ("La Réunion", "974"),
        ("reunion", "974"),
        ("Polynésie Française", "987"),
        ("Val-d'Oise", "95"),
        ("saint barthelemy", "977"),
        ("Territoire-de-Belfort", "90"),
    ],
)
def test_a_territory_is_found_by_code_or_name(asked: str, code: str) -> None:
    assert find_territory(TERRITORIES, asked).code == code


@pytest.mark.parametrize(
    ("asked", "advice"),
    [
        ("Jurra", "« 39 » \\(Jura\\)"),
        ("Haute-Corce", "« 2B »"),
        ("Mozelle", "« 57 »"),
        ("20", "« 2A » ou « 2B »"),
        ("99", "code de département"),
        ("", "code de département"),
        ("979", "code de département"),
        ("9" * 100_000, "code de département"),
        ("\ud800", "code de département"),
        ("²", "code de département"),
    ],
)
def test_an_unknown_territory_names_the_nearest(asked: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice) as refusal:
        find_territory(TERRITORIES, asked)
    assert len(str(refusal.value)) < 200


def test_every_territory_of_the_republic_is_there() -> None:
    metropole = {f"{n:02}" for n in range(1, 96) if n != 20} | {"2A", "2B"}
    assert set(TERRITORIES) == metropole | {str(n) for n in (*range(971, 979), 986, 987, 988)}
    assert len({territory.name for territory in TERRITORIES.values()}) == len(TERRITORIES)
    for code, territory in TERRITORIES.items():
        assert territory.code == code
        assert zone(territory).key == territory.timezone


def test_an_unknown_custom_names_the_nearest_or_all() -> None:
    with pytest.raises(ValueError, match="vouliez-vous dire « mi-carême »"):
        calendar("971", customary="mi-caremme")
    with pytest.raises(ValueError, match="jours connus : lundi gras, mardi gras"):
        calendar("971", customary="Noël orthodoxe")
    with pytest.raises(ValueError, match=r"Jura .* aucun"):
        calendar("39", customary="mardi gras")


def test_every_custom_is_found_by_its_own_name() -> None:
    for territory in TERRITORIES.values():
        for day in territory.customary:
            assert day in find_custom(territory, day.name)


# --- oracles --------------------------------------------------------------------------------------

ZONES = {
    "Métropole": "75",
    "Alsace-Moselle": "68",
    "Guadeloupe": "971",
    "Martinique": "972",
    "Guyane": "973",
    "La Réunion": "974",
    "Saint-Pierre-et-Miquelon": "975",
    "Mayotte": "976",
    "Saint-Barthélémy": "977",
    "Saint-Martin": "978",
    "Wallis-et-Futuna": "986",
    "Polynésie Française": "987",
    "Nouvelle-Calédonie": "988",
}


def weekday_holidays(days: Calendar, year: int) -> set[date]:
    """The weekdays that a calendar closes: a public holiday on a week-end closes nothing more."""
    whole = (date(year, 1, 1) + timedelta(n) for n in range(366))
    return {d for d in whole if d.year == year and d.weekday() < 5 and closure(days, d)}


def named_holidays(days: Calendar, year: int) -> set[date]:
    whole = (date(year, 1, 1) + timedelta(n) for n in range(366))
    return {
        d for d in whole if d.year == year and closure(days, d) not in (None, "samedi", "dimanche")
    }


def official(path: Path) -> Mapping[tuple[str, int], set[date]]:
    found: dict[tuple[str, int], set[date]] = defaultdict(set)
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            day = date.fromisoformat(row["date"])
            for name in (row.get("zones") or row["zone"]).split("|"):
                found[name, day.year].add(day)
    return found


def test_the_calendars_equal_the_official_ones_for_every_zone_and_year() -> None:
    days = official(REPOSITORY / "tests" / "data" / "public_holidays" / "jours_feries.csv")
    assert {name for name, _ in days} == set(ZONES)
    assert {year for _, year in days} == set(range(2006, 2032))
    for (name, year), expected in days.items():
        assert named_holidays(calendar(ZONES[name]), year) == expected, (name, year)


@pytest.mark.skipif("MAILWATCH_CORPORA" not in os.environ, reason="MAILWATCH_CORPORA is not set")
def test_the_calendars_equal_every_official_file() -> None:
    files = sorted((Path(os.environ["MAILWATCH_CORPORA"]) / "public_holidays").glob("*.csv"))
    assert len(files) == 14
    for path in files:
        for (name, year), expected in official(path).items():
            assert named_holidays(calendar(ZONES[name]), year) == expected, (path.name, name, year)


@pytest.mark.parametrize(
    ("code", "subdivision"),
    [
        ("39", None),
        ("57", "57"),
        ("67", "6AE"),
        ("973", "973"),
        ("974", "974"),
        ("976", "976"),
        ("975", "PM"),
    ],
)
def test_an_independent_library_agrees(code: str, subdivision: str | None) -> None:
    library = pytest.importorskip("holidays")
    # Two laws took Whit Monday off the list from 2005 to 2007; the official data keep it.
    for year in (*range(1990, 2005), *range(2008, 2100)):
        theirs = {d for d in library.France(subdiv=subdivision, years=year) if d.weekday() < 5}
        assert weekday_holidays(calendar(code), year) == theirs, year


# --- laws that always hold ------------------------------------------------------------------------

DATES = st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31))
NEAR = st.dates(min_value=date(2024, 1, 1), max_value=date(2028, 12, 31))
CONVENTIONS = st.sampled_from(Convention)
DELAYS = st.integers(min_value=1, max_value=30)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    territory: Territory = draw(st.sampled_from(list(TERRITORIES.values())))
    names = sorted({day.name for day in territory.customary})
    return Calendar(
        territory=territory,
        closed=draw(st.frozensets(NEAR, max_size=12)),
        opened=draw(st.frozensets(NEAR, max_size=6)),
        customary=tuple(draw(st.lists(st.sampled_from(names), unique=True)) if names else ()),
    )


@given(calendars(), NEAR, DELAYS, CONVENTIONS)
def test_a_due_date_is_never_a_closed_day(
    days: Calendar, received: date, n: int, convention: Convention
) -> None:
    assert closure(days, due_on(days, received, n, convention)) is None


@given(calendars(), NEAR, DELAYS, CONVENTIONS, NEAR)
def test_a_day_more_closed_never_makes_a_due_date_earlier(
    days: Calendar, received: date, n: int, convention: Convention, shut: date
) -> None:
    fewer = Calendar(
        territory=days.territory,
        closed=days.closed | {shut},
        opened=days.opened,
        customary=days.customary,
    )
    assert due_on(fewer, received, n, convention) >= due_on(days, received, n, convention)


@given(calendars(), NEAR, st.integers(-10, 60), DELAYS, CONVENTIONS)
def test_a_delay_is_within_n_exactly_when_the_reply_is_by_the_due_date(
    days: Calendar, received: date, later: int, n: int, convention: Convention
) -> None:
    replied = received + timedelta(days=later)
    in_time = replied <= due_on(days, received, n, convention)
    assert (delay(days, received, replied, convention) <= n) is in_time


@given(calendars(), DATES, DELAYS)
def test_strict_is_never_later_than_rolled(days: Calendar, received: date, n: int) -> None:
    assert due_on(days, received, n, STRICT) <= due_on(days, received, n, ROLLED)


@given(calendars(), NEAR, NEAR, DELAYS, CONVENTIONS)
def test_mail_received_later_is_never_due_earlier(
    days: Calendar, one: date, other: date, n: int, convention: Convention
) -> None:
    first, second = sorted((one, other))
    assert due_on(days, first, n, convention) <= due_on(days, second, n, convention)


@given(calendars(), NEAR, st.integers(0, 30), CONVENTIONS)
def test_an_explanation_counts_every_day_once(
    days: Calendar, received: date, n: int, convention: Convention
) -> None:
    deadline = explain(days, received, n, convention)
    shown = [day.on for day in deadline.days]
    assert shown == [received + timedelta(days=k) for k in range(len(shown))]
    assert shown[-1] == deadline.due_on == due_on(days, received, n, convention)
    assert sum(day.counts for day in deadline.days) == n
    assert all(closure(days, day.on) is None for day in deadline.days if day.counts)


@given(calendars(), NEAR, st.integers(0, 60))
def test_counting_one_by_one_gives_the_same(days: Calendar, received: date, n: int) -> None:
    def working() -> Iterator[date]:
        day = received
        while True:
            day += timedelta(days=1)
            if closure(days, day) is None:
                yield day

    steps = working()
    expected = received
    for _ in range(n):
        expected = next(steps)
    assert nth_working(days, received, n) == expected


# A calendar is drawn up year by year: the first count over ten centuries takes a second.
@settings(deadline=None, max_examples=10)
@given(calendars(), st.dates(), st.dates(), st.integers(0, MAX_DAYS), CONVENTIONS)
def test_any_date_gives_a_result(
    days: Calendar, received: date, replied: date, n: int, convention: Convention
) -> None:
    assert due_on(days, received, n, convention) >= received
    assert delay(days, received, replied, convention) >= 0


# --- what is refused ------------------------------------------------------------------------------


def test_time_ends_on_the_last_date_there_is() -> None:
    assert due_on(calendar("39"), on("9999-12-30"), 5, STRICT) == date.max
    assert explain(calendar("39"), on("9999-12-30"), 5, STRICT).due_on == date.max
    assert delay(calendar("39"), on("9999-12-30"), date.max, STRICT) == 1


@pytest.mark.parametrize("days", [-1, MAX_DAYS + 1, 10**18])
def test_a_delay_out_of_reason_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="de 0 à 1000 jours ouvrés"):
        explain(calendar("39"), on("2026-03-02"), days, STRICT)


def test_a_calendar_without_any_working_day_in_a_year_is_refused() -> None:
    whole = frozenset(date(2026, 1, 1) + timedelta(n) for n in range(365))
    with pytest.raises(ValueError, match="aucun jour ouvré en 2026"):
        Calendar(territory=TERRITORIES["39"], closed=whole)
    Calendar(territory=TERRITORIES["39"], closed=whole - {on("2026-08-17")})


DAY = {"name": "fête", "on": "08-24", "source": "usage"}


def zone_table(**changed: object) -> dict[str, object]:
    entry = {"name": "Île", "timezone": "Europe/Paris", "territories": {"99": "Île"}, **changed}
    return {"zone": {"ile": {key: value for key, value in entry.items() if value is not None}}}


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({}, "« zone » doit être une table"),
        ({"zone": 3}, "« zone » doit être une table"),
        ({"zone": {"ile": 3}}, "« zone.ile » doit être une table"),
        (zone_table(timezone=None), "« zone.ile.timezone » doit être un texte"),
        (zone_table(hollidays=[]), "clé « hollidays » inconnue"),
        (zone_table(territories=["99"]), "« zone.ile.territories » doit être une table"),
        (zone_table(territories={"99": ""}), "« zone.ile.territories.99 » doit être un texte"),
        (zone_table(holidays="Noël"), "doit être une liste de jours"),
        (zone_table(extends="ile"), "se reprend elle-même"),
        (zone_table(extends="atlantide"), "« atlantide » manque"),
        (zone_table(holidays=["Noël"]), "doit être une table"),
        (zone_table(holidays=[{**DAY, "until": 1, "from": 2}]), "nombre entier de 2 à 9999"),
        (zone_table(holidays=[{**DAY, "from": True}]), "nombre entier de 1 à 9999"),
        (zone_table(holidays=[{**DAY, "on": "02-29"}]), "un mois et un jour"),
        (zone_table(holidays=[{**DAY, "on": 824}]), "un mois et un jour"),
        (zone_table(holidays=[{**DAY, "easter": 1}]), "soit « on », soit « easter »"),
        (zone_table(holidays=[{"name": "fête", "source": "usage"}]), "soit « on », soit"),
        (zone_table(customary=[{"name": "fête", "easter": 900, "source": "s"}]), "de -80 à 250"),
        (zone_table(customary=[{"name": "fête", "on": "08-24"}]), "source » doit être un texte"),
    ],
)
def test_a_faulty_calendar_file_is_refused_with_the_place(
    table: dict[str, object], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        read_territories(table)


def test_a_territory_declared_twice_is_refused() -> None:
    once = {"name": "Île", "timezone": "Europe/Paris", "territories": {"99": "Île"}}
    with pytest.raises(ValueError, match="« 99 » est déclaré deux fois"):
        read_territories({"zone": {"ile": once, "atoll": once}})


def test_every_day_of_the_rule_file_names_its_source() -> None:
    for territory in TERRITORIES.values():
        for day in (*territory.holidays, *territory.customary):
            assert day.source
