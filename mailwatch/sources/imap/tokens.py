"""Access tokens (RFC 6750) from a command of the site's own, run whenever one is needed."""

from __future__ import annotations

import re
import subprocess

from mailwatch.errors import RefusedError, SettingsError, UnreachableError
from mailwatch.site import Account

_TOKEN = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


def issued(account: Account) -> str:
    """Run the account's token command, without a shell, and give the token that it prints.

    What it prints is shown to nobody, errors included: it may hold the token.
    """
    try:
        printed = subprocess.run(  # noqa: S603 - the command that the settings name
            account.token_command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=account.timeout,
            check=True,
        ).stdout
    except subprocess.TimeoutExpired:
        raise UnreachableError(
            "compte « {account} » : la commande du jeton n’a pas fini en {timeout} s ; nouvel essai plus tard",
            account=account.name,
            timeout=account.timeout,
        ) from None
    except subprocess.CalledProcessError as fault:
        raise RefusedError(
            "compte « {account} » : la commande du jeton a échoué (code {code}) ; lancez-la à la main",
            account=account.name,
            code=fault.returncode,
        ) from None
    except (OSError, ValueError, IndexError):
        raise SettingsError(
            "compte « {account} » : la commande du jeton (`token_command`) ne peut pas être lancée",
            account=account.name,
        ) from None
    token = printed.decode("ascii", errors="replace").strip()
    if not _TOKEN.fullmatch(token):
        raise RefusedError(
            "compte « {account} » : ce que la commande imprime n’est pas un jeton, seul sur une ligne",
            account=account.name,
        )
    return token
