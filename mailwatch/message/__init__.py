"""Reading mail: the bytes of one delivery become a `Message`, or an `Unreadable` with its reason.

Pure and total: whatever the bytes, there is a result, in time linear in their number. The rooms, from the
wire to the reader: `mime` cuts the bytes, `charset` and `encoded` make text of them, `fields` and `dates` read
the header, `structure` tells what each part is for, `html` and `body` give the text a reader sees, `openings`
and `quoting` tell the writer's own words from the rest, `reports` reads what machines report.
"""

from __future__ import annotations

import re

from mailwatch.message.body import Body, read_body, shown_pictures
from mailwatch.message.charset import decode
from mailwatch.message.dates import parse_date, parse_hops
from mailwatch.message.encoded import decode_text
from mailwatch.message.fields import (
    parse_addresses,
    parse_conversation,
    parse_message_id,
    parse_references,
)
from mailwatch.message.html import PICTURE
from mailwatch.message.mime import Part, Tree, content, first, leaves, parse
from mailwatch.message.quoting import Split, split
from mailwatch.message.reports import is_from_server, read_flattened, read_report
from mailwatch.message.structure import attachments, disposition, opaque
from mailwatch.model import Delivery, Forwarded, Message, Report, Unreadable

__all__ = ["read"]

_HOP_DEFECT = 50
_SHORT = 600
"""Above so many characters of one's own, an attached message is an enclosure, not what is passed on."""
_ATTACHED_LIMIT = 2_000_000
_METHOD = re.compile(r"^METHOD[ \t]*:[ \t]*([A-Za-z-]{1,40})", re.IGNORECASE | re.MULTILINE)
_PGP = "-----BEGIN PGP MESSAGE-----"
_PARTS_LISTED = 1_000


def read(delivery: Delivery) -> Message | Unreadable:
    """Read the bytes of one delivery."""
    tree = parse(delivery.raw)
    if tree is None:
        reason = (
            "fichier vide"
            if not delivery.raw.strip()
            else "aucun champ d’en-tête : ce n’est pas un message"
        )
        return Unreadable(file=delivery.file, role=delivery.role, reason=reason)
    report = read_report(tree)
    subject = decode_text(first(tree.root, "subject")).strip()
    body = read_body(tree)
    told = split(body.text, subject, new=_is_new(tree.root))
    # A server quotes nobody: header lines in its text are those of the message that it returns.
    report = read_flattened(body.text if is_from_server(tree) else told.own, report)
    forwarded = told.forwarded or _attached_message(tree, report, told)
    return _message(tree, subject, body, told, forwarded, report)


def _is_new(root: Part) -> bool:
    """Say whether the header names no message that this one answers."""
    return not (root.fields.get("references") or root.fields.get("in-reply-to"))


def _message(
    tree: Tree,
    subject: str,
    body: Body,
    told: Split,
    forwarded: Forwarded | None,
    report: Report | None,
) -> Message:
    fields = tree.root.fields
    parts = tuple(leaves(tree.root))
    hops = parse_hops(fields.get("received", ()))
    calendars = [part for part in parts if part.content_type == "text/calendar"]
    images = [part for part in parts if _is_inline_picture(part)]
    return Message(
        message_id=parse_message_id(fields.get("message-id", ())),
        references=parse_references(fields.get("references", ()), fields.get("in-reply-to", ())),
        conversation=parse_conversation(fields.get("thread-index", ())),
        senders=parse_addresses(fields.get("from", ())),
        to=parse_addresses(fields.get("to", ())),
        cc=parse_addresses(fields.get("cc", ())),
        bcc=parse_addresses(fields.get("bcc", ())),
        reply_to=parse_addresses(fields.get("reply-to", ())),
        subject=subject,
        dated_at=parse_date(first(tree.root, "date")),
        hops=hops,
        headers=fields,
        content_type=tree.root.content_type,
        parts=tuple(part.content_type for part in parts[:_PARTS_LISTED]),
        calendar_method=_calendar_method(tree, calendars[0]) if calendars else "",
        report=report,
        text=body.text.replace(PICTURE, ""),
        own=told.own.replace(PICTURE, "").strip("\n"),
        quoted=told.quoted.replace(PICTURE, "").strip("\n"),
        forwarded=_without_pictures(forwarded),
        attachments=attachments(tree),
        pictures=shown_pictures(body, told.own, images, tree),
        opaque=_opaque(tree, body),
        parts_disagree=body.parts_disagree,
        defects=(*tree.defects, *body.defects, *_header_defects(tree.root, len(hops))),
    )


def _without_pictures(forwarded: Forwarded | None) -> Forwarded | None:
    if forwarded is None or PICTURE not in forwarded.text:
        return forwarded
    text = forwarded.text.replace(PICTURE, "")
    return Forwarded(sender=forwarded.sender, subject=forwarded.subject, text=text)


def _opaque(tree: Tree, body: Body) -> str:
    text = body.text.replace(PICTURE, "").strip()
    if text.startswith(_PGP):
        return "pgp"
    return "" if text else opaque(tree.root)


def _is_inline_picture(part: Part) -> bool:
    return part.content_type.startswith("image/") and disposition(part) != "attachment"


def _calendar_method(tree: Tree, calendar: Part) -> str:
    named = calendar.parameters.get("method", "").strip().lower()
    if named:
        return named
    found = _METHOD.search(decode(content(tree, calendar, 4_000), "utf-8")[0])
    return found[1].lower() if found else ""


def _header_defects(root: Part, hops: int) -> tuple[str, ...]:
    found = []
    if len(root.fields.get("date", ())) > 1:
        found.append("several_dates")
    if len(root.fields.get("from", ())) > 1:
        found.append("several_from")
    if root.fields.get("message-id") and not parse_message_id(root.fields["message-id"]):
        found.append("message_id")
    if hops > _HOP_DEFECT:
        found.append("loop")
    return tuple(found)


# --- a message passed on as a file ----------------------------------------------------------------


def _attached_message(tree: Tree, report: Report | None, told: Split) -> Forwarded | None:
    """The one message attached to a short note: it is what the note passes on."""
    attached = [leaf for leaf in leaves(tree.root) if leaf.content_type == "message/rfc822"]
    if report or len(attached) != 1 or len(told.own) > _SHORT:
        return None
    inner = parse(content(tree, attached[0], _ATTACHED_LIMIT))
    if inner is None:
        return None
    senders = parse_addresses(inner.root.fields.get("from", ()))
    return Forwarded(
        sender=senders[0] if senders else None,
        subject=decode_text(first(inner.root, "subject")),
        text=read_body(inner).text.strip(),
    )
