"""Two languages, whatever the locale: all we say has its English, all click says its French."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Formatter

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from mailwatch import errors, language
from mailwatch.errors import FaultyValueError, Remark, RulesetError, SettingsError, UsageError
from mailwatch.ruleset import load, read_policy
from mailwatch.settings import load_site, rule_texts, territories_only
from mailwatch.workdays import find_custom, find_territory, zone
from tests.rules import RULE, texts

PACKAGE = Path(__file__).parent.parent / "mailwatch"
SAYING = {"_", "translate"} | {
    name
    for name, made in vars(errors).items()
    if getattr(made, "__module__", "") == errors.__name__
}
"""What is called with a message first; `cli` says what errors and remarks hold."""


def _catalogue(language: str) -> Catalog:
    with (PACKAGE / "locale" / language / "LC_MESSAGES" / "mailwatch.po").open("rb") as lines:
        return read_po(lines, locale=language, abort_invalid=True)


def _of_click() -> set[str]:
    """The msgids of click itself, the singular of those that have a plural."""
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(Path(click.__file__).parent, keywords=keywords)
    return {words if isinstance(words, str) else words[0] for _, _, words, _, _ in found}


def _text(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def _of_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in SAYING:
                yield from _text(first)


def _of_labels(tree: ast.Module) -> Iterator[str]:
    """The words of the tables of `labels`, which `display` translates."""
    for statement in tree.body:
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        if isinstance(value, ast.Dict):
            for word in value.values:
                yield from _text(word)


def _of_calendars() -> set[str]:
    """The names of the days that the rule file declares."""
    territories = territories_only().values()
    return {day.name for here in territories for day in (*here.holidays, *here.customary)}


def _trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))}


def _of_ours() -> set[str]:
    trees = _trees()
    found = {message for tree in trees.values() for message in _of_calls(tree)}
    labels = (_of_labels(trees[path]) for path in trees if path.stem == "labels")
    return found.union(_of_calendars(), *labels)


def _fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _entries(language: str) -> Iterator[tuple[list[str], list[str]]]:
    """Each message of a catalogue, singular and plural, with its translations."""
    for message in _catalogue(language):
        if message.id:
            forms = (message.id, message.string or "")
            originals, translations = ([f] if isinstance(f, str) else list(f) for f in forms)
            yield originals, translations


def _untranslated(messages: set[str], language: str) -> list[str]:
    """The entries that a catalogue lacks, as they would be added to it."""
    catalogue = _catalogue(language)
    missing = [m for m in messages if not (m in catalogue and catalogue[m].string)]
    return [f"msgid {json.dumps(m, ensure_ascii=False)}" for m in sorted(missing)]


def test_every_message_of_ours_is_in_the_english_catalogue() -> None:
    assert not _untranslated(_of_ours(), "en")


def test_an_error_is_made_of_a_template_never_of_words_with_their_values_in() -> None:
    for path, tree in _trees().items():
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[ast.JoinedStr() as words, *_]):
                    assert name not in SAYING, f"{path.name}:{words.lineno}"


def test_every_message_of_click_is_in_the_french_catalogue() -> None:
    assert not _untranslated(_of_click(), "fr")


def test_no_catalogue_keeps_a_message_that_nobody_says() -> None:
    assert {originals[0] for originals, _ in _entries("en")} <= _of_ours()
    assert {originals[0] for originals, _ in _entries("fr")} <= _of_click()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_translation_names_the_values_that_its_message_names(language: str) -> None:
    for originals, translations in _entries(language):
        for translation in translations:
            assert _fields(translation) <= _fields("".join(originals)), translation
            assert _fields(translation) >= set.intersection(*map(_fields, originals)), translation


def test_french_is_written_with_its_own_signs() -> None:
    for _, translations in _entries("fr"):
        for translation in translations:
            assert not re.search(r"'| [:;?!»]|« ", translation), translation


def _says(code: str, **environment: str) -> str:
    """What a new interpreter prints: the language is chosen once in a process."""
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return run.stdout.strip()


SPEAK = """
from mailwatch import language
language.choose({language!r})
import click
print(click.Command("essai", help="…").get_help(click.Context(click.Command("essai"))))
print(language.translate("demande"))
print(repr(language.translate("")))
"""


@pytest.mark.parametrize(
    ("language", "locale", "expected"),
    [
        ("fr", "fr_FR.UTF-8", ("Usage :", "demande")),
        ("fr", "C", ("Usage :", "demande")),
        ("fr", "en_US.UTF-8", ("Usage :", "demande")),
        ("en", "C", ("Usage:", "request")),
        ("en", "fr_FR.UTF-8", ("Usage:", "request")),
        ("xx", "en_US.UTF-8", ("Usage :", "demande")),
        ("../..", "en_US.UTF-8", ("Usage :", "demande")),
        ("", "en_US.UTF-8", ("Usage :", "demande")),
    ],
)
def test_the_language_is_the_one_asked_for_whatever_the_locale(
    language: str, locale: str, expected: tuple[str, str]
) -> None:
    usage, word = expected

    said = _says(SPEAK.format(language=language), LC_ALL=locale, LANG=locale, LANGUAGE=locale)

    lines = said.replace("\u00a0", " ").splitlines()
    assert lines[0].startswith(usage)
    assert lines[-2:] == [word, "''"]


def test_the_choice_imports_nothing_heavy() -> None:
    before = _says("import sys, gettext, os, pathlib; print(*sorted(sys.modules))").split()

    after = _says(
        "import sys\nfrom mailwatch import language\nlanguage.choose('fr')\n"
        "language.translate('demande')\nprint(*sorted(sys.modules))"
    ).split()

    beyond = {name.partition(".")[0] for name in set(after) - set(before)}
    assert not {name for name in beyond if name not in sys.stdlib_module_names} - {"mailwatch"}


# --- remarks --------------------------------------------------------------------------------------


@pytest.fixture
def english() -> Iterator[None]:
    """The language is one for the whole process."""
    language.choose("en")
    yield
    language.choose("fr")


def test_a_remark_is_its_french_words() -> None:
    remark = Remark("{rank}e jour ouvré", rank=3)

    assert remark == "3e jour ouvré"
    assert json.dumps([remark], ensure_ascii=False) == '["3e jour ouvré"]'
    assert hash(remark) == hash("3e jour ouvré")


@pytest.mark.usefixtures("english")
def test_a_remark_is_said_in_the_language_chosen_with_the_remarks_inside_it() -> None:
    rank = Remark("{rank}e jour ouvré", rank=3)

    assert (
        language.say(Remark("{why} (ouverture locale)", why=rank)) == "working day 3 (open locally)"
    )
    assert language.say(Remark("{feast} et {other}", feast=Remark("Noël"), other="Noël")) == (
        "Christmas Day and Noël"
    )


@pytest.mark.usefixtures("english")
def test_an_error_says_what_it_holds_in_the_language_chosen() -> None:
    fault = FaultyValueError(
        "« {where} » doit être {wanted}", where="on", wanted=Remark("un texte")
    )

    assert str(fault) == "« on » doit être un texte"
    assert language.say(fault) == "“on” must be a text"
    assert language.say(UsageError("{fault}", fault=fault)) == "“on” must be a text"
    assert language.say(RulesetError("règles : {file} : {fault}", file="a.toml", fault=fault)) == (
        "rules: a.toml: “on” must be a text"
    )


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    "words", ["", "samedi", "{0} {name}", "{", ValueError(), ValueError("{x}"), 3]
)
def test_what_is_no_remark_is_said_as_it_is(words: object) -> None:
    assert language.say(words) == str(words)


@pytest.mark.parametrize("word", ["{name}", "{0}", "{", "}{", "%s", "{where.__class__}"])
def test_braces_in_a_value_are_only_braces(word: str) -> None:
    fault = FaultyValueError("« {phrase} » : signe inconnu", phrase=word)

    assert str(fault) == f"« {word} » : signe inconnu"
    assert language.say(fault) == str(fault)
    assert language.say(Remark(word)) == word


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            RULE.replace("title", "titel"),
            "rules: outgoing.toml: rule “x.y”: unknown key “titel”; did you mean “title”?",
        ),
        (RULE + "zzzz = 1\n", "rules: outgoing.toml: rule “x.y”: unknown key “zzzz”"),
        (
            RULE.replace('title = "Une promesse"', ""),
            "rules: outgoing.toml: rule “x.y”: the key “title” is missing",
        ),
        (
            RULE.replace('"local"', '"vrai"'),
            "rules: outgoing.toml: rule “x.y”: unknown status “vrai” (sourced, interpreted, local)",
        ),
        (
            RULE + "weight = 9\n",
            "rules: outgoing.toml: rule “x.y”: “weight” is a number from 1 to 3",
        ),
        (
            RULE.replace('["je vous repondrai"]', '"je"'),
            "rules: outgoing.toml: rule “x.y”: “phrases” must be a list of texts",
        ),
        (RULE + RULE, "rules: outgoing.toml: the rule “x.y” is defined twice"),
        (
            RULE.replace("je vous repondrai", "je vous (repondrai"),
            "rules: outgoing.toml: “je vous (repondrai”: a parenthesis or bracket without an end",
        ),
        (
            RULE.replace("je vous repondrai", "je* vous"),
            "rules: outgoing.toml: “je* vous”: the beginning of a word has at least four letters",
        ),
        ("rule = 3", "rules: outgoing.toml: “rule” must be a list of tables [[rule]]"),
        ("lists = 3", "rules: outgoing.toml: “lists” must be a table"),
        ("[lists]\nwords = 3", "rules: outgoing.toml: “lists.words” must be a list of texts"),
    ],
)
def test_a_faulty_rule_is_named_in_the_language_chosen(text: str, sentence: str) -> None:
    with pytest.raises(RulesetError) as fault:
        load(texts(outgoing=text))

    assert language.say(fault.value).replace("\u00a0", " ") == sentence


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("find", "change", "sentence"),
    [
        ("value = 5", "value = 'cinq'", "“email_days” must be a whole number"),
        ("email_days", "courriel_jours", "the choice “email_days” is missing"),
        (
            '["reply", "referral"]',
            '["repli"]',
            "“substantive”: unknown nature “repli”; did you mean “reply”?",
        ),
        ('["reply", "referral"]', '["??"]', "“substantive”: unknown nature “??”"),
        ('status = "sourced"', "", "choice “email_days”: the key “status” is missing"),
    ],
)
def test_a_faulty_definition_is_named_in_the_language_chosen(
    find: str, change: str, sentence: str
) -> None:
    with pytest.raises(RulesetError) as fault:
        read_policy(rule_texts()["qualepref.toml"].replace(find, change, 1))

    assert language.say(fault.value) == f"rules: qualepref.toml: {sentence}"


AIN = "[zone.a]\nterritories = {01 = 'Ain'}\ntimezone = 'UTC'\n"


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("zone = 3", "“zone” must be a table"),
        ("[zone.a.territories]\n01 = 'Ain'", "“zone.a.timezone” must be a text"),
        ("[zone.a]\nnom = 'x'", "“zone.a”: unknown key “nom” (customary, extends, holidays, name,"),
        (
            AIN + "holidays = [{name = 'x', on = '13-40', source = 'y'}]",
            "“zone.a.holidays.on” must be a month and a day (“07-14”)",
        ),
        (
            AIN + "holidays = [{name = 'x', easter = 900, source = 'y'}]",
            "“zone.a.holidays.easter” must be a whole number from -80 to 250",
        ),
        (AIN + "extends = 'b'", "“extends”: the zone “b” is missing or extends itself"),
    ],
)
def test_a_faulty_calendar_is_named_in_the_language_chosen(text: str, sentence: str) -> None:
    with pytest.raises(RulesetError) as fault:
        load(texts(calendars=text))

    assert language.say(fault.value).startswith(f"rules: calendars.toml: {sentence}")


@pytest.mark.usefixtures("english")
def test_what_is_not_found_is_named_in_the_language_chosen() -> None:
    territories = territories_only()
    jura, moselle = territories["39"], territories["57"]

    def refusal(call: Callable[[], object]) -> str:
        with pytest.raises(ValueError, match="inconnu") as fault:
            call()
        return language.say(fault.value)

    assert refusal(lambda: find_territory(territories, "Jurra")) == (
        "unknown territory “Jurra”; did you mean “39” (Jura)?"
    )
    assert "Corsica counts" in refusal(lambda: find_territory(territories, "20"))
    assert "give the code" in refusal(lambda: find_territory(territories, "???"))
    assert refusal(lambda: zone(jura, "Europe/Pariss")) == (
        "unknown time zone “Europe/Pariss”; did you mean “Europe/Paris”?"
    )
    assert refusal(lambda: find_custom(jura, "mi-carême")).endswith("for Jura; known days: none")
    assert moselle.name in refusal(lambda: find_custom(moselle, "xxxx"))


JURA = """\
[institution]
calendar = "39"
domains = ["jura.gouv.fr"]

[alert]
recipients = ["referent@jura.gouv.fr"]

[smtp]
host = "smtp.jura.gouv.fr"
sender = "mailwatch@jura.gouv.fr"

[[account]]
host = "imap.jura.gouv.fr"
user = "prefecture"
secret = { file = "imap.secret" }
folders = [{ name = "INBOX", role = "inbox" }, { name = "Sent", role = "sent" }]
"""


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("find", "change", "sentence"),
    [
        ("recipients", "recipient", "[alert]: unknown key “recipient”; did you mean “recipients”?"),
        ("[alert]", "[alerte]", "unknown section “alerte”; did you mean “alert”?"),
        ("sender", "couleur", "[smtp]: the key “sender” is missing"),
        ('= ["referent@jura.gouv.fr"]', "= []", "“recipients”: this must be at least one address,"),
        ("referent@", "referent", "“recipients”, value 1: this must be an e-mail address, such as"),
        ("referent@jura", "referent@doubs", "“referent@doubs.gouv.fr” is not an address of the"),
        ('"39"', "39", "“calendar”: this must be a text between quotation marks, not the value 39"),
        ('"39"', '"999"', "“calendar”: "),
        (
            'role = "sent"',
            'role = "sortie"',
            "[[account]] no. 1: “folders”, value 2, “role”: this must be “inbox”, “sent” or “journal”, not the text",
        ),
        (
            '{ file = "imap.secret" }',
            '"azerty"',
            "“secret”: a secret is never written in this file",
        ),
        ('name = "Sent"', 'name = "INBOX"', "“folders”: the folder “INBOX” is watched already"),
        ('"39"', '"39', ", line 2, column 15: a character that cannot stand here"),
        ('"jura.gouv.fr"', '"À COMPLÉTER"', "[institution]: “domains”: still to be filled in"),
    ],
)
def test_a_fault_of_the_settings_is_named_in_the_language_chosen(
    tmp_path: Path, find: str, change: str, sentence: str
) -> None:
    file = tmp_path / "mailwatch.toml"
    assert find in JURA
    file.write_text(JURA.replace(find, change, 1), "utf-8")

    with pytest.raises(SettingsError) as fault:
        load_site(file)

    said = language.say(fault.value)
    assert said.startswith("mailwatch.toml")
    assert sentence in said
    assert "«" not in said


@pytest.mark.usefixtures("english")
def test_whoever_names_no_settings_is_told_how_to_have_some(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as fault:
        load_site(tmp_path / "none.toml")

    assert language.say(fault.value).endswith(
        " does not exist; name one by --settings, or “mailwatch init” writes a first one"
    )
