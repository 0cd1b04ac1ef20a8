"""Ports of this machine for servers that live as long as a test."""

from __future__ import annotations

import socket
from contextlib import suppress
from itertools import islice
from random import SystemRandom

_UNGIVEN = range(10_240, 32_768)
"""Ports that no system gives to a connection by itself, between the search and the server's start (RFC 6335)."""
_CHANCE = SystemRandom()
"""Two runs at once must not draw the same ones, as they do from a seed they share."""


def free_port() -> int:
    """Find a port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(wanted: int) -> list[int]:
    """Find as many different ports that nobody listens on."""
    free = filter(_is_free, _CHANCE.sample(_UNGIVEN, 100 * wanted))
    return list(islice(free, wanted))


def _is_free(port: int) -> bool:
    with socket.socket() as tried, suppress(OSError):
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind(("127.0.0.1", port))
        return True
    return False
