"""A specimen as an agent of the site would send it: its places filled, and the mail around it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from mailwatch.labels import month_name
from mailwatch.model import Delivery, Exemption, Institution, Nature, Role
from mailwatch.ruleset import Desk
from mailwatch.specimens import places
from mailwatch.specimens.terms import Specimen
from mailwatch.workdays import nth_working

ROBOTS = frozenset({Nature.AUTOMATIC_ACKNOWLEDGEMENT, Nature.OUT_OF_OFFICE})
"""What a program sends, and nobody signs."""

_AUTHOR = "Camille MARTIN"
_INSTITUTION = "Préfecture du Jura"
_SERVICE = "Bureau de la réglementation et des élections"
_SENDER = "prefecture@jura.gouv.fr"
_CITIZEN = "odile.ferrand@laposte.example"
_ASKED, _REMINDED = 3, 20
"""Days since the request arrived, and since documents were asked for again."""
_NEXT, _MORE, _LATER = 1, 10, 20
"""Working days until a date that was announced before, until the one announced now, until one set to the citizen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A specimen filled: the mail, what its body says, and for which institution it is judged."""

    delivery: Delivery
    body: str
    institution: Institution
    excepted: bool
    """The settings declare an exception that holds."""


def filled(specimen: Specimen, desk: Desk, on: date) -> Draft:
    """Fill the places of a specimen as the site of `desk` would on a day, a local date of the territory.

    Service and author are the first that the settings declare, or those of an exception when the specimen is for one.
    """
    own = desk.institution
    exception = _exception(own, on) if specimen.exempt else None
    sender, service = _desk_of(own, exception)
    words = {**_words(own, sender, service), **_days(desk, on), **specimen.examples}
    body = places.fill(specimen.body, lambda name: words.get(name, name))
    subject = places.fill(specimen.subject or specimen.title, lambda name: words.get(name, name))
    # Nobody else's exception may excuse a specimen.
    held = _held(sender, on) if specimen.exempt else ()
    return Draft(
        delivery=_mail(specimen, sender, subject, body),
        body=body,
        institution=replace(own, exemptions=held),
        excepted=exception is not None,
    )


def _exception(own: Institution, on: date) -> Exemption | None:
    return next(
        (
            each
            for each in own.exemptions
            if each.from_on <= on and (each.until_on is None or on <= each.until_on)
        ),
        None,
    )


def _held(sender: str, on: date) -> tuple[Exemption, ...]:
    """An exception for whoever sends, for as long as the judgement takes."""
    return (Exemption(address=sender, service="", ground="", decided_by="", from_on=on),)


def _desk_of(own: Institution, exception: Exemption | None) -> tuple[str, str]:
    """From which address, and for which service, the specimen is sent."""
    boxes = [box for box in own.boxes if box.service]
    if exception is not None:
        boxes = [
            box
            for box in boxes
            if box.address == exception.address or box.service == exception.service
        ]
    addresses = (*(box.address for box in boxes), *own.addresses, *map(_general, own.domains))
    services = (*(box.service for box in boxes), *own.services)
    sender, service = next(iter(addresses), _SENDER), next(iter(services), _SERVICE)
    if exception is None:
        return sender, service
    return exception.address or sender, exception.service or service


def _general(domain: str) -> str:
    return f"prefecture@{domain}"


def _words(own: Institution, sender: str, service: str) -> Mapping[str, str]:
    author = next(iter(own.agents), _AUTHOR)
    first_name, _, surname = author.rpartition(" ")
    return {
        places.AUTHOR: author,
        places.FIRST_NAME: first_name or author,
        places.SURNAME: surname,
        places.FUNCTION: "gestionnaire",
        places.NUMBER: "1234567",
        places.SERVICE: service,
        places.INSTITUTION: own.name or _INSTITUTION,
        places.ADDRESS: "1, place de la Préfecture",
        places.TELEPHONE: "03 53 01 00 00",
        places.EMAIL: sender,
        places.SITE: f"www.{sender.rpartition('@')[2]}",
        places.HOURS: "du lundi au vendredi, de 9 heures à midi",
        places.CITIZEN: "Madame Ferrand",
        places.REFERENCE: "2026-0147",
        places.MATTER: "le changement de siège de votre association",
    }


def _days(desk: Desk, on: date) -> Mapping[str, str]:
    ahead = {
        places.PROMISED: _NEXT,
        places.ANSWERED: _MORE,
        places.BACK: _MORE,
        places.LIMIT: _LATER,
    }
    ago = {places.RECEIVED: _ASKED, places.ASKED: _ASKED, places.REMINDED: _REMINDED}
    first = date.min.toordinal()
    return {
        **{name: _long_day(nth_working(desk.calendar, on, days)) for name, days in ahead.items()},
        **{
            name: _long_day(date.fromordinal(max(first, on.toordinal() - days)))
            for name, days in ago.items()
        },
    }


def _long_day(on: date) -> str:
    """A day as a letter writes it: « 1er décembre 2026 »."""
    return f"{'1er' if on.day == 1 else on.day} {month_name(f'{on:%Y-%m}')}"


def _mail(specimen: Specimen, sender: str, subject: str, body: str) -> Delivery:
    """The mail as the sent folder would keep it; a robot says that it is one (RFC 3834 section 5)."""
    encoded = b64encode(subject.encode("utf-8", "replace")).decode("ascii")
    head = [
        f"From: {sender}",
        f"To: {_CITIZEN}",
        f"Subject: =?utf-8?b?{encoded}?=",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    if specimen.nature in ROBOTS:
        head.append("Auto-Submitted: auto-replied")
    text = "\r\n".join((*head, "", *body.split("\n"), ""))
    return Delivery(raw=text.encode("utf-8", "replace"), file=specimen.file, role=Role.SENT)
