"""Messages that no honest program writes, each by the number it has in the list of bad inputs.

Built when they are asked for: some are large. Every one is a question from outside underneath, so that it is to be
counted as received whatever is wrong with it.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

Bomb: TypeAlias = Callable[[], bytes]

RECEIVED = b"Received: from mx.orange.example by mta.jura.gouv.fr with ESMTPS; Mon, 02 Mar 2026 09:12:00 +0100"
HEAD = (
    RECEIVED,
    b"Date: Mon, 02 Mar 2026 09:12:00 +0100",
    b"From: Odile Ferrand <odile.ferrand@laposte.example>",
    b"To: pref-associations@jura.gouv.fr",
    b"Subject: Changement de siege",
    b"Message-ID: <bombe@mail.example>",
)
ASK = b"Bonjour,\r\n\r\nQuelles pieces faut-il fournir pour changer de siege social ?\r\n\r\nOdile Ferrand\r\n"


def raw(*fields: bytes, body: bytes = ASK) -> bytes:
    """The question with other fields: one that is given replaces the one of its name."""
    given = {field.partition(b":")[0].lower() for field in fields}
    kept = [field for field in HEAD if field.partition(b":")[0].lower() not in given]
    return b"\r\n".join([*kept, *fields, b"", body])


def without(*names: bytes) -> bytes:
    kept = [field for field in HEAD if field.partition(b":")[0].lower() not in names]
    return b"\r\n".join([*kept, b"", ASK])


def html(page: bytes) -> bytes:
    return raw(b"MIME-Version: 1.0", b"Content-Type: text/html; charset=utf-8", body=page)


def encoded(encoding: bytes, body: bytes, kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    return raw(b"Content-Type: " + kind, b"Content-Transfer-Encoding: " + encoding, body=body)


def parted(
    parts: Iterable[bytes],
    kind: bytes = b"mixed",
    boundary: bytes = b"b",
    end: bytes = b"--b--\r\n",
) -> bytes:
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, part) for part in parts)
    return raw(b'Content-Type: multipart/%b; boundary="%b"' % (kind, boundary), body=body + end)


def text(words: bytes = ASK, kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    return b"Content-Type: " + kind + b"\r\n\r\n" + words


def attached(
    name: bytes, content: bytes = b"x" * 100, kind: bytes = b"application/octet-stream"
) -> bytes:
    head = b'Content-Type: %b\r\nContent-Disposition: attachment; filename="%b"' % (kind, name)
    return head + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


def nested(depth: int, kind: bytes) -> bytes:
    """Multiparts, or messages, one in the other."""
    if kind == b"message":
        return raw(
            b"Content-Type: message/rfc822",
            body=b"Content-Type: message/rfc822\r\n\r\n" * depth + ASK,
        )
    opened = b"".join(
        b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1)
        for n in range(depth)
    )
    return raw(
        b'Content-Type: multipart/mixed; boundary="b0"',
        body=opened + b"--b%d\r\n\r\n" % depth + ASK,
    )


def continued(sections: Iterable[bytes]) -> bytes:
    """An attachment's name in many pieces (RFC 2231)."""
    head = b"Content-Type: application/pdf;\r\n " + b";\r\n ".join(sections)
    return parted([text(), head + b"\r\n\r\nx"])


_STYLES = b"<style>" + b".a .b > .c{color:red}" * 10_000 + b"</style>"
STRUCTURE: dict[str, Bomb] = {
    "2 only headers": lambda: b"\r\n".join(HEAD) + b"\r\n",
    "3 thirty megabytes": lambda: parted([text(), attached(b"plan.pdf", b"p" * 22_000_000)]),
    "5 a thousand multiparts, one in the other": lambda: nested(1_000, b"mixed"),
    "6 a thousand messages, one in the other": lambda: nested(1_000, b"message"),
    "7 a hundred thousand parts": lambda: parted([b"\r\nx"] * 100_000),
    "8 no last boundary": lambda: parted([text()], end=b""),
    "8 a boundary that begins another": lambda: parted([text(), text()]).replace(b"--b--", b"--bb--"),
    "9 a boundary of a hundred kilobytes": lambda: parted([text()], boundary=b"b" * 100_000),
    "9 an empty boundary": lambda: parted([text()], boundary=b""),
    "9 a boundary that looks like a pattern": lambda: parted([text()], boundary=b"(.*+?[a-z]{9}$|)"),
    "10 a hundred thousand fields": lambda: raw(*(b"X-%d: y" % n for n in range(100_000))),
    "10 a field of ten megabytes": lambda: raw(b"X-Long: " + b"y" * 10_000_000),
    "11 sixty kilobytes of semicolons": lambda: raw(b"Content-Type: text/plain" + b";" * 60_000),
    "11 sixty kilobytes of quotes": lambda: raw(b"Content-Type: text/plain; x=" + b'"' * 60_000),
    "12 three hundred parentheses in To": lambda: raw(b"To: " + b"(" * 300 + b"a@b.example"),
    "12 sixty thousand parentheses in To": lambda: raw(b"To: " + b"(" * 60_000),
    "12 four thousand recipients": lambda: raw(b"To: " + b", ".join(b"a%d@b.example" % n for n in range(4_000))),
    "13 two brackets": lambda: raw(b"Message-ID: <<a@b>"),
    "13 a bracket of another kind": lambda: raw(b"Message-ID: <[abc>"),
    "13 nothing in brackets": lambda: raw(b"Message-ID: <>"),
    "13 ten kilobytes": lambda: raw(b"Message-ID: <" + b"a" * 10_000 + b"@b.example>"),
    "13 spaces": lambda: raw(b"Message-ID: <a b @ c.example>"),
    "13 two identifiers": lambda: raw(b"Message-ID: <a@b.example>", b"Message-ID: <c@d.example>"),
    "15 base64 that is none": lambda: encoded(b"base64", b"%%% = ==\r\n" + ASK),
    "15 quoted-printable that is none": lambda: encoded(b"quoted-printable", b"=ZZ=\r\n=" + ASK),
    "15 uuencode": lambda: encoded(b"x-uuencode", b"begin 644 a\r\n" + ASK + b"end\r\n"),
    "15 an encoding of nobody": lambda: encoded(b"x-yenc", b"=ybegin line=128 size=9 name=a\r\n" + ASK),
    "16 BinHex": lambda: raw(b"Content-Type: application/mac-binhex40", body=b"(This file must be converted)\r\n:"),
    "16 S/MIME": lambda: encoded(b"base64", b"MIAGCSqGSIb3DQEHA6CA", b"application/pkcs7-mime"),
    "16 PGP": lambda: parted([text(b"-----BEGIN PGP MESSAGE-----")], b"encrypted"),
    "17 a hundred thousand nested blocks": lambda: html(b"<div>" * 100_000 + ASK),
    "17 tags that do not end": lambda: html(b"<a " * 20_000 + ASK),
    "17 comments that do not end": lambda: html(b"<!--" * 20_000 + ASK),
    "17 a cell of five megabytes": lambda: html(b"<table><tr><td>" + b"mot " * 1_250_000),
    "17 ten thousand styles": lambda: html(_STYLES + b"<p class='a b c'>x" * 3_000),
    "17 entities without end": lambda: html(b"&lt;&#x;&#99999999999;&" * 50_000),
    "20 a zip that promises a terabyte": lambda: parted([text(), attached(b"42.zip", b"PK\3\4" + b"\xff" * 2_000)]),
    "20 a gzip of zeros": lambda: parted([text(), attached(b"a.gz", b"\x1f\x8b\x08" + bytes(100_000))]),
    "22 three thousand continuations": lambda: continued(b"name*%d=x" % n for n in range(3_000)),
    "22 continuations with gaps, twice, in a charset of nobody": lambda: continued(
        [b"name*0*=x-klingon'fr'%FF", b"name*2=b", b"name*0=a", b"name*99999999999=z", b"name*-1=q"]
    ),
    "25 winmail.dat alone": lambda: encoded(b"base64", b"eJ8+IgAAAAA=", b'application/ms-tnef; name="winmail.dat"'),
    "26 more than a million signs": lambda: raw(body=ASK + b"Encore un mot, puis un autre. " * 40_000),
    "26 a line of a million signs": lambda: raw(body=b"mot" * 400_000),
    "26 a million quotation marks": lambda: raw(body=(b">" * 1_000 + b"\r\n") * 1_000),
    "26 nothing but line ends": lambda: raw(body=b"\r\n" * 500_000),
}  # fmt: skip

CHARSETS = (
    b"x-klingon", b'"utf\\0"', b"idna", b"hex", b"unicode_escape", b"utf-7", b"x-user-defined",
    b"base64", b"rot13", b"zlib", b"punycode", b"utf-16", b"utf-32", b"undefined", b"", b"a" * 10_000, b"\xff",
)  # fmt: skip
NAMES = (
    b"../../etc/passwd", b"C:\\\\x", b"%2e%2e%2f", b"a\0b", b"n" * 4_000, "\u202efdp.exe".encode(),
    b"a\r\n b", b"\x1b[2J", b"=?utf-8?q?=0d=0aBcc=3a_x?=",
)  # fmt: skip
DATES = (
    b"garbage", b"lun., 01 janv. 2024 10:00", b"Mon, 02 Mar 2026 09:12:60 +0100", b"Mon, 02 Mar 2026 25:12:00 +0100",
    b"Mon, 02 Mar 2124 09:12:00 +0100", b"Thu, 01 Jan 1970 00:00:00 +0000", b"Sat, 01 Jan 0000 00:00:00 +0000",
    b"Mon, 02 Mar 2026 09:12:00 +9999", b"Mon, 02 Mar 2026 09:12:00 CET", b"Mon, 02 Mar 2026 09:12:00 -0000", b"",
    b"9" * 100_000, b"(" * 50_000, b"\xff\xfe",
)  # fmt: skip
SENDERS = (
    b"a@b.example, c@d.example", b"undisclosed:;", b"@", b"<>", b"", b"<<<>>>", b'"' * 9_999, b"a@b@c.example",
    b"\xe9lodie <e@b.example>", b"a@[127.0.0.1]", b"=?utf-8?b?" + b"AAAA" * 9_999 + b"?= <a@b.example>",
)  # fmt: skip


def _typed(charset: bytes) -> bytes:
    return raw(b"Content-Type: text/plain; charset=" + charset)


def _worded(charset: bytes) -> bytes:
    return raw(b"Subject: =?" + charset + b"?q?a=E9?=")


def _named(name: bytes) -> bytes:
    return parted([text(), attached(name)])


def _many(name: bytes, word: bytes, count: int, by: bytes = b" ") -> bytes:
    return raw(name + b": " + by.join([word] * count))


HEADER: dict[str, Bomb] = {
    "27 no Date": lambda: without(b"date"),
    "28 two Dates": lambda: raw(b"Date: Mon, 02 Mar 2026 09:12:00 +0100", b"Date: Mon, 01 Jan 2024 09:12:00 +0100"),
    "30 a bare CR that begins a field": lambda: raw(b"Subject: bonjour\rDate: Mon, 01 Jan 2024 00:00:00 +0000\rX: y"),
    "30 bare LFs": lambda: raw().replace(b"\r\n", b"\n"),
    "37 no Message-ID": lambda: without(b"message-id"),
    "41 a thousand references": lambda: _many(b"References", b"<x@a.example>", 1_000, b"\r\n "),
    "41 references of a hundred kilobytes": lambda: raw(b"References: " + b"<" * 100_000),
    "41 references to itself": lambda: raw(b"References: <bombe@mail.example>", b"In-Reply-To: <bombe@mail.example>"),
    "43 a line end, a NUL, half a sign": partial(raw, b"Subject: =?utf-8?q?a=0d=0aBcc:_x=00=ed=a0=80?="),
    "43 three thousand encoded words": lambda: raw(b"Subject: " + b" ".join([b"=?utf-8?q?=C3=A9?="] * 3_200)),
    "43 encoded words that do not end": lambda: raw(b"Subject: " + b"=?utf-8?q?" * 20_000),
    "46 another Reply-To": lambda: raw(b"Reply-To: autre@orange.example, encore@orange.example"),
    "48 sixty relays": lambda: raw(*[RECEIVED] * 60),
    "48 ten thousand relays": lambda: raw(*[RECEIVED] * 10_000),
    "49 a line of ten thousand signs": lambda: raw(b"Subject: " + b"mot " * 2_500),
    "49 raw UTF-8": lambda: raw("Subject: été".encode(), "From: É <é@préfecture.example>".encode()),
    "49 raw Latin-1": lambda: raw(b"Subject: R\xe9ponse", b"From: \xc9lodie <a@b.example>"),
    "50 a subject that nobody sees": lambda: raw("Subject: \u202e\u200b\u2066\ufeff\u00ad".encode()),
    "50 a domain in two scripts": lambda: raw("From: Préfecture <a@jur\u0430.gouv.fr>".encode()),
    **{f"14 charset {each[:20]!r}": partial(_typed, each) for each in CHARSETS},
    **{f"14 an encoded word in {each[:20]!r}": partial(_worded, each) for each in CHARSETS},
    **{f"21 a file called {each[:20]!r}": partial(_named, each) for each in NAMES},
    **{f"29 dated {each[:20]!r}": partial(raw, b"Date: " + each) for each in DATES},
    **{f"29 received at {each[:20]!r}": partial(raw, b"Received: from a by b; " + each) for each in DATES},
    **{f"44 From {each[:20]!r}": partial(raw, b"From: " + each) for each in SENDERS},
}  # fmt: skip

BOMBS: dict[str, Bomb] = STRUCTURE | HEADER
"""Each is counted as received, and read as far as it can be."""

NO_MAIL: dict[str, Bomb] = {
    "1 nothing at all": lambda: b"",
    "1 line ends alone": lambda: b"\r\n\r\n\r\n",
    "1 what is no mail": lambda: b"\0\0\0 \xff\xfe",
    "1 a picture": lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
}
"""Set aside with a reason, and counted all the same."""
