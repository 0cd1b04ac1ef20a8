"""The journal's files kept up with the register, signed and dated; a journal that contradicts itself stops the service.

What others know of it is compared at each start: the files themselves, and the head that the last weekly alert
carried to its readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from functools import partial
from pathlib import Path

from mailwatch import alert
from mailwatch.errors import RefusedError, RegisterError, Remark
from mailwatch.journal import folders, projecting, signing
from mailwatch.journal.heads import AUTHORITY, HEAD, Head, fingerprint, read_head, read_witness
from mailwatch.journal.lines import KEY, STAMP, Trail
from mailwatch.journal.projecting import Projection, Seal
from mailwatch.journal.stamping import stamp
from mailwatch.journal.verifying import against
from mailwatch.outbox.composing import JOURNAL_FIELD
from mailwatch.register import Register
from mailwatch.site import Site

RESTORED = "restored"
"""What the journal calls that its files had to be written anew."""


def key_file(site: Site) -> Path:
    """Say where the key is that signs the journal."""
    return Path(site.journal.signing_key or Path(site.state, signing.KEY_FILE))


def witnessed(register: Register) -> Head | None:
    """Give the head that the last weekly alert carried; None when there is none to be read any more."""
    last = register.last_alert(alert.WEEKLY)
    if last is None:
        return None
    return read_witness(BytesHeaderParser().parsebytes(last.message).get(JOURNAL_FIELD, ""))


@dataclass(slots=True, kw_only=True)
class Publication:
    """The journal of a site as files; made by `published`."""

    site: Site
    register: Register
    projection: Projection | None
    """How far the files go; None when that is to be read again."""
    seal: Seal | None = None

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return Path(self.site.state, folders.FOLDER)

    def publish(self, at: datetime) -> bool:
        """Write what is new, and say whether anything was.

        Raises RefusedError when there is no signature to be had, BusyError when the disk is full: nothing is lost,
        and the next time makes up for it.
        """
        if self.seal is None:
            self.seal = _seal(self.site, self.register, at)
        before = self.projection or projecting.opened(self.folder)
        if self.projection and self.register.lines_written() == before.trail.size:
            return False
        lines = self.register.lines_after(before.trail.size)
        self.projection = None
        self.projection = projecting.extended(self.folder, before, lines, self.seal)
        return True

    def have_dated(self, at: datetime) -> None:
        """Once a day, have an authority date the head, where the settings name one; raises as `stamp`."""
        plan, day = self.site.journal, f"{at.astimezone(UTC):%Y-%m-%d}"
        if not plan.timestamp_command or self.register.last_told(STAMP).get("name") == day:
            return
        self.publish(at)
        head = folders.content(self.folder, HEAD)
        token = stamp(head, plan.timestamp_command, Path(plan.timestamp_ca))
        known = read_head(head)
        files = {f"{day}.head": head, f"{day}.tsr": token, AUTHORITY: self._authorities()}
        if self.projection and known:
            before, self.projection = self.projection, None
            self.projection = projecting.filed(self.folder, before, files)
            self.register.journal(STAMP, at, name=day, size=known.size)
            self.publish(at)

    def _authorities(self) -> bytes:
        """The certificates that tokens are checked with: those of today, and those of before."""
        before = folders.content(self.folder, AUTHORITY)
        path = Path(self.site.journal.timestamp_ca)
        now = folders.content(path.parent, path.name)
        return before if now in before else before + now


def published(site: Site, register: Register, at: datetime) -> Publication:
    """Compare the journal with what is known of it, and take it up.

    Raises RegisterError when files, register and witnessed head contradict each other: nothing more is written.
    """
    publication = Publication(site=site, register=register, projection=None)
    files = projecting.opened(publication.folder)
    for fault in contradictions(register, files.trail, witnessed(register)):
        raise RegisterError(
            "{fault} ; rien n’y sera plus écrit. Si le registre a été restauré d’une sauvegarde, mettez de côté "
            "« {folder} », qui est une pièce, et relancez",
            fault=fault,
            folder=publication.folder,
        )
    if not files.trail.size and register.last_told(KEY):
        register.journal(RESTORED, at, size=register.lines_written())
    if files.trail.size and not files.is_cut_short:
        publication.projection = files
    return publication


def contradictions(register: Register, files: Trail, mailed: Head | None) -> Iterator[Remark]:
    """Say how the register's journal contradicts its files, and the head that left in an alert."""
    written = Head(size=files.size, digest=files.digest)
    trail = register.trail(written.size, mailed.size if mailed else 0)
    if not trail.holds:
        yield Remark("le journal du registre ne se suit plus (« mailwatch db check » dit où)")
    for fault in against(trail, written):
        yield Remark("le registre contredit les fichiers du journal : {fault}", fault=fault)
    for fault in against(trail, mailed) if mailed else ():
        yield Remark("le registre contredit la dernière alerte : {fault}", fault=fault)


def _seal(site: Site, register: Register, at: datetime) -> Seal:
    """Say who signs, and note it in the journal when it is news; nobody where no key was ever made."""
    path, known = key_file(site), str(register.last_told(KEY).get("key") or "")
    origin = site.institution.name or "mailwatch"
    try:
        if not (known or site.journal.signing_key):
            signing.made(path)
        public_key = signing.public_key(path)
    except RefusedError:
        if known or site.journal.signing_key:
            raise
        return Seal(origin=origin)
    name = fingerprint(public_key)
    if name != known:
        register.journal(KEY, at, key=name, before=known or None)
    return Seal(origin=origin, public_key=public_key, sign=partial(signing.signature, path))
