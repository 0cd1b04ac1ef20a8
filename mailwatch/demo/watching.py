"""One site of the demonstration at work: looked at through IMAP, alerted, and held against the offline run."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path

from mailwatch import daemon, offline
from mailwatch.demo.agreeing import agree
from mailwatch.demo.mailboxes import NOW, TODAY, Mailbox
from mailwatch.model import Audit
from mailwatch.publishing import publish
from mailwatch.register import created, key_of, opened
from mailwatch.ruleset import Desk
from mailwatch.settings import desk_for, load
from mailwatch.site import Site
from mailwatch.sources import files, letters


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What one look at a site gave."""

    audit: Audit
    """The register's figures."""
    offline: Audit
    """The offline run's, over the export of the same mail."""
    letters: int


def watch(mailbox: Mailbox, site: Site) -> Watched:
    """Serve `site` once, as `mailwatch once` does, and publish its report.

    Raises what a server or the register raises; RegisterError when the offline run says otherwise.
    """
    desk = desk_for(site.institution)
    state = Path(site.state)
    created(state)
    key = key_of(state)
    filed = letters.read(mailbox.letters)
    with opened(state, key) as register:
        register.add_letters(filed.letters, NOW)
    log = daemon.Log(stream=io.StringIO(), now=lambda: NOW)
    done = daemon.once(site, desk, key, now=lambda: NOW, log=log)
    for error in done.errors:
        raise error
    with opened(state, key) as register:
        found = register.audit(desk, mailbox.period, TODAY)
    found = replace(found, refused=(*filed.refused, *found.refused))
    compared = _offline(mailbox, desk)
    agree(found, compared)
    publish(found, desk, mailbox.report)
    return Watched(audit=found, offline=compared, letters=len(filed.letters))


# --- the same mail offline ------------------------------------------------------------------------


def audited(mailbox: Mailbox) -> Audit:
    """Audit the export of `mailbox` as it stands on the day of the demonstration."""
    return _offline(mailbox, desk_for(load(mailbox.settings)))


def _offline(mailbox: Mailbox, desk: Desk) -> Audit:
    gathered = offline.gather(files.entries(mailbox.mail), desk)
    filed = letters.read(mailbox.letters)
    return offline.audit(gathered, filed.letters, filed.refused, desk, mailbox.period, TODAY)
