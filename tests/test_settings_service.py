"""The settings of the service: accounts, submission, alert, register; what a file may say, and what is said of it."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from datetime import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch import language
from mailwatch.errors import SettingsError
from mailwatch.settings import load, load_site
from mailwatch.settings.advice import Weight, advice
from mailwatch.settings.starter import UNFINISHED, starter
from mailwatch.site import (
    Account,
    AlertPlan,
    Authentication,
    FolderRole,
    Intake,
    IntakeAddress,
    IntakeRole,
    Secret,
    Security,
    Site,
    Submission,
    WatchedFolder,
    Weekday,
)

JURA = '[institution]\nname = "Préfecture du Jura"\ncalendar = "39"\ndomains = ["jura.gouv.fr"]\n'
ACCOUNT = """
[[account]]
host = "imap.jura.gouv.fr"
user = "prefecture@jura.gouv.fr"
secret = { credential = "imap" }
"""
SMTP = '[smtp]\nhost = "smtp.jura.gouv.fr"\nsender = "mailwatch@jura.gouv.fr"\n'
ALERT = '[alert]\nrecipients = ["qualite@jura.gouv.fr"]\n'
BOX = '[[box]]\naddress = "accueil@jura.gouv.fr"\nservice = "Accueil"\n'

WHOLE = f"""{JURA}
[[account]]
name = "Accueil"
host = "IMAP.jura.gouv.fr."
port = 1143
security = "STARTTLS"
user = "prefecture@jura.gouv.fr"
secret = {{ file = "secrets/imap" }}
ca_file = "/etc/ssl/interne.pem"
timeout = 30
folders = [
    {{ name = "inbox", role = "inbox" }},
    {{ name = "Éléments envoyés", role = "sent" }},
    {{ name = "Journal", role = "journal" }},
]

[[account]]
host = "outlook.example.org"
user = "titres@jura.gouv.fr"
authentication = "xoauth2"
token_command = ["/usr/local/bin/jeton", "titres"]

[smtp]
host = "smtp.jura.gouv.fr"
security = "starttls"
sender = "Mailwatch@jura.gouv.fr"
user = "mailwatch"
secret = {{ env = "MAILWATCH_SMTP" }}
ca_file = "interne.pem"
timeout = 20

[alert]
recipients = ["qualite@jura.gouv.fr", "sg@jura.gouv.fr", "Qualite@jura.gouv.fr"]
weekday = "Mardi"
at = "07:30"

[register]
state = "/srv/mailwatch"
key = {{ credential = "register" }}
poll_every = 60
reconcile_at = "03:15"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mailwatch.toml"


def read(file: Path, text: str) -> Site:
    file.write_text(text, encoding="utf-8")
    return load_site(file)


def faults(file: Path, text: str) -> list[str]:
    """The sentences that a file earns, without its name."""
    with pytest.raises(SettingsError) as refusal:
        read(file, text)
    assert refusal.value.exit_code == 78
    lines = str(refusal.value).split("\n")
    assert all(line.startswith("mailwatch.toml : ") for line in lines)
    return [line.removeprefix("mailwatch.toml : ") for line in lines]


# --- what a file may say --------------------------------------------------------------------------


def test_a_whole_file_becomes_a_site(file: Path) -> None:
    assert read(file, WHOLE) == Site(
        institution=load(file),
        accounts=(
            Account(
                name="Accueil",
                host="imap.jura.gouv.fr",
                port=1143,
                security=Security.STARTTLS,
                user="prefecture@jura.gouv.fr",
                authentication=Authentication.PASSWORD,
                folders=(
                    WatchedFolder(name="INBOX", role=FolderRole.INBOX),
                    WatchedFolder(name="Éléments envoyés", role=FolderRole.SENT),
                    WatchedFolder(name="Journal", role=FolderRole.JOURNAL),
                ),
                secret=Secret(file=str(file.parent / "secrets" / "imap")),
                ca_file="/etc/ssl/interne.pem",
                timeout=30,
            ),
            Account(
                name="titres@jura.gouv.fr",
                host="outlook.example.org",
                port=993,
                security=Security.TLS,
                user="titres@jura.gouv.fr",
                authentication=Authentication.XOAUTH2,
                folders=(WatchedFolder(name="INBOX", role=FolderRole.INBOX),),
                token_command=("/usr/local/bin/jeton", "titres"),
            ),
        ),
        submission=Submission(
            host="smtp.jura.gouv.fr",
            port=587,
            security=Security.STARTTLS,
            sender="mailwatch@jura.gouv.fr",
            user="mailwatch",
            secret=Secret(env="MAILWATCH_SMTP"),
            ca_file=str(file.parent / "interne.pem"),
            timeout=20,
        ),
        alert=AlertPlan(
            recipients=("qualite@jura.gouv.fr", "sg@jura.gouv.fr"),
            weekday=Weekday.TUESDAY,
            at=time(7, 30),
        ),
        state="/srv/mailwatch",
        key=Secret(credential="register"),
        poll_every=60,
        reconcile_at=time(3, 15),
    )


def test_the_commands_on_files_take_a_file_with_every_section(file: Path) -> None:
    file.write_text(WHOLE, encoding="utf-8")
    assert load(file).domains == ("jura.gouv.fr",)


def test_an_empty_file_is_a_site_without_a_service(file: Path) -> None:
    site = read(file, "")
    assert (site.accounts, site.submission, site.alert, site.key) == ((), None, None, None)
    assert site.state == "/var/lib/mailwatch"
    assert (site.poll_every, site.reconcile_at) == (120, time(4, 0))


@pytest.mark.parametrize(
    ("security", "imap", "smtp"), [("tls", 993, 465), ("starttls", 143, 587), ("none", 143, 25)]
)
def test_the_port_follows_the_security(file: Path, security: str, imap: int, smtp: int) -> None:
    local = f'host = "localhost"\nsecurity = "{security}"\n'
    site = read(
        file,
        f'{JURA}[[account]]\n{local}user = "a"\nsecret = {{ file = "a" }}\n'
        f'[smtp]\n{local}sender = "a@jura.gouv.fr"',
    )
    assert site.accounts[0].port == imap
    assert site.submission is not None
    assert site.submission.port == smtp


def test_an_account_without_a_name_is_called_by_its_user(file: Path) -> None:
    text = ACCOUNT.replace("prefecture@jura.gouv.fr", "JURA/prefecture;x")
    assert read(file, JURA + text).accounts[0].name == "JURA-prefecture-x"


@pytest.mark.parametrize(
    ("written", "day"),
    [("lundi", Weekday.MONDAY), ("Vendredi", Weekday.FRIDAY), (" DIMANCHE ", Weekday.SUNDAY),
     ("monday", Weekday.MONDAY), ("Thursday", Weekday.THURSDAY), ("samedi", Weekday.SATURDAY)],
)  # fmt: skip
def test_a_weekday_is_named_in_either_language(file: Path, written: str, day: Weekday) -> None:
    plan = read(file, f'{JURA}{ALERT}weekday = "{written}"').alert
    assert plan is not None
    assert plan.weekday is day


@pytest.mark.parametrize(
    ("written", "at"),
    [('"08:00"', time(8)), ('"8:05"', time(8, 5)), ('"7h30"', time(7, 30)), ('"7 h 30"', time(7, 30)),
     ('"8h"', time(8)), ('"18H"', time(18)), ("08:30:00", time(8, 30)),
     ('"08:30:59"', time(8, 30)), ('"00:00"', time(0))],
)  # fmt: skip
def test_an_hour_is_taken_as_people_write_it(file: Path, written: str, at: time) -> None:
    plan = read(file, f"{JURA}{ALERT}at = {written}").alert
    assert plan is not None
    assert plan.at == at


@pytest.mark.parametrize(
    ("written", "host"),
    [("imap.jura.gouv.fr", "imap.jura.gouv.fr"), (" IMAP.Jura.Gouv.FR. ", "imap.jura.gouv.fr"),
     ("srv_mail01", "srv_mail01"), ("courriel.préfecture.fr", "courriel.xn--prfecture-c4a.fr"),
     ("10.0.0.12", "10.0.0.12"), ("[2001:db8::1]", "2001:db8::1"), ("2001:DB8::1", "2001:db8::1")],
)  # fmt: skip
def test_a_host_is_a_name_or_an_address(file: Path, written: str, host: str) -> None:
    site = read(file, JURA + ACCOUNT.replace("imap.jura.gouv.fr", written))
    assert site.accounts[0].host == host


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "imap.localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]", "ip6-localhost"],
)  # fmt: skip
def test_this_very_machine_may_be_spoken_to_in_clear(file: Path, host: str) -> None:
    text = ACCOUNT.replace("imap.jura.gouv.fr", host) + 'security = "none"\n'
    assert read(file, JURA + text).accounts[0].security is Security.NONE


@pytest.mark.parametrize(
    ("own", "recipient"),
    [
        ('domains = ["jura.gouv.fr"]', "chef@jura.gouv.fr"),
        ('domains = ["jura.gouv.fr"]', "chef@dole.jura.gouv.fr"),
        ('addresses = ["accueil@jura.fr"]', "accueil@jura.fr"),
        ('addresses = ["accueil@jura.fr"]', "chef@jura.fr"),
        ('domains = ["jura.gouv.fr"]\naddresses = ["dgs@ville.example"]', "dgs@ville.example"),
        ("", "chef@interieur.gouv.fr"),
    ],
)
def test_an_alert_goes_to_the_institution_itself(file: Path, own: str, recipient: str) -> None:
    text = f'[institution]\n{own}\n[alert]\nrecipients = ["{recipient}"]'
    plan = read(file, text).alert
    assert plan is not None
    assert plan.recipients == (recipient,)


def test_a_box_makes_its_domain_ours_when_no_domain_is_declared(file: Path) -> None:
    box = BOX.replace("accueil@jura.gouv.fr", "accueil@pref.example")
    assert read(file, box + '[alert]\nrecipients = ["chef@pref.example"]').alert is not None


def test_an_audit_writes_to_nobody_so_that_whom_a_box_names_does_not_matter(file: Path) -> None:
    outside = BOX + 'recipients = ["chef@orange.fr"]\n'
    assert read(file, JURA + outside).institution.boxes[0].recipients == ("chef@orange.fr",)
    [fault] = faults(file, JURA + outside + ALERT)
    assert fault.startswith("[[box]] n° 1 : « recipients » : « chef@orange.fr » n’est pas")


def test_the_same_folder_may_be_watched_for_two_users(file: Path) -> None:
    both = ACCOUNT + ACCOUNT.replace("prefecture@", "titres@")
    assert len(read(file, JURA + both).accounts) == 2


def test_paths_start_from_the_folder_of_the_file(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(JURA + '[register]\nstate = "état"', encoding="utf-8")
    monkeypatch.chdir(file.parent)
    assert load_site(Path(file.name)).state == str(file.parent / "état")


# --- one fault, one sentence ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('host = "imaps://imap.jura.gouv.fr"', "« host » : il faut un nom de serveur seul, comme imap.jura.gouv.fr"),
        ('host = "imap.jura.gouv.fr:993"', "« host » : il faut un nom de serveur seul"),
        ('host = "imap jura"', "« host » : il faut un nom de serveur seul"),
        ('host = "imap..fr"', "« host » : il faut un nom de serveur seul"),
        ('host = "."', "« host » : il faut un nom de serveur seul"),
        ('host = "-imap.fr"', "« host » : il faut un nom de serveur seul"),
        ("port = 0", "« port » : il faut un nombre de 1 à 65535, pas la valeur 0"),
        ("port = 65536", "« port » : il faut un nombre de 1 à 65535, pas la valeur 65536"),
        ('port = "993"', "« port » : il faut un nombre de 1 à 65535, pas le texte « 993 »"),
        ("port = true", "« port » : il faut un nombre de 1 à 65535, pas la valeur true"),
        ("port = 993.0", "« port » : il faut un nombre de 1 à 65535, pas la valeur 993.0"),
        ("timeout = 0", "« timeout » : il faut un nombre de secondes de 1 à 600, pas la valeur 0"),
        ('security = "ssl"', "« security » : il faut « tls », « starttls » ou « none », pas le texte « ssl »"),
        ("security = 3", "« security » : il faut « tls », « starttls » ou « none », pas la valeur 3"),
        ('security = "none"', "« security » : « none » ne vaut que pour cette machine (localhost) ; pour imap"),
        ('authentication = "ntlm"', "« authentication » : il faut « password », « xoauth2 » ou « oauthbearer »"),
        ('authentication = "xoauth2"\ntoken_command = ["jeton"]', "« secret » et « token_command » : gardez l’un"),
        ('token_command = ["jeton"]', "« token_command » ne sert qu’avec authentication = « xoauth2 »"),
        ('user = ""', "« user » : il faut un texte qui ne soit pas vide"),
        ('user = "a\\nb"', "« user » : il faut un texte sans fin de ligne ni caractère de commande"),
        ('name = "a/b"', "« name » : il faut un nom sans « / » ni « ; »"),
        ('ca_file = "~/ca.pem"', "« ca_file » : il faut un chemin complet, sans « ~ »"),
        ('ca_file = "a\\u0000b"', "« ca_file » : il faut un texte sans fin de ligne"),
        ('folders = "INBOX"', "« folders » : il faut une liste entre crochets, pas le texte « INBOX »"),
        ('folders = ["INBOX"]', "« folders », 1re valeur : il faut une table, pas le texte « INBOX »"),
        ('folders = [{ name = "INBOX" }]', "« folders », 1re valeur : la clé « role » manque"),
        ('folders = [{ role = "sent" }]', "« folders », 1re valeur : la clé « name » manque"),
        ('folders = [{ nom = "x", name = "x", role = "sent" }]',
         "« folders », 1re valeur : clé « nom » inconnue ; vouliez-vous dire « name » ?"),
        ('folders = [{ name = "INBOX", role = "in" }]',
         "« folders », 1re valeur, « role » : il faut « inbox », « sent » ou « journal »"),
        ('folders = [{ name = "a", role = "sent" }, { name = "a", role = "inbox" }]',
         "« folders » : le dossier « a » est déjà suivi"),
        ('folders = [{ name = "INBOX", role = "inbox" }, { name = "inbox", role = "inbox" }]',
         "« folders » : le dossier « INBOX » est déjà suivi"),
        ('serveur = "imap"', "clé « serveur » inconnue ; vouliez-vous dire « host » ?"),
        ('username = "a"', "clé « username » inconnue ; vouliez-vous dire « user » ?"),
        ("ssl = true", "clé « ssl » inconnue ; vouliez-vous dire « security » ?"),
        ("foldrs = []", "clé « foldrs » inconnue ; vouliez-vous dire « folders » ?"),
        ("poll_every = 60", "clé « poll_every » inconnue ; elle va dans [register]"),
    ],
)  # fmt: skip
def test_a_fault_in_an_account_names_key_and_remedy(file: Path, line: str, fault: str) -> None:
    key = line.partition(" = ")[0]
    others = [kept for kept in ACCOUNT.splitlines() if kept.partition(" = ")[0] != key]
    [found] = faults(file, JURA + "\n".join([*others, line]))
    assert found.startswith(f"[[account]] n° 1 : {fault}")


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("{}", "« secret » : il faut une clé et une seule parmi « credential », « file » et « env »"),
        ('{ file = "a", env = "A" }', "« secret » : il faut une clé et une seule parmi « credential », « file »"),
        ('{ fichier = "a" }', "« secret » : clé « fichier » inconnue ; vouliez-vous dire « file » ?"),
        ('{ credential = "../imap" }', "« secret », « credential » : il faut le nom d’un secret de systemd"),
        ('{ credential = "" }', "« secret », « credential » : il faut un texte qui ne soit pas vide"),
        ('{ env = "A=B" }', "« secret », « env » : il faut le nom d’une variable d’environnement"),
        ('{ file = "~/imap" }', "« secret », « file » : il faut un chemin complet, sans « ~ »"),
        ("{ file = 3 }", "« secret », « file » : il faut un texte entre guillemets"),
    ],
)  # fmt: skip
def test_the_place_of_a_secret_is_one_place(file: Path, written: str, fault: str) -> None:
    found = faults(file, JURA + ACCOUNT.replace('{ credential = "imap" }', written))
    assert found[0].startswith(f"[[account]] n° 1 : {fault}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (ACCOUNT.replace('{ credential = "imap" }', '"hunter2"'), "[[account]] n° 1 : « secret »"),
        (ACCOUNT.replace('{ credential = "imap" }', '["hunter2"]'), "[[account]] n° 1 : « secret »"),
        (ACCOUNT + 'password = "hunter2"', "[[account]] n° 1 : « password »"),
        (ACCOUNT + 'mot_de_passe = "hunter2"', "[[account]] n° 1 : « mot_de_passe »"),
        (ACCOUNT + 'Passwd = "hunter2"', "[[account]] n° 1 : « Passwd »"),
        (ACCOUNT + 'credential = "hunter2"', "[[account]] n° 1 : « credential »"),
        (ACCOUNT.replace('credential = "imap"', 'password = "hunter2", file = "a"'), "[[account]] n° 1 : « password »"),
        (SMTP + 'mdp = "hunter2"', "[smtp] : « mdp »"),
        (SMTP + 'user = "a"\nsecret = "hunter2"', "[smtp] : « secret »"),
        ('[register]\nkey = "hunter2"', "[register] : « key »"),
        ('[imap]\nmotdepasse = "hunter2"', "[imap] : « motdepasse »"),
    ],
)  # fmt: skip
def test_a_secret_in_the_file_is_refused_with_where_to_put_it(
    file: Path, text: str, place: str
) -> None:
    found = faults(file, JURA + text)
    assert not any("hunter2" in fault for fault in found)
    [told] = [fault for fault in found if "un secret ne s’écrit jamais" in fault]
    assert told.startswith(f"{place} : un secret ne s’écrit jamais dans ce fichier")
    assert '{ file = "/etc/mailwatch/messagerie.secret" } ou { credential = "messagerie" }' in told


@pytest.mark.parametrize(
    "line",
    ['host = "imaps://moi:hunter2@imap.fr"', 'host = "moi:hunter2@imap.fr"', 'token_command = "jeton -p hunter2"',
     'secret = { file = ["hunter2"] }', 'secret = { env = "hunter2 !" }'],
)  # fmt: skip
def test_a_value_that_may_hold_a_secret_is_not_repeated(file: Path, line: str) -> None:
    text = f'{JURA}[[account]]\nuser = "a"\n{line}'
    assert not any("hunter2" in fault for fault in faults(file, text))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (SMTP + 'user = "mailwatch"', "[smtp] : « user » sans « secret » ; dites où se trouve le mot de passe"),
        (SMTP + 'secret = { file = "a" }', "[smtp] : « secret » sans « user » ; ajoutez l’identifiant"),
        (SMTP + 'security = "none"', "[smtp] : « security » : « none » ne vaut que pour cette machine (localhost)"),
        (SMTP.replace("mailwatch@jura.gouv.fr", "jura@orange.fr"),
         "[smtp] : « sender » : « jura@orange.fr » n’est pas une adresse de l’institution"),
        (SMTP + 'port = "smtp"', "[smtp] : « port » : il faut un nombre de 1 à 65535, pas le texte « smtp »"),
        (SMTP + 'from = "a@jura.gouv.fr"', "[smtp] : clé « from » inconnue ; elle va dans [[exception]]"),
        ('[smtp]\nhost = "smtp.jura.gouv.fr"', "[smtp] : la clé « sender » manque"),
        ("[alert]", "[alert] : la clé « recipients » manque"),
        ("[alert]\nrecipients = []", "[alert] : « recipients » : il faut au moins une adresse"),
        ('[alert]\nrecipients = "qualite@jura.gouv.fr"', "[alert] : « recipients » : il faut une liste"),
        ('[alert]\nrecipients = ["qualité"]', "[alert] : « recipients », 1re valeur : il faut une adresse"),
        ('[alert]\nrecipients = ["moi@gmail.com"]',
         "[alert] : « recipients » : « moi@gmail.com » n’est pas une adresse de l’institution ; corrigez-la, ou ajou"),
        ('[alert]\nrecipients = ["a@jura.gouv.fr.example"]',
         "[alert] : « recipients » : « a@jura.gouv.fr.example » n’est pas"),
        (ALERT + 'weekday = "lundy"', "[alert] : « weekday » : il faut un jour de la semaine, comme « lundi », pas"),
        (ALERT + "weekday = 1", "[alert] : « weekday » : il faut un jour de la semaine, comme « lundi »"),
        (ALERT + 'at = "25:00"', "[alert] : « at » : il faut une heure, comme « 08:00 », pas le texte « 25:00 »"),
        (ALERT + 'at = "8:"', "[alert] : « at » : il faut une heure, comme « 08:00 », pas le texte « 8: »"),
        (ALERT + "at = 8", "[alert] : « at » : il faut une heure, comme « 08:00 », pas la valeur 8"),
        (ALERT + 'heure = "08:00"', "[alert] : clé « heure » inconnue ; vouliez-vous dire « at » ?"),
        ("[register]\npoll_every = 0", "[register] : « poll_every » : il faut un nombre de secondes de 1 à 600"),
        ("[register]\npoll_every = 900", "[register] : « poll_every » : il faut un nombre de secondes de 1 à 600"),
        ('[register]\nstate = "~/etat"', "[register] : « state » : il faut un chemin complet, sans « ~ »"),
        ('[register]\nkey = { file = "a", env = "B" }', "[register] : « key » : il faut une clé et une seule parmi"),
        ('[register]\ndatabase = "x"', "[register] : clé « database » inconnue ; vouliez-vous dire « state » ?"),
        ("[[register]]", "« register » s’écrit comme une section, [register]"),
        ('[account]\nhost = "x"', "« account » s’écrit comme une section, [[account]]"),
        ("[compte]", "section « compte » inconnue ; vouliez-vous dire « account » ?"),
        ("[alerte]", "section « alerte » inconnue ; vouliez-vous dire « alert » ?"),
        ("[kept]", "section « kept » inconnue"),
    ],
)  # fmt: skip
def test_a_fault_in_the_service_names_key_and_remedy(file: Path, text: str, fault: str) -> None:
    [found] = faults(file, JURA + text)
    assert found.startswith(fault)


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("", "« secret » manque ; dites où se trouve le mot de passe : secret = { file = "),
        ('authentication = "oauthbearer"', "« token_command » manque : la commande qui écrit le jeton, mot à mot"),
    ],
)  # fmt: skip
def test_an_account_without_its_secret_says_what_is_missing(
    file: Path, lines: str, fault: str
) -> None:
    text = ACCOUNT.replace('secret = { credential = "imap" }', lines)
    [found] = faults(file, JURA + text)
    assert found.startswith(f"[[account]] n° 1 : {fault}")


def test_a_token_may_come_from_a_file_that_another_program_renews(file: Path) -> None:
    site = read(file, JURA + ACCOUNT + 'authentication = "xoauth2"')
    assert site.accounts[0].secret == Secret(credential="imap")


def test_two_accounts_of_one_name_are_refused(file: Path) -> None:
    named = ACCOUNT + 'name = "Accueil"\n'
    other = ACCOUNT.replace("prefecture@", "titres@") + 'name = "accueil"\n'
    assert faults(file, JURA + named + other) == [
        "[[account]] n° 2 : un autre compte s’appelle déjà « Accueil »"
    ]


def test_two_accounts_called_by_the_same_user_are_told_to_take_a_name(file: Path) -> None:
    other = ACCOUNT.replace("imap.jura", "imap2.jura")
    [fault] = faults(file, JURA + ACCOUNT + other)
    assert fault.startswith("[[account]] n° 2 : un autre compte s’appelle déjà")
    assert fault.endswith("donnez-lui-en un autre")


def test_a_mailbox_watched_by_two_accounts_is_refused(file: Path) -> None:
    other = ACCOUNT + 'name = "bis"\nfolders = [{ name = "INBOX", role = "inbox" }]'
    assert faults(file, JURA + ACCOUNT + other) == [
        "[[account]] n° 2 : « folders » : le dossier « INBOX » est déjà suivi par « prefecture@jura.gouv.fr »"
    ]


def test_every_fault_is_told_at_once_those_between_sections_too(file: Path) -> None:
    text = f"""{JURA}
[[account]]
host = "imap.jura.gouv.fr"
user = "a"
pasword = "hunter2"
[[account]]
host = "10.1.2.3"
user = "b"
security = "none"
port = 70000
secret = {{ file = "b" }}
[[account]]
host = "10.1.2.3"
user = "c"
security = "none"
secret = {{ file = "c" }}
[alert]
recipients = ["moi@gmail.com", "toi@gmail.com"]
[smtp]
host = ""
sender = "a@jura.gouv.fr"
[register]
pol_every = 3
"""
    assert [fault.partition(" ; ")[0] for fault in faults(file, text)] == [
        "[[account]] n° 1 : « pasword » : un secret ne s’écrit jamais dans ce fichier, qui se lit et se copie",
        "[[account]] n° 2 : « port » : il faut un nombre de 1 à 65535, pas la valeur 70000",
        "[smtp] : « host » : il faut un texte qui ne soit pas vide",
        "[register] : clé « pol_every » inconnue",
        "[[account]] n° 3 : « security » : « none » ne vaut que pour cette machine (localhost)",
        "[alert] : « recipients » : « moi@gmail.com » n’est pas une adresse de l’institution",
        "[alert] : « recipients » : « toi@gmail.com » n’est pas une adresse de l’institution",
    ]


def test_whose_addresses_they_are_is_not_judged_by_an_institution_at_fault(file: Path) -> None:
    [fault] = faults(file, '[institution]\ndomains = ["@jura"]\n' + ALERT)
    assert fault.startswith("[institution] : « domains », 1re valeur")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lines=st.lists(st.sampled_from(WHOLE.splitlines()), max_size=40))
def test_any_lines_give_a_site_or_sentences(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(lines), encoding="utf-8")
    assert gives_a_site_or_sentences(file)


LEAVES = (
    st.text(max_size=8) | st.integers() | st.booleans() | st.floats() | st.dates() | st.times()
    | st.sampled_from(["none", "tls", "a@jura.gouv.fr", "localhost", "xoauth2", UNFINISHED])
)  # fmt: skip
KEYS = st.sampled_from(
    ["name", "host", "port", "security", "user", "authentication", "secret", "token_command", "ca_file", "timeout",
     "folders", "role", "sender", "recipients", "weekday", "at", "state", "key", "poll_every", "keep", "credential",
     "file", "env", "password", "address", "service", "domains", "lmtp", "smtp", "addresses", "max_size", "x"]
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
TABLES = st.dictionaries(KEYS, VALUES, max_size=6)
FILES = st.dictionaries(
    st.sampled_from(
        ["institution", "box", "account", "smtp", "alert", "register", "privacy", "kept", "x"]
    ),
    TABLES | st.lists(TABLES | VALUES, max_size=3) | VALUES,
    max_size=5,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(table=FILES)
def test_any_table_gives_a_site_or_sentences(
    file: Path, table: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tomllib, "loads", lambda _: table)
    file.touch()
    assert gives_a_site_or_sentences(file)


def gives_a_site_or_sentences(file: Path) -> bool:
    try:
        return isinstance(load_site(file), Site)
    except SettingsError as refusal:
        return all(line.startswith("mailwatch.toml") for line in str(refusal).split("\n"))


# --- the first file -------------------------------------------------------------------------------

FILLED = {
    'name = "': "Préfecture du Jura",
    'calendar = "': "39",
    'domains = ["': "jura.gouv.fr",
    'address = "': "prefecture@jura.gouv.fr",
    'host = "': "mail.jura.gouv.fr",
    'user = "': "prefecture@jura.gouv.fr",
    'recipients = ["': "qualite@jura.gouv.fr",
    'sender = "': "mailwatch@jura.gouv.fr",
}


def filled(text: str) -> str:
    for key, value in FILLED.items():
        text = text.replace(f"{key}{UNFINISHED}", f"{key}{value}")
    return text


def test_the_first_file_says_what_is_left_to_fill_in_and_nothing_else(file: Path) -> None:
    found = faults(file, starter())
    assert len(found) == 9
    assert all(fault.endswith(" : reste à compléter") for fault in found)
    assert "[[account]] n° 1 : « host » : reste à compléter" in found


def test_the_first_file_is_a_whole_service_once_it_is_filled_in(file: Path) -> None:
    site = read(file, filled(starter("/srv/mailwatch")))
    assert site.state == "/srv/mailwatch"
    assert site.institution.domains == ("jura.gouv.fr",)
    assert site.accounts[0].secret == Secret(file=str(file.parent / "imap.secret"))
    assert not [line for line in advice(site) if line.weight is Weight.MISSING]


def test_every_commented_setting_of_the_first_file_may_be_activated(file: Path) -> None:
    lines = filled(starter()).splitlines()
    section = lines.index(next(line for line in lines if line.startswith("# [[exception]]")))
    block = [line.removeprefix("# ") for line in lines[section : section + 5]]
    assert read(file, "\n".join([*lines, *block])).institution.exemptions

    keys = [line for line in lines if line.startswith("# ") and " = " in line.partition(" #")[0]]
    assert len(keys) >= 12
    for line in keys:
        tomllib.loads(line.removeprefix("# "))


@given(state=st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_folder_is_quoted_as_toml_wants_it(state: str) -> None:
    kept = tomllib.loads(starter(state))["register"]["state"]
    assert kept == state


def test_a_value_left_to_fill_in_is_told_wherever_it_stands(file: Path) -> None:
    text = f'{JURA}{ACCOUNT}folders = [{{ name = "{UNFINISHED}", role = "sent" }}]'
    assert faults(file, text) == ["[[account]] n° 1 : « name » : reste à compléter"]


# --- advice ---------------------------------------------------------------------------------------

SENT = 'folders = [{ name = "Sent", role = "sent" }]\n'
INBOX = 'folders = [{ name = "INBOX", role = "inbox" }]\n'


def lines(file: Path, text: str, weight: Weight) -> list[str]:
    return [line.words for line in advice(read(file, text)) if line.weight is weight]


def test_a_whole_file_is_read_back_and_lacks_nothing(file: Path) -> None:
    assert lines(file, WHOLE, Weight.SET) == [
        "institution : Préfecture du Jura",
        "jours ouvrés : territoire 39",
        "compte Accueil : imap.jura.gouv.fr, port 1143, starttls, dossiers INBOX, Éléments envoyés, Journal",
        "compte titres@jura.gouv.fr : outlook.example.org, port 993, tls, dossiers INBOX",
        "alerte le mardi à 07:30, à qualite@jura.gouv.fr, sg@jura.gouv.fr",
        "envoi par smtp.jura.gouv.fr, port 587, starttls, au nom de mailwatch@jura.gouv.fr",
        "registre : /srv/mailwatch, relève toutes les 60 secondes, rapprochement à 03:15",
        "données personnelles : gardées 36 mois",
    ]
    assert lines(file, WHOLE, Weight.MISSING) == []


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", "aucune section [[account]] : « run » et « once » n’ont pas de courrier à lire"),
        (JURA + ACCOUNT, "aucun dossier « sent » ni « journal » n’est suivi"),
        (JURA + ACCOUNT + INBOX, "aucun dossier « sent » ni « journal » n’est suivi"),
        (JURA + ACCOUNT + SENT, "aucun dossier « inbox » ni « journal » n’est suivi"),
        (JURA + ACCOUNT, "aucune section [alert] : « run » n’enverra pas d’alerte"),
        (JURA + ALERT, "aucune section [smtp] : l’alerte ne peut pas partir"),
    ],
)
def test_what_a_command_lacks_is_missing(file: Path, text: str, start: str) -> None:
    assert [words for words in lines(file, text, Weight.MISSING) if words.startswith(start)]


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("", "« name » manque dans [institution]"),
        ("", "« calendar » manque dans [institution]"),
        ("", "ni « domains » ni « addresses » dans [institution]"),
        (JURA, "aucune section [[box]]"),
        (JURA + ACCOUNT, "« observe_from » manque dans [institution]"),
        (JURA + BOX + ALERT, "aucune [[box]] n’a de « recipients »"),
        (JURA + ACCOUNT + "port = 143", "imap.jura.gouv.fr : le port 143 va rarement avec security = « tls »"),
        (JURA + ACCOUNT + 'port = 993\nsecurity = "starttls"', "imap.jura.gouv.fr : le port 993 va rarement"),
        (JURA + SMTP + "port = 587", "smtp.jura.gouv.fr : le port 587 va rarement avec security = « tls »"),
    ],
)  # fmt: skip
def test_what_may_not_be_meant_is_doubtful(file: Path, text: str, start: str) -> None:
    assert [words for words in lines(file, text, Weight.DOUBTFUL) if words.startswith(start)]


def test_a_journal_shows_both_ways(file: Path) -> None:
    journal = 'folders = [{ name = "Copies", role = "journal" }]\n'
    assert lines(file, JURA + ACCOUNT + journal + ALERT + SMTP, Weight.MISSING) == []


def test_advice_is_given_in_english_too(file: Path) -> None:
    site = read(file, WHOLE)
    language.choose("en")
    try:
        said = [language.say(line.words) for line in advice(site)]
    finally:
        language.choose("fr")
    assert "alert on Tuesday at 07:30, to qualite@jura.gouv.fr, sg@jura.gouv.fr" in said


def test_a_secret_is_read_and_a_first_file_written_without_pydantic() -> None:
    program = (
        "import sys; from mailwatch.settings import advice, secrets, starter;"
        "starter.starter(); print('pydantic' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


# --- what the mail server hands over --------------------------------------------------------------

INTAKE = """
[intake]
lmtp = "/run/mailwatch/lmtp.sock"
smtp = 2525
max_size = 20
addresses = [
    { address = "Recus@mailwatch.jura.gouv.fr", role = "inbox" },
    { address = "envoyes@mailwatch.jura.gouv.fr", role = "SENT" },
    { address = "rapports@mailwatch.local", role = "report" },
    { address = "verif@jura.gouv.fr", role = "draft" },
]
"""
ONE = 'addresses = [{ address = "recus@jura.gouv.fr", role = "inbox" }]'
CHECKED = 'addresses = [{ address = "verif@jura.gouv.fr", role = "draft" }]'


def test_the_intake_says_where_copies_come_and_under_which_addresses(file: Path) -> None:
    intake = read(file, f"{JURA}{SMTP}{INTAKE}").intake

    assert intake == Intake(
        lmtp_socket="/run/mailwatch/lmtp.sock",
        smtp_port=2525,
        max_size=20 * 1024 * 1024,
        addresses=(
            IntakeAddress(address="recus@mailwatch.jura.gouv.fr", role=IntakeRole.INBOX),
            IntakeAddress(address="envoyes@mailwatch.jura.gouv.fr", role=IntakeRole.SENT),
            IntakeAddress(address="rapports@mailwatch.local", role=IntakeRole.REPORT),
            IntakeAddress(address="verif@jura.gouv.fr", role=IntakeRole.DRAFT),
        ),
    )


def test_lmtp_may_be_a_port(file: Path) -> None:
    intake = read(file, f"{JURA}[intake]\nlmtp = 2424\n{ONE}").intake

    assert intake is not None
    assert (intake.lmtp_socket, intake.lmtp_port, intake.smtp_port) == ("", 2424, 0)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        (f"{ONE}", "« lmtp » manque"),
        (f"lmtp = 2525\nsmtp = 2525\n{ONE}", "même port"),
        ("lmtp = 2525\naddresses = []", "rien ne serait accepté"),
        ("lmtp = 2525", "la clé « addresses » manque"),
        (f'lmtp = "lmtp.sock"\n{ONE}', "le chemin d’un socket"),
        (f'lmtp = "/{"x" * 120}"\n{ONE}', "107 octets au plus"),
        (f"lmtp = true\n{ONE}", "le chemin d’un socket"),
        (f"lmtp = 70000\n{ONE}", "le chemin d’un socket"),
        (f"lmtp = 2525\nmax_size = 0\n{ONE}", "un nombre de mégaoctets de 1 à 500"),
        (
            'lmtp = 2525\naddresses = [{ address = "a@jura.gouv.fr", role = "both" }]',
            "« inbox », « sent », « journal », « report » ou « draft »",
        ),
        ('lmtp = 2525\naddresses = [{ adress = "a@jura.gouv.fr", role = "inbox" }]', "« address » ?"),
        (
            'lmtp = 2525\naddresses = [{ address = "a@b.fr", role = "inbox" }, { address = "A@b.fr", role = "sent" }]',
            "a deux rôles",
        ),
        (f"lmtp = 2525\n{CHECKED}", "demande une section [smtp]"),
        (f"lmtp = 2525\n{CHECKED}\n{SMTP.replace('mailwatch@', 'verif@')}", "« sender » de [smtp]"),
        (f"lmtp = 2525\n{CHECKED}\n{SMTP}{BOX.replace('accueil@', 'verif@')}", "une boîte suivie"),
        (
            f"lmtp = 2525\n{CHECKED.replace('jura.gouv.fr', 'laposte.example')}\n{SMTP}",
            "n’est pas une adresse de l’institution",
        ),
        (
            f'lmtp = 2525\n{ONE}\n{ACCOUNT}name = "Intake"',
            "un compte ne peut pas s’appeler « intake »",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_the_intake_is_told_in_a_sentence(file: Path, section: str, words: str) -> None:
    assert any(words in fault for fault in faults(file, f"{JURA}[intake]\n{section}"))


def test_an_intake_without_a_mail_account_is_a_whole_service(file: Path) -> None:
    site = read(file, f"{JURA}{SMTP}{ALERT}{BOX}{INTAKE}")
    told = advice(site)

    assert not [line for line in told if line.weight is Weight.MISSING]
    assert any("remise par le serveur de messagerie" in line.words for line in told)
    assert any("ouvert à tous ses comptes" in line.words for line in told)


def test_an_intake_that_sees_no_answer_is_doubted(file: Path) -> None:
    site = read(file, f'{JURA}{ACCOUNT}[intake]\nlmtp = "/run/x.sock"\n{ONE}')

    assert any("les réponses ne seront pas vues" in line.words for line in advice(site))
    assert not any("ouvert à tous" in line.words for line in advice(site))
