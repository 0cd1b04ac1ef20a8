"""Dates and delays as French and English write them, resolved against the day of writing and the calendar.

Where words leave a choice, the last day that they allow is meant, since a promise is kept until then: the
upper bound of a range, the Friday of a week, the last day of a month, « début » the 10th, « mi- » the 15th.
Of a week « début » is its Tuesday; a feast is its own day; « à la rentrée », « avant l’été » name no day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from mailwatch.dates import english, grammar, reckoning
from mailwatch.dates.figures import in_figures
from mailwatch.dates.reckoning import When
from mailwatch.wording import Words
from mailwatch.workdays import Calendar

__all__ = ["When", "find", "read_at"]

_REACH = 300
"""How far, in characters, an event may stand before the delay that counts from it."""
_PAST = timedelta(days=183)
"""A bare « le 3 mars » whose next return is further off than this is the one just gone."""
_ENGLISH = re.compile(r" (?:the|we|will|shall|your|our|you|with|within|by) ")
"""A sentence in English; French has none of these words."""


def find(
    words: Words, start: int, end: int, today: date, calendar: Calendar, reach: int = 0
) -> Iterator[When]:
    """Yield the dates and delays that stand in `words.line[start:end]`, as meant on `today`.

    Those named up to `reach` characters before say from which day « le lendemain » counts.
    """
    inside = _ENGLISH.search(words.line, max(start - 1, 0), end)
    read = english.find if inside else _find
    for when in read(words, max(0, start - reach), end, today, calendar):
        if when.start >= start - 1:
            yield when


def _find(words: Words, start: int, end: int, today: date, calendar: Calendar) -> Iterator[When]:
    at, last = start, None
    while found := grammar.START.search(words.line, max(at - 1, 0), end):
        match = grammar.WHEN.match(words.line, found.start(), end)
        when = _resolve(match, words, today, calendar, last) if match else None
        if when:
            last = when.on or last
            if not grammar.UNTIL.search(words.line, max(0, when.start - 14), when.start):
                yield when
        at = _after_hour(words.line, when.end) if when else found.end() + 1


def _after_hour(line: str, end: int) -> int:
    """Where the time of day ends that follows a date ending at `end`."""
    hour = grammar.AT_HOUR.match(line, end - 1)
    return hour.end() if hour else end


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
    if last is None and grammar.RELATIVE.search(words.line, match.start(), end + 24):
        last = _named_before(words, match.start(), today)
    on: date | None
    try:
        if match["a_delay"]:
            follows = grammar.RUNS_FROM.match(words.line, end - 1)
            if _only_lasts(term) or not (term or follows):
                return None
            since = _since(follows, words, today, last) if follows else today
            on = _after_delay(match, since, calendar) if since else None
            end = _after_event(follows, end)
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
        delay=match["a_delay"] is not None or match["word"] in grammar.SAME_DAY,
    )


def _named_before(words: Words, at: int, today: date) -> date | None:
    """The last day named before `at`, even as an event’s (« la commission du 23 avril »)."""
    on = None
    for named in grammar.WHEN_NAMED.finditer(words.line, max(0, at - _REACH), at):
        found = _named(named, words, today)
        on = found[0] if found and found[0] and found[0] >= today else on
    return on


# --- delays ---------------------------------------------------------------------------------------


def _only_lasts(term: str) -> bool:
    """Say whether a number with its unit only lasts (« pour trois mois »)."""
    return term.endswith(("pour ", "vers ", "moins ")) and "delai" not in term


def _after_delay(match: re.Match[str], since: date, calendar: Calendar) -> date | None:
    """The last day of « sous 8 jours », « d’ici deux à trois semaines », « sous 48 h »."""
    if match["about"]:
        count, unit = grammar.ABOUT[match["about"]], match["about_unit"] or "jours"
    elif match["glued"]:
        count, unit = int(match["glued"]), match["glued_unit"]
    else:
        bounds = (match["count"], match["upper"] or "0", match["more"] or "0")
        count, unit = max(map(grammar.number, bounds)), match["unit"]
    worked = match["worked"] or ""
    if unit.startswith("h"):
        # « avant 18 h », « dans les 2 heures » are today, « avant 48 h » the day after tomorrow
        still = count < 24 if (match["term"] or "").endswith("avant ") else count < 9
        count, unit = 0 if still else -(-count // 24), "jours"
    if unit.startswith("j"):
        return reckoning.after_days(since, count, worked, calendar)
    half = match["half"] is not None
    if unit.startswith("semaine"):
        days = 5 * count + 3 * half if worked else 7 * count + 4 * half
        return reckoning.after_days(since, days, worked, calendar)
    if unit.startswith("quinzaine"):
        return since + timedelta(days=15 * count)
    if unit == "mois":
        return reckoning.after_months(since, count) + timedelta(days=15 * half)
    return reckoning.after_months(since, 12 * count + 6 * half)


def _after_event(follows: re.Match[str] | None, end: int) -> int:
    """Where the words end that say the delay counts from the writing (« à compter de ce jour »)."""
    already = grammar.ALREADY.search(follows[1] + " ") if follows else None
    return follows.start(1) + already.end() if follows and already else end


def _since(follows: re.Match[str], words: Words, today: date, last: date | None) -> date | None:
    """The day that a delay counts from: the writing, a day named there, or one named before for the event.

    None when it counts from an event of which nobody knows the day (« à réception de votre dossier »).
    """
    if grammar.ALREADY.search(follows[1] + " "):
        return today
    named = grammar.WHEN_NAMED.search(words.line, follows.start(), follows.end() + 1)
    if named:
        found = _named(named, words, today)
        return found[0] if found else None
    return None if grammar.CITIZENS.search(f"{follows[0]} ") else last


# --- dates ----------------------------------------------------------------------------------------


def _named(match: re.Match[str], words: Words, today: date) -> tuple[date | None, int] | None:
    """The day of « le 12 mars », « lundi 16 », « 12/03/2026 », and where its words end."""
    groups = match.groupdict()
    lead = groups.get("term") or groups.get("plain") or ""
    found = in_figures(words, match.start("day"))
    if found:
        day, month, year, end = found
    else:
        month, end = grammar.MONTHS.get(match["month"] or "", 0), match.end()
        day = grammar.number(match["day"]) or 1
        year = int(match["year"] or 0)
        if not month and not match["day_of"]:
            end = match.end("day") + 1
            named = match["weekday"] or lead.endswith("le ")
            if not named or grammar.NOT_A_DAY.match(words.line, end - 1) or not 1 <= day <= 31:
                return None
    on = _on(day, month, year, match["day_of"] or "", today)
    firm = groups.get("term") or groups.get("latest") or year
    if not firm and on - today > _PAST:
        return None
    return (reckoning.friday_of(on) if match["week_of"] and on.weekday() < 4 else on), end


def _on(day: int, month: int, year: int, day_of: str, today: date) -> date:
    """The next such day on or after `today`, unless the words name its year or its month."""
    if month:
        return reckoning.on_or_after(today, day, month, year)
    on = reckoning.clamped(today.year, today.month, day)
    if "prochain" in day_of or (not day_of and on < today):
        return reckoning.clamped(*reckoning.month_after(today), day)
    return on


# --- weeks, months, words -------------------------------------------------------------------------


def _calendar_day(match: re.Match[str], term: str, today: date, last: date | None) -> date | None:
    if match["a_week"]:
        return _week(match, term, today, last)
    if match["a_span"]:
        return _span(match, term, today)
    if match["feast"]:
        return _feast(match, term, today)
    if match["only_weekday"]:
        if match["plain"] == "le " and not match["which"]:
            return None  # « le lundi » is every Monday
        return _weekday(
            grammar.WEEKDAYS.index(match["only_weekday"]), match["which"] or "", today, last
        )
    term = term or ("ce " if match["plain"] == "ce " else "")
    return _day_word(match["word"], term, today, last)


def _week(match: re.Match[str], term: str, today: date, last: date | None) -> date | None:
    """A week is its Friday; one that follows a day named before is counted from it."""
    number = int(match["week"] or match["short_week"] or 0)
    if match["its_week"]:
        return reckoning.friday_of(last) if last else None
    if match["after_it"] and last:
        return last + timedelta(days=7)
    if number:
        friday = reckoning.numbered_week(today, number)
    elif match["next_week"] or match["after_it"]:
        since = last if match["next_week"] in ("suivante", "d apres") and last else today
        friday = reckoning.friday_of(since) + timedelta(days=7)
    elif match["this_week"] or match["week_part"] or term or "en cours" in match["a_week"]:
        friday = reckoning.friday_of(today) + timedelta(days=7 if today.weekday() > 4 else 0)
    else:
        return None
    return reckoning.part_of_week(friday, match["week_part"] or "", today)


def _span(match: re.Match[str], term: str, today: date) -> date | None:
    """A month, a quarter or a year: its last day, or that of the part named."""
    part = _part(match)
    if match["fraction"]:
        return _fraction(match, term or part, today)
    if match["this_year"] or match["year_only"]:
        year = int(match["year_only"] or today.year + (match["next_year"] is not None))
        return reckoning.part_of_year(year, part) if part or match["next_year"] else None
    if not (part or term or match["next_month"] or "ce mois" in match["a_span"]):
        return None
    if match["this_month"] and not part:
        within = term.startswith("dans ") and "cour" not in term + match["a_span"]
        return (
            reckoning.after_months(today, 1)
            if within
            else reckoning.last_of(today.year, today.month)
        )
    year, month = _month_meant(match, part, today)
    if term.startswith("avant ") and not part and match["span_month"]:
        return max(date(year, month, 1) - timedelta(days=1), today)
    return _part_of_month(year, month, part)


def _part(match: re.Match[str]) -> str:
    """« début », « mi », « première quinzaine », « 2 0 » for the second Monday, « » for the whole."""
    if not match["nth"]:
        part = match["part"] or ""
        return {"premiers jours": "debut", "derniers jours": "fin"}.get(part, part)
    nth = 0 if match["nth"].startswith("derni") else grammar.ORDINALS[match["nth"]]
    if match["part_day"] == "quinzaine":
        return "premiere quinzaine" if nth == 1 else "fin"
    day = match["part_day"]
    return f"{nth} {4 if day == 'semaine' else grammar.WEEKDAYS.index(day)}"


def _part_of_month(year: int, month: int, part: str) -> date:
    if part[:1].isdecimal():
        return reckoning.nth_weekday(year, month, int(part[2:]), int(part[0]))
    return reckoning.part_of_month(year, month, part)


def _month_meant(match: re.Match[str], part: str, today: date) -> tuple[int, int]:
    if match["next_month"]:
        return reckoning.month_after(today)
    if not match["span_month"]:
        here = _part_of_month(today.year, today.month, part) >= today
        return (today.year, today.month) if here else reckoning.month_after(today)
    month = grammar.MONTHS[match["span_month"]]
    if match["span_year"]:
        return int(match["span_year"]), month
    return today.year + (_part_of_month(today.year, month, part) < today), month


def _fraction(match: re.Match[str], bound: str, today: date) -> date | None:
    """The last day of a quarter or of a half-year."""
    months = 3 if match["fraction"] == "trimestre" else 6
    if match["ordinal"]:
        year = int(match["fraction_year"] or 0)
        return reckoning.end_of_fraction(today, months, grammar.ORDINALS[match["ordinal"]], year)
    on = reckoning.end_of_fraction(today, months)
    if match["next_fraction"]:
        return reckoning.end_of_fraction(on + timedelta(days=1), months)
    return on if bound else None


def _weekday(weekday: int, which: str, today: date, last: date | None) -> date:
    """« lundi » is the next one after today, or after the day before it; « lundi en huit » the one after."""
    monday = today - timedelta(days=today.weekday())
    if which in ("de la semaine prochaine", "de la semaine suivante"):
        return monday + timedelta(days=7 + weekday)
    if which == "de cette semaine":
        return monday + timedelta(days=weekday)
    since = last if which in ("suivant", "d apres", "qui suit", "qui suivra") and last else today
    ahead = reckoning.weekday_after(since, weekday)
    return ahead + timedelta(days={"en huit": 7, "en quinze": 14}.get(which, 0))


def _day_word(word: str, term: str, today: date, last: date | None) -> date | None:
    if word.endswith("lendemain"):
        return last + timedelta(days=2 if word.startswith("sur") else 1) if last else None
    if word == "demain":
        return today + timedelta(days=1)
    if word == "apres demain":
        return today + timedelta(days=2)
    if word.endswith((" la", " meme")) or "meme " in word or word.startswith("cette "):
        return today if word == "cette nuit" else last
    if word.endswith("week end"):
        return _week_end(term, today)
    if term or word.startswith(("aujourd hui", "ce ", "cet ", "fin", "debut")):
        return today
    return None


def _week_end(term: str, today: date) -> date:
    sunday = today + timedelta(days=6 - today.weekday())
    return (
        reckoning.friday_of(today) if term.startswith("avant ") and today.weekday() < 5 else sunday
    )


def _feast(match: re.Match[str], term: str, today: date) -> date | None:
    """A feast named as a term, or by its day of the week (« le lundi de Pentecôte »)."""
    on, day = reckoning.feast(match["feast"], today), match["feast_day"]
    if day in grammar.WEEKDAYS:
        return on + timedelta(days=(grammar.WEEKDAYS.index(day) - on.weekday()) % 7)
    if day in ("veille", "lendemain"):
        return on + timedelta(days=-1 if day == "veille" else 1)
    return on if term else None
