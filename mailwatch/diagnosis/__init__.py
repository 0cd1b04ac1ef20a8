"""What the service needs, tried one by one, in the order in which a person would mend it; nothing is changed.

for title, trial in trials(site, settings, now):
    found = trial()         # or an error of the tree, which says what to do
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from mailwatch import recognition
from mailwatch.daemon import key_file
from mailwatch.diagnosis import machine, servers
from mailwatch.diagnosis.terms import Found, found
from mailwatch.errors import RegisterError, Remark
from mailwatch.journal.folders import FOLDER, UNFINISHED, names
from mailwatch.journal.heads import fingerprint
from mailwatch.journal.signing import public_key
from mailwatch.journal.verifying import verified
from mailwatch.language import say
from mailwatch.probe import holder
from mailwatch.register import checked
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_of
from mailwatch.site import Site

__all__ = ["Found", "trials"]

Trial = Callable[[], Found]


def trials(
    site: Site, settings: Path, key: Callable[[], bytes], now: datetime
) -> Iterator[tuple[Remark, Trial]]:
    """Give what there is to try, each with its title."""
    yield Remark("règles"), partial(_rules, site)
    yield Remark("versions"), machine.versions
    yield Remark("horloge"), partial(machine.clock, site, now)
    yield Remark("disque"), partial(machine.disk, site)
    yield Remark("droits"), partial(machine.rights, site, settings)
    yield Remark("registre"), partial(_register, site, key)
    yield Remark("journal"), partial(_journal, site)
    if machine.is_under_systemd():
        yield Remark("systemd"), machine.unit
    for account in site.accounts:
        title = Remark("compte {name}", name=account.name)
        yield title, partial(servers.account, account, now)
    if site.submission is not None:
        yield Remark("envoi"), partial(servers.submission, site.submission, now)
    yield Remark("modèle de noms"), partial(_model, site)


def _rules(site: Site) -> Found:
    local = desk_of(site).rules.local
    if not local:
        return found(Remark("celles de mailwatch"))
    rules = ", ".join(dict.fromkeys(rule.target for rule in local))
    return found(Remark("celles de mailwatch, changées par le site : {rules}", rules=rules))


def _register(site: Site, key: Callable[[], bytes]) -> Found:
    desk: Desk = desk_of(site)
    faults = checked(Path(site.state), key(), desk)
    if faults:
        raise RegisterError("{fault}", fault=" ; ".join(map(say, faults)))
    process = holder(Path(site.state))
    if process is None:
        return found(Remark("en ordre"))
    return found(
        Remark("en ordre"),
        Remark("tenu par le service (processus {process})", process=process or "?"),
    )


def _journal(site: Site) -> Found:
    """Say how far the journal’s files go; RegisterError for damaged ones, RefusedError without their key."""
    folder = Path(site.state, FOLDER)
    inside = names(folder)
    if not inside:
        return found(Remark("aucun fichier encore ; le premier relevé les écrit"))
    if UNFINISHED in inside:
        return found(
            Remark("à compléter"),
            doubts=(
                Remark("un arrêt brutal l’a laissé inachevé ; le prochain relevé le complète"),
            ),
        )
    read = verified(folder)
    if read.faults:
        raise RegisterError("{fault}", fault=" ; ".join(map(say, dict.fromkeys(read.faults))))
    size = Remark("{size} lignes", size=read.trail.size)
    if not (read.trail.key or site.journal.signing_key):
        return found(size, Remark("sans signature"))
    return found(size, Remark("signé par {key}", key=fingerprint(public_key(key_file(site)))))


def _model(site: Site) -> Found:
    if not recognition.installed() and not site.institution.name_model:
        return found(Remark("absent ; les auteurs sont lus d’après l’annuaire et les règles"))
    model = recognition.model()
    words = Remark(
        "{name} {version}, sha256 {digest}",
        name=model.name,
        version=model.version,
        digest=model.digest,
    )
    unasked = Remark("[reading] ne le demande pas")
    return found(words, None if site.institution.name_model else unasked)
