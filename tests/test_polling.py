"""Looking at mailboxes, on real servers: listed and committed, then fetched, judged, recorded, each message once."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailwatch.analysis import analyse
from mailwatch.errors import RefusedError, SettingsError, SourceError, UnreachableError
from mailwatch.model import Delivery, Fact, Period, Request, Role, State
from mailwatch.polling import Lines, Watch, looking, poll, secret_of, workers_for
from mailwatch.register import key_of, opened
from mailwatch.site import Authentication, FolderRole, Secret, WatchedFolder
from mailwatch.triage import triage
from tests.bureau import DESK, FOLDERS, INBOX, NOON, Bureau, bureau, kinds
from tests.facts import at
from tests.mails import mail, reply
from tests.registers import laid
from tests.servers.dovecot import Dovecot
from tests.servers.fixtures import ACCOUNT, Watched
from tests.servers.ports import free_port
from tests.servers.pymap import Pymap

everything = Period(from_on=None, to_on=None)
MONDAY = "2026-03-02 09:12"
QUESTION = mail(
    MONDAY, "Bonjour,\n\nQuelles pièces fournir pour changer de siège ?\n\nOdile Ferrand"
)
ANSWER = reply("2026-03-04 16:40", references="<2026-03-02.0912@mail.example>")
ANOTHER = mail(
    "2026-03-05 11:00",
    "Bonjour,\n\nComment obtenir une carte grise ?\n\nKarim Haddad",
    sender="Karim Haddad <karim.haddad@orange.example>",
    subject="Carte grise",
)


@pytest.fixture
def site(watched: Watched, tmp_path: Path) -> Iterator[Bureau]:
    with bureau(watched, tmp_path / "state") as made:
        yield made


def numbered(count: int, first: int = 1) -> list[bytes]:
    """Questions of as many persons, who have nothing to do with each other."""
    return [
        mail(
            f"2026-03-0{2 + n % 5} 10:{n % 60:02}",
            f"Bonjour,\n\nOù en est le dossier que j’ai déposé au guichet {n} ?\n\nPersonne {n}",
            sender=f"personne{n}@laposte.example",
            subject=f"Question {n}",
            message_id=f"<{n}@mail.example>",
        )
        for n in range(first, first + count)
    ]


# --- what is there is recorded --------------------------------------------------------------------


def test_mail_in_both_folders_becomes_an_answered_request(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))
    watched.mailbox.put(ANSWER, at("2026-03-04 16:40"), folder="Envoyés")

    polled = site.poll()

    (request,) = site.requests()
    assert (request.state, request.first and request.first.delay) == (State.ANSWERED_IN_TIME, 2)
    assert (polled.tally.recorded, polled.failures) == (2, ())


def test_a_message_is_named_by_its_place(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))

    site.poll()

    (request,) = site.requests()
    assert re.fullmatch(r"préfecture/INBOX;UIDVALIDITY=\d+/;UID=1", request.file)


def test_a_second_look_brings_nothing_and_asks_for_nothing(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))
    site.poll()
    watched.wiretap.said.clear()
    before = site.register.head().size

    polled = site.poll()

    assert polled.tally.recorded == 0
    assert [said.split()[0] for said in watched.wiretap.said] == ["EXAMINE", "EXAMINE"]
    assert site.register.head().size == before


def test_a_look_that_finds_nothing_costs_little(site: Bureau, watched: Watched) -> None:
    for raw in numbered(60):
        watched.mailbox.put(raw, at(MONDAY))
    site.poll()
    # Of this thread: the servers and the guard before them stand in this process, and are none of its cost.
    start = time.thread_time()

    for _ in range(20):
        site.poll()

    assert (time.thread_time() - start) / 20 < 0.02


def test_what_comes_later_joins_what_was_there(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))
    site.poll()
    assert site.requests()[0].first is None

    watched.mailbox.put(ANSWER, at("2026-03-04 16:40"), folder="Envoyés")
    site.poll()

    assert site.requests()[0].first is not None


def test_an_empty_mailbox_is_looked_at_too(site: Bureau) -> None:
    site.poll()

    cursor = site.register.cursor(INBOX)
    assert cursor is not None
    assert (cursor.uidnext, cursor.looked_at) == (1, NOON)


def test_a_journal_folder_tells_each_copy_s_way_by_its_header(
    site: Bureau, watched: Watched
) -> None:
    for raw in (QUESTION, ANSWER):
        watched.mailbox.put(raw, at(MONDAY), folder="Journal")
    copies = WatchedFolder(name="Journal", role=FolderRole.JOURNAL)

    site.poll(replace(site.account, folders=(copies,)))

    (request,) = site.requests()
    assert request.first is not None


def test_a_pymap_is_looked_at_like_any_other_server(pymap: Pymap, tmp_path: Path) -> None:
    pymap.append(QUESTION, at(MONDAY), "Polling")
    account = replace(
        ACCOUNT,
        port=pymap.port,
        user=pymap.user,
        folders=(WatchedFolder(name="Polling", role=FolderRole.INBOX),),
    )
    laid(tmp_path / "state")
    key = key_of(tmp_path / "state")
    lines = Lines(lambda _: pymap.password)
    with opened(tmp_path / "state", key) as register, workers_for(DESK, key, 1) as workers:
        watch = Watch(register=register, workers=workers, lines=lines, now=lambda: NOON)
        polled = poll([account], DESK, watch)
        lines.close()

        assert (polled.tally.recorded, polled.failures) == (1, ())
        assert len(register.requests(DESK, NOON.date())) == 1


# --- in any order, in any number of looks ---------------------------------------------------------

STORY = [
    ("INBOX", QUESTION, "2026-03-02 09:12"),
    ("INBOX", ANOTHER, "2026-03-05 11:00"),
    ("Envoyés", ANSWER, "2026-03-04 16:40"),
    (
        "INBOX",
        mail(
            "2026-03-06 08:30",
            "Bonjour,\n\nJe n’ai toujours pas de réponse.\n\nKarim Haddad",
            sender="Karim Haddad <karim.haddad@orange.example>",
            subject="Re: Carte grise",
            references="<2026-03-05.1100@mail.example>",
        ),
        "2026-03-06 08:30",
    ),
    (
        "INBOX",
        mail(
            "2026-03-04 16:45",
            "Votre message n’a pas pu être remis.",
            sender="MAILER-DAEMON@jura.gouv.fr",
            subject="Undelivered Mail Returned to Sender",
            headers={"Auto-Submitted": "auto-replied"},
        ),
        "2026-03-04 16:45",
    ),
    (
        "Envoyés",
        reply(
            "2026-03-06 17:00",
            to="karim.haddad@orange.example",
            subject="Re: Carte grise",
            references="<2026-03-05.1100@mail.example>",
        ),
        "2026-03-06 17:00",
    ),
]


def told(requests: tuple[Request, ...]) -> list[object]:
    """What a request is, wherever its messages were found."""
    return [
        (
            r.id,
            r.message_id,
            r.received_on,
            r.due_on,
            r.state,
            r.first and (r.first.on, r.first.kind, r.first.delay),
            [(link.part, link.message_id) for link in r.links],
        )
        for r in requests
    ]


def offline() -> list[object]:
    facts = [
        analyse(
            Delivery(
                raw=raw,
                file=f"{n}",
                role=Role.SENT if folder == "Envoyés" else Role.INBOX,
                server_at=at(when),
            ),
            DESK,
        )
        for n, (folder, raw, when) in enumerate(STORY)
    ]
    found = triage([fact for fact in facts if isinstance(fact, Fact)], (), DESK, NOON.date())
    return told(found.requests)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(STORY), st.sets(st.integers(0, len(STORY) - 1)))
def test_mail_that_comes_in_any_order_and_in_any_number_of_looks_gives_the_same_requests(
    dovecot: Dovecot,
    tmp_path_factory: pytest.TempPathFactory,
    story: list[tuple[str, bytes, str]],
    looks: set[int],
) -> None:
    mailbox = dovecot.mailbox()
    account = replace(ACCOUNT, port=dovecot.port, user=mailbox.user, folders=FOLDERS)
    mailbox.folder("Envoyés")
    state = tmp_path_factory.mktemp("state") / "state"
    laid(state)
    key = key_of(state)
    lines = Lines(lambda _: dovecot.password)
    with opened(state, key) as register, workers_for(DESK, key, 0) as workers:
        watch = Watch(register=register, workers=workers, lines=lines, now=lambda: NOON)
        for n, (folder, raw, when) in enumerate(story):
            mailbox.put(raw, at(when), folder=folder)
            if n in looks:
                poll([account], DESK, watch)
        poll([account], DESK, watch)
        lines.close()

        assert told(register.requests(DESK, NOON.date())) == offline()


# --- seen live ------------------------------------------------------------------------------------


def test_what_comes_between_two_looks_is_attested_and_what_was_there_before_is_not(
    site: Bureau, watched: Watched
) -> None:
    watched.mailbox.put(QUESTION, NOON - timedelta(days=7))
    site.poll()
    site.clock.on(minutes=2)
    watched.mailbox.put(
        mail("2026-03-09 12:01", "Bonjour, comment faire ?", sender="k@orange.example"),
        NOON + timedelta(minutes=1),
    )

    site.poll()

    assert site.grades() == ["C", "A"]


@pytest.mark.parametrize(
    ("away", "server_at", "grade"),
    [
        (timedelta(minutes=2), NOON + timedelta(minutes=1), "A"),
        (timedelta(minutes=2), NOON - timedelta(seconds=30), "A"),
        (timedelta(minutes=2), NOON - timedelta(hours=3), "C"),
        (timedelta(minutes=2), NOON + timedelta(hours=3), "X"),
        (timedelta(days=21), NOON + timedelta(days=20), "B"),
        (timedelta(days=21), NOON - timedelta(days=3), "C"),
    ],
    ids=[
        "between two looks",
        "clocks a little apart",
        "moved here from another folder",
        "a date to come",
        "after weeks in which nobody looked",
        "after weeks, and from before them",
    ],
)
def test_only_what_two_close_looks_enclose_was_seen_live(
    site: Bureau, watched: Watched, away: timedelta, server_at: datetime, grade: str
) -> None:
    site.poll()
    site.clock.at += away
    when = f"{server_at:%Y-%m-%d %H:%M}"
    watched.mailbox.put(mail(when, "Bonjour, comment faire ?"), server_at)

    site.poll()

    assert site.grades() == [grade]


# --- one trace of each message, whatever happens --------------------------------------------------


def test_poison_is_quarantined_and_the_others_are_recorded(
    watched: Watched, tmp_path: Path
) -> None:
    for n, raw in enumerate(numbered(6)):
        poisoned = b"X-Poison: exit\r\n" + raw if n == 3 else raw
        watched.mailbox.put(poisoned, at(MONDAY))

    with bureau(watched, tmp_path / "state", workers=2) as site:
        polled = site.poll()
        (isolated,) = site.register.quarantined()
        again = site.poll()

        assert (polled.tally.recorded, polled.tally.quarantined) == (5, 1)
        assert (isolated.location.uid, isolated.server_at) == (4, at(MONDAY))
        assert isolated.reason == "analyse interrompue (code 1)"
        assert again.tally.quarantined == 0


def test_a_file_that_is_no_message_is_quarantined(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(b"\0\0\0 not a mail", at(MONDAY))

    polled = site.poll()

    assert polled.tally.recorded + polled.tally.quarantined == 1


@pytest.mark.parametrize("cut_after", [20, 700, 1500, 4_000, 9_000, 20_000, 40_000])
def test_a_line_cut_anywhere_loses_and_doubles_nothing(
    site: Bureau, watched: Watched, cut_after: int
) -> None:
    for raw in numbered(60):
        watched.mailbox.put(raw, at(MONDAY))
    watched.wiretap.cut_after = cut_after

    first = site.poll()
    watched.wiretap.cut_after = None
    second = site.poll()

    assert first.tally.recorded + second.tally.recorded == 60
    assert second.failures == ()
    assert len(site.requests()) == 60


def test_the_list_is_committed_before_anything_is_fetched(site: Bureau, watched: Watched) -> None:
    for raw in numbered(3):
        watched.mailbox.put(raw, at(MONDAY))
    watched.wiretap.bend = lambda line: _hang_up() if b"FETCH" in line else line

    site.poll()

    cursor = site.register.cursor(INBOX)
    assert cursor is not None
    assert (cursor.uidnext, site.register.awaiting(INBOX)) == (4, (1, 2, 3))


def _hang_up() -> bytes:
    raise OSError


def test_a_line_that_the_server_left_between_two_looks_is_made_anew(
    site: Bureau, watched: Watched
) -> None:
    site.poll()
    watched.wiretap.hang_up()
    watched.mailbox.put(QUESTION, at(MONDAY))

    polled = site.poll()

    assert (polled.tally.recorded, polled.failures) == (1, ())


def test_a_look_that_is_told_to_stop_leaves_the_rest_to_the_next_one(
    site: Bureau, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_CHUNK", 10)
    for raw in numbered(35):
        watched.mailbox.put(raw, at(MONDAY))
    answers = iter([True, True, True, *[False] * 9])
    site.watch.goes_on = lambda: next(answers)

    stopped = site.poll()
    site.watch.goes_on = lambda: True
    rest = site.poll()

    assert stopped.tally.recorded == 20
    assert rest.tally.recorded == 15
    assert len(site.requests()) == 35


def test_a_message_gone_between_its_listing_and_its_reading_is_counted_as_vanished(
    site: Bureau, watched: Watched
) -> None:
    path = watched.mailbox.put(QUESTION, at(MONDAY))
    watched.mailbox.put(ANOTHER, at(MONDAY))
    answers = iter([True, False])
    site.watch.goes_on = lambda: next(answers, False)
    site.poll()
    for file in watched.mailbox.files():
        if file.name.startswith(path.name):
            file.unlink()

    site.watch.goes_on = lambda: True
    polled = site.poll()

    assert (polled.tally.recorded, polled.tally.vanished) == (1, 1)
    assert site.register.awaiting(INBOX) == ()


def test_messages_that_came_and_went_between_two_looks_leave_a_gap(
    site: Bureau, watched: Watched
) -> None:
    site.poll()
    for raw in numbered(3):
        watched.mailbox.put(raw, at(MONDAY))
    look_elsewhere = Lines(lambda _: watched.secret)
    look_elsewhere.to(site.account).examine("INBOX")
    look_elsewhere.close()
    for file in watched.mailbox.files()[:2]:
        file.unlink()

    site.poll()

    (gap,) = site.register.gaps(everything)
    assert (gap.folder, gap.missed) == ("INBOX", 2)


# --- numbering ------------------------------------------------------------------------------------


def test_a_folder_numbered_anew_doubles_nothing(site: Bureau, watched: Watched) -> None:
    for raw in numbered(4):
        watched.mailbox.put(raw, at(MONDAY))
    site.poll()
    before = [request.id for request in site.requests()]
    _number_anew(watched)
    watched.mailbox.put(ANOTHER, at("2026-03-05 11:00"))

    site.poll()

    assert {*before} < {request.id for request in site.requests()}
    assert len(site.requests()) == 5
    assert kinds(site.register).count("renumbered") == 1


def _number_anew(watched: Watched) -> None:
    """What an administrator does who repairs a Maildir: the server forgets its numbers."""
    watched.wiretap.hang_up()
    for index in watched.mailbox.home.glob("dovecot*"):
        index.unlink()
    (watched.mailbox.home / "dovecot-uidlist").write_text("3 V1799999999 N1\n", "ascii")
    if os.geteuid() == 0:
        os.chown(watched.mailbox.home / "dovecot-uidlist", watched.mailbox.uid, watched.mailbox.uid)


def test_a_long_list_is_committed_window_by_window(
    site: Bureau, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "_WINDOW", 10)
    for raw in numbered(35):
        watched.mailbox.put(raw, at(MONDAY))

    polled = site.poll()

    assert polled.tally.recorded == 35
    assert kinds(site.register).count("listed") == 4


def test_years_of_deleted_mail_are_crossed_in_large_steps(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))
    uidlist = watched.mailbox.home / "dovecot-uidlist"
    uidlist.write_text("3 V1799999999 N2000000\n", "ascii")
    if os.geteuid() == 0:
        os.chown(uidlist, watched.mailbox.uid, watched.mailbox.uid)

    polled = site.poll()

    assert polled.tally.recorded == 1
    assert sum("SEARCH" in said for said in watched.wiretap.said) < 60


# --- servers that do not deliver ------------------------------------------------------------------


def _cutting_at(uid: int) -> Callable[[bytes], bytes]:
    """A server that breaks off when the body of one message is due."""
    body = re.compile(rb"\* \d+ FETCH \(UID %d BODY\[\]" % uid)
    return lambda line: _hang_up() if body.match(line) else line


def _keeping_back(uid: int) -> Callable[[bytes], bytes]:
    """A server that answers for one message without giving its body."""
    body = re.compile(rb"(\* \d+ FETCH \(UID %d )BODY\[\]<0>" % uid)
    return lambda line: body.sub(rb"\1X-OTHER", line)


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (_cutting_at(7), "le serveur coupe la connexion quand ce message lui est demandé"),
        (_keeping_back(7), "le serveur annonce ce message et ne le donne pas"),
    ],
    ids=["it breaks off", "it keeps the body back"],
)
def test_a_message_that_the_server_never_delivers_holds_back_no_other(
    site: Bureau, watched: Watched, bend: Callable[[bytes], bytes], reason: str
) -> None:
    for raw in numbered(40):
        watched.mailbox.put(raw, at(MONDAY))
    watched.wiretap.bend = bend

    first = site.poll()

    assert (first.tally.recorded, first.tally.withheld) == (39, 1)
    assert site.register.awaiting(INBOX) == (7,)
    for raw in numbered(2, first=41):
        watched.mailbox.put(raw, at(MONDAY))
        site.poll()
    (isolated,) = site.register.quarantined()
    assert (isolated.location.uid, isolated.reason) == (7, reason)
    assert site.poll().failures == ()


def test_a_message_that_is_kept_back_is_set_aside_also_when_each_look_is_a_process_of_its_own(
    site: Bureau, watched: Watched
) -> None:
    watched.mailbox.put(numbered(1)[0], at(MONDAY))
    watched.wiretap.bend = _keeping_back(1)

    for _ in range(3):
        assert site.register.quarantined() == ()
        kept = site.watch
        site.watch = Watch(
            register=kept.register, workers=kept.workers, lines=kept.lines, now=kept.now
        )
        site.poll()

    assert len(site.register.quarantined()) == 1


def test_a_message_that_the_server_delivers_at_last_is_recorded(
    site: Bureau, watched: Watched
) -> None:
    for raw in numbered(3):
        watched.mailbox.put(raw, at(MONDAY))
    watched.wiretap.bend = _keeping_back(2)
    site.poll()
    watched.wiretap.bend = lambda line: line

    site.poll()

    assert len(site.requests()) == 3


def test_a_server_that_breaks_off_at_every_message_is_to_blame_and_no_message(
    site: Bureau, watched: Watched
) -> None:
    for raw in numbered(3):
        watched.mailbox.put(raw, at(MONDAY))
    watched.wiretap.bend = lambda line: _hang_up() if b"BODY[]" in line else line

    for _ in range(5):
        (failure,) = site.poll().failures
        assert isinstance(failure.error, UnreachableError)

    assert site.register.quarantined() == ()
    assert site.register.awaiting(INBOX) == (1, 2, 3)


# --- accounts and folders that fail ---------------------------------------------------------------


def test_an_account_that_fails_stops_no_other(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))
    nowhere = replace(site.account, name="ailleurs", port=free_port())

    polled = site.poll(nowhere, site.account)

    assert polled.tally.recorded == 1
    (failure,) = polled.failures
    assert (failure.account, failure.folder) == ("ailleurs", "")
    assert isinstance(failure.error, UnreachableError)


def test_a_wrong_password_is_a_refusal(site: Bureau, watched: Watched) -> None:
    watched.secret = "faux"

    (failure,) = site.poll().failures

    assert isinstance(failure.error, RefusedError)
    assert watched.secret not in str(failure.error)


def test_a_folder_that_is_missing_stops_no_other(site: Bureau, watched: Watched) -> None:
    watched.mailbox.put(QUESTION, at(MONDAY))
    missing = WatchedFolder(name="Traités", role=FolderRole.INBOX)

    polled = site.poll(replace(site.account, folders=(missing, *FOLDERS)))

    (failure,) = polled.failures
    assert (failure.folder, type(failure.error)) == ("Traités", SourceError)
    assert polled.tally.recorded == 1


def test_a_secret_that_is_missing_concerns_its_account(site: Bureau) -> None:
    site.watch.lines = Lines()
    account = replace(site.account, secret=Secret(file="/nulle/part"))

    (failure,) = site.poll(account).failures

    assert isinstance(failure.error, SettingsError)


# --- secrets --------------------------------------------------------------------------------------


def test_a_password_is_read_when_it_is_needed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("très secret\n", "utf-8")
    (tmp_path / "secret").chmod(0o600)
    account = replace(ACCOUNT, secret=Secret(file=str(tmp_path / "secret")))

    assert secret_of(account) == "très secret"
    assert secret_of(ACCOUNT) == ""


def test_a_token_is_issued_by_its_command() -> None:
    account = replace(
        ACCOUNT, authentication=Authentication.XOAUTH2, token_command=("echo", "eyJ0b2tlbiI6MX0")
    )

    assert secret_of(account) == "eyJ0b2tlbiI6MX0"


# --- what the workers are given -------------------------------------------------------------------


def test_a_worker_of_the_service_loads_nothing_of_the_shell() -> None:
    code = (
        "import pickle, sys; judge = pickle.loads(sys.stdin.buffer.read()); "
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    judge = pickle.dumps(workers_for(DESK, bytes(32))._judge)

    loaded = subprocess.run(
        [sys.executable, "-c", code], input=judge, capture_output=True, check=True
    ).stdout.split()

    assert not {b"sqlalchemy", b"sqlmodel", b"pydantic", b"click", b"imapclient"} & {*loaded}
