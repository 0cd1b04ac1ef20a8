"""The types that the keys of the file have: each takes what people write, or says what it wants.

Like `schema`, imported when there is a file to read and not before.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from mailwatch import workdays
from mailwatch.errors import Remark
from mailwatch.labels import WEEKDAYS
from mailwatch.settings.packaged import territories_only
from mailwatch.site import Weekday

_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"([0-9]{1,2}) ?[:hH] ?([0-9]{2})?(?::[0-9]{2})?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_ENVIRONMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_CREDENTIAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,254}")
_DURATION = re.compile(r"([0-9]{1,3}) ?(mois|ans?|années?|months?|years?)", re.IGNORECASE)
_SHORTEST, _LONGEST = 12, 240
_SOCKET_PATH = 107
_NUMBER = Remark("un nombre de {low} à {high}").template
_SECONDS = Remark("un nombre de secondes de {low} à {high}").template
_MEGABYTES = Remark("un nombre de mégaoctets de {low} à {high}").template
_UNROUTABLE = (".local", "@local", ".localhost", "@localhost")


Place = tuple[str | int, ...]
"""Keys and indexes from the top of the file, as pydantic's `loc`."""


def wanted(words: Remark) -> PydanticCustomError:
    """Refuse a value by what should stand in its place; the fault says what was found."""
    return PydanticCustomError("wanted", "{words}", {"words": words})


# --- mail and time --------------------------------------------------------------------------------


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
        raise wanted(Remark("une adresse électronique, comme prefecture@jura.gouv.fr")) from None
    return (found.ascii_email or found.normalized).lower().removesuffix(suffix)


def _somebody(addresses: tuple[str, ...]) -> tuple[str, ...]:
    # pydantic's own `min_length` counts what is valid, and says a second time what is wrong.
    if not addresses:
        raise wanted(Remark("au moins une adresse"))
    return tuple(dict.fromkeys(addresses))


def _domain(text: str) -> str:
    try:
        return _address(f"a@{text}").removeprefix("a@")
    except PydanticCustomError:
        raise wanted(Remark("un nom de domaine sans arobase, comme jura.gouv.fr")) from None


def _relay(text: str) -> str:
    if re.search(r"[\s@/:]", text):
        raise wanted(Remark("un nom de serveur, comme mx1.jura.gouv.fr"))
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
    raise wanted(Remark("une date, comme 2026-01-31"))


def _hour(value: object) -> time:
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    found = _HOUR.fullmatch(value.strip()) if isinstance(value, str) else None
    # « 8h » is an hour, « 8: » is none.
    if found and (found[2] or ":" not in found[0]):
        try:
            return time(int(found[1]), int(found[2] or 0))
        except ValueError:
            pass
    raise wanted(Remark("une heure, comme « 08:00 »"))


def _weekday(value: object) -> Weekday:
    word = value.strip().lower() if isinstance(value, str) else ""
    for day in Weekday:
        if word in {day.name.lower(), WEEKDAYS[day]}:
            return day
    raise wanted(Remark("un jour de la semaine, comme « lundi »"))


def _territory(code: str) -> str:
    return workdays.find_territory(territories_only(), code).code


def _timezone(name: str) -> str:
    return workdays.zone(territories_only()["75"], name).key


# --- servers, places and secrets ------------------------------------------------------------------


def _host(text: str) -> str:
    """Check the name of a server, or its IP address; ASCII and lower case, without the last dot."""
    try:
        return str(ipaddress.ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError:
        pass
    try:
        name = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:  # a label that is empty, too long, or cannot be a name
        name = ""
    if not name or not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise wanted(Remark("un nom de serveur seul, comme imap.jura.gouv.fr"))
    return name


def _printable(text: str) -> str:
    if not text.isprintable():
        raise wanted(Remark("un texte sans fin de ligne ni caractère de commande"))
    return text


def _label(text: str) -> str:
    if set("/;") & set(text):
        raise wanted(Remark("un nom sans « / » ni « ; », qui servent à situer les messages"))
    return text


def _folder(name: str) -> str:
    # INBOX is the one name whose case does not count (RFC 9051 section 5.1).
    return "INBOX" if name.upper() == "INBOX" else name


def _path(text: str) -> str:
    if text.startswith("~"):
        raise wanted(Remark("un chemin complet, sans « ~ » (le service n’est pas vous)"))
    return text


def _socket_or_port(value: object) -> str | int:
    """A port of this machine, or the path of a Unix socket, which the kernel cuts at 107 octets (unix(7))."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 65535:
        return value
    if isinstance(value, str) and value.startswith("/") and value.isprintable():
        if len(value.encode()) <= _SOCKET_PATH:
            return value
        raise wanted(
            Remark(
                "un chemin de {octets} octets au plus : un socket n’en admet pas plus",
                octets=_SOCKET_PATH,
            )
        )
    raise wanted(Remark("le chemin d’un socket, comme « /run/mailwatch/lmtp.sock », ou un port"))


def _environment(name: str) -> str:
    if not _ENVIRONMENT.fullmatch(name):
        raise wanted(Remark("le nom d’une variable d’environnement, comme MAILWATCH_IMAP"))
    return name


def _credential(name: str) -> str:
    if not _CREDENTIAL.fullmatch(name):
        raise wanted(Remark("le nom d’un secret de systemd, comme « imap »"))
    return name


def _whole(low: int, high: int, words: str) -> Callable[[object], int]:
    def check(value: object) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        raise wanted(Remark(words, low=low, high=high))

    return check


def _months(value: object) -> int:
    """Read a duration as people write it; the audit of a year has to be able to follow each figure."""
    found = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None:
        months = int(found[1]) * (1 if found[2].lower().startswith("mo") else 12)
        if _SHORTEST <= months <= _LONGEST:
            return months
    raise wanted(Remark("une durée de 12 mois à 20 ans, comme « 3 ans » ou « 18 mois »"))


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


Text = Annotated[str, StringConstraints(strict=True, strip_whitespace=True, min_length=1)]
Line = Annotated[Text, AfterValidator(_printable)]
EmailAddress = Annotated[Text, AfterValidator(_address)]
Recipients = Annotated[tuple[EmailAddress, ...], AfterValidator(_somebody)]
Domain = Annotated[Text, AfterValidator(_domain)]
Relay = Annotated[Text, AfterValidator(_relay)]
Day = Annotated[date, BeforeValidator(_day)]
Hour = Annotated[time, BeforeValidator(_hour)]
DayOfWeek = Annotated[Weekday, BeforeValidator(_weekday)]
TerritoryCode = Annotated[Text, AfterValidator(_territory)]
TimeZone = Annotated[Text, AfterValidator(_timezone)]
Host = Annotated[Text, AfterValidator(_host)]
Port = Annotated[int, BeforeValidator(_whole(1, 65535, _NUMBER))]
Timeout = Annotated[int, BeforeValidator(_whole(1, 600, _SECONDS))]
Interval = Annotated[int, BeforeValidator(_whole(1, 600, _SECONDS))]
"""Well under the time after which the register calls it a gap in the observation."""
Months = Annotated[int, BeforeValidator(_months)]
SocketOrPort = Annotated[str | int, BeforeValidator(_socket_or_port)]
Megabytes = Annotated[int, BeforeValidator(_whole(1, 500, _MEGABYTES))]
AccountName = Annotated[Line, AfterValidator(_label)]
FolderName = Annotated[Line, AfterValidator(_folder)]
FilePath = Annotated[Line, AfterValidator(_path)]
EnvironmentName = Annotated[Text, AfterValidator(_environment)]
CredentialName = Annotated[Text, AfterValidator(_credential)]
Word = BeforeValidator(_lower)
"""A word of a list, in capitals or not: « TLS »."""


class Section(BaseModel):
    """A table of the file: an unknown key is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)
