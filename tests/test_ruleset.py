"""Rule files: typed values, every fault named with its file, rule and remedy; every example run."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mailwatch.errors import RulesetError
from mailwatch.model import Nature
from mailwatch.ruleset import FILES, PACKS, RulePack, Status, digest, failures, load, read_policy
from mailwatch.settings import rule_texts
from mailwatch.wording import read
from tests.rules import RULE, texts


def packs() -> Mapping[str, RulePack]:
    rules = load(rule_texts())
    return {name: getattr(rules, name) for name in PACKS}


@pytest.mark.parametrize("name", PACKS)
def test_every_example_of_the_shipped_rules_holds(name: str) -> None:
    assert failures(packs()[name]) == ()


@pytest.mark.parametrize("name", PACKS)
def test_every_shipped_rule_says_what_it_is_for_and_where_it_comes_from(name: str) -> None:
    for rule in packs()[name].rules.values():
        assert rule.title
        assert rule.source
        assert rule.hits


def test_the_settled_definitions_are_values_with_a_source() -> None:
    policy = load(rule_texts()).policy

    assert (policy.email_days, policy.letter_days, policy.follow_up_days) == (5, 10, 15)
    assert Nature.HOLDING_REPLY in policy.qualifying - policy.substantive
    assert Nature.AUTOMATIC_ACKNOWLEDGEMENT not in policy.qualifying
    assert all(choice.source and choice.title for choice in policy.choices)


def test_a_rule_tells_the_words_it_rests_on() -> None:
    pack = load(texts(outgoing=RULE)).outgoing
    ((rule, hit),) = pack.find(read("Madame,\nje  vous répondrai demain."))

    assert (rule.id, rule.status, rule.weight) == ("x.y", Status.LOCAL, 1)
    assert hit.text == "je vous répondrai"


def test_examples_that_do_not_hold_are_named() -> None:
    wrong = RULE.replace('"Je vous répondrai."', '"Demain."').replace(
        '"Je réponds."', '"Je vous répondrai."'
    )
    first, second = failures(load(texts(outgoing=wrong)).outgoing)

    assert "Demain." in first
    assert "à tort" in second


def test_the_digest_changes_with_any_byte_of_any_file() -> None:
    before = digest(rule_texts())

    assert len(before) == 64
    assert digest(texts(outgoing=RULE)) != before
    assert digest(dict(reversed(list(rule_texts().items())))) == before


def test_packs_that_read_together_share_no_rule_id() -> None:
    with pytest.raises(RulesetError, match="deux fichiers"):
        load(texts(outgoing=RULE, promises=RULE))


def test_packs_that_read_together_each_find_their_own() -> None:
    rules = load(texts(outgoing=RULE, promises=RULE.replace("x.y", "x.z")))
    words = read("Je vous répondrai.")

    assert [rule.id for rule, _ in rules.outgoing.find(words)] == ["x.y"]
    assert [rule.id for rule, _ in rules.promises.find(words)] == ["x.z"]


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(name: str) -> None:
    with pytest.raises(RulesetError, match=name):
        load({other: text for other, text in rule_texts().items() if other != name})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[rule\n", "line 1"),
        ("rule = 3", "rule"),
        (RULE.replace("title", "titel"), "title"),
        (RULE.replace('title = "Une promesse"', ""), "title"),
        (RULE.replace('"local"', '"vrai"'), "vrai"),
        (RULE + "weight = 9\n", "weight"),
        (RULE + RULE, "deux fois"),
        (RULE.replace('["je vous repondrai"]', '"je"'), "phrases"),
        (RULE.replace("je vous repondrai", "je vous (repondrai"), "parenthèse"),
        (RULE.replace("misses", "zzzz"), "zzzz"),
        ("lists = 3", "lists"),
        ("[lists]\nwords = 3", "words"),
    ],
)
def test_a_faulty_rule_is_refused_with_its_file_and_its_fault(text: str, words: str) -> None:
    with pytest.raises(RulesetError, match=r"outgoing\.toml") as fault:
        load(texts(outgoing=text))

    assert words in str(fault.value)
    assert fault.value.exit_code == 78


def test_lists_are_kept_as_they_stand() -> None:
    assert load(texts(outgoing='[lists]\nwords = ["é"]')).outgoing.lists == {"words": ("é",)}


def test_a_faulty_calendar_is_named() -> None:
    with pytest.raises(RulesetError, match=r"calendars\.toml"):
        load(texts(calendars="[zone.a]\nname = 3\n[zone.a.territories]\n01 = 'x'\n"))


@pytest.mark.parametrize(
    ("find", "change", "words"),
    [
        ("email_days", "courriel_jours", "email_days"),
        ("value = 5", "value = 'cinq'", "email_days"),
        ("value = 5", "value = true", "email_days"),
        ("value = 5", "value = -1", "email_days"),
        ('["reply", "referral"]', '["repli"]', "repli"),
        ('["reply", "referral"]', '"reply"', "substantive"),
        ('status = "sourced"', "", "status"),
    ],
)
def test_a_faulty_definition_is_named(find: str, change: str, words: str) -> None:
    with pytest.raises(RulesetError, match=words):
        read_policy(rule_texts()["qualepref.toml"].replace(find, change, 1))
