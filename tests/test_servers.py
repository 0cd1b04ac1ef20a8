"""The tests' own servers: what is required and missing is a failure, what is only wished for a visible skip."""

from __future__ import annotations

import pytest

from tests.servers import debian


@pytest.mark.parametrize("required", ["dovecot", "pymap,dovecot"])
def test_a_required_dovecot_that_cannot_be_had_fails(
    monkeypatch: pytest.MonkeyPatch, required: str
) -> None:
    monkeypatch.setenv("MAILWATCH_REQUIRE", required)

    with pytest.raises(pytest.fail.Exception, match="no dovecot: no network"):
        debian.without("dovecot", "no network")


@pytest.mark.parametrize("required", ["", "postfix"])
def test_a_dovecot_that_nobody_requires_is_skipped_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, required: str
) -> None:
    monkeypatch.setenv("MAILWATCH_REQUIRE", required)

    with pytest.raises(pytest.skip.Exception, match="no dovecot: no network"):
        debian.without("dovecot", "no network")
