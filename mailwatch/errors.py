"""The ways mailwatch can fail, as one tree.

MailwatchError                 what failed, where, and what to do next: shown to a person as it is
├── UsageError                 the command line asks for something that cannot be        exit 2
├── SourceError                what was asked for is missing, damaged or not mail         exit 65
├── RegisterError              the register is damaged, or not ours                       exit 65
├── UnreachableError           a server does not answer, or broke off                     exit 69
├── BusyError                  another process holds it, or there is no room left         exit 75
├── RefusedError               a server or the system refused, or we its certificate      exit 77
├── SettingsError              a person must correct the settings file                    exit 78
└── RulesetError               a person must correct a rule file                          exit 78

A non-conforming answer, an unreadable message, a doubtful link are values (`mailwatch.model`), never
errors.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Self


class Remark(str):
    """French words that remember the template and the values they were made of.

    `template` has the names of `values` in braces, so that the shell can say the same in another language
    (`language.say`). A value may be a remark itself, or an error made with one.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Make the words; a template without values is taken as it is, braces and all."""
        remark = super().__new__(cls, template.format(**values) if values else template)
        remark.template = template
        remark.values = values
        return remark


_REFUSALS = {
    errno.ENOENT: Remark("introuvable"),
    errno.EACCES: Remark("accès refusé"),
    errno.EPERM: Remark("accès refusé"),
    errno.EEXIST: Remark("le nom est déjà pris"),
    errno.ENOTDIR: Remark("ce n’est pas un dossier"),
    errno.EISDIR: Remark("c’est un dossier"),
    errno.ENOSPC: Remark("plus de place sur le disque"),
    errno.EDQUOT: Remark("quota de disque atteint"),
    errno.EROFS: Remark("disque en lecture seule"),
    errno.EIO: Remark("le disque ne répond pas comme il faut"),
    errno.EMFILE: Remark("trop de fichiers ouverts"),
    errno.ENOMEM: Remark("plus de mémoire"),
    errno.ENAMETOOLONG: Remark("nom trop long"),
    errno.ELOOP: Remark("les liens tournent en rond"),
    errno.ECONNREFUSED: Remark("connexion refusée"),
    errno.ECONNRESET: Remark("connexion coupée"),
    errno.ETIMEDOUT: Remark("aucune réponse"),
    errno.EHOSTUNREACH: Remark("machine injoignable"),
    errno.ENETUNREACH: Remark("réseau injoignable"),
}


def refusal(fault: OSError) -> str:
    """Say why the system refused, in the reader's language; in its own words what is not in the table."""
    return _REFUSALS.get(fault.errno or 0) or fault.strerror or type(fault).__name__


class FaultyValueError(ValueError):
    """What is wrong with one value; who knows where it stands says so in an error of the tree."""

    def __init__(self, template: str, **values: object) -> None:
        """Say what is wrong and what would be right, made of the template and the values of its `Remark`."""
        super().__init__(Remark(template, **values))


class MailwatchError(Exception):
    """Something that a person can put right; `exit_code` follows sysexits(3).

    Made of the template and the values of its `Remark`.
    """

    exit_code = 70

    def __init__(self, template: str, **values: object) -> None:
        """Say what failed, where, and what to do next."""
        super().__init__(Remark(template, **values))
        self.template = template
        self.values = values


class UsageError(MailwatchError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class SourceError(MailwatchError):
    """What was asked for is missing, damaged, or not mail."""

    exit_code = 65


class SettingsError(MailwatchError):
    """The settings file says something that mailwatch cannot follow."""

    exit_code = 78


class RulesetError(MailwatchError):
    """A rule file contradicts itself, its examples, or the calendar."""

    exit_code = 78


class RegisterError(MailwatchError):
    """The register is damaged, of another version, or no register."""

    exit_code = 65


class UnreachableError(MailwatchError):
    """A server does not answer or broke off; the same may work later."""

    exit_code = 69


class BusyError(MailwatchError):
    """Another process holds what is needed, or there is no room left; the same may work later."""

    exit_code = 75


class RefusedError(MailwatchError):
    """A server refused the account, the system a file, or we a certificate; a person must look."""

    exit_code = 77
