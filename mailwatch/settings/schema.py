"""The settings file as a tree: every key, its type and what it may hold.

Only `mailwatch.settings.load` and `load_site` import this module: pydantic takes longer to import than most
commands to run. A new section is a class here or in `service`, a field of `Settings`, and a line of
`institution` or `site`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailwatch import workdays
from mailwatch.errors import FaultyValueError
from mailwatch.model import Box, Convention, Exemption, Institution, ManualAnswer
from mailwatch.settings import service
from mailwatch.settings.packaged import territories_only
from mailwatch.settings.service import (
    AccountSection,
    AlertSection,
    IntakeSection,
    JournalSection,
    MetricsSection,
    PrivacySection,
    RegisterSection,
    SmtpSection,
)
from mailwatch.settings.values import (
    Day,
    Domain,
    EmailAddress,
    FilePath,
    Relay,
    Section,
    TerritoryCode,
    Text,
    TimeZone,
)
from mailwatch.site import Site


class InstitutionSection(Section):
    """`[institution]`: whose mail is judged, and when its services work."""

    name: Text = ""
    calendar: TerritoryCode = ""
    timezone: TimeZone = ""
    domains: tuple[Domain, ...] = ()
    addresses: tuple[EmailAddress, ...] = ()
    trusted_relays: tuple[Relay, ...] = ()
    convention: Convention = Convention.STRICT
    observe_from: Day | None = None
    closed: tuple[Day, ...] = ()
    opened: tuple[Day, ...] = ()
    customary: tuple[Text, ...] = ()
    services: tuple[Text, ...] = ()
    agents: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _calendar_holds(self) -> Self:
        for day in self.closed:
            if day in self.opened:
                raise FaultyValueError(
                    "le {day} est à la fois dans « closed » et dans « opened »", day=day
                )
        workdays.Calendar(
            territory=territories_only()[self.calendar or "75"],
            closed=frozenset(self.closed),
            opened=frozenset(self.opened),
            customary=self.customary,
        )
        return self


class ExceptionSection(Section):
    """`[[exception]]`: a service whose agents need not be named."""

    address: EmailAddress = ""
    service: Text = ""
    ground: Text
    decided_by: Text
    from_on: Day = Field(alias="from")
    until_on: Day | None = Field(default=None, alias="until")

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if not (self.address or self.service):
            raise FaultyValueError("« address » ou « service » est nécessaire")
        if self.until_on is not None and self.until_on < self.from_on:
            raise FaultyValueError(
                "« until » ({until}) est avant « from » ({start})",
                until=self.until_on,
                start=self.from_on,
            )
        return self


class BoxSection(Section):
    """`[[box]]`: a watched mailbox and the service that answers it."""

    address: EmailAddress
    service: Text
    recipients: tuple[EmailAddress, ...] = ()


class ManualAnswerSection(Section):
    """`[[manual_answer]]`: an answer outside the mail, and who vouches for it."""

    request: Text
    on: Day
    kind: Text
    by: Text
    note: str = Field(default="", strict=True)


class ReadingSection(Section):
    """`[reading]`: by what mail is read beside the rules."""

    model: bool | None = Field(default=None, strict=True)


class Settings(BaseSettings):
    """The whole file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    rules: FilePath | None = None
    templates: FilePath | None = None
    institution: InstitutionSection = InstitutionSection()
    exception: tuple[ExceptionSection, ...] = ()
    box: tuple[BoxSection, ...] = ()
    reading: ReadingSection = ReadingSection()
    manual_answer: tuple[ManualAnswerSection, ...] = ()
    account: tuple[AccountSection, ...] = ()
    intake: IntakeSection | None = None
    smtp: SmtpSection | None = None
    alert: AlertSection | None = None
    # ABCMeta has a method of that name, which pydantic would be hiding.
    kept: RegisterSection = Field(default=RegisterSection(), alias="register")
    journal: JournalSection = JournalSection()
    privacy: PrivacySection = PrivacySection()
    metrics: MetricsSection | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - pydantic-settings passes all by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the file alone: no environment may change a figure that an auditor re-computes."""
        return (init_settings,)


def institution(settings: Settings) -> Institution:
    """Carry the settings over the border: plain values, and pydantic stays behind."""
    own = settings.institution
    return Institution(
        name=own.name,
        calendar=own.calendar,
        timezone=own.timezone,
        domains=own.domains,
        addresses=own.addresses,
        trusted_relays=own.trusted_relays,
        convention=own.convention,
        observe_from=own.observe_from,
        closed=own.closed,
        opened=own.opened,
        customary=own.customary,
        exemptions=tuple(
            Exemption(
                address=entry.address,
                service=entry.service,
                ground=entry.ground,
                decided_by=entry.decided_by,
                from_on=entry.from_on,
                until_on=entry.until_on,
            )
            for entry in settings.exception
        ),
        boxes=tuple(
            Box(address=box.address, service=box.service, recipients=box.recipients)
            for box in settings.box
        ),
        manual_answers=tuple(
            ManualAnswer(
                request=entry.request, on=entry.on, kind=entry.kind, by=entry.by, note=entry.note
            )
            for entry in settings.manual_answer
        ),
        services=own.services,
        agents=own.agents,
        name_model=settings.reading.model,
    )


def site(settings: Settings, folder: Path) -> Site:
    """Carry all of it over; the paths of the file start from `folder`, its own."""
    return Site(
        institution=institution(settings),
        accounts=tuple(service.account(section, folder) for section in settings.account),
        submission=service.submission(settings.smtp, folder) if settings.smtp else None,
        alert=service.alert(settings.alert) if settings.alert else None,
        intake=service.intake(settings.intake) if settings.intake else None,
        state=service.absolute(settings.kept.state, folder),
        key=service.secret(settings.kept.key, folder),
        journal=service.journal(settings.journal, folder),
        poll_every=settings.kept.poll_every,
        reconcile_at=settings.kept.reconcile_at,
        keep_months=settings.privacy.keep,
        metrics=service.absolute(settings.metrics.textfile, folder) if settings.metrics else "",
        rules=service.absolute(settings.rules or "", folder),
        templates=service.absolute(settings.templates or "", folder),
    )
