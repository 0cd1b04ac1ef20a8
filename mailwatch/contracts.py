"""The public JSON of mailwatch: what `--json` prints, stable, relied on by other programs.

Instants are ISO 8601 with offset, days ISO dates, delays integers or null, means unrounded numbers or null.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import MAXYEAR, datetime, tzinfo
from typing import TYPE_CHECKING, TypeAlias

from mailwatch import sampling
from mailwatch.hints import Hint
from mailwatch.manual import Closures, Manual, explained
from mailwatch.model import (
    Announced,
    Answer,
    Audit,
    Bounds,
    ChannelIndicators,
    Check,
    Correction,
    Deadline,
    Evidence,
    Fact,
    Grade,
    Indicators,
    Letter,
    Link,
    LocalRule,
    ManualAnswer,
    Mention,
    MentionCount,
    Mentions,
    Period,
    Precision,
    Rate,
    Refused,
    Request,
    Review,
    Ruling,
    Sample,
    Span,
    Unreadable,
    Unwatched,
)
from mailwatch.ruleset import Choice, Rule

if TYPE_CHECKING:
    from mailwatch.analysis import Examined
    from mailwatch.disclosure import Disclosure
    from mailwatch.health import Fault, FolderHealth, Health
    from mailwatch.rereading import Glimpse
    from mailwatch.reviewing import Doubtful, Event
    from mailwatch.specimens import Verdict

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def check(examined: Examined, rules: str, advice: Sequence[Hint]) -> dict[str, Json]:
    """The verdict on one outgoing message, and what is advised on its language."""
    found = examined.mentions
    return {
        "file": examined.delivery.file,
        "message_id": examined.message.message_id,
        "nature": examined.reading.nature,
        "mentions": mentions(found) if found else None,
        "announced": announced(examined.announced),
        "from_class": found.from_class if found else None,
        "header_only": list(found.header_only) if found else [],
        "findings": list(found.findings) if found else [],
        "evidence": [evidence(item) for item in examined.reading.evidence],
        "confidence": examined.reading.confidence,
        "hints": [hint(item) for item in advice],
        "rules": rules,
    }


def hint(found: Hint) -> dict[str, Json]:
    """One piece of advice: what it is about, and the length of a sentence in words."""
    return {"kind": found.kind, "text": found.text or None, "words": found.words or None}


def specimen(found: Verdict, rules: str) -> dict[str, Json]:
    """The verdict on one courriel type; `meant` is its declared nature, `nature` what it reads as."""
    own = found.specimen
    return {
        "file": own.file,
        "title": own.title,
        "version": own.version,
        "author": own.author,
        "on": own.on.isoformat(),
        "opinion": own.opinion or None,
        "opinion_on": own.opinion_on.isoformat() if own.opinion_on else None,
        "exception": own.exempt,
        "meant": own.nature,
        "nature": found.reading.nature,
        "confidence": found.reading.confidence,
        "mentions": mentions(found.mentions),
        "announced": announced(found.announced),
        "faults": [{"kind": item.kind, "words": str(item.words)} for item in found.faults],
        "advice": [{"kind": item.kind, "words": str(item.words)} for item in found.advice],
        "hints": [hint(item) for item in found.hints],
        "rules": rules,
    }


def classify(examined: Examined) -> dict[str, Json]:
    """What one message is."""
    reading = examined.reading
    return {
        "file": examined.delivery.file,
        "message_id": examined.message.message_id,
        "direction": examined.direction,
        "nature": reading.nature,
        "also": list(reading.also),
        "answer_due": reading.answer_due,
        "correspondent": reading.correspondent or None,
        "evidence": [evidence(item) for item in reading.evidence],
        "confidence": reading.confidence,
        "reason": reading.reason or None,
    }


def unreadable(found: Unreadable) -> dict[str, Json]:
    """A message that could not be read, as `check` and `classify` print it."""
    return {"file": found.file, "message_id": None, "nature": None, "unreadable": found.reason}


def deadline(found: Deadline) -> dict[str, Json]:
    """A due date with its day-by-day explanation."""
    return {
        "received_on": found.received_on.isoformat(),
        "due_on": found.due_on.isoformat(),
        "days": [
            {"date": day.on.isoformat(), "counts": day.counts, "why": day.why} for day in found.days
        ],
    }


def audit(found: Audit) -> dict[str, Json]:
    """The whole offline run."""
    return {
        "requests": [request(item) for item in found.requests],
        **_summary(found),
        "precision": precision(()),
    }


def audit_lines(found: Audit, precisions: Sequence[Precision] = ()) -> Iterator[str]:
    """The whole offline run as the text of one JSON object, a request at a time: a year of them is large."""
    yield '{"requests": ['
    for place, item in enumerate(found.requests):
        yield (", " if place else "") + json.dumps(request(item), ensure_ascii=False)
    summary = {**_summary(found), "precision": precision(precisions)}
    yield "], " + json.dumps(summary, ensure_ascii=False)[1:] + "\n"


def _summary(found: Audit) -> dict[str, Json]:
    return {
        "indicators": indicators(found.indicators),
        "quarantined": [{"file": item.file, "reason": item.reason} for item in found.quarantined],
        "period": _period(found.period),
        "today": found.today.isoformat(),
        "convention": found.institution.convention,
        "set_aside": {str(nature): count for nature, count in found.set_aside.items()},
        "unseen_answers": [
            {
                "file": item.file,
                "on": item.on.isoformat(),
                "request": item.request or None,
                "box": item.box or None,
            }
            for item in found.unseen
        ],
        "refused": [refused(item) for item in found.refused],
        "corrections": [ruling(item) for item in found.rulings],
        "local_rules": [local_rule(item) for item in found.local],
        "unwatched": [unwatched(item) for item in found.unwatched],
        "messages": found.messages,
        "duplicates": found.duplicates,
        "rules": found.rules,
    }


def precision(found: Sequence[Precision]) -> dict[str, Json]:
    """How often each check was right among the cases that a person judged, by check; `rate_text` may be words.

    `email` and `letter` are nature, link and deadline together on the cases of that channel: what its rate rests on.
    `interval` is Wilson's at 95 %, in shares of one, null when nothing was judged.
    """
    return {
        str(one.channel or one.checks[0]): {
            "right": one.right.numerator,
            "judged": one.right.denominator,
            "waiting": one.waiting,
            "rate_text": one.right.text,
            "interval": list(one.interval) if one.interval else None,
        }
        for one in found or sampling.precisions((), ())
    }


def sample(
    found: Sample, requests: Mapping[str, Request], known: Mapping[tuple[str, Check], Review]
) -> dict[str, Json]:
    """Cases drawn for an internal audit; `state` is today's, null when the register has no such request any more."""
    return {
        **_draw(found),
        "cases": [
            {
                "request": case.request,
                "received_on": case.received_on.isoformat(),
                "channel": case.channel,
                "state": requests[case.request].state if case.request in requests else None,
                "checks": {
                    str(check): {
                        "said": said,
                        "review": review(known[case.request, check])
                        if (case.request, check) in known
                        else None,
                    }
                    for check, said in case.verdicts.items()
                },
            }
            for case in found.cases
        ],
    }


def _draw(found: Sample) -> dict[str, Json]:
    return {
        "period": _period(found.period),
        "seed": found.seed,
        "size": found.size,
        "population": found.population,
        "at": found.at.isoformat(),
    }


def review(found: Review) -> dict[str, Json]:
    """What a person found of one verdict; a `verdict` that is null takes back what was said before."""
    return {
        "request": found.request,
        "check": found.check,
        "verdict": {True: "right", False: "wrong", None: None}[found.right],
        "by": found.by,
        "note": found.note or None,
        "at": found.at.isoformat(),
    }


def sampled(
    period: Period, samples: Sequence[Sample], found: Sequence[Precision]
) -> dict[str, Json]:
    """What the internal audit found of the checks, on requests received in a period."""
    return {
        "period": _period(period),
        "draws": [{**_draw(one), "cases": len(one.cases)} for one in samples],
        "precision": precision(found),
    }


def _period(found: Period) -> dict[str, Json]:
    return {
        "from": found.from_on.isoformat() if found.from_on else None,
        "to": found.to_on.isoformat() if found.to_on else None,
    }


def unwatched(found: Unwatched) -> dict[str, Json]:
    """A time in which a folder was not looked at; `since` is null before the first look.

    `missed` messages came and went in it, by the numbers that the server gave out: of a folder of role `inbox`
    they count as requests, of one of role `sent` as answers, in the margin of the rate.
    """
    return {
        "account": found.account,
        "folder": found.folder,
        "role": found.role,
        "since": found.since.isoformat() if found.since else None,
        "until": found.until.isoformat(),
        "missed": found.missed,
    }


def refused(found: Refused) -> dict[str, Json]:
    """A line of a register, or what a person declared, that cannot be followed."""
    return {"file": found.file, "line": found.line, "reason": found.reason}


def local_rule(found: LocalRule) -> dict[str, Json]:
    """What the site changes in one rule, list or value; `source` is the reason where it is switched off."""
    return {
        "change": found.change,
        "target": found.target,
        "title": found.title,
        "source": found.source,
        "file": found.file,
        "line": found.line,
    }


def request(found: Request) -> dict[str, Json]:
    """One request with its answers and links."""
    first = found.first
    return {
        "id": found.id,
        "file": found.file,
        "message_id": found.message_id,
        "channel": found.channel,
        "received_at": found.received_at.isoformat() if found.received_at else None,
        "received_on": found.received_on.isoformat(),
        "grade": found.grade,
        "due_on": found.due_on.isoformat(),
        "first_answer": answer(first) if first else None,
        "answer_grade": first.grade if first else None,
        "substantive_on": found.substantive.on.isoformat() if found.substantive else None,
        "delay": first.delay if first else None,
        "state": found.state,
        "nature": found.nature,
        "service": found.service,
        "links": [link(item) for item in found.links],
        "mentions": mentions(first.mentions) if first and first.mentions else None,
        "excluded_because": found.excluded_because or None,
        "findings": list(found.findings),
        "confidence": found.confidence,
        "follow_up_on": found.follow_up_on.isoformat() if found.follow_up_on else None,
        "boxes": list(found.boxes),
        "corrected": list(found.corrected),
        "note": found.note or None,
        "bounds": bounds(found.bounds) if found.bounds else None,
    }


def bounds(found: Bounds) -> dict[str, Json]:
    """What a request may have been, where its instants disagree on a day: each from the earliest to the latest."""
    return {
        "received_on": span(found.received),
        "due_on": span(found.due),
        "answered_on": span(found.answered) if found.answered else None,
        "delay": list(found.delay) if found.delay else None,
    }


def span(found: Span) -> list[Json]:
    """The first and the last of some days."""
    return [found.earliest_on.isoformat(), found.latest_on.isoformat()]


def ruling(found: Ruling) -> dict[str, Json]:
    """What a person set right, with the request it changes."""
    return {
        "request": found.request or None,
        "on": found.on.isoformat(),
        "target": found.correction.target,
        **correction(found.correction),
    }


def correction(found: Correction) -> dict[str, Json]:
    """What a person said."""
    return {
        "kind": found.kind,
        "value": found.value,
        "author": found.author,
        "reason": found.reason,
        "at": found.at.isoformat(),
    }


def answer(found: Answer) -> dict[str, Json]:
    """One answer, as a request names it."""
    return {"on": found.on.isoformat(), "kind": found.kind, "message_id": found.message_id}


def link(found: Link) -> dict[str, Json]:
    """One message that belongs to a request."""
    return {
        "file": found.file,
        "message_id": found.message_id,
        "on": found.on.isoformat(),
        "part": found.part,
        "evidence": list(found.evidence),
        "confidence": found.confidence,
    }


def indicators(found: Indicators) -> dict[str, Json]:
    """The figures of a period."""
    return {
        "email": channel(found.email),
        "letter": channel(found.letter),
        "mentions": {
            "author": mention_count(found.author),
            "service": mention_count(found.service),
            "institution": mention_count(found.institution),
        },
        "grades": grades(found.grades),
    }


def grades(found: Mapping[Grade, int]) -> dict[str, Json]:
    """How many instants have each grade of evidence."""
    return {str(grade): count for grade, count in found.items()}


def channel(found: ChannelIndicators) -> dict[str, Json]:
    """The figures of one channel.

    The rate lies between `lowest` and `highest`: `uncertain` requests are in time or late according to which of
    their instants is right, and `missed` messages came and went unseen. Without any, both are the rate.
    """
    margin = found.margin
    return {
        "numerator": found.answered_in_time.numerator,
        "denominator": found.answered_in_time.denominator,
        "rate_text": found.answered_in_time.text,
        "substantive_numerator": found.substantive_in_time.numerator,
        "substantive_rate_text": found.substantive_in_time.text,
        "mean_first_delay": found.mean_first_delay,
        "mean_substantive_delay": found.mean_substantive_delay,
        "median_first_delay": found.median_first_delay,
        "p90_first_delay": found.p90_first_delay,
        "pending": found.pending,
        "holding_without_followup": found.holding_without_followup,
        "holding_open": found.holding_open,
        "excluded": found.excluded,
        "lowest": rate(margin.lowest if margin else found.answered_in_time),
        "highest": rate(margin.highest if margin else found.answered_in_time),
        "uncertain": margin.uncertain if margin else 0,
        "missed": margin.missed if margin else 0,
        "grades": grades(found.grades),
        "answer_grades": grades(found.answer_grades),
    }


def rate(found: Rate) -> dict[str, Json]:
    """A rate with its population."""
    return {
        "numerator": found.numerator,
        "denominator": found.denominator,
        "rate_text": found.text,
    }


def mention_count(found: MentionCount) -> dict[str, Json]:
    """How one mention fared."""
    return {
        "present": found.present,
        "exempt": found.exempt,
        "absent": found.absent,
        "unverifiable": found.unverifiable,
        "rate_text": found.text,
    }


def mentions(found: Mentions) -> dict[str, Json]:
    """The three mentions of one answer."""
    return {
        "author": mention(found.author),
        "service": mention(found.service),
        "institution": mention(found.institution),
    }


def mention(found: Mention) -> dict[str, Json]:
    """One mention of one answer; `level` is the author's alone."""
    return {
        "outcome": found.outcome,
        "text": found.text or None,
        "level": found.level,
        "place": found.place,
        "decided_by": found.decided_by or None,
    }


def announced(found: Announced | None) -> dict[str, Json] | None:
    """The date an answer promises more for."""
    if found is None:
        return None
    return {"on": found.on.isoformat() if found.on else None, "text": found.text}


def evidence(found: Evidence) -> dict[str, Json]:
    """What a verdict rests on."""
    return {"rule": found.rule, "text": found.text, "place": found.place}


# --- the rules ------------------------------------------------------------------------------------


def manual(found: Manual) -> dict[str, Json]:
    """The rules, values and calendars that were asked for, each with its source; phrases as the files write them."""
    return {
        "rules": found.digest,
        "packs": [
            {
                "pack": chapter.name,
                "title": chapter.title,
                "rules": [_rule(rule, chapter.labels) for rule in chapter.rules],
                "lists": [
                    {"list": each.name, "title": each.title, "words": list(each.words)}
                    for each in chapter.lists
                ],
            }
            for chapter in found.chapters
        ],
        "choices": [_choice(choice) for choice in found.choices],
        "calendars": [_calendar(calendar) for calendar in found.calendars],
        "local_rules": [local_rule(item) for item in found.local],
    }


def _rule(found: Rule, labels: Mapping[str, str]) -> dict[str, Json]:
    return {
        "id": found.id,
        "label": found.label,
        "decides": labels.get(found.label, found.label),
        "title": found.title,
        "source": found.source,
        "status": found.status,
        "weight": found.weight,
        "phrases": [{"phrase": phrase, "explained": explained(phrase)} for phrase in found.phrases],
        "hits": list(found.hits),
        "misses": list(found.misses),
    }


def _choice(found: Choice) -> dict[str, Json]:
    value = found.value
    return {
        "key": found.key,
        "value": [str(word) for word in value]
        if isinstance(value, list)
        else value
        if isinstance(value, str | int)
        else str(value),
        "title": found.title,
        "source": found.source,
        "status": found.status,
    }


def _calendar(found: Closures) -> dict[str, Json]:
    return {
        "territories": {territory.code: territory.name for territory in found.territories},
        "days": [
            {
                "name": day.name,
                "on": None if isinstance(day.when, int) else f"{day.when[0]:02}-{day.when[1]:02}",
                "easter": day.when if isinstance(day.when, int) else None,
                "from": day.from_year,
                "until": day.until_year if day.until_year < MAXYEAR else None,
                "customary": day.customary,
                "source": day.source,
            }
            for day in found.days
        ],
    }


# --- privacy --------------------------------------------------------------------------------------


def disclosure(found: Disclosure) -> dict[str, Json]:
    """All that is held on one person; `message_id` is null, or a name of ours, where none was kept."""
    return {
        "address": found.address,
        "at": found.at.isoformat(),
        "institution": found.institution.name or None,
        "keep_months": found.keep_months,
        "messages": [held_message(fact) for fact in found.facts],
        "requests": [request(one) for one in found.requests],
        "letters": [letter(one) for one in found.letters],
        "corrections": [declared_correction(said) for said in found.corrections],
        "answers": [manual_answer(given) for given in found.answers],
        "reviews": [review(said) for said in found.reviews],
    }


def held_message(found: Fact) -> dict[str, Json]:
    """What is kept of one message; who else it names, its subject and its words are pseudonyms, left out here."""
    return {
        "at": found.at.isoformat(),
        "role": found.role,
        "file": found.file,
        "message_id": found.message_id,
        "digest": found.key,
        "grade": found.grade,
        "nature": found.answer or found.reading.nature,
        "mentions": mentions(found.mentions) if found.mentions else None,
        "announced_on": found.announced.on.isoformat()
        if found.announced and found.announced.on
        else None,
        "findings": list(found.findings),
    }


def letter(found: Letter) -> dict[str, Json]:
    """One line of the register of letters."""
    return {
        "reference": found.reference,
        "received_on": found.received_on.isoformat(),
        "service": found.service or None,
        "answered_on": found.answered_on.isoformat() if found.answered_on else None,
        "note": found.note or None,
    }


def declared_correction(found: Correction) -> dict[str, Json]:
    """What a person set right, without who: that is of the agent, and not of whom it concerns."""
    return {
        "target": found.target,
        "kind": found.kind,
        "value": found.value,
        "reason": found.reason,
        "at": found.at.isoformat(),
    }


def manual_answer(found: ManualAnswer) -> dict[str, Json]:
    """One answer outside the mail, without who vouched for it."""
    return {
        "request": found.request,
        "on": found.on.isoformat(),
        "kind": found.kind,
        "note": found.note or None,
    }


# --- the service ----------------------------------------------------------------------------------


def health(found: Health, zone: tzinfo, octets: int) -> dict[str, Json]:
    """How the service is; `octets` are those of the register."""
    last = found.alert
    return {
        "at": found.at.isoformat(),
        "running": found.holder is not None,
        "process": found.holder,
        "folders": [_folder_health(folder, zone) for folder in found.folders],
        "intake": [
            {
                "address": one.address,
                "role": one.role,
                "taken_at": _local(one.taken_at, zone),
                "quarantined": one.quarantined,
            }
            for one in found.handed
        ],
        "alert": {"week": last.week, "state": last.state, "at": _local(last.at, zone)}
        if last
        else None,
        "alerts_waiting": found.waiting,
        "alerts_refused": found.refused,
        "sending_error": _fault(found.sending, zone),
        "clock_sets": [
            {"at": _local(one.at, zone), "seconds": one.seconds} for one in found.clock_sets
        ],
        "journal": {"size": found.head.size, "digest": found.head.digest},
        "register_octets": octets,
    }


def _folder_health(found: FolderHealth, zone: tzinfo) -> dict[str, Json]:
    return {
        "account": found.account,
        "folder": found.folder,
        "role": found.role,
        "looked_at": _local(found.looked_at, zone),
        "next_at": _local(found.next_at, zone),
        "awaiting": found.awaiting,
        "quarantined": found.quarantined,
        "gaps": found.gaps,
        "unwatched_seconds": int(found.unwatched.total_seconds()),
        "missed": found.missed,
        "error": _fault(found.fault, zone),
    }


def _fault(found: Fault | None, zone: tzinfo) -> dict[str, Json] | None:
    if found is None:
        return None
    return {"kind": found.error, "text": found.words, "since": _local(found.since, zone)}


def _local(at: datetime | None, zone: tzinfo) -> str | None:
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def doubtful(found: Doubtful) -> dict[str, Json]:
    """One verdict that waits for a person."""
    return {
        "doubt": found.doubt,
        "target": found.target,
        "request": found.request or None,
        "what": found.what,
        "evidence": list(found.evidence),
        "box": found.box,
        "on": found.on.isoformat(),
        "received_at": found.received_at.isoformat() if found.received_at else None,
        "file": found.file,
    }


def shown(
    found: Request, events: Sequence[Event], glimpses: Mapping[str, Glimpse]
) -> dict[str, Json]:
    """One request with its timeline; senders and subjects as the mailbox gives them at this moment."""
    return {
        "request": request(found),
        "timeline": [_event(event) for event in events],
        "messages": [
            {
                "file": file,
                "sender": glimpse.sender or None,
                "subject": glimpse.subject or None,
                "error": str(glimpse.fault) if glimpse.fault else None,
            }
            for file, glimpse in glimpses.items()
        ],
    }


def _event(found: Event) -> dict[str, Json]:
    said = found.correction
    return {
        "on": found.on.isoformat(),
        "happening": found.happening,
        "file": found.file or None,
        "link": link(found.link) if found.link else None,
        "answer": answer(found.answer) if found.answer else None,
        "correction": correction(said) if said else None,
    }
