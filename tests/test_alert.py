"""The weekly alert: when it leaves, what it lists, for whom, and that everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import alert, offline
from mailwatch.alert.lines import LONGEST
from mailwatch.alert.trends import figures
from mailwatch.indicators import compute
from mailwatch.model import (
    Announced,
    Answer,
    Audit,
    Box,
    Channel,
    Confidence,
    Fact,
    Grade,
    Institution,
    Letter,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Period,
    Request,
    Role,
    State,
    Unreadable,
    Unseen,
    Unwatched,
)
from mailwatch.register import Gap, Reconciled
from mailwatch.settings import template_texts
from mailwatch.site import AlertPlan, Weekday
from mailwatch.workdays import closure
from tests.facts import BOX, PARIS, answer, at, desk, incoming
from tests.pages import Outline

SEJOUR = "pref-etrangers@jura.gouv.fr"
DOLE = "sp-dole@jura.gouv.fr"
JURA = Institution(
    name="Préfecture du Jura",
    calendar="39",
    domains=("jura.gouv.fr",),
    addresses=("prefecture@jura.gouv.fr",),
    boxes=(
        Box(
            address=BOX,
            service="Bureau des associations",
            recipients=("chef.associations@jura.gouv.fr", "secretaire.generale@jura.gouv.fr"),
        ),
        Box(
            address=SEJOUR,
            service="Bureau du séjour",
            recipients=("secretaire.generale@jura.gouv.fr", "qualite@jura.gouv.fr"),
        ),
        Box(address=DOLE, service="Sous-préfecture de Dole"),
    ),
)
PLAN = AlertPlan(recipients=("qualite@jura.gouv.fr",))
MONDAY = date(2026, 4, 20)
DAYS = {day.name[:3].lower(): day for day in Weekday}


def spaced(words: str) -> str:
    """Words with plain spaces, as they look."""
    return words.replace("\u00a0", " ")


def read(found: alert.Alert) -> str:
    """The text as it looks."""
    return spaced(alert.text(found, template_texts()))


# --- when it leaves -------------------------------------------------------------------------------


def site(code: str, *, closed: str = "", opened: str = "") -> Institution:
    return Institution(
        calendar=code,
        closed=tuple(map(date.fromisoformat, closed.split())),
        opened=tuple(map(date.fromisoformat, opened.split())),
    )


def due(
    where: Institution, when: str, now: str, last: str | None = "2020-W01", hour: str = "08:00"
) -> str | None:
    """Ask for an alert planned on `when`, with `now` local to the territory, or in UTC with a Z."""
    here = desk(where)
    instant = datetime.fromisoformat(now)
    plan = AlertPlan(recipients=(), weekday=DAYS[when], at=time.fromisoformat(hour))
    local = instant if instant.tzinfo else instant.replace(tzinfo=here.zone)
    return alert.is_due(plan, here.calendar, here.zone, local, last)


@pytest.mark.parametrize(
    ("code", "weekday", "now", "week"),
    [
        ("39", "mon", "2026-04-20 07:59", None),
        ("39", "mon", "2026-04-20 08:00", "2026-W17"),
        ("39", "mon", "2026-04-20 23:59", "2026-W17"),
        ("39", "wed", "2026-04-22 08:00", "2026-W17"),
        # Easter Monday, Whit Monday: the next day.
        ("39", "mon", "2026-04-06 10:00", None),
        ("39", "mon", "2026-04-07 08:00", "2026-W15"),
        ("39", "mon", "2026-05-25 10:00", None),
        ("39", "mon", "2026-05-26 08:00", "2026-W22"),
        # Ascension is a Thursday, the Friday after it is worked.
        ("39", "thu", "2026-05-14 10:00", None),
        ("39", "thu", "2026-05-15 08:00", "2026-W20"),
        # A Friday that is Christmas: the alert of week 52 leaves in week 53.
        ("39", "fri", "2026-12-25 10:00", None),
        ("39", "fri", "2026-12-26 10:00", None),
        ("39", "fri", "2026-12-28 07:59", None),
        ("39", "fri", "2026-12-28 08:00", "2026-W52"),
        ("39", "fri", "2027-01-01 10:00", None),
        ("39", "fri", "2027-01-04 08:00", "2026-W53"),
        # A weekend day is moved to Monday, and is still of the week before.
        ("39", "sun", "2026-04-19 10:00", None),
        ("39", "sun", "2026-04-20 08:00", "2026-W16"),
        # Weeks at the turn of the year.
        ("39", "mon", "2025-12-29 08:00", "2026-W01"),
        ("39", "mon", "2026-12-28 08:00", "2026-W53"),
        # Saint-Étienne and Good Friday are closed in Moselle alone.
        ("39", "fri", "2025-12-26 08:00", "2025-W52"),
        ("57", "fri", "2025-12-26 08:00", None),
        ("57", "fri", "2025-12-29 08:00", "2025-W52"),
        ("39", "fri", "2026-04-03 08:00", "2026-W14"),
        ("57", "fri", "2026-04-03 08:00", None),
        # 27 May, abolition of slavery in Guadeloupe; 20 December in La Réunion.
        ("39", "wed", "2026-05-27 08:00", "2026-W22"),
        ("971", "wed", "2026-05-27 08:00", None),
        ("971", "wed", "2026-05-28 08:00", "2026-W22"),
        ("974", "sun", "2026-12-21 08:00", "2026-W51"),
    ],
)
def test_the_alert_leaves_on_its_day_or_the_next_working_day(
    code: str, weekday: str, now: str, week: str | None
) -> None:
    assert due(site(code), weekday, now) == week


@pytest.mark.parametrize(
    ("now", "last", "week"),
    [
        ("2026-04-20 08:00", "2026-W17", None),
        ("2026-04-20 08:00", "2026-W16", "2026-W17"),
        # Down on Monday, up again: caught up on a working day, at the hour.
        ("2026-04-23 15:00", "2026-W16", "2026-W17"),
        ("2026-04-23 07:59", "2026-W16", None),
        ("2026-04-25 15:00", "2026-W16", None),
        # Caught up too late to be worth it: the next one says it all.
        ("2026-04-27 07:59", "2026-W16", None),
        ("2026-04-27 08:00", "2026-W16", "2026-W18"),
        # Down for two months: once, and not again.
        ("2026-04-22 09:00", "2026-W08", "2026-W17"),
        ("2026-04-22 09:02", "2026-W17", None),
        ("2026-01-05 08:00", "2025-W52", "2026-W02"),
        # A clock that went back sends nothing twice.
        ("2026-04-20 08:00", "2026-W18", None),
        ("2025-12-29 08:00", "2026-W01", None),
        # Nothing was ever sent, so nothing was missed: it waits for its day.
        ("2026-04-20 08:00", None, "2026-W17"),
        ("2026-04-21 08:00", None, None),
        ("2026-04-24 08:00", None, None),
        ("2026-04-06 08:00", None, None),
        ("2026-04-07 08:00", None, "2026-W15"),
        ("2026-04-08 08:00", None, None),
    ],
)
def test_a_missed_week_is_caught_up_once(now: str, last: str | None, week: str | None) -> None:
    assert due(site("39"), "mon", now, last) == week


@pytest.mark.parametrize(
    ("code", "before", "now", "week"),
    [
        ("39", "2026-04-20T05:59Z", "2026-04-20T06:00Z", "2026-W17"),
        ("971", "2026-04-20T11:59Z", "2026-04-20T12:00Z", "2026-W17"),
        ("973", "2026-04-20T10:59Z", "2026-04-20T11:00Z", "2026-W17"),
        ("974", "2026-04-20T03:59Z", "2026-04-20T04:00Z", "2026-W17"),
        ("975", "2026-04-20T09:59Z", "2026-04-20T10:00Z", "2026-W17"),
        ("976", "2026-04-20T04:59Z", "2026-04-20T05:00Z", "2026-W17"),
        ("987", "2026-04-20T17:59Z", "2026-04-20T18:00Z", "2026-W17"),
        ("988", "2026-04-19T20:59Z", "2026-04-19T21:00Z", "2026-W17"),
        ("986", "2026-04-19T19:59Z", "2026-04-19T20:00Z", "2026-W17"),
        # The Mondays after the clocks change.
        ("39", "2026-03-30T05:59Z", "2026-03-30T06:00Z", "2026-W14"),
        ("39", "2026-10-26T06:59Z", "2026-10-26T07:00Z", "2026-W44"),
    ],
)
def test_the_hour_is_that_of_the_territory(code: str, before: str, now: str, week: str) -> None:
    monday = datetime.fromisoformat(now) - timedelta(days=7)
    last = alert.week_of(monday.date() + timedelta(days=1))

    assert due(site(code), "mon", before, last) is None
    assert due(site(code), "mon", now, last) == week


@pytest.mark.parametrize(
    ("now", "last", "week"),
    [
        # On 29 March 2026 in Paris, 01:59 is followed by 03:00.
        ("2026-03-29T00:59Z", "2026-W12", None),
        ("2026-03-29T01:00Z", "2026-W12", "2026-W13"),
        # On 25 October, 02:30 comes twice.
        ("2026-10-25T00:29Z", "2026-W42", None),
        ("2026-10-25T00:30Z", "2026-W42", "2026-W43"),
        ("2026-10-25T01:30Z", "2026-W43", None),
    ],
)
def test_an_hour_that_the_night_skips_or_repeats_sends_one_alert(
    now: str, last: str, week: str | None
) -> None:
    worked = site("39", opened="2026-03-29 2026-10-25")

    assert due(worked, "sun", now, last, "02:30") == week


def test_local_closures_move_the_alert_and_a_long_closing_leaves_one() -> None:
    bridge = site("39", closed="2026-07-13")
    summer = site("39", closed=" ".join(f"2026-08-{day:02d}" for day in range(3, 22)))

    assert due(bridge, "mon", "2026-07-14 09:00", "2026-W28") is None
    assert due(bridge, "mon", "2026-07-15 08:00", "2026-W28") == "2026-W29"
    assert due(summer, "mon", "2026-08-10 09:00", "2026-W31") is None
    assert due(summer, "mon", "2026-08-24 08:00", "2026-W31") == "2026-W35"


@given(
    st.sampled_from(["39", "57", "971", "974", "975", "986", "987"]),
    st.sampled_from(Weekday),
    st.times().map(lambda hour: hour.replace(second=0, microsecond=0)),
    st.lists(st.integers(min_value=1, max_value=200), min_size=1, max_size=60),
)
def test_whatever_the_outages_no_week_and_no_day_has_two_alerts(
    code: str, weekday: Weekday, hour: time, waits: list[int]
) -> None:
    here = desk(site(code))
    plan = AlertPlan(recipients=(), weekday=weekday, at=hour)
    now, last = datetime(2026, 3, 20, tzinfo=UTC), "2026-W11"
    sent: list[tuple[str, datetime]] = []
    for hours in waits:
        now += timedelta(hours=hours)
        week = alert.is_due(plan, here.calendar, here.zone, now, last)
        if week is not None:
            sent.append((week, now.astimezone(here.zone)))
            last = week

    assert [week for week, _ in sent] == sorted({week for week, _ in sent})
    assert len({when.date() for _, when in sent}) == len(sent)
    for week, when in sent:
        planned = date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
        assert when.time() >= hour
        assert closure(here.calendar, when.date()) is None
        assert when.date() >= alert.leaves_on(plan, here.calendar, planned)


@given(st.sampled_from(["39", "57", "971", "974", "987"]), st.sampled_from(Weekday))
def test_a_service_that_never_stops_sends_one_alert_a_week(code: str, weekday: Weekday) -> None:
    here = desk(site(code))
    plan = AlertPlan(recipients=(), weekday=weekday)
    now, last = datetime(2026, 1, 4, tzinfo=UTC), "2026-W01"
    weeks = []
    for hours in range(0, 24 * 370, 5):
        week = alert.is_due(plan, here.calendar, here.zone, now + timedelta(hours=hours), last)
        if week is not None:
            weeks.append(week)
            last = week

    assert weeks[0] in {"2026-W01", "2026-W02"}
    assert weeks[-1] >= "2026-W53"
    assert len(weeks) in {52, 53}


@pytest.mark.parametrize(
    ("today", "weekday", "following"),
    [
        ("2026-04-20", "mon", "2026-04-27"),
        ("2026-04-23", "mon", "2026-04-27"),
        ("2026-03-30", "mon", "2026-04-07"),
        ("2026-04-20", "wed", "2026-04-22"),
        ("2026-12-18", "fri", "2026-12-28"),
        ("2026-12-28", "fri", "2027-01-04"),
        ("9999-12-31", "fri", "9999-12-31"),
    ],
)
def test_the_next_alert_is_announced(today: str, weekday: str, following: str) -> None:
    plan = AlertPlan(recipients=(), weekday=DAYS[weekday])
    found = alert.next_on(plan, desk(site("39")).calendar, date.fromisoformat(today))

    assert found == date.fromisoformat(following)


# --- what it lists --------------------------------------------------------------------------------


def standing(
    *,
    due_on: str = "2026-04-20",
    state: State = State.PENDING,
    follow_up: str = "",
    announced: str = "",
    bounced: bool = False,
    received: str = "2026-04-13",
    service: str = "Bureau des associations",
    boxes: Sequence[str] = (BOX,),
    channel: Channel = Channel.EMAIL,
    confidence: Confidence = Confidence.HIGH,
    name: str = "3f9a1c20b7de",
) -> Request:
    """One request as the decision gives it."""
    holding = Answer(
        on=date(2026, 4, 1),
        delay=1,
        kind=Nature.HOLDING_REPLY,
        substantive=False,
        message_id=None,
        key="k",
        mentions=None,
        announced=Announced(on=date.fromisoformat(announced), text="") if announced else None,
        bounced=bounced,
    )
    return Request(
        id=name,
        file="inbox/1.eml",
        message_id="<1@laposte.example>",
        channel=channel,
        received_at=at(f"{received} 09:12") if channel is Channel.EMAIL else None,
        received_on=date.fromisoformat(received),
        grade=Grade.B,
        due_on=date.fromisoformat(due_on),
        service=service,
        nature=Nature.REQUEST,
        state=state,
        answers=(holding,) if follow_up else (),
        follow_up_on=date.fromisoformat(follow_up) if follow_up else None,
        boxes=tuple(boxes),
        confidence=confidence,
    )


def audit(
    requests: Sequence[Request] = (),
    today: date = MONDAY,
    unseen: Sequence[Unseen] = (),
    quarantined: Sequence[Unreadable] = (),
    institution: Institution = JURA,
) -> Audit:
    """What the register gives on `today`."""
    return Audit(
        institution=institution,
        period=Period(from_on=None, to_on=None),
        today=today,
        requests=tuple(requests),
        indicators=compute(requests, today),
        by_month={},
        by_service={},
        set_aside={},
        unseen=tuple(unseen),
        quarantined=tuple(quarantined),
        refused=(),
        messages=0,
        duplicates=0,
        rules="",
    )


def composed(
    found: Audit,
    plan: AlertPlan = PLAN,
    gaps: Sequence[alert.Gap] = (),
    head: alert.Head | None = None,
    begun: datetime | None = None,
) -> alert.Alert:
    """The alert of the week of the audit's day."""
    week = alert.week_of(found.today)
    observed = alert.Observation(gaps=gaps, begun=begun)
    return alert.weekly(found, desk(found.institution), plan, week, observed=observed, head=head)


def titles(found: alert.Alert) -> list[str]:
    return [group.urgency for section in found.sections for group in section.groups]


@pytest.mark.parametrize(
    ("today", "weekday", "due_on", "group"),
    [
        ("2026-04-20", "mon", "2026-04-20", "À rendre aujourd’hui"),
        ("2026-04-20", "mon", "2026-04-21", "À rendre au prochain jour ouvré"),
        ("2026-04-20", "mon", "2026-04-22", "À rendre cette semaine"),
        ("2026-04-20", "mon", "2026-04-24", "À rendre cette semaine"),
        ("2026-04-20", "mon", "2026-04-27", None),
        # The alert of a Wednesday is the last one before next Tuesday.
        ("2026-04-22", "wed", "2026-04-24", "À rendre cette semaine"),
        ("2026-04-22", "wed", "2026-04-27", "À rendre avant la prochaine alerte"),
        ("2026-04-22", "wed", "2026-04-28", "À rendre avant la prochaine alerte"),
        ("2026-04-22", "wed", "2026-04-29", None),
        # Caught up on Friday: Monday is the next working day.
        ("2026-04-24", "mon", "2026-04-27", "À rendre au prochain jour ouvré"),
        ("2026-04-24", "mon", "2026-04-28", None),
        # The Thursday before Easter Monday, and the alert of the week after leaves on Tuesday.
        ("2026-04-03", "mon", "2026-04-07", "À rendre au prochain jour ouvré"),
        ("2026-03-30", "mon", "2026-04-03", "À rendre cette semaine"),
    ],
)
def test_what_is_due_before_the_next_alert_is_listed_by_day(
    today: str, weekday: str, due_on: str, group: str | None
) -> None:
    day, plan = date.fromisoformat(today), replace(PLAN, weekday=DAYS[weekday])

    found = composed(audit([standing(due_on=due_on)], day), plan)

    assert titles(found) == ([group] if group else [])


@pytest.mark.parametrize(
    ("request_", "groups"),
    [
        (standing(due_on="2026-04-17", state=State.OVERDUE), ["En retard"]),
        (standing(due_on="2024-01-05", state=State.OVERDUE), ["En retard"]),
        (standing(due_on="2026-04-17", state=State.ANSWERED_LATE), []),
        (standing(state=State.ANSWERED_IN_TIME), []),
        (standing(state=State.EXCLUDED), []),
        (
            standing(state=State.ANSWERED_IN_TIME, follow_up="2026-04-17", announced="2026-04-17"),
            ["Suites annoncées, date passée"],
        ),
        (
            standing(state=State.ANSWERED_LATE, follow_up="2026-04-17"),
            ["Réponses d’attente restées sans suite"],
        ),
        # What was announced in an answer that came back was announced to nobody.
        (
            standing(
                state=State.ANSWERED_LATE,
                follow_up="2026-04-17",
                announced="2026-04-17",
                bounced=True,
            ),
            ["Réponses d’attente restées sans suite"],
        ),
        (
            standing(state=State.ANSWERED_IN_TIME, follow_up="2026-04-20", announced="2026-04-20"),
            ["Suites à donner d’ici la prochaine alerte"],
        ),
        (standing(state=State.ANSWERED_IN_TIME, follow_up="2026-04-27"), []),
        (standing(state=State.EXCLUDED, follow_up="2026-04-17"), []),
        (
            standing(state=State.ANSWERED_IN_TIME, confidence=Confidence.LOW),
            ["Lectures à vérifier"],
        ),
        (standing(state=State.EXCLUDED, confidence=Confidence.LOW), ["Lectures à vérifier"]),
        (
            standing(confidence=Confidence.LOW, due_on="2026-04-17", state=State.OVERDUE),
            ["En retard", "Lectures à vérifier"],
        ),
        # `review` has the older ones.
        (
            standing(
                state=State.ANSWERED_IN_TIME, confidence=Confidence.LOW, received="2026-03-20"
            ),
            [],
        ),
    ],
)
def test_a_request_stands_under_what_it_calls_for(request_: Request, groups: list[str]) -> None:
    assert titles(composed(audit([request_]))) == groups


@pytest.mark.parametrize(
    ("due_on", "late"),
    [
        ("2026-04-17", "1\u00a0jour ouvré"),
        ("2026-04-16", "2\u00a0jours ouvrés"),
        ("2026-04-03", "10\u00a0jours ouvrés"),
    ],
)
def test_lateness_is_in_working_days(due_on: str, late: str) -> None:
    found = composed(audit([standing(due_on=due_on, state=State.OVERDUE)]))
    (line,) = found.sections[0].groups[0].lines

    assert line.what.endswith(f", {late} de retard")


def test_a_doubtful_reading_says_how_it_counts_and_when_it_is_due() -> None:
    doubtful = standing(
        state=State.ANSWERED_IN_TIME, confidence=Confidence.LOW, due_on="2026-04-17"
    )
    (line,) = composed(audit([doubtful])).sections[0].groups[0].lines

    assert line.what == "comptée «\u00a0répondue à temps\u00a0», échéance le 17/04/2026"


@pytest.mark.parametrize(
    ("boxes", "service", "shown"),
    [
        ([BOX], "Bureau des associations", BOX),
        # Once it is transferred, it is looked for where it now lies.
        ([BOX, SEJOUR], "Bureau du séjour", SEJOUR),
        (["claire.vernier@jura.gouv.fr", BOX], "Bureau du séjour", BOX),
        (["prefecture@jura.gouv.fr"], "non attribué", "prefecture@jura.gouv.fr"),
        # The address of an agent is a name, and the register keeps none that is not declared.
        (["claire.vernier@jura.gouv.fr"], "non attribué", "boîte non déclarée"),
        (["pref-courrier@jura.gouv.fr"], "non attribué", "boîte non déclarée"),
        ([], "non attribué", "boîte non déclarée"),
    ],
)
def test_a_line_names_a_box_never_an_agent(boxes: list[str], service: str, shown: str) -> None:
    found = composed(audit([standing(boxes=boxes, service=service)]))
    lines = [line for section in found.sections for group in section.groups for line in group.lines]

    assert [line.box for line in lines] == [shown]


def test_a_letter_has_a_reference_and_no_minute() -> None:
    letter = standing(channel=Channel.LETTER, name="C-2026-14", received="2026-04-07", boxes=())
    (line,) = composed(audit([letter])).sections[0].groups[0].lines

    assert (line.id, line.box, line.received) == (
        "C-2026-14",
        "courrier",
        "reçue le mardi 07/04/2026",
    )


def test_an_arrival_is_told_in_the_zone_of_the_territory() -> None:
    tahiti = Institution(calendar="987", domains=("polynesie.gouv.fr",))
    arrived = replace(
        standing(boxes=()), received_at=datetime(2026, 4, 14, 2, 5, tzinfo=UTC), service="Accueil"
    )
    (line,) = composed(audit([arrived], institution=tahiti)).sections[0].groups[0].lines

    assert line.received == "reçue le lundi 13/04/2026 à\u00a016:05"


def test_a_long_backlog_lists_the_latest_and_counts_the_rest() -> None:
    first = date(2025, 1, 1)
    overdue = [
        standing(due_on=str(first + timedelta(days=day)), state=State.OVERDUE, name=f"r{day:03d}")
        for day in range(LONGEST + 12)
    ]
    found = composed(audit(overdue))
    (group,) = found.sections[0].groups

    assert [line.id for line in group.lines] == [f"r{day:03d}" for day in range(12, LONGEST + 12)]
    assert "et 12 autres plus anciennes, dans le rapport" in read(found)
    assert alert.subject(found).startswith("62 réponses en retard")


def test_a_crowded_week_lists_the_nearest_and_counts_the_rest() -> None:
    due_today = [standing(name=f"r{at_:03d}") for at_ in range(LONGEST + 1)]
    found = composed(audit(due_today))

    assert found.sections[0].groups[0].lines[-1].id == f"r{LONGEST - 1:03d}"
    assert "et 1 autre plus tardive, dans le rapport" in read(found)


def test_the_service_most_behind_comes_first_and_a_quiet_one_is_named() -> None:
    found = composed(
        audit(
            [
                standing(service="Bureau des associations"),
                standing(service="Bureau du séjour", due_on="2026-04-15", state=State.OVERDUE),
                standing(service="Cabinet"),
                standing(service="Cabinet", name="b"),
            ]
        )
    )

    assert [section.service for section in found.sections] == [
        "Bureau du séjour",
        "Cabinet",
        "Bureau des associations",
        "Sous-préfecture de Dole",
    ]
    assert "Rien à signaler pour : Sous-préfecture de Dole." in read(found)


@pytest.mark.parametrize(
    ("item", "service"),
    [
        (("r1", DOLE), "Bureau du séjour"),
        (("", DOLE), "Sous-préfecture de Dole"),
        (("gone", ""), "non attribué"),
    ],
)
def test_a_probable_unseen_answer_belongs_to_its_request_else_to_its_box(
    item: tuple[str, str], service: str
) -> None:
    request, box = item
    known = standing(name="r1", service="Bureau du séjour", state=State.ANSWERED_IN_TIME)
    unseen = Unseen(
        file="sejour/INBOX;UIDVALIDITY=7/;UID=12",
        on=date(2026, 4, 16),
        box=box,
        request=request,
        evidence="quotes_ours",
    )
    found = composed(audit([known], unseen=[unseen, replace(unseen, on=date(2025, 4, 16))]))
    (section,) = [section for section in found.sections if section.groups]
    (line,) = section.groups[0].lines

    assert section.service == service
    assert line.box == (box or "boîte non déclarée")
    assert line.id == (request or "sejour/INBOX;UIDVALIDITY=7/;UID=12")


# --- the sentence of the subject ------------------------------------------------------------------

OVERDUE = standing(due_on="2026-04-15", state=State.OVERDUE)
UNFOLLOWED = standing(state=State.ANSWERED_IN_TIME, follow_up="2026-04-15")
GAP = alert.OpenGap(account="accueil", folder="INBOX", since=at("2026-04-18 22:10"))


@pytest.mark.parametrize(
    ("requests", "subject"),
    [
        ([], "Aucune réponse en retard, aucune à rendre cette semaine (semaine 17)"),
        ([OVERDUE], "1 réponse en retard, aucune à rendre cette semaine (semaine 17)"),
        (
            [OVERDUE] * 2 + [standing()] * 3,
            "2 réponses en retard, 3 à rendre cette semaine (semaine 17)",
        ),
        (
            [UNFOLLOWED],
            "Aucune réponse en retard, aucune à rendre cette semaine, 1 attente sans suite (semaine 17)",
        ),
        (
            [UNFOLLOWED] * 2,
            "Aucune réponse en retard, aucune à rendre cette semaine, 2 attentes sans suite (semaine 17)",
        ),
    ],
)
def test_the_subject_says_what_is_late_first(requests: list[Request], subject: str) -> None:
    assert spaced(alert.subject(composed(audit(requests)))) == subject


def test_the_subject_owns_up_to_a_blind_spell() -> None:
    found = composed(audit(), gaps=[GAP])

    assert spaced(alert.subject(found)).endswith("cette semaine, relevé incomplet (semaine 17)")


@pytest.mark.parametrize(
    ("today", "weekday", "until"),
    [
        ("2026-04-20", "mon", "cette semaine"),
        ("2026-04-07", "mon", "cette semaine"),
        ("2026-03-30", "mon", "cette semaine"),
        ("2026-04-22", "wed", "d’ici le 29/04/2026"),
        ("2026-04-24", "mon", "d’ici le 27/04/2026"),
    ],
)
def test_the_subject_says_until_when(today: str, weekday: str, until: str) -> None:
    plan = replace(PLAN, weekday=DAYS[weekday])

    assert alert.summary(composed(audit(today=date.fromisoformat(today)), plan)).endswith(until)


# --- figures and their trend ----------------------------------------------------------------------


def figure(now: Sequence[Request], before: Sequence[Request], label: str) -> str:
    found = figures(compute(now, MONDAY), compute(before, MONDAY), desk().rules.policy)
    (row,) = [row for row in found if label in row.label]
    return spaced(f"{row.now} | {row.population} | {row.before} | {row.change} | {row.sense}")


def answered(delay: int, outcome: Outcome = Outcome.PRESENT) -> Request:
    """A request answered so many working days later, in time up to five."""
    given = Answer(
        on=MONDAY,
        delay=delay,
        kind=Nature.REPLY,
        substantive=True,
        message_id=None,
        key=f"k{delay}{outcome}",
        mentions=Mentions(
            author=Mention(outcome=outcome),
            service=Mention(outcome=Outcome.PRESENT),
            institution=Mention(outcome=Outcome.EXEMPT),
            from_class="functional",
        ),
        announced=None,
    )
    state = State.ANSWERED_IN_TIME if delay <= 5 else State.ANSWERED_LATE
    return replace(standing(state=state), answers=(given,), first=given, substantive=given)


@pytest.mark.parametrize(
    ("now", "before", "label", "row"),
    [
        ([], [], "Courriels", "Sans objet |  | Sans objet |  | "),
        ([answered(1)], [], "Courriels", "100 % | 1/1 | Sans objet |  | "),
        ([], [answered(1)], "Courriels", "Sans objet |  | 100 % |  | "),
        ([answered(1)], [answered(2)], "Courriels", "100 % | 1/1 | 100 % |  | stable"),
        (
            [answered(1), answered(9)],
            [answered(1), answered(8), answered(9)],
            "Courriels",
            "50 % | 1/2 | 33,3 % | +16,7 points | en progrès",
        ),
        (
            [answered(9)],
            [answered(1)],
            "Courriels",
            "0 % | 0/1 | 100 % | −100 points | en recul",
        ),
        (
            [answered(1)],
            [answered(3)],
            "Délai moyen par courriel",
            "1 jour |  | 3 jours | −2 jours | en progrès",
        ),
        (
            [answered(3)],
            [answered(2)],
            "Délai moyen par courriel",
            "3 jours |  | 2 jours | +1 jour | en recul",
        ),
        (
            [answered(2)],
            [answered(2)],
            "Délai moyen par courriel",
            "2 jours |  | 2 jours |  | stable",
        ),
        ([answered(2)], [], "Délai moyen par courrier", "Sans objet |  | Sans objet |  | "),
        (
            [answered(1), answered(2, Outcome.ABSENT), answered(3, Outcome.UNVERIFIABLE)],
            [answered(1, Outcome.ABSENT)],
            "auteur",
            "50 % | 1/2, 1 invérifiable | 0 % | +50 points | en progrès",
        ),
        (
            [answered(d, Outcome.UNVERIFIABLE) for d in (1, 2)],
            [],
            "auteur",
            "Sans objet | 2 invérifiables | Sans objet |  | ",
        ),
        ([answered(1)], [answered(1)], "institution", "100 % | 1/1 | 100 % |  | stable"),
    ],
)
def test_a_figure_is_printed_with_its_population_and_its_trend(
    now: list[Request], before: list[Request], label: str, row: str
) -> None:
    assert figure(now, before, label) == row


def test_a_difference_is_that_of_the_figures_as_printed() -> None:
    now = [answered(1)] * 2 + [answered(9)]
    before = [answered(1)] * 5 + [answered(9)] * 2

    assert figure(now, before, "Courriels") == "66,7 % | 2/3 | 71,4 % | −4,7 points | en recul"


def test_a_rate_that_something_leaves_open_is_told_with_its_two_ends() -> None:
    lost = Unwatched(
        account="jura",
        folder="INBOX",
        role=Role.INBOX,
        since=datetime(2026, 3, 24, 8, tzinfo=PARIS),
        until=datetime(2026, 3, 25, 8, tzinfo=PARIS),
        missed=1,
    )
    now, before = compute([answered(1)], MONDAY, [lost]), compute([answered(1)], MONDAY)

    row = next(figures(now, before, desk().rules.policy).__iter__())

    assert spaced(row.population) == "1/1, entre 50 % et 100 %"


def test_the_figures_cover_four_whole_weeks_and_the_four_before() -> None:
    now, before = alert.periods(date(2026, 4, 23))

    assert (now.from_on, now.to_on) == (date(2026, 3, 23), date(2026, 4, 19))
    assert (before.from_on, before.to_on) == (date(2026, 2, 23), date(2026, 3, 22))


# --- who gets what --------------------------------------------------------------------------------


def test_each_person_gets_one_mail_with_what_concerns_them_and_the_whole_alert_comes_last() -> None:
    found = composed(audit([standing(), standing(service="Bureau du séjour")]))
    mailings = alert.mailings(found, PLAN, JURA)

    assert [(m.recipients, [s.service for s in m.alert.sections]) for m in mailings] == [
        (("chef.associations@jura.gouv.fr",), ["Bureau des associations"]),
        (("secretaire.generale@jura.gouv.fr",), ["Bureau des associations", "Bureau du séjour"]),
        (
            ("qualite@jura.gouv.fr",),
            ["Bureau des associations", "Bureau du séjour", "Sous-préfecture de Dole"],
        ),
    ]
    assert mailings[-1].alert_id == "weekly/2026-W17"
    assert len({m.alert_id for m in mailings}) == 3
    assert {alert.week_of_alert(m.alert_id) for m in mailings} == {"2026-W17"}


def test_the_names_of_alerts_do_not_depend_on_the_day_nor_on_what_they_say() -> None:
    again = composed(audit([OVERDUE], today=date(2026, 4, 22)))

    assert [m.alert_id for m in alert.mailings(again, PLAN, JURA)] == [
        m.alert_id for m in alert.mailings(composed(audit()), PLAN, JURA)
    ]


def test_a_service_reads_its_own_figures_and_of_no_other() -> None:
    found = composed(
        audit(
            [
                standing(),
                standing(name="secret", service="Bureau du séjour"),
                replace(answered(1), received_on=date(2026, 4, 1)),
            ],
            quarantined=[Unreadable(file="x", role=Role.INBOX, reason="fichier vide")],
        )
    )
    own = read(alert.mailings(found, PLAN, JURA)[0].alert)

    assert "secret" not in own
    assert "Bureau du séjour" not in own
    assert "fichier vide" not in own
    assert "Courriels répondus en 5 jours ouvrés\n    100 % (1/1)" in own


def test_two_boxes_of_one_service_share_a_section() -> None:
    shared = replace(
        JURA,
        boxes=(
            Box(address=BOX, service="Accueil", recipients=("a@jura.gouv.fr",)),
            Box(address=SEJOUR, service="Accueil", recipients=("a@jura.gouv.fr", "b@jura.gouv.fr")),
        ),
    )
    found = composed(audit([standing(service="Accueil")], institution=shared))
    first, _ = alert.mailings(found, PLAN, shared)

    assert first.recipients == ("a@jura.gouv.fr", "b@jura.gouv.fr")
    assert [section.service for section in first.alert.sections] == ["Accueil"]


# --- as it reads ----------------------------------------------------------------------------------


def mail() -> list[Fact]:
    """Two months of a small préfecture, up to Monday 20 April."""
    named = Mentions(
        author=Mention(outcome=Outcome.PRESENT, text="Claire Vernier"),
        service=Mention(outcome=Outcome.PRESENT, text="Bureau des associations"),
        institution=Mention(outcome=Outcome.UNVERIFIABLE),
        from_class="functional",
    )
    unnamed = replace(named, author=Mention(outcome=Outcome.ABSENT))
    later = Announced(on=date(2026, 4, 15), text="avant le 15 avril")
    return [
        incoming("2026-03-10 09:12", sender="a@laposte.example"),
        answer("2026-03-20 10:00", to=["a@laposte.example"], mentions=unnamed),
        incoming("2026-03-24 09:12", sender="b@laposte.example"),
        answer("2026-03-25 10:00", to=["b@laposte.example"], mentions=named),
        incoming("2026-03-30 11:02", sender="c@laposte.example"),
        answer(
            "2026-04-01 10:00",
            to=["c@laposte.example"],
            kind=Nature.HOLDING_REPLY,
            announced=later,
            mentions=named,
        ),
        incoming("2026-04-08 08:02", sender="d@laposte.example", to=[SEJOUR]),
        incoming("2026-04-13 08:02", sender="e@laposte.example", to=[SEJOUR]),
        incoming("2026-04-14 16:45", sender="f@laposte.example", to=[SEJOUR]),
        incoming(
            "2026-04-17 23:02", sender="g@laposte.example", to=["claire.vernier@jura.gouv.fr"]
        ),
    ]


def whole(gaps: Sequence[alert.Gap] = (), head: alert.Head | None = None) -> alert.Alert:
    letter = Letter(
        file="courriers.csv",
        line=2,
        reference="C-2026-14",
        received_on=date(2026, 4, 1),
        service="Bureau des associations",
        answered_on=None,
        kind="",
        note="",
    )
    gathered = offline.Gathered(
        facts=mail(),
        quarantined=[
            Unreadable(
                file="associations/INBOX;UIDVALIDITY=17/;UID=812",
                role=Role.INBOX,
                reason="message de 80 Mo, au-delà de la limite",
            )
        ],
    )
    found = offline.audit(
        gathered, (letter,), (), desk(JURA), Period(from_on=None, to_on=None), MONDAY
    )
    return composed(found, gaps=gaps, head=head)


class Journal:
    """The head of a journal, as the register gives it."""

    size = 18_342
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def ids(found: alert.Alert) -> Mapping[str, str]:
    """The ids of the requests by the minute they came: they are digests that no reader knows."""
    lines = [line for section in found.sections for group in section.groups for line in group.lines]
    return {
        line.id: f"{line.received[-5:]:>12}"
        for line in lines
        if re.fullmatch("[0-9a-f]{12}", line.id)
    }


WHOLE = """\
Préfecture du Jura
Réponses aux usagers, semaine 17 : état au lundi 20/04/2026

2 réponses en retard, 3 à rendre cette semaine, 1 attente sans suite,
relevé incomplet.

Rien à signaler pour : Sous-préfecture de Dole.

BUREAU DU SÉJOUR
========================================================================

En retard : 1

         08:02 : à rendre le 15/04/2026, 3 jours ouvrés de retard
    reçue le mercredi 08/04/2026 à 08:02, pref-etrangers@jura.gouv.fr

À rendre aujourd’hui : 1

         08:02 : à rendre le lundi 20/04/2026
    reçue le lundi 13/04/2026 à 08:02, pref-etrangers@jura.gouv.fr

À rendre demain, mardi 21/04/2026 : 1

         16:45 : à rendre le mardi 21/04/2026
    reçue le mardi 14/04/2026 à 16:45, pref-etrangers@jura.gouv.fr

BUREAU DES ASSOCIATIONS
========================================================================

En retard : 1

  C-2026-14 : à rendre le 16/04/2026, 2 jours ouvrés de retard
    reçue le mercredi 01/04/2026, courrier

Suites annoncées, date passée : 1

         11:02 : suite annoncée pour le 15/04/2026
    reçue le lundi 30/03/2026 à 11:02, pref-associations@jura.gouv.fr

NON ATTRIBUÉ
========================================================================

À rendre cette semaine : 1

         23:02 : à rendre le vendredi 24/04/2026
    reçue le vendredi 17/04/2026 à 23:02, boîte non déclarée

MESSAGES ILLISIBLES : 1
========================================================================

À ouvrir à la main dans la boîte : aucun n’est compté.

  associations/INBOX, UID 812
    message de 80 Mo, au-delà de la limite

CHIFFRES
========================================================================

Demandes reçues du 23/03/2026 au 19/04/2026 et arrivées à terme ;
« avant » : du 23/02/2026 au 22/03/2026.

  Courriels répondus en 5 jours ouvrés
    66,7 % (2/3) ; avant : 0 % ; +66,7 points, en progrès
  Délai moyen par courriel
    1,5 jour ; avant : 8 jours ; −6,5 jours, en progrès
  Courriers répondus en 10 jours ouvrés
    0 % (0/1) ; avant : Sans objet
  Réponses qui nomment leur auteur
    100 % (2/2) ; avant : 0 % ; +100 points, en progrès
  Réponses qui nomment le service
    100 % (2/2) ; avant : 100 % ; stable
  Réponses qui nomment l’institution
    Sans objet (2 invérifiables) ; avant : Sans objet

Bureau du séjour
  Courriels répondus en 5 jours ouvrés
    0 % (0/1) ; avant : Sans objet

Bureau des associations
  Courriels répondus en 5 jours ouvrés
    100 % (2/2) ; avant : 0 % ; +100 points, en progrès
  Délai moyen par courriel
    1,5 jour ; avant : 8 jours ; −6,5 jours, en progrès
  Courriers répondus en 10 jours ouvrés
    0 % (0/1) ; avant : Sans objet
  Réponses qui nomment leur auteur
    100 % (2/2) ; avant : 0 % ; +100 points, en progrès
  Réponses qui nomment le service
    100 % (2/2) ; avant : 100 % ; stable
  Réponses qui nomment l’institution
    Sans objet (2 invérifiables) ; avant : Sans objet

OBSERVATION
========================================================================

Des messages ont pu arriver ou repartir sans être vus :
  - accueil/INBOX : du samedi 18/04/2026 à 22:10 à maintenant, et cela
    dure

Journal : 18 342 lignes, empreinte de l’ensemble :
  9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
Conservez ce message : il prouve l’état du journal à cette date.

========================================================================
Pour retrouver un courriel : sa boîte, le jour et la minute de son
arrivée. Sur le serveur, « mailwatch show IDENTIFIANT » relit
l’expéditeur et l’objet.
Prochaine alerte : lundi 27/04/2026. Message automatique : n’y répondez
pas.
"""

EMPTY = """\
Préfecture du Jura
Réponses aux usagers, semaine 17 : état au lundi 20/04/2026

Aucune réponse en retard, aucune à rendre cette semaine.

Rien à signaler pour : Bureau des associations, Bureau du séjour,
Sous-préfecture de Dole.

CHIFFRES
========================================================================

Demandes reçues du 23/03/2026 au 19/04/2026 et arrivées à terme ;
« avant » : du 23/02/2026 au 22/03/2026.

Sans objet : aucune demande n’est arrivée à terme.

OBSERVATION
========================================================================

Aucune interruption du relevé n’est connue depuis le 23/03/2026.

========================================================================
Pour retrouver un courriel : sa boîte, le jour et la minute de son
arrivée. Sur le serveur, « mailwatch show IDENTIFIANT » relit
l’expéditeur et l’objet.
Prochaine alerte : lundi 27/04/2026. Message automatique : n’y répondez
pas.
"""


def test_the_whole_alert_as_its_reader_sees_it() -> None:
    found = whole(gaps=[GAP], head=Journal())
    text = read(found)
    for name, minute in ids(found).items():
        text = text.replace(name, minute)

    assert text == WHOLE


def test_a_week_with_nothing_to_say_says_so() -> None:
    assert read(composed(audit())) == EMPTY


def test_no_line_is_longer_than_72_columns() -> None:
    lines = alert.text(whole(gaps=[GAP], head=Journal()), template_texts()).splitlines()

    assert max(map(len, lines)) == 72
    assert not [line for line in lines if line != line.rstrip()]


class PastGap:
    """A gap that is over, as the register gives it."""

    account, folder = "accueil", "Éléments envoyés"
    since, until, missed = at("2026-04-18 22:10"), at("2026-04-19 06:00"), 1


def test_a_gap_that_is_over_says_how_long_and_how_much_was_missed() -> None:
    assert (
        "- accueil/Éléments envoyés : du samedi 18/04/2026 à 22:10 au dimanche\n"
        "    19/04/2026 à 06:00, 1 message passé sans être vu\n"
    ) in read(composed(audit(), gaps=[PastGap()]))


def gap(
    folder: str, since: str, until: str = "", missed: int = 0, account: str = "accueil"
) -> alert.Gap:
    return Gap(
        account=account,
        folder=folder,
        since=at(f"2026-04-{since}"),
        until=at(f"2026-04-{until}"),
        missed=missed,
    )


def night(n: int) -> alert.Gap:
    """Nights that become longer: they do not follow upon each other."""
    since = at("2026-03-24 22:00") + timedelta(days=n)
    length = timedelta(hours=8)
    return Gap(account="accueil", folder="INBOX", since=since, until=since + length, missed=0)


def observed(*gaps: alert.Gap) -> list[str]:
    """What the alert says of gaps, a line each."""
    text = read(composed(audit(), gaps=gaps))
    told = text.partition("être vus :\n")[2].partition("\n\n")[0].replace("\n    ", " ")
    return [line.strip().removeprefix("- ") for line in told.splitlines()]


@pytest.mark.parametrize(
    ("gaps", "told"),
    [
        (
            [gap("INBOX", "18 22:10", "19 06:00"), gap("Envoyés", "18 22:10", "19 06:01")],
            [
                "accueil/Envoyés et accueil/INBOX : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 06:01"
            ],
        ),
        (
            [gap("INBOX", "18 22:10", "19 06:00"), gap("INBOX", "18 22:10", "19 06:00", 2)],
            [
                (
                    "accueil/INBOX : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 06:00, "
                    "2 messages passés sans être vus"
                )
            ],
        ),
        (
            [gap("INBOX", "18 22:10", "19 06:00", 1), gap("Envoyés", "18 22:10", "19 06:00")],
            [
                (
                    "accueil/Envoyés et accueil/INBOX : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 06:00, "
                    "1 message passé sans être vu dans accueil/INBOX"
                )
            ],
        ),
        (
            [
                gap("INBOX", "18 22:10", "19 06:00", 1),
                gap("INBOX", "18 22:10", "19 06:00", 2, account="dole"),
            ],
            [
                (
                    "accueil/INBOX et dole/INBOX : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 06:00, "
                    "3 messages passés sans être vus"
                )
            ],
        ),
        (
            [gap(f"F{n}", "18 22:10", "19 06:00") for n in range(1, 6)],
            [
                (
                    "accueil/F1, accueil/F2, accueil/F3 et 2 autres dossiers : du samedi 18/04/2026 à 22:10 "
                    "au dimanche 19/04/2026 à 06:00"
                )
            ],
        ),
        (
            [gap(f"F{n}", "18 22:10", "19 06:00") for n in range(1, 5)],
            [
                (
                    "accueil/F1, accueil/F2, accueil/F3 et accueil/F4 : du samedi 18/04/2026 à 22:10 "
                    "au dimanche 19/04/2026 à 06:00"
                )
            ],
        ),
        (
            [gap("INBOX", "18 22:10", "19 06:00"), gap("Envoyés", "18 22:10", "19 07:00")],
            [
                "accueil/INBOX : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 06:00",
                "accueil/Envoyés : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 07:00",
            ],
        ),
        (
            [gap("INBOX", "18 22:10", "19 06:00"), gap("Envoyés", "18 23:10", "19 06:00")],
            [
                "accueil/INBOX : du samedi 18/04/2026 à 22:10 au dimanche 19/04/2026 à 06:00",
                "accueil/Envoyés : du samedi 18/04/2026 à 23:10 au dimanche 19/04/2026 à 06:00",
            ],
        ),
        (
            [gap("INBOX", "17 08:00", "17 09:00"), gap("INBOX", "17 09:00", "17 10:00", 1)],
            [
                (
                    "accueil/INBOX : du vendredi 17/04/2026 à 08:00 au vendredi 17/04/2026 à 10:00, "
                    "relevé une fois entre-temps, 1 message passé sans être vu"
                )
            ],
        ),
        (
            [
                gap(folder, f"17 {hour:02}:00", f"17 {hour + 1:02}:00")
                for hour in range(8, 18)
                for folder in ("INBOX", "Envoyés")
            ],
            [
                (
                    "accueil/Envoyés et accueil/INBOX : du vendredi 17/04/2026 à 08:00 au vendredi 17/04/2026 à 18:00, "
                    "relevé 9 fois entre-temps"
                )
            ],
        ),
        (
            [
                gap("INBOX", "17 17:00", "17 18:00"),
                gap("INBOX", "17 18:00", "18 08:00"),
                gap("INBOX", "18 08:00", "18 09:00"),
            ],
            [
                "accueil/INBOX : du vendredi 17/04/2026 à 17:00 au vendredi 17/04/2026 à 18:00",
                "accueil/INBOX : du vendredi 17/04/2026 à 18:00 au samedi 18/04/2026 à 08:00",
                "accueil/INBOX : du samedi 18/04/2026 à 08:00 au samedi 18/04/2026 à 09:00",
            ],
        ),
    ],
    ids=[
        "two folders at one time",
        "nobody looked, and messages were missing",
        "messages missing in one of two folders",
        "messages missing in both",
        "many folders",
        "four folders",
        "another end",
        "another beginning",
        "one after the other",
        "every hour of a day, two folders",
        "a night among hours",
    ],
)
def test_gaps_alike_are_one_line(gaps: list[alert.Gap], told: list[str]) -> None:
    assert observed(*gaps) == told
    assert observed(*reversed(gaps)) == told


def test_what_nobody_looks_at_any_more_and_what_nobody_ever_did_are_one_line_each() -> None:
    never = [
        alert.OpenGap(account="dole", folder=folder, since=None) for folder in ("INBOX", "Envoyés")
    ]
    sent = alert.OpenGap(account="accueil", folder="Envoyés", since=GAP.since)

    assert observed(GAP, gap("INBOX", "18 21:10", "18 22:10"), sent, *never) == [
        "dole/Envoyés et dole/INBOX : jamais relevés",
        "accueil/INBOX : du samedi 18/04/2026 à 21:10 au samedi 18/04/2026 à 22:10",
        "accueil/Envoyés et accueil/INBOX : du samedi 18/04/2026 à 22:10 à maintenant, et cela dure",
    ]
    assert observed(never[0]) == ["dole/INBOX : jamais relevé"]


@pytest.mark.parametrize(
    ("begun", "gaps", "told"),
    [
        (
            "2026-04-20 09:30",
            [],
            "Le relevé a commencé le lundi 20/04/2026 à 09:30 ; aucune interruption n’est connue depuis.",
        ),
        (
            "2026-03-22 09:30",
            [],
            "Aucune interruption du relevé n’est connue depuis le 23/03/2026.",
        ),
        ("2026-04-17 08:00", [GAP], "Le relevé a commencé le vendredi 17/04/2026 à 08:00."),
    ],
)
def test_a_new_installation_answers_for_the_time_since_it_began(
    begun: str, gaps: list[alert.Gap], told: str
) -> None:
    found = composed(audit(), gaps=gaps, begun=at(begun))

    for words in (alert.text(found, template_texts()), alert.html(found, template_texts())):
        plain = " ".join(words.replace("&nbsp;", " ").split())
        assert told in plain
        assert plain.count("relevé a commencé") + plain.count("Aucune interruption") == 1


def test_long_lists_of_what_could_not_be_seen_are_cut_and_counted() -> None:
    quarantined = [Unreadable(file=f"f{n}", role=Role.INBOX, reason="vide") for n in range(25)]
    found = composed(audit(quarantined=quarantined), gaps=[night(n) for n in range(23)])
    text = read(found)

    assert "MESSAGES ILLISIBLES : 25" in text
    assert "et 5 autres, dans le rapport" in text
    assert "et 3 plus anciens" in text


def page() -> str:
    return alert.html(whole(gaps=[GAP], head=Journal()), template_texts())


def outline() -> Outline:
    found = Outline()
    found.feed(page())
    return found


def test_the_page_is_well_formed_french_with_headings_in_order() -> None:
    found = outline()
    levels = [int(tag[1]) for tag, _ in found.seen if re.fullmatch(r"h[1-6]", tag)]

    assert found.open == []
    assert ("html", {"lang": "fr"}) in found.seen
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_table_of_figures_has_a_caption_and_every_heading_cell_a_scope() -> None:
    seen = outline().seen
    tables = [attributes for tag, attributes in seen if tag == "table"]

    assert sum(a.get("role") != "presentation" for a in tables) == sum(
        t == "caption" for t, _ in seen
    )
    assert {a.get("scope") for tag, a in seen if tag == "th"} == {"col", "row", "rowgroup"}


def test_the_page_says_the_same_as_the_text() -> None:
    found = whole(gaps=[GAP], head=Journal())
    body = re.sub(r"<[^>]+>", " ", page().partition("<body")[2])
    shown = spaced(body.replace("&nbsp;", " "))
    words = set(re.findall(r"\w+", shown.lower()))

    assert set(re.findall(r"\w+", read(found).lower())) <= words | {"aux", "usagers", "réponses"}


def _luminance(colour: str) -> float:
    channels = [int(colour[at_ : at_ + 2], 16) / 255 for at_ in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("paper", ["#ffffff", "#f4f4fb"])
def test_every_ink_is_readable_on_every_background(paper: str) -> None:
    """RGAA 3.2 (WCAG 1.4.3): a contrast of 4.5 at least, computed from the page itself."""
    inks = set(re.findall(r"[;\"]color:(#[0-9a-f]{6})", page()))

    assert len(inks) >= 4
    for ink in inks:
        lighter, darker = sorted((_luminance(paper), _luminance(ink)), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_nothing_is_loaded_and_nothing_is_styled_by_a_sheet_that_mail_programs_drop() -> None:
    text = page()

    assert not re.search(r"<(?:img|link|script|style|iframe|object)\b|url\(|https?://", text)


def test_neither_address_nor_subject_nor_agent_is_told() -> None:
    found = whole()
    told = alert.subject(found) + read(found) + alert.html(found, template_texts())

    assert not re.findall(r"[\w.]+@(?!jura\.gouv\.fr)[\w.]+", told)
    assert "claire" not in told.lower()
    assert "siège" not in told.lower()


def test_what_a_person_typed_becomes_neither_markup_nor_a_line_of_its_own() -> None:
    poison = standing(
        channel=Channel.LETTER,
        name='<img src=x onerror="alert(1)">\r\nBcc: tous@jura.gouv.fr\x1b[2J\u202e',
        service="<script>Cabinet</script>\n\n1 réponse en retard",
    )
    found = composed(audit([poison]))
    text = alert.text(found, template_texts())

    assert "<img" not in alert.html(found, template_texts())
    assert "<script" not in alert.html(found, template_texts())
    assert not set(text) & set("\r\x1b\u202e")
    assert "\nBcc" not in text
    assert "\n" not in alert.subject(found)


@given(st.text(max_size=300), st.text(max_size=300), st.text(max_size=300))
def test_any_words_at_all_make_an_alert(name: str, service: str, reason: str) -> None:
    found = composed(
        audit(
            [standing(name=name, service=service, state=State.OVERDUE, due_on="2026-04-01")],
            quarantined=[Unreadable(file=name, role=Role.INBOX, reason=reason)],
        )
    )

    assert alert.text(found, template_texts()).encode()
    assert alert.html(found, template_texts()).encode()


# --- what comparing with the server found ---------------------------------------------------------

NIGHT = Reconciled(
    account="préfecture", folder="INBOX", at=at("2026-04-14 04:00"), there=812, healed=2, gone=7
)


def test_it_tells_what_comparing_with_the_server_found_and_nothing_where_nothing_was() -> None:
    quiet = replace(NIGHT, healed=0)
    restored = replace(quiet, folder="Traités", at=at("2026-04-15 04:00"), restored=True)
    observed = alert.Observation(healings=(NIGHT, quiet, restored))
    found = alert.weekly(audit(today=MONDAY), desk(JURA), PLAN, "2026-W17", observed=observed)

    text = " ".join(alert.text(found, template_texts()).split())
    page = alert.html(found, template_texts()).replace("\u00a0", " ")

    for words in (
        "préfecture/INBOX : 2 messages retrouvés le mardi 14/04/2026 à 04:00",
        "préfecture/Traités : serveur revenu à un état antérieur, dossier relu en entier le mercredi 15/04/2026",
    ):
        assert words in text
        assert words in page
    assert text.count("préfecture/") == 2
    assert "comparaison avec le serveur" not in alert.text(
        composed(audit(today=MONDAY)), template_texts()
    )
