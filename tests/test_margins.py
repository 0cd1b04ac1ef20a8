"""How far a rate may be off: instants that disagree, and mail that nobody saw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import report
from mailwatch.indicators import compute, unwatched_within
from mailwatch.labels import between, graded
from mailwatch.model import (
    Audit,
    Bounds,
    ChannelIndicators,
    Fact,
    Grade,
    Margin,
    Nature,
    Period,
    Rate,
    Request,
    Role,
    Span,
    State,
    Unwatched,
)
from mailwatch.register import Register
from mailwatch.settings import template_texts
from mailwatch.standing import best_and_worst
from mailwatch.triage import triage
from tests.facts import PARIS, answer, at, desk, incoming
from tests.registers import INBOX, MANNED, SENT, registered, sealed, take

TODAY = date(2026, 4, 20)
DESK = desk()
ALWAYS = Period(from_on=None, to_on=None)


def days(first: str, last: str) -> Span:
    return Span(earliest_on=date.fromisoformat(first), latest_on=date.fromisoformat(last))


def only(*facts: Fact) -> Request:
    (request,) = triage(facts, (), DESK, TODAY).requests
    return request


def numbers(found: Rate) -> tuple[int, int]:
    return found.numerator, found.denominator


def margin_of(found: ChannelIndicators) -> tuple[tuple[int, int], tuple[int, int]] | None:
    margin = found.margin
    return (numbers(margin.lowest), numbers(margin.highest)) if margin else None


# --- one request ----------------------------------------------------------------------------------

ASKED = incoming("2026-03-02 09:12")
"""On a Monday: an answer is due on the 9th."""


def test_a_request_whose_instants_agree_leaves_nothing_open() -> None:
    request = only(ASKED, answer("2026-03-06 10:00"))

    assert request.bounds is None
    assert best_and_worst(request, TODAY) == (State.ANSWERED_IN_TIME, State.ANSWERED_IN_TIME)


def test_an_arrival_of_several_days_is_due_on_several_days() -> None:
    opened = replace(ASKED, grade=Grade.X, span=days("2026-03-02", "2026-03-05"))

    request = only(opened, answer("2026-03-10 10:00"))

    assert request.bounds == Bounds(
        received=days("2026-03-02", "2026-03-05"),
        due=days("2026-03-09", "2026-03-12"),
        answered=days("2026-03-10", "2026-03-10"),
        delay=(3, 6),
    )
    assert request.state is State.ANSWERED_LATE
    assert best_and_worst(request, TODAY) == (State.ANSWERED_IN_TIME, State.ANSWERED_LATE)


def test_an_answer_filed_days_later_than_it_says_may_be_late() -> None:
    filed = replace(
        answer("2026-03-06 10:00"),
        grade=Grade.X,
        span=days("2026-03-06", "2026-03-20"),
        findings=("filed_later",),
    )

    request = only(ASKED, filed)

    assert (request.state, request.findings) == (State.ANSWERED_IN_TIME, ("filed_later",))
    assert request.first is not None
    assert request.first.grade is Grade.X
    assert best_and_worst(request, TODAY) == (State.ANSWERED_IN_TIME, State.ANSWERED_LATE)


def test_a_second_answer_bounds_when_the_first_was_given() -> None:
    filed = replace(
        answer("2026-03-05 10:00", kind=Nature.HOLDING_REPLY),
        span=days("2026-03-05", "2026-03-30"),
    )

    request = only(ASKED, filed, answer("2026-03-09 10:00", message_id="<deux@jura.gouv.fr>"))

    assert request.bounds is not None
    assert request.bounds.answered == days("2026-03-05", "2026-03-09")
    assert best_and_worst(request, TODAY) == (State.ANSWERED_IN_TIME, State.ANSWERED_IN_TIME)


def test_a_request_without_an_answer_may_not_be_due_yet() -> None:
    opened = replace(ASKED, span=days("2026-03-02", "2026-03-05"))
    (request,) = triage([opened], (), DESK, date(2026, 3, 11)).requests

    assert request.bounds is not None
    assert (request.bounds.answered, request.bounds.delay) == (None, None)
    assert best_and_worst(request, date(2026, 3, 11)) == (State.PENDING, State.OVERDUE)
    assert margin_of(compute([request], date(2026, 3, 11)).email) == ((0, 1), (0, 0))


def test_an_excluded_request_is_excluded_whatever_its_instants_say() -> None:
    opened = replace(
        incoming("2026-03-02 09:12", nature=Nature.COMPLAINT),
        span=days("2026-03-02", "2026-03-05"),
    )

    assert best_and_worst(only(opened), TODAY) == (State.EXCLUDED, State.EXCLUDED)


def test_a_copy_seen_live_closes_what_another_left_open() -> None:
    opened = replace(ASKED, grade=Grade.X, span=days("2026-03-02", "2026-03-09"))
    live = replace(ASKED, key="b" * 16, file="journal/1", grade=Grade.A)

    request = only(opened, live)

    assert (request.grade, request.bounds) == (Grade.A, None)


# --- a rate ---------------------------------------------------------------------------------------


@st.composite
def requests(draw: st.DrawFn, span: bool = True) -> Request:  # noqa: FBT001,FBT002  # drawn with or without
    arrived, answered = draw(st.integers(2, 13)), draw(st.none() | st.integers(2, 27))
    opened = _opened(incoming(f"2026-03-{arrived:02} 09:12"), draw(_widths), span=span)
    given_ = (
        [_opened(answer(f"2026-03-{answered:02} 10:00"), draw(_widths), span=span)]
        if answered is not None and answered > arrived
        else []
    )
    return only(opened, *given_)


_widths = st.tuples(st.integers(0, 4), st.integers(0, 4))


def _opened(fact: Fact, width: tuple[int, int], *, span: bool) -> Fact:
    before, after = (timedelta(days=number) for number in width)
    on = fact.at.date()
    opened = Span(earliest_on=on - before, latest_on=on + after)
    return replace(fact, span=opened) if span and any(width) else fact


missed = st.builds(
    Unwatched,
    account=st.just("jura"),
    folder=st.just("INBOX"),
    role=st.sampled_from(Role),
    since=st.just(at("2026-03-02 12:00")),
    until=st.just(at("2026-03-03 12:00")),
    missed=st.integers(0, 5),
)


def share(found: Rate) -> float | None:
    return found.numerator / found.denominator if found.denominator else None


def _ends(found: ChannelIndicators) -> tuple[Rate, Rate]:
    if found.margin is None:
        return found.answered_in_time, found.answered_in_time
    return found.margin.lowest, found.margin.highest


@given(st.lists(requests(), max_size=5), st.lists(missed, max_size=2))
def test_the_rate_lies_between_the_ends_of_its_margin(
    found: list[Request], unseen: list[Unwatched]
) -> None:
    email = compute(found, TODAY, unseen).email

    lowest, highest = map(share, _ends(email))
    point = share(email.answered_in_time)

    if point is not None and lowest is not None and highest is not None:
        assert lowest <= point <= highest
    assert highest is None or highest <= 1


@given(st.lists(requests(), max_size=5), st.lists(missed, max_size=3), st.data())
def test_more_evidence_never_widens_a_margin(
    found: list[Request], unseen: list[Unwatched], data: st.DataObject
) -> None:
    settled = [replace(each, bounds=None) if data.draw(st.booleans()) else each for each in found]
    fewer = [replace(gap, missed=data.draw(st.integers(0, gap.missed))) for gap in unseen]

    before, after = compute(found, TODAY, unseen).email, compute(settled, TODAY, fewer).email

    for low_or_high, sign in ((0, 1), (1, -1)):
        wide, narrow = share(_ends(before)[low_or_high]), share(_ends(after)[low_or_high])
        if wide is not None and narrow is not None:
            assert sign * wide <= sign * narrow


def _unwatched(count: int, role: Role = Role.INBOX) -> Unwatched:
    return Unwatched(
        account="jura",
        folder="INBOX",
        role=role,
        since=at("2026-03-02 12:00"),
        until=at("2026-03-05 12:00"),
        missed=count,
    )


IN_TIME = only(ASKED, answer("2026-03-06 10:00"))
LATE = only(ASKED, answer("2026-03-16 10:00"))


@pytest.mark.parametrize(
    ("unseen", "expected"),
    [
        ([], None),
        ([_unwatched(0)], None),
        ([_unwatched(2)], ((3, 6), (5, 6))),
        ([_unwatched(1), _unwatched(1)], ((3, 6), (5, 6))),
        ([_unwatched(1, Role.SENT)], ((3, 4), (4, 4))),
        ([_unwatched(7, Role.SENT)], ((3, 4), (4, 4))),
        ([_unwatched(2), _unwatched(1, Role.SENT)], ((3, 6), (6, 6))),
    ],
    ids=[
        "nothing missing",
        "nobody looked, and nothing came",
        "two messages that may have been requests",
        "in two gaps",
        "one that may have been the answer",
        "more answers than requests that lack one",
        "both",
    ],
)
def test_what_came_and_went_counts_at_worst_and_at_best(
    unseen: list[Unwatched], expected: tuple[tuple[int, int], tuple[int, int]] | None
) -> None:
    found = compute([IN_TIME, IN_TIME, IN_TIME, LATE], TODAY, unseen).email

    assert margin_of(found) == expected
    assert numbers(found.answered_in_time) == (3, 4)


def test_letters_are_in_no_mailbox() -> None:
    assert compute([], TODAY, [_unwatched(3)]).letter.margin is None


def test_grades_of_arrivals_and_of_first_answers_stand_beside_each_rate() -> None:
    live = only(replace(ASKED, grade=Grade.A), replace(answer("2026-03-06 10:00"), grade=Grade.B))

    found = compute([live, only(ASKED)], TODAY)

    assert graded(found.email.grades) == "A\u00a0: 1, C\u00a0: 1"
    assert graded(found.email.answer_grades) == "B\u00a0: 1"
    assert graded(found.letter.grades) == "Sans objet"


@pytest.mark.parametrize(
    ("period", "touches"),
    [
        (Period(from_on=None, to_on=None), True),
        (Period(from_on=date(2026, 3, 5), to_on=date(2026, 3, 31)), True),
        (Period(from_on=date(2026, 3, 6), to_on=date(2026, 3, 31)), False),
        (Period(from_on=date(2026, 2, 1), to_on=date(2026, 3, 2)), True),
        (Period(from_on=date(2026, 2, 1), to_on=date(2026, 3, 1)), False),
    ],
)
def test_a_time_without_observation_belongs_to_the_periods_it_touches(
    period: Period,
    touches: bool,  # noqa: FBT001  # a case
) -> None:
    before = replace(_unwatched(1), since=None)

    assert (unwatched_within([_unwatched(1)], period) != ()) is touches
    assert unwatched_within([before], replace(period, from_on=None)) == (before,)


def test_a_margin_is_told_with_the_population_of_each_end() -> None:
    lowest = Rate(numerator=12, denominator=14, text="85,7 %")
    highest = Rate(numerator=13, denominator=14, text="92,9 %")
    nothing = Rate(numerator=0, denominator=0, text="Sans objet")

    told = between(Margin(lowest=lowest, highest=highest, uncertain=1, missed=0))
    due = between(Margin(lowest=lowest, highest=nothing, uncertain=1, missed=0))

    assert told == "entre 85,7\u00a0% (12/14) et 92,9\u00a0% (13/14)"
    assert due == "entre 85,7\u00a0% (12/14) et Sans objet"


# --- what the report says of it -------------------------------------------------------------------


def page(audit: Audit) -> str:
    return report.html(audit, DESK.rules.policy, template_texts())


def _audit(register: Register, period: Period = ALWAYS) -> Audit:
    here = desk(MANNED)
    register.decide(here, at("2026-04-20 08:00"))
    return register.audit(here, period, TODAY)


def _looks(register: Register, uidnext: int, when: datetime, uids: tuple[int, ...] = ()) -> None:
    register.listed(INBOX, 1, uids, uidnext, when)
    register.looked(INBOX, when)


def test_the_report_lists_what_nobody_watched_and_what_it_does_to_the_rate(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-03 08:00"))
        take(register, [answer("2026-03-06 10:00")], SENT, at=at("2026-03-06 12:00"))
        _looks(register, 4, at("2026-03-06 12:00"))
        audit = _audit(register)

    (gap,) = audit.unwatched
    assert (gap.folder, gap.role, gap.missed) == ("INBOX", Role.INBOX, 2)
    assert (gap.since, gap.until) == (at("2026-03-03 08:00"), at("2026-03-06 12:00"))
    assert margin_of(audit.indicators.email) == ((1, 3), (3, 3))
    words = page(audit)
    assert "entre 33,3\u00a0% (1/3) et 100\u00a0% (3/3)" in words
    assert "tient compte de ces 2 messages" in words
    assert "03/03/2026 à\u00a008:00" in words


def test_what_a_sent_folder_lost_may_have_been_answers(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-03 08:00"))
        take(register, [answer("2026-03-16 10:00")], SENT, at=at("2026-03-16 12:00"))
        register.listed(SENT, 1, (), 3, at("2026-03-16 12:02"))
        register.looked(SENT, at("2026-03-16 12:02"))
        audit = _audit(register)

    assert [gap.role for gap in audit.unwatched] == [Role.SENT]
    assert margin_of(audit.indicators.email) == ((0, 1), (1, 1))


def test_a_time_in_which_nothing_came_leaves_the_rate_exact(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], at=at("2026-03-03 08:00"))
        _looks(register, 2, at("2026-03-06 12:00"))
        audit = _audit(register)

    assert [gap.missed for gap in audit.unwatched] == [0]
    assert audit.indicators.email.margin is None
    assert "se suivent\u00a0: aucun message" in page(audit).replace(" : ", "\u00a0: ")


@pytest.mark.parametrize(
    ("from_on", "to_on", "missing"),
    [
        (None, None, 4),
        (date(2026, 3, 1), None, 4),
        (date(2026, 3, 1), date(2026, 3, 15), 3),
        (date(2026, 4, 1), None, 1),
        (date(2026, 4, 11), None, 0),
        (None, date(2026, 1, 31), 0),
    ],
    ids=[
        "ever",
        "from March on",
        "half of March",
        "from the last one that is left on",
        "after the first look",
        "before all that is left: of no known time",
    ],
)
def test_mail_deleted_before_the_first_look_is_told_by_the_numbers_that_are_missing(
    tmp_path: Path, from_on: date | None, to_on: date | None, missing: int
) -> None:
    """Numbers 1, 2, 4, 6, 7 and 9 of nine are gone; 3 is of February, 5 of 2 March, 8 of 20 March."""
    left = {3: "2026-02-10 09:00", 5: "2026-03-02 09:12", 8: "2026-03-20 09:00"}
    facts = [
        replace(incoming(when, message_id=f"<{uid}@x.example>"), key=f"{uid:016x}")
        for uid, when in left.items()
    ]
    with registered(tmp_path / "state") as register:
        register.listed(INBOX, 1, tuple(left), 10, at("2026-04-10 08:00"))
        found = [sealed(fact, INBOX, uid) for fact, uid in zip(facts, left, strict=True)]
        register.record(INBOX, found, at("2026-04-10 08:00"))
        register.looked(INBOX, at("2026-04-10 08:00"))
        audit = _audit(register, Period(from_on=from_on, to_on=to_on))

    assert sum(gap.missed for gap in audit.unwatched) == missing
    assert all(gap.since is None and gap.until.tzinfo == PARIS for gap in audit.unwatched)
    assert ("avant le premier relevé" in page(audit)) is bool(missing)


def test_the_first_look_may_take_several_windows_and_ends_with_the_next(tmp_path: Path) -> None:
    when = at("2026-03-03 08:00")
    with registered(tmp_path / "state") as register:
        register.listed(INBOX, 1, (2,), 4, when)
        register.listed(INBOX, 1, (5,), 7, when)
        register.record(INBOX, [sealed(ASKED, INBOX, 2)], when)
        register.looked(INBOX, when)
        _looks(register, 8, when + timedelta(minutes=2), (7,))
        audit = _audit(register)

    assert [(gap.since, gap.missed) for gap in audit.unwatched] == [(None, 3)]


def test_a_server_may_begin_with_any_number_and_what_is_empty_tells_nothing(tmp_path: Path) -> None:
    when = at("2026-03-03 08:00")
    with registered(tmp_path / "state") as register:
        take(register, [ASKED], first=101, at=when)
        register.listed(SENT, 1, (), 900, when)
        register.looked(SENT, when)
        audit = _audit(register)

    assert audit.unwatched == ()


def test_a_folder_that_was_numbered_anew_tells_nothing_of_before(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        register.listed(INBOX, 1, (3,), 4, at("2026-03-03 08:00"))
        register.listed(INBOX, 2, (), 9, at("2026-03-03 08:02"))
        audit = _audit(register)

    assert audit.unwatched == ()


def test_the_report_names_each_request_whose_verdict_hangs_on_its_dates(tmp_path: Path) -> None:
    opened = replace(ASKED, grade=Grade.X, span=days("2026-03-02", "2026-03-05"))
    filed = replace(answer("2026-03-10 10:00"), grade=Grade.B)
    pending = replace(
        incoming("2026-04-13 09:00", message_id="<p@x.example>", sender="p@orange.example"),
        span=days("2026-04-09", "2026-04-13"),
    )
    with registered(tmp_path / "state") as register:
        take(register, [opened, filed, pending], at=at("2026-04-14 08:00"))
        audit = _audit(register)

    words = page(audit)
    assert "Verdicts incertains" in words
    assert "3 à 6" in words
    assert "09/03/2026 et 12/03/2026" in words
    lines = report.requests_csv(audit.requests).splitlines()
    assert lines[0].endswith("preuve_reponse;delai_au_moins;delai_au_plus")
    assert lines[1].endswith(";B;3;6")
    assert lines[2].endswith(";;;")
