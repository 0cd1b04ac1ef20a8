"""What a settings file sets, and what it leaves to be wished for: the lines of `check-config`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mailwatch.errors import Remark, SettingsError
from mailwatch.labels import LOCAL_CHANGES, WEEKDAYS
from mailwatch.model import LocalChange, LocalRule
from mailwatch.settings.local import USUAL
from mailwatch.site import (
    Account,
    AlertPlan,
    FolderRole,
    Intake,
    IntakeRole,
    Security,
    Site,
    Submission,
)

_TLS_PORTS = {993, 465}
_PLAIN_PORTS = {143, 587, 25}


_AS_FOLDERS = {IntakeRole.REPORT: FolderRole.JOURNAL.value}
"""What a role of the intake is worth among those of folders, when it has another name."""


class Weight(StrEnum):
    """How much a line of advice matters."""

    SET = "set"
    """As the file says: to be read again."""
    DOUBTFUL = "doubtful"
    """It works, and the figures or the alert may not be what was meant."""
    MISSING = "missing"
    """A command cannot do its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One line about a settings file."""

    weight: Weight
    words: Remark


def advice(
    site: Site, local: Sequence[LocalRule] = (), today: date | None = None
) -> tuple[Advice, ...]:
    """Say what `site` sets, what looks doubtful, and what is missing for which command, section by section.

    `local` is what the site's own rule files change; without a day, no date is held against it.
    """
    return (
        *_of_rules(site, local),
        *_of_templates(site),
        *_of_institution(site),
        *_of_the_beginning(site, today),
        *_of_boxes(site),
        *_of_accounts(site),
        *_of_intake(site.intake),
        *_of_alert(site),
        *_of_register(site),
    )


def _set(words: Remark) -> Advice:
    return Advice(weight=Weight.SET, words=words)


def _doubtful(words: Remark) -> Advice:
    return Advice(weight=Weight.DOUBTFUL, words=words)


def _missing(words: Remark) -> Advice:
    return Advice(weight=Weight.MISSING, words=words)


# --- by which rules -------------------------------------------------------------------------------


def _of_rules(site: Site, local: Sequence[LocalRule]) -> Iterator[Advice]:
    for rule in local:
        yield _set(
            Remark(
                "règle locale « {target} » : {change} ({file}, ligne {line})",
                target=rule.target,
                change=Remark(LOCAL_CHANGES[rule.change]),
                file=rule.file,
                line=rule.line,
            )
        )
    if site.rules and not local:
        yield _doubtful(Remark("« {folder} » ne contient aucune règle", folder=site.rules))
    if site.accounts and any(rule.change is not LocalChange.VALUE for rule in local):
        yield _set(
            Remark(
                "les règles de lecture valent pour les messages lus désormais ; ceux que le registre connaît gardent "
                "leur verdict, seuls délais et décisions sont refaits"
            )
        )


def unnamed_rules() -> Advice:
    """Say that a folder of rules lies beside the settings file, which does not name it."""
    return _doubtful(
        Remark(
            'le dossier « {folder} » est là, mais le fichier ne le nomme pas : ajoutez rules = "{folder}" en tête',
            folder=USUAL,
        )
    )


def unread(refusals: Iterable[SettingsError]) -> tuple[Advice, ...]:
    """Say which secrets cannot be read, as the command that needs one would."""
    return tuple(_missing(Remark(one.template, **one.values)) for one in refusals)


def _of_templates(site: Site) -> Iterator[Advice]:
    if site.templates:
        yield _set(
            Remark(
                "courriels type du site : « {folder} » (mailwatch templates check)",
                folder=site.templates,
            )
        )


# --- whose mail -----------------------------------------------------------------------------------


def _of_institution(site: Site) -> Iterator[Advice]:
    own = site.institution
    if own.name:
        yield _set(Remark("institution : {name}", name=own.name))
    else:
        yield _doubtful(
            Remark("« name » manque dans [institution] : les rapports n’auront pas de titre")
        )
    if own.calendar:
        yield _set(Remark("jours ouvrés : territoire {code}", code=own.calendar))
    else:
        yield _doubtful(
            Remark(
                "« calendar » manque dans [institution] : les jours fériés sont ceux de la métropole"
            )
        )
    if not own.domains and not own.addresses:
        yield _doubtful(
            Remark(
                "ni « domains » ni « addresses » dans [institution] : tout expéditeur en .gouv.fr passe pour nôtre"
            )
        )


def _of_the_beginning(site: Site, today: date | None) -> Iterator[Advice]:
    begins = site.institution.observe_from
    if site.accounts and begins is None:
        yield _doubtful(
            Remark(
                "« observe_from » manque dans [institution] : le courrier ancien des boîtes compte aussi"
            )
        )
    if begins is not None and today is not None and begins > today:
        yield _doubtful(
            Remark(
                "« observe_from » ({on}) est dans l’avenir : d’ici là, aucune demande ne compte",
                on=f"{begins:%d/%m/%Y}",
            )
        )


def _of_boxes(site: Site) -> Iterator[Advice]:
    boxes = site.institution.boxes
    if not boxes:
        yield _doubtful(
            Remark("aucune section [[box]] : les demandes ne sont rattachées à aucun service")
        )
    for box in boxes:
        yield _set(Remark("boîte {address} : {service}", address=box.address, service=box.service))
    if site.alert and boxes and not any(box.recipients for box in boxes):
        yield _doubtful(
            Remark(
                "aucune [[box]] n’a de « recipients » : l’alerte entière va aux destinataires de [alert]"
            )
        )


# --- what is read ---------------------------------------------------------------------------------


def _of_accounts(site: Site) -> Iterator[Advice]:
    if not site.accounts and site.intake is None:
        yield _missing(
            Remark("aucune section [[account]] : « run » et « once » n’ont pas de courrier à lire")
        )
    for account in site.accounts:
        yield _set(
            Remark(
                "compte {name} : {host}, port {port}, {security}, dossiers {folders}",
                name=account.name,
                host=account.host,
                port=account.port,
                security=account.security.value,
                folders=", ".join(folder.name for folder in account.folders),
            )
        )
        yield from _of_port(account)
    roles = {folder.role.value for account in site.accounts for folder in account.folders}
    if site.intake is not None:
        roles |= {_AS_FOLDERS.get(each.role, each.role.value) for each in site.intake.addresses}
    if site.accounts and not roles & {FolderRole.SENT, FolderRole.JOURNAL}:
        yield _missing(
            Remark(
                "aucun dossier « sent » ni « journal » n’est suivi : les réponses ne seront pas vues, et tout "
                "paraîtra en retard ; « doctor » donne les dossiers de chaque compte"
            )
        )
    if site.accounts and not roles & {FolderRole.INBOX, FolderRole.JOURNAL}:
        yield _missing(
            Remark(
                "aucun dossier « inbox » ni « journal » n’est suivi : les demandes ne seront pas vues"
            )
        )


def _of_port(server: Account | Submission) -> Iterator[Advice]:
    unlike = _PLAIN_PORTS if server.security is Security.TLS else _TLS_PORTS
    if server.port in unlike:
        yield _doubtful(
            Remark(
                "{host} : le port {port} va rarement avec security = « {security} »",
                host=server.host,
                port=server.port,
                security=server.security.value,
            )
        )


# --- what is sent and kept ------------------------------------------------------------------------


def _of_intake(intake: Intake | None) -> Iterator[Advice]:
    if intake is None:
        return
    doors = [
        intake.lmtp_socket,
        *(f"127.0.0.1:{port}" for port in (intake.lmtp_port, intake.smtp_port) if port),
    ]
    yield _set(
        Remark(
            "remise par le serveur de messagerie : {doors}, pour {addresses}",
            doors=", ".join(filter(None, doors)),
            addresses=", ".join(f"{each.address} ({each.role})" for each in intake.addresses),
        )
    )
    if intake.lmtp_port or intake.smtp_port:
        yield _doubtful(
            Remark(
                "un port de cette machine est ouvert à tous ses comptes, qui pourraient y remettre de fausses copies ; "
                "préférez un socket, lmtp = « /run/mailwatch/lmtp.sock »"
            )
        )


def _of_alert(site: Site) -> Iterator[Advice]:
    if site.alert:
        yield _planned(site.alert)
    elif site.accounts:
        yield _missing(Remark("aucune section [alert] : « run » n’enverra pas d’alerte"))
    if site.submission:
        yield _set(
            Remark(
                "envoi par {host}, port {port}, {security}, au nom de {sender}",
                host=site.submission.host,
                port=site.submission.port,
                security=site.submission.security.value,
                sender=site.submission.sender,
            )
        )
        yield from _of_port(site.submission)
    elif site.alert:
        yield _missing(
            Remark(
                "aucune section [smtp] : l’alerte ne peut pas partir ; « alert --dry-run » la montre"
            )
        )


def _planned(plan: AlertPlan) -> Advice:
    return _set(
        Remark(
            "alerte le {weekday} à {at}, à {recipients}",
            weekday=Remark(WEEKDAYS[plan.weekday]),
            at=f"{plan.at:%H:%M}",
            recipients=", ".join(plan.recipients),
        )
    )


def _of_register(site: Site) -> Iterator[Advice]:
    if site.accounts or site.alert or site.intake:
        yield _set(
            Remark(
                "registre : {state}, relève toutes les {seconds} secondes, rapprochement à {hour}",
                state=site.state,
                seconds=site.poll_every,
                hour=f"{site.reconcile_at:%H:%M}",
            )
        )
        yield _set(Remark("données personnelles : gardées {months} mois", months=site.keep_months))
    if site.metrics:
        yield _set(Remark("mesures pour Prometheus : {path}", path=site.metrics))
