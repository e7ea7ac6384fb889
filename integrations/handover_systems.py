"""Which organisation has a case system of its own, and through which door a hand-over reaches it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from integrations.handover import HandoverSystem
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.klantinteracties.system import klantinteracties
from integrations.partners import partners
from integrations.zgw.config import ZgwSystem
from integrations.zgw.system import ZgwCases

Configured = ZgwSystem | KlantinteractiesSystem


def configured(organisation: str) -> Configured | None:
    """What the partners' file says of this organisation's case system; None when it has none."""
    return systems().get(organisation)


def systems() -> dict[str, Configured]:
    """Organisation → its case system, of those that have one."""
    given = partners()
    found: tuple[Configured, ...] = (*given.zgw, *given.klantinteracties)
    return {system.organisation: system for system in found}


def patience(organisation: str) -> timedelta:
    """How long everything that is asked within one `opened` may take at most: a lease must be longer."""
    system = configured(organisation)
    if system is None:
        return timedelta()
    connections = (
        [one for one in (system.zaken, system.catalogi, system.documenten) if one]
        if isinstance(system, ZgwSystem)
        else [system.connection]
    )
    return timedelta(seconds=system.longest + max(one.bound for one in connections))


@contextmanager
def opened(system: Configured) -> Iterator[HandoverSystem]:
    """The system itself, for a few questions within one patience. Raises Unanswered, or WrongUse KR-GEHEIM."""
    if isinstance(system, ZgwSystem):
        with ZgwCases(system) as cases:
            yield cases
        return
    with klantinteracties(system) as tasks:
        yield tasks
