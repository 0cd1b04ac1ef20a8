"""Structured header fields: address lists and message identifiers (RFC 5322 sections 3.4 and 3.6.4).

`email.utils.getaddresses` recurses on nested comments and its newer versions refuse a whole list for one bad
address; this reader goes through the tokens once and keeps every mailbox it can make out.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from mailwatch.message.charset import fit
from mailwatch.message.dates import without_comments
from mailwatch.message.encoded import decode_text
from mailwatch.model import Address

ADDRESS_LIMIT = 500
REFERENCE_LIMIT = 20
_FIELD_LIMIT = 128 * 1024
_ID_LIMIT = 995
"""A line holds at most 998 characters (RFC 5322 section 2.1.1)."""

_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]{0,500}\?="
_TOKEN = re.compile(
    rf'{_WORD}|"(?:[^"\\]|\\.)*+"|\(|\)|<[^<>]*+>?|[,;:]|\\.?|=|[^"()<>,;:\\=]++|["<>]', re.DOTALL
)
_UNQUOTED_TOKEN = re.compile(
    rf"{_WORD}|\(|\)|<[^<>]*+>?|[,;:]|\\.?|=|[^()<>,;:\\=]++|[<>]", re.DOTALL
)
_USUAL = re.compile(r'(?:\s*"([^"\\]*)"\s*|([^"(),;:\\<>]*))<([^<>()]*)>\s*')
"""One mailbox between angle brackets, its name quoted or free of special characters."""
_USUAL_LENGTH = 1_000
_ESCAPE = re.compile(r"\\(.)")
_SPACES = re.compile(r"\s+")
_AROUND_AT = re.compile(r"(?<!\s)\s*+@\s*+")
_CONVERSATION = 22
_CONVERSATION_SIGNS = 32
"""What holds them in base64, with the padding or the octets that follow."""
_ID = re.compile(r"<[^<>\s@]+@[^<>\s@]+>")


def parse_addresses(fields: Iterable[str]) -> tuple[Address, ...]:
    """Read every mailbox of address-list fields, at most 500; groups are flattened, empty ones dropped."""
    found: list[Address] = []
    for field in fields:
        if len(field) < _USUAL_LENGTH:
            found += _short_list(field)
        else:
            found += islice(_mailboxes(field[:_FIELD_LIMIT].replace("\n", " ")), ADDRESS_LIMIT)
    return tuple(found[:ADDRESS_LIMIT])


@lru_cache(maxsize=1024)
def _short_list(field: str) -> tuple[Address, ...]:
    """The mailboxes of a list of the usual length: a box meets the same ones in mail after mail."""
    text = field.replace("\n", " ")
    usual = _USUAL.fullmatch(text)
    if usual:
        address = _mailbox([(usual[1] or usual[2] or "").strip()], [], usual[3].strip())
        return (address,) if address else ()
    return tuple(_mailboxes(text))


def _mailboxes(text: str) -> Iterator[Address]:
    """Yield the mailboxes of one list; a comma inside a display name without quotes is put back."""
    words: list[str] = []
    comment: list[str] = []
    angle: str | None = None
    held = ""
    depth = 0
    for token in _tokens(text):
        if token == "(":
            depth += 1
        elif token == ")":
            depth = max(0, depth - 1)
        elif depth:
            comment.append(token)
        elif token in (",", ";"):
            address = _mailbox(words, comment, angle)
            if address and not address.address and not angle and token == ",":
                held = f"{held}, {address.name}" if held else address.name
            elif address:
                yield _named(held, address, joins=angle is not None)
                held = ""
            words, comment, angle = [], [], None
        elif token == ":" and angle is None and not any("@" in word for word in words):
            words, held = [], ""
        elif token[0] == "<" and angle is None:
            angle = without_comments(token).strip("<> \t")
        else:
            words.append(token)
    address = _mailbox(words, comment, angle)
    if address:
        yield _named(held, address, joins=angle is not None)
    elif held:
        yield Address(name=held, address="")


def _tokens(text: str) -> Iterator[str]:
    # With an odd number of quotes each scan for the missing one would run to the end of the field.
    even = text.count('"') % 2 == 0 and "\\" not in text
    closed = even or len(text) < 2_000
    pattern = _TOKEN if closed else _UNQUOTED_TOKEN
    return (match.group() for match in pattern.finditer(text))


def _named(held: str, address: Address, *, joins: bool) -> Address:
    """Give back to `address` the words before a comma that belonged to its name: `Dupont, Jean <…>`."""
    if not held or not joins:
        return address
    name = f"{held}, {address.name}" if address.name else held
    return Address(name=name, address=address.address)


def _mailbox(words: list[str], comment: list[str], angle: str | None) -> Address | None:
    phrase = "".join(_unquote(word) for word in words).strip()
    if angle is None and "@" in phrase:
        quoted = bool(words) and words[0].startswith('"') and "@" not in "".join(words[1:])
        if not quoted:
            before, last = _split_address(phrase)
            if "@" in last and "@" not in before and not phrase.startswith('"'):
                return _address(before or "".join(comment), last)
            return _address("".join(comment), "".join(words))
    if not phrase and not angle:
        return None
    return _address(phrase or "".join(comment), angle or "")


def _split_address(phrase: str) -> tuple[str, str]:
    """A name and the address that ends it; white space about the `@` belongs to neither (RFC 5322, 4.4)."""
    phrase = _AROUND_AT.sub("@", phrase)
    before, _, last = phrase.rpartition(" ")
    return before, last


def _address(name: str, address: str) -> Address:
    if ":" in address and (address.startswith("@") or address.endswith(";")):
        # A source route, obsolete (RFC 5322 section 4.4), or a group that lost its way between brackets.
        address = address.rpartition(":")[2].rstrip(";")
    if "=?" in address:
        address = fit(decode_text(address))
    name = _SPACES.sub(" ", fit(decode_text(name))).strip().strip("'").strip()
    return Address(name=name, address=_SPACES.sub("", address).lower())


def _unquote(word: str) -> str:
    if word.startswith('"') and len(word) > 1:
        return _ESCAPE.sub(r"\1", word[1:-1]) if "\\" in word else word[1:-1]
    return word


# --- identifiers ----------------------------------------------------------------------------------


def parse_message_id(fields: Iterable[str]) -> str | None:
    """The one identifier of a `Message-ID` field, angle brackets kept; None when it holds no msg-id."""
    for field in fields:
        text = field.strip()
        return text if len(text) <= _ID_LIMIT and _ID.fullmatch(text) else None
    return None


def parse_references(references: Iterable[str], in_reply_to: Iterable[str]) -> tuple[str, ...]:
    """`References` then `In-Reply-To`, each identifier once, at most the last 20."""
    found: dict[str, None] = {}
    for field in (*references, *in_reply_to):
        found.update(
            dict.fromkeys(match for match in _ID.findall(field) if len(match) <= _ID_LIMIT)
        )
    return tuple(found)[-REFERENCE_LIMIT:]


def parse_conversation(fields: Iterable[str]) -> str:
    """The conversation that a `Thread-Index` names, written as an identifier; empty when it names none.

    Outlook and Exchange keep it where they lose References: 22 octets in base64, to which each answer adds five
    (MS-OXOMSG section 2.2.1.3).
    """
    text = next(iter(fields), "").strip()[:_CONVERSATION_SIGNS]
    try:
        octets = b64decode(text, validate=True)[:_CONVERSATION]
    except ValueError:
        return ""
    return f"<{octets.hex()}@thread-index>" if len(octets) == _CONVERSATION else ""
