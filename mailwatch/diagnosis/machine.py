"""The machine that the service runs on: clock, disk, who may read there, what is installed, what systemd says."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sqlite3
import ssl
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mailwatch.daemon import key_file
from mailwatch.daemon.instance import on_a_closed_disk, refuse_network
from mailwatch.diagnosis.terms import Found, found
from mailwatch.errors import BusyError, MailwatchError, RefusedError, Remark, refusal
from mailwatch.probe import glance
from mailwatch.register import refuse_superuser
from mailwatch.register.database import FILE, KEY
from mailwatch.site import Site

_TIME_ERROR = 5
"""What adjtimex(2) gives for a clock that nothing disciplines."""
_TIMEX = 512
"""Octets for `struct timex`, which has 208 on most machines."""
_SKEW = timedelta(minutes=1)
_RECENT = timedelta(days=30)
_MEGABYTE = 1_000_000
_LOW, _OUT = 500, 50
"""Megabytes left: time to make room, and too few for one more day."""
UNIT = "mailwatch.service"
BOOTED = Path("/run/systemd/system")
"""There where systemd runs the machine (sd_booted(3))."""
_ASKED = ("LoadState", "ActiveState", "SubState", "Result", "NRestarts", "NeedDaemonReload")


# --- clock ----------------------------------------------------------------------------------------


def clock(site: Site, now: datetime) -> Found:
    """Say what can be known of the machine's clock by itself: whether anything keeps it right, and what it was."""
    kept = synchronised()
    words = {
        True: Remark("synchronisée"),
        False: None,
        None: Remark("rien n’indique si elle est synchronisée"),
    }[kept]
    unkept = Remark(
        "l’horloge de la machine n’est synchronisée par rien ; activez NTP (timedatectl set-ntp true)"
    )
    return found(
        Remark("{at:%d/%m/%Y %H:%M:%S}", at=now),
        words,
        doubts=(unkept if kept is False else None, *_of_the_past(site, now)),
    )


def synchronised() -> bool | None:
    """Ask the kernel whether something keeps its clock right (adjtimex(2)); None when it does not say."""
    # A mode of nought only reads; the state is what is returned.
    with suppress(OSError, AttributeError):
        state = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX))
        return None if state < 0 else bool(state != _TIME_ERROR)
    return None


def _of_the_past(site: Site, now: datetime) -> Iterator[Remark]:
    """What the register tells of the clock; one that cannot be read is told elsewhere."""
    try:
        seen = glance(Path(site.state), wait=2)
    except MailwatchError:
        return
    if seen.told_at is not None and seen.told_at > now + _SKEW:
        yield Remark(
            "l’horloge est en retard sur la dernière ligne du journal, du {at:%d/%m/%Y %H:%M}",
            at=seen.told_at.astimezone(now.tzinfo),
        )
    if seen.clock_set_at is not None and abs(now - seen.clock_set_at) < _RECENT:
        yield Remark(
            "l’horloge a été changée le {at:%d/%m/%Y %H:%M} ; « mailwatch status » dit de combien",
            at=seen.clock_set_at.astimezone(now.tzinfo),
        )


# --- disk -----------------------------------------------------------------------------------------


def disk(site: Site) -> Found:
    """Say on what disk register and journal lie, and how much room is left.

    Raises RefusedError for a disk that a network shares or a folder that cannot be read, BusyError when it is full.
    """
    state = Path(site.state)
    kind = refuse_network(state)
    try:
        room = os.statvfs(state)
    except OSError as fault:
        raise RefusedError(
            "« {folder} » ne peut pas être lu ({reason})", folder=state, reason=refusal(fault)
        ) from None
    free = room.f_bavail * room.f_frsize // _MEGABYTE
    words = Remark("{folder}, {kind}, {free} Mo libres", folder=state, kind=kind or "?", free=free)
    if free < _OUT:
        raise BusyError("plus de place sur le disque : {words}", words=words)
    low = Remark("il reste peu de place ; libérez-en avant que le registre ne s’arrête")
    few = Remark("il ne reste presque plus d’inodes ; effacez de petits fichiers")
    return found(
        words,
        doubts=(
            low if free < _LOW else None,
            few if room.f_files and room.f_favail * 100 < room.f_files else None,
        ),
    )


# --- rights ---------------------------------------------------------------------------------------


def rights(site: Site, settings: Path) -> Found:
    """Say who but the service may read its folder and keys, or change its settings.

    Raises RefusedError when this account cannot write where it has to.
    """
    state, key = Path(site.state), Path(site.state, KEY)
    for path in (state, state / FILE):
        if os.access(path, os.F_OK) and not os.access(path, os.W_OK):
            if os.statvfs(path).f_flag & os.ST_RDONLY:
                raise on_a_closed_disk(path)
            raise RefusedError(
                "« {path} » : ce compte ne peut pas y écrire ; rendez-le, avec son dossier, au compte du service",
                path=path,
            )
    closed = (state, key, key_file(site))
    return found(
        Remark("dossier, clés et réglages examinés"),
        doubts=(
            *(_of_the_closed(path) for path in closed),
            _of_the_settings(settings),
            _of_the_measures(site),
            _of_the_superuser(state),
        ),
    )


def _of_the_superuser(state: Path) -> Remark | None:
    """What root may do is no proof of what the service may."""
    try:
        refuse_superuser(state)
    except RefusedError as error:
        return Remark(error.template, **error.values)
    except OSError:
        return None
    return None


def _mode(path: Path) -> int | None:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return None


def _of_the_closed(path: Path) -> Remark | None:
    mode = _mode(path)
    if mode is None or not mode & 0o077:
        return None
    return Remark(
        "« {path} » est ouvert à d’autres comptes (mode {mode}) ; fermez-le (chmod go= {path})",
        path=path,
        mode=f"{mode:03o}",
    )


def _of_the_settings(path: Path) -> Remark | None:
    mode = _mode(path)
    if mode is None or not mode & 0o002:
        return None
    return Remark(
        "« {path} » peut être changé par tous les comptes (mode {mode}), et dit quoi lancer ; faites chmod o-w {path}",
        path=path,
        mode=f"{mode:03o}",
    )


def _of_the_measures(site: Site) -> Remark | None:
    folder = Path(site.metrics).parent
    if not site.metrics or os.access(folder, os.W_OK | os.X_OK):
        return None
    return Remark(
        "« {folder} » : ce compte ne peut pas y écrire les mesures pour Prometheus", folder=folder
    )


# --- versions -------------------------------------------------------------------------------------


def versions() -> Found:
    """Say what is installed, for whoever is asked for help."""
    try:
        zones = version("tzdata")
    except PackageNotFoundError:
        zones = "?"
    words = Remark(
        "mailwatch {own}, Python {python}, SQLite {sqlite}, {tls}, tzdata {zones}",
        own=version("mailwatch"),
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        tls=ssl.OPENSSL_VERSION.removesuffix(" ").split("  ")[0],
        zones=zones,
    )
    return found(words)


# --- systemd --------------------------------------------------------------------------------------


def is_under_systemd() -> bool:
    """Say whether systemd runs this machine and can be asked."""
    return BOOTED.is_dir() and shutil.which("systemctl") is not None


def unit() -> Found:
    """Say how systemd finds the service: whether it is there, at work, and how often it had to be started."""
    told = _shown()
    if (told.get("LoadState") or "not-found") == "not-found":
        return found(
            Remark("aucune unité {unit} ; la commande « run » ou cron la remplace", unit=UNIT)
        )
    state = Remark("{unit} : {active} ({sub})", unit=UNIT, active=told.get("ActiveState", "?"),
                   sub=told.get("SubState", "?"))  # fmt: skip
    return found(state, doubts=tuple(_of_the_unit(told)))


def _shown() -> Mapping[str, str]:
    """What `systemctl show` gives; empty when it does not answer."""
    asked = ["systemctl", "show", UNIT, f"--property={','.join(_ASKED)}"]
    try:
        shown = subprocess.run(  # noqa: S603 -- our own words
            asked, capture_output=True, text=True, timeout=5, check=False, errors="replace"
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    pairs = (line.partition("=") for line in shown.stdout.splitlines())
    return {name: value for name, _, value in pairs}


def _of_the_unit(told: Mapping[str, str]) -> Iterator[Remark]:
    if told.get("ActiveState") == "failed":
        yield Remark(
            "le service a échoué ({result}) ; « journalctl -u {unit} » dit pourquoi",
            result=told.get("Result", "?"),
            unit=UNIT,
        )
    if told.get("NRestarts", "0").lstrip("0"):
        yield Remark(
            "redémarré {count} fois depuis que la machine est en marche", count=told["NRestarts"]
        )
    if told.get("NeedDaemonReload") == "yes":
        yield Remark("l’unité a changé ; lancez « systemctl daemon-reload »")
