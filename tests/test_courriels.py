"""The courriels type: those that ship conform for every site, and a site's own are judged as its mail is."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import language, specimens
from mailwatch.analysis import examine
from mailwatch.errors import SettingsError, SourceError, UsageError
from mailwatch.library import Library, copy, library, sheet, write
from mailwatch.model import (
    Announced,
    Box,
    Confidence,
    Evidence,
    Exemption,
    Institution,
    Nature,
    Outcome,
    Reading,
    Unreadable,
)
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_of, load_site, template_texts
from mailwatch.settings.advice import advice
from mailwatch.settings.packaged import specimen_files
from mailwatch.specimens import Book, FindingKind, Heard, Specimen, Verdict, places
from mailwatch.specimens.filling import filled
from mailwatch.specimens.reading import KEYS, LONGEST, WRITTEN
from tests.facts import JURA, desk
from tests.packs import pdf_text
from tests.pages import Outline
from tests.test_cli import Run, run

__all__ = ["run"]

ON = date(2026, 11, 24)
SHIPPED = {name: text for name, text in specimen_files().items() if name.endswith(".txt")}
BOX = "pref-fraude@jura.gouv.fr"
EXEMPT = Exemption(
    address=BOX, service="", ground="CRPA L111-2", decided_by="Secrétaire générale",
    from_on=date(2026, 1, 1),
)  # fmt: skip
JURA_WITH_EXCEPTION = replace(
    JURA,
    boxes=(
        Box(address="pref-associations@jura.gouv.fr", service="Bureau des associations"),
        Box(address=BOX, service="Référent fraude"),
    ),
    exemptions=(EXEMPT,),
)

HEAD = {
    "Intitulé": "Réponse d’attente",
    "Nature": "réponse d’attente",
    "Version": "2",
    "Auteur": "Mission qualité",
    "Date": "12/01/2026",
    "Avis du comité": "favorable",
    "Date de l’avis": "10/02/2026",
}
PROMISE = "Je vous répondrai au plus tard le [date de réponse]."
SIGNATURE = "Bien cordialement,\n\n[Prénom NOM]\n[fonction]\n[service]\n[institution]\nTéléphone : [téléphone]"
BODY = (
    "Bonjour,\n\nJ’ai bien lu votre message du [date de la demande] concernant [objet de la demande].\n\n"
    f"Je ne peux pas encore vous répondre. {PROMISE}\n\n{SIGNATURE}"
)
ANSWER = "Bonjour,\n\nVotre association est enregistrée depuis lundi. Le récépissé est dans votre espace en ligne.\n\n"
ASKED = (
    f"Bonjour,\n\nMerci de me faire parvenir une copie de votre carte d’identité.\n\n{SIGNATURE}"
)
SENT_ON = (
    "Bonjour,\n\nVotre demande ne relève pas de notre compétence. Je l’ai transmise à votre mairie, qui vous "
    f"répondra.\n\n{SIGNATURE}"
)
RECEIPT = (
    "Bonjour,\n\nCe message est envoyé automatiquement : nous avons bien reçu votre courriel le [date de réception]."
    "\n\nUn agent vous répondra dans un délai de 5 jours ouvrés.\n\nBien cordialement,\n\n[service]\n[institution]\n"
    "Téléphone : [téléphone]\nCourriel : [courriel]"
)


def text(body: str = BODY, **changed: str | None) -> str:
    """The text of a file; a key that is None is left out, `_` stands for a space."""
    head = {**HEAD, **{key.replace("_", " "): value for key, value in changed.items()}}
    lines = [f"{key} : {value}" for key, value in head.items() if value is not None]
    return "\n".join((*lines, "", body)) + "\n"


def read(words: str) -> Specimen:
    found = specimens.read("attente.txt", words)
    assert isinstance(found, Specimen), found
    return found


def refused(words: str) -> list[tuple[int, str]]:
    found = specimens.read("attente.txt", words)
    assert isinstance(found, tuple), found
    return [(each.line, str(each.reason)) for each in found]


def put(folder: Path, files: Mapping[str, str]) -> str:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return str(folder)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    return Judge(tmp_path)


class Judge:
    """Judges one text as the only file of a site's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, words: str, on: date = ON, own: Desk | None = None) -> Verdict:
        found = library(own or desk(), put(self.folder / "courriels", {"un.txt": words}), on)
        assert not found.refused, found.refused
        return found.book.verdicts[0]

    def faults(self, words: str) -> set[str]:
        return {str(each.kind) for each in self(words).faults}

    def advised(self, words: str) -> set[str]:
        return {str(each.kind) for each in self(words).advice}


# --- those that ship ------------------------------------------------------------------------------

SITES = [
    ("Préfecture du Jura", "39", "jura.gouv.fr", "Accueil", ""),
    ("Préfecture de la Moselle", "57", "moselle.gouv.fr", "SGCD", "NGUYEN Thi Mai"),
    ("Sous-préfecture de Dole", "39", "jura.gouv.fr", "Pôle sécurité", "M. Dubois"),
    ("Préfecture de La Réunion", "974", "reunion.pref.gouv.fr", "Bureau des étrangers", "Aïcha"),
    ("PREFECTURE DE LA MARNE", "51", "marne.gouv.fr", "BUREAU DE LA NATIONALITE", "jean-noël de la tour"),
    ("Haut-commissariat de la République en Polynésie française", "987", "polynesie.pref.gouv.fr", "DRCL", ""),
]  # fmt: skip


@pytest.mark.parametrize(("name", "calendar", "domain", "service", "agent"), SITES)
@pytest.mark.parametrize("on", [ON, date(2027, 1, 1)])
def test_those_that_ship_conform_on_every_site(
    name: str, calendar: str, domain: str, service: str, agent: str, on: date
) -> None:
    site = Institution(
        name=name,
        calendar=calendar,
        domains=(domain,),
        boxes=(Box(address=f"pref-x@{domain}", service=service),),
        agents=(agent,) if agent else (),
        exemptions=(replace(EXEMPT, address=f"pref-x@{domain}"),),
    )

    found = library(desk(site), "", on)

    assert found.conforms
    for verdict in found.book.verdicts:
        assert not verdict.hints, verdict.specimen.file
        assert {each.kind for each in verdict.advice} == {FindingKind.NO_OPINION}


def test_those_that_ship_conform_where_nothing_is_set() -> None:
    found = library(desk(Institution()), "", ON)

    assert found.conforms
    assert found.files == SHIPPED
    assert [each.specimen.file for each in found.book.verdicts] == sorted(SHIPPED)


def test_those_that_ship_are_of_every_nature_and_have_a_case_of_the_exception() -> None:
    found = [each.specimen for each in library(desk(), "", ON).book.verdicts]

    assert {each.nature for each in found} == set(WRITTEN)
    assert {each.nature for each in found if each.exempt} == {Nature.REPLY, Nature.HOLDING_REPLY}


def test_those_that_ship_say_who_wrote_them_and_that_no_committee_saw_them() -> None:
    for verdict in library(desk(), "", ON).book.verdicts:
        own = verdict.specimen
        assert (own.author, own.version, own.opinion, own.opinion_on) == (
            "Équipe mailwatch",
            "1",
            "",
            None,
        )
        assert own.use
        assert own.subject


@pytest.mark.parametrize("name", SHIPPED)
def test_those_that_ship_are_written_with_french_signs(name: str) -> None:
    words = SHIPPED[name].decode()
    body = words.partition("\n\n")[2]

    assert "'" not in words
    assert not re.search(r" [:;?!»]|« ", body)


def test_a_holding_reply_that_ships_announces_the_day_that_the_agent_fills_in() -> None:
    own = desk()
    for verdict in library(own, "", ON).book.verdicts:
        if verdict.specimen.nature is Nature.HOLDING_REPLY:
            assert verdict.announced is not None
            assert verdict.announced.on == date(2026, 12, 8)


def test_the_names_of_the_agents_stay_out_of_those_that_ship() -> None:
    for content in SHIPPED.values():
        words = content.decode().partition("\n\n")[2]
        assert words.count("[Prénom NOM]") + words.count("[numéro d’agent]") <= 1
        assert "MARTIN" not in words


def test_the_guide_names_every_key_and_every_place() -> None:
    guide = specimen_files()["LISEZMOI.md"].decode()

    assert not [key for key in KEYS.values() if f"{key}`" not in guide]
    assert not [place for place in places.KNOWN.values() if f"[{place}]`" not in guide]


def test_the_example_of_the_guide_conforms(judge: Judge) -> None:
    block = re.search(r"```text\n(.*?)```", specimen_files()["LISEZMOI.md"].decode(), re.DOTALL)
    assert block

    found = judge(block[1])

    assert not found.faults
    assert {each.kind for each in found.advice} == {FindingKind.NO_CONTACT}


# --- judged as real mail --------------------------------------------------------------------------


def test_the_verdict_is_the_one_that_the_mail_itself_gets() -> None:
    own = desk(JURA_WITH_EXCEPTION)
    for verdict in library(own, "", ON).book.verdicts:
        draft = filled(verdict.specimen, own, ON)
        there = replace(own, institution=draft.institution)
        sent = examine(draft.delivery, there, judge_on=ON)
        assert not hasattr(sent, "reason")
        assert sent.mentions == verdict.mentions
        assert (sent.reading.nature, sent.announced) == (verdict.reading.nature, verdict.announced)


def test_a_holding_reply_with_its_mentions_and_its_date_has_no_fault(judge: Judge) -> None:
    found = judge(text())

    assert (found.faults, found.advice, found.hints) == ((), (), ())
    assert found.reading.nature is Nature.HOLDING_REPLY
    assert found.mentions.author.text == "Camille MARTIN"


def test_the_places_are_filled_with_what_the_settings_declare(judge: Judge) -> None:
    own = desk(
        Institution(
            name="Préfecture de la Moselle",
            domains=("moselle.gouv.fr",),
            agents=("Léa MOREL",),
            services=("Bureau de la nationalité",),
        )
    )

    found = judge(text(), own=own).mentions

    assert found.author.text == "Léa MOREL"
    assert "nationalité" in found.service.text
    assert found.institution.text == "Préfecture de la Moselle"


@pytest.mark.parametrize(
    ("words", "replaced", "kinds"),
    [
        ("[Prénom NOM]\n", "", {"author"}),
        ("[Prénom NOM]", "C. M.", {"author"}),
        ("[Prénom NOM]", "L’agent n° [numéro d’agent]", {"author"}),
        ("[service]\n", "", {"service"}),
        ("[institution]\n", "", {"institution"}),
        ("[institution]", "Préfecture", {"institution"}),
        (PROMISE, "Je vous répondrai dès que possible.", {"vague_promise"}),
        (PROMISE, "Je reviendrai vers vous dans les meilleurs délais.", {"vague_promise"}),
        (PROMISE, "Votre demande est en cours d’examen par le service.", {"vague_promise"}),
        (PROMISE, "Je vous répondrai dès que possible, et au plus tard le [date de réponse].", set()),
        (PROMISE, "Je vous répondrai sous dix jours ouvrés.", set()),
        ("[Prénom NOM]", "[Prénom et NOM]", set()),
        ("[Prénom NOM]", "[NOM] [Prénom]", set()),
        ("[Prénom NOM]", "[prénom]", set()),
        ("[Prénom NOM]", "Affaire suivie par : [prenom nom]", set()),
    ],
)  # fmt: skip
def test_what_is_missing_is_a_fault(
    judge: Judge, words: str, replaced: str, kinds: set[str]
) -> None:
    body = BODY.replace(words, replaced)
    assert body != BODY or words == replaced

    assert judge.faults(text(body)) == kinds


@pytest.mark.parametrize(
    ("nature", "body", "kinds"),
    [
        ("réponse", ANSWER + SIGNATURE, set()),
        ("réponse d’attente", ANSWER + SIGNATURE, {"nature", "no_date"}),
        ("réponse", BODY, {"nature"}),
        ("demande de pièces", ANSWER + SIGNATURE, {"nature"}),
        ("demande de pièces", ASKED, set()),
        ("réorientation", SENT_ON, set()),
        ("réponse", SENT_ON, {"nature"}),
    ],
)  # fmt: skip
def test_a_courriel_type_reads_as_what_it_is_meant_for(
    judge: Judge, nature: str, body: str, kinds: set[str]
) -> None:
    assert judge.faults(text(body, Nature=nature)) == kinds


@pytest.mark.parametrize(
    ("confidence", "rule", "faults", "advised"),
    [
        (Confidence.LOW, "leaning.holding_reply", set(), {"doubtful_nature"}),
        (Confidence.MEDIUM, "leaning.holding_reply", {"nature"}, set()),
        (Confidence.LOW, "holding.in_person", {"vague_promise"}, {"doubtful_nature"}),
        (Confidence.HIGH, "holding.in_person", {"nature", "vague_promise"}, set()),
    ],
)
def test_a_reading_that_a_person_would_be_asked_about_is_a_doubt(
    judge: Judge, confidence: Confidence, rule: str, faults: set[str], advised: set[str]
) -> None:
    own = read(text(ANSWER + SIGNATURE, Nature="réponse"))
    heard = Heard(
        reading=Reading(
            nature=Nature.HOLDING_REPLY,
            evidence=(Evidence(rule=rule, said="Votre", place="body"),),
            confidence=confidence,
        ),
        mentions=judge(text()).mentions,
        announced=Announced(on=None, text="Votre"),
        hints=(),
        sounds_automatic=False,
    )

    found = specimens.judged(own, filled(own, desk(), ON), heard, desk(), ON)

    assert {str(each.kind) for each in found.faults} == faults
    assert {str(each.kind) for each in found.advice} == advised


@pytest.mark.parametrize(
    ("words", "replaced", "kinds"),
    [
        ("", "", set()),
        ("[service]\n", "", {"service"}),
        ("[institution]\n", "", {"institution"}),
        (" le [date de réception]", "", {"no_reception_date"}),
        ("Téléphone : [téléphone]\n", "", {"no_telephone"}),
        ("Téléphone : [téléphone]", "Téléphone : 34 00", set()),
        ("Téléphone : [téléphone]", "Téléphone : +33 3 84 86 84 00", set()),
        ("Téléphone : [téléphone]", "Téléphone : 03.84.86.84.00", set()),
        ("Courriel : [courriel]", "", {"no_address"}),
        ("Courriel : [courriel]", "8, rue de la Préfecture, 39030 Lons-le-Saunier Cedex", set()),
        ("5 jours ouvrés", "3 jours ouvrés", set()),
        ("5 jours ouvrés", "15 jours ouvrés", {"late_promise"}),
        ("dans un délai de 5 jours ouvrés", "dans les meilleurs délais", {"vague_promise"}),
        ("Un agent vous répondra dans un délai de 5 jours ouvrés.\n\n", "", set()),
    ],
)  # fmt: skip
def test_an_acknowledgement_owes_what_the_code_asks(
    judge: Judge, words: str, replaced: str, kinds: set[str]
) -> None:
    body = RECEIPT.replace(words, replaced) if words else RECEIPT

    assert judge.faults(text(body, Nature="accusé de réception automatique")) == kinds


def test_an_acknowledgement_says_that_nobody_wrote_it(judge: Judge) -> None:
    body = RECEIPT.replace("Ce message est envoyé automatiquement : nous avons", "Nous avons")
    meant = "accusé de réception automatique"

    assert judge.advised(text(RECEIPT, Nature=meant)) == set()
    assert judge.advised(text(body, Nature=meant)) == {"sounds_human"}


def test_an_absence_owes_no_mention_and_promises_nothing(judge: Judge) -> None:
    body = (
        "Bonjour,\n\nCe message est automatique : je ne suis pas au bureau jusqu’au [date de retour]. Je vous "
        "répondrai à mon retour. Pour toute urgence : [téléphone].\n\nBien cordialement"
    )

    found = judge(text(body, Nature="message d’absence", Objet="Absence du bureau"))

    assert not found.faults
    assert found.reading.nature is Nature.OUT_OF_OFFICE


def test_what_reads_as_the_report_of_a_server_lacks_all(judge: Judge) -> None:
    body = "Undelivered Mail Returned to Sender\n\nYour message could not be delivered to one or more recipients."

    found = judge(
        text(
            body,
            Objet="Undelivered Mail Returned to Sender",
            Nature="accusé de réception automatique",
        )
    )

    assert found.mentions.service.outcome is Outcome.ABSENT
    assert FindingKind.NATURE in {each.kind for each in found.faults}


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("La séance aura lieu le 12 mars 2027.", {"fixed_date"}),
        ("La séance aura lieu le 1er avril.", {"fixed_date"}),
        ("La séance a eu lieu le 03/02/2026.", {"fixed_date"}),
        ("La loi du 12 avril 2000 le permet.", set()),
        ("L’arrêté préfectoral du 3 mai 2024 le permet.", set()),
        ("La loi du 12 avril 2000 le permet depuis le 2 juin 2001.", {"fixed_date"}),
        ("La séance dure 12 heures.", set()),
    ],
)
def test_a_day_that_will_be_over_is_advised_against(
    judge: Judge, words: str, kinds: set[str]
) -> None:
    body = f"{ANSWER}{words}\n\n{SIGNATURE}"

    assert judge.advised(text(body, Nature="réponse")) == kinds


def test_somebody_to_reach_is_advised(judge: Judge) -> None:
    body = BODY.replace("\nTéléphone : [téléphone]", "")

    assert judge.advised(text(body)) == {"no_contact"}
    assert judge.advised(text(body + "\n[courriel]")) == set()


def test_plain_language_is_advised_as_in_real_mail(judge: Judge) -> None:
    body = BODY.replace("Bonjour,\n\n", "").replace(
        "Je ne peux", "L’avis de l’UDAP est attendu. Je ne peux"
    )

    assert {str(each.kind) for each in judge(text(body)).hints} == {"acronym", "no_greeting"}


@pytest.mark.parametrize(
    ("opinion", "on", "kinds"),
    [
        ("", "", {"no_opinion"}),
        (None, None, {"no_opinion"}),
        ("favorable", "", {"no_opinion"}),
        ("favorable", "11/01/2026", {"old_opinion"}),
        ("favorable", "12/01/2026", set()),
        ("favorable avec réserves : trop long", "2026-02-10", set()),
    ],
)
def test_the_opinion_of_the_committee_is_of_this_version(
    judge: Judge, opinion: str | None, on: str | None, kinds: set[str]
) -> None:
    changed = {"Avis_du_comité": opinion, "Date_de_l’avis": on}
    words = text(BODY, **changed)

    assert judge.advised(words) == kinds
    assert not judge.faults(words)


# --- the exception --------------------------------------------------------------------------------

NUMBERED = BODY.replace("[Prénom NOM]", "L’agent n° [numéro d’agent]")


@pytest.mark.parametrize(
    "exemption",
    [
        EXEMPT,
        replace(EXEMPT, address="", service="Référent fraude"),
        replace(EXEMPT, address="", service="Cellule de veille"),
        replace(EXEMPT, address="autre@jura.gouv.fr"),
        replace(EXEMPT, until_on=ON),
    ],
)
def test_a_service_on_the_register_of_exceptions_names_nobody(
    judge: Judge, exemption: Exemption
) -> None:
    own = desk(replace(JURA_WITH_EXCEPTION, exemptions=(exemption,)))

    found = judge(text(NUMBERED, Exception="oui"), own=own)

    assert not found.faults
    assert not found.advice
    assert found.mentions.author.outcome is Outcome.EXEMPT


@pytest.mark.parametrize(
    "exemptions",
    [
        (),
        (replace(EXEMPT, until_on=date(2026, 6, 30)),),
        (replace(EXEMPT, from_on=date(2027, 1, 1)),),
    ],
)
def test_an_exception_that_nobody_has_is_told(
    judge: Judge, exemptions: tuple[Exemption, ...]
) -> None:
    own = desk(replace(JURA_WITH_EXCEPTION, exemptions=exemptions))

    found = judge(text(NUMBERED, Exception="Oui"), own=own)

    assert {each.kind for each in found.advice} == {FindingKind.NO_EXCEPTION}
    assert not found.faults


@pytest.mark.parametrize("answer", ["non", "", None])
def test_the_exception_of_one_service_excuses_no_other_courriel_type(
    judge: Judge, answer: str | None
) -> None:
    everybody = replace(EXEMPT, address=JURA.addresses[0])
    own = desk(replace(JURA, exemptions=(everybody,)))

    found = judge(text(NUMBERED, Exception=answer), own=own)

    assert {each.kind for each in found.faults} == {FindingKind.AUTHOR}


def test_the_exception_covers_the_name_alone(judge: Judge) -> None:
    body = NUMBERED.replace("[service]\n", "").replace("[institution]\n", "")

    found = judge(text(body, Exception="oui"), own=desk(JURA_WITH_EXCEPTION))

    assert {each.kind for each in found.faults} == {FindingKind.SERVICE, FindingKind.INSTITUTION}


# --- the file -------------------------------------------------------------------------------------


def test_a_file_is_read_as_it_was_written() -> None:
    found = read(
        text(Emploi="Quand la réponse tarde", Objet="Votre demande du [date de la demande]")
    )

    assert found == Specimen(
        file="attente.txt",
        title="Réponse d’attente",
        nature=Nature.HOLDING_REPLY,
        version="2",
        author="Mission qualité",
        on=date(2026, 1, 12),
        use="Quand la réponse tarde",
        opinion="favorable",
        opinion_on=date(2026, 2, 10),
        exempt=False,
        subject="Votre demande du [date de la demande]",
        body=BODY,
        examples={},
    )


@pytest.mark.parametrize(
    "words",
    [
        text().replace("\n", "\r\n"),
        text().replace("\n", "\r"),
        "\ufeff" + text(),
        "\n \n" + text(),
        text() + "\n\n\n",
        text().replace(" : ", "\u00a0: "),
        text().replace("Intitulé", "INTITULE").replace("Nature", "  nature "),
        text().replace("réponse d’attente\n", "Réponse d'attente\n"),
        text().replace("12/01/2026", "2026-01-12"),
    ],
)
def test_what_editors_and_persons_change_changes_nothing(words: str) -> None:
    found, plain = read(words), read(text())

    assert (found.title, found.nature, found.on) == (plain.title, plain.nature, plain.on)
    assert next(places.places(found.body))[0] == "date de la demande"


def test_a_place_of_the_site_s_own_has_an_example_in_the_head(judge: Judge) -> None:
    words = text(
        BODY.replace("encore vous répondre", "encore vous répondre : [la Raison]"),
        **{"[La raison]": "l’avis du maire est attendu"},
    )

    assert read(words).examples == {"la raison": "l’avis du maire est attendu"}
    assert "l’avis du maire est attendu" in filled(read(words), desk(), ON).body
    assert not judge.faults(words)


def test_the_example_of_the_head_stands_for_what_a_known_place_would_hold() -> None:
    words = text(**{"[objet de la demande]": "votre permis de chasser"})

    assert "votre permis de chasser" in filled(read(words), desk(), ON).body


def test_days_are_filled_in_as_a_letter_writes_them() -> None:
    body = filled(read(text()), desk(), date(2026, 12, 4)).body
    first = filled(
        read(text(BODY.replace("date de réponse", "date de la demande"))), desk(), date(2026, 12, 4)
    ).body

    assert "votre message du 1er décembre 2026" in body
    assert "au plus tard le 18 décembre 2026" in body
    assert "au plus tard le 1er décembre 2026" in first


def more(line: str) -> str:
    """The text of a file with one more line in its head, the fourth."""
    return text().replace("Version : 2", f"Version : 2\n{line}")


def held(words: str) -> str:
    """A body with these words in line 18 of its file."""
    return BODY.replace("[fonction]", words)


WALL = [
    ("", [(1, "le fichier est vide")]),
    (" \n\n", [(1, "le fichier est vide")]),
    ("Bonjour,\n\nVotre dossier est complet.", [(1, "l’en-tête manque")]),
    ("\n\nBonjour,\n\nVotre dossier : complet.", [(3, "l’en-tête manque")]),
    ("PK\x03\x04", [(1, "ce n’est pas du texte simple")]),
    (text() + "fin\x00", [(22, "ce n’est pas du texte simple")]),
    ("a" * 60_000, [(1, "le fichier est trop long pour un courriel type")]),
    (text(Nature=None), [(1, "la clé « Nature » manque dans l’en-tête")]),
    (text(Version=""), [(3, "« Version » : il faut une valeur")]),
    (text(Natur="x"), [(8, "clé « Natur » inconnue ; vouliez-vous dire « Nature » ?")]),
    (text(Couleur="bleu"), [(8, "clé « Couleur » inconnue ; connues : Intitulé, Nature, ")]),
    (more("VERSION : 3"), [(4, "« Version » est écrit deux fois")]),
    (more("[x] : a\n[X] : b"), [(5, "« [x] » est écrit deux fois")]),
    (more("une ligne perdue"), [(4, "« une ligne perdue » n’est pas")]),
    (more(" : perdue"), [(4, "« : perdue » n’est pas une ligne d’en-tête")]),
    (more(f"{'mot ' * 40}: non"), [(4, "« mot mot mot mot mot mot mot mot mot mot… »")]),
    (text(Nature="reponse dattente"), [(2, "nature « reponse dattente » inconnue ; vouliez-vous dire « réponse")]),
    (text(Nature="bleue"), [(2, "nature « bleue » inconnue ; connues : accusé de réception automatique, ")]),
    (text(Nature="réclamation"), [(2, "nature « réclamation » inconnue")]),
    (text(Date="31/02/2026"), [(5, "« Date » : « 31/02/2026 » n’est pas une date (JJ/MM/AAAA)")]),
    (text(Date="hier"), [(5, "« Date » : « hier » n’est pas une date (JJ/MM/AAAA)")]),
    (text(Date="2026-13-01"), [(5, "« Date » : « 2026-13-01 » n’est pas une date")]),
    (text(**{"Date_de_l’avis": "bientôt"}), [(7, "« Date de l’avis » : « bientôt » n’est pas une date")]),
    (text(Exception="peut-être"), [(8, "« Exception » : il faut « oui » ou « non », pas « peut-être »")]),
    (text(Emploi="mot " * 200), [(8, "« Emploi » : c’est trop long pour une ligne d’en-tête")]),
    (text(**{"[raison]": "mot " * 200}), [(8, "« [raison] » : c’est trop long pour une ligne d’en-tête")]),
    (text(**{"[raison]": ""}), [(8, "« [raison] » : il faut un exemple")]),
    (text(""), [(8, "le texte du courriel manque, après une ligne vide")]),
    (text(held("[Prenon NOM]")), [(18, "place « [Prenon NOM] » inconnue ; vouliez-vous dire « [Prénom")]),
    (text(held("[couleur]")), [(18, "place « [couleur] » inconnue ; donnez-en un exemple dans l’en-tête")]),
    (text(held("[raisin]"), **{"[raison]": "x"}), [(19, "place « [raisin] » inconnue ; vouliez-vous dire « [raison")]),
    (text(Objet="Votre [demende]"), [(8, "place « [demende] » inconnue")]),
    (text(held("[fonction")), [(18, "un crochet est seul, ou n’enferme rien")]),
    (text(held("fonction]")), [(18, "un crochet est seul, ou n’enferme rien")]),
    (text(held("[]")), [(18, "un crochet est seul, ou n’enferme rien")]),
    (text(held("[fonc\ntion]")), [(18, "un crochet est seul, ou n’enferme rien")]),
    (text(Date="hier", Nature="bleue"), [(2, "nature « bleue »"), (5, "« Date » : « hier »")]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "told"), WALL)
def test_what_is_wrong_is_told_with_its_line(words: str, told: list[tuple[int, str]]) -> None:
    found = refused(words)

    assert [line for line, _ in found] == [line for line, _ in told]
    for (_, reason), (_, start) in zip(found, told, strict=True):
        assert reason.startswith(start)


def test_of_very_many_faults_the_first_are_told() -> None:
    assert len(refused(text("\n".join(f"[place n° {number}]" for number in range(500))))) == 20


@given(words=st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_any_text_gives_a_specimen_or_what_is_refused_of_it(words: str) -> None:
    for whole in (words, text(words), f"Nature : réponse\n{words}"):
        found = specimens.read("un.txt", whole)
        assert isinstance(found, Specimen) or (found and all(each.line > 0 for each in found))


@given(
    words=st.lists(
        st.sampled_from(["[service]", "[Prénom NOM]", "Bonjour,", "\n", "> ", "De : ", "[institution]", "\x0b"]),
        max_size=30,
    ),
    on=st.dates(),
    nature=st.sampled_from(["réponse", "message d’absence", "accusé de réception automatique"]),
)  # fmt: skip
def test_whatever_a_body_says_it_can_be_filled_on_any_day(
    words: list[str], on: date, nature: str
) -> None:
    found = specimens.read("un.txt", text("".join(words), Nature=nature, Exception="oui"))
    if isinstance(found, Specimen):
        sent = examine(filled(found, desk(), on).delivery, desk(), judge_on=on)
        assert not isinstance(sent, Unreadable)


@pytest.mark.parametrize(
    "sign", ["[", "]", "[a", " ", ":", "[a]", "\n", "a:", "1 mars ", "0.0", "a:b\n", "[x]:y\n"]
)
def test_hostile_text_is_read_at_once(sign: str) -> None:
    hostile = sign * (LONGEST // len(sign) - 300)
    start = time.perf_counter()
    for words in (text(hostile), f"Nature : réponse\n{hostile}"):
        specimens.read("un.txt", words)

    # A few hundredths; any step that looked at all before it would take minutes.
    assert time.perf_counter() - start < 5


# --- the folder -----------------------------------------------------------------------------------


def test_a_site_s_own_folder_stands_in_for_those_that_ship(tmp_path: Path) -> None:
    folder = put(tmp_path, {"b.txt": text(), "A.TXT": text(), "notes.md": "x", ".c.txt": "x"})
    (tmp_path / "dossier.txt").mkdir()

    found = library(desk(), folder, ON)

    assert [each.specimen.file for each in found.book.verdicts] == ["A.TXT", "b.txt"]
    assert {name: content.decode() for name, content in found.files.items()} == {
        "A.TXT": text(),
        "b.txt": text(),
    }


def test_a_file_that_cannot_be_read_leaves_the_others_judged(tmp_path: Path) -> None:
    folder = put(tmp_path, {"a.txt": text(), "b.txt": "Bonjour"})
    (tmp_path / "c.txt").write_bytes("Intitulé : X\nNature : réponse".encode("cp1252"))
    (tmp_path / "d.txt").write_bytes(b"Version : 1\n\xff" + b"a" * 2_000_000)

    found = library(desk(), folder, ON)

    assert [each.specimen.file for each in found.book.verdicts] == ["a.txt"]
    assert [(each.file, each.line) for each in found.refused] == [
        ("b.txt", 1),
        ("c.txt", 1),
        ("d.txt", 2),
    ]
    assert "UTF-8" in str(found.refused[1].reason)
    assert not found.conforms


@given(content=st.binary(max_size=300))
def test_any_bytes_in_a_file_give_a_library(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("courriels")
    (folder / "un.txt").write_bytes(content)

    found = library(desk(), str(folder), ON)

    assert len(found.book.verdicts) + bool(found.refused) == 1


def test_a_folder_without_courriels_type_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "un.md").write_text("x")
    many = put(tmp_path / "many", {f"{number}.txt": "x" for number in range(201)})

    for folder, reason in [
        (tmp_path, "aucun courriel type"),
        (tmp_path / "absent", "ne se lit pas : introuvable"),
        (tmp_path / "un.md", "ce n’est pas un dossier"),
        (Path(many), "201 fichiers .txt"),
        (Path("a\0b"), "n’est pas un nom de dossier"),
    ]:
        with pytest.raises(SourceError, match=reason):
            library(desk(), str(folder), ON)


def test_a_file_that_cannot_be_read_from_the_disk_is_named(tmp_path: Path) -> None:
    # The kernel refuses its first octet, to whoever asks.
    (tmp_path / "a.txt").symlink_to("/proc/self/mem")

    with pytest.raises(SourceError, match=r"a\.txt » ne se lit pas : "):
        library(desk(), str(tmp_path), ON)


def test_those_that_ship_are_copied_to_be_changed_and_never_over_others(tmp_path: Path) -> None:
    folder = tmp_path / "courriels"

    assert {path.name for path in copy(folder)} == set(specimen_files())
    assert library(desk(), str(folder), ON).files == SHIPPED
    with pytest.raises(UsageError, match="existe déjà et n’est pas remplacé"):
        copy(folder)
    assert sorted(path.name for path in folder.iterdir()) == sorted(specimen_files())


def test_pages_that_cannot_be_written_leave_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("x")

    with pytest.raises(UsageError, match="ne peuvent pas y être écrits"):
        write({"a.html": b"x"}, tmp_path / "fichier" / "dessous")
    with pytest.raises(UsageError, match="nom impossible"):
        write({"a.html": b"x"}, Path("a\0b"))


# --- the pages for the committee ------------------------------------------------------------------


def book(judge: Judge, *texts: str) -> Book:
    return Book(institution="Préfecture du Jura", on=ON, verdicts=tuple(map(judge, texts)))


def page(found: Book) -> str:
    return specimens.html(found, template_texts())


def test_the_page_is_whole_french_and_says_what_stands_where(judge: Judge) -> None:
    written = page(
        book(
            judge,
            text(),
            text(ANSWER + SIGNATURE, Nature="réponse", Intitulé="Réponse : le récépissé"),
        )
    )
    outline = Outline()
    outline.feed(written)
    tags = [tag for tag, _ in outline.seen]

    assert not outline.open
    assert ("html", {"lang": "fr"}) in outline.seen
    assert tags.count("h1") == 1
    assert tags.count("section") == 2
    assert tags.count("caption") == tags.count("table")
    assert all("scope" in attributes for tag, attributes in outline.seen if tag == "th")
    assert "Courriels type – Préfecture du Jura" in written
    assert "Réponse\u00a0: le récépissé" in written
    assert "<mark>[date de réponse]</mark>" in written
    assert "État au 24/11/2026" in written


def test_the_page_loads_nothing_and_runs_nothing_of_a_file(judge: Judge) -> None:
    poison = "<script>alert(1)</script>"
    written = page(
        book(
            judge, text(BODY.replace("Bonjour", poison), Auteur=poison, Objet=poison, Emploi=poison)
        )
    )

    assert "<script" not in written
    assert not re.search(r"(?:src|href)=\"(?!#)", written)


def test_the_page_has_room_for_an_opinion_until_there_is_one_of_this_version(judge: Judge) -> None:
    given_ = page(book(judge, text()))
    asked = page(book(judge, text(**{"Avis_du_comité": "", "Date_de_l’avis": ""})))
    old = page(book(judge, text(**{"Date_de_l’avis": "01/01/2026"})))
    undated = page(book(judge, text(**{"Date_de_l’avis": ""})))

    assert "favorable, le 10/02/2026" in given_
    assert "défavorable" not in given_
    assert "à recueillir" in asked
    assert "défavorable" in asked
    assert (
        "favorable, le 01/01/2026 (à recueillir de nouveau\u00a0: cette version est plus récente)"
        in old
    )
    assert "défavorable" in old
    assert "favorable (date à préciser)" in undated
    assert "défavorable" in undated


def test_the_page_tells_faults_advice_examples_and_what_is_announced(judge: Judge) -> None:
    body = BODY.replace("[Prénom NOM]\n", "").replace("Bonjour,\n\n", "L’UDAP répond. [raison]\n\n")
    words = f"{'long ' * 45}mot"
    written = page(
        book(
            judge,
            text(
                body.replace("Je ne peux", f"{words}. Je ne peux"),
                **{"[raison]": "les archives", "[autre]": "x"},
            ),
        )
    )

    assert "À corriger&nbsp;: il manque le nom de la personne qui écrit" in written
    assert "Conseil&nbsp;: sigle non développé\u00a0: «\u00a0UDAP\u00a0»" in written
    assert "(46 mots)" in written
    assert "pas de formule d’appel" in written
    assert "<mark>[raison]</mark>&nbsp;: les archives" in written
    assert "[autre]" not in written
    assert "Annonce une suite datée" in written


def test_the_page_tells_the_exception_and_what_owes_no_mention(judge: Judge) -> None:
    absent = "Bonjour,\n\nJe ne suis pas au bureau jusqu’au [date de retour].\n\nBien cordialement"
    written = page(
        book(
            judge,
            text(NUMBERED, Exception="oui"),
            text(absent, Nature="message d’absence", Objet="Absence du bureau"),
        )
    )

    assert "<td>Exception</td><td>Numéro d’agent dans la signature</td>" in written
    assert "Aucune mention n’est exigée d’un tel message." in written
    assert "Conseil&nbsp;: aucune [[exception]] des réglages" in written


def test_the_pages_have_no_title_of_a_site_that_has_no_name(judge: Judge) -> None:
    written = page(replace(book(judge, text()), institution=""))

    assert "<title>Courriels type</title>" in written


def test_the_pdf_is_tagged_titled_french_and_always_the_same(judge: Judge) -> None:
    found = Library(files={}, book=book(judge, text(), text(ANSWER, Nature="réponse")), refused=())
    files = sheet(found)

    assert list(files) == ["courriels-type.pdf", "courriels-type.html"]
    assert files == sheet(found)
    with pikepdf.open(io.BytesIO(files["courriels-type.pdf"])) as document:
        kinds = {
            str(one.get("/S"))
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
        }
        with document.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == (
                "2",
                "A",
                "1",
            )
            assert told["dc:title"] == "Courriels type – Préfecture du Jura"
        assert str(document.Root.Lang).startswith("fr")
        assert len(document.pages) == 3
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Caption"} <= kinds


@pytest.mark.parametrize("sign", ["\U0001f600", "汉", "\ue000"])
def test_a_sign_that_no_font_of_the_pdf_has_is_replaced_there_and_the_pdf_says_so(
    judge: Judge, sign: str
) -> None:
    words = text(BODY.replace("Je ne peux", f"{sign} Je ne peux"))
    found = sheet(Library(files={}, book=book(judge, words), refused=()))

    assert f"{sign} Je ne peux" in found["courriels-type.html"].decode()
    printed = pdf_text(found["courriels-type.pdf"])
    assert "\ufffd Je ne peux" in printed
    assert "que les polices de ce PDF n’ont pas" in printed


def test_the_pages_of_those_that_ship_are_one_each_and_a_first_one() -> None:
    files = sheet(library(desk(Institution()), "", ON), ("pdf",))

    assert list(files) == ["courriels-type.pdf"]
    with pikepdf.open(io.BytesIO(files["courriels-type.pdf"])) as document:
        assert len(document.pages) == len(SHIPPED) + 1


# --- the commands ---------------------------------------------------------------------------------


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "mailwatch.toml"
    path.write_text(
        'templates = "courriels"\n[institution]\nname = "Préfecture du Jura"\ndomains = ["jura.gouv.fr"]\n',
        encoding="utf-8",
    )
    return path


def test_the_check_lists_those_that_ship_and_all_is_well(run: Run) -> None:
    found = run("templates", "check", "--now", "2026-11-24")

    assert (found.code, found.err) == (0, "")
    assert "22 courriels type, à corriger : 0." in found.out
    assert "✔   Réponse d’attente " in found.out
    assert "à recueillir" in found.out


def test_the_check_says_what_to_put_right_and_exits_with_1(run: Run, tmp_path: Path) -> None:
    folder = put(tmp_path / "courriels", {
        "a.txt": text(BODY.replace("[service]\n", "").replace("Je ne peux", "L’UDAP répond. Je ne peux")),
        "b.txt": text(**{"Date_de_l’avis": ""}),
        "c.txt": text(**{"Date_de_l’avis": "01/01/2026"}),
    })  # fmt: skip

    found = run("templates", "check", folder)

    assert found.code == 1
    assert "a.txt : il manque le nom du service (engagement 16.3)" in found.out
    assert "a.txt : conseil : sigle non développé (« UDAP »)" in found.out
    assert (
        "c.txt : conseil : l’avis du comité, du 01/01/2026, est plus ancien que cette version"
        in found.out
    )
    assert "non daté" in found.out
    assert "3 courriels type, à corriger : 1." in found.out


def test_the_check_of_a_file_that_cannot_be_read_exits_with_65(run: Run, tmp_path: Path) -> None:
    folder = put(tmp_path / "courriels", {"a.txt": text(Natur="x"), "b.txt": text()})

    found = run("templates", "check", folder)
    alone = run("templates", "check", put(tmp_path / "seul", {"a.txt": "Bonjour"}))

    assert found.code == 65
    assert found.err == "a.txt, ligne 8 : clé « Natur » inconnue ; vouliez-vous dire « Nature » ?\n"
    assert "1 courriel type, à corriger : 0." in found.out
    assert (alone.code, alone.out) == (65, "")


def test_the_check_tells_other_programs_the_same(run: Run, tmp_path: Path) -> None:
    folder = put(
        tmp_path / "courriels", {"a.txt": text(BODY.replace("[service]\n", "")), "b.txt": "x"}
    )

    first, second = run("templates", "check", folder, "--json", "--now", "2026-11-24").lines

    assert (first["file"], first["meant"], first["nature"]) == (
        "a.txt",
        "holding_reply",
        "holding_reply",
    )
    assert (first["version"], first["on"], first["opinion"]) == ("2", "2026-01-12", "favorable")
    assert first["mentions"]["service"]["outcome"] == "absent"
    assert first["announced"]["on"] == "2026-12-08"
    assert [each["kind"] for each in first["faults"]] == ["service"]
    assert re.fullmatch("[0-9a-f]{64}", first["rules"])
    assert set(second) == {"file", "line", "reason"}


def test_the_check_speaks_english_too(run: Run, tmp_path: Path) -> None:
    folder = put(
        tmp_path / "courriels", {"a.txt": text(Natur="x"), "b.txt": text(BODY.replace(PROMISE, ""))}
    )
    try:
        found = run("--lang", "en", "templates", "check", folder)
    finally:
        language.choose("fr")

    assert "a.txt, line 8: unknown key “Natur”; did you mean “Nature”?" in found.err
    assert "1 model e-mail, to be put right: 1." in found.out


def test_the_settings_name_the_folder_of_the_site(run: Run, settings: Path, tmp_path: Path) -> None:
    missing = run("templates", "check", "--settings", str(settings))
    put(tmp_path / "courriels", {"a.txt": text()})
    found = run("templates", "check", "--settings", str(settings), "--json").lines
    named = run("templates", "check", str(tmp_path / "autre"), "--settings", str(settings))

    assert (missing.code, named.code) == (65, 65)
    assert "introuvable" in missing.err
    assert [each["file"] for each in found] == ["a.txt"]


def test_the_settings_say_the_folder_again_and_where_the_key_goes(settings: Path) -> None:
    site = load_site(settings)
    told = [str(each.words) for each in advice(site)]
    settings.write_text('[institution]\ntemplates = "courriels"\n', encoding="utf-8")

    assert site.templates == str(settings.parent / "courriels")
    assert f"courriels type du site : « {site.templates} » (mailwatch templates check)" in told
    with pytest.raises(SettingsError, match="en tête du fichier"):
        load_site(settings)
    settings.write_text('courriels_type = "x"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="vouliez-vous dire « templates »"):
        load_site(settings)
    assert desk_of(site).institution.name == "Préfecture du Jura"


def test_the_pages_go_to_a_folder_or_to_a_pipe(run: Run, settings: Path, tmp_path: Path) -> None:
    put(tmp_path / "courriels", {"a.txt": text()})
    site, out = ("--settings", str(settings), "--now", "2026-11-24"), str(tmp_path / "comite")
    names = ("courriels-type.pdf", "courriels-type.html")

    told = run("templates", "sheet", *site, "--out", out)
    again = run("templates", "sheet", *site, "--out", out, "--json")
    only = run("templates", "sheet", *site, "--out", str(tmp_path / "x"), "--format", "html")
    piped = run("templates", "sheet", *site)

    assert told.out.splitlines() == [f"Écrit : {out}/{name}" for name in names]
    assert again.lines == [{"files": [f"{out}/{name}" for name in names]}]
    assert only.out == f"Écrit : {tmp_path}/x/courriels-type.html\n"
    assert Path(out, "courriels-type.html").read_text("utf-8") == piped.out
    assert "Préfecture du Jura" in piped.out


@pytest.mark.parametrize("formats", ["docx", "", "pdf,docx"])
def test_another_format_is_refused(run: Run, formats: str) -> None:
    found = run("templates", "sheet", "--out", "x", "--format", formats)

    assert found.code == 2
    assert "pdf, html" in found.err


def test_no_page_goes_before_the_committee_with_another_one_missing(
    run: Run, tmp_path: Path
) -> None:
    folder = put(
        tmp_path / "courriels", {"a.txt": text(), "b.txt": "x", "c.txt": text(Date="hier")}
    )

    found = run("templates", "sheet", folder, "--out", str(tmp_path / "comite"))

    assert found.code == 65
    assert "b.txt, ligne 1 : l’en-tête manque" in found.err
    assert "c.txt, ligne 5 : « Date » : « hier » n’est pas une date" in found.err
    assert not (tmp_path / "comite").exists()


def test_a_copy_is_made_and_conforms(run: Run, tmp_path: Path) -> None:
    folder = str(tmp_path / "courriels")

    told = run("templates", "copy", folder)
    again = run("templates", "copy", folder)
    (elsewhere,) = run("templates", "copy", str(tmp_path / "b"), "--json").lines

    assert told.out.startswith(f"22 courriels type copiés dans « {folder} ».")
    assert run("templates", "check", folder).code == 0
    assert again.code == 2
    assert {Path(each).name for each in elsewhere["files"]} == set(specimen_files())
