"""What persons declare: letters, answers outside the mail, corrections, notes; each a record with its author."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import click

from mailwatch.commands.options import (
    Day,
    json_option,
    named,
    now_of,
    now_option,
    print_json,
    register_for,
    settings_option,
)
from mailwatch.commands.services import declared_service, sorted_out
from mailwatch.errors import UsageError
from mailwatch.language import say
from mailwatch.language import translate as _

if TYPE_CHECKING:
    from mailwatch.model import CorrectionKind, ManualAnswer

_KINDS = ("telephone", "guichet", "courrier", "courriel", "attente", "reorientation", "pieces")
"""How an answer outside the watched mail may be given; the last three only hold or hand over."""
_NATURES = {"attente": "holding_reply", "reorientation": "referral", "pieces": "information_needed"}

_answered_on = click.option("--on", "on", type=Day(), metavar="DATE", help=_("Jour de la réponse."))
_withdraw = click.option(
    "--withdraw", is_flag=True, help=_("Retirer ce qui fut déclaré à tort pour cette demande.")
)
_author = click.option(
    "--author", required=True, metavar="NOM", help=_("Qui le décide ou en répond.")
)
_reason = click.option("--reason", required=True, metavar="MOTIF", help=_("Pourquoi."))


@click.group(
    help=_("Tenir le registre des courriers (10 jours ouvrés)."),
    subcommand_metavar=_("COMMANDE [OPTIONS]…"),
)
def letter() -> None:
    """Group what is done with letters."""


@letter.command("add", help=_("Inscrire un courrier reçu."), options_metavar=_("[OPTIONS]"))
@click.argument("reference", metavar="RÉFÉRENCE")
@click.option(
    "--received",
    "received_on",
    type=Day(),
    required=True,
    metavar="DATE",
    help=_("Jour d’arrivée."),
)
@click.option("--service", default="", metavar="SERVICE", help=_("Service qui doit répondre."))
@click.option(
    "--email", "correspondent", default="", metavar="ADRESSE",
    help=_("Adresse de l’usager, si la réponse peut partir par courriel."),
)  # fmt: skip
@click.option("--note", default="", metavar="TEXTE", help=_("Précision, sans nom de personne."))
@settings_option
@now_option
@json_option
def add_letter(
    reference: str, received_on: date, service: str, correspondent: str, note: str,
    settings: str | None, now: str | None, as_json: bool,
) -> None:  # fmt: skip
    from mailwatch.model import Letter

    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        if received_on > at.date():
            raise UsageError(
                "--received ({on:%d/%m/%Y}) est dans l’avenir : un courrier s’inscrit une fois arrivé",
                on=received_on,
            )
        known = {entry.reference for entry in register.letters()}
        if reference in known:
            raise UsageError(
                "le courrier « {reference} » est déjà inscrit ; donnez-lui une autre référence",
                reference=reference,
            )
        entry = Letter(
            file="",
            line=0,
            reference=reference,
            received_on=received_on,
            service=declared_service(service, desk.institution),
            answered_on=None,
            kind="",
            note=note,
            correspondent=correspondent.lower(),
        )
        register.add_letters([entry], at)
        register.decide(desk, at)
        opened = named(register, desk, at.date(), reference)
    if as_json:
        print_json({"request": opened.id, "due_on": opened.due_on.isoformat()})
        return
    words = _("Courrier {reference} inscrit : réponse due au plus tard le {due}.")
    click.echo(words.format(reference=reference, due=f"{opened.due_on:%d/%m/%Y}"))


@letter.command(
    "import", help=_("Inscrire les courriers d’un fichier CSV."), options_metavar=_("[OPTIONS]")
)
@click.argument("path", metavar="FICHIER.csv")
@settings_option
@now_option
@json_option
def import_letters(path: str, settings: str | None, now: str | None, as_json: bool) -> None:
    from mailwatch import contracts
    from mailwatch.sources import letters

    found = letters.read(path)
    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        kept, strangers = sorted_out(found.letters, desk.institution)
        count = register.add_letters(kept, at)
        register.decide(desk, at)
    refused = sorted((*found.refused, *strangers), key=lambda row: row.line)
    if as_json:
        print_json({"recorded": count, "refused": [contracts.refused(row) for row in refused]})
        return
    for row in refused:
        click.echo(
            _("{file}, ligne {line} : {reason}").format(
                file=row.file, line=row.line, reason=say(row.reason)
            ),
            err=True,
        )
    click.echo(
        _("{count} courrier(s) inscrit(s) ou mis à jour, {refused} ligne(s) refusée(s).").format(
            count=count, refused=len(refused)
        )
    )


@letter.command(
    "answer", help=_("Noter la réponse faite à un courrier."), options_metavar=_("[OPTIONS]")
)
@click.argument("reference", metavar="RÉFÉRENCE")
@_answered_on
@click.option(
    "--kind", type=click.Choice(_KINDS), default="courrier", show_default=True, help=_("Comment.")
)
@click.option("--by", required=True, metavar="NOM", help=_("Qui a répondu, ou en répond."))
@click.option("--note", default="", metavar="TEXTE", help=_("Précision."))
@_withdraw
@settings_option
@now_option
@json_option
def answer_letter(
    reference: str, on: date | None, kind: str, by: str, note: str, withdraw: bool,
    settings: str | None, now: str | None, as_json: bool,
) -> None:  # fmt: skip
    if withdraw:
        _take_back(reference, by, note, settings, now, as_json=as_json)
    else:
        _declare(_given(reference, on, kind, by, note), settings, now, as_json=as_json)


@click.command(
    help=_("Déclarer une réponse donnée hors du courriel : téléphone, guichet, courrier."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("request", metavar="DEMANDE")
@_answered_on
@click.option("--kind", type=click.Choice(_KINDS), help=_("Comment."))
@click.option("--by", required=True, metavar="NOM", help=_("Qui a répondu, ou en répond."))
@click.option("--note", default="", metavar="TEXTE", help=_("Précision."))
@_withdraw
@settings_option
@now_option
@json_option
def answer(
    request: str, on: date | None, kind: str | None, by: str, note: str, withdraw: bool,
    settings: str | None, now: str | None, as_json: bool,
) -> None:  # fmt: skip
    if withdraw:
        _take_back(request, by, note, settings, now, as_json=as_json)
    else:
        _declare(_given(request, on, kind, by, note), settings, now, as_json=as_json)


def _given(request: str, on: date | None, kind: str | None, by: str, note: str) -> ManualAnswer:
    from mailwatch.model import ManualAnswer

    if on is None or kind is None:
        raise UsageError("--on et --kind disent quand et comment il a été répondu ; il les faut")
    return ManualAnswer(request=request, on=on, kind=_NATURES.get(kind, kind), by=by, note=note)


def _declare(given: ManualAnswer, settings: str | None, now: str | None, *, as_json: bool) -> None:
    """Record an answer to the request that a person named."""
    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        if given.on > at.date():
            raise UsageError(
                "--on ({on:%d/%m/%Y}) est dans l’avenir : une réponse se déclare une fois donnée",
                on=given.on,
            )
        asked = named(register, desk, at.date(), given.request)
        if given.on < asked.received_on:
            raise UsageError(
                "--on ({on:%d/%m/%Y}) est avant l’arrivée de la demande, le {received:%d/%m/%Y}",
                on=given.on,
                received=asked.received_on,
            )
        identity = asked.id
        register.answer(replace(given, request=identity), at)
        register.decide(desk, at)
    if as_json:
        print_json({"request": identity, "on": given.on.isoformat(), "kind": given.kind})
        return
    click.echo(_("Réponse notée pour la demande {id}.").format(id=identity))


def _take_back(
    request: str, by: str, note: str, settings: str | None, now: str | None, *, as_json: bool
) -> None:
    """Record that no answer declared of a request so far was given."""
    from mailwatch.model import ManualAnswer

    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        identity = named(register, desk, at.date(), request).id
        if not any(given.request == identity for given in register.answers()):
            raise UsageError("aucune réponse déclarée pour la demande {id}", id=identity)
        kind = ManualAnswer.WITHDRAWN
        register.answer(
            ManualAnswer(request=identity, on=at.date(), kind=kind, by=by, note=note), at
        )
        register.decide(desk, at)
    if as_json:
        print_json({"request": identity, "on": at.date().isoformat(), "kind": kind})
        return
    click.echo(_("Réponse retirée de la demande {id}.").format(id=identity))


# --- corrections ----------------------------------------------------------------------------------


@click.command(
    help=_(
        "Rectifier un verdict, avec auteur et motif ; une rectification plus récente remplace la précédente. "
        "CIBLE est une demande, ou un message pour --nature et --link."
    ),
    short_help=_("Rectifier un verdict, avec auteur et motif."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("target", metavar="CIBLE")
@click.option("--nature", metavar="NATURE", help=_("Ce message est de cette nature (request…)."))
@click.option(
    "--link", metavar="DEMANDE", help=_("Ce message appartient à cette demande (ou none).")
)
@click.option("--service", metavar="SERVICE", help=_("Cette demande revient à ce service."))
@click.option(
    "--exclude/--count", "excluded", default=None, help=_("Cette demande ne compte pas, ou compte.")
)
@click.option(
    "--undo",
    type=click.Choice(["nature", "link", "service", "exclusion", "note"]),
    help=_("Revenir au verdict calculé."),
)
@_author
@_reason
@settings_option
@now_option
@json_option
def correct(
    target: str, nature: str | None, link: str | None, service: str | None, excluded: bool | None,
    undo: str | None, author: str, reason: str, settings: str | None, now: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    from mailwatch.model import CorrectionKind, Nature

    asked = {
        CorrectionKind.NATURE: nature,
        CorrectionKind.LINK: link,
        CorrectionKind.SERVICE: service,
        CorrectionKind.EXCLUSION: {True: "excluded", False: "counted", None: None}[excluded],
    }
    said = {kind: value for kind, value in asked.items() if value is not None}
    if undo is not None:
        said[CorrectionKind(undo)] = ""
    if len(said) != 1:
        raise UsageError(
            "donnez une rectification et une seule : --nature, --link, --service, --exclude, --count ou --undo"
        )
    ((kind, value),) = said.items()
    if kind is CorrectionKind.NATURE and value and value not in set(Nature):
        raise UsageError(
            "« {value} » n’est pas une nature ; celles-ci existent : {known}",
            value=value,
            known=", ".join(Nature),
        )
    _correct(kind, target, value, author, reason, settings, now, as_json=as_json)


@click.command(
    help=_("Noter la cause d’un retard et ce qui a été fait ; le rapport les imprime."),
    short_help=_("Noter la cause d’un retard et ce qui a été fait."),
    options_metavar=_("[OPTIONS]"),
)
@click.argument("request", metavar="DEMANDE")
@click.option("--cause", required=True, metavar="TEXTE", help=_("Pourquoi la réponse a tardé."))
@click.option("--action", default="", metavar="TEXTE", help=_("Ce qui a été fait pour y remédier."))
@_author
@settings_option
@now_option
@json_option
def note(
    request: str, cause: str, action: str, author: str, settings: str | None, now: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    from mailwatch.model import CorrectionKind

    words = f"{cause} ; {action}" if action else cause
    _correct(CorrectionKind.NOTE, request, words, author, "", settings, now, as_json=as_json)


def _correct(
    kind: CorrectionKind, target: str, value: str, author: str, reason: str,
    settings: str | None, now: str | None, *, as_json: bool,
) -> None:  # fmt: skip
    from mailwatch import contracts
    from mailwatch.model import Correction, CorrectionKind

    of_messages = {CorrectionKind.NATURE, CorrectionKind.LINK}
    with register_for(settings) as (register, desk):
        at = now_of(now, desk)
        if kind in of_messages:
            if not register.locate(target):
                raise UsageError("aucun message ne s’appelle « {name} »", name=target)
        else:
            target = named(register, desk, at.date(), target).id
        if kind is CorrectionKind.SERVICE:
            value = declared_service(value, desk.institution)
        if kind is CorrectionKind.LINK and value not in {"", "none"}:
            value = named(register, desk, at.date(), value).id
        said = Correction(
            kind=kind, target=target, value=value, author=author, reason=reason, at=at
        )
        register.correct(said)
        register.decide(desk, at)
    if as_json:
        print_json({"target": target, **contracts.correction(said)})
        return
    click.echo(_("C’est noté : {target}.").format(target=target))
