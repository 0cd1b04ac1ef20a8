"""The counter of a préfecture: mail arrives and leaves, and lies in folders as a mail program keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import format_datetime, parseaddr

from tests.mailboxes import composing
from tests.mailboxes.composing import File, Written
from tests.mailboxes.mailbox import ANY, IN_TIME, Kept, Obligation, Open

UNNAMED = "none"
SAME = "same"


class Post:
    """Mail of one préfecture, remembered by short names so that answers can be told by what they answer."""

    def __init__(
        self,
        *,
        zone: str,
        box: str,
        host: str,
        signature: str,
        inbox: str = "inbox",
        sent: str = "sent",
        style: str = "outlook",
    ) -> None:
        self.zone, self.box, self.host, self.signature = zone, box, host, signature
        self.inbox, self.sent, self.style = inbox, sent, style
        self.written: dict[str, Written] = {}
        self.kept: list[Kept] = []

    def identity(self, name: str, sender: str, message_id: str) -> str | None:
        if message_id == UNNAMED:
            return None
        return message_id or f"<{name}@{parseaddr(sender)[1].partition('@')[2]}>"

    def arrive(
        self,
        name: str,
        when: str,
        sender: str,
        subject: str,
        text: str,
        *,
        to: str = "",
        answering: str = "",
        style: str = "",
        quoting: bool = True,
        arrived: str | None = "",
        hops: Sequence[str] = (),
        dated: str | None = "",
        message_id: str = "",
        folder: str = "",
        headers: Mapping[str, str] | None = None,
        html: str = "",
        charset: str = "utf-8",
        files: Sequence[File] = (),
    ) -> Written:
        """A mail comes in: written at `when`, arrived a few seconds later or at `arrived` (None: no trace)."""
        at = composing.local(when, self.zone)
        fields = dict(headers or {})
        if answering:
            fields = composing.threaded(self.named(answering)) | fields
        if answering and quoting:
            text, made = composing.with_quotation(style or "gmail", text, self.named(answering)[-1])
            html = html or made
        mail = Written(
            message_id=self.identity(name, sender, message_id),
            at=at,
            sender=sender,
            to=to or self.box,
            subject=subject,
            text=text,
            references=composing.references(fields),
        )
        if arrived is not None and not hops:
            arrival = composing.local(arrived, self.zone) if arrived else composing.later(at, 4)
            hops = (composing.received(arrival, self.host),)
        return self.keep(
            name,
            folder or self.inbox,
            mail,
            composing.octets(
                mail,
                hops=hops,
                dated=dated,
                headers=fields,
                html=html,
                charset=charset,
                files=files,
            ),
        )

    def send(
        self,
        name: str,
        when: str,
        to: str,
        text: str,
        *,
        answering: str = "",
        linked: bool = True,
        quoting: bool = True,
        sender: str = "",
        cc: str = "",
        subject: str = "",
        style: str = "",
        signature: str | None = None,
        message_id: str = "",
        folder: str = "",
        headers: Mapping[str, str] | None = None,
        charset: str = "utf-8",
        files: Sequence[File] = (),
    ) -> Written:
        """An agent answers; `answering` names what is quoted, and linked by the header unless told not to."""
        words = self.signature if signature is None else signature
        own = f"{text}\n\n{words}".rstrip()
        fields = dict(headers or {})
        if cc:
            fields["Cc"] = cc
        html = ""
        plain = own
        if answering:
            parent = self.named(answering)[-1]
            subject = subject or f"RE: {parent.subject.removeprefix('RE: ').removeprefix('Re: ')}"
            if linked:
                fields = composing.threaded(self.named(answering)) | fields
            if quoting:
                plain, html = composing.with_quotation(style or self.style, own, parent)
        mail = Written(
            message_id=self.identity(name, sender or self.box, message_id),
            at=composing.local(when, self.zone),
            sender=sender or f"Préfecture <{self.box}>",
            to=to,
            subject=subject,
            text=plain,
            references=composing.references(fields),
        )
        return self.keep(
            name,
            folder or self.sent,
            mail,
            composing.octets(mail, headers=fields, html=html, charset=charset, files=files),
        )

    def bounce(
        self,
        name: str,
        when: str,
        recipient: str,
        of: str = "",
        *,
        action: str = "failed",
        status: str = "5.1.1",
        keeps_id: bool = True,
        subject: str = "Undelivered Mail Returned to Sender",
    ) -> None:
        """The mail server reports that `of` did not reach `recipient`."""
        content_type, body = composing.delivery_report(
            box=self.box,
            recipient=recipient,
            host=self.host,
            original=self.written[of] if of else None,
            action=action,
            status=status,
            keeps_id=keeps_id,
        )
        stamp = format_datetime(composing.local(when, self.zone))
        head = (
            f"Return-Path: <>\r\nReceived: by {self.host} (Postfix); {stamp}\r\nDate: {stamp}\r\n"
            f"From: MAILER-DAEMON@{self.host} (Mail Delivery System)\r\nTo: {self.box}\r\n"
            f"Subject: {subject}\r\nMessage-ID: <{name}@{self.host}>\r\n"
            f"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n"
        )
        self.put(self.inbox, name, head.encode() + body)

    def copy(self, name: str, of: str, folder: str, *, without: Sequence[bytes] = ()) -> None:
        """The very mail `of` lies in another folder too, less the header fields named in `without`."""
        raw = next(kept.raw for kept in self.kept if kept.name == of)
        head, separator, body = raw.partition(b"\r\n\r\n")
        fields = [
            line for line in head.split(b"\r\n") if not line.startswith(tuple(without) or b"\0")
        ]
        self.put(folder, name, b"\r\n".join(fields) + separator + body)

    def lose(self, name: str) -> None:
        """The mail lies in a folder that nobody watches."""
        self.kept = [kept for kept in self.kept if kept.name != name]

    def put(self, folder: str, name: str, raw: bytes) -> None:
        self.kept.append(Kept(folder=folder, name=name, raw=raw))

    def keep(self, name: str, folder: str, mail: Written, raw: bytes) -> Written:
        assert name not in self.written, f"{name} names two mails"
        self.written[name] = mail
        self.put(folder, name, raw)
        return mail

    def named(self, names: str) -> tuple[Written, ...]:
        return tuple(self.written[name] for name in names.split())

    def answered(
        self,
        question: str,
        received_on: str,
        due_on: str,
        on: str,
        answer: str,
        delay: int,
        why: str,
        state: str = IN_TIME,
        *,
        kind: str = "reply",
        substantive_on: str | Open | None = SAME,
        file: str = "",
        service: str | Open = ANY,
        mentions: tuple[str, str, str] | Open = ANY,
        findings: tuple[str, ...] = (),
    ) -> Obligation:
        """A request that was answered; unless told, its first answer is the substantive one."""
        return Obligation(
            message_id=self.written[question].message_id,
            received_on=received_on,
            due_on=due_on,
            state=state,
            first=(on, kind, self.written[answer].message_id if answer else None),
            substantive_on=on if substantive_on == SAME else substantive_on,
            delay=delay,
            why=why,
            file=file,
            service=service,
            mentions=mentions,
            findings=findings,
        )

    def unanswered(
        self,
        question: str,
        received_on: str,
        due_on: str,
        state: str,
        why: str,
        *,
        nature: str | Open = ANY,
        file: str = "",
        service: str | Open = ANY,
    ) -> Obligation:
        """A request that nobody answered, or that is out of the count."""
        return Obligation(
            message_id=self.written[question].message_id,
            received_on=received_on,
            due_on=due_on,
            state=state,
            why=why,
            nature=nature,
            file=file,
            service=service,
        )
