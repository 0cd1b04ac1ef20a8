"""Over both mailboxes of the demonstration, every case that the conventions of judgement name, each by its mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

import pytest

from mailwatch import demo
from mailwatch.model import Audit, Link, Nature, Request, State
from tests.demos import by_name, parsed_mails

Holds = Callable[[Request], bool]


def parts(*expected: str) -> Holds:
    """The request has messages with just these parts in it, in alphabetical order."""
    return lambda request: sorted(link.part for link in request.links) == list(expected)


def has(part: str, times: int = 1) -> Holds:
    return lambda request: [link.part for link in request.links].count(part) == times


def answered_by(*kinds: str) -> Holds:
    return lambda request: tuple(answer.kind for answer in request.answers) == kinds


def finds(finding: str) -> Holds:
    return lambda request: finding in request.findings


def due(day: int, month: int) -> Holds:
    return lambda request: request.due_on == date(2026, month, day)


def arrived(day: int, month: int) -> Holds:
    return lambda request: request.received_on == date(2026, month, day)


def announces(on: date | None) -> Holds:
    def holds(request: Request) -> bool:
        found = request.answers[0].announced
        return (found.on if found else None) == on

    return holds


def followed_up(day: int, month: int) -> Holds:
    return lambda request: request.follow_up_on == date(2026, month, day)


def travelled(*expected: str) -> Holds:
    """Each answer in turn arrived, or came back."""
    return lambda request: (
        ["came back" if answer.bounced else "arrived" for answer in request.answers]
        == list(expected)
    )


def boxes(*expected: str) -> Holds:
    return lambda request: {box.partition("@")[0] for box in request.boxes} == set(expected)


def is_counted(request: Request) -> bool:
    return request.nature is Nature.REQUEST and request.state is not State.EXCLUDED


def answer_link(request: Request) -> Link:
    return next(link for link in request.links if link.part == "answer")


SHAPES: Sequence[tuple[str, str, str, Holds]] = (
    ("several replies", "jura", "bien-eau", answered_by("reply", "reply")),
    ("a holding reply, then the answer", "jura", "etudiant-sejour", answered_by("holding_reply", "reply")),
    ("a holding reply that announces a day", "jura", "etudiant-sejour", announces(date(2026, 1, 16))),
    ("a holding reply without a day", "jura", "trail-vouglans", announces(None)),
    ("a holding reply never followed", "moselle", "attente-oubliee", followed_up(27, 3)),
    ("a holding reply still open", "moselle", "attente-ouverte", followed_up(24, 4)),
    ("a reminder before any reply", "jura", "piscine-naturelle", parts("answer", "reminder")),
    ("two reminders and no reply", "moselle", "titre-sans-reponse", has("reminder", times=2)),
    ("thanks that reopen nothing", "jura", "association-bureau", parts("answer", "thanks")),
    ("a new question in an old thread", "jura", "drone-mariage-suite", finds("follows_closed_request")),
    ("the same mail in two boxes", "jura", "deux-boites", boxes("sp-dole", "prefecture")),
    ("the same words sent again", "jura", "moto-cession", parts("answer", "copy")),
    ("the same words sent to another box", "moselle", "deux-envois", boxes("prefecture", "sp-thionville")),
    ("a web form with Reply-To", "jura", "formulaire-salle", parts("answer")),
    ("a web form without Reply-To", "jura", "tronc-forestier", parts("answer")),
    ("a transfer between services", "moselle", "transfert-thionville", finds("transferred")),
    ("a transfer that quotes the question", "jura", "regroupement", parts("answer", "forward")),
    ("a question that a colleague passes on", "jura", "colocation-transmise", finds("passed_on")),
    ("another administration is competent", "moselle", "autre-prefecture", answered_by("referral")),
    ("an answer from a personal box, in copy", "jura", "loto-quine",
        lambda request: "/inbox/" in answer_link(request).file),
    ("an answer from a personal box, never seen", "moselle", "boite-personnelle", answered_by()),
    ("an answer that only its reader quotes", "moselle", "reponse-jamais-vue", finds("probably_answered_unseen")),
    ("an answer under a new subject", "jura", "taxi-medaille",
        lambda request: answer_link(request).evidence == ("identifier",)),
    ("an answer between the quoted lines", "jura", "visa-belle-mere", answered_by("reply")),
    ("a letter answered by e-mail", "moselle", "57-2026-0148",
        lambda request: request.answers[0].message_id is not None),
    ("an e-mail answered by letter", "moselle", "mariage-lettre", answered_by("courrier")),
    ("an e-mail answered by telephone", "moselle", "coffre-telephone", answered_by("telephone")),
    ("an automatic acknowledgement", "moselle", "titre-sans-reponse", has("automatic")),
    ("an agent's absence message", "moselle", "agent-absent", parts("automatic")),
    ("words that many send", "moselle", "mobilisation-2", parts("answer")),
    ("an anonymous writer", "jura", "nuit-anonyme", is_counted),
    ("a question within a complaint", "moselle", "mecontent-mais-question", is_counted),
    ("a question within an application", "moselle", "dossier-et-question", is_counted),
    ("a mystery client, like anybody", "jura", "hebergement-chambres", is_counted),
    ("a day of strike, which counts", "jura", "bureau-ferme", due(19, 3)),
    ("a Date field from the future", "moselle", "date-futur", finds("date_differs")),
    ("a reply dated before its request", "moselle", "horloge-agent", finds("negative_delay")),
    ("the night when clocks go forward", "jura", "heure-ete", arrived(29, 3)),
    ("ten to midnight", "jura", "minuit-moins-dix", arrived(23, 3)),
    ("a public holiday", "jura", "voeux-passeport", due(8, 1)),
    ("a holiday of one territory alone", "moselle", "vendredi-saint", due(7, 4)),
    ("a weekend", "jura", "samedi-chien", due(13, 3)),
    ("a question back, and its complement", "jura", "pacs-recepisse", parts("answer", "answer", "complement")),
    ("a bounce that reopens", "moselle", "adresse-fausse", travelled("came back")),
    ("a bounce made good", "moselle", "adresse-reprise", travelled("came back", "arrived")),
    ("a delay warning, which changes nothing", "jura", "minuit-moins-dix", travelled("arrived")),
    ("before the observation", "moselle", "avant-observation",
        lambda request: "observation" in request.excluded_because),
)  # fmt: skip


@pytest.mark.parametrize(
    ("territory", "name", "holds"),
    [shape[1:] for shape in SHAPES],
    ids=[shape[0] for shape in SHAPES],
)
def test_every_shape_occurs(
    jura: Audit, moselle: Audit, territory: str, name: str, holds: Holds
) -> None:
    request = by_name({"jura": jura, "moselle": moselle}[territory], territory)[name]

    assert holds(request), request


def test_an_answer_to_a_request_that_was_deleted_opens_nothing(
    written: demo.Demo, moselle: Audit
) -> None:
    sent = written.moselle.folder / "sent" / "2026-04-15-demande-effacee-r.eml"
    (parsed,) = (item for item in parsed_mails(written) if "Hortense" in str(item["To"]))

    assert sent.is_file()
    assert all(
        answer.message_id != parsed["Message-ID"]
        for request in moselle.requests
        for answer in request.answers
    )
