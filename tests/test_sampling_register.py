"""The internal audit in the register: drawn once, judged by persons, never changed, told in the report."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from mailwatch import disclosure, periods, report
from mailwatch.disclosure import Disclosure
from mailwatch.errors import UsageError
from mailwatch.model import Check, Mention, Mentions, Outcome, Review
from mailwatch.publishing import FORMATS, publish
from mailwatch.register import Register, checked
from mailwatch.report.terms import Edition
from mailwatch.sampling import STANDING, wilson
from mailwatch.settings import template_texts
from tests.facts import answer, at, desk, incoming
from tests.registers import KEY, MANNED, SENT, registered, take

MARCH = periods.named("2026-03")
HERE = desk(MANNED)
DRAWN = at("2026-04-20 08:00")
SIGNED = Mentions(
    author=Mention(outcome=Outcome.PRESENT),
    service=Mention(outcome=Outcome.ABSENT),
    institution=Mention(outcome=Outcome.PRESENT),
    from_class="functional",
)
CITIZENS = [f"usager{n}@laposte.example" for n in range(8)]
QUESTIONS = [
    incoming(f"2026-03-{2 + n:02} 09:12", message_id=f"<q{n}@x.example>", sender=citizen)
    for n, citizen in enumerate(CITIZENS)
]
ANSWERS = [
    answer(f"2026-03-{4 + n:02} 10:00", message_id=f"<r{n}@x.example>", to=[citizen], mentions=SIGNED)
    for n, citizen in enumerate(CITIZENS[:6])
]  # fmt: skip


def filled(register: Register) -> None:
    """Eight questions, of which six have an answer."""
    take(register, QUESTIONS, at=at("2026-03-20 08:00"))
    take(register, ANSWERS, SENT, at=at("2026-03-20 08:00"))
    register.decide(HERE, at("2026-03-20 08:00"))


def said(name: str, check: Check, *, right: bool | None, note: str = "") -> Review:
    return Review(request=name, check=check, right=right, by="Hélène Prost", note=note, at=DRAWN)


def drawn(register: Register, size: int = 4, seed: str | None = "2026-T1") -> tuple[str, ...]:
    found = register.sample(HERE, MARCH, size=size, seed=seed, at=DRAWN)
    return tuple(case.request for case in found.cases)


def edition(register: Register) -> Edition:
    return register.edition(HERE, MARCH, DRAWN.date())


def test_a_draw_is_kept_and_given_again_whatever_was_found_since(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        first = drawn(register)
        take(register, [incoming("2026-03-19 09:12", sender="tard@x.example")], first=9)
        register.decide(HERE, DRAWN)

        assert drawn(register) == first
        assert len(register.samples()) == 1


def test_without_a_seed_a_larger_draw_takes_that_of_the_last_one(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        drawn(register, seed=None)
        drawn(register, size=8, seed=None)
        small, large = register.samples()

    assert small.seed == large.seed
    assert len(small.seed) == 8
    assert {case.request for case in small.cases} <= {case.request for case in large.cases}


@pytest.mark.parametrize("seed", ["", " ", "x" * 65, "a b", "\udce9", "a\n"])
def test_a_seed_that_could_not_be_copied_from_a_report_is_refused(
    tmp_path: Path, seed: str
) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        with pytest.raises(UsageError, match="la graine"):
            drawn(register, seed=seed)


@pytest.mark.parametrize(
    ("period", "words"),
    [("2027-T1", "dans l’avenir"), ("2025", "avant la première"), ("2026-04", "aucune demande")],
)
def test_nothing_is_drawn_of_a_period_without_requests(
    tmp_path: Path, period: str, words: str
) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        with pytest.raises(UsageError, match=words):
            register.sample(HERE, periods.named(period), size=3, seed=None, at=DRAWN)


def test_what_is_drawn_and_judged_is_in_the_journal_without_a_name(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        one, *_ = drawn(register)
        before = register.lines_written()
        register.judge([said(one, Check.NATURE, right=False, note="demande de Mme Ferrand")])
        lines = [json.loads(line) for line in register.lines_after(before - 1)]

    assert [line["kind"] for line in lines] == ["sample", "review"]
    assert set(lines[1]) == {"at", "kind", "n", "prev", "record"}


def test_a_review_that_is_changed_behind_our_back_is_found(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        register.judge([said(drawn(register)[0], Check.NATURE, right=False)])
    file = tmp_path / "state" / "register.sqlite"
    with closing(sqlite3.connect(file)) as database:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("UPDATE review SET body = replace(body, 'false', 'true')")
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute("DELETE FROM sample")
        database.execute("DROP TRIGGER review_update")
        database.execute("UPDATE review SET body = replace(body, 'false', 'true')")
        database.commit()

    assert "table review : une ligne n’est pas dans le journal" in checked(
        tmp_path / "state", KEY, HERE
    )


def test_the_report_prints_the_precision_beside_the_figure_it_qualifies(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        names = drawn(register, size=8)
        answered = [
            case.request
            for case in register.samples()[0].cases
            if Check.AUTHOR in case.verdicts
        ]  # fmt: skip
        register.judge([said(name, Check.AUTHOR, right=True) for name in answered])
        register.judge([said(answered[0], Check.AUTHOR, right=False)])
        register.judge([said(names[0], check, right=True) for check in STANDING])
        found = edition(register)
        publish(found.audit, HERE, tmp_path / "out", FORMATS, found.beside, found.policy)

    out = tmp_path / "out"
    rows = list(
        csv.DictReader(io.StringIO((out / report.FIGURES).read_text("utf-8-sig")), delimiter=";")
    )
    by_title = {row["Indicateur"]: row for row in rows}
    author = by_title[
        "Réponses par courriel qui nomment la personne qui écrit, ou relèvent d’une exception"
    ]
    rate = next(
        row for title, row in by_title.items() if title.startswith("Taux de réponses aux courriels")
    )
    service = by_title["Réponses par courriel qui nomment le service"]
    assert (author["Précision mesurée"], author["Précision mesurée : N"]) == ("83,3 %", "5")
    assert author["Intervalle à 95 %"].replace("\u00a0", " ") == "43,6 % à 97 %"
    assert (rate["Précision mesurée"], rate["Précision mesurée : D"]) == ("100 %", "1")
    assert (service["Précision mesurée"], service["Intervalle à 95 %"]) == ("non mesurée", "")
    page = (out / report.HTML).read_text("utf-8")
    assert "Tirage du 20/04/2026\u00a0: 8 cas sur 8 demandes" in page
    told = json.loads((out / report.JSON).read_text("utf-8"))["precision"]
    assert told["author"] == {
        "right": 5, "judged": 6, "waiting": 0, "rate_text": "83,3 %", "interval": list(wilson(5, 6)),
    }  # fmt: skip
    assert told["email"]["waiting"] == 7
    assert told["service"]["rate_text"] == "non mesurée"
    assert b"Pr\xc3\xa9cision des contr\xc3\xb4les" in _content(out / report.ODS)
    assert (out / report.PDF).read_bytes().startswith(b"%PDF")


def _content(path: Path) -> bytes:
    with ZipFile(path) as archive:
        return archive.read("content.xml")


def test_without_a_draw_the_report_says_that_nothing_was_measured(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        found = edition(register)

    page = report.html(found.audit, found.policy, template_texts(), found.beside)
    assert "Non mesurée\u00a0: aucun cas de la période n’a été tiré au sort." in page
    assert page.count("non mesurée") == 7


def test_a_closed_report_keeps_its_precision_and_tells_what_was_judged_since(
    tmp_path: Path,
) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        one, other, *_ = drawn(register)
        register.judge([said(one, Check.NATURE, right=True)])
        register.seal(HERE, MARCH, DRAWN, "Hélène Prost")
        closed = edition(register)
        register.judge([said(other, Check.NATURE, right=False)])
        later = register.edition(HERE, MARCH, DRAWN.date() + timedelta(days=2))

    assert closed.beside.differences == ()
    assert later.audit == closed.audit
    assert later.beside.precisions == closed.beside.precisions
    (found,) = later.beside.differences
    assert found.closed == "précision, nature : 100\u00a0% (1/1)"
    assert found.found == "précision, nature : 50\u00a0% (1/2)"
    assert (found.cause, found.on) == ("cas jugés après la clôture", date(2026, 4, 22))


def test_figures_closed_before_there_were_audits_are_read_as_they_were(tmp_path: Path) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        register.seal(HERE, MARCH, DRAWN, "Hélène Prost")
        closed = edition(register)

    bare = replace(closed, beside=replace(closed.beside, samples=(), precisions=()))
    pages = {
        report.html(one.audit, one.policy, template_texts(), one.beside) for one in (closed, bare)
    }
    assert len(pages) == 1


def test_erasing_a_person_drops_what_reviewers_wrote_and_keeps_what_they_counted(
    tmp_path: Path,
) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        drawn(register, size=8)
        noted = [
            said(case.request, Check.NATURE, right=False, note="écrit aussi pour Mme Ferrand")
            for case in register.samples()[0].cases
        ]
        register.judge(noted)
        before = edition(register).beside.precisions
        register.erase(HERE, CITIZENS[0], DRAWN)
        notes = [review.note for review in register.reviews()]

        assert sorted(notes) == sorted([*["écrit aussi pour Mme Ferrand"] * 7, "effacé"])
        assert edition(register).beside.precisions == before


def test_a_person_is_told_what_audits_found_of_their_requests_and_of_nobody_else(
    tmp_path: Path,
) -> None:
    with registered(tmp_path / "state") as register:
        filled(register)
        drawn(register, size=8)
        judged = [
            said(case.request, Check.LINK, right=False, note=f"cas {place}")
            for place, case in enumerate(register.samples()[0].cases)
        ]
        register.judge(judged)
        held = register.held(HERE, CITIZENS[2])

    assert [(each.request, each.note) for each in held.reviews] == [(held.requests[0].id, "cas 2")]
    page = disclosure.html(
        Disclosure(
            address=CITIZENS[2], at=DRAWN, institution=MANNED, keep_months=36, facts=held.facts,
            requests=held.requests, letters=(), corrections=(), answers=(), reviews=held.reviews,
        ),
        template_texts(),
    )  # fmt: skip
    assert "verdict contrôlé par un audit interne (rattachement), trouvé faux (cas 2)" in page
