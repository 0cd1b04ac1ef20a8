"""Families of signatures: who heads a unit, desks, seats, colleagues, bodies of the State, and what is none of them."""

from __future__ import annotations

from datetime import date

import pytest

from mailwatch import wording
from mailwatch.mentions import examine
from mailwatch.model import Institution
from tests.test_mentions_wall import RULES, judged, reply

SIGNED = "Bonjour,\n\nVotre attestation est disponible dans votre espace.\n\nCordialement,\n\n{}"


def signed(lines: str) -> tuple[str, ...]:
    """The words of author, service and institution below a closing formula."""
    return tuple(words.rpartition(" : ")[2].strip("-") for words in judged(SIGNED.format(lines)))


# --- who heads a unit stands for it ---------------------------------------------------------------

HEADS = [
    ("Le directeur des sécurités", "directeur des sécurités"),
    ("La directrice de la citoyenneté et de la légalité", "directrice de la citoyenneté et de la légalité"),
    ("Olivier Thiriet\nDirecteur de l'immigration", "Directeur de l'immigration"),
    ("le directeur de cabinet\nAmaury de Brosses", "directeur de cabinet"),
    ("Quentin Abadie\nchef de cabinet", "chef de cabinet"),
    ("La directrice adjointe des ressources humaines", "directrice adjointe des ressources humaines"),
    ("Le directeur départemental des territoires de l'Ain", "directeur départemental des territoires de l'Ain"),
    ("Directeur par intérim de la réglementation", "Directeur par intérim de la réglementation"),
    ("Directrice du service départemental du Jura", "service départemental du Jura"),
    ("Directeur de cabinet du préfet du Jura", "cabinet du préfet du Jura"),
    ("L'adjoint à la cheffe du SIDPC\nCdt Franck Soulié", "SIDPC"),
    ("La directrice des sécurités de la préfecture du Jura", "directrice des sécurités"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "unit"), HEADS)
def test_a_title_names_the_unit_that_it_heads(lines: str, unit: str) -> None:
    assert signed(lines)[1] == unit


NO_UNIT = [
    "Le directeur", "Pour le directeur départemental et par subdélégation", "Le préfet du Jura",
    "Le sous-préfet de Dole",
    "La sous-préfète de Reims", "Référent fraude départemental", "Référent fraude documentaire",
    "Référente nationalité",
    "Référente SIV", "La référente radicalisation", "Directeur de la publication", "Directrice de projet",
    "Directeur de l'école", "P/ le chef de bureau\nL'adjointe administrative de 2e classe", "Bureau 12", "Porte 3",
    "Yves de la sous-préfecture", "Chargée de mission sargasses", "Déléguée à la protection des données", "BP 39",
    "RD 39", "C. Vandelle, ABF", "Mme BUREAU\nGuichet 3", "Guichet 4 : ouvert de 9 h à 12 h",
    "Gestionnaire RH de proximité",
]  # fmt: skip


@pytest.mark.parametrize("lines", NO_UNIT)
def test_an_office_a_task_a_room_or_a_road_names_no_unit(lines: str) -> None:
    assert signed(lines)[1] == ""


def test_a_director_in_a_sentence_is_not_the_unit_of_the_writer() -> None:
    own = "Bonjour,\n\nLe directeur des écoles vous informe de la fermeture.\n\nCordialement,\nClaire Vernier"

    assert judged(own)[1] == "-"


def test_a_committee_decides_and_does_not_write() -> None:
    own = "Bonjour,\n\nLe comité de sélection vous informe de son refus.\n\nCordialement,\nClaire Vernier"

    assert judged(own)[1] == "-"


# --- units without a head -------------------------------------------------------------------------

UNITS = [
    ("T. Klein\nDroits à conduire", "Droits à conduire"),
    ("Chantal Moyse\nRecueil des actes administratifs", "Recueil des actes administratifs"),
    ("Anne-Sophie\nComité local d'aide aux victimes", "Comité local d'aide aux victimes"),
    ("E. Baumgartner\nRégime local des cultes et fondations", "Régime local des cultes et fondations"),
    ("Corinne Martin\nVie associative", "Vie associative"), ("Sabrina, RH", "RH"),
    ("Cultures marines\nDDTM 17", "Cultures marines"), ("Aurélie du séjour", "séjour"), ("Sonia des élections",
    "élections"),
    ("Laurène / étudiants / préf Marne", "étudiants"), ("Guilaine - titres Préf'39", "titres"), ("TE 21", "TE 21"),
    ("DDT 89", "DDT 89"), ("La ligne d'information", "ligne d'information"), ("Guichet 2", "Guichet 2"),
    ("Guichet n° 4", "Guichet n° 4"), ("Standard", "Standard"), ("Toute l'équipe du GUDA", "équipe du GUDA"),
    ("UD DREAL Somme", "UD DREAL Somme"), ("Samuel Huguenin\nRemoval Unit", "Removal Unit"), ("the desk 4",
    "the desk 4"),
    ("Service : Protection et gestion de l'environnement", "Protection et gestion de l'environnement"),
    ("Claire Vernier, votre gestionnaire au bureau des titres", "bureau des titres"),
    ("Fabrice du COD", "COD"), ("Élections de la préfecture du Jura", "Élections"),
    ("Santé, protection animale et environnement", "Santé, protection animale et environnement"),
    ("bureau du domaine public maritime de la DDTM de la Vendée", "bureau du domaine public maritime"),
    ("UDAP du Jura – DRAC BFC", "UDAP du Jura"), ("l'accueil de la SP de Nantua.", "accueil de la SP de Nantua"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "unit"), UNITS)
def test_a_unit_is_named_by_what_it_does_by_letters_or_by_its_desk(lines: str, unit: str) -> None:
    assert signed(lines)[1] == unit


# --- institutions ---------------------------------------------------------------------------------

INSTITUTIONS = [
    "DDT 89", "SGCD 51", "Pref 39", "Préf'39", "préf Marne", "SP de Nantua", "SP39-St Claude", "UD DREAL Somme",
    "Office national des combattants et des victimes de guerre", "Office français de la biodiversité",
    "Délégation militaire départementale du Jura", "Agence régionale de santé Bourgogne-Franche-Comté",
    "rectorat de Bordeaux", "Haut-commissariat de la République en Polynésie française", "Préfecture de police",
    "Préfecture de la région Bretagne", "Sous-préfecture de Saint-Claude", "Commissariat de police de Dole",
    "Consulat général de France à Tunis", "Direction départementale de la protection des populations de l'Ain",
    "Administration supérieure des îles Wallis et Futuna", "Groupement de gendarmerie départementale du Jura",
]  # fmt: skip


@pytest.mark.parametrize("line", INSTITUTIONS)
def test_a_body_of_the_state_with_its_territory_is_the_institution(line: str) -> None:
    assert signed(f"Claire Vernier\n{line}")[2] == line


@pytest.mark.parametrize(
    "line",
    ["Le préfet", "Préfecture", "La sous-préfecture", "SGAR Martinique", "SIDPC 39", "CERT de Besançon",
    "sp Jura", "rectorat"],
)  # fmt: skip
def test_a_bare_office_or_a_unit_of_a_prefecture_unnamed_is_no_institution(line: str) -> None:
    assert signed(f"Claire Vernier\n{line}")[2] == ""


def test_the_whole_body_stands_before_its_local_branch() -> None:
    lines = "D. Poncet\nDélégation territoriale du Jura – Agence régionale de santé Bourgogne-Franche-Comté"

    assert signed(lines)[2] == "Agence régionale de santé Bourgogne-Franche-Comté"


@pytest.mark.parametrize(
    ("sentence", "institution"),
    [
        ("La préfecture de la Moselle n'a donc pas compétence pour traiter votre demande.",
    "préfecture de la Moselle"),
        ("Ici c'est l'accueil de la préfecture de Martinique.", "préfecture de Martinique"),
        ("Les visas ne passent pas entre les mains de la préfecture de l'Ain.", ""),
        ("Le responsable est le ministère et non la préfecture de la Loire.", ""),
        ("Surtout pas la préfecture du Jura à Lons.", ""),
    ],
)  # fmt: skip
def test_a_sentence_names_the_institution_only_where_it_writes(
    sentence: str, institution: str
) -> None:
    assert (
        judged(f"Bonjour,\n\n{sentence}\n\nBonne journée,\nRosette")[2]
        .rpartition(" : ")[2]
        .strip("-")
        == institution
    )


# --- persons --------------------------------------------------------------------------------------

PERSONS = [
    ("Guillaume LAPORTE (il)", "Guillaume LAPORTE"), ("Mme Lafosse-Cercueil (c'est mon vrai nom)",
    "Mme Lafosse-Cercueil"),
    ("Cathy 8437", "Cathy"), ("Sonia M., accueil du bureau du séjour", "Sonia M."), ("Lionel DOLE", "Lionel DOLE"),
    ("Mme Toulouse", "Mme Toulouse"), ("Demandez-moi, Estelle", "Estelle"),
    ("PRÉFET DE LA MARNE Wilfried NGUYEN", "Wilfried NGUYEN"),
    ("Liberté Égalité Fraternité Tanguy LE BIHAN, coordinateur", "Tanguy LE BIHAN"),
    ("Pour le préfet, le directeur : signé Olivier Chaumont", "Olivier Chaumont"),
    ("Claire Vernier, votre gestionnaire au bureau des titres", "Claire Vernier"), ("Fabrice du COD", "Fabrice"),
    ("Rédacteur : A7", "A7"), ("Desk officer 07", "Desk officer 07"), ("Agent de contrôle SF",
    "Agent de contrôle SF"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "person"), PERSONS)
def test_a_line_names_its_person_whatever_stands_beside(lines: str, person: str) -> None:
    assert signed(lines)[0] == person


@pytest.mark.parametrize("line", ["Beñat", "Lulu", "Sylvère", "Guilaine"])
def test_who_signs_with_one_word_gives_the_first_name(line: str) -> None:
    assert judged(SIGNED.format(line))[0] == f"first_name signature : {line}"


@pytest.mark.parametrize("place", ["Marennes", "MARENNES", "Oyonnax", "Morez"])
def test_one_word_below_an_institution_is_where_it_sits(place: str) -> None:
    assert signed(f"Cultures marines\nDDTM 17\n{place}")[0] == ""
    own = SIGNED.format(f"Cultures marines\nDDTM 17\n{place}")
    found = examine(
        reply(own), wording.read(own), Institution(), RULES, date(2026, 3, 12), lambda line: (line,)
    )
    assert found.author.text != place


@pytest.mark.parametrize(
    "sentence",
    [
        "C'est Mme Christine Buathier qui s'occupe des changements de statut.",
        "C'est Claire Vernier, elle est en congés.",
        "Le dossier est complet. Voyez l'agent.\nC'est Claire Vernier.",
    ],
)
def test_a_colleague_shown_is_not_the_author(sentence: str) -> None:
    assert judged(f"Bonjour,\n\n{sentence}\n\nBonne journée.")[0] == "-"


@pytest.mark.parametrize(
    "sentence", ["C'est Claire Vernier, du bureau des titres.", "C'est Claire Vernier qui vous écris du bureau."]
)  # fmt: skip
def test_an_author_says_that_it_is_she(sentence: str) -> None:
    assert judged(f"Bonjour,\n\n{sentence} Tout est prêt.\n\nBonne journée.")[0].endswith(
        " : Claire Vernier"
    )


# --- what a model takes for a person --------------------------------------------------------------


def modelled(lines: str, *names: str) -> tuple[str, ...]:
    """Author's words, level and what decided, where a model takes `names` for persons wherever they stand."""
    own = SIGNED.format(lines)
    found = examine(
        reply(own),
        wording.read(own),
        Institution(),
        RULES,
        date(2026, 3, 12),
        lambda line: tuple(name for name in names if name in line),
    )
    return (found.author.text, str(found.author.level or ""), found.author.decided_by)


def test_a_model_confirms_what_the_shape_of_the_words_suggests() -> None:
    assert modelled("Xhemile Krasniqi", "Krasniqi") == ("Xhemile Krasniqi", "full_name", "model")


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        ("SP39-St Claude. Zvbt", "Claude"),
        ("Zzurgon fluvial. MGB", "MGB"),
        ("Xyloz office", "Xyloz office"),
    ],
)
def test_a_model_is_not_believed_on_a_seat_initials_or_a_unit(lines: str, taken: str) -> None:
    assert modelled(lines, taken)[2] != "model"


def test_a_cheer_is_no_line_of_the_signature() -> None:
    own = "Bonjour,\n\nEnfin le dossier complet !\n\nClaire Vernier\nPréfecture du Jura"

    assert judged(own)[0] == "full_name signature : Claire Vernier"


@pytest.mark.parametrize(
    ("lines", "taken"), [("Claire Vernier\nXylodor", "Xylodor"), ("Agent 39-07", "Agent")]
)
def test_a_model_is_not_asked_where_a_name_or_a_number_decides(lines: str, taken: str) -> None:
    assert modelled(lines, taken)[2] == "line"
