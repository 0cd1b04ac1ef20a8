"""A line to a server on which anything may happen to what the server sends: octets, whatever they mean.

    FaultyLine(upstream=dovecot.port, fault=cut(1_234))

A fault is a function from what the server sends, piece by piece, to what arrives. Unlike `wiretap`, which knows
commands and stands in front of it, the line knows nothing.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Thread
from time import sleep
from typing import TypeAlias

Flow: TypeAlias = Iterator[bytes]
Fault: TypeAlias = Callable[[Flow], Flow]


def none(flow: Flow) -> Flow:
    """Let everything pass."""
    return flow


def cut(after: int) -> Fault:
    """Hang up after so many octets."""

    def fault(flow: Flow) -> Flow:
        yield from _first(flow, after)

    return fault


def silence(after: int) -> Fault:
    """Swallow all that comes after so many octets, and never hang up: a firewall that forgot the connection."""

    def fault(flow: Flow) -> Flow:
        yield from _first(flow, after)
        for _ in flow:
            pass

    return fault


def delay(seconds: float) -> Fault:
    """Hold back each piece."""

    def fault(flow: Flow) -> Flow:
        for piece in flow:
            sleep(seconds)
            yield piece

    return fault


def drip(seconds: float, octets: int = 1) -> Fault:
    """Give a few octets at a time."""

    def fault(flow: Flow) -> Flow:
        for piece in flow:
            for start in range(0, len(piece), octets):
                yield piece[start : start + octets]
                sleep(seconds)

    return fault


def twice(at: int, length: int) -> Fault:
    """Give `length` octets from `at` on a second time."""

    def fault(flow: Flow) -> Flow:
        kept = b""
        for start, octet in enumerate(_octets(flow)):
            kept += octet if at <= start < at + length else b""
            yield octet
            if start == at + length - 1:
                yield kept

    return fault


def garble(at: int, mask: int = 0x55) -> Fault:
    """Change one octet: what a line in clear lets happen, and TLS would tell."""

    def fault(flow: Flow) -> Flow:
        passed = 0
        for piece in flow:
            inside = at - passed
            passed += len(piece)
            if 0 <= inside < len(piece):
                piece = b"%b%c%b" % (piece[:inside], piece[inside] ^ mask, piece[inside + 1 :])  # noqa: PLW2901
            yield piece

    return fault


def without(*capabilities: str) -> Fault:
    """Have the server offer less than it can."""
    words = "|".join(map(re.escape, capabilities))
    offered = re.compile(rb"(?<= )(?:%b)(?:=\S*)?(?=[ \]\r])" % words.encode())

    def fault(flow: Flow) -> Flow:
        for line in _lines(flow):
            yield offered.sub(b"XNONE", line) if b"CAPABILITY" in line else line

    return fault


def _first(flow: Flow, octets: int) -> Flow:
    left = octets
    for piece in flow:
        if left <= len(piece):
            yield piece[:left]
            return
        yield piece
        left -= len(piece)


def _octets(flow: Flow) -> Flow:
    return (bytes([octet]) for piece in flow for octet in piece)


def _lines(flow: Flow) -> Flow:
    held = b""
    for piece in flow:
        *whole, held = (held + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    yield held


@dataclass(slots=True, kw_only=True)
class FaultyLine:
    """A port of this machine behind which lies another, by a line with a fault."""

    upstream: int
    fault: Fault = none
    lasting: bool = False
    """Every connection has the fault, and not the next one alone."""
    passed: int = 0
    """Octets that the server sent, over all connections."""
    _listening: socket.socket = field(init=False)
    _open: list[socket.socket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """Where to connect instead."""
        return int(self._listening.getsockname()[1])

    def close(self) -> None:
        """Hang up everywhere."""
        _drop(self._listening)
        while self._open:
            _drop(self._open.pop())

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(("127.0.0.1", self.upstream))
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self._open.append(end)
                fault, self.fault = self.fault, self.fault if self.lasting else none
                Thread(
                    target=self._pour, args=(_received(client), server, client), daemon=True
                ).start()
                down = fault(self._counted(_received(server)))
                Thread(target=self._pour, args=(down, client, server), daemon=True).start()

    def _counted(self, flow: Flow) -> Flow:
        for piece in flow:
            self.passed += len(piece)
            yield piece

    @staticmethod
    def _pour(flow: Flow, to: socket.socket, source: socket.socket) -> None:
        with suppress(OSError):
            for piece in flow:
                to.sendall(piece)
        _drop(to)
        _drop(source)


def _received(connected: socket.socket) -> Flow:
    with suppress(OSError):
        while piece := connected.recv(65536):
            yield piece


def _drop(connected: socket.socket) -> None:
    # A line that is only closed stays open while another thread waits on it.
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
    connected.close()
