"""A real Dovecot for the tests: the system's, else one unpacked below the repository; never as root, never installed.

An unpacked Dovecot has its paths compiled in. It runs in a mount namespace of its own, where the unpacked
`/usr` is laid over the real one; the host changes in nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest
from imapclient import imap_utf7

from tests.servers.certificates import Certificate, certificate
from tests.servers.debian import CACHE, fetched, without
from tests.servers.ports import free_ports

PASSWORD = "secret"
ACCENTED = {"élodie": "clé très sûre €", "equipe": "mot de passe à « accents »"}
"""Users whose names and passwords are not ASCII."""
_NOBODY = 65534
_TOKEN_KEY = b"a key that this test server shares with its tests alone"
_numbers = count(1)
_flagged: dict[tuple[Path, str], str] = {}
"""The flags that agents gave, by mailbox and message."""

_V23 = """
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
import_environment = TZ
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_username_chars =
mail_max_userip_connections = 100
mail_location = maildir:{home}/mail/%u
mail_fsync = never
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {home}/passwd
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
"""

_V23_OAUTH2 = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={home}/keys/
username_attribute = email
"""

_V24 = """
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_server_cert_file = {cert}
ssl_server_key_file = {key}
auth_allow_cleartext = yes
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
auth_username_chars =
mail_max_userip_connections = 100
mail_driver = maildir
mail_path = {home}/mail/%{{user}}
mail_home = {home}/mail/%{{user}}
mail_uid = {uid}
mail_gid = {gid}
mail_fsync = never
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
oauth2 {{
  introspection_mode = local
  username_attribute = email
  oauth2_local_validation {{
    dict fs {{
      fs posix {{
        prefix = {home}/keys/
      }}
    }}
  }}
}}
passdb passwd-file {{
  mechanisms_filter = plain login
  default_password_scheme = plain
  passwd_file_path = {home}/passwd
  auth_username_format = %{{user}}
}}
passdb static {{
  mechanisms_filter = plain login
  password = {password}
}}
userdb static {{
}}
"""

_BOTH = """
namespace inbox {{
  inbox = yes
  separator = /
}}
service anvil {{
  chroot =
  # Else every refused password makes the next log-in wait, up to fifteen seconds.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  # One process for all, and others ready: a test should not wait for one to start.
  {endless}
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  process_min_avail = 2
}}
service lmtp {{
  inet_listener lmtp {{
    {listen} = 127.0.0.1
    port = {lmtp_port}
  }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The mail of one user, filled as a delivery agent would: a Maildir whose file times are INTERNALDATE."""

    user: str
    home: Path
    uid: int

    def put(
        self, raw: bytes, at: datetime | float, *, folder: str = "INBOX", name: str = ""
    ) -> Path:
        """Deliver one message; `at` becomes its INTERNALDATE."""
        inside = self.folder(folder) / "new"
        path = inside / (name or f"{next(_numbers)}.mail.example")
        path.write_bytes(raw)
        seconds = at.timestamp() if isinstance(at, datetime) else at
        os.utime(path, (seconds, seconds))
        self._owned(path)
        return path

    def file_away(self, path: Path, flags: str, *, folder: str = "INBOX") -> Path:
        """Read a message and file it as an agent does: it gets flags, in this folder or another."""
        name = path.name.partition(":")[0]
        _flagged[self.home, name] = flags
        return path.rename(self.folder(folder) / "cur" / f"{name}:2,{flags}")

    def touched(self) -> list[str]:
        """The messages that have other flags than agents gave them: somebody did more than read."""
        parted = (path.name.partition(":2,") for path in self.files())
        return [
            f"{name}: {flags}"
            for name, _, flags in parted
            if flags != _flagged.get((self.home, name), "")
        ]

    def folder(self, name: str) -> Path:
        """The Maildir of a folder, made when it is missing; below `/` as people write it."""
        path = self.home
        if name != "INBOX":
            path /= "." + imap_utf7.encode(name.replace("/", ".")).decode("ascii")
        for inside in ("", "cur", "new", "tmp"):
            (path / inside).mkdir(parents=True, exist_ok=True)
            self._owned(path / inside)
        return path

    def files(self) -> list[Path]:
        """Every message file; its flags stand at the end of its name."""
        return [path for path in self.home.rglob("*") if path.parent.name in ("new", "cur")]

    def _owned(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.uid, self.uid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dovecot:
    """A running Dovecot, on this machine's loopback alone."""

    home: Path
    version: str
    port: int
    """In clear, and STARTTLS."""
    tls_port: int
    lmtp_port: int
    certificate: Certificate
    unguarded_port: int = 0
    """For tests that do more than mailwatch may, in clear; 0 where nothing stands before the server."""
    host: str = "127.0.0.1"
    password: str = PASSWORD

    def mailbox(self, user: str = "") -> Mailbox:
        """The empty mailbox of a user nobody else has, or of the one named."""
        user = user or f"prefecture{next(_numbers)}"
        owner = _NOBODY if os.geteuid() == 0 else os.geteuid()
        mailbox = Mailbox(user=user, home=self.home / "mail" / user, uid=owner)
        mailbox.folder("INBOX")
        return mailbox

    def touched(self) -> list[str]:
        """The messages of all mailboxes that have other flags than agents gave them."""
        homes = sorted((self.home / "mail").iterdir())
        boxes = (Mailbox(user=home.name, home=home, uid=0) for home in homes)
        return [f"{box.user}: {told}" for box in boxes for told in box.touched()]

    def token(self, user: str, *, lasting: int = 600) -> str:
        """An access token for `user`: a JWT (RFC 7519) signed with the key this server knows."""
        now = int(time.time())
        claims = {"email": user, "sub": user, "iat": now - 10, "exp": now + lasting}
        head = {"alg": "HS256", "typ": "JWT"}
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in (head, claims))
        seal = hmac.digest(_TOKEN_KEY, signed, hashlib.sha256)
        return b".".join([signed, _base64url(seal)]).decode("ascii")

    def log(self) -> str:
        """What the server wrote of itself."""
        return (self.home / "dovecot.log").read_text("utf-8", errors="replace")


def _base64url(octets: bytes) -> bytes:
    return base64.urlsafe_b64encode(octets).rstrip(b"=")


@contextmanager
def serving() -> Iterator[Dovecot]:
    """Run a Dovecot with no mail; skip the test, or fail it where one is required, when there is none."""
    program = _program()
    # A socket's path holds a hundred characters: pytest's own folders are too deep.
    home = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        server = _configured(home, _version(program))
        with (home / "refused").open("wb") as refused:
            running = subprocess.Popen(
                [*program, "-F", "-c", home / "dovecot.conf"], stderr=refused
            )
        try:
            _await(server, running)
            yield server
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(20)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _program() -> list[str]:
    """The command that starts Dovecot as a plain user."""
    installed = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if installed and Path("/usr/lib/dovecot/imap").exists():
        return [*_as_plain_user(), installed]
    root = fetched("dovecot", "dovecot-imapd", "dovecot-lmtpd") / "usr"
    lay = f'mount -t overlay overlay -o "lowerdir={root}:/usr" /usr'
    known = " && ".join(
        f'mount --bind "{_with_its_users(name)}" /etc/{name}' for name in ("passwd", "group")
    )
    start = f'{lay} && {known} && exec "$@"'
    own = (
        ["unshare", "-m"]
        if os.geteuid() == 0
        else ["unshare", "-Um", "--map-current-user", "--keep-caps"]
    )
    program = [*own, "sh", "-c", start, "sh", *_as_plain_user(), "/usr/sbin/dovecot"]
    tried = subprocess.run([*program, "--version"], capture_output=True, text=True, check=False)
    if tried.returncode:
        without("dovecot", f"it does not start in a namespace of its own: {tried.stderr.strip()}")
    return program


def _with_its_users(name: str) -> Path:
    """This system's users, or groups, with those that a package would have added: 2.4 asks for them, used or not."""
    copy = CACHE / "dovecot" / name
    numbers = f"{_NOBODY}:{_NOBODY}::/nonexistent:/bin/false" if name == "passwd" else f"{_NOBODY}:"
    own = [f"{user}:x:{numbers}\n" for user in ("dovecot", "dovenull")]
    text = "".join([Path(f"/etc/{name}").read_text("utf-8"), *own])
    if not copy.exists() or copy.read_text("utf-8") != text:
        # A server of another run may be reading it.
        fresh = copy.with_name(f"{name}.{os.getpid()}")
        fresh.write_text(text, "utf-8")
        fresh.replace(copy)
    return copy


def _as_plain_user() -> list[str]:
    if os.geteuid() != 0:
        return ["setpriv", "--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all"]
    owner = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    return ["setpriv", *owner, "--inh-caps=-all", "--bounding-set=-all"]


def _version(program: list[str]) -> str:
    return subprocess.run(
        [*program, "--version"], capture_output=True, text=True, check=True
    ).stdout.split()[0]


def _configured(home: Path, version: str) -> Dovecot:
    """Write the settings of a server of `version` into `home`."""
    port, tls_port, lmtp_port = free_ports(3)
    made = certificate(home)
    plain = os.geteuid() != 0
    values: dict[str, object] = {
        "home": home,
        "cert": made.file,
        "key": made.key,
        "password": PASSWORD,
    }
    values |= {"port": port, "tls_port": tls_port, "lmtp_port": lmtp_port}
    values |= {
        "uid": os.geteuid(),
        "user": _said("id", "-un"),
        "gid": os.getegid(),
        "group": _said("id", "-gn"),
    }
    if not plain:
        values |= {"uid": _NOBODY, "user": "nobody", "gid": _NOBODY, "group": "nogroup"}
    recent = version.startswith("2.4")
    values["listen"] = "listen" if recent else "address"
    values["endless"] = "restart_request_count = unlimited" if recent else "service_count = 0"
    settings = (_V24 if recent else _V23) + _BOTH
    (home / "dovecot.conf").write_text(settings.format(**values), "utf-8")
    (home / "oauth2.conf").write_text(_V23_OAUTH2.format(**values), "utf-8")
    (home / "passwd").write_text("".join(f"{u}:{p}\n" for u, p in ACCENTED.items()), "utf-8")
    key = home / "keys" / "default" / "HS256" / "default"
    key.parent.mkdir(parents=True)
    key.write_bytes(base64.b64encode(_TOKEN_KEY))
    for inside in ("run", "state", "mail"):
        (home / inside).mkdir()
    if not plain:
        for path in (home, *home.rglob("*")):
            os.chown(path, _NOBODY, _NOBODY)
    return Dovecot(
        home=home,
        version=version,
        port=port,
        tls_port=tls_port,
        lmtp_port=lmtp_port,
        certificate=made,
    )


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def _await(server: Dovecot, running: subprocess.Popen[bytes]) -> None:
    """Wait for the greeting; a server that does not come up says why in its log."""
    until = time.monotonic() + 20
    while time.monotonic() < until and running.poll() is None:
        try:
            with socket.create_connection((server.host, server.port), 2) as connection:
                if connection.recv(4) == b"* OK":
                    return
        except OSError:
            time.sleep(0.05)
    why = [path.read_text() for path in (*server.home.glob("*.log"), server.home / "refused")]
    pytest.fail(f"Dovecot did not start: {' '.join(why)}")
