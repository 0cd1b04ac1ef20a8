"""Whatever a history holds and a mail says, the pack has its files, its page is sound, and its list is true."""

from __future__ import annotations

import io
import json
from hashlib import sha256
from random import Random
from zipfile import ZipFile

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.dossier import bound, parts
from mailwatch.dossier.parts import CLOSED, RULES, SUMS
from mailwatch.dossier.terms import Case, Drawn, Pack, Passage, Piece
from mailwatch.register import Tie
from mailwatch.report.terms import Beside, ClosedDay, Edition
from mailwatch.sampling import draw
from mailwatch.settings import template_texts
from tests.facts import desk
from tests.histories import FIRST, history
from tests.packs import SAMPLE
from tests.pages import Outline

TEMPLATES = template_texts()
HOSTILE = "</div><script>alert(1)</script>\ud800\x00\u202e{{ 7 * 7 }}"


def packed(random: Random, words: str) -> Pack:
    """The pack of an invented history, with the same words in each of its mails."""
    audit = history(random)
    passage = Passage(
        sender=words, subject=words, pieces=(Piece(text=words), Piece(text=words, of="personne")),
        apart=(Piece(text=words, of="nature"),),
    )  # fmt: skip
    cases = tuple(
        Case(
            counted=request,
            now=request,
            rulings=tuple(one for one in audit.rulings if one.request == request.id),
            deadline=None,
            ties=((request.file, Tie(line=3, salt="00" * 16, key="k<1>")),),
            passages={request.file: passage},
        )
        for request in draw(audit.requests, size=5, seed="x")
    )
    beside = Beside(closed_days=(ClosedDay(on=FIRST, why="Noël"),))
    return Pack(
        period="2026",
        edition=Edition(audit=audit, policy=desk().rules.policy, beside=beside),
        drawn=Drawn(seed="x", cases=cases, has_words=True),
        report={"rapport.html": b"<p>"},
        journal={"head": b"x\n1\n"},
        closed=b"{}",
        specimens={"r\ud800.txt": b"", "r?.txt": b"", "r_.txt": b""},
        rules=b"<p>",
    )


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(random=st.randoms(use_true_random=False), words=st.text(max_size=40) | st.just(HOSTILE))
def test_any_history_makes_a_pack(random: Random, words: str) -> None:
    pack = packed(random, words)
    files = parts(pack, TEMPLATES)
    page = Outline()
    page.feed(files[SAMPLE].decode())

    assert page.open == []
    assert ("script", {}) not in page.seen
    assert json.loads(files["figures.json"])["demandes"] == len(pack.edition.audit.requests)
    listed = dict(line.split("  ", 1)[::-1] for line in files[SUMS].decode().splitlines())
    assert listed == {
        name: sha256(content).hexdigest() for name, content in files.items() if name != SUMS
    }
    with ZipFile(io.BytesIO(bound(files, pack.edition.audit.today))) as archive:
        assert archive.namelist() == list(files)


def test_what_there_is_not_leaves_no_file() -> None:
    whole = packed(Random(2), "Bonjour")
    bare = Pack(
        period=whole.period, edition=whole.edition, drawn=Drawn(seed="x", cases=()), report={}, journal={},
    )  # fmt: skip
    files = parts(bare, TEMPLATES)

    assert {CLOSED, RULES} <= set(parts(whole, TEMPLATES))
    assert not {CLOSED, RULES} & set(files)
    assert "regles/" not in files["LISEZMOI.md"].decode()


def test_words_of_a_mail_are_text_on_the_page_whatever_they_say() -> None:
    page = parts(packed(Random(2), HOSTILE), TEMPLATES)[SAMPLE].decode()

    assert "{{ 7 * 7 }}" in page
    assert "&lt;script&gt;" in page
    assert "<script>" not in page
