"""Whose address it is."""

from __future__ import annotations

import pytest

from mailwatch.addresses import FromClass, domain, from_class, is_ours, is_state
from mailwatch.model import Box, Institution

JURA = Institution(
    domains=("jura.gouv.fr",),
    addresses=("contact@prefecture39.example",),
    boxes=(Box(address="titres@guichet.example", service="Titres"),),
)


@pytest.mark.parametrize(
    ("address", "ours"),
    [
        ("pref-associations@jura.gouv.fr", True),
        ("ne-pas-repondre@form.jura.gouv.fr", True),
        ("contact@prefecture39.example", True),
        ("titres@guichet.example", True),
        ("ddt@doubs.gouv.fr", False),
        ("mairie@notjura.gouv.fr", False),
        ("jura.gouv.fr@evil.example", False),
        ("", False),
    ],
)
def test_an_address_is_ours_by_a_declared_box_or_domain(address: str, *, ours: bool) -> None:
    assert is_ours(address, JURA) is ours


def test_without_declared_domains_every_state_address_is_ours() -> None:
    assert is_ours("ddt@doubs.gouv.fr", Institution())
    assert not is_ours("a@laposte.example", Institution())


def test_boxes_alone_name_all_that_is_ours() -> None:
    boxes_only = Institution(addresses=("a@jura.gouv.fr",))

    assert is_ours("a@jura.gouv.fr", boxes_only)
    assert not is_ours("ddt@doubs.gouv.fr", boxes_only)


def test_state_services_are_known_by_their_domain() -> None:
    assert is_state("x@interieur.gouv.fr")
    assert not is_state("x@gouv.fr.example")
    assert domain("no address") == ""


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("", FromClass.NONE),
        ("a@laposte.example", FromClass.OUTSIDE),
        ("pref-associations@jura.gouv.fr", FromClass.FUNCTIONAL),
        ("sp.dole@jura.gouv.fr", FromClass.FUNCTIONAL),
        ("titres@guichet.example", FromClass.FUNCTIONAL),
        ("accueil@jura.gouv.fr", FromClass.FUNCTIONAL),
        ("claire.vernier@jura.gouv.fr", FromClass.PERSONAL),
    ],
)
def test_the_class_of_a_from_address(address: str, found: FromClass) -> None:
    assert from_class(address, JURA) is found
