"""What goes wrong with a server, as sentences that name the account, the server and what to do."""

from __future__ import annotations

import re
import socket
import ssl

from mailwatch.errors import MailwatchError, RefusedError, Remark, SettingsError, UnreachableError
from mailwatch.site import Account
from mailwatch.sources.imap.wire import UnprotectedError

_CODE = re.compile(r"\[([A-Z][A-Z0-9-]*)[\] ]")
_PASSING = frozenset({"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "OVERQUOTA", "CONTACTADMIN"})
_REASONS = {
    "UNAVAILABLE": Remark("un service dont il dépend est arrêté"),
    "INUSE": Remark("la boîte est occupée"),
    "LIMIT": Remark("une de ses limites est atteinte"),
    "SERVERBUG": Remark("il signale un défaut chez lui"),
    "OVERQUOTA": Remark("la boîte dépasse son quota"),
    "CONTACTADMIN": Remark("il renvoie à son administrateur"),
}
"""What the codes of RFC 5530 mean that pass by themselves, or nearly."""
_EXPIRED, _UNKNOWN, _OTHER_NAME = {10}, {2, 18, 19, 20, 21}, {62, 64}
"""Errors of X509_verify_cert, as OpenSSL numbers them."""


class DeclinedError(Exception):
    """The server answered no, or nothing that can be read; the connection goes on."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        """The response code of RFC 5530, else empty."""

    @property
    def passing(self) -> bool:
        """The same may be granted later."""
        return self.code in _PASSING


def declined(fault: Exception) -> DeclinedError:
    """Read why a command was refused."""
    found = _CODE.search(str(fault))
    return DeclinedError(found.group(1) if found else "")


def of_opening(account: Account, fault: Exception, *, late: bool) -> MailwatchError:
    """Say why there is no connection; `late` when its time had passed."""
    named = {"account": account.name, "host": account.host, "port": account.port}
    if isinstance(fault, UnprotectedError):
        return SettingsError(
            'compte « {account} » : `security = "none"` n’est accepté que pour cette machine ; '
            "{host} demande `tls` ou `starttls`",
            **named,
        )
    if isinstance(fault, ssl.SSLCertVerificationError):
        return _certificate(account, fault)
    if late or isinstance(fault, TimeoutError):
        return of_lateness(account)
    if isinstance(fault, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionResetError):
        return of_break(account)
    if isinstance(fault, ssl.SSLError):
        return RefusedError(
            "compte « {account} » : {host} ne parle pas TLS au port {port} ; vérifiez `port` et `security`",
            **named,
        )
    if isinstance(fault, socket.gaierror | UnicodeError):
        return UnreachableError(
            "compte « {account} » : aucun serveur du nom de « {host} » ; vérifiez `host`, puis le réseau",
            **named,
        )
    if isinstance(fault, OSError):
        return UnreachableError(
            "compte « {account} » : rien ne répond sur {host} au port {port} ; vérifiez `port`, puis que le "
            "serveur est en marche",
            **named,
        )
    return UnreachableError(
        "compte « {account} » : {host} n’accueille pas de connexion au port {port} ; nouvel essai plus tard",
        **named,
    )


def _certificate(account: Account, fault: ssl.SSLCertVerificationError) -> RefusedError:
    named = {"account": account.name, "host": account.host}
    if fault.verify_code in _EXPIRED:
        return RefusedError(
            "compte « {account} » : le certificat de {host} est périmé ; rien ne lui a été confié",
            **named,
        )
    if fault.verify_code in _UNKNOWN:
        return RefusedError(
            "compte « {account} » : le certificat de {host} vient d’une autorité inconnue ; si elle est des "
            "vôtres, nommez son fichier (`ca_file`)",
            **named,
        )
    if fault.verify_code in _OTHER_NAME:
        return RefusedError(
            "compte « {account} » : le certificat présenté n’est pas celui de {host} ; vérifiez `host`",
            **named,
        )
    return RefusedError(
        "compte « {account} » : le certificat de {host} n’est pas valable ({reason})",
        reason=fault.verify_message,
        **named,
    )


def of_lateness(account: Account, folder: str = "") -> UnreachableError:
    """Say that an answer was not over in time."""
    named = {"account": account.name, "host": account.host, "timeout": account.timeout}
    if folder:
        return UnreachableError(
            "compte « {account} », dossier « {folder} » : {host} n’a pas fini de répondre en {timeout} s ; nouvel "
            "essai plus tard",
            folder=folder,
            **named,
        )
    return UnreachableError(
        "compte « {account} » : {host} n’a pas fini de répondre en {timeout} s ; nouvel essai plus tard",
        **named,
    )


def of_break(account: Account, folder: str = "") -> UnreachableError:
    """Say that the server broke off."""
    named = {"account": account.name, "host": account.host}
    if folder:
        return UnreachableError(
            "compte « {account} », dossier « {folder} » : {host} a interrompu la connexion ; nouvel essai plus tard",
            folder=folder,
            **named,
        )
    return UnreachableError(
        "compte « {account} » : {host} a interrompu la connexion ; nouvel essai plus tard", **named
    )


def of_silence(account: Account, folder: str = "", code: str = "") -> UnreachableError:
    """Say that the server declined a question, or answered another; `code` may tell why."""
    reason = _REASONS.get(code, "")
    named = {
        "account": account.name,
        "host": account.host,
        "why": Remark(" ({reason})", reason=reason) if reason else "",
    }
    if folder:
        return UnreachableError(
            "compte « {account} », dossier « {folder} » : {host} n’a pas su répondre{why} ; nouvel essai plus tard",
            folder=folder,
            **named,
        )
    return UnreachableError(
        "compte « {account} » : {host} n’a pas su répondre{why} ; nouvel essai plus tard", **named
    )


def of_refusal(account: Account, code: str) -> RefusedError:
    """Say that the server does not let the account in; `code` may tell why."""
    named = {"account": account.name, "host": account.host}
    if code == "CONTACTADMIN":
        return RefusedError(
            "compte « {account} » : {host} le tient fermé et renvoie à son administrateur ; demandez-lui de le rouvrir",
            **named,
        )
    if code == "EXPIRED":
        return RefusedError(
            "compte « {account} » : son secret a expiré sur {host} ; changez-le là, puis à l’endroit que nomme "
            "`secret`",
            **named,
        )
    if code == "PRIVACYREQUIRED":
        return RefusedError(
            "compte « {account} » : {host} ne l’ouvre que sur une connexion protégée ; mettez `security` à « tls » "
            "ou « starttls »",
            **named,
        )
    return RefusedError(
        "compte « {account} » : {host} refuse l’identifiant ou le secret ; vérifiez `user` et `secret`, sans "
        "multiplier les essais",
        **named,
    )
