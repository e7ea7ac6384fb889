"""The synthetic region of the tests, and who works there."""

from datetime import datetime
from functools import cache
from importlib.resources import as_file, files

from domain.dutch import AMSTERDAM
from integrations.ledger import Ledger
from integrations.region_file import Region, read_region
from tasks.load_region import load_region

DOOR = "opdracht"
RECEIVED = "2026-04-20T22:05"
HOUSEHOLD = "A:adult:1988 B:adult:1985 C:child:2012 D:child:2017"

# One code for each role of the region; VT-911 is on call, WT-201 a case director.
VT = frozenset({"VT-202", "VT-209", "VT-901", "VT-911"})
LOCAL = frozenset({"WT-201", "WT-202", "WT-209"})
EVERYONE = VT | LOCAL | {"VT-990", "KR-001", "KR-002", "ZG-001", "CM-001", "AO-001", "SG-001"}


def moment(text: str) -> datetime:
    """A moment on the Amsterdam clock, e.g. '2026-04-28T10:00'."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


START = moment(RECEIVED)


@cache
def kustland() -> Region:
    """The synthetic region."""
    with as_file(files("deployments.demo").joinpath("kustland.toml")) as path:
        return read_region(path)


def with_region(ledger: Ledger) -> Ledger:
    """The same ledger, with the synthetic region in it."""
    load_region(ledger, kustland(), moment(RECEIVED))
    return ledger
