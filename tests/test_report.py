"""The report: what it prints, that it can be read by everybody, and that it says nothing personal."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from mailwatch import indicators, labels, offline, report
from mailwatch.model import (
    Audit,
    Confidence,
    Correction,
    CorrectionKind,
    Letter,
    Mention,
    Mentions,
    Nature,
    Outcome,
    Period,
    Role,
    Unreadable,
)
from mailwatch.publishing import pdf
from mailwatch.report import Beside
from mailwatch.settings import template_texts
from mailwatch.triage import triage
from tests.facts import CITIZEN, answer, desk, incoming
from tests.pages import Outline

TODAY = date(2026, 4, 20)
POISON = "=cmd|'/C calc'!A0"


MENTIONS = Mentions(
    author=Mention(outcome=Outcome.PRESENT, text="Claire Vernier"),
    service=Mention(outcome=Outcome.ABSENT),
    institution=Mention(outcome=Outcome.UNVERIFIABLE),
    from_class="functional",
)


def audited() -> Audit:
    here = desk()
    facts = [
        incoming("2026-01-05 09:12"),
        answer("2026-01-06 10:00", mentions=MENTIONS),
        incoming("2026-02-03 09:12", sender="b@orange.example", file=POISON),
        incoming("2026-04-17 09:12", sender="c@orange.example", findings=("date_differs", "neuf")),
        incoming("2026-03-03 09:12", sender="d@orange.example", nature=Nature.COMPLAINT),
        incoming("2026-03-04 09:12", sender="e@orange.example"),
        answer("2026-03-05 09:12", to=["e@orange.example"], kind=Nature.HOLDING_REPLY),
        incoming("2026-03-09 09:12", nature=Nature.BULK),
    ]
    letter = Letter(
        file="lettres.csv",
        line=2,
        reference="C-1",
        received_on=date(2026, 1, 5),
        service="<script>alert(1)</script>",
        answered_on=date(2026, 1, 8),
        kind=Nature.REPLY,
        note="",
    )
    gathered = offline.Gathered(
        facts=facts,
        quarantined=[Unreadable(file="inbox/0.eml", role=Role.INBOX, reason="fichier vide")],
    )
    return offline.audit(gathered, (letter,), (), here, Period(from_on=None, to_on=None), TODAY)


def page() -> str:
    return report.html(audited(), desk().rules.policy, template_texts())


def written_csv() -> bytes:
    return report.requests_csv(audited().requests).encode("utf-8-sig")


def outline() -> Outline:
    found = Outline()
    found.feed(page())
    return found


def test_the_page_prints_rates_with_their_population() -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page())).replace("\u00a0", " ")

    assert "66,7 % (2/3)" in text
    assert "100 % (1/1)" in text
    assert "1 réclamation" in text
    assert "fichier vide" in text


def test_the_page_is_well_formed_french_with_one_title_and_headings_in_order() -> None:
    found = outline()
    levels = [int(tag[1]) for tag, _ in found.seen if re.fullmatch(r"h[1-6]", tag)]

    assert found.open == []
    assert ("html", {"lang": "fr"}) in found.seen
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_every_table_has_a_caption_and_every_heading_cell_a_scope() -> None:
    seen = outline().seen

    assert sum(tag == "table" for tag, _ in seen) == sum(tag == "caption" for tag, _ in seen)
    assert all(attributes.get("scope") in ("col", "row") for tag, attributes in seen if tag == "th")


def test_a_table_wider_than_the_screen_is_reached_by_the_keyboard_and_named() -> None:
    found = [attributes for _, attributes in outline().seen if attributes.get("role") == "region"]

    assert len(found) == page().count("<table>")
    assert all(one["tabindex"] == "0" and one["aria-label"] for one in found)


def test_every_chart_has_a_title_a_description_and_its_table() -> None:
    seen = outline().seen
    drawn = [attributes for tag, attributes in seen if tag == "svg"]
    identities = [attributes["id"] for _, attributes in seen if attributes.get("id")]

    assert [chart["role"] for chart in drawn] == ["img", "img"]
    assert all(
        identities.count(name) == 1
        for chart in drawn
        for name in (chart["aria-labelledby"] or "").split()
    )
    assert "janvier 2026" in page()


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("ink", ["ink", "muted", "accent"])
@pytest.mark.parametrize("paper", ["#ffffff", "soft"])
def test_text_is_readable_against_its_background(ink: str, paper: str) -> None:
    """RGAA 3.2 (WCAG 1.4.3): a contrast of 4.5 at least, computed from the style sheet itself."""
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", page()))
    lighter, darker = sorted(
        (_luminance(colours.get(paper, paper)), _luminance(colours[ink])), reverse=True
    )

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5


def test_nothing_from_a_mail_becomes_markup_and_nothing_is_loaded() -> None:
    text = page()

    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)


def test_neither_address_nor_subject_of_a_citizen_is_printed() -> None:
    text = page()

    assert CITIZEN not in text
    assert "Changement de siège" not in text


def test_the_same_audit_gives_the_same_bytes() -> None:
    def written() -> tuple[object, ...]:
        policy = desk().rules.policy
        return page(), pdf(audited(), policy, Beside()), report.ods(audited(), policy, Beside())

    assert written() == written()


def test_the_spreadsheet_opens_in_a_french_excel() -> None:
    raw = written_csv()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))

    assert raw.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in raw
    assert rows[0]["recue_le"] == "05/01/2026"
    assert {row["etat"] for row in rows} == {
        "répondue à temps",
        "en retard",
        "en cours",
        "exclue",
    }


def test_the_rate_can_be_computed_again_from_the_spreadsheet() -> None:
    raw = written_csv()
    rows = [
        row
        for row in csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";")
        if row["canal"] == "courriel"
    ]
    in_time = sum(row["etat"] == "répondue à temps" for row in rows)
    matured = sum(
        row["etat"] in ("répondue à temps", "répondue en retard", "en retard") for row in rows
    )
    rate = audited().indicators.email.answered_in_time

    assert (in_time, matured) == (rate.numerator, rate.denominator)


def test_mentions_and_findings_are_told_in_french_words() -> None:
    raw = written_csv()
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))

    by_mail = [row for row in rows if row["canal"] == "courriel"]

    assert (by_mail[0]["auteur"], by_mail[0]["mention_service"]) == ("présent", "absent")
    assert (
        by_mail[-1]["constats"] == "le champ Date diffère de plus d’une heure de l’arrivée ; neuf"
    )


def test_a_cell_that_begins_like_a_formula_is_text() -> None:
    raw = written_csv()

    assert f"'{POISON}" in raw.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "Sans objet"),
        (0, "0\u00a0jour"),
        (1.0, "1\u00a0jour"),
        (1.96, "2\u00a0jours"),
        (3.0, "3\u00a0jours"),
        (1.25, "1,3\u00a0jour"),
    ],
)
def test_delays_are_written_as_french_readers_write_them(value: float | None, text: str) -> None:
    assert labels.days(value) == text


@pytest.mark.parametrize(
    ("file", "shown"),
    [
        ("export/inbox/2026-03-04-titre.eml", "inbox/2026-03-04-titre.eml"),
        ("titre.eml", "titre.eml"),
        ("prefecture/INBOX;UIDVALIDITY=3810917229/;UID=104", "prefecture/INBOX, UID 104"),
        ("sp/Courrier/Reçu;2026;UIDVALIDITY=1/;UID=9", "sp/Courrier/Reçu;2026, UID 9"),
        ("export/;UID=9", "export/;UID=9"),
        ("", ""),
    ],
)
def test_where_a_message_lies_is_said_in_few_words(file: str, shown: str) -> None:
    assert labels.short_file(file).replace("\u00a0", " ") == shown


# --- what persons set right -----------------------------------------------------------------------


def corrected(*said: tuple[CorrectionKind, str, str]) -> Audit:
    """The audit of a late request, of one out of scope and of a mailing, as a person left them."""
    facts = [
        incoming("2026-03-02 09:12", message_id="<a@x.example>"),
        incoming("2026-03-03 09:12", message_id="<b@x.example>", sender="b@orange.example"),
        incoming("2026-03-04 09:12", message_id="<c@x.example>", nature=Nature.THANKS),
    ]
    corrections = [
        Correction(
            kind=kind,
            target=target,
            value=value,
            author="Hélène Prost",
            reason="vu avec le service",
            at=datetime(2026, 4, 2, 9, tzinfo=UTC),
        )
        for kind, target, value in said
    ]
    decided = triage(facts, (), desk(), TODAY, corrections)
    return replace(audited(), requests=decided.requests, rulings=decided.rulings)


def printed(audit: Audit) -> str:
    page = report.html(audit, desk().rules.policy, template_texts())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kind", "target", "value", "words"),
    [
        (CorrectionKind.NATURE, "<a@x.example>", "spam", "nature : indésirable"),
        (CorrectionKind.LINK, "<a@x.example>", "none", "rattachement : aucune demande"),
        (CorrectionKind.LINK, "<c@x.example>", "<a@x.example>", "rattachement : demande <a@x.example>"),
        (CorrectionKind.SERVICE, "<a@x.example>", "Bureau des titres", "service : Bureau des titres"),
        (CorrectionKind.EXCLUSION, "<b@x.example>", "excluded", "exclusion : hors du taux"),
        (CorrectionKind.EXCLUSION, "<b@x.example>", "counted", "exclusion : comptée"),
        (CorrectionKind.NOTE, "<a@x.example>", "agent absent ; binôme désigné", "note : agent absent ; binôme désigné"),
    ],
)  # fmt: skip
def test_every_correction_is_printed_with_its_reason_its_author_and_its_day(
    kind: CorrectionKind, target: str, value: str, words: str
) -> None:
    text = html.unescape(printed(corrected((kind, target, value))))

    assert f"{words} vu avec le service Hélène Prost 02/04/2026" in text


def test_a_page_without_corrections_says_that_there_are_none() -> None:
    assert "Demandes rectifiées : 0 sur 6 (0 %)." in page().replace("\u00a0", " ")


def test_a_late_request_is_printed_with_its_cause_and_a_corrected_one_says_so() -> None:
    text = printed(
        corrected(
            (CorrectionKind.NOTE, "<a@x.example>", "agent absent"),
            (CorrectionKind.SERVICE, "<a@x.example>", "Cabinet"),
        )
    )

    assert "Cause et suites données" in text
    assert "en retard, rectifiée agent absent Cabinet" in text


def test_the_spreadsheet_has_corrections_and_notes() -> None:
    audit = corrected(
        (CorrectionKind.NOTE, "<a@x.example>", "=panne"),
        (CorrectionKind.SERVICE, "<a@x.example>", "Cabinet"),
    )
    rows = list(csv.DictReader(io.StringIO(report.requests_csv(audit.requests)), delimiter=";"))

    assert (rows[0]["rectifications"], rows[0]["note"]) == ("service", "'=panne")


def test_an_excluded_request_waits_for_nobody_s_review() -> None:
    (request, _) = corrected((CorrectionKind.EXCLUSION, "<a@x.example>", "excluded")).requests
    doubtful = replace(request, confidence=Confidence.LOW)

    assert not report.is_doubtful(doubtful)
    assert report.is_doubtful(replace(doubtful, corrected=()))


def test_corrections_are_those_of_the_messages_of_the_period_whenever_they_were_made() -> None:
    found = corrected((CorrectionKind.NATURE, "<a@x.example>", "spam")).rulings
    march = Period(from_on=date(2026, 3, 1), to_on=date(2026, 3, 31))
    april = Period(from_on=date(2026, 4, 1), to_on=None)

    assert indicators.rulings_within(found, march) == found
    assert indicators.rulings_within(found, april) == ()
