"""The demonstration as tests see it: requests by their name in the story, and mail read by another reader than ours."""

from __future__ import annotations

import email
import email.message
import email.policy
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from html import unescape
from io import StringIO
from pathlib import Path

import pytest

from mailwatch import demo
from mailwatch.demo import composing, story, watching
from mailwatch.model import Audit, Request

PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'"})
"""Apostrophes and spaces aside."""


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    """Both mailboxes, to be read and left as they are."""
    return demo.write(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="session")
def jura(written: demo.Demo) -> Audit:
    return watching.audited(written.jura)


@pytest.fixture(scope="session")
def moselle(written: demo.Demo) -> Audit:
    return watching.audited(written.moselle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The demonstration as it was given, over what an earlier one may have left."""

    folder: Path
    printed: str
    complained: str

    @property
    def plain(self) -> str:
        """What was printed, apostrophes and spaces aside."""
        return self.printed.translate(PLAIN)


@pytest.fixture(scope="session")
def given(tmp_path_factory: pytest.TempPathFactory) -> Given:
    folder = tmp_path_factory.mktemp("given")
    left = folder / "jura" / "etat"
    left.mkdir(parents=True)
    (left / "register.sqlite").write_bytes(b"interrompu")
    with pytest.MonkeyPatch.context() as patch, StringIO() as out, StringIO() as err:
        patch.setenv("COLUMNS", "96")
        patch.setattr(sys, "argv", [".venv/bin/mailwatch", "demo"])
        with redirect_stdout(out), redirect_stderr(err):
            demo.show(folder)
        return Given(folder=folder, printed=out.getvalue(), complained=err.getvalue())


def by_name(audit: Audit, territory: str) -> Mapping[str, Request]:
    """Requests by the name of the mail that opened them, letters by their reference."""
    _, mails = story.read(territory)
    names = {composing.message_id(mail): mail.id for mail in mails if not mail.identity}
    return {names.get(request.message_id or "", request.id): request for request in audit.requests}


def tree(folder: Path) -> Mapping[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in files_below(folder)}


def files_below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def parsed_mails(written: demo.Demo) -> Iterator[email.message.EmailMessage]:
    for path in files_below(written.jura.folder.parent):
        if path.suffix == ".mbox":
            chunks = re.split(rb"^From .+\n", path.read_bytes(), flags=re.MULTILINE)[1:]
            for chunk in chunks:
                yield email.message_from_bytes(chunk, policy=email.policy.default)
        elif path.suffix == ".eml" or path.parent.name == "cur":
            yield email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


def shown(parsed: email.message.EmailMessage) -> str:
    """What the best part says, tags and references undone."""
    body = parsed.get_body(("html", "plain"))
    if body is None:
        return ""
    text = body.get_content()
    if body.get_content_subtype() == "html":
        text = unescape(re.sub(r"<[^>]+>", " ", text))
    return str(text)


def words(text: str) -> str:
    """Letters and digits alone: old charsets lack some typographic signs."""
    return "".join(re.findall(r"[^\W_]+", text.replace("œ", "oe")))
