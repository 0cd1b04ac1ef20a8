"""A secret read at the moment it is used, from the place that the settings name; it is never shown."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from mailwatch.errors import Remark, SettingsError
from mailwatch.site import Secret, Site

MAX_BYTES = 65_536
"""A password is a line, a token a few kilobytes: what is larger is something else."""


def reveal(secret: Secret) -> str:
    """Read a password or a token, without the end of its line; SettingsError says where and what to do.

    The text is as it was written: neither trimmed nor normalised (RFC 4616 leaves that to the server).
    """
    where, content = _told(secret), reveal_bytes(secret)
    text = _decoded(content)
    if text is None:
        raise SettingsError(
            "{where} : le secret n’est pas en UTF-8 ; écrivez-le à nouveau en UTF-8", where=where
        )
    # An editor of Windows may have put a byte order mark.
    text = text.removeprefix("\ufeff").removesuffix("\n").removesuffix("\r")
    if not text:
        raise SettingsError("{where} : le secret est vide ; écrivez-le là", where=where)
    if set("\n\r\0") & set(text):
        raise SettingsError(
            "{where} : il y a plusieurs lignes ; n’y laissez que le secret, seul sur la sienne",
            where=where,
        )
    return text


def reveal_bytes(secret: Secret) -> bytes:
    """Read a secret as it is kept, such as a key; SettingsError says where and what to do."""
    if secret.env:
        return _variable(secret)
    path = _credential_file(secret) if secret.credential else Path(secret.file)
    content = _content(secret, path)
    if not content:
        raise SettingsError("{where} : le secret est vide ; écrivez-le là", where=_told(secret))
    if len(content) > MAX_BYTES:
        raise SettingsError("{where} : trop gros pour un secret", where=_told(secret))
    return content


def refusals(site: Site) -> tuple[SettingsError, ...]:
    """Try the files of a site's secrets, and give what whoever needs them would raise.

    What systemd or the environment hands over is not there for whoever types a command.
    """
    said = [account.secret for account in site.accounts if not account.token_command]
    said.append(site.submission.secret if site.submission else None)
    trials: dict[Secret, Callable[[Secret], str | bytes]]
    trials = {secret: reveal for secret in said if secret and secret.file}
    if site.key and site.key.file:
        trials[site.key] = reveal_bytes
    return tuple(error for secret, read in trials.items() if (error := _refusal(secret, read)))


def _refusal(secret: Secret, read: Callable[[Secret], str | bytes]) -> SettingsError | None:
    try:
        read(secret)
    except SettingsError as error:
        return error
    return None


def _told(secret: Secret) -> Remark:
    """Name the place as the settings do."""
    if secret.credential:
        return Remark("secret « {name} » de systemd", name=secret.credential)
    if secret.env:
        return Remark("variable d’environnement {name}", name=secret.env)
    return Remark("fichier de secret « {file} »", file=secret.file)


def _decoded(content: bytes) -> str | None:
    # Nothing is raised from here: a UnicodeDecodeError carries the bytes that it could not read.
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


# --- places ---------------------------------------------------------------------------------------


def _variable(secret: Secret) -> bytes:
    content = os.environ.get(secret.env)
    if not content:
        raise SettingsError(
            "la variable d’environnement {name}, qui doit porter le secret, manque ou est vide ; "
            "donnez-la au service, ou préférez un fichier",
            name=secret.env,
        )
    return os.fsencode(content)


def _credential_file(secret: Secret) -> Path:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise SettingsError(
            "secret « {name} » : systemd n’a remis aucun secret à ce programme ; ajoutez à l’unité "
            "« LoadCredential={name}:/etc/mailwatch/credentials/{name} », ou nommez un fichier",
            name=secret.credential,
        )
    return Path(folder) / secret.credential


def _content(secret: Secret, path: Path) -> bytes:
    try:
        # Not blocking: a named pipe that nobody writes to would be waited for without end.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as refusal:  # ValueError: a path with a NUL
        raise _unopened(secret, refusal) from None
    try:
        return _judged(secret, descriptor)
    except OSError:
        raise SettingsError("{where} : il ne se lit pas", where=_told(secret)) from None
    finally:
        os.close(descriptor)


def _judged(secret: Secret, descriptor: int) -> bytes:
    # What is judged is what was opened, not what the name leads to by then.
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError("{where} : ce n’est pas un fichier", where=_told(secret))
    if secret.file:  # systemd guards the folder of its credentials
        _refuse_shared(secret, status)
    return os.read(descriptor, MAX_BYTES + 1)


def _unopened(secret: Secret, refusal: OSError | ValueError) -> SettingsError:
    if secret.credential and isinstance(refusal, FileNotFoundError):
        return SettingsError(
            "secret « {name} » : systemd ne l’a pas remis à ce programme ; ajoutez à l’unité "
            "« LoadCredential={name}:/etc/mailwatch/credentials/{name} »",
            name=secret.credential,
        )
    if isinstance(refusal, FileNotFoundError | NotADirectoryError):
        return SettingsError(
            "le fichier de secret « {file} » n’existe pas ; créez-le, lisible de ce compte seul "
            "(install -m 600 /dev/null {file}), et écrivez-y le secret",
            file=secret.file,
        )
    if isinstance(refusal, PermissionError):
        return SettingsError(
            "{where} : ce compte (uid {uid}) ne peut pas le lire ; donnez-le-lui (chown {uid}) en mode 600",
            where=_told(secret),
            uid=os.geteuid(),
        )
    return SettingsError("{where} : il ne se lit pas", where=_told(secret))


def _refuse_shared(secret: Secret, status: os.stat_result) -> None:
    # A file of root's that we can read all the same is a gift by access list.
    if status.st_uid not in {os.geteuid(), 0}:
        raise SettingsError(
            "le fichier de secret « {file} » est à un autre compte (uid {owner}) que celui qui le lit "
            "(uid {uid}) ; lancez mailwatch sous le bon compte, ou donnez-lui le fichier (chown {uid} {file})",
            file=secret.file,
            owner=status.st_uid,
            uid=os.geteuid(),
        )
    if status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(
            "le fichier de secret « {file} » est ouvert à d’autres comptes (mode {mode}) ; "
            "fermez-le (chmod 600 {file}), et changez le secret si quelqu’un a pu le lire",
            file=secret.file,
            mode=f"{stat.S_IMODE(status.st_mode):03o}",
        )
