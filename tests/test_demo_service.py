"""The demonstration as a service: the mail by IMAP, the alerts by SMTP, and the register held against the files."""

from __future__ import annotations

import re
import socket
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailwatch import alert, demo
from mailwatch.commands import mailwatch
from mailwatch.demo import composing, servers, story, watching
from mailwatch.demo.agreeing import agree
from mailwatch.demo.mailboxes import NOW, TODAY
from mailwatch.demo.stock import Stored, stock
from mailwatch.errors import RegisterError, UnreachableError, UsageError
from mailwatch.model import Audit, Rate, State
from mailwatch.register import AlertState, Register, checked, key_of, opened
from mailwatch.settings import desk_for, load_site
from mailwatch.site import Site
from tests.demos import PLAIN, Given, by_name
from tests.servers.dovecot import Dovecot
from tests.test_demo_figures import redate

TERRITORIES = ("jura", "moselle")


def site_in(folder: Path, territory: str) -> Site:
    return load_site(folder / territory / "mailwatch.toml")


@contextmanager
def register_in(folder: Path, territory: str) -> Iterator[tuple[Register, Site]]:
    """The register that the demonstration left, which is in order."""
    site = site_in(folder, territory)
    state = Path(site.state)
    with opened(state, key_of(state)) as register:
        yield register, site
    assert checked(state, key_of(state), desk_for(site.institution)) == ()


# --- the register says what the files say ---------------------------------------------------------


@pytest.mark.parametrize("territory", TERRITORIES)
def test_the_register_it_leaves_has_the_figures_of_the_files(
    given: Given, territory: str, request: pytest.FixtureRequest
) -> None:
    offline: Audit = request.getfixturevalue(territory)

    with register_in(given.folder, territory) as (register, site):
        found = register.audit(desk_for(site.institution), offline.period, TODAY)

    for channel in ("email", "letter"):
        assert getattr(found.indicators, channel) == getattr(offline.indicators, channel)
    for mention in ("author", "service", "institution"):
        assert getattr(found.indicators, mention) == getattr(offline.indicators, mention)
    assert standings(found, territory) == standings(offline, territory)
    assert found.messages == offline.messages > 70


def standings(audit: Audit, territory: str) -> Mapping[str, object]:
    return {
        name: (
            request.received_at,
            request.due_on,
            request.state,
            request.service,
            request.first and (request.first.on, request.first.kind, request.first.delay),
            request.substantive and request.substantive.on,
        )
        for name, request in by_name(audit, territory).items()
    }


def test_it_says_that_both_ways_to_read_the_mail_agree(given: Given) -> None:
    told = re.findall(
        r"(\d+) messages relevés par IMAP, (\d+) courriers inscrits.*mêmes chiffres(.*)\.",
        given.plain,
    )
    assert told == [("121", "12", ""), ("79", "8", " (fichiers qu'il a abîmés : 1)")]


@contextmanager
def on_dovecot(
    dovecot: Dovecot, box: demo.Mailbox, mail: tuple[Stored, ...] | None = None
) -> Iterator[Site]:
    """The site of `box` with its mail on a Dovecot; nobody takes its alerts."""
    site = load_site(box.settings)
    users = {account.user: dovecot.mailbox() for account in site.accounts}
    for stored in mail or stock(box.folder.name, site.accounts):
        users[stored.user].put(stored.raw, stored.at, folder=stored.folder)
    (box.folder / "imap.secret").write_text(f"{dovecot.password}\n", encoding="utf-8")
    accounts = tuple(
        replace(account, host=dovecot.host, port=dovecot.port, user=users[account.user].user)
        for account in site.accounts
    )
    yield replace(site, accounts=accounts, submission=None)
    state = Path(site.state)
    assert checked(state, key_of(state), desk_for(site.institution)) == ()


def test_dovecot_gives_the_jura_the_same_figures(tmp_path: Path, dovecot: Dovecot) -> None:
    box = demo.write(tmp_path).jura

    with on_dovecot(dovecot, box) as site:
        found = watching.watch(box, site).audit

    assert found.indicators.email.answered_in_time == Rate(
        numerator=47, denominator=47, text="100 %"
    )
    assert found.indicators.email.mean_first_delay == 1.0
    assert found.indicators.letter.mean_first_delay == 3.0


def test_dovecot_gives_the_moselle_the_same_figures(
    tmp_path: Path, dovecot: Dovecot, moselle: Audit
) -> None:
    box = demo.write(tmp_path).moselle

    with on_dovecot(dovecot, box) as site:
        found = watching.watch(box, site).audit

    assert standings(found, "moselle") == standings(moselle, "moselle")
    assert found.indicators.email == moselle.indicators.email
    assert [item.reason for item in found.quarantined] == [moselle.quarantined[0].reason]


def test_a_reply_that_left_late_is_late_for_the_register_too(
    tmp_path: Path, dovecot: Dovecot
) -> None:
    """The reply of Wednesday 4 February leaves on Friday 13: seven working days, as the files have it."""
    box = demo.write(tmp_path).jura
    before, after = "Wed, 04 Feb 2026 16:11:55 +0100", "Fri, 13 Feb 2026 16:11:55 +0100"
    redate(box, "vtc-carte-r", before, after)
    place, mails = story.read("jura")
    (reply,) = (composing.compose(mail, place) for mail in mails if mail.id == "vtc-carte-r")
    reply = reply.replace(b"\n", b"\r\n")
    mail = tuple(
        replace(
            stored,
            raw=stored.raw.replace(before.encode(), after.encode()),
            at=stored.at + timedelta(days=9),
        )
        if stored.raw == reply
        else stored
        for stored in stock("jura", load_site(box.settings).accounts)
    )

    with on_dovecot(dovecot, box, mail) as site:
        late = watching.watch(box, site).audit

    assert by_name(late, "jura")["vtc-carte"].state is State.ANSWERED_LATE
    assert late.indicators.email.answered_in_time == Rate(
        numerator=46, denominator=47, text="97,9 %"
    )
    assert late.indicators.email.mean_first_delay == 54 / 47


@pytest.mark.parametrize("named", ["messages", "indicators", "set_aside", "vtc-carte"])
def test_a_difference_between_the_two_is_an_error_that_names_it(jura: Audit, named: str) -> None:
    wrong = by_name(jura, "jura")["vtc-carte"]
    changed = {
        "messages": replace(jura, messages=jura.messages - 1),
        "indicators": replace(
            jura, indicators=replace(jura.indicators, letter=jura.indicators.email)
        ),
        "set_aside": replace(jura, set_aside={}),
        "vtc-carte": replace(
            jura,
            requests=tuple(
                replace(request, state=State.OVERDUE) if request is wrong else request
                for request in jura.requests
            ),
        ),
    }[named]

    with pytest.raises(RegisterError, match="se contredisent") as raised:
        agree(changed, jura)
    assert f"({wrong.id if named == 'vtc-carte' else named})" in str(raised.value)


def test_two_audits_that_say_the_same_agree(jura: Audit) -> None:
    agree(jura, replace(jura, quarantined=()))


# --- the alerts -----------------------------------------------------------------------------------


def alerts(folder: Path, territory: str) -> Mapping[str, EmailMessage]:
    """The alerts beside the report, by the first of their recipients."""
    return {
        path.stem.removeprefix("alerte-"): message_from_bytes(
            path.read_bytes(), EmailMessage, policy=default
        )
        for path in (folder / territory / "rapport").glob("alerte-*.eml")
    }


def test_the_quality_officer_and_each_service_with_recipients_get_their_alert(given: Given) -> None:
    assert set(alerts(given.folder, "jura")) == {"qualite", "chef-migrations"}
    assert set(alerts(given.folder, "moselle")) == {
        "qualite",
        "chef-etrangers",
        "sp-thionville-direction",
    }


@pytest.mark.parametrize("territory", TERRITORIES)
def test_what_the_server_took_is_what_the_register_kept(given: Given, territory: str) -> None:
    arrived = {
        message["Message-ID"]: message for message in alerts(given.folder, territory).values()
    }

    with register_in(given.folder, territory) as (register, _site):
        kept = register.alerts_in(AlertState.ACCEPTED)
        weekly = register.last_alert(alert.WEEKLY)

    assert {row.message_id for row in kept} == set(arrived)
    for row in kept:
        sent = message_from_bytes(row.message, EmailMessage, policy=default)
        assert sent.as_bytes() == arrived[row.message_id].as_bytes()
    assert weekly is not None
    assert weekly.alert_id == "weekly/2026-W17"


def test_the_alert_says_what_is_late_on_that_day(given: Given, moselle: Audit) -> None:
    body = alerts(given.folder, "moselle")["qualite"].get_body(("plain",))
    assert body is not None
    text = body.get_content().translate(PLAIN)

    late = {request.id for request in moselle.requests if request.state is State.OVERDUE}
    named = set(re.findall(r"^ {2}(\S+) : à rendre le .+ de retard\r?$", text, re.MULTILINE))
    assert named == late
    assert "messages illisibles : 1" in text.lower()
    assert f"{TODAY:%d/%m/%Y}" in text


@pytest.mark.parametrize("territory", TERRITORIES)
def test_an_alert_names_no_citizen_and_no_subject(given: Given, territory: str) -> None:
    _, mails = story.read(territory)
    secret = {mail.sender.address for mail in mails if not mail.sender.ours}
    secret |= {mail.sender.name for mail in mails if len(mail.sender.name.split()) > 1}
    secret |= {mail.subject for mail in mails if len(mail.subject.split()) > 2}
    for message in alerts(given.folder, territory).values():
        for part in message.walk():
            if part.get_content_maintype() == "text":
                said = part.get_content()
                assert [word for word in secret if word and word in said] == []


def test_the_start_of_the_alert_is_shown_and_its_page_named(given: Given) -> None:
    body = alerts(given.folder, "moselle")["qualite"].get_body(("plain",))
    assert body is not None
    shown = [
        line.removeprefix("  │").strip()
        for line in given.printed.splitlines()
        if line.startswith("  │")
    ]

    start = [line.strip() for line in body.get_content().splitlines()][: len(shown) - 1]
    assert len(start) > 20
    assert shown == [*start, "…"]


def test_alerts_beside_a_report_open_no_request_when_the_whole_folder_is_audited(
    given: Given,
) -> None:
    folder = given.folder / "moselle"
    how = ["--settings", str(folder / "mailwatch.toml"), "--now", NOW.isoformat(), "--json"]

    run = CliRunner().invoke(mailwatch, ["audit", str(folder / "rapport"), *how])

    assert '"requests": []' in run.output


# --- what it leaves -------------------------------------------------------------------------------


@pytest.mark.parametrize("territory", TERRITORIES)
def test_its_settings_are_those_an_administrator_would_write(given: Given, territory: str) -> None:
    settings = given.folder / territory / "mailwatch.toml"

    told = CliRunner().invoke(mailwatch, ["check-config", "--settings", str(settings)])

    assert told.exit_code == 0, told.output
    assert {line[0] for line in told.output.splitlines()} == {"✔"}
    secret = given.folder / territory / "imap.secret"
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert secret.read_text(encoding="utf-8").strip() not in settings.read_text(encoding="utf-8")


@pytest.mark.parametrize("territory", TERRITORIES)
def test_its_servers_are_gone_with_it(given: Given, territory: str) -> None:
    site = site_in(given.folder, territory)
    assert site.submission
    for host, port in (
        (site.accounts[0].host, site.accounts[0].port),
        (site.submission.host, site.submission.port),
    ):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), 1)


@pytest.mark.parametrize("territory", TERRITORIES)
def test_every_mail_of_the_story_lies_in_one_folder_in_the_order_of_its_arrival(
    written: demo.Demo, territory: str
) -> None:
    box = getattr(written, territory)
    held = stock(territory, load_site(box.settings).accounts)
    _, mails = story.read(territory)

    known = {composing.message_id(mail) for mail in mails}
    found = {
        match[1].decode()
        for stored in held
        if (match := re.search(rb"^Message-ID: (\S+)\r$", stored.raw, re.MULTILINE))
    }
    assert found == known
    assert [stored.at for stored in held] == sorted(stored.at for stored in held)
    assert not [stored for stored in held if re.search(rb"^[^\r\x00]*[^\r]\n", stored.raw)]


# --- what may go wrong ----------------------------------------------------------------------------


def test_servers_that_cannot_listen_say_why() -> None:
    with servers.loopback() as imap, servers.loopback() as smtp:
        smtp.close()
        with pytest.raises((OSError, ValueError)), servers.serving(imap, smtp, (), ""):
            pass


def test_a_server_that_is_not_there_stops_the_demonstration_with_a_sentence(
    tmp_path: Path,
) -> None:
    box = demo.write(tmp_path).jura
    with servers.loopback() as nobody:
        port = nobody.getsockname()[1]
    site = load_site(box.settings)
    gone = replace(site, accounts=(replace(site.accounts[0], port=port),), submission=None)

    with pytest.raises(UnreachableError, match="compte « prefecture »"):
        watching.watch(box, gone)


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")

    with pytest.raises(UsageError, match="ne peut pas y être écrite"):
        demo.show(tmp_path / "taken")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("missing", ["pymap", "aiosmtpd"])
def test_without_its_servers_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name in ("mailwatch.demo.showing", "mailwatch.demo.servers", "mailwatch.demo.alerts"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == missing]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)

    with pytest.raises(UsageError, match=r"pip install 'mailwatch\[demo\]'"):
        demo.show(tmp_path)


def test_another_module_that_is_missing_is_not_blamed_on_its_servers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "mailwatch.demo.showing", raising=False)
    monkeypatch.setitem(sys.modules, "mailwatch.demo.committee", None)

    with pytest.raises(ModuleNotFoundError, match="committee"):
        demo.show(tmp_path)
