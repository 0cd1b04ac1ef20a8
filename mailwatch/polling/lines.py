"""Connections to the mail accounts, kept from one look to the next."""

from __future__ import annotations

from collections.abc import Callable

from mailwatch.settings.secrets import reveal
from mailwatch.site import Account, Authentication
from mailwatch.sources.imap import Connection, connect
from mailwatch.sources.imap.tokens import issued


def secret_of(account: Account) -> str:
    """Give the password of `account`, or a token that its command issues; SettingsError, RefusedError."""
    if account.authentication is not Authentication.PASSWORD and account.token_command:
        return issued(account)
    return reveal(account.secret) if account.secret else ""


class Lines:
    """One connection an account, made when it is asked for."""

    def __init__(self, secret: Callable[[Account], str] = secret_of) -> None:
        self._secret = secret
        self._open: dict[str, Connection] = {}

    def keeps(self, account: Account) -> bool:
        """Say whether there is a connection already, which the server may have left meanwhile."""
        return account.name in self._open

    def to(self, account: Account) -> Connection:
        """Give the connection of `account`, made when there is none; raises as `connect` does."""
        kept = self._open.get(account.name)
        if kept is not None and not kept.lost:
            return kept
        self.drop(account)
        # A token is asked for anew each time: the last one may have expired.
        made = connect(account, lambda: self._secret(account))
        self._open[account.name] = made
        return made

    def drop(self, account: Account) -> None:
        """Hang up; whoever asks next gets a new connection."""
        if (kept := self._open.pop(account.name, None)) is not None:
            kept.close()

    def close(self) -> None:
        """Hang up everywhere."""
        while self._open:
            self._open.popitem()[1].close()
