"""Random bytes for everything that reads what others wrote: no exception but ours, little time, little memory.

    python -m tests.faults.fuzzing                      # every target, 50,000 executions
    python -m tests.faults.fuzzing message --runs 1000000

The mutator is our own: it begins from real messages, settings and answers and changes them by the handful, mixing in
the words that mean something to the readers. Where atheris is installed (`--atheris`, one target), it guides the same
targets by what they cover.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from mailwatch.analysis import sealed
from mailwatch.errors import MailwatchError
from mailwatch.message import html
from mailwatch.message.charset import decode
from mailwatch.message.dates import parse_date, parse_hops
from mailwatch.message.encoded import decode_text, parse_parameters
from mailwatch.message.fields import parse_addresses, parse_message_id, parse_references
from mailwatch.model import Delivery, Role
from mailwatch.ruleset.terms import Choice, Draft
from mailwatch.settings.packaged import rule_texts
from mailwatch.sources import letters
from mailwatch.sources.imap import names, outlines
from tests.bureau import DESK
from tests.faults.bombs import BOMBS, raw
from tests.faults.house import answer, question
from tests.registers import KEY

SECONDS, MEGABYTES = 2.0, 256
"""What one execution may take."""
_AT = datetime(2026, 3, 2, tzinfo=UTC)
_LARGEST = 20_000
_MESSAGES = Path(__file__).parent.parent / "corpus" / "work" / "inbox"

Reader = Callable[[bytes], object]


# --- what is read ---------------------------------------------------------------------------------


def message(octets: bytes) -> None:
    """All that a worker does, as a citizen's mail or as an answer."""
    role = Role.SENT if octets[-1:] < b"\x40" else Role.INBOX
    sealed(Delivery(raw=octets, file="x", role=role, server_at=_AT), DESK, KEY)


def page(octets: bytes) -> None:
    html.render(octets.decode("latin-1"))


def dates(octets: bytes) -> None:
    words = octets.decode("latin-1")
    parse_date(words)
    parse_hops(words.split("\n"))


def header(octets: bytes) -> None:
    words = octets.decode("latin-1")
    fields = words.split("\n")
    decode_text(words)
    parse_parameters(words)
    parse_addresses(fields)
    parse_message_id(fields)
    parse_references(fields, fields[:2])
    label, _, rest = octets.partition(b"\n")
    decode(rest, label.decode("latin-1"), markup=rest[:1] == b"<")


def imap(octets: bytes) -> None:
    lines = octets.splitlines()
    outlines.outlined(lines)
    names.listed([((b"\\HasNoChildren",), line[:1], line) for line in lines])
    for line in lines:
        word = names.decoded(line)
        try:
            names.spelled(word)
        except ValueError:  # what no folder can be called
            continue


def settings(octets: bytes) -> None:
    from mailwatch.settings import faults, schema, toml

    read = faults.read("x.toml", toml.parsed("x.toml", octets.decode("utf-8", "replace")))
    schema.site(read, Path("/"))


def register_of_letters(octets: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "courriers.csv"
        path.write_bytes(octets)
        letters.read(str(path))


def rules(octets: bytes) -> None:
    from mailwatch.ruleset.local import Amendments

    drafts, choices = _packaged()
    Amendments(drafts, choices).amend({"x.toml": octets.decode("utf-8", "replace")})


@cache
def _packaged() -> tuple[dict[str, Draft], dict[str, Choice]]:
    from mailwatch.ruleset import PACKS
    from mailwatch.ruleset.choices import LANGUAGE, POLICY, read_choices
    from mailwatch.ruleset.packs import read_draft
    from mailwatch.ruleset.tables import parse

    texts = rule_texts()
    parsed = {name: parse(f"{name}.toml", texts[f"{name}.toml"]) for name in PACKS}
    choices = {name: read_choices(name, parse(name, texts[name])) for name in (POLICY, LANGUAGE)}
    drafts = {name: read_draft(f"{name}.toml", table) for name, table in parsed.items()}
    return drafts, {**choices[POLICY], **choices[LANGUAGE]}


# --- where to begin -------------------------------------------------------------------------------


def _mails() -> Iterator[bytes]:
    yield from (question(1), answer(1), raw())
    yield from (path.read_bytes() for path in sorted(_MESSAGES.glob("*.eml")))
    yield from (octets for bomb in BOMBS.values() if len(octets := bomb()) < _LARGEST)


_PAGES = (
    b'<div style="display:none">a</div><p>b<br>c<blockquote>d</blockquote><img alt="e" width=1><style>.x{color:#fff}',
    b"<table><tr><td>&eacute;&#233;<td><pre> a\n b</pre></table><!-- c --><script>d</script><o:p>e</o:p><b><i>f</b>",
)  # fmt: skip
_FIELDS = (
    b"Mon, 02 Mar 2026 09:12:00 +0100 (CET)\nfrom a.example by b.example with ESMTP id 1; 2 Mar 26 9:12 EST",
    b'=?utf-8?b?w6k=?= "a, b" <c@d.example>, e: f@g.example;\n<a@b> <c@d>\ntext/plain; charset*0*=utf-8\'\'%41',
)  # fmt: skip
_ANSWERS = (
    b'1 (UID 7 RFC822.SIZE 1234 INTERNALDATE "02-Mar-2026 09:12:00 +0100")\nEnvoy&AOk-s\nINBOX/Trait&AOk-s',
    b'2 (FLAGS (\\Seen) UID 8 RFC822.SIZE 9 INTERNALDATE " 2-Mar-2026 09:12:00 -0130")\n&-&AAA-\n&&&-',
)
_LETTERS = (
    "référence;reçu le;service;répondu le;nature\nA-1;02/03/2026;Accueil;05/03/2026;réponse\n"
)
_LOCAL = """[[rule]]
id = "x.retour"
pack = "outgoing"
label = "holding_reply"
title = "Nous revenons vers vous"
phrases = ["nous revenons vers vous"]
source = "note de service du 2 mars 2026"
hits = ["Nous revenons vers vous"]
misses = ["Rien ne manque"]
"""
_SETTINGS = """[institution]
name = "Préfecture du Jura"
calendar = "39"
domains = ["jura.gouv.fr"]
closed = [2026-05-15]
[[box]]
address = "prefecture@jura.gouv.fr"
service = "Accueil"
[[exception]]
address = "pref-fraude@jura.gouv.fr"
ground = "CRPA L111-2"
decided_by = "Secrétaire générale"
from = 2026-01-01
[[account]]
host = "imap.jura.gouv.fr"
user = "prefecture@jura.gouv.fr"
secret = { file = "imap.secret" }
folders = [{ name = "INBOX", role = "inbox" }, { name = "Envoyés", role = "sent" }]
[register]
state = "/var/lib/mailwatch"
"""


@dataclass(frozen=True, kw_only=True)
class Target:
    """One reader, what to begin from, and the words that mean something to it."""

    read: Reader
    seeds: Callable[[], Sequence[bytes]]
    words: tuple[bytes, ...] = ()


_MIME = (
    b"Content-Type: ", b"multipart/mixed; boundary=", b"--b\r\n", b"--b--", b"\r\n\r\n", b"\r", b"\0",
    b"=?utf-8?q?", b"?=", b"base64", b"quoted-printable", b"=C3=A9", b"message/rfc822", b"charset=",
    b"<", b">", b'"', b"\\", b"(", b";", b"> ", b"\xff", b"\xe2\x80\xae", b"-- \r\n",
    b"Le 2 mars 2026, a@b.example a \xc3\xa9crit :\r\n", b"-----Original Message-----",
)  # fmt: skip
_TAGS = (
    b"<div>", b"</div>", b"<!--", b"-->", b"<a ", b"<style>", b"</style>", b"style='", b"&#x", b"&amp;", b"<td>",
    b"<br>", b"<blockquote>", b"<![CDATA[", b"display:none", b'"', b"'", b"<", b">", b"/", b"\0",
)  # fmt: skip
_TOML = (
    b"[[", b"]]", b'"' * 3, b"= ", b'"', b"{", b"}", b"\n", b"true", b"-1", b"9" * 40, b"2026-02-30", b"\\u0000",
)  # fmt: skip
_TIMES = (b"+0100", b"Mar", b"(", b")", b";", b"24:00:60", b"\n", b" ")
_IMAP = (b"&", b"-", b"UID ", b'"', b"(", b")", b"\r\n", b"9" * 11)
_CELLS = (b";", b"\t", b'"', b"\n", b"\0", b"31/02/2026", b"\xff\xfe")


def _same(*seeds: bytes) -> Callable[[], Sequence[bytes]]:
    return lambda: seeds


TARGETS: dict[str, Target] = {
    "message": Target(read=message, seeds=lambda: [*_mails()], words=_MIME),
    "html": Target(read=page, seeds=_same(*_PAGES), words=_TAGS),
    "dates": Target(read=dates, seeds=_same(*_FIELDS), words=_TIMES),
    "header": Target(read=header, seeds=_same(*_FIELDS, b"utf-16\n\xff\xfea"), words=_MIME),
    "imap": Target(read=imap, seeds=_same(*_ANSWERS), words=_IMAP),
    "settings": Target(read=settings, seeds=_same(_SETTINGS.encode()), words=_TOML),
    "letters": Target(
        read=register_of_letters,
        seeds=_same(_LETTERS.encode(), _LETTERS.encode("cp1252")),
        words=_CELLS,
    ),
    "rules": Target(read=rules, seeds=_same(_LOCAL.encode()), words=_TOML),
}


# --- changing -------------------------------------------------------------------------------------


def mutated(seed: bytes, draw: random.Random, words: Sequence[bytes], other: bytes) -> bytes:
    """Change a few places: signs, words, pieces lost, doubled, or taken from elsewhere."""
    octets = bytearray(seed)
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        at = draw.randrange(len(octets) + 1)
        length = draw.choice((1, 2, 8, 64, 512))
        match draw.randrange(7):
            case 0:
                octets[at : at + 1] = bytes([draw.randrange(256)])
            case 1 if words:
                octets[at:at] = draw.choice(words)
            case 2:
                del octets[at : at + length]
            case 3:
                octets[at:at] = octets[at : at + length] * draw.choice((1, 2, 50))
            case 4:
                start = draw.randrange(len(other) + 1)
                octets[at : at + length] = other[start : start + length]
            case 5:
                octets[at : at + length] = draw.randbytes(length)
            case _ if words:
                octets[at:at] = draw.choice(words) * draw.choice((2, 20, 500))
    return bytes(octets[:_LARGEST])


@dataclass(kw_only=True)
class Found:
    """What came of fuzzing one target."""

    runs: int = 0
    crashes: list[str] = field(default_factory=list)
    slowest: float = 0.0
    """Processor time of one execution, in seconds."""

    @property
    def over(self) -> int:
        return int(self.slowest > SECONDS)


def fuzzed(name: str, runs: int, seed: int) -> Found:
    """Execute a target so many times; the same seed gives the same executions."""
    target, draw, found = TARGETS[name], random.Random(f"{name} {seed}"), Found()
    seeds = _seeds(name)
    for _ in range(runs):
        octets = mutated(draw.choice(seeds), draw, target.words, draw.choice(seeds))
        began = time.process_time()
        fault = _fault(target.read, octets)
        found.runs += 1
        found.slowest = max(found.slowest, time.process_time() - began)
        if fault:
            found.crashes.append(f"{name} : {fault} : {octets[:300]!r}")
    return found


@cache
def _seeds(name: str) -> Sequence[bytes]:
    return TARGETS[name].seeds()


def _fault(read: Reader, octets: bytes) -> str:
    """The name of what the reader raised that it may not."""
    try:
        read(octets)
    except MailwatchError as refused:
        # What is said of it has to be sayable too.
        return "" if str(refused) else "rien à dire"
    except Exception as fault:  # noqa: BLE001  # whatever it is, it is what we look for
        return f"{type(fault).__name__} {fault}"
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Fuzz from the command line; 1 when something was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], help="les cibles (toutes)")
    parser.add_argument("--runs", type=int, default=50_000, help="exécutions par cible")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument(
        "--atheris", action="store_true", help="guidé par la couverture, une seule cible"
    )
    asked = parser.parse_args(words)
    if asked.atheris:
        return _guided(asked.target[0], asked.runs)
    found = {name: fuzzed(name, asked.runs, asked.seed) for name in asked.target or TARGETS}
    for name, each in found.items():
        slowest = f"{1000 * each.slowest:.0f} ms au plus"
        print(f"{name:10}{each.runs:9} exécutions, {len(each.crashes)} erreurs, {slowest}")  # noqa: T201
        print(*each.crashes[:5], sep="\n", end="\n" if each.crashes else "")  # noqa: T201
    return int(any(each.crashes or each.over for each in found.values()))


_GUIDE = """
import sys
import atheris
with atheris.instrument_imports(include=["mailwatch"]):
    from tests.faults.fuzzing import guided_once
name, *words = sys.argv[1:]
atheris.Setup([sys.argv[0], *words], guided_once(name))
atheris.Fuzz()
"""


def _guided(name: str, runs: int) -> int:
    """Have atheris choose the bytes by what they reach; it has to see the modules loaded."""
    with TemporaryDirectory() as corpus:
        for number, seed in enumerate(_seeds(name)):
            (Path(corpus) / f"{number}").write_bytes(seed)
        words = [name, corpus, f"-runs={runs}", "-timeout=10", f"-max_len={_LARGEST}"]
        return subprocess.run([sys.executable, "-c", _GUIDE, *words], check=False).returncode


def guided_once(name: str) -> Callable[[bytes], None]:
    """Make of a target what atheris calls: it takes what is raised for a find."""

    def once(octets: bytes) -> None:
        if fault := _fault(TARGETS[name].read, octets):
            raise AssertionError(fault)

    return once


if __name__ == "__main__":
    raise SystemExit(main())
