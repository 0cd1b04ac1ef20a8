"""Services as the settings declare them: what a person types must be one, or figures gain a section by mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailwatch.errors import Remark, UsageError
from mailwatch.wording import fold_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailwatch.model import Institution, Letter, Refused

_SHOWN = 12
"""Services that are named where none is near."""


def declared_service(name: str, institution: Institution) -> str:
    """Give the service that `name` means, as it is declared; UsageError naming the nearest when there is none.

    Accents and case are ignored. Where no service is declared at all any name will do.
    """
    known = {fold_text(service).strip(): service for service in _declared(institution)}
    if not name.strip() or not known:
        return name.strip()
    meant = known.get(fold_text(name).strip())
    if meant is not None:
        return meant
    fault = _unknown(name, known)
    raise UsageError(fault.template, **fault.values)


def sorted_out(
    letters: Iterable[Letter], institution: Institution
) -> tuple[tuple[Letter, ...], tuple[Refused, ...]]:
    """Give the letters whose service is declared, and the lines of the others with what is wrong."""
    from dataclasses import replace

    from mailwatch.model import Refused

    kept: list[Letter] = []
    refused: list[Refused] = []
    for letter in letters:
        try:
            service = declared_service(letter.service, institution)
        except UsageError as error:
            reason = Remark(error.template, **error.values)
            refused.append(Refused(file=letter.file, line=letter.line, reason=reason))
        else:
            kept.append(replace(letter, service=service))
    return tuple(kept), tuple(refused)


def _declared(institution: Institution) -> list[str]:
    """The services of boxes and exceptions and of the directory, and the name of those that have none."""
    from mailwatch.standing import UNASSIGNED

    named = [box.service for box in institution.boxes]
    named += [exemption.service for exemption in institution.exemptions if exemption.service]
    named += institution.services
    return [*dict.fromkeys(named), UNASSIGNED] if named else []


def _unknown(name: str, known: dict[str, str]) -> Remark:
    from difflib import get_close_matches

    near = get_close_matches(fold_text(name).strip()[:80], list(known), n=1)
    if near:
        return Remark(
            "aucun service déclaré ne s’appelle « {name} » ; vouliez-vous dire « {near} » ?",
            name=name,
            near=known[near[0]],
        )
    services = [f"« {service} »" for service in known.values()]
    listed = ", ".join(services[:_SHOWN]) + (", …" if len(services) > _SHOWN else "")
    return Remark(
        "aucun service déclaré ne s’appelle « {name} » ; les réglages connaissent {listed} ; un service sans boîte "
        "s’ajoute à « services » dans [institution]",
        name=name,
        listed=listed,
    )
