"""What a client says of itself under SASL (RFC 4422), one function a mechanism.

Each gives the answers to the server's challenges: the first holds everything, later ones end an exchange that
the server has refused.
"""

from __future__ import annotations

from collections.abc import Callable


def plain(user: str, password: str) -> Callable[[bytes], bytes]:
    """Answer as PLAIN does: both in UTF-8, so that an accented password passes (RFC 4616)."""
    return _answers(f"\0{user}\0{password}".encode(), b"")


def xoauth2(user: str, token: str) -> Callable[[bytes], bytes]:
    """Answer as XOAUTH2 does; a refusal comes as a challenge that awaits an empty answer."""
    return _answers(f"user={user}\1auth=Bearer {token}\1\1".encode(), b"")


def oauthbearer(user: str, token: str) -> Callable[[bytes], bytes]:
    """Answer as OAUTHBEARER does; a refusal awaits one octet 01 (RFC 7628 section 3.2.3)."""
    name = user.replace("=", "=3D").replace(",", "=2C")
    return _answers(f"n,a={name},\1auth=Bearer {token}\1\1".encode(), b"\1")


def _answers(first: bytes, later: bytes) -> Callable[[bytes], bytes]:
    waiting = [first]
    return lambda _challenge: waiting.pop() if waiting else later
