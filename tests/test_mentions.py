"""What decides a mention beside its words: exceptions, pictures, letters, opaque bodies, headers, the directory."""

from __future__ import annotations

import time
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch import wording
from mailwatch.mentions import examine
from mailwatch.model import (
    Address,
    Attachment,
    AuthorLevel,
    Box,
    Exemption,
    Institution,
    Mention,
    Mentions,
    Message,
    Outcome,
    Place,
)
from mailwatch.ruleset import failures, read_pack

RULES = read_pack(
    "mentions.toml",
    tomllib.loads((Path(__file__).parent.parent / "rules" / "mentions.toml").read_text("utf-8")),
)
ON = date(2026, 3, 12)
JURA = Institution(name="Préfecture du Jura", domains=("jura.gouv.fr",))

NAMED = """Bonjour Madame Dupont,

Votre déclaration est complète.

Cordialement,
Camille MARTIN
Bureau des associations
Préfecture du Jura
"""
NUMBERED = """Bonjour,

Votre signalement est enregistré.

Cordialement,
Agent n° 1234567
Cellule fraude
Préfecture du Jura
"""
BARE = "Bonjour,\n\nVotre demande est prise en compte, le dossier sera examiné en commission jeudi.\n\nCordialement"


def reply(own: str) -> Message:
    """An answer of the préfecture du Jura that holds nothing but the writer's own words."""
    return Message(
        message_id="<1@jura.gouv.fr>", references=(), senders=(Address(name="", address="pref-fraude@jura.gouv.fr"),),
        to=(), cc=(), bcc=(), reply_to=(), subject="Re: Demande", dated_at=None, hops=(), headers={},
        content_type="text/plain", parts=("text/plain",), calendar_method="", report=None, text=own, own=own,
        quoted="", forwarded=None, attachments=(), pictures=0, opaque="", parts_disagree=False, defects=(),
    )  # fmt: skip


def judged(message: Message, institution: Institution = JURA, on: date = ON) -> Mentions:
    return examine(message, wording.read(message.own), institution, RULES, on)


def outcomes(found: Mentions) -> tuple[str, str, str]:
    return found.author.outcome.value, found.service.outcome.value, found.institution.outcome.value


def attachment(name: str, content_type: str = "application/pdf") -> Attachment:
    return Attachment(
        name=name, content_type=content_type, size=48_000, inline=False, content_id=""
    )


# --- rules ----------------------------------------------------------------------------------------


def test_every_rule_finds_its_examples_and_leaves_its_counter_examples() -> None:
    assert failures(RULES) == ()


# --- exceptions register --------------------------------------------------------------------------

FRAUD_BOX = Exemption(
    address="pref-fraude@jura.gouv.fr", service="", ground="CRPA L111-2", decided_by="Secrétaire générale",
    from_on=date(2026, 1, 1), until_on=date(2026, 12, 31),
)  # fmt: skip
FRAUD_UNIT = replace(FRAUD_BOX, address="", service="cellule fraude")


@pytest.mark.parametrize(
    "exemption", [FRAUD_BOX, FRAUD_UNIT], ids=["par l’adresse", "par le service"]
)
def test_a_number_is_enough_for_a_service_on_the_exceptions_register(exemption: Exemption) -> None:
    found = judged(reply(NUMBERED), replace(JURA, exemptions=(exemption,)))

    assert found.author == Mention(
        outcome=Outcome.EXEMPT,
        text="Agent n° 1234567",
        level=AuthorLevel.NUMBER,
        place=Place.SIGNATURE,
        decided_by="line",
    )
    assert outcomes(found) == ("exempt", "present", "present")


@pytest.mark.parametrize(
    ("on", "outcome"),
    [
        (date(2025, 12, 31), Outcome.ABSENT),
        (date(2026, 1, 1), Outcome.EXEMPT),
        (date(2026, 12, 31), Outcome.EXEMPT),
        (date(2027, 1, 1), Outcome.ABSENT),
    ],
)
def test_an_exception_holds_from_its_first_day_to_its_last(on: date, outcome: Outcome) -> None:
    assert (
        judged(reply(NUMBERED), replace(JURA, exemptions=(FRAUD_BOX,)), on).author.outcome
        is outcome
    )


def test_an_exception_without_end_goes_on() -> None:
    endless = replace(FRAUD_BOX, until_on=None)

    assert (
        judged(
            reply(NUMBERED), replace(JURA, exemptions=(endless,)), date(2035, 1, 1)
        ).author.outcome
        == "exempt"
    )


def test_an_exempt_service_that_gives_a_name_is_present() -> None:
    assert (
        judged(reply(NAMED), replace(JURA, exemptions=(FRAUD_BOX,))).author.outcome
        is Outcome.PRESENT
    )


def test_an_exempt_service_that_gives_nothing_is_absent() -> None:
    assert (
        judged(reply(BARE), replace(JURA, exemptions=(FRAUD_BOX,))).author.outcome is Outcome.ABSENT
    )


def test_an_exception_covers_the_name_only() -> None:
    own = "Bonjour,\n\nVotre signalement est enregistré.\n\nCordialement,\nAgent n° 1234567"

    assert outcomes(judged(reply(own), replace(JURA, exemptions=(FRAUD_BOX,)))) == (
        "exempt",
        "absent",
        "absent",
    )


def test_another_box_or_another_service_is_not_exempt() -> None:
    others = (
        replace(FRAUD_BOX, address="pref-armes@jura.gouv.fr"),
        replace(FRAUD_UNIT, service="bureau des armes"),
    )

    assert (
        judged(reply(NUMBERED), replace(JURA, exemptions=others)).author.outcome is Outcome.ABSENT
    )


def test_an_exception_that_names_neither_address_nor_service_covers_nobody() -> None:
    nobody = replace(FRAUD_BOX, address="", service="")

    assert (
        judged(
            replace(reply(NUMBERED), senders=()), replace(JURA, exemptions=(nobody,))
        ).author.outcome
        == "absent"
    )


def test_the_box_of_an_exempt_service_is_exempt_without_naming_it() -> None:
    boxes = (Box(address="pref-fraude@jura.gouv.fr", service="Cellule fraude"),)
    own = "Bonjour,\n\nVotre signalement est enregistré.\n\nCordialement,\nC.M."
    found = judged(reply(own), replace(JURA, exemptions=(FRAUD_UNIT,), boxes=boxes))

    assert (found.author.outcome, found.author.level) == (Outcome.EXEMPT, AuthorLevel.INITIALS)


# --- what the text cannot tell --------------------------------------------------------------------


def test_a_picture_may_hold_what_the_text_does_not_say() -> None:
    found = judged(replace(reply(BARE), pictures=1))

    assert outcomes(found) == ("unverifiable", "unverifiable", "unverifiable")
    assert found.findings == ("signature_is_picture",)


def test_a_picture_takes_nothing_from_what_the_text_says() -> None:
    found = judged(replace(reply(NAMED), pictures=2))

    assert outcomes(found) == ("present", "present", "present")
    assert found.findings == ()


def test_an_opaque_body_is_never_called_absent() -> None:
    found = judged(replace(reply(""), opaque="smime"))

    assert outcomes(found) == ("unverifiable", "unverifiable", "unverifiable")
    assert found.findings == ("opaque_body",)


@pytest.mark.parametrize(
    ("own", "name", "content_type"),
    [
        ("Bonjour,\n\nVeuillez trouver ci-joint la réponse de nos services à votre demande du 3 mars, reçue en préfecture.\n\nCordialement", "reponse.pdf", "application/pdf"),  # noqa: E501
        ("Bonjour,\n\nVous trouverez en pièce jointe notre courrier, dont l’original vous parviendra par la poste.\n\nCordialement", "courrier.docx", "application/octet-stream"),  # noqa: E501
        ("Bonjour,\n\nCi-joint.\n\nCordialement", "scan.pdf", "application/pdf"),
        ("", "lettre.odt", "application/vnd.oasis.opendocument.text"),
        ("Cf. pièce jointe", "doc03122026.PDF", "application/octet-stream"),
    ],
)  # fmt: skip
def test_a_letter_that_is_attached_may_hold_the_mentions(
    own: str, name: str, content_type: str
) -> None:
    found = judged(replace(reply(own), attachments=(attachment(name, content_type),)))

    assert outcomes(found) == ("unverifiable", "unverifiable", "unverifiable")
    assert found.findings == ("letter_attached",)


@pytest.mark.parametrize(
    ("own", "name", "content_type"),
    [
        ("Bonjour,\n\nVous trouverez ci-joint le formulaire à compléter et la liste des pièces à fournir.\n\nCordialement", "cerfa.pdf", "application/pdf"),  # noqa: E501
        ("Bonjour,\n\nLe calendrier des permanences du conseiller numérique est joint à ce message.\n\nCordialement", "dates.ics", "text/calendar"),  # noqa: E501
        ("Bonjour,\n\nC’est noté.", "logo.gif", "image/gif"),
        ("Oui, cordialement", "carte.vcf", "text/vcard"),
    ],
)  # fmt: skip
def test_a_form_or_a_pictogram_holds_no_mention(own: str, name: str, content_type: str) -> None:
    assert (
        judged(replace(reply(own), attachments=(attachment(name, content_type),))).author.outcome
        is Outcome.ABSENT
    )


def test_a_signed_mail_with_a_letter_is_judged_on_its_words() -> None:
    own = NAMED.replace("Votre déclaration est complète.", "Ci-joint la réponse du préfet.")

    assert (
        outcomes(judged(replace(reply(own), attachments=(attachment("reponse.pdf"),))))
        == ("present",) * 3
    )


# --- header ---------------------------------------------------------------------------------------


def test_a_display_name_and_a_subject_are_no_mentions_but_are_reported() -> None:
    sender = Address(name="MARTIN Camille PREF39", address="camille.martin@jura.gouv.fr")
    message = replace(
        reply(BARE),
        senders=(sender,),
        subject="Préfecture du Jura - Bureau des titres : votre demande",
    )
    found = judged(message)

    assert outcomes(found) == ("absent", "absent", "absent")
    assert found.header_only == ("author", "service", "institution")


def test_what_the_text_says_is_not_reported_as_in_the_header_only() -> None:
    sender = Address(name="Camille MARTIN", address="camille.martin@jura.gouv.fr")

    assert judged(replace(reply(NAMED), senders=(sender,))).header_only == ()


def test_a_functional_display_name_names_no_author() -> None:
    sender = Address(name="PREF39 Bureau des élections", address="pref-elections@jura.gouv.fr")

    assert judged(replace(reply(BARE), senders=(sender,))).header_only == ("service", "institution")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("pref-titres@jura.gouv.fr", "functional"),
        ("camille.martin@jura.gouv.fr", "personal"),
        ("camille@gmail.com", "outside"),
        ("", "none"),
    ],
)
def test_the_from_address_has_a_class_of_its_own(address: str, expected: str) -> None:
    senders = (Address(name="", address=address),) if address else ()

    assert judged(replace(reply(NAMED), senders=senders)).from_class == expected


# --- the citizen ----------------------------------------------------------------------------------


def test_the_addressee_s_own_name_is_not_the_author() -> None:
    message = replace(
        reply(NAMED.replace("Camille MARTIN", "Jean DURAND")),
        to=(Address(name="DURAND Jean", address="jd@example.org"),),
    )

    assert judged(message).author.outcome is Outcome.ABSENT


def test_a_colleague_in_the_same_administration_may_be_an_addressee() -> None:
    message = replace(
        reply(NAMED), to=(Address(name="Camille MARTIN", address="camille.martin@jura.gouv.fr"),)
    )

    assert judged(message).author.text == "Camille MARTIN"


# --- declared directory ---------------------------------------------------------------------------


def test_a_declared_agent_is_found_whatever_the_name_looks_like() -> None:
    own = "Bonjour,\n\nVotre titre est prêt.\n\nCordialement,\nzozan bureau-mission, titres"
    found = judged(reply(own), replace(JURA, agents=("Zozan BUREAU-MISSION",)))

    assert (found.author.text, found.author.decided_by) == ("zozan bureau-mission", "directory")


def test_a_declared_service_is_found_before_any_pattern() -> None:
    own = "Bonjour,\n\nVotre titre est prêt.\n\nCordialement,\nCamille MARTIN\nLa Fabrique numérique / Pôle titres"
    found = judged(reply(own), replace(JURA, services=("La fabrique numérique",)))

    assert (found.service.text, found.service.decided_by) == ("La Fabrique numérique", "directory")


def test_a_declared_service_that_the_citizen_is_sent_to_is_not_the_writer_s() -> None:
    own = "Bonjour,\n\nAdressez-vous à la fabrique numérique, elle vous aidera.\n\nCordialement,\nCamille MARTIN"

    assert (
        judged(reply(own), replace(JURA, services=("La fabrique numérique",))).service.outcome
        is Outcome.ABSENT
    )


def test_a_declared_acronym_is_not_found_inside_a_word() -> None:
    own = "Bonjour,\n\nVotre titre est prêt.\n\nCordialement,\nCamille MARTIN\nAbonnement"

    assert judged(reply(own), replace(JURA, services=("ABO",))).service.outcome is Outcome.ABSENT


# --- findings -------------------------------------------------------------------------------------


def test_two_parts_that_disagree_are_a_finding() -> None:
    assert judged(replace(reply(NAMED), parts_disagree=True)).findings == ("parts_disagree",)


def test_a_signatory_other_than_the_person_in_charge_is_a_finding() -> None:
    own = "Affaire suivie par : Camille MARTIN\n\nMonsieur,\n\nC’est fait.\n\nPour le préfet,\nLe chef de bureau,\nPaul ROY"  # noqa: E501
    found = judged(reply(own))

    assert (found.author.text, found.findings) == ("Camille MARTIN", ("signed_for_another",))


def test_a_name_that_only_its_shape_gives_away_is_a_finding() -> None:
    own = "Bonjour,\n\nVotre titre est prêt.\n\nCordialement,\nXiangyu Zhao"

    assert judged(reply(own)).findings == ("name_by_shape",)


# --- any text -------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [*NAMED.split("\n"), *NUMBERED.split("\n"), "Affaire suivie par :", "Pour le préfet et par délégation,", "M.", "-- ",  # noqa: E501
     "Préfecture", "du Jura", "DDT 39", "@", "¤", "’", "J.-P.", "ÅÇİ", "\u202e", "DCL/", "/", "-", "|", ":", ",", "Mme"]
)  # fmt: skip


MARKS = st.sampled_from(
    [
        "\n",
        "\n\n",
        ", ",
        ". ",
        "/",
        "'",
        "’",
        "(",
        ")",
        "«",
        "»",
        "-",
        " – ",
        ": ",
        "!",
        "|",
        "@",
        "\t",
        "\u200b",
        "İ",
        "ß",
        "ﬁ",
    ]
)


@given(
    st.one_of(
        st.text(),
        st.lists(PIECES).map("\n".join),
        st.lists(PIECES).map(" ".join),
        st.lists(PIECES | MARKS).map("".join),
    )
)
def test_any_text_gives_three_outcomes_and_words_that_stand_in_it(own: str) -> None:
    found = judged(reply(own))

    words = wording.read(own.replace("*", " ").replace("_", " ")).line
    for mention in (found.author, found.service, found.institution):
        assert wording.read(mention.text).line in words
        assert (mention.outcome is Outcome.PRESENT) <= bool(mention.text)


@given(st.integers(0, len(NAMED)), st.sampled_from("\u00ad\u200b\u200d\u2060\ufeff"))
def test_an_invisible_character_changes_no_verdict(at: int, sign: str) -> None:
    assert judged(reply(NAMED[:at] + sign + NAMED[at:])) == judged(reply(NAMED))


@given(st.sampled_from(["\u00a0", "\u202f", " "]))
def test_a_space_is_a_space(space: str) -> None:
    found = judged(reply(NAMED.replace(" ", space)))

    assert (found.author.text.split(), outcomes(found)) == (["Camille", "MARTIN"], ("present",) * 3)


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "unit",
    ["a", "a.", "A. ", "Mme ", "de ", "DCL/", "- ", "\n", "bureau des ", "préfecture du ", "@", "www.", "Camille MARTIN\n",  # noqa: E501
     "cordialement, ", "affaire suivie par ", "l'", "direction départementale ", "[cid:", "a-", "n°", "Bonjour,\n",
     "Cordialement\n", "Cordialement, Camille MARTIN, ", "préfecture ", "le bureau des titres vous ", "agent n° ",
     "Mme Vernier. ", "c'est noté, Claire", "Claire Vernier, du bureau des armes, vous confirme. "],
)  # fmt: skip
def test_the_time_grows_with_the_text_and_no_faster(unit: str) -> None:
    def seconds(size: int) -> float:
        own = wording.read(unit * (size // len(unit)))
        message = reply(own.text)
        start = time.process_time()
        examine(message, own, JURA, RULES, ON)
        return time.process_time() - start

    def least(size: int) -> float:
        # Whatever else a machine does makes a time longer, never shorter.
        return min(seconds(size) for _ in range(3))

    assert least(80_000) < max(0.05, 24 * least(8_000))


# --- the declared directory -----------------------------------------------------------------------


def test_a_declared_agent_of_one_word_is_not_looked_for() -> None:
    declared = replace(JURA, agents=("Accueil",))

    assert judged(reply(BARE + ",\nL'accueil"), declared).author.outcome is Outcome.ABSENT


def test_a_short_declared_acronym_counts_in_capitals_only() -> None:
    declared = replace(JURA, services=("SUR",))
    own = "Bonjour,\n\nVotre demande est complète.\n\nCordialement,\nCamille MARTIN\n"

    assert judged(reply(own + "SUR"), declared).service.text == "SUR"
    assert judged(reply(own + "sur rendez-vous"), declared).service.outcome is Outcome.ABSENT
