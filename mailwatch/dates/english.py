"""Dates and delays as English writes them, with the same rules: an answer in English promises as one in French.

What English leaves open: « next Friday » is that of the week to come, « within a fortnight » 14 days, « by June »
the day before it, figures are day and month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from mailwatch.dates import reckoning
from mailwatch.dates.figures import in_figures
from mailwatch.dates.reckoning import When
from mailwatch.wording import Words
from mailwatch.workdays import Calendar, next_working

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_NUMBERS = {
    word: number
    for number, words in enumerate(
        "a|an|one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen twenty".split(),
        start=1,
    )
    for word in words.split("|")
} | {"couple of": 2, "thirty": 30, "forty": 40, "sixty": 60, "ninety": 90, "half a": 1}
_RANKS = {
    "first": 1,
    "1st": 1,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "last": 0,
}

_WD = "|".join(_WEEKDAYS)
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUMBER = rf"(?:\d{{1,3}}|(?:a )?couple of|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_DAY = r"[0-3]?\d(?:st|nd|rd|th)?"
_PART = (
    r"(?:the )?(?P<part>(?:very )?(?:early|late|later|mid|end|middle|beginning|start|first half|second half"
    rf"|course|(?P<rank>{'|'.join(_RANKS)}) (?P<rank_day>week|{_WD})))(?: (?:of|in|on))? "
)
_TERM = (
    r"(?:no later than|not later than|at the latest(?: by| on| in)?|by|before|until|till|within|in|under|over"
    r"|during|around|about|between|up to|needs?|takes?|allow(?: us| me)?|expect|inside|from)"
)
_LEAD = (
    rf"(?:(?P<term>{_TERM} (?:(?:{_TERM}|the|next|coming|another|about|around|approximately|roughly|most|maximum"
    r"|at|of|further|or|late|latest|following) ){0,5})|(?P<plain>(?:on|the|:) (?:the )?))?"
)
_DELAY = (
    rf"(?P<count>{_NUMBER}) (?:(?:to|or|and|{_NUMBER}) ){{0,2}}?(?:(?P<upper>{_NUMBER}) )?"
    r"(?:further |short |good |more )?(?P<worked>working |business |office |clear |full |calendar )?"
    r"(?P<unit>hours?|hrs?|days?|weeks?|fortnight|months?|years?)"
    r"(?: or (?P<more>two|so))?(?: s)?(?P<ahead> time| from (?:now|today))?(?P<after> later| after)?"
)
_NAMED = (
    rf"(?P<week_of>week (?:of|commencing|beginning|starting) )?(?:(?:{_WD}) )?(?:the )?"
    rf"(?:{_DAY} (?:(?:of )?(?:{_MONTH}) )?(?:and|to|or) (?:the )?(?:(?:{_WD}) )?)?"
    rf"(?:(?:(?P<weekday>{_WD}) (?:, )?)?(?:the )?(?P<day>{_DAY}|20\d\d)(?![^ ])(?: (?:of )?(?P<month>{_MONTH})(?![^ ])"
    r"|(?P<next_month> of next month)|(?P<this_month> of this month))?"
    rf"|(?P<month_first>{_MONTH}) (?:the )?(?P<day_after>{_DAY})(?![^ ]))(?:(?: ,)? (?P<year>20\d\d)(?![^ ]))?"
)
_WEEK = (
    r"(?:(?:the )?(?:very )?(?P<week_part>early|late|later|mid|end|middle|beginning|start|course)(?: (?:of|in|on))? )?"
    r"(?:the )?(?:(?P<which_week>next|this|following|coming) week|week (?P<week>[0-5]?\d)"
    r"|(?P<after_next>week after(?: next)?)|(?P<bare_week>(?<=the )week))"
)
_SPAN = (
    rf"(?:{_PART})?(?:the )?(?:(?P<span_month>{_MONTH})(?: (?P<span_year>20\d\d))?"
    rf"|(?:(?P<span_rank>{'|'.join(_RANKS)}) )?(?P<which>next |this |following |coming )?(?P<span>month|quarter|year)"
    r"(?: (?:of )?(?P<of_year>20\d\d))?|(?P<year_only>20\d\d))"
)
_WORD = (
    rf"(?:(?P<which_day>next|this|following|coming) )?(?:(?:{_WD}) or )?(?P<only_weekday>{_WD})"
    r"(?P<then> week| of next week| after next| next| fortnight)?"
    r"|(?P<feast>christmas(?: eve)?|new year s (?:eve|day)|new year|easter(?: monday)?|whit monday|pentecost|ascension"
    r"|bastille day|all saints|armistice)"
    r"|(?P<word>day after tomorrow|tomorrow|today|tonight|this (?:morning|afternoon|evening)"
    r"|(?:close|end) of (?:business|play|the day|day|today)|that (?:same )?(?:day|date)|(?:very )?same day|then"
    r"|(?:following|next) (?:working |business )?day|day after|weekend|noon|midday|lunchtime|day|hour)"
)
_TAIL = (
    r"(?:(?: ,)?(?: in the)? (?:morning|afternoon|evening|night|noon))?(?: ,)?"
    r"(?: (?:at|by|before|around) (?:\d\d? (?:am|pm|a m|p m)|\d\d?(?:am|pm|h\d*)|noon|midday))?"
    r"(?: ,)?(?: (?P<latest>at the (?:very )?latest|at most|latest|maximum))?"
)
_WHEN = re.compile(
    rf"{_LEAD}(?:(?P<a_delay>{_DELAY})|(?P<a_date>{_NAMED})|(?P<a_week>{_WEEK})|(?P<a_span>{_SPAN})"
    rf"|(?P<a_word>{_WORD}))(?![^ ]){_TAIL} "
)
_START = re.compile(
    rf"(?<= )(?:(?<! until )(?<! since )(?:{_TERM}|on|the|a|this|next|that|tomorrow|today|tonight|early"
    rf"|late|later|mid|end|week|first|\d\d?(?:st|nd|rd|th)?(?= (?:of )?(?:{_MONTH}) )|(?:{_MONTH})(?= \d)"
    rf"|{_NUMBER}(?= (?:days?|weeks?|months?) (?:later|after) )|{_WD}|then|close|:))(?= )"
)
_RUNS_FROM = re.compile(
    r" (?:of|from|after|following|once|when|upon|on)((?: (?!the date of this|now|today)[^\s?!.;¶]+){1,7})"
)
_CITIZENS = re.compile(r" (?:your|you|receipt|receiving|documents?|papers|complete\w*|file) ")
_ALREADY = re.compile(r" your (?:message|email|e mail|mail|letter|request|question|query|enquiry) ")
_PAST = timedelta(days=183)


def find(words: Words, start: int, end: int, today: date, calendar: Calendar) -> Iterator[When]:
    """Yield the dates and delays that stand in `words.line[start:end]`, as meant on `today`."""
    at, last = start, None
    while found := _START.search(words.line, max(at - 1, 0), end):
        match = _WHEN.match(words.line, found.start(), end)
        when = _resolve(match, words, today, calendar, last) if match else None
        if when:
            last = when.on or last
            yield when
        at = when.end if when else found.end() + 1


def _resolve(
    match: re.Match[str], words: Words, today: date, calendar: Calendar, last: date | None
) -> When | None:
    term, end = match["term"] or "", match.end()
    try:
        meant = _meant(match, words, today, calendar, last)
    except (OverflowError, ValueError):
        meant = None, end
    if meant is None:
        return None
    on, end = meant
    latest = match["latest"] is not None
    return When(
        start=match.start(),
        end=end,
        on=on if on and on >= today else None,
        firm=bool(term or latest or match["a_week"] or match["a_span"]),
        latest=latest or "later than" in term or "latest" in term,
        delay=match["a_delay"] is not None,
    )


def _meant(
    match: re.Match[str], words: Words, today: date, calendar: Calendar, last: date | None
) -> tuple[date | None, int] | None:
    """The day and where its words end; None when they are no date after all."""
    term, end = match["term"] or "", match.end()
    if match["a_delay"]:
        follows = _RUNS_FROM.match(words.line, end - 1)
        if not (term or match["ahead"] or match["after"]):
            return None
        since = _since(match, follows, today, last)
        return (_after_delay(match, since, calendar) if since else None), end
    if match["a_date"]:
        return _named(match, words, today)
    on = _week(match, today, last) if match["a_week"] else None
    if match["a_span"]:
        on = _span(match, term, today)
    elif match["a_word"]:
        on = _day(match, term, today, calendar, last)
    return None if on is None else (on, end)


def _number(text: str | None) -> int:
    text = (text or "0").removeprefix("a couple").strip() or "couple of"
    return int(text) if text.isdecimal() else _NUMBERS.get(text, 2)


def _since(
    match: re.Match[str], follows: re.Match[str] | None, today: date, last: date | None
) -> date | None:
    """The day that a delay counts from; None when it is that of an event to come."""
    if match["after"]:
        return last
    if follows is None or match["ahead"] or _ALREADY.search(follows[1] + " "):
        return today
    return None if _CITIZENS.search(follows[1] + " ") else last or today


def _after_delay(match: re.Match[str], since: date, calendar: Calendar) -> date | None:
    more = {"two": 2}.get(match["more"] or "", 0)
    count, unit = max(_number(match["count"]), _number(match["upper"]), more), match["unit"]
    worked = match["worked"] if (match["worked"] or "").startswith(("w", "b", "o")) else None
    if unit.startswith("h"):
        count, unit = (0 if count < 9 else -(-count // 24)), "days"
    if unit.startswith("d"):
        return reckoning.after_days(since, count, worked or "", calendar)
    if unit.startswith("w"):
        return reckoning.after_days(since, (5 if worked else 7) * count, worked or "", calendar)
    if unit == "fortnight":
        return since + timedelta(days=14 * count)
    return reckoning.after_months(since, count * (12 if unit.startswith("y") else 1))


def _named(match: re.Match[str], words: Words, today: date) -> tuple[date, int] | None:
    """« 12 June », « Friday the 12th », « June 12 », « 12/06/2026 »."""
    found = in_figures(words, match.start("day")) if match["day"] else None
    if found:
        day, month, year, end = found
    else:
        day = int(re.sub(r"\D", "", match["day"] or match["day_after"]))
        month = _MONTHS.get(match["month"] or match["month_first"] or "", 0)
        year, end = int(match["year"] or 0), match.end()
    if not 1 <= day <= 31:
        return None
    if not month:
        if not re.search(r"\d[a-z]", match["day"] or "") and not match["weekday"]:
            return None
        on = reckoning.clamped(today.year, today.month, day)
        if match["next_month"] or on < today:
            on = reckoning.clamped(*reckoning.month_after(today), day)
        return on, end
    on = reckoning.on_or_after(today, day, month, year)
    if not (match["term"] or match["latest"] or year) and on - today > _PAST:
        return None
    return (reckoning.friday_of(on) if match["week_of"] and on.weekday() < 4 else on), end


def _week(match: re.Match[str], today: date, last: date | None) -> date | None:
    part = _FRENCH.get(match["week_part"] or "", "")
    if match["week"]:
        friday = reckoning.numbered_week(today, int(match["week"]))
    elif match["after_next"]:
        friday = reckoning.friday_of(last or today) + timedelta(days=7 if last else 14)
    elif match["which_week"] in ("next", "coming", "following"):
        since = last if match["which_week"] == "following" and last else today
        friday = reckoning.friday_of(since) + timedelta(days=7)
    elif match["which_week"] or match["week_part"] or match["term"]:
        friday = reckoning.friday_of(today) + timedelta(days=7 if today.weekday() > 4 else 0)
    else:
        return None
    return reckoning.part_of_week(friday, part, today)


_FRENCH = {
    **dict.fromkeys(("early", "beginning", "start"), "debut"),
    **dict.fromkeys(("mid", "middle"), "milieu"),
    "first half": "premiere quinzaine",
}
"""The parts of a week, a month or a year, by the words that `reckoning` has for them."""


def _span(match: re.Match[str], term: str, today: date) -> date | None:
    said = (match["part"] or "").removeprefix("very ")
    part, ranked = _FRENCH.get(said, ""), match["rank"]
    if match["span_month"]:
        return _month(match, term, today)
    span, which = match["span"] or "year", (match["which"] or "").strip()
    if not (said or term or which in ("next", "following", "coming") or match["span_rank"]):
        return None
    if span == "quarter":
        rank = _RANKS.get(match["span_rank"] or "", 0)
        return reckoning.end_of_fraction(today, 3, rank, int(match["of_year"] or 0))
    if span == "year":
        if not said and not which:
            return None
        year = int(match["of_year"] or match["year_only"] or today.year + (which == "next"))
        return reckoning.part_of_year(year, part)
    if which in ("next", "following", "coming"):
        year, month = reckoning.month_after(today)
        return _within_month(match, year, month, part)
    if term.startswith("within ") and not said:
        return reckoning.after_months(today, 1)
    return None if ranked and not said else _within_month(match, today.year, today.month, part)


def _month(match: re.Match[str], term: str, today: date) -> date | None:
    """« in June » is its last day, « by June » the day before it."""
    said, month = (match["part"] or "").removeprefix("very "), _MONTHS[match["span_month"]]
    if not (said or term):
        return None
    part = _FRENCH.get(said, "")
    year = int(match["span_year"] or today.year)
    if not match["span_year"] and _within_month(match, year, month, part) < today:
        year += 1
    if term.startswith(("by ", "before ")) and not said:
        return max(date(year, month, 1) - timedelta(days=1), today)
    return _within_month(match, year, month, part)


def _within_month(match: re.Match[str], year: int, month: int, part: str) -> date:
    if match["rank"]:
        day = match["rank_day"]
        weekday = 4 if day == "week" else _WEEKDAYS.index(day)
        return reckoning.nth_weekday(year, month, weekday, _RANKS[match["rank"]])
    return reckoning.part_of_month(year, month, part)


def _day(
    match: re.Match[str], term: str, today: date, calendar: Calendar, last: date | None
) -> date | None:
    if match["only_weekday"]:
        return _weekday(match, today, last)
    if match["feast"]:
        return reckoning.feast(match["feast"], today) if term else None
    word = match["word"]
    if word.startswith("day after tomorrow"):
        return today + timedelta(days=2)
    if word == "tomorrow":
        return today + timedelta(days=1)
    if "same day" in word or word.startswith("that ") or word == "then":
        return last if word != "then" or term else None
    if word.endswith(("ing day", "business day")) or word in ("next day", "day after"):
        if last is None:
            return None
        on = last + timedelta(days=1)
        return next_working(calendar, on) if "working" in word or "business" in word else on
    if word == "weekend":
        ahead = reckoning.friday_of(today) + timedelta(days=2)
        return reckoning.friday_of(today) if term.startswith(("by ", "before ")) else ahead
    return today if term or " " in word or word in ("today", "tonight") else None


def _weekday(match: re.Match[str], today: date, last: date | None) -> date:
    weekday, then = _WEEKDAYS.index(match["only_weekday"]), (match["then"] or "").strip()
    if match["which_day"] == "next" or then in ("next", "of next week"):
        return today + timedelta(days=7 + weekday - today.weekday())
    since = last if match["which_day"] == "following" and last else today
    ahead = reckoning.weekday_after(since, weekday)
    return ahead + timedelta(days={"week": 7, "after next": 7, "fortnight": 14}.get(then, 0))
