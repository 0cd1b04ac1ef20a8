"""The référentiel as typed values, read from the text of the rule files, refused when inconsistent.

A rule file holds what is demanded and how it may be worded; the modules above hold how to look. Each rule
names its source and its status, and carries sentences it must and must not find: they are run as tests, those of
a site's own rules each time they are loaded. The digest of the files stands in every verdict.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from mailwatch.errors import RulesetError
from mailwatch.ruleset import choices
from mailwatch.ruleset.choices import LANGUAGE, POLICY, read_choices
from mailwatch.ruleset.leanings import FILE as LEARNT
from mailwatch.ruleset.leanings import FILE_SENT as LEARNT_SENT
from mailwatch.ruleset.leanings import read_leanings
from mailwatch.ruleset.local import Amendments
from mailwatch.ruleset.packs import compiled, failures, read_draft, read_pack, sharing
from mailwatch.ruleset.tables import parse
from mailwatch.ruleset.terms import (
    Choice,
    Desk,
    Draft,
    Leanings,
    Measures,
    Policy,
    Rule,
    RulePack,
    Ruleset,
    Status,
)
from mailwatch.workdays import read_territories

__all__ = [
    "FILES",
    "LEARNT",
    "LEARNT_SENT",
    "PACKS",
    "Choice",
    "Desk",
    "Draft",
    "Leanings",
    "Measures",
    "Policy",
    "Rule",
    "RulePack",
    "Ruleset",
    "Status",
    "digest",
    "failures",
    "load",
    "read_pack",
    "read_policy",
]

FILES = (
    "automatic.toml",
    "calendars.toml",
    "incoming.toml",
    "language.toml",
    "mentions.toml",
    "outgoing.toml",
    "promises.toml",
    "qualepref.toml",
)
PACKS = ("automatic", "incoming", "outgoing", "mentions", "promises", "language")
"""The files among them that hold rules of wording, by their bare names."""


def load(texts: Mapping[str, str], local: Mapping[str, str] | None = None) -> Ruleset:
    """Read the rule files (`name -> text`), then the site's own; RulesetError naming file, rule and remedy."""
    for name in (*FILES, LEARNT, LEARNT_SENT):
        if name not in texts:
            raise RulesetError(
                "règles : le fichier « {file} » manque ; réinstallez mailwatch ou remettez-le en place",
                file=name,
            )
    parsed = {name: parse(name, texts[name]) for name in FILES}
    try:
        territories = read_territories(parsed["calendars.toml"])
    except ValueError as fault:
        raise RulesetError("règles : calendars.toml : {fault}", fault=fault) from None
    settled, language = (read_choices(name, parsed[name]) for name in (POLICY, LANGUAGE))
    amended = Amendments(
        {name: read_draft(f"{name}.toml", parsed[f"{name}.toml"]) for name in PACKS},
        {**settled, **language},
    )
    amended.amend(local or {})
    packs = {name: compiled(f"{name}.toml", draft) for name, draft in amended.drafts.items()}
    automatic, incoming = sharing(packs["automatic"], packs["incoming"])
    automatic_sent, outgoing, mentions, promises = sharing(
        packs["automatic"], packs["outgoing"], packs["mentions"], packs["promises"]
    )
    return Ruleset(
        policy=choices.policy({key: amended.choices[key] for key in settled}),
        automatic=automatic,
        automatic_sent=automatic_sent,
        incoming=incoming,
        outgoing=outgoing,
        mentions=mentions,
        promises=promises,
        language=packs["language"],
        leanings=read_leanings(parse(LEARNT, texts[LEARNT])),
        leanings_sent=read_leanings(parse(LEARNT_SENT, texts[LEARNT_SENT]), LEARNT_SENT),
        measures=choices.measures({key: amended.choices[key] for key in language}),
        territories=territories,
        local=tuple(amended.local),
        digest=digest({**texts, **(local or {})}),
    )


def read_policy(text: str) -> Policy:
    """Read the settled definitions from the text of qualepref.toml; raise RulesetError at a fault."""
    return choices.policy(read_choices(POLICY, parse(POLICY, text)))


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 of the rule files, each preceded by its name, in the order of their names."""
    total = hashlib.sha256()
    for name in sorted(texts):
        total.update(f"{name}\n{texts[name]}\n".encode())
    return total.hexdigest()
