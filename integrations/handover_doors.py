"""Through which door a hand-over reaches the case system of an organisation."""

from collections.abc import Iterator
from contextlib import contextmanager

from integrations.handover import HandoverSystem
from integrations.klantinteracties.config import KlantinteractiesSystem
from integrations.klantinteracties.system import klantinteracties
from integrations.zgw.config import ZgwSystem
from integrations.zgw.system import ZgwCases


@contextmanager
def opened(system: ZgwSystem | KlantinteractiesSystem) -> Iterator[HandoverSystem]:
    """The system itself, for a few questions within one patience. Raises Unanswered, or WrongUse KR-GEHEIM."""
    if isinstance(system, ZgwSystem):
        with ZgwCases(system) as cases:
            yield cases
        return
    with klantinteracties(system) as tasks:
        yield tasks
