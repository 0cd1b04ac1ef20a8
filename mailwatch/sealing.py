"""Facts without the persons: addresses, subjects, file numbers and words under keyed pseudonyms.

Equal before is equal after, so that the same requests are decided; without the key nothing can be told, nor
tried out (BLAKE2b keyed, RFC 7693). What stays in clear names nobody outside: message identifiers, by which a
message is found again, the institution's declared boxes, the domains of its other addresses.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b

from mailwatch.addresses import domain, is_ours
from mailwatch.model import Announced, Evidence, Fact, Institution, Mentions, Report
from mailwatch.threads import EMPTY_SUBJECTS

_DIGEST = 4
"""Octets of one digest of a sketch."""
_NAME = 8
"""Octets of a pseudonym: two of a million meet once in 37 million registers."""


def seal(fact: Fact, key: bytes, institution: Institution) -> Fact:
    """Replace whatever names a person in `fact` by its pseudonym under `key`, of 16 to 64 octets."""
    reading = fact.reading
    return replace(
        fact,
        sender=sealed_address(fact.sender, key, institution),
        recipients=tuple(sealed_address(who, key, institution) for who in fact.recipients),
        subject=_sealed_subject(fact.subject, key),
        reading=replace(
            reading,
            correspondent=sealed_address(reading.correspondent, key, institution),
            evidence=tuple(Evidence(rule=e.rule, said="", place=e.place) for e in reading.evidence),
        ),
        mentions=_sealed_mentions(fact.mentions) if fact.mentions else None,
        announced=Announced(on=fact.announced.on, text="") if fact.announced else None,
        sketch=_sealed_sketch(fact.sketch, key),
        quoted_sketch=_sealed_sketch(fact.quoted_sketch, key),
        identifiers=tuple(sealed_number(number, key) for number in fact.identifiers),
        report=_sealed_report(fact.report, key, institution) if fact.report else None,
    )


def sealed_address(address: str, key: bytes, institution: Institution) -> str:
    """Give the pseudonym of an address; ours keeps its domain, and a declared box stays as it is."""
    if not address or address in boxes(institution):
        return address
    if is_ours(address, institution):
        return sealed_box(address, key)
    return sealed_person(address, key)


def sealed_person(address: str, key: bytes) -> str:
    """Give the pseudonym of somebody outside."""
    return _pseudonym(address, key, b"address") if address else ""


def sealed_box(address: str, key: bytes) -> str:
    """Give the pseudonym of an address of ours that is not declared: its domain stays."""
    return f"{sealed_person(address, key)}@{domain(address)}"


def boxes(institution: Institution) -> tuple[str, ...]:
    """The addresses that the institution declares as boxes of its own: they name no person."""
    return (*institution.addresses, *(box.address for box in institution.boxes))


def sealed_number(number: str, key: bytes) -> str:
    """Give the pseudonym of a file number; the mark of a day (`@03-02`) stays."""
    return number if number.startswith("@") else _pseudonym(number, key, b"number")


def _sealed_subject(subject: str, key: bytes) -> str:
    # What everybody writes ties nobody to anybody, and has to be known as such.
    return subject if subject in EMPTY_SUBJECTS else _pseudonym(subject, key, b"subject")


def _sealed_sketch(sketch: bytes, key: bytes) -> bytes:
    """Replace each digest in its place: the first ones of a text stay its first ones."""
    places = range(0, len(sketch), _DIGEST)
    return b"".join([_sealed_words(sketch[at : at + _DIGEST], key) for at in places])


@lru_cache(maxsize=8192)
def _sealed_words(digest: bytes, key: bytes) -> bytes:
    """Replace one digest; most were met before, in what is quoted, in formulas, in signatures."""
    return blake2b(digest, key=key, digest_size=_DIGEST, person=b"sketch").digest()


def _sealed_report(report: Report, key: bytes, institution: Institution) -> Report:
    recipients = tuple(
        replace(who, address=sealed_address(who.address, key, institution))
        for who in report.recipients
    )
    return replace(report, recipients=recipients)


def _sealed_mentions(mentions: Mentions) -> Mentions:
    """Who signed is the auditor's to read in the mail; that somebody did is kept."""
    return replace(mentions, author=replace(mentions.author, text=""))


def _pseudonym(text: str, key: bytes, kind: bytes) -> str:
    # Hostile headers hold lone surrogates.
    written = text.encode("utf-8", "surrogatepass")
    return blake2b(written, key=key, digest_size=_NAME, person=kind).hexdigest()
