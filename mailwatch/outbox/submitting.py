"""One connection to the server that takes our mail (RFC 6409), protected as the settings ask, never less.

What the server says is told by its code alone: its words often repeat an address.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address

from mailwatch.addresses import domain
from mailwatch.errors import RefusedError, SettingsError, UnreachableError, refusal
from mailwatch.site import Security, Submission

_TAKEN = frozenset({250, 251})
_SEND_IT = 354
_SIGNED_IN = 235
_GO_ON = 334
_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server answers for one recipient (RFC 5321 section 4.2)."""

    code: int

    @property
    def taken(self) -> bool:
        """Say whether the server takes it upon itself."""
        return self.code in _TAKEN

    @property
    def permanent(self) -> bool:
        """Say whether the same would be refused again."""
        return self.code >= 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """An open connection, signed in; made by `session`."""

    connection: smtplib.SMTP
    submission: Submission

    @property
    def certificate(self) -> Mapping[str, object] | None:
        """The server's certificate, as `ssl.SSLSocket.getpeercert` gives it; None of a connection in clear."""
        wire = self.connection.sock
        return wire.getpeercert() if isinstance(wire, ssl.SSLSocket) else None

    def offer(self, recipients: Sequence[str], size: int) -> Mapping[str, Reply]:
        """Name the recipients of a message of so many octets; give the reply for each one not taken.

        Unless none was taken, the server now waits for the message. Nothing has left if this raises.
        """
        with _telling(self.submission):
            refused = self._envelope(recipients, size)
            code, _ = (
                self.connection.rset()
                if len(refused) == len(recipients)
                else self.connection.docmd("DATA")
            )
        if code in {_SEND_IT, *_TAKEN}:
            return refused
        return {**dict.fromkeys(recipients, Reply(code=code)), **refused}

    def hand_over(self, message: bytes) -> Reply:
        """Send the message; UnreachableError when the answer never came: it may have left, or not."""
        end = b"" if message.endswith(b"\r\n") else b"\r\n"
        try:
            self.connection.send(_LEADING_DOT.sub(b"..", message) + end + b".\r\n")
            code, _ = self.connection.getreply()
        except (OSError, smtplib.SMTPException):
            raise UnreachableError(
                "{host} : connexion coupée pendant l’envoi de l’alerte, qui est peut-être partie ; elle sera "
                "cherchée ou renvoyée sous le même identifiant",
                host=self.submission.host,
            ) from None
        return Reply(code=code)

    def _envelope(self, recipients: Sequence[str], size: int) -> dict[str, Reply]:
        options = [f"SIZE={size}"] if self.connection.has_extn("size") else []
        code, words = self.connection.mail(self.submission.sender, options)
        if code not in _TAKEN:
            raise smtplib.SMTPSenderRefused(code, words, self.submission.sender)
        replies = {who: self._recipient(who) for who in recipients}
        return {who: reply for who, reply in replies.items() if not reply.taken}

    def _recipient(self, address: str) -> Reply:
        if not (address.isascii() and address.isprintable()):
            # Needs SMTPUTF8 (RFC 6531) all the way; 553: mailbox name not allowed.
            return Reply(code=553)
        code, _ = self.connection.rcpt(address)
        if code == 421:
            raise smtplib.SMTPServerDisconnected
        return Reply(code=code)


@contextmanager
def session(submission: Submission, password: str) -> Iterator[Session]:
    """Connect, protect the connection and sign in; errors as `deliver`."""
    with _telling(submission):
        connection = _connected(submission)
    try:
        with _telling(submission):
            if submission.user:
                _sign_in(connection, submission, password)
        yield Session(connection=connection, submission=submission)
        # What was taken is taken: a server that is too quick to hang up changes nothing.
        with suppress(OSError, smtplib.SMTPException):
            connection.quit()
    finally:
        connection.close()


# --- connecting -----------------------------------------------------------------------------------


def _connected(submission: Submission) -> smtplib.SMTP:
    _check_protection(submission)
    name, timeout = _our_name(submission), submission.timeout
    connection: smtplib.SMTP
    if submission.security is Security.TLS:
        connection = smtplib.SMTP_SSL(
            submission.host, submission.port, name, timeout=timeout, context=_trust(submission)
        )
    else:
        connection = smtplib.SMTP(submission.host, submission.port, name, timeout=timeout)
    try:
        connection.ehlo_or_helo_if_needed()
        if submission.security is Security.STARTTLS:
            _start_tls(connection, submission)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_protection(submission: Submission) -> None:
    if submission.security is Security.NONE and not _is_loopback(submission.host):
        raise SettingsError(
            '[smtp] : security = "none" ne vaut que pour cette machine même, pas pour {host} ; choisissez '
            '"tls" ou "starttls"',
            host=submission.host,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _our_name(submission: Submission) -> str:
    """How we greet the server: smtplib would ask the DNS, and wait for it."""
    name = socket.gethostname()
    return name if "." in name and name.isascii() else domain(submission.sender) or "localhost"


def _trust(submission: Submission) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=submission.ca_file or None)
    except OSError as fault:
        raise SettingsError(
            "[smtp] : ca_file « {path} » ne se lit pas comme un fichier de certificats ({reason})",
            path=submission.ca_file,
            reason=refusal(fault),
        ) from None


def _start_tls(connection: smtplib.SMTP, submission: Submission) -> None:
    if not connection.has_extn("starttls"):
        raise RefusedError(
            "{host} ne propose pas STARTTLS : rien ne lui a été envoyé en clair ; vérifiez port et security "
            "dans « [smtp] »",
            host=submission.host,
        )
    connection.starttls(context=_trust(submission))
    connection.ehlo_or_helo_if_needed()


def _sign_in(connection: smtplib.SMTP, submission: Submission, password: str) -> None:
    """Sign in by PLAIN (RFC 4616) or LOGIN; smtplib's own `login` takes ASCII passwords alone."""
    offered = connection.esmtp_features.get("auth", "").upper().replace("=", " ").split()
    if "PLAIN" in offered:
        initial = _b64(f"\0{submission.user}\0{password}")
        code, words = connection.docmd("AUTH", f"PLAIN {initial}")
    elif "LOGIN" in offered:
        code, words = connection.docmd("AUTH", "LOGIN")
        for answer in (submission.user, password):
            if code == _GO_ON:
                code, words = connection.docmd(_b64(answer))
    else:
        raise RefusedError(
            "{host} ne propose pas d’identification par mot de passe ; vérifiez port, security et user dans "
            "« [smtp] »",
            host=submission.host,
        )
    if code != _SIGNED_IN:
        raise smtplib.SMTPAuthenticationError(code, words)


def _b64(words: str) -> str:
    return b64encode(words.encode()).decode("ascii")


# --- telling what went wrong ----------------------------------------------------------------------


@contextmanager
def _telling(submission: Submission) -> Iterator[None]:
    """Turn what the libraries raise into our errors."""
    try:
        yield
    except smtplib.SMTPAuthenticationError as fault:
        if fault.smtp_code < 500:
            raise _later(submission, _code(fault.smtp_code)) from None
        raise RefusedError(
            "{host} refuse le compte « {user} » (code {code}) ; vérifiez user et le secret dans « [smtp] »",
            host=submission.host,
            user=submission.user,
            code=fault.smtp_code,
        ) from None
    except smtplib.SMTPResponseException as fault:
        if fault.smtp_code < 500:
            raise _later(submission, _code(fault.smtp_code)) from None
        raise RefusedError(
            "{host} refuse l’envoi (code {code}) ; vérifiez sender et user dans « [smtp] », ou demandez à "
            "l’administrateur du serveur",
            host=submission.host,
            code=fault.smtp_code,
        ) from None
    except ssl.SSLCertVerificationError as fault:
        raise RefusedError(
            "{host} : certificat refusé ({reason}) ; vérifiez host, ou donnez ca_file dans « [smtp] »",
            host=submission.host,
            reason=fault.verify_message,
        ) from None
    except (OSError, UnicodeError, smtplib.SMTPException) as fault:
        raise _later(submission, _reason(fault)) from None


def _later(submission: Submission, reason: str) -> UnreachableError:
    return UnreachableError(
        "{host}:{port} : le serveur d’envoi ne répond pas comme attendu ({reason}) ; l’alerte attend, elle "
        "partira au prochain passage",
        host=submission.host,
        port=submission.port,
        reason=reason,
    )


def _code(code: int) -> str:
    # smtplib's code for a reply that has none.
    return f"code {code}" if code > 0 else "ce n’est pas du SMTP"


def _reason(fault: Exception) -> str:
    # smtplib keeps a time-out as the context of a connection that it calls closed.
    if isinstance(fault, TimeoutError) or isinstance(fault.__context__, TimeoutError):
        return "délai dépassé"
    if isinstance(fault, smtplib.SMTPServerDisconnected):
        return "connexion coupée"
    return refusal(fault) if isinstance(fault, OSError) else type(fault).__name__
