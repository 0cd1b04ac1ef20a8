"""The servers that the service asks: what they allow, until when their certificates hold, what their clocks say."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from mailwatch.diagnosis.terms import Found, found
from mailwatch.errors import Remark, SourceError
from mailwatch.outbox import session
from mailwatch.settings.secrets import reveal
from mailwatch.site import Account, Submission
from mailwatch.sources.imap import Connection, connect

_SOON = timedelta(days=30)
_SKEW = timedelta(minutes=1)
_LAST = 500
"""UIDs before the next one, among which the newest message is looked for."""
_WRITING = frozenset("switexkacd")
"""Rights to change a folder or what is in it (RFC 4314 sections 2.1 and 2.1.1)."""


def account(watched: Account, now: datetime) -> Found:
    """Open each watched folder of an account; raises as `connect` and `Connection.examine`."""
    with connect(watched, lambda: reveal(watched.secret) if watched.secret else "") as connection:
        listed = connection.folders()
        try:
            doubts = [
                doubt
                for folder in watched.folders
                for doubt in _of_the_folder(connection, folder.name, now)
            ]
        except SourceError as fault:
            raise SourceError(
                "{fault} ; ce compte a : {folders}", fault=fault, folders=", ".join(listed)
            ) from None
        ends_at = certificate_ends_at(connection.certificate)
    names = {folder.name for folder in watched.folders}
    folders = ", ".join(f"{name} ✔" if name in names else name for name in listed)
    return found(
        Remark("{folders}", folders=folders),
        _lasting(ends_at, now),
        doubts=(*doubts, _ending(ends_at, now)),
    )


def submission(server: Submission, now: datetime) -> Found:
    """Sign in to the server that takes our mail, and leave; raises as `session`."""
    with session(server, reveal(server.secret) if server.secret else "") as opened:
        ends_at = certificate_ends_at(opened.certificate)
    return found(
        Remark("{host} accepte nos envois", host=server.host),
        _lasting(ends_at, now),
        doubts=(_ending(ends_at, now),),
    )


# --- a folder -------------------------------------------------------------------------------------


def _of_the_folder(connection: Connection, folder: str, now: datetime) -> Iterator[Remark]:
    examined = connection.examine(folder)
    if not examined.is_read_only:
        yield Remark(
            "{folder} : le serveur ne confirme pas l’ouverture en lecture seule", folder=folder
        )
    rights = connection.rights()
    if could := "".join(right for right in rights if right in _WRITING):
        yield Remark(
            "{folder} : ce compte pourrait y écrire (droits {could} parmi {rights}) ; « lr » suffit, mailwatch ne "
            "change rien",
            folder=folder,
            could=could,
            rights=rights,
        )
    if ahead := _ahead(connection, examined.uidnext, now):
        yield Remark(
            "{folder} : le serveur date son dernier message de {seconds} s après l’heure d’ici ; l’une des deux "
            "horloges est fausse",
            folder=folder,
            seconds=round(ahead.total_seconds()),
        )


def _ahead(connection: Connection, uidnext: int, now: datetime) -> timedelta | None:
    """How far beyond now the server's date of its newest message is; that a clock is slow cannot be told so."""
    newest = connection.uids(max(uidnext - _LAST, 1), uidnext - 1)[-1:]
    for outline in connection.outlines(newest).values():
        if outline.server_at is not None and outline.server_at.tzinfo is not None:
            ahead = outline.server_at - now
            return ahead if ahead > _SKEW else None
    return None


# --- a certificate --------------------------------------------------------------------------------


def certificate_ends_at(certificate: Mapping[str, object] | None) -> datetime | None:
    """Say until when a certificate holds (RFC 5280 section 4.1.2.5); None when there is none, or it does not say."""
    told = str((certificate or {}).get("notAfter") or "")
    try:
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _lasting(ends_at: datetime | None, now: datetime) -> Remark | None:
    if ends_at is None:
        return None
    return Remark("certificat valable encore {days} j", days=(ends_at - now).days)


def _ending(ends_at: datetime | None, now: datetime) -> Remark | None:
    if ends_at is None or ends_at - now >= _SOON:
        return None
    return Remark(
        "le certificat du serveur expire le {on:%d/%m/%Y} ; après, plus rien ne sera lu ni envoyé par lui",
        on=ends_at.astimezone(now.tzinfo),
    )
