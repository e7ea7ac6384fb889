"""Which organisation has a case system of its own, and how long it may take: what is known without asking it."""

from datetime import timedelta
from typing import TYPE_CHECKING

from integrations.settings import settings

if TYPE_CHECKING:
    from integrations.klantinteracties.config import KlantinteractiesSystem
    from integrations.zgw.config import ZgwSystem


def configured(organisation: str) -> "ZgwSystem | KlantinteractiesSystem | None":
    """What the partners' file says of this organisation's case system; None when it has none."""
    return systems().get(organisation)


def systems() -> "dict[str, ZgwSystem | KlantinteractiesSystem]":
    """Organisation → its case system, of those that have one."""
    if settings().partners is None:
        return {}
    from integrations.partners import partners  # brings all that speaks HTTP: `status` without partners needs none

    given = partners()
    found: tuple[ZgwSystem | KlantinteractiesSystem, ...] = (*given.zgw, *given.klantinteracties)
    return {system.organisation: system for system in found}


def patience(organisation: str) -> timedelta:
    """How long all that is asked of it once opened (handover_doors.py) takes at most: a lease must be longer."""
    system = configured(organisation)
    if system is None:
        return timedelta()
    return timedelta(seconds=system.longest + max(one.bound for one in system.connections))
