"""Files as sources: roles, formats, and the sentence for what is no mail."""

from __future__ import annotations

import mailbox
import os
from pathlib import Path
from threading import Thread

import pytest

from mailwatch.errors import SourceError, UsageError
from mailwatch.model import Delivery, Role
from mailwatch.sources.files import deliveries, entries, folder_words, role_of

MAIL = b"From: a@x.example\nDate: Mon, 2 Mar 2026 09:12:00 +0100\nSubject: essai\n\nBonjour,\nFrom ici.\n"


def read_all(*paths: Path | str, role: Role | None = None) -> list[Delivery]:
    found = entries([str(path) for path in paths], role)
    return [delivery for entry in found for delivery in deliveries(entry)]


def put(path: Path, content: bytes = MAIL) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("sent/1.eml", Role.SENT),
        ("Sent Items/1.eml", Role.SENT),
        ("Éléments envoyés/1.eml", Role.SENT),
        ("Messages envoyés/2026/1.eml", Role.SENT),
        (".Sent/cur/1:2,S", Role.SENT),
        (".INBOX.Envoy&AOk-s/new/1", Role.SENT),
        (".&AMk-l&AOk-ments envoy&AOk-s/cur/1", Role.SENT),
        ("Envoyes.mbox", Role.SENT),
        ("sent/inbox/1.eml", Role.INBOX),
        ("inbox/1.eml", Role.INBOX),
        ("cur/1:2,S", Role.INBOX),
        ("Traités/1.eml", Role.INBOX),
        ("Corbeille/1.eml", Role.INBOX),
        ("consentements/1.eml", Role.INBOX),
    ],
)
def test_the_role_of_a_folder_comes_from_its_name(name: str, role: Role) -> None:
    assert role_of(Path("export") / name) is role


def test_modified_utf7_names_are_read_and_broken_ones_kept() -> None:
    assert folder_words(".Envoy&AOk-s") == "envoyes"
    assert folder_words("a&-b") == "a b"
    assert folder_words("&AO-x") != ""


def test_a_folder_of_messages_is_read_in_the_order_of_names_and_the_rest_is_ignored(
    tmp_path: Path,
) -> None:
    for name in (
        "inbox/b.eml",
        "inbox/a.EML",
        "sent/c.eml",
        "inbox/note.txt",
        "inbox/scan.pdf",
        "lettres.csv",
    ):
        put(tmp_path / "export" / name)
    found = read_all(tmp_path / "export")

    assert [Path(delivery.file).name for delivery in found] == ["a.EML", "b.eml", "c.eml"]
    assert [delivery.role for delivery in found] == [Role.INBOX, Role.INBOX, Role.SENT]
    assert found[0].file == str(tmp_path / "export" / "inbox" / "a.EML")


def test_a_maildir_is_read_without_its_tmp_and_its_drafts(tmp_path: Path) -> None:
    for name in (
        "cur/1:2,S",
        "new/2",
        "tmp/3",
        ".Sent/cur/4:2,S",
        ".Drafts/cur/5",
        ".Brouillons/new/6",
        "dovecot-uidlist",
    ):
        put(tmp_path / "Maildir" / name)
    found = read_all(tmp_path / "Maildir")

    assert [(Path(delivery.file).name, delivery.role) for delivery in found] == [
        ("4:2,S", Role.SENT),
        ("1:2,S", Role.INBOX),
        ("2", Role.INBOX),
    ]


def test_an_mbox_gives_its_messages_one_by_one_with_their_rank(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "Envoyés.mbox")
    for _ in range(3):
        box.add(MAIL)
    box.close()
    found = read_all(tmp_path)

    assert [delivery.file.rpartition("#")[2] for delivery in found] == ["1", "2", "3"]
    assert {delivery.role for delivery in found} == {Role.SENT}
    assert all(b"\nFrom ici.\n" in delivery.raw for delivery in found)


def test_an_mbox_without_ending_is_known_by_its_first_line(tmp_path: Path) -> None:
    put(tmp_path / "Inbox", b"From a@x.example Mon Mar  2 09:12:00 2026\n" + MAIL)
    put(tmp_path / "README", b"Rien ici.\n")

    assert len(read_all(tmp_path)) == 1


def test_the_caller_s_role_outweighs_the_names(tmp_path: Path) -> None:
    put(tmp_path / "inbox" / "1.eml")

    assert read_all(tmp_path, role=Role.SENT)[0].role is Role.SENT


def test_a_message_named_on_the_command_line_is_read_whatever_its_name(tmp_path: Path) -> None:
    assert read_all(put(tmp_path / "message.txt"))[0].raw == MAIL


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="absent"):
        entries([str(tmp_path / "absent")])


def test_a_folder_without_mail_is_named(tmp_path: Path) -> None:
    put(tmp_path / "note.txt")

    with pytest.raises(SourceError, match="aucun courriel"):
        list(entries([str(tmp_path)]))


def test_pipes_and_links_to_folders_are_left_alone_and_any_name_is_read(tmp_path: Path) -> None:
    put(tmp_path / "inbox" / "a.eml")
    (tmp_path / "inbox" / os.fsdecode(b"caf\xe9.eml")).write_bytes(MAIL)
    os.mkfifo(tmp_path / "inbox" / "pipe.eml")
    (tmp_path / "inbox" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "inbox" / "gone.eml").symlink_to(tmp_path / "nowhere.eml")

    assert len(read_all(tmp_path)) == 2


def test_a_message_that_comes_through_a_pipe_is_read(tmp_path: Path) -> None:
    pipe = tmp_path / "courriel.eml"
    os.mkfifo(pipe)
    writer = Thread(target=pipe.write_bytes, args=[MAIL])
    writer.start()

    assert [delivery.raw for delivery in read_all(pipe)] == [MAIL]
    writer.join()


def test_no_more_is_read_of_a_message_than_can_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mailwatch.sources.files._LARGEST", 20)

    assert [delivery.raw for delivery in read_all(put(tmp_path / "a.eml"))] == [MAIL[:20]]


def test_a_folder_that_cannot_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_folder: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)

    with pytest.raises(SourceError, match="illisible"):
        list(entries([str(tmp_path)]))


def test_a_file_that_vanishes_is_named(tmp_path: Path) -> None:
    path = put(tmp_path / "a.eml")
    (entry,) = entries([str(path)])
    path.unlink()

    with pytest.raises(SourceError, match=r"a\.eml"):
        list(deliveries(entry))
