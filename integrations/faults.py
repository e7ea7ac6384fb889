"""Fault points: named moments between two effects, where the fault drills stop, kill or slow down this process.

`fault_point` does nothing unless a drill armed it, and arming is refused outside a drill (KETENREGIE_DRILL). Single
statements and commits need no point of their own: the drills hook into the database driver for those.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from domain.errors import WrongUse
from integrations.settings import settings

Fault = Callable[[str], None]

_armed: list[Fault] = []


def fault_point(name: str) -> None:
    """The moment `name`, e.g. `send.after`: nothing happens, unless a drill waits for it."""
    for fault in _armed:
        fault(name)


@contextmanager
def armed(fault: Fault) -> Iterator[None]:
    """Call `fault` with the name of every point that is passed, in every thread. Raises WrongUse outside a drill."""
    if not settings().drill:
        raise WrongUse("KR-PROEF-UIT")
    _armed.append(fault)
    try:
        yield
    finally:
        _armed.remove(fault)
