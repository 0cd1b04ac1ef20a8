"""The sections that the service reads beside the institution's own: mail in, alerts out, what is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from pydantic import model_validator

from mailwatch.errors import FaultyValueError
from mailwatch.model import Institution
from mailwatch.settings.packaged import STATE_FOLDER
from mailwatch.settings.values import (
    AccountName,
    CredentialName,
    DayOfWeek,
    EmailAddress,
    EnvironmentName,
    FilePath,
    FolderName,
    Host,
    Hour,
    Interval,
    Line,
    Megabytes,
    Months,
    Port,
    Recipients,
    Section,
    SocketOrPort,
    Timeout,
    Word,
)
from mailwatch.site import (
    KEEP_MONTHS,
    Account,
    AlertPlan,
    Authentication,
    FolderRole,
    Intake,
    IntakeAddress,
    IntakeRole,
    JournalPlan,
    Secret,
    Security,
    Site,
    Submission,
    WatchedFolder,
    Weekday,
)

IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143, Security.NONE: 143}
MEGABYTE = 1024 * 1024
SMTP_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


class SecretSection(Section):
    """Where a secret is; never the secret."""

    credential: CredentialName = ""
    file: FilePath = ""
    env: EnvironmentName = ""

    @model_validator(mode="after")
    def _in_one_place(self) -> Self:
        if sum(map(bool, (self.credential, self.file, self.env))) != 1:
            raise FaultyValueError(
                "il faut une clé et une seule parmi « credential », « file » et « env »"
            )
        return self


class FolderSection(Section):
    """A watched folder."""

    name: FolderName
    role: Annotated[FolderRole, Word]


class AccountSection(Section):
    """`[[account]]`: a mail account to watch by IMAP."""

    name: AccountName = ""
    host: Host
    port: Port | None = None
    security: Annotated[Security, Word] = Security.TLS
    user: Line
    authentication: Annotated[Authentication, Word] = Authentication.PASSWORD
    secret: SecretSection | None = None
    token_command: tuple[Line, ...] = ()
    ca_file: FilePath = ""
    timeout: Timeout = 60
    folders: tuple[FolderSection, ...] = ()


class IntakeAddressSection(Section):
    """A recipient that the intake accepts."""

    address: EmailAddress
    role: Annotated[IntakeRole, Word]


class IntakeSection(Section):
    """`[intake]`: where the mail server hands copies over."""

    lmtp: SocketOrPort | None = None
    smtp: Port | None = None
    addresses: tuple[IntakeAddressSection, ...]
    max_size: Megabytes = Intake(addresses=()).max_size // MEGABYTE


class SmtpSection(Section):
    """`[smtp]`: the server that takes the alerts."""

    host: Host
    port: Port | None = None
    security: Annotated[Security, Word] = Security.TLS
    sender: EmailAddress
    user: Line = ""
    secret: SecretSection | None = None
    ca_file: FilePath = ""
    timeout: Timeout = 60


class AlertSection(Section):
    """`[alert]`: when the weekly alert leaves, and for whom."""

    recipients: Recipients
    weekday: DayOfWeek = Weekday.MONDAY
    at: Hour = AlertPlan(recipients=()).at


class RegisterSection(Section):
    """`[register]`: where what was seen is kept, and how often we look."""

    state: FilePath = STATE_FOLDER
    key: SecretSection | None = None
    poll_every: Interval = 120
    reconcile_at: Hour = Site(institution=Institution()).reconcile_at


class JournalSection(Section):
    """`[journal]`: by whom the journal is signed and dated."""

    signing_key: FilePath = ""
    timestamp_command: tuple[Line, ...] = ()
    timestamp_ca: FilePath = ""

    @model_validator(mode="after")
    def _dated_by_somebody(self) -> Self:
        if bool(self.timestamp_command) != bool(self.timestamp_ca):
            raise FaultyValueError("« timestamp_command » et « timestamp_ca » vont ensemble")
        return self


class PrivacySection(Section):
    """`[privacy]`: how long what leads to a person is kept."""

    keep: Months = KEEP_MONTHS


class MetricsSection(Section):
    """`[metrics]`: where measures are written for Prometheus."""

    textfile: FilePath

    @model_validator(mode="after")
    def _read_by_the_collector(self) -> Self:
        if not self.textfile.endswith(".prom"):
            raise FaultyValueError(
                "« textfile » doit finir par « .prom » : node_exporter ne lit que ces fichiers-là"
            )
        return self


def called(section: AccountSection) -> str:
    """Name an account; by its user when the file does not."""
    return section.name or section.user.replace("/", "-").replace(";", "-")


def account(section: AccountSection, folder: Path) -> Account:
    """Make the account of its section; paths start from `folder`, that of the settings file."""
    return Account(
        name=called(section),
        host=section.host,
        port=section.port or IMAP_PORTS[section.security],
        security=section.security,
        user=section.user,
        authentication=section.authentication,
        folders=tuple(WatchedFolder(name=each.name, role=each.role) for each in section.folders)
        or (WatchedFolder(name="INBOX", role=FolderRole.INBOX),),
        secret=secret(section.secret, folder),
        token_command=section.token_command,
        ca_file=absolute(section.ca_file, folder),
        timeout=section.timeout,
    )


def intake(section: IntakeSection) -> Intake:
    """Make the intake of its section."""
    return Intake(
        addresses=tuple(
            IntakeAddress(address=each.address, role=each.role) for each in section.addresses
        ),
        lmtp_socket=section.lmtp if isinstance(section.lmtp, str) else "",
        lmtp_port=section.lmtp if isinstance(section.lmtp, int) else 0,
        smtp_port=section.smtp or 0,
        max_size=section.max_size * MEGABYTE,
    )


def submission(section: SmtpSection, folder: Path) -> Submission:
    """Make the submission server of its section; paths start from `folder`."""
    return Submission(
        host=section.host,
        port=section.port or SMTP_PORTS[section.security],
        security=section.security,
        sender=section.sender,
        user=section.user,
        secret=secret(section.secret, folder),
        ca_file=absolute(section.ca_file, folder),
        timeout=section.timeout,
    )


def alert(section: AlertSection) -> AlertPlan:
    """Make the plan of the weekly alert."""
    return AlertPlan(recipients=section.recipients, weekday=section.weekday, at=section.at)


def journal(section: JournalSection, folder: Path) -> JournalPlan:
    """Make the plan of the journal; paths start from `folder`."""
    return JournalPlan(
        signing_key=absolute(section.signing_key, folder),
        timestamp_command=section.timestamp_command,
        timestamp_ca=absolute(section.timestamp_ca, folder),
    )


def secret(section: SecretSection | None, folder: Path) -> Secret | None:
    """Say where a secret is; its path starts from `folder`."""
    if section is None:
        return None
    return Secret(
        credential=section.credential, file=absolute(section.file, folder), env=section.env
    )


def absolute(path: str, folder: Path) -> str:
    """Complete a path of the file, which starts from the file's own folder; empty stays empty."""
    return str(folder / path) if path else ""
