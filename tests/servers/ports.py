"""Ports of this machine for servers that live as long as a test."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Find a port that nobody listens on."""
    return free_ports(1)[0]


def free_ports(wanted: int) -> list[int]:
    """Find as many different ports that nobody listens on."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(wanted)]
    ports = [int(each.getsockname()[1]) for each in held]
    for each in held:
        each.close()
    return ports
