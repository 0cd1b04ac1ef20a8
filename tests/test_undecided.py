"""The author whom neither directory nor rules decide, and the model that is asked about him.

Most tests put a model of paper in its place, which says what it is told to. What the real one says is tried at the
end, where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from mailwatch import wording
from mailwatch.mentions import examine
from mailwatch.model import AuthorLevel, Institution, Mention, Mentions, Outcome, Place
from tests.test_mentions_wall import RULES, reply


class Paper:
    """A model that takes the words it was told for persons, and remembers the lines it was asked about."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.asked: list[str] = []

    def __call__(self, line: str) -> tuple[str, ...]:
        self.asked.append(line)
        return tuple(name for name in self.names if name in line)


def judged(
    own: str,
    persons: Callable[[str], tuple[str, ...]] | None,
    institution: Institution | None = None,
) -> Mentions:
    return examine(
        reply(own),
        wording.read(own),
        institution or Institution(),
        RULES,
        date(2026, 3, 12),
        persons,
    )


def author(own: str, persons: Callable[[str], tuple[str, ...]] | None) -> Mention:
    return judged(own, persons).author


BEHIND_A_UNIT = """\
Bonjour,

Votre récépissé est prêt.

Cordialement,

Pôle séjour - zoubiane kerdraon-lamy
Préfecture du Jura
"""
BY_SHAPE = """\
Bonjour,

Votre récépissé est prêt.

Cordialement,

Oyana Etchegoyhen
Préfecture du Jura
"""


def test_the_model_finds_a_name_that_no_rule_sees() -> None:
    found = author(BEHIND_A_UNIT, Paper("zoubiane kerdraon-lamy"))

    assert found == Mention(
        outcome=Outcome.PRESENT,
        text="zoubiane kerdraon-lamy",
        level=AuthorLevel.FULL_NAME,
        place=Place.SIGNATURE,
        decided_by="model",
    )


def test_without_a_model_the_same_mail_is_judged_by_the_rules_alone() -> None:
    assert author(BEHIND_A_UNIT, None).outcome is Outcome.ABSENT


def test_the_findings_say_that_the_model_decided() -> None:
    assert judged(BEHIND_A_UNIT, Paper("zoubiane kerdraon-lamy")).findings == ("name_by_model",)
    assert judged(BY_SHAPE, None).findings == ("name_by_shape",)


def test_the_model_confirms_a_name_that_only_its_shape_suggests() -> None:
    found = author(BY_SHAPE, Paper("Etchegoyhen"))

    assert (found.text, found.decided_by) == ("Oyana Etchegoyhen", "model")


def test_a_name_that_the_model_does_not_know_stays_one_by_its_shape() -> None:
    found = author(BY_SHAPE, Paper())

    assert (found.outcome, found.text, found.decided_by) == (
        Outcome.PRESENT,
        "Oyana Etchegoyhen",
        "line",
    )


@pytest.mark.parametrize(
    "signature",
    [
        "Claire VERNIER\nBureau des étrangers",
        "Mme Tartempion\nPréfecture du Jura",
        "Agent n° 4512\nBureau des armes",
        "C.V.\nBureau des armes",
        "Bureau des armes et des explosifs\nPréfecture du Jura",
        "Préfecture de la Seine-Saint-Denis",
        "Bureau des étrangers\n8 rue de la Préfecture\n39030 Lons-le-Saunier Cedex",
        "Cité administrative Lyautey, porte Kermeur",
        "Tél. : 03 84 86 84 00\nprefecture@jura.gouv.fr",
        "La cheffe de bureau\nDirection de la citoyenneté et de la légalité",
        "Pour le préfet et par délégation,\nLe secrétaire général",
        "",
    ],
)
def test_the_model_is_not_asked_where_directory_and_rules_decide(signature: str) -> None:
    model = Paper()

    author(f"Bonjour,\n\nVotre titre est prêt.\n\nCordialement,\n\n{signature}\n", model)

    assert model.asked == []


def test_an_agent_of_the_directory_is_not_asked_about() -> None:
    model = Paper()
    known = Institution(agents=("Oyana Etchegoyhen",))

    assert judged(BY_SHAPE, model, known).author.decided_by == "directory"
    assert model.asked == []


def test_only_lines_of_the_writer_are_put_to_the_model() -> None:
    model = Paper("Zerbinel Aubrac-Tannou", "Guézennec", "Yvonnick")

    author(
        "Zerbinel Aubrac-Tannou\n12 rue des Lilas\n\n"
        "Madame Guézennec,\n\nYvonnick Guézennec a bien été inscrit au registre.\n\n"
        "Cordialement,\n\nStandardiste, kermadec josé-lou\n\n"
        "Pensez à l’environnement avant d’imprimer ce message, merci Yvonnick.\n",
        model,
    )

    assert model.asked == ["Standardiste, kermadec josé-lou"]


def test_the_citizen_is_not_the_author_whatever_the_model_says() -> None:
    own = BEHIND_A_UNIT.replace("zoubiane kerdraon-lamy", "dossier jean durand")

    assert author(own, Paper("jean durand")).outcome is Outcome.ABSENT


@pytest.mark.parametrize(
    "claimed",
    [
        "Pôle séjour",
        "poste 4512 kerdraon",
        "Pôle séjour - poste 4512 kerdraon - zoubiane kerdraon-lamy",
    ],
)
def test_what_cannot_be_a_name_is_not_believed(claimed: str) -> None:
    own = BEHIND_A_UNIT.replace(" - ", " - poste 4512 kerdraon - ")

    assert author(own, Paper(claimed)).outcome is Outcome.ABSENT


def test_few_lines_of_one_mail_are_put_to_the_model() -> None:
    model = Paper()
    lines = "\n".join(f"Gaillac kerdraon{letter}" for letter in "abcdefghij")

    author(f"Bonjour,\n\nC’est fait.\n\nCordialement,\n\n{lines}\n", model)

    assert len(model.asked) == 4


def test_a_surname_alone_is_a_full_name_and_a_first_name_is_not() -> None:
    own = BEHIND_A_UNIT.replace("zoubiane kerdraon-lamy", "{}")

    assert author(own.format("KERDRAON"), Paper("KERDRAON")).level is AuthorLevel.FULL_NAME
    assert author(own.format("zoubiane"), Paper("zoubiane")).level is AuthorLevel.FIRST_NAME
