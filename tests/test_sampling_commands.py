"""The internal audit as a référent qualité carries it out: draw, judge one by one, read the result."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from mailwatch.register import checked, opened
from tests.facts import CITIZEN
from tests.packs import pdf_text
from tests.registers import KEY, laid
from tests.test_cli import Ran, Run, run
from tests.test_sampling_register import HERE, filled

__all__ = ["run"]

SETTINGS = """
[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]
addresses = ["pref-associations@jura.gouv.fr"]
[[box]]
address = "sp-dole@jura.gouv.fr"
service = "Sous-préfecture de Dole"
[register]
state = "{state}"
"""
NOW = ("--now", "2026-04-20T08:00")
ME = ("--by", "Hélène Prost")


class Audit:
    """A register with eight requests of March 2026, and who audits it."""

    def __init__(self, home: Path, type_: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        self.state = laid(home / "etat")
        self.settings = home / "mailwatch.toml"
        self.settings.write_text(SETTINGS.format(state=self.state), "utf-8")
        self._type, self._monkeypatch = type_, monkeypatch
        with opened(self.state, KEY) as register:
            filled(register)

    def type(self, *words: str, typed: str = "", lang: str = "fr") -> Ran:
        """Give a command, and what is typed at its questions."""
        self._monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return self._type("--lang", lang, *words, "--settings", str(self.settings))

    def sample(self, *words: str, typed: str = "") -> Ran:
        return self.type("sample", *words, typed=typed)

    def cases(self, *words: str) -> list[str]:
        """Draw, and give the ids."""
        drawn = self.sample("draw", "--period", "2026-03", *words, *NOW, "--json").lines[0]
        return [case["request"] for case in drawn["cases"]]

    def known(self) -> list[str]:
        """The ids of all requests."""
        with opened(self.state, KEY) as register:
            return [each.id for each in register.requests(HERE, date(2026, 4, 20))]

    def result(self) -> dict[str, dict[str, object]]:
        told = self.sample("result", "--period", "2026-03", "--json").lines[0]["precision"]
        assert isinstance(told, dict)
        return told


@pytest.fixture
def audit(tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> Audit:
    return Audit(tmp_path, run, monkeypatch)


def whole(audit: Audit) -> bool:
    return checked(audit.state, KEY, HERE) == ()


def test_a_draw_lists_each_case_with_its_verdicts_and_what_to_look_at(audit: Audit) -> None:
    told = audit.sample("draw", "--period", "2026-03", "--size", "4", "--seed", "essai", *NOW)

    assert told.code == 0
    assert "Tirage du 20/04/2026 : 4 cas sur 8 demandes, graine « essai »." in told.out
    assert "personne qui écrit : présent" in told.out
    assert "service nommé : absent" in told.out
    assert "sans réponse" in told.out
    assert "le premier message est-il bien de cette nature ?" in told.out
    assert whole(audit)


def test_a_draw_is_written_a_page_a_case_with_the_verdicts_to_tick(
    audit: Audit, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    told = audit.sample(
        "draw", "--period", "2026-03", "--size", "4", "--seed", "essai", "--out", str(folder), *NOW
    )
    page = (folder / "echantillon.html").read_text("utf-8").replace("\u00a0", " ")

    assert told.code == 0, told.err
    assert f"Pages à cocher : « {folder} »." in told.out
    assert page.count("</section>") == 4
    assert "le premier message est-il bien de cette nature ?" in page
    assert page.count("> juste</label>") == page.count("> faux</label>") > 12
    with pikepdf.open(folder / "echantillon.pdf") as document:
        assert len(document.pages) == 5
        assert str(document.Root.Lang).startswith("fr")
    printed = pdf_text((folder / "echantillon.pdf").read_bytes())
    assert printed.count("faux") == page.count("> faux</label>")
    assert CITIZEN not in printed + page


def test_only_the_formats_asked_for_are_written(audit: Audit, tmp_path: Path) -> None:
    words = ("draw", "--period", "2026-03", "--out", str(tmp_path / "p"), *NOW)

    assert audit.sample(*words, "--format", "PDF", "--json").code == 0
    assert [path.name for path in (tmp_path / "p").iterdir()] == ["echantillon.pdf"]
    refused = audit.sample(*words, "--format", "ods")
    assert refused.code == 2
    assert "« ods » n’est pas un format ; ceux-ci existent : pdf, html" in refused.err


def test_a_draw_is_told_to_programs_with_what_was_judged(audit: Audit) -> None:
    one, *_ = audit.cases("--seed", "essai")
    audit.sample("record", one, "--check", "nature", "--verdict", "wrong", *ME, *NOW)
    drawn = audit.sample("draw", "--period", "2026-03", *NOW, "--json").lines[0]
    case = drawn["cases"][0]

    assert (drawn["seed"], drawn["size"], drawn["population"]) == ("essai", 30, 8)
    assert drawn["period"] == {"from": "2026-03-01", "to": "2026-03-31"}
    assert (case["request"], case["channel"]) == (one, "email")
    assert case["checks"]["nature"]["said"] == "request"
    assert case["checks"]["nature"]["review"]["verdict"] == "wrong"
    assert case["checks"]["link"]["review"] is None


def test_a_review_is_recorded_replaced_and_taken_back(audit: Audit) -> None:
    one, *_ = audit.cases()
    asked = ("record", one, "--check", "nature", "--check", "deadline", *ME, *NOW)

    (first,) = audit.sample(*asked, "--verdict", "wrong", "--note", "vu au dossier", "--json").lines
    assert [each["check"] for each in first["recorded"]] == ["nature", "deadline"]
    assert first["recorded"][0] == {
        "request": one, "check": "nature", "verdict": "wrong", "by": "Hélène Prost",
        "note": "vu au dossier", "at": "2026-04-20T08:00:00+02:00",
    }  # fmt: skip
    assert audit.result()["nature"]["rate_text"] == "0 %"

    assert "Avis notés : 2." in audit.sample(*asked, "--verdict", "right").out
    assert audit.result()["nature"]["rate_text"] == "100 %"

    audit.sample(*asked, "--verdict", "none")
    assert audit.result()["nature"]["rate_text"] == "non mesurée"
    assert whole(audit)


def test_a_case_is_found_by_the_name_of_its_message(audit: Audit) -> None:
    audit.cases()

    said = audit.sample("record", "q3@x.example", "--check", "nature", "--verdict", "right", *ME)

    assert said.code == 0
    assert audit.result()["nature"]["judged"] == 1


def test_the_verdicts_that_wait_are_asked_one_by_one_and_kept_as_they_are_typed(
    audit: Audit,
) -> None:
    audit.cases("--size", "1")

    told = audit.sample("record", *ME, *NOW, typed="j\npeut-être\nF\nautre affaire\nq\n")

    assert "Avis notés : 2." in told.out
    assert "2/6" in told.out
    assert audit.result()["nature"]["rate_text"] == "100 %"
    assert audit.result()["link"]["rate_text"] == "0 %"
    # What was not asked is asked the next time; the input may end anywhere.
    again = audit.sample("record", *ME, *NOW, typed="p\nright\n")
    assert "1/4" in again.out
    assert "Avis notés : 1." in again.out
    ended = audit.sample("record", *ME, *NOW, "--json", typed="f")
    assert ended.lines[0]["recorded"][0]["verdict"] == "wrong"
    assert "comme il est dit ?" in ended.err
    assert whole(audit)


def test_the_result_says_how_often_each_check_is_right_and_what_waits(audit: Audit) -> None:
    for one in audit.cases():
        audit.sample("record", one, "--check", "nature", "--verdict", "right", *ME)
    told = audit.sample("result", "--period", "2026-03").out
    english = audit.type("sample", "result", "--period", "2026-03", lang="en").out

    assert "nature : 100 % (8/8), entre 67,5 % et 100 % ; en attente : 0" in told
    assert "échéance : non mesurée ; en attente : 8" in told
    assert "nature, rattachement et échéance (courriel) : non mesurée ; en attente : 8" in told
    assert "not measured; waiting: 8" in english.replace(" ;", ";")


def test_a_period_of_which_nothing_was_drawn_is_not_measured(audit: Audit) -> None:
    told = audit.sample("result", "--period", "2025-S2")

    assert told.code == 0
    assert "Aucun cas de la période n’a été tiré" in told.out


ANY = ("--check", "nature", "--verdict", "right", *ME)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("draw", "--period", "2026-03-20/2026-03-01"), "finit avant de commencer"),
        (("draw", "--period", "mars"), "n’est pas une période"),
        (("draw", "--period", "2027-T1", *NOW), "dans l’avenir"),
        (("draw", "--period", "2025"), "avant la première observation"),
        (("draw", "--period", "2026-03", "--size", "0"), "--size"),
        (("draw", "--period", "2026-03", "--seed", "à la main"), "la graine « à la main » ne convient pas"),
        (("draw",), "--period"),
        (("result", "--period", "2026-03-20/2026-03-01"), "finit avant de commencer"),
        (("record", "{other}", *ANY), "n’est dans aucun tirage"),
        (("record", "inconnue", *ANY), "aucune demande ne s’appelle « inconnue »"),
        (("record", "{one}", "--check", "politesse", "--verdict", "right", *ME), "politesse"),
        (("record", "{one}", "--check", "nature", "--verdict", "oui", *ME), "oui"),
        (("record", "{one}", "--check", "nature", *ME), "un avis demande DEMANDE, --check et --verdict"),
        (("record", "{one}", "--verdict", "right", *ME), "un avis demande DEMANDE, --check et --verdict"),
        (("record", *ANY), "un avis demande DEMANDE, --check et --verdict"),
        (("record", "{one}", "--check", "nature", "--verdict", "right"), "--by"),
        (("record", "{one}", "--check", "nature", "--verdict", "right", "--by", " "), "--by est vide"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_clear_sentence(
    audit: Audit, words: tuple[str, ...], told: str
) -> None:
    (one,) = audit.cases("--size", "1", "--seed", "essai")
    other = next(name for name in audit.known() if name != one)

    said = audit.sample(*(word.format(one=one, other=other) for word in words))

    assert said.code == 2
    assert told in said.err


def test_a_request_without_an_answer_has_no_mention_to_judge(audit: Audit) -> None:
    audit.cases()

    unanswered = "q7@x.example"
    said = audit.sample("record", unanswered, "--check", "author", "--verdict", "right", *ME)

    assert said.code == 2
    assert "n’a pas de verdict « author » à juger" in said.err
    assert "nature, link, deadline" in said.err


def test_nothing_is_recorded_before_anything_is_drawn(audit: Audit) -> None:
    said = audit.sample("record", *ME)

    assert said.code == 2
    assert "aucun cas n’a été tiré" in said.err


def test_what_was_judged_stands_beside_its_verdict_and_a_case_that_was_joined_to_another_is_told(
    audit: Audit,
) -> None:
    everybody = audit.cases()
    audit.sample(
        "record", everybody[0], "--check", "link", "--verdict", "wrong", "--note", "vu", *ME, *NOW
    )
    audit.type(
        "correct", "q1@x.example", "--link", everybody[0],
        "--author", "Marc Bonnet", "--reason", "même demande", *NOW,
    )  # fmt: skip
    told = audit.sample("draw", "--period", "2026-03", *NOW).out
    (gone,) = set(everybody) - set(audit.known())
    late = audit.sample("record", gone, "--check", "nature", "--verdict", "wrong", *ME, *NOW)

    assert "jugé faux par Hélène Prost le 20/04/2026 (vu)" in told
    assert f"{gone}  reçue le 03/03/2026 ; n’est plus une demande du registre" in told
    assert "Avis notés : 1." in late.out
    assert whole(audit)
