"""Servers that refuse, break off, drip or lie: a sentence that says what to do, nothing said in clear, nothing lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.errors import (
    MailwatchError,
    RefusedError,
    SettingsError,
    SourceError,
    UnreachableError,
)
from mailwatch.site import Authentication, Security
from mailwatch.sources.imap import Connection, Outline, connect, wire
from tests.faults.hostile import PASSWORD as HOSTILE_PASSWORD
from tests.faults.hostile import hostile
from tests.mails import mail
from tests.servers.certificates import certificate
from tests.servers.fixtures import Watched
from tests.servers.ports import free_port

MONDAY = datetime(2026, 3, 2, 8, 12, tzinfo=UTC)
MAILS = [
    mail(f"2026-03-0{day} 09:12", f"Bonjour,\n\nQuestion du {day} mars.") for day in range(1, 6)
]


def fill(watched: Watched) -> None:
    for raw in MAILS:
        watched.mailbox.put(raw, MONDAY)


def read(watched: Watched) -> dict[int, bytes]:
    """All of the inbox."""
    with watched.connect() as opened:
        examined = opened.examine("INBOX")
        return dict(opened.bodies(opened.outlines(opened.uids(1, examined.uidnext - 1))))


def after(first: bytes, bend: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Bend the lines that hold `first`, and no other."""
    return lambda line: bend(line) if first in line else line


# --- the server cannot be reached -----------------------------------------------------------------


def test_a_port_where_nobody_listens(watched: Watched) -> None:
    with pytest.raises(
        UnreachableError, match=r"« préfecture » : rien ne répond sur 127\.0\.0\.1 au port"
    ):
        watched.connect(port=free_port())


def test_a_host_that_has_no_address(watched: Watched) -> None:
    with pytest.raises(UnreachableError, match=r"aucun serveur du nom de « imap\.invalid »"):
        watched.connect(host="imap.invalid")


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "é..example", ".", "x\x00y"])
def test_a_host_that_can_have_none(watched: Watched, host: str) -> None:
    with pytest.raises(UnreachableError):
        watched.connect(host=host)


@pytest.mark.parametrize(
    "greeting",
    [
        b"* BYE trop de connexions\r\n",
        b"220 smtp.jura.example ESMTP\r\n",
        b"\r\n",
        b"* OK",
        b"\x16\x03\x01\x00",
        b"",
    ],
)
def test_a_greeting_that_is_none(watched: Watched, greeting: bytes) -> None:
    watched.wiretap.bend = lambda _line: greeting

    with pytest.raises(UnreachableError):
        watched.connect(timeout=1)


def test_a_greeting_that_drips_is_left_when_its_time_is_over(watched: Watched) -> None:
    watched.wiretap.pace = 0.2
    began = time.monotonic()

    with pytest.raises(UnreachableError, match="n’a pas fini de répondre en 1 s"):
        watched.connect(timeout=1)

    assert time.monotonic() - began < 5


def test_an_answer_that_drips_is_left_when_its_time_is_over(watched: Watched) -> None:
    opened = watched.connect(timeout=1)
    watched.wiretap.pace = 0.2
    began = time.monotonic()

    with pytest.raises(UnreachableError, match="n’a pas fini de répondre en 1 s"):
        opened.examine("INBOX")

    assert time.monotonic() - began < 5


def test_a_server_that_falls_silent_is_left_when_its_time_is_over(watched: Watched) -> None:
    opened = watched.connect(timeout=1)
    watched.wiretap.bend = lambda _line: b""

    with pytest.raises(UnreachableError, match=r"dossier « INBOX » : .* n’a pas fini de répondre"):
        opened.examine("INBOX")

    assert opened.lost


COMMANDS: dict[str, tuple[str, Callable[[Connection], object]]] = {
    "the folders": ("LIST", lambda line: line.folders()),
    "what the server offers": ("CAPABILITY", lambda line: line.examine("INBOX")),
    "the count of changes": ("ENABLE", lambda line: line.examine("INBOX")),
    "a folder": ("EXAMINE", lambda line: line.examine("INBOX")),
    "a list": ("UID SEARCH", lambda line: (line.examine("INBOX"), line.uids(1, 9))),
    "dates and sizes": ("UID FETCH", lambda line: (line.examine("INBOX"), line.outlines([1]))),
    "octets": (
        "UID FETCH",
        lambda line: (
            line.examine("INBOX"),
            [*line.bodies({1: Outline(size=9, server_at=None)})],
        ),
    ),
    "a sign of life": ("NOOP", lambda line: line.noop()),
}


@pytest.mark.parametrize("asked", COMMANDS)
def test_every_command_has_a_time_after_which_the_server_is_left(asked: str) -> None:
    silent, ask = COMMANDS[asked]
    with hostile() as server:
        server.box().add(mail("2026-03-02 09:12", "Bonjour,\n\nOù en est mon dossier ?"))
        server.capabilities += b" ENABLE CONDSTORE"
        account = replace(server.account, timeout=1)
        with connect(account, lambda: HOSTILE_PASSWORD) as line:
            server.bend = lambda asked, lines: [] if asked.verb == silent else lines
            began = time.monotonic()

            with pytest.raises(UnreachableError, match="n’a pas fini de répondre en 1 s"):
                ask(line)

            assert time.monotonic() - began < 10
            assert line.lost


def test_a_log_in_that_is_not_answered_is_left_and_so_is_a_goodbye() -> None:
    with hostile() as server:
        account = replace(server.account, timeout=1)
        server.bend = lambda asked, lines: [] if asked.verb == "AUTHENTICATE" else lines
        with pytest.raises(UnreachableError, match="n’a pas fini de répondre en 1 s"):
            connect(account, lambda: HOSTILE_PASSWORD)
        server.bend = lambda asked, lines: [] if asked.verb == "LOGOUT" else lines
        began = time.monotonic()

        connect(account, lambda: HOSTILE_PASSWORD).close()

        assert time.monotonic() - began < 20


# --- protection -----------------------------------------------------------------------------------


def test_a_certificate_of_an_unknown_authority_is_refused(watched: Watched) -> None:
    with pytest.raises(RefusedError, match=r"autorité inconnue ; .*`ca_file`"):
        watched.connect(security=Security.TLS, port=watched.server.tls_port)


def test_a_certificate_for_another_name_is_refused(watched: Watched) -> None:
    with pytest.raises(RefusedError, match="n’est pas celui de localhost"):
        watched.connect(
            security=Security.TLS,
            host="localhost",
            port=watched.server.tls_port,
            ca_file=str(watched.server.certificate.file),
        )


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_no_secret_is_asked_for_before_the_certificate_is_accepted(
    watched: Watched, security: Security, tmp_path: Path
) -> None:
    server = watched.server
    account = replace(
        watched.account,
        security=security,
        port=server.tls_port if security is Security.TLS else watched.wiretap.port,
        ca_file=str(certificate(tmp_path).file),
    )
    asked = count()

    with pytest.raises(RefusedError, match="certificat"):
        connect(account, lambda: str(next(asked)))

    assert next(asked) == 0


def test_starttls_that_is_not_offered_is_never_done_without(watched: Watched) -> None:
    watched.wiretap.bend = lambda line: line.replace(b" STARTTLS", b"")

    with pytest.raises(RefusedError, match="n’offre pas STARTTLS"):
        watched.connect(security=Security.STARTTLS)

    assert watched.wiretap.said == ["CAPABILITY"]


def test_starttls_that_is_refused_is_never_done_without(watched: Watched) -> None:
    watched.wiretap.bend = after(b"Begin TLS", lambda line: line.replace(b"OK Begin", b"NO No"))

    with pytest.raises(RefusedError, match="n’offre pas STARTTLS"):
        watched.connect(security=Security.STARTTLS)

    assert watched.wiretap.said == ["CAPABILITY", "STARTTLS"]


def test_a_connection_said_to_be_open_already_is_not_trusted(watched: Watched) -> None:
    # CVE-2020-12398 and its like: PREAUTH makes clients skip STARTTLS.
    watched.wiretap.bend = lambda line: re.sub(rb"^\* OK \[.*", b"* PREAUTH hi\r", line)

    with pytest.raises(RefusedError):
        watched.connect(security=Security.STARTTLS)

    assert "STARTTLS" not in watched.wiretap.said


def test_a_port_that_speaks_no_tls(watched: Watched) -> None:
    with pytest.raises(RefusedError, match="ne parle pas TLS au port"):
        watched.connect(security=Security.TLS, port=watched.server.port)


def test_a_connection_in_clear_to_another_machine_is_never_used(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "is_here", lambda _address: False)

    with pytest.raises(
        SettingsError, match='`security = "none"` n’est accepté que pour cette machine'
    ):
        watched.connect()

    assert not watched.wiretap.said


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True), ("127.8.9.10", True), ("::1", True), ("::ffff:127.0.0.1", True), ("fe80::1%eth0", False),
        ("10.0.0.1", False), ("192.0.2.1", False), ("::ffff:192.0.2.1", False), ("2001:db8::1", False),
        ("128.0.0.1", False), ("0.0.0.0", False),
    ],
)  # fmt: skip
def test_this_machine_is_known_by_its_address(address: str, here: bool) -> None:  # noqa: FBT001
    assert wire.is_here(address) is here


@pytest.mark.parametrize("content", [None, b"", b"ceci n\xe2\x80\x99est pas un certificat"])
def test_a_file_of_certificates_that_is_none(
    watched: Watched, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SettingsError, match="`ca_file`"):
        watched.connect(security=Security.TLS, ca_file=str(file))


# --- the account is refused -----------------------------------------------------------------------


def test_a_wrong_password_is_refused_once_and_shown_to_nobody(watched: Watched) -> None:
    watched.secret = "hunter2-périmé"

    with pytest.raises(RefusedError, match="refuse l’identifiant ou le secret") as refused:
        watched.connect()

    assert [said for said in watched.wiretap.said if "AUTH" in said] == ["AUTHENTICATE PLAIN"]
    assert watched.secret not in str(refused.value)
    assert watched.mailbox.user not in str(refused.value)


@pytest.mark.parametrize("mechanism", [Authentication.XOAUTH2, Authentication.OAUTHBEARER])
def test_a_token_that_is_no_longer_valid_is_refused(
    watched: Watched, mechanism: Authentication
) -> None:
    watched.secret = watched.server.token(watched.mailbox.user, lasting=-60)

    with pytest.raises(RefusedError, match="refuse l’identifiant ou le secret"):
        watched.connect(authentication=mechanism)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("UNAVAILABLE", "un service dont il dépend est arrêté"),
        ("INUSE", "la boîte est occupée"),
        ("LIMIT", "une de ses limites est atteinte"),
        ("SERVERBUG", "il signale un défaut chez lui"),
        ("OVERQUOTA", "la boîte dépasse son quota"),
    ],
)
def test_a_server_that_cannot_check_an_account_now_has_not_refused_it(
    watched: Watched, code: str, why: str
) -> None:
    watched.secret = "fautif"
    watched.wiretap.bend = lambda line: re.sub(
        rb"NO \[AUTHENTICATIONFAILED\]", b"NO [%s]" % code.encode(), line
    )

    with pytest.raises(
        UnreachableError, match=rf"n’a pas su répondre \({why}\) ; nouvel essai plus tard"
    ):
        watched.connect()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("CONTACTADMIN", "le tient fermé et renvoie à son administrateur"),
        ("EXPIRED", "son secret a expiré"),
        ("PRIVACYREQUIRED", "ne l’ouvre que sur une connexion protégée"),
        ("AUTHORIZATIONFAILED", "refuse l’identifiant ou le secret"),
    ],
)
def test_an_account_that_a_person_must_open_again_is_a_refusal(
    watched: Watched, code: str, told: str
) -> None:
    watched.secret = "fautif"
    watched.wiretap.bend = lambda line: re.sub(
        rb"NO \[AUTHENTICATIONFAILED\]", b"NO [%s]" % code.encode(), line
    )

    with pytest.raises(RefusedError, match=told):
        watched.connect()


@pytest.mark.parametrize("mechanism", [Authentication.XOAUTH2, Authentication.OAUTHBEARER])
def test_a_mechanism_that_is_not_offered_costs_no_secret(
    watched: Watched, mechanism: Authentication
) -> None:
    watched.wiretap.bend = lambda line: line.replace(b"AUTH=XOAUTH2 AUTH=OAUTHBEARER", b"")

    with pytest.raises(RefusedError, match=f"n’offre pas .*{mechanism.value}"):
        watched.connect(authentication=mechanism)

    assert watched.wiretap.said == ["CAPABILITY"]


def test_an_accented_password_is_not_mangled_for_a_server_that_takes_none(watched: Watched) -> None:
    watched.secret = "clé"
    watched.wiretap.bend = lambda line: line.replace(b"AUTH=", b"XAUTH=")

    with pytest.raises(RefusedError, match="n’offre pas l’authentification"):
        watched.connect()

    assert watched.wiretap.said == ["CAPABILITY"]


def test_login_that_is_disabled_is_not_tried(watched: Watched) -> None:
    watched.wiretap.bend = lambda line: line.replace(b"AUTH=PLAIN", b"LOGINDISABLED")

    with pytest.raises(RefusedError, match="n’offre pas l’authentification"):
        watched.connect()

    assert watched.wiretap.said == ["CAPABILITY"]


@pytest.mark.parametrize("secret", ["a\r\nA1 DELETE INBOX", "a\x00b", "\n"])
def test_a_secret_cannot_become_a_command(watched: Watched, secret: str) -> None:
    watched.secret = secret
    watched.wiretap.bend = lambda line: line.replace(b"AUTH=", b"XAUTH=")

    with pytest.raises(RefusedError, match="fin de ligne"):
        watched.connect()


@pytest.mark.parametrize("secret", ['a"b', "a\\b", "a b", "{5}", "", "(*%"])
def test_signs_that_imap_gives_a_meaning_to_are_quoted(watched: Watched, secret: str) -> None:
    watched.secret = secret
    watched.wiretap.bend = lambda line: line.replace(b"AUTH=", b"XAUTH=")
    watched.wiretap.reading = re.compile(rb"\w+ (?:CAPABILITY|LOGIN .*)\r\n")

    with pytest.raises(RefusedError, match="refuse l’identifiant ou le secret"):
        watched.connect(user='qui "x" \\')


# --- the folder is refused ------------------------------------------------------------------------


def test_a_folder_that_the_account_may_not_read(watched: Watched) -> None:
    watched.mailbox.folder("Cabinet")
    watched.wiretap.bend = after(b"EXAMINE", lambda line: line)
    opened = watched.connect()
    watched.wiretap.bend = lambda line: re.sub(
        rb"OK \[READ-ONLY\].*?\r", b"NO [NOPERM] Permission denied\r", line
    )

    with pytest.raises(RefusedError, match=r"dossier « Cabinet » : .* vérifiez ses droits"):
        opened.examine("Cabinet")


def test_a_folder_that_is_held_by_another_is_tried_later(watched: Watched) -> None:
    opened = watched.connect()
    watched.wiretap.bend = lambda line: re.sub(
        rb"OK \[READ-ONLY\].*?\r", b"NO [INUSE] later\r", line
    )

    with pytest.raises(
        UnreachableError, match=r"\(la boîte est occupée\) ; nouvel essai plus tard"
    ):
        opened.examine("INBOX")


@pytest.mark.parametrize("bent", [b"", b"* OK [UIDVALIDITY 0] x\r\n", b"* OK [UIDNOTSTICKY] x\r\n"])
def test_a_folder_without_lasting_numbers_cannot_be_watched(watched: Watched, bent: bytes) -> None:
    watched.wiretap.bend = after(b"[UIDVALIDITY", lambda _line: bent)

    with pytest.raises(SourceError, match="UIDVALIDITY"):
        watched.connect().examine("INBOX")


@pytest.mark.parametrize("garbled", [b"x", b"-1", b"1 2", b"99999999999999999999999"])
def test_numbers_that_are_none_are_no_answer(watched: Watched, garbled: bytes) -> None:
    watched.wiretap.bend = lambda line: re.sub(rb"UIDVALIDITY \d+", b"UIDVALIDITY " + garbled, line)

    opened = watched.connect()

    with suppress(MailwatchError):
        assert opened.examine("INBOX").uidvalidity > 0


@pytest.mark.parametrize("filled", [False, True])
def test_a_server_that_does_not_tell_the_next_uid_is_asked_for_the_last(
    watched: Watched,
    filled: bool,  # noqa: FBT001
) -> None:
    if filled:
        fill(watched)
    watched.wiretap.bend = after(b"[UIDNEXT", lambda _line: b"")

    assert watched.connect().examine("INBOX").uidnext == (6 if filled else 1)


# --- in the middle --------------------------------------------------------------------------------


def test_a_server_killed_in_mid_fetch_leaves_what_was_read(watched: Watched) -> None:
    for number in range(30):
        watched.mailbox.put(b"Subject: %d\r\n\r\n" % number + b"x" * 400_000, MONDAY)
    opened = watched.inbox()
    reading = opened.bodies(opened.outlines(opened.uids(1, 30)))
    found = dict(islice(reading, 12))
    watched.wiretap.hang_up()

    with pytest.raises(UnreachableError, match=r"dossier « INBOX » : .* a interrompu la connexion"):
        found |= reading

    assert list(found) == list(range(1, len(found) + 1))
    assert all(raw.startswith(b"Subject: %d\r\n" % (uid - 1)) for uid, raw in found.items())
    assert all(len(raw) > 400_000 for raw in found.values())
    assert opened.lost


def test_what_comes_after_a_break_says_so_at_once(watched: Watched) -> None:
    opened = watched.inbox()
    watched.wiretap.hang_up()

    for ask in (
        opened.noop,
        opened.folders,
        lambda: opened.examine("INBOX"),
        lambda: opened.uids(1, 2),
    ):
        with pytest.raises(UnreachableError):
            ask()
    opened.close()
    opened.close()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(octets=st.integers(0, 6000))
def test_wherever_the_line_is_cut_nothing_false_is_read(watched: Watched, octets: int) -> None:
    if not watched.mailbox.files():
        fill(watched)
    watched.wiretap.cut_after = octets

    try:
        found = read(watched)
    except UnreachableError:
        return
    assert found == dict(enumerate(MAILS, start=1))


HOSTILE = {
    "a literal beyond all memory": b"* 1 FETCH (UID 1 BODY[]<0> {3000000000}\r\n",
    "a literal of a size beyond all numbers": b"* 1 FETCH (UID 1 BODY[]<0> {%s}\r\n"
    % (b"9" * 5000),
    "a literal of less than nothing": b"* 1 FETCH (UID 1 BODY[]<0> {-5}\r\n",
    "parentheses that do not end": b"* 1 FETCH " + b"(" * 5000 + b"\r\n",
    "a parenthesis too many": b"* 1 FETCH (UID 1))\r\n",
    "a quote that does not end": b'* 1 FETCH (UID 1 BODY[]<0> "abc)\r\n',
    "a body that is nothing": b"* 1 FETCH (UID 1 BODY[]<0> NIL)\r\n",
    "a uid that is none": b"* 1 FETCH (UID x BODY[]<0> {2}\r\nab)\r\n",
    "a number of items that is odd": b"* 1 FETCH (UID)\r\n",
    "a message that nobody asked for": b"* 9 FETCH (UID 99 BODY[]<0> {2}\r\nab)\r\n",
    "flags that changed meanwhile": b"* 2 FETCH (FLAGS (\\Seen))\r\n",
    "a message that went meanwhile": b"* 3 EXPUNGE\r\n",
    "a goodbye": b"* BYE maintenance\r\n",
    "an answer to nobody": b"ZZZZ9 OK done\r\n",
    "a line of a megabyte": b"* OK " + b"x" * 1_100_000 + b"\r\n",
    "octets that are no line": b"\x00\xff\xfe\r\n",
    "an empty line": b"\r\n",
    "a continuation": b"+ go on\r\n",
    "an alert": b"* OK [ALERT] il n'y a \"plus de place\r\n",
    "a bare star": b"*\r\n",
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_line_that_makes_no_sense_costs_no_other_message(watched: Watched, line: bytes) -> None:
    fill(watched)
    once = iter([line])
    watched.wiretap.bend = after(b" FETCH (UID 2 BODY", lambda sent: next(once, b"") + sent)
    truth = dict(enumerate(MAILS, start=1))

    try:
        found = read(watched)
    except UnreachableError:
        found = {}
    watched.wiretap.bend = lambda sent: sent

    assert found.items() <= truth.items()
    assert read(watched) == truth


def test_one_message_that_the_server_stumbles_over_is_left_out(watched: Watched) -> None:
    fill(watched)
    watched.wiretap.bend = lambda line: re.sub(rb"\(UID 3 BODY\[\]<0>", b"(UID 3 (BODY[]<0>", line)

    found = read(watched)

    assert sorted(found) == [1, 2, 4, 5]


def test_a_server_that_declines_every_message_is_not_taken_for_an_empty_one(
    watched: Watched,
) -> None:
    fill(watched)
    watched.wiretap.bend = lambda line: re.sub(
        rb"OK Fetch completed.*\r", b"NO [SERVERBUG] x\r", line
    )
    opened = watched.inbox()
    outlines = dict.fromkeys(range(1, 6), Outline(size=500, server_at=None))

    with pytest.raises(UnreachableError, match="n’a pas su répondre"):
        list(opened.bodies(outlines))
    with pytest.raises(UnreachableError, match="n’a pas su répondre"):
        opened.outlines([1, 2])


def test_a_message_that_is_much_larger_than_announced_is_read_whole(watched: Watched) -> None:
    large = MAILS[0] + b"".join(b"%076d\r\n" % number for number in range(40_000))
    watched.mailbox.put(large, MONDAY)
    watched.mailbox.put(MAILS[1], MONDAY)
    watched.wiretap.bend = lambda line: re.sub(rb"RFC822.SIZE \d+", b"RFC822.SIZE 10", line)

    assert read(watched) == {1: large, 2: MAILS[1]}


def test_a_file_that_the_server_cannot_open_stops_no_earlier_message(watched: Watched) -> None:
    fill(watched)
    opened = watched.inbox()
    outlines = opened.outlines(opened.uids(1, 5))
    unreadable = sorted(watched.mailbox.files(), key=lambda path: int(path.name.split(".")[0]))[2]
    unreadable.chmod(0)
    found: dict[int, bytes] = {}

    # Dovecot hangs up on such a message (imap_fetch_failure): asked for alone, it harms no other.
    for uid, outline in outlines.items():
        try:
            found |= opened.bodies({uid: outline})
        except UnreachableError:
            opened = watched.inbox()

    assert sorted(found) == [1, 2, 4, 5]


@pytest.mark.parametrize(
    "answer",
    [
        b"* SEARCH 5 3 1 4 2",
        b"* SEARCH 1 2 3 4 5 99 0",
        b"* SEARCH 1 1 2 2 3 4 5",
        b"* SEARCH 1 2 3 4 5 (MODSEQ 9)",
    ],
)
def test_a_search_is_sorted_and_holds_what_was_asked_for(watched: Watched, answer: bytes) -> None:
    fill(watched)
    watched.wiretap.bend = lambda line: re.sub(rb"\* SEARCH [^\r]*", answer, line)

    assert watched.inbox().uids(1, 5) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "answer", [b"* SEARCH x", b"* SEARCH 1 (", b"* SEARCH \xe9", b"* SEARCH " + b"9" * 5000]
)
def test_a_search_that_makes_no_sense_is_no_answer(watched: Watched, answer: bytes) -> None:
    fill(watched)
    watched.wiretap.bend = lambda line: re.sub(rb"\* SEARCH [^\r]*", answer, line)
    opened = watched.inbox()

    with suppress(UnreachableError):
        assert set(opened.uids(1, 5)) <= {1}


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 40), garbled=st.binary(max_size=30))
def test_whatever_a_server_sends_ends_in_mail_or_in_a_sentence(
    watched: Watched, at: int, garbled: bytes
) -> None:
    if not watched.mailbox.files():
        fill(watched)
    lines = count()
    watched.wiretap.bend = lambda line: garbled + line if next(lines) == at else line
    watched.account = replace(watched.account, timeout=1)

    with suppress(MailwatchError):
        assert set(read(watched)) <= set(range(1, 6))
