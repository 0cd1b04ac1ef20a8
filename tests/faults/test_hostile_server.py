"""A server that breaks off, lies, stammers or changes its mind: each case of the list ends where it should."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailwatch.daemon.turns import pause
from mailwatch.errors import RefusedError, SourceError, UnreachableError
from mailwatch.model import Period, State
from mailwatch.polling import looking
from mailwatch.site import FolderRole, Security, WatchedFolder
from tests.bureau import FOLDERS, kinds
from tests.faults.hostile import (
    CAPABILITIES,
    PASSWORD,
    READY,
    USER,
    Asked,
    Bend,
    HangUpError,
    Hostile,
    honest,
    hostile,
)
from tests.faults.house import Lookout, answer, asked, lookout, question, wrong

QUESTIONS = 5
EVER = Period(from_on=None, to_on=None)
INBOX_ALONE = FOLDERS[:1]


@pytest.fixture
def server() -> Iterator[Hostile]:
    with hostile() as made:
        for number in range(1, QUESTIONS + 1):
            made.box().add(question(number))
        yield made


@pytest.fixture
def out(server: Hostile, tmp_path: Path) -> Iterator[Lookout]:
    account = replace(server.account, folders=INBOX_ALONE, timeout=2)
    with lookout(account, lambda: PASSWORD, tmp_path / "state") as made:
        yield made


# --- what a server may put where a message should be ----------------------------------------------


def on(verb: str, change: Callable[[Asked, list[bytes]], Iterable[bytes]]) -> Bend:
    """Answer one kind of command otherwise."""
    return lambda asked, lines: change(asked, lines) if asked.verb == verb else lines


def rewritten(verb: str, pattern: bytes, by: bytes) -> Bend:
    return on(verb, lambda _, lines: [re.sub(pattern, by, line) for line in lines])


def declined(verb: str, words: bytes) -> Bend:
    """Answer one kind of command with its tag and these words alone."""
    return on(verb, lambda asked, _: [asked.tag + b" " + words])


def ending(verb: str, words: bytes) -> Bend:
    """End an answer that is honest with other words than its tag and OK."""
    return on(verb, lambda asked, lines: [*lines[:-1], words.replace(b"TAG", asked.tag)])


def preceded(verb: str, line: bytes) -> Bend:
    return on(verb, lambda _, lines: [line, *lines])


def listing(line: bytes) -> Bend:
    return on("UID SEARCH", lambda _, lines: [line, *lines[1:]])


def at_body(uid: int, sent: Callable[[bytes], bytes]) -> Bend:
    """Replace the line that gives the body of one message."""
    marked = b"UID %d BODY" % uid
    return lambda _, lines: [sent(line) if marked in line else line for line in lines]


def before_body(uid: int, line: bytes) -> Bend:
    return at_body(uid, lambda sent: line + b"\r\n" + sent)


def literal(uid: int, more: int) -> Bend:
    """Announce more octets than there are, or fewer."""
    return at_body(
        uid, lambda line: re.sub(rb"\{(\d+)\}", lambda m: b"{%d}" % (int(m[1]) + more), line)
    )


def cut_at(uid: int, share: float) -> Bend:
    """Hang up when so much of one body was said."""

    def bend(_: Asked, lines: list[bytes]) -> Iterable[bytes]:
        for line in lines:
            if b"UID %d BODY" % uid in line:
                yield line[: int(len(line) * share)]
                raise HangUpError
            yield line

    return bend


def gone(_: Asked, lines: list[bytes]) -> Iterable[bytes]:
    del lines
    raise HangUpError


def _without_body(line: bytes) -> bytes:
    return re.sub(rb"BODY\[\]<0> \{.*", b"FLAGS (\\\\Seen))", line, flags=re.DOTALL)


_SIZE = rb"RFC822\.SIZE \d+"
ENDLESS = "59 a literal that never ends"
STRANGE: dict[str, Bend] = {
    "4 messages that are larger than they are announced": rewritten("UID FETCH", _SIZE, b"RFC822.SIZE 10"),
    "4 messages that are smaller than they are announced": rewritten("UID FETCH", _SIZE, b"RFC822.SIZE 900000"),
    "4 messages announced as nothing": rewritten("UID FETCH", _SIZE, b"RFC822.SIZE 0"),
    "56 the end in the middle of a literal": cut_at(3, 0.5),
    "57 the end after a message and before the tagged OK": cut_at(4, 0),
    "58 a goodbye instead of a message": before_body(2, b"* BYE maintenance"),
    "58 a goodbye to every command": lambda _asked, _lines: [b"* BYE maintenance"],
    ENDLESS: at_body(3, lambda line: line[: len(line) // 2]),
    "61 a literal of less than nothing": literal(2, -1_000_000),
    "61 a literal of three gigabytes": literal(2, 3_000_000_000),
    "61 a literal one octet short": literal(2, 1),
    "61 a literal one octet long": literal(2, -1),
    "62 parentheses that do not end": before_body(3, b"* 3 FETCH " + b"(" * 5_000),
    "62 a parenthesis too many": before_body(3, b"* 3 FETCH (UID 3))"),
    "63 a tag of nobody": ending("UID FETCH", b"ZZ9 OK done"),
    "63 no text after OK": ending("UID FETCH", b"TAG OK"),
    "63 an empty line after a literal": at_body(2, lambda line: line + b"\r\n"),
    "64 more messages than there are": rewritten("EXAMINE", rb"\d+ EXISTS", b"4000000 EXISTS"),
    "64 fewer messages than there are": rewritten("EXAMINE", rb"\d+ EXISTS", b"0 EXISTS"),
    "64 a message that goes while another is read": before_body(3, b"* 1 EXPUNGE"),
    "64 some are gone, it says": ending("UID FETCH", b"TAG OK [EXPUNGEISSUED] some are gone"),
    "66 a message that nobody asked for": before_body(2, b"* 9 FETCH (UID 99 BODY[]<0> {2}\r\nab)"),
    "67 a list in no order": listing(b"* SEARCH 5 3 1 4 2"),
    "69 a list with more than was asked for": listing(b"* SEARCH 1 2 3 4 5 7 0 99"),
    "78 an alert": lambda _, lines: [b'* OK [ALERT] il n\xe9 reste "plus de place', *lines],
    "78 too many sessions, said where nobody expects it": before_body(2, b"* NO [LIMIT] too many"),
    "78 a full mailbox": before_body(2, b"* NO [OVERQUOTA] full"),
    "78 a search refused for now": declined("UID SEARCH", b"NO [UNAVAILABLE] later"),
    "78 a folder that another holds": declined("EXAMINE", b"NO [INUSE] later"),
    "78 authenticated, not connected": declined("UID FETCH", b"BAD User is authenticated but not connected."),
    "83 a second greeting": preceded("EXAMINE", b"* OK IMAP4rev1 ready again"),
    "83 other capabilities after the log-in": preceded("EXAMINE", b"* CAPABILITY IMAP4rev1 LOGINDISABLED"),
}  # fmt: skip
LASTING = {name: bend for name, bend in STRANGE.items() if name != ENDLESS}


@pytest.mark.parametrize("bend", STRANGE.values(), ids=STRANGE)
def test_nothing_false_is_kept_and_nothing_is_lost_once_the_server_is_itself(
    server: Hostile, out: Lookout, bend: Bend
) -> None:
    server.bend = bend

    out.poll()

    known = [asked(number) for number in range(1, QUESTIONS + 1)]
    assert not [fault for fault in wrong(out.requests(), known) if fault.startswith("en trop")]
    server.bend = honest
    out.hang_up()
    assert out.poll().failures == ()
    assert out.losses(QUESTIONS) == []


@pytest.mark.parametrize("bend", LASTING.values(), ids=LASTING)
def test_a_server_that_stays_strange_ends_no_poll_by_anything_but_a_sentence(
    server: Hostile, out: Lookout, bend: Bend
) -> None:
    server.bend = bend

    for _ in range(4):
        polled = out.poll()
        out.hang_up()

    assert all(str(failure.error) for failure in polled.failures)
    assert PASSWORD not in repr(polled)


def test_case_65_a_message_without_a_body_is_never_taken_for_read(
    server: Hostile, out: Lookout
) -> None:
    server.bend = at_body(2, _without_body)

    first = out.poll()
    assert (first.tally.recorded, first.tally.withheld) == (QUESTIONS - 1, 1)
    for _ in range(2):
        out.poll()

    (isolated,) = out.register.quarantined()
    assert isolated.location.uid == 2
    assert wrong(out.requests(), [asked(n) for n in (1, 3, 4, 5)]) == []


def test_case_66_one_uid_with_two_bodies_is_one_message(server: Hostile, out: Lookout) -> None:
    other = question(77)
    server.bend = at_body(
        2, lambda line: line + b"\r\n* 2 FETCH (UID 2 BODY[]<0> {%d}\r\n%b)" % (len(other), other)
    )

    out.poll()

    assert len(out.requests()) == QUESTIONS
    assert out.waiting() == []


def test_case_68_a_list_too_long_for_one_line_is_read_in_windows(
    server: Hostile, out: Lookout
) -> None:
    spread = {7_000_000 + 1_000 * number: raw for number, raw in server.box().messages.items()}
    server.box().messages, server.box().uidnext = spread, 7_100_000
    server.box().arrived = dict.fromkeys(spread, b"02-Mar-2026 09:12:00 +0100")

    def long(asked: Asked, lines: list[bytes]) -> Iterable[bytes]:
        """What such a server would say of all its folder at once."""
        first, last = map(int, asked.words.rpartition(b" ")[2].split(b":"))
        too_long = last - first >= 150_000
        return [b"* SEARCH " + b"7000000 " * 150_000 if too_long else lines[0], *lines[1:]]

    listed, many = on("UID SEARCH", long), rewritten("EXAMINE", rb"\d+ EXISTS", b"150000 EXISTS")
    server.bend = lambda asked, lines: many(asked, [*listed(asked, lines)])

    assert out.poll().failures == ()
    assert out.losses(QUESTIONS) == []


def test_case_69_the_last_message_is_not_new_again(server: Hostile, out: Lookout) -> None:
    out.poll()
    server.bend = rewritten("EXAMINE", rb"UIDNEXT \d+", b"UIDNEXT 7")
    server.box().remove(5)

    polled = out.poll()

    assert (polled.tally.recorded, polled.failures) == (0, ())
    assert out.losses(QUESTIONS) == []


# --- numbers that do not last ---------------------------------------------------------------------


def test_case_70_a_folder_renumbered_at_every_session_doubles_nothing(
    server: Hostile, out: Lookout
) -> None:
    def renumbered(asked: Asked, lines: list[bytes]) -> Iterable[bytes]:
        valid = b"UIDVALIDITY %d" % (50 + asked.session)
        return [re.sub(rb"UIDVALIDITY \d+", valid, line) for line in lines]

    server.bend = on("EXAMINE", renumbered)

    for _ in range(6):
        assert out.poll().failures == ()
        out.hang_up()

    assert out.losses(QUESTIONS) == []
    assert kinds(out.register).count("renumbered") == 5


@pytest.mark.parametrize("code", [b"", b"[UIDVALIDITY 0]", b"[UIDNOTSTICKY]"])
def test_case_70_a_folder_without_lasting_numbers_is_refused_in_words(
    server: Hostile, out: Lookout, code: bytes
) -> None:
    server.bend = rewritten("EXAMINE", rb"\[UIDVALIDITY \d+\]", code)

    (failure,) = out.poll().failures

    assert isinstance(failure.error, SourceError)
    assert "UIDVALIDITY" in str(failure.error)


def test_case_71_a_server_that_does_not_tell_the_next_number(server: Hostile, out: Lookout) -> None:
    server.bend = rewritten("EXAMINE", rb"\[UIDNEXT \d+\]", b"")

    out.poll()
    server.box().add(question(QUESTIONS + 1))
    out.poll()

    assert out.losses(QUESTIONS + 1) == []


def test_case_71_a_server_restored_from_a_backup_doubles_nothing(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    for uid in (4, 5):
        server.box().remove(uid)
    server.box().uidnext = 4

    assert out.poll().failures == ()
    assert out.losses(QUESTIONS) == []


def test_case_71_what_comes_after_a_restore_under_numbers_that_were_used_is_read(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    for uid in (4, 5):
        server.box().remove(uid)
    server.box().uidnext = 4
    out.poll()
    for number in (6, 7, 8):
        server.box().add(question(number))

    out.poll()

    assert wrong(out.requests(), [asked(number) for number in range(1, 9)]) == []
    assert kinds(out.register).count("rewound") == 1
    lost = [each for number in (4, 5) for each in out.register.locate(asked(number))]
    found = [each for number in (6, 7) for each in out.register.locate(asked(number))]
    # The numbers are the same; no server can take the ones that are aside for its own.
    assert [each.uid for each in lost] == [each.uid for each in found] == [4, 5]
    assert all(each.uidvalidity > 1 << 32 for each in lost)


def test_case_71_a_server_that_does_not_tell_the_next_number_is_not_taken_for_restored(
    server: Hostile, out: Lookout
) -> None:
    server.bend = rewritten("EXAMINE", rb"\[UIDNEXT \d+\]", b"")
    out.poll()
    server.box().remove(5)

    out.poll()

    assert "rewound" not in kinds(out.register)
    assert out.losses(QUESTIONS) == []


# --- folders that change --------------------------------------------------------------------------

FOLDERLESS: dict[str, tuple[Callable[[Hostile], object], type[Exception]]] = {
    "72 deleted": (lambda s: s.boxes.pop("INBOX"), SourceError),
    "72 renamed": (lambda s: s.boxes.update({"INBOX.old": s.boxes.pop("INBOX")}), SourceError),
    "72 made a folder of folders": (lambda s: setattr(s.box(), "attributes", b"\\Noselect"), RefusedError),
}  # fmt: skip


@pytest.mark.parametrize(("change", "kind"), FOLDERLESS.values(), ids=FOLDERLESS)
def test_a_folder_that_is_no_more_is_said_and_found_again(
    server: Hostile, out: Lookout, change: Callable[[Hostile], object], kind: type[Exception]
) -> None:
    out.poll()
    kept = server.box()
    change(server)

    (failure,) = out.poll().failures
    assert isinstance(failure.error, kind | SourceError)

    kept.attributes = b""
    server.boxes = {"INBOX": kept}
    kept.add(question(QUESTIONS + 1))
    assert out.poll().failures == ()
    assert out.losses(QUESTIONS + 1) == []


@pytest.mark.parametrize("name", ["&&&-", "&", "a&b", "\xe9t\xe9", "&AOkA6Q"])
def test_case_72_a_neighbour_with_an_ill_spelled_name_hides_no_folder(
    server: Hostile, out: Lookout, name: str
) -> None:
    server.boxes = {name: server.box(name), **server.boxes}
    out.account = replace(
        out.account,
        folders=(*INBOX_ALONE, WatchedFolder(name="Absent", role=FolderRole.INBOX)),
    )

    (failure,) = out.poll().failures

    assert failure.folder == "Absent"
    assert wrong(out.requests(), [asked(n) for n in range(1, QUESTIONS + 1)]) == []


@pytest.mark.parametrize(
    ("separator", "spelled", "meant"),
    [
        (b"NIL", "Traite&AwE-s", "Traités"),
        (b'"."', "Traites.2026", "Traites/2026"),
        (b'"|"', "inbox|Traites", "INBOX/Traites"),
        (b'""', "Traite&AwE-s", "Traités"),
    ],
)
def test_case_72_a_folder_is_found_however_the_server_parts_and_spells_its_name(
    server: Hostile, out: Lookout, separator: bytes, spelled: str, meant: str
) -> None:
    server.separator = separator
    server.boxes = {spelled: server.boxes["INBOX"]}
    out.account = replace(out.account, folders=(replace(FOLDERS[0], name=meant),))

    assert out.poll().failures == ()
    assert len(out.requests()) == QUESTIONS


@pytest.mark.parametrize("folder", ["Traites", "Trash"], ids=["73 filed", "74 binned"])
def test_a_message_that_is_moved_is_one_request(server: Hostile, out: Lookout, folder: str) -> None:
    there = server.box(folder)
    out.account = replace(
        out.account, folders=(*INBOX_ALONE, WatchedFolder(name=folder, role=FolderRole.INBOX))
    )
    out.poll()
    there.add(server.box().remove(2))

    assert out.poll().failures == ()
    assert wrong(out.requests(), [asked(n) for n in range(1, QUESTIONS + 1)]) == []


def test_case_74_a_message_that_is_thrown_away_unanswered_is_still_owed(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    server.box().remove(2)
    out.clock.on(days=30)

    out.poll()

    (request,) = [each for each in out.requests() if each.message_id == asked(2)]
    assert request.state is State.OVERDUE


def test_case_1_d_messages_that_came_and_went_are_counted(server: Hostile, out: Lookout) -> None:
    out.poll()
    for number in (6, 7):
        server.box().remove(server.box().add(question(number)))

    out.poll()

    assert [gap.missed for gap in out.register.gaps(EVER)] == [2]


def test_case_75_a_draft_that_is_sent_under_its_own_name_is_one_answer(
    server: Hostile, out: Lookout
) -> None:
    sent = server.box("Envoy&AOk-s")
    out.account = replace(out.account, folders=FOLDERS)
    sent.add(answer(1).replace(b"statuts", b"status"))
    out.poll()
    sent.add(answer(1))

    out.poll()

    (request,) = [each for each in out.requests() if each.message_id == asked(1)]
    assert request.state is State.ANSWERED_IN_TIME


def test_case_76_an_answer_that_no_folder_keeps_leaves_the_request_open(
    server: Hostile, out: Lookout
) -> None:
    server.box("Envoy&AOk-s")
    out.account = replace(out.account, folders=FOLDERS)
    out.poll()

    assert {request.first for request in out.requests()} == {None}


# --- the account ----------------------------------------------------------------------------------

_CHANGING = re.compile(rb"STORE|EXPUNGE|SELECT|APPEND|COPY|MOVE|CLOSE|DELETE|RENAME|CREATE|BODY\[")
"""What changes a mailbox; reading a body without PEEK sets a flag."""


def test_case_77_nothing_but_reading_is_ever_asked_for(server: Hostile, out: Lookout) -> None:
    for _ in range(3):
        out.poll()
        out.hang_up()

    assert b"FETCH" in server.heard
    assert not _CHANGING.search(server.heard)


@pytest.mark.parametrize("code", [b"[AUTHENTICATIONFAILED]", b"", b"[EXPIRED]"])
def test_case_79_a_refused_log_in_is_tried_once_a_look(
    server: Hostile, out: Lookout, code: bytes
) -> None:
    server.bend = declined("AUTHENTICATE", b"NO " + code + b" no")

    (failure,) = out.poll().failures

    assert isinstance(failure.error, RefusedError)
    assert server.logins == 1


@pytest.mark.parametrize("failures", [3, 10, 1_000])
def test_case_79_who_was_refused_three_times_asks_every_quarter_of_an_hour(failures: int) -> None:
    waits = [pause(failures, RefusedError("refusé"), draw) for draw in (0.0, 1.0)]

    assert all(timedelta(minutes=15) <= wait <= timedelta(minutes=20) for wait in waits)


def test_case_80_a_token_is_asked_for_anew_at_each_connection(
    server: Hostile, tmp_path: Path
) -> None:
    tokens = ["jeton-1", "jeton-2", "jeton-3"]
    given = iter(tokens)
    account = replace(server.account, folders=INBOX_ALONE)
    with lookout(account, lambda: next(given), tmp_path / "state") as out:
        for token in tokens:
            # The one before has expired.
            server.passwords = {token}
            assert out.poll().failures == ()
            out.hang_up()

    assert server.logins == 3


def test_case_81_no_idle_is_trusted_and_a_dead_line_is_made_anew(
    server: Hostile, out: Lookout
) -> None:
    server.capabilities += b" IDLE"
    out.poll()
    server.bend = on("EXAMINE", lambda a, lines: gone(a, lines) if a.session == 1 else lines)
    server.box().add(question(QUESTIONS + 1))

    assert out.poll().failures == ()

    assert out.losses(QUESTIONS + 1) == []
    assert b"IDLE" not in server.heard


_OFFERED = CAPABILITIES + b" STARTTLS"
_INJECTED = b"OK go\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA2 OK you are in already"
UNPROTECTED: dict[str, tuple[bytes, bytes, Bend]] = {
    "82 STARTTLS is not offered": (READY, CAPABILITIES, honest),
    "82 STARTTLS is refused": (READY, _OFFERED, declined("STARTTLS", b"NO not now")),
    "82 STARTTLS is granted and nothing comes": (READY, _OFFERED, on("STARTTLS", gone)),
    "82 words in clear after STARTTLS": (READY, _OFFERED, declined("STARTTLS", _INJECTED)),
    "82 open already, it says": (b"* PREAUTH hello\r\n", _OFFERED, honest),
}


@pytest.mark.parametrize(("greeting", "offered", "bend"), UNPROTECTED.values(), ids=UNPROTECTED)
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_no_secret_is_said_in_clear(
    server: Hostile,
    out: Lookout,
    security: Security,
    greeting: bytes,
    offered: bytes,
    bend: Bend,
) -> None:
    server.greeting, server.capabilities, server.bend = greeting, offered, bend
    out.account = replace(out.account, security=security)

    (failure,) = out.poll().failures

    assert isinstance(failure.error, RefusedError | UnreachableError)
    for word in (PASSWORD.encode(), USER.encode(), b"AUTH"):
        assert word not in server.heard


def test_case_85_a_first_run_that_is_stopped_goes_on_where_it_was(
    server: Hostile, out: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_WINDOW", 20)
    monkeypatch.setattr(looking, "_CHUNK", 20)
    for number in range(QUESTIONS + 1, 101):
        server.box().add(question(number))
    for _ in range(3):
        answers = iter([True, True])
        out.watch.goes_on = lambda answers=answers: next(answers, False)  # type: ignore[misc]
        assert out.poll().tally.recorded == 20
    out.watch.goes_on = lambda: True
    assert out.poll().tally.recorded == 40

    assert out.losses(100) == []


def test_case_86_a_server_whose_clock_is_hours_ahead_attests_nothing(
    server: Hostile, out: Lookout
) -> None:
    out.poll()
    out.clock.on(minutes=2)
    server.box().add(question(6), b"09-Mar-2026 18:00:00 +0100")

    out.poll()

    assert "A" not in {request.grade.value for request in out.requests()}
