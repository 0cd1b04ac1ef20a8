"""What no key says wrong by itself: sections that do not fit each other, or lack what they need together."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TypeVar

from mailwatch.addresses import domain, is_ours
from mailwatch.errors import Remark
from mailwatch.model import Institution
from mailwatch.settings.schema import BoxSection
from mailwatch.settings.service import (
    AccountSection,
    AlertSection,
    IntakeSection,
    SmtpSection,
    called,
)
from mailwatch.settings.values import Place, Section
from mailwatch.site import INTAKE, Authentication, IntakeRole, Security

Sections = Mapping[Place, Section]
"""The sections that hold by themselves, each at its place."""

Contradiction = tuple[Place, Remark]
"""The section at fault, and what is wrong in it."""

Each = TypeVar("Each", bound=Section)

_LOOPBACK_NAMES = {"localhost", "ip6-localhost", "ip6-loopback"}


def contradictions(sections: Sections, institution: Institution | None) -> Iterator[Contradiction]:
    """Find what does not fit; whose addresses they are is left out when `institution` is not known."""
    yield from _boxes_twice(sections)
    yield from _accounts_twice(sections)
    yield from _folders_twice(sections)
    yield from _in_clear(sections)
    for place, account in _each(sections, AccountSection):
        yield from ((place, fault) for fault in _authentication(account))
    for place, smtp in _each(sections, SmtpSection):
        yield from ((place, fault) for fault in _submission(smtp))
    for place, intake in _each(sections, IntakeSection):
        yield from ((place, fault) for fault in _intake(intake, sections))
        if institution is not None:
            yield from ((place, fault) for fault in _drafts(intake, institution))
    if institution is not None and _mail_leaves(sections):
        yield from _outsiders(sections, institution)


def where(key: str = "secret") -> Remark:
    """Say how the file tells where a secret is."""
    return Remark(
        "{one} ou {other}",
        one=f'{key} = {{ file = "/etc/mailwatch/messagerie.secret" }}',
        other='{ credential = "messagerie" }',
    )


def _each(sections: Sections, kind: type[Each]) -> Iterator[tuple[Place, Each]]:
    for place, section in sections.items():
        if isinstance(section, kind):
            yield place, section


# --- what is declared twice -----------------------------------------------------------------------


def _boxes_twice(sections: Sections) -> Iterator[Contradiction]:
    declared = Counter(box.address for _, box in _each(sections, BoxSection))
    for address, times in declared.items():
        if times > 1:
            yield (
                ("box",),
                Remark("l’adresse « {address} » est déclarée deux fois", address=address),
            )


def _accounts_twice(sections: Sections) -> Iterator[Contradiction]:
    seen: dict[str, str] = {}
    for place, account in _each(sections, AccountSection):
        name = called(account)
        if name.casefold() in seen:
            yield place, _taken(seen[name.casefold()], named=bool(account.name))
        seen.setdefault(name.casefold(), name)


def _taken(name: str, *, named: bool) -> Remark:
    if named:
        return Remark("un autre compte s’appelle déjà « {name} »", name=name)
    return Remark(
        "un autre compte s’appelle déjà « {name} » (à défaut de « name », c’est « user ») ; donnez-lui-en un autre",
        name=name,
    )


def _folders_twice(sections: Sections) -> Iterator[Contradiction]:
    """A folder watched twice would have each message counted under two places."""
    seen: dict[tuple[str, str, str], str] = {}
    for place, account in _each(sections, AccountSection):
        # Without folders, INBOX is watched: `service.account`.
        for name in [folder.name for folder in account.folders] or ["INBOX"]:
            mailbox = (account.host, account.user.casefold(), name)
            if mailbox in seen:
                yield place, _followed(name, by=seen[mailbox], own=called(account))
            seen.setdefault(mailbox, called(account))


def _followed(folder: str, *, by: str, own: str) -> Remark:
    if by == own:
        return Remark("« folders » : le dossier « {folder} » est déjà suivi", folder=folder)
    return Remark(
        "« folders » : le dossier « {folder} » est déjà suivi par « {account} »",
        folder=folder,
        account=by,
    )


# --- what is not protected ------------------------------------------------------------------------


def _in_clear(sections: Sections) -> Iterator[Contradiction]:
    for place, section in sections.items():
        if not isinstance(section, AccountSection | SmtpSection):
            continue
        if section.security is Security.NONE and not is_loopback(section.host):
            fault = Remark(
                "« security » : « none » ne vaut que pour cette machine (localhost) ; pour {host}, mettez « tls » "
                "ou « starttls »",
                host=section.host,
            )
            yield place, fault


def is_loopback(host: str) -> bool:
    """Say whether `host` is this very machine (RFC 6761 section 6.3); a name is not looked up."""
    if host in _LOOPBACK_NAMES or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# --- what is lacking ------------------------------------------------------------------------------


def _authentication(account: AccountSection) -> Iterator[Remark]:
    by_token = account.authentication is not Authentication.PASSWORD
    if account.token_command and not by_token:
        yield Remark(
            "« token_command » ne sert qu’avec authentication = « xoauth2 » ou « oauthbearer »"
        )
    elif account.token_command and account.secret:
        yield Remark(
            "« secret » et « token_command » : gardez l’un des deux, celui qui donne le jeton"
        )
    if account.secret or account.token_command:
        return
    if by_token:
        yield Remark(
            "« token_command » manque : la commande qui écrit le jeton, mot à mot, "
            'comme ["/usr/local/bin/jeton", "prefecture"]'
        )
    else:
        yield Remark(
            "« secret » manque ; dites où se trouve le mot de passe : {where}", where=where()
        )


def _submission(smtp: SmtpSection) -> Iterator[Remark]:
    if smtp.user and not smtp.secret:
        yield Remark(
            "« user » sans « secret » ; dites où se trouve le mot de passe : {where}", where=where()
        )
    if smtp.secret and not smtp.user:
        yield Remark("« secret » sans « user » ; ajoutez l’identifiant, ou retirez « secret »")


# --- what is handed over --------------------------------------------------------------------------


def _intake(intake: IntakeSection, sections: Sections) -> Iterator[Remark]:
    if intake.lmtp is None and intake.smtp is None:
        yield Remark(
            "« lmtp » manque : le socket ou le port où le serveur de messagerie remet les copies"
        )
    if intake.smtp is not None and intake.smtp == intake.lmtp:
        yield Remark(
            "« lmtp » et « smtp » ont le même port, {port} ; donnez-leur-en deux", port=intake.smtp
        )
    if not intake.addresses:
        yield Remark("« addresses » est vide : rien ne serait accepté")
    declared = Counter(each.address for each in intake.addresses)
    for address, times in declared.items():
        if times > 1:
            yield Remark(
                "« addresses » : « {address} » a deux rôles ; gardez-en un", address=address
            )
    if any(called(account).casefold() == INTAKE for _, account in _each(sections, AccountSection)):
        yield Remark(
            "un compte ne peut pas s’appeler « {name} » ; donnez-lui un autre « name »", name=INTAKE
        )
    yield from _answering(intake, sections)


def _answering(intake: IntakeSection, sections: Sections) -> Iterator[Remark]:
    """An address for drafts answers by mail."""
    drafts = [each.address for each in intake.addresses if each.role is IntakeRole.DRAFT]
    if not drafts:
        return
    senders = [smtp.sender for _, smtp in _each(sections, SmtpSection)]
    if not senders:
        yield Remark(
            "le rôle « draft » demande une section [smtp], par où partent les réponses aux agents"
        )
    boxes = [box.address for _, box in _each(sections, BoxSection)]
    for address in drafts:
        if address in senders:
            yield Remark(
                "« {address} » reçoit des projets et ne peut pas être aussi « sender » de [smtp]",
                address=address,
            )
        if address in boxes:
            yield Remark(
                "« {address} » reçoit des projets et ne peut pas être une boîte suivie ([[box]])",
                address=address,
            )


def _drafts(intake: IntakeSection, institution: Institution) -> Iterator[Remark]:
    """What an agent sends to an address outside would look like an answer to a citizen."""
    for each in intake.addresses:
        if each.role is IntakeRole.DRAFT and not _inside(each.address, institution):
            yield _outsider("addresses", each.address)


# --- who is written to ----------------------------------------------------------------------------


def _mail_leaves(sections: Sections) -> bool:
    """An audit of files writes to nobody: whom a box names matters where the service is set up."""
    return any(
        isinstance(s, AccountSection | IntakeSection | SmtpSection | AlertSection)
        for s in sections.values()
    )


def _outsiders(sections: Sections, institution: Institution) -> Iterator[Contradiction]:
    """Nothing is sent outside, and an alert that comes back must not look like a citizen's mail."""
    for place, smtp in _each(sections, SmtpSection):
        if not _inside(smtp.sender, institution):
            yield place, _outsider("sender", smtp.sender)
    for place, section in sections.items():
        if isinstance(section, AlertSection | BoxSection):
            for address in dict.fromkeys(section.recipients):
                if not _inside(address, institution):
                    yield place, _outsider("recipients", address)


def _inside(address: str, institution: Institution) -> bool:
    if is_ours(address, institution):
        return True
    if institution.domains:
        return False
    # Who declares addresses alone means their domain: « chef@ » beside « prefecture@ ».
    boxes = (box.address for box in institution.boxes)
    return domain(address) in map(domain, (*institution.addresses, *boxes))


def _outsider(key: str, address: str) -> Remark:
    return Remark(
        "« {key} » : « {address} » n’est pas une adresse de l’institution ; corrigez-la, ou ajoutez "
        "« {domain} » à « domains » dans [institution]",
        key=key,
        address=address,
        domain=domain(address),
    )
