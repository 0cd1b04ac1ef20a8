"""Mail by IMAP, from a real Dovecot and a real pymap: what is there is read, and nothing is touched."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailwatch.errors import SourceError
from mailwatch.site import Authentication, Security
from mailwatch.sources.imap import Connection, connect, connection
from tests.mails import mail
from tests.servers.dovecot import ACCENTED, PASSWORD
from tests.servers.fixtures import ACCOUNT, Watched
from tests.servers.pymap import Pymap

MONDAY = datetime(2026, 3, 2, 9, 12, tzinfo=timezone(timedelta(hours=1)))
QUESTION = mail(
    "2026-03-02 09:12", "Bonjour,\n\nComment déclarer le nouveau siège ?\n\nOdile Ferrand"
)
ANSWER = mail("2026-03-04 16:40", "Bonjour,\n\nEn ligne, sur service-public.fr.\n\nClaire VERNIER")


def read(connection: Connection, folder: str = "INBOX") -> dict[int, bytes]:
    """Every message of a folder by its UID."""
    examined = connection.examine(folder)
    uids = connection.uids(1, examined.uidnext - 1)
    return dict(connection.bodies(connection.outlines(uids)))


def test_a_message_is_read_to_the_octet_with_the_server_s_date(watched: Watched) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    opened = watched.inbox()

    outlines = opened.outlines([1])

    assert dict(opened.bodies(outlines)) == {1: QUESTION}
    assert outlines[1].size == len(QUESTION)
    assert outlines[1].server_at == MONDAY
    assert outlines[1].server_at.tzinfo is UTC


def test_a_message_stored_with_bare_line_feeds_comes_with_both_octets(watched: Watched) -> None:
    watched.mailbox.put(QUESTION.replace(b"\r\n", b"\n"), MONDAY)

    assert read(watched.connect()) == {1: QUESTION}


def test_an_empty_folder_has_no_message_and_its_first_uid_to_come(watched: Watched) -> None:
    opened = watched.connect()

    examined = opened.examine("INBOX")

    assert (examined.exists, examined.uidnext) == (0, 1)
    assert examined.uidvalidity > 0
    assert opened.uids(1, 0) == []
    assert opened.uids(1, 1000) == []
    assert opened.outlines([]) == {}
    assert list(opened.bodies({})) == []


def test_a_message_that_arrives_between_two_looks_is_listed_by_the_second(watched: Watched) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    opened = watched.connect()
    first = opened.examine("INBOX")
    watched.mailbox.put(ANSWER, MONDAY)

    second = opened.examine("INBOX")

    assert opened.uids(first.uidnext, second.uidnext - 1) == [2]
    assert second.uidvalidity == first.uidvalidity


def test_nothing_is_listed_beyond_what_was_asked_for(watched: Watched) -> None:
    for _ in range(5):
        watched.mailbox.put(QUESTION, MONDAY)
    opened = watched.inbox()

    assert opened.uids(2, 4) == [2, 3, 4]
    assert opened.uids(-3, 2) == [1, 2]
    assert opened.uids(6, 9) == []
    assert opened.uids(4, 2) == []


def test_thousands_of_messages_come_in_batches(watched: Watched) -> None:
    for number in range(2_500):
        watched.mailbox.put(b"Subject: %d\r\n\r\nBonjour.\r\n" % number, 1_772_000_000 + number)

    found = read(watched.connect())

    assert sorted(found) == list(range(1, 2_501))
    assert len(set(found.values())) == 2_500
    bodies = [said for said in watched.wiretap.said if "BODY.PEEK" in said]
    assert len(bodies) == 13


def test_a_folder_larger_than_a_window_is_listed_window_by_window(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_WINDOW", 10)
    for _ in range(34):
        watched.mailbox.put(QUESTION, MONDAY)

    assert watched.inbox().uids(1, 34) == list(range(1, 35))
    assert "UID SEARCH UID 31:34" in watched.wiretap.said


def test_a_batch_is_bounded_by_the_octets_asked_for(watched: Watched) -> None:
    for _ in range(10):
        watched.mailbox.put(QUESTION + b"x" * 900_000, MONDAY)

    assert len(read(watched.connect())) == 10
    assert len([said for said in watched.wiretap.said if "BODY.PEEK" in said]) == 3


@pytest.mark.parametrize("size", [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 3 * 1024 * 1024])
def test_a_large_message_comes_alone_and_whole(watched: Watched, size: int) -> None:
    line = b"%079d\r\n"
    whole = b"".join(line % number for number in range(size // 81 + 1))[:size]
    whole = whole[:-2] + b"\r\n"
    watched.mailbox.put(whole, MONDAY)

    assert read(watched.connect()) == {1: whole}


def test_a_message_of_forty_megabytes_is_read_to_the_octet(watched: Watched) -> None:
    whole = QUESTION + b"".join(b"%076d\r\n" % number for number in range(540_000))
    watched.mailbox.put(whole, MONDAY)
    watched.mailbox.put(ANSWER, MONDAY)

    found = read(watched.connect())

    assert len(found[1]) > 40 * 1024 * 1024
    assert found == {1: whole, 2: ANSWER}


def test_a_message_larger_than_the_largest_is_cut(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_LARGEST", 2 * 1024 * 1024)
    whole = QUESTION + b"x" * 5_000_000
    watched.mailbox.put(whole, MONDAY)

    assert read(watched.connect()) == {1: whole[: 2 * 1024 * 1024]}


def test_a_message_without_an_octet_is_read_as_such(watched: Watched) -> None:
    watched.mailbox.put(b"", MONDAY)
    watched.mailbox.put(QUESTION, MONDAY)

    assert read(watched.connect())[2] == QUESTION


def test_a_message_whose_octets_look_like_imap_is_only_a_message(watched: Watched) -> None:
    hostile = b'Subject: ) {12}\r\n\r\n* 1 FETCH (UID 7 BODY[] "x")\r\nA1 OK done\r\n)\r\n* BYE\r\n\x00\xff{9}\r\n'
    watched.mailbox.put(hostile, MONDAY)

    (raw,) = read(watched.connect()).values()

    # Dovecot writes NUL, which no IMAP literal may hold, as 0x80 (RFC 3501 section 4.3).
    assert raw.replace(b"\x80", b"\x00") == hostile


# --- nothing is touched ---------------------------------------------------------------------------


def test_no_flag_is_set_and_no_message_moved(watched: Watched) -> None:
    put = watched.mailbox.put
    for name in ("a", "b", "c"):
        put(QUESTION, MONDAY, name=f"{name}.mail.example")
    put(ANSWER, MONDAY, folder="Envoyés", name="d.mail.example")
    (read_before,) = (path for path in watched.mailbox.files() if path.name.startswith("b."))
    watched.mailbox.file_away(read_before, "FRS")
    opened = watched.connect()

    read(opened)
    read(opened, "Envoyés")
    opened.close()

    flags = {path.name.partition(":2,")[::2] for path in watched.mailbox.files()}
    assert flags == {
        ("a.mail.example", ""),
        ("b.mail.example", "FRS"),
        ("c.mail.example", ""),
        ("d.mail.example", ""),
    }


def test_only_commands_that_read_are_sent(watched: Watched) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    opened = watched.connect()

    opened.folders()
    read(opened)
    opened.noop()
    opened.close()

    verbs = {said.removeprefix("UID ").partition(" ")[0] for said in watched.wiretap.said}
    assert verbs == {
        "CAPABILITY", "AUTHENTICATE", "ENABLE", "LIST", "EXAMINE", "SEARCH", "FETCH", "NOOP", "LOGOUT",
    }  # fmt: skip
    assert not watched.wiretap.forbidden


def test_the_wiretap_would_catch_a_command_that_writes(watched: Watched) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    opened = watched.inbox()

    with pytest.raises(Exception, match=r"interrompu|EOF|socket"):
        opened._client.wire.uid("STORE", "1", "+FLAGS", "(\\Seen)")

    assert "STORE" in watched.wiretap.forbidden.pop()


def test_a_message_moved_during_the_run_is_left_out_and_the_others_read(watched: Watched) -> None:
    watched.mailbox.put(QUESTION, MONDAY, name="a.mail.example")
    watched.mailbox.put(ANSWER, MONDAY, name="b.mail.example")
    opened = watched.inbox()
    outlines = opened.outlines(opened.uids(1, 2))
    (moved,) = (path for path in watched.mailbox.files() if path.name.startswith("a."))
    watched.mailbox.file_away(moved, "S", folder="Traités")

    assert dict(opened.bodies(outlines)) == {2: ANSWER}
    opened.examine("INBOX")
    assert opened.uids(1, 2) == [2]
    assert list(read(opened, "Traités").values()) == [QUESTION]


# --- dates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 1, 1_772_438_400, 2**31 - 1, 4_102_444_799])
def test_the_date_of_the_server_is_kept_to_the_second(watched: Watched, seconds: int) -> None:
    watched.mailbox.put(QUESTION, seconds)

    found = watched.inbox().outlines([1])[1].server_at

    assert found == datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(
    "garbled",
    [
        b'"31-Feb-2026 09:12:00 +0100"', b'"hier"', b'""', b"NIL", b'"02-Mar-2026 09:12:00"', b"(1 2)", b"7",
        b'"02-Mar-2026 09:12:00 +9999"', b'"01-Jan-0001 00:00:00 +2359"', b'"02-Mar-99999 09:12:00 +0000"',
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_read_is_none_and_the_message_is_not_lost(
    watched: Watched, garbled: bytes
) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    watched.mailbox.put(ANSWER, MONDAY)
    watched.wiretap.bend = lambda line: _dated(line, garbled) if b"UID 1 " in line else line
    opened = watched.inbox()

    outlines = opened.outlines([1, 2])

    assert outlines[1].server_at is None
    assert outlines[2].server_at == MONDAY
    assert dict(opened.bodies(outlines)) == {1: QUESTION, 2: ANSWER}


def _dated(line: bytes, garbled: bytes) -> bytes:
    before, word, after = line.partition(b"INTERNALDATE ")
    return before + word + garbled + after[after.index(b'"', 1) + 1 :] if word else line


# --- folders --------------------------------------------------------------------------------------

FOLDERS = [
    "Éléments envoyés",
    "Traités/Été 2026 & co",
    "雑誌",
    "Notes ~ 100 %",
    "a+b",
    "2026",
    "l’« accueil »",
]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_is_opened_by_the_name_people_know(watched: Watched, folder: str) -> None:
    watched.mailbox.put(ANSWER, MONDAY, folder=folder)
    opened = watched.connect()

    assert folder in opened.folders()
    assert read(opened, folder) == {1: ANSWER}


@pytest.mark.parametrize(
    "written", ["inbox", "Inbox", "Envoye\u0301s/2026", "Envoyés/2026"], ids=ascii
)
def test_case_of_inbox_and_composed_accents_make_no_difference(
    watched: Watched, written: str
) -> None:
    watched.mailbox.put(ANSWER, MONDAY, folder="Envoyés/2026")

    assert watched.connect().examine(written).uidnext >= 1


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("Envoyes", "Envoyés"),
        ("envoyés", "Envoyés"),
        ("Elements envoyes", "Éléments envoyés"),
        ("INBOX/Envoyés", "Envoyés"),
        ("Traites", "Traités"),
    ],
)
def test_a_folder_that_is_not_there_is_named_with_the_nearest(
    watched: Watched, written: str, near: str
) -> None:
    for folder in ("Envoyés", "Éléments envoyés", "Traités"):
        watched.mailbox.folder(folder)

    with pytest.raises(SourceError, match=f"« {written} » sur .*« {near} »"):
        watched.connect().examine(written)


@pytest.mark.parametrize(
    "written", ["Zzz", "", "\ud800", 'a" b\\', "x\r\ny", "a" * 3000, "*", "../.."]
)
def test_a_name_that_no_folder_has_is_refused_and_the_connection_goes_on(
    watched: Watched, written: str
) -> None:
    opened = watched.connect()

    with pytest.raises(SourceError):
        opened.examine(written)

    assert opened.examine("INBOX").uidnext == 1


def test_a_folder_whose_name_is_not_well_formed_hides_no_other(watched: Watched) -> None:
    watched.mailbox.folder("Envoyés")
    watched.wiretap.bend = lambda line: (
        line.replace(b"&AOk-s", b"&&&-") if b"LIST" in line else line
    )

    assert watched.connect().folders() == ("Envoy&&&-", "INBOX")


# --- accounts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("user", ACCENTED)
def test_a_user_and_a_password_with_accents_open_their_mailbox(watched: Watched, user: str) -> None:
    watched.server.mailbox(user)
    watched.secret = ACCENTED[user]

    assert watched.connect(user=user).examine("INBOX").exists == 0


@pytest.mark.parametrize("mechanism", [Authentication.XOAUTH2, Authentication.OAUTHBEARER])
def test_an_access_token_opens_its_mailbox(watched: Watched, mechanism: Authentication) -> None:
    watched.secret = watched.server.token(watched.mailbox.user)

    opened = watched.connect(authentication=mechanism)

    assert opened.examine("INBOX").exists == 0


def test_a_server_without_sasl_is_logged_in_to(watched: Watched) -> None:
    watched.wiretap.bend = lambda line: line.replace(b"AUTH=", b"XAUTH=")

    assert watched.connect().examine("INBOX").exists == 0
    assert any(said.startswith("LOGIN ") for said in watched.wiretap.said)


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_the_line_is_protected_as_the_settings_ask(watched: Watched, security: Security) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    server = watched.server
    account = replace(
        watched.account,
        security=security,
        port=server.tls_port if security is Security.TLS else server.port,
        ca_file=str(server.certificate.file),
    )

    with connect(account, lambda: PASSWORD) as opened:
        assert read(opened) == {1: QUESTION}


def test_in_starttls_nothing_is_said_in_clear(watched: Watched) -> None:
    opened = watched.connect(
        security=Security.STARTTLS, ca_file=str(watched.server.certificate.file)
    )
    opened.close()

    assert watched.wiretap.said == ["CAPABILITY", "STARTTLS"]


# --- the library's defaults -----------------------------------------------------------------------


def test_the_library_keeps_no_log_of_the_octets_and_dates_keep_their_zone(watched: Watched) -> None:
    opened = watched.connect()

    assert opened._client.wire.debug == 0
    assert opened._client.normalise_times is False


def test_no_address_nor_octet_of_a_message_is_logged(
    watched: Watched, caplog: pytest.LogCaptureFixture
) -> None:
    watched.mailbox.put(QUESTION, MONDAY)
    with caplog.at_level(logging.DEBUG):
        opened = watched.connect()
        read(opened)
        with pytest.raises(SourceError):
            opened.examine("Dossier de Mme Ferrand")
        opened.close()

    assert not [record for record in caplog.records if record.name.startswith("imap")]


# --- pymap ----------------------------------------------------------------------------------------


def test_another_server_gives_the_same(pymap: Pymap) -> None:
    large = ANSWER + b"".join(b"%076d\r\n" % number for number in range(40_000))
    pymap.append(QUESTION, MONDAY)
    pymap.append(large, MONDAY, folder="Envoyés")
    account = replace(ACCOUNT, port=pymap.port, user=pymap.user)

    with connect(account, lambda: pymap.password) as opened:
        assert {"INBOX", "Envoyés"} <= set(opened.folders())
        inbox = opened.examine("INBOX")
        uids = opened.uids(1, inbox.uidnext - 1)
        outlines = opened.outlines(uids)
        assert dict(opened.bodies(outlines)) == {uids[0]: QUESTION}
        assert outlines[uids[0]].server_at == MONDAY
        assert list(read(opened, "Envoyés").values()) == [large]
        with pytest.raises(SourceError, match="« Envoyés »"):
            opened.examine("Envoyes")
