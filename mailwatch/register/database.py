"""The file of the register: made, opened, brought up to date, copied; what can go wrong with it, in words.

SQLite with a rollback journal on a local disk: the releases that systems ship may lose a write-ahead log
(sqlite.org/wal.html, "WAL-reset bug"), and a register commits once in seconds. `synchronous=EXTRA` also syncs the
folder, so that a commit survives the power cut after it. Every transaction says what it is: one that writes takes
the lock at once, and never finds out half-way that it cannot have it.
"""

from __future__ import annotations

import os
import pwd
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from mailwatch.errors import BusyError, MailwatchError, RefusedError, RegisterError, refusal
from mailwatch.journal.folders import FOLDER as JOURNAL

FILE = "register.sqlite"
KEY = "key"
KEY_LENGTH = 32
VERSIONS = ("0001", "0002", "0003", "0004")
"""The schemas there were, this one last."""
_APPLICATION = 0x4D575247
"""`MWRG` in the header of the file: a register of ours."""
_WAIT = 10_000
"""Milliseconds to wait for another process's transaction."""

PRAGMAS = {
    "journal_mode": "delete",
    "synchronous": 3,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "busy_timeout": _WAIT,
    "cache_size": -4096,
}
"""What every connection runs under; `synchronous` 3 is EXTRA, a negative `cache_size` is KiB."""


class DamagedError(ValueError):
    """A row holds what mailwatch never wrote."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open register file, on the one connection that there is."""

    path: Path
    connection: Connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Hold a transaction that writes: all of what is done in it is kept, or none."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Hold a transaction that reads one state, whatever is written meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        with understood(self.path):
            self.connection.exec_driver_sql(begin)
            try:
                yield self.connection
                # A commit may fail as well (disk full, a reader that stays): then nothing happened.
                self.connection.exec_driver_sql("COMMIT")
            except BaseException:
                self._give_up()
                raise

    def _give_up(self) -> None:
        # A full disk may have rolled back already (sqlite.org/lang_transaction.html).
        driver = self.connection.connection.driver_connection
        if isinstance(driver, sqlite3.Connection) and driver.in_transaction:
            self.connection.exec_driver_sql("ROLLBACK")


# --- opening --------------------------------------------------------------------------------------


@contextmanager
def connected(path: Path, *, current: bool = True) -> Iterator[Database]:
    """Open the register file; refuse one that is not ours or, when `current`, of another version."""
    if not _is_there(path):
        raise _missing(path.parent)
    engine = create_engine(
        "sqlite://",
        creator=lambda: _dialled(path),
        poolclass=StaticPool,
        isolation_level="AUTOCOMMIT",
    )
    try:
        with understood(path), engine.connect() as connection:
            database = Database(path, connection)
            _refuse_foreign(database)
            if current:
                _refuse_other_versions(database)
            yield database
    finally:
        engine.dispose()


def _dialled(path: Path) -> sqlite3.Connection:
    """Connect to a file that exists: SQLite makes no new one in its place."""
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode=rw",
        uri=True,
        isolation_level=None,
        # The scheduler's threads take turns; there is one connection for all.
        check_same_thread=False,
    )
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    return connection


def pragma(database: Database, name: str) -> str | int:
    """Ask SQLite for the value of a pragma."""
    value = database.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
    return value if isinstance(value, int) else str(value)


def differing_pragmas(database: Database) -> tuple[str, ...]:
    """The pragmas that are not what was asked for."""
    return tuple(name for name, value in PRAGMAS.items() if pragma(database, name) != value)


def _refuse_foreign(database: Database) -> None:
    if pragma(database, "application_id") != _APPLICATION:
        raise RegisterError(
            "« {path} » n’est pas un registre de mailwatch ; corrigez « state », ou restaurez une sauvegarde",
            path=database.path,
        )
    if wrong := differing_pragmas(database):
        raise RegisterError(
            "« {path} » : SQLite refuse le réglage « {name} » ; placez le registre sur un disque local",
            path=database.path,
            name=wrong[0],
        )


def version(database: Database) -> str:
    """The schema that the register has; empty when it has none."""
    found = database.connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar_one_or_none()
    return str(found or "")


def _refuse_other_versions(database: Database) -> None:
    found = version(database)
    if found == VERSIONS[-1]:
        return
    if found in VERSIONS:
        raise RegisterError(
            "« {path} » est d’une version plus ancienne ; lancez « mailwatch db upgrade »",
            path=database.path,
        )
    raise RegisterError(
        "« {path} » est d’une version plus récente que ce programme ; mettez mailwatch à jour",
        path=database.path,
    )


# --- making and changing --------------------------------------------------------------------------


def created(folder: Path) -> None:
    """Make an empty register and its key in `folder`, which only its owner can read.

    Raises RegisterError when there is a register already, or the journal of one that is gone; RefusedError when the
    folder is another account's.
    """
    path = folder / FILE
    with _writable(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        refuse_superuser(folder)
        if _is_there(path):
            raise RegisterError("il y a déjà un registre dans « {folder} »", folder=folder)
        if _is_orphaned(folder):
            raise _missing(folder)
        if not _is_there(folder / KEY):
            _write_new(folder / KEY, secrets.token_bytes(KEY_LENGTH))
        # Made under another name: a register that is there is there whole.
        unfinished = folder / f"{FILE}.new"
        unfinished.unlink(missing_ok=True)
        _write_new(unfinished, b"")
        with understood(path), closing(_dialled(unfinished)) as connection:
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        brought_up(unfinished)
        unfinished.rename(path)
        _sync(folder)


def refuse_superuser(folder: Path) -> None:
    """Refuse the superuser a folder that is another account's: what it made there, that account could not use."""
    owner = folder.stat().st_uid
    if os.geteuid() or not owner:
        return
    raise RefusedError(
        "« {folder} » est au compte {account} ; lancez cette commande sous ce compte "
        "(runuser -u {account} -- mailwatch …)",
        folder=folder,
        account=_account(owner),
    )


def _account(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"#{number}"


def brought_up(path: Path) -> bool:
    """Bring a register file to this version's schema; False when it was."""
    # Alembic takes a tenth of a second to import, and is asked for once in a year.
    from alembic import command
    from alembic.config import Config

    with connected(path, current=False) as database, database.writing() as connection:
        before = _known_version(database)
        config = Config()
        config.set_main_option("script_location", "mailwatch:register/migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        return version(database) != before


def _known_version(database: Database) -> str:
    tables = database.connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'"
    ).scalar_one()
    if not tables:
        return ""
    found = version(database)
    if found and found not in VERSIONS:
        _refuse_other_versions(database)
    return found


def copied(path: Path, to: Path) -> None:
    """Copy the register, while it may be in use, to a new file that only its owner can read."""
    with _writable(to.parent):
        _write_new(to, b"")
        with understood(path), closing(_dialled(path)) as source, closing(_dialled(to)) as copy:
            source.backup(copy)
        _sync(to.parent)


def key_of(folder: Path) -> bytes:
    """Read the key that `created` put beside the register.

    Raises RegisterError when it is missing or damaged, RefusedError when others can read it.
    """
    path = folder / KEY
    try:
        key = path.read_bytes()
        shared = path.stat().st_mode & 0o077
    except OSError as fault:
        if not (_is_there(path) or _is_there(folder / FILE)):
            raise _missing(folder) from None
        raise RegisterError(
            "la clé « {path} » ne peut pas être lue : {reason} ; restaurez-la : sans elle, plus aucun "
            "correspondant n’est reconnu",
            path=path,
            reason=refusal(fault),
        ) from None
    if shared:
        raise RefusedError(
            "la clé « {path} » peut être lue par d’autres ; faites « chmod 600 {path} »", path=path
        )
    if len(key) != KEY_LENGTH:
        raise RegisterError(
            "la clé « {path} » est endommagée : {length} octets au lieu de {expected} ; restaurez-la",
            path=path,
            length=len(key),
            expected=KEY_LENGTH,
        )
    return key


def _is_there(path: Path) -> bool:
    """Say whether there is such a file; RefusedError when this account may not look."""
    try:
        path.stat()
    except PermissionError as fault:
        raise RefusedError(
            "« {folder} » : ce compte ne peut pas y lire ({reason}) ; lancez mailwatch sous le compte à qui est le "
            "dossier",
            folder=path.parent,
            reason=refusal(fault),
        ) from None
    except OSError:
        return False
    return True


def _missing(folder: Path) -> RegisterError:
    if _is_orphaned(folder):
        return RegisterError(
            "aucun registre dans « {folder} », où il y en avait un : son journal y est encore ; remettez-y une copie "
            "(mailwatch db backup en fait). À défaut, mettez de côté « {journal} », qui est une pièce, puis "
            "« mailwatch init »",
            folder=folder,
            journal=folder / JOURNAL,
        )
    return RegisterError(
        "aucun registre dans « {folder} » ; créez-le avec « mailwatch init », ou corrigez « state »",
        folder=folder,
    )


def _is_orphaned(folder: Path) -> bool:
    """Say whether the journal of a register lies there, which a new one would contradict."""
    with suppress(OSError):
        return any((folder / JOURNAL).iterdir())
    return False


def _write_new(path: Path, content: bytes) -> None:
    """Write a file that must not exist, for its owner alone, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Make the names in `folder` last (fsync(2): a file's own sync does not)."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- what can go wrong ----------------------------------------------------------------------------


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as fault:
        raise RegisterError("« {path} » existe déjà", path=fault.filename) from None
    except OSError as fault:
        raise RegisterError(
            "impossible d’écrire dans « {folder} » : {reason}",
            folder=folder,
            reason=refusal(fault),
        ) from None


@contextmanager
def understood(path: Path) -> Iterator[None]:
    """Say in words what SQLite reports of the file."""
    try:
        yield
    except DBAPIError as fault:
        raise (_in_words(fault.orig, path) or fault) from None
    except sqlite3.Error as fault:
        raise (_in_words(fault, path) or fault) from None
    except DamagedError:
        raise _damaged(path) from None


def _in_words(fault: BaseException | None, path: Path) -> MailwatchError | None:
    """The error that a person can act on; None for one that is ours."""
    name = getattr(fault, "sqlite_errorname", "")
    match name.split("_")[1:2]:
        case ["BUSY"] | ["LOCKED"] | ["PROTOCOL"]:
            return BusyError(
                "le registre « {path} » est tenu par un autre programme ; réessayez, ou arrêtez-le",
                path=path,
            )
        case ["FULL"]:
            return BusyError(
                "plus de place pour le registre « {path} » ; libérez-en : rien n’est perdu",
                path=path,
            )
        case ["READONLY"] if name.endswith("_DBMOVED"):
            return RegisterError(
                "le registre « {path} » a été déplacé ou effacé pendant que mailwatch s’en servait ; remettez-le, puis "
                "relancez",
                path=path,
            )
        case ["READONLY"] | ["PERM"] | ["CANTOPEN"] | ["AUTH"]:
            return RefusedError(
                "le registre « {path} » ne peut pas être écrit ; rendez-le, et son dossier, à ce compte",
                path=path,
            )
        case ["NOTADB"] | ["CORRUPT"]:
            return _damaged(path)
        case ["IOERR"]:
            return RegisterError(
                "le disque refuse de lire ou d’écrire le registre « {path} » ({code}) ; vérifiez-le",
                path=path,
                code=name,
            )
    return None


def _damaged(path: Path) -> RegisterError:
    return RegisterError(
        "le registre « {path} » est endommagé ; restaurez une sauvegarde", path=path
    )
