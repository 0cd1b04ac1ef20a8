"""What IMAP says and is told, without a server: names of folders, outlines, credentials, tokens."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwatch.errors import MailwatchError, RefusedError, SettingsError, UnreachableError
from mailwatch.sources.imap import names, sasl, tokens
from mailwatch.sources.imap.outlines import Outline, outlined
from tests.servers.fixtures import ACCOUNT

# --- names of folders -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("INBOX", b"INBOX"),
        ("Éléments envoyés", b"&AMk-l&AOk-ments envoy&AOk-s"),
        ("Pièces & courriers", b"Pi&AOg-ces &- courriers"),
        ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
        ("€ 100 %", b"&IKw- 100 %"),
    ],
)
def test_a_name_is_spelled_in_modified_utf_7(name: str, spelled: bytes) -> None:
    assert names.spelled(name) == spelled
    assert names.decoded(spelled) == name


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"])),
)
def test_any_name_comes_back_as_it_was(name: str) -> None:
    assert names.decoded(names.spelled(name)) == name


@given(st.binary())
def test_any_octets_are_some_name(octets: bytes) -> None:
    assert isinstance(names.decoded(octets), str)


@pytest.mark.parametrize("name", ["a\r\nb", "\x00", "\x7f", "\ud83d"])
def test_a_name_that_no_folder_has_is_not_spelled(name: str) -> None:
    with pytest.raises(ValueError, match="no folder"):
        names.spelled(name)


LISTED = names.listed(
    [
        ((b"\\HasNoChildren",), b".", b"INBOX"),
        ((b"\\NoSelect", b"\\HasChildren"), b".", b"INBOX.Archives"),
        ((b"\\NonExistent",), b".", b"INBOX.Perdu"),
        ((), b".", b"INBOX.Archives.2026"),
        ((), b".", b"INBOX.Envoy&AOk-s"),
        ((), None, 2025),
    ]
)


def test_folders_that_hold_no_mail_are_not_listed() -> None:
    assert [each.name for each in LISTED] == [
        "INBOX", "INBOX.Archives.2026", "INBOX.Envoyés", "2025",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("inbox", "INBOX"),
        ("INBOX/Archives/2026", "INBOX.Archives.2026"),
        ("Inbox/Envoyés", "INBOX.Envoyés"),
        ("INBOX/Envoye\u0301s", "INBOX.Envoyés"),
        ("2025", "2025"),
        ("Envoyés", None),
        ("INBOX/Envoyes", None),
    ],
)
def test_a_folder_is_meant_by_its_levels_whatever_separates_them(
    written: str, meant: str | None
) -> None:
    found = names.same(written, LISTED)

    assert (found and found.name) == meant


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("Envoyés", "INBOX.Envoyés"),
        ("INBOX/Envoyes", "INBOX.Envoyés"),
        ("archives/2026", "INBOX.Archives.2026"),
        ("Zzz", ""),
        ("", ""),
    ],
)
def test_the_nearest_folder_is_offered(written: str, near: str) -> None:
    assert names.nearest(written, LISTED) == near


# --- outlines -------------------------------------------------------------------------------------

WHOLE = b'1 (UID 7 RFC822.SIZE 485 INTERNALDATE "02-Mar-2026 09:12:00 +0100")'


@pytest.mark.parametrize(
    ("line", "at"),
    [
        (WHOLE, "2026-03-02T08:12:00"),
        (WHOLE.replace(b"02-Mar", b" 2-Mar"), "2026-03-02T08:12:00"),
        (WHOLE.replace(b"Mar", b"MAR"), "2026-03-02T08:12:00"),
        (WHOLE.replace(b"+0100", b"-1000"), "2026-03-02T19:12:00"),
        (WHOLE.replace(b"+0100", b"+0545"), "2026-03-02T03:27:00"),
        (WHOLE.replace(b"02-Mar-2026 09", b"31-Dec-2026 00"), "2026-12-30T23:12:00"),
        (WHOLE.replace(b"02-Mar", b"31-Feb"), None),
        (WHOLE.replace(b"2026", b"26"), None),
        (WHOLE.replace(b"2026", b"0000"), None),
        (WHOLE.replace(b"02-Mar-2026 09", b"01-Jan-0001 00"), None),
        (WHOLE.replace(b"02-Mar-2026 09", b"31-Dec-9999 23").replace(b"+", b"-"), None),
        (WHOLE.replace(b" +0100", b""), None),
        (WHOLE.replace(b"+0100", b"+2400"), None),
        (WHOLE.replace(b"+0100", b"CET"), None),
        (WHOLE.replace(b"09:12", b"24:12"), None),
        (WHOLE.replace(b"Mar", b"Mrz"), None),
        (WHOLE.replace(b'"02-Mar-2026 09:12:00 +0100"', b"NIL"), None),
        (b"1 (INTERNALDATE NIL UID 7 FLAGS (\\Seen) RFC822.SIZE 485)", None),
    ],
)
def test_a_date_is_read_as_imap_writes_it_or_not_at_all(line: bytes, at: str | None) -> None:
    instant = datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None

    assert outlined([line]) == {7: Outline(size=485, server_at=instant)}


@pytest.mark.parametrize(
    "line",
    [
        b"", b"1 (UID 7)", b"1 (UID 7 FLAGS (\\Seen))", b"1 (RFC822.SIZE 485)", b"1 (UID x RFC822.SIZE 485)",
        b"1 (UID 7 RFC822.SIZE -5)", b"1 (UID 7 RFC822.SIZE " + b"9" * 5000 + b")", None, (b"1 (UID 7 {3}", b"abc"),
    ],
)  # fmt: skip
def test_a_line_without_uid_or_size_outlines_nothing(line: object) -> None:
    assert outlined([line, b"2 (UID 8 RFC822.SIZE 5)"]) == {8: Outline(size=5, server_at=None)}


@given(st.lists(st.binary() | st.none() | st.tuples(st.binary(), st.binary())))
def test_any_lines_outline_something(lines: list[object]) -> None:
    assert all(outline.size >= 0 for outline in outlined(lines).values())


# --- credentials ----------------------------------------------------------------------------------


def test_plain_says_both_in_utf_8() -> None:
    answer = sasl.plain("prefecture", "clé €")

    assert answer(b"") == "\0prefecture\0clé €".encode()


def test_a_refused_xoauth2_is_ended_with_nothing() -> None:
    answer = sasl.xoauth2("accueil@jura.example", "ya29.x")

    assert answer(b"") == b"user=accueil@jura.example\1auth=Bearer ya29.x\1\1"
    assert answer(b'{"status":"401"}') == b""


def test_a_refused_oauthbearer_is_ended_with_one_octet() -> None:
    answer = sasl.oauthbearer("a=b,c@jura.example", "ya29.x")

    assert answer(b"") == b"n,a=a=3Db=2Cc@jura.example,\1auth=Bearer ya29.x\1\1"
    assert answer(b'{"status":"invalid_token"}') == b"\1"


# --- tokens ---------------------------------------------------------------------------------------


def _printing(code: str, timeout: int = 10) -> str:
    return tokens.issued(
        replace(ACCOUNT, token_command=(sys.executable, "-S", "-c", code), timeout=timeout)
    )


def test_a_token_is_what_the_command_prints() -> None:
    assert _printing("print('eyJhbGciOi.J9-_~+/==')") == "eyJhbGciOi.J9-_~+/=="


def test_no_shell_reads_the_command() -> None:
    account = replace(
        ACCOUNT, token_command=(sys.executable, "-c", "import sys; print(sys.argv[1][1:])", "$HOME")
    )

    assert tokens.issued(account) == "HOME"


@pytest.mark.parametrize(
    ("code", "error", "sentence"),
    [
        ("raise SystemExit(3)", RefusedError, r"a échoué \(code 3\)"),
        ("print()", RefusedError, "n’est pas un jeton"),
        ("print('deux mots')", RefusedError, "n’est pas un jeton"),
        ("print('jeton\\nautre')", RefusedError, "n’est pas un jeton"),
        ("print('clé')", RefusedError, "n’est pas un jeton"),
        ("import time; time.sleep(30)", UnreachableError, "n’a pas fini en 1 s"),
    ],
)
def test_a_command_that_prints_no_token(
    code: str, error: type[MailwatchError], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        _printing(code, timeout=1)


@pytest.mark.parametrize("command", [(), ("",), ("/nulle/part",), ("a\0b",)])
def test_a_command_that_cannot_be_run(command: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError, match="`token_command`"):
        tokens.issued(replace(ACCOUNT, token_command=command))


def test_what_the_command_prints_is_shown_to_nobody() -> None:
    with pytest.raises(RefusedError) as refused:
        _printing(
            "import sys; print('jeton-secret x'); sys.stderr.write('jeton-secret'); sys.exit(1)"
        )

    assert "secret" not in str(refused.value)
