"""The settings file: what it may say, and what is said of each fault."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.errors import RulesetError, SettingsError
from mailwatch.model import Box, Convention, Exemption, Institution, ManualAnswer
from mailwatch.settings import (
    calendar_for,
    desk_for,
    load,
    packaged,
    rule_texts,
    template_texts,
    territories_only,
)
from mailwatch.workdays import closure

WHOLE = """
# Réglages de la préfecture de la Guadeloupe.
[institution]
name = "Préfecture de la Guadeloupe"
calendar = "971"
timezone = "America/Guadeloupe"
domains = ["Guadeloupe.gouv.fr", "guadeloupe.pref.gouv.fr"]
addresses = ["Accueil@guadeloupe.gouv.fr", "titres@préfecture-guadeloupe.fr"]
trusted_relays = ["MX1.Guadeloupe.gouv.fr."]
convention = "rolled"
observe_from = 2026-01-01
closed = [2026-05-15, "2026-12-24"]
opened = [2026-05-25]
customary = ["Mardi gras", "Vendredi saint"]
services = ["Bureau des titres", "DCL"]
agents = ["Marie-Line Baptiste"]

[[exception]]
address = "pref-fraude@guadeloupe.gouv.fr"
ground = "CRPA L111-2, sécurité des personnes"
decided_by = "Secrétaire générale"
from = 2026-01-01
until = "2026-12-31"

[[exception]]
service = "Cellule de lutte contre la fraude"
ground = "CRPA L111-2"
decided_by = "Secrétaire générale"
from = 2026-02-01

[[box]]
address = "Accueil@guadeloupe.gouv.fr"
service = "Accueil"
recipients = ["chef.accueil@guadeloupe.gouv.fr"]

[[manual_answer]]
request = "<20260302.1@orange.fr>"
on = 2026-03-10
kind = "telephone"
by = "Marie-Line Baptiste"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mailwatch.toml"


def read(file: Path, text: str) -> Institution:
    file.write_text(text, encoding="utf-8")
    return load(file)


def faults(file: Path, text: str) -> list[str]:
    """The sentences that a file earns, without its name."""
    with pytest.raises(SettingsError) as refusal:
        read(file, text)
    assert refusal.value.exit_code == 78
    lines = str(refusal.value).split("\n")
    assert all(line.startswith(("mailwatch.toml : ", "mailwatch.toml, ")) for line in lines)
    return [line.removeprefix("mailwatch.toml : ") for line in lines]


# --- what a file may say --------------------------------------------------------------------------


def test_a_whole_file_becomes_an_institution(file: Path) -> None:
    assert read(file, WHOLE) == Institution(
        name="Préfecture de la Guadeloupe",
        calendar="971",
        timezone="America/Guadeloupe",
        domains=("guadeloupe.gouv.fr", "guadeloupe.pref.gouv.fr"),
        addresses=("accueil@guadeloupe.gouv.fr", "titres@xn--prfecture-guadeloupe-c2b.fr"),
        trusted_relays=("mx1.guadeloupe.gouv.fr",),
        convention=Convention.ROLLED,
        observe_from=date(2026, 1, 1),
        closed=(date(2026, 5, 15), date(2026, 12, 24)),
        opened=(date(2026, 5, 25),),
        customary=("Mardi gras", "Vendredi saint"),
        services=("Bureau des titres", "DCL"),
        agents=("Marie-Line Baptiste",),
        exemptions=(
            Exemption(
                address="pref-fraude@guadeloupe.gouv.fr",
                service="",
                ground="CRPA L111-2, sécurité des personnes",
                decided_by="Secrétaire générale",
                from_on=date(2026, 1, 1),
                until_on=date(2026, 12, 31),
            ),
            Exemption(
                address="",
                service="Cellule de lutte contre la fraude",
                ground="CRPA L111-2",
                decided_by="Secrétaire générale",
                from_on=date(2026, 2, 1),
            ),
        ),
        boxes=(
            Box(
                address="accueil@guadeloupe.gouv.fr",
                service="Accueil",
                recipients=("chef.accueil@guadeloupe.gouv.fr",),
            ),
        ),
        manual_answers=(
            ManualAnswer(
                request="<20260302.1@orange.fr>",
                on=date(2026, 3, 10),
                kind="telephone",
                by="Marie-Line Baptiste",
                note="",
            ),
        ),
    )


def test_an_empty_file_is_the_default_institution(file: Path) -> None:
    assert read(file, "") == Institution()


def test_a_territory_may_be_named_in_words(file: Path) -> None:
    assert read(file, '[institution]\ncalendar = "haute corse"').calendar == "2B"
    assert read(file, '[institution]\ncalendar = "1"').calendar == "01"


def test_a_file_saved_by_a_windows_editor_is_read(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf[institution]\r\nname = "Pr\xc3\xa9fecture du Jura"\r\n')
    assert load(file).name == "Préfecture du Jura"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("prefecture@jura.gouv.fr", "prefecture@jura.gouv.fr"),
        (" Prefecture@Jura.Gouv.FR ", "prefecture@jura.gouv.fr"),
        ("accueil@prefecture.local", "accueil@prefecture.local"),
        ("Accueil@SRV-EXCH.Prefecture.LOCAL", "accueil@srv-exch.prefecture.local"),
        ("accueil@localhost", "accueil@localhost"),
        ("accueil@intranet", "accueil@intranet"),
        ("accueil@courriel.test", "accueil@courriel.test"),
        ("contact@préfecture.fr", "contact@xn--prfecture-c4a.fr"),
        ("contact@xn--prfecture-c4a.fr", "contact@xn--prfecture-c4a.fr"),
        ("pref-étrangers@jura.gouv.fr", "pref-étrangers@jura.gouv.fr"),
        ("o'neill+titres@jura.gouv.fr", "o'neill+titres@jura.gouv.fr"),
    ],
)
def test_an_address_is_kept_as_mail_carries_it(file: Path, written: str, kept: str) -> None:
    assert read(file, f'[institution]\naddresses = ["{written}"]').addresses == (kept,)


@pytest.mark.parametrize(
    "written",
    ["jura.gouv.fr", "a b@jura.gouv.fr", "a@jura..fr", "a@", "@jura.gouv.fr", "Accueil <a@jura.gouv.fr>",
     "a@b@jura.gouv.fr", "a@jura.gouv.fr,b@jura.gouv.fr", "a@-jura.fr", "a@" + "x" * 300 + ".fr", "a@.local"],
)  # fmt: skip
def test_what_is_no_address_is_refused(file: Path, written: str) -> None:
    [fault] = faults(file, f'[[box]]\naddress = "{written}"\nservice = "Accueil"')
    assert fault.startswith("[[box]] n° 1 : « address » : il faut une adresse électronique")


@pytest.mark.parametrize(
    "written", ["@jura.gouv.fr", "*.gouv.fr", "jura gouv fr", "https://jura.gouv.fr"]
)
def test_what_is_no_domain_is_refused(file: Path, written: str) -> None:
    [fault] = faults(file, f'[institution]\ndomains = ["jura.gouv.fr", "{written}"]')
    assert fault.startswith("[institution] : « domains », 2e valeur : il faut un nom de domaine")


# --- one fault, one sentence ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('calender = "39"', "clé « calender » inconnue ; vouliez-vous dire « calendar » ?"),
        ('nom = "Jura"', "clé « nom » inconnue ; vouliez-vous dire « name » ?"),
        ("domaines = []", "clé « domaines » inconnue ; vouliez-vous dire « domains » ?"),
        ('"zz\\nzz" = 1', "clé « zz zz » inconnue ; connues : name, calendar, timezone"),
        ("calendar = 39", "« calendar » : il faut un texte entre guillemets, pas la valeur 39"),
        ("name = true", "« name » : il faut un texte entre guillemets, pas la valeur true"),
        ('name = ""', "« name » : il faut un texte qui ne soit pas vide"),
        ('name = ["Jura"]', "« name » : il faut un texte entre guillemets, pas une liste"),
        ('domains = "a.fr"', "« domains » : il faut une liste entre crochets, pas le texte « a.fr »"),
        ("domains = {a = 1}", "« domains » : il faut une liste entre crochets, pas une table"),
        ('services = ["DCL", 3]', "« services », 2e valeur : il faut un texte entre guillemets"),
        ('convention = "souple"', "« convention » : il faut « strict » ou « rolled », pas le texte"),
        ("closed = [20260515]", "« closed », 1re valeur : il faut une date, comme 2026-01-31, pas la"),
        ('observe_from = "15/05/2026"', "« observe_from » : il faut une date, comme 2026-01-31"),
        ('observe_from = "2026-02-30"', "« observe_from » : il faut une date, comme 2026-01-31"),
        ("observe_from = 2026-05-15T08:00:00", "« observe_from » : il faut une date"),
        ("name = 0x" + "f" * 9000, "« name » : il faut un texte entre guillemets, pas un nombre démesuré"),
        ('trusted_relays = ["a@b"]', "« trusted_relays », 1re valeur : il faut un nom de serveur"),
        ('calendar = "Jurra"', "« calendar » : territoire « Jurra » inconnu ; vouliez-vous dire « 39 »"),
        ('calendar = "20"', "« calendar » : territoire « 20 » inconnu ; la Corse se compte par"),
        ('timezone = "Europe/Pari"', "« timezone » : fuseau horaire « Europe/Pari » inconnu ; vouliez"),
        ('customary = ["mardi gras"]', "jour d’usage « mardi gras » inconnu pour Paris ; jours connus"),
        ('closed = [2026-05-15]\nopened = ["2026-05-15"]', "le 2026-05-15 est à la fois dans « closed »"),
    ],
)  # fmt: skip
def test_a_fault_in_the_institution_names_key_and_remedy(file: Path, line: str, fault: str) -> None:
    [found] = faults(file, f"[institution]\n{line}")
    assert found.startswith(f"[institution] : {fault}")


KNOWN = (
    "connues : rules, templates, institution, exception, box, reading, manual_answer, account, intake, smtp, alert, "
    "register, journal, privacy, metrics"
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('calendar = "39"', "clé « calendar » inconnue ; elle va dans [institution]"),
        ('calendier = "39"', "clé « calendier » inconnue ; vouliez-vous dire « calendar », dans [institution] ?"),
        ('[institutions]\nname = "Jura"', "section « institutions » inconnue ; vouliez-vous dire « institution » ?"),
        ('[imap]\nhost = "x"', "section « imap » inconnue ; vouliez-vous dire « account » ?"),
        ("[zzz]\nx = 1", f"section « zzz » inconnue ; {KNOWN}"),
        ('_env_file = "x"', f"clé « _env_file » inconnue ; {KNOWN}"),
        ('[[institution]]\nname = "x"', "« institution » s’écrit comme une section, [institution]"),
        ('institution = "x"', "« institution » s’écrit comme une section, [institution]"),
        ('[box]\naddress = "a@jura.gouv.fr"', "« box » s’écrit comme une section, [[box]]"),
        ('box = "a@jura.gouv.fr"', "« box » s’écrit comme une section, [[box]]"),
        ('box = ["a@jura.gouv.fr"]', "[[box]] n° 1 : il faut une table, pas le texte « a@jura.gouv.fr »"),
        ('[[box]]\naddress = "a@jura.gouv.fr"', "[[box]] n° 1 : la clé « service » manque"),
    ],
)  # fmt: skip
def test_a_fault_of_shape_says_how_to_write_it(file: Path, text: str, fault: str) -> None:
    assert faults(file, text) == [fault]


BOX = '[[box]]\naddress = "a@jura.gouv.fr"\nservice = "DCL"\n'
EXCEPTION = '[[exception]]\nground = "CRPA L111-2"\ndecided_by = "Secrétaire générale"\n'
ANSWER = '[[manual_answer]]\nrequest = "C-12"\non = 2026-01-01\nkind = "letter"\nby = "Anne"\n'


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            BOX + "domains = []",
            "[[box]] n° 1 : clé « domains » inconnue ; elle va dans [institution]",
        ),
        (BOX * 2, "[[box]] : l’adresse « a@jura.gouv.fr » est déclarée deux fois"),
        (
            EXCEPTION + "from = 2026-01-01",
            "[[exception]] n° 1 : « address » ou « service » est nécessaire",
        ),
        (EXCEPTION + 'service = "Fraude"', "[[exception]] n° 1 : la clé « from » manque"),
        (
            EXCEPTION + 'service = "Fraude"\nfrom = 2026-01-02\nuntil = 2026-01-01',
            "[[exception]] n° 1 : « until » (2026-01-01) est avant « from » (2026-01-02)",
        ),
        (
            EXCEPTION + 'service = "Fraude"\nfrom_on = 2026-01-01\nfrom = 2026-01-01',
            "[[exception]] n° 1 : clé « from_on » inconnue ; vouliez-vous dire « from » ?",
        ),
        (
            ANSWER + ANSWER + "note = 3",
            "[[manual_answer]] n° 2 : « note » : il faut un texte entre guillemets, pas la valeur 3",
        ),
        (
            '[institution]\ncalendar = "971"\ncustomary = ["mi-caremme"]',
            "[institution] : jour d’usage « mi-caremme » inconnu pour Guadeloupe ; vouliez-vous dire « mi-carême » ?",
        ),
    ],
)
def test_an_entry_at_fault_is_named_by_its_number(file: Path, text: str, fault: str) -> None:
    assert faults(file, text) == [fault]


def test_every_fault_of_a_file_is_listed(file: Path) -> None:
    text = WHOLE.replace("calendar =", "calender =").replace("2026-05-25", '"mai"') + "adress = 3\n"
    assert faults(file, text) == [
        "[institution] : « opened », 1re valeur : il faut une date, comme 2026-01-31, pas le texte « mai »",
        "[institution] : clé « calender » inconnue ; vouliez-vous dire « calendar » ?",
        "[[manual_answer]] n° 1 : clé « adress » inconnue ; vouliez-vous dire « address », dans [[exception]] ?",
    ]  # fmt: skip


def test_a_file_that_is_something_else_is_not_quoted_whole(file: Path) -> None:
    found = faults(file, "\n".join(f"key_{n} = {n}" for n in range(500)))
    assert len(found) == 51
    assert found[-1] == "et 450 autres fautes"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('password = "hunter2"', "« password »"),
        ('[institution]\nmot_de_passe = "hunter2"', "[institution] : « mot_de_passe »"),
        ('[institution]\nMDP = "hunter2"', "[institution] : « MDP »"),
        (BOX + 'imap_token = "hunter2"', "[[box]] n° 1 : « imap_token »"),
    ],
)  # fmt: skip
def test_a_secret_is_refused_and_never_shown(file: Path, text: str, place: str) -> None:
    [fault] = faults(file, text)
    assert fault.startswith(f"{place} : un secret ne s’écrit jamais dans ce fichier")
    assert "hunter2" not in fault


def test_a_secret_is_found_however_deep_it_hides(file: Path) -> None:
    found = faults(file, "a" + ".a" * 3000 + '.secret = "hunter2"\nb = [[{token = "hunter2"}]]')
    assert sum("un secret ne s’écrit jamais" in fault for fault in found) == 2
    assert not any("hunter2" in fault for fault in found)


# --- a file that cannot be read -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[institution]\nname = Jura", "ligne 2, colonne 8 : valeur mal écrite ; un texte se met entre guillemets"),
        ('[institution]\nname "Jura"', "ligne 2, colonne 6 : le signe « = » manque après la clé"),
        ('[institution]\nname = "Jura', "à la fin du fichier : le guillemet fermant manque"),
        ('[institution]\nname = "Jura\n', "ligne 2, colonne 13 : caractère interdit ici, ou guillemet"),
        ('[institution]\nname = "a"\nname = "b"\n', "ligne 3, colonne 11 : clé écrite deux fois"),
        ("[institution]\n[institution]", "ligne 2, colonne 13 : section écrite deux fois"),
        ('[institution]\ndomains = ["a"', "à la fin du fichier : le crochet fermant de la liste manque"),
        ('[institution]\nname = "a" "b"', "ligne 2, colonne 12 : il y a quelque chose de trop après la valeur"),
        ("[institution]\nclosed = [2026-02-30]", "ligne 2, colonne 11 : cette date n’existe pas"),
        ('[institution]\nname = "a\\é"', "ligne 2, colonne 12 : la barre oblique inverse se double"),
        ("Notre préfecture", "ligne 1, colonne 7 : le signe « = » manque après la clé"),
        ("= 3", "ligne 1, colonne 1 : "),
        ("n = " + "9" * 5000, "à la fin du fichier : ce n’est pas du TOML"),
    ],
)  # fmt: skip
def test_a_slip_of_syntax_gives_line_and_column(file: Path, text: str, fault: str) -> None:
    [found] = faults(file, text)
    assert found.startswith(f"mailwatch.toml, {fault}")


def test_nested_without_end_is_refused(file: Path) -> None:
    assert faults(file, "a = " + "[" * 5000) == ["listes ou tables trop imbriquées"]


def test_a_file_in_another_encoding_is_refused_with_the_line(file: Path) -> None:
    file.write_bytes('[institution]\nname = "Préfecture"'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"mailwatch\.toml, ligne 2 : .* UTF-8"):
        load(file)
    file.write_bytes('[institution]\nname = "Préfecture"'.encode("utf-16"))
    with pytest.raises(SettingsError, match=r"mailwatch\.toml, ligne 1 : .* UTF-8"):
        load(file)


def test_a_missing_file_names_its_neighbour(file: Path, tmp_path: Path) -> None:
    file.write_text("")
    with pytest.raises(
        SettingsError, match=r"n’existe pas ; vouliez-vous dire « mailwatch\.toml »"
    ):
        load(tmp_path / "mailwach.toml")
    with pytest.raises(
        SettingsError, match=r"n’existe pas ; nommez-en un par --settings, ou « mailwatch init »"
    ):
        load(tmp_path / "nulle" / "part.toml")
    with pytest.raises(
        SettingsError, match=r"n’existe pas ; nommez-en un par --settings, ou « mailwatch init »"
    ):
        load(file / "part.toml")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="est un dossier"):
        load(tmp_path)


def test_a_path_that_cannot_be_is_refused() -> None:
    with pytest.raises(SettingsError, match="ne se lit pas"):
        load(Path("a\0b"))
    with pytest.raises(SettingsError, match="ne se lit pas"):
        load(Path("x" * 5000))


def test_an_unreadable_file_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SettingsError, match="n’est pas lisible par ce compte"):
        load(file)


def test_a_missing_file_in_an_unreadable_folder_is_still_missing(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "glob", refuse)
    with pytest.raises(
        SettingsError, match=r"n’existe pas ; nommez-en un par --settings, ou « mailwatch init »"
    ):
        load(file)


def test_a_mailbox_given_as_settings_is_refused(file: Path) -> None:
    file.write_bytes(b"From a@b.fr\n" * 100_000)
    with pytest.raises(SettingsError, match="trop gros"):
        load(file)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_an_institution_or_a_sentence(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert gives_an_institution_or_sentences(file)


def gives_an_institution_or_sentences(file: Path) -> bool:
    try:
        return isinstance(load(file), Institution)
    except SettingsError as refusal:
        return all(line.startswith("mailwatch.toml") for line in str(refusal).split("\n"))


LEAVES = (
    st.text(max_size=8) | st.integers() | st.booleans() | st.floats() | st.dates() | st.datetimes()
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3), max_leaves=6)
KEYS = st.sampled_from(
    ["name", "calendar", "domains", "addresses", "closed", "customary", "convention", "from", "until",
     "address", "service", "recipients", "request", "on", "by", "note", "_cli_parse_args", "secret", "x"]
)  # fmt: skip
TABLES = st.dictionaries(KEYS, VALUES, max_size=5)
FILES = st.dictionaries(
    st.sampled_from(["institution", "exception", "box", "manual_answer", "_cli_parse_args", "x"]),
    TABLES | st.lists(TABLES | VALUES, max_size=3) | VALUES,
    max_size=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(table=FILES)
def test_any_table_gives_an_institution_or_sentences(
    file: Path, table: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tomllib, "loads", lambda _: table)
    file.touch()
    assert gives_an_institution_or_sentences(file)


# --- what settings make of the rules --------------------------------------------------------------


def test_without_settings_the_calendar_is_the_metropole_and_says_so() -> None:
    calendar = calendar_for(Institution(), territories_only())
    assert calendar.territory.name == "métropole, à défaut de réglage"
    assert calendar.territory.timezone == "Europe/Paris"
    assert closure(calendar, date(2026, 4, 3)) is None


def test_the_calendar_carries_the_days_of_the_site(file: Path) -> None:
    calendar = calendar_for(read(file, WHOLE), territories_only())
    assert calendar.territory.name == "Guadeloupe"
    assert closure(calendar, date(2026, 5, 15)) == "fermeture locale"
    assert closure(calendar, date(2026, 5, 25)) is None
    assert closure(calendar, date(2026, 4, 3)) == "Vendredi saint"
    assert closure(calendar, date(2026, 3, 12)) is None, "mi-carême is not kept here"


def test_an_unknown_territory_is_a_value_error_for_the_calendar() -> None:
    with pytest.raises(ValueError, match="« 39 »"):
        calendar_for(Institution(calendar="Jurra"), territories_only())


def test_the_rules_and_the_templates_ship_with_the_package() -> None:
    assert {"calendars.toml", "qualepref.toml"} <= rule_texts().keys()
    assert all(name.endswith(".toml") for name in rule_texts())
    assert "rapport.html" in template_texts()


def test_a_desk_has_the_institution_s_own_zone_and_calendar(file: Path) -> None:
    institution = read(file, WHOLE)
    desk = desk_for(institution)
    assert desk.zone.key == "America/Guadeloupe"
    assert desk.calendar == calendar_for(institution, desk.rules.territories)
    with pytest.raises(SettingsError, match="réglages : territoire « Jurra » inconnu"):
        desk_for(Institution(calendar="Jurra"))
    with pytest.raises(SettingsError, match="réglages : fuseau horaire"):
        desk_for(Institution(timezone="Europe/Pari"))


def test_a_wheel_carries_its_own_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "mailwatch" / "_data" / "rules"
    inside.mkdir(parents=True)
    (inside / "calendars.toml").write_text("# du paquet", encoding="utf-8")
    (inside / "LISEZMOI").write_text("", encoding="utf-8")
    monkeypatch.setattr(packaged, "files", lambda name: tmp_path / name)
    assert rule_texts() == {"calendars.toml": "# du paquet"}
    with pytest.raises(RulesetError, match="le dossier « templates » manque"):
        template_texts()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "« calendars.toml » manque"),
        ("zone = 3", "calendars.toml : « zone » doit être une table"),
        ("zone =", "calendars.toml : Invalid value"),
    ],
)
def test_a_calendar_file_at_fault_is_a_fault_of_the_rules(
    monkeypatch: pytest.MonkeyPatch, text: str | None, fault: str
) -> None:
    texts = {} if text is None else {"calendars.toml": text}
    monkeypatch.setattr(packaged, "rule_texts", lambda: texts)
    with pytest.raises(RulesetError, match=fault):
        territories_only.__wrapped__()


def test_pydantic_is_imported_when_a_file_is_read_and_not_before(file: Path) -> None:
    file.write_text('[institution]\nname = "Préfecture du Jura"', encoding="utf-8")
    program = (
        "import sys; from pathlib import Path; from mailwatch import settings;"
        "settings.territories_only(); print('pydantic' in sys.modules);"
        f"settings.load(Path({str(file)!r})); print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True"]


def test_the_environment_changes_no_setting(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSTITUTION", '{"calendar": "57"}')
    monkeypatch.setenv("INSTITUTION__CALENDAR", "57")
    assert read(file, '[institution]\nname = "Jura"').calendar == ""
