"""Rule files for the tests that change them: one rule to be read at a glance, the shipped files around it."""

from __future__ import annotations

from collections.abc import Mapping

from mailwatch.settings import rule_texts

RULE = """
[[rule]]
id = "x.y"
label = "holding_reply"
title = "Une promesse"
source = "usage"
status = "local"
phrases = ["je vous repondrai"]
hits = ["Je vous répondrai."]
misses = ["Je réponds."]
"""


def texts(**changed: str) -> Mapping[str, str]:
    """The shipped files, some replaced; `outgoing="…"` stands for outgoing.toml."""
    return rule_texts() | {f"{name}.toml": text for name, text in changed.items()}
