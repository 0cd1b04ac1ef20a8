"""Two exports on disk, as administrators make them: Maildir, `.eml` files, an mbox, a register, settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from mailwatch.demo.composing import compose, message_id
from mailwatch.demo.story import Mail, Place
from mailwatch.model import Role

PASSWORD = "demonstration"
"""Of the accounts on the demonstration's own server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Where the demonstration's servers listen; outside it, where nobody does."""

    imap: int = 1143
    smtp: int = 1025


Layout = Callable[[Path, Iterable[Mail], Place], None]


def maildir(folder: Path, mails: Iterable[Mail], place: Place) -> None:
    """Write both folders as Maildir; the number in a name is when a client saw the mail, never a clock."""
    for role in Role:
        for part in ("cur", "new", "tmp"):
            (folder / role / part).mkdir(parents=True)
    for number, mail in enumerate(mails, start=1):
        name = f"{_SEEN + number}.M{number:06}P311.messagerie:2,S"
        (folder / mail.role / "cur" / name).write_bytes(compose(mail, place))


def messages(folder: Path, mails: Iterable[Mail], place: Place) -> None:
    """Write `.eml` files named by day and story, and one service's sent folder as an mbox."""
    for role in Role:
        (folder / role).mkdir(parents=True)
    boxed = []
    for mail in mails:
        raw = compose(mail, place)
        if mail.role is Role.SENT and mail.sender.address == place.people["thionville"].address:
            boxed.append(_in_mbox(mail, raw))
        else:
            (folder / mail.role / f"{mail.at:%Y-%m-%d}-{mail.id}.eml").write_bytes(raw)
    (folder / Role.SENT / "thionville.mbox").write_bytes(b"".join(boxed))
    for name, raw in _DAMAGED.items():
        (folder / Role.INBOX / name).write_bytes(raw)


def papers(folder: Path, territory: str, mails: Iterable[Mail], ports: Ports) -> None:
    """Write the register of letters, the settings, and the password that these name.

    In the settings `{id}` is that mail's Message-ID, `{imap}` and `{smtp}` are ports.
    """
    source = resources.files(__package__).joinpath(territory)
    register = source.joinpath("lettres.csv").read_text(encoding="utf-8")
    (folder / "lettres.csv").write_text(register, encoding="utf-8-sig", newline="\r\n")
    settings = source.joinpath("mailwatch.toml").read_text(encoding="utf-8")
    named = {"imap": str(ports.imap), "smtp": str(ports.smtp)}
    named |= {mail.id: message_id(mail) for mail in mails}
    for name, value in named.items():
        settings = settings.replace(f"{{{name}}}", value)
    (folder / "mailwatch.toml").write_text(settings, encoding="utf-8")
    secret = folder / "imap.secret"
    secret.touch(mode=0o600)
    secret.write_text(f"{PASSWORD}\n", encoding="utf-8")


_SEEN = 1_776_600_000

CUT = bytes(range(256)) * 8
"""What a failing disk leaves of a message."""

_DAMAGED: Mapping[str, bytes] = {
    "2026-04-01-coupe.eml": CUT,
    "2026-04-02-sans-date.eml": (
        b"From: inconnu@orange.example\nTo: prefecture@moselle.gouv.fr\nSubject: question\n\n"
        b"Bonjour, a quelle heure ouvrez-vous le samedi ?\n"
    ),
}
"""Files that a failing disk or a careless export leaves: one is no mail, one lost the dates that servers keep."""


def _in_mbox(mail: Mail, raw: bytes) -> bytes:
    """One message of an mbox, its `From ` lines quoted (RFC 4155, mboxrd)."""
    lines = [
        b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in raw.split(b"\n")
    ]
    separator = f"From {mail.sender.address} {mail.at:%a %b %d %H:%M:%S %Y}\n".encode()
    return separator + b"\n".join(lines) + b"\n"
