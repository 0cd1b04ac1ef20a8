"""The rules of a site: added to those that ship, tried by their examples, named wherever figures are shown."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import language, report
from mailwatch.errors import RulesetError, SettingsError
from mailwatch.model import LocalChange, LocalRule, Nature, Period
from mailwatch.ruleset import PACKS, Ruleset, Status, load
from mailwatch.ruleset.local import Amendments
from mailwatch.settings import desk_of, load_site, rule_texts, template_texts
from mailwatch.settings.advice import Weight, advice
from mailwatch.settings.local import local_texts
from mailwatch.wording import read
from tests.facts import answer, desk, incoming
from tests.mails import reply
from tests.registers import MANNED, NOON, registered, take
from tests.test_cli import Run, run
from tests.test_report import audited

__all__ = ["run"]

PACKAGED = load(rule_texts())
FILE = "rules.d/jura.toml"
TODAY = date(2026, 4, 20)

RULE = """[[rule]]
pack = "outgoing"
id = "jura.permanence"
label = "holding_reply"
title = "La permanence du mercredi rappellera"
source = "Note de service du 12 janvier 2026"
weight = 3
phrases = ["(passe|passera) [...] en permanence"]
hits = ["Votre cas passe en permanence."]
misses = ["La permanence est fermée."]
"""
MORE = """[[more]]
rule = "holding.in_person"
phrases = ["(je|nous) vous (faisons|fais) signe"]
hits = ["Je vous fais signe dès que possible."]
misses = ["Faites-moi signe."]
source = "Usage du bureau des titres"
"""
WORDS = """[[more]]
list = "language.acronyms"
words = ["SIDPC"]
source = "Comité local des usagers, 3 février 2026"
"""
OFF = """[[off]]
rule = "leave.closing"
reason = "Le bureau écrit ses formules autrement"
"""
CHOICE = """[[choice]]
key = "follow_up_days"
value = 10
source = "Comité local des usagers, 3 février 2026"
"""


def with_local(*tables: str) -> Ruleset:
    return load(rule_texts(), {FILE: "\n".join(tables)})


def amended(files: dict[str, str]) -> Amendments:
    """What ships, changed by files of the site, before its phrases are compiled."""
    found = Amendments(
        {name: getattr(PACKAGED, name).draft for name in PACKS},
        {choice.key: choice for choice in (*PACKAGED.policy.choices, *PACKAGED.measures.choices)},
    )
    found.amend(files)
    return found


def refused(*tables: str) -> str:
    with pytest.raises(RulesetError) as fault:
        amended({FILE: "\n".join(tables)})
    assert fault.value.exit_code == 78
    return str(fault.value)


# --- what a site may say --------------------------------------------------------------------------


def test_a_rule_of_the_site_joins_its_pack() -> None:
    rules = with_local(RULE)
    found = rules.outgoing.find(read("Votre cas passera mercredi en permanence."))

    assert [(rule.id, rule.status) for rule, _ in found if rule.id.startswith("jura")] == [
        ("jura.permanence", Status.LOCAL)
    ]
    assert rules.local == (
        LocalRule(
            change=LocalChange.NEW,
            target="jura.permanence",
            title="La permanence du mercredi rappellera",
            source="Note de service du 12 janvier 2026",
            file=FILE,
            line=1,
        ),
    )


def test_more_phrases_are_heard_with_those_of_the_rule() -> None:
    before, after = PACKAGED, with_local(MORE)

    def heard(rules: Ruleset, words: str) -> bool:
        return "holding.in_person" in {rule.id for rule, _ in rules.outgoing.find(read(words))}

    assert not heard(before, "Nous vous faisons signe lundi.")
    assert heard(after, "Nous vous faisons signe lundi.")
    assert heard(after, "Je vous tiendrai au courant.")
    assert after.outgoing.rules["holding.in_person"].status is Status.INTERPRETED


def test_more_words_join_a_list() -> None:
    lists = with_local(WORDS).language.lists["acronyms"]

    assert lists == (*PACKAGED.language.lists["acronyms"], "SIDPC")


def test_a_rule_is_switched_off_and_the_others_stay() -> None:
    rules = with_local(OFF)

    assert set(PACKAGED.outgoing.rules) - set(rules.outgoing.rules) == {"leave.closing"}
    assert not [
        rule for rule, _ in rules.outgoing.find(read("Cordialement")) if rule.label == "leave"
    ]
    assert rules.local[0].source == "Le bureau écrit ses formules autrement"


def test_a_settled_value_is_the_site_s_own_with_its_source_and_status() -> None:
    policy = with_local(CHOICE).policy
    (choice,) = (choice for choice in policy.choices if choice.key == "follow_up_days")

    assert (policy.follow_up_days, policy.email_days) == (10, 5)
    assert (choice.value, choice.status) == (10, Status.LOCAL)
    assert choice.source == "Comité local des usagers, 3 février 2026"
    assert choice.title == next(c.title for c in PACKAGED.policy.choices if c.key == choice.key)


@pytest.mark.parametrize(
    ("key", "value", "read_as"),
    [
        ("qualifying", '["reply", "holding_reply"]', {Nature.REPLY, Nature.HOLDING_REPLY}),
        ("substantive", '["reply"]', {Nature.REPLY}),
        ("email_days", "3", 3),
    ],
)
def test_every_value_that_is_read_can_be_set(key: str, value: str, read_as: object) -> None:
    policy = with_local(f'[[choice]]\nkey = "{key}"\nvalue = {value}\nsource = "Essai"\n').policy

    assert getattr(policy, key) == read_as


def test_the_lengths_of_plain_language_can_be_set() -> None:
    rules = with_local('[[choice]]\nkey = "longest_sentence"\nvalue = 25\nsource = "Charte"\n')

    assert (rules.measures.longest_sentence, rules.policy) == (25, PACKAGED.policy)


def test_all_of_it_may_stand_in_several_files_read_by_name() -> None:
    rules = amended(
        {
            "rules.d/2.toml": OFF,
            "rules.d/1.toml": f"# à nous\n\n{CHOICE}\n{RULE}\n{MORE}{MORE}{WORDS}",
        }
    )

    assert [(change.change.value, change.file[-6:], change.line) for change in rules.local] == [
        ("new", "1.toml", 8), ("more", "1.toml", 19), ("more", "1.toml", 25), ("more", "1.toml", 31),
        ("value", "1.toml", 3), ("off", "2.toml", 1),
    ]  # fmt: skip


def test_tables_in_line_are_read_too() -> None:
    text = 'off = [{rule = "leave.closing", reason = "Essai"}]'

    assert [(change.target, change.line) for change in with_local(text).local] == [
        ("leave.closing", 1)
    ]


def test_no_file_changes_nothing_and_any_file_changes_the_digest() -> None:
    assert load(rule_texts(), {}).digest == PACKAGED.digest
    assert load(rule_texts(), {FILE: "# rien"}).local == ()

    digests = {
        PACKAGED.digest, with_local("# rien").digest, with_local(OFF).digest, with_local(CHOICE).digest,
        load(rule_texts(), {"rules.d/autre.toml": OFF}).digest,
    }  # fmt: skip
    assert len(digests) == 5


# --- what is refused ------------------------------------------------------------------------------


def without(table: str, key: str) -> str:
    return "".join(line for line in table.splitlines(keepends=True) if not line.startswith(key))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[rule", f"règles : {FILE} : "),
        (
            "[[regle]]\nid = 1",
            f"règles : {FILE} : clé « regle » inconnue ; vouliez-vous dire « rule » ?",
        ),
        ("rule = 3", f"règles : {FILE} : « rule » doit être une liste de tables [[rule]]"),
        (without(RULE, "pack"), f"règles : {FILE}, ligne 1 : la clé « pack » manque"),
        (
            RULE.replace('"outgoing"', '"sortant"'),
            "« pack » vaut l’un de automatic, incoming, outgoing, mentions,",
        ),
        (
            RULE.replace("holding_reply", "holding_replay"),
            "libellé « holding_replay » inconnu dans « outgoing » ; vouliez-vous dire « holding_reply » ?",
        ),
        (RULE + 'status = "sourced"\n', "ligne 1 : le statut d’une règle du site est « local »"),
        (
            RULE + 'titre = "x"\n',
            "ligne 1 : clé « titre » inconnue ; vouliez-vous dire « title » ?",
        ),
        (
            without(RULE, "hits"),
            f"{FILE}, ligne 1 : règle « jura.permanence » : la clé « hits » manque",
        ),
        (without(RULE, "source"), "la clé « source » manque"),
        (RULE.replace("weight = 3", "weight = true"), "« weight » est un nombre de 1 à 3"),
        (
            RULE.replace("jura.permanence", "holding.in_person"),
            "la règle « holding.in_person » existe déjà ; complétez-la par [[more]]",
        ),
        (RULE.replace("(passe|", "((passe|"), "sans fin"),
        (
            RULE.replace("cas passe", "cas va"),
            f"{FILE}, ligne 1 : « jura.permanence » ne trouve pas son exemple « Votre cas va en",
        ),
        (
            RULE.replace("La permanence est", "Il passe en permanence"),
            "« jura.permanence » trouve à tort son contre-exemple",
        ),
        (RULE + RULE, f"ligne 11 : « jura.permanence » est déjà changé par {FILE}, ligne 1"),
        (
            MORE.replace("in_person", "in_persons"),
            "la règle « holding.in_persons » n’existe pas ; vouliez-vous dire « holding.in_person » ?",
        ),
        (
            MORE.replace("fais signe dès", "écris dès"),
            "« holding.in_person » ne trouve pas son exemple « Je vous écris dès que possible. »",
        ),
        # A new phrase may not find what the rule that ships must not find.
        (
            MORE.replace("phrases = [", 'phrases = ["je vous reponds", '),
            "« holding.in_person » trouve à tort son contre-exemple",
        ),
        (without(MORE, "hits"), "la clé « hits » manque"),
        (MORE + 'reason = "x"\n', "clé « reason » inconnue"),
        (
            WORDS.replace("acronyms", "acronymes"),
            "liste « language.acronymes » inconnue ; vouliez-vous dire « language.acronyms » ?",
        ),
        (WORDS.replace('["SIDPC"]', '"SIDPC"'), "« words » doit être une liste de textes"),
        (WORDS.replace("words", "phrases"), "clé « phrases » inconnue"),
        (without(OFF, "reason"), "la clé « reason » manque"),
        (OFF.replace("leave.closing", "leave.opening"), "la règle « leave.opening » n’existe pas"),
        (
            MORE + OFF.replace("leave.closing", "holding.in_person"),
            f"ligne 7 : « holding.in_person » est déjà changé par {FILE}, ligne 1",
        ),
        (OFF + OFF, f"ligne 4 : « leave.closing » est déjà changé par {FILE}, ligne 1"),
        (
            CHOICE.replace("follow_up_days", "followup_days"),
            "choix « followup_days » inconnu ; vouliez-vous dire « follow_up_days » ?",
        ),
        (
            CHOICE.replace("follow_up_days", "mention_rate"),
            "« mention_rate » dit ce que fait le programme et ne se change pas ici",
        ),
        (
            CHOICE.replace("10", '"dix"'),
            f"règles : {FILE}, ligne 1 : « follow_up_days » doit être un nombre entier",
        ),
        (CHOICE.replace("10", "100000"), "« follow_up_days » doit être un nombre entier"),
        (
            CHOICE.replace("follow_up_days", "qualifying").replace("10", '["repli"]'),
            "« qualifying » : nature « repli » inconnue ; vouliez-vous dire « reply » ?",
        ),
        (without(CHOICE, "source"), "la clé « source » manque"),
        (without(CHOICE, "value"), "la clé « value » manque"),
    ],
)
def test_a_fault_names_file_line_and_remedy(text: str, fault: str) -> None:
    assert fault in refused(text)


def test_a_phrase_that_nests_too_deep_is_a_fault() -> None:
    nested = RULE.replace('en permanence"]', f'{"(" * 5_000}x{")" * 5_000}"]')

    assert "parenthèses l’une dans l’autre" in refused(nested)


def test_what_another_file_switched_off_cannot_be_added_to() -> None:
    with pytest.raises(RulesetError, match=r"déjà changé par rules\.d/1\.toml, ligne 1"):
        amended({"rules.d/1.toml": OFF, FILE: MORE.replace("holding.in_person", "leave.closing")})


def test_a_fault_is_told_in_english_too() -> None:
    with pytest.raises(RulesetError) as fault:
        amended({FILE: CHOICE + OFF.replace("closing", "opening")})
    language.choose("en")
    try:
        assert language.say(fault.value) == (
            f"rules: {FILE}, line 5: there is no rule “leave.opening”; did you mean “leave.closing”?"
        )
    finally:
        language.choose("fr")


def fault_of(text: str) -> str:
    try:
        amended({FILE: text})
    except RulesetError as fault:
        return str(fault)
    return ""


@given(st.text(max_size=200))
def test_any_text_is_a_rule_file_or_a_fault_of_it(text: str) -> None:
    assert FILE in (fault_of(text) or FILE)


@given(
    st.dictionaries(
        st.sampled_from(["rule", "more", "off", "choice"]),
        st.lists(
            st.dictionaries(
                st.sampled_from(["id", "rule", "list", "key", "pack", "value", "phrases", "words", "source", "hits"]),
                st.one_of(st.text(max_size=9), st.integers(), st.booleans(), st.lists(st.text(max_size=4), max_size=2)),
            ),
            max_size=2,
        ),
    )
)  # fmt: skip
def test_any_tables_are_rules_or_a_fault(tables: dict[str, Any]) -> None:
    def table(entry: dict[str, Any]) -> str:
        # A value in JSON is one in TOML.
        return "{" + ", ".join(f"{key} = {json.dumps(value)}" for key, value in entry.items()) + "}"

    inline = "\n".join(
        f"{kind} = [{', '.join(map(table, entries))}]" for kind, entries in tables.items()
    )
    assert FILE in (fault_of(inline) or FILE)


def test_the_example_of_the_readme_is_taken() -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
    (example,) = (
        block for block in re.findall(r"```toml\n(.*?)```", readme, re.DOTALL) if "[[off]]" in block
    )

    assert [(rule.change.value, rule.target) for rule in amended({FILE: example}).local] == [
        ("new", "jura.permanence"),
        ("more", "holding.in_person"),
        ("off", "language.attached"),
        ("value", "follow_up_days"),
    ]


# --- where they lie -------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path: Path) -> Callable[..., Path]:
    """Write a settings file with a folder of rules beside it."""

    def made(rules: str = "", *, key: str = 'rules = "rules.d"\n') -> Path:
        settings = tmp_path / "mailwatch.toml"
        settings.write_text(
            f'{key}[institution]\nname = "Préfecture du Jura"\ndomains = ["jura.gouv.fr"]\ncalendar = "39"\n',
            encoding="utf-8",
        )
        (tmp_path / "rules.d").mkdir(exist_ok=True)
        (tmp_path / "rules.d" / "jura.toml").write_text(rules, encoding="utf-8")
        return settings

    return made


def test_the_settings_name_a_folder_beside_them(site: Callable[..., Path]) -> None:
    settings = site(CHOICE)
    (settings.parent / "rules.d" / "LISEZMOI").write_text("pas une règle", encoding="utf-8")
    (settings.parent / "rules.d" / ".essai.toml").write_text("pas une règle", encoding="utf-8")
    found = load_site(settings)

    assert found.rules == str(settings.parent / "rules.d")
    assert list(local_texts(found.rules)) == [FILE]
    assert desk_of(found).rules.policy.follow_up_days == 10


def test_a_site_without_rules_of_its_own_has_those_that_ship(site: Callable[..., Path]) -> None:
    assert desk_of(load_site(site(CHOICE, key=""))).rules.digest == PACKAGED.digest
    assert local_texts("") == {}


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ("a = [", f"{FILE}, à la fin du fichier : "),
        ("a = 1\na = 2\n", f"{FILE}, ligne 2, colonne 6 : clé écrite deux fois"),
    ],
)
def test_a_file_that_is_no_toml_is_told_as_the_settings_are(
    site: Callable[..., Path], rules: str, fault: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        desk_of(load_site(site(rules)))

    assert str(refusal.value).startswith(fault)


def test_a_folder_that_is_not_there_is_a_fault(site: Callable[..., Path]) -> None:
    with pytest.raises(SettingsError, match=r"le dossier « .*regles » n’existe pas"):
        desk_of(load_site(site(key='rules = "regles"\n')))
    with pytest.raises(SettingsError, match="n’existe pas"):
        desk_of(load_site(site(key='rules = "rules.d/jura.toml"\n')))


def test_a_folder_or_a_file_that_cannot_be_read_is_a_fault(
    site: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = site(CHOICE)

    def denied(_self: Path) -> None:
        raise PermissionError(13, "refusé")

    monkeypatch.setattr(Path, "iterdir", denied)
    with pytest.raises(SettingsError, match=r"ne se lit pas \(accès refusé\)"):
        desk_of(load_site(settings))


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("rules = 3\n", "« rules » : il faut un texte entre guillemets, pas la valeur 3"),
        ('rules = ""\n', "« rules » : il faut un texte qui ne soit pas vide"),
        ('rules = "~/rules.d"\n', "« rules » : il faut un chemin complet"),
        (
            '[rules]\nfolder = "rules.d"\n',
            "« rules » : il faut un texte entre guillemets, pas une table",
        ),
        ('regles = "rules.d"\n', "clé « regles » inconnue ; vouliez-vous dire « rules » ?"),
        (
            '[register]\nrules = "rules.d"\n',
            "[register] : clé « rules » inconnue ; elle va en tête du fichier, avant la première",
        ),
    ],
)
def test_the_key_is_explained(site: Callable[..., Path], key: str, fault: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        load_site(site(key=key))

    assert f"mailwatch.toml : {fault}" in str(refusal.value)


# --- where they are told --------------------------------------------------------------------------


def test_advice_names_each_of_them(site: Callable[..., Path]) -> None:
    found = load_site(site(CHOICE + OFF))
    first, second = advice(found, desk_of(found).rules.local)[:2]

    assert (first.weight, first.words) == (
        Weight.SET, f"règle locale « leave.closing » : désactivée ({FILE}, ligne 5)",
    )  # fmt: skip
    assert second.words == f"règle locale « follow_up_days » : valeur changée ({FILE}, ligne 1)"


def test_advice_says_that_an_empty_folder_changes_nothing(site: Callable[..., Path]) -> None:
    assert advice(load_site(site("# rien encore")))[0].weight is Weight.DOUBTFUL


def test_check_config_tells_local_rules_or_what_is_wrong_with_them(
    site: Callable[..., Path], run: Run
) -> None:
    settings = site(RULE)
    told = run("check-config", "--settings", str(settings))
    site(RULE.replace("cas passe", "cas va"))
    wrong = run("check-config", "--settings", str(settings))

    assert f"✔ règle locale « jura.permanence » : ajoutée ({FILE}, ligne 1)" in told.out
    assert (wrong.code, wrong.out) == (78, "")
    assert "ne trouve pas son exemple « Votre cas va en permanence. »" in wrong.err


def test_check_config_sees_a_folder_that_nobody_named(site: Callable[..., Path], run: Run) -> None:
    found = run("check-config", "--settings", str(site(RULE, key="")))

    assert found.out.startswith("? le dossier « rules.d » est là, mais le fichier ne le nomme pas")


def test_rules_of_the_site_decide_and_the_verdict_holds_their_digest(
    site: Callable[..., Path], run: Run, tmp_path: Path
) -> None:
    sent = tmp_path / "sent.eml"
    sent.write_bytes(reply("2026-03-04 16:40", "Bonjour Madame,\n\nVotre cas passe en permanence."))
    settings = site(RULE)
    shipped = run("check", "--json", str(sent)).lines[0]
    local = run("check", "--json", "--settings", str(settings), str(sent)).lines[0]

    assert (shipped["nature"], local["nature"]) == ("reply", "holding_reply")
    assert local["evidence"][0]["rule"] == "jura.permanence"
    assert shipped["rules"] == PACKAGED.digest != local["rules"]


def test_a_deadline_is_counted_with_the_site_s_own_delay(
    site: Callable[..., Path], run: Run
) -> None:
    settings = site('[[choice]]\nkey = "email_days"\nvalue = 3\nsource = "Charte"\n')

    assert (
        run("deadline", "2026-03-02", "--settings", str(settings), "--json").lines[0]["due_on"]
        == "2026-03-05"
    )
    assert run("deadline", "2026-03-02", "--json").lines[0]["due_on"] == "2026-03-09"


def test_the_audit_names_the_local_rules_in_force(
    site: Callable[..., Path], run: Run, tmp_path: Path
) -> None:
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "1.eml").write_bytes(reply("2026-03-04 16:40"))
    found = run("audit", str(tmp_path / "sent"), "--settings", str(site(OFF)), "--json").lines[0]

    assert found["local_rules"] == [
        {
            "change": "off",
            "target": "leave.closing",
            "title": "La formule de politesse, et tout ce qui la suit",
            "source": "Le bureau écrit ses formules autrement",
            "file": FILE,
            "line": 1,
        }
    ]


def test_the_register_decides_anew_by_them_and_its_journal_holds_their_digest(
    tmp_path: Path,
) -> None:
    held = [incoming("2026-03-02 09:12"), answer("2026-03-04 09:12", kind=Nature.HOLDING_REPLY)]
    changed = replace(desk(MANNED), rules=with_local(CHOICE))
    with registered(tmp_path / "state") as register:
        take(register, held)
        register.decide(desk(MANNED), NOON)
        (before,) = register.requests(desk(MANNED), TODAY)

        assert register.decide(changed, NOON) == 1
        assert register.decide(changed, NOON) == 0

        (after,) = register.requests(changed, TODAY)
        audited = register.audit(changed, Period(from_on=None, to_on=None), TODAY)
    with closing(sqlite3.connect(tmp_path / "state" / "register.sqlite")) as database:
        told = [
            json.loads(line)
            for (line,) in database.execute("SELECT line FROM journal ORDER BY seq")
        ]

    assert (before.follow_up_on, after.follow_up_on) == (date(2026, 3, 25), date(2026, 3, 18))
    assert audited.local == changed.rules.local
    assert [line["rules"] for line in told if "rules" in line] == [
        PACKAGED.digest,
        changed.rules.digest,
    ]


def test_the_report_prints_them_in_its_method() -> None:
    rules = with_local(RULE.replace("La permanence du", "La <b>permanence</b> du"), CHOICE)
    page = report.html(
        replace(audited(), local=rules.local), rules.policy, template_texts()
    ).partition('id="methode"')[2]
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))

    assert (
        "La &lt;b&gt;permanence&lt;/b&gt; du mercredi rappellera jura.permanence ajoutée Note de service"
        in text
    )
    assert "follow_up_days valeur changée Comité local des usagers, 3 février 2026" in text
    assert "Règles locales" not in report.html(audited(), rules.policy, template_texts())
