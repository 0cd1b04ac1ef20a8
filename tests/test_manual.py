"""The manual: every rule told in words, chosen by name, file or status, printed as a page that everybody can read."""

from __future__ import annotations

import html as entities
import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import manual as book
from mailwatch.manual import PARTS, Manual, explained, manual, worth, yearly, years
from mailwatch.ruleset import FILES, PACKS, Status, load
from mailwatch.settings import rule_texts, template_texts
from mailwatch.wording import compile_phrases, phrase_tokens
from tests.pages import Outline
from tests.test_cli import Run, run
from tests.test_local_rules import CHOICE, MORE, OFF, RULE, with_local

__all__ = ["run"]

RULES = load(rule_texts())
WHOLE = manual(RULES)


def ids(found: Manual) -> list[str]:
    return [rule.id for chapter in found.chapters for rule in chapter.rules]


# --- a phrase in words ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("reçu", "« reçu »"),
        ("je vous réponds", "« je vous réponds »"),
        ("joint*", "« joint… »"),
        ("(reviens|revenons)", "« reviens » ou « revenons »"),
        ("(lundi|mardi|jeudi)", "« lundi », « mardi » ou « jeudi »"),
        ("(dis|redis) [...] vers vous", "« dis » ou « redis », puis huit mots au plus, puis « vers vous »"),
        ("vous ... lundi", "« vous », puis huit mots au plus, puis « lundi »"),
        ("vous [en] reparlons", "« vous », puis « en » (facultatif), puis « reparlons »"),
        ("vous [l|les] aurez", "« vous », puis « l » ou « les » (facultatif), puis « aurez »"),
        ("sous # jours", "« sous », puis un nombre, puis « jours »"),
        ("merci ?", "« merci ? »"),
        ("merci ¶", "« merci », puis une ligne vide"),
        ("(sous # jours|demain)", "(« sous » puis un nombre puis « jours ») ou « demain »"),
        ("(a (b|c) d|e)", "(« a » puis (« b » ou « c ») puis « d ») ou « e »"),
        ("(je (dis|redis) [bien]|nous)", "(« je » puis (« dis » ou « redis ») puis « bien » (facultatif)) ou « nous »"),
    ],
)  # fmt: skip
def test_a_phrase_is_told_in_words(phrase: str, words: str) -> None:
    assert explained(phrase) == words


def test_the_joints_of_a_phrase_are_in_the_reader_s_language() -> None:
    english = {
        "ou": "or",
        "puis": "then",
        "facultatif": "optional",
        "huit mots au plus": "eight words at most",
    }

    assert explained("(a|b) [c] ... d", lambda word: english[word]) == (
        "« a » or « b », then « c » (optional), then eight words at most, then « d »"
    )


def test_every_word_of_every_phrase_is_told_in_its_order() -> None:
    for chapter in WHOLE.chapters:
        for rule in chapter.rules:
            for phrase in rule.phrases:
                told = " ".join(re.findall(r"« (.*?) »", explained(phrase))).split()
                signs = {"(", ")", "[", "]", "|", "...", "#", "¶"}
                assert told == [
                    re.sub(r"\*$", "…", token)
                    for token in phrase_tokens(phrase)
                    if token not in signs
                ]


@given(st.text(alphabet="ab*([|]) ...#?¶", max_size=30))
def test_whatever_compiles_is_told(phrase: str) -> None:
    try:
        compile_phrases([("x", phrase)])
    except ValueError:
        return
    assert explained(phrase)


# --- choosing -------------------------------------------------------------------------------------


def test_the_manual_holds_every_rule_list_value_and_day() -> None:
    packs = [getattr(RULES, name) for name in PACKS]

    assert ids(WHOLE) == [rule for pack in packs for rule in pack.rules]
    assert [each.name for chapter in WHOLE.chapters for each in chapter.lists] == [
        f"{name}.{key}" for name, pack in zip(PACKS, packs, strict=True) for key in pack.lists
    ]
    assert {"email_days", "longest_sentence"} <= {choice.key for choice in WHOLE.choices}
    assert sorted(t.code for those in WHOLE.calendars for t in those.territories) == sorted(
        RULES.territories
    )
    assert WHOLE.digest == RULES.digest
    assert {f"{part}.toml" for part in PARTS} == set(FILES)


def test_every_label_and_every_list_says_what_it_is_for() -> None:
    for chapter in WHOLE.chapters:
        assert chapter.title
        assert {rule.label for rule in chapter.rules} == set(chapter.labels)
        assert all(words.title != words.name.partition(".")[2] for words in chapter.lists)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("holding.in_person", "outgoing"),
        ("formule-de-fin", "mentions"),
        ("mentions.titles", "mentions"),
        ("language.greeting", "language"),
    ],
)
def test_one_rule_or_list_is_found_by_its_name(name: str, part: str) -> None:
    found = manual(RULES, name=name)

    assert [chapter.name for chapter in found.chapters] == [part]
    assert ids(found) == [name] or found.chapters[0].lists[0].name == name
    assert (found.choices, found.calendars) == ((), ())


def test_a_value_is_found_by_its_key() -> None:
    found = manual(RULES, name="email_days")

    assert [choice.key for choice in found.choices] == ["email_days"]
    assert found.chapters == ()


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("holding.in_persons", "holding.in_person"),
        ("emails_days", "email_days"),
        ("mentions.title", "mentions.titles"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(ValueError, match=f"vouliez-vous dire « {near} »"):
        manual(RULES, name=name)
    with pytest.raises(ValueError, match=r"ne s’appelle « ¿ »$"):
        manual(RULES, name="¿")


@pytest.mark.parametrize("part", PACKS)
def test_one_file_is_chosen(part: str) -> None:
    found = manual(RULES, part=part)

    assert [chapter.name for chapter in found.chapters] == [part]
    assert (found.choices, found.calendars) == ((), ())


def test_values_and_calendars_are_chosen_too() -> None:
    values, calendars = manual(RULES, part="qualepref"), manual(RULES, part="calendars")

    assert (values.choices, values.chapters, values.calendars) == (WHOLE.choices, (), ())
    assert (calendars.calendars, calendars.chapters, calendars.choices) == (WHOLE.calendars, (), ())


@pytest.mark.parametrize("status", Status)
def test_one_status_is_chosen(status: Status) -> None:
    found = manual(with_local(RULE, CHOICE), status=status)

    assert {rule.status for chapter in found.chapters for rule in chapter.rules} == {status}
    assert {choice.status for choice in found.choices} == {status}
    assert not [words for chapter in found.chapters for words in chapter.lists]
    assert bool(found.calendars) is (status is Status.SOURCED)
    assert bool(found.local) is (status is Status.LOCAL)


def test_what_a_site_switched_off_is_still_found_by_its_name() -> None:
    rules = with_local(OFF)
    found = manual(rules, name="leave.closing")

    assert (found.chapters, found.local) == ((), rules.local)


def test_calendars_that_are_the_same_are_told_once() -> None:
    codes = [{territory.code for territory in each.territories} for each in WHOLE.calendars]

    assert {"57", "67", "68"} in codes
    assert sum("39" in those for those in codes) == 1


def test_values_and_days_read_as_words() -> None:
    choices = {choice.key: worth(choice) for choice in WHOLE.choices}
    days = {day.name: day for each in WHOLE.calendars for day in each.days}

    assert choices["email_days"] == "5"
    assert choices["substantive"] == "réponse, réorientation"
    assert (yearly(days["Noël"]), years(days["Noël"])) == ("25/12", "1802–")
    assert yearly(days["Ascension"]) == "Pâques +39"
    assert yearly(days["Vendredi saint"]) == "Pâques −2"
    assert "1953–1959" in {years(day) for each in WHOLE.calendars for day in each.days}


# --- a page ---------------------------------------------------------------------------------------


def page(found: Manual = WHOLE, title: str = "Préfecture du Jura") -> str:
    return book.html(found, title, template_texts())


def words(text: str) -> str:
    return " ".join(entities.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def test_the_page_is_well_formed_french_with_one_title_and_headings_in_order() -> None:
    outline = Outline()
    outline.feed(page())
    levels = [int(tag[1]) for tag, _ in outline.seen if re.fullmatch(r"h[1-6]", tag)]

    assert outline.open == []
    assert ("html", {"lang": "fr"}) in outline.seen
    assert levels.count(1) == levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert all(kept.get("scope") in ("col", "row") for tag, kept in outline.seen if tag == "th")
    assert sum(tag == "table" for tag, _ in outline.seen) == sum(
        tag == "caption" for tag, _ in outline.seen
    )


def test_the_page_tells_every_rule_with_its_source_phrases_and_examples() -> None:
    text = words(page())

    for chapter in WHOLE.chapters:
        for rule in chapter.rules:
            for told in (rule.id, rule.title, rule.source, *rule.hits, *rule.misses):
                assert " ".join(told.replace("\u00a0", " ").split()) in text
            assert all(explained(phrase) in text for phrase in rule.phrases)


def test_the_page_loads_nothing_and_no_text_becomes_markup() -> None:
    text = page(manual(with_local(RULE.replace("La permanence du", "<script>"))), "<b>Jura</b>")

    assert "<script" not in text
    assert "&lt;b&gt;Jura&lt;/b&gt;" in text
    assert not re.search(r"(?:src|href)\s*=\s*[\"']?(?:https?:)?//", text)
    assert words(page(title="")).startswith("Règles de lecture :root")


def test_french_signs_never_begin_a_line_of_the_page() -> None:
    body = re.sub(r"<code>[^<]*</code>", "", page().partition("<main>")[2])

    assert not re.findall(r"\w (?=[;!?»])|« ", re.sub(r"<[^>]+>", "", body))


# --- the command ----------------------------------------------------------------------------------


def test_the_command_prints_one_rule_in_words(run: Run) -> None:
    found = run("rules", "holding.in_person")
    text = " ".join(found.out.replace("\u00a0", " ").split())

    assert found.code == 0
    assert "Comment un agent répond (outgoing)" in text
    assert "décide : L’agent promet une réponse : réponse d’attente (poids 3 sur 3)" in text
    assert (
        "source : Qual-e-pref, engagement 17 : réponses d’attente comptabilisées (interprété)"
        in text
    )
    assert "• « te », puis « reponds », « tiens au courant », « dis », « redis »" in text
    assert "✔ Je regarde cela et vous rappelle demain matin." in text
    assert "✘ Il vous répondra directement." in text


def test_the_command_speaks_english_too(run: Run) -> None:
    text = " ".join(
        run("--lang", "en", "rules", "holding.in_person").out.replace("\u00a0", " ").split()
    )

    assert "weight 3 of 3" in text
    assert "then eight words at most, then « vers »" in text
    assert "(interpreted)" in text


def test_the_words_of_a_list_are_printed_when_it_is_asked_for(run: Run) -> None:
    assert "mademoiselle" in run("rules", "mentions.titles").out
    assert "mademoiselle" not in run("rules", "--pack", "mentions", "--status", "sourced").out


def test_the_whole_manual_is_printed(run: Run) -> None:
    text = run("rules").out

    assert all(f"{rule} : " in text.replace("\u00a0", " ") for rule in ids(WHOLE))
    assert "Vendredi saint (jour d’usage)" in text
    assert "et 88 autres" in text
    assert "mademoiselle" not in text.partition("mentions.titles")[2].partition("mentions.ranks")[0]


def test_the_command_gives_json(run: Run) -> None:
    whole = json.loads(run("rules", "--json").out)
    one = json.loads(run("rules", "formule-de-fin", "--json").out)

    assert whole["rules"] == one["rules"] == RULES.digest
    assert [pack["pack"] for pack in whole["packs"]] == list(PACKS)
    assert one["packs"][0]["rules"][0]["decides"].startswith("Une formule de fin")
    assert {"phrase": "bien vôtre", "explained": "« bien vôtre »"} in one["packs"][0]["rules"][0][
        "phrases"
    ]
    assert {choice["key"]: choice["value"] for choice in whole["choices"]}["substantive"] == [
        "reply",
        "referral",
    ]
    (jura,) = (each for each in whole["calendars"] if "39" in each["territories"])
    assert jura["days"][0] == {
        "name": "1er janvier", "on": "01-01", "easter": None, "from": 1811, "until": None, "customary": False,
        "source": "Avis du Conseil d’État du 23 mars 1810 ; code du travail, L3133-1",
    }  # fmt: skip


def test_the_command_tells_the_site_s_own_rules(run: Run, tmp_path: Path) -> None:
    settings = tmp_path / "mailwatch.toml"
    settings.write_text('rules = "rules.d"\n[institution]\nname = "Préfecture du Jura"\n', "utf-8")
    (tmp_path / "rules.d").mkdir()
    (tmp_path / "rules.d" / "jura.toml").write_text(f"{RULE}\n{MORE}\n{OFF}\n{CHOICE}", "utf-8")
    target = tmp_path / "regles.html"
    local = run("rules", "--status", "local", "--settings", str(settings)).out.replace(
        "\u00a0", " "
    )
    more = run("rules", "holding.in_person", "--settings", str(settings)).out.replace("\u00a0", " ")
    made = run("rules", "--html", str(target), "--settings", str(settings))

    assert "jura.permanence : La permanence du mercredi rappellera" in local
    assert "leave.closing : désactivée ; Le bureau écrit ses formules autrement" in local
    assert "follow_up_days = 10" in local
    assert "holding.in_person : complétée ; Usage du bureau des titres (rules.d/jura.toml" in more
    assert (made.code, made.out) == (0, "")
    assert "Préfecture du Jura" in target.read_text("utf-8")


def test_what_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    unknown = run("rules", "holding.in_persons")
    unwritten = run("rules", "--html", str(tmp_path / "nulle" / "part.html"))

    assert (unknown.code, unwritten.code) == (2, 2)
    assert "vouliez-vous dire « holding.in_person » ?" in unknown.err
    assert "introuvable" in unwritten.err
