"""The watched site, as its settings declare it: mail accounts, register, alert; immutable values, no behaviour.

Secrets are named here and never held: `settings.secrets` reads one at the moment it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from enum import IntEnum, StrEnum

from mailwatch.model import Institution


class Security(StrEnum):
    """How a connection is protected; never less than what is asked (RFC 8314)."""

    TLS = "tls"
    """From the first octet: ports 993 and 465."""
    STARTTLS = "starttls"
    """Asked for before anything else, and required."""
    NONE = "none"
    """In clear: accepted for this very machine alone."""


class Authentication(StrEnum):
    """How an account is opened (RFC 4616, RFC 7628)."""

    PASSWORD = "password"
    XOAUTH2 = "xoauth2"
    OAUTHBEARER = "oauthbearer"


KEEP_MONTHS = 36
"""Three years, the cycle of the label, unless the settings say otherwise."""
INTAKE = "intake"
"""The account that messages are said to be of which a mail server handed over."""


class FolderRole(StrEnum):
    """What a watched folder holds: mail that arrived, mail that was sent, or copies of both."""

    INBOX = "inbox"
    SENT = "sent"
    JOURNAL = "journal"


class IntakeRole(StrEnum):
    """What the mail server hands over under an address of the intake."""

    INBOX = "inbox"
    """A copy of mail that arrived."""
    SENT = "sent"
    """A copy of mail that was sent."""
    JOURNAL = "journal"
    """Copies both ways: the header tells which."""
    REPORT = "report"
    """Journal reports, each with the message and its envelope inside."""
    DRAFT = "draft"
    """Drafts of agents, who get an answer."""


class Weekday(IntEnum):
    """A day of the week, as `date.weekday` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is: exactly one of a systemd credential, a file, an environment variable."""

    credential: str = ""
    file: str = ""
    env: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedFolder:
    """A folder of an account, by the name people know it by (not modified UTF-7)."""

    name: str
    role: FolderRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mail account to watch by IMAP."""

    name: str
    """What `status` and the locations of messages call it."""
    host: str
    port: int
    security: Security
    user: str
    authentication: Authentication
    folders: tuple[WatchedFolder, ...]
    secret: Secret | None = None
    token_command: tuple[str, ...] = ()
    """Prints an access token; run without a shell, whenever one is needed."""
    ca_file: str = ""
    """Certificates to trust instead of the system's."""
    timeout: int = 60
    """Seconds that one command may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """The server that takes our alerts (RFC 6409)."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    secret: Secret | None = None
    ca_file: str = ""
    timeout: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeAddress:
    """A recipient that the intake accepts; there is no other."""

    address: str
    role: IntakeRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Where the mail server hands copies over: by LMTP (RFC 2033), by SMTP, or both, on this machine alone."""

    addresses: tuple[IntakeAddress, ...]
    lmtp_socket: str = ""
    """The path of a Unix socket; empty for none."""
    lmtp_port: int = 0
    """On the loopback; 0 for none, like the next."""
    smtp_port: int = 0
    max_size: int = 50 * 1024 * 1024
    """Octets of one message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPlan:
    """When the weekly alert leaves, and for whom beside the services' own recipients."""

    recipients: tuple[str, ...]
    weekday: Weekday = Weekday.MONDAY
    at: time = time(8, 0)
    """Local to the territory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPlan:
    """By whom the journal is signed and dated."""

    signing_key: str = ""
    """A private key of OpenSSH without passphrase; that of the state folder when none is named."""
    timestamp_command: tuple[str, ...] = ()
    """Reads an RFC 3161 query and writes the reply; run without a shell, once a day."""
    timestamp_ca: str = ""
    """The certificates of the authority that the command asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that a settings file declares."""

    institution: Institution
    accounts: tuple[Account, ...] = ()
    submission: Submission | None = None
    alert: AlertPlan | None = None
    intake: Intake | None = None
    state: str = ""
    """The folder of the register, the key and the lock, on a local disk."""
    key: Secret | None = None
    """The key of the correspondents' pseudonyms; `key` in the state folder when none is named."""
    journal: JournalPlan = JournalPlan()
    poll_every: int = 120
    """Seconds between two polls."""
    reconcile_at: time = time(4, 0)
    """When in the night each folder is compared with its server, local to the territory."""
    keep_months: int = KEEP_MONTHS
    """How long what leads to a person is kept after the last message of an exchange."""
    metrics: str = ""
    """The file that a Prometheus node_exporter reads; empty when nobody does."""
    rules: str = ""
    """The folder of the site's own rule files; empty when it has none."""
    templates: str = ""
    """The folder of the site's own courriels type, which stand in for those that ship; empty when it has none."""
