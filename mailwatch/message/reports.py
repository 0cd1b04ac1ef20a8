"""What machines report about a message: delivery, disposition, abuse (RFC 6522, 3464, 8098, 5965).

The parts are read wherever they stand: some relays wrap a report, relabel it, or lose its outer type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mailwatch.message.charset import decode
from mailwatch.message.fields import parse_addresses, parse_message_id
from mailwatch.message.mime import Part, Tree, content, leaves, parse
from mailwatch.model import Report, ReportedRecipient

RECIPIENT_LIMIT = 500
_PART_LIMIT = 256 * 1024

_KINDS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/global-disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}
_RETURNED = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers",
                       "message/rfc822-headers"})  # fmt: skip
_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:[ \t]*(.*(?:\n[ \t].*)*)")
_RECIPIENT = re.compile(r"-Recipient[ \t]*:", re.IGNORECASE)
_FLATTENED = re.compile(
    r"^(?:Final|Original)-Recipient[ \t]*:[^\n]{0,40};", re.IGNORECASE | re.MULTILINE
)
_RETURNED_ID = re.compile(
    r"^Message-ID[ \t]*:\s*(<[^<>\s@]+@[^<>\s@]+>)", re.IGNORECASE | re.MULTILINE
)
_SERVER = re.compile(r"mailer-?daemon|mail delivery (?:sub)?system|postmaster@", re.IGNORECASE)
_STATUS = re.compile(r"\d\.\d{1,3}\.\d{1,3}")


def read_report(tree: Tree) -> Report | None:
    """Read the report a message is, or carries; None when it is none."""
    kind = ""
    groups: list[Mapping[str, str]] = []
    returned: str | None = None
    for leaf in leaves(tree.root):
        if leaf.content_type in _KINDS:
            kind = kind or _KINDS[leaf.content_type]
            groups += _groups(_text(tree, leaf))
        elif leaf.content_type in _RETURNED:
            returned = returned or _identifier(tree, leaf)
    if tree.root.content_type == "multipart/report":
        kind = kind or tree.root.parameters.get("report-type", "").lower() or "delivery-status"
    if not kind:
        return _read_wrapped(tree) if is_from_server(tree) else None
    return Report(
        kind=kind,
        recipients=tuple(_recipients(groups))[:RECIPIENT_LIMIT],
        original_message_id=_named_message(groups) or returned,
    )


def is_from_server(tree: Tree) -> bool:
    """Say whether the header names a mail server as the author: it passes nothing on for somebody else."""
    return any(map(_SERVER.search, tree.root.fields.get("from", ())))


def _read_wrapped(tree: Tree) -> Report | None:
    """Read the report in a message that a server attached to its own."""
    for leaf in leaves(tree.root):
        if leaf.content_type == "message/rfc822":
            inner = parse(content(tree, leaf, _PART_LIMIT))
            if inner is not None and inner.root.content_type == "multipart/report":
                return read_report(inner)
    return None


def read_flattened(text: str, report: Report | None) -> Report | None:
    """Read a report whose parts some relay flattened into the text; `report` when there is none."""
    if (report and report.recipients) or not (_RECIPIENT.search(text) and _FLATTENED.search(text)):
        return report
    groups = [group for group in _groups(text) if {"action", "status"} & group.keys()]
    recipients = tuple(_recipients(groups))[:RECIPIENT_LIMIT]
    if not recipients:
        return report
    named = _RETURNED_ID.findall(text)
    return Report(
        kind=report.kind if report else "delivery-status",
        recipients=recipients,
        original_message_id=(report and report.original_message_id)
        or (named[0] if len(set(named)) == 1 else None),
    )


def _text(tree: Tree, part: Part) -> str:
    return decode(content(tree, part, _PART_LIMIT), part.parameters.get("charset", ""))[0]


def _groups(text: str) -> list[Mapping[str, str]]:
    """The groups of fields of a report part, names in lower case; the first is about the message."""
    groups: list[Mapping[str, str]] = []
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        fields: dict[str, str] = {}
        for match in _FIELD.finditer(block):
            name = match[1].lower()
            if name in fields and name == "final-recipient":
                groups.append(fields)
                fields = {}
            fields.setdefault(name, " ".join(match[2].split()))
        if fields:
            groups.append(fields)
    return groups


def _recipients(groups: list[Mapping[str, str]]) -> Iterator[ReportedRecipient]:
    """One entry for each address a group names: the one we wrote to may not be the one that failed."""
    for group in groups:
        action = (
            (group.get("action") or _disposition(group.get("disposition", "")))
            .split(" ")[0]
            .lower()
        )
        status = _STATUS.search(group.get("status", ""))
        names = ("original-recipient", "final-recipient", "original-rcpt-to", "removal-recipient")
        found = dict.fromkeys(_address(group[name]) for name in names if name in group)
        for address in found:
            if address:
                yield ReportedRecipient(
                    address=address, action=action, status=status.group() if status else ""
                )


def _disposition(value: str) -> str:
    """The disposition type of an MDN: `automatic-action/MDN-sent-automatically; displayed`."""
    return value.rpartition(";")[2].strip().partition("/")[0]


def _address(value: str) -> str:
    """The address in `rfc822; name@host`, in the many ways it is written."""
    found = parse_addresses([value.partition(";")[2] or value])
    return found[0].address if found and "@" in found[0].address else ""


def _named_message(groups: list[Mapping[str, str]]) -> str | None:
    for group in groups:
        if "original-message-id" in group:
            return parse_message_id([group["original-message-id"]])
    return None


def _identifier(tree: Tree, part: Part) -> str | None:
    """The Message-ID of the returned message, from its header alone."""
    inner = parse(content(tree, part, _PART_LIMIT))
    return parse_message_id(inner.root.fields.get("message-id", ())) if inner else None
