"""Dates and delays as French writes them, resolved against the day of writing and the calendar.

Where French leaves a choice, the last day that the words allow is meant, since a promise is kept until then:
the upper bound of a range, the Friday of a week, the last day of a month, « début » the 10th, « mi- » the 15th.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailwatch.dates import grammar
from mailwatch.wording import Words
from mailwatch.workdays import Calendar, closure, easter_sunday, next_working, nth_working

__all__ = ["When", "find", "read_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A date or a delay found in words: its place in `Words.line`, and the day it means."""

    start: int
    end: int
    on: date | None
    """None when the words give no day: it is past, or runs from an event to come."""
    firm: bool
    """Introduced as a term (« avant », « sous », « d’ici »), not a bare « le 12 »."""
    latest: bool
    """Said to be the last day (« au plus tard »)."""
    delay: bool
    """Counted from the day of writing, not named."""


_PAST = timedelta(days=183)
"""A bare « le 3 mars » whose next return is further off than this is the one just gone."""
_LONGEST = 3660


def find(words: Words, start: int, end: int, today: date, calendar: Calendar) -> Iterator[When]:
    """Yield the dates and delays that stand in `words.line[start:end]`, as meant on `today`."""
    at, last = start, None
    while found := grammar.START.search(words.line, max(at - 1, 0), end):
        match = grammar.WHEN.match(words.line, found.start(), end)
        when = _resolve(match, words, today, calendar, last) if match else None
        if when:
            last = when.on or last
            yield when
        at = when.end if when else found.end() + 1


def read_at(words: Words, at: int, today: date, calendar: Calendar) -> When | None:
    """Read the date whose words start at `words.line[at]`, whatever stands before them."""
    match = grammar.WHEN.match(words.line, at)
    return _resolve(match, words, today, calendar, None) if match else None


def _resolve(
    match: re.Match[str], words: Words, today: date, calendar: Calendar, last: date | None
) -> When | None:
    """The meaning of one match, `last` being the date named before it; None when it is no date after all."""
    term = match["term"] or ""
    end = match.end()
    on: date | None
    try:
        if match["a_delay"]:
            if not term or _only_lasts(term):
                return None
            since = _since(words.line, end - 1, today, last)
            on = _after_delay(match, since, calendar) if since else None
        elif match["a_date"]:
            named = _named(match, words, today)
            if named is None:
                return None
            on, end = named
        else:
            on = _calendar_day(match, term, today, last)
            if on is None:
                return None
    except (OverflowError, ValueError):
        on = None
    firm = bool(term or match["latest"] or match["a_week"] or match["a_span"])
    return When(
        start=match.start(),
        end=end,
        on=on if on and on >= today else None,
        firm=firm,
        latest="plus tard" in term or match["latest"] is not None,
        delay=match["a_delay"] is not None,
    )


# --- delays ---------------------------------------------------------------------------------------


def _only_lasts(term: str) -> bool:
    """Say whether a number with its unit only lasts (« pour trois mois »)."""
    return term.endswith(("pour ", "vers ", "moins ")) and "delai" not in term


def _after_delay(match: re.Match[str], today: date, calendar: Calendar) -> date | None:
    """The last day of « sous 8 jours », « d’ici deux à trois semaines », « sous 48 h »."""
    if match["about"]:
        count, unit = grammar.ABOUT[match["about"]], match["about_unit"] or "jours"
    elif match["glued"]:
        count, unit = int(match["glued"]), match["glued_unit"]
    else:
        count, unit = (
            max(grammar.number(match["count"]), grammar.number(match["upper"] or "0")),
            match["unit"],
        )
    worked = match["worked"] or ""
    if unit.startswith("h"):
        # « avant 18 h » is today, « avant 48 h » the day after tomorrow
        today_still = (match["term"] or "").endswith("avant ") and count < 24
        count, unit = 0 if today_still else -(-count // 24), "jours"
    if unit.startswith("j"):
        return _after_days(today, count, worked, calendar)
    if unit.startswith("semaine"):
        return _after_days(today, 5 * count if worked else 7 * count, worked, calendar)
    if unit.startswith("quinzaine"):
        return today + timedelta(days=15 * count)
    return _after_months(today, count if unit == "mois" else 12 * count)


def _after_days(today: date, count: int, worked: str, calendar: Calendar) -> date | None:
    if count > _LONGEST:
        return None
    if worked.startswith("franc"):
        return today + timedelta(days=count + 1)
    if worked.startswith("ouvrable"):
        return _after_ouvrables(today, count, calendar)
    if worked:
        return nth_working(calendar, today, count) if count else next_working(calendar, today)
    return today + timedelta(days=count)


def _after_ouvrables(today: date, count: int, calendar: Calendar) -> date:
    """Jours ouvrables: every day but Sundays and public holidays."""
    day = today
    for _ in range(count):
        day += timedelta(days=1)
        while closure(calendar, day) not in (None, "samedi"):
            day += timedelta(days=1)
    return day


def _since(line: str, end: int, today: date, last: date | None) -> date | None:
    """The day that a delay ending at `end` counts from: the writing, or a day named before for the event it follows.

    None when it counts from an event of which nobody knows the day (« à réception de votre dossier »).
    """
    match = grammar.RUNS_FROM.match(line, end)
    if match is None or grammar.ALREADY.search(match[1] + " "):
        return today
    return None if grammar.CITIZENS.search(f"{match[0]} ") else last


def _after_months(today: date, count: int) -> date:
    index = today.year * 12 + today.month - 1 + count
    return _clamped(index // 12, index % 12 + 1, today.day)


# --- dates ----------------------------------------------------------------------------------------


def _named(match: re.Match[str], words: Words, today: date) -> tuple[date | None, int] | None:
    """The day of « le 12 mars », « lundi 16 », « 12/03/2026 », and where its words end."""
    lead = match["term"] or match["plain"] or ""
    found = _numeric(words, match.start("day"))
    if found:
        day, month, year, end = found
    else:
        month, end = grammar.MONTHS.get(match["month"] or "", 0), match.end()
        day = int(match["day"]) if match["day"].isdecimal() else 1
        year = int(match["year"] or 0)
        if not month and not match["day_of"]:
            end = match.end("day") + 1
            named = match["weekday"] or lead.endswith("le ")
            if not named or grammar.NOT_A_DAY.match(words.line, end - 1) or not 1 <= day <= 31:
                return None
    on = _on(day, month, year, match["day_of"] or "", today)
    if not (match["term"] or match["latest"] or year) and on - today > _PAST:
        return None
    return (_friday(on) if match["week_of"] and on.weekday() < 4 else on), end


def _numeric(words: Words, at: int) -> tuple[int, int, int, int] | None:
    """Day, month, year (0 when none) and end of a date written in figures at `line[at]`."""
    begin = words.spans[bisect_right(words.starts, at) - 1][0]
    match = grammar.ISO.match(words.text, begin)
    if match:
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    else:
        match = grammar.FIGURES.match(words.text, begin)
        if not match:
            return None
        day, month, year = int(match[1]), int(match[3]), int(match[4] or 0)
        year += 2000 if 0 < year < 100 else 0
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return None
    last = bisect_right(words.spans, (match.end(), 0)) - 1
    start, stop = words.starts[last], words.spans[last]
    return day, month, year, start + stop[1] - stop[0] + 1


def _on(day: int, month: int, year: int, day_of: str, today: date) -> date:
    """The next such day on or after `today`, unless the words name its year or its month."""
    if month:
        on = _clamped(year or today.year, month, day)
        return on if year or on >= today else _clamped(today.year + 1, month, day)
    on = _clamped(today.year, today.month, day)
    if "prochain" in day_of or (not day_of and on < today):
        return _clamped(today.year + today.month // 12, today.month % 12 + 1, day)
    return on


def _clamped(year: int, month: int, day: int) -> date:
    """That day, or the last of its month: « le 31 avril » is the 30th."""
    return date(year, month, 1) + timedelta(days=min(day, _last(year, month).day) - 1)


def _last(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


# --- weeks, months, words -------------------------------------------------------------------------


def _calendar_day(match: re.Match[str], term: str, today: date, last: date | None) -> date | None:
    if match["a_week"]:
        follows = match["next_week"] in ("suivante", "d apres") and last
        return _week(match, term, last if follows and last else today)
    if match["a_span"]:
        return _span(match, term, today)
    if match["only_weekday"]:
        if match["plain"] == "le " and not match["which"]:
            return None  # « le lundi » is every Monday
        return _weekday(grammar.WEEKDAYS.index(match["only_weekday"]), match["which"] or "", today)
    return _day_word(match["word"], term, today, last)


def _friday(day: date) -> date:
    return day + timedelta(days=4 - day.weekday())


def _week(match: re.Match[str], term: str, today: date) -> date | None:
    """A week is its Friday; « début » its Tuesday, « milieu » its Wednesday."""
    number = int(match["week"] or match["short_week"] or 0)
    if number:
        on = _clamped_week(today.year, number)
        friday = on if on >= today else _clamped_week(today.year + 1, number)
    elif match["next_week"]:
        friday = _friday(today) + timedelta(days=7)
    elif match["this_week"] or match["week_part"] or term or "en cours" in match["a_week"]:
        friday = _friday(today) + timedelta(days=7 if today.weekday() > 4 else 0)
    else:
        return None
    back = {"debut": 3, "milieu": 2, "mi": 2}.get(match["week_part"] or "", 0)
    return max(friday - timedelta(days=back), today) if friday >= today else friday


def _clamped_week(year: int, number: int) -> date:
    try:
        return date.fromisocalendar(year, number, 5)
    except ValueError:
        return date.fromisocalendar(year, 52, 5)


def _span(match: re.Match[str], term: str, today: date) -> date | None:
    """A month, a quarter or a year: its last day, or that of the part named."""
    part = match["part"] or ""
    if match["fraction"]:
        return _fraction(match, today)
    if match["this_year"] or match["year_only"]:
        return _year(match, part, today) if part or match["next_year"] else None
    if not (part or term or match["next_month"] or "ce mois" in match["a_span"]):
        return None
    if match["this_month"] and not part:
        within = term.startswith("dans ") and "cour" not in term + match["a_span"]
        return _after_months(today, 1) if within else _last(today.year, today.month)
    year, month = _month_meant(match, part, today)
    if term.startswith("avant ") and not part and match["span_month"]:
        return max(date(year, month, 1) - timedelta(days=1), today)
    return _month_part(year, month, part)


def _month_meant(match: re.Match[str], part: str, today: date) -> tuple[int, int]:
    if match["next_month"]:
        return today.year + today.month // 12, today.month % 12 + 1
    if not match["span_month"]:
        here = _month_part(today.year, today.month, part) >= today
        after = (today.year + today.month // 12, today.month % 12 + 1)
        return (today.year, today.month) if here else after
    month = grammar.MONTHS[match["span_month"]]
    if match["span_year"]:
        return int(match["span_year"]), month
    return today.year + (_month_part(today.year, month, part) < today), month


def _month_part(year: int, month: int, part: str) -> date:
    if part == "debut":
        return date(year, month, 10)
    if part in ("mi", "milieu") or part.startswith(("premiere", "1r", "1er")):
        return date(year, month, 15)
    return _last(year, month)


def _fraction(match: re.Match[str], today: date) -> date:
    """The last day of a quarter or of a half-year."""
    months = 3 if match["fraction"] == "trimestre" else 6
    month = min(grammar.ORDINALS[match["ordinal"]] * months, 12)
    year = int(match["fraction_year"] or today.year)
    on = _last(year, month)
    return on if match["fraction_year"] or on >= today else _last(year + 1, month)


def _year(match: re.Match[str], part: str, today: date) -> date:
    year = int(match["year_only"] or today.year + (match["next_year"] is not None))
    if part == "debut":
        return date(year, 3, 31)
    return date(year, 6, 30) if part in ("mi", "milieu") else date(year, 12, 31)


def _weekday(weekday: int, which: str, today: date) -> date:
    """« lundi » is the next one after today; « lundi en huit » the one after it."""
    ahead = today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    monday = today - timedelta(days=today.weekday())
    if which == "de la semaine prochaine":
        return monday + timedelta(days=7 + weekday)
    if which == "de cette semaine":
        return monday + timedelta(days=weekday)
    return ahead + timedelta(days={"en huit": 7, "en quinze": 14}.get(which, 0))


def _day_word(word: str, term: str, today: date, last: date | None) -> date | None:
    if word.endswith("lendemain"):
        return last + timedelta(days=2 if word.startswith("sur") else 1) if last else None
    if word == "demain":
        return today + timedelta(days=1)
    if word == "apres demain":
        return today + timedelta(days=2)
    if word in ("noel", "toussaint", "paques"):
        return _feast(word, today) if term else None
    if word.endswith((" la", " meme")) or "meme " in word or word == "that same day":
        return last
    if word.endswith("week end"):
        return _week_end(term, today)
    if term or word.startswith(("aujourd hui", "ce ", "cet ", "fin")):
        return today
    return None


def _week_end(term: str, today: date) -> date:
    sunday = today + timedelta(days=6 - today.weekday())
    return _friday(today) if term.startswith("avant ") and today.weekday() < 5 else sunday


def _feast(word: str, today: date) -> date:
    if word == "paques":
        on = easter_sunday(today.year)
        return on if on >= today else easter_sunday(today.year + 1)
    return _on(25, 12, 0, "", today) if word == "noel" else _on(1, 11, 0, "", today)
