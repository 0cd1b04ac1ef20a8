"""From an account to an open connection: connected, protected, authenticated."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from contextlib import suppress

from mailwatch.errors import MailwatchError, RefusedError, SettingsError
from mailwatch.site import Account, Authentication, Security
from mailwatch.sources.imap import sasl
from mailwatch.sources.imap.connection import Connection
from mailwatch.sources.imap.faults import (
    declined,
    of_break,
    of_lateness,
    of_opening,
    of_refusal,
    of_silence,
)
from mailwatch.sources.imap.wire import Client, Deadline


def connect(account: Account, secret: Callable[[], str]) -> Connection:
    """Open `account`; `secret` gives its password, or its access token, once the server may be trusted with it.

    Raises UnreachableError, RefusedError (certificate, protection, account), SettingsError (`security`, `ca_file`).
    """
    # The library writes user names, commands and answers to its log.
    logging.getLogger("imapclient").setLevel(logging.CRITICAL)
    context = _context(account)
    deadline = Deadline()
    try:
        with deadline.within(account.timeout):
            client = Client(account, context, deadline)
    except Exception as fault:  # noqa: BLE001 - a server's greeting may be anything
        raise of_opening(account, fault, late=deadline.passed) from None
    try:
        if account.security is Security.STARTTLS:
            _start_tls(account, client, context, deadline)
        _authenticate(account, client, secret, deadline)
    except BaseException:
        with suppress(Exception):
            client.shutdown()
        raise
    return Connection(account, client, deadline)


def _context(account: Account) -> ssl.SSLContext | None:
    """The system's authorities, or those of `ca_file`; names are verified."""
    if account.security is Security.NONE:
        return None
    try:
        return ssl.create_default_context(cafile=account.ca_file or None)
    except OSError:
        raise SettingsError(
            "compte « {account} » : « {path} » (`ca_file`) n’est pas un fichier de certificats lisible",
            account=account.name,
            path=account.ca_file,
        ) from None


def _start_tls(
    account: Account, client: Client, context: ssl.SSLContext | None, deadline: Deadline
) -> None:
    """Protect the connection, or leave it: nothing is said in clear."""
    try:
        with deadline.within(account.timeout):
            client.starttls(context)
    except OSError as fault:
        raise of_opening(account, fault, late=deadline.passed) from None
    except Exception:  # noqa: BLE001 - so may its answer
        if client.lost:
            raise _lost(account, deadline) from None
        raise RefusedError(
            "compte « {account} » : {host} n’offre pas STARTTLS au port {port} ; rien ne lui a été confié. Essayez "
            '`security = "tls"` et le port 993',
            account=account.name,
            host=account.host,
            port=account.port,
        ) from None


def _authenticate(
    account: Account, client: Client, secret: Callable[[], str], deadline: Deadline
) -> None:
    log_in = _log_in(account, client, secret())
    try:
        with deadline.within(account.timeout):
            log_in()
    except Exception as fault:  # noqa: BLE001 - so may its answer
        if client.lost or isinstance(fault, OSError):
            raise _lost(account, deadline) from None
        refused = declined(fault)
        # A closed account stays closed until somebody opens it.
        if refused.passing and refused.code != "CONTACTADMIN":
            raise of_silence(account, code=refused.code) from None
        raise of_refusal(account, refused.code) from None


def _log_in(account: Account, client: Client, secret: str) -> Callable[[], object]:
    """The command that opens the account, of those that the server offers."""
    if any(ord(sign) < 0x20 for sign in account.user + secret):
        raise RefusedError(
            "compte « {account} » : l’identifiant ou le secret contient une fin de ligne ou un caractère de commande",
            account=account.name,
        )
    offered = {word.decode("latin-1") for word in client.capabilities()}
    match account.authentication:
        case Authentication.XOAUTH2 if "AUTH=XOAUTH2" in offered:
            return lambda: client.sasl_login("XOAUTH2", sasl.xoauth2(account.user, secret))
        case Authentication.OAUTHBEARER if "AUTH=OAUTHBEARER" in offered:
            return lambda: client.sasl_login("OAUTHBEARER", sasl.oauthbearer(account.user, secret))
        case Authentication.PASSWORD if "AUTH=PLAIN" in offered:
            return lambda: client.sasl_login("PLAIN", sasl.plain(account.user, secret))
        case Authentication.PASSWORD if (
            "LOGINDISABLED" not in offered and (account.user + secret).isascii()
        ):
            # imaplib quotes the password alone.
            quoted = account.user.replace("\\", "\\\\").replace('"', '\\"')
            return lambda: client.login(f'"{quoted}"', secret)
    raise RefusedError(
        'compte « {account} » : {host} n’offre pas l’authentification demandée (`authentication = "{mechanism}"`)',
        account=account.name,
        host=account.host,
        mechanism=account.authentication.value,
    )


def _lost(account: Account, deadline: Deadline) -> MailwatchError:
    return of_lateness(account) if deadline.passed else of_break(account)
