"""The settings file as a tree: every key, its type and what it may hold.

Only `mailwatch.settings.load` imports this module: pydantic takes longer to import than most commands to
run. A new section is a class here, a field of `Settings`, and a line of `institution`.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Self

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from mailwatch import workdays
from mailwatch.model import Box, Convention, Exemption, Institution, ManualAnswer
from mailwatch.settings.packaged import territories_only

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNROUTABLE = (".local", "@local", ".localhost", "@localhost")


def _wanted(words: str) -> PydanticCustomError:
    """Refuse a value by what should stand in its place; the fault says what was found."""
    return PydanticCustomError("wanted", "{words}", {"words": words})


def _address(text: str) -> str:
    """Check an address without asking the DNS; ASCII domain and lower case, as mail carries it."""
    # Names such as `.local` are reserved, so email-validator refuses them, yet many an intranet has them.
    suffix = ".fr" if text.lower().endswith(_UNROUTABLE) else ""
    try:
        found = validate_email(
            text + suffix,
            check_deliverability=False,
            globally_deliverable=False,
            test_environment=True,
        )
    except EmailNotValidError:
        raise _wanted("une adresse électronique, comme prefecture@jura.gouv.fr") from None
    return (found.ascii_email or found.normalized).lower().removesuffix(suffix)


def _domain(text: str) -> str:
    try:
        return _address(f"a@{text}").removeprefix("a@")
    except PydanticCustomError:
        raise _wanted("un nom de domaine sans arobase, comme jura.gouv.fr") from None


def _relay(text: str) -> str:
    if re.search(r"[\s@/:]", text):
        raise _wanted("un nom de serveur, comme mx1.jura.gouv.fr")
    return text.lower().rstrip(".")


def _day(value: object) -> date:
    # pydantic alone would read a number as seconds since 1970.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _wanted("une date, comme 2026-01-31")


def _territory(code: str) -> str:
    return workdays.find_territory(territories_only(), code).code


def _timezone(name: str) -> str:
    return workdays.zone(territories_only()["75"], name).key


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
EmailAddress = Annotated[Text, AfterValidator(_address)]
Domain = Annotated[Text, AfterValidator(_domain)]
Relay = Annotated[Text, AfterValidator(_relay)]
Day = Annotated[date, BeforeValidator(_day)]
TerritoryCode = Annotated[Text, AfterValidator(_territory)]
TimeZone = Annotated[Text, AfterValidator(_timezone)]


class Section(BaseModel):
    """A table of the file: an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


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
                raise ValueError(f"le {day} est à la fois dans « closed » et dans « opened »")
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
            raise ValueError("« address » ou « service » est nécessaire")
        if self.until_on is not None and self.until_on < self.from_on:
            raise ValueError(f"« until » ({self.until_on}) est avant « from » ({self.from_on})")
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


class Settings(BaseSettings):
    """The whole file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    institution: InstitutionSection = InstitutionSection()
    exception: tuple[ExceptionSection, ...] = ()
    box: tuple[BoxSection, ...] = ()
    manual_answer: tuple[ManualAnswerSection, ...] = ()

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

    @model_validator(mode="after")
    def _each_box_once(self) -> Self:
        addresses = [box.address for box in self.box]
        for address in addresses:
            if addresses.count(address) > 1:
                raise ValueError(f"[[box]] : l’adresse « {address} » est déclarée deux fois")
        return self


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
    )
