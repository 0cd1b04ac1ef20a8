"""What each part of a message is for: text the reader sees, a file beside it, or a machine's report.

Alternatives become one `Passage` that knows both its forms; parts in a row are passages in a row, because
several mail programs put text before and after an attached file. A named text part is a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailwatch.message.encoded import decode_text, parse_parameters
from mailwatch.message.mime import Part, Tree, first, leaves, size
from mailwatch.model import Attachment

NAME_LIMIT = 255
MACHINE_PARTS = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report", "text/rfc822-headers",
     "message/global-delivery-status", "message/global-disposition-notification", "message/global-headers"}
)  # fmt: skip
_TEXTS = frozenset({"text/plain", "text/html"})
_SIDE_FORMS = frozenset(
    {"text/x-amp-html", "text/calendar", "text/watch-html", "text/enriched", "text/richtext"}
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of the body: its plain parts, its HTML parts, or both as alternatives."""

    plain: tuple[Part, ...] = ()
    html: tuple[Part, ...] = ()


def passages(root: Part) -> tuple[Passage, ...]:
    """The stretches of the body, in order; named text parts only when there is no other text."""
    found = tuple(_passages(root, named=False))
    return found or tuple(_passages(root, named=True))


def _passages(part: Part, *, named: bool) -> Iterator[Passage]:
    if part.content_type == "multipart/alternative" and part.parts:
        yield from _alternatives(part, named=named)
    elif part.parts:
        for child in part.parts:
            yield from _passages(child, named=named)
    elif _is_text(part, named=named):
        if part.content_type == "text/html":
            yield Passage(html=(part,))
        else:
            yield Passage(plain=(part,))


def _alternatives(part: Part, *, named: bool) -> Iterator[Passage]:
    """One passage of several forms; of several HTML forms the last is the richest (RFC 2046 section 5.1.4)."""
    plain: list[Part] = []
    html: tuple[Part, ...] = ()
    for child in part.parts:
        inner = tuple(_passages(child, named=named))
        rich = tuple(leaf for passage in inner for leaf in passage.html)
        if rich:
            html = rich
        else:
            plain += [leaf for passage in inner for leaf in passage.plain]
    if plain or html:
        yield Passage(plain=tuple(plain), html=html)


def _is_text(part: Part, *, named: bool) -> bool:
    if part.content_type.startswith("multipart/"):
        return True
    if part.content_type not in _TEXTS and part.content_type not in (
        "text/enriched",
        "text/richtext",
    ):
        return False
    if disposition(part) == "attachment":
        return False
    return named or not file_name(part)


def disposition(part: Part) -> str:
    """The word of `Content-Disposition`, lower case, else empty."""
    return parse_parameters(first(part, "content-disposition"))[0].split(" ")[0]


def file_name(part: Part) -> str:
    """The name a part is offered under, one line, nothing invisible: a label, never a path to use."""
    name = _named(parse_parameters(first(part, "content-disposition"))[1], "filename")
    return (name or _named(part.parameters, "name"))[:NAME_LIMIT]


def _named(parameters: Mapping[str, str], key: str) -> str:
    value = parameters.get(key)
    return " ".join(decode_text(value).split()) if value else ""


def attachments(tree: Tree) -> tuple[Attachment, ...]:
    """Every part that a reader sees as a file or a picture, in order."""
    return tuple(_attachment(tree, part) for part in _files(tree.root, inside=""))


def _files(part: Part, *, inside: str) -> Iterator[Part]:
    for child in part.parts:
        yield from _files(child, inside=part.content_type)
    if part.parts or part.content_type.startswith("multipart/"):
        return
    if part.content_type in MACHINE_PARTS:
        return
    if (
        inside == "multipart/alternative"
        and part.content_type in _SIDE_FORMS
        and not file_name(part)
    ):
        return
    if not _is_text(part, named=False):
        yield part


def _attachment(tree: Tree, part: Part) -> Attachment:
    identifier = content_id(part)
    return Attachment(
        name=file_name(part),
        content_type=part.content_type,
        size=size(tree, part),
        inline=disposition(part) == "inline"
        or (bool(identifier) and disposition(part) != "attachment"),
        content_id=identifier,
    )


def content_id(part: Part) -> str:
    """The Content-ID without its angle brackets, as a `cid:` address has it."""
    return first(part, "content-id").strip("<> \t")[:NAME_LIMIT]


def opaque(root: Part) -> str:
    """Why a body without readable text cannot be read: `smime`, `pgp`, `tnef`, else empty."""
    if root.content_type == "multipart/encrypted":
        return "pgp"
    for leaf in leaves(root):
        kind = leaf.content_type
        if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime"):
            return "smime"
        if (
            kind in ("application/ms-tnef", "application/vnd.ms-tnef")
            or file_name(leaf).lower() == "winmail.dat"
        ):
            return "tnef"
        if kind == "application/pgp-encrypted" or file_name(leaf).lower() == "encrypted.asc":
            return "pgp"
    return ""
