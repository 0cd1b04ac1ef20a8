"""Mail that agents file away before it was looked at: missing in one folder, found in another, on a real Dovecot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailwatch.model import Period
from mailwatch.polling import Lines
from mailwatch.register import Place, Stray
from mailwatch.site import FolderRole, WatchedFolder
from tests.bureau import INBOX, NOON, Bureau, bureau
from tests.mails import mail
from tests.servers.fixtures import Watched

EVERYTHING = Period(from_on=None, to_on=None)
FILED = "Traités"


@pytest.fixture
def site(watched: Watched, tmp_path: Path) -> Iterator[Bureau]:
    """The folders are looked at once; the next look is two minutes later."""
    watched.mailbox.folder(FILED)
    with bureau(watched, tmp_path / "state") as made:
        filed = WatchedFolder(name=FILED, role=FolderRole.INBOX)
        made.account = replace(made.account, folders=(*made.account.folders, filed))
        made.poll()
        made.clock.on(minutes=2)
        yield made


def question(n: int) -> bytes:
    return mail(
        "2026-03-09 12:01",
        f"Bonjour,\n\nOù en est le dossier que j’ai déposé au guichet {n} ?\n\nPersonne {n}",
        sender=f"personne{n}@laposte.example",
        subject=f"Question {n}",
        message_id=f"<{n}@mail.example>",
    )


def came(watched: Watched, n: int, at: datetime, folder: str = "INBOX") -> Path:
    return watched.mailbox.put(question(n), at, folder=folder)


def numbered(site: Bureau, watched: Watched) -> None:
    """Have the server give out its numbers, as it does when an agent opens the folder."""
    agent = Lines(lambda _: watched.secret)
    agent.to(site.account).examine("INBOX")
    agent.close()


def missed(site: Bureau) -> dict[str, int]:
    return {gap.folder: gap.missed for gap in site.register.gaps(EVERYTHING) if gap.missed}


MINUTE_LATER = NOON + timedelta(minutes=1)


def test_a_message_filed_away_between_two_looks_did_not_come_and_go_unseen(
    site: Bureau, watched: Watched
) -> None:
    path = came(watched, 1, MINUTE_LATER)
    numbered(site, watched)
    watched.mailbox.file_away(path, "S", folder=FILED)

    site.poll()

    assert missed(site) == {}
    assert len(site.requests()) == 1
    assert site.told()[-1] == "moved"


def test_a_message_that_was_really_deleted_stays_missed(site: Bureau, watched: Watched) -> None:
    filed, deleted = came(watched, 1, MINUTE_LATER), came(watched, 2, MINUTE_LATER)
    numbered(site, watched)
    watched.mailbox.file_away(filed, "S", folder=FILED)
    deleted.unlink()

    site.poll()
    site.clock.on(minutes=2)
    site.poll()

    assert missed(site) == {"INBOX": 1}


def test_one_message_accounts_for_one_number_however_often_it_is_looked_for(
    site: Bureau, watched: Watched
) -> None:
    filed = came(watched, 1, MINUTE_LATER)
    others = [came(watched, n, MINUTE_LATER) for n in (2, 3)]
    numbered(site, watched)
    watched.mailbox.file_away(filed, "S", folder=FILED)
    for path in others:
        path.unlink()

    for _ in range(4):
        site.poll()
        site.clock.on(minutes=2)

    assert missed(site) == {"INBOX": 2}
    assert site.told().count("moved") == 1


def test_a_message_delivered_to_the_other_folder_explains_no_loss(
    site: Bureau, watched: Watched
) -> None:
    site.clock.at = datetime.now(UTC)
    site.watch.unsteady.update({INBOX, Place(account="préfecture", folder=FILED)})
    site.poll()
    now = datetime.now(UTC)
    lost = came(watched, 1, now)
    numbered(site, watched)
    lost.unlink()
    # It lies where it is since it came.
    came(watched, 2, now, folder=FILED)
    site.clock.on(minutes=1)

    site.poll()

    assert missed(site) == {"INBOX": 1}


def test_a_message_that_came_before_the_gap_explains_no_loss(
    site: Bureau, watched: Watched
) -> None:
    lost = came(watched, 1, MINUTE_LATER)
    numbered(site, watched)
    lost.unlink()
    came(watched, 2, NOON - timedelta(days=3), folder=FILED)

    site.poll()

    assert missed(site) == {"INBOX": 1}


def test_a_message_that_was_seen_before_it_was_filed_explains_no_loss(
    site: Bureau, watched: Watched
) -> None:
    seen = came(watched, 1, MINUTE_LATER)
    site.poll()
    site.clock.on(minutes=1)
    lost = came(watched, 2, MINUTE_LATER)
    numbered(site, watched)
    lost.unlink()
    (now,) = [file for file in watched.mailbox.files() if file.name.startswith(seen.name)]
    watched.mailbox.file_away(now, "S", folder=FILED)

    site.poll()

    assert missed(site) == {"INBOX": 1}


def test_what_was_sent_explains_no_loss_of_what_arrived(site: Bureau, watched: Watched) -> None:
    path = came(watched, 1, MINUTE_LATER)
    numbered(site, watched)
    watched.mailbox.file_away(path, "S", folder="Envoyés")

    site.poll()

    assert missed(site) == {"INBOX": 1}


def test_a_folder_seen_before_the_one_that_misses_the_message_is_found_at_the_next_look(
    site: Bureau, watched: Watched
) -> None:
    # Filed in after this look at INBOX, before this look at the other folder.
    site.account = replace(site.account, folders=site.account.folders[2:])
    path = came(watched, 1, MINUTE_LATER)
    numbered(site, watched)
    watched.mailbox.file_away(path, "S", folder=FILED)
    site.poll()
    (filed,) = site.account.folders
    inbox = WatchedFolder(name="INBOX", role=FolderRole.INBOX)
    site.account = replace(site.account, folders=(inbox, filed))
    site.clock.on(minutes=2)

    site.poll()

    assert missed(site) == {}


def test_a_message_listed_and_filed_before_it_was_fetched_is_found_again(
    site: Bureau, watched: Watched
) -> None:
    path = came(watched, 1, MINUTE_LATER)
    came(watched, 2, MINUTE_LATER)
    answers = iter([True, False])
    site.watch.goes_on = lambda: next(answers, False)
    site.poll()
    (now,) = [file for file in watched.mailbox.files() if file.name.startswith(path.name)]
    watched.mailbox.file_away(now, "S", folder=FILED)
    site.watch.goes_on = lambda: True
    site.clock.on(minutes=2)

    site.poll()

    assert missed(site) == {}
    assert len(site.requests()) == 2


def test_a_server_that_does_not_tell_since_when_leaves_it_missed(
    site: Bureau, watched: Watched
) -> None:
    watched.wiretap.bend = lambda line: line.replace(b" SAVEDATE", b"")
    site.watch.lines.close()
    path = came(watched, 1, MINUTE_LATER)
    numbered(site, watched)
    watched.mailbox.file_away(path, "S", folder=FILED)

    polled = site.poll()

    assert missed(site) == {"INBOX": 1}
    assert polled.failures == ()


def test_the_register_takes_nothing_off_for_a_message_it_does_not_have(site: Bureau) -> None:
    nowhere = Stray(
        gap=1,
        missing_from=INBOX,
        place=INBOX,
        uidvalidity=1,
        uid=7,
        moved_after=NOON,
    )

    assert site.register.moved([nowhere], NOON) == 0
